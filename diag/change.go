package diag

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/covls/covls/change"
	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/workspace"
)

// Change says what became of a gap since the base of the change at hand.
type Change string

// The values of Change. "" is of a gap that was there before, or of which nobody knows.
const (
	// ChangeNew is of code that is not in the base, ChangeChanged of code of which some is not.
	ChangeNew     Change = "new"
	ChangeChanged Change = "changed"
	// ChangeLost is of code that is in the base, and that a test reached then.
	ChangeLost Change = "lost"
)

// The stable codes of diagnostics of what changed and is not covered, and of what lost its coverage.
const (
	ChangedCode = "uncovered-changed"
	LostCode    = "lost-coverage"
)

// changes are what changed of a file and is not covered, and what of it lost its coverage, in the places of the text on disk.
type changes struct {
	delta           *workspace.Delta
	uncovered, lost spread
}

// spread are units with stretches, by the lines on which they are declared.
type spread struct {
	list []change.Gap
	at   []placedAt
}

// placedAt is a stretch of list[of], with the last line that it or one before it has. They are by their first lines.
type placedAt struct {
	change.Stretch
	of  int
	end uint32
}

func newSpread(list []change.Gap) spread {
	s := spread{list: list}
	if !slices.IsSortedFunc(list, byLine) {
		s.list = slices.SortedStableFunc(slices.Values(list), byLine)
	}
	for i := range s.list {
		for _, l := range s.list[i].Lines {
			s.at = append(s.at, placedAt{Stretch: l, of: i})
		}
	}
	slices.SortStableFunc(s.at, func(a, b placedAt) int { return cmp.Compare(a.Stretch[0], b.Stretch[0]) })
	end := uint32(0)
	for i := range s.at {
		end = max(end, s.at[i].Stretch[1])
		s.at[i].end = end
	}
	return s
}

func byLine(a, b change.Gap) int { return cmp.Compare(a.Line, b.Line) }

// meeting are the units that have a stretch on some of the lines.
func (s *spread) meeting(first, last uint32) iter.Seq[*change.Gap] {
	return func(yield func(*change.Gap) bool) {
		i, _ := slices.BinarySearchFunc(s.at, last+1, func(p placedAt, line uint32) int { return cmp.Compare(p.Stretch[0], line) })
		for i--; i >= 0 && s.at[i].end >= first; i-- {
			if s.at[i].Stretch[1] >= first && !yield(&s.list[s.at[i].of]) {
				return
			}
		}
	}
}

// within are the functions that are declared on some of the lines.
func (s *spread) within(first, last uint32) iter.Seq[*change.Gap] {
	return func(yield func(*change.Gap) bool) {
		i, _ := slices.BinarySearchFunc(s.list, first, func(g change.Gap, line uint32) int { return cmp.Compare(g.Line, line) })
		for ; i < len(s.list) && s.list[i].Line <= last; i++ {
			if s.list[i].Function != "" && !yield(&s.list[i]) {
				return
			}
		}
	}
}

// changesOf are those of a file. text is that on disk; nil where nobody has it.
func changesOf(file *workspace.File, text func() string) *changes {
	s := file.Since
	if s == nil || s.Folder.Set == nil {
		return nil
	}
	c := &changes{delta: s.Folder, lost: newSpread(file.LostSince()), uncovered: newSpread(file.Uncovered(text))}
	if len(c.uncovered.list)+len(c.lost.list) == 0 {
		return nil
	}
	return c
}

// put says of a gap what became of it.
func (c *changes) put(g *Gap) {
	if c == nil || g.mark != nil && g.mark.Stale {
		return
	}
	first, last := g.Span.Start.Line, g.LastLine()
	for u := range c.uncovered.meeting(first, last) {
		own := g.Fn == nil && u.Function == "" || g.Fn != nil && u.Line == declared(g.Fn)
		switch {
		case own && u.Kind == change.New:
			g.Change = ChangeNew
		case g.Change == "":
			g.Change = ChangeChanged
		}
		if own {
			break
		}
	}
	for range c.lost.meeting(first, last) {
		g.Change = ChangeLost
		break
	}
}

// declared is the 1-based line of a function's name.
func declared(f *coverage.Func) uint32 { return max(f.NameSpan.Start.Line, f.Span.Start.Line) }

// share is what changed of a function and the functions in it.
type share struct {
	// fresh tells that all of the function is new.
	fresh bool
	// missed of changed statements or lines are not covered, and lost of ran have lost their coverage.
	missed, changed, lost, ran int
	// lines are where these stand.
	lines, lostLines []change.Stretch
}

// of is the share of a function; ok is false where it has none.
func (c *changes) of(f *coverage.Func) (s share, ok bool) {
	return c.between(f, f.Span.Start.Line, f.Span.End.Line)
}

// own is the share of a function without that of the functions in it.
func (c *changes) own(f *coverage.Func) (s share, ok bool) {
	return c.between(f, declared(f), declared(f))
}

// between is the share of what is declared on some of a function's lines.
func (c *changes) between(f *coverage.Func, first, last uint32) (s share, ok bool) {
	if c == nil {
		return s, false
	}
	for u := range c.uncovered.within(first, last) {
		s.missed, s.changed, s.lines = s.missed+u.Statements, s.changed+u.Of, append(s.lines, u.Lines...)
		s.fresh = s.fresh || u.Line == declared(f) && u.Kind == change.New
	}
	for l := range c.lost.within(first, last) {
		s.lost, s.ran, s.lostLines = s.lost+l.Statements, s.ran+l.Of, append(s.lostLines, l.Lines...)
	}
	return s, s.missed+s.lost > 0
}

// has reports whether a function has a share that is known.
func (c *changes) has(m *Mark) bool {
	if c == nil || m.Stale || m.Why != "" {
		return false
	}
	_, ok := c.of(&m.Func)
	return ok
}

// title is what a lens says of a function with a share.
func (c *changes) title(file *workspace.File, f *coverage.Func, s share) string {
	unit := file.Coverage.Unit
	switch {
	case s.lost > 0:
		return fmt.Sprintf("lost %d of %d since %s", s.lost, s.ran, SinceLost(c.delta))
	case s.fresh && f.Uncovered():
		return "new, not " + reached(file) + " · " + size(f, unit)
	case s.fresh:
		return fmt.Sprintf("new: %d of %d %s not %s", s.missed, s.changed, unit.Noun(s.changed), reached(file))
	}
	return fmt.Sprintf("changed: %d of %d %s not %s", s.missed, s.changed, unit.Noun(s.changed), reached(file))
}

// hover says the same, as Markdown.
func (c *changes) hover(file *workspace.File, s share) string {
	unit := file.Coverage.Unit
	switch {
	case s.lost > 0:
		return fmt.Sprintf("**Lost**: %d of %d %s ran at %s, and do not any more", s.lost, s.ran, unit.Noun(s.ran), escape.Prose(lostAt(c.delta)))
	case s.fresh:
		return fmt.Sprintf("**New** since %s: %d of %d %s not %s", escape.Prose(since(c.delta)), s.missed, s.changed, unit.Noun(s.changed), reached(file))
	}
	return fmt.Sprintf("**Changed** since %s: of %d %s that changed, %d not %s", escape.Prose(since(c.delta)), s.changed, unit.Noun(s.changed), s.missed, reached(file))
}

// since is what a change is compared with, as in "origin/main (adbc881)".
func since(d *workspace.Delta) string {
	commit := d.Base[:min(len(d.Base), 7)]
	if d.Name == "" || d.Name == commit || d.Name == d.Base {
		return commit
	}
	return d.Name + " (" + commit + ")"
}

// SinceLost is with what lost coverage is compared, in a word: the base, or the commit that the baseline is of.
func SinceLost(d *workspace.Delta) string {
	b := d.Set.Baseline
	if b == nil || b.Behind == 0 || b.Commit == "" || b.Commit == d.Base {
		return d.Name
	}
	return b.Commit[:min(len(b.Commit), 7)]
}

// lostAt is since for lost coverage.
func lostAt(d *workspace.Delta) string {
	if word := SinceLost(d); word != d.Name {
		return word + ", the baseline"
	}
	return since(d)
}

// louder is the next severity, but for none that is louder than a warning.
func louder(s config.Severity) config.Severity {
	switch s {
	case config.SeverityHint:
		return config.SeverityInformation
	case config.SeverityInformation:
		return config.SeverityWarning
	}
	return s
}

// mark makes the diagnostic of a function that no test reaches one of what became of it.
func (c *changes) mark(f *Diagnostic, g *Gap, d *workspace.Document) {
	if g.Change == "" || f.Severity == config.SeverityOff {
		return
	}
	f.Severity, f.Code = louder(f.Severity), ChangedCode
	switch g.Change {
	case ChangeLost:
		s, _ := c.of(g.Fn)
		f.Severity, f.Code = config.SeverityWarning, LostCode
		f.Message += fmt.Sprintf(" · %d of %d ran at %s", s.lost, s.ran, lostAt(c.delta))
		f.Related = c.related(g.mark, d, s)
	case ChangeNew:
		f.Message += " · new since " + c.delta.Name
	case ChangeChanged:
		f.Message += " · changed since " + c.delta.Name
	}
}

// related are the stretches of a function that lost their coverage.
func (c *changes) related(m *Mark, d *workspace.Document, s share) (out []Related) {
	for _, l := range s.lostLines {
		at := m.linesNow(d, l)
		first, _ := d.Text.LineCol(at.Start)
		last, _ := d.Text.LineCol(at.End)
		out = append(out, Related{Span: at, Message: fmt.Sprintf("%s ran at %s", lines(first, last), lostAt(c.delta))})
	}
	return out
}

// linesNow is where lines of the function stand, which must not be stale.
func (m *Mark) linesNow(d *workspace.Document, l change.Stretch) Span {
	now := m.span(d.Text, coverage.Span{Start: coverage.Point{Line: l[0], Col: 1}, End: coverage.Point{Line: l[1] + 1, Col: 0}})
	if now.End > m.Now.End || now.End < now.Start {
		now.End = max(now.Start, m.Now.End)
	}
	now.Start = max(now.Start, m.Now.Start)
	return trimmed(d.Text.String(), now)
}

// diagnostics are those of stretches that changed, and of functions that a test reaches and that lost some of their coverage. Those of functions that
// no test reaches are there already.
func (c *changes) diagnostics(file *workspace.File, d *workspace.Document, gaps []Gap) (out []Diagnostic) {
	if c == nil || fileSeverity(file) == config.SeverityOff {
		return nil
	}
	told := map[*Mark]bool{}
	for i := range gaps {
		g := &gaps[i]
		if g.Shape != gap.Stretch || g.Change == "" {
			continue
		}
		if g.Fn == nil {
			f := Diagnostic{Span: g.At, Severity: louder(config.SeverityHint), Code: ChangedCode, Message: g.Message + " · changed since " + c.delta.Name, Gap: g.ID}
			if g.Change == ChangeLost {
				f.Severity, f.Code, f.Message = config.SeverityWarning, LostCode, g.Message+" · ran at "+lostAt(c.delta)
			}
			out = append(out, f)
			continue
		}
		if told[g.mark] {
			continue
		}
		told[g.mark] = true
		s, _ := c.own(g.Fn)
		if s.lost > 0 {
			out = append(out, Diagnostic{
				Span: g.mark.NameNow, Severity: config.SeverityWarning, Code: LostCode, Gap: g.ID, Related: c.related(g.mark, d, s),
				Message: fmt.Sprintf("%s lost coverage: %d of %d %s ran at %s, and do not any more", g.Fn, s.lost, s.ran, file.Coverage.Unit.Noun(s.ran), lostAt(c.delta)),
			})
		}
		word := "changed"
		if s.fresh {
			word = "new"
		}
		for _, l := range s.lines {
			at := g.mark.linesNow(d, l)
			first, _ := d.Text.LineCol(at.Start)
			last, _ := d.Text.LineCol(at.End)
			out = append(out, Diagnostic{
				Span: at, Severity: louder(config.SeverityHint), Code: ChangedCode, Gap: g.ID,
				Message: fmt.Sprintf("%s: %s %s · %s since %s", g.Fn, lines(first, last), didNotRun(file), word, c.delta.Name),
			})
		}
	}
	slices.SortStableFunc(out, func(a, b Diagnostic) int { return a.Span.Start - b.Span.Start })
	return out
}

// insert puts diagnostics among others where they stand in the text.
func insert(into, more []Diagnostic) []Diagnostic {
	for _, m := range more {
		i := slices.IndexFunc(into, func(d Diagnostic) bool { return d.Span.Start > m.Span.Start || d.Code == LeftCode })
		if i < 0 {
			i = len(into)
		}
		into = slices.Insert(into, i, m)
	}
	return into
}
