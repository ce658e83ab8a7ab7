package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/change"
	"github.com/covls/covls/git"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/workspace"
)

const (
	// mostBehind is how many commits before the base a baseline is looked for.
	mostBehind = 50
	// baselineEnd is how the files of a folder of baselines are called, behind their commits.
	baselineEnd = ".base.gz"
	// baselineName is the file of a branch that has a baseline.
	baselineName = "covls.base.gz"
	// maxBaseline bounds how many bytes a baseline has, packed.
	maxBaseline = 128 << 20
)

// MakeBaseline takes the coverage of the first folder of a snapshot. It reads the disk. Stale are files, by their names, of which
// the profiles are of another text, so that nobody knows what of them is covered; they are not in it.
func MakeBaseline(ctx context.Context, snap *workspace.Snapshot) (b *change.Baseline, stale []string, err error) {
	w := newComparing(ctx, snap)
	var left []*compared
	take := func() error {
		if err := each(len(left), func(i int) { left[i].take() }); err != nil {
			return err
		}
		for _, t := range left {
			b.Files = append(b.Files, t.now)
		}
		left = left[:0]
		return nil
	}
	b = &change.Baseline{Commit: git.Head(w.folder.Dir)}
	for path, f := range snap.Files {
		name := w.inRoot(path)
		if name == "" || f.Outside || f.Standing.Role == priority.Test {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if f.Nothing() || len(f.Unknown) > 0 {
			stale = append(stale, f.Name)
			continue
		}
		text, err := w.text(path)
		if err != nil {
			return nil, nil, fmt.Errorf("read %s: %w", f.Name, err)
		}
		left = append(left, &compared{name: name, text: text, file: f})
		if len(left) == mostTexts {
			if err := take(); err != nil {
				return nil, nil, err
			}
		}
	}
	if err := take(); err != nil {
		return nil, nil, err
	}
	slices.SortFunc(b.Files, func(a, b *change.File) int { return strings.Compare(a.Path, b.Path) })
	slices.Sort(stale)
	return b, stale, nil
}

// readBaseline reads the baseline that a user names, and says how many commits it is before the base; -1 where that is not known.
func (b *Begun) readBaseline(base string) (read *change.Baseline, behind int, err error) {
	name, commits := b.how.Baseline, b.ancestors(base)
	data, commit, err := b.findBaseline(name, commits)
	if err != nil {
		return nil, 0, fmt.Errorf("read the baseline %s: %w", name, err)
	}
	if read, err = change.Read(bytes.NewReader(data)); err != nil {
		return nil, 0, fmt.Errorf("read the baseline %s: %w; `covls baseline -o FILE` saves one", name, err)
	}
	if read.Commit == "" {
		read.Commit = commit
	}
	return read, slices.Index(commits, read.Commit), nil
}

// ancestors are the base and the commits before it, the newest first.
func (b *Begun) ancestors(base string) (out []string) {
	if base == "" {
		return nil
	}
	list, err := git.Ancestors(b.ctx, b.folder.Dir, base, mostBehind)
	if err != nil {
		return []string{base}
	}
	for _, c := range list {
		out = append(out, c.Name)
	}
	return out
}

// findBaseline reads the bytes of a baseline. commit is the one that it is kept for; "" where that is not told by its place.
func (b *Begun) findBaseline(name string, commits []string) (data []byte, commit string, err error) {
	if rest, ok := strings.CutPrefix(name, "note:"); ok {
		return b.noted(rest, commits)
	}
	if rest, ok := strings.CutPrefix(name, "branch:"); ok {
		branch, file, _ := strings.Cut(rest, ":")
		if file == "" {
			file = baselineName
		}
		data, _, err = git.FileAt(b.ctx, b.folder.Dir, branch, file, maxBaseline)
		return data, "", err
	}
	path := name
	if below := filepath.Join(b.folder.Dir, name); !filepath.IsAbs(name) && !there(name) && there(below) {
		path = below
	}
	info, err := os.Stat(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, "", errors.New("there is no such file; `covls baseline -o FILE` saves one")
		}
		return nil, "", err
	}
	if !info.IsDir() {
		data, err = baselineFile(path)
		return data, "", err
	}
	for _, c := range commits {
		file := filepath.Join(path, c+baselineEnd)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			data, err := baselineFile(file)
			return data, c, err
		}
	}
	if len(commits) == 0 {
		return nil, "", errors.New("it is a folder, and there is no commit to look for in it")
	}
	return nil, "", fmt.Errorf("it is a folder, and has none of %s or the %d commits before it, called COMMIT%s", short(commits[0]), len(commits)-1, baselineEnd)
}

// baselineFile reads a file of a bounded size, which may be a pipe.
func baselineFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxBaseline+1))
	if err == nil && len(data) > maxBaseline {
		err = fmt.Errorf("it is larger than %d MB", maxBaseline>>20)
	}
	return data, err
}

// noted reads the note of the newest commit that has one.
func (b *Begun) noted(ref string, commits []string) ([]byte, string, error) {
	if ref == "" {
		ref = "covls"
	}
	if len(commits) == 0 {
		return nil, "", errors.New("there is no commit that could have a note")
	}
	data, commit, err := git.Note(b.ctx, b.folder.Dir, ref, commits, maxBaseline)
	if err == nil && commit == "" {
		err = fmt.Errorf("there is no note for %s or the %d commits before it (git fetch origin refs/notes/*:refs/notes/*)", short(commits[0]), len(commits)-1)
	}
	return data, commit, err
}

func there(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// Dirty reports whether sources of the first folder of a snapshot are on disk otherwise than they are committed.
func Dirty(ctx context.Context, snap *workspace.Snapshot) bool {
	w := newComparing(ctx, snap)
	diff, err := git.Compare(ctx, w.folder.Dir, git.Head(w.folder.Dir), git.Options{})
	if err != nil {
		return false
	}
	defer diff.Close()
	return slices.ContainsFunc(diff.Files, func(f git.Change) bool {
		path, ok := w.path(f.Path)
		return ok && w.code(path)
	})
}
