package project

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/covls/covls/config"
	"github.com/covls/covls/git"
	"github.com/covls/covls/source"
)

// Above returns the folders around dir, an absolute path, that are of the same project, the nearest first: up to the top
// of the work tree, where dir is in one below it, else up to the nearest with a manifest, where dir has none itself. There
// are none where one of them belongs to somebody else, and none that is home, the user's own folder, or around that.
func Above(dir, home string) []string {
	const deepest = 32
	top, ok := git.Top(dir)
	if !ok {
		top, ok = manifestAround(dir)
	}
	if !ok || top == dir {
		return nil
	}
	var out []string
	for at := dir; at != top; {
		at = filepath.Dir(at)
		if at == home || filepath.Dir(at) == at || len(out) == deepest {
			break
		}
		if !config.Owned(at) {
			return nil
		}
		out = append(out, at)
	}
	return out
}

// manifestAround is the nearest folder at or around dir with a manifest.
func manifestAround(dir string) (top string, ok bool) {
	for at := dir; ; at = filepath.Dir(at) {
		if len(Named(nil, at)) > 0 || has(at, "go.work") {
			return at, true
		}
		if filepath.Dir(at) == at {
			return "", false
		}
	}
}

// gatheredIn is where many tools put profiles in the folder that they run in.
const gatheredIn = "coverage"

// ProfilesAbove returns, for a folder of a larger project, globs of the profiles that lie directly in the folders above
// it or in their folders of the usual name, by the usual names, and whether a path is one of theirs that may be read:
// a regular file of the user's own. Both are nil for another folder.
func ProfilesAbove(dir, home string) (globs []string, may func(path string) bool) {
	var dirs []string
	for _, at := range Above(dir, home) {
		dirs = append(dirs, at)
		if in := filepath.Join(at, gatheredIn); isDir(in) && !source.Inside(dir, in) {
			dirs = append(dirs, in)
		}
	}
	if dirs == nil {
		return nil, nil
	}
	for _, at := range dirs {
		for _, name := range config.DefaultProfileNames() {
			globs = append(globs, config.Escape(filepath.ToSlash(at))+"/"+name)
		}
	}
	return globs, func(path string) bool {
		if slices.Contains(dirs, path) {
			return true
		}
		info, err := os.Lstat(path)
		return err == nil && info.Mode().IsRegular() && slices.Contains(dirs, filepath.Dir(path)) && config.Owned(path)
	}
}

func isDir(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir()
}
