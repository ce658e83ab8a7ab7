package profile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile"
)

// TestSilentTwice names a file twice in one report, once to say nothing of it: that changes nothing of what is
// said the other time.
func TestSilentTwice(t *testing.T) {
	t.Parallel()
	const jacoco, clover = `<report name="x"><package name="p">%s</package></report>`, `<coverage><project>%s</project></coverage>`
	const cobertura = `<coverage><packages><package name=""><classes>%s</classes></package></packages></coverage>`
	const llvm = `{"data":[%s],"type":"llvm.coverage.json.export","version":"2.0.1"}`
	const file, function = `{"filename":"a","segments":[[1,1,3,true,true,false],[4,2,0,false,false,false]]}`, `{"count":0,"filenames":["a"],"name":"f","regions":[[2,1,3,2,0,0,0,0]]}`
	for _, tt := range []struct {
		format, frame, between string
		good                   string
		silent                 []string
	}{
		{"go", "mode: count\n%s", "", "a.go:1.1,2.2 1 0\n", []string{"a.go:1.1,1.1 0 0\n"}},
		{"lcov", "%s", "", "SF:a\nDA:1,0\nend_of_record\n", []string{"SF:a\nend_of_record\n", "SF:a\nFN:0,f\nend_of_record\n"}},
		{"lcov", "%s", "", "SF:a\nFN:1,f\nFNDA:0,f\nDA:1,0\nBRDA:1,0,0,-\nend_of_record\n", []string{"SF:a\nend_of_record\n"}},
		{"cobertura", cobertura, "", `<class filename="a"><methods><method name="f"><lines><line number="1" hits="0"/></lines></method></methods><lines><line number="1" hits="0"/></lines></class>`, []string{`<class filename="a"/>`, `<class filename="a"><methods><method name="g"/></methods><lines/></class>`}},
		{"jacoco", jacoco, "", `<class name="A" sourcefilename="a"><method name="f" line="1"/></class><sourcefile name="a"><line nr="1" ci="0" mb="1" cb="0"/></sourcefile>`, []string{`<sourcefile name="a"/>`, `<class name="B" sourcefilename="a"/>`}},
		{"clover", clover, "", `<file name="a"><line num="1" type="method" name="f" count="0"/><line num="2" type="stmt" count="0"/><metrics statements="1"/></file>`, []string{`<file name="a"/>`, `<file name="a"><metrics statements="0"/></file>`}},
		{"istanbul", "{%s}", ",", `"a":{"path":"a","statementMap":{"0":{"start":{"line":1,"column":0},"end":{"line":1,"column":5}}},"s":{"0":0}}`, []string{
			`"b":{"path":"a","statementMap":{},"fnMap":{},"branchMap":{},"s":{},"f":{},"b":{}}`, `"a":{"statementMap":{},"s":{}}`,
		}},
		{"llvm-cov", llvm, ",", `{"files":[` + file + `]}`, []string{`{"files":[{"filename":"a","segments":[]}],"functions":[]}`, `{"files":[{"filename":"a","segments":[]}]}`}},
		{"llvm-cov", llvm, ",", `{"files":[` + file + `],"functions":[` + function + `]}`, []string{`{"files":[{"filename":"a","segments":[]}],"functions":[]}`, `{"files":[{"filename":"a","segments":[]}]}`}},
		{"coverage.py", `{"meta":{"show_contexts":false},"files":{%s}}`, ",", `"a":{"executed_lines":[],"missing_lines":[1]}`, []string{
			`"a":{"executed_lines":[],"missing_lines":[],"executed_branches":[],"missing_branches":[],"functions":{"":{"executed_lines":[],"missing_lines":[]}}}`,
		}},
		{"simplecov", `{%s}`, ",", `"A":{"coverage":{"a":{"lines":[1,0,null]}}}`, []string{
			`"B":{"coverage":{"a":{"lines":[],"methods":{}}}}`, `"B":{"coverage":{"a":[null,null,null]}}`, `"B":{"coverage":{"a":{}}}`,
		}},
		{"simplecov", `{%s}`, ",", `"A":{"coverage":{"a":[1,0,null]}}`, []string{`"B":{"coverage":{"a":{"lines":[],"methods":{}}}}`}},
		{"opencover", `<CoverageSession><Modules>%s</Modules></CoverageSession>`, "", `<Module><Files><File uid="1" fullPath="a"/></Files><Method><Name>A::f()</Name><SequencePoint vc="0" sl="1" fileid="1"/></Method></Module>`, []string{
			`<Module><Files><File uid="1" fullPath="a"/></Files><Method><Name>A::g()</Name><SequencePoints/></Method></Module>`,
		}},
		{"coverlet", `{%s}`, ",", `"x.dll":{"a":{"A":{"A::f()":{"Lines":{"1":0}}}}}`, []string{`"x.dll":{"a":{}}`, `"y.dll":{"a":{"A":{"A::g()":{"Lines":{},"Branches":[]}}}}`}},
		{"visualstudio", `<results><modules>%s</modules></results>`, "", `<module><function name="f()"><range source_id="0" covered="no" start_line="1"/></function><source_file id="0" path="a"/></module>`, []string{`<module><function name="g()"/><source_file id="0" path="a"/></module>`}},
		{"dotcover", `<Root DotCoverVersion="1"><FileIndices><File Index="1" Name="a"/></FileIndices>%s</Root>`, "", `<Method Name="f()"><Statement FileIndex="1" Line="1" Covered="False"/></Method>`, []string{`<Method Name="g()"/>`, `<Type Name="A"><Method Name="g()" TotalStatements="1"/></Type>`}},
		{"coveralls", `{"source_files":[%s]}`, ",", `{"name":"a","coverage":[0,1]}`, []string{`{"name":"a","coverage":[]}`, `{"name":"a","coverage":[null],"branches":[]}`}},
		{"codecov", `{"coverage":{%s}}`, ",", `"a":{"1":0}`, []string{`"a":[null,null]`, `"a":{}`}},
		{"sonarqube", `<coverage version="1">%s</coverage>`, "", `<file path="a"><lineToCover lineNumber="1" covered="false"/></file>`, []string{`<file path="a"/>`}},
		{"tarpaulin", `{"files":[%s]}`, ",", `{"path":["a"],"traces":[{"line":1,"stats":{"Line":0}}]}`, []string{`{"path":["a"],"traces":[]}`, `{"path":["a"],"traces":[{"line":2,"stats":{}}]}`}},
		{"gcovr", `{"gcovr/format_version":"0.6","files":[%s]}`, ",", `{"file":"a","lines":[{"line_number":1,"count":0}]}`, []string{`{"file":"a","lines":[],"functions":[]}`}},
	} {
		t.Run(tt.format, func(t *testing.T) {
			t.Parallel()
			says := func(entries ...string) string {
				path := filepath.Join(t.TempDir(), "p")
				if err := os.WriteFile(path, fmt.Appendf(nil, tt.frame, strings.Join(entries, tt.between)), 0o644); err != nil {
					t.Fatal(err)
				}
				got, err := profile.Open(path, profile.Limits{})
				if err != nil || got.Format != tt.format {
					t.Fatalf("%s: %v", got.Format, err)
				}
				got.Report.Warnings = nil // an odd record may be told
				for _, f := range got.Report.Files {
					f.Regions = slices.DeleteFunc(f.Regions, func(r coverage.Region) bool { return r.Statements == 0 })
				}
				return profiletest.Details(got.Report)
			}
			want := says(tt.good)
			for _, silent := range tt.silent {
				for _, got := range []string{says(tt.good, silent), says(silent, tt.good), says(silent, tt.good, silent)} {
					if got != want {
						t.Errorf("with %s it says\n%s\nwant\n%s", silent, got, want)
					}
				}
			}
		})
	}
}
