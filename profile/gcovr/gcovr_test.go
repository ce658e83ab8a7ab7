package gcovr_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/gcovr"
	"github.com/covls/covls/profile/scan"
)

func corpus(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(cmp.Or(os.Getenv("COVLS_SHARED"), "../../../shared"), "corpus")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the corpus of real profiles is not there")
	}
	return dir
}

// figures are covered and total of lines, functions and branches.
type figures struct{ Lines, Functions, Branches coverage.Tally }

func figuresOf(files ...*coverage.File) (f figures) {
	for _, file := range files {
		f.Lines = f.Lines.Plus(file.Total())
		branches, _ := file.BranchTotal()
		f.Branches = f.Branches.Plus(branches)
		for _, fn := range file.Funcs {
			f.Functions.Total++
			if !fn.Uncovered() {
				f.Functions.Covered++
			}
		}
	}
	return f
}

type expected struct {
	figures
	Files []struct {
		Path             string
		LinesCovered     int `json:"lines_covered"`
		LinesTotal       int `json:"lines_total"`
		FunctionsCovered int `json:"functions_covered"`
		FunctionsTotal   int `json:"functions_total"`
		BranchesCovered  int `json:"branches_covered"`
		BranchesTotal    int `json:"branches_total"`
	}
	Uncovered []struct {
		File string
		Line uint32
		Name string
	} `json:"uncovered_functions"`
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(corpus(t), "gcc-zlib")
	data, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var e struct{ Profiles map[string]expected }
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	if data, err = os.ReadFile(filepath.Join(dir, "gcovr.json")); err != nil {
		t.Fatal(err)
	}
	r, err := gcovr.Read(bytes.NewReader(data), scan.Limits{Line: 100_000, Files: 100})
	if err != nil {
		t.Fatal(err)
	}
	want := e.Profiles["gcovr.json"]
	if got := figuresOf(r.Files...); got != want.figures || len(r.Warnings) > 0 {
		t.Errorf("got %v, want %v; warnings %v", got, want.figures, r.Warnings)
	}
	if len(r.Files) != len(want.Files) {
		t.Fatalf("%d files, want %d", len(r.Files), len(want.Files))
	}
	var uncovered []string
	for i, w := range want.Files {
		f := r.Files[i]
		figures := figures{
			coverage.Tally{Covered: w.LinesCovered, Total: w.LinesTotal},
			coverage.Tally{Covered: w.FunctionsCovered, Total: w.FunctionsTotal},
			coverage.Tally{Covered: w.BranchesCovered, Total: w.BranchesTotal},
		}
		if got := figuresOf(f); f.Name != w.Path || got != figures {
			t.Errorf("%s: got %v, want %s: %v", f.Name, got, w.Path, figures)
		}
		for _, fn := range f.Funcs {
			if fn.Uncovered() {
				uncovered = append(uncovered, fmt.Sprintf("%s:%d %s", f.Name, fn.Span.Start.Line, fn.Name))
			}
		}
	}
	var names []string
	for _, u := range want.Uncovered {
		names = append(names, fmt.Sprintf("%s:%d %s", u.File, u.Line, u.Name))
	}
	slices.Sort(names)
	slices.Sort(uncovered)
	if !slices.Equal(names, uncovered) {
		t.Errorf("uncovered: %v, want %v", uncovered, names)
	}
	data = bytes.TrimSpace(data)
	for _, n := range []int{1, 100, 5000, len(data) / 2, len(data) - 1} {
		if _, err := gcovr.Read(bytes.NewReader(data[:n]), scan.Limits{}); err == nil || !strings.Contains(err.Error(), "cut") {
			t.Errorf("cut at %d: error %v", n, err)
		}
	}
}

func TestSniffCorpus(t *testing.T) {
	t.Parallel()
	dir := corpus(t)
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		want := filepath.ToSlash(rel) == "gcc-zlib/gcovr.json"
		if got := gcovr.Sniff(bytes.TrimPrefix(data[:min(len(data), 4096)], []byte(scan.BOM))); got != want {
			t.Errorf("%s: sniffed %v", rel, got)
		}
		return nil
	})
}

func export(files string) string {
	return `{"files":[` + files + `],"gcovr/format_version":"0.3"}`
}

// cases tell the name, lines, branches and functions of each file, or the error.
var cases = []profiletest.Case{
	{Name: "no files", Text: export(""), Want: ""},
	{Name: "the version first", Text: `{"gcovr/format_version":"0.11","files":[]}`, Want: ""},
	{Name: "lines", Text: export(`{"file":"a.c","lines":[{"line_number":2,"count":3,"branches":[]}]}`), Want: "a.c [{2 3}] [] nofuncs"},
	{Name: "no branches", Text: export(`{"file":"a.c","lines":[{"line_number":2,"count":3}],"functions":[]}`), Want: "a.c [{2 3}] nobranches"},
	{Name: "left out", Text: export(`{"file":"a.c","lines":[{"gcovr/noncode":true,"line_number":1,"count":0},{"gcovr/excluded":true,"line_number":2,"count":0,"branches":[{"count":1}]},{"line_number":3,"count":0}],"functions":[{"name":"f","lineno":2,"execution_count":0,"gcovr/excluded":true}]}`), Want: "a.c [{3 0}] []"},
	{Name: "a template", Text: export(`{"file":"a.cc","lines":[{"line_number":2,"function_name":"x","count":3,"branches":[{"count":3},{"count":0}]},{"line_number":2,"function_name":"y","count":1,"branches":[{"count":0},{"count":0}]}]}`), Want: "a.cc [{2 4}] [{2 0 0 3} {2 0 1 0}] nofuncs"},
	{Name: "functions", Text: export(`{"file":"a.cc","lines":[],"functions":[{"name":"_Z1gv","demangled_name":"g()","lineno":4,"execution_count":2,"pos":["4:6","6:1"]},{"name":"f","lineno":1,"execution_count":0}]}`), Want: "a.cc [] nobranches f@{{1 1} {0 0}}=0 g()@{{4 6} {6 2}}=2"},
	{Name: "a file twice", Text: export(`{"file":"a","lines":[{"line_number":2,"count":3}]},{"file":"a","lines":[{"line_number":2,"count":4},{"line_number":1,"count":0}]}`), Want: "a [{1 0} {2 7}] nobranches nofuncs"},
	{Name: "line 0 and the limit", Text: export(`{"file":"a","lines":[{"line_number":0,"count":3},{"line_number":2000,"count":3}]}`), Want: "a [] nobranches nofuncs"},
	{Name: "summary", Text: `{"files":[{"filename":"a","line_total":1}],"gcovr/summary_format_version":"0.6"}`, Want: "with --json instead of --json-summary"},
	{Name: "no lines", Text: export(`{"file":"a"}`), Want: "want file and lines in /files/0"},
	{Name: "no count", Text: export(`{"file":"a","lines":[{"line_number":1}]}`), Want: "want line_number and count in /files/0/lines/0"},
	{Name: "a string for a number", Text: export(`{"file":"a","lines":[{"line_number":"x"}]}`), Want: "want a number at /files/0/lines/0/line_number"},
	{Name: "position", Text: export(`{"file":"a","lines":[],"functions":[{"pos":["x"]}]}`), Want: `want line:column, have "x"`},
	{Name: "files", Text: export(`{"file":"a","lines":[]},{"file":"b","lines":[]},{"file":"c","lines":[]}`), Want: "more than 2 files (limits.files)"},
	{Name: "no version", Text: `{"files":[]}`, Want: "want gcovr's JSON"},
	{Name: "empty", Text: "", Want: "want more JSON"},
	{Name: "two", Text: export("") + "{}", Want: "want the end of the file"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, gcovr.Read, profiletest.Details, cases)
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		export(""): true,
		`{"gcovr/format_version":"0.11","files":[`:                                                 true,
		`{"files":[{"file":"a.c","functions":[{"execution_count":1,"lineno":1`:                     true,
		`{"gcc_version":"12","files":[{"file":"a.c","functions":[{"blocks":4,`:                     false,
		`{"files":[{"file":"a.c","functions":[{"blocks":4,"end_column":1,`:                         false,
		`{"gcovr/a.js":{"path":"gcovr/a.js","statementMap":{`:                                      false,
		`{"files":[{"file":"a.h","functions":[],"lines":[{"branches":[],"count":1,"line_number":3`: true,
		`{"files":[{"lines":[{"branches":[],"count":1,"line_number":3,"unexecuted_block":false`:    false,
		`{"files":{"a.py":{"executed_lines":[],"functions":{"lineno":{`:                            false,
		"": false,
	} {
		if got := gcovr.Sniff([]byte(in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

func FuzzRead(f *testing.F) { profiletest.Fuzz(f, gcovr.Sniff, gcovr.Read, profiletest.Texts(cases)) }
