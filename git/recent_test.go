package git_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/git"
	"github.com/covls/covls/internal/gittest"
)

// TestSince has what people do between a run of the tests and a look at it, and the texts that may have been tested: that of what was
// HEAD then, and all that was made since.
func TestSince(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	ran := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	before, after := ran.Add(-time.Hour), ran.Add(time.Hour)
	for _, tt := range []struct {
		name string
		do   func(git func(at time.Time, args ...string), put func(text string))
		want string // texts, sorted
	}{
		{"nothing", func(func(time.Time, ...string), func(string)) {}, "one"},
		{"a commit", func(git func(time.Time, ...string), put func(string)) {
			put("two")
			git(after, "commit", "-q", "-a", "-m", "two")
		}, "one two"},
		{"a commit that was amended", func(git func(time.Time, ...string), put func(string)) {
			put("two")
			git(after, "commit", "-q", "-a", "-m", "two")
			put("three")
			git(after, "commit", "-q", "-a", "--amend", "-m", "three")
		}, "one three two"},
		{"what is staged", func(git func(time.Time, ...string), put func(string)) {
			put("two")
			git(after, "add", "a.txt")
			put("three")
		}, "one two"},
		{"what was stashed", func(git func(time.Time, ...string), put func(string)) {
			put("two")
			git(after, "stash", "-q")
		}, "one two"},
		{"an older branch that was checked out", func(git func(time.Time, ...string), _ func(string)) {
			git(after, "checkout", "-q", "old")
			git(after, "checkout", "-q", "middle")
		}, "middle one"}, // HEAD is middle; old was not in the work tree before
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			run := func(at time.Time, args ...string) { gittest.Run(t, dir, at, args...) }
			put := func(text string) {
				if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			run(before.Add(-3*time.Hour), "init", "-q")
			for i, text := range []string{"old", "middle", "one"} {
				put(text)
				at := before.Add(time.Duration(i-2) * time.Hour)
				run(at, "add", "a.txt")
				run(at, "commit", "-q", "-m", text)
				run(at, "branch", text)
			}
			tt.do(run, put)
			var got []string
			take := func(text string, _ git.Commit) { got = append(got, text) }
			if err := git.Since(t.Context(), dir, []git.Recent{{Path: "a.txt", Take: take}}, ran, git.Usual()); err != nil {
				t.Fatal(err)
			}
			slices.Sort(got)
			if said := strings.Join(got, " "); said != tt.want {
				t.Errorf("the texts are %q, want %q", said, tt.want)
			}
			few := git.Usual()
			few.Texts = 1
			if err := git.Since(t.Context(), dir, []git.Recent{{Path: "a.txt", Take: take}}, ran, few); (err != nil) != (len(strings.Fields(tt.want)) > 1) || err != nil && !errors.Is(err, git.ErrBounds) {
				t.Errorf("with one text at most: %v", err)
			}
		})
	}
}
