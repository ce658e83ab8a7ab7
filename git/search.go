package git

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Want is a file of which an older text is looked for.
type Want struct {
	// Path is where it is today, slash-separated and relative to the folder of Search. Found goes by it.
	Path string
	// Also are other paths that may have been the file's: the one that a profile has, or the same name spelled in
	// other code points. Each is looked at wherever Path is.
	Also []string
	// Fits is asked of each distinct text that the file had: those in the index first, then that of HEAD, then
	// back. A text is as git keeps it, which is not what a checkout has where line ends or encodings are converted,
	// or a filter is at work. It is called by the goroutine of Search. True ends the search for the file.
	Fits func(text string) bool
}

// Found is a text that fits.
type Found struct {
	Text string
	Blob string // its name in hexadecimal digits
	// Commit is the newest of the commits looked at that has the text; the zero Commit where only the index has it.
	Commit Commit
	// Path is where the file was there, as Want.Path has it.
	Path string
}

// Commit is a commit behind HEAD.
type Commit struct {
	Name string // in hexadecimal digits; "" is none
	// Back is how many commits git log names before it: 0 is HEAD.
	Back int
	When time.Time // it was committed, as the committer's clock had it
}

// Result is what a search has found.
type Result struct {
	// Found goes by Want.Path.
	Found map[string]Found
	// At is the newest commit that has all texts that were found in commits, each at its path there: what was made
	// of all of them was made of that commit, or of an older one in which none of them differs. Together is false
	// where no such commit was seen, since files were changed and not committed; At is then the one in which the
	// last of them appears. Both are of the repository that most of the texts are in, where wanted files are in
	// several. The zero Commit is none.
	At       Commit
	Together bool
	// Commits are those that were looked at, Blobs the texts that were read, Oldest the date of the oldest commit.
	Commits, Blobs int
	Oldest         time.Time
	// Ended is why not all history was looked at, though a file was not found: nil where it was. It is ErrBounds, or the
	// context's error.
	Ended error
	// Shallow tells that a file was not found, and the clone has no older history.
	Shallow bool
	// Skipped counts the objects that could not be read: a partial clone has not all of them, or they are broken.
	// Trouble is what was wrong with the first that was there.
	Skipped int
	Trouble error
}

// ErrBounds ends a search that has looked at as much as its Bounds allow.
var ErrBounds = errors.New("covls looks no further into the history")

// Bounds are the most of a history that is looked at. What is 0 is as in Usual.
type Bounds struct {
	Commits int   // of each repository
	Texts   int   // of each file
	Blobs   int   // of all files
	Blob    int64 // bytes of a text; larger ones are not looked at
	// Bytes are those of all objects, unpacked, with what they are unpacked from; each counts half a kilobyte at
	// least.
	Bytes int64
}

// Usual are the bounds of a search that nobody waits for.
func Usual() Bounds {
	return Bounds{Commits: 2000, Texts: 100, Blobs: 5000, Blob: 4 << 20, Bytes: 256 << 20}
}

func (b Bounds) filled() Bounds {
	usual := Usual()
	for own, other := range map[*int]int{&b.Commits: usual.Commits, &b.Texts: usual.Texts, &b.Blobs: usual.Blobs} {
		if *own <= 0 {
			*own = other
		}
	}
	for own, other := range map[*int64]int64{&b.Blob: usual.Blob, &b.Bytes: usual.Bytes} {
		if *own <= 0 {
			*own = other
		}
	}
	return b
}

// maxTogether is behind how many commits the one that has all texts is looked for.
const maxTogether = 200

// Search looks for texts of files in the repository around dir, and in those below it that hold the files: in the
// index, in HEAD and back through all its history, newest commits first. A file that was added is looked for
// under the path that it had before, as git finds renames: among the files that the same commit deleted, the one with
// the same text, or the one most alike of which half the text stayed.
//
// The result is what was found until the context was done or a bound was reached; both are in Result.Ended, and no error.
// It is nil where no wanted file is in a work tree of git. The error is of a repository that can't be read at all.
func Search(ctx context.Context, dir string, wants []Want, most Bounds) (*Result, error) {
	most = most.filled()
	paths := make([]string, len(wants))
	for i, w := range wants {
		paths[i] = w.Path
	}
	groups, err := repositories(dir, paths)
	if err != nil || len(groups) == 0 {
		return nil, err
	}
	defer func() {
		for _, g := range groups {
			g.close()
		}
	}()
	budget := most.Bytes
	whole := &Result{Found: map[string]Found{}}
	best := 0
	for _, g := range groups {
		r, err := searchIn(ctx, g, wants, most, &budget)
		if err != nil {
			return nil, fmt.Errorf("look for texts in the repository %s: %w", g.root, err)
		}
		most.Blobs -= r.Blobs
		if n := len(r.Found); n > best {
			best, whole.At, whole.Together = n, r.At, r.Together
		}
		maps.Copy(whole.Found, r.Found)
		whole.Commits += r.Commits
		whole.Blobs += r.Blobs
		if whole.Oldest.IsZero() || !r.Oldest.IsZero() && r.Oldest.Before(whole.Oldest) {
			whole.Oldest = r.Oldest
		}
		whole.Ended = cmp.Or(whole.Ended, r.Ended)
		whole.Shallow = whole.Shallow || r.Shallow
		whole.Skipped += r.Skipped
		whole.Trouble = cmp.Or(whole.Trouble, r.Trouble)
	}
	return whole, nil
}

// search looks for texts in one repository.
type search struct {
	history
	group  *group
	bounds Bounds
	wants  []*want
	names  names
	open   int // wants
	now    Commit
	result *Result
}

// want is a file that is looked for.
type want struct {
	*Want
	names []*name
	asked map[hash]bool
	done  bool // it is looked for no longer
	found bool
	path  string // where, and what
	blob  hash
}

func searchIn(ctx context.Context, g *group, wants []Want, most Bounds, budget *int64) (*Result, error) {
	s := &search{group: g, bounds: most, result: &Result{Found: map[string]Found{}}}
	s.history.open(ctx, g.repository, most, budget)
	s.names.look = s.visit
	for _, i := range g.paths {
		w := &want{Want: &wants[i], asked: map[hash]bool{}}
		s.wants = append(s.wants, w)
		for _, p := range append([]string{w.Path}, w.Also...) {
			if p, ok := g.inside(p); ok {
				s.name(w, p)
			}
		}
	}
	s.open = len(s.wants)
	head, err := s.head()
	if err != nil {
		return nil, err
	}
	err = s.walk(head)
	if errors.Is(err, ErrBounds) || err != nil && s.ctx.Err() != nil {
		s.result.Ended, err = cmp.Or(s.ctx.Err(), ErrBounds), nil
	}
	if err == nil && s.ctx.Err() == nil {
		err = s.together()
		if errors.Is(err, ErrBounds) || err != nil && s.ctx.Err() != nil {
			err = nil
		}
	}
	if err != nil {
		return nil, err
	}
	s.result.Skipped, s.result.Trouble, s.result.Shallow = s.skipped, s.trouble, s.cut && s.open > 0
	return s.result, nil
}

// name has a want looked for at a path, too, and tells whether that is one more.
func (s *search) name(w *want, path string) bool {
	if len(w.names) == maxNames || slices.ContainsFunc(w.names, func(n *name) bool { return n.path == path }) {
		return false
	}
	w.names = append(w.names, s.names.add(path, w))
	return true
}

// close ends the search for a file.
func (s *search) close(w *want) {
	if w.done {
		return
	}
	w.done = true
	s.open--
	for _, n := range w.names {
		n.close()
	}
}

func (s *search) walk(head hash) error {
	staged, err := s.index(head)
	if err != nil {
		return err
	}
	if head == "" || s.open == 0 {
		return nil
	}
	top, err := s.start(head)
	if err != nil || top == nil {
		return err
	}
	if staged != nil {
		top.children = append(top.children, staged)
	}
	for s.open > 0 {
		v, err := s.next()
		if err != nil || v == nil {
			return err
		}
		s.now = Commit{Name: v.name.String(), Back: v.at, When: v.when}
		s.result.Commits++
		if s.result.Oldest.IsZero() || v.when.Before(s.result.Oldest) {
			s.result.Oldest = v.when
		}
		if v.absent, err = s.names.in(&s.reader, v.tree); err != nil {
			return err
		}
		more := false
		for _, child := range v.children {
			some, err := s.follow(v, child)
			if err != nil {
				return err
			}
			more = more || some
		}
		if more {
			if v.absent, err = s.names.in(&s.reader, v.tree); err != nil {
				return err
			}
		}
		if v.at == 0 {
			for _, w := range s.wants {
				if w.found {
					s.close(w)
				}
			}
		}
		if err := s.push(v); err != nil {
			return err
		}
	}
	return nil
}

// index asks of the texts in the index, and returns what history.index does.
func (s *search) index(head hash) (*visit, error) {
	type text struct {
		name  *name
		stage int
		blob  hash
	}
	var texts []text
	v, err := s.history.index(head, &s.names, func(n *name, e indexEntry) {
		texts = append(texts, text{n, e.stage, hash(e.hash)})
	})
	if err != nil {
		return nil, err
	}
	// Of a file in conflict ours is first, and what both were made of is last.
	slices.SortStableFunc(texts, func(a, b text) int { return (a.stage+2)%4 - (b.stage+2)%4 })
	for _, t := range texts {
		if _, err := s.visit(t.name, t.blob); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// visit looks at the text of a file in a tree or in the index.
func (s *search) visit(n *name, blob hash) (bool, error) {
	w := n.want
	switch {
	case w.done:
		return true, nil
	case w.found:
		// The index has it. HEAD may have it, too.
		if f := s.result.Found[w.Path]; f.Commit.Name == "" && f.Blob == blob.String() {
			f.Commit, f.Path = s.now, s.group.outside(n.path)
			s.result.Found[w.Path] = f
			w.path, w.blob = n.path, blob
		}
		return true, nil
	case w.asked[blob]:
		return true, nil
	case len(w.asked) == s.bounds.Texts:
		s.result.Ended = ErrBounds
		s.close(w)
		return true, nil
	case s.result.Blobs >= s.bounds.Blobs:
		return true, ErrBounds
	}
	w.asked[blob] = true
	s.result.Blobs++
	data, err := s.objects.read(blob, blobKind, s.bounds.Blob)
	if err != nil {
		return true, s.skip(err)
	}
	text := string(data)
	if !w.Fits(text) {
		return true, nil
	}
	w.found, w.path, w.blob = true, n.path, blob
	s.result.Found[w.Path] = Found{Text: text, Blob: blob.String(), Commit: s.now, Path: s.group.outside(n.path)}
	if s.now.Name != "" {
		s.close(w)
	}
	return true, nil
}

// follow looks up what files were called before a commit added them, and tells whether there is any.
func (s *search) follow(v, child *visit) (bool, error) {
	var added []*name
	for _, n := range without(v.absent, child.absent) {
		if !n.want.done && len(n.want.names) < maxNames {
			added = append(added, n)
		}
	}
	if len(added) == 0 {
		return false, nil
	}
	m, err := s.moves(v, child)
	if err != nil || len(m.deleted) == 0 {
		return false, err
	}
	byPath := map[string]moved{}
	for _, a := range m.added {
		byPath[a.path] = a
	}
	from := newPool(m.deleted)
	any := false
	for _, n := range added {
		is, ok := byPath[n.path]
		if !ok {
			continue
		}
		was, ok, err := s.alike.best(is, from)
		if err != nil {
			return false, err
		}
		if ok && s.name(n.want, was.path) {
			any = true
		}
	}
	return any, nil
}

// together finds the commit that has all texts that were found in commits.
func (s *search) together() error {
	var all names
	all.look = func(n *name, blob hash) (bool, error) { return n.blob == blob, nil }
	last := -1
	for _, w := range s.wants {
		if f := s.result.Found[w.Path]; w.found && f.Commit.Name != "" {
			all.add(w.path, w).blob = w.blob
			last = max(last, f.Commit.Back)
		}
	}
	if last < 0 {
		return nil
	}
	at := func(i int) Commit {
		v := s.visited[i]
		return Commit{Name: v.name.String(), Back: i, When: v.when}
	}
	s.result.At = at(last)
	for i := last; i < last+maxTogether; i++ {
		if i == len(s.visited) {
			v, err := s.next()
			if err != nil || v == nil {
				return err
			}
			if err := s.push(v); err != nil {
				return err
			}
		}
		others, err := all.in(&s.reader, s.visited[i].tree)
		if err != nil {
			return err
		}
		if len(others) == 0 {
			s.result.At, s.result.Together = at(i), true
			return nil
		}
	}
	return nil
}
