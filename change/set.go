package change

import (
	"cmp"
	"slices"

	"github.com/covls/covls/coverage"
)

// Set is what a change left untested, and what it lost.
type Set struct {
	// Base is the commit that the texts are compared with, in hexadecimal digits, and Name what leads to it: "origin/main". Base is "" where
	// nobody asked what changed; what was lost is told alone then.
	Base, Name string
	// Head is which texts are the later ones, where these are not those on disk: "staged" or "committed".
	Head string
	// Baseline is what coverage is compared with; nil where that was not judged.
	Baseline *Since
	// Unit is what is counted: "statements", "lines", or "" where nothing is.
	Unit string
	// Tally are the statements or lines that changed.
	coverage.Tally
	// Gaps are what of them no test reaches, and Lost what lost its coverage, both sorted by file and place.
	Gaps, Lost []Gap
	// Functions is how many changed or are new, New how many of these, Moved how many are where they were not, or are called something else.
	Functions, New, Moved int
	// Unmeasured are sources that changed and that no profile names, by their paths. Unknown are functions, and files where Function is
	// "", that changed and of which nobody knows whether they are covered, since the profiles are of other texts.
	Unmeasured []string
	Unknown    []Gap
	// Unbuilt are sources of Go that changed and that are not built here, by their paths: for another system, or by their constraints.
	Unbuilt []string
	// Aside are sources that changed, that no profile names, and that no run of tests is expected to measure, by their paths: they set up
	// tools, or are documentation.
	Aside []string
	// Unread are files that changed and whose texts can't be had, by their paths, as those that are elsewhere (LFS).
	Unread []string
	// Vanished are files of the baseline that are here, and that no profile names any more.
	Vanished []string
	// Left is how many statements that changed are not judged, since a program has written them, or others.
	Left int
}

// Since is a baseline as it stands to the base.
type Since struct {
	// Commit is "" where that is not known.
	Commit string
	// Behind is how many commits it is before the base; -1 where that is not known.
	Behind int
	// Files is how many files were compared with it.
	Files int
}

// Gap is a unit of which a change left something untested, or lost it.
type Gap struct {
	// Kind is what became of the unit.
	Kind How
	// File is slash-separated and relative to the folder that is judged; Path is absolute.
	File, Path string
	// Function is what people call it; "" outside of functions.
	Function string
	// Line is where it is declared, 1-based; outside of functions that of the first stretch. Last is its last line.
	Line, Last uint32
	// Lines are the stretches that no test reaches.
	Lines []Stretch
	// Own tells that the profiles have of its package what its own tests run alone, so that those of others may run it.
	Own bool
	// Some tells that the counts of some tests may be missing.
	Some bool
	// Statements is how many statements or lines that are. Of is how many of the unit changed, or were covered in the baseline.
	Statements, Of int
}

// GapOf is a unit with something in it.
func GapOf(m *Match) Gap {
	return Gap{Kind: m.How, File: m.File.Path, Function: m.Unit.Name, Line: m.Unit.Line, Last: m.Unit.Last}
}

// Sort puts everything in order.
func (s *Set) Sort() {
	order := func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Function, b.Function))
	}
	slices.SortFunc(s.Gaps, order)
	slices.SortFunc(s.Lost, order)
	slices.SortFunc(s.Unknown, order)
	slices.Sort(s.Unmeasured)
	slices.Sort(s.Vanished)
	slices.Sort(s.Unread)
	slices.Sort(s.Unbuilt)
	slices.Sort(s.Aside)
}

// Uncovered is how many of the statements or lines that changed no test reaches.
func (s *Set) Uncovered() int { return s.Total - s.Covered }

// LostStatements is how many statements or lines lost their coverage.
func (s *Set) LostStatements() (n int) {
	for i := range s.Lost {
		n += s.Lost[i].Statements
	}
	return n
}
