package report

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/workspace"
)

// addFiles makes the rows of all files, on all processors.
func (r *Report) addFiles(s *workspace.Snapshot, files []*workspace.File, g guard.Guard) error {
	parts := make([]Report, runtime.GOMAXPROCS(0))
	errs := make([]error, len(parts))
	size := (len(files) + len(parts) - 1) / len(parts)
	var wg sync.WaitGroup
	for i := range parts {
		own := files[min(i*size, len(files)):min((i+1)*size, len(files))]
		part := &parts[i]
		errs[i] = errUnfinished
		g.Go(&wg, "the rows of the report", func() {
			part.Files = make([]File, 0, len(own))
			for _, f := range own {
				err := g.Do("the row of "+f.Name, func() {
					part.addFile(s, f)
					if n, known := s.CommitsOf(f); known {
						part.Files[len(part.Files)-1].Commits = &n
					}
				})
				if err != nil {
					errs[i] = err
					return
				}
			}
			errs[i] = nil
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	r.Files = joined(r.Files, parts, func(p *Report) []File { return p.Files })
	r.UncoveredFunctions = joined(r.UncoveredFunctions, parts, func(p *Report) []Function { return p.UncoveredFunctions })
	r.UncoveredLiterals = joined(r.UncoveredLiterals, parts, func(p *Report) []Function { return p.UncoveredLiterals })
	r.UncoveredStretches = joined(r.UncoveredStretches, parts, func(p *Report) []Stretch { return p.UncoveredStretches })
	r.UnknownFunctions = joined(r.UnknownFunctions, parts, func(p *Report) []UnknownFunction { return p.UnknownFunctions })
	r.Warnings = joined(r.Warnings, parts, func(p *Report) []Warning { return p.Warnings })
	return nil
}

// errUnfinished is what a goroutine leaves that did not come to its end.
var errUnfinished = errors.New("covls failed at a part of the report, which is a bug")

// joined appends the rows of all parts.
func joined[T any](rows []T, parts []Report, of func(*Report) []T) []T {
	n := 0
	for i := range parts {
		n += len(of(&parts[i]))
	}
	rows = slices.Grow(rows, n)
	for i := range parts {
		rows = append(rows, of(&parts[i])...)
	}
	return rows
}

func (r *Report) addFile(s *workspace.Snapshot, f *workspace.File) {
	row := File{
		Path: s.PathOf(f), Found: f.Found,
		Percent: percent(f.Total), Target: Percent(f.Target()), Gap: f.Gap(), UnknownFunctions: len(f.Unknown),
		Unit: f.Coverage.Unit.String(), Component: componentName(labelOf(s, f.Folder), f.Folder, f.Standing.Component),
		Role: f.Standing.Role.String(), Score: f.Standing.Score, Tier: string(f.Standing.Tier), Rank: f.Standing.Rank,
		Reason: f.Reason(), ReasonData: NewReason(f.Standing),
		unit: f.Coverage.Unit, standing: f.Standing, file: f,
	}
	if !f.Found && row.Path != f.Name {
		row.Name = f.Name
	}
	if row.unit == coverage.Statements {
		row.Statements = tally(f.Total)
	}
	if t, ok := f.Coverage.LineTotal(); ok {
		row.Lines = tally(t)
	}
	if t, ok := f.Coverage.BranchTotal(); ok {
		row.Branches = tally(t)
	}
	if f.Taken.Total > 0 {
		row.Excluded = tally(f.Taken)
	}
	if f.Source != nil {
		row.Doc, row.Generated = f.Source.Doc, f.Source.Generated
	}
	// What the profile itself counts stands, whether or not the source is at hand.
	switch {
	case f.Nothing():
		row.Branches = nil
	case f.Coverage.Funcs != nil:
		row.Functions = &Tally{}
	case f.Source != nil:
		row.Functions, row.Literals = &Tally{}, &Tally{}
	}
	for _, u := range f.Unknown {
		r.UnknownFunctions = append(r.UnknownFunctions, UnknownFunction{row.Path, u.Name, u.Receiver, int(u.NameSpan.Start.Line), string(row.file.WhyOf(&u))})
	}
	funcs := gap.Funcs(f)
	row.funcs = funcs
	for i := range funcs {
		fn := &funcs[i]
		if fn.Statements.Total == 0 && !fn.Counted {
			continue
		}
		t := row.Functions
		if fn.Literal {
			t = row.Literals
		}
		t.Total++
		if !fn.Uncovered() {
			t.Covered++
		}
	}
	row.kinds = gap.Kinds(f)
	for _, g := range gap.Among(f, funcs) {
		switch {
		case g.OfTests():
			if g.Shape == gap.Function && !g.Fn.Literal && (g.Fn.Statements.Total > 0 || g.Fn.Counted) {
				row.UncoveredTests++
			}
		case g.Shape == gap.Stretch:
			r.addStretch(&row, &g)
		default:
			r.addFunc(&row, &g)
		}
	}
	if !f.Found {
		r.warn(row.Path, 0, fmt.Sprintf("source file not found: %s", f.Why))
	}
	if f.Fault != nil {
		r.warn(f.Name, 0, fmt.Sprintf("nothing is known of the text: %v", f.Fault))
	}
	r.Files = append(r.Files, row)
}

func (r *Report) addStretch(row *File, g *gap.Gap) {
	s := Stretch{
		ID: g.ID.String(), File: row.Path, Function: g.Func, Line: int(g.Span.Start.Line), EndLine: int(g.LastLine()), Statements: g.Missed, Kind: g.Kind.String(),
		Scope: scopeOf(row.file), file: row.file, span: g.Span,
	}
	if g.Fn != nil {
		s.title = gap.Title(row.file, g.Fn)
	}
	if row.unit == coverage.Statements {
		s.from, s.to = g.Span.Start.Col, g.Span.End.Col
	}
	r.UncoveredStretches = append(r.UncoveredStretches, s)
}

func (r *Report) addFunc(row *File, g *gap.Gap) {
	f, facts, list := g.Fn, gap.FactsOf(row.file, g.Fn), &r.UncoveredFunctions
	if f.Literal {
		list = &r.UncoveredLiterals
	}
	out := Function{
		ID: g.ID.String(), File: row.Path, Name: f.Name, Receiver: f.Receiver,
		Line: int(f.Span.Start.Line), EndLine: int(max(f.Span.Start.Line, f.Span.End.Line)), Statements: f.Statements.Total,
		Kind: g.Kind.String(), Exported: facts.Exported, Scope: scopeOf(row.file), Called: g.Called, Deprecated: g.Deprecated, Unused: g.Unused,
		file: row.file, fn: f,
	}
	if facts.Complexity > 0 {
		out.Complexity = &facts.Complexity
	}
	if crap, ok := priority.CRAP(facts.Complexity, f.Statements); ok {
		out.CRAP = new(math.Round(crap*100) / 100)
	}
	*list = append(*list, out)
}
