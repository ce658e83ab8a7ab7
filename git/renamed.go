package git

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
)

// maxHops bounds how often a file was renamed.
const maxHops = 8

// Renamed tells where files are today that dir does not have anymore, where git knows: a file that a commit deleted is
// the one that the same commit added with the same text, or with the text most alike of which half stayed, where of all
// files that the commit deleted it is the nearest one to that, too. So are files that were renamed in the index. Paths are
// slash-separated and relative to dir; those of files that are still there, were never there, or went for good are not
// in the answer, and nor are files that went to a place outside of dir. The answer is what was found until the context was done or a
// bound was reached. It is nil where no path is in a work tree of git. The error is of a repository that can't be read at
// all.
func Renamed(ctx context.Context, dir string, paths []string, most Bounds) (map[string]string, error) {
	most = most.filled()
	groups, err := repositories(dir, paths)
	if err != nil || len(groups) == 0 {
		return nil, err
	}
	defer func() {
		for _, g := range groups {
			g.close()
		}
	}()
	budget := most.Bytes
	out := map[string]string{}
	for _, g := range groups {
		if err := renamedIn(ctx, g, paths, most, &budget, out); err != nil {
			return nil, fmt.Errorf("look for renamed files in the repository %s: %w", g.root, err)
		}
	}
	return out, nil
}

func renamedIn(ctx context.Context, g *group, paths []string, most Bounds, budget *int64, out map[string]string) error {
	head, err := g.head()
	if err != nil || head == "" {
		return err
	}
	now := map[string]string{} // by the path that was asked for, in the work tree
	for _, i := range g.paths {
		if p, ok := g.inside(paths[i]); ok {
			now[paths[i]] = p
		}
	}
	for hop := 0; hop <= maxHops && len(now) > 0; hop++ {
		var h history
		h.open(ctx, g.repository, most, budget)
		r := renames{history: &h, done: map[*name]bool{}, to: map[string]string{}}
		err := r.find(head, slices.Collect(maps.Values(now)))
		for asked, at := range now {
			to, known := r.to[at]
			switch {
			case known && to != at:
				now[asked] = to
				continue
			case known && hop > 0:
				if p := g.outside(to); filepath.IsLocal(filepath.FromSlash(p)) {
					out[asked] = p
				}
			}
			delete(now, asked)
		}
		if err != nil {
			return nil // a bound, or the context
		}
	}
	return nil
}

// renames finds where files went.
type renames struct {
	*history
	names names
	done  map[*name]bool
	to    map[string]string // the path itself where it is there today
}

func (r *renames) find(head hash, paths []string) error {
	r.names.look = func(*name, hash) (bool, error) { return true, nil }
	slices.Sort(paths)
	for _, p := range slices.Compact(paths) {
		r.names.add(p, nil)
	}
	top, err := r.start(head)
	if err != nil || top == nil {
		return err
	}
	index, err := r.index(head, &r.names, func(*name, indexEntry) {})
	if err != nil {
		return err
	}
	if index != nil {
		r.here(index)
		top.children = append(top.children, index)
	}
	for r.names.top.open > 0 {
		v, err := r.next()
		if err != nil || v == nil {
			return err
		}
		if v.absent, err = r.names.in(&r.reader, v.tree); err != nil {
			return err
		}
		if v == top && index == nil {
			r.here(v)
		}
		for _, child := range v.children {
			if err := r.follow(v, child); err != nil {
				return err
			}
		}
		if err := r.push(v); err != nil {
			return err
		}
	}
	return nil
}

// here has the files that are in a commit, or in the index, looked for no more.
func (r *renames) here(v *visit) {
	for _, n := range without(r.names.all, v.absent) {
		r.settle(n, n.path)
	}
}

func (r *renames) settle(n *name, to string) {
	if !r.done[n] {
		r.done[n] = true
		n.close()
		if to != "" {
			r.to[n.path] = to
		}
	}
}

// follow looks up what became of the files that a commit deleted, of which the older one has them.
func (r *renames) follow(v, child *visit) error {
	var deleted []*name
	for _, n := range without(child.absent, v.absent) {
		if !r.done[n] {
			deleted = append(deleted, n)
		}
	}
	if len(deleted) == 0 {
		return nil
	}
	m, err := r.moves(v, child)
	if err != nil {
		return err
	}
	byPath := map[string]moved{}
	for _, d := range m.deleted {
		byPath[d.path] = d
	}
	added, from := newPool(m.added), newPool(m.deleted)
	for _, n := range deleted {
		was, ok := byPath[n.path]
		if !ok {
			r.settle(n, "")
			continue
		}
		is, ok, err := r.alike.best(was, added)
		if err != nil {
			return err
		}
		if ok {
			var back moved
			if back, _, err = r.alike.best(is, from); err != nil {
				return err
			}
			ok = back == was
		}
		if !ok {
			is.path = ""
		}
		r.settle(n, is.path)
	}
	return nil
}
