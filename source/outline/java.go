package outline

var java = &language{
	lexicon: &lexicon{
		braces: true,
		line:   []string{"//"},
		block:  [][2]string{{"/*", "*/"}},
		quotes: []quote{
			{open: `"""`, close: `"""`, escape: '\\', lines: true},
			{open: `"`, close: `"`, escape: '\\'},
			{open: `'`, close: `'`, escape: '\\'},
		},
		letters: "$",
		marks:   []string{"->", "::", "...", "==", "!=", "<=", ">=", "&&", "||"},
	},
	find: findJava,
}

var (
	javaTypes = wordSet("class interface enum record")
	javaEnds  = wordSet("; = )")
	// javaNever are words before "(" that begin a statement or an expression.
	javaNever = wordSet("if for while switch catch synchronized try super this new return throw assert yield case do else instanceof when")
)

func findJava(s *scanned) {
	in := newScopes(s, ".")
	records := map[int]bool{} // the brackets of their bodies
	for i := 0; i < len(s.tokens); i++ {
		switch s.kind(i) {
		case word:
			switch c := s.src[s.tokens[i].start]; {
			case c != 'c' && c != 'i' && c != 'e' && c != 'r' || !javaTypes[s.text(i)] || s.kind(i+1) != word || s.is(i-1, mark, "."):
			case s.text(i) == "record" && !s.is(i+2, open, "(") && !s.is(i+2, mark, "<"):
			default:
				body := s.body(i+2, javaEnds)
				in.add(body, s.text(i+1))
				records[body] = s.text(i) == "record"
			}
		case open:
			switch s.text(i) {
			case "(":
				s.javaMethod(in, i)
			case "{":
				// Perhaps the compact constructor of a record.
				if s.kind(i-1) == word && records[s.around(i)] && s.text(i-1) == in.name[s.around(i)] && !s.is(i-2, word, "throws") {
					s.javaAdd(in, definition{name: i - 1, shut: i - 1, body: i})
				}
			}
		}
	}
}

// javaMethod adds the method or constructor whose parameters a bracket begins, if it does.
func (s *scanned) javaMethod(in *scopes, paren int) {
	name, shut := paren-1, s.partner(paren)
	if shut < 0 || s.kind(name) != word || s.kind(shut+1) == mark && !s.is(shut+1, mark, "@") || javaNever[s.text(name)] {
		return
	}
	switch s.text(name - 1) {
	case ".", "new", "record", "::", "@":
		return
	}
	body := shut + 1
	for s.is(body, open, "[") && s.partner(body) > 0 {
		body = s.partner(body) + 1
	}
	if s.is(body, word, "throws") {
		body = s.body(body, javaEnds)
	} else {
		for s.is(body, mark, "@") && s.annotation(body) > body {
			body = s.annotation(body)
			for s.is(body, open, "[") && s.partner(body) > 0 {
				body = s.partner(body) + 1
			}
		}
	}
	if body >= 0 && s.is(body, open, "{") {
		s.javaAdd(in, definition{name: name, shut: shut, body: body})
	}
}

// javaAdd adds a method if what stands before its name can be that of one.
func (s *scanned) javaAdd(in *scopes, d definition) {
	marked := d.name
	for n := 0; n < maxHead && s.look(); n++ {
		at := marked - 1
		switch s.kind(at) {
		case word:
			switch s.text(at) {
			case "new", "return", "throw", "case", "else":
				return
			}
		case closed:
			if s.text(at) == "}" {
				n = maxHead
				continue
			}
			if at = s.partner(at); at < 0 {
				return
			}
		case mark:
			switch s.text(at) {
			case "@", ".", "?", "&":
			case ";", ",", "":
				n = maxHead
				continue
			case ">":
				if at = s.genericsBack(at); at < 0 {
					return
				}
			default:
				return
			}
		case open:
			n = maxHead
			continue
		default:
			return
		}
		marked = at
	}
	first := marked
	for to := s.annotation(first); to > first; to = s.annotation(first) {
		first = to
	}
	d.first = first
	name := s.text(d.name)
	if own, ok := in.name[s.around(d.name)]; first >= d.name && (!ok || own != name) {
		return // a constant with a body
	}
	f := s.add(d, in.of(d.name))
	f.Marked, f.nameless = s.start(marked), s.javaNameless(s.around(d.name))
	if d.shut > d.name {
		f.Params = s.javaParams(d.name + 1)
	}
}

// javaNameless reports whether a bracket opens the body of a class without a name: new A.B<C>(d) {.
func (s *scanned) javaNameless(bracket int) bool {
	i := s.partner(bracket-1) - 1
	if !s.is(bracket-1, closed, ")") || i < 0 {
		return false
	}
	for n := 0; n < maxType && s.look(); n++ {
		if s.is(i, mark, ">") || s.is(i, mark, ">>") || s.is(i, mark, ">>>") {
			i = s.genericsBack(i) - 1
		}
		if s.kind(i) != word {
			return false
		}
		if !s.is(i-1, mark, ".") {
			return s.is(i-1, word, "new")
		}
		i -= 2
	}
	return false
}

// javaParams are the types of the parameters in a bracket, without annotations, "final" and names.
func (s *scanned) javaParams(paren int) string {
	types := ""
	s.parts(paren, func(first, last int) {
		for {
			if to := s.annotation(first); to > first {
				first = to
			} else if s.is(first, word, "final") {
				first++
			} else {
				break
			}
		}
		dims := ""
		for s.is(last-1, closed, "]") && s.partner(last-1) == last-2 && last-2 > first {
			dims += "[]"
			last -= 2
		}
		if last-1 <= first || s.is(last-1, word, "this") {
			return
		}
		types = list(types, s.code(first, last-1)+dims)
	})
	return types
}
