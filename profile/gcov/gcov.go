// Package gcov reads what gcov itself writes of GCC's coverage: the JSON of `gcov --json-format`, of GCC 9 to 15, and
// the annotated text of gcov without options or with -a, -b, -c, -f or -H, a file .gcov for each source. Both are
// described in GCC's manual, "Invoking gcov". Each has what one object file or one source counts: a run of the tests
// is many of them, and what they say of a file adds up.
package gcov

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether a profile that begins with head is gcov's.
func Sniff(head []byte) bool { return isText(head) || isJSON(head) }

// Read reads either. Headers of the system are left out, as gcovr does and lcov with --no-external. Lines that stand once for each instantiation of a template are summed, as gcov's text has them.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	c := &collector{limits: limits, files: map[string]*coverage.File{}, report: &coverage.Report{Counted: true}}
	c.warn = scan.Once(c.report)
	c.places = scan.NewPlaces(limits, c.warn)
	text := bufio.NewReader(r)
	head, err := text.Peek(64)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) {
		err = c.readJSON(text)
	} else {
		err = c.readText(text)
	}
	if err != nil {
		return nil, err
	}
	coverage.SortFiles(c.report.Files)
	return c.report, nil
}

// collector has the files of a profile while it is read.
type collector struct {
	limits scan.Limits
	report *coverage.Report
	files  map[string]*coverage.File // by name
	places *scan.Places
	warn   func(sort, text string)
}

// add takes a file that was read whole.
func (c *collector) add(f *coverage.File) error {
	f.Lines = coverage.SumLines(f.Lines)
	f.Branches = coverage.SortBranches(f.Branches)
	f.Funcs = coverage.SortFuncs(f.Funcs)
	f.Sums = coverage.SortSums(f.Sums)
	if ofSystem(f.Name) {
		return nil
	}
	if known := c.files[f.Name]; known != nil {
		*known = *coverage.Merge(known, f)
		return nil
	}
	if err := c.limits.CheckFiles(len(c.files) + 1); err != nil {
		return err
	}
	c.files[f.Name] = f
	c.report.Files = append(c.report.Files, f)
	return nil
}

// ofSystem reports whether a source is of the system or the compiler.
func ofSystem(name string) bool {
	name = path.Clean(strings.ReplaceAll(name, `\`, "/"))
	for _, dir := range [...]string{"/usr/include/", "/usr/lib/", "/usr/local/include/", "/Library/Developer/", "/Applications/Xcode"} {
		if strings.HasPrefix(name, dir) {
			return true
		}
	}
	return strings.Contains(name, "/lib/gcc/") || strings.Contains(name, "/include/c++/")
}

// rooted is the name of a source that a compiler was given in the directory dir; "" where that is not known. A name
// that leads out of dir begins there, any other is one below a root.
func rooted(name, dir string) string {
	if dir == "" || path.IsAbs(name) || strings.Contains(name, `\`) || len(name) > 1 && name[1] == ':' {
		return name
	}
	if clean := path.Clean(name); clean != ".." && !strings.HasPrefix(clean, "../") {
		return clean
	}
	return path.Join(strings.ReplaceAll(dir, `\`, "/"), name)
}
