package coverage

import (
	"fmt"
	"math"
	"strings"
)

// MaxLine is the largest line of a Point: there is one behind it.
const MaxLine = math.MaxUint32 - 1

// Ordered reports whether the span ends where it starts, or behind that, as far as that is known: the zero
// Point as its end is not known, and neither is a column of 0.
func (s Span) Ordered() bool {
	switch {
	case s.End == Point{}:
		return true
	case s.End.Line != s.Start.Line:
		return s.End.Line > s.Start.Line
	}
	return s.End.Col == 0 || s.Start.Col <= s.End.Col
}

// Check says what of a report breaks the model; nil is nothing. A report that was read of a profile obeys
// it, whatever the profile holds, and so does a merge of such files:
//
//   - Files, Regions, Lines, Branches and Sums are sorted and distinct, Funcs are sorted.
//   - The name of a file in a group begins with the group.
//   - No line is above MaxLine. Lines, also those of Sums, are 1 or more; a region, a branch and a function may be on line 0, which
//     is no place: they count, and are shown nowhere.
//   - A region does not end before it starts. A function does not either, as far as its end is known.
//
// Whatever a source text holds, these places may lie outside of it.
func (r *Report) Check() error {
	for i, f := range r.Files {
		switch {
		case f == nil:
			return fmt.Errorf("file %d is nil", i)
		case i > 0 && r.Files[i-1].Name >= f.Name:
			return fmt.Errorf("the file %q stands behind %q", f.Name, r.Files[i-1].Name)
		}
		if err := f.Check(); err != nil {
			return fmt.Errorf("%q: %w", f.Name, err)
		}
	}
	return nil
}

// Check is Report.Check for one file.
func (f *File) Check() error {
	for i, r := range f.Regions {
		if i > 0 && order(&f.Regions[i-1], &f.Regions[i]) >= 0 {
			return fmt.Errorf("the region %v stands behind %v", r, f.Regions[i-1])
		}
		if r.End.Line > MaxLine || r.End.Compare(r.Start) < 0 {
			return fmt.Errorf("the region %v has a place that can't be", r)
		}
	}
	for i, l := range f.Lines {
		if i > 0 && f.Lines[i-1].Number >= l.Number {
			return fmt.Errorf("the line %v stands behind %v", l, f.Lines[i-1])
		}
		if l.Number == 0 || l.Number > MaxLine {
			return fmt.Errorf("there is no line %v", l)
		}
	}
	for i, b := range f.Branches {
		if i > 0 && f.Branches[i-1].compare(b) >= 0 {
			return fmt.Errorf("the branch %v stands behind %v", b, f.Branches[i-1])
		}
		if b.Line > MaxLine {
			return fmt.Errorf("the branch %v is on a line that can't be", b)
		}
	}
	for i, s := range f.Sums {
		if i > 0 && f.Sums[i-1].compare(s) >= 0 {
			return fmt.Errorf("the checksum %v stands behind %v", s, f.Sums[i-1])
		}
		if s.Line == 0 || s.Line > MaxLine {
			return fmt.Errorf("there is no line of the checksum %v", s)
		}
	}
	for _, s := range f.Scripts {
		for i, t := range s.Stretches {
			if i > 0 && s.Stretches[i-1].compare(t) > 0 {
				return fmt.Errorf("the stretch %+v stands behind %+v", t, s.Stretches[i-1])
			}
			if t.End.Compare(t.Start) < 0 || t.End.Line > MaxLine || t.Start.Line == 0 && t.End.Line > 0 {
				return fmt.Errorf("the stretch %+v has a place that can't be", t)
			}
		}
	}
	if f.Group != "" && !strings.HasPrefix(f.Name, f.Group+"/") {
		return fmt.Errorf("the name is not one of the group %q", f.Group)
	}
	for i, fn := range f.Funcs {
		if i > 0 && compareFuncs(f.Funcs[i-1], fn) > 0 {
			return fmt.Errorf("the function %+v stands behind %+v", fn, f.Funcs[i-1])
		}
		if err := fn.Check(); err != nil {
			return err
		}
	}
	return nil
}

// Check says which places of a function can't be; nil is none.
func (f *Func) Check() error {
	for _, p := range []Point{f.Span.Start, f.Span.End, f.Body, f.Opens, f.NameSpan.Start, f.NameSpan.End} {
		if p.Line > MaxLine {
			return fmt.Errorf("the function %+v has a place that can't be", f)
		}
	}
	if !f.Span.Ordered() || !f.NameSpan.Ordered() || f.Span.Start.Line == 0 && f.Span != (Span{}) {
		return fmt.Errorf("the function %+v ends before it starts", f)
	}
	return nil
}
