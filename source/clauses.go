package source

import (
	"slices"
	"strings"

	"github.com/covls/covls/source/outline"
)

// outlineOf is outline.Of with the clauses of a function of Elixir, which follow each other, for one: that is what people call it.
func outlineOf(language, src string) (o *outline.Outline, ok bool) {
	o, ok = outline.Of(language, src)
	if !ok || language != "elixir" {
		return o, ok
	}
	type key struct {
		outer               int
		class, name, params string
	}
	last := map[int]key{} // the last function in each, -1 for those in none
	into := make([]int, len(o.Funcs))
	funcs := make([]outline.Func, 0, len(o.Funcs))
	at := map[int]int{} // where in funcs the last one in each is
	for i, f := range o.Funcs {
		if f.Outer >= 0 {
			f.Outer = into[f.Outer]
		}
		k := key{f.Outer, f.Class, f.Name, f.Params}
		if before, known := last[f.Outer]; known && before == k && f.Name != "" {
			into[i] = at[f.Outer]
			funcs[into[i]].End = max(funcs[into[i]].End, f.End)
			continue
		}
		into[i] = len(funcs)
		last[f.Outer], at[f.Outer] = k, into[i]
		funcs = append(funcs, f)
	}
	o.Funcs = slices.Clip(funcs)
	return o, true
}

// arity is what a profile says that a function of Elixir takes, behind its name: "f" and "1" of "f/1". ok is false for another name.
func arity(name string) (own, number string, ok bool) {
	at := strings.LastIndexByte(name, '/')
	if at <= 0 || at == len(name)-1 || strings.Trim(name[at+1:], "0123456789") != "" {
		return name, "", false
	}
	return name[:at], name[at+1:], true
}
