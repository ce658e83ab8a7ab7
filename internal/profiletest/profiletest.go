// Package profiletest is what the tests of profile formats share: a table of small texts, a fuzz test
// that begins with them, and the way to the corpus of real profiles.
package profiletest

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Case is a text and what is read of it, in the words of Summary or Details, or the error: all of it
// where it has a line, else a part.
type Case struct {
	Name, Text, Want string
}

// Read is a format's reader.
type Read func(io.Reader, scan.Limits) (*coverage.Report, error)

// Texts returns the texts of cases.
func Texts(cases []Case) []string {
	var texts []string
	for _, c := range cases {
		texts = append(texts, c.Text)
	}
	return texts
}

// Table runs the cases with room for two files of 1,000 lines. say is Summary or Details. An error that
// is wanted with its line is wanted whole, another in part.
func Table(t *testing.T, read Read, say func(*coverage.Report) string, cases []Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			r, err := read(strings.NewReader(c.Text), scan.Limits{Line: 1000, Files: 2})
			if err != nil {
				if got := err.Error(); got != c.Want && (!strings.Contains(got, c.Want) || c.Want == "" || strings.HasPrefix(c.Want, "line ")) {
					t.Errorf("got the error %s\nwant %s", got, c.Want)
				}
				return
			}
			if got := say(r); got != c.Want {
				t.Errorf("got  %s\nwant %s", got, c.Want)
			}
		})
	}
}

// lineOf is the line of the profile that an error is of, 0 where it has none.
func lineOf(err error) int {
	if at, ok := errors.AsType[*coverage.LineError](err); ok {
		return at.Line
	}
	return 0
}

// Summary prints, for each file, its name and what is covered and all of its unit, its functions and
// its branches; then the warnings. Nil is nothing.
func Summary(r *coverage.Report) string {
	if r == nil {
		return "nothing"
	}
	var out []string
	for _, f := range r.Files {
		branches, _ := f.BranchTotal()
		out = append(out, fmt.Sprint(f.Name, f.Total(), funcTotal(f), branches))
	}
	for _, w := range r.Warnings {
		out = append(out, fmt.Sprintf("line %d: %s", w.Line, w.Text))
	}
	return strings.Join(out, "; ")
}

// Details prints, for each file, its name and all that the profile says of it, in the order of File: regions,
// where there are any, lines, branches and functions; then the warnings.
func Details(r *coverage.Report) string {
	var out []string
	for _, f := range r.Files {
		s := f.Name
		if f.Group != "" {
			s += " of " + f.Group
		}
		if f.Length > 0 {
			s += fmt.Sprintf(" of %d lines", f.Length)
		}
		if len(f.Sums) > 0 {
			s += fmt.Sprintf(" %x", f.Sums)
		}
		if len(f.Regions) > 0 {
			s += fmt.Sprint(" ", f.Regions)
		}
		s += fmt.Sprint(" ", f.Lines)
		if f.Branches == nil {
			s += " nobranches"
		} else {
			s += fmt.Sprint(" ", f.Branches)
		}
		if f.Funcs == nil {
			s += " nofuncs"
		}
		for _, script := range f.Scripts {
			s += fmt.Sprintf(" script %d %v", script.Units, script.Stretches)
		}
		for _, fn := range f.Funcs {
			s += fmt.Sprintf(" %s@%v=%d", qualified(fn), fn.Span, fn.Count)
		}
		out = append(out, s)
	}
	for _, w := range r.Warnings {
		out = append(out, fmt.Sprintf("line %d: %s", w.Line, w.Text))
	}
	return strings.Join(out, "; ")
}

func qualified(fn coverage.Func) string {
	if fn.Receiver == "" {
		return fn.Name
	}
	if strings.ContainsAny(fn.Receiver[len(fn.Receiver)-1:], "#: ") {
		return fn.Receiver + fn.Name
	}
	return fn.Receiver + "." + fn.Name
}
