package workspace

import (
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/git"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/project"
	"github.com/covls/covls/source"
)

// Unmeasured reports whether the file at an absolute path is a source that no profile names, while
// profiles name others of its family of languages. Tests are no such sources, nor is what others or programs have written, what sets up
// tools, what has no code, and what the settings exclude. What a text says of itself is known of open documents.
func (s *Snapshot) Unmeasured(path string) bool {
	if s.Files[path] != nil || s.RuledOut[path] {
		return false
	}
	f := s.FolderOf(path)
	if f == nil || !s.Kinds().Has(path) {
		return false
	}
	name := nameIn(f, path)
	if s.output(f, path) {
		return false
	}
	head := ""
	if d := s.Documents[path]; d != nil {
		if head = d.Text.String(); !source.HasCode(name, head) {
			return false
		}
	}
	return !f.Excludes(name) && measurable(name, head)
}

// Unnamed says of the source at an absolute path, of a kind that profiles have, and which none names, whether one could have named it.
// Aside tells that no run of tests is expected to: it sets up a tool, or documents. Text is all of it.
func (s *Snapshot) Unnamed(path, text string) (could, aside bool) {
	f := s.FolderOf(path)
	if f == nil || s.RuledOut[path] {
		return false, false
	}
	name := nameIn(f, path)
	if f.Excludes(name) || !source.HasCode(name, text) || source.IsGenerated(name, text) || s.output(f, path) {
		return false, false
	}
	said := git.NewAttributes(f.Dir).Of(path)
	role, _ := priority.RoleOf(&priority.File{Path: name, Attributes: said})
	switch role {
	case priority.Setup, priority.Documentation:
		// What declares alone never runs.
		return false, !strings.HasSuffix(name, ".d.ts") && !strings.HasSuffix(name, ".pyi")
	case priority.Test, priority.Vendored, priority.Generated:
		return false, false
	}
	if source.SetsUp(name, text) {
		return false, true
	}
	return measurable(name, text), false
}

// measurable reports whether a tool for coverage could have put a file into its profile, by its name and by what its text
// begins with. What has no extension is a source where it says which program runs it.
func measurable(name, head string) bool {
	if place, _ := source.PlaceOf(name); place != source.Anywhere {
		return false
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case "":
		return strings.HasPrefix(head, "#!")
	case ".json", ".lock", ".txt", ".md", ".rst", ".html", ".htm", ".css", ".scss", ".less", ".svg", ".xml", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".csv", ".map", ".snap",
		".sum", ".mod", ".log", ".properties", ".lcov", ".info", ".out":
		return false // no tool measures what never runs, though some name it
	}
	if filepath.Base(name) == "tests.py" && strings.Contains(head, "TestCase") {
		return false // as Django has them
	}
	if source.SetsUp(name, head) {
		return false
	}
	return !source.IsGenerated(name, head)
}

// output reports whether a file of a folder lies in one where builds put what they make.
func (s *Snapshot) output(f *Folder, path string) bool {
	for dir := filepath.Dir(path); source.Inside(dir, f.Dir) && dir != f.Dir; dir = filepath.Dir(dir) {
		if s.isOutput(dir) {
			return true
		}
	}
	return false
}

// isOutput reports whether a folder is where builds put what they make, by its name: profiles name none of what it holds.
func (s *Snapshot) isOutput(dir string) bool {
	switch name := filepath.Base(dir); name {
	case "target", "build", "dist", "out", "obj", "_build", ".build", ".gradle", ".next", ".eggs", ".yarn", "DerivedData":
	default:
		if !strings.HasPrefix(name, "cmake-build-") {
			return false
		}
	}
	for path := range s.Files {
		if source.Inside(path, dir) {
			return false
		}
	}
	return true
}

// hasCode reports whether a file is measurable by what its text begins with, and has code, as far as that is looked at: all of
// a header, of others what they begin with. One that can't be read is taken to have some.
func hasCode(name, path string) bool {
	const head, header = 16 << 10, 256 << 10
	most := int64(head)
	if source.IsHeader(name) {
		most = header
	}
	text, whole := headOf(path, most)
	return measurable(name, text[:min(len(text), head)]) && !(whole && !source.HasCode(name, text))
}

// headOf is what a file begins with, and whether that is all of it; "" where it can't be read.
func headOf(path string, most int64) (head string, whole bool) {
	f, err := source.Open(path)
	if err != nil {
		return "", false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return "", false
	}
	return string(text), int64(len(text)) < most
}

// Kinds are the kinds of files that profiles name: their extensions and the families of their languages.
type Kinds struct{ extensions, families map[string]bool }

// Kinds are those of the files of the snapshot.
func (s *Snapshot) Kinds() Kinds { return kindsOf(maps.Keys(s.Files)) }

func kindsOf(paths iter.Seq[string]) Kinds {
	k := Kinds{map[string]bool{}, map[string]bool{}}
	for path := range paths {
		extension := filepath.Ext(path)
		if !k.extensions[extension] {
			k.extensions[extension] = true
			k.families[source.Family("x"+extension)] = true
		}
	}
	delete(k.families, "")
	return k
}

// Elsewhere is a source file of the folders that the profiles could name, where they name none of these at all: they may be of another
// project. It is "" where they name one, and where no source is at hand. It reads the disk.
func (s *Snapshot) Elsewhere(ctx context.Context) (found string, err error) {
	if len(s.Files) > 0 {
		return "", nil
	}
	kinds := kindsOf(func(yield func(string) bool) {
		for _, f := range s.Lost {
			if filepath.Ext(f.Name) != "" && !yield(f.Name) {
				return
			}
		}
	})
	for _, f := range s.Folders {
		walk := project.Walk{Dir: f.Dir, Use: project.Sources, Entries: f.Settings.Limits.Entries}
		_, _, err := f.Tree.Walk(ctx, walk, func(dir string, files []project.Entry) {
			for _, e := range files {
				if found == "" && e.Type.IsRegular() && kinds.Has(e.Name) && !source.IsTest(nameIn(f, filepath.Join(dir, e.Name))) {
					found = filepath.Join(dir, e.Name)
				}
			}
		})
		if err != nil {
			return "", fmt.Errorf("look for source files in %s: %w", f.Dir, err)
		}
	}
	return found, nil
}

// Has reports whether profiles that name files of these kinds would name a file, too: the tools that measure a language measure
// the others of its family.
func (k Kinds) Has(name string) bool {
	return k.extensions[filepath.Ext(name)] || k.families[source.Family(name)] && !source.IsScript(name)
}

// AllUnmeasured searches the folders for files of which Unmeasured holds and returns their absolute
// paths, sorted. Of other languages than Go it tells those, too, that have a file of tests to their name. It reads the
// disk.
func (s *Snapshot) AllUnmeasured(ctx context.Context) (out []string, tested []Missing, err error) {
	kinds := s.Kinds()
	for i, f := range s.Folders {
		pairs, first, attributes, programs := newPairs(), len(out), git.NewAttributes(f.Dir), project.NewPrograms(f.Dir)
		var pages string // the folder of a report whose folders are at hand
		walk := project.Walk{Dir: f.Dir, Use: project.Sources, Entries: f.Settings.Limits.Entries, Skip: func(dir string) bool {
			return pages == filepath.Dir(dir) || s.isOutput(dir) || slices.ContainsFunc(s.Folders[:i], func(g *Folder) bool { return g.Dir == dir })
		}}
		_, _, err := f.Tree.Walk(ctx, walk, func(dir string, files []project.Entry) {
			if project.IsReport(files) {
				pages = dir
				return
			}
			for _, e := range files {
				if !e.Type.IsRegular() || !kinds.Has(e.Name) && !kinds.families[source.Family(e.Name)] {
					continue
				}
				path := filepath.Join(dir, e.Name)
				name := nameIn(f, path)
				if source.IsTest(name) {
					pairs.test(name)
					continue
				}
				pairs.source(name)
				if !kinds.Has(e.Name) || s.Files[path] != nil || s.RuledOut[path] || f.Excludes(name) || !measurable(name, "#!") {
					continue
				}
				// Only the text tells of what is left whether a program has written it.
				said := attributes.Of(path)
				if said.Generated != source.Yes && said.Vendored != source.Yes && said.Documentation != source.Yes && hasCode(name, path) && programs.TestBy(name) == "" {
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
