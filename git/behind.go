package git

import (
	"context"
	"fmt"
)

// At is a commit of the repository that holds a file.
type At struct {
	Path   string // as that of a Want
	Commit string // its name in hexadecimal digits
}

// Behind tells how far commits are behind HEAD, by their names. Those that HEAD does not come from, or that are beyond
// the bounds, are left out. The error is of a repository that can't be read at all.
func Behind(ctx context.Context, dir string, commits []At, most Bounds) (map[string]Commit, error) {
	most = most.filled()
	paths := make([]string, len(commits))
	for i, c := range commits {
		paths[i] = c.Path
	}
	groups, err := repositories(dir, paths)
	if err != nil {
		return nil, err
	}
	defer func() {
		for _, g := range groups {
			g.close()
		}
	}()
	budget := most.Bytes
	out := map[string]Commit{}
	for _, g := range groups {
		open := map[string]bool{}
		for _, i := range g.paths {
			open[commits[i].Commit] = true
		}
		if err := behindIn(ctx, g, open, most, &budget, out); err != nil {
			return nil, fmt.Errorf("look for commits in the repository %s: %w", g.root, err)
		}
	}
	return out, nil
}

func behindIn(ctx context.Context, g *group, open map[string]bool, most Bounds, budget *int64, out map[string]Commit) error {
	head, err := g.head()
	if err != nil || head == "" {
		return err
	}
	var h history
	h.open(ctx, g.repository, most, budget)
	v, err := h.start(head)
	if v == nil {
		return err
	}
	for len(open) > 0 {
		if v, err = h.next(); err != nil || v == nil {
			return nil // a bound, or the context
		}
		if name := v.name.String(); open[name] {
			delete(open, name)
			out[name] = Commit{Name: name, Back: v.at, When: v.when}
		}
		if err := h.push(v); err != nil {
			return nil
		}
	}
	return nil
}
