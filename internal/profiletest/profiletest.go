// Package profiletest is what the tests of profile formats share: a table of small texts, and a fuzz
// test that begins with them.
package profiletest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Case is a text and what is read of it, in the words of Summary, or the error.
type Case struct {
	Name, Text, Want string
}

// Read is a format's reader.
type Read func(io.Reader, scan.Limits) (*coverage.Report, error)

// Table runs the cases with room for two files of 1,000 lines.
func Table(t *testing.T, read Read, cases []Case) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			r, err := read(strings.NewReader(c.Text), scan.Limits{Line: 1000, Files: 2})
			var got string
			var at *coverage.LineError
			switch {
			case errors.As(err, &at):
				got = at.Error()
			case err != nil:
				t.Fatal(err)
			default:
				got = Summary(r)
			}
			if got != c.Want {
				t.Errorf("got  %s\nwant %s", got, c.Want)
			}
		})
	}
}

// Summary prints, for each file, its name and what is covered and all of its unit, its functions and
// its branches; then the warnings.
func Summary(r *coverage.Report) string {
	var out []string
	for _, f := range r.Files {
		var funcs coverage.Tally
		for _, fn := range f.Funcs {
			funcs.Total++
			if !fn.Uncovered() {
				funcs.Covered++
			}
		}
		branches, _ := f.BranchTotal()
		out = append(out, fmt.Sprint(f.Name, f.Total(), funcs, branches))
	}
	for _, w := range r.Warnings {
		out = append(out, fmt.Sprintf("line %d: %s", w.Line, w.Text))
	}
	return strings.Join(out, "; ")
}

// Fuzz holds that nothing panics and that whatever is read keeps the order that the model asks for.
func Fuzz(f *testing.F, sniff func([]byte) bool, read Read, cases []Case) {
	f.Helper()
	for _, c := range cases {
		f.Add([]byte(c.Text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		sniff(data)
		r, err := read(bytes.NewReader(data), scan.Limits{Line: 100_000, Files: 100})
		if err != nil {
			return
		}
		for i, file := range r.Files {
			if i > 0 && r.Files[i-1].Name >= file.Name {
				t.Errorf("%q stands before %q", r.Files[i-1].Name, file.Name)
			}
			for j := range file.Lines[min(1, len(file.Lines)):] {
				if file.Lines[j].Number >= file.Lines[j+1].Number {
					t.Errorf("line %d stands before line %d", file.Lines[j].Number, file.Lines[j+1].Number)
				}
			}
		}
	})
}
