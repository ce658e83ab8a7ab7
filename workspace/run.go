package workspace

import (
	"path/filepath"

	"github.com/covls/covls/escape"
	"github.com/covls/covls/project"
)

// TestCommand makes a profile: it is that of the first of the folder's projects that has one, nil where
// none has.
func (f *Folder) TestCommand(projects []project.Project) *project.Command {
	for _, p := range projects {
		if c, ok := p.TestCommand(f.Settings.Run, f.Dir); ok {
			return &c
		}
	}
	return nil
}

// HowTo says what makes a profile in the folder, which holds the projects, in one line that is a sentence
// but for its full stop.
func (f *Folder) HowTo(projects []project.Project) string { return f.howTo(projects, escape.Line) }

// HowToMarkdown is HowTo in Markdown.
func (f *Folder) HowToMarkdown(projects []project.Project) string {
	return f.howTo(projects, escape.Markdown)
}

func (f *Folder) howTo(projects []project.Project, name func(string) string) string {
	c := f.TestCommand(projects)
	if c == nil {
		return "in a Go module, `go test -coverprofile=cover.out ./...` makes one"
	}
	where := ""
	if rel, err := filepath.Rel(f.Dir, c.Dir); err == nil && rel != "." {
		where = " in " + name(filepath.ToSlash(rel))
	}
	lacks := ""
	if c.Lacks != "" {
		lacks = " (" + name(c.Lacks)
		if c.Install != "" {
			lacks += ": " + escape.Code(escape.Words(c.Install))
		}
		lacks += ")"
	}
	return escape.Code(escape.Words(c.Line)) + " makes one" + where + lacks
}
