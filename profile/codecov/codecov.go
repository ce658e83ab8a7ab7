// Package codecov reads the JSON of Codecov's own format, which cargo-llvm-cov and others write for it. The format is
// that of Codecov's documentation, "Codecov custom coverage format": for each file the lines by their numbers, or an
// array of which the first element is of no line, with the runs of a line, or "1/2" for a line that ran in part.
//
// It names no functions. Of what "1/2" counts tools have different opinions: branches are those of Codecov, regions
// those of cargo-llvm-cov. So only that the line ran is taken of it.
package codecov

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether a profile that begins with head is in Codecov's format: the first line that is told has a
// number, or parts.
func Sniff(head []byte) bool {
	d := scan.NewJSON(bytes.NewReader(head), scan.Limits{})
	found, nulls := false, false
	value := func() error {
		switch d.Peek() {
		case 'n':
			nulls = true
			return d.Skip()
		case '0', 't', 'f':
			found = true
		case '"':
			text, err := d.Text()
			_, ok := parts(text)
			found = err == nil && ok && strings.Contains(text, "/")
		}
		return scan.ErrStop
	}
	err := d.Object("", func(name []byte) error {
		switch string(name) {
		case "meta":
			return scan.ErrStop
		case "coverage":
			return d.Object("", func([]byte) error {
				if d.Peek() == '[' {
					return d.Array("", func(int) error { return value() })
				}
				return d.Object("", func(name []byte) error {
					if _, ok := scan.Uint(name); !ok {
						nulls = false
						return scan.ErrStop
					}
					return value()
				})
			})
		}
		return d.Skip()
	})
	return found || nulls && !errors.Is(err, scan.ErrStop)
}

// Read reads a profile. Files that stand in it twice are summed.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{JSON: scan.NewJSON(r, limits), report: &coverage.Report{Counted: true}}
	p.files = scan.NewFiles(p.report, limits)
	if err := p.End(p.root()); err != nil {
		return nil, err
	}
	return p.files.End(), nil
}

type parser struct {
	*scan.JSON
	report *coverage.Report
	files  *scan.Files
}

func (p *parser) root() error {
	found := false
	err := p.Object("an object with coverage", func(name []byte) error {
		if string(name) != "coverage" {
			return p.Skip()
		}
		found = true
		return p.Object("an object of files", func(name []byte) error { return p.file(string(name)) })
	})
	if err == nil && !found {
		err = errors.New("want coverage in a profile for Codecov, have none")
	}
	return err
}

func (p *parser) file(name string) error {
	f, err := p.files.File(name)
	if err != nil {
		return err
	}
	if p.Peek() == '[' {
		return p.Array("an array of lines", func(i int) error {
			if i == 0 {
				return p.Skip()
			}
			return p.line(f, uint64(i))
		})
	}
	return p.Object("an array or object of lines", func(name []byte) error {
		n, ok := scan.Uint(name)
		if !ok {
			return fmt.Errorf("want the number of a line as the name of a member at %s", p.Where())
		}
		return p.line(f, n)
	})
}

func (p *parser) line(f *coverage.File, n uint64) error {
	l := coverage.Line{}
	switch p.Peek() {
	case 'n':
		return p.Skip()
	case 't', 'f': // true is for a line that ran in part
		ran, err := p.Boolean()
		if err != nil {
			return err
		}
		if p.report.Counted = false; ran {
			l.Count = 1
		}
	case '"':
		text, err := p.Text()
		if err != nil {
			return err
		}
		var ok bool
		if l.Count, ok = parts(text); !ok {
			return fmt.Errorf("want a count or parts such as 1/2 at %s", p.Where())
		}
		if strings.Contains(text, "/") {
			p.report.Counted = false
		}
	default:
		var err error
		if l.Count, err = p.Number(); err != nil {
			return err
		}
	}
	var ok bool
	if l.Number, ok = p.files.Places.Line(n); ok {
		f.Lines = append(f.Lines, l)
	}
	return nil
}

// parts reads "1/2", of which it is 1 where any part ran, or a count in a string.
func parts(text string) (count uint64, ok bool) {
	ran, all, two := strings.Cut(text, "/")
	count, err := strconv.ParseUint(ran, 10, 63)
	if !two || err != nil {
		return count, err == nil
	}
	of, err := strconv.ParseUint(all, 10, 63)
	return min(count, 1), err == nil && count <= of
}
