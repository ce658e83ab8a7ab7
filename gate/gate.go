// Package gate judges the rows of a report: against the targets that are asked for, and against a
// baseline, which is a report that was saved. It goes by the JSON's keys alone, so that both are read
// alike, and prints nothing.
package gate

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

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

// Judge judges a report, and holds it against a baseline, unless that is nil. The breaches come in this
// order: the total, components, the gates' faults, files with the largest gap first, drops.
//
// A drop is a percentage, in two decimals, below that of the baseline: of the total, of a component or
// of a file that both reports have, counted in the same unit. That of a file with unknown functions is
// compared with nothing: Uncompared counts these.
func Judge(r *report.Report, gates Gates, baseline *report.Report) []Breach {
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
	if baseline != nil {
		out = append(out, drops(r, baseline)...)
	}
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

// Uncompared is how many files of a report that the baseline has, too, are not compared with it: the
// figure of one of the two is without functions of which nobody knows whether they are covered.
func Uncompared(r, baseline *report.Report) int {
	was := rowsOf(baseline)
	n := 0
	for i := range r.Files {
		if f := &r.Files[i]; was[f.Path] != nil && !measured(f, was[f.Path]) {
			n++
		}
	}
	return n
}

// measured reports whether the figures of a file tell whether its coverage dropped.
func measured(now, was *report.File) bool {
	return now.UnknownFunctions == 0 && was.UnknownFunctions == 0
}

func rowsOf(r *report.Report) map[string]*report.File {
	out := make(map[string]*report.File, len(r.Files))
	for i := range r.Files {
		out[r.Files[i].Path] = &r.Files[i]
	}
	return out
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

// drops are what is below the baseline's percentage.
func drops(r, baseline *report.Report) []Breach {
	var out []Breach
	add := func(b Breach, now, was Figure) {
		if now.Unit != was.Unit || now.Percent == nil || was.Percent == nil {
			return
		}
		lost := hundredths(*was.Percent) - hundredths(*now.Percent)
		if lost <= 0 {
			return
		}
		b.Gate, b.Unit, b.Percent, b.Baseline, b.UnknownFunctions = Drop, now.Unit, now.Percent, was.Percent, now.UnknownFunctions
		b.Text = fmt.Sprintf("%s is %s points below the baseline's %s%s", two(now.Percent), strconv.FormatFloat(float64(lost)/100, 'f', 2, 64), two(was.Percent), without(now.UnknownFunctions))
		if was.UnknownFunctions > 0 {
			b.Text += "; the baseline is" + strings.TrimPrefix(without(was.UnknownFunctions), ",")
		}
		out = append(out, b)
	}
	each := func(b Breach, now, was []Figure) {
		for _, n := range now {
			for _, w := range was {
				add(b, n, w)
			}
		}
	}
	each(Breach{}, Figures(r), Figures(baseline))
	done := map[string]bool{}
	for _, c := range r.Components {
		if done[c.Name] {
			continue
		}
		done[c.Name] = true // one with both units stands twice
		own := func(f *report.File) bool { return f.Component == c.Name }
		if !slices.ContainsFunc(r.Files, func(f report.File) bool { return !own(&f) }) {
			continue // it is the total
		}
		each(Breach{Component: c.Name}, figures(r.Files, own), figures(baseline.Files, own))
	}
	files := rowsOf(baseline)
	for i := range r.Files {
		f := &r.Files[i]
		was := files[f.Path]
		if was == nil || !measured(f, was) {
			continue
		}
		now, ok := figureOf(f)
		before, same := figureOf(was)
		if ok && same {
			add(Breach{Path: f.Path}, now, before)
		}
	}
	return out
}

// hundredths is a percentage as it is printed.
func hundredths(p report.Percent) int64 { return int64(math.Round(float64(p) * 100)) }

// two prints a percentage with its two decimals.
func two(p *report.Percent) string { return strconv.FormatFloat(float64(*p), 'f', 2, 64) + " %" }

// Baseline reads the JSON of a report that was saved, to hold another against it. The error says what is
// wrong with it.
func Baseline(data []byte) (*report.Report, error) {
	var r report.Report
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, fmt.Errorf("it is no JSON report of covls: %w", err)
	}
	switch {
	case r.Meta.Tool != "covls":
		return nil, fmt.Errorf("it is no JSON report of covls")
	case r.Schema != report.Schema:
		return nil, fmt.Errorf("its schema is %d, and this covls knows %d", r.Schema, report.Schema)
	}
	for _, c := range r.Components {
		// What a component's report leaves out is in no row, but the component knows of it.
		if c.Other != nil && !slices.ContainsFunc(r.Files, func(f report.File) bool { return f.Component != c.Name }) {
			return nil, fmt.Errorf("it is of the component %q alone", c.Name)
		}
	}
	return &r, nil
}
