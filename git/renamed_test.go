package git_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/git"
	"github.com/covls/covls/internal/gittest"
)

func TestRenamed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		history []commit
		then    func(r *repository)
		dir     string
		paths   []string
		want    map[string]string
	}{
		{
			name: "once, and twice with edits",
			history: []commit{
				{Name: "one", Set: files{"a.go": body("a"), "b.go": body("b"), "stays.go": "s", "gone.go": body("g")}},
				{Name: "two", Drop: []string{"a.go", "b.go"}, Set: files{"a2.go": body("a"), "in/b.go": body("b", 1)}},
				{Name: "three", Drop: []string{"in", "gone.go"}, Set: files{"b3.go": body("b", 1, 2, 3)}},
				{Name: "four", Set: files{"a2.go": body("a", 1, 2, 3, 4, 5, 6)}},
			},
			paths: []string{"a.go", "b.go", "in/b.go", "stays.go", "gone.go", "never.go", "../a.go", "a2.go"},
			want:  map[string]string{"a.go": "a2.go", "b.go": "b3.go", "in/b.go": "b3.go"},
		},
		{
			name: "deleted and added again, and then renamed",
			history: []commit{
				{Name: "one", Set: files{"a.go": body("a")}},
				{Name: "two", Drop: []string{"a.go"}, Set: files{"first.go": body("a")}},
				{Name: "three", Set: files{"a.go": body("b")}},
				{Name: "four", Drop: []string{"a.go"}, Set: files{"second.go": body("b", 1)}},
			},
			paths: []string{"a.go"},
			want:  map[string]string{"a.go": "second.go"},
		},
		{
			name: "renamed there and back",
			history: []commit{
				{Name: "one", Set: files{"a.go": body("a")}},
				{Name: "two", Drop: []string{"a.go"}, Set: files{"b.go": body("a")}},
				{Name: "three", Drop: []string{"b.go"}, Set: files{"a.go": body("a")}},
			},
			paths: []string{"a.go", "b.go"},
			want:  map[string]string{"b.go": "a.go"},
		},
		{
			name: "what another one is nearer to",
			history: []commit{
				{Name: "one", Set: files{"a.go": body("a"), "b.go": body("a", 1, 2)}},
				{Name: "two", Drop: []string{"a.go", "b.go"}, Set: files{"c.go": body("a", 1, 2, 3)}},
			},
			paths: []string{"a.go", "b.go"},
			want:  map[string]string{"b.go": "c.go"},
		},
		{
			name: "with another file in its place later",
			history: []commit{
				{Name: "one", Set: files{"a.go": body("a")}},
				{Name: "two", Drop: []string{"a.go"}, Set: files{"b.go": body("a")}},
				{Name: "three", Drop: []string{"b.go"}},
			},
			paths: []string{"a.go"},
			want:  map[string]string{},
		},
		{
			name: "a folder, as seen from one of its folders, and from the one it went to",
			history: []commit{
				{Name: "one", Set: files{"old/a.go": body("a"), "old/in/b.go": body("b"), "x/out.go": body("o")}},
				{Name: "two", Drop: []string{"old", "x"}, Set: files{"x/a.go": body("a"), "x/in/b.go": body("b", 1), "o/out.go": body("o")}},
			},
			dir:   "x",
			paths: []string{"../old/a.go", "in/c.go", "out.go"},
			want:  map[string]string{},
		},
		{
			name: "a folder",
			history: []commit{
				{Name: "one", Set: files{"x/old/a.go": body("a"), "x/old/in/b.go": body("b")}},
				{Name: "two", Drop: []string{"x"}, Set: files{"x/new/a.go": body("a"), "x/new/in/b.go": body("b", 1)}},
			},
			dir:   "x",
			paths: []string{"old/a.go", "old/in/b.go"},
			want:  map[string]string{"old/a.go": "new/a.go", "old/in/b.go": "new/in/b.go"},
		},
		{
			name: "on a branch that was merged",
			history: []commit{
				{Name: "base", Set: files{"a.go": body("a"), "b.go": body("b")}},
				{Name: "side", Drop: []string{"a.go"}, Set: files{"a2.go": body("a", 1)}},
				{Name: "ours", From: []string{"base"}, Set: files{"b.go": body("b", 1)}},
				{Name: "merge", From: []string{"ours", "side"}, Drop: []string{"a.go"}, Set: files{"a2.go": body("a", 1)}},
			},
			paths: []string{"a.go"},
			want:  map[string]string{"a.go": "a2.go"},
		},
		{
			name: "in the index",
			history: []commit{
				{Name: "one", Set: files{"a.go": body("a"), "in/b.go": body("b"), "c.go": body("c"), "d.go": body("d")}},
				{Name: "two", Drop: []string{"a.go"}, Set: files{"a2.go": body("a", 1)}},
			},
			then: func(r *repository) {
				r.git("mv", "a2.go", "a3.go")
				r.git("mv", "in/b.go", "b.go")
				r.write("b.go", body("b", 1, 2))
				r.git("add", "b.go")
				r.git("rm", "-q", "c.go")
				r.git("rm", "-q", "--cached", "d.go")
			},
			paths: []string{"a.go", "in/b.go", "c.go", "d.go"},
			want:  map[string]string{"a.go": "a3.go", "in/b.go": "b.go"},
		},
		{
			name: "an index that has not all files",
			history: []commit{
				{Name: "one", Set: files{"a.go": body("a"), "stays.go": "s"}},
				{Name: "two", Drop: []string{"a.go"}, Set: files{"b.go": body("a")}},
			},
			then:  func(r *repository) { r.git("update-index", "--split-index") },
			paths: []string{"a.go", "stays.go"},
			want:  map[string]string{"a.go": "b.go"},
		},
		{
			name: "what a conflict is about is not where another file went",
			history: []commit{
				{Name: "base", Set: files{"gone.go": body("a"), "in.go": body("a", 1)}},
				{Name: "theirs", Set: files{"in.go": body("a", 2)}},
				{Name: "ours", From: []string{"base"}, Set: files{"in.go": body("a", 3)}},
			},
			then: func(r *repository) {
				r.fails("merge", "theirs")
				r.git("rm", "-q", "gone.go")
			},
			paths: []string{"gone.go", "in.go"},
			want:  map[string]string{},
		},
		{
			name: "an index that has folders for their files",
			history: []commit{
				{Name: "one", Set: files{"a.go": body("a"), "in/b.go": body("b"), "top.go": "t"}},
				{Name: "two", Drop: []string{"a.go"}, Set: files{"in/a.go": body("a")}},
			},
			then:  func(r *repository) { r.git("sparse-checkout", "init", "--cone", "--sparse-index") },
			paths: []string{"a.go", "in/b.go"},
			want:  map[string]string{"a.go": "in/a.go"},
		},
		{
			name:    "nothing that was committed",
			history: []commit{{Name: "one", Set: files{"a.go": "a"}}},
			then:    func(r *repository) { r.git("symbolic-ref", "HEAD", "refs/heads/none") },
			paths:   []string{"b.go"},
			want:    map[string]string{},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t)
			r.history(tt.history)
			if tt.then != nil {
				tt.then(r)
			}
			got, err := git.Renamed(t.Context(), filepath.Join(r.dir, filepath.FromSlash(tt.dir)), tt.paths, git.Bounds{})
			if err != nil || got == nil && len(tt.want) > 0 || !maps.Equal(got, tt.want) {
				t.Errorf("%v, %v, want %v", got, err, tt.want)
			}
		})
	}
}

// TestRenamedMany: of many files that went at once each is found, and of more than covls compares none.
func TestRenamedMany(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ files, name, want int }{{300, 1, 100}, {3000, 230, 0}} {
		r := newRepository(t)
		before, after := files{}, files{}
		var paths []string
		for i := range tt.files {
			name := fmt.Sprintf("%d%s.go", i, strings.Repeat("a", tt.name))
			text := body(fmt.Sprint(i))
			before["old/"+name], after["new/"+name] = text, text+"more\n"
			if i < 100 {
				paths = append(paths, "old/"+name)
			}
		}
		gittest.History(t, r.dir, commit{Name: "one", Set: before}, commit{Name: "two", Drop: []string{"old"}, Set: after})
		got, err := git.Renamed(t.Context(), r.dir, paths, git.Bounds{})
		if len(got) != tt.want || err != nil || got == nil {
			t.Errorf("of %d files %d were found, want %d: %v", tt.files, len(got), tt.want, err)
		}
		for from, to := range got {
			if to != "new"+from[3:] {
				t.Errorf("%s is %s", from, to)
			}
		}
	}
}

// TestRenamedUnknown tells no repository from one without renames.
func TestRenamedUnknown(t *testing.T) {
	t.Parallel()
	if got, err := git.Renamed(t.Context(), t.TempDir(), []string{"a.go"}, git.Bounds{}); got != nil || err != nil {
		t.Errorf("no repository: %v, %v", got, err)
	}
	r := newRepository(t)
	if got, err := git.Renamed(t.Context(), r.dir, []string{"a.go"}, git.Bounds{}); got == nil || len(got) > 0 || err != nil {
		t.Errorf("no commit: %v, %v", got, err)
	}
	r.history([]commit{
		{Name: "one", Set: files{"a.go": body("a")}},
		{Name: "two", Drop: []string{"a.go"}, Set: files{"b.go": body("a")}},
		{Name: "three", Set: files{"c.go": "c"}},
	})
	for most, want := range map[git.Bounds]int{{Commits: 3}: 1, {Commits: 2}: 0, {Bytes: 2000}: 0} {
		got, err := git.Renamed(t.Context(), r.dir, []string{"a.go"}, most)
		if err != nil || len(got) != want {
			t.Errorf("%+v: %v, %v, want %d", most, got, err, want)
		}
	}
}
