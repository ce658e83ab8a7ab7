package watch

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"

	"github.com/covls/covls/disk"
)

// Stamp tells one state of a profile on disk from another. Stamps are compared with ==.
type Stamp struct {
	// Size is in bytes; of a directory, all its coverage files together.
	Size int64
	// ModTime is the last modification, in UTC; of a directory, the latest of all.
	ModTime time.Time
	// Dir means that the profile is a directory: a GOCOVERDIR, or that of NODE_V8_COVERAGE.
	Dir bool

	modified int64   // of the path itself, in nanoseconds
	id       disk.ID // an atomic replacement may keep size and time, but not this
}

// stat returns the stamp of a profile, following symbolic links, or the zero stamp where there is
// none. The files of a directory are not looked at when the directory is as last says: they are
// written once.
func stat(path string, coverDirs bool, last Stamp) (Stamp, error) {
	fi, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return Stamp{}, nil
	case err != nil:
		return Stamp{}, err
	}
	mod := fi.ModTime().UTC()
	s := Stamp{Size: fi.Size(), ModTime: mod, modified: mod.UnixNano(), id: disk.IDOf(fi)}
	switch {
	case fi.Mode().IsRegular():
		return s, nil
	case !fi.IsDir() || !coverDirs:
		return Stamp{}, nil
	case last.Dir && last.modified == s.modified && last.id == s.id:
		return last, nil
	}

	entries, err := os.ReadDir(path)
	if err != nil {
		return Stamp{}, err
	}
	s.Size = 0
	for _, e := range entries {
		if !piece(e.Name()) {
			continue
		}
		fi, err := e.Info()
		if err != nil {
			continue // gone since
		}
		s.Dir = s.Dir || begins(e.Name())
		s.Size += fi.Size()
		if mod := fi.ModTime().UTC(); mod.After(s.ModTime) {
			s.ModTime = mod
		}
	}
	if !s.Dir {
		return Stamp{}, nil
	}
	return s, nil
}
