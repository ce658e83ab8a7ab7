// Package coverage is the model of what a profile says: files, regions, functions and how often
// they ran. It reads nothing and writes nothing; a value that has been handed on is never changed.
package coverage

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
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

// Line is a source line that can run.
type Line struct {
	// Number is 1-based.
	Number uint32
	// Count is how often the line ran. It saturates instead of overflowing.
	Count uint64
}

// Branch is one way out of a decision.
type Branch struct {
	// Line is the 1-based line of the decision, 0 where it is not known; Block and Way tell the branches of a line
	// apart.
	Line       uint32
	Block, Way uint32
	// Count is how often this way was taken.
	Count uint64
}

// compare orders branches by line, block and way.
func (b Branch) compare(c Branch) int {
	return cmp.Or(cmp.Compare(b.Line, c.Line), cmp.Compare(b.Block, c.Block), cmp.Compare(b.Way, c.Way))
}

// File is what one or more profiles say of one source file.
type File struct {
	// Name is the file as the profile names it: an import path, an absolute or a relative path. Where Group is
	// not "", it begins with that and a slash.
	Name string
	// Group is the module that the profile has the file in, nested ones with a slash between them: a group of a
	// JaCoCo report of several modules. What stands behind it in Name is the file's path in that module, which
	// another module may have too. "" means that the profile has no groups.
	Group string
	// Format says by whom the file is told: reports of one format count alike, and add up. "" where they differ.
	Format string
	// Ways says how the ways out of a line are numbered, where other formats number them alike; "" is as only Format does.
	Ways string
	// Loads tells that the line that a function begins on runs when the text is loaded, whether or not anybody calls
	// the function: of JavaScript, Python and Ruby.
	Loads bool
	// Unit is what Total counts.
	Unit Unit
	// Regions are sorted and distinct; nil where the profile has lines only.
	Regions []Region
	// Lines are sorted and distinct; nil where the profile has none of its own.
	Lines []Line
	// Branches are sorted and distinct; nil where the profile has none.
	Branches []Branch
	// Funcs are the functions that the profile itself counts, sorted by line, then name. Nil means
	// that the format or the tool tells none: the source may.
	Funcs []Func
	// Length is how many lines the text had that the profile is of, 0 where it does not tell. Tools differ in whether
	// what stands behind the last line break is a line when that is nothing: a text fits that has as many line
	// breaks, or one fewer.
	Length uint32
	// Sums are checksums of lines of that text, sorted and distinct; nil where the profile has none. A line that has
	// two of them is of two texts.
	Sums []Sum
	// Scripts are what V8 tells of the text, of which Over makes lines and functions; nil for any other profile.
	Scripts []Script
}

// Local is Name without the group.
func (f *File) Local() string {
	if f.Group == "" {
		return f.Name
	}
	return strings.TrimPrefix(f.Name, f.Group+"/")
}

// Equal reports whether two files say the same.
func (f *File) Equal(o *File) bool {
	return f.Name == o.Name && f.Group == o.Group && f.Format == o.Format && f.Ways == o.Ways && f.Loads == o.Loads &&
		f.Unit == o.Unit && f.Length == o.Length && slices.Equal(f.Sums, o.Sums) && slices.EqualFunc(f.Scripts, o.Scripts, Script.equal) &&
		slices.Equal(f.Regions, o.Regions) && slices.Equal(f.Lines, o.Lines) &&
		slices.Equal(f.Branches, o.Branches) && (f.Funcs == nil) == (o.Funcs == nil) && slices.Equal(f.Funcs, o.Funcs)
}

// Total counts what ran of the file's unit, and all there is.
func (f *File) Total() Tally {
	var t Tally
	if f.Unit == Lines {
		t, _ = f.LineTotal()
		return t
	}
	for _, r := range f.Regions {
		t.add(r)
	}
	return t
}

// Measured reports whether there is anything to cover in the file's unit.
func (f *File) Measured() bool {
	if f.Unit == Lines {
		return len(f.Lines) > 0
	}
	return slices.ContainsFunc(f.Regions, func(r Region) bool { return r.Statements > 0 })
}

// Silent reports whether a profile that has the file says nothing of it: there is nothing to cover, no
// branch, no function that has a place, and no script.
func (f *File) Silent() bool {
	return !f.Measured() && len(f.Lines) == 0 && len(f.Branches) == 0 && !f.Places() && len(f.Scripts) == 0
}

// Places reports whether one of Funcs has a place.
func (f *File) Places() bool {
	return slices.ContainsFunc(f.Funcs, func(fn Func) bool { return fn.Span.Start.Line > 0 })
}

// BranchTotal counts the branches that were taken, and all. ok is false where the profile has none.
func (f *File) BranchTotal() (t Tally, ok bool) {
	for _, b := range f.Branches {
		t.Total++
		if b.Count > 0 {
			t.Covered++
		}
	}
	return t, f.Branches != nil
}

// LineTotal counts the lines that ran, and all. ok is false where the profile has no lines of its own.
func (f *File) LineTotal() (t Tally, ok bool) {
	for _, l := range f.Lines {
		t.addLine(l)
	}
	return t, f.Lines != nil || f.Unit == Lines
}

// within counts what of the file's unit begins inside span.
func (f *File) within(span Span) Tally {
	var t Tally
	if f.Unit == Lines {
		for _, l := range LinesWithin(f.Lines, span) {
			t.addLine(l)
		}
		return t
	}
	for _, r := range Within(f.Regions, span) {
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
	// Once tells of a profile of Go that no block stands in it twice: each package has the counts of one test binary,
	// which, as long as nobody asks for more by -coverpkg, is that of its own tests.
	Once bool
	// Listed is how many times a profile of Go lists each block of a package at least, by the package's import path, or its
	// directory as the profile names it: under -coverpkg=./... once for each test binary that wrote one, so that it tells of
	// tests that left none, and once more for a package without tests. Nil means that it can't be known.
	Listed map[string]int
	// Roots are directories, as the profile names them, that its relative names may begin in.
	Roots []string
	// Warnings tell what was odd in the profile but did not make it unreadable.
	Warnings []Warning
	// Cut tells that the profile ends early: what it holds is whole, but more may have followed.
	Cut bool
	// Mixed is what the profile's tool prints as its total, where that adds up lines and branches; nil elsewhere.
	Mixed *Mixed
}

// Mixed is a total in which lines and branches count as one.
type Mixed struct {
	// Tool is who prints it, Percent what: digits without a sign.
	Tool, Percent string
}

// MixedOf is the total of lines and branches as a tool displays it; with "" it is in whole percents, of which 0 and 100 are
// just that. It is nil where there are no branches, or the tallies are none.
func MixedOf(tool string, lines, branches Tally, display string) *Mixed {
	for _, t := range []Tally{lines, branches} {
		if t.Covered < 0 || t.Covered > t.Total {
			return nil
		}
	}
	covered, total := lines.Covered+branches.Covered, lines.Total+branches.Total
	if branches.Total == 0 {
		return nil
	}
	if _, err := strconv.ParseFloat(display, 64); err != nil || len(display) > 10 || strings.Trim(display, "0123456789.") != "" {
		display = strconv.FormatFloat(100*float64(covered)/float64(total), 'f', 0, 64)
		switch {
		case display == "100" && covered < total:
			display = "99"
		case display == "0" && covered > 0:
			display = "1"
		}
	}
	return &Mixed{tool, display}
}

// OwnTotal tells what the profile's tool prints apart from the total of lines; "" where that is the same figure.
func (r *Report) OwnTotal() string {
	if r.Mixed == nil {
		return ""
	}
	if t := r.Total(Lines); t.Total > 0 {
		_, decimals, _ := strings.Cut(r.Mixed.Percent, ".")
		if strconv.FormatFloat(100*float64(t.Covered)/float64(t.Total), 'f', len(decimals), 64) == r.Mixed.Percent {
			return ""
		}
	}
	return r.Mixed.Tool + "'s own total, " + r.Mixed.Percent + " %, counts branches, too"
}

// Reuse puts the files of an earlier report in the place of those that say the same, so that all that was made of
// them stands. Nobody else may have the report yet.
func (r *Report) Reuse(before *Report) {
	old := before.Files
	for i, f := range r.Files {
		for len(old) > 0 && old[0].Name < f.Name {
			old = old[1:]
		}
		if len(old) > 0 && f.Equal(old[0]) {
			r.Files[i] = old[0]
		}
	}
}

// Total adds up the files that are counted in unit.
func (r *Report) Total(unit Unit) Tally {
	var t Tally
	for _, f := range r.Files {
		if f.Unit == unit {
			t = t.Plus(f.Total())
		}
	}
	return t
}

// What values of the model take of memory, in bytes; names come on top.
const (
	fileBytes   = 224
	regionBytes = 32
	lineBytes   = 16
	branchBytes = 24
	funcBytes   = 128
	sumBytes    = 8

	stretchBytes = 56
)

// Bytes is about how many bytes of memory the report takes.
func (r *Report) Bytes() int64 {
	n := 0
	for _, f := range r.Files {
		n += fileBytes + len(f.Name) + regionBytes*cap(f.Regions) + lineBytes*cap(f.Lines) + branchBytes*cap(f.Branches) + funcBytes*cap(f.Funcs) + sumBytes*cap(f.Sums)
		for i := range f.Funcs {
			n += len(f.Funcs[i].Name) + len(f.Funcs[i].Receiver)
		}
		for i := range f.Scripts {
			n += stretchBytes * cap(f.Scripts[i].Stretches)
			for k := range f.Scripts[i].Stretches {
				n += len(f.Scripts[i].Stretches[k].Name)
			}
		}
	}
	for _, w := range r.Warnings {
		n += len(w.Text)
	}
	return int64(n)
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

func (t *Tally) addLine(l Line) {
	t.Total++
	if l.Count > 0 {
		t.Covered++
	}
}

// Plus adds two tallies of the same unit.
func (t Tally) Plus(o Tally) Tally { return Tally{t.Covered + o.Covered, t.Total + o.Total} }

// Uncovered is what did not run.
func (t Tally) Uncovered() int { return t.Total - t.Covered }

// FormatPercent prints a percentage with the digits that it has: "60 %", "86.72 %".
func FormatPercent(percent float64) string { return strconv.FormatFloat(percent, 'f', -1, 64) + " %" }

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
	// Receiver is the type that the method belongs to, with its star ("*Command"), or with what joins both where that is no dot:
	// # for a method of the objects of a class of Ruby ("Shop::Cart#"), :: in some languages ("Shop::Cart::"), and a space before
	// the constructor of JavaScript ("Cart "); "" for a plain function.
	Receiver string
	// Literal tells a package-level function literal from a declared function.
	Literal bool
	// Span is the whole function, from `func` to the closing brace.
	Span Span
	// Body is where the code begins that a call runs, in a language in which the head of a function runs
	// when the file is loaded. The zero Point means that all of Span is of the call.
	Body Point
	// Opens is where a profile has the body begin, behind the head; the zero Point where it does not tell.
	Opens Point
	// NameSpan is where the name stands, or the keyword func of a literal.
	NameSpan Span
	// Hash is a fingerprint of the function's text, by which it is found again after an edit.
	Hash uint64
	// Statements is what the profile has inside the function, in the file's unit.
	Statements Tally
	// Counted tells that the profile counts the function itself; Count is then how often it was
	// called.
	Counted bool
	Count   uint64
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
	case strings.IndexByte("#: ", f.Receiver[len(f.Receiver)-1]) >= 0:
		return f.Receiver + f.Name
	}
	return f.Receiver + "." + f.Name
}

// Uncovered reports whether no test reaches the function: the profile says so itself, or the function
// has statements and none of them ran.
func (f *Func) Uncovered() bool {
	if f.Counted {
		return f.Count == 0
	}
	return f.Statements.Total > 0 && f.Statements.Covered == 0
}

// Exclusion is a stretch of a source that somebody has taken out of every total.
type Exclusion struct {
	Span Span
	// Reason is what stands in the source beside it; "" where nothing does.
	Reason string
}

// Without returns what is left of the file when what begins in the excluded stretches, which are
// sorted and do not overlap, is taken out, and how much of its unit that was. Where it is nothing, the
// file itself is returned.
func (f *File) Without(excluded []Exclusion) (rest *File, out Tally) {
	if len(excluded) == 0 {
		return f, Tally{}
	}
	in := func(p Point) bool { return Excluded(excluded, p) }
	line := func(n uint32) bool { return in(Point{n, 1}) }
	g := *f
	g.Regions = slices.DeleteFunc(slices.Clone(f.Regions), func(r Region) bool { return in(r.Start) })
	g.Lines = slices.DeleteFunc(slices.Clone(f.Lines), func(l Line) bool { return line(l.Number) })
	g.Branches = slices.DeleteFunc(slices.Clone(f.Branches), func(b Branch) bool { return line(b.Line) })
	g.Funcs = slices.DeleteFunc(slices.Clone(f.Funcs), func(fn Func) bool { return line(fn.Span.Start.Line) })
	if len(g.Regions)+len(g.Lines)+len(g.Branches)+len(g.Funcs) == len(f.Regions)+len(f.Lines)+len(f.Branches)+len(f.Funcs) {
		return f, Tally{}
	}
	was, now := f.Total(), g.Total()
	return &g, Tally{was.Covered - now.Covered, was.Total - now.Total}
}

// Excluded reports whether a place lies in one of the stretches, which are sorted and do not overlap.
func Excluded(excluded []Exclusion, p Point) bool {
	i, _ := slices.BinarySearchFunc(excluded, p, func(e Exclusion, p Point) int {
		if e.Span.End.Compare(p) <= 0 {
			return -1
		}
		return 1
	})
	return i < len(excluded) && excluded[i].Span.Contains(p)
}

// attribute returns funcs, which must be sorted by start and must not overlap, with the
// statements of those regions that begin inside them. A region outside every function stays out:
// a file's total counts regions, never functions.
func attribute(funcs []Func, regions []Region) []Func {
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

// Count returns funcs, which lie in the file's text, with what the file has inside each that a call
// would run.
func (f *File) Count(funcs []Func) []Func {
	if f.Unit == Statements && f.Funcs == nil && apart(funcs) {
		return attribute(funcs, f.Regions)
	}
	out := slices.Clone(funcs)
	f.CountIn(out)
	return out
}

// apart reports whether none of the functions lies in another.
func apart(funcs []Func) bool {
	for i := 1; i < len(funcs); i++ {
		if funcs[i].Span.Start.Compare(funcs[i-1].Span.End) < 0 {
			return false
		}
	}
	return true
}

// CountIn is Count in the place of what it is given, for a file of lines or one that names functions itself.
func (f *File) CountIn(funcs []Func) {
	for i := range funcs {
		span := funcs[i].Span
		if funcs[i].Body != (Point{}) {
			span.Start = funcs[i].Body
		}
		funcs[i].Statements = f.within(span)
		switch all := funcs[i].Statements; {
		case !f.Loads:
		case funcs[i].Counted && funcs[i].Count == 0:
			funcs[i].Statements = Tally{Total: all.Total - all.Covered} // what ran is the declaration: const f = function () {
		case funcs[i].Body == (Point{}) && !funcs[i].Counted:
			funcs[i].Statements = f.withoutEdges(span, all)
		}
	}
}

// withoutEdges is what of all in span was run by a call, where the first and the last line of a function may have run
// without one: V8 has a line for run unless all of it was not. It is all where the lines between tell nothing.
func (f *File) withoutEdges(span Span, all Tally) Tally {
	if all.Covered == 0 || span.End.Line < span.Start.Line+2 {
		return all
	}
	between := f.within(Span{Point{Line: span.Start.Line + 1}, Point{Line: span.End.Line - 1, Col: math.MaxUint32}})
	if between.Total == 0 || between.Covered > 0 {
		return all
	}
	return Tally{Total: all.Total - all.Covered}
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

// LinesWithin returns the lines of span, from its first to its last. They share memory with lines,
// which must be sorted.
func LinesWithin(lines []Line, span Span) []Line {
	at := func(n uint32) int {
		i, _ := slices.BinarySearchFunc(lines, n, func(l Line, n uint32) int { return cmp.Compare(l.Number, n) })
		return i
	}
	start := at(span.Start.Line)
	return lines[start:max(start, at(span.End.Line+1))]
}
