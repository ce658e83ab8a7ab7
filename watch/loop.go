package watch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	searchEvery = 15 * time.Second // at the most often, unless asked for
	searchFor   = time.Minute      // at the longest
	lostPause   = time.Second      // before a search because file events were lost
	searchShare = 200              // a search takes at most one part in so many of the time
	pollShare   = 50               // so does a poll
	writerShare = 50               // and the question who is writing

	faultPause = time.Second // behind a panic

	writerFirst = 50 * time.Millisecond // until a writer is asked for again, at first
	writerLast  = 250 * time.Millisecond

	dullAfter = 3           // judgements, until what is no profile may change unseen for a while:
	dullFirst = time.Second // twice as long each time
	dullLast  = time.Minute

	forgetAfter = 10 * time.Minute // a profile that is gone is polled no longer
	growFor     = time.Minute      // the files in a directory, after the directory has changed
	youngFor    = 5 * time.Minute  // a new directory is watched no longer unless it has a profile
	maxYoung    = 8
	clockSlack  = 2 * time.Second // the coarsest of file times
	maxWatches  = 64

	lookEntries = 2000 // of a new directory, the rest is left to the next search
	lookDepth   = 8
	lookDirs    = 8 // a new directory with more in it is watched alone
)

// entry is a profile, or a place where a pattern says there will be one. The loop owns it.
type entry struct {
	path    string
	real    string // path without symbolic links
	m       *matcher
	literal bool // a pattern names it; it is polled even if it is not there

	seen     Stamp
	since    time.Time // when seen was first seen
	reported Stamp
	again    bool // report it even if nothing changed
	failed   bool // it could not be looked at
	dull     int  // how often in a row it was judged to be no profile

	turn uint64 // the last turn of the loop in which a hint had it looked at

	// While the entry is pending:
	due    time.Time     // when to look next
	writer Writer        // who holds it back
	pause  time.Duration // between the last two looks at the writer
}

// rest is how long the entry must be at rest.
func (e *entry) rest() time.Duration {
	if e.dull < dullAfter {
		return e.m.root.Settle
	}
	return max(e.m.root.Settle, min(dullFirst<<min(e.dull-dullAfter, 10), dullLast))
}

func (e *entry) there() bool   { return e.seen != Stamp{} }
func (e *entry) pending() bool { return e.again || e.seen != e.reported }

// result is what a search has found.
type result struct {
	generation int
	found      []Found
	took       time.Duration
	failed     bool // it did not come to its end: what it would have found is not known
}

// loop is the state of a running watcher. The goroutine of Run owns it.
type loop struct {
	ctx    context.Context
	w      *Watcher
	wg     *sync.WaitGroup
	notify *notifier // nil without file events

	matchers []*matcher
	entries  map[string]*entry
	kept     map[*matcher]int     // how many entries no pattern names
	young    map[string]time.Time // new directories without a profile yet, and when they were seen
	watched  map[string]bool      // directories the notifier was asked for

	turn       uint64    // how often the inbox was emptied
	active     time.Time // the last change or hint
	polled     time.Time
	pollTook   time.Duration
	begin      time.Time // of the last search
	searched   time.Time // when the last search ended
	searchTook time.Duration
	searching  bool
	stopSearch context.CancelFunc
	generation int  // of the search in progress
	lost       bool // file events were lost since the last search began
	rescan     bool // the search in progress makes every profile count as changed

	dirty   bool // the watches may have to change
	changed bool // the states have changed

	// What the receiver of updates does not know yet.
	events   map[string]Event
	found    []Found
	announce bool // found is news
	writing  []State
	told     []State // the writing of the last update
}

func newLoop(ctx context.Context, w *Watcher, wg *sync.WaitGroup) *loop {
	return &loop{
		ctx:        ctx,
		w:          w,
		wg:         wg,
		entries:    map[string]*entry{},
		kept:       map[*matcher]int{},
		young:      map[string]time.Time{},
		events:     map[string]Event{},
		active:     time.Now(),
		stopSearch: func() {},
	}
}

func (l *loop) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		update, news := l.update()
		var updates chan<- Update
		if news {
			updates = l.w.updates
		}
		select {
		case <-l.ctx.Done():
			return
		case updates <- update:
			clear(l.events)
			l.told, l.announce = update.Writing, false
			continue
		case <-l.w.wake:
		case <-timer.C:
		}
		now := time.Now()
		if l.w.try("watching", func() { l.round(now) }) != nil {
			// The next round may panic too. The inbox wakes it sooner.
			timer.Reset(faultPause)
			continue
		}
		timer.Reset(l.next(now).Sub(now))
	}
}

// round does what is due.
func (l *loop) round(now time.Time) {
	l.take(now)
	if !l.nextPoll(now).After(now) {
		l.poll(now)
	}
	if !l.nextSearch(now).After(now) {
		l.search()
	}
	l.settle(now)
	l.publish()
	l.rewatch()
}

// update returns what the receiver does not know yet, if there is anything.
func (l *loop) update() (Update, bool) {
	sameWriter := func(a, b State) bool { return a.Path == b.Path && a.Writer == b.Writer }
	if len(l.events) == 0 && !l.announce && slices.EqualFunc(l.writing, l.told, sameWriter) {
		return Update{}, false
	}
	u := Update{Writing: l.writing}
	u.Events = slices.SortedFunc(maps.Values(l.events), func(a, b Event) int { return cmp.Compare(a.Path, b.Path) })
	if l.announce {
		u.Searched = l.found
	}
	return u, true
}

// next returns when there is something to do without being woken.
func (l *loop) next(now time.Time) time.Time {
	next := l.nextPoll(now)
	if s := l.nextSearch(now); s.Before(next) {
		next = s
	}
	for _, e := range l.entries {
		if e.pending() && e.due.Before(next) {
			next = e.due
		}
	}
	return next
}

func (l *loop) nextPoll(now time.Time) time.Time {
	return l.polled.Add(l.pause(now, l.w.opts.Poll, pollShare*l.pollTook))
}

func (l *loop) nextSearch(now time.Time) time.Time {
	switch {
	case l.searching:
		return now.Add(time.Hour)
	case l.lost:
		return l.searched.Add(max(lostPause, searchShare*l.searchTook))
	}
	return l.searched.Add(l.pause(now, searchEvery, searchShare*l.searchTook))
}

// pause returns how long to wait between two rounds of work: at least so long, and more the longer
// nothing has changed, up to five times the base.
func (l *loop) pause(now time.Time, base, least time.Duration) time.Duration {
	quiet := min(now.Sub(l.active)/time.Minute, 4)
	return max((1+quiet)*base, least)
}

// take empties the inbox.
func (l *loop) take(now time.Time) {
	l.w.mu.Lock()
	in := l.w.in
	l.w.in = inbox{}
	l.w.mu.Unlock()
	l.turn++

	if in.reroot {
		l.reroot(in.roots, now)
	}
	if in.rescan {
		l.rescan = true
	}
	if in.reroot || in.rescan {
		l.active = now
		l.search()
	}
	for path, is := range in.judged {
		switch e := l.entries[path]; {
		case e == nil:
		case is:
			e.dull = 0
		default:
			e.dull++
		}
	}
	for path := range in.paths {
		l.hint(path, now)
	}
	for _, dir := range in.begun {
		l.begun(dir, now)
	}
	if in.lost {
		l.lost = true
		for _, e := range l.entries {
			l.look(e, now)
		}
	}
	if r := in.result; r != nil && r.generation == l.generation {
		l.apply(*r, now)
	}
}

// reroot replaces the roots. What they have in common with the former ones stays as it is.
func (l *loop) reroot(roots []Root, now time.Time) {
	l.matchers = nil
	for _, r := range roots {
		l.matchers = append(l.matchers, compile(r))
	}
	for path, e := range l.entries {
		e.literal = false
		if e.m = l.owner(path, e.seen.Dir || e.reported.Dir); e.m == nil || !e.m.allows(path) {
			l.drop(e)
		}
	}
	for _, m := range l.matchers {
		for _, path := range m.literals {
			l.add(path, m, now)
			l.entries[path].literal = true
		}
	}
	clear(l.kept)
	for _, e := range l.entries {
		if !e.literal {
			l.kept[e.m]++
		}
	}
	clear(l.young)
	l.found, l.dirty = nil, true
}

// drop forgets an entry that is none of the roots' business any more.
func (l *loop) drop(e *entry) {
	if e.reported != (Stamp{}) {
		l.events[e.path] = Event{Path: e.path, Gone: true}
	}
	l.forget(e)
	l.w.note(e.path, "")
	l.dirty, l.changed = true, true
}

func (l *loop) forget(e *entry) {
	delete(l.entries, e.path)
	if !e.literal {
		l.kept[e.m]--
	}
}

// owner returns the first root that a path would be a profile of, nil for none.
func (l *loop) owner(path string, dir bool) *matcher {
	for _, m := range l.matchers {
		if dir && m.coverDir(path) && !m.nested(filepath.Join(path, "x")) {
			return m
		}
		if base := m.match(path); base != "" && plain(base, path) && (slices.Contains(m.literals, path) || !m.nested(path)) {
			return m
		}
	}
	return nil
}

// add takes up a profile. It may have been at rest for long enough.
func (l *loop) add(path string, m *matcher, now time.Time) {
	if l.entries[path] != nil {
		return
	}
	e := &entry{path: path, m: m, literal: slices.Contains(m.literals, path)}
	l.look(e, now)
	if !e.there() && !e.literal || !e.literal && !l.room(e) {
		l.w.note(path, "")
		return
	}
	if e.there() && now.Sub(e.seen.ModTime) > m.root.Settle {
		e.since, e.due = e.seen.ModTime, now
	}
	l.entries[path] = e
	l.dirty = true
	if !e.literal {
		l.kept[m]++
	}
}

// room reports whether one more entry may be taken up: a root has as many as a search returns. What is no profile
// makes way for it, and then what lies deeper, as in a search.
func (l *loop) room(e *entry) bool {
	if l.kept[e.m] < e.m.root.Profiles {
		return true
	}
	last := e
	for _, o := range l.entries {
		if o.m == e.m && !o.literal && worse(o, last) {
			last = o
		}
	}
	l.w.note(crowded(e.m), fmt.Sprintf("there are more than %d profiles (limits.profiles) in and for %s: not all are looked at", e.m.root.Profiles, e.m.root.Dir))
	if last == e {
		return false
	}
	l.drop(last)
	return true
}

// crowded is what the note about too many profiles is about.
func crowded(m *matcher) string { return "profiles of " + m.root.Dir }

// worse reports whether a is looked at rather than b only if there is room for both.
func worse(a, b *entry) bool {
	depth := func(e *entry) int { return strings.Count(e.path, separator) }
	return cmp.Or(cmp.Compare(min(a.dull, 1), min(b.dull, 1)), cmp.Compare(depth(a), depth(b)), cmp.Compare(a.path, b.path)) > 0
}

// look compares an entry with the disk. A change makes it wait for rest anew.
func (l *loop) look(e *entry, now time.Time) {
	last := e.seen
	if e.pending() || now.Sub(e.since) < growFor {
		last = Stamp{} // the files of a directory may still grow
	}
	s, err := stat(e.path, e.m.root.GoCoverDirs, last)
	switch {
	case err != nil:
		l.w.note(e.path, err.Error())
		e.failed = true
		return
	case e.failed:
		l.w.note(e.path, "")
		e.failed = false
	}
	// One that lies where it may not is not there. It is the same file as before where its stamp is.
	if s != e.seen && !e.m.allows(e.path) {
		s = Stamp{}
	}
	if s == e.seen {
		return
	}
	e.seen, e.since, e.due, e.pause = s, now, now.Add(e.rest()), 0
	l.changed = true
	if e.dull < dullAfter {
		l.active = now
	}
	if !e.there() {
		l.dirty = true // a directory may be gone with it
	} else if real, err := filepath.EvalSymlinks(e.path); err == nil && real != e.real {
		e.real, l.dirty = real, true
	}
}

// lookOnce looks at an entry for the first of the hints that came together. Each run of a program is a hint at
// its GOCOVERDIR, and a look at that goes through all of its files.
func (l *loop) lookOnce(e *entry, now time.Time) {
	if e.turn != l.turn {
		e.turn = l.turn
		l.look(e, now)
	}
}

// poll looks at everything that is at rest.
func (l *loop) poll(now time.Time) {
	for _, e := range l.entries {
		if !e.pending() {
			l.look(e, now)
		}
		if !e.literal && !e.pending() && !e.there() && now.Sub(e.since) > forgetAfter {
			l.forget(e)
		}
	}
	maps.DeleteFunc(l.young, func(_ string, seen time.Time) bool { return now.Sub(seen) > youngFor })
	l.polled, l.pollTook = now, time.Since(now)
	l.dirty = true // watches get lost without a word
}

// search starts a search of all roots; one in progress is given up.
func (l *loop) search() {
	l.stopSearch()
	ctx, cancel := context.WithTimeout(l.ctx, searchFor)
	l.generation++
	l.begin, l.searching, l.stopSearch, l.lost = time.Now(), true, cancel, false
	w, matchers, r := l.w, l.matchers, result{generation: l.generation, found: []Found{}}
	w.opts.Guard.Go(l.wg, "searching for profiles", func() {
		defer cancel()
		r.failed = true
		defer w.post(func(in *inbox) {
			// A search that was given up may end behind the one that replaced it.
			if in.result == nil || in.result.generation < r.generation {
				in.result = &r
			}
		})
		begin := time.Now()
		for _, m := range matchers {
			var f Found
			var err error
			if fault := w.try("searching for profiles in "+m.root.Dir, func() { f, err = m.discover(ctx) }); fault != nil {
				f = Found{Dir: m.root.Dir, Left: []string{fault.Error()}}
			}
			if errors.Is(err, context.DeadlineExceeded) {
				f.Left = append(f.Left, fmt.Sprintf("what a search does not reach in %v", searchFor))
			} else if err != nil {
				return
			}
			r.found = append(r.found, f)
		}
		r.took, r.failed = time.Since(begin), false
	})
}

// apply takes up what a search has found.
func (l *loop) apply(r result, now time.Time) {
	l.searching, l.searched, l.searchTook = false, now, r.took
	if r.failed {
		return
	}
	for _, m := range l.matchers {
		l.w.note(crowded(m), "")
	}
	for i, f := range r.found {
		for _, path := range f.Profiles {
			l.add(path, l.matchers[i], now)
		}
	}
	if l.rescan {
		for _, e := range l.entries {
			l.look(e, now)
			e.again = e.there()
		}
	}
	sameFound := func(a, b Found) bool {
		return a.Dir == b.Dir && slices.Equal(a.Profiles, b.Profiles) && slices.Equal(a.Left, b.Left)
	}
	if l.rescan || l.found == nil || !slices.EqualFunc(r.found, l.found, sameFound) {
		l.found, l.announce = r.found, true
	}
	l.rescan = false
}

// settle reports the entries that have been at rest for long enough and that nobody is writing to.
func (l *loop) settle(now time.Time) {
	quiet := map[string]Writer{}
	for path, e := range l.entries {
		if e.pending() && !e.due.After(now) {
			l.look(e, now)
		}
		switch {
		case !e.pending():
			l.free(e)
		case e.due.After(now):
		case e.there():
			quiet[path] = e.writer
		default:
			l.report(e)
		}
	}
	if len(quiet) == 0 {
		return
	}
	asked := time.Now()
	busy := l.w.opts.Writers(quiet)
	asking := time.Since(asked)
	for path, last := range quiet {
		e := l.entries[path]
		writer, ok := busy[path]
		if !ok {
			l.report(e)
			continue
		}
		e.pause = max(min(max(2*e.pause, writerFirst), writerLast), writerShare*asking)
		e.writer, e.due = writer, now.Add(e.pause)
		l.changed = l.changed || writer != last
	}
}

func (l *loop) report(e *entry) {
	e.reported, e.again = e.seen, false
	l.events[e.path] = Event{Path: e.path, Gone: !e.there(), Stamp: e.seen}
	l.free(e)
	l.changed = true
}

func (l *loop) free(e *entry) {
	if e.writer != (Writer{}) {
		e.writer, l.changed = Writer{}, true
	}
}

// publish makes the states known.
func (l *loop) publish() {
	if !l.changed {
		return
	}
	l.changed = false
	var states []State
	l.writing = nil
	for _, path := range slices.Sorted(maps.Keys(l.entries)) {
		e := l.entries[path]
		if !e.there() {
			continue
		}
		s := State{Path: path, Stamp: e.seen, Since: e.since, Pending: e.pending(), Writer: e.writer}
		states = append(states, s)
		if s.Writer != (Writer{}) {
			l.writing = append(l.writing, s)
		}
	}
	l.w.mu.Lock()
	l.w.states = states
	l.w.mu.Unlock()
}

// hint looks at a path that may be new, changed or gone.
func (l *loop) hint(path string, now time.Time) {
	path = filepath.Clean(path)
	if l.watched[path] {
		l.dirty = true
	}
	dir, name := filepath.Dir(path), filepath.Base(path)
	known := false
	for _, e := range l.entries {
		self := path == e.path || path == e.real
		if self || dir == e.path || within(path, e.path) {
			known = known || self
			if self && e.dull < dullAfter {
				l.active = now
			}
			l.lookOnce(e, now)
		}
	}
	switch {
	case known:
		return
	case strings.HasPrefix(name, covMeta), begins(name) && l.owner(dir, true) != nil:
		l.consider(dir, true, now)
		return
	}
	fi, err := os.Lstat(path)
	switch {
	case err != nil:
	case fi.IsDir():
		l.raise(l.explore(path, lookDepth, now), true, now)
	default:
		l.consider(path, false, now)
	}
}

// consider adds a path that is new if it is a profile.
func (l *loop) consider(path string, dir bool, now time.Time) {
	if m := l.owner(path, dir); m != nil {
		l.add(path, m, now)
	}
}

// begun looks at a directory that is being watched from now on for what came before that.
func (l *loop) begun(dir string, now time.Time) {
	for _, e := range l.entries {
		if within(dir, e.path) || within(dir, e.real) {
			l.lookOnce(e, now)
		}
	}
	if _, ok := l.young[dir]; ok {
		l.raise(l.explore(dir, lookDepth, now), false, now)
		return
	}
	if l.explore(dir, 1, now) == nil {
		return
	}
	entries, _ := readDir(dir, lookEntries)
	for _, e := range entries {
		path := filepath.Join(dir, e.Name)
		if !e.Type.IsDir() || skipped(e.Name) {
			continue
		}
		// One that was made after the last search came by.
		if fi, err := os.Lstat(path); err == nil && l.begin.Sub(fi.ModTime()) < clockSlack {
			l.hint(path, now)
		}
	}
}

// explore is a small search of one directory, for profiles that were not there before. It returns
// the directories it came by.
func (l *loop) explore(dir string, depth int, now time.Time) (dirs []string) {
	for _, m := range l.matchers {
		if base := m.covers(dir); base == "" || !plain(base, filepath.Join(dir, "x")) || m.nested(filepath.Join(dir, "x")) {
			continue
		}
		w := walk{m: m, found: map[string]bool{}, entries: lookEntries}
		dirs, _ = w.from(l.ctx, start{dir, depth})
		for path := range w.found {
			l.add(path, m, now)
		}
	}
	return dirs
}

// raise has new directories watched for a while, since a test run makes a directory long before
// the profile in it.
func (l *loop) raise(dirs []string, replace bool, now time.Time) {
	if len(dirs) > lookDirs {
		dirs = dirs[:1]
	}
	for _, dir := range dirs {
		if _, ok := l.young[dir]; ok {
			continue
		}
		if len(l.young) >= maxYoung {
			if !replace {
				return
			}
			oldest := slices.MinFunc(slices.Collect(maps.Keys(l.young)), func(a, b string) int { return l.young[a].Compare(l.young[b]) })
			delete(l.young, oldest)
		}
		l.young[dir] = now
		l.dirty = true
	}
}

// rewatch tells the notifier what to watch, never a whole tree: the roots and the directories that
// patterns begin in; the directory of each profile, and the one above it, because a directory that
// is removed and made anew has lost its watch.
func (l *loop) rewatch() {
	if !l.dirty || l.notify == nil {
		return
	}
	l.dirty = false
	var dirs []string
	l.watched = map[string]bool{}
	want := func(dir string) {
		if !l.watched[dir] {
			l.watched[dir] = true
			dirs = append(dirs, dir)
		}
	}
	f := &filter{matchers: l.matchers, names: map[string]bool{}}
	for _, m := range l.matchers {
		want(m.root.Dir)
		for _, g := range m.globs {
			want(g.base)
		}
	}
	paths := slices.Sorted(maps.Keys(l.entries))
	for _, path := range paths {
		e := l.entries[path]
		want(filepath.Dir(path))
		if e.seen.Dir {
			want(path)
		}
		if e.real != "" && e.real != path {
			want(filepath.Dir(e.real))
			f.names[filepath.Base(e.real)] = true
		}
	}
	for dir := range l.young {
		want(dir)
	}
	for _, path := range paths {
		above := filepath.Dir(filepath.Dir(path))
		root := l.entries[path].m.root.Dir
		if !within(root, path) || within(root, above) {
			want(above)
		}
	}
	if n := len(dirs); n > maxWatches {
		l.w.note("watches", fmt.Sprintf("%d of %d directories are watched, the others are polled", maxWatches, n))
		dirs = dirs[:maxWatches]
	} else {
		l.w.note("watches", "")
	}
	l.notify.watch(dirs, f)
}
