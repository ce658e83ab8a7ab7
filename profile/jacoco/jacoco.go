// Package jacoco reads the XML report of JaCoCo, for Java, Kotlin, Scala and others on the JVM. The
// format is that of report.dtd.
package jacoco

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether XML that begins with head is JaCoCo's. EMMA's, which is alike, has its sums first.
func Sniff(head []byte) bool {
	root, child := scan.Outer(head)
	return root == "report" && child != "stats" && (bytes.Contains(head, []byte("JACOCO")) || bytes.Contains(head, []byte("<sessioninfo")) ||
		bytes.Contains(head, []byte("<package")) || bytes.Contains(head, []byte("<group")))
}

// roots are where the build tools keep sources; the report names them by their package only.
var roots = [...]string{"src/main/java", "src/main/kotlin", "src/main/scala", "src/main/groovy", "src"}

// Read reads a report. A function that has a descriptor has it behind its name, and for its receiver the class as the
// virtual machine knows it; package demangle makes names of them. The lines are those of the source files, since classes share lines; counts
// only tell whether something ran. A report of several modules has a group for each, which keeps their files apart
// (coverage.File.Group). What can't be read is a *coverage.LineError.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{x: scan.NewXML(r, limits), limits: limits, files: map[string]*coverage.File{}, placeless: map[*coverage.File][]method{}, report: &coverage.Report{Roots: roots[:]}}
	p.places = scan.NewPlaces(limits, scan.Once(p.report))
	err := p.x.Each(func(name string, start bool) error {
		if start {
			return p.start(name)
		}
		p.stop(name)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p.end(), nil
}

type parser struct {
	x      *scan.XML
	limits scan.Limits
	report *coverage.Report
	files  map[string]*coverage.File // by name
	places *scan.Places

	groups []string // around what is at hand, the names of the outer ones before those of the inner
	pkg    string
	class  *coverage.File // the file of the class at hand
	of     string         // the name of that class
	funcs  []method       // of that class; the last is the method at hand
	method bool           // there is a method at hand
	file   *coverage.File // the source file at hand
	lines  []line         // of the source file at hand
	// placeless are methods by the source file that has them, of which the report does not tell the line.
	placeless map[*coverage.File][]method
	blind     bool // there are classes without lines

	branches int // of all files
}

// method is a method with its counters.
type method struct {
	coverage.Func
	counters [len(kinds)]tally // beside kinds
	has      [len(kinds)]bool
}

// kinds are the counters of a method that are read.
var kinds = [...]string{ofMethod: "METHOD", ofInstructions: "INSTRUCTION", ofLines: "LINE"}

const (
	ofMethod = iota
	ofInstructions
	ofLines
)

// tally is what a counter counts.
type tally struct{ missed, covered uint64 }

// line is a line with the counter of its instructions.
type line struct {
	coverage.Line
	tally
}

func (p *parser) start(name string) error {
	switch name {
	case "group":
		name, _ := p.x.Attr("name")
		if k := len(p.groups) - 1; k >= 0 && p.groups[k] != "" {
			name = strings.TrimSuffix(p.groups[k]+"/"+name, "/")
		}
		p.groups = append(p.groups, name)
		return scan.CheckName(len(name))
	case "package":
		p.pkg, _ = p.x.Attr("name")
	case "class":
		p.funcs, p.method = p.funcs[:0], false
		name, ok := p.x.Attr("sourcefilename")
		if !ok {
			p.blind = true
			return nil
		}
		var err error
		p.class, err = p.named(name)
		p.of, _ = p.x.Attr("name")
		p.of = strings.Clone(p.of)
		return err
	case "method":
		if p.class != nil {
			name, _ := p.x.Attr("name")
			f := coverage.Func{Name: name, Counted: true}
			if descriptor, ok := p.x.Attr("desc"); ok {
				f.Name, f.Receiver = name+descriptor, p.of
			}
			if line, ok := p.x.Number("line"); ok {
				f.Span.Start, _ = p.places.Start(line, 1)
			}
			p.funcs, p.method = append(p.funcs, method{Func: f}), true
		}
	case "counter":
		if p.method {
			p.counter()
		}
	case "sourcefile":
		name, ok := p.x.Attr("name")
		if !ok {
			return errors.New(`want <sourcefile name="…">`)
		}
		var err error
		p.file, err = p.named(name)
		return err
	case "line":
		return p.line()
	}
	return nil
}

// counter adds a counter to the method at hand.
func (p *parser) counter() {
	var c tally
	c.missed, _ = p.x.Number("missed")
	c.covered, _ = p.x.Number("covered")
	m := &p.funcs[len(p.funcs)-1]
	for kind, name := range kinds {
		if p.x.Is("type", name) {
			m.counters[kind], m.has[kind] = c, true
		}
	}
}

// called is the method as a function; ok is false for one that has no code. Kover does not count methods, but what is
// in them.
func (m *method) called() (f coverage.Func, ok bool) {
	f = m.Func
	for kind, c := range m.counters {
		if m.has[kind] {
			f.Count = c.covered
			if kind != ofMethod {
				f.Count = min(f.Count, 1)
			}
			return f, c != tally{}
		}
	}
	return f, true
}

// most bounds how many methods of a file are looked for in how many lines.
const most = 1 << 24

// place finds the lines of methods, of which Kover only tells how many each has and what runs in them: those that
// follow each other in the file and have as much to run. Where methods are alike in that, it takes them in their order
// if there are as many such lines.
func place(methods []method, lines []line) {
	type shape struct{ lines, missed, covered uint64 }
	if len(methods) > most/max(len(lines), 1) {
		return
	}
	alike := map[shape][]int{}
	for i := range methods {
		of, run := methods[i].counters[ofLines], methods[i].counters[ofInstructions]
		s := shape{of.missed + of.covered, run.missed, run.covered}
		if s.lines > 0 && s.lines <= uint64(len(lines)) && (run != tally{}) {
			alike[s] = append(alike[s], i)
		}
	}
	sums := make([]tally, len(lines)+1) // of the lines before
	for i, l := range lines {
		sums[i+1] = tally{sums[i].missed + l.missed, sums[i].covered + l.covered}
	}
	for s, list := range alike {
		var found []int
		n := int(s.lines)
		for i := 0; i+n <= len(lines) && len(found) <= len(list); i++ {
			if sums[i+n].missed-sums[i].missed == s.missed && sums[i+n].covered-sums[i].covered == s.covered {
				found = append(found, i)
			}
		}
		if len(found) != len(list) {
			continue
		}
		for k, i := range list {
			at := lines[found[k] : found[k]+n]
			methods[i].Span = coverage.Span{Start: coverage.Point{Line: at[0].Number, Col: 1}, End: coverage.Point{Line: at[n-1].Number}}
		}
	}
}

func (p *parser) named(base string) (*coverage.File, error) {
	group, prefix := "", ""
	if k := len(p.groups) - 1; k >= 0 && p.groups[k] != "" {
		group = p.groups[k]
		prefix = group + "/"
	}
	if err := scan.CheckName(len(prefix) + len(p.pkg) + len("/") + len(base)); err != nil {
		return nil, err
	}
	name := prefix + path.Join(p.pkg, base)
	f := p.files[name]
	if f == nil {
		if err := p.limits.CheckFiles(len(p.files) + 1); err != nil {
			return nil, err
		}
		f = &coverage.File{Name: name, Group: group, Unit: coverage.Lines}
		p.files[name] = f
	}
	return f, nil
}

// ways bounds the branches of one line.
const ways = 10_000

func (p *parser) line() error {
	n, ok := p.x.Number("nr")
	run, ok2 := p.x.Number("ci")
	if !ok || !ok2 {
		return errors.New(`want <line nr="…" ci="…">`)
	}
	if p.file == nil {
		return nil
	}
	number, ok := p.places.Line(n)
	if !ok {
		return nil
	}
	unrun, _ := p.x.Number("mi")
	p.lines = append(p.lines, line{coverage.Line{Number: number, Count: min(run, 1)}, tally{unrun, run}})
	missed, _ := p.x.Number("mb")
	taken, _ := p.x.Number("cb")
	if missed > ways || taken > ways {
		return fmt.Errorf("line %d has more than %d branches", n, ways)
	}
	p.branches += int(missed + taken)
	if err := p.limits.CheckBranches(p.branches); err != nil {
		return err
	}
	for way := range uint32(missed + taken) {
		b := coverage.Branch{Line: number, Way: way}
		if uint64(way) < taken {
			b.Count = 1
		}
		p.file.Branches = append(p.file.Branches, b)
	}
	return nil
}

func (p *parser) stop(name string) {
	switch name {
	case "group":
		p.groups = p.groups[:len(p.groups)-1]
	case "method":
		p.method = false
	case "class":
		if p.class != nil {
			p.class.Funcs = slices.Grow(p.class.Funcs, len(p.funcs))
			for i := range p.funcs {
				p.add(&p.funcs[i])
			}
		}
		p.class, p.method = nil, false
	case "sourcefile":
		if p.file != nil {
			p.placed()
		}
		p.file, p.lines = nil, p.lines[:0]
	}
}

// add takes a method of the class at hand.
func (p *parser) add(m *method) {
	f, ok := m.called()
	switch {
	case !ok:
	case f.Span.Start.Line == 0 && m.has[ofInstructions]:
		p.placeless[p.class] = append(p.placeless[p.class], *m)
	default:
		p.class.Funcs = append(p.class.Funcs, f)
	}
}

// placed takes the lines of the source file at hand, and finds the methods on them.
func (p *parser) placed() {
	methods := p.placeless[p.file]
	place(methods, p.lines)
	p.file.Lines = slices.Grow(p.file.Lines, len(p.lines))
	for _, l := range p.lines {
		p.file.Lines = append(p.file.Lines, l.Line)
	}
}

func (p *parser) end() *coverage.Report {
	for f, methods := range p.placeless {
		for i := range methods {
			fn, _ := methods[i].called()
			f.Funcs = append(f.Funcs, fn)
		}
	}
	for _, f := range p.files {
		p.blind = p.blind || f.Lines == nil && f.Funcs != nil // an interface has neither
		f.Lines, f.Branches, f.Funcs = coverage.SumLines(f.Lines), coverage.SortBranches(f.Branches), coverage.SortFuncs(f.Funcs)
		p.report.Files = append(p.report.Files, f)
	}
	if p.blind {
		p.report.Warnings = append(p.report.Warnings, coverage.Warning{Text: "some classes were compiled without debug information (javac -g): the report has no lines for them"})
	}
	coverage.SortFiles(p.report.Files)
	return p.report
}
