package source

import (
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
)

// hidden is how many parameters of its constructors a compiler of Java has put before those of the text, by the class as the
// profile has it: the name and the number of a constant of an enumeration, or the object around one of an inner class. All
// constructors have them, and more of them are in the text without these than with them.
func (d *declarations) hidden(funcs []coverage.Func, by map[string][]int) map[string]int {
	lists := map[string][]string{}
	for i := range funcs {
		if f := &funcs[i]; d.language == "java" && ofClass(f.Name, f.Receiver) {
			if _, types, ok := strings.Cut(f.Name, "("); ok {
				lists[f.Receiver] = append(lists[f.Receiver], strings.TrimSuffix(types, ")"))
			}
		}
	}
	out := map[string]int{}
	for class, types := range lists {
		around, own, _ := cutLast(class)
		_, outer, _ := cutLast(around)
		for _, first := range [][]string{{"String", "int"}, {outer}} {
			if first[0] == "" || slices.ContainsFunc(types, func(list string) bool { return !beginsWith(list, first) }) {
				continue
			}
			if d.has(types, len(first), own, class, by) > d.has(types, out[class], own, class, by) {
				out[class] = len(first)
			}
		}
	}
	return out
}

// has is how many of the constructors of a class with such parameters, but for the first of them, are in the text.
func (d *declarations) has(lists []string, without int, name, class string, by map[string][]int) int {
	n := 0
	for _, types := range lists[:min(len(lists), mostDeep)] {
		types = withoutFirst(types, without)
		if slices.ContainsFunc(by[name][:min(len(by[name]), mostDeep)], func(k int) bool {
			return sameClass(class, d.o.Funcs[k].Class) && sameTypes(types, d.o.Funcs[k].Params)
		}) {
			n++
		}
	}
	return n
}

// cutLast cuts what stands behind the last dot off.
func cutLast(class string) (around, own string, ok bool) {
	at := strings.LastIndexByte(class, '.')
	return class[:max(at, 0)], class[at+1:], at >= 0
}

func beginsWith(types string, first []string) bool {
	list := typeList(types)
	return len(list) >= len(first) && slices.Equal(list[:len(first)], first)
}

// withoutFirst is a list of types without the first n.
func withoutFirst(types string, n int) string {
	if n == 0 {
		return types
	}
	list := typeList(types)
	return strings.Join(list[min(n, len(list)):], ", ")
}

// sameTypes reports whether the parameters of a function that a profile has may be those of one of a text: a virtual machine
// knows no type arguments, and has an array for the last of any number.
func sameTypes(profile, text string) bool {
	return profile == text || slices.EqualFunc(typeList(profile), typeList(text), sameType)
}

// mayBeTypes is sameTypes, where what looks like a type variable in the text may be any type.
func mayBeTypes(profile, text string) bool {
	return slices.EqualFunc(typeList(profile), typeList(text), func(p, t string) bool {
		variable, dims := strings.CutSuffix(t, "[]")
		return sameType(p, t) || strings.HasSuffix(p, "[]") == dims && variable == strings.ToUpper(variable)
	})
}

// sameType reports whether a type of a profile may be one of a text, of which each may have more of what is around it.
func sameType(profile, text string) bool {
	return profile == text || endsIn(profile, text) || endsIn(text, profile)
}

// typeList are the types of a list without their arguments: Map and int[] for "Map<String, List<X>>, int...".
func typeList(types string) []string {
	var out []string
	var own strings.Builder
	depth := 0
	end := func() {
		if word := strings.TrimSpace(own.String()); word != "" {
			if rest, ok := strings.CutSuffix(word, "..."); ok {
				word = strings.TrimSpace(rest) + "[]"
			}
			out = append(out, word)
		}
		own.Reset()
	}
	for i := range len(types) {
		switch c := types[i]; {
		case c == '<':
			depth++
		case c == '>':
			depth = max(0, depth-1)
		case depth > 0:
		case c == ',':
			end()
		default:
			own.WriteByte(c)
		}
	}
	end()
	return out
}
