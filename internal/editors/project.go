package editors

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// cobraVersion is the version of github.com/spf13/cobra that internal/e2e/testdata/cobra.out was made with:
// go test -coverprofile=cover.out .
const cobraVersion = "v1.10.2"

// Project is a copy of cobra with its profile.
type Project struct {
	Dir     string
	File    string // bash_completions.go
	Text    []byte // of File
	Profile string // the text of cover.out
}

// Cobra makes a copy of cobra.
func Cobra(t testing.TB) *Project {
	t.Helper()
	tmp, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &Project{Dir: filepath.Join(tmp, "cobra")}
	p.File = filepath.Join(p.Dir, "bash_completions.go")
	version, from, _ := strings.Cut(strings.TrimSpace(Output(t, "go", "list", "-m", "-f", "{{.Version}} {{.Dir}}", "github.com/spf13/cobra")), " ")
	if version != cobraVersion || from == "" {
		t.Fatalf("cobra is %q in %q, want %s; go mod download fetches it, and cobra.out goes with the version", version, from, cobraVersion)
	}
	if err := copyTree(p.Dir, from); err != nil {
		t.Fatal(err)
	}
	profile, err := os.ReadFile(Root(t, "internal/e2e/testdata/cobra.out"))
	if err != nil {
		t.Fatal(err)
	}
	p.Profile = string(profile)
	write(t, filepath.Join(p.Dir, "cover.out"), p.Profile)
	// A document that is closed has no marks then.
	write(t, filepath.Join(p.Dir, ".covls.toml"), "diagnostics.scope = \"open\"\n")
	if p.Text, err = os.ReadFile(p.File); err != nil {
		t.Fatal(err)
	}
	return p
}

func write(t testing.TB, path, text string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Output runs a program, which must not fail, and returns what it prints.
func Output(t testing.TB, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(context.WithoutCancel(t.Context()), name, args...).Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, exit.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// copyTree copies files without their modes: those of the module cache are read-only.
func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o644)
	})
}

// Function is one of Project.File. Its lines count from 1, the column of its name from 0.
type Function struct {
	Name          string
	Line, EndLine int
	Column        int
	Statements    int
}

// OtherProfile writes a profile beside the project in which GenBashCompletionFile is covered and writeFlag is not.
func (p *Project) OtherProfile(t testing.TB) (path string, covered, uncovered Function) {
	t.Helper()
	covered, uncovered = p.function(t, "GenBashCompletionFile"), p.function(t, "writeFlag")
	var out strings.Builder
	for line := range strings.Lines(p.Profile) {
		rest, ok := strings.CutPrefix(line, "github.com/spf13/cobra/bash_completions.go:")
		if ok {
			var l1, c1, l2, c2, n, count int
			if _, err := fmt.Sscanf(rest, "%d.%d,%d.%d %d %d", &l1, &c1, &l2, &c2, &n, &count); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			switch {
			case covered.Line <= l1 && l1 <= covered.EndLine:
				count = 1
			case uncovered.Line <= l1 && l1 <= uncovered.EndLine:
				count = 0
				uncovered.Statements += n
			}
			line = fmt.Sprintf("github.com/spf13/cobra/bash_completions.go:%d.%d,%d.%d %d %d\n", l1, c1, l2, c2, n, count)
		}
		out.WriteString(line)
	}
	path = filepath.Join(filepath.Dir(p.Dir), "next.out")
	write(t, path, out.String())
	return path, covered, uncovered
}

func (p *Project) function(t testing.TB, name string) Function {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, p.File, p.Text, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == name {
			at := fset.Position(f.Name.Pos())
			return Function{Name: name, Line: at.Line, Column: at.Column - 1, EndLine: fset.Position(f.End()).Line}
		}
	}
	t.Fatalf("%s has no function %s", p.File, name)
	return Function{}
}
