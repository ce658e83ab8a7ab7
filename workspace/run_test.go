package workspace_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/project"
	"github.com/covls/covls/workspace"
)

func TestHowTo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		files map[string]string
		run   map[string]string
		want  string
	}{
		{name: "nothing is known", want: "in a Go module, `go test -coverprofile=cover.out ./...` makes one"},
		{name: "a language without a command", files: map[string]string{"a.hs": ""}, want: "in a Go module, `go test -coverprofile=cover.out ./...` makes one"},
		{name: "a Go module", files: map[string]string{"go.mod": "module m"}, want: "`go test -coverprofile=cover.out ./...` makes one"},
		{
			name: "a package", files: map[string]string{"package.json": `{"devDependencies": {"vitest": "5"}}`, "a.ts": ""},
			want: "`npx --no-install vitest run --coverage.enabled --coverage.reporter=lcovonly --coverage.reportsDirectory=coverage` makes one (vitest is in package.json and not installed: `npm install`)",
		},
		{name: "a folder in it", files: map[string]string{"core/Cargo.toml": ""}, want: "`cargo llvm-cov --lcov --output-path lcov.info` makes one in core"},
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
			got, _, _ := strings.Cut(workspace.NewFolder(dir, "", settings, nil).HowTo(project.In(dir)), " (cargo-llvm-cov is not installed")
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
