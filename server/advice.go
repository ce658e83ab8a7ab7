package server

import (
	"path/filepath"

	"github.com/covls/covls/advice"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/workspace"
)

// advise says what helps to test a function of a document, by the texts of its folder as they are in the editor, else on disk.
func advise(snap *workspace.Snapshot, d *workspace.Document) func(*workspace.File, *diag.Mark) advice.Advice {
	return func(file *workspace.File, m *diag.Mark) advice.Advice {
		dir := filepath.Dir(d.Path)
		in := advice.Read([]string{file.Folder.Dir}, d.Path, file.Folder.Settings.Limits.SourceBytes, func(path string) (string, bool) {
			if open := snap.Documents[path]; open != nil {
				return open.Text.String(), true
			}
			return "", false
		})
		in.Tested = func(name string, line uint32) (tested, known bool) {
			return testedAt(snap, filepath.Join(dir, name), line)
		}
		return advice.Of(in, filepath.Base(d.Path), &m.Func)
	}
}

// testedAt says whether a test reaches the function of a file that begins on a line.
func testedAt(snap *workspace.Snapshot, path string, line uint32) (tested, known bool) {
	file := snap.Files[path]
	if file == nil {
		return false, false
	}
	told := func(f *coverage.Func) (tested, known bool) {
		return !f.Uncovered(), f.Statements.Total > 0 || f.Counted
	}
	if d := snap.Documents[path]; d != nil {
		for _, m := range diag.Marks(file, d) {
			first, _ := d.Text.LineCol(m.Now.Start)
			if named, _ := d.Text.LineCol(m.NameNow.Start); (first == line || named == line) && !m.Stale && m.Why == "" {
				return told(&m.Func)
			}
		}
		return false, false
	}
	for i := range file.Funcs {
		if f := &file.Funcs[i]; f.Span.Start.Line == line || f.NameSpan.Start.Line == line {
			return told(f)
		}
	}
	return false, false
}
