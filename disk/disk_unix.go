//go:build unix

package disk

import (
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"
)

// nonblock has the opening of a FIFO not wait for its other end.
const nonblock = syscall.O_NONBLOCK

func open(path string) (*os.File, error) { return os.OpenFile(path, os.O_RDONLY|nonblock, 0) }

// own gives a file the owner of the one that it replaces, where the system lets it.
func own(f *os.File, was fs.FileInfo) {
	if s, ok := was.Sys().(*syscall.Stat_t); ok && f.Chown(int(s.Uid), int(s.Gid)) != nil {
		_ = f.Chown(-1, int(s.Gid))
	}
}

// descriptor is the number of the open file that a path stands for.
func descriptor(name string) (fd int, ok bool) {
	switch name = path.Clean(name); name {
	case "/dev/stdin":
		return 0, true
	case "/dev/stdout":
		return 1, true
	case "/dev/stderr":
		return 2, true
	}
	for _, dir := range []string{"/dev/fd/", "/proc/self/fd/"} {
		if number, ok := strings.CutPrefix(name, dir); ok {
			fd, err := strconv.Atoi(number)
			return fd, err == nil && fd >= 0
		}
	}
	return 0, false
}

// duplicate opens an open file once more. Opened by its path, a socket would be none, and a file would be
// written from its beginning.
func duplicate(fd int, name string) (*os.File, error) {
	dup, err := syscall.Dup(fd)
	if err != nil {
		return nil, err
	}
	syscall.CloseOnExec(dup)
	return os.NewFile(uintptr(dup), name), nil
}

// impatient writes what there is room for.
type impatient struct{ *os.File }

func (i impatient) Write(p []byte) (n int, err error) {
	conn, err := i.SyscallConn()
	if err != nil {
		return 0, err
	}
	outer := conn.Write(func(fd uintptr) bool {
		n, err = syscall.Write(int(fd), p)
		return true
	})
	if outer != nil {
		err = outer
	}
	return max(n, 0), err
}
