package outline

import "strings"

var scala = &language{
	lexicon: &lexicon{
		line:    []string{"//"},
		block:   [][2]string{{"/*", "*/"}},
		nested:  true,
		letters: "$",
		marks: []string{
			"=>>", "=>", "<-", "<:", ">:", "<%", ":::", "::", "==", "!=", "<=", ">=", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "->",
		},
		hook:   scalaHook,
		pieces: true,
	},
	find: findScala,
}

var (
	scalaQuotes = []quote{
		{open: `"""`, close: `"""`, more: true, lines: true},
		{open: `"`, close: `"`, escape: '\\'},
	}
	scalaHoled = []quote{
		{open: `"""`, close: `"""`, more: true, lines: true, hole: "${"},
		{open: `"`, close: `"`, escape: '\\', hole: "${"},
	}
	scalaModifiers = wordSet("private protected override final implicit lazy abstract sealed inline transparent opaque infix open erased case")
	// scalaAfter are what a statement goes on with on the next line, scalaBefore what it goes on behind.
	scalaAfter  = wordSet("catch else extends finally forSome match with yield then do , . : = => <- <: <% >: # [")
	scalaBefore = wordSet("catch else extends finally forSome match with yield then do if while for try new throw case import val var def lazy")
	// scalaNo begin no operand on the line that a statement goes on with, as other marks do.
	scalaNo = wordSet("@ - + ! ~ _ ' <")
)

// scalaHook takes strings, those with placeholders among them, characters and symbols, and names in backquotes.
func scalaHook(l *lexer) bool {
	start := l.pos
	switch c := l.src[start]; c {
	case '`':
		return backquoted(l)
	case '"':
		quotes := scalaQuotes
		if n := len(l.tokens); n > 0 && l.tokens[n-1].kind == word && int(l.tokens[n-1].end) == start {
			quotes = scalaHoled
		}
		q := &quotes[1]
		if strings.HasPrefix(l.src[start:], `"""`) {
			q = &quotes[0]
		}
		l.pos += len(q.open)
		l.quoted(q, start)
		return true
	case '\'':
		rest := l.src[start+1:]
		end := 1
		switch {
		case strings.HasPrefix(rest, `\u`):
			end = 6
		case strings.HasPrefix(rest, `\`):
			end = 2
		default:
			for end < len(rest) && rest[end]&0xC0 == 0x80 {
				end++
			}
		}
		if len(rest) > end && rest[end] == '\'' && rest[0] != '\n' {
			l.pos = start + 1 + end + 1
			l.add(literal, start)
			return true
		}
		l.pos++
		l.add(mark, start)
		return true
	}
	return false
}

func findScala(s *scanned) {
	in := newScopes(s, ".")
	for i := 0; i < len(s.tokens); i++ {
		if s.kind(i) != word || s.is(i-1, mark, ".") {
			continue
		}
		switch s.text(i) {
		case "class", "object", "trait", "enum":
			if s.kind(i+1) == word && !s.newline(i+1) {
				in.add(s.scalaTemplate(i+2), bareName(s.text(i+1)))
			}
		case "def":
			s.scalaDef(in, i)
		}
	}
}

// scalaTemplate is the "{" of the body of a class, behind its name, or -1.
func (s *scanned) scalaTemplate(i int) int {
	for n := 0; i < len(s.tokens) && n < maxHead && s.look(); n, i = n+1, i+1 {
		on := false
		switch s.text(i - 1) {
		case "extends", "with", ",", "derives", ".", "#":
			on = true
		}
		switch s.kind(i) {
		case open:
			if s.text(i) == "{" {
				if to := s.partner(i); to > 0 && s.is(to+1, word, "with") {
					i = to // what is done before
					continue
				}
				return i
			}
			if i = s.partner(i); i < 0 {
				return -1
			}
		case word:
			if s.newline(i) && !on {
				switch s.text(i) {
				case "extends", "with", "derives":
				default:
					return -1
				}
			}
		case mark:
			if text := s.text(i); text == ";" || text == "=" || text == "@" && s.newline(i) {
				return -1
			}
		default:
			return -1
		}
	}
	return -1
}

// scalaDef adds the function that begins with "def" if it has a body.
func (s *scanned) scalaDef(in *scopes, i int) {
	name := i + 1
	if name >= len(s.tokens) || s.kind(name) != word && s.kind(name) != mark {
		return
	}
	// An operator is marks without spaces between them, and so may be what ends a name: foo_=
	last := name
	if s.kind(name) == mark || strings.HasSuffix(s.text(name), "_") {
		for n := 0; n < maxType && s.look() && last+1 < len(s.tokens) && s.kind(last+1) == mark && s.start(last+1) == s.end(last); n++ {
			last++
		}
		if last > name && s.is(last, mark, ":") && s.kind(name) == word {
			last--
		}
	}
	body, expression := -1, false
	typed := false
	types := ""
	at := last + 1
walk:
	for n := 0; at < len(s.tokens) && n < maxHead && s.look(); n, at = n+1, at+1 {
		on := false
		switch s.text(at - 1) {
		case ":", ",", "=>", "with", "|", "&", "#", ".", "<:", ">:", "?=>":
			on = true
		}
		switch s.kind(at) {
		case open:
			switch {
			case s.text(at) == "{" && !typed:
				body = at
				break walk
			case s.text(at) == "(" && !typed:
				if one := s.namedTypes(at); one != "" {
					types = list(types, one)
				}
			case s.newline(at) && !on:
				return
			}
			if at = s.partner(at); at < 0 {
				return
			}
		case word:
			if s.newline(at) && !on && s.text(at) != "with" && s.text(at) != "forSome" {
				return
			}
		case mark:
			switch s.text(at) {
			case "=":
				body, expression = at, true
				break walk
			case ";":
				return
			case ":":
				typed = true
			case "@":
				if s.newline(at) && !on {
					return
				}
			}
		case literal, number:
			if s.newline(at) && !on {
				return
			}
		default:
			return
		}
	}
	if body < 0 {
		return
	}
	first, marked := s.annotated(i, scalaModifiers)
	f := s.add(definition{first: first, name: name, body: body}, in.of(i))
	f.Marked = s.start(marked)
	f.NameEnd = s.end(last)
	f.Name = s.src[f.NameStart:f.NameEnd]
	if f.Name[0] == '`' && len(f.Name) > 1 {
		f.Name = bareName(f.Name)
		f.NameStart, f.NameEnd = f.NameStart+1, f.NameEnd-1
	}
	f.Params = types
	if expression {
		last := s.scalaExpression(body+1, s.column(first))
		f.Body, f.End = s.end(body), s.end(body)
		if last > body {
			f.Body, f.End = s.start(body+1), s.end(last)
		}
	}
}

// scalaExpression is the last token of the expression that begins at i in a definition on a line that is indented to column:
// it ends with a line that can end it, before one that doesn't go on with it and is not indented deeper.
func (s *scanned) scalaExpression(i, column int) int {
	begin := i
	if !s.newline(begin) {
		column = maxType // braces are around what has more statements
	}
	for n := 0; i < len(s.tokens) && n < maxStatement && s.look(); n, i = n+1, i+1 {
		if i > begin && s.newline(i) && !s.scalaGoesOn(i) && s.column(i) <= column {
			return i - 1
		}
		switch s.kind(i) {
		case open:
			to := s.partner(i)
			if to < 0 {
				return i
			}
			i = to
		case closed:
			return i - 1
		case mark:
			if s.text(i) == ";" {
				return i - 1
			}
		}
	}
	return min(i, len(s.tokens)) - 1
}

// scalaGoesOn reports whether a statement goes on at the first token of a line.
func (s *scanned) scalaGoesOn(i int) bool {
	text := s.text(i)
	switch s.kind(i) {
	case word, open:
		if scalaAfter[text] {
			return true
		}
		if text == "{" && strings.Count(s.src[s.end(i-1):s.start(i)], "\n") == 1 && s.kind(i-1) != mark {
			return true
		}
	case mark:
		if !scalaNo[text] {
			return true
		}
	}
	before := i - 1
	switch s.kind(before) {
	case mark:
		return s.text(before) != "_" && s.text(before) != ";"
	case word:
		if scalaBefore[s.text(before)] {
			return true
		}
		// Words stand in turn for an operand and for a function between two.
		words := 0
		for words < maxType && s.look() && s.kind(before) == word && !scalaBefore[s.text(before)] {
			words++
			before--
			if s.newline(before + 1) {
				break
			}
		}
		operand := !s.newline(before+1) && (s.kind(before) == number || s.kind(before) == literal || s.kind(before) == closed && !s.condition(before))
		return words > 0 && operand == (words%2 == 1)
	case closed:
		return s.condition(before)
	}
	return false
}
