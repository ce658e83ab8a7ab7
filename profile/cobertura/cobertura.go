// Package cobertura reads Cobertura XML, which coverage.py, coverlet, istanbul, gcovr, grcov, PHPUnit,
// gocover-cobertura and others write. The format is that of coverage-04.dtd.
package cobertura

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether XML that begins with head is Cobertura's: its root is coverage, as Clover's and those of other
// tools, in which something else stands.
func Sniff(head []byte) bool {
	root, child := scan.Outer(head)
	switch child {
	case "sources", "packages", "package", "classes", "class", "":
		return root == "coverage" && !bytes.Contains(head, []byte("<project"))
	}
	return false
}

// Read reads a report. Classes of the same file are joined: a line is covered where one of them ran
// it, and counts are not added up, since tools write the same line for a class and those in it. What
// can't be read is a *coverage.LineError.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{x: scan.NewXML(r, limits), limits: limits, files: map[string]*file{}, report: &coverage.Report{Counted: true}}
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
	files  map[string]*file
	places *scan.Places

	branches int // of all lines that were read

	// The class at hand; nil outside of classes.
	class *file
	own   []line // lines of the class
	inner []line // lines of its methods
	funcs []coverage.Func
	loose [][]uint32 // the lines of those of funcs that are PHP's outside of classes, nil for others
	// dotnet tells that the class at hand, which of names, is one of .NET.
	dotnet bool
	of     string
	// inMethod says that the last of funcs is the method at hand.
	inMethod bool
}

// line is a line with the ways out of it.
type line struct {
	number       uint32
	taken, total uint16
	count        uint64
}

type file struct {
	name  string
	lines []line
	funcs []coverage.Func
	loose []loose
}

// loose is a function of PHP outside of a class. PHPUnit lists those of the last file that has some with other files,
// too, with what these have on their lines.
type loose struct {
	coverage.Func
	lines []uint32
}

func (p *parser) start(name string) error {
	switch name {
	case "class":
		return p.startClass()
	case "method":
		if p.class != nil {
			name, _ := p.x.Attr("name")
			if p.dotnet {
				name = dotnet(p.of, name)
			}
			p.funcs, p.inMethod = append(p.funcs, coverage.Func{Name: name, Counted: true}), true
			p.loose = append(p.loose, nil)
			if strings.HasSuffix(p.class.name, ".php") {
				if signature, _ := p.x.Attr("signature"); strings.HasPrefix(signature, name[strings.LastIndexByte(name, '\\')+1:]+"(") {
					p.loose[len(p.loose)-1] = []uint32{}
				}
			}
		}
	case "line":
		return p.line()
	}
	return nil
}

func (p *parser) startClass() error {
	name, ok := p.x.Attr("filename")
	if !ok || name == "" {
		return errors.New(`want <class filename="…">`)
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".cs", ".vb", ".fs":
		p.dotnet = true
		p.of, _ = p.x.Attr("name")
		p.of = strings.Clone(p.of)
	default:
		p.dotnet = false
	}
	p.own, p.inner, p.funcs, p.loose, p.inMethod = p.own[:0], p.inner[:0], p.funcs[:0], p.loose[:0], false
	if p.class = p.files[name]; p.class == nil {
		if p.limits.Files > 0 && len(p.files) >= p.limits.Files {
			return fmt.Errorf("more than %d files (limits.files)", p.limits.Files)
		}
		p.class = &file{name: name}
		p.files[name] = p.class
	}
	return nil
}

func (p *parser) line() error {
	if p.class == nil {
		return nil
	}
	n, ok := p.x.Number("number")
	if !ok {
		return errors.New(`want <line number="…">`)
	}
	number, ok := p.places.Line(n)
	if !ok {
		return nil
	}
	l := line{number: number}
	if l.count, ok = p.x.Number("hits"); !ok {
		return errors.New(`want <line hits="…">`)
	}
	if c, ok := p.x.Attr("condition-coverage"); ok {
		l.taken, l.total = ways(c)
	}
	p.branches += int(l.total)
	if err := p.limits.CheckBranches(p.branches); err != nil {
		return err
	}
	if !p.inMethod {
		p.own = append(p.own, l)
		return nil
	}
	p.inner = append(p.inner, l)
	if at := &p.loose[len(p.loose)-1]; *at != nil {
		*at = append(*at, number)
	}
	m := &p.funcs[len(p.funcs)-1]
	if m.Span.Start.Line == 0 || l.number < m.Span.Start.Line {
		m.Span.Start = coverage.Point{Line: l.number, Col: 1}
	}
	m.Span.End.Line = max(m.Span.End.Line, l.number)
	m.Count = max(m.Count, l.count)
	return nil
}

// ways reads "50% (1/2)".
func ways(s string) (taken, total uint16) {
	_, s, _ = strings.Cut(s, "(")
	a, b, ok := strings.Cut(strings.TrimSuffix(s, ")"), "/")
	x, err1 := strconv.ParseUint(a, 10, 16)
	y, err2 := strconv.ParseUint(b, 10, 16)
	if !ok || err1 != nil || err2 != nil || x > y {
		return 0, 0
	}
	return uint16(x), uint16(y)
}

func (p *parser) stop(name string) {
	switch name {
	case "source":
		if s := p.x.Text(); s != "" {
			p.report.Roots = append(p.report.Roots, s)
		}
	case "method":
		if k := len(p.funcs) - 1; p.inMethod && (p.funcs[k].Span.Start.Line == 0 || p.dotnet && p.funcs[k].Name == "") {
			p.funcs, p.loose = p.funcs[:k], p.loose[:k] // it has no lines, or is a part of another
		}
		p.inMethod = false
	case "class":
		if p.class == nil {
			return
		}
		lines := p.own
		if len(lines) == 0 { // some tools write them under the methods only
			lines = p.inner
		}
		p.class.lines = append(p.class.lines, lines...)
		for i, lines := range p.loose {
			if lines == nil {
				p.class.funcs = append(p.class.funcs, p.funcs[i])
			} else {
				p.class.loose = append(p.class.loose, loose{p.funcs[i], lines})
			}
		}
		p.class = nil
	}
}

func (p *parser) end() *coverage.Report {
	for _, f := range p.files {
		f.settle()
		out := &coverage.File{Name: f.name, Unit: coverage.Lines, Funcs: coverage.SortFuncs(f.funcs)}
		out.Lines, out.Branches = split(f.join())
		f.lines = nil
		p.report.Files = append(p.report.Files, out)
	}
	coverage.SortFiles(p.report.Files)
	return p.report
}

// settle adds the functions of the file that are in no class: those that have a line which no method has.
func (f *file) settle() {
	if len(f.loose) == 0 {
		return
	}
	methods := coverage.SortFuncs(f.funcs)
	last := uint32(0) // of a method and those before it
	for i := range methods {
		last = max(last, methods[i].Span.End.Line)
		methods[i].Span.End.Line = last
	}
	free := func(line uint32) bool {
		i, _ := slices.BinarySearchFunc(methods, line+1, func(m coverage.Func, line uint32) int { return cmp.Compare(m.Span.Start.Line, line) })
		return i == 0 || methods[i-1].Span.End.Line < line
	}
	for _, l := range f.loose {
		if slices.ContainsFunc(l.lines, free) {
			f.funcs = append(f.funcs, l.Func)
		}
	}
}

// join returns the lines sorted, each once.
func (f *file) join() []line {
	compare := func(a, b line) int { return cmp.Compare(a.number, b.number) }
	if !slices.IsSortedFunc(f.lines, compare) {
		slices.SortFunc(f.lines, compare)
	}
	out := f.lines[:0]
	for _, l := range f.lines {
		if k := len(out) - 1; k >= 0 && out[k].number == l.number {
			out[k].count = max(out[k].count, l.count)
			out[k].taken, out[k].total = max(out[k].taken, l.taken), max(out[k].total, l.total)
		} else {
			out = append(out, l)
		}
	}
	return out
}

// split returns the lines and the ways out of them; nil for none.
func split(list []line) (lines []coverage.Line, branches []coverage.Branch) {
	ways := 0
	for _, l := range list {
		ways += int(l.total)
	}
	if len(list) > 0 {
		lines = make([]coverage.Line, 0, len(list))
	}
	if ways > 0 {
		branches = make([]coverage.Branch, 0, ways)
	}
	for _, l := range list {
		lines = append(lines, coverage.Line{Number: l.number, Count: l.count})
		for way := range l.total {
			b := coverage.Branch{Line: l.number, Way: uint32(way)}
			if way < l.taken {
				b.Count = max(l.count, 1)
			}
			branches = append(branches, b)
		}
	}
	return lines, branches
}
