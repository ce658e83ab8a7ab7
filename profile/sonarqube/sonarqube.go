// Package sonarqube reads SonarQube's generic coverage, which many tools write for it. The format is that of
// SonarQube's documentation, "Generic test data".
//
// It tells which lines ran, not how often, and names no functions.
package sonarqube

import (
	"bytes"
	"errors"
	"io"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether XML that begins with head is generic coverage: its root is coverage, as Cobertura's, with
// files in it.
func Sniff(head []byte) bool {
	root, child := scan.Outer(head)
	return root == "coverage" && child == "file" && !bytes.Contains(head, []byte("<project")) // which is Clover's
}

// Read reads a report. What can't be read is a *coverage.LineError.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{x: scan.NewXML(r, limits), limits: limits, report: &coverage.Report{}}
	p.files = scan.NewFiles(p.report, limits)
	if err := p.x.Each(p.element); err != nil {
		return nil, err
	}
	for _, f := range p.files.End().Files {
		for i := range f.Lines {
			f.Lines[i].Count = min(f.Lines[i].Count, 1)
		}
	}
	return p.report, nil
}

type parser struct {
	x        *scan.XML
	limits   scan.Limits
	report   *coverage.Report
	files    *scan.Files
	file     *coverage.File // nil outside of files
	branches int            // of all files
}

func (p *parser) element(name string, start bool) error {
	switch {
	case name == "file" && start:
		return p.startFile()
	case name == "file":
		p.file = nil
	case name == "lineToCover" && start && p.file != nil:
		return p.line()
	}
	return nil
}

func (p *parser) startFile() error {
	name, ok := p.x.Attr("path")
	if !ok || name == "" {
		return errors.New(`want <file path="…">`)
	}
	var err error
	p.file, err = p.files.File(name)
	return err
}

func (p *parser) line() error {
	n, ok := p.x.Number("lineNumber")
	covered, ok2 := p.x.Attr("covered")
	if !ok || !ok2 || covered != "true" && covered != "false" {
		return errors.New(`want <lineToCover lineNumber="…" covered="true"> or "false"`)
	}
	number, ok := p.files.Places.Line(n)
	if !ok {
		return nil
	}
	l := coverage.Line{Number: number}
	if covered == "true" {
		l.Count = 1
	}
	p.file.Lines = append(p.file.Lines, l)
	all, _ := p.x.Number("branchesToCover")
	taken, _ := p.x.Number("coveredBranches")
	p.branches += int(min(all, 1<<30))
	if err := p.limits.CheckBranches(p.branches); err != nil {
		return err
	}
	for way := range uint32(all) {
		b := coverage.Branch{Line: number, Way: way}
		if uint64(way) < taken {
			b.Count = 1
		}
		p.file.Branches = append(p.file.Branches, b)
	}
	return nil
}
