// Package engine turns folders, settings and what is on disk into snapshots, as they change, and does beside that
// what takes longer. It speaks no protocol and prints nothing: whoever uses it is told by functions.
package engine

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/covls/covls/config"
	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/project"
	"github.com/covls/covls/watch"
	"github.com/covls/covls/workspace"
)

// Options are what an engine needs from outside. Functions that are nil are not called; those that are not must not
// wait, and are called on any goroutine.
type Options struct {
	// Profiles replaces the names of profiles to look for, as absolute paths; nil keeps those of the settings.
	Profiles []string
	// Restricted tells that no other program may be started: the folders are not trusted.
	Restricted bool
	// Cache is the folder of the cache of texts; "" is none.
	Cache string
	// Env gives the value of a variable, "" for one that is not set: CI may name in them what a change is compared with. nil has none.
	Env func(name string) string
	// Watch are the options of the watcher.
	Watch watch.Options
	// Guard is told of each panic that was caught.
	Guard guard.Guard
	// Log gets what a person needs to find a fault; nil drops it.
	Log *slog.Logger

	// Ask asks the user's editor for its settings, of one that Start says is asked. It may wait.
	Ask func(ctx context.Context, folders []Folder) Settings
	// Tell shows the user a text of one line, Note leaves one where somebody may look.
	Tell func(urgent bool, text string)
	Note func(text string)
	// Fault is told of a panic that ended a piece of work, once it was caught.
	Fault func(error)
	// Begin is called when work begins that may take long, with what it is called, and returns who follows it.
	Begin func(ctx context.Context, what string) Work
	// Loaded is told of each load that has ended.
	Loaded func(Load)
	// Facts is told whatever has changed of them.
	Facts func(*Facts)
}

// Work follows a piece of work.
type Work interface {
	// Report says how far it is: done of total, in whatever the text counts.
	Report(text string, done, total int)
	// End is called when it has ended, perhaps more than once.
	End()
}

// Load is a load that has ended.
type Load struct {
	// Why is one word: "settings", "profiles", "packages", "gone".
	Why string
	// Profiles is how many were read for it, Sources how many sources were looked at.
	Profiles, Sources int
	Took              time.Duration
}

// Engine works on a goroutine of its own, that of Run. Its methods may be called from any, and none waits unless it
// says so.
type Engine struct {
	opts       Options
	store      *workspace.Store
	jobs       queue
	background sync.WaitGroup
	watcher    *watch.Watcher
	writing    sync.Mutex // of settings files

	// These belong to the goroutine.
	loader   *workspace.Loader
	folders  []Folder
	changes  []folderChange      // not in folders yet
	roots    []watch.Root        // those of the watcher
	inForce  []*workspace.Folder // beside roots
	settings Settings
	initial  Settings // below what the editor says later
	asks     bool     // the editor is asked for its settings

	files      map[string]config.Layer // the last settings files that were whole, by path
	configured bool
	outdated   bool // folders or settings have changed that are not in force yet
	unasked    bool // the editor is to be asked for settings
	asking     int  // how many questions are under way
	asked      int  // how often the editor was asked for settings
	answered   int  // the question whose answer is in force
	reading    int  // how many loads are under way
	tasks      tasks
	live       live
	searched   map[string]watch.Found       // by folder
	projects   map[string][]project.Project // what was seen in the folders that were searched
	onDisk     map[string]bool              // profiles that were seen there
	saidEmpty  map[string]bool              // folders of which the user was told that they have no profile
	saidPaths  map[string]bool              // what was noted of the paths of profiles

	firstLoad chan struct{} // closed at the end of it
}

// New makes an engine that publishes into store.
func New(store *workspace.Store, opts Options) *Engine {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	loader := workspace.NewLoader(store)
	loader.Trusted = !opts.Restricted
	loader.Cache = cacheIn(opts.Cache)
	loader.Guard = opts.Guard
	return &Engine{
		opts: opts, store: store, jobs: newQueue(), watcher: watch.New(nil, opts.Watch), loader: loader,
		files: map[string]config.Layer{}, searched: map[string]watch.Found{}, projects: map[string][]project.Project{}, onDisk: map[string]bool{},
		saidEmpty: map[string]bool{}, saidPaths: map[string]bool{}, firstLoad: make(chan struct{}),
	}
}

// Run works until ctx is done.
func (e *Engine) Run(ctx context.Context) {
	defer e.background.Wait()
	expire := time.NewTimer(0)
	defer expire.Stop()
	expire.Stop()
	sources := time.NewTimer(sourcesEvery)
	defer sources.Stop()
	updates := e.watcher.Updates()
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.jobs.ready:
			for _, j := range e.jobs.take() {
				_ = e.try("a job of the session", func() { j.work(ctx) })
				if j.finally != nil {
					_ = e.try("the end of a job of the session", j.finally)
				}
			}
			_ = e.try("putting settings in force", func() { e.settle(ctx) })
		case u, ok := <-updates:
			if !ok {
				updates = nil
				continue
			}
			_ = e.try("what changed on disk", func() { e.update(ctx, u) })
			if e.loader.Waiting() {
				expire.Reset(expireEvery)
			}
		case <-expire.C:
			_ = e.try("profiles that are gone", func() { e.timed("gone", 0, func() { e.expire(ctx) }) })
			if e.loader.Waiting() {
				expire.Reset(expireEvery)
			}
		case <-sources.C:
			began := time.Now()
			_ = e.try("sources that changed on disk", func() { e.sources(ctx) })
			e.lookAtBases(ctx)
			sources.Reset(max(sourcesEvery, restSources*time.Since(began)))
		}
	}
}

// Sources are looked at for changes on disk each sourcesEvery, and not before restSources times as long as that took.
const (
	sourcesEvery = 2 * time.Second
	restSources  = 200
)

const expireEvery = 10 * time.Second

// Do has work done on the engine's goroutine.
func (e *Engine) Do(work func(context.Context)) { e.jobs.put(work) }

// Go does work beside the engine's goroutine. Run does not return before it has ended.
func (e *Engine) Go(about string, work func(context.Context)) {
	e.jobs.put(func(ctx context.Context) {
		e.opts.Guard.Go(&e.background, about, func() { work(ctx) })
	})
}

// Beside is Go for who is called by the engine.
func (e *Engine) Beside(about string, work func()) { e.opts.Guard.Go(&e.background, about, work) }

// try does a piece of work. Whoever uses the engine is told of a panic.
func (e *Engine) try(about string, work func()) error {
	fault := e.opts.Guard.Do(about, work)
	if fault != nil && e.opts.Fault != nil {
		e.opts.Fault(fault)
	}
	return fault
}

func (e *Engine) tell(urgent bool, text string) {
	if e.opts.Tell != nil {
		e.opts.Tell(urgent, text)
	}
}

func (e *Engine) note(text string) {
	if e.opts.Note != nil {
		e.opts.Note(text)
	}
}

// begin begins a piece of work.
func (e *Engine) begin(ctx context.Context, what string) Work {
	if e.opts.Begin == nil {
		return unseen{}
	}
	return e.opts.Begin(ctx, what)
}

// unseen is work that nobody follows.
type unseen struct{}

func (unseen) Report(string, int, int) {}
func (unseen) End()                    {}

// timed does a load and tells how long it took: why is a word, profiles is how many are read for it.
func (e *Engine) timed(why string, profiles int, load func()) {
	began, looked := time.Now(), e.loader.Looked()
	load()
	if e.opts.Loaded != nil {
		e.opts.Loaded(Load{Why: why, Profiles: profiles, Sources: e.loader.Looked() - looked, Took: time.Since(began)})
	}
}

// queue holds what the goroutine has to do. Putting something in never waits.
type queue struct {
	ready chan struct{} // holds at most one
	mu    *sync.Mutex   // guards jobs
	jobs  *[]job
}

// job is work, and what follows whatever becomes of it; nil is nothing.
type job struct {
	work    func(context.Context)
	finally func()
}

func newQueue() queue {
	return queue{ready: make(chan struct{}, 1), mu: &sync.Mutex{}, jobs: new([]job)}
}

func (q queue) put(work func(context.Context)) { q.putWith(work, nil) }

func (q queue) putWith(work func(context.Context), finally func()) {
	q.mu.Lock()
	*q.jobs = append(*q.jobs, job{work, finally})
	q.mu.Unlock()
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

func (q queue) take() []job {
	q.mu.Lock()
	defer q.mu.Unlock()
	jobs := *q.jobs
	*q.jobs = nil
	return jobs
}
