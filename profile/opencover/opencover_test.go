package opencover_test

import (
	"flag"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/opencover"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

func session(module string) string {
	return `<CoverageSession><Modules><Module><Files><File uid="1" fullPath="a.cs"/><File uid="2" fullPath="b.cs"/><File uid="3" fullPath="c.cs"/></Files><Classes><Class><Methods>` + module + `</Methods></Class></Classes></Module></Modules></CoverageSession>`
}

func method(name, points string) string {
	return `<Method><Name>` + name + `</Name><FileRef uid="1"/>` + points + `</Method>`
}

var cases = []profiletest.Case{
	{Name: "empty", Text: `<CoverageSession><Summary numSequencePoints="0"/><Modules/></CoverageSession>`, Want: ""},
	{Name: "a method", Text: session(method("System.Int32 A::F()", `<SequencePoint vc="2" sl="3" el="4" fileid="1"/><SequencePoint vc="0" sl="4" el="5" fileid="1"/><SequencePoint vc="3" sl="16707566" el="16707566" fileid="1"/>`)), Want: "a.cs [{3 2} {4 2} {5 0}] nobranches F@{{3 1} {5 0}}=2"},
	{Name: "branches", Text: session(method("A::F()", `<SequencePoint vc="2" sl="3" fileid="1"/><BranchPoint vc="2" offset="5" path="0" sl="3" fileid="1"/><BranchPoint vc="0" offset="5" path="1" sl="3" fileid="1"/>`)), Want: "a.cs [{3 2}] [{3 5 0 2} {3 5 1 0}] F@{{3 1} {3 0}}=2"},
	{Name: "branches without lines", Text: session(method("A::F()", `<SequencePoint vc="2" sl="3" offset="0"/><SequencePoint vc="0" sl="7" offset="9"/><BranchPoint vc="2" offset="8" path="0"/><BranchPoint vc="0" offset="9" path="1"/>`) + method("A::G()", `<BranchPoint vc="2" offset="8" path="0"/>`)), Want: "a.cs [{3 2} {7 0}] [{3 8 0 2} {7 9 1 0}] F@{{3 1} {7 0}}=2; line 0: branch points of no line were passed over"},
	{Name: "two files of a method", Text: session(method("System.Void A::.ctor()", `<SequencePoint vc="1" sl="9" fileid="2"/><SequencePoint vc="1" sl="3" fileid="1"/>`)), Want: "a.cs [{3 1}] nobranches A@{{3 1} {3 0}}=1; b.cs [{9 1}] nobranches A@{{9 1} {9 0}}=1"},
	{Name: "a file of two modules", Text: session(method("A::F()", `<SequencePoint vc="0" sl="3"/><BranchPoint vc="0" offset="5" path="0" sl="3"/>`) + method("A::F()", `<SequencePoint vc="4" sl="3"/><BranchPoint vc="1" offset="5" path="0" sl="3"/>`)), Want: "a.cs [{3 4}] [{3 5 0 1}] F@{{3 1} {3 0}}=4"},
	{Name: "left out", Text: `<CoverageSession><Modules><Module skippedDueTo="Filter"><Classes><Class><Methods><Method><SequencePoint/></Method></Methods></Class></Classes></Module><Module><Files><File uid="1" fullPath="a.cs"/></Files><Class skippedDueTo="Attribute"><Method><SequencePoint/></Method></Class><Method skippedDueTo="File"><SequencePoint/></Method><Method><Name>A::F()</Name><SequencePoint vc="1" sl="2" fileid="1"/></Method></Module></Modules></CoverageSession>`, Want: "a.cs [{2 1}] nobranches F@{{2 1} {2 0}}=1"},
	{Name: "no file", Text: session(`<Method><Name>A::F()</Name><SequencePoint vc="2" sl="3" fileid="0"/></Method>`), Want: "line 0: points of no file were passed over"},
	{Name: "a file that is not named", Text: session(method("A::F()", `<SequencePoint vc="2" sl="3" fileid="9"/>`)), Want: `line 1: want a <File uid="…"> with the fileid of the point before it`},
	{Name: "lines that are nowhere", Text: session(method("A::F()", `<SequencePoint vc="2" sl="0"/><SequencePoint vc="2" sl="2000"/><SequencePoint vc="2" sl="999" el="2000"/>`)), Want: "a.cs [{999 2} {1000 2}] nobranches F@{{999 1} {1000 0}}=2; line 0: records of line 0 were passed over; line 0: line 2000 is beyond limits.line; such records were passed over"},
	{Name: "no count", Text: session(method("A::F()", `<SequencePoint sl="3"/>`)), Want: `line 1: want <SequencePoint vc="…" sl="…">`},
	{Name: "no name of a file", Text: `<CoverageSession><File uid="1"/>`, Want: `line 1: want <File uid="…" fullPath="…">`},
	{Name: "no name of a method", Text: `<CoverageSession><Method><SequencePoint vc="1" sl="1"/>`, Want: "line 1: want the <Name> of a method before its points"},
	{Name: "files", Text: session(method("A::F()", `<SequencePoint vc="1" sl="3" fileid="1"/><SequencePoint vc="1" sl="3" fileid="2"/><SequencePoint vc="1" sl="3" fileid="3"/>`)), Want: "line 1: more than 2 files (limits.files)"},
	{Name: "cut", Text: "<CoverageSession>\n<Modules>", Want: "line 2: want </CoverageSession></Modules>: the file seems to be cut or still being written"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, opencover.Read, profiletest.Details, cases)
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		`<?xml version="1.0"?><CoverageSession xmlns:xsd="x"><Summary/>`: true,
		"\n<CoverageSession>":   true,
		`<coverage><packages/>`: false,
		`<CoverageSessions/>`:   false,
		"":                      false,
	} {
		if got := opencover.Sniff([]byte(in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

// TestGolden reads what is as the tools themselves have written it.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, opencover.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) {
	profiletest.Fuzz(f, opencover.Sniff, opencover.Read, profiletest.Texts(cases))
}
