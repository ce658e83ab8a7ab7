package engine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/project"
	"github.com/covls/covls/skeleton"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// NewTest is a test for a function, made and not yet written anywhere.
type NewTest struct {
	*skeleton.Skeleton
	// Path is absolute: the file that the test goes to. Was is what it holds, "" for a new one.
	Path, Was string
	// Func is the function, as people read it.
	Func string
}

// Bounds of what is read of a directory of Go for a test.
const (
	maxTexts     = 4000
	maxTextBytes = 64 << 20
)

// CreateTest makes a test for the function around a byte offset of a document, which is open or read from disk. The error
// says in words for people why there can be none.
func CreateTest(snap *workspace.Snapshot, d *workspace.Document, offset int) (*NewTest, error) {
	name, at, missed := lacks(snap, d, offset)
	dir := filepath.Dir(d.Path)
	own := skeleton.File{Name: filepath.Base(d.Path), Text: d.Text.String()}
	if filepath.Ext(d.Path) != ".go" {
		return nil, fmt.Errorf("covls makes no tests for %s", own.Name)
	}
	others, err := siblings(snap, dir, own.Name)
	if err != nil {
		return nil, err
	}
	made, err := skeleton.ForGo(skeleton.GoRequest{Source: own, At: at, Missed: missed, Others: others, Path: project.ImportPath(dir)})
	if err != nil {
		return nil, err
	}
	out := &NewTest{Skeleton: made, Path: filepath.Join(dir, made.File), Func: name}
	if i := slices.IndexFunc(others, func(f skeleton.File) bool { return f.Name == made.File }); i >= 0 {
		out.Was = others[i].Text
	}
	return out, nil
}

// lacks finds the function around an offset, a place on it, and what of it no test takes: all of a function of which
// nobody knows.
func lacks(snap *workspace.Snapshot, d *workspace.Document, offset int) (name string, at int, missed skeleton.Missed) {
	at, missed.Whole = offset, true
	file := snap.FileOf(d)
	if file == nil {
		return "", at, missed
	}
	var mark *diag.Mark
	for i, m := range diag.Marks(file, d) {
		if m.Now.Start <= offset && offset <= m.Now.End {
			mark = &diag.Marks(file, d)[i]
		}
	}
	if mark == nil {
		return "", at, missed
	}
	at = mark.NameNow.Start
	if mark.Stale || mark.Why != "" || mark.Uncovered() {
		return mark.String(), at, missed
	}
	missed.Whole = false
	for _, g := range diag.Gaps(snap, d) {
		if mark.Now.Start <= g.At.Start && g.At.End <= mark.Now.End {
			missed.Parts = append(missed.Parts, skeleton.Span(g.At))
		}
	}
	return mark.String(), at, missed
}

// siblings are the other Go files of a directory, as they are open or on disk.
func siblings(snap *workspace.Snapshot, dir, but string) (out []skeleton.File, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look for the tests beside %s: %w", but, err)
	}
	limit := config.Default().Limits.SourceBytes
	if f := snap.FolderOf(dir); f != nil {
		limit = f.Settings.Limits.SourceBytes
	}
	have := map[string]bool{but: true}
	size := 0
	add := func(name, text string) error {
		have[name] = true
		out = append(out, skeleton.File{Name: name, Text: text})
		if size += len(text); size > maxTextBytes || len(out) > maxTexts {
			return fmt.Errorf("%s has too many Go files to look at for a test", dir)
		}
		return nil
	}
	for path, d := range snap.Documents {
		if name := filepath.Base(path); filepath.Dir(path) == dir && filepath.Ext(name) == ".go" && !have[name] {
			if err := add(name, d.Text.String()); err != nil {
				return nil, err
			}
		}
	}
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".go" || have[e.Name()] || e.IsDir() {
			continue
		}
		text, err := source.ReadFile(filepath.Join(dir, e.Name()), limit)
		switch {
		case err != nil && strings.HasSuffix(e.Name(), "_test.go"): // which might be the one to extend
			return nil, fmt.Errorf("read the tests beside %s: %w", but, err)
		case errors.Is(err, os.ErrNotExist), err != nil:
			continue
		}
		if err := add(e.Name(), text); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b skeleton.File) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}
