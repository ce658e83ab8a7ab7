package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/project"
	"github.com/covls/covls/source"
	"github.com/covls/covls/watch"
	"github.com/covls/covls/workspace"
)

// session turns changes on disk and in the settings into snapshots, on a goroutine of its own.
type session struct {
	server     *Server
	jobs       queue
	background sync.WaitGroup
	watcher    *watch.Watcher

	// These belong to the goroutine.
	loader  *workspace.Loader
	folders []folder
	changes []folderChange      // not in folders yet
	roots   []watch.Root        // those of the watcher
	inForce []*workspace.Folder // beside roots
	editor  editorSettings
	initial config.Layer // initializationOptions, below what the client says later

	initialProblems []config.Problem

	files      map[string]config.Layer // the last settings files that were whole, by path
	configured bool
	outdated   bool                         // folders or settings have changed that are not in force yet
	unasked    bool                         // the client is to be asked for settings
	asking     int                          // how many questions are under way
	asked      int                          // how often the client was asked for settings
	answered   int                          // the question whose answer is in force
	loads      int                          // how many loads have begun
	reading    int                          // how many are under way
	listing    int                          // how many go lists are under way
	listed     *progress                    // of them
	waiting    []func()                     // called when they end
	counting   bool                         // commits are being counted
	searched   map[string]watch.Found       // by folder
	projects   map[string][]project.Project // what was seen in the folders that were searched
	onDisk     map[string]bool              // profiles that were seen there
	saidEmpty  map[string]bool              // folders of which the user was told that they have no profile
	saidPaths  map[string]bool              // what was noted of the paths of profiles
}

// folder is a workspace folder as the client names it.
type folder struct {
	dir, name string
	uri       uri.URI
	// implied tells that the client named no folder and this one was found around a document.
	implied bool
}

// editorSettings are what the client set: for all folders, and for one each.
type editorSettings struct {
	all      *config.Layer
	byDir    map[string]config.Layer
	problems []config.Problem
}

func newSession(s *Server) *session {
	loader := workspace.NewLoader(s.store)
	loader.Trusted = !s.opts.Restricted
	loader.Guard = s.guard
	return &session{
		server: s, jobs: newQueue(), watcher: watch.New(nil, s.opts.Watch), loader: loader,
		files: map[string]config.Layer{}, searched: map[string]watch.Found{}, projects: map[string][]project.Project{}, onDisk: map[string]bool{},
		saidEmpty: map[string]bool{}, saidPaths: map[string]bool{},
	}
}

// queue holds what the goroutine has to do. Putting something in never waits.
type queue struct {
	ready chan struct{} // holds at most one
	mu    *sync.Mutex   // guards jobs
	jobs  *[]func(context.Context)
}

func newQueue() queue {
	return queue{ready: make(chan struct{}, 1), mu: &sync.Mutex{}, jobs: new([]func(context.Context))}
}

func (q queue) put(job func(context.Context)) {
	q.mu.Lock()
	*q.jobs = append(*q.jobs, job)
	q.mu.Unlock()
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

func (q queue) take() []func(context.Context) {
	q.mu.Lock()
	defer q.mu.Unlock()
	jobs := *q.jobs
	*q.jobs = nil
	return jobs
}

func (s *session) run(ctx context.Context) {
	defer s.background.Wait()
	expire := time.NewTimer(0)
	defer expire.Stop()
	expire.Stop()
	updates := s.watcher.Updates()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.jobs.ready:
			for _, job := range s.jobs.take() {
				s.try("a job of the session", func() { job(ctx) })
			}
			s.try("putting settings in force", func() { s.settle(ctx) })
		case u, ok := <-updates:
			if !ok {
				updates = nil
				continue
			}
			s.try("what changed on disk", func() { s.update(ctx, u) })
			if s.loader.Waiting() {
				expire.Reset(10 * time.Second)
			}
		case <-expire.C:
			s.try("profiles that are gone", func() { s.timed("gone", 0, func() { s.loader.Expire(ctx) }) })
			if s.loader.Waiting() {
				expire.Reset(10 * time.Second)
			}
		}
	}
}

// try does a piece of work. The user is told of a panic.
func (s *session) try(about string, work func()) error {
	fault := s.server.guard.Do(about, work)
	if fault != nil {
		s.server.publisher.tellFault(fault)
	}
	return fault
}

func (s *session) setFolders(folders []folder) {
	s.jobs.put(func(context.Context) { s.folders = folders })
}

// start begins the work, once the client is ready to be asked.
func (s *session) start() {
	s.jobs.put(func(ctx context.Context) {
		s.server.guard.Go(&s.background, "watching for profiles", func() { s.watcher.Run(ctx) })
		s.server.guard.Go(&s.background, "registering with the client", func() { s.register(ctx) })
		c := s.server.client.Load()
		if c.initialOptions != nil {
			s.initial, s.initialProblems = config.FromEditor("initializationOptions", c.initialOptions)
		}
		s.outdated = s.outdated || !c.configuration
		s.aroundNow()
	})
	if s.server.client.Load().configuration {
		s.askSettings()
	}
}

// register asks the client to tell of changes that it sees.
func (s *session) register(ctx context.Context) {
	c := s.server.client.Load()
	var regs []protocol.Registration
	if c.watchesFiles {
		var watchers []protocol.FileSystemWatcher
		for _, p := range append(config.DefaultProfiles(), "**/"+config.FileName) {
			watchers = append(watchers, protocol.FileSystemWatcher{GlobPattern: protocol.Pattern(p)})
		}
		options, err := protocol.Marshal(&protocol.DidChangeWatchedFilesRegistrationOptions{Watchers: watchers})
		if err == nil {
			regs = append(regs, protocol.Registration{
				ID: "covls/watch", Method: protocol.MethodWorkspaceDidChangeWatchedFiles, RegisterOptions: options,
			})
		}
	}
	if c.watchesConfig {
		regs = append(regs, protocol.Registration{
			ID: "covls/configuration", Method: protocol.MethodWorkspaceDidChangeConfiguration,
			RegisterOptions: protocol.LSPAny(`{"section":"covls"}`),
		})
	}
	if len(regs) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	if err := s.server.remote.RegisterCapability(ctx, &protocol.RegistrationParams{Registrations: regs}); err != nil {
		s.server.log.Info("the client registers nothing", slog.Any("error", err))
	}
}

// settingsPatience is how long the first load waits for a client that offered to tell settings.
const settingsPatience = 2 * time.Second

// askSettings has the client asked for the settings of each folder.
func (s *session) askSettings() {
	s.jobs.put(func(context.Context) { s.unasked = true })
}

// mostAsking bounds the questions that a client has not answered yet.
const mostAsking = 4

// settle puts in force, at once, what a number of jobs has changed of folders and settings: a client may tell
// thousands of changes one by one.
func (s *session) settle(ctx context.Context) {
	s.takeChanges()
	if s.unasked && s.asking < mostAsking {
		s.unasked = false
		s.ask(ctx)
	}
	if s.outdated {
		s.configure(ctx)
	}
}

// ask asks the client for the settings of each folder and then configures. An answer that comes late
// counts all the same, unless that to a later question was there before.
func (s *session) ask(ctx context.Context) {
	s.asked++
	s.asking++
	question := s.asked
	folders := slices.Clone(s.looked())
	s.server.guard.Go(&s.background, "asking for settings", func() {
		section := "covls"
		items := []protocol.ConfigurationItem{{Section: &section}}
		for _, f := range folders {
			if f.uri != "" {
				items = append(items, protocol.ConfigurationItem{ScopeURI: &f.uri, Section: &section})
			}
		}
		late := s.server.guard.After(settingsPatience, "settings that are late", func() {
			s.jobs.put(func(context.Context) { s.outdated = s.outdated || !s.configured })
		})
		defer late.Stop()
		limited, cancel := context.WithTimeout(ctx, callPatience)
		defer cancel()
		var got editorSettings
		_ = s.try("reading the settings of the client", func() {
			values, err := s.server.remote.Configuration(limited, &protocol.ConfigurationParams{Items: items})
			if err != nil {
				s.server.log.Info("the client tells no settings", slog.Any("error", err))
			}
			got = settingsOf(values, folders)
		})
		s.jobs.put(func(context.Context) {
			s.asking--
			if told := got.all != nil || got.byDir != nil; told && question > s.answered {
				s.answered, s.editor = question, got
			} else if s.configured {
				return // it is what was in force before
			}
			s.outdated = true
		})
	})
}

// settingsOf reads the answer to askSettings: one value for all, then one for each folder.
func settingsOf(values []protocol.LSPAny, folders []folder) editorSettings {
	var out editorSettings
	seen := map[string]bool{}
	read := func(raw protocol.LSPAny) (config.Layer, bool) {
		var value any
		if len(raw) == 0 || json.Unmarshal(raw, &value) != nil || value == nil {
			return config.Layer{}, false
		}
		layer, problems := config.FromEditor("editor setting", value)
		for _, p := range problems {
			if !seen[p.String()] {
				seen[p.String()] = true
				out.problems = append(out.problems, p)
			}
		}
		return layer, true
	}
	for i, raw := range values {
		layer, ok := read(raw)
		switch {
		case !ok:
		case i == 0:
			out.all = &layer
		case i <= len(folders):
			if out.byDir == nil {
				out.byDir = map[string]config.Layer{}
			}
			out.byDir[folders[i-1].dir] = layer
		}
	}
	return out
}

func (s *session) setEditorSettings(e editorSettings) {
	s.jobs.put(func(context.Context) { s.editor, s.outdated = e, true })
}

func (s *session) changeFolders(added []folder, removed []string) {
	s.jobs.put(func(context.Context) {
		s.changes, s.outdated = append(s.changes, folderChange{added, removed}), true
	})
	if s.server.client.Load().configuration {
		s.askSettings()
	}
}

// configure puts folders and settings in force.
func (s *session) configure(ctx context.Context) {
	s.takeChanges()
	s.configured, s.outdated = true, false
	problems := slices.Concat(s.initialProblems, s.editor.problems)
	if p, ok := s.tooMany(); ok {
		problems = append(problems, p)
	}
	var folders []*workspace.Folder
	var roots []watch.Root
	var dirs []string
	looked := map[string]bool{}
	for _, f := range s.looked() {
		dirs = append(dirs, f.dir)
		looked[f.dir] = true
	}
	places := config.UserPlaces(dirs...)
	for _, f := range s.looked() {
		var layers []config.Layer
		own := filepath.Join(f.dir, config.FileName)
		settingsFile, passed := config.Find(f.dir)
		problems = append(problems, passed...)
		if settingsFile != "" {
			var layer config.Layer
			var bad []config.Problem
			if fault := s.try("reading "+settingsFile, func() { layer, bad = config.ReadFile(settingsFile) }); fault != nil {
				layer = config.Layer{Broken: true}
			}
			if layer.Broken {
				layer = s.files[settingsFile]
			} else {
				s.files[settingsFile] = layer
			}
			problems = append(problems, bad...)
			layers = append(layers, layer)
		} else {
			settingsFile = own
		}
		layers = append(layers, s.initial)
		if s.editor.all != nil {
			layers = append(layers, *s.editor.all)
		}
		if layer, ok := s.editor.byDir[f.dir]; ok {
			layers = append(layers, layer)
		}
		settings := config.Merge(layers...)
		if s.server.opts.Profiles != nil {
			settings = settings.WithProfiles(s.server.opts.Profiles)
		}
		in := workspace.NewFolderAmong(f.dir, f.name, settings, nil, places)
		problems = append(problems, in.Problems...)
		folders = append(folders, in)
		root := RootOf(in)
		root.Patterns = append(root.Patterns, settingsFile)
		if settingsFile != own { // a nearer one may come
			root.Patterns = append(root.Patterns, own)
		}
		root.Allows = func(path string) bool { return path == settingsFile || path == own || in.Settings.Reads(path) }
		roots = append(roots, root)
	}
	told := 0
	for _, p := range problems {
		switch p.Severity {
		case config.SeverityError, config.SeverityWarning:
			if told++; told <= mostTold {
				s.server.publisher.tell(protocol.MessageTypeWarning, p.String())
			}
		default:
			s.server.publisher.note(protocol.MessageTypeInfo, p.String())
		}
	}
	s.tellMore(told, "problems of the settings")
	if len(folders) > 0 {
		folders[0].Problems = problems
	}
	maps.DeleteFunc(s.searched, func(dir string, _ watch.Found) bool { return !looked[dir] })
	var bad []error
	s.timed("settings", 0, func() { bad = s.loader.SetFolders(ctx, folders) })
	for _, err := range bad {
		s.server.publisher.tell(protocol.MessageTypeWarning, err.Error())
	}
	if !sameRoots(roots, s.roots) || !slices.EqualFunc(folders, s.inForce, sameReads) {
		s.watcher.SetRoots(roots)
	}
	s.roots, s.inForce = roots, folders
	s.server.log.Info("settings are in force", slog.Int("folders", len(folders)))
	s.aroundNow()
}

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
		return root
	}
	root.Patterns = settings.ProfilePatterns(f.Dir)
	return root
}

func (s *session) touch(paths []string) {
	s.jobs.put(func(context.Context) { s.watcher.Touch(paths...) })
}

// opened looks at a document that was opened, and at the folder around it where the client named
// none.
func (s *session) opened(path string) {
	s.jobs.put(func(context.Context) {
		s.imply(path)
		s.loader.Opened(path)
	})
}

// imply takes the project around a document for the workspace where the client named no folder.
func (s *session) imply(path string) {
	s.takeChanges()
	for _, f := range s.folders {
		if !f.implied || source.Inside(path, f.dir) {
			return
		}
	}
	dir, ok := project.Around(path)
	if !ok {
		return
	}
	s.folders = append(s.folders, folder{dir: dir, uri: uri.File(dir), implied: true})
	s.outdated = s.outdated || s.configured
}

// update takes in what the watcher found.
func (s *session) update(ctx context.Context, u watch.Update) {
	var changes []workspace.Change
	settings := false
	for _, e := range u.Events {
		if filepath.Base(e.Path) == config.FileName {
			settings = true
			continue
		}
		change := workspace.Change{Path: e.Path, Gone: e.Gone}
		if !e.Gone && !e.Stamp.Dir {
			change.Settled = &workspace.Looks{Size: e.Stamp.Size, ModTime: e.Stamp.ModTime}
		}
		changes = append(changes, change)
	}
	if settings && s.configured {
		s.loader.Refresh()
		s.configure(ctx)
	}
	s.found(u.Searched)
	for _, c := range changes {
		if c.Gone {
			delete(s.onDisk, c.Path)
		} else {
			s.onDisk[c.Path] = true
		}
	}
	if len(changes) > 0 {
		s.read(ctx, changes)
	}
	s.aroundNow()
}

// found takes in what a search of all folders has found; nil is no search.
func (s *session) found(searched []watch.Found) {
	if searched == nil {
		return
	}
	clear(s.onDisk)
	for _, f := range searched {
		s.searched[f.Dir] = f
		if s.server.client.Load().status || len(profilesIn(f)) == 0 {
			_ = s.try("looking for the projects in "+f.Dir, func() { s.projects[f.Dir] = project.In(f.Dir) })
		}
		s.sayEmpty(f)
		for _, path := range profilesIn(f) {
			s.onDisk[path] = true
		}
	}
}

// profilesIn are the profiles that a search has found.
func profilesIn(f watch.Found) []string {
	return slices.DeleteFunc(slices.Clone(f.Profiles), func(p string) bool { return filepath.Base(p) == config.FileName })
}

// largeLoad is how long a load takes that leaves much garbage behind: the server then idles for
// minutes, and the memory belongs to others.
const largeLoad = 100 * time.Millisecond

func (s *session) read(ctx context.Context, changes []workspace.Change) {
	began := time.Now()
	progress := s.beginProgress(ctx, "Coverage")
	defer progress.end()
	s.loader.Progress = progress.report
	done := s.beginReading()
	defer done()
	var troubles []error
	s.timed("profiles", len(changes), func() { troubles = s.loader.Read(ctx, changes) })
	s.watcher.Judge(s.loader.Judge(changes))
	progress.end()
	s.list(ctx)
	done()
	s.count(ctx)
	s.sayProfiles()
	s.tellMore(len(troubles), "troubles with profiles")
	for _, err := range troubles[:min(len(troubles), mostTold)] {
		kind := protocol.MessageTypeWarning
		if errors.Is(err, workspace.ErrUnfinished) {
			kind = protocol.MessageTypeInfo
		}
		s.server.publisher.tell(kind, err.Error())
	}
	if time.Since(began) > largeLoad {
		debug.FreeOSMemory()
	}
}

// timed does a load and logs how long it took: why is a word, profiles is how many are read for it.
func (s *session) timed(why string, profiles int, load func()) {
	began, looked := time.Now(), s.loader.Looked()
	load()
	snap := s.server.store.Load()
	s.server.journal.add(entry{what: "load", took: time.Since(began), attrs: []slog.Attr{
		slog.String("why", why), slog.Int("profiles", profiles), slog.Int("sources", s.loader.Looked()-looked),
		slog.Int("files", len(snap.Files)), slog.Int("lost", len(snap.Lost)), slog.Uint64("generation", snap.Generation),
	}})
}

// beginReading has the client know that a load is under way, until the result is called.
func (s *session) beginReading() (done func()) {
	s.reading++
	s.aroundNow()
	return sync.OnceFunc(func() {
		s.reading--
		s.aroundNow()
	})
}

// sayProfiles tells, once each, of sources that covls failed at, what was odd in a profile, and of those none of whose files are here, and
// notes by which change of prefix files were found.
func (s *session) sayProfiles() {
	snap := s.server.store.Load()
	var texts []string
	for _, path := range slices.Sorted(maps.Keys(snap.Files)) {
		if fault := snap.Files[path].Fault; fault != nil {
			s.server.publisher.tellFault(fault)
		}
	}
	for _, p := range snap.Profiles {
		if text := diag.ProfileWarning(p); text != "" {
			texts = append(texts, text)
		}
	}
	for _, l := range diag.PathNotes(snap) {
		if l.Lost {
			if s.listing == 0 {
				texts = append(texts, l.Text)
			}
		} else if !s.saidPaths[l.Text] {
			s.saidPaths[l.Text] = true
			s.server.publisher.note(protocol.MessageTypeInfo, l.Text)
		}
	}
	s.tellMore(len(texts), "oddities of profiles")
	for _, text := range texts[:min(len(texts), mostTold)] {
		s.server.publisher.tell(protocol.MessageTypeWarning, text)
	}
}

// mostTold is how many messages of one sort a load or a change of settings shows.
const mostTold = 10

// tellMore tells that of n messages of a sort only mostTold are shown.
func (s *session) tellMore(n int, of string) {
	if n > mostTold {
		s.server.publisher.tell(protocol.MessageTypeWarning, fmt.Sprintf("there are more than %d %s: the command covls.doctor lists them", mostTold, of))
	}
}

// list asks go list, beside the goroutine, for packages that no go.mod tells.
func (s *session) list(ctx context.Context) {
	for _, ask := range s.loader.Unlisted() {
		if s.listing == 0 {
			s.listed = s.beginProgress(ctx, "Coverage")
			s.listed.report("asking go list for packages outside the workspace", 0, 0)
		}
		s.listing++
		s.server.guard.Go(&s.background, "asking go list", func() {
			var dirs map[string]string
			_ = s.try("asking go list in "+ask.Dir, func() {
				var err error
				if dirs, err = ask.List(ctx); err != nil {
					s.server.log.Info("go list", slog.Any("error", err))
				}
			})
			s.jobs.put(func(ctx context.Context) {
				defer s.listedOne()
				s.timed("packages", 0, func() { s.loader.Listed(ctx, ask, dirs) })
			})
		})
	}
}

// listedOne takes note of the end of a go list.
func (s *session) listedOne() {
	if s.listing--; s.listing > 0 {
		return
	}
	s.listed.end()
	s.aroundNow()
	s.sayProfiles()
	for _, f := range s.waiting {
		f()
	}
	s.waiting = nil
}

// count has git count commits, beside the goroutine and one folder after another.
func (s *session) count(ctx context.Context) {
	if s.counting || len(s.server.store.Load().Files) == 0 {
		return
	}
	histories := s.loader.Uncounted()
	if len(histories) == 0 {
		return
	}
	s.counting = true
	s.server.guard.Go(&s.background, "counting commits", func() {
		for _, h := range histories {
			var counts map[string]int
			_ = s.try("counting the commits of "+h.Dir, func() {
				var err error
				if counts, err = h.Count(ctx); err != nil {
					s.server.log.Info("git", slog.Any("error", err))
				}
			})
			s.jobs.put(func(context.Context) { s.loader.Counted(h, counts) })
		}
		s.jobs.put(func(context.Context) { s.counting = false })
	})
}

// whenListed calls f when no go list is under way.
func (s *session) whenListed(f func()) {
	if s.listing == 0 {
		f()
		return
	}
	s.waiting = append(s.waiting, f)
}

// sayEmpty tells, once for each folder, that there is no profile and how to make one.
func (s *session) sayEmpty(f watch.Found) {
	folder := folderIn(s.server.store.Load(), f.Dir)
	if folder == nil || len(profilesIn(f)) > 0 || s.saidEmpty[f.Dir] {
		return
	}
	s.saidEmpty[f.Dir] = true
	s.server.publisher.note(protocol.MessageTypeInfo, fmt.Sprintf("no coverage profile in %s yet; %s", f.Dir, folder.HowTo(s.projects[f.Dir])))
}

// facts are what the doctor knows beside the snapshot.
func (s *session) facts(ctx context.Context) (searched []watch.Found, ok bool) {
	answer := make(chan []watch.Found, 1)
	s.jobs.put(func(ctx context.Context) {
		defer close(answer)
		s.settle(ctx)
		answer <- slices.SortedFunc(maps.Values(s.searched), func(a, b watch.Found) int { return strings.Compare(a.Dir, b.Dir) })
	})
	select {
	case searched, ok := <-answer:
		return searched, ok
	case <-ctx.Done():
		return nil, false
	}
}

// reload reads settings and every profile again and calls done afterwards, whatever becomes of it.
func (s *session) reload(done func()) {
	s.jobs.put(func(ctx context.Context) {
		waits := false
		defer func() {
			if !waits {
				done()
			}
		}()
		s.loader.Refresh()
		s.configure(ctx)
		var changes []workspace.Change
		for _, p := range s.server.store.Load().Profiles {
			changes = append(changes, workspace.Change{Path: p.Path})
		}
		s.read(ctx, changes)
		s.watcher.Rescan()
		waits = true
		s.whenListed(done)
	})
}
