// Package jacoco reads the XML report of JaCoCo, for Java, Kotlin, Scala and others on the JVM. The
// format is that of report.dtd.
package jacoco

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether XML that begins with head is JaCoCo's.
func Sniff(head []byte) bool {
	return scan.Root(head) == "report" && (bytes.Contains(head, []byte("JACOCO")) || bytes.Contains(head, []byte("<sessioninfo")) ||
		bytes.Contains(head, []byte("<package")) || bytes.Contains(head, []byte("<group")))
}

// roots are where the build tools keep sources; the report names them by their package only.
var roots = [...]string{"src/main/java", "src/main/kotlin", "src/main/scala", "src/main/groovy", "src"}

// Read reads a report. The lines are those of the source files, since classes share lines; counts
// only tell whether something ran. A report of several modules has a group for each, which keeps their files apart
// (coverage.File.Group). What can't be read is a *coverage.LineError.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{x: scan.NewXML(r, limits), limits: limits, files: map[string]*coverage.File{}, report: &coverage.Report{Roots: roots[:]}}
	p.places = scan.NewPlaces(limits, scan.Once(p.report))
	err := p.x.Each(func(name string, start bool) error {
		if start {
			return p.start(name)
		}
		p.stop(name)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p.end(), nil
}

type parser struct {
	x      *scan.XML
	limits scan.Limits
	report *coverage.Report
	files  map[string]*coverage.File // by name
	places *scan.Places

	groups []string // around what is at hand, the names of the outer ones before those of the inner
	pkg    string
	class  *coverage.File  // the file of the class at hand
	funcs  []coverage.Func // of that class; the last is the method at hand
	method bool            // there is a method at hand
	file   *coverage.File  // the source file at hand
	lines  []coverage.Line // of the source file at hand
	blind  bool            // there are classes without lines

	branches int // of all files
}

func (p *parser) start(name string) error {
	switch name {
	case "group":
		name, _ := p.x.Attr("name")
		if k := len(p.groups) - 1; k >= 0 && p.groups[k] != "" {
			name = strings.TrimSuffix(p.groups[k]+"/"+name, "/")
		}
		p.groups = append(p.groups, name)
		return scan.CheckName(len(name))
	case "package":
		p.pkg, _ = p.x.Attr("name")
	case "class":
		p.funcs, p.method = p.funcs[:0], false
		name, ok := p.x.Attr("sourcefilename")
		if !ok {
			p.blind = true
			return nil
		}
		var err error
		p.class, err = p.named(name)
		return err
	case "method":
		if p.class != nil {
			name, _ := p.x.Attr("name")
			f := coverage.Func{Name: name, Counted: true}
			if line, ok := p.x.Number("line"); ok {
				f.Span.Start, _ = p.places.Start(line, 1)
			}
			p.funcs, p.method = append(p.funcs, f), true
		}
	case "counter":
		if p.method && p.x.Is("type", "METHOD") {
			p.funcs[len(p.funcs)-1].Count, _ = p.x.Number("covered")
		}
	case "sourcefile":
		name, ok := p.x.Attr("name")
		if !ok {
			return errors.New(`want <sourcefile name="…">`)
		}
		var err error
		p.file, err = p.named(name)
		return err
	case "line":
		return p.line()
	}
	return nil
}

func (p *parser) named(base string) (*coverage.File, error) {
	group, prefix := "", ""
	if k := len(p.groups) - 1; k >= 0 && p.groups[k] != "" {
		group = p.groups[k]
		prefix = group + "/"
	}
	if err := scan.CheckName(len(prefix) + len(p.pkg) + len("/") + len(base)); err != nil {
		return nil, err
	}
	name := prefix + path.Join(p.pkg, base)
	f := p.files[name]
	if f == nil {
		if p.limits.Files > 0 && len(p.files) >= p.limits.Files {
			return nil, fmt.Errorf("more than %d files (limits.files)", p.limits.Files)
		}
		f = &coverage.File{Name: name, Group: group, Unit: coverage.Lines}
		p.files[name] = f
	}
	return f, nil
}

// ways bounds the branches of one line.
const ways = 10_000

func (p *parser) line() error {
	n, ok := p.x.Number("nr")
	run, ok2 := p.x.Number("ci")
	if !ok || !ok2 {
		return errors.New(`want <line nr="…" ci="…">`)
	}
	if p.file == nil {
		return nil
	}
	number, ok := p.places.Line(n)
	if !ok {
		return nil
	}
	p.lines = append(p.lines, coverage.Line{Number: number, Count: min(run, 1)})
	missed, _ := p.x.Number("mb")
	taken, _ := p.x.Number("cb")
	if missed > ways || taken > ways {
		return fmt.Errorf("line %d has more than %d branches", n, ways)
	}
	p.branches += int(missed + taken)
	if err := p.limits.CheckBranches(p.branches); err != nil {
		return err
	}
	for way := range uint32(missed + taken) {
		b := coverage.Branch{Line: number, Way: way}
		if uint64(way) < taken {
			b.Count = 1
		}
		p.file.Branches = append(p.file.Branches, b)
	}
	return nil
}

func (p *parser) stop(name string) {
	switch name {
	case "group":
		p.groups = p.groups[:len(p.groups)-1]
	case "method":
		p.method = false
	case "class":
		if p.class != nil {
			p.class.Funcs = append(p.class.Funcs, p.funcs...)
		}
		p.class, p.method = nil, false
	case "sourcefile":
		if p.file != nil {
			p.file.Lines, p.lines = append(p.file.Lines, p.lines...), p.lines[:0]
		}
		p.file = nil
	}
}

func (p *parser) end() *coverage.Report {
	for _, f := range p.files {
		p.blind = p.blind || f.Lines == nil && f.Funcs != nil // an interface has neither
		f.Lines, f.Branches, f.Funcs = coverage.SumLines(f.Lines), coverage.SortBranches(f.Branches), coverage.SortFuncs(f.Funcs)
		p.report.Files = append(p.report.Files, f)
	}
	if p.blind {
		p.report.Warnings = append(p.report.Warnings, coverage.Warning{Text: "some classes were compiled without debug information (javac -g): the report has no lines for them"})
	}
	coverage.SortFiles(p.report.Files)
	return p.report
}
