package git

import (
	"context"
	"fmt"
	"strings"
)

// Base is the commit that a change is compared with.
type Base struct {
	// Commit is the merge base of HEAD and Tip, in hexadecimal digits: what the change was begun from.
	Commit string
	// Tip is the commit that Name leads to. Where Merge is set it is Commit.
	Tip string
	// Head is the commit that is HEAD.
	Head string
	// Name is the branch, tag or commit that is compared with, as in "origin/main", and From who named it: the variable of
	// CI's, "" for whoever asked, "default" where nobody did.
	Name, From string
	// Merge tells that HEAD is the commit by which CI merged the change into its target branch, and Commit its first parent.
	Merge bool
	// Cut tells that the clone is shallow, so that Ancestors of Commit may end early.
	Cut bool
}

// target is a variable by which CI names the branch, or the commit, that a change is to be merged into. Names and
// meanings are of the systems' own documentations.
type target struct {
	name string
	// commit tells that it is a commit, and no branch.
	commit bool
	// where is a variable that has one of the values where it is one of a change; "" asks for none. One value "#" is a number.
	where  string
	values []string
}

// targets are in the order in which they are believed. Gitea and Forgejo have those of GitHub.
var targets = []target{
	{name: "GITHUB_BASE_REF"},
	{name: "CI_MERGE_REQUEST_DIFF_BASE_SHA", commit: true},
	{name: "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"},
	{name: "SYSTEM_PULLREQUEST_TARGETBRANCH"},
	{name: "BITBUCKET_PR_DESTINATION_BRANCH"},
	{name: "CHANGE_TARGET"}, // Jenkins
	{name: "DRONE_TARGET_BRANCH", where: "DRONE_BUILD_EVENT", values: []string{"pull_request"}},
	{name: "CI_COMMIT_TARGET_BRANCH", where: "CI_PIPELINE_EVENT", values: []string{"pull_request", "pull_request_closed"}}, // Woodpecker
	{name: "BUILDKITE_PULL_REQUEST_BASE_BRANCH"},
	{name: "TRAVIS_BRANCH", where: "TRAVIS_PULL_REQUEST", values: []string{"#"}},
	{name: "APPVEYOR_REPO_BRANCH", where: "APPVEYOR_PULL_REQUEST_NUMBER", values: []string{"#"}},
	{name: "CIRRUS_BASE_BRANCH"},
	{name: "CODEBUILD_WEBHOOK_BASE_REF"},
	{name: "SEMAPHORE_GIT_BRANCH", where: "SEMAPHORE_GIT_REF_TYPE", values: []string{"pull-request"}},
}

// asked is what a variable names; "" where it names nothing.
func (t target) asked(env func(string) string) string {
	if t.where != "" {
		says := env(t.where)
		ok := false
		for _, v := range t.values {
			ok = ok || says == v || v == "#" && says != "" && strings.Trim(says, "0123456789") == ""
		}
		if !ok {
			return ""
		}
	}
	value := strings.TrimSpace(env(t.name))
	if strings.HasPrefix(value, "$(") {
		return "" // a step of Azure's that copies a variable which is not set
	}
	return strings.TrimPrefix(value, "refs/heads/")
}

// mergedByCI reports whether CI says that a commit is the one by which it merged a change into its target branch. Only
// then the first parent is the target branch: in a merge that somebody made it is often the change.
func mergedByCI(head string, env func(string) string) bool {
	pull := func(ref string) bool {
		number, ok := strings.CutPrefix(ref, "refs/pull/")
		number, merge := strings.CutSuffix(number, "/merge")
		return ok && merge && number != "" && strings.Trim(number, "0123456789") == ""
	}
	switch {
	case pull(env("GITHUB_REF")) && env("GITHUB_SHA") == head:
		return true
	case pull(env("BUILD_SOURCEBRANCH")) && env("BUILD_SOURCEVERSION") == head: // Azure
		return true
	}
	event := env("CI_MERGE_REQUEST_EVENT_TYPE") // GitLab
	return (event == "merged_result" || event == "merge_train") && env("CI_COMMIT_SHA") == head
}

// FindBase finds the commit that the change in the repository around dir is compared with: the merge base of HEAD and a
// revision. Where that is "", it is the target branch that CI names in the environment, else what origin has for HEAD, else
// origin/main or origin/master, else the same of another remote, upstream first. A branch that CI names is looked for in the
// remotes before it is in the repository. env gives the value of a variable, "" for one that is not set; nil has none.
//
// On the commit by which CI merged the change, where its variables say that HEAD is that one, the base is its first parent,
// also where the target branch was not fetched; a revision that was asked for comes before that.
//
// A revision is a branch (also one that only a remote has), a tag, another reference, all or the first digits of a commit's
// name, what git describe says, with ~N, ^N, @{N} or ^{commit} behind it. What stands in the configuration
// (@{upstream}) is not read.
//
// The error is ErrNoRepository, ErrNoCommit, ErrNoBase, ErrRevision, ErrShallow, ErrUnrelated, ErrBounds, the context's, or of a
// repository that can't be read.
func FindBase(ctx context.Context, dir, revision string, env func(string) string) (Base, error) {
	return findBase(ctx, dir, revision, env, maxAncestors)
}

func findBase(ctx context.Context, dir, revision string, env func(string) string, most int) (Base, error) {
	r, err := around(dir)
	if err != nil {
		return Base{}, err
	}
	defer r.close()
	r.bounded(ctx, maxReading)
	head, err := r.head()
	if err == nil && head == "" {
		err = ErrNoCommit
	}
	if err != nil {
		return Base{}, fmt.Errorf("look for HEAD in %s: %w", dir, err)
	}
	if env == nil {
		env = func(string) string { return "" }
	}
	b := Base{Head: head.String(), Cut: r.shallow()}
	a := ancestry{repository: r, ctx: ctx, most: most}
	if revision == "" && mergedByCI(b.Head, env) {
		c, err := r.commit(head)
		if err != nil {
			return Base{}, fmt.Errorf("look for the base: %w", err)
		}
		if len(c.parents) == 2 {
			base := c.parents[0]
			n, err := a.read(head)
			if err == nil && n.cut {
				err = ErrShallow
			}
			if err == nil {
				_, err = a.read(base)
			}
			if err != nil {
				return Base{}, fmt.Errorf("read the first parent of CI's merge commit: %w", err)
			}
			b.Commit, b.Tip, b.Name, b.From, b.Merge = base.String(), base.String(), "HEAD^1", "default", true
			for _, t := range targets {
				if value := t.asked(env); value != "" && !t.commit {
					b.Name, b.From = value, t.name
					break
				}
			}
			return b, nil
		}
	}
	var tip hash
	if revision != "" {
		tip, b.Name, err = r.revision(revision)
		if err != nil {
			return Base{}, fmt.Errorf("look for the base %q: %w", revision, err)
		}
	} else if tip, err = r.usualBase(&b, env); err != nil {
		return Base{}, err
	}
	base, err := a.mergeBase(head, tip)
	if err != nil {
		return Base{}, fmt.Errorf("look for the commit that HEAD and %s come from: %w", b.Name, err)
	}
	b.Commit, b.Tip = base.String(), tip.String()
	return b, nil
}

// usualBase is the tip of what a change is compared with where nobody asks for another one. It fills in what it is called.
func (r *repository) usualBase(b *Base, env func(string) string) (hash, error) {
	var problem error
	for _, t := range targets {
		value := t.asked(env)
		if value == "" {
			continue
		}
		var tip hash
		var err error
		if name := value; t.commit {
			tip, name, err = r.revision(value)
			b.Name = name
		} else {
			tip, err = r.branch(b, value)
		}
		if err == nil {
			b.From = t.name
			return tip, nil
		}
		err = fmt.Errorf("look for the base %q, which %s names: %w", value, t.name, err)
		// A commit that was not fetched may have a branch that was.
		if !t.commit {
			return "", err
		}
		problem = err
	}
	if problem != nil {
		return "", problem
	}
	remotes, err := r.remotes()
	if err != nil {
		return "", fmt.Errorf("look for a base: %w", err)
	}
	b.From = "default"
	for _, remote := range remotes {
		for _, name := range []string{"HEAD", "main", "master"} {
			h, err := r.target("refs/remotes/" + remote + "/" + name)
			if err != nil {
				return "", fmt.Errorf("look for a base: %w", err)
			}
			if h == "" {
				continue
			}
			b.Name = remote + "/" + name
			if h, err = r.peel(h); err != nil {
				return "", fmt.Errorf("look for the base %s: %w", b.Name, err)
			}
			return h, nil
		}
	}
	return "", ErrNoBase
}

// branch is the tip of a branch that CI names, as a remote has it, else as the repository has. It fills in what it is called.
func (r *repository) branch(b *Base, name string) (hash, error) {
	if !valid(name) {
		return "", fmt.Errorf("%w: no branch can have that name", ErrRevision)
	}
	h, called, err := r.tracking(name)
	if err == nil && h == "" {
		called = name
		h, err = r.target("refs/heads/" + name)
	}
	if err == nil && h == "" {
		// Where one branch alone was cloned, git fetch origin NAME keeps none.
		fetch := fmt.Sprintf("that branch was not fetched (git fetch origin %[1]s:refs/remotes/origin/%[1]s)", name)
		if r.shallow() {
			return "", fmt.Errorf("%s: %w", fetch, ErrShallow)
		}
		return "", fmt.Errorf("%w: %s", ErrRevision, fetch)
	}
	if err == nil {
		h, err = r.peel(h)
	}
	b.Name = called
	return h, err
}

// bounded has reading objects end with a context, or where they have more bytes; see Bounds.Bytes.
func (r *repository) bounded(ctx context.Context, bytes int64) {
	r.objects.spend = func(n int64) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if bytes -= n; bytes < 0 {
			return ErrBounds
		}
		return nil
	}
}

// Note is what git notes have for the first of some commits that has a note: its text, and the commit. notes is a reference
// such as "refs/notes/covls", or the end of one below refs/notes. commit is "" where none of them has one. A text of more than limit bytes is an error.
func Note(ctx context.Context, dir, notes string, commits []string, limit int64) (text []byte, commit string, err error) {
	r, err := around(dir)
	if err != nil {
		return nil, "", err
	}
	defer r.close()
	r.bounded(ctx, maxReading)
	if !strings.HasPrefix(notes, "refs/") {
		notes = "refs/notes/" + notes
	}
	fail := func(err error) ([]byte, string, error) {
		return nil, "", fmt.Errorf("look for a note in %s: %w", notes, err)
	}
	if !valid(notes) {
		return fail(fmt.Errorf("%w: no reference can have that name", ErrRevision))
	}
	tip, err := r.target(notes)
	if err != nil {
		return fail(err)
	}
	if tip == "" {
		return nil, "", nil
	}
	c, err := r.commit(tip)
	if err != nil {
		return fail(err)
	}
	for _, commit := range commits {
		blob, err := r.noteOf(ctx, c.tree, commit)
		if err != nil {
			return fail(err)
		}
		if blob != "" {
			text, err := r.objects.read(blob, blobKind, limit)
			if err != nil {
				return fail(err)
			}
			return text, commit, nil
		}
	}
	return nil, "", nil
}

// noteOf is the note for a commit in a tree of notes: a file of its name, in folders of its first digits by two where notes
// are many; "" where there is none.
func (r *repository) noteOf(ctx context.Context, tree hash, commit string) (hash, error) {
	l := looker{repository: r, ctx: ctx, trees: 2 * len(commit)}
	for rest := commit; ; rest = rest[2:] {
		rows, err := l.tree(tree)
		if err != nil {
			return "", err
		}
		tree = ""
		for {
			row, ok, err := rows.row()
			if err != nil {
				return "", err
			}
			if !ok {
				break
			}
			switch name := string(row.name); {
			case isText(row.mode) && name == rest:
				return hash(row.hash), nil
			case row.mode == modeDir && len(name) == 2 && strings.HasPrefix(rest, name):
				tree = hash(row.hash)
			}
		}
		if tree == "" || len(rest) < 4 {
			return "", nil
		}
	}
}

// FileAt is the text of a file at a revision, as FindBase reads those: that of an orphan branch, as in "covls-baseline", also where
// only a remote has it. Path is slash-separated and relative to the top of the work tree. The error is ErrRevision where there is no
// such revision or no such file in it; a file of more than limit bytes is an error, too.
func FileAt(ctx context.Context, dir, revision, path string, limit int64) (text []byte, commit string, err error) {
	r, err := around(dir)
	if err != nil {
		return nil, "", err
	}
	defer r.close()
	r.bounded(ctx, maxReading)
	fail := func(err error) ([]byte, string, error) {
		return nil, "", fmt.Errorf("read %s of %q: %w", path, revision, err)
	}
	h, _, err := r.revision(revision)
	if err != nil {
		return fail(err)
	}
	c, err := r.commit(h)
	if err != nil {
		return fail(err)
	}
	e, err := (&looker{repository: r, ctx: ctx, trees: maxLine}).entry(c.tree, path)
	if err != nil {
		return fail(err)
	}
	if !e.file() {
		return fail(noFile{})
	}
	if text, err = r.objects.read(e.hash, blobKind, limit); err != nil {
		return fail(err)
	}
	return text, h.String(), nil
}

// noFile is ErrRevision for a commit that is there and has no such file.
type noFile struct{}

func (noFile) Error() string        { return "it has no such file" }
func (noFile) Is(target error) bool { return target == ErrRevision }

// entry is what a tree has at a path; nil where it has nothing.
func (l *looker) entry(tree hash, path string) (*treeEntry, error) {
	dir, name := "", path
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		dir, name = path[:i], path[i+1:]
	}
	tree, err := l.treeAt(tree, dir)
	if err != nil || tree == "" {
		return nil, err
	}
	rows, err := l.tree(tree)
	if err != nil {
		return nil, err
	}
	for {
		e, err := rows.next()
		if err != nil || e == nil || e.name == name {
			return e, err
		}
	}
}
