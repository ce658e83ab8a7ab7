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
		{"go below", "-- README.md --\n-- a/go.mod --\n-- b/c/go.mod --\n", "", config.Run{}, "go in a: go test -coverprofile=cover.out ./...\ngo in b/c: go test -coverprofile=cover.out ./..."},
		{"a file of a nested module", "-- go.mod --\n-- a/go.mod --\n-- a/b/x.go --\n", "a/b/x.go", config.Run{}, "go in a: go test -coverprofile=cover.out ./..."},
		{"go of several packages", "-- go.mod --\n-- x.go --\n-- a/x.go --\n", "", config.Run{}, "go in .: go test -coverpkg=./... -coverprofile=cover.out ./..."},
		{"go of one package, with tests and others' beside it", "-- go.mod --\n-- x.go --\n-- it/x_test.go --\n-- vendor/v/v.go --\n-- testdata/t.go --\n-- m/go.mod --\n-- m/x.go --\n-- _y/y.go --\n", "x.go", config.Run{}, "go in .: go test -coverprofile=cover.out ./..."},
		{"setting", "-- go.mod --\n-- a/go.mod --\n", "a/x.go", config.Run{Command: map[string]string{"go": "make cover"}}, "go in .: make cover"},
		{"setting for all", "-- go.mod --\n", "x.c", config.Run{Command: map[string]string{"": "make cover"}}, "c in .: make cover"},
		{"setting for another language", "-- go.mod --\n", "x.go", config.Run{Command: map[string]string{"python": "tox"}}, "go in .: go test -coverprofile=cover.out ./..."},
		{"no command", "-- x.c --\n", "x.c", config.Run{}, ""},
		{"no language", "", "README.md", config.Run{Command: map[string]string{"": "make"}}, ""},
		{"rust", "-- Cargo.toml --\n", "", config.Run{}, "rust in .: cargo llvm-cov --lcov --output-path lcov.info"},
		{"python by its files alone", "-- main.py --\n", "", config.Run{}, "python in .: PY -m coverage run --source=. -m unittest && PY -m coverage xml"},
		{"pytest", "-- pyproject.toml --\n[dependency-groups]\ndev = ['pytest']\n", "", config.Run{}, "python in .: PY -m coverage run --source=. -m pytest && PY -m coverage xml"},
		{"pytest by its tests", "-- setup.py --\n-- tests/test_a.py --\nfrom a import f\n\n\ndef test_f():\n    assert f()\n", "", config.Run{}, "python in .: PY -m coverage run --source=. -m pytest && PY -m coverage xml"},
		{"tests of unittest", "-- setup.py --\n-- tests/test_a.py --\nimport unittest\n\n\nclass TestF(unittest.TestCase):\n    def test_f(self):\n        pass\n", "", config.Run{}, "python in .: PY -m coverage run --source=. -m unittest && PY -m coverage xml"},
		{"pytest by its file", "-- setup.py --\n-- tests/conftest.py --\n", "", config.Run{}, "python in .: PY -m coverage run --source=. -m pytest && PY -m coverage xml"},
		{"pytest-cov", "-- requirements-dev.txt --\npytest-cov\n-- a.py --\n", "a.py", config.Run{}, "python in .: PY -m pytest --cov=. --cov-report=xml"},
		{"uv", "-- uv.lock --\n-- pyproject.toml --\npytest-cov\n", "", config.Run{}, "python in .: uv run --no-sync python -m pytest --cov=. --cov-report=xml"},
		{"vitest", "-- package.json --\n{\"devDependencies\": {\"vitest\": \"3\", \"typescript\": \"5\"}}\n", "", config.Run{}, "typescript in .: npx --no-install vitest run --coverage.enabled --coverage.reporter=lcovonly --coverage.reportsDirectory=coverage"},
		{"jest", "-- package.json --\n{\"devDependencies\": {\"jest\": \"30\"}}\n", "", config.Run{}, "javascript in .: npx --no-install jest --coverage --coverageReporters=lcovonly --coverageDirectory=coverage"},
		{"jest of the outer package", "-- package.json --\n{\"devDependencies\": {\"jest\": \"30\"}}\n-- packages/a/package.json --\n{}\n", "packages/a/src/x.tsx", config.Run{}, "typescript in packages/a: npx --no-install jest --coverage --coverageReporters=lcovonly --coverageDirectory=coverage"},
		{"npm test", "-- package.json --\n{\"scripts\": {\"test\": \"mocha\"}}\n", "x.js", config.Run{}, "javascript in .: npx --no-install c8 --reporter=lcovonly --reports-dir=coverage npm test"},
		{"node", "-- package.json --\n{\"name\": 1}\n", "x.mjs", config.Run{}, "javascript in .: node --test --experimental-test-coverage --test-reporter=spec --test-reporter-destination=stdout --test-reporter=lcov --test-reporter-destination=lcov.info"},
		{"broken package", "-- package.json --\n{\n", "x.mjs", config.Run{}, "javascript in .: node --test --experimental-test-coverage --test-reporter=spec --test-reporter-destination=stdout --test-reporter=lcov --test-reporter-destination=lcov.info"},
		{"setting for react", "-- package.json --\n{}\n", "x.jsx", config.Run{Command: map[string]string{"javascript": "npm run cov"}}, "javascript in .: npm run cov"},
		{"maven", "-- pom.xml --\n", "", config.Run{}, "java in .: mvn org.jacoco:jacoco-maven-plugin:prepare-agent test org.jacoco:jacoco-maven-plugin:report"},
		{"maven with jacoco, from the outermost module", "-- pom.xml --\njacoco-maven-plugin prepare-agent\n-- mvnw --\n-- a/pom.xml --\n", "a/src/X.java", config.Run{}, "java in .: " + wrapper("mvnw") + " test jacoco:report"},
		{"gradle", "-- build.gradle.kts --\n-- gradlew --\n", "", config.Run{}, "java in .: " + wrapper("gradlew") + " test jacocoTestReport"},
		{"gradle without wrapper", "-- app/build.gradle --\n", "app/src/X.kt", config.Run{}, "kotlin in app: gradle test jacocoTestReport"},
		{"rspec", "-- Gemfile --\n-- .rspec --\n", "", config.Run{}, "ruby in .: bundle exec rspec"},
		{"rake", "-- a.gemspec --\n-- Gemfile --\n", "", config.Run{}, "ruby in .: bundle exec rake test"},
		{"rake without bundler", "-- a.gemspec --\n", "", config.Run{}, "ruby in .: rake test"},
		{"phpunit", "-- composer.json --\n{}\n", "", config.Run{}, "php in .: php -d xdebug.mode=coverage vendor/bin/phpunit --coverage-clover=clover.xml"},
		{"pest", "-- composer.json --\n{\"require-dev\": {\"pestphp/pest\": \"3\"}}\n", "", config.Run{}, "php in .: php -d xdebug.mode=coverage vendor/bin/pest --coverage-clover=clover.xml"},
		{"several", "-- go.mod --\n-- tools.py --\n-- web/package.json --\n{}\n-- web/tsconfig.json --\n-- node_modules/x/package.json --\n-- .hidden/go.mod --\n", "", config.Run{}, strings.Join([]string{
			"go in .: go test -coverprofile=cover.out ./...",
			"typescript in web: node --test --experimental-test-coverage --test-reporter=spec --test-reporter-destination=stdout --test-reporter=lcov --test-reporter-destination=lcov.info",
			"python in .: PY -m coverage run --source=. -m unittest && PY -m coverage xml",
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

// TestOwnCommand has projects and the command lines that write into covls's own folder; behind "lacks" is what is not
// installed, and what installs it.
func TestOwnCommand(t *testing.T) {
	t.Parallel()
	bin := func(path string) string { return filepath.FromSlash(path) }
	const (
		c8     = "-- node_modules/.bin/c8 --\n-- node_modules/.bin/c8.cmd --\n"
		vitest = "-- node_modules/.bin/vitest --\n-- node_modules/.bin/vitest.cmd --\n-- node_modules/@vitest/coverage-v8/package.json --\n{}\n"
		jest   = "-- node_modules/.bin/jest --\n-- node_modules/.bin/jest.cmd --\n"
		lcov   = " --reporter=lcovonly --reports-dir=.covls/coverage"

		ofVitest = "--coverage.enabled --coverage.reporter=lcovonly --coverage.reportsDirectory=.covls/coverage"
		ofJest   = "--coverage --coverageReporters=lcovonly --coverageDirectory=.covls/coverage"
		ofNode   = "node --test --experimental-test-coverage --test-reporter=spec --test-reporter-destination=stdout --test-reporter=lcov --test-reporter-destination=.covls/lcov.info"
	)
	scripts := func(test, more string) string {
		return "-- package.json --\n{\"scripts\": {\"test\": \"" + test + "\"}" + more + "}\n"
	}
	tests := []struct{ name, files, file, want string }{
		{"go", "-- go.mod --\n-- x.go --\n-- a/x.go --\n", "x.go", "go test -coverpkg=./... -coverprofile=.covls/cover.out ./..."},
		{"vitest", scripts("vitest", "") + vitest, "x.ts", "npm test -- --run " + ofVitest},
		{"vitest that does not watch", scripts("tsc && vitest run --silent", "") + vitest, "x.ts", "npm test -- " + ofVitest},
		{"vitest before something else", scripts("vitest run && eslint .", "") + vitest, "x.ts", bin("node_modules/.bin/vitest") + " run " + ofVitest},
		{"vitest without a script", "-- package.json --\n{\"devDependencies\": {\"vitest\": \"3\"}}\n" + vitest, "x.ts", bin("node_modules/.bin/vitest") + " run " + ofVitest},
		{"vitest of the outer package", scripts("", ", \"devDependencies\": {\"vitest\": \"3\"}") + vitest + "-- packages/a/package.json --\n{}\n", "packages/a/x.ts", bin("../../node_modules/.bin/vitest") + " run " + ofVitest},
		{
			"vitest without what measures", scripts("vitest", "") + "-- node_modules/.bin/vitest --\n-- node_modules/.bin/vitest.cmd --\n", "x.ts",
			"npm test -- --run " + ofVitest + " lacks @vitest/coverage-v8, which measures the tests, is not installed: npm install --save-dev @vitest/coverage-v8",
		},
		{
			"vitest with what measures not installed", scripts("vitest", ", \"devDependencies\": {\"@vitest/coverage-istanbul\": \"3\"}") + "-- yarn.lock --\n-- node_modules/.bin/vitest --\n-- node_modules/.bin/vitest.cmd --\n", "x.ts",
			"yarn test --run " + ofVitest + " lacks @vitest/coverage-istanbul is in package.json but not installed: yarn install",
		},
		{"jest", scripts("cross-env CI=1 jest", "") + "-- pnpm-lock.yaml --\n" + jest, "x.js", "pnpm run test " + ofJest},
		{"jest that is not installed", scripts("jest", ", \"devDependencies\": {\"jest\": \"30\"}"), "x.js", "npm test -- " + ofJest + " lacks jest is in package.json but not installed: npm install"},
		{"react-scripts", scripts("react-scripts test", ", \"packageManager\": \"yarn@4.1.0\"") + "-- .pnp.cjs --\n", "x.jsx", "yarn test --watchAll=false " + ofJest},
		{"nyc", scripts("nyc mocha", "") + "-- node_modules/.bin/nyc --\n-- node_modules/.bin/nyc.cmd --\n", "x.js", "npm test && " + bin("node_modules/.bin/nyc") + " report --reporter=lcovonly --report-dir=.covls/coverage"},
		{"c8", scripts("c8 mocha", "") + c8, "x.js", "npm test && " + bin("node_modules/.bin/c8") + " report" + lcov},
		{"mocha, with c8", scripts("mocha", "") + c8, "x.js", bin("node_modules/.bin/c8") + lcov + " npm test"},
		{"mocha, with nyc", scripts("mocha", ", \"devDependencies\": {\"nyc\": \"17\"}") + "-- node_modules/.bin/nyc --\n-- node_modules/.bin/nyc.cmd --\n", "x.js", bin("node_modules/.bin/nyc") + " --reporter=lcovonly --report-dir=.covls/coverage npm test"},
		{"mocha, with neither", scripts("mocha", "") + "-- bun.lock --\n", "x.js", "bun run c8" + lcov + " bun run test lacks c8, which measures the tests, is not installed: bun add --dev c8"},
		{"node's own", scripts("node --test test/*.js", ""), "x.js", ofNode + " test/*.js"},
		{"node's own with another report", scripts("node --test --test-reporter=tap", "") + c8, "x.js", bin("node_modules/.bin/c8") + lcov + " npm test"},
		{"the script of npm init", scripts("echo \\\"Error: no test specified\\\" && exit 1", ""), "x.js", ofNode},
		{"pytest-cov", "-- pyproject.toml --\npytest-cov\n", "x.py", "PY -m pytest --cov=. --cov-report=xml:.covls/coverage.xml"},
		{"coverage.py", "-- pyproject.toml --\npytest\n", "x.py", "PY -m coverage run --data-file=.covls/.coverage --source=. -m pytest && PY -m coverage xml --data-file=.covls/.coverage -o .covls/coverage.xml"},
		{
			"coverage.py that is not installed", "-- uv.lock --\n-- .venv/lib/python3.13/site-packages/_virtualenv.py --\n", "x.py",
			"uv run --no-sync python -m coverage run --data-file=.covls/.coverage --source=. -m unittest && uv run --no-sync python -m coverage xml --data-file=.covls/.coverage -o .covls/coverage.xml lacks coverage is not installed in .venv: uv add --dev coverage",
		},
		{"maven", "-- pom.xml --\njacoco-maven-plugin prepare-agent\n", "x.java", "mvn test jacoco:report"},
		{"gradle without jacoco", "-- build.gradle --\nplugins { id 'java' }\n", "x.java", "gradle test jacocoTestReport lacks the build does not apply the plugin jacoco, which measures the tests: put plugins { id 'jacoco' } into build.gradle, and jacocoTestReport { reports { xml.required = true } } below it: "},
		{"ruby without simplecov", "-- Gemfile --\ngem 'rspec'\n-- .rspec --\n", "x.rb", "bundle exec rspec lacks the Gemfile does not name simplecov, which measures the tests: put require \"simplecov\"; SimpleCov.start into a file spec/spec_helper.rb, and --require spec_helper into .rspec: bundle add simplecov --group test"},
		{"ruby with simplecov", "-- Gemfile --\ngem 'simplecov'\n-- .rspec --\n-- spec/spec_helper.rb --\nrequire 'simplecov'\nSimpleCov.start\n", "x.rb", "bundle exec rspec"},
		{"coverage.py by process", "-- setup.cfg --\n[coverage:run]\nparallel = true\n", "x.py", "PY -m coverage run --data-file=.covls/.coverage --source=. -m unittest && PY -m coverage combine --data-file=.covls/.coverage && PY -m coverage xml --data-file=.covls/.coverage -o .covls/coverage.xml"},
		{"deno", "-- deno.json --\n{}\n", "x.ts", "deno test --coverage=.covls/coverage/deno && deno coverage --lcov --output=.covls/coverage/lcov.info .covls/coverage/deno"},
		{"bun", scripts("bun test src", ""), "x.ts", "bun test src --coverage --coverage-reporter=lcov --coverage-dir=.covls/coverage"},
		{".NET", "-- x.csproj --\ncoverlet.collector\n", "x.cs", `dotnet test --collect:"XPlat Code Coverage" --results-directory .covls/TestResults`},
		{"dart", "-- pubspec.yaml --\n  coverage: any\n", "lib/x.dart", "dart test --coverage=.covls/coverage && dart run coverage:format_coverage --lcov --in=.covls/coverage --out=.covls/coverage/lcov.info --report-on=lib"},
		{"flutter", "-- pubspec.yaml --\n  sdk: flutter\n", "lib/x.dart", "flutter test --coverage --coverage-path=.covls/coverage/lcov.info"},
		{"swift", "-- Package.swift --\n-- Sources/X/Package.resolved --\n", "Sources/X/x.swift", "swift test --enable-code-coverage"},
		{"bazel", "-- WORKSPACE --\n", "a/x.cc", "bazel coverage --combined_report=lcov //..."},
		{"a package of Bazel with a manifest", "-- WORKSPACE --\n-- a/go.mod --\n-- a/x.go --\n", "a/x.go", "go test -coverprofile=.covls/cover.out ./..."},
		{"php", "-- composer.json --\n{}\n-- vendor/bin/phpunit --\n-- phpunit.xml --\n<source><include><directory>src</directory>\n", "x.php", "php -d xdebug.mode=coverage vendor/bin/phpunit --coverage-clover=.covls/clover.xml"},
		{"php that is not installed", "-- composer.json --\n{}\n", "x.php", "php -d xdebug.mode=coverage vendor/bin/phpunit --coverage-clover=.covls/clover.xml lacks vendor/bin/phpunit is not there: composer require --dev phpunit/phpunit"},
		{"php that is not installed but named", "-- composer.json --\n{\"require-dev\": {\"phpunit/phpunit\": \"12\"}}\n", "x.php", "php -d xdebug.mode=coverage vendor/bin/phpunit --coverage-clover=.covls/clover.xml lacks vendor/bin/phpunit is not there: composer install"},
	}
	python := "python3"
	if runtime.GOOS == "windows" {
		python = "python"
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			root := profiletest.Tree(t, tt.files)
			p, _ := project.Of(root, filepath.Join(root, filepath.FromSlash(tt.file)))
			c, _ := p.TestCommand(config.Run{}, root)
			got := c.Own
			if c.Lacks != "" {
				got += " lacks " + c.Missing() + ": " + c.Install
			}
			if want := strings.ReplaceAll(tt.want, "PY ", python+" "); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			for _, line := range []string{c.Line, c.Own} {
				if strings.Contains(line, "--yes") {
					t.Errorf("%s installs what nobody has asked for", line)
				}
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
		"gcovr.json", ".covls/gcovr.json", "build-coverage/meson-logs/coverage.xml", ".covls/build/meson-logs/coverage.xml",
		"test/TestResults/b1/coverage.cobertura.xml", ".covls/TestResults/b1/coverage.cobertura.xml", "coverage.cobertura.xml", "TestResults/b1.cobertura.xml",
		"build/reports/kover/report.xml", "build/reports/jacoco/testCodeCoverageReport/testCodeCoverageReport.xml",
		"app/build/reports/coverage/test/debug/report.xml", "target/scala-2.13/coverage-report/cobertura.xml", "target/scala-2.13/jacoco/report/jacoco.xml",
		"cover_db/clover.xml", "cover/lcov.info", "coverage/bats.1/cobertura.xml", ".build/x86_64-unknown-linux-gnu/debug/codecov/Shop.json",
		"bazel-out/_coverage/_coverage_report.dat",
		".covls/cover.out", ".covls/lcov.info", ".covls/coverage.xml", ".covls/coverage/lcov.info", ".covls/clover.xml",
	} {
		if !m.Match(written) {
			t.Errorf("%s is not looked for", written)
		}
	}
}

// TestAmong has files, and whether what they belong to is a project of its folder.
func TestAmong(t *testing.T) {
	t.Parallel()
	root := profiletest.Tree(t, "-- CMakeLists.txt --\n-- a.cpp --\n-- b.cpp --\n-- docs/a.js --\n-- setversion.py --\n-- web/package.json --\n{}\n-- web/a.ts --\n-- a.hs --\n")
	for file, want := range map[string]bool{"a.cpp": true, "x.c": true, "docs/a.js": false, "setversion.py": false, "web/a.ts": true, "a.hs": false} {
		p, _ := project.Of(root, filepath.Join(root, filepath.FromSlash(file)))
		if got := p.Among(project.In(root)); got != want {
			t.Errorf("%s: %v, want %v", file, got, want)
		}
	}
}
