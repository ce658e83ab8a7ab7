// Package simplecov reads .resultset.json, in which SimpleCov (https://github.com/simplecov-ruby/simplecov)
// keeps the results of Ruby's Coverage, one for each command that ran tests, and coverage.json, which its JSON
// formatter makes of them.
//
// Up to version 0.17 a file has an array with a count for each line, null where there is no code; since
// 0.18 an object with such an array as lines, and where they are measured with branches and methods.
// Commands are merged as SimpleCov does: counts are summed, but a line that none of them ran and that is
// null in one of them is null. An array without a count says nothing, and takes none away. Files that a
// command did not load have guessed zeros.
//
// The results still have the lines between # :nocov: comments. SimpleCov leaves them out when it reads
// the source. In coverage.json they are left out.
//
// Of oneshot_lines, which name the lines that ran and no others, only those count of which another command tells that
// there is code. A profile that has nothing else is an error.
package simplecov

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether a profile that begins with head is a result set of SimpleCov, or its coverage.json.
func Sniff(head []byte) bool {
	if sniffReport(scan.NewJSON(bytes.NewReader(head), scan.Limits{})) {
		return true
	}
	d := scan.NewJSON(bytes.NewReader(head), scan.Limits{})
	found := false
	_ = d.Object("", func([]byte) error {
		_ = d.Object("", func(name []byte) error {
			switch string(name) {
			case "timestamp":
				return d.Skip()
			case "coverage":
				empty := d.Object("", func([]byte) error {
					found = d.Peek() == '[' || d.Peek() == '{'
					return scan.ErrStop
				}) == nil
				found = found || empty
			}
			return scan.ErrStop
		})
		return scan.ErrStop // the first command tells
	})
	return found
}

// Read reads a result set or coverage.json.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{
		d: scan.NewJSON(r, limits), limits: limits, files: map[string]*file{},
		report: &coverage.Report{Counted: true},
	}
	p.warn = scan.Once(p.report)
	p.places = scan.NewPlaces(limits, p.warn)
	if err := p.d.End(p.read()); err != nil {
		return nil, err
	}
	for name, f := range p.files {
		p.report.Files = append(p.report.Files, p.result(name, f))
	}
	for _, f := range p.reports {
		p.report.Files = append(p.report.Files, f)
	}
	coverage.SortFiles(p.report.Files)
	return p.report, nil
}

type parser struct {
	d      *scan.JSON
	limits scan.Limits
	report *coverage.Report
	files  map[string]*file
	// reports are the files of coverage.json; nil where the profile is a result set.
	reports map[string]*coverage.File
	places  *scan.Places
	array   []line // of the file at hand
	warn    func(sort, text string)
}

// file is what the commands so far say of a source file.
type file struct {
	counted  bool // there are lines
	lines    []line
	ran      []uint32          // of oneshot_lines
	branches map[branch]uint64 // nil where none are measured
	methods  map[span]*method  // nil where none are measured
	// untold tells that a command that has the lines does not measure methods.
	untold bool
}

type line struct {
	count uint64
	null  bool // in one of the commands
}

// span is a place as Ruby gives it: 1-based lines, 0-based columns.
type span struct{ line, col, endLine, endCol uint32 }

func (s span) compare(t span) int {
	return cmp.Or(
		cmp.Compare(s.line, t.line), cmp.Compare(s.col, t.col),
		cmp.Compare(s.endLine, t.endLine), cmp.Compare(s.endCol, t.endCol),
	)
}

// node is a condition or one of its branches. Ruby's own number for it is not part of it, as that
// differs from run to run; copy tells apart those that are else the same.
type node struct {
	kind string
	span span
	copy int
}

func (n node) compare(o node) int {
	return cmp.Or(n.span.compare(o.span), cmp.Compare(n.kind, o.kind), cmp.Compare(n.copy, o.copy))
}

type branch struct{ condition, way node }

type method struct {
	class, name string
	count       uint64
}

func (p *parser) read() error {
	reported := false
	err := p.d.Object("an object of commands", func(name []byte) error {
		if p.reports != nil {
			if string(name) != "coverage" {
				return p.d.Skip()
			}
			reported = true
			return p.d.Object("an object of files", func(name []byte) error { return p.reported(string(name)) })
		}
		meta := string(name) == "meta"
		if string(name) == "$schema" && p.d.Peek() == '"' {
			return p.d.Skip()
		}
		found := false
		err := p.d.Object("a result with the member coverage", func(name []byte) error {
			if meta {
				if done, err := p.meta(name); done || err != nil {
					return err
				}
			}
			if string(name) != "coverage" {
				return p.d.Skip()
			}
			found = true
			return p.d.Object("an object of files", func(name []byte) error { return p.file(string(name)) })
		})
		if err == nil && !found && p.reports == nil {
			err = fmt.Errorf("%s: want the member coverage in a result of SimpleCov", p.d.Where())
		}
		return err
	})
	if err == nil && p.onlyRan() {
		err = errOneshot
	}
	if err == nil && p.reports != nil && !reported {
		err = errors.New("want the member coverage in a report of SimpleCov, have none")
	}
	return err
}

var errOneshot = errors.New("oneshot_lines tell which lines ran and not which did not: measure lines instead (enable_coverage :line)")

// onlyRan reports whether there are oneshot_lines and nothing else in the whole profile.
func (p *parser) onlyRan() bool {
	ran := false
	for _, f := range p.files {
		if f.counted || f.branches != nil || f.methods != nil {
			return false
		}
		ran = ran || len(f.ran) > 0
	}
	return ran
}

func (p *parser) file(name string) error {
	f := p.files[name]
	if f == nil {
		if err := p.limits.CheckFiles(len(p.files) + 1); err != nil {
			return err
		}
		f = &file{}
		p.files[name] = f
	}
	if p.d.Peek() == '[' {
		f.untold = true
		return p.lines(f)
	}
	lines, methods := false, false
	err := p.d.Object("an array of counts or an object with lines", func(name []byte) error {
		if p.d.Peek() == 'n' {
			return p.d.Skip()
		}
		switch string(name) {
		case "lines":
			lines = true
			return p.lines(f)
		case "oneshot_lines":
			return p.oneshot(f)
		case "branches":
			return p.branches(f)
		case "methods":
			methods = true
			return p.methods(f)
		}
		return p.d.Skip()
	})
	f.untold = f.untold || lines && !methods
	return err
}

func (p *parser) lines(f *file) error {
	p.array = p.array[:0]
	told := false
	err := p.d.Array("an array of counts", func(int) error {
		l := line{null: p.d.Peek() == 'n'}
		var err error
		if l.null {
			err = p.d.Skip()
		} else {
			told = true
			l.count, err = p.count()
		}
		if err != nil {
			return err
		}
		if _, ok := p.places.Line(uint64(len(p.array)) + 1); ok {
			p.array = append(p.array, l)
		}
		return nil
	})
	if told {
		f.add(p.array)
	}
	return err
}

// oneshot reads the lines that ran.
func (p *parser) oneshot(f *file) error {
	return p.d.Array("an array of lines", func(int) error {
		n, err := p.d.Number()
		if err != nil {
			return err
		}
		if number, ok := p.places.Line(n); ok {
			f.ran = append(f.ran, number)
		}
		return nil
	})
}

// add takes in what another command says of the lines.
func (f *file) add(lines []line) {
	if !f.counted {
		f.counted, f.lines = true, slices.Clone(lines)
		return
	}
	for i, l := range lines {
		if i == len(f.lines) {
			f.lines = append(f.lines, line{null: true})
		}
		sum := &f.lines[i]
		sum.count, sum.null = coverage.AddCounts(sum.count, l.count), sum.null || l.null
	}
	for i := len(lines); i < len(f.lines); i++ {
		f.lines[i].null = true
	}
}

func (p *parser) count() (uint64, error) {
	const what = "a count"
	if n, ok := p.d.Uint(); ok {
		return n, nil
	}
	digits, err := p.d.Digits(what)
	if err != nil {
		return 0, err
	}
	text := string(digits)
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return n, nil
	}
	if strings.Trim(text, "0123456789") == "" {
		return math.MaxUint64, nil // it has too many digits
	}
	return 0, p.d.Want(what, digits)
}

func (p *parser) branches(f *file) error {
	if f.branches == nil {
		f.branches = map[branch]uint64{}
	}
	conditions := map[node]int{}
	return p.d.Object("an object of conditions", func(name []byte) error {
		condition, err := p.node(string(name), conditions)
		if err != nil {
			return err
		}
		ways := map[node]int{}
		return p.d.Object("an object of branches", func(name []byte) error {
			way, err := p.node(string(name), ways)
			if err != nil {
				return err
			}
			n, err := p.count()
			if err != nil {
				return err
			}
			if _, ok := p.places.Line(uint64(condition.span.line)); ok {
				at := branch{condition, way}
				f.branches[at] = coverage.AddCounts(f.branches[at], n)
			}
			return nil
		})
	})
}

// node reads a condition or branch such as "[:if, 0, 3, 4, 3, 25]". seen counts those of the same kind
// and place.
func (p *parser) node(text string, seen map[node]int) (node, error) {
	head, at, ok := place(text)
	kind, id, two := strings.Cut(head, ",")
	if _, err := strconv.Atoi(strings.TrimSpace(id)); !ok || !two || err != nil {
		return node{}, fmt.Errorf("%s: want a branch such as [:if, 0, 3, 4, 3, 25]", p.d.Where())
	}
	n := node{kind: strings.Trim(kind, ` :"`), span: at}
	seen[n]++
	n.copy = seen[n] - 1
	return n, nil
}

// place splits a list such as "[A, :run, 2, 2, 4, 5]" in what stands before its last four numbers and
// those.
func place(text string) (head string, at span, ok bool) {
	text = strings.TrimSpace(text)
	head, opened := strings.CutPrefix(text, "[")
	head, closed := strings.CutSuffix(head, "]")
	if !opened || !closed {
		return "", at, false
	}
	for _, n := range []*uint32{&at.endCol, &at.endLine, &at.col, &at.line} {
		i := strings.LastIndexByte(head, ',')
		if i < 0 {
			return "", at, false
		}
		v, err := strconv.ParseUint(strings.TrimSpace(head[i+1:]), 10, 31)
		if err != nil {
			return "", at, false
		}
		*n, head = uint32(v), head[:i]
	}
	return head, at, true
}

func (p *parser) methods(f *file) error {
	if f.methods == nil {
		f.methods = map[span]*method{}
	}
	return p.d.Object("an object of methods", func(name []byte) error {
		head, at, ok := place(string(name))
		i := strings.LastIndexByte(head, ',')
		if !ok || i < 0 {
			return fmt.Errorf("%s: want a method such as [A, :run, 2, 2, 4, 5]", p.d.Where())
		}
		n, err := p.count()
		if err != nil {
			return err
		}
		if _, ok := p.places.Line(uint64(at.line)); !ok {
			return nil
		}
		// A block that defines methods of several classes is one place in the source.
		m := f.methods[at]
		if m == nil {
			m = &method{class: strings.Clone(strings.Trim(head[:i], ` "`)), name: strings.Clone(strings.Trim(head[i+1:], ` :"`))}
			f.methods[at] = m
		}
		m.count = coverage.AddCounts(m.count, n)
		return nil
	})
}

func (p *parser) result(name string, f *file) *coverage.File {
	out := &coverage.File{Name: name, Unit: coverage.Lines}
	if len(f.ran) > 0 && !f.counted {
		p.warn("oneshot", errOneshot.Error()+"; the lines of such files are not counted")
	}
	for _, n := range f.ran {
		if int(n) <= len(f.lines) {
			f.lines[n-1].count = coverage.AddCounts(f.lines[n-1].count, 1)
		}
	}
	for i, l := range f.lines {
		if l.count > 0 || !l.null {
			out.Lines = append(out.Lines, coverage.Line{Number: uint32(i + 1), Count: l.count})
		}
	}
	out.Lines, out.Length = slices.Clip(out.Lines), uint32(len(f.lines))
	out.Branches = f.sorted()
	if f.methods != nil && (len(f.methods) > 0 || !f.untold) {
		out.Funcs = []coverage.Func{}
		for at, m := range f.methods {
			fn := coverage.Func{Name: m.name, Receiver: m.class, Counted: true, Count: m.count}
			fn.Span.Start, _ = p.places.Start(uint64(at.line), uint64(at.col)+1) // methods has seen to the line
			fn.Span.End = p.places.End(uint64(at.endLine), uint64(at.endCol)+1)
			fn.Span = p.places.Order(fn.Span)
			out.Funcs = append(out.Funcs, fn)
		}
		slices.SortFunc(out.Funcs, func(a, b coverage.Func) int {
			return cmp.Or(a.Span.Start.Compare(b.Span.Start), a.Span.End.Compare(b.Span.End))
		})
		out.Funcs = coverage.SortFuncs(out.Funcs)
	}
	return out
}

// sorted returns the branches, the conditions of a line and the ways of a condition numbered in the
// order of the source.
func (f *file) sorted() []coverage.Branch {
	if f.branches == nil {
		return nil
	}
	keys := make([]branch, 0, len(f.branches))
	for b := range f.branches {
		keys = append(keys, b)
	}
	slices.SortFunc(keys, func(a, b branch) int {
		return cmp.Or(a.condition.compare(b.condition), a.way.compare(b.way))
	})
	out := make([]coverage.Branch, 0, len(keys))
	for i, k := range keys {
		b := coverage.Branch{Line: k.condition.span.line, Count: f.branches[k]}
		if i > 0 {
			switch last := out[i-1]; {
			case keys[i-1].condition == k.condition:
				b.Block, b.Way = last.Block, last.Way+1
			case last.Line == b.Line:
				b.Block = last.Block + 1
			}
		}
		out = append(out, b)
	}
	return coverage.SortBranches(out)
}
