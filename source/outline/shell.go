package outline

import "strings"

var shell = &language{
	lexicon: &lexicon{
		line:   []string{"#"},
		marks:  []string{";;&", ";;", ";&", "&>>", "&>", "&&", "||", "|&", ">&", "<&", ">|", "<>", ">>", "<<<"},
		hook:   shellHook,
		pieces: true,
	},
	find: findShell,
}

// shellCase is a case of which the end is yet to come.
type shellCase struct {
	depth   int // the brackets that are open around it
	pattern bool
	in      bool // the word in has been
}

// shellHook takes words whole, with the strings and substitutions in them. Braces that are words of their own are brackets, and
// the parentheses of patterns in a case are none.
func shellHook(l *lexer) bool {
	start := l.pos
	switch c := l.src[start]; c {
	case '#':
		return false
	case '\\':
		if rest := l.src[start+1:]; strings.HasPrefix(rest, "\n") || strings.HasPrefix(rest, "\r\n") {
			l.pos++
			l.add(mark, start)
			return true
		}
	case '(', ')':
		if l.matches() {
			l.cases[len(l.cases)-1].pattern = c == '('
			l.pos++
			l.add(mark, start)
			return true
		}
		if c == '(' && strings.HasPrefix(l.src[start:], "((") && l.arithmetic() {
			return true
		}
		l.punctuation()
		l.leave()
		return true
	case '<':
		if strings.HasPrefix(l.src[start:], "<<") && !strings.HasPrefix(l.src[start:], "<<<") {
			line, tabs, end := shellDelimiter(l.src, start)
			l.pos = end
			l.add(mark, start)
			if line != "" {
				l.here = append(l.here, &quote{line: line, indented: tabs})
			}
			return true
		}
		return false
	case ';', '&', '|', '>':
		l.punctuation()
		if n := len(l.cases); n > 0 && l.pos-start >= 2 && c == ';' && l.cases[n-1].depth == len(l.opened) {
			l.cases[n-1].pattern = true
		}
		return true
	}
	l.shellWord()
	return true
}

// leave forgets the cases of brackets that are closed.
func (l *lexer) leave() {
	for n := len(l.cases); n > 0 && l.cases[n-1].depth > len(l.opened); n-- {
		l.cases = l.cases[:n-1]
	}
}

// matches reports whether the pattern of a case comes here.
func (l *lexer) matches() bool {
	n := len(l.cases)
	return n > 0 && l.cases[n-1].pattern && l.cases[n-1].depth == len(l.opened)
}

// shellWord takes a word up to a space or an operator.
func (l *lexer) shellWord() {
	start := l.pos
	if strings.HasPrefix(l.src[start:], "[[") && start+2 < len(l.src) && isSpace(l.src[start+2]) && l.command() && l.condition() {
		return
	}
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		if isSpace(c) || c == ';' || c == '&' || c == '|' || c == ')' || c == '<' || c == '>' {
			break
		}
		if c == '(' {
			if l.pos == start || strings.IndexByte("@?*+!", l.src[l.pos-1]) < 0 || strings.HasPrefix(l.src[l.pos:], "()") || l.pos == start+1 && l.src[start] == '!' && !l.matches() {
				break
			}
			l.shellSpan('@')
			continue
		}
		if !l.shellPart(c, '(') {
			l.pos++
		}
	}
	text := l.src[start:l.pos]
	if len(text) == 1 && (text[0] == '{' || text[0] == '}') && !l.matches() && l.command() {
		if text[0] == '{' {
			l.bracket(start)
		} else {
			l.shut(start)
			l.leave()
		}
		return
	}
	n := len(l.cases)
	switch text {
	case "case":
		if !l.matches() && l.command() {
			l.cases = append(l.cases, shellCase{depth: len(l.opened)})
		}
	case "in":
		if n > 0 && !l.cases[n-1].in && l.cases[n-1].depth == len(l.opened) {
			l.cases[n-1].in, l.cases[n-1].pattern = true, true
		}
	case "esac":
		if n > 0 && (l.cases[n-1].pattern && l.last(0) != "(" || l.command()) {
			l.cases = l.cases[:n-1]
		}
	}
	l.add(word, start)
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// shellPart takes a string, an escape or a substitution that begins with c in a word, or in a span of a kind, and reports whether
// there is one.
func (l *lexer) shellPart(c, in byte) bool {
	rest := l.src[l.pos:]
	switch c {
	case '\\':
		n := 2
		if strings.HasPrefix(rest, "\\\r\n") {
			n = 3
		}
		l.pos = min(l.pos+n, len(l.src))
	case '\'':
		if in == '"' {
			return false
		}
		if end := strings.IndexByte(rest[1:], '\''); end >= 0 {
			l.pos += end + 2
		} else {
			l.breaks(l.pos)
			l.pos = len(l.src)
		}
	case '"':
		l.shellSpan('"')
	case '`':
		l.shellSpan('`')
	case '$':
		switch {
		case strings.HasPrefix(rest, "$(("):
			l.pos++
			l.shellSpan('a')
		case strings.HasPrefix(rest, "$("):
			l.pos++
			l.shellSpan('(')
		case strings.HasPrefix(rest, "${"):
			l.pos++
			l.shellSpan('{')
		case strings.HasPrefix(rest, "$'") && in != '"':
			for l.pos += 2; l.pos < len(l.src) && l.src[l.pos] != '\''; l.pos++ {
				if l.src[l.pos] == '\\' {
					l.pos++
				}
			}
			l.pos = min(l.pos+1, len(l.src))
		default:
			return false
		}
	default:
		return false
	}
	return true
}

// shellFrame is a string or substitution that others stand in.
type shellFrame struct {
	kind  byte // of what begins it: " ` ( { @ for the parenthesis of a pattern, p for one of a sum, a for the two of one
	text  bool // it stands in a string, where a ' is text
	cases int
}

// shellSpan takes what begins at the place, with all in it.
func (l *lexer) shellSpan(kind byte) {
	start := l.pos
	var frames []shellFrame
	var here []*quote
	push := func(kind byte) {
		text := kind == '"'
		if n := len(frames); n > 0 && kind == '{' {
			text = frames[n-1].text
		}
		frames = append(frames, shellFrame{kind: kind, text: text})
		l.pos++
		if kind == 'a' {
			l.pos++
		}
	}
	push(kind)
	for l.pos < len(l.src) && len(frames) > 0 {
		f := &frames[len(frames)-1]
		c := l.src[l.pos]
		if f.kind == '`' {
			switch c {
			case '\\':
				l.pos = min(l.pos+2, len(l.src))
			case '`':
				l.pos++
				frames = frames[:len(frames)-1]
			default:
				l.pos++
			}
			continue
		}
		switch c {
		case '\\', '\'':
			in := byte('(')
			if f.text {
				in = '"'
			}
			if !l.shellPart(c, in) {
				l.pos++
			}
			continue
		case '`':
			push('`')
			continue
		case '"':
			if f.kind == '"' {
				l.pos++
				frames = frames[:len(frames)-1]
			} else {
				push('"')
			}
			continue
		case '$':
			switch rest := l.src[l.pos:]; {
			case strings.HasPrefix(rest, "$(("):
				l.pos++
				push('a')
			case strings.HasPrefix(rest, "$("):
				l.pos++
				push('(')
			case strings.HasPrefix(rest, "${"):
				l.pos++
				push('{')
			case strings.HasPrefix(rest, "$'") && !f.text:
				l.shellPart(c, '(')
			default:
				l.pos++
			}
			continue
		}
		if f.kind == '"' {
			l.pos++
			continue
		}
		switch c {
		case '}':
			l.pos++
			if f.kind == '{' {
				frames = frames[:len(frames)-1]
			}
		case '(':
			switch f.kind {
			case '(':
				push('(')
			case 'a', 'p':
				push('p')
			case '@':
				push('@')
			default:
				l.pos++
			}
		case ')':
			l.pos++
			switch {
			case f.kind == '{' || f.kind == '(' && f.cases > 0:
			case f.kind == 'a' && !strings.HasPrefix(l.src[l.pos:], ")"):
				f.kind = '(' // ( (…) … )
			default:
				if f.kind == 'a' {
					l.pos++
				}
				frames = frames[:len(frames)-1]
			}
		case '#':
			l.pos++
			if before := l.src[l.pos-2]; f.kind == '(' && (isSpace(before) || before == ';' || before == '(') {
				for l.pos < len(l.src) && l.src[l.pos] != '\n' {
					l.pos++
				}
			}
		case '<':
			if f.kind == '(' && strings.HasPrefix(l.src[l.pos:], "<<") {
				if strings.HasPrefix(l.src[l.pos:], "<<<") {
					l.pos += 3
					continue
				}
				line, tabs, end := shellDelimiter(l.src, l.pos)
				l.pos = end
				if line != "" {
					here = append(here, &quote{line: line, indented: tabs})
				}
				continue
			}
			l.pos++
		case '\n':
			l.pos++
			for _, q := range here {
				l.pos = hereEnd(l.src, l.pos, q)
			}
			here = nil
		case 'c', 'e':
			before, at := l.src[l.pos-1], l.pos
			for l.pos++; l.pos < len(l.src) && isWord(l.src[l.pos]); {
				l.pos++
			}
			if f.kind == '(' && (isSpace(before) || before == '(' || before == ';') {
				switch l.src[at:l.pos] {
				case "case":
					f.cases++
				case "esac":
					f.cases = max(0, f.cases-1)
				}
			}
		default:
			l.pos++
			for isWord(c) && l.pos < len(l.src) && isWord(l.src[l.pos]) {
				l.pos++
			}
		}
	}
	if len(frames) > 0 {
		l.breaks(start)
	}
}

// shellDelimiter is the line that ends the lines that << at a place begins, whether tabs may stand before it, and the place
// behind; "" where there is none.
func shellDelimiter(src string, at int) (line string, tabs bool, end int) {
	at += 2
	if at < len(src) && src[at] == '-' {
		tabs = true
		at++
	}
	for at < len(src) && (src[at] == ' ' || src[at] == '\t') {
		at++
	}
	var b strings.Builder
	for most := at + maxName; at < len(src) && at < most && !isSpace(src[at]) && strings.IndexByte(";&|()<>", src[at]) < 0; {
		switch c := src[at]; c {
		case '\'', '"':
			end := strings.IndexByte(src[at+1:min(len(src), at+maxName)], c)
			if end < 0 {
				return "", tabs, at
			}
			b.WriteString(src[at+1 : at+1+end])
			at += end + 2
		case '\\':
			at++
		default:
			b.WriteByte(c)
			at++
		}
	}
	return b.String(), tabs, at
}

// hereEnd is the place behind the line that ends a string of lines, or the end of the text.
func hereEnd(src string, at int, q *quote) int {
	for at < len(src) {
		line := src[at:]
		if end := strings.IndexByte(line, '\n'); end >= 0 {
			line = line[:end]
		}
		at = min(at+len(line)+1, len(src))
		line = strings.TrimSuffix(line, "\r")
		if q.indented {
			line = strings.TrimLeft(line, "\t ")
		}
		if line == q.line {
			break
		}
	}
	return at
}

// maxSpan bounds how far the end of a condition or sum is looked for.
const maxSpan = 4096

// arithmetic takes (( … )).
func (l *lexer) arithmetic() bool {
	start := l.pos
	depth := 0
	for at := start; at < len(l.src) && at < start+maxSpan; at++ {
		switch l.src[at] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 1 && !strings.HasPrefix(l.src[at+1:], ")") {
				return false
			}
			if depth == 0 {
				l.pos = at + 1
				l.add(literal, start)
				return true
			}
		}
	}
	return false
}

// condition takes [[ … ]].
func (l *lexer) condition() bool {
	start := l.pos
	for l.pos += 2; l.pos < len(l.src) && l.pos < start+maxSpan; {
		c := l.src[l.pos]
		if c == ']' && isSpace(l.src[l.pos-1]) && strings.HasPrefix(l.src[l.pos:], "]]") {
			l.pos += 2
			l.add(literal, start)
			return true
		}
		if !l.shellPart(c, '(') {
			l.pos++
		}
	}
	l.pos = start
	return false
}

// command reports whether a command may begin with the word that begins where the last token ends.
func (l *lexer) command() bool {
	n := len(l.tokens)
	for n > 0 && l.tokens[n-1].kind == mark && l.src[l.tokens[n-1].start] == '\\' {
		n--
	}
	if n == 0 {
		return true
	}
	gap := l.src[l.tokens[len(l.tokens)-1].end:l.pos]
	if n < len(l.tokens) {
		gap = gap[strings.IndexByte(gap, '\n')+1:]
	}
	if strings.IndexByte(gap, '\n') >= 0 {
		return true
	}
	t := l.tokens[n-1]
	switch text := l.src[t.start:t.end]; t.kind {
	case mark:
		return text[0] == ';' || text[0] == '&' && text != "&>" && text != "&>>" || text[0] == '|' || text == ")"
	case open, closed:
		return true
	case word:
		switch text {
		case "do", "then", "else", "elif", "if", "while", "until", "!", "time", "fi", "done", "esac":
			return true
		}
		if n < 2 || l.tokens[n-2].kind != word || l.src[l.tokens[n-2].start:l.tokens[n-2].end] != "function" {
			return false
		}
		return n == 2 || l.tokens[n-3].kind != word || strings.IndexByte(l.src[l.tokens[n-3].end:l.tokens[n-2].start], '\n') >= 0
	case literal:
		return true
	}
	return false
}

// findShell finds functions by the braces of their bodies. One that nothing ends goes up to the next that is indented as much
// or less.
func findShell(s *scanned) {
	var endless []suite // the functions that nothing ends
	for i := range s.tokens {
		if s.kind(i) != word {
			continue
		}
		first, name := i, i
		if s.text(i) == "function" && s.kind(i+1) == word && !s.newline(i+1) {
			name = i + 1
		} else if !s.is(i+1, open, "(") || s.is(i-1, word, "function") {
			continue
		}
		body := name + 1
		if s.is(body, open, "(") && s.partner(body) == body+1 && !s.newline(body) {
			body += 2
		} else if name == first {
			continue
		}
		if s.kind(body) != open || !shellName(s.text(name)) {
			continue
		}
		if s.newline(first) {
			column := s.column(first)
			for n := len(endless); n > 0 && endless[n-1].column >= column; n-- {
				s.found[endless[n-1].found].End = s.end(first - 1)
				endless = endless[:n-1]
			}
			if s.partner(body) < 0 {
				endless = append(endless, suite{column: column, found: len(s.found)})
			}
		}
		s.found = append(s.found, Func{
			Name: s.text(name), Start: s.start(first), Marked: s.start(first), End: s.behind(body),
			NameStart: s.start(name), NameEnd: s.end(name), Body: s.start(body),
		})
	}
}

// shellName reports whether a word may be the name of a function.
func shellName(text string) bool {
	return !strings.ContainsAny(text, "=$\"'`\\{}")
}
