package source_test

import (
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/source"
)

// TestLongNames: what functions are said to be in is kept with each of them, so that it is short however long it is
// in the text.
func TestLongNames(t *testing.T) {
	t.Parallel()
	const longest = 250
	long := strings.Repeat("Ä", 20_000)
	for _, tt := range []struct{ name, text string }{
		{"a.go", "package a\n\nvar " + long + " = []any{func() int { return 1 }, func() int { return 2 }}\n"},
		{"keys.go", "package a\n\nvar x = " + strings.Repeat(`T{"`+strings.Repeat("k", 50)+`": `, 500) + "func() { println() }" + strings.Repeat("}", 500) + "\n"},
		{"ident.go", "package a\n\nvar x = T{" + long + ": func() { println() }}\n"},
		{"a.py", "class " + long + ":\n  def a(self):\n    pass\n  def b(self):\n    pass\n"},
		{"deep.py", strings.Repeat("class "+strings.Repeat("A", 200)+":\n ", 1) + " class " + strings.Repeat("B", 200) + ":\n   def a(self):\n    pass\n"},
		{"a.js", "class " + long + " { a() { return 1 } b() { return 2 } }\n"},
		{"a.rb", "class " + strings.Repeat("A", 40_000) + "\n  def a\n    1\n  end\nend\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, ok := source.Parse(tt.name, tt.text)
			if !ok || len(p.Funcs) == 0 {
				t.Fatal("no function was found")
			}
			for _, f := range p.Funcs {
				if len(f.Name) > longest+len(".func2") || len(f.Receiver) > longest+len("#") {
					t.Errorf("name of %d bytes, receiver of %d", len(f.Name), len(f.Receiver))
				}
				if s := f.String(); strings.ToValidUTF8(s, "") != s {
					t.Errorf("%q is cut in a rune", s)
				}
			}
		})
	}
}

// TestParseDeep: brackets may be deeper in each other than anybody writes them.
func TestParseDeep(t *testing.T) {
	t.Parallel()
	for name, unit := range map[string]string{
		"a.js": "/[", "b.js": "class A{m(){", "a.ts": "f(", "b.ts": "a<b<", "a.py": "[", "a.rs": "fn f(){", "A.java": "class A{", "a.rb": "{",
		"c.js": "x=>", "d.js": "`${", "a.php": "function f(){",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Repeat(unit, 200_000)
			start := time.Now()
			p, ok := source.Parse(name, text)
			if !ok {
				t.Fatal("it is not parsed")
			}
			checkFuncs(t, text, p)
			if took := time.Since(start); took > time.Minute {
				t.Errorf("it took %v", took)
			}
		})
	}
}
