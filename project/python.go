package project

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/covls/covls/source"
)

// snake is the Python that a project's files speak of.
type snake struct {
	dir string
	// run is the command line of the interpreter.
	run string
	// environment is the folder of what is installed; "" where that can't be seen.
	environment string
	// sync is the command line that makes the environment, where that is not there yet; "" elsewhere.
	sync string
	// told is what files say of requirements and tools, measured what they say of coverage.py.
	told, measured string
}

func readPython(dir string) snake {
	p := snake{dir: dir, run: python()}
	for _, name := range []string{".venv", "venv"} {
		if has(dir, name+"/pyvenv.cfg") {
			p.run, p.environment = name+"/bin/python", name
			if runtime.GOOS == "windows" {
				p.run = name + `\Scripts\python`
			}
			break
		}
	}
	for _, by := range []struct{ lock, program, run, environment string }{
		{"uv.lock", "uv", "uv run --no-sync python", ".venv"},
		{"poetry.lock", "poetry", "poetry run python", ""},
		{"pdm.lock", "pdm", "pdm run python", ".venv"},
		{"Pipfile.lock", "pipenv", "pipenv run python", ""},
	} {
		if has(dir, by.lock) {
			if by.environment != "" && p.environment == "" && !has(dir, by.environment) && os.Getenv("UV_PROJECT_ENVIRONMENT") == "" {
				p.sync = map[string]string{"uv": "uv sync", "pdm": "pdm install"}[by.program]
			}
			if p.environment == "" || !nowhere(by.program) { // else it is the same by what it has made
				p.run, p.environment = by.run, by.environment
			}
			break
		}
	}
	p.measured = contents(dir, ".coveragerc", "setup.cfg", "tox.ini", "pyproject.toml")
	p.told = p.measured + contents(dir, "setup.py", "requirements.txt", "requirements-dev.txt", "dev-requirements.txt",
		"requirements_dev.txt", "test-requirements.txt", "requirements-test.txt", "Pipfile", "noxfile.py")
	return p
}

// seen reports whether what is installed can be seen.
func (p *snake) seen() bool { return p.installed("pip") || p.installed("_virtualenv.py") }

// installed reports whether a module of Python is seen in the project's environment.
func (p *snake) installed(module string) bool {
	if p.environment == "" {
		return false
	}
	at := filepath.Join(p.dir, p.environment)
	places, _ := filepath.Glob(filepath.Join(escapeGlob(at), "lib", "python*", "site-packages"))
	return slices.ContainsFunc(append(places, filepath.Join(at, "Lib", "site-packages")), func(in string) bool { return has(in, module) })
}

// add is the command line that installs a module for the tests.
func (p *snake) add(module string) string {
	switch {
	case has(p.dir, "uv.lock"):
		return "uv add --dev " + module
	case has(p.dir, "pdm.lock"):
		return "pdm add -d " + module
	case has(p.dir, "poetry.lock"):
		return "poetry add --group dev " + module
	case has(p.dir, "Pipfile.lock"):
		return "pipenv install --dev " + module
	}
	return p.run + " -m pip install " + module
}

// coverage is a command line of coverage.py.
func (p *snake) coverage(arguments ...string) string {
	return p.run + " -m coverage " + strings.Join(slices.DeleteFunc(arguments, func(a string) bool { return a == "" }), " ")
}

// parts tells that coverage.py is set to write a file for each process, which have to be put together.
var parts = regexp.MustCompile(`(?m)^\s*(parallel\s*=\s*(?i:true|1|yes|on)\b|concurrency\s*=.*multiprocessing|patch\s*=.*subprocess)`)

// counted finds that settings of coverage.py say which sources count.
var counted = regexp.MustCompile(`\[(tool\.)?(coverage[:.])?run\][^\[]*\b(source\w*|include)\s*=`)

// own are the folders of the project's own packages, "." for all of it: coverage.py measures whatever is imported where
// nobody says what counts, and of some Pythons also what is installed. nil is where settings say that.
func (p *snake) own() []string {
	if counted.MatchString(p.measured) {
		return nil
	}
	const most = 5
	var out []string
	entries, _ := os.ReadDir(p.dir)
	for _, e := range entries {
		name := e.Name()
		place, _ := source.PlaceOf(name)
		switch {
		case !e.IsDir():
			if languageOf(name) == "python" && place == source.Anywhere && !setsUp(name) {
				return []string{"."}
			}
		case name == "src" || has(filepath.Join(p.dir, name), "__init__.py"):
			if !beside(name) && !Skips(Projects, name) {
				out = append(out, name)
			}
		}
	}
	if len(out) == 0 || len(out) > most || !allPlain(out) {
		return []string{"."}
	}
	return out
}

func allPlain(names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !plain(name) })
}

// xml are the command lines that make a profile of what coverage.py has written.
func (p *snake) xml(data, out string, several bool) string {
	line := p.coverage("xml", data, out)
	if several {
		line = p.coverage("combine", data) + " && " + line
	}
	return line
}

// pythonTests measures with the interpreter that the project's files speak of.
func pythonTests(dir, _ string) recipe {
	p := readPython(dir)
	for _, runner := range []struct{ name, file, where string }{{"tox", "tox.ini", ""}, {"nox", "noxfile.py", ""}} {
		if text := content(dir, runner.file); p.environment == "" && mentions(text, "--cov-report=xml", "--cov-report xml", "coverage xml", `"--cov-report", "xml"`, `"coverage", "xml"`) {
			return recipe{line: runner.name}
		}
	}
	pytest := strings.Contains(p.told, "pytest") || has(dir, "pytest.ini") || has(dir, "conftest.py") || has(dir, "tests/conftest.py") || forPytest(dir)
	if pytest && (p.installed("pytest_cov") || !p.seen() && strings.Contains(p.told, "pytest-cov")) {
		which := " --cov"
		if own := p.own(); own != nil && !strings.Contains(p.told+content(dir, "pytest.ini"), "--cov") {
			which = " --cov=" + strings.Join(own, " --cov=")
		}
		run := p.run + " -m pytest" + which + " --cov-report=xml"
		r := recipe{line: run, own: run + ":" + ownIn("coverage.xml")}
		r.environment(&p)
		return r
	}
	tests := "-m unittest"
	switch {
	case pytest:
		tests = "-m pytest"
	case strings.Contains(content(dir, "manage.py"), "django"):
		tests = "manage.py test"
	}
	several := parts.MatchString(p.measured)
	which := ""
	if own := p.own(); own != nil {
		which = "--source=" + strings.Join(own, ",")
	}
	run := func(data, out string) string {
		return p.coverage("run", data, which, tests) + " && " + p.xml(data, out, several)
	}
	r := recipe{line: run("", ""), own: run("--data-file="+ownIn(".coverage"), "-o "+ownIn("coverage.xml"))}
	if p.seen() && !p.installed("coverage") {
		r.lacks, r.install = "coverage is not installed in "+p.environment, p.add("coverage")
	}
	r.environment(&p)
	return r
}

// mostTests bounds of how many files it is asked by whom their tests are run.
const mostTests = 20

// pytestLine is a line that only pytest makes anything of.
var pytestLine = regexp.MustCompile(`(?m)^(?:def test\w*\(|async def test\w*\(|import pytest\b|from pytest\b)`)

// forPytest reports whether the tests in a project's folder, or in its folder of tests, are written for pytest: unittest runs no
// function outside of a class.
func forPytest(dir string) bool {
	left := mostTests
	for _, in := range []string{"tests", "test", "."} {
		at := filepath.Join(dir, in)
		entries, err := os.ReadDir(at)
		if err != nil {
			continue
		}
		for _, e := range entries {
			name := e.Name()
			if !e.Type().IsRegular() || filepath.Ext(name) != ".py" || !strings.HasPrefix(name, "test_") && !strings.HasSuffix(name, "_test.py") {
				continue
			}
			if left--; left < 0 {
				return false
			}
			if pytestLine.MatchString(content(at, name)) {
				return true
			}
		}
	}
	return false
}

// environment asks for what a project's packages are installed in.
func (r *recipe) environment(p *snake) {
	if p.sync != "" {
		r.lacks, r.install = p.environment+", with what the project asks for, is not there", p.sync
	}
}
