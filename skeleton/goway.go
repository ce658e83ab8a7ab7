package skeleton

import (
	"go/ast"
	"go/token"
	"strings"
)

// ways lists the ways through the function that no test takes, in the order of its text. It is never empty.
func (g *goMaker) ways() []way {
	var out []way
	if g.body == nil {
		return []way{{name: "straight through"}}
	}
	missed := g.request.Missed
	if missed.Whole && !decides(g.body) {
		out = append(out, way{name: "straight through"})
	}
	add := func(name string, body []ast.Stmt, after string) {
		if len(body) > 0 && missed.never(g.offset(g.source, body[0].Pos())) {
			out = append(out, way{clip(name), g.fails(body), clip(after)})
		}
	}
	calls := g.callsBefore()
	ast.Inspect(g.body, func(n ast.Node) bool {
		if len(out) > maxWays {
			return false
		}
		switch n := n.(type) {
		case *ast.IfStmt:
			after := calls[n]
			if n.Init != nil {
				after = g.called(n.Init)
			}
			add(g.text(g.source, n.Cond), n.Body.List, after)
			if els, ok := n.Else.(*ast.BlockStmt); ok {
				add(g.negated(n.Cond), els.List, after)
			}
		case *ast.ForStmt:
			name := "in the loop"
			if n.Cond != nil {
				name = "for " + g.text(g.source, n.Cond)
			}
			add(name, n.Body.List, "")
		case *ast.RangeStmt:
			add("for each of "+g.text(g.source, n.X), n.Body.List, "")
		case *ast.SwitchStmt:
			tag := ""
			if n.Tag != nil {
				tag = g.text(g.source, n.Tag)
			}
			g.cases(n.Body, tag, add)
		case *ast.TypeSwitchStmt:
			g.cases(n.Body, "type", add)
		case *ast.SelectStmt:
			for _, c := range n.Body.List {
				if c, ok := c.(*ast.CommClause); ok {
					name := "nothing is ready"
					if c.Comm != nil {
						name = "case " + g.text(g.source, c.Comm)
					}
					add(name, c.Body, "")
				}
			}
		}
		return true
	})
	if len(out) == 0 {
		return []way{{name: "straight through"}}
	}
	return distinct(out)
}

func (g *goMaker) cases(body *ast.BlockStmt, tag string, add func(name string, body []ast.Stmt, after string)) {
	for _, c := range body.List {
		c, ok := c.(*ast.CaseClause)
		if !ok {
			continue
		}
		var values []string
		for _, e := range c.List {
			values = append(values, g.text(g.source, e))
		}
		switch list := strings.Join(values, ", "); {
		case c.List == nil && tag != "" && tag != "type":
			add("another "+tag, c.Body, "")
		case c.List == nil:
			add("default", c.Body, "")
		case tag == "":
			add(list, c.Body, "")
		default:
			add("case "+list, c.Body, "")
		}
	}
}

// decides reports whether a body ends with a statement of which one way or another has to be taken.
func decides(body *ast.BlockStmt) bool {
	if len(body.List) == 0 {
		return false
	}
	clauses := func(list []ast.Stmt) bool {
		for _, c := range list {
			switch c := c.(type) {
			case *ast.CaseClause:
				if c.List == nil {
					return true
				}
			case *ast.CommClause:
				return true
			}
		}
		return false
	}
	switch s := body.List[len(body.List)-1].(type) {
	case *ast.IfStmt:
		for range maxNested {
			next, ok := s.Else.(*ast.IfStmt)
			if !ok {
				return s.Else != nil
			}
			s = next
		}
	case *ast.SwitchStmt:
		return clauses(s.Body.List)
	case *ast.TypeSwitchStmt:
		return clauses(s.Body.List)
	case *ast.SelectStmt:
		return true
	}
	return false
}

// opposites are the comparisons that are true where another is false.
var opposites = map[token.Token]string{token.EQL: "!=", token.NEQ: "==", token.LSS: ">=", token.GEQ: "<", token.GTR: "<=", token.LEQ: ">"}

// negated says when a condition is false.
func (g *goMaker) negated(cond ast.Expr) string {
	switch x := cond.(type) {
	case *ast.BinaryExpr:
		if op := opposites[x.Op]; op != "" {
			return g.text(g.source, x.X) + " " + op + " " + g.text(g.source, x.Y)
		}
	case *ast.UnaryExpr:
		if x.Op == token.NOT {
			return g.text(g.source, x.X)
		}
	case *ast.Ident, *ast.CallExpr, *ast.SelectorExpr:
		return "!" + g.text(g.source, cond)
	}
	return "!(" + g.text(g.source, cond) + ")"
}

// fails reports whether a way returns an error as the function's last result.
func (g *goMaker) fails(body []ast.Stmt) bool {
	if _, ok := g.lastError(); !ok {
		return false
	}
	ret, ok := body[len(body)-1].(*ast.ReturnStmt)
	if !ok || len(ret.Results) < g.typ.Results.NumFields() {
		return false
	}
	id, ok := ret.Results[len(ret.Results)-1].(*ast.Ident)
	return !ok || id.Name != "nil"
}

// lastError reports whether the last result is an error, and which it is.
func (g *goMaker) lastError() (index int, ok bool) {
	if g.typ.Results == nil || len(g.typ.Results.List) == 0 {
		return 0, false
	}
	id, ok := g.typ.Results.List[len(g.typ.Results.List)-1].Type.(*ast.Ident)
	return g.typ.Results.NumFields() - 1, ok && id.Name == "error" && !g.declared["error"]
}

// callsBefore are, by conditions, the calls in the statements before them.
func (g *goMaker) callsBefore() map[*ast.IfStmt]string {
	out := map[*ast.IfStmt]string{}
	within := func(list []ast.Stmt) {
		for i, s := range list {
			if s, ok := s.(*ast.IfStmt); ok && i > 0 {
				out[s] = g.called(list[i-1])
			}
		}
	}
	ast.Inspect(g.body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			within(n.List)
		case *ast.CaseClause:
			within(n.Body)
		case *ast.CommClause:
			within(n.Body)
		}
		return true
	})
	return out
}

// called is what an assignment calls; "" for what is none.
func (g *goMaker) called(s ast.Stmt) string {
	a, ok := s.(*ast.AssignStmt)
	if !ok || len(a.Rhs) != 1 {
		return ""
	}
	call, ok := a.Rhs[0].(*ast.CallExpr)
	if !ok {
		return ""
	}
	switch call.Fun.(type) {
	case *ast.Ident, *ast.SelectorExpr:
		return g.text(g.source, call.Fun)
	}
	return ""
}
