package source

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
)

// goMarker is a comment that takes Go code out of the totals: //coverage:ignore as go-ignore-cov reads
// it, // coverage-ignore as go-test-coverage does. What follows is the reason.
var goMarker = regexp.MustCompile(`^//\s*coverage[:-]ignore\b[\s:,–-]*(.*)`)

// Exclusions finds the stretches of a text that comments in it take out of the totals, sorted, without
// overlap. In Go a marker is of what follows it, a function, a declaration or a statement with all its
// blocks; behind the opening brace of a block, or as the first thing in it, it is of that block; before
// the package clause with the word "file", of the whole file. In other languages markers are those of
// their tools, and mean what these say of them; tools have left out themselves what they mark, as far as
// they know it. ruby asks for those of Ruby, of which a profile may not know.
func Exclusions(name, content string, ruby bool) []coverage.Exclusion {
	switch LanguageOf(name) {
	case "go":
		if strings.Contains(content, "coverage:ignore") || strings.Contains(content, "coverage-ignore") {
			return goExclusions(content)
		}
		return nil
	case "ruby":
		if !ruby {
			return nil
		}
	}
	return markedOut(name, content)
}

func wholeLines(first, last uint32) coverage.Span {
	return coverage.Span{Start: coverage.Point{Line: first, Col: 1}, End: coverage.Point{Line: last + 1, Col: 0}}
}

func goExclusions(content string) []coverage.Exclusion {
	fset := token.NewFileSet()
	// What the parser could make out of a broken text is looked at all the same.
	file, _ := parser.ParseFile(fset, "", content, parser.ParseComments|parser.SkipObjectResolution)
	if file == nil {
		return nil
	}
	m := marked{content: content, file: fset.File(file.FileStart)}
	m.collect(file)
	var out []coverage.Exclusion
	for _, group := range file.Comments {
		for _, c := range group.List {
			found := goMarker.FindStringSubmatch(c.Text)
			if found == nil {
				continue
			}
			reason := strings.TrimSpace(found[1])
			if word, rest, _ := strings.Cut(reason, " "); word == "file" && c.Pos() < file.Package {
				whole := wholeLines(1, uint32(m.file.LineCount()))
				return []coverage.Exclusion{{Span: whole, Reason: strings.Clone(strings.TrimSpace(rest))}}
			}
			if from, to, ok := m.target(c, group); ok {
				span := coverage.Span{Start: m.point(from), End: m.point(to)}
				if m.begins(from) {
					span.Start.Col = 1
				}
				out = append(out, coverage.Exclusion{Span: span, Reason: strings.Clone(reason)})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b coverage.Exclusion) int {
		return cmp.Or(a.Span.Start.Compare(b.Span.Start), b.Span.End.Compare(a.Span.End))
	})
	apart := out[:0]
	for _, e := range out {
		if k := len(apart); k == 0 || !apart[k-1].Span.Contains(e.Span.Start) {
			apart = append(apart, e)
		}
	}
	return apart
}

// marked is what markers in a Go text may be of.
type marked struct {
	content string
	file    *token.File
	blocks  []stretch
	nodes   []stretch
}

// stretch is a node that may be taken out. In is the block that a statement is the first of.
type stretch struct {
	line     int // where it begins
	from, to token.Pos
	in       ast.Node
}

// collect lists, outer before inner, the blocks with the line of what opens them, and the
// declarations and statements with the line where they begin.
func (m *marked) collect(file *ast.File) {
	block := func(opens, from, to token.Pos) {
		m.blocks = append(m.blocks, stretch{line: m.file.PositionFor(opens, false).Line, from: from, to: to})
	}
	first := map[ast.Stmt]ast.Node{}
	begins := func(list []ast.Stmt, n ast.Node) {
		if len(list) == 0 {
			return
		}
		switch list[0].(type) {
		case *ast.CaseClause, *ast.CommClause:
		default:
			first[list[0]] = n
		}
	}
	bodies := map[*ast.BlockStmt]bool{} // of declared functions
	var around []bool                   // of the nodes around this one, whether they are blocks
	depth := 0                          // how many of them are
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			k := len(around) - 1
			if around[k] {
				depth--
			}
			around = around[:k]
			return true
		}
		if _, is := n.(*ast.BlockStmt); is && depth == maxBlocks {
			return false
		} else if around = append(around, is); is {
			depth++
		}
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Body != nil {
				block(n.Body.Lbrace, n.Pos(), n.End())
				bodies[n.Body] = true
			}
		case *ast.BlockStmt:
			if !bodies[n] {
				block(n.Lbrace, n.Pos(), n.End())
			}
			begins(n.List, n)
		case *ast.CaseClause:
			block(n.Colon, n.Pos(), n.End())
			begins(n.Body, n)
		case *ast.CommClause:
			block(n.Colon, n.Pos(), n.End())
			begins(n.Body, n)
		}
		_, block := n.(*ast.BlockStmt)
		stmt, isStmt := n.(ast.Stmt)
		_, isDecl := n.(ast.Decl)
		if (isStmt || isDecl) && !block {
			s := stretch{line: m.file.PositionFor(n.Pos(), false).Line, from: n.Pos(), to: n.End()}
			if isStmt {
				s.in = first[stmt]
			}
			m.nodes = append(m.nodes, s)
		}
		return true
	})
}

// target is the stretch that a marker is of.
func (m *marked) target(c *ast.Comment, group *ast.CommentGroup) (from, to token.Pos, ok bool) {
	line := m.file.PositionFor(c.Pos(), false).Line
	own := m.begins(c.Pos())
	if !own {
		// The innermost block that this line opens comes last.
		for _, b := range slices.Backward(m.blocks) {
			if b.line == line {
				return b.from, b.to, true
			}
		}
	}
	next := line
	if own {
		next = m.codeLine(group.End())
	}
	for _, n := range m.nodes {
		if n.line != next || own && n.from < c.Pos() {
			continue
		}
		// In a profile the first statement of a block is not apart from the block.
		plain := !strings.Contains(m.content[m.file.Offset(n.from):m.file.Offset(n.to)], "{")
		if n.in != nil && plain {
			return n.in.Pos(), n.in.End(), true
		}
		return n.from, n.to, true
	}
	return 0, 0, false
}

// begins reports whether pos is the first thing in its line.
func (m *marked) begins(pos token.Pos) bool {
	line := m.file.LineStart(m.file.PositionFor(pos, false).Line)
	return strings.TrimSpace(m.content[m.file.Offset(line):m.file.Offset(pos)]) == ""
}

// codeLine is the first line behind pos that is neither blank nor a comment.
func (m *marked) codeLine(pos token.Pos) int {
	line := m.file.PositionFor(pos, false).Line
	for line++; line <= m.file.LineCount(); line++ {
		start := m.file.Offset(m.file.LineStart(line))
		end, _, _ := strings.Cut(m.content[start:], "\n")
		if s := strings.TrimSpace(end); s != "" && !strings.HasPrefix(s, "//") {
			return line
		}
	}
	return 0
}

func (m *marked) point(pos token.Pos) coverage.Point {
	at := m.file.PositionFor(pos, false)
	return coverage.Point{Line: uint32(at.Line), Col: uint32(at.Column)}
}
