package disk

import (
	"errors"
	"io/fs"
	"os"
)

// nonblock is for FIFOs in the file system, which Windows does not have.
const nonblock = 0

func own(*os.File, fs.FileInfo) {}

// descriptor is for paths that stand for open files, which Windows does not have.
func descriptor(string) (fd int, ok bool) { return 0, false }

func duplicate(_ int, name string) (*os.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: errors.ErrUnsupported}
}

type impatient struct{ *os.File }
