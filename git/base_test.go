package git_test

import (
	"errors"
	"fmt"
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

// says is what git prints, without the line's end; "" where it fails.
func (r *repository) says(args ...string) string {
	out, err := gittest.Command(r.dir, time.Now(), args...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// refs points references at commits: NAME COMMIT, …
func (r *repository) refs(names map[string]string, list string) {
	r.t.Helper()
	for pair := range strings.SplitSeq(list, ", ") {
		if ref, commit, ok := strings.Cut(pair, " "); ok {
			r.git("update-ref", ref, names[commit])
		}
	}
}

// fork is a history in which main went on after a branch began.
func fork() []commit {
	return []commit{
		{Name: "one", Set: files{"a.go": "1"}},
		{Name: "two", Set: files{"a.go": "2"}},
		{Name: "three", Set: files{"b.go": "3"}},
		{Name: "mine", From: []string{"two"}, Set: files{"c.go": "4"}},
	}
}

// merged is a history in which CI merged the branch into main.
func merged() []commit {
	return append(fork(), commit{Name: "merge", From: []string{"three", "mine"}, Set: files{"c.go": "4"}})
}

func TestFindBase(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		history  []commit
		refs     string
		symbolic string // of origin/HEAD
		then     func(r *repository, names map[string]string)
		revision string
		env      string // NAME=VALUE …, of which {COMMIT} is the name of a commit
		// want is the commit, then the tip, the name and who named it.
		want  string
		merge bool
		err   error
		says  string // in the error
	}{
		{name: "origin/HEAD", history: fork(), refs: "refs/remotes/origin/develop three, refs/remotes/origin/main one", symbolic: "refs/remotes/origin/develop", want: "two three origin/HEAD default"},
		{name: "origin/main without origin/HEAD", history: fork(), refs: "refs/remotes/origin/main three", want: "two three origin/main default"},
		{name: "origin/master", history: fork(), refs: "refs/remotes/origin/master three", want: "two three origin/master default"},
		{name: "a fork without any of origin's", history: fork(), refs: "refs/remotes/origin/topic mine, refs/remotes/upstream/main three, refs/remotes/other/main one", want: "two three upstream/main default"},
		{name: "references that are packed", history: fork(), refs: "refs/remotes/origin/main three", then: func(r *repository, _ map[string]string) { r.git("pack-refs", "--all") }, want: "two three origin/main default"},
		{name: "nothing", history: fork(), err: git.ErrNoBase, says: "--changed=main"},
		{name: "nothing is committed", history: fork(), then: func(r *repository, _ map[string]string) { r.git("checkout", "-q", "--orphan", "new") }, err: git.ErrNoCommit},
		{name: "asked", history: fork(), refs: "refs/remotes/origin/main three", env: "GITHUB_BASE_REF=main", revision: "mine~2", want: "one one mine~2 "},
		{name: "asked for a branch that only a remote has", history: fork(), refs: "refs/remotes/origin/develop three", revision: "develop", want: "two three origin/develop "},
		{name: "asked for nothing that is there", history: fork(), revision: "develop", err: git.ErrRevision, says: `"develop"`},
		{name: "HEAD is behind", history: fork(), refs: "refs/remotes/origin/main mine", want: "mine mine origin/main default"},
		{name: "GitHub", history: fork(), refs: "refs/remotes/origin/main three, refs/remotes/origin/next one", env: "GITHUB_BASE_REF=main", want: "two three origin/main GITHUB_BASE_REF"},
		{name: "GitHub, a branch with slashes", history: fork(), refs: "refs/remotes/origin/release/1.x three, refs/remotes/origin/main one", env: "GITHUB_BASE_REF=release/1.x", want: "two three origin/release/1.x GITHUB_BASE_REF"},
		{name: "GitHub, not fetched", history: fork(), refs: "refs/remotes/origin/main three", env: "GITHUB_BASE_REF=next", err: git.ErrRevision, says: "GITHUB_BASE_REF"},
		{name: "GitHub, no branch", history: fork(), refs: "refs/remotes/origin/main three", env: "GITHUB_BASE_REF=../../HEAD", err: git.ErrRevision},
		{name: "GitHub's merge", history: merged(), refs: "refs/remotes/origin/main three", env: "GITHUB_BASE_REF=main GITHUB_REF=refs/pull/7/merge GITHUB_SHA={merge}", want: "three three main GITHUB_BASE_REF", merge: true},
		{name: "GitHub's merge, main was not fetched", history: merged(), env: "GITHUB_BASE_REF=main GITHUB_REF=refs/pull/7/merge GITHUB_SHA={merge}", want: "three three main GITHUB_BASE_REF", merge: true},
		{name: "GitHub's merge, another commit is at hand", history: append(merged(), commit{Name: "later", From: []string{"merge", "three"}}), refs: "refs/remotes/origin/main two", env: "GITHUB_BASE_REF=main GITHUB_REF=refs/pull/7/merge GITHUB_SHA={merge}", want: "two two origin/main GITHUB_BASE_REF"},
		{name: "GitHub's merge, asked for another base", history: merged(), env: "GITHUB_BASE_REF=main GITHUB_REF=refs/pull/7/merge GITHUB_SHA={merge}", revision: "{one}", want: "one one {one} "},
		{name: "a merge of one's own", history: append(fork(), commit{Name: "merge", From: []string{"mine", "three"}}), refs: "refs/remotes/origin/main three", want: "three three origin/main default"},
		{name: "GitLab", history: fork(), refs: "refs/remotes/origin/main three", env: "CI_MERGE_REQUEST_DIFF_BASE_SHA={one} CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main", want: "one one {one} CI_MERGE_REQUEST_DIFF_BASE_SHA"},
		{name: "GitLab, the commit was not fetched", history: fork(), refs: "refs/remotes/origin/main three", env: "CI_MERGE_REQUEST_DIFF_BASE_SHA=" + strings.Repeat("1", 40) + " CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main", want: "two three origin/main CI_MERGE_REQUEST_TARGET_BRANCH_NAME"},
		{name: "GitLab, nothing was fetched", history: fork(), refs: "refs/remotes/origin/main three", env: "CI_MERGE_REQUEST_DIFF_BASE_SHA=" + strings.Repeat("1", 40), err: git.ErrRevision, says: "CI_MERGE_REQUEST_DIFF_BASE_SHA"},
		{name: "GitLab's merge", history: merged(), env: "CI_MERGE_REQUEST_EVENT_TYPE=merged_result CI_COMMIT_SHA={merge} CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main", want: "three three main CI_MERGE_REQUEST_TARGET_BRANCH_NAME", merge: true},
		{name: "Azure", history: fork(), refs: "refs/remotes/origin/main three", env: "SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main", want: "two three origin/main SYSTEM_PULLREQUEST_TARGETBRANCH"},
		{name: "Azure's merge", history: merged(), env: "SYSTEM_PULLREQUEST_TARGETBRANCH=refs/heads/main BUILD_SOURCEBRANCH=refs/pull/3/merge BUILD_SOURCEVERSION={merge}", want: "three three main SYSTEM_PULLREQUEST_TARGETBRANCH", merge: true},
		{name: "Azure, no pull request", history: fork(), refs: "refs/remotes/origin/main three", env: "SYSTEM_PULLREQUEST_TARGETBRANCH=$(System.PullRequest.TargetBranch)", want: "two three origin/main default"},
		{name: "Bitbucket", history: fork(), refs: "refs/remotes/origin/dev three", env: "BITBUCKET_PR_DESTINATION_BRANCH=dev", want: "two three origin/dev BITBUCKET_PR_DESTINATION_BRANCH"},
		{name: "Jenkins, the branch is the repository's own", history: fork(), refs: "refs/heads/dev three", env: "CHANGE_TARGET=dev", want: "two three dev CHANGE_TARGET"},
		{name: "Drone", history: fork(), refs: "refs/remotes/origin/dev three", env: "DRONE_TARGET_BRANCH=dev DRONE_BUILD_EVENT=pull_request", want: "two three origin/dev DRONE_TARGET_BRANCH"},
		{name: "Drone, a push", history: fork(), refs: "refs/remotes/origin/dev mine, refs/remotes/origin/main three", env: "DRONE_TARGET_BRANCH=dev DRONE_BUILD_EVENT=push", want: "two three origin/main default"},
		{name: "Travis", history: fork(), refs: "refs/remotes/origin/dev three", env: "TRAVIS_BRANCH=dev TRAVIS_PULL_REQUEST=12", want: "two three origin/dev TRAVIS_BRANCH"},
		{name: "Travis, a push", history: fork(), refs: "refs/remotes/origin/dev mine, refs/remotes/origin/main three", env: "TRAVIS_BRANCH=dev TRAVIS_PULL_REQUEST=false", want: "two three origin/main default"},
		{name: "no history in common", history: append(fork(), commit{Name: "alone", From: []string{}}), revision: "mine", err: git.ErrUnrelated},
		{name: "clocks that were wrong", history: []commit{
			{Name: "older", Set: files{"a": "1"}, When: gittest.Date(50)},
			{Name: "between", When: gittest.Date(1)},
			{Name: "fork", When: gittest.Date(10)},
			{Name: "left", From: []string{"older"}, When: gittest.Date(60)},
			{Name: "right", From: []string{"older"}, When: gittest.Date(61)},
			{Name: "theirs", From: []string{"fork", "left"}, When: gittest.Date(70)},
			{Name: "ours", From: []string{"fork", "right"}, When: gittest.Date(71), Set: files{"a": "2"}},
		}, revision: "theirs", want: "fork theirs theirs "},
		{name: "criss-cross", history: []commit{
			{Name: "one", Set: files{"a": "1"}},
			{Name: "left", Set: files{"a": "2"}},
			{Name: "right", From: []string{"one"}, Set: files{"a": "3"}},
			{Name: "both", From: []string{"left", "right"}},
			{Name: "too", From: []string{"right", "left"}, Set: files{"a": "4"}},
		}, revision: "both", want: "right both both "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t)
			names := r.history(tt.history)
			last := tt.history[len(tt.history)-1]
			for name, id := range names {
				r.git("update-ref", "refs/tags/"+name, id)
			}
			r.git("checkout", "-q", "-B", "topic", names[last.Name])
			r.git("branch", "-q", "-D", "main")
			r.refs(names, tt.refs)
			if tt.symbolic != "" {
				r.git("symbolic-ref", "refs/remotes/origin/HEAD", tt.symbolic)
			}
			if tt.then != nil {
				tt.then(r, names)
			}
			fill := func(s string) string {
				for name, id := range names {
					s = strings.ReplaceAll(s, "{"+name+"}", id)
				}
				return s
			}
			env := func(name string) string {
				for pair := range strings.FieldsSeq(fill(tt.env)) {
					if n, v, _ := strings.Cut(pair, "="); n == name {
						return v
					}
				}
				return ""
			}
			b, err := git.FindBase(t.Context(), r.dir, fill(tt.revision), env)
			if tt.err != nil {
				if !errors.Is(err, tt.err) || !strings.Contains(err.Error(), tt.says) {
					t.Errorf("%+v, %v; want the error %v with %q", b, err, tt.err, tt.says)
				}
				return
			}
			called := map[string]string{}
			for name, id := range names {
				called[id] = name
			}
			got := fmt.Sprintf("%s %s %s %s", called[b.Commit], called[b.Tip], b.Name, b.From)
			if err != nil || got != fill(tt.want) || b.Merge != tt.merge || b.Head != names[last.Name] || b.Cut {
				t.Errorf("%s, %+v, %v; want %s", got, b, err, tt.want)
			}
		})
	}
}

// TestFindBaseShallow has clones that end early: what they can't tell is said.
func TestFindBaseShallow(t *testing.T) {
	t.Parallel()
	from := newRepository(t)
	names := from.history(merged())
	from.git("checkout", "-q", "--detach")
	from.git("branch", "-f", "main", names["three"])
	from.git("branch", "topic", names["mine"])
	from.git("update-ref", "refs/pull/7/merge", names["merge"])
	url := "file://" + filepath.ToSlash(from.dir)
	github := map[string]string{"GITHUB_BASE_REF": "main", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_SHA": names["merge"]}
	for _, tt := range []struct {
		name  string
		fetch []string
		head  string
		env   map[string]string
		ask   string
		want  string // "" is ErrShallow
	}{
		{"GitHub, fetch-depth: 1", []string{"--depth=1", url, "+refs/pull/7/merge:refs/remotes/pull/7/merge"}, "merge", github, "", ""},
		{"GitHub, fetch-depth: 2", []string{"--depth=2", url, "+refs/pull/7/merge:refs/remotes/pull/7/merge"}, "merge", github, "", "three"},
		{"GitHub, fetch-depth: 0", []string{url, "+refs/pull/7/merge:refs/remotes/pull/7/merge", "+refs/heads/*:refs/remotes/origin/*"}, "merge", github, "", "three"},
		{"both ends", []string{"--depth=1", url, "+refs/heads/*:refs/remotes/origin/*"}, "mine", map[string]string{"GITHUB_BASE_REF": "main"}, "", ""},
		{"deep enough", []string{"--depth=2", url, "+refs/heads/*:refs/remotes/origin/*"}, "mine", map[string]string{"GITHUB_BASE_REF": "main"}, "", "two"},
		{"the branch alone", []string{"--depth=1", url, "+refs/heads/topic:refs/remotes/origin/topic"}, "mine", map[string]string{"GITHUB_BASE_REF": "main"}, "", ""},
		{"a parent", []string{"--depth=1", url, "+refs/heads/topic:refs/remotes/origin/topic"}, "mine", nil, "HEAD~1", ""},
		{"a commit", []string{"--depth=1", url, "+refs/heads/topic:refs/remotes/origin/topic"}, "mine", nil, names["one"], ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRepository(t)
			r.git(append([]string{"fetch", "-q"}, tt.fetch...)...)
			r.git("checkout", "-q", "--detach", names[tt.head])
			b, err := git.FindBase(t.Context(), r.dir, tt.ask, func(name string) string { return tt.env[name] })
			if tt.want == "" {
				if !errors.Is(err, git.ErrShallow) || !strings.Contains(err.Error(), "fetch-depth: 0") {
					t.Errorf("%+v, %v", b, err)
				}
			} else if err != nil || b.Commit != names[tt.want] {
				t.Errorf("%+v, %v; want %s", b, err, names[tt.want])
			}
		})
	}
}

// TestRevisions holds how revisions are read against git rev-parse.
func TestRevisions(t *testing.T) {
	t.Parallel()
	for _, packs := range []bool{false, true} {
		r := newRepository(t)
		names := r.history(merged())
		r.git("checkout", "-q", "-B", "topic", names["mine"])
		r.git("branch", "-f", "main", names["merge"])
		r.git("commit", "-q", "--allow-empty", "-m", "another")
		r.git("reset", "-q", "--hard", "HEAD~1")
		r.git("branch", "deep/er", names["one"])
		r.git("tag", "v1", names["two"])
		r.git("tag", "-a", "-m", "v", "v2", names["three"])
		r.git("tag", "-a", "-m", "v", "v3", "v2")
		r.git("tag", "tree", "HEAD^{tree}")
		r.git("update-ref", "refs/remotes/origin/main", names["merge"])
		r.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
		if packs {
			r.git("gc", "-q")
		}
		for _, rev := range []string{
			"HEAD", "@", "main", "deep/er", "v1", "v2", "v3", "v3~1", "v2^{}", "v2^{commit}", "origin", "origin/main", "origin/HEAD", "remotes/origin/main", "heads/main", "tags/v1", "refs/heads/main",
			"HEAD~1", "HEAD~", "HEAD^", "HEAD^1", "HEAD^0", "HEAD~0", "main^2", "main^2~1", "main^1^", "main~2", "HEAD^^", "@~1", "HEAD@{0}", "HEAD@{1}", "@{1}", "main@{0}", "topic@{1}~1", "ORIG_HEAD",
			names["one"], names["one"][:7], names["two"][:12], strings.ToUpper(names["two"]), "v1-1-g" + names["three"][:8],
			"none", "HEAD~9", "HEAD^3", "main^2^2", "tree", "HEAD^{tree}", "HEAD@{99}", "origin/none", "", "-x", "HEAD~x", "..", "HEAD..main", "refs/../HEAD", "../HEAD", "/HEAD", "HEAD/", "config", "a b", strings.Repeat("a", 40), "abcd",
		} {
			want := r.says("rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^0")
			if rev == "" {
				want = ""
			}
			b, err := git.FindBase(t.Context(), r.dir, rev, nil)
			if rev == "" {
				b, err = git.Base{}, git.ErrRevision // it asks for what is usual
			}
			if b.Tip != want || want == "" && !errors.Is(err, git.ErrRevision) || want != "" && err != nil {
				t.Errorf("packs %v: %q is %q, %v; git says %q", packs, rev, b.Tip, err, want)
			}
		}
		for _, rev := range []string{"@{upstream}", "main@{u}", "@{yesterday}", "@{-1}", "main:a.go", ":/one", "HEAD^{/one}"} {
			if b, err := git.FindBase(t.Context(), r.dir, rev, nil); !errors.Is(err, git.ErrRevision) {
				t.Errorf("%q: %+v, %v", rev, b, err)
			}
		}
		if b, err := git.FindBase(t.Context(), r.dir, "gone", nil); err == nil || !strings.Contains(err.Error(), "fetch it") {
			t.Errorf("%+v, %v", b, err)
		}
	}
}

// TestMergeBaseAsGit holds merge bases against those of git, over random histories with clocks that are right and wrong.
func TestMergeBaseAsGit(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		random := rand.New(rand.NewPCG(seed, 1))
		const n = 60
		var list []commit
		for i := range n {
			c := commit{Name: fmt.Sprint(i), From: []string{}, When: gittest.Date(i)}
			if seed%3 == 1 {
				c.When = gittest.Date(0) // all at once
			} else if seed%3 == 2 {
				c.When = gittest.Date(i + random.IntN(20))
			}
			for range min(i, 1+random.IntN(3)) {
				if from := fmt.Sprint(i - 1 - random.IntN(min(i, 8))); !slices.Contains(c.From, from) && random.IntN(30) > 0 {
					c.From = append(c.From, from)
				}
			}
			list = append(list, c)
		}
		r := newRepository(t)
		names := r.history(list)
		for range 40 {
			one, other := names[fmt.Sprint(random.IntN(n))], names[fmt.Sprint(random.IntN(n))]
			if err := os.WriteFile(filepath.Join(r.dir, ".git", "HEAD"), []byte(one+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			want := strings.Fields(r.says("merge-base", "--all", one, other))
			b, err := git.FindBase(t.Context(), r.dir, other, nil)
			if len(want) == 0 {
				if !errors.Is(err, git.ErrUnrelated) {
					t.Errorf("seed %d: %s and %s: %+v, %v; git finds none", seed, one, other, b, err)
				}
			} else if err != nil || !slices.Contains(want, b.Commit) {
				t.Errorf("seed %d: %s and %s: %+v, %v; git says %v", seed, one, other, b, err, want)
			}
		}
	}
}

func TestAncestors(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	names := r.history(merged())
	for n, want := range []string{"", "merge", "merge mine", "merge mine three", "merge mine three two", "merge mine three two one", "merge mine three two one"} {
		list, err := git.Ancestors(t.Context(), r.dir, "HEAD", n)
		var got []string
		for i, c := range list {
			for name, id := range names {
				if id == c.Name && c.Back == i && !c.When.IsZero() {
					got = append(got, name)
				}
			}
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%d: %v, %v, want %s", n, got, err, want)
		}
	}
	if list, err := git.Ancestors(t.Context(), r.dir, "none", 3); !errors.Is(err, git.ErrRevision) {
		t.Errorf("%v, %v", list, err)
	}
	if list, err := git.Ancestors(t.Context(), t.TempDir(), "HEAD", 3); !errors.Is(err, git.ErrNoRepository) {
		t.Errorf("%v, %v", list, err)
	}
}

// TestNotes reads notes and the files of another branch as git wrote them.
func TestNotes(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	names := r.history(fork())
	asked := []string{names["mine"], names["two"], names["one"]}
	if text, of, err := git.Note(t.Context(), r.dir, "covls", asked, 1<<20); len(text) > 0 || of != "" || err != nil {
		t.Errorf("no notes: %q, %s, %v", text, of, err)
	}
	r.git("notes", "--ref=covls", "add", "-m", "of two", names["two"])
	r.git("notes", "--ref=covls", "add", "-m", "of one", names["one"])
	for _, tt := range []struct {
		name, ref string
		then      func()
	}{
		{"a few", "covls", func() {}},
		{"by the whole name", "refs/notes/covls", func() {}},
		{"so many that they are in folders", "covls", func() {
			var in strings.Builder
			in.WriteString("commit refs/notes/covls\ncommitter a <a@example.com> 1 +0000\ndata 0\nfrom refs/notes/covls^0\n")
			for i := range 600 {
				fmt.Fprintf(&in, "N inline %s\ndata 1\nx\n", names["three"])
				fmt.Fprintf(&in, "M 100644 inline %02x/%038x\ndata 1\nx\n", i%256, i)
			}
			cmd := gittest.Command(r.dir, time.Now(), "fast-import", "--quiet")
			cmd.Stdin = strings.NewReader(in.String())
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}},
	} {
		tt.then()
		text, of, err := git.Note(t.Context(), r.dir, tt.ref, asked, 1<<20)
		if string(text) != "of two\n" || of != names["two"] || err != nil {
			t.Errorf("%s: %q, %s, %v", tt.name, text, of, err)
		}
	}
	if !strings.Contains(r.says("ls-tree", "refs/notes/covls"), " tree ") {
		t.Error("the notes are in no folders")
	}
	if text, _, err := git.Note(t.Context(), r.dir, "covls", asked, 3); err == nil {
		t.Errorf("more than the limit: %q", text)
	}
	if text, _, err := git.Note(t.Context(), r.dir, "../x", asked, 3); !errors.Is(err, git.ErrRevision) {
		t.Errorf("no name of a reference: %q, %v", text, err)
	}
	other := newRepository(t)
	kept := other.history([]commit{{Name: "kept", Set: files{"covls.base.gz": "base", "in/b": "deep"}}})
	r.git("fetch", "-q", other.dir, "+refs/heads/main:refs/remotes/origin/covls-baseline")
	for _, tt := range []struct {
		rev, path, want string
		err             error
	}{
		{"covls-baseline", "covls.base.gz", "base", nil},
		{"origin/covls-baseline", "in/b", "deep", nil},
		{"covls-baseline", "in", "", git.ErrRevision},
		{"covls-baseline", "in/c", "", git.ErrRevision},
		{"covls-baseline", "none/c", "", git.ErrRevision},
		{"none", "in/b", "", git.ErrRevision},
	} {
		text, of, err := git.FileAt(t.Context(), r.dir, tt.rev, tt.path, 1<<20)
		if string(text) != tt.want || !errors.Is(err, tt.err) || tt.err == nil && of != kept["kept"] {
			t.Errorf("%s:%s: %q, %s, %v", tt.rev, tt.path, text, of, err)
		}
	}
	if text, _, err := git.FileAt(t.Context(), r.dir, "covls-baseline", "in/b", 3); err == nil {
		t.Errorf("more than the limit: %q", text)
	}
}
