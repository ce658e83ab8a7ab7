package outline_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/covls/covls/source/outline"
)

// TestChoices holds what decides which code of a function runs: each block and clause once, by the line of its first statement.
func TestChoices(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, language, text, want string }{
		{"an if and what is behind it", "javascript", "function f(a) {\n  if (!a) return 1;\n  use(1);\n}\n", "2 when !a; 3 behind, when a"},
		{"clauses", "javascript", "function f(a) {\n  switch (a) {\n    case 1: return 1;\n    default:\n      use(2);\n  }\n}\n", "3 in case 1; 5 the rest"},
		{"parts of expressions are none", "javascript", "function f(a) {\n  return a && (use(1) || a\n    ? 1\n    : 2);\n}\n", ""},
		{"an else", "python", "def f(a):\n    for x in a:\n        use(1)\n    if a:\n        use(2)\n    else:\n        use(3)\n", "3 each x in a; 4 behind, ended for x in a; 5 when a; 7 when not a"},
		{"one line", "ruby", "def f(a)\n  case a\n  when nil then 1\n  else 2\n  end\nend\n", "3 in when nil; 4 the rest"},
		{"arms", "rust", "fn f(a: Option<u8>) {\n    match a {\n        Some(n) => use1(n),\n        None => {\n            use2();\n        }\n    }\n}\n", "3 matches Some(n); 5 matches None"},
		{"a broken text", "javascript", "function f(a) {\n  if (a) {\n", ""},
		{"no language", "brainfuck", "+[-]", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			words := map[outline.How]string{
				outline.Holds: "when", outline.Otherwise: "when", outline.In: "in", outline.Matches: "matches", outline.Rest: "the rest", outline.Each: "each", outline.Ended: "ended",
			}
			var have []string
			for _, w := range outline.Choices(tt.language, tt.text, 0, len(tt.text)) {
				say := fmt.Sprint(1+strings.Count(tt.text[:w.Start], "\n"), " ")
				if w.Behind {
					say += "behind, "
				}
				say += words[w.How]
				if w.Not {
					say += " not"
				}
				have = append(have, strings.TrimSpace(say+" "+w.Code))
			}
			if got := strings.Join(have, "; "); got != tt.want {
				t.Errorf("have %q, want %q", got, tt.want)
			}
		})
	}
}
