package codecov_test

import (
	"flag"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/codecov"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

var cases = []profiletest.Case{
	{Name: "no files", Text: `{"coverage":{}}`, Want: ""},
	{Name: "an object of lines", Text: `{"coverage":{"a.rs":{"10":0,"2":"1/2","3":5,"4":"0/2","5":"2/2","6":null,"7":"4"}}}`, Want: "a.rs [{2 1} {3 5} {4 0} {5 1} {7 4} {10 0}] nobranches nofuncs"},
	{Name: "an array of lines", Text: `{"coverage":{"a.rs":[null,1,0,null,true,false,"1/2"]},"messages":{"a.rs":{"1":"x"}}}`, Want: "a.rs [{1 1} {2 0} {4 1} {5 0} {6 1}] nobranches nofuncs"},
	{Name: "an array whose first element is a number", Text: `{"coverage":{"a.rs":[7,1]}}`, Want: "a.rs [{1 1}] nobranches nofuncs"},
	{Name: "a file twice", Text: `{"coverage":{"a":[null,1],"a":{"1":2,"2":0}}}`, Want: "a [{1 3} {2 0}] nobranches nofuncs"},
	{Name: "lines that are nowhere", Text: `{"coverage":{"a":{"0":1,"2000":1,"1":1}}}`, Want: "a [{1 1}] nobranches nofuncs; line 0: records of line 0 were passed over; line 0: line 2000 is beyond limits.line; such records were passed over"},
	{Name: "no line", Text: `{"coverage":{"a":{"x":1}}}`, Want: "want the number of a line as the name of a member at"},
	{Name: "no branches", Text: `{"coverage":{"a":{"1":"secret"}}}`, Want: `line 1: want a count or parts such as 1/2 at "/coverage/a/1"`},
	{Name: "more than all", Text: `{"coverage":{"a":{"1":"3/2"}}}`, Want: "want a count or parts such as 1/2"},
	{Name: "no count", Text: `{"coverage":{"a":{"1":[]}}}`, Want: "want a number at"},
	{Name: "no lines", Text: `{"coverage":{"a":1}}`, Want: "want an array or object of lines at"},
	{Name: "no coverage", Text: `{"messages":{}}`, Want: "want coverage in a profile for Codecov, have none"},
	{Name: "files", Text: `{"coverage":{"a":[],"b":[],"c":[]}}`, Want: "more than 2 files (limits.files)"},
	{Name: "cut", Text: `{"coverage":{"a":[`, Want: "line 1: want more JSON: the file seems to be cut or still being written"},
	{Name: "two", Text: `{"coverage":{}}{}`, Want: "want the end of the file"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, codecov.Read, profiletest.Details, cases)
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		`{"coverage":{"a.rs":{"10":0`:                                    true,
		`{"coverage":{"a.rs":{"10":null,"11":"1/2"`:                      true,
		`{"messages":{},"coverage":{"a.rs":[null,1`:                      true,
		`{"coverage":{"a.rs":[null,null,null,nul`:                        true,
		`{"coverage":{"a.rs":{},"b.rs":[null,true`:                       true,
		`{"coverage":{"a.rs":{"lines":[1`:                                false,
		`{"coverage":{"a.rs":[null,"x"`:                                  false,
		`{"coverage":{"threshold":80}}`:                                  false,
		`{"coverage":{"exclude":["1"]}}`:                                 false,
		`{"meta":{"simplecov_version":"1"},"coverage":{"a.rb":{"1":1}}}`: false,
		`{"RSpec":{"coverage":{"a.rb":[1,null`:                           false,
		`{"coverage":{}}`:                                                false,
		"":                                                               false,
	} {
		if got := codecov.Sniff([]byte(in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

// TestGolden reads what is as the tools themselves have written it.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, codecov.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) {
	profiletest.Fuzz(f, codecov.Sniff, codecov.Read, profiletest.Texts(cases))
}
