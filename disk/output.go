package disk

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/covls/covls/internal/guard"
)

// Output writes what the user wants in a file of their choice. A regular file, or one that is not there
// yet, is replaced whole and keeps its mode. What stands for something else is written to and stays: a
// device, a FIFO, a socket that is open as /dev/stdout or /dev/fd/3, and what a symlink leads to, which is
// made where there is nothing. A FIFO waits for who reads it, until ctx is done.
func Output(ctx context.Context, path string, write func(io.Writer) error) error {
	if _, name := filepath.Split(path); name == "" {
		return failed(path, errors.New("that is no name of a file: name one in that folder"))
	}
	info, err := os.Lstat(path)
	_, open := descriptor(path)
	switch {
	case open, err == nil && !info.Mode().IsRegular():
		return failed(path, stream(ctx, path, write))
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return failed(path, err)
	}
	dir, err := os.OpenRoot(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return failed(path, fmt.Errorf("there is no folder %s: make it first", filepath.Dir(path)))
	}
	if err != nil {
		return failed(path, err)
	}
	defer dir.Close()
	p := place{dir: dir, name: filepath.Base(path), info: info}
	if err := p.writable(); err != nil {
		return failed(path, err)
	}
	return failed(path, p.write(0o666, write))
}

// stream writes to what is no regular file. It is opened when there is something to be written.
func stream(ctx context.Context, path string, write func(io.Writer) error) error {
	var text bytes.Buffer
	if err := write(&text); err != nil {
		return err
	}
	done := make(chan error, 1)
	put := func() error {
		f, err := openStream(path)
		if err == nil {
			_, err = f.Write(text.Bytes())
			if closing := f.Close(); err == nil {
				err = closing
			}
		}
		return err
	}
	guard.Guard{}.Go(nil, "writing "+path, func() { // which is left to itself where nobody reads
		var err error
		if fault := (guard.Guard{}).Do("writing "+path, func() { err = put() }); fault != nil {
			err = fault
		}
		done <- err
	})
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func openStream(path string) (*os.File, error) {
	if fd, ok := descriptor(path); ok {
		return duplicate(fd, path)
	}
	flags := os.O_WRONLY
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		flags |= os.O_CREATE
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("it is a folder: name a file in it")
	case info.Mode().IsRegular():
		flags |= os.O_TRUNC
	}
	return os.OpenFile(path, flags, 0o666)
}

// Append opens a file to add to it, and makes it where there is none. What is no regular file may be read
// too slowly: then what it has no room for is lost, and nobody waits. A FIFO that nobody reads is an error.
func Append(path string) (io.WriteCloser, error) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY|nonblock, 0o644)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	if info.Mode().IsRegular() {
		return f, nil
	}
	return impatient{f}, nil
}

// Stays is the error of a path that goes through a link in a folder, whoever has put that there, and so out of
// the folder; nil where there is none. Links elsewhere may lead anywhere, and so may the path itself.
func Stays(path, folder string) error {
	top, err := os.Stat(folder)
	if err != nil {
		return failed(path, err)
	}
	volume := filepath.VolumeName(path)
	at, rest := volume+string(filepath.Separator), path[len(volume):]
	if !filepath.IsAbs(path) {
		if at, err = os.Getwd(); err != nil {
			return failed(path, err)
		}
		if at, err = filepath.EvalSymlinks(at); err != nil {
			return failed(path, err)
		}
		rest = path
	}
	// A step goes on to a name, or has come to the end of where a link leads.
	type step struct{ name, link string }
	var todo []step
	follow := func(path string) {
		names := strings.FieldsFunc(path, func(c rune) bool { return c < utf8.RuneSelf && os.IsPathSeparator(uint8(c)) })
		for _, name := range slices.Backward(names) {
			todo = append(todo, step{name: name})
		}
	}
	const most = 255
	links := 0
	for follow(rest); len(todo) > 0; {
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if next.link != "" {
			if !below(at, top) {
				return failed(path, fmt.Errorf("%s is a link out of %s, to %s: name that path itself if you mean it", next.link, folder, at))
			}
			continue
		}
		name := filepath.Join(at, next.name)
		to, err := os.Readlink(name)
		if err != nil || next.name == ".." {
			at = name
			continue
		}
		if links++; links > most {
			return failed(path, errors.New("too many links"))
		}
		if below(at, top) {
			todo = append(todo, step{link: name})
		}
		volume := filepath.VolumeName(to)
		if volume != "" || to != "" && os.IsPathSeparator(to[0]) {
			at = cmp.Or(volume, filepath.VolumeName(at)) + string(filepath.Separator)
		}
		follow(to[len(volume):])
	}
	return nil
}

// below reports whether a path without links, of which the end may not be there, is a folder or lies in it.
func below(path string, folder fs.FileInfo) bool {
	for ; ; path = filepath.Dir(path) {
		if info, err := os.Stat(path); err == nil && os.SameFile(info, folder) {
			return true
		}
		if filepath.Dir(path) == path {
			return false
		}
	}
}
