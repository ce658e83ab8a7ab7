package workspace

import (
	"cmp"
	"context"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/priority"
	"github.com/covls/covls/source"
)

// Survey is what a folder holds, whether or not a profile names it.
type Survey struct {
	// Projects are the folders with a manifest, the innermost first.
	Projects []Project
	// Entry is a source file that starts a program, by its path: slash-separated and relative to the
	// folder; "" where none looks like one.
	Entry string
}

// Project is a folder with a manifest, which makes it a component where none are configured.
type Project struct {
	// Dir is slash-separated and relative to the workspace folder; "." is that itself.
	Dir string
	// Manifest is the name of the file.
	Manifest string
}

// Kind is what the manifest is of, in words.
func (p Project) Kind() string {
	switch p.Manifest {
	case "go.mod":
		return "Go module"
	case "Cargo.toml":
		return "Cargo crate"
	case "package.json":
		return "npm package"
	}
	return "Python project"
}

// Survey looks for projects below the folder. What others wrote (vendor, node_modules and so on), what
// tools make and what only tests use is no project. It reads the disk, as far as limits.entries allows.
func (f *Folder) Survey(ctx context.Context) (*Survey, error) {
	out := &Survey{}
	left := f.Settings.Limits.Entries
	err := filepath.WalkDir(f.Dir, func(at string, e fs.DirEntry, err error) error {
		if left--; left < 0 {
			return fs.SkipAll
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return nil // what can't be read holds nothing that is known
		}
		name := nameIn(f, at)
		if e.IsDir() {
			if at != f.Dir && (strings.HasPrefix(e.Name(), ".") || unsurveyed(e.Name()) || f.Excludes(name)) {
				return fs.SkipDir
			}
			return nil
		}
		if !e.Type().IsRegular() || f.Excludes(name) {
			return nil
		}
		if slices.Contains(priority.Manifests(), e.Name()) {
			out.add(Project{path.Dir(name), e.Name()})
		}
		if starts(name) && likelier(name, out.Entry) {
			out.Entry = name
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(out.Projects, func(a, b Project) int {
		return cmp.Or(cmp.Compare(depth(b.Dir), depth(a.Dir)), cmp.Compare(a.Dir, b.Dir))
	})
	return out, nil
}

// add adds a project. Of several manifests in one folder, the first in the order of priority.Manifests
// says what it is.
func (s *Survey) add(p Project) {
	i := slices.IndexFunc(s.Projects, func(q Project) bool { return q.Dir == p.Dir })
	if i < 0 {
		s.Projects = append(s.Projects, p)
		return
	}
	order := priority.Manifests()
	if slices.Index(order, p.Manifest) < slices.Index(order, s.Projects[i].Manifest) {
		s.Projects[i] = p
	}
}

func depth(dir string) int {
	if dir == "." {
		return 0
	}
	return strings.Count(dir, "/") + 1
}

func unsurveyed(name string) bool {
	switch name {
	case "vendor", "third_party", "testdata", "target", "dist", "build":
		return true
	}
	return source.Foreign(name)
}

// likelier tells that a rather than b starts a program: it is called main, or lies higher up.
func likelier(a, b string) bool {
	called := func(name string) bool { return strings.HasPrefix(path.Base(name), "main.") }
	if b == "" || called(a) != called(b) {
		return b == "" || called(a)
	}
	return cmp.Or(cmp.Compare(depth(a), depth(b)), cmp.Compare(a, b)) < 0
}

// starts tells, by its name alone, that a source starts a program.
func starts(name string) bool {
	switch path.Ext(name) {
	case ".go", ".rs", ".py", ".js", ".ts", ".rb", ".php", ".java", ".kt", ".c", ".cc", ".cpp", ".cs", ".swift":
		return !source.IsTest(name) && priority.RoleOf(name, nil) == priority.EntryPoint
	}
	return false
}
