package profiletest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// want is the extension of the golden files.
const want = ".want"

// Golden reads each profile of testdata, at once and byte by byte, and compares all that read gives back, or its
// error, with the file .want beside it, which has the profile's name but for the extension. With update it writes
// that file instead.
func Golden(t *testing.T, read Read, limits scan.Limits, update bool) {
	t.Helper()
	found := false
	paths, err := filepath.Glob("testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if filepath.Ext(path) == want || filepath.Base(path)[0] == '.' {
			continue
		}
		found = true
		name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := readFile(t, path)
			got := dump(read(bytes.NewReader(text), limits))
			golden := filepath.Join("testdata", name+want)
			if update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := string(readFile(t, golden)); got != want {
				t.Errorf("have:\n%s\nwant:\n%s", got, want)
			}
			if slow := dump(read(iotest.OneByteReader(bytes.NewReader(text)), limits)); slow != got {
				t.Errorf("byte by byte:\n%s\nat once:\n%s", slow, got)
			}
		})
	}
	if !found {
		t.Fatal("there is no testdata")
	}
}

// dump writes all that a reader returns, an item a line: regions as a Go profile has them, lines with their
// counts, branches as LCOV has them, functions from where to where with their counts.
func dump(r *coverage.Report, err error) string {
	if err != nil {
		return "error: " + err.Error() + "\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "counted: %t\n", r.Counted)
	if r.Cut {
		fmt.Fprintln(&b, "cut")
	}
	for _, root := range r.Roots {
		fmt.Fprintf(&b, "root: %s\n", root)
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "warning: line %d: %s\n", w.Line, w.Text)
	}
	for _, f := range r.Files {
		fmt.Fprintln(&b, f.Name)
		if f.Unit != coverage.Statements {
			fmt.Fprintf(&b, "\tin %s\n", f.Unit)
		}
		if f.Group != "" {
			fmt.Fprintf(&b, "\tof the group %s\n", f.Group)
		}
		if f.Length > 0 {
			fmt.Fprintf(&b, "\tof %d lines\n", f.Length)
		}
		for _, s := range f.Sums {
			fmt.Fprintf(&b, "\tsum %d %08x\n", s.Line, s.Hash)
		}
		for _, r := range f.Regions {
			fmt.Fprintf(&b, "\t%s %d %d\n", between(r.Start, r.End), r.Statements, r.Count)
		}
		for _, l := range f.Lines {
			fmt.Fprintf(&b, "\tline %d %d\n", l.Number, l.Count)
		}
		for _, w := range f.Branches {
			fmt.Fprintf(&b, "\tbranch %d,%d,%d %d\n", w.Line, w.Block, w.Way, w.Count)
		}
		for _, s := range f.Scripts {
			fmt.Fprintf(&b, "\tscript of %d\n", s.Units)
			for _, t := range s.Stretches {
				fmt.Fprintf(&b, "\t\t%s %t %q %d\n", between(t.Start, t.End), t.Call, t.Name, t.Count)
			}
		}
		for _, fn := range f.Funcs {
			fmt.Fprintf(&b, "\tfunc %s %s %d\n", qualified(fn), between(fn.Span.Start, fn.Span.End), fn.Count)
		}
	}
	return b.String()
}

func between(start, end coverage.Point) string {
	return fmt.Sprintf("%d.%d,%d.%d", start.Line, start.Col, end.Line, end.Col)
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
