package gap

import "github.com/covls/covls/change"

// Changed says of each gap of a file which of the units of that file holds it that a change left untested, or that lost their
// coverage: its index, the last one where several do; -1 for none. Left are the indexes of units that hold no gap.
func Changed(gaps []Gap, units []change.Gap) (in, left []int) {
	in = make([]int, len(gaps))
	for i := range in {
		in[i] = -1
	}
	for i := range units {
		u := &units[i]
		held := holds(gaps, u, 0, true)
		if len(held) == 0 {
			// The lines may be those of a text that is not the one on disk.
			if by := shift(gaps, u); by != 0 {
				held = holds(gaps, u, by, true)
			}
		}
		if len(held) == 0 {
			// A profile may call functions something else.
			held = holds(gaps, u, 0, false)
		}
		if len(held) == 0 {
			left = append(left, i)
		}
		for _, g := range held {
			in[g] = i
		}
	}
	return in, left
}

// shift is how many lines further down the function of a unit stands; 0 where that is not known.
func shift(gaps []Gap, u *change.Gap) (by int64) {
	found := false
	for i := range gaps {
		g := &gaps[i]
		if u.Function == "" || g.Func != u.Function || g.Fn == nil {
			continue
		}
		line := g.Fn.NameSpan.Start.Line
		if line == 0 {
			line = g.Fn.Span.Start.Line
		}
		if n := int64(line) - int64(u.Line); !found || max(n, -n) < max(by, -by) {
			by, found = n, true
		}
	}
	return by
}

// holds are the indexes of the gaps on the lines of a unit, with so much added to these: the unit's own function, if no test reaches it;
// else stretches; else the innermost function around. Named asks that they are called what the unit is.
func holds(gaps []Gap, u *change.Gap, by int64, named bool) (out []int) {
	inner, least := -1, uint32(0)
	for i := range gaps {
		g := &gaps[i]
		if named && u.Function != "" && g.Func != u.Function {
			continue
		}
		if named && u.Function != "" && g.Shape == Function && int64(g.Line()) == int64(u.Line)+by {
			return []int{i}
		}
		if !meets(g, u.Lines, by) {
			continue
		}
		if g.Shape == Stretch {
			out = append(out, i)
		} else if n := g.LastLine() - g.Span.Start.Line; inner < 0 || n < least {
			inner, least = i, n
		}
	}
	if out == nil && inner >= 0 {
		out = []int{inner}
	}
	return out
}

// meets reports whether a gap has one of the lines, with so much added to these.
func meets(g *Gap, lines []change.Stretch, by int64) bool {
	for _, s := range lines {
		if int64(s[0])+by <= int64(g.LastLine()) && int64(g.Span.Start.Line) <= int64(s[1])+by {
			return true
		}
	}
	return false
}
