package git

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Bounds of the files that are looked for.
const (
	maxRepositories = 16   // that they are in
	maxWanted       = 4096 // bytes of a path
)

// group is a repository and the paths that are in its work tree.
type group struct {
	*repository
	// prefix is the folder that paths are relative to, in the work tree; below is the work tree, in that folder.
	// One of both is "", both are where they are the same.
	prefix, below string
	paths         []int // their places in a list
}

// inside is a path, relative to the folder, as one that is relative to the work tree; ok is false outside of it.
func (g *group) inside(p string) (out string, ok bool) {
	p = path.Clean(p)
	if len(p) > maxWanted || !filepath.IsLocal(filepath.FromSlash(p)) {
		return "", false
	}
	if g.below != "" {
		return strings.CutPrefix(p, g.below+"/")
	}
	return path.Join(g.prefix, p), true
}

// outside is a path, relative to the work tree, as one that is relative to the folder.
func (g *group) outside(p string) string {
	if g.below != "" {
		return g.below + "/" + p
	}
	if g.prefix == "" {
		return p
	}
	up := ""
	for at := g.prefix; at != "."; at = path.Dir(at) {
		if own, ok := strings.CutPrefix(p, at+"/"); ok {
			return up + own
		}
		up += "../"
	}
	return up + p
}

// repositories opens those that paths are in, which are slash-separated and relative to dir: the innermost around
// each, but for what is behind a symlink. What is in none is left out.
func repositories(dir string, paths []string) (groups []*group, err error) {
	dir, err = filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, fmt.Errorf("look for a repository: %w", err)
	}
	defer func() {
		if err != nil {
			for _, g := range groups {
				g.close()
			}
			groups = nil
		}
	}()
	type answer struct {
		group  *group // nil is none
		closed bool   // nor is there another one below
	}
	known := map[string]answer{} // by folder
	add := func(r *repository, g group) answer {
		if len(groups) == maxRepositories {
			r.close()
			return answer{}
		}
		g.repository = r
		groups = append(groups, &g)
		return answer{group: &g}
	}
	top := func() (answer, error) {
		r, err := open(dir)
		if errors.Is(err, errNone) {
			return answer{}, nil
		}
		if err != nil {
			return answer{}, fmt.Errorf("open the repository around %s: %w", dir, err)
		}
		prefix, err := filepath.Rel(r.root, dir)
		if err != nil {
			r.close()
			return answer{}, fmt.Errorf("open the repository around %s: %w", dir, err)
		}
		if prefix = filepath.ToSlash(prefix); prefix == "." {
			prefix = ""
		}
		return add(r, group{prefix: prefix}), nil
	}
	in := func(folder string, outer answer) (answer, error) {
		on := filepath.Join(dir, filepath.FromSlash(folder))
		info, err := os.Lstat(on)
		switch {
		case outer.closed || err != nil:
			return outer, nil
		case !info.IsDir() || path.Base(folder) == ".git":
			return answer{outer.group, true}, nil
		}
		r, err := openAt(on)
		switch {
		case err == nil:
			return add(r, group{below: folder}), nil
		case errors.Is(err, errNone):
			return answer{}, nil
		case errors.Is(err, fs.ErrNotExist):
			return outer, nil
		}
		return answer{}, fmt.Errorf("open the repository %s: %w", on, err)
	}
	for i, p := range paths {
		p = path.Clean(p)
		if len(p) > maxWanted || !filepath.IsLocal(filepath.FromSlash(p)) {
			continue
		}
		var at answer
		folder := "."
		for rest := path.Dir(p); ; {
			next, ok := known[folder]
			if !ok {
				if folder == "." {
					next, err = top()
				} else {
					next, err = in(folder, at)
				}
				if err != nil {
					return groups, err
				}
				known[folder] = next
			}
			if at = next; rest == "." || rest == "" {
				break
			}
			var first string
			first, rest, _ = strings.Cut(rest, "/")
			folder = path.Join(folder, first)
		}
		if at.group != nil {
			at.group.paths = append(at.group.paths, i)
		}
	}
	// One without a path of its own is only around others.
	groups = slices.DeleteFunc(groups, func(g *group) bool {
		if len(g.paths) == 0 {
			g.close()
		}
		return len(g.paths) == 0
	})
	return groups, nil
}
