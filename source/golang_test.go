package source_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/cover"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// dump writes the functions as "name first line.column-last line.column", literals with "literal ".
func dump(funcs []coverage.Func) string {
	var b strings.Builder
	for _, f := range funcs {
		if f.Literal {
			b.WriteString("literal ")
		}
		fmt.Fprintf(&b, "%s %d.%d-%d.%d\n", f.String(), f.Span.Start.Line, f.Span.Start.Col, f.Span.End.Line, f.Span.End.Col)
	}
	return b.String()
}

// offset is where p lies in text; ok is false where it lies nowhere.
func offset(text string, p coverage.Point) (at int, ok bool) {
	for range p.Line - 1 {
		n := strings.IndexByte(text[at:], '\n')
		if n < 0 {
			return 0, false
		}
		at += n + 1
	}
	line, _, _ := strings.Cut(text[at:], "\n")
	at += int(p.Col) - 1
	return at, p.Line > 0 && p.Col > 0 && int(p.Col) <= len(line)+1
}

// checkFuncs checks what holds for the functions of every text, broken or not.
func checkFuncs(t *testing.T, text string, p *source.Parsed) {
	t.Helper()
	last, within := 0, 0
	for _, f := range p.Funcs {
		var at [4]int
		for i, q := range []coverage.Point{f.Span.Start, f.NameSpan.Start, f.NameSpan.End, f.Span.End} {
			n, ok := offset(text, q)
			if !ok {
				t.Fatalf("%s: %v is not in the text", f.String(), q)
			}
			at[i] = n
		}
		if !slices.IsSorted(at[:]) || at[0] < last || at[0] < within && at[3] > within {
			t.Fatalf("%s: name %v is not in %v, or the function before ends behind its start", f.String(), f.NameSpan, f.Span)
		}
		last, within = at[0], at[3]
		want := f.Name
		if f.Literal {
			want = "func"
		}
		// Overloads have their parameters behind it, or how many they are.
		if got := text[at[1]:at[2]]; got != want && !(strings.HasPrefix(want, got+"(") && strings.HasSuffix(want, ")")) && !strings.HasPrefix(want, got+"/") {
			t.Fatalf("%s: at its name stands %q", f.String(), got)
		}
		if f.Hash == 0 || f.Statements != (coverage.Tally{}) {
			t.Fatalf("%s: hash %x, %v", f.String(), f.Hash, f.Statements)
		}
	}
}

func parse(t testing.TB, text string) *source.Parsed {
	t.Helper()
	p, ok := source.Parse("x.go", text)
	if !ok {
		t.Fatal("Go is not known")
	}
	return p
}

func TestParseGo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want string
	}{
		{"empty text", "", ""},
		{"package clause alone", "package a", ""},
		{"function", "package a\n\nfunc F() {\n}\n", "F 3.1-4.2\n"},
		{"the doc comment is not part of it", "package a\n\n// F does.\nfunc F() {}\n", "F 4.1-4.12\n"},
		{"no newline at the end", "package a\nfunc F() {}", "F 2.1-2.12\n"},
		{"several on one line", "package a; func F() {}; func G() {}; var H = func() {}\n", "F 1.12-1.23\nG 1.25-1.36\nliteral H 1.46-1.55\n"},
		{"without a body", "package a\nfunc F(x int) int\nfunc (t T) M()\nfunc G() {}\n", "G 4.1-4.12\n"},
		{"generic function", "package a\nfunc F[K comparable, V any](m map[K]V) {}\n", "F 2.1-2.42\n"},
		{"init again and again", "package a\nfunc init() {}\nfunc init() {}\nfunc _() {}\nfunc _() {}\n", "init 2.1-2.15\ninit 3.1-3.15\n_ 4.1-4.12\n_ 5.1-5.12\n"},
		{"not ASCII", "package a\nfunc Größe() { 世 := 1; _ = 世 }; func (é É) é() {}\n", "Größe 2.1-2.37\nÉ.é 2.39-2.59\n"},
		{"CRLF", "package a\r\n\r\nfunc F() {\r\n}\r\n", "F 3.1-4.2\n"},
		{"byte order mark", "\ufeffpackage a; func F() {}\n\nfunc G() {}\n", "F 1.15-1.26\nG 3.1-3.12\n"},
		{"build tags", "//go:build windows && !cgo\n\npackage a\n\nfunc F() {}\n", "F 5.1-5.12\n"},
		{"cgo", "package a\n\n/*\nint fun(void) { return 1; }\n*/\nimport \"C\"\n\nfunc F() int { return int(C.fun()) }\n", "F 8.1-8.37\n"},
		{"//line directives", "package a\n\n//line grammar.y:100:7\nfunc F() {\n//line other.y:7\n}\n/*line x.go:1:1*/ func G() {}\n", "F 4.1-6.2\nG 7.19-7.30\n"},
		{"tabs count as one", "package a\n\tfunc F() {}\n", "F 2.2-2.13\n"},
		{"func in comments and strings", "package a\n// func X() {}\nvar s = `\nfunc Y() {}\n`\nfunc F() {}\n", "F 6.1-6.12\n"},

		{"value receiver", "package a\nfunc (t T) M() {}\n", "T.M 2.1-2.18\n"},
		{"pointer receiver", "package a\nfunc (t *T) M() {}\n", "(*T).M 2.1-2.19\n"},
		{"receiver without a name", "package a\nfunc (T) M() {}\nfunc (*T) N() {}\n", "T.M 2.1-2.16\n(*T).N 3.1-3.17\n"},
		{"generic receiver", "package a\nfunc (x T[K]) M() {}\nfunc (x *T[K, V]) N() {}\nfunc (T[_]) O() {}\n", "T.M 2.1-2.21\n(*T).N 3.1-3.25\nT.O 4.1-4.19\n"},
		{"receiver in parentheses", "package a\nfunc (t (T)) M() {}\nfunc (t *(T[K])) N() {}\nfunc (t (*T)) O() {}\n", "T.M 2.1-2.20\n(*T).N 3.1-3.24\n(*T).O 4.1-4.21\n"},
		{"impossible receiver", "package a\nfunc (t []T) M() {}\nfunc (t p.T) N() {}\nfunc () O() {}\n", "?.M 2.1-2.20\n?.N 3.1-3.20\nO 4.1-4.15\n"},

		{"closures belong to their function", "package a\nfunc F() {\n\tg := func() { func() {}() }\n\tdefer g()\n}\n", "F 2.1-5.2\n"},
		{"a local variable is no package-level one", "package a\nfunc F() { var g = func() {} }\n", "F 2.1-2.31\n"},
		{"closure in a literal", "package a\nvar f = func() { func() {}() }\n", "literal f 2.9-2.31\n"},

		{"variable", "package a\nvar f = func() {}\n", "literal f 2.9-2.18\n"},
		{"variables in a group", "package a\nvar (\n\tf = func() {}\n\tg, h = 1, func() {}\n)\n", "literal f 3.6-3.15\nliteral h 4.12-4.21\n"},
		{"two variables", "package a\nvar a, b = func() {}, func() {}\n", "literal a 2.12-2.21\nliteral b 2.23-2.32\n"},
		{"two variables of one call", "package a\nvar a, b = f(func() {}, func() {})\n", "literal a 2.14-2.23\nliteral a.func2 2.25-2.34\n"},
		{"blank variable", "package a\nvar _ = func() {}\nvar _ I = func() {}\n", "literal _ 2.9-2.18\nliteral _.func2 3.11-3.20\n"},
		{"in a call", "package a\nvar f = sync.OnceValue(func() int { return 1 })\n", "literal f 2.24-2.47\n"},
		{"called", "package a\nvar f = func() int { return 1 }()\n", "literal f 2.9-2.32\n"},
		{"several in one value", "package a\nvar f = []func(){func() {}, func() {}, func() {}}\n", "literal f 2.18-2.27\nliteral f.func2 2.29-2.38\nliteral f.func3 2.40-2.49\n"},
		{"field", "package a\nvar cmd = &Command{Use: \"x\", Run: func() {}, RunE: func() {}}\n", "literal cmd.Run 2.35-2.44\nliteral cmd.RunE 2.52-2.61\n"},
		{"field of a field", "package a\nvar c = T{\n\tA: U{B: func() {}},\n\tC: []V{{D: func() {}}, {D: func() {}}},\n}\n", "literal c.A.B 3.10-3.19\nliteral c.C.D 4.13-4.22\nliteral c.C.D.func2 4.29-4.38\n"},
		{"string keys", "package a\nvar h = map[string]func(){\"GET\": func() {}, `PUT`: func() {}, 'x': func() {}, 7: func() {}}\n", "literal h[\"GET\"] 2.34-2.43\nliteral h[`PUT`] 2.52-2.61\nliteral h['x'] 2.68-2.77\nliteral h[7] 2.82-2.91\n"},
		{"constants as keys", "package a\nvar h = map[string]func(){http.MethodGet: func() {}, a.b.C: func() {}, -1: func() {}}\n", "literal h[http.MethodGet] 2.43-2.52\nliteral h 2.61-2.70\nliteral h.func2 2.76-2.85\n"},
		{"keys that don't fit a name", "package a\nvar h = M{\"" + strings.Repeat("x", 59) + "\": func() {}, `a\nb`: func() {}, \"" + strings.Repeat("y", 58) + "\": func() {}}\n", "literal h 2.74-2.83\nliteral h.func2 3.5-3.14\nliteral h[\"" + strings.Repeat("y", 58) + "\"] 3.78-3.87\n"},
		{"function as a key", "package a\nvar h = M{func() {}: func() {}}\n", "literal h 2.11-2.20\nliteral h.func2 2.22-2.31\n"},
		{"same name as a function", "package a\nfunc f() {}\nvar f = func() {}\n", "f 2.1-2.12\nliteral f 3.9-3.18\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := parse(t, tt.text)
			if got := dump(p.Funcs); got != tt.want {
				t.Errorf("have:\n%swant:\n%s", got, tt.want)
			}
			if tt.text != "" && p.Err != nil {
				t.Errorf("the text is whole, have %v", p.Err)
			}
			checkFuncs(t, tt.text, p)
		})
	}
}

// TestParseBroken says what survives of a text with syntax errors.
func TestParseBroken(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text, want, err string
	}{
		{"empty", "", "", "1:1: expected ';', found 'EOF'"},
		{"garbage", "<html>\nfunc F() {}\n", "F 2.1-2.12\n", "1:1: expected 'package', found '<'"},
		{"no package clause", "func F() {}\nfunc G() {}\n", "F 1.1-1.12\nG 2.1-2.12\n", "1:1: expected 'package', found 'func'"},
		{"half-typed package clause", "packag a\n\nfunc F() {}\n", "F 3.1-3.12\n", "1:1: expected 'package', found packag"},
		{"half-typed import", "package a\n\nimport \"fm\n\nimport \"os\"\n\nfunc F() {}\n", "F 7.1-7.12\n", "3:8: string literal not terminated"},
		{"garbage behind the package clause", "package a\n\n}}} what?\n\nfunc F() {}\n\nfunc G() {}\n", "F 5.1-5.12\nG 7.1-7.12\n", "3:1: expected declaration, found '}'"},
		{"half-typed declaration", "package a\n\nfunc F() {}\n\nvar x =\n\nfunc G() {}\n\nfunc H() {}\n", "F 3.1-3.12\nG 7.1-7.12\nH 9.1-9.12\n", "7:6: expected '(', found G"},
		{"half-typed function", "package a\n\nfunc F() {}\n\nfunc G(\n\n// H does.\nfunc H() {}\n\nfunc I() {}\n", "F 3.1-3.12\nG 5.1-5.8\nH 8.1-8.12\nI 10.1-10.12\n", "8:6: expected '(', found H"},
		{"function without a name", "package a\n\nfunc F() {}\n\nfunc\n\nfunc H() {}\n", "F 3.1-3.12\nH 7.1-7.12\n", "7:1: expected 'IDENT', found 'func'"},
		{"method without a name", "package a\n\nfunc F() {}\n\nfunc (t *T)\n\nfunc H() {}\n", "F 3.1-3.12\nH 7.1-7.12\n", "5:12: expected 'IDENT', found newline"},
		{"name behind the next declaration", "package a\n\nfunc (\nvar) F() {}\n\nfunc G() {}\n", "G 6.1-6.12\n", "4:1: expected ')', found 'var'"},
		{"head without a body", "package a\n\nfunc F() {}\n\nfunc G(a int) error\n\nfunc H() { return }}\n", "F 3.1-3.12\nG 5.1-5.20\nH 7.1-7.20\n", "7:20: expected declaration, found '}'"},
		{"unclosed brace in the middle", "package a\n\nfunc F() {}\n\nfunc G() {\n\tif x {\n}\n\nfunc H() {}\n\nfunc I() {}\n", "F 3.1-3.12\nG 5.1-7.2\nH 9.1-9.12\nI 11.1-11.12\n", "9:6: expected '(', found H"},
		{"unclosed brace at the end", "package a\n\nfunc F() {}\n\nfunc G() {\n\tif x {\n", "F 3.1-3.12\nG 5.1-6.8\n", "6:9: expected ';', found 'EOF'"},
		{"unclosed literal at the end", "package a\n\nvar f = func() M{!\n\n", "literal f 3.9-3.19\n", "4:2: expected ';', found 'EOF'"},
		{"unclosed brace before comments", "package a\n\nfunc F() {\n\n// G does\n// more.\nfunc G() {}\n", "F 3.1-3.11\nG 7.1-7.12\n", "7:6: expected '(', found G"},
		{"unclosed braces in two functions", "package a\n\nfunc F() {\n\nfunc G() {}\n\nfunc H() {\n\nfunc I() {}\n", "F 3.1-3.11\nG 5.1-5.12\nH 7.1-7.11\nI 9.1-9.12\n", "5:6: expected '(', found G"},
		{"one brace too many", "package a\n\nfunc F() {\n}}\n\nfunc G() {}\n", "F 3.1-4.2\nG 6.1-6.12\n", "4:2: expected declaration, found '}'"},
		{"half-typed statement", "package a\n\nfunc F() {\n\tx :=\n}\n\nfunc G() {}\n", "F 3.1-5.2\nG 7.1-7.12\n", "5:1: expected operand, found '}'"},
		{"half-typed call", "package a\n\nfunc F() {\n\tfoo(\n}\n\nfunc G() {}\n", "F 3.1-5.2\nG 7.1-7.12\n", "5:1: expected operand, found '}'"},
		{"unclosed string", "package a\n\nfunc F() {\n\tx := \"\n}\n\nfunc G() {}\n", "F 3.1-5.2\nG 7.1-7.12\n", "4:7: string literal not terminated"},
		{"unclosed raw string", "package a\n\nfunc F() {\n\tx := `\n}\n\nfunc G() {}\n", "F 3.1-5.2\nG 7.1-7.12\n", "4:7: raw string literal not terminated"},
		{"func in a raw string before it", "package a\n\nvar s = `\nfunc X() {}\n`\n\nfunc F() {\n\tx :=\n}\n\nfunc G() {}\n", "F 7.1-9.2\nG 11.1-11.12\n", "9:1: expected operand, found '}'"},
		{"func in a raw string behind it", "package a\n\nfunc F() {\n\tx :=\n}\n\nvar s = `\nfunc X() {}\n`\n\nfunc G() {}\n", "F 3.1-5.2\nG 11.1-11.12\n", "5:1: expected operand, found '}'"},
		{"func in a raw string before an unclosed comment", "package a\n\nvar s = `\nfunc X() {}\n`\n\n/* x\n", "", "7:1: comment not terminated"},
		{"func in a raw string of a literal before it", "package a\n\nvar m = M{\n\t\"a\": func() { s(`\nfunc X() {}\n`) },\n\t\"b\": func() { x := },\n}\n\nfunc G() {}\n", "literal m[\"a\"] 4.7-6.5\nG 10.1-10.12\n", "7:21: expected operand, found '}'"},
		{"brace for a name", "package a\n\nfunc {\n}\n\nfunc F() {}\n", "F 6.1-6.12\n", "3:6: expected 'IDENT', found '{'"},
		{"unclosed comment", "package a\n\nfunc F() {}\n\n/* x\n\nfunc G() {}\n", "F 3.1-3.12\nG 7.1-7.12\n", "5:1: comment not terminated"},
		{"conflict markers", "package a\n\nfunc F() {}\n\n<<<<<<< ours\nfunc G() {}\n=======\nfunc H() {}\n>>>>>>> theirs\n\nfunc I() {}\n", "F 3.1-3.12\nG 6.1-6.12\nH 8.1-8.12\nI 11.1-11.12\n", "5:1: expected declaration, found '<<'"},
		{"conflict markers in a function", "package a\n\nfunc F() {\n<<<<<<< ours\n\ta()\n=======\n\tb()\n>>>>>>> theirs\n}\n\nfunc G() {}\n", "F 3.1-9.2\nG 11.1-11.12\n", "4:1: expected statement, found '<<'"},
		{"many errors", "package a\n" + strings.Repeat("\nvar = 1\n", 12) + "\nfunc F() {}\n", "F 27.1-27.12\n", "3:5: expected 'IDENT', found '='"},
		{"too many errors", "package a\n" + strings.Repeat("\nvar = 1\n", 500) + "\nfunc F() {}\n", "F 1003.1-1003.12\n", "3:5: expected 'IDENT', found '='"},
		{"half-typed literal", "package a\n\nvar f = func() {\n\nfunc G() {}\n", "literal f 3.9-3.17\nG 5.1-5.12\n", "5:6: expected '(', found G"},
		{"half-typed literal among others", "package a\n\nvar m = M{\n\t\"a\": func() {},\n\t\"b\": func() { x := },\n\t\"c\": func() {},\n}\n\nfunc G() {}\n", "literal m[\"a\"] 4.7-4.16\nliteral m[\"b\"] 5.7-7.2\nG 9.1-9.12\n", "5:21: expected operand, found '}'"},
		{"//line directives", "package a\n\n//line z.y:1\nfunc F() {\n\tx :=\n}\n\n//line a.y:1\nfunc G() {\n\ty :=\n}\n", "F 4.1-6.2\nG 9.1-11.2\n", "z.y:3: expected operand, found '}'"},
		{"CRLF", "package a\r\n\r\nfunc F() {\r\n\tx :=\r\n}\r\n\r\nfunc G() {}\r\n", "F 3.1-5.2\nG 7.1-7.12\n", "5:1: expected operand, found '}'"},
		{"not UTF-8", "package a\n\nfunc F\xff() {}\n\nvar h = M{\"\xff\": func() {}}\n\nfunc G() {}\n", "F 3.1-3.13\nG 7.1-7.12\n", "3:7: expected '(', found 'ILLEGAL'"},
		{"NUL", "package a\n\nfunc F() {\x00}\n\nfunc G() {}\n", "F 3.1-3.13\nG 5.1-5.12\n", "3:11: expected statement, found 'ILLEGAL'"},
		{"too deep", "package a\n\nfunc F() {" + strings.Repeat("{", 100_001) + "\n\nfunc G() {}\n", "G 5.1-5.12\n", "3:100011: exceeded max nesting depth"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := parse(t, tt.text)
			if got := dump(p.Funcs); got != tt.want {
				t.Errorf("have:\n%swant:\n%s", got, tt.want)
			}
			if p.Err == nil || p.Err.Error() != tt.err {
				t.Errorf("error %v, want %s", p.Err, tt.err)
			}
			checkFuncs(t, tt.text, p)
		})
	}
}

// TestParseBrokenBounded: a text may have so many errors that nobody wants to wait.
func TestParseBrokenBounded(t *testing.T) {
	t.Parallel()
	const n = 1_000
	text := "package a\n\n" + strings.Repeat("func F() {\n\n", n)
	p := parse(t, text)
	checkFuncs(t, text, p)
	if got := len(p.Funcs); got < 10 || got > n/2 {
		t.Errorf("have %d of %d functions", got, n)
	}
}

func TestParsePackage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text, want string
		main       bool
	}{
		{"package main\n", "main", true},
		{"// Doc.\npackage  main // import \"x\"\n\nfunc main() {\n", "main", true},
		{"package mainly\n", "mainly", false},
		{"package größe\n", "größe", false},
		{"\ufeffpackage a\r\n", "a", false},
		{"package\n", "", false},
		{"package _\n", "", false},
		{"", "", false},
		{"func main() {}\n", "", false},
	}
	for _, tt := range tests {
		p := parse(t, tt.text)
		if p.Package != tt.want || p.Main() != tt.main {
			t.Errorf("%q: package %q, main %t", tt.text, p.Package, p.Main())
		}
	}
}

func TestParseImportsTesting(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule, text string
		want       bool
	}{
		{"alone", "package a\nimport \"testing\"\n", true},
		{"in a list, by another name", "package a\nimport (\n\t\"fmt\"\n\tt `testing`\n)\n", true},
		{"a package below it", "package a\nimport \"testing/fstest\"\n", false},
		{"a package that ends in it", "package a\nimport \"a/testing\"\n", false},
		{"in a comment", "package a\n// import \"testing\"\n", false},
		{"before a syntax error", "package a\nimport \"testing\"\nfunc f( {\n", true},
		{"an import without an end", "package a\nimport \"testing\nfunc f() {}\n", false},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			if p, _ := source.Parse("a.go", tt.text); p.ImportsTesting != tt.want {
				t.Errorf("ImportsTesting = %v", p.ImportsTesting)
			}
		})
	}
}

func TestParseGenerated(t *testing.T) {
	t.Parallel()
	const marker = "// Code generated by x. DO NOT EDIT."
	tests := []struct {
		name, text string
		want       bool
	}{
		{"first line", marker + "\n\npackage a\n", true},
		{"doc comment", "// Doc.\n" + marker + "\npackage a\n", true},
		{"behind the licence", "// Copyright\n\n/*\nmore\n*/\n\n" + marker + "\n\npackage a\n", true},
		{"behind a byte order mark", "\ufeff" + marker + "\npackage a\n", true},
		{"CRLF", marker + "\r\n\r\npackage a\r\n", true},
		{"behind build tags", "//go:build linux\n\n" + marker + "\n\npackage a\n", true},
		{"names no tool", "// Code generated  DO NOT EDIT.\npackage a\n", true},
		{"behind the package clause", "package a\n\n" + marker + "\n", false},
		{"on the package clause's line", "package a " + marker + "\n", false},
		{"one space", "// Code generated DO NOT EDIT.\npackage a\n", false},
		{"no full stop", "// Code generated by x. DO NOT EDIT\npackage a\n", false},
		{"more behind it", marker + " Really.\npackage a\n", false},
		{"no space", "//Code generated by x. DO NOT EDIT.\npackage a\n", false},
		{"other case", "// code generated by x. do not edit.\npackage a\n", false},
		{"other words", "// Generated by x. DO NOT EDIT.\npackage a\n", false},
		{"broken behind it", marker + "\npackage a\n\nfunc {\n", true},
		{"nothing else", marker + "\n", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := parse(t, tt.text).Generated; got != tt.want {
				t.Errorf("have %t", got)
			}
			file, err := parser.ParseFile(token.NewFileSet(), "", tt.text, parser.ParseComments|parser.PackageClauseOnly)
			if err == nil && ast.IsGenerated(file) != tt.want {
				t.Errorf("go/ast says %t", !tt.want)
			}
		})
	}
}

func TestParseHash(t *testing.T) {
	t.Parallel()
	const text = "package a\n\nfunc F() { x() }\n\nfunc G() { x() }\n\nvar f = func() { x() }\n"
	before := parse(t, text).Funcs
	tests := []struct {
		name, old, new string
		same           []bool
	}{
		{"nothing", "", "", []bool{true, true, true}},
		{"moved", "package a\n", "package a\n\n// More.\n", []bool{true, true, true}},
		{"body", "F() { x()", "F() { y()", []bool{false, true, true}},
		{"name", "func G", "func H", []bool{true, false, true}},
		{"variable", "var f", "var g", []bool{true, true, true}},
		{"space", "{ x() }", "{  x() }", []bool{false, true, true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			after := parse(t, strings.Replace(text, tt.old, tt.new, 1)).Funcs
			for i, f := range after {
				if (f.Hash == before[i].Hash) != tt.same[i] {
					t.Errorf("%s: same hash: %t", f.Name, !tt.same[i])
				}
			}
		})
	}
	if before[0].Hash == before[1].Hash || before[1].Hash == before[2].Hash {
		t.Error("different functions have the same hash")
	}
}

func TestParseOtherLanguages(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a.d", "a.zig", "a.go.txt", "go", ".golang", "a.GO", ""} {
		if p, ok := source.Parse(name, "package a"); ok || p != nil {
			t.Errorf("%q: %v, %t", name, p, ok)
		}
	}
}

// TestParseModules compares with an independent walk over the declarations of real modules.
func TestParseModules(t *testing.T) {
	t.Parallel()
	for _, mod := range []string{"github.com/spf13/cobra", "github.com/pelletier/go-toml/v2"} {
		t.Run(mod, func(t *testing.T) {
			t.Parallel()
			files := goFiles(t, moduleDir(t, mod))
			if len(files) < 20 {
				t.Fatalf("only %d files", len(files))
			}
			for _, path := range files {
				text := readFile(t, path)
				p := parse(t, text)
				if p.Err != nil {
					t.Errorf("%s: %v", path, p.Err)
				}
				checkFuncs(t, text, p)
				var got []string
				for _, f := range p.Funcs {
					if !f.Literal {
						got = append(got, fmt.Sprintf("%d-%d %s", f.Span.Start.Line, f.Span.End.Line, f.Name))
					}
				}
				if want := declared(t, text); !slices.Equal(got, want) {
					t.Errorf("%s: have %q, want %q", path, got, want)
				}
			}
		})
	}
}

// declared walks like go tool cover -func: all function declarations that have a body.
func declared(t *testing.T, text string) []string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", text, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for n := range ast.Preorder(file) {
		if d, ok := n.(*ast.FuncDecl); ok && d.Body != nil {
			out = append(out, fmt.Sprintf("%d-%d %s", fset.Position(d.Pos()).Line, fset.Position(d.End()).Line, d.Name.Name))
		}
	}
	return out
}

// TestAttributeCobra compares every function of real profiles with what go tool cover -func printed.
func TestAttributeCobra(t *testing.T) {
	t.Parallel()
	corpus := filepath.Join(shared(t), "corpus")
	const mod = "github.com/spf13/cobra"
	dir := moduleDir(t, mod)
	for _, name := range []string{"go-cobra-set", "go-cobra-atomic-coverpkg"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var expected struct {
				Profiles map[string]struct {
					FunctionPercents []struct {
						File, Name string
						Line       int
						Percent    float64
					} `json:"function_percents"`
				}
			}
			if err := json.Unmarshal([]byte(readFile(t, filepath.Join(corpus, name, "expected.json"))), &expected); err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, f := range expected.Profiles["cover.out"].FunctionPercents {
				want = append(want, fmt.Sprintf("%s:%d %s %.1f", f.File, f.Line, f.Name, f.Percent))
			}
			profiles, err := cover.ParseProfiles(filepath.Join(corpus, name, "cover.out"))
			if err != nil || len(want) < 200 {
				t.Fatalf("%d functions: %v", len(want), err)
			}
			var got []string
			for _, profile := range profiles {
				text := readFile(t, filepath.Join(dir, strings.TrimPrefix(profile.FileName, mod)))
				for _, f := range (&coverage.File{Regions: regions(profile)}).Count(parse(t, text).Funcs) {
					if !f.Literal {
						percent := 100 * float64(f.Statements.Covered) / float64(f.Statements.Total)
						got = append(got, fmt.Sprintf("%s:%d %s %.1f", profile.FileName, f.Span.Start.Line, f.Name, percent))
					}
				}
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("have %q\nwant %q", got, want)
			}
		})
	}
}

func regions(p *cover.Profile) []coverage.Region {
	var out []coverage.Region
	for _, b := range p.Blocks {
		out = append(out, coverage.Region{
			Start:      coverage.Point{Line: uint32(b.StartLine), Col: uint32(b.StartCol)},
			End:        coverage.Point{Line: uint32(b.EndLine), Col: uint32(b.EndCol)},
			Statements: uint32(b.NumStmt), Count: uint64(b.Count),
		})
	}
	slices.SortFunc(out, coverage.Region.Compare)
	return out
}

// TestParseGoDeep has texts in which something is as long or as deep as it can be. Each part of them is looked at
// a bounded number of times: over some the test would take hours, and not seconds, if it were looked at from
// everything around it.
func TestParseGoDeep(t *testing.T) {
	t.Parallel()
	const n = 60_000
	rep := strings.Repeat
	for name, body := range map[string]string{
		"a chain in an error return": "if err != nil { return a" + rep(".a", n) + " }",
		"calls in an error return":   "if err != nil { return a" + rep("()", n) + " }",
		"a chain that is compared":   "if a" + rep(".a", n) + " != nil { return x }",
		"errors tested in turn":      rep("if err != nil { ", n/20) + "return a.a(b, c.err) " + rep("}", n/20),
		"errors tested at once":      "if err != nil " + rep("&& erra != nil ", n/4) + " { " + rep("if x { return y };", n/20) + " }",
		"terms":                      "if err != nil { return a" + rep("+a", n) + " }",
		"blocks":                     rep("{", n) + rep("}", n),
		"blocks without an end":      rep("if x {\n", n/4),
		"switches without an end":    rep("switch { case x:\n", n/4),
		"closures without an end":    rep("a = func() {\n", n/4),
		"functions without an end":   rep("}; func f() { if x {\n", n/4),
		"markers":                    rep("x() //coverage:ignore\n", n/4),
		"marked, without an end":     "//coverage:ignore\n" + rep("if x {\n", n/4),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "package a\n\nfunc f() error {\n" + body + "\nreturn nil }\n"
			p, ok := source.Parse("a.go", text)
			if !ok || len(p.Funcs) == 0 {
				t.Fatalf("nothing was found: %v", p.Err)
			}
			checkFuncs(t, text, p)
			for _, e := range source.Exclusions("a.go", text, false) {
				if !e.Span.Ordered() {
					t.Errorf("excluded %v", e)
				}
			}
		})
	}
}

// FuzzParseGo checks that any text gives functions that lie in it.
func FuzzParseGo(f *testing.F) {
	for _, text := range []string{
		"", "package", "package a\nfunc", "package a\nfunc (", "package a\nfunc F(", "package a\nfunc (t *T[K]) M() {}\n",
		"package a\nvar a, b = func() {}, T{X: func() {}, \"k\": func() {}}\n",
		"package a\nfunc F() {\n\tif x {\n}\nfunc G() {}\n", "\ufeff// Code generated by x. DO NOT EDIT.\r\npackage main\r\nfunc main() {}\r\n",
		"package a\n//line x.y:9:9\nfunc F() {}\n", "package a;func\xff() {}", "package a\nfunc 世() {\x00`",
		"package a\nvar x = func(", "package a\nvar x = func() {", "package a\nfunc _ F() {}", "package a\nfunc F() { func G() {} }",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p := parse(t, text)
		checkFuncs(t, text, p)
		checkFacts(t, text, p)
		again := parse(t, text)
		if dump(again.Funcs) != dump(p.Funcs) || again.Generated != p.Generated || again.Package != p.Package {
			t.Error("parsed again, it is something else")
		}
	})
}

// BenchmarkParseGo reads the sources of a module: whole ones, and the same with an unclosed brace in
// the middle.
func BenchmarkParseGo(b *testing.B) {
	var texts, broken []string
	size := 0
	for _, path := range goFiles(b, moduleDir(b, "github.com/spf13/cobra")) {
		text := readFile(b, path)
		half := len(text)/2 + max(0, strings.Index(text[len(text)/2:], "{\n"))
		texts, broken = append(texts, text), append(broken, text[:half]+"{\n"+text[half:])
		size += len(text)
	}
	for _, bb := range []struct {
		name  string
		texts []string
	}{{"whole", texts}, {"broken", broken}} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for b.Loop() {
				for _, text := range bb.texts {
					source.Parse("x.go", text)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size)*1024, "ns/KB")
		})
	}
	b.Run("go/parser", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, text := range texts {
				if _, err := parser.ParseFile(token.NewFileSet(), "", text, parser.SkipObjectResolution); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size)*1024, "ns/KB")
	})
}

// moduleDir is where the source of a module lies that this one requires.
func moduleDir(t testing.TB, path string) string {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", path).Output()
	dir := strings.TrimSpace(string(out))
	if err != nil || dir == "" {
		t.Skipf("skipped without the source of %s: %v", path, err)
	}
	return dir
}

func goFiles(t testing.TB, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if filepath.Ext(path) == ".go" && d.Type().IsRegular() {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func readFile(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func shared(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("COVLS_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, "corpus")); err != nil {
		t.Skipf("skipped without the corpus (COVLS_SHARED says where it is): %v", err)
	}
	return dir
}
