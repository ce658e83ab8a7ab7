package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/covls/covls/advice"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// Hover is what is known of a place of a document.
type Hover struct {
	// Span is the stretch that the text speaks of.
	Span Span
	// Markdown is the text, in which nothing that others wrote is a mark or a link.
	Markdown string
}

// hoverStretches is how many missed stretches a hover names, hoverProfiles how many profiles.
const (
	hoverStretches = 3
	hoverProfiles  = 8
)

// HoverAt tells, on a function's name, what of it no test reaches and what would reach it; elsewhere in a function, that the code
// there did not run. Of code that ran it tells, with how often, where the settings ask for that. ok is false where there is nothing to tell.
func HoverAt(s *workspace.Snapshot, d *workspace.Document, offset int) (h Hover, ok bool) {
	return HoverWith(s, d, offset, nil)
}

// HoverWith is HoverAt with what helps to test a function that no test reaches, which advise knows; nil knows nothing.
func HoverWith(s *workspace.Snapshot, d *workspace.Document, offset int, advise func(*workspace.File, *Mark) advice.Advice) (h Hover, ok bool) {
	file := s.FileOf(d)
	if file == nil || s.Hidden || !file.Folder.Settings.Hover.Enable {
		return Hover{}, false
	}
	marks := Marks(file, d)
	for i := range marks {
		m := &marks[i]
		switch {
		case m.NameNow.Start <= offset && offset <= m.NameNow.End:
			var known advice.Advice
			if _, excluded := file.ExcludedBy(m.Span.Start); advise != nil && m.Uncovered() && !excluded {
				known = advise(file, m)
			}
			if !file.Folder.Settings.Hover.Covered && nothingToSay(file, d, m) {
				return Hover{}, false
			}
			return hoverFunc(s, file, d, m, known), true
		case m.Now.Start <= offset && offset <= m.Now.End:
			return hoverRegion(file, d, m, offset)
		}
	}
	return Hover{}, false
}

// nothingToSay reports whether all of a function ran, as far as there is anything to run, and that is of its text today.
func nothingToSay(file *workspace.File, d *workspace.Document, m *Mark) bool {
	_, excluded := file.ExcludedBy(m.Span.Start)
	return !excluded && m.Why == "" && !m.Stale && !m.Uncovered() && m.Statements.Uncovered() == 0 && !placedIn(file, d).changes().has(m)
}

func hoverFunc(s *workspace.Snapshot, file *workspace.File, d *workspace.Document, m *Mark, known advice.Advice) Hover {
	var b strings.Builder
	unit := file.Coverage.Unit
	e, excluded := file.ExcludedBy(m.Span.Start)
	name := escape.Code(m.Func.String())
	missed := m.Statements.Uncovered()
	switch {
	case excluded:
		fmt.Fprintf(&b, "**Excluded**: %s%s\n", name, because(escape.Prose(e.Reason)))
	case m.Why == workspace.New:
		if moved, ok := movedTo(s, d, m); ok {
			b.WriteString(moved.hover(name))
			break
		}
		fmt.Fprintf(&b, "**New** since the last run: whether a test reaches %s is not known yet\n", name)
	case m.Why == workspace.NotFound:
		fmt.Fprintf(&b, "**Unknown** whether a test reaches %s: the text that the profile is of was not found. Run the tests again\n", name)
	case m.Why == workspace.Changed && m.Statements.Total == 0 && !m.Counted:
		fmt.Fprintf(&b, "**Changed** since the last run: whether a test reaches %s is not known\n", name)
	case m.Statements.Total == 0 && !m.Counted:
		fmt.Fprintf(&b, "%s has no statements: nothing to cover\n", name)
	case m.Uncovered():
		fmt.Fprintf(&b, "**%s**: %s", notTested(file), name)
		if missed > 0 {
			fmt.Fprintf(&b, ", %d %s", missed, unit.Noun(missed))
		}
		b.WriteString("\n")
	case missed > 0:
		fmt.Fprintf(&b, "**%s**: %s of %s\n", notTested(file), of(coverage.Tally{Covered: missed, Total: m.Statements.Total}, unit), name)
	default:
		fmt.Fprintf(&b, "**Tested**: %s, %s\n", name, of(m.Statements, unit))
	}
	if known := placedIn(file, d).changes(); known.has(m) && !excluded {
		s, _ := known.of(&m.Func)
		fmt.Fprintf(&b, "\n%s\n", known.hover(file, s))
	}
	if m.Stale {
		fmt.Fprintf(&b, "\n*Stale*: it has changed since the profile was made; the numbers are of the code before.\n")
	}
	var helps []string
	if m.Uncovered() && !excluded {
		helps = append(helps, escape.Prose(against(s, file, &m.Func)))
	}
	helps = append(helps, AdviceWords(known, escape.Code))
	if text := strings.Join(slices.DeleteFunc(helps, func(s string) bool { return s == "" }), "; "); text != "" {
		fmt.Fprintf(&b, "\n%s.\n", upper(text))
	}
	if !excluded && !m.Uncovered() && missed > 0 {
		if text := missedWords(file, d, m); text != "" {
			fmt.Fprintf(&b, "\n%s\n", text)
		}
	}
	for _, p := range file.Speaking {
		if p.Profile.Trouble != nil {
			fmt.Fprintf(&b, "\n*Not the newest*: %s\n", escape.Prose(p.Profile.Trouble.Error()))
		}
	}
	return Hover{m.NameNow, b.String()}
}

// against is what speaks against a test of a function; see gap.Gap.Against.
func against(s *workspace.Snapshot, file *workspace.File, f *coverage.Func) string {
	for _, g := range gap.Functions(file) {
		if g.Fn.Span == f.Span {
			placed := Gap{Gap: g}
			placed.edited(s)
			return placed.Against()
		}
	}
	return ""
}

// because goes on behind what is excluded: ", needs a printer"; "" where no reason is known.
func because(why string) string {
	if why == "" {
		return ""
	}
	return ", " + why
}

// notTested says what a function, or a part of one, is that no test reaches.
func notTested(file *workspace.File) string {
	return "Not " + reached(file)
}

// missedWords names the stretches of a function that never ran, and says when they run, as Markdown: "Line 41 runs when `err != nil`.";
// "" where nobody knows where they are.
func missedWords(file *workspace.File, d *workspace.Document, m *Mark) string {
	missed := missedIn(file, m, d)
	if len(missed) == 0 {
		return ""
	}
	ways := missedWhens(file, m, d, source.NewFlow(d.Path, d.Text.String()))
	var words []string
	for i, r := range missed {
		if i == hoverStretches {
			words = append(words, fmt.Sprintf("and %d more", len(missed)-i))
			break
		}
		first, _ := d.Text.LineCol(r.Span.Start)
		last, _ := d.Text.LineCol(r.Span.End)
		text := lines(first, last)
		switch when := WhenWords(ways[i], escape.Code); {
		case when == "":
			text += " never ran"
		case first == last:
			text += " " + when
		default:
			text += " " + strings.Replace(when, "runs", "run", 1)
		}
		words = append(words, text)
	}
	return upper(strings.Join(words, "; ")) + "."
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
		return Hover{now, fmt.Sprintf("**Excluded**: %s\n", cmp.Or(escape.Prose(e.Reason), "by a marker in the source"))}, true
	}
	if file.Coverage.Unit == coverage.Lines {
		return hoverLine(file, d, m, at)
	}
	r, ok := regionAt(m.regions(file), at)
	if !ok || r.Count > 0 && !file.Folder.Settings.Hover.Covered {
		return Hover{}, false
	}
	var b strings.Builder
	n := plural(int(r.Statements), "statement")
	switch {
	case r.Count == 0:
		fmt.Fprintf(&b, "**%s**: this block of %s\n", upper(didNotRun(file)), n)
		whenRun(&b, file, d, m, coverage.Span{Start: r.Start, End: r.End})
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

// whenRun says when a region or a line of a function runs: by where it begins, or else by the stretch that it is of.
func whenRun(b *strings.Builder, file *workspace.File, d *workspace.Document, m *Mark, at coverage.Span) {
	places := [][]coverage.Point{begins(file, d, m, at)}
	if !m.Uncovered() {
		for s := range gap.Within(file, &m.Func) {
			if s.Span.Start.Compare(at.Start) <= 0 && at.Start.Compare(s.Span.End) < 0 {
				places = append(places, begins(file, d, m, s.Span))
			}
		}
	}
	for _, ways := range source.Ways(d.Path, d.Text.String(), places) {
		if when := WhenWords(ways, escape.Code); when != "" {
			fmt.Fprintf(b, "\n%s.\n", upper(when))
			return
		}
	}
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
	ways := waysOn(file, at.Line)
	if found[0].Count > 0 && ways.Uncovered() == 0 && !file.Folder.Settings.Hover.Covered {
		return Hover{}, false
	}
	var b strings.Builder
	if found[0].Count == 0 {
		fmt.Fprintf(&b, "**%s**: this line\n", upper(didNotRun(file)))
		whenRun(&b, file, d, m, coverage.Span{Start: coverage.Point{Line: at.Line, Col: 1}, End: coverage.Point{Line: at.Line + 1}})
	} else {
		fmt.Fprintf(&b, "**Ran %d×**: this line\n", found[0].Count)
	}
	if ways.Total > 0 && found[0].Count > 0 {
		fmt.Fprintf(&b, "\n%d of %d branches taken\n", ways.Covered, ways.Total)
	}
	origins(&b, file, func(p workspace.Part) string { return countOf(p, at.Line) })
	line, _ := d.Text.LineCol(m.point(d.Text, coverage.Point{Line: at.Line, Col: 1}))
	return Hover{trimmedLine(d.Text, line), b.String()}, true
}

// waysOn counts the ways out of a line.
func waysOn(file *workspace.File, line uint32) (ways coverage.Tally) {
	for _, w := range file.Coverage.Branches {
		if w.Line == line {
			ways.Total++
			if w.Count > 0 {
				ways.Covered++
			}
		}
	}
	return ways
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
