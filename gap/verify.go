package gap

import (
	"fmt"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/workspace"
)

// State is what became of a gap.
type State string

// The values of State.
const (
	// Closed: all of it ran. Partial: some of it did, or a test reaches the function and not all of it. Open: none of it did.
	Closed  State = "closed"
	Partial State = "partial"
	Open    State = "open"
	// Gone: nothing has that identity; the code was deleted or renamed, its file is left out, or there was no such gap ever.
	Gone State = "gone"
	// Stale: the function has changed since the tests ran. NotRun: it is new since then, or no profile says anything of it.
	Stale  State = "stale"
	NotRun State = "not run"
)

// Verdict is what became of a gap of an identity.
type Verdict struct {
	// ID is that of ID.String.
	ID    string
	State State
	// File is the file's Name, Func what people call the function, Line where it or the stretch stands, 1-based; they are zero where that is
	// not known, and Func outside of functions.
	File, Func string
	Line       uint32
	// Missed is how many statements or lines of Of never ran, of the function or the stretch.
	Missed, Of int
}

// Find says of gaps, by their identities, what became of them. It tells Gone of those that no file which profiles name has.
func Find(s *workspace.Snapshot, ids []string) []Verdict {
	v := newFinder(ids)
	for _, f := range Everything(s) {
		v.file(f)
	}
	return v.out
}

// Everything are the files that profiles name, on disk or not, by their names.
func Everything(s *workspace.Snapshot) (out []*workspace.File) {
	for _, f := range s.Files {
		out = append(out, f)
	}
	return append(out, s.Lost...)
}

// Elsewhere says which of verdicts that tell Gone are of functions of a file that no profile names.
func Elsewhere(verdicts []Verdict, name string, funcs []coverage.Func) {
	v := &finder{out: verdicts, wanted: map[string][]int{}}
	for i := range verdicts {
		if verdicts[i].State == Gone {
			v.wanted[verdicts[i].ID] = append(v.wanted[verdicts[i].ID], i)
		}
	}
	names := map[string]int{}
	for i := range funcs {
		f := &funcs[i]
		v.nothing(name, f, names[f.String()], NotRun)
		names[f.String()]++
	}
}

// finder looks for gaps by their identities.
type finder struct {
	out    []Verdict
	wanted map[string][]int // indexes in out
}

func newFinder(ids []string) *finder {
	v := &finder{out: make([]Verdict, len(ids)), wanted: map[string][]int{}}
	for i, id := range ids {
		v.out[i] = Verdict{ID: id, State: Gone}
		v.wanted[id] = append(v.wanted[id], i)
	}
	return v
}

// tell says what became of the gap of an identity, if somebody wants to know. The first file that has it is believed.
func (v *finder) tell(id ID, verdict func() Verdict) {
	if len(v.wanted) == 0 {
		return
	}
	name := id.String()
	for _, i := range v.wanted[name] {
		if v.out[i].State == Gone {
			v.out[i] = verdict()
			v.out[i].ID, v.out[i].File, v.out[i].Func = name, id.File, id.Func
		}
	}
}

// nothing is told of a function of which the profiles say nothing, and of its stretches, however many it has.
func (v *finder) nothing(file string, f *coverage.Func, ordinal int, state State) {
	line := max(f.NameSpan.Start.Line, f.Span.Start.Line)
	verdict := func() Verdict { return Verdict{State: state, Line: line} }
	v.tell(ID{file, f.String(), Function, ordinal}, verdict)
	const most = 10_000
	for k := range min(4*(f.Span.End.Line-min(f.Span.Start.Line, f.Span.End.Line)+1), most) {
		v.tell(ID{file, f.String(), Stretch, ordinal*mostParts + int(k)}, verdict)
	}
}

// file tells of all that is in a file.
func (v *finder) file(file *workspace.File) {
	unknown := map[coverage.Point]workspace.Why{}
	for _, u := range file.Unknown {
		unknown[u.Span.Start] = u.Why
	}
	funcs := Funcs(file)
	ordinals := make([]int, len(funcs))
	names := map[string]int{}
	known := map[coverage.Point]bool{}
	for i := range funcs {
		f := &funcs[i]
		ordinals[i] = names[f.String()]
		names[f.String()]++
		known[f.Span.Start] = true
		why, isUnknown := unknown[f.Span.Start]
		_, excluded := file.ExcludedBy(f.Span.Start)
		switch {
		case isUnknown && why == workspace.New:
			v.nothing(file.Name, f, ordinals[i], NotRun)
		case isUnknown:
			v.nothing(file.Name, f, ordinals[i], Stale)
		case excluded:
		case f.Statements.Total == 0 && !f.Counted:
			v.nothing(file.Name, f, ordinals[i], NotRun)
		default:
			v.tell(ID{file.Name, f.String(), Function, ordinals[i]}, func() Verdict { return verdictOf(f) })
		}
	}
	for i := range file.Unknown {
		if u := &file.Unknown[i]; !known[u.Span.Start] {
			state := Stale
			if u.Why == workspace.New {
				state = NotRun
			}
			v.nothing(file.Name, &u.Func, names[u.String()], state)
			names[u.String()]++
		}
	}
	v.stretches(file, funcs, ordinals, unknown)
}

func verdictOf(f *coverage.Func) Verdict {
	out := Verdict{Line: max(f.NameSpan.Start.Line, f.Span.Start.Line), Missed: f.Statements.Uncovered(), Of: f.Statements.Total}
	switch {
	case f.Uncovered():
		out.State = Open
	case out.Missed > 0:
		out.State = Partial
	default:
		out.State = Closed
	}
	return out
}

// stretches tells of each region or line of a file what became of a stretch that begins there. One that ran is closed, but if the next of the
// same function did not: both were one stretch then.
func (v *finder) stretches(file *workspace.File, funcs []coverage.Func, ordinals []int, unknown map[coverage.Point]workspace.Why) {
	type part struct {
		n    int
		ran  bool
		line uint32
	}
	in := owners(funcs)
	parts := make([][]part, len(funcs)+1)
	add := func(at coverage.Point, p part) {
		owner := in(at)
		if owner < 0 {
			owner = len(funcs)
		}
		parts[owner] = append(parts[owner], p)
	}
	if file.Coverage.Unit == coverage.Lines {
		for _, l := range file.Coverage.Lines {
			add(coverage.Point{Line: l.Number, Col: lineEnd}, part{n: 1, ran: l.Count > 0, line: l.Number})
		}
	} else {
		for _, r := range file.Coverage.Regions {
			if r.Statements > 0 {
				add(r.Start, part{n: int(r.Statements), ran: r.Count > 0, line: r.Start.Line})
			}
		}
	}
	for owner, list := range parts {
		id := ID{File: file.Name, Shape: Stretch}
		if owner < len(funcs) {
			f := &funcs[owner]
			if _, isUnknown := unknown[f.Span.Start]; isUnknown {
				continue
			}
			id.Func, id.Ordinal = f.String(), ordinals[owner]*mostParts
		}
		for k := range list {
			at := id
			at.Ordinal += k
			v.tell(at, func() Verdict {
				out := Verdict{State: Closed, Line: list[k].line, Of: list[k].n}
				rest := k + 1
				if !list[k].ran {
					out.State, out.Missed = Open, list[k].n
				}
				for ; rest < len(list) && !list[rest].ran; rest++ {
					out.Missed, out.Of = out.Missed+list[rest].n, out.Of+list[rest].n
				}
				if out.State == Closed && out.Missed > 0 {
					out.State = Partial
				}
				return out
			})
		}
	}
}

// String says it in a line, without the identity.
func (v *Verdict) String() string {
	text := string(v.State)
	if v.File != "" {
		text += " · " + v.File
		if v.Line > 0 {
			text += fmt.Sprintf(":%d", v.Line)
		}
		if v.Func != "" {
			text += " " + v.Func
		}
	}
	if v.Missed > 0 {
		text += fmt.Sprintf(" · %d of %d not covered", v.Missed, v.Of)
	}
	return text
}
