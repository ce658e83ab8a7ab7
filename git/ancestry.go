package git

import (
	"bufio"
	"cmp"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
)

// Bounds of a walk to a common ancestor.
const (
	maxAncestors = 1_000_000 // commits that are known
	maxBest      = 32        // common ancestors that are weighed against each other
)

// ancestry walks from commits to their parents. A clone that is shallow ends where it was cut off.
type ancestry struct {
	*repository
	ctx   context.Context // nil is none
	cuts  map[hash]bool   // commits that the clone has no parents of; nil is not read
	known map[hash]*ancestor
	most  int // commits that are known
}

// ancestor is a commit of a walk.
type ancestor struct {
	name    hash
	when    int64
	parents []hash
	cut     bool // it has parents that the clone has not
	paint   paint
	queued  int // how often it is in the queue
	met     int // ancestors known before
}

// paint says from which side a commit is reached.
type paint uint8

const (
	ours   paint = 1 << iota // from the one commit
	theirs                   // from the others
	common                   // from a common ancestor, so that it is none of the best
	best                     // it is reached from both
)

// read is a commit with the parents that the clone has.
func (a *ancestry) read(h hash) (*ancestor, error) {
	if n, ok := a.known[h]; ok {
		return n, nil
	}
	if a.ctx != nil && a.ctx.Err() != nil {
		return nil, a.ctx.Err()
	}
	if a.cuts == nil {
		if err := a.readCuts(); err != nil {
			return nil, err
		}
	}
	c, err := a.commit(h)
	switch {
	case errors.Is(err, errMissing) && len(a.cuts) > 0:
		return nil, ErrShallow
	case err != nil:
		return nil, err
	}
	n := &ancestor{name: h, when: c.when.Unix(), parents: c.parents, met: len(a.known)}
	if a.cuts[h] && len(c.parents) > 0 {
		n.parents, n.cut = nil, true
	}
	if a.known == nil {
		a.known = map[hash]*ancestor{}
	}
	if a.most == 0 {
		a.most = maxAncestors
	}
	if len(a.known) >= a.most {
		return nil, ErrBounds
	}
	a.known[h] = n
	return n, nil
}

// readCuts reads where a shallow clone ends.
func (a *ancestry) readCuts() error {
	a.cuts = map[hash]bool{}
	if !a.shallow() {
		return nil
	}
	f, err := openRegular(filepath.Join(a.common, "shallow"))
	if err != nil {
		return fmt.Errorf("read where the clone is cut off: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() && len(a.cuts) < maxAncestors {
		if h, ok := parseHash(lines.Text()); ok {
			a.cuts[h] = true
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read where the clone is cut off: %w", err)
	}
	return nil
}

// queue has the newest commit first, and of those of one date that which was met first.
type queue []*ancestor

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(q[j].when, q[i].when), cmp.Compare(q[i].met, q[j].met)) < 0
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(*ancestor)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// mergeBase is the best common ancestor of two commits: one that no other common ancestor comes from. Of several it is
// the newest, and of those of one date that with the first name. It goes as git does, by the dates of commits: where clocks were
// wrong it goes over some commits again. The error is ErrShallow, ErrUnrelated, ErrBounds or the context's, or of a commit
// that can't be read.
func (a *ancestry) mergeBase(one, other hash) (hash, error) {
	if one == other {
		return one, nil
	}
	found, cut, err := a.paint(one, []hash{other})
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		if cut != nil {
			return "", ErrShallow
		}
		return "", ErrUnrelated
	}
	slices.SortFunc(found, func(x, y *ancestor) int {
		return cmp.Or(cmp.Compare(y.when, x.when), cmp.Compare(x.name, y.name))
	})
	found = found[:min(len(found), maxBest)]
	// A walk by dates may take an ancestor of another one for one of the best where clocks were wrong.
	for i := 0; len(found) > 1 && i < len(found); i++ {
		others := make([]hash, 0, len(found)-1)
		for j, f := range found {
			if j != i {
				others = append(others, f.name)
			}
		}
		reached, _, err := a.paint(found[i].name, others)
		if err != nil {
			return "", err
		}
		if len(reached) == 1 && reached[0] == found[i] {
			found = slices.Delete(found, i, i+1)
			i--
		}
	}
	// What is behind a cut that is older than an ancestor of both comes before that one.
	if cut != nil && cut.when > found[0].when {
		return "", ErrShallow
	}
	return found[0].name, nil
}

// paint finds the common ancestors of one commit and of any of others that no other one comes from, as far as dates are
// right. cut is the newest commit that only one side reached and of which the clone has no parents; nil where there is none.
func (a *ancestry) paint(one hash, others []hash) (found []*ancestor, cut *ancestor, err error) {
	for _, n := range a.known {
		n.paint, n.queued = 0, 0
	}
	var todo queue
	open := 0 // entries of the queue that may still lead to a common ancestor
	push := func(h hash, p paint) error {
		n, err := a.read(h)
		if err != nil || n.paint&p == p {
			return err
		}
		if n.paint&common == 0 && p&common != 0 {
			open -= n.queued
		}
		if n.paint |= p; n.paint&common == 0 {
			open++
		}
		n.queued++
		heap.Push(&todo, n)
		return nil
	}
	if err := push(one, ours); err != nil {
		return nil, nil, err
	}
	for _, h := range others {
		if err := push(h, theirs); err != nil {
			return nil, nil, err
		}
	}
	var all []*ancestor
	for open > 0 {
		n := heap.Pop(&todo).(*ancestor)
		n.queued--
		if n.paint&common == 0 {
			open--
		}
		p := n.paint & (ours | theirs | common)
		if p == ours|theirs {
			if n.paint&best == 0 {
				n.paint |= best
				all = append(all, n)
			}
			p |= common
		}
		if n.cut && p&common == 0 && (cut == nil || n.when > cut.when) {
			cut = n
		}
		for _, parent := range n.parents {
			if err := push(parent, p); err != nil {
				return nil, nil, err
			}
		}
	}
	for _, n := range all {
		if n.paint&common == 0 {
			found = append(found, n)
		}
	}
	if cut != nil && cut.paint&common != 0 {
		cut = nil
	}
	return found, cut, nil
}

// Ancestors are a commit and those that it comes from, the newest first, as git log names them, at most n. Back of each is
// how many were named before it. They end early where a shallow clone does. The commit is named as a base is; see FindBase.
func Ancestors(ctx context.Context, dir, commit string, n int) ([]Commit, error) {
	r, err := around(dir)
	if err != nil {
		return nil, err
	}
	defer r.close()
	most, budget := Bounds{Commits: n, Blob: 1}, int64(maxReading)
	var h history
	h.open(ctx, r, most, &budget)
	name, _, err := r.revision(commit)
	if err != nil {
		return nil, fmt.Errorf("look for the commit %s: %w", commit, err)
	}
	if _, err := h.start(name); err != nil {
		return nil, fmt.Errorf("read the commits behind %s: %w", commit, err)
	}
	var out []Commit
	for len(out) < n {
		v, err := h.next()
		if err != nil {
			return nil, fmt.Errorf("read the commits behind %s: %w", commit, err)
		}
		if v == nil {
			break
		}
		out = append(out, Commit{Name: v.name.String(), Back: v.at, When: v.when})
		if err := h.push(v); err != nil {
			return nil, fmt.Errorf("read the commits behind %s: %w", commit, err)
		}
	}
	return out, nil
}

// maxReading is how many bytes of objects a command reads that somebody waits for; see Bounds.Bytes.
const maxReading = 2 << 30

// around opens the repository around a folder.
func around(dir string) (*repository, error) {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, fmt.Errorf("look for a repository: %w", err)
	}
	r, err := open(real)
	if err != nil {
		return nil, fmt.Errorf("open the repository around %s: %w", dir, err)
	}
	return r, nil
}
