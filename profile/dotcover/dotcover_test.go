package dotcover_test

import (
	"flag"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/dotcover"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

func root(types string) string {
	return `<Root CoveredStatements="1" TotalStatements="2" DotCoverVersion="2023.3"><FileIndices><File Index="1" Name="a.cs"/><File Index="2" Name="b.cs"/><File Index="3" Name="c.cs"/></FileIndices><Assembly Name="X"><Namespace Name="N">` + types + `</Namespace></Assembly></Root>`
}

var cases = []profiletest.Case{
	{Name: "nothing", Text: `<Root CoveredStatements="0" TotalStatements="0" DotCoverVersion="2023.3"></Root>`, Want: ""},
	{Name: "statements", Text: root(`<Type Name="A"><Method Name="F():System.Void"><Statement FileIndex="1" Line="3" EndLine="4" Covered="True"/><Statement FileIndex="1" Line="4" EndLine="5" Covered="False"/></Method><Type Name="&lt;G&gt;d__1&lt;T&gt;"><Method Name="MoveNext():System.Void"><Statement FileIndex="1" Line="8" EndLine="8" Covered="False"/></Method></Type></Type>`), Want: "a.cs [{3 1} {4 1} {5 0} {8 0}] nobranches F@{{3 1} {5 0}}=1 G@{{8 1} {8 0}}=0"},
	{Name: "other members", Text: root(`<Type Name="A"><Property Name="X"><Method Name="get_X():System.Int32"><Statement FileIndex="1" Line="3" Covered="True"/></Method></Property><Constructor Name=".ctor()"><Statement FileIndex="1" Line="5" Covered="True"/><AnonymousMethod Name="&lt;.ctor&gt;b__0()"><Statement FileIndex="1" Line="6" Covered="False"/></AnonymousMethod><Statement FileIndex="1" Line="7" Covered="True"/></Constructor></Type>`), Want: "a.cs [{3 1} {5 1} {6 0} {7 1}] nobranches X.get@{{3 1} {3 0}}=1 A@{{5 1} {7 0}}=1"},
	{Name: "sums alone", Text: "<Root CoveredStatements=\"1\" TotalStatements=\"2\" ReportType=\"Xml\">\n<Assembly Name=\"X\"><Type Name=\"A\"><Method Name=\"F()\" TotalStatements=\"2\"/></Type></Assembly></Root>", Want: "line 2: the report has sums but no statements: let dotCover write DetailedXML (--ReportType=DetailedXML)"},
	{Name: "no line", Text: root(`<Type Name="A"><Method Name="F()"><Statement FileIndex="1" Covered="True"/></Method></Type>`), Want: `line 1: want <Statement FileIndex="…" Line="…" Covered="…"> in a method`},
	{Name: "no method", Text: root(`<Type Name="A"><Statement FileIndex="1" Line="1" Covered="True"/></Type>`), Want: `line 1: want <Statement FileIndex="…" Line="…" Covered="…"> in a method`},
	{Name: "no file", Text: root(`<Method Name="F()"><Statement FileIndex="9" Line="1" Covered="True"/></Method>`), Want: `line 1: want a <File Index="…"> with the FileIndex of the statement`},
	{Name: "no name", Text: `<Root DotCoverVersion="1"><File Index="1"/>`, Want: `line 1: want <File Index="…" Name="…">`},
	{Name: "files", Text: root(`<Method Name="F()"><Statement FileIndex="1" Line="1" Covered="True"/><Statement FileIndex="2" Line="1" Covered="True"/><Statement FileIndex="3" Line="1" Covered="True"/></Method>`), Want: "line 1: more than 2 files (limits.files)"},
	{Name: "cut", Text: "<Root DotCoverVersion=\"1\">\n<Assembly>", Want: "line 2: want </Root></Assembly>: the file seems to be cut or still being written"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, dotcover.Read, profiletest.Details, cases)
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		`<Root CoveredStatements="128" TotalStatements="204" ReportType="DetailedXml">`: true,
		`<?xml version="1.0"?><Root DotCoverVersion="10.0.2">`:                          true,
		`<Root><Other/></Root>`:      false,
		`<root DotCoverVersion="1">`: false,
		"":                           false,
	} {
		if got := dotcover.Sniff([]byte(in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

// TestGolden reads what is as the tools themselves have written it.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, dotcover.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) {
	profiletest.Fuzz(f, dotcover.Sniff, dotcover.Read, profiletest.Texts(cases))
}
