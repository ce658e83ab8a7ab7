package outline

import "strings"

var swift = &language{
	lexicon: &lexicon{
		braces: true,
		line:   []string{"//"},
		block:  [][2]string{{"/*", "*/"}},
		nested: true,
		quotes: []quote{
			{open: `"""`, close: `"""`, escape: '\\', lines: true, hole: `\(`},
			{open: `"`, close: `"`, escape: '\\', hole: `\(`},
		},
		letters: "$",
		marks:   []string{"->", "==", "!=", "<=", ">=", "&&", "||", "..<", "...", "??"},
		hook:    swiftHook,
	},
	find: findSwift,
}

var (
	swiftEnds      = wordSet("; =")
	swiftModifiers = wordSet(`public private fileprivate internal package open static class final override mutating nonmutating required convenience
		lazy weak unowned dynamic optional prefix postfix infix indirect isolated nonisolated distributed consuming borrowing sending async`)
	swiftAccessors = wordSet("get set willSet didSet _read _modify unsafeAddress unsafeMutableAddress init")
	// swiftOn are words that the head of a function goes on with on a line of their own.
	swiftOn = wordSet("async throws rethrows reasync where")
)

// swiftHook takes names in backquotes, raw strings, conditional compilation and regular expressions.
func swiftHook(l *lexer) bool {
	start := l.pos
	switch c := l.src[start]; c {
	case '`':
		return backquoted(l)
	case '#':
		at := start
		for at < len(l.src) && l.src[at] == '#' {
			at++
		}
		hashes := l.src[start:at]
		switch rest := l.src[at:]; {
		case strings.HasPrefix(rest, `"`):
			q := &quote{close: `"` + hashes, hole: `\` + hashes + "("}
			if strings.HasPrefix(rest, `"""`) {
				q.close, q.lines = `"""`+hashes, true
				at += 2
			}
			at++
			q.open = l.src[start:at]
			l.pos = at
			l.quoted(q, start)
			return true
		case strings.HasPrefix(rest, "/"):
			end := strings.Index(rest[1:min(len(rest), maxLongRegex)], "/"+hashes)
			if end < 0 {
				return false
			}
			l.pos = at + 1 + end + 1 + len(hashes)
			l.add(regex, start)
			return true
		}
		end := at
		for end < len(l.src) && isLetter(l.src[end]) {
			end++
		}
		switch l.src[at:end] {
		case "if", "elseif", "else", "endif":
			l.pos = len(l.src)
			if end := strings.IndexByte(l.src[start:], '\n'); end >= 0 {
				l.pos = start + end
			}
			return true
		}
	case '/':
		return swiftRegex(l)
	}
	return false
}

// maxLongRegex bounds the length in bytes of a regular expression that may go over lines.
const maxLongRegex = 10_000

// swiftRegex takes a regular expression where one can stand and its line ends it.
func swiftRegex(l *lexer) bool {
	start := l.pos
	if n := len(l.tokens); n > 0 {
		switch before := l.tokens[n-1]; before.kind {
		case open:
		case mark:
			if before.end == int32(start) {
				return false // an operator
			}
		case word:
			if text := l.src[before.start:before.end]; text != "return" && text != "in" && text != "case" {
				return false
			}
		default:
			return false
		}
	}
	if start+1 >= len(l.src) || strings.IndexByte(" \t\r\n/*=)", l.src[start+1]) >= 0 {
		return false
	}
	class := false
	for at := start + 1; at < len(l.src) && l.src[at] != '\n'; at++ {
		switch l.src[at] {
		case '\\':
			at++
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if !class {
				l.pos = at + 1
				l.add(regex, start)
				return true
			}
		}
	}
	return false
}

func findSwift(s *scanned) {
	in := newScopes(s, ".")
	blocks := map[int]int{}     // the brackets of accessors, with the names of their properties
	properties := map[int]int{} // the names of the last properties, by the brackets that they stand in
	for i := 0; i < len(s.tokens); i++ {
		if s.kind(i) != word || s.is(i-1, mark, ".") {
			continue
		}
		switch text := s.text(i); text {
		case "class", "struct", "enum", "protocol", "extension", "actor":
			if s.kind(i+1) != word || s.is(i-1, mark, ":") || swiftModifiers[s.text(i+1)] && s.kind(i+2) == word || s.text(i+1) == "func" || s.text(i+1) == "var" || s.text(i+1) == "let" || s.text(i+1) == "subscript" {
				continue
			}
			last := i + 1
			for s.is(last+1, mark, ".") && s.kind(last+2) == word {
				last += 2
			}
			in.add(s.body(last+1, swiftEnds), bareName(s.code(i+1, last+1)))
		case "func":
			s.swiftFunc(in, i)
		case "init":
			paren := i + 1
			if s.is(paren, mark, "?") || s.is(paren, mark, "!") {
				paren++
			}
			if _, ok := blocks[s.around(i)]; ok && s.is(i+1, open, "{") {
				s.swiftAccessor(in, blocks, properties, i)
			} else {
				s.swiftAdd(in, i, i, paren)
			}
		case "deinit":
			if s.is(i+1, open, "{") {
				s.swiftHead(in, i, i, i+1)
			}
		case "subscript":
			paren := i + 1
			if to := s.generics(paren); to > 0 {
				paren = to + 1
			}
			if !s.is(paren, open, "(") || s.partner(paren) < 0 {
				continue
			}
			if body := s.swiftBody(s.partner(paren) + 1); body >= 0 {
				s.swiftBlock(in, blocks, i, i, body, paren)
			}
		case "var":
			if s.kind(i+1) != word || s.is(i-1, word, "case") {
				continue
			}
			properties[s.around(i)] = i + 1
			if s.is(i+2, mark, ":") {
				if body := s.swiftBody(i + 3); body >= 0 {
					s.swiftBlock(in, blocks, i, i+1, body, -1)
				}
			}
		default:
			if swiftAccessors[text] {
				s.swiftAccessor(in, blocks, properties, i)
			}
		}
	}
}

// swiftFunc adds the function that begins with "func" if it has a body.
func (s *scanned) swiftFunc(in *scopes, i int) {
	name := i + 1
	last := name
	if s.kind(name) != word {
		if s.kind(name) != mark || name >= len(s.tokens) {
			return
		}
		// An operator: marks without spaces between them, of which the last may begin type parameters.
		for n := 0; n < maxType && s.look() && last+1 < len(s.tokens) && s.kind(last+1) == mark && s.start(last+1) == s.end(last); n++ {
			last++
		}
		if last > name && s.is(last, mark, "<") && s.kind(last+1) == word {
			last--
		}
	}
	paren := last + 1
	if to := s.generics(paren); to > 0 {
		paren = to + 1
	}
	if f := s.swiftAdd(in, i, name, paren); f != nil && last > name {
		f.NameEnd = s.end(last)
		f.Name = s.src[f.NameStart:f.NameEnd]
	}
}

// swiftAdd adds the function that begins with the word at i if it has a body.
func (s *scanned) swiftAdd(in *scopes, i, name, paren int) *Func {
	if to := s.generics(paren); to > 0 {
		paren = to + 1
	}
	if !s.is(paren, open, "(") || s.partner(paren) < 0 {
		return nil
	}
	body := s.swiftBody(s.partner(paren) + 1)
	if body < 0 {
		return nil
	}
	f := s.swiftHead(in, i, name, body)
	f.Params = s.namedTypes(paren)
	return f
}

// swiftHead adds a function with the modifiers and attributes before the word at i.
func (s *scanned) swiftHead(in *scopes, i, name, body int) *Func {
	first, marked := s.annotated(i, swiftModifiers)
	f := s.add(definition{first: first, name: name, body: body}, in.of(i))
	f.Marked = s.start(marked)
	if text := s.text(name); text[0] == '`' && len(text) > 1 {
		f.Name = bareName(text)
		f.NameStart, f.NameEnd = f.NameStart+1, f.NameEnd-1
	}
	return f
}

// swiftBlock takes the block behind a property or subscript: it holds accessors, or is what gets it.
func (s *scanned) swiftBlock(in *scopes, blocks map[int]int, i, name, body, paren int) {
	at := body + 1
	for n := 0; n < maxType && s.look(); n++ {
		switch {
		case s.annotation(at) > at:
			at = s.annotation(at)
			continue
		case s.kind(at) == word && swiftModifiers[s.text(at)]:
			at++
			continue
		}
		break
	}
	if s.kind(at) == word && swiftAccessors[s.text(at)] {
		switch s.text(at + 1) {
		case "{", "(", "async", "throws", "get", "set", "nonmutating", "mutating", "}", "@":
			blocks[body] = name
			return
		}
	}
	f := s.swiftHead(in, i, name, body)
	f.Name += ".get"
	if paren >= 0 {
		f.Params = s.namedTypes(paren)
	}
}

// swiftAccessor adds an accessor with a body.
func (s *scanned) swiftAccessor(in *scopes, blocks, properties map[int]int, i int) {
	block := s.around(i)
	if block < 0 || s.text(block) != "{" {
		return
	}
	body := i + 1
	if s.is(body, open, "(") && s.partner(body) > 0 {
		body = s.partner(body) + 1
	}
	for n := 0; n < 4 && s.kind(body) == word && swiftOn[s.text(body)]; n++ {
		body++
		if s.is(body, open, "(") && s.partner(body) > 0 {
			body = s.partner(body) + 1
		}
	}
	if !s.is(body, open, "{") {
		return
	}
	name, ok := blocks[block]
	if !ok {
		if text := s.text(i); text != "willSet" && text != "didSet" {
			return
		}
		if name, ok = properties[s.around(block)]; !ok {
			return
		}
	}
	f := s.swiftHead(in, i, i, body)
	f.Name = bareName(s.text(name)) + "." + s.text(i)
}

// swiftBody is the "{" of a body behind the parameters of a function or the type of a property, or -1.
func (s *scanned) swiftBody(i int) int {
	for n := 0; i < len(s.tokens) && n < maxHead && s.look(); n, i = n+1, i+1 {
		on := false
		switch s.text(i - 1) {
		case "->", ",", ":", ".", "where", "&", "==", "some", "any", "inout":
			on = true
		}
		switch s.kind(i) {
		case open:
			if s.text(i) == "{" {
				return i
			}
			if s.newline(i) && !on {
				return -1
			}
			if i = s.partner(i); i < 0 {
				return -1
			}
		case word:
			if s.newline(i) && !on && !swiftOn[s.text(i)] {
				return -1
			}
		case mark:
			switch s.text(i) {
			case "=", ";":
				return -1
			case "@", "#":
				if s.newline(i) && !on {
					return -1
				}
			case "<":
				if to := s.generics(i); to > 0 {
					i = to
				}
			}
		default:
			return -1
		}
	}
	return -1
}
