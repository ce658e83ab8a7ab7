package report

import (
	"cmp"
	"slices"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// reach is a graph of which functions call which, by names that one function alone has.
type reach struct {
	rows  []*File
	files map[string]int
	// by is where the function is that is called so; file is -1 for a name that several have.
	by map[uint32]callee
	// done are functions that were counted.
	done map[callee]bool
}

type callee struct{ file, fn int }

// reachIn is the graph of the files in a unit; nil where of no file it is known what its functions call.
func (r *Report) reachIn(unit coverage.Unit) *reach {
	out := &reach{files: map[string]int{}, by: map[uint32]callee{}, done: map[callee]bool{}}
	known := false
	for _, f := range r.own(unit) {
		at := len(out.rows)
		out.rows = append(out.rows, f)
		out.files[f.Path] = at
		known = known || f.calls() != nil
		for i := range f.funcs {
			if f.funcs[i].Literal {
				continue // nobody calls it by a name
			}
			name := source.CalledName(f.Path, &f.funcs[i])
			if _, twice := out.by[name]; twice {
				out.by[name] = callee{-1, -1}
			} else {
				out.by[name] = callee{at, i}
			}
		}
	}
	if !known {
		return nil
	}
	return out
}

// calls are those of the file's functions; nil where they are not known, or are of others than funcs.
func (f *File) calls() []source.Call {
	if f.file == nil || f.file.Source == nil || len(f.file.Source.Funcs) != len(f.funcs) {
		return nil
	}
	return f.file.Source.Calls
}

// from is what functions of other files have that never ran and that what is not covered of a file calls, by itself or by way of
// others: by file, without what was counted before.
func (g *reach) from(path string) map[int]int {
	start, ok := g.files[path]
	if !ok {
		return nil
	}
	out := map[int]int{}
	var todo []callee
	call := func(f *File, calls []source.Call) {
		for _, c := range calls {
			if f.funcs[c.Fn].Statements.Uncovered() == 0 {
				continue
			}
			to, ok := g.by[c.Name]
			if !ok || to.file < 0 || g.done[to] || !g.rows[to.file].funcs[to.fn].Uncovered() {
				continue
			}
			g.done[to] = true
			todo = append(todo, to)
		}
	}
	call(g.rows[start], g.rows[start].calls())
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if at.file != start {
			out[at.file] += g.rows[at.file].funcs[at.fn].Statements.Uncovered()
		}
		f := g.rows[at.file]
		calls := f.calls() // sorted by who calls
		before := func(c source.Call, fn int) int { return cmp.Compare(int(c.Fn), fn) }
		from, _ := slices.BinarySearchFunc(calls, at.fn, before)
		to, _ := slices.BinarySearchFunc(calls, at.fn+1, before)
		call(f, calls[from:to])
	}
	return out
}

// upper is what can be covered at most when the files of phases reach their aims and the tests run all that these call, for each
// phase: where the direct gain is part of what is called, both are counted, up to all that never ran of a file.
func (r *Report) upper(p *Plan, unit coverage.Unit) []int {
	g := r.reachIn(unit)
	if g == nil {
		return nil
	}
	gains := map[int]int{}
	out := make([]int, len(p.Phases))
	for n, ph := range p.Phases {
		for _, s := range ph.Files {
			at, ok := g.files[s.Path]
			if !ok {
				continue
			}
			gains[at] += s.ToCover
			for file, more := range g.from(s.Path) {
				gains[file] += more
			}
		}
		out[n] = p.Covered
		for file, gain := range gains {
			out[n] += min(gain, g.rows[file].total().Uncovered())
		}
	}
	return out
}
