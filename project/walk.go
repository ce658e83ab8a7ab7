package project

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/covls/covls/git"
)

// Entry is a name in a directory.
type Entry struct {
	Name string
	// Type has the type bits alone.
	Type fs.FileMode
}

// Tree remembers what directories hold, as it was when somebody first asked: those who go through the same
// folders one after the other read the disk once. The nil Tree remembers nothing. It may be used by several
// goroutines.
type Tree struct {
	mu   sync.Mutex // guards dirs
	dirs map[string][]Entry
}

// NewTree remembers nothing yet.
func NewTree() *Tree { return &Tree{dirs: map[string][]Entry{}} }

// Each calls f for the entries of a directory, in no order, until it returns false. A directory may have any
// number of entries, of which few are held at a time, but that the tree remembers those of one that was gone
// through to its end. The error is that of reading it; f may have been called before.
func (t *Tree) Each(dir string, f func(Entry) bool) error {
	if known, ok := t.known(dir); ok {
		for _, e := range known {
			if !f(e) {
				return nil
			}
		}
		return nil
	}
	const some = 1000
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	var seen []Entry
	for {
		entries, err := d.ReadDir(some)
		for _, e := range entries {
			own := Entry{e.Name(), e.Type()}
			if t != nil {
				seen = append(seen, own)
			}
			if !f(own) {
				return nil
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			t.remember(dir, seen)
			return nil
		case err != nil:
			return err
		}
	}
}

func (t *Tree) known(dir string) ([]Entry, bool) {
	if t == nil {
		return nil, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	entries, ok := t.dirs[dir]
	return entries, ok
}

func (t *Tree) remember(dir string, entries []Entry) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.dirs[dir] = slices.Clip(entries)
}

// Walk is a way through a folder.
type Walk struct {
	// Dir is where it begins, an absolute path. It is gone through whatever it is called.
	Dir string
	// Use is what it is for, which says what is skipped.
	Use Use
	// Entries is how many directory entries are looked at.
	Entries int
	// Depth is how many directories deep it goes, 64 when 0.
	Depth int
	// Dirs is how many directories are read; 0 is any number.
	Dirs int
	// Skip leaves out a directory by its path; nil leaves out none.
	Skip func(dir string) bool
}

// Walk goes through a folder breadth first, so that the bounds cut off what is deep. It calls visit for each
// directory with what in it is no directory, by name. Symlinks are not followed, what can't be read holds
// nothing, and nor does another work tree of the repository: its files are those of the folder once more. It returns how many entries were looked at, and the directory at which the bound of entries was
// reached, "" for none: nothing of that one is visited. The error is that of ctx.
func (t *Tree) Walk(ctx context.Context, w Walk, visit func(dir string, files []Entry)) (entries int, cut string, err error) {
	const deepest = 64
	depth := w.Depth
	if depth == 0 {
		depth = deepest
	}
	dirs := 0
	for level := []string{w.Dir}; len(level) > 0 && depth >= 0; depth-- {
		var next []string
		for _, dir := range level {
			if err := ctx.Err(); err != nil {
				return entries, "", err
			}
			if dirs++; w.Dirs > 0 && dirs > w.Dirs {
				return entries, "", nil
			}
			var files []Entry
			var sub []string
			left := w.Entries - entries
			_ = t.Each(dir, func(e Entry) bool {
				left--
				switch {
				case left < 0:
				case !e.Type.IsDir():
					files = append(files, e)
				case !Skips(w.Use, e.Name):
					sub = append(sub, e.Name)
				}
				return left >= 0
			})
			if left < 0 {
				return w.Entries, dir, nil
			}
			entries = w.Entries - left
			if dir != w.Dir && slices.ContainsFunc(files, func(e Entry) bool { return e.Name == ".git" }) && git.Nested(dir) {
				continue
			}
			slices.SortFunc(files, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
			visit(dir, files)
			slices.Sort(sub)
			for _, name := range sub {
				if p := filepath.Join(dir, name); w.Skip == nil || !w.Skip(p) {
					next = append(next, p)
				}
			}
		}
		level = next
	}
	return entries, "", nil
}
