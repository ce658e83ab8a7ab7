package ecma

import "strings"

type kind uint8

const (
	mark    kind = iota // punctuation that is no bracket
	word                // a name or keyword, with the # of a private one
	literal             // a string, or a template without a placeholder
	number
	regex
	open
	closed
)

// token is a piece of a JavaScript or TypeScript text, from start up to, not including, end.
type token struct {
	start, end int32
	partner    int32 // the index of the bracket that belongs to this one, -1 where there is none
	within     int32 // the index of the bracket that it stands in, -1 where there is none
	kind       kind
}

// tokens splits a text. Comments and spaces are left out; the pieces of a template with placeholders
// too, whose "${" and "}" are brackets. It takes JSX as it comes: its text is words, mostly.
func tokens(src string) []token {
	l := lexer{src: src, tokens: make([]token, 0, len(src)/8)}
	if strings.HasPrefix(src, "\ufeff") {
		l.pos = len("\ufeff")
	}
	if strings.HasPrefix(src[l.pos:], "#!") {
		l.line()
	}
	for l.pos < len(src) {
		l.next()
	}
	return l.tokens
}

type lexer struct {
	src    string
	pos    int
	tokens []token
	opened []int32  // the brackets that are open
	number [128]int // of them, by their last byte
}

func (l *lexer) add(k kind, start int) {
	within := int32(-1)
	if n := len(l.opened); n > 0 {
		within = l.opened[n-1]
	}
	l.tokens = append(l.tokens, token{int32(start), int32(l.pos), -1, within, k})
}

func (l *lexer) next() {
	start := l.pos
	switch c := l.src[start]; {
	case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		l.pos++
	case strings.HasPrefix(l.src[start:], "//"):
		l.line()
	case strings.HasPrefix(l.src[start:], "/*"):
		if end := strings.Index(l.src[start+2:], "*/"); end >= 0 {
			l.pos = start + 2 + end + 2
		} else {
			l.pos = len(l.src)
		}
	case c >= '0' && c <= '9':
		for l.pos < len(l.src) && (isWord(l.src[l.pos]) || l.src[l.pos] == '.') {
			l.pos++
		}
		l.add(number, start)
	case isWord(c) || c == '#' || c == '\\':
		for l.pos++; l.pos < len(l.src) && (isWord(l.src[l.pos]) || l.src[l.pos] == '\\'); {
			l.pos++
		}
		l.add(word, start)
	case c == '"' || c == '\'':
		l.quoted(c)
	case c == '`':
		l.pos++
		l.template(start)
	case c == '/' && l.operand() && l.regex():
	case c == '(' || c == '[' || c == '{':
		l.pos++
		l.bracket(start)
	case c == ')' || c == ']' || c == '}':
		l.pos++
		l.shut(start)
	default:
		l.pos++
		if strings.IndexByte("=!<>&|?.+-", c) >= 0 {
			for _, long := range &marks {
				if strings.HasPrefix(l.src[start:], long) {
					l.pos = start + len(long)
					break
				}
			}
		}
		l.add(mark, start)
	}
}

// marks are those of several characters, a longer one before what it begins with.
var marks = [...]string{"=>", "===", "==", "!==", "!=", "<=", ">=", "&&=", "&&", "||=", "||", "??=", "??", "?.", "...", "++", "--", ">>>", ">>"}

// line skips the rest of a line.
func (l *lexer) line() {
	if end := strings.IndexByte(l.src[l.pos:], '\n'); end >= 0 {
		l.pos += end
	} else {
		l.pos = len(l.src)
	}
}

// quoted takes a string, which ends with its line at the latest. A quote right behind a word is the
// apostrophe of a text in JSX.
func (l *lexer) quoted(quote byte) {
	start := l.pos
	l.pos++
	if n := len(l.tokens); n > 0 && l.tokens[n-1].kind == word && int(l.tokens[n-1].end) == start && quote == '\'' && !reserved[l.src[l.tokens[n-1].start:start]] {
		return
	}
	for l.pos < len(l.src) {
		switch l.src[l.pos] {
		case '\\':
			l.pos += 2
			continue
		case '\n':
			return // no string at all
		case quote:
			l.pos++
			l.add(literal, start)
			return
		}
		l.pos++
	}
	l.pos = len(l.src)
}

// template takes what follows "`" or the "}" of a placeholder, which stands at start.
func (l *lexer) template(start int) {
	for l.pos < len(l.src) {
		switch c := l.src[l.pos]; {
		case c == '\\':
			l.pos += 2
			continue
		case c == '`':
			l.pos++
			if l.src[start] == '`' {
				l.add(literal, start)
			}
			return
		case c == '$' && strings.HasPrefix(l.src[l.pos:], "${"):
			at := l.pos
			l.pos += 2
			l.bracket(at)
			return
		}
		l.pos++
	}
	l.pos = len(l.src)
}

// operand tells that a value may begin here, so that a slash is no division.
func (l *lexer) operand() bool {
	if len(l.tokens) == 0 {
		return true
	}
	last := l.tokens[len(l.tokens)-1]
	was := l.src[last.start:last.end]
	switch last.kind {
	case word:
		return operands[was]
	case mark:
		return was != "++" && was != "--" && !(was == "<" && int(last.end) == l.pos) // </div>
	case open:
		return true
	}
	return false
}

// maxRegex bounds what is looked at for the end of a regular expression, in bytes.
const maxRegex = 4096

// regex takes a regular expression, and reports whether there is one: it ends on its line.
func (l *lexer) regex() bool {
	class := false
	for i := l.pos + 1; i < min(len(l.src), l.pos+maxRegex); i++ {
		switch c := l.src[i]; {
		case c == '\n':
			return false
		case c == '\\':
			i++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			start := l.pos
			for i++; i < len(l.src) && isWord(l.src[i]); {
				i++
			}
			l.pos = i
			l.add(regex, start)
			return true
		}
	}
	return false
}

func (l *lexer) bracket(start int) {
	l.add(open, start)
	l.opened = append(l.opened, int32(len(l.tokens)-1))
	l.number[l.src[l.pos-1]]++
}

// shut takes a closing bracket. It closes the nearest of its kind; those opened since have no partner. One
// that closes nothing is left alone.
func (l *lexer) shut(start int) {
	from := int32(-1)
	for kind := opening[l.src[start]]; l.number[kind] > 0 && from < 0; {
		top := l.opened[len(l.opened)-1]
		l.opened = l.opened[:len(l.opened)-1]
		last := l.src[l.tokens[top].end-1]
		l.number[last]--
		if last == kind {
			from = top
		}
	}
	l.add(closed, start)
	if from < 0 {
		return
	}
	last := int32(len(l.tokens) - 1)
	l.tokens[from].partner, l.tokens[last].partner = last, from
	if l.src[l.tokens[from].start] == '$' {
		l.template(start)
	}
}

// opening is the bracket that a closing one belongs to.
var opening = map[byte]byte{')': '(', ']': '[', '}': '{'}

func isWord(c byte) bool {
	return c == '_' || c == '$' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
}

// Token is a piece of a text, from the byte Start up to, not including, End: a word, a string, a number, a bracket or another
// mark. Comments and spaces are none, and neither are the pieces of a template that has placeholders.
type Token struct {
	Start, End int
	// Partner is the index of the bracket that belongs to this one, Within that of the one around it; -1 where there is none.
	Partner, Within int
}

// Tokens are the tokens of a text, in their order.
func Tokens(src string) []Token {
	all := tokens(src)
	out := make([]Token, len(all))
	for i, t := range all {
		out[i] = Token{int(t.start), int(t.end), int(t.partner), int(t.within)}
	}
	return out
}
