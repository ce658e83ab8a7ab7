package place

import (
	"cmp"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
)

// reading is a report whose names are followed together: where some lead tells where others begin.
type reading struct {
	r     *Resolver
	files []*coverage.File
	plain []*Place // where a name leads by itself; nil where nobody has asked
	local []string // the relative names, slash-separated and without their group; "" for another
	// groups has the group that a relative name is in, "" for several.
	groups map[string]string
	// packages are the directories that the one of the profile may be named after: one list for each end of its path.
	packages [][]string
}

// start is where relative names may begin that a report tells of itself.
type start struct {
	// dirs are tried one after the other.
	dirs []string
	// plain tells that names lead there by themselves, too.
	plain bool
	// root is what the report says; "" where it says nothing.
	root string
	// strict tells that no name of the report begins elsewhere.
	strict bool
	// roots are where in dirs sources lie; nil is there.
	roots []string
}

// places finds the files of a report that was read from the profile at hand.
func (r *Resolver) places(report *coverage.Report) []Place {
	in := &reading{r: r, files: report.Files}
	in.packages = in.packageDirs()
	out := make([]Place, len(report.Files))
	plain := len(report.Roots) == 0 && !slices.ContainsFunc(in.packages, func(dirs []string) bool { return len(dirs) > 0 })
	if plain && !slices.ContainsFunc(report.Files, func(f *coverage.File) bool { return f.Group != "" }) {
		for i, f := range report.Files {
			out[i] = r.resolve(f.Name)
		}
		return out
	}
	in.plain, in.local, in.groups = make([]*Place, len(report.Files)), make([]string, len(report.Files)), map[string]string{}
	for i, f := range report.Files {
		if slash := slashed(f.Local()); !strings.HasPrefix(slash, "/") && !isWindowsAbs(slash) {
			in.local[i] = slash
		}
		if f.Group != "" {
			if other, twice := in.groups[in.local[i]]; twice && other != f.Group {
				in.groups[in.local[i]] = ""
			} else {
				in.groups[in.local[i]] = f.Group
			}
		}
	}
	var starts []start
	for _, root := range report.Roots {
		starts = append(starts, in.root(root)...)
	}
	if !slices.ContainsFunc(starts, func(s start) bool { return s.strict }) {
		starts = append(starts, in.gathered()...)
	}
	groups := map[string][]start{}
	if len(in.groups) > 0 {
		groups = in.modules(report.Roots)
	}
	for i, f := range report.Files {
		switch {
		case in.local[i] == "":
			out[i] = in.lead(i)
		case f.Group != "":
			out[i] = in.ofGroup(i, groups, starts)
		default:
			out[i] = in.below(i, starts)
		}
	}
	return out
}

// lead is where a name leads by itself.
func (in *reading) lead(i int) Place {
	if in.plain[i] == nil {
		place := in.r.resolve(in.files[i].Local())
		in.plain[i] = &place
	}
	return *in.plain[i]
}

// below finds a file below where names may begin; mappings come first.
func (in *reading) below(i int, starts []start) Place {
	f := in.files[i]
	if f.Group != "" {
		if place, ok := in.r.mapped(slashed(f.Name)); ok {
			return place
		}
	}
	if len(starts) == 0 {
		return in.lead(i)
	}
	if place, ok := in.r.mapped(in.local[i]); ok {
		return place
	}
	found, told, mapped := in.among(i, starts)
	switch {
	case len(found) == 1:
		return found[0]
	case len(found) > 1:
		return in.choose(f, found)
	case mapped.Mapped:
		return mapped
	case len(told) > 0:
		return Place{Gone: true, Why: "there is no such file below " + strings.Join(told, " or ")}
	}
	return in.lead(i)
}

// among are the files that a name may mean, the directories of which one must have it, and where a mapping leads that
// has no file there.
func (in *reading) among(i int, starts []start) (found []Place, told []string, mapped Place) {
	take := func(place Place) {
		if place.Found && !slices.ContainsFunc(found, func(p Place) bool { return p.Path == place.Path }) {
			found = append(found, place)
		}
	}
	strict := true
	for _, s := range starts {
		if s.root != "" {
			if place, ok := in.r.mapped(path.Join(slashed(s.root), in.local[i])); ok {
				if take(place); !place.Found && !mapped.Mapped {
					mapped = place
				}
				continue
			}
		}
		if s.plain {
			take(in.lead(i))
		}
		for _, dir := range s.dirs {
			if place, ok := in.at(dir, s.roots, in.local[i]); ok {
				take(place)
				break
			}
		}
		if strict = strict && s.strict; strict {
			told = append(told, s.dirs...)
		}
	}
	if !strict {
		told = nil
	}
	return found, told, mapped
}

// at looks for a file below a directory.
func (in *reading) at(dir string, roots []string, local string) (place Place, ok bool) {
	if roots == nil {
		roots = []string{""}
	}
	for _, root := range roots {
		if f := in.r.file(join(filepath.Join(dir, filepath.FromSlash(root)), local)); f.state == found && !in.r.strange(f.path) {
			return in.r.place(f), true
		}
	}
	return Place{}, false
}

// choose is the one of several files whose text is what the report says of it.
func (in *reading) choose(f *coverage.File, found []Place) Place {
	var names []string
	best := -1
	for i, place := range found {
		names = append(names, place.Path)
		content, err := source.ReadFile(place.Path, in.r.SourceBytes)
		if err != nil || !exact(f, content) {
			continue
		}
		if best >= 0 {
			best = -1
			for _, place := range found[i+1:] {
				names = append(names, place.Path)
			}
			break
		}
		best = i
	}
	if best >= 0 {
		return found[best]
	}
	return Place{Ambiguous: true, Why: fmt.Sprintf("it may be %s, and the lines of the profile do not tell which; %s", strings.Join(names, " or "), hint)}
}

// exact reports whether all that a report says of a file can be said of a text.
func exact(f *coverage.File, content string) bool {
	share, told := fit(f, content)
	breaks := uint32(strings.Count(content, "\n"))
	if !told || share < 1 || f.Length > 0 && f.Length != breaks && f.Length != breaks+1 {
		return false
	}
	t := text.New(content)
	return !slices.ContainsFunc(f.Sums, func(s coverage.Sum) bool { return coverage.SumOf(t.Line(s.Line)) != s.Hash })
}

// count is how many names lead to files below a directory.
func (in *reading) count(dir string, roots []string, of func(*coverage.File) bool) int {
	n := 0
	for i, local := range in.local {
		if local == "" || of != nil && !of(in.files[i]) {
			continue
		}
		if _, ok := in.at(dir, roots, local); ok {
			n++
		}
	}
	return n
}

// countPlain is how many relative names lead to files by themselves.
func (in *reading) countPlain() int {
	n := 0
	for i, local := range in.local {
		if local != "" && in.lead(i).Found {
			n++
		}
	}
	return n
}

// root is where names begin by a root that the report tells: there, where it is here; else where its end is a
// directory here, if that suits the names no worse than leaving the root aside does.
func (in *reading) root(root string) []start {
	slash := path.Clean(slashed(root))
	if root == "" {
		return nil
	}
	if !strings.HasPrefix(slash, "/") && !isWindowsAbs(slash) {
		s := start{}
		for _, base := range in.r.bases {
			if dir := join(base, slash); in.r.dir(dir).state == found {
				s.dirs = append(s.dirs, dir)
			}
		}
		return []start{s}
	}
	if dir := filepath.Clean(root); filepath.IsAbs(root) && in.r.dir(dir).state == found {
		if in.count(dir, nil, nil) > 0 {
			return []start{{dirs: []string{dir}, root: root, strict: true}}
		}
	}
	type candidate struct {
		dir         string // "" for the names by themselves
		found, same int
	}
	same := func(dir string) int {
		_, _, n := common(slash, filepath.ToSlash(dir), isWindowsAbs(slash))
		return n
	}
	all := []candidate{{found: in.countPlain()}}
	for _, base := range in.r.bases {
		all[0].same = max(all[0].same, same(base))
	}
	packages := slices.Concat(in.packages...)
	for _, dir := range packages {
		all = append(all, candidate{dir, in.count(dir, nil, nil), same(dir) + 1})
	}
	const deepest = 16
	tail := strings.TrimPrefix(slash, "/")
	for range deepest {
		for _, base := range slices.Concat(packages, in.r.bases) {
			dir := join(base, tail)
			if in.r.dir(dir).state != found || slices.ContainsFunc(all, func(c candidate) bool { return c.dir == dir }) || slices.Contains(in.r.bases, dir) {
				continue
			}
			c := candidate{dir, in.count(dir, nil, nil), same(dir)}
			if slices.Contains(packages, base) {
				c.same++
			}
			all = append(all, c)
		}
		var more bool
		if _, tail, more = strings.Cut(tail, "/"); !more {
			break
		}
	}
	most := 0
	for _, c := range all {
		most = max(most, c.found)
	}
	all = slices.DeleteFunc(all, func(c candidate) bool { return c.found == 0 || 2*c.found < most })
	if len(all) == 0 {
		return []start{{root: root, plain: true}}
	}
	slices.SortStableFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.same, a.same), cmp.Compare(b.found, a.found))
	})
	var out []start
	for _, c := range all {
		if c.same != all[0].same || c.found != all[0].found {
			break
		}
		if c.dir == "" {
			out = append(out, start{root: root, plain: true})
		} else {
			out = append(out, start{root: root, dirs: []string{c.dir}, strict: true})
		}
	}
	return out
}

// homes are the directories in which workspaces keep their packages; "" is the workspace itself.
var homes = [...]string{"", "packages", "apps", "libs", "modules", "services", "projects", "crates", "plugins", "components", "tools"}

// packageDirs are the directories that are called as the one of the profile, or as an end of its path below another.
func (in *reading) packageDirs() [][]string {
	i := slices.IndexFunc(in.r.order, func(f Folder) bool { return source.Inside(in.r.near, f.Dir) })
	if i < 0 {
		return nil
	}
	top := in.r.order[i].Dir
	if in.r.around.nested {
		top = in.r.around.tree
	}
	rest, _ := source.Below(in.r.near, top)
	_, name, more := strings.Cut(filepath.ToSlash(rest), "/")
	if !more {
		return nil
	}
	all := in.named([]string{top}, name)
	for i, dirs := range all {
		all[i] = slices.DeleteFunc(dirs, func(dir string) bool { return source.Inside(in.r.near, dir) })
	}
	return all
}

// gathered is where names begin by the directory of the profile, which is named as a package is where reports of all
// packages are gathered in one place: coverage/web/lcov.info is of packages/web. That is followed where it leads at
// least as many names to files as they lead by themselves.
func (in *reading) gathered() []start {
	most := 1
	var best []string
	for _, dirs := range in.packages {
		counts := make([]int, len(dirs))
		for i, dir := range dirs {
			counts[i] = in.count(dir, nil, nil)
		}
		if len(dirs) == 0 || slices.Max(counts) < most || best != nil && slices.Max(counts) == most {
			continue
		}
		most, best = slices.Max(counts), nil
		for i, dir := range dirs {
			if counts[i] == most {
				best = append(best, dir)
			}
		}
	}
	if best == nil || most < in.countPlain() {
		return nil
	}
	var out []start
	for _, dir := range best {
		out = append(out, start{dirs: []string{dir}, strict: true})
	}
	return out
}

// named are the directories below some that are called as a path, or as an end of it, directly or where workspaces
// keep packages: one list for each end, that of the longest first.
func (in *reading) named(bases []string, name string) (all [][]string) {
	seen := map[string]bool{}
	for more := true; more; {
		var out []string
		for _, base := range bases {
			for _, home := range homes {
				dir := filepath.Join(base, home, filepath.FromSlash(name))
				if in.r.dir(dir).state == found && !seen[dir] && !slices.Contains(in.r.bases, dir) {
					seen[dir] = true
					out = append(out, dir)
				}
			}
		}
		all = append(all, out)
		_, name, more = strings.Cut(name, "/")
	}
	return all
}

// modules is where the names of each group begin: in the module of that name. Maven calls a module of the folder core
// shop-core, so the ends of a name are tried, too, for a folder that is no other group's.
func (in *reading) modules(roots []string) map[string][]start {
	roots = append([]string{""}, roots...)
	out := map[string][]start{}
	var names []string
	for _, f := range in.files {
		if _, known := out[f.Group]; !known && f.Group != "" {
			out[f.Group] = nil
			names = append(names, f.Group)
		}
	}
	taken := map[string]bool{}
	for _, exact := range []bool{true, false} {
		by := map[string][]string{} // the groups that want a directory
		for _, group := range names {
			if out[group] != nil {
				continue
			}
			of := func(f *coverage.File) bool { return f.Group == group }
			most, best := 0, ""
			for _, dir := range in.moduleDirs(group, exact) {
				if n := in.count(dir, roots, of); n > most && !taken[dir] {
					most, best = n, dir
				}
			}
			if best != "" {
				by[best] = append(by[best], group)
			}
		}
		for dir, groups := range by {
			if len(groups) == 1 {
				taken[dir] = true
				out[groups[0]] = []start{{dirs: []string{dir}, strict: true, roots: roots}}
			}
		}
	}
	return out
}

// moduleDirs are the directories that a group may be named after.
func (in *reading) moduleDirs(group string, exact bool) []string {
	name := strings.Trim(strings.ReplaceAll(group, ":", "/"), "/")
	if exact {
		return slices.Concat(in.named(in.r.bases, name)...)
	}
	var out []string
	last := path.Base(name)
	for more := true; more; {
		if _, last, more = strings.Cut(last, "-"); more {
			out = append(out, slices.Concat(in.named(in.r.bases, last)...)...)
		}
	}
	return out
}

// ofGroup finds a file of a group. Where its module is not known, a name that other groups have, too, is no file's.
func (in *reading) ofGroup(i int, groups map[string][]start, starts []start) Place {
	f := in.files[i]
	if s := groups[f.Group]; s != nil {
		return in.below(i, s)
	}
	if group := in.groups[in.local[i]]; group == "" {
		return Place{Why: fmt.Sprintf("no folder here is the module %s, and another module has a file of that name; %s", f.Group, hint)}
	}
	return in.below(i, starts)
}
