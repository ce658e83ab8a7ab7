package origin

import (
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
)

// Still is Carry for a text that is the profile's own.
func Still(file *coverage.File, t *Text) *Carried {
	out := &Carried{File: file, Lost: map[string]*coverage.Func{}}
	for _, f := range t.Funcs {
		if f.First == 0 || f.Last < f.First || int(f.Last) > len(t.Lines) {
			continue
		}
		if n := len(out.Kept); n == 0 || f.First != out.Kept[n-1].First {
			out.Was++
		}
		out.Kept = append(out.Kept, f)
	}
	out.Again = out.Was
	return out
}

// Agree is what two readings of a profile over one text say alike, where nobody knows which of them is true: functions that
// are kept in both and of which both have the same, and what stands in no function line by line. The functions of the first
// that are not like that are lost. Whole tells that the first says nothing else, and is returned.
func Agree(a, b *Carried) (out *Carried, whole bool) {
	x, y := byLine(a.File), byLine(b.File)
	alike := func(first, last uint32) bool {
		for n := first; n <= last; n++ {
			if !x[n].is(y[n]) {
				return false
			}
		}
		return true
	}
	names, others := called(a.Kept), called(b.Kept)
	out = &Carried{Lost: map[string]*coverage.Func{}}
	whole = len(a.Lost) == 0
	in := map[uint32]bool{}   // lines of functions that are told
	some := map[uint32]bool{} // lines of functions
	agreed := map[stretch]bool{}
	for at := range names {
		_, both := others[at]
		ok := both && oneName(names[at], others[at]) && alike(at.first, at.last)
		agreed[at] = ok
		whole = whole && ok
		for n := at.first; n <= at.last; n++ {
			some[n] = true
			in[n] = in[n] || ok
		}
	}
	for at := range others {
		for n := at.first; n <= at.last; n++ {
			some[n] = true
		}
	}
	for n := range x {
		if !some[n] {
			in[n] = x[n].is(y[n])
		}
		whole = whole && in[n]
	}
	if whole {
		return a, true
	}
	for _, f := range a.Kept {
		if agreed[stretch{f.First, f.Last}] {
			out.Kept = append(out.Kept, f)
		}
	}
	for i, f := range a.Kept {
		if !agreed[stretch{f.First, f.Last}] {
			out.Lost[f.Name] = nil
		}
		if i > 0 && a.Kept[i-1].First == f.First {
			continue
		}
		out.Was++
		if in[f.First] {
			out.Again++
		}
	}
	for name := range a.Lost {
		out.Lost[name] = nil
		out.Was++
	}
	file := *a.File
	file.Sums, file.Length = nil, 0
	file.Regions = only(file.Regions, func(r coverage.Region) bool { return in[r.Start.Line] })
	file.Lines = only(file.Lines, func(l coverage.Line) bool { return in[l.Number] })
	file.Branches = only(file.Branches, func(b coverage.Branch) bool { return in[b.Line] })
	file.Funcs = only(file.Funcs, func(f coverage.Func) bool { return in[f.Span.Start.Line] })
	out.File = &file
	return out, false
}

// only are those of a list that hold; nil stays nil.
func only[T any](list []T, holds func(T) bool) []T {
	if list == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(list), func(v T) bool { return !holds(v) })
}

// stretch is lines, both of them in it.
type stretch struct{ first, last uint32 }

// called are the names that functions have by where they stand, sorted, but for those that tools have made up and that go by
// the order in a text.
func called(funcs []Func) map[stretch][]string {
	out := map[stretch][]string{}
	for _, f := range funcs {
		at := stretch{f.First, f.Last}
		names := out[at]
		if !strings.HasPrefix(f.Name, "(") && !strings.HasPrefix(f.Name, "<") && !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
		slices.Sort(names)
		out[at] = names
	}
	return out
}

// oneName reports whether two may be all names of one function: one text may tell those of a profile beside its own.
func oneName(a, b []string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return !slices.ContainsFunc(a, func(name string) bool { return !slices.Contains(b, name) }) && (len(a) > 0 || len(b) == 0)
}

// saying is what a profile says of what begins on a line.
type saying struct {
	regions  []coverage.Region
	lines    []coverage.Line
	branches []coverage.Branch
	funcs    []coverage.Func
}

func (s *saying) is(o *saying) bool {
	if s == nil || o == nil {
		return s == o
	}
	return slices.Equal(s.regions, o.regions) && slices.Equal(s.lines, o.lines) &&
		// Tools number the blocks of a file, and so by where they stand in it.
		slices.EqualFunc(s.branches, o.branches, func(a, b coverage.Branch) bool { return a.Way == b.Way && a.Count == b.Count }) &&
		slices.EqualFunc(s.funcs, o.funcs, func(a, b coverage.Func) bool {
			return a.Span == b.Span && a.Counted == b.Counted && a.Count == b.Count
		})
}

// byLine is what a profile says by the lines that it begins on.
func byLine(file *coverage.File) map[uint32]*saying {
	out := map[uint32]*saying{}
	at := func(line uint32) *saying {
		if out[line] == nil {
			out[line] = &saying{}
		}
		return out[line]
	}
	for _, r := range file.Regions {
		s := at(r.Start.Line)
		s.regions = append(s.regions, r)
	}
	for _, l := range file.Lines {
		s := at(l.Number)
		s.lines = append(s.lines, l)
	}
	for _, b := range file.Branches {
		s := at(b.Line)
		s.branches = append(s.branches, b)
	}
	for _, f := range file.Funcs {
		s := at(f.Span.Start.Line)
		s.funcs = append(s.funcs, f)
	}
	return out
}
