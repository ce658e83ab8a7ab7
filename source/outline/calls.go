package outline

import "iter"

// Callee is a name behind which a call stands, and the innermost function that calls, by its index in Funcs.
type Callee struct {
	Stretch
	Func int
}

// bare are the languages in which a call needs no parentheses: each word may be one. It is never written.
var bare = map[string]bool{"ruby": true, "elixir": true, "perl": true, "shellscript": true}

// Calls lists what the functions of a text call by name, in the order of the text. What looks like a call and is none, as the word
// `if` before a condition, is among them.
func (o *Outline) Calls() iter.Seq[Callee] {
	return func(yield func(Callee) bool) {
		s := o.scanned
		next, in := 0, -1 // the functions before next have begun, in is the innermost around the token
		named := make(map[int]bool, len(o.Funcs))
		for i := range o.Funcs {
			named[o.Funcs[i].NameStart] = true
		}
		for i := range s.tokens {
			start, end := int(s.tokens[i].start), int(s.tokens[i].end)
			for ; next < len(o.Funcs) && o.Funcs[next].Start <= start; next++ {
				in = next
			}
			for in >= 0 && o.Funcs[in].End <= start {
				in = o.Funcs[in].Outer
			}
			if in < 0 || s.kind(i) != word || named[start] || !bare[o.language] && !s.is(i+1, open, "(") {
				continue
			}
			if !yield(Callee{Stretch{start, end}, in}) {
				return
			}
		}
	}
}
