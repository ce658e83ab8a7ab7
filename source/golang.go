package source

import (
	"cmp"
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/covls/covls/coverage"
)

// generatedLine is the convention of https://go.dev/s/generatedcode.
var generatedLine = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.\r?$`)

// topLevel finds where declarations begin in a text that gofmt has formatted.
var topLevel = regexp.MustCompile(`(?m)^(?:func|var|type|const|import)\b`)

// partBytes is about how much of a large text is parsed at a time: the parser's tree takes twenty times as much.
const partBytes = 256 << 10

// fewParts are parsed at once.
const fewParts = 4

func parseGo(name, src string) *Parsed { return parseGoBy(name, src, partBytes) }

// parseGoBy parses a text of more than a few parts part by part, as long as it is whole.
func parseGoBy(name, src string, part int) *Parsed {
	p := &Parsed{}
	g := newGoFile(src)
	if g.parts(p, part) {
		g.about(p, name)
		return p
	}
	g = newGoFile(src)
	g.whole(p, name)
	return p
}

// whole parses the text at once.
func (g *goFile) whole(p *Parsed, name string) {
	file, err := g.parse(0, len(g.src), "")
	g.head(p, file)
	if err == nil {
		g.declarations(file)
		g.blocksOf(file)
	} else {
		p.Err = err
		g.resync(file, err)
	}
	g.tell(p)
	g.about(p, name)
}

func newGoFile(src string) *goFile {
	return &goFile{src: src, size: len(strings.TrimRight(src, " \t\r\n")), names: map[string]int{}, directs: directs(src)}
}

// head takes what stands before the declarations.
func (g *goFile) head(p *Parsed, file *ast.File) {
	p.Package = ""
	if file.Name.Name != "_" {
		p.Package = file.Name.Name
	}
	if file.Package.IsValid() {
		p.Generated = generatedLine.MatchString(strings.TrimPrefix(g.src[:g.offset(file.Package)], "\ufeff"))
	}
	g.testing = testingName(file)
	g.imports, g.standard = importNames(file), standardNames(file)
	p.ImportsTesting = g.testing != ""
	g.program = p.Main()
	p.Doc, p.PackageDoc = g.docs(file)
}

func (g *goFile) tell(p *Parsed) {
	p.Funcs, p.Facts, p.Labels, p.Calls = g.funcs, g.facts, g.labels, onceEach(g.calls)
	if p.Err == nil {
		p.Blocks, p.Directs = g.print, g.directs
		g.directives(p)
		p.Names.named = g.named.sorted()
	}
}

// nextFunc is a line that begins a function, in a text that gofmt has formatted.
const nextFunc = "\nfunc "

// parts parses the text part by part, each up to a line that begins a function. It reports false where that
// is not the same: where the text is small, or broken, or such a line stands in something else, which breaks a part.
func (g *goFile) parts(p *Parsed, part int) bool {
	if len(g.src) < fewParts*part || g.directs {
		return false
	}
	lines := token.NewFileSet().AddFile("", -1, len(g.src))
	lines.SetLinesForContent([]byte(g.src))
	g.lines = lines
	clause := ""
	for start := 0; start < len(g.src); clause = "package _;" {
		end := len(g.src)
		if start+part < end {
			if i := strings.Index(g.src[start+part:], nextFunc); i >= 0 {
				end = start + part + i + 1
			}
		}
		file, err := g.parse(start, end, clause)
		first := start == 0
		if err != nil || first && !declares(file) {
			return false
		}
		if first {
			g.head(p, file)
		}
		g.declarations(file)
		g.blocksOf(file)
		start = end
	}
	g.tell(p)
	return true
}

// declares reports whether a file has more than imports.
func declares(file *ast.File) bool {
	return slices.ContainsFunc(file.Decls, func(d ast.Decl) bool {
		gen, ok := d.(*ast.GenDecl)
		return !ok || gen.Tok != token.IMPORT
	})
}

// goFile takes the functions from a text, in one pass where it is whole.
type goFile struct {
	src   string
	size  int            // of src without the blank at its end
	lines *token.File    // of src
	names map[string]int // how many literals have this name so far

	funcs   []coverage.Func
	facts   []Facts // beside funcs
	labels  []Label
	calls   []Call
	named   nameSet
	inside  inside
	types   []typeDoc
	testing string // what the file calls the package testing
	program bool   // the package is main

	imports  []string // what the file calls packages that it imports
	standard []string // and those of the standard library among them
	foreign  []string // variables of its types in the function at hand

	directs     bool // there are //line directives
	print       coverage.Print
	seen        map[coverage.Span]bool // of blocks, where there are directives
	keepsBlocks bool
	blocks      []Block

	// Of the pass at hand; numbers but shift are offsets in src.
	file   *token.File
	shift  int  // from an offset in file to one in src
	broken bool // there is a syntax error
	fault  int  // where the first is
	end    int  // where the declaration that holds it ends at the latest
}

// parse parses src from start to end. The clause stands in for the package clause. The error is the
// first in the text.
func (g *goFile) parse(start, end int, clause string) (*ast.File, *scanner.Error) {
	fset := token.NewFileSet()
	// AllErrors: without it the parser gives up after ten errors and drops the declarations it
	// already had.
	file, err := parser.ParseFile(fset, "", clause+g.src[start:end], parser.SkipObjectResolution|parser.AllErrors)
	g.file, g.shift = fset.File(file.FileStart), start-len(clause)
	if g.lines == nil {
		g.lines = g.file
	}
	list, _ := errors.AsType[scanner.ErrorList](err)
	if g.broken = len(list) > 0; !g.broken {
		return file, nil
	}
	// The list is sorted by what //line directives say.
	first := slices.MinFunc(list, func(a, b *scanner.Error) int { return cmp.Compare(a.Pos.Offset, b.Pos.Offset) })
	g.fault = max(start, first.Pos.Offset+g.shift)
	return file, first
}

// A broken text is parsed from later declarations on until the passes add up to rereadTimes its
// size and rereadBytes. That is enough for every error of a file of common size.
const (
	rereadTimes = 4
	rereadBytes = 256 << 10
)

// resync takes the declarations before a syntax error and goes on behind it, since the parser
// swallows or skips what follows: with the declaration that seems to begin inside the one with the
// error, else with the next.
func (g *goFile) resync(file *ast.File, err *scanner.Error) {
	g.lines.SetLinesForContent([]byte(g.src))
	low := 0
	for budget := rereadTimes*len(g.src) + rereadBytes; ; {
		if budget < 0 { // take it as it is
			g.fault = len(g.src)
		}
		for _, d := range file.Decls {
			if end := g.offset(d.End()); end <= g.fault {
				low = max(low, end)
			} else if start := g.offset(d.Pos()); start <= g.fault {
				low = max(low, start+1)
			}
		}
		next := g.resume(low)
		g.end = trimComments(g.src[:next])
		g.declarations(file)
		if err == nil || next == len(g.src) {
			return
		}
		file, err = g.parse(next, len(g.src), "package _;")
		low = next + 1
		budget -= len(g.src) - next
	}
}

// resume finds where to parse on: at the last declaration between low and the fault, else the first
// behind the fault, else the end.
func (g *goFile) resume(low int) int {
	if !g.broken {
		return len(g.src)
	}
	next := len(g.src)
	for low < len(g.src) {
		at := topLevel.FindStringIndex(g.src[low:])
		switch {
		case at == nil:
			return next
		case low+at[0] > g.fault:
			return min(next, low+at[0])
		}
		next = low + at[0]
		low += at[1]
	}
	return next
}

// trimComments returns the length of text without the blank lines and line comments at its end.
func trimComments(text string) int {
	for {
		text = strings.TrimRight(text, " \t\r\n")
		line := text[strings.LastIndexByte(text, '\n')+1:]
		if !strings.HasPrefix(line, "//") {
			return len(text)
		}
		text = text[:len(text)-len(line)]
	}
}

func (g *goFile) declarations(file *ast.File) {
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			g.declared(d)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.ValueSpec:
					g.values(s)
				case *ast.TypeSpec:
					at := d.Pos()
					if d.Lparen.IsValid() {
						at = s.Pos()
					}
					g.types = append(g.types, typeDoc{s.Name.Name, g.offset(at)})
				}
			}
		}
	}
}

// declared adds a function that has a body. In a broken text the body may be there and not be
// readable.
func (g *goFile) declared(d *ast.FuncDecl) {
	if d.Body == nil && !g.broken || !strings.HasPrefix(g.src[g.offset(d.Name.Pos()):], d.Name.Name) {
		return
	}
	f := coverage.Func{Name: d.Name.Name}
	if d.Recv != nil && len(d.Recv.List) > 0 {
		f.Receiver = receiver(d.Recv.List[0].Type)
	}
	if g.add(f, d, d.Name.Pos(), d.Name.Name) {
		facts := g.factsOf(&f, d.Type, d.Body)
		comment := commentAbove(g.src, g.offset(d.Pos()))
		facts.Doc, facts.Deprecated = sentence(comment), deprecated(comment)
		if facts.Deprecated == "" {
			facts.Deprecated = unusedAbove(g.src[:g.offset(d.Pos())-len(comment)], d.Name.Name)
		}
		g.facts = append(g.facts, facts)
	}
}

// receiver is the type's name with its star and without type parameters.
func receiver(e ast.Expr) string {
	switch t := e.(type) {
	case *ast.Ident:
		return t.Name
	case *ast.StarExpr:
		return "*" + receiver(t.X)
	case *ast.ParenExpr:
		return receiver(t.X)
	case *ast.IndexExpr:
		return receiver(t.X)
	case *ast.IndexListExpr:
		return receiver(t.X)
	}
	return "?"
}

// values names the function literals in package-level values after the variable and the keys on
// the way to them: `var cmd = &Command{Run: func() {}}` holds cmd.Run.
func (g *goFile) values(v *ast.ValueSpec) {
	for i, value := range v.Values {
		g.literals(clipped(v.Names[min(i, len(v.Names)-1)].Name), value)
	}
}

func (g *goFile) literals(name string, n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			g.literals(name, n.Key)
			within := name
			if len(name) < maxName {
				within = clipped(name + keyName(n.Key))
			}
			g.literals(within, n.Value)
			return false
		case *ast.FuncLit:
			f := coverage.Func{Name: name, Literal: true}
			k := g.names[name] + 1
			if k > 1 {
				f.Name += ".func" + strconv.Itoa(k)
			}
			if g.add(f, n, n.Pos(), "func") {
				g.names[name] = k
				g.facts = append(g.facts, g.factsOf(&f, n.Type, n.Body))
			}
			return false
		}
		return true
	})
}

// maxKey bounds the length in bytes of a key that goes into a name.
const maxKey = 60

func keyName(key ast.Expr) string {
	switch k := key.(type) {
	case *ast.Ident:
		return "." + k.Name
	case *ast.SelectorExpr:
		if x, ok := k.X.(*ast.Ident); ok {
			return "[" + x.Name + "." + k.Sel.Name + "]"
		}
	case *ast.BasicLit:
		if len(k.Value) <= maxKey && utf8.ValidString(k.Value) && !strings.ContainsAny(k.Value, "\r\n") {
			return "[" + k.Value + "]"
		}
	}
	return ""
}

// add adds the function f, whose name or keyword word stands at pos, unless it begins behind a
// syntax error.
func (g *goFile) add(f coverage.Func, n ast.Node, pos token.Pos, word string) bool {
	start, name, end := g.offset(n.Pos()), g.offset(pos), g.offset(n.End())
	if g.broken && end > g.fault {
		end = min(end, g.end)
		if start > g.fault {
			return false
		}
	}
	span := g.span(start, end)
	if name+len(word) > end || len(g.funcs) > 0 && span.Start.Compare(g.funcs[len(g.funcs)-1].Span.End) < 0 {
		return false
	}
	f.Span, f.NameSpan = span, g.span(name, name+len(word))
	f.Hash = Fingerprint(g.src[start:end])
	g.funcs = append(g.funcs, f)
	return true
}

// docs are what the file says of itself before its declarations, and of its package; see Parsed.Doc.
func (g *goFile) docs(file *ast.File) (own, pkg string) {
	if !file.Package.IsValid() {
		return "", ""
	}
	head := len(g.src)
	for _, d := range file.Decls {
		if gen, ok := d.(*ast.GenDecl); !ok || gen.Tok != token.IMPORT {
			head = g.offset(d.Pos())
			break
		}
	}
	text := strings.TrimPrefix(g.src[:head], "\ufeff")
	above := commentAbove(text, g.offset(file.Package)-len(g.src[:head])+len(text))
	const about = "// This file "
	if strings.HasPrefix(text, about) {
		own = sentence(commentAt(text))
		if strings.HasPrefix(above, about) {
			above = ""
		}
	} else if at := strings.Index(text, "\n"+about); at >= 0 {
		own = sentence(commentAt(text[at+1:]))
	}
	if slices.ContainsFunc(upkeep, func(verb string) bool { return strings.HasPrefix(own, "This file "+verb+" ") }) {
		own = ""
	}
	return own, sentence(above)
}

// upkeep begin what a file says to those who change it, which is not what it is. It is never written.
var upkeep = []string{"should", "must", "needs to", "has to"}

// typeDoc is a type and the offset in src of the declaration that a comment stands above.
type typeDoc struct {
	name string
	at   int
}

// about takes the comment of the type that the file is about, where the file says nothing else of itself.
func (g *goFile) about(p *Parsed, name string) {
	if p.Doc != "" {
		return
	}
	plain := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	stem := plain(strings.TrimSuffix(filepath.Base(name), ".go"))
	methods, declared := map[string]int{}, 0
	for i := range p.Funcs {
		if f := &p.Funcs[i]; !f.Literal {
			declared++
			methods[strings.TrimPrefix(f.Receiver, "*")]++
		}
	}
	at, most := -1, -1
	for i, t := range g.types {
		n := 0
		if plain(t.name) == stem {
			n = declared + 1
		} else if 2*methods[t.name] >= declared {
			n = methods[t.name]
		}
		if n > max(most, 0) {
			at, most = i, n
		}
	}
	if at >= 0 {
		p.Doc = sentence(commentAbove(g.src, g.types[at].at))
	}
}

// offset is where pos is in src. The parser makes up positions at the end of a broken text.
func (g *goFile) offset(pos token.Pos) int {
	return min(max(int(pos)-g.file.Base()+g.shift, 0), g.size)
}

func (g *goFile) span(start, end int) coverage.Span {
	return coverage.Span{Start: g.point(start), End: g.point(end)}
}

// point leaves //line directives alone: it says where the text stands, not where it came from.
func (g *goFile) point(offset int) coverage.Point {
	at := g.lines.PositionFor(token.Pos(g.lines.Base()+offset), false)
	return coverage.Point{Line: uint32(at.Line), Col: uint32(at.Column)}
}
