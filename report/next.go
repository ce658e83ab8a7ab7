package report

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/covls/covls/advice"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/project"
	"github.com/covls/covls/source"
)

// next is a function to test next.
type next struct {
	fn *Function
	of *File
	// in is where the test belongs; File is "" where that can't be told.
	in project.Tests
	// test is what the test may be called; "" where the language has no usual way.
	test string
	help Help
}

// Help is what would help to test a function.
type Help struct {
	advice.Advice
	// Test is what a test of it would be called in the style of those around it, TestFile the file that it goes to, relative to the
	// workspace folder, which is there if Exists; "" where that is not known.
	Test, TestFile string
	Exists         bool
}

// Next is a function to test next.
type Next struct {
	// File, Name and Line are those of the function's row.
	File string `json:"file"`
	Name string `json:"name"`
	Line int    `json:"line"`
	// Test is what the test may be called, TestFile the file that it belongs to, which TestFileExists tells to be there; "" where that is
	// not known.
	Test           string `json:"test"`
	TestFile       string `json:"test_file"`
	TestFileExists bool   `json:"test_file_exists"`
	// Why says what speaks for it, Ways are those that a test of it should take: "when err != nil".
	Why  string   `json:"why"`
	Ways []string `json:"ways"`
	// Callers are functions that call it, those first that a test reaches.
	Callers []NextCaller `json:"callers"`
	// Model is a test of a function like it; nil for none.
	Model *NextModel `json:"model"`
	// Setup says what a test of it needs by what the function uses of what its file imports; "" where that tells nothing.
	Setup string `json:"setup"`
}

// NextCaller is a function that names another.
type NextCaller struct {
	Name string `json:"name"`
	// Calls tells that it calls it there; Tested is nil where nobody knows whether a test reaches it.
	Calls  bool  `json:"calls"`
	Tested *bool `json:"tested"`
}

// NextModel is a test of a function that is like another, on a 1-based line of a file.
type NextModel struct {
	Function string `json:"function"`
	Test     string `json:"test"`
	File     string `json:"file"`
	Line     int    `json:"line"`
}

// addNext makes the rows of what to test next.
func (r *Report) addNext() {
	r.Next = []Next{}
	plain := func(s string) string { return s }
	for _, n := range r.next(nextShown) {
		row := Next{
			File: n.fn.File, Name: n.fn.own(), Line: n.fn.Line, Test: n.test, TestFile: n.in.File, TestFileExists: n.in.Exists, Why: n.why(),
			Ways: []string{}, Callers: []NextCaller{}, Setup: n.setup(plain),
		}
		row.Ways = append(row.Ways, n.whens(plain)...)
		for _, c := range n.help.Callers {
			caller := NextCaller{Name: c.Name, Calls: c.Calls}
			if c.Known {
				caller.Tested = &c.Tested
			}
			row.Callers = append(row.Callers, caller)
		}
		if m := n.help.Model; m != nil {
			row.Model = (*NextModel)(m)
		}
		r.Next = append(r.Next, row)
	}
}

// helps says who calls the function, where a test reaches that, and what is like it; "" for nothing.
func (n *next) helps(code func(string) string) string {
	known := n.help.Advice
	if len(known.Callers) > 0 && !known.Callers[0].Tested {
		known.Callers = nil
	}
	return diag.AdviceWords(known, code)
}

// join is two things that are said of a function, of which either may be "".
func join(why, helps string) string {
	if why == "" || helps == "" {
		return why + helps
	}
	return why + "; " + helps
}

// setup says what a test of the function needs; "" where its text does not tell.
func (n *next) setup(code func(string) string) string {
	return setupOf([]*Function{n.fn}, code)
}

// against is what speaks against a test of the function; see gap.Gap.Against.
func (f *Function) against() string {
	g := gap.Gap{Deprecated: f.Deprecated, Unused: f.Unused}
	return g.Against()
}

// next are the functions to test next, at most so many: in the order of `covls gaps`, without those that are not worth a test of
// their own.
func (r *Report) next(most int) []next {
	rows := r.rows()
	var gaps []gap.Gap
	first := func() {
		slices.SortFunc(gaps, func(a, b gap.Gap) int { return gap.Compare(&a, &b) })
		gaps = gaps[:min(len(gaps), most)]
	}
	for i := range r.UncoveredFunctions {
		f := &r.UncoveredFunctions[i]
		row := rows[f.File]
		if f.file == nil || row == nil || !row.Found || row.Component == "" && len(r.Components) > 0 || f.against() != "" {
			continue
		}
		g := f.gap(i)
		if g.Trivial() || !g.Kind.Testable() {
			continue
		}
		if gaps = append(gaps, g); len(gaps) > 100*most {
			first()
		}
	}
	first()
	var out []next
	for i := range gaps {
		f := &r.UncoveredFunctions[gaps[i].Ordinal]
		n := next{fn: f, of: rows[f.File]}
		n.in = testsIn(n.of)
		n.test = testName(f, n.in)
		if r.help != nil {
			if n.help = r.help(f.file, f.fn); n.help.Test != "" {
				n.test, n.in.File, n.in.Exists = n.help.Test, strings.TrimSuffix(n.of.Path, f.file.Name)+n.help.TestFile, n.help.Exists
			}
		}
		out = append(out, n)
	}
	return out
}

// gap is the function as a gap, whose ordinal is the number.
func (f *Function) gap(number int) gap.Gap {
	kind, _ := source.ParseKind(f.Kind)
	return gap.Gap{
		ID: gap.ID{File: f.file.Name, Func: f.Name, Shape: gap.Function, Ordinal: number}, File: f.file, Fn: f.fn, Kind: kind,
		Span: f.fn.Span, Missed: f.fn.Statements.Uncovered(), Called: f.Called, Deprecated: f.Deprecated, Unused: f.Unused,
	}
}

// testsIn is where the tests of a file belong, by the report's path.
func testsIn(f *File) project.Tests {
	if f.file == nil || !f.Found {
		return project.Tests{}
	}
	if path.Ext(f.Path) == ".go" {
		file, exists := goTests(f)
		return project.Tests{File: file, Exists: exists}
	}
	t, _ := project.TestsOf(f.file.Folder.Dir, f.file.Name, "")
	if f.Path != f.file.Name && t.File != "" {
		t.File = strings.TrimSuffix(f.Path, f.file.Name) + t.File // of several folders
	}
	return t
}

// goTests is the file that the tests of a Go file belong to: beside it, by its name.
func goTests(f *File) (file string, exists bool) {
	name := strings.TrimSuffix(f.Path, ".go") + "_test.go"
	info, err := os.Stat(strings.TrimSuffix(f.file.Path, filepath.Ext(f.file.Path)) + "_test.go")
	return name, err == nil && info.Mode().IsRegular()
}

// testName is what a test of the function is usually called.
func testName(f *Function, in project.Tests) string {
	name := plainName(f.Name)
	switch {
	case path.Ext(f.File) == ".go":
		if of := strings.TrimPrefix(f.Receiver, "*"); of != "" {
			return "Test" + title(of) + "_" + name
		}
		return "Test" + title(name)
	case in.Runner == "pytest":
		return "test_" + strings.Trim(name, "_")
	}
	return ""
}

// title begins a name with a capital, or with an underscore where its letter has none.
func title(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	if upper := unicode.ToUpper(first); upper != first {
		return string(upper) + name[size:]
	}
	if unicode.IsUpper(first) {
		return name
	}
	return "_" + name
}

// where says where the test belongs: "TestCommand_DebugFlags in command_test.go"; "" where nobody knows.
func (n *next) where(code func(string) string) string {
	var parts []string
	if n.test != "" {
		parts = append(parts, code(n.test))
	}
	switch {
	case n.in.File == "":
	case n.in.File == n.fn.File:
		parts = append(parts, "in the file itself, under "+code("#[cfg(test)]"))
	case n.in.Exists:
		parts = append(parts, "in "+code(n.in.File))
	default:
		parts = append(parts, "in a new "+code(n.in.File))
	}
	if n.in.Runner != "" {
		parts = append(parts, "("+code(n.in.Runner)+")")
	}
	return strings.Join(parts, " ")
}

// why says what speaks for the function: "21 statements, exported, 11 ways through it".
func (n *next) why() string {
	f := n.fn
	parts := []string{}
	if f.Statements > 0 {
		parts = append(parts, units(f.Statements, n.of.unit))
	}
	if f.Called && (len(n.help.Callers) == 0 || !n.help.Callers[0].Tested) { // else helps names it
		parts = append(parts, "tested code calls something of this name") // it may be another
	} else if f.Exported && !f.Called {
		parts = append(parts, source.Visible(f.File))
	}
	if ways := n.ways(); ways != "" {
		parts = append(parts, ways)
	}
	return strings.Join(parts, ", ")
}

// name is the function's.
func (n *next) name(code func(string) string) string {
	return code(n.fn.name())
}

// reasons are why without the size.
func (n *next) reasons() string {
	_, rest, _ := strings.Cut(n.why(), ", ")
	return rest
}

// doc is the first sentence of the function's comment.
func (f *Function) doc() string { return gap.FactsOf(f.file, f.fn).Doc }

// ways says how many ways lead through the function: "11 ways through it, 2 of them ending in an error"; "" where that is one, or
// not known.
func (n *next) ways() string {
	f := n.fn
	if f.Complexity == nil || *f.Complexity < 2 {
		return ""
	}
	text := count(*f.Complexity, "way") + " through it"
	if errs := f.kinds(source.ErrorReturn); errs > 0 && errs < *f.Complexity {
		text += fmt.Sprintf(", %s of them ending in an error", number(errs))
	}
	return text
}

// firstWhens is how many ways through a function are named.
const firstWhens = 6

// whens names ways that a test of the function should take: "when `err != nil`"; nil where they are not known.
func (n *next) whens(code func(string) string) []string {
	f := n.fn.file
	text, err := source.ReadFile(f.Path, f.Folder.Settings.Limits.SourceBytes)
	if err != nil {
		return nil // which is told where the profile is read
	}
	flow := source.NewFlow(f.Path, text)
	var out []string
	for _, p := range gap.Begins(f, n.fn.fn.Span) {
		words := strings.TrimPrefix(diag.WhenWords(flow.Ways([]coverage.Point{p}), code), "runs ")
		if words != "" && !slices.Contains(out, words) {
			out = append(out, words)
		}
	}
	return out
}

// kinds counts the stretches of a kind in the function.
func (f *Function) kinds(kind source.Kind) int {
	if f.file.Source == nil {
		return 0
	}
	n := 0
	labels := f.file.Source.Labels
	from, _ := slices.BinarySearchFunc(labels, f.fn.Span.Start, func(l source.Label, p coverage.Point) int { return l.Span.Start.Compare(p) })
	for _, l := range labels[from:] {
		if f.fn.Span.End.Compare(l.Span.Start) <= 0 {
			break
		}
		if l.Kind == kind {
			n++
		}
	}
	return n
}
