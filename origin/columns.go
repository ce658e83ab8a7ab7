package origin

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/text"
)

// CarryByColumns is Carry for a profile of which no text fits, and which has each statement of JavaScript with its columns,
// over the text now: a function is found where it is as high as in the profile, its statements begin and end on code in
// the same distance from its head, which begins in the same column, all code of it is of these statements, and no other
// function is like that. Those that have no name and few statements are found where they are all that is between two that were
// found, and none is like another, or where the profile has the length of their heads and they are in their place. It is nil
// for another profile, and where the text can't be parsed.
//
// Of an edit that leaves all statements of a function where they are nobody can see that.
func CarryByColumns(file *coverage.File, s *Source) *Carried {
	f := &fitter{file: file, text: text.New(s.Content), name: s.Name}
	f.lines = uint32(f.text.Lines())
	if len(file.Funcs) == 0 || !script(s.Name) || !slices.ContainsFunc(file.Regions, func(r coverage.Region) bool { return r.Start.Col > 1 && r.End.Col > 1 }) {
		return nil
	}
	if s.Holds() == nil || s.Parsed.Err != nil {
		return nil
	}
	c := &columns{fitter: f, script: newScripted(f.text)}
	c.left = mostTokens + maxTimes*len(c.script.tokens)
	outer, shared := outermost(file.Funcs)
	for _, i := range outer {
		p := place{fn: &file.Funcs[i], part: f.of(i), at: -1}
		_, p.counts = shapeOf(p.fn, p.part.Regions)
		p.mixed = shared[i] || c.mixes(i)
		c.then = append(c.then, p)
	}
	outer, c.shared = outermost(s.Parsed.Funcs)
	for _, i := range outer {
		c.now = append(c.now, &s.Parsed.Funcs[i])
		c.index = append(c.index, i)
	}
	c.find()
	return c.carried()
}

type columns struct {
	*fitter
	script *scripted
	left   int // how many more tokens are looked at
	then   []place
	now    []*coverage.Func // those of the text that are in no other
	index  []int            // where they are among all
	shared map[int]bool     // those that have a line with another, by their index
}

// place is a function of a profile that is in no other.
type place struct {
	fn   *coverage.Func
	part coverage.File // what the profile says of it
	at   int           // the function that it is in the text; -1 for none
	// counts are what ran of it; see shapeOf.
	counts string
	// mixed tells that nobody knows which part of it is of which function: see columns.mixes.
	mixed bool
}

// outermost are the functions that are in no other, in their order. Of several that have a line in common only the first is
// one; shared are those.
func outermost(funcs []coverage.Func) (out []int, shared map[int]bool) {
	end := uint32(0)
	shared = map[int]bool{}
	for i := range funcs {
		first, last := funcs[i].Span.Start.Line, lastLine(funcs[i].Span)
		if first > end || len(out) == 0 {
			out, end = append(out, i), last
			continue
		}
		of := out[len(out)-1]
		if last > end || funcs[i].Span.Start.Compare(funcs[of].Span.End) >= 0 {
			shared[of] = true
			end = max(end, last)
		}
	}
	return out, shared
}

// mixes reports whether a function has two in it that have no names, are alike, and of which other statements ran: they may
// have changed places.
func (c *columns) mixes(i int) bool {
	seen := map[string]string{}
	last := lastLine(c.file.Funcs[i].Span)
	for i++; i < len(c.file.Funcs) && c.file.Funcs[i].Span.Start.Line <= last; i++ {
		fn := &c.file.Funcs[i]
		if ecmaName(bare(fn)) {
			continue
		}
		shape, counts := shapeOf(fn, coverage.Within(c.file.Regions, fn.Span))
		if before, ok := seen[shape]; ok && before != counts {
			return true
		}
		seen[shape] = counts
	}
	return false
}

// shapeOf is where a function, and all that a profile says of it, begins and ends below its first line, and how often each ran.
func shapeOf(fn *coverage.Func, regions []coverage.Region) (shape, counts string) {
	var places, ran []byte
	put := func(to []byte, numbers ...uint64) []byte {
		for _, n := range numbers {
			to = binary.AppendUvarint(to, n)
		}
		return to
	}
	first := fn.Span.Start.Line
	places = put(places, uint64(fn.Span.Start.Col), uint64(lastLine(fn.Span)-first), uint64(fn.Span.End.Col))
	ran = put(ran, min(fn.Count, 1))
	for _, r := range regions {
		places = put(places, uint64(r.Start.Line-first), uint64(r.Start.Col), uint64(r.End.Line-first), uint64(r.End.Col))
		ran = put(ran, min(r.Count, 1))
	}
	return string(places), string(ran)
}

func (c *columns) find() {
	like := make([][]int, len(c.then)) // functions of the text
	times := map[int]int{}
	high := map[uint32][]int{} // functions of the text by their height
	for k, g := range c.now {
		h := lastLine(g.Span) - g.Span.Start.Line
		high[h] = append(high[h], k)
	}
	pairs := 0
	for i := range c.then {
		same := high[lastLine(c.then[i].fn.Span)-c.then[i].fn.Span.Start.Line]
		if pairs += len(same); pairs > mostPairs {
			return
		}
		for _, k := range same {
			if !c.then[i].mixed && !c.shared[c.index[k]] && c.is(&c.then[i], c.now[k]) {
				like[i] = append(like[i], k)
				times[k]++
			}
		}
	}
	alone := func(i int) bool { return len(like[i]) == 1 && times[like[i][0]] == 1 }
	for i := range c.then {
		if alone(i) && c.then[i].tells() {
			c.then[i].at = like[i][0]
		}
	}
	last := -1 // those that stand for themselves, as far as they are in order
	for i := 0; i <= len(c.then); i++ {
		if i == len(c.then) || c.then[i].at >= 0 {
			c.between(last, i, like)
			c.inPlace(last, i, func(i int) int {
				if alone(i) {
					return like[i][0]
				}
				return -1
			})
			last = i
		}
	}
}

// inPlace finds functions between two that were found, or an end of the text, where there are as many on both sides: those in
// whose place one with as long a head and the same statements stands, if it is the only one like that in the text. What came
// to another function in such a place is hardly as long.
func (c *columns) inPlace(first, last int, only func(i int) int) {
	from, to := -1, len(c.now)
	if first >= 0 {
		from = c.then[first].at
	}
	if last < len(c.then) {
		to = c.then[last].at
	}
	if to-from != last-first {
		return
	}
	for i := first + 1; i < last; i++ {
		if k := from + i - first; c.then[i].at < 0 && only(i) == k && c.then[i].heads(c.now[k]) {
			c.then[i].at = k
		}
	}
}

// heads reports whether the profile tells how long the head of a function is, and the name stands in it.
func (p *place) heads(g *coverage.Func) bool {
	shift := g.Span.Start.Line - p.fn.Span.Start.Line // may wrap around
	from, to := p.fn.Span.Start, p.fn.Opens
	from.Line += shift
	to.Line += shift
	return p.fn.Opens.Line > 0 && from.Compare(g.NameSpan.Start) <= 0 && g.NameSpan.Start.Compare(to) < 0
}

// mostPairs bounds how many pairs of a function of a profile and one of a text are held against each other.
const mostPairs = 1 << 20

// between finds the functions between two that were found, where there are as many on both sides, each is like the one in its
// place, and none is like another there of which other statements ran: whatever has changed places, the same is told.
func (c *columns) between(first, last int, like [][]int) {
	n := last - first - 1
	if first < 0 || last == len(c.then) || n != c.then[last].at-c.then[first].at-1 {
		return
	}
	from := c.then[first].at - first
	for i := first + 1; i < last; i++ {
		other := func(k int) bool {
			return k > c.then[first].at && k < c.then[last].at && c.then[k-from].counts != c.then[i].counts
		}
		if !slices.Contains(like[i], from+i) || slices.ContainsFunc(like[i], other) {
			return
		}
	}
	for i := first + 1; i < last; i++ {
		c.then[i].at = from + i
	}
}

// is reports whether a function of the profile may be one of the text.
func (c *columns) is(p *place, g *coverage.Func) bool {
	shift := g.Span.Start.Line - p.fn.Span.Start.Line // may wrap around
	if lastLine(p.fn.Span)+shift != lastLine(g.Span) || len(p.part.Regions) == 0 {
		return false
	}
	if own := bare(p.fn); ecmaName(own) && own != bare(g) {
		return false
	}
	if !c.script.begins(p.fn, shift) {
		return false
	}
	for _, r := range p.part.Regions {
		r.Start.Line += shift
		r.End.Line += shift
		if !c.stands(r) {
			return false
		}
	}
	if c.left -= c.text.At(lastLine(g.Span)+1, 0) - c.text.At(g.Span.Start.Line, 0); c.left < 0 {
		return false
	}
	return c.script.explained(p.fn, p.part.Regions, shift)
}

// tells reports whether enough is known of a function to find it where only one is like it: its name, or some statements.
func (p *place) tells() bool {
	return ecmaName(bare(p.fn)) || len(p.part.Regions) >= fewStatements
}

// fewStatements is how many statements a function needs that is known by their columns alone.
const fewStatements = 3

// Bounds of how much is looked at: mostTokens bytes of functions, and each token of the text so many times.
const (
	mostTokens = 1 << 20
	maxTimes   = 64
)

// ecmaName reports whether a function has a name of its own, and none that a tool has made up.
func ecmaName(name string) bool { return name != "" && !strings.ContainsAny(name, "()<> ") }

// stands reports whether a statement begins and ends where code does.
func (c *columns) stands(r coverage.Region) bool {
	first, last := c.text.Line(r.Start.Line), c.text.Line(r.End.Line)
	from, to := int(r.Start.Col)-1, int(r.End.Col)-1
	if !ascii(first) || !ascii(last) || from < 0 || to < 1 || from >= len(first) || to > len(last) {
		return false
	}
	if first[from] == ' ' || first[from] == '\t' || from > 0 && word(first[from-1]) && word(first[from]) || strings.HasPrefix(first[from:], "//") {
		return false
	}
	if strings.ContainsRune(" \t({[,.=&|?:+", rune(last[to-1])) {
		return false
	}
	rest := strings.TrimLeft(last[to:], " \t")
	if strings.HasPrefix(rest, ";") && strings.TrimLeft(first[:from], " \t") == "" {
		return false // it would be of the statement
	}
	return rest == "" || strings.ContainsRune(";,)}]:", rune(rest[0])) || strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, "else") || last[to-1] == ';' || last[to-1] == '}'
}

func (c *columns) carried() *Carried {
	out := &Carried{Was: len(c.file.Funcs), Lost: map[string]*coverage.Func{}}
	moved := *c.file
	moved.Regions, moved.Lines, moved.Branches, moved.Funcs, moved.Sums, moved.Length = []coverage.Region{}, nil, nil, []coverage.Func{}, nil, 0
	for _, p := range c.then {
		if p.at < 0 {
			out.Lost[Name(p.fn)] = nil
			continue
		}
		g := c.now[p.at]
		out.Kept = append(out.Kept, Func{Name(p.fn), g.Span.Start.Line, lastLine(g.Span)})
		shift := g.Span.Start.Line - p.fn.Span.Start.Line
		shiftFile(&moved, &p.part, shift)
		for i := range c.file.Funcs {
			fn := c.file.Funcs[i]
			if fn.Span.Start.Line < p.fn.Span.Start.Line || lastLine(fn.Span) > lastLine(p.fn.Span) {
				continue
			}
			out.Again++
			moved.Funcs = append(moved.Funcs, shifted(fn, shift))
		}
	}
	if len(moved.Funcs) == 0 {
		return nil
	}
	sortFile(&moved)
	out.File = &moved
	sortKept(out.Kept)
	return out
}
