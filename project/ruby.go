package project

import (
	"path/filepath"
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
	helper := "test/test_helper.rb"
	switch {
	case has(dir, ".rspec"), has(dir, "spec/spec_helper.rb"), has(dir, "spec") && (!has(dir, "test") || strings.Contains(told, "rspec")):
		r.line, helper = "bundle exec rspec", "spec/spec_helper.rb"
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
		if told = strings.TrimSpace(told); told != "" && !strings.Contains(told, "simplecov") {
			r.lacks, r.install = "the Gemfile does not name simplecov", "bundle add simplecov --group test"
		}
		return r
	case strings.Contains(told, "simplecov"):
		r.lacks = "nothing starts SimpleCov, which measures the tests"
	case has(dir, "Gemfile"):
		r.lacks, r.install = "the Gemfile does not name simplecov, which measures the tests", "bundle add simplecov --group test"
	default:
		r.lacks, r.install = "nothing starts SimpleCov, which measures the tests", "gem install simplecov"
	}
	r.add(`require "simplecov"; SimpleCov.start`, "at the top of "+helper)
	return r
}
