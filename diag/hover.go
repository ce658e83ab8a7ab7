package diag

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/workspace"
)

// Hover is what is known of a place of a document.
type Hover struct {
	// Span is the stretch that the text speaks of.
	Span Span
	// Markdown is the text, in which nothing that others wrote is a mark or a link.
	Markdown string
}

// hoverStretches is how many missed stretches a hover lists, hoverProfiles how many profiles.
const (
	hoverStretches = 8
	hoverProfiles  = 8
)

// HoverAt tells, on a function's name, how much of it ran, what was missed and how far the file is
// from its target; elsewhere in a function, how often the code there ran. ok is false where
// nothing is known.
func HoverAt(s *workspace.Snapshot, d *workspace.Document, offset int) (h Hover, ok bool) {
	file := s.FileOf(d)
	if file == nil || s.Hidden {
		return Hover{}, false
	}
	for _, m := range Marks(file, d) {
		switch {
		case m.NameNow.Start <= offset && offset <= m.NameNow.End:
			return hoverFunc(s, file, d, &m), true
		case m.Now.Start <= offset && offset <= m.Now.End:
			return hoverRegion(file, d, &m, offset)
		}
	}
	return Hover{}, false
}

func hoverFunc(s *workspace.Snapshot, file *workspace.File, d *workspace.Document, m *Mark) Hover {
	var b strings.Builder
	unit := file.Coverage.Unit
	e, excluded := file.ExcludedBy(m.Span.Start)
	switch {
	case excluded:
		fmt.Fprintf(&b, "%s is %s: it counts in no total\n", escape.Code(m.Func.String()), excludedWords(escape.Prose(e.Reason)))
	case m.Why == workspace.New:
		fmt.Fprintf(&b, "%s is new since the last run of the tests: nobody knows yet whether one reaches it\n", escape.Code(m.Func.String()))
	case m.Why == workspace.NotFound:
		fmt.Fprintf(&b, "Nobody knows whether a test reaches %s: the text that the profile is of was not found. Run the tests again\n", escape.Code(m.Func.String()))
	case m.Why == workspace.Changed && m.Statements.Total == 0 && !m.Counted:
		fmt.Fprintf(&b, "%s has changed since the last run of the tests: nobody knows whether one reaches it\n", escape.Code(m.Func.String()))
	case m.Statements.Total == 0 && !m.Counted:
		fmt.Fprintf(&b, "%s has no statements: nothing to cover\n", escape.Code(m.Func.String()))
	case m.Uncovered():
		fmt.Fprintf(&b, "**Not %s**: %s, %s\n", reached(file), escape.Code(m.Func.String()), size(&m.Func, unit))
	default:
		fmt.Fprintf(&b, "**%s covered**: %s, %s\n", percent(m.Statements), escape.Code(m.Func.String()), of(m.Statements, unit))
	}
	if text := facts(s, file, &m.Func); text != "" && !excluded {
		fmt.Fprintf(&b, "\n%s\n", text)
	}
	if file.OwnTests && m.Statements.Uncovered() > 0 && !excluded {
		fmt.Fprintf(&b, "\nTests of other packages import this one, and the profile does not count what they run of it: with %s it would.\n", escape.Code(CoverPackages))
	}
	if m.Stale {
		fmt.Fprintf(&b, "\n*Stale*: its text changed since the profile was made; the numbers are of the text before.\n")
	}
	var missed []Related
	if !m.Uncovered() { // else it would be all of it
		missed = missedIn(file, m, d)
	}
	if len(missed) > 0 {
		b.WriteString("\n")
	}
	for i, r := range missed {
		if i == hoverStretches {
			fmt.Fprintf(&b, "- and %s more\n", plural(len(missed)-i, "place"))
			break
		}
		line, _ := d.Text.LineCol(r.Span.Start)
		fmt.Fprintf(&b, "- %s: %s\n", r.Message, escape.Code(snippet(d.Text.Line(line))))
	}
	if file.Nothing() {
		fmt.Fprintf(&b, "\n%s: unknown.\n", escape.Code(file.Name))
	} else if file.Gap() > 0 || file.Standing.Rule != nil {
		fmt.Fprintf(&b, "\n%s: %s. %s\n", escape.Code(file.Name), percent(file.Total), escape.Prose(file.Reason()))
	} else {
		fmt.Fprintf(&b, "\n%s: %s, %s, %s%s.\n", escape.Code(file.Name), percent(file.Total), of(file.Total, unit), target(file), AndUnknown(len(file.Unknown)))
	}
	b.WriteString(origin(file))
	return Hover{m.NameNow, b.String()}
}

// snippet is a line short enough for a list.
func snippet(line string) string {
	const most = 60
	r := []rune(strings.ReplaceAll(strings.TrimSpace(line), "\t", " "))
	if len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return string(r)
}

// origin says which profiles the numbers are from and when those were written.
func origin(file *workspace.File) string {
	var b strings.Builder
	coarser := 0
	for i, p := range file.Speaking {
		if p.File.Unit != file.Coverage.Unit {
			coarser++
		}
		if i >= hoverProfiles {
			continue
		}
		fmt.Fprintf(&b, "\nFrom %s, written %s.\n", escape.Code(ProfileName(p.Profile)), p.Profile.ModTime.Format("2006-01-02 15:04:05"))
		if p.Profile.Trouble != nil {
			fmt.Fprintf(&b, "\n*Not the newest*: %s\n", escape.Prose(p.Profile.Trouble.Error()))
		}
	}
	if n := len(file.Speaking) - hoverProfiles; n > 0 {
		fmt.Fprintf(&b, "\nAnd from %s.\n", plural(n, "more profile"))
	}
	if coarser > 0 {
		fmt.Fprintf(&b, "\nCounted in %s, which is finer than the %s of %s.\n",
			file.Coverage.Unit, coverage.Lines, plural(coarser, "profile"))
	}
	return b.String()
}

// hoverRegion speaks of the innermost region around offset.
func hoverRegion(file *workspace.File, d *workspace.Document, m *Mark, offset int) (h Hover, ok bool) {
	if m.Stale {
		return Hover{}, false
	}
	at := m.profilePoint(d.Text, offset)
	if e, ok := file.ExcludedBy(at); ok {
		now := m.span(d.Text, e.Span)
		now.Start, now.End = max(now.Start, m.Now.Start), min(now.End, m.Now.End)
		return Hover{now, fmt.Sprintf("**Excluded**: %s; it counts in no total\n", cmp.Or(escape.Prose(e.Reason), "by a marker in the source"))}, true
	}
	if file.Coverage.Unit == coverage.Lines {
		return hoverLine(file, d, m, at)
	}
	r, ok := regionAt(m.regions(file), at)
	if !ok {
		return Hover{}, false
	}
	var b strings.Builder
	n := plural(int(r.Statements), "statement")
	switch {
	case r.Count == 0:
		fmt.Fprintf(&b, "**%s**: this block of %s\n", upper(didNotRun(file)), n)
	case file.Counted():
		fmt.Fprintf(&b, "**Ran %d×**: this block of %s\n", r.Count, n)
	default:
		fmt.Fprintf(&b, "**Ran**: this block of %s\n", n)
	}
	origins(&b, file, func(p workspace.Part) string {
		if p.File.Unit == coverage.Lines {
			return countOf(p, at.Line)
		}
		return countIn(p, r)
	})
	return Hover{m.span(d.Text, coverage.Span{Start: r.Start, End: r.End}), b.String()}, true
}

// origins says, where there are several profiles, what each of them tells.
func origins(b *strings.Builder, file *workspace.File, tells func(workspace.Part) string) {
	if len(file.Speaking) < 2 {
		return
	}
	b.WriteString("\n")
	for i, p := range file.Speaking {
		if i == hoverProfiles {
			fmt.Fprintf(b, "- and %s\n", plural(len(file.Speaking)-i, "more profile"))
			break
		}
		fmt.Fprintf(b, "- %s: %s\n", escape.Code(ProfileName(p.Profile)), tells(p))
	}
}

// hoverLine speaks of a line and of the ways out of it.
func hoverLine(file *workspace.File, d *workspace.Document, m *Mark, at coverage.Point) (h Hover, ok bool) {
	one := coverage.Span{Start: coverage.Point{Line: at.Line}, End: coverage.Point{Line: at.Line}}
	found := coverage.LinesWithin(file.Coverage.Lines, one)
	if len(found) == 0 {
		return Hover{}, false
	}
	var b strings.Builder
	if found[0].Count == 0 {
		b.WriteString("**Never ran**: this line\n")
	} else {
		fmt.Fprintf(&b, "**Ran %d×**: this line\n", found[0].Count)
	}
	var ways coverage.Tally
	for _, w := range file.Coverage.Branches {
		if w.Line == at.Line {
			ways.Total++
			if w.Count > 0 {
				ways.Covered++
			}
		}
	}
	if ways.Total > 0 && found[0].Count > 0 {
		fmt.Fprintf(&b, "\n%d of %d branches taken\n", ways.Covered, ways.Total)
	}
	origins(&b, file, func(p workspace.Part) string { return countOf(p, at.Line) })
	line, _ := d.Text.LineCol(m.point(d.Text, coverage.Point{Line: at.Line, Col: 1}))
	return Hover{trimmedLine(d.Text, line), b.String()}, true
}

// countOf is what a profile says of a line.
func countOf(p workspace.Part, line uint32) string {
	at := coverage.Point{Line: line}
	l := coverage.LinesWithin(p.File.Lines, coverage.Span{Start: at, End: at})
	switch {
	case len(l) == 0:
		return "not in it"
	case l[0].Count == 0:
		return "never"
	case !p.Profile.Report.Counted:
		return "ran"
	}
	return fmt.Sprintf("%d×", l[0].Count)
}

// countIn is what a profile says of a region.
func countIn(p workspace.Part, r coverage.Region) string {
	for _, q := range coverage.Within(p.File.Regions, coverage.Span{Start: r.Start, End: coverage.Point{Line: r.Start.Line, Col: r.Start.Col + 1}}) {
		switch {
		case q.Compare(r) != 0:
		case q.Count == 0:
			return "never"
		case !p.Profile.Report.Counted:
			return "ran"
		default:
			return fmt.Sprintf("%d×", q.Count)
		}
	}
	return "not in it"
}

// regionAt finds the innermost region with statements around p: the one that begins last.
func regionAt(regions []coverage.Region, p coverage.Point) (r coverage.Region, ok bool) {
	for _, c := range regions {
		if c.Statements > 0 && c.Start.Compare(p) <= 0 && p.Compare(c.End) < 0 {
			r, ok = c, true
		}
	}
	return r, ok
}
