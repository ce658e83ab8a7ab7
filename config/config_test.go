package config

import (
	"reflect"
	"testing"
	"time"
)

func TestDefault(t *testing.T) {
	t.Parallel()
	want := []Row{
		{"profiles", `"the usual names"`, "default"},
		{"exclude", `[]`, "default"},
		{"target", `60`, "default"},
		{"path", `[]`, "default"},
		{"component", `[]`, "default"},
		{"rule", `[]`, "default"},
		{"stale", `"dim"`, "default"},
		{"settle", `300`, "default"},
		{"diagnostics.enable", `true`, "default"},
		{"diagnostics.scope", `"top"`, "default"},
		{"diagnostics.weight", `3`, "default"},
		{"diagnostics.severity.critical", `"warning"`, "default"},
		{"diagnostics.severity.high", `"information"`, "default"},
		{"diagnostics.severity.medium", `"information"`, "default"},
		{"diagnostics.severity.lower", `"information"`, "default"},
		{"diagnostics.severity.trivial", `"hint"`, "default"},
		{"lens.enable", `true`, "default"},
		{"lens.functions", `"uncovered"`, "default"},
		{"changed.enable", `true`, "default"},
		{"changed.base", `""`, "default"},
		{"changed.baseline", `""`, "default"},
		{"hints.enable", `false`, "default"},
		{"hover.enable", `true`, "default"},
		{"hover.covered", `false`, "default"},
		{"fade", `false`, "default"},
		{"cache", `true`, "default"},
		{"limits.profile_bytes", `1073741824`, "default"},
		{"limits.line", `10000000`, "default"},
		{"limits.files", `80000`, "default"},
		{"limits.branches", `4194304`, "default"},
		{"limits.nesting", `256`, "default"},
		{"limits.depth", `16`, "default"},
		{"limits.entries", `500000`, "default"},
		{"limits.source_bytes", `16777216`, "default"},
		{"limits.profiles", `1000`, "default"},
		{"limits.total_bytes", `100663296`, "default"},
		{"limits.folders", `256`, "default"},
		{"limits.marks", `10000`, "default"},
		{"limits.answer_bytes", `33554432`, "default"},
		{"run.command", `{}`, "default"},
	}
	if got := Merge().Table(); !reflect.DeepEqual(got, want) {
		t.Errorf("Merge().Table() =\n%v, want\n%v", got, want)
	}
	if got := Merge(); !reflect.DeepEqual(got.Settings, Default()) || got.base != "" {
		t.Errorf("Merge() = %+v", got)
	}
	if got := Default().Settle; got != 300*time.Millisecond {
		t.Errorf("Settle = %v", got)
	}
}

func TestKnownKeys(t *testing.T) {
	t.Parallel()
	names := []string{
		"profiles", "exclude", "target", "path", "component", "rule", "stale", "settle",
		"diagnostics.enable", "diagnostics.scope", "diagnostics.weight", "diagnostics.severity.critical",
		"diagnostics.severity.high", "diagnostics.severity.medium", "diagnostics.severity.lower", "diagnostics.severity.trivial",
		"lens.enable", "lens.functions", "changed.enable", "changed.base", "changed.baseline", "hints.enable", "hover.enable", "hover.covered", "fade", "cache", "limits.profile_bytes",
		"limits.line", "limits.files", "limits.branches", "limits.nesting", "limits.depth", "limits.entries", "limits.source_bytes",
		"limits.profiles", "limits.total_bytes", "limits.folders", "limits.marks", "limits.answer_bytes",
		"run.command",
	}
	if len(names) != len(keys) {
		t.Errorf("%d keys are known, want %d", len(keys), len(names))
	}
	for _, name := range names {
		switch k := lookup(name); {
		case k == nil:
			t.Errorf("%s is not known", name)
		case k.doc == "" || k.typ == "":
			t.Errorf("%s has no doc or type", name)
		}
	}
}

func TestDefaultProfiles(t *testing.T) {
	t.Parallel()
	m, problems := NewMatcher(DefaultProfiles())
	if problems != nil {
		t.Fatal(problems)
	}
	for path, want := range map[string]bool{
		"coverage.out":                          true,
		"pkg/cover.out":                         true,
		"c.out":                                 true,
		"profile.cov":                           true,
		"coverage.txt":                          true,
		"a/b.coverprofile":                      true,
		"lcov.info":                             true,
		"coverage/lcov.info":                    true,
		"target/app.info":                       true,
		"coverage.lcov":                         true,
		"cobertura.xml":                         true,
		"coverage.xml":                          true,
		"cov.xml":                               true,
		"TestResults/1f/coverage.cobertura.xml": true,
		"TestResults/1f/coverage.xml":           true,
		"cobertura-coverage.xml":                true,
		"jacoco.xml":                            true,
		"core/target/site/jacoco/jacoco.xml":    true,
		"build/reports/jacoco/test/jacocoTestReport.xml": true,
		"clover.xml":                   true,
		"coverage/coverage-final.json": true,
		"coverage.json":                true,
		"coverage/.resultset.json":     true,
		"out/llvm-cov.json":            true,
		"covdata/covmeta.0f3c":         true,
		"coverprofile.out":             true, "profile.out": true, "unit.cov": true, "cover-unit.out": true, "build/unit-coverage.out": true,
		"cov.lcov": true, "lcov/AppTests.lcov": true, "lcov.txt": true, "coverage.info": true, "coverage/lcov_unit.info": true,
		"bazel-testlogs/x/coverage.dat": true, "bazel-testlogs/a/b_test/shard_1_of_2/coverage.dat": true,
		"bazel-out/_coverage/_coverage_report.dat": true, "_coverage_report.dat": true,
		"Cobertura.xml": true, "cobertura.report.xml": true, "output.cobertura.xml": true, "UnitTestsCoverage.xml": true, "coverage-unit.xml": true,
		"cover/excoveralls.xml": true, "cov_unit.xml": true,
		"build/reports/jacoco/testCodeCoverageReport/testCodeCoverageReport.xml": true,
		"build/reports/jacoco/jacocoRootReport/jacocoRootReport.xml":             true,
		"target/site/jacoco-aggregate/jacoco.xml":                                true, "JacocoReport.xml": true,
		"app/build/reports/kover/report.xml": true, "build/reports/kover/reportDebug.xml": true, "build/reports/kover/xml/report.xml": true,
		"build/kover/kover.xml": true, "koverXmlReport.xml": true,
		"app/build/reports/coverage/androidTest/debug/connected/report.xml": true,
		"coverage.clover": true, "build/logs/clover.xml": true, "coverage-clover.xml": true, "reports/Clover.xml": true,
		".nyc_output/out.json": true, ".build/debug/codecov/App.json": true, ".build/x86_64-unknown-linux-gnu/debug/codecov/App.json": true,
		"gcovr.json": true, "gcovr-summary.json": true, "cov.json": true, "UnitCoverage.json": true,
		"coverage.opencover.xml": true, "OpenCover.xml": true, "opencover.xml": true, "dotcover.xml": true, "build/dotCover.xml": true, "CI.coveragexml": true, "TestResults/1f/coverage.json": true,
		"kcov/a/sonarqube.xml": true, "codecov.json": true, "cover/excoveralls.json": true, "coverage.coveralls.json": true, "target/tarpaulin/app-coverage.json": true, "tarpaulin-report.json": true,
		"report.xml": false, "a.out": false, "build/reports/tests/report.xml": false, "codecov.yml": false, "cover.go": false,
		"package.json":      false,
		"main.go":           false,
		"pom.xml":           false,
		"notes/coverage.md": false,
	} {
		if got := m.Match(path); got != want {
			t.Errorf("Match(%q) = %v", path, got)
		}
	}
}

func TestCommandFor(t *testing.T) {
	t.Parallel()
	r := Run{Command: map[string]string{"": "make cover", "go": "go test", "ruby": ""}}
	for language, want := range map[string]string{"go": "go test", "python": "make cover", "ruby": "make cover"} {
		if got := r.CommandFor(language); got != want {
			t.Errorf("CommandFor(%q) = %q, want %q", language, got, want)
		}
	}
	if got := (Run{}).CommandFor("go"); got != "" {
		t.Errorf("CommandFor without commands = %q", got)
	}
}
