package jacoco_test

import (
	"strings"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/jacoco"
)

var cases = []profiletest.Case{
	{Name: "lines of source files", Text: "<report><package name=\"p/q\"><class name=\"p/q/A\" sourcefilename=\"A.java\"><method name=\"f\" line=\"3\"><counter type=\"METHOD\" missed=\"0\" covered=\"1\"/></method><method name=\"g\" line=\"9\"><counter type=\"METHOD\" missed=\"1\" covered=\"0\"/></method></class><sourcefile name=\"A.java\"><line nr=\"3\" mi=\"0\" ci=\"2\" mb=\"1\" cb=\"1\"/><line nr=\"9\" mi=\"1\" ci=\"0\"/></sourcefile></package></report>", Want: "p/q/A.java{1 2} {1 2} {1 2}"},
	{Name: "groups", Text: "<report><group name=\"g\"><group name=\"h\"><package name=\"p\"><sourcefile name=\"A.kt\"><line nr=\"1\" mi=\"0\" ci=\"1\"/></sourcefile></package></group></group></report>", Want: "p/A.kt{1 1} {0 0} {0 0}"},
	{Name: "no debug information", Text: "<report><package name=\"p\"><class name=\"p/A\"><method name=\"f\"><counter type=\"METHOD\" missed=\"0\" covered=\"1\"/></method></class></package></report>", Want: "line 0: some classes were compiled without debug information (javac -g): the report has no lines for them"},
	{Name: "an interface", Text: "<report><package name=\"p\"><class name=\"p/A\" sourcefilename=\"A.java\"/><sourcefile name=\"A.java\"/></package></report>", Want: "p/A.java{0 0} {0 0} {0 0}"},
	{Name: "methods without lines", Text: "<report><package name=\"p\"><class name=\"p/A\" sourcefilename=\"A.java\"><method name=\"f\"><counter type=\"METHOD\" missed=\"0\" covered=\"1\"/></method></class><sourcefile name=\"A.java\"/></package></report>", Want: "p/A.java{0 0} {1 1} {0 0}; line 0: some classes were compiled without debug information (javac -g): the report has no lines for them"},
	{Name: "lines that are nowhere", Text: "<report><package name=\"p\"><class name=\"p/A\" sourcefilename=\"A\"><method name=\"f\" line=\"2000\"/></class><sourcefile name=\"A\"><line nr=\"0\" ci=\"1\"/><line nr=\"2\" ci=\"1\"/></sourcefile></package></report>", Want: "p/A{1 1} {0 1} {0 0}; line 0: line 2000 is beyond limits.line; such records were passed over; line 0: records of line 0 were passed over"},
	{Name: "no line number", Text: "<report><package name=\"p\"><sourcefile name=\"A\"><line mi=\"0\"/>", Want: "line 1: want <line nr=\"…\" ci=\"…\">"},
	{Name: "too many branches", Text: "<report><package name=\"p\"><sourcefile name=\"A\"><line nr=\"1\" ci=\"0\" mb=\"99999999\"/>", Want: "line 1: line 1 has more than 10000 branches"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, jacoco.Read, profiletest.Summary, cases)
}

// A few bytes may stand for more branches than there is memory for.
func TestReadManyBranches(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, jacoco.Read, profiletest.Summary, []profiletest.Case{
		{Name: "branches", Text: `<report><package name="p"><sourcefile name="A">` + strings.Repeat(`<line nr="1" ci="1" mb="9999" cb="0"/>`, 420), Want: "line 1: more than 4194304 branches (limits.branches)"},
	})
}

func FuzzRead(f *testing.F) { profiletest.Fuzz(f, jacoco.Sniff, jacoco.Read, profiletest.Texts(cases)) }
