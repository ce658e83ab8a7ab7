package skeleton_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/skeleton"
	"github.com/covls/covls/text"
)

var update = flag.Bool("update", false, "write what is made into testdata")

// pack is a package of an archive, with the tests that were made for it. The comment of an archive has lines that begin with
// "make ": a function, and behind "missed" what of it never ran, as its text has it; without, all of it.
type pack struct {
	path  string // import path
	files map[string]string
	made  []string // names of tests
	said  strings.Builder
}

// packed makes all tests of an archive, one after the other.
func packed(t *testing.T, archive *txtar.Archive) *pack {
	t.Helper()
	p := &pack{files: map[string]string{}}
	for _, f := range archive.Files {
		if f.Name != "made" {
			p.files[f.Name] = string(f.Data)
		}
	}
	for line := range strings.Lines(string(archive.Comment)) {
		what, ok := strings.CutPrefix(strings.TrimSpace(line), "make ")
		if path, is := strings.CutPrefix(strings.TrimSpace(line), "path "); is {
			p.path = path
		}
		if !ok {
			continue
		}
		function, missed, partly := strings.Cut(what, " missed ")
		p.make(t, function, missed, partly)
	}
	return p
}

func (p *pack) make(t *testing.T, function, missed string, partly bool) {
	t.Helper()
	r := skeleton.GoRequest{Path: p.path, Missed: skeleton.Missed{Whole: !partly}}
	for _, name := range slices.Sorted(maps.Keys(p.files)) {
		if filepath.Ext(name) != ".go" || strings.Contains(name, "/") {
			continue
		}
		if at := place(p.files[name], function); at >= 0 && r.Source.Name == "" && !strings.HasSuffix(name, "_test.go") {
			r.Source, r.At = skeleton.File{Name: name, Text: p.files[name]}, at
			continue
		}
		r.Others = append(r.Others, skeleton.File{Name: name, Text: p.files[name]})
	}
	if r.Source.Name == "" {
		t.Fatalf("no function %s", function)
	}
	for part := range strings.SplitSeq(missed, " | ") {
		if at := strings.Index(r.Source.Text, part); partly && at >= 0 {
			r.Missed.Parts = append(r.Missed.Parts, skeleton.Span{Start: at, End: at + len(part)})
		}
	}
	s, err := skeleton.ForGo(r)
	if err != nil {
		fmt.Fprintf(&p.said, "%s: no test: %v\n", function, err)
		return
	}
	was := p.files[s.File]
	now := s.Apply(was)
	if _, there := p.files[s.File]; there == s.New {
		t.Errorf("%s: new is %v for %s", function, s.New, s.File)
	}
	line, col := text.New(now).LineCol(s.Cursor)
	fmt.Fprintf(&p.said, "%s: %s in %s:%d:%d\n", function, s.Test, s.File, line, col)
	shown := s.Body
	if s.New {
		shown = now
	} else {
		for _, e := range s.Edits[:len(s.Edits)-1] {
			line, _ := text.New(was).LineCol(e.Start)
			fmt.Fprintf(&p.said, "line %d gets %q for %q\n", line, e.Text, was[e.Start:e.End])
		}
	}
	for l := range strings.Lines(strings.ReplaceAll(shown, "\r", "␍")) {
		p.said.WriteString("\t" + l)
	}
	p.files[s.File] = now
	p.made = append(p.made, s.Test)
	unix := func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
	if clean, err := format.Source([]byte(was)); was != "" && (err != nil || string(clean) != unix(was)) {
		t.Errorf("%s of the archive is not as gofmt has it: %v", s.File, err)
	}
	if clean, err := format.Source([]byte(now)); err != nil || string(clean) != unix(now) {
		t.Errorf("%s: %s is not as gofmt has it: %v", function, s.File, err)
	}
}

// place is where a function, "T.M" for a method, stands in a text of Go, or a variable; -1 where it does not.
func place(src, function string) int {
	file, err := parser.ParseFile(token.NewFileSet(), "", src, parser.SkipObjectResolution)
	if file == nil || err != nil && !strings.HasPrefix(function, "Broken") {
		return -1
	}
	owner, name, method := strings.Cut(function, ".")
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if !method && d.Recv == nil && d.Name.Name == function || method && d.Recv != nil && d.Name.Name == name && strings.Contains(src[d.Recv.Pos()-file.FileStart:d.Recv.End()-file.FileStart], owner) {
				return int(d.Name.Pos() - file.FileStart)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				v, ok := s.(*ast.ValueSpec)
				if !ok || v.Names[0].Name != owner || d.Tok != token.VAR || len(v.Values) == 0 {
					continue
				}
				if at := strings.Index(src[v.Values[0].Pos()-file.FileStart:], "func("); at >= 0 {
					return int(v.Values[0].Pos()-file.FileStart) + at
				}
			}
		}
	}
	return -1
}

func archives(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/go/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no archives", err)
	}
	return paths
}

// TestGo makes the tests of small packages, and compares them with what their archives have.
func TestGo(t *testing.T) {
	t.Parallel()
	for _, path := range archives(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := packed(t, archive).said.String()
			at := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == "made" })
			if *update {
				if at < 0 {
					at = len(archive.Files)
					archive.Files = append(archive.Files, txtar.File{Name: "made"})
				}
				archive.Files[at].Data = []byte(got)
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if at < 0 || string(archive.Files[at].Data) != got {
				t.Errorf("have:\n%s", got)
			}
		})
	}
}

// TestGoRuns holds that what is made compiles, that go vet finds nothing in it, and that each test fails.
func TestGoRuns(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("go is not installed")
	}
	for _, path := range archives(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			p := packed(t, archive)
			if len(p.made) == 0 || strings.Contains(string(archive.Comment), "is not built") {
				return
			}
			dir := t.TempDir()
			if p.files["go.mod"] == "" {
				p.files["go.mod"] = "module " + p.path + "\n\ngo 1.24\n"
			}
			for name, text := range p.files {
				at := filepath.Join(dir, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			run := func(args ...string) ([]byte, error) {
				c := exec.Command("go", args...)
				c.Dir = dir
				c.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local")
				return c.CombinedOutput()
			}
			if out, err := run("vet", "."); err != nil {
				t.Fatalf("go vet: %v\n%s", err, out)
			}
			out, _ := run("test", "-json", "-run", "^("+strings.Join(p.made, "|")+")$", ".")
			failed := map[string]bool{}
			lines := bufio.NewScanner(bytes.NewReader(out))
			for lines.Scan() {
				var e struct{ Action, Test string }
				if json.Unmarshal(lines.Bytes(), &e) == nil && e.Action == "fail" {
					failed[e.Test] = true
				}
			}
			for _, name := range p.made {
				if !failed[name] {
					t.Errorf("%s does not fail:\n%s", name, out)
				}
			}
		})
	}
}
