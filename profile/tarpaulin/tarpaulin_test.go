package tarpaulin_test

import (
	"flag"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/scan"
	"github.com/covls/covls/profile/tarpaulin"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

func file(path, traces string) string {
	return `{"path":` + path + `,"content":"fn main() {}","traces":[` + traces + `],"covered":1,"coverable":2}`
}

func report(files string) string {
	return `{"files":[` + files + `],"coverage":50.0,"covered":1,"coverable":2}`
}

var cases = []profiletest.Case{
	{Name: "no files", Text: report(""), Want: ""},
	{Name: "lines", Text: report(file(`["/","srv","src","lib.rs"]`, `{"line":7,"address":[1],"length":1,"stats":{"Line":0}},{"line":3,"address":[],"length":0,"stats":{"Line":12}}`)), Want: "/srv/src/lib.rs [{3 12} {7 0}] nobranches nofuncs"},
	{Name: "paths", Text: report(file(`["src","lib.rs"]`, "") + "," + file(`["C:","\\","shop","lib.rs"]`, "")), Want: `C:\shop\lib.rs [] nobranches nofuncs; src/lib.rs [] nobranches nofuncs`},
	{Name: "other stats", Text: report(file(`["a.rs"]`, `{"line":3,"stats":{"Branch":{"been_true":true,"been_false":false}}},{"line":4,"stats":null},{"line":5,"stats":{"Line":1}}`)), Want: "a.rs [{5 1}] nobranches nofuncs"},
	{Name: "a file twice", Text: report(file(`["a.rs"]`, `{"line":3,"stats":{"Line":1}}`) + "," + file(`["a.rs"]`, `{"line":3,"stats":{"Line":2}},{"line":4,"stats":{"Line":0}}`)), Want: "a.rs [{3 3} {4 0}] nobranches nofuncs"},
	{Name: "lines that are nowhere", Text: report(file(`["a.rs"]`, `{"line":0,"stats":{"Line":1}},{"line":2000,"stats":{"Line":1}}`)), Want: "a.rs [] nobranches nofuncs; line 0: records of line 0 were passed over; line 0: line 2000 is beyond limits.line; such records were passed over"},
	{Name: "no path", Text: report(`{"traces":[]}`), Want: `want path and traces in "/files/0"`},
	{Name: "no traces", Text: report(`{"path":["a"]}`), Want: `want path and traces in "/files/0"`},
	{Name: "a path as a string", Text: report(`{"path":"a"}`), Want: "want an array of the parts of a path at /files/0/path, have a string"},
	{Name: "no files at all", Text: `{"covered":1}`, Want: "want files in a report of tarpaulin, have none"},
	{Name: "too many files", Text: report(file(`["a"]`, "") + "," + file(`["b"]`, "") + "," + file(`["c"]`, "")), Want: "more than 2 files (limits.files)"},
	{Name: "cut", Text: `{"files":[{"path":["a"],"content":"fn`, Want: "line 1: want more JSON: the file seems to be cut or still being written"},
	{Name: "two", Text: report("") + "{}", Want: "want the end of the file"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, tarpaulin.Read, profiletest.Details, cases)
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		report(file(`["a"]`, "")):                           true,
		`{"files":[{"path":["/","srv"],"content":"fn`:       true,
		`{"files":[{"file":"a.c","lines":[{"line_number":1`: false,
		`{"files":[{"path":"a"}]}`:                          false,
		`{"files":{"path":[]}}`:                             false,
		`{"x":1,"files":[{"path":[]}]}`:                     false,
		"":                                                  false,
	} {
		if got := tarpaulin.Sniff([]byte(in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

// TestGolden reads what is as the tool itself has written it.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, tarpaulin.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) {
	profiletest.Fuzz(f, tarpaulin.Sniff, tarpaulin.Read, profiletest.Texts(cases))
}
