package project

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// nativeTests builds C and C++ anew with gcc's and clang's counters, beside what is built otherwise where the build allows
// that, and has gcovr or lcov make a profile of what they have counted.
func nativeTests(dir, _ string) recipe {
	switch {
	case has(dir, "CMakeLists.txt"):
		return cmakeTests(dir)
	case has(dir, "meson.build"):
		return mesonTests(dir)
	}
	for _, name := range []string{"GNUmakefile", "makefile", "Makefile"} {
		if has(dir, name) {
			return makeTests(dir, name)
		}
	}
	// Functions that are inlined have no counters, and what configure tries its compilers with has some.
	const configured = `./configure CC="cc --coverage" CXX="c++ --coverage" CFLAGS="-g -O0" CXXFLAGS="-g -O0" && make check && rm -f *conftest.gc* && `
	switch {
	case has(dir, "configure"):
		return gathered(dir, func(string) string { return configured }, "", ".")
	case has(dir, "configure.ac"):
		return gathered(dir, func(string) string { return "autoreconf -i && " + configured }, "", ".")
	}
	return recipe{lacks: "no build file is seen that covls knows: build with the compiler's flag --coverage, run the tests, then gcovr --json gcovr.json"}
}

// gathered makes a recipe of a command line that leaves counters below a folder, which another makes a profile of: the
// folder usual, or one of OwnDir. gcovr refuses functions of C++ that stand in several places, so lcov comes first there.
func gathered(dir string, line func(built string) string, usual, own string) recipe {
	const json, info = "gcovr.json", "lcov.info"
	lcov := onPath("lcov") && (!onPath("gcovr") || len(below(dir, 3, func(name string) bool { return languageOf(name) == "cpp" && !strings.Contains(name, ".h") })) > 0)
	made := func(at, in string) string {
		built := at
		if lcov {
			if built == "" {
				built = "."
			}
			return line(at) + "lcov --capture --directory " + built + " --base-directory . --no-external --output-file " + in + info
		}
		if built != "" {
			built = " --exclude " + built + "/ " + built // without what CMake tries its compilers with
		}
		return line(at) + "gcovr --root . --json " + in + json + built
	}
	at := ""
	if own != "." {
		at = ownIn(own)
	}
	r := recipe{line: made(usual, ""), own: made(at, OwnDir+"/")}
	r.withGcovr()
	return r
}

// withGcovr says that nothing is installed that makes profiles of counters.
func (r *recipe) withGcovr() {
	if !onPath("gcovr") && !onPath("lcov") {
		r.lacks, r.install = "neither gcovr nor lcov is installed, one of which makes the profile", pipInstall("gcovr")
	}
}

// tested are the words of CMake that declare a test, or the framework of all.
var tested = regexp.MustCompile(`(?i)\b(enable_testing|add_test|(gtest|catch|doctest)_discover_tests|boost_discover_tests)\s*\(|\binclude\s*\(\s*CTest\s*\)`)

// testsOff finds options of CMake for tests that are off unless somebody switches them on, without the names of against.
var testsOff = regexp.MustCompile(`(?i)\boption\s*\(\s*(\w*TEST(?:S|ING)?|\w*TESTS?_(?:ENABLED?|BUILD))\s+(?:"[^"\n]*"|\w+)\s+(?:OFF|NO|FALSE|0)\s*\)`)

var against = regexp.MustCompile(`(?i)WITHOUT|DISABLE|SKIP|(^|_)NO_`)

func cmakeTests(dir string) recipe {
	if p := preset(dir); p != "" {
		return gathered(dir, func(string) string {
			return "cmake --preset " + p + " && cmake --build --preset " + p + " && ctest --preset " + p + " && "
		}, "", ".")
	}
	files := below(dir, 3, func(name string) bool { return name == "CMakeLists.txt" || strings.HasSuffix(name, ".cmake") })
	options := ""
	for _, off := range testsOff.FindAllStringSubmatch(content(dir, "CMakeLists.txt"), 5) {
		if option := " -D" + off[1] + "=ON"; !strings.Contains(options, option) && !against.MatchString(off[1]) {
			options += option
		}
	}
	r := gathered(dir, func(built string) string {
		return "cmake -S . -B " + built + " -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS=--coverage -DCMAKE_CXX_FLAGS=--coverage" + options +
			" && cmake --build " + built + " && ctest --test-dir " + built + " && "
	}, "build-coverage", "build")
	if r.lacks == "" && !tested.MatchString(contents(dir, files...)) {
		r.lacks = "CMakeLists.txt declares no tests that ctest would run"
		r.add("enable_testing()", "into it")
		r.add("add_test(NAME tests COMMAND TARGET)", "for the program that tests")
	}
	return r
}

// preset is the name of a preset of CMake for coverage, by which a project is configured, built and tested; "" for none.
func preset(dir string) string {
	type named []struct{ Name string }
	var all struct {
		ConfigurePresets, BuildPresets, TestPresets named
	}
	_ = json.Unmarshal([]byte(content(dir, "CMakePresets.json")), &all) // a broken one has none
	for _, p := range all.ConfigurePresets {
		is := func(of named) bool {
			return slices.ContainsFunc(of, func(o struct{ Name string }) bool { return o.Name == p.Name })
		}
		if plain(p.Name) && mentions(strings.ToLower(p.Name), "cov") && is(all.BuildPresets) && is(all.TestPresets) {
			return p.Name
		}
	}
	return ""
}

func mesonTests(dir string) recipe {
	line := func(built string) string {
		return "meson setup " + built + " -Db_coverage=true && meson test -C " + built + " && ninja -C " + built + " coverage-xml"
	}
	r := recipe{line: line("build-coverage"), own: line(ownIn("build"))}
	if !onPath("gcovr") {
		r.lacks, r.install = "gcovr, by which Meson makes the profile, is not installed", pipInstall("gcovr")
	}
	return r
}

var (
	// coverageTarget finds a target of a Makefile for coverage.
	coverageTarget = regexp.MustCompile(`(?m)^(coverage|cov|lcov|gcov|gcovr|coverage-report|test-coverage)[ \t]*:([^=]|$)`)
	// readable finds that reports are written which covls reads.
	readable = regexp.MustCompile(`\blcov\b[^\n]*\.info\b|\bgcovr\b[^\n]*(--xml|--cobertura|--json|--lcov|-x\b)`)
	// testTarget finds a target that runs tests.
	testTarget = regexp.MustCompile(`(?m)^(check|test|tests)[ \t]*:([^=]|$)`)
	// cleanTarget finds one that removes what is built.
	cleanTarget = regexp.MustCompile(`(?m)^clean[ \t]*:([^=]|$)`)
	// compiler finds a recipe with a compiler by its name, compilers one by the variable that names it.
	compiler  = regexp.MustCompile(`(?m)^\t[^\n#]*\b(gcc|g\+\+|clang|clang\+\+|cc|c\+\+)[ \t]+-?\w`)
	compilers = regexp.MustCompile(`\$[({](CC|CXX|LINK\.\w+|COMPILE\.\w+)[)}]`)
)

// makeTests has a Makefile take a compiler that counts, which leaves its flags alone.
func makeTests(dir, name string) recipe {
	text := content(dir, name)
	if m := coverageTarget.FindStringSubmatch(text); m != nil && readable.MatchString(text) {
		return recipe{line: "make " + m[1]}
	}
	target := testTarget.FindStringSubmatch(text)
	if target == nil {
		return recipe{lacks: "the Makefile has no target test or check: build with the compiler's flag --coverage, run the tests, then gcovr --json gcovr.json"}
	}
	anew := "make -B"
	if cleanTarget.MatchString(text) {
		anew = "make clean && make"
	}
	r := gathered(dir, func(string) string {
		return anew + ` CC="cc --coverage" CXX="c++ --coverage" ` + target[1] + " && "
	}, "", ".")
	if r.lacks == "" && compiler.MatchString(text) && !compilers.MatchString(text) {
		r.lacks = "the Makefile calls its compiler by name, so that it can't be told to count"
		r.add("$(CC)", "in its place")
	}
	return r
}

// bazelFiles mark the root of a Bazel workspace.
func bazelFiles() []string { return []string{"MODULE.bazel", "WORKSPACE.bazel", "WORKSPACE"} }

func bazel(dir string) bool {
	return slices.ContainsFunc(bazelFiles(), func(name string) bool { return has(dir, name) })
}

// bazelTests leave the profile of all of them below Bazel's own folder.
func bazelTests(string, string) recipe {
	return recipe{line: "bazel coverage --combined_report=lcov //..."}
}
