package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/report"
)

// TestRun holds what is reported of a run of the tests by any of the reports that it wrote, and by all of them.
func TestRun(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		run       string
		reports   string // one of them or more
		besides   string // with any of these, which say less alone
		figures   string // functions and branches
		uncovered string // functions
	}{
		{"jest", "coverage-final.json lcov.info", "clover.xml", "1/4 1/2", "lib.js:5 lib.js:6 lib.js:10"},
		{"vitest", "coverage-final.json", "clover.xml", "6/12 6/6", "src/a.ts:11 src/b.ts:4 src/b.ts:10 src/b.ts:15 src/b.ts:18 src/b.ts:22"},
		{"coveragepy", "coverage.xml coverage.json coverage.lcov", "", "2/4 3/6", "a.py:7 a.py:17"},
		{"phpunit", "clover.xml", "cobertura.xml", "2/4 -", "src/Cart.php:18 src/Cart.php:29"},
		{"c8", "coverage-final.json clover.xml", "", "2/5 4/5", "lib.mjs:7 lib.mjs:16 lib.mjs:25"},
		{"gcovr", "cobertura.xml", "", "1/3 -", "src/shape.c:3 src/shape.c:15"},
		{"kover", "report.xml", "", "1/2 -", "com/example/shop/Price.kt:8"},
	} {
		t.Run(tt.run, func(t *testing.T) {
			t.Parallel()
			dir := folderWith(t, nil)
			copyRun(t, filepath.Join("../../profile/testdata", tt.run), dir)
			own, besides := strings.Fields(tt.reports), strings.Fields(tt.besides)
			all := slices.Concat(own, besides)
			for subset := 1; subset < 1<<len(all); subset++ {
				args := []string{"-C", dir}
				knows := false
				for i, name := range all {
					if subset>>i&1 > 0 {
						args = append(args, "--profile", name)
						knows = knows || i < len(own)
					}
				}
				if knows {
					checkRun(t, tt.figures, tt.uncovered, args)
				}
			}
		})
	}
}

func checkRun(t *testing.T, figures, uncovered string, args []string) {
	t.Helper()
	r := readReport(t, args...)
	tally := func(t *report.Tally) string {
		if t == nil {
			return "-"
		}
		return fmt.Sprintf("%d/%d", t.Covered, t.Total)
	}
	if got := tally(r.Summary.Functions) + " " + tally(r.Summary.Branches); got != figures {
		t.Errorf("%v: have %s, want %s", args, got, figures)
	}
	var places []string
	for _, f := range r.UncoveredFunctions {
		places = append(places, fmt.Sprintf("%s:%d", f.File, f.Line))
	}
	want := strings.Fields(uncovered)
	slices.Sort(places)
	slices.Sort(want)
	if !slices.Equal(places, want) {
		t.Errorf("%v: have the uncovered functions %v, want %v", args, places, want)
	}
}

// copyRun copies the reports of a run with its sources; in reports /srv/ci becomes the folder.
func copyRun(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"*.xml", "*.json"} {
		paths, err := filepath.Glob(filepath.Join(to, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(text), "/srv/ci", filepath.ToSlash(to))), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestUnknownFunctions: where nobody knows the functions, there are not 0 of them.
func TestUnknownFunctions(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, nil)
	copyRun(t, "../../profile/testdata/gcovr", dir)
	source := filepath.Join(dir, "src", "shape.c")
	if out, _, _ := covls(t, "report", "-C", dir, "--format", "json"); !strings.Contains(out, `"functions":{"covered":1,"total":3}`) {
		t.Errorf("the functions of the source are not counted:\n%s", out)
	}
	if err := os.Remove(source); err != nil {
		t.Fatal(err)
	}
	for format, want := range map[string][]string{
		"text":     {"functions   not known", " ?  src/shape.c\n", "  all            2              4   8   50.00 %                    2                      ?\n"},
		"markdown": {"functions not known", "| **all** | **2** | **4** | **8** | **50.00 %** | **2** | **?** |"},
		"json":     {`"functions":null`},
	} {
		out, stderr, code := covls(t, "report", "-C", dir, "--format", format)
		for _, w := range want {
			if code != 0 || !strings.Contains(out, w) {
				t.Errorf("%s: exit code %d, %s, want %q in\n%s", format, code, stderr, w, out)
			}
		}
	}
}
