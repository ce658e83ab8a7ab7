// Package scoverage reads scoverage.xml, which Scoverage writes of Scala: the statements of every method, with their lines
// and how often each ran. The format is what the class ScoverageXmlWriter of its reporter writes.
//
// Statements count as Scoverage counts them; a line ran where one of its statements did. Of statements the report has
// the lines and no columns: those that did not run, beside others on their line that did, are counted and have no place.
package scoverage

import (
	"errors"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether XML that begins with head is Scoverage's.
func Sniff(head []byte) bool { return scan.Root(head) == "scoverage" }

// roots are where the build tools keep sources; the report names them by their packages.
var roots = [...]string{"src/main/scala", "src/main/scala-2", "src/main/scala-3", "src/main/java", "app", "src"}

// Read reads a report. What can't be read is a *coverage.LineError.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{x: scan.NewXML(r, limits), limits: limits, files: map[string]*file{}, report: &coverage.Report{Counted: true}, roots: map[string]bool{}}
	p.places = scan.NewPlaces(limits, scan.Once(p.report))
	err := p.x.Each(func(name string, start bool) error {
		switch {
		case start && name == "class":
			p.class, _ = p.x.Attr("filename")
		case start && name == "statement":
			return p.statement()
		case name == "class":
			p.class = ""
		}
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
	files  map[string]*file // by name
	places *scan.Places
	roots  map[string]bool // that the names of sources begin with

	class string // the name of the source of the class at hand; "" for none
}

type file struct {
	lines    map[uint32]*line
	branches []coverage.Branch
	funcs    []*coverage.Func
	known    map[[2]string]*coverage.Func // by class and name
}

// line is a line with the statements on it that did not run, and those that did.
type line struct {
	missed, ran uint32
	count       uint64 // the highest
	branches    uint32
}

func (p *parser) statement() error {
	if ignored, _ := p.x.Attr("ignored"); ignored == "true" {
		return nil
	}
	n, ok := p.x.Number("line")
	count, ok2 := p.x.Number("invocation-count")
	if !ok || !ok2 {
		return errors.New(`want <statement line="…" invocation-count="…">`)
	}
	name, err := p.source()
	if err != nil {
		return err
	}
	f := p.files[name]
	if f == nil {
		if err := p.limits.CheckFiles(len(p.files) + 1); err != nil {
			return err
		}
		f = &file{lines: map[uint32]*line{}, known: map[[2]string]*coverage.Func{}}
		p.files[name] = f
	}
	number, ok := p.places.Line(n)
	if !ok {
		return nil
	}
	l := f.lines[number]
	if l == nil {
		l = &line{}
		f.lines[number] = l
	}
	if count > 0 {
		l.ran++
	} else {
		l.missed++
	}
	l.count = max(l.count, count)
	if branch, _ := p.x.Attr("branch"); branch == "true" {
		f.branches = append(f.branches, coverage.Branch{Line: number, Block: l.branches, Count: count})
		l.branches++
	}
	p.function(f, number, count)
	return nil
}

// source is the name of the file that has the statement at hand: the class's, where the statement's ends in that.
func (p *parser) source() (string, error) {
	source, _ := p.x.Attr("source")
	source = strings.ReplaceAll(source, `\`, "/")
	class := strings.ReplaceAll(p.class, `\`, "/")
	switch root, ok := strings.CutSuffix(source, "/"+class); {
	case class == "" && source == "":
		return "", errors.New(`want <statement source="…"> or <class filename="…">`)
	case source == "", source == class:
		source = class
	case ok && class != "":
		if !p.roots[root] && len(p.roots) < maxRoots {
			p.roots[root] = true
		}
		source = class
	}
	return source, scan.CheckName(len(source))
}

// maxRoots bounds the directories that names begin in.
const maxRoots = 1 << 10

// function adds a statement to the method that it is in.
func (p *parser) function(f *file, line uint32, count uint64) {
	name, _ := p.x.Attr("method")
	class, _ := p.x.Attr("class")
	simple := class[strings.LastIndexAny(class, ".$/")+1:]
	switch {
	case name == "<init>" && simple != "":
		name = simple
	case name == "", strings.ContainsAny(name, "<$"):
		return // of a class's own body, or made up for what stands in another method
	}
	if strings.Contains(class, "$") {
		class = "" // it has no name in the source
	}
	key := [2]string{class, name}
	fn := f.known[key]
	if fn == nil {
		fn = &coverage.Func{Name: strings.Clone(name), Receiver: strings.Clone(class), Counted: true, Span: coverage.Span{Start: coverage.Point{Line: line, Col: 1}}}
		f.known[key] = fn
		f.funcs = append(f.funcs, fn)
	}
	if line < fn.Span.Start.Line {
		fn.Span.Start.Line = line
	}
	fn.Span.End.Line = max(fn.Span.End.Line, line)
	fn.Count = max(fn.Count, count)
}

func (p *parser) end() *coverage.Report {
	for name, f := range p.files {
		out := &coverage.File{Name: name, Unit: coverage.Statements, Funcs: make([]coverage.Func, 0, len(f.funcs))}
		for _, fn := range f.funcs {
			out.Funcs = append(out.Funcs, *fn)
		}
		out.Funcs = coverage.SortFuncs(out.Funcs)
		out.Branches = coverage.SortBranches(f.branches)
		unplaced := uint32(0)
		for _, n := range slices.Sorted(maps.Keys(f.lines)) {
			l := f.lines[n]
			r := coverage.Region{Start: coverage.Point{Line: n, Col: 1}, End: coverage.Point{Line: n + 1}, Statements: l.missed}
			if l.ran > 0 {
				r.Statements, r.Count = l.ran, l.count
				unplaced += l.missed
			}
			out.Regions = append(out.Regions, r)
			out.Lines = append(out.Lines, coverage.Line{Number: n, Count: l.count})
		}
		if unplaced > 0 {
			out.Regions = slices.Insert(out.Regions, 0, coverage.Region{Statements: unplaced})
		}
		p.report.Files = append(p.report.Files, out)
	}
	p.report.Roots = slices.Sorted(maps.Keys(p.roots))
	if len(p.files) > 0 && len(p.roots) == 0 {
		p.report.Roots = roots[:]
	}
	coverage.SortFiles(p.report.Files)
	return p.report
}
