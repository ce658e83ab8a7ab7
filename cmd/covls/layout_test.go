package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
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
	"profile/dotnet",
	"profile/cobertura",
	"profile/jacoco",
	"profile/clover",
	"profile/istanbul",
	"profile/llvmcov",
	"profile/coveragepy",
	"profile/simplecov",
	"profile/gcovr",
	"profile/opencover",
	"profile/coverlet",
	"profile/visualstudio",
	"profile/dotcover",
	"profile/coveralls",
	"profile/codecov",
	"profile/sonarqube",
	"profile/tarpaulin",
	"profile/gcov",
	"profile/xccov",
	"profile/scoverage",
	"profile/v8",
	"profile/demangle",
	"profile",
	"program",
	"source/outline",
	"source",
	"change",
	"origin",
	"git",
	"config",
	"project",
	"skeleton",
	"advice",
	"place",
	"origin",
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
	"internal/editors",
	"internal/e2e",
	"internal/faults",
	"internal/history",
	"internal/branches",
	"internal/licences",
	"internal/release",
	"cmd/covls",
}

// owners are the packages that alone may import a dependency.
var owners = map[string][]string{
	"go.lsp.dev/":                    {"server", "internal/editor"},
	"github.com/fsnotify/fsnotify":   {"watch"},
	"github.com/google/licensecheck": {"internal/licences"},
	"golang.org/x/tools/":            {"profile/gocover", "profile/gocoverdir", "source", "internal/profiletest"},
	"os/exec":                        {"program", "internal/gittest", "internal/profiletest", "internal/licences", "internal/editors"},
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
	"internal/editors/project.go":    "a test's",
	"internal/editors/desk.go":       "a test's",
	"internal/licences/main.go":      "a tool of the project, which writes what is embedded",
	"git/repository.go":              "opens the work tree, to read what lies in it",
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

// pure are the packages that read and write nothing, start no goroutine and ask no clock.
var pure = []string{"gap", "change", "diag", "priority", "coverage", "text"}

// harmless are the packages of Go's library that those may import.
var harmless = []string{
	"bufio", "bytes", "cmp", "compress/gzip", "crypto/md5", "encoding/base64", "encoding/binary", "encoding/json", "errors", "fmt", "io", "iter", "maps", "math", "math/bits", "path", "path/filepath", "regexp", "slices", "sort", "strconv", "strings", "sync",
	"unicode", "unicode/utf16", "unicode/utf8",
}

// acting are the packages of ours that those may not import, and acts what does something in a package that is
// harmless else.
var (
	acting = []string{"internal/guard", "disk", "program", "git"}
	acts   = []string{
		"fmt.Print", "fmt.Printf", "fmt.Println", "fmt.Scan", "fmt.Scanf", "fmt.Scanln",
		"path/filepath.Abs", "path/filepath.EvalSymlinks", "path/filepath.Glob", "path/filepath.Walk", "path/filepath.WalkDir",
	}
)

// TestPure holds what pure promises, and that those packages call no function of ours that reads the disk. Calls of
// methods are not followed.
func TestPure(t *testing.T) {
	t.Parallel()
	c := callers{packages: map[string][]*ast.File{}, reads: map[string]bool{}}
	for _, name := range pure {
		for _, fault := range c.faults(t, name) {
			t.Error(fault)
		}
	}
	if !c.readsDisk(t, "source.ReadFile") || c.readsDisk(t, "source.Fingerprint") {
		t.Error("what reads the disk is not seen")
	}
}

// TestPureSees holds that TestPure sees what it is there to see.
func TestPureSees(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`import "os"`:                          "imports os",
		`import "io/fs"`:                       "imports io/fs",
		`import "log/slog"`:                    "imports log/slog",
		`import "time"`:                        "imports time",
		`import "net/http"`:                    "imports net/http",
		`import "github.com/covls/covls/disk"`: "imports disk",

		`import "path/filepath"; var x = filepath.EvalSymlinks`:                "path/filepath.EvalSymlinks",
		`import paths "path/filepath"; func f() { paths.Abs("") }`:             "path/filepath.Abs",
		`import "fmt"; func f() { fmt.Println() }`:                             "fmt.Println",
		`func f() { println() }`:                                               "println",
		`func f() { go f() }`:                                                  "starts a goroutine",
		`import "sync"; func f(wg *sync.WaitGroup) { wg.Go(f) }`:               "starts a goroutine",
		`import "github.com/covls/covls/source"; var x = source.ReadFile`:      "source.ReadFile",
		`import "github.com/covls/covls/source"; var x = source.ReadInside`:    "source.ReadInside",
		`import "github.com/covls/covls/workspace"; var x = workspace.LooksOf`: "workspace.LooksOf",

		`import ("fmt"; "sync"); var x = fmt.Sprint; var y sync.Mutex; func f(fmt struct{ Println func() }) { fmt.Println() }`: "",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "p.go", "package p\n"+body, 0)
		if err != nil {
			t.Fatal(err)
		}
		c := callers{packages: map[string][]*ast.File{"p": {file}}, reads: map[string]bool{}}
		if got := strings.Join(c.faults(t, "p"), "\n"); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s: have %q, want %q", body, got, want)
		}
	}
}

// callers knows what the packages of the module call.
type callers struct {
	packages map[string][]*ast.File
	reads    map[string]bool // functions, such as source.ReadFile
}

// of are the files of a package of ours, without its tests.
func (c *callers) of(t *testing.T, name string) []*ast.File {
	t.Helper()
	if files, ok := c.packages[name]; ok {
		return files
	}
	paths, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(name), "*.go"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("there is no package %s: %v", name, err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		c.packages[name] = append(c.packages[name], file)
	}
	return c.packages[name]
}

// faults says what a package does that a pure one may not.
func (c *callers) faults(t *testing.T, name string) (out []string) {
	t.Helper()
	for _, file := range c.of(t, name) {
		for _, i := range file.Imports {
			path := strings.Trim(i.Path.Value, `"`)
			if to, own := strings.CutPrefix(path, module); own && slices.Contains(acting, to) || !own && !slices.Contains(harmless, path) {
				out = append(out, fmt.Sprintf("%s imports %s: it does no I/O, starts no goroutine, reads no clock and writes no log", name, to))
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				out = append(out, name+" starts a goroutine")
			case *ast.CallExpr:
				switch f := n.Fun.(type) {
				case *ast.SelectorExpr:
					if f.Sel.Name == "Go" {
						out = append(out, name+" starts a goroutine")
					}
				case *ast.Ident:
					if (f.Name == "print" || f.Name == "println") && f.Obj == nil {
						out = append(out, name+" calls "+f.Name)
					}
				}
			case *ast.SelectorExpr:
				path, own := from(file, n)
				if called := path + "." + n.Sel.Name; slices.Contains(acts, called) || own && c.readsDisk(t, called) {
					out = append(out, name+" uses "+called)
				}
			}
			return true
		})
	}
	return out
}

// readsDisk reports whether a function of ours, such as source.ReadFile, or one that it calls, is one that needs package os.
func (c *callers) readsDisk(t *testing.T, function string) bool {
	t.Helper()
	if known, ok := c.reads[function]; ok {
		return known
	}
	c.reads[function] = false // while it is looked at, and where it is none
	name, bare, _ := strings.Cut(function, ".")
	for _, file := range c.of(t, name) {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || f.Name.Name != bare || f.Body == nil {
				continue
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					path, own := from(file, n)
					if path == "os" || slices.Contains(acts, path+"."+n.Sel.Name) || own && c.readsDisk(t, path+"."+n.Sel.Name) {
						c.reads[function] = true
					}
				case *ast.CallExpr:
					if f, ok := n.Fun.(*ast.Ident); ok && c.readsDisk(t, name+"."+f.Name) {
						c.reads[function] = true
					}
				}
				return true
			})
		}
	}
	return c.reads[function]
}

// from is the package that a selector is of, "" where it is of none; own tells that it is one of ours, whose path is
// in the module.
func from(file *ast.File, s *ast.SelectorExpr) (path string, own bool) {
	x, ok := s.X.(*ast.Ident)
	if !ok || x.Obj != nil {
		return "", false
	}
	for _, i := range file.Imports {
		path := strings.Trim(i.Path.Value, `"`)
		name := path[strings.LastIndexByte(path, '/')+1:]
		if i.Name != nil {
			name = i.Name.Name
		}
		if name == x.Name {
			return strings.CutPrefix(path, module)
		}
	}
	return "", false
}
