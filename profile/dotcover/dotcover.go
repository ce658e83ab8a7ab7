// Package dotcover reads the detailed XML of JetBrains dotCover, which lists the statements of methods.
//
// It tells which statements ran, and not how often.
package dotcover

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/dotnet"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether XML that begins with head is dotCover's.
func Sniff(head []byte) bool {
	return scan.Root(head) == "Root" && (bytes.Contains(head, []byte("DotCoverVersion=")) || bytes.Contains(head, []byte("CoveredStatements=")))
}

var errSums = errors.New("the report has sums but no statements: let dotCover write DetailedXML (--ReportType=DetailedXML)")

// Read reads a report. One without statements is an error.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{x: scan.NewXML(r, limits), report: &coverage.Report{}, names: map[string]string{}}
	p.files = dotnet.NewFiles(p.report, limits)
	err := p.x.Each(func(name string, start bool) error {
		if start {
			return p.start(name)
		}
		return p.stop(name)
	})
	if err != nil {
		return nil, err
	}
	p.files.End()
	return p.report, nil
}

type parser struct {
	x      *scan.XML
	report *coverage.Report
	files  *dotnet.Files
	names  map[string]string // of files, by their index
	total  uint64            // how many statements there are to be
	found  bool              // there is one
	space  string            // the namespace at hand
	types  []string          // those around what is at hand
	// methods are those around what is at hand.
	methods []int
}

func (p *parser) start(name string) error {
	switch name {
	case "Root":
		p.total, _ = p.x.Number("TotalStatements")
	case "FileIndices", "Assembly":
	case "File":
		index, _ := p.x.Attr("Index")
		path, ok := p.x.Attr("Name")
		if !ok || path == "" {
			return errors.New(`want <File Index="…" Name="…">`)
		}
		p.names[index] = path
	case "Namespace":
		p.space, _ = p.x.Attr("Name")
	case "Type":
		own, _ := p.x.Attr("Name")
		p.types = append(p.types, own)
	case "Statement":
		return p.statement()
	default:
		own, _ := p.x.Attr("Name")
		class := strings.Join(p.types, "/")
		if p.space != "" {
			class = p.space + "." + class
		}
		p.methods = append(p.methods, p.files.Method(class, own))
	}
	return nil
}

func (p *parser) stop(name string) error {
	switch name {
	case "Root":
		if p.total > 0 && !p.found {
			return errSums
		}
	case "FileIndices", "Assembly", "File", "Statement":
	case "Namespace":
		p.space = ""
	case "Type":
		p.types = p.types[:len(p.types)-1]
	default:
		p.methods = p.methods[:len(p.methods)-1]
	}
	return nil
}

func (p *parser) statement() error {
	p.found = true
	line, ok := p.x.Number("Line")
	covered, ok2 := p.x.Attr("Covered")
	if !ok || !ok2 || len(p.methods) == 0 {
		return errors.New(`want <Statement FileIndex="…" Line="…" Covered="…"> in a method`)
	}
	index, _ := p.x.Attr("FileIndex")
	path, ok := p.names[index]
	if !ok {
		return errors.New(`want a <File Index="…"> with the FileIndex of the statement`)
	}
	f, err := p.files.File(path)
	if err != nil {
		return err
	}
	last, _ := p.x.Number("EndLine")
	count := uint64(0)
	if strings.EqualFold(covered, "true") {
		count = 1
	}
	return f.Point(p.methods[len(p.methods)-1], line, last, count)
}
