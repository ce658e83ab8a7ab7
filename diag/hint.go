package diag

import (
	"fmt"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/workspace"
)

// Hint is a word behind a line of text.
type Hint struct {
	// Offset is where it stands.
	Offset int
	Label  string
}

// Hints has one behind the first line of every function that is not fully covered, where the setting
// `hints.enable` asks for them: for editors that show no lenses.
func Hints(s *workspace.Snapshot, d *workspace.Document) []Hint {
	file := s.FileOf(d)
	if file == nil || s.Hidden || !file.Folder.Settings.Hints.Enable {
		return nil
	}
	var out []Hint
	for _, m := range Marks(file, d) {
		hidden := m.Stale && file.Folder.Settings.Stale == config.StaleHide
		if hidden || m.Statements.Uncovered() == 0 {
			continue
		}
		content := d.Text.String()
		end := m.NameNow.End
		if i := strings.IndexAny(content[end:], "\r\n"); i >= 0 {
			end += i
		} else {
			end = len(content)
		}
		label := fmt.Sprintf("%d/%d", m.Statements.Covered, m.Statements.Total)
		if m.Stale && file.Folder.Settings.Stale == config.StaleDim {
			label += " stale"
		}
		out = append(out, Hint{end, label})
	}
	return out
}
