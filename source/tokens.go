package source

import (
	"go/scanner"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/source/outline"
)

// Code is a text as a compiler sees it: its tokens by lines, without comments and without the space between them. Two
// texts with the same code do the same, however they are laid out.
type Code struct {
	language string
	src      string
	pieces   []piece
	first    []int32 // by line from 1 on, the index in pieces of the first that begins on it or later; one more than there are lines
	lines    []codeLine
	parts    []int32  // the indexes in pieces of those that are a line's part of a token, sorted
	mute     []bool   // by piece: it says nothing, since the text means the same without it
	words    []uint32 // by piece: its fingerprint
	over     []piece  // tokens and comments that go over several lines, of languages of which tokens are known
}

// piece is a token, or a line's part of one that goes over several.
type piece struct {
	start, end int32
}

// codeLine is what is known of a line.
type codeLine struct {
	print  uint32 // 0 is a line without code
	indent int32
	depth  int32 // how many round and square brackets are open where it begins
	bare   bool
	inside bool // it begins within brackets or a string
}

// NewCode takes a text apart; its name tells the language. Of a language that nobody reads, what stands between spaces is a
// token, and nothing is a comment.
func NewCode(name, text string) *Code { return newCode(name, text, nil) }

// Divide takes a text apart, and finds its functions as Functions does, in one pass.
func Divide(name, text string) (c *Code, parsed *Parsed) {
	if filepath.Ext(name) == ".go" {
		return NewCode(name, text), parseGo(name, text)
	}
	parsed, o, _, _ := functionsOf(languageIn(name, text), text)
	return newCode(name, text, o), parsed
}

// newCode is NewCode for a text of which the outline may be known; nil where it is not.
func newCode(name, text string, o *outline.Outline) *Code {
	src := strings.ReplaceAll(text, "\r\n", "\n")
	c := &Code{language: languageIn(name, src), src: src}
	if len(src) < len(text) {
		o = nil // of other places
	}
	if c.split(o) {
		c.silence()
	} else {
		c.mute = make([]bool, len(c.pieces))
	}
	c.byLine()
	return c
}

// split finds the pieces of the text, and reports whether they are tokens.
func (c *Code) split(o *outline.Outline) bool {
	if c.language == "go" {
		c.splitGo()
		return true
	}
	var tokens, comments []outline.Stretch
	ok := o != nil
	if ok {
		tokens, comments = o.Pieces()
	} else {
		tokens, comments, ok = outline.Pieces(c.language, c.src)
	}
	if !ok {
		c.spaced(0, len(c.src))
		return false
	}
	c.pieces = make([]piece, 0, len(tokens))
	c.wide(tokens)
	c.wide(comments)
	at := 0
	for _, t := range tokens {
		at = c.between(at, t.Start, &comments)
		c.token(t.Start, t.End)
		at = max(at, t.End)
	}
	c.between(at, len(c.src), &comments)
	return true
}

// wide keeps stretches that go over several lines.
func (c *Code) wide(list []outline.Stretch) {
	for _, s := range list {
		if strings.IndexByte(c.src[s.Start:s.End], '\n') >= 0 {
			c.over = append(c.over, piece{int32(s.Start), int32(s.End)})
		}
	}
}

func (c *Code) splitGo() {
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(c.src))
	s.Init(file, []byte(c.src), func(token.Position, string) {}, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return
		}
		if (tok == token.COMMENT || tok == token.STRING) && strings.IndexByte(lit, '\n') >= 0 {
			start := file.Offset(pos)
			c.over = append(c.over, piece{int32(start), int32(min(start+len(lit), len(c.src)))})
		}
		if tok == token.COMMENT {
			continue
		}
		if tok == token.SEMICOLON && lit != ";" {
			continue // of the end of a line
		}
		if lit == "" {
			lit = tok.String()
		}
		start := file.Offset(pos)
		if tok == token.ILLEGAL && !strings.HasPrefix(c.src[start:], lit) {
			lit = c.src[start : start+1] // of what is no UTF-8, lit is another text
		}
		c.token(start, min(start+len(lit), len(c.src)))
	}
}

// between takes what is text between two tokens and in no comment.
func (c *Code) between(from, to int, comments *[]outline.Stretch) int {
	for len(*comments) > 0 && (*comments)[0].Start < to {
		s := (*comments)[0]
		*comments = (*comments)[1:]
		if s.End <= from {
			continue
		}
		c.spaced(from, min(max(s.Start, from), to))
		from = max(from, s.End)
	}
	c.spaced(from, to)
	return max(from, to)
}

// spaced takes what stands between spaces.
func (c *Code) spaced(from, to int) {
	for from < to {
		if c.src[from] <= ' ' {
			from++
			continue
		}
		end := from
		for end < to && c.src[end] > ' ' {
			end++
		}
		c.pieces = append(c.pieces, piece{int32(from), int32(end)})
		from = end
	}
}

// token takes a token, line by line.
func (c *Code) token(start, end int) {
	part := false
	for start < end {
		n := strings.IndexByte(c.src[start:end], '\n')
		part = part || n >= 0
		if n < 0 {
			n = end - start
		}
		if n > 0 {
			if part {
				c.parts = append(c.parts, int32(len(c.pieces)))
			}
			c.pieces = append(c.pieces, piece{int32(start), int32(start + n)})
		}
		start += n + 1
	}
}

// byLine finds out which pieces are on which line.
func (c *Code) byLine() {
	n := strings.Count(c.src, "\n") + 1
	c.first = make([]int32, n+2)
	c.lines = make([]codeLine, n+1)
	c.words = make([]uint32, len(c.pieces))
	at, depth, open := 0, int32(0), int32(0)
	indents := outline.Indents(c.language)
	start, goesOn := 0, false
	for line := 1; line <= n; line++ {
		end := len(c.src)
		if i := strings.IndexByte(c.src[start:], '\n'); i >= 0 {
			end = start + i
		}
		l := &c.lines[line]
		c.first[line] = int32(at)
		l.depth, l.inside = depth, open > 0 || goesOn
		h := newHash()
		l.bare = true
		begun := at
		if at < len(c.pieces) && int(c.pieces[at].start) <= end {
			l.indent = indentOf(c.src[start:c.pieces[at].start])
			if indents && !l.inside {
				h.word(indentWord(l.indent))
			}
		}
		for at < len(c.pieces) && int(c.pieces[at].start) <= end {
			word := c.text(at)
			c.words[at] = wordPrint(c.plain(word))
			if !c.mute[at] {
				h.word(c.words[at])
			}
			if !bare(word) {
				l.bare = false
			}
			switch word {
			case "(", "[":
				depth++
				open++
			case ")", "]":
				depth--
				open--
			case "{":
				open++
			case "}":
				open--
			}
			at++
		}
		if at > begun {
			goesOn = indents && c.text(at-1) == "\\"
			l.print = max(1, h.short())
		}
		start = end + 1
	}
	c.first[n+1] = int32(len(c.pieces))
}

// indentOf is how many columns a line begins with; a tab goes on to the next multiple of 8, as in Python.
func indentOf(space string) (columns int32) {
	for i := range len(space) {
		if space[i] == '\t' {
			columns += 8 - columns%8
		} else {
			columns++
		}
	}
	return columns
}

// bare reports whether a token says nothing by itself: brackets and the words that stand for them.
func bare(word string) bool {
	switch word {
	case "end", "else", "do", "done", "fi", "esac", "then", "begin", "try", "finally", "ensure":
		return true
	}
	c := word[0]
	return len(word) <= 2 && c < 0x80 && c != '_' && c != '"' && c != '\'' && c != '`' && !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z')
}

func (c *Code) text(i int) string { return c.src[c.pieces[i].start:c.pieces[i].end] }

// String is the text with spaces in place of its comments, as long as it was, but for how its lines end.
func (c *Code) String() string {
	out := []byte(strings.Repeat(" ", len(c.src)))
	for i, b := range []byte(c.src) {
		if b == '\n' || b == '\t' {
			out[i] = b
		}
	}
	for _, p := range c.pieces {
		copy(out[p.start:p.end], c.src[p.start:p.end])
	}
	return string(out)
}

// Lines is how many lines the text has.
func (c *Code) Lines() uint32 { return uint32(len(c.lines) - 1) }

// Line is a fingerprint of the code on a 1-based line; 0 where there is none.
func (c *Code) Line(n uint32) uint32 {
	if n == 0 || n > c.Lines() {
		return 0
	}
	return c.lines[n].print
}

// Bare reports whether a line has no more than brackets and words like else and end: of two such lines nobody knows which one was there before.
func (c *Code) Bare(n uint32) bool { return n == 0 || n > c.Lines() || c.lines[n].bare }

// Free are the lines, from 1 on and one more than there are, at which nothing goes on that began before: no bracket, string or comment. It
// is nil of a language of which nobody knows.
func (c *Code) Free() []bool {
	if c.language != "go" && !outline.Known(c.language) {
		return nil
	}
	free := make([]bool, len(c.lines)+1)
	starts := make([]int32, 0, len(c.lines)+1)
	at := 0
	for n := 1; n < len(c.lines); n++ {
		free[n] = !c.lines[n].inside
		starts = append(starts, int32(at))
		at += strings.IndexByte(c.src[at:], '\n') + 1
	}
	free[len(c.lines)] = true
	for _, p := range c.over {
		i, _ := slices.BinarySearch(starts, p.start+1)
		for ; i < len(starts) && starts[i] < p.end; i++ {
			free[i+1] = false
		}
	}
	return free
}

// Continues reports whether a line goes on with what stands in the brackets that a line before it has opened.
func (c *Code) Continues(line, before uint32) bool {
	if before == 0 || line <= before || line > c.Lines() {
		return false
	}
	least := c.lines[before].depth
	for n := before + 1; n <= line; n++ {
		if c.lines[n].print != 0 && c.lines[n].depth <= least {
			return false
		}
	}
	return true
}

// Print is a fingerprint of the code on some lines, which ascend, and how many tokens that is. It is the same however they are
// broken and indented, where the language does not go by that, and whatever the function and the type that it belongs to are called, whose names are
// given; "" is for none.
func (c *Code) Print(lines []uint32, name, owner string) (print uint64, tokens int) {
	h := newHash()
	indents, base := outline.Indents(c.language), int32(-1)
	for _, n := range lines {
		if n == 0 || n > c.Lines() {
			continue
		}
		l := &c.lines[n]
		if indents && l.print != 0 && !l.inside {
			if base < 0 {
				base = l.indent
			}
			h.word(indentWord(l.indent - base))
		}
		for i := int(c.first[n]); i < int(c.first[n+1]); i++ {
			if c.mute[i] {
				continue
			}
			switch c.text(i) {
			case name:
				h.word(0)
			case owner:
				h.word(1)
			default:
				h.word(c.words[i])
			}
			tokens++
		}
	}
	return uint64(h), tokens
}

// Words appends fingerprints of the tokens on a 1-based line that say something. In a language that goes by indentation, that of a line which begins
// a statement is the first. LineOfWords has what Line is for them.
func (c *Code) Words(n uint32, to []uint32) []uint32 {
	if n == 0 || n > c.Lines() {
		return to
	}
	if l := &c.lines[n]; l.print != 0 && !l.inside && outline.Indents(c.language) {
		to = append(to, indentWord(l.indent))
	}
	for i := int(c.first[n]); i < int(c.first[n+1]); i++ {
		if !c.mute[i] {
			to = append(to, c.words[i])
		}
	}
	return to
}

// LineOfWords makes what Code.Line is of a line from what Code.Words are of it, word by word. It begins as NewLineOfWords does.
type LineOfWords struct{ h hash }

// NewLineOfWords is a line of no words.
func NewLineOfWords() LineOfWords { return LineOfWords{newHash()} }

// Add has one more word stand on the line.
func (l *LineOfWords) Add(word uint32) { l.h.word(word) }

// Print is what Code.Line is for a line of the words so far.
func (l *LineOfWords) Print() uint32 { return max(1, l.h.short()) }

// plain is a string of JavaScript or Python in double quotes, where that is the same, and any other token as it is.
func (c *Code) plain(word string) string {
	if len(word) < 2 || word[0] != '\'' || word[len(word)-1] != '\'' || c.language != "python" && !c.ecma() {
		return word
	}
	if inner := word[1 : len(word)-1]; !strings.ContainsAny(inner, "\"'\\") {
		return "\"" + inner + "\""
	}
	return word
}

// ecma reports whether the text is JavaScript or TypeScript.
func (c *Code) ecma() bool {
	switch c.language {
	case "javascript", "javascriptreact", "typescript", "typescriptreact":
		return true
	}
	return false
}

// hash is FNV-1a, 64 bits.
type hash uint64

const fnvPrime = 1099511628211

func newHash() hash { return 14695981039346656037 }

// word adds the fingerprint of a token, as if it were a byte.
func (h *hash) word(print uint32) { *h = hash((uint64(*h) ^ uint64(print)) * fnvPrime) }

// short is half as many bits.
func (h hash) short() uint32 { return uint32(h>>32) ^ uint32(h) }

// wordPrint is the fingerprint of a token.
func wordPrint(word string) uint32 {
	x := uint64(newHash())
	for i := range len(word) {
		x = (x ^ uint64(word[i])) * fnvPrime
	}
	return hash(x).short()
}

// indentWord stands for so many columns of indentation, as if it were a token.
func indentWord(columns int32) uint32 { return 0x9e3779b1 * uint32(columns+1) }
