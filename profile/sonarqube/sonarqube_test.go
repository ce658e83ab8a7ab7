package sonarqube_test

import (
	"flag"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/scan"
	"github.com/covls/covls/profile/sonarqube"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

var cases = []profiletest.Case{
	{Name: "lines", Text: `<coverage version="1"><file path="a.c"><lineToCover lineNumber="2" covered="true"/><lineToCover lineNumber="4" covered="false" branchesToCover="2" coveredBranches="0"/><lineToCover lineNumber="3" covered="true" branchesToCover="3" coveredBranches="1"/></file></coverage>`, Want: "a.c [{2 1} {3 1} {4 0}] [{3 0 0 1} {3 0 1 0} {3 0 2 0} {4 0 0 0} {4 0 1 0}] nofuncs"},
	{Name: "a file twice", Text: `<coverage version="1"><file path="a.c"><lineToCover lineNumber="2" covered="true"/><lineToCover lineNumber="3" covered="false"/></file><file path="a.c"><lineToCover lineNumber="2" covered="true"/><lineToCover lineNumber="3" covered="true"/></file></coverage>`, Want: "a.c [{2 1} {3 1}] nobranches nofuncs"},
	{Name: "lines that are nowhere", Text: `<coverage version="1"><file path="a.c"><lineToCover lineNumber="0" covered="true"/><lineToCover lineNumber="2000" covered="true" branchesToCover="2"/></file></coverage>`, Want: "a.c [] nobranches nofuncs; line 0: records of line 0 were passed over; line 0: line 2000 is beyond limits.line; such records were passed over"},
	{Name: "a file without lines", Text: `<coverage version="1"><file path="a.c"/><lineToCover/></coverage>`, Want: "a.c [] nobranches nofuncs"},
	{Name: "no path", Text: `<coverage version="1"><file name="a.c">`, Want: `line 1: want <file path="…">`},
	{Name: "neither covered nor not", Text: `<coverage version="1"><file path="a.c"><lineToCover lineNumber="1" covered="1"/>`, Want: `line 1: want <lineToCover lineNumber="…" covered="true"> or "false"`},
	{Name: "too many branches", Text: `<coverage version="1"><file path="a.c"><lineToCover lineNumber="1" covered="true" branchesToCover="99999999999999999999"/>`, Want: "line 1: more than 4194304 branches (limits.branches)"},
	{Name: "files", Text: `<coverage version="1"><file path="a"/><file path="b"/><file path="c"/></coverage>`, Want: "line 1: more than 2 files (limits.files)"},
	{Name: "cut", Text: "<coverage version=\"1\">\n<file path=\"a\">", Want: "line 2: want </coverage></file>: the file seems to be cut or still being written"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, sonarqube.Read, profiletest.Details, cases)
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		`<coverage version="1"><file path="a.c">`:                                  true,
		`<?xml version="1.0"?><coverage version="1"><file path="a.c"/></coverage>`: true,
		`<coverage version="1"/>`:                                                  false,
		`<coverage><packages/></coverage>`:                                         false,
		`<coverage><project><file/></project></coverage>`:                          false,
		`<coverage><file path="a"/><project/></coverage>`:                          false,
		`<report><file/></report>`:                                                 false,
		"":                                                                         false,
	} {
		if got := sonarqube.Sniff([]byte(in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

// TestGolden reads what is as the tools themselves have written it.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, sonarqube.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) {
	profiletest.Fuzz(f, sonarqube.Sniff, sonarqube.Read, profiletest.Texts(cases))
}
