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
	p := &parser{x: scan.NewXML(r, limits), limits: limits, files: map[string]*coverage.File{}, report: &coverage.Report{}}
	p.places = scan.NewPlaces(limits, scan.Once(p.report))
	if err := p.x.Each(p.element); err != nil {
		return nil, err
	}
	for _, f := range p.files {
		f.Lines, f.Branches = coverage.SumLines(f.Lines), coverage.SortBranches(f.Branches)
		for i := range f.Lines {
			f.Lines[i].Count = min(f.Lines[i].Count, 1)
		}
		p.report.Files = append(p.report.Files, f)
	}
	coverage.SortFiles(p.report.Files)
	return p.report, nil
}

type parser struct {
	x        *scan.XML
	limits   scan.Limits
	report   *coverage.Report
	files    map[string]*coverage.File // by name
	file     *coverage.File            // nil outside of files
	places   *scan.Places
	branches int // of all files
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
	if p.file = p.files[name]; p.file == nil {
		if err := p.limits.CheckFiles(len(p.files) + 1); err != nil {
			return err
		}
		p.file = &coverage.File{Name: name, Unit: coverage.Lines}
		p.files[name] = p.file
	}
	return nil
}

func (p *parser) line() error {
	n, ok := p.x.Number("lineNumber")
	covered, ok2 := p.x.Attr("covered")
	if !ok || !ok2 || covered != "true" && covered != "false" {
		return errors.New(`want <lineToCover lineNumber="…" covered="true"> or "false"`)
	}
	number, ok := p.places.Line(n)
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
