package diag_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// TestJumps holds where a jump goes from each place of a text.
func TestJumps(t *testing.T) {
	t.Parallel()
	d := diag.Closed("a.go", strings.Repeat("\n", 50)) // each offset is a line of its own
	gaps := []diag.Gap{
		{Gap: gap.Gap{Missed: 1}, At: diag.Span{Start: 2, End: 5}},
		{Gap: gap.Gap{Missed: 2}, At: diag.Span{Start: 10, End: 30}},
		{Gap: gap.Gap{Missed: 3}, At: diag.Span{Start: 15, End: 20}},
		{Gap: gap.Gap{Missed: 4}, At: diag.Span{Start: 40, End: 40}},
	}
	for _, tt := range []struct{ offset, next, previous, at int }{
		{0, 1, 4, 0},
		{2, 2, 4, 1},
		{3, 2, 4, 1},
		{5, 2, 1, 1},
		{6, 2, 1, 0},
		{10, 3, 1, 2},
		{12, 3, 1, 2},
		{15, 4, 1, 3},
		{20, 4, 3, 3},
		{21, 4, 3, 2},
		{30, 4, 3, 2},
		{31, 4, 3, 0},
		{40, 1, 3, 4},
		{41, 1, 4, 0},
	} {
		next, _ := diag.Next(gaps, tt.offset)
		previous, _ := diag.Previous(gaps, tt.offset)
		at, ok := diag.GapAt(gaps, d, tt.offset)
		if next.Missed != tt.next || previous.Missed != tt.previous || at.Missed != tt.at || ok != (tt.at > 0) {
			t.Errorf("at %d: next %d, previous %d, around %d; want %+v", tt.offset, next.Missed, previous.Missed, at.Missed, tt)
		}
	}
	around := func(gaps []diag.Gap, offset int) (diag.Gap, bool) { return diag.GapAt(gaps, d, offset) }
	for name, jump := range map[string]func([]diag.Gap, int) (diag.Gap, bool){"Next": diag.Next, "Previous": diag.Previous, "GapAt": around} {
		if g, ok := jump(nil, 3); ok {
			t.Errorf("%s finds %+v in nothing", name, g)
		}
	}
}

// TestGapAtLine: the gap at hand is also one that begins elsewhere on the line.
func TestGapAtLine(t *testing.T) {
	t.Parallel()
	d := diag.Closed("a.go", "func a() {}\nfunc b() {}\n")
	gaps := []diag.Gap{{At: diag.Span{Start: 5, End: 6}, Gap: gap.Gap{Missed: 1}}, {At: diag.Span{Start: 17, End: 18}, Gap: gap.Gap{Missed: 2}}}
	for offset, want := range map[int]int{0: 1, 5: 1, 11: 1, 12: 2, 18: 2, 24: 0} {
		if g, _ := diag.GapAt(gaps, d, offset); g.Missed != want {
			t.Errorf("at %d: %d, want %d", offset, g.Missed, want)
		}
	}
}

// TestMostUrgent takes the most urgent of gaps, and again of those that are left.
func TestMostUrgent(t *testing.T) {
	t.Parallel()
	file := &workspace.File{Standing: &priority.Standing{Weight: 1}}
	var gaps []diag.Gap
	for line, missed := range []int{2, 9, 2, 5} {
		start := coverage.Point{Line: uint32(line + 1), Col: 1}
		gaps = append(gaps, diag.Gap{Gap: gap.Gap{File: file, ID: gap.ID{Shape: gap.Stretch}, Missed: missed, Span: coverage.Span{Start: start, End: start}}})
	}
	var got []uint32
	for len(got) < 9 {
		g, ok := diag.MostUrgent(gaps)
		if !ok {
			break
		}
		got = append(got, g.Span.Start.Line)
		gaps = slices.DeleteFunc(gaps, func(h diag.Gap) bool { return h.Span == g.Span })
	}
	if want := []uint32{2, 4, 1, 3}; !slices.Equal(got, want) {
		t.Errorf("lines %v, want %v", got, want)
	}
}

// TestMoves edits a text whose functions no test reaches, and holds which of them have a mark, where, and whether it
// is stale: "A 3" is fresh at the name in line 3, "A 3 stale" is stale there, "C 3 new" is of a function that the text
// before does not have. The gaps are those of the marks but the new ones.
func TestMoves(t *testing.T) {
	t.Parallel()
	const code = "package p\n\nfunc A() {\n\tone()\n}\n\nfunc B() {\n\ttwo()\n}\n"
	for _, tt := range []struct{ name, before, after, want string }{
		{"nothing", "", "", "A 3, B 7"},
		{"a line above", "package p\n", "package p\n\n// More.\n", "A 5, B 9"},
		{"the other way round", code, "package p\n\nfunc B() {\n\ttwo()\n}\n\nfunc A() {\n\tone()\n}\n", "B 3, A 7"},
		{"a body", "one()", "three()", "A 3 stale, B 7"},
		{"a name", "func A", "func C", "A 3 stale, B 7"},
		{"a name and all of the body", "func A() {\n\tone()", "func C() {\n\tthree()", "C 3 new, B 7"},
		{"deleted", "func A() {\n\tone()\n}\n\n", "", "B 3"},
		{"a copy", "func B", "func A() {\n\tone()\n}\n\nfunc B", "A 3, B 11"},
		{"a line that went into another", "}\n\nfunc B() {\n\ttwo()", "\ttwo()", "A 3 stale"},
		{"a line that is left above another", "func A() {\n\tone()\n}", "var s = `\n\tone()\n`\n\nfunc C() {\n\tthree()\n}", "C 7 new, B 11"},
		{"the first went into the second", "func A() {\n\tone()\n}\n\nfunc B() {", "func B() {\n\tone()", "B 3 stale"},
		{"a broken line in one", "one()", "one(", "A 3 stale, B 7"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir, path := folder(t, code)
			snap := load(t, dir)
			d := open(t, path)
			after := strings.Replace(code, tt.before, tt.after, 1)
			d = d.WithText(2, text.New(after))
			var marks, gaps []string
			for _, m := range diag.Marks(snap.FileOf(d), d) {
				mark := at(d, m.Name, m.NameNow.Start, m.Stale)
				if m.Why == workspace.New {
					mark += " new"
				}
				marks = append(marks, mark)
			}
			slices.SortFunc(marks, byLine)
			known := slices.DeleteFunc(slices.Clone(marks), func(m string) bool { return strings.HasSuffix(m, " new") })
			for _, g := range diag.Gaps(snap, d) {
				gaps = append(gaps, at(d, g.Func, g.At.Start, slices.Contains(marks, at(d, g.Func, g.At.Start, true))))
			}
			if got := strings.Join(marks, ", "); got != tt.want || !slices.Equal(gaps, known) {
				t.Errorf("marks %s, gaps %s, want %s in\n%s", got, strings.Join(gaps, ", "), tt.want, after)
			}
		})
	}
}

func at(d *workspace.Document, name string, offset int, stale bool) string {
	line, _ := d.Text.LineCol(offset)
	s := fmt.Sprintf("%s %d", name, line)
	if stale {
		s += " stale"
	}
	return s
}

func byLine(a, b string) int {
	var n [2]int
	for i, s := range []string{a, b} {
		fmt.Sscanf(s[strings.IndexByte(s, ' ')+1:], "%d", &n[i])
	}
	return n[0] - n[1]
}

// TestSameText holds that functions of the same text keep their order, each with a mark of its own.
func TestSameText(t *testing.T) {
	t.Parallel()
	const code = "package p\n\nfunc init() {\n\tone()\n}\n\nfunc init() {\n\tone()\n}\n\nfunc init() {\n\ttwo()\n}\n"
	dir, path := folder(t, code)
	snap := load(t, dir)
	d := open(t, path)
	for name, tt := range map[string]struct{ before, after, want string }{
		"same":    {"", "", "init#0 3, init#1 7, init#2 11"},
		"changed": {"two()", "three()", "init#0 3, init#1 7, init#2 11 stale"},
		"first":   {"one()", "three()", "init#1 3 stale, init#0 7, init#2 11"},
		"two":     {"one()", "three()", "init#0 3 stale, init#1 7 stale, init#2 11"},
	} {
		after := strings.ReplaceAll(code, tt.before, tt.after)
		if name == "first" {
			after = strings.Replace(code, tt.before, tt.after, 1)
		}
		if name == "same" {
			after = code
		}
		d := d.WithText(2, text.New(after))
		var got []string
		for _, m := range diag.Marks(snap.FileOf(d), d) {
			got = append(got, at(d, fmt.Sprintf("%s#%d", m.Name, m.Ordinal), m.NameNow.Start, m.Stale))
		}
		slices.SortFunc(got, byLine)
		if got := strings.Join(got, ", "); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}

// TestStretches holds where a stretch stands that never ran, and that nobody knows it in a function whose text is another.
func TestStretches(t *testing.T) {
	t.Parallel()
	const code = "package p\n\nfunc F(n int) {\n\tif n > 1 {\n\t\tone()\n\t}\n\ttwo()\n}\n"
	const profile = "mode: set\nexample.com/p/p.go:3.15,4.11 1 1\nexample.com/p/p.go:4.11,6.3 1 0\nexample.com/p/p.go:7.2,7.7 1 1\n"
	for name, tt := range map[string]struct{ after, want string }{
		"where it was": {code, "one()"},
		"moved":        {strings.Replace(code, "func", "// F does.\nfunc", 1), "one()"},
		"stale":        {strings.Replace(code, "two()", "three()", 1), ""},
	} {
		dir, path := folder(t, code)
		if err := os.WriteFile(filepath.Join(dir, "cover.out"), []byte(profile), 0o644); err != nil {
			t.Fatal(err)
		}
		snap := load(t, dir)
		d := open(t, path).WithText(2, text.New(tt.after))
		var got []string
		for _, g := range diag.Gaps(snap, d) {
			got = append(got, strings.Trim(tt.after[g.At.Start:g.At.End], "{} \n\t"))
		}
		if got := strings.Join(got, ", "); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

// TestStaleHidden holds that gaps of functions whose text is another are shown unless the settings hide them.
func TestStaleHidden(t *testing.T) {
	t.Parallel()
	const code = "package p\n\nfunc A() {\n\tone()\n}\n\nfunc B() {\n\ttwo()\n}\n"
	for stale, want := range map[config.Stale]int{config.StaleDim: 2, config.StaleHide: 1} {
		dir, path := folder(t, code)
		snap := load(t, dir)
		d := open(t, path).WithText(2, text.New(strings.Replace(code, "one", "three", 1)))
		snap.FileOf(d).Folder.Settings.Stale = stale
		if got := len(diag.Gaps(snap, d)); got != want {
			t.Errorf("%s: %d gaps, want %d", stale, got, want)
		}
	}
}
