package outline

import "strings"

var rust = &language{
	lexicon: &lexicon{
		braces: true,
		line:   []string{"//"},
		block:  [][2]string{{"/*", "*/"}},
		nested: true,
		quotes: []quote{rustString},
		marks:  []string{"->", "=>", "::", "==", "!=", "<=", ">=", "&&", "||", "..=", ".."},
		hook:   rustHook,
	},
	find: findRust,
}

var (
	rustString    = quote{open: `"`, close: `"`, escape: '\\', lines: true}
	rustModifiers = wordSet("pub async unsafe const extern default safe gen crate")
	rustEnds      = wordSet(";")
)

// rustHook takes characters, lifetimes, raw strings and raw names.
func rustHook(l *lexer) bool {
	start, rest := l.pos, l.src[l.pos:]
	switch c := rest[0]; {
	case c == '\'':
		l.pos++
		switch {
		case strings.HasPrefix(rest[1:], `\`):
			if end := strings.IndexByte(rest[min(3, len(rest)):], '\''); end >= 0 && end < 12 {
				l.pos = start + 3 + end + 1
			}
			l.add(literal, start)
		case len(rest) > 2 && rest[2] == '\'' && rest[1] != '\'':
			l.pos = start + 3
			l.add(literal, start)
		default:
			for l.pos < len(l.src) && isWord(l.src[l.pos]) {
				l.pos++
			}
			if l.pos < len(l.src) && l.src[l.pos] == '\'' && l.src[start+1] >= 0x80 {
				l.pos++ // a character of several bytes
			}
			l.add(literal, start) // a lifetime
		}
		return true
	case c == 'r' || c == 'b' || c == 'c':
		at := 1
		if at < len(rest) && rest[at] == 'r' && c != 'r' {
			at++
		} else if c != 'r' {
			if at < len(rest) && rest[at] == '"' {
				l.pos += 2
				l.quoted(&rustString, start+1)
				return true
			}
			return false
		}
		hashes := 0
		for at < len(rest) && rest[at] == '#' {
			hashes++
			at++
		}
		if at >= len(rest) || rest[at] != '"' {
			return false
		}
		close := `"` + strings.Repeat("#", hashes)
		if end := strings.Index(rest[at+1:], close); end >= 0 {
			l.pos = start + at + 1 + end + len(close)
		} else {
			l.pos = len(l.src)
			l.breaks(start)
		}
		l.add(literal, start)
		return true
	}
	return false
}

func findRust(s *scanned) {
	in := newScopes(s, "::")
	for i := 0; i < len(s.tokens); i++ {
		if s.kind(i) != word {
			continue
		}
		switch s.text(i) {
		case "macro_rules":
			if s.is(i+1, mark, "!") && s.kind(i+3) == open {
				if shut := s.partner(i + 3); shut > 0 {
					i = shut
				}
			}
		case "mod", "trait":
			if s.kind(i+1) == word {
				in.add(s.body(i+2, rustEnds), s.text(i+1))
			}
		case "impl":
			if s.is(i-1, mark, ":") || s.is(i-1, mark, "->") || s.is(i-1, mark, "&") || s.is(i-1, open, "(") || s.is(i-1, mark, ",") || s.is(i-1, mark, "<") {
				continue // a type
			}
			s.impl(in, i)
		case "fn":
			name := i + 1
			if s.kind(name) != word {
				continue // a type
			}
			if s.text(name) == "r" && s.is(name+1, mark, "#") {
				name += 2
			}
			next := name + 1
			if end := s.generics(next); end >= 0 {
				next = end + 1
			}
			if !s.is(next, open, "(") {
				continue
			}
			shut := s.partner(next)
			if shut < 0 {
				continue
			}
			body := s.body(shut+1, rustEnds)
			if body < 0 {
				continue
			}
			d := definition{first: s.modified(i, rustModifiers), name: name, shut: shut, body: body}
			f := s.add(d, in.of(i))
			f.Marked = s.hashed(d.first)
		}
	}
}

// impl says what the body of an implementation belongs to: its type, without arguments.
func (s *scanned) impl(in *scopes, i int) {
	body := s.body(i+1, rustEnds)
	if body < 0 {
		return
	}
	at := i + 1
	if end := s.generics(at); end >= 0 {
		at = end + 1
	}
	first, last := at, body
	depth := 0
	for k := at; k < body; k++ {
		switch {
		case s.kind(k) == open:
			if to := s.partner(k); to > 0 {
				k = to
			}
		case s.is(k, mark, "<"):
			depth++
		case s.is(k, mark, ">"):
			depth--
		case depth <= 0 && s.is(k, word, "for"):
			first = k + 1
		case depth <= 0 && s.is(k, word, "where"):
			last = k
		}
		if last < body {
			break
		}
	}
	// Without arguments at the end.
	end := last
	if s.kind(end-1) == mark && strings.HasPrefix(s.text(end-1), ">") {
		if from := s.genericsBack(end - 1); from > first {
			end = from
		}
	}
	if end <= first {
		return
	}
	in.add(body, strings.Join(strings.Fields(s.src[s.start(first):s.end(end-1)]), " "))
}

// hashed is where the attributes before a token begin.
func (s *scanned) hashed(first int) int {
	for s.is(first-1, closed, "]") {
		at := s.partner(first - 1)
		if at < 1 || !s.is(at-1, mark, "#") {
			break
		}
		first = at - 1
	}
	return s.start(first)
}
