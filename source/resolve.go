package source

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Mapping replaces the beginning From of a profile's paths by To. Both are cut at whole segments;
// slashes and backslashes are the same, and so are upper and lower case behind a drive letter. From
// "." stands for the beginning of relative paths. A relative To is relative to the folder.
type Mapping struct {
	From, To string
}

// cut returns what stands behind From in a slash-separated name.
func (m Mapping) cut(slash string) (rest string, ok bool) {
	from := slashed(m.From)
	slash = strings.TrimPrefix(slash, "./")
	switch {
	case from == "":
		return "", false
	case from == ".":
		return slash, !strings.HasPrefix(slash, "/") && !isWindowsAbs(slash)
	}
	from = strings.TrimSuffix(from, "/")
	if isDrive(from) && len(from) <= len(slash) && strings.EqualFold(slash[:len(from)], from) {
		from = slash[:len(from)]
	}
	return cutPrefix(slash, from)
}

// Folder is a workspace folder as a place where a profile's paths may lead.
type Folder struct {
	// Dir is absolute.
	Dir string
	// Mappings come before everything else; the first that fits wins.
	Mappings []Mapping
	// Modules are the Go modules of the folder; nil means none.
	Modules *Modules
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

// Resolver finds the files that profiles name. It remembers the directories it has seen, so each
// load makes a new one; it belongs to one goroutine.
//
// Only files inside a folder, below the To of a mapping, inside a module that a folder's go.mod or
// go.work names, or in a directory that go list gave are ever looked at. A symlink that leads out
// of them is not followed. Those that lie in no folder are told apart (Place.Outside).
type Resolver struct {
	folders []Folder
	roots   []root // those of the folders first
	own     int    // how many roots are folders
	modules string // the folders' modules in words
	dirs    map[string]directory
	fold    bool                         // upper and lower case are the same
	entries map[string]map[string]string // of fold: names by themselves in lower case, by directory
	folding *Resolver                    // this one with fold; nil until it is needed

	// Of the profile at hand:
	profileDir string
	near       string   // profileDir as its root spells it
	order      []Folder // folders, the closest around near first
	bases      []string // where relative names may begin
	below      string   // bases in words
}

// root is a directory below which a profile may name files.
type root struct {
	dir  string // as configured
	real string // without symlinks; dir where it is not there
}

// directory is what is known of a directory.
type directory struct {
	path  string // as its root spells it
	real  string // without symlinks, where it is found
	state state
}

// state is what became of a search.
type state uint8

const (
	found   state = iota
	missing       // nothing of its kind is there
	outside       // not below a root, so nobody looked
	leaves        // below a root, but by a symlink that leads out
)

// NewResolver makes a Resolver. Of folders that hold each other, the first gives the spelling. Where
// the file system of a folder does not tell upper from lower case, a file has the spelling that the
// disk has, whatever the profile says.
func NewResolver(folders []Folder) *Resolver {
	return newResolver(folders, slices.ContainsFunc(folders, func(f Folder) bool { return foldsCase(filepath.Clean(f.Dir)) }))
}

// foldsCase reports whether the file system finds the entries of dir in other letters too.
func foldsCase(dir string) bool {
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close()
	const some = 20
	entries, _ := f.ReadDir(some)
	for _, e := range entries {
		other := strings.ToUpper(e.Name())
		if other == e.Name() {
			other = strings.ToLower(other)
		}
		if other == e.Name() {
			continue
		}
		there, err := os.Lstat(filepath.Join(dir, e.Name()))
		again, err2 := os.Lstat(filepath.Join(dir, other))
		return err == nil && err2 == nil && os.SameFile(there, again)
	}
	return false
}

func newResolver(folders []Folder, fold bool) *Resolver {
	r := &Resolver{folders: slices.Clone(folders), dirs: map[string]directory{}, fold: fold, entries: map[string]map[string]string{}}
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
	r.from("")
	return r
}

func (r *Resolver) add(dir string) {
	if slices.ContainsFunc(r.roots, func(in root) bool { return in.dir == dir }) {
		return
	}
	in := root{dir, dir}
	d := directory{path: dir, state: missing}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		in.real = real
		d = directory{path: dir, real: real}
	}
	r.roots = append(r.roots, in)
	if around, rest, ok := r.root(dir); ok {
		d.path = filepath.Join(around.dir, rest)
	}
	r.dirs[dir] = d
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
		if Inside(near, f.Dir) {
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

// to is the directory, or the one file, that the mapping leads to.
func (m Mapping) to(f Folder) string { return join(f.Dir, slashed(m.To)) }

// mapped follows the first mapping of each folder that fits; ok is false where there is none.
func (r *Resolver) mapped(slash string) (place Place, ok bool) {
	for _, f := range r.order {
		for _, m := range f.Mappings {
			rest, fits := m.cut(slash)
			if !fits {
				continue
			}
			p := r.casing(slash).follow(m, m.to(f), rest)
			if p.Found {
				return p, true
			}
			if !ok {
				place, ok = p, true
			}
			break
		}
	}
	return place, ok
}

// Follow leads a name by a mapping with an absolute To that a poll has found; ok is false where the
// name does not begin so.
func (r *Resolver) Follow(m Mapping, name string) (place Place, ok bool) {
	slash := path.Clean(slashed(name))
	rest, ok := m.cut(slash)
	if !ok || rest == "" {
		return Place{}, false
	}
	return r.place(r.casing(slash).file(filepath.Join(m.To, filepath.FromSlash(rest)))), true
}

// casing is the resolver for a name: one that does not tell upper from lower case for a name with a
// drive letter.
func (r *Resolver) casing(slash string) *Resolver {
	if r.fold || !isDrive(slash) {
		return r
	}
	if r.folding == nil {
		r.folding = newResolver(r.folders, true)
	}
	return r.folding
}

func (r *Resolver) follow(m Mapping, to, rest string) Place {
	p := filepath.Join(to, filepath.FromSlash(rest))
	if p == to && isFile(to) {
		if real, err := filepath.EvalSymlinks(to); err == nil {
			place := r.place(file{path: to, real: real})
			place.Mapped = true
			return place
		}
	}
	f := r.file(p)
	switch f.state {
	case found:
		place := r.place(f)
		place.Mapped = true
		return place
	case missing:
		return Place{Path: f.path, Mapped: true, Why: fmt.Sprintf("the path mapping %q → %q leads to %s, which is not there", m.From, m.To, p)}
	}
	return Place{Why: fmt.Sprintf("the path mapping %q → %q leads to %s, which lies outside the workspace", m.From, m.To, p)}
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

// listed looks for a file in a directory that go list gave.
func (r *Resolver) listed(dir, base string) file {
	p := filepath.Join(dir, base)
	if f := r.file(p); f.state == found {
		return f
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return file{path: p, state: missing}
	}
	f := look(filepath.Join(real, base), func(p string) bool { return Inside(p, real) || r.holds(p) })
	f.path = p
	return f
}

// file is what is known of a file.
type file struct {
	path  string // as its root spells it
	real  string // without symlinks, where it is found
	state state
}

// place is where a name that led to a file leads.
func (r *Resolver) place(f file) Place {
	p := Place{Path: f.path, Found: f.state == found}
	p.Outside = p.Found && !slices.ContainsFunc(r.roots[:r.own], func(in root) bool { return Inside(f.real, in.real) })
	return p
}

// file looks for a file.
func (r *Resolver) file(p string) file {
	d := r.dir(filepath.Dir(p))
	base := r.spelled(d, filepath.Base(p))
	f := file{state: d.state}
	if d.state == found {
		f = look(filepath.Join(d.real, base), r.holds)
	}
	f.path = filepath.Join(d.path, base)
	return f
}

// look looks for a file in a directory without symlinks. may says where a symlink may lead.
func look(p string, may func(real string) bool) file {
	info, err := os.Lstat(p)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if p, err = filepath.EvalSymlinks(p); err == nil && !may(p) {
			return file{state: leaves}
		}
		if err == nil {
			info, err = os.Lstat(p)
		}
	}
	if err != nil || !info.Mode().IsRegular() {
		return file{state: missing}
	}
	return file{real: p}
}

// dir looks for a directory, from its root downwards.
func (r *Resolver) dir(p string) directory {
	if d, ok := r.dirs[p]; ok {
		return d
	}
	d := directory{path: p, state: outside}
	if in, rest, ok := r.root(p); ok {
		d = r.dirs[in.dir]
		for rest != "" && d.state == found {
			var name string
			name, rest, _ = strings.Cut(rest, string(filepath.Separator))
			d = r.sub(d, name)
		}
		d.path = filepath.Join(d.path, rest)
	}
	r.dirs[p] = d
	return d
}

// sub looks for a directory in one that is there.
func (r *Resolver) sub(in directory, name string) directory {
	name = r.spelled(in, name)
	path := filepath.Join(in.path, name)
	if d, ok := r.dirs[path]; ok {
		return d
	}
	d := directory{path: path, real: filepath.Join(in.real, name)}
	info, err := os.Lstat(d.real)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if d.real, err = filepath.EvalSymlinks(d.real); err == nil && !r.holds(d.real) {
			d.state = leaves
		} else if err == nil {
			info, err = os.Lstat(d.real)
		}
	}
	if d.state == found && (err != nil || !info.IsDir()) {
		d.state = missing
	}
	r.dirs[path] = d
	return d
}

// spelled is how the disk spells the name of an entry of in.
func (r *Resolver) spelled(in directory, name string) string {
	if !r.fold || in.state != found {
		return name
	}
	entries, known := r.entries[in.real]
	if !known {
		list, _ := os.ReadDir(in.real)
		entries = make(map[string]string, len(list))
		for _, e := range list {
			low := strings.ToLower(e.Name())
			if _, twice := entries[low]; twice {
				entries[low] = "" // the case matters here after all
			} else {
				entries[low] = e.Name()
			}
		}
		r.entries[in.real] = entries
	}
	if s := entries[strings.ToLower(name)]; s != "" {
		return s
	}
	return name
}

// root finds the root around p and the rest of p below it; ok is false where there is none. The
// folders come first, so that a file has the path that an editor knows.
func (r *Resolver) root(p string) (in root, rest string, ok bool) {
	for _, roots := range [][]root{r.roots[:r.own], r.roots[r.own:]} {
		for _, in := range roots {
			if rest, ok := r.beneath(p, in.dir); ok {
				return in, rest, true
			}
		}
		for _, in := range roots {
			if rest, ok := r.beneath(p, in.real); ok {
				return in, rest, true
			}
		}
	}
	return root{}, "", false
}

// holds reports whether a path without symlinks lies below a root.
func (r *Resolver) holds(real string) bool {
	return slices.ContainsFunc(r.roots, func(in root) bool { return Inside(real, in.real) })
}

// Inside reports whether the cleaned absolute path p is dir or lies below it.
func Inside(p, dir string) bool {
	_, ok := below(p, dir)
	return ok
}

// below returns the rest of p below dir.
func below(p, dir string) (rest string, ok bool) {
	const sep = string(filepath.Separator)
	rest, ok = strings.CutPrefix(p, dir)
	if !ok || rest != "" && !strings.HasPrefix(rest, sep) && !strings.HasSuffix(dir, sep) {
		return "", false
	}
	return strings.TrimPrefix(rest, sep), true
}

// beneath is below, in any case where the resolver folds it.
func (r *Resolver) beneath(p, dir string) (rest string, ok bool) {
	if r.fold && len(p) >= len(dir) && strings.EqualFold(p[:len(dir)], dir) {
		p = dir + p[len(dir):]
	}
	return below(p, dir)
}

func slashed(name string) string { return strings.ReplaceAll(name, `\`, "/") }

func isWindowsAbs(slash string) bool { return isDrive(slash) && len(slash) > 2 && slash[2] == '/' }

// isDrive reports whether a path begins with a drive letter.
func isDrive(slash string) bool { return len(slash) > 1 && slash[1] == ':' && isWord(rune(slash[0])) }

// isImport reports whether a name may begin with an import path, which has no empty and no dot
// segments.
func isImport(slash string) bool {
	for s := range strings.SplitSeq(slash, "/") {
		if s == "" || s == "." || s == ".." {
			return false
		}
	}
	return strings.Contains(slash, "/")
}

func isFile(p string) bool {
	info, err := os.Stat(p)
	return err == nil && info.Mode().IsRegular()
}
