package engine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/project"
	"github.com/covls/covls/skeleton"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
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

// CreatesTests reports whether CreateTest knows the language of a file, which is no test itself.
func CreatesTests(path string) bool {
	return (filepath.Ext(path) == ".go" || skeleton.Makes(path)) && !source.IsTest(path)
}

// CreateTest makes a test for the function around a byte offset of a document, which is open or read from disk. The error
// says in words for people why there can be none.
func CreateTest(snap *workspace.Snapshot, d *workspace.Document, offset int) (*NewTest, error) {
	if snap.FolderOf(d.Path) == nil {
		return nil, fmt.Errorf("%s lies in no folder of the workspace", d.Path)
	}
	name, at, missed := lacks(snap, d, offset)
	dir := filepath.Dir(d.Path)
	own := skeleton.File{Name: filepath.Base(d.Path), Text: d.Text.String()}
	if filepath.Ext(d.Path) != ".go" {
		return outlined(snap, d, name, at, missed)
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

// outlined is CreateTest for another language than Go.
func outlined(snap *workspace.Snapshot, d *workspace.Document, name string, at int, missed skeleton.Missed) (*NewTest, error) {
	folder, own := snap.FolderOf(d.Path), snap.Name(d.Path)
	if source.IsTest(own) {
		return nil, fmt.Errorf("%s holds tests itself", own)
	}
	t, _ := project.TestsOf(folder.Dir, own, name)
	r := skeleton.Request{
		Source: skeleton.File{Name: own, Text: d.Text.String()}, At: at, Missed: missed,
		Runner: t.Runner, Test: skeleton.File{Name: t.File}, Exists: t.Exists,
	}
	r.Module, r.ESM, r.Helper = project.Imports(folder.Dir, own, t.File)
	path := filepath.Join(folder.Dir, filepath.FromSlash(t.File))
	if t.File != "" {
		if snap.Documents[path] != nil {
			r.Exists = true
		}
		if r.Exists {
			var err error
			if r.Test.Text, err = textAt(snap, path); err != nil {
				return nil, fmt.Errorf("read the tests of %s: %w", own, err)
			}
		}
	}
	made, err := skeleton.Of(r)
	if err != nil {
		return nil, err
	}
	out := &NewTest{Skeleton: made, Path: path, Was: r.Test.Text, Func: name}
	if made.File == own { // tests stand in the source
		out.Path, out.Was = d.Path, r.Source.Text
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
	mark, ok := diag.FuncAt(file, d, diag.Span{Start: offset, End: offset})
	if !ok {
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

// TestPlace is a test that speaks of a function, or the file where its tests are.
type TestPlace struct {
	// Path is absolute, Text what the file holds.
	Path string
	Text *text.Text
	// At is the test, from its first byte to behind its last; zero for the file as a whole.
	At diag.Span
}

// TestsFor finds the tests that speak of the function around a byte offset of a document, the likeliest first; where there
// are none, the file where they would be. It is empty where that is not there either. name is the function's.
func TestsFor(snap *workspace.Snapshot, d *workspace.Document, offset int) (places []TestPlace, name string, err error) {
	fn, ok := functionAround(d, offset)
	if !ok {
		return nil, "", fmt.Errorf("no function stands there")
	}
	dir := filepath.Dir(d.Path)
	var files []skeleton.File
	var mentions []skeleton.Mention
	if filepath.Ext(d.Path) == ".go" {
		if files, err = siblings(snap, dir, filepath.Base(d.Path)); err != nil {
			return nil, "", err
		}
		mentions = skeleton.Mentions(files, fn.Name, strings.TrimPrefix(fn.Receiver, "*"))
		if beside := strings.TrimSuffix(filepath.Base(d.Path), ".go") + "_test.go"; len(mentions) == 0 && hasFile(files, beside) {
			mentions = []skeleton.Mention{{File: beside}}
		}
	} else if folder := snap.FolderOf(d.Path); folder != nil {
		dir = folder.Dir
		if t, ok := project.TestsOf(dir, snap.Name(d.Path), fn.Name); ok && t.Exists && t.File != "" {
			content, err := textAt(snap, filepath.Join(dir, filepath.FromSlash(t.File)))
			if err != nil {
				return nil, "", err
			}
			files = []skeleton.File{{Name: t.File, Text: content}}
			if mentions = skeleton.WordMentions(files[0], fn.Name); len(mentions) == 0 {
				mentions = []skeleton.Mention{{File: t.File}}
			}
		}
	}
	texts := map[string]*text.Text{}
	for _, m := range mentions {
		if texts[m.File] == nil {
			i := slices.IndexFunc(files, func(f skeleton.File) bool { return f.Name == m.File })
			texts[m.File] = text.New(files[i].Text)
		}
		places = append(places, TestPlace{filepath.Join(dir, filepath.FromSlash(m.File)), texts[m.File], diag.Span(m.At)})
	}
	return places, fn.String(), nil
}

func hasFile(files []skeleton.File, name string) bool {
	return slices.ContainsFunc(files, func(f skeleton.File) bool { return f.Name == name })
}

// functionAround is the function of a document's text around a byte offset.
func functionAround(d *workspace.Document, offset int) (f coverage.Func, ok bool) {
	parsed, known := source.Parse(d.Path, d.Text.String())
	if !known {
		return f, false
	}
	for _, c := range parsed.Funcs {
		start, end := d.Text.At(c.Span.Start.Line, c.Span.Start.Col), d.Text.At(c.Span.End.Line, c.Span.End.Col)
		if start <= offset && offset <= end {
			f, ok = c, true
		}
	}
	return f, ok
}

// textAt is what a file holds, as it is open or on disk.
func textAt(snap *workspace.Snapshot, path string) (string, error) {
	if d := snap.Documents[path]; d != nil {
		return d.Text.String(), nil
	}
	limit := config.Default().Limits.SourceBytes
	if f := snap.FolderOf(path); f != nil {
		limit = f.Settings.Limits.SourceBytes
	}
	return source.ReadFile(path, limit)
}
