package advice

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
)

// goFile is a text of Go by its syntax tree.
type goFile struct {
	*Text
	fset *token.FileSet
	file *ast.File
}

// goFolder is a folder of Go, of which a text is parsed when somebody needs it.
type goFolder struct {
	in     *Folder
	parsed map[int]*goFile
}

func (g *goFolder) of(i int) *goFile {
	if f, ok := g.parsed[i]; ok {
		return f
	}
	f := &goFile{Text: &g.in.Texts[i], fset: token.NewFileSet()}
	file, err := parser.ParseFile(f.fset, "", f.Text.Text, parser.SkipObjectResolution)
	if err != nil {
		f = nil
	} else {
		f.file = file
	}
	g.parsed[i] = f
	return f
}

func (f *goFile) line(n ast.Node) int { return f.fset.PositionFor(n.Pos(), false).Line }

// goFunc is a declared function.
type goFunc struct {
	in   *goFile
	decl *ast.FuncDecl
	typ  string // of its receiver, without star and parameters; "" for none
}

func (f *goFunc) name() string {
	if f.typ == "" {
		return f.decl.Name.Name
	}
	return f.typ + "." + f.decl.Name.Name
}

// funcs are those that a file declares.
func (f *goFile) funcs() (out []goFunc) {
	for _, d := range f.file.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			out = append(out, goFunc{f, fn, receiverOf(fn)})
		}
	}
	return out
}

func receiverOf(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	return typeName(fn.Recv.List[0].Type)
}

// typeName is the name of a type of the package, without stars and parameters; "" for another.
func typeName(e ast.Expr) string {
	for range 10 {
		switch t := e.(type) {
		case *ast.Ident:
			return t.Name
		case *ast.StarExpr:
			e = t.X
		case *ast.ParenExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.IndexListExpr:
			e = t.X
		default:
			return ""
		}
	}
	return ""
}

// ofGo is Of for a function of Go.
func (in *Folder) ofGo(own int, f *coverage.Func) Advice {
	if in.golang == nil {
		in.golang = &goFolder{in: in, parsed: map[int]*goFile{}}
	}
	g := in.golang
	file := g.of(own)
	typ := strings.TrimPrefix(f.Receiver, "*")
	if i := strings.IndexByte(typ, '['); i >= 0 {
		typ = typ[:i]
	}
	if file == nil || f.Literal {
		return Advice{}
	}
	var target *goFunc
	for _, fn := range file.funcs() {
		if fn.decl.Name.Name == f.Name && fn.typ == typ && (f.Name != "init" && f.Name != "_") {
			target = &fn
			break
		}
	}
	if target == nil {
		return Advice{}
	}
	var a Advice
	g.callers(&a, target)
	a.Model = g.model(own, target)
	return a
}

// clear reports whether a method of a type can be told by its name: nothing else in the package that was read has it.
func (g *goFolder) clear(target *goFunc) bool {
	if target.typ == "" {
		return true
	}
	name := target.decl.Name.Name
	for i := range g.in.Texts {
		if !strings.Contains(g.in.Texts[i].Text, name) {
			continue
		}
		f := g.of(i)
		if f == nil {
			return false
		}
		for _, fn := range f.funcs() {
			if fn.decl.Name.Name == name && fn.typ != target.typ {
				return false
			}
		}
		other := false
		for _, d := range f.file.Decls {
			gen, ok := d.(*ast.GenDecl)
			if !ok || gen.Tok != token.TYPE {
				continue
			}
			ast.Inspect(gen, func(n ast.Node) bool {
				if field, ok := n.(*ast.Field); ok {
					other = other || slices.ContainsFunc(field.Names, func(id *ast.Ident) bool { return id.Name == name })
				}
				return !other
			})
		}
		if other {
			return false
		}
	}
	return true
}

// callers finds who calls a function.
func (g *goFolder) callers(a *Advice, target *goFunc) {
	name := target.decl.Name.Name
	if !g.clear(target) {
		return
	}
	var all []Caller
	for i := range g.in.Texts {
		t := &g.in.Texts[i]
		if !strings.Contains(t.Text, name) {
			continue
		}
		f := g.of(i)
		if f == nil || t.Test {
			continue
		}
		for _, d := range f.file.Decls {
			if d == ast.Decl(target.decl) {
				continue // calls itself
			}
			sure, calls := g.mentions(f, d, target)
			fn, ok := d.(*ast.FuncDecl)
			if !sure || !ok {
				continue
			}
			c := Caller{Name: (&goFunc{f, fn, receiverOf(fn)}).name(), Calls: calls, far: 1 - alike(fn.Name.Name, name)}
			if i != slices.IndexFunc(g.in.Texts, func(t Text) bool { return t.Name == target.in.Name }) {
				c.far++
			}
			if g.in.Tested != nil {
				c.Tested, c.Known = g.in.Tested(t.Name, uint32(f.line(fn)))
			}
			all = append(all, c)
		}
	}
	a.Callers = nearest(all)
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// mentions reports whether a declaration of a file names a function: sure where it is no other of that name, calls where it calls
// it there.
func (g *goFolder) mentions(f *goFile, d ast.Decl, target *goFunc) (sure, calls bool) {
	name := target.decl.Name.Name
	fn, _ := d.(*ast.FuncDecl)
	outside := f.file.Name.Name != target.in.file.Name.Name // package x_test
	var own map[string]string
	shadowed := false
	skip, called := map[*ast.Ident]bool{}, map[ast.Expr]bool{}
	if fn != nil {
		skip[fn.Name] = true
	}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			called[n.Fun] = true
		case *ast.SelectorExpr:
			skip[n.Sel] = true
			if n.Sel.Name != name {
				return true
			}
			x, ok := n.X.(*ast.Ident)
			switch {
			case target.typ == "":
				// x.F of another package, or a field; pkg.F of a test outside.
				if outside && ok && imports(f.file, x.Name, target.in.file.Name.Name) {
					sure = true
					calls = calls || called[n]
				}
			default:
				if !ok {
					return true
				}
				if own == nil {
					own = variables(d)
				}
				t := own[x.Name]
				if t == target.typ && !outside || outside && t == target.in.file.Name.Name+"."+target.typ || x.Name == target.typ && t == "" && !outside { // the last is T.m
					sure = true
					calls = calls || called[n]
				}
			}
		case *ast.KeyValueExpr:
			if id, ok := n.Key.(*ast.Ident); ok {
				skip[id] = true
			}
		case *ast.Field:
			for _, id := range n.Names {
				skip[id] = true
				shadowed = shadowed || id.Name == name
			}
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, e := range n.Lhs {
					if id, ok := e.(*ast.Ident); ok && id.Name == name {
						skip[id], shadowed = true, true
					}
				}
			}
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if id, ok := e.(*ast.Ident); ok && n.Tok == token.DEFINE && id.Name == name {
					skip[id], shadowed = true, true
				}
			}
		case *ast.ValueSpec:
			for _, id := range n.Names {
				skip[id] = true
				shadowed = shadowed || id.Name == name && fn != nil
			}
		case *ast.TypeSpec:
			skip[n.Name] = true
			shadowed = shadowed || n.Name.Name == name
		case *ast.LabeledStmt:
			skip[n.Label] = true
		case *ast.BranchStmt:
			if n.Label != nil {
				skip[n.Label] = true
			}
		case *ast.Ident:
			if target.typ == "" && n.Name == name && !skip[n] {
				sure = sure || !outside
				calls = calls || called[n]
			}
		}
		return true
	})
	return sure && !shadowed, calls
}

// imports reports whether a file calls a package that is named so by a name.
func imports(file *ast.File, name, pkg string) bool {
	for _, i := range file.Imports {
		if i.Name != nil && i.Name.Name == name {
			return strings.HasSuffix(strings.Trim(i.Path.Value, `"`), pkg)
		}
	}
	return name == pkg
}

// variables are the types of names in a declaration, as far as its text tells: of receivers, parameters and of what is made
// there; "?" where a name has several.
func variables(d ast.Decl) map[string]string {
	out := map[string]string{}
	note := func(id *ast.Ident, typ string) {
		if was, ok := out[id.Name]; ok && was != typ {
			typ = "?"
		}
		out[id.Name] = typ
	}
	ast.Inspect(d, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, id := range n.Names {
				note(id, typed(n.Type))
			}
		case *ast.ValueSpec:
			for i, id := range n.Names {
				switch {
				case n.Type != nil:
					note(id, typed(n.Type))
				case i < len(n.Values):
					note(id, made(n.Values[i]))
				}
			}
		case *ast.AssignStmt:
			for i, e := range n.Lhs {
				id, ok := e.(*ast.Ident)
				switch {
				case !ok || n.Tok != token.DEFINE:
				case len(n.Lhs) == len(n.Rhs):
					note(id, made(n.Rhs[i]))
				default:
					note(id, "?")
				}
			}
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if id, ok := e.(*ast.Ident); ok {
					note(id, "?")
				}
			}
		}
		return true
	})
	return out
}

// typed is the name of a type, with its package's where it is of another; "?" for one without a name.
func typed(e ast.Expr) string {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	if s, ok := e.(*ast.SelectorExpr); ok {
		if x, ok := s.X.(*ast.Ident); ok {
			return x.Name + "." + s.Sel.Name
		}
	}
	return cmp.Or(typeName(e), "?")
}

// made is the type of what an expression makes: of a literal, or by new; "?" where that is not said.
func made(e ast.Expr) string {
	if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.AND {
		e = u.X
	}
	switch e := e.(type) {
	case *ast.CompositeLit:
		if e.Type != nil {
			return typed(e.Type)
		}
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.Ident); ok && f.Name == "new" && len(e.Args) == 1 {
			return typed(e.Args[0])
		}
	}
	return "?"
}

// The least that names, or names of functions that are called alike, must have in common for one function to be like the other,
// and how many of those are looked at.
const (
	alikeByName  = 0.7
	alikeByShape = 0.5
	mostModels   = 8
)

// model finds the test of a function that is tested and most like another: of its file, else of its package.
func (g *goFolder) model(own int, target *goFunc) *Model {
	if g.in.Tested == nil {
		return nil
	}
	type like struct {
		fn    goFunc
		score float64
	}
	find := func(i int) (out []like) {
		f := g.of(i)
		if f == nil {
			return nil
		}
		for _, fn := range f.funcs() {
			if fn.decl == target.decl {
				continue
			}
			score := alike(fn.decl.Name.Name, target.decl.Name.Name)
			same := shape(fn.decl) == shape(target.decl)
			if score < alikeByShape || score < alikeByName && !same {
				continue
			}
			if tested, known := g.in.Tested(f.Name, uint32(f.line(fn.decl))); !tested || !known {
				continue
			}
			if same {
				score += .3
			}
			if fn.typ == target.typ {
				score += .3
			}
			out = append(out, like{fn, score})
		}
		slices.SortStableFunc(out, func(a, b like) int { return cmp.Compare(b.score, a.score) })
		return out[:min(len(out), mostModels)]
	}
	try := func(likes []like) *Model {
		for _, l := range likes {
			if m := g.testOf(&l.fn); m != nil {
				return m
			}
		}
		return nil
	}
	if m := try(find(own)); m != nil {
		return m
	}
	var likes []like
	for i := range g.in.Texts {
		if i != own && !g.in.Texts[i].Test {
			likes = append(likes, find(i)...)
		}
	}
	slices.SortStableFunc(likes, func(a, b like) int { return cmp.Compare(b.score, a.score) })
	return try(likes[:min(len(likes), mostModels)])
}

// testOf is a test that names a function; nil for none.
func (g *goFolder) testOf(fn *goFunc) *Model {
	if !g.clear(fn) {
		return nil
	}
	var best *Model
	score := -1.0
	for i := range g.in.Texts {
		t := &g.in.Texts[i]
		if !t.Test || !strings.Contains(t.Text, fn.decl.Name.Name) {
			continue
		}
		f := g.of(i)
		if f == nil {
			continue
		}
		for _, test := range f.funcs() {
			if test.typ != "" || !strings.HasPrefix(test.decl.Name.Name, "Test") && !strings.HasPrefix(test.decl.Name.Name, "Example") || test.decl.Name.Name == "TestMain" {
				continue
			}
			if sure, _ := g.mentions(f, test.decl, fn); !sure {
				continue
			}
			if s := alike(strings.TrimPrefix(test.decl.Name.Name, "Test"), fn.decl.Name.Name); s > score {
				best, score = &Model{Function: fn.name(), Test: test.decl.Name.Name, File: t.Name, Line: f.line(test.decl)}, s
			}
		}
	}
	return best
}

// shape is how a function is called: the types of what it takes, and how much it returns.
func shape(fn *ast.FuncDecl) string {
	var b strings.Builder
	if fn.Type.Params != nil {
		for _, f := range fn.Type.Params.List {
			for range max(1, len(f.Names)) {
				b.WriteString(types.ExprString(f.Type) + ",")
			}
		}
	}
	return b.String() + strconv.Itoa(fn.Type.Results.NumFields())
}
