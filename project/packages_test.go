package project_test

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/project"
)

// TestGoPackages has modules and what is known of their packages: "path: facts", of each directory.
func TestGoPackages(t *testing.T) {
	t.Parallel()
	other := "windows"
	if runtime.GOOS == other {
		other = "linux"
	}
	const (
		mod  = "-- go.mod --\nmodule x\n"
		code = "func F() { _ = 1 }\n"
		test = "import \"testing\"\nfunc TestF(t *testing.T) {}\n"
	)
	tests := []struct{ name, files, want string }{
		{"nothing", "-- a/a.go --\npackage a\n", ""},
		{"a package without tests", mod + "-- a.go --\npackage x\n" + code, "x:"},
		{"a package with tests", mod + "-- a.go --\npackage x\n" + code + "-- a_test.go --\npackage x\n" + test, "x: tested missed"},
		{
			"benchmarks, examples and fuzz tests", mod +
				"-- a/a.go --\npackage a\n" + code + "-- a/a_test.go --\npackage a\nfunc BenchmarkF(b *testing.B) {}\n" +
				"-- b/b.go --\npackage b\n" + code + "-- b/b_test.go --\npackage b_test\nfunc Example() {}\n" +
				"-- c/c.go --\npackage c\n" + code + "-- c/c_test.go --\npackage c\nfunc FuzzF(f *testing.F) {}\n",
			"x/a: tested missed\nx/b: tested missed\nx/c: tested missed",
		},
		{"what only looks like a test", mod + "-- a.go --\npackage x\n" + code +
			"-- a_test.go --\npackage x\nfunc TestMain(m *testing.M) {}\nfunc Testify() {}\nfunc (s *S) TestF() {}\n// func TestX\nvar f = func (x int) {}\n", "x:"},
		{"a test in a text is none", mod + "-- a.go --\npackage x\n" + code + "-- a_test.go --\npackage x\nconst text = `\nfunc TestF(t *testing.T) {}\n`\n", "x: tested"},
		{"no function is no code", mod + "-- a.go --\npackage x\ntype T int\nfunc _() {}\nfunc asm()\n-- a_test.go --\npackage x\n" + test, "x: tested"},
		{"a literal is code", mod + "-- a.go --\npackage x\nvar F = func() {}\n-- a_test.go --\npackage x\n" + test, "x: tested missed"},
		{"tests behind a tag are none", mod + "-- a.go --\npackage x\n" + code + "-- a_test.go --\n//go:build integration\n\npackage x\n" + test, "x:"},
		{"tests of another system are none", mod + "-- a.go --\npackage x\n" + code + "-- a_" + other + "_test.go --\npackage x\n" + test, "x:"},
		{"tests of this system", mod + "-- a.go --\npackage x\n" + code + "-- a_" + runtime.GOOS + "_test.go --\npackage x\n" + test, "x: tested missed"},
		{"code that is ignored", mod + "-- gen.go --\n//go:build ignore\n\npackage main\n" + code + "-- a_test.go --\npackage x\n" + test, "x: tested"},
		{"code that does not parse, and tests that do not", mod + "-- a.go --\npackage x\n" + code + "func {\n-- a_test.go --\npackage x\n" + test + "}}}\n", "x: tested missed"},
		{"a folder of tests alone", mod + "-- it/it_test.go --\npackage it\nimport \"x/a\"\nfunc TestF(t *testing.T) {}\n-- a/a.go --\npackage a\n" + code, "x/a: elsewhere\nx/it: tested"},
		{"a test of another package", mod + "-- a/a.go --\npackage a\n" + code + "-- b/b.go --\npackage b\nimport \"x/a\"\n" + code + "-- b/b_test.go --\npackage b\n" + test, "x/a: elsewhere\nx/b: tested missed"},
		{
			"a test through another package", mod +
				"-- a/a.go --\npackage a\n" + code + "-- b/b.go --\npackage b\nimport \"x/a\"\n" + code +
				"-- c/c.go --\npackage c\n" + code + "-- c/c_test.go --\npackage c_test\nimport \"x/b\"\nfunc TestF(t *testing.T) {}\n",
			"x/a: elsewhere\nx/b: elsewhere\nx/c: tested missed",
		},
		{"its own tests through another package", mod +
			"-- a/a.go --\npackage a\n" + code + "-- a/a_test.go --\npackage a_test\nimport \"x/b\"\nfunc TestF(t *testing.T) {}\n" +
			"-- b/b.go --\npackage b\nimport \"x/a\"\n" + code, "x/a: tested missed\nx/b: elsewhere"},
		{
			"several tests by the same way", mod +
				"-- a/a.go --\npackage a\nimport \"x/z\"\n" + code + "-- a/a_test.go --\npackage a\n" + test +
				"-- b/b.go --\npackage b\nimport \"x/z\"\n" + code + "-- b/b_test.go --\npackage b\n" + test +
				"-- c/c.go --\npackage c\nimport \"x/z\"\n" + code + "-- c/c_test.go --\npackage c\n" + test +
				"-- z/z.go --\npackage z\nimport \"x/y\"\n-- z/y.txt --\n-- y/y.go --\npackage y\n" + code + "-- y/y_test.go --\npackage y_test\nimport \"x/a\"\nfunc TestF(t *testing.T) {}\n",
			"x/a: tested elsewhere missed\nx/b: tested missed\nx/c: tested missed\nx/y: tested elsewhere missed\nx/z: elsewhere",
		},
		{"a test that is not run tests nothing else", mod + "-- a/a.go --\npackage a\n" + code +
			"-- b/b.go --\npackage b\n" + code + "-- b/b_test.go --\n//go:build slow\n\npackage b\nimport \"x/a\"\nfunc TestF(t *testing.T) {}\n", "x/a:\nx/b:"},
		{"a program", mod + "-- cmd/main.go --\npackage main\n" + code, "x/cmd: main"},
		{"what Go leaves out", mod + "-- vendor/v/v.go --\npackage v\n-- testdata/t.go --\npackage t\n-- _x/x.go --\npackage x\n-- .h/h.go --\npackage h\n-- node_modules/n/n.go --\npackage n\n-- _a.go --\npackage q\n", ""},
		{"what go.mod leaves out", "-- go.mod --\nmodule x\n\nignore ./gen\n-- gen/g.go --\npackage g\n-- a/gen/g.go --\npackage g\n", "x/a/gen:"},
		{"a module in a module", mod + "-- a/go.mod --\nmodule y\n-- a/a.go --\npackage a\nimport \"x/b\"\n" + code + "-- a/a_test.go --\npackage a\n" + test + "-- b/b.go --\npackage b\n" + code, "y: tested missed\nx/b:"},
		{"a name that begins alike is another module", mod + "-- a/a.go --\npackage a\nimport \"xy\"\n" + code + "-- a/a_test.go --\npackage a\n" + test + "-- y/y.go --\npackage y\n" + code, "x/a: tested missed\nx/y:"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := profiletest.Tree(t, tt.files)
			if got := goPackages(t, root, root); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestGoPackagesBelow looks at a folder in a module: whoever else is there may import what it holds.
func TestGoPackagesBelow(t *testing.T) {
	t.Parallel()
	root := profiletest.Tree(t, "-- go.mod --\nmodule x\n-- svc/a/a.go --\npackage a\n-- svc/cmd/main.go --\npackage main\n")
	const want = "x/svc/a: elsewhere\nx/svc/cmd: main"
	if got := goPackages(t, root, filepath.Join(root, "svc")); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func goPackages(t *testing.T, root, dir string) string {
	t.Helper()
	all, err := project.GoPackages(t.Context(), nil, dir, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range all.All() {
		if all.In(p.Dir) != p {
			t.Errorf("In(%q) is another package", p.Dir)
		}
		s := p.Path + ":"
		for _, fact := range []struct {
			is   bool
			name string
		}{
			{p.Main, "main"},
			{p.Tested, "tested"},
			{p.Elsewhere, "elsewhere"},
			{p.Missed(func(string) bool { return true }), "missed"},
		} {
			if fact.is {
				s += " " + fact.name
			}
		}
		if p.Missed(func(string) bool { return false }) {
			t.Errorf("%s would be in a profile that has none of its files", p.Path)
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}
