package workspace

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/project"
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
// paths, sorted. Of other languages than Go it tells those, too, that have a file of tests to their name. It reads the
// disk.
func (s *Snapshot) AllUnmeasured(ctx context.Context) (out []string, tested []Missing, err error) {
	extensions := s.extensions()
	languages := map[string]bool{} // tests may have another extension
	for extension := range extensions {
		if l := family("x" + extension); l != "" {
			languages[l] = true
		}
	}
	for i, f := range s.Folders {
		pairs, first := newPairs(), len(out)
		var pages string // the folder of a report whose folders are at hand
		walk := project.Walk{Dir: f.Dir, Use: project.Sources, Entries: f.Settings.Limits.Entries, Skip: func(dir string) bool {
			return pages == filepath.Dir(dir) || slices.ContainsFunc(s.Folders[:i], func(g *Folder) bool { return g.Dir == dir })
		}}
		_, _, err := f.Tree.Walk(ctx, walk, func(dir string, files []project.Entry) {
			if project.IsReport(files) {
				pages = dir
				return
			}
			for _, e := range files {
				if !e.Type.IsRegular() || !languages[family(e.Name)] && !extensions[filepath.Ext(e.Name)] {
					continue
				}
				path := filepath.Join(dir, e.Name)
				name := nameIn(f, path)
				if source.IsTest(name) {
					pairs.test(name)
					continue
				}
				pairs.source(name)
				if extensions[filepath.Ext(e.Name)] && s.Files[path] == nil && !s.RuledOut[path] && !f.Excludes(name) {
					out = append(out, path)
				}
			}
		})
		if err != nil {
			return nil, nil, err
		}
		has := pairs.tested()
		for _, path := range out[first:] {
			if name := nameIn(f, path); has[name] {
				tested = append(tested, Missing{Path: path, Name: name, Folder: f})
			}
		}
	}
	slices.Sort(out)
	slices.SortFunc(tested, func(a, b Missing) int { return strings.Compare(a.Path, b.Path) })
	return out, tested, nil
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
