package engine

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/covls/covls/project"
	"github.com/covls/covls/report"
	"github.com/covls/covls/watch"
	"github.com/covls/covls/workspace"
)

// Facts are what is known beside the snapshot. They are never written after they were told.
type Facts struct {
	// Loading tells that a load is under way, or that a folder's projects are not known yet.
	Loading bool
	// Folders are in the editor's order.
	Folders []FolderFacts
	// OnDisk are the profiles that were seen on disk, read or not, sorted by path.
	OnDisk []string
}

// FolderFacts is a workspace folder and what was seen in it.
type FolderFacts struct {
	Folder
	// Searched tells that it was searched for profiles.
	Searched bool
	// Dirs is how many directories were searched.
	Dirs int
	// Projects are nil until somebody has looked for them.
	Projects []project.Project
	// Run makes a profile; nil where covls knows nothing that does.
	Run *project.Command
}

// tellFacts tells what is known now.
func (e *Engine) tellFacts() {
	if e.opts.Facts == nil {
		return
	}
	facts := &Facts{Loading: e.reading > 0 || e.tasks.running(reasonPackages) || e.tasks.running(reasonTests)}
	set := map[string]*workspace.Folder{}
	for _, f := range e.store.Load().Folders {
		set[f.Dir] = f
	}
	for _, f := range e.looked() {
		in := FolderFacts{Folder: f}
		if found, ok := e.searched[f.Dir]; ok {
			in.Searched, in.Dirs = true, found.Dirs
		}
		projects, ok := e.projects[f.Dir]
		if facts.Loading = facts.Loading || in.Searched && !ok; ok {
			in.Projects = projects
			if known := set[f.Dir]; known != nil {
				in.Run = known.TestCommand(projects)
			}
		}
		facts.Folders = append(facts.Folders, in)
	}
	facts.OnDisk = slices.Sorted(maps.Keys(e.onDisk))
	e.opts.Facts(facts)
}

// Searched waits for what the jobs at hand change, has files looked for that are gone, and returns what the last search of each folder has found, by its
// directory. ok is false where that failed, or ctx was done before.
func (e *Engine) Searched(ctx context.Context) (searched []watch.Found, ok bool) {
	answer := make(chan []watch.Found, 1)
	e.jobs.putWith(func(ctx context.Context) {
		e.settle(ctx)
		if e.loader.Refind(ctx) {
			e.refound(ctx)
		}
		answer <- slices.SortedFunc(maps.Values(e.searched), func(a, b watch.Found) int { return strings.Compare(a.Dir, b.Dir) })
	}, func() { close(answer) })
	select {
	case searched, ok := <-answer:
		return searched, ok
	case <-ctx.Done():
		return nil, false
	}
}

// Searches puts what searches have found into the report's words.
func Searches(found []watch.Found) []report.Search {
	var out []report.Search
	for _, f := range found {
		out = append(out, report.Search{Dir: f.Dir, Found: len(profilesIn(f)), Dirs: f.Dirs, Left: f.Left})
	}
	return out
}

// Notes are what the watcher has to say, States the files that it has in view.
func (e *Engine) Notes() []string       { return e.watcher.Notes() }
func (e *Engine) States() []watch.State { return e.watcher.States() }
