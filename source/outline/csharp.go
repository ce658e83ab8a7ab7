package outline

import "strings"

var csharp = &language{
	lexicon: &lexicon{
		braces: true,
		line:   []string{"//"},
		block:  [][2]string{{"/*", "*/"}},
		quotes: []quote{
			{open: `$@"`, close: `"`, double: true, lines: true, hole: "{", twice: true},
			{open: `@$"`, close: `"`, double: true, lines: true, hole: "{", twice: true},
			{open: `@"`, close: `"`, double: true, lines: true},
			{open: `$"`, close: `"`, escape: '\\', hole: "{", twice: true},
			{open: `"`, close: `"`, escape: '\\'},
			{open: `'`, close: `'`, escape: '\\'},
		},
		marks:  []string{"=>", "==", "!=", "<=", ">=", "&&", "||", "::", "??", "?.", "++", "--", "+=", "-=", "..", "->"},
		hook:   csharpHook,
		pieces: true,
	},
	find: findCSharp,
}

var (
	csharpEnds      = wordSet("; = )")
	csharpAccessors = wordSet("get set init add remove")
	// csharpNever are words before "(" that begin a statement or an expression.
	csharpNever = wordSet(`if for foreach while switch catch lock using fixed try base this new return throw yield case do else is as when checked
		unchecked typeof sizeof nameof default delegate async await static in out ref not and or with goto unsafe stackalloc operator`)
	// csharpNo are words that no head of a member has.
	csharpNo = wordSet(`return throw case else is as not and or when await goto yield in select where from let orderby group into join on by equals
		do stackalloc class struct interface enum namespace using operator`)
)

// csharpHook takes lines of the preprocessor, raw strings and names that begin with @.
func csharpHook(l *lexer) bool {
	start := l.pos
	switch c := l.src[start]; c {
	case '#':
		before := start
		for before > 0 && (l.src[before-1] == ' ' || l.src[before-1] == '\t') {
			before--
		}
		if before > 0 && l.src[before-1] != '\n' && l.src[:before] != "\ufeff" {
			return false
		}
		word, rest := directive(l.src[start+1:])
		l.pos = len(l.src)
		if end := strings.IndexByte(l.src[start:], '\n'); end >= 0 {
			l.pos = start + end
		}
		if at := strings.Index(rest, "//"); at >= 0 {
			rest = rest[:at]
		}
		switch strings.TrimSpace(rest) {
		case "false":
			rest = "0"
		case "true":
			rest = "1"
		}
		l.conditional(word, rest)
		return true
	case '@':
		if start+1 < len(l.src) && isLetter(l.src[start+1]) {
			l.pos++
			for l.pos < len(l.src) && isWord(l.src[l.pos]) {
				l.pos++
			}
			l.add(word, start)
			return true
		}
	case '$', '"':
		at := start
		for at < len(l.src) && l.src[at] == '$' {
			at++
		}
		dollars := at - start
		for at < len(l.src) && l.src[at] == '"' {
			at++
		}
		quotes := at - start - dollars
		if quotes < 3 {
			return false
		}
		q := &quote{close: l.src[at-quotes : at], lines: true, more: true}
		q.open = l.src[start:at]
		if dollars > 0 {
			q.hole = strings.Repeat("{", min(dollars, 10))
		}
		l.pos = at
		l.quoted(q, start)
		return true
	}
	return false
}

func findCSharp(s *scanned) {
	in := newScopes(s, ".")
	c := &csharpFinder{scanned: s, in: in}
	for i := 0; i < len(s.tokens); i++ {
		switch s.kind(i) {
		case word:
			switch text := s.text(i); text {
			case "class", "struct", "interface", "record", "enum", "namespace":
				c.scope(i)
			case "operator":
				c.operator(i)
			case "get", "set", "init", "add", "remove":
				c.accessor(i)
			}
		case open:
			if s.text(i) == "(" {
				c.method(i)
			}
		case mark:
			if s.text(i) == "=>" {
				c.property(i)
			}
		}
	}
}

type csharpFinder struct {
	*scanned
	in *scopes
	// file is the namespace of the file.
	file string
}

// scope says what stands in the body of a type or namespace.
func (c *csharpFinder) scope(i int) {
	name := i + 1
	if c.is(i-1, mark, ":") || c.is(i-1, mark, ",") {
		return // a constraint
	}
	if c.text(i) == "record" && (c.text(name) == "class" || c.text(name) == "struct") {
		return // which comes next
	}
	if c.kind(name) != word {
		return
	}
	last := name
	for c.text(i) == "namespace" && c.is(last+1, mark, ".") && c.kind(last+2) == word {
		last += 2
	}
	full := strings.TrimPrefix(c.code(name, last+1), "@")
	switch next := c.text(last + 1); {
	case c.text(i) == "namespace" && next == ";":
		c.file = full
	case c.text(i) == "record" && next != "(" && next != "<" && next != "{" && next != ":":
	default:
		c.in.add(c.body(last+1, csharpEnds), full)
	}
}

func (c *csharpFinder) class(i int) string {
	full := c.in.of(i)
	if c.file == "" {
		return full
	}
	if full == "" {
		return c.file
	}
	return joined(c.file, ".", full)
}

// method adds the method, constructor, destructor or local function whose parameters a bracket begins, if it does.
func (c *csharpFinder) method(paren int) {
	name, shut := paren-1, c.partner(paren)
	if shut < 0 {
		return
	}
	// What follows tells of most brackets that they are no parameters.
	switch c.text(shut + 1) {
	case "{", "=>", "where", ":":
	default:
		return
	}
	if c.kind(name) == mark {
		at := c.genericsBack(name)
		if at < 1 {
			return
		}
		name = at - 1
	}
	if c.kind(name) != word || csharpNever[c.text(name)] {
		return
	}
	if body := c.behindHead(shut + 1); body >= 0 {
		c.add(name, shut, body, paren, c.text(name))
	}
}

// behindHead is the "{" or "=>" of a body behind the parameters of a function, or -1.
func (c *csharpFinder) behindHead(i int) int {
	if c.is(i, mark, ":") {
		if !c.is(i+1, word, "base") && !c.is(i+1, word, "this") || !c.is(i+2, open, "(") || c.partner(i+2) < 0 {
			return -1
		}
		i = c.partner(i+2) + 1
	}
	if c.is(i, word, "where") {
		for n := 0; n < maxHead && c.look() && i < len(c.tokens); n, i = n+1, i+1 {
			switch {
			case c.is(i, open, "{") || c.is(i, mark, "=>"):
				return i
			case c.kind(i) == open:
				if i = c.partner(i); i < 0 {
					return -1
				}
			case c.kind(i) == closed || c.is(i, mark, ";") || c.is(i, mark, "="):
				return -1
			}
		}
		return -1
	}
	if c.is(i, open, "{") || c.is(i, mark, "=>") {
		return i
	}
	return -1
}

// head is the first token of a member behind its attributes, and the first of these; ok is false where what stands before its
// name can't be of one. typed tells that more than modifiers stand there.
func (c *csharpFinder) head(name int) (first, marked int, typed, ok bool) {
	at := name
	// What it implements: IFoo<T>.
	for n := 0; n < maxType && c.look() && (c.is(at-1, mark, ".") || c.is(at-1, mark, "::")); n++ {
		at -= 2
		if c.kind(at) == mark {
			if at = c.genericsBack(at) - 1; at < 0 {
				return 0, 0, false, false
			}
		}
		if c.kind(at) != word {
			return 0, 0, false, false
		}
	}
	if c.is(at-1, word, "new") || c.is(at-1, word, "record") {
		return 0, 0, false, false
	}
	marked = at
back:
	for n := 0; n < maxHead && c.look(); n++ {
		before := marked - 1
		switch c.kind(before) {
		case word:
			if csharpNo[c.text(before)] {
				return 0, 0, false, false
			}
		case closed:
			if c.text(before) == "}" {
				break back
			}
			if before = c.partner(before); before < 0 {
				return 0, 0, false, false
			}
			if c.text(before) == "(" && c.kind(before-1) == word && !csharpModifiers[c.text(before-1)] {
				break back // if (x) int f() { }
			}
		case mark:
			switch c.text(before) {
			case ".", "?", "*", "::", "&":
			case ";", ":", ",", "=>", "":
				break back
			case ">":
				if before = c.genericsBack(before); before < 0 {
					return 0, 0, false, false
				}
			default:
				return 0, 0, false, false
			}
		default:
			break back
		}
		marked = before
	}
	first = marked
	for c.is(first, open, "[") && c.partner(first) > 0 && c.partner(first) < name {
		first = c.partner(first) + 1
	}
	for i := first; i < at; i++ {
		if !csharpModifiers[c.text(i)] {
			typed = true
		}
	}
	return first, marked, typed, true
}

var csharpModifiers = wordSet(`public private protected internal static readonly sealed abstract virtual override new extern unsafe async partial
	required volatile const file ref event`)

// add adds a function if what stands before its name can be that of one.
func (c *csharpFinder) add(name, shut, body, paren int, called string) *Func {
	start := name
	destructor := c.is(name-1, mark, "~")
	if destructor {
		start--
		called = "~" + called
	}
	first, marked, typed, ok := c.head(start)
	if !ok {
		return nil
	}
	if !typed && !destructor {
		own, known := c.in.name[c.around(name)]
		if known && own != c.text(name) || !known && first >= start {
			return nil
		}
	}
	return c.function(first, marked, name, body, paren, called)
}

// function adds a function.
func (c *csharpFinder) function(first, marked, name, body, paren int, called string) *Func {
	f := c.scanned.add(definition{first: first, name: name, body: body}, c.class(name))
	f.Marked = c.start(marked)
	f.Name = strings.TrimPrefix(called, "@")
	if c.text(body) == "=>" {
		f.Body, f.End = c.end(body), c.end(body)
		if last := c.statementEnd(body + 1); last > body {
			f.Body, f.End = c.start(body+1), c.end(last)
		}
	}
	if paren >= 0 {
		f.Params = c.csharpParams(paren)
	}
	return f
}

// statementEnd is the ";" that ends the expression that begins at i, or the token before what else ends it.
func (s *scanned) statementEnd(i int) int {
	for n := 0; i < len(s.tokens) && n < maxStatement && s.look(); n, i = n+1, i+1 {
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
				return i
			}
		}
	}
	return min(i, len(s.tokens)) - 1
}

// operator adds an operator or a conversion.
func (c *csharpFinder) operator(i int) {
	paren := i + 1
	if c.is(paren, open, "(") { // a tuple is what it converts to
		paren = c.partner(paren) + 1
		if paren == 0 {
			return
		}
	}
	for n := 0; n < maxType && c.look() && !c.is(paren, open, "("); n++ {
		switch {
		case c.is(paren, mark, "<") && c.kind(paren-1) == word && paren-1 > i:
			if to := c.generics(paren); to > 0 {
				paren = to
			}
		case c.is(paren, open, "["):
			if to := c.partner(paren); to > 0 {
				paren = to
			}
		case c.kind(paren) == closed || c.kind(paren) == open || c.is(paren, mark, ";"):
			return
		}
		paren++
	}
	shut := c.partner(paren)
	if shut < 0 {
		return
	}
	body := c.behindHead(shut + 1)
	if body < 0 {
		return
	}
	if first, marked, _, ok := c.head(i); ok {
		name := i
		if c.is(i-1, word, "implicit") || c.is(i-1, word, "explicit") {
			name--
		}
		f := c.function(first, marked, name, body, paren, c.code(name, i+1)+" "+c.code(i+1, paren))
		f.NameEnd = c.end(paren - 1)
	}
}

// accessor adds an accessor with a body.
func (c *csharpFinder) accessor(i int) {
	block := c.around(i)
	if block < 0 || c.text(block) != "{" || !c.is(i+1, open, "{") && !c.is(i+1, mark, "=>") {
		return
	}
	first := i
	for c.kind(first-1) == word && csharpModifiers[c.text(first-1)] {
		first--
	}
	marked := first
	for c.is(marked-1, closed, "]") && c.partner(marked-1) > block {
		marked = c.partner(marked - 1)
	}
	switch c.text(marked - 1) {
	case "{", "}", ";":
	default:
		return
	}
	name, called := c.propertyName(block - 1)
	if name < 0 {
		return
	}
	if _, _, typed, ok := c.head(name); !ok || !typed {
		return
	}
	f := c.function(first, marked, i, i+1, -1, called+"."+c.text(i))
	f.Class = c.class(block)
}

// propertyName is the token of the name of the property or indexer that ends with one, and how it is called; -1 for none.
func (c *csharpFinder) propertyName(i int) (at int, name string) {
	if c.is(i, closed, "]") {
		if at := c.partner(i) - 1; c.is(at, word, "this") {
			return at, "this[]"
		}
		return -1, ""
	}
	if c.kind(i) != word || csharpNever[c.text(i)] || csharpAccessors[c.text(i)] && c.is(i-1, closed, "}") {
		return -1, ""
	}
	return i, strings.TrimPrefix(c.text(i), "@")
}

// property adds the property or indexer whose value an arrow in a type tells.
func (c *csharpFinder) property(arrow int) {
	if !c.in.direct(arrow) {
		return
	}
	name, called := c.propertyName(arrow - 1)
	if name < 0 {
		return
	}
	if first, marked, typed, ok := c.head(name); ok && typed {
		c.function(first, marked, name, arrow, -1, called+".get")
	}
}

// csharpParams are the types of the parameters in a bracket, without attributes, names and values.
func (s *scanned) csharpParams(paren int) string {
	types := ""
	s.parts(paren, func(first, last int) {
		for s.is(first, open, "[") && s.partner(first) > 0 && s.partner(first) < last {
			first = s.partner(first) + 1
		}
		for first < last && (s.is(first, word, "this") || s.is(first, word, "params") || s.is(first, word, "scoped")) {
			first++
		}
		for i := first; i < last; i++ {
			switch {
			case s.kind(i) == open && s.partner(i) > 0:
				i = s.partner(i)
			case s.is(i, mark, "="):
				last = i
			}
		}
		if last-1 > first {
			types = list(types, s.code(first, last-1))
		}
	})
	return types
}
