package outline

import "strings"

var (
	c   = &language{lexicon: cLexicon, find: func(s *scanned) { findC(s, false) }}
	cpp = &language{lexicon: cLexicon, find: func(s *scanned) { findC(s, true) }}
)

var cLexicon = &lexicon{
	block:   [][2]string{{"/*", "*/"}},
	letters: "$",
	marks:   []string{"::", "->", "...", "<<", "<=", ">=", "==", "!="},
	hook:    cHook,
}

// cHook takes lines of the preprocessor, comments and lines that continue, strings and characters, and numbers.
func cHook(l *lexer) bool {
	start := l.pos
	switch c := l.src[start]; {
	case c == '#':
		before := start - 1
		for before >= 0 && (l.src[before] == ' ' || l.src[before] == '\t') {
			before--
		}
		if before >= 0 && l.src[before] != '\n' && !strings.HasSuffix(l.src[:before+1], "*/") && !strings.HasSuffix(l.src[:before+1], "\ufeff") {
			return false
		}
		l.preprocessor()
		return true
	case c == '/' && strings.HasPrefix(l.src[start:], "//"):
		l.lineComment()
		return true
	case c == '\\' && (strings.HasPrefix(l.src[start+1:], "\n") || strings.HasPrefix(l.src[start+1:], "\r\n")):
		l.pos++
		return true
	case c == '"' || c == '\'':
		if l.pos = l.onLine(c); l.pos < 0 {
			l.pos = len(l.src)
			if end := strings.IndexByte(l.src[start:], '\n'); end >= 0 {
				l.pos = start + end
			}
			l.breaks(start)
		}
		l.add(literal, start)
		return true
	case c == 'R' || c == 'L' || c == 'u' || c == 'U':
		return cRaw(l)
	case isDigit(c):
		at := start + 1
		for at < len(l.src) && (isWord(l.src[at]) || l.src[at] == '.' || l.src[at] == '\'' && at+1 < len(l.src) && isWord(l.src[at+1]) && isWord(l.src[at-1])) {
			at++
		}
		l.pos = at
		l.add(number, start)
		return true
	}
	return false
}

// cRaw takes a string as in R"x(…)x".
func cRaw(l *lexer) bool {
	start := l.pos
	rest := l.src[start:]
	at := strings.IndexByte(rest[:min(len(rest), 4)], '"')
	if at < 1 {
		return false
	}
	switch rest[:at] {
	case "R", "LR", "uR", "UR", "u8R":
	default:
		return false
	}
	rest = rest[at+1:]
	bracket := strings.IndexByte(rest[:min(len(rest), 18)], '(')
	if bracket < 0 || strings.ContainsAny(rest[:bracket], " )\\\n") {
		return false
	}
	shut := ")" + rest[:bracket] + `"`
	if end := strings.Index(rest[bracket:], shut); end >= 0 {
		l.pos = start + at + 1 + bracket + end + len(shut)
	} else {
		l.pos = len(l.src)
		l.breaks(start)
	}
	l.add(literal, start)
	return true
}

var (
	// cNoNames are words that stand before a "(" and are not the name of a function.
	cNoNames = wordList(`if for while switch return sizeof do else case goto catch typeof __typeof__ __typeof typeof_unqual
		__attribute__ __attribute __declspec _Alignas alignas alignof _Alignof __asm__ __asm asm _Static_assert static_assert _Atomic
		decltype noexcept throw requires explicit defined new delete __pragma _Pragma _BitInt co_await co_return co_yield
		int char short long unsigned signed float double void bool _Bool auto const volatile`)
	// cStatements are those of them that begin a statement.
	cStatements = wordList("if for while switch return do else case goto catch")
	// cSpecifiers stand before a type and are none.
	cSpecifiers = wordList(`static extern inline __inline __inline__ __forceinline _Noreturn register typedef constexpr consteval
		constinit explicit virtual friend mutable const volatile __extension__ thread_local _Thread_local export`)
	cBuiltins = wordList(`void bool _Bool char short int long float double signed unsigned wchar_t char8_t char16_t char32_t auto size_t
		__int128 const volatile`)
	// cBegins are words that begin a declaration behind a macro on a line of its own.
	cBegins = wordList("template class struct union enum typedef using extern static inline constexpr virtual explicit friend")
	cOpens  = wordSet("template class struct union enum typedef using")
	// cMembers are those of them that the type of a function does not begin with.
	cMembers = wordSet("template typedef using virtual explicit friend")
	cAccess  = wordSet("public private protected signals slots Q_SIGNALS Q_SLOTS")
)

// What a bracket holds: statements or values, or declarations, of a class or of none.
const (
	statements = iota
	declarations
	class
)

// finder finds the functions of C and C++. It goes through the declarations of the text once.
type finder struct {
	*scanned
	cpp   bool
	in    *scopes
	holds []uint8 // what each bracket holds, by its token
	named map[int]string
}

func findC(s *scanned, cpp bool) {
	f := &finder{scanned: s, cpp: cpp, in: newScopes(s, "::"), holds: make([]uint8, len(s.tokens)), named: map[int]string{}}
	for i := 0; i < len(s.tokens); {
		if at := s.around(i); at >= 0 && f.holds[at] == statements {
			i = f.statement(i)
			continue
		}
		i = f.declaration(i)
	}
}

// head is the beginning of a declaration, as far as it was read.
type head struct {
	first  int // the first token behind attributes and templates
	marked int // the first of those
	words  int // how many words there were that may be a type
	// name is the token of what may be the name of a function, -1 for none; from is the first of its qualifiers, params the "("
	// behind it. typed tells that a type stands before it, or that it needs none.
	name, from, params int
	typed              bool
}

// statement goes through a function or a value: only classes matter there, in C++.
func (f *finder) statement(i int) int {
	if !f.cpp {
		if at := f.partner(f.around(i)); at > i {
			return at + 1
		}
		return i + 1
	}
	end := max(f.partner(f.around(i)), i+1)
	for ; i < end; i++ {
		t := &f.tokens[i]
		if length := t.end - t.start; t.kind != word || length < int32(len("class")) || length > int32(len("struct")) {
			continue
		}
		switch f.src[t.start:t.end] {
		case "class", "struct", "union":
			if before := f.text(i - 1); before == ";" || before == "{" || before == "}" || before == ":" || before == "static" || before == "const" || before == "typedef" {
				if body, name := f.classHead(i); body >= 0 {
					f.enter(body, class, name)
					return body + 1
				}
			}
		}
	}
	return end
}

// enter says what a bracket holds, and what it is called.
func (f *finder) enter(bracket int, holds uint8, name string) {
	f.holds[bracket] = holds
	if holds == class || name != "" {
		f.in.add(bracket, name)
	}
	if holds == class {
		f.named[bracket] = name
	}
}

// pass is the token behind a bracket that is passed over, or behind its beginning where nothing closes it: that holds
// declarations then, since what is broken there must not hide what follows.
func (f *finder) pass(i int) int {
	if shut := f.partner(i); shut > i {
		return shut + 1
	}
	if i >= 0 && i < len(f.tokens) && f.tokens[i].partner != lost {
		f.holds[i] = declarations
	}
	return i + 1
}

// declaration reads one, and gives the token at which the next one may begin.
func (f *finder) declaration(i int) int {
	h := head{first: i, marked: i, name: -1}
	value := false // an "=" was there
	within := f.around(i)
	for k := i; k < len(f.tokens); k++ {
		if k > i && f.around(k) != within && f.kind(k) != closed {
			return k // behind a bracket that another branch of the preprocessor has
		}
		switch f.kind(k) {
		case closed:
			return k + 1
		case literal, number, regex:
		case word:
			text := f.text(k)
			switch {
			case k == h.first && text == "template" && f.cpp && f.is(k+1, mark, "<"):
				if end := f.angle(k + 1); end > 0 {
					k = end
					h.first = k + 1
					if f.is(h.first, word, "requires") {
						k = f.requires(h.first) - 1
						h.first = k + 1
					}
				}
				continue
			case text == "namespace" && f.cpp && !f.is(k-1, word, "using"):
				return f.namespace(k)
			case k > i && f.newline(k) && cBegins.has(text) && f.behindMacro(&h, k):
				return k
			case text == "extern" && f.kind(k+1) == literal && f.is(k+2, open, "{"):
				f.enter(k+2, declarations, "")
				return k + 3
			case text == "enum" && h.name < 0 && !value:
				for n := 0; n < maxType && (f.kind(k+1) == word || f.kind(k+1) == mark && f.text(k+1) != ";" || f.is(k+1, open, "[")); n++ {
					if k++; f.kind(k) == open {
						k = f.pass(k) - 1
					}
					h.words++
				}
				if f.is(k+1, open, "{") {
					k = f.pass(k+1) - 1
				}
				h.words++
				continue
			case (text == "struct" || text == "union" || text == "class" && f.cpp) && h.name < 0 && !value:
				body, name := f.classHead(k)
				if body < 0 {
					continue
				}
				if !f.cpp {
					if k = f.pass(body) - 1; k < body+1 {
						return body + 1
					}
					h.words++
					continue
				}
				f.enter(body, class, name)
				return body + 1
			case text == "operator" && f.cpp && !value && (h.name < 0 || !h.typed):
				if params := f.operator(k); params > 0 {
					f.dropMacro(&h)
					h.name, h.params, h.typed = k, params, true
					h.from = f.qualified(k)
					k = f.pass(params) - 1
				}
				continue
			case text == "requires" && f.cpp && h.name >= 0:
				k = f.requires(k) - 1
				continue
			case f.is(k+1, open, "(") && cNoNames.has(text) && !cBuiltins.has(text):
				if cStatements.has(text) {
					k = f.pass(k + 1)
					if f.is(k, open, "{") {
						return f.pass(k)
					}
					return k
				}
				k = f.pass(k+1) - 1
				if h.first+1 >= f.partner(k) && (text == "__attribute__" || text == "__declspec" || text == "alignas" || text == "__attribute") {
					h.first = k + 1
				} else {
					h.words++
				}
				continue
			case text == "else" || text == "do" && h.words == 0:
				if f.is(k+1, open, "{") {
					return f.pass(k + 1)
				}
				return k + 1
			case !cSpecifiers.has(text):
				h.words++
			}
		case mark:
			switch f.text(k) {
			case ";":
				return k + 1
			case "=":
				value = true
			case ",":
				h.name = -1
				if !value {
					value = f.cpp || h.words > 1
				}
			case "<":
				if f.cpp && !value && f.kind(k-1) == word {
					if end := f.angle(k); end > 0 {
						k = end
					}
				}
			case ":":
				if cAccess[f.text(k-1)] {
					return k + 1
				}
				if h.name >= 0 && !value && f.cpp {
					if body := f.initialisers(k); body >= 0 {
						return f.function(&h, body)
					}
					return k + 1
				}
				if h.words <= 1 {
					return k + 1
				}
			}
		case open:
			switch f.text(k) {
			case "(":
				if !value && f.candidate(&h, k) && f.kind(f.partner(k)+1) == open && f.text(f.partner(k)+1) == "(" {
					// (*name(…))(…), or the second brackets of a name in brackets
					k = f.partner(k) + 1
				}
				k = f.pass(k) - 1
			case "[":
				if k == h.first && f.cpp && f.is(k+1, open, "[") {
					if k = f.pass(k) - 1; k > h.first+1 {
						h.first = k + 1
					}
					continue
				}
				k = f.pass(k) - 1
			case "{":
				switch {
				case value:
					if k = f.pass(k) - 1; f.holds[k] == declarations || f.kind(k+1) == word {
						return k + 1 // nothing closes it, or a macro ends the declaration
					}
				case h.name >= 0:
					return f.function(&h, k)
				case k == i && !f.cpp && f.is(k-1, mark, ";"):
					if f.oldStyle(&h, k) {
						return f.function(&h, k)
					}
					return f.pass(k)
				default:
					return f.pass(k)
				}
			}
		}
	}
	return len(f.tokens)
}

// behindMacro reports whether all of a head before the word at k is one macro.
func (f *finder) behindMacro(h *head, k int) bool {
	if h.name >= 0 {
		return f.partner(h.params) == k-1 && (!h.typed || f.cpp && cOpens[f.text(k)])
	}
	text := f.text(k - 1)
	return f.cpp && h.first == k-1 && f.kind(k-1) == word && strings.ToUpper(text) == text && cMembers[f.text(k)]
}

// dropMacro begins a head behind what looked like a function, if that is a macro on a line of its own.
func (f *finder) dropMacro(h *head) {
	if h.name < 0 {
		return
	}
	if next := f.partner(h.params) + 1; f.newline(next) {
		h.first, h.marked = next, next
	}
}

// candidate reads the "(" at k as that behind the name of a function, if it can be one. It reports whether the name stands
// in it.
func (f *finder) candidate(h *head, k int) (inside bool) {
	shut := f.partner(k)
	if shut < 0 {
		return false
	}
	name := k - 1
	if first := f.kind(h.params + 1); h.name >= 0 && (first == literal || first == number || first == open) {
		h.typed = false // those are no parameters
	}
	if f.kind(k+1) == mark && (f.text(k+1) == "*" || f.text(k+1) == "&") || f.kind(k+1) == word && f.kind(k+2) == mark && f.text(k+2) == "*" && f.is(shut+1, open, "(") {
		// int (*name(int a))(char)
		if h.name >= 0 && h.typed || f.kind(shut+1) != open || f.text(shut+1) == "{" {
			return false
		}
		for at := k + 1; at < shut && at < k+maxType; at++ {
			if f.kind(at) == word && f.is(at+1, open, "(") && !cNoNames.has(f.text(at)) && f.partner(at+1) > 0 {
				h.name, h.from, h.params, h.typed = at, f.qualified(at), at+1, true
				return true
			}
		}
		return false
	}
	if at := f.partner(name); f.is(name, closed, "]") && at > 0 && f.is(at+1, open, "[") {
		name = at - 1 // an attribute
	}
	if f.is(name, mark, ">") {
		if from := f.angleBack(name); from > 0 && f.kind(from-1) == word {
			name = from - 1
		}
	}
	if f.kind(name) != word || name < h.first {
		return false
	}
	upper := h.words > 1 && strings.ToUpper(f.text(name)) == f.text(name)
	if f.is(shut+1, open, "(") && shut == k+2 && f.kind(k+1) == word && (upper || !f.cpp) && !cBuiltins.has(f.text(k+1)) && (h.name < 0 || !h.typed) {
		f.dropMacro(h)
		// size_t (name)(int a), or MADE_BY(macro)(int a)
		if upper {
			h.name, h.from, h.params, h.typed = name, name, k, false
		} else {
			h.name, h.from, h.params, h.typed = k+1, k+1, shut+1, true
		}
		return true
	}
	if cNoNames.has(f.text(name)) || cSpecifiers.has(f.text(name)) {
		if f.is(shut+1, open, "(") && shut == k+2 && f.kind(k+1) == word && h.name < 0 {
			h.name, h.from, h.params, h.typed = k+1, k+1, shut+1, true
			return true
		}
		return false
	}
	from := f.qualified(name)
	typed := h.words > 1 || from < name || f.kind(from-1) == mark && from > h.first
	if h.name >= 0 {
		if h.typed {
			return false
		}
		next := f.partner(h.params) + 1
		if typed = next < from; typed {
			f.dropMacro(h)
		}
	}
	if f.cpp && !typed {
		if at := f.around(name); at >= 0 && f.holds[at] == class && f.named[at] == f.text(name) {
			typed = true
		}
	}
	h.name, h.from, h.params, h.typed = name, from, k, typed
	return false
}

// qualified is the first token of a name with what it belongs to: of A<int>::B::~name.
func (f *finder) qualified(name int) int {
	if !f.cpp {
		return name
	}
	if f.is(name-1, mark, "~") {
		name--
	}
	for n := 0; n < maxType && f.is(name-1, mark, "::"); n++ {
		before := name - 2
		if f.is(before, mark, ">") {
			if before = f.angleBack(before) - 1; before < 0 {
				return name
			}
		}
		if f.kind(before) != word || cBuiltins.has(f.text(before)) {
			return name - 1
		}
		name = before
	}
	return name
}

// function adds the one of a head whose body begins at a bracket, and gives the token behind it.
func (f *finder) function(h *head, body int) int {
	if f.tokens[body].partner == lost {
		return body + 1
	}
	class := f.in.of(h.first)
	for at := h.from; at < h.name; at++ {
		switch {
		case f.kind(at) == word:
			class = joined(class, "::", f.text(at))
		case f.is(at, mark, "<"):
			if end := f.angle(at); end > 0 {
				at = end
			}
		}
	}
	end := f.partner(body)
	for end > 0 && f.cpp && f.is(end+1, word, "catch") && f.is(end+2, open, "(") && f.partner(end+2) > 0 && f.is(f.partner(end+2)+1, open, "{") && f.partner(f.partner(end+2)+1) > 0 {
		end = f.partner(f.partner(end+2) + 1)
	}
	fn := f.add(definition{first: h.first, name: h.name, body: body}, class)
	if end > 0 {
		fn.End = f.end(end)
	}
	fn.Marked = f.start(h.marked)
	switch {
	case f.is(h.name-1, mark, "~"):
		fn.Name = "~" + fn.Name
		fn.NameStart = f.start(h.name - 1)
	case fn.Name == "operator" && f.cpp:
		fn.NameEnd = f.end(h.params - 1)
		fn.Name = squeezed(f.src[fn.NameStart:fn.NameEnd])
	case !h.typed:
		f.macro(fn, h)
	}
	if f.cpp && (h.typed || fn.Name == f.text(h.name)) {
		fn.Params = f.types(h.params)
	}
	if end < 0 || f.cpp {
		if end < 0 {
			f.holds[body] = declarations
		}
		return body + 1
	}
	return end + 1
}

// macro names a function whose head is a macro: what a test of GoogleTest makes, or with its first argument.
func (f *finder) macro(fn *Func, h *head) {
	switch fn.Name {
	case "TEST", "TEST_F", "TEST_P", "TYPED_TEST", "TYPED_TEST_P":
		if f.kind(h.params+1) == word && f.is(h.params+2, mark, ",") && f.kind(h.params+3) == word && f.cpp {
			fn.Class = joined(fn.Class, "::", f.text(h.params+1)+"_"+f.text(h.params+3)+"_Test")
			fn.Name = "TestBody"
			return
		}
	}
	if strings.ToUpper(fn.Name) == fn.Name && (f.kind(h.params+1) == word || f.kind(h.params+1) == literal) && (f.is(h.params+2, mark, ",") || f.is(h.params+2, closed, ")")) {
		fn.Name += "(" + f.text(h.params+1) + ")"
	}
}

// oldStyle finds the head of a function whose parameters are declared between it and its body, which begins at k.
func (f *finder) oldStyle(h *head, k int) bool {
	at := k - 1
	for n := 0; n < maxHead && at > 0; n, at = n+1, at-1 {
		kind := f.kind(at)
		if kind == open || kind == closed && f.text(at) == "}" {
			return false
		}
		if kind != closed {
			continue
		}
		params := f.partner(at)
		if params < 0 {
			return false
		}
		if f.kind(at+1) == word && f.kind(params-1) == word && params+1 < at && f.names(params+1, at) && !cNoNames.has(f.text(params-1)) {
			name := params - 1
			first := name
			for first > 0 && n < maxHead && (f.kind(first-1) == word || f.is(first-1, mark, "*")) {
				first--
				n++
			}
			*h = head{first: first, marked: first, name: name, from: name, params: params, typed: true}
			return true
		}
		n += at - params
		at = params
	}
	return false
}

// names reports whether the tokens from one to another are names with commas in between.
func (f *finder) names(from, to int) bool {
	for at := from; at < to; at++ {
		if (at-from)%2 == 0 && f.kind(at) != word || (at-from)%2 == 1 && !f.is(at, mark, ",") {
			return false
		}
	}
	return true
}
