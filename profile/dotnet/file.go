package dotnet

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Method is a method of a class, as a compiler has made it.
type Method struct {
	// Class and Name are those of Name; without a class, Name is a full one or alone.
	Class, Name string
	Span        coverage.Span
	Count       uint64
}

// Funcs are the functions of the source that the methods are of, in the order of coverage.File.Funcs; nil for none. Of
// a method that stands in several modules, the one that ran most often counts.
func Funcs(methods []Method) []coverage.Func {
	type key struct {
		class, name string
		line        uint32
	}
	known := map[key]int{}
	var out []coverage.Func
	for _, m := range methods {
		if m.Class == "" {
			if class, name, ok := Split(m.Name); ok {
				m.Class, m.Name = class, name
			}
		}
		k := key{m.Class, m.Name, m.Span.Start.Line}
		if at, ok := known[k]; ok {
			out[at].Count = max(out[at].Count, m.Count)
			if m.Span.End.Compare(out[at].Span.End) > 0 {
				out[at].Span.End = m.Span.End
			}
			continue
		}
		if name := Name(m.Class, m.Name); name != "" {
			known[k] = len(out)
			out = append(out, coverage.Func{Name: strings.Clone(name), Span: m.Span, Counted: true, Count: m.Count})
		}
	}
	return coverage.SortFuncs(out)
}

// mostLines is how many lines statements may go on for, all of a profile together: a few bytes can stand for any number.
const mostLines = 1 << 22

// hidden is the line that compilers give to code that is of no line.
const hidden = 0xfeefee

// Files gathers what a profile says of source files by points: statements with the lines that they are on. A line
// ran as often as the statement on it that ran most often. A method was called as often as its first statement ran, or,
// where that did not, as that which ran most often.
type Files struct {
	report  *coverage.Report
	limits  scan.Limits
	places  *scan.Places
	files   map[string]*File
	ids     map[[2]string]int
	methods [][2]string // by their id, the class and the name
	further int         // how many lines of statements are not their first
	ways    int
}

// NewFiles returns the files of a report, which is written to by End.
func NewFiles(report *coverage.Report, limits scan.Limits) *Files {
	return &Files{report: report, limits: limits, places: scan.NewPlaces(limits, scan.Once(report)), files: map[string]*File{}, ids: map[[2]string]int{}}
}

// File is a source file of a profile.
type File struct {
	all     *Files
	lines   []coverage.Line
	ways    []coverage.Branch
	methods map[int]*called // by id
	nth     map[onLine]uint32
	count   map[uint32]uint32 // by the line, how many methods have ways out of it
}

// called is a method by its statements.
type called struct {
	Method
	entry uint64 // how often the first of them ran
}

// onLine is a method that has ways out of a line.
type onLine struct {
	line uint32
	id   int
}

// File returns the file of that name.
func (f *Files) File(name string) (*File, error) {
	if known := f.files[name]; known != nil {
		return known, nil
	}
	if err := f.limits.CheckFiles(len(f.files) + 1); err != nil {
		return nil, err
	}
	out := &File{all: f, methods: map[int]*called{}}
	f.files[strings.Clone(name)] = out
	return out, nil
}

// Method is the id of a method of a class; both are as Name takes them. What several modules have of one is of one.
func (f *Files) Method(class, name string) (id int) {
	key := [2]string{class, name}
	id, ok := f.ids[key]
	if !ok {
		key = [2]string{strings.Clone(class), strings.Clone(name)}
		id = len(f.methods)
		f.ids[key] = id
		f.methods = append(f.methods, key)
	}
	return id
}

// Point adds a statement of a method on the lines from first to last. A last line of 0 is the first.
func (f *File) Point(method int, first, last, count uint64) error {
	if first == hidden {
		return nil
	}
	line, ok := f.all.places.Line(first)
	if !ok {
		return nil
	}
	end := f.all.places.End(max(first, last), 0).Line
	if f.all.further += int(end - line); f.all.further > mostLines {
		return fmt.Errorf("the statements go on for more than %d lines", mostLines)
	}
	for n := line; n <= end; n++ {
		f.lines = append(f.lines, coverage.Line{Number: n, Count: count})
	}
	m := f.methods[method]
	if m == nil {
		own := f.all.methods[method]
		m = &called{Method: Method{Class: own[0], Name: own[1], Span: coverage.Span{Start: coverage.Point{Line: line, Col: 1}}}, entry: count}
		f.methods[method] = m
	}
	switch start := &m.Span.Start.Line; {
	case line < *start:
		*start, m.entry = line, count
	case line == *start && m.entry == 0: // of another module
		m.entry = count
	}
	m.Span.End.Line = max(m.Span.End.Line, end)
	m.Count = max(m.Count, count)
	return nil
}

// Way adds a way out of a decision of a method. Those of several methods on a line are several ways, though they have
// the same numbers.
func (f *File) Way(method int, line, block, way, count uint64) error {
	if line == hidden {
		return nil
	}
	number, ok := f.all.places.Line(line)
	if !ok {
		return nil
	}
	f.all.ways++
	if err := f.all.limits.CheckBranches(f.all.ways); err != nil {
		return err
	}
	if f.nth == nil {
		f.nth, f.count = map[onLine]uint32{}, map[uint32]uint32{}
	}
	at := onLine{number, method}
	nth, ok := f.nth[at]
	if !ok {
		nth = f.count[number]
		f.nth[at] = nth
		f.count[number]++
	}
	const room = 1 << 20
	f.ways = append(f.ways, coverage.Branch{Line: number, Block: uint32(min(block, room-1)) + nth*room, Way: uint32(min(way, room)), Count: count})
	return nil
}

// End gives the report the files.
func (f *Files) End() {
	for name, file := range f.files {
		methods := make([]Method, 0, len(file.methods))
		for _, id := range slices.Sorted(maps.Keys(file.methods)) {
			m := file.methods[id]
			m.Count = cmp.Or(m.entry, m.Count)
			methods = append(methods, m.Method)
		}
		out := &coverage.File{Name: name, Unit: coverage.Lines, Lines: most(file.lines)}
		if Is(name) {
			out.Funcs = Funcs(methods)
		} else {
			out.Funcs = plain(methods)
		}
		if file.ways != nil {
			out.Branches = coverage.SortBranches(file.ways)
		}
		f.report.Files = append(f.report.Files, out)
	}
	coverage.SortFiles(f.report.Files)
}

// plain are the functions of a file in another language, which no compiler of .NET has made.
func plain(methods []Method) (out []coverage.Func) {
	for _, m := range methods {
		if m.Class != "" {
			m.Name = strings.ReplaceAll(m.Class, ".", "::") + "::" + m.Name
		}
		if m.Name != "" {
			out = append(out, coverage.Func{Name: m.Name, Span: m.Span, Counted: true, Count: m.Count})
		}
	}
	return coverage.SortFuncs(out)
}

// most returns lines sorted, each number once, with the highest of its counts; nil for none. It may reorder lines.
func most(lines []coverage.Line) []coverage.Line {
	if len(lines) == 0 {
		return nil
	}
	slices.SortFunc(lines, func(a, b coverage.Line) int { return cmp.Compare(a.Number, b.Number) })
	out := make([]coverage.Line, 0, len(lines))
	for _, l := range lines {
		if k := len(out) - 1; k >= 0 && out[k].Number == l.Number {
			out[k].Count = max(out[k].Count, l.Count)
		} else {
			out = append(out, l)
		}
	}
	return slices.Clip(out)
}

// Written are the functions of a file by the names that they have in the source, where a profile of another kind has
// full names of methods. Coverlet's LCOV has them on the line before their first: of that it is told by the lines.
func Written(funcs []coverage.Func, lines []coverage.Line) []coverage.Func {
	if !slices.ContainsFunc(funcs, func(fn coverage.Func) bool { return strings.Contains(fn.Name, "::") }) {
		return funcs
	}
	has := func(line uint32) bool {
		_, ok := slices.BinarySearchFunc(lines, line, func(l coverage.Line, n uint32) int { return cmp.Compare(l.Number, n) })
		return ok
	}
	before := slices.ContainsFunc(funcs, func(fn coverage.Func) bool { return !has(fn.Span.Start.Line) }) &&
		!slices.ContainsFunc(funcs, func(fn coverage.Func) bool { return !has(fn.Span.Start.Line + 1) })
	methods := make([]Method, 0, len(funcs))
	for _, fn := range funcs {
		m := Method{Name: fn.Name, Span: fn.Span, Count: fn.Count}
		if before && m.Span.End == (coverage.Point{}) {
			m.Span.Start.Line++
		}
		methods = append(methods, m)
	}
	return Funcs(methods)
}
