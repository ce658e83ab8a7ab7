package project

import (
	"slices"
	"strings"
)

// Use is what a workspace is gone through for. Uses can be joined by |.
type Use uint8

const (
	// Sources are files that a profile may name.
	Sources Use = 1 << iota
	// Profiles are what test runs leave behind.
	Profiles
	// Modules are Go modules whose packages a profile may name.
	Modules
	// Projects are those of the workspace's own, with what starts a program in them.
	Projects

	all = Sources | Profiles | Modules | Projects
)

// Skips reports whether folders of that name are left out, whatever of use is looked for.
func Skips(use Use, name string) bool { return use&^skippedFor(name) == 0 }

// skippedFor are the uses for which folders of a name are left out.
func skippedFor(name string) Use {
	switch name {
	case ".git", ".hg", ".svn", // what was, and how it was kept
		"node_modules", "venv", ".venv", ".tox", "site-packages", // packages of others
		".vscode-test", // whole editors
		"__pycache__", ".idea":
		return all
	case "vendor": // packages of others, which profiles name and coverage tools put nothing into
		return all &^ Sources
	case "dist": // what is shipped
		return Profiles | Projects
	case "target", "build": // what is built, with the profiles of many tools
		return Projects
	case "CMakeFiles", "meson-private", "blib": // what CMake and Meson try compilers with, and copies that Perl builds
		return Sources | Projects
	case "lcov-report", "htmlcov": // pages of reports, with the scripts of those who made them
		return Sources | Projects
	case "third_party":
		return Projects
	case "testdata": // Go leaves it out, too
		return Modules | Projects
	}
	if strings.HasPrefix(name, ".") {
		return Modules | Projects
	}
	return 0
}

// Aside reports whether a folder, by its slash-separated path, is one of tests, of examples, of documents or of what others
// wrote, by the names that these have in any language. What is in it may be a project, and is not what the others are there
// for.
func Aside(dir string) bool {
	for name := range strings.SplitSeq(strings.ToLower(dir), "/") {
		switch name {
		case "test", "tests", "spec", "specs", "__tests__", "__mocks__", "testdata", "fixtures", "testing", "e2e", "androidtest",
			"example", "examples", "sample", "samples", "demo", "demos", "doc", "docs", "benchmark", "benchmarks",
			"vendor", "third_party", "third-party", "thirdparty", "3rdparty", "external", "extern", "node_modules", "generated":
			return true
		}
		for _, end := range []string{"tests", "test", "specs"} {
			if before, ok := strings.CutSuffix(name, end); ok && before != "" && strings.ContainsAny(before[len(before)-1:], "._-") {
				return true // Shop.Tests, shop-test
			}
		}
		if before, ok := strings.CutSuffix(name, "tests"); ok && strings.Contains(before, ".") {
			return true // Shop.UnitTests
		}
	}
	return false
}

// IsReport reports whether a folder with these files holds the pages of a coverage report, whose scripts are no sources.
func IsReport(files []Entry) bool {
	has := func(is func(name string) bool) bool {
		return slices.ContainsFunc(files, func(e Entry) bool { return is(e.Name) })
	}
	return has(func(name string) bool { return name == "index.html" }) && has(func(name string) bool {
		switch name {
		case "block-navigation.js", // Istanbul's
			".last_run.json", // SimpleCov's
			"bash-helper.sh": // kcov's, with which it measures
			return true
		}
		return strings.HasPrefix(name, "coverage_html") && strings.HasSuffix(name, ".js") // coverage.py's
	})
}
