package engine

import (
	"cmp"
	"context"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/project"
	"github.com/covls/covls/source"
	"github.com/covls/covls/watch"
	"github.com/covls/covls/workspace"
)

// RootOf says where the profiles of a folder are looked for.
func RootOf(f *workspace.Folder) watch.Root {
	settings := &f.Settings
	root := watch.Root{
		Dir: f.Dir, GoCoverDirs: settings.Profiles == nil, Allows: settings.Reads, Settle: settings.Settle,
		Depth: settings.Limits.Depth, Entries: settings.Limits.Entries, Profiles: settings.Limits.Profiles, Tree: f.Tree,
	}
	if settings.Profiles == nil {
		// A covmeta file stands for its directory, which GoCoverDirs finds.
		root.Patterns = slices.DeleteFunc(config.DefaultProfiles(), func(p string) bool { return path.Base(p) == "covmeta.*" })
		home, _ := os.UserHomeDir() // "" where there is none
		if globs, may := project.ProfilesAbove(f.Dir, home); globs != nil {
			root.Patterns = append(root.Patterns, globs...)
			root.Allows = func(path string) bool { return settings.Reads(path) || may(path) }
		}
		return root
	}
	root.Patterns = settings.ProfilePatterns(f.Dir)
	return root
}

// Touch has files looked at that somebody saw change.
func (e *Engine) Touch(paths ...string) {
	e.jobs.put(func(context.Context) { e.watcher.Touch(paths...) })
}

// Renamed looks at what was renamed, files or folders, by the paths before and after.
func (e *Engine) Renamed(paths ...string) {
	e.jobs.put(func(ctx context.Context) {
		e.watcher.Touch(paths...)
		e.watcher.Rescan()
		if e.loader.Refind(ctx) {
			e.refound(ctx)
		}
		e.sources(ctx)
	})
}

// FirstLoad is closed when the profiles that the first search of the workspace folders has found were read, but for those
// that are still being written, or a document was opened and there is no folder to search.
func (e *Engine) FirstLoad() <-chan struct{} { return e.firstLoad }

// loaded closes firstLoad when all is there.
func (e *Engine) loaded() {
	select {
	case <-e.firstLoad:
		return
	default:
	}
	if !e.configured {
		return
	}
	for _, f := range e.looked() {
		if _, ok := e.searched[f.Dir]; !ok {
			return
		}
	}
	close(e.firstLoad)
}

// Opened looks at a document that was opened, and at the folder around it where the editor named none.
func (e *Engine) Opened(path string) {
	e.jobs.put(func(ctx context.Context) {
		e.imply(path)
		if e.loader.Appeared(ctx, path) {
			e.refound(ctx)
		}
		e.loader.Opened(path)
		e.loaded()
	})
}

// Closed looks at the file of a document that was closed.
func (e *Engine) Closed(path string) {
	e.jobs.put(func(ctx context.Context) {
		if e.loader.Closed(ctx, path) {
			e.refound(ctx)
		}
	})
}

// refound looks for what depends on which files the names of profiles lead to, as they lead to others now.
func (e *Engine) refound(ctx context.Context) {
	e.searchTexts(ctx)
	e.changed(ctx)
}

// Saved looks at a source file that an editor has written.
func (e *Engine) Saved(path string) {
	e.jobs.put(func(ctx context.Context) {
		if e.loader.Saved(ctx, path) {
			e.searchTexts(ctx)
		}
		e.changed(ctx)
	})
}

// sources takes in which sources changed on disk, as they do when another branch is checked out.
func (e *Engine) sources(ctx context.Context) {
	changed := e.loader.Changed(ctx)
	if changed || e.loader.HeadMoved() {
		e.searchTexts(ctx)
	}
	if changed {
		e.changed(ctx)
	}
}

// imply takes the project around a document for the workspace where the editor named no folder.
func (e *Engine) imply(path string) {
	e.takeChanges()
	for _, f := range e.folders {
		if !f.Implied || source.Inside(path, f.Dir) {
			return
		}
	}
	dir, ok := project.Around(path)
	if dir = cmp.Or(dir, filepath.Dir(path)); !ok && !narrow(dir) {
		return
	}
	e.folders = append(e.folders, Folder{Dir: dir, Implied: true})
	e.outdated = e.outdated || e.configured
}

// narrow reports whether a folder without a project may be taken for the workspace of a file in it: not where all sorts of things lie.
func narrow(dir string) bool {
	home, _ := os.UserHomeDir()
	return dir != home && dir != filepath.Clean(os.TempDir()) && filepath.Dir(dir) != dir
}

// update takes in what the watcher found.
func (e *Engine) update(ctx context.Context, u watch.Update) {
	var changes []workspace.Change
	settings := false
	for _, ev := range u.Events {
		if filepath.Base(ev.Path) == config.FileName {
			settings = true
			continue
		}
		change := workspace.Change{Path: ev.Path, Gone: ev.Gone}
		if !ev.Gone && !ev.Stamp.Dir {
			change.Settled = &workspace.Looks{Size: ev.Stamp.Size, ModTime: ev.Stamp.ModTime}
		}
		changes = append(changes, change)
	}
	if settings && e.configured {
		e.loader.Refresh()
		e.configure(ctx)
	}
	e.found(ctx, u.Searched)
	for _, c := range changes {
		if c.Gone {
			delete(e.onDisk, c.Path)
		} else {
			e.onDisk[c.Path] = true
		}
	}
	if len(changes) > 0 {
		e.read(ctx, changes)
	}
	if len(e.looked()) > 0 {
		e.loaded()
	}
	e.tellFacts()
}

// expire forgets profiles that are gone.
func (e *Engine) expire(ctx context.Context) {
	before := e.store.Load()
	e.loader.Expire(ctx)
	e.sayDeleted(before)
}

// found takes in what a search of all folders has found; nil is no search.
func (e *Engine) found(ctx context.Context, searched []watch.Found) {
	if searched == nil {
		return
	}
	clear(e.onDisk)
	var surveys []*Task
	for _, f := range searched {
		e.searched[f.Dir] = f
		if e.opts.Facts != nil || len(profilesIn(f)) == 0 {
			surveys = append(surveys, e.surveyOf(f.Dir))
		}
		for _, path := range profilesIn(f) {
			e.onDisk[path] = true
		}
	}
	e.inTurn(ctx, surveys...)
}

// profilesIn are the profiles that a search has found.
func profilesIn(f watch.Found) []string {
	return slices.DeleteFunc(slices.Clone(f.Profiles), func(p string) bool { return filepath.Base(p) == config.FileName })
}

// largeLoad is how long a load takes that leaves much garbage behind: the program then idles for
// minutes, and the memory belongs to others.
const largeLoad = 100 * time.Millisecond

// read reads profiles and begins the tasks that follow from them.
func (e *Engine) read(ctx context.Context, changes []workspace.Change) {
	began := time.Now()
	work := e.begin(ctx, "Coverage")
	defer work.End()
	e.loader.Progress = work.Report
	done := e.beginReading()
	defer done()
	var troubles []error
	before := e.store.Load()
	past := before.Past()
	e.timed("profiles", len(changes), func() { troubles = e.loader.Read(ctx, changes) })
	e.sayDeleted(before)
	e.ran(past, changes)
	e.watcher.Judge(e.loader.Judge(changes))
	work.End()
	e.together(ctx, packagesOf(e.loader)...)
	e.searchTexts(ctx)
	e.changed(ctx)
	done()
	e.inTurn(ctx, testsOf(e.loader)...)
	if len(e.store.Load().Files) > 0 && !e.tasks.running(reasonCommits) {
		e.inTurn(ctx, commitsOf(e.loader)...)
	}
	e.sayProfiles()
	e.sayTroubles(troubles)
	if time.Since(began) > largeLoad {
		debug.FreeOSMemory()
	}
}

// ran takes note of what a run of the tests has made of functions, by the profiles that it replaced.
func (e *Engine) ran(before *workspace.Past, changes []workspace.Change) {
	var replaced []string
	for _, c := range changes {
		if !c.Gone {
			replaced = append(replaced, c.Path)
		}
	}
	run := workspace.RunOf(before, e.store.Load(), replaced)
	if run == nil {
		return
	}
	e.store.Update(func(next *workspace.Snapshot) {
		runs := next.Runs
		if n := len(runs) - workspace.MostRuns + 1; n > 0 {
			runs = runs[n:]
		}
		next.Runs = append(slices.Clone(runs), run)
		next.Generation++
	})
	e.note(diag.RunWords(run))
}

// beginReading tells that a load is under way, until the result is called.
func (e *Engine) beginReading() (done func()) {
	e.reading++
	e.tellFacts()
	return sync.OnceFunc(func() {
		e.reading--
		e.tellFacts()
	})
}

// Reload reads settings and every profile again and calls done afterwards, whatever becomes of it.
func (e *Engine) Reload(done func()) {
	waits := false
	e.jobs.putWith(func(ctx context.Context) {
		e.loader.Refresh()
		e.configure(ctx)
		var changes []workspace.Change
		for _, p := range e.store.Load().Profiles {
			changes = append(changes, workspace.Change{Path: p.Path})
		}
		e.read(ctx, changes)
		e.watcher.Rescan()
		waits = true
		e.tasks.when(reasonPackages, done)
	}, func() {
		if !waits {
			done()
		}
	})
}
