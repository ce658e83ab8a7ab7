package diag

import (
	"cmp"
	"slices"
	"strings"

	"github.com/covls/covls/change"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// State is how much of a function ran.
type State string

// The values of State.
const (
	Covered    State = "covered"
	Partly     State = "partly"
	NotCovered State = "uncovered"
	Excluded   State = "excluded"
	// New is that of a function which the profile's text does not have, Unknown that of another of which nobody knows
	// whether it is covered.
	New     State = "new"
	Unknown State = "unknown"
)

// Picture is all that is known of a document, for an editor that draws it. What the profile says of a
// place is left out where nobody knows where that place is now: in stale functions, and on lines
// outside of functions that were edited.
type Picture struct {
	File *workspace.File
	// Stale tells that some function is.
	Stale bool
	// Runs are in the order of their starts; one may lie inside an earlier one.
	Runs []Run
	// Changed is what is new since the base of the folder, as far as anybody has looked.
	Changed   []Changed
	Decisions []Decision
	Funcs     []FuncPicture
	Excluded  []Exclusion
}

// Run is a stretch that runs as a whole: a block of statements, or a line.
type Run struct {
	Span Span
	// Count is how often it ran. Known is false where it ran and nobody knows how often.
	Count uint64
	Known bool
	// Statements is how much of the file's unit begins in it; for a line it is 1.
	Statements int
}

// Changed are statements, or a line, that are new since the base.
type Changed struct {
	Span    Span
	Covered bool
}

// Decision is a place with several ways out.
type Decision struct {
	// Line is the 1-based line of the text.
	Line uint32
	// Ways are how often each was taken.
	Ways []uint64
}

// FuncPicture is a function that has something to cover, is excluded, or of which nobody knows.
type FuncPicture struct {
	Mark
	State State
	// Kind is what sort of code the whole function is.
	Kind source.Kind
	// Calls is how often the function was called. Known is false where nobody knows.
	Calls uint64
	Known bool
}

// Exclusion is a stretch that counts in no total.
type Exclusion struct {
	Span   Span
	Reason string
}

// PictureOf returns what the profiles say of a document; nil where none names it. Hidden marks are no
// reason to hide it.
func PictureOf(s *workspace.Snapshot, d *workspace.Document) *Picture {
	file := s.FileOf(d)
	if file == nil {
		return nil
	}
	in := placedIn(file, d)
	v := newMover(file, d, in)
	p := &Picture{File: file, Runs: v.runs(), Decisions: v.decisions(), Changed: v.changed()}
	for i := range in.marks {
		p.Stale = p.Stale || in.marks[i].Stale
		if f, ok := pictureOf(file, &in.marks[i]); ok {
			if _, moved := movedTo(s, d, &in.marks[i]); moved {
				f.State = Unknown
			}
			p.Funcs = append(p.Funcs, f)
		}
	}
	for _, e := range file.Excluded {
		if now, ok := v.span(e.Span); ok {
			p.Excluded = append(p.Excluded, Exclusion{now, e.Reason})
		}
	}
	return p
}

func pictureOf(file *workspace.File, m *Mark) (f FuncPicture, ok bool) {
	if m.Why == workspace.New { // its places are of the text at hand
		return FuncPicture{Mark: *m, State: New}, true
	}
	f.Mark, f.Kind = *m, gap.KindOf(file, &m.Func)
	_, excluded := file.ExcludedBy(m.Span.Start)
	switch {
	case excluded:
		f.State = Excluded
		return f, true
	case m.Uncovered():
		f.State, f.Known = NotCovered, true
		return f, true
	case m.Why != "" && m.Statements.Total == 0 && !m.Counted:
		f.State = Unknown
		return f, true
	case m.Statements.Total == 0 && !m.Counted:
		return f, false
	case m.Statements.Uncovered() == 0:
		f.State = Covered
	default:
		f.State = Partly
	}
	regions := m.regions(file)
	switch {
	case !file.Counted():
	case m.Counted:
		f.Calls, f.Known = m.Count, true
	case len(regions) > 0: // the first is entered by every call
		f.Calls, f.Known = regions[0].Count, true
	}
	return f, true
}

// mover moves places of the profile's text to where they are in the document.
type mover struct {
	file  *workspace.File
	doc   *workspace.Document
	marks []Mark
	found []bool           // beside marks: whether the function is in the document
	ends  []coverage.Point // beside marks: the last end of those up to it
	at    int              // the mark that was last asked for
	a     anchor
}

func newMover(file *workspace.File, d *workspace.Document, p *placed) *mover {
	v := &mover{file: file, doc: d, marks: p.all, found: p.found, a: anchor{doc: d}}
	var last coverage.Point
	for _, m := range v.marks {
		if m.Span.End.Compare(last) > 0 {
			last = m.Span.End
		}
		v.ends = append(v.ends, last)
	}
	return v
}

// around is the function around a place of the profile; nil where there is none.
func (v *mover) around(p coverage.Point) (m *Mark, found bool) {
	// Callers ask in ascending order, so that this rarely moves.
	for v.at > 0 && p.Compare(v.marks[v.at].Span.Start) < 0 {
		v.at--
	}
	for v.at+1 < len(v.marks) && v.marks[v.at+1].Span.Start.Compare(p) <= 0 {
		v.at++
	}
	for i := v.at; i >= 0 && i < len(v.marks) && p.Compare(v.ends[i]) < 0; i-- {
		if v.marks[i].Span.Contains(p) {
			return &v.marks[i], v.found[i]
		}
	}
	return nil, false
}

// span moves a stretch; ok is false where nobody knows where it is now.
func (v *mover) span(s coverage.Span) (now Span, ok bool) {
	m, found := v.around(s.Start)
	switch {
	case m == nil:
		return v.outside(s)
	case !found || m.Stale:
		return Span{}, false
	}
	now = m.span(v.doc.Text, s)
	now.End = max(now.Start, min(now.End, m.Now.End))
	return now, true
}

// outside moves a stretch that is in no function by its first and last lines, which must be as they
// were.
func (v *mover) outside(s coverage.Span) (now Span, ok bool) {
	t := v.doc.Text
	last := s.End.Line
	if s.End.Col == 0 && last > s.Start.Line { // the end of a stretch of whole lines
		last--
	}
	first, ok := v.line(s.Start.Line)
	if !ok {
		return Span{}, false
	}
	if last, ok = v.line(last); !ok || last < first {
		return Span{}, false
	}
	now = Span{t.At(first, s.Start.Col), t.At(last, s.End.Col)}
	if s.End.Col == 0 {
		now.End = trimmedLine(t, last).End
	}
	return now, now.Start <= now.End
}

// line is where a line of the profile's text is now, outside of functions.
func (v *mover) line(n uint32) (now uint32, ok bool) {
	switch {
	case int(n) > v.doc.Base.Lines():
		return 0, false
	case v.doc.Base == v.doc.Text:
		return n, true
	}
	return v.a.align().Line(n)
}

func (v *mover) runs() []Run {
	counted := v.file.Counted()
	var out []Run
	if v.file.Coverage.Unit == coverage.Lines {
		for _, l := range v.file.Coverage.Lines {
			if n, ok := v.lineNow(l.Number); ok {
				out = append(out, Run{Span: trimmedLine(v.doc.Text, n), Count: l.Count, Known: counted || l.Count == 0, Statements: 1})
			}
		}
		return out
	}
	for _, r := range v.file.Coverage.Regions {
		if r.Statements == 0 {
			continue
		}
		if now, ok := v.span(coverage.Span{Start: r.Start, End: r.End}); ok {
			out = append(out, Run{Span: now, Count: r.Count, Known: counted || r.Count == 0, Statements: int(r.Statements)})
		}
	}
	return out
}

// changed are where that stands which changed since the base, in the order of the text.
func (v *mover) changed() (out []Changed) {
	since := v.file.Since
	if since == nil || since.Coverage != v.file.Coverage {
		return nil
	}
	judged := slices.SortedFunc(slices.Values(since.Judged), func(a, b change.Judged) int { return cmp.Compare(a.Lines[0], b.Lines[0]) })
	for _, j := range judged {
		first, ok := v.lineNow(j.Lines[0])
		if !ok {
			continue
		}
		if last, ok := v.lineNow(j.Lines[1]); ok && last >= first {
			out = append(out, Changed{Span{trimmedLine(v.doc.Text, first).Start, trimmedLine(v.doc.Text, last).End}, j.Covered})
		}
	}
	return out
}

// lineNow is where a line of the profile is now.
func (v *mover) lineNow(n uint32) (now uint32, ok bool) {
	if n == 0 {
		return 0, false // the profile does not tell
	}
	line := v.doc.Base.Line(min(n, uint32(v.doc.Base.Lines())))
	p := coverage.Point{Line: n, Col: uint32(len(line)-len(strings.TrimLeft(line, space))) + 1}
	m, found := v.around(p)
	switch {
	case m == nil:
		return v.line(n)
	case !found || m.Stale:
		return 0, false
	}
	now, _ = v.doc.Text.LineCol(m.point(v.doc.Text, coverage.Point{Line: n, Col: 1}))
	return now, true
}

func (v *mover) decisions() []Decision {
	var out []Decision
	var last coverage.Branch
	shown := false // whether the decision of last is in out
	for i, b := range v.file.Coverage.Branches {
		if i == 0 || b.Line != last.Line || b.Block != last.Block {
			var n uint32
			if n, shown = v.lineNow(b.Line); shown {
				out = append(out, Decision{Line: n})
			}
			last = b
		}
		if shown {
			d := &out[len(out)-1]
			d.Ways = append(d.Ways, b.Count)
		}
	}
	return out
}
