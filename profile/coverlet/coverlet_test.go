package coverlet_test

import (
	"flag"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/coverlet"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

func method(name, members string) string {
	return `{"a.dll":{"a.cs":{"A":{"` + name + `":{` + members + `}}}}}`
}

var cases = []profiletest.Case{
	{Name: "nothing", Text: `{"a.dll":{}}`, Want: ""},
	{Name: "a method", Text: method("System.Void A::F(int)", `"Lines":{"3":2,"4":0},"Branches":[]`), Want: "a.cs [{3 2} {4 0}] nobranches F@{{3 1} {4 0}}=2"},
	{Name: "branches", Text: method("System.Void A::F()", `"Lines":{"3":2},"Branches":[{"Line":3,"Offset":7,"EndOffset":9,"Path":0,"Ordinal":0,"Hits":2},{"Line":3,"Offset":7,"EndOffset":12,"Path":1,"Ordinal":1,"Hits":0}]`), Want: "a.cs [{3 2}] [{3 7 0 2} {3 7 1 0}] F@{{3 1} {3 0}}=2"},
	{Name: "what a compiler makes", Text: `{"a.dll":{"a.cs":{"A/<F>d__1":{"System.Void A/<F>d__1::MoveNext()":{"Lines":{"3":0}}},"A":{"System.Void A::<G>b__0()":{"Lines":{"6":1}},"System.Void A::G()":{"Lines":{"5":1,"6":1}}}}}}`, Want: "a.cs [{3 0} {5 1} {6 1}] nobranches F@{{3 1} {3 0}}=0 G@{{5 1} {6 0}}=1"},
	{Name: "a file of two modules", Text: `{"a.dll":{"a.cs":{"A":{"A::F()":{"Lines":{"3":0},"Branches":[{"Line":3,"Hits":0}]}}}},"b.dll":{"a.cs":{"A":{"A::F()":{"Lines":{"3":4},"Branches":[{"Line":3,"Hits":4}]}}}}}`, Want: "a.cs [{3 4}] [{3 0 0 4}] F@{{3 1} {3 0}}=4"},
	{Name: "nulls", Text: method("A::F()", `"Lines":null,"Branches":null,"More":[1]`), Want: "a.cs [] nobranches nofuncs"},
	{Name: "lines that are nowhere", Text: method("A::F()", `"Lines":{"0":1,"2000":1,"16707566":1},"Branches":[{"Line":0,"Hits":1},{"Line":16707566,"Hits":1}]`), Want: "a.cs [] nobranches nofuncs; line 0: records of line 0 were passed over; line 0: line 2000 is beyond limits.line; such records were passed over"},
	{Name: "no line", Text: method("A::F()", `"Lines":{"x":1}`), Want: "want the number of a line as the name of a member at"},
	{Name: "no hits", Text: method("A::F()", `"Branches":[{"Line":1}]`), Want: "want Line and Hits in"},
	{Name: "no count", Text: method("A::F()", `"Lines":{"1":"x"}`), Want: "want a number at"},
	{Name: "files", Text: `{"a.dll":{"a":{},"b":{},"c":{}}}`, Want: "more than 2 files (limits.files)"},
	{Name: "cut", Text: `{"a.dll":{"a.cs":{"A":`, Want: "line 1: want more JSON: the file seems to be cut or still being written"},
	{Name: "two", Text: `{"a.dll":{}}{}`, Want: "want the end of the file"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, coverlet.Read, profiletest.Details, cases)
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		`{"a.dll": {"C:\\a.cs": {"A": {"System.Void A::F()": {"Lines": {"1`: true,
		`{"a.dll": {}, "b.dll": {"a.cs": {"A": {"A::F()": {"Branches": []`:  true,
		`{"a.dll": {}}`: true,
		`{"a.js": {}}`:  false,
		`{}`:            false,
		`{"RSpec": {"coverage": {"a.rb": {"branches": {"[:if, 1": 1`: false,
		`{"a.js": {"path": "a.js", "statementMap": {}`:               false,
		"": false,
	} {
		if got := coverlet.Sniff([]byte(in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

// TestGolden reads what is as the tools themselves have written it.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, coverlet.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) {
	profiletest.Fuzz(f, coverlet.Sniff, coverlet.Read, profiletest.Texts(cases))
}
