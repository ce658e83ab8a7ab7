// Package report makes the gap report of a snapshot: every number is derived from the rows that the
// report prints.
package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/workspace"
)

// Schema is the version of the JSON. Keys may be added under the same version; none is renamed.
const Schema = 1

// Report is the whole report. Its JSON is a contract.
type Report struct {
	Schema  int     `json:"schema"`
	Meta    Meta    `json:"meta"`
	Summary Summary `json:"summary"`
	// Files are sorted by path.
	Files []File `json:"files"`
	// UncoveredFunctions are the declared functions that Summary.Functions counts as uncovered,
	// sorted by file, then line. UncoveredLiterals are the same for Summary.Literals.
	UncoveredFunctions []Function `json:"uncovered_functions"`
	UncoveredLiterals  []Function `json:"uncovered_literals"`
	// NotMeasured are source files that no profile names, sorted: nobody knows what of them ran.
	NotMeasured []string  `json:"not_measured"`
	Warnings    []Warning `json:"warnings"`
}

// Meta says what made the report and from what.
type Meta struct {
	Tool     string    `json:"tool"`
	Version  string    `json:"version"`
	Profiles []Profile `json:"profiles"`
}

// Profile is a profile that was read.
type Profile struct {
	Path   string `json:"path"`
	Format string `json:"format"`
	// Files is how many source files the profile names.
	Files int `json:"files"`
}

// Tally is covered of total; a nil *Tally means that it is not known.
type Tally struct {
	Covered int `json:"covered"`
	Total   int `json:"total"`
}

// Percent prints with two decimals; nil prints as null and means that there is nothing to cover.
type Percent float64

// MarshalJSON implements json.Marshaler.
func (p Percent) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(p), 'f', 2, 64), nil
}

// Summary adds up the files.
type Summary struct {
	Lines      *Tally `json:"lines"`
	Statements *Tally `json:"statements"`
	// Functions are declared functions that have statements, as `go tool cover -func` lists
	// them, of the files whose functions are known.
	Functions *Tally `json:"functions"`
	// Literals are function literals of package level, which Functions leaves out.
	Literals *Tally `json:"literals"`
	Branches *Tally `json:"branches"`
	// Excluded is what markers in the sources take out of Unit's total; nil where there are none.
	Excluded *Tally   `json:"excluded"`
	Unit     string   `json:"unit"`
	Percent  *Percent `json:"percent"`
	Target   Percent  `json:"target"`
	// GapPoints is how many percentage points the summary is short of its target.
	GapPoints Percent `json:"gap_points"`
	// Gap is how many statements or lines the summary as a whole is short of its target.
	Gap int `json:"gap"`
}

// File is a row of the report.
type File struct {
	Path       string   `json:"path"`
	Found      bool     `json:"found"`
	Lines      *Tally   `json:"lines"`
	Statements *Tally   `json:"statements"`
	Functions  *Tally   `json:"functions"`
	Literals   *Tally   `json:"literals"`
	Branches   *Tally   `json:"branches"`
	Excluded   *Tally   `json:"excluded"`
	Percent    *Percent `json:"percent"`
	Target     Percent  `json:"target"`
	Gap        int      `json:"gap"`
	// Role is what the file is for, Score its Gap weighted by that and by its rule, Tier how urgent
	// it is ("ok" at its target), Rank its place among the files of its component that are short of
	// their target, 0 for the others. Reason is all that in words.
	Role   string  `json:"role"`
	Score  float64 `json:"score"`
	Tier   string  `json:"tier"`
	Rank   int     `json:"rank"`
	Reason string  `json:"reason"`

	// unit is that of Percent and Gap.
	unit coverage.Unit
}

// Function is a function that no test reaches.
type Function struct {
	File string `json:"file"`
	Name string `json:"name"`
	// Receiver is the type that a method belongs to, with its star; "" for a plain function.
	Receiver string `json:"receiver"`
	// Line and EndLine are 1-based.
	Line       int `json:"line"`
	EndLine    int `json:"end_line"`
	Statements int `json:"statements"`
}

// Warning is something that the reader of the numbers should know.
type Warning struct {
	// Path is the profile or the source file that the warning is about; "" means all of them.
	Path string `json:"path"`
	// Line is 1-based; 0 means none.
	Line int    `json:"line"`
	Text string `json:"text"`
}

// New makes the report of a snapshot. Unmeasured are the absolute paths of source files that no
// profile names.
func New(s *workspace.Snapshot, unmeasured []string, version string) *Report {
	r := &Report{
		Schema:             Schema,
		Meta:               Meta{Tool: "covls", Version: version, Profiles: []Profile{}},
		Files:              []File{},
		UncoveredFunctions: []Function{},
		UncoveredLiterals:  []Function{},
		NotMeasured:        []string{},
		Warnings:           []Warning{},
	}
	for _, p := range s.Profiles {
		name := diag.ProfileName(p)
		if p.Trouble != nil {
			r.warn(name, 0, p.Trouble.Error())
		}
		if p.Report == nil {
			continue
		}
		if len(p.Report.Files) == 0 {
			r.warn(name, 0, "the profile names no source file: no test has run, or it is still being written")
		}
		r.Meta.Profiles = append(r.Meta.Profiles, Profile{name, p.Format, len(p.Report.Files)})
		for _, w := range p.Report.Warnings {
			r.warn(name, w.Line, w.Text)
		}
	}
	for _, f := range s.Folders {
		for _, p := range f.Problems {
			r.warn("", 0, p.String())
		}
	}
	files := slices.Concat(slices.Collect(maps.Values(s.Files)), s.Lost)
	slices.SortFunc(files, func(a, b *workspace.File) int { return cmp.Compare(a.Name, b.Name) })
	for _, f := range files {
		r.addFile(f)
	}
	for _, p := range unmeasured {
		r.NotMeasured = append(r.NotMeasured, s.Name(p))
	}
	slices.Sort(r.NotMeasured)
	r.summarise(s)
	return r
}

func (r *Report) warn(path string, line int, text string) {
	r.Warnings = append(r.Warnings, Warning{path, line, text})
}

func (r *Report) addFile(f *workspace.File) {
	row := File{
		Path: f.Name, Found: f.Found,
		Percent: percent(f.Total), Target: Percent(f.Target()), Gap: f.Gap(),
		Role: f.Standing.Role.String(), Score: f.Standing.Score, Tier: string(f.Standing.Tier), Rank: f.Standing.Rank,
		Reason: f.Standing.Sentence(),
	}
	row.unit = f.Coverage.Unit
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
	// What the profile itself counts stands, whether or not the source is at hand.
	switch funcs := f.Coverage.Funcs; {
	case funcs != nil:
		row.Functions = &Tally{}
		for _, fn := range f.Coverage.Count(funcs) {
			r.addFunc(&row, &fn)
		}
	case f.Source != nil:
		row.Functions, row.Literals = &Tally{}, &Tally{}
		for _, fn := range f.Funcs {
			r.addFunc(&row, &fn)
		}
	}
	if !f.Found {
		r.warn(f.Name, 0, fmt.Sprintf("source file not found: %s", f.Why))
	}
	r.Files = append(r.Files, row)
}

func (r *Report) addFunc(row *File, f *coverage.Func) {
	if f.Statements.Total == 0 && !f.Counted {
		return
	}
	t, list := row.Functions, &r.UncoveredFunctions
	if f.Literal {
		t, list = row.Literals, &r.UncoveredLiterals
	}
	t.Total++
	if !f.Uncovered() {
		t.Covered++
		return
	}
	*list = append(*list, Function{
		File: row.Path, Name: f.Name, Receiver: f.Receiver,
		Line: int(f.Span.Start.Line), EndLine: int(max(f.Span.Start.Line, f.Span.End.Line)), Statements: f.Statements.Total,
	})
}

// summarise adds up the rows that were printed, nothing else.
func (r *Report) summarise(s *workspace.Snapshot) {
	sum := &r.Summary
	for _, f := range r.Files {
		add(&sum.Lines, f.Lines)
		add(&sum.Statements, f.Statements)
		add(&sum.Functions, f.Functions)
		add(&sum.Literals, f.Literals)
		add(&sum.Branches, f.Branches)
	}
	var totals, excluded [2]*Tally
	for _, f := range r.Files {
		add(&excluded[f.unit], f.Excluded)
		t := f.Statements
		if f.unit == coverage.Lines {
			t = f.Lines
		}
		add(&totals[f.unit], t)
	}
	unit, total := coverage.Statements, totals[coverage.Statements]
	if lines := totals[coverage.Lines]; lines != nil {
		if total != nil {
			r.warn("", 0, "some files are counted in lines and some in statements: the summary's percent, target and gap are those of the unit that has more")
		}
		if total == nil || lines.Total > total.Total {
			unit, total = coverage.Lines, lines
		}
	}
	sum.Unit, sum.Excluded = unit.String(), excluded[unit]
	sum.Target = Percent(target(s))
	if total == nil {
		return
	}
	t := coverage.Tally(*total)
	sum.Percent = percent(t)
	sum.Gap = t.Gap(float64(sum.Target))
	if sum.Percent != nil {
		sum.GapPoints = Percent(max(0, math.Round((float64(sum.Target)-float64(*sum.Percent))*100)/100))
	}
}

// target is that of the first folder as the user named them: the outermost.
func target(s *workspace.Snapshot) float64 {
	if len(s.Folders) == 0 {
		return 0
	}
	return s.Folders[len(s.Folders)-1].Settings.Target
}

func add(sum **Tally, t *Tally) {
	if t == nil {
		return
	}
	if *sum == nil {
		*sum = &Tally{}
	}
	(*sum).Covered += t.Covered
	(*sum).Total += t.Total
}

func tally(t coverage.Tally) *Tally { return &Tally{t.Covered, t.Total} }

func percent(t coverage.Tally) *Percent {
	p, ok := t.Percent()
	if !ok {
		return nil
	}
	return (*Percent)(&p)
}

// WriteJSON writes the report as indented JSON.
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
