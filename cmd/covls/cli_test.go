package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/covls/covls/config"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile"
	"github.com/covls/covls/report"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// asProgram has the test binary be covls itself: the demo starts its own executable.
const asProgram = "COVLS_TEST_AS_PROGRAM"

// asScript has it run several commands, one after the other: a JSON list of their arguments.
const asScript = "COVLS_TEST_AS_SCRIPT"

// runScript answers on standard output with a scriptAnswer for each command.
func runScript(script string) {
	var commands [][]string
	if err := json.Unmarshal([]byte(script), &commands); err != nil {
		panic(err)
	}
	answers := json.NewEncoder(os.Stdout)
	for _, args := range commands {
		out, err := os.CreateTemp("", "")
		if err != nil {
			panic(err)
		}
		code := run(context.Background(), args, os.Stdin, out, out)
		text, err := os.ReadFile(out.Name())
		if err := errors.Join(err, out.Close(), os.Remove(out.Name()), answers.Encode(scriptAnswer{code, string(text)})); err != nil {
			panic(err)
		}
	}
}

// scriptAnswer is the exit code of a command and what it printed.
type scriptAnswer struct {
	Code int
	Text string
}

func TestMain(m *testing.M) {
	if script := os.Getenv(asScript); script != "" {
		runScript(script)
		os.Exit(0)
	}
	if os.Getenv(asProgram) != "" {
		main()
	}
	if err := errors.Join(os.Setenv(asProgram, "1"), profiletest.WithoutCache()); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// covls runs the program in this process.
func covls(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	dir := t.TempDir()
	open := func(name string) *os.File {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	in, out, errs := open("in"), open("out"), open("err")
	code = run(context.Background(), args, in, out, errs)
	read := func(f *os.File) string {
		data, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	return read(out), read(errs), code
}

func readReport(t *testing.T, args ...string) *report.Report {
	t.Helper()
	out, stderr, code := covls(t, append([]string{"report", "--format", "json"}, args...)...)
	if code != 0 {
		t.Fatalf("covls report: exit code %d: %s", code, stderr)
	}
	var r report.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

func TestReportOfCobra(t *testing.T) {
	t.Parallel()
	r := readReport(t, "-C", profiletest.ModuleDir(t, "github.com/spf13/cobra@v1.10.2"), "--profile", "../../internal/e2e/testdata/cobra.out")
	if got := *r.Summary.Statements; got != (report.Tally{Covered: 1632, Total: 1882}) {
		t.Errorf("statements %v", got)
	}
	if got := *r.Summary.Functions; got != (report.Tally{Covered: 235, Total: 268}) {
		t.Errorf("functions %v", got)
	}
	if got := len(r.UncoveredFunctions); got != 33 {
		t.Errorf("%d uncovered functions, want 33", got)
	}
	checkSums(t, r)
}

// checkSums holds the summary against the rows.
func checkSums(t *testing.T, r *report.Report) {
	t.Helper()
	var statements, functions, literals report.Tally
	for _, f := range r.Files {
		statements.Covered += f.Statements.Covered
		statements.Total += f.Statements.Total
		if f.Functions != nil {
			functions.Covered += f.Functions.Covered
			functions.Total += f.Functions.Total
			literals.Covered += f.Literals.Covered
			literals.Total += f.Literals.Total
		}
	}
	if r.Summary.Statements != nil && statements != *r.Summary.Statements {
		t.Errorf("the rows add up to %v statements, the summary says %v", statements, *r.Summary.Statements)
	}
	if r.Summary.Functions == nil {
		return
	}
	if functions != *r.Summary.Functions || functions.Total-functions.Covered != len(r.UncoveredFunctions)+r.Summary.UncoveredTests {
		t.Errorf("the rows add up to %v functions, the summary says %v, %d are listed", functions, *r.Summary.Functions, len(r.UncoveredFunctions))
	}
	if literals.Total-literals.Covered != len(r.UncoveredLiterals) {
		t.Errorf("the rows add up to %v literals, %d are listed", literals, len(r.UncoveredLiterals))
	}
}

// TestCorpus holds reports of real profiles and modules against `go tool cover -func`.
func TestCorpus(t *testing.T) {
	t.Parallel()
	type tally struct{ Covered, Total int }
	for _, c := range []struct{ folder, profile, module string }{
		{"go-cobra-set", "cover.out", "github.com/spf13/cobra@v1.10.2"},
		{"go-cobra-atomic-coverpkg", "cover.out", "github.com/spf13/cobra@v1.10.2"},
		{"go-toml-count", "cover.out", "github.com/BurntSushi/toml@v1.6.0"},
		{"gocoverdir", "textfmt.out", "github.com/BurntSushi/toml@v1.6.0"},
	} {
		t.Run(c.folder, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(profiletest.Shared(t), c.folder)
			var expected struct {
				Profiles map[string]struct {
					Statements, Functions tally
					Files                 []struct {
						Path              string
						StatementsCovered int `json:"statements_covered"`
						StatementsTotal   int `json:"statements_total"`
						FunctionsCovered  int `json:"functions_covered"`
						FunctionsTotal    int `json:"functions_total"`
					}
					UncoveredFunctions []struct {
						File, Name string
						Line       int
					} `json:"uncovered_functions"`
				}
			}
			data, err := os.ReadFile(filepath.Join(dir, "expected.json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(data, &expected); err != nil {
				t.Fatal(err)
			}
			r := readReport(t, "-C", profiletest.ModuleDir(t, c.module), "--profile", filepath.Join(dir, c.profile))
			checkSums(t, r)
			prefix, _, _ := strings.Cut(c.module, "@")
			for _, want := range expected.Profiles { // there is one
				if got := tally(*r.Summary.Statements); got != want.Statements {
					t.Errorf("statements %v, want %v", got, want.Statements)
				}
				if got := tally(*r.Summary.Functions); got != want.Functions {
					t.Errorf("functions %v, want %v", got, want.Functions)
				}
				var got, wanted []string
				for _, f := range r.Files {
					got = append(got, fmt.Sprint(f.Path, *f.Statements, *f.Functions))
				}
				for _, f := range want.Files {
					name := strings.TrimPrefix(f.Path, prefix+"/")
					wanted = append(wanted, fmt.Sprint(name, report.Tally{Covered: f.StatementsCovered, Total: f.StatementsTotal},
						report.Tally{Covered: f.FunctionsCovered, Total: f.FunctionsTotal}))
				}
				same(t, "files", got, wanted)
				got, wanted = nil, nil
				for _, f := range r.UncoveredFunctions {
					got = append(got, fmt.Sprintf("%s:%d", f.File, f.Line))
				}
				for _, f := range want.UncoveredFunctions {
					wanted = append(wanted, fmt.Sprintf("%s:%d", strings.TrimPrefix(f.File, prefix+"/"), f.Line))
				}
				same(t, "uncovered functions", got, wanted)
			}
		})
	}
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: got\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// folderWith writes files into a temporary folder and returns it.
func folderWith(t testing.TB, files map[string]string) string {
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

var shop = map[string]string{
	"go.mod":    "module example.com/shop\n\ngo 1.26\n",
	"a.go":      "package shop\n\nfunc A() {\n\tprintln(1)\n\tprintln(2)\n}\n\nfunc B() { println(3) }\n",
	"b/b.go":    "package b\n\nfunc C() { println(4) }\n\nvar D = func() { println(5) }\n",
	"cover.out": "mode: set\nexample.com/shop/a.go:3.10,6.2 2 0\nexample.com/shop/a.go:8.10,8.24 1 1\nexample.com/shop/b/b.go:3.10,3.24 1 0\nexample.com/shop/b/b.go:5.16,5.30 1 0\n",
}

func TestGaps(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, shop)
	out, stderr, code := covls(t, "gaps", "-C", dir)
	want := fmt.Sprintf(`%[1]s/a.go:3:6: A is not tested (2 statements)
%[1]s/b/b.go:3:6: C is not tested (1 statement)
%[1]s/b/b.go:5:9: D is not tested (1 statement)
`, dir)
	if out != want || stderr != "" || code != 0 {
		t.Errorf("code %d, stderr %q, got\n%s\nwant\n%s", code, stderr, out, want)
	}
	out, _, code = covls(t, "gaps", "-C", dir, "--format", "json")
	var rows struct {
		Schema int
		Gaps   []row
	}
	if err := json.Unmarshal([]byte(out), &rows); err != nil || code != 0 {
		t.Fatalf("code %d: %v", code, err)
	}
	first := row{ID: rows.Gaps[0].ID, File: "a.go", Found: true, Name: "A", Line: 3, Column: 6, EndLine: 6, Statements: 2, Message: "A is not tested (2 statements)", Shape: gap.Function, Trivial: true, Order: 1, Callers: []rowCaller{}}
	if len(rows.Gaps) != 3 || !reflect.DeepEqual(rows.Gaps[0], first) || rows.Schema != 1 {
		t.Errorf("got %+v", rows)
	}
}

// TestGapKindsOfLanguages asks for kinds in other languages than Go: what can't be told is said, once for each language.
func TestGapKindsOfLanguages(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, map[string]string{
		"a.py":     "def f(x):\n    if not x:\n        raise ValueError(x)\n    match x:\n        case 1:\n            return 1\n        case _:\n            return 2\n",
		"a.lua":    "local function f(x)\n  if not x then\n    return nil, 'x'\n  end\nend\n",
		"b.lua":    "local function f(x)\n  if not x then\n    error('x')\n  end\nend\n",
		"a.c":      "int f(int x)\n{\n\tif (!x)\n\t\treturn -1;\n\tif (x > 1)\n\t\treturn 0;\n\treturn x;\n}\n",
		"a.vala":   "f\n",
		"a_pb2.py": "def f(x):\n    raise ValueError(x)\n",
		"lcov.info": "SF:a.py\nDA:1,1\nDA:2,1\nDA:3,0\nDA:4,1\nDA:5,1\nDA:6,1\nDA:8,0\nend_of_record\nSF:a.lua\nDA:1,1\nDA:2,1\nDA:3,0\nend_of_record\n" +
			"SF:a.c\nDA:1,1\nDA:3,1\nDA:4,0\nDA:5,1\nDA:6,0\nDA:7,1\nend_of_record\nSF:b.lua\nDA:1,1\nDA:2,1\nDA:3,0\nend_of_record\nSF:a.vala\nDA:1,0\nend_of_record\nSF:a_pb2.py\nDA:1,1\nDA:2,0\nend_of_record\n",
	})
	for _, tt := range []struct{ args, want, said string }{
		{"--kind error-return", "a.c:4 error return; a.lua:3 error return; a.py:3 error return; b.lua:3 error return", "covls: a.c: covls can't tell error returns that return false in C\ncovls: a.vala: covls can't tell error returns in files .vala\n"},
		{"--kind default", "a.py:8 default case", "covls: a.lua: covls can't tell default cases in Lua\ncovls: a.vala: covls can't tell default cases in files .vala\n"},
		{"--kind generated --all", "a_pb2.py:1 generated", ""},
		{"--all --without error-return,main", "a.c:6 ; a.py:8 default case; a.vala:1 ; a_pb2.py:1 generated", "covls: a.c: covls can't tell error returns that return false in C\ncovls: a.lua: covls can't tell main in Lua\ncovls: a.vala: covls can't tell error returns or main in files .vala\n"},
	} {
		out, stderr, code := covls(t, append([]string{"gaps", "-C", dir, "--format", "json"}, strings.Fields(tt.args)...)...)
		var rows struct{ Gaps []row }
		if err := json.Unmarshal([]byte(out), &rows); err != nil || code != 0 {
			t.Fatalf("%s: code %d, %v, %s", tt.args, code, err, stderr)
		}
		var got []string
		for _, g := range rows.Gaps {
			got = append(got, fmt.Sprintf("%s:%d %s", g.File, g.Line, g.Kind))
		}
		slices.Sort(got)
		if got := strings.Join(got, "; "); got != tt.want || stderr != tt.said {
			t.Errorf("%s: %s, said %q; want %s, %q", tt.args, got, stderr, tt.want, tt.said)
		}
	}
}

// TestGapsOfTests: what did not run of tests is no gap, in no list and in no count of what no test reaches, and stays in the figures.
func TestGapsOfTests(t *testing.T) {
	t.Parallel()
	const body = "def f(x):\n    return x + 1\n\ndef g(x):\n    return x + 2\n"
	profile := ""
	for _, name := range []string{"shop.py", "tests/test_shop.py", "helper.py"} {
		profile += "SF:" + name + "\nFN:1,f\nFN:4,g\nFNDA:0,f\nFNDA:1,g\nDA:1,1\nDA:2,0\nDA:4,1\nDA:5,1\nDA:8,0\nend_of_record\n"
	}
	dir := folderWith(t, map[string]string{
		"shop.py": body + "\nimport os\nprint(1)\n", "tests/test_shop.py": body + "\nimport os\nprint(1)\n", "helper.py": body + "\nimport pytest\nprint(1)\n",
		"lib.rs":    "pub fn a() -> u8 { 1 + 1 }\n#[test]\nfn b() { a(); }\n#[cfg(test)]\nmod tests {\n    fn c() { a(); }\n}\n#[cfg(not(test))]\nfn d() { a(); }\n",
		"lcov.info": profile + "SF:lib.rs\nDA:1,0\nDA:3,0\nDA:6,0\nDA:9,0\nend_of_record\n",
	})
	for _, tt := range []struct{ args, want string }{
		{"", "lib.rs:1 a; lib.rs:9 d; shop.py:1 f"},
		{"--all", "lib.rs:1 a; lib.rs:9 d; shop.py:1 f; shop.py:8 "},
		{"--without test-helper", "lib.rs:1 a; lib.rs:9 d; shop.py:1 f"},
		{"--kind test-helper", "helper.py:1 f; lib.rs:3 b; lib.rs:6 tests::c; tests/test_shop.py:1 f"},
	} {
		out, stderr, code := covls(t, append([]string{"gaps", "-C", dir, "--format", "json"}, strings.Fields(tt.args)...)...)
		var rows struct{ Gaps []row }
		if err := json.Unmarshal([]byte(out), &rows); err != nil || code != 0 {
			t.Fatalf("%s: code %d, %v, %s", tt.args, code, err, stderr)
		}
		var got []string
		for _, g := range rows.Gaps {
			got = append(got, fmt.Sprintf("%s:%d %s", g.File, g.Line, g.Name))
		}
		slices.Sort(got)
		if got := strings.Join(got, "; "); got != tt.want {
			t.Errorf("gaps %s: %s, want %s", tt.args, got, tt.want)
		}
	}
	r := readReport(t, "-C", dir)
	var got []string
	for _, f := range r.UncoveredFunctions {
		got = append(got, f.File+" "+f.Name)
	}
	for _, s := range r.UncoveredStretches {
		got = append(got, fmt.Sprintf("%s %d", s.File, s.Line))
	}
	if got := strings.Join(got, "; "); got != "lib.rs a; lib.rs d; shop.py f; shop.py 8" {
		t.Errorf("the report lists %s", got)
	}
	if *r.Summary.Functions != (report.Tally{Covered: 3, Total: 10}) || r.Summary.UncoveredTests != 4 {
		t.Errorf("%+v functions, %d of tests", *r.Summary.Functions, r.Summary.UncoveredTests)
	}
	if out, _, _ := covls(t, "report", "-C", dir, "--format", "markdown"); !regexp.MustCompile(`(?m)^\| \*\*all\*\* \| \*\*4\*\* .*\| \*\*3\*\* \|$`).MatchString(out) {
		t.Errorf("the table of tiers does not add up to 3 functions:\n%s", out)
	}
	for format, want := range map[string]string{"text": "3 of 10 · 4 test helpers did not run", "markdown": "functions (3 of 10) · 4 test helpers did not run"} {
		if out, _, _ := covls(t, "report", "-C", dir, "--format", format); !strings.Contains(out, want) {
			t.Errorf("%s does not say %q:\n%s", format, want, out)
		}
	}
}

// TestReportWithoutCode: the sentence over a table says what its rows say.
func TestReportWithoutCode(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, map[string]string{
		"a.py": "x = 1\n", "b.py": "x = 1\n", "c.py": "", "d.py": "",
		"lcov.info": "SF:a.py\nDA:1,1\nend_of_record\nSF:b.py\nDA:1,1\nend_of_record\nSF:c.py\nend_of_record\nSF:d.py\nend_of_record\n",
	})
	for format, row := range map[string]string{"text": "  at target      4 ", "markdown": "| at target | 4 |"} {
		out, _, _ := covls(t, "report", "-C", dir, "--format", format)
		for _, want := range []string{"4 at target (2 without code).", row} {
			if !strings.Contains(out, want) {
				t.Errorf("%s lacks %q:\n%s", format, want, out)
			}
		}
	}
}

// TestReportTests holds which tests a report asks for in other languages than Go: where they belong and in the words of what
// runs them.
func TestReportTests(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, map[string]string{
		"pyproject.toml":    "[tool.pytest]\n",
		"tests/test_b.py":   "x = 1\n",
		"pkg/b.py":          "def named(x):\n    if x and x or x:\n        return 1\n    return x + 1\n\ndef _own(x):\n    return x + 2\n\ndef ran(x):\n    if x:\n        raise ValueError\n    return x\n",
		"web/package.json":  `{"devDependencies":{"vitest":"1"}}`,
		"web/src/a.ts":      "export function f(x: number) {\n  if (x) {\n    throw new Error('x')\n  }\n  return x + 1\n}\n",
		"native/Cargo.toml": "[package]\n",
		"native/src/lib.rs": "pub fn f(x: u8) -> u8 {\n    x + 1\n}\n",
		".covls.toml":       "target = 100\n",
		"lcov.info": "SF:pkg/b.py\nDA:1,1\nDA:2,0\nDA:3,0\nDA:4,0\nDA:6,1\nDA:7,0\nDA:9,1\nDA:10,1\nDA:11,0\nDA:12,1\nend_of_record\n" +
			"SF:web/src/a.ts\nDA:1,1\nDA:2,1\nDA:3,0\nDA:5,1\nend_of_record\nSF:native/src/lib.rs\nDA:1,0\nDA:2,0\nend_of_record\n",
	})
	out, stderr, code := covls(t, "report", "-C", dir, "--format", "markdown")
	if code != 0 {
		t.Fatal(stderr)
	}
	for _, want := range []string{
		"  - in `tests/test_b.py`, which is there, for `pytest`\n  - call `named`: public and untested\n  - a table of cases (`pytest.mark.parametrize`) for `named` (4 ways)\n" +
			"  - errors that were never raised or handed on (`pytest.raises`): 1 line in `ran` (1)\n",
		"  - in a new `web/src/a.test.ts`, for `vitest`\n  - errors that were never raised or handed on (`expect(…).toThrow`): 1 line in `f` (1)\n",
		"  - in the file itself, under `#[cfg(test)]`, for `cargo test`\n  - call `f`: public and untested\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks\n%s\nin\n%s", want, out)
		}
	}
}

// TestGapKinds asks for gaps by their kind and for parts of functions.
func TestGapKinds(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, map[string]string{
		"go.mod": "module example.com/k\n",
		"a.go": `package k

func Name() string { return a.b }

func Long() { println(1); println(2) }

func Load(n int) error {
	if err := check(n); err != nil {
		return err
	}
	switch n {
	case 1:
		println(n)
		return nil
	default:
		println(n)
	}
	panic("unreachable")
}
`,
		"cover.out": `mode: set
example.com/k/a.go:3.20,3.34 1 0
example.com/k/a.go:5.13,5.39 2 0
example.com/k/a.go:7.24,8.33 1 1
example.com/k/a.go:8.33,10.3 1 0
example.com/k/a.go:11.2,11.11 1 1
example.com/k/a.go:12.9,14.13 2 1
example.com/k/a.go:15.10,16.13 1 0
example.com/k/a.go:18.2,18.22 1 0
`,
	})
	for _, tt := range []struct {
		args, want string
	}{
		{"", "3 function accessor; 5 function "},
		{"--all", "3 function accessor; 5 function ; 9 stretch error return; 16 stretch default case"},
		{"--kind accessor", "3 function accessor"},
		{"--kind ordinary", "5 function "},
		{"--without accessor", "5 function "},
		{"--without ordinary --all", "3 function accessor; 9 stretch error return; 16 stretch default case"},
		{"--kind error-return", "9 stretch error return"},
		{"--kind error-return,default", "9 stretch error return; 16 stretch default case"},
		{"--kind accessor --kind default", "3 function accessor; 16 stretch default case"},
		{"--kind default --without default", ""},
		{"--kind main", ""},
	} {
		args := append([]string{"gaps", "-C", dir, "--format", "json"}, strings.Fields(tt.args)...)
		out, stderr, code := covls(t, args...)
		var rows struct{ Gaps []row }
		if err := json.Unmarshal([]byte(out), &rows); err != nil || rows.Gaps == nil || code != 0 || stderr != "" {
			t.Fatalf("%s: code %d, %v, %s", tt.args, code, err, stderr)
		}
		slices.SortFunc(rows.Gaps, func(a, b row) int { return a.Line - b.Line })
		var got []string
		for _, g := range rows.Gaps {
			got = append(got, fmt.Sprintf("%d %s %s", g.Line, g.Shape, g.Kind))
		}
		if got := strings.Join(got, "; "); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.args, got, tt.want)
		}
	}
	out, _, _ := covls(t, "gaps", "-C", dir, "--all")
	want := fmt.Sprintf(`%[1]s:16:3: Load: 2 statements never ran (lines 16–18) · default case · runs in the default case of switch n
%[1]s:9:3: Load: 1 statement never ran (line 9) · error return · runs when err != nil
%[1]s:5:6: Long is not tested (2 statements)
`, filepath.Join(dir, "a.go"))
	if !strings.HasPrefix(out, want) {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}

// TestReportJSON is the contract: every key that it may have.
func TestReportJSON(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, shop)
	if err := os.WriteFile(filepath.Join(dir, "cover.out"), []byte(shop["cover.out"]+"example.com/other/x.go:1.1,2.2 3 1\n/ci/gone.go:1.1,2.2 1 0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, stderr, code := covls(t, "report", "--format", "json", "-C", dir)
	if code != 0 {
		t.Fatalf("code %d: %s", code, stderr)
	}
	out = regexp.MustCompile(`"version":"[^"]*"`).ReplaceAllString(out, `"version":"…"`)
	compareGolden(t, "report.json", out)
	if !strings.Contains(stderr, "source file not found") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("stderr %q", stderr)
	}
}

// compareGolden compares, or rewrites, a file of testdata.
func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	golden := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestUse holds what a wrong use says, and its exit code, against what helps.
func TestUse(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, shop)
	empty := t.TempDir()
	broken := folderWith(t, map[string]string{"bad.out": "mode: set\nx.go:1.1,2.2 1\n", "text.out": "hello\n"})
	for _, c := range []struct {
		args  []string
		code  int
		wants string
	}{
		{[]string{"gaps", "-C", empty}, 2, "no coverage profile below"},
		{[]string{"report", "-C", empty}, 2, "go test -coverprofile=cover.out ./..."},
		{[]string{"doctor", "-C", empty}, 0, ""},
		{[]string{"gaps", "-C", filepath.Join(dir, "nowhere")}, 2, "there is no folder"},
		{[]string{"gaps", "-C", filepath.Join(dir, "a.go")}, 2, "is not a folder"},
		{[]string{"gaps", "--profile", filepath.Join(dir, "nowhere.out")}, 2, "there is no profile"},
		{[]string{"gaps", "-C", broken, "--profile", "bad.out"}, 2, "bad.out:2:"},
		{[]string{"gaps", "-C", broken, "--profile", "text.out"}, 2, "not a coverage profile that covls knows"},
		{[]string{"gaps", "-C", dir, "--format", "yaml"}, 2, `--format is "yaml": want one of`},
		{[]string{"check", "extra"}, 2, "extra"},
		{[]string{"gaps", "-C", dir, "--kind", "accessors"}, 2, `there is no kind "accessors"; the kinds are ordinary, error-return,`},
		{[]string{"gaps", "-C", dir, "--without", "main,x"}, 2, `there is no kind "x"`},
		{[]string{"nonsense"}, 2, "nonsense"},
		{[]string{"gaps", "--nonsense"}, 2, "covls gaps --help"},
		{[]string{"gaps", "-C", dir, "--profile", "cover.out"}, 0, ""},
		{[]string{"explain", "-C", dir}, 2, "lacks an argument, as in: covls explain server/session.go"},
		{[]string{"explain", "-C", empty, "a.go"}, 2, "no coverage profile below"},
		{[]string{"init", "extra"}, 2, "extra"},
		{[]string{"init", "-C", filepath.Join(dir, "nowhere")}, 2, "there is no folder"},
		{[]string{"init", "-C", dir, "--print", "--profile", "nowhere.out"}, 2, "there is no profile"},
		{[]string{"version"}, 0, ""},
		{[]string{"help", "serve"}, 0, ""},
		{[]string{"completion", "bash"}, 0, ""},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			t.Parallel()
			_, stderr, code := covls(t, c.args...)
			if code != c.code || !strings.Contains(stderr, c.wants) {
				t.Errorf("code %d, want %d; stderr %q, want %q in it", code, c.code, stderr, c.wants)
			}
			if lines := strings.Count(stderr, "\n"); code != 0 && lines != 1 {
				t.Errorf("%d lines on stderr, want 1: %q", lines, stderr)
			}
		})
	}
}

// TestSchema holds that what is printed is the schema itself.
func TestSchema(t *testing.T) {
	t.Parallel()
	if out, stderr, code := covls(t, "schema"); out != string(config.Schema()) || stderr != "" || code != 0 {
		t.Errorf("exit %d: %s%s", code, out, stderr)
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, shop)
	if err := os.WriteFile(filepath.Join(dir, ".covls.toml"), []byte("target = 75\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "c.out"), []byte("mode: set\nexample.com/other/x.go:1.1,2.2 3 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, _, code := covls(t, "doctor", "-C", dir)
	for _, want := range []string{
		"- cover.out: go, written", "2 found, 0 not found", "- c.out: go", "0 found, 1 not found",
		"not found: example.com/other/x.go: no module here provides example.com/other (here: example.com/shop)",
		"target  75  .covls.toml:1\n\nAll others are defaults; `covls config` prints them.\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("code %d, %q is not in\n%s", code, want, out)
		}
	}
	if strings.Contains(out, "default\n") {
		t.Errorf("settings that nobody has set are in\n%s", out)
	}
}

// TestConfig has every setting in a line, with what sets it.
func TestConfig(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, map[string]string{".covls.toml": "target = 60\nfade = 7\n"})
	out, errs, code := covls(t, "config", "-C", dir)
	for _, want := range []string{".covls.toml:1\n", "answer_bytes", "default\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	if n := strings.Count(out, "\n"); n != len(config.Merge().Table()) || code != 0 || !strings.Contains(errs, ".covls.toml:2:") {
		t.Errorf("exit %d, %d lines\n%s%s", code, n, errs, out)
	}
	if out, _, _ := covls(t, "doctor", "-C", dir); !strings.Contains(out, "target  60  .covls.toml:1\n") {
		t.Errorf("what a file sets to the default is not in\n%s", out)
	}
	if out, _, _ := covls(t, "doctor", "-C", t.TempDir()); !strings.Contains(out, "All are defaults; `covls config` prints them.\n") {
		t.Errorf("defaults are not said in\n%s", out)
	}
}

// TestRawCounts has what c8 keeps beside its profile, which is none and no trouble, unless it is named.
func TestRawCounts(t *testing.T) {
	t.Parallel()
	const raw = "-- coverage/tmp/coverage-1.json --\n{\"result\":[{\"scriptId\":\"1\",\"url\":\"file:///a.js\"}]}\n"
	dir := profiletest.Tree(t, raw+"-- a.js --\nlet a\n-- coverage/lcov.info --\nSF:a.js\nDA:1,1\nend_of_record\n")
	alone := profiletest.Tree(t, raw)
	const name = "coverage-1.json"
	for _, tt := range []struct {
		args []string
		want string
		has  bool // name is in what is printed
	}{
		{[]string{"doctor", "-C", dir}, "coverage/lcov.info", false},
		{[]string{"doctor", "-C", alone}, "None found", false},
		{[]string{"doctor", "-C", dir, "--profile", "coverage/tmp/coverage-1.json"}, "coverage-1.json: v8, written", true},
		{[]string{"report", "-C", dir, "--format", "json"}, `"covered":1`, false},
	} {
		out, errs, _ := covls(t, tt.args...)
		if !strings.Contains(out, tt.want) || strings.Contains(out+errs, name) != tt.has {
			t.Errorf("%v: want %q and %s: %t in\n%s%s", tt.args, tt.want, name, tt.has, out, errs)
		}
	}
}

// TestIdleMapping has a mapping for profiles that are not there, which is said wherever other settings are that match nothing.
func TestIdleMapping(t *testing.T) {
	t.Parallel()
	const settings = "-- .covls.toml --\ntarget = 0\n[[path]]\nfrom = '/ci'\nto = '.'\nprofile = 'GLOB'\n"
	const note = `.covls.toml:2: the mapping from "/ci" is for no profile: none is like "ci/*.info"`
	for glob, idle := range map[string]bool{"ci/*.info": true, "*.info": false} {
		dir := profiletest.Tree(t, strings.Replace(settings, "GLOB", glob, 1)+"-- a.js --\nlet a\n-- lcov.info --\nSF:a.js\nDA:1,1\nend_of_record\n")
		for _, tt := range []struct {
			args []string
			said bool
		}{
			{[]string{"gaps"}, true},
			{[]string{"report", "--format", "markdown", "-o", "-"}, true},
			{[]string{"doctor"}, true},
			{[]string{"check"}, true},
			{[]string{"check", "--profile", filepath.Join(dir, "lcov.info")}, false},
		} {
			out, errs, code := covls(t, append(tt.args, "-C", dir)...)
			if said := strings.Contains(strings.NewReplacer(dir+string(filepath.Separator), "", `\`, "").Replace(out+errs), note); said != (idle && tt.said) {
				t.Errorf("%s, %v: said %t\n%s%s", glob, tt.args, said, out, errs)
			}
			if failed := code != 0; failed != (idle && tt.said && tt.args[0] == "check") {
				t.Errorf("%s, %v: exit code %d", glob, tt.args, code)
			}
		}
	}
}

// TestDoctorEdge asks the doctor about each odd profile of the corpus, in a folder without any source:
// what can't be read is said, and so is every file that is not here.
func TestDoctorEdge(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(profiletest.Shared(t), "edge")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == "expected.json" {
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(dir, e.Name())
			out, stderr, code := covls(t, "doctor", "-C", t.TempDir(), "--profile", path)
			if code != 0 || stderr != "" || !strings.Contains(out, "- "+path+": ") {
				t.Fatalf("exit %d\n%s%s", code, stderr, out)
			}
			p, err := profile.Open(path, profile.Limits{Line: 10_000_000})
			if err != nil {
				if !strings.Contains(out, "problem: "+err.Error()) {
					t.Errorf("want %v in\n%s", err, out)
				}
				return
			}
			for _, w := range p.Report.Warnings {
				if !strings.Contains(out, w.Text) {
					t.Errorf("want %q in\n%s", w.Text, out)
				}
			}
			n := len(p.Report.Files)
			if want := fmt.Sprintf("0 found, %d not found", n); !strings.Contains(out, want) {
				t.Errorf("want %q in\n%s", want, out)
			}
			if n > 0 && !strings.Contains(out, "- not found: "+escape.Line(p.Report.Files[0].Name)+": ") && n <= 5 {
				t.Errorf("want a reason for %s in\n%s", p.Report.Files[0].Name, out)
			}
		})
	}
}

// TestDoctorPaths is the doctor's screen on profiles of another machine: one that a poll settles, one
// that fits two folders, one that fits none.
func TestDoctorPaths(t *testing.T) {
	t.Parallel()
	lcov := func(names ...string) string {
		var b strings.Builder
		for _, n := range names {
			fmt.Fprintf(&b, "SF:%s\nDA:1,1\nDA:2,0\nend_of_record\n", n)
		}
		return b.String()
	}
	dir := folderWith(t, map[string]string{
		"src/a.js": "a\nb\n", "src/b.js": "a\nb\n", "src/c.js": "a\nb\n",
		"one/x.js": "a\nb\n", "two/x.js": "a\nb\n",
		"short.js":      "a\n",
		"ci.info":       lcov("/ci/src/a.js", "/ci/src/b.js"),
		"tie.info":      lcov("/tie/x.js"),
		"other.info":    lcov("/other/short.js", "/other/long.js"),
		"absent.info":   lcov("/nowhere/y.js"),
		"windows.info":  lcov(`C:\proj\Src\A.js`),
		"coverage.info": lcov("src/b.js"),
	})
	for _, name := range []string{"src/a.js", "src/b.js"} {
		long := time.Now().Add(-time.Hour)
		if err := os.Chtimes(filepath.Join(dir, name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	out, stderr, code := covls(t, "doctor", "-C", dir)
	if code != 0 || stderr != "" {
		t.Fatalf("exit %d\n%s", code, stderr)
	}
	out, _, _ = strings.Cut(out, "## Settings")
	out = regexp.MustCompile(`written [^,]* ago`).ReplaceAllString(out, "written …")
	compareGolden(t, "doctor-paths.md", strings.ReplaceAll(out, dir, "DIR"))
}

func TestDemo(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := runDemo(t.Context(), &out, func(_, text string) string { return text }); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"not tested · 6 statements", "~~~~~~~~ (*Cart).Discount is not tested (6 statements)",
		"**Not tested**: `(*Cart).Discount`", "goes to cart.go:40:16", "92.8 % covered · 1 statement below target", "shown on the way: 0.",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

// TestDemoProfiles holds the profiles of the demo against those that go test writes.
func TestDemoProfiles(t *testing.T) {
	t.Parallel()
	d := &demo{dir: t.TempDir(), w: io.Discard}
	if err := d.unpack(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"before", "after"} {
		if name == "after" {
			test, err := demoFiles.ReadFile("demo/discount_test.go.txt")
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(d.dir, "discount_test.go"), test, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command("go", "test", "-coverprofile=cover.out", "./...")
		cmd.Dir = d.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go test: %v\n%s", err, out)
		}
		got, err := os.ReadFile(filepath.Join(d.dir, "cover.out"))
		if err != nil {
			t.Fatal(err)
		}
		want, err := demoProfile(name)
		if err != nil {
			t.Fatal(err)
		}
		same(t, name, strings.Split(string(got), "\n"), strings.Split(want, "\n"))
	}
}

// TestHarmless has a profile whose names would command a terminal: nothing that is printed does, in any
// command and format. What is for machines escapes what ASCII has of it.
func TestHarmless(t *testing.T) {
	t.Parallel()
	const esc = "\x1b]0;mine\x07\u009b31m"
	dir := folderWith(t, map[string]string{
		"a.js":         "const a = {\n\t'x" + esc + "y': () => 1,\n};\n",
		"lcov.info":    "TN:\nSF:a.js\nFN:1,f" + esc + "\nFN:2,(anonymous_0)\nFNDA:0,f" + esc + "\nFNDA:0,(anonymous_0)\nDA:2,0\nend_of_record\nSF:gone" + esc + ".js\nDA:1,0\nend_of_record\n",
		".covls.toml":  "[[component]]\nname = \"c\\u001b[31m\"\ninclude = [\"**\"]\ntarget = 90\n",
		"package.json": "{}",
	})
	for _, args := range [][]string{
		{"gaps"},
		{"gaps", "--format", "json"},
		{"report"},
		{"report", "--format", "markdown"},
		{"report", "--format", "html"},
		{"report", "--format", "json"},
		{"report", "--format", "sarif"},
		{"check"},
		{"check", "--format", "github"},
		{"check", "--format", "json"},
		{"doctor"},
		{"config"},
		{"explain", "a.js"},
		{"init", "--print"},
		{"gaps", "--profile", "gone" + esc},
	} {
		data := slices.ContainsFunc(args, func(a string) bool { return a == "json" || a == "sarif" || a == "html" })
		stdout, stderr, _ := covls(t, append(args, "-C", dir)...)
		for _, text := range []string{stdout, stderr} {
			if i := strings.IndexFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' && (!data || r < 0x80) }); i >= 0 {
				t.Errorf("covls %q prints %q", args, text[max(0, i-40):min(len(text), i+20)])
			}
		}
		if stdout+stderr == "" {
			t.Errorf("covls %q prints nothing", args)
		}
	}
}
