package source

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source/outline"
)

// Call is that a function calls others by a name. Of what stands before the name nothing is known, but in Go whether it is a package
// or a value, and, where the text tells, that the function is one of the standard library's.
type Call struct {
	// Fn is the index in Parsed.Funcs of the function that calls.
	Fn int32
	// Name is CalledName of what is called.
	Name uint32
}

// CallName is a hash of a function's name, FNV-1a, 32 bits, of its last word, without parameters and what it belongs to.
func CallName(name string) uint32 { return nameHash(lastWord(name)) }

// CalledName is what Call.Name is for a function of the text at path: of a method of Go another hash than of a function of that name,
// else its CallName.
func CalledName(path string, f *coverage.Func) uint32 {
	if f.Receiver != "" && strings.HasSuffix(path, ".go") {
		return methodHash(f.Name)
	}
	return CallName(f.Name)
}

func lastWord(name string) string {
	if i := strings.IndexAny(name, "(<["); i > 0 {
		name = name[:i]
	}
	if i := strings.LastIndexAny(name, ".:#$\\"); i >= 0 {
		name = name[i+1:]
	}
	return name
}

func methodHash(name string) uint32 { return nameHash("." + lastWord(name)) }

// nameHash is FNV-1a, 32 bits.
func nameHash(name string) uint32 {
	h := uint32(2166136261)
	for i := range len(name) {
		h = (h ^ uint32(name[i])) * 16777619
	}
	return h
}

// call notes that the function whose facts are looked for calls something.
func (g *goFile) call(fun ast.Expr) {
	for {
		switch f := fun.(type) {
		case *ast.Ident:
			g.calls = append(g.calls, Call{int32(len(g.facts)), CallName(f.Name)})
			return
		case *ast.SelectorExpr:
			name := methodHash(f.Sel.Name)
			switch x := f.X.(type) {
			case *ast.Ident:
				if slices.Contains(g.standard, x.Name) || slices.Contains(g.foreign, x.Name) {
					return
				}
				if slices.Contains(g.imports, x.Name) {
					name = CallName(f.Sel.Name)
				}
			case *ast.CallExpr:
				if g.ofStandard(x.Fun) {
					return
				}
			}
			g.calls = append(g.calls, Call{int32(len(g.facts)), name})
			return
		case *ast.IndexExpr:
			fun = f.X
		case *ast.IndexListExpr:
			fun = f.X
		case *ast.ParenExpr:
			fun = f.X
		default:
			return
		}
	}
}

// ofStandard reports whether an expression, which may be a type, is a name of a package of the standard library.
func (g *goFile) ofStandard(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		x, ok := e.X.(*ast.Ident)
		return ok && slices.Contains(g.standard, x.Name)
	case *ast.StarExpr:
		return g.ofStandard(e.X)
	case *ast.UnaryExpr:
		return g.ofStandard(e.X)
	case *ast.CompositeLit:
		return e.Type != nil && g.ofStandard(e.Type)
	case *ast.CallExpr: // template.New("a"), and template.New("a").Option("b")
		if s, ok := e.Fun.(*ast.SelectorExpr); ok {
			if inner, ok := s.X.(*ast.CallExpr); ok {
				return g.ofStandard(inner)
			}
		}
		return g.ofStandard(e.Fun)
	}
	return false
}

// fields notes which parameters or results are of types of the standard library.
func (g *goFile) fields(list *ast.FieldList) {
	if list == nil {
		return
	}
	for _, f := range list.List {
		if g.ofStandard(f.Type) {
			g.declare(f.Names...)
		}
	}
}

// declare notes variables of types of the standard library.
func (g *goFile) declare(names ...*ast.Ident) {
	for _, n := range names {
		if n.Name != "_" && !slices.Contains(g.foreign, n.Name) {
			g.foreign = append(g.foreign, n.Name)
		}
	}
}

// assign notes which variables a statement declares that are of the standard library, and that others are not any more.
func (g *goFile) assign(s *ast.AssignStmt) {
	if s.Tok != token.DEFINE {
		return
	}
	for i, left := range s.Lhs {
		right := s.Rhs[min(i, len(s.Rhs)-1)]
		name, ok := left.(*ast.Ident)
		switch {
		case !ok:
		case g.ofStandard(right):
			g.declare(name)
		default:
			g.foreign = slices.DeleteFunc(g.foreign, func(n string) bool { return n == name.Name })
		}
	}
}

// importNames are what a file calls the packages that it imports, as far as their paths tell: each word of the last element,
// as in go-toml and yaml.v3.
func importNames(file *ast.File) (out []string) {
	for _, i := range file.Imports {
		at, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue
		}
		if i.Name != nil {
			out = append(out, i.Name.Name)
			continue
		}
		base := path.Base(at)
		if majorVersion.MatchString(base) {
			base = path.Base(path.Dir(at))
		}
		out = append(out, base)
		out = append(out, strings.FieldsFunc(base, func(r rune) bool { return r == '-' || r == '.' })...)
	}
	return out
}

// majorVersion is the end of a module's path.
var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// standardRoots are the first elements of the paths of Go's standard library (go list std of Go 1.26). It is never written.
var standardRoots = strings.Fields(`archive bufio bytes cmp compress container context crypto database debug embed encoding errors expvar
	flag fmt go hash html image index io iter log maps math mime net os path plugin reflect regexp runtime slices sort strconv strings structs
	sync syscall testing text time unicode unique unsafe weak`)

// standardNames are what a file calls the packages of the standard library that it imports.
func standardNames(file *ast.File) (out []string) {
	for _, i := range file.Imports {
		at, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue
		}
		root, _, _ := strings.Cut(at, "/")
		if !slices.Contains(standardRoots, root) {
			continue
		}
		name := path.Base(strings.TrimSuffix(at, "/v2")) // math/rand/v2 is rand
		if i.Name != nil {
			name = i.Name.Name
		}
		out = append(out, name)
	}
	return out
}

// onceEach sorts calls, and leaves each of them once.
func onceEach(calls []Call) []Call {
	slices.SortFunc(calls, func(a, b Call) int {
		if a.Fn != b.Fn {
			return int(a.Fn - b.Fn)
		}
		switch {
		case a.Name < b.Name:
			return -1
		case a.Name > b.Name:
			return 1
		}
		return 0
	})
	return slices.Clip(slices.Compact(calls))
}

// callsOf takes the calls of an outline, whose functions belong to those of owner, from 1 on.
func callsOf(o *outline.Outline, src string, owner []int32) []Call {
	var out []Call
	for c := range o.Calls() {
		if fn := owner[c.Func]; fn > 0 {
			out = append(out, Call{fn - 1, CallName(src[c.Start:c.End])})
		}
	}
	return onceEach(out)
}
