package profile

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/covls/covls/profile/scan"
)

// foreign is a kind of file that people take for a profile: what a tool keeps for itself, sums without lines, and what is
// told of tests.
type foreign struct {
	// what it is, and what makes a profile of it, or another in its place.
	what, cure string
	// starts are what the files begin with, perhaps behind white space; a question mark in front is for any byte.
	starts []string
	// roots are the first element of XML, or that and the first in it with a slash between.
	roots []string
	// text is what the first bytes of a text match; nil for nothing.
	text *regexp.Regexp
	// files are what a folder holds, all of them.
	files []string
}

// ErrForeign is the ErrFormat for a file of which it is known what it is, and what makes a profile.
var ErrForeign = fmt.Errorf("%w", ErrFormat)

// error is the one for a file or folder of the kind.
func (f *foreign) error() error { return fmt.Errorf("%w: it is %s; %s", ErrForeign, f.what, f.cure) }

const (
	byReportGenerator = `"reportgenerator -reports:FILE -targetdir:coverage -reporttypes:Cobertura" makes a profile of it`
	byCoveragePy      = `"coverage xml" makes a profile of it`
	byGCC             = `"gcovr --json gcovr.json" and "lcov --capture --directory . -o lcov.info" make a profile of all of them`
	byIstanbul        = `the reporter json writes a profile beside it, coverage-final.json: "nyc report --reporter=json", "c8 report --reporter=json", "jest --coverage --coverageReporters=json", "vitest run --coverage.enabled --coverage.reporter=json"`
	byPHPUnit         = `"phpunit --coverage-clover clover.xml" makes a profile`
	byDevelCover      = `with Devel::Cover::Report::Clover of CPAN "cover -report clover" makes a profile, in cover_db`
	byXccov           = `"xcrun xccov view --archive --json RESULT.xcresult > coverage.json" makes a profile of it`
	byLuaCov          = `with luacov-reporter-lcov of LuaRocks "luacov -r lcov" makes a profile, of the same name`
)

// foreigns are the kinds that are known. The first that fits stands.
var foreigns = sync.OnceValue(func() []foreign {
	match := regexp.MustCompile
	return []foreign{
		{what: "a database of SQLite, such as coverage.py's .coverage", cure: byCoveragePy, starts: []string{"SQLite format 3\x00"}},
		{what: "the data of an old coverage.py", cure: byCoveragePy, starts: []string{"!coverage.py: This is a private format"}},
		{what: "the counts of a program that LLVM built (.profraw)", cure: `"llvm-profdata merge -o all.profdata FILE… && llvm-cov export -format=lcov -instr-profile all.profdata PROGRAM > lcov.info" makes a profile of it`, starts: []string{"\x81rforpl\xff", "\xfflprofr\x81", "\x81Rforpl\xff", "\xfflprofR\x81"}},
		{what: "LLVM's counts without the places of the source (.profdata)", cure: `"llvm-cov export -format=lcov -instr-profile FILE PROGRAM > lcov.info" makes a profile of it`, starts: []string{"\x81iforpl\xff", "\xfflprofi\x81"}},
		{what: "the counts of a program that GCC built (.gcda)", cure: byGCC, starts: []string{"adcg", "gcda"}},
		{what: "what GCC notes of a source (.gcno)", cure: byGCC, starts: []string{"oncg", "gcno"}},
		{what: "JaCoCo's execution data (.exec)", cure: `"mvn jacoco:report", "gradle jacocoTestReport" and "java -jar jacococli.jar report FILE --classfiles CLASSES --xml jacoco.xml" make a profile of it`, starts: []string{"\x01\xc0\xc0"}},
		{what: "objects of Java, such as Cobertura's cobertura.ser", cure: `"cobertura-report.sh --format xml --datafile FILE" makes a profile of it`, starts: []string{"\xac\xed\x00\x05"}},
		{what: "a database of Clover", cure: `"mvn clover:clover" makes a profile of it, clover.xml`, starts: []string{"\x00\x00\x00\x00\xca\xfe\xfe\xed"}},
		{what: "Visual Studio's binary coverage (.coverage)", cure: `"dotnet-coverage merge -f cobertura -o coverage.cobertura.xml FILE" makes a profile of it`, starts: []string{"PCH\xff"}},
		{what: "one file of a GOCOVERDIR", cure: `covls reads the folder as a whole, and "go tool covdata textfmt -i=FOLDER -o cover.out" makes a profile of it`, starts: []string{"\x00cvm", "\x00cwm"}},
		{what: "data of Perl, such as the cover_db of Devel::Cover", cure: byDevelCover, starts: []string{"=srl", "=\xf3rl", "=\xc3\xb3rl", "pst0"}, text: match(`^\{\s*("runs"\s*:\s*\{\s*"\d+\.\d|"[0-9a-f]{32}":"|"start":\{"-?\d+":\{"|("(file|digest)":"[^"]*",)+"(start|statement|subroutine|condition|branch|time)":[\[{]|"(statement|subroutine|condition|branch)":\[[^{}]*"digest":)`)},
		{what: "the data of kcov", cure: "it writes a profile beside it, cobertura.xml", starts: []string{"kcov"}},
		{what: "kcov's sums, which have no lines", cure: "it writes a profile beside it, cobertura.xml", text: match(`^\{\s*"files"\s*:\s*\[\s*\{\s*"file"\s*:\s*"[^"]*"\s*,\s*"percent_covered"`)},
		{what: "the counts of bisect_ppx", cure: `"bisect-ppx-report cobertura cobertura.xml" makes a profile of it`, starts: []string{"BISECT-COVERAGE"}},
		{what: "the counts of Haskell's hpc", cure: `"hpc-lcov --file FILE -o lcov.info" makes a profile of it`, starts: []string{"Tix ["}},
		{what: "the data of Erlang's cover", cure: `with excoveralls "mix coveralls.lcov" makes a profile, with covertool "rebar3 covertool generate"`, starts: []string{"?\x83h"}},
		{what: "BullseyeCoverage's", cure: "no tool makes a profile of it that covls reads: build with GCC's --coverage or LLVM's -fprofile-instr-generate -fcoverage-mapping", starts: []string{"BullseyeCoverage"}, roots: []string{"BullseyeCoverage"}},
		{what: "a binary property list, as Xcode keeps in a .xcresult", cure: byXccov, starts: []string{"bplist00"}},
		{what: "a property list of Apple", cure: byXccov, roots: []string{"plist"}},
		{what: "a result of Xcode (.xcresult)", cure: byXccov, files: []string{"Info.plist", "Data"}},
		{what: "an archive of xccov", cure: `"xcrun xccov view --archive --json ARCHIVE.xccovarchive > coverage.json" makes a profile of it`, files: []string{"Metadata.plist", "Coverage"}},
		{what: "the cover_db of Devel::Cover", cure: byDevelCover, files: []string{"runs", "structure"}},
		{what: "an archive", cure: "unpack it", starts: []string{"PK\x03\x04", "7z\xbc\xaf\x27\x1c", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "BZh"}},
		{what: "PHP's code, such as the data of PHPUnit (--coverage-php)", cure: `"phpcov merge --clover clover.xml FOLDER" makes a profile of it`, starts: []string{"<?php"}},
		{what: "PHPUnit's XML", cure: byPHPUnit, roots: []string{"phpunit"}},
		{what: "PHPUnit's sums of risks", cure: byPHPUnit, roots: []string{"crap_result"}},

		{what: "NCover's XML", cure: byReportGenerator, roots: []string{"coverage/module"}},
		{what: "PartCover's XML", cure: byReportGenerator, roots: []string{"PartCoverReport"}},
		{what: "Mono's coverage", cure: byReportGenerator, roots: []string{"coverage/assembly"}},
		{what: "the XML of Testwell CTC++", cure: byReportGenerator, roots: []string{"coverage/ctcreportOptions"}},
		{what: "ReportGenerator's summary", cure: `"reportgenerator -reports:PROFILE -targetdir:coverage -reporttypes:Cobertura" makes a profile of what it is of`, roots: []string{"CoverageReport"}, text: match(`^(\{\s*"summary"\s*:\s*\{\s*"generatedon"|\[\s*\{\s*"FilePath"\s*:)`)},
		{what: "dotCover's JSON", cure: "let dotCover write DetailedXML (--ReportType=DetailedXML)", text: match(`^\{\s*"DotCoverVersion"`)},
		{what: "what scoverage notes of the sources", cure: `"sbt coverageReport" makes a profile of it`, starts: []string{"# Coverage data, format version"}},
		{what: "CTest's coverage", cure: byGCC, roots: []string{"Site/Coverage", "Site/CoverageLog"}},
		{what: "GNATcoverage's XML", cure: `"gnatcov coverage --annotate=cobertura" makes a profile`, roots: []string{"coverage_report"}},
		{what: "JaCoCo's CSV, which has no lines", cure: "it writes XML, too, which is a profile", starts: []string{"GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED"}},
		{what: "EMMA's XML", cure: "JaCoCo, which has come after it, writes a profile", roots: []string{"report/stats"}},
		{what: "PIT's mutations, which are no coverage", cure: "JaCoCo writes a profile", roots: []string{"mutations"}},
		{what: "results of tests, which tell no coverage", cure: "run the tests with coverage", roots: []string{
			"testsuites", "testsuite", "testExecutions", "unitTest", "TestRun", "test-run", "test-results", "assemblies",
		}, text: match(`^(\{\s*"num(Failed|Passed|Pending|Total)Test|\{"(Time|Action)":"[^"]*","|TAP version \d)`)},

		{what: "Istanbul's summary, which has no lines", cure: byIstanbul, text: match(`^(\{\s*"total"\s*:\s*\{\s*"lines"\s*:\s*\{\s*"total"|-+\|-+\|-+\|)`)},
		{what: "SimpleCov's total (.last_run.json)", cure: "covls reads .resultset.json and coverage.json beside it", text: match(`^\{\s*"result"\s*:\s*\{\s*"(line|branch|method|covered_percent)"`)},
		{what: "the report of the formatter simplecov-json", cure: "covls reads .resultset.json beside it, and the coverage.json of SimpleCov's own JSON formatter", text: match(`^\{\s*"timestamp"\s*:\s*\d+\s*,\s*"command_name"`)},
		{what: "tarpaulin's note of its last run", cure: `"cargo tarpaulin --out Json" makes a profile, tarpaulin-report.json`, text: match(`^\{\s*"traces"\s*:\s*\{`)},
		{what: "JSCover's JSON", cure: `"java -cp JSCover-all.jar jscover.report.Main --format=LCOV REPORT-FOLDER SOURCE-FOLDER" makes a profile of it`, text: match(`^\{\s*"[^"]*"\s*:\s*\{\s*("[^"]*"\s*:\s*[^,]*,\s*)?"lineData"`)},
		{what: "the JSON of Dart's tests", cure: `"dart run coverage:format_coverage --lcov --in=coverage --out=coverage/lcov.info" makes a profile of it`, text: match(`^\{\s*"type"\s*:\s*"CodeCoverage"`)},
		{what: "the JSON of R's covr", cure: `"covr::to_cobertura(covr::package_coverage(), 'cobertura.xml')" makes a profile`, text: match(`^\{\s*"uploader"\s*:\s*"R"`)},
		{what: "grcov's covdir", cure: `"grcov … -t lcov -o lcov.info" makes a profile`, text: match(`^\{\s*"children"\s*:\s*\{`)},
		{what: "Salesforce's coverage of Apex", cure: `"sf project deploy start --coverage-formatters lcov --results-dir coverage" makes a profile`, text: match(`^\[\s*\{[^{}]*"totalLines"\s*:`)},

		{what: "the statistics of LuaCov (luacov.stats.out)", cure: byLuaCov, text: match(`^\d+:[^\n]+\n(\d+ )+\d*\r?(\n|$)`)},
		{what: "LuaCov's report (luacov.report.out)", cure: byLuaCov, text: match(`^={78}\r?\n[^\n]+\r?\n={78}`)},
		{what: "a listing of D (.lst)", cure: `"gdc --coverage" builds a program of which "gcovr --json gcovr.json" makes a profile`, text: match(`^( {7}| *\d{1,7})\|[^\n]*\n( {7}| *\d{1,7})\|[^\n]*\n( {7}| *\d{1,7})\|`)},
		{what: "a listing of Julia (.cov)", cure: `in Julia using Coverage; LCOV.writefile("lcov.info", process_folder()) makes a profile of all of them`, text: match(`^( {8}-|[ \d]{8}\d) [^\n]*\n( {8}-|[ \d]{8}\d) `)},
		{what: `what "go tool cover -func" prints`, cure: "covls reads the profile that it was made of", text: match(`^\S+\.go:\d+:\t+\S+\t+\d+\.\d%`)},
		{what: "what coverage.py prints", cure: byCoveragePy + "'s data", text: match(`^Name\s+Stmts\s+Miss`)},
		{what: "what llvm-cov prints", cure: `"llvm-cov export -format=lcov -instr-profile all.profdata PROGRAM > lcov.info" makes a profile`, text: match(`^Filename\s+Regions\s+Missed Regions`)},
	}
})

// foreignOf is the kind that a text begins as; nil where it is none that is known.
func foreignOf(head []byte) *foreign {
	start := bytes.TrimLeft(head, " \t\r\n")
	root, child := "", ""
	if bytes.HasPrefix(start, []byte("<")) {
		root, child = scan.Outer(head)
	}
	all := foreigns()
	at := slices.IndexFunc(all, func(f foreign) bool {
		return slices.ContainsFunc(f.starts, func(s string) bool { return begins(head, s) || begins(start, s) }) ||
			root != "" && (slices.Contains(f.roots, root) || slices.Contains(f.roots, root+"/"+child)) ||
			f.text != nil && (f.text.Match(start) || f.text.Match(head))
	})
	if at < 0 {
		return nil
	}
	return &all[at]
}

// foreignDir is the kind that a folder is; nil where it is none that is known.
func foreignDir(dir string) *foreign {
	all := foreigns()
	at := slices.IndexFunc(all, func(f foreign) bool {
		return len(f.files) > 0 && !slices.ContainsFunc(f.files, func(name string) bool {
			_, err := os.Lstat(filepath.Join(dir, name))
			return err != nil
		})
	})
	if at < 0 {
		return nil
	}
	return &all[at]
}

// begins reports whether a text begins with s, in which a question mark in front is for any byte.
func begins(text []byte, s string) bool {
	if rest, ok := strings.CutPrefix(s, "?"); ok && len(text) > 0 {
		text, s = text[1:], rest
	}
	return bytes.HasPrefix(text, []byte(s))
}
