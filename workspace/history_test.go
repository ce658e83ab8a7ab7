package workspace_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/covls/covls/config"
	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/workspace"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func folder(dir string) *workspace.Folder { return workspace.NewFolder(dir, "", config.Merge(), nil) }

// TestCommitsOf has a repository, one inside it that is another folder, and files that neither tracks.
func TestCommitsOf(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	in := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	files := []string{"a.go", "old.go", "new.go", "inner/b.go", "nested/c.go"}
	var profile strings.Builder
	profile.WriteString("mode: set\n")
	for _, name := range files {
		write(t, in(name), "package x\n\nfunc F() {\n\tprintln()\n}\n")
		profile.WriteString("example.com/x/" + name + ":3.10,5.2 1 0\n")
	}
	write(t, in("go.mod"), "module example.com/x\n")
	write(t, in("cover.out"), profile.String())
	now := time.Now()
	gittest.Run(t, dir, now, "init", "-q")
	gittest.Run(t, dir, now, "add", "old.go")
	gittest.Run(t, dir, now.AddDate(0, 0, -workspace.CommitDays-1), "commit", "-q", "-m", "Old")
	gittest.Run(t, dir, now, "add", "a.go")
	gittest.Run(t, dir, now, "commit", "-q", "-m", "New")
	gittest.Run(t, in("inner"), now, "init", "-q")
	gittest.Run(t, in("inner"), now, "add", "-A")
	gittest.Run(t, in("inner"), now, "commit", "-q", "-m", "Inner")
	gittest.Run(t, in("nested"), now, "init", "-q")
	gittest.Run(t, in("nested"), now, "add", "-A")
	gittest.Run(t, in("nested"), now, "commit", "-q", "-m", "Nested")

	store := workspace.NewStore()
	l := workspace.NewLoader(store)
	l.SetFolders(t.Context(), []*workspace.Folder{folder(dir), folder(in("inner"))})
	l.Read(t.Context(), []workspace.Change{{Path: in("cover.out")}})
	before := store.Load()
	if len(before.Files) != len(files) {
		t.Fatalf("%d files, want %d", len(before.Files), len(files))
	}
	check := func(when string, want map[string]int) {
		t.Helper()
		for _, name := range files {
			n, known := store.Load().CommitsOf(before.Files[in(name)])
			if have, wanted := want[name]; known != wanted || n != have {
				t.Errorf("%s: %s: %d, %v, want %d, %v", when, name, n, known, have, wanted)
			}
		}
	}
	check("before git was asked", nil)
	for _, h := range l.Uncounted() {
		counts, err := h.Count(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		l.Counted(h, counts)
	}
	check("after", map[string]int{"a.go": 1, "old.go": 0, "inner/b.go": 1})
	if got := store.Load().Generation; got != before.Generation {
		t.Errorf("generation %d, was %d", got, before.Generation)
	}
	l.SetFolders(t.Context(), []*workspace.Folder{folder(dir)})
	l.Counted(workspace.History{Dir: in("inner")}, map[string]int{"b.go": 7})
	check("with a folder less, git not asked again", map[string]int{"a.go": 1, "old.go": 0})
	l.Counted(workspace.History{Dir: dir}, map[string]int{"a.go": 0, "new.go": 3, "gone.go": 0})
	check("when git knows more", map[string]int{"a.go": 0, "new.go": 3})
	if n := len(store.Load().Commits); n != 2 {
		t.Errorf("%d files, want those that profiles name", n)
	}
	l.Counted(workspace.History{Dir: dir}, nil)
	check("when git knows nothing", nil)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if counts, err := (workspace.History{Dir: dir}).Count(ctx); counts != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v, %v", counts, err)
	}
}

// TestUncounted: git is asked about a folder once, again after a while, and when folders are set anew.
func TestUncounted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := workspace.NewLoader(workspace.NewStore())
		l.SetFolders(t.Context(), []*workspace.Folder{folder(dir)})
		for _, step := range []struct {
			wait time.Duration
			set  bool
			want int
		}{
			{0, false, 1},
			{0, false, 0},
			{9 * time.Minute, false, 0},
			{2 * time.Minute, false, 1},
			{0, false, 0},
			{0, true, 1},
			{0, false, 0},
		} {
			time.Sleep(step.wait)
			if step.set {
				l.SetFolders(t.Context(), []*workspace.Folder{folder(dir)})
			}
			if got := len(l.Uncounted()); got != step.want {
				t.Errorf("%+v: %d", step, got)
			}
		}
	})
}
