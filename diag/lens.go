package diag

import (
	"fmt"

	"github.com/covls/covls/config"
	"github.com/covls/covls/workspace"
)

// Lens is a line of text above a function, or at the top of the file.
type Lens struct {
	// Span is the first line of the file, or the function's name.
	Span Span
	// Func identifies the function; the zero value stands for the file.
	Func FuncID
}

// FuncID is how a function is found again after edits: by its name as people read it, and its place
// among functions of that name.
type FuncID struct {
	Name    string `json:"name,omitempty"`
	Ordinal int    `json:"ordinal,omitempty"`
}

// Lenses has one for the file and one for each function that is not fully covered (setting
// `lens.functions`), in the order of the text. It is empty where there is nothing to show.
func Lenses(s *workspace.Snapshot, d *workspace.Document) []Lens {
	file := s.FileOf(d)
	if file == nil || s.Hidden || !file.Folder.Settings.Lens.Enable {
		return nil
	}
	out := []Lens{{}}
	for _, m := range lensMarks(file, d) {
		out = append(out, Lens{Span: m.NameNow, Func: FuncID{m.Func.String(), m.Ordinal}})
	}
	return out
}

func lensMarks(file *workspace.File, d *workspace.Document) []Mark {
	settings := &file.Folder.Settings
	if settings.Lens.Functions == config.FunctionsNone {
		return nil
	}
	var out []Mark
	for _, m := range Marks(file, d) {
		switch {
		case m.Statements.Total == 0 && !m.Uncovered(),
			m.Stale && settings.Stale == config.StaleHide,
			m.Statements.Uncovered() == 0 && !m.Uncovered() && settings.Lens.Functions != config.FunctionsAll:
		default:
			out = append(out, m)
		}
	}
	return out
}

// LensText is what the lens says, and the place of the document that a click on it starts from to
// look for the next gap. ok is false where the lens has nothing to say any more.
func LensText(s *workspace.Snapshot, d *workspace.Document, id FuncID) (title string, from int, ok bool) {
	file := s.FileOf(d)
	if file == nil {
		return "", 0, false
	}
	unit := file.Coverage.Unit
	if id == (FuncID{}) {
		title = of(file.Total, unit)
		if p, ok := file.Total.Percent(); ok {
			title = number(p) + " % · " + title
		}
		if gap := file.Gap(); gap > 0 {
			title += fmt.Sprintf(" · %d to %s %%", gap, number(file.Target()))
		} else {
			title += fmt.Sprintf(" · target %s %% reached", number(file.Target()))
		}
		if file.Total.Uncovered() > 0 {
			title += " · next gap ▸"
		}
		return title, 0, true
	}
	for _, m := range lensMarks(file, d) {
		if id != (FuncID{m.Func.String(), m.Ordinal}) {
			continue
		}
		switch {
		case m.Uncovered():
			title = "not covered · " + of(m.Statements, unit)
		case m.Statements.Uncovered() == 0:
			title = "covered · " + of(m.Statements, unit)
		default:
			title = fmt.Sprintf("%s covered · %d missed ▸", of(m.Statements, unit), m.Statements.Uncovered())
		}
		if m.Stale && file.Folder.Settings.Stale == config.StaleDim {
			title = "stale · " + title
		}
		return title, m.Now.Start, true
	}
	return "", 0, false
}
