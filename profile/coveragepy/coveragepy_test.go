package coveragepy_test

import (
	"flag"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/coveragepy"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

func lines(f *coverage.File) (ran, missed []uint32) {
	for _, l := range f.Lines {
		if l.Count > 0 {
			ran = append(ran, l.Number)
		} else {
			missed = append(missed, l.Number)
		}
	}
	return ran, missed
}

func TestLines(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, file  string
		ran, missed []uint32
	}{
		{"plain", `"executed_lines":[1,2],"missing_lines":[4],"excluded_lines":[]`, []uint32{1, 2}, []uint32{4}},
		{"no lines", `"executed_lines":[],"missing_lines":[],"excluded_lines":[]`, nil, nil},
		{"excluded", `"executed_lines":[1,2,5],"summary":{"covered_lines":2},"missing_lines":[],"excluded_lines":[5,6]`, []uint32{1, 2}, nil},
		{"docstring of the module", `"executed_lines":[1,3,4],"summary":{"covered_lines":2},"missing_lines":[5]`, []uint32{3, 4}, []uint32{5}},
		{"docstring of a class", `"executed_lines":[3,6,7,10],"summary":{"covered_lines":3},"missing_lines":[1]`, []uint32{3, 6, 10}, []uint32{1}},
		{"not a function's lines", `"executed_lines":[2,6,7,10,13,14],"summary":{"covered_lines":4},"missing_lines":[1],"functions":{"f":{"executed_lines":[7],"summary":{"covered_lines":1},"missing_lines":[]}}`, []uint32{6, 7, 10, 13}, []uint32{1}},
		{"the summary has more", `"executed_lines":[1],"summary":{"covered_lines":9},"missing_lines":[]`, []uint32{1}, nil},
		{"the summary has none", `"executed_lines":[1],"summary":{"covered_lines":0},"missing_lines":[2]`, nil, []uint32{2}},
		{"line 0", `"executed_lines":[0,1],"missing_lines":[]`, []uint32{1}, nil},
		{"beyond the limit", `"executed_lines":[1,1001],"missing_lines":[]`, []uint32{1}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, err := coveragepy.Read(strings.NewReader(`{"files":{"a.py":{`+test.file+`}}}`), scan.Limits{Line: 1000})
			if err != nil {
				t.Fatal(err)
			}
			ran, missed := lines(r.Files[0])
			if !slices.Equal(ran, test.ran) || !slices.Equal(missed, test.missed) {
				t.Errorf("have %v and %v, want %v and %v", ran, missed, test.ran, test.missed)
			}
		})
	}
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	const text = `{"meta": {"format": 3, "version": "7.13.1", "branch_coverage": true}, "files": {"b.py": {
		"executed_lines": [1, 2, 3], "summary": {"covered_lines": 3}, "missing_lines": [6, 9], "excluded_lines": [],
		"executed_branches": [[2, 3]], "missing_branches": [[2, -1]],
		"functions": {
			"C.g": {"executed_lines": [], "summary": {"covered_lines": 0}, "missing_lines": [9], "excluded_lines": []},
			"f": {"executed_lines": [2, 3], "summary": {"covered_lines": 2}, "missing_lines": [6], "excluded_lines": [], "start_line": 1},
			"stub": {"executed_lines": [], "summary": {"covered_lines": 0}, "missing_lines": [], "excluded_lines": [], "start_line": 20},
			"": {"executed_lines": [1], "summary": {"covered_lines": 1}, "missing_lines": [], "excluded_lines": []}
		}, "classes": {}}}}`
	if !coveragepy.Sniff([]byte(text)) {
		t.Error("Sniff says no")
	}
	r, err := coveragepy.Read(strings.NewReader(text), scan.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	f := r.Files[0]
	span := func(start, end uint32) coverage.Span {
		return coverage.Span{Start: coverage.Point{Line: start}, End: coverage.Point{Line: end}}
	}
	want := []coverage.Func{
		{Name: "f", Counted: true, Count: 1, Span: span(1, 6)},
		{Name: "C.g", Counted: true, Span: span(9, 9)},
	}
	if !slices.Equal(f.Funcs, want) {
		t.Errorf("have %+v, want %+v", f.Funcs, want)
	}
	if b, _ := f.BranchTotal(); b != (coverage.Tally{Covered: 1, Total: 2}) {
		t.Errorf("have the branches %v", f.Branches)
	}
}

func TestBranches(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, file string
		want       coverage.Tally
	}{
		{"to itself", `"executed_branches":[[2,2],[2,2],[2,3]],"missing_branches":[[2,4]]`, coverage.Tally{Covered: 1, Total: 2}},
		{"comprehension", `"summary":{"covered_branches":2},"executed_branches":[[2,-2],[2,-1],[2,3]],"missing_branches":[]`, coverage.Tally{Covered: 2, Total: 2}},
		{"three ways", `"summary":{"covered_branches":3},"executed_branches":[[2,-2],[2,-1],[2,3]],"missing_branches":[]`, coverage.Tally{Covered: 3, Total: 3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, err := coveragepy.Read(strings.NewReader(`{"files":{"a.py":{"executed_lines":[],"missing_lines":[],`+test.file+`}}}`), scan.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if b, ok := r.Files[0].BranchTotal(); !ok || b != test.want {
				t.Errorf("have %v, want %v", r.Files[0].Branches, test.want)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                                      "cut",
		`{}`:                                    "want the member files",
		`[]`:                                    "want an object",
		`{"files":[]}`:                          "want an object of files",
		`{"files":{}} 1`:                        "want the end of the file",
		`{"files":{"a":{"executed_lines":[]}}}`: "missing_lines",
		`{"files":{"a":{"executed_lines":[1.5],"missing_lines":[]}}}`:                                                                                        "want a whole number",
		`{"files":{"a":{"executed_lines":["1"],"missing_lines":[]}}}`:                                                                                        "/files/a/executed_lines/0",
		`{"files":{"a":{"executed_lines":[],"missing_lines":[],"executed_branches":[[1]]}}}`:                                                                 "want a branch",
		`{"files":{"a":{"executed_lines":[],"missing_lines":[]},"b":{"executed_lines":[],"missing_`:                                                          "cut",
		`{"files":{"a":{"executed_lines":[],"missing_lines":[]},"b":{"executed_lines":[],"missing_lines":[]},"c":{"executed_lines":[],"missing_lines":[]}}}`: "more than 2 files",
	} {
		_, err := coveragepy.Read(strings.NewReader(text), scan.Limits{Files: 2})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: have the error %v, want %q", text, err, want)
		}
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]bool{
		`{"meta": {"version": "5.0", "branch_coverage": fal`:          true,
		`{"meta":{"software":"slipcover","branch_coverage":true}}`:    true,
		`{"files": {"a.py": {"executed_lines": [`:                     true,
		`{"files": [{"executed_lines": []}]}`:                         false,
		`{"meta": {"simplecov_version": "0.22.0"}, "coverage": {}}`:   false,
		`{"unit tests": {"coverage": {"a.rb": [1]}, "timestamp": 1}}`: false,
		`{"gcovr/format_version": "0.5", "files": []}`:                false,
		`{}`:        false,
		`mode: set`: false,
		``:          false,
	} {
		if coveragepy.Sniff([]byte(head)) != want {
			t.Errorf("%s: want %v", head, want)
		}
	}
}

// TestGolden reads what the tools themselves have written.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, coveragepy.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) {
	profiletest.Fuzz(f, coveragepy.Sniff, coveragepy.Read, []string{
		`{"meta":{"branch_coverage":true},"files":{"a.py":{"executed_lines":[1,2,3],"summary":{"covered_lines":2,"covered_branches":1},"missing_lines":[5],"excluded_lines":[9],"executed_branches":[[2,3],[2,-2],[2,-1]],"missing_branches":[[5,6]],"functions":{"f":{"executed_lines":[2],"missing_lines":[3],"start_line":1}}}}}`,
	})
}
