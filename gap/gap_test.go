package gap_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// regions reads "1.2,3.4 5 6; …": start, end, statements and count, as a Go profile has them.
func regions(t testing.TB, s string) (out []coverage.Region) {
	t.Helper()
	for part := range strings.SplitSeq(s, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		var r coverage.Region
		if _, err := fmt.Sscanf(part, "%d.%d,%d.%d %d %d", &r.Start.Line, &r.Start.Col, &r.End.Line, &r.End.Col, &r.Statements, &r.Count); err != nil {
			t.Fatalf("region %q: %v", part, err)
		}
		out = append(out, r)
	}
	return out
}

// lines reads "3:0 4:1": numbers and counts.
func lines(t testing.TB, s string) (out []coverage.Line) {
	t.Helper()
	for part := range strings.FieldsSeq(s) {
		var l coverage.Line
		if _, err := fmt.Sscanf(part, "%d:%d", &l.Number, &l.Count); err != nil {
			t.Fatalf("line %q: %v", part, err)
		}
		out = append(out, l)
	}
	return out
}

// functions reads "f 1.1,9.1; g 2.1,3.1 =0": names, spans, and how often the profile says that they were called.
func functions(t testing.TB, s string) (out []coverage.Func) {
	t.Helper()
	for part := range strings.SplitSeq(s, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		var f coverage.Func
		if _, err := fmt.Sscanf(part, "%s %d.%d,%d.%d", &f.Name, &f.Span.Start.Line, &f.Span.Start.Col, &f.Span.End.Line, &f.Span.End.Col); err != nil {
			t.Fatalf("function %q: %v", part, err)
		}
		if _, count, is := strings.Cut(part, "="); is {
			f.Counted = true
			fmt.Sscan(count, &f.Count)
		}
		out = append(out, f)
	}
	return out
}

// fileOf is a file as a snapshot has it.
func fileOf(t testing.TB, funcs, covered string) *workspace.File {
	t.Helper()
	f := &workspace.File{Name: "a.x", Found: true, Looked: true, Coverage: &coverage.File{}, Standing: &priority.Standing{}}
	if strings.Contains(covered, ":") {
		f.Coverage.Unit, f.Coverage.Lines = coverage.Lines, lines(t, covered)
	} else {
		f.Coverage.Regions = regions(t, covered)
	}
	f.Total = f.Coverage.Total()
	if named := functions(t, funcs); slices.ContainsFunc(named, func(f coverage.Func) bool { return f.Counted }) {
		f.Coverage.Funcs = named
	} else if named != nil {
		f.Source = &source.Parsed{Funcs: named}
		f.Funcs = f.Coverage.Count(named)
	}
	return f
}

// formatted is "function f 1.1,9.1 3; stretch - 2.1,3.1 1": shape, function and ordinal, span, and what is missed.
func formatted(gaps []gap.Gap) string {
	var out []string
	for _, g := range gaps {
		name := g.Func
		if name == "" {
			name = "-"
		}
		if g.Ordinal > 0 {
			name += fmt.Sprint("#", g.Ordinal)
		}
		s := g.Span
		out = append(out, fmt.Sprintf("%s %s %d.%d,%d.%d %d", g.Shape, name, s.Start.Line, s.Start.Col, s.End.Line, s.End.Col, g.Missed))
	}
	return strings.Join(out, "; ")
}

func TestOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, funcs, covered, want string }{
		{"nothing", "", "", ""},
		{"all ran", "", "1.1,2.1 1 1; 2.1,3.1 1 2", ""},
		{"one", "", "1.1,2.1 1 0", "stretch - 1.1,2.1 1"},
		{"neighbours are one", "", "1.1,2.1 1 0; 2.1,3.1 2 0", "stretch - 1.1,3.1 3"},
		{"nothing ran between them", "", "1.1,2.1 1 0; 5.1,6.1 1 0", "stretch - 1.1,6.1 2"},
		{"one ran between them", "", "1.1,2.1 1 0; 3.1,4.1 1 1; 5.1,6.1 1 0", "stretch - 1.1,2.1 1; stretch -#2 5.1,6.1 1"},
		{"no statements, nothing missed", "", "1.1,2.1 0 0", ""},
		{"no statements, ran", "", "1.1,2.1 1 0; 3.1,4.1 0 9; 5.1,6.1 1 0", "stretch - 1.1,6.1 2"},
		{"no statements, did not run", "", "1.1,2.1 1 1; 3.1,4.1 0 0; 5.1,6.1 1 0", "stretch -#1 5.1,6.1 1"},
		{"nested", "", "1.1,9.1 1 0; 2.1,3.1 1 0", "stretch - 1.1,9.1 2"},
		{"nested, the inner ran, then missed", "", "1.1,9.1 1 0; 2.1,3.1 1 5; 4.1,5.1 1 0", "stretch - 1.1,9.1 2"},
		{"nested, the outer ran", "", "1.1,9.1 1 1; 2.1,3.1 1 0; 4.1,5.1 1 0", "stretch -#1 2.1,5.1 2"},
		{"overlapping", "", "1.1,4.1 1 0; 2.1,3.1 1 1; 3.5,6.1 1 0", "stretch - 1.1,6.1 2"},
		{"touching behind one that ran", "", "1.1,4.1 1 0; 2.1,3.1 1 1; 4.1,6.1 1 0", "stretch - 1.1,4.1 1; stretch -#2 4.1,6.1 1"},
		{"empty region", "", "2.1,2.1 1 0", "stretch - 2.1,2.1 1"},

		{"a function that nothing reaches has no stretches", "f 1.1,9.1", "1.5,3.1 1 0; 4.1,5.1 2 0", "function f 1.1,9.1 3"},
		{"a function that ran", "f 1.1,9.1", "1.5,3.1 1 1; 4.1,5.1 2 0", "stretch f#1 4.1,5.1 2"},
		{"stretches end with their function", "f 1.1,3.1; g 4.1,9.1", "1.5,2.1 1 1; 2.1,3.0 1 0; 4.5,5.1 1 0; 6.1,7.1 1 1", "stretch f#1 2.1,3.0 1; stretch g 4.5,5.1 1"},
		{"functions of one name", "init 1.1,2.9; init 3.1,4.9; init 5.1,6.9", "1.5,2.1 1 1; 3.5,4.1 1 0; 5.5,6.1 1 0", "function init#1 3.1,4.9 1; function init#2 5.1,6.9 1"},
		{"stretches of functions of one name", "init 1.1,3.9; init 4.1,6.9", "1.5,2.1 1 1; 2.2,3.1 1 0; 4.5,5.1 1 1; 5.2,6.1 1 0", "stretch init#1 2.2,3.1 1; stretch init#1048577 5.2,6.1 1"},

		{"lines outside of functions", "f 1.1,2.13", "1:1 2:1 5:1 6:0 7:0 9:0", "stretch -#1 6.1,10.0 3"},
		{"lines, unknown functions", "", "1:0 2:1 3:0", "stretch - 1.1,2.0 1; stretch -#2 3.1,4.0 1"},
		{"a line is its innermost function's", "f 1.1,9.1; g 3.1,5.9", "1:1 2:1 3:1 4:0 5:1 7:0", "stretch g#1 4.1,5.0 1; stretch f#2 7.1,8.0 1"},
		{"a stretch is of one function", "f 1.1,9.1; g 3.1,5.9", "1:1 2:0 3:1 4:0 6:0", "stretch f#1 2.1,3.0 1; stretch g#1 4.1,5.0 1; stretch f#2 6.1,7.0 1"},
		{"a function in one that nothing reaches", "f 1.1,9.1; g 3.1,5.9", "1:0 4:0 7:0", "function f 1.1,9.1 3; function g 3.1,5.9 1"},
		{"never called, on lines that ran", "f 1.1,2.9 =0; g 3.1,4.9 =1; f 5.1,5.9 =0", "1:1 2:1 3:1 4:1 5:1", "function f 1.1,2.9 0; function f#1 5.1,5.9 0"},
		{"a stretch keeps its number when what stands before it runs", "f 1.1,9.1", "1.5,2.1 1 1; 2.2,3.1 1 1; 4.1,5.1 1 1; 6.1,7.1 1 0", "stretch f#3 6.1,7.1 1"},
		{"before that", "f 1.1,9.1", "1.5,2.1 1 1; 2.2,3.1 1 0; 4.1,5.1 1 1; 6.1,7.1 1 0", "stretch f#1 2.2,3.1 1; stretch f#3 6.1,7.1 1"},
		{"never called, and beside it", "f 1.1,2.9 =0; g 3.1,5.9 =4", "1:1 2:0 3:1 4:0 5:0 8:0", "function f 1.1,2.9 1; stretch g#1 4.1,6.0 2; stretch - 8.1,9.0 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := fileOf(t, tt.funcs, tt.covered)
			if got := formatted(gap.Of(f)); got != tt.want {
				t.Errorf("have %q, want %q", got, tt.want)
			}
			if gap.Any(f) != (tt.want != "") {
				t.Errorf("Any is %v", gap.Any(f))
			}
		})
	}
}

// TestOfUnknown: before the text of a file was looked at nobody knows in which functions its lines lie.
func TestOfUnknown(t *testing.T) {
	t.Parallel()
	f := fileOf(t, "", "1:0")
	f.Looked = false
	if got := gap.Of(f); got != nil {
		t.Errorf("have %v", formatted(got))
	}
	f.Found = false // nobody will ever look
	if got := gap.Of(f); len(got) != 1 {
		t.Errorf("not found: have %v", formatted(got))
	}
}

// TestFuncs: functions that the text does not have, because it is shorter than the profile says, are those of the profile.
func TestFuncs(t *testing.T) {
	t.Parallel()
	f := fileOf(t, "a 1.1,2.1 =0; b 3.1,4.1 =0; c 90.1,91.1 =0", "1:0 3:0 90:0")
	f.Source = &source.Parsed{Funcs: functions(t, "A 1.3,2.2 =0; B 3.3,4.2 =0"), Elsewhere: functions(t, "c 90.1,91.1 =0")}
	f.Funcs = f.Source.Funcs
	const want = "function A 1.3,2.2 0; function B 3.3,4.2 0; function c 90.1,91.1 1"
	if got := formatted(gap.Of(f)); got != want {
		t.Errorf("have %q, want %q", got, want)
	}
}

// TestOfHoldsAll: whatever regions and functions there are, each region that did not run is in one function that
// nothing reaches or in one stretch, and no two gaps are the same.
func TestOfHoldsAll(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 5_000 {
		f := fileOf(t, "", "")
		for range r.IntN(9) {
			p := coverage.Point{Line: 1 + r.Uint32N(6), Col: r.Uint32N(6)}
			q := coverage.Point{Line: p.Line + r.Uint32N(3), Col: r.Uint32N(9)}
			if q.Compare(p) < 0 {
				q = p
			}
			f.Coverage.Regions = append(f.Coverage.Regions, coverage.Region{Start: p, End: q, Statements: r.Uint32N(3), Count: uint64(r.IntN(2))})
		}
		slices.SortFunc(f.Coverage.Regions, coverage.Region.Compare)
		f.Total = f.Coverage.Total()
		for line := uint32(1); line < 6; line += 1 + r.Uint32N(3) {
			f.Funcs = append(f.Funcs, coverage.Func{Name: "f", Span: coverage.Span{Start: coverage.Point{Line: line}, End: coverage.Point{Line: line + 1}}})
		}
		f.Source = &source.Parsed{Funcs: f.Funcs}
		f.Funcs = f.Coverage.Count(f.Funcs)
		gaps := gap.Of(f)
		seen := map[gap.ID]bool{}
		missed := 0
		for _, g := range gaps {
			if seen[g.ID] {
				t.Fatalf("twice: %s", formatted(gaps))
			}
			seen[g.ID] = true
			missed += g.Missed
		}
		if missed != f.Total.Uncovered() {
			t.Fatalf("%v: %s hold %d, want %d", f.Coverage.Regions, formatted(gaps), missed, f.Total.Uncovered())
		}
		if !slices.IsSortedFunc(gaps, func(a, b gap.Gap) int { return a.Span.Start.Compare(b.Span.Start) }) {
			t.Fatalf("not in order: %s", formatted(gaps))
		}
	}
}

func TestWithin(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, funcs, covered, want string }{
		{"all of a function that nothing reaches", "f 1.1,9.1; g 3.1,5.9", "1:0 2:0 4:0 7:0 12:0", "1.1,8.0 4"},
		{"those of the functions in it", "f 1.1,9.1; g 3.1,5.9", "1:1 2:0 3:1 4:0 5:1 7:0", "2.1,3.0 1; 4.1,5.0 1; 7.1,8.0 1"},
		{"of regions", "f 1.1,9.1", "1.5,2.1 1 1; 3.1,4.1 2 0; 5.1,6.1 1 0; 9.5,9.9 1 0", "3.1,6.1 3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := fileOf(t, tt.funcs, tt.covered)
			var got []string
			for p := range gap.Within(f, &f.Funcs[0]) {
				got = append(got, fmt.Sprintf("%d.%d,%d.%d %d", p.Span.Start.Line, p.Span.Start.Col, p.Span.End.Line, p.Span.End.Col, p.Missed))
			}
			if got := strings.Join(got, "; "); got != tt.want {
				t.Errorf("have %q, want %q", got, tt.want)
			}
		})
	}
}

// TestCompare has gaps in their order of urgency.
func TestCompare(t *testing.T) {
	t.Parallel()
	folder := workspace.NewFolder("/w", "", config.Merge(), nil)
	file := func(name string, tier config.Tier, score float64) *workspace.File {
		return &workspace.File{Name: name, Folder: folder, Total: coverage.Tally{Total: 9}, Standing: &priority.Standing{Tier: tier, Score: score, Weight: 1}}
	}
	at := func(line uint32) coverage.Span {
		return coverage.Span{Start: coverage.Point{Line: line}, End: coverage.Point{Line: line + 1}}
	}
	critical, high, higher, done := file("z", config.TierCritical, 1), file("y", config.TierHigh, 5), file("x", config.TierHigh, 7), file("z", priority.OK, 0)
	fuller, same := file("b", priority.OK, 0), file("c", priority.OK, 0) // of which more ran
	fuller.Total.Covered, same.Total.Covered = 8, 8
	web, ruled, written := file("w", config.TierMedium, 1), file("r", priority.OK, 0), file("e", priority.OK, 0)
	web.Standing.Role, written.Standing.Role = priority.Transport, priority.Generated
	example := file("x", config.TierHigh, 1)
	example.Standing.Role = priority.Example
	ruled.Standing.Rule = &config.Rule{AtLeast: config.TierCritical}
	missed := func(n int) *coverage.Func { return &coverage.Func{Statements: coverage.Tally{Total: n}} }
	want := []gap.Gap{
		{File: ruled, ID: gap.ID{Shape: gap.Function}, Fn: missed(1), Missed: 1, Span: at(1)},
		{File: higher, ID: gap.ID{Shape: gap.Function}, Fn: missed(4), Missed: 4, Span: at(50), Called: true},
		{File: higher, ID: gap.ID{Shape: gap.Function}, Fn: missed(3), Missed: 3, Span: at(1), Called: true},
		{File: fuller, ID: gap.ID{Shape: gap.Function}, Fn: missed(900), Missed: 900, Span: at(1)},
		{File: same, ID: gap.ID{Shape: gap.Function}, Fn: missed(900), Missed: 900, Span: at(1)},
		{File: done, ID: gap.ID{Shape: gap.Function}, Fn: missed(500), Missed: 500, Span: at(1)},
		{File: high, ID: gap.ID{Shape: gap.Function}, Fn: missed(5), Missed: 5, Span: at(1)},
		{File: web, ID: gap.ID{Shape: gap.Function}, Fn: missed(8), Missed: 8, Span: at(1)},
		{File: critical, ID: gap.ID{Shape: gap.Function}, Fn: missed(4), Missed: 4, Span: at(9)},
		{File: higher, ID: gap.ID{Shape: gap.Function}, Fn: missed(4), Missed: 4, Span: at(1)},
		{File: higher, ID: gap.ID{Shape: gap.Stretch}, Missed: 20, Span: at(2)},
		{File: critical, ID: gap.ID{Shape: gap.Stretch}, Missed: 1, Span: at(9)},
		{File: high, ID: gap.ID{Shape: gap.Function}, Fn: missed(2), Missed: 2, Span: at(1), Called: true},
		{File: high, ID: gap.ID{Shape: gap.Function}, Fn: missed(900), Missed: 900, Span: at(1), Called: true, Deprecated: "use X"},
		{File: high, ID: gap.ID{Shape: gap.Function}, Fn: missed(800), Missed: 800, Span: at(1), Called: true, Kind: source.Panic},
		{File: example, ID: gap.ID{Shape: gap.Function}, Fn: missed(990), Missed: 990, Span: at(1), Called: true},
		{File: example, ID: gap.ID{Shape: gap.Stretch}, Missed: 980, Span: at(1)},
		{File: written, ID: gap.ID{Shape: gap.Function}, Fn: missed(999), Missed: 999, Span: at(1), Called: true},
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b gap.Gap) int { return gap.Compare(&a, &b) })
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%d: have %s of %s, want %s of %s", i, formatted(got[i:i+1]), got[i].File.Name, formatted(want[i:i+1]), want[i].File.Name)
		}
	}
}

// TestTrivial has functions that a test of its own would not help: an init of Go runs with any test of its package.
func TestTrivial(t *testing.T) {
	t.Parallel()
	folder := workspace.NewFolder("/w", "", config.Merge(), nil)
	for _, tt := range []struct {
		path string
		fn   coverage.Func
		want bool
	}{
		{"a.go", coverage.Func{Name: "f"}, false},
		{"a.go", coverage.Func{Name: "init"}, true},
		{"a.go", coverage.Func{Name: "init", Receiver: "T"}, false},
		{"a.go", coverage.Func{Name: "init", Literal: true}, false},
		{"a.swift", coverage.Func{Name: "init"}, false},
	} {
		file := &workspace.File{Name: tt.path, Path: "/w/" + tt.path, Folder: folder}
		tt.fn.Statements = coverage.Tally{Total: 9}
		if got := gap.Trivial(file, &tt.fn); got != tt.want {
			t.Errorf("%s of %s: have %t, want %t", tt.fn.String(), tt.path, got, tt.want)
		}
	}
}

// TestLines holds on which lines a gap begins and ends.
func TestLines(t *testing.T) {
	t.Parallel()
	span := func(line, col, endLine, endCol uint32) coverage.Span {
		return coverage.Span{Start: coverage.Point{Line: line, Col: col}, End: coverage.Point{Line: endLine, Col: endCol}}
	}
	named, plain := &coverage.Func{NameSpan: span(4, 6, 4, 9)}, &coverage.Func{}
	for _, tt := range []struct {
		gap         gap.Gap
		first, last uint32
	}{
		{gap.Gap{ID: gap.ID{Shape: gap.Stretch}, Span: span(3, 1, 6, 0)}, 3, 5},
		{gap.Gap{ID: gap.ID{Shape: gap.Stretch}, Span: span(3, 1, 4, 0)}, 3, 3},
		{gap.Gap{ID: gap.ID{Shape: gap.Stretch}, Span: span(3, 5, 6, 2)}, 3, 6},
		{gap.Gap{ID: gap.ID{Shape: gap.Stretch}, Span: span(3, 0, 3, 0)}, 3, 3},
		{gap.Gap{ID: gap.ID{Shape: gap.Stretch}, Fn: named, Span: span(7, 1, 9, 2)}, 7, 9},
		{gap.Gap{ID: gap.ID{Shape: gap.Function}, Fn: named, Span: span(3, 1, 9, 2)}, 4, 9},
		{gap.Gap{ID: gap.ID{Shape: gap.Function}, Fn: plain, Span: span(3, 1, 0, 0)}, 3, 3},
	} {
		if first, last := tt.gap.Line(), tt.gap.LastLine(); first != tt.first || last != tt.last {
			t.Errorf("%+v: lines %d to %d, want %d to %d", tt.gap, first, last, tt.first, tt.last)
		}
	}
}

// TestID holds that identities are apart, and the same in every version: code scanning and baselines keep them.
func TestID(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		id   gap.ID
		want string
	}{
		{gap.ID{File: "a/b.go", Func: "Parse", Shape: gap.Function}, "06d66edfeef8539a"},
		{gap.ID{File: "a/b.go", Func: "Parse", Shape: gap.Function, Ordinal: 1}, "06d66fdfeef8554d"},
		{gap.ID{File: "a/b.go", Func: "Parse", Shape: gap.Stretch}, "1e67c0a2af5215b3"},
		{gap.ID{File: "a/b.go", Shape: gap.Stretch}, "a232ca6c0a6b60ac"},
		{gap.ID{File: "a/c.go", Func: "Parse", Shape: gap.Function}, "fe2897307249997f"},
	} {
		if got := tt.id.String(); got != tt.want {
			t.Errorf("%#v is %s, want %s", tt.id, got, tt.want)
		}
	}
}
