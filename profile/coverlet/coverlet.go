// Package coverlet reads coverage.json, which coverlet (https://github.com/coverlet-coverage/coverlet) writes where it
// is asked for no other format. That is its class CoverageResult: modules with files with classes with methods, which
// have the runs of lines and the ways out of decisions.
package coverlet

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/dotnet"
	"github.com/covls/covls/profile/scan"
)

// levels is how deep a method's members are.
const levels = 4

// Sniff reports whether a profile that begins with head is coverlet's: the first method has lines or branches.
func Sniff(head []byte) bool {
	d := scan.NewJSON(bytes.NewReader(head), scan.Limits{})
	found, modules := false, false
	var level func(n int) error
	level = func(n int) error {
		return d.Object("", func(name []byte) error {
			if n == levels {
				found = string(name) == "Lines" || string(name) == "Branches"
				return scan.ErrStop
			}
			if n == 0 {
				modules = strings.HasSuffix(string(name), ".dll") || strings.HasSuffix(string(name), ".exe")
			}
			return level(n + 1)
		})
	}
	err := level(0)
	return found || modules && d.End(err) == nil
}

// Read reads a profile. Methods that several modules have are one.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{JSON: scan.NewJSON(r, limits), report: &coverage.Report{Counted: true}}
	p.files = dotnet.NewFiles(p.report, limits)
	err := p.Object("an object of modules", func([]byte) error {
		return p.Object("an object of files", func(name []byte) error { return p.file(string(name)) })
	})
	if err := p.End(err); err != nil {
		return nil, err
	}
	p.files.End()
	return p.report, nil
}

type parser struct {
	*scan.JSON
	report *coverage.Report
	files  *dotnet.Files
}

func (p *parser) file(name string) error {
	f, err := p.files.File(name)
	if err != nil {
		return err
	}
	return p.Object("an object of classes", func([]byte) error {
		return p.Object("an object of methods", func(name []byte) error {
			return p.method(f, p.files.Method("", string(name)))
		})
	})
}

func (p *parser) method(f *dotnet.File, id int) error {
	return p.Object("a method as an object", func(name []byte) error {
		if p.Peek() == 'n' {
			return p.Skip()
		}
		switch string(name) {
		case "Lines":
			return p.Object("an object of lines", func(name []byte) error {
				line, err := strconv.ParseUint(string(name), 10, 64)
				if err != nil {
					return fmt.Errorf("want the number of a line as the name of a member at %s", p.Where())
				}
				count, err := p.Number()
				if err != nil {
					return err
				}
				return f.Point(id, line, 0, count)
			})
		case "Branches":
			return p.Array("an array of branches", func(int) error { return p.way(f, id) })
		}
		return p.Skip()
	})
}

func (p *parser) way(f *dotnet.File, id int) error {
	var line, offset, path, hits uint64
	known := false
	err := p.Object("a branch as an object", func(name []byte) (err error) {
		switch string(name) {
		case "Line":
			line, err = p.Number()
		case "Offset":
			offset, err = p.Number()
		case "Path":
			path, err = p.Number()
		case "Hits":
			known = true
			hits, err = p.Number()
		default:
			err = p.Skip()
		}
		return err
	})
	if err == nil && !known {
		err = fmt.Errorf("want Line and Hits in %s", p.Where())
	}
	if err != nil {
		return err
	}
	return f.Way(id, line, offset, path, hits)
}
