package git_test

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/git"
)

func TestBehind(t *testing.T) {
	t.Parallel()
	line := []commit{{Name: "one", Set: files{"a.go": "1", "in/b.go": "1"}}, {Name: "two", Set: files{"a.go": "2"}}, {Name: "three", Set: files{"a.go": "3"}}}
	for _, tt := range []struct {
		name    string
		history []commit
		head    string
		at      string // PATH COMMIT, …
		most    git.Bounds
		want    map[string]int
	}{
		{"HEAD and behind it", line, "three", "a.go three, a.go one, in/b.go two, in/b.go one", git.Bounds{}, map[string]int{"one": 2, "two": 1, "three": 0}},
		{"from an older one", line, "two", "a.go one, a.go three", git.Bounds{}, map[string]int{"one": 1}},
		{
			"on another branch", append(line[:2:2], commit{Name: "side", From: []string{"one"}, Set: files{"a.go": "4"}}), "side",
			"a.go two, a.go one",
			git.Bounds{},
			map[string]int{"one": 1},
		},
		{"beyond the bounds", line, "three", "a.go two, a.go one", git.Bounds{Commits: 2}, map[string]int{"two": 1}},
		{"of no file", line, "three", "../a.go one", git.Bounds{}, map[string]int{}},
		{"a commit that is none", line, "three", "a.go none", git.Bounds{}, map[string]int{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t)
			names := r.history(tt.history)
			r.git("checkout", "-q", "-f", tt.head)
			var at []git.At
			called := map[string]string{}
			for _, s := range strings.Split(tt.at, ", ") {
				path, name, _ := strings.Cut(s, " ")
				at = append(at, git.At{Path: path, Commit: names[name]})
				called[names[name]] = name
			}
			found, err := git.Behind(t.Context(), r.dir, at, tt.most)
			got := map[string]int{}
			for id, c := range found {
				if got[called[id]] = c.Back; c.Name != id || c.When.IsZero() {
					t.Errorf("%s is %+v", id, c)
				}
			}
			if err != nil || !maps.Equal(got, tt.want) {
				t.Errorf("got %v, %v, want %v", got, err, tt.want)
			}
		})
	}
	if found, err := git.Behind(t.Context(), filepath.Join(t.TempDir()), []git.At{{Path: "a.go", Commit: "1"}}, git.Bounds{}); err != nil || len(found) > 0 {
		t.Errorf("without a repository: %v, %v", found, err)
	}
}
