package workspace

import (
	"context"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/source"
)

// Unmeasured reports whether the file at an absolute path is a source that no profile names, while
// profiles name others of its language. Tests are no such sources, nor is what the settings exclude.
func (s *Snapshot) Unmeasured(path string) bool {
	if s.Files[path] != nil || s.RuledOut[path] {
		return false
	}
	f := s.FolderOf(path)
	if f == nil || !s.extensions()[filepath.Ext(path)] {
		return false
	}
	name := nameIn(f, path)
	return !source.IsTest(name) && !f.Excludes(name)
}

// extensions are those of the files that profiles name.
func (s *Snapshot) extensions() map[string]bool {
	out := map[string]bool{}
	for path := range s.Files {
		out[filepath.Ext(path)] = true
	}
	return out
}

// AllUnmeasured searches the folders for files of which Unmeasured holds and returns their absolute
// paths, sorted. It reads the disk.
func (s *Snapshot) AllUnmeasured(ctx context.Context) ([]string, error) {
	var out []string
	extensions := s.extensions()
	for i, f := range s.Folders {
		left := f.Settings.Limits.Entries
		err := filepath.WalkDir(f.Dir, func(path string, e fs.DirEntry, err error) error {
			if left--; left < 0 {
				return fs.SkipAll
			}
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				return nil // what can't be read is not measured either
			case e.IsDir():
				inner := slices.ContainsFunc(s.Folders[:i], func(g *Folder) bool { return g.Dir == path })
				if path != f.Dir && (inner || source.Foreign(e.Name())) {
					return fs.SkipDir
				}
				return nil
			}
			if e.Type().IsRegular() && extensions[filepath.Ext(path)] && s.Files[path] == nil && !s.RuledOut[path] {
				if name := nameIn(f, path); !source.IsTest(name) && !f.Excludes(name) {
					out = append(out, strings.Clone(path))
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return out, nil
}

// Sources returns a function that reads source files by their paths in the JSON report, those alone that
// profiles name and that were found in the workspace. A link that has come into the way since then and
// leads out of it is not followed.
func (s *Snapshot) Sources() func(path string) (text string, ok bool) {
	files := make(map[string]*File, len(s.Files))
	for _, f := range s.Files {
		files[s.PathOf(f)] = f
	}
	return func(path string) (string, bool) {
		f := files[path]
		if f == nil || !f.Found {
			return "", false
		}
		var dirs []string
		for _, g := range s.Folders {
			dirs = append(dirs, g.Dir)
		}
		text, err := source.ReadInside(dirs, f.Path, f.Folder.Settings.Limits.SourceBytes)
		return text, err == nil
	}
}
