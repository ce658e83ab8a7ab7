package source

import (
	"go/ast"
	"slices"
	"strings"

	"github.com/covls/covls/source/outline"
)

// Call is that a function calls others by a name. Of what stands before the name, as a package or a value, nothing is known.
type Call struct {
	// Fn is the index in Parsed.Funcs of the function that calls.
	Fn int32
	// Name is the CallName of what is called.
	Name uint32
}

// CallName is what Call.Name is for a function of that name: FNV-1a, 32 bits, of its last word, without parameters and
// what it belongs to.
func CallName(name string) uint32 {
	if i := strings.IndexAny(name, "(<["); i > 0 {
		name = name[:i]
	}
	if i := strings.LastIndexAny(name, ".:#$\\"); i >= 0 {
		name = name[i+1:]
	}
	return nameHash(name)
}

// nameHash is FNV-1a, 32 bits.
func nameHash(name string) uint32 {
	h := uint32(2166136261)
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return h
}

// call notes that the function whose facts are looked for calls something.
func (g *goFile) call(fun ast.Expr) {
	for {
		switch f := fun.(type) {
		case *ast.Ident:
			g.calls = append(g.calls, Call{int32(len(g.facts)), CallName(f.Name)})
			return
		case *ast.SelectorExpr:
			g.calls = append(g.calls, Call{int32(len(g.facts)), CallName(f.Sel.Name)})
			return
		case *ast.IndexExpr:
			fun = f.X
		case *ast.IndexListExpr:
			fun = f.X
		case *ast.ParenExpr:
			fun = f.X
		default:
			return
		}
	}
}

// onceEach sorts calls, and leaves each of them once.
func onceEach(calls []Call) []Call {
	slices.SortFunc(calls, func(a, b Call) int {
		if a.Fn != b.Fn {
			return int(a.Fn - b.Fn)
		}
		switch {
		case a.Name < b.Name:
			return -1
		case a.Name > b.Name:
			return 1
		}
		return 0
	})
	return slices.Clip(slices.Compact(calls))
}

// callsOf takes the calls of an outline, whose functions belong to those of owner, from 1 on.
func callsOf(o *outline.Outline, src string, owner []int32) []Call {
	var out []Call
	for c := range o.Calls() {
		if fn := owner[c.Func]; fn > 0 {
			out = append(out, Call{fn - 1, CallName(src[c.Start:c.End])})
		}
	}
	return onceEach(out)
}
