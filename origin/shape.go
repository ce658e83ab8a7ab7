package origin

import (
	"slices"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// A function's blocks are its shape: how many there are, where each is behind the first, and how many statements it has.
// Of a function that was edited inside of a line nobody can see that by its shape.

// fewBlocks is how many blocks a shape needs that stands for itself; others are in a text too often.
const fewBlocks = 3

// leastHead is the column, 1-based, from which on the body of a function opens: behind "func f() ".
const leastHead = 10

// CarryByShape is Carry for a Go profile of which no text fits, over the text now: functions are found whose blocks
// have the same shape in both, and the same as no other there. Shorter ones are found next to those, as far from them as
// before. It is nil for another profile, and where the text has a syntax error.
func CarryByShape(file *coverage.File, text *Source) *Carried {
	if !blocks(file, text) {
		return nil
	}
	parsed := text.Holds()
	if parsed == nil || parsed.Err != nil || parsed.Directs {
		return nil
	}
	s := &shapes{then: file.Regions, funcs: parsed.Funcs}
	s.group(source.Blocks(text.Content))
	s.find()
	out := &Carried{File: &coverage.File{}, Was: len(parsed.Funcs), Lost: map[string]*coverage.Func{}}
	*out.File = *file
	out.File.Regions = nil
	for i := range s.funcs {
		f := &s.funcs[i]
		if s.at[i] < 0 {
			out.Lost[Name(f)] = nil // nobody knows whether it was there
			continue
		}
		out.Again++
		out.Kept = append(out.Kept, Func{Name(f), f.Span.Start.Line, lastLine(f.Span)})
		for k, r := range s.now[i] {
			r.Count = s.then[s.at[i]+k].Count
			out.File.Regions = append(out.File.Regions, r)
		}
	}
	return out
}

type shapes struct {
	then  []coverage.Region   // the profile's, sorted
	funcs []coverage.Func     // of the text, sorted
	now   [][]coverage.Region // their blocks, beside funcs
	at    []int               // where those begin in then, beside funcs; -1 for nowhere
	taken []bool              // beside then
}

// group gives each function its blocks.
func (s *shapes) group(blocks []source.Block) {
	s.now, s.at, s.taken = make([][]coverage.Region, len(s.funcs)), make([]int, len(s.funcs)), make([]bool, len(s.then))
	for i := range s.funcs {
		s.at[i] = -1
		for len(blocks) > 0 && blocks[0].As.Start.Compare(s.funcs[i].Span.Start) < 0 {
			blocks = blocks[1:]
		}
		for len(blocks) > 0 && blocks[0].As.Start.Compare(s.funcs[i].Span.End) < 0 {
			s.now[i] = append(s.now[i], blocks[0].As)
			blocks = blocks[1:]
		}
	}
}

// key is what a shape begins with: the same for the same shape.
type key struct {
	height, from, to, statements uint32 // of the first block
	next                         uint32 // how many lines the second begins below
}

func keyOf(blocks []coverage.Region) key {
	a := blocks[0]
	k := key{height: a.End.Line - a.Start.Line, from: a.Start.Col, to: a.End.Col, statements: a.Statements}
	if len(blocks) > 1 {
		k.next = blocks[1].Start.Line - a.Start.Line
	}
	return k
}

// same reports whether the blocks have the same shape; then has at least as many.
func same(now, then []coverage.Region) bool {
	if len(then) < len(now) {
		return false
	}
	shift := then[0].Start.Line - now[0].Start.Line // may wrap around, and does so for each
	for i, r := range now {
		q := then[i]
		if q.Start.Line-r.Start.Line != shift || q.End.Line-r.End.Line != shift || q.Start.Col != r.Start.Col || q.End.Col != r.End.Col || q.Statements != r.Statements {
			return false
		}
	}
	return true
}

// whole reports whether the n regions from at on may be all of a function: none goes on behind them.
func (s *shapes) whole(at, n int) bool {
	if at+n == len(s.then) {
		return true
	}
	end, next := s.then[at+n-1].End, s.then[at+n]
	return next.Start.Line > end.Line && next.Start.Col >= leastHead && (at == 0 || s.then[at-1].End.Line < s.then[at].Start.Line)
}

func (s *shapes) find() {
	places := map[key][]int{} // in then
	for i := range s.then {
		if i+1 < len(s.then) {
			k := keyOf(s.then[i : i+2])
			places[k] = append(places[k], i)
		}
	}
	matches := make([][]int, len(s.funcs))
	times := map[int]int{} // by place in then: how many functions may be there
	for i, now := range s.now {
		if len(now) < fewBlocks {
			continue
		}
		for _, at := range places[keyOf(now)] {
			if same(now, s.then[at:]) && len(matches[i]) < 2 {
				matches[i] = append(matches[i], at)
				times[at]++
			}
		}
	}
	for i, m := range matches {
		if len(m) == 1 && times[m[0]] == 1 && s.whole(m[0], len(s.now[i])) {
			s.take(i, m[0])
		}
	}
	// The others, between two that were found, or one and an end.
	last := -1
	for i := 0; i <= len(s.funcs); i++ {
		if i == len(s.funcs) || s.at[i] >= 0 {
			s.between(last, i)
			last = i
		}
	}
}

// between finds functions of few blocks between two that were found; -1 and the number of functions are the ends. Where as
// many lines lie between them as before, each has its place; else a shape that only one has on both sides is found.
func (s *shapes) between(first, last int) {
	from, to := 0, len(s.then)
	var shift [2]uint32 // of the two; it may wrap around
	if first >= 0 {
		from = s.at[first] + len(s.now[first])
		shift[0] = s.then[s.at[first]].Start.Line - s.now[first][0].Start.Line
	}
	if last < len(s.funcs) {
		to = s.at[last]
		shift[1] = s.then[to].Start.Line - s.now[last][0].Start.Line
	}
	if from >= to {
		return
	}
	if first >= 0 && last < len(s.funcs) && shift[0] != shift[1] {
		s.chain(first, last, from, to)
	}
	places := map[key][]int{}
	for at := from; at < to; at++ {
		k := keyOf(s.then[at : at+1])
		places[k] = append(places[k], at)
	}
	fixed := first >= 0 && last < len(s.funcs) && shift[0] == shift[1]
	type match struct{ at, n int }
	matches := make([]match, last-first-1)
	times := map[int]int{}
	for i := first + 1; i < last; i++ {
		now := s.now[i]
		if len(now) == 0 || s.at[i] >= 0 {
			continue
		}
		m := &matches[i-first-1]
		for _, at := range places[keyOf(now[:1])] {
			if at+len(now) > to || !same(now, s.then[at:]) || !s.whole(at, len(now)) || slices.Contains(s.taken[at:at+len(now)], true) {
				continue
			}
			if fixed && s.then[at].Start.Line-now[0].Start.Line != shift[0] {
				continue
			}
			m.at = at
			m.n++
			times[at]++
		}
	}
	whole := fixed && to-from == s.blocksIn(first+1, last)
	for i, m := range matches {
		if n := len(s.now[first+1+i]); n > 0 && m.n == 0 {
			whole = false
		}
	}
	for i, m := range matches {
		if m.n == 1 && times[m.at] == 1 && (whole || !fixed || s.only(first+1+i, m.at)) {
			s.take(first+1+i, m.at)
		}
	}
}

// chain finds functions between two, from both on, as long as each is next to the one before it and as far from it as in the
// text. The last of a chain may be another that came into its place, and so may one of the shape of its neighbour.
func (s *shapes) chain(first, last, from, to int) {
	type link struct{ i, at int }
	take := func(links []link, next func(link) link) {
		for k, l := range links {
			if k+1 == len(links) {
				return
			}
			now, beside := s.now[l.i], next(l)
			if n := s.now[beside.i]; len(n) == len(now) && same(now, n) {
				return
			}
			if beside.at >= from && beside.at+len(now) <= to && same(now, s.then[beside.at:]) {
				return
			}
			s.take(l.i, l.at)
		}
	}
	fits := func(l link, shift uint32, from, to int) bool {
		now := s.now[l.i]
		return len(now) > 0 && l.at >= from && l.at+len(now) <= to && s.then[l.at].Start.Line-now[0].Start.Line == shift && same(now, s.then[l.at:]) && s.whole(l.at, len(now))
	}
	var down, up []link
	shift := s.then[s.at[first]].Start.Line - s.now[first][0].Start.Line
	for l := (link{first + 1, from}); l.i < last && fits(l, shift, from, to); l = (link{l.i + 1, l.at + len(s.now[l.i])}) {
		down = append(down, l)
	}
	shift = s.then[s.at[last]].Start.Line - s.now[last][0].Start.Line
	for l := (link{last - 1, to - len(s.now[last-1])}); l.i > first && fits(l, shift, from, to); {
		up = append(up, l)
		if l.i == first+1 {
			break
		}
		l = link{l.i - 1, l.at - len(s.now[l.i-1])}
	}
	take(down, func(l link) link { return link{l.i + 1, l.at + len(s.now[l.i])} })
	take(up, func(l link) link { return link{l.i - 1, l.at - len(s.now[l.i])} })
}

// blocksIn is how many blocks the functions from one up to another have.
func (s *shapes) blocksIn(first, last int) (n int) {
	for _, now := range s.now[first:last] {
		n += len(now)
	}
	return n
}

// only reports whether no other function of the text, and no other place in the profile, has the shape of a function.
func (s *shapes) only(i, at int) bool {
	for k, now := range s.now {
		if k != i && len(now) == len(s.now[i]) && same(now, s.now[i]) {
			return false
		}
	}
	for k := range s.then {
		if k != at && k+len(s.now[i]) <= len(s.then) && same(s.now[i], s.then[k:]) {
			return false
		}
	}
	return true
}

func (s *shapes) take(i, at int) {
	s.at[i] = at
	for k := range s.now[i] {
		s.taken[at+k] = true
	}
}
