package outline

import (
	"slices"
	"strings"
)

// Header is the language of a text of C or C++ of which the name does not tell which it is: "cpp" where something in it is
// no C, else "c".
func Header(text string) string {
	if len(text) > maxText {
		return "c"
	}
	conditions, standard := directives(text)
	if standard {
		return "cpp"
	}
	s, _ := split(cLexicon, text, nil)
	for i := range s.tokens {
		if s.noC(i) {
			return "cpp"
		}
	}
	findC(s, true)
	if s.overloads(conditions) {
		return "cpp"
	}
	return "c"
}

// noC reports whether a token and those around it mean something in C++ and can't stand in C so.
func (s *scanned) noC(i int) bool {
	kind := s.tokens[i].kind
	if kind != word && kind != mark && kind != closed {
		return false
	}
	before, next := s.text(i-1), s.text(i+1)
	switch text := s.text(i); text {
	case "::":
		return !s.is(s.around(i), open, "[") // [[gnu::pure]]
	case "namespace":
		return !cTagged[before] && (next == "{" || s.kind(i+1) == word)
	case "class":
		if s.kind(i+1) != word || before == "struct" || before == "union" || before == "@" {
			return false
		}
		switch s.text(i + 2) {
		case "{", ":":
			return true
		case ";", "<", "final":
			return before != "enum"
		}
		return before != "enum" && s.kind(i+2) == word
	case "template":
		return next == "<" && (s.begins(i) || before == ">" || before == "extern")
	case "static_cast", "dynamic_cast", "reinterpret_cast", "const_cast":
		return next == "<"
	case "public", "private", "protected":
		return next == ":" && s.begins(i)
	case "virtual", "explicit", "friend", "mutable", "using":
		return s.begins(i) && s.kind(i+1) == word
	case "operator":
		return s.kind(i-1) == word && !cStatements.has(before) && (s.kind(i+1) == mark && next != ";" && next != "," || s.kind(i+1) == open)
	case "struct":
		return s.kind(i+1) == word && s.is(i+2, mark, ":") && s.kind(i+3) == word && !s.is(s.around(i), open, "(")
	case "&", "=":
		return s.kind(i+1) != closed && s.ofHead(s.around(i)) && (text == "=" || s.kind(i-1) != mark || before == "*" || before == "&" || before == ">")
	case ")":
		return s.method(i)
	}
	return false
}

var cTagged = wordSet("struct union enum")

// begins reports whether a declaration may begin with a token.
func (s *scanned) begins(i int) bool {
	switch s.text(i - 1) {
	case "", "{", "}", ";", ":":
		return true
	}
	return false
}

// ofHead reports whether a bracket is that of the parameters of a function which stands in nothing else.
func (s *scanned) ofHead(paren int) bool {
	return s.is(paren, open, "(") && s.around(paren) < 0 && s.kind(paren-1) == word && !cNoNames.has(s.text(paren-1)) && s.is(s.partner(paren)+1, open, "{")
}

// method reports whether a bracket ends the parameters of a function that stands in a struct.
func (s *scanned) method(shut int) bool {
	within := s.around(shut)
	if !s.is(within, open, "{") || s.text(within-1) != "struct" && !cTagged[s.text(within-2)] || s.text(within-2) == "enum" {
		return false
	}
	name := s.partner(shut) - 1
	if s.kind(name) != word || cNoNames.has(s.text(name)) || cTagged[s.text(name-1)] {
		return false
	}
	switch s.text(shut + 1) {
	case "{", "const", "noexcept", "override":
		return true
	}
	return false
}

// overloads reports whether two functions of one name have other parameters, and no condition of the preprocessor is between
// them, of which one may take the place of the other.
func (s *scanned) overloads(conditions []int) bool {
	last := map[string]*Func{}
	for i := range s.found {
		f := &s.found[i]
		if f.Class != "" || strings.ToUpper(f.Name) == f.Name { // a macro has no parameters
			continue
		}
		if was := last[f.Name]; was != nil && was.Params != f.Params && was.End <= f.Start {
			if at, _ := slices.BinarySearch(conditions, was.Start); at == len(conditions) || conditions[at] > f.Start {
				return true
			}
		}
		last[f.Name] = f
	}
	return false
}

// directives are where the lines of a text are that tell the preprocessor of a condition. standard tells that it includes a
// header of the library of C++, which have names without an end.
func directives(text string) (conditions []int, standard bool) {
	for at := 0; at < len(text); {
		line, more, _ := strings.Cut(text[at:], "\n")
		if rest, ok := strings.CutPrefix(strings.TrimLeft(line, " \t"), "#"); ok {
			word, what := directive(rest)
			if conditionals[word] {
				conditions = append(conditions, at)
			}
			if file, ok := strings.CutPrefix(strings.TrimLeft(what, " \t"), "<"); ok && word == "include" {
				file, _, ok = strings.Cut(file, ">")
				standard = standard || ok && !strings.Contains(file, ".")
			}
		}
		at = len(text) - len(more)
	}
	return conditions, standard
}

var conditionals = wordSet("if ifdef ifndef else elif elifdef elifndef endif")
