package outline

import "slices"

// definition is a function that begins with a word, as its parts stand in the tokens of a text.
type definition struct {
	first int // its first token: a modifier, or the word
	name  int // the token of its name
	shut  int // the bracket that ends its parameters, or the token before the body where it has none
	body  int // the bracket that opens its body, -1 for none
}

// add adds a function whose body stands in brackets.
func (s *scanned) add(d definition, class string) *Func {
	f := Func{
		Name: s.text(d.name), Class: class, Start: s.start(d.first), Marked: s.start(d.first), Head: s.start(d.first), End: s.behind(d.body),
		NameStart: s.start(d.name), NameEnd: s.end(d.name), Body: s.start(d.body), Outer: -1,
	}
	if n := len(s.found); n == cap(s.found) {
		// As many as there would be if the rest of the text were like what was looked at.
		rest := float64(len(s.tokens)-d.first) / float64(max(d.first, 1))
		s.found = slices.Grow(s.found, int(min(rest*1.1, 4)*float64(n))+8)
	}
	s.found = append(s.found, f)
	return &s.found[len(s.found)-1]
}

// modified is the first of the words before a token that belong to it, as "pub", "async" and "static" do. Brackets behind
// such a word go along, and so do strings: pub(crate), extern "C".
func (s *scanned) modified(i int, modifiers map[string]bool) int {
	for {
		before := i - 1
		if s.kind(before) == closed && s.text(before) == ")" {
			before = s.partner(before) - 1
		} else if s.kind(before) == literal {
			before--
		}
		if before < 0 || s.kind(before) != word || !modifiers[s.text(before)] {
			return i
		}
		i = before
	}
}

// body is the "{" that follows behind a token before anything that ends a declaration, or -1. Brackets and types in between
// are passed over.
func (s *scanned) body(i int, ends map[string]bool) int {
	for n := 0; i < len(s.tokens) && n < maxHead && s.look(); n, i = n+1, i+1 {
		switch s.kind(i) {
		case open:
			if s.text(i) == "{" {
				return i
			}
			if i = s.partner(i); i < 0 {
				return -1
			}
		case closed:
			return -1
		case mark, word:
			if ends[s.text(i)] {
				return -1
			}
		}
	}
	return -1
}

// maxHead bounds how many tokens stand between the name of a function and its body.
const maxHead = 2000
