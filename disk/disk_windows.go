package disk

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// nonblock is for FIFOs in the file system, which Windows does not have.
const nonblock = 0

// open opens a file as os.Open does, but that others may move it away and delete it.
func open(path string) (*os.File, error) {
	failed := func(err error) error { return &fs.PathError{Op: "open", Path: path, Err: err} }
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, failed(err)
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	file, err := windows.CreateFile(name, windows.GENERIC_READ, share, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS, 0)
	if err != nil {
		return nil, failed(err)
	}
	return os.NewFile(uintptr(file), path), nil
}

func own(*os.File, fs.FileInfo) {}

// descriptor is for paths that stand for open files, which Windows does not have.
func descriptor(string) (fd int, ok bool) { return 0, false }

func duplicate(_ int, name string) (*os.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: errors.ErrUnsupported}
}

type impatient struct{ *os.File }
