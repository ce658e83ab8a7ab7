package diag

import (
	"iter"
	"maps"
	"math"
	"slices"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/workspace"
)

// Summary adds up files that are counted in the same unit.
type Summary struct {
	Unit  coverage.Unit
	Total coverage.Tally
	// Target is the coverage to reach, in percent.
	Target float64
}

// Gap is how many statements or lines the sum is short of its target.
func (s Summary) Gap() int { return s.Total.Gap(s.Target) }

// GapPoints is how many percentage points the sum is short of its target, with two decimals; 0 where
// there is nothing to cover.
func (s Summary) GapPoints() float64 {
	p, ok := s.Total.Percent()
	if !ok {
		return 0
	}
	return max(0, math.Round((s.Target-p)*100)/100)
}

// Overview is how a set of files stands.
type Overview struct {
	// Summary is of the unit of which there is more; ok is false where there is nothing to cover.
	Summary Summary
	OK      bool
	// Tiers counts the files by tier; those at their target are under priority.OK.
	Tiers map[config.Tier]int
	// UncoveredFunctions counts declared functions that no test reaches, as the report does.
	UncoveredFunctions int
	// UnknownFunctions counts those of which nobody knows whether they are covered.
	UnknownFunctions int
}

// OverviewOf adds up files. The target is theirs as a whole, in percent.
func OverviewOf(files iter.Seq[*workspace.File], target float64) Overview {
	o := Overview{Tiers: map[config.Tier]int{}}
	var totals [2]coverage.Tally
	for f := range files {
		unit := f.Coverage.Unit
		totals[unit] = totals[unit].Plus(f.Total)
		o.Tiers[f.Standing.Tier]++
		t, _ := FunctionTotal(f)
		o.UncoveredFunctions += t.Uncovered()
		o.UnknownFunctions += len(f.Unknown)
	}
	unit := coverage.Statements
	if totals[coverage.Lines].Total > totals[unit].Total {
		unit = coverage.Lines
	}
	o.Summary, o.OK = Summary{unit, totals[unit], target}, totals[unit].Total > 0
	return o
}

// Target is that of the workspace as a whole, in percent: of the outermost folder. It is 0 where there
// is none.
func Target(s *workspace.Snapshot) float64 {
	if len(s.Folders) == 0 {
		return 0
	}
	return s.Folders[len(s.Folders)-1].Settings.TotalTarget()
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
	// What the profile itself counts stands, whether or not the source is at hand.
	funcs := f.Coverage.Funcs
	if funcs == nil {
		if f.Source == nil {
			return t, false
		}
		funcs = f.Funcs
	} else if slices.ContainsFunc(funcs, func(fn coverage.Func) bool { return !fn.Counted }) {
		funcs = f.Coverage.Count(funcs)
	}
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
