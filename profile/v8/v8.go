// Package v8 reads what V8 itself counts of JavaScript: the files coverage-*.json that Node.js writes into the folder of
// NODE_V8_COVERAGE, one for each process, and those of `deno test --coverage`, one for each script. The members are those
// of Profiler.takePreciseCoverage of the Chrome DevTools Protocol; Node.js adds the source maps of what it has loaded
// ("source-map-cache").
//
// V8 tells stretches by their offsets in the text that it ran. What it says of a text is kept as it is
// (coverage.Script), until the text is known; where a source map leads to another text that the map holds, it is said of
// that one. Functions are those that have a name, as c8 has them.
package v8

import (
	"bytes"
	"errors"
	"io"
	"math"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// heads are how the files begin: of Node.js, and of Deno.
var heads = [...]*regexp.Regexp{
	regexp.MustCompile(`^\s*\{\s*"result"\s*:\s*\[\s*(\{\s*"scriptId"|\]\s*,\s*"timestamp")`),
	regexp.MustCompile(`^\s*\{\s*"scriptId"\s*:\s*"[^"]*"\s*,\s*"url"\s*:\s*"`),
}

// Sniff reports whether a profile that begins with head is of V8.
func Sniff(head []byte) bool {
	return slices.ContainsFunc(heads[:], func(re *regexp.Regexp) bool { return re.Match(head) })
}

// ErrTypeScript is the error for what Deno writes of TypeScript.
var ErrTypeScript = errors.New("the counts are of what Deno makes of TypeScript, of which nobody else knows the lines: deno coverage --lcov tells them")

// Read reads one. What is no file's, or of a package in node_modules, is left out. The error for what Deno writes of
// TypeScript, in which another text was counted that it keeps elsewhere, is ErrTypeScript.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := &parser{
		JSON: scan.NewJSON(r, limits), limits: limits, maps: map[string]*sourceMap{},
		files: map[string]*coverage.File{}, report: &coverage.Report{Counted: true},
	}
	p.warn = scan.Once(p.report)
	if err := p.End(p.root()); err != nil {
		return nil, err
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	coverage.SortFiles(p.report.Files)
	return p.report, nil
}

type parser struct {
	*scan.JSON
	limits  scan.Limits
	report  *coverage.Report
	scripts []script
	maps    map[string]*sourceMap     // by url
	files   map[string]*coverage.File // by name
	warn    func(sort, text string)
}

// script is a text that was loaded.
type script struct {
	url  string
	name string // of its file
	coverage.Script
}

func (p *parser) root() error {
	var alone script
	known := false
	err := p.Object("an object", func(name []byte) (err error) {
		switch string(name) {
		case "result":
			known = true
			return p.Array("scripts as an array", func(int) error {
				var s script
				err := p.Object("a script as an object", func(name []byte) error { return p.member(&s, name) })
				if err != nil {
					return err
				}
				return p.take(s)
			})
		case "source-map-cache":
			if p.Peek() != '{' {
				return p.Skip()
			}
			return p.Object("source maps as an object", func(name []byte) error {
				m, err := p.sourceMap()
				if m != nil {
					p.maps[string(name)] = m
				}
				return err
			})
		case "url", "functions":
			known = true
			return p.member(&alone, name)
		}
		return p.Skip()
	})
	switch {
	case err != nil:
		return err
	case !known:
		return errors.New("want result, or url and functions, as V8 writes them")
	case alone.url == "":
		return nil
	}
	return p.takeDeno(alone)
}

func (p *parser) member(s *script, name []byte) (err error) {
	switch string(name) {
	case "url":
		s.url, err = p.Text()
	case "functions":
		var all []coverage.Stretch
		err = p.Array("functions as an array", func(int) error { return p.function(&all) })
		s.Script = coverage.NewScript(0, all)
	default:
		err = p.Skip()
	}
	return err
}

// function reads a function and its parts.
func (p *parser) function(all *[]coverage.Stretch) error {
	from := len(*all)
	name := ""
	err := p.Object("a function as an object", func(member []byte) (err error) {
		switch string(member) {
		case "functionName":
			name, err = p.Text()
		case "ranges":
			err = p.Array("ranges as an array", func(i int) error {
				t := coverage.Stretch{Call: i == 0}
				err := p.Object("a range as an object", func(member []byte) (err error) {
					var n uint64
					switch string(member) {
					case "startOffset":
						n, err = p.Number()
						t.Start.Col = offset(n)
					case "endOffset":
						n, err = p.Number()
						t.End.Col = offset(n)
					case "count":
						t.Count, err = p.Number()
					default:
						err = p.Skip()
					}
					return err
				})
				if t.End.Col < t.Start.Col {
					p.warn("backwards", "stretches that end before they begin were passed over")
					return err
				}
				*all = append(*all, t)
				return err
			})
		default:
			err = p.Skip()
		}
		return err
	})
	if len(*all) > from && (*all)[from].Call && !madeUp(name, (*all)[from].Count) {
		(*all)[from].Name = name
	}
	return err
}

func offset(n uint64) uint32 { return uint32(min(n, math.MaxInt32)) }

// madeUp reports whether a function stands for the fields of a class alone, of which no object was made.
func madeUp(name string, count uint64) bool {
	return count == 0 && (name == "<instance_members_initializer>" || name == "<static_initializer>")
}

// take keeps a script that is a file's.
func (p *parser) take(s script) error {
	name, ok := fileName(s.url)
	if !ok || len(s.Stretches) == 0 {
		return nil
	}
	first := s.Stretches[0]
	if first.Start.Col != 0 || first.End.Col == 0 {
		p.warn("inside", "scripts of which V8 does not tell the whole were passed over")
		return nil
	}
	if err := scan.CheckName(len(name)); err != nil {
		return err
	}
	s.name, s.Units = name, first.End.Col
	p.scripts = append(p.scripts, s)
	return nil
}

// takeDeno is take for a script of Deno.
func (p *parser) takeDeno(s script) error {
	name, _ := fileName(s.url)
	switch strings.ToLower(path.Ext(name)) {
	case ".ts", ".mts", ".cts", ".tsx", ".jsx":
		return ErrTypeScript
	}
	return p.take(s)
}

// fileName is the path of a script's file. ok is false where it is of no file, or of a package that was installed.
func fileName(script string) (name string, ok bool) {
	switch {
	case strings.HasPrefix(script, "file://"):
		u, err := url.Parse(script)
		if err != nil {
			return "", false
		}
		if name = u.Path; u.Host != "" && u.Host != "localhost" {
			name = "//" + u.Host + name
		}
		if len(name) > 2 && name[0] == '/' && name[2] == ':' {
			name = name[1:] // a drive of Windows
		}
	case path.IsAbs(script), len(script) > 2 && script[1] == ':' && (script[2] == '/' || script[2] == '\\'):
		name = script
	default:
		return "", false
	}
	return name, name != "" && !installed(name)
}

func installed(name string) bool {
	return strings.Contains(strings.ReplaceAll(name, `\`, "/"), "/node_modules/")
}

// end makes files of the scripts.
func (p *parser) end() error {
	var urls []string
	byURL := map[string][]script{}
	for _, s := range p.scripts {
		if byURL[s.url] == nil {
			urls = append(urls, s.url)
		}
		byURL[s.url] = append(byURL[s.url], s)
	}
	var order []source
	bySource := map[source][]coverage.Script{}
	take := func(of source, scripts []coverage.Script) {
		if bySource[of] == nil {
			order = append(order, of)
		}
		bySource[of] = append(bySource[of], scripts...)
	}
	for _, url := range urls {
		loads := byURL[url]
		if m := p.maps[url]; m != nil {
			p.mapped(loads, m, take)
			continue
		}
		for _, s := range loads {
			take(source{name: s.name}, []coverage.Script{s.Script})
		}
	}
	for _, of := range order {
		if err := p.add(p.file(of, bySource[of])); err != nil {
			return err
		}
	}
	return nil
}

// source is a text that scripts are of, or were made of. known tells that a map has it.
type source struct {
	name, text string
	known      bool
}

// file is what scripts say of a source.
func (p *parser) file(of source, scripts []coverage.Script) *coverage.File {
	f := &coverage.File{Name: of.name, Unit: coverage.Lines, Scripts: scripts}
	if !of.known {
		return f
	}
	over, ok := f.Over(of.text)
	if !ok {
		return f
	}
	most := p.limits.MaxLine()
	over.Length, over.Sums = sums(of.text, most)
	over.Lines = slices.DeleteFunc(over.Lines, func(l coverage.Line) bool { return l.Number > most })
	over.Funcs = slices.DeleteFunc(over.Funcs, func(fn coverage.Func) bool { return max(fn.Span.Start.Line, fn.Span.End.Line) > most })
	return over
}

func (p *parser) add(f *coverage.File) error {
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

// mapped gives what the loads of a script say of the texts that it was made of.
func (p *parser) mapped(loads []script, m *sourceMap, take func(source, []coverage.Script)) {
	g := newGenerated(m)
	bySource := make([][]coverage.Script, len(m.sources))
	for _, s := range loads {
		if g.length != int(s.Units) && g.length+1 != int(s.Units) {
			p.warn("map", "scripts whose source map is of another text were passed over")
			continue
		}
		stretches := map[int][]coverage.Stretch{}
		for _, t := range s.Stretches {
			if t.Call && g.added(int(t.Start.Col), int(t.End.Col)) {
				continue
			}
			source, start, end, ok := g.original(int(t.Start.Col), int(t.End.Col))
			if !ok || source >= len(bySource) || end.Compare(start) < 0 {
				continue
			}
			t.Start, t.End = start, end
			stretches[source] = append(stretches[source], t)
		}
		for source := range bySource {
			bySource[source] = append(bySource[source], coverage.NewScript(0, stretches[source])) // also where all of it only ran once
		}
	}
	for i, scripts := range bySource {
		name := m.name(i, loads[0].name)
		if len(scripts) == 0 || name == "" || installed(name) || scan.CheckName(len(name)) != nil {
			continue
		}
		of := source{name: name}
		if text := m.texts[i]; text != nil {
			of.text, of.known = *text, true
		}
		take(of, scripts)
	}
}

// sums are the checksums of the lines of a text, and how many there are.
func sums(text string, most uint32) (length uint32, out []coverage.Sum) {
	for line := range bytes.Lines([]byte(text)) {
		if length == most {
			return 0, nil
		}
		length++
		line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
		out = append(out, coverage.Sum{Line: length, Hash: coverage.SumOf(string(line))})
	}
	return max(length, 1), out
}

// name is what a source of the map is called, of which the script called script was made.
func (m *sourceMap) name(i int, script string) string {
	source := m.sources[i]
	if name, ok := fileName(source); ok || strings.HasPrefix(source, "file:") {
		return name
	}
	source = strings.TrimPrefix(source, "webpack://")
	root := m.root
	if name, ok := fileName(root); ok {
		root = name
	}
	if source == "" || strings.Contains(source, "://") {
		return "" // of no file
	}
	name := path.Join(root, source)
	if path.IsAbs(name) || len(name) > 1 && name[1] == ':' {
		return name
	}
	return path.Join(path.Dir(strings.ReplaceAll(script, `\`, "/")), name)
}
