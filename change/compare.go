package change

import (
	"encoding/binary"
	"iter"
	"slices"

	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
)

// How says what became of a unit.
type How uint8

const (
	// New is a unit that the older texts don't have.
	New How = iota
	// Changed is one that they have with other code.
	Changed
	// Same is one that they have in its file.
	Same
	// Moved is one that they have in another file, or under another name.
	Moved
)

// Match is a unit of the later texts and what it was.
type Match struct {
	File *File
	Unit *Unit
	// Was is the same unit of the older texts, WasFile its file; nil for New, and for code outside of functions that stood in
	// several files.
	Was     *Unit
	WasFile *File
	How     How
	// To tells of each line of Was which line of Unit it is, or begins, by their indexes; -1 is one that is gone.
	To []int32
	// Fresh tells of each line of Unit that Was does not have it; nil unless it is Changed.
	Fresh []bool
}

const (
	// mostMoved is how many tokens a function has at least to be known under another name: any two that return nil are the same.
	mostMoved = 20
	// alike is which part of the lines of the smaller of two functions of one name in different files are the same at least, in percent,
	// if one is the other, edited.
	alike = 50
	// fewest is how many lines that are not bare are known outside of functions where they stand in another file.
	fewest = 2
)

// Compare finds each unit of the later texts among those of the older ones. Of texts that did not change neither need be
// there. A unit of the older texts is that of one later unit at most; of several that are the same, in the order in which they
// stand.
func Compare(was, now []*File) []Match {
	c := &comparison{matched: map[*Unit]bool{}}
	files := make(map[string]*File, len(was))
	for _, f := range was {
		files[f.Path] = f
		for i := range f.Units {
			c.was = append(c.was, located{f, &f.Units[i]})
		}
	}
	for _, f := range now {
		older := files[f.Was]
		if older == nil {
			older = files[f.Path]
		}
		for i := range f.Units {
			c.out = append(c.out, Match{File: f, Unit: &f.Units[i], WasFile: older})
		}
	}
	// What stands outside of functions is compared with that of the same file alone.
	for i := range c.out {
		if m := &c.out[i]; m.Unit.Name == "" && m.WasFile != nil {
			if n := len(m.WasFile.Units); n > 0 && m.WasFile.Units[n-1].Name == "" {
				c.take(m, located{m.WasFile, &m.WasFile.Units[n-1]})
			}
		}
	}
	c.pass(func(l located) named { return named{l.file, l.unit.Name, l.unit.Print} }, nil)
	c.pass(func(l located) named { return named{l.file, "", l.unit.Print} }, weighty)
	c.pass(func(l located) named { return named{nil, l.unit.Name, l.unit.Print} }, nil)
	c.pass(func(l located) named { return named{nil, "", l.unit.Print} }, weighty)
	c.pass(func(l located) named { return named{l.file, l.unit.Name, 0} }, nil)
	// Small ones are the same in a type that is called something else, or in another one, where they are not in theirs any more.
	member := func(u *Unit) bool { _, ok := u.member(); return ok }
	membered := func(u *Unit) string { name, _ := u.member(); return name }
	c.pass(func(l located) named { return named{l.file, membered(l.unit), l.unit.Print} }, member)
	c.pass(func(l located) named { return named{nil, membered(l.unit), l.unit.Print} }, member)
	bodies := map[*Unit]uint64{}
	body := func(u *Unit) uint64 {
		print, ok := bodies[u]
		if !ok {
			print = u.body()
			bodies[u] = print
		}
		return print
	}
	bodied := func(u *Unit) bool { return weighty(u) && len(u.Lines) > fewest }
	c.pass(func(l located) named { return named{l.file, "", body(l.unit)} }, bodied)
	c.pass(func(l located) named { return named{nil, "", body(l.unit)} }, bodied)
	c.edited()
	for i := range c.out {
		m := &c.out[i]
		if m.Was == nil {
			m.How, m.WasFile = New, nil
		}
	}
	c.rest()
	return c.out
}

type located struct {
	file *File
	unit *Unit
}

// named is what units are matched by.
type named struct {
	file  *File
	name  string
	print uint64
}

type comparison struct {
	was     []located
	out     []Match
	matched map[*Unit]bool
}

// body is a fingerprint of the lines behind the first, which has the name, the parameters and what the function is given to.
func (u *Unit) body() uint64 {
	data := make([]byte, 0, 4*len(u.Lines))
	for _, print := range u.Lines[1:] {
		data = binary.LittleEndian.AppendUint32(data, print)
	}
	return source.Fingerprint(string(data))
}

func weighty(u *Unit) bool { return u.Tokens >= mostMoved }

// pass matches what is left by a key. A later unit has the key that its older file would give it. Only those for which fit holds are
// looked at; nil is all.
func (c *comparison) pass(key func(located) named, fit func(*Unit) bool) {
	at := map[named][]located{}
	for _, l := range c.was {
		if l.unit.Name != "" && !c.matched[l.unit] && (fit == nil || fit(l.unit)) {
			k := key(l)
			at[k] = append(at[k], l)
		}
	}
	if len(at) == 0 {
		return
	}
	for i := range c.out {
		m := &c.out[i]
		if m.Unit.Name == "" || m.Was != nil || fit != nil && !fit(m.Unit) {
			continue
		}
		k := key(located{m.WasFile, m.Unit})
		if list := at[k]; len(list) > 0 {
			at[k] = list[1:]
			c.take(m, list[0])
		}
	}
}

// edited matches functions that went into another file and were edited there: of their names there is one left on both sides.
func (c *comparison) edited() {
	type pair struct {
		was, now     int
		several, any bool
	}
	by := map[string]*pair{}
	for i, l := range c.was {
		if l.unit.Name == "" || c.matched[l.unit] {
			continue
		}
		if p := by[l.unit.Name]; p != nil {
			p.several = true
		} else {
			by[l.unit.Name] = &pair{was: i}
		}
	}
	for i := range c.out {
		m := &c.out[i]
		if p := by[m.Unit.Name]; m.Unit.Name != "" && m.Was == nil && p != nil {
			p.several = p.several || p.any
			p.now, p.any = i, true
		}
	}
	for i := range c.out {
		m := &c.out[i]
		p := by[m.Unit.Name]
		if m.Unit.Name == "" || m.Was != nil || p == nil || p.several || !p.any {
			continue
		}
		l := c.was[p.was]
		lines := text.AlignPrints(l.unit.Lines, m.Unit.Lines)
		same, all := 0, min(len(l.unit.Lines), len(m.Unit.Lines))
		for n := range l.unit.Lines {
			if _, ok := lines.Line(uint32(n + 1)); ok {
				same++
			}
		}
		if same*100 >= alike*all {
			c.take(m, l)
		}
	}
}

// take says that a later unit is an older one.
func (c *comparison) take(m *Match, l located) {
	c.matched[l.unit] = true
	m.Was = l.unit
	switch {
	case m.Unit.Print != l.unit.Print:
		m.How = Changed
	case m.WasFile == l.file && m.Unit.Name == l.unit.Name:
		m.How = Same
	default:
		m.How = Moved
	}
	m.WasFile = l.file
	m.To = make([]int32, len(l.unit.Lines))
	if m.How != Changed && slices.Equal(l.unit.Lines, m.Unit.Lines) {
		for i := range m.To {
			m.To[i] = int32(i)
		}
		return
	}
	lines := text.AlignPrints(l.unit.Lines, m.Unit.Lines)
	fresh := make([]bool, len(m.Unit.Lines))
	for i := range fresh {
		fresh[i] = true
	}
	for i := range m.To {
		m.To[i] = -1
		if n, ok := lines.Line(uint32(i + 1)); ok {
			m.To[i] = int32(n - 1)
			fresh[n-1] = false
		}
	}
	if m.How == Changed {
		m.Fresh = fresh
		m.rewrapped()
	}
}

// rewrapped takes lines for those of the older text that have the same tokens on other lines: where lines were exchanged for others, those
// whose tokens, one behind the other, are those of lines that stood there one behind the other are as they were.
func (m *Match) rewrapped() {
	if m.Unit.Words == nil {
		return
	}
	left := mostTries
	from, to := 0, 0 // the first lines behind the last one that is in both
	for i := 0; i <= len(m.To); i++ {
		end := len(m.Fresh)
		if i < len(m.To) {
			if m.To[i] < 0 {
				continue
			}
			end = int(m.To[i])
		}
		if from < i && to < end {
			(&wrapping{Match: m, from: from, end: i, words: m.Unit.Words[:m.Unit.Ends[end-1]], left: &left}).lines(to, end)
		}
		from, to = i+1, end+1
	}
}

const (
	// mostWords is how many tokens a line has at most to be looked for on other lines.
	mostWords = 1000
	// mostTries bounds how many tokens are looked at for that in a function.
	mostTries = 1 << 20
)

// silent is the fingerprint of a line whose tokens say nothing.
var silent = func() uint32 { l := source.NewLineOfWords(); return l.Print() }()

// wrapping are lines of the older text, from and before end, that were exchanged for others.
type wrapping struct {
	*Match
	from, end int
	words     []uint32 // of the later text, as far as these lines go
	left      *int     // how many tokens may be looked at
	at        map[uint32][]int
}

// lines finds those of the lines from to and before end of the later text that are as they were.
func (w *wrapping) lines(to, end int) {
	w.at = map[uint32][]int{}
	for i := w.from; i < w.end; i++ {
		if print := w.Was.Lines[i]; print != silent {
			w.at[print] = append(w.at[print], i)
		}
	}
	ends := make(map[int]int, end-to) // the line behind the one that ends behind so many tokens
	for j := to; j < end; j++ {
		ends[int(w.Unit.Ends[j])] = j + 1
	}
	for j := to; j < end; {
		begin := int(w.Unit.begin(j))
		if begin == int(w.Unit.Ends[j]) { // it says nothing
			w.Fresh[j] = false
			j++
			continue
		}
		next := j
		for i, k := range w.firsts(begin) {
			if next = w.run(i, begin, k, ends); next > j {
				break
			}
		}
		j = max(next, j+1)
	}
}

// firsts are the older lines that have the tokens from begin on, with where these end.
func (w *wrapping) firsts(begin int) iter.Seq2[int, int] {
	return func(yield func(line, end int) bool) {
		l := source.NewLineOfWords()
		for k := begin; k < min(len(w.words), begin+mostWords) && *w.left > 0; {
			*w.left--
			l.Add(w.words[k])
			k++
			for _, i := range w.at[l.Print()] {
				if i >= w.from && !yield(i, k) {
					return
				}
			}
		}
	}
}

// run takes lines of the later text, whose first token is at begin, for the older line i and those behind it, if they end where one of these does.
// The tokens of i end at k. It is the line behind the last that it took, 0 for none.
func (w *wrapping) run(i, begin, k int, ends map[int]int) (next int) {
	type begun struct{ line, at int }
	some, taken := []begun{{i, begin}}, 0
	for n := i; ; {
		if line, ok := ends[k]; ok {
			next, taken = line, len(some)
		}
		for n++; n < w.end && w.Was.Lines[n] == silent; n++ {
		}
		if n >= w.end {
			break
		}
		l, at, found := source.NewLineOfWords(), k, false
		for ; k < min(len(w.words), at+mostWords) && *w.left > 0 && !found; k++ {
			*w.left--
			l.Add(w.words[k])
			found = l.Print() == w.Was.Lines[n]
		}
		if !found {
			break
		}
		some = append(some, begun{n, at})
	}
	if taken == 0 {
		return 0
	}
	for _, b := range some[:taken] {
		// Of several that are on one line it is not known which parts of that are whose.
		if line, _ := slices.BinarySearch(w.Unit.Ends, int32(b.at)+1); int(w.Unit.begin(line)) == b.at {
			w.To[b.line] = int32(line)
		}
	}
	for j := int(w.To[i]); j < next; j++ {
		w.Fresh[j] = false
	}
	w.from = some[taken-1].line + 1
	return next
}

// begin is how many tokens stand before a line.
func (u *Unit) begin(line int) int32 {
	if line == 0 {
		return 0
	}
	return u.Ends[line-1]
}

// rest finds lines outside of functions that stood outside of the functions of other files, or elsewhere in their own, before.
func (c *comparison) rest() {
	type place struct {
		unit *Unit
		line int
	}
	gone := map[uint32][]place{}
	left := map[*Unit][]bool{}
	note := func(u *Unit, is func(i int) bool) {
		flags := make([]bool, len(u.Lines))
		for i, print := range u.Lines {
			if flags[i] = is(i); flags[i] && !u.bare(i) && len(gone[print]) < 100 {
				gone[print] = append(gone[print], place{u, i})
			}
		}
		left[u] = flags
	}
	for _, l := range c.was {
		if l.unit.Name == "" && !c.matched[l.unit] {
			note(l.unit, func(int) bool { return true })
		}
	}
	for i := range c.out {
		if m := &c.out[i]; m.Unit.Name == "" && m.How == Changed {
			note(m.Was, func(i int) bool { return m.To[i] < 0 })
		}
	}
	if len(gone) == 0 {
		return
	}
	for i := range c.out {
		m := &c.out[i]
		if m.Unit.Name != "" || m.How != New && m.How != Changed {
			continue
		}
		fresh := m.Fresh
		if fresh == nil {
			fresh = make([]bool, len(m.Unit.Lines))
			for i := range fresh {
				fresh[i] = true
			}
		}
		any := false
		for at := 0; at < len(fresh); {
			n := 0
			var best place
			if fresh[at] {
				for _, p := range gone[m.Unit.Lines[at]] {
					k, full := 0, 0
					for at+k < len(fresh) && p.line+k < len(p.unit.Lines) && fresh[at+k] && left[p.unit][p.line+k] && m.Unit.Lines[at+k] == p.unit.Lines[p.line+k] {
						if !m.Unit.bare(at + k) {
							full++
						}
						k++
					}
					if full >= fewest && k > n {
						n, best = k, p
					}
				}
			}
			for k := range n {
				fresh[at+k], left[best.unit][best.line+k] = false, false
				any = true
			}
			at += max(n, 1)
		}
		if any {
			m.How, m.Fresh = Changed, fresh
		}
	}
}
