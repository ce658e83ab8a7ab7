// Package gate judges the rows of a report: against the targets that are asked for, and against a
// baseline, which is a report that was saved. It goes by the JSON's keys alone, so that both are read
// alike, and prints nothing.
package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/report"
)

// Gates are what Judge holds a report against. The zero Gates let everything pass.
type Gates struct {
	// Total is the coverage that all files together must reach, in percent; nil asks for none.
	Total *float64
	// Unset tells that nobody set Total, and that it is the default.
	Unset bool
	// Components are names of components that must reach their targets.
	Components []string
	// Files asks every file to reach its target; else those in Ruled, by their paths, must.
	Files bool
	Ruled map[string]bool
	// Faults are breaches as they stand: what keeps the gates from judging what they were meant to.
	Faults []Breach
}

// Kind is the kind of a breach.
type Kind string

// The values of Kind. Total, Component and File are targets that are not reached, Drop is coverage below
// the baseline's. Unmeasured is code with tests that is in no profile. The others are faults: a rule, or a component, that
// has no file, a mapping that is for no profile, a profile that can't be read or is of another text than that on disk, a
// setting that is wrong.
const (
	Total     Kind = "total"
	Component Kind = "component"
	File      Kind = "file"
	Drop      Kind = "drop"
	Rule      Kind = "rule"
	Profile   Kind = "profile"
	Setting   Kind = "setting"

	Unmeasured Kind = "unmeasured"
	Text       Kind = "text"
)

// Breach is something that a gate does not let pass.
type Breach struct {
	Gate Kind `json:"gate"`
	// Path is the file that is meant: a source as the report calls it, the folder of a package, a profile, the settings; ""
	// where it is a component or the whole. Line is 1-based; 0 means none.
	Path string `json:"path"`
	Line int    `json:"line"`
	// Component is the name of the component that is meant; "" where it is none.
	Component string `json:"component"`
	// Unit, Percent, Target and Gap are of what is short of its target or below the baseline; "", nil
	// and 0 elsewhere. Gap is how many statements or lines are short of Target.
	Unit    string          `json:"unit"`
	Percent *report.Percent `json:"percent"`
	Target  *report.Percent `json:"target"`
	Gap     int             `json:"gap"`
	// UnknownFunctions is how many functions Percent and Gap are without, since nobody knows whether they are covered.
	UnknownFunctions int `json:"unknown_functions"`
	// Baseline is the percentage that must be kept; nil elsewhere.
	Baseline *report.Percent `json:"baseline"`
	// Text says what is wrong, without saying of what.
	Text string `json:"text"`
}

// String returns the breach with what it is of, as one line that can be searched: "a.go: 12 statements
// short of 60 % (48.00 %)".
func (b Breach) String() string {
	of := string(Total)
	switch {
	case b.Path != "" && b.Line > 0:
		of = fmt.Sprintf("%s:%d", escape.Line(b.Path), b.Line)
	case b.Path != "":
		of = escape.Line(b.Path)
	case b.Component != "":
		of = "component " + escape.Line(b.Component)
	}
	return escape.Record(of + ": " + escape.Words(b.Text))
}

// Figure is the coverage of files that are counted in the same unit.
type Figure struct {
	Unit    string          `json:"unit"`
	Covered int             `json:"covered"`
	Total   int             `json:"total"`
	Percent *report.Percent `json:"percent"`
	// UnknownFunctions is how many functions the figure is without, since nobody knows whether they are covered.
	UnknownFunctions int `json:"unknown_functions"`

	unit coverage.Unit
}

func (f Figure) tally() coverage.Tally { return coverage.Tally{Covered: f.Covered, Total: f.Total} }

// Figures adds up the rows of a report, for each unit by itself: that of the summary first.
func Figures(r *report.Report) []Figure {
	out := figures(r.Files, func(*report.File) bool { return true })
	if len(out) == 2 && out[1].Unit == r.Summary.Unit {
		slices.Reverse(out)
	}
	return out
}

// figures adds up the files of which is holds. A unit that none of them has is left out.
func figures(files []report.File, is func(*report.File) bool) []Figure {
	var out []Figure
	for _, unit := range []coverage.Unit{coverage.Statements, coverage.Lines} {
		var total coverage.Tally
		has, unknown := false, 0
		for i := range files {
			if of := tallyOf(&files[i], unit); of != nil && is(&files[i]) {
				total, has = total.Plus(coverage.Tally(*of)), true
				unknown += files[i].UnknownFunctions
			}
		}
		if has {
			out = append(out, figure(total, unit, unknown))
		}
	}
	return out
}

func figure(t coverage.Tally, unit coverage.Unit, unknown int) Figure {
	var percent *report.Percent
	if p, ok := t.Percent(); ok {
		percent = new(report.Percent(p))
	}
	return Figure{Unit: unit.String(), Covered: t.Covered, Total: t.Total, Percent: percent, UnknownFunctions: unknown, unit: unit}
}

// figureOf is that of a file by itself; ok is false where its row has none.
func figureOf(f *report.File) (of Figure, ok bool) {
	for _, unit := range []coverage.Unit{coverage.Statements, coverage.Lines} {
		if t := tallyOf(f, unit); t != nil {
			return figure(coverage.Tally(*t), unit, f.UnknownFunctions), true
		}
	}
	return Figure{}, false
}

// tallyOf is what the row counts, where it is counted in unit, and nil elsewhere. It goes by nothing but
// the JSON, so that it can be asked of a saved report too.
func tallyOf(f *report.File, unit coverage.Unit) *report.Tally {
	own := cmp.Or(f.Unit, coverage.Statements.String())
	if f.Unit == "" && f.Statements == nil { // a report of before there was a unit
		own = coverage.Lines.String()
	}
	switch {
	case own != unit.String():
		return nil
	case unit == coverage.Lines:
		return f.Lines
	}
	return f.Statements
}

// Judge judges a report. The breaches come in this order: the total, components, the gates' faults, files with the largest gap
// first.
func Judge(r *report.Report, gates Gates) []Breach {
	var out []Breach
	if gates.Total != nil {
		for _, f := range Figures(r) {
			out = short(out, Breach{Gate: Total}, f, *gates.Total)
		}
	}
	for _, c := range r.Components {
		if !slices.Contains(gates.Components, c.Name) {
			continue
		}
		for _, f := range figures(r.Files, func(f *report.File) bool { return f.Component == c.Name }) {
			if f.Unit == c.Summary.Unit && c.Target != nil { // one with both units stands twice
				out = short(out, Breach{Gate: Component, Component: c.Name}, f, float64(*c.Target))
			}
		}
	}
	out = append(out, gates.Faults...)
	out = append(out, filesShort(r, gates)...)
	return out
}

// short adds a breach where a figure is short of its target.
func short(out []Breach, b Breach, f Figure, target float64) []Breach {
	gap := f.tally().Gap(target)
	if gap == 0 {
		return out
	}
	b.Unit, b.Percent, b.Target, b.Gap, b.UnknownFunctions = f.Unit, f.Percent, new(report.Percent(target)), gap, f.UnknownFunctions
	b.Text = fmt.Sprintf("%d %s short of %s (%s)%s", gap, f.unit.Noun(gap), coverage.FormatPercent(target), two(f.Percent), without(f.UnknownFunctions))
	return append(out, b)
}

// without says what a figure leaves out: ", without 3 unknown functions"; "" where that is nothing.
func without(unknown int) string {
	switch unknown {
	case 0:
		return ""
	case 1:
		return ", without 1 unknown function"
	}
	return fmt.Sprintf(", without %d unknown functions", unknown)
}

func filesShort(r *report.Report, gates Gates) []Breach {
	var out []Breach
	for i := range r.Files {
		f := &r.Files[i]
		if !gates.Files && !gates.Ruled[f.Path] {
			continue
		}
		if own, ok := figureOf(f); ok {
			out = short(out, Breach{Gate: File, Path: f.Path}, own, float64(f.Target))
		}
	}
	slices.SortStableFunc(out, func(a, b Breach) int { return cmp.Compare(b.Gap, a.Gap) })
	return out
}

// two prints a percentage with its two decimals.
func two(p *report.Percent) string { return strconv.FormatFloat(float64(*p), 'f', 2, 64) + " %" }
