package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/project"
	"github.com/covls/covls/report"
	"github.com/covls/covls/server"
	"github.com/covls/covls/watch"
	"github.com/covls/covls/workspace"
)

// input is what the flags of every command say.
type input struct {
	dir      string
	profiles []string
	// target, where targetSet, takes the place of the general target and those of components.
	target    float64
	targetSet bool
	// defaults leaves the settings file of the folder, and those above it, unread.
	defaults bool
	// restricted tells that no program may be started.
	restricted bool
	// commits tells that the command wants to know the commits to each file.
	commits bool
}

// loaded is a folder with its profiles read.
type loaded struct {
	snap   *workspace.Snapshot
	around report.Surroundings
	// troubles are the profiles that can't be shown as they are.
	troubles []error
}

// folder is the folder with the settings that hold in it.
func (in *input) folder() (*workspace.Folder, error) {
	dir, err := in.absolute()
	if err != nil {
		return nil, err
	}
	settings, problems := config.Merge(), []config.Problem(nil)
	if !in.defaults {
		settings, problems = config.Load(dir)
	}
	if in.targetSet {
		settings = settings.WithTarget(in.target)
	}
	if in.profiles != nil {
		paths, err := in.profilePaths(dir)
		if err != nil {
			return nil, err
		}
		settings = settings.WithProfiles(paths)
	}
	f := workspace.NewFolder(dir, "", settings, problems)
	f.Tree = project.NewTree()
	return f, nil
}

func (in *input) absolute() (string, error) {
	dir, err := filepath.Abs(in.dir)
	if err != nil {
		return "", fmt.Errorf("find the folder %s: %w", in.dir, homeless(err))
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no folder %s; name one with -C", in.dir)
	case err != nil:
		return "", fmt.Errorf("find the folder %s: %w", in.dir, err)
	case !info.IsDir():
		return "", fmt.Errorf("%s is not a folder; name one with -C, and a profile with --profile", in.dir)
	}
	return dir, nil
}

// homeless says what to do where there is no working directory.
func homeless(err error) error {
	return fmt.Errorf("the working directory is not there any more (%w): change to another, or give an absolute path", err)
}

// profilePaths are the profiles that the user named: relative to the working directory, or to the
// folder, "" for none, where there is no such file.
func (in *input) profilePaths(dir string) ([]string, error) {
	var out []string
	for _, p := range in.profiles {
		path, err := filepath.Abs(p)
		below := filepath.Join(dir, p)
		switch {
		case dir != "" && !filepath.IsAbs(p) && (err != nil || !exists(path)) && exists(below):
			path = below
		case err != nil:
			return nil, fmt.Errorf("find the profile %s: %w", p, homeless(err))
		}
		if !slices.Contains(out, path) {
			out = append(out, path)
		}
	}
	return out, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// load reads the profiles that the user named, or those that are found.
func (in *input) load(ctx context.Context) (*loaded, error) {
	f, err := in.folder()
	if err != nil {
		return nil, err
	}
	out := &loaded{}
	paths := f.Settings.Profiles
	if in.profiles == nil {
		found, err := watch.Discover(ctx, server.RootOf(f))
		if err != nil {
			return nil, fmt.Errorf("look for profiles in %s: %w", f.Dir, err)
		}
		paths = found.Profiles
		out.around.Searches = server.Searches([]watch.Found{found})
	}
	store := workspace.NewStore()
	loader := workspace.NewLoader(store)
	loader.Trusted = !in.restricted
	for _, err := range loader.SetFolders(ctx, []*workspace.Folder{f}) {
		out.around.Notes = append(out.around.Notes, err.Error())
	}
	var changes []workspace.Change
	for _, p := range paths {
		if !exists(p) {
			return nil, fmt.Errorf("there is no profile %s; %s", p, f.HowTo(project.In(f.Dir)))
		}
		changes = append(changes, workspace.Change{Path: p})
	}
	counted := in.count(ctx, loader)
	out.troubles = loader.Read(ctx, changes)
	for _, ask := range loader.Unlisted() {
		dirs, err := ask.List(ctx)
		if err != nil {
			out.around.Notes = append(out.around.Notes, err.Error())
		}
		loader.Listed(ctx, ask, dirs)
	}
	for c := range counted {
		if c.err != nil {
			out.around.Notes = append(out.around.Notes, c.err.Error())
		}
		loader.Counted(c.history, c.counts)
	}
	out.snap = store.Load()
	out.around.Tests = out.snap.Tests()
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("stopped: %w", err)
	}
	return out, nil
}

// counted is what git said of a folder.
type counted struct {
	history workspace.History
	counts  map[string]int
	err     error
}

// count has git count commits, beside what the caller does, if the command wants them. The channel is
// closed behind the last answer.
func (in *input) count(ctx context.Context, loader *workspace.Loader) <-chan counted {
	var histories []workspace.History
	if in.commits {
		histories = loader.Uncounted()
	}
	answers := make(chan counted, len(histories))
	guard.Guard{}.Go(nil, "counting commits", func() {
		defer close(answers)
		for _, h := range histories {
			c := counted{history: h}
			fault := guard.Guard{}.Do("counting the commits of "+h.Dir, func() { c.counts, c.err = h.Count(ctx) })
			if fault != nil {
				c.counts, c.err = nil, fault
			}
			answers <- c
		}
	})
	return answers
}

// need is load for a command that has nothing to do without a profile. One that was named and can't be
// read is an error. It prints the warnings.
func (in *input) need(ctx context.Context, io *streams) (*loaded, error) {
	l, err := in.load(ctx)
	if err != nil {
		return nil, err
	}
	if in.profiles != nil {
		for _, p := range l.snap.Profiles {
			if p.Trouble != nil {
				return nil, p.Trouble
			}
		}
	}
	if err := l.nothing(); err != nil {
		return nil, err
	}
	l.warn(io)
	return l, nil
}

// nothing is the error of a folder in which no profile was read; nil where one was.
func (l *loaded) nothing() error {
	if slices.ContainsFunc(l.snap.Profiles, func(p *workspace.Profile) bool { return p.Report != nil }) {
		return nil
	}
	if len(l.troubles) > 0 {
		return errors.Join(l.troubles...)
	}
	f := l.snap.Folders[0]
	return fmt.Errorf("no coverage profile below %s; %s, --profile names one elsewhere, `covls doctor` says where covls looked", f.Dir, f.HowTo(project.In(f.Dir)))
}

// warn prints what the user should know beside the output, one line each.
func (l *loaded) warn(io *streams) {
	for _, f := range l.snap.Folders {
		for _, p := range f.Problems {
			io.say(p.String())
		}
	}
	for _, err := range l.troubles {
		io.say(err.Error())
	}
	l.remark(io)
}

// remark is warn without what is wrong in the settings or keeps a profile from being read.
func (l *loaded) remark(io *streams) {
	for _, n := range l.around.Notes {
		io.say(n)
	}
	for _, path := range slices.Sorted(maps.Keys(l.snap.Files)) {
		if fault := l.snap.Files[path].Fault; fault != nil {
			io.say(fault.Error())
		}
	}
	for _, p := range l.snap.Profiles {
		if text := diag.ProfileWarning(p); text != "" {
			io.say(text)
		}
		if p.Report != nil && len(p.Report.Files) == 0 {
			io.say(escape.Line(diag.ProfileName(p)) + " names no source file: no test has run, or it is still being written")
		}
	}
	if n := len(l.snap.Lost); n > 0 {
		lost := l.snap.Lost[0]
		more := ""
		if n > 1 {
			more = fmt.Sprintf(" (and %d more; see `covls doctor`)", n-1)
		}
		io.say(fmt.Sprintf("source file not found: %s: %s%s", escape.Line(lost.Name), lost.Why, more))
	}
}

// shellPath is a path as the user's shell would write it: relative to the working directory where it
// lies below it, and so that it is taken for nothing but a path.
func shellPath(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(wd, path)
	if err != nil || strings.HasPrefix(rel, "..") {
		return path
	}
	if strings.ContainsAny(rel[:1], "-~#:") {
		rel = "." + string(filepath.Separator) + rel
	}
	return rel
}
