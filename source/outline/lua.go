package outline

import "strings"

var lua = &language{
	lexicon: &lexicon{
		line:  []string{"--"},
		marks: []string{"==", "~=", "<=", ">=", "::", "...", ".."},
		hook:  luaHook,
	},
	find: findLua,
}

// luaHook takes strings, and comments in long brackets.
func luaHook(l *lexer) bool {
	start := l.pos
	at := start
	switch l.src[start] {
	case '"', '\'':
		l.luaString()
		return true
	case '[':
	case '-':
		if !strings.HasPrefix(l.src[start:], "--[") {
			return false
		}
		at += 2
	default:
		return false
	}
	begin := at
	for at++; at < len(l.src) && l.src[at] == '='; {
		at++
	}
	if at >= len(l.src) || l.src[at] != '[' {
		return false
	}
	close := "]" + l.src[begin+1:at] + "]"
	if end := strings.Index(l.src[at:], close); end >= 0 {
		l.pos = at + end + len(close)
	} else {
		l.pos = len(l.src)
		l.breaks(start)
	}
	if begin > start {
		l.comments = append(l.comments, Stretch{start, l.pos})
	} else {
		l.add(literal, start)
	}
	return true
}

// luaString takes a string that ends with its line at the latest, but where a backslash or \z stands before the end of that.
func (l *lexer) luaString() {
	start := l.pos
	for l.pos++; l.pos < len(l.src); l.pos++ {
		switch l.src[l.pos] {
		case l.src[start]:
			l.pos++
			l.add(literal, start)
			return
		case '\\':
			l.pos++
			rest := l.src[l.pos:]
			if strings.HasPrefix(rest, "\r\n") {
				l.pos++
			} else if strings.HasPrefix(rest, "z") {
				l.pos += len(rest) - len(strings.TrimLeft(rest[1:], " \t\r\n\v\f")) - 1
			}
		case '\n':
			if l.src[l.pos-1] == '\r' {
				l.pos--
			}
			l.breaks(start)
			l.add(literal, start)
			return
		}
	}
	l.pos = len(l.src)
	l.breaks(start)
	l.add(literal, start)
}

func findLua(s *scanned) {
	if s.broken >= 0 {
		s.loosen()
	}
	var edges []edge
	for i := range s.tokens {
		if s.kind(i) != word {
			continue
		}
		e := edge{token: i, opens: true}
		switch s.text(i) {
		case "function":
			e.head = i
			if s.is(i-1, word, "local") {
				e.head--
			}
			e.define = s.newline(e.head)
		case "if", "do", "repeat":
		case "end", "until":
			e.opens = false
		default:
			continue
		}
		edges = append(edges, e)
	}
	s.match(edges)
	for k := range edges {
		if e := &edges[k]; e.opens && s.text(e.token) == "function" {
			s.luaFunction(e)
		}
	}
}

// luaFunction adds a function.
func (s *scanned) luaFunction(e *edge) {
	i := e.token
	f := Func{Start: s.start(i), Marked: s.start(i), End: s.end(e.last)}
	params := i + 1
	if s.kind(params) == word {
		for (s.is(params+1, mark, ".") || s.is(params+1, mark, ":")) && s.kind(params+2) == word {
			params += 2
		}
		f.Start = s.start(e.head)
		s.luaName(&f, i+1, params)
		params++
	} else {
		f.Value = true
		f.NameStart, f.NameEnd = s.start(i), s.end(i)
		if s.is(params, open, "(") {
			f.NameStart, f.NameEnd = s.start(params), s.behind(params)
		}
		if s.is(i-1, mark, "=") {
			s.luaAssigned(&f, i-2)
		}
	}
	if !s.is(params, open, "(") || s.partner(params) < 0 {
		s.breaks(f.Start)
	} else {
		params = s.partner(params)
	}
	f.Body = f.End
	if params+1 < e.last || params < e.last && e.other < 0 {
		f.Body = s.start(params + 1)
	}
	f.NameEnd = min(f.NameEnd, f.End)
	f.Marked = f.Start
	s.found = append(s.found, f)
}

// luaName names a function by the tokens from first to last: a.b:c is c of a.b, and one of objects, a.b.c is not.
func (s *scanned) luaName(f *Func, first, last int) {
	f.Name, f.NameStart, f.NameEnd = s.text(last), s.start(last), s.end(last)
	if last > first {
		f.Static = s.is(last-1, mark, ".")
		f.Class = strings.Join(strings.Fields(s.src[s.start(first):s.end(last-2)]), "")
	}
}

// luaAssigned names a function by what it is assigned to, which ends with a token.
func (s *scanned) luaAssigned(f *Func, last int) {
	switch {
	case s.is(last, closed, "]") && s.kind(last-1) == literal && s.partner(last) == last-2:
		if text := s.text(last - 1); len(text) > 2 && (text[0] == '"' || text[0] == '\'') {
			f.Name, f.NameStart, f.NameEnd = text[1:len(text)-1], s.start(last-1)+1, s.end(last-1)-1
		}
	case s.kind(last) == word:
		first := last
		for n := 0; n < maxType && s.is(first-1, mark, ".") && s.kind(first-2) == word; n++ {
			first -= 2
		}
		s.luaName(f, first, last)
	}
}
