package git

import (
	"slices"
	"strings"
)

// names are paths that are looked up in one tree after another. What was looked at in one is not looked at again
// in another one.
type names struct {
	top  folder
	all  []*name
	look func(n *name, blob hash) (there bool, err error) // asked of what each path is, once a tree
}

// name is a path in a work tree.
type name struct {
	path string
	want *want
	blob hash // what together expects there
	id   int  // in the order in which they were added
	in   *folder
}

// folder has the names in a folder, and its folders.
type folder struct {
	outer   *folder
	folders map[string]*folder
	files   map[string]*file
	open    int     // names in it and below it that are still looked for
	all     []*name // of those too that are not
	// absent is by tree what of all is not there.
	absent map[hash][]*name
	round  int // the look in which a folder of that name was met
}

type file struct {
	names []*name
	round int
}

func (f *folder) forget() { f.absent = nil }

func (s *names) add(path string, w *want) *name {
	n := &name{path: path, want: w, id: len(s.all)}
	s.all = append(s.all, n)
	at := &s.top
	for {
		at.open++
		at.all = append(at.all, n)
		at.forget()
		first, rest, deeper := strings.Cut(path, "/")
		if !deeper {
			break
		}
		if at.folders == nil {
			at.folders = map[string]*folder{}
		}
		next := at.folders[first]
		if next == nil {
			next = &folder{outer: at}
			at.folders[first] = next
		}
		at, path = next, rest
	}
	if at.files == nil {
		at.files = map[string]*file{}
	}
	if at.files[path] == nil {
		at.files[path] = &file{}
	}
	at.files[path].names = append(at.files[path].names, n)
	n.in = at
	return n
}

// close has a name looked up no longer.
func (n *name) close() {
	for at := n.in; at != nil; at = at.outer {
		at.open--
	}
}

// paths are the names by their paths.
func (s *names) paths() map[string][]*name {
	out := map[string][]*name{}
	for _, n := range s.all {
		out[n.path] = append(out[n.path], n)
	}
	return out
}

// in looks up the names in a tree, and returns those that are not there, in the order in which they were added. Of a
// tree that can't be read nothing is said to be absent.
func (s *names) in(r *reader, tree hash) ([]*name, error) { return s.below(r, &s.top, tree) }

func (s *names) below(r *reader, f *folder, tree hash) ([]*name, error) {
	if f.open == 0 {
		return nil, nil
	}
	if absent, ok := f.absent[tree]; ok {
		return absent, nil
	}
	type met struct {
		folder *folder
		file   *file
		hash   hash
	}
	var found []met
	rows, err := r.tree(tree)
	r.round++
	for err == nil {
		row, ok, problem := rows.row()
		if err = problem; err != nil || !ok {
			break
		}
		if row.mode == modeDir {
			if next := f.folders[string(row.name)]; next != nil && next.round != r.round {
				next.round = r.round
				found = append(found, met{folder: next, hash: hash(row.hash)})
			}
		} else if isText(row.mode) {
			if next := f.files[string(row.name)]; next != nil && next.round != r.round {
				next.round = r.round
				found = append(found, met{file: next, hash: hash(row.hash)})
			}
		}
	}
	if err != nil {
		return nil, r.skip(err)
	}
	rows = nil // a tree may be large, and others are read before this one is done
	var absent []*name
	for _, next := range f.folders {
		if next.round != r.round {
			absent = append(absent, next.all...)
		}
	}
	for _, next := range f.files {
		if next.round != r.round {
			absent = append(absent, next.names...)
		}
	}
	for _, m := range found {
		if m.folder != nil {
			more, err := s.below(r, m.folder, m.hash)
			if err != nil {
				return nil, err
			}
			absent = append(absent, more...)
			continue
		}
		for _, n := range m.file.names {
			there, err := s.look(n, m.hash)
			if err != nil {
				return nil, err
			}
			if !there {
				absent = append(absent, n)
			}
		}
	}
	slices.SortFunc(absent, func(a, b *name) int { return a.id - b.id })
	const pointer = 8
	if err := r.objects.cost(pointer * int64(len(absent))); err != nil {
		return nil, err
	}
	if f.absent == nil {
		f.absent = map[hash][]*name{}
	}
	f.absent[tree] = absent
	return absent, nil
}
