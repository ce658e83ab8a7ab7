package place

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/covls/covls/disk"
	"github.com/covls/covls/project"
	"github.com/covls/covls/source"
)

// Modules says in which directories the packages of a Go workspace lie, as its go.work and go.mod
// files tell. The nil Modules knows none.
type Modules struct {
	// modules are sorted by path, longest first.
	modules []goModule
	// vendors are vendor directories.
	vendors []string
}

type goModule struct {
	path, dir string
}

// FindModules reads the go.work and go.mod files that hold for dir: the nearest ones upwards, those
// they name, and those below dir. Problems are files that can't be read, one error each; what can
// be read counts all the same. The tree may know what dir holds; nil knows nothing.
func FindModules(ctx context.Context, tree *project.Tree, dir string) (*Modules, []error) {
	return findModules(ctx, tree, dir, moduleDirs)
}

func findModules(ctx context.Context, tree *project.Tree, dir string, most int) (*Modules, []error) {
	f := &moduleFinder{seen: map[string]bool{}, known: map[goModule]bool{}}
	real, err := filepath.EvalSymlinks(dir)
	for _, found := range []func(string) bool{f.mod, f.work} {
		if !upwards(dir, found) && err == nil {
			upwards(real, found)
		}
	}
	walk := project.Walk{Dir: dir, Use: project.Modules, Entries: moduleEntries, Depth: moduleDepth, Dirs: most}
	_, _, _ = tree.Walk(ctx, walk, func(dir string, files []project.Entry) {
		if slices.ContainsFunc(files, func(e project.Entry) bool { return e.Name == "go.mod" }) {
			f.mod(dir)
		}
	})
	slices.SortStableFunc(f.m.modules, func(a, b goModule) int { return cmp.Compare(len(b.path), len(a.path)) })
	return &f.m, f.problems
}

type moduleFinder struct {
	m        Modules
	seen     map[string]bool   // directories whose go.mod was read
	known    map[goModule]bool // what m.modules holds
	problems []error
}

// upwards calls found for dir and its parents until one says yes.
func upwards(dir string, found func(dir string) bool) bool {
	for !found(dir) {
		parent := filepath.Dir(dir)
		if parent == dir {
			return false
		}
		dir = parent
	}
	return true
}

// work reads dir/go.work and reports whether there is one.
func (f *moduleFinder) work(dir string) bool {
	path := filepath.Join(dir, "go.work")
	data, found := f.read(path)
	if !found {
		return false
	}
	w, err := parseLax(path, data, modfile.ParseWork, "use", "replace")
	if err != nil {
		f.problems = append(f.problems, fmt.Errorf("read go.work: %w", misread(path, err)))
		return true
	}
	for _, u := range w.Use {
		f.mod(join(dir, u.Path))
	}
	f.replace(dir, w.Replace)
	f.vendor(dir)
	return true
}

// mod reads dir/go.mod and reports whether there is one.
func (f *moduleFinder) mod(dir string) bool {
	if f.seen[dir] {
		return true
	}
	path := filepath.Join(dir, "go.mod")
	data, found := f.read(path)
	if !found {
		return false
	}
	f.seen[dir] = true
	m, err := parseLax(path, data, modfile.Parse, "module", "replace")
	switch {
	case err != nil:
		f.problems = append(f.problems, fmt.Errorf("read go.mod: %w", misread(path, err)))
		f.add(modfile.ModulePath(data), dir)
	case m.Module != nil:
		f.add(m.Module.Mod.Path, dir)
		f.replace(dir, m.Replace)
	}
	f.vendor(dir)
	return true
}

// parseLax reads a go.mod or go.work file with parse. Where statements of a newer Go stand in the
// way, it keeps only those that begin with one of the verbs.
func parseLax[T any](path string, data []byte, parse func(string, []byte, modfile.VersionFixer) (*T, error), verbs ...string) (*T, error) {
	whole, err := parse(path, data, anyVersion)
	if err == nil {
		return whole, nil
	}
	lax, laxErr := modfile.ParseLax(path, data, anyVersion)
	if laxErr != nil {
		return nil, err
	}
	lax.Syntax.Stmt = slices.DeleteFunc(lax.Syntax.Stmt, func(e modfile.Expr) bool {
		switch e := e.(type) {
		case *modfile.Line:
			return !slices.Contains(verbs, e.Token[0])
		case *modfile.LineBlock:
			return !slices.Contains(verbs, e.Token[0])
		}
		return true
	})
	if kept, keptErr := parse(path, modfile.Format(lax.Syntax), anyVersion); keptErr == nil {
		return kept, nil
	}
	return nil, err
}

// misread is the error of parsing a file without what it quotes: go.mod may be a link to anything.
func misread(path string, err error) error {
	if list, ok := errors.AsType[modfile.ErrorList](err); ok && len(list) > 0 && list[0].Pos.Line > 0 {
		return fmt.Errorf("%s:%d: not as Go writes it", path, list[0].Pos.Line)
	}
	return fmt.Errorf("%s: not as Go writes it", path)
}

// anyVersion takes the branches and commits that Go replaces by versions when it next runs.
func anyVersion(path, version string) (string, error) {
	if semver.IsValid(version) {
		return version, nil
	}
	_, major, _ := module.SplitPathVersion(path)
	return cmp.Or(module.PathMajorPrefix(major), "v0") + ".0.0", nil
}

// moduleBytes is the size of the largest go.mod or go.work that is read.
const moduleBytes = 1 << 20

// read returns the content of a go.mod or go.work file; found is false where there is none. What
// can't be read is a problem and empty.
func (f *moduleFinder) read(path string) (data []byte, found bool) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
	case !info.Mode().IsRegular():
		return nil, false
	case info.Size() > moduleBytes:
		err = fmt.Errorf("%s is larger than %d bytes", path, moduleBytes)
	default:
		var file *os.File
		if file, err = disk.Open(path); err == nil {
			data, err = io.ReadAll(file)
			err = errors.Join(err, file.Close())
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	if err != nil {
		f.problems = append(f.problems, fmt.Errorf("read %s: %w", filepath.Base(path), err))
	}
	return data, true
}

func (f *moduleFinder) add(path, dir string) {
	m := goModule{path, dir}
	if !f.known[m] && module.CheckImportPath(path) == nil {
		f.known[m] = true
		f.m.modules = append(f.m.modules, m)
	}
}

// replace takes in the directories that stand for modules. Like Go, it wants a go.mod there.
func (f *moduleFinder) replace(dir string, directives []*modfile.Replace) {
	for _, r := range directives {
		if !modfile.IsDirectoryPath(r.New.Path) {
			continue
		}
		if to := join(dir, r.New.Path); isFile(filepath.Join(to, "go.mod")) {
			f.add(r.Old.Path, to)
		}
	}
}

func (f *moduleFinder) vendor(dir string) {
	v := filepath.Join(dir, "vendor")
	if isFile(filepath.Join(v, "modules.txt")) {
		f.m.vendors = append(f.m.vendors, v)
	}
}

// The search for modules below a folder ends at this depth, this many directories and entries: modules lie
// near the top.
const (
	moduleDepth   = 6
	moduleDirs    = 20_000
	moduleEntries = 500_000
)

// dirs returns the directories where the modules have the package, that of the longest module path
// first. Of several copies of a module the one around near comes first: that is the directory of
// the profile that names the package. Those of which skip is true are left out.
func (m *Modules) dirs(importPath, near string, skip func(goModule) bool) []string {
	if m == nil {
		return nil
	}
	var dirs []string
	first, last := 0, "" // where the copies of the module with the path last begin
	for _, mod := range m.modules {
		rest, ok := cutPrefix(importPath, mod.path)
		if !ok || skip(mod) {
			continue
		}
		if mod.path != last {
			first, last = len(dirs), mod.path
		}
		at := len(dirs)
		if source.Inside(near, mod.dir) { // the deeper comes later
			at = first
		}
		dirs = slices.Insert(dirs, at, filepath.Join(mod.dir, filepath.FromSlash(rest)))
	}
	return dirs
}

// vendored returns the vendor directories that may have the package.
func (m *Modules) vendored(importPath string) []string {
	if m == nil {
		return nil
	}
	var dirs []string
	for _, v := range m.vendors {
		dirs = append(dirs, filepath.Join(v, filepath.FromSlash(importPath)))
	}
	return dirs
}

// paths returns the module paths, longest first.
func (m *Modules) paths() []string {
	if m == nil {
		return nil
	}
	var out []string
	for _, mod := range m.modules {
		out = append(out, mod.path)
	}
	return out
}

// Roots returns the directories of all modules.
func (m *Modules) Roots() []string {
	if m == nil {
		return nil
	}
	var out []string
	for _, mod := range m.modules {
		out = append(out, mod.dir)
	}
	return out
}
