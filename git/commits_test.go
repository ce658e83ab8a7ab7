package git_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/git"
	"github.com/covls/covls/internal/gittest"
)

// repository is a git repository that a test writes.
type repository struct {
	t   *testing.T
	dir string
}

func newRepository(t *testing.T, init ...string) *repository {
	t.Helper()
	gittest.Need(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &repository{t, dir}
	r.git(append([]string{"init", "-q"}, init...)...)
	return r
}

func (r *repository) git(args ...string) { r.gitAt(time.Now(), args...) }

func (r *repository) gitAt(when time.Time, args ...string) {
	r.t.Helper()
	gittest.Run(r.t, r.dir, when, args...)
}

// commit writes something new into the files and commits them.
func (r *repository) commit(when time.Time, files ...string) {
	r.t.Helper()
	for _, name := range files {
		path := filepath.Join(r.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			r.t.Fatal(err)
		}
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			r.t.Fatal(err)
		}
		if _, err := f.WriteString(when.String() + "\n"); err != nil {
			r.t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			r.t.Fatal(err)
		}
	}
	r.git("add", "-A")
	r.gitAt(when, "commit", "-q", "-m", "Change "+strings.Join(files, " ")+"\n\nWith a body.\n")
}

// sign puts a signature into the last commit, which git may ask a program about.
func (r *repository) sign() {
	r.t.Helper()
	run := func(in string, args ...string) string {
		cmd := gittest.Command(r.dir, time.Now(), args...)
		cmd.Stdin = strings.NewReader(in)
		out, err := cmd.Output()
		if err != nil {
			r.t.Fatalf("git %s: %v", strings.Join(args, " "), err)
		}
		return string(out)
	}
	head, message, _ := strings.Cut(run("", "cat-file", "commit", "HEAD"), "\n\n")
	signed := head + "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n" + message
	run("", "update-ref", "HEAD", strings.TrimSpace(run(signed, "hash-object", "-t", "commit", "-w", "--stdin")))
}

func TestCommits(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	now := time.Now()
	days := func(n int) time.Time { return now.AddDate(0, 0, -n) }
	r.commit(days(400), "old.go", "a.go", "in/b.go")
	r.commit(days(100), "a.go")
	r.commit(days(80), "a.go", "in/größe.go", "in/a b.go")
	r.commit(days(50), "in/b.go", "in/größe.go", "in/deep/c.go")
	r.git("checkout", "-q", "-b", "side")
	r.commit(days(40), "a.go")
	r.commit(days(39), "side.go")
	r.git("checkout", "-q", "-")
	r.commit(days(30), "in/b.go")
	r.gitAt(days(20), "merge", "-q", "--no-edit", "side")
	r.git("mv", "in/deep/c.go", "in/deep/d.go")
	r.commit(days(10))
	r.gitAt(days(5), "commit", "-q", "--allow-empty", "-m", "Nothing")
	r.gitAt(days(3), "rm", "-q", "side.go")
	r.commit(days(3))
	if err := os.WriteFile(filepath.Join(r.dir, "untracked.go"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}

	whole := map[string]int{
		"a.go": 2, "in/b.go": 2, "in/größe.go": 2, "in/a b.go": 1, "in/deep/c.go": 2, "in/deep/d.go": 1, "side.go": 2, "old.go": 0,
	}
	for _, tt := range []struct {
		dir  string
		days int
		want map[string]int
	}{
		{".", 90, whole},
		{"in", 90, map[string]int{"b.go": 2, "größe.go": 2, "a b.go": 1, "deep/c.go": 2, "deep/d.go": 1}},
		{"in/deep", 90, map[string]int{"c.go": 2, "d.go": 1}},
		{"in", 45, map[string]int{"b.go": 1, "größe.go": 0, "a b.go": 0, "deep/c.go": 1, "deep/d.go": 1}},
		{"in", 1, map[string]int{"b.go": 0, "größe.go": 0, "a b.go": 0, "deep/d.go": 0}},
	} {
		got, err := git.Commits(t.Context(), filepath.Join(r.dir, filepath.FromSlash(tt.dir)), tt.days)
		if err != nil || got == nil || !maps.Equal(got, tt.want) {
			t.Errorf("%s in %d days: %v, %v, want %v", tt.dir, tt.days, got, err, tt.want)
		}
	}
}

// TestCommitsOddNames: what git would quote comes as it is.
func TestCommitsOddNames(t *testing.T) {
	t.Parallel()
	if filepath.Separator == '\\' {
		t.Skip("skipped where names can't have such characters")
	}
	r := newRepository(t)
	names := []string{`a "quoted".go`, "tab\tand\nline.go", `back\slash.go`, ":(glob)**.go", "[a]*.go", "-x.go"}
	r.commit(time.Now(), names...)
	got, err := git.Commits(t.Context(), r.dir, 90)
	if err != nil || len(got) != len(names) {
		t.Fatalf("%v, %v", got, err)
	}
	for _, name := range names {
		if got[name] != 1 {
			t.Errorf("%q has %d commits", name, got[name])
		}
	}
}

// TestCommitsUnknown tells no history from a history without the file.
func TestCommitsUnknown(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	if got, err := git.Commits(t.Context(), r.dir, 90); got == nil || len(got) > 0 || err != nil {
		t.Errorf("before the first commit: %v, %v", got, err)
	}
	r.commit(time.Now(), "a.go")
	r.commit(time.Now(), "a.go")

	plain := t.TempDir()
	if _, err := os.Stat(filepath.Join(filepath.Dir(os.TempDir()), ".git")); err != nil {
		if got, err := git.Commits(t.Context(), plain, 90); got != nil || err != nil {
			t.Errorf("no repository: %v, %v", got, err)
		}
	}
	if got, err := git.Commits(t.Context(), filepath.Join(r.dir, ".git"), 90); got != nil || err != nil {
		t.Errorf("no work tree: %v, %v", got, err)
	}
	shallow := &repository{t, t.TempDir()}
	shallow.git("clone", "-q", "--depth=1", "file://"+filepath.ToSlash(r.dir), "x")
	if got, err := git.Commits(t.Context(), filepath.Join(shallow.dir, "x"), 90); got != nil || err != nil {
		t.Errorf("a shallow clone: %v, %v", got, err)
	}
	if got, err := git.Commits(t.Context(), filepath.Join(r.dir, "gone"), 90); got != nil || err == nil {
		t.Errorf("no folder: %v, %v", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := git.Commits(ctx, r.dir, 90); got != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v, %v", got, err)
	}
	if err := os.WriteFile(filepath.Join(r.dir, ".git", "HEAD"), []byte("ref: refs/heads/x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := git.Commits(t.Context(), r.dir, 90); !maps.Equal(got, map[string]int{"a.go": 0}) || err != nil {
		t.Errorf("a branch without commits: %v, %v", got, err)
	}
}

// TestCommitsBounded: more files than fit give no answer, rather than one that is wrong.
func TestCommitsBounded(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit(time.Now(), "a.go", "b.go")
	r.commit(time.Now(), "a.go", "b.go")
	for _, tt := range []struct {
		files, bytes int
		want         error
	}{{2, 0, nil}, {1, 0, git.ErrManyFiles}, {0, 8, nil}, {0, 7, git.ErrManyFiles}} {
		got, err := git.CommitsIn(t.Context(), r.dir, tt.files, tt.bytes, 0)
		if !errors.Is(err, tt.want) || len(got) != 2 && err == nil {
			t.Errorf("with %d files and %d bytes: %v, %v, want %v", tt.files, tt.bytes, got, err, tt.want)
		}
	}
}

// TestCommitsSubmodules: what a submodule is at is no file.
func TestCommitsSubmodules(t *testing.T) {
	t.Parallel()
	inner := newRepository(t)
	inner.commit(time.Now(), "inner.go")
	r := newRepository(t)
	r.commit(time.Now(), "a.go")
	r.git("submodule", "--quiet", "add", "file://"+filepath.ToSlash(inner.dir), "sub")
	r.commit(time.Now())
	for dir, want := range map[string]map[string]int{
		".":   {"a.go": 1, ".gitmodules": 1},
		"sub": {"inner.go": 1},
	} {
		got, err := git.Commits(t.Context(), filepath.Join(r.dir, dir), 90)
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("%s: %v, %v, want %v", dir, got, err, want)
		}
	}
}

// TestCommitsSettings: what the user has set for git log changes nothing.
func TestCommitsSettings(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.commit(time.Now(), "a.go", "in/b.go")
	r.git("mv", "a.go", "c.go")
	r.commit(time.Now())
	r.sign()
	marker := filepath.Join(r.dir, "ran")
	program := filepath.Join(r.dir, "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\ntouch '"+marker+"'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, set := range [][2]string{
		{"log.showRoot", "false"},
		{"diff.renames", "copies"},
		{"color.ui", "always"},
		{"core.quotePath", "true"},
		{"diff.relative", "false"},
		{"log.showSignature", "true"},
		{"gpg.program", program},
		{"diff.external", program},
		{"core.pager", program},
		{"format.pretty", "full"},
		{"log.follow", "true"},
		{"log.diffMerges", "combined"},
		{"core.fsmonitor", program},
	} {
		r.git("config", set[0], set[1])
	}
	got, err := git.Commits(t.Context(), r.dir, 90)
	if want := map[string]int{"a.go": 2, "c.go": 1, "in/b.go": 1}; err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if _, err := os.Stat(marker); err == nil {
		t.Error("a program of the repository's settings was run")
	}
}

// TestCommitsOfHook: a hook's environment means another repository.
func TestCommitsOfHook(t *testing.T) {
	r := newRepository(t)
	r.commit(time.Now(), "a.go")
	t.Setenv("GIT_DIR", filepath.Join(t.TempDir(), "nowhere"))
	t.Setenv("GIT_PREFIX", "in/")
	got, err := git.Commits(t.Context(), r.dir, 90)
	if err != nil || got["a.go"] != 1 {
		t.Errorf("%v, %v", got, err)
	}
}
