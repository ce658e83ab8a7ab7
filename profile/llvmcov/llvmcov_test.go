package llvmcov_test

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
	"github.com/covls/covls/profile/llvmcov"
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
	} `json:"uncovered_functions"`
}

func load(t *testing.T, dir string) (*coverage.Report, []byte, expected) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var e struct{ Profiles map[string]expected }
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	if data, err = os.ReadFile(filepath.Join(dir, "export.json")); err != nil {
		t.Fatal(err)
	}
	r, err := llvmcov.Read(bytes.NewReader(data), scan.Limits{Line: 100_000, Files: 100})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Warnings) > 0 {
		t.Errorf("warnings: %v", r.Warnings)
	}
	return r, data, e.Profiles["export.json"]
}

func TestCorpus(t *testing.T) {
	t.Parallel()
	r, _, want := load(t, filepath.Join(corpus(t), "llvm14-jansson"))
	// llvm-cov takes the instantiation of an inline function that took the most branches; here a
	// branch is taken when any instantiation took it. In jansson.h two instantiations took different
	// ones.
	more := map[string]int{"/srv/ci/lj/b/include/jansson.h": 1}
	total := want.figures
	total.Branches.Covered++
	if got := figuresOf(r.Files...); got != total {
		t.Errorf("got %v, want %v", got, total)
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
			coverage.Tally{Covered: w.BranchesCovered + more[w.Path], Total: w.BranchesTotal},
		}
		if got := figuresOf(f); f.Name != w.Path || got != figures {
			t.Errorf("%s: got %v, want %s: %v", f.Name, got, w.Path, figures)
		}
		for _, fn := range f.Funcs {
			if fn.Uncovered() {
				uncovered = append(uncovered, fmt.Sprintf("%s:%d", f.Name, fn.Span.Start.Line))
			}
		}
	}
	var names []string
	for _, u := range want.Uncovered {
		names = append(names, fmt.Sprintf("%s:%d", u.File, u.Line))
	}
	slices.Sort(names)
	slices.Sort(uncovered)
	if !slices.Equal(names, uncovered) {
		t.Errorf("uncovered: %v, want %v", uncovered, names)
	}
}

// Without functions, the lines are those of llvm-cov's LCOV export: macros' definitions too.
func TestCorpusSkipFunctions(t *testing.T) {
	t.Parallel()
	_, data, _ := load(t, filepath.Join(corpus(t), "llvm14-jansson"))
	var export map[string]any
	if err := json.Unmarshal(data, &export); err != nil {
		t.Fatal(err)
	}
	delete(export["data"].([]any)[0].(map[string]any), "functions")
	data, err := json.Marshal(export)
	if err != nil {
		t.Fatal(err)
	}
	r, err := llvmcov.Read(bytes.NewReader(data), scan.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.Total(coverage.Lines), (coverage.Tally{Covered: 3388, Total: 3565}); got != want {
		t.Errorf("lines: %v, want %v", got, want)
	}
	for _, f := range r.Files {
		if f.Funcs != nil {
			t.Errorf("%s has functions", f.Name)
		}
	}
}

func TestCorpusSummaryOnly(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(corpus(t), "llvm14-jansson/export-summary-only.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !llvmcov.Sniff(data[:4096]) {
		t.Error("not sniffed")
	}
	if _, err := llvmcov.Read(bytes.NewReader(data), scan.Limits{}); err == nil || !strings.Contains(err.Error(), "without -summary-only") {
		t.Errorf("error %v", err)
	}
}

// A cut export is an error wherever it is cut.
func TestCorpusCut(t *testing.T) {
	t.Parallel()
	_, data, _ := load(t, filepath.Join(corpus(t), "llvm14-jansson"))
	data = bytes.TrimSpace(data)
	for _, n := range []int{1, 100, 5000, len(data) / 2, len(data) - 30, len(data) - 1} {
		if _, err := llvmcov.Read(bytes.NewReader(data[:n]), scan.Limits{}); err == nil || !strings.Contains(err.Error(), "cut") {
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
		want := filepath.Dir(rel) == "llvm14-jansson" && strings.HasPrefix(filepath.Base(rel), "export") && filepath.Ext(rel) == ".json"
		if got := llvmcov.Sniff(bytes.TrimPrefix(data[:min(len(data), 4096)], []byte(scan.BOM))); got != want {
			t.Errorf("%s: sniffed %v", rel, got)
		}
		return nil
	})
}

func export(files, functions string) string {
	if functions != "" {
		functions = `,"functions":[` + functions + `]`
	}
	return `{"data":[{"files":[` + files + `]` + functions + `,"totals":{}}],"type":"llvm.coverage.json.export","version":"2.0.1"}`
}

// cases tell the name, lines, branches and functions of each file, or the error.
func cases() []profiletest.Case {
	const (
		file = `{"branches":[],"filename":"a.c","segments":[[2,1,3,true,true,false],[4,2,0,false,false,false]]}`
		// a's lines 1 to 9, of which 3 is a macro that is defined there; the function is 5 to 8.
		macro = `{"branches":[[3,1,3,4,1,0,0,0,4]],"filename":"a.c","segments":[[3,1,1,true,true,false],[3,9,0,false,false,false],[5,1,1,true,true,false],[6,5,0,true,true,false],[7,6,1,true,false,false],[8,2,0,false,false,false]]}`
		// Twice the same condition of a macro, on one line, by another macro and without.
		f = `{"branches":[[3,1,3,4,1,0,2,0,4],[3,1,3,4,0,1,3,0,4]],"count":1,"filenames":["a.c","a.c","a.c","a.c"],"name":"a.c:f","regions":[[5,1,8,2,1,0,0,0],[6,1,6,4,1,0,1,1],[2,1,2,4,1,1,2,1],[6,9,6,12,1,0,3,1]]}`
		g = `{"branches":[],"count":0,"filenames":["a.c"],"name":"f<int>","regions":[[5,1,8,2,0,0,0,0]]}`
		h = `{"branches":[],"count":0,"filenames":["h.h"],"name":"h","regions":[[1,1,2,2,0,0,0,0]]}`
	)
	return []profiletest.Case{
		{Name: "no files", Text: export("", ""), Want: ""},
		{Name: "BOM", Text: export("", ""), Want: ""},
		{Name: "skip functions", Text: export(file, ""), Want: "a.c [{2 3} {3 3} {4 3}] [] nofuncs"},
		{Name: "no branches", Text: export(strings.Replace(file, `"branches":[],`, "", 1), ""), Want: "a.c [{2 3} {3 3} {4 3}] nobranches nofuncs"},
		{Name: "old segments", Text: export(strings.ReplaceAll(file, ",false]", "]"), ""), Want: "a.c [{2 3} {3 3} {4 3}] [] nofuncs"},
		{Name: "a file twice", Text: export(file+","+file, ""), Want: "a.c [{2 6} {3 6} {4 6}] [] nofuncs"},
		{Name: "instantiations, macros and a filtered file", Text: export(macro, f+","+g+","+h), Want: "a.c [{5 1} {6 1} {7 0} {8 1}] [{6 0 0 1} {6 0 1 0} {6 1 0 0} {6 1 1 1}] a.c:f@{{5 1} {8 2}}=1"},
		{Name: "the shorter name", Text: export(macro, strings.Replace(f, "a.c:f", "f<double>", 1)+","+g), Want: "a.c [{5 1} {6 1} {7 0} {8 1}] [{6 0 0 1} {6 0 1 0} {6 1 0 0} {6 1 1 1}] f<int>@{{5 1} {8 2}}=1"},
		{Name: "a file without functions", Text: export(file, h), Want: "a.c [] []"},
		{Name: "a skipped region", Text: export(`{"filename":"a","segments":[[1,1,1,true,true,false],[2,1,0,false,true,false],[2,9,1,true,false,false],[4,2,0,false,false,false]]}`, ""), Want: "a [{1 1} {3 1} {4 1}] nobranches nofuncs"},
		{Name: "a gap", Text: export(`{"filename":"a","segments":[[1,1,1,true,true,false],[2,8,0,true,false,true],[3,1,1,true,true,false],[4,2,0,false,false,false]]}`, ""), Want: "a [{1 1} {2 1} {3 1} {4 1}] nobranches nofuncs"},
		{Name: "line 0 and the limit", Text: export(`{"filename":"a","segments":[[0,1,1,true,true,false],[2,1,1,true,true,false],[2000,2,0,false,false,false]]}`, ""), Want: "a [{2 1}] nobranches nofuncs"},
		{Name: "large and negative", Text: export(`{"filename":"a","segments":[[1,1,99999999999999999999,true,true,false],[2,1,-5,true,true,false]]}`, ""), Want: "a [{1 18446744073709551615} {2 18446744073709551615}] nobranches nofuncs"},
		{Name: "summary only", Text: export(`{"filename":"a","summary":{}}`, ""), Want: "run llvm-cov export without -summary-only"},
		{Name: "no name", Text: export(`{"segments":[]}`, ""), Want: "want a filename"},
		{Name: "short segment", Text: export(`{"filename":"a","segments":[[1,2]]}`, ""), Want: "want 5 numbers or more at /data/0/files/0/segments/0, have 2"},
		{Name: "a string for a number", Text: export(`{"filename":"a","segments":[["x"]]}`, ""), Want: `want a number at /data/0/files/0/segments/0/0, have "x"`},
		{Name: "order", Text: export(`{"filename":"a","segments":[[3,1,1,true,true],[2,1,1,true,true]]}`, ""), Want: "want segments in the order"},
		{Name: "files", Text: export(`{"filename":"a","segments":[]},{"filename":"b","segments":[]},{"filename":"c","segments":[]}`, ""), Want: "more than 2 files (limits.files)"},
		{Name: "type", Text: `{"data":[],"type":"other"}`, Want: `as type, have "other"`},
		{Name: "no type", Text: `{"data":[]}`, Want: "want an export of llvm-cov"},
		{Name: "empty", Text: "", Want: "want more JSON"},
		{Name: "two", Text: export("", "") + "{}", Want: "want the end of the file"},
		{Name: "an array", Text: "[]", Want: "want an object"},
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, llvmcov.Read, profiletest.Details, cases())
}

// Two segments may stand for more lines than there is memory for.
func TestReadManyLines(t *testing.T) {
	t.Parallel()
	in := export(`{"filename":"a","segments":[[1,1,1,true,true,false],[4000000000,1,0,false,false,false]]}`, "")
	if _, err := llvmcov.Read(strings.NewReader(in), scan.Limits{}); err == nil {
		t.Error("no error")
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		export("", ""): true,
		`{"type":"llvm.coverage.json.export","data":[`:                    true,
		"{\n  \"data\": [\n    {\n      \"totals\": {":                    true,
		`{"version":"3.0.1","data":[],"type":"llvm.coverage.json.e`:       false,
		`{"version":"3.0.1","data":[],"type":"llvm.coverage.json.export"`: true,
		`{"data":[{"id":1}]}`:   false,
		`{"data":{"files":[]}}`: false,
		`{"files":[`:            false,
		"":                      false,
		"[]":                    false,
	} {
		if got := llvmcov.Sniff([]byte(in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	profiletest.Fuzz(f, llvmcov.Sniff, llvmcov.Read, profiletest.Texts(cases()))
}
