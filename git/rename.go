package git

import (
	"bytes"
	"cmp"
	"errors"
	"hash/fnv"
	"path"
	"slices"
	"strings"
)

// Bounds of the search for renames.
const (
	maxNames    = 8       // of a file
	maxMoved    = 20_000  // files that a commit adds, or deletes, and their names' bytes by 64
	maxCompared = 2000    // texts that are read for it
	maxAlike    = 32      // of those that one text is compared with
	maxLooked   = 4000    // names that one name is compared with
	maxLines    = 1 << 19 // that are held at once
)

// moved is a file that a commit added or deleted.
type moved struct {
	path string
	blob hash
}

// moves are the files that are in one tree and not in another one.
type moves struct {
	deleted, added []moved
	bytes          int
}

var errManyMoves = errors.New("too many files were added or deleted at once")

func (m *moves) add(to *[]moved, path string, blob hash) error {
	if m.bytes += len(path); len(*to) == maxMoved || m.bytes > 64*maxMoved {
		return errManyMoves
	}
	*to = append(*to, moved{path, blob})
	return nil
}

// moves finds what a commit moved, or the index, on top of the one before it; the zero value where that can't be told.
func (h *history) moves(before, after *visit) (moves, error) {
	if after.staged {
		return h.movedInIndex(before.tree)
	}
	var m moves
	err := h.diff(before.tree, after.tree, func(path string, was, is *treeEntry) error {
		switch {
		case was.file() && !is.file():
			return m.add(&m.deleted, path, was.hash)
		case is.file() && !was.file():
			return m.add(&m.added, path, is.hash)
		}
		return nil
	})
	if errors.Is(err, errManyMoves) {
		return moves{}, nil
	}
	if err != nil {
		return moves{}, h.skip(err)
	}
	return m, nil
}

// movedInIndex finds what was moved between a commit and the index.
func (h *history) movedInIndex(before hash) (moves, error) {
	var m moves
	tree := &files{looker: &h.looker}
	if err := tree.open("", before); err != nil {
		return moves{}, h.skip(err)
	}
	at, err := tree.next()
	if err != nil {
		return moves{}, h.skip(err)
	}
	pass := func() (err error) {
		at, err = tree.next()
		return err
	}
	last := "" // of the names in the index; in a conflict one stands there several times
	err = h.tracked(len(before), func(name []byte, e indexEntry) error {
		if e.mode == modeDir {
			return errPart
		}
		for at != nil && at.path < string(name) {
			if err := cmp.Or(m.add(&m.deleted, at.path, at.blob), pass()); err != nil {
				return err
			}
		}
		if at != nil && at.path == string(name) {
			last = at.path
			return pass()
		}
		if string(name) != last && isText(e.mode) && !e.intended {
			last = string(name)
			return m.add(&m.added, last, hash(e.hash))
		}
		return h.ctx.Err()
	})
	for err == nil && at != nil {
		err = cmp.Or(m.add(&m.deleted, at.path, at.blob), pass())
	}
	if errors.Is(err, errManyMoves) || errors.Is(err, errPart) {
		return moves{}, nil
	}
	if err != nil {
		return moves{}, h.skip(err)
	}
	return m, nil
}

// files are those of a tree in the order of their paths.
type files struct {
	*looker
	in   []level
	held int
}

type level struct {
	prefix string
	rows   *rows
	size   int
}

func (f *files) open(prefix string, tree hash) error {
	if len(prefix) > maxLine {
		return errors.New("its folders are too deep")
	}
	rows, err := f.tree(tree)
	if err != nil {
		return err
	}
	if f.held += len(rows.data); f.held > 2*maxTree {
		return errors.New("its folders in each other are too large")
	}
	f.in = append(f.in, level{prefix, rows, len(rows.data)})
	return nil
}

// next is the next file; nil where there is none.
func (f *files) next() (*moved, error) {
	for {
		e, err := f.leaf()
		if err != nil || e == nil {
			return nil, err
		}
		if e.file() {
			return &moved{e.name, e.hash}, nil
		}
	}
}

// leaf is the next entry that is no folder, by its path; nil where there is none.
func (f *files) leaf() (*treeEntry, error) {
	for len(f.in) > 0 {
		l := &f.in[len(f.in)-1]
		e, err := l.rows.next()
		switch {
		case err != nil:
			return nil, err
		case e == nil:
			f.held -= l.size
			f.in = f.in[:len(f.in)-1]
		case e.mode == modeDir:
			if err := f.open(l.prefix+e.name+"/", e.hash); err != nil {
				return nil, err
			}
		default:
			e.name = l.prefix + e.name
			return e, nil
		}
	}
	return nil, nil
}

// alike finds renames among files.
type alike struct {
	h     *history
	limit int64 // bytes of a text
	read  int   // texts
	known map[hash]lines
	held  int
}

// lines are those of a text: how many bytes it has in lines of a hash.
type lines struct {
	by    map[uint64]int
	bytes int
}

// pool is files of which each may be the one that another one was renamed from, or to.
type pool struct{ byBlob, byBase, byExt map[string][]moved }

func newPool(files []moved) pool {
	p := pool{map[string][]moved{}, map[string][]moved{}, map[string][]moved{}}
	for _, m := range files {
		for key, to := range map[string]map[string][]moved{string(m.blob): p.byBlob, path.Base(m.path): p.byBase, path.Ext(m.path): p.byExt} {
			to[key] = append(to[key], m)
		}
	}
	return p
}

// best is the file of a pool that one was renamed from, or to: the one with its blob, or the one most alike of which half
// is the same, first among those of the same name and then among those of the same kind. Of equals it is the one with
// the path most alike. ok is false where there is none.
func (a *alike) best(one moved, of pool) (out moved, ok bool, err error) {
	if same := nearest(one.path, of.byBlob[string(one.blob)], 1); len(same) > 0 {
		return same[0], true, nil
	}
	own, err := a.lines(one.blob)
	if err != nil || own.bytes == 0 {
		return moved{}, false, err
	}
	for _, some := range [][]moved{of.byBase[path.Base(one.path)], of.byExt[path.Ext(one.path)]} {
		most := 0.0
		for _, m := range nearest(one.path, some, maxAlike) {
			other, err := a.lines(m.blob)
			if err != nil {
				return moved{}, false, err
			}
			// Half is what git asks for, too.
			if s := own.shared(other); s > most && s >= 0.5 {
				most, out, ok = s, m, true
			}
		}
		if ok {
			return out, true, nil
		}
	}
	return moved{}, false, nil
}

// nearest are the files with the paths most alike, at most n.
func nearest(path string, of []moved, n int) []moved {
	type ranked struct {
		moved
		near int
	}
	var out []ranked
	for _, m := range of[:min(len(of), maxLooked)] {
		r := ranked{m, closeness(path, m.path)}
		i, _ := slices.BinarySearchFunc(out, r, func(a, b ranked) int {
			return cmp.Or(b.near-a.near, strings.Compare(a.path, b.path))
		})
		if i == n {
			continue
		}
		out = slices.Insert(out[:min(len(out), n-1)], i, r)
	}
	files := make([]moved, len(out))
	for i, r := range out {
		files[i] = r.moved
	}
	return files
}

// shared is how much of two texts is in both, as a part of the larger one.
func (l lines) shared(other lines) float64 {
	if len(other.by) < len(l.by) {
		l, other = other, l
	}
	n := 0
	for line, bytes := range l.by {
		n += min(bytes, other.by[line])
	}
	return float64(n) / float64(max(l.bytes, other.bytes, 1))
}

// lines are those of a text; none where it is not to be had.
func (a *alike) lines(blob hash) (lines, error) {
	if l, ok := a.known[blob]; ok {
		return l, nil
	}
	if a.read >= maxCompared {
		return lines{}, nil
	}
	a.read++
	l := lines{by: map[uint64]int{}}
	data, err := a.h.objects.read(blob, blobKind, a.limit)
	if err != nil {
		if err := a.h.skip(err); err != nil {
			return lines{}, err
		}
	}
	sum := fnv.New64a()
	for line := range bytes.Lines(data) {
		line = bytes.TrimRight(line, "\r\n")
		sum.Reset()
		sum.Write(line)
		l.by[sum.Sum64()] += len(line) + 1
		l.bytes += len(line) + 1
	}
	if a.held += len(l.by); a.held > maxLines || a.known == nil {
		a.known, a.held = map[hash]lines{}, len(l.by)
	}
	a.known[blob] = l
	return l, nil
}

// closeness is how much alike two paths are, as names of one file: by how many folders at their beginnings and ends
// are the same, where their last parts are.
func closeness(a, b string) int {
	n := 0
	if path.Base(a) == path.Base(b) {
		n = maxWanted
	}
	first, second := strings.Split(path.Dir(a), "/"), strings.Split(path.Dir(b), "/")
	most, same := min(len(first), len(second)), 0
	for same < most && first[same] == second[same] {
		same++
	}
	n += same
	for i := 1; i <= most-same && first[len(first)-i] == second[len(second)-i]; i++ {
		n++
	}
	return n
}
