// Package outline finds the functions of texts in many languages: where they begin and end, what they are called and what
// they belong to. It reads the tokens of a text and the brackets, words or indentation that hold them together, and
// no more of its grammar: that is told in one pass, whatever the text, and what is intact around a broken place is found.
//
// A language is a row of the table in language.go and a file of its own; CONTRIBUTING.md says how one is added.
package outline

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Outline is what a text holds. All places are byte offsets into the text.
type Outline struct {
	// Funcs are its functions, sorted by Start, an outer one before those in it. A declaration without a body is none.
	Funcs []Func
	// Comments are its comments, sorted, with what begins and ends them. Neighbours are not joined.
	Comments []Stretch
	// Broken is where the first bracket, string or block is that nothing ends, or the first end of none; -1 where the text
	// is whole.
	Broken int

	language string
	scanned  *scanned
}

// Stretch goes from Start up to, not including, End.
type Stretch struct{ Start, End int }

// Func is a function of a text.
type Func struct {
	// Name is its own, as the language writes it: "put", "operator+=", "constructor". A function that stands as a value
	// has that of what it is assigned or handed to, as in "get('/users') callback"; "" where it has none.
	Name string
	// Class is what it belongs to, from the outside inwards, joined as the language joins it: "Outer.Inner", "Shop::Cart"; ""
	// for a function of none. What is in a class without a name belongs to the function around that: "Store.put()".
	Class string
	// Static tells that it is one of the class itself where the language has such apart, like Ruby's def self.x and Lua's function M.x.
	Static bool
	// Value tells that it is no declaration: a lambda, a closure, an arrow function. Handed tells that it is the argument of
	// a call, Called that it is called where it stands.
	Value, Handed, Called bool
	// Params are the types of its parameters, in a language in which several functions of a class may have one name:
	// "int, String", or of Elixir how many there are: "2"; "" elsewhere.
	Params string
	// Start is that of the definition behind decorators, annotations and attributes, Marked that of the first of these, or
	// Start. End is behind it. Head is where the function itself begins: behind what it is assigned to, else Start.
	Start, Marked, Head, End int
	// NameStart and NameEnd are where the name stands; of a function without a name, where its parameters do.
	NameStart, NameEnd int
	// Body is where the body begins: of braces at the first, elsewhere at the first statement; End where it is empty.
	Body int
	// Outer is the index of the function around it, -1 for none.
	Outer int

	nameless bool // it stands in a class without a name
}

// maxName bounds the length in bytes of a name; what has a longer one has none.
const maxName = 250

// Of finds the functions of a text. ok is false where covls does not know the language, which is one of LanguageID.
func Of(language, text string) (o *Outline, ok bool) {
	l, ok := languages[language]
	if !ok || len(text) > maxText {
		return nil, false
	}
	s := scan(l.lexicon, text)
	l.find(s)
	o = s.finish()
	o.language, o.scanned = language, s
	return o, true
}

// maxText is the length in bytes of the largest text: offsets of tokens are 32 bits.
const maxText = 1<<31 - 1

// Known reports whether covls reads a language.
func Known(language string) bool {
	_, ok := languages[language]
	return ok
}

// Languages are those that covls reads, sorted.
func Languages() []string { return slices.Sorted(maps.Keys(languages)) }

// finish sorts what was found and says what is in what.
func (s *scanned) finish() *Outline {
	// Of broken text something may end before its name, or before itself.
	funcs := slices.DeleteFunc(s.found, func(f Func) bool { return f.End < f.Start || f.NameStart > f.End || f.NameEnd < f.NameStart })
	for i := range funcs {
		f := &funcs[i]
		if len(f.Name) > maxName || strings.ContainsFunc(f.Name, unicode.IsControl) {
			f.Name = ""
		}
		if len(f.Class) > maxName {
			f.Class = clipped(f.Class)
		}
		f.Marked, f.Head = min(f.Marked, f.Start), max(f.Head, f.Start)
	}
	slices.SortStableFunc(funcs, func(a, b Func) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	var around []int
	for i := range funcs {
		for len(around) > 0 && funcs[around[len(around)-1]].End <= funcs[i].Start {
			around = around[:len(around)-1]
		}
		funcs[i].Outer = -1
		if n := len(around); n > 0 {
			outer := &funcs[around[n-1]]
			if funcs[i].End > outer.End && outer.Value && !funcs[i].Value {
				// Nobody knows for sure where an expression ends.
				outer.End = max(outer.Body, min(outer.End, funcs[i].Start))
				around = around[:n-1]
				n--
			}
			if n > 0 {
				funcs[i].Outer = around[n-1]
				funcs[i].End = min(funcs[i].End, funcs[around[n-1]].End)
			}
		}
		around = append(around, i)
		if f := &funcs[i]; f.nameless {
			f.nameless = false
			at := f.Outer
			for n := 0; n < maxValues && at >= 0 && funcs[at].Value; n++ {
				at = funcs[at].Outer
			}
			if at >= 0 && funcs[at].Name != "" {
				f.Class = joined(funcs[at].Class, ".", funcs[at].Name+"()")
			}
		}
	}
	return &Outline{Funcs: funcs, Comments: s.comments, Broken: s.broken}
}

// maxValues bounds how many lambdas are passed over on the way to the function around them.
const maxValues = 20

// clipped is a name that is no longer than maxName.
func clipped(name string) string {
	end := maxName - len("…")
	for end > 0 && name[end]&0xC0 == 0x80 {
		end--
	}
	return name[:end] + "…"
}

// Token is a piece of a text that is no comment and no space, from Start up to, not including, End.
type Token struct {
	Start, End int
	// Partner is the index of the bracket that belongs to this one, Within that of the bracket that it stands in; -1 where there
	// is none.
	Partner, Within int
}

// Tokens splits a text; nil where covls does not know the language. The pieces of a string with placeholders are left out; what
// begins and ends a placeholder are brackets.
func Tokens(language, text string) []Token {
	l, ok := languages[language]
	if !ok || len(text) > maxText {
		return nil
	}
	s := scan(l.lexicon, text)
	out := make([]Token, len(s.tokens))
	for i, t := range s.tokens {
		out[i] = Token{int(t.start), int(t.end), int(t.partner), int(t.within)}
	}
	return out
}
