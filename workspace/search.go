package workspace

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/git"
	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/origin"
	"github.com/covls/covls/source"
)

// Quest is a search of the repository around a workspace folder: for the texts that a profile is of, for files that it
// names and that were renamed since, and for how far back the commits are that the cache has told.
type Quest struct {
	Dir     string
	Profile string // its path

	digest  uint64
	written time.Time
	wants   []wanted
	doubts  []wanted // on disk is a text that fits, and that was saved after the profile was written; see Loader.doubted
	lost    []string // paths, slash-separated and relative to Dir
	kept    []aged
	limit   int64 // bytes of a text
	guard   guard.Guard
}

// wanted is what a profile says of a file whose text was not found, or of which another text fits as well.
type wanted struct {
	path   string // absolute
	rel    string // slash-separated, relative to the quest's folder
	format string
	file   *coverage.File
	ruby   bool           // see source.Exclusions
	disk   *origin.Text   // that which is known to fit, on disk or elsewhere; nil where none is
	others []*origin.Text // that fit as well and were found
}

// aged is a part whose text the cache has told, with a commit of which nobody knows how far back it is.
type aged struct {
	path string // absolute
	name string // in the profile
	at   git.At
}

// Answer is what a quest has found.
type Answer struct {
	commits map[string]git.Commit // of aged parts, by name
	bounds  map[key]*Bound
	rivals  map[key][]*Bound  // of doubts, and of bounds
	told    bool              // the index and what was HEAD since were asked for them
	renamed map[string]string // absolute paths
}

// mostLost is of how many files that were not found a repository is asked whether they were renamed.
const mostLost = 1000

// questTime is how long a repository is searched.
const questTime = 8 * time.Second

// Unfound returns, once for each report, the searches for texts that are not on disk. They take a while and are done
// beside the loader; Found takes the answers.
func (l *Loader) Unfound() (out []Quest) {
	snap := l.store.Load()
	quests := map[*Profile]map[string]*Quest{} // by folder
	quest := func(p *Profile, f *Folder) *Quest {
		if quests[p] == nil {
			quests[p] = map[string]*Quest{}
		}
		q := quests[p][f.Dir]
		if q == nil {
			q = &Quest{Dir: f.Dir, Profile: p.Path, digest: p.digest, written: p.written, limit: f.Settings.Limits.SourceBytes, guard: l.Guard}
			quests[p][f.Dir] = q
		}
		return q
	}
	moved := map[string]bool{} // folders whose HEAD is another one than when commits were counted back from it
	for _, path := range slices.Sorted(maps.Keys(snap.Files)) {
		f := snap.Files[path]
		rel, inside := source.Below(f.Path, f.Folder.Dir)
		for i, part := range f.Speaking {
			if i >= len(f.Bound) || !inside {
				continue
			}
			if b := f.Bound[i]; !b.Same && b.Commit != "" && (l.headMoved(f.Folder.Dir, moved) || b.Back < 0 && l.seek(part)) {
				q := quest(part.Profile, f.Folder)
				q.kept = append(q.kept, aged{f.Path, part.File.Name, git.At{Path: filepath.ToSlash(rel), Commit: b.Commit}})
				continue
			}
			w := wanted{f.Path, filepath.ToSlash(rel), part.Profile.Format, part.File, f.raw(), nil, nil}
			switch b := f.Bound[i]; {
			case b.text == nil && l.seek(part):
				q := quest(part.Profile, f.Folder)
				q.wants = append(q.wants, w)
			case l.doubted(f, i) && l.seek(part):
				w.disk = b.text
				q := quest(part.Profile, f.Folder)
				q.doubts = append(q.doubts, w)
			}
		}
	}
	maps.DeleteFunc(l.heads, func(dir, _ string) bool { _, seen := moved[dir]; return !seen })
	for _, f := range snap.Lost[:min(len(snap.Lost), mostLost)] {
		for _, part := range f.Parts {
			var rels []string
			for _, path := range lostPaths(part.Profile, f.Folder, f.Path, part.File.Name) {
				if rel, inside := source.Below(path, f.Folder.Dir); inside {
					rels = append(rels, filepath.ToSlash(rel))
				}
			}
			if len(rels) > 0 && l.seek(part) {
				q := quest(part.Profile, f.Folder)
				q.lost = append(q.lost, rels...)
			}
		}
	}
	for _, p := range snap.Profiles {
		for _, dir := range slices.Sorted(maps.Keys(quests[p])) {
			out = append(out, *quests[p][dir])
		}
	}
	return out
}

// HeadMoved reports whether HEAD is another commit than when Unfound counted commits back from it.
func (l *Loader) HeadMoved() bool {
	for dir, head := range l.heads {
		if git.Head(dir) != head {
			return true
		}
	}
	return false
}

// headMoved reports whether HEAD is another commit than when this was asked last. Seen are the answers of one look.
func (l *Loader) headMoved(dir string, seen map[string]bool) bool {
	if moved, ok := seen[dir]; ok {
		return moved
	}
	was, known := l.heads[dir]
	l.heads[dir] = git.Head(dir)
	seen[dir] = known && was != l.heads[dir]
	return seen[dir]
}

// doubted reports whether nobody knows yet whether the tests ran over the text on disk, or over one before it that fits what
// the part i of a file says as well: the text was saved since, and the repository has not told.
func (l *Loader) doubted(f *File, i int) bool {
	b, part := f.Bound[i], f.Speaking[i]
	if b.Origin != OriginDisk || !b.Same || b.rivals != nil || part.File.Silent() || !f.ModTime.After(part.Profile.written) {
		return false
	}
	if _, inside := source.Below(f.Path, f.Folder.Dir); !inside {
		return false
	}
	digest, told := l.told[key{part.Profile.Path, part.File.Name}]
	return !told || digest != part.Profile.digest
}

// lostPaths are where a file may have been that a profile names and that was not found: at path, or, where that is "",
// below the profile's folder and the workspace folder, if the name is relative.
func lostPaths(p *Profile, f *Folder, path, name string) []string {
	switch local := filepath.FromSlash(name); {
	case path != "":
		return []string{path}
	case filepath.IsLocal(local):
		return []string{filepath.Join(filepath.Dir(p.Path), local), filepath.Join(f.Dir, local)}
	}
	return nil
}

// seek reports whether a part was not sought yet, and takes note of it.
func (l *Loader) seek(part Part) bool {
	k := key{part.Profile.Path, part.File.Name}
	if d, known := l.sought[k]; known && d == part.Profile.digest {
		return false
	}
	l.sought[k] = part.Profile.digest
	return true
}

// Search searches the repository. It uses nothing of a loader and may run on any goroutine. The error tells that the
// search was not whole; what was found by then is in the answer.
func (q *Quest) Search(ctx context.Context) (*Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, questTime)
	defer cancel()
	out := &Answer{bounds: map[key]*Bound{}, rivals: map[key][]*Bound{}, renamed: map[string]string{}}
	most := git.Usual()
	most.Blob = q.limit
	var problem error
	if len(q.lost) > 0 {
		to, err := git.Renamed(ctx, q.Dir, q.lost, most)
		for was, now := range to {
			out.renamed[filepath.Join(q.Dir, filepath.FromSlash(was))] = filepath.Join(q.Dir, filepath.FromSlash(now))
		}
		problem = err
	}
	if len(q.kept) > 0 {
		var at []git.At
		for _, a := range q.kept {
			at = append(at, a.at)
		}
		var err error
		if out.commits, err = git.Behind(ctx, q.Dir, at, most); err != nil {
			problem = err
		}
	}
	if err := q.look(ctx, q.wants, most, out); err != nil {
		problem = err
	}
	beside := slices.Clone(q.doubts)
	for _, w := range q.wants {
		// The newest that fits may be younger than the tests, or of a commit that was pulled since.
		if b := out.bounds[key{q.Profile, w.file.Name}]; b != nil {
			w.disk = b.text
			beside = append(beside, w)
		}
	}
	if err := q.lookBeside(ctx, beside, most, out); err != nil {
		problem = err
	} else {
		out.told = true
	}
	return out, problem
}

// mostRivals is how many texts of a file may fit that may have been tested. Of more nothing can be told.
const mostRivals = 32

// since is the time from which on a commit may be younger than the profile: git keeps seconds.
func (q *Quest) since() time.Time { return q.written.Truncate(time.Second).Add(-1) }

// lookBeside searches the repository for texts that fit as well as those that are known do. What was tested before the last
// save is in the index, in what was HEAD or was stashed since, or nowhere.
func (q *Quest) lookBeside(ctx context.Context, files []wanted, most git.Bounds, out *Answer) error {
	if len(files) == 0 {
		return nil
	}
	var recent []git.Recent
	for _, w := range files {
		k := key{q.Profile, w.file.Name}
		recent = append(recent, git.Recent{Path: w.rel, Take: func(text string, of git.Commit) {
			switch b := w.bound(q, text); {
			case b == nil || len(out.rivals[k]) > mostRivals:
			case len(out.rivals[k]) == mostRivals:
				nothing := &coverage.File{Name: w.file.Name, Unit: w.file.Unit}
				out.rivals[k] = append(out.rivals[k], &Bound{Back: -1, digest: q.digest, written: q.written, file: nothing, text: origin.Of("", "", nil, nil)})
			default:
				b.foundIn(of)
				out.rivals[k] = append(out.rivals[k], b)
				w.others = append(w.others, b.text)
			}
		}})
	}
	if err := git.Since(ctx, q.Dir, recent, q.since(), most); err != nil {
		return fmt.Errorf("search what %s has had since %s for the texts of %s: %w", q.Dir, q.written.Format(time.DateTime), q.Profile, err)
	}
	return nil
}

// foundIn takes note of the commit that a text was found in; the zero Commit is the index.
func (b *Bound) foundIn(c git.Commit) {
	b.Origin, b.Commit, b.Back, b.When = originOf(c.Name), c.Name, c.Back, c.When
	b.text.Commit = c.Name
}

// look searches the repository for texts of files. The error tells that the search was not whole.
func (q *Quest) look(ctx context.Context, files []wanted, most git.Bounds, out *Answer) error {
	if len(files) == 0 {
		return nil
	}
	found, bounds, err := q.search(ctx, files, most)
	if err != nil || found == nil {
		return err
	}
	for k, b := range bounds {
		if found.Together && b.Commit != "" {
			b.Commit, b.Back, b.When = found.At.Name, found.At.Back, found.At.When
			b.text.Commit = b.Commit
		}
		out.bounds[k] = b
	}
	if found.Ended != nil && len(found.Found) < len(files) {
		return fmt.Errorf("search the history of %s for the texts of %s: %w after %d commits", q.Dir, q.Profile, found.Ended, found.Commits)
	}
	return nil
}

// search is git.Search for texts of files. A nil result is that of no repository.
func (q *Quest) search(ctx context.Context, files []wanted, most git.Bounds) (*git.Result, map[key]*Bound, error) {
	bounds := map[key]*Bound{}
	byPath := map[string][]*Bound{}
	var wants []git.Want
	for _, w := range files {
		wants = append(wants, git.Want{Path: w.rel, Fits: func(text string) bool {
			b := w.bound(q, text)
			if k := (key{q.Profile, w.file.Name}); b != nil && bounds[k] == nil {
				bounds[k] = b
				byPath[w.rel] = append(byPath[w.rel], b)
			}
			return b != nil
		}})
	}
	found, err := git.Search(ctx, q.Dir, wants, most)
	if err != nil || found == nil {
		return nil, nil, err
	}
	for rel, f := range found.Found {
		for _, b := range byPath[rel] {
			b.foundIn(f.Commit)
		}
	}
	return found, bounds, nil
}

// bound is what a text is bound to that fits, and is none of those that are known to; nil where it is not.
func (w *wanted) bound(q *Quest, text string) (b *Bound) {
	_ = q.guard.Do("looking at an older text of "+w.path, func() {
		if w.disk != nil {
			lines := origin.Of("", text, nil, nil)
			is := func(t *origin.Text) bool { return origin.SameLines(t, lines) }
			if is(w.disk) || slices.ContainsFunc(w.others, is) {
				return
			}
		}
		s := &origin.Source{Name: w.path, Content: text}
		s.Parse = func() *source.Parsed {
			parsed, _ := source.Parse(w.path, text)
			return parsed
		}
		if source.LanguageOf(w.path) == "go" {
			s.Holds()
		}
		s.Excluded = source.Exclusions(w.path, text, w.ruby)
		if origin.Fits(w.file, w.format, s) {
			b = &Bound{digest: q.digest, written: q.written, file: origin.Placed(w.file, s), text: origin.Of(w.path, text, s.Holds(), w.file)}
		}
	})
	return b
}

// beside is a text beside others of which nobody knows whether they were tested instead.
func (b *Bound) beside(rivals []*Bound) *Bound {
	if len(rivals) == 0 {
		return b
	}
	either, text := *b, *b.text
	for _, r := range rivals {
		text.Or = append(text.Or, r.text)
	}
	either.rivals, either.text = rivals, &text
	return &either
}

// Found takes an answer and publishes what it changes.
func (l *Loader) Found(ctx context.Context, q Quest, a *Answer) {
	p := l.profiles[q.Profile]
	if a == nil || p == nil || p.digest != q.digest {
		return
	}
	for _, w := range q.wants {
		k := key{q.Profile, w.file.Name}
		if b := a.bounds[k]; b != nil {
			l.bounds[k] = b.beside(a.rivals[k])
			l.dirty[w.path] = true
		}
	}
	for _, w := range q.doubts {
		k := key{q.Profile, w.file.Name}
		if a.told {
			l.told[k] = q.digest
		}
		if b := l.bounds[k]; a.rivals[k] != nil && b != nil && b.text == w.disk {
			l.bounds[k] = b.beside(a.rivals[k])
			l.dirty[w.path] = true
		}
	}
	for _, w := range q.kept {
		k := key{q.Profile, w.name}
		c, b := a.commits[w.at.Commit], l.bounds[k]
		if b != nil && b.Commit == w.at.Commit && (c.Name != "" || b.Back >= 0) {
			dated := *b
			dated.Back = -1 // HEAD does not come from it, or it is too far back
			if c.Name != "" {
				dated.Back, dated.When = c.Back, c.When
			}
			l.bounds[k] = &dated
			l.dirty[w.path] = true
		}
	}
	known := len(l.renamed)
	maps.Copy(l.renamed, a.renamed)
	if len(l.renamed) > known {
		// Their texts are sought under the names that they have now.
		maps.DeleteFunc(l.sought, func(k key, _ uint64) bool { return k.profile == q.Profile })
	}
	if len(l.dirty) > 0 || len(l.renamed) > known {
		l.publish(ctx, nil)
	}
}
