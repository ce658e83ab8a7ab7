package outline

import "strings"

var javaScript = &language{lexicon: ecma, find: findECMA}

// ecmaFinder finds the functions of a text of JavaScript or TypeScript by its tokens alone. What it can't tell for sure has no
// name; a type of TypeScript that looks like an arrow function is there too.
type ecmaFinder struct {
	*scanned
	in   *scopes
	left int // how many more tokens are looked at for the ends of expressions
	// types are braces of types of TypeScript, and typed is where the type ends that a name is given.
	types map[int]bool
	typed int
}

func findECMA(s *scanned) {
	f := &ecmaFinder{scanned: s, in: newScopes(s, "."), types: map[int]bool{}, left: maxLooks*len(s.tokens) + maxExpression}
	for i, t := range s.tokens {
		var h Func
		ok := false
		switch {
		case t.kind == word:
			switch s.text(i) {
			case "function":
				h, ok = f.function(i)
			case "class":
				f.class(i)
			case "namespace", "module":
				f.namespace(i)
			case "interface":
				if s.kind(i+1) == word {
					f.types[f.heritage(i+2)] = true
				}
			case "type":
				f.alias(i)
			}
		case t.kind == mark && s.text(i) == "=>":
			h, ok = f.arrow(i)
		case t.kind == open && s.text(i) == "{":
			if f.isType(i) {
				f.types[i] = true
			}
		case t.kind == open && s.text(i) == "(":
			h, ok = f.method(i)
		}
		if !ok {
			continue
		}
		if h.Class == "" {
			h.Class = f.in.of(i)
		}
		s.found = append(s.found, h)
	}
}

// alias notes how far the type goes that a name is given, of which i is the word "type".
func (s *ecmaFinder) alias(i int) {
	if !s.name(i+1) || !s.statement(i) {
		return
	}
	next := i + 2
	if end := s.arguments(next, 1); end >= 0 {
		next = end + 1
	}
	if s.is(next, mark, "=") {
		s.typed = max(s.typed, s.expression(next+1))
	}
}

// isType reports whether a brace is one of a type. All braces before it must have been looked at.
func (s *ecmaFinder) isType(i int) bool {
	switch was := s.text(i - 1); {
	case s.types[i] || s.types[s.around(i)] || s.start(i) < s.typed:
		return true
	case s.kind(i-1) == mark && (was == "<" || was == "|" || was == "&"), s.kind(i-1) == word && (was == "as" || was == "satisfies" || was == "extends"):
		return true
	case s.is(i-1, mark, ":"):
		return s.annotates(i - 1)
	}
	return false
}

// annotates reports whether behind a colon stands the type of a parameter, a variable, a field or a result.
func (s *ecmaFinder) annotates(colon int) bool {
	name := colon - 1
	if s.is(name, mark, "?") || s.is(name, mark, "!") {
		name--
	}
	around := s.around(colon)
	if s.is(name, closed, ")") {
		return !s.is(s.partner(name)-1, mark, "?") && !s.is(around, open, "(")
	}
	before := s.text(name - 1)
	switch {
	case s.types[around]:
		return true
	case s.kind(name-1) == word && (before == "let" || before == "const" || before == "var"):
		return true
	case s.is(around, open, "("):
		return s.kind(name-1) == open || before == "," || before == "..." || ecmaModifiers[before]
	}
	_, class := s.in.name[around]
	return class
}

// name is whether a token is a word that may be a name.
func (s *ecmaFinder) name(i int) bool { return s.kind(i) == word && !ecmaReserved[s.text(i)] }

// class says what stands in the body of a class, of which i is the word.
func (s *ecmaFinder) class(i int) {
	if s.is(i-1, mark, ".") || s.is(i+1, mark, ":") || s.is(i+1, mark, "=") || s.is(i+1, open, "(") {
		return // a property of that name
	}
	next, name := i+1, ""
	if s.name(next) && s.text(next) != "extends" && s.text(next) != "implements" {
		name = s.text(next)
		next++
	} else {
		var h Func
		if !s.is(i-1, word, "default") {
			s.named(&h, i)
		}
		name = h.Name
		if h.Handed {
			name = ""
		} else if h.Class != "" && name != "" {
			name = h.Class + "." + name
		}
	}
	if end := s.arguments(next, 1); end >= 0 {
		next = end + 1
	}
	s.in.add(s.heritage(next), name)
}

// heritage is the brace of the body behind what a class extends, or -1.
func (s *ecmaFinder) heritage(i int) int {
	for n := 0; i < len(s.tokens) && n < maxHead; n, i = n+1, i+1 {
		switch s.kind(i) {
		case open:
			if s.text(i) == "{" && !s.is(i-1, word, "extends") && !s.is(i-1, mark, ",") {
				return i
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

// namespace says what stands in a namespace of TypeScript, of which i is the word.
func (s *ecmaFinder) namespace(i int) {
	next := i + 1
	if s.is(i-1, mark, ".") || s.kind(next) != word {
		return
	}
	for s.is(next+1, mark, ".") && s.kind(next+2) == word {
		next += 2
	}
	if s.is(next+1, open, "{") {
		s.in.add(next+1, s.src[s.start(i+1):s.end(next)])
	}
}

// function is the function at a token "function".
func (s *ecmaFinder) function(i int) (h Func, ok bool) {
	first, next := i, i+1
	if s.is(i-1, word, "async") {
		first--
	}
	if s.is(i-1, mark, ".") || s.is(next, mark, ":") {
		return Func{}, false // a property of that name
	}
	if s.is(next, mark, "*") {
		next++
	}
	h = s.at(first, i)
	h.Value = !s.statement(first)
	if s.kind(next) == word {
		h.Name, h.NameStart, h.NameEnd = s.text(next), s.start(next), s.end(next)
		next++
	}
	if end := s.arguments(next, 1); end >= 0 {
		next = end + 1
	}
	if !s.is(next, open, "(") {
		return Func{}, false
	}
	body := s.behindHead(s.partner(next))
	if body < 0 {
		return Func{}, false // a declaration
	}
	h.Body, h.End = s.start(body), s.behind(body)
	if h.Value {
		from, to := first-1, s.partner(body)+1
		for n := 0; n < maxType && s.is(from, open, "(") && s.partner(from) == to && !s.calls(from); n++ {
			from, to = from-1, to+1
		}
		if h.Called = s.called(to); h.Called || s.used(to) {
			return h, true
		}
	}
	s.named(&h, first)
	return h, true
}

// statement tells that a token begins a statement, so that a function there is a declaration.
func (s *ecmaFinder) statement(i int) bool {
	switch {
	case i == 0 || s.is(i-1, mark, ";") || s.is(i-1, open, "{") || s.is(i-1, closed, "}"):
		return true
	case s.kind(i-1) == word:
		was := s.text(i - 1)
		return was == "export" || was == "default" || was == "declare" || was == "else" || s.newline(i) && !ecmaOperands[was]
	}
	return s.newline(i) && (s.kind(i-1) != open && s.kind(i-1) != mark || s.is(i-1, mark, ">") || s.is(i-1, mark, "++") || s.is(i-1, mark, "--"))
}

// used tells that what ends before a token is called, or has a member taken, where it stands. What is bound is itself.
func (s *ecmaFinder) used(next int) bool {
	return s.is(next, open, "(") || (s.is(next, mark, ".") || s.is(next, mark, "?.")) && !s.is(next+1, word, "bind")
}

// called tells that a function that ends before a token is called where it stands.
func (s *ecmaFinder) called(next int) bool {
	if s.is(next, mark, ".") && (s.is(next+1, word, "call") || s.is(next+1, word, "apply")) {
		next += 2
	} else if s.is(next, mark, "?.") {
		next++
	}
	return s.is(next, open, "(")
}

// arrow is the function at a token "=>".
func (s *ecmaFinder) arrow(i int) (h Func, ok bool) {
	first := i - 1
	last := i - 1
	if shut := s.beforeType(i - 1); shut >= 0 {
		first, last = s.partner(shut), shut
	} else if s.is(first, closed, ")") {
		first = s.partner(first)
	} else if !s.name(first) {
		return Func{}, false
	}
	if first < 0 {
		return Func{}, false
	}
	if generic := s.arguments(first-1, -1); s.is(first, open, "(") && generic >= 0 {
		first = generic
	}
	if s.is(first-1, word, "async") {
		first--
	}
	h = s.at(first, last)
	h.Value = true
	if h.End = s.expression(i + 1); h.End == 0 || i+1 >= len(s.tokens) {
		return Func{}, false
	}
	h.Body = s.start(i + 1)
	s.named(&h, first)
	return h, true
}

// behindHead is the brace of the body behind parameters that end at shut, and the type of the result, or -1.
func (s *ecmaFinder) behindHead(shut int) int {
	if shut < 0 {
		return -1
	}
	i, operand := shut+1, false // operand tells that a part of a type must follow
	if s.is(i, mark, ":") {
		i, operand = i+1, true
	}
	for n := 0; i < len(s.tokens) && n < maxHead; n, i = n+1, i+1 {
		text := s.text(i)
		switch s.kind(i) {
		case open:
			switch {
			case text == "{" && !operand:
				return i
			case text == "[" && !operand && s.newline(i):
				return -1 // the next member
			}
			if i = s.partner(i); i < 0 {
				return -1
			}
			operand = false
		case closed:
			return -1
		case mark:
			switch text {
			case ";", "=", ",":
				return -1
			case "<":
				if end := s.arguments(i, 1); end >= 0 {
					i = end
				}
			default:
				operand = true
			}
		case word:
			if !operand && s.newline(i) && !typeOperators[text] {
				return -1
			}
			operand = typeOperators[text] && !s.is(i+1, open, "{") || text == "is" || text == "extends"
		default:
			operand = false
		}
	}
	return -1
}

// endOf is the byte behind the bracket that closes the one at i, or 0.
func (s *ecmaFinder) endOf(i int) int {
	if shut := s.partner(i); i >= 0 && shut > i {
		return int(s.tokens[shut].end)
	}
	return 0
}

// maxExpression bounds how many tokens are looked at for the end of an expression, and maxLooks how often each
// token of a text is on the average: functions that return functions may be as many as there are tokens.
const (
	maxExpression = 2000
	maxLooks      = 32
)

// expression is the byte behind the one that an arrow function returns, which begins at the token first,
// or behind its body; 0 where that can't be told.
func (s *ecmaFinder) expression(first int) int {
	if s.is(first, open, "{") {
		return s.endOf(first)
	}
	for i, n := first, 0; n < maxExpression && s.left > 0; i, n = i+1, n+1 {
		s.left--
		end := i >= len(s.tokens) || s.kind(i) == closed || s.is(i, mark, ",") || s.is(i, mark, ";")
		if !end && i > first && (s.operand(i-1) || s.is(i-1, mark, ">")) && s.kind(i) != mark && !s.is(i, open, "(") && !s.is(i, open, "[") && !joining[s.text(i)] &&
			strings.Contains(s.src[int(s.tokens[i-1].end):int(s.tokens[i].start)], "\n") {
			end = true // a line without a semicolon
		}
		if end {
			if i == first || i > len(s.tokens) {
				return 0
			}
			return int(s.tokens[i-1].end)
		}
		if s.kind(i) == open {
			if i = s.partner(i); i < 0 {
				return 0
			}
		}
	}
	return 0
}

// operand tells that a value may end at a token.
func (s *ecmaFinder) operand(i int) bool {
	switch s.kind(i) {
	case mark, open:
		return false
	case word:
		return !ecmaOperands[s.text(i)] && !joining[s.text(i)]
	}
	return true
}

// method is the method whose parameters begin at the parenthesis i.
func (s *ecmaFinder) method(i int) (h Func, ok bool) {
	at := s.callee(i)
	if at < 0 {
		return Func{}, false
	}
	if s.is(at, mark, "?") {
		at-- // of an optional method
	}
	first, name := at, s.text(at)
	switch {
	case s.kind(at) == word && (!headless[name] || s.in.direct(at) || s.is(at-1, mark, ",") && name != "function"):
	case s.kind(at) == literal, s.kind(at) == number:
	case s.is(at, closed, "]") && s.partner(at) >= 0:
		first = s.partner(at)
		name = s.src[s.start(first):s.end(at)]
	default:
		return Func{}, false
	}
	from, to := s.start(first), s.end(at)
	for s.kind(first-1) == word && ecmaModifiers[s.text(first-1)] || s.is(first-1, mark, "*") {
		first--
	}
	if !s.member(first) {
		return Func{}, false
	}
	if behind := s.partner(i) + 1; s.kind(at) == word && ecmaOperands[name] && !s.is(behind, open, "{") && !s.is(behind, mark, ":") {
		return Func{}, false // return (x) => {}
	}
	body := s.behindHead(s.partner(i))
	if body < 0 {
		return Func{}, false
	}
	h = s.at(first, first)
	h.Name, h.NameStart, h.NameEnd, h.Body, h.End = name, from, to, s.start(body), s.behind(body)
	if s.kind(at) == literal {
		h.Name, h.NameStart, h.NameEnd = s.keyOf(at)
	}
	for {
		before := s.decorator(first - 1)
		if before < 0 {
			break
		}
		first, h.Marked = before, s.start(before)
	}
	return h, true
}

// member reports whether a member of a class or an object may begin at a token.
func (s *ecmaFinder) member(i int) bool {
	around := s.around(i)
	if !s.is(around, open, "{") || s.types[around] {
		return false
	}
	switch was := s.text(i - 1); s.kind(i - 1) {
	case open:
		return true
	case closed:
		return was == "}" || s.newline(i) || s.decorator(i-1) >= 0
	case mark:
		return was == "," || was == ";" || s.newline(i) && (strings.Trim(was, ">") == "" || was == "!" || was == "?" || was == "++" || was == "--")
	case word:
		return s.newline(i) && (!ecmaOperands[was] || was == "void" && s.is(i-2, mark, ":")) || s.decorator(i-1) >= 0
	}
	return s.newline(i)
}

// at is a head without a name, which the tokens from first to last stand for.
func (s *ecmaFinder) at(first, last int) Func {
	start := s.start(first)
	return Func{Start: start, Marked: start, Head: start, NameStart: start, NameEnd: s.end(last)}
}

// named gives a function the name of what it is assigned or handed to, unless it has one of its own; first is its first
// token.
func (s *ecmaFinder) named(h *Func, first int) {
	take := func(i int) {
		if h.Name == "" {
			h.Name, h.NameStart, h.NameEnd = s.keyOf(i)
		}
		h.Start, h.Class = s.owner(i)
		h.Marked = h.Start
	}
	before := first - 1
	for s.is(before, open, "(") && !s.calls(before) {
		next := s.partner(before) + 1
		if h.Called = s.called(next); h.Called || s.used(next) {
			return
		}
		before--
	}
	switch was := s.text(before); {
	case s.kind(before) == mark && (was == "=" || was == "||=" || was == "&&=" || was == "??="):
		target := before - 1
		if typed := s.beforeAnnotation(target); typed >= 0 {
			target = typed
		}
		if s.is(target, mark, "!") || s.is(target, mark, "?") {
			target--
		}
		if (s.name(target) || s.kind(target) == word && s.is(target-1, mark, ".")) && s.start(first) >= s.typed {
			take(target)
		}
	case s.is(before, mark, ":"):
		key := before - 1
		if !s.annotates(before) && (s.kind(key) == word || s.kind(key) == literal) && (s.is(key-1, open, "{") || s.is(key-1, mark, ",") && s.is(s.around(key), open, "{")) {
			take(key)
		}
	case s.is(before, open, "("), s.is(before, mark, ",") && s.is(s.around(before), open, "("):
		if before = s.around(first); s.calls(before) {
			h.Handed = true
			if h.Name == "" {
				h.Name = s.callback(before, first)
			}
		}
	case s.is(before, word, "default"):
		if h.Name == "" {
			h.Name, h.NameStart, h.NameEnd = "default", s.start(before), s.end(before)
			h.Start, h.Marked = h.NameStart, h.NameStart
		}
	}
}

// owner is where what is assigned to begins that ends at a token, and what it belongs to: T for T.prototype.f and T.f.
func (s *ecmaFinder) owner(i int) (start int, class string) {
	first := i
	for n := 0; n < maxType && s.is(first-1, mark, ".") && (s.kind(first-2) == word || s.is(first-2, closed, "]") || s.is(first-2, closed, ")")); n++ {
		if s.kind(first-2) != word {
			return s.start(first), ""
		}
		first -= 2
	}
	start = s.start(first)
	if first == i {
		for s.in.direct(first) && s.kind(first-1) == word && ecmaModifiers[s.text(first-1)] {
			first--
		}
		return s.start(first), ""
	}
	class = strings.Join(strings.Fields(s.src[start:s.end(i-2)]), "")
	class = strings.TrimPrefix(strings.TrimPrefix(class, "module."), "exports.")
	class = strings.TrimSuffix(class, ".prototype")
	if class == "exports" || class == "module" || class == "this" || strings.ContainsFunc(class, func(r rune) bool { return r < 0x80 && r != '.' && r != '$' && !isWord(byte(r)) }) {
		class = ""
	}
	return start, class
}

// callback names a function by the call that it is handed to, as the outline of VS Code does.
func (s *ecmaFinder) callback(paren, first int) string {
	argument := ""
	if s.kind(paren+1) == literal && paren+1 != first && int(s.tokens[paren+1].end)-int(s.tokens[paren+1].start) <= 42 {
		argument = "'" + unquoted(s.text(paren+1)) + "'"
	}
	return s.text(s.callee(paren)) + "(" + argument + ") callback"
}

// calls tells that a parenthesis is that of a call.
func (s *ecmaFinder) calls(paren int) bool {
	if !s.is(paren, open, "(") {
		return false
	}
	callee := s.callee(paren)
	return s.name(callee) || s.kind(callee) == word && s.is(callee-1, mark, ".")
}

// callee is what stands before a parenthesis and the type arguments or parameters before it.
func (s *ecmaFinder) callee(paren int) int {
	if generic := s.arguments(paren-1, -1); generic >= 0 {
		return generic - 1
	}
	return paren - 1
}

// decorator is the first token of the decorator that ends at i, or -1.
func (s *ecmaFinder) decorator(i int) int {
	if s.is(i, closed, ")") {
		i = s.partner(i) - 1
	}
	for s.kind(i) == word && s.is(i-1, mark, ".") {
		i -= 2
	}
	if s.kind(i) == word && s.is(i-1, mark, "@") {
		return i - 1
	}
	return -1
}

// beforeType is the ")" behind which the type that ends at i is that of what a function returns, or -1.
func (s *ecmaFinder) beforeType(i int) int {
	colon := s.typeAt(i)
	if colon > 0 && colon <= i && s.is(colon-1, closed, ")") {
		return colon - 1
	}
	return -1
}

// beforeAnnotation is the name whose type ends at i, or -1.
func (s *ecmaFinder) beforeAnnotation(i int) int {
	colon := s.typeAt(i)
	if colon <= 0 {
		return -1
	}
	if s.is(colon-1, mark, "!") || s.is(colon-1, mark, "?") {
		colon--
	}
	if s.name(colon - 1) {
		return colon - 1
	}
	return -1
}

// typeAt is the colon before the type that ends at i, or -1 where no type does.
func (s *ecmaFinder) typeAt(i int) int {
	if s.kind(i) == mark && !strings.HasPrefix(s.text(i), ">") {
		return -1
	}
	for n := 0; i >= 0 && n < 100; n, i = n+1, i-1 {
		text := s.text(i)
		switch s.kind(i) {
		case word:
			if ecmaReserved[text] && !typeWords[text] {
				return -1
			}
		case literal, number:
		case closed:
			if i = s.partner(i); i < 0 {
				return -1
			}
			text = s.text(i)
		case mark:
			switch text {
			case ":":
				return i
			case "=>":
				if !s.is(i-1, closed, ")") {
					return -1
				}
			case "|", "&", ".", "<", ">", ">>", ">>>", ",", "?", "-":
			default:
				return -1
			}
			continue
		default:
			return -1
		}
		if s.kind(i-1) != mark && !typeOperators[text] && !typeOperators[s.text(i-1)] && text != "[" {
			return -1 // two values side by side
		}
	}
	return -1
}

// generics is the other end of the type parameters or arguments that begin at the "<" of i (step 1) or end
// at the ">" there (step -1), or -1.
func (s *ecmaFinder) arguments(i, step int) int {
	if text := s.text(i); s.kind(i) != mark || step > 0 && text != "<" || step < 0 && !strings.HasPrefix(text, ">") {
		return -1
	}
	depth := 0
	for n := 0; i >= 0 && i < len(s.tokens) && n < 100; n, i = n+1, i+step {
		switch text := s.text(i); s.kind(i) {
		case open, closed:
			to := s.partner(i)
			if to < 0 || (to > i) != (step > 0) {
				return -1
			}
			i = to
		case mark:
			switch text {
			case "<":
				depth += step
			case ">", ">>", ">>>":
				depth -= step * len(text)
			case ";", "&&", "||", "<=", ">=":
				return -1
			}
			if depth <= 0 {
				return i
			}
		}
	}
	return -1
}

// keyOf is the name that a token is, which may be in quotes, and where it stands.
func (s *ecmaFinder) keyOf(i int) (name string, start, end int) {
	name, start, end = s.text(i), s.start(i), s.end(i)
	if own := unquoted(name); len(own) < len(name) {
		return own, start + 1, end - 1
	}
	return name, start, end
}

// unquoted is a string's content, or another key as it is.
func unquoted(s string) string {
	if len(s) > 1 && strings.IndexByte("'\"`", s[0]) >= 0 {
		return s[1 : len(s)-1]
	}
	return s
}

var (
	// reserved are the words that are no names in a place where a value may be.
	ecmaReserved = wordSet(`break case catch class const continue debugger default delete do else enum export extends
		false finally for function if import in instanceof new null return super switch this throw true try
		typeof var void while with yield await async let`)
	// typeWords are those of them that stand in types.
	typeWords = wordSet("void null this typeof true false in extends import")
	// typeOperators are the words beside which another may stand in a type.
	typeOperators = wordSet("is asserts keyof typeof readonly unique infer extends in new abstract import")
	// headless stand before a parenthesis and a brace that are no method's.
	headless = wordSet("if for while switch catch function await")
	// joining go on with an expression at the beginning of a line.
	joining       = wordSet("in instanceof as satisfies")
	ecmaModifiers = wordSet("static async get set public private protected override readonly abstract declare accessor")
	// operands are the words behind which a slash begins a regular expression.
	ecmaOperands = wordSet("return typeof case in of delete void throw new else do await yield instanceof")
)
