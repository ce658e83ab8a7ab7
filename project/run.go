package project

import (
	"cmp"
	"context"
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
	// Line is for the shell of somebody who knows what else is there: the profile has one of the usual names.
	Line string
	// Own is Line with the profile in the folder OwnDir of Dir, where it lies over nobody's; that has to be there. It is
	// Line itself where the tools can't be told.
	Own string
	// Lacks says what is missing that the lines need, as far as that can be seen; "" for nothing. Install is a command
	// line that adds it; "" where it takes more than that.
	Lacks, Install string
}

// OwnDir is the folder for profiles that covls has made, beside a .gitignore that leaves out all of it.
const OwnDir = ".covls"

// ownIn is a path in OwnDir, for a command line.
func ownIn(name string) string { return OwnDir + "/" + name }

// recipe is how the tests of a project are run. The zero recipe tells that nobody knows; see Command for the fields.
type recipe struct{ line, own, lacks, install string }

// writing makes a recipe of a command line by the path of the profile that it writes.
func writing(line func(profile string) string, usual string) recipe {
	return recipe{line: line(usual), own: line(ownIn(usual))}
}

// kit is how a language's tests are run.
type kit struct {
	language string
	// of is the language of the manifests.
	of string
	// recipe is that of a project, whose folder lies in root.
	recipe func(dir, root string) recipe
}

// kits returns how tests are run, by language, in the order in which languages are preferred.
func kits() []kit {
	return []kit{
		{"go", "go", goTests},
		{"rust", "rust", rustTests},
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
		return Command{Language: p.Language, Dir: root, Line: line, Own: line}, true
	}
	k, ok := kitOf(p.Language)
	if !ok {
		return Command{}, false
	}
	r := k.recipe(p.Dir, root)
	c = Command{Language: p.Language, Dir: p.Dir, Line: r.line, Own: r.own, Lacks: r.lacks, Install: r.install}
	c.Own = cmp.Or(c.Own, c.Line)
	return c, c.Line != ""
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

// goTests has the tests of all packages count in each, where there are several.
func goTests(dir, _ string) recipe {
	packages := ""
	if severalPackages(dir) {
		packages = "-coverpkg=./... "
	}
	return writing(func(profile string) string {
		return "go test " + packages + "-coverprofile=" + profile + " ./..."
	}, "cover.out")
}

// severalPackages reports whether a module has more than one. It looks no further than it takes, and not far.
func severalPackages(dir string) bool {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	packages := 0
	inModule := func(at string) bool { return at == dir || !has(at, "go.mod") }
	walk := Walk{Dir: dir, Use: Modules, Entries: 20_000, Dirs: 2_000, Skip: func(at string) bool {
		return strings.HasPrefix(filepath.Base(at), "_") || !inModule(at)
	}}
	_, _, _ = (*Tree)(nil).Walk(ctx, walk, func(_ string, files []Entry) {
		if slices.ContainsFunc(files, func(e Entry) bool {
			return e.Type.IsRegular() && filepath.Ext(e.Name) == ".go" && !strings.HasSuffix(e.Name, "_test.go")
		}) {
			packages++
		}
		if packages > 1 {
			stop()
		}
	})
	return packages > 1
}

func rustTests(string, string) recipe {
	r := writing(func(profile string) string { return "cargo llvm-cov --lcov --output-path " + profile }, "lcov.info")
	if !onPath("cargo-llvm-cov") {
		r.lacks, r.install = "cargo-llvm-cov is not installed", "cargo install cargo-llvm-cov"
	}
	return r
}

// onPath reports whether a program is found where programs are looked for, or where cargo keeps its own.
func onPath(name string) bool {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	dirs := filepath.SplitList(os.Getenv("PATH"))
	if home := os.Getenv("CARGO_HOME"); home != "" {
		dirs = append(dirs, filepath.Join(home, "bin"))
	} else if home, err := os.UserHomeDir(); err == nil {
		dirs = append(dirs, filepath.Join(home, ".cargo", "bin"))
	}
	return slices.ContainsFunc(dirs, func(dir string) bool { return filepath.IsAbs(dir) && has(dir, name) })
}

// pythonTests measures with the interpreter that the project's files speak of.
func pythonTests(dir, _ string) recipe {
	interpreter, environment := "python3", ""
	if runtime.GOOS == "windows" {
		interpreter = "python"
	}
	switch {
	case has(dir, "uv.lock"):
		interpreter, environment = "uv run --no-sync python", ".venv"
	case has(dir, "poetry.lock"):
		interpreter = "poetry run python"
	case has(dir, "pdm.lock"):
		interpreter, environment = "pdm run python", ".venv"
	case has(dir, "Pipfile.lock"):
		interpreter = "pipenv run python"
	default:
		for _, name := range []string{".venv", "venv"} {
			if has(dir, name+"/pyvenv.cfg") {
				interpreter, environment = name+"/bin/python", name
				if runtime.GOOS == "windows" {
					interpreter = name + `\Scripts\python`
				}
				break
			}
		}
	}
	var all strings.Builder
	for _, name := range []string{
		"pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "requirements.txt", "requirements-dev.txt", "dev-requirements.txt",
		"requirements_dev.txt", "test-requirements.txt", "requirements-test.txt", "Pipfile",
	} {
		all.WriteString(content(dir, name))
	}
	told := all.String()
	pytest := strings.Contains(told, "pytest") || has(dir, "pytest.ini") || has(dir, "conftest.py") || has(dir, "tests/conftest.py")
	if pytest && (strings.Contains(told, "pytest-cov") || installed(dir, environment, "pytest_cov")) {
		run := interpreter + " -m pytest --cov --cov-report=xml"
		return recipe{line: run, own: run + ":" + ownIn("coverage.xml")}
	}
	tests := "unittest"
	if pytest {
		tests = "pytest"
	}
	run := func(data, out string) string {
		return interpreter + " -m coverage run " + data + "-m " + tests + " && " + interpreter + " -m coverage xml" + strings.TrimRight(" "+data+out, " ")
	}
	r := recipe{line: run("", ""), own: run("--data-file="+ownIn(".coverage")+" ", "-o "+ownIn("coverage.xml"))}
	if seen := installed(dir, environment, "pip") || installed(dir, environment, "_virtualenv.py"); seen && !installed(dir, environment, "coverage") {
		r.lacks, r.install = "coverage is not installed in "+environment, interpreter+" -m pip install coverage"
		if has(dir, "uv.lock") {
			r.install = "uv add --dev coverage"
		} else if has(dir, "pdm.lock") {
			r.install = "pdm add -d coverage"
		}
	}
	return r
}

// installed reports whether a module of Python is seen in a virtual environment.
func installed(dir, environment, module string) bool {
	if environment == "" {
		return false
	}
	at := filepath.Join(dir, environment)
	places, _ := filepath.Glob(filepath.Join(escapeGlob(at), "lib", "python*", "site-packages"))
	return slices.ContainsFunc(append(places, filepath.Join(at, "Lib", "site-packages")), func(p string) bool { return has(p, module) })
}

// escapeGlob makes a path one that filepath.Glob takes for itself.
func escapeGlob(path string) string {
	if runtime.GOOS == "windows" {
		return path // where nothing escapes; what has brackets in its name is not seen
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

// javaTests needs no mention of JaCoCo in a pom.xml; a build.gradle must have its plugin, with XML
// reports. Both write below their own folder of what is built.
func javaTests(dir, root string) recipe {
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
			return recipe{line: maven + " test jacoco:report"}
		}
		const plugin = "org.jacoco:jacoco-maven-plugin:"
		return recipe{line: maven + " " + plugin + "prepare-agent test " + plugin + "report"}
	}
	r := recipe{line: wrapper("gradlew", "gradle") + " test jacocoTestReport"}
	var all strings.Builder
	for _, name := range []string{"build.gradle", "build.gradle.kts", "app/build.gradle", "app/build.gradle.kts", "buildSrc/build.gradle", "buildSrc/build.gradle.kts", "gradle/libs.versions.toml"} {
		all.WriteString(content(dir, name))
		all.WriteString(content(root, name))
	}
	if told := all.String(); told != "" && !strings.Contains(told, "jacoco") && !has(dir, "buildSrc") && !strings.Contains(told, "kover") {
		r.lacks = "the build does not apply the plugin jacoco, whose task this is"
	}
	return r
}

// rubyTests needs SimpleCov in the tests' helper, which is where it is started and told where to write.
func rubyTests(dir, _ string) recipe {
	r := recipe{line: "bundle exec rake test"}
	switch {
	case has(dir, ".rspec"), has(dir, "spec"):
		r.line = "bundle exec rspec"
	case has(dir, "bin/rails"):
		r.line = "bundle exec rails test"
	}
	told := content(dir, "Gemfile") + content(dir, "Gemfile.lock")
	specs, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "*.gemspec"))
	for _, spec := range specs {
		told += content(dir, filepath.Base(spec))
	}
	if told != "" && !strings.Contains(told, "simplecov") {
		r.lacks, r.install = "the Gemfile does not name simplecov, which has to be started in the tests' helper, too", "bundle add simplecov --group test"
	}
	return r
}

func phpTests(dir, _ string) recipe {
	runner := "phpunit"
	if strings.Contains(content(dir, "composer.json"), "pestphp/pest") {
		runner = "pest"
	}
	r := writing(func(profile string) string {
		return "php -d xdebug.mode=coverage vendor/bin/" + runner + " --coverage-clover=" + profile
	}, "clover.xml")
	if !has(dir, "vendor/bin/"+runner) {
		r.lacks, r.install = "vendor/bin/"+runner+" is not there", "composer install"
	}
	return r
}
