package diag

import (
	"cmp"
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// Summary adds up files that are counted in the same unit.
type Summary struct {
	Unit  coverage.Unit
	Total coverage.Tally
	// Target is the coverage to reach, in percent; nil where parts of the sum have different ones. NextStep tells that
	// nobody set it; see coverage.Aim.
	Target   *float64
	NextStep bool
	// Gap is how many statements or lines are short of the target: of each part's where they differ.
	Gap int
	// GapPoints is how many percentage points the sum is short of its target, with two decimals; 0 where there is nothing
	// to cover, nil where there is no one target.
	GapPoints *float64
}

// ByTarget holds what has the same aim, to cover and covered.
type ByTarget map[coverage.Aim]coverage.Tally

// Add takes in a tally and its aim.
func (b ByTarget) Add(aim coverage.Aim, t coverage.Tally) { b[aim] = b[aim].Plus(t) }

// Summary adds up all of it, as counted in the unit.
func (b ByTarget) Summary(unit coverage.Unit) Summary {
	s := Summary{Unit: unit}
	for aim, t := range b {
		s.Total = s.Total.Plus(t)
		s.Gap += t.Gap(aim.Percent)
	}
	if len(b) != 1 {
		return s
	}
	for aim, t := range b {
		points := 0.0
		if p, ok := t.Percent(); ok {
			points = max(0, math.Round((aim.Percent-p)*100)/100)
		}
		s.Target, s.NextStep, s.GapPoints = &aim.Percent, aim.NextStep, &points
	}
	return s
}

// SummaryOf is the summary of what has one aim.
func SummaryOf(unit coverage.Unit, t coverage.Tally, aim coverage.Aim) Summary {
	return ByTarget{aim: t}.Summary(unit)
}

// Overview is how a set of files stands.
type Overview struct {
	// Summaries has one for each unit in which something is to be covered, that of which there is more first; nil where
	// there is nothing.
	Summaries []Summary
	// Tiers counts the files by tier; those at their target are under priority.OK.
	Tiers map[config.Tier]int
	// UncoveredFunctions counts declared functions that no test reaches, without those of tests, as the report does.
	UncoveredFunctions int
	// UnknownFunctions counts those of which nobody knows whether they are covered.
	UnknownFunctions int
}

// OverviewOf adds up files, whose targets as a whole are those of their folders.
func OverviewOf(files iter.Seq[*workspace.File]) Overview {
	o := Overview{Tiers: map[config.Tier]int{}}
	totals := [2]map[*workspace.Folder]coverage.Tally{{}, {}}
	for f := range files {
		of := totals[f.Coverage.Unit]
		of[f.Folder] = of[f.Folder].Plus(f.Total)
		o.Tiers[f.Standing.Tier]++
		t, _ := FunctionTotal(f)
		o.UncoveredFunctions += t.Uncovered() - uncoveredTests(f)
		o.UnknownFunctions += len(f.Unknown)
	}
	for _, unit := range []coverage.Unit{coverage.Statements, coverage.Lines} {
		by := ByTarget{}
		for folder, t := range totals[unit] {
			if t.Total > 0 {
				by.Add(folder.Settings.TotalAim(t), t)
			}
		}
		if len(by) > 0 {
			o.Summaries = append(o.Summaries, by.Summary(unit))
		}
	}
	slices.SortStableFunc(o.Summaries, func(a, b Summary) int { return cmp.Compare(b.Total.Total, a.Total.Total) })
	return o
}

// Named are all files that profiles name, in no order, on disk or not.
func Named(s *workspace.Snapshot) iter.Seq[*workspace.File] {
	return func(yield func(*workspace.File) bool) {
		for f := range maps.Values(s.Files) {
			if !yield(f) {
				return
			}
		}
		for _, f := range s.Lost {
			if !yield(f) {
				return
			}
		}
	}
}

// FunctionTotal counts the declared functions of a file that have something to cover, and those that
// tests reach. ok is false where nobody knows its functions.
func FunctionTotal(f *workspace.File) (t coverage.Tally, ok bool) {
	if f.Nothing() {
		return t, false
	}
	if f.Coverage.Funcs == nil && f.Source == nil {
		return t, false
	}
	funcs := gap.Funcs(f)
	for i := range funcs {
		fn := &funcs[i]
		if fn.Literal || fn.Statements.Total == 0 && !fn.Counted {
			continue
		}
		t.Total++
		if !fn.Uncovered() {
			t.Covered++
		}
	}
	return t, true
}

// uncoveredTests is how many declared functions of tests FunctionTotal counts as uncovered.
func uncoveredTests(f *workspace.File) (n int) {
	if f.Nothing() || f.Coverage.Funcs == nil && f.Source == nil {
		return 0
	}
	funcs := gap.Funcs(f)
	for i := range funcs {
		fn := &funcs[i]
		if !fn.Literal && (fn.Statements.Total > 0 || fn.Counted) && fn.Uncovered() && gap.KindOf(f, fn) == source.TestHelper {
			n++
		}
	}
	return n
}
