package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/covls/covls/change"
	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/gate"
	"github.com/covls/covls/report"
	"github.com/covls/covls/workspace"
)

func newCheck(io *streams, in *input) *cobra.Command {
	var ask checks
	c := &cobra.Command{
		Use:   "check",
		Short: "Gate a build: exit 1 where coverage is short of its targets",
		Long: `Gate a build. What you have set is judged:

  - the total against the setting target, or 60 % where nothing is set. Where there
    are [[component]]s and no target, only they are judged: what was compiled
    besides has no target of its own
  - each [[component]] against its target, or the general one
  - each file whose target a [[rule]] sets
  - a package that has tests and is in no profile, as when these have failed (in Go,
    without -coverpkg). --partial accepts a profile of some packages alone
  - a profile of another text than that on disk, which would be judged in its
    place, unless all functions are the same; --allow-stale lets it pass
  - a rule or a component without any file, a mapping for profiles of which there
    is none, a setting that is wrong and a profile that can't be read are breaches
    too: a gate that judges less than it was meant to must not pass

Not judged, unless you ask for it:

  --files       every file against its target. Most projects have files that stay
                below, and a target for the total allows for them
  --no-drop     no code that is as it was may have lost its coverage since a
                baseline that covls baseline has saved, function by function. Code
                that is gone is no loss, nor is code that moved
  --changed     not all the code, but what changed since the branch that the change
                goes into: at least --min percent of it must be covered (80, or the
                target that is set), and with --baseline nothing may have lost its
                coverage. A function that moved did not change. What changed is what
                is on disk, staged or not; --staged and --committed narrow it

One line is printed for each breach, as path: what is wrong, and a last line with
the sum; with --format github they are annotations of a pull request, and so are
up to 10 uncovered functions of the files in breach.

Exit code 0: all gates pass. 1: there is a breach. 2: nothing can be judged: wrong
use, no profile, none that can be read, none that names anything to cover, a
--profile that is not there, settings that can't be read at all, a baseline that
has nothing to compare; with --changed, a source that changed and that no profile
names, profiles of another text, and a clone that does not reach back far enough.`,
		Example: `  covls check --fail-under 80
  covls baseline -o covls.base.gz             # on the main branch
  covls check --no-drop covls.base.gz         # on another one
  covls check --changed=main                  # what did I leave untested?
  covls check --changed --baseline covls.base.gz --format github`,
		Args: noArgs,
	}
	c.Flags().Float64Var(&ask.failUnder, "fail-under", 0, "what the total must reach, in `percent`, whatever the settings say")
	c.Flags().StringVar(&ask.noDrop, "no-drop", "", "no function may have lost coverage since `file`, which covls baseline has saved")
	c.Flags().BoolVar(&ask.files, "files", false, "hold every file against its target")
	c.Flags().BoolVar(&ask.stale, "allow-stale", false, "let profiles pass that are of another text than that on disk")
	_ = c.MarkFlagFilename("no-drop", "gz")
	c.Flags().BoolVar(&ask.partial, "partial", false, "accept that packages with tests are in no profile")
	var by comparing
	var must changeGate
	by.add(c)
	must.add(c)
	format := formatFlag(c, "text", report.ChangeFormats()...)
	c.RunE = func(c *cobra.Command, _ []string) error {
		how, err := format()
		if err != nil {
			return err
		}
		ask.under = c.Flags().Changed("fail-under")
		if ask.under && !(ask.failUnder >= 0 && ask.failUnder <= 100) {
			return fmt.Errorf("--fail-under is %v: want a percentage from 0 to 100", ask.failUnder)
		}
		if err := by.check(c); err != nil {
			return err
		}
		in.noSteps = !by.asked
		if by.asked {
			for _, name := range []string{"fail-under", "files"} {
				if c.Flags().Changed(name) {
					return fmt.Errorf("--%s is for all the code, and --changed for what changed: check twice", name)
				}
			}
			by.baseline = cmp.Or(by.baseline, ask.noDrop)
			return checkChange(c, io, in, &by, &must, ask, how)
		}
		for _, name := range ofChange {
			if c.Flags().Changed(name) {
				return fmt.Errorf("--%s is for --changed, which is not given", name)
			}
		}
		if !slices.Contains([]string{"text", "json", "github"}, how) {
			return fmt.Errorf("--format %s is for --changed, which is not given: want one of [text json github]", how)
		}
		by.baseline = cmp.Or(by.baseline, ask.noDrop)
		in.compare = by.how(ask.partial)
		l, err := in.load(c.Context())
		if err != nil {
			return err
		}
		defer l.end()
		if err := errors.Join(judgeable(l, in.profiles != nil), l.elsewhere(c.Context())); err != nil {
			return err
		}
		l.remark(io)
		if ask.stale { // else it is a breach
			l.sayTexts(io)
		}
		r, err := report.New(l.snap, report.Options{Version: version()})
		if err != nil {
			return err
		}
		asked := gate.Ask{Files: ask.files, Partial: ask.partial, Named: in.profiles != nil, Stale: ask.stale}
		if ask.under {
			asked.Total = &ask.failUnder
		}
		gates := gate.Of(l.snap, asked)
		v := verdict{snap: l.snap, report: r, gates: gates, breaches: gate.Judge(r, gates)}
		if by.baseline != "" {
			if v.lost, err = l.begun.Changes(l.snap); err != nil {
				return err
			}
			v.breaches = append(v.breaches, gate.Drops(v.lost)...)
		}
		if v.total() == 0 && !v.explained() {
			return errors.New("the profiles name nothing to cover in this folder, so that there is nothing to judge: has any test run?")
		}
		if err := v.print(io.out, how, os.Getenv("GITHUB_WORKSPACE")); err != nil {
			return fmt.Errorf("write the breaches: %w", err)
		}
		if len(v.breaches) > 0 {
			return exitError(exitGate)
		}
		return nil
	}
	return c
}

// explained reports whether a breach says why there is nothing to judge.
func (v *verdict) explained() bool {
	return slices.ContainsFunc(v.breaches, func(b gate.Breach) bool { return b.Gate == gate.Text || b.Gate == gate.Unmeasured })
}

// checks are the flags of `covls check`.
type checks struct {
	failUnder float64
	under     bool // failUnder is given
	noDrop    string
	files     bool
	partial   bool
	stale     bool
}

// judgeable says why nothing can be judged; nil means that it can. Named tells that the user named the
// profiles.
func judgeable(l *loaded, named bool) error {
	for _, f := range l.snap.Folders {
		for _, p := range f.Problems {
			if p.Severity == config.SeverityError {
				return errors.New(p.String())
			}
		}
	}
	err := l.nothing()
	if err == nil || !named {
		return err
	}
	var troubles []error
	for _, p := range l.snap.Profiles {
		troubles = append(troubles, p.Trouble)
	}
	return errors.Join(troubles...)
}

// verdict is what was judged and how it came out.
type verdict struct {
	snap     *workspace.Snapshot
	report   *report.Report
	gates    gate.Gates
	lost     *change.Set // what lost its coverage; nil where nothing was compared
	breaches []gate.Breach
}

// total is how many statements and lines there are.
func (v *verdict) total() int {
	n := 0
	for _, f := range gate.Figures(v.report) {
		n += f.Total
	}
	return n
}

func (v *verdict) print(out io.Writer, format, repository string) error {
	w := bufio.NewWriter(out)
	switch format {
	case "json":
		if err := v.json(w); err != nil {
			return err
		}
	case "github":
		v.github(w, repository)
		fmt.Fprintln(w, v.sum())
	default:
		for _, b := range v.breaches {
			if at := v.place(b.Path); at != "" {
				b.Path = shellPath(at)
			}
			fmt.Fprintln(w, b)
		}
		fmt.Fprintln(w, v.sum())
	}
	return w.Flush()
}

// place is the absolute path of what the report calls name; "" where it is not here.
func (v *verdict) place(name string) string {
	if name == "" {
		return ""
	}
	path := filepath.FromSlash(name)
	if !filepath.IsAbs(path) {
		path = filepath.Join(v.snap.Folders[0].Dir, path)
	}
	if !exists(path) {
		return ""
	}
	return path
}

// sum is the verdict in one line.
func (v *verdict) sum() string {
	var figures []string
	unknown := 0
	for _, f := range gate.Figures(v.report) {
		if f.Percent == nil {
			continue
		}
		figures = append(figures, fmt.Sprintf("%.2f %% of %s", float64(*f.Percent), plural(f.Total, strings.TrimSuffix(f.Unit, "s"), f.Unit)))
		unknown += f.UnknownFunctions
	}
	text := "nothing is known of what ran"
	if len(figures) > 0 {
		text = strings.Join(figures, " and ") + " covered"
		if unknown > 0 {
			text += ", " + plural(unknown, "function", "functions") + " unknown"
		}
	}
	if v.gates.Total != nil {
		text += ", target " + coverage.FormatPercent(*v.gates.Total)
		if v.gates.Unset {
			text += " (none is set)"
		}
	}
	compared := ""
	if v.lost != nil {
		compared = "; " + (&report.Change{Set: v.lost}).Sum()
	}
	if n := len(v.breaches); n > 0 {
		return oneLine(fmt.Sprintf("covls check: failed, %s; %s", plural(n, "breach", "breaches"), text+compared))
	}
	var more []string
	if n := len(v.gates.Components); n > 0 {
		more = append(more, plural(n, "component", "components"))
	}
	switch n := len(v.gates.Ruled); {
	case v.gates.Files:
		more = append(more, plural(len(v.report.Files), "file", "files"))
	case n > 0:
		more = append(more, plural(n, "file", "files")+" with the target of a rule")
	}
	if len(more) > 0 {
		text += "; " + strings.Join(more, " and ") + " at their targets"
	}
	return oneLine("covls check: passed: " + text + compared)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func (v *verdict) json(w io.Writer) error {
	var target *report.Percent
	if v.gates.Total != nil {
		target = new(report.Percent(*v.gates.Total))
	}
	return writeJSON(w, struct {
		Schema   int             `json:"schema"`
		Passed   bool            `json:"passed"`
		Totals   []gate.Figure   `json:"totals"`
		Target   *report.Percent `json:"target"`
		Breaches []gate.Breach   `json:"breaches"`
		// Lost is what lost its coverage, as check --changed has it; null where nothing was compared.
		Lost []report.ChangeItem `json:"lost"`
	}{report.Schema, len(v.breaches) == 0, gate.Figures(v.report), target, append([]gate.Breach{}, v.breaches...), (&report.Change{Set: v.lost}).LostItems()})
}

// mostNotices is how many annotations of one kind GitHub keeps of a step.
const mostNotices = 10

// github prints the breaches as errors and uncovered functions of the files in breach as notices. Files
// are named from the repository's folder, "" where it is not known.
func (v *verdict) github(w io.Writer, repository string) {
	place := func(name string) string {
		at := v.place(name)
		switch rel, err := filepath.Rel(repository, at); {
		case at == "":
			return name
		case repository != "" && err == nil && filepath.IsLocal(rel):
			return filepath.ToSlash(rel)
		}
		return filepath.ToSlash(shellPath(at))
	}
	var files []string
	for _, b := range v.breaches {
		text := b.String()
		var properties []string
		if b.Path != "" {
			text = b.Text
			properties = []string{"file=" + escape.Property(place(b.Path)), fmt.Sprintf("line=%d", max(b.Line, 1))}
		}
		properties = append(properties, "title="+escape.Property(titleOf(b.Gate)))
		fmt.Fprintf(w, "::error %s::%s\n", strings.Join(properties, ","), escape.Annotation(text))
		if (b.Gate == gate.File || b.Gate == gate.Drop) && b.Path != "" && !slices.Contains(files, b.Path) {
			files = append(files, b.Path)
		}
	}
	left := mostNotices
	for _, path := range files {
		for _, f := range slices.Concat(v.report.UncoveredFunctions, v.report.UncoveredLiterals) {
			if f.File != path || f.Line == 0 {
				continue
			}
			if left--; left < 0 {
				return
			}
			untested := " is untested"
			if f.Scope != "" {
				untested = " is not " + f.Reached()
			}
			name := (&coverage.Func{Name: f.Name, Receiver: f.Receiver}).String()
			fmt.Fprintf(w, "::notice file=%s,line=%d,endLine=%d,title=Not covered::%s\n", escape.Property(place(path)), f.Line, f.EndLine, escape.Annotation(escape.Line(name)+untested))
		}
	}
}

func titleOf(k gate.Kind) string {
	switch k {
	case gate.Drop:
		return "Coverage dropped"
	case gate.Rule:
		return "Setting without files"
	case gate.Profile:
		return "Coverage profile"
	case gate.Unmeasured:
		return "Not measured"
	case gate.Setting:
		return "Setting of covls"
	case gate.Text:
		return "Profile of another text"
	case gate.Total, gate.Component, gate.File:
	}
	return "Coverage short of its target"
}
