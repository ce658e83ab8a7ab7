package cobertura_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/cobertura"
	"github.com/covls/covls/profile/scan"
)

// tests are inputs and what is read of them: for each file its name, covered and all lines, functions
// and branches, or the error.
var tests = []struct{ name, text, want string }{
	{"class lines count, method lines do not", "<coverage><packages><package><classes><class filename=\"a.py\"><methods><method name=\"f\"><lines><line number=\"2\" hits=\"0\"/></lines></method></methods><lines><line number=\"1\" hits=\"3\"/><line number=\"2\" hits=\"0\" branch=\"true\" condition-coverage=\"50% (1/2)\"/></lines></class></classes></package></packages></coverage>", "a.py{1 2} {0 1} {1 2}"},
	{"lines under methods only", "<!DOCTYPE coverage SYSTEM \"http://x/y.dtd\"><coverage><class filename=\"a\"><methods><method name=\"f\"><lines><line number=\"1\" hits=\"1\"/></lines></method></methods></class></coverage>", "a{1 1} {1 1} {0 0}"},
	{"two classes of a file", "<coverage><class filename=\"a\"><lines><line number=\"3\" hits=\"0\"/></lines></class><class filename=\"a\"><lines><line number=\"3\" hits=\"1\"/></lines></class></coverage>", "a{1 1} {0 0} {0 0}"},
	{"empty", "<coverage line-rate=\"0\"><packages/></coverage>", ""},
	{"entities", "<?xml version=\"1.0\"?><!DOCTYPE c [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><coverage><class filename=\"a&amp;&x;&#66;\"><lines><line number=\"1\" hits=\"1\"/></lines></class></coverage>", "a&&x;B{1 1} {0 0} {0 0}"},
	{"Latin-1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><coverage><class filename=\"\xe9.c\"><lines><line number=\"1\" hits=\"1\"/></lines></class></coverage>", "é.c{1 1} {0 0} {0 0}"},
	{"no file name", "<coverage><class name=\"x\">", "line 1: want <class filename=\"…\">"},
	{"cut", "<coverage>\n<class filename=\"a\">\n<lines>", "line 3: want </coverage></class></lines>: the file seems to be cut or still being written"},
	{"cut in a tag", "<coverage>\n<class filename=\"a", "line 2: want > behind \"class filename=\\\"a\": the file seems to be cut or still being written"},
	{"wrong end", "<coverage></class>", "line 1: </class> closes nothing"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := cobertura.Read(strings.NewReader(tt.text), scan.Limits{Line: 1000, Files: 2})
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
		cobertura.Sniff(data)
		r, err := cobertura.Read(bytes.NewReader(data), scan.Limits{Line: 100_000, Files: 100})
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
