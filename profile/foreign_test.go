package profile_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/profile"
)

// TestForeign has the beginnings of files that are no profiles, and what is to be said of each: what it is, and the command
// that makes a profile.
func TestForeign(t *testing.T) {
	t.Parallel()
	left := map[string]bool{}
	for _, kind := range profile.Foreigns() {
		left[kind] = true
	}
	equals := strings.Repeat("=", 78)
	for _, tt := range []struct{ text, what, cure string }{
		{"SQLite format 3\x00\x10\x00\x01\x01", "SQLite", `"coverage xml"`},
		{"!coverage.py: This is a private format, don't read it directly!{\"lines\":{}}", "old coverage.py", `"coverage xml"`},
		{"\x81rforpl\xff\x09\x00\x00\x00", ".profraw", "llvm-profdata merge"},
		{"\xfflprofr\x81\x00\x00", ".profraw", "llvm-cov export"},
		{"\x81iforpl\xff\x08\x00", ".profdata", "llvm-cov export"},
		{"adcg*21B\x00\x01", ".gcda", "gcovr --json"},
		{"oncg*21B\x00\x01", ".gcno", "lcov --capture"},
		{"\x01\xc0\xc0\x10\x07\x10", ".exec", "jacococli.jar report FILE"},
		{"\xac\xed\x00\x05sr\x00", "cobertura.ser", "cobertura-report.sh"},
		{"\x00\x00\x00\x00\xca\xfe\xfe\xed\x00", "database of Clover", "clover.xml"},
		{"PCH\xff\x01\x00\x05\x00", "Visual Studio's binary", `"dotnet-coverage merge -f cobertura -o coverage.cobertura.xml FILE"`},
		{"\x00cvm\x01\x00\x00\x00", "GOCOVERDIR", "go tool covdata textfmt"},
		{"\x00cwm\x01\x00\x00\x00", "GOCOVERDIR", "go tool covdata textfmt"},
		{"=\xf3rl\x05\x00", "Devel::Cover", `"cover -report clover"`},
		{"pst0\x04\x0b", "Devel::Cover", `"cover -report clover"`},
		{"{\"runs\":{\"1690000000.1\":{\"OS\":\"linux\",\"collected\":[\"branch\"", "Devel::Cover", `"cover -report clover"`},
		{`{"file":"/a.pm","condition":[[12,{"type":"and_3"`, "Devel::Cover", "cover -report clover"},
		{`{"statement":[1,1],"digest":"b5008b71bd1c198fc94b5f2430dde02c","start":{"1":`, "Devel::Cover", "cover -report clover"},
		{`{"start":{"4":{"g":[{"condition":null`, "Devel::Cover", "cover -report clover"},
		{`{"9cfea2f84c7828e690a34518433fecfd":"/a.pm"`, "Devel::Cover", "cover -report clover"},
		{"kcov\x00\x00\x00\x02", "data of kcov", "cobertura.xml"},
		{"{\"files\": [\n {\"file\": \"/a.sh\", \"percent_covered\": \"75.00\"", "kcov's sums", "cobertura.xml"},
		{"BISECT-COVERAGE-4\x00", "bisect_ppx", "bisect-ppx-report cobertura"},
		{"Tix [ TixModule \"Main\" 1", "hpc", "hpc-lcov"},
		{"\x1d\x83h\x03d\x00\x04file", "Erlang", "mix coveralls.lcov"},
		{"BullseyeCoverage", "Bullseye", "--coverage"},
		{"<?xml version=\"1.0\"?><BullseyeCoverage name=\"x\">", "Bullseye", "--coverage"},
		{"bplist00\xd4", "property list", "xcrun xccov"},
		{"<?xml version=\"1.0\"?><!DOCTYPE plist><plist version=\"1.0\"><dict/>", "property list", "xcrun xccov"},
		{"PK\x03\x04\x14", "archive", "unpack"},
		{"<?php\nreturn \\unserialize(<<<'END_OF_COVERAGE_SERIALIZATION'", "PHPUnit", `"phpcov merge --clover clover.xml FOLDER"`},
		{"<phpunit xmlns=\"https://schema.phpunit.de/coverage/1.0\"><build/>", "PHPUnit's XML", "--coverage-clover"},
		{"<crap_result><project/>", "PHPUnit", "--coverage-clover"},
		{"<coverage profilerVersion=\"1.5.8\"><module moduleId=\"1\"><method/>", "NCover", "reportgenerator"},
		{"<PartCoverReport version=\"4.0\"><File/>", "PartCover", "reportgenerator"},
		{"<coverage version=\"0.3\"><assembly name=\"x\"/>", "Mono", "reportgenerator"},
		{"<coverage projectName=\"x\"><ctcreportOptions>", "CTC++", "reportgenerator"},
		{"<CoverageReport scope=\"Summary\"><Summary/>", "summary", "-reporttypes:Cobertura"},
		{"{\n  \"summary\": {\n    \"generatedon\": \"x\"", "summary", "-reporttypes:Cobertura"},
		{"[{\"FilePath\":\"a.cs\",\"LineCoverageStatus\"", "summary", "-reporttypes:Cobertura"},
		{"{\"DotCoverVersion\":\"2023.3\",\"Kind\":\"Root\"", "dotCover's JSON", "DetailedXML"},
		{"# Coverage data, format version: 3.0\n# Statement data:", "scoverage notes", "sbt coverageReport"},
		{"<?xml version=\"1.0\"?>\n<Site BuildName=\"x\">\n\t<Coverage>", "CTest", "gcovr --json"},
		{"<Site BuildName=\"x\"><CoverageLog><File Name=\"a.c\"/>", "CTest", "lcov --capture"},
		{"<coverage_report coverage_level=\"stmt\"><coverage_info/>", "GNATcoverage", "--annotate=cobertura"},
		{"GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,INSTRUCTION_COVERED\n", "JaCoCo's CSV", "XML"},
		{`{"traces":{"/srv/src/lib.rs":[{"line":1`, "tarpaulin's note", "cargo tarpaulin --out Json"},
		{"<report><stats><packages value=\"1\"/></stats>", "EMMA", "JaCoCo"},
		{"<mutations><mutation/>", "PIT", "no coverage"},
		{"<testsuites/>", "results of tests", "with coverage"},
		{"<?xml version='1.0'?>\n<TestRun id='1'>", "results of tests", "with coverage"},
		{"{\"numFailedTestSuites\":0,", "results of tests", "with coverage"},
		{"{\"Time\":\"2026-01-01T00:00:00Z\",\"Action\":\"start\"", "results of tests", "with coverage"},
		{"TAP version 14\n1..2\n", "results of tests", "with coverage"},
		{"{\"total\": {\"lines\":{\"total\":5,\"covered\":4", "Istanbul's summary", "--reporter=json"},
		{"-----|---------|----------|\nFile | % Stmts |", "Istanbul's summary", "--reporter=json"},
		{"{\n  \"result\": {\n    \"line\": 97.5", ".last_run.json", ".resultset.json"},
		{"{\"timestamp\":1700000000,\"command_name\":\"RSpec\",\"files\":[]}", "simplecov-json", ".resultset.json"},
		{"{\"/a.js\":{\"lineData\":[null,1],", "JSCover", "--format=LCOV"},
		{"{\"type\":\"CodeCoverage\",\"coverage\":[{\"source\":\"package:a/a.dart\"", "Dart", "coverage:format_coverage --lcov"},
		{"{\"uploader\":\"R\",\"files\":[", "covr", "covr::to_cobertura"},
		{"{\"children\":{\"src\":{\"children\":{", "covdir", "-t lcov"},
		{"[{\"id\":\"01p\",\"name\":\"A\",\"totalLines\":3,", "Apex", "--coverage-formatters"},
		{"5:src/a.lua\n0 1 0 12 0 \n3:src/b.lua\n1 1 1 \n", "luacov.stats.out", `"luacov -r lcov"`},
		{equals + "\nsrc/a.lua\n" + equals + "\n", "luacov.report.out", `"luacov -r lcov"`},
		{"       |import std;\n       |\n      1|void main() {\n0000000|  f();\n", "(.lst)", "gdc --coverage"},
		{"        - module A\n        2 f() = 1\n        0 g() = 2\n", "Julia", "LCOV.writefile"},
		{"example.com/a/a.go:12:\tMain\t\t85.7%\ntotal:\t(statements)\t85.7%\n", "go tool cover -func", "the profile"},
		{"Name    Stmts   Miss  Cover\n---------------------------\n", "coverage.py prints", `"coverage xml"`},
		{"Filename      Regions    Missed Regions     Cover", "llvm-cov prints", "llvm-cov export"},
	} {
		_, err := profile.Read("p", strings.NewReader(tt.text), profile.Limits{})
		if !errors.Is(err, profile.ErrFormat) {
			t.Errorf("%.20q: %v", tt.text, err)
			continue
		}
		_, said, _ := strings.Cut(err.Error(), "knows: it is ")
		if !strings.Contains(said, tt.what) || !strings.Contains(said, tt.cure) {
			t.Errorf("%.20q: %v, want %s and %s", tt.text, err, tt.what, tt.cure)
		}
		what, _, _ := strings.Cut(said, "; ")
		delete(left, what)
	}
	for _, tt := range []struct{ files, what, cure string }{
		{"Info.plist Data/refs", ".xcresult", `"xcrun xccov view --archive --json RESULT.xcresult > coverage.json"`},
		{"Metadata.plist Coverage/0 Index/0", "an archive of xccov", "xcrun xccov"},
		{"digests runs/1/cover.15 structure/a", "cover_db", `"cover -report clover"`},
	} {
		dir := t.TempDir()
		for _, name := range strings.Fields(tt.files) {
			path := filepath.Join(dir, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		_, err := profile.Open(dir, profile.Limits{})
		if err == nil || !errors.Is(err, profile.ErrFormat) || !strings.Contains(err.Error(), tt.what) || !strings.Contains(err.Error(), tt.cure) {
			t.Errorf("%s: %v, want %s and %s", tt.files, err, tt.what, tt.cure)
			continue
		}
		_, said, _ := strings.Cut(err.Error(), "knows: it is ")
		what, _, _ := strings.Cut(said, "; ")
		delete(left, what)
	}
	for kind := range left {
		t.Errorf("no text is %s", kind)
	}
}

// TestNotForeign has texts that begin nearly so, and profiles.
func TestNotForeign(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "a", "{}", "[]", "<a/>", "<coverage><packages/>", "mode: set\n", "TN:\nSF:a\n", "12:30\n1 2 x\n", "  5| a\n", "- a\n- b\n", "<?xml version=\"1.0\"?><report name=\"x\"><package/>",
		"{\"total\":1}", "{\"result\":[]}", "{\"files\":{}}", "{\"a.js\":{\"path\":\"a.js\"}}", "Name,Stmts\n", "======\na\n======\n", "# Notes\n", "\x00\x01\x02",
	} {
		if _, err := profile.Read("p", strings.NewReader(text), profile.Limits{}); err != nil && strings.Contains(err.Error(), "knows: it is") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
