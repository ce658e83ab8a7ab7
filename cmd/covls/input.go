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

	"github.com/spf13/cobra"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/profile"
	"github.com/covls/covls/project"
	"github.com/covls/covls/report"
	"github.com/covls/covls/workspace"
)

// input is what the flags of every command say.
type input struct {
	dir      string
	profiles []string
	// target, where targetSet, takes the place of the general target and those of components.
	target    float64
	targetSet bool
	// noSteps has what has no target of its own held against the default, and not against the next step.
	noSteps bool
	// defaults leaves the settings file of the folder, and those above it, unread.
	defaults bool
	// restricted tells that no program may be started.
	restricted bool
	// compare is what the code is to be compared with; nil for nothing.
	compare *engine.Comparison
	// commits tells that the command wants to know the commits to each file.
	commits bool
}

// loaded is a folder with its profiles read.
type loaded struct {
	snap   *workspace.Snapshot
	around report.Surroundings
	// troubles are the profiles that can't be shown as they are.
	troubles []error
	// begun is the comparison that input.compare asks for; nil for none.
	begun *engine.Begun
}

// end ends the comparison, where there is one.
func (l *loaded) end() {
	if l.begun != nil {
		l.begun.End()
	}
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
	if in.noSteps {
		settings = settings.WithoutSteps()
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

// cacheDir is where covls keeps what it can make again; "" where the user has no folder for that.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "covls", "texts")
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
	how := engine.Once{Restricted: in.restricted, Commits: in.commits, Cache: cacheDir()}
	if in.profiles != nil {
		how.Profiles = f.Settings.Profiles
	}
	out := &loaded{}
	if in.compare != nil {
		out.begun = in.compare.Begin(ctx, f)
	}
	got, err := how.Load(ctx, f)
	if err != nil {
		out.end()
		return nil, err
	}
	out.snap, out.troubles = got.Snapshot, got.Troubles
	out.around.Searches, out.around.Notes, out.around.Tests = got.Searches, got.Notes, got.Snapshot.Tests()
	return out, nil
}

// need is load for a command that has nothing to do without a profile. One that was named and can't be
// read is an error. It prints the warnings.
func (in *input) need(ctx context.Context, io *streams) (*loaded, error) {
	l, err := in.load(ctx)
	if err != nil {
		return nil, err
	}
	if err := l.readable(in.profiles != nil); err != nil {
		l.end()
		return nil, err
	}
	l.warn(io)
	return l, nil
}

// readable is the error of a folder in which there is nothing to show. Named tells that the user named the profiles.
func (l *loaded) readable(named bool) error {
	if named {
		for _, p := range l.snap.Profiles {
			if p.Trouble != nil {
				return p.Trouble
			}
		}
	}
	return l.nothing()
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
	for _, foreign := range []bool{true, false} {
		for _, p := range l.snap.Profiles {
			if p.Trouble != nil && (!foreign || errors.Is(p.Trouble, profile.ErrForeign)) {
				return fmt.Errorf("no coverage profile below %s: %w", f.Dir, p.Trouble)
			}
		}
	}
	if file, line := f.Settings.Place("profiles", -1); file != "" {
		return fmt.Errorf("no coverage profile below %s: %s:%d asks for %s, and there is no such file", f.Dir, shellPath(file), line, some(f.Settings.Profiles))
	}
	return fmt.Errorf("no coverage profile below %s; %s, --profile names one elsewhere, `covls doctor` says where covls looked", f.Dir, f.HowTo(project.In(f.Dir)))
}

// elsewhere is the error of profiles that may be of another project, so that their figures are none of this one. It reads the disk.
func (l *loaded) elsewhere(ctx context.Context) error {
	found, err := l.snap.Elsewhere(ctx)
	if err != nil || found == "" {
		return err
	}
	return fmt.Errorf("the profiles name no file of this folder, and there is code that they could name, such as %s: are they of another project? `covls doctor` says what was not found; a [[path]] in .covls.toml can say where it lies here", shellPath(found))
}

// warn prints what the user should know beside the output, one line each.
func (l *loaded) warn(io *streams) {
	for _, f := range l.snap.Folders {
		for _, p := range f.Problems {
			io.say(p.String())
		}
		for _, text := range diag.IdleNotes(l.snap, f) {
			io.say(text)
		}
	}
	for _, err := range l.troubles {
		io.say(err.Error())
	}
	l.remark(io)
}

// sayMissing prints which packages have tests and are in no profile.
func (l *loaded) sayMissing(io *streams) {
	for _, text := range diag.MissingLines(l.snap.Missing) {
		io.say(escape.Line(text))
	}
}

// sayTexts prints which profiles are of other texts than those on disk.
func (l *loaded) sayTexts(io *streams) {
	for _, text := range l.texts(false) {
		io.say(escape.Line(text))
	}
}

// texts say which profiles are of other texts than those on disk; where only what matters is asked for, those alone of which that
// hides something.
func (l *loaded) texts(matters bool) (out []string) {
	texts := l.snap.AllTexts()
	for _, p := range l.snap.Profiles {
		// Where another profile is of the texts on disk, nothing is missing.
		if t := texts[p]; t.Alone > 0 && (!matters || t.Matters()) {
			out = append(out, t.Sentence(diag.ProfileName(p)))
		}
	}
	return out
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
	for _, n := range diag.TestNotes(l.snap) {
		io.say(escape.Line(n.String()))
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
// lies below it, and so that it is taken for nothing but a path. It has slashes on Windows too, where all shells and
// editors take them, and some take backslashes for escapes.
func shellPath(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return filepath.ToSlash(path)
	}
	rel, err := filepath.Rel(wd, path)
	if err != nil || strings.HasPrefix(rel, "..") {
		return filepath.ToSlash(path)
	}
	if strings.ContainsAny(rel[:1], "-~#:") {
		rel = "./" + rel
	}
	return filepath.ToSlash(rel)
}

// arguments wants so many arguments, as the example has them; a negative most is any number.
func arguments(least, most int, example string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch n := len(args); {
		case n < least:
			return fmt.Errorf("%s lacks an argument, as in: %s %s", c.CommandPath(), c.CommandPath(), example)
		case most >= 0 && n > most:
			return fmt.Errorf("%s takes %s, and has %q, too; as in: %s %s", c.CommandPath(), plural(most, "argument", "arguments"), args[most], c.CommandPath(), example)
		}
		return nil
	}
}

// noArgs is cobra.NoArgs with what helps: the flag that takes a file or a folder.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	at, err := os.Stat(args[0])
	switch folder := err == nil && at.IsDir(); {
	case folder && c.Flag("directory") != nil:
		return fmt.Errorf("%s takes no arguments: to look at a folder, write %[1]s -C %s", c.CommandPath(), args[0])
	case err == nil && !folder && c.Flag("profile") != nil:
		return fmt.Errorf("%s takes no arguments: to read one profile alone, write %[1]s --profile %s", c.CommandPath(), args[0])
	}
	return fmt.Errorf("%s takes no arguments, and has %q; %[1]s --help says what it takes", c.CommandPath(), args[0])
}
