package workspace

import (
	"cmp"
	"context"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/priority"
	"github.com/covls/covls/project"
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

// Survey looks for projects below the folder. What others wrote (vendor, node_modules and so on), what
// tools make and what only tests use is no project. It reads the disk, as far as limits.entries allows.
func (f *Folder) Survey(ctx context.Context) (*Survey, error) {
	out := &Survey{}
	manifests := project.NewManifests()
	walk := project.Walk{Dir: f.Dir, Use: project.Projects, Entries: f.Settings.Limits.Entries, Skip: func(dir string) bool {
		return f.Excludes(nameIn(f, dir))
	}}
	_, _, err := f.Tree.Walk(ctx, walk, func(dir string, files []project.Entry) {
		var names []string
		for _, e := range files {
			name := nameIn(f, filepath.Join(dir, e.Name))
			if !e.Type.IsRegular() || f.Excludes(name) {
				continue
			}
			names = append(names, e.Name)
			if starts(name) && likelier(name, out.Entry) {
				out.Entry = name
			}
		}
		manifests.Take(nameIn(f, dir), names...)
	})
	if err != nil {
		return nil, err
	}
	for _, dir := range manifests.Dirs() {
		out.Projects = append(out.Projects, Project{dir, manifests.Of(dir)})
	}
	slices.SortStableFunc(out.Projects, func(a, b Project) int { return cmp.Compare(depth(b.Dir), depth(a.Dir)) })
	return out, nil
}

func depth(dir string) int {
	if dir == "." {
		return 0
	}
	return strings.Count(dir, "/") + 1
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
		role, _ := priority.RoleOf(&priority.File{Path: name})
		return role == priority.EntryPoint
	}
	return false
}
