// Package istanbul reads Istanbul's coverage-final.json, which nyc, c8, jest, vitest, karma and
// others write. The format is the type FileCoverageData of the library istanbul-lib-coverage: for
// every file what there is to cover (statementMap, fnMap, branchMap) and how often each ran
// (s, f, b).
//
// Columns are those of the file and one more, as Istanbul counts from 0. It counts UTF-16 code units.
package istanbul

import (
	"bytes"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether a profile that begins with head is Istanbul's: an object of files, the first
// of which has its path or one of the maps. An empty object is a run that loaded no file.
func Sniff(head []byte) bool {
	dec := newDecoder(bytes.NewReader(head))
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '{' {
		return false
	}
	tok, err := dec.ReadToken()
	if err != nil {
		return false
	}
	if tok.Kind() == '}' {
		return len(bytes.TrimSpace(dec.UnreadBuffer())) == 0
	}
	file := tok.String()
	if tok, err = dec.ReadToken(); err != nil || tok.Kind() != '{' {
		return false
	}
	for {
		tok, err := dec.ReadToken()
		if err != nil || tok.Kind() == '}' {
			return false
		}
		switch tok.String() {
		case "statementMap", "fnMap", "branchMap":
			return dec.PeekKind() == '{'
		case "path":
			tok, err := dec.ReadToken()
			if err != nil {
				return false
			}
			if tok.Kind() == '"' && tok.String() == file {
				return true
			}
			if k := tok.Kind(); k == '{' || k == '[' {
				return false
			}
		default:
			if dec.SkipValue() != nil {
				return false
			}
		}
	}
}

// Read reads a profile. Files that stand in it twice are summed.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{dec: newDecoder(r), limits: limits, files: map[string]*coverage.File{}, report: &coverage.Report{Counted: true}}
	err := p.object("the files of an Istanbul report", p.file)
	if err == nil {
		err = p.end()
	}
	if err != nil {
		return nil, err
	}
	coverage.SortFiles(p.report.Files)
	return p.report, nil
}

type parser struct {
	dec    *jsontext.Decoder
	limits scan.Limits
	report *coverage.Report
	files  map[string]*coverage.File // by name
	warned map[string]bool           // by the sort of warning
}

// warn tells a sort of oddity once for a profile.
func (p *parser) warn(sort, text string) {
	if p.warned == nil {
		p.warned = map[string]bool{}
	}
	if !p.warned[sort] {
		p.warned[sort] = true
		p.report.Warnings = append(p.report.Warnings, coverage.Warning{Text: text})
	}
}

// entry is what the report has on one file.
type entry struct {
	path      string
	stmts     []statement
	funcs     []function
	branches  []branch
	s, f      []count
	b         []counts
	has, runs bool // statementMap and s were there
	tellsFns  bool // fnMap was there
}

type statement struct {
	id  string
	loc location
}

type function struct {
	id, name  string
	decl, loc location
	line      uint32
}

type branch struct {
	id   string
	loc  location
	line uint32
	ways []location
}

type count struct {
	id string
	n  uint64
}

type counts struct {
	id string
	n  []uint64
}

func (p *parser) file(name string) error {
	e := entry{path: name}
	if err := p.object("statementMap, s and so on of a file", func(member string) error { return p.member(&e, member) }); err != nil {
		return err
	}
	if !e.has || !e.runs {
		return fmt.Errorf("want statementMap and s for the file %s", scan.Quote([]byte(name)))
	}
	if e.path == "" {
		return p.wrong("the path of a file")
	}
	f := &coverage.File{Name: e.path, Unit: coverage.Statements}
	f.Regions, f.Lines = p.statements(&e)
	f.Branches = p.branches(&e)
	f.Funcs = p.funcs(&e)
	if known := p.files[e.path]; known != nil {
		*known = *coverage.Merge(known, f)
		return nil
	}
	if p.limits.Files > 0 && len(p.files) >= p.limits.Files {
		return fmt.Errorf("more than %d files (limits.files)", p.limits.Files)
	}
	p.files[e.path] = f
	p.report.Files = append(p.report.Files, f)
	return nil
}

func (p *parser) member(e *entry, name string) error {
	switch name {
	case "path":
		if p.dec.PeekKind() != '"' {
			return p.skip()
		}
		tok, err := p.token()
		if path := tok.String(); err == nil && path != "" {
			e.path = path
		}
		return err
	case "statementMap":
		e.has, e.stmts = true, nil
		return p.object("statementMap", func(id string) error {
			loc, err := p.location()
			e.stmts = append(e.stmts, statement{id, loc})
			return err
		})
	case "s":
		e.runs, e.s = true, nil
		return p.object("s", p.countInto(&e.s))
	case "fnMap":
		e.tellsFns, e.funcs = true, nil
		return p.object("fnMap", func(id string) error { return p.function(e, id) })
	case "f":
		e.f = nil
		return p.object("f", p.countInto(&e.f))
	case "branchMap":
		e.branches = nil
		return p.object("branchMap", func(id string) error { return p.branch(e, id) })
	case "b":
		e.b = nil
		return p.object("b", func(id string) error {
			c := counts{id: id}
			err := p.array("the counts of a branch", func() error {
				n, err := p.count()
				c.n = append(c.n, n)
				return err
			})
			e.b = append(e.b, c)
			return err
		})
	}
	return p.skip()
}

func (p *parser) countInto(to *[]count) func(id string) error {
	return func(id string) error {
		n, err := p.count()
		*to = append(*to, count{id, n})
		return err
	}
}

func (p *parser) function(e *entry, id string) error {
	f := function{id: id}
	err := p.object("a function", func(member string) (err error) {
		switch member {
		case "name":
			if p.dec.PeekKind() != '"' {
				return p.skip()
			}
			tok, err := p.token()
			f.name = tok.String()
			return err
		case "decl":
			f.decl, err = p.location()
		case "loc":
			f.loc, err = p.location()
		case "line":
			f.line, err = p.line()
		default:
			err = p.skip()
		}
		return err
	})
	e.funcs = append(e.funcs, f)
	return err
}

func (p *parser) branch(e *entry, id string) error {
	b := branch{id: id}
	err := p.object("a branch", func(member string) (err error) {
		switch member {
		case "loc":
			b.loc, err = p.location()
		case "line":
			b.line, err = p.line()
		case "locations":
			b.ways = nil
			err = p.array("the locations of a branch", func() error {
				loc, err := p.location()
				b.ways = append(b.ways, loc)
				return err
			})
		default:
			err = p.skip()
		}
		return err
	})
	e.branches = append(e.branches, b)
	return err
}
