package workspace

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/covls/covls/config"
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

// HowTo says what makes a profile in the folder, in one line that is a sentence but for its full stop. It
// reads the disk as config.Projects does.
func (f *Folder) HowTo() string {
	c := f.TestCommand(config.Projects(f.Dir))
	if c == nil {
		return "in a Go module, `go test -coverprofile=cover.out ./...` makes one"
	}
	where := ""
	if rel, err := filepath.Rel(f.Dir, c.Dir); err == nil && rel != "." {
		where = " in " + filepath.ToSlash(rel)
	}
	return fmt.Sprintf("`%s` makes one%s", strings.Join(strings.Fields(c.Line), " "), where)
}
