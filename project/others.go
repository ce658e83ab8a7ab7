package project

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// perlTests measures with Devel::Cover, whose reporter for Clover is a distribution of its own.
func perlTests(dir, _ string) recipe {
	line := ""
	switch {
	case has(dir, "Makefile.PL"): // cover takes the build that this makes
		line = "perl Makefile.PL && cover -test -report clover"
	case has(dir, "Build.PL"):
		line = "perl Build.PL && cover -test -report clover"
	case has(dir, "t"):
		line = "cover -delete && HARNESS_PERL_SWITCHES=-MDevel::Cover prove -lr t && cover -report clover"
	default:
		return recipe{lacks: "no tests are seen in a folder t: run what tests the code by perl -MDevel::Cover, then cover -report clover"}
	}
	r := recipe{line: line}
	if !perlHas(dir, "Devel/Cover/Report/Clover.pm") {
		r.lacks, r.install = "Devel::Cover's reporter for Clover is not installed, and covls reads no other of its reports", cpan("Devel::Cover Devel::Cover::Report::Clover")
	}
	return r
}

// cpan is the command line that installs modules of Perl.
func cpan(modules string) string {
	if !onPath("cpanm") && onPath("cpan") {
		return "cpan " + modules
	}
	return "cpanm " + modules
}

// perlHas reports whether a module of Perl is seen where modules usually lie.
func perlHas(dir, module string) bool {
	places := filepath.SplitList(os.Getenv("PERL5LIB"))
	if home, err := os.UserHomeDir(); err == nil {
		places = append(places, filepath.Join(home, "perl5", "lib", "perl5"))
	}
	places = append(places, filepath.Join(dir, "local", "lib", "perl5"))
	for _, pattern := range []string{"/usr/share/perl5", "/usr/local/share/perl*", "/usr/local/share/perl/*", "/usr/lib/perl5/site_perl/*", "/usr/local/lib/perl5/site_perl/*", "/usr/share/perl5/vendor_perl"} {
		found, _ := filepath.Glob(pattern)
		places = append(places, found...)
	}
	return slices.ContainsFunc(places, func(at string) bool { return filepath.IsAbs(at) && has(at, module) })
}

// elixirTests needs one of the packages that write what Mix itself prints only.
func elixirTests(dir, _ string) recipe {
	told := content(dir, "mix.exs")
	mix := func(task string) string {
		switch {
		case mentions(told, "preferred_cli_env", "preferred_envs"):
			return "mix " + task
		case runtime.GOOS == "windows":
			return `set "MIX_ENV=test" && mix ` + task
		}
		return "MIX_ENV=test mix " + task
	}
	umbrella := ""
	if strings.Contains(told, "apps_path") {
		umbrella = " --umbrella"
	}
	switch {
	case strings.Contains(told, ":lcov_ex"):
		return recipe{line: mix("lcov")}
	case strings.Contains(told, ":excoveralls"):
		r := recipe{line: mix("coveralls.lcov" + umbrella)}
		if !strings.Contains(told, "ExCoveralls") {
			r.lacks = "mix.exs does not have ExCoveralls measure the tests"
			r.add("test_coverage: [tool: ExCoveralls]", "into project/0 of mix.exs")
		}
		return r
	}
	r := recipe{line: mix("coveralls.lcov" + umbrella), lacks: "mix.exs does not name excoveralls, which writes what covls reads"}
	r.add(`{:excoveralls, "~> 0.18", only: :test}`, "into deps/0 of mix.exs")
	r.add("test_coverage: [tool: ExCoveralls]", "into its project/0")
	return r
}

// dartTests makes a profile by the package coverage, which Flutter has in it.
func dartTests(dir, _ string) recipe {
	told := content(dir, "pubspec.yaml")
	if mentions(told, "sdk: flutter", "flutter_test:") {
		return recipe{
			line: "flutter test --coverage",
			own:  "flutter test --coverage --coverage-path=" + ownIn("coverage/lcov.info"),
		}
	}
	r := writing(func(profile string) string {
		at := reports(profile)
		return "dart test --coverage=" + at + " && dart run coverage:format_coverage --lcov --in=" + at + " --out=" + profile + " --report-on=lib"
	}, "coverage/lcov.info")
	if !dartCoverage(told) {
		r.lacks, r.install = "pubspec.yaml does not name the package coverage, which makes the profile", "dart pub add dev:coverage"
	}
	return r
}

func dartCoverage(pubspec string) bool {
	for line := range strings.Lines(pubspec) {
		if strings.HasPrefix(strings.TrimSpace(line), "coverage:") {
			return true
		}
	}
	return false
}

func swiftTests(dir, _ string) recipe {
	if !has(dir, "Package.swift") {
		return recipe{lacks: "no Package.swift is seen: covls knows no test command for a project of Xcode"}
	}
	return recipe{line: "swift test --enable-code-coverage"}
}

// luaTests has LuaCov's reporter for LCOV write, whose file has a name that nobody looks for.
func luaTests(dir, _ string) recipe {
	tests := ""
	switch {
	case has(dir, ".busted"), has(dir, "spec"):
		tests = "busted --coverage"
	case has(dir, "test.lua"):
		tests = "lua -lluacov test.lua"
	default:
		return recipe{lacks: "no tests are seen for busted: run what tests the code by lua -lluacov, then luacov -r lcov, whose luacov.report.out has to be called lcov.info"}
	}
	r := writing(func(profile string) string {
		return tests + " && luacov -r lcov && mv luacov.report.out " + profile
	}, "lcov.info")
	if !luaHas("luacov/reporter/lcov.lua") {
		r.lacks, r.install = "LuaCov's reporter for LCOV is not seen", "luarocks install luacov-reporter-lcov"
	}
	return r
}

// luaHas reports whether a module of Lua is seen where modules usually lie.
func luaHas(module string) bool {
	patterns := []string{"/usr/share/lua/*", "/usr/local/share/lua/*"}
	if home, err := os.UserHomeDir(); err == nil && filepath.IsAbs(home) {
		patterns = append(patterns, filepath.Join(escapeGlob(home), ".luarocks", "share", "lua", "*"))
	}
	return slices.ContainsFunc(patterns, func(p string) bool {
		found, _ := filepath.Glob(p)
		return slices.ContainsFunc(found, func(at string) bool { return has(at, module) })
	})
}

// shellTests measures scripts by kcov, or by bashcov where the Gemfile or only that is there.
func shellTests(dir, _ string) recipe {
	tests := ""
	for _, in := range []string{"test", "tests", "spec", "."} {
		if has(dir, in) && len(below(filepath.Join(dir, in), 1, func(name string) bool { return strings.HasSuffix(name, ".bats") })) > 0 {
			tests = "bats " + in
			break
		}
	}
	switch {
	case has(dir, ".shellspec"):
		r := recipe{line: "shellspec --kcov"}
		if !onPath("kcov") {
			r.lacks = "kcov, which measures the scripts, is not installed"
		}
		return r
	case tests == "":
		return recipe{lacks: "no tests are seen for bats or ShellSpec: kcov --include-path=. coverage SCRIPT measures a run of a script"}
	case strings.Contains(content(dir, "Gemfile"), "bashcov"):
		return recipe{line: "bundle exec bashcov -- " + tests, wraps: []string{"bats"}}
	case onPath("bashcov") && !onPath("kcov"):
		return recipe{line: "bashcov -- " + tests, wraps: []string{"bats"}}
	}
	r := writing(func(profile string) string { return "kcov --include-path=. " + reports(profile) + " " + tests }, "coverage/cobertura.xml")
	r.wraps = []string{"bats"}
	if !onPath("kcov") {
		r.lacks = "neither kcov nor bashcov is installed, one of which measures the scripts"
		r.install = "gem install bashcov"
		r.line, r.own = "bashcov -- "+tests, ""
	}
	return r
}
