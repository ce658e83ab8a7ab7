package source

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
)

// Facts are what is known of a function beside its coverage.
type Facts struct {
	// Complexity is McCabe's cyclomatic complexity (1976) as gocyclo counts it: 1, and 1 more for each
	// if, for, case and communication that is not a default, && and ||. Closures count to their
	// function. 0 means unknown: the function holds a syntax error.
	Complexity int
	// Exported tells that other packages can name the function: its own name and, of a method, the
	// receiver's begin in upper case. A literal has no name of its own.
	Exported bool
	// Kind is that of the whole function, if it is Main, TestHelper, Accessor, or Panic; else Ordinary.
	Kind Kind
	// Doc is the first sentence of the doc comment, at most some 160 bytes of it; "" where there is
	// none.
	Doc string
	// Deprecated is what its comment says against using it, in words: "deprecated: use X", or "deprecated" alone; "" where it says
	// nothing.
	Deprecated string
	// Alone tells that nothing in the text mentions the function, and that nothing outside of it can: a private one, of a language in
	// which that is certain by the text. It is false for Go, where other texts count; see Names.
	Alone bool
}

// maxBefore is how many simple statements may stand before the return or the panic that makes a block
// an error return or a panic: what they do is still for its sake.
const maxBefore = 2

// factsOf returns the facts of a declared function or a literal, and adds its labels.
func (g *goFile) factsOf(f *coverage.Func, typ *ast.FuncType, body *ast.BlockStmt) Facts {
	var facts Facts
	if !f.Literal {
		facts.Exported = ast.IsExported(f.Name) && (f.Receiver == "" || ast.IsExported(strings.TrimPrefix(f.Receiver, "*")))
	}
	whole := body != nil && !(g.broken && g.offset(body.End()) > g.fault)
	switch {
	case !f.Literal && f.Receiver == "" && (g.program && f.Name == "main" || strings.HasPrefix(f.Name, "Fuzz") && takesData(typ)):
		facts.Kind = Main
	case g.takesTest(typ):
		facts.Kind = TestHelper
	case whole && body.Rbrace.IsValid():
		facts.Kind = kindOf(body)
	}
	if !whole {
		return facts
	}
	facts.Complexity = 1
	g.foreign = g.foreign[:0]
	g.fields(typ.Params)
	g.fields(typ.Results)
	first := len(g.labels)
	(&gaps{file: g, facts: &facts, typ: typ}).block(body, body.Pos())
	slices.SortStableFunc(g.labels[first:], func(a, b Label) int { return a.Span.Start.Compare(b.Span.Start) })
	return facts
}

// takesTest reports whether a function has a parameter of type testing.TB or *testing.T, B, F or M.
func (g *goFile) takesTest(typ *ast.FuncType) bool {
	if g.testing == "" || typ.Params == nil {
		return false
	}
	return slices.ContainsFunc(typ.Params.List, func(p *ast.Field) bool {
		star, pointer := p.Type.(*ast.StarExpr)
		t := p.Type
		if pointer {
			t = star.X
		}
		s, ok := t.(*ast.SelectorExpr)
		if !ok {
			return false
		}
		if x, ok := s.X.(*ast.Ident); !ok || x.Name != g.testing {
			return false
		}
		switch s.Sel.Name {
		case "T", "B", "F", "M":
			return pointer
		case "TB":
			return !pointer
		}
		return false
	})
}

// takesData reports whether a function takes a slice of bytes and returns an int, as go-fuzz and OSS-Fuzz call those whose names
// begin with Fuzz.
func takesData(typ *ast.FuncType) bool {
	if typ.TypeParams != nil || typ.Params.NumFields() != 1 || typ.Results.NumFields() != 1 {
		return false
	}
	slice, ok := typ.Params.List[0].Type.(*ast.ArrayType)
	return ok && slice.Len == nil && isNamed(slice.Elt, "byte") && isNamed(typ.Results.List[0].Type, "int")
}

func isNamed(e ast.Expr, name string) bool {
	i, ok := e.(*ast.Ident)
	return ok && i.Name == name
}

// testingName is what a file calls the package testing; "" where it does not import it.
func testingName(file *ast.File) string {
	for _, i := range file.Imports {
		if path, err := strconv.Unquote(i.Path.Value); err == nil && path == "testing" {
			if i.Name != nil {
				return i.Name.Name
			}
			return path
		}
	}
	return ""
}

// kindOf is the kind of a function that consists of body.
func kindOf(body *ast.BlockStmt) Kind {
	if len(body.List) == 1 {
		switch s := body.List[0].(type) {
		case *ast.ReturnStmt:
			if slices.ContainsFunc(s.Results, hasField) && !slices.ContainsFunc(s.Results, func(e ast.Expr) bool { return !isPlain(e) }) {
				return Accessor
			}
		case *ast.AssignStmt:
			field := func(e ast.Expr) bool { _, ok := e.(*ast.SelectorExpr); return ok && isPlain(e) }
			if s.Tok == token.ASSIGN && !slices.ContainsFunc(s.Lhs, func(e ast.Expr) bool { return !field(e) }) &&
				!slices.ContainsFunc(s.Rhs, func(e ast.Expr) bool { return !isPlain(e) }) {
				return Accessor
			}
		}
	}
	exits := false // it ends the program as it should
	end := func(s ast.Stmt) bool {
		exits = exits || isExit(s)
		return stops(s)
	}
	if from, ok := tail(body.List, end); ok && from == 0 && !exits {
		return Panic
	}
	return Ordinary
}

// hasField reports whether a plain expression names a field: a function that returns what it is given is no accessor, nor is one that
// returns a constant.
func hasField(e ast.Expr) bool {
	is := false
	ast.Inspect(e, func(n ast.Node) bool {
		_, selects := n.(*ast.SelectorExpr)
		is = is || selects
		return !is
	})
	return is
}

// isPlain reports whether an expression is a constant, a variable or a field, which nothing has to be
// called or worked out for.
func isPlain(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BasicLit, *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return isPlain(e.X)
	case *ast.StarExpr:
		return isPlain(e.X)
	case *ast.ParenExpr:
		return isPlain(e.X)
	case *ast.UnaryExpr:
		return e.Op != token.ARROW && isPlain(e.X)
	}
	return false
}
