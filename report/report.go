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
	"github.com/covls/covls/priority"
	"github.com/covls/covls/workspace"
)

// Schema is the version of the JSON. Keys may be added under the same version; none is renamed.
const Schema = 1

// Report is the whole report. Its JSON is a contract.
type Report struct {
	Schema  int     `json:"schema"`
	Meta    Meta    `json:"meta"`
	Summary Summary `json:"summary"`
	// Components are the configured ones, or those that manifests make, sorted by name.
	Components []Component `json:"components"`
	// Plan is that of all Components whose unit is the summary's.
	Plan Plan `json:"plan"`
	// Files are sorted by path.
	Files []File `json:"files"`
	// UncoveredFunctions are the declared functions that Summary.Functions counts as uncovered,
	// sorted by file, then line. UncoveredLiterals are the same for Summary.Literals.
	UncoveredFunctions []Function `json:"uncovered_functions"`
	UncoveredLiterals  []Function `json:"uncovered_literals"`
	// UncoveredStretches are what never ran outside of these functions: parts of functions that a test
	// reaches, and code outside of functions or in files whose functions are not known; sorted by file,
	// then line.
	UncoveredStretches []Stretch `json:"uncovered_stretches"`
	// NotMeasured are source files that no profile names, sorted: nobody knows what of them ran.
	NotMeasured []string  `json:"not_measured"`
	Warnings    []Warning `json:"warnings"`

	// title is the name of the folder, or of the one component that the report is of.
	title string
	// unit is that of Summary.
	unit coverage.Unit
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
	Path  string `json:"path"`
	Found bool   `json:"found"`
	// Unit is that of Percent and Gap.
	Unit string `json:"unit"`
	// Component is the name of the file's component; "" where components are configured and none has
	// the file.
	Component  string   `json:"component"`
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
	unit     coverage.Unit
	standing *priority.Standing
}

// total is what the file's unit counts.
func (f *File) total() coverage.Tally {
	if f.unit == coverage.Lines {
		return coverage.Tally(*f.Lines)
	}
	return coverage.Tally(*f.Statements)
}

// Function is a function that no test reaches.
type Function struct {
	File string `json:"file"`
	Name string `json:"name"`
	// Receiver is the type that a method belongs to, with its star; "" for a plain function.
	Receiver string `json:"receiver"`
	// Line and EndLine are 1-based.
	Line    int `json:"line"`
	EndLine int `json:"end_line"`
	// Statements are all that the function has, in the file's unit.
	Statements int `json:"statements"`
}

// Stretch is code that never ran.
type Stretch struct {
	File string `json:"file"`
	// Function is the function that it is a part of; "" where there is none, or none is known.
	Function string `json:"function"`
	// Line and EndLine are 1-based.
	Line    int `json:"line"`
	EndLine int `json:"end_line"`
	// Statements are those of it that never ran, in the file's unit.
	Statements int `json:"statements"`

	// from and to are the 1-based byte columns where it begins and before which it ends; 0 means with
	// the line.
	from, to uint32
}

// Warning is something that the reader of the numbers should know.
type Warning struct {
	// Path is the profile or the source file that the warning is about; "" means all of them.
	Path string `json:"path"`
	// Line is 1-based; 0 means none.
	Line int    `json:"line"`
	Text string `json:"text"`
}

// Options say what a report is of.
type Options struct {
	// Version is that of covls.
	Version string
	// Unmeasured are the absolute paths of source files that no profile names.
	Unmeasured []string
	// Component restricts the report to the component of that name; nil means everything.
	Component *string
}

// New makes the report of a snapshot. The error is a component that there is none of.
func New(s *workspace.Snapshot, o Options) (*Report, error) {
	r := &Report{
		Schema:             Schema,
		Meta:               Meta{Tool: "covls", Version: o.Version, Profiles: []Profile{}},
		Components:         []Component{},
		Files:              []File{},
		UncoveredFunctions: []Function{},
		UncoveredLiterals:  []Function{},
		UncoveredStretches: []Stretch{},
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
		r.title = f.Name // of the outermost in the end
		for _, p := range f.Problems {
			r.warn("", 0, p.String())
		}
	}
	for _, p := range o.Unmeasured {
		r.NotMeasured = append(r.NotMeasured, s.Name(p))
	}
	slices.Sort(r.NotMeasured)
	files := slices.Concat(slices.Collect(maps.Values(s.Files)), s.Lost)
	slices.SortFunc(files, func(a, b *workspace.File) int { return cmp.Compare(a.Name, b.Name) })
	for _, f := range files {
		r.addFile(f)
	}
	r.summarise(target(s))
	r.addComponents(s)
	r.Plan = r.plan()
	if o.Component != nil {
		if err := r.restrict(*o.Component); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *Report) warn(path string, line int, text string) {
	r.Warnings = append(r.Warnings, Warning{path, line, text})
}

func (r *Report) addFile(f *workspace.File) {
	row := File{
		Path: f.Name, Found: f.Found,
		Percent: percent(f.Total), Target: Percent(f.Target()), Gap: f.Gap(),
		Unit: f.Coverage.Unit.String(), Component: component(f),
		Role: f.Standing.Role.String(), Score: f.Standing.Score, Tier: string(f.Standing.Tier), Rank: f.Standing.Rank,
		Reason: f.Standing.Sentence(),
		unit:   f.Coverage.Unit, standing: f.Standing,
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
	// What the profile itself counts stands, whether or not the source is at hand.
	var funcs []coverage.Func
	switch {
	case f.Coverage.Funcs != nil:
		row.Functions = &Tally{}
		funcs = f.Coverage.Count(f.Coverage.Funcs)
	case f.Source != nil:
		row.Functions, row.Literals = &Tally{}, &Tally{}
		funcs = f.Funcs
	}
	for i := range funcs {
		r.addFunc(&row, &funcs[i])
	}
	r.addStretches(&row, f.Coverage, funcs)
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
func (r *Report) summarise(target float64) {
	units := map[coverage.Unit]int{}
	for i := range r.Files {
		units[r.Files[i].unit] += r.Files[i].total().Total
	}
	unit := coverage.Statements
	if lines, ok := units[coverage.Lines]; ok {
		statements, both := units[coverage.Statements]
		if both {
			r.warn("", 0, "some files are counted in lines and some in statements: the summary's percent, target and gap are those of the unit that has more")
		}
		if !both || lines > statements {
			unit = coverage.Lines
		}
	}
	r.unit = unit
	r.Summary = r.sum(unit, target, func(*File) bool { return true })
}

// sum adds up the files of which is holds. Percent, target, gap and what is excluded are of those that
// are counted in unit.
func (r *Report) sum(unit coverage.Unit, target float64, is func(*File) bool) Summary {
	sum := Summary{Unit: unit.String(), Target: Percent(target)}
	var total *Tally
	for i := range r.Files {
		f := &r.Files[i]
		if !is(f) {
			continue
		}
		add(&sum.Lines, f.Lines)
		add(&sum.Statements, f.Statements)
		add(&sum.Functions, f.Functions)
		add(&sum.Literals, f.Literals)
		add(&sum.Branches, f.Branches)
		if f.unit == unit {
			add(&sum.Excluded, f.Excluded)
			add(&total, new(Tally(f.total())))
		}
	}
	if total == nil {
		return sum
	}
	t := coverage.Tally(*total)
	sum.Percent = percent(t)
	sum.Gap = t.Gap(target)
	if sum.Percent != nil {
		sum.GapPoints = Percent(max(0, math.Round((target-float64(*sum.Percent))*100)/100))
	}
	return sum
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
