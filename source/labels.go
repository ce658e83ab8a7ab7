package source

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// gaps goes through the body of a function: it counts the ways through and labels the blocks. One holds
// for a part of the body.
type gaps struct {
	file  *goFile
	facts *Facts
	typ   *ast.FuncType // of the innermost function
	// tested are the expressions that are known to be other than nil here, or to be a certain error: the
	// last of them, each once.
	tested []string
	depth  int // of blocks around it
}

// Bounds of what is looked at in a function. In a broken text the end of a block is that of what is in it,
// so that what costs nothing in others costs the whole depth there.
const (
	maxTested = 32
	maxBlocks = 200
)

// with is for a part in which more is known.
func (v *gaps) with(tested []string) *gaps {
	if len(tested) == 0 {
		return v
	}
	w := *v
	w.tested = slices.Clone(w.tested)
	for _, name := range tested[max(0, len(tested)-maxTested):] {
		if !slices.Contains(w.tested, name) {
			w.tested = append(w.tested, name)
		}
	}
	w.tested = w.tested[max(0, len(w.tested)-maxTested):]
	return &w
}

// stmt looks into a statement. Where cmd/cover begins a block is where labels have to lie around: at a
// brace, behind the word else, at a colon, or at a statement behind one that is not simple. It is no
// ast.Visitor because this runs over every source, and takes half the time of one.
func (v *gaps) stmt(s ast.Stmt) {
	if v.depth > maxBlocks {
		return
	}
	switch s := s.(type) {
	case *ast.BlockStmt:
		v.block(s, s.Pos())
	case *ast.IfStmt:
		v.facts.Complexity++
		v.stmt(s.Init)
		v.expr(s.Cond)
		var not, is []string
		compared(s.Cond, &not, &is)
		v.with(not).block(s.Body, s.Body.Pos())
		if els, ok := s.Else.(*ast.BlockStmt); ok {
			v.with(is).block(els, s.Body.End())
		} else {
			v.stmt(s.Else)
		}
	case *ast.ForStmt:
		v.facts.Complexity++
		v.stmt(s.Init)
		v.expr(s.Cond)
		v.stmt(s.Post)
		v.block(s.Body, s.Body.Pos())
	case *ast.RangeStmt:
		v.facts.Complexity++
		v.exprs(s.Key, s.Value, s.X)
		v.block(s.Body, s.Body.Pos())
	case *ast.SwitchStmt:
		v.stmt(s.Init)
		v.expr(s.Tag)
		for _, c := range s.Body.List {
			v.clause(c, s.Tag)
		}
	case *ast.TypeSwitchStmt:
		v.stmt(s.Init)
		v.stmt(s.Assign)
		var tag ast.Expr
		switch s := s.Assign.(type) {
		case *ast.AssignStmt: // its left side is the right one as another type
			if len(s.Lhs) == 1 {
				tag = s.Lhs[0]
			}
		case *ast.ExprStmt:
			if a, ok := s.X.(*ast.TypeAssertExpr); ok {
				tag = a.X
			}
		}
		for _, c := range s.Body.List {
			v.clause(c, tag)
		}
	case *ast.SelectStmt:
		for _, c := range s.Body.List {
			v.communication(c)
		}
	case *ast.LabeledStmt:
		v.stmt(s.Stmt)
	case *ast.ExprStmt:
		v.expr(s.X)
	case *ast.AssignStmt:
		v.exprs(s.Lhs...)
		v.exprs(s.Rhs...)
		v.file.assign(s)
	case *ast.ReturnStmt:
		v.exprs(s.Results...)
	case *ast.DeferStmt:
		v.expr(s.Call)
	case *ast.GoStmt:
		v.expr(s.Call)
	case *ast.SendStmt:
		v.exprs(s.Chan, s.Value)
	case *ast.IncDecStmt:
		v.expr(s.X)
	case *ast.DeclStmt:
		if d, ok := s.Decl.(*ast.GenDecl); ok {
			for _, spec := range d.Specs {
				if values, ok := spec.(*ast.ValueSpec); ok {
					v.exprs(values.Values...)
					if values.Type != nil && v.file.ofStandard(values.Type) {
						v.file.declare(values.Names...)
					}
				}
			}
		}
	}
}

// block labels a block that begins at start, which lies before its brace, and looks into it.
func (v *gaps) block(b *ast.BlockStmt, start token.Pos) {
	if v.depth < maxBlocks {
		v.body(b.List, start, b.End())
	}
}

// body labels statements that run from one place to another, and looks into them.
func (v *gaps) body(list []ast.Stmt, from, to token.Pos) {
	v.depth++
	v.list(list, from, to)
	for _, s := range list {
		v.stmt(s)
	}
	v.depth--
}

// clause looks into a clause of a switch over tag, nil where it has none.
func (v *gaps) clause(s ast.Stmt, tag ast.Expr) {
	c, ok := s.(*ast.CaseClause)
	if !ok {
		return
	}
	if c.List == nil {
		v.file.label(c.Colon, c.End(), Default)
	} else {
		v.facts.Complexity++
	}
	var not, is []string
	for _, e := range c.List {
		v.expr(e)
		if tag == nil {
			compared(e, &not, &is)
		}
	}
	if name := chain(tag); isErrorChain(name) {
		not = append(not, name)
	}
	w := v.with(not)
	w.body(c.Body, c.Colon, c.End())
}

func (v *gaps) communication(s ast.Stmt) {
	c, ok := s.(*ast.CommClause)
	if !ok {
		return
	}
	if c.Comm == nil {
		v.file.label(c.Colon, c.End(), Default)
	} else {
		v.facts.Complexity++
		v.stmt(c.Comm)
	}
	v.body(c.Body, c.Colon, c.End())
}

func (v *gaps) exprs(list ...ast.Expr) {
	for _, e := range list {
		v.expr(e)
	}
}

// expr looks for closures and conditions in an expression; types hold none.
func (v *gaps) expr(e ast.Expr) {
	switch e := e.(type) {
	case *ast.FuncLit:
		v.file.fields(e.Type.Params)
		w := &gaps{file: v.file, facts: v.facts, typ: e.Type, depth: v.depth}
		w.block(e.Body, e.Body.Pos())
	case *ast.BinaryExpr:
		if e.Op == token.LAND || e.Op == token.LOR {
			v.facts.Complexity++
		}
		v.expr(e.X)
		v.expr(e.Y)
	case *ast.CallExpr:
		v.file.call(e.Fun)
		v.expr(e.Fun)
		v.exprs(e.Args...)
	case *ast.SelectorExpr:
		v.expr(e.X)
	case *ast.ParenExpr:
		v.expr(e.X)
	case *ast.StarExpr:
		v.expr(e.X)
	case *ast.UnaryExpr:
		v.expr(e.X)
	case *ast.TypeAssertExpr:
		v.expr(e.X)
	case *ast.IndexExpr:
		v.expr(e.X)
		v.expr(e.Index)
	case *ast.IndexListExpr:
		v.expr(e.X)
	case *ast.SliceExpr:
		v.exprs(e.X, e.Low, e.High, e.Max)
	case *ast.KeyValueExpr:
		v.expr(e.Key)
		v.expr(e.Value)
	case *ast.CompositeLit:
		v.exprs(e.Elts...)
	}
}

// list labels the statements between start and end, or the last of them, if they only hand an error
// on, or panic.
func (v *gaps) list(list []ast.Stmt, start, end token.Pos) {
	kind := Panic
	from, ok := tail(list, stops)
	if !ok && len(v.tested) > 0 {
		kind = ErrorReturn
		from, ok = tail(list, v.returns)
	}
	if !ok {
		return
	}
	if from > 0 {
		start = list[from-1].End()
	}
	v.file.label(start, end, kind)
}

// tail finds where the last of list begin: at most maxBefore simple statements and one that is an end.
// Behind the end may stand a return that is never reached.
func tail(list []ast.Stmt, isEnd func(ast.Stmt) bool) (from int, ok bool) {
	last := len(list) - 1
	if last < 0 {
		return 0, false
	}
	if !isEnd(list[last]) {
		if _, returns := list[last].(*ast.ReturnStmt); !returns || last == 0 || !isEnd(list[last-1]) {
			return 0, false
		}
		last--
	}
	for from = last; from > 0 && isSimple(list[from-1]); from-- {
		if last-from == maxBefore {
			return 0, false
		}
	}
	return from, true
}

// isSimple reports whether a statement neither branches nor leaves.
func isSimple(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ExprStmt:
		return !stops(s)
	case *ast.AssignStmt, *ast.IncDecStmt, *ast.DeclStmt, *ast.DeferStmt, *ast.EmptyStmt:
		return true
	}
	return false
}

// stops reports whether nothing runs behind a statement, by the names of what ends a goroutine.
func stops(s ast.Stmt) bool {
	x, ok := s.(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := x.X.(*ast.CallExpr)
	if !ok {
		return false
	}
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name == "panic"
	case *ast.SelectorExpr:
		switch f.Sel.Name {
		case "Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln", "FailNow":
			return true
		case "Exit", "Goexit":
			name := chain(f)
			return name == "os.Exit" || name == "runtime.Goexit" || name == "syscall.Exit"
		}
	}
	return false
}

// isExit reports whether a statement ends the program without a panic: os.Exit(0).
func isExit(s ast.Stmt) bool {
	x, ok := s.(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := x.X.(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	return ok && (chain(f) == "os.Exit" || chain(f) == "syscall.Exit")
}

// returns reports whether a statement hands on, as it is or in another, an error that was tested for.
// A result that mentions an expression with the name of an error does so, and so does one that makes
// an error or is one of the package's; of what has another name, the last result as it is, where that
// is an error.
func (v *gaps) returns(s ast.Stmt) bool {
	r, ok := s.(*ast.ReturnStmt)
	if !ok {
		return false
	}
	results := v.typ.Results
	isErr := false // the last result
	if results != nil && len(results.List) > 0 {
		last := results.List[len(results.List)-1]
		id, ok := last.Type.(*ast.Ident)
		isErr = ok && id.Name == "error"
		if len(r.Results) == 0 {
			return slices.ContainsFunc(last.Names, func(n *ast.Ident) bool {
				return slices.Contains(v.tested, n.Name) && (isErr || isError(n.Name))
			})
		}
	}
	if len(r.Results) == 0 {
		return false
	}
	last := r.Results[len(r.Results)-1]
	for _, name := range v.tested {
		if !isErrorChain(name) {
			if isErr && chain(last) == name {
				return true
			}
			continue
		}
		if isErr && makesError(last) || slices.ContainsFunc(r.Results, func(e ast.Expr) bool { return mentions(e, name) }) {
			return true
		}
	}
	return false
}

// makesError reports whether an expression is a new error or the name of one.
func makesError(e ast.Expr) bool {
	if call, ok := e.(*ast.CallExpr); ok {
		e = call.Fun
	}
	name := chain(e)
	return name == "fmt.Errorf" || isErrorChain(name) || name == "errors.New"
}

// mentions reports whether an expression holds the chain name.
func mentions(e ast.Expr, name string) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if x, ok := n.(ast.Expr); ok && !found {
			found = chain(x) == name
		}
		return !found
	})
	return found
}

// compared adds the expressions that a condition compares with nil or with an error: to not those that
// are no nil, or are a certain error, where it holds; to is those where it does not.
func compared(cond ast.Expr, not, is *[]string) {
	switch c := cond.(type) {
	case *ast.ParenExpr:
		compared(c.X, not, is)
	case *ast.UnaryExpr:
		if c.Op == token.NOT {
			compared(c.X, is, not)
		}
	case *ast.CallExpr: // errors.Is(err, fs.ErrNotExist)
		for _, arg := range c.Args {
			if name := chain(arg); isErrorChain(name) {
				*not = append(*not, name)
			}
		}
	case *ast.BinaryExpr:
		switch c.Op {
		case token.LAND, token.LOR:
			compared(c.X, not, is)
			compared(c.Y, not, is)
		case token.NEQ, token.EQL:
			into := not
			if c.Op == token.EQL {
				into = is
			}
			x, y := chain(c.X), chain(c.Y)
			if y != "nil" && !isErrorChain(x) { // if v == errNone
				return
			}
			if x != "" {
				*into = append(*into, x)
			}
			if c.Op == token.EQL && y != "nil" {
				*not = append(*not, x)
			}
		}
	}
}

// maxChain bounds the links of a chain: it is asked for at every link of a longer one.
const maxChain = 16

// chain writes names, fields and calls without arguments: "err", "p.err", "ctx.Err()"; "" for anything
// else, and for what is longer than anybody writes.
func chain(e ast.Expr) string { return chainOf(e, maxChain) }

func chainOf(e ast.Expr, most int) string {
	if most == 0 {
		return ""
	}
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		if x := chainOf(e.X, most-1); x != "" {
			return x + "." + e.Sel.Name
		}
	case *ast.CallExpr:
		if len(e.Args) > 0 {
			return ""
		}
		if x := chainOf(e.Fun, most-1); x != "" {
			return x + "()"
		}
	case *ast.ParenExpr:
		return chainOf(e.X, most-1)
	}
	return ""
}

func isErrorChain(name string) bool {
	return isError(strings.TrimSuffix(name[strings.LastIndexByte(name, '.')+1:], "()"))
}

// label adds a label if the stretch is not behind a syntax error.
func (g *goFile) label(start, end token.Pos, k Kind) {
	s, e := g.offset(start), g.offset(end)
	if s < e && start.IsValid() {
		g.labels = append(g.labels, Label{g.span(s, e), k})
	}
}
