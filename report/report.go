// Package report makes the gap report of a snapshot: every number is derived from the rows that the
// report prints.
package report

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/source"
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
	// Kinds have one row for each unit of which code is known; see Kinds.
	Kinds []Kinds `json:"kinds"`
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
	// dir is the folder that paths are relative to; "" where there are several.
	dir string
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
	// ReasonData is Reason as data.
	ReasonData Reason `json:"reason_data"`
	// Doc is what the file says of itself in its first sentence; "" where that is nothing. Generated
	// tells that a program wrote it, as far as is known.
	Doc       string `json:"doc"`
	Generated bool   `json:"generated"`
	// Commits is how many commits changed the file in the last 90 days; nil where it is not known.
	Commits *int `json:"commits"`

	// unit is that of Percent and Gap.
	unit     coverage.Unit
	standing *priority.Standing
	// names are those of all functions, in the order of the text.
	names []string
	// kinds are what never ran by kind of code; nil where that is not known.
	kinds map[source.Kind]int
	file  *workspace.File
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
	// ID tells it from all other gaps, and stays while lines move; see gap.ID.
	ID   string `json:"id"`
	File string `json:"file"`
	Name string `json:"name"`
	// Receiver is the type that a method belongs to, with its star; "" for a plain function.
	Receiver string `json:"receiver"`
	// Line and EndLine are 1-based.
	Line    int `json:"line"`
	EndLine int `json:"end_line"`
	// Statements are all that the function has, in the file's unit.
	Statements int `json:"statements"`
	// Kind is what sort of code it is: "main", "test helper", "accessor", "panic or unreachable",
	// "generated", "" for ordinary code and where it is not known.
	Kind string `json:"kind"`
	// Exported tells that other packages can call it; false also where that is not known.
	Exported bool `json:"exported"`
	// Complexity is cyclomatic; nil where it is not known. CRAP is made of it; see priority.CRAP.
	Complexity *int     `json:"complexity"`
	CRAP       *float64 `json:"crap"`

	file *workspace.File
	fn   *coverage.Func
}

// name is the function's name with its receiver, short enough for a list.
func (f *Function) name() string {
	g := coverage.Func{Name: f.Name, Receiver: f.Receiver}
	return shortened(g.String(), nameMost)
}

// Stretch is code that never ran.
type Stretch struct {
	// ID is described at Function.
	ID   string `json:"id"`
	File string `json:"file"`
	// Function is the function that it is a part of; "" where there is none, or none is known.
	Function string `json:"function"`
	// Line and EndLine are 1-based.
	Line    int `json:"line"`
	EndLine int `json:"end_line"`
	// Statements are those of it that never ran, in the file's unit.
	Statements int `json:"statements"`
	// Kind is what sort of code all of it is: "error return", "panic or unreachable", "default case",
	// or that of its function; "" for ordinary code, where several meet, and where it is not known.
	Kind string `json:"kind"`

	file *workspace.File
	// from and to are the 1-based byte columns where it begins and before which it ends; 0 means with
	// the line.
	from, to uint32
}

// Kinds says what sort of code it is that never ran, of the components' own files.
type Kinds struct {
	// Unit is what all numbers count.
	Unit string `json:"unit"`
	// Uncovered has a row for each kind that there is, the largest first.
	Uncovered []KindCount `json:"uncovered"`
	// Untestable is how much of that tests hardly reach; see source.Kind.Testable. Testable is all
	// there is but that.
	Untestable int   `json:"untestable"`
	Testable   Tally `json:"testable"`
}

// KindCount is how many statements or lines of a kind never ran.
type KindCount struct {
	// Kind is "" for ordinary code, and "not known" where nobody knows.
	Kind string `json:"kind"`
	N    int    `json:"n"`
}

// Warning is something that the reader of the numbers should know.
type Warning struct {
	// Path is the profile or the source file that the warning is about; "" means all of them.
	Path string `json:"path"`
	// Line is 1-based; 0 means none.
	Line int    `json:"line"`
	Text string `json:"text"`

	// settings tells that it is about the settings, and not about a profile or a source.
	settings bool
}

// Options say what a report is of.
type Options struct {
	// Version is that of covls.
	Version string
	// Unmeasured are the absolute paths of source files that no profile names.
	Unmeasured []string
	// Component restricts the report to the component of that name; nil means everything.
	Component *string
	// Guard is told of a panic, which is New's error.
	Guard guard.Guard
}

// New makes the report of a snapshot. The error is a component that there is none of, or a panic in a row: a
// total of the others would be wrong.
func New(s *workspace.Snapshot, o Options) (*Report, error) {
	r := &Report{
		Schema:             Schema,
		Meta:               Meta{Tool: "covls", Version: o.Version, Profiles: []Profile{}},
		Components:         []Component{},
		Kinds:              []Kinds{},
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
	var titles []string
	for _, f := range s.Folders {
		titles = append(titles, f.Name)
		for _, p := range f.Problems {
			r.warnSettings(p.String())
		}
	}
	if len(s.Folders) == 1 {
		r.dir = s.Folders[0].Dir
	}
	slices.Sort(titles)
	r.title = some(titles, 3, "folder")
	for _, p := range o.Unmeasured {
		name := s.Name(p)
		if f := s.FolderOf(p); f != nil && len(s.Folders) > 1 {
			name = s.Label(f) + "/" + name
		}
		r.NotMeasured = append(r.NotMeasured, name)
	}
	slices.Sort(r.NotMeasured)
	files := slices.Concat(slices.Collect(maps.Values(s.Files)), s.Lost)
	slices.SortFunc(files, func(a, b *workspace.File) int { return cmp.Compare(s.PathOf(a), s.PathOf(b)) })
	if err := r.addFiles(s, files, o.Guard); err != nil {
		return nil, err
	}
	r.summarise(diag.Target(s))
	r.addComponents(s)
	r.Plan = r.planIn(r.unit)
	r.addKinds()
	if o.Component != nil {
		if err := r.restrict(*o.Component); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *Report) warn(path string, line int, text string) {
	r.Warnings = append(r.Warnings, Warning{Path: path, Line: line, Text: text})
}

func (r *Report) warnSettings(text string) {
	r.Warnings = append(r.Warnings, Warning{Text: text, settings: true})
}

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
		Percent: percent(f.Total), Target: Percent(f.Target()), Gap: f.Gap(),
		Unit: f.Coverage.Unit.String(), Component: componentName(labelOf(s, f.Folder), f.Folder, f.Standing.Component),
		Role: f.Standing.Role.String(), Score: f.Standing.Score, Tier: string(f.Standing.Tier), Rank: f.Standing.Rank,
		Reason: f.Standing.Sentence(), ReasonData: NewReason(f.Standing),
		unit: f.Coverage.Unit, standing: f.Standing, file: f,
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
	case f.Coverage.Funcs != nil:
		row.Functions = &Tally{}
	case f.Source != nil:
		row.Functions, row.Literals = &Tally{}, &Tally{}
	}
	funcs := gap.Funcs(f)
	row.names = make([]string, len(funcs))
	for i := range funcs {
		fn := &funcs[i]
		row.names[i] = fn.String()
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
		if g.Shape == gap.Stretch {
			r.addStretch(&row, &g)
		} else {
			r.addFunc(&row, &g)
		}
	}
	if !f.Found {
		r.warn(f.Name, 0, fmt.Sprintf("source file not found: %s", f.Why))
	}
	if f.Fault != nil {
		r.warn(f.Name, 0, fmt.Sprintf("nothing is known of the text: %v", f.Fault))
	}
	r.Files = append(r.Files, row)
}

func (r *Report) addStretch(row *File, g *gap.Gap) {
	s := Stretch{
		ID: g.ID.String(), File: row.Path, Function: g.Func, Line: int(g.Span.Start.Line), EndLine: int(g.LastLine()), Statements: g.Missed, Kind: g.Kind.String(),
		file: row.file,
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
		Kind: g.Kind.String(), Exported: facts.Exported,
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

// WriteJSON writes the report as JSON. Each row of a list stands on a line of its own.
func (r *Report) WriteJSON(w io.Writer) error {
	fields := reflect.ValueOf(r).Elem()
	b := bufio.NewWriterSize(w, 64<<10)
	sep := "{\n"
	for i := range fields.NumField() {
		tag := fields.Type().Field(i).Tag.Get("json")
		if tag == "" {
			continue
		}
		_, _ = b.WriteString(sep + strconv.Quote(tag) + ": ")
		sep = ",\n"
		if err := encode(b, fields.Field(i)); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	_, _ = b.WriteString("\n}\n")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// jsonRows is how many rows of a list are encoded at a time: enough for a processor, and few enough that the text of a
// list is never there as a whole.
const jsonRows = 1024

// encode writes a value, the rows of a list on a line each. The rows are encoded on all processors.
func encode(w *bufio.Writer, v reflect.Value) error {
	if v.Kind() != reflect.Slice || v.Len() == 0 {
		text, err := encoded(v, 0, 0)
		_, _ = w.Write(text)
		return err
	}
	type part struct {
		text []byte
		err  error
	}
	n := (v.Len() + jsonRows - 1) / jsonRows
	parts := make(chan chan part, runtime.GOMAXPROCS(0)) // those under way, in their order
	stop := make(chan struct{})
	defer close(stop)
	guard.Guard{}.Go(nil, "writing the report", func() {
		defer close(parts)
		for i := range n {
			answer := make(chan part, 1)
			select {
			case parts <- answer:
			case <-stop:
				return
			}
			guard.Guard{}.Go(nil, "writing rows of the report", func() {
				p := part{err: errUnfinished}
				defer func() { answer <- p }()
				if fault := (guard.Guard{}).Do("writing the report", func() { p.text, p.err = encoded(v, i*jsonRows, min((i+1)*jsonRows, v.Len())) }); fault != nil {
					p.err = fault
				}
			})
		}
	})
	start := "[\n"
	for answer := range parts {
		p := <-answer
		if p.err != nil {
			return p.err
		}
		_, _ = w.WriteString(start)
		start = ",\n"
		_, _ = w.Write(p.text)
	}
	_, err := w.WriteString("\n]")
	return err
}

// encoded is a value, or, where to is not 0, the rows of a list from one index up to another, with what is no text
// escaped.
func encoded(v reflect.Value, from, to int) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	one := func(v any) error {
		if err := enc.Encode(v); err != nil {
			return err
		}
		b.Truncate(b.Len() - 1) // the line break
		return nil
	}
	if to == 0 {
		err := one(v.Interface())
		return escape.JSON(b.Bytes()), err
	}
	for i := from; i < to; i++ {
		if i > from {
			b.WriteString(",\n")
		}
		if err := one(v.Index(i).Addr().Interface()); err != nil {
			return nil, err
		}
	}
	return escape.JSON(b.Bytes()), nil
}
