package text

import (
	"slices"
	"sort"
)

const (
	// maxTable bounds old times new lines of a stretch that is matched by its longest common
	// subsequence. The quadratic table is for small leftovers only.
	maxTable = 10_000
	// maxDepth bounds how often a stretch is split at its unique lines. Texts that people write need
	// a handful; without a bound some texts cost quadratic time.
	maxDepth = 32
)

// Map says where the lines of an old text are in a new one. Lines are the compiler's, 1-based. A map
// never changes, so goroutines may share it.
type Map struct {
	runs []run // ascending in both texts
}

// run is a stretch of n lines that are the same in both texts.
type run struct{ old, new, n uint32 }

// Line returns the new number of old line n, and false if it was changed or deleted. Numbers
// ascend: a line that moved past others that stayed counts as deleted.
func (m *Map) Line(n uint32) (uint32, bool) {
	if r, ok := m.before(n); ok && n-r.old < r.n {
		return r.new + (n - r.old), true
	}
	return 0, false
}

// before returns the last run that starts at or before old line n.
func (m *Map) before(n uint32) (run, bool) {
	i := sort.Search(len(m.runs), func(i int) bool { return m.runs[i].old > n })
	if i == 0 {
		return run{}, false
	}
	return m.runs[i-1], true
}

// add appends n matched lines to the map; old and new are 1-based.
func (m *Map) add(old, new, n int) {
	if i := len(m.runs) - 1; i >= 0 {
		last := &m.runs[i]
		if last.old+last.n == uint32(old) && last.new+last.n == uint32(new) {
			last.n += uint32(n)
			return
		}
	}
	if n > 0 {
		m.runs = append(m.runs, run{uint32(old), uint32(new), uint32(n)})
	}
}

// Align matches the lines of two texts by a patience diff. Lines are compared without terminators.
// It takes O(n log n) time for n lines; a large stretch without a line that is unique on both sides
// stays unmatched.
func Align(old, new *Text) *Map {
	return align(old.Lines(), new.Lines(), func(i int) string { return old.Line(uint32(i + 1)) }, func(j int) string { return new.Line(uint32(j + 1)) })
}

// AlignPrints is Align for texts of which only fingerprints of the lines are known, the first line's first.
func AlignPrints(old, new []uint32) *Map {
	return align(len(old), len(new), func(i int) uint32 { return old[i] }, func(j int) uint32 { return new[j] })
}

// align aligns n old lines with m new ones, which are counted from 0.
func align[L comparable](n, m int, old, new func(i int) L) *Map {
	head := 0
	for head < min(n, m) && old(head) == new(head) {
		head++
	}
	tail := 0
	for tail < min(n, m)-head && old(n-tail-1) == new(m-tail-1) {
		tail++
	}

	a := newAligner(n, m, old, new, head, tail)
	a.align()
	lines := &Map{}
	lines.add(1, 1, head)
	for i, j := range a.to {
		if j >= 0 {
			lines.add(head+i+1, head+int(j)+1, 1)
		}
	}
	lines.add(n-tail+1, m-tail+1, tail)
	return lines
}

// aligner matches what lies between the common head and tail of two texts. Its line numbers are
// 0-based from the end of the head.
type aligner struct {
	old, new []int32 // a number for each line, the same for the same line; 0 if not in old
	to       []int32 // the result: the new line of an old one, or -1
	seen     []occurrence
	todo     []stretch
}

// occurrence counts a line on both sides of a stretch; at is the last new line that equals it.
type occurrence struct{ old, new, at int32 }

// stretch is a pair of half-open line ranges that is still to be matched.
type stretch struct{ old, oldEnd, new, newEnd, depth int32 }

// pair is an old line and the new one it may be matched with.
type pair struct{ old, new int32 }

func newAligner[L comparable](n, m int, old, new func(i int) L, head, tail int) *aligner {
	a := &aligner{
		old: make([]int32, n-head-tail),
		new: make([]int32, m-head-tail),
	}
	if len(a.old) == 0 || len(a.new) == 0 {
		return a
	}
	a.to = slices.Repeat([]int32{-1}, len(a.old))
	ids := make(map[L]int32, len(a.old))
	for i := range a.old {
		line := old(head + i)
		id, ok := ids[line]
		if !ok {
			id = int32(len(ids) + 1)
			ids[line] = id
		}
		a.old[i] = id
	}
	for j := range a.new {
		a.new[j] = ids[new(head+j)]
	}
	a.seen = make([]occurrence, len(ids)+1)
	return a
}

// align fills in to, a stretch at a time.
func (a *aligner) align() {
	a.push(stretch{oldEnd: int32(len(a.old)), newEnd: int32(len(a.new))})
	for len(a.todo) > 0 {
		s := a.todo[len(a.todo)-1]
		a.todo = a.todo[:len(a.todo)-1]
		if s = a.trim(s); s.old == s.oldEnd || s.new == s.newEnd {
			continue
		}
		var anchors []pair
		if s.depth < maxDepth {
			anchors = ascending(a.unique(s))
		}
		if len(anchors) == 0 {
			a.subsequence(s)
			continue
		}
		gap := stretch{old: s.old, new: s.new, depth: s.depth + 1}
		for _, p := range anchors {
			a.to[p.old] = p.new
			gap.oldEnd, gap.newEnd = p.old, p.new
			a.push(gap)
			gap.old, gap.new = p.old+1, p.new+1
		}
		gap.oldEnd, gap.newEnd = s.oldEnd, s.newEnd
		a.push(gap)
	}
}

func (a *aligner) push(s stretch) {
	if s.old < s.oldEnd && s.new < s.newEnd {
		a.todo = append(a.todo, s)
	}
}

// trim matches the lines that s starts and ends with on both sides, and returns the rest.
func (a *aligner) trim(s stretch) stretch {
	for s.old < s.oldEnd && s.new < s.newEnd && a.old[s.old] == a.new[s.new] {
		a.to[s.old] = s.new
		s.old++
		s.new++
	}
	for s.old < s.oldEnd && s.new < s.newEnd && a.old[s.oldEnd-1] == a.new[s.newEnd-1] {
		s.oldEnd--
		s.newEnd--
		a.to[s.oldEnd] = s.newEnd
	}
	return s
}

// unique returns the lines that s has exactly once on both sides, by old line.
func (a *aligner) unique(s stretch) []pair {
	old, new := a.old[s.old:s.oldEnd], a.new[s.new:s.newEnd]
	for _, id := range old {
		a.seen[id].old++
	}
	for j, id := range new {
		a.seen[id].new++
		a.seen[id].at = s.new + int32(j)
	}
	var pairs []pair
	for i, id := range old {
		if o := a.seen[id]; o.old == 1 && o.new == 1 {
			pairs = append(pairs, pair{s.old + int32(i), o.at})
		}
	}
	for _, id := range old {
		a.seen[id] = occurrence{}
	}
	for _, id := range new {
		a.seen[id] = occurrence{}
	}
	return pairs
}

// ascending returns a longest subsequence of pairs, which are sorted by old line, in which the new
// lines ascend too.
func ascending(pairs []pair) []pair {
	// ends[k] is the pair with the least new line that ends an ascending sequence of k+1 pairs,
	// prev[i] the one before pair i in its sequence.
	var ends []int32
	prev := make([]int32, len(pairs))
	for i, p := range pairs {
		k := sort.Search(len(ends), func(k int) bool { return pairs[ends[k]].new > p.new })
		if k > 0 {
			prev[i] = ends[k-1]
		}
		if k == len(ends) {
			ends = append(ends, 0)
		}
		ends[k] = int32(i)
	}
	if len(ends) == 0 {
		return nil
	}
	chain := make([]pair, len(ends))
	for k, i := len(ends)-1, ends[len(ends)-1]; k >= 0; k-- {
		chain[k] = pairs[i]
		i = prev[i]
	}
	return chain
}

// subsequence matches s by its longest common subsequence, unless it is too large.
func (a *aligner) subsequence(s stretch) {
	old, new := a.old[s.old:s.oldEnd], a.new[s.new:s.newEnd]
	if len(old) > maxTable/len(new) {
		return
	}
	// Cell (i, j) is the length for old[i:] and new[j:]. The shorter side has at most
	// sqrt(maxTable) lines, so a byte holds it.
	width := len(new) + 1
	table := make([]uint8, (len(old)+1)*width)
	for i := len(old) - 1; i >= 0; i-- {
		for j := len(new) - 1; j >= 0; j-- {
			if at := i*width + j; old[i] == new[j] {
				table[at] = table[at+width+1] + 1
			} else {
				table[at] = max(table[at+1], table[at+width])
			}
		}
	}
	for i, j := 0, 0; i < len(old) && j < len(new); {
		switch at := i*width + j; {
		case old[i] == new[j]:
			a.to[int(s.old)+i] = s.new + int32(j)
			i++
			j++
		case table[at+1] > table[at+width]:
			j++
		default:
			i++
		}
	}
}
