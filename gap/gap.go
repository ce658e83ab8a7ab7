// Package gap knows what never ran of a file, in the coordinates of its profile: the functions that no test
// reaches, and the stretches that never ran elsewhere, in functions and outside of them. Each has an identity
// that stays while lines move, and there is one order of urgency. Whoever lists, counts or jumps to gaps
// goes by this package. It is pure.
package gap

import (
	"cmp"
	"maps"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// Shape says how much of a function a gap is.
type Shape string

const (
	// Function is a function that no test reaches.
	Function Shape = "function"
	// Stretch is a part that never ran of a function that did, or of a file outside of its functions.
	Stretch Shape = "stretch"
)

// ID tells a gap from all others of its workspace folder, and is the same after edits and in other runs as long
// as the file and the function are called what they are.
type ID struct {
	// File is the file's Name.
	File string
	// Func is the function's name as people read it; "" is outside of functions.
	Func  string
	Shape Shape
	// Ordinal tells apart what is the same but for it, and stays when other gaps come or go: for a function it is its
	// number, from 0 on, among the functions of that name, whether or not they are gaps; for a stretch how many of its
	// function's regions or lines stand before it, and mostParts for each function of that name before its own.
	Ordinal int
}

// String is 16 hexadecimal digits, the same in every run: FNV-1a, 64 bits, of the parts with a zero byte between them.
func (id ID) String() string {
	var text [20]byte
	h := uint64(14695981039346656037)
	add := func(c byte) { h = (h ^ uint64(c)) * 1099511628211 }
	for _, part := range []string{string(id.Shape), id.File, id.Func} {
		for i := range len(part) {
			add(part[i])
		}
		add(0)
	}
	for _, c := range strconv.AppendInt(text[:0], int64(id.Ordinal), 10) {
		add(c)
	}
	const digits = "0123456789abcdef"
	for i := range 16 {
		text[i] = digits[h>>(60-4*i)&15]
	}
	return string(text[:16])
}

// mostParts is more than anybody has in a function.
const mostParts = 1 << 20

// Gap is a place where a test is missing.
type Gap struct {
	ID
	File *workspace.File
	// Index is the function's in the list that the gap was looked for with; -1 is outside of functions.
	Index int
	// Fn is the function; nil outside of functions.
	Fn *coverage.Func
	// Kind is what sort of code it is.
	Kind source.Kind
	// Span is where it stands in the profile's text: that of the function, or of what never ran. One of lines
	// goes from column 1 of the first up to column 0 of the line behind the last.
	Span coverage.Span
	// Missed is how many statements or lines never ran.
	Missed int
	// Called tells of a function that code which ran calls it, as far as names tell.
	Called bool
	// Deprecated is what its comment says against using the function; see source.Facts. Unused tells that nothing mentions it; see
	// workspace.File.Unused.
	Deprecated string
	Unused     bool
}

// unusedWords is what is to be done with a function that nothing mentions.
const unusedWords = "nothing uses it: delete or test"

// Against is what speaks against a test of a function before all others, in words: "deprecated: use X", "nothing uses it: delete or
// test"; "" for nothing.
func (g *Gap) Against() string {
	if g.Deprecated == "" && g.Unused {
		return unusedWords
	}
	return g.Deprecated
}

// gain is what a test there is worth: what never ran, weighted by the role of its file and by its rule.
func (g *Gap) gain() float64 {
	s := g.File.Standing
	return float64(g.Missed) * s.Role.Weight() * s.Weight
}

// rank is the first thing that the order of gaps goes by, the least first.
func (g *Gap) rank() int {
	const (
		ruled   = iota // the settings call it critical
		called         // a function of some weight that code calls which ran
		weighty        // one that none does, as far as names tell
		stretch
		slight // a function that is worth no more than a hint
		last   // what is not worth a test
	)
	rule := g.File.Standing.Rule
	switch {
	case g.Against() != "", !g.Kind.Testable(), g.gain() == 0:
		return last
	case rule != nil && (rule.Tier == config.TierCritical || rule.AtLeast == config.TierCritical):
		return ruled
	case beside(g.File):
		return last
	case g.Shape == Stretch:
		return stretch
	case g.Trivial():
		return slight
	case g.Called:
		return called
	}
	return weighty
}

// OfTests tells that it is code of tests. Where that did not run no test is missing: nobody lists it who is not asked for it.
func (g *Gap) OfTests() bool { return g.Kind == source.TestHelper }

// Line is the 1-based line on which the gap begins, for a function that of its name; 0 where the profile does
// not tell.
func (g *Gap) Line() uint32 {
	if g.Shape == Function && g.Fn.NameSpan.Start.Line > 0 {
		return g.Fn.NameSpan.Start.Line
	}
	return g.Span.Start.Line
}

// LastLine is the 1-based last line.
func (g *Gap) LastLine() uint32 {
	if g.Span.End.Col == 0 && g.Span.End.Line > g.Span.Start.Line {
		return g.Span.End.Line - 1
	}
	return max(g.Span.Start.Line, g.Span.End.Line)
}

// Funcs are the functions of a file with their statements, in the order of the text: those that the profile
// names, as the text has them where that was looked at, and those of the text; nil where nobody knows any.
func Funcs(file *workspace.File) []coverage.Func {
	switch {
	case file.Coverage.Funcs == nil:
		return file.Funcs
	case file.Source == nil:
		return file.Coverage.Count(file.Coverage.Funcs)
	case len(file.Source.Elsewhere) == 0:
		return file.Funcs
	}
	all := slices.Concat(file.Funcs, file.Coverage.Count(file.Source.Elsewhere))
	slices.SortStableFunc(all, func(a, b coverage.Func) int { return a.Span.Start.Compare(b.Span.Start) })
	return all
}

// Of lists the gaps of a file in the order of its profile's text. It is nil for a file whose functions are in
// a text that nobody has looked at.
func Of(file *workspace.File) []Gap {
	if file.Found && !file.Looked && file.Coverage.Funcs == nil {
		return nil
	}
	return Among(file, Funcs(file))
}

// Functions are those of Of that are functions.
func Functions(file *workspace.File) []Gap {
	if file.Found && !file.Looked && file.Coverage.Funcs == nil {
		return nil
	}
	funcs := Funcs(file)
	out, _ := functions(file, funcs, knownOf(file, funcs))
	return out
}

// Among is Of for a file whose functions somebody else knows: sorted by place, with their statements.
func Among(file *workspace.File, funcs []coverage.Func) []Gap {
	known := knownOf(file, funcs)
	out, ordinals := functions(file, funcs, known)
	functions := len(out)
	for s := range stretches(file.Coverage, funcs) {
		g := Gap{ID: ID{File: file.Name, Shape: Stretch, Ordinal: s.first}, File: file, Index: s.owner, Kind: known.kind(s.owner, s.begins), Span: s.span, Missed: s.missed}
		if s.owner >= 0 {
			g.Fn = &funcs[s.owner]
			if g.Fn.Uncovered() {
				continue // all of it is listed as a function
			}
			g.Func = g.Fn.String()
			g.Ordinal += ordinals[s.owner] * mostParts
		}
		out = append(out, g)
	}
	if 0 < functions && functions < len(out) {
		slices.SortStableFunc(out, func(a, b Gap) int { return a.Span.Start.Compare(b.Span.Start) })
	}
	return out
}

// functions are the gaps of the functions that no test reaches, and of every function how many of its name stand before it.
func functions(file *workspace.File, funcs []coverage.Func, known known) (out []Gap, ordinals []int) {
	names := map[string]int{}
	ordinals = make([]int, len(funcs))
	for i := range funcs {
		f := &funcs[i]
		id := ID{file.Name, f.String(), Function, 0}
		id.Ordinal = names[id.Func]
		ordinals[i] = id.Ordinal
		names[id.Func]++
		if f.Uncovered() {
			of := indexOf(file, f)
			out = append(out, Gap{
				ID: id, File: file, Index: i, Fn: f, Kind: known.kind(i, []coverage.Point{f.Span.Start}), Span: f.Span, Missed: f.Statements.Uncovered(),
				Called: !f.Literal && file.Called.Has(file.Path, f), Deprecated: file.Source.Fact(of).Deprecated, Unused: of >= 0 && file.Unused(of),
			})
		}
	}
	return out, ordinals
}

// known is what is known of the text that the functions are of.
type known struct {
	source *source.Parsed
	own    bool        // the functions are those of source, so that their indexes are, too
	all    source.Kind // of all that is in the file; Ordinary where the text decides
}

func knownOf(file *workspace.File, funcs []coverage.Func) known {
	return known{file.Source, file.Source != nil && len(funcs) == len(file.Source.Funcs), kindOfAll(file)}
}

// kindOfAll is the kind of all that is in a file by its role; Ordinary where its text decides.
func kindOfAll(file *workspace.File) source.Kind {
	if file.Standing == nil {
		return source.Ordinary
	}
	switch file.Standing.Role {
	case priority.Generated:
		return source.Generated
	case priority.Vendored:
		return source.Vendored
	case priority.Test, priority.TestHelper:
		return source.TestHelper
	}
	return source.Ordinary
}

// kind is what sort of code is at the places, in the function of an index.
func (k known) kind(fn int, at []coverage.Point) source.Kind {
	if k.all != source.Ordinary {
		return k.all
	}
	if !k.own {
		fn = -1
	}
	return k.source.KindOfAll(fn, at)
}

// KindOf is the kind of a function of the file as a whole.
func KindOf(file *workspace.File, f *coverage.Func) source.Kind {
	if all := kindOfAll(file); all != source.Ordinary {
		return all
	}
	return file.Source.KindAt(indexOf(file, f), f.Span.Start)
}

// Trivial reports whether a function that no test reaches is worth no more than a hint, and a test of its own hardly:
// fewer statements or lines than the setting `diagnostics.weight`, an accessor, what only panics, what starts a program or a
// package, and what is there for tests, readers or tools.
func Trivial(file *workspace.File, f *coverage.Func) bool {
	return trivial(file, f, KindOf(file, f))
}

// Trivial is that of the gap's function; false for a stretch.
func (g *Gap) Trivial() bool {
	return g.Shape == Function && trivial(g.File, g.Fn, g.Kind)
}

func trivial(file *workspace.File, f *coverage.Func, kind source.Kind) bool {
	if f.Statements.Uncovered() < file.Folder.Settings.Diagnostics.Weight {
		return true
	}
	return beside(file) || kind == source.Accessor || !kind.Testable() || isInit(file, f)
}

// beside reports whether a file is there for readers, tools or tests and not for what the project does.
func beside(file *workspace.File) bool {
	s := file.Standing
	return s != nil && s.Role != priority.EntryPoint && s.Role.Weight() < priority.Transport.Weight()
}

// isInit reports whether a function of Go is an init, which no test can call and any test of its package runs.
func isInit(file *workspace.File, f *coverage.Func) bool {
	return f.Name == "init" && f.Receiver == "" && !f.Literal && filepath.Ext(file.Path) == ".go"
}

// FactsOf are what is known of a function beside its coverage; the zero Facts where nothing is.
func FactsOf(file *workspace.File, f *coverage.Func) source.Facts {
	return file.Source.Fact(indexOf(file, f))
}

// indexOf is where a function stands in what is known of the file's text; -1 where it does not.
func indexOf(file *workspace.File, f *coverage.Func) int {
	if file.Source == nil {
		return -1
	}
	i, ok := slices.BinarySearchFunc(file.Source.Funcs, f.Span.Start, func(g coverage.Func, p coverage.Point) int {
		return g.Span.Start.Compare(p)
	})
	if !ok {
		return -1
	}
	return i
}

// Kinds counts what never ran of a file by what sort of code it is. Its sum is Total.Uncovered(). It is nil
// where nobody has looked at the code: in another language than Go.
func Kinds(file *workspace.File) map[source.Kind]int {
	out := map[source.Kind]int{}
	if all := kindOfAll(file); all != source.Ordinary {
		out[all] = file.Total.Uncovered()
		return out
	}
	if file.Source == nil || file.Source.Facts == nil {
		return nil
	}
	known := knownOf(file, file.Funcs)
	in := owners(file.Funcs)
	count := func(at, begin coverage.Point, n int) { out[known.kind(in(at), []coverage.Point{begin})] += n }
	if file.Coverage.Unit == coverage.Lines {
		for _, l := range file.Coverage.Lines {
			if l.Count == 0 {
				count(coverage.Point{Line: l.Number, Col: lineEnd}, coverage.Point{Line: l.Number, Col: 1}, 1)
			}
		}
		return out
	}
	for _, r := range file.Coverage.Regions {
		if r.Uncovered() {
			count(r.Start, r.Start, int(r.Statements))
		}
	}
	return out
}

// Any reports whether a file has a gap.
func Any(file *workspace.File) bool {
	return file.Total.Uncovered() > 0 || slices.ContainsFunc(Funcs(file), func(f coverage.Func) bool { return f.Uncovered() })
}

// Files lists the files on disk that have gaps, the most urgent first.
func Files(s *workspace.Snapshot) []*workspace.File {
	return slices.SortedFunc(func(yield func(*workspace.File) bool) {
		for f := range maps.Values(s.Files) {
			if Any(f) && !yield(f) {
				return
			}
		}
	}, CompareFiles)
}

// All lists the gaps of the files on disk but those of tests, the most urgent first.
func All(s *workspace.Snapshot) []Gap {
	var out []Gap
	for _, f := range Files(s) {
		out = append(out, slices.DeleteFunc(Of(f), func(g Gap) bool { return g.OfTests() })...)
	}
	slices.SortStableFunc(out, func(a, b Gap) int { return Compare(&a, &b) })
	return out
}

// CompareFiles is the order of urgency of files: by tier, by score, by what never ran, then by name.
func CompareFiles(a, b *workspace.File) int {
	return cmp.Or(
		cmp.Compare(priority.Level(a.Standing.Tier), priority.Level(b.Standing.Tier)),
		cmp.Compare(b.Standing.Score, a.Standing.Score),
		cmp.Compare(b.Total.Uncovered(), a.Total.Uncovered()),
		cmp.Compare(a.Name, b.Name),
	)
}

// Compare is the order of urgency of gaps, in one file and over all: what the settings call critical goes first, then functions of
// some weight, those first that code calls which ran, then stretches of functions that ran, then trivial functions (see
// Trivial), and what is deprecated, unused, not worth a test or in examples and the like last; of these, what has more that never ran, weighted by the role of its file; then what is in the
// more urgent file, functions before stretches, and what comes first in the text.
func Compare(a, b *Gap) int {
	if by := cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(b.gain(), a.gain()), cmp.Compare(b.Missed, a.Missed)); by != 0 {
		return by
	}
	if a.File != b.File {
		return cmp.Or(CompareFiles(a.File, b.File), cmp.Compare(a.File.Path, b.File.Path))
	}
	return cmp.Or(
		cmp.Compare(a.Shape, b.Shape),
		a.Span.Start.Compare(b.Span.Start),
		b.Span.End.Compare(a.Span.End),
		cmp.Compare(a.Func, b.Func),
		cmp.Compare(a.Ordinal, b.Ordinal),
	)
}
