package istanbul

import (
	"slices"
	"strconv"

	"github.com/covls/covls/coverage"
)

// join returns a function that finds the count of the i-th item of a map, which has this id. The
// order is the same in both as a rule.
func join[C any](counts []C, id func(C) string) func(i int, want string) (C, bool) {
	var byID map[string]C
	return func(i int, want string) (c C, ok bool) {
		if byID == nil {
			if i < len(counts) && id(counts[i]) == want {
				return counts[i], true
			}
			byID = make(map[string]C, len(counts))
			for _, c := range counts {
				byID[id(c)] = c
			}
		}
		c, ok = byID[want]
		return c, ok
	}
}

// matched warns where a map and its counts are not of the same things.
func (p *parser) matched(found, items, counts int) {
	if found < items {
		p.warn("uncounted", "what has no count was taken for not run")
	}
	if found < counts {
		p.warn("unmapped", "counts of what stands in no map were passed over")
	}
}

// statements returns a region for each statement, and the lines on which statements start with the
// highest count of those.
func (p *parser) statements(e *entry) ([]coverage.Region, []coverage.Line) {
	find := join(e.s, func(c count) string { return c.id })
	regions := make([]coverage.Region, 0, len(e.stmts))
	found := 0
	for i, s := range e.stmts {
		c, ok := find(i, s.id)
		if ok {
			found++
		}
		if s.loc.start.line == 0 {
			p.warn("place", "statements and functions without a line were passed over")
			continue
		}
		at := s.loc.span()
		regions = append(regions, coverage.Region{Start: at.Start, End: at.End, Statements: 1, Count: c.n})
	}
	p.matched(found, len(e.stmts), len(e.s))
	slices.SortStableFunc(regions, coverage.Region.Compare)
	var lines []coverage.Line
	for _, r := range regions {
		if k := len(lines) - 1; k >= 0 && lines[k].Number == r.Start.Line {
			lines[k].Count = max(lines[k].Count, r.Count)
		} else {
			lines = append(lines, coverage.Line{Number: r.Start.Line, Count: r.Count})
		}
	}
	return distinct(regions), slices.Clip(lines)
}

// distinct joins sorted regions that have the same place. Their statements are added up and the
// highest count stands. Where only some of them ran, the region is of those that did not, and those
// that ran are in one more region, which is empty and begins at the same point: so both what ran and
// all there is stay as they are.
func distinct(regions []coverage.Region) []coverage.Region {
	out := regions[:0]
	for len(regions) > 0 {
		n := 1
		for n < len(regions) && regions[n].Start == regions[0].Start {
			n++
		}
		out, regions = appendDistinct(out, regions[:n]), regions[n:]
	}
	return slices.Clip(out)
}

// appendDistinct appends what becomes of regions that have the same start. It never appends more
// regions than there are, so that out may be the memory before them.
func appendDistinct(out, regions []coverage.Region) []coverage.Region {
	first := len(out)
	var ran coverage.Region // beside others in the same place that did not
	for len(regions) > 0 {
		var sum [2]coverage.Region // of those that did not run, and of those that did
		end := regions[0].End
		n := 0
		for ; n < len(regions) && regions[n].End == end; n++ {
			i := min(1, regions[n].Count)
			sum[i] = plus(sum[i], regions[n])
		}
		regions = regions[n:]
		switch {
		case sum[0].Statements == 0:
			out = append(out, sum[1])
		case sum[1].Statements == 0:
			out = append(out, sum[0])
		default:
			out = append(out, sum[0])
			ran = plus(ran, sum[1])
		}
	}
	if ran.Statements == 0 {
		return out
	}
	// The empty region's place may be taken; the next ones are the ends of lines.
	ran.End = ran.Start
	for i := first; i < len(out); i++ {
		switch c := ran.Compare(out[i]); {
		case c < 0:
			return slices.Insert(out, i, ran)
		case c == 0 && out[i].Count > 0:
			out[i] = plus(out[i], ran)
			return out
		case c == 0:
			ran.End = coverage.Point{Line: ran.End.Line + 1}
		}
	}
	return append(out, ran)
}

func plus(a, b coverage.Region) coverage.Region {
	return coverage.Region{Start: b.Start, End: b.End, Statements: a.Statements + b.Statements, Count: max(a.Count, b.Count)}
}

// branches returns the ways of each branch. An implicit else has no place of its own.
func (p *parser) branches(e *entry) []coverage.Branch {
	find := join(e.b, func(c counts) string { return c.id })
	var out []coverage.Branch
	found := 0
	for i, b := range e.branches {
		c, ok := find(i, b.id)
		if ok {
			found++
		}
		line := b.loc.start.line
		if line == 0 {
			line = b.line
		}
		if line == 0 && len(b.ways) > 0 {
			line = b.ways[0].start.line
		}
		block := uint32(i) | 1<<31
		if n, err := strconv.ParseUint(b.id, 10, 31); err == nil {
			block = uint32(n)
		}
		if len(c.n) != len(b.ways) && ok {
			p.warn("ways", "a branch has other locations than counts; the greater number stands")
		}
		for way := range max(len(b.ways), len(c.n)) {
			w := coverage.Branch{Line: line, Block: block, Way: uint32(way)}
			if way < len(c.n) {
				w.Count = c.n[way]
			}
			out = append(out, w)
		}
	}
	p.matched(found, len(e.branches), len(e.b))
	return coverage.SortBranches(out)
}

// funcs returns the functions, each from its declaration to the end of its body.
func (p *parser) funcs(e *entry) []coverage.Func {
	if !e.tellsFns {
		return nil
	}
	find := join(e.f, func(c count) string { return c.id })
	out := make([]coverage.Func, 0, len(e.funcs))
	found := 0
	for i, f := range e.funcs {
		c, ok := find(i, f.id)
		if ok {
			found++
		}
		loc := f.loc
		var opens coverage.Point
		if f.decl.start.line > 0 {
			if f.loc.start.line > 0 {
				opens = f.loc.span().Start
			}
			loc.start = f.decl.start
		}
		if loc.start.line == 0 {
			loc.start = place{line: f.line, col: -1}
		}
		if loc.start.line == 0 {
			p.warn("place", "statements and functions without a line were passed over")
			continue
		}
		fn := coverage.Func{Name: f.name, Span: loc.span(), Opens: opens, Counted: true, Count: c.n}
		if loc.end.line == 0 || fn.Span.End == fn.Span.Start {
			fn.Span.End = coverage.Point{}
		}
		out = append(out, fn)
	}
	p.matched(found, len(e.funcs), len(e.f))
	return coverage.SortFuncs(out)
}
