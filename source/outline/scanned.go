package outline

import "strings"

// text is that of a token; "" beyond the first and the last.
func (s *scanned) text(i int) string {
	if i < 0 || i >= len(s.tokens) {
		return ""
	}
	return s.src[s.tokens[i].start:s.tokens[i].end]
}

// kind is that of a token; mark beyond the first and the last.
func (s *scanned) kind(i int) kind {
	if i < 0 || i >= len(s.tokens) {
		return mark
	}
	return s.tokens[i].kind
}

// is reports whether a token is of a kind and has a text.
func (s *scanned) is(i int, k kind, text string) bool { return s.kind(i) == k && s.text(i) == text }

// start is where a token begins: 0 before the first, the end of the text behind the last.
func (s *scanned) start(i int) int {
	switch {
	case i < 0:
		return 0
	case i >= len(s.tokens):
		return len(s.src)
	}
	return int(s.tokens[i].start)
}

// end is where a token ends, as start is where it begins.
func (s *scanned) end(i int) int {
	switch {
	case i < 0:
		return 0
	case i >= len(s.tokens):
		return len(s.src)
	}
	return int(s.tokens[i].end)
}

// partner is the bracket that belongs to the one at i, or -1.
func (s *scanned) partner(i int) int {
	if i < 0 || i >= len(s.tokens) {
		return -1
	}
	return int(s.tokens[i].partner)
}

// around is the bracket that a token stands in, or -1.
func (s *scanned) around(i int) int {
	if i < 0 || i >= len(s.tokens) {
		return -1
	}
	return int(s.tokens[i].within)
}

// behind is the byte behind the bracket that closes the one at i; the end of the text where none does.
func (s *scanned) behind(i int) int {
	if shut := s.partner(i); shut > i {
		return s.end(shut)
	}
	return len(s.src)
}

// newline reports whether a line ends between a token and the one before it.
func (s *scanned) newline(i int) bool {
	if i <= 0 || i >= len(s.tokens) {
		return true
	}
	return strings.IndexByte(s.src[s.tokens[i-1].end:s.tokens[i].start], '\n') >= 0
}

// look reports whether one more token may be looked at beside the way through the text. It bounds by the length of a text what
// a broken one asks for, where many heads have no end.
func (s *scanned) look() bool {
	s.looked++
	return s.looked <= maxLook*len(s.tokens)+maxHead
}

// maxLook bounds how often each token is looked at, all in all.
const maxLook = 40

// maxType bounds how many tokens are looked at for the other end of type parameters.
const maxType = 200

// generics is the ">" that ends the type parameters or arguments that begin at the "<" of i, or -1. A ">>" counts twice.
func (s *scanned) generics(i int) int {
	if !s.is(i, mark, "<") {
		return -1
	}
	depth := 0
	for n := 0; i < len(s.tokens) && n < maxType && s.look(); n, i = n+1, i+1 {
		switch text := s.text(i); s.kind(i) {
		case open:
			if i = s.partner(i); i < 0 {
				return -1
			}
		case closed:
			return -1
		case mark:
			switch text {
			case "<":
				depth++
			case ">", ">>", ">>>":
				if depth -= len(text); depth <= 0 {
					return i
				}
			case ";", "&&", "||":
				return -1
			}
		}
	}
	return -1
}

// genericsBack is the "<" that begins the type parameters or arguments that end at the ">" of i, or -1.
func (s *scanned) genericsBack(i int) int {
	if s.kind(i) != mark || !strings.HasPrefix(s.text(i), ">") {
		return -1
	}
	depth := 0
	for n := 0; i >= 0 && n < maxType && s.look(); n, i = n+1, i-1 {
		switch text := s.text(i); s.kind(i) {
		case closed:
			if i = s.partner(i); i < 0 {
				return -1
			}
		case open:
			return -1
		case mark:
			switch text {
			case "<":
				if depth--; depth <= 0 {
					return i
				}
			case ">", ">>", ">>>":
				depth += len(text)
			case ";", "&&", "||":
				return -1
			}
		}
	}
	return -1
}

// wordSet is a set of the words of a text.
func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// words are a set in which most of what is asked for is not.
type words struct {
	set map[string]bool
	// lengths has by the first byte of a word a bit for each length.
	lengths [256]uint32
}

// wordList is a set of the words of a text.
func wordList(text string) *words {
	w := &words{set: wordSet(text)}
	for word := range w.set {
		w.lengths[word[0]] |= 1 << min(len(word), 31)
	}
	return w
}

// has reports whether a word is one of the set.
func (w *words) has(word string) bool {
	return word != "" && w.lengths[word[0]]&(1<<min(len(word), 31)) != 0 && w.set[word]
}

// scopes are what functions belong to, by the brackets of their bodies: tokens of "{" to names.
type scopes struct {
	s    *scanned
	join string
	name map[int]string
	// full are names with those around them, as far as they are known.
	full map[int]string
}

func newScopes(s *scanned, join string) *scopes {
	return &scopes{s: s, join: join, name: map[int]string{}, full: map[int]string{}}
}

// add says what stands in the body that a bracket opens.
func (c *scopes) add(bracket int, name string) {
	if bracket >= 0 {
		c.name[bracket] = name
	}
}

// of is what a token belongs to, from the outside inwards; "" for nothing. All brackets before it must have been added.
func (c *scopes) of(i int) string {
	at := c.s.around(i)
	var passed []int
	full := ""
	for ; at >= 0; at = c.s.around(at) {
		if known, ok := c.full[at]; ok {
			full = known
			break
		}
		passed = append(passed, at)
	}
	for k := len(passed) - 1; k >= 0; k-- {
		if name, ok := c.name[passed[k]]; ok && name != "" {
			full = joined(full, c.join, name)
		}
		c.full[passed[k]] = full
	}
	return full
}

// direct reports whether a token stands in the body of something right away, and not in another bracket there.
func (c *scopes) direct(i int) bool {
	_, ok := c.name[c.s.around(i)]
	return ok
}

// joined is a name in what is around it, of a bounded length.
func joined(outer, join, name string) string {
	switch {
	case outer == "":
		outer = name
	case len(outer) <= maxName:
		outer += join + name
	}
	if len(outer) > maxName {
		return clipped(outer)
	}
	return outer
}

// column is how deep the line is indented that begins with a token: a tab goes to the next multiple of 8.
func (s *scanned) column(i int) int {
	start := s.start(i)
	at := strings.LastIndexByte(s.src[:start], '\n') + 1
	if at == 0 && strings.HasPrefix(s.src, "\ufeff") {
		at = len("\ufeff")
	}
	column := 0
	for _, c := range []byte(s.src[at:start]) {
		switch c {
		case '\t':
			column += 8 - column%8
		case '\f':
			column = 0
		default:
			column++
		}
	}
	return column
}

// breaks notes a place where the text is broken.
func (s *scanned) breaks(at int) {
	if s.broken < 0 || at < s.broken {
		s.broken = at
	}
}

// loosen takes the tokens out of the brackets that nothing ends.
func (s *scanned) loosen() {
	for i := range s.tokens {
		t := &s.tokens[i]
		if t.within >= 0 && s.tokens[t.within].partner < 0 {
			t.within = s.tokens[t.within].within
		}
	}
}
