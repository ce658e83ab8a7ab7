package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReportChanged reports what changed, without a verdict.
func TestReportChanged(t *testing.T) {
	t.Parallel()
	dir, baseline := changedFolder(t)
	const (
		part  = "DIR/a.go:12: Part: 2 of 3 changed statements not tested (12–13)\n"
		fresh = "DIR/a.go:19: Fresh is new and not tested: 2 statements (19–20)\n"
		old   = "DIR/a.go:3: Old lost coverage: 1 of 1 statement that tests reached at COMMIT (4)\n"
		sum   = "1 of 5 statements that changed since main (COMMIT) is covered (20.00 %); "
		lost  = "1 statement lost coverage in 1 place since the baseline of COMMIT"
	)
	commit := regexp.MustCompile(`\b[0-9a-f]{7}\b`)
	for _, c := range []struct {
		name string
		args []string
		code int
		want string // is in standard output, or where the code is 2 in standard error
	}{
		{"text", nil, 0, part + fresh + "covls report: " + sum + "lost coverage not judged (no baseline)\n"},
		{"what was lost", []string{"--baseline", baseline}, 0, part + fresh + old + "covls report: " + sum + lost + "\n"},
		{"JSON", []string{"--format", "json"}, 0, `"passed":null`},
		{"Markdown", []string{"--format", "markdown"}, 0, "**Coverage of this change.** " + sum},
		{"SARIF", []string{"--format", "sarif"}, 0, `"level": "warning"`},
		{"a page", []string{"--format", "html"}, 0, `"change":{"sum":"1 of 5 statements that changed since main (COMMIT) is covered (20.00 %); lost coverage not judged (no baseline).","unknown":[],"items":[` +
			`{"kind":"changed","file":"a.go","name":"Part","line":12,"lines":"12–13","what":"Part: 2 of 3 changed statements not tested"},{"kind":"new","file":"a.go","name":"Fresh","line":19,`},
		{"a page, against another target", []string{"--format", "html", "--target", "10"}, 0, `"change":{`},
		{"a list of so many rows", []string{"--top", "3"}, 2, "--top is for all the code"},
		{"a component", []string{"--format", "html", "--component", "x"}, 2, "--component is for all the code"},
		{"a base that is not there", []string{"--changed=nowhere"}, 2, "nowhere"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			out, stderr, code := covls(t, append([]string{"report", "-C", dir, "--changed=main"}, c.args...)...)
			got := out
			if c.code == 2 {
				got = stderr
			}
			if got = commit.ReplaceAllString(strings.ReplaceAll(got, dir, "DIR"), "COMMIT"); code != c.code || !strings.Contains(got, c.want) {
				t.Errorf("exit %d, want %d; got\n%.3000s\nwant\n%s\n%s", code, c.code, got, c.want, stderr)
			}
		})
	}
	t.Run("no change", func(t *testing.T) {
		t.Parallel()
		if _, stderr, code := covls(t, "report", "-C", dir, "--baseline", baseline); code != 2 || !strings.Contains(stderr, "--baseline says what --changed compares") {
			t.Errorf("exit %d: %s", code, stderr)
		}
		if out, _, _ := covls(t, "report", "-C", dir, "--format", "html"); !strings.Contains(out, `"change":null`) {
			t.Error("the page of all the code has a change")
		}
	})
}

// TestReportChangedUnknown reports what is known of a change, and that it is not all, in each form.
func TestReportChangedUnknown(t *testing.T) {
	t.Parallel()
	dir, _ := changedFolder(t)
	if err := os.WriteFile(filepath.Join(dir, "sub", "d.go"), []byte("package sub\n\nfunc Dee() int { return 1 }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for format, want := range map[string]string{
		"text": "covls report: 1 of 5 statements", "markdown": "Not all of the change is known: no profile names sub/d.go",
		"json": `"breaches":["no profile names sub/d.go`, "html": `"unknown":["no profile names sub/d.go`,
	} {
		out, stderr, code := covls(t, "report", "-C", dir, "--changed=main", "--format", format)
		if code != 2 || !strings.Contains(out, want) || !strings.Contains(stderr, "not all of the change is known: no profile names sub/d.go") {
			t.Errorf("%s: exit %d, want %q: %.2000s%s", format, code, want, out, stderr)
		}
	}
}

// TestCheckChangedWords holds what check says of a change, and which command it names for the next step.
func TestCheckChangedWords(t *testing.T) {
	t.Parallel()
	dir, baseline := changedFolder(t)
	unknown, _ := changedFolder(t)
	if err := os.WriteFile(filepath.Join(unknown, "sub", "d.go"), []byte("package sub\n\nfunc Dee() int { return 1 }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const (
		sum  = "1 of 5 statements that changed since main (COMMIT) is covered (20.00 %); "
		none = "lost coverage not judged (no baseline)\n"
		lost = "1 statement lost coverage in 1 place since the baseline of COMMIT\n"
		next = "covls: covls test DIR/a.go:12 -C DIR prints a test for Part to fill in\n"
	)
	commit := regexp.MustCompile(`\b[0-9a-f]{7}\b`)
	for _, c := range []struct {
		dir        string
		args       []string
		code       int
		last, says string // the last line, and standard error
	}{
		{dir, nil, 1, "covls check: failed: less than 80 % of what changed is covered; " + sum + none, next},
		{dir, []string{"--min", "20"}, 0, "covls check: passed: " + sum + none, ""},
		{dir, []string{"--warn-only"}, 0, "covls check: warning: less than 80 % of what changed is covered; " + sum + none, next},
		{dir, []string{"--committed"}, 0, "covls check: passed: nothing that the profiles cover changed since main (COMMIT) in what is committed; " + none, ""},
		{dir, []string{"--max-uncovered", "0"}, 1, "covls check: failed: changed code is not covered; " + sum + none, next},
		{dir, []string{"--max-uncovered", "1"}, 1, "covls check: failed: more than 1 changed statement is not covered; " + sum + none, next},
		{dir, []string{"--max-uncovered", "3"}, 1, "covls check: failed: more than 3 changed statements are not covered; " + sum + none, next},
		{dir, []string{"--max-uncovered", "4"}, 0, "covls check: passed: " + sum + none, ""},
		{dir, []string{"--new-functions"}, 1, "covls check: failed: 1 new function is not covered; " + sum + none, next},
		{dir, []string{"--min", "0", "--baseline", baseline}, 1, "covls check: failed: code lost its coverage; " + sum + lost, next},
		{dir, []string{"--min", "0", "--baseline", baseline, "--no-lost=1"}, 0, "covls check: passed: " + sum + lost, ""},
		{dir, []string{"--format", "github"}, 1, "covls check: failed: less than 80 % of what changed is covered; " + sum + none, ""},
		{
			unknown, nil, 2, "covls check: failed as far as it can be judged: less than 80 % of what changed is covered; " + sum + none,
			"covls: the change can't be judged: no profile names sub/d.go, which changed: run the tests with coverage of all code, or leave it out by exclude = [\"sub/d.go\"] in .covls.toml\n",
		},
	} {
		out, stderr, code := covls(t, append([]string{"check", "-C", c.dir, "--changed=main"}, c.args...)...)
		plain := func(s string) string { return commit.ReplaceAllString(strings.ReplaceAll(s, c.dir, "DIR"), "COMMIT") }
		out, stderr = plain(out), plain(stderr)
		if last := out[strings.LastIndexByte(strings.TrimSuffix(out, "\n"), '\n')+1:]; last != c.last || code != c.code || stderr != c.says {
			t.Errorf("%v: exit %d, want %d; got\n%s%s\nwant\n%s%s", c.args, code, c.code, last, stderr, c.last, c.says)
		}
	}
}
