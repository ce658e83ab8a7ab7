package workspace

import (
	"path/filepath"

	"github.com/covls/covls/config"
	"github.com/covls/covls/escape"
)

// TestCommand makes a profile: it is that of the first of the folder's projects that has one, nil where
// none has.
func (f *Folder) TestCommand(projects []config.Project) *config.TestCommand {
	for _, p := range projects {
		if c, ok := f.Settings.Run.TestCommand(f.Dir, p); ok {
			return &c
		}
	}
	return nil
}

// HowTo says what makes a profile in the folder, which holds the projects, in one line that is a sentence
// but for its full stop.
func (f *Folder) HowTo(projects []config.Project) string { return f.howTo(projects, escape.Line) }

// HowToMarkdown is HowTo in Markdown.
func (f *Folder) HowToMarkdown(projects []config.Project) string {
	return f.howTo(projects, escape.Markdown)
}

func (f *Folder) howTo(projects []config.Project, name func(string) string) string {
	c := f.TestCommand(projects)
	if c == nil {
		return "in a Go module, `go test -coverprofile=cover.out ./...` makes one"
	}
	where := ""
	if rel, err := filepath.Rel(f.Dir, c.Dir); err == nil && rel != "." {
		where = " in " + name(filepath.ToSlash(rel))
	}
	return escape.Code(escape.Words(c.Line)) + " makes one" + where
}
