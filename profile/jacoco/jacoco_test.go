package jacoco_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/jacoco"
	"github.com/covls/covls/profile/scan"
)

// tests are inputs and what is read of them: for each file its name, covered and all lines, functions
// and branches, or the error.
var tests = []struct{ name, text, want string }{
	{"lines of source files", "<report><package name=\"p/q\"><class name=\"p/q/A\" sourcefilename=\"A.java\"><method name=\"f\" line=\"3\"><counter type=\"METHOD\" missed=\"0\" covered=\"1\"/></method><method name=\"g\" line=\"9\"><counter type=\"METHOD\" missed=\"1\" covered=\"0\"/></method></class><sourcefile name=\"A.java\"><line nr=\"3\" mi=\"0\" ci=\"2\" mb=\"1\" cb=\"1\"/><line nr=\"9\" mi=\"1\" ci=\"0\"/></sourcefile></package></report>", "p/q/A.java{1 2} {1 2} {1 2}"},
	{"groups", "<report><group name=\"g\"><group name=\"h\"><package name=\"p\"><sourcefile name=\"A.kt\"><line nr=\"1\" mi=\"0\" ci=\"1\"/></sourcefile></package></group></group></report>", "p/A.kt{1 1} {0 0} {0 0}"},
	{"no debug information", "<report><package name=\"p\"><class name=\"p/A\"><method name=\"f\"><counter type=\"METHOD\" missed=\"0\" covered=\"1\"/></method></class></package></report>", "line 0: some classes were compiled without debug information (javac -g): the report has no lines for them"},
	{"no line number", "<report><package name=\"p\"><sourcefile name=\"A\"><line mi=\"0\"/>", "line 1: want <line nr=\"…\" ci=\"…\">"},
	{"too many branches", "<report><package name=\"p\"><sourcefile name=\"A\"><line nr=\"1\" ci=\"0\" mb=\"99999999\"/>", "line 1: line 1 has more than 10000 branches"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := jacoco.Read(strings.NewReader(tt.text), scan.Limits{Line: 1000, Files: 2})
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
		jacoco.Sniff(data)
		r, err := jacoco.Read(bytes.NewReader(data), scan.Limits{Line: 100_000, Files: 100})
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
