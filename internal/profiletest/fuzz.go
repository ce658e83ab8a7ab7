package profiletest

import (
	"bytes"
	"cmp"
	"reflect"
	"slices"
	"testing"
	"testing/iotest"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// largestSeed is the length of the largest file of the corpus that a fuzz test begins with: it mutates
// larger ones too slowly.
const largestSeed = 64 << 10

// Seed adds the texts and the corpus's files that sniff knows, as far as they are here.
func Seed(f *testing.F, sniff func(head []byte) bool, texts []string) {
	f.Helper()
	for _, text := range texts {
		f.Add([]byte(text))
	}
	Corpus(f, largestSeed, func(_ string, data []byte) {
		if sniff(data) {
			f.Add(data)
		}
	})
}

// Corpus calls yield with the corpus's files of at most that many bytes, as far as they are here.
func Corpus(f *testing.F, most int, yield func(name string, data []byte)) {
	f.Helper()
	dir, err := shared()
	if err != nil {
		return
	}
	Profiles(f, dir, func(name string, data []byte) {
		if len(data) <= most {
			yield(name, data)
		}
	})
}

// Fuzz holds that nothing panics, that a text is read the same however it arrives, that an error has
// a line of the text, and Check. It begins with the seeds of Seed.
func Fuzz(f *testing.F, sniff func(head []byte) bool, read Read, texts []string) {
	f.Helper()
	Seed(f, sniff, texts)
	limits := scan.Limits{Line: 10_000, Files: 100}
	f.Fuzz(func(t *testing.T, text []byte) {
		sniff(text)
		r, err := read(bytes.NewReader(text), limits)
		again, againErr := read(iotest.OneByteReader(bytes.NewReader(text)), limits)
		// How an error quotes broken UTF-8 may differ.
		if !reflect.DeepEqual(r, again) || (err == nil) != (againErr == nil) || lineOf(err) != lineOf(againErr) {
			t.Errorf("at once %s, %v; byte by byte %s, %v", Summary(r), err, Summary(again), againErr)
		}
		if (r == nil) == (err == nil) {
			t.Fatalf("report %v, error %v", r, err)
		}
		if lineOf(err) < 0 || lineOf(err) > 1+bytes.Count(text, []byte("\n")) {
			t.Errorf("%v: there is no such line", err)
		}
		if r != nil {
			Check(t, r, len(text), limits)
		}
	})
}

// Check holds a report that was read of a text of size bytes to what every reader promises: it obeys the
// model (coverage.Report.Check) and the limits, is no larger than the text can say, and obeys the laws of
// merging.
func Check(t testing.TB, r *coverage.Report, size int, limits scan.Limits) {
	t.Helper()
	if err := r.Check(); err != nil {
		t.Error(err)
	}
	if limits.Files > 0 && len(r.Files) > limits.Files {
		t.Errorf("%d files, more than %d", len(r.Files), limits.Files)
	}
	// Only branches and lines may be more than are listed: a profile may give their number.
	listed, branches := len(r.Files)+len(r.Warnings), 0
	for i, f := range r.Files {
		listed += len(f.Regions) + len(f.Funcs)
		branches += len(f.Branches)
		checkPlaces(t, f, limits)
		checkTallies(t, f)
		checkMerge(t, f, r.Files[(i+1)%len(r.Files)])
	}
	if listed > size || branches > size+1<<22 {
		t.Errorf("%d items and %d branches of %d bytes", listed, branches, size)
	}
}

func compareLines(a, b coverage.Line) int { return cmp.Compare(a.Number, b.Number) }

func compareBranches(a, b coverage.Branch) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Block, b.Block), cmp.Compare(a.Way, b.Way))
}

func compareFuncs(a, b coverage.Func) int {
	return cmp.Or(cmp.Compare(a.Span.Start.Line, b.Span.Start.Line), cmp.Compare(a.Name, b.Name))
}

// checkPlaces holds that what f has is on lines within limits, and that functions are the profile's
// own.
func checkPlaces(t testing.TB, f *coverage.File, limits scan.Limits) {
	t.Helper()
	most := limits.MaxLine()
	for _, r := range f.Regions {
		if r.Start.Line > most {
			t.Errorf("region %v", r)
		}
	}
	for _, l := range f.Lines {
		if l.Number > most {
			t.Errorf("line %v", l)
		}
	}
	for _, b := range f.Branches {
		if b.Line > most {
			t.Errorf("branch %v", b)
		}
	}
	for _, s := range f.Sums {
		if s.Line > most {
			t.Errorf("checksum %v", s)
		}
	}
	if f.Length > most {
		t.Errorf("%d lines", f.Length)
	}
	for _, fn := range f.Funcs {
		if !fn.Counted || max(fn.Span.Start.Line, fn.Span.End.Line) > most {
			t.Errorf("function %+v", fn)
		}
	}
}

// tallies are all that can be counted of a file.
type tallies struct{ unit, lines, branches, funcs coverage.Tally }

func talliesOf(f *coverage.File) (all tallies) {
	all.unit = f.Total()
	all.lines, _ = f.LineTotal()
	all.branches, _ = f.BranchTotal()
	all.funcs = funcTotal(f)
	return all
}

func funcTotal(f *coverage.File) (t coverage.Tally) {
	for _, fn := range f.Funcs {
		t.Total++
		if !fn.Uncovered() {
			t.Covered++
		}
	}
	return t
}

func checkTallies(t testing.TB, f *coverage.File) {
	t.Helper()
	all := talliesOf(f)
	for _, c := range []coverage.Tally{all.unit, all.lines, all.branches, all.funcs} {
		if c.Covered < 0 || c.Covered > c.Total {
			t.Errorf("%q: %+v", f.Name, all)
		}
	}
}

// checkMerge holds that files merge to the same in any order, and in any grouping where all name functions or none
// does, that a merge loses nothing that ran, and that a file merged with itself covers what it covered. The third file has parts of
// the first, as a second run of the tests would.
func checkMerge(t testing.TB, f, g *coverage.File) {
	t.Helper()
	h := part(f)
	all := coverage.Merge(f, g, h)
	others := map[string]*coverage.File{"the other way round": coverage.Merge(h, g, f)}
	if (f.Funcs == nil) == (g.Funcs == nil) && f.Format == g.Format {
		others["the first two first"] = coverage.Merge(coverage.Merge(f, g), h)
		others["the last two first"] = coverage.Merge(f, coverage.Merge(g, h))
	}
	for name, other := range others {
		if !equal(all, other) {
			t.Errorf("%q merged %s: %+v, %+v", f.Name, name, all, other)
		}
	}
	if err := all.Check(); err != nil {
		t.Errorf("%q merged: %v", f.Name, err)
	}
	checkTallies(t, all)
	for _, part := range []*coverage.File{f, g, h} {
		within(t, part.Regions, all.Regions, coverage.Region.Compare, func(r coverage.Region) uint64 { return r.Count })
		within(t, part.Lines, all.Lines, compareLines, func(l coverage.Line) uint64 { return l.Count })
		within(t, part.Branches, all.Branches, compareBranches, func(b coverage.Branch) uint64 { return b.Count })
		if all.Funcs == nil {
			continue // nobody knows them
		}
		within(t, part.Funcs, all.Funcs, compareFuncs, func(fn coverage.Func) uint64 { return fn.Count })
	}
	if once, twice := talliesOf(f), talliesOf(coverage.Merge(f, f)); once != twice {
		t.Errorf("%q: %+v, merged with itself %+v", f.Name, once, twice)
	}
}

// part is f without every third item and with every third that did not run.
func part(f *coverage.File) *coverage.File {
	return &coverage.File{
		Name: f.Name, Unit: f.Unit, Format: f.Format, Ways: f.Ways, Loads: f.Loads,
		Regions:  thin(f.Regions, func(r *coverage.Region) { r.Count = 0 }),
		Lines:    thin(f.Lines, func(l *coverage.Line) { l.Count = 0 }),
		Branches: thin(f.Branches, func(b *coverage.Branch) { b.Count = 0 }),
		Funcs:    thin(f.Funcs, func(fn *coverage.Func) { fn.Count = 0 }),
		Length:   f.Length,
		Sums:     thin(f.Sums, func(s *coverage.Sum) { s.Hash++ }),
	}
}

func thin[T any](items []T, miss func(*T)) (out []T) {
	if items != nil {
		out = []T{} // it is told that there are none
	}
	for i, item := range items {
		if i%3 == 1 {
			miss(&item)
		}
		if i%3 < 2 {
			out = append(out, item)
		}
	}
	return out
}

// equal reports whether two files say the same of the same code. Names, and where on its lines a
// function stands, are those of the file that came first.
func equal(f, g *coverage.File) bool {
	return f.Unit == g.Unit && f.Length == g.Length && slices.Equal(f.Sums, g.Sums) && slices.Equal(f.Regions, g.Regions) && slices.Equal(f.Lines, g.Lines) && slices.Equal(f.Branches, g.Branches) &&
		slices.EqualFunc(f.Funcs, g.Funcs, func(a, b coverage.Func) bool {
			return compareFuncs(a, b) == 0 && a.Count == b.Count && a.Counted == b.Counted && a.Span.End == b.Span.End
		})
}

// within holds that each item of part is one of all and ran no less often there.
func within[T any](t testing.TB, part, all []T, compare func(a, b T) int, count func(T) uint64) {
	t.Helper()
	for _, item := range part {
		for len(all) > 0 && compare(all[0], item) < 0 {
			all = all[1:]
		}
		if len(all) == 0 || compare(all[0], item) > 0 || count(all[0]) < count(item) {
			t.Errorf("%v was lost in merging", item)
			return
		}
		all = all[1:]
	}
}
