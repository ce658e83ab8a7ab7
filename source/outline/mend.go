package outline

import "strings"

// mending closes brackets that nothing closes: where a definition begins a line, what was opened on lines that are indented as deep
// ends before it.
type mending struct {
	// columns are how deep the lines are indented on which brackets were opened, by their tokens, and column is that of the line at
	// hand; around is for lines whose brackets hold definitions that are not indented deeper.
	columns map[int32]int
	column  int
}

const around = -1

var (
	// defining are words that begin definitions, in any of the languages with braces.
	defining = wordSet(`class interface enum record struct trait impl object function fun fn func def export public private protected internal static
		abstract final override async pub sealed open data mixin extension`)
	// enclosing begin what holds definitions that are often not indented.
	enclosing = wordSet("namespace module mod extern package declare")
)

// mend takes a token into account that begins at start and ends where the lexer is.
func (l *lexer) mend(k kind, start int) {
	from := 0
	if n := len(l.tokens); n > 0 {
		from = int(l.tokens[n-1].end)
	}
	newline := strings.LastIndexByte(l.src[from:max(from, start)], '\n')
	if newline < 0 && from > 0 {
		return
	}
	column := start - (from + newline + 1)
	if k == open && l.mends.column == around {
		return // on a line of its own
	}
	text := l.src[start:l.pos]
	encloses := k == word && enclosing[text] && !strings.HasPrefix(l.src[l.pos:], ".")
	if l.mends.column = column; encloses {
		l.mends.column = around
	}
	if (k != word || !defining[text]) && !encloses && text != "@" {
		return
	}
	floor := 0
	if n := len(l.holes); n > 0 {
		floor = l.holes[n-1].depth + 1
	}
	last := int32(len(l.tokens) - 1)
	for n := len(l.opened); n > floor && n > 0; n-- {
		i := l.opened[n-1]
		if c, ok := l.mends.columns[i]; !ok || c < column || i == last {
			return
		}
		l.tokens[i].partner = last
		l.opened = l.opened[:n-1]
	}
}
