// Package coverage is the model of what a profile says: files, regions, functions and how often
// they ran. It reads nothing and writes nothing; a value that has been handed on is never changed.
package coverage

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// Unit says what a file's totals count. Statements, lines and branches are never mixed in one
// figure.
type Unit uint8

const (
	// Statements is the unit of Go profiles.
	Statements Unit = iota
	// Lines is the unit of line-based formats.
	Lines
)

// String returns "statements" or "lines".
func (u Unit) String() string {
	if u == Lines {
		return "lines"
	}
	return "statements"
}

// Noun returns the unit in the number that n asks for: "1 statement", "2 statements".
func (u Unit) Noun(n int) string {
	s := u.String()
	if n == 1 {
		return s[:len(s)-1]
	}
	return s
}

// Point is a place in a text: a 1-based line and a 1-based byte column. A column of 0 means that
// the profile does not know it. The zero Point is no place at all.
type Point struct {
	Line, Col uint32
}

// Compare orders points by line, then column.
func (p Point) Compare(q Point) int {
	if c := cmp.Compare(p.Line, q.Line); c != 0 {
		return c
	}
	return cmp.Compare(p.Col, q.Col)
}

// Region is a stretch of source that runs as a whole: a block of a Go profile.
type Region struct {
	// Start is the first byte, End the one behind the last.
	Start, End Point
	// Statements is how many statements begin in the region. 0 is possible; such a region has
	// nothing to cover and is never shown as uncovered.
	Statements uint32
	// Count is how often the region ran. It saturates instead of overflowing.
	Count uint64
}

// Compare orders regions by start, then end.
func (r Region) Compare(s Region) int {
	if c := r.Start.Compare(s.Start); c != 0 {
		return c
	}
	return r.End.Compare(s.End)
}

// Uncovered reports whether the region has statements and none of them ran.
func (r Region) Uncovered() bool { return r.Statements > 0 && r.Count == 0 }

// File is what one or more profiles say of one source file.
type File struct {
	// Name is the file as the profile names it: an import path, an absolute or a relative path.
	Name string
	// Unit is what Total counts.
	Unit Unit
	// Regions are sorted and distinct.
	Regions []Region
}

// Total counts the statements that ran and all of them.
func (f *File) Total() Tally {
	var t Tally
	for _, r := range f.Regions {
		t.add(r)
	}
	return t
}

// Report is what was read from one profile.
type Report struct {
	// Files are sorted by name, each name once.
	Files []*File
	// Counted tells that counts are numbers of runs. False means that 1 says no more than "ran".
	Counted bool
	// Warnings tell what was odd in the profile but did not make it unreadable.
	Warnings []Warning
}

// Total adds up the files.
func (r *Report) Total() Tally {
	var t Tally
	for _, f := range r.Files {
		t = t.Plus(f.Total())
	}
	return t
}

// Warning is an oddity of a profile.
type Warning struct {
	// Line is the 1-based line of the profile; 0 means the profile as a whole.
	Line int
	Text string
}

// LineError is the reason why a profile can't be read.
type LineError struct {
	// Line is the 1-based line of the profile.
	Line int
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns the reason without the line.
func (e *LineError) Unwrap() error { return e.Err }

// Tally is a count of what ran and of all there is.
type Tally struct {
	Covered, Total int
}

func (t *Tally) add(r Region) {
	t.Total += int(r.Statements)
	if r.Count > 0 {
		t.Covered += int(r.Statements)
	}
}

// Plus adds two tallies of the same unit.
func (t Tally) Plus(o Tally) Tally { return Tally{t.Covered + o.Covered, t.Total + o.Total} }

// Uncovered is what did not run.
func (t Tally) Uncovered() int { return t.Total - t.Covered }

// Percent is the covered share with two decimals, rounded half up, but 100 only where nothing is
// missed and 0 only where nothing ran. ok is false where there is nothing to cover: 0 of 0 is not
// 0 %.
func (t Tally) Percent() (percent float64, ok bool) {
	if t.Total == 0 {
		return 0, false
	}
	p := math.Round(float64(t.Covered)*10000/float64(t.Total)) / 100
	switch {
	case t.Covered < t.Total && p >= 100:
		p = 99.99
	case t.Covered > 0 && p <= 0:
		p = 0.01
	}
	return p, true
}

// Gap is how many statements (or lines) are short of target percent:
// max(0, ceil(target × total) − covered). The target counts to the millionth of a percent; outside
// of 0 to 100 it is the nearer of the two.
func (t Tally) Gap(target float64) int {
	if !(target > 0) || t.Total <= 0 {
		return 0
	}
	// In integers 0.55 × 400 is 220, and not 220.00000000000003.
	const whole = 100_000_000
	hi, lo := bits.Mul64(uint64(math.Round(min(target, 100)*1e6)), uint64(t.Total))
	need, rest := bits.Div64(hi, lo, whole)
	if rest > 0 {
		need++
	}
	return max(0, int(need)-t.Covered)
}

// Func is a function of a source file and how much of it ran.
type Func struct {
	// Name is the bare name, as `go tool cover -func` prints it. A package-level function literal
	// is named after what it is assigned to.
	Name string
	// Receiver is the type that the method belongs to, with its star ("*Command"); "" for a
	// plain function.
	Receiver string
	// Literal tells a package-level function literal from a declared function.
	Literal bool
	// Span is the whole function, from `func` to the closing brace.
	Span Span
	// NameSpan is where the name stands, or the keyword func of a literal.
	NameSpan Span
	// Hash is a fingerprint of the function's text, by which it is found again after an edit.
	Hash uint64
	// Statements is what the profile's regions inside the function add up to.
	Statements Tally
}

// Span is a stretch of text from Start up to, not including, End.
type Span struct {
	Start, End Point
}

// Contains reports whether p lies in the span.
func (s Span) Contains(p Point) bool { return s.Start.Compare(p) <= 0 && p.Compare(s.End) < 0 }

// String returns the name for people: "(*Command).Execute", "Name.String" or "main".
func (f *Func) String() string {
	switch {
	case f.Receiver == "":
		return f.Name
	case f.Receiver[0] == '*':
		return "(" + f.Receiver + ")." + f.Name
	}
	return f.Receiver + "." + f.Name
}

// Uncovered reports whether the function has statements and none of them ran.
func (f *Func) Uncovered() bool { return f.Statements.Total > 0 && f.Statements.Covered == 0 }

// Attribute returns funcs, which must be sorted by start and must not overlap, with the
// statements of those regions that begin inside them. A region outside every function stays out:
// a file's total counts regions, never functions.
func Attribute(funcs []Func, regions []Region) []Func {
	out := slices.Clone(funcs)
	i := 0
	for j := range out {
		out[j].Statements = Tally{}
		for i < len(regions) && regions[i].Start.Compare(out[j].Span.Start) < 0 {
			i++
		}
		for i < len(regions) && regions[i].Start.Compare(out[j].Span.End) < 0 {
			out[j].Statements.add(regions[i])
			i++
		}
	}
	return out
}

// Within returns the regions that begin inside span. They share memory with regions, which must
// be sorted.
func Within(regions []Region, span Span) []Region {
	at := func(p Point) int {
		i, _ := slices.BinarySearchFunc(regions, p, func(r Region, p Point) int { return r.Start.Compare(p) })
		return i
	}
	start := at(span.Start)
	return regions[start:max(start, at(span.End))]
}

// Missed returns the uncovered stretches of sorted regions, sorted and without overlap. Uncovered
// regions that follow each other with no region that ran between them are one stretch, and so are
// those that overlap. What ran inside an uncovered region does not split it.
func Missed(regions []Region) []Span {
	var out []Span
	open := false
	for _, r := range regions {
		switch k := len(out) - 1; {
		case r.Statements == 0:
		case r.Count > 0:
			open = false
		case open, k >= 0 && r.Start.Compare(out[k].End) < 0:
			if r.End.Compare(out[k].End) > 0 {
				out[k].End = r.End
			}
			open = true
		default:
			out = append(out, Span{r.Start, r.End})
			open = true
		}
	}
	return out
}
