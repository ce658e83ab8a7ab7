package diag

import (
	"cmp"
	"slices"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// Gap is a gap in words, and where it stands in the document it was asked for.
type Gap struct {
	gap.Gap
	Message string
	// Order is its 1-based place in order of urgency among all gaps of a GapTree; 0 elsewhere.
	Order int
	// At is the name of a function that no test reaches, or what never ran; the zero Span where there is no
	// document.
	At Span
	// Change says what became of it since the base of the folder.
	Change Change
	// When is when a stretch runs; nil where that is not known, or was not asked for.
	When []source.When

	mark *Mark  // of the function; nil outside of functions
	part string // Message without the function's name, of a stretch
}

// Gaps lists the gaps of a document in the order of its text. Hidden marks are no reason to hide
// gaps from somebody who asks; those in stale functions that the settings hide are left out, and stretches of
// which nobody knows where they are: in stale functions, and on edited lines outside of functions. It must not be
// written.
func Gaps(s *workspace.Snapshot, d *workspace.Document) []Gap {
	file := s.FileOf(d)
	if file == nil {
		return nil
	}
	return placedIn(file, d).gaps()
}

// ClosedGaps lists the gaps of a file in the text that was looked at when its profile was read, in the order of
// that text. Unlike Gaps it has no need to parse it.
func ClosedGaps(file *workspace.File, content string) []Gap {
	d := Closed(file.Path, content)
	p := &placed{funcs: file.Funcs, changes: func() *changes { return changesOf(file, d.Base.String) }}
	for _, f := range p.funcs {
		p.all = append(p.all, Mark{Func: f, Now: offsets(d.Text, f.Span), NameNow: offsets(d.Text, f.NameSpan)})
		p.found = append(p.found, true)
	}
	return placeGaps(file, d, p)
}

// ProfileGaps lists the gaps of a file in the order of the text that its profile speaks of. They have no At.
func ProfileGaps(file *workspace.File) []Gap {
	var out []Gap
	known := changesOf(file, nil)
	for _, g := range gap.Of(file) {
		p := Gap{Gap: g}
		p.words(g.Span.Start.Line, g.LastLine())
		known.put(&p)
		out = append(out, p)
	}
	return out
}

// placeGaps finds the gaps of a file in a document.
func placeGaps(file *workspace.File, d *workspace.Document, p *placed) []Gap {
	v := newMover(file, d, p)
	known := p.changes()
	var out []Gap
	for _, g := range gap.Among(file, p.funcs) {
		at, ok := v.gap(&g)
		if !ok {
			continue
		}
		p := Gap{Gap: g, At: at}
		if g.Index >= 0 {
			p.mark = &v.marks[g.Index]
		}
		first, _ := d.Text.LineCol(at.Start)
		last, _ := d.Text.LineCol(at.End)
		p.words(first, last)
		known.put(&p)
		out = append(out, p)
	}
	slices.SortStableFunc(out, func(a, b Gap) int { return cmp.Compare(a.At.Start, b.At.Start) })
	return out
}

// gap is where a gap stands; ok is false where it is not in the text, or nobody knows where.
func (v *mover) gap(g *gap.Gap) (at Span, ok bool) {
	if g.Index < 0 {
		if at, ok = v.outside(g.Span); !ok {
			return Span{}, false
		}
		return inner(v.doc.Text.String(), at), true
	}
	m := &v.marks[g.Index]
	switch {
	case !v.found[g.Index], m.Stale && v.file.Folder.Settings.Stale == config.StaleHide:
		return Span{}, false
	case g.Shape == gap.Function:
		return m.NameNow, true
	case m.Stale:
		return Span{}, false
	}
	return m.stretch(v.file, v.doc, g.Span), true
}

// stretch is where a stretch of the function stands, which must not be stale.
func (m *Mark) stretch(file *workspace.File, d *workspace.Document, s coverage.Span) Span {
	now := m.span(d.Text, s)
	if file.Coverage.Unit == coverage.Lines {
		now.End = max(now.Start, min(now.End, m.Now.End))
		return trimmed(d.Text.String(), now)
	}
	return inner(d.Text.String(), now)
}

// words says what a gap is, without how urgent it is. A stretch goes from the 1-based line first to last.
func (g *Gap) words(first, last uint32) {
	if g.Shape == gap.Function {
		g.Message = uncovered(g.File, g.Fn, g.Kind)
		if against := g.Against(); against != "" {
			g.Message += " · " + against
		}
		return
	}
	g.part = neverRan(first, last, g.File, g.Missed, g.Kind)
	g.Message = g.part
	if g.Fn != nil {
		g.Message = gap.Title(g.File, g.Fn) + ": " + g.part
	}
}

// Next is the first gap that begins behind offset, or the first of all where none does; Previous
// the last that ends before it, or the last of all. The gaps are those of Gaps. ok is false where there is none.
func Next(gaps []Gap, offset int) (g Gap, ok bool) {
	if len(gaps) == 0 {
		return Gap{}, false
	}
	i := slices.IndexFunc(gaps, func(g Gap) bool { return g.At.Start > offset })
	return gaps[max(i, 0)], true
}

// Previous is described at Next.
func Previous(gaps []Gap, offset int) (g Gap, ok bool) {
	if len(gaps) == 0 {
		return Gap{}, false
	}
	for _, g := range slices.Backward(gaps) {
		if g.At.End <= offset && g.At.Start < offset {
			return g, true
		}
	}
	return gaps[len(gaps)-1], true
}

// MostUrgent is the most urgent of gaps; ok is false where there is none.
func MostUrgent(gaps []Gap) (g Gap, ok bool) {
	if len(gaps) == 0 {
		return Gap{}, false
	}
	return slices.MinFunc(gaps, func(a, b Gap) int { return gap.Compare(&a.Gap, &b.Gap) }), true
}

// GapAt is the gap that stands at an offset of the document, or begins on its line: the last to begin of those. ok is
// false where none does.
func GapAt(gaps []Gap, d *workspace.Document, offset int) (g Gap, ok bool) {
	line, _ := d.Text.LineCol(offset)
	for _, c := range gaps {
		first, _ := d.Text.LineCol(c.At.Start)
		if c.At.Start <= offset && offset <= c.At.End || first == line {
			g, ok = c, true
		}
	}
	return g, ok
}
