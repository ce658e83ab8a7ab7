package git

import (
	"io/fs"
	"syscall"
)

// changedOf is when anything of a file last changed; ok is false where the system does not say.
func changedOf(info fs.FileInfo) (at stamp, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return stamp{}, false
	}
	return stamp{uint32(st.Ctim.Sec), uint32(st.Ctim.Nsec)}, true
}
