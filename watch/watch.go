// Package watch discovers coverage profiles under workspace folders and says when their content
// has settled on disk. A stat poll is the base, so that it works on every file system; file events
// and the editor's own hints make it quick.
package watch

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/covls/covls/internal/guard"
)

// Options are the settings of a Watcher.
type Options struct {
	// Poll is how often the known profiles are looked at, 2 s when 0. The pause grows to five times
	// as much while nothing changes.
	Poll time.Duration
	// NoNotify switches file events off; the poll does all the work.
	NoNotify bool
	// Writers tells who is writing to a profile; the system's own knowledge when nil.
	Writers WriterFunc
	// Guard is told of each panic that was caught. The watcher goes on behind it, and Notes says so.
	Guard guard.Guard
}

// Writer is a process that has a profile open for writing. The zero Writer is none.
type Writer struct {
	PID  int
	FD   int // its file descriptor
	Name string
}

// WriterFunc is given profiles that have settled, each with the writer that was seen last. It
// returns those that a process other than this one has open for writing.
type WriterFunc func(profiles map[string]Writer) map[string]Writer

// Event says that a profile can be read, or that it is gone. No two events in a row for a path have
// the same stamp, except after Rescan. The content may be the same under another stamp: attributes
// count, too.
type Event struct {
	Path  string
	Gone  bool
	Stamp Stamp
}

// Update is what has come to pass since the last update was received. Updates that were not
// received in time are joined: the last event of each path stands.
type Update struct {
	// Events are sorted by path, one a path.
	Events []Event
	// Searched holds what a search has found, one a root in the order of the roots. It is nil unless
	// it differs from what the last search found; the first search and one asked for always count.
	// Profiles at rest when they are found are in Events of the same update or an earlier one.
	Searched []Found
	// Writing are the profiles some process is writing to at the moment; their events are held back.
	Writing []State
}

// State is what is known of a profile that is on disk.
type State struct {
	Path  string
	Stamp Stamp
	// Since is when the stamp was first seen.
	Since time.Time
	// Pending means that the stamp has not been reported yet.
	Pending bool
	// Writer is the process that holds the event back.
	Writer Writer
}

// Watcher looks after the profiles of a set of roots. All its methods may be called from any
// goroutine.
type Watcher struct {
	opts    Options
	updates chan Update
	wake    chan struct{} // holds one: the inbox is not empty

	mu     sync.Mutex // guards what follows
	in     inbox
	states []State
	notes  map[string]string // by what they are about
}

// inbox is what the loop has not seen yet.
type inbox struct {
	roots  []Root
	reroot bool            // roots are new
	rescan bool            // the user asks for everything again
	lost   bool            // file events were lost
	paths  map[string]bool // paths that may have changed
	begun  []string        // directories whose watch has begun: what came before went unseen
	judged map[string]bool // whether paths that were reported are profiles
	result *result         // of the last search
}

// maxHints bounds the paths in the inbox; more than that and a search is the cheaper way.
const maxHints = 10_000

// New returns a watcher that does nothing until it is run.
func New(roots []Root, opts Options) *Watcher {
	if opts.Poll <= 0 {
		opts.Poll = 2 * time.Second
	}
	if opts.Writers == nil {
		opts.Writers = systemWriters
	}
	w := &Watcher{
		opts:    opts,
		updates: make(chan Update),
		wake:    make(chan struct{}, 1),
		notes:   map[string]string{},
	}
	w.SetRoots(roots)
	return w
}

// Run watches until ctx is done and leaves no goroutine behind. It is called once. Nothing it meets
// ends it: what can't be watched is polled, and Notes says so.
func (w *Watcher) Run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer close(w.updates)
	defer wg.Wait()
	defer cancel()

	l := newLoop(ctx, w, &wg)
	if !w.opts.NoNotify {
		l.notify = startNotifier(ctx, w, &wg)
	}
	l.run()
}

// Updates returns the channel that Run sends on, and closes in the end. A slow receiver holds
// nothing up.
func (w *Watcher) Updates() <-chan Update { return w.updates }

// SetRoots replaces the roots and searches them. Profiles that belong to no root any more are gone.
func (w *Watcher) SetRoots(roots []Root) {
	roots = slices.Clone(roots)
	w.post(func(in *inbox) { in.roots, in.reroot = roots, true })
}

// Touch says that files or directories, given as absolute paths, may be new, changed or gone.
func (w *Watcher) Touch(paths ...string) {
	w.post(func(in *inbox) {
		for _, p := range paths {
			in.hint(p)
		}
	})
}

// Judge says of paths that were reported whether they are profiles. What is none, again and again, is looked at
// less and less often while it changes: a pattern may match a log that never rests.
func (w *Watcher) Judge(profiles map[string]bool) {
	w.post(func(in *inbox) {
		if in.judged == nil {
			in.judged = map[string]bool{}
		}
		maps.Copy(in.judged, profiles)
	})
}

// Rescan searches again and reports every profile as changed.
func (w *Watcher) Rescan() {
	w.post(func(in *inbox) { in.rescan = true })
}

// States returns what is known of each profile on disk, sorted by path.
func (w *Watcher) States() []State {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.states)
}

// Notes returns, in words, what keeps the watcher from being quick or complete, sorted.
func (w *Watcher) Notes() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Sorted(maps.Values(w.notes))
}

// try does a piece of work. One that panics leaves a note, until it is done without.
func (w *Watcher) try(about string, work func()) error {
	err := w.opts.Guard.Do(about, work)
	text := ""
	if err != nil {
		text = err.Error()
	}
	w.note(about, text)
	return err
}

// note replaces the note about a subject; an empty text removes it.
func (w *Watcher) note(about, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if text == "" {
		delete(w.notes, about)
	} else {
		w.notes[about] = text
	}
}

// post changes the inbox and wakes the loop. It never waits for the loop.
func (w *Watcher) post(change func(*inbox)) {
	w.mu.Lock()
	change(&w.in)
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (in *inbox) hint(path string) {
	if len(in.paths) >= maxHints {
		in.lost = true
		return
	}
	if in.paths == nil {
		in.paths = map[string]bool{}
	}
	in.paths[path] = true
}
