package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/covls/covls/config"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/report"
	"github.com/covls/covls/workspace"
)

// folder writes files into a temporary folder and returns it.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// load makes the report of a folder and a profile.
func load(t *testing.T, dir, profile string, o report.Options) *report.Report {
	t.Helper()
	settings, problems := config.Load(dir)
	if rel, err := filepath.Rel(dir, profile); err != nil || !filepath.IsLocal(rel) {
		settings.Profiles = []string{profile} // what lies elsewhere is named
	}
	store := workspace.NewStore()
	loader := workspace.NewLoader(store)
	for _, err := range loader.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", settings, problems)}) {
		t.Fatal(err)
	}
	for _, err := range loader.Read(t.Context(), []workspace.Change{{Path: profile}}) {
		t.Fatal(err)
	}
	settle(t, loader)
	r, err := report.New(store.Load(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// settle does what a load has not waited for.
func settle(t testing.TB, loader *workspace.Loader) {
	t.Helper()
	for _, look := range loader.Untested() {
		found, err := look.Look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		loader.Tested(t.Context(), look, found)
	}
}

// sarifLog is what a reader of SARIF looks at.
type sarifLog struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Name, Version   string
				SemanticVersion *string
				Rules           []struct {
					ID                                string
					ShortDescription, FullDescription struct{ Text string }
					Help                              struct{ Text, Markdown string }
				}
			}
		}
		Invocations []struct {
			ExecutionSuccessful                                        bool
			ToolConfigurationNotifications, ToolExecutionNotifications []struct{ Message struct{ Text string } }
		}
		Results    []sarifResult
		Properties struct{ Covered, Total, LeftOut int }
	}
}

type sarifResult struct {
	RuleID    string
	RuleIndex int
	Level     string
	Message   struct{ Text string }
	Locations []struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI, URIBaseID string }
			Region           struct{ StartLine, EndLine int }
		}
	}
	PartialFingerprints map[string]string
	Rank                float64
	Properties          struct {
		Tier, Unit string
		Statements int
		Found      bool
	}
}

func (r *sarifResult) uri() string { return r.Locations[0].PhysicalLocation.ArtifactLocation.URI }

// schema is that of OASIS, with its formats of URIs.
var schema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	return c.Compile(filepath.Join("testdata", "sarif-schema-2.1.0.json"))
})

// write writes a report, holds it against the schema and against the report itself, and returns it.
func write(t *testing.T, r *report.Report) *sarifLog {
	t.Helper()
	var out, again bytes.Buffer
	if err := r.WriteSARIF(&out); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteSARIF(&again); err != nil || out.String() != again.String() {
		t.Errorf("written twice, it is not the same: %v", err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	s, err := schema()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(doc); err != nil {
		t.Errorf("not SARIF: %v", err)
	}
	log := &sarifLog{}
	if err := json.Unmarshal(out.Bytes(), log); err != nil {
		t.Fatal(err)
	}
	check(t, r, log)
	return log
}

// check holds a log against the report that it was made from, and against what SARIF and GitHub ask
// beyond the schema.
func check(t *testing.T, r *report.Report, log *sarifLog) {
	t.Helper()
	if len(log.Runs) != 1 || len(log.Runs[0].Invocations) != 1 || !log.Runs[0].Invocations[0].ExecutionSuccessful {
		t.Fatalf("want one run and one invocation of it: %+v", log)
	}
	run := log.Runs[0]
	short, missed := 0, map[string]int{}
	for _, f := range r.Files {
		if f.Gap > 0 {
			short++
		}
		total := f.Statements
		if f.Unit == "lines" {
			total = f.Lines
		}
		missed[f.Unit] += total.Total - total.Covered
	}
	for _, k := range r.Kinds { // what did not run of tests is no result
		for _, n := range k.Uncovered {
			if n.Kind == "test helper" {
				missed[k.Unit] -= n.N
			}
		}
	}
	want := short + len(r.UncoveredFunctions) + len(r.UncoveredLiterals) + len(r.UncoveredStretches)
	if got := len(run.Results) + run.Properties.LeftOut; got != want {
		t.Errorf("%d results and %d left out, want %d", len(run.Results), run.Properties.LeftOut, want)
	}
	for _, rule := range run.Tool.Driver.Rules {
		for _, text := range []string{rule.ShortDescription.Text, rule.FullDescription.Text, rule.Help.Text, rule.Help.Markdown} {
			if text == "" || len(text) > 1024 {
				t.Errorf("%s: a text of %d bytes, want 1 to 1024", rule.ID, len(text))
			}
		}
	}
	rank, found, statements, prints := 100.0, true, map[string]int{}, map[string]bool{}
	for i := range run.Results {
		res := &run.Results[i]
		statements[res.Properties.Unit] += res.Properties.Statements
		if run.Tool.Driver.Rules[res.RuleIndex].ID != res.RuleID {
			t.Errorf("rule %d is not %s", res.RuleIndex, res.RuleID)
		}
		if res.Level != "warning" && res.Level != "note" {
			t.Errorf("the level is %s", res.Level)
		}
		if res.Properties.Found != found {
			if rank = 100; !found {
				t.Errorf("result %d: a file that was found stands behind one that was not", i)
			}
			found = res.Properties.Found
		}
		if res.Rank > rank || res.Rank < 0 {
			t.Errorf("result %d has rank %v, after %v", i, res.Rank, rank)
		}
		rank = res.Rank
		for _, p := range res.PartialFingerprints {
			if prints[p] {
				t.Errorf("result %d (%s) has a fingerprint that another has", i, res.Message.Text)
			}
			prints[p] = true
		}
		if len(res.PartialFingerprints) != 1 || len(res.Locations) != 1 {
			t.Fatalf("result %d: %+v", i, res)
		}
		at := res.Locations[0].PhysicalLocation
		if u, err := url.Parse(res.uri()); err != nil || u.IsAbs() == (at.ArtifactLocation.URIBaseID != "") {
			t.Errorf("URI %q at base %q: %v", res.uri(), at.ArtifactLocation.URIBaseID, err)
		}
		if at.Region.EndLine != 0 && at.Region.EndLine < at.Region.StartLine {
			t.Errorf("result %d is on the lines %d to %d", i, at.Region.StartLine, at.Region.EndLine)
		}
	}
	if run.Properties.LeftOut > 0 {
		return
	}
	for unit, n := range missed {
		if statements[unit] != n {
			t.Errorf("the results add up to %d %s, the files to %d", statements[unit], unit, n)
		}
	}
	if total := r.Summary.Statements; total != nil && r.Summary.Unit == "statements" && (total.Total-total.Covered != statements["statements"] || total.Covered != run.Properties.Covered || total.Total != run.Properties.Total) {
		t.Errorf("the results add up to %d statements, the run's properties are %+v, the summary is %v", statements["statements"], run.Properties, *total)
	}
}

const (
	goMod = "module example.com/shop\n\ngo 1.26\n"
	a     = "package shop\n\nfunc A() {\n\tprintln(1)\n\tprintln(2)\n}\n\nfunc B() { println(3) }\n"
	b     = "package b\n\nfunc C() { println(4) }\n\nvar D = func() { println(5) }\n"
	cover = "mode: set\nexample.com/shop/a.go:3.10,6.2 2 0\nexample.com/shop/a.go:8.10,8.24 1 1\nexample.com/shop/b/b.go:3.10,3.24 1 0\nexample.com/shop/b/b.go:5.16,5.30 1 0\n"
)

func TestSARIF(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{
		"go.mod": goMod, "a.go": a, "b/b.go": b,
		"cover.out": cover + "example.com/other/x.go:1.1,2.2 3 1\n/ci/gone.go:1.1,2.2 1 0\n",
		".covls.toml": `tarjet = 50
[[rule]]
paths = ["b/**"]
tier = "critical"
why = "it moves [money](x) {0}"
`,
	})
	run := write(t, load(t, dir, filepath.Join(dir, "cover.out"), report.Options{Version: "v1.2.3"})).Runs[0]
	var got []string
	for _, res := range run.Results {
		at := res.Locations[0].PhysicalLocation.Region
		got = append(got, fmt.Sprintf("%.2f %s %s %s:%d-%d %s", res.Rank, res.Level, res.RuleID, res.uri(), at.StartLine, at.EndLine, res.Message.Text))
	}
	want := []string{
		`80.76 warning file-below-target b/b.go:1-0 b.go · critical: 2 statements short of 60 %, the next step (0 of 2 covered). Core code (×1.0). Rank 1 of 3; the first file holds at least 40 % of the weighted gap. Rule: tier critical (it moves \[money\](x) {{0}}).`,
		`80.39 warning uncovered-function b/b.go:3-3 C is not tested (1 statement)`,
		`80.39 warning uncovered-function b/b.go:5-5 D is not tested (1 statement)`,
		`40.39 note file-below-target a.go:1-0 a.go · medium: 1 statement short of 60 %, the next step (1 of 3 covered). Core code (×1.0). Rank 3 of 3; the first 3 files hold at least 92 % of the weighted gap.`,
		`40.39 note uncovered-function a.go:3-6 A is not tested (2 statements)`,
		`40.39 note file-below-target file:///ci/gone.go:1-0 gone.go · medium: 1 statement short of 60 %, the next step (0 of 1 covered). Core code (×1.0). Rank 2 of 3; the first 2 files hold at least 70 % of the weighted gap. At most medium: the gap is under 3.`,
		`40.39 note uncovered-code file:///ci/gone.go:1-2 1 statement never ran`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	settings, other := run.Invocations[0].ToolConfigurationNotifications, run.Invocations[0].ToolExecutionNotifications
	if len(settings) != 1 || !strings.Contains(settings[0].Message.Text, "tarjet") {
		t.Errorf("about the settings: %v", settings)
	}
	if len(other) != 3 || !strings.HasPrefix(other[0].Message.Text, "/ci/gone.go: source file not found") || !strings.HasPrefix(other[2].Message.Text, "results without code to show: 2,") {
		t.Errorf("about the run: %v", other)
	}
}

// TestSARIFOf writes reports of every kind, each of which is held against the schema and its own sums.
func TestSARIFOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		files   map[string]string
		results int
	}{
		{"nothing", map[string]string{"cover.out": "mode: set\n"}, 0},
		{"all covered", map[string]string{"go.mod": goMod, "a.go": a, "cover.out": "mode: set\nexample.com/shop/a.go:3.10,6.2 2 1\nexample.com/shop/a.go:8.10,8.24 1 1\n"}, 0},
		{"lines", map[string]string{
			"a.py": "def f():\n    x = 1\n    if x:\n        return 2\n    return 3\n\ndef g():\n    return 4\n",
			// f is reached but for line 5; g is not, though its head ran.
			"cover.out": "SF:a.py\nDA:1,1\nDA:2,1\nDA:3,1\nDA:4,1\nDA:5,0\nDA:7,1\nDA:8,0\nend_of_record\n",
		}, 3},
		{"both units", map[string]string{
			"go.mod": goMod, "a.go": a, "b.js": "x()\n",
			"cover.out": "SF:a.go\nDA:4,0\nDA:8,1\nend_of_record\nSF:b.js\nDA:1,0\nend_of_record\n",
		}, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, tt.files)
			log := write(t, load(t, dir, filepath.Join(dir, "cover.out"), report.Options{}))
			if got := len(log.Runs[0].Results); got != tt.results || log.Runs[0].Results == nil {
				t.Errorf("%d results, want %d: %+v", got, tt.results, log.Runs[0].Results)
			}
		})
	}
}

// TestSARIFOfCobra is a real profile of a real module: every statement that did not run is in one result.
func TestSARIFOfCobra(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/spf13/cobra").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	profile, err := filepath.Abs("../internal/e2e/testdata/cobra.out")
	if err != nil {
		t.Fatal(err)
	}
	r := load(t, strings.TrimSpace(string(out)), profile, report.Options{Version: "v0.1.0"})
	statements := 0
	for _, res := range write(t, r).Runs[0].Results {
		statements += res.Properties.Statements
	}
	if len(r.UncoveredFunctions) != 33 || statements != 1882-1632 {
		t.Errorf("%d functions, and %d statements in all results", len(r.UncoveredFunctions), statements)
	}
}

// TestSARIFOfExample is an analysis of 77 files, none of which is here.
func TestSARIFOfExample(t *testing.T) {
	t.Parallel()
	profile := filepath.Join(filepath.Dir(profiletest.Shared(t)), "examples", "tasker-worker", "lcov.info")
	r := load(t, t.TempDir(), profile, report.Options{})
	run := write(t, r).Runs[0]
	if len(r.UncoveredFunctions)+r.Summary.UncoveredTests != 5341-743 || r.Summary.UncoveredTests != 17 || run.Properties.Total != 36899 || run.Properties.Covered != 6103 {
		t.Errorf("%d functions, %+v", len(r.UncoveredFunctions), run.Properties)
	}
}

// TestSARIFLimit has more results than code scanning keeps: those of the file at its target are left out,
// because they are the least urgent.
func TestSARIFLimit(t *testing.T) {
	t.Parallel()
	var text, full, cover strings.Builder
	cover.WriteString("mode: set\n")
	function := func(text *strings.Builder, file string, i, count int) {
		head := fmt.Sprintf("func F%d() {", i)
		line := head + " println() }"
		text.WriteString(line + "\n")
		fmt.Fprintf(&cover, "example.com/shop/%s:%d.%d,%d.%d 1 %d\n", file, i+2, len(head), i+2, len(line)+1, count)
	}
	text.WriteString("package many\n")
	for i := range 4990 {
		function(&text, "many/many.go", i, 0)
	}
	full.WriteString("package full\n")
	for i := range 100 {
		function(&full, "full/full.go", i, min(1, i/20))
	}
	dir := folder(t, map[string]string{"go.mod": goMod, "many/many.go": text.String(), "full/full.go": full.String(), "cover.out": cover.String()})
	run := write(t, load(t, dir, filepath.Join(dir, "cover.out"), report.Options{})).Runs[0]
	if len(run.Results) != 5000 || run.Properties.LeftOut != 11 {
		t.Errorf("%d results, %d left out", len(run.Results), run.Properties.LeftOut)
	}
	in := map[string]int{}
	for _, res := range run.Results {
		in[res.uri()]++
	}
	if in["many/many.go"] != 4991 || in["full/full.go"] != 9 {
		t.Errorf("results by file: %v", in)
	}
	if told := run.Invocations[0].ToolExecutionNotifications; len(told) != 1 || !strings.HasPrefix(told[0].Message.Text, "results left out: 11,") {
		t.Errorf("told: %v", told)
	}
}

// TestSARIFURIs holds what a path is as a URI, whether or not the file is here.
func TestSARIFURIs(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("skipped: Windows has no files of these names")
	}
	for _, tt := range []struct {
		name, uri string
		found     bool
	}{
		{"plain.js", "plain.js", true},
		{"sp ace/a b.js", "sp%20ace/a%20b.js", true},
		{"hash#x.js", "hash%23x.js", true},
		{"per%20cent.js", "per%2520cent.js", true},
		{"ünï/日本.js", "%C3%BCn%C3%AF/%E6%97%A5%E6%9C%AC.js", true},
		{"a:b/c:d.js", "a%3Ab/c%3Ad.js", true},
		{"[id]/(g).js", "%5Bid%5D/%28g%29.js", true},
		{"q?.js", "q%3F.js", true},
		{`quo"te'.js`, "quo%22te%27.js", true},
		{"*", "*", true},
		{"gone.js", "gone.js", false},
		{"./dot.js", "dot.js", false},
		{"../up.js", "__/up.js", false},
		{"a/../../../etc/passwd", "__/__/etc/passwd", false},
		{`..\up.js`, "__/up.js", false},
		{`a/..\..\../up.js`, `a/__%5C__%5C__/up.js`, false},
		{"..up/...js", "..up/...js", false},
		{`rel\win\c.js`, "rel/win/c.js", false},
		{"/ci/gone/x y.js", "file:///ci/gone/x%20y.js", false},
		{"//ci/gone.js", "file:///ci/gone.js", false},
		{`C:\proj\Src\A#.js`, "file:///C:/proj/Src/A%23.js", false},
		{"d:/proj/B.js", "file:///d:/proj/B.js", false},
		{`\\srv\share\u.js`, "file://srv/share/u.js", false},
		{"webpack:///./src/w.js", "webpack%3A/src/w.js", false},
		{"bad\xff.js", "bad%FF.js", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"lcov.info": "SF:" + tt.name + "\nDA:1,0\nend_of_record\n"}
			if tt.found {
				files[tt.name] = "f()\n"
			}
			dir := folder(t, files)
			results := write(t, load(t, dir, filepath.Join(dir, "lcov.info"), report.Options{})).Runs[0].Results
			if len(results) != 2 {
				t.Fatalf("%d results, want one of the file and one of the line", len(results))
			}
			for _, res := range results {
				if res.uri() != tt.uri || res.Properties.Found != tt.found {
					t.Errorf("%s, found %v; want %s, found %v", res.uri(), res.Properties.Found, tt.uri, tt.found)
				}
			}
		})
	}
}

// TestSARIFRepository looks at a folder of a repository: code scanning wants the paths in that.
func TestSARIFRepository(t *testing.T) {
	t.Parallel()
	for _, git := range []string{".git/HEAD", "serv ices/.git", "elsewhere/.git"} {
		t.Run(git, func(t *testing.T) {
			t.Parallel()
			root := folder(t, map[string]string{git: "", "serv ices/api/x.js": "f()\n", "serv ices/api/lcov.info": "SF:x.js\nDA:1,0\nend_of_record\nSF:/gone.js\nDA:1,0\nend_of_record\n"})
			dir := filepath.Join(root, "serv ices", "api")
			want := map[string]string{".git/HEAD": "serv%20ices/api/x.js", "serv ices/.git": "api/x.js", "elsewhere/.git": "x.js"}[git]
			got := map[string]bool{}
			for _, res := range write(t, load(t, dir, filepath.Join(dir, "lcov.info"), report.Options{})).Runs[0].Results {
				got[res.uri()] = true
			}
			if len(got) != 2 || !got[want] || !got["file:///gone.js"] {
				t.Errorf("got %v, want %s", got, want)
			}
		})
	}
}

// TestSARIFFingerprints shifts every line of a file and adds a function: what was there keeps its
// fingerprint.
func TestSARIFFingerprints(t *testing.T) {
	t.Parallel()
	// Two functions of one name, and two stretches in one function.
	const body = `func init() { println(1) }
func init() { println(2) }
func reached(x int) {
	if x > 1 {
		println(3)
	}
	println(4)
	if x > 2 {
		println(5)
	}
}
`
	prints := func(n int, before string) (map[string]int, []string) {
		cover := "mode: set\n"
		for _, line := range strings.Split(strings.TrimSpace(before), "\n") {
			if line != "" {
				cover += "example.com/shop/a.go:3.13,3.27 1 0\n"
			}
		}
		block := func(first, from, last, to, statements, count int) {
			cover += fmt.Sprintf("example.com/shop/a.go:%d.%d,%d.%d %d %d\n", first+n, from, last+n, to, statements, count)
		}
		block(3, 13, 3, 27, 1, 0)
		block(4, 13, 4, 27, 1, 0)
		block(5, 21, 6, 11, 1, 1)
		block(6, 11, 8, 3, 1, 0)
		block(9, 2, 10, 11, 2, 1)
		block(10, 11, 12, 3, 1, 0)
		dir := folder(t, map[string]string{"go.mod": goMod, "a.go": "package shop\n\n" + before + body, "cover.out": cover})
		lines, order := map[string]int{}, []string{}
		for _, res := range write(t, load(t, dir, filepath.Join(dir, "cover.out"), report.Options{})).Runs[0].Results {
			for _, p := range res.PartialFingerprints {
				lines[p] = res.Locations[0].PhysicalLocation.Region.StartLine
				order = append(order, p)
			}
		}
		return lines, order
	}
	was, order := prints(0, "")
	now, _ := prints(1, "func new2() { println(0) }\n")
	if len(was) != 5 || len(now) != 6 {
		t.Fatalf("%d and %d results, want 5 and 6", len(was), len(now))
	}
	for _, p := range order {
		if line, ok := now[p]; !ok || was[p] != 1 && line != was[p]+1 {
			t.Errorf("the result on line %d is on line %d now", was[p], line)
		}
	}
}

// TestSARIFVersion holds which versions are semantic ones.
func TestSARIFVersion(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"cover.out": "mode: set\n"})
	for version, want := range map[string]string{
		"v1.2.3": "1.2.3", "v1.2.3-rc.1": "1.2.3-rc.1", "v0.0.0-20260102030405-abcdef123456+dirty": "0.0.0-20260102030405-abcdef123456+dirty",
		"devel": "", "devel-abc": "", "v1.2": "", "": "",
	} {
		driver := write(t, load(t, dir, filepath.Join(dir, "cover.out"), report.Options{Version: version})).Runs[0].Tool.Driver
		if got := driver.SemanticVersion; want == "" && got != nil || want != "" && (got == nil || *got != want) || driver.Version != version || driver.Name != "covls" {
			t.Errorf("version %q: %+v", version, driver)
		}
	}
}

// TestSARIFNames has a function whose name would be a placeholder and a link in a message.
func TestSARIFNames(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"lcov.info": "SF:a.js\nFN:1,f{0}::[\\x](http://y)\nFNDA:0,f{0}::[\\x](http://y)\nFN:2,{closure#0}[1]\nFNDA:0,{closure#0}[1]\nDA:1,0\nend_of_record\n"})
	var got []string
	for _, res := range write(t, load(t, dir, filepath.Join(dir, "lcov.info"), report.Options{})).Runs[0].Results {
		if res.RuleID == "uncovered-function" {
			name, _, _ := strings.Cut(res.Message.Text, " ")
			got = append(got, name)
		}
	}
	if want := []string{`f{{0}}::\[\\x\](http://y)`, `{{closure#0}}[1]`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestSARIFRank holds that ranks of the tiers do not mix, whatever the scores are.
func TestSARIFRank(t *testing.T) {
	t.Parallel()
	cover, files := "mode: set\n", map[string]string{"go.mod": goMod}
	for i, n := range []int{1, 40, 100, 1000, 5000, 20000, 200000} {
		name := fmt.Sprintf("p%d/p.go", i)
		files[name] = fmt.Sprintf("package p%d\n\nfunc F(n int) {\n%s}\n", i, strings.Repeat("\tn++\n", n))
		cover += fmt.Sprintf("example.com/shop/%s:3.15,%d.2 %d 0\n", name, n+4, n)
	}
	for i, tier := range config.Tiers() {
		files[".covls.toml"] += fmt.Sprintf("[[rule]]\npaths = ['p%d', 'p%d']\ntier = %q\n", i, i+3, tier)
	}
	files["cover.out"] = cover
	dir := folder(t, files)
	last, seen := math.Inf(1), map[string]bool{}
	for _, res := range write(t, load(t, dir, filepath.Join(dir, "cover.out"), report.Options{})).Runs[0].Results {
		band := 80 - 20*slices.Index(config.Tiers(), config.Tier(res.Properties.Tier))
		if res.Rank < float64(band) || res.Rank > float64(band+20) || res.Rank > last {
			t.Errorf("%s: rank %v", res.Properties.Tier, res.Rank)
		}
		last, seen[res.Properties.Tier] = res.Rank, true
	}
	if len(seen) != 4 {
		t.Errorf("tiers %v", seen)
	}
}
