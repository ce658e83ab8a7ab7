package source

import (
	"go/ast"
	"slices"
	"strings"
)

// nameSet is a set of names by their hashes: a table of a power of two of places, of which more than a quarter are free.
type nameSet struct {
	table []uint32 // 0 is free
	n     int
}

const fewNames = 256

func (s *nameSet) add(h uint32) {
	if h == 0 {
		h = 1
	}
	if 4*s.n >= 3*len(s.table) {
		was := s.table
		s.table, s.n = make([]uint32, max(fewNames, 2*len(was))), 0
		for _, h := range was {
			if h != 0 {
				s.add(h)
			}
		}
	}
	mask := uint32(len(s.table) - 1)
	at := (h * 0x9e3779b1) & mask
	for s.table[at] != 0 {
		if s.table[at] == h {
			return
		}
		at = (at + 1) & mask
	}
	s.table[at] = h
	s.n++
}

// sorted are the hashes.
func (s *nameSet) sorted() []uint32 {
	out := make([]uint32, 0, s.n)
	for _, h := range s.table {
		if h != 0 {
			out = append(out, h)
		}
	}
	slices.Sort(out)
	return out
}

// Names are what a text of Go mentions beside what it declares. The zero Names are those of a text of which nobody knows.
type Names struct {
	// named are sorted hashes of what does not begin with a capital, links those in go:linkname directives.
	named, links []uint32
}

// Known tells that the names are those of a whole text: one without a syntax error.
func (n *Names) Known() bool { return n.named != nil }

// Mention reports whether the text may name a function that is not exported and has a CallName, beside where it is declared and where
// it calls itself: another that is called so counts, and what a directive says. It is true where nobody knows.
func (n *Names) Mention(name uint32) bool {
	if n.named == nil {
		return true
	}
	_, found := slices.BinarySearch(n.named, max(name, 1))
	return found
}

// Links tells that the text has go:linkname directives.
func (n *Names) Links() bool { return len(n.links) > 0 }

// Link reports whether a go:linkname directive names a function that has a CallName, which may be of another package.
func (n *Names) Link(name uint32) bool { return slices.Contains(n.links, name) }

// mention notes an identifier of the package or of anything in it. Others can name what begins with a capital.
func (g *goFile) mention(name string) {
	if name != "" && (name[0] < 'A' || 'Z' < name[0]) {
		g.named.add(nameHash(name))
	}
}

// inside is how a function names itself: by its name, or by that behind its receiver.
type inside struct{ receiver, name string }

func insideOf(d *ast.FuncDecl) inside {
	in := inside{name: d.Name.Name}
	if d.Recv == nil {
		return in
	}
	if len(d.Recv.List) == 0 || len(d.Recv.List[0].Names) == 0 {
		return inside{}
	}
	in.receiver = d.Recv.List[0].Names[0].Name
	return in
}

// directives notes what the directives of a text name that have others call a function: go:linkname, go:wasmexport and cgo's
// export.
func (g *goFile) directives(p *Parsed) {
	for _, word := range []string{"//go:linkname", "//go:wasmexport", "//export"} {
		for rest := g.src; ; {
			at := strings.Index(rest, word)
			if at < 0 {
				break
			}
			line, _, _ := strings.Cut(rest[at+len(word):], "\n")
			rest = rest[at+len(word):]
			for _, name := range strings.FieldsFunc(line, func(c rune) bool { return strings.ContainsRune(" \t\r./()*", c) }) {
				g.mention(name)
				if word == "//go:linkname" {
					p.Names.links = append(p.Names.links, nameHash(name))
				}
			}
		}
	}
}
