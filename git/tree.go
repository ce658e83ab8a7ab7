package git

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// commit is what covls wants to know of a commit.
type commit struct {
	tree    hash
	parents []hash
	when    time.Time // as the committer's clock had it
}

func (r *repository) commit(h hash) (commit, error) {
	data, err := r.objects.read(h, commitKind, maxCommit)
	if err != nil {
		return commit{}, err
	}
	c, err := parseCommit(data)
	if err != nil {
		return commit{}, fmt.Errorf("read the commit %v: %w", h, err)
	}
	return c, nil
}

func parseCommit(data []byte) (commit, error) {
	var c commit
	head, _, _ := bytes.Cut(data, []byte("\n\n"))
	for line := range bytes.Lines(head) {
		key, value, _ := strings.Cut(strings.TrimSuffix(string(line), "\n"), " ")
		switch key {
		case "tree", "parent":
			h, ok := parseHash(value)
			if !ok {
				return commit{}, fmt.Errorf("it has no %s", key)
			}
			if key == "parent" {
				c.parents = append(c.parents, h)
			} else {
				c.tree = h
			}
		case "committer":
			// "Name <address> 1700000000 +0100"
			_, stamp, _ := strings.Cut(value[strings.LastIndexByte(value, '>')+1:], " ")
			digits, _, _ := strings.Cut(stamp, " ")
			seconds, err := strconv.ParseInt(digits, 10, 64)
			if err != nil {
				return commit{}, errors.New("it has no date")
			}
			c.when = time.Unix(seconds, 0)
		}
	}
	if c.tree == "" {
		return commit{}, errors.New("it has no tree")
	}
	return c, nil
}

// treeEntry is a row of a tree.
type treeEntry struct {
	mode uint32
	name string
	hash hash
}

// Modes of entries, in octal as git has them.
const (
	modeDir    = 0o040000
	modeModule = 0o160000 // a commit of another repository
)

// key orders the entries of a tree as git does.
func (e treeEntry) key() string {
	if e.mode == modeDir {
		return e.name + "/"
	}
	return e.name
}

// at is the object of an entry; "" where there is no entry.
func (e *treeEntry) at() hash {
	if e == nil {
		return ""
	}
	return e.hash
}

// file tells that it is a file with a text, no link and no folder.
func (e *treeEntry) file() bool { return e != nil && isText(e.mode) }

func isText(mode uint32) bool { return mode&0o170000 == 0o100000 }

// rows reads the entries of a tree, one after another.
type rows struct {
	tree hash
	data []byte // of those that follow
}

// row is an entry as it stands in a tree's data.
type row struct {
	mode       uint32
	name, hash []byte
}

// row is the next entry; ok is false where there is none.
func (r *rows) row() (out row, ok bool, err error) {
	if len(r.data) == 0 {
		return row{}, false, nil
	}
	broken := func() (row, bool, error) { return row{}, false, fmt.Errorf("the tree %v is broken", r.tree) }
	i := 0
	for ; i < len(r.data) && r.data[i] != ' '; i++ {
		digit := r.data[i] - '0'
		if digit > 7 || i == 8 {
			return broken()
		}
		out.mode = out.mode<<3 | uint32(digit)
	}
	if i == 0 || i == len(r.data) {
		return broken()
	}
	rest := r.data[i+1:]
	end := bytes.IndexByte(rest, 0)
	if end <= 0 || len(rest)-end-1 < len(r.tree) {
		return broken()
	}
	out.name, rest = rest[:end], rest[end+1:]
	if string(out.name) == "." || string(out.name) == ".." || bytes.IndexByte(out.name, '/') >= 0 {
		return broken()
	}
	out.hash, r.data = rest[:len(r.tree)], rest[len(r.tree):]
	return out, true, nil
}

// next is the next entry; nil where there is none.
func (r *rows) next() (*treeEntry, error) {
	e, ok, err := r.row()
	if err != nil || !ok {
		return nil, err
	}
	return &treeEntry{e.mode, string(e.name), hash(e.hash)}, nil
}

// looker looks at the trees of a repository.
type looker struct {
	*repository
	ctx   context.Context
	trees int // that may still be looked at, each as often as it is
}

// tree looks at a tree, "" for one without entries. So few objects can name each other that there is no end
// of trees: each look counts.
func (l *looker) tree(h hash) (*rows, error) {
	if h == "" {
		return &rows{}, nil
	}
	if err := l.ctx.Err(); err != nil {
		return nil, err
	}
	if l.trees--; l.trees < 0 {
		return nil, ErrManyTrees
	}
	data, err := l.objects.read(h, treeKind, maxTree)
	if err != nil {
		return nil, err
	}
	return &rows{h, data}, nil
}

// treeAt is the tree of the folder dir, a slash-separated path, in another one; "" where there is none.
func (l *looker) treeAt(h hash, dir string) (hash, error) {
	for dir != "" && h != "" {
		entries, err := l.tree(h)
		if err != nil {
			return "", err
		}
		var first string
		first, dir, _ = strings.Cut(dir, "/")
		h = ""
		for {
			e, err := entries.next()
			if err != nil {
				return "", err
			}
			if e == nil {
				break
			}
			if e.name == first && e.mode == modeDir {
				h = e.hash
			}
		}
	}
	return h, nil
}

// diff tells the paths in which two trees differ, with their entries in both, nil where there is none. "" is a
// tree without files.
func (l *looker) diff(a, b hash, tell func(path string, was, is *treeEntry) error) error {
	d := differ{looker: l, tell: tell, same: map[[2]hash]bool{}}
	_, err := d.below("", a, b)
	return err
}

// differ compares two trees.
type differ struct {
	*looker
	tell func(path string, was, is *treeEntry) error
	// module is told of the paths that are another repository in one of them, or in both; nil is not.
	module func(path string, was, is *treeEntry) error
	// same are trees that differ in no file. There are some where folders are empty, which git does not make.
	same map[[2]hash]bool
	held int // bytes of the trees that it is in
}

// maxSame bounds differ.same.
const maxSame = 10_000

// below tells the paths in two trees at prefix, and whether there are any.
func (d *differ) below(prefix string, a, b hash) (any bool, err error) {
	if a == b || d.same[[2]hash{a, b}] {
		return false, nil
	}
	if len(prefix) > maxLine {
		return false, errors.New("its folders are too deep")
	}
	before, err := d.tree(a)
	if err != nil {
		return false, err
	}
	after, err := d.tree(b)
	if err != nil {
		return false, err
	}
	size := len(before.data) + len(after.data)
	if d.held += size; d.held > 2*maxTree {
		return false, fmt.Errorf("its folders in each other have more than %d bytes", 2*maxTree)
	}
	// Both entries have one name; those of a folder and of what is none are told apart.
	one := func(was, is *treeEntry) error {
		e := cmp.Or(is, was)
		switch e.mode {
		case modeDir:
			some, err := d.below(prefix+e.name+"/", was.at(), is.at())
			any = any || some
			return err
		case modeModule:
			if d.module == nil {
				return nil
			}
		}
		any = true
		if d.module != nil && (was != nil && was.mode == modeModule || is != nil && is.mode == modeModule) {
			return d.module(prefix+e.name, was, is)
		}
		return d.tell(prefix+e.name, was, is)
	}
	was, err := before.next()
	if err != nil {
		return false, err
	}
	is, err := after.next()
	for err == nil && (was != nil || is != nil) {
		order := 0
		switch {
		case is == nil:
			order = -1
		case was == nil:
			order = 1
		default:
			order = cmp.Compare(was.key(), is.key())
		}
		switch {
		case order < 0:
			err = one(was, nil)
		case order > 0:
			err = one(nil, is)
		case was.hash != is.hash || was.mode != is.mode:
			err = one(was, is)
		}
		if err == nil && order <= 0 {
			was, err = before.next()
		}
		if err == nil && order >= 0 {
			is, err = after.next()
		}
	}
	d.held -= size
	if err == nil && !any && len(d.same) < maxSame {
		d.same[[2]hash{a, b}] = true
	}
	return any, err
}
