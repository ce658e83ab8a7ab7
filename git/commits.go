package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// bounds are the most of a repository that is looked at.
type bounds struct {
	files   int // distinct names
	bytes   int // of all names together
	commits int
	trees   int // each as often as it is looked at
}

func usual() bounds {
	return bounds{files: 500_000, bytes: 32 << 20, commits: 100_000, trees: 4_000_000}
}

// ErrManyFiles is returned by Commits where a repository names more files than covls keeps, or in longer
// names, ErrManyTrees where its folders are more than covls looks at.
var (
	ErrManyFiles = errors.New("git knows too many files there")
	ErrManyTrees = errors.New("the commits there have too many folders")
)

// Commits counts the commits of the last days that changed a file, for each file in dir that git
// tracks; those that were deleted meanwhile may be there too. A file that is not there is not known to
// git. Names are slash-separated and relative to dir. A file that was renamed begins anew. Merges do not
// count: what they bring in was committed before. The map is nil where nothing is known: dir is in no
// work tree, or the clone is shallow.
func Commits(ctx context.Context, dir string, days int) (map[string]int, error) {
	return commits(ctx, dir, days, usual())
}

func commits(ctx context.Context, dir string, days int, most bounds) (counts map[string]int, err error) {
	dir, err = filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, fmt.Errorf("look for a repository: %w", err)
	}
	r, err := open(dir)
	if errors.Is(err, errNone) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open the repository around %s: %w", dir, err)
	}
	defer r.close()
	if r.shallow() {
		return nil, nil
	}
	c := counter{
		looker: looker{repository: r, ctx: ctx, trees: most.trees}, most: most,
		since: time.Now().AddDate(0, 0, -days), counts: map[string]int{},
	}
	if rel, err := filepath.Rel(r.root, dir); err == nil && rel != "." {
		c.prefix = filepath.ToSlash(rel)
	}
	if err := c.count(); err != nil {
		return nil, fmt.Errorf("count the commits in %s: %w", dir, err)
	}
	return c.counts, nil
}

// counter counts the commits to the files below a folder of a repository.
type counter struct {
	looker
	prefix string // of the folder, slash-separated; "" is the work tree
	since  time.Time
	most   bounds
	counts map[string]int
	bytes  int // of the names in counts
}

func (c *counter) add(name string, n int) error {
	if _, known := c.counts[name]; !known {
		if c.bytes += len(name); len(c.counts) == c.most.files || c.bytes > c.most.bytes {
			return ErrManyFiles
		}
	}
	c.counts[name] += n
	return c.ctx.Err()
}

func (c *counter) count() error {
	head, err := c.head()
	if err != nil {
		return err
	}
	if err := c.countTracked(head); err != nil {
		return err
	}
	if head == "" {
		return nil
	}
	seen := map[hash]bool{head: true}
	for todo := []hash{head}; len(todo) > 0; {
		h := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		commit, err := c.commit(h)
		if err != nil {
			return err
		}
		if commit.when.Before(c.since) {
			continue
		}
		if len(seen) > c.most.commits {
			return fmt.Errorf("more than %d commits are that young", c.most.commits)
		}
		if err := c.ctx.Err(); err != nil {
			return err
		}
		for _, p := range commit.parents {
			if !seen[p] {
				seen[p] = true
				todo = append(todo, p)
			}
		}
		if err := c.countCommit(commit); err != nil {
			return err
		}
	}
	return nil
}

func (c *counter) forget() {
	clear(c.counts)
	c.bytes = 0
}

// countTracked counts nothing for each file that git tracks.
func (c *counter) countTracked(head hash) error {
	below := ""
	if c.prefix != "" {
		below = c.prefix + "/"
	}
	var err error
	for _, size := range nameSizes(head) {
		c.forget()
		err = c.tracked(size, func(path []byte, e indexEntry) error {
			if e.mode == modeDir {
				return errPart
			}
			if name, ok := bytes.CutPrefix(path, []byte(below)); ok {
				return c.add(string(name), 0)
			}
			return c.ctx.Err()
		})
		if err == nil || errors.Is(err, ErrManyFiles) || c.ctx.Err() != nil {
			return err
		}
	}
	if !errors.Is(err, errPart) || head == "" {
		return err
	}
	c.forget()
	commit, err := c.commit(head)
	if err != nil {
		return err
	}
	tree, err := c.treeAt(commit.tree, c.prefix)
	if err != nil {
		return err
	}
	return c.diff("", tree, func(name string, _, _ *treeEntry) error { return c.add(name, 0) })
}

// countCommit counts one for each file that a commit changed.
func (c *counter) countCommit(commit commit) error {
	if len(commit.parents) > 1 {
		return nil
	}
	var before hash
	if len(commit.parents) == 1 {
		parent, err := c.commit(commit.parents[0])
		if err != nil {
			return err
		}
		if parent.tree == commit.tree {
			return nil
		}
		if before, err = c.treeAt(parent.tree, c.prefix); err != nil {
			return err
		}
	}
	after, err := c.treeAt(commit.tree, c.prefix)
	if err != nil {
		return err
	}
	return c.diff(before, after, func(name string, _, _ *treeEntry) error { return c.add(name, 1) })
}
