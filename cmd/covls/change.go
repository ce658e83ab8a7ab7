package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/covls/covls/change"
	"github.com/covls/covls/config"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/gate"
	"github.com/covls/covls/git"
	"github.com/covls/covls/glob"
	"github.com/covls/covls/report"
)

// anyBase is what --changed is without a value.
const anyBase = "the target branch"

// usualMin is how much of what changed is to be covered, in percent, where nobody says otherwise: 80, as diff-cover, Codecov and SonarQube suggest.
const usualMin = 80

// comparing are the flags that say what code is compared with.
type comparing struct {
	changed           string
	asked             bool // --changed is given
	staged, committed bool
	baseline          string
}

func (f *comparing) add(c *cobra.Command) {
	c.Flags().StringVar(&f.changed, "changed", "", "look at what changed since the branch, tag or commit `ref` alone; without a value, since the branch that CI names, or the default branch")
	c.Flags().Lookup("changed").NoOptDefVal = anyBase
	c.Flags().BoolVar(&f.staged, "staged", false, "with --changed: what is staged, and not what is on disk")
	c.Flags().BoolVar(&f.committed, "committed", false, "with --changed: what is committed, and not what is on disk")
	c.Flags().StringVar(&f.baseline, "baseline", "", "compare the coverage with that of `file`, which covls baseline has saved: a file, a folder of COMMIT.base.gz, note:[REF] for a git note, or branch:NAME for the covls.base.gz of a branch")
	_ = c.MarkFlagFilename("baseline", "gz")
	c.Args = func(_ *cobra.Command, args []string) error {
		if len(args) > 0 && f.changed == anyBase {
			return fmt.Errorf("%q is one argument too many: to compare with it, write --changed=%s", args[0], args[0])
		}
		return noArgs(c, args)
	}
}

// check says what is wrong with the flags.
func (f *comparing) check(c *cobra.Command) error {
	f.asked = c.Flags().Changed("changed")
	for _, name := range []string{"staged", "committed"} {
		if c.Flags().Changed(name) && !f.asked {
			return fmt.Errorf("--%s says what --changed looks at, and that is not given", name)
		}
	}
	if err := apart(c, "staged", "committed"); err != nil {
		return err
	}
	if f.asked && f.changed == "" {
		return errors.New("--changed= has no value: name a branch, a tag or a commit, or leave out the =")
	}
	return nil
}

// apart says that two flags are given of which one has a meaning without the other alone.
func apart(c *cobra.Command, one, other string) error {
	if c.Flags().Changed(one) && c.Flags().Changed(other) {
		return fmt.Errorf("--%s and --%s exclude each other: leave one out", one, other)
	}
	return nil
}

// how is the comparison that is asked for; nil for none. Partial accepts that files of the baseline are in no profile.
func (f *comparing) how(partial bool) *engine.Comparison {
	if !f.asked && f.baseline == "" {
		return nil
	}
	how := &engine.Comparison{Changed: f.asked, Env: os.Getenv, Baseline: f.baseline, Partial: partial}
	if f.changed != anyBase {
		how.Revision = f.changed
	}
	switch {
	case f.staged:
		how.Head = git.InIndex
	case f.committed:
		how.Head = git.InHead
	}
	return how
}

// changeGate are the flags that say what of a change must not pass.
type changeGate struct {
	min                   float64
	maxUncovered, maxLost int
	newFunctions, warn    bool
	summary               string
}

func (g *changeGate) add(c *cobra.Command) {
	c.Flags().Float64Var(&g.min, "min", usualMin, "with --changed: how much of what changed must be covered, in `percent`")
	c.Flags().IntVar(&g.maxUncovered, "max-uncovered", 0, "with --changed: how many changed statements may be uncovered, `n` at most")
	c.Flags().IntVar(&g.maxLost, "no-lost", 0, "with --changed and --baseline: nothing may have lost its coverage, or `n` statements at most")
	c.Flags().Lookup("no-lost").NoOptDefVal = "0"
	c.Flags().BoolVar(&g.newFunctions, "new-functions", false, "with --changed: a test must reach each new function")
	c.Flags().BoolVar(&g.warn, "warn-only", false, "with --changed: exit 0 all the same")
	c.Flags().StringVar(&g.summary, "summary", "", "with --changed: write Markdown into this `file`, too, for a comment or a job's summary")
	_ = c.MarkFlagFilename("summary", "md")
}

// ofChange are the flags that mean nothing without --changed.
var ofChange = []string{"min", "max-uncovered", "no-lost", "new-functions", "warn-only", "summary"}

// ask is what must hold of a change: what is asked for, else the target that is set, or usualMin, and nothing lost where there is a baseline.
func (g *changeGate) ask(c *cobra.Command, f *comparing, settings config.Effective) (ask gate.ChangeAsk, err error) {
	given := c.Flags().Changed
	switch {
	case !(g.min >= 0 && g.min <= 100):
		return ask, fmt.Errorf("--min is %v: want a percentage from 0 to 100", g.min)
	case g.maxUncovered < 0 || g.maxLost < 0:
		return ask, errors.New("--max-uncovered and --no-lost want a number that is not negative")
	case given("no-lost") && f.baseline == "":
		return ask, errors.New("--no-lost can't be judged without --baseline; `covls baseline -o FILE` saves one")
	}
	if given("max-uncovered") {
		ask.MaxUncovered = &g.maxUncovered
	}
	if f.baseline != "" {
		ask.MaxLost = &g.maxLost
	}
	ask.NewFunctions = g.newFunctions
	switch {
	case given("min"):
		ask.Min = &g.min
	case given("max-uncovered") || given("no-lost") || g.newFunctions:
	case settings.TargetSet:
		ask.Min = &settings.Target
	default:
		ask.Min = &g.min
	}
	return ask, nil
}

// checkChange judges what changed.
func checkChange(c *cobra.Command, io *streams, in *input, f *comparing, g *changeGate, ask checks, format string) error {
	in.compare = f.how(ask.partial)
	l, err := in.load(c.Context())
	if err != nil {
		return err
	}
	defer l.end()
	if err := judgeable(l, in.profiles != nil); err != nil {
		return err
	}
	want, err := g.ask(c, f, l.snap.Folders[0].Settings)
	if err != nil {
		return err
	}
	l.remark(io)
	set, err := l.begun.Changes(l.snap)
	if err != nil {
		return err
	}
	if ask.stale && len(set.Unknown) > 0 {
		io.say("let through, since the profiles are of another text: nothing is known of " + some(functionsOf(set.Unknown)))
	}
	out := &report.Change{Set: set, Breaches: gate.JudgeChange(set, want), Warn: g.warn, Version: version(), Place: placeIn(os.Getenv, l.snap.Folders[0].Dir, format)}
	reasons := unjudged(l, in, set, ask)
	out.Unjudged = reasons
	w := bufio.NewWriter(io.out)
	if err := errors.Join(out.Write(w, format), w.Flush()); err != nil {
		return fmt.Errorf("write what changed: %w", err)
	}
	if g.summary != "" {
		err := in.writeTo(c.Context(), io.out, g.summary, func(w *bufio.Writer) error { return out.Write(w, "markdown") })
		if err != nil {
			return err
		}
	}
	switch {
	case len(reasons) > 0:
		return errors.New("the change can't be judged: " + strings.Join(reasons, "; "))
	case !out.Passed():
		if format == "text" {
			in.sayTest(io, l, set)
		}
		if !g.warn {
			return exitError(exitGate)
		}
	}
	return nil
}

// sayTest names the command that makes a test for the first gap of a change for which covls can make one.
func (in *input) sayTest(io *streams, l *loaded, set *change.Set) {
	const tries = 5 // each reads the tests of a folder
	for i := range set.Gaps[:min(len(set.Gaps), tries)] {
		g := &set.Gaps[i]
		if g.Function == "" || len(g.Lines) == 0 {
			continue
		}
		at := fmt.Sprintf("%s:%d", shellPath(g.Path), g.Lines[0][0])
		args := []string{"covls", "test", at}
		if in.dir != "." {
			args = append(args, "-C", in.dir)
		}
		for _, p := range in.profiles {
			args = append(args, "--profile", p)
		}
		if slices.ContainsFunc(args, func(a string) bool { return strings.Trim(a, shellSafe) != "" }) {
			continue
		}
		d, offset, err := functionAt(l.snap, at)
		if err != nil {
			continue
		}
		if _, err := engine.CreateTest(l.snap, d, offset); err == nil {
			io.say(fmt.Sprintf("%s prints a test for %s to fill in", strings.Join(args, " "), g.Function))
			return
		}
	}
}

// shellSafe are the characters that mean themselves in every shell.
const shellSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:-\\"

// unknownIn says why not all of a change is known; nil where it is. Stale accepts that profiles are of other texts.
func unknownIn(set *change.Set, stale bool) (out []string) {
	const most = 5 // names in a sentence
	list := func(paths []string) string {
		if n := len(paths) - most; n > 0 {
			return strings.Join(paths[:most], ", ") + fmt.Sprintf(" and %d more", n)
		}
		return strings.Join(paths, ", ")
	}
	if n := len(set.Unmeasured); n > 0 {
		how := "the setting exclude"
		if n <= most {
			var globs []string
			for _, path := range set.Unmeasured {
				globs = append(globs, escape.TOML(glob.Quote(path)))
			}
			how = "exclude = [" + strings.Join(globs, ", ") + "]"
		}
		out = append(out, fmt.Sprintf("no profile names %s, which changed: run the tests with coverage of all code, or leave %s out by %s in .covls.toml", list(set.Unmeasured), plural(n, "it", "them")[len(fmt.Sprint(n))+1:], how))
	}
	if len(set.Unknown) > 0 && !stale {
		out = append(out, fmt.Sprintf("the profiles are of another text than that on disk, and say nothing of %s: run the tests again", list(functionsOf(set.Unknown))))
	}
	if len(set.Unread) > 0 {
		out = append(out, "the texts of "+list(set.Unread)+" can't be had")
	}
	if len(set.Vanished) > 0 {
		out = append(out, fmt.Sprintf("the baseline has %s, and no profile does: did tests fail?", list(set.Vanished)))
	}
	return out
}

// functionsOf are the names of functions, each once, or of the files of what is in none.
func functionsOf(gaps []change.Gap) (names []string) {
	for _, g := range gaps {
		if name := cmp.Or(g.Function, g.File); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// unjudged says why a change can't be judged; nil where it can.
func unjudged(l *loaded, in *input, set *change.Set, ask checks) []string {
	out := unknownIn(set, ask.stale)
	if n := len(out) - 1; len(set.Vanished) > 0 {
		out[n] += " --partial accepts it"
	}
	asked := gate.Ask{Partial: ask.partial, Named: in.profiles != nil, Stale: ask.stale}
	for _, b := range gate.Of(l.snap, asked).Faults {
		switch b.Gate {
		case gate.Profile, gate.Unmeasured, gate.Setting:
			out = append(out, b.String())
		case gate.Text:
			if len(set.Unknown) == 0 {
				out = append(out, b.String())
			}
		case gate.Total, gate.Component, gate.File, gate.Drop, gate.Rule:
		}
	}
	return out
}

// placeIn names files as those read them who read a format: from the folder of the repository that CI has checked out, else for a shell from
// the working directory.
func placeIn(env func(string) string, dir, format string) func(path string) string {
	if format == "json" || format == "markdown" {
		return nil
	}
	root := ""
	switch format {
	case "github", "gitea":
		root = env("GITHUB_WORKSPACE")
	case "gitlab":
		root = env("CI_PROJECT_DIR")
	case "azure":
		root = env("BUILD_SOURCESDIRECTORY")
	}
	if root == "" && format != "text" {
		if top, ok := git.Top(dir); ok {
			root = top
		}
	}
	return func(path string) string {
		for _, p := range []string{path, resolved(path)} {
			for _, r := range []string{root, resolved(root)} {
				if rel, err := filepath.Rel(r, p); r != "" && err == nil && filepath.IsLocal(rel) {
					return filepath.ToSlash(rel)
				}
			}
		}
		return filepath.ToSlash(shellPath(path))
	}
}

func resolved(path string) string {
	if real, err := filepath.EvalSymlinks(path); path != "" && err == nil {
		return real
	}
	return path
}

func newBaseline(io *streams, in *input) *cobra.Command {
	var output string
	c := &cobra.Command{
		Use:   "baseline",
		Short: "Save the coverage, to compare a later one with",
		Long: `Save the coverage of each function, to compare a later one with: covls check
--changed --baseline FILE says what lost its coverage since. The file has names,
fingerprints and a bit for each statement, and nothing of the code itself.

Save one of each commit of the main branch, called COMMIT.base.gz, and give check
the folder: it takes that of the commit a change began from, or the newest before
that. One baseline of a repository serves every folder in it.`,
		Example: `  covls baseline -o covls.base.gz
  covls check --changed --baseline covls.base.gz`,
		Args: noArgs,
	}
	var partial bool
	c.Flags().StringVarP(&output, "output", "o", "covls.base.gz", "write to this `file`; - is standard output")
	c.Flags().BoolVar(&partial, "partial", false, "accept that packages with tests are in no profile")
	_ = c.MarkFlagFilename("output", "gz")
	c.RunE = func(c *cobra.Command, _ []string) error {
		l, err := in.load(c.Context())
		if err != nil {
			return err
		}
		if err := judgeable(l, in.profiles != nil); err != nil {
			return err
		}
		l.remark(io)
		b, stale, err := engine.MakeBaseline(c.Context(), l.snap)
		switch {
		case err != nil:
			return err
		case len(stale) > 0:
			return fmt.Errorf("the profiles are of other texts than those on disk (%s): run the tests again, then save the baseline", strings.Join(stale[:min(len(stale), 5)], ", "))
		case len(b.Files) == 0:
			return errors.New("the profiles name no file of this folder, so that there is nothing to save")
		}
		for _, f := range gate.Of(l.snap, gate.Ask{Partial: partial, Named: in.profiles != nil}).Faults {
			if f.Gate == gate.Unmeasured || f.Gate == gate.Profile {
				return fmt.Errorf("a baseline of a part would hide what is lost later: %s", f)
			}
		}
		if b.Commit != "" && engine.Dirty(c.Context(), l.snap) {
			io.say("there are changes that are not committed: the baseline is of what is on disk, and not of commit " + b.Commit[:7])
		}
		if err := in.writeTo(c.Context(), io.out, output, func(w *bufio.Writer) error { return b.Write(w, "covls "+version()) }); err != nil {
			return err
		}
		if output != stdoutName {
			functions, t := 0, 0
			for _, f := range b.Files {
				functions += len(f.Units)
				for i := range f.Units {
					t += f.Units[i].Total().Covered
				}
			}
			of := "no commit"
			if b.Commit != "" {
				of = "commit " + b.Commit[:7]
			}
			fmt.Fprintf(io.out, "%s: %s, %d covered %s, %s\n", output, plural(len(b.Files), "file", "files"), t, cmp.Or(b.Unit(), "statements"), of)
		}
		return nil
	}
	return c
}
