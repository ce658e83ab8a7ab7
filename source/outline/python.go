package outline

import "strings"

var python = &language{
	lexicon: &lexicon{
		line:   []string{"#"},
		quotes: []quote{pythonString(`"""`, ""), pythonString(`'''`, ""), pythonString(`"`, ""), pythonString(`'`, "")},
		marks:  []string{"->", ":=", "=="},
		hook:   pythonHook,
		pieces: true,
	},
	find: findPython,
}

// pythonString is a string between marks. A backslash takes the quote behind it along in raw ones too.
func pythonString(mark, hole string) quote {
	return quote{open: mark, close: mark, escape: '\\', lines: len(mark) == 3, hole: hole, twice: hole != ""}
}

// pythonFilled are the strings with placeholders.
var pythonFilled = []quote{pythonString(`"""`, "{"), pythonString(`'''`, "{"), pythonString(`"`, "{"), pythonString(`'`, "{")}

// pythonHook takes strings with a prefix and what says how a placeholder is written. At a line that only a statement begins
// with, the brackets are at an end that are open.
func pythonHook(l *lexer) bool {
	start := l.pos
	if len(l.holes) > 0 && l.inHole() && (l.src[start] == ':' || l.respec()) {
		l.spec(start)
		return true
	}
	switch c := l.src[start]; c {
	case 'r', 'R', 'b', 'B', 'u', 'U', 'f', 'F', 't', 'T':
		at, quotes := start, l.quotes
		for ; at < len(l.src) && at < start+3; at++ {
			switch l.src[at] {
			case 'r', 'R', 'b', 'B', 'u', 'U':
				continue
			case 'f', 'F', 't', 'T':
				quotes = pythonFilled
				continue
			case '"', '\'':
				for i := range quotes {
					if q := &quotes[i]; strings.HasPrefix(l.src[at:], q.open) {
						l.pos = at + len(q.open)
						if q.hole == "" {
							l.quoted(q, at)
							return true
						}
						l.quoted(q, start)
						return true
					}
				}
			}
			break
		}
	case 'd', 'c', 'a', '@':
		if len(l.opened) > 0 && l.statement() {
			l.breaks(int(l.tokens[l.opened[0]].start))
			l.opened, l.holes = l.opened[:0], l.holes[:0]
		}
	}
	return false
}

// inHole reports whether the innermost bracket is that of a placeholder.
func (l *lexer) inHole() bool {
	n := len(l.holes)
	return n > 0 && l.holes[n-1].depth+1 == len(l.opened)
}

// respec reports whether the place is behind a placeholder in what says how another is written.
func (l *lexer) respec() bool {
	last := len(l.tokens) - 1
	if l.tokens[last].kind != closed || l.src[l.tokens[last].start] != '}' {
		return false
	}
	begin := l.tokens[last].partner
	return begin > 0 && l.tokens[begin-1].kind == literal
}

// spec takes how a placeholder is written, up to one in it or its end.
func (l *lexer) spec(start int) {
	q := l.holes[len(l.holes)-1].quote
	if l.src[start] == ':' {
		l.pos++
	}
	for l.pos < len(l.src) && l.src[l.pos] != '{' && l.src[l.pos] != '}' && (q.lines || l.src[l.pos] != '\n') && !strings.HasPrefix(l.src[l.pos:], q.close) {
		l.pos++
	}
	l.add(literal, start)
}

// statement reports whether a line begins here with a word that stands in no bracket.
func (l *lexer) statement() bool {
	rest := l.src[l.pos:]
	if len(rest) > 200 {
		rest = rest[:200]
	}
	rest = strings.TrimPrefix(rest, "async ")
	name, ok := strings.CutPrefix(rest, "def ")
	if !ok {
		name, ok = strings.CutPrefix(rest, "class ")
	}
	if !ok {
		return false
	}
	name = strings.TrimLeft(name, " \t")
	if name == "" || !isLetter(name[0]) {
		return false
	}
	at := l.pos - 1
	for at >= 0 && (l.src[at] == ' ' || l.src[at] == '\t') && at > l.pos-maxIndent {
		at--
	}
	return at < 0 || l.src[at] == '\n' || l.src[at] == '\r'
}

// maxIndent bounds how far a line is looked back upon for its beginning.
const maxIndent = 1000

// suite is what stands behind the head of a definition or deeper than it.
type suite struct {
	column int
	found  int    // the index of its function, -1 for a class
	class  string // what stands in it belongs to this
}

func findPython(s *scanned) {
	var suites []suite
	marked := -1 // where the decorators before a definition begin
	end := func(last int) {
		top := suites[len(suites)-1]
		suites = suites[:len(suites)-1]
		if top.found < 0 {
			return
		}
		for s.is(last, mark, ";") || s.is(last, mark, `\`) {
			last--
		}
		f := &s.found[top.found]
		f.End = max(f.NameEnd, s.end(last))
		if f.Body >= f.End {
			f.Body = f.End
			s.breaks(f.Start)
		}
	}
	for i := range s.tokens {
		if s.around(i) >= 0 || s.kind(i) == closed || !s.newline(i) || s.spliced(i) {
			continue
		}
		column := s.column(i)
		for len(suites) > 0 && suites[len(suites)-1].column >= column {
			end(i - 1)
		}
		class := ""
		if len(suites) > 0 {
			class = suites[len(suites)-1].class
		}
		keyword, first := s.text(i), i
		if keyword == "@" {
			if marked < 0 {
				marked = s.start(i)
			}
			continue
		}
		if keyword == "async" {
			i++
			keyword = s.text(i)
		}
		switch {
		case s.kind(i+1) != word:
		case keyword == "class":
			suites = append(suites, suite{column, -1, joined(class, ".", s.text(i+1))})
		case keyword == "def":
			f := Func{
				Name: s.text(i + 1), Class: class, Start: s.start(first), Marked: s.start(first), End: len(s.src),
				NameStart: s.start(i + 1), NameEnd: s.end(i + 1), Body: len(s.src),
			}
			if marked >= 0 {
				f.Marked = marked
			}
			if colon := s.colon(i + 2); colon+1 < len(s.tokens) && colon >= 0 {
				f.Body = s.start(colon + 1)
			}
			suites = append(suites, suite{column, len(s.found), class})
			s.found = append(s.found, f)
		}
		marked = -1
	}
	for len(suites) > 0 {
		end(len(s.tokens) - 1)
	}
}

// colon is that which ends the head of a definition, or -1.
func (s *scanned) colon(i int) int {
	for ; i < len(s.tokens) && !s.newline(i) || s.spliced(i); i++ {
		switch {
		case s.is(i, mark, ":"):
			return i
		case s.kind(i) == open:
			if i = s.partner(i); i < 0 {
				return -1
			}
		}
	}
	return -1
}

// spliced reports whether the line of a token goes on with that before it, which ends with a backslash.
func (s *scanned) spliced(i int) bool {
	return s.is(i-1, mark, `\`) && strings.Count(s.src[s.end(i-1):s.start(i)], "\n") == 1
}
