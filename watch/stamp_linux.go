package watch

import (
	"io/fs"
	"syscall"
)

type fileID struct {
	dev, ino uint64
	changed  syscall.Timespec
}

func idOf(fi fs.FileInfo) fileID {
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return fileID{}
	}
	return fileID{uint64(st.Dev), st.Ino, st.Ctim}
}
