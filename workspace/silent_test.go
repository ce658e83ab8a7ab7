package workspace_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/config"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// sources are texts with three functions each: one that ran, one that ran in part and one that did not.
var sources = map[string]string{
	"a.go": "package main\n\nfunc main() {\n\tprintln(1)\n}\n\nfunc part(n int) {\n\tif n > 1 {\n\t\tprintln(2)\n\t}\n}\n\nfunc none() {\n\tprintln(3)\n}\n",
	"a.js": "// a.js\n\nfunction main() {\n\tlog(1)\n}\n\nfunction part(n) {\n\tif (n > 1) {\n\t\tlog(2)\n\t}\n}\n\nfunction none() {\n\tlog(3)\n}\n",
	"a.c":  "// a.c\n\nvoid main() {\n\tlog(1);\n}\n\nvoid part(int n) {\n\tif (n > 1) {\n\t\tlog(2);\n\t}\n}\n\nvoid none() {\n\tlog(3);\n}\n",
}

// good are profiles of a source, as the formats have them that know functions, regions, lines or branches.
var good = map[string]string{
	"go":               "mode: atomic\nNAME:3.13,5.2 1 7\nNAME:7.18,8.11 1 3\nNAME:8.11,10.3 1 0\nNAME:13.13,15.2 1 0\n",
	"lcov":             "SF:NAME\nDA:4,7\nDA:8,3\nDA:9,0\nDA:14,0\nend_of_record\n",
	"lcov, functions":  "SF:NAME\nFN:3,main\nFN:7,part\nFN:13,none\nFNDA:7,main\nFNDA:3,part\nFNDA:0,none\nDA:4,7\nDA:8,3\nDA:9,0\nBRDA:8,0,0,3\nBRDA:8,0,1,0\nend_of_record\n",
	"cobertura":        `<coverage><packages><package name=""><classes><class name="a" filename="NAME"><methods/><lines><line number="4" hits="7"/><line number="8" hits="3" branch="true" condition-coverage="50% (1/2)"/><line number="9" hits="0"/><line number="14" hits="0"/></lines></class></classes></package></packages></coverage>`,
	"istanbul":         `{"NAME":{"path":"NAME","statementMap":{"0":{"start":{"line":4,"column":1},"end":{"line":4,"column":7}},"1":{"start":{"line":14,"column":1},"end":{"line":14,"column":7}}},"fnMap":{"0":{"name":"main","decl":{"start":{"line":3,"column":9},"end":{"line":3,"column":13}},"loc":{"start":{"line":3,"column":16},"end":{"line":5,"column":1}}},"1":{"name":"none","decl":{"start":{"line":13,"column":9},"end":{"line":13,"column":13}},"loc":{"start":{"line":13,"column":16},"end":{"line":15,"column":1}}},"2":{"name":"part","decl":{"start":{"line":7,"column":9},"end":{"line":7,"column":13}},"loc":{"start":{"line":7,"column":17},"end":{"line":11,"column":1}}}},"branchMap":{},"s":{"0":7,"1":0},"f":{"0":7,"1":0,"2":3},"b":{}}}`,
	"istanbul, no map": `{"NAME":{"path":"NAME","statementMap":{"0":{"start":{"line":4,"column":1},"end":{"line":4,"column":7}},"1":{"start":{"line":14,"column":1},"end":{"line":14,"column":7}}},"s":{"0":7,"1":0}}}`,
}

// silent are profiles that name a source and say nothing of it.
var silent = map[string]string{
	"go":                       "mode: set\nNAME:1.1,15.2 0 0\nNAME:14.1,14.9 0 1\n",
	"lcov":                     "SF:NAME\nend_of_record\n",
	"lcov, lines 0":            "SF:NAME\nFN:0,f\nFNDA:0,f\nDA:0,0\nend_of_record\n",
	"cobertura":                `<coverage><packages><package name=""><classes><class name="a" filename="NAME"><methods/><lines/></class></classes></package></packages></coverage>`,
	"cobertura, methods":       `<coverage><packages><package name=""><classes><class name="a" filename="NAME"><methods><method name="f"><lines/></method></methods><lines/></class></classes></package></packages></coverage>`,
	"jacoco":                   `<report name="x"><package name=""><class name="A" sourcefilename="NAME"/><sourcefile name="NAME"/></package></report>`,
	"jacoco, methods":          `<report name="x"><package name=""><class name="A" sourcefilename="NAME"><method name="f" desc="()V"><counter type="METHOD" missed="1" covered="0"/></method></class><sourcefile name="NAME"/></package></report>`,
	"clover":                   `<coverage><project><file name="NAME" path="NAME"><metrics statements="0"/></file></project></coverage>`,
	"istanbul":                 `{"NAME":{"path":"NAME","statementMap":{},"fnMap":{},"branchMap":{},"s":{},"f":{},"b":{}}}`,
	"istanbul, no functions":   `{"NAME":{"path":"NAME","statementMap":{},"s":{}}}`,
	"istanbul, no places":      `{"NAME":{"path":"NAME","statementMap":{"0":{}},"fnMap":{"0":{"name":"main"},"1":{"name":"none"}},"branchMap":{},"s":{"0":0},"f":{"0":0,"1":5},"b":{}}}`,
	"llvm-cov":                 `{"data":[{"files":[{"filename":"NAME","segments":[],"branches":[]}],"functions":[]}],"type":"llvm.coverage.json.export","version":"2.0.1"}`,
	"llvm-cov, no functions":   `{"data":[{"files":[{"filename":"NAME","segments":[]}]}],"type":"llvm.coverage.json.export","version":"2.0.1"}`,
	"coverage.py":              `{"meta":{"branch_coverage":true},"files":{"NAME":{"executed_lines":[],"missing_lines":[],"excluded_lines":[],"executed_branches":[],"missing_branches":[],"summary":{"covered_lines":0},"functions":{"":{"executed_lines":[],"missing_lines":[]}}}}}`,
	"coverage.py, a function":  `{"meta":{"branch_coverage":false},"files":{"NAME":{"executed_lines":[],"missing_lines":[],"functions":{"none":{"executed_lines":[],"missing_lines":[],"start_line":13}}}}}`,
	"simplecov":                `{"RSpec":{"coverage":{"NAME":{"lines":[],"branches":{},"methods":{}}},"timestamp":1}}`,
	"simplecov, null":          `{"RSpec":{"coverage":{"NAME":{"lines":[null,null,null]}},"timestamp":1}}`,
	"simplecov, of long ago":   `{"RSpec":{"coverage":{"NAME":[]},"timestamp":1}}`,
	"opencover":                `<CoverageSession><Modules><Module><Files><File uid="1" fullPath="NAME"/></Files><Class><Method><Name>A::none()</Name><FileRef uid="1"/><SequencePoints/><BranchPoints/></Method></Class></Module></Modules></CoverageSession>`,
	"coverlet":                 `{"a.dll":{"NAME":{"A":{"A::none()":{"Lines":{},"Branches":[]}}}}}`,
	"visualstudio":             `<results><modules><module><function name="none()"><ranges/></function><source_file id="0" path="NAME"/></module></modules></results>`,
	"dotcover":                 `<Root DotCoverVersion="1"><FileIndices><File Index="1" Name="NAME"/></FileIndices><Type Name="A"><Method Name="none()"/></Type></Root>`,
	"coveralls":                `{"source_files":[{"name":"NAME","coverage":[null,null]}]}`,
	"codecov":                  `{"coverage":{"NAME":[null,null]}}`,
	"tarpaulin":                `{"files":[{"path":["NAME"],"traces":[]}]}`,
	"sonarqube":                `<coverage version="1"><file path="NAME"/></coverage>`,
	"gcovr":                    `{"gcovr/format_version":"0.11","files":[{"file":"NAME","lines":[],"functions":[]}]}`,
	"gcov":                     `{"gcc_version":"14","files":[{"file":"NAME","lines":[],"functions":[]}]}`,
	"gcov, text":               "        -:    0:Source:NAME\n        -:    0:Runs:1\n",
	"xccov":                    `{"targets":[{"lineCoverage":0,"files":[{"path":"NAME","executableLines":0,"functions":[]}]}]}`,
	"xccov, lines":             `{"NAME":[{"line":1,"isExecutable":false}]}`,
	"scoverage":                `<scoverage><packages><package name=""><classes><class name="A" filename="NAME"><methods><method name="f"><statements><statement line="0" invocation-count="1"/></statements></method></methods></class></classes></package></packages></scoverage>`,
	"gcovr, excluded and zero": `{"gcovr/format_version":"0.11","files":[{"file":"NAME","lines":[{"line_number":14,"count":5,"gcovr/excluded":true,"branches":[]}],"functions":[{"name":"none","lineno":0,"execution_count":5}]}]}`,
}

// loaded reads profiles of a source, in the order of their names, and describes all that is known of it. Those
// named old are older than the source.
func loaded(t *testing.T, name string, profiles map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	write := func(name, text string, age time.Duration) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
		return path
	}
	source := write(name, sources[name], time.Hour)
	var changes []workspace.Change
	for p, text := range profiles {
		age := time.Duration(0)
		if strings.HasSuffix(p, "old") {
			age = 2 * time.Hour
		}
		changes = append(changes, workspace.Change{Path: write(p, strings.ReplaceAll(text, "NAME", name), age)})
	}
	store := workspace.NewStore()
	l := workspace.NewLoader(store)
	l.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", config.Merge(), nil)})
	for _, err := range l.Read(t.Context(), changes) {
		t.Fatal(err)
	}
	f := store.Load().Files[source]
	if f == nil {
		t.Fatalf("%s is not known; lost are %v", name, store.Load().Lost)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%v %v, counted %v, stale %v, tier %v, role %v\n", f.Coverage.Unit, f.Total, f.Counted(), f.Stale(), f.Standing.Tier, f.Standing.Role)
	lines, tells := f.Coverage.LineTotal()
	fmt.Fprintf(&b, "lines %v %v: %v\n", lines, tells, f.Coverage.Lines)
	branches, tells := f.Coverage.BranchTotal()
	fmt.Fprintf(&b, "branches %v %v: %v\n", branches, tells, f.Coverage.Branches)
	fmt.Fprintf(&b, "regions %v\nfunctions of the profile: %v\n", f.Coverage.Regions, f.Coverage.Funcs != nil)
	if f.Source != nil {
		fmt.Fprintf(&b, "package %q, facts %v\n", f.Source.Package, f.Source.Facts != nil)
	}
	for _, fn := range f.Funcs {
		fmt.Fprintf(&b, "%s %v: %v, called %v %d, uncovered %v\n", fn.String(), fn.Span, fn.Statements, fn.Counted, fn.Count, fn.Uncovered())
	}
	return b.String()
}

// TestSilent holds that a profile that says nothing of a file changes nothing of what another says, whichever
// comes first.
func TestSilent(t *testing.T) {
	t.Parallel()
	for name := range sources {
		for what, profile := range good {
			t.Run(name+" "+what, func(t *testing.T) {
				t.Parallel()
				alone := loaded(t, name, map[string]string{"5": profile})
				if !strings.Contains(alone, "uncovered true") && name != "a.c" || strings.Contains(alone, "stale true") {
					t.Fatalf("alone it says\n%s", alone)
				}
				for empty, text := range silent {
					for _, order := range []string{"1 old", "9 old"} {
						if both := loaded(t, name, map[string]string{"5": profile, order: text}); both != alone {
							t.Errorf("with %s as %q it says\n%salone\n%s", empty, order, both, alone)
						}
					}
				}
			})
		}
	}
}

// TestAllSilent holds that profiles of which none says anything are no trouble.
func TestAllSilent(t *testing.T) {
	t.Parallel()
	all := map[string]string{}
	for what, text := range silent {
		all[what] = text
	}
	for name := range sources {
		if state := loaded(t, name, all); !strings.Contains(state, " {0 0}, ") {
			t.Errorf("%s: %s", name, state)
		}
	}
}

// TestLittle holds that a profile that knows a function or two, or none that is in the text, hides none that
// another knows.
func TestLittle(t *testing.T) {
	t.Parallel()
	little := map[string]string{
		"beyond the end":     `{"NAME":{"path":"NAME","statementMap":{},"fnMap":{"0":{"name":"x","line":99}},"s":{},"f":{"0":1}}}`,
		"before the first":   `{"NAME":{"path":"NAME","statementMap":{},"fnMap":{"0":{"name":"x","line":1}},"s":{},"f":{"0":1}}}`,
		"one of them":        `{"NAME":{"path":"NAME","statementMap":{},"fnMap":{"0":{"name":"main","line":3}},"s":{},"f":{"0":1}}}`,
		"one, by LCOV":       "SF:NAME\nFN:3,main\nFNDA:1,main\nend_of_record\n",
		"branches":           "SF:NAME\nBRDA:8,0,0,1\nend_of_record\n",
		"a line in one":      "SF:NAME\nFN:3,main\nFNDA:1,main\nDA:4,1\nend_of_record\n",
		"lines, no function": `{"gcovr/format_version":"0.11","files":[{"file":"NAME","lines":[{"line_number":4,"count":1}],"functions":[]}]}`,
	}
	for name := range sources {
		for what, profile := range good {
			t.Run(name+" "+what, func(t *testing.T) {
				t.Parallel()
				missed := func(state string) (out []string) {
					for line := range strings.Lines(state) {
						if fn, ok := strings.CutSuffix(line, "uncovered true\n"); ok {
							fn, _, _ = strings.Cut(fn, " ")
							out = append(out, fn)
						}
					}
					return out
				}
				alone := loaded(t, name, map[string]string{"5": profile})
				for how, text := range little {
					for _, order := range []string{"1", "9"} {
						both := loaded(t, name, map[string]string{"5": profile, order: text})
						if strings.Join(missed(both), " ") != strings.Join(missed(alone), " ") {
							t.Errorf("with %s as %q it says\n%salone\n%s", how, order, both, alone)
						}
					}
				}
			})
		}
	}
}

// TestWhoNames holds whose functions stand where one profile tells them and another does not: those of the
// profile, unless they leave out one of the text that has code.
func TestWhoNames(t *testing.T) {
	t.Parallel()
	const (
		lines = "SF:NAME\nDA:4,7\nDA:14,0\nend_of_record\n" // part has no code
		of    = "the profile's"
		text  = "the text's"
	)
	functions := func(names ...string) string {
		at := map[string]int{"above": 1, "main": 3, "inside main": 4, "part": 7, "before none": 12, "none": 13, "inside none": 14, "behind": 16}
		var b strings.Builder
		for _, n := range names {
			name := n
			if !strings.Contains(sources["a.js"], n+"(") {
				name = "(" + n + ")" // as made up by a tool: the text has no such name
			}
			fmt.Fprintf(&b, "FN:%d,%s\nFNDA:1,%[2]s\n", at[n], name)
		}
		return "SF:NAME\n" + b.String() + "end_of_record\n"
	}
	for _, tt := range []struct {
		named []string
		whose string
	}{
		{[]string{"main", "part", "none"}, of},
		{[]string{"main", "none"}, of},
		{[]string{"above", "before none"}, of}, // as decorators stand above
		{[]string{"inside main", "inside none"}, of},
		{[]string{"main", "inside main", "none", "behind"}, of},
		{[]string{"main"}, text},
		{[]string{"none"}, text},
		{[]string{"main", "part", "behind"}, text},
		{[]string{"above"}, text},
		{[]string{"behind"}, text},
	} {
		for _, source := range []string{"a.go", "a.js"} {
			state := loaded(t, source, map[string]string{"1": lines, "2": functions(tt.named...)})
			if got := strings.Contains(state, "functions of the profile: true"); got != (tt.whose == of) {
				t.Errorf("%s: %v are named, want %s functions\n%s", source, tt.named, tt.whose, state)
			}
			if got := strings.Contains(state, "called true 1"); got != (tt.whose == of) {
				t.Errorf("%s: %v are named, want them counted as %s are\n%s", source, tt.named, tt.whose, state)
			}
		}
	}
}

// TestSilentKeepsTheText has a profile that says nothing come after the source was edited: what the marks
// belong to is still the text that the other profile was read with.
func TestSilentKeepsTheText(t *testing.T) {
	t.Parallel()
	for what, profile := range map[string]string{"silent": silent["istanbul"], "speaking": good["lcov"]} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir, err := filepath.EvalSymlinks(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			write := func(name, content string) string {
				path := filepath.Join(dir, name)
				if err := os.WriteFile(path, []byte(strings.ReplaceAll(content, "NAME", "a.js")), 0o644); err != nil {
					t.Fatal(err)
				}
				return path
			}
			before := sources["a.js"]
			after := "// more\n" + before
			path := write("a.js", before)
			store := workspace.NewStore()
			store.SetDocument(workspace.NewDocument("", path, 1, text.New(before)))
			l := workspace.NewLoader(store)
			l.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", config.Merge(), nil)})
			l.Read(t.Context(), []workspace.Change{{Path: write("1", good["lcov"])}})
			store.EditDocument(path, func(d *workspace.Document) *workspace.Document { return d.WithText(2, text.New(after)) })
			write("a.js", after)
			l.Read(t.Context(), []workspace.Change{{Path: write("2", profile)}})
			want := before
			if what == "speaking" {
				want = after
			}
			if got := store.Load().Documents[path].Base.String(); got != want {
				t.Errorf("the marks belong to\n%swant\n%s", got, want)
			}
		})
	}
}
