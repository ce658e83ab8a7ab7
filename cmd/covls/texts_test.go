package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/internal/profiletest"
)

// otherTexts is a repository with the profile of a commit and the tree of the next: of a.go one function is what it was,
// one changed, one is new and one was deleted, of b.go all changed, c.go is what it was.
func otherTexts(t *testing.T) (dir string) {
	t.Helper()
	gittest.Need(t)
	dir = profiletest.Tree(t, coverOut+"x/a.go:3.17,5.2 1 0\nx/a.go:7.20,9.2 1 1\nx/a.go:11.17,13.2 1 1\nx/b.go:3.16,5.2 1 1\nx/c.go:3.17,6.2 2 1\n")
	gittest.Run(t, dir, gittest.Date(0), "init", "-q")
	gittest.History(t, dir, gittest.Commit{Name: "one", Set: map[string]string{
		".gitignore": "cover.out\n",
		"go.mod":     "module x\n",
		"a.go":       "package a\n\nfunc Kept() int {\n\treturn 1\n}\n\nfunc Changed() int {\n\treturn 2\n}\n\nfunc Gone() int {\n\treturn 3\n}\n",
		"b.go":       "package a\n\nfunc All() int {\n\treturn 4\n}\n",
		"c.go":       "package a\n\nfunc Same() int {\n\tx := 5\n\treturn x\n}\n",
	}}, gittest.Commit{Name: "two", Set: map[string]string{
		"a.go": "package a\n\nfunc Kept() int {\n\treturn 1\n}\n\nfunc New() int {\n\treturn 9\n}\n\n// Changed is longer.\nfunc Changed() int {\n\tx := 2\n\treturn x\n}\n",
		"b.go": "package a\n\nfunc All() int {\n\tx := 4\n\treturn x\n}\n",
	}})
	return dir
}

// TestOtherTexts has what is said of a profile of an older commit.
func TestOtherTexts(t *testing.T) {
	t.Parallel()
	dir := otherTexts(t)
	const sentence, became = "cover.out is of another text in a.go and b.go: that of ", "1 commit ago; 2 functions changed, 1 new, 1 deleted since"
	tests := []struct {
		args         string
		code         int
		out, err     []string // which must be there, each once
		outNo, errNo []string // which must not
	}{
		{
			args: "report",
			out:  []string{sentence, became, "3 functions are unknown and not counted here", "a.go · 2 unknown", "of 2 · 3 unknown", "1 at target and 1 unknown.", "  unknown        1                   0   0         –"},
			err:  []string{sentence, became},
		},
		{
			args: "report --format markdown",
			out:  []string{sentence, became, "| `a.go` · 2 unknown | 1 | 1 | medium |", "50.00 % of functions (1 of 2) · 3 unknown", "Unknown, and counted nowhere until the tests run again: 3 functions: ", "`New` in `a.go` (new)"},
			err:  []string{sentence},
		},
		{args: "gaps", out: []string{"a.go:3:6: Kept is not tested (1 statement)"}, err: []string{sentence}},
		{args: "gaps --format json", outNo: []string{"All", "Changed", "New"}, err: []string{sentence}},
		{args: "check", code: 1, out: []string{"cover.out: is of another text in a.go and b.go", "66.67 % of 3 statements covered, 3 functions unknown, target 60 %"}, errNo: []string{sentence}},
		{
			args: "check --allow-stale --files", code: 1,
			out:   []string{"a.go: 1 statement short of 60 % (0.00 %), without 2 unknown functions"},
			outNo: []string{"a.go: 0.00 % is", "b.go"},
			err:   []string{sentence},
		},
		{args: "baseline", code: 2, err: []string{"the profiles are of other texts than those on disk (a.go, b.go): run the tests again, then save the baseline"}},
		{args: "explain a.go", out: []string{"- unknown, and in no figure here: `New` (new) and `Changed` (changed)"}, errNo: []string{sentence}},
		{
			args: "explain b.go",
			out:  []string{"# `b.go`: unknown", "Nobody knows what of it ran, so that there is no gap that can be counted: run the tests again."}, outNo: []string{"0 of 0", "no gap."}, errNo: []string{sentence},
		},
		{args: "explain --format json b.go", out: []string{`"percent": null`, `"tier": "unknown"`, `"cause": "unknown"`, `"unknown_functions": 1`}},
		{args: "doctor", out: []string{sentence, became}},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			t.Parallel()
			out, errs, code := covls(t, append(strings.Fields(tt.args), "-C", dir)...)
			if code != tt.code {
				t.Errorf("exit code %d, want %d: %s", code, tt.code, errs)
			}
			for _, is := range []struct {
				name, text string
				want, not  []string
			}{{"stdout", out, tt.out, tt.outNo}, {"stderr", errs, tt.err, tt.errNo}} {
				for _, want := range is.want {
					if n := strings.Count(is.text, want); n != 1 {
						t.Errorf("%s has %q %d times:\n%s", is.name, want, n, is.text)
					}
				}
				for _, not := range is.not {
					if strings.Contains(is.text, not) {
						t.Errorf("%s has %q:\n%s", is.name, not, is.text)
					}
				}
			}
		})
	}
}

// TestOtherTextsJSON has the rows of files with unknown functions.
func TestOtherTextsJSON(t *testing.T) {
	t.Parallel()
	out, errs, code := covls(t, "report", "--format", "json", "-C", otherTexts(t))
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	type row struct {
		Path      string
		Percent   *float64
		Tier      string
		Functions *struct{ Covered, Total int }
		Unknown   int `json:"unknown_functions"`
	}
	var r struct {
		Summary    row
		Components []struct {
			Tiers   map[string]int
			Summary row
		}
		Files []row
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if r.Summary.Unknown != 3 || r.Components[0].Summary.Unknown != 3 || r.Components[0].Tiers["unknown"] != 1 {
		t.Errorf("the summary has %+v, the component %+v", r.Summary, r.Components[0])
	}
	for i, want := range []struct {
		path    string
		percent any
		tier    string
		known   bool
		unknown int
	}{{"a.go", 0.0, "medium", true, 2}, {"b.go", nil, "unknown", false, 1}, {"c.go", 100.0, "ok", true, 0}} {
		got := r.Files[i]
		var percent any
		if got.Percent != nil {
			percent = *got.Percent
		}
		if got.Path != want.path || percent != want.percent || got.Tier != want.tier || got.Functions != nil != want.known || got.Unknown != want.unknown {
			t.Errorf("%s has %v %%, %s, functions %v, %d unknown; want %+v", got.Path, percent, got.Tier, got.Functions, got.Unknown, want)
		}
	}
}

// TestSaidOnce prints the report where what is said beside it stands, too.
func TestSaidOnce(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "both")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if code := run(context.Background(), []string{"report", "-C", otherTexts(t)}, f, f, f); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	text, err := os.ReadFile(name)
	if n := strings.Count(string(text), "is of another text"); err != nil || n != 1 {
		t.Errorf("said %d times, %v:\n%s", n, err, text)
	}
}

// TestExplainAnother asks for what is no row of a report, and says why or which one it is.
func TestExplainAnother(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	dir := profiletest.Tree(t, coverOut+"x/old/f.go:3.14,5.2 1 0\nx/two/g.go:3.14,5.2 1 0\nx/three/g.go:3.14,5.2 1 0\n")
	gittest.Run(t, dir, gittest.Date(0), "init", "-q")
	function := func(pkg string) string { return "package " + pkg + "\n\nfunc F() int {\n\treturn 1\n}\n" }
	gittest.History(t, dir, gittest.Commit{Name: "one", Set: map[string]string{
		".gitignore": "cover.out\n", "go.mod": "module x\n", "old/f.go": function("a"), "two/g.go": function("b"), "three/g.go": function("c"),
		"failed/h.go": function("failed"), "failed/h_test.go": "package failed\n\nfunc TestH(t *testing.T) {}\n", "untold/i.go": function("untold"),
	}}, gittest.Commit{Name: "two", Drop: []string{"old/f.go"}, Set: map[string]string{"new/f.go": function("a"), "new/own.go": "package a\n"}})
	const missing = "is not measured: package x/failed has tests and is not in cover.out: did they fail?"
	for _, tt := range []struct{ arg, out, err string }{
		{"new/f.go", "# `new/f.go`: medium", ""},
		{"old/f.go", "# `new/f.go`: medium", "old/f.go is new/f.go here"},
		{"x/old/f.go", "# `new/f.go`: medium", "x/old/f.go is new/f.go here"},
		{"g.go", "", "g.go may be any of 2 files"},
		{"failed/h.go", "", "failed/h.go " + missing},
		{"failed", "", "failed " + missing},
		{"failed/h_test.go", "", "failed/h_test.go " + missing},
		{"untold/i.go", "", "untold/i.go is not measured: no profile names it, so nobody knows what of it ran"},
		{"two", "", "two is a folder: name a file in it"},
		{"old/gone.go", "", "no profile names old/gone.go"},
	} {
		t.Run(tt.arg, func(t *testing.T) {
			t.Parallel()
			out, errs, code := covls(t, "explain", "-C", dir, tt.arg)
			if first, _, _ := strings.Cut(out, "\n"); first != tt.out || (code == 0) != (tt.out != "") {
				t.Errorf("exit code %d, and the first line is %q, want %q", code, first, tt.out)
			}
			if !strings.HasPrefix(strings.TrimPrefix(errs, "covls: "), tt.err) || tt.err == "" && errs != "" {
				t.Errorf("it says %q, want %q", errs, tt.err)
			}
		})
	}
}
