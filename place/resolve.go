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
	// Ambiguous tells that the name may be that of several files, and that nothing tells which.
	Ambiguous bool
	// Real is Path by directories that are no symlinks, below the same folder; "" where that is Path.
	Real string
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
//
// A profile speaks first of the Go module around it, of the work tree around it where that is nested in a folder, and
// of no other work tree of the same repository.
type Resolver struct {
	// SourceBytes is the size of the largest source that is read to tell files of one name apart; 0 reads none.
	SourceBytes int64

	folders []Folder
	roots   []root // those of the folders first
	own     int    // how many roots are folders
	modules string // the folders' modules in words
	sights  *sights
	dirs    map[string]*directory // of this load
	fold    bool                  // upper and lower case are the same
	folding *Resolver             // this one with fold; nil until it is needed

	owned map[string]own    // by the directory of a profile, of this load
	tops  map[string]string // tops of work trees around folders, of this load

	// Of the profile at hand:
	profileDir string
	profile    string   // its path as its root spells it; "" where only its directory is known
	near       string   // profileDir as its root spells it
	order      []Folder // folders that it may speak of, the closest around near first
	mappings   []mapped // those that hold for it, in their order
	bases      []string // where relative names may begin
	below      string   // bases in words
	above      []string // the bases that lie above the folders
	around     own
	pkg        packages // of the name before
}

// mapped are the mappings of a folder that hold for a profile.
type mapped struct {
	folder Folder
	all    []Mapping
}

// packages are where a package may lie.
type packages struct {
	path string
	own  []string // by the module around the profile
	mod  goModule // that module
	has  bool     // it provides the package
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
	r.from("", "")
	return r
}

// from prepares for the names of a profile in the directory profileDir, where it is called base; "" where that is not
// known.
func (r *Resolver) from(profileDir, base string) {
	near := profileDir
	in, rest, known := r.root(profileDir)
	if known {
		near = filepath.Join(in.dir, rest)
	}
	r.profileDir, r.near, r.profile, r.pkg = profileDir, near, "", packages{}
	if base != "" {
		r.profile = filepath.Join(near, base)
	}
	around := func(f Folder) int {
		if source.Inside(near, f.Dir) {
			return len(f.Dir)
		}
		return -1
	}
	r.around = own{}
	if profileDir != "" {
		r.around = r.ownOf(near)
	}
	all := slices.Clone(r.folders)
	slices.SortStableFunc(all, func(a, b Folder) int { return around(b) - around(a) })
	r.order, r.mappings = nil, nil
	for _, f := range all {
		m := mapped{folder: f}
		for _, to := range f.Mappings {
			if to.Holds(f.Dir, r.profile) {
				m.all = append(m.all, to)
			}
		}
		r.mappings = append(r.mappings, m)
		if !slices.Contains(r.around.barred, f.Dir) || source.Inside(near, f.Dir) {
			r.order = append(r.order, f)
		}
	}
	r.above = r.basesAbove()

	r.bases = []string{near}
	for _, base := range r.above {
		if base != near {
			r.bases = append(r.bases, base)
		}
	}
	var words []string
	if known {
		words = append(words, near)
	}
	if len(r.order) > 0 && around(r.order[0]) >= 0 {
		top := r.order[0].Dir
		if r.around.nested {
			top = r.around.tree
		}
		for d := near; d != top; {
			d = filepath.Dir(d)
			r.bases = append(r.bases, d)
		}
		if near != top {
			words[0] += ", the folders above it"
		}
	}
	for _, f := range r.order {
		if r.around.nested && !source.Inside(f.Dir, r.around.tree) {
			continue // nothing of it is relative to what is around its work tree
		}
		if !slices.Contains(r.bases, f.Dir) {
			r.bases = append(r.bases, f.Dir)
			words = append(words, f.Dir)
		}
	}
	r.below = strings.Join(words, " or ")
}

// basesAbove are where relative names of a profile begin that lies in a folder around all workspace folders, or in the
// folder of coverage in one: they may be of files beside those.
func (r *Resolver) basesAbove() []string {
	around := func(dir string) bool {
		return len(r.folders) > 0 && !slices.ContainsFunc(r.folders, func(f Folder) bool { return f.Dir == dir || !source.Inside(f.Dir, dir) })
	}
	switch up := filepath.Dir(r.near); {
	case r.profileDir == "":
	case around(r.near):
		return []string{r.near}
	case filepath.Base(r.near) == "coverage" && around(up) && !slices.ContainsFunc(r.folders, func(f Folder) bool { return source.Inside(r.near, f.Dir) }):
		return []string{r.near, up}
	}
	return nil
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
	if profileDir != r.profileDir || r.profile != "" {
		r.from(profileDir, "")
	}
	return r.resolve(name)
}

// resolve is Resolve for the profile at hand.
func (r *Resolver) resolve(name string) Place {
	slash := slashed(name)
	if place, ok := r.mapped(slash); ok {
		return place
	}
	place := r.unmapped(name, slash)
	if r.strange(place.Path) {
		return Place{Why: strangeWhy, Gone: true}
	}
	return place
}

// unmapped finds a file that no mapping leads to.
func (r *Resolver) unmapped(name, slash string) Place {
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
		p := join(base, slash)
		if slices.Contains(r.above, base) && r.there(p) {
			place := r.absolute(p) // perhaps of none of the folders
			place.Gone = !place.Found
			return place
		}
		switch f := r.file(p); {
		case f.state == found && r.strange(f.path):
			why, best = strangeWhy, leaves
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
			place.Why, place.Gone, place.Path = fmt.Sprintf("%s is not in %s: %s", base, dir, gone(base)), true, filepath.Join(dir, base)
		}
		ours = true
	}
	if r.pkg.path != pkg {
		r.pkg = packages{path: pkg}
		r.pkg.own, r.pkg.mod, r.pkg.has = r.ownPackage(pkg)
	}
	for _, d := range r.pkg.own {
		f := r.file(filepath.Join(d, base))
		if f.state == found {
			return r.place(f), true
		}
		tried(d, f.state)
		there = there || r.dir(d).state == found
	}
	for _, f := range r.order {
		for _, d := range f.Modules.dirs(pkg, r.near, r.foreign) {
			f := r.file(filepath.Join(d, base))
			if f.state == found && !r.strange(f.path) {
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
			if f.state == found && !r.strange(f.path) {
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

// foreign reports whether the module has the package at hand not for the profile, which has one of its own.
func (r *Resolver) foreign(m goModule) bool {
	return r.pkg.has && (m.path == r.pkg.mod.path && m.dir != r.pkg.mod.dir || r.around.nested && !source.Inside(m.dir, r.around.tree))
}

// there reports whether something is at a path that may lie outside of the folders.
func (r *Resolver) there(p string) bool {
	in := r.sights.dir(filepath.Dir(p))
	r.sights.note(in)
	return in.entry(in.path, filepath.Base(p)).kind != nothing
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
