package project_test

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/project"
)

// TestTestCommand has small projects and the command lines for their files, "language in folder: line".
func TestTestCommand(t *testing.T) {
	t.Parallel()
	python := "python3"
	if runtime.GOOS == "windows" {
		python = "python"
	}
	wrapper := func(name string) string {
		if runtime.GOOS == "windows" {
			return `.\` + name
		}
		return "./" + name
	}
	tests := []struct {
		name, files string
		file        string // "" asks for the projects of the folder
		run         config.Run
		want        string
	}{
		{"nothing", "", "", config.Run{}, ""},
		{"go", "-- go.mod --\n", "", config.Run{}, "go in .: go test -coverprofile=cover.out ./..."},
		{"go below", "-- README.md --\n-- a/go.mod --\n-- b/c/go.mod --\n", "", config.Run{}, "go in a: go test -coverprofile=cover.out ./..."},
		{"a file of a nested module", "-- go.mod --\n-- a/go.mod --\n-- a/b/x.go --\n", "a/b/x.go", config.Run{}, "go in a: go test -coverprofile=cover.out ./..."},
		{"setting", "-- go.mod --\n-- a/go.mod --\n", "a/x.go", config.Run{Command: map[string]string{"go": "make cover"}}, "go in .: make cover"},
		{"setting for all", "-- go.mod --\n", "x.c", config.Run{Command: map[string]string{"": "make cover"}}, "c in .: make cover"},
		{"setting for another language", "-- go.mod --\n", "x.go", config.Run{Command: map[string]string{"python": "tox"}}, "go in .: go test -coverprofile=cover.out ./..."},
		{"no command", "-- x.c --\n", "x.c", config.Run{}, ""},
		{"no language", "", "README.md", config.Run{Command: map[string]string{"": "make"}}, ""},
		{"rust", "-- Cargo.toml --\n", "", config.Run{}, "rust in .: cargo llvm-cov --lcov --output-path lcov.info"},
		{"python by its files alone", "-- main.py --\n", "", config.Run{}, "python in .: PY -m coverage run -m unittest && PY -m coverage xml"},
		{"pytest", "-- pyproject.toml --\n[dependency-groups]\ndev = ['pytest']\n", "", config.Run{}, "python in .: PY -m coverage run -m pytest && PY -m coverage xml"},
		{"pytest by its file", "-- setup.py --\n-- tests/conftest.py --\n", "", config.Run{}, "python in .: PY -m coverage run -m pytest && PY -m coverage xml"},
		{"pytest-cov", "-- requirements-dev.txt --\npytest-cov\n-- a.py --\n", "a.py", config.Run{}, "python in .: PY -m pytest --cov --cov-report=xml"},
		{"uv", "-- uv.lock --\n-- pyproject.toml --\npytest-cov\n", "", config.Run{}, "python in .: uv run python -m pytest --cov --cov-report=xml"},
		{"vitest", "-- package.json --\n{\"devDependencies\": {\"vitest\": \"3\", \"typescript\": \"5\"}}\n", "", config.Run{}, "typescript in .: npx vitest run --coverage.enabled --coverage.reporter=lcovonly"},
		{"jest", "-- package.json --\n{\"devDependencies\": {\"jest\": \"30\"}}\n", "", config.Run{}, "javascript in .: npx jest --coverage --coverageReporters=lcovonly"},
		{"jest of the outer package", "-- package.json --\n{\"devDependencies\": {\"jest\": \"30\"}}\n-- packages/a/package.json --\n{}\n", "packages/a/src/x.tsx", config.Run{}, "typescript in packages/a: npx jest --coverage --coverageReporters=lcovonly"},
		{"npm test", "-- package.json --\n{\"scripts\": {\"test\": \"mocha\"}}\n", "x.js", config.Run{}, "javascript in .: npx --yes c8 --reporter=lcovonly npm test"},
		{"node", "-- package.json --\n{\"name\": 1}\n", "x.mjs", config.Run{}, "javascript in .: npx --yes c8 --reporter=lcovonly node --test"},
		{"broken package", "-- package.json --\n{\n", "x.mjs", config.Run{}, "javascript in .: npx --yes c8 --reporter=lcovonly node --test"},
		{"setting for react", "-- package.json --\n{}\n", "x.jsx", config.Run{Command: map[string]string{"javascript": "npm run cov"}}, "javascript in .: npm run cov"},
		{"maven", "-- pom.xml --\n", "", config.Run{}, "java in .: mvn org.jacoco:jacoco-maven-plugin:prepare-agent test org.jacoco:jacoco-maven-plugin:report"},
		{"maven with jacoco, from the outermost module", "-- pom.xml --\njacoco-maven-plugin\n-- mvnw --\n-- a/pom.xml --\n", "a/src/X.java", config.Run{}, "java in .: " + wrapper("mvnw") + " test jacoco:report"},
		{"gradle", "-- build.gradle.kts --\n-- gradlew --\n", "", config.Run{}, "java in .: " + wrapper("gradlew") + " test jacocoTestReport"},
		{"gradle without wrapper", "-- app/build.gradle --\n", "app/src/X.kt", config.Run{}, "kotlin in app: gradle test jacocoTestReport"},
		{"rspec", "-- Gemfile --\n-- .rspec --\n", "", config.Run{}, "ruby in .: bundle exec rspec"},
		{"rake", "-- a.gemspec --\n", "", config.Run{}, "ruby in .: bundle exec rake test"},
		{"phpunit", "-- composer.json --\n{}\n", "", config.Run{}, "php in .: php -d xdebug.mode=coverage vendor/bin/phpunit --coverage-clover=clover.xml"},
		{"pest", "-- composer.json --\n{\"require-dev\": {\"pestphp/pest\": \"3\"}}\n", "", config.Run{}, "php in .: php -d xdebug.mode=coverage vendor/bin/pest --coverage-clover=clover.xml"},
		{"several", "-- go.mod --\n-- tools.py --\n-- web/package.json --\n{}\n-- web/tsconfig.json --\n-- node_modules/x/package.json --\n-- .hidden/go.mod --\n", "", config.Run{}, strings.Join([]string{
			"go in .: go test -coverprofile=cover.out ./...",
			"python in .: PY -m coverage run -m unittest && PY -m coverage xml",
			"typescript in web: npx --yes c8 --reporter=lcovonly node --test",
		}, "\n")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := profiletest.Tree(t, tt.files)
			projects := project.In(root)
			if tt.file != "" {
				projects = nil
				if p, ok := project.Of(root, filepath.Join(root, filepath.FromSlash(tt.file))); ok {
					projects = append(projects, p)
				}
			}
			var got []string
			for _, p := range projects {
				if c, ok := p.TestCommand(tt.run, root); ok {
					rel, err := filepath.Rel(root, c.Dir)
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, c.Language+" in "+filepath.ToSlash(rel)+": "+c.Line)
				}
			}
			if want := strings.ReplaceAll(tt.want, "PY ", python+" "); strings.Join(got, "\n") != want {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
			}
		})
	}
}

// TestCommandsAreFound has the profile that each default command writes among those that are looked for.
func TestCommandsAreFound(t *testing.T) {
	t.Parallel()
	m, problems := config.NewMatcher(config.DefaultProfiles())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, written := range []string{
		"cover.out", "lcov.info", "coverage.xml", "coverage/lcov.info", "target/site/jacoco/jacoco.xml",
		"build/reports/jacoco/test/jacocoTestReport.xml", "coverage/.resultset.json", "clover.xml",
	} {
		if !m.Match(written) {
			t.Errorf("%s is not looked for", written)
		}
	}
}
