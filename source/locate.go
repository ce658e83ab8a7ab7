package source

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/text"
)

// maxSpans bounds how often each byte of a text is in a function of its own lines, on the average: a profile may
// have any number of functions that go on to the end of the text.
const maxSpans = 64

// Locate finds in a text the functions that a profile names by their first lines, and perhaps their
// last: Span is whole lines, NameSpan is the name where it stands on the first line or one of the
// next two, else that line. A function without a known end goes up to the next one. Where the text has
// a function of that name around the line, its place and its name as people write it are taken from
// there; one of which the profile has no line is found by its name alone. Functions that are nowhere in
// the text are Elsewhere. What a compiler has made of no function of the text is left out. Of functions
// that lie in each other deeper than anybody writes only the first line is taken. What Istanbul calls
// "(anonymous_3)" in the JavaScript or TypeScript of a file's name is called by the name that it has in
// the text, where that can be told.
func Locate(name, content string, funcs []coverage.Func) *Parsed {
	t := text.New(content)
	p := &Parsed{Funcs: make([]coverage.Func, 0, len(funcs))}
	d := declared(name, t, funcs)
	p.outlined = d.o
	lines := uint32(t.Lines())
	var open struct{ first, last uint32 } // the stretch of functions without an end that was looked at last
	left := maxSpans * len(content)
	hashes := map[coverage.Span]uint64{}
	moved := false
	for i, f := range funcs {
		own := d.of[i]
		if d.made[i] {
			continue
		}
		first, last := f.Span.Start.Line, f.Span.End.Line
		switch {
		case own == nil:
		case d.ecma:
			if last == 0 && own.End > 0 {
				last, _ = t.LineCol(own.End - 1)
			}
		default:
			moved = true
			first, _ = t.LineCol(own.Start)
			last, _ = t.LineCol(max(own.Start, own.End-1))
		}
		if first == 0 || first > lines {
			p.Elsewhere = append(p.Elsewhere, f)
			continue
		}
		if last == 0 {
			last = d.ends[i]
		}
		if last == 0 {
			if open.first != first {
				open.first, open.last = first, lastLine(t, funcs[i:])
			}
			last = open.last
		}
		last = max(first, min(last, lines))
		f.Span = trimmed(t, first, last)
		hash, hashed := hashes[f.Span]
		if !hashed {
			if left < 0 {
				last = first
				f.Span = trimmed(t, first, last)
			}
			own := content[t.At(first, f.Span.Start.Col):t.At(last, f.Span.End.Col)]
			hash = Fingerprint(own)
			hashes[f.Span] = hash
			left -= len(own)
		}
		f.Hash = hash
		if d.mixed[i] {
			f.Counted, f.Count = false, 0
		}
		if count, ok := d.instead[i]; ok {
			f.Count = count
		}
		if count, ok := d.more[i]; ok {
			f.Count = max(f.Count, count)
			f.Name, _, _ = strings.Cut(f.Name, "(") // one of several lists of parameters
		}
		d.name(&f, own, first, last)
		p.Funcs = append(p.Funcs, f)
	}
	if moved {
		slices.SortStableFunc(p.Funcs, func(a, b coverage.Func) int { return a.Span.Start.Compare(b.Span.Start) })
	}
	p.rest = d.rest(funcs)
	return p
}

// className is the name of the class whose head stands on a line, and where: what a constructor is called that nobody has written.
// The zero Span is for none.
func className(t *text.Text, line uint32) (name string, at coverage.Span) {
	for _, word := range []string{"class", "record", "enum", "object", "struct"} {
		start := wordAt(t.Line(line), word, 0)
		if start < 0 {
			continue
		}
		rest := t.Line(line)[start+len(word):]
		own := strings.TrimLeft(rest, " \t")
		from := start + len(word) + len(rest) - len(own)
		if end := strings.IndexFunc(own+" ", func(r rune) bool { return !isWord(r) }); end > 0 {
			return strings.Clone(own[:end]), coverage.Span{Start: coverage.Point{Line: line, Col: uint32(from) + 1}, End: coverage.Point{Line: line, Col: uint32(from+end) + 1}}
		}
	}
	return "", coverage.Span{}
}

// constructs reports whether a name is the one that a virtual machine has for constructors.
func constructs(name string) bool { return name == "<init>" || name == ".ctor" }

// trimmed is the stretch of whole lines without the space around it.
func trimmed(t *text.Text, first, last uint32) coverage.Span {
	line := t.Line(first)
	s := coverage.Span{
		Start: coverage.Point{Line: first, Col: uint32(len(line)-len(strings.TrimLeft(line, " \t"))) + 1},
		End:   coverage.Point{Line: last, Col: uint32(len(strings.TrimRight(t.Line(last), " \t"))) + 1},
	}
	if s.End.Compare(s.Start) < 0 {
		s.End = s.Start
	}
	return s
}

// lastLine is the last line that is not blank before the next function.
func lastLine(t *text.Text, funcs []coverage.Func) uint32 {
	first := funcs[0].Span.Start.Line
	last := uint32(t.Lines())
	if next := slices.IndexFunc(funcs, func(f coverage.Func) bool { return f.Span.Start.Line > first }); next > 0 {
		last = min(last, funcs[next].Span.Start.Line-1)
	}
	for last > first && strings.TrimSpace(t.Line(last)) == "" {
		last--
	}
	return last
}

// ecma reports whether a file of that name holds JavaScript or TypeScript.
func ecma(name string) bool {
	switch LanguageOf(name) {
	case "javascript", "javascriptreact", "typescript", "typescriptreact":
		return true
	}
	return false
}

// anonymous is the number that a function has instead of a name, -1 where it has a name.
func anonymous(name string) int {
	digits, ok := strings.CutPrefix(strings.TrimSuffix(strings.TrimPrefix(name, "("), ")"), "anonymous_")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil {
		return -1
	}
	return n
}

// onOneLine is the stretch from one byte offset to another, or to the end of its first line.
func onOneLine(t *text.Text, from, to int) coverage.Span {
	line, col := t.LineCol(from)
	end, endCol := t.LineCol(to)
	if end != line {
		endCol = uint32(len(strings.TrimRight(t.Line(line), " \t"))) + 1
	}
	return coverage.Span{Start: coverage.Point{Line: line, Col: col}, End: coverage.Point{Line: line, Col: endCol}}
}

// NameSpan is where a function's name stands in the lines from first on, else the first line without
// the space around it. Of "Foo::bar(int)" it looks for bar, of "Foo::operator+" for operator+.
func NameSpan(t *text.Text, first, last uint32, name string) coverage.Span {
	word, symbol := sought(name)
	for n := first; word != "" && n <= min(last, first+2) && len(t.Line(n)) <= longLine; n++ {
		if start, end := nameIn(t.Line(n), word, symbol); start >= 0 {
			return coverage.Span{Start: coverage.Point{Line: n, Col: uint32(start) + 1}, End: coverage.Point{Line: n, Col: uint32(end) + 1}}
		}
	}
	if owner := property(name); owner != "" && len(t.Line(first)) <= longLine {
		if at := wordAt(t.Line(first), owner, 0); at >= 0 {
			return coverage.Span{Start: coverage.Point{Line: first, Col: uint32(at) + 1}, End: coverage.Point{Line: first, Col: uint32(at+len(owner)) + 1}}
		}
	}
	line := t.Line(first)
	start := len(line) - len(strings.TrimLeft(line, " \t"))
	end := max(start, len(strings.TrimRight(line, " \t")))
	return coverage.Span{
		Start: coverage.Point{Line: first, Col: uint32(start) + 1},
		End:   coverage.Point{Line: first, Col: uint32(end) + 1},
	}
}

// Naming says whether a text has a name where somebody says that it has.
type Naming uint8

const (
	// NameNone is that of what has no name that a text could have.
	NameNone Naming = iota
	// NameHere is that of a name which stands there.
	NameHere
	// NameElsewhere is that of one which stands somewhere else in the text.
	NameElsewhere
	// NameNowhere is that of one which the text does not have.
	NameNowhere
)

// Named looks for the name of a function, as a profile has it, in the lines of a text from first to last.
func Named(t *text.Text, first, last uint32, name string) Naming {
	if anonymous(name) >= 0 || made(name) {
		return NameNone
	}
	word, symbol := sought(name)
	if word == "" || word == operator || '0' <= word[0] && word[0] <= '9' {
		return NameNone
	}
	for _, accessor := range []string{"get_", "set_", "add_", "remove_"} { // of C#
		if rest, ok := strings.CutPrefix(word, accessor); ok && strings.Contains(name, "::") {
			word = rest
		}
	}
	owner := property(name)
	for n := max(first, 1); n <= min(last, uint32(t.Lines())); n++ {
		if len(t.Line(n)) > longLine {
			return NameNone
		}
		if start, _ := nameIn(t.Line(n), word, symbol); start >= 0 || owner != "" && wordAt(t.Line(n), owner, 0) >= 0 {
			return NameHere
		}
	}
	if owner != "" {
		word = owner
	}
	if wordAt(t.String(), word, 0) >= 0 {
		return NameElsewhere
	}
	return NameNowhere
}

// property is the property of which a name is that of an accessor, such as "Total.get"; "" for other names.
func property(name string) string {
	at := strings.LastIndexByte(name, '.')
	switch name[at+1:] {
	case "get", "set", "init", "add", "remove":
		word, _ := sought(name[:max(at, 0)])
		return word
	}
	return ""
}

// LineOf is the first line, 1-based, on which the name of a function stands, as a profile has it; 0 where none does.
func LineOf(t *text.Text, name string) uint32 {
	if made(name) {
		return 0
	}
	word, _ := sought(name)
	if word == "" {
		return 0
	}
	at := wordAt(t.String(), word, 0)
	if at < 0 {
		return 0
	}
	line, _ := t.LineCol(at)
	return line
}

// longLine is how many bytes a line has at least in which no name is looked for: nobody has written it, and thousands of
// functions may be on it.
const longLine = 10_000

// made reports whether a compiler or a runner has made a name up, or mangled it.
func made(name string) bool {
	for _, prefix := range []string{"_Z", "__Z", "_R", "$s", "$S", "_$s", "__vite", "lambda$", "access$"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return name == "default" || strings.ContainsAny(name, "<{") && !strings.Contains(name, "::") || strings.HasPrefix(name, "(") && strings.HasSuffix(name, ")")
}

const operator = "operator"

// sought is the word by which a function is found: its own name without what it belongs to. symbol is
// what follows the word operator, or "~" before the name of a destructor. A function without a name
// has no word.
func sought(name string) (word, symbol string) {
	if strings.HasPrefix(name, "-[") || strings.HasPrefix(name, "+[") { // -[Class selector:with:]
		selector := name[strings.LastIndexByte(name, ' ')+1:]
		return selector[:strings.IndexFunc(selector+"]", func(r rune) bool { return !isWord(r) })], ""
	}
	name = strings.ReplaceAll(name, "(anonymous namespace)::", "")
	own := -1
	for at := wordAt(name, operator, 0); at >= 0; at = wordAt(name, operator, at+len(operator)) {
		own = at
	}
	switch {
	case own < 0:
	case strings.HasSuffix(name[:own], "}::"): // that of a lambda
		return "", ""
	default:
		return operator, operatorOf(name[own+len(operator):])
	}
	word, _, _ = strings.Cut(strings.TrimLeft(withoutArguments(name), "("), "(")
	if i := strings.LastIndexFunc(word, func(r rune) bool { return !isWord(r) }); i >= 0 {
		if word[i] == '~' {
			symbol = "~"
		}
		word = word[i+1:]
	}
	return word, symbol
}

// operatorOf is the symbol or type that a name has behind the word operator, without spaces.
func operatorOf(s string) string {
	switch {
	case strings.HasPrefix(s, "()"), strings.HasPrefix(s, "[]"):
		return s[:2]
	case strings.HasPrefix(s, `""`):
		suffix := strings.TrimLeft(s[2:], " ")
		return `""` + suffix[:strings.IndexFunc(suffix+" ", func(r rune) bool { return !isWord(r) })]
	case strings.HasPrefix(s, " "):
		s, _, _ = strings.Cut(s, "(")
		return strings.ReplaceAll(withoutArguments(s), " ", "")
	}
	return s[:len(s)-len(strings.TrimLeft(s, symbols))]
}

// symbols are the characters of operators.
const symbols = "+-*/%^&|~!=<>,"

// withoutArguments is a name without what stands in < and >.
func withoutArguments(s string) string {
	if !strings.Contains(s, "<") {
		return s
	}
	var b strings.Builder
	depth := 0
	for i := range len(s) {
		switch {
		case s[i] == '<':
			depth++
		case s[i] == '>' && depth > 0 && s[i-1] != '-':
			depth--
		case depth == 0:
			b.WriteByte(s[i])
		}
	}
	return strings.TrimSuffix(b.String(), "::") // of Rust's f::<T>
}

// nameIn is where a name stands in line, -1 where it does not. A type that an operator converts to may
// be written otherwise there.
func nameIn(line, word, symbol string) (start, end int) {
	either := -1
	for at := wordAt(line, word, 0); at >= 0; at = wordAt(line, word, at+len(word)) {
		end := at + len(word)
		switch {
		case word == operator:
			if tail := after(line[end:], symbol); tail >= 0 {
				return at, end + tail
			}
			if either < 0 && symbol != "" && isWord(rune(symbol[0])) {
				either = at
			}
		case symbol != "":
			if before := strings.TrimRight(line[:at], " "); strings.HasSuffix(before, symbol) {
				return len(before) - len(symbol), end
			}
		case !strings.HasPrefix(line[end:], "::"):
			return at, end
		}
	}
	return either, either + len(word)
}

// after is the length of what line begins with when that is the operator's symbol, with spaces
// anywhere, else -1.
func after(line, symbol string) int {
	i := 0
	for k := range len(symbol) {
		for i < len(line) && line[i] == ' ' {
			i++
		}
		if i == len(line) || line[i] != symbol[k] {
			return -1
		}
		i++
	}
	rest := line[i:]
	switch {
	case symbol == "":
		return 0
	case rest == "":
		return i
	case isWord(rune(symbol[len(symbol)-1])) && isWord(rune(rest[0])):
		return -1
	case strings.IndexByte(symbols, symbol[0]) >= 0 && strings.IndexByte(symbols, rest[0]) >= 0:
		return -1 // another operator: << for <
	}
	return i
}

// wordAt is where word stands in line as a word of its own, at from or behind it, or -1.
func wordAt(line, word string, from int) int {
	for {
		i := strings.Index(line[from:], word)
		if i < 0 {
			return -1
		}
		start, end := from+i, from+i+len(word)
		before, _ := utf8.DecodeLastRuneInString(line[:start])
		after, _ := utf8.DecodeRuneInString(line[end:])
		if (start == 0 || !isWord(before)) && (end == len(line) || !isWord(after)) {
			return start
		}
		from = end
	}
}

func isWord(r rune) bool {
	return r == '_' || r == '$' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r >= 0x80
}
