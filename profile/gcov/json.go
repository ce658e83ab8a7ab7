package gcov

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// isJSON reports whether a text begins like gcov's JSON, whose members are in no order before GCC 14. gcovr's is alike.
func isJSON(head []byte) bool {
	d := scan.NewJSON(bytes.NewReader(head), scan.Limits{})
	first, kind := "", byte(0)
	err := d.Object("", func(name []byte) error {
		first, kind = string(name), d.Peek()
		return scan.ErrStop
	})
	has := func(name string) bool { return bytes.Contains(head, []byte(name)) }
	switch {
	case !errors.Is(err, scan.ErrStop) || has(`"gcovr/`):
		return false
	case first == "files":
		return kind == '[' && !has(`"lineno"`) && (has(`"unexecuted_block"`) || has(`"blocks_executed"`) || has(`"gcc_version"`))
	case first == "gcc_version", first == "format_version", first == "current_working_directory", first == "data_file":
		return kind == '"' && (first == "gcc_version" || has(`"gcc_version"`) || has(`"unexecuted_block"`))
	}
	return false
}

type jsonReader struct {
	*scan.JSON
	*collector
	files []*coverage.File
}

func (c *collector) readJSON(r io.Reader) error {
	p := &jsonReader{JSON: scan.NewJSON(r, c.limits), collector: c}
	return p.End(p.root())
}

func (p *jsonReader) root() error {
	var dir string
	files := false
	err := p.Object("an object", func(name []byte) (err error) {
		switch string(name) {
		case "current_working_directory":
			if p.Peek() != '"' {
				return p.Skip()
			}
			dir, err = p.Text()
			return err
		case "files":
			files = true
			return p.Array("an array", func(int) error { return p.file() })
		}
		return p.Skip()
	})
	switch {
	case err != nil:
		return err
	case !files:
		return errors.New("want gcov's JSON, with files")
	}
	if dir != "" {
		p.report.Roots = []string{dir}
	}
	for _, f := range p.files {
		f.Name = rooted(f.Name, dir)
		if err := scan.CheckName(len(f.Name)); err != nil {
			return err
		}
		if err := p.add(f); err != nil {
			return err
		}
	}
	return nil
}

// of is what a line of a template has: its branches by instantiation.
type of struct {
	line  uint32
	where string
}

func (p *jsonReader) file() error {
	f := &coverage.File{Unit: coverage.Lines, Funcs: []coverage.Func{}}
	lines := false
	seen := map[of]uint32{} // how many branches of a line an instantiation has told
	err := p.Object("an object", func(name []byte) (err error) {
		switch string(name) {
		case "file":
			f.Name, err = p.Text()
			return err
		case "lines":
			lines = true
			return p.Array("an array", func(int) error { return p.line(f, seen) })
		case "functions":
			return p.Array("an array", func(int) error { return p.function(f) })
		}
		return p.Skip()
	})
	switch {
	case err != nil:
		return err
	case f.Name == "" || !lines:
		return fmt.Errorf("want file and lines in %s", p.Path())
	case ofSystem(f.Name):
		return nil
	}
	if err := p.limits.CheckFiles(len(p.files) + 1); err != nil {
		return err
	}
	p.files = append(p.files, f)
	return nil
}

func (p *jsonReader) line(f *coverage.File, seen map[of]uint32) error {
	var n, count uint64
	var at of
	known := false
	var branches []coverage.Branch
	err := p.Object("an object", func(name []byte) (err error) {
		switch string(name) {
		case "line_number":
			n, err = p.Number()
		case "count":
			known = true
			count, err = p.Number()
		case "function_name":
			if p.Peek() != '"' {
				return p.Skip()
			}
			at.where, err = p.Text()
		case "branches":
			if f.Branches == nil {
				f.Branches = []coverage.Branch{}
			}
			err = p.Array("an array", func(int) error {
				var b coverage.Branch
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
	case err != nil:
		return err
	case !known:
		return fmt.Errorf("want line_number and count in %s", p.Path())
	}
	number, ok := p.places.Line(n)
	if !ok {
		return nil
	}
	f.Lines = append(f.Lines, coverage.Line{Number: number, Count: count})
	if len(branches) == 0 {
		return nil
	}
	at.line = number
	for _, b := range branches {
		b.Line, b.Way = number, seen[at]
		seen[at]++
		f.Branches = append(f.Branches, b)
	}
	return nil
}

func (p *jsonReader) function(f *coverage.File) error {
	fn := coverage.Func{Counted: true}
	var n [4]uint64 // where it starts and ends
	known := false
	var mangled string
	places := map[string]*uint64{"start_line": &n[0], "start_column": &n[1], "end_line": &n[2], "end_column": &n[3]}
	err := p.Object("an object", func(name []byte) (err error) {
		switch string(name) {
		case "name":
			mangled, err = p.Text()
		case "demangled_name":
			fn.Name, err = p.Text()
		case "execution_count":
			known = true
			fn.Count, err = p.Number()
		default:
			if to := places[string(name)]; to != nil {
				*to, err = p.Number()
				return err
			}
			err = p.Skip()
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case !known:
		return fmt.Errorf("want start_line and execution_count in %s", p.Path())
	}
	if fn.Name == "" {
		fn.Name = mangled
	}
	var ok bool
	if fn.Span.Start, ok = p.places.Start(n[0], max(n[1], 1)); !ok {
		return nil
	}
	fn.Span.End = p.places.End(n[2], n[3]+1) // behind the brace
	fn.Span = p.places.Order(fn.Span)
	f.Funcs = append(f.Funcs, fn)
	return nil
}
