package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

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
  --no-drop     nothing may have a lower percentage, in the two decimals that are
                printed, than in a report that was saved: the total, a component
                and a file, if both reports have it. A new file can't drop; --files
                is for these. A file with functions of which the profiles say
                nothing, since their text changed, can't be compared

One line is printed for each breach, as path: what is wrong, and a last line with
the sum; with --format github they are annotations of a pull request, and so are
up to 10 uncovered functions of the files in breach.

Exit code 0: all gates pass. 1: there is a breach. 2: nothing can be judged: wrong
use, no profile, none that can be read, none that names anything to cover, a
--profile that is not there, settings that can't be read at all, or a baseline
that is no report of this covls.`,
		Example: `  covls check --fail-under 80
  covls report --format json -o base.json     # on the main branch
  covls check --no-drop base.json             # on another one
  covls check --format github                 # in a GitHub workflow`,
		Args: cobra.NoArgs,
	}
	c.Flags().Float64Var(&ask.failUnder, "fail-under", 0, "what the total must reach, in `percent`, whatever the settings say")
	c.Flags().StringVar(&ask.noDrop, "no-drop", "", "a JSON `report` that was saved, below which nothing may drop")
	c.Flags().BoolVar(&ask.files, "files", false, "hold every file against its target")
	c.Flags().BoolVar(&ask.stale, "allow-stale", false, "let profiles pass that are of another text than that on disk")
	_ = c.MarkFlagFilename("no-drop", "json")
	c.Flags().BoolVar(&ask.partial, "partial", false, "accept that packages with tests are in no profile")
	format := formatFlag(c, "text", "text", "json", "github")
	c.RunE = func(c *cobra.Command, _ []string) error {
		how, err := format()
		if err != nil {
			return err
		}
		ask.under = c.Flags().Changed("fail-under")
		if ask.under && !(ask.failUnder >= 0 && ask.failUnder <= 100) {
			return fmt.Errorf("--fail-under is %v: want a percentage from 0 to 100", ask.failUnder)
		}
		baseline, err := ask.baseline(in.dir)
		if err != nil {
			return err
		}
		in.noSteps = true
		l, err := in.load(c.Context())
		if err != nil {
			return err
		}
		if err := judgeable(l, in.profiles != nil); err != nil {
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
		v := verdict{snap: l.snap, report: r, before: baseline, gates: gates, baseline: ask.noDrop, breaches: gate.Judge(r, gates, baseline)}
		if v.total() == 0 && !v.explained() {
			return errors.New("the profiles name nothing to cover, so that there is nothing to judge: has any test run?")
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

// baseline reads the report of --no-drop; nil means that there is none. A path that leads nowhere from
// the working directory is tried from dir.
func (c checks) baseline(dir string) (*report.Report, error) {
	if c.noDrop == "" {
		return nil, nil
	}
	const cure = "; `covls report --format json -o FILE` saves one"
	path := c.noDrop
	if below := filepath.Join(dir, path); !filepath.IsAbs(path) && !exists(path) && exists(below) {
		path = below
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the baseline: %w%s", err, cure)
	}
	r, err := gate.Baseline(data)
	if err != nil {
		return nil, fmt.Errorf("read the baseline %s: %w%s", c.noDrop, err, cure)
	}
	return r, nil
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
	before   *report.Report // the baseline; nil where there is none
	gates    gate.Gates
	baseline string
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
	if n := len(v.breaches); n > 0 {
		return fmt.Sprintf("covls check: failed, %s; %s", plural(n, "breach", "breaches"), text)
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
	if v.baseline != "" {
		text += "; nothing dropped below " + v.baseline
		if n := gate.Uncompared(v.report, v.before); n > 0 {
			text += ", but for " + plural(n, "file", "files") + " with unknown functions, which can't be compared"
		}
	}
	return oneLine("covls check: passed: " + text)
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
	}{report.Schema, len(v.breaches) == 0, gate.Figures(v.report), target, append([]gate.Breach{}, v.breaches...)})
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
				untested = " is not run by the tests of its own package"
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
