// Package editors drives real editors, each beside gopls on a real module, with covls behind a tap that records what
// passes between both.
package editors

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/covls/covls/internal/profiletest"
)

// Editor is a program that setup-editors.sh installs.
type Editor struct {
	// Era is "system" for this machine's own, "debian13" or "debian14" for that of a newer Debian.
	Era string
	// Name is neovim, emacs, vim, helix, kakoune or tmux.
	Name    string
	Program string
	Version string

	plugins map[string]string
	script  string
}

// Argv is the command line that starts the editor with arguments.
func (e Editor) Argv(args ...string) []string {
	argv := append([]string{e.Program}, args...)
	if e.Era != "system" {
		argv = append([]string{e.script, "--run", e.Era}, argv...)
	}
	return argv
}

// Plugin is the version of one that is there for the editor: lsp-mode, go-mode, eglot (where Emacs has not its own) or
// ale; "" where it is not.
func (e Editor) Plugin(name string) string { return e.plugins[name] }

// row is a line of setup-editors.sh --paths.
type row struct {
	era, name, program, version string
	can                         bool // be installed by the script
}

var listed = sync.OnceValues(func() ([]row, error) {
	script, err := rooted("scripts/setup-editors.sh")
	if err != nil {
		return nil, err
	}
	out, err := Script(context.Background(), script, "--paths").Output()
	if err != nil {
		return nil, err
	}
	var rows []row
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) == 5 {
			rows = append(rows, row{f[0], f[1], f[2], strings.TrimPrefix(f[3], "-"), f[4] == "can"})
		}
	}
	return rows, nil
})

func list(t testing.TB) []row {
	t.Helper()
	rows, err := listed()
	if err != nil {
		t.Fatalf("setup-editors.sh --paths: %v", err)
	}
	return rows
}

// Each runs a test for an editor of each era, as a subtest with the era's name beside the others. One that is missing is
// skipped; where COVLS_E2E is 1 and `make setup` installs it, the test fails.
func Each(t *testing.T, name string, test func(t *testing.T, e Editor), plugins ...string) {
	t.Helper()
	script, err := rooted("scripts/setup-editors.sh")
	if err != nil {
		t.Fatal(err)
	}
	rows := list(t)
	for _, r := range rows {
		if r.name != name || r.version == "" && !r.can && r.era == "system" {
			continue
		}
		e := Editor{Era: r.era, Name: r.name, Program: r.program, Version: r.version, plugins: map[string]string{}, script: script}
		for _, p := range rows {
			if p.era == r.era && p.program == "-" {
				e.plugins[p.name] = p.version
			}
		}
		t.Run(r.era, func(t *testing.T) {
			t.Parallel()
			missing := ""
			if e.Version == "" {
				missing = name
			}
			for _, p := range plugins {
				if e.plugins[p] == "" {
					missing += " " + p
				}
			}
			if missing != "" {
				lack(t, r.can, "%s of %s", missing, r.era)
			}
			t.Logf("%s %s", e.Name, e.Version)
			test(t, e)
		})
	}
}

// lack skips a test, or fails it where it should have what it lacks.
func lack(t testing.TB, can bool, format string, args ...any) {
	t.Helper()
	if can && os.Getenv("COVLS_E2E") == "1" {
		t.Fatalf("COVLS_E2E=1 wants "+format+"; scripts/setup-editors.sh installs it", args...)
	}
	t.Skipf("there is no "+format+"; scripts/setup-editors.sh says what it can install", args...)
}

// Gopls is the path of gopls; the test is skipped where there is none.
func Gopls(t testing.TB) string {
	t.Helper()
	for _, r := range list(t) {
		if r.name == "gopls" && r.version != "" {
			return r.program
		}
	}
	lack(t, true, "gopls")
	return ""
}

// rooted is the absolute path of a file of the project.
func rooted(path string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, filepath.FromSlash(path)), nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", os.ErrNotExist
		}
		dir = up
	}
}

// Root is the absolute path of a file of the project, named from its top.
func Root(t testing.TB, path string) string {
	t.Helper()
	path, err := rooted(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// Covls is the path of covls, built once for all tests of a package.
func Covls(t testing.TB) string {
	t.Helper()
	return profiletest.Program(t)
}
