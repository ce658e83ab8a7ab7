package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/fsnotify/fsnotify"
)

// notifier turns file events into hints. One goroutine only drains events, another one only adds
// watches: the two wait for each other inside fsnotify.
type notifier struct {
	w      *Watcher
	fs     *fsnotify.Watcher
	want   chan []string // holds the newest list of directories
	filter atomic.Pointer[filter]

	mu    sync.Mutex          // guards what follows
	names map[string][]string // a watched directory, without symbolic links, and its names in the list
}

// filter tells base names worth a look. It is not written after it has been stored.
type filter struct {
	matchers []*matcher
	names    map[string]bool // of files that profiles link to
}

func (f *filter) pass(name string) bool {
	return f.names[name] || piece(name) ||
		slices.ContainsFunc(f.matchers, func(m *matcher) bool { return m.candidate(name) })
}

// startNotifier returns nil, and leaves a note, where there are no file events.
func startNotifier(ctx context.Context, w *Watcher, wg *sync.WaitGroup) *notifier {
	fs, err := fsnotify.NewWatcher()
	if err != nil {
		w.note("fsnotify", fmt.Sprintf("no file events, profiles are polled: %v", err))
		return nil
	}
	n := &notifier{w: w, fs: fs, want: make(chan []string, 1)}
	n.filter.Store(&filter{})
	w.opts.Guard.Go(wg, "file events", n.drain)
	w.opts.Guard.Go(wg, "watches", func() { n.add(ctx) })
	return n
}

// watch replaces the directories to watch, the most useful first. Only the loop calls it; it does
// not wait.
func (n *notifier) watch(dirs []string, f *filter) {
	n.filter.Store(f)
	select {
	case <-n.want:
	default:
	}
	n.want <- dirs
}

// add keeps the watches as they are wanted until ctx is done.
func (n *notifier) add(ctx context.Context) {
	defer n.fs.Close()
	have := map[string]os.FileInfo{}
	for {
		select {
		case <-ctx.Done():
			return
		case dirs := <-n.want:
			_ = n.w.try("setting the watches", func() { n.renew(dirs, have) })
		}
	}
}

// renew removes the watches that are not wanted and adds those that are missing or are on a directory
// that has since been moved away. It remembers in have what stands, or failed, for each directory.
func (n *notifier) renew(dirs []string, have map[string]os.FileInfo) {
	var reals []string
	names := map[string][]string{}
	for _, dir := range dirs {
		real, err := filepath.EvalSymlinks(dir)
		if err != nil {
			continue // not there yet
		}
		if names[real] == nil {
			reals = append(reals, real)
		}
		names[real] = append(names[real], dir)
	}
	n.mu.Lock()
	n.names = names
	n.mu.Unlock()

	for dir := range have {
		if names[dir] == nil {
			_ = n.fs.Remove(dir) // fails only if it is not watched any more
			delete(have, dir)
			n.w.note(dir, "")
		}
	}
	live := n.fs.WatchList()
	var begun []string
	for _, real := range reals {
		info, err := os.Stat(real)
		if err != nil || !info.IsDir() {
			continue
		}
		if slices.Contains(live, real) {
			if os.SameFile(info, have[real]) {
				continue
			}
			_ = n.fs.Remove(real)
		}
		have[real] = info
		if err := n.fs.Add(real); err != nil {
			n.w.note(real, fmt.Sprintf("%s can't be watched and is polled: %v", real, err))
			continue
		}
		n.w.note(real, "")
		begun = append(begun, names[real]...)
	}
	if len(begun) > 0 {
		n.w.post(func(in *inbox) { in.begun = append(in.begun, begun...) })
	}
}

// drain takes events until the watcher is closed and never waits for anything else.
func (n *notifier) drain() {
	events, errs := n.fs.Events, n.fs.Errors
	for events != nil || errs != nil {
		select {
		case e, ok := <-events:
			if !ok {
				events = nil
				continue
			}
			if n.w.try("a file event", func() { n.event(e) }) != nil {
				n.w.post(func(in *inbox) { in.lost = true })
			}
		case err, ok := <-errs:
			if !ok {
				errs = nil
				continue
			}
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				n.w.note("fsnotify", fmt.Sprintf("file events: %v", err))
			}
			n.w.post(func(in *inbox) { in.lost = true })
		}
	}
}

func (n *notifier) event(e fsnotify.Event) {
	dir, name := filepath.Dir(e.Name), filepath.Base(e.Name)
	if !e.Has(fsnotify.Create|fsnotify.Remove|fsnotify.Rename) && !n.filter.Load().pass(name) {
		return
	}
	n.mu.Lock()
	self, in := n.names[e.Name], n.names[dir]
	n.mu.Unlock()
	if len(self)+len(in) == 0 {
		return
	}
	n.w.post(func(box *inbox) {
		for _, dir := range self {
			box.hint(dir)
		}
		for _, dir := range in {
			box.hint(filepath.Join(dir, name))
		}
	})
}
