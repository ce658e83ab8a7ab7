package project

import (
	"context"
	"go/scanner"
	"go/token"
	"path/filepath"
	"strings"

	"github.com/covls/covls/source"
)

// Binary is the test binary of a package, as one that may have run all that a profile has as run.
type Binary struct {
	Package *Package
	// alone are the functions, by directory, that neither code of the module nor the package's own tests name; nil where
	// that is not known.
	alone map[string]map[string]bool
}

// CanRun reports whether the binary can have run a function that has no receiver, by its package's directory: it can
// not where nothing in it names the function. It is true where that is not known.
func (b *Binary) CanRun(dir, name string) bool {
	return dir == b.Package.Dir || name == "main" || name == "init" || name == "_" || !b.alone[dir][name]
}

// mentionBytes is how much code is read to learn who names a function.
const mentionBytes = 32 << 20

// Binaries returns the test binaries that code of all the directories is linked into: that of each package with tests, if
// it imports them, directly or through others. What it reads is bounded; the error is that of ctx.
func (p *Packages) Binaries(ctx context.Context, dirs map[string]bool) ([]Binary, error) {
	if p == nil || len(dirs) == 0 {
		return nil, nil
	}
	var out []Binary
	for _, test := range p.all {
		if !test.Tested {
			continue
		}
		linked := p.linked(test)
		all := true
		for dir := range dirs {
			all = all && linked[dir]
		}
		if all {
			out = append(out, Binary{Package: test})
		}
	}
	if len(out) == 0 || len(dirs) == 1 && len(out) == 1 && dirs[out[0].Package.Dir] {
		return out, nil
	}
	left := int64(mentionBytes)
	code := namedIn{}
	declared := map[string]map[string]bool{}
	for _, q := range p.all {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		declared[q.Dir] = map[string]bool{}
		if !code.read(q.Dir, q.Files, declared[q.Dir], &left) {
			return out, nil
		}
	}
	for i := range out {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		tests := namedIn{}
		if !tests.read(out[i].Package.Dir, out[i].Package.TestFiles, nil, &left) {
			return out, nil
		}
		out[i].alone = map[string]map[string]bool{}
		for dir := range dirs {
			out[i].alone[dir] = map[string]bool{}
			for name := range declared[dir] {
				if !code[name] && !tests[name] {
					out[i].alone[dir][name] = true
				}
			}
		}
	}
	return out, nil
}

// linked are the directories of the packages of its module that a package's test binary has.
func (p *Packages) linked(test *Package) map[string]bool {
	out := map[string]bool{test.Dir: true}
	next := append(p.imported(test, test.testImports), p.imported(test, test.imports)...)
	for len(next) > 0 {
		at := next[len(next)-1]
		if next = next[:len(next)-1]; out[at.Dir] {
			continue
		}
		out[at.Dir] = true
		next = append(next, p.imported(at, at.imports)...)
	}
	return out
}

// imported are the packages of a package's module that have import paths.
func (p *Packages) imported(by *Package, paths []string) (out []*Package) {
	for _, path := range paths {
		if q := p.byPath[place{by.Module, path}]; q != nil {
			out = append(out, q)
		}
	}
	return out
}

// namedIn are the names in code, but for where a function without a receiver is declared.
type namedIn map[string]bool

// read takes in files, notes the functions without a receiver that they declare in declared, unless that is nil, and
// counts down the bytes that are left. It is false where they can't be read as a whole.
func (m namedIn) read(dir string, names []string, declared map[string]bool, left *int64) bool {
	for _, name := range names {
		text, err := source.ReadFile(filepath.Join(dir, name), *left)
		if err != nil {
			return false
		}
		if *left -= int64(len(text)); *left <= 0 {
			return false
		}
		m.add(text, declared)
	}
	return true
}

// directives are comments by which code that is not in view calls a function.
var directives = [...]string{"//go:linkname ", "//go:wasmexport ", "//export "}

func (m namedIn) add(text string, declared map[string]bool) {
	for _, d := range directives {
		for rest := text; ; {
			_, after, ok := strings.Cut(rest, d)
			if !ok {
				break
			}
			var line string
			line, rest, _ = strings.Cut(after, "\n")
			for _, word := range strings.Fields(line) {
				m[word[strings.LastIndexByte(word, '.')+1:]] = true
			}
		}
	}
	file := token.NewFileSet().AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, []byte(text), func(token.Position, string) {}, 0)
	for depth, last := 0, token.ILLEGAL; ; {
		_, tok, name := s.Scan()
		switch tok {
		case token.EOF:
			return
		case token.LBRACE:
			depth++
		case token.RBRACE:
			depth--
		case token.IDENT:
			if last != token.FUNC || depth > 0 {
				m[name] = true
			} else if declared != nil {
				declared[strings.Clone(name)] = true
			}
		}
		last = tok
	}
}
