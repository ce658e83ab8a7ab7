package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/covls/covls/change"
	"github.com/covls/covls/git"
	"github.com/covls/covls/workspace"
)

// What changed since the base is looked for changeQuiet after what may have changed it, and not before restChange times as long as that took
// the last time. It takes changePatience at most. Where nothing tells of a change it is done after changeEvery, and not before restLook
// times as long.
const (
	changeQuiet    = 100 * time.Millisecond
	restChange     = 4
	changePatience = time.Minute
	changeEvery    = 15 * time.Second
	restLook       = 200
)

// live is what the engine knows of changes since the base. It belongs to its goroutine.
type live struct {
	// due tells that somebody will look, again that something has changed since somebody began to.
	due, again bool
	took       time.Duration
	looked     time.Time // when somebody looked last
	// base is the one that was chosen for the session; "" is that of the settings.
	base string
	// stands are git.Stand of the folders when somebody looked last.
	stands map[string]string
	// looking tells that one goroutine asks for these.
	looking atomic.Bool
}

// SetBase has changes compared with a branch, a tag or a commit for the rest of the session; "" is the one that the settings name.
func (e *Engine) SetBase(revision string) {
	e.jobs.put(func(ctx context.Context) {
		e.live.base = revision
		e.changed(ctx)
	})
}

// baseOf is the revision that a folder is compared with.
func (e *Engine) baseOf(f *workspace.Folder) string {
	if e.live.base != "" {
		return e.live.base
	}
	return f.Settings.Changed.Base
}

// changed has what changed since the base looked for, soon.
func (e *Engine) changed(context.Context) {
	l := &e.live
	if l.due {
		l.again = true
		return
	}
	l.due, l.again = true, false
	e.opts.Guard.After(max(changeQuiet, restChange*l.took), "looking for what changed", func() {
		e.jobs.put(e.lookForChanges)
	})
}

// lookForChanges looks beside the engine's goroutine for what changed in all folders.
func (e *Engine) lookForChanges(ctx context.Context) {
	began := time.Now()
	var list []*Task
	for _, f := range e.store.Load().Folders {
		if t := e.changesOf(f); t != nil {
			list = append(list, t)
		} else {
			e.loader.SetDelta(f.Dir, nil, nil)
		}
	}
	list = append(list, &Task{
		Reason: reasonChange, About: "the end of looking for what changed",
		Do: func(context.Context) error { return nil },
		Take: func(ctx context.Context) {
			e.live.due, e.live.took, e.live.looked = false, min(time.Since(began), changePatience), time.Now()
			if e.live.again {
				e.changed(ctx)
			}
		},
	})
	e.inTurn(ctx, list...)
}

// changesOf looks for what changed in a folder; nil where nobody wants to know, or there are no profiles.
func (e *Engine) changesOf(f *workspace.Folder) *Task {
	snap := e.store.Load()
	if !f.Settings.Changed.Enable || len(snap.Files) == 0 || !snap.Scanned {
		return nil
	}
	c := Comparison{Changed: true, Revision: e.baseOf(f), Env: e.opts.Env}
	if path, ok := f.Settings.Changed.Path(f.Dir); ok {
		c.Baseline = path
	} else {
		c.Baseline = f.Settings.Changed.Baseline
	}
	var delta *workspace.Delta
	var files map[string]*workspace.Since
	stand := ""
	return &Task{
		Reason: reasonChange, Dir: f.Dir, About: "looking for what changed in " + f.Dir,
		Do: func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, changePatience)
			defer cancel()
			stand = git.Stand(f.Dir, c.Revision, c.Env)
			var err error
			delta, files, err = sinceBase(ctx, e.store.Load(), f, c)
			return err
		},
		Take: func(ctx context.Context) {
			if ctx.Err() != nil {
				return
			}
			if e.live.stands == nil {
				e.live.stands = map[string]string{}
			}
			e.live.stands[f.Dir] = stand
			e.loader.SetDelta(f.Dir, delta, files)
		},
	}
}

// sinceBase finds what changed in a folder of a snapshot, and of each file that changed what it was. It is nil for a folder in no repository. The
// error is for the log: what people are told of it is in the answer.
func sinceBase(ctx context.Context, snap *workspace.Snapshot, f *workspace.Folder, c Comparison) (*workspace.Delta, map[string]*workspace.Since, error) {
	view := *snap
	view.Folders = []*workspace.Folder{f}
	w := newComparing(ctx, &view)
	w.begun = c.Begin(ctx, f)
	defer w.begun.End()
	w.whole = true // a later text is compared with all of them
	w.fresh = map[string]fresh{}
	set := &change.Set{}
	delta := &workspace.Delta{}
	if err := w.changed(set); err != nil {
		switch {
		case errors.Is(err, git.ErrNoRepository):
			return nil, nil, nil
		case errors.Is(err, git.ErrNoBase):
			delta.Why = "there is nothing to compare with: no remote repository has a default branch here; set changed.base, or pick a base for this session"
		default:
			delta.Why = err.Error()
		}
		return delta, nil, err
	}
	delta.Base, delta.Name = set.Base, set.Name
	var problem error
	if c.Baseline != "" {
		if err := w.lost(set); err != nil {
			delta.Unjudged, problem = err.Error(), err
		}
	}
	set.Sort()
	delta.Set = set
	files := map[string]*workspace.Since{}
	since := func(path string) *workspace.Since {
		s := files[path]
		if s == nil {
			s = &workspace.Since{Folder: delta}
			if f := w.snap.File(path); f != nil {
				s.Coverage = f.Coverage
			}
			files[path] = s
		}
		return s
	}
	own := w.origins()
	for now, f := range w.files {
		if !judged(f) {
			continue
		}
		s := since(f.Path)
		s.Now, s.Older = now.Path, now.Was
		s.Was = own[now]
	}
	for path, n := range w.fresh {
		s := since(path)
		s.Tally, s.Judged = n.Tally, n.judged
	}
	for _, g := range set.Gaps {
		s := since(g.Path)
		s.Gaps = append(s.Gaps, g)
	}
	for _, g := range set.Lost {
		s := since(g.Path)
		s.Lost = append(s.Lost, g)
	}
	return delta, files, problem
}

// origins are the older texts that the functions of each later one may be from: those that it has now, and those that no text has any more.
func (w *comparing) origins() map[*change.File][]*change.File {
	by := map[*change.Unit]*change.File{}
	for i := range w.matches {
		if m := &w.matches[i]; m.Was != nil {
			by[m.Was] = m.File
		}
	}
	var gone []*change.File
	own := map[*change.File][]*change.File{}
	later := map[string][]*change.File{} // by the paths of their older texts
	for now := range w.files {
		later[cmp.Or(now.Was, now.Path)] = append(later[cmp.Or(now.Was, now.Path)], now)
	}
	part := func(f *change.File, has func(now *change.File) bool) *change.File {
		out := *f
		out.Units = nil
		for i := range f.Units {
			if has(by[&f.Units[i]]) {
				out.Units = append(out.Units, f.Units[i])
			}
		}
		return &out
	}
	for _, f := range w.was {
		from := map[*change.File]bool{}
		for _, now := range later[f.Path] {
			from[now] = true
		}
		for i := range f.Units {
			from[by[&f.Units[i]]] = true
		}
		for now := range from {
			if now == nil {
				gone = append(gone, part(f, func(n *change.File) bool { return n == nil }))
				continue
			}
			same := slices.Contains(later[f.Path], now)
			own[now] = append(own[now], part(f, func(n *change.File) bool { return n == now || same && n == nil }))
		}
	}
	for now := range w.files {
		for _, f := range gone {
			if f.Path != cmp.Or(now.Was, now.Path) {
				own[now] = append(own[now], f)
			}
		}
	}
	return own
}

// lookAtBases has changes looked for where HEAD, the index or the base of a folder is another than it was, and now and then in any
// case: nothing tells of a source that another program has written and that no profile names. It asks beside the engine's goroutine.
func (e *Engine) lookAtBases(ctx context.Context) {
	if len(e.live.stands) == 0 {
		return
	}
	if time.Since(e.live.looked) > max(changeEvery, restLook*e.live.took) {
		e.changed(ctx)
		return
	}
	if !e.live.looking.CompareAndSwap(false, true) {
		return
	}
	type asked struct{ dir, revision string }
	var all []asked
	for _, f := range e.store.Load().Folders {
		if _, ok := e.live.stands[f.Dir]; ok && f.Settings.Changed.Enable {
			all = append(all, asked{f.Dir, e.baseOf(f)})
		}
	}
	before := maps.Clone(e.live.stands)
	e.opts.Guard.Go(&e.background, "looking at the bases of changes", func() {
		defer e.live.looking.Store(false)
		for _, a := range all {
			if ctx.Err() == nil && git.Stand(a.dir, a.revision, e.opts.Env) != before[a.dir] {
				e.jobs.put(e.changed)
				return
			}
		}
	})
}

// CheckBase tells why changes in a folder can't be compared with a branch, a tag or a commit; nil where they can. env is that of Options.
func CheckBase(ctx context.Context, dir, revision string, env func(string) string) error {
	_, err := git.FindBase(ctx, dir, revision, env)
	return err
}

// Bases are what changes in a folder may be compared with.
func Bases(dir string) (git.Refs, error) {
	refs, err := git.RefsOf(dir)
	if err != nil {
		return refs, fmt.Errorf("look for branches and tags: %w", err)
	}
	return refs, nil
}
