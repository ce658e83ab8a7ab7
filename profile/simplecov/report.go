package simplecov

import (
	"fmt"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// version is the member of meta by which SimpleCov's report, coverage.json, is known.
const version = "simplecov_version"

// sniffReport reports whether a profile that begins with head is coverage.json.
func sniffReport(d *scan.JSON) bool {
	found := false
	_ = d.Object("", func(name []byte) error {
		if string(name) != "meta" {
			return d.Skip()
		}
		_ = d.Object("", func(name []byte) error {
			found = found || string(name) == version
			return d.Skip()
		})
		return scan.ErrStop
	})
	return found
}

// meta reads the member meta of coverage.json. It reports whether that is what it is: a command may have the name.
func (p *parser) meta(name []byte) (bool, error) {
	switch {
	case string(name) == version:
		if p.reports == nil {
			p.reports = map[string]*coverage.File{}
		}
	case string(name) == "root" && p.d.Peek() == '"':
		root, err := p.d.Text()
		if root != "" {
			p.report.Roots = []string{root}
		}
		return true, err
	case string(name) == "coverage" && p.reports == nil:
		return false, nil
	}
	return true, p.d.Skip()
}

// reported reads what coverage.json has of a file. What SimpleCov leaves out is "ignored" there.
func (p *parser) reported(name string) error {
	if len(p.report.Roots) > 0 && !strings.HasPrefix(name, p.report.Roots[0]) {
		name = strings.TrimPrefix(name, "/") // which is where the root ended
	}
	f := &coverage.File{Name: name, Format: "simplecov report", Unit: coverage.Lines}
	err := p.d.Object("an object with lines", func(name []byte) error {
		if p.d.Peek() != '[' {
			return p.d.Skip()
		}
		switch string(name) {
		case "lines":
			f.Lines = nil
			return p.d.Array("an array of counts", func(i int) error { return p.reportedLine(f, i) })
		case "source":
			f.Sums = nil
			return p.d.Array("an array of lines", func(i int) error { return p.sourceLine(f, i) })
		case "branches":
			f.Branches = []coverage.Branch{}
			return p.d.Array("an array of branches", func(i int) error {
				at, err := p.part("a branch")
				if _, ok := p.places.Line(at.start); ok && at.counts {
					// On which line the decision stands is not told.
					f.Branches = append(f.Branches, coverage.Branch{Block: uint32(at.start), Way: uint32(i), Count: at.count})
				}
				return err
			})
		case "methods":
			f.Funcs = []coverage.Func{}
			return p.d.Array("an array of methods", func(int) error {
				at, err := p.part("a method")
				start, ok := p.places.Start(at.start, 1)
				if !ok || !at.counts {
					return err
				}
				fn := coverage.Func{Name: at.name, Counted: true, Count: at.count}
				if i := strings.LastIndexAny(at.name, "#."); i > 0 {
					fn.Receiver, fn.Name = at.name[:i], at.name[i+1:]
					if at.name[i] == '#' {
						fn.Receiver = at.name[:i+1]
					}
				}
				fn.Span = p.places.Order(coverage.Span{Start: start, End: p.places.End(at.end, 0)})
				f.Funcs = append(f.Funcs, fn)
				return err
			})
		}
		return p.d.Skip()
	})
	if err != nil {
		return err
	}
	f.Lines, f.Branches, f.Funcs, f.Sums = coverage.SumLines(f.Lines), coverage.SortBranches(f.Branches), coverage.SortFuncs(f.Funcs), coverage.SortSums(f.Sums)
	if p.reports[name] == nil && p.limits.Files > 0 && len(p.reports) >= p.limits.Files {
		return fmt.Errorf("more than %d files (limits.files)", p.limits.Files)
	}
	p.reports[name] = f
	return nil
}

func (p *parser) reportedLine(f *coverage.File, i int) error {
	line, ok := p.places.Line(uint64(i) + 1)
	if ok {
		f.Length = max(f.Length, line)
	}
	switch p.d.Peek() {
	case 'n', '"':
		return p.d.Skip()
	}
	n, err := p.count()
	if err == nil && ok {
		f.Lines = append(f.Lines, coverage.Line{Number: line, Count: n})
	}
	return err
}

func (p *parser) sourceLine(f *coverage.File, i int) error {
	text, err := p.d.Text()
	if line, ok := p.places.Line(uint64(i) + 1); ok && err == nil {
		f.Length = max(f.Length, line)
		f.Sums = append(f.Sums, coverage.Sum{Line: line, Hash: coverage.SumOf(strings.TrimRight(text, "\r\n"))})
	}
	return err
}

// part is a branch or a method of coverage.json.
type part struct {
	name       string
	start, end uint64
	count      uint64
	counts     bool // false for one that is ignored
}

func (p *parser) part(what string) (at part, err error) {
	err = p.d.Object(what+" as an object", func(member []byte) (err error) {
		switch string(member) {
		case "name":
			if p.d.Peek() != '"' {
				return p.d.Skip()
			}
			at.name, err = p.d.Text()
		case "start_line":
			at.start, err = p.d.Number()
		case "end_line":
			at.end, err = p.d.Number()
		case "coverage":
			if c := p.d.Peek(); c == 'n' || c == '"' {
				return p.d.Skip()
			}
			at.counts = true
			at.count, err = p.count()
		default:
			err = p.d.Skip()
		}
		return err
	})
	if err == nil && at.start == 0 {
		err = fmt.Errorf("%s: want start_line in %s", p.d.Where(), what)
	}
	return at, err
}
