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

func (r *repository) tree(h hash) ([]treeEntry, error) {
	if h == "" {
		return nil, nil
	}
	data, err := r.objects.read(h, treeKind, maxTree)
	if err != nil {
		return nil, err
	}
	entries, err := parseTree(data, len(h))
	if err != nil {
		return nil, fmt.Errorf("read the tree %v: %w", h, err)
	}
	return entries, nil
}

func parseTree(data []byte, size int) ([]treeEntry, error) {
	var out []treeEntry
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte{0})
		digits, name, _ := strings.Cut(string(head), " ")
		mode, err := strconv.ParseUint(digits, 8, 32)
		if !ok || err != nil || name == "" || name == "." || name == ".." || strings.Contains(name, "/") || len(rest) < size {
			return nil, errors.New("it is broken")
		}
		out = append(out, treeEntry{uint32(mode), name, hash(rest[:size])})
		data = rest[size:]
	}
	return out, nil
}

// treeAt is the tree of the folder dir, a slash-separated path, in another one; "" where there is none.
func (r *repository) treeAt(h hash, dir string) (hash, error) {
	for dir != "" && h != "" {
		entries, err := r.tree(h)
		if err != nil {
			return "", err
		}
		var first string
		first, dir, _ = strings.Cut(dir, "/")
		h = ""
		for _, e := range entries {
			if e.name == first && e.mode == modeDir {
				h = e.hash
			}
		}
	}
	return h, nil
}

// diff tells the paths in which two trees differ; "" is a tree without files.
func (r *repository) diff(a, b hash, tell func(path string) error) error {
	return r.diffBelow("", a, b, tell)
}

func (r *repository) diffBelow(prefix string, a, b hash, tell func(path string) error) error {
	if a == b {
		return nil
	}
	if len(prefix) > maxLine {
		return errors.New("its folders are too deep")
	}
	before, err := r.tree(a)
	if err != nil {
		return err
	}
	after, err := r.tree(b)
	if err != nil {
		return err
	}
	one := func(e treeEntry, a, b hash) error {
		switch e.mode {
		case modeDir:
			return r.diffBelow(prefix+e.name+"/", a, b, tell)
		case modeModule:
			return nil
		}
		return tell(prefix + e.name)
	}
	for len(before) > 0 || len(after) > 0 {
		order := 0
		switch {
		case len(after) == 0:
			order = -1
		case len(before) == 0:
			order = 1
		default:
			order = cmp.Compare(before[0].key(), after[0].key())
		}
		switch {
		case order < 0:
			err = one(before[0], before[0].hash, "")
		case order > 0:
			err = one(after[0], "", after[0].hash)
		case before[0].hash != after[0].hash || before[0].mode != after[0].mode:
			err = one(after[0], before[0].hash, after[0].hash)
		}
		if err != nil {
			return err
		}
		if order <= 0 {
			before = before[1:]
		}
		if order >= 0 {
			after = after[1:]
		}
	}
	return nil
}
