// Package coveragepy reads the reports that coverage.py (https://coverage.readthedocs.io) writes with
// "coverage json", and those of SlipCover, which have the same form.
//
// Such a report lists the lines that ran and the lines that did not. Among those that ran are lines
// that are no statements, which the summary does not count: excluded lines, and in many versions the
// docstrings of modules (until 7.13.1) and classes. Nothing but the text of the source tells a docstring
// from a statement, so the summary says how many there are, and left out are the lines that look most
// like one: the first of the file, and one right below a line that stands apart. Totals are thus the
// summary's. A line that did not run is never left out.
//
// In the same way version 6.5 lists ways out of a line that the summary does not count: from a line
// to itself and out of a comprehension.
package coveragepy

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether a profile that begins with head is a report of coverage.py.
func Sniff(head []byte) bool {
	d := scan.NewJSON(bytes.NewReader(head), scan.Limits{})
	found := false
	_ = d.Object("", func(name []byte) error {
		switch string(name) {
		case "meta":
			_ = d.Object("", func(name []byte) error {
				if string(name) == "simplecov_version" {
					found = false
					return scan.ErrStop
				}
				found = found || string(name) == "branch_coverage" || string(name) == "show_contexts"
				return d.Skip()
			})
		case "files":
			found = d.Peek() == '{' && bytes.Contains(head, []byte(`"executed_lines"`))
		}
		return scan.ErrStop // what comes first tells
	})
	return found
}

// Read reads a report. Counts are 1 for what ran and 0 for what did not.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{d: scan.NewJSON(r, limits), limits: limits, report: &coverage.Report{}}
	p.places = scan.NewPlaces(limits, scan.Once(p.report))
	if err := p.d.End(p.read()); err != nil {
		return nil, err
	}
	coverage.SortFiles(p.report.Files)
	return p.report, nil
}

type parser struct {
	d      *scan.JSON
	limits scan.Limits
	report *coverage.Report
	places *scan.Places
}

func (p *parser) read() error {
	found := false
	byName := map[string]*coverage.File{}
	err := p.d.Object("an object with the member files", func(name []byte) error {
		switch string(name) {
		case "files":
		case "totals":
			return p.totals()
		default:
			return p.d.Skip()
		}
		found = true
		return p.d.Object("an object of files", func(member []byte) error {
			name := string(member)
			f, err := p.file(name)
			if err != nil {
				return err
			}
			if known := byName[name]; known != nil {
				*known = *coverage.Merge(known, f)
				return nil
			}
			if err := p.limits.CheckFiles(len(byName) + 1); err != nil {
				return err
			}
			byName[name] = f
			p.report.Files = append(p.report.Files, f)
			return nil
		})
	})
	if err == nil && !found {
		return fmt.Errorf("want the member files in a report of coverage.py, have none")
	}
	return err
}

// totals takes the figure that coverage.py prints, where branches are in it.
func (p *parser) totals() error {
	var lines, branches coverage.Tally
	display := ""
	err := p.d.Object("an object", func(member []byte) error {
		into := (*int)(nil)
		switch string(member) {
		case "covered_lines":
			into = &lines.Covered
		case "num_statements":
			into = &lines.Total
		case "covered_branches":
			into = &branches.Covered
		case "num_branches":
			into = &branches.Total
		case "percent_covered_display":
			if p.d.Peek() == '"' {
				text, err := p.d.Text()
				display = text
				return err
			}
		}
		if into == nil || !digit(p.d.Peek()) {
			return p.d.Skip()
		}
		n, ok := p.d.Uint()
		if !ok {
			return p.d.Skip()
		}
		*into = int(min(n, math.MaxInt32))
		return nil
	})
	p.report.Mixed = coverage.MixedOf("coverage.py", lines, branches, display)
	return err
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// region is what a report says of a file or of one of its functions.
type region struct {
	name                        string
	start                       uint32 // since version 7.13.1, else 0
	executed, missing, excluded []uint32
	taken, untaken              []way // nil where branches were not measured
	funcs                       []region
	summary                     summary
}

// way leads from a line to another. The target is negative where it leaves the function that begins
// in that line.
type way struct{ from, to int32 }

// summary has the sums of a region, -1 for those that are not there.
type summary struct{ lines, branches int }

func (p *parser) file(name string) (*coverage.File, error) {
	r, err := p.region(name)
	if err != nil {
		return nil, err
	}
	f := &coverage.File{Name: name, Unit: coverage.Lines}
	var lines []coverage.Line
	for _, n := range r.statements() {
		lines = append(lines, coverage.Line{Number: n, Count: 1})
	}
	for _, n := range r.missing {
		lines = append(lines, coverage.Line{Number: n})
	}
	f.Lines = coverage.SumLines(lines)
	f.Branches = coverage.SortBranches(r.branches())
	if r.funcs != nil {
		f.Funcs = []coverage.Func{}
		for i := range r.funcs {
			if fn, ok := r.funcs[i].function(); ok {
				fn.Span = p.places.Order(fn.Span)
				f.Funcs = append(f.Funcs, fn)
			}
		}
		f.Funcs = coverage.SortFuncs(f.Funcs)
	}
	return f, nil
}

func (p *parser) region(name string) (region, error) {
	r := region{name: name, summary: summary{-1, -1}}
	err := p.d.Object("an object", func(member []byte) (err error) {
		switch string(member) {
		case "executed_lines":
			r.executed, err = p.lines()
		case "missing_lines":
			r.missing, err = p.lines()
		case "excluded_lines":
			r.excluded, err = p.lines()
		case "executed_branches":
			r.taken, err = p.ways()
		case "missing_branches":
			r.untaken, err = p.ways()
		case "start_line":
			var n int32
			if n, err = p.number(); err == nil && p.inside(n) {
				r.start = uint32(n)
			}
		case "summary":
			r.summary, err = p.summary()
		case "functions":
			r.funcs = []region{}
			err = p.d.Object("an object of functions", func(name []byte) error {
				f, err := p.region(string(name))
				r.funcs = append(r.funcs, f)
				return err
			})
		default:
			err = p.d.Skip()
		}
		return err
	})
	if err != nil {
		return r, err
	}
	for _, l := range []*[]uint32{&r.executed, &r.missing, &r.excluded} {
		if *l == nil {
			continue
		}
		slices.Sort(*l)
		*l = slices.Compact(*l)
	}
	if r.executed == nil || r.missing == nil {
		return r, fmt.Errorf("%s: want executed_lines and missing_lines", p.d.Where())
	}
	without := func(n uint32) bool { return has(r.missing, n) || has(r.excluded, n) }
	r.executed = slices.DeleteFunc(r.executed, without)
	return r, nil
}

func has(sorted []uint32, n uint32) bool {
	_, ok := slices.BinarySearch(sorted, n)
	return ok
}

func (p *parser) summary() (summary, error) {
	s := summary{-1, -1}
	err := p.d.Object("a summary", func(name []byte) error {
		var at *int
		switch string(name) {
		case "covered_lines":
			at = &s.lines
		case "covered_branches":
			at = &s.branches
		default:
			return p.d.Skip()
		}
		n, err := p.number()
		*at = int(n)
		return err
	})
	return s, err
}

func (p *parser) lines() ([]uint32, error) {
	out := []uint32{}
	err := p.d.Array("an array of lines", func(int) error {
		n, err := p.number()
		if err == nil && p.inside(n) {
			out = append(out, uint32(n))
		}
		return err
	})
	return out, err
}

func (p *parser) ways() ([]way, error) {
	out := []way{}
	err := p.d.Array("an array of branches", func(int) error {
		var ends []int32
		err := p.d.Array("a branch such as [12, 14]", func(int) error {
			n, err := p.number()
			ends = append(ends, n)
			return err
		})
		switch {
		case err != nil:
			return err
		case len(ends) != 2:
			return fmt.Errorf("%s: want a branch such as [12, 14], have %d numbers", p.d.Where(), len(ends))
		case p.inside(ends[0]):
			out = append(out, way{ends[0], ends[1]})
		}
		return nil
	})
	return out, err
}

func (p *parser) number() (int32, error) {
	const what = "a whole number"
	if n, ok := p.d.Uint(); ok && n < math.MaxInt32 {
		return int32(n), nil
	} else if ok {
		return 0, p.d.Want(what, strconv.AppendUint(nil, n, 10))
	}
	digits, err := p.d.Digits(what)
	if err != nil {
		return 0, err
	}
	f, err := strconv.ParseFloat(string(digits), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > math.MaxInt32-1 {
		return 0, p.d.Want(what, digits)
	}
	return int32(f), nil
}

// inside reports whether a line is one of a source file. Others are passed over with a warning.
func (p *parser) inside(n int32) bool {
	_, ok := p.places.Line(uint64(max(n, 0)))
	return ok
}

// statements returns the lines that ran, without those that are no statements.
func (r *region) statements() []uint32 {
	excess := len(r.executed) - r.summary.lines
	if r.summary.lines < 0 || excess <= 0 {
		return r.executed
	}
	// Docstrings of functions don't run: a function with just what its summary counts has none.
	not := map[uint32]bool{}
	for i := range r.funcs {
		if f := &r.funcs[i]; len(f.executed) == f.summary.lines {
			for _, n := range f.executed {
				not[n] = true
			}
		}
	}
	for _, ways := range [][]way{r.taken, r.untaken} {
		for _, w := range ways {
			not[uint32(w.from)] = true
			if w.to > 0 {
				not[uint32(w.to)] = true
			}
		}
	}
	type candidate struct {
		line  uint32
		score int
	}
	var candidates []candidate
	all := slices.Concat(r.executed, r.missing)
	slices.Sort(all)
	for i, n := range all {
		if has(r.missing, n) {
			continue
		}
		c := candidate{line: n}
		if i == 0 {
			c.score += 9
		}
		if i > 0 && all[i-1]+1 == n {
			c.score += 2 // below "class"
		}
		if i == 1 && all[0] > 2 || i > 1 && all[i-1]-all[i-2] > 2 {
			c.score += 2 // which has two empty lines above it
		}
		if i+1 == len(all) || all[i+1]-n > 1 {
			c.score++ // further lines of the docstring, or an empty one
		}
		if not[n] {
			c.score -= 20
		}
		candidates = append(candidates, c)
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	out := make([]uint32, 0, r.summary.lines)
	for _, c := range candidates[min(excess, len(candidates)):] {
		out = append(out, c.line)
	}
	return out
}

// branches returns the ways out of lines that have several; nil where they were not measured.
func (r *region) branches() []coverage.Branch {
	if r.taken == nil && r.untaken == nil {
		return nil
	}
	ways := map[way]bool{}
	perLine := map[int32]int{}
	covered := 0
	add := func(list []way, taken bool) {
		for _, w := range list {
			if _, known := ways[w]; w.from != w.to && !known {
				ways[w] = taken
				perLine[w.from]++
				if taken {
					covered++
				}
			}
		}
	}
	add(r.taken, true)
	add(r.untaken, false)
	if excess := covered - r.summary.branches; r.summary.branches >= 0 && excess > 0 {
		for _, w := range r.leaving(perLine) {
			if excess > 0 && ways[w] && perLine[w.from] > 2 {
				delete(ways, w)
				perLine[w.from]--
				excess--
			}
		}
	}
	out := make([]coverage.Branch, 0, len(ways))
	for w, taken := range ways {
		b := coverage.Branch{Line: uint32(w.from), Way: uint32(w.to)}
		if w.to < 0 {
			b.Way = 1<<31 | uint32(-w.to)
		}
		if taken {
			b.Count = 1
		}
		out = append(out, b)
	}
	return out
}

// leaving returns the ways that leave a function, first those out of a comprehension.
func (r *region) leaving(perLine map[int32]int) []way {
	var out []way
	for _, w := range r.taken {
		if w.to < 0 && perLine[w.from] > 2 {
			out = append(out, w)
		}
	}
	rank := func(w way) int {
		if w.to == -w.from {
			return 0
		}
		return 1
	}
	slices.SortFunc(out, func(a, b way) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to))
	})
	return slices.Compact(out)
}

// function returns the region as a function. ok is false for what is outside of functions, which has
// no name, and for one without statements, which has nothing to cover.
func (r *region) function() (f coverage.Func, ok bool) {
	all := slices.Concat(r.executed, r.missing)
	if r.name == "" || len(all) == 0 {
		return f, false
	}
	f = coverage.Func{Name: r.name, Counted: true}
	if len(r.executed) > 0 {
		f.Count = 1
	}
	// Without start_line the first statement of the body is all that is known.
	f.Span.Start.Line = r.start
	if r.start == 0 {
		f.Span.Start.Line = slices.Min(all)
	}
	f.Span.End.Line = slices.Max(all)
	return f, true
}
