package project

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// rubyTests needs SimpleCov in the tests' helper, which is where it is started and told where to write.
func rubyTests(dir, _ string) recipe {
	told := contents(dir, "Gemfile", "Gemfile.lock")
	specs, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "*.gemspec"))
	for _, spec := range specs {
		told += content(dir, filepath.Base(spec))
	}
	r := recipe{line: "bundle exec rake test"}
	helpers := []string{"test/test_helper.rb", "test/helper.rb", "test/minitest_helper.rb"}
	switch {
	case has(dir, ".rspec"), has(dir, "spec/spec_helper.rb"), has(dir, "spec") && (!has(dir, "test") || strings.Contains(told, "rspec")):
		r.line, helpers = "bundle exec rspec", []string{"spec/spec_helper.rb", "spec/rails_helper.rb", "spec/helper.rb"}
	case has(dir, "bin/rails"):
		r.line = "bundle exec rails test"
	case !has(dir, "Rakefile") && has(dir, "test"):
		if len(below(filepath.Join(dir, "test"), 3, func(name string) bool { return strings.HasSuffix(name, "_test.rb") })) == 0 {
			return recipe{} // somebody else's tests
		}
		r.line = `bundle exec ruby -Itest -Ilib -e "Dir['./test/**/*_test.rb'].each { |f| require f }"`
	}
	if !has(dir, "Gemfile") {
		r.line = strings.TrimPrefix(r.line, "bundle exec ")
	}
	started := contents(dir, ".rspec", ".simplecov", "spec/spec_helper.rb", "spec/rails_helper.rb", "spec/helper.rb",
		"test/test_helper.rb", "test/helper.rb", "test/minitest_helper.rb", "Rakefile")
	switch {
	case mentions(started, "SimpleCov", "simplecov"):
		if has(dir, "Gemfile") && !strings.Contains(told, "simplecov") {
			r.lacks, r.install = "the Gemfile does not name simplecov", "bundle add simplecov --group test"
		}
		return r
	case strings.Contains(told, "simplecov"):
		r.lacks = "nothing starts SimpleCov, which measures the tests"
	case has(dir, "Gemfile"):
		r.lacks, r.install = "the Gemfile does not name simplecov, which measures the tests", "bundle add simplecov --group test"
	default:
		r.lacks = "nothing starts SimpleCov, which measures the tests"
		if !gemHas("simplecov") {
			r.install = "gem install simplecov"
		}
	}
	const start = `require "simplecov"; SimpleCov.start`
	if i := slices.IndexFunc(helpers, func(name string) bool { return has(dir, name) }); i >= 0 {
		r.add(start, "at the top of "+helpers[i])
		return r
	}
	r.add(start, "into a file "+helpers[0])
	if strings.HasPrefix(helpers[0], "spec/") {
		if !strings.Contains(content(dir, ".rspec"), "spec_helper") {
			r.add("--require spec_helper", "into .rspec")
		}
		return r
	}
	r.add(`require_relative "test_helper"`, "at the top of each test")
	return r
}

// gemHas reports whether a gem is seen where gems usually lie.
func gemHas(name string) bool {
	patterns := []string{
		"/usr/share/rubygems-integration/*/specifications", "/var/lib/gems/*/specifications", "/usr/local/lib/ruby/gems/*/specifications",
		"/usr/lib/ruby/gems/*/specifications", "/opt/homebrew/lib/ruby/gems/*/specifications",
	}
	if home := os.Getenv("GEM_HOME"); filepath.IsAbs(home) {
		patterns = append(patterns, filepath.Join(escapeGlob(home), "specifications"))
	}
	if home, err := os.UserHomeDir(); err == nil && filepath.IsAbs(home) {
		home = escapeGlob(home)
		patterns = append(patterns, filepath.Join(home, ".gem", "ruby", "*", "specifications"), filepath.Join(home, ".local", "share", "gem", "ruby", "*", "specifications"),
			filepath.Join(home, ".rbenv", "versions", "*", "lib", "ruby", "gems", "*", "specifications"))
	}
	return slices.ContainsFunc(patterns, func(p string) bool {
		found, _ := filepath.Glob(filepath.Join(p, name+"-[0-9]*.gemspec"))
		return len(found) > 0
	})
}
