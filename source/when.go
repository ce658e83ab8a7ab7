package source

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/text"
)

// When says what makes code run; see outline.When. Its offsets are of the text.
type When = outline.When

// maxWays bounds the ways into a stretch that are told apart.
const maxWays = 20

// Flow knows of a text when its code runs. It is made of a text when somebody asks, and kept by nobody.
type Flow struct {
	t    *text.Text
	when func(offset int) When // nil where nothing can be told
}

// NewFlow reads a text, whose name tells its language. Nothing can be told of a text with a syntax error, or of one of Go that
// says that it came from another.
func NewFlow(name, src string) *Flow {
	if filepath.Ext(name) == ".go" {
		return &Flow{text.New(src), whenGo(src)}
	}
	return &Flow{text.New(src), outline.Whens(LanguageOf(name), src)}
}

// Ways says when a stretch of code runs: by what choices the flow comes to it. A stretch is given by the places where its regions
// or lines begin, in their order, column 1 being the first statement of its line. Where it is entered in several ways, as one
// that goes over several clauses is, there is one for each. It is nil where that can't be told of all of the stretch.
func (f *Flow) Ways(places []coverage.Point) []When {
	if f.when == nil {
		return nil
	}
	return waysOf(f.t, places, f.when)
}

// Ways is Flow.Ways for stretches of one text.
func Ways(name, src string, stretches [][]coverage.Point) [][]When {
	f := NewFlow(name, src)
	out := make([][]When, len(stretches))
	for i, places := range stretches {
		out[i] = f.Ways(places)
	}
	return out
}

// waysOf are the ways into one stretch; nil where some of it is reached in a way that nobody knows.
func waysOf(t *text.Text, places []coverage.Point, when func(offset int) When) []When {
	var out []When
	first, end := -1, -1 // where the stretch begins, and up to where what it hangs on is known
	for _, p := range places {
		at, ok := statementAt(t, p)
		if !ok || at < end {
			continue
		}
		if first < 0 {
			first = at
		}
		w := when(at)
		switch {
		case w.How != outline.Unknown:
			if !slices.ContainsFunc(out, func(o When) bool { return o.How == w.How && o.Not == w.Not && o.Code == w.Code }) {
				out = append(out, w)
			}
			end = max(end, w.End)
		case len(out) == 0 || w.End <= first:
			return nil
		}
		// Else the flow comes from a statement that is of the stretch, or that it begins in.
		if len(out) > maxWays {
			return nil
		}
	}
	return out
}

// statementAt is the byte offset of a place, or of what begins on its line; ok is false where nothing does but the end of a
// block.
func statementAt(t *text.Text, p coverage.Point) (offset int, ok bool) {
	src := t.String()
	offset = t.At(p.Line, p.Col)
	line, _ := t.LineCol(offset)
	if line != p.Line {
		return 0, false
	}
	end := len(src)
	if i := strings.IndexByte(src[offset:], '\n'); i >= 0 {
		end = offset + i
	}
	rest := src[offset:end]
	skip := len(rest) - len(strings.TrimLeft(rest, " \t\r};)]"))
	if p.Col > 1 {
		return offset, true
	}
	return offset + skip, skip < len(rest)
}

// whenGo says of places of a Go text, by byte offsets, when they run; nil where it can't be told of any.
func whenGo(src string) func(offset int) When {
	if directs(src) {
		return nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", src, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	w := &goWhen{src: src, file: file, base: fset.File(file.FileStart).Base(), jumps: strings.Contains(src, "goto")}
	return w.at
}

// goWhen finds what a place of a Go file hangs on.
type goWhen struct {
	src    string
	file   *ast.File
	base   int
	jumps  bool // a goto may stand in it
	looked int  // how much was looked at for all places, in nodes and parts of texts
}

// maxLooked bounds that: behind it nothing is told of function literals.
const maxLooked = 20_000_000

// at goes down the blocks around an offset.
func (w *goWhen) at(offset int) When {
	pos := token.Pos(w.base + offset)
	i, ok := slices.BinarySearchFunc(w.file.Decls, pos, func(d ast.Decl, p token.Pos) int {
		switch {
		case d.End() <= p:
			return -1
		case d.Pos() > p:
			return 1
		}
		return 0
	})
	if !ok {
		return When{}
	}
	var b *goBlock
	if f, ok := w.file.Decls[i].(*ast.FuncDecl); ok {
		if f.Body == nil || pos < f.Body.Pos() {
			return When{}
		}
		b = &goBlock{list: f.Body.List, from: f.Body.Pos(), end: f.Body.End()}
	} else if b = w.literal(w.file.Decls[i], pos); b == nil {
		return When{}
	}
	for {
		k := sort.Search(len(b.list), func(k int) bool { return b.list[k].Pos() > pos }) - 1
		if k < 0 {
			return b.when
		}
		s := b.list[k]
		label, labelled := s.(*ast.LabeledStmt)
		if labelled && pos >= label.Stmt.Pos() {
			s = label.Stmt
		}
		if pos == s.Pos() {
			switch {
			case labelled && !loops(label.Stmt):
				return When{} // somebody may jump there
			case k == 0:
				return b.when
			}
			return w.behind(b.list[k-1], pos, b)
		}
		if pos >= s.End() {
			return When{}
		}
		in := w.within(s, pos)
		switch {
		case in == nil:
			return When{}
		case in.bare && k > 0:
			in.when = w.behind(b.list[k-1], s.Pos(), b)
		case in.bare:
			in.when = b.when
		}
		b = in
	}
}

// goBlock is a list of statements, and what it hangs on.
type goBlock struct {
	list      []ast.Stmt
	from, end token.Pos
	when      When
	bare      bool // it hangs on what its statement does
}

// upTo is where the flow that comes to a place of a block no longer goes on: where somebody may jump to, or where the block ends.
func (w *goWhen) upTo(pos token.Pos, b *goBlock) token.Pos {
	if !w.jumps {
		return b.end
	}
	if w.looked += len(b.list); w.looked > maxLooked {
		return pos
	}
	for _, s := range b.list {
		if label, ok := s.(*ast.LabeledStmt); ok && s.Pos() > pos && !loops(label.Stmt) {
			return s.Pos()
		}
	}
	return b.end
}

func (w *goWhen) offset(pos token.Pos) int { return min(max(int(pos)-w.base, 0), len(w.src)) }

func (w *goWhen) block(list []ast.Stmt, from, end token.Pos, is When) *goBlock {
	b := &goBlock{list: list, from: from, end: end, when: is}
	if is.How != outline.Unknown {
		b.when.Start, b.when.End = w.offset(from), w.offset(w.upTo(from, b))
	}
	return b
}

// code is an expression on one line, without parentheses around it.
func (w *goWhen) code(e ast.Expr) string {
	for {
		p, ok := e.(*ast.ParenExpr)
		if !ok {
			return w.text(e.Pos(), e.End())
		}
		e = p.X
	}
}

func (w *goWhen) text(from, to token.Pos) string {
	code := w.src[w.offset(from):w.offset(to)]
	if !strings.Contains(code, "/") || !strings.Contains(code, "//") && !strings.Contains(code, "/*") {
		return outline.Condensed(code, nil)
	}
	// Comments stand in it, or what looks like one.
	var comments []outline.Stretch
	var s scanner.Scanner
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(code))
	s.Init(file, []byte(code), nil, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.COMMENT {
			start := file.Offset(pos)
			comments = append(comments, outline.Stretch{Start: start, End: start + len(lit)})
		}
	}
	return outline.Condensed(code, comments)
}

// within is the block of a statement, or of a function literal in it, that a place behind its beginning stands in; nil where
// it stands in none.
func (w *goWhen) within(s ast.Stmt, pos token.Pos) *goBlock {
	switch s := s.(type) {
	case *ast.BlockStmt:
		return &goBlock{list: s.List, from: s.Pos(), end: s.End(), bare: true}
	case *ast.IfStmt:
		return w.branch(s, pos)
	case *ast.ForStmt:
		if pos < s.Body.Pos() {
			break
		}
		if s.Cond == nil {
			return &goBlock{list: s.Body.List, from: s.Body.Pos(), end: s.Body.End(), bare: s.Init == nil}
		}
		return w.block(s.Body.List, s.Body.Pos(), s.Body.End(), When{How: outline.Holds, Code: w.code(s.Cond)})
	case *ast.RangeStmt:
		if pos < s.Body.Pos() {
			break
		}
		return w.block(s.Body.List, s.Body.Pos(), s.Body.End(), When{How: outline.Each, Code: w.text(s.For+token.Pos(len("for")), s.X.End())})
	case *ast.SwitchStmt:
		if pos >= s.Body.Pos() {
			return w.clause(s, s.Body, pos, s.Tag == nil)
		}
	case *ast.TypeSwitchStmt:
		if pos >= s.Body.Pos() {
			return w.clause(s, s.Body, pos, false)
		}
	case *ast.SelectStmt:
		if pos >= s.Body.Pos() {
			return w.clause(s, s.Body, pos, false)
		}
	}
	return w.literal(s, pos)
}

// branch is the block of an if, or of those chained to it, that a place stands in.
func (w *goWhen) branch(s *ast.IfStmt, pos token.Pos) *goBlock {
	for first := true; ; first = false {
		switch {
		case pos < s.Body.Pos():
			if b := w.literal(s, pos); b != nil {
				return b
			}
			return nil
		case pos < s.Body.End():
			return w.block(s.Body.List, s.Body.Pos(), s.Body.End(), When{How: outline.Holds, Code: w.code(s.Cond)})
		case s.Else == nil:
			return nil
		}
		is := w.not(s.Cond)
		switch e := s.Else.(type) {
		case *ast.BlockStmt:
			if !first {
				is.How = outline.Otherwise
			}
			return w.block(e.List, s.Body.End(), e.End(), is)
		case *ast.IfStmt:
			if pos <= e.Pos() {
				return w.block(nil, s.Body.End(), e.End(), is)
			}
			s = e
		default:
			return nil
		}
	}
}

// clause is the one of a choice that a place stands in.
func (w *goWhen) clause(choice ast.Stmt, body *ast.BlockStmt, pos token.Pos, conditions bool) *goBlock {
	head := w.text(choice.Pos(), body.Pos())
	fell := false // the clause before goes on in this
	for _, s := range body.List {
		if pos >= s.Pos() && pos < s.End() {
			switch c := s.(type) {
			case *ast.CaseClause:
				switch {
				case c.List == nil:
					return w.block(c.Body, c.Pos(), c.End(), When{How: outline.Rest, Code: head})
				case conditions && len(c.List) == 1 && !fell:
					return w.block(c.Body, c.Pos(), c.End(), When{How: outline.Holds, Code: w.code(c.List[0])})
				}
				return w.block(c.Body, c.Pos(), c.End(), When{How: outline.In, Code: w.text(c.Pos(), c.Colon)})
			case *ast.CommClause:
				if c.Comm == nil {
					return w.block(c.Body, c.Pos(), c.End(), When{How: outline.Rest, Code: head})
				}
				return w.block(c.Body, c.Pos(), c.End(), When{How: outline.In, Code: w.text(c.Pos(), c.Colon)})
			}
		}
		fell = false
		if c, ok := s.(*ast.CaseClause); ok && len(c.Body) > 0 {
			last, ok := c.Body[len(c.Body)-1].(*ast.BranchStmt)
			fell = ok && last.Tok == token.FALLTHROUGH
		}
	}
	return nil
}

// literal is the body of the outermost function literal in a node that a place stands in; nil for none.
func (w *goWhen) literal(n ast.Node, pos token.Pos) *goBlock {
	if from, to := w.offset(n.Pos()), w.offset(n.End()); !strings.Contains(w.src[from:max(from, to)], "func") {
		return nil
	}
	var found *ast.FuncLit
	var path []ast.Node
	ast.Inspect(n, func(n ast.Node) bool {
		if n == nil || found != nil || w.looked > maxLooked || len(path) > maxBlocks {
			return false
		}
		// Where an expression begins and ends is worked out from what is in it.
		start, end := n.Pos(), n.End()
		if w.looked += 1 + int(end-start)/16; pos < start || pos >= end {
			return false
		}
		if f, ok := n.(*ast.FuncLit); ok {
			if pos >= f.Body.Pos() {
				found = f
			}
			return false
		}
		path = append(path, n)
		return true
	})
	if found == nil {
		return nil
	}
	return w.block(found.Body.List, found.Body.Pos(), found.Body.End(), w.use(found, path))
}

// use says how a function literal is called, by what stands around it, the innermost last.
func (w *goWhen) use(f *ast.FuncLit, path []ast.Node) When {
	for len(path) > 0 {
		p, ok := path[len(path)-1].(*ast.ParenExpr)
		if !ok || p.X == nil {
			break
		}
		path = path[:len(path)-1]
	}
	if len(path) == 0 {
		return When{}
	}
	holds := func(list []ast.Expr) int {
		return slices.IndexFunc(list, func(e ast.Expr) bool { return e.Pos() <= f.Pos() && f.End() <= e.End() })
	}
	switch p := path[len(path)-1].(type) {
	case *ast.CallExpr:
		if holds(p.Args) >= 0 {
			return When{How: outline.Passed, Code: w.code(p.Fun)}
		}
	case *ast.KeyValueExpr:
		if p.Value.Pos() <= f.Pos() {
			return When{How: outline.Called, Code: w.code(p.Key)}
		}
	case *ast.AssignStmt:
		if i := holds(p.Rhs); i >= 0 && i < len(p.Lhs) {
			return When{How: outline.Called, Code: w.code(p.Lhs[i])}
		}
	case *ast.ValueSpec:
		if i := holds(p.Values); i >= 0 && i < len(p.Names) {
			return When{How: outline.Called, Code: p.Names[i].Name}
		}
	case *ast.ReturnStmt:
		return When{How: outline.Returned}
	}
	return When{}
}

// behind says when the flow comes to a place directly behind a statement of its list, which ends at end: when it does not leave
// the list there.
func (w *goWhen) behind(s ast.Stmt, pos token.Pos, b *goBlock) When {
	found := When{Start: w.offset(s.Pos()), End: w.offset(s.End())}
	take := func(is When) {
		found = is
		found.Start, found.End, found.Behind = w.offset(pos), w.offset(w.upTo(pos, b)), true
	}
	if label, ok := s.(*ast.LabeledStmt); ok {
		s = label.Stmt
	}
	switch s := s.(type) {
	case *ast.IfStmt:
		left, last := leavesList(s.Body.List), lastOf(s)
		switch {
		case s.Else == nil && !left:
		case s.Else == nil:
			take(w.not(s.Cond))
		case last.Else == nil && allLeave(s):
			is := w.not(last.Cond)
			is.How = outline.Otherwise
			take(is)
		case left && !leavesWhole(s.Else):
			take(w.not(s.Cond))
		case !left && leavesWhole(s.Else):
			take(When{How: outline.Holds, Code: w.code(s.Cond)})
		}
	case *ast.ForStmt:
		take(When{How: outline.Ended, Code: w.text(s.Pos(), s.Body.Pos())})
	case *ast.RangeStmt:
		take(When{How: outline.Ended, Code: w.text(s.Pos(), s.Body.Pos())})
	case *ast.SwitchStmt:
		if unmatched(s.Body) {
			take(When{How: outline.Unmatched, Code: w.text(s.Pos(), s.Body.Pos())})
		}
	case *ast.TypeSwitchStmt:
		if unmatched(s.Body) {
			take(When{How: outline.Unmatched, Code: w.text(s.Pos(), s.Body.Pos())})
		}
	}
	return found
}

// lastOf is the last if of a chain.
func lastOf(s *ast.IfStmt) *ast.IfStmt {
	for {
		next, ok := s.Else.(*ast.IfStmt)
		if !ok {
			return s
		}
		s = next
	}
}

// allLeave reports whether the flow leaves in each block of a chain.
func allLeave(s *ast.IfStmt) bool {
	for {
		if !leavesList(s.Body.List) {
			return false
		}
		next, ok := s.Else.(*ast.IfStmt)
		if !ok {
			return true
		}
		s = next
	}
}

// unmatched reports whether the flow comes behind a choice only where no clause applies: each leaves, and none takes all.
func unmatched(body *ast.BlockStmt) bool {
	for _, s := range body.List {
		c, ok := s.(*ast.CaseClause)
		if !ok || c.List == nil || breaks(c) {
			return false
		}
		if n := len(c.Body); n > 0 {
			if b, ok := c.Body[n-1].(*ast.BranchStmt); ok && b.Tok == token.FALLTHROUGH {
				continue
			}
		}
		if !leavesList(c.Body) {
			return false
		}
	}
	return len(body.List) > 0
}

// breaks reports whether a break in a clause leaves its choice, or may.
func breaks(c *ast.CaseClause) bool {
	found := false
	for _, s := range c.Body {
		ast.Inspect(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
				// Their own breaks, but for those to a label.
				ast.Inspect(n, func(n ast.Node) bool {
					b, ok := n.(*ast.BranchStmt)
					found = found || ok && b.Tok == token.BREAK && b.Label != nil
					return !found
				})
				return false
			case *ast.FuncLit:
				return false
			case *ast.BranchStmt:
				found = found || n.Tok == token.BREAK
			}
			return !found
		})
	}
	return found
}

// leavesList reports whether the flow never comes behind statements.
func leavesList(list []ast.Stmt) bool {
	return len(list) > 0 && leavesWhole(list[len(list)-1])
}

// leavesWhole reports whether the flow never comes behind a statement to the next of its list; false where that is not known.
func leavesWhole(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ReturnStmt:
		return true
	case *ast.BranchStmt:
		return s.Tok == token.BREAK || s.Tok == token.CONTINUE
	case *ast.ExprStmt:
		return stops(s)
	case *ast.BlockStmt:
		return leavesList(s.List)
	case *ast.IfStmt:
		for {
			if !leavesList(s.Body.List) {
				return false
			}
			next, ok := s.Else.(*ast.IfStmt)
			if !ok {
				return s.Else != nil && leavesWhole(s.Else)
			}
			s = next
		}
	}
	return false
}

// not is what holds where a condition does not.
func (w *goWhen) not(cond ast.Expr) When {
	for {
		p, ok := cond.(*ast.ParenExpr)
		if !ok {
			break
		}
		cond = p.X
	}
	switch c := cond.(type) {
	case *ast.UnaryExpr:
		if c.Op == token.NOT {
			return When{How: outline.Holds, Code: w.code(c.X)}
		}
	case *ast.Ident, *ast.SelectorExpr, *ast.CallExpr, *ast.IndexExpr:
		if code := "!" + w.code(c); !strings.Contains(code, "…") {
			return When{How: outline.Holds, Code: code}
		}
	case *ast.BinaryExpr:
		op, ok := opposite[c.Op]
		// Neither of two orders holds of what is no number.
		if ok && (c.Op == token.EQL || c.Op == token.NEQ || isWhole(c.X) || isWhole(c.Y)) {
			x, y := w.text(c.X.Pos(), c.X.End()), w.text(c.Y.Pos(), c.Y.End())
			if code := x + " " + op.String() + " " + y; !strings.Contains(code, "…") {
				return When{How: outline.Holds, Code: outline.Condensed(code, nil)}
			}
		}
	}
	return When{How: outline.Holds, Not: true, Code: w.code(cond)}
}

var opposite = map[token.Token]token.Token{
	token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.GEQ, token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR,
}

// isWhole reports whether an expression is none of floating point by its looks: a length, or a constant.
func isWhole(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit:
		return e.Kind != token.FLOAT && e.Kind != token.IMAG
	case *ast.CallExpr:
		f, ok := e.Fun.(*ast.Ident)
		return ok && (f.Name == "len" || f.Name == "cap")
	}
	return false
}
