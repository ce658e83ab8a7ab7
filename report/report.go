// Package report makes the gap report of a snapshot: every number is derived from the rows that the
// report prints.
package report

import (
	"cmp"
	"errors"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/profile"
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
	// Next are the functions to test first, the most urgent first.
	Next []Next `json:"next"`
	// UncoveredFunctions are the declared functions that Summary.Functions counts as uncovered, without
	// those of tests, which are File.UncoveredTests; sorted by file, then line. UncoveredLiterals are the same for
	// Summary.Literals.
	UncoveredFunctions []Function `json:"uncovered_functions"`
	UncoveredLiterals  []Function `json:"uncovered_literals"`
	// UncoveredStretches are what never ran outside of these functions: parts of functions that a test
	// reaches, and code outside of functions or in files whose functions are not known, without that of tests; sorted
	// by file, then line.
	UncoveredStretches []Stretch `json:"uncovered_stretches"`
	// UnknownFunctions are functions of which nobody knows whether a test reaches them, since the profiles are of other
	// texts than those on disk; sorted by file, then line.
	UnknownFunctions []UnknownFunction `json:"unknown_functions"`
	// NotMeasured are source files that no profile names, sorted: nobody knows what of them ran.
	NotMeasured []string `json:"not_measured"`
	// Unmeasured is code that has tests of its own and that no profile names, sorted by path: packages of Go, and those of
	// NotMeasured that have a file of tests to their name. Their tests may have failed.
	Unmeasured []Unmeasured `json:"unmeasured"`
	Warnings   []Warning    `json:"warnings"`

	// failed says which packages have tests and are in no profile.
	failed []string
	// aims are the targets of all that a folder has.
	aims aims
	// title is the name of the folder, or of the one component that the report is of.
	title string
	// dir is the folder that paths are relative to; "" where there are several.
	dir string
	// unit is that of Summary.
	unit coverage.Unit
	// texts say of profiles that they are of other texts than those on disk.
	texts []string
	// docs are what packages of Go say of themselves, by their folders.
	docs map[string]string
	// help is Options.Help.
	help func(*workspace.File, *coverage.Func) Help
	// mixed say what tools print as their totals, where that is no total of lines.
	mixed []string
	// change is what changed; nil where nobody asked.
	change *Change
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
	// Scope is OwnPackage where the profile counts of each package what its own tests run, and those of others may run
	// what did not, SomeTests where the counts of some tests may be missing; "" elsewhere.
	Scope string `json:"scope"`
	// Text says of which text the profile is; nil where that is the one on disk in all files that were found.
	Text *Text `json:"text"`
}

// OwnPackage is the scope of what did not run in the tests of its own package, while nobody knows of those of others.
const OwnPackage = "own package"

// SomeTests is the scope of what did not run in the tests that the profile has, while those of others may be missing in it.
const SomeTests = "some tests"

// Unmeasured is code that has tests and that no profile names.
type Unmeasured struct {
	// Path is that of a source file, or of the folder of a package.
	Path string `json:"path"`
	// Package is the import path of a package of Go; "" for a file.
	Package string `json:"package"`
	// Profiles are those that would have it, by their paths in Meta; empty for a file.
	Profiles []string `json:"profiles"`
}

// Text is a text of which a profile is, and which is not the one on disk, or may not be.
type Text struct {
	// Of is where it was found: "session", "cache", "index" or "commit"; "" where it was not; "disk" where Files is 0.
	Of string `json:"of"`
	// Commit is the commit that has it, in hexadecimal digits, and Back how many commits before HEAD that is; "" and nil
	// where it is of none, or nobody knows.
	Commit string `json:"commit"`
	Back   *int   `json:"back"`
	// Files are those whose text on disk is another, NotFound those of them whose profile's text was not found.
	Files    int `json:"files"`
	NotFound int `json:"not_found"`
	// Doubtful are those of which nobody knows whether the profile is of the text on disk, or of one that git has. They are
	// not in Files.
	Doubtful int `json:"doubtful"`
	// Functions are those of the profile's texts, Covered being how many could be carried to the texts on disk.
	Carried Carried `json:"carried"`
	// Sentence says all that in words.
	Sentence string `json:"sentence"`
}

// Carried is how many functions of a profile's text could be found in that on disk.
type Carried struct {
	Functions int `json:"functions"`
	Of        int `json:"of"`
}

// UnknownFunction is a function of which nobody knows whether a test reaches it.
type UnknownFunction struct {
	File string `json:"file"`
	Name string `json:"name"`
	// Receiver is the type that a method belongs to, with its star; "" for a plain function.
	Receiver string `json:"receiver"`
	// Line is 1-based.
	Line int `json:"line"`
	// Why is "changed" where its text is not what it was, "new" where there was none, "text not found" where nobody knows
	// what there was.
	Why string `json:"why"`
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
	// Target is nil where workspace folders have different ones.
	Target *Percent `json:"target"`
	// NextStep tells that nobody set Target: it is the next step above what is covered.
	NextStep bool `json:"next_step,omitempty"`
	// UnknownFunctions is how many functions nobody knows anything of: the figures are without them.
	UnknownFunctions int `json:"unknown_functions"`
	// UncoveredTests is how many functions of tests Functions counts as uncovered; see File.
	UncoveredTests int `json:"uncovered_tests"`
	// GapPoints is how many percentage points the summary is short of its target; nil where it has none.
	GapPoints *Percent `json:"gap_points"`
	// Gap is how many statements or lines the summary as a whole is short of its target: of each folder's where they
	// differ.
	Gap int `json:"gap"`
}

// File is a row of the report.
type File struct {
	// Path is relative to the workspace folder where the file is in it. Of a file that was not found and that the profile names by a path of another
	// machine it is the last parts of that, enough to tell it from the others; Name is then all of it, and "" elsewhere.
	Path  string `json:"path"`
	Name  string `json:"name,omitempty"`
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
	// UnknownFunctions is how many of its functions nobody knows anything of: the figures are without them.
	UnknownFunctions int `json:"unknown_functions"`
	// UncoveredTests is how many functions of tests Functions counts as uncovered: no test is missing there, and they are in no
	// list.
	UncoveredTests int `json:"uncovered_tests"`
	// Role is what the file is for, Score its Gap weighted by that and by its rule, Tier how urgent
	// it is ("ok" at its target, "unknown" where nobody knows what ran), Rank its place among the files of its component that are short of
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
	// funcs are all functions, in the order of the text.
	funcs []coverage.Func
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

// names are those of all functions, in the order of the text.
func (f *File) names() []string {
	out := make([]string, len(f.funcs))
	for i := range f.funcs {
		out[i] = f.funcs[i].String()
	}
	return out
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
	// Scope is OwnPackage or SomeTests where other tests may reach the function and are not counted; "" elsewhere.
	Scope string `json:"scope"`
	// Called tells that code which tests run calls the function, as far as names tell.
	Called bool `json:"called"`
	// Deprecated is what its comment says against using it: "deprecated: use X"; "" where it says nothing.
	Deprecated string `json:"deprecated"`
	// Unused tells that nothing uses it, its tests among them, as far as that can be known.
	Unused bool `json:"unused"`
	// Order is the 1-based place in the order of `covls gaps` among all of its list; 0 for a literal.
	Order int `json:"order"`

	file *workspace.File
	fn   *coverage.Func
}

// name is what people call the function, with its receiver, short enough for a list.
func (f *Function) name() string {
	if f.fn != nil {
		return shortened(gap.Title(f.file, f.fn), nameMost)
	}
	return f.own()
}

// own is the name that the profile, or the source, has.
func (f *Function) own() string {
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
	// Scope is described at Function.
	Scope string `json:"scope"`
	// When says when it runs: "runs when err != nil"; "" where that is not known, and where there are more than mostWhen that are
	// larger.
	When string `json:"when"`

	file *workspace.File
	// title is what people call Function.
	title string
	// from and to are the 1-based byte columns where it begins and before which it ends; 0 means with
	// the line.
	from, to uint32
	// span is where it stands in the profile's text.
	span coverage.Span
}

// name is what people call the function that it is a part of.
func (s *Stretch) name() string { return cmp.Or(s.title, s.Function) }

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
	// other tells that it says what the report's head does: that a profile is of another text.
	other bool
}

// Options say what a report is of.
type Options struct {
	// Version is that of covls.
	Version string
	// Unmeasured are the absolute paths of source files that no profile names.
	Unmeasured []string
	// Tested are those of Unmeasured that have a file of tests to their name.
	Tested []workspace.Missing
	// Component restricts the report to the component of that name; nil means everything.
	Component *string
	// Help says what would help to test a function; nil knows nothing. It is asked for those that are to be tested first, and must be
	// good as long as the report is.
	Help func(*workspace.File, *coverage.Func) Help
	// Change is what changed, for the page; nil where nobody asked.
	Change *Change
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
		Next:               []Next{},
		UncoveredFunctions: []Function{},
		UncoveredLiterals:  []Function{},
		UncoveredStretches: []Stretch{},
		UnknownFunctions:   []UnknownFunction{},
		NotMeasured:        []string{},
		Unmeasured:         []Unmeasured{},
		Warnings:           []Warning{},
		aims:               aims{},
		change:             o.Change,
		help:               o.Help,
	}
	// Nothing is said of one of whose files all is covered.
	scopes := map[*workspace.Profile]string{}
	for _, f := range s.Files {
		for _, p := range f.Speaking {
			if scope := scopeOf(f); scope != "" && f.Total.Uncovered() > 0 {
				scopes[p.Profile] = max(scopes[p.Profile], scope) // "some tests" says less than "own package"
			}
		}
	}
	texts := s.AllTexts()
	for _, p := range s.Profiles {
		name := diag.ProfileName(p)
		// A file that only has the name of a profile and is something else is no trouble, unless somebody named it.
		if p.Trouble != nil && (p.Report != nil || p.Named() || !errors.Is(p.Trouble, profile.ErrFormat)) {
			r.warn(name, 0, p.Trouble.Error())
		}
		if p.Report == nil {
			continue
		}
		if len(p.Report.Files) == 0 {
			r.warn(name, 0, "the profile names no source file: no test has run, or it is still being written")
		}
		text := textOf(texts[p], lastParts(name))
		if text != nil && texts[p].Alone > 0 {
			r.texts = append(r.texts, text.Sentence)
			r.Warnings = append(r.Warnings, Warning{Path: name, Text: strings.TrimPrefix(text.Sentence, lastParts(name)+" "), other: true})
		}
		if text := p.Report.OwnTotal(); text != "" && !slices.Contains(r.mixed, text) {
			r.mixed = append(r.mixed, text)
		}
		r.Meta.Profiles = append(r.Meta.Profiles, Profile{name, p.Format, len(p.Report.Files), scopes[p], text})
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
		for _, text := range diag.IdleNotes(s, f) {
			r.warnSettings(text)
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
	r.addUnmeasured(s, slices.Concat(s.Missing, o.Tested))
	files := slices.Concat(slices.Collect(maps.Values(s.Files)), s.Lost)
	slices.SortFunc(files, func(a, b *workspace.File) int { return cmp.Compare(s.PathOf(a), s.PathOf(b)) })
	if err := r.addFiles(s, files, o.Guard); err != nil {
		return nil, err
	}
	r.addDocs()
	r.addAims(s)
	r.summarise(r.aims)
	r.addComponents(s)
	r.Plan = r.planIn(r.unit)
	r.addKinds()
	if o.Component != nil {
		if err := r.restrict(*o.Component); err != nil {
			return nil, err
		}
	}
	for i, at := range r.order() {
		r.UncoveredFunctions[i].Order = at + 1
	}
	return r, nil
}

// lastParts is the path of a profile in a report that others read: the last parts of one that lies outside of the folder, since
// where it does is of this machine alone.
func lastParts(name string) string {
	slashed := filepath.ToSlash(name)
	if !filepath.IsAbs(name) && !strings.HasPrefix(slashed, "/") && !strings.HasPrefix(slashed, "../") {
		return name
	}
	dir, base := path.Split(slashed)
	return "…/" + strings.TrimPrefix(path.Join(path.Base(dir), base), "/")
}

// shown is what a warning is about, for people.
func (r *Report) shown(w *Warning) string {
	if slices.ContainsFunc(r.Meta.Profiles, func(p Profile) bool { return p.Path == w.Path }) {
		return lastParts(w.Path)
	}
	return w.Path
}

// textOf says of which text a profile is; nil where that is the one on disk.
func textOf(t *workspace.Texts, name string) *Text {
	sentence := t.Sentence(name)
	if sentence == "" {
		return nil
	}
	var back *int
	if t.Commit != "" && t.Back >= 0 {
		back = &t.Back
	}
	return &Text{string(t.Origin), t.Commit, back, t.Other + t.Lost, t.Lost, t.Doubtful, Carried{t.Kept, t.Was}, sentence}
}

func (r *Report) warn(path string, line int, text string) {
	r.Warnings = append(r.Warnings, Warning{Path: path, Line: line, Text: text})
}

func (r *Report) warnSettings(text string) {
	r.Warnings = append(r.Warnings, Warning{Text: text, settings: true})
}

// summarise adds up the rows that were printed, nothing else.
func (r *Report) summarise(a aims) {
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
	r.Summary = r.sum(unit, a, func(*File) bool { return true })
}

// sum adds up the files of which is holds. Percent, target, gap and what is excluded are of those that
// are counted in unit.
func (r *Report) sum(unit coverage.Unit, a aims, is func(*File) bool) Summary {
	sum := Summary{Unit: unit.String()}
	by := diag.ByTarget{}
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
		sum.UnknownFunctions += f.UnknownFunctions
		sum.UncoveredTests += f.UncoveredTests
		if f.unit == unit {
			add(&sum.Excluded, f.Excluded)
			if t := f.total(); t.Total > 0 {
				by.Add(a[aimed{f.file.Folder, unit}], t)
			}
		}
	}
	if len(by) == 0 {
		for _, aim := range a {
			by.Add(aim, coverage.Tally{})
		}
	}
	all := by.Summary(unit)
	sum.Percent, sum.Gap = percent(all.Total), all.Gap
	sum.Target, sum.NextStep, sum.GapPoints = (*Percent)(all.Target), all.NextStep, (*Percent)(all.GapPoints)
	return sum
}

// aims say what coverage the files of each workspace folder that are counted in a unit should reach together.
type aims map[aimed]coverage.Aim

type aimed struct {
	folder *workspace.Folder
	unit   coverage.Unit
}

// addAims finds what all that a folder has should reach.
func (r *Report) addAims(s *workspace.Snapshot) {
	totals := map[aimed]coverage.Tally{}
	for i := range r.Files {
		f := &r.Files[i]
		of := aimed{f.file.Folder, f.unit}
		totals[of] = totals[of].Plus(f.total())
	}
	for of, t := range totals {
		r.aims[of] = of.folder.Settings.TotalAim(t)
	}
	if len(totals) == 0 {
		for _, f := range s.Folders {
			r.aims[aimed{f, coverage.Statements}] = f.Settings.TotalAim(coverage.Tally{})
		}
	}
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
