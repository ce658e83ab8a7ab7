package git_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/covls/covls/git"
)

// TestNested has work trees and repositories in a work tree, and tells those of the same repository.
func TestNested(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit(time.Now(), "a/b.go")
	r.git("worktree", "add", "-q", "--detach", ".claude/worktrees/x")
	r.git("worktree", "add", "-q", "--detach", "moved")
	r.git("-c", "worktree.useRelativePaths=true", "worktree", "add", "-q", "--detach", "relative")
	r.git("clone", "-q", ".", "clone")
	r.git("init", "-q", "other")
	other := &repository{t, filepath.Join(r.dir, "other")}
	other.commit(time.Now(), "c.go")
	r.git("submodule", "--quiet", "add", "./other", "sub")
	sub := &repository{t, filepath.Join(r.dir, "sub")}
	sub.git("worktree", "add", "-q", "--detach", "tree")
	r.git("init", "-q", "--bare", "bare/.bare")
	write := func(path, text string) {
		t.Helper()
		path = filepath.Join(r.dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("bare/.git", "gitdir: ./.bare\n")
	write("bare/main/.git", "gitdir: ../.bare/worktrees/main\n")
	write("bare/.bare/worktrees/main/HEAD", "ref: refs/heads/main\n")
	write("moved/.git", "gitdir: /elsewhere/app/.git/worktrees/moved\n") // as in a container
	write("gone/.git", "gitdir: /elsewhere/app/.git/worktrees/gone\n")
	write("broken/.git", "nothing\n")
	write("pipe/.git/HEAD", "")
	for _, tt := range []struct {
		dir, top string // top is "" where it is around dir
		nested   bool
	}{
		{".", ".", false},
		{"a", ".", false},
		{"nowhere/x", ".", false},
		{".claude/worktrees/x", ".claude/worktrees/x", true},
		{".claude/worktrees/x/a", ".claude/worktrees/x", false},
		{"moved", "moved", true},
		{"relative", "relative", true},
		{"clone", "clone", false},
		{"sub", "sub", false},
		{"sub/tree", "sub/tree", true},
		{"bare", ".", false},
		{"bare/main", "bare/main", false},
		{"gone", "gone", false},
		{"broken", ".", false},
		{"pipe", "pipe", false},
	} {
		dir, want := filepath.Join(r.dir, tt.dir), filepath.Join(r.dir, tt.top)
		if top, ok := git.Top(dir); top != want || !ok {
			t.Errorf("the top around %s is %s, %v", tt.dir, top, ok)
		}
		if got := git.Nested(dir); got != tt.nested {
			t.Errorf("%s is nested: %v", tt.dir, got)
		}
	}
	x, relative, clone := filepath.Join(r.dir, ".claude/worktrees/x"), filepath.Join(r.dir, "relative"), filepath.Join(r.dir, "clone")
	if !git.Siblings(x, relative) || !git.Siblings(r.dir, x) || git.Siblings(x, clone) || git.Siblings(x, x) {
		t.Error("work trees are not told from others")
	}
}
