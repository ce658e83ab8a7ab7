// Package diag turns a snapshot into what an editor shows: diagnostics, lenses, hovers and the list
// of gaps. Its functions are pure; they speak in byte offsets of the text at hand.
package diag

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// Span is a stretch of a document in byte offsets: from Start up to, not including, End.
type Span struct {
	Start, End int
}

// Mark is a function that the profile knows, where it stands in the text now.
type Mark struct {
	coverage.Func
	// Ordinal tells functions of the same name and receiver apart (init, _): 0 for the first.
	Ordinal int
	// Now is where the whole function stands, NameNow where its name does.
	Now, NameNow Span
	// Stale tells that the function's text is not what it was when the profile was read. Its
	// statements are then those of the older text.
	Stale bool
	// Why says why nobody knows whether a function is covered; "" where somebody does. Of one that has changed since the
	// profile, Stale may tell what was known before.
	Why workspace.Why

	moved *workspace.MovedFrom // what is New on disk and stood in another file
	typed bool                 // it is not on disk
}

// Marks finds the functions of file in the document's text. A function whose text is unchanged is
// found wherever it was moved; one whose own text changed is stale; one that was deleted has no
// mark. Functions that the profile does not know have none either.
// The marks are made once for a document and a file, and must not be written.
func Marks(file *workspace.File, d *workspace.Document) []Mark { return placedIn(file, d).marks }

// placed is where the functions of a file are in a document.
type placed struct {
	// funcs are those of the profile's text that all stand for.
	funcs []coverage.Func
	// all has the functions that were deleted too: found says of each whether it is in the text.
	all   []Mark
	found []bool
	// marks are those that are.
	marks []Mark
	// lenses are the marks that have one, by what identifies them.
	lenses func() lensMarks
	// gaps are those of Gaps, diagnostics those of Diagnostics.
	gaps        func() []Gap
	diagnostics func() []Diagnostic
	// changes are what changed of the file since the base of its folder.
	changes func() *changes
	// jumps are the ids of the first gap of each function that has one, by Mark.id.
	jumps func() map[string]string
}

// placedIn finds the functions of a file in a document, once for the two.
func placedIn(file *workspace.File, d *workspace.Document) *placed {
	return d.Derive(file, func() any {
		p := &placed{}
		p.funcs, p.all, p.found = place(file, d)
		p.marks = p.all
		if slices.Contains(p.found, false) {
			p.marks = nil
			for i, m := range p.all {
				if p.found[i] {
					p.marks = append(p.marks, m)
				}
			}
		}
		if added := added(d, p.marks); len(added) > 0 {
			p.marks = append(slices.Clip(p.marks), added...)
			slices.SortStableFunc(p.marks, func(a, b Mark) int { return cmp.Compare(a.Now.Start, b.Now.Start) })
		}
		p.changes = sync.OnceValue(func() *changes {
			return d.DeriveBase(file, func() any { return changesOf(file, d.Base.String) }).(*changes)
		})
		p.lenses = sync.OnceValue(func() lensMarks { return newLensMarks(file, p.marks, p.changes()) })
		p.gaps = sync.OnceValue(func() []Gap { return placeGaps(file, d, p) })
		p.jumps = sync.OnceValue(func() map[string]string {
			out := map[string]string{}
			for _, g := range p.gaps() {
				if g.mark == nil {
					continue
				}
				if id := g.mark.id(file); out[id] == "" {
					out[id] = g.ID.String()
				}
			}
			return out
		})
		p.diagnostics = sync.OnceValue(func() []Diagnostic { return makeDiagnostics(file, d, p.gaps(), p.changes()) })
		return p
	}).(*placed)
}

// place is Marks with the functions that were deleted: found says of each whether it is in the text.
func place(file *workspace.File, d *workspace.Document) (funcs []coverage.Func, marks []Mark, found []bool) {
	funcs, unknown := withChanged(file)
	if file.Source == nil {
		base := d.ParsedBase()
		if file.Coverage.Funcs != nil {
			base = source.Locate(d.Path, d.Base.String(), file.Coverage.Funcs)
		}
		if base == nil {
			return nil, nil, nil
		}
		funcs = file.Coverage.Count(base.Funcs)
	}
	marks = make([]Mark, len(funcs))
	found = make([]bool, len(funcs))
	names := map[string]int{}
	for i, f := range funcs {
		name := f.String()
		marks[i] = Mark{Func: f, Ordinal: names[name]}
		if why := unknown[f.Span.Start]; why != "" {
			marks[i].Why, marks[i].Stale = why, why == workspace.Changed
			if from, ok := file.Arrived[f.Span.Start]; ok {
				marks[i].moved = &from
			}
		}
		names[name]++
	}
	now := d.Parsed()
	if now == nil || file.Coverage.Funcs != nil {
		// The language is not one that covls parses: functions are found by their lines alone.
		a := anchor{doc: d}
		for i := range marks {
			found[i] = a.unchanged(&marks[i]) || a.changed(&marks[i])
		}
		return funcs, marks, found
	}
	a := anchor{doc: d, now: now.Funcs, broken: now.Err != nil, taken: make([]bool, len(now.Funcs))}
	for i := range marks {
		found[i] = a.sameText(&marks[i])
	}
	for i := range marks {
		found[i] = found[i] || a.sameLines(&marks[i])
	}
	for i := range marks {
		found[i] = found[i] || a.sameName(&marks[i]) || a.samePlace(&marks[i])
	}
	return funcs, marks, found
}

// unchanged finds a function whose text is what it was, where the edits moved it.
func (a *anchor) unchanged(m *Mark) bool {
	base, now := a.doc.Base, a.doc.Text
	was := offsets(base, m.Span)
	body := base.String()[was.Start:was.End]
	print, known := a.prints[was]
	if !known {
		if a.prints == nil {
			a.prints = map[Span]uint64{}
		}
		print = source.Fingerprint(body)
		a.prints[was] = print
	}
	if print != m.Hash {
		return false
	}
	start := was.Start
	if base != now {
		line, ok := a.align().Line(m.Span.Start.Line)
		if start = now.At(line, m.Span.Start.Col); !ok || !strings.HasPrefix(now.String()[start:], body) {
			return false
		}
	}
	name := offsets(base, m.NameSpan)
	m.Now = Span{start, start + len(body)}
	m.NameNow = Span{name.Start - was.Start + start, name.End - was.Start + start}
	if !stands(now, m.NameNow, base.String()[name.Start:name.End]) {
		// The name is beside the function, and did not move with it.
		line, _ := now.LineCol(start)
		m.NameNow = offsets(now, source.NameSpan(now, line, line, m.Name))
	}
	return true
}

// stands reports whether the words are at a stretch of a text.
func stands(t *text.Text, at Span, words string) bool {
	return at.Start >= 0 && at.End <= t.Len() && t.String()[at.Start:at.End] == words
}

// changed finds what is left of a function: its first line that still stands, or, where even the
// text before the edits is not the profile's, the line of that number.
func (a *anchor) changed(m *Mark) bool {
	now := a.doc.Text
	at := min(m.Span.Start.Line, uint32(now.Lines()))
	if a.doc.Base != now {
		var stands bool
		if at, stands = a.firstLine(m.Span); !stands {
			return false
		}
	}
	m.Now = trimmedLine(now, at)
	m.NameNow = offsets(now, source.NameSpan(now, at, at, m.Name))
	m.Stale = true
	return true
}

func trimmedLine(t *text.Text, n uint32) Span {
	line := t.Line(n)
	start := t.At(n, 1)
	return Span{start + len(line) - len(strings.TrimLeft(line, " \t")), start + len(line)}
}

// anchor finds functions of one text in a later one.
type anchor struct {
	doc    *workspace.Document
	now    []coverage.Func
	broken bool   // the text has syntax errors
	taken  []bool // beside now
	byHash map[uint64][]int
	byName map[string][]int
	lines  *text.Map
	stands []uint32 // by line of the text before the edits: the next that still stands, itself included; 0 where none does
	base   map[uint64][]coverage.Func
	prints map[Span]uint64 // fingerprints of the base's stretches
}

// firstLine is where the first line of a span is now that still stands; ok is false where none does.
// Braces and blank lines are everywhere: they prove nothing.
func (a *anchor) firstLine(s coverage.Span) (now uint32, ok bool) {
	base := a.doc.Base
	if a.stands == nil {
		a.stands = make([]uint32, base.Lines()+2)
		for line := uint32(base.Lines()); line > 0; line-- {
			a.stands[line] = a.stands[line+1]
			if _, kept := a.align().Line(line); kept && len(strings.TrimSpace(base.Line(line))) > 1 {
				a.stands[line] = line
			}
		}
		a.stands[0] = a.stands[1]
	}
	if int(s.Start.Line) > base.Lines() {
		return 0, false
	}
	if next := a.stands[s.Start.Line]; next > 0 && next <= s.End.Line {
		return a.align().Line(next)
	}
	return 0, false
}

func (a *anchor) take(m *Mark, i int) {
	a.taken[i] = true
	t := a.doc.Text
	m.Now, m.NameNow = offsets(t, a.now[i].Span), offsets(t, a.now[i].NameSpan)
}

func offsets(t *text.Text, s coverage.Span) Span {
	return Span{t.At(s.Start.Line, s.Start.Col), t.At(s.End.Line, s.End.Col)}
}

// sameText finds the function by its text. Where several have the same text, they keep their
// order.
func (a *anchor) sameText(m *Mark) bool {
	if a.byHash == nil {
		a.byHash = map[uint64][]int{}
		for i, f := range a.now {
			a.byHash[f.Hash] = append(a.byHash[f.Hash], i)
		}
	}
	same := a.byHash[m.Hash]
	if len(same) == 0 {
		return false
	}
	a.byHash[m.Hash] = same[1:]
	a.take(m, same[0])
	return true
}

// sameLines finds a function that the parser can't make out in a text that is broken elsewhere:
// its lines are where the edit moved them, unchanged.
func (a *anchor) sameLines(m *Mark) bool {
	if !a.broken || a.doc.Base == a.doc.Text {
		return false
	}
	if a.base == nil {
		a.base = map[uint64][]coverage.Func{}
		if p := a.doc.ParsedBase(); p != nil {
			for _, f := range p.Funcs {
				a.base[f.Hash] = append(a.base[f.Hash], f)
			}
		}
	}
	then := a.base[m.Hash]
	if len(then) == 0 {
		return false
	}
	old := then[0]
	was := offsets(a.doc.Base, old.Span)
	body := a.doc.Base.String()[was.Start:was.End]
	line, ok := a.align().Line(old.Span.Start.Line)
	if !ok {
		return false
	}
	start := a.doc.Text.At(line, old.Span.Start.Col)
	if !strings.HasPrefix(a.doc.Text.String()[start:], body) {
		return false
	}
	a.base[m.Hash] = then[1:]
	shift := start - was.Start
	name := offsets(a.doc.Base, old.NameSpan)
	m.Now = Span{start, start + len(body)}
	m.NameNow = Span{name.Start + shift, name.End + shift}
	return true
}

func (a *anchor) align() *text.Map {
	if a.lines == nil {
		a.lines = text.Align(a.doc.Base, a.doc.Text)
	}
	return a.lines
}

// sameName finds a function whose text changed but not its name.
func (a *anchor) sameName(m *Mark) bool {
	if a.byName == nil {
		a.byName = map[string][]int{}
		for i, f := range a.now {
			if !a.taken[i] {
				a.byName[f.String()] = append(a.byName[f.String()], i)
			}
		}
	}
	same := a.byName[m.String()]
	if len(same) == 0 {
		return false
	}
	a.byName[m.String()] = same[1:]
	a.take(m, same[0])
	m.Stale = true
	return true
}

// samePlace finds a function that was renamed, or whose head can't be parsed, by its lines.
func (a *anchor) samePlace(m *Mark) bool {
	if a.doc.Base == a.doc.Text {
		return false
	}
	first, stands := a.firstLine(m.Span)
	if !stands {
		return false
	}
	// The functions do not overlap: the first that ends on the line or behind it is the only one there.
	i, _ := slices.BinarySearchFunc(a.now, first, func(f coverage.Func, line uint32) int { return cmp.Compare(f.Span.End.Line, line) })
	if i < len(a.now) && a.now[i].Span.Start.Line <= first {
		if a.taken[i] {
			return false
		}
		a.take(m, i)
		m.Stale = true
		return true
	}
	if !a.broken {
		return false
	}
	m.Now = trimmedLine(a.doc.Text, first)
	m.NameNow = m.Now
	m.Stale = true
	return true
}

// point moves a place of the profile to where it is in the text now, as the function around it moved. One that
// is not in the text is at its end, or its start. The function must not be stale.
func (m *Mark) point(t *text.Text, p coverage.Point) int {
	line, col := t.LineCol(m.Now.Start)
	if p.Line == m.Span.Start.Line {
		return t.At(line, shifted(col, p.Col, m.Span.Start.Col))
	}
	return t.At(shifted(line, p.Line, m.Span.Start.Line), p.Col)
}

// shifted is what is at n when what was at from is at now; 0 is before the first.
func shifted(now, n, from uint32) uint32 {
	return uint32(min(max(int64(now)+int64(n)-int64(from), 0), math.MaxUint32))
}

func (m *Mark) span(t *text.Text, s coverage.Span) Span {
	return Span{m.point(t, s.Start), m.point(t, s.End)}
}

// profilePoint is the place of the profile for an offset in the function's text now.
func (m *Mark) profilePoint(t *text.Text, offset int) coverage.Point {
	line, col := t.LineCol(m.Now.Start)
	l, c := t.LineCol(offset)
	if l == line {
		return coverage.Point{Line: m.Span.Start.Line, Col: m.Span.Start.Col + c - col}
	}
	return coverage.Point{Line: m.Span.Start.Line + l - line, Col: c}
}

// regions are the profile's regions in the function.
func (m *Mark) regions(file *workspace.File) []coverage.Region {
	return coverage.Within(file.Coverage.Regions, m.Span)
}

// Closed makes a document of a file that is not open, from its text on disk.
func Closed(path, content string) *workspace.Document {
	return workspace.NewDocument("", path, 0, text.New(content))
}

// added are functions of the text that the one before the edits does not have, but those that are marked.
func added(d *workspace.Document, marks []Mark) (out []Mark) {
	if d.Base == d.Text {
		return nil
	}
	now, base := d.Parsed(), d.ParsedBase()
	if now == nil || base == nil || now.Err != nil || base.Err != nil {
		return nil
	}
	names, hashes, marked := map[string]bool{}, map[uint64]bool{}, map[Span]bool{}
	for i := range base.Funcs {
		names[base.Funcs[i].String()], hashes[base.Funcs[i].Hash] = true, true
	}
	for i := range marks {
		marked[marks[i].NameNow] = true
	}
	for _, f := range now.Funcs {
		m := Mark{Func: f, Why: workspace.New, typed: true, Now: offsets(d.Text, f.Span), NameNow: offsets(d.Text, f.NameSpan)}
		if !names[f.String()] && !hashes[f.Hash] && !marked[m.NameNow] {
			m.Statements = coverage.Tally{}
			out = append(out, m)
		}
	}
	return out
}

// withChanged are the functions of a file with those of which nobody knows whether they are covered, which say of
// themselves what the profile said before they changed. Why is, for each of them, why that is so, by where it begins.
func withChanged(file *workspace.File) (funcs []coverage.Func, why map[coverage.Point]workspace.Why) {
	if len(file.Unknown) == 0 {
		return file.Funcs, nil
	}
	why = map[coverage.Point]workspace.Why{}
	funcs = slices.Clone(file.Funcs)
	for _, u := range file.Unknown {
		why[u.Span.Start] = u.Why
		i, known := slices.BinarySearchFunc(funcs, u.Span.Start, func(f coverage.Func, p coverage.Point) int { return f.Span.Start.Compare(p) })
		if !known {
			funcs = slices.Insert(funcs, i, u.Func)
		}
		f := &funcs[i]
		f.Statements, f.Counted, f.Count = coverage.Tally{}, false, 0
		if u.Was != nil {
			f.Statements, f.Counted, f.Count = u.Was.Statements, u.Was.Counted, u.Was.Count
		}
	}
	return funcs, why
}
