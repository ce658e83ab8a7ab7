package coverage_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
)

func TestAddCounts(t *testing.T) {
	t.Parallel()
	tests := []struct{ a, b, want uint64 }{
		{0, 0, 0},
		{1, 2, 3},
		{math.MaxUint64, 0, math.MaxUint64},
		{math.MaxUint64, 1, math.MaxUint64},
		{math.MaxUint64 - 1, 1, math.MaxUint64},
		{math.MaxUint64, math.MaxUint64, math.MaxUint64},
		{1 << 63, 1 << 63, math.MaxUint64},
	}
	for _, tt := range tests {
		if got := coverage.AddCounts(tt.a, tt.b); got != tt.want {
			t.Errorf("%d + %d = %d, want %d", tt.a, tt.b, got, tt.want)
		}
		if got := coverage.AddCounts(tt.b, tt.a); got != tt.want {
			t.Errorf("%d + %d = %d, want %d", tt.b, tt.a, got, tt.want)
		}
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   []string
		want string
	}{
		{"one", []string{"1.1,2.1 3 4"}, "1.1,2.1 3 4"},
		{"same regions", []string{"1.1,2.1 3 4; 2.1,3.1 1 0", "1.1,2.1 3 1; 2.1,3.1 1 0"}, "1.1,2.1 3 5; 2.1,3.1 1 0"},
		{"covered by either", []string{"1.1,2.1 3 0; 2.1,3.1 1 1", "1.1,2.1 3 1; 2.1,3.1 1 0"}, "1.1,2.1 3 1; 2.1,3.1 1 1"},
		{"saturates", []string{"1.1,2.1 3 18446744073709551615", "1.1,2.1 3 18446744073709551615"}, "1.1,2.1 3 18446744073709551615"},
		{"statements differ", []string{"1.1,2.1 3 0", "1.1,2.1 5 1", "1.1,2.1 4 0"}, "1.1,2.1 5 1"},
		{"disjoint", []string{"1.1,2.1 1 1; 5.1,6.1 1 1; 9.1,9.2 1 1", "3.1,4.1 1 0; 7.1,8.1 1 0"}, "1.1,2.1 1 1; 3.1,4.1 1 0; 5.1,6.1 1 1; 7.1,8.1 1 0; 9.1,9.2 1 1"},
		{"one behind the other", []string{"5.1,6.1 1 1", "1.1,2.1 1 0"}, "1.1,2.1 1 0; 5.1,6.1 1 1"},
		{"same start, different ends", []string{"1.1,2.1 1 1", "1.1,3.1 1 0"}, "1.1,2.1 1 1; 1.1,3.1 1 0"},
		{"empty", []string{"", "1.1,2.1 1 1", ""}, "1.1,2.1 1 1"},
		{"all empty", []string{"", ""}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var files []*coverage.File
			for i, s := range tt.in {
				files = append(files, &coverage.File{Name: string(rune('a' + i)), Regions: regions(t, s)})
			}
			got := coverage.Merge(files...)
			if got.Name != "a" || format(got.Regions) != tt.want {
				t.Errorf("have %s: %s, want a: %s", got.Name, format(got.Regions), tt.want)
			}
			if len(files) == 1 && got != files[0] {
				t.Errorf("a single file was copied")
			}
			if len(files) > 1 && cap(got.Regions) != len(got.Regions) {
				t.Errorf("%d regions take the memory of %d", len(got.Regions), cap(got.Regions))
			}
			for i, s := range tt.in {
				if format(files[i].Regions) != s {
					t.Errorf("%s was written to: %s", files[i].Name, format(files[i].Regions))
				}
			}
		})
	}
}

func TestMergeUnit(t *testing.T) {
	t.Parallel()
	for _, a := range []coverage.Unit{coverage.Statements, coverage.Lines} {
		for _, b := range []coverage.Unit{coverage.Statements, coverage.Lines} {
			want := coverage.Statements
			if a == coverage.Lines && b == coverage.Lines {
				want = coverage.Lines
			}
			if got := coverage.Merge(&coverage.File{Unit: a}, &coverage.File{Unit: b}); got.Unit != want {
				t.Errorf("%v and %v: %v", a, b, got.Unit)
			}
		}
	}
}

// TestMergeSilent holds that a file in which there is nothing to cover has no say in what is counted and told,
// in whatever order and grouping.
func TestMergeSilent(t *testing.T) {
	t.Parallel()
	point := coverage.Point{Line: 1, Col: 1}
	region := []coverage.Region{{Start: point, End: coverage.Point{Line: 2}, Statements: 1}}
	none := []coverage.Region{{Start: point, End: coverage.Point{Line: 2}}}
	lines := []coverage.Line{{Number: 1}, {Number: 2, Count: 1}}
	empty := []*coverage.File{
		{Unit: coverage.Statements},
		{Unit: coverage.Lines},
		{Unit: coverage.Statements, Regions: none},
		{Unit: coverage.Statements, Regions: []coverage.Region{}, Lines: []coverage.Line{}, Branches: []coverage.Branch{}, Funcs: []coverage.Func{}},
		{Unit: coverage.Lines, Lines: []coverage.Line{}, Branches: []coverage.Branch{}, Funcs: []coverage.Func{}},
	}
	for _, f := range []*coverage.File{
		{Unit: coverage.Statements, Regions: region},
		{Unit: coverage.Statements, Regions: region, Lines: lines, Branches: []coverage.Branch{}, Funcs: []coverage.Func{}},
		{Unit: coverage.Statements, Regions: region, Branches: []coverage.Branch{{Line: 1}}, Funcs: []coverage.Func{{Name: "f", Counted: true, Span: coverage.Span{Start: point}}}},
		{Unit: coverage.Lines, Lines: lines},
		{Unit: coverage.Lines, Lines: lines, Branches: []coverage.Branch{}, Funcs: []coverage.Func{}},
		{Unit: coverage.Lines, Lines: lines, Branches: []coverage.Branch{{Line: 1}}, Funcs: []coverage.Func{{Name: "f", Counted: true, Span: coverage.Span{Start: point}}}},
	} {
		if !f.Measured() || f.Silent() {
			t.Errorf("%+v is taken for silent", f)
		}
		says := func(g *coverage.File) string {
			lines, known := g.LineTotal()
			branches, measured := g.BranchTotal()
			return fmt.Sprint(g.Unit, g.Total(), lines, known, branches, measured, g.Funcs != nil, len(g.Funcs), g.Measured(), g.Silent())
		}
		for i, e := range empty {
			if e.Measured() || !e.Silent() {
				t.Errorf("%+v is not taken for silent", e)
			}
			for _, other := range empty {
				for how, got := range map[string]*coverage.File{
					"behind":         coverage.Merge(f, e, other),
					"in front":       coverage.Merge(e, other, f),
					"around":         coverage.Merge(e, f, other),
					"by themselves":  coverage.Merge(coverage.Merge(e, other), f),
					"one by one":     coverage.Merge(coverage.Merge(e, f), other),
					"with two of it": coverage.Merge(f, coverage.Merge(e, f)),
				} {
					want := says(f)
					if how == "with two of it" {
						want = says(coverage.Merge(f, f))
					}
					if says(got) != want {
						t.Errorf("%d %s: %s, want %s", i, how, says(got), want)
					}
				}
			}
		}
	}
}

// TestMergeTold holds what is told where one tells that there are no functions or branches and another does
// not tell.
func TestMergeTold(t *testing.T) {
	t.Parallel()
	lines := []coverage.Line{{Number: 1}}
	untold := &coverage.File{Unit: coverage.Lines, Lines: lines}
	more := &coverage.File{Unit: coverage.Lines, Lines: []coverage.Line{{Number: 2}}}
	without := &coverage.File{Unit: coverage.Lines, Lines: lines, Branches: []coverage.Branch{}, Funcs: []coverage.Func{}}
	with := &coverage.File{Unit: coverage.Lines, Lines: lines, Branches: []coverage.Branch{{Line: 1}}, Funcs: []coverage.Func{{Name: "f", Span: coverage.Span{Start: coverage.Point{Line: 1}}}}}
	for _, tt := range []struct {
		files           []*coverage.File
		branches, funcs bool
	}{
		{[]*coverage.File{untold, untold}, false, false},
		{[]*coverage.File{without, without}, true, true},
		{[]*coverage.File{untold, without}, true, true}, // it knows the same lines
		{[]*coverage.File{without, untold}, true, true},
		{[]*coverage.File{more, without}, true, false}, // the source may know functions there
		{[]*coverage.File{without, more}, true, false},
		{[]*coverage.File{with, untold, without}, true, true},
		{[]*coverage.File{with, more, without}, true, true},
	} {
		got := coverage.Merge(tt.files...)
		if (got.Branches != nil) != tt.branches || (got.Funcs != nil) != tt.funcs {
			t.Errorf("%v: branches %v, functions %v", tt, got.Branches, got.Funcs)
		}
	}
}

func TestSortFiles(t *testing.T) {
	t.Parallel()
	files := []*coverage.File{{Name: "b/a.go"}, {Name: "a/z.go"}, {Name: "a.go"}}
	coverage.SortFiles(files)
	if files[0].Name != "a.go" || files[1].Name != "a/z.go" || files[2].Name != "b/a.go" {
		t.Errorf("have %s, %s, %s", files[0].Name, files[1].Name, files[2].Name)
	}
}

// checkMerge checks the laws of merging: the order of the profiles and how they are grouped never
// matter, and a profile that is merged twice covers what it covers once.
func checkMerge(t *testing.T, a, b, c []coverage.Region) {
	t.Helper()
	merge := func(parts ...[]coverage.Region) []coverage.Region {
		var files []*coverage.File
		for _, p := range parts {
			files = append(files, &coverage.File{Regions: p})
		}
		return coverage.Merge(files...).Regions
	}
	all := merge(a, b, c)
	for i := 1; i < len(all); i++ {
		if all[i-1].Compare(all[i]) >= 0 {
			t.Fatalf("not sorted and distinct: %s", format(all))
		}
	}
	for name, got := range map[string][]coverage.Region{
		"c, b, a":   merge(c, b, a),
		"b, a, c":   merge(b, a, c),
		"(a, b), c": merge(merge(a, b), c),
		"a, (b, c)": merge(a, merge(b, c)),
	} {
		if !slices.Equal(got, all) {
			t.Errorf("%s: %s\na, b, c: %s", name, format(got), format(all))
		}
	}
	again := merge(all, all, a)
	once, twice := (&coverage.File{Regions: all}).Total(), (&coverage.File{Regions: again}).Total()
	if len(again) != len(all) || once != twice {
		t.Errorf("merged again: %v, once: %v", twice, once)
	}
	for i, r := range again {
		if (r.Count > 0) != (all[i].Count > 0) || r.Compare(all[i]) != 0 {
			t.Errorf("merged again: %v, once: %v", r, all[i])
		}
	}
	for _, part := range [][]coverage.Region{a, b, c} {
		for _, r := range part {
			i, ok := slices.BinarySearchFunc(all, r, coverage.Region.Compare)
			if !ok || all[i].Count < r.Count || all[i].Statements < r.Statements {
				t.Errorf("%v was lost in %s", r, format(all))
			}
		}
	}
}

func TestMergeLaws(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 5_000 {
		checkMerge(t, some(r, 8), some(r, 8), some(r, 8))
	}
}

// FuzzMerge makes three files of data: a region is file, start, length, statements and count.
func FuzzMerge(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 1, 2, 3, 4, 1, 1, 2, 3, 4, 2, 1, 2, 5, 255})
	f.Add(binary.LittleEndian.AppendUint64(nil, math.MaxUint64))
	f.Fuzz(func(t *testing.T, data []byte) {
		var parts [3][]coverage.Region
		for ; len(data) >= 5; data = data[5:] {
			p := coverage.Point{Line: uint32(data[1] / 8), Col: uint32(data[1] % 8)}
			count := uint64(data[4])
			if count > 127 {
				count = math.MaxUint64 - count
			}
			i := data[0] % 3
			parts[i] = append(parts[i], coverage.Region{
				Start: p, End: coverage.Point{Line: p.Line + uint32(data[2]/8), Col: p.Col + uint32(data[2]%8)},
				Statements: uint32(data[3]), Count: count,
			})
		}
		for i := range parts {
			slices.SortFunc(parts[i], coverage.Region.Compare)
			parts[i] = slices.CompactFunc(parts[i], func(a, b coverage.Region) bool { return a.Compare(b) == 0 })
		}
		checkMerge(t, parts[0], parts[1], parts[2])
	})
}

// TestMergeMixed: a profile of lines shows that a statement ran which a profile of statements missed.
func TestMergeMixed(t *testing.T) {
	t.Parallel()
	at := func(line, col uint32) coverage.Point { return coverage.Point{Line: line, Col: col} }
	region := func(a, b coverage.Point) coverage.Region {
		return coverage.Region{Start: a, End: b, Statements: 1}
	}
	// Blocks of Go: a function, an if in it, on one line an if, and what follows.
	blocks := []coverage.Region{
		region(at(1, 10), at(2, 8)), region(at(2, 8), at(4, 3)), region(at(5, 2), at(5, 8)), region(at(5, 8), at(5, 20)), region(at(6, 2), at(6, 9)),
	}
	for _, tt := range []struct {
		rule    string
		regions []coverage.Region
		lines   string // that ran, of all
		want    string // how often the regions ran
	}{
		{"no line ran", blocks, "", "[0 0 0 0 0]"},
		{"the function and what follows", blocks, "1 2 5 6", "[1 0 1 0 1]"},
		{"a block has the lines behind its head", blocks, "3", "[0 1 0 0 0]"},
		{"the head of a block is of the block before", blocks, "1 2", "[1 0 0 0 0]"},
		{"statements that hold others", []coverage.Region{region(at(2, 1), at(4, 2)), region(at(3, 3), at(3, 9))}, "2", "[1 0]"},
		{"a region without a line", []coverage.Region{region(at(7, 1), at(9, 1))}, "1", "[0]"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			lines := &coverage.File{Unit: coverage.Lines}
			for n := uint32(1); n <= 6; n++ {
				l := coverage.Line{Number: n}
				if strings.Contains(tt.lines, fmt.Sprint(n)) {
					l.Count = 1
				}
				lines.Lines = append(lines.Lines, l)
			}
			for _, files := range [][]*coverage.File{{{Regions: tt.regions}, lines}, {lines, {Regions: tt.regions}}} {
				var got []uint64
				for _, r := range coverage.Merge(files...).Regions {
					got = append(got, r.Count)
				}
				if fmt.Sprint(got) != tt.want {
					t.Errorf("have %v, want %s", got, tt.want)
				}
			}
		})
	}
}
