package diag

import (
	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/workspace"
)

// Unseen is a function that is new since the tests ran, or whose text has changed since: nobody knows whether one reaches it.
type Unseen struct {
	Func *coverage.Func
	// Why is workspace.New or workspace.Changed.
	Why workspace.Why
	// Line is that of its name, 1-based: in the document, else in the text on disk.
	Line uint32
	// At is its name in the document; the zero Span where there is none.
	At Span
}

// UnseenIn lists those of a document, in the order of its text: functions that are new, and those that were edited, in the editor
// or on disk, but for what the setting `stale` leaves out or keeps as it was, and for what was moved here. It is empty where no profile names the file.
func UnseenIn(s *workspace.Snapshot, d *workspace.Document) (out []Unseen) {
	file := s.FileOf(d)
	if file == nil {
		return nil
	}
	marks := Marks(file, d)
	for i := range marks {
		m := &marks[i]
		if _, moved := movedTo(s, d, m); moved {
			continue
		}
		if _, excluded := file.ExcludedBy(m.Span.Start); excluded && m.Why != workspace.New {
			continue
		}
		if why := unseen(file, m.Why, m.Stale, &m.Func); why != "" {
			line, _ := d.Text.LineCol(m.NameNow.Start)
			out = append(out, Unseen{&m.Func, why, line, m.NameNow})
		}
	}
	return out
}

// ClosedUnseen is UnseenIn for a file that is not open, by what is known of its text on disk. They have no At.
func ClosedUnseen(file *workspace.File) (out []Unseen) {
	for i := range file.Unknown {
		u := &file.Unknown[i]
		if file.WhyOf(u) == workspace.Moved {
			continue
		}
		was := u.Was
		if was == nil {
			was = &u.Func
		}
		if why := unseen(file, u.Why, u.Why == workspace.Changed, was); why != "" {
			out = append(out, Unseen{Func: &u.Func, Why: why, Line: u.NameSpan.Start.Line})
		}
	}
	return out
}

// unseen says why nobody knows whether a test reaches a function, whose text may be stale and of which f has what was known
// before; "" where that is not so, or is not said.
func unseen(file *workspace.File, why workspace.Why, stale bool, f *coverage.Func) workspace.Why {
	look := file.Folder.Settings.Stale
	known := f.Statements.Total > 0 || f.Counted
	switch {
	case why == workspace.New:
		return workspace.New
	case look == config.StaleHide, why == workspace.NotFound:
		return ""
	case why == workspace.Changed && !known, stale && look == config.StaleDim:
		return workspace.Changed
	}
	return ""
}
