package project

import (
	"context"
	"go/scanner"
	"go/token"
	"path/filepath"
	"slices"
	"strings"

	"github.com/covls/covls/source"
)

// mentionBytes is how much code is read to learn who names a function.
const mentionBytes = 32 << 20

// Binaries returns the packages whose test binaries can each have run alone what has run in all the directories, as far as that
// is known: code of all of them is linked into it, and something in it names each function without a receiver that ran, unless that is
// of its own package. Ran reports whether the body of a function of a file has run that begins with the brace at a 1-based line and byte
// column. What is read is bounded; the error is that of ctx.
func (p *Packages) Binaries(ctx context.Context, dirs map[string]bool, ran func(path string, line, column int) bool) ([]*Package, error) {
	if p == nil || len(dirs) == 0 {
		return nil, nil
	}
	var linked []*Package
	for _, test := range p.all {
		if test.Tested && test.linksAll(dirs) {
			linked = append(linked, test)
		}
	}
	if len(linked) == 0 || len(linked) == 1 && len(dirs) == 1 && dirs[linked[0].Dir] {
		return linked, nil
	}
	code := namesIn{names: map[string]bool{}, ran: map[inDir]bool{}, left: mentionBytes}
	for _, q := range p.all {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !code.read(q.Dir, q.Files, ran) {
			return linked, nil
		}
	}
	var out []*Package
	for _, test := range linked {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		tests := namesIn{names: map[string]bool{}, left: code.left}
		if !tests.read(test.Dir, test.TestFiles, nil) || !code.beside(&tests, test.Dir) {
			out = append(out, test)
		}
	}
	return out, nil
}

// linksAll reports whether a package's test binary has code of all the directories.
func (p *Package) linksAll(dirs map[string]bool) bool {
	seen := map[*Package]bool{p: true}
	left := len(dirs)
	if dirs[p.Dir] {
		left--
	}
	for next := slices.Clone(p.testLinks); len(next) > 0 && left > 0; {
		q := next[len(next)-1]
		if next = next[:len(next)-1]; seen[q] {
			continue
		}
		seen[q] = true
		if dirs[q.Dir] {
			left--
		}
		next = append(next, q.links...)
	}
	return left == 0
}

// namesIn are the names in code, but for where a function without a receiver is declared.
type namesIn struct {
	names map[string]bool
	ran   map[inDir]bool // such functions that have run; nil where nobody asks
	left  int64          // bytes that may be read yet
}

// inDir is a function of the package in a directory.
type inDir struct{ dir, name string }

// beside reports whether a function has run that neither the code nor tests of a package name, and that is of another package.
func (n *namesIn) beside(tests *namesIn, dir string) bool {
	for f := range n.ran {
		if f.dir != dir && f.name != "main" && f.name != "init" && f.name != "_" && !n.names[f.name] && !tests.names[f.name] {
			return true
		}
	}
	return false
}

// read takes in files of a directory; it is false where they can't be read as a whole.
func (n *namesIn) read(dir string, files []string, ran func(path string, line, column int) bool) bool {
	for _, name := range files {
		path := filepath.Join(dir, name)
		text, err := source.ReadFile(path, n.left)
		if err != nil {
			return false
		}
		if n.left -= int64(len(text)); n.left <= 0 {
			return false
		}
		n.add(text, func(function string, at token.Position) {
			if n.ran != nil && ran(path, at.Line, at.Column) {
				n.ran[inDir{dir, strings.Clone(function)}] = true
			}
		})
	}
	return true
}

// directives are comments by which code that is not in view calls a function.
var directives = [...]string{"//go:linkname ", "//go:wasmexport ", "//export "}

// add takes in a text, and calls brace for each that may begin the body of a function without a receiver.
func (n *namesIn) add(text string, brace func(function string, at token.Position)) {
	for _, d := range directives {
		for rest := text; ; {
			_, after, ok := strings.Cut(rest, d)
			if !ok {
				break
			}
			var line string
			line, rest, _ = strings.Cut(after, "\n")
			for _, word := range strings.Fields(line) {
				n.names[word[strings.LastIndexByte(word, '.')+1:]] = true
			}
		}
	}
	files := token.NewFileSet()
	var s scanner.Scanner
	s.Init(files.AddFile("", -1, len(text)), []byte(text), func(token.Position, string) {}, 0)
	function := ""
	for depth, last := 0, token.ILLEGAL; ; {
		at, tok, name := s.Scan()
		switch tok {
		case token.EOF:
			return
		case token.FUNC, token.VAR, token.CONST, token.TYPE:
			if depth == 0 && tok != last {
				function = ""
			}
		case token.LBRACE:
			if depth == 0 && function != "" {
				brace(function, files.Position(at))
			}
			depth++
		case token.RBRACE:
			depth--
		case token.IDENT:
			if last == token.FUNC && depth == 0 {
				function = name
			} else {
				n.names[strings.Clone(name)] = true
			}
		}
		last = tok
	}
}
