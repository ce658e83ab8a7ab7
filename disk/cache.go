package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Cache is a folder of files that can be made again, of which those that nobody has used for the longest time make way
// for others. Several processes may use one at the same time.
type Cache struct {
	// Dir is the folder; it is made, for its owner alone, when the first file is put.
	Dir string
	// Most is how many bytes all files may have together.
	Most int64
}

// Get returns what a file of the cache holds, at most Most bytes of it. The error is fs.ErrNotExist where there is none.
func (c Cache) Get(name string) ([]byte, error) {
	dir, err := os.OpenRoot(c.Dir)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	// A look before the file is opened: opening a pipe waits for its other end.
	info, err := dir.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > c.Most {
		return nil, fs.ErrNotExist
	}
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, c.Most))
	if err != nil {
		return nil, err
	}
	now := time.Now()
	_ = dir.Chtimes(name, now, now) // it was used
	return data, nil
}

// Put puts a file into the cache, readable by its owner alone, and takes out of it what is too much. What is larger than
// half of the cache is not put. The file is there whole or not at all.
func (c Cache) Put(name string, data []byte) error {
	if int64(len(data)) > c.Most/2 {
		return nil
	}
	const private = 0o700
	if err := os.MkdirAll(c.Dir, private); err != nil {
		return failed(c.Dir, err)
	}
	var err error
	for range tries {
		// Another may take the file out while it is written.
		if err = Replace(filepath.Join(c.Dir, name), data, 0o600); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if err != nil {
		return err
	}
	return c.trim()
}

// Drop takes a file out of the cache.
func (c Cache) Drop(name string) {
	if dir, err := os.OpenRoot(c.Dir); err == nil {
		_ = dir.Remove(name)
		_ = dir.Close()
	}
}

// trim removes the files that were not used for the longest time, until all have at most Most bytes together.
func (c Cache) trim() error {
	dir, err := os.OpenRoot(c.Dir)
	if err != nil {
		return failed(c.Dir, err)
	}
	defer dir.Close()
	list, err := fs.ReadDir(dir.FS(), ".")
	if err != nil {
		return failed(c.Dir, err)
	}
	var infos []fs.FileInfo
	total := int64(0)
	for _, e := range list {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			infos = append(infos, info)
			total += info.Size()
		}
	}
	slices.SortFunc(infos, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, info := range infos {
		if total <= c.Most {
			break
		}
		if err := dir.Remove(info.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return failed(c.Dir, err)
		}
		total -= info.Size()
	}
	return nil
}
