package outline

import "strings"

var perl = &language{
	lexicon: &lexicon{
		line: []string{"#"},
		quotes: []quote{
			{open: `"`, close: `"`, escape: '\\', lines: true},
			{open: `'`, close: `'`, escape: '\\', lines: true},
			{open: "`", close: "`", escape: '\\', lines: true},
		},
		marks:  []string{"->", "=>", "=~", "!~", "==", "!=", "<=>", "<=", ">=", "&&", "||", "//", "::", "...", "..", "++", "--", "**", "<<", ">>"},
		hook:   perlHook,
		pieces: true,
	},
	find: findPerl,
}

// perlOpeners are the words behind which a value is yet to come.
var perlOpeners = wordSet(`if elsif unless while until foreach for and or not xor return split grep map join push unshift print x lt gt le ge eq ne cmp
	when given default die warn any all none first else do eval defined ref scalar lc uc`)

// perlHook takes variables, the literals that words begin, those whose beginning may be an operator too, and documentation.
func perlHook(l *lexer) bool {
	start, src := l.pos, l.src
	next := func(n int) byte {
		if start+n < len(src) {
			return src[start+n]
		}
		return 0
	}
	switch c := src[start]; {
	case c == '#' || c == '(' && !l.prototype() || c == ')' || c == '{' || c == '}' || c == ';' || c == ',' || isDigit(c):
		return false
	case c == '(':
		return true
	case c == '=' && l.lineStart() && isLetter(next(1)):
		end := strings.Index(src[start:], "\n=cut")
		if end < 0 {
			l.pos = len(src)
		} else {
			l.pos += end + len("\n=cut")
			for l.pos < len(src) && src[l.pos] != '\n' {
				l.pos++
			}
		}
		l.comments = append(l.comments, Stretch{start, l.pos})
		return true
	case c == '$' || c == '@' || (c == '%' || c == '&') && !l.perlValue():
		return l.variable()
	case c == '/' && (!l.perlValue() || l.last(0) == "split"):
		if l.delimited('/', '/') {
			l.breaks(start)
		}
		l.flags()
		l.add(literal, start)
		return true
	case c == '<' && next(1) == '<':
		return l.perlHeredoc()
	case !isLetter(c):
		return false
	}
	for l.pos < len(src) && isWord(src[l.pos]) {
		l.pos++
	}
	text := src[start:l.pos]
	switch text {
	case "__END__", "__DATA__":
		l.add(word, start)
		if l.lineStart() || start == 0 || src[start-1] == '\n' {
			l.comments = append(l.comments, Stretch{l.pos, len(src)})
			l.pos = len(src)
		}
		return true
	case "q", "qq", "qw", "qr", "qx", "m", "s", "tr", "y":
		if l.perlQuote(text, start) {
			return true
		}
	case "format":
		if (start == 0 || src[start-1] == '\n') && l.picture(start) {
			return true
		}
	}
	l.add(word, start)
	return true
}

// prototype takes one like ($$;@) behind the name of a function.
func (l *lexer) prototype() bool {
	if l.last(0) != "prototype" && !l.subBefore(len(l.tokens)) {
		return false
	}
	at := l.pos + 1
	for at < len(l.src) && strings.IndexByte("$@%&*;\\+_[] \t", l.src[at]) >= 0 {
		at++
	}
	if at >= len(l.src) || l.src[at] != ')' {
		return false
	}
	start := l.pos
	l.pos = at + 1
	l.add(literal, start)
	return true
}

// variable takes a name with what stands before it, or one that is punctuation.
func (l *lexer) variable() bool {
	start, src := l.pos, l.src
	at := start + 1
	if src[start] == '$' && at < len(src) && src[at] == '#' {
		if at++; at < len(src) && (src[at] == '{' || src[at] == '$') {
			l.pos = at
			l.add(mark, start)
			return true
		}
	}
	if at >= len(src) {
		return false
	}
	c := src[at]
	switch {
	case isWord(c) || c == ':' && strings.HasPrefix(src[at:], "::") && at+2 < len(src) && isLetter(src[at+2]):
		for at < len(src) && (isWord(src[at]) || strings.HasPrefix(src[at:], "::") && at+2 < len(src) && isLetter(src[at+2])) {
			if src[at] == ':' {
				at++
			}
			at++
		}
	case src[start] == '&' || src[start] == '%' && c != '+' && c != '-' && c != '!':
		return false
	case c == '^' && at+1 < len(src) && isLetter(src[at+1]):
		at += 2
	case c == '$' && at+1 < len(src) && (isWord(src[at+1]) || src[at+1] == '{' || src[at+1] == '$' || src[at+1] == ':'):
		l.pos++ // what a reference stands for
		l.add(mark, start)
		return true
	case src[start] == '@' && c != '_' && c != '-' && c != '+':
		return false
	case c == ')' && (l.signature() || start > 0 && src[start-1] == '@'):
		return false
	case c == '{' && at+2 < len(src) && src[at+2] == '}' && src[at+1] > ' ' && !isWord(src[at+1]):
		at += 3
	case c == '{' || c <= ' ':
		return false
	default:
		at++
	}
	l.pos = at
	l.add(literal, start)
	return true
}

// perlValue reports whether a value ends before the place, so that an operator may follow.
func (l *lexer) perlValue() bool {
	n := len(l.tokens)
	if n == 0 {
		return false
	}
	switch t := l.tokens[n-1]; t.kind {
	case literal, number:
		return true
	case closed:
		return l.src[t.start] != '}' || strings.IndexByte(l.src[t.end:l.pos], '\n') < 0
	case word:
		return l.last(1) == "->" || l.last(1) == "{" && l.src[l.pos] == '}' || !perlOpeners[l.src[t.start:t.end]]
	}
	return false
}

// perlQuote takes the literal that a word begins, which is at the place.
func (l *lexer) perlQuote(text string, start int) bool {
	src := l.src
	if start > 0 && (src[start-1] == '-' || src[start-1] == '&' || src[start-1] == '*') || l.last(0) == "->" || l.last(0) == "sub" || l.last(0) == "::" {
		return false
	}
	at := l.pos
	for at < len(src) && isSpace(src[at]) {
		at++
	}
	if at >= len(src) {
		return false
	}
	switch c := src[at]; {
	case c == '=' && (at > l.pos || strings.HasPrefix(src[at:], "=>") || strings.HasPrefix(src[at:], "==")), c == ',' && at > l.pos, c == ';', c == ')', isWord(c), c == '#' && at > l.pos, strings.HasPrefix(src[at:], "::"):
		return false
	case c == '}' && l.last(0) == "{":
		return false
	}
	l.pos = at
	parts := 1
	if text == "s" || text == "tr" || text == "y" {
		parts = 2
	}
	for part := 0; part < parts; part++ {
		begin := src[l.pos]
		end := closing(begin)
		bracket := end != ""
		if !bracket {
			end = string(begin)
		}
		if l.delimited(begin, end[0]) {
			l.add(literal, start)
			l.breaks(start)
			return true
		}
		if part+1 < parts {
			if !bracket {
				l.pos-- // what ends the first part begins the other
				continue
			}
			for l.pos < len(src) && (isSpace(src[l.pos]) || src[l.pos] == '#' && isSpace(src[l.pos-1])) {
				if src[l.pos] != '#' {
					l.pos++
					continue
				}
				for l.pos < len(src) && src[l.pos] != '\n' {
					l.pos++
				}
			}
			if l.pos >= len(src) {
				break
			}
		}
	}
	l.flags()
	l.add(literal, start)
	return true
}

// flags takes what follows a regular expression.
func (l *lexer) flags() {
	for l.pos < len(l.src) && strings.IndexByte("msixpodualngcer", l.src[l.pos]) >= 0 {
		l.pos++
	}
}

// signature reports whether the place is in the parameters of a function.
func (l *lexer) signature() bool {
	n := len(l.opened)
	if n == 0 {
		return false
	}
	return l.src[l.tokens[l.opened[n-1]].start] == '(' && l.subBefore(int(l.opened[n-1]))
}

// subBefore reports whether the token is the first behind the name of a function.
func (l *lexer) subBefore(i int) bool {
	for n := 0; i > 0 && n < 20; n++ {
		i--
		switch t := l.tokens[i]; l.src[t.start:t.end] {
		case "sub":
			return true
		case "::":
		default:
			if t.kind != word {
				return false
			}
		}
	}
	return false
}

// delimited takes a part of a literal, with what begins and ends it. It reports whether nothing ends it.
func (l *lexer) delimited(begin, end byte) (endless bool) {
	depth := 0
	for l.pos++; l.pos < len(l.src); l.pos++ {
		switch c := l.src[l.pos]; {
		case c == '\\':
			l.pos++
		case c == end && depth == 0:
			l.pos++
			return false
		case c == end:
			depth--
		case c == begin && begin != end:
			depth++
		}
	}
	l.pos = len(l.src)
	return true
}

// picture takes a format, up to the line of a dot.
func (l *lexer) picture(start int) bool {
	line := l.src[start:]
	if end := strings.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	if !strings.HasSuffix(strings.TrimRight(line, " \t\r"), "=") {
		return false
	}
	l.pos = hereEnd(l.src, start+len(line), &quote{line: "."})
	l.add(literal, start)
	return true
}

// perlHeredoc takes what begins a string of lines.
func (l *lexer) perlHeredoc() bool {
	start := l.pos
	at := start + 2
	q := &quote{}
	if at < len(l.src) && l.src[at] == '~' {
		q.indented = true
		at++
	}
	quotes := at
	for quotes < len(l.src) && (l.src[quotes] == ' ' || l.src[quotes] == '\t') {
		quotes++
	}
	switch {
	case at >= len(l.src):
		return false
	case quotes < len(l.src) && (l.src[quotes] == '"' || l.src[quotes] == '\''):
		at = quotes
		end := strings.IndexByte(l.src[at+1:min(len(l.src), at+maxName)], l.src[at])
		if end < 0 || l.perlValue() && l.tokens[len(l.tokens)-1].kind != word && !l.printed() {
			return false
		}
		q.line = l.src[at+1 : at+1+end]
		at += end + 2
	case isLetter(l.src[at]):
		if n := len(l.tokens); l.perlValue() && l.tokens[n-1].kind != word && !l.printed() && !(l.tokens[n-1].kind == closed && l.src[l.tokens[n-1].start] == '}') {
			return false
		}
		from := at
		for at < len(l.src) && isWord(l.src[at]) {
			at++
		}
		q.line = l.src[from:at]
	default:
		return false
	}
	l.pos = at
	l.add(literal, start)
	if q.line != "" {
		l.here = append(l.here, q)
	}
	return true
}

// printed reports whether the last token is what is printed to: print $file <<X.
func (l *lexer) printed() bool {
	switch l.last(1) {
	case "print", "printf", "say":
		return strings.HasPrefix(l.last(0), "$")
	}
	return false
}

// perlPackage is one of what follows it in a bracket, or in the text.
type perlPackage struct {
	last int // the token that ends that
	name string
}

var perlEnds = wordSet(";")

func findPerl(s *scanned) {
	if s.broken >= 0 {
		s.loosen()
	}
	in := []perlPackage{{len(s.tokens), ""}}
	for i := range s.tokens {
		for in[len(in)-1].last < i {
			in = in[:len(in)-1]
		}
		if s.kind(i) != word || s.is(i-1, mark, "->") || s.is(i+1, mark, "=>") {
			continue
		}
		switch s.text(i) {
		case "package", "class":
			if s.kind(i+1) != word || !(s.newline(i) || s.is(i-1, mark, ";") || s.kind(i-1) == open || s.kind(i-1) == closed) {
				continue
			}
			if body := s.body(i+1, perlEnds); body >= 0 && s.partner(body) > 0 {
				in = append(in, perlPackage{s.partner(body), s.path(i + 1)})
				continue
			}
			last := len(s.tokens)
			if around := s.around(i); around >= 0 && s.partner(around) > 0 {
				last = s.partner(around)
			}
			if in[len(in)-1].last == last && len(in) > 1 {
				in = in[:len(in)-1]
			}
			in = append(in, perlPackage{last, s.path(i + 1)})
		case "BEGIN", "END", "INIT", "CHECK", "UNITCHECK", "AUTOLOAD", "DESTROY":
			if s.is(i+1, open, "{") && !s.is(i-1, open, "{") && !s.is(i-1, word, "sub") && !s.is(i-1, mark, "::") {
				s.add(definition{first: i, name: i, shut: i, body: i + 1}, in[len(in)-1].name)
			}
		case "sub", "method":
			s.perlSub(i, in[len(in)-1].name)
		}
	}
}

// perlSub adds a function.
func (s *scanned) perlSub(i int, class string) {
	name := i + 1
	for s.kind(name) == word && (s.is(name+1, mark, "::") || s.is(name+1, mark, "'")) && s.kind(name+2) == word {
		name += 2
	}
	f := Func{Class: class, Start: s.start(i), Marked: s.start(i)}
	next := name + 1
	switch {
	case s.kind(name) == word && !s.newline(i+1) || s.kind(name) == word && s.text(i) == "sub":
		f.Name, f.NameStart, f.NameEnd = s.text(name), s.start(name), s.end(name)
		if name > i+1 {
			f.Class = s.path(i + 1)
			f.Class = strings.TrimSuffix(f.Class, "::"+f.Name)
		}
	case s.text(i) == "sub":
		f.Value = true
		f.NameStart, f.NameEnd = s.start(i), s.end(i)
		if s.is(i-1, mark, "=") || s.is(i-1, mark, "=>") {
			f.Name = strings.TrimLeft(strings.Trim(s.text(i-2), `'"`), "$*")
			if s.kind(i-2) != word && s.kind(i-2) != literal {
				f.Name = ""
			}
		}
		next = name
	default:
		return
	}
	body := s.body(next, perlEnds)
	if body < 0 || s.text(i) == "method" && s.kind(next) == word {
		return
	}
	f.End, f.Body = s.behind(body), s.start(body)
	s.found = append(s.found, f)
}
