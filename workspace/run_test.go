package workspace_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/project"
	"github.com/covls/covls/workspace"
)

func TestHowTo(t *testing.T) {
	t.Parallel()
	const none = "covls knows no test command for what is in it: tests that write LCOV, Cobertura or another of the formats that it reads make one"
	for _, tt := range []struct {
		name  string
		files map[string]string
		run   map[string]string
		want  string
	}{
		{name: "nothing is there", want: "in a Go module, `go test -coverprofile=cover.out ./...` makes one"},
		{name: "a language without a command", files: map[string]string{"a.hs": ""}, want: none},
		{name: "a Go module", files: map[string]string{"go.mod": "module m"}, want: "`go test -coverprofile=cover.out ./...` makes one"},
		{
			name: "a package", files: map[string]string{"package.json": `{"devDependencies": {"vitest": "5"}}`, "a.ts": ""},
			want: "@vitest/coverage-v8, which measures the tests, is not installed: first `npm install --save-dev @vitest/coverage-v8@5`, then `npx --no-install vitest run --coverage.enabled --coverage.reporter=lcovonly --coverage.reportsDirectory=coverage` makes one",
		},
		{name: "a folder in it", files: map[string]string{"core/go.mod": ""}, want: "`go test -coverprofile=cover.out ./...` makes one in core"},
		{name: "what only says why", files: map[string]string{"Makefile": "all:\n", "a.c": ""}, want: "the Makefile has no target test or check: build with the compiler's flag --coverage, run the tests, then gcovr --json gcovr.json"},
		{
			name: "something to write", files: map[string]string{"Gemfile": "gem 'simplecov'", ".rspec": "", "x/Gemfile": ""},
			want: "nothing starts SimpleCov, which measures the tests: first put `require \"simplecov\"; SimpleCov.start` into a file spec/spec_helper.rb and put `--require spec_helper` into .rspec, then `bundle exec rspec` makes one",
		},
		{name: "what a run has left", files: map[string]string{"go.mod": "module m", "py/.coverage": "", "py/venv/pyvenv.cfg": ""}, want: "py/.coverage has the counts of coverage.py: `venv/bin/python -m coverage xml` makes one in py"},
		{name: "the setting, of two lines", files: map[string]string{"go.mod": "module m"}, run: map[string]string{"go": "make\n  cover"}, want: "`make cover` makes one"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name, text := range tt.files {
				at := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			settings := config.Merge()
			settings.Run.Command = tt.run
			got := workspace.NewFolder(dir, "", settings, nil).HowTo(project.In(dir))
			if runtime.GOOS == "windows" {
				got = strings.ReplaceAll(got, `venv\Scripts`, "venv/bin")
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
