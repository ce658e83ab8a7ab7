package clover_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/clover"
	"github.com/covls/covls/profile/scan"
)

// tests are inputs and what is read of them: for each file its name, covered and all lines, functions
// and branches, or the error.
var tests = []struct{ name, text, want string }{
	{"PHP", "<coverage><project><file name=\"/a.php\"><line num=\"1\" type=\"method\" name=\"f\" count=\"0\"/><line num=\"2\" type=\"stmt\" count=\"0\"/><line num=\"5\" type=\"method\" name=\"one\" count=\"3\"/></file></project></coverage>", "/a.php{1 2} {1 2} {0 0}"},
	{"istanbul", "<coverage><project><package><file name=\"a.js\" path=\"/x/a.js\"><line num=\"1\" type=\"cond\" count=\"2\" truecount=\"1\" falsecount=\"1\"/></file></package></project></coverage>", "/x/a.js{1 1} {0 0} {1 2}"},
	{"a one-line method that only the sums tell", "<coverage><project><file name=\"a\"><line num=\"1\" type=\"method\" name=\"f\" count=\"1\"/><line num=\"9\" type=\"stmt\" count=\"0\"/><metrics statements=\"2\"/></file></project></coverage>", "a{1 2} {1 1} {0 0}"},
	{"no count", "<coverage><project><file name=\"a\"><line num=\"1\"/>", "line 1: want <line num=\"…\" count=\"…\">"},
	{"no name", "<coverage><project><file>", "line 1: want <file name=\"…\">"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := clover.Read(strings.NewReader(tt.text), scan.Limits{Line: 1000, Files: 2})
			var got string
			var at *coverage.LineError
			switch {
			case errors.As(err, &at):
				got = at.Error()
			case err != nil:
				t.Fatal(err)
			default:
				got = summary(r)
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func summary(r *coverage.Report) string {
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

// FuzzRead holds that whatever is read keeps to the order and the sums that the model asks for.
func FuzzRead(f *testing.F) {
	for _, tt := range tests {
		f.Add([]byte(tt.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		clover.Sniff(data)
		r, err := clover.Read(bytes.NewReader(data), scan.Limits{Line: 100_000, Files: 100})
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
