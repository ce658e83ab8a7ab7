package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/build"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/covls/covls/change"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/git"
	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// Comparison says what the code of a folder is compared with.
type Comparison struct {
	// Changed asks what changed since a commit. Revision is the branch, tag or commit that the change is to go into; "" is the one that CI
	// names in the environment, or the default branch. Env gives the value of a variable.
	Changed  bool
	Revision string
	Env      func(string) string
	// Head is which texts are the later ones.
	Head git.State
	// Baseline is where that is which coverage is compared with, as a user names it: a file, a folder of baselines that are
	// called by their commits, "note:" or "branch:" and what git calls it; "" compares with none.
	Baseline string
	// Partial accepts that files of the baseline are in no profile.
	Partial bool
}

// Begun is a comparison that has begun: what the code is compared with is looked for beside other work, as the load of the profiles,
// which it does not need. It belongs to one goroutine, and must be ended.
type Begun struct {
	how    Comparison
	folder *workspace.Folder
	ctx    context.Context
	stop   context.CancelFunc
	// finding is done when base, diff and err are there, which are of Comparison.Changed. It starts reading.
	finding sync.WaitGroup
	base    git.Base
	diff    *git.Comparison
	err     error
	// reading is done when the baseline is there; behind is as baseline has it.
	reading     sync.WaitGroup
	baseline    *change.Baseline
	behind      int
	baselineErr error
}

// Begin begins to look for what the code of a folder is compared with. It reads the repository and the baseline.
func (c Comparison) Begin(ctx context.Context, folder *workspace.Folder) *Begun {
	b := &Begun{how: c, folder: folder}
	b.ctx, b.stop = context.WithCancel(ctx)
	g := guard.Guard{Tell: func(err error) { b.err = err }}
	g.Go(&b.finding, "looking for what changed", func() { b.err = b.find() })
	return b
}

// End stops what is still done, waits for it, and lets go of the repository.
func (b *Begun) End() {
	b.stop()
	b.finding.Wait()
	b.reading.Wait()
	if b.diff != nil {
		b.diff.Close()
	}
}

// find finds the base and what differs from it, and has the baseline read beside.
func (b *Begun) find() (err error) {
	c, dir := b.how, b.folder.Dir
	if !c.Changed {
		b.read(git.Head(dir))
		return nil
	}
	if b.base, err = git.FindBase(b.ctx, dir, c.Revision, c.Env); err != nil {
		return fmt.Errorf("find what the change is compared with: %w", err)
	}
	b.read(b.base.Commit)
	if b.diff, err = git.Compare(b.ctx, dir, b.base.Commit, git.Options{State: c.Head, Env: c.Env, Text: b.folder.Settings.Limits.SourceBytes}); err != nil {
		return fmt.Errorf("find what changed since %s: %w", short(b.base.Commit), err)
	}
	return nil
}

// read begins to read the baseline, where there is one, for a base; "" is none.
func (b *Begun) read(base string) {
	if b.how.Baseline == "" {
		return
	}
	g := guard.Guard{Tell: func(err error) { b.baselineErr = err }}
	g.Go(&b.reading, "reading the baseline", func() { b.baseline, b.behind, b.baselineErr = b.readBaseline(base) })
}

// Changes says what changed in the first folder of a snapshot, which is the one that the comparison began with, and what of it is
// covered, or lost its coverage. It reads the disk. The error tells why that can't be known.
func (b *Begun) Changes(snap *workspace.Snapshot) (*change.Set, error) {
	if !slices.ContainsFunc(slices.Collect(maps.Values(snap.Files)), func(f *workspace.File) bool { return f.Coverage.Measured() || f.Nothing() || f.Lineless() }) {
		return nil, errors.New("the profiles name nothing to cover in this folder, so that nothing is known of what changed: has any test run?")
	}
	w, set := newComparing(b.ctx, snap), &change.Set{}
	w.begun = b
	if b.how.Changed {
		if err := w.changed(set); err != nil {
			return nil, err
		}
	}
	if b.how.Baseline != "" {
		if err := w.lost(set); err != nil {
			return nil, err
		}
	}
	set.Sort()
	return set, nil
}

// comparing is a folder that is compared with what it was.
type comparing struct {
	ctx    context.Context
	snap   *workspace.Snapshot
	folder *workspace.Folder
	// root is the repository's folder, or that of the workspace where there is none: what the paths of change.File are relative to.
	// dir is the folder without links, as root is.
	root, dir string
	units     map[coverage.Unit]bool
	// kinds are those of the files that profiles name.
	kinds workspace.Kinds
	// renamed are the paths at the base of the files that changed, by their paths, and taken those of Head that are others on disk.
	renamed map[string]string
	taken   map[string]*change.File
	// begun is what it is compared with; nil where that is nothing.
	begun *Begun
	// parted are the texts on disk of what changed that profiles name, by their paths.
	parted map[string]*compared
	// whole keeps of the texts that are compared the functions that are as they were, too.
	whole bool
	// was are the older texts that were compared, and matches what was found; files are those of the profiles.
	was     []*change.File
	matches []change.Match
	files   map[*change.File]*workspace.File
	// fresh is what was judged of each file, by its path; nil where nobody asks.
	fresh map[string]fresh
}

// fresh is what changed of a file.
type fresh struct {
	coverage.Tally
	judged []change.Judged
}

func newComparing(ctx context.Context, snap *workspace.Snapshot) *comparing {
	f := snap.Folders[0]
	w := &comparing{ctx: ctx, snap: snap, folder: f, root: f.Dir, dir: f.Dir, units: map[coverage.Unit]bool{}, renamed: map[string]string{}, taken: map[string]*change.File{}, parted: map[string]*compared{}, kinds: snap.Kinds()}
	if top, ok := git.Top(f.Dir); ok {
		w.root = top
		if real, err := filepath.EvalSymlinks(f.Dir); err == nil {
			w.dir = real
		}
		if real, err := filepath.EvalSymlinks(top); err == nil {
			w.root = real
		}
	}
	return w
}

// inRoot is the path of a file of the folder as the repository has it; "" where it lies elsewhere.
func (w *comparing) inRoot(path string) string {
	rest, ok := source.Below(path, w.folder.Dir)
	if !ok {
		return ""
	}
	rel, err := filepath.Rel(w.root, filepath.Join(w.dir, rest))
	if err != nil || !filepath.IsLocal(rel) {
		return ""
	}
	return filepath.ToSlash(rel)
}

// path is the absolute path of a file of the repository, as the snapshot has it; ok is false where it does not lie in the folder.
func (w *comparing) path(inRoot string) (path string, ok bool) {
	abs := filepath.Join(w.root, filepath.FromSlash(inRoot))
	rest, ok := source.Below(abs, w.dir)
	if !ok {
		return "", false
	}
	return filepath.Join(w.folder.Dir, rest), true
}

// judged reports whether a file that profiles name is to be judged: it is no test, and nothing that a program has written, or others.
func judged(f *workspace.File) bool {
	switch f.Standing.Role {
	case priority.Test, priority.Generated, priority.Vendored:
		return false
	}
	return !(f.Source != nil && f.Source.Generated)
}

// text reads a source on disk.
func (w *comparing) text(path string) (string, error) {
	return source.ReadInside([]string{w.folder.Dir}, path, w.folder.Settings.Limits.SourceBytes)
}

// gapOf is a unit with something in it, by the names that people see.
func (w *comparing) gapOf(m *change.Match, lines []change.Stretch) change.Gap {
	g := change.GapOf(m)
	path, _ := w.path(g.File)
	g.Path, g.Lines = path, lines
	if f := w.snap.File(path); f != nil {
		g.File, g.Own, g.Some = f.Name, f.Credit == workspace.CreditOwn, f.Credit > workspace.CreditOwn
		if g.Function == "" && len(lines) > 0 {
			g.Function, g.Line = within(f, lines[0], g.Line)
		}
	}
	if g.Function == "" && len(lines) > 0 {
		g.Line = lines[0][0]
	}
	return g
}

// within is the innermost function of a profile around a stretch, where the text told of none.
func within(f *workspace.File, s change.Stretch, line uint32) (string, uint32) {
	name, at := "", line
	for _, fn := range gap.Funcs(f) {
		if fn.Span.Start.Line <= s[0] && s[1] <= fn.Span.End.Line && fn.Span.End.Line > 0 {
			name, at = fn.String(), max(fn.NameSpan.Start.Line, fn.Span.Start.Line)
		}
	}
	return name, at
}

// changed judges what changed since the base.
func (w *comparing) changed(set *change.Set) error {
	w.begun.finding.Wait()
	if w.begun.err != nil {
		return w.begun.err
	}
	diff, head := w.begun.diff, w.begun.how.Head
	set.Base, set.Name = w.begun.base.Commit, w.begun.base.Name
	switch head {
	case git.InIndex:
		set.Head = "staged"
	case git.InHead:
		set.Head = "committed"
	case git.OnDisk:
	}
	for _, u := range diff.Unknown {
		if path, ok := w.path(u.Path); ok && (w.code(path) || u.Path == ".") {
			set.Unread = append(set.Unread, w.name(path))
		}
	}
	var was, now []*change.File
	files := map[*change.File]*workspace.File{}
	unnamed := map[*change.File]string{}
	for entries := range slices.Chunk(diff.Files, mostTexts) {
		var texts []*compared
		for _, entry := range entries {
			if err := w.ctx.Err(); err != nil {
				return err
			}
			if t := w.compared(set, diff, entry, head); t != nil {
				texts = append(texts, t)
			}
		}
		if err := each(len(texts), func(i int) { texts[i].take() }); err != nil {
			return err
		}
		for _, t := range texts {
			if t.was != nil {
				was = append(was, t.was)
			}
			if t.now == nil {
				continue
			}
			now = append(now, t.now)
			w.renamed[t.name] = t.older
			switch {
			case t.isLater:
				w.taken[t.name] = t.now
			case t.file != nil:
				w.parted[t.name] = t
			}
			if t.file != nil {
				files[t.now] = t.file
			} else {
				unnamed[t.now] = t.path
			}
		}
	}
	w.was, w.matches, w.files = was, change.Compare(was, now), files
	w.judge(set, w.matches, files, unnamed)
	return nil
}

// mostTexts is how many changed files are in memory with their texts at a time.
const mostTexts = 64

// compared is a file that changed, with its texts.
type compared struct {
	// path is absolute; name and older are those of the repository, now and at the base. older is "" where there was none, name
	// where there is none.
	path, name, older string
	// file is what profiles know of it; nil where none names it.
	file *workspace.File
	// before is the text at the base, text that on disk, and later the one that is looked at where that is not on disk.
	before, text, later string
	isLater             bool
	// whole keeps the functions that are as they were, besides those of them of which something did not run.
	whole, besides bool

	was, now *change.File
}

// compared reads the texts of a file; nil where nothing is to be compared.
func (w *comparing) compared(set *change.Set, diff *git.Comparison, entry git.Change, head git.State) *compared {
	path, ok := w.path(entry.Path)
	if !ok || !w.code(path) {
		return nil
	}
	f := w.snap.File(path)
	if f != nil && f.Standing.Role == priority.Test {
		return nil
	}
	unread := func() { set.Unread = append(set.Unread, w.name(path)) }
	t := &compared{path: path, file: f, whole: w.whole, besides: f != nil && w.begun.how.Baseline != ""}
	if entry.Status != git.Added {
		var err error
		if t.before, err = diff.Before(entry); err != nil {
			unread()
			return nil
		}
		t.older = entry.Old
	}
	if entry.Status == git.Deleted {
		return t
	}
	text, err := w.text(path)
	if err != nil && head == git.OnDisk {
		unread()
		return t
	}
	if f == nil {
		could, aside := w.snap.Unnamed(path, text)
		if aside {
			set.Aside = append(set.Aside, w.name(path))
		}
		if !could {
			return t
		}
	}
	if f == nil && unbuilt(path) {
		set.Unbuilt = append(set.Unbuilt, w.name(path))
		return t
	}
	if head != git.OnDisk {
		if t.later, err = diff.After(entry); err != nil {
			unread()
			return t
		}
		t.isLater = change.TextPrint(t.later) != change.TextPrint(text)
	}
	t.name, t.text = entry.Path, text
	if f != nil {
		w.units[f.Coverage.Unit] = true
	}
	return t
}

// unbuilt reports whether a source of Go is not built here: no run of the tests on this system can cover it.
func unbuilt(path string) bool {
	if filepath.Ext(path) != ".go" {
		return false
	}
	if base := filepath.Base(path); base[0] == '_' || base[0] == '.' {
		return true
	}
	for dir := filepath.Dir(path); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if name := filepath.Base(dir); name[0] == '_' || name == "testdata" {
			return true
		}
	}
	match, err := build.Default.MatchFile(filepath.Dir(path), filepath.Base(path))
	return err == nil && !match
}

// take takes the texts apart, and forgets them.
func (t *compared) take() {
	var cov *coverage.File
	if t.file != nil {
		cov = t.file.Coverage
	}
	switch older := t.older != "" && t.before != ""; {
	case older && t.name != "" && !t.isLater && !t.whole:
		var known *source.Parsed
		if t.file != nil {
			known = t.file.Source
		}
		t.was, t.now = change.Pair(t.older, t.before, t.name, t.text, known, cov, t.besides)
		t.now.Was = t.older
	case older:
		t.was = change.Older(t.older, t.before)
	}
	if t.name != "" && t.now == nil {
		t.now = change.Of(t.name, t.text, nil, cov)
		if t.isLater {
			other := change.Of(t.name, t.later, nil, nil)
			change.Carry([]*change.File{t.now}, []*change.File{other})
			t.now = other
		}
		t.now.Was = t.older
	}
	t.before, t.text, t.later = "", "", ""
}

// each does work for every index below n on all processors. The error is of work that panicked.
func each(n int, work func(i int)) error {
	var wg sync.WaitGroup
	var next atomic.Int64
	var telling sync.Mutex
	var fault error
	g := guard.Guard{Tell: func(err error) {
		telling.Lock()
		defer telling.Unlock()
		fault = err
	}}
	for range min(n, runtime.GOMAXPROCS(0)) {
		g.Go(&wg, "comparing functions", func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	wg.Wait()
	return fault
}

// code reports whether a path is one of a kind that profiles name files of.
func (w *comparing) code(path string) bool {
	return w.snap.File(path) != nil || w.kinds.Has(path)
}

// judge puts into the set what matches say of files.
func (w *comparing) judge(set *change.Set, matches []change.Match, files map[*change.File]*workspace.File, unnamed map[*change.File]string) {
	told := map[string]bool{}
	for i := range matches {
		m := &matches[i]
		f := files[m.File]
		switch m.How {
		case change.Moved:
			set.Moved++
			continue
		case change.Same:
			continue
		}
		if path := unnamed[m.File]; path != "" {
			if name := w.name(path); !told[name] && runs(m) {
				told[name] = true
				set.Unmeasured = append(set.Unmeasured, name)
			}
			continue
		}
		if f == nil || !judged(f) {
			continue
		}
		if m.Unit.Name != "" {
			set.Functions++
			if m.How == change.New {
				set.New++
			}
		}
		if unknown(f, m) {
			set.Unknown = append(set.Unknown, w.gapOf(m, nil))
		}
	}
	for _, item := range change.Judge(matches) {
		f := files[item.Match.File]
		if f == nil {
			continue
		}
		if !judged(f) {
			set.Left += item.Total
			continue
		}
		set.Tally = set.Plus(item.Tally)
		if w.fresh != nil {
			n := w.fresh[f.Path]
			w.fresh[f.Path] = fresh{n.Plus(item.Tally), append(n.judged, item.Judged...)}
		}
		if item.Uncovered == nil {
			continue
		}
		g := w.gapOf(item.Match, item.Uncovered)
		g.Statements, g.Of = item.Tally.Uncovered(), item.Total
		set.Gaps = append(set.Gaps, g)
	}
	set.Unit = w.unit()
}

// runs reports whether something that changed of a file can run: a function, or what stands outside of functions in languages where that
// is run.
func runs(m *change.Match) bool {
	if m.Unit.Name != "" {
		return true
	}
	switch source.LanguageOf(m.File.Path) {
	case "go", "rust", "java", "csharp", "kotlin", "scala", "c", "cpp":
		return false // declarations
	}
	return m.Adds()
}

// unknown reports whether the profiles say nothing of a function that changed, since they are of another text.
func unknown(f *workspace.File, m *change.Match) bool {
	if f.Nothing() {
		return true
	}
	return m.Unit.Name != "" && slices.ContainsFunc(f.Unknown, func(u workspace.Unknown) bool {
		return u.String() == m.Unit.Name || u.Span.Start.Line >= m.Unit.First && u.Span.Start.Line <= m.Unit.Last
	})
}

// unit is what is counted.
func (w *comparing) unit() string {
	switch {
	case w.units[coverage.Statements] && w.units[coverage.Lines]:
		return "statements and lines"
	case w.units[coverage.Lines]:
		return coverage.Lines.String()
	case w.units[coverage.Statements]:
		return coverage.Statements.String()
	}
	return ""
}

// name is a path for people.
func (w *comparing) name(path string) string { return w.snap.Name(path) }

// short is a commit as people write it.
func short(commit string) string { return commit[:min(len(commit), 7)] }

// lost compares the coverage with that of the baseline.
func (w *comparing) lost(set *change.Set) error {
	c := w.begun.how
	w.begun.finding.Wait()
	w.begun.reading.Wait()
	baseline, behind, err := w.begun.baseline, w.begun.behind, w.begun.baselineErr
	if err = cmp.Or(err, w.begun.err); err != nil {
		return err
	}
	since := &change.Since{Commit: baseline.Commit, Behind: behind}
	set.Baseline = since
	before := make(map[string]*change.File, len(baseline.Files))
	for _, f := range baseline.Files {
		if _, ok := w.path(f.Path); ok {
			before[f.Path] = f
		}
	}
	if len(before) == 0 {
		return fmt.Errorf("the baseline %s has no file of %s: nothing can be compared", c.Baseline, w.folder.Dir)
	}
	var was, now []*change.File
	found := 0 // of the baseline's functions, or whole files
	seen := map[string]bool{}
	paths := make([]string, 0, len(w.snap.Files))
	for path := range w.snap.Files {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for some := range slices.Chunk(paths, mostTexts) {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		var texts []*beside
		for _, path := range some {
			f, name := w.snap.Files[path], w.inRoot(path)
			if name == "" || f.Outside || f.Standing.Role == priority.Test || f.Nothing() {
				if name != "" {
					seen[name] = true
				}
				continue
			}
			seen[name] = true
			older := before[name]
			if older != nil {
				if f.Coverage.Unit != older.Counts && len(older.Bits) > 0 && f.Coverage.Measured() {
					return fmt.Errorf("the baseline %s counts %s of %s, and the profile %s: nothing can be compared", c.Baseline, older.Counts, f.Name, f.Coverage.Unit)
				}
				since.Files++
			}
			texts = append(texts, &beside{path: path, name: name, file: f, older: older, now: w.taken[name], parted: w.parted[name]})
		}
		if err := each(len(texts), func(i int) { texts[i].take(w) }); err != nil {
			return err
		}
		for _, t := range texts {
			switch {
			case t.unread:
				set.Unread = append(set.Unread, t.file.Name)
				continue
			case t.same:
				found++
				continue
			}
			if t.some {
				found++
			}
			w.units[t.file.Coverage.Unit] = true
			now = append(now, t.now)
			if t.older != nil {
				was = append(was, t.older)
			}
		}
	}
	for name, f := range before {
		if seen[name] {
			continue
		}
		path, _ := w.path(name)
		if _, err := os.Lstat(path); err == nil {
			if !w.folder.Excludes(filepath.ToSlash(w.snap.Name(path))) && slices.Contains(f.Bits, true) {
				set.Vanished = append(set.Vanished, w.name(path))
			}
			continue
		} else if !errors.Is(err, fs.ErrNotExist) {
			set.Unread = append(set.Unread, w.name(path))
			continue
		}
		was = append(was, f)
	}
	if c.Partial {
		set.Vanished = nil
	}
	byPath := func(a, b *change.File) int { return strings.Compare(a.Path, b.Path) }
	slices.SortFunc(was, byPath)
	slices.SortFunc(now, byPath)
	matches := change.Compare(was, now)
	for i := range matches {
		m := &matches[i]
		if m.Was == nil {
			continue
		}
		if m.WasFile.Counts != m.File.Counts && len(m.Was.Parts) > 0 && len(m.Unit.Parts) > 0 {
			return fmt.Errorf("the baseline %s counts %s of %s, and the profile %s: nothing can be compared", c.Baseline, m.WasFile.Counts, m.File.Path, m.File.Counts)
		}
		if (m.Unit.Ran || len(m.Unit.Parts) > 0) && slices.ContainsFunc(m.Was.Parts, func(p change.Part) bool { return m.To[p.From] >= 0 }) {
			found++
		}
	}
	// A change may leave nothing as it was, and then a baseline of a commit before it is right all the same.
	if found == 0 && behind < 0 {
		return fmt.Errorf("the baseline %s and the profiles have no %s in common: nothing can be compared", c.Baseline, cmp.Or(w.unit(), "code"))
	}
	for _, l := range change.Lost(matches) {
		g := w.gapOf(l.Match, l.Lines)
		g.Statements, g.Of = l.Statements, l.Was
		set.Lost = append(set.Lost, g)
	}
	if set.Unit == "" {
		for _, f := range baseline.Files {
			w.units[f.Counts] = true
		}
		set.Unit = w.unit()
	}
	return nil
}

// beside is a file that is compared with what the baseline has of it.
type beside struct {
	path, name string
	file       *workspace.File
	older      *change.File // nil for none
	now        *change.File // nil where its text on disk is looked at
	parted     *compared    // that text, taken apart; nil where it was not
	// same tells that it is as it was, and as covered, some that a part of it is, unread that its text can't be had.
	same, some, unread bool
}

// take reads the text and takes it apart.
func (t *beside) take(w *comparing) {
	if p := t.parted; p != nil {
		rest := t.older
		if p.was != nil && len(p.was.Left) > 0 && rest != nil {
			rest = p.was.Rest(rest)
		}
		if t.same = t.older != nil && p.now.Print == t.older.Print && !fell(t.older.Bits, p.now.Bits); t.same || rest != nil || p.was == nil || len(p.was.Left) == 0 {
			t.some = rest != nil && t.older != nil && len(rest.Units) < len(t.older.Units)
			t.older, t.now = rest, p.now
			return
		}
	}
	text, err := w.text(t.path)
	switch {
	case err != nil:
		t.unread = true
	case t.older != nil && change.TextPrint(text) == t.older.Print && !fell(t.older.Bits, change.BitsOf(t.file.Coverage)):
		t.same = true
	case t.now == nil:
		t.now = change.OfBeside(t.name, text, t.file.Source, t.file.Coverage)
		t.now.Was = w.renamed[t.name]
	}
}

// fell reports whether something ran that does not any more, or can't be compared part by part.
func fell(was, now []bool) bool {
	if len(was) != len(now) {
		return true
	}
	for i := range was {
		if was[i] && !now[i] {
			return true
		}
	}
	return false
}
