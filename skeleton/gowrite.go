package skeleton

import (
	"fmt"
	"go/ast"
	"go/token"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// goField is a field of the table.
type goField struct{ name, typ string }

// goResult is a result of the function.
type goResult struct {
	shape shape
	typ   string
	name  string // what the source calls it; "" for none
	got   string // a variable
	want  string // a field
	last  bool   // it is the error that ends the results
	locks bool
}

// write writes the test.
func (g *goMaker) write(test string) (string, error) {
	// What the types are called comes first, so that no variable takes a name away.
	testing := g.use("testing", "testing", false)
	g.used["nil"], g.used["true"], g.used["false"], g.used["error"], g.used["bool"], g.used["string"], g.used["append"] = true, true, true, true, true, true, true
	require, assert := g.testify()
	requires, asserts := "", ""
	callee := ""
	if g.recv == nil {
		callee = g.ours(g.name) + g.reach
		if len(g.arguments) > 0 {
			callee += "[" + strings.Join(g.arguments, ", ") + "]"
		}
	}
	fields, args, err := g.takes()
	if err != nil {
		return "", err
	}
	results, err := g.results()
	if err != nil {
		return "", err
	}
	build, recvErr, err := g.receiver(testing)
	if err != nil {
		return "", err
	}
	g.looked = 0
	locks := g.anyLocks()
	compares := false
	for _, r := range results {
		locks = locks || r.locks
		compares = compares || r.shape == perhaps || !require && !assert && !r.last && r.shape != plain && r.shape != function && r.shape != failure
	}
	reflects := ""
	if compares {
		reflects = prefix(g.use("reflect", "reflect", false))
	}
	if len(results) > 0 && (require || assert) {
		hasErr := results[len(results)-1].last
		if require && (hasErr || !assert) {
			requires = prefix(g.use(testify+"require", "require", false))
		}
		if assert && (!require || len(results) > 1 || !hasErr) {
			asserts = prefix(g.use(testify+"assert", "assert", false))
		}
	}

	// Fields that the test adds give way to those of the arguments.
	has := map[string]bool{}
	for _, f := range fields {
		has[f.name] = true
	}
	field := func(names ...string) string {
		n := free(func(n string) bool { return has[n] }, names...)
		has[n] = true
		return n
	}
	name := field("name", "row", "title")
	taken := func(n string) bool { return g.used[n] || g.taken(n) }
	local := func(names ...string) string {
		n := free(taken, names...)
		g.used[n] = true
		return n
	}
	t := local("t", "tb", "test")
	tests := local("tests", "rows", "table")
	tt := local("tt", "tc", "row")
	recv := ""
	if g.recv != nil {
		recv = local(g.receiverNames()...)
		callee = recv + "." + g.name
	}
	values := 0
	for _, r := range results {
		if !r.last {
			values++
		}
	}
	errName := ""
	if recvErr {
		errName = local("err", "failed")
	}
	nth := 0
	for i := range results {
		r := &results[i]
		if r.last {
			if errName == "" {
				errName = local("err", "failed")
			}
			r.got, r.want = errName, field("wantErr", "wantError")
			continue
		}
		suffix := ""
		switch {
		case values > 1 && r.name != "" && r.name != "_":
			suffix = upper(r.name)
		case nth > 0:
			suffix = strconv.Itoa(nth)
		}
		nth++
		r.got = local("got"+suffix, "have"+suffix)
		switch r.shape {
		case function:
			r.want = field("wantNil"+suffix, "wantsNil"+suffix)
		case failure:
			r.want = field("wantErr"+strings.TrimPrefix(suffix, "Err"), "wantError"+suffix)
		default:
			r.want = field("want"+suffix, "wanted"+suffix)
		}
	}

	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("func %s(%s *%s) {", test, t, selector(testing, "T"))
	if g.parallel() {
		line("%s.Parallel()\n", t)
	}
	line("%s := []struct {", tests)
	line("%s string", name)
	for _, f := range fields {
		line("%s %s", f.name, f.typ)
	}
	wantErr := ""
	for _, r := range results {
		switch {
		case r.last:
			wantErr = r.want
			line("%s bool", r.want)
		case r.shape == function, r.shape == failure:
			line("%s bool", r.want)
		default:
			line("%s %s", r.want, r.typ)
		}
	}
	line("}{")
	for _, w := range g.ways() {
		row := name + ": " + quoted(w.name)
		if w.fails && wantErr != "" {
			row += ", " + wantErr + ": true"
		}
		line("{%s},", row)
	}
	line("}")
	if locks {
		line("for i := range %s {", tests)
		line("%s := &%s[i]", tt, tests)
	} else {
		line("for _, %s := range %s {", tt, tests)
	}
	line("%s.Run(%s.%s, func(%s *%s) {", t, tt, name, t, selector(testing, "T"))
	todo := "fill in the rows, then delete this line"
	if len(results) == 0 {
		todo = "fill in the rows, say below what is to hold after the call, then delete this line"
	}
	line("%s.Fatal(%q)", t, todo)
	for _, s := range build(recv, errName, t) {
		line("%s", s)
	}
	call := callee + "(" + strings.Join(args(tt, t), ", ") + ")"
	label := g.name
	if g.recv != nil {
		label = g.typeName + "." + g.name
	}
	label += g.reach
	g.check(line, results, call, label, tt, t, checks{requires, asserts, reflects, recvErr})
	line("})")
	line("}")
	line("}")
	return b.String(), nil
}

// checks are what results are held with: packages with a dot behind, "" for none. declared tells that there is a variable for the error.
type checks struct {
	require, assert, reflect string
	declared                 bool
}

// check writes the call and what holds its results.
func (g *goMaker) check(line func(format string, args ...any), results []goResult, call, label, tt, t string, c checks) {
	var gots []string
	for _, r := range results {
		gots = append(gots, r.got)
	}
	switch {
	case len(results) == 0:
		line("%s", call)
		return
	case len(results) == 1 && results[0].last && c.declared:
		line("%s = %s", gots[0], call)
	default:
		line("%s := %s", strings.Join(gots, ", "), call)
	}
	first, rest := c.require, c.assert
	if first == "" {
		first = rest
	}
	if rest == "" {
		rest = first
	}
	if last := results[len(results)-1]; last.last {
		switch {
		case first != "":
			line("if %s.%s {", tt, last.want)
			line("%sError(%s, %s)", first, t, last.got)
			if len(results) > 1 {
				line("return")
				line("}")
				line("%sNoError(%s, %s)", first, t, last.got)
			} else {
				line("} else {")
				line("%sNoError(%s, %s)", first, t, last.got)
				line("}")
			}
		default:
			how := "Fatalf"
			if len(results) == 1 {
				how = "Errorf"
			}
			line("if (%s != nil) != %s.%s {", last.got, tt, last.want)
			line("%s.%s(%q, %s, %s.%s)", t, how, percent(label)+"() error = %v, want an error: %v", last.got, tt, last.want)
			line("}")
		}
	}
	for _, r := range results {
		of := label + "()"
		if len(results) > 1 && !(len(results) == 2 && results[1].last) {
			of += " " + r.got
		}
		of = percent(of)
		and := ""
		if r.locks {
			and = "&"
		}
		want := tt + "." + r.want
		switch {
		case r.last:
		case r.shape == function && first != "":
			line("%sEqual(%s, %s, %s == nil)", rest, t, want, r.got)
		case r.shape == function:
			line("if (%s == nil) != %s {", r.got, want)
			line("%s.Errorf(%q, %s == nil, %s)", t, of+" == nil: %v, want %v", r.got, want)
			line("}")
		case r.shape == failure && first != "":
			line("%sEqual(%s, %s, %s != nil)", rest, t, want, r.got)
		case r.shape == failure:
			line("if (%s != nil) != %s {", r.got, want)
			line("%s.Errorf(%q, %s, %s)", t, of+" = %v, want an error: %v", r.got, want)
			line("}")
		case r.shape == perhaps:
			line("if !%sDeepEqual(%s, %s) {", c.reflect, r.got, want)
			line("%s.Error(%q)", t, label+"() gives another function than wanted, or whether it gives one is not as wanted")
			line("}")
		case first != "":
			line("%sEqual(%s, %s%s, %s%s)", rest, t, and, want, and, r.got)
		case r.shape == plain:
			line("if %s != %s {", r.got, want)
			line("%s.Errorf(%q, %s, %s)", t, of+" = %v, want %v", r.got, want)
			line("}")
		default:
			line("if !%sDeepEqual(%s%s, %s%s) {", c.reflect, and, r.got, and, want)
			line("%s.Errorf(%q, %s%s, %s%s)", t, of+" = %v, want %v", and, r.got, and, want)
			line("}")
		}
	}
}

func percent(s string) string { return strings.ReplaceAll(s, "%", "%%") }

// prefix is what stands before a name of a package: nothing for one that is imported by a dot.
func prefix(local string) string {
	if local == "." {
		return ""
	}
	return local + "."
}

func selector(local, name string) string { return prefix(local) + name }

// initialisms are words that Go writes in capitals.
var initialisms = map[string]string{"ok": "OK", "id": "ID", "url": "URL", "uri": "URI", "ip": "IP", "html": "HTML", "json": "JSON", "sql": "SQL", "http": "HTTP"}

// upper begins a name with a capital.
func upper(s string) string {
	if whole, ok := initialisms[s]; ok {
		return whole
	}
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// quoted is a string of Go, in the quotes in which it reads best.
func quoted(s string) string {
	if strings.Contains(s, `"`) && strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// taken reports whether a variable of a name would hide something that the test speaks of.
func (g *goMaker) taken(name string) bool {
	for _, i := range g.imports {
		if i.local == name && g.used[name] {
			return true
		}
	}
	return token.IsKeyword(name) || !token.IsIdentifier(name)
}

// receiverNames are names for the receiver, the best first.
func (g *goMaker) receiverNames() []string {
	var out []string
	if len(g.recv.Names) > 0 && g.recv.Names[0].Name != "_" {
		out = append(out, g.recv.Names[0].Name)
	}
	first, size := utf8.DecodeRuneInString(g.typeName)
	return append(out, string(unicode.ToLower(first))+g.typeName[size:], "receiver")
}

// anyLocks reports whether an argument must not be copied.
func (g *goMaker) anyLocks() bool {
	for _, f := range g.typ.Params.List {
		if g.locks(g.source, f.Type, 0) {
			return true
		}
	}
	return false
}

// given is the expression for a parameter that is no field of the table: what a test has at hand; "" for any other.
func (g *goMaker) given(t *goText, e ast.Expr) (expr func(testing string) string) {
	switch g.text(t, e) {
	case "*testing.T", "testing.TB":
		return func(t string) string { return t }
	case "context.Context":
		if p, _, err := g.importOf(t, "context"); err == nil && p == "context" {
			background := selector(g.use("context", "context", false), "Background()")
			return func(string) string { return background }
		}
	}
	return nil
}

// takes are the fields of the arguments, and the arguments as they are handed over.
func (g *goMaker) takes() ([]goField, func(tt, t string) []string, error) {
	var fields []goField
	type arg struct {
		field    string
		given    func(t string) string
		variadic bool
	}
	var args []arg
	taken := map[string]bool{}
	n := 0
	for _, f := range g.typ.Params.List {
		names := f.Names
		if len(names) == 0 {
			names = []*ast.Ident{nil}
		}
		for _, id := range names {
			n++
			if given := g.given(g.source, f.Type); given != nil {
				args = append(args, arg{given: given})
				continue
			}
			name := "arg" + strconv.Itoa(n)
			if id != nil && id.Name != "_" {
				name = id.Name
			}
			name = free(func(n string) bool { return taken[n] }, name)
			taken[name] = true
			e, prefix := f.Type, ""
			variadic, ok := e.(*ast.Ellipsis)
			if ok {
				e, prefix = variadic.Elt, "[]"
			}
			typ, err := g.spell(g.source, e)
			if err != nil {
				return nil, nil, err
			}
			fields = append(fields, goField{name, prefix + typ})
			args = append(args, arg{field: name, variadic: ok})
		}
	}
	return fields, func(tt, t string) (out []string) {
		for _, a := range args {
			switch {
			case a.given != nil:
				out = append(out, a.given(t))
			case a.variadic:
				out = append(out, tt+"."+a.field+"...")
			default:
				out = append(out, tt+"."+a.field)
			}
		}
		return out
	}, nil
}

func (g *goMaker) results() (out []goResult, err error) {
	if g.typ.Results == nil {
		return nil, nil
	}
	for _, f := range g.typ.Results.List {
		names := f.Names
		if len(names) == 0 {
			names = []*ast.Ident{nil}
		}
		for _, id := range names {
			g.looked = 0
			r := goResult{shape: g.shapeOf(g.source, f.Type), locks: g.locks(g.source, f.Type, 0)}
			if id != nil {
				r.name = id.Name
			}
			if r.shape != function && r.shape != failure { // else the table has a bool
				if r.typ, err = g.spell(g.source, f.Type); err != nil {
					return nil, err
				}
			}
			out = append(out, r)
		}
	}
	if last, ok := g.lastError(); ok {
		out[last].last = true
	}
	return out, nil
}

// receiver tells how the receiver is made; fails tells that this may give an error, which has a variable.
func (g *goMaker) receiver(testing string) (build func(name, err, t string) []string, fails bool, err error) {
	none := func(string, string, string) []string { return nil }
	if g.recv == nil {
		return none, false, nil
	}
	for _, name := range []string{"New" + upper(g.typeName), "new" + upper(g.typeName), "New"} {
		if f := g.funcs[name]; f != nil {
			if build, fails, ok := g.constructed(f); ok {
				return build, fails, nil
			}
		}
	}
	d, ok := g.types[g.typeName]
	if !ok {
		return nil, false, refuse("the type %s of the receiver is not declared in this package", g.typeName)
	}
	typ := g.ours(g.typeName)
	if len(g.arguments) > 0 {
		typ += "[" + strings.Join(g.arguments, ", ") + "]"
	}
	_, literal := d.spec.Type.(*ast.StructType)
	return func(name, _, _ string) []string {
		switch {
		case literal && g.pointer:
			return []string{name + " := &" + typ + "{}"}
		case literal:
			return []string{name + " := " + typ + "{}"}
		}
		return []string{"var " + name + " " + typ}
	}, false, nil
}

// constructed tells how a function makes the receiver; ok is false where it makes something else, or takes what can't be
// given.
func (g *goMaker) constructed(f *ast.FuncDecl) (build func(name, err, t string) []string, fails, ok bool) {
	in := g.declaredIn(f)
	results := f.Type.Results
	if in == nil || results == nil || g.external && !ast.IsExported(f.Name.Name) {
		return nil, false, false
	}
	of := results.List[0].Type
	star, isPointer := of.(*ast.StarExpr)
	if isPointer {
		of = star.X
	}
	switch x := of.(type) {
	case *ast.IndexExpr:
		of = x.X
	case *ast.IndexListExpr:
		of = x.X
	}
	id, named := of.(*ast.Ident)
	if !named || id.Name != g.typeName || len(results.List[0].Names) > 1 {
		return nil, false, false
	}
	switch results.NumFields() {
	case 1:
	case 2:
		last, is := results.List[len(results.List)-1].Type.(*ast.Ident)
		if !is || last.Name != "error" {
			return nil, false, false
		}
		fails = true
	default:
		return nil, false, false
	}
	params := 0
	if f.Type.TypeParams != nil {
		params = f.Type.TypeParams.NumFields()
	}
	if params != len(g.arguments) {
		return nil, false, false
	}
	// Names of type parameters are the function's own here; what is imported in vain goes.
	outer, imported, added := g.params, len(g.imports), len(g.added)
	defer func() {
		g.params = outer
		if !ok {
			g.imports, g.added = g.imports[:imported], g.added[:added]
		}
	}()
	if params > 0 {
		g.params = map[string]string{}
		i := 0
		for _, p := range f.Type.TypeParams.List {
			for _, n := range p.Names {
				g.params[n.Name] = g.arguments[i]
				i++
			}
		}
	}
	type given struct {
		expr string
		of   func(t string) string
		typ  string // of a variable; "" for none
		name string
	}
	var args []given
	for _, p := range f.Type.Params.List {
		if _, variadic := p.Type.(*ast.Ellipsis); variadic {
			continue
		}
		count := max(1, len(p.Names))
		for i := range count {
			if of := g.given(in, p.Type); of != nil {
				args = append(args, given{of: of})
				continue
			}
			if zero := g.zero(in, p.Type); zero != "" {
				args = append(args, given{expr: zero})
				continue
			}
			if g.external {
				private := false
				refs(p.Type, func(id *ast.Ident, sel *ast.SelectorExpr) {
					private = private || sel == nil && g.declared[id.Name] && !ast.IsExported(id.Name)
				})
				if private {
					return nil, false, false
				}
			}
			typ, err := g.spell(in, p.Type)
			if err != nil {
				return nil, false, false
			}
			name := "arg" + strconv.Itoa(len(args)+1)
			if i < len(p.Names) && p.Names[i].Name != "_" {
				name = p.Names[i].Name
			}
			args = append(args, given{typ: typ, name: name})
		}
	}
	call := g.ours(f.Name.Name)
	if params > 0 {
		call += "[" + strings.Join(g.arguments, ", ") + "]"
	}
	return func(name, errName, t string) (out []string) {
		var list []string
		hidden := map[string]bool{}
		for _, a := range args {
			switch {
			case a.of != nil:
				list = append(list, a.of(t))
			case a.typ != "":
				v := free(func(n string) bool { return hidden[n] || g.used[n] || n == name || g.taken(n) }, a.name, a.name+"Value")
				hidden[v] = true
				out = append(out, "var "+v+" "+a.typ)
				list = append(list, v)
			default:
				list = append(list, a.expr)
			}
		}
		made := call + "(" + strings.Join(list, ", ") + ")"
		if !fails {
			return append(out, name+" := "+made)
		}
		return append(out, name+", "+errName+" := "+made, "if "+errName+" != nil {", t+".Fatal("+errName+")", "}")
	}, fails, true
}

// declaredIn is the file of a function of the package.
func (g *goMaker) declaredIn(f *ast.FuncDecl) *goText {
	for _, t := range append([]*goText{g.source}, g.others...) {
		if t.file.FileStart <= f.Pos() && f.Pos() < t.file.FileEnd {
			return t
		}
	}
	return nil
}
