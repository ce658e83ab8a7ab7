package coveralls_test

import (
	"flag"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/coveralls"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

var cases = []profiletest.Case{
	{Name: "no files", Text: `{"source_files":[]}`, Want: ""},
	{Name: "lines", Text: `{"repo_token":"x","git":{"head":{"id":"1"}},"source_files":[{"name":"a.ex","source":"x\ny","source_digest":"1","coverage":[null,3,0]}]}`, Want: "a.ex [{2 3} {3 0}] nobranches nofuncs"},
	{Name: "branches", Text: `{"source_files":[{"name":"a.ex","coverage":[1],"branches":[1,0,0,1,1,0,1,0]},{"name":"b.ex","coverage":[],"branches":null}]}`, Want: "a.ex [{1 1}] [{1 0 0 1} {1 0 1 0}] nofuncs; b.ex [] nobranches nofuncs"},
	{Name: "an array in a string", Text: `{"source_files":[{"name":"a.ex","coverage":"[null, 2, 0]"}]}`, Want: "a.ex [{2 2} {3 0}] nobranches nofuncs"},
	{Name: "a file twice", Text: `{"source_files":[{"name":"a","coverage":[1,0]},{"name":"a","coverage":[null,2,0]}]}`, Want: "a [{1 1} {2 2} {3 0}] nobranches nofuncs"},
	{Name: "branches of line 0", Text: `{"source_files":[{"name":"a","coverage":[1],"branches":[0,0,0,1,5000,0,1,0]}]}`, Want: "a [{1 1}] nobranches nofuncs; line 0: records of line 0 were passed over; line 0: line 5000 is beyond limits.line; such records were passed over"},
	{Name: "no array in a string", Text: `{"source_files":[{"name":"a.ex","coverage":"secret"}]}`, Want: "line 1: want an array of counts, or one in a string, at \"/source_files/0/coverage\""},
	{Name: "no name", Text: `{"source_files":[{"coverage":[1]}]}`, Want: "want name and coverage in \"/source_files/0\""},
	{Name: "no coverage", Text: `{"source_files":[{"name":"a"}]}`, Want: "want name and coverage in \"/source_files/0\""},
	{Name: "no count", Text: `{"source_files":[{"name":"a","coverage":["secret"]}]}`, Want: "want a number at /source_files/0/coverage/0, have a string"},
	{Name: "no source_files", Text: `{"repo_token":"x"}`, Want: "want source_files in a profile for Coveralls, have none"},
	{Name: "files", Text: `{"source_files":[{"name":"a","coverage":[]},{"name":"b","coverage":[]},{"name":"c","coverage":[]}]}`, Want: "more than 2 files (limits.files)"},
	{Name: "cut", Text: `{"source_files":[{"name":"a",`, Want: "line 1: want more JSON: the file seems to be cut or still being written"},
	{Name: "two", Text: `{"source_files":[]}{}`, Want: "want the end of the file"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, coveralls.Read, profiletest.Details, cases)
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		`{"source_files":[{"name":"a"`:                                            true,
		`{"repo_token":"x","service_name":"y","git":{"head":{}},"source_files":[`: true,
		`{"source_files":{}}`:                                                     false,
		`{"repo_token":"x"}`:                                                      false,
		`[{"source_files":[]}]`:                                                   false,
		"":                                                                        false,
	} {
		if got := coveralls.Sniff([]byte(in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

// TestGolden reads what is as the tools themselves have written it.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, coveralls.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) {
	profiletest.Fuzz(f, coveralls.Sniff, coveralls.Read, profiletest.Texts(cases))
}
