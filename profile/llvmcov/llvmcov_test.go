package llvmcov_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/llvmcov"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

// Without functions, the lines are those of llvm-cov's LCOV export: macros' definitions too.
func TestCorpusSkipFunctions(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(profiletest.Shared(t), "llvm14-jansson", "export.json"))
	if err != nil {
		t.Fatal(err)
	}
	var export map[string]any
	if err := json.Unmarshal(data, &export); err != nil {
		t.Fatal(err)
	}
	delete(export["data"].([]any)[0].(map[string]any), "functions")
	if data, err = json.Marshal(export); err != nil {
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
		{Name: "one export without functions", Text: strings.Replace(export(file, ""), `"data":[`, `"data":[{"files":[`+strings.Replace(file, "3,true", "1,true", 1)+`],"functions":[`+strings.ReplaceAll(g, "5,1,8,2", "2,1,3,2")+`]},`, 1), Want: "a.c [{2 4} {3 4} {4 4}] [] f<int>@{{2 1} {3 2}}=0"},
		{Name: "a file without functions", Text: export(file, h), Want: "a.c [] []"},
		{Name: "a skipped region", Text: export(`{"filename":"a","segments":[[1,1,1,true,true,false],[2,1,0,false,true,false],[2,9,1,true,false,false],[4,2,0,false,false,false]]}`, ""), Want: "a [{1 1} {3 1} {4 1}] nobranches nofuncs"},
		{Name: "a gap", Text: export(`{"filename":"a","segments":[[1,1,1,true,true,false],[2,8,0,true,false,true],[3,1,1,true,true,false],[4,2,0,false,false,false]]}`, ""), Want: "a [{1 1} {2 1} {3 1} {4 1}] nobranches nofuncs"},
		{Name: "line 0 and the limit", Text: export(`{"filename":"a","segments":[[0,1,1,true,true,false],[2,1,1,true,true,false],[2000,2,0,false,false,false]]}`, ""), Want: "a [{2 1}] nobranches nofuncs; line 0: records of line 0 were passed over; line 0: line 2000 is beyond limits.line; such records were passed over"},
		{Name: "large and negative", Text: export(`{"filename":"a","segments":[[1,1,99999999999999999999,true,true,false],[2,1,-5,true,true,false]]}`, ""), Want: "a [{1 18446744073709551615} {2 18446744073709551615}] nobranches nofuncs"},
		{Name: "summary only", Text: export(`{"filename":"a","summary":{}}`, ""), Want: "run llvm-cov export without -summary-only"},
		{Name: "no name", Text: export(`{"segments":[]}`, ""), Want: "want a filename"},
		{Name: "short segment", Text: export(`{"filename":"a","segments":[[1,2]]}`, ""), Want: "want 5 numbers or more at /data/0/files/0/segments/0, have 2"},
		{Name: "a string for a number", Text: export(`{"filename":"a","segments":[["x"]]}`, ""), Want: `want a number at /data/0/files/0/segments/0/0, have a string`},
		{Name: "order", Text: export(`{"filename":"a","segments":[[3,1,1,true,true],[2,1,1,true,true]]}`, ""), Want: "want segments in the order"},
		{Name: "files", Text: export(`{"filename":"a","segments":[]},{"filename":"b","segments":[]},{"filename":"c","segments":[]}`, ""), Want: "more than 2 files (limits.files)"},
		{Name: "type", Text: `{"data":[],"type":"other"}`, Want: `as type, have another`},
		{Name: "a function that ends before it begins, and one on its last line", Text: export(`{"filename":"a","segments":[[8,1,0,true,true,false],[10,1,0,false,false,false]]}`, `{"name":"f","count":0,"filenames":["a"],"regions":[[8,1,3,2,0,0,0,0]]},{"name":"g","count":1,"filenames":["a"],"regions":[[9,1,9,5,1,0,0,0],[9,2,9,4,1,0,0,0]]}`), Want: "a [{8 0} {9 0}] nobranches f@{{8 1} {0 0}}=0 g@{{9 1} {9 5}}=1; line 0: functions that end before they begin were taken to end where the next one begins"},
		{Name: "no type", Text: `{"data":[]}`, Want: "want an export of llvm-cov"},
		{Name: "empty", Text: "", Want: "want more JSON"},
		{Name: "two", Text: export("", "") + "{}", Want: "line 1: want the end of the file behind the JSON, have '{'"},
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

// TestGolden reads what the tools themselves have written.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, llvmcov.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) {
	profiletest.Fuzz(f, llvmcov.Sniff, llvmcov.Read, profiletest.Texts(cases()))
}
