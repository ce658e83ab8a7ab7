package gcovr_test

import (
	"flag"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/gcovr"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

func export(files string) string {
	return `{"files":[` + files + `],"gcovr/format_version":"0.3"}`
}

// cases tell the name, lines, branches and functions of each file, or the error.
var cases = []profiletest.Case{
	{Name: "no files", Text: export(""), Want: ""},
	{Name: "the version first", Text: `{"gcovr/format_version":"0.11","files":[]}`, Want: ""},
	{Name: "lines", Text: export(`{"file":"a.c","lines":[{"line_number":2,"count":3,"branches":[]}]}`), Want: "a.c [{2 3}] [] nofuncs"},
	{Name: "checksums", Text: export(`{"file":"a.c","lines":[{"line_number":2,"count":3,"gcovr/md5":"f97c5d29941bfb1b2fdab0874906ab82"},{"line_number":1,"count":0,"gcovr/md5":"b8a9f715dbb64fd5c56e7783c6820a61"},{"line_number":3,"count":0,"gcovr/md5":null},{"line_number":4,"count":0,"gcovr/md5":"abc"}]}`), Want: "a.c [{1 b8a9f715} {2 f97c5d29}] [{1 0} {2 3} {3 0} {4 0}] nobranches nofuncs"},
	{Name: "no branches", Text: export(`{"file":"a.c","lines":[{"line_number":2,"count":3}],"functions":[]}`), Want: "a.c [{2 3}] nobranches"},
	{Name: "left out", Text: export(`{"file":"a.c","lines":[{"gcovr/noncode":true,"line_number":1,"count":0},{"gcovr/excluded":true,"line_number":2,"count":0,"branches":[{"count":1}]},{"line_number":3,"count":0}],"functions":[{"name":"f","lineno":2,"execution_count":0,"gcovr/excluded":true}]}`), Want: "a.c [{3 0}] []"},
	{Name: "a template", Text: export(`{"file":"a.cc","lines":[{"line_number":2,"function_name":"x","count":3,"branches":[{"count":3},{"count":0}]},{"line_number":2,"function_name":"y","count":1,"branches":[{"count":0},{"count":0}]}]}`), Want: "a.cc [{2 4}] [{2 0 0 3} {2 0 1 0}] nofuncs"},
	{Name: "functions", Text: export(`{"file":"a.cc","lines":[],"functions":[{"name":"_Z1gv","demangled_name":"g()","lineno":4,"execution_count":2,"pos":["4:6","6:1"]},{"name":"f","lineno":1,"execution_count":0}]}`), Want: "a.cc [] nobranches f@{{1 1} {0 0}}=0 g()@{{4 6} {6 2}}=2"},
	{Name: "a file twice", Text: export(`{"file":"a","lines":[{"line_number":2,"count":3}]},{"file":"a","lines":[{"line_number":2,"count":4},{"line_number":1,"count":0}]}`), Want: "a [{1 0} {2 7}] nobranches nofuncs"},
	{Name: "line 0 and the limit", Text: export(`{"file":"a","lines":[{"line_number":0,"count":3},{"line_number":2000,"count":3}]}`), Want: "a [] nobranches nofuncs; line 0: records of line 0 were passed over; line 0: line 2000 is beyond limits.line; such records were passed over"},
	{Name: "functions that end before they begin", Text: export(`{"file":"a","lines":[],"functions":[{"name":"f","lineno":4,"execution_count":0,"pos":["4:6","3:1"]},{"name":"g","lineno":5,"execution_count":0,"pos":["5:6","5:1"]},{"name":"h","lineno":-5,"execution_count":0}]}`), Want: "a [] nobranches f@{{4 6} {0 0}}=0 g@{{5 6} {0 0}}=0; line 0: functions that end before they begin were taken to end where the next one begins; line 0: records of line 0 were passed over"},
	{Name: "summary", Text: `{"files":[{"filename":"a","line_total":1}],"gcovr/summary_format_version":"0.6"}`, Want: "with --json instead of --json-summary"},
	{Name: "no lines", Text: export(`{"file":"a"}`), Want: "want file and lines in /files/0"},
	{Name: "no count", Text: export(`{"file":"a","lines":[{"line_number":1}]}`), Want: "want line_number and count in /files/0/lines/0"},
	{Name: "a string for a number", Text: export(`{"file":"a","lines":[{"line_number":"x"}]}`), Want: "want a number at /files/0/lines/0/line_number"},
	{Name: "position", Text: export(`{"file":"a","lines":[],"functions":[{"pos":["x"]}]}`), Want: `want line:column, such as 12:3`},
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

// TestGolden reads what the tools themselves have written.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, gcovr.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) { profiletest.Fuzz(f, gcovr.Sniff, gcovr.Read, profiletest.Texts(cases)) }
