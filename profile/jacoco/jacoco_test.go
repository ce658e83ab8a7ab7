package jacoco_test

import (
	"flag"
	"strings"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/jacoco"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

var cases = []profiletest.Case{
	{Name: "lines of source files", Text: "<report><package name=\"p/q\"><class name=\"p/q/A\" sourcefilename=\"A.java\"><method name=\"f\" line=\"3\"><counter type=\"METHOD\" missed=\"0\" covered=\"1\"/></method><method name=\"g\" line=\"9\"><counter type=\"METHOD\" missed=\"1\" covered=\"0\"/></method></class><sourcefile name=\"A.java\"><line nr=\"3\" mi=\"0\" ci=\"2\" mb=\"1\" cb=\"1\"/><line nr=\"9\" mi=\"1\" ci=\"0\"/></sourcefile></package></report>", Want: "p/q/A.java [{3 1} {9 0}] [{3 0 0 1} {3 0 1 0}] f@{{3 1} {0 0}}=1 g@{{9 1} {0 0}}=0"},
	{Name: "groups", Text: "<report><group name=\"g\"><group name=\"h\"><package name=\"p\"><sourcefile name=\"A.kt\"><line nr=\"1\" mi=\"0\" ci=\"1\"/></sourcefile></package></group></group></report>", Want: "g/h/p/A.kt of g/h [{1 1}] nobranches nofuncs"},
	{Name: "a class in two groups", Text: "<report><group name=\"g\"><package name=\"p\"><sourcefile name=\"A.kt\"><line nr=\"1\" ci=\"1\"/></sourcefile></package></group><group name=\"h\"><package name=\"p\"><sourcefile name=\"A.kt\"><line nr=\"1\" ci=\"0\"/></sourcefile></package></group></report>", Want: "g/p/A.kt of g [{1 1}] nobranches nofuncs; h/p/A.kt of h [{1 0}] nobranches nofuncs"},
	{Name: "groups without a name", Text: "<report><group><group name=\"h\"><group><package name=\"p\"><sourcefile name=\"A.kt\"/></package></group></group><package name=\"q\"><sourcefile name=\"A.kt\"/></package></group></report>", Want: "h/p/A.kt of h [] nobranches nofuncs; q/A.kt [] nobranches nofuncs"},
	{Name: "no debug information", Text: "<report><package name=\"p\"><class name=\"p/A\"><method name=\"f\"><counter type=\"METHOD\" missed=\"0\" covered=\"1\"/></method></class></package></report>", Want: "line 0: some classes were compiled without debug information (javac -g): the report has no lines for them"},
	{Name: "an interface", Text: "<report><package name=\"p\"><class name=\"p/A\" sourcefilename=\"A.java\"/><sourcefile name=\"A.java\"/></package></report>", Want: "p/A.java [] nobranches nofuncs"},
	{Name: "methods without lines", Text: "<report><package name=\"p\"><class name=\"p/A\" sourcefilename=\"A.java\"><method name=\"f\"><counter type=\"METHOD\" missed=\"0\" covered=\"1\"/></method></class><sourcefile name=\"A.java\"/></package></report>", Want: "p/A.java [] nobranches f@{{0 0} {0 0}}=1; line 0: some classes were compiled without debug information (javac -g): the report has no lines for them"},
	{Name: "lines that are nowhere", Text: "<report><package name=\"p\"><class name=\"p/A\" sourcefilename=\"A\"><method name=\"f\" line=\"2000\"/></class><sourcefile name=\"A\"><line nr=\"0\" ci=\"1\"/><line nr=\"2\" ci=\"1\"/></sourcefile></package></report>", Want: "p/A [{2 1}] nobranches f@{{0 0} {0 0}}=0; line 0: line 2000 is beyond limits.line; such records were passed over; line 0: records of line 0 were passed over"},
	{Name: "Kover", Text: kover(`<method name="f"><counter type="INSTRUCTION" missed="0" covered="4"/><counter type="LINE" missed="0" covered="1"/></method><method name="g"><counter type="INSTRUCTION" missed="5" covered="0"/><counter type="LINE" missed="2" covered="0"/></method>`), Want: "A.kt [{4 1} {8 0} {9 0}] nobranches f@{{4 1} {4 0}}=1 g@{{8 1} {9 0}}=0"},
	{Name: "Kover, in another order", Text: kover(`<method name="g"><counter type="INSTRUCTION" missed="5" covered="0"/><counter type="LINE" missed="2" covered="0"/></method><method name="f"><counter type="INSTRUCTION" missed="0" covered="4"/><counter type="LINE" missed="0" covered="1"/></method>`), Want: "A.kt [{4 1} {8 0} {9 0}] nobranches f@{{4 1} {4 0}}=1 g@{{8 1} {9 0}}=0"},
	{Name: "Kover, methods alike", Text: strings.Replace(kover(`<method name="g"><counter type="INSTRUCTION" missed="4" covered="0"/><counter type="LINE" missed="1" covered="0"/></method><method name="h"><counter type="INSTRUCTION" missed="4" covered="0"/><counter type="LINE" missed="1" covered="0"/></method>`), `mi="1"`, `mi="4"`, 1), Want: "A.kt [{4 1} {8 0} {9 0}] nobranches g@{{8 1} {8 0}}=0 h@{{9 1} {9 0}}=0"},
	{Name: "Kover, more lines than methods alike", Text: strings.Replace(kover(`<method name="g"><counter type="INSTRUCTION" missed="4" covered="0"/><counter type="LINE" missed="1" covered="0"/></method>`), `mi="1"`, `mi="4"`, 1), Want: "A.kt [{4 1} {8 0} {9 0}] nobranches g@{{0 0} {0 0}}=0"},
	{Name: "Kover, a method that is nowhere", Text: kover(`<method name="g"><counter type="INSTRUCTION" missed="3" covered="3"/><counter type="LINE" missed="0" covered="2"/></method>`), Want: "A.kt [{4 1} {8 0} {9 0}] nobranches g@{{0 0} {0 0}}=1"},
	{Name: "Kover, a method without code", Text: kover(`<method name="g"><counter type="INSTRUCTION" missed="0" covered="0"/><counter type="LINE" missed="0" covered="0"/></method>`), Want: "A.kt [{4 1} {8 0} {9 0}] nobranches"},
	{Name: "no line number", Text: "<report><package name=\"p\"><sourcefile name=\"A\"><line mi=\"0\"/>", Want: "line 1: want <line nr=\"…\" ci=\"…\">"},
	{Name: "too many branches", Text: "<report><package name=\"p\"><sourcefile name=\"A\"><line nr=\"1\" ci=\"0\" mb=\"99999999\"/>", Want: "line 1: line 1 has more than 10000 branches"},
}

// kover is a report of IntelliJ's coverage on three lines and some methods.
func kover(methods string) string {
	return `<report name="Intellij Coverage Report"><package name=""><class name="AKt" sourcefilename="A.kt">` + methods +
		`</class><sourcefile name="A.kt"><line nr="4" mi="0" ci="4"/><line nr="8" mi="4" ci="0"/><line nr="9" mi="1" ci="0"/></sourcefile></package></report>`
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, jacoco.Read, profiletest.Details, cases)
}

// A few bytes may stand for more branches than there is memory for.
func TestReadManyBranches(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, jacoco.Read, profiletest.Details, []profiletest.Case{
		{Name: "branches", Text: `<report><package name="p"><sourcefile name="A">` + strings.Repeat(`<line nr="1" ci="1" mb="9999" cb="0"/>`, 420), Want: "line 1: more than 4194304 branches (limits.branches)"},
	})
}

// TestGolden reads what the tools themselves have written.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, jacoco.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) { profiletest.Fuzz(f, jacoco.Sniff, jacoco.Read, profiletest.Texts(cases)) }
