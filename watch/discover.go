package watch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/covls/covls/project"
)

// Root is a workspace folder and what counts as a profile in it.
type Root struct {
	// Dir is an absolute path.
	Dir string
	// Patterns are doublestar globs, case-sensitive, relative to Dir or absolute, also outside Dir.
	Patterns []string
	// Allows reports whether a profile may lie at an absolute path, with its links resolved; nil allows
	// all. It is called from several goroutines.
	Allows func(path string) bool
	// GoCoverDirs makes each directory a profile that holds a file covmeta.*, or one that Node.js has written of V8's counts.
	GoCoverDirs bool
	// Settle is how long a profile must be at rest before it is reported, 300 ms when 0.
	Settle time.Duration
	// Depth is how many directories deep a search goes, 32 when 0.
	Depth int
	// Entries is how many directory entries a search looks at, 500,000 when 0.
	Entries int
	// Profiles is how many profiles a search returns, 1,000 when 0.
	Profiles int
	// Tree has what directories hold for a search that is made once; nil reads the disk.
	Tree *project.Tree
}

func (r Root) withDefaults() Root {
	r.Settle = cmp.Or(r.Settle, 300*time.Millisecond)
	r.Depth = cmp.Or(r.Depth, 32)
	r.Entries = cmp.Or(r.Entries, 500_000)
	r.Profiles = cmp.Or(r.Profiles, 1000)
	return r
}

// Found is the outcome of a search.
type Found struct {
	// Dir is the root's directory.
	Dir string
	// Profiles are absolute paths, sorted.
	Profiles []string
	// Left says in words what was left out.
	Left []string
	// Dirs is how many directories were read.
	Dirs int
}

// Discover searches a root once. The error is that of ctx; what was found until then is valid.
func Discover(ctx context.Context, root Root) (Found, error) {
	return compile(root).discover(ctx)
}

func (m *matcher) discover(ctx context.Context) (Found, error) {
	w := walk{m: m, found: map[string]bool{}, left: slices.Clone(m.left), entries: m.root.Entries}
	for _, path := range m.literals {
		if s, err := stat(path, m.root.GoCoverDirs, Stamp{}); err == nil && s != (Stamp{}) {
			w.add(path)
		}
	}
	starts := m.starts()
	around := slices.ContainsFunc(starts, func(s start) bool {
		rel, ok := below(s.dir, m.root.Dir)
		return ok && rel != "." && s.depth == 0 && m.walked(rel)
	})
	var err error
	if around {
		// What is in the folder goes before what is around it, which the bounds may leave out.
		_, err = w.from(ctx, start{dir: m.root.Dir})
		w.skip = m.root.Dir
	}
	for i := 0; i < len(starts) && err == nil; i++ {
		if _, err := os.Stat(starts[i].dir); err == nil && !m.allows(starts[i].dir) {
			w.refuse(starts[i].dir)
			continue
		}
		_, err = w.from(ctx, starts[i])
	}
	w.leave(w.unread, w.unreads, "directories that can't be read")
	w.leave(w.refused, w.refusals, "that lead out of the workspace")
	return Found{
		Dir:      m.root.Dir,
		Profiles: slices.Sorted(maps.Keys(w.found)),
		Left:     w.left,
		Dirs:     w.dirs,
	}, ctx.Err()
}

// walk is a search in progress. The goroutine that made it owns it.
type walk struct {
	m       *matcher
	found   map[string]bool
	left    []string
	unread  []string // the first directories that can't be read, in words
	unreads int      // how many can't be
	entries int      // how many more may be looked at
	dirs    int
	short   bool   // the bound of entries has been reached
	deep    bool   // the bound of depth has been reached
	full    bool   // the bound of profiles has been reached
	skip    string // a directory that was searched already; "" for none

	refused  []string // the first that lead to where the root allows nothing, in words
	refusals int      // how many do
}

// from searches below a directory, breadth first so that the bounds cut off what is deep. It
// returns the first directories it came by, one more than lookDirs at most.
func (w *walk) from(ctx context.Context, s start) (first []string, err error) {
	depth := w.m.root.Depth + 1
	if s.depth > 0 {
		depth = min(depth, s.depth)
	}
	dirs := []string{s.dir}
	for level := 1; len(dirs) > 0; level++ {
		first = append(first, dirs[:min(len(dirs), lookDirs+1-len(first))]...)
		var below []string
		for _, dir := range dirs {
			if err := ctx.Err(); err != nil {
				return first, err
			}
			if w.entries <= 0 {
				w.cut(dir)
				return first, nil
			}
			sub := w.read(dir)
			switch {
			case level < depth:
				below = append(below, sub...)
			case len(sub) > 0 && depth != s.depth && !w.deep:
				w.deep = true
				w.left = append(w.left, fmt.Sprintf("directories more than %d deep (limits.depth), such as %s", w.m.root.Depth, sub[0]))
			}
		}
		dirs = below
	}
	return first, nil
}

// read takes up the profiles of a directory and returns its subdirectories.
func (w *walk) read(dir string) (sub []string) {
	coverDir, marked := false, false
	var profiles []string
	prefix := strings.TrimSuffix(dir, separator) + separator
	err := w.m.root.Tree.Each(dir, func(e project.Entry) bool {
		if w.entries <= 0 {
			w.cut(dir)
			return false
		}
		w.entries--
		name, mode := e.Name, e.Type
		switch {
		case name == ".git" && mode.IsRegular():
			marked = true
		case mode.IsDir():
			if path := prefix + name; !skipped(name) && !pseudo(path) && path != w.skip {
				sub = append(sub, path)
			}
		case !mode.IsRegular() && mode != fs.ModeSymlink:
		case w.m.root.GoCoverDirs && begins(name):
			coverDir = true
		case w.m.candidate(name):
			if path := prefix + name; w.m.match(path) != "" && regular(path, mode) {
				profiles = append(profiles, path)
			}
		}
		return true
	})
	w.dirs++
	if err != nil && (dir == w.m.root.Dir || !errors.Is(err, fs.ErrNotExist)) {
		if w.unreads++; w.unreads <= examples {
			w.unread = append(w.unread, err.Error())
		}
	}
	if marked && w.m.nestedAt(dir) {
		return nil
	}
	for _, path := range profiles {
		w.add(path)
	}
	if coverDir && w.m.coverDir(dir) {
		w.add(dir)
	}
	return sub
}

// cut says, once, that the bound of entries was reached.
func (w *walk) cut(dir string) {
	if !w.short {
		w.short = true
		w.left = append(w.left, fmt.Sprintf("what comes after %d directory entries (limits.entries), in and below %s", w.m.root.Entries, dir))
	}
}

// add takes up a profile, if it may lie there.
func (w *walk) add(path string) {
	switch {
	case w.found[path]:
	case !w.m.allows(path):
		w.refuse(path)
	case len(w.found) < w.m.root.Profiles:
		w.found[path] = true
	case !w.full:
		w.full = true
		w.left = append(w.left, fmt.Sprintf("profiles after the first %d (limits.profiles), such as %s", w.m.root.Profiles, path))
	}
}

// examples is how many of a kind are named among what was left out.
const examples = 3

// refuse leaves out a path that leads to where the root allows nothing.
func (w *walk) refuse(path string) {
	if w.refusals++; w.refusals > examples {
		return
	}
	to, err := filepath.EvalSymlinks(path)
	if err != nil {
		to = path
	}
	w.refused = append(w.refused, fmt.Sprintf("%s, which leads out of the workspace, to %s: name it in the editor's settings or with --profile", path, to))
}

// leave says of n what was left out, some of it in words.
func (w *walk) leave(words []string, n int, what string) {
	w.left = append(w.left, words[:min(examples, len(words))]...)
	if n > examples {
		w.left = append(w.left, fmt.Sprintf("%d more %s", n-examples, what))
	}
}

// readDir returns at most n entries of a directory, in no order.
func readDir(dir string, n int) (entries []project.Entry, err error) {
	err = (*project.Tree)(nil).Each(dir, func(e project.Entry) bool {
		entries = append(entries, e)
		return len(entries) < n
	})
	return entries, err
}

func regular(path string, mode fs.FileMode) bool {
	if mode.IsRegular() {
		return true
	}
	fi, err := os.Stat(path)
	return err == nil && fi.Mode().IsRegular()
}
