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

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether a profile that begins with head is Istanbul's: an object of files, the first
// of which has its path or one of the maps. An empty object is a run that loaded no file.
func Sniff(head []byte) bool {
	d := scan.NewJSON(bytes.NewReader(head), scan.Limits{})
	found := false
	err := d.Object("", func(file []byte) error {
		_ = d.Object("", func(name []byte) error {
			switch string(name) {
			case "statementMap", "fnMap", "branchMap":
				found = d.Peek() == '{'
				return scan.ErrStop
			case "path":
				switch d.Peek() {
				case '"':
					path, err := d.Text()
					if found = err == nil && path == string(file); found {
						return scan.ErrStop
					}
					return err
				case '{', '[':
					return scan.ErrStop
				}
			}
			return d.Skip()
		})
		return scan.ErrStop // the first file tells
	})
	return found || d.End(err) == nil
}

// Read reads a profile. Files that stand in it twice are summed.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{JSON: scan.NewJSON(r, limits), limits: limits, files: map[string]*coverage.File{}, report: &coverage.Report{Counted: true}}
	p.warn = scan.Once(p.report)
	p.places = scan.NewPlaces(limits, p.warn)
	err := p.Object("the files of an Istanbul report as an object", func(name []byte) error { return p.file(string(name)) })
	if err := p.End(err); err != nil {
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
	warn   func(sort, text string)
	places *scan.Places
	ids    []string // the names of items, by their place
	entry  entry    // of the file at hand
}

// entry is what the report has on one file. Its memory serves the next file too.
type entry struct {
	path      string
	stmts     []statement
	funcs     []function
	branches  []branch
	ways      []location // of all branches
	s, f      []count
	b         []counts
	taken     []uint64 // the counts of all branches
	has, runs bool     // statementMap and s were there
	tellsFns  bool     // fnMap was there
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
	e := &p.entry
	e.path, e.has, e.runs, e.tellsFns = name, false, false, false
	e.stmts, e.funcs, e.branches, e.ways = e.stmts[:0], e.funcs[:0], e.branches[:0], e.ways[:0]
	e.s, e.f, e.b, e.taken = e.s[:0], e.f[:0], e.b[:0], e.taken[:0]
	if err := p.Object("statementMap, s and so on of a file as an object", func(member []byte) error { return p.member(e, member) }); err != nil {
		return err
	}
	if !e.has || !e.runs {
		return fmt.Errorf("want statementMap and s for the file %s", scan.Quote([]byte(name)))
	}
	if e.path == "" {
		return fmt.Errorf("want the path of a file at %s", p.Where())
	}
	f := &coverage.File{Name: e.path, Unit: coverage.Statements}
	f.Regions, f.Lines = p.statements(e)
	f.Branches = p.branches(e)
	f.Funcs = p.funcs(e)
	if known := p.files[e.path]; known != nil {
		*known = *coverage.Merge(known, f)
		return nil
	}
	if err := p.limits.CheckFiles(len(p.files) + 1); err != nil {
		return err
	}
	p.files[e.path] = f
	p.report.Files = append(p.report.Files, f)
	return nil
}

func (p *parser) member(e *entry, name []byte) error {
	switch string(name) {
	case "path":
		if p.Peek() != '"' {
			return p.Skip()
		}
		path, err := p.Text()
		if path != "" {
			e.path = path
		}
		return err
	case "statementMap":
		e.has, e.stmts = true, e.stmts[:0]
		return p.items("statementMap", func(id string) error {
			loc, err := p.location()
			e.stmts = append(e.stmts, statement{id, loc})
			return err
		})
	case "s":
		e.runs, e.s = true, e.s[:0]
		return p.items("s", p.countInto(&e.s))
	case "fnMap":
		e.tellsFns, e.funcs = true, e.funcs[:0]
		return p.items("fnMap", func(id string) error { return p.function(e, id) })
	case "f":
		e.f = e.f[:0]
		return p.items("f", p.countInto(&e.f))
	case "branchMap":
		e.branches = e.branches[:0]
		return p.items("branchMap", func(id string) error { return p.branch(e, id) })
	case "b":
		e.b = e.b[:0]
		return p.items("b", func(id string) error {
			from := len(e.taken)
			err := p.Array("the counts of a branch as an array", func(int) error {
				n, err := p.count()
				e.taken = append(e.taken, n)
				return err
			})
			e.b = append(e.b, counts{id, e.taken[from:]})
			return err
		})
	}
	return p.Skip()
}

// items reads an object of items. Their names are the same from file to file, and are kept once.
func (p *parser) items(what string, item func(id string) error) error {
	n := 0
	return p.Object(what+" as an object", func(name []byte) error {
		if n == len(p.ids) {
			p.ids = append(p.ids, string(name))
		}
		id := p.ids[n]
		if n++; id != string(name) {
			id = string(name)
		}
		return item(id)
	})
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
	err := p.Object("a function as an object", func(member []byte) (err error) {
		switch string(member) {
		case "name":
			if p.Peek() != '"' {
				return p.Skip()
			}
			f.name, err = p.Text()
		case "decl":
			f.decl, err = p.location()
		case "loc":
			f.loc, err = p.location()
		case "line":
			f.line, err = p.line()
		default:
			err = p.Skip()
		}
		return err
	})
	e.funcs = append(e.funcs, f)
	return err
}

func (p *parser) branch(e *entry, id string) error {
	b := branch{id: id}
	err := p.Object("a branch as an object", func(member []byte) (err error) {
		switch string(member) {
		case "loc":
			b.loc, err = p.location()
		case "line":
			b.line, err = p.line()
		case "locations":
			from := len(e.ways)
			err = p.Array("the locations of a branch as an array", func(int) error {
				loc, err := p.location()
				e.ways = append(e.ways, loc)
				return err
			})
			b.ways = e.ways[from:]
		default:
			err = p.Skip()
		}
		return err
	})
	e.branches = append(e.branches, b)
	return err
}
