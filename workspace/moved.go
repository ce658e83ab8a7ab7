package workspace

import (
	"encoding/binary"
	"hash/fnv"
	"slices"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/origin"
	"github.com/covls/covls/source"
)

// MovedFrom is where a function stood when the tests ran that has been moved to another file since.
type MovedFrom struct {
	// Path is that of the other file, whose text has the function no more.
	Path string
	// Was is the function there, with what the profile says of it; it has no place.
	Was *coverage.Func
}

// WhyOf is why nobody knows whether a function of the file is covered: Unknown.Why, or Moved.
func (f *File) WhyOf(u *Unknown) Why {
	if _, ok := f.Arrived[u.Span.Start]; ok {
		return Moved
	}
	return u.Why
}

// lostFunc is a function of the profile's text that the text on disk has no more.
type lostFunc struct {
	lines []uint32 // prints of its lines
	was   *coverage.Func
}

// lostOf are those functions of a text that were not carried to a source and that has none of their names.
func lostOf(was *origin.Text, c *origin.Carried, src *source.Parsed) (out []lostFunc) {
	if src == nil || src.Err != nil || len(c.Lost) == 0 {
		return nil
	}
	names := map[string]bool{}
	for i := range src.Funcs {
		names[origin.Name(&src.Funcs[i])] = true
	}
	for name, f := range c.Lost {
		if f == nil || names[name] {
			continue
		}
		if lines := linesOf(was, f.Span.Start.Line, f.Span.End.Line-1); lines != nil {
			at := *f
			at.Span, at.NameSpan = coverage.Span{}, coverage.Span{} // markers are looked for in the text on disk
			out = append(out, lostFunc{lines, &at})
		}
	}
	return out
}

// linesOf are the prints of the lines of a text from the first to the last; nil where it has none such.
func linesOf(t *origin.Text, first, last uint32) []uint32 {
	if t == nil || first == 0 || last < first || int(last) > len(t.Lines) {
		return nil
	}
	return t.Lines[first-1 : last]
}

// findMoved finds the functions that a profile's text of one file had, that have gone from it, and that are new in another, line by
// line the same. What is gone or new twice is not told.
func (l *Loader) findMoved(files map[string]*File) {
	type place struct {
		file  *File
		lines []uint32
		gone  *lostFunc
		at    coverage.Point
	}
	gone, fresh := map[uint64][]place{}, map[uint64][]place{}
	for path, f := range files {
		f.Arrived, f.lost, f.left = nil, nil, nil
		s := l.scans[path]
		if s.bound == nil || f.Source != s.parsed {
			continue
		}
		f.lost = s.bound.lost
		for i := range f.lost {
			g := &f.lost[i]
			sum := sumOf(g.lines)
			gone[sum] = append(gone[sum], place{file: f, lines: g.lines, gone: g})
		}
	}
	if len(gone) == 0 {
		return
	}
	for path, f := range files {
		s := l.scans[path]
		for i := range f.Unknown {
			u := &f.Unknown[i]
			if u.Why != New || f.Source != s.parsed {
				continue
			}
			if lines := linesOf(s.text, u.Span.Start.Line, lastLine(u.Span)); lines != nil {
				sum := sumOf(lines)
				fresh[sum] = append(fresh[sum], place{file: f, lines: lines, at: u.Span.Start})
			}
		}
	}
	for sum, to := range fresh {
		from := gone[sum]
		if len(from) != 1 || len(to) != 1 || from[0].file == to[0].file || !slices.Equal(from[0].lines, to[0].lines) {
			continue
		}
		f := to[0].file
		if f.Arrived == nil {
			f.Arrived = map[coverage.Point]MovedFrom{}
		}
		f.Arrived[to[0].at] = MovedFrom{from[0].file.Path, from[0].gone.was}
		o := from[0].file
		if o.left == nil {
			o.left = map[*coverage.Func]bool{}
		}
		o.left[from[0].gone.was] = true
	}
}

// MovedTo is where a function stood when the tests ran that has these whole lines in a document and that no text on disk has; ok is
// false where there is none, or several.
func (s *Snapshot) MovedTo(lines string) (from MovedFrom, ok bool) {
	var prints []uint32
	for path, f := range s.Files {
		for i := range f.lost {
			if prints == nil {
				prints = origin.Prints(lines)
			}
			if g := &f.lost[i]; !f.left[g.was] && slices.Equal(g.lines, prints) {
				if ok {
					return MovedFrom{}, false
				}
				from, ok = MovedFrom{path, g.was}, true
			}
		}
	}
	return from, ok
}

func sumOf(lines []uint32) uint64 {
	h := fnv.New64a()
	_ = binary.Write(h, binary.LittleEndian, lines) // a hash takes everything
	return h.Sum64()
}
