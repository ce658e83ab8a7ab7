package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/internal/profiletest"
)

// The sources of TestOwnTests and TestMissing.
const (
	modFile = "-- go.mod --\nmodule x\n"
	// aCode has F on line 3, and is imported by the tests of nobody else.
	aCode = "-- a/a.go --\npackage a\n\nfunc F() int {\n\treturn 1\n}\n"
	aTest = "-- a/a_test.go --\npackage a\n\nfunc TestA(t *testing.T) {}\n"
	bCode = "-- b/b.go --\npackage b\n\nimport \"x/a\"\n\nfunc G() int {\n\treturn a.F()\n}\n"
	bTest = "-- b/b_test.go --\npackage b\n\nfunc TestB(t *testing.T) {}\n"

	aMissed, aRan = "x/a/a.go:3.14,5.2 1 0\n", "x/a/a.go:3.14,5.2 1 1\n"
	bMissed, bRan = "x/b/b.go:5.14,7.2 1 0\n", "x/b/b.go:5.14,7.2 1 1\n"
	cRan          = "x/c/c.go:3.10,5.2 1 1\n"
	coverOut      = "-- cover.out --\nmode: set\n"

	cCode = "-- c/c.go --\npackage c\n\nfunc H() {\n\t_ = 1\n}\n"
	cTest = "-- c/c_test.go --\npackage c\n\nfunc TestC(t *testing.T) {}\n"
)

// TestOwnTests has profiles in which a function did not run, and whether tests of other packages may run it.
func TestOwnTests(t *testing.T) {
	t.Parallel()
	const own, some, all = "own package", "some tests", ""
	const hCode = "-- a/h.go --\npackage a\n\nfunc H() int {\n\treturn 1\n}\n"
	const hRan = "x/a/h.go:3.14,5.2 1 1\n"
	tests := []struct {
		name, files string
		want        string // "name: scope" of each function that is not covered
		note        string
	}{
		{"tests of another package import it", modFile + aCode + bCode + bTest + coverOut + aMissed + bRan, "F: " + own, own},
		{"tests of its own, or those of another package alone, where its own panicked", modFile + aCode + aTest + bCode + bTest + coverOut + aMissed + bRan, "F: " + some, some},
		{"code that ran and that nobody names: its own tests count", modFile + aCode + aTest + hCode + bCode + bTest + coverOut + aMissed + hRan + bRan, "F: " + own, own},
		{"code that ran and that the other's tests name", modFile + aCode + aTest + hCode + bCode + bTest + "var _ = a.H\n" + coverOut + aMissed + hRan + bRan, "F: " + some, some},
		{"code that ran and that code names which no profile has", modFile + aCode + aTest + hCode + "-- a/v.go --\npackage a\n\nvar V = H\n" + bCode + bTest + coverOut + aMissed + hRan + bRan, "F: " + some, some},
		{"nobody's tests import it", modFile + aCode + aTest + bCode + coverOut + aMissed + bMissed, "F: " + all + "\nG: " + all, all},
		{"-coverpkg counts them", modFile + aCode + bCode + bTest + coverOut + aMissed + aMissed + bRan, "F: " + all, all},
		{"code that ran without tests of its own: -coverpkg, too", modFile + aCode + cCode + bCode + bTest +
			coverOut + aMissed + bRan + cRan, "F: " + all, all},
		{"all of it is covered", modFile + aCode + aTest + bCode + bTest + coverOut + aRan + bMissed, "G: " + some, some},
		{"-coverpkg counts fewer than have tests", modFile + aCode + aTest + bCode + bTest + cCode + cTest + coverOut + aMissed + bRan + cRan + aMissed + bRan + cRan, "F: " + some, some},
		{"-coverpkg in a run for each package, joined", modFile + aCode + aTest + bCode + bTest + cCode + cTest + coverOut + aMissed + bRan + aMissed + cRan, "F: " + all, all},
		{"-coverpkg counts as many as have tests", modFile + aCode + aTest + bCode + bTest + cCode + coverOut + aMissed + bRan + cRan + aMissed + bRan + cRan, "F: " + all, all},
		{"a module of one package", modFile + aCode + aTest + coverOut + aMissed, "F: " + all, all},
		{"a profile by lines says nothing of packages", modFile + aCode + bCode + bTest + "-- lcov.info --\nSF:a/a.go\nDA:4,0\nend_of_record\nSF:b/b.go\nDA:6,1\nend_of_record\n", "F: " + all, all},
		{"another profile counts all", modFile + aCode + bCode + bTest + coverOut + aMissed + bRan + "-- c.out --\nmode: set\n" + aMissed + bRan + aMissed + bRan, "F: " + all, all},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := profiletest.Tree(t, tt.files)
			out, stderr, code := covls(t, "report", "--format", "json", "-C", dir)
			if code != 0 {
				t.Fatalf("exit code %d: %s", code, stderr)
			}
			var r struct {
				Meta struct {
					Profiles []struct{ Path, Scope string }
				}
				Functions []struct{ Name, Scope string } `json:"uncovered_functions"`
			}
			if err := json.Unmarshal([]byte(out), &r); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range r.Functions {
				got = append(got, f.Name+": "+f.Scope)
			}
			if text := strings.Join(got, "\n"); text != tt.want {
				t.Errorf("not covered are\n%s\nwant\n%s", text, tt.want)
			}
			if got := r.Meta.Profiles[len(r.Meta.Profiles)-1]; got.Scope != tt.note {
				t.Errorf("the scope of %s is %q, want %q", got.Path, got.Scope, tt.note)
			}
			word := map[string]string{own: "credits a package with its own tests only", some: "has the counts of"}[tt.note]
			if !strings.Contains(stderr, word) || word == "" && strings.Contains(stderr, "tests") {
				t.Errorf("report says %q, want a word of %q", stderr, word)
			}
			gaps, stderr, _ := covls(t, "gaps", "-C", dir)
			if !strings.Contains(stderr, word) || word == "" && strings.Contains(stderr, "tests") {
				t.Errorf("gaps says %q, want a word of %q", stderr, word)
			}
			for scope, words := range map[string]string{own: "F is not tested by its own package (1 statement)", some: "F is not run by the tests in the profile (1 statement)"} {
				if strings.Contains(gaps, words) != strings.Contains(tt.want, "F: "+scope) {
					t.Errorf("gaps lists\n%s", gaps)
				}
			}
			markdown, _, _ := covls(t, "report", "--format", "markdown", "-C", dir)
			for _, claim := range []string{"untested", "Not tested", "Tested today**", "no test reaches", "never ran"} {
				if tt.note != all && strings.Contains(markdown, claim) {
					t.Errorf("the report says %q:\n%s", claim, markdown)
				}
			}
		})
	}
}

// TestMissing has packages with tests, and what covls check, which passes otherwise, says of those in no profile.
func TestMissing(t *testing.T) {
	t.Parallel()
	const c = cCode + cTest
	const failed = "package x/b has tests and is not in cover.out: did they fail?"
	tests := []struct {
		name, files string
		args        []string
		want        []string // the start of each breach
		left        []string // packages in the JSON of the report, where these are others
	}{
		{"all are there", modFile + aCode + aTest + bCode + bTest + coverOut + aRan + bRan, nil, nil, nil},
		{"one is missing", modFile + aCode + aTest + bCode + bTest + coverOut + aRan, nil, []string{failed}, nil},
		{"that is accepted", modFile + aCode + aTest + bCode + bTest + coverOut + aRan, []string{"--partial"}, nil, []string{"x/b"}},
		{"two are missing", modFile + aCode + aTest + bCode + bTest + c + coverOut + aRan, nil, []string{failed, "package x/c has tests"}, nil},
		{"it has no tests", modFile + aCode + aTest + bCode + coverOut + aRan, nil, nil, nil},
		{"it has no code", modFile + aCode + aTest + "-- b/b.go --\npackage b\n\ntype T int\n" + bTest + coverOut + aRan, nil, nil, nil},
		{"it is excluded", modFile + aCode + aTest + bCode + bTest + coverOut + aRan + "-- .covls.toml --\nexclude = [\"b/**\"]\n", nil, nil, nil},
		{"a rule excludes it", modFile + aCode + aTest + bCode + bTest + coverOut + aRan + "x/b/gen.go:1.1,2.1 1 1\n-- b/gen.go --\npackage b\n-- .covls.toml --\n[[rule]]\npaths = [\"b/**\"]\nexclude = true\n", nil, nil, nil},
		{"another profile has it", modFile + aCode + aTest + bCode + bTest + coverOut + aRan + "-- c.out --\nmode: set\n" + bRan, nil, nil, nil},
		{"-coverpkg lists all, also those that fail", modFile + aCode + aTest + bCode + bTest + coverOut + aRan + aRan, nil, nil, nil},
		{"a module of its own", modFile + aCode + aTest + "-- b/go.mod --\nmodule y\n" + bCode + bTest + coverOut + aRan, nil, nil, nil},
		{
			"a module of its own whose profile lacks one", modFile + aCode + aTest + "-- m/go.mod --\nmodule y\n-- m/p/p.go --\npackage p\n\nfunc P() {\n\t_ = 1\n}\n-- m/p/p_test.go --\npackage p\n\nfunc TestP(t *testing.T) {}\n-- m/q/q.go --\npackage q\n\nfunc Q() {\n\t_ = 1\n}\n" +
				"-- m/q/q_test.go --\npackage q\n\nfunc TestQ(t *testing.T) {}\n" + coverOut + aRan + "-- m/cover.out --\nmode: set\ny/p/p.go:3.10,5.2 1 1\n", nil,
			[]string{"package y/q has tests and is not in m/cover.out"},
			nil,
		},
		{"a profile of lines", modFile + aCode + aTest + bCode + bTest + "-- lcov.info --\nSF:a/a.go\nDA:4,1\nend_of_record\n", nil, nil, nil},
		{"names on this disk", modFile + aCode + aTest + bCode + bTest + coverOut + "./a/a.go:3.14,5.2 1 1\n", nil, []string{failed}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := profiletest.Tree(t, tt.files)
			out, stderr, code := covls(t, append([]string{"check", "-C", dir, "--format", "json"}, tt.args...)...)
			var v struct {
				Breaches []struct{ Gate, Path, Text string }
			}
			if err := json.Unmarshal([]byte(out), &v); err != nil {
				t.Fatalf("%v; exit code %d: %s", err, code, stderr)
			}
			if wrong := code != 0; wrong != (len(tt.want) > 0) || len(v.Breaches) != len(tt.want) {
				t.Fatalf("exit code %d: %s", code, out)
			}
			var packages []string
			for i, b := range v.Breaches {
				if b.Gate != "unmeasured" || !strings.HasPrefix(b.Text, tt.want[i]) || !strings.Contains(b.Text, "--partial") {
					t.Errorf("the breach is %+v, want %s", b, tt.want[i])
				}
				packages = append(packages, strings.Fields(b.Text)[1])
			}
			if tt.left != nil {
				packages = tt.left
			}
			out, _, _ = covls(t, "report", "-C", dir, "--format", "json")
			var r struct {
				Unmeasured []struct{ Package string }
			}
			if err := json.Unmarshal([]byte(out), &r); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, u := range r.Unmeasured {
				got = append(got, u.Package)
			}
			if !slices.Equal(got, packages) {
				t.Errorf("the report has %q unmeasured, want %q", got, packages)
			}
			// Whatever is printed beside "100 %" says so.
			for _, format := range []string{"text", "markdown", "html", "sarif"} {
				out, _, _ := covls(t, "report", "-C", dir, "--format", format)
				for _, p := range packages {
					if !strings.Contains(out, "package "+p+" has tests") {
						t.Errorf("the report as %s does not name %s", format, p)
					}
				}
			}
			_, stderr, _ = covls(t, "gaps", "-C", dir)
			if strings.Count(stderr, "has tests and is not in") != len(packages) {
				t.Errorf("gaps says %q", stderr)
			}
		})
	}
}

// TestUnmeasuredTests has sources of other languages, and those that no profile names though a file of tests bears
// their name.
func TestUnmeasuredTests(t *testing.T) {
	t.Parallel()
	const js = "-- coverage/lcov.info --\nSF:src/a.ts\nDA:1,1\nend_of_record\n-- src/a.ts --\n1\n"
	const py = "-- coverage.lcov --\nSF:pkg/a.py\nDA:1,1\nend_of_record\n-- pkg/a.py --\n1\n"
	tests := []struct{ name, files, want string }{
		{"nothing is missing", js + "-- src/a.test.ts --\nx = 1\n", ""},
		{"a test beside it", js + "-- src/b.ts --\nx = 1\n-- src/b.test.ts --\nx = 1\n-- src/c.ts --\nx = 1\n", "src/b.ts"},
		{"a test in another dialect", js + "-- src/b.ts --\nx = 1\n-- src/b.spec.tsx --\nx = 1\n", "src/b.ts"},
		{"a test in __tests__", js + "-- src/b.ts --\nx = 1\n-- src/__tests__/b.ts --\nx = 1\n", "src/b.ts"},
		{"a test in a tree of tests", js + "-- src/x/b.ts --\nx = 1\n-- test/x/b.test.ts --\nx = 1\n", "src/x/b.ts"},
		{"which of two it tests is not known", js + "-- src/x/b.ts --\nx = 1\n-- src/y/b.ts --\nx = 1\n-- test/b.test.ts --\nx = 1\n", ""},
		{"an index with a test elsewhere", js + "-- src/x/index.ts --\nx = 1\n-- src/y/index.test.ts --\nx = 1\n", ""},
		{"pytest", py + "-- pkg/b.py --\nx = 1\n-- tests/test_b.py --\nx = 1\n-- tests/helper.py --\nx = 1\n-- pkg/helper.py --\nx = 1\n-- tests/conftest.py --\nx = 1\n-- pkg/conftest.py --\nx = 1\n", "pkg/b.py"},
		{"rspec", "-- lcov.info --\nSF:lib/a.rb\nDA:1,1\nend_of_record\n-- lib/a.rb --\n1\n-- lib/x/b.rb --\nx = 1\n-- spec/x/b_spec.rb --\nx = 1\n-- spec/y/c_spec.rb --\nx = 1\n-- lib/x/c.rb --\nx = 1\n", "lib/x/b.rb"},
		{"JUnit", "-- lcov.info --\nSF:src/main/java/p/A.java\nDA:1,1\nend_of_record\n-- src/main/java/p/A.java --\n1\n-- src/main/java/p/B.java --\nclass A {}\n-- src/test/java/p/BTest.java --\nclass A {}\n", "src/main/java/p/B.java"},
		{"excluded", js + "-- src/b.ts --\nx = 1\n-- src/b.test.ts --\nx = 1\n-- .covls.toml --\nexclude = [\"src/b.ts\"]\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := profiletest.Tree(t, tt.files)
			out, stderr, code := covls(t, "report", "-C", dir, "--format", "json")
			if code != 0 {
				t.Fatalf("exit code %d: %s", code, stderr)
			}
			var r struct {
				Unmeasured []struct{ Path string }
			}
			if err := json.Unmarshal([]byte(out), &r); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, u := range r.Unmeasured {
				got = append(got, u.Path)
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("unmeasured are %q, want %s", got, tt.want)
			}
			for _, format := range []string{"text", "markdown"} {
				if out, _, _ := covls(t, "report", "-C", dir, "--format", format); tt.want != "" && (!strings.Contains(out, "tests named after") || !strings.Contains(out, tt.want)) {
					t.Errorf("the report as %s does not name %s:\n%s", format, tt.want, out)
				}
			}
			if _, _, code := covls(t, "check", "-C", dir, "--fail-under", "0"); code != 0 {
				t.Errorf("check ends with %d", code)
			}
		})
	}
}
