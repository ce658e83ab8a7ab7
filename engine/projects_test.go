package engine_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/project"
	sources "github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// TestProjects makes the test of each function of the folder COVLS_PROJECT, of any language, in a copy of it, and runs there the
// line of the shell in COVLS_PROJECT_RUN, which has to fail. What it prints, and why there is no test for some functions, is to
// be read.
func TestProjects(t *testing.T) {
	t.Parallel()
	from, line := os.Getenv("COVLS_PROJECT"), os.Getenv("COVLS_PROJECT_RUN")
	if from == "" {
		t.Skip("COVLS_PROJECT names no folder")
	}
	dir := copied(t, from)
	f := workspace.NewFolder(dir, "", config.Merge(), nil)
	f.Tree = project.NewTree()
	snap := &workspace.Snapshot{Folders: []*workspace.Folder{f}}
	all, made := 0, 0
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			if e != nil && e.IsDir() && strings.HasPrefix(e.Name(), "node_modules") {
				return fs.SkipDir
			}
			return err
		}
		name := snap.Name(path)
		if !engine.CreatesTests(name) {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		parsed, _ := sources.Parse(name, string(text))
		for i := range parsed.Funcs {
			all++
			now, err := os.ReadFile(path) // a test may go into the source
			if err != nil {
				return err
			}
			d := diag.Closed(path, string(now))
			fn := &parsed.Funcs[i]
			test, err := engine.CreateTest(snap, d, d.Text.At(fn.NameSpan.Start.Line, fn.NameSpan.Start.Col))
			if err != nil {
				t.Logf("none for %s:%d %s: %v", name, fn.NameSpan.Start.Line, fn, err)
				continue
			}
			made++
			if err := os.MkdirAll(filepath.Dir(test.Path), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(test.Path, []byte(test.Apply(test.Was)), 0o644); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d functions, %d tests made", all, made)
	out, err := command(dir, "sh", "-c", line)
	t.Logf("%s", out)
	if err == nil {
		t.Error("the tests pass")
	}
}
