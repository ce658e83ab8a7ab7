package cobertura_test

import (
	"flag"
	"strings"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/cobertura"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

var cases = []profiletest.Case{
	{Name: "class lines count, method lines do not", Text: "<coverage><packages><package><classes><class filename=\"a.py\"><methods><method name=\"f\"><lines><line number=\"2\" hits=\"0\"/></lines></method></methods><lines><line number=\"1\" hits=\"3\"/><line number=\"2\" hits=\"0\" branch=\"true\" condition-coverage=\"50% (1/2)\"/></lines></class></classes></package></packages></coverage>", Want: "a.py [{1 3} {2 0}] [{2 0 0 1} {2 0 1 0}] f@{{2 1} {2 0}}=0"},
	{Name: "lines under methods only", Text: "<!DOCTYPE coverage SYSTEM \"http://x/y.dtd\"><coverage><class filename=\"a\"><methods><method name=\"f\"><lines><line number=\"1\" hits=\"1\"/></lines></method></methods></class></coverage>", Want: "a [{1 1}] nobranches f@{{1 1} {1 0}}=1"},
	{Name: "two classes of a file", Text: "<coverage><class filename=\"a\"><lines><line number=\"3\" hits=\"0\"/></lines></class><class filename=\"a\"><lines><line number=\"3\" hits=\"1\"/></lines></class></coverage>", Want: "a [{3 1}] nobranches nofuncs"},
	{Name: "lines that are nowhere", Text: "<coverage><class filename=\"a\"><lines><line number=\"0\" hits=\"1\"/><line number=\"-3\" hits=\"1\"/><line number=\"2000\" hits=\"1\"/><line number=\"2\" hits=\"1\"/></lines></class></coverage>", Want: "a [{2 1}] nobranches nofuncs; line 0: records of line 0 were passed over; line 0: line 2000 is beyond limits.line; such records were passed over"},
	{Name: "PHPUnit lists functions with other files, too", Text: `<coverage><class name="A" filename="a.php"><methods><method name="m" signature="int $x"><lines><line number="3" hits="1"/><line number="5" hits="1"/></lines></method><method name="n" signature=""><lines><line number="8" hits="0"/></lines></method></methods></class><class name="a.php" filename="a.php"><methods><method name="N\f" signature="f(array $xs): int"><lines><line number="4" hits="0"/><line number="8" hits="0"/></lines></method><method name="N\g" signature="g(): void"><lines><line number="8" hits="0"/><line number="9" hits="0"/></lines></method></methods></class></coverage>`, Want: `a.php [{3 1} {4 0} {5 1} {8 0} {9 0}] nobranches m@{{3 1} {5 0}}=1 N\g@{{8 1} {9 0}}=0 n@{{8 1} {8 0}}=0`},
	{Name: "what a compiler of .NET makes", Text: `<coverage><class name="A.B/&lt;Sub&gt;d__1" filename="b.cs"><methods><method name="MoveNext"><lines><line number="3" hits="0"/></lines></method></methods></class><class name="A.B` + "`" + `1" filename="b.cs"><methods><method name=".ctor"><lines><line number="1" hits="1"/></lines></method><method name="&lt;Sum&gt;b__0_0"><lines><line number="6" hits="0"/></lines></method><method name="&lt;Sum&gt;g__Half|0_1"><lines><line number="7" hits="2"/></lines></method><method name="Sum"><lines><line number="5" hits="2"/></lines></method></methods></class></coverage>`, Want: `b.cs [{1 1} {3 0} {5 2} {6 0} {7 2}] nobranches B@{{1 1} {1 0}}=1 Sub@{{3 1} {3 0}}=0 Sum@{{5 1} {5 0}}=2 Half@{{7 1} {7 0}}=2`},
	{Name: "methods of .NET by their signatures", Text: `<coverage><class name="A" filename="a.cs"><methods><method name="F" signature="()"><lines><line number="3" hits="0"/></lines></method><method name="F" signature="System.Void )"><lines><line number="3" hits="2"/><line number="4" hits="9"/></lines></method><method name="get_X" signature="()"><lines><line number="6" hits="0"/></lines></method></methods></class><class name="A" filename="a.cs"><methods><method name="F" signature="()"><lines><line number="3" hits="1"/></lines></method></methods></class></coverage>`, Want: `a.cs [{3 2} {4 9} {6 0}] nobranches F@{{3 1} {3 0}}=1 F@{{3 1} {4 0}}=2 X.get@{{6 1} {6 0}}=0`},
	{Name: "more that a compiler of .NET makes", Text: `<coverage><class name="A.P/&lt;&gt;c/&lt;&lt;Sum&gt;b__0_0&gt;d" filename="b.cs"><methods><method name="MoveNext"><lines><line number="3" hits="0"/></lines></method></methods></class><class name="A.P/&lt;&gt;c" filename="b.cs"><methods><method name=".ctor"><lines><line number="3" hits="0"/></lines></method></methods></class><class name="A.P/&lt;&lt;Sum&gt;g__Half|0_0&gt;d" filename="b.cs"><methods><method name="MoveNext"><lines><line number="4" hits="0"/></lines></method></methods></class><class name="A.P" filename="b.cs"><methods><method name="get_Size"><lines><line number="5" hits="0"/></lines></method><method name="A.IBox.set_Item"><lines><line number="6" hits="0"/></lines></method><method name="op_Addition"><lines><line number="7" hits="0"/></lines></method><method name="&lt;Clone&gt;$"><lines><line number="8" hits="0"/></lines></method><method name="&lt;Main&gt;$"><lines><line number="9" hits="0"/></lines></method><method name="A.IBox.Open"><lines><line number="10" hits="0"/></lines></method></methods></class></coverage>`, Want: `b.cs [{3 0} {4 0} {5 0} {6 0} {7 0} {8 0} {9 0} {10 0}] nobranches Half@{{4 1} {4 0}}=0 Size.get@{{5 1} {5 0}}=0 this[].set@{{6 1} {6 0}}=0 operator +@{{7 1} {7 0}}=0 Main@{{9 1} {9 0}}=0 Open@{{10 1} {10 0}}=0`},
	{Name: "methods of a Java virtual machine", Text: `<coverage><class name="p.A$B" filename="p/A.java"><methods><method name="&lt;init&gt;" signature="(I)V"><lines><line number="3" hits="0"/></lines></method><method name="go" signature=""><lines><line number="4" hits="0"/></lines></method></methods></class></coverage>`, Want: `p/A.java [{3 0} {4 0}] nobranches p.A$B.<init>(I)V@{{3 1} {3 0}}=0 go@{{4 1} {4 0}}=0`},
	{Name: "empty", Text: "<coverage line-rate=\"0\"><packages/></coverage>", Want: ""},
	{Name: "entities", Text: "<?xml version=\"1.0\"?><!DOCTYPE c [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><coverage><class filename=\"a&amp;&x;&#66;\"><lines><line number=\"1\" hits=\"1\"/></lines></class></coverage>", Want: "a&&x;B [{1 1}] nobranches nofuncs"},
	{Name: "Latin-1", Text: "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><coverage><class filename=\"\xe9.c\"><lines><line number=\"1\" hits=\"1\"/></lines></class></coverage>", Want: "é.c [{1 1}] nobranches nofuncs"},
	{Name: "no file name", Text: "<coverage><class name=\"x\">", Want: "line 1: want <class filename=\"…\">"},
	{Name: "cut", Text: "<coverage>\n<class filename=\"a\">\n<lines>", Want: "line 3: want </coverage></class></lines>: the file seems to be cut or still being written"},
	{Name: "cut in a tag", Text: "<coverage>\n<class filename=\"a", Want: "line 2: want > behind <class: the file seems to be cut or still being written"},
	{Name: "wrong end", Text: "<coverage></class>", Want: "line 1: </class> closes nothing"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, cobertura.Read, profiletest.Details, cases)
}

// A few bytes may stand for more branches than there is memory for.
func TestReadManyBranches(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, cobertura.Read, profiletest.Details, []profiletest.Case{
		{Name: "branches", Text: `<coverage><class filename="a">` + strings.Repeat(`<line number="1" hits="1" condition-coverage="(0/65535)"/>`, 65), Want: "line 1: more than 4194304 branches (limits.branches)"},
	})
}

// TestGolden reads what the tools themselves have written.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, cobertura.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) {
	profiletest.Fuzz(f, cobertura.Sniff, cobertura.Read, profiletest.Texts(cases))
}
