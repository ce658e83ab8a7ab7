// Package coveralls reads the JSON that tools send to Coveralls, and leave behind, as excoveralls does. The format is
// that of Coveralls' documentation, "API reference": files with an array that has the runs of each line.
//
// It names no functions. Of the token and the texts of sources that it may have nothing is kept.
package coveralls

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether a profile that begins with head is one for Coveralls.
func Sniff(head []byte) bool {
	d := scan.NewJSON(bytes.NewReader(head), scan.Limits{})
	found := false
	_ = d.Object("", func(name []byte) error {
		if string(name) != "source_files" {
			return d.Skip()
		}
		found = d.Peek() == '['
		return scan.ErrStop
	})
	return found
}

// Read reads a profile. Files that stand in it twice are summed.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{JSON: scan.NewJSON(r, limits), limits: limits, report: &coverage.Report{Counted: true}}
	p.files = scan.NewFiles(p.report, limits)
	if err := p.End(p.root()); err != nil {
		return nil, err
	}
	return p.files.End(), nil
}

type parser struct {
	*scan.JSON
	limits scan.Limits
	report *coverage.Report
	files  *scan.Files
}

func (p *parser) root() error {
	found := false
	err := p.Object("an object with source_files", func(name []byte) error {
		if string(name) != "source_files" {
			return p.Skip()
		}
		found = true
		return p.Array("an array of files", func(int) error { return p.file() })
	})
	if err == nil && !found {
		err = errors.New("want source_files in a profile for Coveralls, have none")
	}
	return err
}

func (p *parser) file() error {
	name, known := "", false
	var f coverage.File
	err := p.Object("a file as an object", func(member []byte) (err error) {
		switch string(member) {
		case "name":
			name, err = p.Text()
		case "coverage":
			known = true
			if p.Peek() == '"' {
				return p.quoted(&f)
			}
			err = p.lines(p.JSON, &f)
		case "branches":
			if p.Peek() != '[' {
				return p.Skip()
			}
			err = p.branches(&f)
		default:
			err = p.Skip()
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case name == "" || !known:
		return fmt.Errorf("want name and coverage in %s", p.Where())
	}
	to, err := p.files.File(name)
	if err != nil {
		return err
	}
	to.Lines, to.Branches = append(to.Lines, f.Lines...), append(to.Branches, f.Branches...)
	return nil
}

// quoted reads an array of lines that some tools have in a string.
func (p *parser) quoted(f *coverage.File) error {
	text, err := p.Text()
	if err != nil {
		return err
	}
	inner := scan.NewJSON(strings.NewReader(text), p.limits)
	if inner.End(p.lines(inner, f)) != nil {
		return fmt.Errorf("want an array of counts, or one in a string, at %s", p.Where())
	}
	return nil
}

func (p *parser) lines(d *scan.JSON, f *coverage.File) error {
	return d.Array("an array of counts", func(i int) error {
		if d.Peek() == 'n' {
			return d.Skip()
		}
		n, err := d.Number()
		if err != nil {
			return err
		}
		if line, ok := p.files.Places.Line(uint64(i) + 1); ok {
			f.Lines = append(f.Lines, coverage.Line{Number: line, Count: n})
		}
		return nil
	})
}

// branches reads rows of a line, a block, a way and its runs, one behind the other.
func (p *parser) branches(f *coverage.File) error {
	const columns, most = 4, 1<<32 - 1
	var row [columns]uint64
	return p.Array("an array of numbers", func(i int) (err error) {
		if row[i%columns], err = p.Number(); err != nil || i%columns < columns-1 {
			return err
		}
		if line, ok := p.files.Places.Line(row[0]); ok {
			f.Branches = append(f.Branches, coverage.Branch{Line: line, Block: uint32(min(row[1], most)), Way: uint32(min(row[2], most)), Count: row[3]})
		}
		return nil
	})
}
