package gap

import (
	"iter"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// stretch is what never ran without anything between that did, all of it of the same function.
type stretch struct {
	owner  int // the innermost function around it; -1 is none
	first  int // how many regions or lines of the owner stand before it
	span   coverage.Span
	begins []coverage.Point // of its regions or lines; good until the next
	missed int
}

// stretches are all those of a file, in its order: a region is in one of them, whatever functions are around.
// What ran inside of an uncovered region does not split it. Lines without code do not end a stretch.
func stretches(file *coverage.File, funcs []coverage.Func) iter.Seq[*stretch] {
	return func(yield func(*stretch) bool) {
		in := owners(funcs)
		var s stretch
		seen := make([]int, len(funcs)+1) // regions or lines, by the index of their owner; the last are of none
		of := func(owner int) *int {
			if owner < 0 {
				owner = len(funcs)
			}
			return &seen[owner]
		}
		open, goes := false, true
		end := func() {
			if s.missed > 0 && goes {
				goes = yield(&s)
			}
			s = stretch{begins: s.begins[:0]}
		}
		add := func(owner int, span coverage.Span, n int) {
			if s.missed > 0 && (owner != s.owner || !open && span.Start.Compare(s.span.End) >= 0) {
				end()
			}
			if s.missed == 0 {
				s.owner, s.span, s.first = owner, span, *of(owner)
			}
			*of(owner)++
			if s.span.End.Compare(span.End) < 0 {
				s.span.End = span.End
			}
			s.begins = append(s.begins, span.Start)
			s.missed += n
			open = true
		}
		if file.Unit == coverage.Lines {
			for _, l := range file.Lines {
				owner := in(coverage.Point{Line: l.Number, Col: lineEnd})
				if l.Count > 0 {
					end()
					*of(owner)++
					continue
				}
				add(owner, coverage.Span{Start: coverage.Point{Line: l.Number, Col: 1}, End: coverage.Point{Line: l.Number + 1}}, 1)
			}
			end()
			return
		}
		for _, r := range file.Regions {
			switch {
			case r.Statements == 0:
			case r.Count > 0:
				*of(in(r.Start))++
				open = false
			default:
				add(in(r.Start), coverage.Span{Start: r.Start, End: r.End}, int(r.Statements))
			}
		}
		end()
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

// Part is a stretch that never ran.
type Part struct {
	Span   coverage.Span
	Missed int // statements or lines
	Kind   source.Kind
}

// Within are the stretches that never ran of a function of the file and of the functions in it, whether or not
// they are gaps: in a function that no test reaches they are all of it.
func Within(file *workspace.File, fn *coverage.Func) iter.Seq[Part] {
	in := coverage.File{Unit: file.Coverage.Unit}
	if in.Unit == coverage.Lines {
		in.Lines = coverage.LinesWithin(file.Coverage.Lines, fn.Span)
	} else {
		in.Regions = coverage.Within(file.Coverage.Regions, fn.Span)
	}
	return func(yield func(Part) bool) {
		known, i := knownOf(file, nil), indexOf(file, fn)
		known.own = true
		for s := range stretches(&in, nil) {
			if !yield(Part{s.span, s.missed, known.kind(i, s.begins)}) {
				return
			}
		}
	}
}
