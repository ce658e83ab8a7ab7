// Package clover reads Clover XML, which OpenClover, PHPUnit, istanbul, Devel::Cover and ReportGenerator write.
package clover

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether XML that begins with head is Clover's: its root is coverage, as Cobertura's,
// with a project in it.
func Sniff(head []byte) bool {
	return scan.Root(head) == "coverage" && bytes.Contains(head, []byte("<project"))
}

// Read reads a report. What can't be read is a *coverage.LineError.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{x: scan.NewXML(r, limits), limits: limits, files: map[string]*coverage.File{}, report: &coverage.Report{Counted: true}}
	p.places = scan.NewPlaces(limits, scan.Once(p.report))
	if err := p.x.Each(p.element); err != nil {
		return nil, err
	}
	return p.end(), nil
}

type parser struct {
	x      *scan.XML
	limits scan.Limits
	report *coverage.Report
	files  map[string]*coverage.File // by name
	file   *coverage.File            // nil outside of files
	places *scan.Places

	// whole tells that loc is how many lines a file has, as PHPUnit writes it; Istanbul and gcovr, which tell a
	// version of Clover, have something else there.
	whole    bool
	branches int // of all files
	// conditions are how often those were evaluated that have no count of their line, by file and line.
	conditions map[*coverage.File]map[uint32]uint64
	// perl tells that Devel::Cover wrote the report.
	perl bool
	// simple tells that complexity is not measured, which OpenClover does and ReportGenerator does not.
	simple bool
	outer  bool // the sums of the project were read

	// Of the file at hand:
	inClass    bool
	statements int // how many its sums say there are
	counted    int // how many lines it had
	methods    []method
}

// method is a line of type method and how far behind it the next line with a statement is.
type method struct {
	coverage.Line
	distance uint32
}

const farthest = 1<<32 - 1

func (p *parser) element(name string, start bool) error {
	switch {
	case name == "coverage" && start:
		_, other := p.x.Attr("clover")
		p.whole = !other
	case name == "project" && start:
		p.perl = p.x.Is("name", "Devel::Cover::Report::Clover")
	case name == "file" && start:
		return p.startFile()
	case name == "file":
		p.oneLiners()
		p.file = nil
	case name == "class":
		p.inClass = start
	case name == "metrics" && start && !p.outer && p.file == nil:
		p.outer = true
		p.simple = p.x.Is("complexity", "0")
	case name == "metrics" && start && p.file != nil && !p.inClass:
		n, _ := p.x.Number("statements")
		p.statements = int(min(n, 1<<30))
		if n, ok := p.x.Number("loc"); ok && p.whole {
			p.file.Length = uint32(min(n, uint64(p.limits.MaxLine())))
		}
	case name == "line" && start && p.file != nil:
		return p.line()
	}
	return nil
}

func (p *parser) startFile() error {
	// Istanbul has the base name in name and the path in path, PHPUnit the path in name.
	name, ok := p.x.Attr("path")
	if !ok {
		name, ok = p.x.Attr("name")
	}
	if !ok || name == "" {
		return errors.New(`want <file name="…">`)
	}
	if p.perl {
		name = strings.TrimPrefix(name, "blib/") // where modules are copied to before they are tested
	}
	p.statements, p.counted, p.methods = 0, 0, p.methods[:0]
	if p.file = p.files[name]; p.file == nil {
		if err := p.limits.CheckFiles(len(p.files) + 1); err != nil {
			return err
		}
		p.file = &coverage.File{Name: name, Unit: coverage.Lines}
		p.files[name] = p.file
	}
	return nil
}

// ways bounds the branches of one line.
const ways = 100_000

func (p *parser) line() error {
	n, ok := p.x.Number("num")
	count, counted := p.x.Number("count")
	if !counted {
		both, isCond := p.condition()
		if !ok || !isCond {
			return errors.New(`want <line num="…" count="…">`)
		}
		if p.simple && !p.perl {
			return p.inPlace(n, both)
		}
		number, ok := p.places.Line(n)
		if !ok {
			return nil
		}
		return p.evaluated(number, both)
	}
	if !ok {
		return errors.New(`want <line num="…" count="…">`)
	}
	number, ok := p.places.Line(n)
	if !ok {
		return nil
	}
	line := coverage.Line{Number: number, Count: count}
	if p.perl && p.x.Is("type", "method") {
		return nil // without a name, and the BEGIN of each use is one: the source knows them
	}
	if p.x.Is("type", "method") {
		if name := p.name(); name != "" {
			f := coverage.Func{Name: name, Counted: true, Count: count}
			f.Span.Start = coverage.Point{Line: line.Number, Col: 1}
			p.file.Funcs = append(p.file.Funcs, f)
		}
		p.methods = append(p.methods, method{line, farthest})
		return nil
	}
	if k := len(p.methods) - 1; k >= 0 && p.methods[k].distance == farthest && line.Number >= p.methods[k].Number {
		p.methods[k].distance = line.Number - p.methods[k].Number
	}
	p.counted++
	p.file.Lines = append(p.file.Lines, line)
	if !p.x.Is("type", "cond") {
		return nil
	}
	taken, _ := p.x.Number("truecount")
	missed, _ := p.x.Number("falsecount")
	return p.ways(line, taken, missed)
}

// name is that of the method at hand, which OpenClover has in front of its parameters; "" where it has none.
func (p *parser) name() string {
	if name, ok := p.x.Attr("name"); ok {
		return name
	}
	name, _ := p.x.Attr("signature")
	name, _, _ = strings.Cut(name, "(")
	return strings.TrimSpace(name[strings.LastIndexByte(name, ' ')+1:])
}

// inPlace takes a line that has the ways out of it, those that were taken and the others, in place of its count, as
// ReportGenerator writes it.
func (p *parser) inPlace(n uint64, both [2]uint64) error {
	number, ok := p.places.Line(n)
	if !ok {
		return nil
	}
	p.counted++
	p.report.Counted = false
	line := coverage.Line{Number: number, Count: min(both[0], 1)}
	p.file.Lines = append(p.file.Lines, line)
	return p.ways(line, both[0], both[1])
}

// ways takes the ways out of a line, of which some were taken and some were not.
func (p *parser) ways(line coverage.Line, taken, missed uint64) error {
	if taken > ways || missed > ways {
		return fmt.Errorf("line %d has more than %d branches", line.Number, ways)
	}
	p.branches += int(taken + missed)
	if err := p.limits.CheckBranches(p.branches); err != nil {
		return err
	}
	for way := range uint32(taken + missed) {
		b := coverage.Branch{Line: line.Number, Way: way}
		if uint64(way) < taken {
			b.Count = max(line.Count, 1)
		}
		p.file.Branches = append(p.file.Branches, b)
	}
	return nil
}

// condition is how often a condition was true and how often not, as Clover itself and Devel::Cover write it: for the line
// of a statement that stands by itself.
func (p *parser) condition() (both [2]uint64, ok bool) {
	yes, ok1 := p.x.Number("truecount")
	no, ok2 := p.x.Number("falsecount")
	return [2]uint64{yes, no}, ok1 && ok2 && p.x.Is("type", "cond")
}

// evaluated takes both ways out of a condition.
func (p *parser) evaluated(number uint32, both [2]uint64) error {
	p.branches += len(both)
	if err := p.limits.CheckBranches(p.branches); err != nil {
		return err
	}
	first := uint32(0) // of several conditions in a line each has ways of its own
	for k := len(p.file.Branches) - 1; k >= 0 && p.file.Branches[k].Line == number; k-- {
		first++
	}
	for way, n := range both {
		p.file.Branches = append(p.file.Branches, coverage.Branch{Line: number, Way: first + uint32(way), Count: n})
	}
	if p.conditions == nil {
		p.conditions = map[*coverage.File]map[uint32]uint64{}
	}
	if p.conditions[p.file] == nil {
		p.conditions[p.file] = map[uint32]uint64{}
	}
	p.conditions[p.file][number] = coverage.AddCounts(both[0], both[1])
	return nil
}

// alone adds the lines of conditions without a statement.
func (p *parser) alone(f *coverage.File) {
	has := map[uint32]bool{}
	if p.conditions[f] != nil {
		for _, l := range f.Lines {
			has[l.Number] = true
		}
	}
	for number, n := range p.conditions[f] {
		if !has[number] {
			f.Lines = append(f.Lines, coverage.Line{Number: number, Count: n})
		}
	}
}

// oneLiners counts the methods that PHPUnit writes without a statement, since they stand on one line:
// those with no statement before the next method, and, as long as the file's sums say that there are
// more, those whose next statement is farthest.
func (p *parser) oneLiners() {
	slices.SortStableFunc(p.methods, func(a, b method) int { return cmp.Compare(b.distance, a.distance) })
	for _, m := range p.methods {
		if m.distance < farthest && p.counted >= p.statements {
			break
		}
		p.file.Lines = append(p.file.Lines, m.Line)
		p.counted++
	}
}

func (p *parser) end() *coverage.Report {
	for _, f := range p.files {
		p.alone(f)
		f.Lines, f.Branches, f.Funcs = coverage.SumLines(f.Lines), coverage.SortBranches(f.Branches), coverage.SortFuncs(f.Funcs)
		p.report.Files = append(p.report.Files, f)
	}
	coverage.SortFiles(p.report.Files)
	return p.report
}
