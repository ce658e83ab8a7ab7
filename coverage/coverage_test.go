package coverage_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
)

// regions reads "1.2,3.4 5 6; …": start, end, statements and count, as a Go profile has them.
func regions(t testing.TB, s string) []coverage.Region {
	t.Helper()
	var out []coverage.Region
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
	if !slices.IsSortedFunc(out, coverage.Region.Compare) {
		t.Fatalf("regions %q are not sorted", s)
	}
	return out
}

func format(regions []coverage.Region) string {
	var parts []string
	for _, r := range regions {
		parts = append(parts, fmt.Sprintf("%s %d %d", formatSpan(coverage.Span{Start: r.Start, End: r.End}), r.Statements, r.Count))
	}
	return strings.Join(parts, "; ")
}

func span(t testing.TB, s string) coverage.Span {
	t.Helper()
	var out coverage.Span
	if _, err := fmt.Sscanf(s, "%d.%d,%d.%d", &out.Start.Line, &out.Start.Col, &out.End.Line, &out.End.Col); err != nil {
		t.Fatalf("span %q: %v", s, err)
	}
	return out
}

func formatSpan(s coverage.Span) string {
	return fmt.Sprintf("%d.%d,%d.%d", s.Start.Line, s.Start.Col, s.End.Line, s.End.Col)
}

// some are up to n sorted, distinct regions in a few lines, so that they touch, nest and overlap.
func some(r *rand.Rand, n int) []coverage.Region {
	var out []coverage.Region
	for range r.IntN(n + 1) {
		p := coverage.Point{Line: 1 + r.Uint32N(6), Col: r.Uint32N(6)}
		q := coverage.Point{Line: p.Line + r.Uint32N(3), Col: r.Uint32N(9)}
		if q.Compare(p) < 0 {
			q = p
		}
		out = append(out, coverage.Region{Start: p, End: q, Statements: r.Uint32N(3), Count: []uint64{0, 0, 1, 2, math.MaxUint64}[r.IntN(5)]})
	}
	slices.SortFunc(out, coverage.Region.Compare)
	return slices.CompactFunc(out, func(a, b coverage.Region) bool { return a.Compare(b) == 0 })
}

func TestUnit(t *testing.T) {
	t.Parallel()
	tests := []struct {
		unit coverage.Unit
		n    int
		noun string
	}{
		{coverage.Statements, 0, "statements"},
		{coverage.Statements, 1, "statement"},
		{coverage.Statements, 2, "statements"},
		{coverage.Lines, 0, "lines"},
		{coverage.Lines, 1, "line"},
		{coverage.Lines, -1, "lines"},
	}
	for _, tt := range tests {
		if got := tt.unit.Noun(tt.n); got != tt.noun {
			t.Errorf("%v.Noun(%d) = %q, want %q", tt.unit, tt.n, got, tt.noun)
		}
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	sorted := regions(t, "1.0,1.0 0 0; 1.1,1.1 0 0; 1.1,1.2 0 0; 1.1,2.1 0 0; 1.2,1.3 0 0; 2.1,2.1 0 0; 10.1,10.2 0 0")
	for i, a := range sorted {
		for j, b := range sorted {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := a.Compare(b); got != want {
				t.Errorf("%v.Compare(%v) = %d, want %d", a, b, got, want)
			}
			if p := a.Start.Compare(b.Start); p != 0 && p != want {
				t.Errorf("%v.Compare(%v) = %d, want %d", a.Start, b.Start, p, want)
			}
		}
	}
}

func TestSpanContains(t *testing.T) {
	t.Parallel()
	s := coverage.Span{Start: coverage.Point{Line: 2, Col: 5}, End: coverage.Point{Line: 4, Col: 2}}
	tests := []struct {
		p    coverage.Point
		want bool
	}{
		{coverage.Point{}, false},
		{coverage.Point{Line: 2, Col: 4}, false},
		{coverage.Point{Line: 2, Col: 5}, true},
		{coverage.Point{Line: 3, Col: 0}, true},
		{coverage.Point{Line: 4, Col: 1}, true},
		{coverage.Point{Line: 4, Col: 2}, false},
		{coverage.Point{Line: 5, Col: 1}, false},
	}
	for _, tt := range tests {
		if got := s.Contains(tt.p); got != tt.want {
			t.Errorf("Contains(%v) = %t", tt.p, got)
		}
	}
}

func TestUncovered(t *testing.T) {
	t.Parallel()
	for _, statements := range []uint32{0, 1, 7} {
		for _, count := range []uint64{0, 1, math.MaxUint64} {
			r := coverage.Region{Statements: statements, Count: count}
			if got, want := r.Uncovered(), statements > 0 && count == 0; got != want {
				t.Errorf("%v.Uncovered() = %t", r, got)
			}
		}
	}
	tests := []struct {
		tally coverage.Tally
		want  bool
	}{
		{coverage.Tally{}, false},
		{coverage.Tally{Covered: 0, Total: 1}, true},
		{coverage.Tally{Covered: 1, Total: 2}, false},
		{coverage.Tally{Covered: 2, Total: 2}, false},
	}
	for _, tt := range tests {
		if got := (&coverage.Func{Statements: tt.tally}).Uncovered(); got != tt.want {
			t.Errorf("Func with %v: Uncovered() = %t", tt.tally, got)
		}
	}
}

func TestFuncString(t *testing.T) {
	t.Parallel()
	tests := []struct {
		receiver, name, want string
	}{
		{"", "main", "main"},
		{"", `handlers["GET"]`, `handlers["GET"]`},
		{"", "cmd.Run", "cmd.Run"},
		{"Name", "String", "Name.String"},
		{"*Command", "Execute", "(*Command).Execute"},
		{"Shop::Cart#", "total", "Shop::Cart#total"},
		{"Shop::Cart::", "total", "Shop::Cart::total"},
		{"Cart ", "constructor", "Cart constructor"},
		{"?", "M", "?.M"},
	}
	for _, tt := range tests {
		f := coverage.Func{Receiver: tt.receiver, Name: tt.name}
		if got := f.String(); got != tt.want {
			t.Errorf("%q of %q: %q, want %q", tt.name, tt.receiver, got, tt.want)
		}
	}
}

func TestLineError(t *testing.T) {
	t.Parallel()
	cause := errors.New("no count")
	err := error(&coverage.LineError{Line: 12, Err: cause})
	if err.Error() != "line 12: no count" || !errors.Is(err, cause) {
		t.Errorf("have %q", err)
	}
}

func TestTotal(t *testing.T) {
	t.Parallel()
	a := &coverage.File{Name: "a", Regions: regions(t, "1.1,2.1 3 0; 2.1,3.1 2 9; 4.1,4.2 0 0; 5.1,5.2 0 1")}
	b := &coverage.File{Name: "b", Regions: regions(t, "1.1,2.1 4 18446744073709551615")}
	r := &coverage.Report{Files: []*coverage.File{a, {Name: "empty"}, b}}
	if got, want := a.Total(), (coverage.Tally{Covered: 2, Total: 5}); got != want {
		t.Errorf("file: %v, want %v", got, want)
	}
	got, want := r.Total(coverage.Statements), coverage.Tally{Covered: 6, Total: 9}
	if got != want || got.Uncovered() != 3 {
		t.Errorf("report: %v, want %v", got, want)
	}
}

func TestPercent(t *testing.T) {
	t.Parallel()
	tests := []struct {
		covered, total int
		want           float64
		ok             bool
	}{
		{0, 0, 0, false},
		{0, 1, 0, true},
		{1, 1, 100, true},
		{1, 2, 50, true},
		{1, 3, 33.33, true},
		{2, 3, 66.67, true},
		{1, 8, 12.5, true},
		{1, 800, 0.13, true},      // 0.125 rounds up
		{3, 800, 0.38, true},      // 0.375 too
		{1632, 1882, 86.72, true}, // go test says 86.7
		{1, 1_000_000, 0.01, true},
		{999_999, 1_000_000, 99.99, true},
		{0, 1_000_000, 0, true},
		{1_000_000, 1_000_000, 100, true},
		{9_999, 10_000, 99.99, true},
		{1, 10_000, 0.01, true},
		{1 << 29, 1 << 30, 50, true},
	}
	for _, tt := range tests {
		got, ok := coverage.Tally{Covered: tt.covered, Total: tt.total}.Percent()
		if got != tt.want || ok != tt.ok {
			t.Errorf("%d of %d: %v, %t, want %v, %t", tt.covered, tt.total, got, ok, tt.want, tt.ok)
		}
	}
}

func TestGap(t *testing.T) {
	t.Parallel()
	tests := []struct {
		covered, total int
		target         float64
		want           int
	}{
		{0, 0, 60, 0},
		{0, 10, 60, 6},
		{6, 10, 60, 0},
		{7, 10, 60, 0},
		{0, 400, 55, 220},
		{0, 401, 55, 221},
		{0, 7, 100, 7},
		{7, 7, 100, 0},
		{0, 7, 0, 0},
		{0, 7, -1, 0},
		{0, 7, math.NaN(), 0},
		{3, 7, 150, 4},
		{0, 7, math.Inf(1), 7},
		{0, 7, 1e-6, 1},
		{0, 7, 1e-9, 0},
		{0, 1000, 66.6, 666},
		{0, 100_000_000, 0.015839, 15_839},
		{0, 1000, 99.999999, 1000},
		{0, math.MaxInt, 100, math.MaxInt},
		{0, math.MaxInt, 50, math.MaxInt/2 + 1},
	}
	for _, tt := range tests {
		if got := (coverage.Tally{Covered: tt.covered, Total: tt.total}).Gap(tt.target); got != tt.want {
			t.Errorf("%d of %d at %v %%: gap %d, want %d", tt.covered, tt.total, tt.target, got, tt.want)
		}
	}
}

// FuzzTally compares with exact rational arithmetic. millionths is the target in millionths of a
// percent.
func FuzzTally(f *testing.F) {
	f.Add(uint32(0), uint32(400), uint32(55_000_000))
	f.Add(uint32(1), uint32(3), uint32(33_333_333))
	f.Add(uint32(4294967294), uint32(4294967295), uint32(99_999_999))
	f.Add(uint32(1), uint32(800), uint32(1))
	f.Fuzz(func(t *testing.T, covered, total, millionths uint32) {
		millionths %= 100_000_001
		covered = min(covered, total)
		tally := coverage.Tally{Covered: int(covered), Total: int(total)}

		need := new(big.Int).Mul(big.NewInt(int64(millionths)), big.NewInt(int64(total)))
		need.Add(need, big.NewInt(99_999_999)).Div(need, big.NewInt(100_000_000))
		want := max(0, int(need.Int64())-int(covered))
		if got := tally.Gap(float64(millionths) / 1e6); got != want {
			t.Errorf("%v at %v %%: gap %d, want %d", tally, float64(millionths)/1e6, got, want)
		}

		percent, ok := tally.Percent()
		if total == 0 {
			if ok || percent != 0 {
				t.Errorf("0 of 0: %v, %t", percent, ok)
			}
			return
		}
		exact, _ := new(big.Float).SetRat(big.NewRat(int64(covered)*100, int64(total))).Float64()
		if !ok || percent < 0 || percent > 100 || math.Abs(percent-exact) > 0.01 ||
			(percent == 0) != (covered == 0) || (percent == 100) != (covered == total) {
			t.Errorf("%v: %v %%, exactly %v", tally, percent, exact)
		}
		if 0 < percent && percent < 100 && exact >= 0.01 && exact < 99.99 {
			// floor(p × 100 + 1/2)
			half := new(big.Rat).Add(big.NewRat(int64(covered)*10_000, int64(total)), big.NewRat(1, 2))
			rounded := new(big.Int).Div(half.Num(), half.Denom())
			if math.Round(percent*100) != float64(rounded.Int64()) {
				t.Errorf("%v: %v %%, want %v hundredths", tally, percent, rounded)
			}
		}
	})
}

func TestAttribute(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, regions string
		funcs         []string
		want          []coverage.Tally
	}{
		{"nothing", "", nil, nil},
		{"no regions", "", []string{"1.1,3.2"}, []coverage.Tally{{}}},
		{"no functions", "1.1,2.1 1 1", nil, nil},
		{"partly covered", "1.10,2.5 2 1; 2.5,3.1 1 0", []string{"1.1,3.2"}, []coverage.Tally{{Covered: 2, Total: 3}}},
		{"between functions", "1.10,2.5 2 1; 4.1,4.9 5 1; 6.10,7.2 1 0", []string{"1.1,3.2", "6.1,7.2"}, []coverage.Tally{{Covered: 2, Total: 2}, {Covered: 0, Total: 1}}},
		{"before and behind all", "1.1,1.2 1 1; 3.1,3.2 2 1; 9.1,9.2 4 1", []string{"2.1,5.2"}, []coverage.Tally{{Covered: 2, Total: 2}}},
		{"begins where the function does", "2.1,3.2 1 1", []string{"2.1,3.2"}, []coverage.Tally{{Covered: 1, Total: 1}}},
		{"begins where the function ended", "3.2,4.1 1 1", []string{"2.1,3.2"}, []coverage.Tally{{}}},
		{"straddles the function's end", "3.1,9.1 1 1", []string{"2.1,3.2"}, []coverage.Tally{{Covered: 1, Total: 1}}},
		{"three on one line", "1.5,1.9 1 1; 1.15,1.19 1 0; 1.25,1.29 3 1", []string{"1.1,1.10", "1.11,1.20", "1.21,1.30"}, []coverage.Tally{{Covered: 1, Total: 1}, {Covered: 0, Total: 1}, {Covered: 3, Total: 3}}},
		{"no statements", "1.5,1.9 0 0", []string{"1.1,1.10"}, []coverage.Tally{{}}},
		{"column unknown", "100.0,101.0 1 1", []string{"100.1,101.5"}, []coverage.Tally{{}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var funcs []coverage.Func
			for i, s := range tt.funcs {
				funcs = append(funcs, coverage.Func{Name: fmt.Sprint(i), Span: span(t, s), Statements: coverage.Tally{Covered: 7, Total: 7}})
			}
			before := slices.Clone(funcs)
			got := coverage.Attribute(funcs, regions(t, tt.regions))
			if len(got) != len(tt.want) {
				t.Fatalf("have %d functions, want %d", len(got), len(tt.want))
			}
			for i, f := range got {
				if f.Statements != tt.want[i] || f.Name != funcs[i].Name {
					t.Errorf("function %d: %v, want %v", i, f.Statements, tt.want[i])
				}
			}
			if !reflect.DeepEqual(funcs, before) {
				t.Errorf("the functions handed in were written to")
			}
		})
	}
}

func TestWithin(t *testing.T) {
	t.Parallel()
	all := regions(t, "1.1,9.1 1 1; 2.0,2.0 1 1; 2.5,2.9 1 1; 2.5,3.1 1 1; 4.1,5.1 1 1")
	tests := []struct {
		name, span string
		from, to   int
	}{
		{"all", "1.1,100.1", 0, 5},
		{"none before", "1.0,1.1", 0, 0},
		{"none behind", "4.2,9.9", 5, 5},
		{"start is in, end is out", "2.5,4.1", 2, 4},
		{"from the line's start", "2.0,2.5", 1, 2},
		{"empty", "2.5,2.5", 2, 2},
		{"reversed", "4.1,2.5", 4, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, want := format(coverage.Within(all, span(t, tt.span))), format(all[tt.from:tt.to]); got != want {
				t.Errorf("have %s, want %s", got, want)
			}
		})
	}
	if got := coverage.Within(nil, span(t, "1.1,2.1")); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

// TestWithout: what begins in an excluded stretch is taken out, and nothing else.
func TestWithout(t *testing.T) {
	t.Parallel()
	at := func(line, col uint32) coverage.Point { return coverage.Point{Line: line, Col: col} }
	f := &coverage.File{
		Regions: []coverage.Region{
			{Start: at(1, 5), End: at(3, 2), Statements: 1, Count: 1},
			{Start: at(4, 5), End: at(6, 2), Statements: 2},
			{Start: at(7, 1), End: at(7, 9), Statements: 4, Count: 1},
		},
	}
	lines := &coverage.File{
		Unit: coverage.Lines, Lines: []coverage.Line{{Number: 1, Count: 1}, {Number: 4}, {Number: 7, Count: 2}},
		Branches: []coverage.Branch{{Line: 1}, {Line: 4}},
		Funcs:    []coverage.Func{{Name: "a", Span: coverage.Span{Start: at(4, 0)}, Counted: true}},
	}
	span := func(a, b coverage.Point) coverage.Exclusion {
		return coverage.Exclusion{Span: coverage.Span{Start: a, End: b}}
	}
	for _, tt := range []struct {
		rule string
		file *coverage.File
		out  []coverage.Exclusion
		want string
	}{
		{"nothing", f, nil, "{5 7} {0 0} 3 0 0 0 same"},
		{"a stretch in which nothing begins", f, []coverage.Exclusion{span(at(5, 1), at(6, 9))}, "{5 7} {0 0} 3 0 0 0 same"},
		{"a block", f, []coverage.Exclusion{span(at(4, 5), at(6, 2))}, "{5 5} {0 2} 2 0 0 0"},
		{"two blocks", f, []coverage.Exclusion{span(at(1, 1), at(2, 1)), span(at(7, 1), at(7, 2))}, "{0 2} {5 5} 1 0 0 0"},
		{"the end is outside", f, []coverage.Exclusion{span(at(5, 1), at(7, 1))}, "{5 7} {0 0} 3 0 0 0 same"},
		{"lines with all that is theirs", lines, []coverage.Exclusion{span(at(3, 1), at(5, 0))}, "{2 2} {0 1} 0 2 1 0"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			rest, out := tt.file.Without(tt.out)
			got := fmt.Sprint(rest.Total(), out, len(rest.Regions), len(rest.Lines), len(rest.Branches), len(rest.Funcs))
			if rest == tt.file {
				got += " same"
			}
			if got != tt.want {
				t.Errorf("have %s, want %s", got, tt.want)
			}
			if rest.Funcs == nil != (tt.file.Funcs == nil) {
				t.Error("functions that were known are not any more")
			}
		})
	}
}

// TestReportBytes holds what a report says of its size against the memory that its values take.
func TestReportBytes(t *testing.T) {
	t.Parallel()
	size := func(v any, n int) int { return int(reflect.TypeOf(v).Size()) * n }
	r := &coverage.Report{Files: []*coverage.File{{
		Name: "a.go", Regions: make([]coverage.Region, 3), Lines: make([]coverage.Line, 5),
		Branches: make([]coverage.Branch, 7), Funcs: []coverage.Func{{Name: "F", Receiver: "*T"}, {Name: "G"}},
		Sums: make([]coverage.Sum, 9),
	}}}
	want := size(coverage.File{}, 1) + size(coverage.Region{}, 3) + size(coverage.Line{}, 5) + size(coverage.Branch{}, 7) +
		size(coverage.Func{}, 2) + size(coverage.Sum{}, 9) + len("a.go"+"F"+"*T"+"G")
	if got := r.Bytes(); got != int64(want) {
		t.Errorf("%d bytes, want %d", got, want)
	}
}

// TestReuse: a report takes over the files of an earlier one that say the same, and no others.
func TestReuse(t *testing.T) {
	t.Parallel()
	file := func(name string, change func(*coverage.File)) *coverage.File {
		f := &coverage.File{
			Name: name, Unit: coverage.Lines, Lines: []coverage.Line{{Number: 1, Count: 2}}, Regions: []coverage.Region{{Count: 3}},
			Branches: []coverage.Branch{{Line: 4}}, Funcs: []coverage.Func{{Name: "f"}},
			Sums: []coverage.Sum{{Line: 1, Hash: 5}},
		}
		if change != nil {
			change(f)
		}
		return f
	}
	for name, change := range map[string]func(*coverage.File){
		"":                 nil,
		"another unit":     func(f *coverage.File) { f.Unit = coverage.Statements },
		"another line":     func(f *coverage.File) { f.Lines[0].Count++ },
		"another region":   func(f *coverage.File) { f.Regions[0].Count++ },
		"another branch":   func(f *coverage.File) { f.Branches[0].Count++ },
		"another function": func(f *coverage.File) { f.Funcs[0].Count++ },
		"another group":    func(f *coverage.File) { f.Group = "g" },
		"another length":   func(f *coverage.File) { f.Length++ },
		"another checksum": func(f *coverage.File) { f.Sums[0].Hash++ },
		"no function":      func(f *coverage.File) { f.Funcs = []coverage.Func{} },
	} {
		before := &coverage.Report{Files: []*coverage.File{file("a", nil), file("b", nil), file("d", nil)}}
		now := &coverage.Report{Files: []*coverage.File{file("b", change), file("c", nil), file("d", nil)}}
		now.Reuse(before)
		if reused := now.Files[0] == before.Files[1]; reused != (change == nil) {
			t.Errorf("%s: reused %v", name, reused)
		}
		if now.Files[2] != before.Files[2] || now.Files[1].Name != "c" {
			t.Errorf("%s: the file behind is not reused", name)
		}
	}
	named, unnamed := file("a", func(f *coverage.File) { f.Funcs = []coverage.Func{} }), file("a", func(f *coverage.File) { f.Funcs = nil })
	if named.Equal(unnamed) {
		t.Error("no function is the same as none known")
	}
}
