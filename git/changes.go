package git

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha1" //nolint:gosec // the names of objects are made by it
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/covls/covls/source"
)

// Bounds of a comparison.
const (
	maxTracked   = 1_000_000 // files of the index
	maxNameBytes = 256 << 20 // of their paths
	maxUntracked = 100_000   // files that git does not know and does not ignore
	maxEntries   = 5_000_000 // of folders that are gone through for them
	maxChanged   = 200_000   // files
	maxModules   = 128       // submodules
	usualText    = 4 << 20   // bytes of a text
	maxKept      = 32 << 20  // bytes of the texts that differ and are kept
)

// State says what is compared with a base.
type State uint8

const (
	// OnDisk is the work tree: what is staged, what is not, and files that git does not know and does not ignore.
	OnDisk State = iota
	// InIndex is what is staged.
	InIndex
	// InHead is what is committed.
	InHead
)

// Status says what became of a file.
type Status uint8

// What became of a file.
const (
	Modified Status = iota + 1
	Added
	Deleted
	// Moved is of a file that has another path, and may have another text.
	Moved
)

func (s Status) String() string {
	switch s {
	case Modified:
		return "modified"
	case Added:
		return "added"
	case Deleted:
		return "deleted"
	case Moved:
		return "moved"
	}
	return fmt.Sprintf("status %d", uint8(s))
}

// Change is a file with another text than at the base, or at another path.
type Change struct {
	// Path is where the file is, slash-separated and relative to Comparison.Top; of one that was deleted, where it was.
	Path string
	// Old is where it was at the base; "" for one that was added.
	Old    string
	Status Status
	// Untracked tells that git does not know the file yet.
	Untracked bool

	was, is version
}

// Unknown is a file, or a submodule, of which can't be told whether it was changed, or what its text was.
type Unknown struct {
	Path string // as that of a Change; "." is the work tree
	Why  error
}

// Why a file is unknown.
var (
	errFiltered = errors.New("git keeps it otherwise than it is checked out (a filter such as LFS, or an encoding), so covls can't tell what was changed")
	errConflict = errors.New("it is in a conflict that is not resolved")
	errNotLocal = errors.New("its path leads out of the work tree")
)

// version is a text: on disk where that is not "", else in a blob. The zero version is none.
type version struct {
	in   *repository
	blob hash
	disk string // from the top of the work tree
	kept []byte // the text, where it was read and is kept
}

func (v version) none() bool { return v.blob == "" && v.disk == "" }

func (v version) read(limit int64) ([]byte, error) {
	switch {
	case v.kept != nil:
		return v.kept, nil
	case v.disk != "":
		root, err := v.in.files()
		if err != nil {
			return nil, err
		}
		text, err := source.ReadIn(root, filepath.FromSlash(v.disk), limit)
		return []byte(text), err
	case v.blob != "":
		return v.in.objects.read(v.blob, blobKind, limit)
	}
	return nil, fs.ErrNotExist
}

// Comparison is what differs between a base and a state. It keeps the repository open until Close, and belongs to one goroutine.
type Comparison struct {
	// Top is the top of the work tree, an absolute path without symlinks.
	Top string
	// Files are those that differ, by path. Not among them is what differs in the ends of lines alone, what is no file with a text
	// (symlinks), and what only a mode says. Files of submodules are compared with the commit that the base has of them.
	Files []Change
	// Unknown are those of which nothing is told, by path.
	Unknown []Unknown
	// Unpaired tells that so many files were deleted and added that some may have been renamed.
	Unpaired bool

	works []*work
	limit int64
	kept  int // bytes of texts
}

// Options say how to compare.
type Options struct {
	State State
	// Env gives the value of a variable, "" for one that is not set; nil has none. Where the user's own rules are of what git
	// ignores is git/ignore in XDG_CONFIG_HOME, or in .config of HOME. GIT_INDEX_FILE is the index where it is one of the
	// repository: a hook of git commit is told by it what will be committed.
	Env func(name string) string
	// Text is how many bytes a text may have whose lines are looked at; 0 is 4 MB. A larger one differs where a byte does.
	Text int64
}

// Compare tells which files in the work tree around dir, and in its submodules, differ from a commit, by its whole name in
// hexadecimal digits. A file whose size and times are as the index has them is not read. Renames are found as git finds
// them: by the same text, else where half of it stayed.
//
// The error is ErrNoRepository, ErrNoCommit, ErrRevision, ErrShallow, ErrManyFiles, ErrBounds, the context's, or of a
// repository that can't be read: then nothing is known.
func Compare(ctx context.Context, dir, base string, o Options) (*Comparison, error) {
	return compare(ctx, dir, base, o, limits{tracked: maxTracked, untracked: maxUntracked, changed: maxChanged, pairs: maxPairs, bytes: maxReading})
}

// limits are the most of a repository that is compared.
type limits struct {
	tracked, untracked, changed, pairs int
	bytes                              int64
}

func compare(ctx context.Context, dir, base string, o Options, most limits) (_ *Comparison, err error) {
	r, err := around(dir)
	if err != nil {
		return nil, err
	}
	if o.Text <= 0 {
		o.Text = usualText
	}
	if o.Env == nil {
		o.Env = func(string) string { return "" }
	}
	out := &Comparison{Top: r.root, limit: o.Text}
	c := &comparing{ctx: ctx, Options: o, most: most, entries: maxEntries, out: out}
	defer func() {
		if err != nil {
			out.Close()
		}
	}()
	w := c.open(r, "")
	r.useIndex(o.Env("GIT_INDEX_FILE"))
	fail := func(err error) (*Comparison, error) {
		return nil, fmt.Errorf("compare %s with %.12s: %w", dir, base, err)
	}
	from, ok := parseHash(base)
	if !ok {
		return fail(fmt.Errorf("%w: it is no whole name of a commit", ErrRevision))
	}
	var to hash
	if o.State == InHead {
		if to, err = r.head(); err == nil && to == "" {
			err = ErrNoCommit
		}
		if err != nil {
			return fail(err)
		}
	}
	if w.base, err = w.treeOf(from); err != nil {
		return fail(err)
	}
	if to, err = w.treeOf(to); err != nil {
		return fail(err)
	}
	if err := w.compare(to); err != nil {
		return fail(err)
	}
	if err := c.modules(); err != nil {
		return fail(err)
	}
	for _, w := range out.works {
		w.r.objects.spend = nil
	}
	slices.SortFunc(out.Files, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	slices.SortStableFunc(out.Unknown, func(a, b Unknown) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

// Close closes the repository.
func (c *Comparison) Close() {
	for _, w := range c.works {
		w.r.close()
	}
	c.works = nil
}

// Before is the text of one of Files at the base, as git keeps it: line ends may be others than on disk. The error is
// fs.ErrNotExist for one that was added.
func (c *Comparison) Before(f Change) (string, error) { return c.read(f.was, f.Old) }

// After is the text of one of Files in the state that was compared. The error is fs.ErrNotExist for one that was deleted.
func (c *Comparison) After(f Change) (string, error) { return c.read(f.is, f.Path) }

func (c *Comparison) read(v version, path string) (string, error) {
	text, err := v.read(c.limit)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return string(text), nil
}

// At is the text that a file had at the base which is at a path now, changed or not; ok is false where it was not there.
// The error is fs.ErrInvalid for one that is unknown, as Unknown has it, and for one of a submodule that was not compared,
// since it is not there, or what is committed of it is what the base has.
func (c *Comparison) At(p string) (text string, ok bool, err error) {
	i, found := slices.BinarySearchFunc(c.Files, p, func(f Change, p string) int { return strings.Compare(f.Path, p) })
	if found {
		if c.Files[i].was.none() {
			return "", false, nil
		}
		text, err := c.Before(c.Files[i])
		return text, err == nil, err
	}
	for _, u := range c.Unknown {
		if p == u.Path || strings.HasPrefix(p, u.Path+"/") {
			return "", false, fmt.Errorf("read %s at the base: %w: %w", p, fs.ErrInvalid, u.Why)
		}
	}
	var in *work
	for _, w := range c.works {
		if strings.HasPrefix(p, w.prefix) && (in == nil || len(w.prefix) > len(in.prefix)) {
			in = w
		}
	}
	if in == nil {
		return "", false, fs.ErrClosed
	}
	l := looker{repository: in.r, ctx: context.Background(), trees: maxLine}
	rel := p[len(in.prefix):]
	e, err := l.entry(in.base, rel)
	for i := 0; err == nil && e == nil && i < len(rel); i++ {
		if rel[i] != '/' {
			continue
		}
		var around *treeEntry
		if around, err = l.entry(in.base, rel[:i]); err == nil && around != nil && around.mode == modeModule {
			err = fmt.Errorf("read %s at the base: %w: it is in a submodule that was not compared", p, fs.ErrInvalid)
		}
	}
	if err != nil || !e.file() {
		return "", false, err
	}
	text, err = c.read(version{in: in.r, blob: e.hash}, p)
	return text, err == nil, err
}

// comparing compares a work tree and those of its submodules.
type comparing struct {
	Options
	ctx     context.Context
	most    limits
	out     *Comparison
	todo    []module
	entries int // of folders that may still be looked at
}

// module is a submodule that is compared.
type module struct {
	around  *work
	path    string // in the work tree around it
	was, is hash   // its commits; "" is none
}

func (c *comparing) unknown(path string, why error) {
	c.out.Unknown = append(c.out.Unknown, Unknown{path, why})
}

func (c *comparing) open(r *repository, prefix string) *work {
	r.bounded(c.ctx, c.most.bytes)
	w := &work{
		comparing: c, r: r, prefix: prefix, attributes: NewAttributes(r.root), real: map[string]bool{"": true, ".": true},
		look: looker{repository: r, ctx: c.ctx, trees: usual().trees},
	}
	c.out.works = append(c.out.works, w)
	return w
}

// useIndex has another file be the index, named as from the top of the work tree, where it is one of the repository's.
func (r *repository) useIndex(name string) {
	if path := beside(r.root, name); path != "" && path != r.dir && inside(path, r.dir) {
		r.indexFile = path
	}
}

// modules compares the submodules, and those in them.
func (c *comparing) modules() error {
	for len(c.todo) > 0 {
		m := c.todo[0]
		c.todo = c.todo[1:]
		at := m.around.prefix + m.path
		if len(c.out.works) > maxModules {
			c.unknown(at, fmt.Errorf("there are more than %d submodules", maxModules))
			continue
		}
		root := filepath.Join(m.around.r.root, filepath.FromSlash(m.path))
		r, err := openAt(root)
		if err == nil && !(m.around.in(m.path) && isRealDir(root)) {
			r.close()
			err = errNotLocal
		}
		if err != nil {
			if m.was != m.is {
				c.unknown(at, fmt.Errorf("open the submodule, of which the base has another commit: %w", err))
			}
			continue
		}
		w := c.open(r, at+"/")
		var to hash
		w.base, err = w.treeOf(m.was)
		if err == nil && c.State != OnDisk {
			to, err = w.treeOf(m.is)
		}
		if err == nil {
			if c.State == OnDisk {
				err = w.compare("")
			} else {
				err = w.trees(to)
			}
		}
		if err != nil && (c.ctx.Err() != nil || errors.Is(err, ErrBounds) || errors.Is(err, ErrManyFiles)) {
			return err
		}
		if err != nil {
			c.unknown(at, fmt.Errorf("compare the submodule: %w", err))
		}
	}
	return nil
}

// work compares one work tree.
type work struct {
	*comparing
	look       looker
	r          *repository
	prefix     string // of its paths in the outermost one: "" or with a slash at its end
	base       hash   // the tree
	attributes *Attributes
	// real are folders: whether they are folders in the work tree, and behind no symlink.
	real           map[string]bool
	deleted, added []*lone
}

// trackedFile is a row of the index.
type trackedFile struct {
	indexEntry
	path string
	blob hash
	// conflict tells that there are several of the path.
	conflict bool
}

// treeOf is the tree of a commit; "" for none.
func (w *work) treeOf(name hash) (hash, error) {
	if name == "" {
		return "", nil
	}
	c, err := w.r.commit(name)
	if errors.Is(err, errMissing) {
		if w.r.shallow() {
			return "", ErrShallow
		}
		return "", fmt.Errorf("%w: %w", ErrRevision, err)
	}
	return c.tree, err
}

// compare compares the base with the state; head is the tree of what is committed.
func (w *work) compare(head hash) error {
	if w.State == InHead {
		return w.trees(head)
	}
	rows, when, err := w.index()
	if err != nil {
		return err
	}
	gone, err := w.both(rows, when)
	if err != nil {
		return err
	}
	if w.State == OnDisk {
		if err := w.untracked(rows, gone); err != nil {
			return err
		}
	}
	for _, p := range slices.Sorted(maps.Keys(gone)) {
		if err := w.file(p, gone[p], version{}, ""); err != nil {
			return err
		}
	}
	return w.finish()
}

// trees compares the base with a tree.
func (w *work) trees(to hash) error {
	d := differ{looker: &w.look, same: map[[2]hash]bool{}}
	d.tell = func(path string, was, is *treeEntry) error {
		var before, after hash
		if was.file() {
			before = was.hash
		}
		if is.file() {
			after = is.hash
		}
		return w.file(path, before, version{in: w.r, blob: after}, after)
	}
	d.module = func(path string, was, is *treeEntry) error {
		w.module(path, was, is)
		return d.tell(path, was, is)
	}
	if _, err := d.below("", w.base, to); err != nil {
		return err
	}
	return w.finish()
}

func (w *work) module(path string, was, is *treeEntry) {
	m := module{around: w, path: path}
	if was != nil && was.mode == modeModule {
		m.was = was.hash
	}
	if is != nil && is.mode == modeModule {
		m.is = is.hash
	}
	if m.is != "" {
		w.todo = append(w.todo, m)
	}
}

// index is what the index has, by path, and when it was written.
func (w *work) index() (rows []trackedFile, when time.Time, err error) {
	head, err := w.r.head()
	if err != nil {
		return nil, when, err
	}
	size := 0
	add := func(path string, e indexEntry) error {
		if n := len(rows); n > 0 && rows[n-1].path == path && e.stage > 0 {
			rows[n-1].conflict = true
			return nil
		}
		if size += len(path); len(rows) == w.most.tracked || size > maxNameBytes {
			return ErrManyFiles
		}
		row := trackedFile{path: path, blob: hash(e.hash), indexEntry: e, conflict: e.stage > 0}
		row.hash = nil
		rows = append(rows, row)
		return w.ctx.Err()
	}
	for _, length := range nameSizes(head) {
		rows, size = nil, 0
		when, err = w.r.staged(length, func(path []byte, e indexEntry) error {
			if e.mode != modeDir {
				return add(string(path), e)
			}
			// A folder that a sparse checkout has not stands for all that is in it.
			all := &files{looker: &w.look}
			err := all.open(string(path), hash(e.hash))
			for err == nil {
				var leaf *treeEntry
				if leaf, err = all.leaf(); err != nil || leaf == nil {
					return err
				}
				err = add(leaf.name, indexEntry{mode: leaf.mode, hash: []byte(leaf.hash), skipped: true})
			}
			return err
		})
		if err == nil || errors.Is(err, ErrManyFiles) || w.ctx.Err() != nil {
			break
		}
	}
	if errors.Is(err, errPart) && w.State == OnDisk && head != "" {
		// What is tracked is told by what is committed; what is on disk is read.
		rows, size, when = nil, 0, time.Time{}
		var tree hash
		if tree, err = w.treeOf(head); err == nil {
			all := &files{looker: &w.look}
			err = all.open("", tree)
			for err == nil {
				var leaf *treeEntry
				if leaf, err = all.leaf(); err != nil || leaf == nil {
					break
				}
				err = add(leaf.name, indexEntry{mode: leaf.mode, hash: []byte(leaf.hash)})
			}
		}
	}
	byPath := func(a, b trackedFile) int { return strings.Compare(a.path, b.path) }
	if err == nil && !slices.IsSortedFunc(rows, byPath) {
		slices.SortStableFunc(rows, byPath)
	}
	rows = slices.CompactFunc(rows, func(a, b trackedFile) bool { return a.path == b.path })
	return rows, when, err
}

// both compares the base with what the index has. Gone are the files that are in the base alone, with their blobs.
func (w *work) both(rows []trackedFile, when time.Time) (gone map[string]hash, err error) {
	gone = map[string]hash{}
	all := &files{looker: &w.look}
	if err := all.open("", w.base); err != nil {
		return nil, err
	}
	was, err := all.leaf()
	for err == nil && (was != nil || len(rows) > 0) {
		if err = w.ctx.Err(); err != nil {
			break
		}
		order := 0
		switch {
		case was == nil:
			order = 1
		case len(rows) == 0:
			order = -1
		default:
			order = strings.Compare(was.name, rows[0].path)
		}
		switch {
		case order < 0:
			if was.file() {
				if gone[was.name] = was.hash; len(gone) > w.most.changed {
					return nil, ErrManyFiles
				}
			}
		case order > 0:
			err = w.entry(nil, &rows[0], when)
		default:
			err = w.entry(was, &rows[0], when)
		}
		if err == nil && order >= 0 {
			rows = rows[1:]
		}
		if err == nil && order <= 0 {
			was, err = all.leaf()
		}
	}
	return gone, err
}

// entry compares what the base has at a path with what the index has there.
func (w *work) entry(was *treeEntry, e *trackedFile, when time.Time) error {
	var before hash
	if was.file() {
		before = was.hash
	}
	if e.mode == modeModule || was != nil && was.mode == modeModule {
		w.module(e.path, was, &treeEntry{mode: e.mode, hash: e.blob})
	}
	text := isText(e.mode) && !e.intended
	if w.State == InIndex {
		switch {
		case e.conflict:
			w.unknown(w.prefix+e.path, errConflict)
			return nil
		case !text:
			return w.file(e.path, before, version{}, "")
		}
		return w.file(e.path, before, version{in: w.r, blob: e.blob}, e.blob)
	}
	info, err := w.stat(e.path)
	switch {
	case err != nil:
		w.unknown(w.prefix+e.path, err)
		return nil
	case info == nil && e.skipped && text:
		return w.file(e.path, before, version{in: w.r, blob: e.blob}, e.blob)
	case info == nil:
		return w.file(e.path, before, version{}, "")
	}
	is := version{in: w.r, disk: e.path}
	if text && !e.conflict && e.same(info, when) {
		return w.file(e.path, before, is, e.blob)
	}
	return w.file(e.path, before, is, "")
}

// same reports whether a file is as the index has it, which was written at a time. One that may have been written once more
// in the moment in which it was looked at is not.
func (e *trackedFile) same(info fs.FileInfo, when time.Time) bool {
	equal := func(known, is stamp) bool {
		return known.seconds == is.seconds && (known.nanoseconds == 0 || known.nanoseconds == is.nanoseconds)
	}
	written := info.ModTime()
	if e.modified.seconds == 0 || uint32(info.Size()) != e.size || !equal(e.modified, stamp{uint32(written.Unix()), uint32(written.Nanosecond())}) {
		return false
	}
	if at, ok := changedOf(info); ok && e.changed.seconds != 0 && !equal(e.changed, at) {
		return false
	}
	if e.modified.nanoseconds == 0 {
		return when.Unix() > written.Unix()
	}
	return when.After(written)
}

// disk is where a file is.
func (w *work) disk(p string) string { return filepath.Join(w.r.root, filepath.FromSlash(p)) }

// stat looks at a file on disk; nil where there is none, or what is there is no file, or is behind a symlink.
func (w *work) stat(p string) (fs.FileInfo, error) {
	if !w.in(p) {
		return nil, errNotLocal
	}
	if !w.isReal(path.Dir(p)) {
		return nil, nil
	}
	info, err := os.Lstat(w.disk(p))
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return nil, nil
	}
	return info, err
}

// in reports whether a path may be one of a file in the work tree.
func (w *work) in(p string) bool {
	if len(p) > maxWanted || !filepath.IsLocal(filepath.FromSlash(p)) {
		return false
	}
	for part := range strings.SplitSeq(p, "/") {
		if strings.EqualFold(part, ".git") {
			return false
		}
	}
	return true
}

// isReal reports whether a path is a folder that no symlink leads to.
func (w *work) isReal(dir string) bool {
	real, known := w.real[dir]
	if known {
		return real
	}
	real = true
	for i := 0; i <= len(dir) && real; i++ {
		if i < len(dir) && dir[i] != '/' {
			continue
		}
		at := dir[:i]
		if real, known = w.real[at]; !known {
			real = isRealDir(w.disk(at))
			w.real[at] = real
		}
	}
	w.real[dir] = real
	return real
}

func isRealDir(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}

// file compares a blob of the base, "" for none, with a text of which the blob may be known.
func (w *work) file(p string, was hash, is version, blob hash) error {
	before := version{in: w.r, blob: was}
	switch {
	case was == "" && is.none(), was != "" && was == blob:
		return nil
	case is.none():
		return w.add(&w.deleted, p, before, was, false)
	case was == "":
		return w.add(&w.added, p, is, blob, false)
	}
	if blob == "" {
		// A text that is looked at below is read once for both.
		text, err := is.read(w.Text)
		if err == nil {
			is.kept = text
			blob, err = hashOfText(bytes.NewReader(text), int64(len(text)), len(was))
		} else {
			blob, err = w.hashOf(is.disk, len(was))
		}
		if err != nil {
			w.unknown(w.prefix+p, fmt.Errorf("read it: %w", err))
			return nil
		}
		if blob == was {
			return nil
		}
	}
	if w.attributes.Filtered(w.disk(p)) {
		w.unknown(w.prefix+p, errFiltered)
		return nil
	}
	texts := [2][]byte{}
	for i, v := range []version{before, is} {
		text, err := v.read(w.Text)
		switch {
		case w.ctx.Err() != nil || errors.Is(err, ErrBounds):
			return cmp.Or(w.ctx.Err(), err)
		case errors.Is(err, errLarge):
		case err != nil && v.disk == "":
			w.unknown(w.prefix+p, err)
			return nil
		}
		texts[i] = text
	}
	if len(texts[0]) > 0 && len(texts[1]) > 0 && sameLines(texts[0], texts[1]) {
		return nil
	}
	if bytes.HasPrefix(texts[0], []byte(pointer)) {
		w.unknown(w.prefix+p, errFiltered)
		return nil
	}
	is.kept = nil
	if n := len(texts[0]) + len(texts[1]); texts[0] != nil && texts[1] != nil && w.out.kept+n <= maxKept {
		w.out.kept += n
		before.kept, is.kept = texts[0], texts[1]
	}
	return w.tell(Change{Path: w.prefix + p, Old: w.prefix + p, Status: Modified, was: before, is: is})
}

// pointer begins what git keeps of a file in LFS.
const pointer = "version https://git-lfs.github.com/spec/"

func (w *work) tell(c Change) error {
	if len(w.out.Files) == w.most.changed {
		return ErrManyFiles
	}
	w.out.Files = append(w.out.Files, c)
	return nil
}

// add keeps a file that is only in one of both.
func (w *work) add(to *[]*lone, p string, v version, blob hash, untracked bool) error {
	if len(*to) == w.most.changed {
		return ErrManyFiles
	}
	*to = append(*to, &lone{path: p, blob: blob, version: v, untracked: untracked})
	return nil
}

// finish tells which of the files that are in one of both were renamed.
func (w *work) finish() error {
	if len(w.deleted) > 0 {
		for _, a := range w.added {
			if a.blob == "" {
				a.blob, _ = w.hashOf(a.version.disk, len(w.deleted[0].blob))
			}
			if err := w.ctx.Err(); err != nil {
				return err
			}
		}
	}
	p := pairing{ctx: w.ctx, deleted: w.deleted, added: w.added, maxPairs: w.most.pairs, limit: w.Text}
	if err := p.find(); err != nil {
		return err
	}
	w.out.Unpaired = w.out.Unpaired || p.full
	for _, d := range w.deleted {
		if d.to >= 0 {
			continue
		}
		if err := w.tell(Change{Path: w.prefix + d.path, Old: w.prefix + d.path, Status: Deleted, was: d.version}); err != nil {
			return err
		}
	}
	for _, a := range w.added {
		c := Change{Path: w.prefix + a.path, Status: Added, Untracked: a.untracked, is: a.version}
		if a.to >= 0 {
			from := w.deleted[a.to]
			if c.Status, c.Old, c.was = Moved, w.prefix+from.path, from.version; w.attributes.Filtered(w.disk(a.path)) {
				w.unknown(c.Path, errFiltered)
				continue
			}
		}
		if err := w.tell(c); err != nil {
			return err
		}
	}
	w.deleted, w.added = nil, nil
	return nil
}

// untracked finds the files that git does not know and does not ignore. What is gone from the index and still on disk is
// compared, and gone no more.
func (w *work) untracked(rows []trackedFile, gone map[string]hash) error {
	known := make(map[string]bool, len(rows)) // whether it is a submodule
	for i := range rows {
		known[rows[i].path] = rows[i].mode == modeModule
	}
	left, found := maxIgnoreRules, 0
	type open struct {
		dir   string // "" is the top
		rules ignores
	}
	var folded map[string]string
	todo := []open{{"", w.r.usualIgnores(w.Env, &left)}}
	for len(todo) > 0 {
		o := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if err := w.ctx.Err(); err != nil {
			return err
		}
		entries, err := os.ReadDir(w.disk(o.dir))
		if err != nil {
			w.unknown(path.Join(w.prefix, cmp.Or(o.dir, ".")), fmt.Errorf("look for files that git does not know: %w", err))
			continue
		}
		if w.entries -= len(entries); w.entries < 0 {
			w.unknown(path.Join(w.prefix, cmp.Or(o.dir, ".")), errors.New("there are too many files to look for those that git does not know"))
			return nil
		}
		if o.dir != "" && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ".git" }) {
			continue // another repository, or a work tree of this one
		}
		rules := o.rules
		if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ".gitignore" }) {
			rules = rules.in(w.r.root, o.dir, &left)
		}
		for _, e := range entries {
			p := path.Join(o.dir, e.Name())
			if module, ok := known[p]; ok && (module || !e.IsDir()) {
				continue
			}
			if strings.EqualFold(e.Name(), ".git") || len(p) > maxWanted || !e.IsDir() && !e.Type().IsRegular() || rules.has(p, e.IsDir()) {
				continue
			}
			if e.IsDir() {
				todo = append(todo, open{p, rules})
				continue
			}
			is := version{in: w.r, disk: p}
			if was, ok := gone[p]; ok {
				delete(gone, p)
				if err := w.file(p, was, is, ""); err != nil {
					return err
				}
				continue
			}
			if folded == nil {
				folded = make(map[string]string, len(rows))
				for i := range rows {
					folded[strings.ToLower(rows[i].path)] = rows[i].path
				}
			}
			// A disk that takes names in capitals for the same has the file by both.
			if other, ok := folded[strings.ToLower(p)]; ok && sameFile(w.disk(p), w.disk(other)) {
				continue
			}
			if found++; found > w.most.untracked {
				w.unknown(path.Join(w.prefix, "."), fmt.Errorf("there are more than %d files that git does not know", w.most.untracked))
				return nil
			}
			if err := w.add(&w.added, p, is, "", true); err != nil {
				return err
			}
		}
	}
	slices.SortFunc(w.added, func(a, b *lone) int { return strings.Compare(a.path, b.path) })
	return nil
}

// hashOf is the name that the text of a file in the work tree would have as a blob.
func (w *work) hashOf(p string, size int) (hash, error) {
	f, err := source.Open(w.disk(p))
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	return hashOfText(f, info.Size(), size)
}

// hashOfText is the name that a text of so many bytes would have as a blob, which has size bytes itself.
func hashOfText(text io.Reader, length int64, size int) (hash, error) {
	sum := sha1.New() //nolint:gosec
	if size == sha256.Size {
		sum = sha256.New()
	}
	fmt.Fprintf(sum, "%v %d\x00", blobKind, length)
	n, err := io.Copy(sum, io.LimitReader(text, length+1))
	if err == nil && n != length {
		err = errors.New("it was written in this moment")
	}
	return hash(sum.Sum(nil)), err
}

// sameLines reports whether two texts are the same but for the ends of their lines.
func sameLines(a, b []byte) bool {
	for {
		i, j := bytes.IndexByte(a, '\n'), bytes.IndexByte(b, '\n')
		if i < 0 || j < 0 {
			return i == j && bytes.Equal(a, b)
		}
		if !bytes.Equal(bytes.TrimSuffix(a[:i], []byte("\r")), bytes.TrimSuffix(b[:j], []byte("\r"))) {
			return false
		}
		a, b = a[i+1:], b[j+1:]
	}
}
