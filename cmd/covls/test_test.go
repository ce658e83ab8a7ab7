package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// till is a module with a function of each sort, and another language beside.
var till = map[string]string{
	"go.mod":    "module example.com/till\n\ngo 1.26\n",
	"till.go":   "package till\n\ntype Till struct{}\n\nfunc (t *Till) Open(n int) error {\n\tif n < 0 {\n\t\treturn nil\n\t}\n\treturn nil\n}\n\nfunc init() {\n\tprintln()\n}\n\nfunc Close() {\n\tprintln()\n}\n",
	"more/a.go": "package more\n\nfunc Close() {\n\tprintln()\n}\n",
	"new.go":    "package till\n\nfunc New() int { return 1 }\n",
	"cover.out": `mode: set
example.com/till/till.go:5.34,6.11 1 1
example.com/till/till.go:6.11,8.3 1 0
example.com/till/till.go:9.2,9.12 1 1
example.com/till/till.go:12.13,14.2 1 0
example.com/till/till.go:16.14,18.2 1 0
example.com/till/more/a.go:3.14,5.2 1 0
`,
	"pyproject.toml": "[project]\nname = 'till'\n[tool.pytest.ini_options]\n",
	"till.py":        "def total(items):\n    return 1\n",
}

// TestTest prints and writes tests.
func TestTest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		args []string
		code int
		out  []string // of standard output
		err  string   // of standard error
		file string   // that is written
		want string   // what it holds
	}{
		{name: "by a line", args: []string{"till.go:6"}, out: []string{"package till\n", "func TestTill_Open(", `{name: "n < 0"},`}, err: "TestTill_Open goes into the new file"},
		{name: "by a line and a column", args: []string{"till.go:16:6"}, out: []string{"func TestClose("}, err: "--write puts it there"},
		{name: "by a name in a file", args: []string{"till.go:Till.Open"}, out: []string{"func TestTill_Open("}, err: "TestTill_Open"},
		{name: "by a name", args: []string{"Open"}, out: []string{"func TestTill_Open("}, err: "TestTill_Open"},
		{name: "by a name that several have", args: []string{"Close"}, code: 2, err: "2 functions are called Close: at more/a.go:3, till.go:16; name one by its place"},
		{name: "by a name that none has", args: []string{"Nothing"}, code: 2, err: "no profile has a function Nothing: name its file, as in FILE:Nothing"},
		{name: "of a file that no profile names", args: []string{"new.go:New"}, out: []string{"func TestNew("}, err: "TestNew"},
		{name: "no function", args: []string{"till.go:2"}, code: 2, err: "no test for till.go:2: no function stands there"},
		{name: "no line", args: []string{"till.go:99"}, code: 2, err: "till.go has no line 99"},
		{name: "no name", args: []string{"till.go:Nothing"}, code: 2, err: "till.go has no function Nothing"},
		{name: "no file", args: []string{"tull.go:1"}, code: 2, err: "no profile names tull.go; did you mean till.go?"},
		{name: "what can't be tested", args: []string{"till.go:init"}, code: 2, err: "init runs when the package is loaded"},
		{name: "another language", args: []string{"till.py:total"}, out: []string{"from till import total", "def test_total(items, want):"}, err: "test_total"},
		{name: "what has no tests", args: []string{"go.mod:1"}, code: 2, err: "covls makes no tests for go.mod"},
		{name: "written into a new file", args: []string{"till.go:16", "--write"}, out: []string{"till_test.go:9: TestClose fails until you fill it in\n"}, file: "till_test.go", want: "package till\n"},
		{name: "written into a new folder", args: []string{"till.py:1", "--write"}, out: []string{"tests/test_till.py:"}, file: "tests/test_till.py", want: "import pytest\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := folderWith(t, till)
			out, said, code := covls(t, append([]string{"test", "-C", dir}, tt.args...)...)
			if code != tt.code || !strings.Contains(said, tt.err) {
				t.Errorf("exit code %d, said %q, want %d and %q", code, said, tt.code, tt.err)
			}
			for _, want := range tt.out {
				if !strings.Contains(filepath.ToSlash(out), want) {
					t.Errorf("printed %q without %q", out, want)
				}
			}
			_, err := os.Stat(filepath.Join(dir, "till_test.go"))
			if (err == nil) != (tt.file == "till_test.go") {
				t.Errorf("till_test.go: %v", err)
			}
			if tt.file == "" {
				return
			}
			data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(tt.file)))
			if err != nil || !strings.HasPrefix(string(data), tt.want) {
				t.Errorf("%s holds %q (%v), want %q first", tt.file, data, err, tt.want)
			}
		})
	}
}

// TestTestExtends writes two tests behind one that is there, which stays as it is.
func TestTestExtends(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, till)
	file := filepath.Join(dir, "till_test.go")
	const was = "package till\n\nimport \"testing\"\n\nfunc TestClose(t *testing.T) { Close() }\n"
	if err := os.WriteFile(file, []byte(was), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{"till.go:Close", "Open"} {
		if _, said, code := covls(t, "test", "-C", dir, at, "--write"); code != 0 {
			t.Fatalf("%s: exit code %d: %s", at, code, said)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if now := string(data); !strings.HasPrefix(now, was+"\nfunc TestClose_2(") || !strings.Contains(now, "\nfunc TestTill_Open(") {
		t.Errorf("the file holds\n%s", now)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode is %v (%v)", info.Mode(), err)
	}
}
