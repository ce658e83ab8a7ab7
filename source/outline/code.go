package outline

import "slices"

// Empty reports whether a text has nothing but comments.
func (o *Outline) Empty() bool { return len(o.scanned.tokens) == 0 }

// Has reports whether one of some words or marks stands in a text.
func (o *Outline) Has(any ...string) bool {
	s := o.scanned
	for i := range s.tokens {
		if k := s.kind(i); (k == word || k == mark) && slices.Contains(any, s.text(i)) {
			return true
		}
	}
	return false
}

// OnlyTypes reports whether a text of TypeScript declares types and imports what these need, and nothing else.
func (o *Outline) OnlyTypes() bool {
	s := o.scanned
	for i := range s.tokens {
		if s.kind(i) == closed || s.around(i) >= 0 || s.column(i) > 0 || !s.newline(i) {
			continue
		}
		at := i
		switch s.text(i) {
		case "import":
			if s.kind(i+1) == literal || s.is(i+1, open, "(") {
				return false // for what it does
			}
			continue
		case "|", "&", "type", "interface", "declare":
			continue
		case "export":
			at++
		}
		switch s.text(at) {
		case "type", "interface", "declare":
		default:
			return false
		}
	}
	return true
}
