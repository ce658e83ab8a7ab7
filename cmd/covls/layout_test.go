package main_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/covls/covls/"

// order is the packages bottom-up, as docs/architecture.md has them: imports run downwards only.
var order = []string{
	"internal/guard",
	"disk",
	"escape",
	"text",
	"glob",
	"coverage",
	"profile/scan",
	"internal/profiletest",
	"internal/gittest",
	"profile/gocover",
	"profile/gocoverdir",
	"profile/lcov",
	"profile/cobertura",
	"profile/jacoco",
	"profile/clover",
	"profile/istanbul",
	"profile/llvmcov",
	"profile/coveragepy",
	"profile/simplecov",
	"profile/gcovr",
	"profile/demangle",
	"profile",
	"program",
	"source/ecma",
	"source",
	"git",
	"config",
	"project",
	"place",
	"priority",
	"workspace",
	"gap",
	"diag",
	"report",
	"gate",
	"watch",
	"engine",
	"server",
	"internal/editor",
	"internal/conformance",
	"internal/hostile",
	"internal/golden",
	"internal/fuzz",
	"internal/e2e",
	"internal/faults",
	"internal/licences",
	"cmd/covls",
}

// owners are the packages that alone may import a dependency.
var owners = map[string][]string{
	"go.lsp.dev/":                    {"server", "internal/editor"},
	"github.com/fsnotify/fsnotify":   {"watch"},
	"github.com/google/licensecheck": {"internal/licences"},
	"golang.org/x/tools/":            {"profile/gocover", "source", "internal/profiletest"},
	"os/exec":                        {"program", "internal/gittest", "internal/profiletest", "internal/licences"},
}

func TestLayout(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "-deps", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name, own := strings.CutPrefix(p.ImportPath, module)
		if !own {
			continue
		}
		seen++
		rank := slices.Index(order, name)
		if rank < 0 {
			t.Errorf("package %s has no place in the order: put it there and into docs/architecture.md", name)
		}
		for _, i := range p.Imports {
			if to, own := strings.CutPrefix(i, module); own && slices.Index(order, to) >= rank {
				t.Errorf("%s imports %s, which lies above it", name, to)
			}
			for dep, allowed := range owners {
				if strings.HasPrefix(i, dep) && !slices.Contains(allowed, name) {
					t.Errorf("%s imports %s; only %v may", name, i, allowed)
				}
			}
		}
	}
	if seen < len(order)-3 {
		t.Errorf("go list knows %d packages of covls, want those of %v", seen, order)
	}
}

// writers are the files that may write others without disk, and why.
var writers = map[string]string{
	"cmd/covls/demo.go":              "a profile as `go test` writes it, in a folder of its own",
	"internal/profiletest/bench.go":  "a test's",
	"internal/profiletest/golden.go": "a test's",
	"internal/profiletest/tree.go":   "a test's",
	"internal/licences/main.go":      "a tool of the project, which writes what is embedded",
	"config/file.go":                 "opens a file to read it, and waits for no FIFO",
	"source/source.go":               "opens a file to read it, and waits for no FIFO",
}

// TestWrites holds that files are written by disk alone.
func TestWrites(t *testing.T) {
	t.Parallel()
	calls := []string{"WriteFile", "Create", "CreateTemp", "OpenFile", "OpenRoot", "Rename", "Link", "Symlink", "Truncate"}
	found := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel("../..", path)
		name = filepath.ToSlash(name)
		if e.IsDir() && (name == "tools" || name == "scripts" || name == "editors" || name == "disk" || e.Name() == "testdata") {
			return filepath.SkipDir
		}
		if e.IsDir() || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains(calls, s.Sel.Name) {
				if of, ok := s.X.(*ast.Ident); ok && of.Name == "os" {
					found[name] = true
					if writers[name] == "" {
						t.Errorf("%s calls os.%s: files are written by package disk", name, s.Sel.Name)
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Error("no file was looked at")
	}
}
