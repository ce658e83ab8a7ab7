package place

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/project"
	"github.com/covls/covls/source"
)

// Index knows the files below some folders whose base names somebody asks for.
type Index struct {
	bases map[string][]string // absolute paths by base name in lower case
	exact map[string]string   // absolute paths by themselves in composed form
	fold  map[string]string   // absolute paths by themselves in lower case; "" where two differ in case alone
	root  map[string]string   // the folder that a file was found in, by path
	skip  func(path string) bool

	// Left says what a bound left out; "" means nothing.
	Left string
}

// NewIndex searches folders, of which entries directory entries are looked at, for files with one of
// the base names of names, which are paths of any system. Symlinks are not followed; files of which
// skip is true are left out.
func NewIndex(ctx context.Context, folders []Folder, names []string, entries int, skip func(path string) bool) *Index {
	x := &Index{bases: map[string][]string{}, exact: map[string]string{}, fold: map[string]string{}, root: map[string]string{}, skip: skip}
	for _, n := range names {
		x.bases[lower(path.Base(slashed(n)))] = nil
	}
	folders = slices.Clone(folders)
	for i := range folders {
		folders[i].Dir = filepath.Clean(folders[i].Dir)
	}
	slices.SortFunc(folders, func(a, b Folder) int { return strings.Compare(a.Dir, b.Dir) }) // what holds others comes before them
	for i, f := range folders {
		if !slices.ContainsFunc(folders[:i], func(in Folder) bool { return source.Inside(f.Dir, in.Dir) }) {
			entries -= x.search(ctx, f, entries)
		}
	}
	return x
}

// search looks at so many entries in and below a folder, and returns at how many it looked.
func (x *Index) search(ctx context.Context, f Folder, most int) int {
	walk := project.Walk{Dir: f.Dir, Use: project.Sources, Entries: most}
	entries, cut, err := f.Tree.Walk(ctx, walk, func(dir string, files []project.Entry) {
		for _, e := range files {
			if e.Type.IsRegular() {
				x.add(f.Dir, dir, e.Name)
			}
		}
	})
	if err != nil {
		return most
	}
	if cut != "" {
		x.Left = fmt.Sprintf("files in and below %s: limits.entries was reached", cut)
	}
	return entries
}

func (x *Index) add(top, dir, name string) {
	base := lower(name)
	list, wanted := x.bases[base]
	if !wanted {
		return
	}
	p := filepath.Join(dir, name)
	if x.skip(p) {
		return
	}
	x.bases[base] = append(list, p)
	x.exact[Composed(p)] = p
	low := lower(p)
	if _, twice := x.fold[low]; twice {
		x.fold[low] = ""
	} else {
		x.fold[low] = p
	}
	x.root[p] = top
}

// find looks for the file at the absolute path p, where fold is set in any case.
func (x *Index) find(p string, fold bool) (file string, ok bool) {
	file = x.exact[Composed(p)]
	if file == "" && fold {
		file = x.fold[lower(p)]
	}
	return file, file != ""
}

// Near returns at most three files that name, a path of any system, may mean: those whose paths end
// as it does, the longest agreement first. Those of which bars is true are left out; nil leaves out none.
func (x *Index) Near(name string, bars func(path string) bool) []string {
	const most = 3
	name = Composed(slashed(name))
	type near struct {
		path string
		same int
	}
	var all []near
	for _, p := range x.bases[lower(path.Base(name))] {
		if bars != nil && bars(p) {
			continue
		}
		_, _, same := common(name, x.rel(p), true)
		all = append(all, near{p, same})
	}
	slices.SortStableFunc(all, func(a, b near) int { return b.same - a.same })
	var out []string
	for _, n := range all[:min(most, len(all))] {
		out = append(out, n.path)
	}
	return out
}

// common compares two slash-separated paths from their ends, in whole segments: how many agree, and
// the lengths of what stands before them, without its last slash.
func common(a, b string, fold bool) (na, nb, segments int) {
	na, nb = len(a), len(b)
	for na > 0 && nb > 0 {
		i, j := strings.LastIndexByte(a[:na], '/')+1, strings.LastIndexByte(b[:nb], '/')+1
		if s, t := a[i:na], b[j:nb]; s != t && !(fold && strings.EqualFold(s, t)) {
			break
		}
		na, nb = max(0, i-1), max(0, j-1)
		segments++
	}
	return na, nb, segments
}

// rel is the path of an indexed file below its folder, slash-separated, in composed form.
func (x *Index) rel(p string) string {
	rest, _ := source.Below(p, x.root[p])
	return Composed(filepath.ToSlash(rest))
}
