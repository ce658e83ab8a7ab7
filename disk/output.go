package disk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

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
