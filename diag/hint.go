package diag

import (
	"fmt"
	"math"

	"github.com/covls/covls/config"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// Hint is a word behind a line of text.
type Hint struct {
	// Offset is where it stands.
	Offset int
	Label  string
}

// Hints has one behind the first line of every function that is not fully covered, where the setting
// `hints.enable` asks for them: for editors that show no lenses. There are at most limits.marks, and then
// one that says how many are missing.
func Hints(s *workspace.Snapshot, d *workspace.Document) []Hint {
	file := s.FileOf(d)
	if file == nil || s.Hidden || !file.Folder.Settings.Hints.Enable {
		return nil
	}
	var out []Hint
	behind := func(m *Mark) int {
		line := d.Text.Position(m.NameNow.End, text.UTF8).Line
		return d.Text.Offset(text.Position{Line: line, Character: math.MaxUint32}, text.UTF8)
	}
	left, from := 0, 0
	for _, m := range Marks(file, d) {
		hidden := m.Stale && file.Folder.Settings.Stale == config.StaleHide
		if hidden || m.Statements.Uncovered() == 0 {
			continue
		}
		if len(out) >= file.Folder.Settings.Limits.Marks {
			if left == 0 {
				from = behind(&m)
			}
			left++
			continue
		}
		label := fmt.Sprintf("%d/%d", m.Statements.Covered, m.Statements.Total)
		if m.Stale && file.Folder.Settings.Stale == config.StaleDim {
			label += " stale"
		}
		out = append(out, Hint{behind(&m), label})
	}
	if left > 0 {
		out = append(out, Hint{from, fmt.Sprintf("%d more left out (limits.marks)", left)})
	}
	return out
}
