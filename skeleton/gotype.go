package skeleton

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// maxNested bounds how deep declarations of types are followed, maxLooked how many types are looked at for type parameters.
const (
	maxNested = 16
	maxLooked = 1000
)

// refs visits the names of types and constants in a type: a name of the package or of Go, or one of another package, which
// is sel.
func refs(e ast.Expr, visit func(id *ast.Ident, sel *ast.SelectorExpr)) {
	todo := []ast.Expr{e}
	fields := func(list *ast.FieldList) {
		if list == nil {
			return
		}
		for _, f := range list.List {
			todo = append(todo, f.Type)
		}
	}
	for len(todo) > 0 {
		e := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch e := e.(type) {
		case *ast.Ident:
			visit(e, nil)
		case *ast.SelectorExpr:
			if x, ok := e.X.(*ast.Ident); ok {
				visit(x, e)
			}
		case *ast.StarExpr:
			todo = append(todo, e.X)
		case *ast.ParenExpr:
			todo = append(todo, e.X)
		case *ast.UnaryExpr:
			todo = append(todo, e.X)
		case *ast.BinaryExpr:
			todo = append(todo, e.X, e.Y)
		case *ast.Ellipsis:
			if e.Elt != nil {
				todo = append(todo, e.Elt)
			}
		case *ast.ArrayType:
			if e.Len != nil {
				todo = append(todo, e.Len)
			}
			todo = append(todo, e.Elt)
		case *ast.MapType:
			todo = append(todo, e.Key, e.Value)
		case *ast.ChanType:
			todo = append(todo, e.Value)
		case *ast.FuncType:
			fields(e.Params)
			fields(e.Results)
		case *ast.StructType:
			fields(e.Fields)
		case *ast.InterfaceType:
			fields(e.Methods)
		case *ast.IndexExpr:
			todo = append(todo, e.X, e.Index)
		case *ast.IndexListExpr:
			todo = append(append(todo, e.X), e.Indices...)
		case *ast.CallExpr: // the length of an array: len(x), unsafe.Sizeof(x)
			todo = append(append(todo, e.Fun), e.Args...)
		}
	}
}

// spell writes a type of a file as the test's file has to.
func (g *goMaker) spell(t *goText, e ast.Expr) (string, error) {
	type change struct {
		Span
		text string
	}
	var changes []change
	var failed error
	base := g.offset(t, e.Pos())
	refs(e, func(id *ast.Ident, sel *ast.SelectorExpr) {
		at := Span{g.offset(t, id.Pos()) - base, g.offset(t, id.End()) - base}
		switch {
		case sel != nil:
			p, local, err := g.importOf(t, id.Name)
			if err != nil {
				failed = err
				return
			}
			to := g.use(p, local.local, local.spelled)
			if to == "." {
				at.End, to = g.offset(t, sel.Sel.Pos())-base, ""
			}
			changes = append(changes, change{at, to})
		case g.params[id.Name] != "":
			changes = append(changes, change{at, g.params[id.Name]})
		case g.declared[id.Name]:
			changes = append(changes, change{at, g.ours(id.Name)})
		case token.IsExported(id.Name): // what a dot brings in
			if err := g.dot(t, id.Name); err != nil {
				failed = err
			}
			g.used[id.Name] = true
		default:
			g.used[id.Name] = true
		}
	})
	if failed != nil {
		return "", failed
	}
	slices.SortFunc(changes, func(a, b change) int { return b.Start - a.Start })
	out := g.text(t, e)
	for _, c := range changes {
		out = out[:c.Start] + c.text + out[c.End:]
	}
	return out, nil
}

// ours is what the test calls what the package declares.
func (g *goMaker) ours(name string) string {
	if !g.external {
		g.used[name] = true
		return name
	}
	local := g.use(g.own, g.source.file.Name.Name, g.source.file.Name.Name != packageNames(g.own)[0])
	if local == "." {
		g.used[name] = true
		return name
	}
	return local + "." + name
}

// importOf is the package that a file means by a name.
func (g *goMaker) importOf(t *goText, name string) (p string, local goImport, err error) {
	var left []string
	for _, s := range t.file.Imports {
		p, err := strconv.Unquote(s.Path.Value)
		if err != nil || p == "C" {
			continue
		}
		if s.Name != nil {
			if s.Name.Name == name {
				return p, goImport{local: name, spelled: true}, nil
			}
			continue
		}
		switch own := g.localName(t, s); {
		case own == name:
			return p, goImport{local: name}, nil
		case strings.Contains(path.Base(p), name) || strings.Contains(path.Base(path.Dir(p)), name):
			left = append([]string{p}, left...)
		case !slices.Contains(packageNames(p), own) || (goImport{path: p}).std():
		default:
			left = append(left, p)
		}
	}
	if name == "C" {
		return "", local, refuse("%s takes or gives a type of C, which tests can't name: test it through a function of Go's types", g.name)
	}
	if len(left) == 0 {
		return "", local, refuse("%s speaks of a package %s that %s does not import", g.name, name, t.Name)
	}
	return left[0], goImport{local: name}, nil
}

// dot imports, as a file does, what it has a name from without saying so.
func (g *goMaker) dot(t *goText, name string) error {
	var dots []string
	for _, s := range t.file.Imports {
		if s.Name != nil && s.Name.Name == "." {
			p, _ := strconv.Unquote(s.Path.Value)
			dots = append(dots, p)
		}
	}
	switch {
	case len(dots) != 1:
		return refuse("nobody can tell where %s of %s is declared", name, g.name)
	case slices.ContainsFunc(g.imports, func(i goImport) bool { return i.path == dots[0] && i.local == "." }):
		return nil
	}
	i := goImport{path: dots[0], local: ".", spelled: true}
	g.imports, g.added = append(g.imports, i), append(g.added, i)
	return nil
}

// use is the name that the test's file has for a package, which is imported where it is not yet.
func (g *goMaker) use(p, name string, spelled bool) string {
	for _, i := range g.imports {
		if i.path == p {
			g.used[i.local] = true
			return i.local
		}
	}
	taken := func(n string) bool {
		return g.scope[n] || slices.ContainsFunc(g.imports, func(i goImport) bool { return i.local == n })
	}
	i := goImport{path: p, local: free(taken, name), spelled: spelled}
	i.spelled = i.spelled || i.local != name
	g.imports, g.added = append(g.imports, i), append(g.added, i)
	g.used[i.local] = true
	return i.local
}

// shape is what a type is below its name.
type shape int

const (
	unknown   shape = iota
	plain           // numbers, strings, bools: with == and without nil
	composite       // structs and arrays
	nilable         // pointers, slices, maps, channels, interfaces
	function
	failure // error
	perhaps // of another package, and by its name a function: it can be compared by reflection, and not be printed
)

// knownShapes are those of types of Go's library that a name alone does not tell.
var knownShapes = map[string]shape{
	"time.Duration": plain, "time.Month": plain, "time.Weekday": plain, "time.Time": composite, "os.FileMode": plain, "fs.FileMode": plain, "reflect.Kind": plain,
	"token.Token": plain, "token.Pos": plain, "context.Context": nilable, "io.Reader": nilable, "io.Writer": nilable, "http.Handler": nilable, "http.HandlerFunc": function,
	"context.CancelFunc": function, "context.CancelCauseFunc": function, "url.Values": nilable, "http.Header": nilable, "json.RawMessage": nilable, "reflect.Type": nilable,
	"http.ResponseWriter": nilable, "io.ReadCloser": nilable, "io.WriteCloser": nilable, "io.Closer": nilable, "net.Conn": nilable, "fs.FS": nilable, "os.FileInfo": nilable, "fs.FileInfo": nilable,
}

// shapeOf finds the shape of a type of a file.
func (g *goMaker) shapeOf(t *goText, e ast.Expr) shape {
	for range maxNested {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr, *ast.MapType, *ast.ChanType, *ast.InterfaceType, *ast.Ellipsis:
			return nilable
		case *ast.ArrayType:
			if x.Len == nil {
				return nilable
			}
			return composite
		case *ast.StructType:
			return composite
		case *ast.FuncType:
			return function
		case *ast.SelectorExpr:
			name := g.text(t, x)
			if known := knownShapes[name]; known != unknown || !strings.HasSuffix(name, "Func") {
				return known
			}
			return perhaps
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		case *ast.Ident:
			if to := g.params[x.Name]; to != "" {
				if to == "int" || to == "string" || to == "uint" || to == "float64" {
					return plain
				}
				return unknown
			}
			d, own := g.types[x.Name]
			if !own {
				return builtinShape(x.Name)
			}
			t, e = d.in, d.spec.Type
		default:
			return unknown
		}
	}
	return unknown
}

func builtinShape(name string) shape {
	switch name {
	case "error":
		return failure
	case "any":
		return nilable
	case "bool", "string", "int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr", "byte", "rune", "float32", "float64", "complex64", "complex128":
		return plain
	}
	return unknown
}

// locks reports whether a value of a type must not be copied, as far as the package tells.
func (g *goMaker) locks(t *goText, e ast.Expr, depth int) bool {
	if g.looked++; depth > maxNested || g.looked > maxLooked {
		return false
	}
	switch x := e.(type) {
	case *ast.ParenExpr:
		return g.locks(t, x.X, depth+1)
	case *ast.ArrayType:
		return x.Len != nil && g.locks(t, x.Elt, depth+1)
	case *ast.IndexExpr:
		return g.locks(t, x.X, depth+1)
	case *ast.SelectorExpr:
		switch name := g.text(t, x); {
		case strings.HasPrefix(name, "atomic."):
			return true
		default:
			return slices.Contains([]string{"sync.Mutex", "sync.RWMutex", "sync.WaitGroup", "sync.Once", "sync.Pool", "sync.Map", "sync.Cond"}, name)
		}
	case *ast.Ident:
		d, own := g.types[x.Name]
		return own && g.locks(d.in, d.spec.Type, depth+1)
	case *ast.StructType:
		return slices.ContainsFunc(x.Fields.List, func(f *ast.Field) bool { return g.locks(t, f.Type, depth+1) })
	}
	return false
}

// zero is an expression for the zero value of a type of a file; "" where that takes a variable.
func (g *goMaker) zero(t *goText, e ast.Expr) string {
	switch g.shapeOf(t, e) {
	case nilable, function, failure:
		return "nil"
	case plain:
		at := e
		for range maxNested {
			id, ok := at.(*ast.Ident)
			if !ok {
				return "0"
			}
			if d, own := g.types[id.Name]; own {
				at = d.spec.Type
				continue
			}
			switch id.Name {
			case "string":
				return `""`
			case "bool":
				return "false"
			}
			return "0"
		}
	}
	return ""
}

// instantiate finds a type for each type parameter.
func (g *goMaker) instantiate() error {
	g.params, g.looked = map[string]string{}, 0
	var list *ast.FieldList
	in := g.source
	rename := map[string]string{}
	if g.recv != nil {
		d, ok := g.types[g.typeName]
		if !ok {
			return refuse("the type %s of the receiver is not declared in this package", g.typeName)
		}
		list, in = d.spec.TypeParams, d.in
		if list != nil {
			rename = receiverParams(g.recv.Type, list)
		}
	} else {
		list = g.typ.TypeParams
	}
	if list == nil {
		return nil
	}
	constraints := map[string]ast.Expr{}
	for _, f := range list.List {
		for _, n := range f.Names {
			constraints[n.Name] = f.Type
		}
	}
	for _, f := range list.List {
		for _, n := range f.Names {
			to, ok := g.satisfy(in, f.Type, constraints, 0)
			if !ok {
				return refuse("%s is generic, and takes a type that has methods: nobody but you knows which is a good one to test it with", g.name)
			}
			g.arguments = append(g.arguments, to)
			name := n.Name
			if r := rename[name]; r != "" {
				name = r
			}
			g.params[name] = to
		}
	}
	return nil
}

// receiverParams are the names that a receiver has for the type parameters of its type.
func receiverParams(e ast.Expr, list *ast.FieldList) map[string]string {
	for range maxNested {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
			continue
		case *ast.StarExpr:
			e = x.X
			continue
		}
		break
	}
	var args []ast.Expr
	switch x := e.(type) {
	case *ast.IndexExpr:
		args = []ast.Expr{x.Index}
	case *ast.IndexListExpr:
		args = x.Indices
	}
	out := map[string]string{}
	i := 0
	for _, f := range list.List {
		for _, n := range f.Names {
			if i < len(args) {
				if id, ok := args[i].(*ast.Ident); ok {
					out[n.Name] = id.Name
				}
			}
			i++
		}
	}
	return out
}

// satisfy is a type of Go that satisfies a constraint; ok is false where none is known.
func (g *goMaker) satisfy(t *goText, e ast.Expr, all map[string]ast.Expr, depth int) (to string, ok bool) {
	if g.looked++; depth > maxNested || g.looked > maxLooked {
		return "", false
	}
	switch x := e.(type) {
	case *ast.ParenExpr:
		return g.satisfy(t, x.X, all, depth+1)
	case *ast.UnaryExpr:
		return g.satisfyType(t, x.X, all, depth+1)
	case *ast.BinaryExpr:
		if to, ok := g.satisfy(t, x.X, all, depth+1); ok {
			return to, true
		}
		return g.satisfy(t, x.Y, all, depth+1)
	case *ast.Ident:
		if d, own := g.types[x.Name]; own {
			if _, is := d.spec.Type.(*ast.InterfaceType); is || d.spec.Assign.IsValid() {
				return g.satisfy(d.in, d.spec.Type, all, depth+1)
			}
			return "", false
		}
		if x.Name == "any" || x.Name == "comparable" {
			return "int", true
		}
		return x.Name, builtinShape(x.Name) == plain
	case *ast.SelectorExpr:
		switch x.Sel.Name {
		case "Ordered", "Integer", "Signed":
			return "int", true
		case "Unsigned":
			return "uint", true
		case "Float":
			return "float64", true
		}
		return "", false
	case *ast.InterfaceType:
		to, ok = "int", true
		for _, f := range x.Methods.List {
			if len(f.Names) > 0 {
				return "", false
			}
			if id, is := f.Type.(*ast.Ident); is && (id.Name == "comparable" || id.Name == "any") {
				continue
			}
			if to, ok = g.satisfy(t, f.Type, all, depth+1); !ok {
				return "", false
			}
		}
		return to, ok
	}
	return g.satisfyType(t, e, all, depth+1)
}

// satisfyType is a type of a constraint, with types for the parameters that it is made of.
func (g *goMaker) satisfyType(t *goText, e ast.Expr, all map[string]ast.Expr, depth int) (string, bool) {
	if depth > maxNested {
		return "", false
	}
	known := map[string]string{}
	ok := true
	refs(e, func(id *ast.Ident, sel *ast.SelectorExpr) {
		if c, is := all[id.Name]; is && sel == nil {
			to, found := g.satisfy(t, c, all, depth+1)
			known[id.Name], ok = to, ok && found
		} else if sel != nil || g.declared[id.Name] {
			ok = false // whose spelling depends on where the test goes
		}
	})
	if !ok {
		return "", false
	}
	out, base := g.text(t, e), g.offset(t, e.Pos())
	type place struct {
		at Span
		to string
	}
	var places []place
	refs(e, func(id *ast.Ident, _ *ast.SelectorExpr) {
		if to := known[id.Name]; to != "" {
			places = append(places, place{Span{g.offset(t, id.Pos()) - base, g.offset(t, id.End()) - base}, to})
		}
	})
	slices.SortFunc(places, func(a, b place) int { return b.at.Start - a.at.Start })
	for _, p := range places {
		out = out[:p.at.Start] + p.to + out[p.at.End:]
	}
	return out, true
}
