package watch

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// patience is how long a test waits for what must come soon. No search comes that soon, so that
// only file events can bring it.
const patience = searchEvery - time.Second

// watching is a watcher that relies on file events: it polls once an hour.
type watching struct {
	t   *testing.T
	dir string
	w   *Watcher
}

func startWatching(t *testing.T, dir string, writers WriterFunc, patterns ...string) *watching {
	t.Helper()
	root := Root{Dir: dir, Patterns: patterns, Settle: 20 * time.Millisecond, GoCoverDirs: true}
	w := New([]Root{root}, Options{Poll: time.Hour, Writers: writers})
	go w.Run(t.Context())
	t.Cleanup(func() {
		for range w.Updates() { // closed when all goroutines are gone
		}
	})
	return &watching{t, dir, w}
}

// until takes updates until one is as wanted, and returns all of them.
func (h *watching) until(what string, wanted func(Update) bool) (all []Update) {
	h.t.Helper()
	timeout := time.After(patience)
	for {
		select {
		case u := <-h.w.Updates():
			if all = append(all, u); wanted(u) {
				return all
			}
		case <-timeout:
			h.t.Fatalf("%s: nothing after %v; got %+v, notes %q", what, patience, all, h.w.Notes())
		}
	}
}

func (h *watching) searched() {
	h.t.Helper()
	h.until("search", func(u Update) bool { return u.Searched != nil })
}

// changed waits for a profile to have a size.
func (h *watching) changed(path string, size int64) []Update {
	h.t.Helper()
	return h.until(fmt.Sprintf("%s with %d bytes", path, size), func(u Update) bool {
		return slices.ContainsFunc(u.Events, func(e Event) bool {
			return e.Path == filepath.Join(h.dir, path) && !e.Gone && e.Stamp.Size == size
		})
	})
}

func (h *watching) gone(path string) {
	h.t.Helper()
	h.until(path+" gone", func(u Update) bool {
		return slices.ContainsFunc(u.Events, func(e Event) bool { return e.Path == filepath.Join(h.dir, path) && e.Gone })
	})
}

func TestNotify(t *testing.T) {
	t.Parallel()
	if fs, err := fsnotify.NewWatcher(); err != nil {
		t.Skip(err)
	} else {
		fs.Close()
	}
	tests := []struct {
		name string
		tree string
		run  func(t *testing.T, h *watching)
	}{
		{"written in place", "cover.out", func(t *testing.T, h *watching) {
			put(t, h.dir+"/cover.out", "new")
			h.changed("cover.out", 3)
		}},
		{"renamed over, again and again", "sub/cover.out", func(t *testing.T, h *watching) {
			for n := 2; n < 12; n++ {
				put(t, h.dir+"/sub/tmp", strings.Repeat("n", n))
				rename(t, h.dir+"/sub/tmp", h.dir+"/sub/cover.out")
				h.changed("sub/cover.out", int64(n))
			}
		}},
		{"removed", "a/b/cover.out", func(t *testing.T, h *watching) {
			os.Remove(h.dir + "/a/b/cover.out")
			h.gone("a/b/cover.out")
			put(t, h.dir+"/a/b/cover.out", "new")
			h.changed("a/b/cover.out", 3)
		}},
		{"directory wiped and made anew, again and again", "a/b/cover.out", func(t *testing.T, h *watching) {
			for n := 2; n < 12; n++ {
				if err := os.RemoveAll(h.dir + "/a/b"); err != nil {
					t.Fatal(err)
				}
				put(t, h.dir+"/a/b/cover.out", strings.Repeat("n", n))
				h.changed("a/b/cover.out", int64(n))
			}
		}},
		{"directory wiped, made anew much later", "a/b/cover.out", func(t *testing.T, h *watching) {
			if err := os.RemoveAll(h.dir + "/a/b"); err != nil {
				t.Fatal(err)
			}
			h.gone("a/b/cover.out")
			put(t, h.dir+"/a/b/cover.out", "new")
			h.changed("a/b/cover.out", 3)
			put(t, h.dir+"/a/b/cover.out", "newer")
			h.changed("a/b/cover.out", 5)
		}},
		{"directory moved away and another moved in", "a/b/cover.out\nother/x", func(t *testing.T, h *watching) {
			put(t, h.dir+"/other/cover.out", "new")
			rename(t, h.dir+"/a/b", h.dir+"/a/old")
			rename(t, h.dir+"/other", h.dir+"/a/b")
			h.changed("a/b/cover.out", 3)
			put(t, h.dir+"/a/b/cover.out", "newer")
			h.changed("a/b/cover.out", 5)
		}},
		{"the folder itself moved away", "cover.out", func(t *testing.T, h *watching) {
			put(t, h.dir+"/cover.out", "new")
			h.changed("cover.out", 3) // so it is watched by now
			rename(t, h.dir, h.dir+".old")
			h.gone("cover.out")
		}},
		{"target of a link", "data/real.bin\ncover.out -> data/real.bin", func(t *testing.T, h *watching) {
			put(t, h.dir+"/data/real.bin", "new")
			h.changed("cover.out", 3)
			put(t, h.dir+"/data/tmp", "newer")
			rename(t, h.dir+"/data/tmp", h.dir+"/data/real.bin")
			h.changed("cover.out", 5)
		}},
		{"link switched", "data/1.bin\ncover.out -> data/1.bin", func(t *testing.T, h *watching) {
			put(t, h.dir+"/other/2.bin", "new")
			os.Remove(h.dir + "/cover.out")
			link(t, "other/2.bin", h.dir+"/cover.out")
			h.changed("cover.out", 3)
			put(t, h.dir+"/other/2.bin", "newer")
			h.changed("cover.out", 5)
		}},
		{"link to a directory, named by a pattern, switched", "1/lcov.info\nlinked -> 1", func(t *testing.T, h *watching) {
			put(t, h.dir+"/2/lcov.info", "new")
			os.Remove(h.dir + "/linked")
			link(t, "2", h.dir+"/linked")
			h.changed("linked/lcov.info", 3)
			put(t, h.dir+"/2/lcov.info", "newer")
			h.changed("linked/lcov.info", 5)
		}},
		{"new in the folder", "", func(t *testing.T, h *watching) {
			put(t, h.dir+"/cover.out", "new")
			h.changed("cover.out", 3)
		}},
		{"new in a new directory", "", func(t *testing.T, h *watching) {
			put(t, h.dir+"/a/b/c/cover.out", "new")
			h.changed("a/b/c/cover.out", 3)
		}},
		{"new in a directory that was made long before", "", func(t *testing.T, h *watching) {
			// The second profile is seen only once the new directory is watched, or not at all.
			put(t, h.dir+"/a/b/c/1.out", "new")
			h.changed("a/b/c/1.out", 3)
			put(t, h.dir+"/a/b/2.out", "newer")
			h.changed("a/b/2.out", 5)
		}},
		{"a directory of counters", "", func(t *testing.T, h *watching) {
			put(t, h.dir+"/gocov/covmeta.1", "meta")
			h.changed("gocov", 4)
			put(t, h.dir+"/gocov/covcounters.1.2.3", "new")
			h.changed("gocov", 7)
		}},
		{"events lost", "a/b/c/x", func(t *testing.T, h *watching) {
			put(t, h.dir+"/a/b/c/cover.out", "new")
			h.w.post(func(in *inbox) { in.lost = true })
			h.changed("a/b/c/cover.out", 3)
		}},
		{"hint", "a/b/c/x", func(t *testing.T, h *watching) {
			put(t, h.dir+"/a/b/c/cover.out", "new")
			h.w.Touch(h.dir + "/a/b/c/cover.out")
			h.changed("a/b/c/cover.out", 3)
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := startWatching(t, tree(t, test.tree), nil, "**/*.out", "linked/*.info")
			h.searched()
			test.run(t, h)
		})
	}
}

// A profile that is being rewritten while events come in from many files is reported in the end,
// however late the updates are received.
func TestNotifyBusyFolder(t *testing.T) {
	t.Parallel()
	dir := tree(t, "cover.out")
	h := startWatching(t, dir, nil, "*.out")
	h.searched()
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			for i := range 500 {
				name := filepath.Join(dir, fmt.Sprintf("%d-%d.tmp", n, i))
				put(t, name, "x")
				if i%2 == 0 {
					rename(t, name, filepath.Join(dir, fmt.Sprintf("%d.out", n)))
				}
			}
			put(t, filepath.Join(dir, fmt.Sprintf("%d.out", n)), "the last")
		})
	}
	wg.Wait()
	put(t, filepath.Join(dir, "cover.out"), "the very last")
	last := map[string]int64{}
	h.until("the last state of all", func(u Update) bool {
		for _, e := range u.Events {
			last[filepath.Base(e.Path)] = e.Stamp.Size
		}
		return last["cover.out"] == 13 && last["0.out"] == 8 && last["1.out"] == 8 && last["2.out"] == 8 && last["3.out"] == 8
	})
}

// TestWatches looks at what the notifier is asked for.
func TestWatches(t *testing.T) {
	t.Parallel()
	dir := tree(t, `
		cover.out
		a/b/c/cover.out
		data/real/x.bin
		link.out -> data/real/x.bin
		gocov/covmeta.1
		other/deep/x
	`)
	outside := tree(t, "x/y/cov.info")
	tests := []struct {
		name string
		root Root
		want string
	}{
		{"nothing", Root{Dir: dir}, "."},
		{"the directory of each profile and the one above", Root{Dir: dir, Patterns: []string{"**/cover.out"}}, ". a/b a/b/c"},
		{"the directory of a target", Root{Dir: dir, Patterns: []string{"link.out"}}, ". data/real"},
		{"a directory of counters", Root{Dir: dir, GoCoverDirs: true}, ". gocov"},
		{"where a glob begins", Root{Dir: dir, Patterns: []string{"other/*.out"}}, ". other"},
		{"where nothing is yet", Root{Dir: dir, Patterns: []string{"cov/deep/lcov.info"}}, ". cov cov/deep"},
		{"outside", Root{Dir: dir, Patterns: []string{outside + "/x/y/cov.info"}}, "$/x $/x/y ."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := newTestLoop(t, test.root)
			l.rewatch()
			var got []string
			for _, d := range <-l.notify.want {
				if rel, ok := below(dir, d); ok {
					d = rel
				} else if rel, ok := below(outside, d); ok {
					d = "$/" + rel
				}
				got = append(got, filepath.ToSlash(d))
			}
			slices.Sort(got)
			if s := strings.Join(got, " "); s != test.want {
				t.Errorf("got  %s\nwant %s", s, test.want)
			}
		})
	}
}

// newTestLoop returns a loop that has searched a root and whose notifier does nothing.
func newTestLoop(t *testing.T, root Root) *loop {
	t.Helper()
	var wg sync.WaitGroup
	l := newLoop(t.Context(), New([]Root{root}, Options{}), &wg)
	l.notify = &notifier{want: make(chan []string, 1)}
	l.take(time.Now()) // the root
	wg.Wait()
	l.take(time.Now()) // what the search has found
	return l
}

// A watch follows a directory that is moved, so it has to be put on the one now in its place, even
// if no event tells.
func TestRenew(t *testing.T) {
	t.Parallel()
	fs, err := fsnotify.NewWatcher()
	if err != nil {
		t.Skip(err)
	}
	n := &notifier{w: New(nil, Options{}), fs: fs}
	n.filter.Store(&filter{})
	var wg sync.WaitGroup
	wg.Go(n.drain)
	defer wg.Wait()
	defer fs.Close()

	dir := tree(t, "a/b/x")
	have := map[string]os.FileInfo{}
	steps := []struct {
		name string
		dirs []string
		do   func()
		want []string
	}{
		{"first", []string{"a/b", "a/none"}, func() {}, []string{"a/b"}},
		{"again", []string{"a/b"}, func() {}, nil},
		{"moved with what it is in", []string{"a/b"}, func() {
			rename(t, dir+"/a", dir+"/old")
			put(t, dir+"/a/b/x", "")
		}, []string{"a/b"}},
		{"two names", []string{"a/b", "l"}, func() { link(t, "a/b", dir+"/l") }, nil},
		{"not wanted", nil, func() {}, nil},
		{"wanted again, by another name", []string{"l"}, func() {}, []string{"l"}},
	}
	for _, step := range steps {
		step.do()
		var dirs, got []string
		for _, d := range step.dirs {
			dirs = append(dirs, filepath.Join(dir, d))
		}
		n.renew(dirs, have)
		n.w.mu.Lock()
		for _, d := range n.w.in.begun {
			rel, _ := below(dir, d)
			got = append(got, filepath.ToSlash(rel))
		}
		n.w.in.begun = nil
		n.w.mu.Unlock()
		if !slices.Equal(got, step.want) {
			t.Errorf("%s: got %q, want %q", step.name, got, step.want)
		}
	}
}

// What the loop does when it may have missed something.
func TestLoopCatchesUp(t *testing.T) {
	t.Parallel()
	dir := tree(t, "cover.out")
	path := filepath.Join(dir, "cover.out")
	l := newTestLoop(t, Root{Dir: dir, Patterns: []string{"**/cover.out"}})
	l.rewatch()
	<-l.notify.want

	l.poll(time.Now())
	l.rewatch()
	select {
	case <-l.notify.want:
	default:
		t.Error("a poll does not renew the watches")
	}

	put(t, path, "new")
	l.w.post(func(in *inbox) { in.lost = true })
	l.take(time.Now())
	if got := l.entries[path].seen.Size; got != 3 {
		t.Errorf("after events were lost: %d bytes", got)
	}

	l.w.post(func(in *inbox) {
		in.result = &result{generation: l.generation - 1, found: []Found{{Profiles: []string{"/stale"}}}}
	})
	l.take(time.Now())
	if l.entries["/stale"] != nil {
		t.Error("a search that was given up has a result")
	}
}

// However many profiles there are, the watches are bounded, and it is said.
func TestWatchesAreBounded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range 2 * maxWatches {
		put(t, filepath.Join(dir, fmt.Sprint(i), "cover.out"), "x")
	}
	l := newTestLoop(t, Root{Dir: dir, Patterns: []string{"**/cover.out"}})
	l.rewatch()
	if dirs := <-l.notify.want; len(dirs) != maxWatches || dirs[0] != dir {
		t.Errorf("%d watches, the first %s", len(dirs), dirs[0])
	}
	if got := l.w.Notes(); len(got) != 1 || !strings.Contains(got[0], "64 of 129 directories are watched") {
		t.Errorf("notes %q", got)
	}
}

// A new directory is watched for a while, a big one not with all that is in it.
// TestForgotten polls a profile that is gone: it is looked for ten minutes more, and one that a pattern names for ever.
func TestForgotten(t *testing.T) {
	t.Parallel()
	dir := tree(t, "a/cover.out\nnamed.out")
	l := newTestLoop(t, Root{Dir: dir, Patterns: []string{"**/cover.out", "named.out"}})
	found, named, now := filepath.Join(dir, "a", "cover.out"), filepath.Join(dir, "named.out"), time.Now()
	for _, path := range []string{found, named} {
		l.hint(path, now)
		l.entries[path].reported = l.entries[path].seen // as if it had settled
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	l.poll(now)
	for _, e := range l.entries {
		e.reported = e.seen
	}
	for _, tt := range []struct {
		after time.Duration
		known bool
	}{{time.Second, true}, {forgetAfter, true}, {forgetAfter + time.Second, false}} {
		l.poll(now.Add(tt.after))
		if known := l.entries[found] != nil; known != tt.known || l.entries[named] == nil {
			t.Errorf("after %v: known %t, want %t; the named one %t", tt.after, known, tt.known, l.entries[named] != nil)
		}
	}
}

func TestYoungDirectories(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := newTestLoop(t, Root{Dir: dir, Patterns: []string{"**/cover.out"}})
	now := time.Now()
	count := func(want int) {
		t.Helper()
		if len(l.young) != want {
			t.Errorf("%d young directories, want %d", len(l.young), want)
		}
	}
	for i := range 3 {
		put(t, filepath.Join(dir, "new", fmt.Sprint(i), "x"), "")
	}
	l.hint(filepath.Join(dir, "new"), now)
	count(4)
	for i := range 2 * lookDirs {
		put(t, filepath.Join(dir, "big", fmt.Sprint(i), "x"), "")
	}
	l.hint(filepath.Join(dir, "big"), now)
	count(5)
	for i := range 2 * maxYoung {
		put(t, filepath.Join(dir, fmt.Sprint(i), "x"), "")
		l.hint(filepath.Join(dir, fmt.Sprint(i)), now)
	}
	count(maxYoung)
	l.poll(now.Add(youngFor + time.Second))
	count(0)
}
