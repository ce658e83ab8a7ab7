package v8

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"strings"

	"github.com/covls/covls/coverage"
)

// sourceMap is a source map, of revision 3 (ECMA-426), with the lengths of the lines of the text that it is of.
type sourceMap struct {
	lengths []int // in UTF-16 code units, without what ends the lines
	root    string
	sources []string
	texts   []*string // beside sources; nil for one that the map does not have
	lines   [][]segment
}

// segment is a place of a text that was made, and the place that it is from. source is -1 where it is from nowhere.
type segment struct {
	col          int
	source       int
	line, column int // from 0
}

// Bounds of the length in bytes of a text that a map holds, and of its mappings, which take some ten times that of memory.
const (
	longest         = 64 << 20
	longestMappings = 16 << 20
)

// sourceMap reads an entry of the cache; nil where it has no map that can be followed.
func (p *parser) sourceMap() (*sourceMap, error) {
	if p.Peek() != '{' {
		return nil, p.Skip()
	}
	m := &sourceMap{}
	has := false
	err := p.Object("an entry as an object", func(name []byte) error {
		switch string(name) {
		case "lineLengths":
			if p.Peek() != '[' {
				return p.Skip()
			}
			return p.Array("the lengths of lines as an array", func(int) error {
				n, err := p.Number()
				m.lengths = append(m.lengths, int(min(n, math.MaxInt32)))
				return err
			})
		case "data":
			if p.Peek() != '{' {
				return p.Skip()
			}
			return p.Object("a source map as an object", func(name []byte) error {
				return p.mapMember(m, name, &has)
			})
		}
		return p.Skip()
	})
	if err != nil || !has || len(m.lengths) == 0 || len(m.sources) == 0 {
		return nil, err
	}
	for len(m.texts) < len(m.sources) {
		m.texts = append(m.texts, nil)
	}
	return m, nil
}

func (p *parser) mapMember(m *sourceMap, name []byte, has *bool) (err error) {
	kind := p.Peek()
	switch string(name) {
	case "sourceRoot":
		if kind == '"' {
			m.root, err = p.Text()
			return err
		}
	case "sources":
		if kind == '[' {
			return p.Array("sources as an array", func(int) error {
				var source string
				if p.Peek() != '"' {
					m.sources = append(m.sources, "")
					return p.Skip()
				}
				source, err := p.Text()
				m.sources = append(m.sources, source)
				return err
			})
		}
	case "sourcesContent":
		if kind == '[' {
			return p.Array("texts as an array", func(int) error {
				if p.Peek() != '"' {
					m.texts = append(m.texts, nil)
					return p.Skip()
				}
				text, ok, err := p.Long(longest)
				if !ok {
					m.texts = append(m.texts, nil)
					return err
				}
				m.texts = append(m.texts, &text)
				return nil
			})
		}
	case "mappings":
		if kind == '"' {
			text, ok, err := p.Long(longestMappings)
			if err == nil && ok {
				m.lines, *has = mappings(text)
			}
			return err
		}
	}
	return p.Skip()
}

// mappings reads the mappings of a map. ok is false for what is none.
func mappings(text string) (lines [][]segment, ok bool) {
	var source, line, column int
	for row := range strings.SplitSeq(text, ";") {
		var segments []segment
		col := 0
		for len(row) > 0 {
			if row[0] == ',' {
				row = row[1:]
				continue
			}
			var fields [5]int
			n := 0
			for ; len(row) > 0 && row[0] != ','; n++ {
				var v int
				if v, row, ok = vlq(row); !ok || n == len(fields) {
					return nil, false
				}
				fields[n] = v
			}
			s := segment{source: -1}
			col += fields[0]
			s.col = col
			if n >= 4 {
				source, line, column = source+fields[1], line+fields[2], column+fields[3]
				s.source, s.line, s.column = source, line, column
			}
			if min(s.col, source, line, column) < 0 {
				return nil, false
			}
			segments = append(segments, s)
		}
		slices.SortStableFunc(segments, func(a, b segment) int { return cmp.Compare(a.col, b.col) })
		lines = append(lines, segments)
	}
	return lines, true
}

// vlq reads a number of six bits a character, the lowest first. The highest bit of each but the last is set, and the lowest
// of all is the sign.
func vlq(text string) (n int, rest string, ok bool) {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	value := 0
	for i := 0; i < len(text) && i < 7; i++ {
		d := strings.IndexByte(digits, text[i])
		if d < 0 {
			return 0, "", false
		}
		value |= (d & 31) << (5 * i)
		if d < 32 {
			if n = value >> 1; value&1 > 0 {
				n = -n
			}
			return n, text[i+1:], n >= math.MinInt32 && n <= math.MaxInt32
		}
	}
	return 0, "", false
}

// generated is a text that was made, by its lines and what they are from.
type generated struct {
	*sourceMap
	starts, ends []int // of the lines, without the empty ones at the end
	length       int   // of all
	// sorted are, of each line of each source, the places that are from it, by their column there.
	sorted map[[2]int][]back
}

// back is a place that is from a column of a line.
type back struct{ column, line, col int }

func newGenerated(m *sourceMap) *generated {
	g := &generated{sourceMap: m, sorted: map[[2]int][]back{}}
	at := 0
	for _, n := range m.lengths {
		g.starts, g.ends = append(g.starts, at), append(g.ends, at+n)
		at += n + 1
	}
	g.length = at - 1
	for len(g.ends) > 1 && g.ends[len(g.ends)-1] == g.starts[len(g.starts)-1] {
		g.starts, g.ends = g.starts[:len(g.starts)-1], g.ends[:len(g.ends)-1]
	}
	for i, segments := range m.lines {
		for _, s := range segments {
			if s.source >= 0 {
				k := [2]int{s.source, s.line}
				g.sorted[k] = append(g.sorted[k], back{s.column, i, s.col})
			}
		}
	}
	for _, list := range g.sorted {
		slices.SortStableFunc(list, func(a, b back) int { return cmp.Compare(a.column, b.column) })
	}
	return g
}

// at is the last segment of a line that is no further than the column, the first of those in its place; with above, the first
// that is no nearer, the last of those. ok is false where there is none, and where it is from nowhere.
func (g *generated) at(line, col int, above bool) (s segment, ok bool) {
	if line >= len(g.lines) {
		return segment{}, false
	}
	list := g.lines[line]
	behind := sort.Search(len(list), func(i int) bool { return list[i].col > col })
	i := behind - 1
	switch exact := i >= 0 && list[i].col == col; {
	case exact && !above:
		i = sort.Search(len(list), func(i int) bool { return list[i].col >= col })
	case !exact && above:
		i = behind
	}
	if i < 0 || i >= len(list) || list[i].source < 0 {
		return segment{}, false
	}
	return list[i], true
}

// either is at, or where that finds none, at above. Where the line's beginning is from a later line than that, it is the
// beginning: maps of instrumented texts lead back in the middle of lines.
func (g *generated) either(line, col int) (s segment, ok bool) {
	s, ok = g.at(line, col, false)
	if !ok {
		s, ok = g.at(line, col, true)
	}
	if first, has := g.at(line, 0, false); has && (!ok && first.line >= 0 || ok && first.line > s.line) {
		return first, true
	}
	return s, ok
}

// original is the stretch of a source that one of the text is from, with points as coverage.Stretch has them. ok is false where
// it is from none, or from two.
//
// The way is that of v8-to-istanbul, which c8 and vitest go: the end is where the place behind the last one of the stretch
// is from, or the end of the line.
func (g *generated) original(from, to int) (source int, start, end coverage.Point, ok bool) {
	eof := g.ends[len(g.ends)-1]
	from, to = min(from, eof), min(to, eof)
	first := sort.Search(len(g.ends), func(i int) bool { return g.ends[i] > from-1 })
	last := sort.Search(len(g.starts), func(i int) bool { return g.starts[i] > to }) - 1
	if first > last || last < 0 {
		return 0, start, end, false
	}
	begin, ok := g.either(first, max(0, from-g.starts[first]))
	if !ok {
		return 0, start, end, false
	}
	before, ok := g.either(last, max(to-g.starts[last]-1, 1))
	if !ok || before.source != begin.source {
		return 0, start, end, false
	}
	line, column := before.line, g.behind(before)
	if line == begin.line && column == begin.column {
		next, ok := g.at(last, to-g.starts[last], true)
		if !ok {
			return 0, start, end, false
		}
		line, column = next.line, max(0, next.column-1)
	}
	point := func(line, column int) coverage.Point {
		return coverage.Point{Line: uint32(min(line, math.MaxInt32)) + 1, Col: uint32(min(column, math.MaxInt32))}
	}
	return begin.source, point(begin.line, begin.column), point(line, column), true
}

// added reports whether a compiler has added a function that stands in a stretch of the text, such as those that get what is
// exported: no place of it is from a source, and the line that it begins on is from where another one is, since nothing
// better is known.
func (g *generated) added(from, to int) bool {
	first := max(0, sort.Search(len(g.starts), func(i int) bool { return g.starts[i] > from })-1)
	for line := first; line < min(len(g.lines), len(g.starts)) && g.starts[line] < to; line++ {
		list := g.lines[line]
		i := sort.Search(len(list), func(i int) bool { return g.starts[line]+list[i].col >= from })
		for ; i < len(list) && g.starts[line]+list[i].col < to; i++ {
			if list[i].source >= 0 {
				return false
			}
		}
	}
	s, ok := g.at(first, from-g.starts[first], false)
	if !ok {
		return false
	}
	list := g.sorted[[2]int{s.source, s.line}]
	i := sort.Search(len(list), func(i int) bool { return list[i].column >= s.column })
	for ; i < len(list) && list[i].column == s.column; i++ {
		if list[i].line != first {
			return true
		}
	}
	return false
}

// behind is the column at which what a place is from ends: where the next place is from, or beyond all columns where that is on
// another line.
func (g *generated) behind(s segment) int {
	list := g.sorted[[2]int{s.source, s.line}]
	i := sort.Search(len(list), func(i int) bool { return list[i].column > s.column })
	if i == len(list) {
		return math.MaxInt32
	}
	for i+1 < len(list) && list[i+1].column == list[i].column && list[i].column == s.column+1 {
		i++
	}
	after, ok := g.at(list[i].line, list[i].col, false)
	if !ok || after.line != s.line {
		return math.MaxInt32
	}
	return after.column
}
