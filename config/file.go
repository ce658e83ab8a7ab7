package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// FileName is the name of a settings file.
const FileName = ".covls.toml"

// FindFile returns the nearest settings file in dir or a folder above it.
func FindFile(dir string) (path string, ok bool) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	for {
		path := filepath.Join(dir, FileName)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, true
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", false
		}
		dir = up
	}
}

// ReadFile reads a settings file as ParseTOML does. One that can't be read makes a broken Layer.
func ReadFile(path string) (Layer, []Problem) {
	data, err := readAll(path)
	if err != nil {
		if inner, ok := errors.AsType[*fs.PathError](err); ok {
			err = inner.Err
		}
		return broken(path, 1, 1, "the file can't be read: "+err.Error())
	}
	return ParseTOML(path, data)
}

// readAll reads a file, but no more than shows that it is too large.
func readAll(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

// Load returns the settings in force in a folder: the editor's over the nearest file's over the
// defaults. The problems are those of the file.
func Load(dir string, editor ...Layer) (Effective, []Problem) {
	path, ok := FindFile(dir)
	if !ok {
		return Merge(editor...), nil
	}
	file, problems := ReadFile(path)
	return Merge(append([]Layer{file}, editor...)...), problems
}
