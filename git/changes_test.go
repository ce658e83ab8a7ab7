package git_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/git"
	"github.com/covls/covls/internal/gittest"
)

// lay writes files, "" deletes one, and "-> PATH" makes it a link there.
func (r *repository) lay(files files) {
	r.t.Helper()
	for name := range files {
		if err := os.RemoveAll(filepath.Join(r.dir, filepath.FromSlash(name))); err != nil {
			r.t.Fatal(err)
		}
	}
	for name, text := range files {
		path := filepath.Join(r.dir, filepath.FromSlash(name))
		if text == "" {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			r.t.Fatal(err)
		}
		var err error
		if to, link := strings.CutPrefix(text, "-> "); link {
			err = os.Symlink(to, path)
		} else {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
}

// changes are those of a comparison in words: STATUS [OLD ->] PATH, with a ? where git does not know it, and "unknown PATH: WHY".
func changes(c *git.Comparison) (out []string) {
	for _, f := range c.Files {
		line := f.Status.String() + " "
		if f.Status == git.Moved {
			line += f.Old + " -> "
		}
		line += f.Path
		if f.Untracked {
			line += " ?"
		}
		out = append(out, line)
	}
	for _, u := range c.Unknown {
		out = append(out, "unknown "+u.Path)
	}
	return out
}

func TestCompare(t *testing.T) {
	t.Parallel()
	base := commit{Name: "base", Set: files{"a.go": body("a"), "b.go": body("b"), "in/c.go": body("c")}}
	for _, tt := range []struct {
		name    string
		history []commit // the first is the base
		then    func(r *repository)
		dir     string
		// What is told of the work tree, the index and HEAD; a * is the line before.
		disk, index, head string
		skip              bool
	}{
		{name: "nothing", history: []commit{base}},
		{name: "touched", history: []commit{base}, then: func(r *repository) {
			r.lay(files{"a.go": body("a")})
		}},
		{name: "not staged", history: []commit{base}, then: func(r *repository) {
			r.lay(files{"a.go": body("a", 1), "in/c.go": ""})
		}, disk: "modified a.go, deleted in/c.go"},
		{name: "staged", history: []commit{base}, then: func(r *repository) {
			r.lay(files{"a.go": body("a", 1), "in/d.go": body("d")})
			r.git("add", "-A")
		}, disk: "modified a.go, added in/d.go", index: "*"},
		{name: "staged and taken back on disk", history: []commit{base}, then: func(r *repository) {
			r.lay(files{"a.go": body("a", 1)})
			r.git("add", "-A")
			r.lay(files{"a.go": body("a")})
		}, index: "modified a.go"},
		{name: "committed", history: []commit{base, {Name: "two", Drop: []string{"b.go"}, Set: files{"a.go": body("a", 1), "d.go": body("d")}}}, disk: "modified a.go, deleted b.go, added d.go", index: "*", head: "*"},
		{name: "committed and taken back", history: []commit{base, {Name: "two", Set: files{"a.go": body("a", 1)}}, {Name: "three", Set: files{"a.go": body("a")}}}},
		{name: "from below", history: []commit{base, {Name: "two", Set: files{"a.go": body("a", 1)}}}, dir: "in", disk: "modified a.go", index: "*", head: "*"},
		{name: "untracked", history: []commit{base}, then: func(r *repository) {
			r.lay(files{"new/d.go": body("d"), "e.go": body("e")})
		}, disk: "added e.go ?, added new/d.go ?"},
		{name: "ignored", history: []commit{{Name: "base", Set: files{"a.go": body("a"), ".gitignore": "*.out\n/build/\nin/**/x\n!keep.out\n", "in/.gitignore": "# no\n*.tmp\n", "kept/old.out": body("o")}}}, then: func(r *repository) {
			r.lay(files{"x.out": "1", "keep.out": "1", "build/a.go": "1", "in/build/a.go": "1", "in/y.tmp": "1", "y.tmp": "1", "in/deep/x/a": "1", "x/a": "1", "own.go": "1", "kept/old.out": body("o", 1), "kept/new.out": "1"})
			r.lay(files{".git/info/exclude": "own.go\n"})
		}, disk: "added in/build/a.go ?, added keep.out ?, modified kept/old.out, added x/a ?, added y.tmp ?"},
		{name: "a folder that is ignored, and one of its files is not", history: []commit{{Name: "base", Set: files{".gitignore": "gen\n!gen/a.go\n", "gen/t.go": body("t")}}}, then: func(r *repository) {
			r.lay(files{"gen/a.go": "1", "gen/t.go": body("t", 1)})
		}, disk: "modified gen/t.go"},
		{name: "intended to be added", history: []commit{base}, then: func(r *repository) {
			r.lay(files{"d.go": body("d")})
			r.git("add", "-N", "d.go")
		}, disk: "added d.go"},
		{name: "renamed and staged", history: []commit{base}, then: func(r *repository) { r.git("mv", "a.go", "in/z.go") }, disk: "moved a.go -> in/z.go", index: "*"},
		{name: "renamed, changed and committed", history: []commit{base, {Name: "two", Drop: []string{"a.go"}, Set: files{"z.go": body("a", 1, 2)}}}, disk: "moved a.go -> z.go", index: "*", head: "*"},
		{name: "renamed, and git does not know it", history: []commit{base}, then: func(r *repository) { r.lay(files{"a.go": "", "z.go": body("a", 3)}) }, disk: "moved a.go -> z.go ?"},
		{name: "renamed, with other ends of lines", history: []commit{base}, then: func(r *repository) {
			r.lay(files{"a.go": "", "z.go": strings.ReplaceAll(body("a"), "\n", "\r\n")})
		}, disk: "moved a.go -> z.go ?"},
		{name: "another text at another path", history: []commit{base}, then: func(r *repository) { r.lay(files{"a.go": "", "z.go": body("z")}) }, disk: "deleted a.go, added z.go ?"},
		{name: "a folder renamed", history: []commit{{Name: "base", Set: files{"old/a/x.go": body("same"), "old/b/x.go": body("same"), "old/b/y.go": body("same")}}}, then: func(r *repository) { r.git("mv", "old", "new") }, disk: "moved old/a/x.go -> new/a/x.go, moved old/b/x.go -> new/b/x.go, moved old/b/y.go -> new/b/y.go", index: "*"},
		{name: "two files changed places", history: []commit{base}, then: func(r *repository) { r.lay(files{"a.go": body("b"), "b.go": body("a")}) }, disk: "modified a.go, modified b.go"},
		{name: "copied", history: []commit{base}, then: func(r *repository) { r.lay(files{"d.go": body("a")}) }, disk: "added d.go ?"},
		{name: "a name in capitals", history: []commit{base}, then: func(r *repository) { r.git("mv", "a.go", "A.go") }, disk: "moved a.go -> A.go", index: "*"},
		{name: "the ends of lines alone", history: []commit{{Name: "base", Set: files{"a.go": body("a"), "b.go": strings.ReplaceAll(body("b"), "\n", "\r\n")}}, {Name: "two", Set: files{"b.go": body("b")}}}, then: func(r *repository) {
			r.lay(files{"a.go": strings.ReplaceAll(body("a"), "\n", "\r\n")})
		}},
		{name: "a file that became a link, and back", history: []commit{base}, then: func(r *repository) {
			r.lay(files{"a.go": "-> b.go", "in": "-> /"})
		}, disk: "deleted a.go, deleted in/c.go", skip: runtime.GOOS == "windows"},
		{name: "a link that became a file", history: []commit{base}, then: func(r *repository) {
			r.lay(files{"l.go": "-> b.go"})
			r.git("add", "-A")
			r.git("commit", "-q", "-m", "a link")
			r.git("tag", "-f", "base")
			r.lay(files{"l.go": body("l")})
		}, disk: "added l.go", skip: runtime.GOOS == "windows"},
		{name: "a file that became a folder", history: []commit{base}, then: func(r *repository) {
			r.lay(files{"a.go": ""})
			r.lay(files{"a.go/x": body("x")})
		}, disk: "deleted a.go, added a.go/x ?"},
		{name: "executable", history: []commit{base}, then: func(r *repository) {
			if err := os.Chmod(filepath.Join(r.dir, "a.go"), 0o755); err != nil {
				r.t.Fatal(err)
			}
			r.git("update-index", "--chmod=+x", "b.go")
		}},
		{name: "taken out of the index", history: []commit{base}, then: func(r *repository) {
			r.git("rm", "-q", "--cached", "a.go", "b.go")
			r.lay(files{"b.go": body("b", 1)})
		}, disk: "modified b.go", index: "deleted a.go, deleted b.go"},
		{name: "in a conflict", history: []commit{base, {Name: "left", Set: files{"a.go": body("a", 1)}}, {Name: "right", From: []string{"base"}, Set: files{"a.go": body("a", 2) + "x"}}}, then: func(r *repository) {
			_ = gittest.Command(r.dir, time.Now(), "merge", "left").Run()
			r.lay(files{"a.go": "both"})
		}, disk: "modified a.go", index: "unknown a.go", head: "modified a.go"},
		{name: "a sparse checkout", history: []commit{base, {Name: "two", Set: files{"in/c.go": body("c", 1)}}}, then: func(r *repository) {
			r.git("sparse-checkout", "set", "--no-cone", "/*.go")
			r.lay(files{"in/d.go": body("d")})
		}, disk: "modified in/c.go, added in/d.go ?", index: "modified in/c.go", head: "*"},
		{name: "a sparse index", history: []commit{base, {Name: "two", Set: files{"in/c.go": body("c", 1), "in/deep/d.go": body("d")}}}, then: func(r *repository) {
			r.git("sparse-checkout", "init", "--cone", "--sparse-index")
		}, disk: "modified in/c.go, added in/deep/d.go", index: "*", head: "*"},
		{name: "a split index", history: []commit{base}, then: func(r *repository) {
			r.git("update-index", "--split-index")
			r.lay(files{"a.go": body("a", 1), "d.go": "d"})
		}, disk: "modified a.go, added d.go ?", index: "error"},
		{name: "a filter", history: []commit{{Name: "base", Set: files{".gitattributes": "*.bin filter=lfs\n*.txt working-tree-encoding=UTF-16\n", "a.bin": body("a"), "b.bin": body("b"), "c.txt": body("c")}}}, then: func(r *repository) {
			r.lay(files{"b.bin": "smudged", "c.txt": "c", "d.bin": "new"})
		}, disk: "added d.bin ?, unknown b.bin, unknown c.txt"},
		{name: "what LFS keeps", history: []commit{{Name: "base", Set: files{"a.go": "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n"}}}, then: func(r *repository) {
			r.lay(files{"a.go": "smudged"})
		}, disk: "unknown a.go"},
		{name: "a repository and a work tree in it", history: []commit{base}, then: func(r *repository) {
			r.git("init", "-q", "other")
			r.lay(files{"other/x.go": "1"})
			r.git("worktree", "add", "-q", "--detach", "tree")
			r.lay(files{"tree/a.go": body("a", 1)})
		}},
		{name: "in a linked work tree", history: []commit{base}, then: func(r *repository) {
			r.git("worktree", "add", "-q", "--detach", "tree")
			r.lay(files{"tree/a.go": body("a", 1), "tree/d.go": "d", "tree/b.go": body("b", 1), "a.go": body("a", 2), ".git/info/exclude": "d.go\n"})
			gittest.Run(r.t, filepath.Join(r.dir, "tree"), time.Now(), "add", "b.go")
		}, dir: "tree", disk: "modified a.go, modified b.go", index: "modified b.go"},
		{name: "names of SHA-256", history: nil, then: func(r *repository) {
			r.lay(files{"a.go": "1", "b.go": body("b")})
		}, disk: "added a.go ?, added b.go ?"},
		{name: "text beyond the bound", history: []commit{{Name: "base", Set: files{"a.go": strings.Repeat(body("a"), 1000), "b.go": strings.Repeat(body("b"), 1000)}}}, then: func(r *repository) {
			r.lay(files{"a.go": strings.Repeat(body("a"), 1000) + "x", "b.go": strings.Repeat(body("b"), 1000)})
		}, disk: "modified a.go"},
		{name: "names with all kinds of letters", history: []commit{base}, then: func(r *repository) {
			r.lay(files{"ä b/\"q\".go": body("x"), "-c": "1"})
			r.git("add", "--", "-c")
		}, disk: "added -c, added ä b/\"q\".go ?", index: "added -c", skip: runtime.GOOS == "windows"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.skip {
				t.Skip("the system has no such files")
			}
			var init []string
			if tt.history == nil {
				init = []string{"--object-format=sha256"}
			}
			r := newRepository(t, init...)
			if tt.history == nil {
				r.git("commit", "-q", "--allow-empty", "-m", "base")
				r.git("tag", "base")
			} else {
				r.git("tag", "base", r.history(tt.history)["base"])
			}
			r.git("status") // the index has the times of what was checked out
			if tt.then != nil {
				tt.then(r)
			}
			id := r.says("rev-parse", "base")
			last := ""
			for state, want := range []string{tt.disk, tt.index, tt.head} {
				if want == "*" {
					want = last
				}
				last = want
				c, err := git.Compare(t.Context(), filepath.Join(r.dir, tt.dir), id, git.Options{State: git.State(state), Text: 100_000})
				if want == "error" {
					if err == nil {
						t.Errorf("state %d: no error", state)
						c.Close()
					}
					continue
				}
				if err != nil {
					t.Errorf("state %d: %v", state, err)
					continue
				}
				if got := strings.Join(changes(c), ", "); got != want || c.Unpaired {
					t.Errorf("state %d: %s\nwant %s", state, got, want)
				}
				c.Close()
			}
		})
	}
}

// TestCompareTexts reads the texts of both sides, and those at the base of files that were not changed.
func TestCompareTexts(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	names := r.history([]commit{{Name: "base", Set: files{"a.go": "1", "b.go": body("b"), "in/c.go": "3", "d.go": "4", "e.go": "5"}}, {Name: "two", Set: files{"a.go": "2"}}})
	r.git("mv", "b.go", "z.go")
	r.lay(files{"z.go": body("b", 1), "d.go": "", "new.go": "6", "a.go": "disk"})
	for _, tt := range []struct {
		state git.State
		want  map[string][2]string
	}{
		{git.OnDisk, map[string][2]string{"a.go": {"1", "disk"}, "z.go": {body("b"), body("b", 1)}, "d.go": {"4", "-"}, "new.go": {"-", "6"}, "in/c.go": {"3"}, "none.go": {"-"}, "e.go": {"5"}}},
		{git.InIndex, map[string][2]string{"a.go": {"1", "2"}, "z.go": {body("b"), body("b")}, "d.go": {"4"}, "new.go": {"-"}}},
		{git.InHead, map[string][2]string{"a.go": {"1", "2"}, "b.go": {body("b")}, "in": {"-"}}},
	} {
		c, err := git.Compare(t.Context(), filepath.Join(r.dir, "in"), names["base"], git.Options{State: tt.state})
		if err != nil {
			t.Fatal(err)
		}
		if c.Top != r.dir {
			t.Errorf("the top is %s", c.Top)
		}
		seen := 0
		for _, f := range c.Files {
			want := tt.want[f.Path]
			seen++
			for i, read := range []func(git.Change) (string, error){c.Before, c.After} {
				text, err := read(f)
				if errors.Is(err, os.ErrNotExist) {
					text, err = "-", nil
				}
				if text != want[i] || err != nil {
					t.Errorf("%v: %s %d: %q, %v, want %q", tt.state, f.Path, i, text, err, want[i])
				}
			}
		}
		for p, want := range tt.want {
			text, ok, err := c.At(p)
			if !ok {
				text = "-"
			}
			if text != want[0] || err != nil {
				t.Errorf("%v: %s was %q, %v, want %q", tt.state, p, text, err, want[0])
			}
			if want[1] != "" {
				seen--
			}
		}
		if seen != 0 {
			t.Errorf("%v: %v", tt.state, changes(c))
		}
		c.Close()
		if _, ok, err := c.At("in/c.go"); ok || err == nil {
			t.Error("a text is told after the end")
		}
	}
}

// TestCompareModules compares submodules with the commits that the base has of them.
func TestCompareModules(t *testing.T) {
	t.Parallel()
	inner := newRepository(t)
	old := inner.history([]commit{{Name: "one", Set: files{"x.go": body("x"), "y.go": body("y")}}, {Name: "two", Set: files{"x.go": body("x", 1)}}})
	deepest := newRepository(t)
	deepest.history([]commit{{Name: "one", Set: files{"z.go": body("z")}}})
	url := func(r *repository) string { return "file://" + filepath.ToSlash(r.dir) }
	r := newRepository(t)
	r.history([]commit{{Name: "base", Set: files{"a.go": body("a")}}})
	r.git("submodule", "--quiet", "add", url(inner), "deep/sub")
	sub := &repository{t, filepath.Join(r.dir, "deep", "sub")}
	sub.git("checkout", "-q", "--detach", old["one"])
	r.git("add", "-A")
	r.git("commit", "-q", "-m", "a submodule")
	base := r.says("rev-parse", "HEAD")
	tell := func(state git.State, want string) {
		t.Helper()
		c, err := git.Compare(t.Context(), r.dir, base, git.Options{State: state})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if got := strings.Join(changes(c), ", "); got != want {
			t.Errorf("state %d: %s\nwant %s", state, got, want)
		}
		if text, ok, err := c.At("deep/sub/y.go"); text != body("y") || !ok || err != nil {
			if !strings.Contains(want, "unknown deep/sub") && !(state == git.InHead && want == "" && errors.Is(err, os.ErrInvalid)) {
				t.Errorf("the text at the base: %q, %v, %v", text, ok, err)
			}
		}
	}
	tell(git.OnDisk, "")
	sub.lay(files{"y.go": body("y", 1), "new.go": "1"})
	tell(git.OnDisk, "added deep/sub/new.go ?, modified deep/sub/y.go")
	tell(git.InIndex, "")
	sub.lay(files{"y.go": body("y"), "new.go": ""})
	sub.git("checkout", "-q", "--detach", old["two"])
	tell(git.OnDisk, "modified deep/sub/x.go")
	tell(git.InIndex, "")
	r.git("add", "-A")
	tell(git.InIndex, "modified deep/sub/x.go")
	tell(git.InHead, "")
	r.git("commit", "-q", "-m", "the submodule is another one")
	tell(git.InHead, "modified deep/sub/x.go")
	sub.git("submodule", "--quiet", "add", url(deepest), "in")
	tell(git.OnDisk, "added deep/sub/.gitmodules, added deep/sub/in/z.go, modified deep/sub/x.go")
	if err := os.RemoveAll(sub.dir); err != nil {
		t.Fatal(err)
	}
	tell(git.OnDisk, "unknown deep/sub")
}

// TestCompareErrors: what can't be compared is said.
func TestCompareErrors(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	names := r.history(fork())
	shallow := newRepository(t)
	shallow.git("fetch", "-q", "--depth=1", "file://"+filepath.ToSlash(r.dir), "+refs/heads/main:refs/heads/other")
	shallow.git("checkout", "-q", "other")
	empty := newRepository(t)
	for _, tt := range []struct {
		name, dir, base string
		state           git.State
		err             error
	}{
		{"no repository", t.TempDir(), names["one"], git.OnDisk, git.ErrNoRepository},
		{"no name", r.dir, "main", git.OnDisk, git.ErrRevision},
		{"no such commit", r.dir, strings.Repeat("1", 40), git.OnDisk, git.ErrRevision},
		{"a shallow clone", shallow.dir, names["one"], git.OnDisk, git.ErrShallow},
		{"nothing is committed", empty.dir, names["one"], git.InHead, git.ErrNoCommit},
	} {
		c, err := git.Compare(t.Context(), tt.dir, tt.base, git.Options{State: tt.state})
		if c != nil || !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, %v, want %v", tt.name, c, err, tt.err)
		}
	}
	left := 3
	if c, err := git.Compare(tired{t.Context(), &left}, r.dir, names["one"], git.Options{}); c != nil || err == nil {
		t.Errorf("cancelled: %v, %v", c, err)
	}
	r.lay(files{"n1": "n1", "n2": "n2", "c.go": "c", "a.go": "", "b.go": ""})
	for _, tt := range []struct {
		most git.Limits
		want string
	}{
		{git.Limits{Tracked: 1}, git.ErrManyFiles.Error()},
		{git.Limits{Changed: 2}, git.ErrManyFiles.Error()},
		{git.Limits{Bytes: 1000}, git.ErrBounds.Error()},
		{git.Limits{Untracked: 1}, "unknown ."},
		{git.Limits{}, "deleted a.go, added c.go, added n1 ?, added n2 ?"},
	} {
		c, err := git.CompareIn(t.Context(), r.dir, names["one"], tt.most)
		got := fmt.Sprint(err)
		if err == nil {
			got = strings.Join(changes(c), ", ")
			c.Close()
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%+v: %s, want %s", tt.most, got, tt.want)
		}
	}
}

// status is what git says is changed from a commit in a state, in the words of changes.
func (r *repository) status(base string, state git.State) (out []string) {
	r.t.Helper()
	args := []string{"diff", "-M", "-z", "--no-ext-diff", "-l0", "--name-status", base}
	var env []string
	switch state {
	case git.OnDisk:
		// An index to which all is added.
		data, err := os.ReadFile(filepath.Join(r.dir, ".git", "index"))
		if err != nil {
			r.t.Fatal(err)
		}
		other := filepath.Join(r.t.TempDir(), "index")
		if err := os.WriteFile(other, data, 0o644); err != nil {
			r.t.Fatal(err)
		}
		env = []string{"GIT_INDEX_FILE=" + other}
		add := gittest.Command(r.dir, time.Now(), "add", "-A")
		add.Env = append(add.Env, env...)
		if out, err := add.CombinedOutput(); err != nil {
			r.t.Fatalf("%v: %s", err, out)
		}
		args = append(args, "--cached")
	case git.InIndex:
		args = append(args, "--cached")
	case git.InHead:
		args = append(args, "HEAD")
	}
	cmd := gittest.Command(r.dir, time.Now(), args...)
	cmd.Env = append(cmd.Env, env...)
	text, err := cmd.Output()
	if err != nil {
		r.t.Fatal(err)
	}
	fields := strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
	for i := 0; i+1 < len(fields); i += 2 {
		switch status := fields[i][0]; status {
		case 'R':
			out = append(out, "moved "+fields[i+1]+" -> "+fields[i+2])
			i++
		default:
			out = append(out, map[byte]string{'M': "modified ", 'A': "added ", 'D': "deleted "}[status]+fields[i+1])
		}
	}
	slices.Sort(out)
	return out
}

// TestCompareAsGit holds the answers against those of git, over random histories and work trees.
func TestCompareAsGit(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 7))
			r := newRepository(t)
			text := func() string {
				var b strings.Builder
				for range 1 + random.IntN(40) {
					fmt.Fprintf(&b, "line %d %s\n", random.IntN(1_000_000), strings.Repeat("x", random.IntN(100)))
				}
				return b.String()
			}
			dirs := []string{"", "a/", "a/b/", "c.d/", "c/", "gen/"}
			name := func() string {
				return fmt.Sprintf("%sf%d.%s", dirs[random.IntN(len(dirs))], random.IntN(12), []string{"go", "tmp", "py"}[random.IntN(3)])
			}
			texts := files{}
			// step changes the files on disk.
			step := func() {
				for range 1 + random.IntN(8) {
					paths := make([]string, 0, len(texts))
					for p := range texts {
						paths = append(paths, p)
					}
					slices.Sort(paths)
					old := ""
					if len(paths) > 0 {
						old = paths[random.IntN(len(paths))]
					}
					change := files{}
					switch kind := random.IntN(6); {
					case kind == 0 || old == "":
						change[name()] = text()
					case kind == 1:
						change[old] = ""
					case kind <= 3:
						lines := strings.SplitAfter(texts[old], "\n")
						lines[random.IntN(len(lines))] = text()
						change[old] = strings.Join(lines, "")
					default:
						lines := strings.SplitAfter(texts[old], "\n")
						for range random.IntN(len(lines)) {
							lines[random.IntN(len(lines))] = fmt.Sprintln("other", random.IntN(1_000_000))
						}
						to := name()
						change[to] = strings.Join(lines, "")
						if to != old {
							change[old] = ""
						}
					}
					for p, s := range change {
						if texts[p] = s; s == "" {
							delete(texts, p)
						}
					}
					r.lay(change)
				}
			}
			r.lay(files{".gitignore": "*.tmp\n!f3.tmp\n/gen/f*1.go\n"})
			var commits []string
			for range 6 {
				step()
				r.git("add", "-A")
				r.git("commit", "-q", "--allow-empty", "-m", "x")
				commits = append(commits, r.says("rev-parse", "HEAD"))
			}
			step()
			r.git("add", "-A")
			step()
			if seed%3 == 0 {
				r.git("gc", "-q")
			}
			if seed%4 == 1 {
				r.git("update-index", "--index-version", "4")
			}
			for _, base := range commits {
				for _, state := range []git.State{git.OnDisk, git.InIndex, git.InHead} {
					c, err := git.Compare(t.Context(), r.dir, base, git.Options{State: state})
					if err != nil {
						t.Fatal(err)
					}
					var got []string
					for _, line := range changes(c) {
						got = append(got, strings.TrimSuffix(line, " ?"))
					}
					c.Close()
					slices.Sort(got)
					if want := r.status(base, state); !slices.Equal(got, want) {
						t.Errorf("state %d:\n%s\ngit:\n%s", state, strings.Join(got, "\n"), strings.Join(want, "\n"))
					}
				}
			}
		})
	}
}

// TestIgnoredAsGit holds what is ignored against what git says.
func TestIgnoredAsGit(t *testing.T) {
	t.Parallel()
	patterns := []string{
		"*.o", "/a", "a/", "b/*", "b/**", "**/c", "!x.o", "d/**/e", "x*", "?", "[ab]", "[!a]", "[[:digit:]]", `\#x`, `\!x`, "#x", "a b", "trail  ", `trail\ `, "/", "", "!", "{a,b}", "**", "a/b", "/a/b/", "!a/b", "**/", "a**b", "x.?", "[", `x\`, "!b/x.o", "*/x", "/*/e", "/**/e/",
	}
	names := []string{"a", "b", "c", "d", "e", "x", "x.o", "1", "#x", "!x", "a b", "trail", "trail ", "{a,b}", "axb", "x.p"}
	if runtime.GOOS == "windows" {
		t.Skip("the system has no such names")
	}
	for seed := range uint64(12) {
		random := rand.New(rand.NewPCG(seed, 3))
		r := newRepository(t)
		r.git("commit", "-q", "--allow-empty", "-m", "base")
		for range 60 {
			p := names[random.IntN(len(names))]
			for range random.IntN(4) {
				next := filepath.Join(p, names[random.IntN(len(names))])
				if info, err := os.Stat(filepath.Join(r.dir, p)); err == nil && !info.IsDir() {
					break
				}
				p = next
			}
			if info, err := os.Stat(filepath.Join(r.dir, p)); err == nil && info.IsDir() {
				continue
			}
			if err := os.MkdirAll(filepath.Dir(filepath.Join(r.dir, p)), 0o755); err == nil {
				_ = os.WriteFile(filepath.Join(r.dir, p), []byte("x"), 0o644)
			}
		}
		for _, at := range []string{".gitignore", "a/.gitignore", "b/.gitignore", ".git/info/exclude"} {
			if info, err := os.Stat(filepath.Dir(filepath.Join(r.dir, at))); err != nil || !info.IsDir() {
				continue
			}
			var b strings.Builder
			for range random.IntN(5) {
				b.WriteString(patterns[random.IntN(len(patterns))] + "\n")
			}
			r.lay(files{at: b.String() + "#\n"})
		}
		c, err := git.Compare(t.Context(), r.dir, r.says("rev-parse", "HEAD"), git.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range c.Files {
			got = append(got, f.Path)
		}
		c.Close()
		out, err := gittest.Command(r.dir, time.Now(), "ls-files", "-o", "--exclude-standard", "-z").Output()
		if err != nil {
			t.Fatal(err)
		}
		want := strings.FieldsFunc(string(out), func(c rune) bool { return c == 0 })
		if slices.Sort(want); !slices.Equal(got, want) {
			rules, _ := gittest.Command(r.dir, time.Now(), "-c", "core.pager=cat", "grep", "--no-index", "-n", "", "--", "*.gitignore").Output()
			exclude, _ := os.ReadFile(filepath.Join(r.dir, ".git", "info", "exclude"))
			t.Errorf("seed %d: %q\ngit: %q\n%s\n%s", seed, got, want, rules, exclude)
		}
	}
}

// TestIgnoredEverywhere has a file of whoever works there, in the usual place.
func TestIgnoredEverywhere(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	r.history(fork())
	home := t.TempDir()
	for dir, text := range map[string]string{".config/git": "*.swp\n", "xdg/git": "*.bak\n"} {
		path := filepath.Join(home, filepath.FromSlash(dir), "ignore")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r.lay(files{"a.swp": "1", "b.bak": "1"})
	for _, tt := range []struct {
		env  map[string]string
		want string
	}{
		{nil, "added a.swp ?, added b.bak ?"},
		{map[string]string{"HOME": home}, "added b.bak ?"},
		{map[string]string{"HOME": home, "XDG_CONFIG_HOME": filepath.Join(home, "xdg")}, "added a.swp ?"},
	} {
		c, err := git.Compare(t.Context(), r.dir, r.says("rev-parse", "HEAD"), git.Options{Env: func(name string) string { return tt.env[name] }})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(changes(c), ", "); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.env, got, tt.want)
		}
		c.Close()
	}
}

// TestCompareTimes: a file whose size and times are those of the index is not read, unless it may have been written again in the
// moment in which the index was.
func TestCompareTimes(t *testing.T) {
	t.Parallel()
	at := time.Now().Add(-time.Hour).Truncate(time.Second).Add(time.Millisecond)
	second := at.Truncate(time.Second)
	says := runtime.GOOS == "linux" || runtime.GOOS == "darwin"
	for _, tt := range []struct {
		name    string
		at      time.Time // of the file
		written time.Time // of the index
		changed bool      // the index has when the file last changed
		want    string
	}{
		{"another file with the same size and time", at, at.Add(time.Minute), false, ""},
		{"in the same moment", at, at, false, "modified a.go"},
		{"in the same second", second, second.Add(time.Millisecond), false, "modified a.go"},
		{"changed later", at, at.Add(time.Minute), true, map[bool]string{true: "modified a.go"}[says]},
	} {
		r := newRepository(t)
		names := r.history([]commit{{Name: "one", Set: files{"a.go": "1111", "b.go": "2222"}}})
		stamp := func(path string, when time.Time) {
			if err := os.Chtimes(filepath.Join(r.dir, filepath.FromSlash(path)), when, when); err != nil {
				t.Fatal(err)
			}
		}
		stamp("a.go", tt.at)
		r.git("update-index", "--refresh", "-q")
		r.lay(files{"a.go": "3333"})
		stamp("a.go", tt.at)
		index := filepath.Join(r.dir, ".git", "index")
		data, err := os.ReadFile(index)
		if err != nil {
			t.Fatal(err)
		}
		const first = 12 // the entry of a.go, which begins with when it last changed
		if !tt.changed {
			clear(data[first : first+8])
		}
		if err := os.WriteFile(index, data, 0o644); err != nil {
			t.Fatal(err)
		}
		stamp(".git/index", tt.written)
		c, err := git.Compare(t.Context(), r.dir, names["one"], git.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(changes(c), ", "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		c.Close()
	}
}

// TestCompareInHook has git commit tell its hook what will be committed.
func TestCompareInHook(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	names := r.history([]commit{{Name: "one", Set: files{"a.go": "1", "b.go": "2"}}})
	elsewhere := filepath.Join(t.TempDir(), "index")
	for _, to := range []string{filepath.Join(r.dir, ".git", "index.lock"), elsewhere} {
		r.lay(files{"a.go": "3"})
		cmd := gittest.Command(r.dir, time.Now(), "add", "a.go")
		cmd.Env = append(cmd.Env, "GIT_INDEX_FILE="+to+".x")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if err := os.Rename(to+".x", to); err != nil {
			t.Fatal(err)
		}
	}
	for index, want := range map[string]string{"": "", ".git/index.lock": "modified a.go, deleted b.go", filepath.Join(r.dir, ".git/index.lock"): "modified a.go, deleted b.go", elsewhere: "", "../index": "", ".git": ""} {
		c, err := git.Compare(t.Context(), r.dir, names["one"], git.Options{State: git.InIndex, Env: func(name string) string {
			return map[string]string{"GIT_INDEX_FILE": index}[name]
		}})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(changes(c), ", "); got != want {
			t.Errorf("%q: %s, want %s", index, got, want)
		}
		c.Close()
	}
}
