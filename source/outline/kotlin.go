package outline

import "strings"

var kotlin = &language{
	lexicon: &lexicon{
		braces: true,
		line:   []string{"//"},
		block:  [][2]string{{"/*", "*/"}},
		nested: true,
		quotes: []quote{
			{open: `"""`, close: `"""`, more: true, lines: true, hole: "${"},
			{open: `"`, close: `"`, escape: '\\', hole: "${"},
			{open: `'`, close: `'`, escape: '\\'},
		},
		marks: []string{
			"->", "::", "?.", "?:", "!!", "===", "!==", "==", "!=", "<=", ">=", "&&", "||", "..<", "..", "++", "--", "+=", "-=", "*=", "/=", "%=",
		},
		hook:   backquoted,
		pieces: true,
	},
	find: findKotlin,
}

var (
	kotlinModifiers = wordSet(`public private protected internal open final abstract override sealed suspend inline noinline crossinline infix
		operator tailrec external actual expect data inner lateinit const companion enum annotation value fun`)
	// kotlinAfter are what an expression goes on with on the next line, kotlinBefore what it goes on behind.
	kotlinAfter  = wordSet(". ?. ?: && || :: as else catch finally")
	kotlinBefore = wordSet(`+ - * / % = == === != !== < <= >= && || ?: -> , : . ?. :: ! .. ..< += -= *= /= %= & @
		in is as else try do finally when if while for return throw`)
	// kotlinInside are words that no property and no expression ends with.
	kotlinInside = wordSet("return else in is as by throw if do try")
)

// backquoted takes a name in backquotes.
func backquoted(l *lexer) bool {
	start := l.pos
	if l.src[start] != '`' {
		return false
	}
	for at := start + 1; at < len(l.src) && l.src[at] != '\n'; at++ {
		if l.src[at] == '`' {
			l.pos = at + 1
			l.add(word, start)
			return true
		}
	}
	return false
}

func findKotlin(s *scanned) {
	in := newScopes(s, ".")
	primary, taken := -1, -1    // the last "constructor" in the head of a class, and the name of the last function
	properties := map[int]int{} // the names of the last properties, by the brackets that they stand in
	for i := 0; i < len(s.tokens); i++ {
		if s.kind(i) != word {
			continue
		}
		switch s.text(i) {
		case "class", "interface", "object":
			if s.is(i-1, mark, "::") || s.is(i-1, mark, ".") {
				continue
			}
			name := ""
			at := i + 1
			if s.kind(at) == word && !s.newline(at) {
				name = bareName(s.text(at))
				at++
			} else if s.is(i-1, word, "companion") {
				name = "Companion"
			} else if s.text(i) != "object" {
				continue
			}
			body, expression, constructor := s.kotlinBody(at, true)
			if constructor >= 0 {
				primary = constructor
			}
			if !expression {
				in.add(body, name)
			}
		case "val", "var":
			if name := s.kotlinProperty(i + 1); name >= 0 {
				properties[s.around(i)] = name
			}
		case "get", "set":
			if i != taken && s.is(i+1, open, "(") {
				if name, ok := properties[s.around(i)]; ok {
					s.kotlinAccessor(in, i, name)
				}
			}
		case "constructor":
			if i != primary && s.is(i+1, open, "(") && in.direct(i) && s.partner(i+1) > 0 {
				s.kotlinAdd(in, i, i, i+1)
			}
		case "fun":
			if name, paren := s.kotlinName(i + 1); name >= 0 {
				s.kotlinAdd(in, i, name, paren)
				taken = name
			}
		}
	}
}

// bareName is a name without backquotes.
func bareName(name string) string { return strings.Trim(name, "`") }

// kotlinName is the token of the name of a function behind "fun", and the bracket that begins its parameters; -1 where it has
// none. Type parameters and a receiver stand before it.
func (s *scanned) kotlinName(i int) (name, paren int) {
	name = -1
	for n := 0; n < maxType && s.look(); n++ {
		switch s.kind(i) {
		case word:
			name = i
		case mark:
			switch s.text(i) {
			case "<":
				if i = s.generics(i); i < 0 {
					return -1, -1
				}
			case "@":
				i = s.annotation(i) - 1
			case ".", "?.", "?", "&":
				name = -1
			default:
				return -1, -1
			}
		case open:
			if s.text(i) != "(" || s.partner(i) < 0 {
				return -1, -1
			}
			if name >= 0 {
				return name, i
			}
			if i = s.partner(i); !s.is(i+1, mark, ".") && !s.is(i+1, mark, "?.") && !s.is(i+1, mark, "?") {
				return -1, -1
			}
		default:
			return -1, -1
		}
		i++
	}
	return -1, -1
}

// kotlinBody is what begins the body behind the head of a function or class, a "{" or the "=" before an expression, or -1.
// constructor is the word before the parameters of a class, -1 where it has none.
func (s *scanned) kotlinBody(i int, class bool) (body int, expression bool, constructor int) {
	constructor = -1
	goesOn := func(i int) bool {
		switch s.text(i - 1) {
		case ":", ",", "->", ".", "by", "where", "&", "constructor":
			return true
		}
		return false
	}
	for n := 0; i < len(s.tokens) && n < maxHead && s.look(); n, i = n+1, i+1 {
		switch s.kind(i) {
		case open:
			switch {
			case s.text(i) == "{":
				return i, false, constructor
			case !class && s.newline(i) && !goesOn(i):
				return -1, false, constructor
			}
			if i = s.partner(i); i < 0 {
				return -1, false, constructor
			}
		case mark:
			switch s.text(i) {
			case "=":
				if class {
					return -1, false, constructor
				}
				return i, true, constructor
			case ";":
				return -1, false, constructor
			case "<":
				if to := s.generics(i); to > 0 {
					i = to
				}
			case "@":
				if !s.newline(i) || goesOn(i) {
					i = max(s.annotation(i)-1, i)
					continue
				}
				at := -1
				if class {
					at = s.kotlinConstructor(i)
				}
				if at < 0 {
					return -1, false, constructor
				}
				i, constructor = at, at
			}
		case word:
			switch {
			case s.text(i) == "constructor" && class:
				constructor = i
			case s.newline(i) && s.text(i) != "where" && !goesOn(i):
				at := -1
				if class {
					at = s.kotlinConstructor(i)
				}
				if at < 0 {
					return -1, false, constructor
				}
				i, constructor = at, at
			}
		case closed, literal, number:
			return -1, false, constructor
		}
	}
	return -1, false, constructor
}

// kotlinConstructor is the word "constructor" behind the modifiers and annotations that begin at i, or -1.
func (s *scanned) kotlinConstructor(i int) int {
	for n := 0; n < maxType && s.look(); n++ {
		switch {
		case s.is(i, word, "constructor"):
			return i
		case s.kind(i) == word && kotlinModifiers[s.text(i)]:
			i++
		case s.annotation(i) > i:
			i = s.annotation(i)
		default:
			return -1
		}
	}
	return -1
}

// kotlinProperty is the name of the property behind "val" or "var", or -1.
func (s *scanned) kotlinProperty(i int) int {
	name := -1
	for n := 0; n < maxType && s.look(); n, i = n+1, i+1 {
		switch s.kind(i) {
		case word:
			if name >= 0 {
				return name
			}
			name = i
		case mark:
			switch s.text(i) {
			case "<":
				if i = s.generics(i); i < 0 {
					return -1
				}
			case ".", "?.":
				name = -1
			case "?":
			case "@":
				i = max(s.annotation(i)-1, i)
			default:
				return name
			}
		case open:
			if name >= 0 || s.text(i) != "(" || s.partner(i) < 0 {
				return name
			}
			i = s.partner(i)
		default:
			return name
		}
	}
	return name
}

// kotlinAccessor adds the "get" or "set" of a property if it has a body.
func (s *scanned) kotlinAccessor(in *scopes, i, name int) {
	shut := s.partner(i + 1)
	if shut < 0 || s.text(i) == "get" && shut != i+2 || s.text(i) == "set" && s.kind(shut-1) != word && s.kind(shut-1) != mark {
		return
	}
	if before := s.text(i - 1); kotlinBefore[before] || kotlinInside[before] {
		return
	}
	if s.around(i) >= 0 && !in.direct(i) {
		// Nothing else has such a "=", but a call may have a lambda.
		if _, expression, _ := s.kotlinBody(shut+1, false); !expression {
			return
		}
	}
	if f := s.kotlinAdd(in, i, i, i+1); f != nil {
		f.Name = bareName(s.text(name)) + "." + s.text(i)
		f.Params = ""
	}
}

// kotlinAdd adds the function that begins with a word if it has a body.
func (s *scanned) kotlinAdd(in *scopes, i, name, paren int) *Func {
	shut := s.partner(paren)
	body, expression, _ := s.kotlinBody(shut+1, false)
	if body < 0 {
		return nil
	}
	first, marked := s.annotated(i, kotlinModifiers)
	f := s.add(definition{first: first, name: name, shut: shut, body: body}, in.of(i))
	f.Marked, f.nameless = s.start(marked), in.direct(i) && in.name[s.around(i)] == ""
	if text := s.text(name); text[0] == '`' && len(text) > 1 {
		f.Name = bareName(text)
		f.NameStart, f.NameEnd = f.NameStart+1, f.NameEnd-1
	}
	f.Params = s.namedTypes(paren)
	if expression {
		last := s.kotlinExpression(body + 1)
		f.Body, f.End = s.end(body), s.end(body)
		if last > body {
			f.Body, f.End = s.start(body+1), s.end(last)
		}
	}
	return f
}

// namedTypes are the types of the parameters in a bracket, which stand behind names and colons.
func (s *scanned) namedTypes(paren int) string {
	types := ""
	s.parts(paren, func(first, last int) {
		colon := -1
		for i := first; i < last; i++ {
			switch {
			case s.kind(i) == open:
				if to := s.partner(i); to > 0 {
					i = to
				}
			case s.is(i, mark, ":") && colon < 0:
				colon = i
			case s.is(i, mark, "=") && colon >= 0:
				last = i
			}
		}
		if colon < 0 {
			return
		}
		for first = colon + 1; s.is(first, mark, "@") && s.kind(first+1) == word; {
			first += 2
		}
		if first < last {
			types = list(types, s.code(first, last))
		}
	})
	return types
}

// maxStatement bounds how many tokens, without those in brackets, an expression has that is the body of a function.
const maxStatement = 5000

// kotlinExpression is the last token of the expression that begins at i: it ends with a line that can end it, before one that
// doesn't go on with it.
func (s *scanned) kotlinExpression(i int) int {
	object := false
	for to := s.annotation(i); to > i; to = s.annotation(i) {
		i = to
	}
	begin := i
	for n := 0; i < len(s.tokens) && n < maxStatement && s.look(); n, i = n+1, i+1 {
		if i > begin && s.newline(i) && !s.kotlinGoesOn(i, object) {
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
		case word:
			switch s.text(i) {
			case "object":
				object = true
			case "fun":
				if s.kind(i+1) == word {
					return i - 1
				}
			}
		}
	}
	return min(i, len(s.tokens)) - 1
}

// kotlinGoesOn reports whether an expression goes on at the first token of a line.
func (s *scanned) kotlinGoesOn(i int, object bool) bool {
	if kotlinAfter[s.text(i)] && s.kind(i) != literal {
		return true
	}
	switch before := i - 1; s.kind(before) {
	case mark:
		if s.text(before) == ">" {
			return s.genericsBack(before) < 0
		}
		return kotlinBefore[s.text(before)]
	case word:
		if kotlinBefore[s.text(before)] {
			return true
		}
		// Words stand in turn for an operand and for a function between two: a to b to
		words := 0
		for words < maxType && s.look() && s.kind(before) == word && !kotlinBefore[s.text(before)] && !kotlinInside[s.text(before)] {
			words++
			before--
			if s.newline(before + 1) {
				break
			}
		}
		operand := !s.newline(before+1) && (s.kind(before) == number || s.kind(before) == literal || s.kind(before) == closed && !s.condition(before))
		if words > 0 && operand == (words%2 == 1) {
			return true
		}
	case closed:
		if s.condition(before) {
			return true
		}
	}
	return object && s.is(i, open, "{")
}

// condition reports whether a bracket ends the condition of a statement.
func (s *scanned) condition(i int) bool {
	switch s.text(s.partner(i) - 1) {
	case "if", "while", "for", "when", "catch", "switch":
		return s.text(i) == ")"
	}
	return false
}
