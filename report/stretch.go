package report

import (
	"cmp"
	"slices"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// addStretches lists what never ran of a file outside of the functions that no test reaches.
// What is known of the source, nil where nothing is, tells the kinds.
func (r *Report) addStretches(row *File, file *coverage.File, funcs []coverage.Func, known *source.Parsed) {
	in := owners(funcs)
	if known != nil {
		row.kinds = map[source.Kind]int{}
	}
	add := func(owner int, at coverage.Span, begins []coverage.Point, n int) {
		s := Stretch{
			File: row.Path, Line: int(at.Start.Line), EndLine: int(at.End.Line), Statements: n, Kind: known.KindOfAll(owner, begins).String(),
			file: row.file, from: at.Start.Col, to: at.End.Col,
		}
		if owner >= 0 {
			if funcs[owner].Uncovered() {
				return // all of it is listed as a function
			}
			s.Function = row.names[owner]
		}
		r.UncoveredStretches = append(r.UncoveredStretches, s)
	}
	var begins []coverage.Point // of what a stretch consists of
	if file.Unit == coverage.Lines {
		owner := func(l coverage.Line) int { return in(coverage.Point{Line: l.Number, Col: lineEnd}) }
		runs(file.Lines, owner, func(l coverage.Line) bool { return l.Count == 0 }, func(owner int, lines []coverage.Line) {
			begins = begins[:0]
			for _, l := range lines {
				begins = append(begins, coverage.Point{Line: l.Number, Col: 1})
				row.missed(known, owner, begins[len(begins)-1], 1)
			}
			add(owner, coverage.Span{Start: coverage.Point{Line: lines[0].Number}, End: coverage.Point{Line: lines[len(lines)-1].Number}}, begins, len(lines))
		})
		return
	}
	regions := slices.DeleteFunc(slices.Clone(file.Regions), func(g coverage.Region) bool { return g.Statements == 0 })
	owner := func(g coverage.Region) int { return in(g.Start) }
	runs(regions, owner, coverage.Region.Uncovered, func(owner int, list []coverage.Region) {
		span, n := coverage.Span{Start: list[0].Start, End: list[0].End}, 0
		begins = begins[:0]
		for _, g := range list {
			begins = append(begins, g.Start)
			if span.End.Compare(g.End) < 0 {
				span.End = g.End
			}
			n += int(g.Statements)
			row.missed(known, owner, g.Start, int(g.Statements))
		}
		add(owner, span, begins, n)
	})
}

// missed counts what never ran by its kind.
func (f *File) missed(known *source.Parsed, fn int, at coverage.Point, n int) {
	if known != nil {
		f.kinds[known.KindAt(fn, at)] += n
	}
}

// NotKnown is the kind of code that nobody has looked at: of another language than Go, or of a file that
// is not here.
const NotKnown = "not known"

// addKinds adds up the kinds of what never ran, for each unit of which any is known.
func (r *Report) addKinds() {
	r.Kinds = []Kinds{}
	for _, unit := range r.units() {
		k := Kinds{Unit: unit.String()}
		sums := map[string]int{}
		any := false
		for _, f := range r.own(unit) {
			total := f.total()
			k.Testable.Covered += total.Covered
			k.Testable.Total += total.Total
			if f.kinds == nil {
				sums[NotKnown] += total.Uncovered()
				continue
			}
			any = true
			for kind, n := range f.kinds {
				sums[kind.String()] += n
				if !kind.Testable() {
					k.Untestable += n
				}
			}
		}
		if !any {
			continue
		}
		k.Testable.Total -= k.Untestable
		for kind, n := range sums {
			if n > 0 {
				k.Uncovered = append(k.Uncovered, KindCount{kind, n})
			}
		}
		slices.SortFunc(k.Uncovered, func(a, b KindCount) int {
			return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Kind, b.Kind))
		})
		r.Kinds = append(r.Kinds, k)
	}
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
