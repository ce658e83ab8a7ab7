package diag

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// Shape says how much of a function a gap is.
type Shape string

const (
	// Function is a function that no test reaches.
	Function Shape = "function"
	// Stretch is a part that never ran of a function that did.
	Stretch Shape = "stretch"
)

// Gap is a place where a test is missing. File, Func and Shape (and for stretches the order among
// the function's) identify it across edits and reports.
type Gap struct {
	File  *workspace.File
	Shape Shape
	// Kind is what sort of code it is.
	Kind source.Kind
	Func coverage.Func
	// Statements are those that never ran.
	Statements int
	Message    string
	// Span is where the gap stands in the document it was asked for.
	Span Span
}

// Gaps lists the gaps of a document in the order of its text. Hidden marks are no reason to hide
// gaps from somebody who asks; stale functions that the settings hide are left out.
func Gaps(s *workspace.Snapshot, d *workspace.Document) []Gap {
	file := s.FileOf(d)
	if file == nil {
		return nil
	}
	if file.Coverage.Unit == coverage.Lines && file.Coverage.Funcs == nil && file.Source == nil {
		return lineGaps(file, d)
	}
	var out []Gap
	for _, m := range Marks(file, d) {
		switch {
		case m.Stale && file.Folder.Settings.Stale == config.StaleHide:
		case m.Uncovered():
			g := functionGap(file, &m.Func)
			g.Span = m.NameNow
			out = append(out, g)
		default:
			for _, r := range stretchesOf(file, &m, d) {
				out = append(out, stretchGap(file, &m.Func, r))
			}
		}
	}
	return out
}

// functionGap is the gap of a function that no test reaches, without its place.
func functionGap(file *workspace.File, f *coverage.Func) Gap {
	return Gap{
		File: file, Shape: Function, Kind: FuncKind(file, f), Func: *f, Statements: f.Statements.Uncovered(),
		Message: uncovered(file, f),
	}
}

func stretchGap(file *workspace.File, f *coverage.Func, r Related) Gap {
	return Gap{
		File: file, Shape: Stretch, Kind: r.Kind, Func: *f, Statements: r.Missed,
		Message: fmt.Sprintf("%s: %s", f, r.Message), Span: r.Span,
	}
}

// ClosedGaps lists the gaps of a file in the text that was looked at when its profile was read. Unlike
// Gaps it has no need to parse the text.
func ClosedGaps(file *workspace.File, content string) []Gap {
	d := Closed(file.Path, content)
	if file.Coverage.Unit == coverage.Lines && file.Coverage.Funcs == nil && file.Source == nil {
		return lineGaps(file, d)
	}
	var out []Gap
	for _, f := range file.Funcs {
		m := Mark{Func: f, Now: offsets(d.Text, f.Span), NameNow: offsets(d.Text, f.NameSpan)}
		if f.Uncovered() {
			g := functionGap(file, &f)
			g.Span = m.NameNow
			out = append(out, g)
			continue
		}
		for _, r := range stretchesOf(file, &m, d) {
			out = append(out, stretchGap(file, &f, r))
		}
	}
	return out
}

// lineGaps are the missed stretches of a file whose functions nobody tells: those whose lines still
// stand as they did.
func lineGaps(file *workspace.File, d *workspace.Document) []Gap {
	a := anchor{doc: d}
	var out []Gap
	for _, s := range coverage.MissedLines(file.Coverage.Lines) {
		lines := coverage.LinesWithin(file.Coverage.Lines, coverage.Span{Start: s.Start, End: coverage.Point{Line: s.End.Line - 1}})
		first, last := lines[0].Number, lines[len(lines)-1].Number
		if d.Base != d.Text {
			var ok, ok2 bool
			first, ok = a.align().Line(first)
			last, ok2 = a.align().Line(last)
			if !ok || !ok2 {
				continue
			}
		}
		span := Span{trimmedLine(d.Text, first).Start, trimmedLine(d.Text, last).End}
		r := neverRan(d, span, coverage.Lines, len(lines), source.Ordinary)
		out = append(out, Gap{File: file, Shape: Stretch, Statements: len(lines), Message: r.Message, Span: r.Span})
	}
	return out
}

// Next is the first gap that begins behind offset, or the first of all where none does; Previous
// the last that ends before it, or the last of all. ok is false where there is no gap.
func Next(gaps []Gap, offset int) (g Gap, ok bool) {
	if len(gaps) == 0 {
		return Gap{}, false
	}
	i := slices.IndexFunc(gaps, func(g Gap) bool { return g.Span.Start > offset })
	return gaps[max(i, 0)], true
}

// Previous is described at Next.
func Previous(gaps []Gap, offset int) (g Gap, ok bool) {
	if len(gaps) == 0 {
		return Gap{}, false
	}
	for _, g := range slices.Backward(gaps) {
		if g.Span.End <= offset && g.Span.Start < offset {
			return g, true
		}
	}
	return gaps[len(gaps)-1], true
}

// FilesByUrgency lists the files that have uncovered statements, the most urgent first: by tier, by
// score, by what is uncovered, then by name.
func FilesByUrgency(s *workspace.Snapshot) []*workspace.File {
	var out []*workspace.File
	for f := range maps.Values(s.Files) {
		if f.Total.Uncovered() > 0 {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, ByUrgency)
	return out
}

// ByUrgency is the order of FilesByUrgency.
func ByUrgency(a, b *workspace.File) int {
	return cmp.Or(
		cmp.Compare(level(a), level(b)),
		cmp.Compare(b.Standing.Score, a.Standing.Score),
		cmp.Compare(b.Total.Uncovered(), a.Total.Uncovered()),
		cmp.Compare(a.Name, b.Name),
	)
}

// level is 0 for the most urgent tier, and beyond all tiers for a file at its target.
func level(f *workspace.File) int {
	switch f.Standing.Tier {
	case config.TierCritical:
		return 0
	case config.TierHigh:
		return 1
	case config.TierMedium:
		return 2
	case config.TierLower:
		return 3
	}
	return 4
}
