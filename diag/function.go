package diag

import "github.com/covls/covls/workspace"

// FuncAt is the function of a file that a stretch of a document begins in; of several, the last to begin. ok is false
// where it begins in none that profiles know.
func FuncAt(file *workspace.File, d *workspace.Document, at Span) (m *Mark, ok bool) {
	marks := Marks(file, d)
	for i := range marks {
		if marks[i].Now.Start <= at.Start && at.Start <= marks[i].Now.End {
			m, ok = &marks[i], true
		}
	}
	return m, ok
}
