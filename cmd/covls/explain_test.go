package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/report"
)

// stall is a folder with files that a profile names, one that it does not, one that a rule and one that
// a setting leaves out, and one that is not here.
var stall = map[string]string{
	".covls.toml": "exclude = ['old']\n[[rule]]\npaths = ['gen.go']\nexclude = true\nwhy = 'made by a program'\n",
	"go.mod":      "module example.com/stall\n\ngo 1.26\n",
	"a/util.go":   "package a\n\nfunc A() { println(1) }\n",
	"b/util.go":   "package b\n\nfunc B() { println(1) }\n",
	"b/Price.go":  "package b\n\nfunc Price() { println(1) }\n",
	"gen.go":      "package stall\n\nfunc G() { println(1) }\n",
	"new.go":      "package stall\n\nfunc N() { println(1) }\n",
	"old/old.go":  "package old\n\nfunc O() { println(1) }\n",
	"cover.out": `mode: set
example.com/stall/a/util.go:3.10,3.24 1 1
example.com/stall/b/util.go:3.10,3.24 1 0
example.com/stall/b/Price.go:3.14,3.28 1 0
example.com/stall/gen.go:3.10,3.24 1 0
example.com/stall/old/old.go:3.10,3.24 1 0
/ci/lost.go:1.1,2.2 4 1
`,
}

func TestExplain(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, stall)
	const a = "# `a/util.go`: ok\n"
	for _, c := range []struct {
		arg  string
		code int
		want string // the first line of stdout, or a part of stderr
	}{
		{"a/util.go", 0, a},
		{"./a//util.go", 0, a},
		{filepath.Join(dir, "a", "util.go"), 0, a},
		{"b/util.go", 0, "# `b/util.go`: medium\n"},
		{"Price.go", 0, "# `b/Price.go`: medium\n"},
		{"/ci/lost.go", 0, "# `/ci/lost.go`: ok\n"},
		{"lost.go", 0, "# `/ci/lost.go`: ok\n"},
		{"gen.go", 0, "# `gen.go`: left out\n"},
		{"util.go", 2, "util.go may be any of 2 files: a/util.go, b/util.go; give more of the path"},
		{"til.go", 2, "no profile names til.go; did you mean a/util.go?"},
		{"b/utl.go", 2, "no profile names b/utl.go; did you mean b/util.go?"},
		{"b/price.go", 2, "no profile names b/price.go; did you mean b/Price.go?"},
		{"zebra.go", 2, "no profile names zebra.go; `covls report --format json` lists"},
		{"new.go", 2, "new.go is not measured: no profile names it"},
		{"old/old.go", 2, "the setting `exclude` leaves old/old.go out of everything"},
		{"", 2, "no profile names"},
		{"..", 2, "no profile names .."},
	} {
		t.Run(c.arg, func(t *testing.T) {
			t.Parallel()
			out, stderr, code := covls(t, "explain", "-C", dir, c.arg)
			if code != c.code {
				t.Fatalf("exit %d, want %d: %s%s", code, c.code, out, stderr)
			}
			if code == 0 && !strings.HasPrefix(out, c.want) {
				t.Errorf("got  %swant %s", out, c.want)
			}
			if code != 0 && (out != "" || !strings.Contains(stderr, c.want)) {
				t.Errorf("stdout %q, stderr %q, want %q in it", out, stderr, c.want)
			}
		})
	}
}

// TestExplainRelative names a file from the working directory, with the folder elsewhere above it.
func TestExplainRelative(t *testing.T) {
	dir := folderWith(t, stall)
	t.Chdir(filepath.Join(dir, "b"))
	for arg, want := range map[string]string{"util.go": "# `b/util.go`", "a/util.go": "# `a/util.go`", "../a/util.go": "# `a/util.go`"} {
		if out, stderr, code := covls(t, "explain", "-C", "..", arg); code != 0 || !strings.HasPrefix(out, want) {
			t.Errorf("%s: exit %d: %s%s", arg, code, out, stderr)
		}
	}
}

// TestExplainLink reaches a file through a symbolic link to its folder.
func TestExplainLink(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, stall)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, link); err != nil {
		t.Skipf("skipped: no symbolic links: %v", err)
	}
	if out, stderr, code := covls(t, "explain", "-C", dir, filepath.Join(link, "a", "util.go")); code != 0 || !strings.HasPrefix(out, "# `a/util.go`") {
		t.Errorf("exit %d: %s%s", code, out, stderr)
	}
}

func TestExplainJSON(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, stall)
	out, stderr, code := covls(t, "explain", "-C", dir, "b/util.go", "--format", "json")
	var got struct {
		Schema     int
		Path, Tier string
		Percent    *float64
		Reason     string
		ReasonData report.Reason `json:"reason_data"`
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
		t.Fatalf("exit %d: %v\n%s%s", code, err, out, stderr)
	}
	want := report.Reason{
		Unit: "statements", Total: 1, Target: 75, NextStep: true, SmallGap: 3, Gap: 1, Role: "core code", RoleWeight: 1, Weight: 1, Score: 1,
		Rank: 2, Of: 2, First: 2, Share: 70, Cause: "small_gap",
	}
	if got.Schema != report.Schema || got.Path != "b/util.go" || got.Tier != "medium" || got.Percent == nil || *got.Percent != 0 || got.Reason == "" || got.ReasonData != want {
		t.Errorf("got %s", out)
	}
}
