package source

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
)

// Block is a stretch of a Go text that `go test -cover` counts as one.
type Block struct {
	// As is where a profile says that it is, Count being 0. It differs from At under a //line directive.
	As coverage.Region
	// At is where it stands in the text.
	At coverage.Span
	// Statements are where its statements stand in the text, in their order, each without what it holds of others: an if
	// goes up to its brace. There are as many as As says, but where several begin in one place.
	Statements []coverage.Span
}

// Blocks returns the blocks into which cmd/cover divides a Go text (Go 1.21 to 1.26), sorted as a profile has them;
// nil where the text has a syntax error.
func Blocks(src string) []Block {
	g := newGoFile(src)
	g.keepsBlocks = true
	file, err := g.parse(0, len(src), "")
	if err != nil {
		return nil
	}
	g.blocksOf(file)
	slices.SortFunc(g.blocks, func(a, b Block) int { return a.As.Compare(b.As) })
	return g.blocks
}

// directs reports whether a Go text has directives that say that it came from another.
func directs(src string) bool {
	return strings.Contains(src, "//line ") || strings.Contains(src, "/*line ")
}

// blocksOf takes the blocks of all functions of a file.
func (g *goFile) blocksOf(file *ast.File) {
	for _, d := range file.Decls {
		ast.Walk((*blocks)(g), d)
	}
}

// blocks divides functions into blocks, as the visitor of cmd/cover does.
type blocks goFile

// Visit takes the blocks of a node and the names in it and, where the result is not nil, those of what is in it.
func (b *blocks) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if n.Body == nil {
			return nil
		}
		b.inside = insideOf(n)
		if n.Name.Name != "_" {
			ast.Walk(b, n.Body)
		} else {
			ast.Inspect(n.Body, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					(*goFile)(b).mention(id.Name)
				}
				return true
			})
		}
		b.inside = inside{}
		return nil
	case *ast.Ident:
		if n.Name != b.inside.name || b.inside.receiver != "" {
			(*goFile)(b).mention(n.Name)
		}
	case *ast.SelectorExpr:
		x, plain := n.X.(*ast.Ident)
		if !plain || b.inside.receiver == "" || n.Sel.Name != b.inside.name || x.Name != b.inside.receiver {
			(*goFile)(b).mention(n.Sel.Name)
		}
		ast.Walk(b, n.X)
		return nil
	case *ast.BlockStmt:
		b.list(n.Lbrace, n)
	case *ast.IfStmt:
		if n.Init != nil {
			ast.Walk(b, n.Init)
		}
		ast.Walk(b, n.Cond)
		ast.Walk(b, n.Body)
		b.otherwise(n)
		return nil
	case *ast.SelectStmt:
		if n.Body == nil || len(n.Body.List) == 0 {
			return nil
		}
	case *ast.SwitchStmt:
		if n.Body == nil || len(n.Body.List) == 0 {
			if n.Init != nil {
				ast.Walk(b, n.Init)
			}
			if n.Tag != nil {
				ast.Walk(b, n.Tag)
			}
			return nil
		}
	case *ast.TypeSwitchStmt:
		if n.Body == nil || len(n.Body.List) == 0 {
			if n.Init != nil {
				ast.Walk(b, n.Init)
			}
			ast.Walk(b, n.Assign)
			return nil
		}
	}
	return b
}

// list takes the blocks of a statement list, or of the clauses in it, that opens at pos.
func (b *blocks) list(pos token.Pos, n *ast.BlockStmt) {
	if len(n.List) > 0 {
		switch n.List[0].(type) {
		case *ast.CaseClause, *ast.CommClause:
			for _, c := range n.List {
				switch c := c.(type) {
				case *ast.CaseClause:
					b.divide(c.Colon+1, c.Colon+1, c.End(), c.Body, false)
				case *ast.CommClause:
					b.divide(c.Colon+1, c.Colon+1, c.End(), c.Body, false)
				}
			}
			return
		}
	}
	b.divide(pos, pos+1, n.Rbrace+1, n.List, true)
}

// otherwise takes the blocks of an else, of which the first begins right behind that word.
func (b *blocks) otherwise(n *ast.IfStmt) {
	if n.Else == nil {
		return
	}
	pos := b.behindElse(n.Body.End())
	switch e := n.Else.(type) {
	case *ast.IfStmt:
		b.divide(pos, pos+1, e.End()+1, []ast.Stmt{e}, true)
		ast.Walk(b, e)
	case *ast.BlockStmt:
		b.list(pos, e)
		for _, s := range e.List {
			ast.Walk(b, s)
		}
	}
}

// behindElse is where the first "else" at pos or behind it ends that is in no comment.
func (b *blocks) behindElse(pos token.Pos) token.Pos {
	const word = "else"
	from := int(pos) - b.file.Base() + b.shift
	for i := from; i < len(b.src); i++ {
		rest := b.src[i:]
		switch {
		case strings.HasPrefix(rest, word):
			return pos + token.Pos(i-from+len(word))
		case strings.HasPrefix(rest, "//"):
			i += strings.IndexByte(rest+"\n", '\n')
		case strings.HasPrefix(rest, "/*"):
			i += 2 + strings.Index(rest[2:]+"*/", "*/") + 1
		}
	}
	return pos
}

// divide takes the blocks of statements. A block begins at pos, or at empty where there are no statements, and ends where
// the flow may leave, else at end; whole tells that a list that the flow leaves nowhere goes on to its brace.
func (b *blocks) divide(pos, empty, end token.Pos, list []ast.Stmt, whole bool) {
	if len(list) == 0 {
		b.take(empty, end, 0)
		return
	}
	cloned := false
	for rest := 0; rest < len(list); {
		to, n := end, 0
		behind := token.NoPos // a label, which its statement stands behind
		for rest+n < len(list) {
			s := list[rest+n]
			to = b.boundary(s)
			n++
			if !b.leaves(s) {
				continue
			}
			whole = false
			if label, ok := s.(*ast.LabeledStmt); ok && !loops(label.Stmt) {
				to, behind = label.Pos(), label.Stmt.Pos()
				// What is behind the label begins a block of its own.
				if !cloned {
					list, cloned = slices.Clone(list), true
				}
				list[rest+n-1] = label.Stmt
			}
			break
		}
		if whole {
			to = end
		}
		if pos != to {
			b.take(pos, to, n)
			b.hold(list[rest : rest+n])
		}
		rest += n
		if behind.IsValid() {
			rest--
		}
		if rest < len(list) {
			pos = list[rest].Pos()
		}
	}
}

// boundary is where the block of a statement ends at the latest: before the body of what holds others, and before that
// of the first function literal.
func (b *blocks) boundary(s ast.Stmt) token.Pos {
	switch s := s.(type) {
	case *ast.BlockStmt:
		return s.Lbrace
	case *ast.IfStmt:
		return b.first(s.Body.Lbrace, s.Init, s.Cond)
	case *ast.ForStmt:
		return b.first(s.Body.Lbrace, s.Init, s.Cond, s.Post)
	case *ast.LabeledStmt:
		return b.boundary(s.Stmt)
	case *ast.RangeStmt:
		return b.first(s.Body.Lbrace, s.X)
	case *ast.SwitchStmt:
		return b.first(s.Body.Lbrace, s.Init, s.Tag)
	case *ast.SelectStmt:
		return s.Body.Lbrace
	case *ast.TypeSwitchStmt:
		return b.first(s.Body.Lbrace, s.Init)
	}
	return b.first(s.End(), s)
}

// first is where the body of the first function literal in the nodes opens, else end.
func (b *blocks) first(end token.Pos, nodes ...ast.Node) token.Pos {
	for _, n := range nodes {
		if pos := b.literal(n); pos.IsValid() {
			return pos
		}
	}
	return end
}

// leaves reports whether the flow may leave a list at a statement, or come in behind it.
func (b *blocks) leaves(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.BlockStmt, *ast.BranchStmt, *ast.ForStmt, *ast.IfStmt, *ast.LabeledStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.SelectStmt, *ast.TypeSwitchStmt:
		return true
	case *ast.ExprStmt:
		if call, ok := s.X.(*ast.CallExpr); ok && len(call.Args) == 1 {
			if fun, ok := call.Fun.(*ast.Ident); ok && fun.Name == "panic" {
				return true
			}
		}
	}
	return b.literal(s).IsValid()
}

// loops reports whether a label of a statement is the statement's own: that of a loop, switch or select.
func loops(s ast.Stmt) bool {
	switch s.(type) {
	case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.SelectStmt, *ast.TypeSwitchStmt:
		return true
	}
	return false
}

// literal is where the body of the first function literal in a node opens; it is not valid where there is none.
func (b *blocks) literal(n ast.Node) (pos token.Pos) {
	if n == nil {
		return token.NoPos
	}
	g := (*goFile)(b)
	if from, to := g.offset(n.Pos()), g.offset(n.End()); !strings.Contains(g.src[from:max(from, to)], "func") {
		return token.NoPos
	}
	ast.Inspect(n, func(n ast.Node) bool {
		if f, ok := n.(*ast.FuncLit); ok && !pos.IsValid() {
			pos = f.Body.Lbrace
		}
		return !pos.IsValid()
	})
	return pos
}

// take adds a block.
func (b *blocks) take(from, to token.Pos, statements int) {
	g := (*goFile)(b)
	start, end := g.exact(from), g.exact(to)
	block := Block{At: coverage.Span{Start: start, End: end}, As: coverage.Region{Start: start, End: end, Statements: uint32(statements)}}
	if g.directs {
		block.As.Start, block.As.End = g.told(from), g.told(to)
		for g.seen[coverage.Span{Start: block.As.Start, End: block.As.End}] {
			block.As.End.Col++
		}
		if g.seen == nil {
			g.seen = map[coverage.Span]bool{}
		}
		g.seen[coverage.Span{Start: block.As.Start, End: block.As.End}] = true
	}
	g.print.Add(&block.As)
	if g.keepsBlocks {
		g.blocks = append(g.blocks, block)
	}
}

// hold says which statements the block has that was taken last.
func (b *blocks) hold(list []ast.Stmt) {
	g := (*goFile)(b)
	if !g.keepsBlocks {
		return
	}
	block := &g.blocks[len(g.blocks)-1]
	block.Statements = make([]coverage.Span, len(list))
	for i, s := range list {
		block.Statements[i] = coverage.Span{Start: g.exact(s.Pos()), End: g.exact(b.boundary(s))}
	}
}

// exact is where pos is in the text, also behind its last byte.
func (g *goFile) exact(pos token.Pos) coverage.Point {
	at := g.lines.PositionFor(token.Pos(g.lines.Base()+min(max(int(pos)-g.file.Base()+g.shift, 0), len(g.src))), false)
	return coverage.Point{Line: uint32(at.Line), Col: uint32(at.Column)}
}

// told is where the directives say that pos is.
func (g *goFile) told(pos token.Pos) coverage.Point {
	at := g.file.PositionFor(pos, true)
	return coverage.Point{Line: uint32(max(at.Line, 0)), Col: uint32(max(at.Column, 0))}
}
