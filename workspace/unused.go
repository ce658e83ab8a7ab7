package workspace

import (
	"go/ast"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// The bounds of what is read beside the profiles' own files for who mentions a function: bytes of a directory and of all of them, and
// files of a directory.
const (
	mostOthers    = 400
	dirBytes      = 2 << 20
	unlistedBytes = 32 << 20
)

// names are what a text of Go that no profile names mentioned when it was last read.
type names struct {
	size    int64
	modTime time.Time
	source.Names
}

// Unused reports whether nothing mentions a function that no test reaches, by its index in Source.Funcs: of Go one that is not exported
// and that no text of its directory names, tests among them, and that no tool wrote; of other languages see source.Facts.Alone. It is false where that is
// not known.
func (f *File) Unused(i int) bool {
	_, found := slices.BinarySearch(f.unused, int32(i))
	return found
}

// Edited reports whether an open document mentions, as far as is known, a function of a file that nothing on disk does.
func (s *Snapshot) Edited(f *File, name string) bool {
	if filepath.Ext(f.Path) != ".go" {
		d := s.Documents[f.Path]
		if d == nil {
			return false
		}
		p := d.Parsed()
		return p == nil || !slices.ContainsFunc(p.Alone(), func(fn *coverage.Func) bool { return fn.Name == name })
	}
	dir, called := filepath.Dir(f.Path), source.CallName(name)
	for path, d := range s.Documents {
		if filepath.Ext(path) == ".go" && filepath.Dir(path) == dir {
			if p := d.Parsed(); p == nil || p.Names.Mention(called) {
				return true
			}
		}
	}
	return false
}

// findUnused finds of all files what nothing uses. It reads, within bounds, those texts of Go that no profile names and that may mention
// what no other does.
func (l *Loader) findUnused(files map[string]*File) {
	dirs := map[string][]*File{} // of Go
	var linking []*source.Names
	for path, f := range files {
		f.unused = nil
		switch {
		case f.Source == nil || len(f.Funcs) != len(f.Source.Funcs):
			if filepath.Ext(path) == ".go" {
				dirs[filepath.Dir(path)] = append(dirs[filepath.Dir(path)], f)
			}
		case filepath.Ext(path) == ".go":
			dirs[filepath.Dir(path)] = append(dirs[filepath.Dir(path)], f)
			if f.Source.Names.Links() {
				linking = append(linking, &f.Source.Names)
			}
		default:
			for i := range f.Source.Facts {
				if f.Source.Facts[i].Alone && f.Funcs[i].Uncovered() {
					f.unused = append(f.unused, int32(i))
				}
			}
		}
	}
	read := map[string]names{}
	left := int64(unlistedBytes)
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		l.unusedIn(dir, dirs[dir], linking, read, &left)
	}
	l.named = read
}

// unusedIn is findUnused for a directory of Go.
func (l *Loader) unusedIn(dir string, files []*File, linking []*source.Names, read map[string]names, left *int64) {
	known := files[:0:0]
	for _, f := range files {
		if f.Source != nil && f.Source.Names.Known() && len(f.Funcs) == len(f.Source.Funcs) {
			known = append(known, f)
		}
	}
	type candidate struct {
		file *File
		fn   int32
		name uint32
	}
	var found []candidate // that no file of the profiles mentions
	for _, f := range known {
		if f.Outside || f.Source.Generated {
			continue
		}
		for i := range f.Funcs {
			fn := &f.Funcs[i]
			if fn.Literal || !fn.Uncovered() || ast.IsExported(fn.Name) || fn.Name == "main" || fn.Name == "init" || fn.Name == "_" {
				continue
			}
			name := source.CallName(fn.Name)
			mentions := func(g *File) bool { return g.Source.Names.Mention(name) }
			if mentions(f) || slices.ContainsFunc(known, mentions) || slices.ContainsFunc(linking, func(n *source.Names) bool { return n.Link(name) }) {
				continue
			}
			found = append(found, candidate{f, int32(i), name})
		}
	}
	if len(found) == 0 {
		return
	}
	others, ok := l.others(dir, known, read, left)
	if !ok {
		return
	}
	snap := l.store.Load()
	for _, c := range found {
		mentions := func(n source.Names) bool { return n.Mention(c.name) }
		if !slices.ContainsFunc(others, mentions) && !snap.Edited(c.file, c.file.Funcs[c.fn].Name) {
			c.file.unused = append(c.file.unused, c.fn)
		}
	}
}

// others are the names in the texts of a directory of Go but for those of some files; ok is false where they are not known as a
// whole: where a text can't be read or there is too much, or there is code that is not Go.
func (l *Loader) others(dir string, but []*File, read map[string]names, left *int64) (out []source.Names, ok bool) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, false
	}
	size := int64(0)
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch filepath.Ext(e.Name()) {
		case ".s", ".S", ".sx", ".syso":
			return nil, false
		case ".go":
		default:
			continue
		}
		if slices.ContainsFunc(but, func(f *File) bool { return f.Path == path }) {
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, false
		}
		n, same := l.named[path]
		if !same || n.size != info.Size() || !n.modTime.Equal(info.ModTime()) {
			size += info.Size()
			*left -= info.Size()
			if *left < 0 || size > dirBytes || len(out) >= mostOthers {
				return nil, false
			}
			text, err := source.ReadInside([]string{dir}, path, dirBytes)
			if err != nil {
				return nil, false
			}
			n = names{info.Size(), info.ModTime(), l.namesOf(path, text)}
		}
		read[path] = n
		if !n.Known() {
			return nil, false
		}
		out = append(out, n.Names)
	}
	return out, true
}

// namesOf are those of a text; the zero Names where it makes covls panic.
func (l *Loader) namesOf(path, text string) (out source.Names) {
	_ = l.Guard.Do("looking at the source "+l.Name(path), func() {
		if parsed, ok := source.Parse(path, text); ok {
			out = parsed.Names
		}
	})
	return out
}
