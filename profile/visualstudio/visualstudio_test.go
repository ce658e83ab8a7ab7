package visualstudio_test

import (
	"flag"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/scan"
	"github.com/covls/covls/profile/visualstudio"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

func results(functions string) string {
	return `<results><modules><module name="a.dll"><functions>` + functions + `</functions><source_files><source_file id="0" path="a.cs"/><source_file id="1" path="b.cpp"/><source_file id="2" path="c.cs"/></source_files></module></modules></results>`
}

func dataset(lines string) string {
	return `<CoverageDSPriv><xs:schema><xs:element name="Lines"/></xs:schema><Module><NamespaceTable><Class><ClassName>A</ClassName><Method><MethodName>F()</MethodName><LinesCovered>1</LinesCovered>` + lines + `</Method></Class></NamespaceTable></Module><SourceFileNames><SourceFileID>1</SourceFileID><SourceFileName>a.cs</SourceFileName></SourceFileNames></CoverageDSPriv>`
}

var cases = []profiletest.Case{
	{Name: "nothing", Text: `<results><modules/></results>`, Want: ""},
	{Name: "ranges", Text: results(`<function name="F(int)" type_name="A" namespace="N"><ranges><range source_id="0" covered="yes" start_line="3" end_line="3"/><range source_id="0" covered="partial" start_line="4" end_line="5"/><range source_id="0" covered="no" start_line="5" end_line="6"/></ranges></function><function name="MoveNext()" type_name="A.&lt;G&gt;d__1&lt;T&gt;"><ranges><range source_id="0" covered="no" start_line="9" end_line="9"/></ranges></function>`), Want: "a.cs [{3 1} {4 1} {5 1} {6 0} {9 0}] nobranches F@{{3 1} {6 0}}=1 G@{{9 1} {9 0}}=0"},
	{Name: "of C++", Text: results(`<function name="F(int)" type_name="A" namespace="N"><ranges><range source_id="1" covered="yes" start_line="3" end_line="3"/></ranges></function><function name="main"><ranges><range source_id="1" covered="no" start_line="9" end_line="9"/></ranges></function>`), Want: "b.cpp [{3 1} {9 0}] nobranches N::A::F(int)@{{3 1} {3 0}}=1 main@{{9 1} {9 0}}=0"},
	{Name: "files of two modules", Text: `<results><modules><module><function name="F()" type_name="A"><range source_id="0" covered="yes" start_line="3"/></function><source_file id="0" path="a.cs"/></module><module><function name="G()" type_name="B"><range source_id="0" covered="no" start_line="4"/></function><source_file id="0" path="b.cs"/></module></modules></results>`, Want: "a.cs [{3 1}] nobranches F@{{3 1} {3 0}}=1; b.cs [{4 0}] nobranches G@{{4 1} {4 0}}=0"},
	{Name: "a file that is not named", Text: results(`<function name="F()"><range source_id="7" covered="yes" start_line="3"/></function>`), Want: `line 1: want the name of the file that a stretch is in: <source_file id="…"> behind <range>, or <SourceFileNames>`},
	{Name: "a file of another module", Text: `<results><modules><module><source_file id="0" path="a.cs"/></module><module><function name="G()"><range source_id="0" covered="no" start_line="4"/></function></module></modules></results>`, Want: `line 1: want the name of the file that a stretch is in: <source_file id="…"> behind <range>, or <SourceFileNames>`},
	{Name: "no lines", Text: results(`<function name="F()"><range source_id="0" covered="yes"/></function>`), Want: `line 1: want <range source_id="…" covered="…" start_line="…">`},
	{Name: "no path", Text: `<results><modules><source_file id="0"/>`, Want: `line 1: want <source_file id="…" path="…">`},
	{Name: "a data set", Text: dataset(`<Lines><LnStart>3</LnStart><ColStart>9</ColStart><LnEnd>3</LnEnd><Coverage>0</Coverage><SourceFileID>1</SourceFileID></Lines><Lines><LnStart>4</LnStart><LnEnd>5</LnEnd><Coverage>2</Coverage><SourceFileID>1</SourceFileID></Lines><Lines><LnStart>5</LnStart><LnEnd>5</LnEnd><Coverage>1</Coverage><SourceFileID>1</SourceFileID></Lines>`), Want: "a.cs [{3 1} {4 0} {5 1}] nobranches F@{{3 1} {5 0}}=1"},
	{Name: "a data set without coverage", Text: dataset(`<Lines><LnStart>3</LnStart></Lines>`), Want: "line 1: want <LnStart>, <Coverage> and <SourceFileID> in <Lines>"},
	{Name: "no number", Text: dataset(`<Lines><LnStart>x</LnStart></Lines>`), Want: "line 1: want a number in <LnStart>"},
	{Name: "files", Text: results(`<function name="F()"><range source_id="0" covered="yes" start_line="3"/><range source_id="1" covered="yes" start_line="3"/><range source_id="2" covered="yes" start_line="3"/></function>`), Want: "line 1: more than 2 files (limits.files)"},
	{Name: "cut", Text: "<results>\n<modules>", Want: "line 2: want </results></modules>: the file seems to be cut or still being written"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Table(t, visualstudio.Read, profiletest.Details, cases)
}

func TestSniff(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		`<?xml version="1.0" encoding="UTF-8" ?><results><modules>`: true,
		`<CoverageDSPriv><xs:schema id="CoverageDSPriv">`:           true,
		`<results><test/>`:      false,
		`<results/>`:            false,
		`<coverage><packages/>`: false,
		"":                      false,
	} {
		if got := visualstudio.Sniff([]byte(in)); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
}

// TestGolden reads what is as the tools themselves have written it.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, visualstudio.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) {
	profiletest.Fuzz(f, visualstudio.Sniff, visualstudio.Read, profiletest.Texts(cases))
}
