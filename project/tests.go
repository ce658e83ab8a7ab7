package project

import (
	"path"
	"path/filepath"
	"strings"
)

// Tests are where the tests of a source belong, in the way of its project.
type Tests struct {
	// Runner is what runs them: "pytest"; "" where the project does not show it.
	Runner string
	// File is slash-separated and relative to the workspace folder; "" where that can't be told. It is the source itself
	// where tests stand in it. Exists tells that it is there.
	File   string
	Exists bool
	// Cases is how the runner has many cases in one test: "pytest.mark.parametrize"; "" for a table of one's own. Raises is how it
	// holds that an error is raised: "pytest.raises"; "" for what has no such thing.
	Cases, Raises string
}

// runner is a test framework.
type runner struct{ name, cases, raises string }

// runners are by the names that people know them by. It is never written.
var runners = map[string]runner{
	"pytest":        {"pytest", "pytest.mark.parametrize", "pytest.raises"},
	"unittest":      {"unittest", "self.subTest", "self.assertRaises"},
	"vitest":        {"vitest", "it.each", "expect(…).toThrow"},
	"jest":          {"jest", "it.each", "expect(…).toThrow"},
	"mocha":         {"mocha", "", "assert.throws"},
	"jasmine":       {"jasmine", "", "expect(…).toThrow"},
	"ava":           {"ava", "test.macro", "t.throws"},
	"node --test":   {"node --test", "", "assert.throws"},
	"deno test":     {"deno test", "", "assertThrows"},
	"JUnit 5":       {"JUnit 5", "@ParameterizedTest", "assertThrows"},
	"JUnit 4":       {"JUnit 4", "@RunWith(Parameterized.class)", "assertThrows"},
	"TestNG":        {"TestNG", "@DataProvider", "assertThrows"},
	"Kotest":        {"Kotest", "withData", "shouldThrow"},
	"kotlin.test":   {"kotlin.test", "", "assertFailsWith"},
	"Spock":         {"Spock", "where:", "thrown"},
	"ScalaTest":     {"ScalaTest", "forAll", "assertThrows"},
	"MUnit":         {"MUnit", "", "intercept"},
	"specs2":        {"specs2", "", "must throwA"},
	"xUnit":         {"xUnit", "[Theory]", "Assert.Throws"},
	"NUnit":         {"NUnit", "[TestCase]", "Assert.Throws"},
	"MSTest":        {"MSTest", "[DataRow]", "Assert.ThrowsException"},
	"RSpec":         {"RSpec", "", "raise_error"},
	"minitest":      {"minitest", "", "assert_raises"},
	"PHPUnit":       {"PHPUnit", "#[DataProvider]", "expectException"},
	"Pest":          {"Pest", "->with()", "->throws()"},
	"ExUnit":        {"ExUnit", "", "assert_raise"},
	"XCTest":        {"XCTest", "", "XCTAssertThrowsError"},
	"Swift Testing": {"Swift Testing", "@Test(arguments:)", "#expect(throws:)"},
	"GoogleTest":    {"GoogleTest", "TEST_P", "EXPECT_THROW"},
	"Catch2":        {"Catch2", "GENERATE", "REQUIRE_THROWS"},
	"doctest":       {"doctest", "", "CHECK_THROWS"},
	"Boost.Test":    {"Boost.Test", "BOOST_DATA_TEST_CASE", "BOOST_CHECK_THROW"},
	"Unity":         {"Unity", "", ""},
	"CMocka":        {"CMocka", "", ""},
	"Check":         {"Check", "tcase_add_loop_test", ""},
	"Criterion":     {"Criterion", "ParameterizedTest", ""},
	"cargo test":    {"cargo test", "", ""},
	"dart test":     {"dart test", "", "throwsA"},
	"flutter test":  {"flutter test", "", "throwsA"},
	"busted":        {"busted", "", "assert.has_error"},
	"Test::More":    {"Test::More", "", ""},
	"bats":          {"bats", "", ""},
}

// TestsOf finds where the tests of a source belong, by its path in a workspace folder: slash-separated and relative to that. It looks
// at the manifests around the source and at where tests are. ok is false for Go, whose tests lie beside their sources, and for
// a language of which nobody knows.
func TestsOf(root, name string) (t Tests, ok bool) {
	p := soughtTests{root: root, name: name, dir: path.Dir(name), stem: strings.TrimSuffix(path.Base(name), path.Ext(name)), ext: path.Ext(name)}
	p.project = p.around()
	var runner string
	var files []string
	switch languageOf(name) {
	case "python":
		runner, files = p.python()
	case "javascript", "typescript", "vue", "svelte":
		runner, files = p.node()
	case "ruby":
		runner, files = p.ruby()
	case "php":
		runner, files = p.php()
	case "java", "kotlin", "groovy", "scala":
		runner, files = p.jvm()
	case "csharp", "fsharp", "vb":
		runner = p.first(p.told("*.csproj", "*.fsproj", "*.vbproj", "Directory.Packages.props"), "xunit", "xUnit", "NUnit", "NUnit", "MSTest", "MSTest")
	case "rust":
		runner, files = "cargo test", []string{name}
	case "elixir":
		runner, files = "ExUnit", p.mirrored("lib", "test", "_test.exs")
	case "dart":
		runner, files = "dart test", p.mirrored("lib", "test", "_test.dart")
		if strings.Contains(p.told("pubspec.yaml"), "flutter_test") {
			runner = "flutter test"
		}
	case "swift":
		runner, files = p.swift()
	case "c", "cpp":
		runner, files = p.c()
	case "lua":
		if runner = ""; p.has(".busted") || p.has("spec") {
			runner = "busted"
		}
		files = p.in("spec", p.stem+"_spec.lua")
	case "perl":
		runner, files = "Test::More", p.in("t", strings.ToLower(p.stem)+".t")
	case "shellscript":
		if runner = ""; p.has("test/bats") || p.has("tests/bats") || p.has("test/test_helper/bats-support") || p.has("test/"+p.stem+".bats") || p.has("tests/"+p.stem+".bats") {
			runner = "bats"
		}
		if runner != "" {
			files = append(p.in("test", p.stem+".bats"), p.in("tests", p.stem+".bats")...)
		}
	default:
		return Tests{}, false
	}
	r := runners[runner]
	t = Tests{Runner: r.name, Cases: r.cases, Raises: r.raises}
	t.File, t.Exists = p.choose(files)
	return t, t.Runner != "" || t.File != ""
}

// soughtTests is a source whose tests are looked for.
type soughtTests struct {
	root    string
	name    string // of the source, slash-separated and relative to root
	dir     string
	stem    string
	ext     string
	project string // the folder of the nearest manifest, like dir
}

// maxAround bounds how many folders around a source are looked at.
const maxAround = 32

// around is the nearest folder around the source with a manifest, "." where there is none.
func (p *soughtTests) around() string {
	for at, n := p.dir, 0; n < maxAround; at, n = path.Dir(at), n+1 {
		if len(Named(nil, filepath.Join(p.root, filepath.FromSlash(at)))) > 0 {
			return at
		}
		if at == "." || at == "/" {
			break
		}
	}
	return "."
}

// told is what files say that lie in the project, in the folders around it, or, of those whose name is a glob, around the source.
func (p *soughtTests) told(names ...string) string {
	var all strings.Builder
	for at, n := p.project, 0; n < maxAround; at, n = path.Dir(at), n+1 {
		dir := filepath.Join(p.root, filepath.FromSlash(at))
		for _, name := range names {
			if !strings.Contains(name, "*") {
				all.WriteString(content(dir, name))
				continue
			}
			for _, below := range []string{"", "*", "*/*"} {
				if below == "*/*" && at != "." {
					continue
				}
				found, _ := filepath.Glob(filepath.Join(escapeGlob(dir), below, name))
				for _, f := range found[:min(len(found), maxAround)] {
					all.WriteString(content(filepath.Dir(f), filepath.Base(f)))
				}
			}
		}
		if at == "." || at == "/" {
			break
		}
	}
	return all.String()
}

// first is the runner behind the first of the words that a text has; the words and runners come in turn.
func (p *soughtTests) first(text string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.Contains(text, pairs[i]) {
			return pairs[i+1]
		}
	}
	return ""
}

// has reports whether something lies in the project.
func (p *soughtTests) has(name string) bool {
	return has(filepath.Join(p.root, filepath.FromSlash(p.project)), filepath.FromSlash(name))
}

// in is a file in a folder of the project.
func (p *soughtTests) in(dir, base string) []string {
	return []string{path.Join(p.project, dir, base)}
}

// below is the folder of the source below one of the project's: "a/b" of lib/a/b; "" for none, and where the source lies elsewhere that
// below the project.
func (p *soughtTests) below(dir string) string {
	from := path.Join(p.project, dir)
	if rest, ok := strings.CutPrefix(p.dir+"/", from+"/"); ok {
		return strings.TrimSuffix(rest, "/")
	}
	if p.project == "." {
		return strings.TrimSuffix(strings.TrimPrefix(p.dir+"/", "./"), "/")
	}
	return strings.TrimSuffix(strings.TrimPrefix(p.dir+"/", p.project+"/"), "/")
}

// mirrored is the file for a source whose folders below one of the project's are also those below another.
func (p *soughtTests) mirrored(from, to, end string) []string {
	return []string{path.Join(p.project, to, p.below(from), p.stem+end), path.Join(p.project, to, p.stem+end)}
}

// choose is the first of the files that is there, else the first whose folder is, else the first.
func (p *soughtTests) choose(files []string) (file string, exists bool) {
	for _, f := range files {
		if has(p.root, filepath.FromSlash(f)) {
			return f, true
		}
	}
	for _, f := range files {
		if has(p.root, filepath.FromSlash(path.Dir(f))) && path.Dir(f) != p.dir {
			return f, false
		}
	}
	if len(files) == 0 {
		return "", false
	}
	return files[0], false
}

// exists reports whether one of the files is there.
func (p *soughtTests) exists(files []string) bool {
	_, exists := p.choose(files)
	return exists
}

func (p *soughtTests) python() (string, []string) {
	runner := "unittest"
	told := p.told("pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "requirements_dev.txt", "test-requirements.txt", "requirements-test.txt", "Pipfile", "noxfile.py")
	if strings.Contains(told, "pytest") || p.has("pytest.ini") || p.has("conftest.py") || p.has("tests/conftest.py") {
		runner = "pytest"
	}
	base := "test_" + strings.TrimLeft(p.stem, "_") + ".py"
	below := p.below("src")
	// tests/ mirrors the package with or without its own folder.
	_, inner, _ := strings.Cut(below, "/")
	var files []string
	for _, dir := range []string{"tests", "test"} {
		for _, in := range []string{below, inner, "", "unit", path.Join("unit", inner)} {
			files = append(files, path.Join(p.project, dir, in, base))
		}
	}
	first := []string{path.Join(p.project, "tests", base), path.Join(p.dir, "tests", base), path.Join(p.dir, base), path.Join(p.dir, p.stem+"_test.py")}
	return runner, append(first, files...)
}

func (p *soughtTests) node() (string, []string) {
	runner := ""
	for at, n := p.project, 0; n < maxAround && runner == ""; at, n = path.Dir(at), n+1 {
		dir := filepath.Join(p.root, filepath.FromSlash(at))
		own := readPackage(dir)
		script, _ := own.Scripts["test"].(string)
		for _, name := range []string{"vitest", "jest", "mocha", "jasmine", "ava"} {
			if own.has(name) || strings.Contains(script, name) {
				runner = name
				break
			}
		}
		switch {
		case runner != "":
		case strings.Contains(script, "node --test"), strings.Contains(script, "node:test"):
			runner = "node --test"
		case strings.Contains(script, "react-scripts"):
			runner = "jest"
		case has(dir, "deno.json"), has(dir, "deno.jsonc"):
			runner = "deno test"
		}
		if at == "." || at == "/" {
			break
		}
	}
	ext := p.ext
	if ext == ".vue" || ext == ".svelte" {
		ext = ".ts"
	}
	var files []string
	below := p.below("src")
	for _, mark := range []string{".test", ".spec"} {
		files = append(files, path.Join(p.dir, p.stem+mark+ext), path.Join(p.dir, "__tests__", p.stem+mark+ext))
		for _, dir := range []string{"test", "tests"} {
			files = append(files, path.Join(p.project, dir, below, p.stem+mark+ext), path.Join(p.project, dir, p.stem+mark+ext))
		}
		files = append(files, path.Join(p.project, "spec", below, p.stem+mark+ext))
	}
	for _, mark := range []string{".test", ".spec"} {
		if found, _ := filepath.Glob(filepath.Join(escapeGlob(filepath.Join(p.root, filepath.FromSlash(p.dir))), "*"+mark+".*")); len(found) > 0 {
			if beside := path.Join(p.dir, p.stem+mark+ext); !p.exists(files) {
				return runner, []string{beside} // as others are
			}
		}
	}
	files = append(files, path.Join(p.project, "test", p.stem+ext), path.Join(p.project, "test", p.stem+"_test"+ext), path.Join(p.project, "test", p.stem+"-test"+ext))
	return runner, files
}

func (p *soughtTests) ruby() (string, []string) {
	below := p.below("lib")
	for _, app := range []string{"app"} {
		if rest, ok := strings.CutPrefix(below+"/", app+"/"); ok {
			below = strings.TrimSuffix(rest, "/")
		}
	}
	if p.has(".rspec") || p.has("spec") {
		return "RSpec", []string{path.Join(p.project, "spec", below, p.stem+"_spec.rb"), path.Join(p.project, "spec", p.stem+"_spec.rb"), path.Join(p.project, "spec", "lib", below, p.stem+"_spec.rb"), path.Join(p.project, "spec", "unit", p.stem+"_spec.rb")}
	}
	return "minitest", []string{
		path.Join(p.project, "test", below, p.stem+"_test.rb"), path.Join(p.project, "test", below, "test_"+p.stem+".rb"),
		path.Join(p.project, "test", p.stem+"_test.rb"), path.Join(p.project, "test", "test_"+p.stem+".rb"),
	}
}

func (p *soughtTests) php() (string, []string) {
	runner := "PHPUnit"
	if strings.Contains(p.told("composer.json"), "pestphp/pest") {
		runner = "Pest"
	}
	below := p.below("src")
	if rest, ok := strings.CutPrefix(below+"/", "app/"); ok {
		below = strings.TrimSuffix(rest, "/")
	}
	var files []string
	for _, dir := range []string{"tests/Unit", "tests/unit", "tests", "Tests", "test"} {
		if strings.HasPrefix(dir, "tests/") && !p.has(dir) {
			continue
		}
		files = append(files, path.Join(p.project, dir, below, p.stem+"Test.php"), path.Join(p.project, dir, p.stem+"Test.php"))
	}
	return runner, files
}

func (p *soughtTests) jvm() (string, []string) {
	told := p.told("build.gradle", "build.gradle.kts", "pom.xml", "build.sbt", "gradle/libs.versions.toml", "buildSrc/build.gradle.kts")
	runner := ""
	end := "Test"
	switch languageOf(p.name) {
	case "scala":
		runner = p.first(told, "scalatest", "ScalaTest", "munit", "MUnit", "specs2", "specs2")
		end = map[string]string{"ScalaTest": "Spec", "MUnit": "Suite", "specs2": "Spec"}[runner]
		if end == "" {
			end = "Test"
		}
	case "groovy":
		runner, end = p.first(told, "spock", "Spock"), "Spec"
	case "kotlin":
		runner = p.first(told, "kotest", "Kotest", "junit-jupiter", "JUnit 5", "useJUnitPlatform", "JUnit 5", "kotlin(\"test\")", "kotlin.test", "kotlin-test", "kotlin.test", "junit:junit", "JUnit 4")
	default:
		runner = p.first(told, "junit-jupiter", "JUnit 5", "org.junit.jupiter", "JUnit 5", "useJUnitPlatform", "JUnit 5", "testng", "TestNG", "junit:junit", "JUnit 4", "<artifactId>junit</artifactId>", "JUnit 4")
	}
	i := strings.Index("/"+p.dir+"/", "/src/")
	if i < 0 {
		return runner, nil
	}
	module, rest := strings.TrimSuffix(p.dir[:i], "/"), strings.TrimPrefix(p.dir[i:]+"/", "src/")
	set, rest, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	to := "test"
	if own, ok := strings.CutSuffix(set, "Main"); ok && own != "" {
		to = own + "Test" // of several platforms
	} else if set != "main" {
		return runner, nil
	}
	file := func(end string) string { return path.Join(module, "src", to, rest, p.stem+end+p.ext) }
	files := []string{file(end)}
	for _, other := range []string{"Test", "Tests", "Spec", "Suite", "TestCase"} {
		if other != end {
			files = append(files, file(other))
		}
	}
	// One that is there goes first, wherever; else the usual one.
	for _, f := range files {
		if has(p.root, filepath.FromSlash(f)) {
			return runner, []string{f}
		}
	}
	return runner, files[:1]
}

func (p *soughtTests) swift() (string, []string) {
	runner := "XCTest"
	if rest, ok := strings.CutPrefix(p.dir+"/", path.Join(p.project, "Sources")+"/"); ok {
		target, below, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
		folder := path.Join(p.project, "Tests", target+"Tests")
		if p.any(folder, "import Testing") {
			runner = "Swift Testing"
		}
		return runner, []string{path.Join(folder, p.stem+"Tests.swift"), path.Join(folder, below, p.stem+"Tests.swift")}
	}
	return runner, nil
}

// any reports whether one of the first files of a folder has a text.
func (p *soughtTests) any(dir, text string) bool {
	found, _ := filepath.Glob(filepath.Join(escapeGlob(filepath.Join(p.root, filepath.FromSlash(dir))), "*"+p.ext))
	for _, f := range found[:min(len(found), maxAround)] {
		if strings.Contains(content(filepath.Dir(f), filepath.Base(f)), text) {
			return true
		}
	}
	return false
}

func (p *soughtTests) c() (string, []string) {
	told := p.told("CMakeLists.txt", "meson.build", "Makefile", "configure.ac", "conanfile.txt", "conanfile.py", "vcpkg.json", "WORKSPACE", "MODULE.bazel", "test/CMakeLists.txt", "tests/CMakeLists.txt", "test/meson.build", "tests/meson.build")
	runner := p.first(told, "GTest", "GoogleTest", "gtest", "GoogleTest", "googletest", "GoogleTest", "Catch2", "Catch2", "catch2", "Catch2", "doctest", "doctest", "unit_test_framework", "Boost.Test", "cmocka", "CMocka",
		"criterion", "Criterion", "unity/", "Unity", "unity.c", "Unity", "PKG_CHECK_MODULES([CHECK]", "Check")
	var files []string
	exts := []string{p.ext}
	if p.ext == ".h" || p.ext == ".hpp" {
		exts = []string{".cc", ".cpp", ".c"}
	}
	for _, ext := range exts {
		for _, dir := range []string{"tests", "test", "unittest"} {
			files = append(files, path.Join(p.project, dir, p.stem+"_test"+ext), path.Join(p.project, dir, "test_"+p.stem+ext), path.Join(p.project, dir, p.stem+"_tests"+ext), path.Join(p.project, dir, p.stem+ext))
		}
		files = append(files, path.Join(p.dir, p.stem+"_test"+ext), path.Join(p.dir, p.stem+"_unittest"+ext))
	}
	if f, ok := p.choose(files); ok || strings.HasPrefix(f, path.Join(p.project, "test")) && has(p.root, path.Dir(f)) {
		return runner, []string{f}
	}
	return runner, nil
}
