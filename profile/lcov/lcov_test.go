package lcov_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/lcov"
	"github.com/covls/covls/profile/scan"
)

// tests are inputs and what is read of them: for each file its name, covered and all lines, functions
// and branches, or the error.
var tests = []struct{ name, text, want string }{
	{"one section", "TN:\nSF:a.c\nFN:1,main\nFN:7,unused\nFNDA:2,main\nDA:1,2\nDA:7,0\nBRDA:1,0,0,-\nBRDA:1,0,1,3\nend_of_record\n", "a.c{1 2} {1 2} {1 2}"},
	{"same file twice", "SF:a\nDA:1,0\nDA:2,1\nend_of_record\nSF:a\nDA:1,3\nend_of_record\n", "a{2 2} {0 0} {0 0}"},
	{"names with commas", "SF:a\nFN:1,f(int, char)\nFNDA:1,f(int, char)\nFN:3,9,g(int, char)\nend_of_record\n", "a{0 0} {1 2} {0 0}"},
	{"repeated names", "SF:a\nFN:1,f\nFN:1,f\nFNDA:0,f\nFNDA:1,f\nend_of_record\n", "a{0 0} {1 2} {0 0}"},
	{"lcov 2", "#comment\nSF:a\nFNL:0,1,5\nFNA:0,2,main\nFNA:0,0,alias\nDA:1,2\nBRDA:1,e0,0,0\nBRDA:1,0,0,1\nMCDC:1,2,t,1,0,x\nend_of_record\n", "a{1 1} {1 2} {1 2}"},
	{"odd counts", "SF:a\nDA:1,1.5e3\nDA:2,18446744073709551615\nDA:3,-4\nDA:4,0.3,abc/+=\nend_of_record\n", "a{3 4} {0 0} {0 0}; line 4: negative counts were taken for 0"},
	{"line 0 and line 2e9", "SF:a\nDA:0,1\nDA:2000000000,1\nDA:3,1\nend_of_record\n", "a{1 1} {0 0} {0 0}; line 2: records of line 0 were passed over; line 3: line 2000000000 is beyond limits.line; such records were passed over"},
	{"CRLF and BOM", "\ufeffTN:\r\nSF:a\r\nDA:1,1\r\nend_of_record\r\n", "a{1 1} {0 0} {0 0}"},
	{"cut in a section", "SF:a\nDA:1,1\nend_of_record\nSF:b\nDA:1,", "a{1 1} {0 0} {0 0}; line 4: the file seems to be cut: b has no end_of_record and was left out"},
	{"cut in the only section", "SF:a\nDA:1,1\n", "line 2: want end_of_record: the file seems to be cut or still being written"},
	{"no file", "DA:1,1\n", "line 1: want SF: and a file before \"DA:1,1\""},
	{"no count", "SF:a\nDA:1\n", "line 2: want DA:line,count, have \"DA:1\""},
	{"garbage", "SF:a\nwhat\n", "line 2: want a record such as DA:12,1 or end_of_record, have \"what\""},
	{"CR alone", "SF:a\rDA:1,1\rend_of_record\r\n", "line 1: the lines end in CR alone: save the file with LF or CRLF"},
	{"too many files", "SF:a\nend_of_record\nSF:b\nend_of_record\nSF:c\nend_of_record\n", "line 6: more than 2 files (limits.files)"},
	{"unknown records", "SF:a\nXY:1\nDA:1,1\nend_of_record\n", "a{1 1} {0 0} {0 0}; line 2: records \"XY\" are not known and were passed over"},
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := lcov.Read(strings.NewReader(tt.text), scan.Limits{Line: 1000, Files: 2})
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
		lcov.Sniff(data)
		r, err := lcov.Read(bytes.NewReader(data), scan.Limits{Line: 100_000, Files: 100})
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
