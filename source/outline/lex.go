package outline

import (
	"slices"
	"strings"
)

type kind uint8

const (
	mark    kind = iota // punctuation that is no bracket
	word                // a name or keyword
	literal             // a string or a character without placeholders
	number
	regex
	open
	closed
)

// token is a piece of a text, from start up to, not including, end.
type token struct {
	start, end int32
	partner    int32 // the index of the bracket that belongs to this one, -1 where there is none
	within     int32 // the index of the bracket that it stands in, -1 where there is none
	kind       kind
}

// lexicon says of what a language's tokens are made.
type lexicon struct {
	// line begins a comment that ends with its line.
	line []string
	// block begins and ends a comment; nested tells that one may stand in another.
	block  [][2]string
	nested bool
	// quotes are the kinds of strings, those first that begin like another and go on.
	quotes []quote
	// letters are bytes of words beside letters, digits, _ and what is not ASCII.
	letters string
	// marks are those of several characters that are one token, a longer one before what it begins with.
	marks []string
	// hook takes what the rest does not tell at a place, and reports whether it has taken something; nil for none.
	hook func(l *lexer) bool
	// start is done at the beginning of the text; nil for nothing.
	start func(l *lexer)
	// braces tells that definitions which begin their lines with one of the words of defining end what stands open around them on a
	// line that is indented as deep, where something is open at the end of the text.
	braces bool
	// pieces tells that the pieces of strings with placeholders are literals too, those of no length among them: for a
	// language in which a string may be the first or last of a function.
	pieces bool
}

// quote is a kind of string.
type quote struct {
	open, close string
	// escape is what takes its meaning from the next byte; 0 for none. double tells that close twice in a row is one of the
	// text.
	escape byte
	double bool
	// more tells that close may be followed by more of its last byte, which are of the text.
	more bool
	// lines tells that it may go over several lines; else it ends with its line at the latest.
	lines bool
	// hole begins a placeholder, which ends at the bracket that closes it: "${"; "" for none. What stands behind the bracket,
	// as in PHP's "{$", is of the placeholder. twice tells that it is text where it stands twice in a row.
	hole  string
	twice bool
	// nest is a bracket that stands in it as often as close does beside its own, depth how many of these are open; 0 for none.
	nest  byte
	depth int
	// line is that which ends it, a whole one, with spaces before it if indented; "" for a string that close ends. then are
	// those that follow behind it.
	line     string
	indented bool
	then     []*quote
}

// scanned is a text by its tokens, and what is found in it.
type scanned struct {
	src      string
	tokens   []token
	comments []Stretch
	broken   int
	found    []Func
	looked   int // how often look was asked
}

// lexer splits a text.
type lexer struct {
	*lexicon
	src      string
	pos      int
	tokens   []token
	comments []Stretch
	broken   int
	opened   []int32 // the brackets that are open
	// holes are the strings in whose placeholders the place is, with the number of brackets that were open there.
	holes []hole
	// here are the strings that begin with the next line.
	here []*quote
	// branches are the conditionals of the preprocessor in which the place is.
	branches []branch
	// assumed are names that they ask for, and whether the branches that count are those with them.
	assumed map[string]bool
	// cases are those of a shell that are open.
	cases []shellCase
	// begins tells of each byte what may begin with it.
	begins [256]begins
	// unshut is a stretch behind a "[" of what may be a regular expression that has no "]".
	unshut [2]int
	// mends is how brackets are closed that nothing closes; nil as long as nobody knows that there are some.
	mends *mending
}

// begins is a set of what may begin with a byte.
type begins uint8

const (
	aLine begins = 1 << iota
	aBlock
	aQuote
	aMark  // of several characters
	inWord // it may be of a word
	aWord
	aSpace
)

// classify notes what may begin with each byte.
func (l *lexer) classify() {
	for c := range 256 {
		switch {
		case isLetter(byte(c)):
			l.begins[c] = aWord | inWord
		case isDigit(byte(c)):
			l.begins[c] = inWord
		}
	}
	for _, c := range []byte(" \t\r\n\f\v") {
		l.begins[c] |= aSpace
	}
	for _, c := range []byte(l.letters) {
		l.begins[c] |= aWord | inWord
	}
	for _, begin := range l.line {
		l.begins[begin[0]] |= aLine
	}
	for i := range l.block {
		l.begins[l.block[i][0][0]] |= aBlock
	}
	for i := range l.quotes {
		l.begins[l.quotes[i].open[0]] |= aQuote
	}
	for _, long := range l.marks {
		l.begins[long[0]] |= aMark
	}
}

type hole struct {
	quote *quote
	depth int
}

// scan splits a text into tokens, and once more if brackets in it are open that its indentation closes.
func scan(lex *lexicon, src string) *scanned {
	s, open := split(lex, src, nil)
	if open && lex.braces {
		broken := s.broken
		s, _ = split(lex, src, &mending{columns: map[int32]int{}})
		s.broken = broken
	}
	return s
}

// split splits a text into tokens, and reports whether brackets are open at its end. Comments and spaces are left out, and the pieces of a string with placeholders too: of
// these, what begins and ends a placeholder are brackets.
func split(lex *lexicon, src string, mends *mending) (s *scanned, open bool) {
	l := &lexer{lexicon: lex, src: src, mends: mends, tokens: make([]token, 0, len(src)/4+16), broken: -1}
	l.classify()
	if strings.HasPrefix(src, "\ufeff") {
		l.pos = len("\ufeff")
	}
	if strings.HasPrefix(src[l.pos:], "#!") && !strings.HasPrefix(src[l.pos:], "#![") { // an attribute of Rust
		l.comment(len(src))
	}
	if l.start != nil {
		l.start(l)
	}
	for l.pos < len(src) {
		l.next()
	}
	if len(l.opened) > 0 {
		l.breaks(int(l.tokens[l.opened[0]].start))
	}
	if len(l.here) > 0 {
		l.breaks(len(src))
	}
	return &scanned{src: src, tokens: l.tokens, comments: l.comments, broken: l.broken}, len(l.opened) > 0
}

// breaks notes a place where the text is broken.
func (l *lexer) breaks(at int) {
	if l.broken < 0 || at < l.broken {
		l.broken = at
	}
}

func (l *lexer) next() {
	start := l.pos
	c := l.src[start]
	begins := l.begins[c]
	switch {
	case c == '\n' && len(l.here) > 0:
		l.pos++
		q := l.here[0]
		q.then, l.here = l.here[1:], nil
		l.heredoc(q, l.pos)
		return
	case begins&aSpace != 0:
		for l.pos++; l.pos < len(l.src) && l.src[l.pos] == ' '; {
			l.pos++
		}
		return
	case l.hook != nil && l.hook(l):
		return
	}
	if begins&aLine != 0 {
		for _, begin := range l.line {
			if strings.HasPrefix(l.src[start:], begin) {
				l.comment(len(l.src))
				return
			}
		}
	}
	if begins&aBlock != 0 {
		for i := range l.block {
			if strings.HasPrefix(l.src[start:], l.block[i][0]) {
				l.blockComment(l.block[i][0], l.block[i][1])
				return
			}
		}
	}
	switch {
	case c >= '0' && c <= '9':
		l.number()
	case begins&aWord != 0:
		l.word()
	default:
		if begins&aQuote != 0 {
			for i := range l.quotes {
				if q := &l.quotes[i]; strings.HasPrefix(l.src[start:], q.open) {
					l.pos += len(q.open)
					l.quoted(q, start)
					return
				}
			}
		}
		l.punctuation()
	}
}

// punctuation takes a bracket or a mark.
func (l *lexer) punctuation() {
	start := l.pos
	switch c := l.src[start]; c {
	case '(', '[', '{':
		l.pos++
		l.bracket(start)
	case ')', ']', '}':
		l.pos++
		l.shut(start)
	default:
		l.pos++
		for _, long := range l.marks {
			if l.begins[c]&aMark == 0 {
				break
			}
			if long[0] == c && strings.HasPrefix(l.src[start:], long) {
				l.pos = start + len(long)
				break
			}
		}
		l.add(mark, start)
	}
}

// word takes a name.
func (l *lexer) word() {
	start := l.pos
	for l.pos++; l.pos < len(l.src) && l.begins[l.src[l.pos]]&inWord != 0; {
		l.pos++
	}
	l.add(word, start)
}

// number takes a number, roughly: 1.5e-7 is two of them, and 1..2 are two with a mark.
func (l *lexer) number() {
	start := l.pos
	for l.pos < len(l.src) && (isWord(l.src[l.pos]) || l.src[l.pos] == '.' && l.pos+1 < len(l.src) && isDigit(l.src[l.pos+1])) {
		l.pos++
	}
	l.add(number, start)
}

// comment takes a comment up to the end of its line, or to a place before it.
func (l *lexer) comment(most int) {
	start := l.pos
	end := min(most, len(l.src))
	if at := strings.IndexByte(l.src[start:end], '\n'); at >= 0 {
		end = start + at
	}
	l.pos = end
	l.comments = append(l.comments, Stretch{start, end})
}

// blockComment takes a comment with an end of its own.
func (l *lexer) blockComment(begin, end string) {
	start := l.pos
	depth := 0
	for l.pos < len(l.src) {
		switch rest := l.src[l.pos:]; {
		case (depth == 0 || l.nested) && strings.HasPrefix(rest, begin):
			depth++
			l.pos += len(begin)
		case strings.HasPrefix(rest, end):
			depth--
			l.pos += len(end)
			if depth == 0 {
				l.comments = append(l.comments, Stretch{start, l.pos})
				return
			}
		default:
			l.pos++
		}
	}
	l.comments = append(l.comments, Stretch{start, l.pos})
	l.breaks(start)
}

// quoted takes what follows the beginning of a string, or the end of a placeholder in it, which stands at start.
func (l *lexer) quoted(q *quote, start int) {
	if q.line != "" {
		l.heredoc(q, start)
		return
	}
	whole := strings.HasPrefix(l.src[start:], q.open) && l.pos == start+len(q.open)
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		switch {
		case q.escape != 0 && c == q.escape && !(q.twice && strings.HasPrefix(l.src[l.pos+1:], q.hole)) && !(q.hole != "" && q.hole[0] == c && strings.HasPrefix(l.src[l.pos:], q.hole)):
			if strings.HasPrefix(l.src[l.pos+1:], "\r\n") {
				l.pos++
			}
			l.pos = min(l.pos+2, len(l.src))
			continue
		case c == '\n' && !q.lines:
			if l.pos-1 > start && l.src[l.pos-1] == '\r' {
				l.pos--
			}
			l.piece(start)
			l.breaks(start)
			return
		case c == q.close[0] && strings.HasPrefix(l.src[l.pos:], q.close):
			l.pos += len(q.close)
			if q.depth > 0 {
				q.depth--
				continue
			}
			if q.double && strings.HasPrefix(l.src[l.pos:], q.close) {
				l.pos += len(q.close)
				continue
			}
			for q.more && l.pos < len(l.src) && l.src[l.pos] == c {
				l.pos++
			}
			if whole {
				l.add(literal, start)
			} else {
				l.piece(start)
			}
			return
		case q.twice && c == q.hole[0] && strings.HasPrefix(l.src[l.pos:], q.hole+q.hole):
			l.pos += 2 * len(q.hole)
			continue
		case q.nest != 0 && c == q.nest:
			q.depth++
		case q.hole != "" && c == q.hole[0] && strings.HasPrefix(l.src[l.pos:], q.hole):
			l.piece(start)
			at := l.pos
			l.pos += strings.LastIndexAny(q.hole, "([{") + 1
			l.holes = append(l.holes, hole{q, len(l.opened)})
			l.bracket(at)
			return
		}
		l.pos++
	}
	l.piece(start)
	l.breaks(start)
}

// heredoc takes lines up to the one that ends a string, or a placeholder; start is as for quoted.
func (l *lexer) heredoc(q *quote, start int) {
	for {
		rest := l.src[l.pos:]
		if l.pos == 0 || l.src[l.pos-1] == '\n' {
			blank := 0
			for q.indented && blank < len(rest) && (rest[blank] == ' ' || rest[blank] == '\t') {
				blank++
			}
			if behind, ok := strings.CutPrefix(rest[blank:], q.line); ok && (behind == "" || behind[0] == '\n' || strings.HasPrefix(behind, "\r\n")) {
				l.pos += blank + len(q.line)
				l.piece(start)
				l.here = q.then
				return
			}
		}
		for l.pos < len(l.src) {
			c := l.src[l.pos]
			if q.hole != "" && c == q.hole[0] && strings.HasPrefix(l.src[l.pos:], q.hole) {
				l.piece(start)
				l.holes = append(l.holes, hole{q, len(l.opened)})
				at := l.pos
				l.pos += len(q.hole)
				l.bracket(at)
				return
			}
			l.pos++
			if c == '\n' {
				break
			}
			if q.escape != 0 && c == q.escape && l.pos < len(l.src) && l.src[l.pos] != '\n' {
				l.pos++
			}
		}
		if l.pos == len(l.src) {
			l.piece(start)
			l.breaks(start)
			return
		}
	}
}

// piece adds what was taken of a string with placeholders, if the language wants it. It begins at start, or behind the bracket
// there that ends a placeholder.
func (l *lexer) piece(start int) {
	if !l.pieces {
		return
	}
	if n := len(l.tokens); n > 0 && l.tokens[n-1].kind == closed && int(l.tokens[n-1].start) == start {
		start++
	}
	l.add(literal, start)
}

func (l *lexer) add(k kind, start int) {
	if l.mends != nil {
		l.mend(k, start)
	}
	within := int32(-1)
	if n := len(l.opened); n > 0 {
		within = l.opened[n-1]
	}
	if len(l.tokens) == cap(l.tokens) {
		// As many as there would be if the rest of the text were like what was read.
		rest := float64(len(l.src)-l.pos) / float64(max(l.pos, 1))
		l.tokens = slices.Grow(l.tokens, int(min(rest*1.1, 4)*float64(len(l.tokens)))+64)
	}
	l.tokens = append(l.tokens, token{int32(start), int32(l.pos), -1, within, k})
}

// bracket opens one.
func (l *lexer) bracket(start int) {
	l.add(open, start)
	if l.mends != nil {
		l.mends.columns[int32(len(l.tokens)-1)] = l.mends.column
	}
	l.opened = append(l.opened, int32(len(l.tokens)-1))
}

// shut closes the innermost bracket of its kind; those in it that are open stay without a partner. It goes on with the
// string of which it ends a placeholder.
func (l *lexer) shut(start int) {
	c := l.src[start]
	at := len(l.opened) - 1
	floor := 0
	if n := len(l.holes); n > 0 {
		floor = l.holes[n-1].depth
	}
	for n := 0; at >= floor && n < maxOpen; n++ {
		if pairs[l.src[l.tokens[l.opened[at]].end-1]] == c {
			break
		}
		at--
		if n+1 == maxOpen {
			at = floor - 1
		}
	}
	if at < floor {
		l.add(closed, start)
		l.breaks(start)
		return
	}
	i := l.opened[at]
	if at < len(l.opened)-1 {
		l.breaks(int(l.tokens[l.opened[at+1]].start))
	}
	l.opened = l.opened[:at]
	l.add(closed, start)
	l.tokens[i].partner = int32(len(l.tokens) - 1)
	l.tokens[len(l.tokens)-1].partner = i
	if n := len(l.holes); n > 0 && l.holes[n-1].depth == at {
		h := l.holes[n-1]
		l.holes = l.holes[:n-1]
		l.quoted(h.quote, start)
	}
}

// maxOpen bounds how many open brackets are passed over for one that a bracket closes.
const maxOpen = 100

var pairs = [128]byte{'(': ')', '[': ']', '{': '}'}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isLetter reports whether a byte may begin a word.
func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= 0x80
}

// isWord reports whether a byte may be of a word.
func isWord(c byte) bool { return isLetter(c) || isDigit(c) }
