package report

import (
	"cmp"
	"slices"

	"github.com/covls/covls/coverage"
)

// addStretches lists what never ran of a file outside of the functions that no test reaches.
func (r *Report) addStretches(row *File, file *coverage.File, funcs []coverage.Func) {
	in := owners(funcs)
	if file.Unit == coverage.Lines {
		for _, lines := range runs(file.Lines, func(l coverage.Line) (int, bool) {
			return in(coverage.Point{Line: l.Number, Col: lineEnd}), l.Count == 0
		}) {
			span := coverage.Span{Start: coverage.Point{Line: lines[0].Number}, End: coverage.Point{Line: lines[len(lines)-1].Number}}
			r.addStretch(row, funcs, in(coverage.Point{Line: lines[0].Number, Col: lineEnd}), span, len(lines))
		}
		return
	}
	regions := slices.DeleteFunc(slices.Clone(file.Regions), func(g coverage.Region) bool { return g.Statements == 0 })
	for _, list := range runs(regions, func(g coverage.Region) (int, bool) { return in(g.Start), g.Count == 0 }) {
		span, n := coverage.Span{Start: list[0].Start, End: list[0].End}, 0
		for _, g := range list {
			if span.End.Compare(g.End) < 0 {
				span.End = g.End
			}
			n += int(g.Statements)
		}
		r.addStretch(row, funcs, in(list[0].Start), span, n)
	}
}

// lineEnd is a column behind everything on a line: a function that begins on the line has it.
const lineEnd = 1 << 31

func (r *Report) addStretch(row *File, funcs []coverage.Func, owner int, span coverage.Span, n int) {
	s := Stretch{
		File: row.Path, Line: int(span.Start.Line), EndLine: int(span.End.Line), Statements: n,
		from: span.Start.Col, to: span.End.Col,
	}
	if owner >= 0 {
		if funcs[owner].Uncovered() {
			return // all of it is listed as a function
		}
		s.Function = funcs[owner].String()
	}
	r.UncoveredStretches = append(r.UncoveredStretches, s)
}

// owners returns which of the functions, which are sorted by start, a place belongs to: the innermost
// around it, or -1.
func owners(funcs []coverage.Func) func(coverage.Point) int {
	return func(p coverage.Point) int {
		i, _ := slices.BinarySearchFunc(funcs, p, func(f coverage.Func, p coverage.Point) int {
			return cmp.Or(f.Span.Start.Compare(p), -1)
		})
		for i--; i >= 0; i-- {
			if f := &funcs[i]; p.Compare(f.Span.End) < 0 || f.Span.End.Line >= p.Line && p.Col == lineEnd {
				return i
			}
		}
		return -1
	}
}

// runs cuts the items that missed, and that belong to the same owner, into stretches without one
// between them that did not.
func runs[T any](items []T, of func(T) (owner int, missed bool)) [][]T {
	var out [][]T
	open := -2
	for i := range items {
		owner, missed := of(items[i])
		switch {
		case !missed:
			open = -2
		case owner == open:
			out[len(out)-1] = append(out[len(out)-1], items[i])
		default:
			out = append(out, items[i:i+1:i+1])
			open = owner
		}
	}
	return out
}
