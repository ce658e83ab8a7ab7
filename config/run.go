package config

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	src "github.com/covls/covls/source"
)

// Project is a folder with code of a language, whose tests one command runs.
type Project struct {
	// Dir is absolute.
	Dir string
	// Language is the id that editors know it by, without "react": "go", "typescript".
	Language string
}

// TestCommand is a command line that runs tests with coverage.
type TestCommand struct {
	Language string
	// Dir is the absolute directory to run it in.
	Dir string
	// Line is for the shell.
	Line string
}

// kit is how a language's tests are run.
type kit struct {
	language string
	// manifests are files that make a folder a project of the language, as globs.
	manifests []string
	// outermost tells that a project is built from its outermost folder.
	outermost bool
	// line is the command line for a project, whose folder lies in root; "" where there is none.
	line func(dir, root string) string
}

// kits returns how tests are run, by language, in the order in which languages are preferred.
func kits() []kit {
	node := []string{"package.json"}
	return []kit{
		{"go", []string{"go.mod", "go.work"}, false, always("go test -coverprofile=cover.out ./...")},
		{"rust", []string{"Cargo.toml"}, false, always("cargo llvm-cov --lcov --output-path lcov.info")},
		{"python", []string{"pyproject.toml", "setup.py", "setup.cfg", "pytest.ini", "tox.ini", "requirements.txt"}, false, pythonTests},
		{"typescript", node, false, nodeTests},
		{"javascript", node, false, nodeTests},
		{"java", []string{"pom.xml", "build.gradle", "build.gradle.kts"}, true, javaTests},
		{"kotlin", []string{"pom.xml", "build.gradle", "build.gradle.kts"}, true, javaTests},
		{"ruby", []string{"Gemfile", "*.gemspec"}, false, rubyTests},
		{"php", []string{"composer.json"}, false, phpTests},
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

// ProjectOf returns the project that a file of a workspace folder belongs to: the nearest folder around
// it with a manifest of its language, else the workspace folder. ok is false where the language of the
// file is not known.
func ProjectOf(root, file string) (p Project, ok bool) {
	language := strings.TrimSuffix(src.LanguageOf(file), "react")
	if language == "" {
		return Project{}, false
	}
	p = Project{root, language}
	k, ok := kitOf(language)
	if !ok {
		return p, true
	}
	for dir := filepath.Dir(file); src.Inside(dir, root); dir = filepath.Dir(dir) {
		if k.in(dir) {
			p.Dir = dir
			if !k.outermost {
				break
			}
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	return p, true
}

// manifest reports whether a file of that name makes its folder a project.
func (k kit) manifest(name string) bool {
	return slices.ContainsFunc(k.manifests, func(glob string) bool { ok, _ := filepath.Match(glob, name); return ok })
}

// in reports whether a folder has a manifest.
func (k kit) in(dir string) bool {
	entries, _ := os.ReadDir(dir)
	return slices.ContainsFunc(entries, func(e os.DirEntry) bool { return !e.IsDir() && k.manifest(e.Name()) })
}

// maxFolders bounds how many folders Projects looks into.
const maxFolders = 200

// Projects returns the projects of a workspace folder that its own files or those of the folders in it
// tell of, its own first. One language of a folder is there once.
func Projects(root string) []Project {
	dirs := []string{root}
	var out []Project
	for i := 0; i < len(dirs); i++ {
		entries, err := os.ReadDir(dirs[i])
		if err != nil {
			continue
		}
		plain := map[string]bool{} // languages of files
		var names []string
		for _, e := range entries {
			switch {
			case !e.IsDir():
				names = append(names, e.Name())
				if !slices.ContainsFunc(kits(), func(k kit) bool { return k.manifest(e.Name()) }) {
					plain[strings.TrimSuffix(src.LanguageOf(e.Name()), "react")] = true
				}
			case i == 0 && len(dirs) < maxFolders && !src.Foreign(e.Name()) && !strings.HasPrefix(e.Name(), "."):
				dirs = append(dirs, filepath.Join(root, e.Name()))
			}
		}
		for _, k := range kits() {
			manifest := slices.ContainsFunc(names, k.manifest)
			if k.language == "kotlin" || k.language == "javascript" {
				manifest = false // the file is that of the language before
			}
			if k.language == "typescript" && manifest && !typed(dirs[i], names) {
				k.language = "javascript"
			}
			p := Project{dirs[i], k.language}
			if (manifest || i == 0 && plain[k.language]) && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// typed reports whether the npm package in a folder is of TypeScript.
func typed(dir string, names []string) bool {
	return slices.Contains(names, "tsconfig.json") || readPackage(dir).has("typescript")
}

// TestCommand returns the command line that runs a project's tests with coverage so that covls finds the
// profile: the setting's, which is run in the workspace folder root, else one by the files of the
// project. ok is false where covls knows none.
func (r Run) TestCommand(root string, p Project) (c TestCommand, ok bool) {
	if line := r.CommandFor(p.Language); line != "" {
		return TestCommand{p.Language, root, line}, true
	}
	k, ok := kitOf(p.Language)
	if !ok {
		return TestCommand{}, false
	}
	line := k.line(p.Dir, root)
	return TestCommand{p.Language, p.Dir, line}, line != ""
}

func always(line string) func(string, string) string {
	return func(string, string) string { return line }
}

// content is what a file in a folder holds; "" where there is none.
func content(dir, name string) string {
	data, err := readAll(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return string(data)
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

// manifest is what covls reads of a package.json.
type manifest struct {
	Scripts         map[string]any `json:"scripts"`
	Dependencies    map[string]any `json:"dependencies"`
	DevDependencies map[string]any `json:"devDependencies"`
}

func readPackage(dir string) manifest {
	var m manifest
	_ = json.Unmarshal([]byte(content(dir, "package.json")), &m) // a broken one tells what it can
	return m
}

func (m manifest) has(name string) bool {
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
		if at == root || !src.Inside(filepath.Dir(at), root) {
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
