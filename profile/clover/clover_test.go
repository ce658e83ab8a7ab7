package clover_test

import (
	"flag"
	"strings"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/clover"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

var cases = []profiletest.Case{
	{Name: "PHP", Text: "<coverage><project><file name=\"/a.php\"><line num=\"1\" type=\"method\" name=\"f\" count=\"0\"/><line num=\"2\" type=\"stmt\" count=\"0\"/><line num=\"5\" type=\"method\" name=\"one\" count=\"3\"/></file></project></coverage>", Want: "/a.php [{2 0} {5 3}] nobranches f@{{1 1} {0 0}}=0 one@{{5 1} {0 0}}=3"},
	{Name: "PHP, how long a file is", Text: "<coverage><project><file name=\"/a.php\"><class name=\"A\"><metrics loc=\"3\"/></class><line num=\"2\" type=\"stmt\" count=\"1\"/><metrics loc=\"5\" statements=\"1\"/></file><metrics loc=\"9\"/></project></coverage>", Want: "/a.php of 5 lines [{2 1}] nobranches nofuncs"},
	{Name: "istanbul, how long its statements are", Text: "<coverage clover=\"3.2.0\"><project><file name=\"a.js\" path=\"/x/a.js\"><metrics statements=\"1\" loc=\"1\"/><line num=\"2\" type=\"stmt\" count=\"1\"/></file></project></coverage>", Want: "/x/a.js [{2 1}] nobranches nofuncs"},
	{Name: "istanbul", Text: "<coverage><project><package><file name=\"a.js\" path=\"/x/a.js\"><line num=\"1\" type=\"cond\" count=\"2\" truecount=\"1\" falsecount=\"1\"/></file></package></project></coverage>", Want: "/x/a.js [{1 2}] [{1 0 0 2} {1 0 1 0}] nofuncs"},
	{Name: "a one-line method that only the sums tell", Text: "<coverage><project><file name=\"a\"><line num=\"1\" type=\"method\" name=\"f\" count=\"1\"/><line num=\"9\" type=\"stmt\" count=\"0\"/><metrics statements=\"2\"/></file></project></coverage>", Want: "a [{1 1} {9 0}] nobranches f@{{1 1} {0 0}}=1"},
	{Name: "lines that are nowhere", Text: "<coverage><project><file name=\"a\"><line num=\"0\" type=\"method\" name=\"f\" count=\"1\"/><line num=\"2000\" type=\"stmt\" count=\"0\"/><line num=\"2\" type=\"stmt\" count=\"1\"/></file></project></coverage>", Want: "a [{2 1}] nobranches nofuncs; line 0: records of line 0 were passed over; line 0: line 2000 is beyond limits.line; such records were passed over"},
	{Name: "Clover's own conditions, which have counts of both ways", Text: "<coverage clover=\"4.4\"><project><file name=\"a\" path=\"/a\"><line num=\"3\" type=\"stmt\" count=\"5\"/><line num=\"3\" type=\"cond\" truecount=\"0\" falsecount=\"5\"/><line num=\"3\" type=\"cond\" truecount=\"2\" falsecount=\"3\"/><line num=\"4\" type=\"cond\" truecount=\"1\" falsecount=\"2\"/></file></project></coverage>", Want: "/a [{3 5} {4 3}] [{3 0 0 0} {3 0 1 5} {3 0 2 2} {3 0 3 3} {4 0 0 1} {4 0 1 2}] nofuncs"},
	{Name: "Devel::Cover", Text: "<coverage clover=\"1.01\"><project name=\"Devel::Cover::Report::Clover\"><file path=\"blib/lib/A.pm\" name=\"A.pm\"><line num=\"2\" count=\"1\" type=\"stmt\"/><line num=\"2\" count=\"1\" type=\"method\"/></file></project></coverage>", Want: "lib/A.pm [{2 1}] nobranches nofuncs"},
	{Name: "a condition without counts", Text: "<coverage><project><file name=\"a\"><line num=\"1\" type=\"cond\" truecount=\"1\"/>", Want: "line 1: want <line num=\"…\" count=\"…\">"},
	{Name: "OpenClover's methods", Text: `<coverage clover="4.3.1"><project><metrics complexity="14"/><package><file name="A.java" path="/x/A.java"><metrics statements="2"/><line num="6" type="method" signature="int f(int, A) : void" count="1"/><line num="7" type="stmt" count="3"/><line num="12" type="method" signature="A()" count="0"/><line num="13" type="stmt" count="0"/><line num="15" type="method" signature="" count="0"/><line num="16" type="stmt" count="0"/></file></package></project></coverage>`, Want: `/x/A.java [{7 3} {13 0} {16 0}] nobranches f@{{6 1} {0 0}}=1 A@{{12 1} {0 0}}=0`},
	{Name: "ReportGenerator", Text: `<coverage clover="4.3.1"><project><metrics complexity="0"/><file path="a.cs"><metrics complexity="0" statements="2"/><line num="2" type="cond" truecount="1" falsecount="2"/><line num="4" type="cond" truecount="0" falsecount="2"/></file></project></coverage>`, Want: `a.cs [{2 1} {4 0}] [{2 0 0 1} {2 0 1 0} {2 0 2 0} {4 0 0 0} {4 0 1 0}] nofuncs`},
	{Name: "no count", Text: "<coverage><project><file name=\"a\"><line num=\"1\"/>", Want: "line 1: want <line num=\"…\" count=\"…\">"},
	{Name: "no name", Text: "<coverage><project><file>", Want: "line 1: want <file name=\"…\">"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, clover.Read, profiletest.Details, cases)
}

// A few bytes may stand for more branches than there is memory for.
func TestReadManyBranches(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, clover.Read, profiletest.Details, []profiletest.Case{
		{Name: "branches", Text: `<coverage><project><file name="a">` + strings.Repeat(`<line num="1" count="1" type="cond" truecount="99999" falsecount="0"/>`, 42), Want: "line 1: more than 4194304 branches (limits.branches)"},
	})
}

// TestGolden reads what the tools themselves have written.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, clover.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) { profiletest.Fuzz(f, clover.Sniff, clover.Read, profiletest.Texts(cases)) }
