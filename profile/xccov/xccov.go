// Package xccov reads the JSON that Xcode's `xcrun xccov view` prints of a result bundle: with --archive, the lines of
// every file and how often each ran, or with --report, the functions of every file of every target. The manual page
// xccov(1) names the options; the members are those that Xcode 11 to 16 print.
package xccov

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// kind is what a text holds.
type kind uint8

const (
	none    kind = iota
	report       // targets, files and functions
	archive      // lines
)

// Sniff reports whether a profile that begins with head is one of xccov.
func Sniff(head []byte) bool { return kindOf(head) != none }

func kindOf(head []byte) (k kind) {
	has := func(name string) bool { return bytes.Contains(head, []byte(name)) }
	d := scan.NewJSON(bytes.NewReader(head), scan.Limits{})
	_ = d.Object("", func(name []byte) error {
		switch string(name) {
		case "targets":
			if d.Peek() == '[' && (has(`"lineCoverage"`) || has(`"executableLines"`)) {
				k = report
			}
			return scan.ErrStop
		case "coveredLines", "executableLines", "lineCoverage":
			if d.Peek() != '0' {
				return scan.ErrStop
			}
			if has(`"targets"`) {
				k = report
			}
			return d.Skip()
		}
		// A path and its lines.
		if d.Peek() != '[' || !has(`"isExecutable"`) {
			return scan.ErrStop
		}
		_ = d.Array("", func(int) error {
			return d.Object("", func(name []byte) error {
				switch string(name) {
				case "line", "isExecutable", "executionCount", "subranges":
					k = archive
				}
				return scan.ErrStop
			})
		})
		return scan.ErrStop
	})
	return k
}

// Read reads either. A report has no lines, which is told: its files have functions alone.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{
		JSON: scan.NewJSON(r, limits), limits: limits,
		files: map[string]*coverage.File{}, report: &coverage.Report{Counted: true},
	}
	p.warn = scan.Once(p.report)
	p.places = scan.NewPlaces(limits, p.warn)
	if err := p.End(p.root()); err != nil {
		return nil, err
	}
	coverage.SortFiles(p.report.Files)
	return p.report, nil
}

type parser struct {
	*scan.JSON
	limits scan.Limits
	report *coverage.Report
	files  map[string]*coverage.File // by name
	places *scan.Places
	warn   func(sort, text string)
}

func (p *parser) root() error {
	return p.Object("an object", func(name []byte) error {
		switch string(name) {
		case "targets":
			return p.Array("an array", func(int) error { return p.target() })
		case "coveredLines", "executableLines", "lineCoverage":
			return p.Skip()
		}
		if p.Peek() != '[' {
			return p.Skip()
		}
		return p.lines(string(name))
	})
}

// add takes a file. One that is in several targets is summed.
func (p *parser) add(f *coverage.File) error {
	if f.Name == "" {
		return fmt.Errorf("want the path of a file in %s", cmp.Or(p.Path(), "/"))
	}
	f.Lines, f.Funcs = coverage.SumLines(f.Lines), coverage.SortFuncs(f.Funcs)
	if known := p.files[f.Name]; known != nil {
		*known = *coverage.Merge(known, f)
		return nil
	}
	if err := p.limits.CheckFiles(len(p.files) + 1); err != nil {
		return err
	}
	p.files[f.Name] = f
	p.report.Files = append(p.report.Files, f)
	return nil
}

// lines reads the lines of a file of an archive.
func (p *parser) lines(path string) error {
	f := &coverage.File{Name: path, Unit: coverage.Lines}
	err := p.Array("an array", func(int) error {
		var n, count uint64
		runs, numbered := false, false
		err := p.Object("a line as an object", func(name []byte) (err error) {
			switch string(name) {
			case "line":
				numbered = true
				n, err = p.Number()
			case "isExecutable":
				runs, err = p.Boolean()
			case "executionCount":
				if p.Peek() == 'n' {
					return p.Skip()
				}
				count, err = p.Number()
			default:
				err = p.Skip()
			}
			return err
		})
		switch {
		case err != nil:
			return err
		case !numbered:
			return fmt.Errorf("want line and isExecutable in %s", p.Path())
		}
		number, ok := p.places.Line(n)
		if !ok {
			return nil
		}
		if runs {
			f.Lines = append(f.Lines, coverage.Line{Number: number, Count: count})
		}
		return nil
	})
	if err != nil {
		return err
	}
	return p.add(f)
}

var errTargets = errors.New("the report has targets but no files: run xcrun xccov view --report without --only-targets, or with --archive")

func (p *parser) target() error {
	files := false
	err := p.Object("a target as an object", func(name []byte) error {
		if string(name) != "files" {
			return p.Skip()
		}
		files = true
		return p.Array("an array", func(int) error { return p.file() })
	})
	if err == nil && !files {
		return errTargets
	}
	return err
}

func (p *parser) file() error {
	f := &coverage.File{Unit: coverage.Lines}
	base, functions := "", false
	var lines uint64
	err := p.Object("a file as an object", func(name []byte) (err error) {
		switch string(name) {
		case "path":
			f.Name, err = p.Text()
		case "name":
			base, err = p.Text()
		case "executableLines":
			lines, err = p.Number()
		case "functions":
			functions, f.Funcs = true, []coverage.Func{}
			err = p.Array("an array", func(int) error { return p.function(f) })
		default:
			err = p.Skip()
		}
		return err
	})
	if err != nil {
		return err
	}
	f.Name = cmp.Or(f.Name, base)
	switch {
	case !functions && lines > 0:
		p.warn("sums", "the report has sums of files without their functions; xcrun xccov view --archive --json has the lines")
	case len(f.Funcs) > 0:
		p.warn("lines", "the report has functions and no lines; xcrun xccov view --archive --json has the lines")
	}
	return p.add(f)
}

// compiled reports whether a name is that of a part of another function, or of what a compiler of Swift has made.
func compiled(name string) bool {
	for _, prefix := range [...]string{"closure #", "$defer #", "implicit closure #", "default argument ", "variable initialization expression of "} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func (p *parser) function(f *coverage.File) error {
	fn := coverage.Func{Counted: true}
	var line uint64
	known := false
	err := p.Object("a function as an object", func(name []byte) (err error) {
		switch string(name) {
		case "name":
			fn.Name, err = p.Text()
		case "lineNumber":
			line, err = p.Number()
		case "executionCount":
			known = true
			fn.Count, err = p.Number()
		default:
			err = p.Skip()
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case !known:
		return fmt.Errorf("want lineNumber and executionCount in %s", p.Path())
	}
	if compiled(fn.Name) {
		return nil
	}
	var ok bool
	if fn.Span.Start, ok = p.places.Start(line, 1); ok {
		fn.Name, fn.Receiver = swiftName(fn.Name)
		f.Funcs = append(f.Funcs, fn)
	}
	return nil
}
