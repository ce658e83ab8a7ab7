package scoverage_test

import (
	"flag"
	"fmt"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/scan"
	"github.com/covls/covls/profile/scoverage"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

func of(filename, statements string) string {
	return fmt.Sprintf(`<scoverage><packages><package name="p"><classes><class name="p.A" filename="%s"><methods><method name="p/A/f"><statements>%s</statements></method></methods></class></classes></package></packages></scoverage>`, filename, statements)
}

// st is a statement.
func st(line, count int, method, more string) string {
	return fmt.Sprintf(`<statement package="p" class="A" source="/w/src/main/scala/p/A.scala" method="%s" line="%d" invocation-count="%d" %s/>`, method, line, count, more)
}

// cases tell the name, regions, lines, branches and functions of each file, or the error.
var cases = []profiletest.Case{
	{Name: "nothing", Text: `<scoverage version="1.0"/>`, Want: ""},
	{Name: "statements", Text: of("p/A.scala", st(3, 2, "f", "")+st(3, 5, "f", "")+st(4, 0, "f", `branch="true"`)+st(9, 0, "g", "")), Want: "p/A.scala [{{3 1} {4 0} 2 5} {{4 1} {5 0} 1 0} {{9 1} {10 0} 1 0}] [{3 5} {4 0} {9 0}] [{4 0 0 0}] A.f@{{3 1} {4 0}}=5 A.g@{{9 1} {9 0}}=0"},
	{Name: "a line that ran in part", Text: of("p/A.scala", st(3, 2, "f", `branch="true"`)+st(3, 0, "f", `branch="true"`)), Want: "p/A.scala [{{0 0} {0 0} 1 0} {{3 1} {4 0} 1 2}] [{3 2}] [{3 0 0 2} {3 1 0 0}] A.f@{{3 1} {3 0}}=2"},
	{Name: "ignored", Text: of("p/A.scala", st(3, 0, "f", `ignored="true"`)+st(4, 1, "f", `ignored="false"`)), Want: "p/A.scala [{{4 1} {5 0} 1 1}] [{4 1}] nobranches A.f@{{4 1} {4 0}}=1"},
	{Name: "no functions", Text: of("p/A.scala", st(3, 1, "&lt;none&gt;", "")+st(4, 1, "$anonfun$f$1", "")+st(5, 1, "&lt;init&gt;", "")), Want: "p/A.scala [{{3 1} {4 0} 1 1} {{4 1} {5 0} 1 1} {{5 1} {6 0} 1 1}] [{3 1} {4 1} {5 1}] nobranches A.A@{{5 1} {5 0}}=1"},
	{Name: "another source", Text: of("q/B.scala", st(3, 1, "f", "")), Want: "/w/src/main/scala/p/A.scala [{{3 1} {4 0} 1 1}] [{3 1}] nobranches A.f@{{3 1} {3 0}}=1"},
	{Name: "no source", Text: of("p/A.scala", `<statement line="3" invocation-count="0"/>`), Want: "p/A.scala [{{3 1} {4 0} 1 0}] [{3 0}] nobranches"},
	{Name: "no name", Text: of("", `<statement line="3" invocation-count="0"/>`), Want: `line 1: want <statement source="…"> or <class filename="…">`},
	{Name: "no line", Text: of("p/A.scala", `<statement invocation-count="0"/>`), Want: `line 1: want <statement line="…" invocation-count="…">`},
	{Name: "odd lines", Text: of("p/A.scala", st(0, 1, "f", "")+st(2000, 1, "f", "")), Want: "p/A.scala [] nobranches; line 0: records of line 0 were passed over; line 0: line 2000 is beyond limits.line; such records were passed over"},
	{Name: "files", Text: "<scoverage>" + of("a", `<statement line="1" invocation-count="0"/>`) + of("b", `<statement line="1" invocation-count="0"/>`) + of("c", `<statement line="1" invocation-count="0"/>`) + "</scoverage>", Want: "line 1: more than 2 files (limits.files)"},
	{Name: "cut", Text: `<scoverage><packages>`, Want: "line 1: want </scoverage></packages>: the file seems to be cut or still being written"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, scoverage.Read, profiletest.Details, cases)
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		`<scoverage statement-count="1">`:                            true,
		"<?xml version=\"1.0\"?>\n<scoverage statement-count=\"1\">": true,
		`<coverage><packages>`:                                       false,
		"":                                                           false,
	} {
		if got := scoverage.Sniff([]byte(in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

// TestGolden reads a report in the shape in which Scoverage writes it.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, scoverage.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) {
	profiletest.Fuzz(f, scoverage.Sniff, scoverage.Read, profiletest.Texts(cases))
}
