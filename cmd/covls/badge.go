package main

import (
	"bufio"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gate"
	"github.com/covls/covls/report"
)

// mostLabel is how many characters the label of a badge has.
const mostLabel = 80

func newBadge(io *streams, in *input) *cobra.Command {
	c := &cobra.Command{
		Use:   "badge",
		Short: "Draw the coverage as a badge, an SVG file",
		Long: `Draw the coverage as a badge, an SVG file for a README or a page: a label and the
percentage, rounded down to one decimal. It is green at the target that covls
check holds it against, yellow below it, and red below three quarters of it; with
--changed the target is that of what changed. The same coverage makes the same
bytes.

With --format json, or where the name that -o gives ends in .json, it is what
shields.io takes from an endpoint.

Exit code 2, and no file, where the figure would not be true: no profile, one of
another text, one that can't be read, tests that are in no profile, a change of
which not all is known.`,
		Example: `  covls badge -o cov.svg
  covls badge --component api --label 'api coverage' -o api.svg
  covls badge --changed=main -o changed.svg
  covls badge -o cov.json    # https://img.shields.io/endpoint?url=…/cov.json`,
		Args: noArgs,
	}
	var by comparing
	var ask checks
	var output, label, component string
	by.add(c)
	_ = c.Flags().MarkHidden("baseline")
	format := formatFlag(c, "svg", report.BadgeFormats()...)
	c.Flags().StringVarP(&output, "output", "o", "", "write to this `file`; - is standard output")
	c.Flags().StringVar(&label, "label", "", "the `text` on the left (default coverage, or what it is of)")
	c.Flags().StringVar(&component, "component", "", "the coverage of this `component`")
	c.Flags().BoolVar(&ask.stale, "allow-stale", false, "let profiles pass that are of another text than that on disk")
	c.Flags().BoolVar(&ask.partial, "partial", false, "accept that packages with tests are in no profile")
	_ = c.MarkFlagFilename("output", "svg", "json")
	_ = c.RegisterFlagCompletionFunc("label", cobra.NoFileCompletions)
	_ = c.RegisterFlagCompletionFunc("component", cobra.NoFileCompletions)
	c.RunE = func(c *cobra.Command, _ []string) error {
		how, err := format()
		if err != nil {
			return err
		}
		if strings.EqualFold(filepath.Ext(output), ".json") && !c.Flags().Changed("format") {
			how = "json"
		}
		if err := errors.Join(by.check(c), apart(c, "component", "changed")); err != nil {
			return err
		}
		switch {
		case by.baseline != "":
			return errors.New("--baseline says what was lost, and a badge has no place for it: covls report --changed says it")
		case c.Flags().Changed("label") && strings.TrimSpace(label) == "":
			return errors.New("--label is empty: want a text, or leave out --label")
		case utf8.RuneCountInString(label) > mostLabel:
			return fmt.Errorf("--label has more than %d characters", mostLabel)
		}
		in.noSteps = !by.asked // as check has it
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
		var badge *report.Badge
		if by.asked {
			badge, err = changedBadge(l, in, ask)
		} else {
			var only *string
			if c.Flags().Changed("component") {
				only = &component
			}
			badge, err = badgeOf(l, in, only, ask)
		}
		if err != nil {
			return err
		}
		if label != "" {
			badge.Label = label
		}
		badge.Title = badge.Label + ": " + badge.Title
		return in.writeTo(c.Context(), io.out, output, func(w *bufio.Writer) error { return badge.Write(w, how) })
	}
	return c
}

// badgeOf is the coverage of all that a folder has, or of a component of it.
func badgeOf(l *loaded, in *input, component *string, ask checks) (*report.Badge, error) {
	for _, f := range gate.Of(l.snap, gate.Ask{Partial: ask.partial, Named: in.profiles != nil, Stale: ask.stale}).Faults {
		switch f.Gate {
		case gate.Profile, gate.Unmeasured, gate.Text:
			return nil, fmt.Errorf("the figure would not be true: %s", f)
		case gate.Total, gate.Component, gate.File, gate.Drop, gate.Rule, gate.Setting:
		}
	}
	r, err := report.New(l.snap, report.Options{Version: version(), Component: component})
	if err != nil {
		return nil, err
	}
	b := &report.Badge{Label: "coverage"}
	add := func(t coverage.Tally, unit string, target float64, several bool) {
		if t.Total == 0 {
			return
		}
		of, sep := "", ""
		if several {
			of = " of " + unit
		}
		if b.Value != "" {
			sep = ", "
		}
		b.Value += sep + report.Tenths(t) + of
		b.Title += sep + report.Tenths(t) + " (" + report.Described(t, unit, target) + ")"
		b.Standing = max(b.Standing, report.StandingOf(t, target))
	}
	figures := gate.Figures(r)
	for i := range figures {
		f := &figures[i]
		target := l.snap.Folders[0].Settings.TotalAim(coverage.Tally{Covered: f.Covered, Total: f.Total}).Percent
		for k := range r.Components {
			if c := &r.Components[k]; component != nil && c.Summary.Unit == f.Unit && c.Target != nil {
				target = float64(*c.Target)
			}
		}
		add(coverage.Tally{Covered: f.Covered, Total: f.Total}, f.Unit, target, len(figures) > 1)
	}
	if b.Value == "" {
		return nil, errors.New("the profiles name nothing to cover, so that there is no figure: has any test run?")
	}
	if component != nil {
		b.Label = *component + " coverage"
	}
	return b, nil
}

// changedBadge is the coverage of what changed.
func changedBadge(l *loaded, in *input, ask checks) (*report.Badge, error) {
	set, err := l.begun.Changes(l.snap)
	if err != nil {
		return nil, err
	}
	if reasons := unjudged(l, in, set, ask); len(reasons) > 0 {
		return nil, errors.New("the figure would not be true: " + strings.Join(reasons, "; "))
	}
	target := float64(usualMin)
	if s := l.snap.Folders[0].Settings; s.TargetSet {
		target = s.Target
	}
	b := &report.Badge{Label: "changed code", Value: report.Tenths(set.Tally), Standing: report.StandingOf(set.Tally, target)}
	switch b.Value {
	case "":
		b.Value, b.Title = "nothing to test", "nothing that the profiles cover changed"
	default:
		b.Title = b.Value + " (" + report.Described(set.Tally, set.Unit, target) + ")"
	}
	return b, nil
}
