// Package disk writes files. A file is there whole or not at all: it is written under a fresh name beside
// its place, which nobody can guess and which follows no link, and moved there when it is safe on the disk.
// What fails leaves nothing behind.
//
// Settings are written where a repository may have put links. Such a link is followed only to a file below
// the folder that the link stands in, which is held open meanwhile, so that whatever becomes of the paths
// nothing outside of it is written. What the user names, for a report or a log, may lie anywhere; Stays says
// whether such a path is led astray by a link that came with a folder.
package disk

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Open opens a file to be read, and waits for nobody at the other end of what is none. Others may write it, move it away
// and delete it meanwhile: what covls reads keeps no test runner, no git and no editor from its work, which on Windows
// os.Open would.
func Open(path string) (*os.File, error) { return open(path) }

// tries bounds how often Edit begins again because of another who writes.
const tries = 10

// Edit puts what change makes of a file's text in the place of that text, and keeps the file's mode and,
// where it may, its owner. A file that is not there is nil, and is made, readable by all. Where somebody
// else writes the file meanwhile, change is called again with what it holds then. A symlink stays one, and
// is followed to a file below its own folder; one that leads out of there or nowhere is an error, and so is
// a file of more than limit bytes, or one that is none. An error of change is returned as it is.
func Edit(path string, limit int64, change func(was []byte) ([]byte, error)) error {
	for range tries {
		err := edit(path, limit, change)
		if !errors.Is(err, errChanged) {
			return err
		}
	}
	return failed(path, errChanged)
}

var errChanged = errors.New("it was changed while it was to be written: try again")

func edit(path string, limit int64, change func(was []byte) ([]byte, error)) error {
	p, err := find(path)
	if err != nil {
		return failed(path, err)
	}
	defer p.dir.Close()
	was, err := p.read(limit)
	if err != nil {
		return failed(path, err)
	}
	now, err := change(was)
	if err != nil {
		return err
	}
	p.asRead = true
	return failed(path, p.write(0o644, whole(now)))
}

// Replace puts data in the place of what a file holds, as Edit does; perm is the mode of a file that was
// not there.
func Replace(path string, data []byte, perm fs.FileMode) error {
	p, err := find(path)
	if err != nil {
		return failed(path, err)
	}
	defer p.dir.Close()
	return failed(path, p.write(perm, whole(data)))
}

// Create makes a file with the mode perm. Where there is something of that name, even a link that leads
// nowhere, it is left as it is, and the error is fs.ErrExist.
func Create(path string, data []byte, perm fs.FileMode) error {
	dir, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return failed(path, err)
	}
	defer dir.Close()
	p := place{dir: dir, name: filepath.Base(path), asRead: true}
	if _, err := dir.Lstat(p.name); err == nil {
		return failed(path, fs.ErrExist)
	}
	if err := p.write(perm, whole(data)); errors.Is(err, errChanged) {
		return failed(path, fs.ErrExist)
	} else if err != nil {
		return failed(path, err)
	}
	return nil
}

// failed names the file in an error, and not the fresh name that it was written under; nil stays nil.
func failed(path string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: "write", Path: path, Err: reason(err)}
}

// reason is an error without the names that the system's calls were given.
func reason(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return reason(at.Err)
	}
	if at, ok := errors.AsType[*os.LinkError](err); ok {
		return reason(at.Err)
	}
	return err
}

// place is where a file is, or is to be.
type place struct {
	dir  *os.Root
	name string
	// info is that of the file; nil where there is none.
	info fs.FileInfo
	// asRead tells that the file must still be what info says when it is written.
	asRead bool
}

// find looks for a file, behind the links that may be followed.
func find(path string) (*place, error) {
	dir, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	p := &place{dir: dir, name: filepath.Base(path)}
	if err = p.follow(path); err == nil {
		err = p.writable()
	}
	if err != nil {
		_ = p.dir.Close()
		return nil, err
	}
	return p, nil
}

// writable is the error of writing into the file that is there: one that may not be written is not replaced
// either.
func (p *place) writable() error {
	if p.info == nil {
		return nil
	}
	f, err := p.dir.OpenFile(p.name, os.O_WRONLY|nonblock, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

func (p *place) follow(path string) (err error) {
	p.info, err = p.dir.Lstat(p.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && p.info.Mode()&fs.ModeSymlink != 0 {
		err = p.link(path)
	}
	if err == nil && !p.info.Mode().IsRegular() {
		err = fmt.Errorf("it is %s and no file", kind(p.info.Mode()))
	}
	return err
}

// link goes to the file that a symlink leads to.
func (p *place) link(path string) error {
	to, err := os.Readlink(path)
	if err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("it is a link to %s, where there is nothing: remove the link, or make that file", to)
	}
	if err != nil {
		return fmt.Errorf("it is a link to %s: %w", to, reason(err))
	}
	above, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return err
	}
	rel, err := filepath.Rel(above, real)
	if err != nil || !filepath.IsLocal(rel) {
		return fmt.Errorf("it is a link to %s, outside of %s, and covls writes through no link that leads out: change that file by hand, or put a file in the place of the link", to, filepath.Dir(path))
	}
	inner, err := p.dir.OpenRoot(filepath.Dir(rel))
	if err != nil {
		return err
	}
	_ = p.dir.Close()
	p.dir, p.name = inner, filepath.Base(rel)
	p.info, err = p.dir.Lstat(p.name)
	return err
}

// kind is what a file is that is no regular one.
func kind(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "a folder"
	case m&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeSymlink != 0:
		return "a link"
	}
	return "a device"
}

// read is what the file holds; nil where there is none.
func (p *place) read(limit int64) ([]byte, error) {
	if p.info == nil {
		return nil, nil
	}
	f, err := p.dir.OpenFile(p.name, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if p.info, err = f.Stat(); err != nil {
		return nil, err
	}
	if !p.info.Mode().IsRegular() {
		return nil, errChanged
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("it has more than %d bytes", limit)
	}
	return data, nil
}

func whole(data []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(data); return err }
}

// write has the file hold what content writes. perm is the mode of one that was not there.
func (p *place) write(perm fs.FileMode, content func(io.Writer) error) (err error) {
	if p.info != nil {
		perm = 0o600
	}
	part := ".covls-" + rand.Text()
	f, err := p.dir.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, perm)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = p.dir.Remove(part)
		}
	}()
	err = content(f)
	if err == nil && p.info != nil {
		own(f, p.info)
		err = f.Chmod(p.info.Mode().Perm())
	}
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	if p.asRead && p.info == nil {
		return p.add(part, p.dir.Link)
	}
	if p.asRead {
		if now, err := p.dir.Lstat(p.name); err != nil || !same(p.info, now) {
			return errChanged
		}
	}
	return p.dir.Rename(part, p.name)
}

// add gives the file its name, if nothing else has that. Link is tried first, since with it the file is
// never there without its text; not every file system has links.
func (p *place) add(part string, link func(from, to string) error) error {
	err := link(part, p.name)
	if err == nil {
		_ = p.dir.Remove(part)
		return nil
	}
	if !errors.Is(err, fs.ErrExist) {
		var f *os.File
		if f, err = p.dir.OpenFile(p.name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err == nil {
			_ = f.Close()
			if err = p.dir.Rename(part, p.name); err != nil {
				_ = p.dir.Remove(p.name)
			}
		}
	}
	if errors.Is(err, fs.ErrExist) {
		return errChanged
	}
	return err
}

// same reports whether a file is what it was.
func same(was, now fs.FileInfo) bool {
	return os.SameFile(was, now) && was.Size() == now.Size() && was.ModTime().Equal(now.ModTime())
}
