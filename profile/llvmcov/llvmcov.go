// Package llvmcov reads the JSON that `llvm-cov export` writes of Clang's, Swift's and Rust's
// source-based coverage (cargo-llvm-cov passes it on). The format is that of the comment in
// llvm/tools/llvm-cov/CoverageExporterJson.cpp.
//
// Lines, functions and branches are those of `llvm-cov report`: the instantiations of a function
// count as one, and lines outside of functions, where macros are defined, do not count.
package llvmcov

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// kind is the "type" of an export.
const kind = "llvm.coverage.json.export"

// mostLines is how many lines the files of an export may have together. A few bytes of segments can
// stand for any number of lines.
const mostLines = 1 << 24

// Sniff reports whether a profile that begins with head is an export of llvm-cov. The type stands
// last in it; what comes first is {"data":[{"files":.
func Sniff(head []byte) bool {
	d := scan.NewJSON(bytes.NewReader(head), scan.Limits{})
	found := false
	_ = d.Object("", func(name []byte) error {
		switch string(name) {
		case "type":
			text, err := d.Text()
			found = err == nil && text == kind
			return scan.ErrStop
		case "data":
			return d.Array("", func(int) error {
				return d.Object("", func(name []byte) error {
					found = string(name) == "files" || string(name) == "functions" || string(name) == "totals"
					return scan.ErrStop
				})
			})
		}
		return d.Skip()
	})
	return found
}

// Read reads an export, with or without its functions. One of -summary-only has no lines and is an
// error.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{
		JSON: scan.NewJSON(r, limits), limits: limits,
		files: map[string]*file{}, groups: map[string]map[coverage.Point]*group{},
		report: &coverage.Report{Counted: true},
	}
	p.warn = scan.Once(p.report)
	p.places = scan.NewPlaces(limits, p.warn)
	if err := p.End(p.root()); err != nil {
		return nil, err
	}
	for name, f := range p.files {
		p.report.Files = append(p.report.Files, p.file(name, f))
	}
	coverage.SortFiles(p.report.Files)
	return p.report, nil
}

type parser struct {
	*scan.JSON
	limits    scan.Limits
	report    *coverage.Report
	files     map[string]*file // by name
	all       int              // how many lines the files have
	functions bool             // an export tells them
	told      bool             // the export at hand does
	here      []*file          // of the export at hand
	// groups are the functions by file and start, those of files that the export leaves out too.
	groups map[string]map[coverage.Point]*group
	warn   func(sort, text string)
	places *scan.Places

	segments, regions, branches []row // of the record at hand
	lines                       []coverage.Line
}

type file struct {
	lines     []coverage.Line
	decisions []counted
	branches  bool // the export tells them
	untold    bool // an export has lines of it and tells no functions
}

// group is a function with all its instantiations.
type group struct {
	name      string
	span      coverage.Span
	count     uint64
	decisions []counted
}

// decision is a condition of a file or function. site is where it stands in the file, which for one
// in a macro is where the outermost macro is used; span is the condition itself. file tells apart
// those that a function has from several uses of a macro.
type decision struct {
	site coverage.Point
	span coverage.Span
	file uint64
}

func (d decision) compare(e decision) int {
	return cmp.Or(d.site.Compare(e.site), d.span.Start.Compare(e.span.Start),
		d.span.End.Compare(e.span.End), cmp.Compare(d.file, e.file))
}

// taken is how often a condition was true and how often false.
type taken struct{ yes, no uint64 }

// counted is a decision and how it went. Lists of them may have one several times, for its counts to be
// added up.
type counted struct {
	decision
	taken
}

// row is an array of numbers: a segment, a region or a branch.
type row [9]uint64

// The columns of a row. All begin with a line and a column; those of regions and branches that end
// it follow.
const (
	segmentCount, segmentCounted, segmentEntry, segmentGap = 2, 3, 4, 5
	regionFile, regionExpanded, regionKind                 = 5, 6, 7
	branchTrue, branchFalse, branchFile                    = 4, 5, 6
)

// expansion is the kind of a region that is the use of a macro.
const expansion = 1

func (p *parser) root() error {
	typed, data := false, false
	err := p.Object("an object", func(name []byte) error {
		switch string(name) {
		case "data":
			data = true
			return p.Array("an array", func(int) error {
				p.told, p.here = false, p.here[:0]
				err := p.Object("an object", p.export)
				if !p.told {
					for _, f := range p.here {
						f.untold = true
					}
				}
				return err
			})
		case "type":
			text, err := p.Text()
			if err == nil && text != kind {
				err = fmt.Errorf("want %q as type, have another", kind)
			}
			typed = true
			return err
		}
		return p.Skip()
	})
	switch {
	case err != nil:
		return err
	case !typed || !data:
		return fmt.Errorf("want an export of llvm-cov, with data and the type %q", kind)
	}
	return nil
}

func (p *parser) export(name []byte) error {
	switch string(name) {
	case "files":
		return p.Array("an array", func(int) error { return p.readFile() })
	case "functions":
		p.functions, p.told = true, true
		return p.Array("an array", func(int) error { return p.readFunction() })
	}
	return p.Skip()
}

func (p *parser) readFile() error {
	var name string
	var segments, branches bool
	err := p.Object("an object", func(member []byte) (err error) {
		switch string(member) {
		case "filename":
			name, err = p.Text()
			return err
		case "segments":
			segments = true
			p.segments, err = p.rows(p.segments, 5)
			return err
		case "branches":
			branches = true
			p.branches, err = p.rows(p.branches, 7)
			return err
		}
		return p.Skip()
	})
	switch {
	case err != nil:
		return err
	case name == "":
		return fmt.Errorf("want a filename in %s", p.Path())
	case !segments:
		return errors.New("the export has sums but no lines: run llvm-cov export without -summary-only")
	}
	f := p.files[name]
	if f == nil {
		if err := p.limits.CheckFiles(len(p.files) + 1); err != nil {
			return err
		}
		f = &file{}
		p.files[name] = f
	}
	if branches {
		f.branches = true
		f.decisions = slices.Grow(f.decisions, len(p.branches))
		for _, b := range p.branches {
			if span, ok := p.span(b); ok {
				f.decisions = append(f.decisions, counted{decision{site: span.Start, span: span}, taken{b[branchTrue], b[branchFalse]}})
			}
		}
	}
	p.lines = p.lines[:0]
	if err := p.addSegments(); err != nil {
		return err
	}
	f.lines = append(f.lines, p.lines...)
	if len(p.lines) > 0 {
		p.here = append(p.here, f)
	}
	return nil
}

// addSegments adds the lines of the segments at hand, as LineCoverageStats of llvm/ProfileData has them.
func (p *parser) addSegments() error {
	var wrap row // the segment that the line begins in
	for rest := p.segments; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n][0] == rest[0][0] {
			n++
		}
		at := rest[0]
		if _, ok := p.places.Line(at[0]); !ok {
			rest = rest[n:]
			continue
		}
		entered, count := false, wrap[segmentCount]
		for _, s := range rest[:n] {
			if s[segmentCounted] != 0 && s[segmentEntry] != 0 {
				entered = true
				if s[segmentGap] == 0 {
					count = max(count, s[segmentCount])
				}
			}
		}
		skipped := at[segmentCounted] == 0 && at[segmentEntry] != 0
		if entered || !skipped && wrap[segmentCounted] != 0 {
			if err := p.addLines(at[0], at[0]+1, count); err != nil {
				return err
			}
		}
		wrap, rest = rest[n-1], rest[n:]
		if len(rest) == 0 {
			break
		}
		if rest[0][0] < at[0] {
			return fmt.Errorf("want segments in the order of their lines, have line %d behind %d", rest[0][0], at[0])
		}
		if _, ok := p.places.Line(rest[0][0]); !ok || wrap[segmentCounted] == 0 {
			continue
		}
		if err := p.addLines(at[0]+1, rest[0][0], wrap[segmentCount]); err != nil {
			return err
		}
	}
	return nil
}

// addLines adds the lines from start up to, not including, end.
func (p *parser) addLines(start, end, count uint64) error {
	if end <= start {
		return nil
	}
	if end-start > uint64(mostLines-p.all) {
		return fmt.Errorf("the files have more than %d lines", mostLines)
	}
	p.all += int(end - start)
	for line := start; line < end; line++ {
		p.lines = append(p.lines, coverage.Line{Number: uint32(line), Count: count})
	}
	return nil
}

func (p *parser) readFunction() error {
	var name, in string
	var n uint64
	var branches bool
	p.regions = p.regions[:0]
	err := p.Object("an object", func(member []byte) (err error) {
		switch string(member) {
		case "name":
			name, err = p.Text()
		case "count":
			n, err = p.Number()
		case "filenames":
			err = p.Array("an array", func(i int) (err error) {
				if i > 0 {
					return p.Skip()
				}
				in, err = p.Text()
				return err
			})
		case "regions":
			p.regions, err = p.rows(p.regions, 8)
		case "branches":
			branches = true
			p.branches, err = p.rows(p.branches, 7)
		default:
			err = p.Skip()
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case in == "":
		return fmt.Errorf("want filenames in %s", p.Path())
	}
	span, ok := p.body()
	if !ok {
		return nil
	}
	g := p.groups[in][span.Start]
	switch {
	case g == nil:
		if p.groups[in] == nil {
			p.groups[in] = map[coverage.Point]*group{}
		}
		g = &group{name: name, span: span}
		p.groups[in][span.Start] = g
	case len(name) < len(g.name) || len(name) == len(g.name) && name < g.name:
		g.name = name
	}
	if span.End.Compare(g.span.End) > 0 {
		g.span.End = span.End
	}
	g.count = coverage.AddCounts(g.count, n)
	if !branches {
		return nil
	}
	sites := p.sites()
	known := len(g.decisions)
	next := 0 // in the same order as a rule
	g.decisions = slices.Grow(g.decisions, max(0, len(p.branches)-known))
	for _, b := range p.branches {
		span, ok := p.span(b)
		if !ok {
			continue
		}
		d := decision{span.Start, span, b[branchFile]}
		if d.file != 0 {
			d.site = sites.root(d.file)
		}
		t := taken{b[branchTrue], b[branchFalse]}
		if next < known && g.decisions[next].decision == d {
			g.decisions[next].add(t)
		} else {
			g.decisions = append(g.decisions, counted{d, t})
		}
		next++
	}
	return nil
}

// body is the span of the function of the regions at hand. It starts where the first region does, by
// which llvm-cov tells functions apart.
func (p *parser) body() (body coverage.Span, ok bool) {
	for _, r := range p.regions {
		if r[regionFile] != 0 {
			continue
		}
		span, known := p.span(r)
		switch {
		case !known && !ok:
			return body, false
		case !known:
		case !ok:
			body, ok = span, true
		case span.End.Compare(body.End) > 0:
			body.End = span.End
		}
	}
	if !ok {
		p.warn("regions", "functions without regions were passed over")
	}
	return p.places.Order(body), ok
}

// sites tells where the macros of a function are used, by the number of the expansion's file.
type sites map[uint64]site

type site struct {
	file  uint64
	start coverage.Point
}

func (p *parser) sites() sites {
	var s sites
	for _, r := range p.regions {
		if r[regionKind] == expansion {
			if span, ok := p.span(r); ok {
				if s == nil {
					s = sites{}
				}
				s[r[regionExpanded]] = site{r[regionFile], span.Start}
			}
		}
	}
	return s
}

// root is the place in the function's own file that file was expanded at, the zero Point where there
// is none.
func (s sites) root(file uint64) (at coverage.Point) {
	for range len(s) {
		use, ok := s[file]
		if !ok {
			break
		}
		if file, at = use.file, use.start; file == 0 {
			return at
		}
	}
	return coverage.Point{}
}

func (t *taken) add(o taken) {
	t.yes, t.no = coverage.AddCounts(t.yes, o.yes), coverage.AddCounts(t.no, o.no)
}

// span is where a region or branch lies, which may be backwards. ok is false where it begins on a line that there
// is not.
func (p *parser) span(r row) (span coverage.Span, ok bool) {
	span.Start, ok = p.places.Start(r[0], r[1])
	span.End = p.places.End(r[2], r[3])
	return span, ok
}

// rows reads an array of rows into buf. Each has at least the columns that least says.
func (p *parser) rows(buf []row, least int) ([]row, error) {
	buf = buf[:0]
	err := p.Array("an array", func(int) error {
		var r row
		n, err := p.Numbers(r[:])
		if err == nil && n < least {
			err = fmt.Errorf("want %d numbers or more at %s, have %d", least, p.Path(), n)
		}
		buf = append(buf, r)
		return err
	})
	return buf, err
}

func (p *parser) file(name string, f *file) *coverage.File {
	out := &coverage.File{Name: name, Unit: coverage.Lines, Lines: coverage.SumLines(f.lines)}
	f.lines = nil
	all := [][]counted{f.decisions}
	if p.functions && (!f.untold || len(p.groups[name]) > 0) {
		groups := make([]*group, 0, len(p.groups[name]))
		for _, g := range p.groups[name] {
			groups = append(groups, g)
		}
		slices.SortFunc(groups, func(a, b *group) int { return a.span.Start.Compare(b.span.Start) })
		out.Funcs = make([]coverage.Func, 0, len(groups))
		all = all[:0]
		for _, g := range groups {
			out.Funcs = append(out.Funcs, coverage.Func{Name: g.name, Span: g.span, Counted: true, Count: g.count})
			all = append(all, g.decisions)
		}
		if !f.untold {
			out.Lines = inside(out.Lines, groups)
		}
		out.Funcs = coverage.SortFuncs(out.Funcs)
	}
	if f.branches {
		out.Branches = branches(all)
	}
	return out
}

// inside returns the lines that lie in one of the groups, which are sorted. It may overwrite lines.
func inside(lines []coverage.Line, groups []*group) []coverage.Line {
	out := lines[:0]
	var reach uint32 // the last line of the groups before
	for _, l := range lines {
		for len(groups) > 0 && groups[0].span.Start.Line <= l.Number {
			end := groups[0].span.End.Line
			groups = groups[1:]
			switch {
			case end > 0:
			case len(groups) > 0:
				end = groups[0].span.Start.Line // where it ends is not known
			default:
				end = coverage.MaxLine
			}
			reach = max(reach, end)
		}
		if l.Number <= reach {
			out = append(out, l)
		}
	}
	switch len(out) {
	case 0:
		return nil
	case len(lines):
		return out
	}
	return slices.Clone(out)
}

// branches numbers the decisions of each line: a block with two ways. What is in several of the lists
// counts several times.
func branches(all [][]counted) []coverage.Branch {
	compare := func(a, b counted) int { return a.compare(b.decision) }
	var list []counted
	for _, decisions := range all {
		slices.SortStableFunc(decisions, compare)
		from := len(list)
		for _, c := range decisions {
			if k := len(list) - 1; k >= from && list[k].decision == c.decision {
				list[k].add(c.taken)
			} else {
				list = append(list, c)
			}
		}
	}
	slices.SortStableFunc(list, compare)
	out := make([]coverage.Branch, 0, 2*len(list))
	block := uint32(0)
	for i, c := range list {
		if i > 0 && c.site.Line == list[i-1].site.Line {
			block++
		} else {
			block = 0
		}
		out = append(out,
			coverage.Branch{Line: c.site.Line, Block: block, Way: 0, Count: c.yes},
			coverage.Branch{Line: c.site.Line, Block: block, Way: 1, Count: c.no})
	}
	return coverage.SortBranches(out)
}
