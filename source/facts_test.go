package source_test

import (
	"cmp"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/cover"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestKindsOfGaps lists every block of real profiles that did not run, with its kind and its text, in
// testdata/kinds, where a person can see whether the kind is right.
func TestKindsOfGaps(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, profile, module, version string }{
		{"cobra", filepath.Join("..", "internal", "e2e", "testdata", "cobra.out"), "github.com/spf13/cobra", "v1.10.2"},
		{"toml", "", "github.com/BurntSushi/toml", "v1.6.0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.profile == "" {
				tt.profile = filepath.Join(shared(t), "corpus", "go-toml-count", "cover.out")
			}
			dir := profiletest.ModuleDir(t, tt.module+"@"+tt.version)
			profiles, err := cover.ParseProfiles(tt.profile)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, profile := range profiles {
				name := strings.TrimPrefix(profile.FileName, tt.module+"/")
				text := readFile(t, filepath.Join(dir, filepath.FromSlash(name)))
				p := parse(t, text)
				for _, r := range regions(profile) {
					if !r.Uncovered() {
						continue
					}
					fn := slices.IndexFunc(p.Funcs, func(f coverage.Func) bool { return f.Span.Contains(r.Start) })
					start, _ := offset(text, r.Start)
					end, _ := offset(text, r.End)
					code := strings.Join(strings.Fields(text[start:end]), " ")
					if len(code) > 70 {
						code = strings.ToValidUTF8(code[:70], "") + " …"
					}
					fmt.Fprintf(&got, "%s:%d %s | %s\n", name, r.Start.Line, p.KindAt(fn, r.Start).Name(), code)
				}
			}
			golden(t, filepath.Join("testdata", "kinds", tt.name+".txt"), got.String())
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := readFile(t, path)
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(g), len(w)) {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			t.Fatalf("%s:%d differs; have\n%s\nwant\n%s", path, i+1, strings.Join(g[min(i, len(g)):], "\n"), strings.Join(w[min(i, len(w)):], "\n"))
		}
	}
}

// checkFacts checks what holds for the facts of every text, broken or not.
func checkFacts(t *testing.T, text string, p *source.Parsed) {
	t.Helper()
	if len(p.Facts) != len(p.Funcs) {
		t.Fatalf("%d facts for %d functions", len(p.Facts), len(p.Funcs))
	}
	for i, f := range p.Facts {
		if f.Complexity == 0 && p.Err == nil {
			t.Errorf("%s: no complexity in a whole text", &p.Funcs[i])
		}
	}
	var open []source.Label
	for i, l := range p.Labels {
		for _, at := range []coverage.Point{l.Span.Start, l.Span.End} {
			if _, ok := offset(text, at); !ok {
				t.Fatalf("the label %v is not in the text", l)
			}
		}
		if i > 0 && l.Span.Start.Compare(p.Labels[i-1].Span.Start) < 0 || l.Span.Start.Compare(l.Span.End) >= 0 {
			t.Fatalf("the label %v is empty or not sorted", l)
		}
		for len(open) > 0 && open[len(open)-1].Span.End.Compare(l.Span.Start) <= 0 {
			open = open[:len(open)-1]
		}
		if len(open) > 0 && open[len(open)-1].Span.End.Compare(l.Span.End) < 0 {
			t.Fatalf("the label %v crosses %v", l, open[len(open)-1])
		}
		open = append(open, l)
	}
}

// TestFacts has hand counts of complexity.
func TestFacts(t *testing.T) {
	t.Parallel()
	type facts = source.Facts
	tests := []struct {
		name, text string
		want       source.Facts
	}{
		{"nothing in it", "func f() {}", facts{Complexity: 1}},
		{"exported", "func F() {}", facts{Complexity: 1, Exported: true}},
		{"method", "func (t T) M() {}", facts{Complexity: 1, Exported: true}},
		{"method of a pointer", "func (t *T[K]) M() {}", facts{Complexity: 1, Exported: true}},
		{"method of a type that is not exported", "func (t *t) M() {}", facts{Complexity: 1}},
		{"method that is not exported", "func (t *T) m() {}", facts{Complexity: 1}},
		{"literal", "var F = func() { f() }", facts{Complexity: 1}},
		{"if, else if, else", "func f() { if a { } else if b { } else { } }", facts{Complexity: 3}},
		{"conditions", "func f() { if a && b || !c { g(x || y) } }", facts{Complexity: 5}},
		{"loops", "func f() { for { }; for i := range 3 { }; for i := 0; i < 3 && a; i++ { } }", facts{Complexity: 5}},
		{"cases but not the default", "func f() { switch x { case 1, 2: case 3: g(); default: h() } }", facts{Complexity: 3}},
		{"types", "func f() { switch x := x.(type) { case int: g(x); case error: default: } }", facts{Complexity: 3}},
		{"communication but not the default", "func f() { select { case <-a: case b <- 1: default: } }", facts{Complexity: 3}},
		{"everything in statements of statements", "func f() { switch x := a || b; { case a && b: if c { for { } } } }", facts{Complexity: 6}},
		{"closures count to their function", "func f() { g := func() { if a { } }; defer func() { if b || c { } }(); g() }", facts{Complexity: 4}},
		{"literals count by themselves", "var f = func() { if a { func() { if b { } }() } }", facts{Complexity: 3}},
		{"labels, goto", "func f() { x: for { if a { continue x }; goto x } }", facts{Complexity: 3}},

		{"another main", "func main(x int) {}", facts{Complexity: 1}},
		{"test helper", "func need(t *testing.T, x int) { t.Helper() }", facts{Complexity: 1, Kind: source.TestHelper}},
		{"for all tests", "func need(t testing.TB) {}", facts{Complexity: 1, Kind: source.TestHelper}},
		{"of several", "func need(x int, a, b *testing.B) {}", facts{Complexity: 1, Kind: source.TestHelper}},
		{"what a fuzzer calls", "func FuzzAll(data []byte) int { return len(data) }", facts{Complexity: 1, Kind: source.Main, Exported: true}},
		{"fuzzes and returns something else", "func Fuzz(data []byte) error { return nil }", facts{Complexity: 1, Exported: true}},
		{"fuzzes something else", "func Fuzz(data [4]byte) int { return g(data) }", facts{Complexity: 1, Exported: true}},
		{"a method that fuzzes", "func (t T) Fuzz(data []byte) int { return g(data) }", facts{Complexity: 1, Exported: true}},
		{"takes another T", "func need(t *other.T, u testing.T, v *testing.TB, w *testing.PB) {}", facts{Complexity: 1}},
		{"getter", "func (t T) X() int { return t.x }", facts{Complexity: 1, Exported: true, Kind: source.Accessor}},
		{"getters", "func (t T) X() (int, *int, error) { return t.x.y, &t.z, nil }", facts{Complexity: 1, Exported: true, Kind: source.Accessor}},
		{"constant", "func x() string { return `x` }", facts{Complexity: 1}},
		{"negative", "func (t *T) x() int { return -t.x }", facts{Complexity: 1, Kind: source.Accessor}},
		{"what it is given", "func x(p int) int { return p }", facts{Complexity: 1}},
		{"what it is given points to", "func x(p *int) int { return *p }", facts{Complexity: 1}},
		{"nothing", "func x() error { return nil }", facts{Complexity: 1}},
		{"a field and a constant", "func (t *T) x() (int, error) { return t.x, nil }", facts{Complexity: 1, Kind: source.Accessor}},
		{"pointer", "func (t *T) x() int { return *t.p }", facts{Complexity: 1, Kind: source.Accessor}},
		{"setter", "func (t *T) Set(x int) { t.x = x }", facts{Complexity: 1, Exported: true, Kind: source.Accessor}},
		{"literal that returns a constant", "var f = func() bool { return true }", facts{Complexity: 1}},
		{"a call", "func x() int { return g() }", facts{Complexity: 1}},
		{"a comparison", "func x() bool { return a < b }", facts{Complexity: 1}},
		{"an element", "func x() bool { return a[0] }", facts{Complexity: 1}},
		{"a receive", "func x() bool { return <-a }", facts{Complexity: 1}},
		{"a local variable", "func x() { a := b }", facts{Complexity: 1}},
		{"a variable of the package", "func x() { a = b }", facts{Complexity: 1}},
		{"adds", "func (t *T) add(x int) { t.x += x }", facts{Complexity: 1}},
		{"sets two steps", "func (t *T) set(x int) { t.x = x; t.y = x }", facts{Complexity: 1}},
		{"a bare return", "func x() { return }", facts{Complexity: 1}},
		{"panics", "func f() { panic(1) }", facts{Complexity: 1, Kind: source.Panic}},
		{"says so first", "func f() { s := g(); log.Print(s); panic(s) }", facts{Complexity: 1, Kind: source.Panic}},
		{"a usage", "func usage() { s := g(); log.Print(s); os.Exit(1) }", facts{Complexity: 1}},
		{"logs and ends", "func f() { s := g(); log.Fatal(s) }", facts{Complexity: 1, Kind: source.Panic}},
		{"does more", "func f() { a(); b(); c(); os.Exit(1) }", facts{Complexity: 1}},
		{"may panic", "func f() { if a { panic(1) } }", facts{Complexity: 2}},
		{"another exit", "func f() { x.Exit(1) }", facts{Complexity: 1}},

		{"documented", "// F does it.  Really.\nfunc F() {}", facts{Complexity: 1, Exported: true, Doc: "F does it."}},
		{"documentation of another", "// F does it.\n\nfunc F() {}", facts{Complexity: 1, Exported: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := "package a\n\nimport \"testing\"\n\n" + tt.text + "\n"
			p := parse(t, text)
			checkFacts(t, text, p)
			if len(p.Facts) != 1 || p.Facts[0] != tt.want {
				t.Errorf("%+v, want %+v", p.Facts, tt.want)
			}
		})
	}
	for _, tt := range []struct {
		name, text string
		want       source.Kind
	}{
		{"main", "package main\n\nfunc main() { f() }\n", source.Main},
		{"main of another package", "package a\n\nfunc main() { f() }\n", source.Ordinary},
		{"method main", "package main\n\nfunc (t T) main() { f() }\n", source.Ordinary},
		{"literal main", "package main\n\nvar main = func() { f() }\n", source.Ordinary},
		{"main goes before what it does", "package main\n\nfunc main() { os.Exit(1) }\n", source.Main},
		{"testing by another name", "package a\n\nimport check \"testing\"\n\nfunc f(t *check.T) {}\n", source.TestHelper},
		{"another testing", "package a\n\nimport \"x/testing\"\n\nfunc f(t *testing.T) {}\n", source.Ordinary},
	} {
		if p := parse(t, tt.text); p.Facts[0].Kind != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, p.Facts[0].Kind, tt.want)
		}
	}
}

// TestFactsBroken: of a function with a syntax error nobody knows how complex it is.
func TestFactsBroken(t *testing.T) {
	t.Parallel()
	text := "package a\n\nfunc F() { if a { } }\n\n// G goes.\nfunc G() {\n\tif a {\n}\n\nfunc H() int { return 1 }\n\nfunc I(\n"
	p := parse(t, text)
	checkFacts(t, text, p)
	want := []source.Facts{
		{Complexity: 2, Exported: true},
		{Exported: true, Doc: "G goes."},
		{Complexity: 1, Exported: true},
		{Exported: true},
	}
	if !slices.Equal(p.Facts, want) {
		t.Errorf("%+v, want %+v", p.Facts, want)
	}
}

// TestComplexityOfModules counts again, in the way of gocyclo.
func TestComplexityOfModules(t *testing.T) {
	t.Parallel()
	n := 0
	for _, path := range goFiles(t, moduleDir(t, "github.com/spf13/cobra")) {
		text := readFile(t, path)
		p := parse(t, text)
		checkFacts(t, text, p)
		file, err := parser.ParseFile(token.NewFileSet(), "", text, 0)
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]int{}
		for i, f := range p.Funcs {
			if !f.Literal {
				have[f.Name] += p.Facts[i].Complexity
			}
		}
		for _, d := range file.Decls {
			if d, ok := d.(*ast.FuncDecl); ok {
				have[d.Name.Name] -= gocyclo(d)
				n++
			}
		}
		for name, left := range have {
			if left != 0 {
				t.Errorf("%s: %s: %+d", path, name, left)
			}
		}
	}
	if n < 500 {
		t.Errorf("only %d functions", n)
	}
}

func gocyclo(d *ast.FuncDecl) int {
	n := 1
	for node := range ast.Preorder(d) {
		switch node := node.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
			n++
		case *ast.CaseClause:
			n += min(len(node.List), 1)
		case *ast.CommClause:
			if node.Comm != nil {
				n++
			}
		case *ast.BinaryExpr:
			if node.Op == token.LAND || node.Op == token.LOR {
				n++
			}
		}
	}
	return n
}

// TestKindAt asks for the kind at each ¦ of a function's body. A profile has blocks there.
func TestKindAt(t *testing.T) {
	t.Parallel()
	const none, err, stop, def = source.Ordinary, source.ErrorReturn, source.Panic, source.Default
	type kinds = []source.Kind
	tests := []struct {
		name, head, body string
		want             kinds
	}{
		{"hands on", "func f() error", "if err != nil ¦{ return err }; ¦return nil", kinds{err, none}},
		{"among other results", "func f() (int, error)", "if err != nil ¦{ return 0, err }", kinds{err}},
		{"wraps", "func f() error", "if err := g(); err != nil ¦{ return fmt.Errorf(`x: %w`, err) }", kinds{err}},
		{"in a struct", "func f() *E", "if err != nil ¦{ return &E{Op: x, Err: err} }", kinds{err}},
		{"another error in its place", "func f() error", "if err != nil ¦{ return errors.New(`x`) }; if err != nil ¦{ return fs.ErrNotExist }; if err != nil ¦{ return fmt.Errorf(`x`) }", kinds{err, err, err}},
		{"another value", "func f() (int, bool)", "if err != nil ¦{ return 0, false }", kinds{none}},
		{"swallows", "func f() error", "if err != nil ¦{ return nil }", kinds{none}},
		{"a named result", "func f() (n int, err error)", "if err != nil ¦{ return }", kinds{err}},
		{"without results", "func f()", "if err != nil ¦{ return }", kinds{none}},
		{"another named result", "func f() (n int, failed error)", "if err != nil ¦{ return }", kinds{none}},
		{"a field", "func f() error", "if p.err != nil ¦{ return p.err }", kinds{err}},
		{"a call", "func f() error", "if ctx.Err() != nil ¦{ return ctx.Err() }", kinds{err}},
		{"not the other way round", "func f() error", "if err == nil ¦{ return err } else¦ { return err }", kinds{none, err}},
		{"negated", "func f() error", "if !(err == nil) ¦{ return err }", kinds{err}},
		{"with more conditions", "func f() error", "if a && err != nil && err != io.EOF ¦{ return err }", kinds{err}},
		{"of a kind", "func f() error", "if errors.Is(err, x) ¦{ return err }; if err == io.EOF ¦{ return err }", kinds{err, err}},
		{"else if", "func f() error", "if a ¦{ } else¦ if err != nil ¦{ return err }", kinds{none, none, err}},
		{"two steps before", "func f() error", "if err != nil ¦{ f.Close(); err = fmt.Errorf(`%w`, err); return err }", kinds{err}},
		{"three steps before", "func f() error", "if err != nil ¦{ a(); b(); c(); return err }", kinds{none}},
		{"a choice before", "func f() error", "if err != nil ¦{ if a ¦{ return nil }; ¦return err }", kinds{none, none, err}},
		{"a choice inside", "func f() error", "if err != nil ¦{ if a ¦{ return err }; ¦g() }", kinds{none, err, none}},
		{"not an error", "func f() *T", "if t := g(); t != nil ¦{ return t }", kinds{none}},
		{"not the name of one", "func f() error", "if failure := g(); failure != nil ¦{ return failure }; if x != nil ¦{ return g(x) }; if x != nil ¦{ return x, nil }", kinds{err, none, none}},
		{"a switch over conditions", "func f() error", "switch { case err != nil:¦ return err; case a:¦ return err }", kinds{err, none}},
		{"a switch over an error", "func f() error", "switch err { case a:¦ return err; default:¦ return err }", kinds{err, err}},
		{"a switch over its type", "func f() error", "switch e := err.(type) { case a:¦ return e; case b:¦ return nil }", kinds{err, none}},
		{"a closure", "func f()", "g(func() error ¦{ if err != nil ¦{ return err }; ¦return nil })", kinds{none, err, none}},
		{"a closure in a branch", "func f() error", "if err != nil ¦{ return g(func() error ¦{ a(); return err }, err) }", kinds{err, err}},

		{"panic", "func f()", "if a ¦{ panic(1) }; for ¦{ log.Fatalf(`x`) }", kinds{stop, stop}},
		{"panic for an error", "func f() error", "if err != nil ¦{ panic(err) }", kinds{stop}},
		{"exit", "func f()", "if a ¦{ fmt.Println(1); os.Exit(1) }", kinds{stop}},
		{"a test ends", "func f()", "if a ¦{ x.FailNow() }", kinds{stop}},
		{"a return behind it", "func f() int", "if a ¦{ log.Fatal(1); return 0 }", kinds{stop}},
		{"work before it", "func f()", "if a ¦{ b(); c(); d(); panic(1) }", kinds{none}},
		{"unreachable", "func f() int", "for ¦{ return 1 }; ¦panic(`unreachable`)", kinds{none, stop}},
		{"unreachable, with a word before", "func f() int", "switch x { case 1:¦ return 1 }; ¦g(); ¦panic(`unreachable`)", kinds{none, stop, stop}},
		{"a bare block", "func f()", "¦{ panic(1) }", kinds{stop}},
		{"else", "func f()", "if a ¦{ b() } else¦ { panic(1) }", kinds{none, stop}},

		{"default", "func f()", "switch x { case 1:¦ a(); default:¦ b() }", kinds{none, def}},
		{"default of types", "func f()", "switch x.(type) { case int:¦ a(); default:¦ b(); if c ¦{ d() }; ¦e() }", kinds{none, def, def, def}},
		{"default of select", "func f()", "select { case <-a:¦ b(); default:¦ c() }", kinds{none, def}},
		{"panic in a default", "func f()", "switch x { default:¦ panic(1) }; select { default:¦ panic(1) }", kinds{stop, stop}},
		{"error return in a default", "func f() error", "switch x { default:¦ if err != nil ¦{ return err }; ¦return nil }", kinds{def, err, def}},
		{"a default before a case", "func f()", "switch x { default:¦ a(); case 1:¦ b() }; ¦c()", kinds{def, none, none}},
		{"a switch in a default", "func f()", "switch x { default:¦ switch y { case 1:¦ a() } }", kinds{def, def}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			// The same on one line and on one line a statement.
			for _, body := range []string{tt.body, strings.NewReplacer("; ", "\n\t", "{ ", "{\n\t", " }", "\n}", ": ", ":\n").Replace(tt.body)} {
				if body != tt.body && strings.Contains(tt.body, ":=") {
					continue
				}
				text := "package a\n\n" + tt.head + " { a()\nb()\n" + body + "\n}\n"
				var got kinds
				p := parse(t, strings.ReplaceAll(text, "¦", ""))
				if p.Err != nil {
					t.Fatal(p.Err)
				}
				checkFacts(t, strings.ReplaceAll(text, "¦", ""), p)
				for before := ""; ; {
					part, rest, ok := strings.Cut(text, "¦")
					if !ok {
						break
					}
					before, text = before+part, rest
					line := strings.Count(before, "\n")
					col := len(before) - strings.LastIndexByte(before, '\n')
					got = append(got, p.KindAt(0, coverage.Point{Line: uint32(line + 1), Col: uint32(col)}))
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("%s: %q, want %q", body, got, tt.want)
				}
			}
		})
	}
}

// TestKindOrder: the file goes before the function, and the function before what is in it.
func TestKindOrder(t *testing.T) {
	t.Parallel()
	const body = " {\n\ta()\n\tif b {\n\t\tpanic(1)\n\t}\n}\n"
	at := coverage.Point{Line: 5, Col: 7}
	for _, tt := range []struct {
		text string
		fn   int
		at   coverage.Point
		want source.Kind
	}{
		{"package a\n\nfunc f()" + body, 0, at, source.Panic},
		{"package a\n\nfunc f()" + body, -1, at, source.Panic},
		{"package a\n\nfunc f()" + body, 0, coverage.Point{Line: 4, Col: 2}, source.Ordinary},
		{"package a\n\nfunc f()" + body, 0, coverage.Point{Line: 6, Col: 1}, source.Panic}, // a line of a profile without columns
		{"package a\n\nfunc f()" + body, 0, coverage.Point{Line: 99, Col: 1}, source.Ordinary},
		{"package main\n\nfunc main()" + body, 0, at, source.Main},
		{"// Code generated by x. DO NOT EDIT.\npackage main\n\nfunc main()" + body, 0, at, source.Generated},
		{"// Code generated by x. DO NOT EDIT.\npackage main\n", -1, at, source.Generated},
	} {
		if got := parse(t, tt.text).KindAt(tt.fn, tt.at); got != tt.want {
			t.Errorf("%s in %d at %v: %q, want %q", tt.text, tt.fn, tt.at, got, tt.want)
		}
	}
	var none *source.Parsed
	if got := none.KindAt(0, at); got != source.Ordinary {
		t.Errorf("of nothing: %q", got)
	}
	if got := none.Fact(0); got != (source.Facts{}) {
		t.Errorf("of nothing: %+v", got)
	}
}

// TestKindOfAll: what has ordinary code in it is ordinary, else what can be tested counts.
func TestKindOfAll(t *testing.T) {
	t.Parallel()
	p := parse(t, "package a\n\nfunc f() error {\n\tif err != nil {\n\t\treturn err\n\t}\n\tswitch x {\n\tcase 1:\n\t\tpanic(1)\n\tdefault:\n\t\ta()\n\t}\n\treturn nil\n}\n")
	const fails, panics, other, plain = 5, 9, 11, 13 // lines
	for _, tt := range []struct {
		lines []uint32
		want  source.Kind
	}{
		{nil, source.Ordinary},
		{[]uint32{fails}, source.ErrorReturn},
		{[]uint32{panics}, source.Panic},
		{[]uint32{other, other}, source.Default},
		{[]uint32{fails, other}, source.ErrorReturn},
		{[]uint32{panics, other}, source.Default},
		{[]uint32{panics, panics}, source.Panic},
		{[]uint32{other, plain}, source.Ordinary},
		{[]uint32{plain, panics}, source.Ordinary},
	} {
		var at []coverage.Point
		for _, line := range tt.lines {
			at = append(at, coverage.Point{Line: line, Col: 3})
		}
		if got := p.KindOfAll(0, at); got != tt.want {
			t.Errorf("lines %d: %q, want %q", tt.lines, got, tt.want)
		}
	}
	var none *source.Parsed
	if got := none.KindOfAll(0, []coverage.Point{{Line: 1, Col: 1}}); got != source.Ordinary {
		t.Errorf("of nothing: %q", got)
	}
}

func TestParseKind(t *testing.T) {
	t.Parallel()
	names := source.KindNames()
	if len(names) != int(source.Vendored)+1 {
		t.Errorf("%d names", len(names))
	}
	for i, name := range names {
		k, ok := source.ParseKind(name)
		if !ok || k != source.Kind(i) || k.Name() != name {
			t.Errorf("%s is %d (%s)", name, k, k.Name())
		}
		if words, ok := source.ParseKind(k.String()); k != source.Ordinary && (!ok || words != k) {
			t.Errorf("%q is %d", k, words)
		}
	}
	for _, s := range []string{"", "Panic", "errors"} {
		if k, ok := source.ParseKind(s); ok {
			t.Errorf("%q is %d", s, k)
		}
	}
}

func TestDoc(t *testing.T) {
	t.Parallel()
	long := strings.TrimSpace(strings.Repeat("word ", 50))
	tests := []struct {
		name, text, want string
	}{
		{"none", "package a\n", ""},
		{"package", "// Package a does it. And more.\npackage a\n", "Package a does it."},
		{"over lines", "// Package a does\n//   it\n// all.\n//\n// And more.\npackage a\n", "Package a does it all."},
		{"no end", "// Package a does it\n//\n// And more.\npackage a\n", "Package a does it"},
		{"block", "/*\nPackage a does it. And more.\n*/\npackage a\n", "Package a does it."},
		{"block with stars", "/* Package a\n * does it.\n */\npackage a\n", "Package a does it."},
		{"block behind something", "/* x */ /* y */\npackage a\n", ""},
		{"block in a line", "var x /* y */\npackage a\n", ""},
		{"CRLF", "// Package a\r\n// does it.\r\n//\r\n// More.\r\npackage a\r\n", "Package a does it."},
		{"rights above", "// Copyright 2020 The Authors.\n\n// Package a does it.\npackage a\n", "Package a does it."},
		{"rights", "// Copyright 2020 The Authors.\npackage a\n", ""},
		{"SPDX", "// SPDX-License-Identifier: MIT\npackage a\n", ""},
		{"build tags", "//go:build linux\n\npackage a\n", ""},
		{"directives", "//go:generate stringer\n//nolint:all\n//line x.go:1\n// Package a does it.\npackage a\n", "Package a does it."},
		{"no directive", "//Note: a does it.\npackage a\n", "Note: a does it."},
		{"abbreviations", "// Package a does, e.g. it (i.e. that), by J. R. Smith etc. in full.\npackage a\n", "Package a does, e.g. it (i.e. that), by J. R. Smith etc. in full."},
		{"three dots", "// Package a does ... it. More.\npackage a\n", "Package a does ... it."},
		{"in brackets", "// Package a does it (always.) More.\npackage a\n", "Package a does it (always.)"},
		{"other scripts", "// 世界。 More.\npackage a\n", "世界。"},
		{"long", "// " + long + "\npackage a\n", strings.TrimSpace(strings.Repeat("word ", 32)) + " …"},
		{"a long word", "// " + strings.Repeat("x", 500) + "\npackage a\n", ""},
		{"of the file", "// Package a does it.\npackage a\n\n// This file implements\n// that. More.\n\nimport \"x\"\n", "This file implements that."},
		{"of the file, behind the imports", "package a\n\nimport \"x\"\n\n// This file has it.\n\nvar x int\n", "This file has it."},
		{"of another file", "package a\n\nvar x int\n\n// This file is written elsewhere.\n", ""},
		{"byte order mark", "\ufeff// Package a does it.\npackage a\n", "Package a does it."},
		{"of the file, from the first line on", "\ufeff// This file has it.\n\npackage a\n", "This file has it."},
		{"no package", "// Package a does it.\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := parse(t, tt.text)
			if got := cmp.Or(p.Doc, p.PackageDoc); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// TestDocOf holds which comment is about a file, and that the package's is about none.
func TestDocOf(t *testing.T) {
	t.Parallel()
	const pkg = "// Package a does it.\npackage a\n"
	for _, tt := range []struct{ name, file, text, doc, pkg string }{
		{"the package's alone", "a.go", pkg, "", "Package a does it."},
		{"both", "a.go", "// This file has it.\n\n" + pkg, "This file has it.", "Package a does it."},
		{"the file's above the clause", "a.go", "// This file has it.\npackage a\n", "This file has it.", ""},
		{"what its maintainers should do", "one.go", "// This file should be kept in sync with x.go.\n\n" + pkg + "// One is it.\ntype One int\n", "One is it.", "Package a does it."},
		{"a type of the file's name", "a/one_way.go", pkg + "// Other is none.\ntype Other int\n\n// OneWay is it. More.\ntype OneWay int\n", "OneWay is it.", "Package a does it."},
		{"a type in brackets", "one.go", "package a\ntype (\n\t// Two is none.\n\tTwo int\n\t// One is it.\n\tOne int\n)\n", "One is it.", ""},
		{"the type of most methods", "x.go", "package a\n\n// T is it.\ntype T int\nfunc (T) A() {}\nfunc (*T) B() {}\nfunc C() {}\n", "T is it.", ""},
		{"less than half of them", "x.go", "package a\n\n// T is it.\ntype T int\nfunc (T) A() {}\nfunc B() {}\nfunc C() {}\n", "", ""},
		{"a type without functions", "x.go", "package a\n\n// T is it.\ntype T int\n", "", ""},
		{"a type of elsewhere", "x.go", "package a\nfunc (*T) B() {}\n", "", ""},
		{"no comment", "t.go", "package a\ntype T int\n", "", ""},
		{"Python", "a.py", "#!/usr/bin/env python\n# coding: utf-8\n\n\"\"\"Reads the store. More.\n\"\"\"\nimport x\n", "Reads the store.", ""},
		{"Python without one", "a.py", "import x\n\"\"\"Reads.\"\"\"\n", "", ""},
		{"Rust", "a.rs", "// Copyright\n\n//! # Store\n//!\n//! Keeps all. More.\n\nuse x;\n", "Keeps all.", ""},
		{"Rust of an item", "a.rs", "/// Keeps all.\nfn f() {}\n//! no\n", "", ""},
		{"JavaScript", "a.js", "/* eslint-disable */\n/**\n * @fileoverview Keeps all. More.\n */\nlet x;\n", "Keeps all.", ""},
		{"PHP", "a.php", "<?php\n/**\n * @file\n * Keeps all.\n */\n", "Keeps all.", ""},
		{"C", "a.c", "/** \\file store.c\n * Keeps all.\n */\nint f() { return 1; }\n", "Keeps all.", ""},
		{"of what follows", "a.js", "/** Adds. */\nfunction add() {}\n", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, ok := source.Parse(tt.file, tt.text)
			if !ok || p.Doc != tt.doc || p.PackageDoc != tt.pkg {
				t.Errorf("%t: %q and %q, want %q and %q", ok, p.Doc, p.PackageDoc, tt.doc, tt.pkg)
			}
		})
	}
}
