package source

import (
	"slices"
	"strings"

	"github.com/covls/covls/source/outline"
)

// logical is a line of Python as its parser has it: it goes on in brackets and behind a backslash.
type logical struct {
	first, last uint32 // lines of the text
	column      int
	opens       bool // a block, as its last token is a colon
	decorates   bool
}

// logicals are the lines of a text of Python that have something on them.
func (m *marking) logicals() []logical {
	var out []logical
	for i, t := range m.tokens {
		begins := i == 0
		if !begins && t.Within < 0 && (t.Partner < 0 || t.Partner > i) {
			between := m.src[m.tokens[i-1].End:t.Start]
			at := strings.IndexByte(between, '\n')
			begins = at >= 0 && !strings.HasSuffix(strings.TrimRight(between[:at], "\r"), `\`)
		}
		if begins {
			line, col := m.t.LineCol(t.Start)
			column := 0
			for _, c := range []byte(m.t.Line(line)[:col-1]) {
				if column++; c == '\t' {
					column += 7 - (column-1)%8
				}
			}
			out = append(out, logical{first: line, column: column, decorates: m.word(i) == "@"})
		}
		l := &out[len(out)-1]
		l.last = m.line(max(t.Start, t.End-1))
		l.opens = m.word(i) == ":"
	}
	return out
}

// pythonBlock leaves out the line on which a marker stands, with the block that it begins, and the function or class that it
// decorates. On a line of its own a marker means nothing.
func (m *marking) pythonBlock(c mark, _ []string) {
	if m.lined == nil {
		m.lined = m.logicals()
	}
	lines := m.lined
	i, _ := slices.BinarySearchFunc(lines, c.first, func(l logical, line uint32) int { return int(l.last) - int(line) })
	if i == len(lines) || c.first < lines[i].first {
		return
	}
	from, column := i, lines[i].column
	for lines[i].decorates && i+1 < len(lines) && lines[i+1].column == column {
		i++
	}
	for from > 0 && lines[from-1].decorates && lines[from-1].column == column {
		from--
	}
	last := i
	for lines[i].opens && last+1 < len(lines) && lines[last+1].column > column {
		last++
	}
	m.lines(lines[from].first, lines[last].last, c.reason)
}

var (
	scriptBlocks = map[string]bool{"if": true, "for": true, "while": true, "switch": true, "try": true, "do": true, "with": true, "function": true, "class": true, "interface": true, "namespace": true, "enum": true}
	scriptHeads  = map[string]bool{"export": true, "default": true, "async": true, "declare": true, "abstract": true}
	scriptGoesOn = "+-*/%=<>&|^?:.,([{"
)

// node leaves out what follows behind a marker: a function, a statement, or an expression up to the end of what it is in.
func (m *marking) node(c mark, _ []string) {
	switch m.word(c.next - 1) {
	case "?", "||", "&&", "??":
		if m.goesOn(c.next) {
			return // an operand, whose end nobody knows here: the tools have left it out themselves
		}
	}
	if c.next < len(m.tokens) {
		m.stretch(m.tokens[c.next].Start, m.statementEnd(c.next), c.reason)
	}
}

// goesOn reports whether another operand follows the one that begins at a token, in its statement.
func (m *marking) goesOn(i int) bool {
	level, end := m.tokens[i].Within, m.statementEnd(i)
	for ; i < len(m.tokens) && m.tokens[i].Start < end; i++ {
		switch m.word(i) {
		case "?", ":", "||", "&&", "??":
			if m.tokens[i].Within == level {
				return true
			}
		}
	}
	return false
}

// branch leaves out one way of the if statement behind a marker.
func (m *marking) branch(c mark, found []string) {
	i := c.next
	if m.word(i) == "else" {
		i++
	}
	if m.word(i) != "if" || m.word(i+1) != "(" || m.tokens[i+1].Partner < 0 {
		return
	}
	way := m.tokens[i+1].Partner + 1
	if way >= len(m.tokens) {
		return
	}
	end := m.one(way)
	if found[1] == "else" {
		for way < len(m.tokens) && m.tokens[way].Start < end {
			way++
		}
		if m.word(way) != "else" || way+1 >= len(m.tokens) {
			return
		}
		way++
		end = m.statementEnd(way)
	}
	m.stretch(m.tokens[way].Start, end, c.reason)
}

// one is the byte behind a block, or behind a statement without what follows an if.
func (m *marking) one(i int) int {
	if m.word(i) == "{" && m.tokens[i].Partner > i {
		return m.tokens[m.tokens[i].Partner].End
	}
	return m.statementEnd(i)
}

// statementEnd is the byte behind the statement, function, member or expression that begins at a token.
func (m *marking) statementEnd(i int) int {
	begin := i
	for scriptHeads[m.word(i)] {
		i++
	}
	at := m.tokens[begin].Start
	k, _ := slices.BinarySearchFunc(m.o.Funcs, at, func(f outline.Func, at int) int { return f.Start - at })
	for ; k < len(m.o.Funcs) && (i < len(m.tokens) && m.o.Funcs[k].Start <= m.tokens[i].Start || m.o.Funcs[k].Marked == at); k++ {
		if !m.o.Funcs[k].Value {
			return m.o.Funcs[k].End
		}
	}
	around, chain := m.tokens[begin].Within, m.word(i) == "if"
	for {
		last := m.simple(i, around)
		if last+2 >= len(m.tokens) || !chain || m.word(last+1) != "else" || m.tokens[last+1].Within != around {
			return m.tokens[last].End
		}
		i = last + 2
		chain = m.word(i) == "if"
	}
}

// simple is the last token of the statement or expression that begins at a token in a bracket, without an else behind it.
func (m *marking) simple(i, around int) int {
	begin := i
	block := scriptBlocks[m.word(i)] || m.word(i) == "{"
	for n := 0; i < len(m.tokens) && n < maxDeclaration; n++ {
		t := m.tokens[i]
		w := m.word(i)
		switch {
		case t.Partner >= 0 && t.Partner < i, t.Within != around, // the end of what it is in
			w == "," && around >= 0,
			i > begin && (w == "case" || w == "default" || !block && m.newStatement(i)):
			return max(i-1, begin)
		case w == ";":
			return i
		case t.Partner > i:
			i = t.Partner + 1
			switch {
			case !block:
			case w == "(" && m.word(i) != "{" && !scriptBlocks[m.word(i)] && m.word(begin) != "function":
				block, begin = false, i // a body without braces
			case w == "{" && m.word(i) == "while" && m.word(begin) == "do":
				block = false
			case w == "{" && m.word(i) != "catch" && m.word(i) != "finally":
				return i - 1
			}
			continue
		}
		i++
	}
	return max(min(i, len(m.tokens))-1, begin)
}

// newStatement reports whether a statement ends before a token without a semicolon.
func (m *marking) newStatement(i int) bool {
	if !strings.Contains(m.src[m.tokens[i-1].End:m.tokens[i].Start], "\n") {
		return false
	}
	before, now := m.word(i-1), m.word(i)
	return !strings.ContainsRune(scriptGoesOn, rune(before[len(before)-1])) && !strings.ContainsRune(scriptGoesOn, rune(now[0])) && now != "instanceof" && now != "in" && now != "as"
}
