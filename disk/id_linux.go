package disk

import (
	"io/fs"
	"syscall"
)

// ID tells one state of a file or directory at a path from another, where size and time may be the same: which it
// is on its device, and when anything of it last changed. It is empty where the system does not say. IDs are
// compared with ==.
type ID struct {
	dev, ino uint64
	changed  syscall.Timespec
}

// IDOf is the ID of what was looked at.
func IDOf(fi fs.FileInfo) ID {
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return ID{}
	}
	return ID{uint64(st.Dev), st.Ino, st.Ctim}
}

// Touched reports whether nothing but the times of a file was set last, as touch does. A file that was written has been
// opened, or made, before that.
func Touched(fi fs.FileInfo) bool {
	st, ok := fi.Sys().(*syscall.Stat_t)
	return ok && st.Atim == st.Mtim
}

// Inode numbers a file on its device; 0 where the system does not say.
func Inode(fi fs.FileInfo) uint64 {
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		return st.Ino
	}
	return 0
}
