package origin

import (
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/text"
)

// CarryByColumns is Carry for a profile of which no text fits, and which has each statement of JavaScript with its columns,
// over the text now: a function is found where it is as high as in the profile, its statements begin and end on code in
// the same distance from its head, and no other function is like that. Those that are like others are found by their order
// between two that were found. It is nil for another profile, and where the text can't be parsed.
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
	c := &columns{fitter: f}
	for _, i := range outermost(file.Funcs) {
		c.then = append(c.then, place{fn: &file.Funcs[i], part: f.of(i), at: -1})
	}
	for _, i := range outermost(s.Parsed.Funcs) {
		c.now = append(c.now, &s.Parsed.Funcs[i])
	}
	c.find()
	return c.carried()
}

type columns struct {
	*fitter
	then []place
	now  []*coverage.Func // those of the text that are in no other
}

// place is a function of a profile that is in no other.
type place struct {
	fn   *coverage.Func
	part coverage.File // what the profile says of it
	at   int           // the function that it is in the text; -1 for none
}

// outermost are the functions that are in no other, in their order.
func outermost(funcs []coverage.Func) (out []int) {
	end := uint32(0)
	for i := range funcs {
		if first, last := funcs[i].Span.Start.Line, lastLine(funcs[i].Span); first > end || len(out) == 0 {
			out, end = append(out, i), last
		}
	}
	return out
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
			if c.is(&c.then[i], c.now[k]) {
				like[i] = append(like[i], k)
				times[k]++
			}
		}
	}
	last := -1 // those that stand for themselves, as far as they are in order
	for i, m := range like {
		if len(m) == 1 && times[m[0]] == 1 && len(c.then[i].part.Regions) >= fewStatements {
			c.then[i].at = m[0]
		}
	}
	for i := 0; i <= len(c.then); i++ {
		if i == len(c.then) || c.then[i].at >= 0 {
			c.between(last, i, like)
			last = i
		}
	}
}

// mostPairs bounds how many pairs of a function of a profile and one of a text are held against each other.
const mostPairs = 1 << 20

// between finds the functions between two that were found: those that each longest row of functions, in the order of both
// sides, has in the same place.
func (c *columns) between(first, last int, like [][]int) {
	from, to := 0, len(c.now)
	if first >= 0 {
		from = c.then[first].at + 1
	}
	if last < len(c.then) {
		to = c.then[last].at
	}
	n, m := last-first-1, to-from
	if n <= 0 || m <= 0 || n*m > mostPairs {
		return
	}
	may := func(i, k int) bool { return slices.Contains(like[first+1+i], from+k) }
	// The longest rows of those before a pair, and of those from it on.
	before, behind := make([][]int, n+1), make([][]int, n+1)
	for i := range n + 1 {
		before[i], behind[i] = make([]int, m+1), make([]int, m+1)
	}
	for i := range n {
		for k := range m {
			before[i+1][k+1] = max(before[i][k+1], before[i+1][k])
			if may(i, k) {
				before[i+1][k+1] = max(before[i+1][k+1], before[i][k]+1)
			}
		}
	}
	for i := n - 1; i >= 0; i-- {
		for k := m - 1; k >= 0; k-- {
			behind[i][k] = max(behind[i+1][k], behind[i][k+1])
			if may(i, k) {
				behind[i][k] = max(behind[i][k], behind[i+1][k+1]+1)
			}
		}
	}
	row := before[n][m]
	takes, taken := make([][]int, n), make([]int, m)
	for i := range n {
		for k := range m {
			if may(i, k) && before[i][k]+1+behind[i+1][k+1] == row {
				takes[i] = append(takes[i], k)
				taken[k]++
			}
		}
	}
	for i, of := range takes {
		if (row >= fewStatements || row == n && row == m) && len(of) == 1 && taken[of[0]] == 1 {
			c.then[first+1+i].at = from + of[0]
		}
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
	starts := map[coverage.Point]bool{}
	for _, r := range p.part.Regions {
		r.Start.Line += shift
		r.End.Line += shift
		if !c.stands(r) {
			return false
		}
		starts[r.Start] = true
	}
	for n := g.Span.Start.Line; n <= lastLine(g.Span); n++ {
		line := c.text.Line(n)
		code := strings.TrimLeft(line, " \t")
		for _, word := range statements {
			if rest, ok := strings.CutPrefix(code, word); ok && (rest == "" || strings.ContainsRune(" (;", rune(rest[0]))) {
				if !starts[coverage.Point{Line: n, Col: uint32(len(line)-len(code)) + 1}] {
					return false
				}
			}
		}
	}
	return true
}

// fewStatements is how many statements a function needs that is known by their columns alone.
const fewStatements = 2

// statements are words of JavaScript that begin a statement which has a count of its own.
var statements = [...]string{"return", "if", "for", "while", "switch", "throw", "break", "continue"}

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
