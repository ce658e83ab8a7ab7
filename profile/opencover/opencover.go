// Package opencover reads the XML of OpenCover, which coverlet and AltCover write, too. The format is that of the
// classes in OpenCover.Framework's folder Model (https://github.com/OpenCover/opencover).
//
// A line is covered where a sequence point on it was visited. Ways out of decisions are the branch points; that
// OpenCover's own sums have one more for each method is left out.
package opencover

import (
	"errors"
	"io"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/dotnet"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether XML that begins with head is OpenCover's.
func Sniff(head []byte) bool { return scan.Root(head) == "CoverageSession" }

// Read reads a report. What can't be read is a *coverage.LineError.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{x: scan.NewXML(r, limits), report: &coverage.Report{Counted: true}, names: map[string]string{}}
	p.warn = scan.Once(p.report)
	p.files = dotnet.NewFiles(p.report, limits)
	if err := p.x.Each(p.element); err != nil {
		return nil, err
	}
	p.files.End()
	return p.report, nil
}

type parser struct {
	x      *scan.XML
	report *coverage.Report
	files  *dotnet.Files
	names  map[string]string // of files, by their uid
	warn   func(sort, text string)
	// The file that the last point was of, and its uid; "" for none.
	at  *dotnet.File
	uid string

	// skipped is the element around what was left out of the measurement, "" outside of such.
	skipped  string
	inMethod bool
	// Of the method at hand:
	id     int
	named  bool
	file   string // the uid of its file, "" where each point has its own
	points []point
}

// point is where the code of a statement begins.
type point struct {
	offset, line uint64
	file         string
}

func (p *parser) element(name string, start bool) error {
	if p.skipped != "" {
		if name == p.skipped && !start {
			p.skipped = ""
		}
		return nil
	}
	if start {
		return p.start(name)
	}
	switch name {
	case "Name":
		if p.inMethod {
			p.id, p.named = p.files.Method("", p.x.Text()), true
		}
	case "Method":
		p.inMethod = false
	}
	return nil
}

func (p *parser) start(name string) error {
	switch name {
	case "Module", "Class", "Method":
		if _, ok := p.x.Attr("skippedDueTo"); ok {
			p.skipped = name
			return nil
		}
		if name == "Method" {
			p.inMethod, p.named, p.file, p.points = true, false, "", p.points[:0]
		}
	case "File":
		uid, _ := p.x.Attr("uid")
		path, ok := p.x.Attr("fullPath")
		if !ok || path == "" {
			return errors.New(`want <File uid="…" fullPath="…">`)
		}
		p.names[uid] = path
		p.uid = "" // which may be another file's from here on
	case "FileRef":
		p.file, _ = p.x.Attr("uid")
	case "SequencePoint", "BranchPoint":
		return p.point(name == "BranchPoint")
	}
	return nil
}

func (p *parser) point(branch bool) error {
	if !p.named {
		return errors.New("want the <Name> of a method before its points")
	}
	count, ok := p.x.Number("vc")
	line, ok2 := p.x.Number("sl")
	if !ok || !ok2 && !branch {
		return errors.New(`want <SequencePoint vc="…" sl="…">`)
	}
	offset, _ := p.x.Number("offset")
	uid := p.uid
	if uid == "" || !p.x.Is("fileid", uid) {
		if uid, ok = p.x.Attr("fileid"); !ok || uid == "0" {
			uid = p.file
		}
	}
	if branch && line == 0 {
		line, uid = p.statement(offset, uid)
		if line == 0 {
			p.warn("way", "branch points of no line were passed over")
			return nil
		}
	}
	if uid == "" || uid == "0" {
		p.warn("file", "points of no file were passed over")
		return nil
	}
	if uid != p.uid {
		path, ok := p.names[uid]
		if !ok {
			return errors.New(`want a <File uid="…"> with the fileid of the point before it`)
		}
		f, err := p.files.File(path)
		if err != nil {
			return err
		}
		p.uid, p.at = uid, f
	}
	if branch {
		way, _ := p.x.Number("path")
		return p.at.Way(p.id, line, offset, way, count)
	}
	last, _ := p.x.Number("el")
	p.points = append(p.points, point{offset, line, uid})
	return p.at.Point(p.id, line, last, count)
}

// statement is where the statement stands whose code an offset is in, as old versions have no lines for branches.
func (p *parser) statement(offset uint64, uid string) (line uint64, file string) {
	file = uid
	for _, s := range p.points {
		if s.offset > offset {
			break
		}
		line, file = s.line, s.file
	}
	return line, file
}
