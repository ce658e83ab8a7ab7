package git_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/covls/covls/git"
	"github.com/covls/covls/internal/gittest"
)

func TestRefsOf(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	dir := t.TempDir()
	when := gittest.Date(0)
	run := func(args ...string) { gittest.Run(t, dir, when, args...) }
	run("init", "-q", "-b", "main")
	run("commit", "-q", "--allow-empty", "-m", "a")
	for _, ref := range []string{"refs/heads/topic/a", "refs/heads/old", "refs/remotes/origin/main", "refs/remotes/fork/x", "refs/tags/v1", "refs/notes/covls"} {
		run("update-ref", ref, "HEAD")
	}
	run("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
	const want = "{[main old topic/a fork/x origin/main] [v1]}"
	for _, how := range []string{"loose", "packed"} {
		if how == "packed" {
			run("pack-refs", "--all")
		}
		got, err := git.RefsOf(dir)
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("%s: have %v, %v, want %s", how, got, err, want)
		}
	}
	if _, err := git.RefsOf(t.TempDir()); err == nil {
		t.Error("a folder in no repository has branches")
	}
}

func TestStand(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	dir := t.TempDir()
	run := func(args ...string) { gittest.Run(t, dir, gittest.Date(0), args...) }
	run("init", "-q", "-b", "main")
	run("commit", "-q", "--allow-empty", "-m", "a")
	run("update-ref", "refs/remotes/origin/main", "HEAD")
	before := git.Stand(dir, "", nil)
	if before == "" || git.Stand(dir, "", nil) != before {
		t.Fatalf("it is %q, and then %q", before, git.Stand(dir, "", nil))
	}
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"a commit", func() { run("commit", "-q", "--allow-empty", "-m", "b") }},
		{"a fetch", func() { run("update-ref", "refs/remotes/origin/main", "HEAD") }},
		{"what is staged", func() {
			if err := os.WriteFile(filepath.Join(dir, "a"), []byte("a"), 0o644); err != nil {
				t.Fatal(err)
			}
			run("add", "a")
		}},
	} {
		step.do()
		now := git.Stand(dir, "", nil)
		if now == before {
			t.Errorf("%s changes nothing", step.name)
		}
		before = now
	}
	if git.Stand(t.TempDir(), "", nil) != "" {
		t.Error("a folder in no repository stands somewhere")
	}
}
