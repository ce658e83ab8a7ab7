package outline

import "strings"

var dart = &language{
	lexicon: &lexicon{
		braces:  true,
		line:    []string{"//"},
		block:   [][2]string{{"/*", "*/"}},
		nested:  true,
		quotes:  dartQuotes,
		letters: "$",
		marks:   []string{"=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "...", "..", "++", "--", "+=", "-="},
		hook:    dartHook,
		pieces:  true,
	},
	find: findDart,
}

var (
	dartQuotes = []quote{
		{open: `"""`, close: `"""`, escape: '\\', lines: true, hole: "${"},
		{open: `'''`, close: `'''`, escape: '\\', lines: true, hole: "${"},
		{open: `"`, close: `"`, escape: '\\', hole: "${"},
		{open: `'`, close: `'`, escape: '\\', hole: "${"},
	}
	dartRaw = []quote{
		{open: `r"""`, close: `"""`, lines: true},
		{open: `r'''`, close: `'''`, lines: true},
		{open: `r"`, close: `"`},
		{open: `r'`, close: `'`},
	}
	dartEnds = wordSet("; =")
	// dartNever are words before "(" that begin a statement or an expression.
	dartNever = wordSet("if for while switch catch super this assert return throw new const await yield case do else try in is as when on Function rethrow")
	// dartNo are words that no head of a function has.
	dartNo = wordSet("return throw new case else is as when await yield in do assert class enum mixin extension import export part")
)

// dartHook takes raw strings.
func dartHook(l *lexer) bool {
	if l.src[l.pos] != 'r' {
		return false
	}
	for i := range dartRaw {
		if q := &dartRaw[i]; strings.HasPrefix(l.src[l.pos:], q.open) {
			start := l.pos
			l.pos += len(q.open)
			l.quoted(q, start)
			return true
		}
	}
	return false
}

func findDart(s *scanned) {
	in := newScopes(s, ".")
	for i := 0; i < len(s.tokens); i++ {
		switch s.kind(i) {
		case word:
			switch s.text(i) {
			case "class", "mixin", "enum", "extension":
				s.dartScope(in, i)
			case "get":
				// A getter has no parameters.
				if s.kind(i+1) == word {
					s.dartAdd(in, i+1, i+1, s.dartBody(i+2), -1, s.text(i+1)+".get")
				}
			}
		case open:
			if s.text(i) == "(" {
				s.dartFunction(in, i)
			}
		}
	}
}

// dartScope says what stands in the body of a class, mixin, enumeration or extension.
func (s *scanned) dartScope(in *scopes, i int) {
	name := i + 1
	if s.text(i) == "mixin" && s.is(name, word, "class") || s.is(i-1, mark, ".") {
		return // which comes next
	}
	if s.text(i) == "extension" && s.is(name, word, "type") && s.kind(name+1) == word {
		if name++; s.is(name, word, "const") {
			name++
		}
	}
	if s.text(i) == "extension" && s.is(name, word, "on") {
		name++ // without a name: that of what it extends
	}
	if s.kind(name) == word {
		in.add(s.body(name+1, dartEnds), s.text(name))
	}
}

// dartFunction adds the function whose parameters a bracket begins, if it does.
func (s *scanned) dartFunction(in *scopes, paren int) {
	shut := s.partner(paren)
	if shut < 0 {
		return
	}
	switch s.text(shut + 1) {
	case "{", "=>", "async", "sync", ":":
	default:
		return
	}
	last := paren - 1
	if s.kind(last) == mark && last > 0 && s.text(last) == ">" {
		if from := s.genericsBack(last); from > 0 && s.kind(from-1) == word {
			last = from - 1
		}
	}
	body := s.dartBody(shut + 1)
	if body < 0 {
		return
	}
	name, called := last, s.text(last)
	switch {
	case s.kind(last) == word && dartNever[called]:
		return
	case s.kind(last) == word:
		if s.is(last-1, word, "set") && s.around(last) >= 0 || s.is(last-1, word, "set") && s.newline(last-1) {
			called += ".set"
			break
		}
		// A.named
		if s.is(last-1, mark, ".") && s.kind(last-2) == word {
			if own, ok := in.name[s.around(last)]; !ok || own != s.text(last-2) {
				return
			}
			name = last - 2
			called = s.text(name) + "." + called
		} else if s.is(last-1, mark, ".") {
			return
		}
	default:
		// operator ==
		for n := 0; n < 4 && !s.is(name, word, "operator"); n++ {
			name--
		}
		if !s.is(name, word, "operator") {
			return
		}
		called = "operator " + s.src[s.start(name+1):s.end(last)]
	}
	if s.is(body, mark, "=>") {
		// A pattern before the value of a switch.
		if around := s.around(paren); around > 0 && s.text(around) == "{" && s.is(around-1, closed, ")") && s.is(s.partner(around-1)-1, word, "switch") {
			return
		}
	}
	s.dartAdd(in, name, last, body, paren, called)
}

// dartBody is the "{" or "=>" of a body behind the parameters of a function, or -1.
func (s *scanned) dartBody(i int) int {
	if s.is(i, word, "async") || s.is(i, word, "sync") {
		if i++; s.is(i, mark, "*") {
			i++
		}
	}
	if s.is(i, open, "{") || s.is(i, mark, "=>") {
		return i
	}
	if !s.is(i, mark, ":") {
		return -1
	}
	// The initialisers of a constructor, of which a map or set may be one.
	for n := 0; i < len(s.tokens) && n < maxHead && s.look(); n, i = n+1, i+1 {
		switch s.kind(i) {
		case open:
			if s.text(i) == "{" {
				switch s.text(i - 1) {
				case "=", ">", "?", ":", "??", "const", "=>", "==", "(", ",":
				default:
					return i
				}
			}
			if i = s.partner(i); i < 0 {
				return -1
			}
		case closed:
			return -1
		case mark:
			if s.text(i) == ";" {
				return -1
			}
		}
	}
	return -1
}

// dartAdd adds a function if what stands before its name can be that of one.
func (s *scanned) dartAdd(in *scopes, name, last, body, paren int, called string) {
	if body < 0 {
		return
	}
	marked := name
back:
	for n := 0; n < maxHead && s.look(); n++ {
		at := marked - 1
		switch s.kind(at) {
		case word:
			if dartNo[s.text(at)] {
				return
			}
		case closed:
			if s.text(at) == "}" {
				break back
			}
			if at = s.partner(at); at < 0 {
				return
			}
			switch s.text(at - 1) {
			case "if", "while", "for":
				break back
			}
		case mark:
			switch s.text(at) {
			case "@", ".", "?":
			case ";", ":", ",", "":
				break back
			case ">":
				if at = s.genericsBack(at); at < 0 {
					return
				}
			default:
				return
			}
		default:
			break back
		}
		marked = at
	}
	first := marked
	for to := s.annotation(first); to > first && to <= name; to = s.annotation(first) {
		first = to
	}
	// A call has no body: f(x) { } stands in no list of arguments.
	if around := s.around(name); around >= 0 && s.text(around) != "{" {
		return
	}
	f := s.add(definition{first: first, name: name, body: body}, in.of(name))
	f.Marked = s.start(marked)
	f.NameEnd = s.end(last)
	f.Name = called
	if paren >= 0 && strings.HasPrefix(called, "operator ") {
		f.NameEnd = s.end(paren - 1)
	}
	if s.text(body) == "=>" {
		f.Body, f.End = s.end(body), s.end(body)
		if last := s.statementEnd(body + 1); last > body {
			f.Body, f.End = s.start(body+1), s.end(last)
		}
	}
}
