package lcov_test

import (
	"flag"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/lcov"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

var cases = []profiletest.Case{
	{Name: "one section", Text: "TN:\nSF:a.c\nFN:1,main\nFN:7,unused\nFNDA:2,main\nDA:1,2\nDA:7,0\nBRDA:1,0,0,-\nBRDA:1,0,1,3\nend_of_record\n", Want: "a.c [{1 2} {7 0}] [{1 0 0 0} {1 0 1 3}] main@{{1 1} {0 0}}=2 unused@{{7 1} {0 0}}=0"},
	{Name: "same file twice", Text: "SF:a\nDA:1,0\nDA:2,1\nend_of_record\nSF:a\nDA:1,3\nend_of_record\n", Want: "a [{1 3} {2 1}] nobranches nofuncs"},
	{Name: "names with commas", Text: "SF:a\nFN:1,f(int, char)\nFNDA:1,f(int, char)\nFN:3,9,g(int, char)\nend_of_record\n", Want: "a [] nobranches f(int, char)@{{1 1} {0 0}}=1 g(int, char)@{{3 1} {9 0}}=0"},
	{Name: "repeated names", Text: "SF:a\nFN:1,f\nFN:1,f\nFNDA:0,f\nFNDA:1,f\nend_of_record\n", Want: "a [] nobranches f@{{1 1} {0 0}}=0 f@{{1 1} {0 0}}=1"},
	{Name: "lcov 2", Text: "#comment\nSF:a\nFNL:0,1,5\nFNA:0,2,main\nFNA:0,0,alias\nDA:1,2\nBRDA:1,e0,0,0\nBRDA:1,0,0,1\nMCDC:1,2,t,1,0,x\nend_of_record\n", Want: "a [{1 2}] [{1 0 0 1} {1 2199571824 0 0}] alias@{{1 1} {5 0}}=0 main@{{1 1} {5 0}}=2"},
	{Name: "a branch twice", Text: "SF:a\nDA:1,1\nBRDA:1,0,0,0\nBRDA:1,0,1,0\nBRDA:1,0,0,2\nend_of_record\n", Want: "a [{1 1}] [{1 0 0 2} {1 0 1 0}] nofuncs"},
	{Name: "odd counts", Text: "SF:a\nDA:1,1.5e3\nDA:2,18446744073709551615\nDA:3,-4\nDA:4,0.3,abc/+=\nend_of_record\n", Want: "a [{1 1500} {2 18446744073709551615} {3 0} {4 1}] nobranches nofuncs; line 4: negative counts were taken for 0"},
	{Name: "what is told", Text: "SF:a\nFN:1,f\nBRDA:1,0,0,1\nend_of_record\nSF:b\nDA:1,1\nend_of_record\n", Want: "a [] [{1 0 0 1}] f@{{1 1} {0 0}}=0; b [{1 1}] nobranches nofuncs"},
	{Name: "that there are none", Text: "SF:a\nDA:1,1\nFNF:0\nBRF:0\nend_of_record\n", Want: "a [{1 1}] []"},
	{Name: "coverage.py before 7.6.2", Text: "SF:a.py\nDA:2,1\nBRDA:4,0,0,-\nBRDA:3,0,1,1\nBRDA:0,1,0,-\nBRDA:0,1,1,1\nend_of_record\nSF:a.py\nDA:2,1\nBRDA:3,0,0,-\nBRDA:4,0,1,1\nBRDA:0,1,0,1\nBRDA:0,1,1,1\nend_of_record\n", Want: "a.py [{2 2}] [{0 0 3 1} {0 0 4 1} {0 1 0 1} {0 1 2147483649 2}] nofuncs"},
	{Name: "coverage.py since", Text: "SF:a.py\nDA:2,1\nBRDA:2,0,jump to line 3,1\nBRDA:2,0,jump to line 4,0\nBRDA:5,0,jump to line 6,1\nend_of_record\n", Want: "a.py [{2 1}] [{2 0 3021181712 0} {2 0 3138625045 1} {5 0 3054736950 1}] nofuncs"},
	{Name: "Python by another tool", Text: "SF:a.py\nDA:2,1\nBRDA:2,0,0,1\nBRDA:2,0,1,0\nBRDA:5,0,0,1\nend_of_record\n", Want: "a.py [{2 1}] [{2 0 0 1} {2 0 1 0} {5 0 0 1}] nofuncs"},
	{Name: "checksums", Text: "SF:a\nDA:2,1,+XxdKZQb+xsv2rCHSQargg\nDA:1,0,uKn3Fdu2T9XFbneDxoIKYQ==\nDA:3,1,other\nDA:1,1,uKn3Fdu2T9XFbneDxoIKYQ==\nend_of_record\nSF:a\nDA:1,1,+XxdKZQb+xsv2rCHSQargg\nend_of_record\n", Want: "a [{1 b8a9f715} {1 f97c5d29} {2 f97c5d29}] [{1 2} {2 1} {3 1}] nobranches nofuncs"},
	{Name: "line 0 and line 2e9", Text: "SF:a\nDA:0,1\nDA:2000000000,1\nDA:3,1\nend_of_record\n", Want: "a [{3 1}] nobranches nofuncs; line 2: records of line 0 were passed over; line 3: line 2000000000 is beyond limits.line; such records were passed over"},
	{Name: "a line below 0", Text: "SF:a\nFN:-1,__init\nFN:1,a\nFNDA:3,__init\nFNDA:1,a\nDA:-12345678901234567890123,1\nDA:99999999999999999999999,1\nDA:1,1\nBRDA:-4,0,0,1\nend_of_record\n", Want: "a [{1 1}] [] a@{{1 1} {0 0}}=1; line 2: records of line -1 were passed over: lines begin at 1; line 7: line 18446744073709551615 is beyond limits.line; such records were passed over"},
	{Name: "a function that ends before it begins", Text: "SF:a\nFN:8,3,f\nFNL:0,9,2\nFNA:0,1,g\nend_of_record\n", Want: "a [] nobranches f@{{8 1} {0 0}}=0 g@{{9 1} {0 0}}=1; line 2: functions that end before they begin were taken to end where the next one begins"},
	{Name: "no line number", Text: "SF:a\nDA:-,1\nend_of_record\n", Want: "line 2: want a line number, have \"DA:-,1\""},
	{Name: "CRLF and BOM", Text: "\ufeffTN:\r\nSF:a\r\nDA:1,1\r\nend_of_record\r\n", Want: "a [{1 1}] nobranches nofuncs"},
	{Name: "cut in a section", Text: "SF:a\nDA:1,1\nend_of_record\nSF:b\nDA:1,", Want: "a [{1 1}] nobranches nofuncs; line 4: the file seems to be cut: b has no end_of_record and was left out"},
	{Name: "cut in the only section", Text: "SF:a\nDA:1,1\n", Want: "line 2: want end_of_record: the file seems to be cut or still being written"},
	{Name: "no file", Text: "DA:1,1\n", Want: "line 1: want SF: and a file before \"DA:1,1\""},
	{Name: "no count", Text: "SF:a\nDA:1\n", Want: "line 2: want DA:line,count, have \"DA:1\""},
	{Name: "garbage", Text: "SF:a\nwhat\n", Want: "line 2: want a record such as DA:12,1 or end_of_record, have \"what\""},
	{Name: "CR alone", Text: "SF:a\rDA:1,1\rend_of_record\r\n", Want: "line 1: the lines end in CR alone: save the file with LF or CRLF"},
	{Name: "too many files", Text: "SF:a\nend_of_record\nSF:b\nend_of_record\nSF:c\nend_of_record\n", Want: "line 6: more than 2 files (limits.files)"},
	{Name: "unknown records", Text: "SF:a\nXY:1\nDA:1,1\nend_of_record\n", Want: "a [{1 1}] nobranches nofuncs; line 2: records \"XY\" are not known and were passed over"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, lcov.Read, profiletest.Details, cases)
}

// TestGolden reads what the tools themselves have written.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, lcov.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) { profiletest.Fuzz(f, lcov.Sniff, lcov.Read, profiletest.Texts(cases)) }

// A line that is told again and again takes no more memory than once.
func TestReadOneLine(t *testing.T) {
	const times = 4_000_000
	var before, after runtime.MemStats
	text := io.MultiReader(strings.NewReader("SF:a\n"), strings.NewReader(strings.Repeat("DA:1,1\nBRDA:1,0,0,1\n", times/2)), strings.NewReader("end_of_record\n"))
	runtime.ReadMemStats(&before)
	r, err := lcov.Read(text, scan.Limits{})
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.Files[0].Lines, []coverage.Line{{Number: 1, Count: times / 2}}; !slices.Equal(got, want) {
		t.Errorf("lines %v, want %v", got, want)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 32*times {
		t.Errorf("it took %d bytes", got)
	}
}
