package profile_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile"
)

// runs are the reports that one run of the tests wrote, of the corpus and, those that begin with testdata, of this
// package.
func runs() map[string][]string {
	return map[string][]string{
		"nyc":                    {"istanbul-qs/nyc/coverage-final.json", "istanbul-qs/nyc/lcov.info", "istanbul-qs/nyc/cobertura-coverage.xml", "istanbul-qs/nyc/clover.xml"},
		"c8":                     {"istanbul-qs/c8/coverage-final.json", "istanbul-qs/c8/lcov.info", "istanbul-qs/c8/cobertura-coverage.xml", "istanbul-qs/c8/clover.xml"},
		"coverage.py":            {"py-jinja2/cov6.5/branch/coverage.xml", "py-jinja2/cov6.5/branch/coverage.json", "py-jinja2/cov6.5/branch/coverage.lcov"},
		"PHPUnit":                {"php-clover/xdebug/clover.xml", "php-clover/xdebug/cobertura.xml"},
		"gcc":                    {"gcc-zlib/lcov-1.16.info", "gcc-zlib/gcovr.json", "gcc-zlib/gcovr-cobertura.xml"},
		"gcc, with the baseline": {"gcc-zlib/lcov-1.16-with-baseline.info", "gcc-zlib/gcovr-cobertura.xml"},
		"gcc, small":             {"testdata/gcc/sum.gcov.json.gz", "testdata/gcc/sum.c.gcov", "testdata/gcc/gcovr.json", "testdata/gcc/gcovr.xml", "testdata/gcc/lcov.info"},
		"llvm":                   {"llvm14-jansson/export.json", "llvm14-jansson/export.lcov"},
		"jest":                   {"testdata/jest/coverage-final.json", "testdata/jest/lcov.info", "testdata/jest/clover.xml"},
		"vitest":                 {"testdata/vitest/coverage-final.json", "testdata/vitest/clover.xml"},
		"c8, small":              {"testdata/c8/coverage-final.json", "testdata/c8/clover.xml"},
		"coverage.py, small":     {"testdata/coveragepy/coverage.xml", "testdata/coveragepy/coverage.json", "testdata/coveragepy/coverage.lcov"},
		"coverlet":               {"testdata/coverlet/coverage.json", "testdata/coverlet/coverage.opencover.xml", "testdata/coverlet/coverage.cobertura.xml", "testdata/coverlet/coverage.info"},
		"PHPUnit, small":         {"testdata/phpunit/clover.xml", "testdata/phpunit/cobertura.xml"},
	}
}

// told is what reports say of a file.
type told struct {
	lines    string // their numbers, those that ran with a +
	branches coverage.Tally
	placed   bool // the branches have lines
	funcs    coverage.Tally
	missed   []string // names of functions, sorted
}

func toldOf(f *coverage.File) told {
	var t told
	var b strings.Builder
	for _, l := range f.Lines {
		fmt.Fprintf(&b, " %d", l.Number)
		if l.Count > 0 {
			b.WriteByte('+')
		}
	}
	t.lines = b.String()
	t.branches, _ = f.BranchTotal()
	t.placed = slices.ContainsFunc(f.Branches, func(b coverage.Branch) bool { return b.Line > 0 })
	for _, fn := range f.Funcs {
		t.funcs.Total++
		if fn.Uncovered() {
			t.missed = append(t.missed, fn.Name)
		} else {
			t.funcs.Covered++
		}
	}
	slices.Sort(t.missed)
	return t
}

// TestRun holds that every subset of the reports of a run, merged, says what its richest member says alone: of lines
// the one that knows most of them, and so with functions, and with branches where one knows their lines.
func TestRun(t *testing.T) {
	t.Parallel()
	for name, paths := range runs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var reports []*coverage.Report
			for _, path := range paths {
				if !strings.HasPrefix(path, "testdata") {
					path = filepath.Join(profiletest.Shared(t), filepath.FromSlash(path))
				}
				p, err := profile.Open(path, profile.Limits{})
				if err != nil {
					t.Fatal(err)
				}
				reports = append(reports, p.Report)
			}
			for subset := 1; subset < 1<<len(reports); subset++ {
				var some []*coverage.Report
				var names []string
				for i, r := range reports {
					if subset>>i&1 > 0 {
						some, names = append(some, r), append(names, filepath.Base(paths[i]))
					}
				}
				checkRun(t, strings.Join(names, " and "), some)
			}
		})
	}
}

func checkRun(t *testing.T, what string, reports []*coverage.Report) {
	t.Helper()
	for _, f := range reports[0].Files {
		var files []*coverage.File
		for _, r := range reports {
			for _, g := range r.Files {
				if samePath(f.Name, g.Name) {
					files = append(files, g)
				}
			}
		}
		got := toldOf(coverage.Merge(files...))
		var want told
		for _, g := range files {
			own := toldOf(g)
			if strings.Count(own.lines, " ") > strings.Count(want.lines, " ") {
				want.lines = own.lines
			}
			if own.placed && !want.placed || own.placed == want.placed && own.branches.Total > want.branches.Total {
				want.branches, want.placed = own.branches, own.placed
			}
			if own.funcs.Total > want.funcs.Total {
				want.funcs, want.missed = own.funcs, own.missed
			}
		}
		if got.lines != want.lines {
			t.Errorf("%s: %s: have the lines%s\nwant%s", what, f.Name, got.lines, want.lines)
		}
		if got.lines = want.lines; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %s: have the branches %v, the functions %v, missed %q, want %v, %v, %q",
				what, f.Name, got.branches, got.funcs, got.missed, want.branches, want.funcs, want.missed)
		}
	}
}
