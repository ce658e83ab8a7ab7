package engine

import (
	"context"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/covls/covls/config"
	"github.com/covls/covls/project"
	"github.com/covls/covls/watch"
	"github.com/covls/covls/workspace"
)

// Settings are what the user set in an editor: for all folders, and for one each, by its Dir.
type Settings struct {
	// All is nil where nothing was told.
	All      *config.Layer
	ByDir    map[string]config.Layer
	Problems []config.Problem
}

// Start begins the work. The initial settings lie below those that the editor tells later; asks says that it is asked
// for these, and else tells them by itself.
func (e *Engine) Start(initial Settings, asks bool) {
	e.jobs.put(func(ctx context.Context) {
		e.opts.Guard.Go(&e.background, "watching for profiles", func() { e.watcher.Run(ctx) })
		e.initial, e.asks = initial, asks
		e.outdated, e.unasked = e.outdated || !asks, asks
		e.tellFacts()
	})
}

// settingsPatience is how long the first load waits for an editor that offered to tell settings, callPatience how long
// an answer is waited for at all.
const (
	settingsPatience = 2 * time.Second
	callPatience     = 30 * time.Second
)

// AskSettings has the editor asked for the settings of each folder.
func (e *Engine) AskSettings() {
	e.jobs.put(func(context.Context) { e.unasked = true })
}

// SetSettings puts in force what an editor has told by itself.
func (e *Engine) SetSettings(s Settings) {
	e.jobs.put(func(context.Context) { e.settings, e.outdated = s, true })
}

// mostAsking bounds the questions that an editor has not answered yet.
const mostAsking = 4

// settle puts in force, at once, what a number of jobs has changed of folders and settings: an editor may tell
// thousands of changes one by one.
func (e *Engine) settle(ctx context.Context) {
	e.takeChanges()
	if e.unasked && e.asking < mostAsking {
		e.unasked = false
		e.ask(ctx)
	}
	if e.outdated {
		e.configure(ctx)
	}
}

// ask asks the editor for the settings of each folder and then configures. An answer that comes late
// counts all the same, unless that to a later question was there before.
func (e *Engine) ask(ctx context.Context) {
	e.asked++
	e.asking++
	question := e.asked
	folders := slices.Clone(e.looked())
	e.opts.Guard.Go(&e.background, "asking for settings", func() {
		late := e.opts.Guard.After(settingsPatience, "settings that are late", func() {
			e.jobs.put(func(context.Context) { e.outdated = e.outdated || !e.configured })
		})
		defer late.Stop()
		limited, cancel := context.WithTimeout(ctx, callPatience)
		defer cancel()
		var got Settings
		_ = e.try("reading the settings of the client", func() { got = e.opts.Ask(limited, folders) })
		e.jobs.put(func(context.Context) {
			e.asking--
			if told := got.All != nil || got.ByDir != nil; told && question > e.answered {
				e.answered, e.settings = question, got
			} else if e.configured {
				return // it is what was in force before
			}
			e.outdated = true
		})
	})
}

// configure puts folders and settings in force.
func (e *Engine) configure(ctx context.Context) {
	e.takeChanges()
	e.configured, e.outdated = true, false
	problems := slices.Concat(e.initial.Problems, e.settings.Problems)
	if p, ok := e.tooMany(); ok {
		problems = append(problems, p)
	}
	var folders []*workspace.Folder
	var roots []watch.Root
	var dirs []string
	looked := map[string]bool{}
	for _, f := range e.looked() {
		dirs = append(dirs, f.Dir)
		looked[f.Dir] = true
	}
	places := config.UserPlaces(dirs...)
	for _, f := range e.looked() {
		in, root, bad := e.folderOf(f, places)
		problems = append(problems, bad...)
		folders, roots = append(folders, in), append(roots, root)
	}
	e.tellProblems(problems)
	if len(folders) > 0 {
		folders[0].Problems = problems
	}
	maps.DeleteFunc(e.searched, func(dir string, _ watch.Found) bool { return !looked[dir] })
	maps.DeleteFunc(e.projects, func(dir string, _ []project.Project) bool { return !looked[dir] })
	e.tasks.keep(looked)
	var bad []error
	e.timed("settings", 0, func() { bad = e.loader.SetFolders(ctx, folders) })
	for _, err := range bad {
		e.tell(true, err.Error())
	}
	e.inTurn(ctx, testsOf(e.loader)...)
	if !sameRoots(roots, e.roots) || !slices.EqualFunc(folders, e.inForce, sameReads) {
		e.watcher.SetRoots(roots)
	}
	e.roots, e.inForce = roots, folders
	e.changed(ctx)
	e.opts.Log.Info("settings are in force", slog.Int("folders", len(folders)))
	e.tellFacts()
}

// folderOf reads the settings file of a folder and puts the editor's settings over it. A file that is broken counts as
// it last was.
func (e *Engine) folderOf(f Folder, places config.Places) (in *workspace.Folder, root watch.Root, problems []config.Problem) {
	var layers []config.Layer
	own := filepath.Join(f.Dir, config.FileName)
	settingsFile, passed := config.Find(f.Dir)
	problems = append(problems, passed...)
	if settingsFile != "" {
		var layer config.Layer
		var bad []config.Problem
		if fault := e.try("reading "+settingsFile, func() { layer, bad = config.ReadFile(settingsFile) }); fault != nil {
			layer = config.Layer{Broken: true}
		}
		if layer.Broken {
			layer = e.files[settingsFile]
		} else {
			e.files[settingsFile] = layer
		}
		problems = append(problems, bad...)
		layers = append(layers, layer)
	} else {
		settingsFile = own
	}
	for _, s := range []Settings{e.initial, e.settings} {
		if s.All != nil {
			layers = append(layers, *s.All)
		}
	}
	if layer, ok := e.settings.ByDir[f.Dir]; ok {
		layers = append(layers, layer)
	}
	settings := config.Merge(layers...)
	if e.opts.Profiles != nil {
		settings = settings.WithProfiles(e.opts.Profiles)
	}
	in = workspace.NewFolderAmong(f.Dir, f.Name, settings, nil, places)
	problems = append(problems, in.Problems...)
	root = RootOf(in)
	root.Patterns = append(root.Patterns, settingsFile)
	if settingsFile != own { // a nearer one may come
		root.Patterns = append(root.Patterns, own)
	}
	root.Allows = func(path string) bool { return path == settingsFile || path == own || in.Settings.Reads(path) }
	return in, root, problems
}
