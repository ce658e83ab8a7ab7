package history_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/cover"

	"github.com/covls/covls/internal/profiletest"
)

func TestGo(t *testing.T) {
	t.Parallel()
	for _, p := range []struct {
		module, profiles string
		versions         []string
		shapes           float64 // how many percent are to be told by shape alone; all three have 90 together
	}{
		{"github.com/spf13/cobra", "cobra.gz", []string{"v1.4.0", "v1.5.0", "v1.6.1", "v1.7.0", "v1.8.0", "v1.8.1", "v1.9.1", "v1.10.2"}, 85},
		{"github.com/BurntSushi/toml", "toml.gz", []string{"v0.3.1", "v0.4.1", "v1.0.0", "v1.1.0", "v1.2.1", "v1.3.2", "v1.4.0", "v1.5.0", "v1.6.0"}, 85},
		{"github.com/gorilla/mux", "mux.gz", []string{"v1.6.2", "v1.7.0", "v1.7.2", "v1.7.4", "v1.8.0", "v1.8.1"}, 75},
	} {
		t.Run(path.Base(p.module), func(t *testing.T) {
			t.Parallel()
			profiles := archive(t, p.profiles)
			var releases []release
			for _, v := range p.versions {
				releases = append(releases, goRelease(t, p.module, v, profiles[v]))
			}
			check(t, releases, func(_ string, m mode) float64 {
				if m.git {
					return 99
				}
				return p.shapes
			})
		})
	}
}

func goRelease(t *testing.T, module, version, text string) release {
	t.Helper()
	r := release{name: version, files: texts(t, profiletest.ModuleDir(t, module+"@"+version))}
	if r.files["go.mod"] == "" {
		r.files["go.mod"] = "module " + module + "\n"
	}
	profiles, err := cover.ParseProfilesFromReader(strings.NewReader(text))
	if err != nil || len(profiles) == 0 {
		t.Fatalf("the profile of %s %s: %v", module, version, err)
	}
	own := profile{path: "cover.out", text: text, ran: map[place]bool{}}
	for _, p := range profiles {
		file := strings.TrimPrefix(p.FileName, module+"/")
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, file, r.files[file], parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		at := func(p token.Pos) (line, col int) { q := set.Position(p); return q.Line, q.Column }
		for _, d := range tree.Decls {
			d, ok := d.(*ast.FuncDecl)
			if !ok || d.Body == nil {
				continue
			}
			var inner []ast.Node
			ast.Inspect(d.Body, func(n ast.Node) bool {
				lit, ok := n.(*ast.FuncLit)
				if ok {
					inner = append(inner, lit.Body)
				}
				return !ok
			})
			// A block is of a node where it begins in it.
			in := func(b cover.ProfileBlock, n ast.Node) bool {
				fromLine, fromCol := at(n.Pos())
				toLine, toCol := at(n.End())
				return (b.StartLine > fromLine || b.StartLine == fromLine && b.StartCol >= fromCol) &&
					(b.StartLine < toLine || b.StartLine == toLine && b.StartCol < toCol)
			}
			statements, ran := 0, false
			for _, b := range p.Blocks {
				if in(b, d.Body) && !slices.ContainsFunc(inner, func(n ast.Node) bool { return in(b, n) }) {
					statements += b.NumStmt
					ran = ran || b.Count > 0
				}
			}
			if statements == 0 {
				continue
			}
			line, _ := at(d.Name.Pos())
			f := function{file, d.Name.Name, line, r.files[file][set.Position(d.Pos()).Offset:set.Position(d.End()).Offset]}
			r.functions = append(r.functions, f)
			own.ran[f.at()] = ran
		}
	}
	r.profiles = []profile{own}
	return r
}

// texts are the files of a folder.
func texts(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		out[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
