package place

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/git"
	"github.com/covls/covls/source"
)

// own is what a profile speaks of by the place where it lies.
type own struct {
	// tree is the top of the work tree that the profile lies in, where that is nested or has a sibling here; "" where
	// the profile may speak of all folders.
	tree string
	// nested tells that tree lies in a folder.
	nested bool
	// barred are directories of whose files, but for those in tree, the profile says nothing: the other work trees of
	// the repository.
	barred []string
	// modules are the Go modules around the profile, the nearest first.
	modules []goModule
}

// ownOf looks around a profile in the directory near.
func (r *Resolver) ownOf(near string) own {
	if o, ok := r.owned[near]; ok {
		return o
	}
	o := own{}
	inside := slices.ContainsFunc(r.folders, func(f Folder) bool { return source.Inside(near, f.Dir) })
	if top, ok := git.Top(near); ok {
		for _, f := range r.folders {
			if source.Inside(top, f.Dir) {
				if top != f.Dir {
					o.tree, o.nested = top, true
				}
				continue
			}
			if at, ok := r.topOf(f.Dir); ok && git.Siblings(top, at) {
				o.tree = top
				o.barred = append(o.barred, f.Dir)
			}
		}
		if around, ok := git.Top(filepath.Dir(top)); ok && git.Siblings(top, around) {
			o.tree = top
			o.barred = append(o.barred, around)
		}
	}
	for _, f := range r.folders {
		for _, m := range f.Modules.around(near) {
			if !slices.Contains(o.modules, m) {
				o.modules = append(o.modules, m)
			}
		}
	}
	if inside {
		r.nearModules(near, &o)
	}
	slices.SortStableFunc(o.modules, func(a, b goModule) int { return len(b.dir) - len(a.dir) })
	r.owned[near] = o
	return o
}

// nearModules adds the modules between a profile and the folder around it that the folder's search has passed over.
func (r *Resolver) nearModules(near string, o *own) {
	for d := near; ; d = filepath.Dir(d) {
		known := slices.ContainsFunc(o.modules, func(m goModule) bool { return m.dir == d })
		if at := r.dir(d); !known && at.state == found && r.sights.dir(at.real).entry(d, "go.mod").kind == regular {
			f := &moduleFinder{seen: map[string]bool{}, known: map[goModule]bool{}}
			f.mod(d)
			for _, m := range f.m.modules {
				if m.dir == d {
					o.modules = append(o.modules, m)
				}
			}
		}
		if d == o.tree || r.isFolder(d) || d == filepath.Dir(d) {
			return
		}
	}
}

// topOf is git.Top of a folder, asked once.
func (r *Resolver) topOf(dir string) (top string, ok bool) {
	top, ok = r.tops[dir]
	if !ok {
		top, _ = git.Top(dir)
		r.tops[dir] = top
	}
	return top, top != ""
}

// strange reports whether the profile at hand says nothing of a file, since it is of another work tree.
func (r *Resolver) strange(path string) bool {
	return len(r.around.barred) > 0 && !source.Inside(path, r.around.tree) &&
		slices.ContainsFunc(r.around.barred, func(dir string) bool { return source.Inside(path, dir) })
}

// Strange reports whether the profile at a path can't mean a file by a name that does not lead there: the file is of
// another work tree.
func (r *Resolver) Strange(path, profile string) bool {
	r.at(profile)
	return r.strange(path) || r.around.nested && !source.Inside(path, r.around.tree)
}

const strangeWhy = "it is of another work tree of the repository than the profile; a [[path]] mapping with a `profile` in .covls.toml can say that it is meant"

// around returns the modules around a directory.
func (m *Modules) around(dir string) []goModule {
	if m == nil {
		return nil
	}
	var out []goModule
	for _, mod := range m.modules {
		if source.Inside(dir, mod.dir) {
			out = append(out, mod)
		}
	}
	return out
}

// ownPackage returns the directories where the profile's own module has a package, that of the longest module path
// first, and that module; ok is false where it is of another.
func (r *Resolver) ownPackage(pkg string) (dirs []string, mod goModule, ok bool) {
	i := slices.IndexFunc(r.around.modules, func(m goModule) bool {
		_, ok := cutPrefix(pkg, m.path)
		return ok
	})
	if i < 0 {
		return nil, goModule{}, false
	}
	mod = r.around.modules[i]
	for _, f := range r.order {
		if f.Modules == nil {
			continue
		}
		for _, m := range f.Modules.modules {
			if len(m.path) <= len(mod.path) {
				break // they are sorted
			}
			if rest, ok := cutPrefix(pkg, m.path); ok && strings.HasPrefix(m.path, mod.path) && source.Inside(m.dir, mod.dir) {
				dirs = append(dirs, filepath.Join(m.dir, filepath.FromSlash(rest)))
			}
		}
	}
	rest, _ := cutPrefix(pkg, mod.path)
	return append(dirs, filepath.Join(mod.dir, filepath.FromSlash(rest))), mod, true
}
