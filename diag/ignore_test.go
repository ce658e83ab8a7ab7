package diag_test

import (
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
)

// TestIgnoreAt has functions that no test reaches, named Out, and the text around the marker after the
// edit; "" where there is no edit. Beside Out stands In, which must stay in. What is broken was typed after the tests
// ran: there is no profile of broken code.
func TestIgnoreAt(t *testing.T) {
	t.Parallel()
	const in = "\nfunc In() { println(1) }\n"
	tests := []struct{ name, before, want string }{
		{"plain", "func Out() {\n\tprintln(2)\n}\n", "//coverage:ignore TODO: say why\nfunc Out() {"},
		{"on a line", "func Out() { println(2) }\n", "//coverage:ignore TODO: say why\nfunc Out() {"},
		{"with a doc comment", "// Out does it.\nfunc Out() {\n\tprintln(2)\n}\n", "// Out does it.\n//\n//coverage:ignore TODO: say why\nfunc Out() {"},
		{"with a blank comment line", "// Out does it.\n//\nfunc Out() {\n\tprintln(2)\n}\n", "// Out does it.\n//\n//coverage:ignore TODO: say why\nfunc Out() {"},
		{"with a directive", "// Out does it.\n//\n//go:noinline\nfunc Out() {\n\tprintln(2)\n}\n", "//go:noinline\n//coverage:ignore TODO: say why\nfunc Out() {"},
		{"with a comment in stars", "/* Out does it. */\nfunc Out() {\n\tprintln(2)\n}\n", "/* Out does it. */\n//coverage:ignore TODO: say why\nfunc Out() {"},
		{"behind a comment of its own", "// Something.\n\nfunc Out() {\n\tprintln(2)\n}\n", "// Something.\n\n//coverage:ignore TODO: say why\nfunc Out() {"},
		{"method", "type T int\n\nfunc (t *T) Out() {\n\tprintln(2)\n}\n", "\n\n//coverage:ignore TODO: say why\nfunc (t *T) Out() {"},
		{"over several lines", "func Out(\n\ta int,\n\tb int,\n) {\n\tprintln(2)\n}\n", "//coverage:ignore TODO: say why\nfunc Out(\n"},
		{"type parameters", "func Out[T any](t T) {\n\tprintln(2)\n}\n", "//coverage:ignore TODO: say why\nfunc Out[T any]"},
		{"carriage returns", "// Out does it.\r\nfunc Out() {\r\n\tprintln(2)\r\n}\r\n", "// Out does it.\r\n//\r\n//coverage:ignore TODO: say why\r\nfunc Out() {"},
		{"literal", "var Out = func() {\n\tprintln(2)\n}\n", "//coverage:ignore TODO: say why\nvar Out = func() {"},
		{"literal in a list", "var list = []func(){\n\tfunc() { println(3) },\n\tfunc() {\n\t\tprintln(2)\n\t},\n}\n", "\tfunc() { //coverage:ignore TODO: say why\n\t\tprintln(2)"},
		{"literal in a struct", "var x = struct{ Out func() }{\n\tOut: func() {\n\t\tprintln(2)\n\t},\n}\n", "\tOut: func() { //coverage:ignore TODO: say why\n\t\tprintln(2)"},
		{"two on a line", "func Out() { println(2) }; func Else() { println(3) }\n", "//coverage:ignore TODO: say why\nfunc Out() { println(2) }; func Else"},
		{"left out already", "//coverage:ignore\nfunc Out() {\n\tprintln(2)\n}\n", ""},
		{"in a file with another", "func Out() {\n\tprintln(2)\n}\n\nfunc Else() {\n\t//coverage:ignore\n\tprintln(3)\n}\n", "//coverage:ignore TODO: say why\nfunc Out() {"},
		{"among broken code", "func Out() {\n\tprintln(2)\n}\n\nfunc (\n", "//coverage:ignore TODO: say why\nfunc Out() {"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			head := "package p\n"
			if strings.Contains(tt.before, "\r") {
				head = "package p\r\n"
			}
			code := head + in + "\n" + tt.before
			whole, _, broken := strings.Cut(code, "func (\n")
			dir, path := folder(t, whole)
			snap := load(t, dir)
			d := open(t, path)
			if broken {
				d = d.WithText(2, text.New(code))
			}
			at := strings.Index(code, "Out")
			if i := strings.Index(code, "Out: "); i >= 0 {
				at = i + len("Out: ")
			} else if i := strings.Index(code, "func Out"); i >= 0 {
				at = i + len("func ")
			} else if i := strings.Index(code, ") Out"); i >= 0 {
				at = i + len(") ")
			} else if i := strings.Index(code, "func() {\n\t\tprintln(2)"); i >= 0 {
				at = i
			}
			e, ok := diag.IgnoreAt(snap, d, diag.Span{Start: at, End: at})
			if ok != (tt.want != "") {
				t.Fatalf("edit %+v, %v", e, ok)
			}
			if !ok {
				return
			}
			after := code[:e.Offset] + e.Text + code[e.Offset:]
			if !strings.Contains(after, tt.want) {
				t.Errorf("got\n%s\nwant in it\n%s", after, tt.want)
			}
			if formatted, err := format.Source([]byte(code)); err == nil && string(formatted) == code {
				if again, err := format.Source([]byte(after)); err != nil || string(again) != after {
					t.Errorf("gofmt makes of it\n%s", again)
				}
			}
			if !leftOut(after, "println(2)") || leftOut(after, "println(1)") || leftOut(after, "println(3)") != leftOut(code, "println(3)") {
				t.Errorf("not what was to be left out:\n%s", after)
			}
		})
	}
}

// leftOut reports whether markers in a Go text leave out what begins with these words.
func leftOut(code, words string) bool {
	t, at := text.New(code), strings.Index(code, words)
	return at >= 0 && slices.ContainsFunc(source.Exclusions("p.go", code, false), func(x coverage.Exclusion) bool {
		return t.At(x.Span.Start.Line, x.Span.Start.Col) <= at && at < t.At(x.Span.End.Line, x.Span.End.Col)
	})
}

// TestIgnoreAtPlaces has the stretches for which the edit is offered.
func TestIgnoreAtPlaces(t *testing.T) {
	t.Parallel()
	const code = "package p\n\n// Doc.\nfunc Out(\n\ta int,\n) {\n\tprintln(2)\n}\n\nfunc In() { println(1) }\n"
	dir, path := folder(t, code)
	snap := load(t, dir)
	d := open(t, path)
	for _, tt := range []struct {
		from, to string
		want     bool
	}{
		{"func Out", "func Out", true},
		{"Out(", "Out(", true},
		{"package", "println(2)", true},
		{"\n\ta int", "\n\ta int", true}, // the end of the line
		{"a int", "a int", false},
		{"println(2)", "println(2)", false},
		{"Doc", "Doc", false},
		{"In()", "In()", false},
	} {
		if e, ok := diag.IgnoreAt(snap, d, diag.Span{Start: strings.Index(code, tt.from), End: strings.Index(code, tt.to)}); ok != tt.want {
			t.Errorf("from %q to %q: %+v, %v", tt.from, tt.to, e, ok)
		}
	}
}

// folder makes a module of one file, of which only In ran.
func folder(t *testing.T, code string) (dir, path string) {
	t.Helper()
	dir = t.TempDir()
	path = filepath.Join(dir, "p.go")
	parsed, _ := source.Parse("p.go", code)
	profile := "mode: set\n"
	for _, b := range source.Blocks(code) {
		ran := 0
		if slices.ContainsFunc(parsed.Funcs, func(f coverage.Func) bool { return f.Name == "In" && f.Span.Contains(b.At.Start) }) {
			ran = 1
		}
		profile += fmt.Sprintf("example.com/p/p.go:%d.%d,%d.%d %d %d\n", b.As.Start.Line, b.As.Start.Col, b.As.End.Line, b.As.End.Col, b.As.Statements, ran)
	}
	for name, content := range map[string]string{"go.mod": "module example.com/p\n\ngo 1.26\n", "p.go": code, "cover.out": profile} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir, path
}
