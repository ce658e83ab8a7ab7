// Package place knows which file on disk a name of a profile means.
package place

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/project"
	"github.com/covls/covls/source"
)

// Folder is a workspace folder as a place where a profile's paths may lead.
type Folder struct {
	// Dir is absolute.
	Dir string
	// Mappings come before everything else; the first that fits wins.
	Mappings []Mapping
	// Modules are the Go modules of the folder; nil means none.
	Modules *Modules
	// Tree remembers what the folder holds; nil reads the disk each time.
	Tree *project.Tree
	// Packages are directories by import path that only `go list` knew; nil means not asked.
	Packages map[string]string
}

// Place is where a name of a profile leads.
type Place struct {
	// Path is absolute and cleaned, and begins as its folder's Dir does where the file lies in one,
	// though the profile may name the folder without its symlinks. It names no file on disk unless
	// Found.
	Path string
	// Found tells that the file is there.
	Found bool
	// Outside tells that the file is there and, without symlinks, lies in no folder.
	Outside bool
	// Mapped tells that a configured mapping gave the path, whether or not the file is there.
	Mapped bool
	// Gone tells that it is known where the file would lie, and that it is not there.
	Gone bool
	// ImportPath is the package that `go list` may know, for a Go name that was not found.
	ImportPath string
	// Why says what was tried, for a name that was not found.
	Why string
}

// Resolver finds the files that profiles name. It remembers what it has seen on disk; Renew begins a load, in
// which all of that is compared with the disk again. It belongs to one goroutine.
//
// Only files inside a folder, below the To of a mapping, inside a module that a folder's go.mod or
// go.work names, or in a directory that go list gave are ever looked at. A symlink that leads out
// of them is not followed. Those that lie in no folder are told apart (Place.Outside).
type Resolver struct {
	folders []Folder
	roots   []root // those of the folders first
	own     int    // how many roots are folders
	modules string // the folders' modules in words
	sights  *sights
	dirs    map[string]*directory // of this load
	fold    bool                  // upper and lower case are the same
	folding *Resolver             // this one with fold; nil until it is needed

	// Of the profile at hand:
	profileDir string
	near       string   // profileDir as its root spells it
	order      []Folder // folders, the closest around near first
	bases      []string // where relative names may begin
	below      string   // bases in words
}

// NewResolver makes a Resolver. Of folders that hold each other, the first gives the spelling. Where
// the file system of a folder does not tell upper from lower case, a file has the spelling that the
// disk has, whatever the profile says.
func NewResolver(folders []Folder) *Resolver {
	return newResolver(folders, folds(folders))
}

func folds(folders []Folder) bool {
	return slices.ContainsFunc(folders, func(f Folder) bool { return foldsCase(filepath.Clean(f.Dir)) })
}

func newResolver(folders []Folder, fold bool) *Resolver {
	r := &Resolver{folders: slices.Clone(folders), sights: newSights(), fold: fold}
	for i := range r.folders {
		f := &r.folders[i]
		f.Dir = filepath.Clean(f.Dir)
		r.add(f.Dir)
	}
	r.own = len(r.roots)
	for _, f := range r.folders {
		for _, m := range f.Mappings {
			r.add(m.to(f))
		}
		for _, d := range f.Modules.Roots() {
			r.add(d)
		}
	}
	r.modules = someModules(r.folders)
	r.begin()
	r.from("")
	return r
}

// from prepares for the names of a profile in the directory profileDir.
func (r *Resolver) from(profileDir string) {
	near := profileDir
	in, rest, known := r.root(profileDir)
	if known {
		near = filepath.Join(in.dir, rest)
	}
	r.profileDir, r.near = profileDir, near
	around := func(f Folder) int {
		if source.Inside(near, f.Dir) {
			return len(f.Dir)
		}
		return -1
	}
	r.order = slices.Clone(r.folders)
	slices.SortStableFunc(r.order, func(a, b Folder) int { return around(b) - around(a) })

	r.bases = []string{near}
	var words []string
	if known {
		words = append(words, near)
	}
	if len(r.order) > 0 && around(r.order[0]) >= 0 {
		top := r.order[0].Dir
		for d := near; d != top; {
			d = filepath.Dir(d)
			r.bases = append(r.bases, d)
		}
		if near != top {
			words[0] += ", the folders above it"
		}
	}
	for _, f := range r.order {
		if !slices.Contains(r.bases, f.Dir) {
			r.bases = append(r.bases, f.Dir)
			words = append(words, f.Dir)
		}
	}
	r.below = strings.Join(words, " or ")
}

// Resolve finds the file that a profile in the directory profileDir means by name. For many names
// a Resolver is quicker.
func Resolve(name, profileDir string, folders []Folder) Place {
	return NewResolver(folders).Resolve(name, profileDir)
}

const hint = "a [[path]] mapping in .covls.toml can say where it lies here"

// Resolve finds the file that a profile in the directory profileDir means by name: an absolute
// path, a relative one, or a Go import path with the file's base name.
func (r *Resolver) Resolve(name, profileDir string) Place {
	if profileDir != r.profileDir {
		r.from(profileDir)
	}
	slash := slashed(name)
	if place, ok := r.mapped(slash); ok {
		return place
	}
	switch {
	case filepath.IsAbs(name):
		return r.absolute(filepath.Clean(name))
	case strings.HasPrefix(slash, "/"), isWindowsAbs(slash):
		return Place{Why: "it is a path of another system; " + hint}
	case !isImport(slash):
		return r.relative(slash)
	}
	place, ours := r.imported(slash)
	if place.Found {
		return place
	}
	if rel := r.relative(slash); rel.Found || !ours && path.Ext(slash) != ".go" {
		return rel
	}
	return place
}

func (r *Resolver) absolute(p string) Place {
	f := r.file(p)
	place := r.place(f)
	switch f.state {
	case missing:
		place.Why, place.Gone = "there is no such file", true
	case outside:
		place.Why = "it lies outside the workspace; " + hint
	case leaves:
		place.Why = leavesWhy
	}
	return place
}

const leavesWhy = "a symlink leads out of the workspace to it; " + hint

// relative looks below the profile's directory, below those above it up to the folder, which is
// where a tool that writes into a directory of its own ran, and below the other folders.
func (r *Resolver) relative(slash string) Place {
	upwards := slash == ".." || strings.HasPrefix(slash, "../")
	why, best := "it lies outside the workspace; "+hint, outside
	for _, base := range r.bases {
		if upwards && base != r.near && !r.isFolder(base) {
			continue
		}
		switch f := r.file(join(base, slash)); {
		case f.state == found:
			return r.place(f)
		case f.state == leaves:
			why, best = leavesWhy, leaves
		case f.state == missing && best == outside:
			why, best = "there is no such file below "+r.below, missing
		}
	}
	return Place{Why: why}
}

func (r *Resolver) isFolder(dir string) bool {
	return slices.ContainsFunc(r.folders, func(f Folder) bool { return f.Dir == dir })
}

// imported looks for a Go import path and base name. ours tells that the package is one of a module
// or of go list's.
func (r *Resolver) imported(slash string) (place Place, ours bool) {
	pkg, base := path.Split(slash)
	pkg = strings.TrimSuffix(pkg, "/")
	there := false // the package's directory is
	tried := func(dir string, s state) {
		switch {
		case s == leaves:
			place.Why = leavesWhy
		case !ours:
			place.Why, place.Gone = fmt.Sprintf("%s is not in %s: %s", base, dir, gone(base)), true
		}
		ours = true
	}
	for _, f := range r.order {
		for _, d := range f.Modules.dirs(pkg, r.near) {
			f := r.file(filepath.Join(d, base))
			if f.state == found {
				return r.place(f), true
			}
			tried(d, f.state)
			there = there || r.dir(d).state == found
		}
		for _, d := range f.Modules.vendored(pkg) {
			f := r.file(filepath.Join(d, base))
			if f.state == found {
				return r.place(f), true
			}
			if r.dir(d).state == found {
				tried(d, f.state)
				there = true
			}
		}
		if d, ok := f.Packages[pkg]; ok {
			f := r.listed(d, base)
			if f.state == found {
				return r.place(f), true
			}
			tried(d, f.state)
			there = true
		}
	}
	if !there {
		place.ImportPath = pkg
	}
	if !ours {
		place.Why = fmt.Sprintf("no go.mod here provides %s", pkg)
		if r.modules != "" {
			place.Why = fmt.Sprintf("no module here provides %s (here: %s)", pkg, r.modules)
		}
	}
	return place, ours
}

func gone(base string) string {
	if path.Ext(base) != ".go" {
		return "a //line directive may have named it"
	}
	return "it was moved or deleted since the profile was written"
}

// someModules names the first modules of the folders.
func someModules(folders []Folder) string {
	const most = 3
	var paths []string
	for _, f := range folders {
		paths = append(paths, f.Modules.paths()...)
	}
	slices.Sort(paths)
	paths = slices.Compact(paths)
	if more := len(paths) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(paths[:most], ", "), more)
	}
	return strings.Join(paths, ", ")
}
