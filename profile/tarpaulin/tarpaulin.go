// Package tarpaulin reads tarpaulin-report.json, which `cargo tarpaulin --out Json` writes of Rust. The format is the
// struct CoverageReport in src/report/json.rs of https://github.com/xd009642/tarpaulin.
//
// It names no functions. Of the texts of sources that it has nothing is kept.
package tarpaulin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether a profile that begins with head is tarpaulin's: it has files, the first of which has its path
// in parts.
func Sniff(head []byte) bool {
	d := scan.NewJSON(bytes.NewReader(head), scan.Limits{})
	found := false
	_ = d.Object("", func(name []byte) error {
		if string(name) != "files" {
			return scan.ErrStop
		}
		return d.Array("", func(int) error {
			return d.Object("", func(name []byte) error {
				found = string(name) == "path" && d.Peek() == '['
				return scan.ErrStop
			})
		})
	})
	return found
}

// Read reads a report. Files that stand in it twice are summed.
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
	err := p.Object("an object with files", func(name []byte) error {
		if string(name) != "files" {
			return p.Skip()
		}
		found = true
		return p.Array("an array of files", func(int) error { return p.file() })
	})
	if err == nil && !found {
		err = errors.New("want files in a report of tarpaulin, have none")
	}
	return err
}

func (p *parser) file() error {
	name, traces := "", false
	var lines []coverage.Line
	err := p.Object("a file as an object", func(member []byte) (err error) {
		switch string(member) {
		case "path":
			name, err = p.path()
		case "traces":
			traces = true
			err = p.Array("an array of traces", func(int) error {
				l, ok, err := p.trace()
				if ok {
					lines = append(lines, l)
				}
				return err
			})
		default:
			err = p.Skip()
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case name == "" || !traces:
		return fmt.Errorf("want path and traces in %s", p.Where())
	}
	f, err := p.files.File(name)
	if err != nil {
		return err
	}
	f.Lines = append(f.Lines, lines...)
	return nil
}

// path reads the parts of a path, such as "/", "srv", "lib.rs", or "C:", "\\", "lib.rs".
func (p *parser) path() (string, error) {
	var parts []string
	size, between := 0, "/"
	err := p.Array("an array of the parts of a path", func(i int) error {
		part, err := p.Text()
		if size += len(part) + 1; err == nil {
			err = scan.CheckName(size)
		}
		if part == "/" || part == `\` { // the root, which may stand behind a drive
			between, part = part, ""
			if i > 0 {
				return err
			}
		}
		parts = append(parts, part)
		return err
	})
	return strings.Join(parts, between), err
}

// trace reads a line with its runs. ok is false for what is no line.
func (p *parser) trace() (l coverage.Line, ok bool, err error) {
	var line uint64
	known := false
	err = p.Object("a trace as an object", func(name []byte) (err error) {
		switch {
		case string(name) == "line":
			line, err = p.Number()
		case string(name) == "stats" && p.Peek() == '{':
			err = p.Object("stats", func(name []byte) (err error) {
				if string(name) != "Line" {
					return p.Skip()
				}
				known = true
				l.Count, err = p.Number()
				return err
			})
		default:
			err = p.Skip()
		}
		return err
	})
	if err != nil || !known {
		return l, false, err
	}
	l.Number, ok = p.files.Places.Line(line)
	return l, ok, nil
}
