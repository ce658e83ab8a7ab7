package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/covls/covls/config"
	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/origin"
	"github.com/covls/covls/project"
	"github.com/covls/covls/report"
	"github.com/covls/covls/watch"
	"github.com/covls/covls/workspace"
)

// Once says how a folder is read a single time, for a command that prints what there is and ends.
type Once struct {
	// Profiles are read, absolute; nil searches the folder for those that its settings, or the usual names, mean.
	Profiles []string
	// Restricted tells that no other program may be started.
	Restricted bool
	// Cache is the folder of the cache of texts; "" is none.
	Cache string
	// Commits has the commits to each file counted.
	Commits bool
}

// Loaded is a folder that was read.
type Loaded struct {
	Snapshot *workspace.Snapshot
	// Searches are nil where profiles were named.
	Searches []report.Search
	// Notes are what the user should know beside, Troubles are the profiles that can't be shown as they are.
	Notes    []string
	Troubles []error
}

// Load reads a folder. A profile that was named and is not there is an error.
func (o Once) Load(ctx context.Context, f *workspace.Folder) (*Loaded, error) {
	out := &Loaded{}
	paths := o.Profiles
	if paths == nil {
		found, err := watch.Discover(ctx, RootOf(f))
		if err != nil {
			return nil, fmt.Errorf("look for profiles in %s: %w", f.Dir, err)
		}
		paths, out.Searches = profilesIn(found), Searches([]watch.Found{found})
	}
	store := workspace.NewStore()
	loader := workspace.NewLoader(store)
	loader.Trusted = !o.Restricted
	loader.Cache = cacheIn(o.Cache)
	for _, err := range loader.SetFolders(ctx, []*workspace.Folder{f}) {
		out.Notes = append(out.Notes, err.Error())
	}
	var changes []workspace.Change
	for _, p := range paths {
		if _, err := os.Stat(p); errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no profile %s; %s", p, f.HowTo(project.In(f.Dir)))
		}
		changes = append(changes, workspace.Change{Path: p})
	}
	var counting []*Task
	if o.Commits {
		counting = commitsOf(loader)
	}
	type counted struct {
		task *Task
		err  error
	}
	answers := make(chan counted, len(counting))
	guard.Guard{}.Go(nil, "counting commits", func() {
		defer close(answers)
		for _, t := range counting {
			answers <- counted{t, t.done(ctx)}
		}
	})
	take := func(t *Task, err error) {
		if err != nil {
			out.Notes = append(out.Notes, err.Error())
		}
		t.Take(ctx)
	}
	out.Troubles = loader.Read(ctx, changes)
	for _, t := range packagesOf(loader) {
		take(t, t.done(ctx))
	}
	for _, t := range testsOf(loader) {
		take(t, t.done(ctx))
	}
	for range searches {
		for _, t := range textsOf(loader, func(context.Context) {}) {
			take(t, t.done(ctx))
		}
	}
	for _, t := range keepingOf(loader) {
		_ = t.done(ctx) // nothing depends on it
	}
	for range counting {
		select {
		case c := <-answers:
			take(c.task, c.err)
		case <-ctx.Done():
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("stopped: %w", err)
	}
	out.Snapshot = store.Load()
	return out, nil
}

// searches is how often repositories are searched: for files that were renamed, and then for their texts.
const searches = 2

// done does a task; a panic is an error like any other.
func (t *Task) done(ctx context.Context) (err error) {
	if fault := (guard.Guard{}).Do(t.About, func() { err = t.Do(ctx) }); fault != nil {
		return fault
	}
	return err
}

// cacheIn is the cache of texts in a folder; nil where that is "".
func cacheIn(dir string) *origin.Cache {
	if dir == "" {
		return nil
	}
	return origin.NewCache(dir)
}

// Usual reports whether profiles are those that a folder without settings is found to have.
func Usual(ctx context.Context, dir string, profiles []string) (bool, error) {
	found, err := watch.Discover(ctx, RootOf(workspace.NewFolder(dir, "", config.Merge(), nil)))
	if err != nil {
		return false, fmt.Errorf("look for profiles in %s: %w", dir, err)
	}
	return slices.Equal(slices.Sorted(slices.Values(profiles)), found.Profiles), nil
}
