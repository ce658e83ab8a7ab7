package engine

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/covls/covls/advice"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/project"
	"github.com/covls/covls/report"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// Advisor says what would help to test functions, by the texts of their folders as they are open, else on disk. It keeps those of the
// last folder, so that who asks for many asks folder by folder. It is not safe for concurrent use.
type Advisor struct {
	snap   *workspace.Snapshot
	path   string
	folder *advice.Folder
}

// NewAdvisor makes an advisor of a snapshot.
func NewAdvisor(snap *workspace.Snapshot) *Advisor { return &Advisor{snap: snap} }

// Of says what is known of a function of a file, which a document may have under another path.
func (a *Advisor) Of(file *workspace.File, path string, f *coverage.Func) advice.Advice {
	if !file.Found || file.Outside {
		return advice.Advice{}
	}
	// The tests of another language are those of the file.
	dir := filepath.Dir(path)
	same := a.folder != nil && filepath.Dir(a.path) == dir && filepath.Ext(a.path) == filepath.Ext(path)
	if !same || filepath.Ext(path) != ".go" && a.path != path || !a.folder.Complete && a.path != path {
		limit := file.Folder.Settings.Limits.SourceBytes
		a.folder = advice.Read([]string{file.Folder.Dir}, path, limit, a.open)
		a.folder.Tested = func(name string, line uint32) (tested, known bool) {
			return a.testedAt(filepath.Join(dir, name), line)
		}
		a.path = path
		if in := a.TestsOf(file); in.Exists && filepath.Ext(path) != ".go" && in.File != file.Name {
			full := filepath.Join(file.Folder.Dir, filepath.FromSlash(in.File))
			text, open := a.open(full)
			if !open {
				var err error
				text, err = source.ReadInside([]string{file.Folder.Dir}, full, limit)
				open = err == nil
			}
			if open {
				a.folder.Tests = []advice.Text{{Name: in.File, Text: text, Test: true}}
			}
		}
	}
	return a.folder.Of(filepath.Base(path), f)
}

// TestsOf is where the tests of a file belong, by their name relative to its workspace folder.
func (a *Advisor) TestsOf(file *workspace.File) project.Tests {
	if !file.Found || file.Outside {
		return project.Tests{}
	}
	if filepath.Ext(file.Path) == ".go" {
		stem := strings.TrimSuffix(file.Name, ".go")
		info, err := os.Stat(strings.TrimSuffix(file.Path, filepath.Ext(file.Path)) + "_test.go")
		return project.Tests{File: stem + "_test.go", Exists: err == nil && info.Mode().IsRegular()}
	}
	in, _ := project.TestsOf(file.Folder.Dir, file.Name)
	return in
}

func (a *Advisor) open(path string) (string, bool) {
	if d := a.snap.Documents[path]; d != nil {
		return d.Text.String(), true
	}
	return "", false
}

// testedAt says whether a test reaches the function of a file that begins on a line.
func (a *Advisor) testedAt(path string, line uint32) (tested, known bool) {
	file := a.snap.Files[path]
	if file == nil {
		return false, false
	}
	told := func(f *coverage.Func) (tested, known bool) {
		return !f.Uncovered(), f.Statements.Total > 0 || f.Counted
	}
	if d := a.snap.Documents[path]; d != nil {
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

// Help is what a report says of how to test a function.
func (a *Advisor) Help(file *workspace.File, f *coverage.Func) report.Help {
	out := report.Help{Advice: a.Of(file, file.Path, f)}
	path, test, exists := TestOf(a.snap, file, f)
	if name, ok := source.Below(path, file.Folder.Dir); ok && path != "" {
		out.Test, out.TestFile, out.Exists = test, filepath.ToSlash(name), exists
	}
	return out
}

// TestOf is what a test of a function of a file would be called, and the absolute path of its file, as CreateTest would make it; both
// "" where it would make none.
func TestOf(snap *workspace.Snapshot, file *workspace.File, f *coverage.Func) (path, test string, exists bool) {
	if !file.Found || file.Outside || !CreatesTests(file.Path) {
		return "", "", false
	}
	d := snap.Documents[file.Path]
	if d == nil {
		content, err := source.ReadInside([]string{file.Folder.Dir}, file.Path, file.Folder.Settings.Limits.SourceBytes)
		if err != nil {
			return "", "", false // which is told where the profile is read
		}
		d = diag.Closed(file.Path, content)
	}
	at := d.Text.At(f.NameSpan.Start.Line, f.NameSpan.Start.Col)
	made, err := CreateTest(snap, d, at)
	if err != nil {
		return "", "", false // its reason is told to whom asks for the test
	}
	return made.Path, made.Test, !made.New
}
