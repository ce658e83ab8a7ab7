package project

import (
	"context"
	"go/ast"
	gobuild "go/build"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/modfile"

	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/source"
)

// Package is a package of a Go module, as the heads of its files tell: those that are compiled on this system
// without a build tag.
type Package struct {
	// Path is its import path, Dir its absolute directory.
	Path, Dir string
	// Module is the absolute directory of its module.
	Module string
	// Main tells that nobody can import it.
	Main bool
	// Files and TestFiles are names in Dir, sorted.
	Files, TestFiles []string
	// Tested tells that there is a test, benchmark, example or fuzz test of its own.
	Tested bool
	// Elsewhere tells that tests of another package of the module may run its code: they import it, directly or
	// through others. It is true, too, where not all of the module was seen.
	Elsewhere bool
	// Part tells that not all of the module was seen.
	Part bool

	imports, testImports []string
	// links are the packages of the module that it imports, testLinks those that its tests have by themselves, too.
	links, testLinks []*Package
}

// Packages are the Go packages of a folder. The nil Packages has none.
type Packages struct {
	all []*Package // sorted by Dir
	at  map[string]*Package
}

// All returns them, sorted by directory.
func (p *Packages) All() []*Package {
	if p == nil {
		return nil
	}
	return p.all
}

// In returns the package of an absolute directory; nil where there is none.
func (p *Packages) In(dir string) *Package {
	if p == nil {
		return nil
	}
	return p.at[dir]
}

// goModule is a module while its packages are looked for.
type goModule struct {
	path, dir string
	ignored   []string // directories that it leaves out
	part      bool     // not all of it is in view
}

// GoPackages looks for the packages of the Go modules in a folder, as `./...` means them: without vendor, testdata
// and what begins with a dot or an underscore. It lists directories and reads the heads of files, of those of tests
// as much as it takes to see a test. No more than entries are looked at in directories. The error is that of ctx.
func GoPackages(ctx context.Context, tree *Tree, dir string, entries int) (*Packages, error) {
	modules := map[string]*goModule{}
	if dir != filepath.Dir(dir) {
		modules[filepath.Dir(dir)] = moduleAround(filepath.Dir(dir))
	}
	type found struct {
		module *goModule
		dir    string
		files  []string
	}
	var dirs []found
	walk := Walk{Dir: dir, Use: Modules, Entries: entries, Skip: func(dir string) bool {
		if strings.HasPrefix(filepath.Base(dir), "_") {
			return true
		}
		m := modules[filepath.Dir(dir)]
		return m != nil && slices.Contains(m.ignored, dir)
	}}
	_, cut, err := tree.Walk(ctx, walk, func(at string, list []Entry) {
		m := modules[filepath.Dir(at)]
		var files []string
		for _, e := range list {
			switch {
			case !e.Type.IsRegular():
			case e.Name == "go.mod":
				m = moduleIn(at)
			case filepath.Ext(e.Name) == ".go":
				files = append(files, e.Name)
			}
		}
		modules[at] = m
		if m != nil && len(files) > 0 {
			dirs = append(dirs, found{m, at, files})
		}
	})
	if err != nil {
		return nil, err
	}
	all := make([]*Package, len(dirs))
	var wg sync.WaitGroup
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		guard.Guard{}.Go(&wg, "looking at Go packages", func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(dirs) {
					return
				}
				all[i] = newPackage(dirs[i].module, dirs[i].dir, dirs[i].files)
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := &Packages{at: map[string]*Package{}}
	for i, p := range all {
		if p == nil {
			continue
		}
		out.all = append(out.all, p)
		out.at[p.Dir] = p
		p.Part = dirs[i].module.part || cut != ""
		p.Elsewhere = !p.Main && p.Part
	}
	slices.SortFunc(out.all, func(a, b *Package) int { return strings.Compare(a.Dir, b.Dir) })
	out.reach()
	return out, nil
}

// moduleAround is the module of the nearest go.mod upwards, of which no more is in view than a folder; nil where
// there is none.
func moduleAround(dir string) *goModule {
	for at := dir; ; at = filepath.Dir(at) {
		if m := moduleIn(at); m != nil {
			m.part = true
			return m
		}
		if at == filepath.Dir(at) {
			return nil
		}
	}
}

// moduleIn is the module of the go.mod in a folder; nil where there is none, or it has no name.
func moduleIn(dir string) *goModule {
	text := content(dir, "go.mod")
	name := modfile.ModulePath([]byte(text))
	if name == "" {
		return nil
	}
	m := &goModule{path: name, dir: dir}
	if parsed, err := modfile.ParseLax("go.mod", []byte(text), nil); err == nil {
		for _, i := range parsed.Ignore {
			if rel, ok := strings.CutPrefix(filepath.ToSlash(i.Path), "./"); ok {
				m.ignored = append(m.ignored, filepath.Join(dir, filepath.FromSlash(rel)))
			}
		}
	}
	return m
}

// newPackage is nil for a directory without sources that are compiled here.
func newPackage(m *goModule, dir string, files []string) *Package {
	how := gobuild.Context{
		GOARCH: runtime.GOARCH, GOOS: runtime.GOOS, Compiler: "gc", CgoEnabled: true,
		ToolTags: gobuild.Default.ToolTags, ReleaseTags: gobuild.Default.ReleaseTags,
		IsDir:     func(string) bool { return true },
		HasSubdir: func(string, string) (string, bool) { return "", false },
		ReadDir: func(string) ([]fs.FileInfo, error) {
			out := make([]fs.FileInfo, len(files))
			for i, name := range files {
				out[i] = fileInfo(name)
			}
			return out, nil
		},
		OpenFile: func(path string) (io.ReadCloser, error) { return source.Open(path) },
	}
	read, _ := how.ImportDir(dir, 0) // of what is wrong in it, the rest counts
	if read == nil || read.Name == "" && len(read.TestGoFiles)+len(read.XTestGoFiles) == 0 {
		return nil
	}
	rel, err := filepath.Rel(m.dir, dir)
	if err != nil {
		return nil
	}
	p := &Package{
		Path: path.Join(m.path, filepath.ToSlash(rel)), Dir: dir, Module: m.dir, Main: read.Name == "main",
		Files:     slices.Sorted(slices.Values(slices.Concat(read.GoFiles, read.CgoFiles))),
		TestFiles: slices.Sorted(slices.Values(slices.Concat(read.TestGoFiles, read.XTestGoFiles))),
	}
	own := func(imports ...string) (out []string) {
		for _, i := range imports {
			if i == m.path || strings.HasPrefix(i, m.path+"/") {
				out = append(out, strings.Clone(i))
			}
		}
		return out
	}
	p.imports, p.testImports = own(read.Imports...), own(slices.Concat(read.TestImports, read.XTestImports)...)
	for _, name := range p.TestFiles {
		text, err := source.ReadFile(filepath.Join(dir, name), testBytes)
		if p.Tested = err == nil && looksTested(text); p.Tested {
			break
		}
	}
	return p
}

// testBytes is the size of the largest file that is searched for tests.
const testBytes = 4 << 20

// fileInfo is a regular file of which nobody asks more than its name.
type fileInfo string

func (f fileInfo) Name() string     { return string(f) }
func (fileInfo) Size() int64        { return 0 }
func (fileInfo) Mode() fs.FileMode  { return 0o444 }
func (fileInfo) ModTime() time.Time { return time.Time{} }
func (fileInfo) IsDir() bool        { return false }
func (fileInfo) Sys() any           { return nil }

// testKinds are what the names of functions begin with that `go test` runs.
var testKinds = [...]string{"Test", "Benchmark", "Example", "Fuzz"}

// looksTested reports whether a line of the text begins a test.
func looksTested(text string) bool {
	const head = "func "
	for at := 0; ; {
		i := strings.Index(text[at:], head)
		if i < 0 {
			return false
		}
		at += i
		begins := at == 0 || text[at-1] == '\n'
		at += len(head)
		if name, _, ok := strings.Cut(text[at:min(len(text), at+200)], "("); begins && ok && isTest(name) {
			return true
		}
	}
}

// isTest reports whether a function of that name is run by `go test`.
func isTest(name string) bool {
	for _, kind := range testKinds {
		if rest, ok := strings.CutPrefix(name, kind); ok {
			first, _ := utf8.DecodeRuneInString(rest)
			return name != "TestMain" && (rest == "" || !unicode.IsLower(first))
		}
	}
	return false
}

// reach finds out which packages import which, and which of them tests of others may run.
func (p *Packages) reach() {
	type place struct{ module, path string }
	at := map[place]*Package{}
	for _, q := range p.all {
		at[place{q.Module, q.Path}] = q
	}
	imported := func(by *Package, paths []string) (out []*Package) {
		for _, path := range paths {
			if q := at[place{by.Module, path}]; q != nil {
				out = append(out, q)
			}
		}
		return out
	}
	for _, q := range p.all {
		q.links = imported(q, q.imports)
		q.testLinks = append(imported(q, q.testImports), q.links...)
	}
	// Whatever lies behind a package that two tests have come by is known to be in reach of one that is not its own.
	came := map[*Package][2]*Package{}
	for _, test := range p.all {
		if !test.Tested {
			continue
		}
		for next := slices.Clone(test.testLinks); len(next) > 0; {
			q := next[len(next)-1]
			next = next[:len(next)-1]
			q.Elsewhere = q.Elsewhere || q != test
			by := came[q]
			if by[0] == test || by[1] != nil {
				continue
			}
			if by[0] == nil {
				by[0] = test
			} else {
				by[1] = test
			}
			came[q] = by
			next = append(next, q.links...)
		}
	}
}

// Missed reports whether a profile of the package's tests would have it: it has code outside of tests, of files
// that use says are asked for, and a test. It reads as much as it takes to be sure.
func (p *Package) Missed(use func(path string) bool) bool {
	return p.Tested && p.any(p.Files, func(path string, f *ast.File) bool { return use(path) && hasCode(f) }) &&
		p.any(p.TestFiles, func(_ string, f *ast.File) bool { return hasTest(f) })
}

// any reports whether it is so of one of the files.
func (p *Package) any(names []string, is func(path string, f *ast.File) bool) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		path := filepath.Join(p.Dir, name)
		text, err := source.ReadFile(path, testBytes)
		if err != nil {
			return false
		}
		f, _ := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution) // what is whole of it counts
		return f != nil && is(path, f)
	})
}

// hasCode reports whether a profile would have something of the file: a function with a body.
func hasCode(f *ast.File) bool {
	found := false
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "_" {
				return false
			}
			found = found || n.Body != nil
		case *ast.FuncLit:
			found = true
		}
		return !found
	})
	return found
}

func hasTest(f *ast.File) bool {
	return slices.ContainsFunc(f.Decls, func(d ast.Decl) bool {
		fn, ok := d.(*ast.FuncDecl)
		return ok && fn.Recv == nil && isTest(fn.Name.Name)
	})
}

// ImportPath is the path that the package in an absolute directory is imported by, as the go.mod around it tells; ""
// where there is none.
func ImportPath(dir string) string {
	m := moduleAround(dir)
	if m == nil {
		return ""
	}
	rel, err := filepath.Rel(m.dir, dir)
	if err != nil {
		return ""
	}
	return path.Join(m.path, filepath.ToSlash(rel))
}
