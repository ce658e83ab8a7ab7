package project

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/source"
)

// Project is a folder with code of a language, whose tests one command runs.
type Project struct {
	// Dir is absolute.
	Dir string
	// Language is the id that editors know it by, without "react": "go", "typescript".
	Language string
}

// Command is a command line that runs tests with coverage.
type Command struct {
	Language string
	// Dir is the absolute directory to run it in.
	Dir string
	// Line is for the shell.
	Line string
}

// kit is how a language's tests are run.
type kit struct {
	language string
	// of is the language of the manifests.
	of string
	// line is the command line for a project, whose folder lies in root; "" where there is none.
	line func(dir, root string) string
}

// kits returns how tests are run, by language, in the order in which languages are preferred.
func kits() []kit {
	return []kit{
		{"go", "go", always("go test -coverprofile=cover.out ./...")},
		{"rust", "rust", always("cargo llvm-cov --lcov --output-path lcov.info")},
		{"python", "python", pythonTests},
		{"typescript", "javascript", nodeTests},
		{"javascript", "javascript", nodeTests},
		{"java", "java", javaTests},
		{"kotlin", "java", javaTests},
		{"ruby", "ruby", rubyTests},
		{"php", "php", phpTests},
	}
}

func kitOf(language string) (k kit, ok bool) {
	all := kits()
	i := slices.IndexFunc(all, func(k kit) bool { return k.language == language })
	if i < 0 {
		return kit{}, false
	}
	return all[i], true
}

// Of returns the project that a file of a workspace folder belongs to: the nearest folder around it with a
// manifest of its language, of those that are built from the outermost that, else the workspace folder. ok is
// false where the language of the file is not known.
func Of(root, file string) (p Project, ok bool) {
	language := languageOf(file)
	if language == "" {
		return Project{}, false
	}
	p = Project{root, language}
	k, ok := kitOf(language)
	if !ok {
		return p, true
	}
	for dir := filepath.Dir(file); source.Inside(dir, root); dir = filepath.Dir(dir) {
		if in, outer := k.in(dir); in {
			p.Dir = dir
			if !outer {
				break
			}
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return p, true
}

// in reports whether a folder has a manifest, and whether one around it comes before that.
func (k kit) in(dir string) (in, outer bool) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		if m, ok := manifestOf(e.Name()); ok && !e.IsDir() && m.language == k.of {
			in, outer = true, outer || m.part == build
		}
	}
	return in, outer
}

// maxFolders bounds how many folders In looks into.
const maxFolders = 200

// In returns the projects of a workspace folder that its own files or those of the folders in it tell of, its own
// first. One language of a folder is there once.
func In(root string) []Project {
	const entries = 100_000
	var out []Project
	walk := Walk{Dir: root, Use: Projects, Entries: entries, Depth: 1, Dirs: maxFolders}
	_, _, _ = (*Tree)(nil).Walk(context.Background(), walk, func(dir string, files []Entry) {
		made := map[string]bool{}  // languages of manifests
		plain := map[string]bool{} // languages of other files
		typed := false
		for _, e := range files {
			if m, ok := manifestOf(e.Name); ok {
				made[m.language] = true
			} else {
				plain[languageOf(e.Name)] = true
			}
			typed = typed || e.Name == "tsconfig.json"
		}
		for _, k := range kits() {
			manifest := made[k.of]
			switch {
			case k.language == "kotlin", k.language == "javascript":
				manifest = false // the file is that of the language before
			case k.language == "typescript" && manifest && !typed && !readPackage(dir).has("typescript"):
				k.language = "javascript"
			}
			p := Project{dir, k.language}
			if (manifest || dir == root && plain[k.language]) && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	})
	return out
}

// TestCommand returns the command line that runs a project's tests with coverage so that covls finds the
// profile: the setting's, which is run in the workspace folder root, else one by the files of the
// project. ok is false where covls knows none.
func (p Project) TestCommand(run config.Run, root string) (c Command, ok bool) {
	if line := run.CommandFor(p.Language); line != "" {
		return Command{p.Language, root, line}, true
	}
	k, ok := kitOf(p.Language)
	if !ok {
		return Command{}, false
	}
	line := k.line(p.Dir, root)
	return Command{p.Language, p.Dir, line}, line != ""
}

func always(line string) func(string, string) string {
	return func(string, string) string { return line }
}

// contentBytes is the size of the largest manifest that is read.
const contentBytes = 1 << 20

// content is what a file in a folder holds; "" where there is none.
func content(dir, name string) string {
	text, err := source.ReadFile(filepath.Join(dir, name), contentBytes)
	if err != nil {
		return ""
	}
	return text
}

func has(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

func pythonTests(dir, _ string) string {
	interpreter := "python3"
	if runtime.GOOS == "windows" {
		interpreter = "python"
	}
	switch {
	case has(dir, "uv.lock"):
		interpreter = "uv run python"
	case has(dir, "poetry.lock"):
		interpreter = "poetry run python"
	}
	var all strings.Builder
	for _, name := range []string{
		"pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "requirements.txt", "requirements-dev.txt", "dev-requirements.txt",
		"requirements_dev.txt", "test-requirements.txt", "requirements-test.txt", "Pipfile",
	} {
		all.WriteString(content(dir, name))
	}
	switch told := all.String(); {
	case strings.Contains(told, "pytest-cov"):
		return interpreter + " -m pytest --cov --cov-report=xml"
	case strings.Contains(told, "pytest"), has(dir, "pytest.ini"), has(dir, "conftest.py"), has(dir, "tests/conftest.py"):
		return interpreter + " -m coverage run -m pytest && " + interpreter + " -m coverage xml"
	}
	return interpreter + " -m coverage run -m unittest && " + interpreter + " -m coverage xml"
}

// npmPackage is what covls reads of a package.json.
type npmPackage struct {
	Scripts         map[string]any `json:"scripts"`
	Dependencies    map[string]any `json:"dependencies"`
	DevDependencies map[string]any `json:"devDependencies"`
}

func readPackage(dir string) npmPackage {
	var m npmPackage
	_ = json.Unmarshal([]byte(content(dir, "package.json")), &m) // a broken one tells what it can
	return m
}

func (m npmPackage) has(name string) bool {
	return m.Dependencies[name] != nil || m.DevDependencies[name] != nil
}

func nodeTests(dir, root string) string {
	// In a workspace of packages the tools may be those of the outer one.
	for at := dir; ; at = filepath.Dir(at) {
		switch m := readPackage(at); {
		case m.has("vitest"):
			return "npx vitest run --coverage.enabled --coverage.reporter=lcovonly"
		case m.has("jest"):
			return "npx jest --coverage --coverageReporters=lcovonly"
		}
		if at == root || !source.Inside(filepath.Dir(at), root) {
			break
		}
	}
	if readPackage(dir).Scripts["test"] != nil {
		return "npx --yes c8 --reporter=lcovonly npm test"
	}
	return "npx --yes c8 --reporter=lcovonly node --test"
}

// javaTests needs no mention of JaCoCo in a pom.xml; a build.gradle must have its plugin, with XML
// reports.
func javaTests(dir, _ string) string {
	wrapper := func(name, plain string) string {
		switch {
		case !has(dir, name):
			return plain
		case runtime.GOOS == "windows":
			return `.\` + name
		}
		return "./" + name
	}
	if has(dir, "pom.xml") {
		maven := wrapper("mvnw", "mvn")
		if strings.Contains(content(dir, "pom.xml"), "jacoco-maven-plugin") {
			return maven + " test jacoco:report"
		}
		const plugin = "org.jacoco:jacoco-maven-plugin:"
		return maven + " " + plugin + "prepare-agent test " + plugin + "report"
	}
	return wrapper("gradlew", "gradle") + " test jacocoTestReport"
}

// rubyTests needs SimpleCov in the tests' helper, which is where it is started.
func rubyTests(dir, _ string) string {
	switch {
	case has(dir, ".rspec"), has(dir, "spec"):
		return "bundle exec rspec"
	case has(dir, "bin/rails"):
		return "bundle exec rails test"
	}
	return "bundle exec rake test"
}

func phpTests(dir, _ string) string {
	runner := "phpunit"
	if strings.Contains(content(dir, "composer.json"), "pestphp/pest") {
		runner = "pest"
	}
	return "php -d xdebug.mode=coverage vendor/bin/" + runner + " --coverage-clover=clover.xml"
}
