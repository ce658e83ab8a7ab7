//go:build unix

package project_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/project"
)

// TestProjectsOfPipes looks at manifests that are pipes with nobody at their other end.
func TestProjectsOfPipes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{config.FileName, "go.mod", "package.json", "pyproject.toml", "Cargo.toml", "composer.json", "Gemfile", "Makefile"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	project.In(dir)
	if _, problems := config.ReadFile(filepath.Join(dir, config.FileName)); len(problems) != 1 {
		t.Errorf("problems %v", problems)
	}
}
