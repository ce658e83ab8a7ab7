package outline

import "strings"

// annotated is the first token of a definition that i is of, behind what is marked with @, and the first of these marks:
// before i stand modifiers and annotations in any order.
func (s *scanned) annotated(i int, modifiers map[string]bool) (first, marked int) {
	first, marked = i, i
	for n := 0; n < maxHead && s.look(); n++ {
		before := marked - 1
		if s.is(before, closed, ")") {
			switch at := s.partner(before); s.text(at + 1) {
			case "set", "safe", "unsafe":
				before = at - 1 // private(set)
			}
		} else if s.is(before, closed, "]") {
			if at := s.partner(before) - 1; s.is(at, word, "private") || s.is(at, word, "protected") {
				before = at // private[this]
			}
		}
		if s.kind(before) == word && modifiers[s.text(before)] && (s.kind(before-1) != mark || s.is(before-1, mark, ";") || s.is(before-1, mark, "?") || s.annotationBack(before-1) >= 0 || before == 0) && !s.is(before-1, word, "case") {
			marked, first = before, before
			continue
		}
		at := s.annotationBack(marked - 1)
		if at < 0 {
			break
		}
		marked = at
	}
	return first, marked
}

// annotationBack is the "@" of the annotation that ends with a token, or -1.
func (s *scanned) annotationBack(i int) int {
	if s.kind(i) == closed {
		at := s.partner(i)
		if at < 0 {
			return -1
		}
		if s.text(i) == "]" && (s.is(at-1, mark, "@") || s.is(at-1, mark, ":") && s.kind(at-2) == word && s.is(at-3, mark, "@")) {
			if s.is(at-1, mark, "@") {
				return at - 1
			}
			return at - 3
		}
		if s.text(i) == "}" {
			return -1
		}
		if i = at - 1; s.is(i, closed, "]") { // @throws[E]("when")
			if i = s.partner(i) - 1; i < 0 {
				return -1
			}
		}
	}
	if s.kind(i) == mark {
		if at := s.genericsBack(i); at > 0 {
			i = at - 1
		}
	}
	for n := 0; n < maxType && s.look() && s.kind(i) == word; n++ {
		switch {
		case s.is(i-1, mark, "@"):
			return i - 1
		case s.is(i-1, mark, ".") || s.is(i-1, mark, ":"):
			i -= 2
		default:
			return -1
		}
	}
	return -1
}

// annotation is the token behind the annotation that begins at the "@" of i; i where none does.
func (s *scanned) annotation(i int) int {
	if !s.is(i, mark, "@") || s.kind(i+1) != word {
		return i
	}
	for i += 2; (s.is(i, mark, ".") || s.is(i, mark, ":")) && s.kind(i+1) == word; {
		i += 2
	}
	if s.is(i, open, "(") {
		shut := s.partner(i)
		if shut < 0 {
			return i
		}
		i = shut + 1
	}
	return i
}

// code is the text of tokens from first up to, not including, last, without comments and with spaces where they are needed
// or usual.
func (s *scanned) code(first, last int) string {
	if last-first == 1 {
		return s.text(first)
	}
	var b strings.Builder
	for i := first; i < last && b.Len() < maxName; i++ {
		if i > first {
			before, wordy := s.text(i-1), s.kind(i) == word || s.kind(i) == number
			switch {
			case before == "," || before == "->" || before == "=>" || before == "&":
				b.WriteByte(' ')
			case wordy && (s.kind(i-1) == word || s.kind(i-1) == number || before == "?" || before == ":"):
				b.WriteByte(' ')
			case s.text(i) == "->" || s.text(i) == "=>" || s.text(i) == "&":
				b.WriteByte(' ')
			}
		}
		b.WriteString(s.text(i))
	}
	return b.String()
}

// parts calls each for the stretches of tokens between the commas of a bracket, those in brackets and in type arguments left
// alone.
func (s *scanned) parts(bracket int, each func(first, last int)) {
	shut := s.partner(bracket)
	first := bracket + 1
	for i := first; i < shut; i++ {
		switch s.kind(i) {
		case open:
			if to := s.partner(i); to > 0 {
				i = to
			}
		case mark:
			switch s.text(i) {
			case "<":
				if to := s.generics(i); to > 0 && to < shut {
					i = to
				}
			case ",":
				each(first, i)
				first = i + 1
			}
		}
	}
	if first < shut {
		each(first, shut)
	}
}

// list adds to a list of types.
func list(types, one string) string {
	switch {
	case types == "":
		return one
	case len(types) > maxName:
		return types
	}
	return types + ", " + one
}
