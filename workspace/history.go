package workspace

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/covls/covls/git"
)

// CommitDays is how far back commits are counted.
const CommitDays = 90

// CommitsOf returns in how many commits of the last CommitDays the file was changed. known is false
// where that was not looked at yet, or git does not track the file.
func (s *Snapshot) CommitsOf(f *File) (n int, known bool) {
	n, known = s.Commits[f.Path]
	return n, known
}

// History is a folder whose commits are to be counted.
type History struct{ Dir string }

// historyAge is how long an answer stands before a load has the commits counted again.
const historyAge = 10 * time.Minute

// Uncounted returns, once, the folders whose commits were not counted since the folders or settings
// were last set, or not for a while. Counting may take seconds, so it is done beside the loader;
// Counted takes the answers.
func (l *Loader) Uncounted() []History {
	var out []History
	for _, f := range l.folders {
		if asked, ok := l.asked[f.Dir]; !ok || time.Since(asked) >= historyAge {
			l.asked[f.Dir] = time.Now()
			out = append(out, History{f.Dir})
		}
	}
	return out
}

// historyPatience bounds the count of one folder.
const historyPatience = 30 * time.Second

// Count reads the repository around the folder. The answer is by path in the folder; nil where nothing is known. It uses nothing of a
// loader and may run on any goroutine.
func (h History) Count(ctx context.Context) (map[string]int, error) {
	ctx, cancel := context.WithTimeout(ctx, historyPatience)
	defer cancel()
	return git.Commits(ctx, h.Dir, CommitDays)
}

// Counted takes an answer, or nil for none, and publishes it. No mark depends on it, so Generation
// stays.
func (l *Loader) Counted(h History, counts map[string]int) {
	if !l.hasFolder(h.Dir) {
		return
	}
	files := l.store.Load().Files
	byPath := map[string]int{}
	for name, n := range counts {
		path := filepath.Join(h.Dir, filepath.FromSlash(name))
		// Of the many files that nobody has changed, those that profiles name are enough.
		if n > 0 || files[path] != nil {
			byPath[path] = n
		}
	}
	l.commits[h.Dir] = byPath
	l.putCommits()
}

// putCommits publishes what is known of all folders. What a deeper one says holds.
func (l *Loader) putCommits() {
	all := map[string]int{}
	for _, f := range slices.Backward(l.folders) {
		maps.Copy(all, l.commits[f.Dir])
	}
	l.store.Update(func(next *Snapshot) { next.Commits = all })
}

// forgetCommits forgets those of folders that are no longer there.
func (l *Loader) forgetCommits() {
	known := len(l.commits)
	maps.DeleteFunc(l.commits, func(dir string, _ map[string]int) bool { return !l.hasFolder(dir) })
	if len(l.commits) < known {
		l.putCommits()
	}
}

func (l *Loader) hasFolder(dir string) bool {
	return slices.ContainsFunc(l.folders, func(f *Folder) bool { return f.Dir == dir })
}
