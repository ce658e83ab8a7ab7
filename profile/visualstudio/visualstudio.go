// Package visualstudio reads the XML that Microsoft's coverage tools write: <results>, of dotnet-coverage and
// CodeCoverage.exe (https://github.com/microsoft/codecoverage), and <CoverageDSPriv>, which Visual Studio exports as
// .coveragexml.
//
// They tell which stretches ran, and not how often. A line of which a part ran is covered.
package visualstudio

import (
	"errors"
	"io"
	"strconv"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/dotnet"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether XML that begins with head is of one of the two kinds.
func Sniff(head []byte) bool {
	root, child := scan.Outer(head)
	return root == "CoverageDSPriv" || root == "results" && (child == "modules" || child == "module")
}

// Read reads a report. What can't be read is a *coverage.LineError.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{x: scan.NewXML(r, limits), report: &coverage.Report{}, names: map[string]string{}, method: -1}
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
	// names of files stand behind what is in them, those of <results> in each module.
	names   map[string]string
	ranges  []stretch
	method  int // -1 outside of methods
	inLines bool
	at      stretch // of <CoverageDSPriv>, the one at hand
	own     string  // of <CoverageDSPriv>, the class at hand
	id      string  // of <CoverageDSPriv>, the file at hand
}

// stretch is a part of a method.
type stretch struct {
	method      int
	file        string
	first, last uint64
	ran, known  bool
}

func (p *parser) start(name string) error {
	switch name {
	case "function":
		own, _ := p.x.Attr("name")
		class, _ := p.x.Attr("type_name")
		if space, _ := p.x.Attr("namespace"); space != "" && class != "" {
			class = space + "." + class
		}
		p.method = p.files.Method(class, own)
	case "range":
		return p.readRange()
	case "source_file":
		id, _ := p.x.Attr("id")
		path, ok := p.x.Attr("path")
		if !ok || path == "" {
			return errors.New(`want <source_file id="…" path="…">`)
		}
		p.names[id] = path
	case "Method":
		p.method = -1
	case "Lines":
		p.inLines, p.at = true, stretch{method: p.method}
	}
	return nil
}

func (p *parser) readRange() error {
	s := stretch{method: p.method, known: true}
	ran, ok := p.x.Attr("covered")
	var ok2 bool
	if s.first, ok2 = p.x.Number("start_line"); !ok || !ok2 {
		return errors.New(`want <range source_id="…" covered="…" start_line="…">`)
	}
	s.last, _ = p.x.Number("end_line")
	s.file, _ = p.x.Attr("source_id")
	s.ran = ran == "yes" || ran == "partial"
	p.ranges = append(p.ranges, s)
	return nil
}

func (p *parser) stop(name string) error {
	switch name {
	case "module", "results", "CoverageDSPriv":
		return p.flush()
	case "ClassName":
		p.own = p.x.Text()
	case "MethodName":
		p.method = p.files.Method(p.own, p.x.Text())
	case "SourceFileName":
		p.names[p.id] = p.x.Text()
	case "SourceFileID":
		p.id = p.x.Text()
		p.at.file = p.id
	case "LnStart", "LnEnd", "Coverage":
		if !p.inLines {
			return nil
		}
		n, err := strconv.ParseUint(p.x.Text(), 10, 64)
		if err != nil {
			return errors.New("want a number in <" + name + ">")
		}
		switch name {
		case "LnStart":
			p.at.first = n
		case "LnEnd":
			p.at.last = n
		default:
			const missed = 2
			p.at.ran, p.at.known = n < missed, true
		}
	case "Lines":
		if p.inLines {
			p.inLines = false
			if !p.at.known || p.at.file == "" {
				return errors.New("want <LnStart>, <Coverage> and <SourceFileID> in <Lines>")
			}
			p.ranges = append(p.ranges, p.at)
		}
	}
	return nil
}

// flush puts the stretches into the files that they are in, by names that are known by now.
func (p *parser) flush() error {
	for _, s := range p.ranges {
		name, ok := p.names[s.file]
		if !ok {
			return errors.New("want the name of the file that a stretch is in: <source_file id=\"…\"> behind <range>, or <SourceFileNames>")
		}
		f, err := p.files.File(name)
		if err != nil {
			return err
		}
		count := uint64(0)
		if s.ran {
			count = 1
		}
		if s.method < 0 {
			s.method = p.files.Method("", "")
		}
		if err := f.Point(s.method, s.first, s.last, count); err != nil {
			return err
		}
	}
	p.ranges = p.ranges[:0]
	clear(p.names)
	return nil
}
