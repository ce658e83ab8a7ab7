package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/project"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// fileFacts are what never ran of a file, or of several.
type fileFacts struct {
	functions []*Function // that no test reaches, literals too
	stretches []*Stretch
	prefix    string // what all names of functions in these files begin with
	all       bool   // lists are not cut
}

// some joins names, all of them where lists are not cut.
func (f *fileFacts) some(names []string, noun string) string {
	if f.all {
		return list(names)
	}
	return some(names, namesMost, noun)
}

// code is a function's name without what all begin with.
func (f *fileFacts) code(name string) string {
	return code(shortened(strings.TrimPrefix(name, f.prefix), nameMost))
}

// called is a function's title, as code where that is a name.
func (f *fileFacts) called(title string) string {
	if strings.HasPrefix(title, gap.NamelessTitle) {
		return title
	}
	return f.code(title)
}

// nameless are the lines of functions of which none has a name of its own or anything else to be told: "at lines 10, 19 and 30"; "" for none and for
// others.
func (f *fileFacts) nameless(titles []string) string {
	var lines []string
	for _, t := range titles {
		line, ok := strings.CutPrefix(t, gap.NamelessTitle)
		if !ok {
			return ""
		}
		lines = append(lines, line)
	}
	switch len(lines) {
	case 0:
		return ""
	case 1:
		return "at line " + lines[0]
	}
	if !f.all && len(lines) > namesMost+1 {
		lines = append(lines[:namesMost:namesMost], number(len(lines)-namesMost)+" more")
	}
	return "at lines " + list(lines)
}

// qualifier is the path of modules, as C++ and Rust write it, that all names begin with.
func qualifier(names []string) string {
	if len(names) == 0 {
		return ""
	}
	prefix := names[0]
	for _, name := range names[1:] {
		n := 0
		for n < min(len(prefix), len(name)) && prefix[n] == name[n] {
			n++
		}
		prefix = prefix[:n]
	}
	// A type with parameters is no such path.
	if strings.ContainsAny(prefix, "<(&*[ ") {
		return ""
	}
	if i := strings.LastIndex(prefix, "::"); i >= 0 {
		return prefix[:i+len("::")]
	}
	return ""
}

// index sorts what never ran by file.
func (r *Report) index() map[string]*fileFacts {
	out := map[string]*fileFacts{}
	of := func(path string) *fileFacts {
		if out[path] == nil {
			out[path] = &fileFacts{}
		}
		return out[path]
	}
	for _, list := range [][]Function{r.UncoveredFunctions, r.UncoveredLiterals} {
		for i := range list {
			f := of(list[i].File)
			f.functions = append(f.functions, &list[i])
		}
	}
	for i := range r.UncoveredStretches {
		f := of(r.UncoveredStretches[i].File)
		f.stretches = append(f.stretches, &r.UncoveredStretches[i])
	}
	return out
}

func joinFacts(files []*File, facts map[string]*fileFacts) *fileFacts {
	out := &fileFacts{}
	for _, f := range files {
		if of := facts[f.Path]; of != nil {
			out.functions = append(out.functions, of.functions...)
			out.stretches = append(out.stretches, of.stretches...)
		}
	}
	if len(files) == 1 {
		out.prefix = qualifier(files[0].names())
	}
	return out
}

// ordered are the functions that no test reaches in the order of `covls gaps`, then literals, the largest first.
func (f *fileFacts) ordered() []*Function {
	out := slices.Clone(f.functions)
	at := func(fn *Function) uint { return uint(fn.Order) - 1 } // 0 is behind all
	slices.SortStableFunc(out, func(a, b *Function) int {
		return cmp.Or(cmp.Compare(at(a), at(b)), cmp.Compare(b.Statements, a.Statements))
	})
	return out
}

// uncovered names the functions that no test reaches, the most urgent first.
func (f *fileFacts) uncovered() string {
	var names, plain []string
	for _, fn := range f.ordered() {
		name := f.called(fn.name())
		plain = append(plain, name)
		var facts []string
		if fn.Statements > 0 {
			facts = append(facts, number(fn.Statements))
		}
		if fn.Kind != "" {
			facts = append(facts, fn.Kind)
		}
		if fn.Deprecated != "" {
			word, _, _ := strings.Cut(fn.Deprecated, ":") // "deprecated: use X"
			word, _, _ = strings.Cut(word, ",")           // "unused, its comment says"
			facts = append(facts, word)
		} else if fn.Unused {
			facts = append(facts, "nothing uses it")
		}
		if len(facts) > 0 {
			name += " (" + strings.Join(facts, ", ") + ")"
		}
		names = append(names, name)
	}
	if slices.Equal(names, plain) {
		if lines := f.nameless(plain); lines != "" {
			return count(len(plain), "function") + ", " + lines
		}
	}
	return f.some(names, "function")
}

// startsMost is of how many functions of an item, the most urgent, it is said who calls them and what is like them.
const startsMost = 3

// starts says who calls the most urgent functions, where a test reaches that, and which test of one like them is a model; "" for nothing.
func (f *fileFacts) starts(help func(*workspace.File, *coverage.Func) Help) string {
	if help == nil {
		return ""
	}
	var out []string
	asked := 0
	for _, fn := range f.ordered() {
		if asked == startsMost {
			break
		}
		if fn.file == nil || !fn.file.Found || fn.Order == 0 || fn.against() != "" {
			continue
		}
		if g := fn.gap(0); g.Trivial() || !g.Kind.Testable() {
			continue
		}
		asked++
		n := next{fn: fn, help: help(fn.file, fn.fn)}
		if helps := n.helps(code); helps != "" {
			out = append(out, f.called(fn.name())+" is "+helps)
		}
	}
	return strings.Join(out, "; ")
}

// tableWays is the number of ways through a function from which on one table of cases tests it best.
const tableWays = 4

// testsOf are where the tests of a file belong; of several files, what runs them where that is the same for all. The zero Tests
// are for Go, and where nothing is known.
func testsOf(files []*File) project.Tests {
	var out project.Tests
	for i, f := range files {
		if f.file == nil || !f.Found || i >= mostAsked {
			return project.Tests{}
		}
		t := testsIn(f)
		switch {
		case i == 0:
			out = t
		case t.Runner != out.Runner:
			return project.Tests{}
		default:
			out.File = ""
		}
	}
	return out
}

// mostAsked bounds of how many files of an item it is asked where their tests belong.
const mostAsked = 20

// tests are facts from which tests follow: exported functions that nobody calls, functions with many
// ways through them, error returns that were never taken, and what else never ran. They begin with where the tests belong.
func (f *fileFacts) tests(unit coverage.Unit, in project.Tests) []string {
	var out, exported, tables []string
	scope := ""
	for _, fn := range f.functions {
		scope = max(scope, fn.Scope)
	}
	for _, s := range f.stretches {
		scope = max(scope, s.Scope)
	}
	never, came := "never", "never came up"
	if scope != "" {
		never, came = "not", "did not come up"
	}
	visible := "exported"
	for _, fn := range f.ordered() {
		if fn.Exported && fn.Kind == "" && fn.against() == "" {
			exported = append(exported, f.called(fn.name()))
			visible = source.Visible(fn.File)
		}
	}
	if len(exported) > 0 {
		who := "and untested"
		switch scope {
		case "":
		case OwnPackage:
			who = "and not run by the tests of their own package"
		default:
			who = "and not run by the tests in the profile"
		}
		out = append(out, fmt.Sprintf("call %s: %s %s", f.some(exported, "function"), visible, who))
	}
	complex := slices.DeleteFunc(slices.Clone(f.functions), func(fn *Function) bool {
		return fn.Complexity == nil || *fn.Complexity < tableWays || fn.against() != ""
	})
	slices.SortStableFunc(complex, func(a, b *Function) int { return cmp.Compare(*b.Complexity, *a.Complexity) })
	for _, fn := range complex {
		tables = append(tables, fmt.Sprintf("%s (%s)", f.called(fn.name()), count(*fn.Complexity, "way")))
	}
	if len(tables) > 0 {
		cases := ""
		if in.Cases != "" {
			cases = " (" + code(in.Cases) + ")"
		}
		each := ""
		if len(tables) > 1 {
			each = " each"
		}
		out = append(out, fmt.Sprintf("a table of cases%s%s for %s", cases, each, f.some(tables, "function")))
	}
	errs := "error returns that were " + never + " taken"
	if in.Raises != "" {
		errs = "errors that were " + never + " raised or handed on (" + code(in.Raises) + ")"
	}
	for _, of := range []struct{ kind, what string }{
		{"error return", errs},
		{"default case", "default cases that " + came},
		{"", "the rest of functions that are tested in part"},
	} {
		if names, n := f.parts(of.kind); n > 0 {
			out = append(out, fmt.Sprintf("%s: %s in %s", of.what, units(n, unit), names))
		}
	}
	if len(out) > 0 {
		if where := whereOf(in, f.functions, f.stretches); where != "" {
			out = slices.Insert(out, 0, where)
		}
	}
	return out
}

// whereOf says where tests belong: "in tests/test_store.py, which is there, by pytest".
func whereOf(in project.Tests, functions []*Function, stretches []*Stretch) string {
	var parts []string
	file := ""
	if len(functions) > 0 {
		file = functions[0].File
	} else if len(stretches) > 0 {
		file = stretches[0].File
	}
	switch {
	case in.File == "":
	case in.File == file:
		parts = append(parts, "in the file itself, under "+code("#[cfg(test)]"))
	case in.Exists:
		parts = append(parts, "in "+code(in.File)+", which is there")
	default:
		parts = append(parts, "in a new "+code(in.File))
	}
	if in.Runner != "" {
		parts = append(parts, "for "+code(in.Runner))
	}
	return strings.Join(parts, ", ")
}

// parts names the functions with missed stretches of a kind, those with most first, and adds up what
// these have.
func (f *fileFacts) parts(kind string) (names string, n int) {
	byName := map[string]int{}
	for _, s := range f.stretches {
		if s.Kind == kind && s.Function != "" {
			byName[s.name()] += s.Statements
			n += s.Statements
		}
	}
	all := make([]string, 0, len(byName))
	for name := range byName {
		all = append(all, name)
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(byName[b], byName[a]), cmp.Compare(a, b)) })
	for i, name := range all {
		all[i] = fmt.Sprintf("%s (%d)", f.called(name), byName[name])
	}
	return f.some(all, "function"), n
}

// commitsOf says how often files were changed lately.
func commitsOf(files []*File) string {
	n := 0
	for _, f := range files {
		if f.Commits == nil {
			return ""
		}
		n += *f.Commits
	}
	if n < 2 {
		return "" // the one may be that which brought it
	}
	if len(files) > 1 {
		return fmt.Sprintf("%s of these files in 90 days", count(n, "change"))
	}
	return fmt.Sprintf("%s in 90 days", count(n, "commit"))
}

// untestable names what tests hardly reach of what never ran.
func (k *Kinds) untestable() []string {
	var out []string
	for _, row := range k.Uncovered {
		if kind, ok := source.ParseKind(row.Kind); ok && !kind.Testable() {
			out = append(out, kind.All())
		}
	}
	return out
}
