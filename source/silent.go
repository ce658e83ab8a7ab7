package source

import "strings"

// pair is an open bracket.
type pair struct {
	at     int // its index in the pieces
	commas int // directly in it
}

// silence finds the tokens without which the text means the same, as tools that lay texts out add and take them: commas before a closing
// bracket, parentheses around what stands alone anyway, and in JavaScript semicolons at the ends of lines. What is not known for sure says
// something.
func (c *Code) silence() {
	c.mute = make([]bool, len(c.pieces))
	var open []pair
	parts := c.parts
	head := 0 // the index of the first piece of the line on which no bracket was open
	for i := range c.pieces {
		if len(parts) > 0 && int(parts[0]) == i {
			parts = parts[1:]
			continue
		}
		if len(open) == 0 && i > 0 && c.breaks(i-1) {
			head = i
		}
		if c.pieces[i].end-c.pieces[i].start != 1 {
			continue
		}
		switch b := c.src[c.pieces[i].start]; b {
		case '(', '[', '{':
			open = append(open, pair{at: i})
		case ',':
			if n := len(open); n > 0 {
				open[n-1].commas++
			}
		case ';':
			c.mute[i] = c.ecma() && (i+1 == len(c.pieces) || c.breaks(i) || c.text(i+1) == "}")
		case '\\':
			c.mute[i] = c.language == "python" && c.breaks(i)
		case ')', ']', '}':
			n := len(open)
			if n == 0 {
				continue
			}
			p := open[n-1]
			open = open[:n-1]
			if c.trails(p, i) {
				c.mute[i-1] = true
			}
			if b == ')' && c.redundant(p, i, head, len(open)) {
				c.mute[p.at], c.mute[i] = true, true
			}
		}
	}
}

// breaks reports whether a piece ends its line.
func (c *Code) breaks(i int) bool {
	return i+1 == len(c.pieces) || strings.IndexByte(c.src[c.pieces[i].end:c.pieces[i+1].start], '\n') >= 0
}

// trails reports whether a comma stands before the bracket that closes a pair, and means nothing there.
func (c *Code) trails(p pair, end int) bool {
	if c.text(end-1) != "," || end-2 <= p.at || c.text(end-2) == "," {
		return false
	}
	closing := c.src[c.pieces[end].start]
	switch c.language {
	case "go", "javascript", "javascriptreact", "typescript", "typescriptreact":
		return true
	case "python", "rust", "kotlin", "swift", "dart", "php", "ruby", "scala":
		// (a,) is something else than (a), and x[a,] than x[a].
		return closing == '}' || p.commas > 1 || c.called(p.at) == (closing == ')')
	case "java", "c", "cpp", "objective-c", "objective-cpp", "csharp", "lua":
		return closing == '}'
	}
	return false
}

// called reports whether what stands before a bracket is called, or indexed, by it.
func (c *Code) called(at int) bool {
	if at == 0 {
		return false
	}
	word := c.text(at - 1)
	switch word {
	case ")", "]":
		return true
	case "!":
		return c.language == "rust"
	case "return", "in", "not", "and", "or", "if", "else", "elif", "yield", "lambda", "is", "assert", "del", "await", "while", "for", "match", "import", "let", "mut", "ref", "raise", "case", "when", "as", "print":
		return false
	}
	return named(word)
}

// named reports whether a token is a name, or a word of the language.
func named(word string) bool {
	b := word[len(word)-1]
	return b == '_' || b == '$' || b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z' || b >= 0x80
}

// redundant reports whether parentheses around an expression say nothing: it is all that stands there. Head is the first piece of the line on
// which no bracket was open, depth how many are open around.
func (c *Code) redundant(p pair, end, head, depth int) bool {
	if p.at == 0 || end == p.at+1 {
		return false
	}
	python, ecma := c.language == "python", c.ecma()
	if !python && !ecma && c.language != "go" && c.language != "rust" {
		return false
	}
	before, next := c.text(p.at-1), ""
	if end+1 < len(c.pieces) {
		next = c.text(end + 1)
	}
	if ecma {
		if next == "=>" {
			return end == p.at+2 && named(c.text(p.at+1)) // x => y
		}
		switch c.text(p.at + 1) {
		case "{", "function", "class", "async", "let":
			return false
		}
	}
	block := false // a block follows
	switch before {
	case "return", "=", ":=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "<<=", ">>=", "&^=", "//=", "**=", "??=", "||=", "&&=":
	case ",", "(", "[":
	case "if", "while", "switch", "match":
		if ecma {
			return false
		}
		block = true
	case "elif", "assert", "yield":
		if !python {
			return false
		}
	case "in", "for":
		first := c.text(head)
		if !python || first != "for" && first != "async" {
			return false
		}
	case "=>":
		if !ecma && c.language != "rust" {
			return false
		}
	case "?", ":":
		if !ecma {
			return false
		}
	default:
		return false
	}
	if p.commas > 0 { // a list of values, which is one without parentheses in some places of Python
		if !python || depth > 0 || before == "," || block || before == "assert" || before == "yield" {
			return false
		}
		for i := head; i < p.at; i++ {
			if c.text(i) == "lambda" {
				return false
			}
		}
	}
	if before == "for" {
		return next == "in"
	}
	switch next {
	case "", ";", ",", ")", "]", "}":
		return true
	case ":":
		return python || before == "?"
	case "{":
		return block
	}
	if !c.breaks(end) {
		return false
	}
	switch {
	case python:
		return depth == 0
	case ecma:
		// What a line of JavaScript begins with may go on with the one before.
		switch next {
		case "in", "instanceof", "of", "as", "satisfies":
			return false
		}
		return named(next) && next[0] != '`'
	}
	return c.language == "go"
}
