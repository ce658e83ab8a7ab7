// Package ecma finds the functions of JavaScript and TypeScript texts without a parser.
package ecma

import (
	"slices"
	"strings"
	"unicode"
)

// Head is where a function begins and ends. Its places are byte offsets.
type Head struct {
	// Start is that of the function, behind decorators; Decorated is that of the first decorator, or
	// Start.
	Start, Decorated int
	// End is behind its last brace, or behind the expression that an arrow function returns. 0 where it
	// can't be told, and of a declaration without a body.
	End int
	// Name is how JavaScript calls it (the NamedEvaluation of ECMA-262, where members that are assigned to
	// count too), or "get('/users') callback" for one that is handed to a call. "" where it has none.
	Name string
	// From and To are where the name stands, of a callback where its parameters do.
	From, To int
}

// maxName bounds the length of a name in bytes; a longer one is none.
const maxName = 100

// Heads finds the functions of a text by its tokens alone, which takes a fraction of the time that a
// parser takes. What it can't tell for sure has no name; a type of TypeScript that looks like an arrow
// function is there too.
func Heads(src string) []Head {
	s := &heads{src: src, tokens: tokens(src)}
	s.left = maxLooks*len(s.tokens) + maxExpression
	for i, t := range s.tokens {
		var h Head
		ok := false
		switch {
		case t.kind == word && s.text(i) == "function":
			h, ok = s.function(i)
		case t.kind == mark && s.text(i) == "=>":
			h, ok = s.arrow(i)
		case t.kind == open && s.text(i) == "{":
			h, ok = s.method(i)
		}
		if len(h.Name) > maxName || strings.ContainsFunc(h.Name, unicode.IsControl) {
			h.Name = ""
		}
		if ok {
			s.found = append(s.found, h)
		}
	}
	slices.SortStableFunc(s.found, func(a, b Head) int { return a.Start - b.Start })
	return s.found
}

type heads struct {
	src    string
	tokens []token
	found  []Head
	left   int // how many more tokens are looked at for the ends of expressions
}

// text is that of a token; "" beyond the first and the last.
func (s *heads) text(i int) string {
	if i < 0 || i >= len(s.tokens) {
		return ""
	}
	return s.src[int(s.tokens[i].start):int(s.tokens[i].end)]
}

func (s *heads) kind(i int) kind {
	if i < 0 || i >= len(s.tokens) {
		return mark
	}
	return s.tokens[i].kind
}

func (s *heads) is(i int, kind kind, text string) bool { return s.kind(i) == kind && s.text(i) == text }

// name is whether a token is a word that may be a name.
func (s *heads) name(i int) bool { return s.kind(i) == word && !reserved[s.text(i)] }

// partner is the bracket that belongs to the one at i, or -1.
func (s *heads) partner(i int) int {
	if i < 0 || i >= len(s.tokens) {
		return -1
	}
	return int(s.tokens[i].partner)
}

// function is the head at a token "function".
func (s *heads) function(i int) (h Head, ok bool) {
	first, next := i, i+1
	if s.is(i-1, word, "async") {
		first--
	}
	if s.is(i-1, mark, ".") || s.is(next, mark, ":") {
		return Head{}, false // a property of that name
	}
	if s.is(next, mark, "*") {
		next++
	}
	h = s.at(first, i)
	if s.kind(next) == word {
		h.Name, h.From, h.To = s.text(next), int(s.tokens[next].start), int(s.tokens[next].end)
		next++
	}
	if end := s.generics(next, 1); end >= 0 {
		next = end + 1
	}
	if !s.is(next, open, "(") {
		return h, h.Name != ""
	}
	body := s.body(s.partner(next))
	h.End = s.endOf(body)
	if h.Name == "" && !(body > 0 && s.used(s.partner(body)+1)) {
		s.named(&h, first)
	}
	return h, true
}

// used tells that what ends before a token is called, or has a member taken, where it stands.
func (s *heads) used(next int) bool {
	return s.is(next, open, "(") || s.is(next, mark, ".") || s.is(next, mark, "?.")
}

// arrow is the head at a token "=>".
func (s *heads) arrow(i int) (h Head, ok bool) {
	first := i - 1
	last := i - 1
	if shut := s.beforeType(i - 1); shut >= 0 {
		first, last = s.partner(shut), shut
	} else if s.is(first, closed, ")") {
		first = s.partner(first)
	} else if !s.name(first) {
		return Head{}, false
	}
	if first < 0 {
		return Head{}, false
	}
	if generic := s.generics(first-1, -1); s.is(first, open, "(") && generic >= 0 {
		first = generic
	}
	if s.is(first-1, word, "async") {
		first--
	}
	h = s.at(first, last)
	h.End = s.expression(i + 1)
	s.named(&h, first)
	return h, true
}

// body is the brace of the body behind parameters that end at shut, or -1.
func (s *heads) body(shut int) int {
	for i, n := shut+1, 0; shut >= 0 && i < len(s.tokens) && n < 100; i, n = i+1, n+1 {
		switch s.kind(i) {
		case open:
			if s.text(i) == "{" && (i == shut+1 || s.beforeType(i-1) == shut) {
				return i
			}
			if i = s.partner(i); i < 0 {
				return -1
			}
		case closed:
			return -1
		case mark:
			if s.text(i) == ";" || s.text(i) == "=" {
				return -1
			}
		}
	}
	return -1
}

// endOf is the byte behind the bracket that closes the one at i, or 0.
func (s *heads) endOf(i int) int {
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
func (s *heads) expression(first int) int {
	if s.is(first, open, "{") {
		return s.endOf(first)
	}
	for i, n := first, 0; n < maxExpression && s.left > 0; i, n = i+1, n+1 {
		s.left--
		end := i >= len(s.tokens) || s.kind(i) == closed || s.is(i, mark, ",") || s.is(i, mark, ";")
		if !end && i > first && s.operand(i-1) && s.kind(i) != mark && !s.is(i, open, "(") && !s.is(i, open, "[") && !joining[s.text(i)] &&
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
func (s *heads) operand(i int) bool {
	switch s.kind(i) {
	case mark, open:
		return false
	case word:
		return !operands[s.text(i)] && !joining[s.text(i)]
	}
	return true
}

// method is the head of the method whose body begins at the brace i.
func (s *heads) method(i int) (h Head, ok bool) {
	shut := i - 1
	if !s.is(shut, closed, ")") {
		shut = s.beforeType(shut)
	}
	at := s.callee(s.partner(shut))
	if at < 0 {
		return Head{}, false
	}
	first, name := at, s.text(at)
	switch {
	case s.kind(at) == word && !headless[name]:
	case s.kind(at) == literal:
		name = unquoted(name)
	case s.is(at, closed, "]") && s.partner(at) >= 0:
		first = s.partner(at)
		name = s.src[int(s.tokens[first].start):int(s.tokens[at].end)]
	default:
		return Head{}, false
	}
	from, to := int(s.tokens[first].start), int(s.tokens[at].end)
	for s.kind(first-1) == word && modifiers[s.text(first-1)] || s.is(first-1, mark, "*") {
		first--
	}
	if s.is(first-1, mark, ".") || s.is(first-1, word, "new") || s.is(first-1, word, "function") {
		return Head{}, false
	}
	h = s.at(first, first)
	h.Name, h.From, h.To, h.End = name, from, to, s.endOf(i)
	for {
		before := s.decorator(first - 1)
		if before < 0 {
			break
		}
		first, h.Decorated = before, int(s.tokens[before].start)
	}
	return h, true
}

// at is a head without a name, which the tokens from first to last stand for.
func (s *heads) at(first, last int) Head {
	start := int(s.tokens[first].start)
	return Head{Start: start, Decorated: start, From: start, To: int(s.tokens[last].end)}
}

// named gives a head the name of what the function is assigned or handed to; first is its first token.
func (s *heads) named(h *Head, first int) {
	take := func(i int) {
		h.Name, h.From, h.To = unquoted(s.text(i)), int(s.tokens[i].start), int(s.tokens[i].end)
	}
	before := first - 1
	for s.is(before, open, "(") && !s.calls(before) {
		if s.used(s.partner(before) + 1) {
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
		if s.name(target) || s.kind(target) == word && s.is(target-1, mark, ".") {
			take(target)
		}
	case s.is(before, mark, ":"):
		key := before - 1
		if (s.kind(key) == word || s.kind(key) == literal) && (s.is(key-1, open, "{") || s.is(key-1, mark, ",") && s.is(s.around(key), open, "{")) {
			take(key)
		}
	case s.is(before, open, "("), s.is(before, mark, ",") && s.is(s.around(before), open, "("):
		if before = s.around(first); s.calls(before) {
			h.Name = s.callback(before, first)
		}
	case s.is(before, word, "default"):
		h.Name = "default"
	}
}

// callback names a function by the call that it is handed to, as the outline of VS Code does.
func (s *heads) callback(paren, first int) string {
	argument := ""
	if s.kind(paren+1) == literal && paren+1 != first && int(s.tokens[paren+1].end)-int(s.tokens[paren+1].start) <= 42 {
		argument = "'" + unquoted(s.text(paren+1)) + "'"
	}
	return s.text(s.callee(paren)) + "(" + argument + ") callback"
}

// calls tells that a parenthesis is that of a call.
func (s *heads) calls(paren int) bool {
	if !s.is(paren, open, "(") {
		return false
	}
	callee := s.callee(paren)
	return s.name(callee) || s.kind(callee) == word && s.is(callee-1, mark, ".")
}

// callee is what stands before a parenthesis and the type arguments or parameters before it.
func (s *heads) callee(paren int) int {
	if generic := s.generics(paren-1, -1); generic >= 0 {
		return generic - 1
	}
	return paren - 1
}

// around is the bracket that a token stands in, or -1.
func (s *heads) around(i int) int {
	if i < 0 || i >= len(s.tokens) {
		return -1
	}
	return int(s.tokens[i].within)
}

// decorator is the first token of the decorator that ends at i, or -1.
func (s *heads) decorator(i int) int {
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
func (s *heads) beforeType(i int) int {
	colon := s.typeAt(i)
	if colon > 0 && colon <= i && s.is(colon-1, closed, ")") {
		return colon - 1
	}
	return -1
}

// beforeAnnotation is the name whose type ends at i, or -1.
func (s *heads) beforeAnnotation(i int) int {
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
func (s *heads) typeAt(i int) int {
	if s.kind(i) == mark && !strings.HasPrefix(s.text(i), ">") {
		return -1
	}
	for n := 0; i >= 0 && n < 100; n, i = n+1, i-1 {
		text := s.text(i)
		switch s.kind(i) {
		case word:
			if reserved[text] && !typeWords[text] {
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
func (s *heads) generics(i, step int) int {
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

// unquoted is a string's content, or another key as it is.
func unquoted(s string) string {
	if len(s) > 1 && strings.IndexByte("'\"`", s[0]) >= 0 {
		return s[1 : len(s)-1]
	}
	return s
}

var (
	// reserved are the words that are no names in a place where a value may be.
	reserved = wordSet(`break case catch class const continue debugger default delete do else enum export extends
		false finally for function if import in instanceof new null return super switch this throw true try
		typeof var void while with yield await async let`)
	// typeWords are those of them that stand in types.
	typeWords = wordSet("void null this typeof true false in extends import")
	// typeOperators are the words beside which another may stand in a type.
	typeOperators = wordSet("is asserts keyof typeof readonly unique infer extends in new abstract import")
	// headless stand before a parenthesis and a brace that are no method's.
	headless = wordSet("if for while switch catch function await")
	// joining go on with an expression at the beginning of a line.
	joining   = wordSet("in instanceof as satisfies")
	modifiers = wordSet("static async get set public private protected override readonly abstract declare accessor")
	// operands are the words behind which a slash begins a regular expression.
	operands = wordSet("return typeof case in of delete void throw new else do await yield instanceof")
)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}
