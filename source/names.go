package source

import (
	"path"
	"strings"
	"unicode"

	"github.com/covls/covls/source/outline"
)

// Place is what a file is by where it lies and what it is called, as its ecosystem has it.
type Place uint8

const (
	// Anywhere says nothing of the file.
	Anywhere Place = iota
	// AmongTests is where tests are, and what only tests use.
	AmongTests
	// AmongVendored is where code of others is kept.
	AmongVendored
	// AmongGenerated is what a program writes.
	AmongGenerated
	// AmongSettings is what sets up tools, or declares what is elsewhere.
	AmongSettings
)

// PlaceOf says what a file is by its slash-separated path, and which part of it says so: "its path has the folder
// vendor". What its text says goes before that.
func PlaceOf(name string) (place Place, why string) {
	dir, base := path.Split(name)
	if at := placedIn(dir, podsFolder); at != "" {
		return AmongVendored, "its path has the folder " + at
	}
	if at := placedIn(strings.ToLower(dir), vendoredFolders); at != "" {
		return AmongVendored, "its path has the folder " + at
	}
	called := "it is called " + base
	language := LanguageOf(base)
	if at := fetched(language, dir); at != "" {
		return AmongVendored, "its path has the folder " + at
	}
	if generatedName(strings.ToLower(base), base) {
		return AmongGenerated, called
	}
	if at := placedIn(strings.ToLower(dir), generatedFolders); at != "" {
		return AmongGenerated, "its path has the folder " + at
	}
	if testName(language, base, dir) {
		return AmongTests, called
	}
	if at := testFolder(language, dir); at != "" {
		return AmongTests, "its path has the folder " + at
	}
	if settingsName(language, dir, strings.ToLower(base)) {
		return AmongSettings, called
	}
	if migrates(language, dir, base) {
		return AmongSettings, called + ", as what changes a database"
	}
	return Anywhere, ""
}

// fetched is the folder of a path into which a build tool has put the code of others: SwiftPM, or Meson, which builds C; "" for none.
func fetched(language, dir string) string {
	before := ""
	for s := range strings.SplitSeq(strings.ToLower(dir), "/") {
		if s == "checkouts" && before == ".build" {
			return ".build/checkouts"
		}
		before = s
	}
	switch language {
	case "c", "cpp", "objective-c", "objective-cpp":
		return placedIn(dir, subprojects)
	}
	return ""
}

// migrates reports whether a file changes the tables of a database once, as the tools of Django, Alembic, Rails, Laravel, Doctrine and Entity
// Framework write them.
func migrates(language, dir, base string) bool {
	dir = "/" + strings.ToLower(dir)
	in := func(folder string) bool { return strings.HasSuffix(dir, "/"+folder+"/") }
	stem := strings.TrimSuffix(base, path.Ext(base))
	numbered := len(stem)-len(strings.TrimLeft(stem, "0123456789")) >= len("0001")
	switch {
	case in("migrations") && numbered:
		return true
	case language == "ruby":
		return in("db/migrate")
	case language == "php":
		return in("database/migrations") || in("migrations") && strings.HasPrefix(stem, "Version2")
	case language == "python":
		return in("alembic/versions") || in("migrations/versions")
	case language == "csharp":
		return in("migrations") && strings.HasSuffix(stem, "ModelSnapshot")
	}
	return false
}

// IsTest reports whether a slash-separated path is that of a test by the conventions of its language,
// or of what only tests use.
func IsTest(name string) bool {
	place, _ := PlaceOf(name)
	return place == AmongTests
}

// The folders of code that others have written, and of what programs write, in lower case but for that of CocoaPods.
var (
	vendoredFolders = names(`vendor third_party third-party thirdparty 3rdparty 3rd_party 3rd-party
		node_modules bower_components jspm_packages _vendor godeps carthage site-packages dist-packages
		_deps vcpkg_installed .venv .cargo .bundle`)
	podsFolder       = names("Pods")
	generatedFolders = names(`generated __generated__ generated-sources generated-src gen-py gen-java gen-cpp gen-rb gen-php gen-js gen-go
		.next .nuxt .svelte-kit .dart_tool cmakefiles .build`)
	subprojects = names("subprojects")
)

func names(list string) map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(list) {
		set[name] = true
	}
	return set
}

// placedIn is the first folder of a path that has one of the names; "" for none.
func placedIn(dir string, named map[string]bool) string {
	for s := range strings.SplitSeq(dir, "/") {
		if named[s] {
			return s
		}
	}
	return ""
}

// generatedEnds are what the names of generated files end with, in lower case.
var generatedEnds = []string{
	// protoc and its plugins
	".pb.go", ".pb.cc", ".pb.h", ".pb.c", ".pb-c.c", ".pb-c.h", ".pb.cpp", ".pb.hpp", ".pb.swift", ".grpc.swift", ".pb.dart", ".pbenum.dart",
	".pbgrpc.dart", ".pbjson.dart", ".pbserver.dart", "_pb2.py", "_pb2.pyi", "_pb2_grpc.py", "_pb.js", "_pb.d.ts", "_pb.ts", "_pb.rb", "_grpc_pb.js", "_grpc_web_pb.js",
	".pb.gw.go", ".pb.validate.go", ".connect.go",
	// .NET
	".designer.cs", ".designer.vb", ".g.cs", ".g.i.cs", ".feature.cs", ".assemblyinfo.cs", ".assemblyattributes.cs",
	// Dart
	".g.dart", ".freezed.dart", ".gr.dart", ".config.dart", ".mocks.dart", ".chopper.dart", ".mapper.dart",
	// scanners and parsers
	".tab.c", ".tab.cc", ".tab.cpp", ".tab.h", ".yy.c", ".yy.cc", ".yy.h",
	// JavaScript that a tool has packed
	".min.js", "-min.js", ".bundle.js", ".chunk.js", ".min.mjs", ".min.cjs",
	"_generated.h", "_generated.hpp", "_generated.rs", "_generated.ts", "_generated.py", "_generated.go",
}

func generatedName(lower, base string) bool {
	for _, end := range generatedEnds {
		if strings.HasSuffix(lower, end) && len(lower) > len(end) {
			return true
		}
	}
	ext := path.Ext(lower)
	stem := strings.TrimSuffix(lower, ext)
	if strings.HasSuffix(stem, ".generated") || strings.HasSuffix(stem, ".gen") || strings.HasSuffix(stem, ".autogen") {
		return LanguageOf(base) != ""
	}
	switch {
	case lower == "lex.yy.c", base == "R.java", base == "BuildConfig.java", lower == ".pnp.cjs", lower == ".pnp.js":
		return true
	case ext == ".h", ext == ".cpp", ext == ".cc", ext == ".cxx": // of Qt's moc, uic and rcc
		return strings.HasPrefix(stem, "moc_") || ext == ".h" && strings.HasPrefix(stem, "ui_") || strings.HasPrefix(stem, "qrc_")
	}
	return false
}

// settingsName reports whether a file sets up a tool, or declares what is elsewhere: vite.config.ts, index.d.ts.
func settingsName(language, dir, lower string) bool {
	stem := strings.TrimSuffix(lower, path.Ext(lower))
	switch language {
	case "javascript", "javascriptreact", "typescript", "typescriptreact":
		return strings.HasSuffix(stem, ".d") || strings.HasSuffix(stem, ".config") && !strings.Contains("/"+dir, "/src/") || strings.HasSuffix(stem, "rc") && strings.HasPrefix(stem, ".") ||
			strings.HasPrefix(stem, "vitest.workspace") || strings.HasPrefix(stem, "vitest.setup") || strings.HasPrefix(stem, "jest.setup") || stem == "gulpfile" || stem == "gruntfile"
	case "python":
		return dir == "" && lower == "setup.py" || lower == "noxfile.py" || lower == "conanfile.py" || lower == "gunicorn.conf.py" || strings.HasSuffix(lower, ".pyi")
	case "kotlin":
		return strings.HasSuffix(lower, ".gradle.kts")
	case "groovy":
		return strings.HasSuffix(lower, ".gradle")
	case "ruby":
		return lower == "rakefile.rb"
	case "elixir":
		return lower == "mix.exs" || lower == ".formatter.exs"
	case "rust":
		return lower == "build.rs" && !strings.Contains("/"+dir, "/src/")
	case "swift":
		return lower == "package.swift"
	case "scala":
		return lower == "build.sc"
	}
	return false
}

// SetsUp reports whether a file sets up a tool, or hands a program over to one, by its name and by what its text says: setup.py of any folder, and
// what Django puts into each project.
func SetsUp(name, text string) bool {
	has := func(words ...string) bool {
		for _, w := range words {
			if !strings.Contains(text, w) {
				return false
			}
		}
		return true
	}
	switch path.Base(name) {
	case "setup.py":
		return has("setup(", "setuptools") || has("setup(", "distutils")
	case "manage.py":
		return has("DJANGO_SETTINGS_MODULE", "execute_from_command_line")
	case "wsgi.py", "asgi.py":
		return has("DJANGO_SETTINGS_MODULE", "get_wsgi_application") || has("DJANGO_SETTINGS_MODULE", "get_asgi_application")
	}
	return false
}

// jsHelpers are what tests of JavaScript are set up by, in lower case and without what stands between the words.
var jsHelpers = names("setuptest setuptests testsetup testutil testutils testhelper testhelpers")

// testName reports whether a file is called like a test.
func testName(language, base, dir string) bool {
	stem := strings.TrimSuffix(base, path.Ext(base))
	ends := func(of string, all ...string) bool {
		for _, end := range all {
			if rest, ok := strings.CutSuffix(of, end); ok && rest != "" {
				return true
			}
		}
		return false
	}
	if dir == "" && (stem == "test" || stem == "tests") {
		switch language {
		case "python", "ruby", "php", "perl", "lua", "shellscript":
			return true
		}
	}
	switch language {
	case "go":
		return ends(stem, "_test")
	case "python":
		return strings.HasPrefix(stem, "test_") || ends(stem, "_test", "_tests") || stem == "conftest"
	case "ruby":
		return ends(stem, "_spec", "_test") || strings.HasPrefix(stem, "test_") && !shipped(dir) || stem == "spec_helper" || stem == "test_helper" || stem == "rails_helper"
	case "javascript", "javascriptreact", "typescript", "typescriptreact", "vue", "svelte", "coffeescript":
		return ends(stem, ".test", ".spec", ".tests", ".specs", ".cy", ".e2e", "-test", "-spec", "_test", "_spec", ".bench", ".test-d", ".spec-d") ||
			jsHelpers[strings.ToLower(strings.NewReplacer("-", "", "_", "", ".", "").Replace(stem))] ||
			// what node --test and ava run
			(stem == "test" || stem == "tests" || strings.HasPrefix(stem, "test-")) && !sources(dir)
	case "java", "kotlin", "groovy":
		return ends(stem, "Test", "Tests", "TestCase", "IT", "ITCase", "Spec") && !strings.Contains("/"+dir, "/src/main/") && capital(stem)
	case "scala":
		return ends(stem, "Test", "Tests", "Spec", "Suite", "Specs") && !strings.Contains("/"+dir, "/src/main/") && capital(stem)
	case "php":
		return ends(stem, "Test", "Cest") || ends(base, ".phpt")
	case "csharp", "fsharp", "vb":
		return ends(stem, "Test", "Tests", "Specs")
	case "swift", "objective-c", "objective-cpp":
		return ends(stem, "Tests", "Test", "Spec") && capital(stem) && !shipped(dir)
	case "c", "cpp":
		return ends(stem, "_test", "_tests", "_unittest", "_unittests", "-test", ".test", "_gtest") || strings.HasPrefix(stem, "test_") || strings.HasPrefix(stem, "test-") ||
			ends(stem, "Test", "Tests", "UnitTest") && capital(stem)
	case "rust":
		return stem == "tests" || ends(stem, "_tests")
	case "dart":
		return ends(stem, "_test")
	case "elixir":
		return ends(stem, "_test") || stem == "test_helper"
	case "erlang":
		return ends(stem, "_SUITE", "_tests")
	case "lua":
		return ends(stem, "_spec", "_test") || strings.HasPrefix(stem, "test_")
	case "perl":
		return path.Ext(base) == ".t"
	case "shellscript":
		return ends(stem, "_test", "-test", ".test") || strings.HasPrefix(stem, "test_") || strings.HasPrefix(stem, "test-")
	case "clojure", "julia", "haskell", "zig", "r":
		return ends(stem, "_test", "_spec", "Spec", "Test", "tests", "_tests")
	}
	return path.Ext(base) == ".t" || path.Ext(base) == ".bats"
}

// Weakly reports whether a file is called like a test as much else is, HitTest.cpp: what its text says decides.
func Weakly(name string) bool {
	dir, base := path.Split(name)
	language := LanguageOf(base)
	if testFolder(language, dir) != "" {
		return false
	}
	stem := strings.TrimSuffix(base, path.Ext(base))
	switch language {
	case "c", "cpp", "csharp", "fsharp", "vb", "java", "kotlin", "scala", "groovy", "php", "swift":
		return capital(stem)
	}
	return false
}

// TestProgram reports whether a file of C or C++ is called like a test, as much else is, too: xmltest.cpp, testapi.c. It is one where it
// starts a program, and where it lies beside what is tested: test.c in src/ may be the shell's.
func TestProgram(name string) bool {
	dir, base := path.Split(strings.ToLower(name))
	switch LanguageOf(base) {
	case "c", "cpp", "objective-c", "objective-cpp":
	default:
		return false
	}
	stem := strings.TrimSuffix(base, path.Ext(base))
	if strings.Contains("/"+dir, "/src/") && (stem == "test" || stem == "tests") {
		return false
	}
	for _, other := range []string{"latest", "fastest", "contest", "attest", "greatest", "protest", "testimon", "testament"} {
		if strings.HasSuffix(stem, other) || strings.HasPrefix(stem, other) {
			return false
		}
	}
	return strings.HasPrefix(stem, "test") || strings.HasSuffix(stem, "test") || strings.HasSuffix(stem, "tests") || strings.Contains(stem, "_test_") || strings.Contains(stem, "-test-") ||
		strings.HasPrefix(stem, "fuzz") || strings.HasSuffix(stem, "fuzz") || strings.HasSuffix(stem, "fuzzer")
}

// capital reports whether a name is one of a class: Latest is no test, nor is latest.
func capital(stem string) bool {
	for _, end := range []string{"TestCase", "UnitTest", "Tests", "Test", "Specs", "Spec", "Suite", "ITCase", "IT"} {
		if rest, ok := strings.CutSuffix(stem, end); ok && rest != "" {
			last := rune(rest[len(rest)-1])
			return unicode.IsLower(last) || unicode.IsDigit(last) || last == '_' || unicode.IsUpper(last) && len(rest) > 1 || last >= 0x80
		}
	}
	return false
}

// shipped reports whether a folder lies in the one of what a package gives to others, beside which its tests are.
func shipped(dir string) bool {
	return strings.HasPrefix(dir, "lib/") || strings.Contains(dir, "/lib/") || strings.HasPrefix(dir, "Sources/") || strings.Contains(dir, "/Sources/")
}

// sources reports whether a folder lies in one of sources.
func sources(dir string) bool {
	dir = "/" + strings.ToLower(dir)
	return strings.Contains(dir, "/src/") || strings.Contains(dir, "/lib/")
}

// Housed is the folder of a file which is called as those of tests are and lies where sources do, so that it may be one of them: src/e2e of
// src/e2e/keys.ts. It is "" for none, and for a file that is called like a test.
func Housed(name string) string {
	dir, base := path.Split(name)
	language := LanguageOf(base)
	switch language {
	case "go", "java", "kotlin", "scala", "groovy":
		return ""
	}
	if dir == "" || testName(language, base, dir) {
		return ""
	}
	among, at := false, 0
	for part := range strings.SplitSeq(strings.TrimSuffix(dir, "/"), "/") {
		if among && outline.Testish(part) {
			return dir[:at+len(part)]
		}
		at += len(part) + 1
		among = among || language == "python" || part == "src" || part == "lib" || part == "Sources" || part == "source"
	}
	return ""
}

// IsUsed reports whether what a text imports, as outline.Uses has it, lies in a folder; by is the text's path. Imports that are not relative
// count where they name more of the folder than its last part, or begin where a project has its sources: "@/e2e/keys".
func IsUsed(folder, by, use string) bool {
	in := func(at string) bool { return at == folder || strings.HasPrefix(at, folder+"/") }
	if strings.HasPrefix(use, "./") || strings.HasPrefix(use, "../") {
		dir, base := path.Split(by)
		return in(path.Join(dir, use)) || LanguageOf(base) == "rust" && in(path.Join(dir, strings.TrimSuffix(base, path.Ext(base)), use))
	}
	least := 1 // slashes
	for _, alias := range []string{"@/", "~/", "src/", "$lib/"} {
		if rest, ok := strings.CutPrefix(use, alias); ok {
			use, least = rest, 0
			break
		}
	}
	for end, n := 0, 0; end < len(use); n++ {
		if next := strings.IndexByte(use[end:], '/'); next < 0 {
			end = len(use)
		} else {
			end += next
		}
		if n >= least && (folder == use[:end] || strings.HasSuffix(folder, "/"+use[:end])) {
			return true
		}
		end++
	}
	return false
}

// The folders of tests in lower case, of any language and of some.
var (
	testFolders  = names("test tests fuzz fuzzing fuzzers __tests__ __mocks__ unittest unittests unit_tests unit-tests integration_tests integration-tests integration_test integrationtest e2e e2e-tests tests-e2e test-e2e tests_e2e functional_tests functional-tests acceptance_tests test-data test_data testdata testfixtures step_definitions")
	specFolders  = names("spec specs cypress")
	rustFolders  = names("benches")
	goFolders    = names("testdata")
	perlFolders  = names("t xt")
	shellFolders = names("test tests spec t bats")
)

// testFolder is the folder of a path in which tests lie, in the language of the file; "" for none.
func testFolder(language, dir string) string {
	if language == "go" {
		return placedIn(dir, goFolders) // tests of Go lie beside what they test
	}
	ships, sources := false, false
	before, depth := "", -1
	for s := range strings.SplitSeq(strings.TrimSuffix(dir, "/"), "/") {
		lower := strings.ToLower(s)
		depth++
		switch language {
		case "java", "kotlin", "scala", "groovy":
			// The sets of sources in src: test, testFixtures, androidTest, commonTest, integrationTest, it.
			if before == "src" {
				if strings.HasPrefix(lower, "test") || strings.HasSuffix(s, "Test") || lower == "it" {
					return "src/" + s
				}
			} else if !sources && depth < 2 && testFolders[lower] {
				return s
			}
			sources = sources || before == "src"
		case "ruby", "perl", "elixir", "dart":
			// What is in lib is given to others, be it for their tests.
			ships = ships || lower == "lib"
			if !ships && (testFolders[lower] || language == "ruby" && specFolders[lower] || language == "perl" && perlFolders[lower]) {
				return s
			}
		case "csharp", "fsharp", "vb":
			if testFolders[lower] || strings.HasSuffix(lower, ".tests") || strings.HasSuffix(lower, ".test") || strings.HasSuffix(lower, ".unittests") ||
				strings.HasSuffix(lower, ".integrationtests") || strings.HasSuffix(s, "Tests") && s != "Tests" {
				return s
			}
		case "swift", "objective-c", "objective-cpp":
			ships = ships || lower == "sources"
			if !ships && (testFolders[lower] || strings.HasSuffix(s, "Tests")) {
				return s
			}
		case "javascript", "javascriptreact", "typescript", "typescriptreact", "vue", "svelte", "coffeescript":
			sources = sources || lower == "src" || lower == "lib"
			if testFolders[lower] || !sources && specFolders[lower] {
				return s
			}
		case "rust":
			sources = sources || lower == "src"
			if testFolders[lower] || !sources && rustFolders[lower] {
				return s
			}
		case "lua":
			if testFolders[lower] || lower == "spec" {
				return s
			}
		case "shellscript":
			if shellFolders[lower] {
				return s
			}
		case "php":
			// Test is what a package gives to others for their tests.
			if testFolders[lower] && s != "Test" {
				return s
			}
		default:
			if testFolders[lower] {
				return s
			}
		}
		before = lower
	}
	return ""
}
