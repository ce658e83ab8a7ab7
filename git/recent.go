package git

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// Recent is a file of which the texts are asked that it has had since a time.
type Recent struct {
	// Path is where it is, slash-separated and relative to the folder of Since.
	Path string
	// Take is given each distinct text once: those in the index, with the zero Commit, that of HEAD, those of commits that
	// were made or stashed since and were HEAD, and that of what was HEAD at the time. A text is as git keeps it; see
	// Want.Fits. Back is -1 but for HEAD.
	Take func(text string, of Commit)
}

// mostHeads is of how many commits that were HEAD the texts are read, and mostLog how many bytes of a log of them.
const (
	mostHeads = 200
	mostLog   = 256 << 10
)

// Since tells the texts that files have had since a time, and at that time, in the repository around dir and in those below it
// that hold the files: whatever was in the work tree then and is in the repository, it is among them, as far as the logs of
// HEAD and of stashes go back. Where they don't, it is the history back from HEAD by the dates of commits. The error is the
// context's, ErrBounds, or of a repository that can't be read at all.
func Since(ctx context.Context, dir string, files []Recent, since time.Time, most Bounds) error {
	most = most.filled()
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = f.Path
	}
	groups, err := repositories(dir, paths)
	if err != nil {
		return err
	}
	defer func() {
		for _, g := range groups {
			g.close()
		}
	}()
	budget := most.Bytes
	for _, g := range groups {
		s := &recent{bounds: most}
		s.history.open(ctx, g.repository, most, &budget)
		s.history.most = mostHeads
		s.names.look = s.take
		for _, i := range g.paths {
			if p, ok := g.inside(files[i].Path); ok {
				told := func(text string) bool {
					files[i].Take(text, s.now)
					return false
				}
				s.names.add(p, &want{Want: &Want{Path: files[i].Path, Fits: told}, asked: map[hash]bool{}})
			}
		}
		if err := s.run(since); err != nil {
			return fmt.Errorf("look for recent texts in the repository %s: %w", g.root, cmp.Or(ctx.Err(), err))
		}
	}
	return nil
}

// recent tells the texts in one repository.
type recent struct {
	history
	names  names
	bounds Bounds
	blobs  int
	now    Commit
}

func (s *recent) run(since time.Time) error {
	head, err := s.head()
	if err != nil {
		return err
	}
	type staged struct {
		name *name
		blob hash
	}
	var index []staged
	if _, err := s.history.index(head, &s.names, func(n *name, e indexEntry) { index = append(index, staged{n, hash(e.hash)}) }); err != nil {
		return err
	}
	for _, e := range index {
		if _, err := s.take(e.name, e.blob); err != nil {
			return err
		}
	}
	if head == "" {
		return nil
	}
	if err := s.at(head, 0); err != nil {
		return err
	}
	heads, whole := s.log(filepath.Join(s.dir, "logs", "HEAD"), since)
	stashed, _ := s.log(filepath.Join(s.common, "logs", "refs", "stash"), since)
	// What is older than the time and became HEAD later was not in the work tree then.
	for i, h := range heads {
		c, err := s.commit(h)
		if err == nil && (c.when.After(since) || whole && i == len(heads)-1) {
			err = s.in(h, c, -1)
		}
		if err != nil {
			if err = s.skip(err); err != nil {
				return err
			}
		}
	}
	for _, h := range stashed {
		if err := s.at(h, -1); err != nil {
			return err
		}
	}
	if whole {
		return nil
	}
	if v, err := s.start(head); v == nil {
		return err
	}
	for {
		v, err := s.next()
		if v == nil || errors.Is(err, ErrBounds) && len(s.visited) == s.most {
			return nil
		}
		if err != nil {
			return err
		}
		back := -1
		if v.at == 0 {
			back = 0
		}
		if err := s.in(v.name, v.commit, back); err != nil {
			return err
		}
		if !v.when.After(since) {
			return nil
		}
		if err := s.push(v); err != nil {
			return err
		}
	}
}

// at tells the texts of a commit.
func (s *recent) at(name hash, back int) error {
	c, err := s.commit(name)
	if err != nil {
		return s.skip(err)
	}
	return s.in(name, c, back)
}

func (s *recent) in(name hash, c commit, back int) error {
	s.now = Commit{Name: name.String(), Back: back, When: c.when}
	_, err := s.names.in(&s.reader, c.tree)
	return err
}

// take tells a text that was not told yet.
func (s *recent) take(n *name, blob hash) (bool, error) {
	w := n.want
	switch {
	case w.asked[blob]:
		return true, nil
	case len(w.asked) == s.bounds.Texts, s.blobs == s.bounds.Blobs:
		return true, ErrBounds
	}
	w.asked[blob] = true
	s.blobs++
	data, err := s.objects.read(blob, blobKind, s.bounds.Blob)
	if err != nil {
		return true, s.skip(err)
	}
	w.Fits(string(data))
	return true, nil
}

// log reads a log of what a reference has been, from its end: what it was at a time, and all since, the newest first. Whole
// tells that it was read back as far.
func (s *recent) log(path string, since time.Time) (out []hash, whole bool) {
	f, err := openRegular(path)
	if err != nil {
		return nil, false
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > mostLog {
		if _, err := f.Seek(-mostLog, io.SeekEnd); err != nil {
			return nil, false
		}
	}
	data, err := io.ReadAll(io.LimitReader(f, mostLog))
	if err != nil {
		return nil, false
	}
	lines := bytes.Split(data, []byte{'\n'})
	for _, line := range slices.Backward(lines) {
		// old new name <mail> seconds zone, a tab and what was done
		entry, _, _ := bytes.Cut(line, []byte{'\t'})
		fields := bytes.Fields(entry)
		if len(fields) < 4 {
			continue
		}
		to, ok := parseHash(string(fields[1]))
		seconds, err := strconv.ParseInt(string(fields[len(fields)-2]), 10, 64)
		if !ok || err != nil {
			continue
		}
		if len(out) == mostHeads {
			return out, false
		}
		out = append(out, to)
		if !time.Unix(seconds, 0).After(since) {
			return out, true
		}
	}
	return out, false
}
