package diag

import (
	"fmt"
	"slices"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/workspace"
)

// Lens is a line of text above a function, or at the top of the file.
type Lens struct {
	// Span is the function's name; for the file it is empty, at the beginning.
	Span Span
	// ID is that of the function's gap, whether or not it is one (gap.ID.String); "" stands for the file, TestsLens for
	// what has other tests count in it, too.
	ID string
}

// TestsLens is the ID of a lens on the file that runs the tests so that those of other packages count, for a client
// that can do so.
const TestsLens = "tests"

// Lenses has one for the file, one for what has other packages' tests count in it where these do not, and one for each function that is not fully covered, or new or changed since the tests ran (setting
// `lens.functions`), but for trivial ones (see gap.Trivial) that no test reaches, and for those inside of a function that no test reaches, in the order of the text. It is empty where there is nothing to show.
func Lenses(s *workspace.Snapshot, d *workspace.Document) []Lens {
	file := s.FileOf(d)
	if s.Hidden {
		return nil
	}
	if file == nil {
		if f := s.FolderOf(d.Path); f == nil || !f.Settings.Lens.Enable {
			return nil
		}
		if _, ok := unmeasured(s, d); ok {
			return []Lens{{}}
		}
		return nil
	}
	if !file.Folder.Settings.Lens.Enable {
		return nil
	}
	out := []Lens{{}}
	if LacksTests(file) && RunsAll(file) {
		out = append(out, Lens{ID: TestsLens})
	}
	for _, m := range placedIn(file, d).lenses().marks {
		out = append(out, Lens{Span: m.NameNow, ID: m.id(file)})
	}
	return out
}

// lensMarks are the functions of a document that have a lens.
type lensMarks struct {
	marks []*Mark
	byID  map[string]*Mark
	// left is how many have none because there are more than limits.marks.
	left int
}

func newLensMarks(file *workspace.File, marks []Mark, known *changes) lensMarks {
	settings := &file.Folder.Settings
	out := lensMarks{byID: map[string]*Mark{}}
	if settings.Lens.Functions == config.FunctionsNone {
		return out
	}
	var missed coverage.Span // of the last function that no test reaches
	for i := range marks {
		m := &marks[i]
		_, excluded := file.ExcludedBy(m.Span.Start)
		within := m.Span != missed && inside(m.Span, missed)
		if m.Uncovered() && !within {
			missed = m.Span
		}
		switch {
		case m.Why == workspace.NotFound:
		case m.Why != "" && m.Statements.Total == 0 && !m.Counted && (m.Why == workspace.New || settings.Stale != config.StaleHide):
			out.marks = append(out.marks, m)
			out.byID[m.id(file)] = m
		case within: // nothing reaches it before the function around it is reached
		case m.Uncovered() && !excluded && settings.Lens.Functions != config.FunctionsAll && gap.Trivial(file, &m.Func) && !known.has(m):
		case m.Statements.Total == 0 && !m.Uncovered() && !excluded,
			m.Stale && settings.Stale == config.StaleHide,
			m.Statements.Uncovered() == 0 && !m.Uncovered() && !excluded && settings.Lens.Functions != config.FunctionsAll && !m.changed(file):
		case len(out.marks) >= settings.Limits.Marks:
			out.left++
		default:
			out.marks = append(out.marks, m)
			out.byID[m.id(file)] = m
		}
	}
	return out
}

// changed tells of a function that tests reached that its text is another since.
func (m *Mark) changed(file *workspace.File) bool {
	return !m.Uncovered() && m.Statements.Uncovered() == 0 && unseen(file, m.Why, m.Stale, &m.Func) == workspace.Changed
}

// id is what tells a function from the others of a file.
func (m *Mark) id(file *workspace.File) string {
	return gap.ID{File: file.Name, Func: m.Func.String(), Shape: gap.Function, Ordinal: m.Ordinal}.String()
}

// Label is what a lens says and does.
type Label struct {
	Title string
	// Jump tells that a click goes to a gap: to that of the id Gap, and where that is gone by then to the next behind From,
	// a byte offset of the document.
	Jump bool
	From int
	Gap  string
	// Mapping is what a click writes to the settings; nil means nothing.
	Mapping *PathFix
	// Tests tells that a click runs the tests, of which those of other packages count too, then.
	Tests bool
}

// excludedWords says that code is excluded, and why; "" where that is not known.
func excludedWords(why string) string {
	if why == "" {
		return "excluded"
	}
	return "excluded · " + why
}

// LensLabel puts a lens into words. ok is false where the lens has nothing to say any more.
func LensLabel(s *workspace.Snapshot, d *workspace.Document, id string) (l Label, ok bool) {
	file := s.FileOf(d)
	if id == "" {
		if file == nil {
			return unmeasured(s, d)
		}
		title := fileTitle(file)
		texts := file.Texts()
		if text := texts.Short(); text != "" {
			title += " · " + text
		}
		p := placedIn(file, d)
		l := Label{}
		if gaps := p.gaps(); len(gaps) > 0 {
			title += " · next gap ▸"
			l.Jump, l.Gap = true, gaps[0].ID.String()
		}
		if n := p.lenses().left; n > 0 {
			title += fmt.Sprintf(" · %d more functions have no lens (limits.marks)", n)
		}
		l.Title = title
		return l, true
	}
	if file == nil {
		return Label{}, false
	}
	if id == TestsLens {
		return Label{Title: "run tests with -coverpkg, so that all tests count ▸", Tests: true}, LacksTests(file) && RunsAll(file)
	}
	m := placedIn(file, d).lenses().byID[id]
	if m == nil {
		return Label{}, false
	}
	unit := file.Coverage.Unit
	var title string
	e, excluded := file.ExcludedBy(m.Span.Start)
	switch {
	case excluded:
		return Label{Title: excludedWords(e.Reason)}, true
	case m.Why == workspace.New:
		if moved, ok := movedTo(s, d, m); ok {
			return Label{Title: moved.lens()}, true
		}
		return Label{Title: "new since the last run"}, true
	case m.Why == workspace.Changed && m.Statements.Total == 0 && !m.Counted, m.changed(file):
		return Label{Title: "changed since the last run"}, true
	case placedIn(file, d).changes().has(m):
		known := placedIn(file, d).changes()
		s, _ := known.of(&m.Func)
		title = known.title(file, &m.Func, s)
	case m.Uncovered():
		title = "not " + reached(file) + " · " + size(&m.Func, unit)
	case m.Statements.Uncovered() == 0:
		title = "covered · " + size(&coverage.Func{Statements: coverage.Tally{Total: m.Statements.Total}}, unit)
	default:
		title = fmt.Sprintf("%d of %d %s not %s", m.Statements.Uncovered(), m.Statements.Total, unit.Noun(m.Statements.Total), reached(file))
	}
	l = Label{From: m.Now.Start}
	l.Gap, l.Jump = placedIn(file, d).jumps()[id]
	if l.Jump && !m.Uncovered() {
		title += " ▸"
	}
	if m.Stale && file.Folder.Settings.Stale == config.StaleDim {
		title = "stale · " + title
	}
	l.Title = title
	return l, true
}

// fileTitle says how well a file is covered and how far from its target: "critical · 0 % covered · 292 lines below
// target", "86.7 % covered (target 60 %)"; "unknown" where nothing that the profiles say is known to be of its text. The
// lower tiers are not named.
func fileTitle(file *workspace.File) string {
	if file.Nothing() {
		return "unknown"
	}
	var title string
	switch gap := file.Gap(); {
	case file.Total.Total == 0:
		title = "nothing to cover"
	case gap > 0:
		title = fmt.Sprintf("%s covered · %d %s below target", about(file.Total), gap, file.Coverage.Unit.Noun(gap))
		if tier := file.Standing.Tier; tier == config.TierCritical || tier == config.TierHigh {
			title = string(tier) + " · " + title
		}
	case file.Total.Uncovered() == 0:
		title = "100 % covered"
	default:
		title = fmt.Sprintf("%s covered (target %s)", about(file.Total), file.Aim())
	}
	if file.Total.Uncovered() > 0 {
		switch file.Credit {
		case workspace.CreditAll:
		case workspace.CreditOwn:
			title += " · by its own package's tests"
		default:
			title += " · tests may be missing"
		}
	}
	if file.Taken.Total > 0 {
		title += fmt.Sprintf(" · %d excluded", file.Taken.Total)
	}
	title += AndUnknown(len(file.Unknown))
	return title
}

// unmeasured speaks of a file that no profile names, or that one may name by another path.
func unmeasured(s *workspace.Snapshot, d *workspace.Document) (l Label, ok bool) {
	fixes := PathFixes(s, d)
	if i := slices.IndexFunc(fixes, func(f PathFix) bool { return f.Ambiguous }); i >= 0 {
		fix := fixes[i]
		return Label{Title: fmt.Sprintf("not matched · %s names %s: map %s to %s ▸", fix.Profile, fix.Name, fix.From, fix.To), Mapping: &fix}, true
	}
	return Label{Title: "not measured · no profile names this file"}, s.Unmeasured(d.Path)
}
