// Package gcovr reads the JSON that `gcovr --json` writes of GCC's coverage. The format is that of
// gcovr's documentation, "JSON Format Reference", of gcovr 4.2 to 8.
//
// Lines and functions that gcovr calls excluded or noncode do not count, as in its own reports.
package gcovr

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether a profile that begins with head is gcovr's JSON. Its version stands last in
// what versions before 8 write; gcov's own JSON, which is alike, has no "lineno" and tells of each line
// whether it has an "unexecuted_block".
func Sniff(head []byte) bool {
	d := scan.NewJSON(bytes.NewReader(head), scan.Limits{})
	first, kind := "", byte(0)
	err := d.Object("", func(name []byte) error {
		first, kind = string(name), d.Peek()
		return scan.ErrStop
	})
	if !errors.Is(err, scan.ErrStop) || (first != "files" || kind != '[') && (!strings.HasPrefix(first, "gcovr/") || kind != '"') {
		return false
	}
	for _, name := range []string{
		`"gcovr/format_version"`, `"gcovr/summary_format_version"`, `"gcovr/noncode"`, `"gcovr/excluded"`, `"gcovr/md5"`,
	} {
		if bytes.Contains(head, []byte(name)) {
			return true
		}
	}
	has := func(name string) bool { return bytes.Contains(head, []byte(name)) }
	return first == "files" && (has(`"lineno"`) || has(`"line_number"`) && !has(`"unexecuted_block"`))
}

// Read reads gcovr's JSON. A summary has no lines and is an error.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{
		JSON: scan.NewJSON(r, limits), limits: limits,
		files: map[string]*coverage.File{}, report: &coverage.Report{Counted: true},
	}
	p.places = scan.NewPlaces(limits, scan.Once(p.report))
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
}

var errSummary = errors.New("the summary has sums but no lines: run gcovr with --json instead of --json-summary")

func (p *parser) root() error {
	version, files := false, false
	err := p.Object("an object", func(name []byte) error {
		switch string(name) {
		case "gcovr/format_version":
			version = true
		case "gcovr/summary_format_version":
			return errSummary
		case "files":
			files = true
			return p.Array("an array", func(int) error { return p.file() })
		}
		return p.Skip()
	})
	switch {
	case err != nil:
		return err
	case !version || !files:
		return errors.New("want gcovr's JSON, with files and gcovr/format_version")
	}
	return nil
}

func (p *parser) file() error {
	f := &coverage.File{Unit: coverage.Lines}
	lines := false
	err := p.Object("an object", func(name []byte) (err error) {
		switch string(name) {
		case "file":
			f.Name, err = p.Text()
			return err
		case "filename", "line_total":
			return errSummary
		case "lines":
			lines = true
			return p.Array("an array", func(int) error { return p.line(f) })
		case "functions":
			if f.Funcs == nil {
				f.Funcs = []coverage.Func{}
			}
			return p.Array("an array", func(int) error { return p.function(f) })
		}
		return p.Skip()
	})
	switch {
	case err != nil:
		return err
	case f.Name == "" || !lines:
		return fmt.Errorf("want file and lines in %s", p.Path())
	}
	f.Lines = coverage.SumLines(f.Lines)
	f.Branches = coverage.SortBranches(f.Branches) // a line of a template stands once for each instantiation
	f.Funcs = coverage.SortFuncs(f.Funcs)
	f.Sums = coverage.SortSums(f.Sums)
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

func (p *parser) line(f *coverage.File) error {
	var n, count uint64
	var left, known bool // left out, with a count
	var branches []coverage.Branch
	var sum string
	err := p.Object("an object", func(name []byte) (err error) {
		switch string(name) {
		case "line_number":
			n, err = p.Number()
		case "count":
			known = true
			count, err = p.Number()
		case "gcovr/md5":
			if p.Peek() != '"' {
				return p.Skip()
			}
			sum, err = p.Text()
		case "gcovr/noncode", "gcovr/excluded":
			var yes bool
			yes, err = p.Boolean()
			left = left || yes
		case "branches":
			if f.Branches == nil {
				f.Branches = []coverage.Branch{}
			}
			err = p.Array("an array", func(i int) error {
				b := coverage.Branch{Way: uint32(i)}
				err := p.Object("an object", func(name []byte) (err error) {
					if string(name) != "count" {
						return p.Skip()
					}
					b.Count, err = p.Number()
					return err
				})
				branches = append(branches, b)
				return err
			})
		default:
			err = p.Skip()
		}
		return err
	})
	switch {
	case err != nil || left:
		return err
	case !known:
		return fmt.Errorf("want line_number and count in %s", p.Path())
	}
	number, ok := p.places.Line(n)
	if !ok {
		return nil
	}
	f.Lines = append(f.Lines, coverage.Line{Number: number, Count: count})
	if hash, err := hex.DecodeString(sum); err == nil && len(hash) == md5.Size {
		f.Sums = append(f.Sums, coverage.Sum{Line: number, Hash: binary.BigEndian.Uint32(hash)})
	}
	for _, b := range branches {
		b.Line = number
		f.Branches = append(f.Branches, b)
	}
	return nil
}

func (p *parser) function(f *coverage.File) error {
	fn := coverage.Func{Counted: true}
	var line uint64
	var left, known bool // left out, with a count
	var mangled string
	var pos [2]position
	err := p.Object("an object", func(name []byte) (err error) {
		switch string(name) {
		case "name":
			mangled, err = p.Text()
		case "demangled_name":
			fn.Name, err = p.Text()
		case "lineno":
			line, err = p.Number()
		case "execution_count":
			known = true
			fn.Count, err = p.Number()
		case "gcovr/excluded":
			left, err = p.Boolean()
		case "pos":
			err = p.Array("an array", func(i int) error {
				text, err := p.Text()
				if err == nil && i < len(pos) {
					pos[i], err = positionOf(text)
				}
				return err
			})
		default:
			err = p.Skip()
		}
		return err
	})
	switch {
	case err != nil || left:
		return err
	case !known:
		return fmt.Errorf("want lineno and execution_count in %s", p.Path())
	}
	if fn.Name == "" {
		fn.Name = mangled
	}
	col := uint64(1)
	if pos[0].line == line && pos[0].col > 0 {
		col = pos[0].col
	}
	var ok bool
	if fn.Span.Start, ok = p.places.Start(line, col); !ok {
		return nil
	}
	fn.Span.End = p.places.End(pos[1].line, pos[1].col+1) // behind the brace
	fn.Span = p.places.Order(fn.Span)
	f.Funcs = append(f.Funcs, fn)
	return nil
}

// position is a line and a column as the profile has them; line 0 is none.
type position struct{ line, col uint64 }

// positionOf reads "12:3".
func positionOf(text string) (at position, err error) {
	line, col, _ := strings.Cut(text, ":")
	l, err1 := strconv.ParseUint(line, 10, 31)
	c, err2 := strconv.ParseUint(col, 10, 31)
	if err1 != nil || err2 != nil {
		return at, errors.New("want line:column, such as 12:3, as the position of a function")
	}
	return position{l, c}, nil
}
