package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/covls/covls/change"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/gate"
	"github.com/covls/covls/report"
)

// checkReport says what is wrong with the flags of a report of what changed.
func (f *comparing) checkReport(c *cobra.Command, format string) error {
	if err := f.check(c); err != nil {
		return err
	}
	if !f.asked && f.baseline != "" {
		return errors.New("--baseline says what --changed compares the coverage with, and that is not given")
	}
	for _, name := range []string{"component", "target", "top"} {
		if f.asked && c.Flags().Changed(name) && (format != "html" || name == "component") {
			return fmt.Errorf("--%s is for all the code, and --changed for what changed: report twice", name)
		}
	}
	return nil
}

// changes is a report of what changed, of which nothing is asked. It says why not all of it is known.
func (l *loaded) changes(format string) (*report.Change, error) {
	set, err := l.begun.Changes(l.snap)
	if err != nil {
		return nil, err
	}
	return &report.Change{Set: set, Unjudged: doubts(l, set), Ungated: true, Version: version(), Place: placeIn(os.Getenv, l.snap.Folders[0].Dir, format)}, nil
}

// doubts say why not all of a change is known where nobody asked for a verdict; nil where it is.
func doubts(l *loaded, set *change.Set) []string {
	out := unknownIn(set, false)
	for _, b := range gate.Of(l.snap, gate.Ask{Partial: true, Stale: true}).Faults {
		if b.Gate == gate.Profile {
			out = append(out, b.String())
		}
	}
	out = append(out, diag.MissingLines(l.snap.Missing)...)
	if len(set.Unknown) == 0 {
		out = append(out, l.texts(true)...)
	}
	return out
}

// known is the error of a change of which not all is known; nil for none, too.
func known(c *report.Change) error {
	if c == nil || c.Passed() {
		return nil
	}
	return errors.New("not all of the change is known: " + strings.Join(c.Unjudged, "; "))
}
