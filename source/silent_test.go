package source_test

import (
	"testing"

	"github.com/covls/covls/source"
)

// TestSilent holds which texts are the same but for tokens that say nothing.
func TestSilent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, one, other string
		same             bool
	}{
		{"a.py", "x = (a + b)\n", "x = a + b\n", true},
		{"a.py", "x = (\n    a\n    + b\n)\n", "x = a + b\n", true},
		{"a.py", "x = a + \\\n    b\n", "x = (\n    a + b\n)\n", true},
		{"a.py", "x = (a + b) * c\n", "x = a + b * c\n", false},
		{"a.py", "x = (a or b) if c else d\n", "x = a or b if c else d\n", false},
		{"a.py", "x = (a,)\n", "x = a\n", false},
		{"a.py", "x = (a,)\n", "x = a,\n", true},
		{"a.py", "x = (a, b)\n", "x = a, b\n", true},
		{"a.py", "x = lambda: (a, b)\n", "x = lambda: a, b\n", false},
		{"a.py", "f(x=(a, b))\n", "f(x=a, b)\n", false},
		{"a.py", "return ()\n", "return\n", false},
		{"a.py", "f(a, b,)\n", "f(a, b)\n", true},
		{"a.py", "f(a,)\n", "f(a)\n", true},
		{"a.py", "x[a,]\n", "x[a]\n", false},
		{"a.py", "x = [a,]\n", "x = [a]\n", true},
		{"a.py", "if (a or b):\n    c()\n", "if a or b:\n    c()\n", true},
		{"a.py", "if (a or b) and c:\n    d()\n", "if a or b and c:\n    d()\n", false},
		{"a.py", "for (a, b) in (c):\n    d()\n", "for a, b in c:\n    d()\n", true},
		{"a.py", "x = a in (b or c)\n", "x = a in b or c\n", false},
		{"a.py", "assert (a, b)\n", "assert a, b\n", false},
		{"a.py", "x = not (a or b)\n", "x = not a or b\n", false},
		{"a.py", "x = \"\"\"\n(\n\"\"\"\ny = (a)\n", "x = \"\"\"\n(\n\"\"\"\ny = a\n", true},
		{"a.js", "x = (a + b);\n", "x = a + b\n", true},
		{"a.js", "x = (a + b)\n* c\n", "x = a + b\n* c\n", false},
		{"a.js", "x = (a, b);\n", "x = a, b;\n", false},
		{"a.js", "f((x) => y);\n", "f(x => y)\n", true},
		{"a.js", "f((x, y) => y);\n", "f(x, y => y)\n", false},
		{"a.js", "f(x => ({ y: 1 }));\n", "f(x => { y: 1 });\n", false},
		{"a.js", "x = (a + b)(c);\n", "x = a + b(c);\n", false},
		{"a.js", "f([a,,]);\n", "f([a,]);\n", false},
		{"a.ts", "return (\n  a as B\n);\n", "return a as B;\n", true},
		{"a.js", "x = a ? (b) : (c);\n", "x = a ? b : c;\n", true},
		{"a.go", "x = (a + b)\n", "x = a + b\n", true},
		{"a.go", "x = (a + b) * c\n", "x = a + b * c\n", false},
		{"a.go", "x = (*T)(nil)\n", "x = *T(nil)\n", false},
		{"a.go", "if (a) {\n}\n", "if a {\n}\n", true},
		{"a.rs", "let x = (a,);\n", "let x = (a);\n", false},
		{"a.rs", "f(a, b,);\n", "f(a, b);\n", true},
		{"a.rs", "if (a) {}\n", "if a {}\n", true},
		{"a.java", "x = (a);\n", "x = a;\n", false},
		{"a.c", "int x[] = { 1, 2, };\n", "int x[] = { 1, 2 };\n", true},
		{"a.c", "F(a,);\n", "F(a);\n", false},
		{"a.foo", "x = ( a )\n", "x = a\n", false},
	} {
		print := func(text string) uint64 {
			code := source.NewCode(tt.name, text)
			var lines []uint32
			for n := range code.Lines() {
				lines = append(lines, n+1)
			}
			print, _ := code.Print(lines, "", "")
			return print
		}
		if got := print(tt.one) == print(tt.other); got != tt.same {
			t.Errorf("%s: the same is %v, want %v:\n%s%s", tt.name, got, tt.same, tt.one, tt.other)
		}
	}
}
