// Package change knows what a text has that an older one does not have, function by function, and what of it is not
// covered, or was and is no more. A function is the same wherever it stands, whatever it is called, and however it is laid out
// and commented, as long as its code is. It is pure: what the older texts are, and where they come from, others know.
package change

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// File is a text taken apart, and what is known of its coverage.
type File struct {
	// Path is slash-separated and relative to whatever all files that are compared are relative to.
	Path string
	// Was is the path that the older file has that is to be compared first; "" is Path.
	Was string
	// Counts is what its parts are. It says nothing where there are no Bits.
	Counts coverage.Unit
	// Print is a fingerprint of the text, whatever ends its lines.
	Print uint64
	// Bits tell of each region with statements, or each line, of the profile in its order whether it ran.
	Bits []bool
	// Units are the functions of the text in their order and, at the end, what stands outside of them, if that is any code.
	Units []Unit
	// Left are the lines of the functions that Pair left out of an older text, sorted.
	Left []Stretch
}

// Unit is what is compared as a whole: a function without those in it, or what stands outside of the functions of a file.
type Unit struct {
	// Name is what people call the function; "" outside of functions.
	Name string
	// Print is a fingerprint of its code, but for its own name and that of the type that it belongs to. Tokens is how much code that is.
	Print  uint64
	Tokens int
	// Lines are fingerprints of its lines with code, in their order, and At the numbers of these lines, 1-based. Bare are those that
	// hold brackets alone.
	Lines []uint32
	At    []uint32
	Bare  []bool
	// Words are fingerprints of its tokens, and Ends tells of each line how many of them end there; nil of an older text, of which they are of
	// no use.
	Words []uint32
	Ends  []int32
	// Parts are its statements or lines that a profile has, sorted by place. Ran tells that all of it ran, and that they were left out.
	Parts []Part
	Ran   bool
	// Line is where the function's name stands, 1-based; that of the first code outside of functions.
	Line uint32
	// First and Last are the 1-based lines that it goes over.
	First, Last uint32
}

// Part is a statement, or a line, of a profile.
type Part struct {
	// From and To are indexes in Lines: where it begins, and the last line that is its own.
	From, To int32
	// Statements is how many begin there.
	Statements uint32
	Covered    bool
}

// TextPrint is what File.Print is for a text.
func TextPrint(text string) uint64 { return source.Fingerprint(strings.ReplaceAll(text, "\r\n", "\n")) }

// BitsOf is what File.Bits is for what a profile says of a file.
func BitsOf(cov *coverage.File) (bits []bool) {
	if cov == nil {
		return nil
	}
	if cov.Unit == coverage.Lines {
		for _, l := range cov.Lines {
			bits = append(bits, l.Count > 0)
		}
		return bits
	}
	for i := range cov.Regions {
		if r := &cov.Regions[i]; r.Statements > 0 {
			bits = append(bits, r.Count > 0)
		}
	}
	return bits
}

// Older is Of for a text that others are compared with, of whose coverage nothing is known.
func Older(name, text string) *File {
	f := &File{Path: name, Print: TextPrint(text)}
	code, parsed := source.Divide(path.Base(name), text)
	f.divide(code, parsed, false)
	return f
}

// Of takes a text apart. Its name tells the language; parsed is what it holds, nil where nobody has looked yet. Cov is what a
// profile of this text says of it; nil for none.
func Of(name, text string, parsed *source.Parsed, cov *coverage.File) *File {
	f := &File{Path: name, Print: TextPrint(text), Bits: BitsOf(cov)}
	blocks := func() []source.Block { return source.Blocks(text) }
	var code *source.Code
	switch {
	case parsed != nil:
		code = source.NewCode(path.Base(name), text)
	case cov == nil, !strings.HasSuffix(name, ".go"):
		code, parsed = source.Divide(path.Base(name), text)
	default:
		var known []source.Block
		parsed, known, _ = source.ParseBlocks(path.Base(name), text)
		blocks = func() []source.Block { return known }
		code = source.NewCode(path.Base(name), text)
	}
	owners := f.divide(code, parsed, true)
	if cov != nil {
		f.Counts = cov.Unit
		f.place(owners, code, partsOf(name, code, cov, blocks), idleOf(cov))
	}
	return f
}

// owner is where a line went: the index of its unit from 1 on, and of the line in it.
type owner struct{ unit, line int32 }

// divide makes the units of a text, with their words if asked for, and tells of each of its lines, from 1 on, which of them has it.
func (f *File) divide(code *source.Code, parsed *source.Parsed, words bool) []owner {
	owners := make([]owner, code.Lines()+1)
	var names, types []string
	if parsed != nil {
		end := uint32(0) // of the functions so far, which are in the order in which they begin
		for i := range parsed.Funcs {
			fn := &parsed.Funcs[i]
			first, last := fn.Span.Start.Line, fn.Span.End.Line
			if fn.Span.End.Col == 1 && last > first {
				last--
			}
			last = min(last, code.Lines())
			if first == 0 || first > last || first == last && first <= end {
				continue
			}
			end = max(end, last)
			f.Units = append(f.Units, Unit{Name: fn.String(), Line: max(fn.NameSpan.Start.Line, first), First: first, Last: last})
			names, types = append(names, bareName(fn)), append(types, typeName(fn))
		}
	}
	// A line is of the last function that goes over it: each takes those that are left, from the last on. free leads from a line to one
	// behind it, or to itself, before which none is left.
	free := make([]uint32, code.Lines()+2)
	for n := range free {
		free[n] = uint32(n)
	}
	next := func(n uint32) uint32 {
		for free[n] != n {
			free[n] = free[free[n]]
			n = free[n]
		}
		return n
	}
	for i, u := range slices.Backward(f.Units) {
		for n := next(u.First); n <= u.Last; n = next(n) {
			owners[n].unit = int32(i + 1)
			free[n] = n + 1
		}
	}
	rest := int32(len(f.Units) + 1)
	f.Units = append(f.Units, Unit{})
	names, types = append(names, ""), append(types, "")
	for n := uint32(1); n <= code.Lines(); n++ {
		if code.Line(n) == 0 {
			owners[n] = owner{}
			continue
		}
		if owners[n].unit == 0 {
			owners[n].unit = rest
		}
		u := &f.Units[owners[n].unit-1]
		owners[n].line = int32(len(u.Lines))
		u.Lines, u.At, u.Bare = append(u.Lines, code.Line(n)), append(u.At, n), append(u.Bare, code.Bare(n))
		if words {
			u.Words = code.Words(n, u.Words)
			u.Ends = append(u.Ends, int32(len(u.Words)))
		}
	}
	for i := range f.Units {
		u := &f.Units[i]
		u.Print, u.Tokens = code.Print(u.At, names[i], types[i])
	}
	outside := &f.Units[rest-1]
	if len(outside.Lines) == 0 {
		f.Units = f.Units[:rest-1]
	} else {
		outside.Line, outside.First, outside.Last = outside.At[0], outside.At[0], outside.At[len(outside.At)-1]
	}
	return owners
}

// bareName is the function's name as it stands in its text.
func bareName(fn *coverage.Func) string {
	name, _, _ := strings.Cut(fn.Name, "(")
	if fn.Literal || strings.ContainsAny(name, " .\"") {
		return ""
	}
	return name
}

// typeName is the name of the type that a function belongs to as it stands in its text; "" for none.
func typeName(fn *coverage.Func) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(fn.Receiver, "*"), "[")
	name = strings.TrimRight(name, "#: ")
	if at := strings.LastIndexAny(name, ".:#/ "); at >= 0 {
		name = name[at+1:]
	}
	return name
}

// member is what a function is called in the type that it belongs to, and whether it belongs to one: Len of "(*T).Len".
func (u *Unit) member() (name string, ok bool) {
	at := strings.LastIndexAny(u.Name, ".:# ")
	if at <= 0 || at+1 == len(u.Name) || strings.Contains(u.Name, "\"") {
		return "", false
	}
	return u.Name[at+1:], true
}

// placed is a part by its lines.
type placed struct {
	first, last, statements uint32
	covered                 bool
}

// partsOf are the statements or lines of a profile in a text, sorted by place. The lines of one end before the next begins.
func partsOf(name string, code *source.Code, cov *coverage.File, blocks func() []source.Block) (out []placed) {
	switch {
	case cov.Unit == coverage.Lines:
		for i, l := range cov.Lines {
			p := placed{l.Number, l.Number, 1, l.Count > 0}
			end := code.Lines()
			if i+1 < len(cov.Lines) {
				end = min(end, cov.Lines[i+1].Number-1)
			}
			for p.last < end && code.Continues(p.last+1, l.Number) {
				p.last++
			}
			out = append(out, p)
		}
		return out
	case strings.HasSuffix(name, ".go"):
		if out, ok := blockParts(blocks(), cov); ok {
			return out
		}
	}
	for i := range cov.Regions {
		if r := &cov.Regions[i]; r.Statements > 0 && r.Start.Line > 0 {
			out = append(out, placed{r.Start.Line, max(r.Start.Line, r.End.Line), r.Statements, r.Count > 0})
		}
	}
	clip(out)
	return out
}

// blockParts are the statements of a Go text, each covered where its block is; ok is false where the blocks are none of the
// text.
func blockParts(blocks []source.Block, cov *coverage.File) (out []placed, ok bool) {
	covered := make(map[coverage.Span]bool, len(cov.Regions))
	for i := range cov.Regions {
		if r := &cov.Regions[i]; r.Statements > 0 {
			covered[coverage.Span{Start: r.Start, End: r.End}] = r.Count > 0
		}
	}
	found := 0
	for _, b := range blocks {
		ran, ok := covered[b.At]
		if !ok {
			continue
		}
		found++
		for _, s := range b.Statements {
			out = append(out, placed{s.Start.Line, max(s.Start.Line, s.End.Line), 1, ran})
		}
	}
	if found < len(covered) {
		return nil, false
	}
	slices.SortStableFunc(out, func(a, b placed) int { return cmp.Compare(a.first, b.first) })
	clip(out)
	return out, true
}

// clip ends each part before the next one begins on a later line.
func clip(parts []placed) {
	slices.SortStableFunc(parts, func(a, b placed) int { return cmp.Compare(a.first, b.first) })
	next := uint32(0)
	for i := len(parts) - 1; i >= 0; i-- {
		if i+1 < len(parts) && parts[i+1].first > parts[i].first {
			next = parts[i+1].first
		}
		if next > 0 {
			parts[i].last = max(parts[i].first, min(parts[i].last, next-1))
		}
	}
}

// idleOf are the lines of functions that were never called, and of no other, in a language in which the line of a function runs when
// the text is loaded.
func idleOf(cov *coverage.File) map[uint32]bool {
	out := map[uint32]bool{}
	if !cov.Loads || cov.Unit != coverage.Lines {
		return out
	}
	for i := range cov.Funcs {
		if fn := &cov.Funcs[i]; fn.Counted {
			line := fn.Span.Start.Line
			known, ok := out[line]
			out[line] = fn.Count == 0 && (known || !ok)
		}
	}
	return out
}

// place puts parts into the units that have their lines. What stands on a line without code, as some tools have it, is none.
func (f *File) place(owners []owner, code *source.Code, parts []placed, idle map[uint32]bool) {
	for _, p := range parts {
		if p.first == 0 || p.first > code.Lines() || owners[p.first].unit == 0 {
			continue
		}
		o := owners[p.first]
		to := o.line
		for n := p.first + 1; n <= min(p.last, code.Lines()); n++ {
			if owners[n].unit == o.unit {
				to = owners[n].line
			}
		}
		u := &f.Units[o.unit-1]
		if idle[p.first] && u.First == u.Last { // the line ran when the text was loaded
			p.covered = false
		}
		u.Parts = append(u.Parts, Part{From: o.line, To: to, Statements: p.statements, Covered: p.covered})
	}
}

// Total is what is covered of the unit, and all.
func (u *Unit) Total() (t coverage.Tally) {
	for i := range u.Parts {
		t.Total += int(u.Parts[i].Statements)
		if u.Parts[i].Covered {
			t.Covered += int(u.Parts[i].Statements)
		}
	}
	return t
}

// bare reports whether a line holds brackets alone, as far as that is known.
func (u *Unit) bare(i int) bool { return i < len(u.Bare) && u.Bare[i] }
