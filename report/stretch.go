package report

import (
	"slices"

	"github.com/covls/covls/coverage"
)

// addStretches lists what never ran of a file outside of the functions that no test reaches.
func (r *Report) addStretches(row *File, file *coverage.File, funcs []coverage.Func) {
	in := owners(funcs)
	add := func(owner int, first, last uint32, n int) {
		s := Stretch{File: row.Path, Line: int(first), EndLine: int(last), Statements: n, file: row.file}
		if owner >= 0 {
			if funcs[owner].Uncovered() {
				return // all of it is listed as a function
			}
			s.Function = row.names[owner]
		}
		r.UncoveredStretches = append(r.UncoveredStretches, s)
	}
	if file.Unit == coverage.Lines {
		owner := func(l coverage.Line) int { return in(coverage.Point{Line: l.Number, Col: lineEnd}) }
		runs(file.Lines, owner, func(l coverage.Line) bool { return l.Count == 0 }, func(owner int, lines []coverage.Line) {
			add(owner, lines[0].Number, lines[len(lines)-1].Number, len(lines))
		})
		return
	}
	regions := slices.DeleteFunc(slices.Clone(file.Regions), func(g coverage.Region) bool { return g.Statements == 0 })
	owner := func(g coverage.Region) int { return in(g.Start) }
	runs(regions, owner, coverage.Region.Uncovered, func(owner int, list []coverage.Region) {
		last, n := list[0].End.Line, 0
		for _, g := range list {
			last = max(last, g.End.Line)
			n += int(g.Statements)
		}
		add(owner, list[0].Start.Line, last, n)
	})
}

// lineEnd is a column behind everything on a line: a function that begins on the line has it.
const lineEnd = 1 << 31

// owners returns which of the functions, which are sorted by start, a place belongs to: the innermost
// around it, or -1. It is to be asked for one place after the other, from the first to the last.
func owners(funcs []coverage.Func) func(coverage.Point) int {
	next := 0
	var around []int // the functions that have begun, outermost first
	return func(p coverage.Point) int {
		for ; next < len(funcs) && funcs[next].Span.Start.Compare(p) <= 0; next++ {
			around = append(around, next)
		}
		// What begins behind the end of another lies not in it, so that only the last can be around.
		for k := len(around) - 1; k >= 0; k-- {
			end := funcs[around[k]].Span.End
			if p.Compare(end) < 0 || p.Col == lineEnd && end.Line >= p.Line {
				return around[k]
			}
			around = around[:k]
		}
		return -1
	}
}

// runs hands on the stretches of items that missed and that belong to the same owner, without an item
// between them that did not miss.
func runs[T any](items []T, owner func(T) int, missed func(T) bool, found func(owner int, items []T)) {
	for i := 0; i < len(items); {
		if !missed(items[i]) {
			i++
			continue
		}
		of, end := owner(items[i]), i+1
		next := of
		for end < len(items) && missed(items[end]) {
			if next = owner(items[end]); next != of {
				break
			}
			end++
		}
		found(of, items[i:end])
		i = end
	}
}
