package git

import (
	"cmp"
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"time"
)

// Bounds of a walk back through a history.
const (
	maxParents = 64 // of a commit; git makes a few
	maxAhead   = 4  // times as many commits are known as may be visited
)

// reader reads a repository within bounds, and does without what it can't read.
type reader struct {
	looker
	round   int // looks at trees
	skipped int
	trouble error // of the first object that is there
}

// skip returns an error that ends the reading, and takes any other for an object that can't be read.
func (r *reader) skip(err error) error {
	switch {
	case r.ctx.Err() != nil:
		return r.ctx.Err()
	case errors.Is(err, ErrBounds), errors.Is(err, ErrManyTrees):
		return ErrBounds
	case errors.Is(err, errLarge):
		return nil
	}
	r.skipped++
	if r.trouble == nil && !errors.Is(err, errMissing) {
		r.trouble = err
	}
	return nil
}

// history visits the commits behind one, each once, the newest first, in the order in which git log names them.
type history struct {
	reader
	most    int
	queue   []*visit // the next is the last
	seen    map[hash]*visit
	visited []visited
	cut     bool // the clone is shallow, and ends
	full    bool // more commits are behind those that are known
	alike   alike
}

// visit is a commit that is or will be visited.
type visit struct {
	commit
	name     hash
	at       int      // commits visited before
	met      int      // commits known before
	staged   bool     // it is the index
	children []*visit // that have no other parent, and were visited
	absent   []*name  // from its tree
}

// visited is what is kept of a commit.
type visited struct {
	name, tree hash
	when       time.Time
}

func (h *history) open(ctx context.Context, r *repository, most Bounds, budget *int64) {
	h.looker = looker{repository: r, ctx: ctx, trees: math.MaxInt}
	h.most, h.seen = most.Commits, map[hash]*visit{}
	h.alike = alike{h: h, limit: most.Blob}
	r.objects.spend = func(n int64) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if *budget -= n; *budget < 0 {
			return ErrBounds
		}
		return nil
	}
}

// start makes a commit the next; nil where it can't be read.
func (h *history) start(name hash) (*visit, error) {
	c, err := h.commit(name)
	if err != nil {
		return nil, h.skip(err)
	}
	return h.meet(name, c), nil
}

func (h *history) meet(name hash, c commit) *visit {
	v := &visit{commit: c, name: name, met: len(h.seen)}
	h.seen[name] = v
	i, _ := slices.BinarySearchFunc(h.queue, v, func(a, b *visit) int {
		return cmp.Or(a.when.Compare(b.when), b.met-a.met)
	})
	h.queue = slices.Insert(h.queue, i, v)
	return v
}

// next is the commit to visit; nil where there is none.
func (h *history) next() (*visit, error) {
	if err := h.ctx.Err(); err != nil {
		return nil, err
	}
	if len(h.queue) == 0 {
		if h.full {
			return nil, ErrBounds
		}
		return nil, nil
	}
	if len(h.visited) == h.most {
		return nil, ErrBounds
	}
	v := h.queue[len(h.queue)-1]
	h.queue = h.queue[:len(h.queue)-1]
	v.at = len(h.visited)
	h.visited = append(h.visited, visited{v.name, v.tree, v.when})
	h.seen[v.name] = nil
	return v, nil
}

// push has the parents of a commit visited, which was visited itself.
func (h *history) push(v *visit) error {
	v.children = nil
	parents := v.parents
	if len(parents) > maxParents {
		parents, h.full = parents[:maxParents], true
	}
	for _, name := range parents {
		parent, seen := h.seen[name]
		if !seen {
			if len(h.seen) > maxAhead*h.most {
				h.full = true
				return nil
			}
			c, err := h.commit(name)
			switch {
			case err == nil:
				parent = h.meet(name, c)
			case errors.Is(err, errMissing) && h.shallow():
				h.cut = true
			default:
				h.seen[name] = nil
				if err := h.skip(err); err != nil {
					return err
				}
			}
		}
		if parent != nil && len(v.parents) == 1 {
			parent.children = append(parent.children, v)
		}
	}
	v.parents = nil
	return nil
}

// index tells which of the names are in the index, for each as often as it is in a conflict. What it returns stands for
// a commit on top of HEAD; nil where there is no index, or it can't be read, or has not all files.
func (h *history) index(head hash, all *names, tell func(n *name, e indexEntry)) (*visit, error) {
	if !isFile(filepath.Join(h.dir, "index")) {
		return nil, nil
	}
	sizes, i := nameSizes(head), 0
	for i < len(sizes)-1 && h.tracked(sizes[i], func([]byte, indexEntry) error { return h.ctx.Err() }) != nil {
		i++
	}
	there, part := map[*name]int{}, false
	paths := all.paths()
	const stages = 4
	err := h.tracked(sizes[i], func(path []byte, e indexEntry) error {
		part = part || e.mode == modeDir
		if isText(e.mode) && !e.intended {
			for _, n := range paths[string(path)] {
				if there[n]++; there[n] <= stages {
					tell(n, e)
				}
			}
		}
		return h.ctx.Err()
	})
	if part = part || err != nil; err != nil && !errors.Is(err, errPart) {
		err = h.skip(err)
	} else {
		err = nil
	}
	if part {
		return nil, err
	}
	v := &visit{staged: true}
	for _, n := range all.all {
		if there[n] == 0 {
			v.absent = append(v.absent, n)
		}
	}
	return v, err
}

// without are the names of a list that are not in another one. Both are in the order in which names were added.
func without(list, other []*name) (out []*name) {
	for _, n := range list {
		for len(other) > 0 && other[0].id < n.id {
			other = other[1:]
		}
		if len(other) == 0 || other[0] != n {
			out = append(out, n)
		}
	}
	return out
}
