package source_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/covls/covls/source"
)

// TestExclusions: the text that markers take out, in Go from the first to the last word of it.
func TestExclusions(t *testing.T) {
	t.Parallel()
	const in = "package a\n\nfunc f(x int) int {\n%s\n}\n"
	for _, tt := range []struct{ rule, name, text, want string }{
		{"none", "a.go", "package a\n\n// ignore coverage\nfunc f() {}\n", ""},
		{"a function", "a.go", "package a\n\n//coverage:ignore\nfunc f() {\n\tprintln()\n}\n\nfunc g() {}\n", "func f() {\n\tprintln()\n} ()"},
		{"a function with words", "a.go", "package a\n\n// f does.\n//\n// coverage-ignore: needs hardware\n// More of f.\nfunc f() {}\n", "func f() {} (needs hardware)"},
		{"a method, in the line of its brace", "a.go", "package a\n\nfunc (T) f() { // coverage-ignore never called\n\tprintln()\n}\n", "func (T) f() { // coverage-ignore never called\n\tprintln()\n} (never called)"},
		{"the function before does not count", "a.go", "package a\n\nfunc f() {}\n\n//coverage:ignore\nfunc g() {}\n", "func g() {} ()"},
		{"a declaration", "a.go", "package a\n\n//coverage:ignore\nvar v = func() { println() }\n", "var v = func() { println() } ()"},
		{"a block in the line of its brace", "a.go", fmt.Sprintf(in, "\tif x > 1 { // coverage-ignore\n\t\treturn 1\n\t}\n\treturn 2"), "{ // coverage-ignore\n\t\treturn 1\n\t} ()"},
		{"an else", "a.go", fmt.Sprintf(in, "\tif x > 1 {\n\t\treturn 1\n\t} else { // coverage-ignore\n\t\treturn 3\n\t}"), "{ // coverage-ignore\n\t\treturn 3\n\t} ()"},
		{"a statement with all its blocks", "a.go", fmt.Sprintf(in, "\t//coverage:ignore why not\n\tif x > 1 {\n\t\treturn 1\n\t} else {\n\t\treturn 3\n\t}"), "if x > 1 {\n\t\treturn 1\n\t} else {\n\t\treturn 3\n\t} (why not)"},
		{"a case", "a.go", fmt.Sprintf(in, "\tswitch x {\n\tcase 1: // coverage-ignore\n\t\treturn 1\n\tcase 2:\n\t\treturn 2\n\t}\n\treturn 3"), "case 1: // coverage-ignore\n\t\treturn 1 ()"},
		{"a case from before it", "a.go", fmt.Sprintf(in, "\tswitch x {\n\t// coverage-ignore\n\tdefault:\n\t\treturn 1\n\t}\n\treturn 3"), "default:\n\t\treturn 1 ()"},
		{"the first thing in a block", "a.go", fmt.Sprintf(in, "\tif x > 1 {\n\t\t// coverage-ignore\n\t\tpanic(x)\n\t}\n\treturn 3"), "{\n\t\t// coverage-ignore\n\t\tpanic(x)\n\t} ()"},
		{"the first thing in a case", "a.go", fmt.Sprintf(in, "\tswitch {\n\tdefault:\n\t\t//coverage:ignore unreachable\n\t\tpanic(x)\n\t}"), "default:\n\t\t//coverage:ignore unreachable\n\t\tpanic(x) (unreachable)"},
		{"a statement alone", "a.go", fmt.Sprintf(in, "\tif x > 1 {\n\t\treturn 1\n\t}\n\tpanic(x) // coverage-ignore"), "panic(x) ()"},
		{"the whole file", "a.go", "//coverage:ignore file written by hand\n\npackage a\n\nfunc f() {}\n", "//coverage:ignore file written by hand\n\npackage a\n\nfunc f() {}\n (written by hand)"},
		{"what lies in another is no more", "a.go", "package a\n\n//coverage:ignore\nfunc f(x bool) {\n\tif x { //coverage:ignore\n\t}\n}\n", "func f(x bool) {\n\tif x { //coverage:ignore\n\t}\n} ()"},
		{"a broken text", "a.go", "package a\n\n//coverage:ignore\nfunc f() {}\n\nfunc g( {\n", "func f() {} ()"},
		{"nothing follows", "a.go", "package a\n\n//coverage:ignore\n", ""},
		{"a word that only begins so", "a.go", "package a\n\n//coverage:ignored\nfunc f() {}\n", ""},
		{"Ruby", "a.rb", "a\n# :nocov:\nb\n  #:nocov: why\nc\n", "# :nocov:\nb\n  #:nocov: why\n (:nocov:)"},
		{"Ruby up to the end", "a.rb", "a\n# :nocov:\nb\n", "# :nocov:\nb\n (:nocov:)"},
		{"not in other languages", "a.py", "# :nocov:\n//coverage:ignore\n", ""},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, e := range source.Exclusions(tt.name, tt.text, strings.HasSuffix(tt.name, ".rb")) {
				lines := strings.SplitAfter(tt.text, "\n")
				offset := func(line, col uint32) int {
					return len(strings.Join(lines[:min(int(line)-1, len(lines))], "")) + max(0, int(col)-1)
				}
				if line := lines[e.Span.Start.Line-1]; e.Span.Start.Col != 1 && strings.TrimSpace(line[:e.Span.Start.Col-1]) == "" {
					t.Errorf("what is the first in line %d begins in column %d: the line of a profile without columns is not in it", e.Span.Start.Line, e.Span.Start.Col)
				}
				body := tt.text[offset(e.Span.Start.Line, e.Span.Start.Col):offset(e.Span.End.Line, e.Span.End.Col)]
				got = append(got, fmt.Sprintf("%s (%s)", strings.TrimLeft(body, "\t"), e.Reason))
			}
			if got := strings.Join(got, "\n"); got != tt.want {
				t.Errorf("have %q\nwant %q", got, tt.want)
			}
		})
	}
}
