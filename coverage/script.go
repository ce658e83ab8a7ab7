package coverage

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Script is what V8 counts of a text that it has loaded once: stretches by their places in UTF-16 code units, of which
// only the text itself tells lines and columns. See File.Over.
type Script struct {
	// Units is how many code units the text has, 0 where that is not known, as of a text that another was made of.
	Units uint32
	// Stretches are sorted by Stretch.compare. A later one stands for what an earlier one says of the same place.
	Stretches []Stretch
}

// Stretch is a part of a text that ran so many times: a function, or a part of one that ran otherwise than what is
// around it.
type Stretch struct {
	// Start is the first code unit, End the one behind the last. On line 0 the column is how many code units stand before
	// in the text; on a line from 1 on, how many in that line.
	Start, End Point
	// Call tells a function from a part of one.
	Call bool
	// Name is that of a function; "" where it has none, and for a part.
	Name  string
	Count uint64
}

// compare orders stretches: the outer before the inner, and a function before its parts.
func (s Stretch) compare(o Stretch) int {
	call := func(c bool) int {
		if c {
			return 0
		}
		return 1
	}
	return cmp.Or(s.Start.Compare(o.Start), o.End.Compare(s.End), cmp.Compare(call(s.Call), call(o.Call)), cmp.Compare(s.Name, o.Name), cmp.Compare(s.Count, o.Count))
}

// NewScript sorts the stretches.
func NewScript(units uint32, stretches []Stretch) Script {
	slices.SortFunc(stretches, Stretch.compare)
	return Script{units, slices.Clip(stretches)}
}

func (s Script) equal(o Script) bool {
	return s.Units == o.Units && slices.Equal(s.Stretches, o.Stretches)
}

// Over is the file as it is said of a text: with the lines and the functions of its scripts in place of these. A line ran
// as often as the innermost stretch that has all of it, as c8 and vitest count; the blank lines at the end of the text are
// none. ok is false where the scripts are of another text: of another length, or one in which a function does not stand
// where one of them has it. A file without scripts is itself.
func (f *File) Over(text string) (over *File, ok bool) {
	if len(f.Scripts) == 0 {
		return f, true
	}
	u := unitsOf(text)
	out := *f
	out.Scripts = nil
	sums := make([]uint64, len(u.lines)+1)
	calls := calls{}
	for i := range f.Scripts {
		if !u.has(&f.Scripts[i]) {
			return f, false
		}
		u.count(&f.Scripts[i], sums)
		calls.add(u, &f.Scripts[i], i)
	}
	lines := make([]Line, len(u.lines))
	n := uint64(0)
	for i := range lines {
		n += sums[i]
		lines[i] = Line{uint32(i) + 1, n}
	}
	out.Lines = mergeSorted(f.Lines, lines, compareLines, addLines)
	out.Funcs = append(slices.Clone(f.Funcs), calls.funcs(u)...)
	slices.SortStableFunc(out.Funcs, func(a, b Func) int { // those of one name on one line have no order of their own
		return cmp.Or(compareFuncs(a, b), a.Span.Start.Compare(b.Span.Start), a.Span.End.Compare(b.Span.End), cmp.Compare(a.Count, b.Count))
	})
	return &out, true
}

// calls are functions by where they stand.
type calls map[[2]Point][]call

// call is a function of one script or more, with the last of them.
type call struct {
	name   string
	count  uint64
	script int
}

// add takes the functions of a script. What stands in one place in two scripts, which may be made of one text in two ways, is
// one function: under the name that the text has.
func (c calls) add(u *units, s *Script, script int) {
	for i := range s.Stretches {
		t := &s.Stretches[i]
		if !t.Call || t.Name == "" || u.exports(t) {
			continue
		}
		at := [2]Point{t.Start, t.End}
		list := c[at]
		k := slices.IndexFunc(list, func(o call) bool { return o.script < script && o.name == t.Name })
		if k < 0 {
			k = slices.IndexFunc(list, func(o call) bool { return o.script < script })
		}
		if k < 0 {
			c[at] = append(list, call{t.Name, t.Count, script})
			continue
		}
		o := &list[k]
		o.count, o.script = AddCounts(o.count, t.Count), script
		if o.name != t.Name && !u.says(t.Start, o.name) && u.says(t.Start, t.Name) {
			o.name = t.Name
		}
	}
}

func (c calls) funcs(u *units) []Func {
	out := make([]Func, 0, len(c))
	for at, list := range c {
		start, end := u.point(u.offset(at[0])), u.point(u.offset(at[1]))
		if end.Compare(start) <= 0 {
			continue
		}
		for _, o := range list {
			out = append(out, Func{Name: o.name, Span: Span{start, end}, Counted: true, Count: o.count})
		}
	}
	return out
}

// units is a text with its places in UTF-16 code units.
type units struct {
	text   string
	plain  bool // a code unit is a byte
	length int  // of all
	lines  []unitLine
	// marks are the bytes that every so many code units begin at; nil where plain.
	marks []unitMark
}

// unitMark is a place in code units and in bytes. There is one after about every between code units.
type unitMark struct{ unit, at int }

const between = 256

// unitLine is a line without what ends it.
type unitLine struct {
	start, end int // in code units
	at, to     int // in bytes
}

const byteOrder = "\ufeff"

func unitsOf(text string) *units {
	u := &units{text: text, plain: true}
	for i := 0; i < len(text); i++ {
		if text[i] >= utf8.RuneSelf {
			u.plain = false
			break
		}
	}
	u.length = u.size(text)
	if !u.plain {
		u.mark()
	}
	// Programs read the text as JavaScript does: only a line feed ends a line, and blanks of any kind at the end are none.
	rest := strings.TrimRight(text, " \t\n\v\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff")
	at, units := 0, 0
	for {
		line, _, more := strings.Cut(rest[at:], "\n")
		n := u.size(line)
		to, end := at+len(line), units+n
		if more && strings.HasSuffix(line, "\r") {
			to, end = to-1, end-1
		}
		u.lines = append(u.lines, unitLine{units, end, at, to})
		if !more {
			return u
		}
		at, units = at+len(line)+1, units+n+1
	}
}

// mark makes the marks.
func (u *units) mark() {
	n := 0
	for i, r := range u.text {
		if k := len(u.marks); k == 0 || n >= u.marks[k-1].unit+between {
			u.marks = append(u.marks, unitMark{n, i})
		}
		n += max(1, utf16.RuneLen(r))
	}
}

// size is how many code units a part of the text has.
func (u *units) size(part string) int {
	if u.plain {
		return len(part)
	}
	n := 0
	for _, r := range part {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// eof is how many code units the text has without the blanks at its end.
func (u *units) eof() int { return u.lines[len(u.lines)-1].end }

// offset is a place of a stretch, no further than the end of its line.
func (u *units) offset(p Point) int {
	switch {
	case p.Line == 0:
		return int(min(int64(p.Col), int64(u.eof())))
	case int(p.Line) > len(u.lines):
		return u.eof()
	}
	l := u.lines[p.Line-1]
	return l.start + int(min(int64(p.Col), int64(l.end-l.start)))
}

// lineAt is the index of the line that a place is on, or of the one that it ends.
func (u *units) lineAt(offset int) int {
	return max(0, sort.Search(len(u.lines), func(i int) bool { return u.lines[i].start > offset })-1)
}

// byteAt is where a place is in the text.
func (u *units) byteAt(offset int) int {
	l := u.lines[u.lineAt(offset)]
	if u.plain {
		return min(l.at+offset-l.start, l.to)
	}
	near := unitMark{l.start, l.at}
	if i := sort.Search(len(u.marks), func(i int) bool { return u.marks[i].unit > offset }); i > 0 && u.marks[i-1].at > near.at {
		near = u.marks[i-1]
	}
	if near.at >= l.to {
		return l.to
	}
	for i, r := range u.text[near.at:l.to] {
		if near.unit >= offset {
			return near.at + i
		}
		near.unit += max(1, utf16.RuneLen(r))
	}
	return l.to
}

// point is a place with its column in bytes.
func (u *units) point(offset int) Point {
	i := u.lineAt(offset)
	return Point{uint32(i) + 1, uint32(u.byteAt(offset)-u.lines[i].at) + 1}
}

// has reports whether a script can be of the text.
func (u *units) has(s *Script) bool {
	if s.Units > 0 && int(s.Units) != u.length {
		// The mark of the byte order is not given to V8.
		if !strings.HasPrefix(u.text, byteOrder) || int(s.Units) != u.length-1 {
			return false
		}
		*u = *unitsOf(strings.TrimPrefix(u.text, byteOrder))
	}
	if s.Units == 0 {
		return true
	}
	for i := range s.Stretches {
		t := &s.Stretches[i]
		if t.End.Line == 0 && t.End.Col > s.Units || t.Call && t.Name != "" && !u.begins(t) {
			return false
		}
	}
	return true
}

// begins reports whether what stands at the start of a function does not say that it is another one.
func (u *units) begins(t *Stretch) bool {
	if !plainName(t.Name) {
		return true
	}
	rest := u.text[u.byteAt(u.offset(t.Start)):]
	rest = strings.TrimLeft(rest[:min(len(rest), longestHead)], " ")
	rest = strings.TrimLeft(strings.TrimPrefix(rest, "async "), " *")
	if behind, declared := strings.CutPrefix(rest, "function"); declared {
		rest = strings.TrimLeft(behind, " *")
	}
	rest = strings.TrimPrefix(rest, "#")
	n := strings.IndexFunc(rest, func(r rune) bool { return r < utf8.RuneSelf && !wordByte(byte(r)) })
	if n <= 0 {
		return true // it has no name of its own
	}
	if !strings.HasPrefix(strings.TrimLeft(rest[n:], " "), "(") {
		return true // an arrow's parameter, or a word before its name
	}
	switch rest[:n] {
	case strings.TrimPrefix(t.Name, "#"), "async", "get", "set", "static", "constructor":
		return true
	}
	return false
}

// exports reports whether a function is one that a compiler made of an export, to get what it is of: it is called get, and stands
// on a line that does not say so.
func (u *units) exports(t *Stretch) bool {
	if t.Start.Line == 0 || t.Name != "get" {
		return false
	}
	l := u.lines[u.lineAt(u.offset(t.Start))]
	words := strings.FieldsFuncSeq(u.text[l.at:l.to], func(r rune) bool { return r < utf8.RuneSelf && !wordByte(byte(r)) })
	for word := range words {
		if word == t.Name {
			return false
		}
	}
	return true
}

// says reports whether a name stands on the line that a function begins on, or near it.
func (u *units) says(at Point, name string) bool {
	i := u.byteAt(u.offset(at))
	return strings.Contains(u.text[max(0, i-longestHead):min(len(u.text), i+longestHead)], name)
}

// longestHead is how many bytes of a function are looked at for its name.
const longestHead = 1 << 10

// plainName reports whether a name is one that may stand before the parameters of a function.
func plainName(name string) bool {
	for i := range len(name) {
		if !wordByte(name[i]) && name[i] != '#' {
			return false
		}
	}
	return name != ""
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= utf8.RuneSelf
}

// highest is the highest count of one stretch that is added up.
const highest = 1 << 40

// count adds how often each line ran: once where no stretch has it whole. sums has, for each line and for the end, by how
// much its count is higher than that of the line before.
func (u *units) count(s *Script, sums []uint64) {
	type span struct{ first, behind int } // lines
	spans := make([]span, len(s.Stretches))
	edges := []int{0, len(u.lines)}
	for i, t := range s.Stretches {
		start, end := u.offset(t.Start), u.offset(t.End)
		first := sort.Search(len(u.lines), func(i int) bool { return u.lines[i].start >= start })
		behind := sort.Search(len(u.lines), func(i int) bool { return u.lines[i].end > end })
		if first < behind && u.lines[first].end <= start {
			first++ // c8 leaves out a blank line that a stretch begins on
		}
		if spans[i] = (span{first, behind}); first < behind {
			edges = append(edges, first, behind)
		}
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	// The last stretch that has a line tells: from behind, what is between two edges is told once. next leads from there to
	// what is not told yet.
	next := make([]int, len(edges))
	counts := make([]uint64, len(edges))
	for i := range next {
		next[i], counts[i] = i, 1
	}
	free := func(i int) int {
		for next[i] != i {
			next[i] = next[next[i]]
			i = next[i]
		}
		return i
	}
	for k := len(spans) - 1; k >= 0; k-- {
		if spans[k].first >= spans[k].behind {
			continue
		}
		from, _ := slices.BinarySearch(edges, spans[k].first)
		for i := free(from); edges[i] < spans[k].behind; i = free(i) {
			counts[i] = min(s.Stretches[k].Count, highest)
			next[i] = i + 1
		}
	}
	for i := range len(edges) - 1 {
		sums[edges[i]] += counts[i]
		sums[edges[i+1]] -= counts[i]
	}
}
