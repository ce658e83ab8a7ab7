package engine

import (
	"context"
	"log/slog"

	"github.com/covls/covls/project"
	"github.com/covls/covls/workspace"
)

// Task is work that takes too long for the goroutine of loads: it is done beside, and what it has found is taken in
// there.
type Task struct {
	// Reason is why, in one word, and Dir the folder that it is for. A folder that is gone ends its tasks.
	Reason, Dir string
	// About is what it does, for the log.
	About string
	// Do does it, on any goroutine. Take takes in what was found, on that of loads, also where Do has failed. The error is
	// for the log.
	Do   func(ctx context.Context) error
	Take func(ctx context.Context)
}

// The reasons of tasks.
const (
	reasonPackages = "packages" // go list is asked for packages that no go.mod tells
	reasonCommits  = "commits"  // the commits to each file are counted
	reasonSurvey   = "survey"   // a folder's projects are looked for
	reasonTests    = "tests"    // a folder's Go packages are looked at for their tests
	reasonTexts    = "texts"    // repositories are searched for the texts that profiles are of
	reasonKeep     = "keep"     // the texts that profiles are of are kept for a later run
	reasonChange   = "change"   // what changed since the base of a folder is looked for
)

// packagesOf are the questions that the last load has left to go list.
func packagesOf(l *workspace.Loader) (out []*Task) {
	for _, ask := range l.Unlisted() {
		var dirs map[string]string
		out = append(out, &Task{
			Reason: reasonPackages, Dir: ask.Dir, About: "asking go list in " + ask.Dir,
			Do: func(ctx context.Context) (err error) {
				dirs, err = ask.List(ctx)
				return err
			},
			Take: func(ctx context.Context) { l.Listed(ctx, ask, dirs) },
		})
	}
	return out
}

// testsOf are the folders whose Go packages are to be looked at.
func testsOf(l *workspace.Loader) (out []*Task) {
	for _, look := range l.Untested() {
		var found *workspace.Tests
		out = append(out, &Task{
			Reason: reasonTests, Dir: look.Dir, About: "looking at the tests of the Go packages in " + look.Dir,
			Do: func(ctx context.Context) (err error) {
				found, err = look.Look(ctx)
				return err
			},
			Take: func(ctx context.Context) { l.Tested(ctx, look, found) },
		})
	}
	return out
}

// commitsOf are the folders whose commits are to be counted.
func commitsOf(l *workspace.Loader) (out []*Task) {
	for _, h := range l.Uncounted() {
		var counts map[string]int
		out = append(out, &Task{
			Reason: reasonCommits, Dir: h.Dir, About: "counting the commits of " + h.Dir,
			Do: func(ctx context.Context) (err error) {
				counts, err = h.Count(ctx)
				return err
			},
			Take: func(context.Context) { l.Counted(h, counts) },
		})
	}
	return out
}

// textsOf are the searches for texts that are not on disk. What follows from their answers is done by then.
func textsOf(l *workspace.Loader, then func(context.Context)) (out []*Task) {
	for _, q := range l.Unfound() {
		var answer *workspace.Answer
		out = append(out, &Task{
			Reason: reasonTexts, Dir: q.Dir, About: "searching the history of " + q.Dir + " for the texts of " + q.Profile,
			Do: func(ctx context.Context) (err error) {
				answer, err = q.Search(ctx)
				return err
			},
			Take: func(ctx context.Context) {
				l.Found(ctx, q, answer)
				then(ctx)
			},
		})
	}
	return out
}

// searchTexts searches beside the engine's goroutine for texts that are not on disk, and keeps those that are known.
func (e *Engine) searchTexts(ctx context.Context) {
	e.together(ctx, textsOf(e.loader, e.searchTexts)...)
	e.together(ctx, keepingOf(e.loader)...)
}

// keepingOf keeps the texts that profiles are of.
func keepingOf(l *workspace.Loader) (out []*Task) {
	for _, k := range l.Unkept() {
		out = append(out, &Task{
			Reason: reasonKeep, Dir: k.Dir, About: "keeping the texts of " + k.Profile,
			Do:   func(context.Context) error { return k.Save() },
			Take: func(context.Context) {},
		})
	}
	return out
}

// surveyOf looks for the projects in a folder, and for what makes a profile where there is none.
func (e *Engine) surveyOf(dir string) *Task {
	var projects []project.Project
	how, empty := "", len(profilesIn(e.searched[dir])) == 0
	return &Task{
		Reason: reasonSurvey, Dir: dir, About: "looking for the projects in " + dir,
		Do: func(context.Context) error {
			projects = project.In(dir)
			for _, f := range e.store.Load().Folders {
				if empty && f.Dir == dir {
					how = f.HowTo(projects)
				}
			}
			return nil
		},
		Take: func(context.Context) {
			if _, ok := e.searched[dir]; ok {
				e.projects[dir] = projects
				e.sayEmpty(dir, how)
			}
		},
	}
}

// tasks are those under way. They belong to the engine's goroutine.
type tasks struct {
	ends    map[*Task]context.CancelFunc
	waiting map[string][]func() // called when there is none of a reason any more
	listing Work                // shows that go list is asked; nil while it is not
}

// running reports whether a task with that reason is under way.
func (t *tasks) running(reason string) bool {
	for task := range t.ends {
		if task.Reason == reason {
			return true
		}
	}
	return false
}

// when calls f as soon as no task with that reason is under way.
func (t *tasks) when(reason string, f func()) {
	if !t.running(reason) {
		f()
		return
	}
	if t.waiting == nil {
		t.waiting = map[string][]func(){}
	}
	t.waiting[reason] = append(t.waiting[reason], f)
}

// keep ends the tasks of all folders but some.
func (t *tasks) keep(dirs map[string]bool) {
	for task, end := range t.ends {
		if !dirs[task.Dir] {
			end()
		}
	}
}

// together does tasks beside the engine's goroutine, all at once; inTurn does one after the other.
func (e *Engine) together(ctx context.Context, list ...*Task) {
	for _, t := range list {
		e.inTurn(ctx, t)
	}
}

// inTurn is described at together.
func (e *Engine) inTurn(ctx context.Context, list ...*Task) {
	if len(list) == 0 {
		return
	}
	contexts := make([]context.Context, len(list))
	for i, t := range list {
		if e.tasks.ends == nil {
			e.tasks.ends = map[*Task]context.CancelFunc{}
		}
		contexts[i], e.tasks.ends[t] = context.WithCancel(ctx)
		if t.Reason == reasonPackages && e.tasks.listing == nil {
			e.tasks.listing = e.begin(ctx, "Coverage")
			e.tasks.listing.Report("asking go list for packages outside the workspace", 0, 0)
		}
	}
	e.opts.Guard.Go(&e.background, "tasks", func() {
		for i, t := range list {
			_ = e.try(t.About, func() {
				if err := t.Do(contexts[i]); err != nil {
					e.opts.Log.Info(t.About, slog.Any("error", err))
				}
			})
			e.jobs.putWith(func(ctx context.Context) {
				if t.Reason == reasonPackages { // what it finds is a load of its own
					e.timed(t.Reason, 0, func() { t.Take(ctx) })
				} else {
					t.Take(ctx)
				}
			}, func() { e.ended(t) })
		}
	})
}

// ended takes note of the end of a task.
func (e *Engine) ended(t *Task) {
	e.tasks.ends[t]()
	delete(e.tasks.ends, t)
	if e.tasks.running(t.Reason) {
		return
	}
	if t.Reason == reasonPackages {
		e.tasks.listing.End()
		e.tasks.listing = nil
		e.sayProfiles()
	}
	e.tellFacts()
	for _, f := range e.tasks.waiting[t.Reason] {
		f()
	}
	delete(e.tasks.waiting, t.Reason)
}
