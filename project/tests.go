package project

import (
	"cmp"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/covls/covls/source"
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
// at the manifests around the source and at where tests are; of several files of tests that import the source it is the one that is called after
// the function, "" for none. ok is false for Go, whose tests lie beside their sources, and for
// a language of which nobody knows.
func TestsOf(root, name, function string) (t Tests, ok bool) {
	p := soughtTests{root: root, name: name, function: function, dir: path.Dir(name), stem: strings.TrimSuffix(path.Base(name), path.Ext(name)), ext: path.Ext(name)}
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
	if t.File, t.Exists = p.choose(files); !t.Exists {
		// One that already tests the source goes before a new one.
		if f := p.importing(); f != "" {
			t.File, t.Exists = f, true
		}
	}
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

	function string
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

// The bounds of what is looked at for tests that import a source.
const (
	maxTestFiles   = 40
	maxTestNames   = 2000
	maxTestFolders = 20
)

// importing is a file of tests that imports the source; "" where none is found in the folders in which they would be looked for. Of several
// it is the one that is called after the function, or most like the source, and imports the least.
func (p *soughtTests) importing() string {
	imports := p.importer()
	if imports == nil {
		return ""
	}
	type named struct {
		name string
		like int // bytes of the source's name that it begins with
	}
	var all []named
	seen := map[string]bool{p.name: true}
	below, language := p.below("src"), languageOf(p.name)
	folders := []string{
		p.dir, path.Join(p.dir, "__tests__"), path.Join(p.dir, "test"), path.Join(p.dir, "tests"),
		path.Join(p.project, "test"), path.Join(p.project, "tests"), path.Join(p.project, "spec"), path.Join(p.project, "__tests__"),
		path.Join(p.project, "test", below), path.Join(p.project, "tests", below), path.Join(p.project, "test", "unit"), path.Join(p.project, "tests", "unit"),
	}
	for _, dir := range []string{"test", "tests", "spec"} {
		folders = append(folders, p.foldersIn(path.Join(p.project, dir))...)
	}
	function := folded(p.function[strings.LastIndexAny(p.function, ".:#")+1:])
	for _, dir := range folders {
		entries, _ := os.ReadDir(filepath.Join(p.root, filepath.FromSlash(dir))) // one that can't be read has none
		for _, e := range entries[:min(len(entries), maxTestNames)] {
			name := path.Join(dir, e.Name())
			if seen[name] || !e.Type().IsRegular() || !source.IsTest(name) || noTests(e.Name()) || !sameKind(languageOf(name), language) {
				continue
			}
			seen[name] = true
			stem, like := strings.TrimPrefix(strings.ToLower(e.Name()), "test_"), 0
			for own := strings.ToLower(p.stem); like < min(len(own), len(stem)) && own[like] == stem[like]; like++ {
			}
			if len(function) >= minFunction && strings.HasPrefix(folded(stem), function) {
				like += maxTestNames // before all that are called after the source
			}
			all = append(all, named{name, like})
		}
	}
	slices.SortFunc(all, func(a, b named) int { return cmp.Or(cmp.Compare(b.like, a.like), cmp.Compare(a.name, b.name)) })
	best, like, least := "", 0, 0
	for _, f := range all[:min(len(all), maxTestFiles)] {
		if best != "" && f.like < like {
			break
		}
		own, others := imports(path.Dir(f.name), content(filepath.Join(p.root, filepath.FromSlash(path.Dir(f.name))), path.Base(f.name)))
		if own && (best == "" || others < least) {
			best, like, least = f.name, f.like, others
		}
	}
	return best
}

// minFunction is the length of the shortest name of a function that a file of tests is taken to be called after.
const minFunction = 4

// folded is a name as all ways to write its words have it: "stringifysetcookie" of stringifySetCookie and stringify-set-cookie.
func folded(name string) string {
	return strings.NewReplacer("-", "", "_", "", ".", "").Replace(strings.ToLower(name))
}

// noTests reports whether a file belongs to tests and is no place for one: a benchmark, a check of types, a drive of a browser, or what
// sets tests up.
func noTests(base string) bool {
	stem := strings.TrimSuffix(base, path.Ext(base))
	if slices.Contains([]string{"conftest", "spec_helper", "test_helper", "rails_helper"}, stem) {
		return true
	}
	return slices.Contains([]string{".bench", ".test-d", ".spec-d", ".cy", ".e2e"}, path.Ext(stem))
}

// usedByTests are the folders, with or without underscores around, of what tests read, run or call, in which no runner looks for them.
var usedByTests = map[string]bool{"fixture": true, "fixtures": true, "mocks": true, "snapshots": true, "testdata": true}

// foldersIn are folders that lie in one of tests, a few at most.
func (p *soughtTests) foldersIn(dir string) (out []string) {
	entries, _ := os.ReadDir(filepath.Join(p.root, filepath.FromSlash(dir))) // one that can't be read has none
	for _, e := range entries[:min(len(entries), maxTestNames)] {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !usedByTests[strings.Trim(e.Name(), "_")] && len(out) < maxTestFolders {
			out = append(out, path.Join(dir, e.Name()))
		}
	}
	return out
}

// sameKind reports whether tests in one language may be of a source in the other.
func sameKind(test, source string) bool {
	script := func(language string) bool {
		switch language {
		case "javascript", "javascriptreact", "typescript", "typescriptreact", "vue", "svelte":
			return true
		}
		return false
	}
	native := func(language string) bool { return language == "c" || language == "cpp" }
	return test == source || script(test) && script(source) || native(test) && native(source)
}

var (
	scriptImport = regexp.MustCompile(`(?m)(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["'` + "`" + `](\.{1,2}(?:/[^"'` + "`" + `\n]*)?)["'` + "`" + `]`)
	pythonImport = regexp.MustCompile(`(?m)^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)|import[ \t]+([^\n]*))`)
	rubyRequire  = regexp.MustCompile(`(?m)^[ \t]*require(_relative)?[ (]+["']([^"'\n]+)["']`)
	quotedHeader = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*include[ \t]*["<]([^">\n]+)[">]`)
	pythonWord   = regexp.MustCompile(`[\w.]+`)
)

// maxImports bounds how many imports of a text are looked at.
const maxImports = 500

// importer tells of a text in a folder whether it imports the source, and how many others it does; nil where that can't be told in the
// language.
func (p *soughtTests) importer() func(dir, text string) (own bool, others int) {
	bare := strings.TrimSuffix(p.name, p.ext)
	count := func(is bool, own *bool, others *int) {
		if is {
			*own = true
		} else {
			*others++
		}
	}
	switch languageOf(p.name) {
	case "javascript", "javascriptreact", "typescript", "typescriptreact", "vue", "svelte":
		return func(dir, text string) (own bool, others int) {
			for _, m := range scriptImport.FindAllStringSubmatch(text, maxImports) {
				at := path.Join(dir, m[1])
				as := at
				switch ext := path.Ext(at); ext {
				case ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte":
					as = strings.TrimSuffix(at, ext)
				}
				count(at == p.name || at == bare || as == bare || p.stem == "index" && at == p.dir, &own, &others)
			}
			return own, others
		}
	case "python":
		module := strings.ReplaceAll(strings.TrimSuffix(path.Join(p.below("src"), p.stem), "/__init__"), "/", ".")
		pkg, last := "", module
		if i := strings.LastIndexByte(module, '.'); i >= 0 {
			pkg, last = module[:i], module[i+1:]
		}
		return func(_, text string) (own bool, others int) {
			for _, m := range pythonImport.FindAllStringSubmatch(text, maxImports) {
				is := m[1] == module
				if !is && m[1] != "" && m[1] == pkg {
					is = slices.Contains(pythonWord.FindAllString(m[2], maxImports), last)
				}
				if m[3] != "" {
					is = slices.Contains(pythonWord.FindAllString(m[3], maxImports), module)
				}
				count(is, &own, &others)
			}
			return own, others
		}
	case "ruby":
		feature := path.Join(p.below("lib"), p.stem)
		return func(dir, text string) (own bool, others int) {
			for _, m := range rubyRequire.FindAllStringSubmatch(text, maxImports) {
				at := strings.TrimSuffix(m[2], ".rb")
				count(at == feature && m[1] == "" || m[1] != "" && path.Join(dir, at) == bare, &own, &others)
			}
			return own, others
		}
	case "c", "cpp":
		return func(_, text string) (own bool, others int) {
			for _, m := range quotedHeader.FindAllStringSubmatch(text, maxImports) {
				base := path.Base(m[1])
				count(base == p.stem+path.Ext(base) && source.LanguageOf(base) != "", &own, &others)
			}
			return own, others
		}
	}
	return nil
}

// exists reports whether one of the files is there.
func (p *soughtTests) exists(files []string) bool {
	_, exists := p.choose(files)
	return exists
}

func (p *soughtTests) python() (string, []string) {
	runner := "unittest"
	told := p.told("pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "requirements_dev.txt", "test-requirements.txt", "requirements-test.txt", "Pipfile", "noxfile.py")
	if strings.Contains(told, "pytest") || p.has("pytest.ini") || p.has("conftest.py") || p.has("tests/conftest.py") || forPytest(filepath.Join(p.root, filepath.FromSlash(p.project))) {
		runner = "pytest"
	}
	base := "test_" + strings.TrimLeft(p.stem, "_") + ".py"
	below := p.below("src")
	// tests/ mirrors the package with or without its own folder.
	outer, inner, _ := strings.Cut(below, "/")
	var files []string
	for _, in := range []string{below, "test_" + outer} { // as they are there
		if at := path.Join(p.project, "tests", in); outer != "" && has(p.root, filepath.FromSlash(at)) {
			files = append(files, path.Join(at, base))
		}
	}
	files = append(files, path.Join(p.project, "tests", base), path.Join(p.dir, "tests", base), path.Join(p.dir, base), path.Join(p.dir, p.stem+"_test.py"))
	for _, dir := range []string{"tests", "test"} {
		for _, in := range []string{below, inner, "", "unit", path.Join("unit", inner)} {
			files = append(files, path.Join(p.project, dir, in, base))
		}
	}
	if runner == "unittest" && !p.has("tests") && !p.has("test") && !has(p.root, filepath.FromSlash(path.Join(p.dir, "tests"))) { // it goes into no folder that is not a package
		at := p.project
		if p.dir != p.project && has(p.root, filepath.FromSlash(path.Join(p.dir, "__init__.py"))) {
			at = p.dir
		}
		files = slices.Insert(files, 0, path.Join(at, base))
	}
	return runner, files
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
	if runner == "mocha" { // which looks there alone where nobody says otherwise
		files = slices.Insert(files, 0, path.Join(p.project, "test", p.stem+".test"+ext))
	}
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
	dirs := []string{"tests", "Tests", "test"}
	code, tests := composer(filepath.Join(p.root, filepath.FromSlash(p.project)))
	own := p.dir
	if p.project != "." {
		own = strings.TrimPrefix(p.dir, p.project+"/")
	}
	if _, rest, ok := inside(code, own); ok {
		below = rest
	}
	for i := len(tests) - 1; i >= 0; i-- {
		dirs = append([]string{tests[i].dir}, dirs...)
	}
	var files []string
	home := ""
	for _, dir := range dirs {
		for _, at := range []string{dir + "/Unit", dir + "/unit", dir} {
			if at != dir && !p.has(at) {
				continue
			}
			mirrored := path.Join(p.project, at, below, p.stem+"Test.php")
			files = append(files, mirrored, path.Join(p.project, at, p.stem+"Test.php"))
			if home == "" && (p.has(at) || len(tests) > 0 && dir == tests[0].dir && !slices.ContainsFunc(tests, func(t psr4) bool { return p.has(t.dir) })) {
				home = mirrored
			}
		}
	}
	if !p.exists(files) { // the folders of a test are those of its class, whether or not they are there
		return runner, []string{cmp.Or(home, files[0])}
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
