package advice

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/source"
)

// The bounds of what is read of a folder: files, and bytes of all of them.
const (
	maxTexts = 400
	maxBytes = 2 << 20
)

// Read reads the sources of the language that are in the folder of a file, that file first. What lies elsewhere than in one of the
// directories is left out, and what is larger than limit. Open has the texts of files that somebody is editing, by their paths;
// nil for none. Go's assembly counts as a source that can't be read.
func Read(dirs []string, path string, limit int64, open func(path string) (string, bool)) *Folder {
	dir, own, ext := filepath.Dir(path), filepath.Base(path), filepath.Ext(path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return &Folder{}
	}
	names := []string{own}
	f := &Folder{Complete: true}
	for _, e := range entries {
		switch name := e.Name(); {
		case name == own:
		case filepath.Ext(name) == ext:
			names = append(names, name)
		case ext == ".go" && filepath.Ext(name) == ".s":
			f.Complete = false
		}
	}
	// The tests of the file come before what there may be too much of.
	stem := strings.TrimSuffix(own, ext)
	slices.SortStableFunc(names[1:], func(a, b string) int {
		return rank(strings.Contains(b, stem)) - rank(strings.Contains(a, stem))
	})
	size := 0
	for i, name := range names {
		full := filepath.Join(dir, name)
		var text string
		read := false
		if open != nil {
			text, read = open(full)
		}
		if !read {
			if text, err = source.ReadInside(dirs, full, limit); err != nil {
				f.Complete = false
				continue
			}
		}
		if size += len(text); i >= maxTexts || size > maxBytes {
			f.Complete = false
			break
		}
		f.Texts = append(f.Texts, Text{Name: name, Text: text, Test: source.IsTest(name)})
	}
	return f
}
