package git

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Bounds of what a revision asks for.
const (
	maxRevision  = 1024    // bytes of one
	maxSteps     = 100_000 // commits that one goes back
	maxTags      = 8       // tags of tags
	maxRemotes   = 64      // that a branch is looked for in
	minDigits    = 4       // of a name that is not whole
	maxAmbiguous = 64      // objects that begin with the same digits
)

// Errors of a base, and of a revision.
var (
	// ErrNoRepository is of a folder that is in no work tree.
	ErrNoRepository = errNone
	// ErrNoCommit is of a repository in which nothing was committed yet.
	ErrNoCommit = errors.New("nothing is committed yet")
	// ErrNoBase says that nobody named what to compare with, and that no usual branch is there.
	ErrNoBase = errors.New("nothing to compare with: CI names no target branch, and there is no origin/HEAD; name a branch, tag or commit, as in --changed=main")
	// ErrRevision is of a name that leads to no commit of the repository, or that is spelled in a way that covls does not
	// know.
	ErrRevision = errors.New("no such commit")
	// ErrShallow says that a clone was cut off where its history would be needed.
	ErrShallow = errors.New("the clone is shallow and does not go back as far; fetch all of its history (fetch-depth: 0 of actions/checkout, GIT_DEPTH: 0 in GitLab, git fetch --unshallow)")
	// ErrUnrelated is of two commits without a commit that both come from.
	ErrUnrelated = errors.New("they have no history in common")
)

// revision finds the commit that a revision names as git rev-parse does: a branch, tag, remote branch or other reference,
// all or the first digits of a commit's name, or what git describe says, with ~, ^, @{N} and ^{commit} behind it. Called is the
// reference in words. The error is ErrRevision, ErrShallow, or of a repository that can't be read.
func (r *repository) revision(rev string) (h hash, called string, err error) {
	wrong := func(why string) error { return fmt.Errorf("%w: %s", ErrRevision, why) }
	switch {
	case rev == "" || len(rev) > maxRevision:
		return "", "", wrong("it is empty or too long")
	case strings.Contains(rev, ".."):
		return "", "", wrong("a range is no commit; name one of its ends")
	case strings.Contains(rev, ":"):
		return "", "", wrong("a path in a commit, or a search in messages, is not followed; name the commit")
	}
	name, rest := rev, ""
	if i := strings.IndexAny(rev, "~^"); i >= 0 {
		name, rest = rev[:i], rev[i:]
	}
	name, back, logged := strings.Cut(name, "@{")
	if logged {
		digits, closed := strings.CutSuffix(back, "}")
		n, err := strconv.ParseUint(digits, 10, 31)
		if !closed || err != nil {
			return "", "", wrong("of what stands in @{} only a number is read, since the configuration and dates are not; name the branch, as in origin/main")
		}
		if n == 0 {
			h, _, err = r.named(name)
		} else {
			h, err = r.logged(name, int(n))
		}
		if err != nil {
			return "", "", err
		}
	} else if h, name, err = r.named(name); err != nil {
		return "", "", err
	}
	if h == "" {
		return "", "", wrong("no branch, tag or commit of that name is in the repository; fetch it, or name another one")
	}
	if h, err = r.peel(h); err != nil {
		return "", "", err
	}
	called = name
	if rest != "" || logged {
		called = rev
	}
	a := ancestry{repository: r}
	for rest != "" {
		op := rest[0]
		rest = rest[1:]
		if op == '^' && strings.HasPrefix(rest, "{") {
			kind, after, ok := strings.Cut(rest[1:], "}")
			if !ok || kind != "" && kind != "commit" {
				return "", "", wrong("it names no commit")
			}
			rest = after
			continue
		}
		i := 0
		for i < len(rest) && rest[i] >= '0' && rest[i] <= '9' {
			i++
		}
		n := 1
		if i > 0 {
			if n, err = strconv.Atoi(rest[:i]); err != nil || n > maxSteps {
				return "", "", wrong("it goes back too far")
			}
		}
		rest = rest[i:]
		if rest != "" && rest[0] != '~' && rest[0] != '^' {
			return "", "", wrong("what stands behind ~ or ^ is no number")
		}
		parent := 1
		if op == '^' {
			if parent, n = n, min(n, 1); parent > maxParents {
				return "", "", wrong("it has not as many parents")
			}
		}
		for ; n > 0; n-- {
			c, err := a.read(h)
			if err != nil {
				return "", "", err
			}
			if len(c.parents) < parent {
				if c.cut {
					return "", "", ErrShallow
				}
				return "", "", wrong("the history does not go back as far")
			}
			h = c.parents[parent-1]
		}
	}
	if _, err := a.read(h); err != nil {
		return "", "", err
	}
	return h, called, nil
}

// named is the object that a name without more stands for, and what it is a name of; "" where there is none.
func (r *repository) named(name string) (h hash, called string, err error) {
	if name == "@" || name == "" {
		name = "HEAD"
	}
	if h, ok := parseHash(name); ok {
		_, _, err := r.objects.readAs(h, 0, maxCommit)
		if errors.Is(err, errMissing) {
			if r.shallow() {
				return "", "", ErrShallow
			}
			return "", name, nil
		}
		return h, name, err
	}
	if valid(name) {
		forms := []string{"refs/%s", "refs/tags/%s", "refs/heads/%s", "refs/remotes/%s", "refs/remotes/%s/HEAD"}
		if own(name) || strings.HasPrefix(name, "refs/") {
			forms = append([]string{"%s"}, forms...)
		}
		for _, form := range forms {
			if h, err = r.target(fmt.Sprintf(form, name)); err != nil || h != "" {
				return h, name, err
			}
		}
		if h, called, err = r.tracking(name); err != nil || h != "" {
			return h, called, err
		}
	}
	digits := name
	if i := strings.LastIndex(name, "-g"); i >= 0 {
		digits = name[i+2:]
	}
	h, err = r.short(strings.ToLower(digits))
	return h, name, err
}

// own reports whether a name is that of a reference beside HEAD, as ORIG_HEAD is.
func own(name string) bool {
	return name == "HEAD" || strings.HasSuffix(name, "_HEAD") && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

// valid reports whether a name may be that of a reference, as git check-ref-format has it.
func valid(name string) bool {
	if name == "" || strings.HasSuffix(name, ".") || strings.HasSuffix(name, "/") || strings.Contains(name, "@{") || strings.ContainsAny(name, " ~^:?*[\\\x7f") {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock") || strings.Contains(part, "..") {
			return false
		}
	}
	return !strings.ContainsFunc(name, func(c rune) bool { return c < ' ' }) && filepath.IsLocal(filepath.FromSlash(name))
}

// tracking is the branch of a name as a remote had it when it was fetched: of origin, else of upstream, else of the first
// of the others; "" where none has it.
func (r *repository) tracking(branch string) (h hash, called string, err error) {
	remotes, err := r.remotes()
	if err != nil {
		return "", "", err
	}
	for _, remote := range remotes {
		name := remote + "/" + branch
		if h, err = r.target("refs/remotes/" + name); err != nil || h != "" {
			return h, name, err
		}
	}
	return "", "", nil
}

// remotes are those that something was fetched from: origin first, then upstream, then the others by name.
func (r *repository) remotes() ([]string, error) {
	known := map[string]bool{}
	const below = "refs/remotes/"
	entries, _ := os.ReadDir(filepath.Join(r.common, filepath.FromSlash(below)))
	for _, e := range entries {
		if e.IsDir() {
			known[e.Name()] = true
		}
	}
	err := r.packed(func(name, _ []byte) bool {
		if rest, ok := bytes.CutPrefix(name, []byte(below)); ok {
			if remote, _, ok := bytes.Cut(rest, []byte("/")); ok {
				known[string(remote)] = true
			}
		}
		return len(known) < maxRemotes
	})
	if err != nil {
		return nil, err
	}
	var first, others []string
	for _, name := range []string{"origin", "upstream"} {
		if known[name] {
			first = append(first, name)
		}
	}
	for name := range known {
		if valid(name) && !slices.Contains(first, name) {
			others = append(others, name)
		}
	}
	slices.Sort(others)
	first = append(first, others...)
	return first[:min(len(first), maxRemotes)], nil
}

// packed tells the references that are packed with what they hold, until tell ends it by false.
func (r *repository) packed(tell func(name, value []byte) bool) error {
	f, err := openRegular(filepath.Join(r.common, "packed-refs"))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		value, name, ok := bytes.Cut(lines.Bytes(), []byte(" "))
		if ok && value[0] != '#' && value[0] != '^' && !tell(name, value) {
			return nil
		}
	}
	return lines.Err()
}

// logged is what a reference was so many changes ago; "" names the branch at hand, as git has it.
func (r *repository) logged(name string, back int) (hash, error) {
	if name == "" || name == "@" {
		name = "HEAD"
	}
	if !valid(name) {
		return "", fmt.Errorf("%w: %q is no reference", ErrRevision, name)
	}
	for _, path := range []string{
		filepath.Join(r.dir, "logs", name), filepath.Join(r.common, "logs", name), filepath.Join(r.common, "logs", "refs", name),
		filepath.Join(r.common, "logs", "refs", "heads", name), filepath.Join(r.common, "logs", "refs", "remotes", name),
	} {
		if !isFile(path) {
			continue
		}
		f, err := openRegular(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		// The last of the lines that are kept is the newest.
		var last []string
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, maxLine)
		for n := 0; lines.Scan() && n < maxSteps; n++ {
			if _, to, ok := strings.Cut(lines.Text(), " "); ok {
				to, _, _ = strings.Cut(to, " ")
				last = append(last, to)
			}
		}
		if err := lines.Err(); err != nil {
			return "", err
		}
		if back >= len(last) {
			return "", fmt.Errorf("%w: the log of %s has %d entries", ErrRevision, name, len(last))
		}
		h, _ := parseHash(last[len(last)-1-back])
		return h, nil
	}
	return "", fmt.Errorf("%w: %s has no log", ErrRevision, name)
}

// short is the one commit of which the name begins with digits; "" where there is none.
func (r *repository) short(digits string) (hash, error) {
	if len(digits) < minDigits || len(digits) > 2*32 || strings.Trim(digits, "0123456789abcdef") != "" {
		return "", nil
	}
	all := map[hash]bool{}
	tell := func(h hash) bool {
		all[h] = true
		return len(all) <= maxAmbiguous
	}
	head, err := r.head()
	if err != nil {
		return "", err
	}
	for _, size := range nameSizes(head)[:1] {
		if err := r.objects.openPacks(size); err != nil {
			return "", err
		}
	}
	for _, p := range r.objects.packs {
		if err := p.beginning(digits, tell); err != nil {
			return "", err
		}
	}
	for _, dir := range r.objects.dirs {
		entries, err := os.ReadDir(filepath.Join(dir, digits[:2]))
		if err != nil {
			continue // none begins so
		}
		for _, e := range entries {
			if h, ok := parseHash(digits[:2] + e.Name()); ok && strings.HasPrefix(e.Name(), digits[2:]) && !tell(h) {
				break
			}
		}
	}
	commits := map[hash]bool{}
	for h := range all {
		if c, err := r.peel(h); err == nil {
			commits[c] = true
		}
	}
	if len(commits) > 1 || len(all) > maxAmbiguous {
		return "", fmt.Errorf("%w: several begin with %s; give more of its digits", ErrRevision, digits)
	}
	for h := range commits {
		return h, nil
	}
	return "", nil
}

// peel is the commit that an object is, or that a tag leads to.
func (r *repository) peel(h hash) (hash, error) {
	for range maxTags {
		k, data, err := r.objects.readAs(h, 0, maxCommit)
		switch {
		case errors.Is(err, errLarge):
			return "", fmt.Errorf("%w: it is no commit", ErrRevision)
		case errors.Is(err, errMissing) && r.shallow():
			return "", ErrShallow
		case err != nil:
			return "", err
		case k == commitKind:
			return h, nil
		case k != tagKind:
			return "", fmt.Errorf("%w: it is a %v", ErrRevision, k)
		}
		line, _, _ := bytes.Cut(data, []byte("\n"))
		to, found := bytes.CutPrefix(line, []byte("object "))
		next, ok := parseHash(string(to))
		if !found || !ok {
			return "", fmt.Errorf("read the tag %v: it names no object", h)
		}
		h = next
	}
	return "", fmt.Errorf("%w: too many tags lead to each other", ErrRevision)
}
