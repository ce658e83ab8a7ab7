package change

import (
	"slices"

	"github.com/covls/covls/coverage"
)

// Stretch is a stretch of lines, both 1-based and of it.
type Stretch [2]uint32

// Item is what changed of a unit, as far as a profile has it.
type Item struct {
	Match *Match
	// Tally counts the statements or lines that are not in the older texts.
	coverage.Tally
	// Uncovered are those that never ran, in the order of the text.
	Uncovered []Stretch
	// Judged are all of them, in the order of the text.
	Judged []Judged
}

// Judged are statements, or a line, that changed.
type Judged struct {
	Lines   Stretch
	Covered bool
}

// Judge tells of each unit that is new, or changed, what of it is covered: of a new one all of its statements, of a changed one
// those on lines that are not in the older text. What has no statements there is left out.
func Judge(matches []Match) (out []Item) {
	begin := begins{}
	for i := range matches {
		m := &matches[i]
		if m.How != New && m.How != Changed {
			continue
		}
		item := Item{Match: m}
		open := false // the last stretch may go on
		for _, p := range m.Unit.Parts {
			if !m.fresh(p) {
				open = false
				continue
			}
			first, last := m.Unit.At[p.From], m.Unit.At[p.To]
			item.Total += int(p.Statements)
			item.Judged = append(item.Judged, Judged{Stretch{first, last}, p.Covered})
			if p.Covered {
				item.Covered += int(p.Statements)
				open = false
				continue
			}
			if n := len(item.Uncovered) - 1; open && n >= 0 && !begin.between(m.File, item.Uncovered[n][1], first) {
				item.Uncovered[n][1] = max(item.Uncovered[n][1], last)
			} else {
				item.Uncovered = append(item.Uncovered, Stretch{first, last})
			}
			open = true
		}
		if item.Total > 0 {
			out = append(out, item)
		}
	}
	return out
}

// begins are the lines on which the functions of a file begin, sorted.
type begins map[*File][]uint32

// between reports whether a function begins behind a line and ends before another one: a stretch of the function around it does not
// go on behind it.
func (b begins) between(f *File, line, other uint32) bool {
	if other <= line+1 {
		return false
	}
	lines, ok := b[f]
	if !ok {
		for i := range f.Units {
			if u := &f.Units[i]; u.Name != "" && u.First > 0 {
				lines = append(lines, u.First)
			}
		}
		slices.Sort(lines)
		b[f] = lines
	}
	i, _ := slices.BinarySearch(lines, line+1)
	return i < len(lines) && lines[i] < other
}

// Adds reports whether a unit that is new, or changed, has a line that the older text does not have. Brackets alone say nothing.
func (m *Match) Adds() bool {
	if m.How != Changed {
		return m.How == New
	}
	for i, fresh := range m.Fresh {
		if fresh && !m.Unit.bare(i) {
			return true
		}
	}
	return false
}

// fresh reports whether a part has a line that the older text does not have. Brackets alone say nothing.
func (m *Match) fresh(p Part) bool {
	if m.How == New {
		return true
	}
	for i := p.From; i <= p.To; i++ {
		if m.Fresh[i] && !m.Unit.bare(int(i)) {
			return true
		}
	}
	return false
}

// Loss is what a unit had covered, of code that did not change, and has not any more.
type Loss struct {
	Match *Match
	// Statements is how many statements or lines that are, of Was that were covered.
	Statements, Was int
	// Lines are where they stand now, in the order of the text.
	Lines []Stretch
}

// Lost compares the coverage of units with that which they had. Deleted code is no loss, nor is what no profile counts any more.
func Lost(matches []Match) (out []Loss) {
	begin := begins{}
	for i := range matches {
		m := &matches[i]
		if m.Was == nil || len(m.Unit.Parts) == 0 {
			continue
		}
		loss := Loss{Match: m}
		open, last := false, -1 // the last stretch may go on behind that part
		m.each(func(was Part, at int) {
			now := m.Unit.Parts[at]
			open, last = open && at == last+1, at
			if was.Covered {
				loss.Was += int(was.Statements)
			}
			if !was.Covered || now.Covered {
				open = false
				return
			}
			loss.Statements += int(min(was.Statements, now.Statements))
			first, end := m.Unit.At[now.From], m.Unit.At[now.To]
			if n := len(loss.Lines) - 1; open && n >= 0 && first >= loss.Lines[n][0] && !begin.between(m.File, loss.Lines[n][1], first) {
				loss.Lines[n][1] = max(loss.Lines[n][1], end)
			} else {
				loss.Lines = append(loss.Lines, Stretch{first, end})
			}
			open = true
		})
		if loss.Statements > 0 {
			out = append(out, loss)
		}
	}
	return out
}

// each calls take for the parts that are in both texts, with the index of the later one. In code that is the same they are in the same order; else they
// are those that begin on the same line, and stand there in the same order.
func (m *Match) each(take func(was Part, now int)) {
	was, now := m.Was.Parts, m.Unit.Parts
	if m.How != Changed && len(was) == len(now) {
		for i := range was {
			take(was[i], i)
		}
		return
	}
	at := make(map[int32]int, len(now)) // by line, the first part that begins on it
	for i := len(now) - 1; i >= 0; i-- {
		at[now[i].From] = i
	}
	for i, n := 0, 0; i < len(was); i++ {
		if i > 0 && was[i].From == was[i-1].From {
			n++
		} else {
			n = 0
		}
		to := m.To[was[i].From]
		if to < 0 {
			continue
		}
		if k, ok := at[to]; ok && k+n < len(now) && now[k+n].From == to {
			take(was[i], k+n)
		}
	}
}
