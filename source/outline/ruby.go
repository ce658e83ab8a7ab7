package outline

import "strings"

var ruby = &language{
	lexicon: &lexicon{
		line: []string{"#"},
		quotes: []quote{
			{open: `"`, close: `"`, escape: '\\', lines: true, hole: "#{"},
			{open: `'`, close: `'`, escape: '\\', lines: true},
			{open: "`", close: "`", escape: '\\', lines: true, hole: "#{"},
		},
		marks:  []string{"&.", "&&", "||", "::", "...", "..", "=>", "==", "=~", "!=", "->", "<<"},
		hook:   rubyHook,
		pieces: true,
	},
	find: findRuby,
}

var rubyRegex = quote{open: "/", close: "/", escape: '\\', lines: true, hole: "#{"}

// rubyOpeners are the words behind which a value is yet to come.
var rubyOpeners = wordSet("and or not if elsif unless while until when in case then do else begin ensure class def module return rescue break next yield puts alias undef")

// rubyOperators are the names of methods that are no words, a longer one before what it begins with.
var rubyOperators = []string{"[]=", "[]", "<=>", "===", "==", "=~", "!=", "!~", "!@", "!", "**", "+@", "-@", "~@", "+", "-", "*", "/", "%", "<<", ">>", "<=", ">=", "<", ">", "&", "|", "^", "~", "`"}

// rubyHook takes names with what ends them, symbols, and the literals whose beginning may be an operator too.
func rubyHook(l *lexer) bool {
	start := l.pos
	switch c := l.src[start]; c {
	case '#':
		return false
	case '(', ')', '[', ']', '{', '}', '"', '\'', ',', '.', ';', '|', '&', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		if (c == '[' || c == '|' || c == '&') && l.defined() {
			return l.operator()
		}
		return false
	case '_':
		if l.lineStart() && strings.HasPrefix(l.src[start:], "__END__") && (start+7 == len(l.src) || l.src[start+7] == '\n' || l.src[start+7] == '\r') {
			l.pos = len(l.src)
			return true
		}
		l.rubyWord()
		return true
	case '@', '$':
		l.pos++
		if c == '@' && l.pos < len(l.src) && l.src[l.pos] == '@' {
			l.pos++
		}
		switch {
		case l.pos < len(l.src) && isWord(l.src[l.pos]):
			for l.pos < len(l.src) && isWord(l.src[l.pos]) {
				l.pos++
			}
		case c == '$' && l.pos < len(l.src) && l.src[l.pos] > ' ':
			l.pos++
		}
		l.add(literal, start)
		return true
	case ':':
		return l.symbol()
	case '=':
		if l.lineStart() && strings.HasPrefix(l.src[start:], "=begin") {
			end := strings.Index(l.src[start:], "\n=end")
			if end < 0 {
				l.breaks(start)
				l.pos = len(l.src)
			} else {
				l.pos += end + len("\n=end")
				for l.pos < len(l.src) && l.src[l.pos] != '\n' {
					l.pos++
				}
			}
			l.comments = append(l.comments, Stretch{start, l.pos})
			return true
		}
	case '?':
		if !l.rubyValue(true) || l.argument() {
			return l.character()
		}
		return false
	case '/':
		if !l.defined() && l.last(0) != "." && (!l.rubyValue(true) || l.argument()) {
			l.pos++
			l.quoted(&rubyRegex, start)
			return true
		}
	case '%':
		if !l.defined() && l.last(0) != "." && (!l.rubyValue(true) || l.argument()) && l.percent() {
			return true
		}
	case '<':
		if !l.defined() && strings.HasPrefix(l.src[start:], "<<") && l.rubyHeredoc() {
			return true
		}
	default:
		if isLetter(c) {
			l.rubyWord()
			return true
		}
	}
	if l.defined() || l.last(0) == "." {
		return l.operator()
	}
	return false
}

// lineStart reports whether a line begins here.
func (l *lexer) lineStart() bool {
	return l.pos == 0 || l.src[l.pos-1] == '\n' || len(l.tokens) == 0 && l.src[:l.pos] == "\ufeff"
}

// last is the text of the token that is so many before the place; "" for none.
func (l *lexer) last(before int) string {
	n := len(l.tokens) - 1 - before
	if n < 0 {
		return ""
	}
	return l.src[l.tokens[n].start:l.tokens[n].end]
}

// defined reports whether the name of a method must come here.
func (l *lexer) defined() bool {
	n := len(l.tokens)
	if n == 0 {
		return false
	}
	t := l.tokens[n-1]
	if t.start == t.end {
		return false
	}
	if t.kind == word && (l.last(0) == "alias" || l.last(1) == "alias" && l.tokens[n-2].kind == word) {
		return true
	}
	switch l.src[t.start] {
	case 'd':
		return t.kind == word && t.end-t.start == 3 && l.last(0) == "def" && l.last(1) != "."
	case '.', ':':
		if n < 3 || t.kind != mark || t.end-t.start != 1 && l.last(0) != "::" {
			return false
		}
		if t := l.tokens[n-2]; t.kind == closed && t.partner > 0 {
			return l.src[l.tokens[t.partner-1].start:l.tokens[t.partner-1].end] == "def"
		}
		return l.tokens[n-3].kind == word && l.last(2) == "def"
	}
	return false
}

// operator takes the name of a method that is an operator.
func (l *lexer) operator() bool {
	start := l.pos
	for _, name := range rubyOperators {
		if strings.HasPrefix(l.src[start:], name) {
			l.pos += len(name)
			l.add(word, start)
			return true
		}
	}
	return false
}

// rubyWord takes a name with the ? or ! that ends it, the = of one that is defined, or the : that makes it a key.
func (l *lexer) rubyWord() {
	start := l.pos
	defined := l.defined()
	for l.pos++; l.pos < len(l.src) && isWord(l.src[l.pos]); {
		l.pos++
	}
	next := func(n int) byte {
		if l.pos+n < len(l.src) {
			return l.src[l.pos+n]
		}
		return 0
	}
	switch c := next(0); {
	case (c == '?' || c == '!') && (next(1) != '=' || next(2) == '=' || next(2) == '~' || next(2) == '>') && !(c == '?' && next(1) == ':' && next(2) == ':'):
		l.pos++
		if next(0) == ':' && next(1) != ':' && !defined {
			l.pos++
			l.add(literal, start)
			return
		}
	case c == '=' && defined && next(1) != '=' && next(1) != '~' && next(1) != '>':
		l.pos++
	case c == ':' && next(1) != ':' && !defined:
		if n := len(l.tokens); n > 0 && l.last(0) == "?" && l.tokens[n-1].kind == mark {
			break // x ? y:z
		}
		l.pos++
		l.add(literal, start)
		return
	}
	l.add(word, start)
}

// symbol takes one that is a name or an operator; of one in quotes, the colon.
func (l *lexer) symbol() bool {
	start := l.pos
	if start+1 >= len(l.src) {
		return false
	}
	switch c := l.src[start+1]; {
	case c == ':':
		return false
	case c == '$' && start+2 < len(l.src) && l.src[start+2] > ' ' && !isWord(l.src[start+2]):
		l.pos += 3
		l.add(literal, start)
		return true
	case isLetter(c) || (c == '@' || c == '$') && start+2 < len(l.src):
		for l.pos += 2; l.pos < len(l.src) && (isWord(l.src[l.pos]) || l.src[l.pos] == '@'); {
			l.pos++
		}
		if l.pos < len(l.src) && (l.src[l.pos] == '?' || l.src[l.pos] == '!' || l.src[l.pos] == '=') &&
			(l.pos+1 >= len(l.src) || l.src[l.pos+1] != '=' && l.src[l.pos+1] != '>' && l.src[l.pos+1] != '~') {
			l.pos++
		}
		l.add(literal, start)
		return true
	case l.rubyValue(true) && !l.argument():
		return false
	}
	l.pos++
	for _, name := range rubyOperators {
		if strings.HasPrefix(l.src[l.pos:], name) {
			l.pos += len(name)
			l.add(literal, start)
			return true
		}
	}
	l.pos = start
	return false
}

// rubyValue reports whether a value ends before the place, so that an operator may follow. With whole, a line that ends in
// between begins anew.
func (l *lexer) rubyValue(whole bool) bool {
	n := len(l.tokens)
	if n == 0 {
		return false
	}
	t := l.tokens[n-1]
	if whole && strings.IndexByte(l.src[t.end:l.pos], '\n') >= 0 {
		return false
	}
	switch t.kind {
	case literal, number, closed, regex:
		return t.end-t.start == 0 || l.src[t.end-1] != ':' || t.end-t.start > 1 && !isWord(l.src[t.start]) && l.src[t.start] != '"'
	case word:
		return l.last(1) == "." || !rubyOpeners[l.src[t.start:t.end]]
	}
	return false
}

// argument reports whether what begins here may be the argument of a call without brackets: a space before it and none
// behind.
func (l *lexer) argument() bool {
	n := len(l.tokens)
	if n == 0 || l.pos+1 >= len(l.src) {
		return false
	}
	t := l.tokens[n-1]
	c := l.src[t.start]
	return t.kind == word && int(t.end) < l.pos && (c < 'A' || c > 'Z' || t.start == 0 || l.src[t.start-1] == '\n') &&
		l.src[l.pos+1] > ' ' && l.src[l.pos+1] != '=' && !rubyValues[l.src[t.start:t.end]]
}

// rubyValues are words that are a value and no call.
var rubyValues = wordSet("self nil true false end __FILE__ __LINE__")

// character takes one like ?a or ?\n.
func (l *lexer) character() bool {
	start := l.pos
	at := start + 1
	if at >= len(l.src) || l.src[at] <= ' ' {
		return false
	}
	for at+1 < len(l.src) && l.src[at] == '\\' {
		at++
		if (l.src[at] == 'C' || l.src[at] == 'M') && at+2 < len(l.src) && l.src[at+1] == '-' {
			at += 2
		}
	}
	if isWord(l.src[at]) {
		word := l.src[at] < 0x80
		for at++; at < len(l.src) && (l.src[at] >= 0x80 && !word || l.src[at-1] == 'u' && l.src[at] == '{'); at++ {
		}
		if l.src[at-1] == '{' {
			for at < len(l.src) && l.src[at] != '\n' && l.src[at-1] != '}' {
				at++
			}
		}
		if at < len(l.src) && isWord(l.src[at]) && l.src[start+1] != '\\' {
			return false // a name behind a ?
		}
	} else {
		at++
	}
	l.pos = at
	l.add(literal, start)
	return true
}

// percent takes a literal like %w[a b].
func (l *lexer) percent() bool {
	start := l.pos
	at, hole := start+1, "#{"
	if at < len(l.src) && isLetter(l.src[at]) {
		switch l.src[at] {
		case 'q', 'w', 'i', 's':
			hole = ""
		case 'Q', 'W', 'I', 'r', 'x':
		default:
			return false
		}
		at++
	}
	if at >= len(l.src) || isWord(l.src[at]) || l.src[at] <= ' ' {
		return false
	}
	begin := l.src[at : at+1]
	q := &quote{open: l.src[start : at+1], close: begin, escape: '\\', lines: true, hole: hole}
	if end := closing(begin[0]); end != "" {
		q.close, q.nest = end, begin[0]
	}
	l.pos = at + 1
	l.quoted(q, start)
	return true
}

// closing is what closes a bracket of a literal; "" for what is none.
func closing(c byte) string {
	switch c {
	case '(':
		return ")"
	case '[':
		return "]"
	case '{':
		return "}"
	case '<':
		return ">"
	}
	return ""
}

// rubyHeredoc takes what begins a string of lines.
func (l *lexer) rubyHeredoc() bool {
	start := l.pos
	at := start + 2
	q := &quote{escape: '\\', hole: "#{"}
	if at < len(l.src) && (l.src[at] == '~' || l.src[at] == '-') {
		q.indented = true
		at++
	}
	if at >= len(l.src) {
		return false
	}
	switch c := l.src[at]; {
	case c == '"' || c == '\'' || c == '`':
		end := strings.IndexAny(l.src[at+1:min(len(l.src), at+100)], "\n"+string(c))
		if end <= 0 || l.src[at+1+end] != c || l.rubyValue(true) && !l.argument() && !q.indented {
			return false
		}
		q.line = l.src[at+1 : at+1+end]
		if c == '\'' {
			q.hole, q.escape = "", 0
		}
		at += end + 2
	case isLetter(c):
		from := at
		for at < len(l.src) && isWord(l.src[at]) {
			at++
		}
		q.line = l.src[from:at]
		upper := c >= 'A' && c <= 'Z' || c == '_'
		if l.last(0) == "class" && !q.indented || l.rubyValue(true) && !l.argument() && !(q.indented && upper) || !upper && !q.indented {
			return false
		}
	default:
		return false
	}
	l.pos = at
	l.add(literal, start)
	l.here = append(l.here, q)
	return true
}

// rubyBlock is a definition that others stand in.
type rubyBlock struct {
	last   int
	class  string
	static bool
}

func findRuby(s *scanned) {
	if s.broken >= 0 {
		s.loosen()
	}
	edges := s.rubyEdges()
	s.match(edges)
	var in []rubyBlock
	for k := range edges {
		e := &edges[k]
		i := e.token
		for len(in) > 0 && in[len(in)-1].last < i {
			in = in[:len(in)-1]
		}
		around := rubyBlock{}
		if len(in) > 0 {
			around = in[len(in)-1]
		}
		if !e.opens {
			continue
		}
		switch s.text(i) {
		case "class", "module":
			if s.is(i+1, mark, "<<") {
				in = append(in, rubyBlock{e.last, around.class, true})
				continue
			}
			in = append(in, rubyBlock{e.last, joined(around.class, "::", s.path(i+1)), false})
		case "do":
			if name := s.madeClass(i); name != "" {
				in = append(in, rubyBlock{e.last, joined(around.class, "::", name), false})
			}
		case "def":
			if e.alone {
				e.last = s.valueEnd(edges[k:])
			}
			s.rubyDef(e, around)
		}
	}
}

// path is a name like A::B.
func (s *scanned) path(i int) string {
	start := s.start(min(i, len(s.tokens)-1))
	if s.is(i, mark, "::") {
		i++
		start = s.end(i - 1)
	}
	for s.kind(i) == word && s.is(i+1, mark, "::") && s.kind(i+2) == word {
		i += 2
	}
	if s.kind(i) != word {
		return ""
	}
	return strings.Join(strings.Fields(s.src[start:s.end(i)]), "")
}

// madeClass is the name of a class that a block makes: Point = Struct.new(:x) do.
func (s *scanned) madeClass(i int) string {
	i--
	if s.kind(i) == closed {
		i = s.partner(i) - 1
	}
	if (s.text(i) == "new" || s.text(i) == "define") && s.is(i-1, mark, ".") && s.is(i-3, mark, "=") && s.kind(i-4) == word {
		switch s.text(i - 2) {
		case "Struct", "Class", "Module", "Data":
			return s.text(i - 4)
		}
	}
	return ""
}

// rubyDef adds a method.
func (s *scanned) rubyDef(e *edge, around rubyBlock) {
	i := e.token
	name, static := i+1, around.static
	if of := s.methodName(name); of > name {
		name, static = of, true
	}
	if s.kind(name) != word {
		return
	}
	f := Func{
		Name: s.text(name), Class: around.class, Static: static, Start: s.start(i), Marked: s.start(i),
		NameStart: s.start(name), NameEnd: s.end(name), End: s.end(e.last),
	}
	if static && f.Class == "" && s.kind(i+1) == word && s.text(i+1) != "self" && name == i+3 {
		f.Class = s.text(i + 1)
	}
	body := s.rubyHead(name)
	if s.is(body, mark, "=") && body <= e.last {
		body++
	}
	for s.is(body, mark, ";") {
		body++
	}
	f.Body = f.End
	if body < e.last || body == e.last && e.other < 0 {
		f.Body = min(s.start(body), f.End)
	}
	if f.Name == "~@" || f.Name == "!@" {
		f.Name = f.Name[:1]
	}
	s.found = append(s.found, f)
}

// methodName is the token of a method's name, behind that of the object that it is one of.
func (s *scanned) methodName(i int) int {
	of := i
	if shut := s.partner(i); shut > i {
		of = shut
	}
	if (s.is(of+1, mark, ".") || s.is(of+1, mark, "::")) && !s.newline(of+1) {
		return of + 2
	}
	return i
}

// rubyHead is the token behind the parameters of a method.
func (s *scanned) rubyHead(name int) int {
	i := name + 1
	if s.is(i, open, "(") && !s.newline(i) {
		if shut := s.partner(i); shut > 0 {
			return shut + 1
		}
		return i
	}
	for n := 0; i < len(s.tokens) && n < maxHead && !s.is(i, mark, ";") && !s.is(i, mark, "="); n, i = n+1, i+1 {
		if s.newline(i) && !s.is(i-1, mark, ",") && !s.is(i-1, mark, `\`) {
			return i
		}
		if s.kind(i) == open && s.partner(i) > 0 {
			i = s.partner(i)
		}
	}
	if s.is(i, mark, "=") && i > name+1 {
		// A default of parameters without brackets: the head ends with its line.
		for n := 0; i < len(s.tokens) && n < maxHead && !s.is(i, mark, ";") && (!s.newline(i) || s.is(i-1, mark, ",")); n, i = n+1, i+1 {
		}
	}
	return i
}

// endless reports whether a method is defined by a value: def f(x) = x + 1. It is the token of the "=" then, or -1.
func (s *scanned) endless(name int) int {
	i := name + 1
	if s.is(i, open, "(") && s.start(i) == s.end(name) || s.is(i, open, "(") && !s.newline(i) {
		if i = s.partner(i) + 1; i == 0 {
			return -1
		}
	}
	if s.is(i, mark, "=") && !s.newline(i) {
		return i
	}
	return -1
}

// valueEnd is the last token of a method that is defined by a value, which is the first of the edges.
func (s *scanned) valueEnd(edges []edge) int {
	i := edges[0].token + 2
	for n := 0; i < len(s.tokens) && n < maxHead && (!s.is(i, mark, "=") || s.newline(i)); n++ {
		if shut := s.partner(i); shut > i {
			i = shut
		}
		i++
	}
	last := i
	edges = edges[1:]
	i++
	for n, first := 0, i; i < len(s.tokens) && n < maxHead; n, i = n+1, i+1 {
		for len(edges) > 0 && edges[0].token < i {
			edges = edges[1:]
		}
		if i > first && s.newline(i) && s.ends(i-1) && !s.is(i, mark, ".") && !s.is(i, mark, "&.") || s.kind(i) == closed || s.is(i, mark, ";") {
			break
		}
		if len(edges) > 0 && edges[0].token == i && !edges[0].alone {
			if !edges[0].opens {
				break
			}
			i = edges[0].last
		} else if s.kind(i) == word && i > first && !s.is(i-1, mark, ".") {
			switch s.text(i) {
			case "if", "unless", "while", "until", "then", "else", "elsif", "when", "ensure", "and", "or":
				return last
			}
		} else if shut := s.partner(i); shut > i {
			i = shut
		}
		last = i
	}
	return last
}

// rubyEdges are the words that begin and end blocks. A method that is defined by a value ends with it.
func (s *scanned) rubyEdges() []edge {
	var edges []edge
	loop := -1 // one whose do is yet to come
	for i := range s.tokens {
		if loop >= 0 && s.around(i) == s.around(loop) && (s.is(i, mark, ";") || s.newline(i) && s.ends(i-1)) {
			loop = -1
		}
		if s.kind(i) != word {
			continue
		}
		text := s.text(i)
		switch text {
		case "def", "class", "module", "begin", "case", "for", "if", "unless", "while", "until", "do", "end":
			if s.names(i) {
				continue
			}
		default:
			continue
		}
		e := edge{token: i, opens: true}
		switch text {
		case "end":
			e.opens = false
		case "do":
			if loop >= 0 && s.around(loop) == s.around(i) {
				loop = -1
				continue
			}
		case "for", "while", "until":
			if text != "for" && s.modifies(i) {
				continue
			}
			loop = i
		case "if", "unless":
			if s.modifies(i) {
				continue
			}
		case "class", "module":
			e.define, e.head = s.newline(i), i
			if s.is(i-1, mark, "::") {
				continue
			}
		case "def":
			e.define, e.head = s.newline(i), i
			e.alone = s.endless(s.methodName(i+1)) >= 0
		}
		edges = append(edges, e)
	}
	return edges
}

// names reports whether a keyword is a name where it stands.
func (s *scanned) names(i int) bool {
	switch before := s.text(i - 1); s.kind(i - 1) {
	case mark:
		return before == "." || before == "&." || before == "::" && s.is(i-3, word, "def")
	case word:
		if before == "def" || before == "alias" || before == "undef" {
			return !s.newline(i) && !s.called(i-1)
		}
	}
	return !s.newline(i) && s.is(i-2, word, "alias") && !s.called(i-2)
}

// called reports whether a word is the name of a method.
func (s *scanned) called(i int) bool {
	return s.kind(i-1) == mark && (s.text(i-1) == "." || s.text(i-1) == "&.") || s.is(i-1, word, "def")
}

// ends reports whether a statement may end with a token.
func (s *scanned) ends(i int) bool {
	switch s.kind(i) {
	case mark:
		return s.text(i) == ";"
	case open:
		return false
	case word:
		switch s.text(i) {
		case "and", "or", "not":
			return s.is(i-1, mark, ".")
		}
	}
	return true
}

// modifies reports whether a word like if stands behind a statement and not at the beginning of one.
func (s *scanned) modifies(i int) bool {
	before := i - 1
	if s.is(before, mark, `\`) && s.newline(i) {
		before--
	} else if s.newline(i) {
		return false
	}
	switch s.kind(before) {
	case mark, open:
		return false
	case literal:
		// A key that a value follows.
		text := s.text(before)
		return len(text) < 2 || text[len(text)-1] != ':' || !isWord(text[0])
	case word:
		switch s.text(before) {
		case "and", "or", "not", "if", "elsif", "unless", "while", "until", "when", "in", "case", "then", "do", "else", "begin", "ensure", "rescue":
			return s.is(before-1, mark, ".")
		}
	}
	return true
}
