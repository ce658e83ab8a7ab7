package outline

import "strings"

// ecma is the lexicon of JavaScript and TypeScript. It takes JSX as it comes: its text is words, mostly.
var ecma = &lexicon{
	braces:  true,
	line:    []string{"//"},
	block:   [][2]string{{"/*", "*/"}},
	quotes:  []quote{template},
	letters: "$",
	marks:   []string{"=>", "===", "==", "!==", "!=", "<=", ">=", "&&=", "&&", "||=", "||", "??=", "??", "?.", "...", "++", "--", ">>>", ">>"},
	hook:    ecmaHook,
}

var template = quote{open: "`", close: "`", escape: '\\', lines: true, hole: "${"}

// ecmaHook takes names with a # or an escape, strings and regular expressions.
func ecmaHook(l *lexer) bool {
	start := l.pos
	switch c := l.src[start]; c {
	case '#', '\\':
		for l.pos++; l.pos < len(l.src) && (isWord(l.src[l.pos]) || l.src[l.pos] == '$' || l.src[l.pos] == '\\'); {
			l.pos++
		}
		l.add(word, start)
		return true
	case '"', '\'':
		l.ecmaString(c)
		return true
	case '/':
		return !strings.HasPrefix(l.src[start:], "//") && !strings.HasPrefix(l.src[start:], "/*") && l.operand() && l.regex()
	}
	return false
}

// ecmaString takes a string, which ends with its line at the latest. A quote right behind a word is the apostrophe of a text
// in JSX.
func (l *lexer) ecmaString(quote byte) {
	start := l.pos
	l.pos++
	if n := len(l.tokens); n > 0 && l.tokens[n-1].kind == word && int(l.tokens[n-1].end) == start && quote == '\'' && !ecmaReserved[l.src[l.tokens[n-1].start:start]] {
		return
	}
	for l.pos < len(l.src) {
		switch l.src[l.pos] {
		case '\\':
			l.pos = min(l.pos+2, len(l.src))
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
		return ecmaOperands[was]
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
	class := -1 // where the set begins in which the place is
	i := l.pos + 1
	for ; i < min(len(l.src), l.pos+maxRegex); i++ {
		switch c := l.src[i]; {
		case c == '\n':
			return false
		case c == '\\':
			i++
		case c == '[' && class < 0:
			class = i
			if l.unshut[0] <= i && i < l.unshut[1] {
				i = l.unshut[1] - 1
			}
		case c == ']':
			class = -1
		case c == '/' && class < 0:
			start := l.pos
			for i++; i < len(l.src) && isWord(l.src[i]); {
				i++
			}
			l.pos = i
			l.add(regex, start)
			return true
		}
	}
	if class >= 0 {
		l.unshut = [2]int{class, i}
	}
	return false
}
