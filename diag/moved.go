package diag

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/workspace"
)

// Move is where a function stood when the tests ran.
type Move struct {
	// From is the other file, whose text has the function no more.
	From *workspace.File
	// Was is the function there, with what the profiles say of it.
	Was *Mark
}

// Arrival is a function of a document: its path, and the byte offset of the function's name.
type Arrival struct {
	Path string
	At   int
}

// movedTo is where a function of a document stood when the tests ran; ok is false for one that stood where it is, or nowhere.
func movedTo(s *workspace.Snapshot, d *workspace.Document, m *Mark) (from Move, ok bool) {
	from, ok = Moves(s)[Arrival{d.Path, m.NameNow.Start}]
	return from, ok
}

// Moves are the functions of open documents that stood in another file when the tests ran: what is on disk so
// (workspace.File.Arrived), and what one text has no more and an open one has since, letter by letter. Neither of those needs to be
// saved. Of several that are the same, each is taken for one, in the order of paths and places. They are found once for a snapshot, and must not be written.
func Moves(s *workspace.Snapshot) map[Arrival]Move {
	return s.Derive(func() any { return findMoves(s) }).(map[Arrival]Move)
}

func findMoves(s *workspace.Snapshot) map[Arrival]Move {
	paths := slices.Sorted(maps.Keys(s.Documents))
	each := func(take func(f *workspace.File, d *workspace.Document, p *placed)) {
		for _, path := range paths {
			d := s.Documents[path]
			if f := s.FileOf(d); f != nil {
				take(f, d, placedIn(f, d))
			}
		}
	}
	gone := map[uint64][]Move{}
	each(func(f *workspace.File, d *workspace.Document, p *placed) {
		if !slices.Contains(p.found, false) {
			return
		}
		if parsed := d.Parsed(); parsed == nil || parsed.Err != nil {
			return // it may be there all the same
		}
		for i := range p.all {
			if m := &p.all[i]; !p.found[i] && m.Why == "" && m.Hash != 0 {
				gone[m.Hash] = append(gone[m.Hash], Move{f, m})
			}
		}
	})
	out, taken := map[Arrival]Move{}, map[*coverage.Func]bool{}
	each(func(f *workspace.File, d *workspace.Document, p *placed) {
		for i := range p.marks {
			m := &p.marks[i]
			if m.Why != workspace.New || m.Stale {
				continue
			}
			at := Arrival{d.Path, m.NameNow.Start}
			if from := m.moved; from != nil {
				out[at] = Move{s.Files[from.Path], &Mark{Func: *from.Was}}
				continue
			}
			list := gone[m.Hash]
			if i := slices.IndexFunc(list, func(o Move) bool { return o.From != f }); i >= 0 {
				out[at] = list[i]
				gone[m.Hash] = slices.Delete(list, i, i+1)
			} else if m.typed {
				if from, ok := s.MovedTo(linesAround(d, m.Now)); ok && from.Path != f.Path && !taken[from.Was] {
					taken[from.Was] = true
					out[at] = Move{s.Files[from.Path], &Mark{Func: *from.Was}}
				}
			}
		}
	})
	return out
}

// linesAround are the whole lines of a stretch of a document.
func linesAround(d *workspace.Document, s Span) string {
	first, _ := d.Text.LineCol(s.Start)
	last, _ := d.Text.LineCol(s.End)
	var lines []string
	for n := first; n <= last; n++ {
		lines = append(lines, d.Text.Line(n))
	}
	return strings.Join(lines, "\n")
}

// lens is what a lens says of the function.
func (m Move) lens() string {
	return "moved from " + escape.Line(m.From.Name) + " since the last run · " + m.state()
}

// hover says the same of a function of that name, as Markdown.
func (m Move) hover(name string) string {
	return fmt.Sprintf("**Moved** from %s since the last run, where %s was: %s\n", escape.Code(m.From.Name), name, m.state())
}

// state is what the last run made of the function.
func (m Move) state() string {
	unit := m.From.Coverage.Unit
	_, excluded := m.From.ExcludedBy(m.Was.Span.Start)
	switch {
	case excluded:
		return "excluded"
	case m.Was.Uncovered():
		return "not " + reached(m.From) + " · " + size(&m.Was.Func, unit)
	case m.Was.Statements.Total == 0:
		return "nothing to cover"
	case m.Was.Statements.Uncovered() == 0:
		return "covered · " + size(&coverage.Func{Statements: coverage.Tally{Total: m.Was.Statements.Total}}, unit)
	}
	return fmt.Sprintf("%d of %d %s not %s", m.Was.Statements.Uncovered(), m.Was.Statements.Total, unit.Noun(m.Was.Statements.Total), reached(m.From))
}
