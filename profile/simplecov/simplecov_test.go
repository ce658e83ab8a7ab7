package simplecov_test

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/scan"
	"github.com/covls/covls/profile/simplecov"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

func read(t *testing.T, data []byte) *coverage.Report {
	t.Helper()
	if !simplecov.Sniff(data[:min(len(data), 4<<10)]) {
		t.Error("Sniff says no")
	}
	r, err := simplecov.Read(bytes.NewReader(data), scan.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLines(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		want       []coverage.Line
	}{
		{"one command", `{"a":{"coverage":{"x.rb":[null,0,3]},"timestamp":1}}`, []coverage.Line{{Number: 2}, {Number: 3, Count: 3}}},
		{"empty", `{"a":{"coverage":{"x.rb":{"lines":[]}}}}`, nil},
		{"only branches", `{"a":{"coverage":{"x.rb":{"lines":null,"branches":{}}}}}`, nil},
		{
			"merge", `{"a":{"timestamp":1,"coverage":{"x.rb":[null,null,0,0,2,null]}},"b":{"coverage":{"x.rb":{"lines":[null,0,0,1,null,null]}}}}`,
			[]coverage.Line{{Number: 3}, {Number: 4, Count: 1}, {Number: 5, Count: 2}},
		},
		{"merge of three", `{"a":{"coverage":{"x.rb":[0,0]}},"b":{"coverage":{"x.rb":[0,null]}},"c":{"coverage":{"x.rb":[0,0]}}}`, []coverage.Line{{Number: 1}}},
		{"other length", `{"a":{"coverage":{"x.rb":[0,0]}},"b":{"coverage":{"x.rb":[0,1,0,1]}},"c":{"coverage":{"x.rb":[0]}}}`, []coverage.Line{{Number: 1}, {Number: 2, Count: 1}, {Number: 4, Count: 1}}},
		{"a command twice", `{"a":{"coverage":{"x.rb":[1]}},"a":{"coverage":{"x.rb":[2]}}}`, []coverage.Line{{Number: 1, Count: 3}}},
		{"huge count", `{"a":{"coverage":{"x.rb":[99999999999999999999999]}}}`, []coverage.Line{{Number: 1, Count: math.MaxUint64}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := read(t, []byte(test.text))
			if got := r.Files[0].Lines; !slices.Equal(got, test.want) {
				t.Errorf("have %v, want %v", got, test.want)
			}
		})
	}
}

func TestBranches(t *testing.T) {
	t.Parallel()
	// The second command has other numbers for the same branches, and an order of its own.
	r := read(t, []byte(`{"a":{"coverage":{"x.rb":{"lines":[1],"branches":{
		"[:if, 0, 3, 4, 3, 25]":{"[:then, 1, 3, 12, 3, 16]":1,"[:else, 2, 3, 19, 3, 25]":0},
		"[:\"&.\", 3, 3, 30, 3, 40]":{"[:then, 4, 3, 30, 3, 40]":0,"[:else, 5, 3, 30, 3, 40]":0}}}}},
		"b":{"coverage":{"x.rb":{"lines":[1],"branches":{
		"[:\"&.\", 0, 3, 30, 3, 40]":{"[:then, 1, 3, 30, 3, 40]":2,"[:else, 2, 3, 30, 3, 40]":0},
		"[:if, 3, 3, 4, 3, 25]":{"[:then, 4, 3, 12, 3, 16]":5,"[:else, 5, 3, 19, 3, 25]":0}}}}}}`))
	want := []coverage.Branch{
		{Line: 3, Block: 0, Way: 0, Count: 6},
		{Line: 3, Block: 0, Way: 1},
		{Line: 3, Block: 1, Way: 0},
		{Line: 3, Block: 1, Way: 1, Count: 2},
	}
	if got := r.Files[0].Branches; !slices.Equal(got, want) {
		t.Errorf("have %v, want %v", got, want)
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	r := read(t, []byte(`{"a":{"coverage":{"x.rb":{"lines":[1],"methods":{"[\"A\", :run, 2, 2, 4, 5]":0,"[\"A::B\", :[], 6, 2, 8, 5]":1}}}},
		"b":{"coverage":{"x.rb":{"lines":[1],"methods":{"[\"A\", :run, 2, 2, 4, 5]":3}},"y.rb":{"lines":[1],"methods":{}}}}}`))
	span := func(start, end uint32) coverage.Span {
		return coverage.Span{Start: coverage.Point{Line: start, Col: 3}, End: coverage.Point{Line: end, Col: 6}}
	}
	want := []coverage.Func{
		{Name: "run", Receiver: "A", Counted: true, Count: 3, Span: span(2, 4)},
		{Name: "[]", Receiver: "A::B", Counted: true, Count: 1, Span: span(6, 8)},
	}
	if got := r.Files[0].Funcs; !slices.Equal(got, want) {
		t.Errorf("have %+v, want %+v", got, want)
	}
	if got := r.Files[1].Funcs; got == nil || len(got) > 0 {
		t.Errorf("y.rb: have %v, want none, but not nil", got)
	}
}

// TestOneshot: lines that ran count where another command tells that they are lines.
func TestOneshot(t *testing.T) {
	t.Parallel()
	r := read(t, []byte(`{"a":{"coverage":{"x.rb":{"oneshot_lines":[1,3,9]}}},"b":{"coverage":{"x.rb":{"lines":[1,null,0,0]}}},
		"c":{"coverage":{"y.rb":{"oneshot_lines":[1],"methods":{"[A, :f, 1, 0, 1, 9]":1}}}}}`))
	const want = "x.rb of 4 lines [{1 2} {3 1} {4 0}] nobranches nofuncs; y.rb [] nobranches A.f@{{1 1} {1 10}}=1; " +
		"line 0: oneshot_lines tell which lines ran and not which did not: measure lines instead (enable_coverage :line); the lines of such files are not counted"
	if got := profiletest.Details(r); got != want {
		t.Errorf("have %s\nwant %s", got, want)
	}
}

// TestReport reads coverage.json.
func TestReport(t *testing.T) {
	t.Parallel()
	r := read(t, []byte(`{"meta":{"simplecov_version":"1.0.0","root":"/srv/app","branch_coverage":true},"total":{"lines":{"covered":1}},
		"coverage":{"/lib/a.rb":{"lines":[1,null,0,"ignored"],"covered_lines":1,"source":["one\n","two"],
			"branches":[{"type":"then","start_line":3,"end_line":3,"coverage":0,"inline":true},{"type":"else","start_line":3,"end_line":3,"coverage":2,"inline":true},{"type":"else","start_line":4,"end_line":4,"coverage":"ignored"}],
			"methods":[{"name":"A::B#f","start_line":1,"end_line":3,"coverage":0},{"name":"A.g","start_line":3,"end_line":3,"coverage":2},{"name":"A#h","start_line":4,"end_line":4,"coverage":"ignored"}]},
		"/srv/app/lib/b.rb":{"lines":[null,2]}},"groups":{"x":{"lines":{}}}}`))
	const want = "/srv/app/lib/b.rb of 2 lines [{2 2}] nobranches nofuncs; " +
		"lib/a.rb of 4 lines [{1 %s} {2 %s}] [{1 1} {3 0}] [{0 3 0 0} {0 3 1 2}] A::B#f@{{1 1} {3 0}}=0 A.g@{{3 1} {3 0}}=2"
	sum := func(line string) string { return fmt.Sprintf("%x", coverage.SumOf(line)) }
	if got, want := profiletest.Details(r), fmt.Sprintf(want, sum("one"), sum("two")); got != want {
		t.Errorf("have %s\nwant %s", got, want)
	}
	if !slices.Equal(r.Roots, []string{"/srv/app"}) || r.Files[0].Format == "" {
		t.Errorf("have the roots %q and the format %q", r.Roots, r.Files[0].Format)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                               "cut",
		`[]`:                             "want an object",
		`{"a":1}`:                        "want a result",
		`{"a":{}}`:                       "want the member coverage",
		`{"a":{"coverage":{"x":1}}}`:     "want an array of counts or an object",
		`{"a":{"coverage":{"x":["1"]}}}`: "/a/coverage/x/0",
		`{"a":{"coverage":{"x":[-1]}}}`:  "want a count",
		`{"a":{"coverage":{"x":[1.5]}}}`: "want a count",
		`{"a":{"coverage":{"x":{"branches":{"[:if, 3]":{}}}}}}`:                                   "want a branch",
		`{"a":{"coverage":{"x":{"methods":{"[1, 2, 3, 4]":1}}}}}`:                                 "want a method",
		`{"a":{"coverage":{"x":[1]}}}}`:                                                           "invalid character",
		`{"a":{"coverage":{"x":[1]}},"b":{"coverage":{"x":[1`:                                     "cut",
		`{"a":{"coverage":{"x":[1],"y":[1],"z":[1]}}}`:                                            "more than 2 files",
		`{"a":{"coverage":{"x":{"oneshot_lines":[1]},"y":{}}}}`:                                   "which did not",
		`{"meta":{"simplecov_version":"1"}}`:                                                      "want the member coverage",
		`{"meta":{"simplecov_version":"1"},"coverage":{"x":1}}`:                                   "want an object with lines",
		`{"meta":{"simplecov_version":"1"},"coverage":{"x":{"lines":[1.5]}}}`:                     "want a count",
		`{"meta":{"simplecov_version":"1"},"coverage":{"x":{"branches":[{"coverage":1}]}}}`:       "want start_line",
		`{"meta":{"simplecov_version":"1"},"coverage":{"x":{},"y":{},"z":{}}}`:                    "more than 2 files",
		`{"meta":{"simplecov_version":"1"},"coverage":{"x":{"methods":[{"name":"A#f","start_line`: "cut",
	} {
		_, err := simplecov.Read(strings.NewReader(text), scan.Limits{Files: 2})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: have the error %v, want %q", text, err, want)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	r, err := simplecov.Read(strings.NewReader(`{"a":{"coverage":{"x":[1,1,1,1]}}}`), scan.Limits{Line: 2})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Total(coverage.Lines).Total; got != 2 || len(r.Warnings) != 1 {
		t.Errorf("have %d lines and the warnings %v, want 2 and one", got, r.Warnings)
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]bool{
		`{"RSpec":{"coverage":{},"timestamp":1}}`:                                                         true,
		`{"RSpec": {"coverage": {"/a.rb": {"lines": [null, nu`:                                            true,
		`{"RSpec": {"timestamp": 1, "coverage": {"/a.rb": [`:                                              true,
		`{"meta": {"simplecov_version": "0.22.0"}, "coverage": {}}`:                                       true,
		`{"$schema": "x", "meta": {"root": "/a", "simplecov_version": "1.0.0", "branch_coverage": true, `: true,
		`{"meta": {"coverage": {"/a.rb": [`:                                                               true,
		`{"meta": {"version": "1"}, "coverage": {}}`:                                                      false,
		`{"/a.js": {"path": "/a.js", "statementMap": {}}}`:                                                false,
		`{"meta": {"version": "7.6", "branch_coverage": true}`:                                            false,
		`{"data": [], "type": "llvm.coverage.json.export"}`:                                               false,
		`{}`:  false,
		`[]`:  false,
		`TN:`: false,
		``:    false,
	} {
		if simplecov.Sniff([]byte(head)) != want {
			t.Errorf("%s: want %v", head, want)
		}
	}
}

// TestGolden reads what the tools themselves have written.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, simplecov.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) {
	profiletest.Fuzz(f, simplecov.Sniff, simplecov.Read, []string{
		`{"meta":{"simplecov_version":"1","root":"/a"},"coverage":{"/x.rb":{"lines":[1,null,"ignored"],"source":["a"],"branches":[{"start_line":1,"coverage":1}],"methods":[{"name":"A#f","start_line":1,"end_line":3,"coverage":0}]}}}`,
		`{"a":{"coverage":{"x.rb":{"oneshot_lines":[1]}}},"b":{"coverage":{"x.rb":[0,1]}}}`,
		`{"a":{"coverage":{"x.rb":{"lines":[null,0,1],"branches":{"[:if, 0, 3, 4, 3, 25]":{"[:then, 1, 3, 12, 3, 16]":1}},"methods":{"[A, :run, 2, 2, 4, 5]":0}}}},"b":{"coverage":{"x.rb":[1]},"timestamp":1}}`,
	})
}
