package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/covls/covls/disk"
)

// FileName is the name of a settings file.
const FileName = ".covls.toml"

// Find returns the settings file that holds in the workspace folder dir: its own, whoever owns it, or
// the nearest above it that belongs to the user or to the system's administrator; "" where there is none.
// A folder that others can write to, like /tmp, lies above many workspaces: each file on the way that
// belongs to somebody else is a problem and sets nothing.
func Find(dir string) (path string, problems []Problem) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", nil
	}
	if own := filepath.Join(dir, FileName); isFile(own) {
		return own, nil
	}
	return findAbove(dir, stranger)
}

// FindFile is Find without the problems; ok is false where there is no file.
func FindFile(dir string) (path string, ok bool) {
	path, _ = Find(dir)
	return path, path != ""
}

// FindAbove returns the settings file that would hold in the workspace folder dir if it had none of its
// own; ok is false where there is none.
func FindAbove(dir string) (path string, ok bool) {
	if dir, err := filepath.Abs(dir); err == nil {
		path, _ = findAbove(dir, stranger)
	}
	return path, path != ""
}

// findAbove looks in the folders above an absolute dir. whose names the owner of a file, "" for the user
// and the administrator.
func findAbove(dir string, whose func(path string) string) (path string, problems []Problem) {
	for up := filepath.Dir(dir); up != dir; dir, up = up, filepath.Dir(up) {
		path := filepath.Join(up, FileName)
		if !isFile(path) {
			continue
		}
		who := whose(path)
		if who == "" {
			return path, problems
		}
		problems = append(problems, Problem{
			Where: path + ":1:1", Line: 1, Col: 1, Severity: SeverityWarning,
			Text: fmt.Sprintf("the file belongs to somebody else (%s) and sets nothing here: "+
				"open its folder as the workspace, or put a %s of your own into yours", who, FileName),
		})
	}
	return "", problems
}

// Owned reports whether a file or folder, and the link at its place, belongs to the user or to the system's
// administrator.
func Owned(path string) bool { return stranger(path) == "" }

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// ReadFile reads a settings file as ParseTOML does. One that can't be read makes a broken Layer. Of one that
// is a link to elsewhere no problem quotes anything: it may lead to what is no settings file.
func ReadFile(path string) (Layer, []Problem) {
	data, err := readAll(path)
	if err != nil {
		if inner, ok := errors.AsType[*fs.PathError](err); ok {
			err = inner.Err
		}
		return broken(path, 1, 1, "the file can't be read: "+err.Error())
	}
	layer, problems := ParseTOML(path, data)
	if len(problems) > 0 && elsewhere(path) {
		for i := range problems {
			problems[i].Key, problems[i].Text = "", "covls can't read what stands here; the file is a link to another folder: look at it there"
		}
	}
	return layer, problems
}

// elsewhere reports whether a file lies, links resolved, in another folder than it seems.
func elsewhere(path string) bool {
	real, err := filepath.EvalSymlinks(path)
	dir, err2 := filepath.EvalSymlinks(filepath.Dir(path))
	return err != nil || err2 != nil || !inDir(real, dir)
}

// readAll reads a file, but no more than shows that it is too large.
func readAll(path string) ([]byte, error) {
	f, err := disk.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	return io.ReadAll(io.LimitReader(f, maxFile+1))
}

// Load returns the settings in force in a folder: the editor's over the nearest file's over the
// defaults. The problems are those of the file, and of files that others own.
func Load(dir string, editor ...Layer) (Effective, []Problem) {
	path, problems := Find(dir)
	if path == "" {
		return Merge(editor...), problems
	}
	file, bad := ReadFile(path)
	return Merge(append([]Layer{file}, editor...)...), append(problems, bad...)
}
