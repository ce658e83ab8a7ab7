package git_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/git"
	"github.com/covls/covls/internal/gittest"
)

type commit = gittest.Commit

type files = map[string]string

// sought is a text that a test looks for.
type sought struct {
	path, text string
	also       []string
	// want is the commit where it is found, as its history has it, "index", or "" where it is not found.
	want string
	at   string // the path there, where it is another one
	// asked are the texts that are looked at, in order; nil where that is not told.
	asked []string
}

// seek looks for texts, and tells what is wrong with the answer.
func seek(t *testing.T, dir string, names map[string]string, most git.Bounds, all []sought) *git.Result {
	t.Helper()
	asked := map[string][]string{}
	var wants []git.Want
	for _, s := range all {
		wants = append(wants, git.Want{Path: s.path, Also: s.also, Fits: func(text string) bool {
			asked[s.path] = append(asked[s.path], text)
			return text == s.text
		}})
	}
	got, err := git.Search(t.Context(), dir, wants, most)
	if err != nil || got == nil {
		t.Fatalf("the search: %v, %v", got, err)
	}
	for _, s := range all {
		f, ok := got.Found[s.path]
		commit := "index"
		if !ok {
			commit = ""
		}
		for name, id := range names {
			if f.Commit.Name == id {
				commit = name
			}
		}
		at := s.path
		if s.at != "" {
			at = s.at
		}
		if commit != s.want || ok && (f.Text != s.text || f.Path != at || len(f.Blob) < 40) {
			t.Errorf("%s: found %q in %q at %s, blob %s; want %q in %q at %s", s.path, f.Text, commit, f.Path, f.Blob, s.text, s.want, at)
		}
		if s.asked != nil && !slices.Equal(asked[s.path], s.asked) {
			t.Errorf("%s: asked of %q, want %q", s.path, asked[s.path], s.asked)
		}
	}
	return got
}

// body is a text of lines, in which those that are given stand for others.
func body(of string, changed ...int) string {
	var b strings.Builder
	for i := range 10 {
		if slices.Contains(changed, i) {
			fmt.Fprintf(&b, "another line %d\n", i)
			continue
		}
		fmt.Fprintf(&b, "line %d of %s\n", i, of)
	}
	return b.String()
}

func TestSearch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		history []commit
		then    func(r *repository)
		dir     string
		sought  []sought
		at      string // the commit of all texts; "" is none
		apart   bool   // no commit has all of them
		commits int    // that are looked at; 0 is not told
	}{
		{
			name: "one commit after another",
			history: []commit{
				{Name: "one", Set: files{"a.go": "1", "b.go": "1", "in/c.go": "1"}},
				{Name: "two", Set: files{"a.go": "2"}},
				{Name: "three", Set: files{"b.go": "2"}},
				{Name: "four", Set: files{"a.go": "3", "in/c.go": "2"}},
			},
			sought: []sought{
				{path: "a.go", text: "2", want: "three", asked: []string{"3", "2"}},
				{path: "b.go", text: "2", want: "four", asked: []string{"2"}},
				{path: "in/c.go", text: "1", want: "three", asked: []string{"2", "1"}},
				{path: "gone.go", text: "1", asked: []string{}},
			},
			at: "three",
		},
		{
			name: "each text is asked of once, and for each file that has it",
			history: []commit{
				{Name: "one", Set: files{"a.go": "1", "b.go": "1"}},
				{Name: "two", Set: files{"a.go": "2", "b.go": "2"}},
				{Name: "three", Set: files{"a.go": "1"}},
				{Name: "four", Set: files{"a.go": "2"}},
			},
			sought: []sought{
				{path: "a.go", text: "x", asked: []string{"2", "1"}},
				{path: "b.go", text: "1", want: "one", asked: []string{"2", "1"}},
			},
			at: "one",
		},
		{
			name: "both sides of a merge",
			history: []commit{
				{Name: "base", Set: files{"a.go": "1", "b.go": "1"}},
				{Name: "ours", Set: files{"a.go": "ours"}},
				{Name: "side 1", From: []string{"base"}, Set: files{"b.go": "side 1"}},
				{Name: "ours 2", From: []string{"ours"}, Set: files{"a.go": "ours 2"}},
				{Name: "side 2", From: []string{"side 1"}, Set: files{"b.go": "side 2", "new.go": "1"}},
				{Name: "merge", From: []string{"ours 2", "side 2"}, Set: files{"b.go": "merged", "new.go": "1"}},
				{Name: "after", Set: files{"a.go": "after"}},
			},
			sought: []sought{
				{path: "a.go", text: "1", want: "side 2", asked: []string{"after", "ours 2", "1"}},
				{path: "b.go", text: "side 1", want: "side 1", asked: []string{"merged", "side 2", "1", "side 1"}},
			},
			at: "side 1",
		},
		{
			name: "the commit of all texts is older than the newest of each",
			history: []commit{
				{Name: "base", Set: files{"a.go": "1", "b.go": "1"}},
				{Name: "side", Set: files{"b.go": "2"}},
				{Name: "ours", From: []string{"base"}, Set: files{"c.go": "1"}},
				{Name: "ours 2", Set: files{"a.go": "2"}},
				{Name: "merge", From: []string{"ours 2", "side"}, Set: files{"b.go": "2"}},
			},
			sought: []sought{{path: "a.go", text: "1", want: "ours"}, {path: "b.go", text: "2", want: "merge"}},
			at:     "side",
		},
		{
			name: "texts that were never together",
			history: []commit{
				{Name: "one", Set: files{"a.go": "1", "b.go": "1"}},
				{Name: "two", Set: files{"a.go": "2", "b.go": "2"}},
				{Name: "three", Set: files{"a.go": "3", "b.go": "3"}},
			},
			sought: []sought{{path: "a.go", text: "1", want: "one"}, {path: "b.go", text: "2", want: "two"}},
			at:     "one", apart: true,
		},
		{
			name: "a renamed file",
			history: []commit{
				{Name: "one", Set: files{"old.go": body("x")}},
				{Name: "two", Set: files{"old.go": body("x", 1), "other.go": "other"}},
				{Name: "three", Drop: []string{"old.go", "other.go"}, Set: files{"sub/new.go": body("x", 1)}},
				{Name: "four", Set: files{"sub/new.go": body("x", 1, 2)}},
			},
			sought: []sought{
				{path: "sub/new.go", text: body("x"), want: "one", at: "old.go", asked: []string{body("x", 1, 2), body("x", 1), body("x")}},
				{path: "old.go", text: body("x", 1), want: "two"},
			},
			at: "one", apart: true,
		},
		{
			name: "a file that was renamed and edited at once, twice",
			history: []commit{
				{Name: "one", Set: files{"a.go": body("x", 1), "b.txt": body("x", 1), "c.go": "c"}},
				{Name: "two", Drop: []string{"a.go", "b.txt", "c.go"}, Set: files{"b.go": body("x", 1, 2, 3)}},
				{Name: "three", Drop: []string{"b.go"}, Set: files{"c.go": body("x", 1, 2, 3, 4, 5)}},
				{Name: "four", Set: files{"x": "x"}},
			},
			sought: []sought{{path: "c.go", text: body("x", 1), want: "one", at: "a.go"}},
			at:     "one",
		},
		{
			name: "of what was deleted the nearest is it",
			history: []commit{
				{Name: "zero", Set: files{"a/p.go": body("s", 1), "a/q.go": body("s", 2), "a/doc.go": body("z", 1), "b/doc.go": body("z", 2), "c/doc.go": body("z", 3)}},
				{Name: "one", Set: files{
					"a/p.go": body("s"), "a/q.go": body("s"), "b/doc.go": body("z"),
					"a/x.go": body("x", 1), "b/x.go": body("x"), "a/y.go": body("x", 4, 5, 6, 7, 8),
					"a/z.go": body("x", 1, 2), "a/doc.go": body("z"), "c/doc.go": body("z"),
				}},
				{
					Name: "two", Drop: []string{"a", "b", "c"},
					Set: files{"new/a/x.go": body("x", 1), "new/b/x.go": body("x", 9), "new/c/doc.go": body("z"), "new/a/q.go": body("s")},
				},
			},
			sought: []sought{
				{path: "new/a/x.go", text: "none", asked: []string{body("x", 1)}},
				{path: "new/b/x.go", text: body("x"), want: "one", at: "b/x.go"},
				{path: "new/a/q.go", text: body("s", 2), want: "zero", at: "a/q.go"},
				{path: "new/c/doc.go", text: body("z", 3), want: "zero", at: "c/doc.go", asked: []string{body("z"), body("z", 3)}},
			},
			at: "zero", apart: true,
		},
		{
			name: "less than half the lines are another file",
			history: []commit{
				{Name: "one", Set: files{"a.go": body("x")}},
				{Name: "two", Drop: []string{"a.go"}, Set: files{"b.go": body("x", 1, 2, 3, 4, 5, 6)}},
			},
			sought: []sought{{path: "b.go", text: body("x")}},
		},
		{
			name: "a file that stays where it was is not where another one comes from",
			history: []commit{
				{Name: "one", Set: files{"a.go": body("x")}},
				{Name: "two", Set: files{"a.go": body("x", 2), "b.go": body("x", 1)}},
			},
			sought: []sought{{path: "b.go", text: body("x")}},
		},
		{
			name: "a folder",
			history: []commit{
				{Name: "one", Set: files{"old/in/a.go": body("a"), "old/in/b.go": body("b"), "old/c.go": body("c")}},
				{Name: "two", Set: files{"old/in/a.go": body("a", 1), "old/in/b.go": body("b", 1), "old/c.go": body("c", 1)}},
				{Name: "three", Drop: []string{"old"}, Set: files{
					"pkg/new/in/a.go": body("a", 1), "pkg/new/in/b.go": body("b", 1, 2), "pkg/new/c.go": body("c", 1, 2, 3),
				}},
			},
			dir: "pkg/new",
			sought: []sought{
				{path: "in/a.go", text: body("a"), want: "one", at: "../../old/in/a.go"},
				{path: "in/b.go", text: body("b", 1), want: "two", at: "../../old/in/b.go"},
				{path: "c.go", text: body("c"), want: "one", at: "../../old/c.go"},
			},
			at: "one", apart: true,
		},
		{
			name: "a file that was deleted, and added again",
			history: []commit{
				{Name: "one", Set: files{"a.go": "1", "x": "x"}},
				{Name: "two", Drop: []string{"a.go"}},
				{Name: "three", Set: files{"x": "y"}},
				{Name: "four", Set: files{"a.go": "4"}},
			},
			sought: []sought{{path: "a.go", text: "1", want: "one", asked: []string{"4", "1"}}},
			at:     "one",
		},
		{
			name: "other names of a file",
			history: []commit{
				{Name: "one", Set: files{"gone.go": body("x", 1, 2, 3, 4, 5, 6, 7), "u.go": "1"}},
				{Name: "two", Drop: []string{"gone.go"}, Set: files{"here.go": body("x")}},
			},
			sought: []sought{
				{path: "here.go", also: []string{"gone.go"}, text: body("x", 1, 2, 3, 4, 5, 6, 7), want: "one", at: "gone.go"},
				{path: "missing.go", also: []string{"../out.go", "/abs.go", "./u.go"}, text: "1", want: "two", at: "u.go"},
			},
			at: "one",
		},
		{
			name: "what is a folder, a link or another repository is no file",
			history: []commit{
				{Name: "one", Set: files{"a": "1", "b": "1", "c": "1"}},
				{Name: "two", Drop: []string{"a", "b"}, Set: files{"a/in": "2"}, Module: "b"},
			},
			then: func(r *repository) {
				if err := os.Remove(filepath.Join(r.dir, "c")); err != nil {
					r.t.Fatal(err)
				}
				if err := os.Symlink("a", filepath.Join(r.dir, "c")); err != nil {
					r.t.Skip(err)
				}
				r.git("add", "c")
				r.git("commit", "-q", "-m", "three")
			},
			sought: []sought{
				{path: "a", text: "x", asked: []string{"1"}},
				{path: "b", text: "1", want: "one", asked: []string{"1"}},
				{path: "c", text: "x", asked: []string{"1"}},
			},
			at: "one",
		},
		{
			name: "the index",
			history: []commit{
				{Name: "one", Set: files{"a.go": "1", "b.go": "1", "c.go": "1"}},
				{Name: "two", Set: files{"a.go": "2", "b.go": "2", "c.go": "2"}},
			},
			then: func(r *repository) {
				r.write("a.go", "staged")
				r.write("b.go", "1")
				r.write("new.go", "new")
				r.write("intended.go", "intended")
				r.git("add", "a.go", "b.go", "new.go")
				r.git("add", "--intent-to-add", "intended.go")
				r.write("c.go", "not staged")
				r.git("rm", "-q", "--cached", "c.go")
			},
			sought: []sought{
				{path: "a.go", text: "staged", want: "index", asked: []string{"staged"}},
				{path: "b.go", text: "2", want: "two", asked: []string{"1", "2"}},
				{path: "c.go", text: "1", want: "one", asked: []string{"2", "1"}},
				{path: "new.go", text: "new", want: "index", asked: []string{"new"}},
				{path: "intended.go", text: "intended", asked: []string{}},
			},
			at: "one", apart: true,
		},
		{
			name: "a file that was renamed in the index, and edited",
			history: []commit{
				{Name: "one", Set: files{"a.go": body("x"), "in/z.go": "z", "zz.go": "z"}},
				{Name: "two", Set: files{"a.go": body("x", 1)}},
			},
			then: func(r *repository) {
				r.git("mv", "a.go", "in/b.go")
				r.write("in/b.go", body("x", 1, 2))
				r.git("add", "-A")
			},
			sought: []sought{{
				path: "in/b.go", text: body("x"), want: "one", at: "a.go",
				asked: []string{body("x", 1, 2), body("x", 1), body("x")},
			}},
			at: "one",
		},
		{
			name: "as often as covls follows",
			history: func() (out []commit) {
				for i := range 9 {
					c := commit{Name: fmt.Sprint("c", i), Set: files{fmt.Sprint(i, ".go"): body("x"), "first.go": body("y", i)}}
					if i > 0 {
						c.Drop = []string{fmt.Sprint(i-1, ".go")}
					}
					if i < 2 {
						c.Set = files{fmt.Sprint(i, ".go"): body("x", i)}
					}
					out = append(out, c)
				}
				return out
			}(),
			sought: []sought{
				{path: "8.go", text: "none", asked: []string{body("x"), body("x", 1)}},
				{path: "first.go", text: body("y", 2), want: "c2"},
				{path: "7.go", text: "none", asked: []string{body("x"), body("x", 1), body("x", 0)}},
				{path: "4.go", also: []string{"5.go"}, text: body("x", 0), want: "c0", at: "0.go"},
			},
			at: "c0", apart: true,
		},
		{
			name: "a conflict",
			history: []commit{
				{Name: "base", Set: files{"a.go": "base"}},
				{Name: "theirs", Set: files{"a.go": "theirs"}},
				{Name: "ours", From: []string{"base"}, Set: files{"a.go": "ours"}},
			},
			then: func(r *repository) { r.fails("merge", "theirs") },
			sought: []sought{
				{path: "a.go", text: "theirs", want: "index", asked: []string{"ours", "theirs"}},
			},
		},
		{
			name: "all stages of a conflict, and HEAD",
			history: []commit{
				{Name: "first", Set: files{"a.go": "first"}},
				{Name: "base", Set: files{"a.go": "base"}},
				{Name: "theirs", Set: files{"a.go": "theirs"}},
				{Name: "ours", From: []string{"base"}, Set: files{"a.go": "ours"}},
			},
			then: func(r *repository) { r.fails("merge", "theirs") },
			sought: []sought{
				{path: "a.go", text: "first", want: "first", asked: []string{"ours", "theirs", "base", "first"}},
			},
			at: "first",
		},
		{
			name: "ours of a conflict is in HEAD",
			history: []commit{
				{Name: "base", Set: files{"a.go": "base"}},
				{Name: "theirs", Set: files{"a.go": "theirs"}},
				{Name: "ours", From: []string{"base"}, Set: files{"a.go": "ours"}},
			},
			then:   func(r *repository) { r.fails("merge", "theirs") },
			sought: []sought{{path: "a.go", text: "ours", want: "ours"}},
			at:     "ours",
		},
		{
			name:    "all that is wanted is in the index",
			history: []commit{{Name: "one", Set: files{"a.go": "1"}}, {Name: "two", Set: files{"a.go": "2"}}},
			then: func(r *repository) {
				r.write("a.go", "staged")
				r.git("add", "a.go")
			},
			sought:  []sought{{path: "a.go", text: "staged", want: "index"}},
			commits: 1,
		},
		{
			name:    "a branch without commits",
			history: []commit{{Name: "one", Set: files{"a.go": "1"}}, {Name: "two", Set: files{"a.go": "2"}}},
			then:    func(r *repository) { r.git("symbolic-ref", "HEAD", "refs/heads/none") },
			sought:  []sought{{path: "a.go", text: "2", want: "index"}, {path: "b.go", text: "1"}},
		},
		{
			name:    "a HEAD of no branch",
			history: []commit{{Name: "one", Set: files{"a.go": "1"}}, {Name: "two", Set: files{"a.go": "2"}}, {Name: "three", Set: files{"a.go": "3"}}},
			then:    func(r *repository) { r.git("checkout", "-q", "HEAD~1") },
			sought:  []sought{{path: "a.go", text: "1", want: "one", asked: []string{"2", "1"}}},
			at:      "one",
		},
		{
			name: "line ends and a mark at the beginning stay",
			history: []commit{
				{Name: "one", Set: files{"a.go": "\ufeffa\r\nb\n", ".gitattributes": "* text eol=crlf\n"}},
				{Name: "two", Set: files{"a.go": ""}},
			},
			sought: []sought{{path: "a.go", text: "\ufeffa\r\nb\n", want: "one", asked: []string{"", "\ufeffa\r\nb\n"}}},
			at:     "one",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t)
			names := r.history(tt.history)
			if tt.then != nil {
				tt.then(r)
			}
			got := seek(t, filepath.Join(r.dir, filepath.FromSlash(tt.dir)), names, git.Bounds{}, tt.sought)
			if got.At.Name != names[tt.at] || got.Together != (tt.at != "" && !tt.apart) {
				t.Errorf("all are in %v, %t; want %q %s, %t", got.At, got.Together, tt.at, names[tt.at], !tt.apart)
			}
			if tt.commits > 0 && got.Commits != tt.commits {
				t.Errorf("%d commits were looked at, want %d", got.Commits, tt.commits)
			}
			if got.Ended != nil || got.Skipped > 0 || got.Trouble != nil || got.Shallow {
				t.Errorf("the search ended by %v, skipped %d, %v", got.Ended, got.Skipped, got.Trouble)
			}
		})
	}
}

func (r *repository) history(commits []commit) map[string]string {
	r.t.Helper()
	names := gittest.History(r.t, r.dir, commits...)
	for name, id := range names {
		if !strings.Contains(name, " ") {
			r.git("branch", "-f", name, id)
		}
	}
	return names
}

func (r *repository) write(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// fails runs git, which is to say that it could not do all.
func (r *repository) fails(args ...string) {
	r.t.Helper()
	if err := gittest.Command(r.dir, time.Now(), args...).Run(); err == nil {
		r.t.Fatalf("git %s did not fail", strings.Join(args, " "))
	}
}

// TestSearchLayouts: however a repository lies on disk, the answer is the same.
func TestSearchLayouts(t *testing.T) {
	t.Parallel()
	for _, tt := range layouts() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t, tt.init...)
			var history []commit
			for i := range 12 {
				history = append(history, commit{Name: fmt.Sprint(i), Set: files{
					"a.go":                         body("a", i%10, i/10),
					fmt.Sprintf("in/%d/f.go", i%7): body(fmt.Sprint(i)),
				}})
			}
			names := gittest.History(t, r.dir, history...)
			dir := tt.then(r)
			got := seek(t, dir, names, git.Bounds{}, []sought{
				{path: "a.go", text: body("a", 3, 0), want: "3"},
				{path: "in/1/f.go", text: body("1"), want: "7"},
				{path: "in/3/f.go", text: body("10"), want: "11"},
				{path: "in/6/f.go/x", text: "x", asked: []string{}},
			})
			if got.At.Name != names["3"] || got.Together || got.At.Back != 8 || !got.At.When.Equal(gittest.Date(3)) {
				t.Errorf("all are in %v, %t", got.At, got.Together)
			}
			if got.Ended != nil || got.Skipped > 0 || got.Trouble != nil || got.Commits != 12 || !got.Oldest.Equal(gittest.Date(0)) {
				t.Errorf("the search: %+v", got)
			}
		})
	}
}

// TestSearchUnknown tells no repository from one without the text.
func TestSearchUnknown(t *testing.T) {
	t.Parallel()
	wants := []git.Want{{Path: "a.go", Fits: func(string) bool { return true }}}
	if _, err := os.Stat(filepath.Join(filepath.Dir(os.TempDir()), ".git")); err != nil {
		if got, err := git.Search(t.Context(), t.TempDir(), wants, git.Bounds{}); got != nil || err != nil {
			t.Errorf("no repository: %v, %v", got, err)
		}
	}
	r := newRepository(t)
	if got, err := git.Search(t.Context(), filepath.Join(r.dir, "gone"), wants, git.Bounds{}); got != nil || err == nil {
		t.Errorf("no folder: %v, %v", got, err)
	}
	if got, err := git.Search(t.Context(), r.dir, wants, git.Bounds{}); err != nil || got == nil || len(got.Found) > 0 || got.At.Name != "" {
		t.Errorf("before the first commit: %v, %v", got, err)
	}
	if got, err := git.Search(t.Context(), r.dir, nil, git.Bounds{}); got != nil || err != nil {
		t.Errorf("nothing is wanted: %v, %v", got, err)
	}
	r.history([]commit{{Name: "one", Set: files{"a.go": "1"}}})
	if got, err := git.Search(t.Context(), filepath.Join(r.dir, ".git"), wants, git.Bounds{}); got != nil || err != nil {
		t.Errorf("no work tree: %v, %v", got, err)
	}
	for _, path := range []string{"../a.go", "/a.go", "", ".", "..", "a\x00.go", strings.Repeat("a/", 5000) + "a"} {
		got, err := git.Search(t.Context(), r.dir, []git.Want{{Path: path, Fits: wants[0].Fits}}, git.Bounds{})
		if err != nil || got != nil && len(got.Found) > 0 {
			t.Errorf("%q: %v, %v", path, got, err)
		}
	}
}

// TestSearchShallow: where a clone ends is the end of its history.
func TestSearchShallow(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	names := r.history([]commit{
		{Name: "one", Set: files{"a.go": "1"}},
		{Name: "two", Set: files{"a.go": "2"}},
		{Name: "three", Set: files{"a.go": "3"}},
		{Name: "four", Set: files{"a.go": "4"}},
	})
	to := filepath.Join(t.TempDir(), "shallow")
	r.git("clone", "-q", "--depth=3", "file://"+filepath.ToSlash(r.dir), to)
	got := seek(t, to, names, git.Bounds{}, []sought{
		{path: "a.go", text: "2", want: "two", asked: []string{"4", "3", "2"}},
	})
	if got.Shallow || got.Ended != nil {
		t.Errorf("ended before the clone does: %+v", got)
	}
	got = seek(t, to, names, git.Bounds{}, []sought{{path: "a.go", text: "1", asked: []string{"4", "3", "2"}}})
	if !got.Shallow || got.Skipped > 0 || got.Ended != nil || got.Commits != 3 {
		t.Errorf("%+v", got)
	}
}

// TestSearchMissing: what a partial clone left out, or what is broken, is told, and all else is looked at.
func TestSearchMissing(t *testing.T) {
	t.Parallel()
	history := []commit{
		{Name: "one", Set: files{"a.go": "1", "in/b.go": "b1"}},
		{Name: "two", Set: files{"a.go": "2", "in/b.go": "b2"}},
		{Name: "three", Set: files{"a.go": "3", "in/b.go": "b3"}},
	}
	for _, tt := range []struct {
		name, object string
		broken       bool
		sought       []sought
	}{
		{"a text", "two:a.go", false, []sought{
			{path: "a.go", text: "1", want: "one", asked: []string{"3", "1"}},
			{path: "in/b.go", text: "b1", want: "one", asked: []string{"b3", "b2", "b1"}},
		}},
		{"a broken text", "two:a.go", true, []sought{
			{path: "a.go", text: "1", want: "one", asked: []string{"3", "1"}},
			{path: "in/b.go", text: "b1", want: "one", asked: []string{"b3", "b2", "b1"}},
		}},
		{"a folder", "two:in", false, []sought{
			{path: "a.go", text: "1", want: "one", asked: []string{"3", "2", "1"}},
			{path: "in/b.go", text: "b1", want: "one", asked: []string{"b3", "b1"}},
		}},
		{"a tree", "two^{tree}", false, []sought{
			{path: "a.go", text: "1", want: "one", asked: []string{"3", "1"}},
			{path: "in/b.go", text: "b1", want: "one", asked: []string{"b3", "b1"}},
		}},
		{"a commit", "two", false, []sought{
			{path: "a.go", text: "1", asked: []string{"3"}},
			{path: "in/b.go", text: "b3", want: "three", asked: []string{"b3"}},
		}},
		{"HEAD", "three", false, []sought{{path: "a.go", text: "3", want: "index"}, {path: "in/b.go", text: "b2"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t)
			names := r.history(history)
			out, err := gittest.Command(r.dir, time.Now(), "rev-parse", tt.object).Output()
			if err != nil {
				t.Fatal(err)
			}
			id := strings.TrimSpace(string(out))
			path := filepath.Join(r.dir, ".git", "objects", id[:2], id[2:])
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if tt.broken {
				if err := os.WriteFile(path, []byte("broken"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got := seek(t, r.dir, names, git.Bounds{}, tt.sought)
			if got.Skipped == 0 || got.Ended != nil || got.Shallow || tt.broken != (got.Trouble != nil) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestSearchBroken: a broken index is told, and the history is looked at.
func TestSearchBroken(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	names := r.history([]commit{{Name: "one", Set: files{"a.go": "1"}}, {Name: "two", Set: files{"a.go": "2"}}})
	r.write(".git/index", "DIRC\x00\x00\x00\x09\x00\x00\x00\x09")
	got := seek(t, r.dir, names, git.Bounds{}, []sought{{path: "a.go", text: "1", want: "one"}})
	if got.Skipped != 1 || got.Trouble == nil {
		t.Errorf("%+v", got)
	}
	r.write(".git/HEAD", "nonsense")
	if got, err := git.Search(t.Context(), r.dir, []git.Want{{Path: "a.go"}}, git.Bounds{}); got != nil || err == nil {
		t.Errorf("a broken HEAD: %+v, %v", got, err)
	}
}

// TestSearchRepositories: each file is looked for in the repository that it is in.
func TestSearchRepositories(t *testing.T) {
	t.Parallel()
	outer := newRepository(t)
	history := func(of string) []commit {
		return []commit{
			{Name: of + " 1", Set: files{"a.go": of + " 1", "in/b.go": of + " 1"}},
			{Name: of + " 2", Set: files{"a.go": of + " 2", "in/b.go": of + " 2"}},
		}
	}
	names := outer.history(append(history("outer"), commit{Name: "outer 3", Set: files{"sub/a.go": "once outer", "foreign/a.go": "once outer"}},
		commit{Name: "outer 4", Drop: []string{"sub", "foreign"}, Set: files{"trees/x": "x"}}))
	sub := newRepository(t)
	maps.Copy(names, sub.history(history("sub")))
	outer.git("submodule", "--quiet", "add", "file://"+filepath.ToSlash(sub.dir), "sub")
	outer.git("worktree", "add", "-q", "--detach", ".trees/x", "HEAD~3")
	clone := filepath.Join(outer.dir, "plain", "clone")
	sub.git("clone", "-q", sub.dir, clone)
	if err := os.Symlink(clone, filepath.Join(outer.dir, "link")); err != nil {
		t.Log(err)
	}
	outer.write("foreign/.git", "gitdir: "+filepath.Join(sub.dir, ".git")+"\n")
	outer.write("odd/.git/x", "x")
	seek(t, outer.dir, names, git.Bounds{}, []sought{
		{path: "a.go", text: "outer 1", want: "outer 1", asked: []string{"outer 2", "outer 1"}},
		{path: "sub/a.go", text: "sub 1", want: "sub 1", asked: []string{"sub 2", "sub 1"}},
		{path: "sub/in/b.go", text: "sub 2", want: "sub 2", asked: []string{"sub 2"}},
		{path: ".trees/x/in/b.go", text: "outer 1", want: "outer 1", asked: []string{"outer 1"}},
		{path: "plain/clone/in/b.go", also: []string{"plain/clone/a.go", "a.go"}, text: "sub 1", want: "sub 1", at: "plain/clone/a.go", asked: []string{"sub 2", "sub 1"}},
		{path: "link/a.go", text: "sub 1", asked: []string{}},
		{path: "foreign/a.go", text: "sub 1", asked: []string{}},
		{path: "odd/a.go", also: []string{"a.go"}, text: "outer 1", want: "outer 1", at: "a.go"},
		{path: ".git/a.go", text: "outer 1", asked: []string{}},
	})
	got := seek(t, filepath.Join(outer.dir, "plain"), names, git.Bounds{}, []sought{
		{path: "clone/a.go", text: "sub 1", want: "sub 1"}, {path: "none.go", text: ""},
	})
	if got.At.Name != names["sub 1"] || !got.Together || got.Commits != 2+4 {
		t.Errorf("%+v", got)
	}

	got = seek(t, outer.dir, names, git.Bounds{Blobs: 3}, []sought{
		{path: "a.go", text: "outer 1", want: "outer 1"}, {path: "sub/a.go", text: "sub 1", asked: []string{"sub 2"}},
	})
	if !errors.Is(got.Ended, git.ErrBounds) {
		t.Errorf("%+v", got)
	}

	// A folder that is in no repository, with one in it.
	top := filepath.Dir(newRepository(t).dir)
	if _, err := os.Stat(filepath.Join(top, ".git")); err == nil {
		t.Fatal("the temporary folder is in a repository")
	}
	dir := t.TempDir()
	sub.git("clone", "-q", sub.dir, filepath.Join(dir, "clone"))
	seek(t, dir, names, git.Bounds{}, []sought{{path: "clone/a.go", text: "sub 1", want: "sub 1"}, {path: "a.go", text: ""}})
}

// TestSearchBounds: each bound ends a search where it is reached, with what was found before, and says so.
func TestSearchBounds(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	var history []commit
	for i := range 10 {
		history = append(history, commit{Name: fmt.Sprint(i), Set: files{"a.go": fmt.Sprint("a", i), "b.go": fmt.Sprint("b", i/2), "c.go": "c"}})
	}
	history = append(history, commit{Name: "large", Set: files{"b.go": strings.Repeat("b", 1000)}})
	names := gittest.History(t, r.dir, history...)
	a := func(i int) sought { return sought{path: "a.go", text: fmt.Sprint("a", i), want: fmt.Sprint(i)} }
	b := func(i int) sought { return sought{path: "b.go", text: fmt.Sprint("b", i), want: fmt.Sprint(i*2 + 1)} }
	lost := func(s sought) sought {
		s.want = ""
		return s
	}
	for _, tt := range []struct {
		name   string
		most   git.Bounds
		sought []sought
		ended  error
	}{
		{"none", git.Bounds{}, []sought{a(0), b(0)}, nil},
		{"commits", git.Bounds{Commits: 5}, []sought{a(6), b(4)}, nil},
		{"too many commits", git.Bounds{Commits: 5}, []sought{lost(a(5)), b(4)}, git.ErrBounds},
		{"all commits", git.Bounds{Commits: 11}, []sought{{path: "a.go", text: "none"}}, nil},
		{"texts of a file", git.Bounds{Texts: 6}, []sought{a(4), b(0)}, nil},
		{"too many texts of a file", git.Bounds{Texts: 5}, []sought{lost(a(4)), b(1)}, git.ErrBounds},
		{"blobs", git.Bounds{Blobs: 13}, []sought{a(3), b(0)}, nil},
		{"too many blobs", git.Bounds{Blobs: 11}, []sought{a(4), lost(b(0))}, git.ErrBounds},
		{"too large", git.Bounds{Blob: 999}, []sought{lost(sought{path: "b.go", text: strings.Repeat("b", 1000)})}, nil},
		{"large", git.Bounds{Blob: 1000}, []sought{{path: "b.go", text: strings.Repeat("b", 1000), want: "large"}}, nil},
		{"bytes", git.Bounds{Bytes: 40_000}, []sought{a(0), b(0)}, nil},
		{"too many bytes", git.Bounds{Bytes: 10_000}, []sought{b(4), lost(a(0))}, git.ErrBounds},
		{"too few bytes for the first", git.Bounds{Bytes: 1}, []sought{lost(a(9))}, git.ErrBounds},
	} {
		got := seek(t, r.dir, names, tt.most, tt.sought)
		if !errors.Is(got.Ended, tt.ended) || tt.ended == nil && got.Ended != nil || got.Skipped > 0 {
			t.Errorf("%s: ended by %v, skipped %d", tt.name, got.Ended, got.Skipped)
		}
	}
}

// TestSearchBytes: what an object is unpacked from counts, and what is kept of trees.
func TestSearchBytes(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	for _, pack := range []bool{false, true} {
		r := newRepository(t)
		r.history([]commit{{Name: "one", Set: files{"a.go": strings.Repeat("a", size)}}})
		if pack {
			r.git("gc", "-q")
		}
		for most, want := range map[int64]error{size: git.ErrBounds, size + 10_000: nil} {
			got, err := git.Search(t.Context(), r.dir, []git.Want{{Path: "a.go", Fits: func(string) bool { return true }}}, git.Bounds{Bytes: most})
			if err != nil || !errors.Is(got.Ended, want) || (want == nil) != (len(got.Found) == 1) {
				t.Errorf("in a pack %t, of %d bytes: ended by %v, found %d, %v", pack, most, got.Ended, len(got.Found), err)
			}
		}
	}
	r := newRepository(t)
	var history []commit
	for i := range 50 {
		history = append(history, commit{Name: fmt.Sprint(i), Set: files{"a.go": fmt.Sprint(i)}})
	}
	gittest.History(t, r.dir, history...)
	var wants []git.Want
	for i := range 2000 {
		wants = append(wants, git.Want{Path: fmt.Sprint("none/", i)})
	}
	for most, want := range map[int64]error{400_000: git.ErrBounds, 2_000_000: nil} {
		got, err := git.Search(t.Context(), r.dir, wants, git.Bounds{Bytes: most})
		if err != nil || !errors.Is(got.Ended, want) || want == nil && got.Ended != nil {
			t.Errorf("%d bytes: ended by %v after %d commits, %v", most, got.Ended, got.Commits, err)
		}
	}
}

// TestSearchCancelled: what was found before the context was done is the answer.
func TestSearchCancelled(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	names := r.history([]commit{
		{Name: "one", Set: files{"a.go": "1", "b.go": "1"}},
		{Name: "two", Set: files{"a.go": "2", "b.go": "2"}},
	})
	ctx, cancel := context.WithCancel(t.Context())
	got, err := git.Search(ctx, r.dir, []git.Want{
		{Path: "a.go", Fits: func(text string) bool { return text == "2" }},
		{Path: "b.go", Fits: func(string) bool { cancel(); return false }},
	}, git.Bounds{})
	if err != nil || !errors.Is(got.Ended, context.Canceled) || got.Found["a.go"].Text != "2" || len(got.Found) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = git.Search(ctx, r.dir, []git.Want{{Path: "a.go", Fits: func(string) bool { return true }}}, git.Bounds{})
	if err != nil || !errors.Is(got.Ended, context.Canceled) || len(got.Found) > 0 {
		t.Errorf("cancelled before: %+v, %v", got, err)
	}
	if to, err := git.Renamed(ctx, r.dir, []string{"gone.go"}, git.Bounds{}); err != nil || len(to) > 0 || names == nil {
		t.Errorf("%v, %v", to, err)
	}
}

// TestSearchAsGit holds the texts that are asked of, and the order of commits, against git log, over random histories.
func TestSearchAsGit(t *testing.T) {
	t.Parallel()
	for seed := range 4 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(uint64(seed), 1))
			paths := []string{"a", "a.b", "a-b", "b/a", "b.c/d", "b-c", "c/d/e", "c/d/f", "z/y/x/w"}
			var history []commit
			tips := []string{}
			there := map[string]map[string]bool{}
			for i := range 60 {
				c := commit{Name: fmt.Sprint(i), Set: files{}}
				if random.IntN(3) == 0 {
					c.When = gittest.Date(random.IntN(60)) // clocks differ
				}
				have := map[string]bool{}
				if i > 0 {
					c.From = []string{tips[random.IntN(len(tips))]}
					maps.Copy(have, there[c.From[0]])
					if other := tips[random.IntN(len(tips))]; random.IntN(4) == 0 && other != c.From[0] {
						c.From = append(c.From, other)
					}
				}
				for range 1 + random.IntN(3) {
					path := paths[random.IntN(len(paths))]
					if have[path] && random.IntN(5) == 0 {
						c.Drop = append(c.Drop, path)
						delete(have, path)
						delete(c.Set, path)
						continue
					}
					c.Set[path] = fmt.Sprintf("text %d\n", random.IntN(40))
					have[path] = true
				}
				// What is written and deleted at once is written.
				c.Drop = slices.DeleteFunc(c.Drop, func(p string) bool { _, ok := c.Set[p]; return ok })
				there[c.Name] = have
				history = append(history, c)
				if tips = append(tips, c.Name); len(tips) > 4 {
					tips = slices.Delete(tips, 0, 1)
				}
			}
			r := newRepository(t)
			names := gittest.History(t, r.dir, history...)
			if seed%2 == 0 {
				r.git("gc", "-q")
			}
			output := func(args ...string) string {
				out, err := gittest.Command(r.dir, time.Now(), args...).Output()
				if err != nil {
					t.Fatalf("git %v: %v", args, err)
				}
				return strings.TrimSpace(string(out))
			}
			order := strings.Fields(output("rev-list", "HEAD"))
			textOf := map[string]string{}
			for i := range 40 {
				text := fmt.Sprintf("text %d\n", i)
				textOf[hex.EncodeToString(object("blob", []byte(text)))] = text
			}
			texts := map[string]map[string]int{} // by path and text: how far back it is
			for back, commit := range order {
				for line := range strings.Lines(output("ls-tree", "-r", "--format=%(path) %(objectname)", commit)) {
					path, blob, _ := strings.Cut(strings.TrimSpace(line), " ")
					if texts[path] == nil {
						texts[path] = map[string]int{}
					}
					if _, ok := texts[path][blob]; !ok {
						texts[path][blob] = back
					}
				}
			}
			var wants []git.Want
			asked := map[string][]string{}
			for _, path := range paths {
				wants = append(wants, git.Want{Path: path, Fits: func(text string) bool {
					asked[path] = append(asked[path], text)
					return false
				}})
			}
			got, err := git.Search(t.Context(), r.dir, wants, git.Bounds{})
			if err != nil || got.Commits != len(order) || got.Ended != nil || len(got.Found) > 0 {
				t.Fatalf("%+v, %v; git names %d commits", got, err, len(order))
			}
			for _, path := range paths {
				seen := map[string]bool{}
				for _, text := range asked[path] {
					if seen[text] {
						t.Errorf("%s: asked of %q twice", path, text)
					}
					seen[text] = true
				}
				// Each of them is found where git has it first.
				for blob, back := range texts[path] {
					text := textOf[blob]
					if !seen[text] {
						t.Errorf("%s: not asked of %q, which is %d commits back", path, text, back)
					}
					got, err := git.Search(t.Context(), r.dir, []git.Want{{Path: path, Fits: func(s string) bool { return s == text }}}, git.Bounds{})
					f := got.Found[path]
					if err != nil || f.Path == path && (f.Commit.Name != order[back] || f.Commit.Back != back || f.Blob != blob) || f.Text != text {
						t.Errorf("%s: %q is in %+v, %v; want %s, %d back", path, text, f, err, order[back], back)
					}
				}
			}
			if names["59"] != order[0] {
				t.Errorf("HEAD is %s", order[0])
			}
		})
	}
}
