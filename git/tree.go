package git

import (
	"bytes"
	"cmp"
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

// rows reads the entries of a tree, one after another.
type rows struct {
	tree hash
	data []byte // of those that follow
}

// next is the next entry; nil where there is none.
func (r *rows) next() (*treeEntry, error) {
	if len(r.data) == 0 {
		return nil, nil
	}
	head, rest, ok := bytes.Cut(r.data, []byte{0})
	digits, name, _ := strings.Cut(string(head), " ")
	mode, err := strconv.ParseUint(digits, 8, 32)
	if !ok || err != nil || name == "" || name == "." || name == ".." || strings.Contains(name, "/") || len(rest) < len(r.tree) {
		return nil, fmt.Errorf("the tree %v is broken", r.tree)
	}
	r.data = rest[len(r.tree):]
	return &treeEntry{uint32(mode), name, hash(rest[:len(r.tree)])}, nil
}

// tree looks at a tree, "" for one without entries. So few objects can name each other that there is no end
// of trees: each look counts.
func (c *counter) tree(h hash) (*rows, error) {
	if h == "" {
		return &rows{}, nil
	}
	if err := c.ctx.Err(); err != nil {
		return nil, err
	}
	if c.trees++; c.trees > c.most.trees {
		return nil, ErrManyTrees
	}
	data, err := c.objects.read(h, treeKind, maxTree)
	if err != nil {
		return nil, err
	}
	return &rows{h, data}, nil
}

// treeAt is the tree of the folder dir, a slash-separated path, in another one; "" where there is none.
func (c *counter) treeAt(h hash, dir string) (hash, error) {
	for dir != "" && h != "" {
		entries, err := c.tree(h)
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

// diff tells the paths in which two trees differ; "" is a tree without files.
func (c *counter) diff(a, b hash, tell func(path string) error) error {
	d := differ{counter: c, tell: tell, same: map[[2]hash]bool{}}
	_, err := d.below("", a, b)
	return err
}

// differ compares two trees.
type differ struct {
	*counter
	tell func(path string) error
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
	one := func(e *treeEntry, a, b hash) error {
		switch e.mode {
		case modeDir:
			some, err := d.below(prefix+e.name+"/", a, b)
			any = any || some
			return err
		case modeModule:
			return nil
		}
		any = true
		return d.tell(prefix + e.name)
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
			err = one(was, was.hash, "")
		case order > 0:
			err = one(is, "", is.hash)
		case was.hash != is.hash || was.mode != is.mode:
			err = one(is, was.hash, is.hash)
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
