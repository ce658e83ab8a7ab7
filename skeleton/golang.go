package skeleton

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// GoRequest asks for the test of a function of Go.
type GoRequest struct {
	// Source is the file with the function, At a byte offset in its text, on the function.
	Source File
	At     int
	Missed Missed
	// Others are the other files of the directory that end in ".go", tests and all.
	Others []File
	// Path is the package's import path; "" where nobody knows.
	Path string
}

// ForGo makes a table test of a function of Go. The error says why there can be none.
func ForGo(r GoRequest) (*Skeleton, error) {
	g := &goMaker{request: r, fset: token.NewFileSet()}
	if strings.HasSuffix(r.Source.Name, "_test.go") {
		return nil, refuse("%s holds tests itself", r.Source.Name)
	}
	if strings.HasPrefix(r.Source.Name, "_") || strings.HasPrefix(r.Source.Name, ".") {
		return nil, refuse("Go leaves %s out of builds, since its name begins with %q", r.Source.Name, r.Source.Name[:1])
	}
	if g.source = g.parse(r.Source); g.source.err != nil {
		return nil, refuse("%s has a syntax error: %v", r.Source.Name, g.source.err)
	}
	if slices.ContainsFunc(g.source.constraints, func(line string) bool { return strings.TrimSpace(strings.TrimPrefix(line, "//go:build")) == "ignore" }) {
		return nil, refuse("%s is left out of builds (//go:build ignore)", r.Source.Name)
	}
	for _, f := range r.Others {
		g.others = append(g.others, g.parse(f))
	}
	if err := g.find(); err != nil {
		return nil, err
	}
	g.declare()
	if in := g.parses(); in != "" {
		return nil, refuse("no test of this package can run, since its init in %s reads the flags (flag.Parse) before those of tests are known: call that in main", in)
	}
	if err := g.instantiate(); err != nil {
		return nil, err
	}
	if err := g.place(); err != nil {
		return nil, err
	}
	return g.make()
}

// goText is a parsed file.
type goText struct {
	File
	file        *ast.File
	err         error
	constraints []string // lines that say when it is built
}

// isTest tells that only tests are built with it.
func (t *goText) isTest() bool { return strings.HasSuffix(t.Name, "_test.go") }

// usesC tells that it is a file of cgo.
func (t *goText) usesC() bool {
	return slices.ContainsFunc(t.file.Imports, func(s *ast.ImportSpec) bool { return s.Path.Value == `"C"` })
}

// goMaker makes a test of a function.
type goMaker struct {
	request GoRequest
	fset    *token.FileSet
	source  *goText
	others  []*goText

	// The function: declared, or a literal that reach leads to from the variable name.
	name     string
	typ      *ast.FuncType
	body     *ast.BlockStmt
	recv     *ast.Field // nil for none
	reach    string
	typeName string // of the receiver; "" for none
	pointer  bool   // the receiver is one

	types     map[string]goType        // declared in the package outside of tests
	funcs     map[string]*ast.FuncDecl // likewise, without receivers
	declared  map[string]bool          // all that the package declares outside of tests
	params    map[string]string        // type parameters to what stands for them
	arguments []string                 // what stands for them, in their order
	looked    int                      // types that were looked at

	target   *goText // that is extended; nil where a new one is made
	fileName string
	external bool   // the test is of the package x_test
	own      string // import path of the package, for one that is
	scope    map[string]bool
	imports  []goImport // of the test's file
	added    []goImport
	used     map[string]bool // names that the test speaks of, and which no variable of its own may have
}

// goType is the declaration of a type, and where it is.
type goType struct {
	spec *ast.TypeSpec
	in   *goText
}

// goImport is an import: local is the name that a file has for it, "." for one without; spelled tells that it stands there.
type goImport struct {
	path, local string
	spelled     bool
}

func (g *goMaker) parse(f File) *goText {
	t := &goText{File: f}
	t.file, t.err = parser.ParseFile(g.fset, f.Name, f.Text, parser.ParseComments|parser.SkipObjectResolution)
	for _, line := range strings.Split(f.Text[:min(len(f.Text), max(0, g.offset(t, t.file.Package)))], "\n") {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "//go:build ") || strings.HasPrefix(line, "// +build ") {
			t.constraints = append(t.constraints, line)
		}
	}
	return t
}

// offset is where a position is in the text of a file.
func (g *goMaker) offset(t *goText, pos token.Pos) int {
	if !pos.IsValid() {
		return 0
	}
	return int(pos - t.file.FileStart)
}

// text is what a node of a file says.
func (g *goMaker) text(t *goText, n ast.Node) string {
	return t.Text[g.offset(t, n.Pos()):g.offset(t, n.End())]
}

// find looks for the function.
func (g *goMaker) find() error {
	t, at := g.source, g.request.At
	around := func(n ast.Node) bool { return g.offset(t, n.Pos()) <= at && at <= g.offset(t, n.End()) }
	for _, d := range t.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if around(d) {
				return g.declaredAs(d)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if v, ok := s.(*ast.ValueSpec); ok && d.Tok == token.VAR && around(v) {
					return g.literal(v, around)
				}
			}
		}
	}
	return refuse("no function stands there")
}

func (g *goMaker) declaredAs(d *ast.FuncDecl) error {
	g.name, g.typ, g.body = d.Name.Name, d.Type, d.Body
	switch {
	case g.name == "_":
		return refuse("a function that is called _ can't be called")
	case d.Recv == nil && g.name == "init":
		return refuse("init runs when the package is loaded, and no test can call it: test what it leaves behind")
	case d.Recv == nil && g.name == "main" && g.source.file.Name.Name == "main":
		return refuse("main is the program itself: test the functions that it calls")
	case d.Recv == nil:
		return nil
	case len(d.Recv.List) == 0:
		return refuse("%s has no receiver that can be read", g.name)
	}
	g.recv = d.Recv.List[0]
	at := g.recv.Type
	for {
		switch e := at.(type) {
		case *ast.ParenExpr:
			at = e.X
			continue
		case *ast.StarExpr:
			g.pointer, at = true, e.X
			continue
		case *ast.IndexExpr:
			at = e.X
			continue
		case *ast.IndexListExpr:
			at = e.X
			continue
		case *ast.Ident:
			g.typeName = e.Name
			return nil
		}
		return refuse("the receiver of %s can't be read", g.name)
	}
}

// literal looks for a function literal that a variable holds, or a field of the struct that it holds.
func (g *goMaker) literal(v *ast.ValueSpec, around func(ast.Node) bool) error {
	for i, value := range v.Values {
		if !around(value) {
			continue
		}
		name := v.Names[min(i, len(v.Names)-1)].Name
		reach, at := "", value
		for name != "_" && len(v.Values) == len(v.Names) {
			switch e := at.(type) {
			case *ast.FuncLit:
				g.name, g.typ, g.body, g.reach = name, e.Type, e.Body, reach
				return nil
			case *ast.UnaryExpr:
				if e.Op == token.AND {
					at = e.X
					continue
				}
			case *ast.CompositeLit:
				if within, key := structField(e, around); within != nil {
					reach, at = reach+"."+key, within
					continue
				}
			}
			break
		}
		return refuse("the function is a part of the value of %s, and has no name of its own: test it through %s", name, name)
	}
	return refuse("no function stands there")
}

// structField is the value in a literal of a struct that stands around a place, and the field's name.
func structField(lit *ast.CompositeLit, around func(ast.Node) bool) (ast.Expr, string) {
	switch lit.Type.(type) {
	case *ast.Ident, *ast.SelectorExpr:
	default:
		return nil, ""
	}
	for _, e := range lit.Elts {
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok || !around(kv.Value) {
			continue
		}
		if key, ok := kv.Key.(*ast.Ident); ok {
			return kv.Value, key.Name
		}
	}
	return nil, ""
}

// declare collects what the package declares.
func (g *goMaker) declare() {
	g.types, g.funcs, g.declared = map[string]goType{}, map[string]*ast.FuncDecl{}, map[string]bool{}
	for _, t := range append([]*goText{g.source}, g.others...) {
		if t.isTest() || t.file.Name.Name != g.source.file.Name.Name {
			continue
		}
		names(t, g.declared)
		for _, d := range t.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && g.funcs[d.Name.Name] == nil && (t == g.source || len(t.constraints) == 0) {
					g.funcs[d.Name.Name] = d
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok && g.types[s.Name.Name].spec == nil {
						g.types[s.Name.Name] = goType{s, t}
					}
				}
			}
		}
	}
}

// parses is the file with an init that reads the command line, which ends each run of tests; "" for none.
func (g *goMaker) parses() (file string) {
	for _, t := range append([]*goText{g.source}, g.others...) {
		if t.isTest() || t.file.Name.Name != g.source.file.Name.Name || t != g.source && len(t.constraints) > 0 || !imports(t, "flag") {
			continue
		}
		for _, d := range t.file.Decls {
			if d, ok := d.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name == "init" && d.Body != nil {
				for _, s := range d.Body.List {
					if e, ok := s.(*ast.ExprStmt); ok && g.text(t, e) == "flag.Parse()" {
						return t.Name
					}
				}
			}
		}
	}
	return ""
}

// names adds what a file declares for its package.
func names(t *goText, to map[string]bool) {
	for _, d := range t.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				to[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					to[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, n := range s.Names {
						to[n.Name] = true
					}
				}
			}
		}
	}
}

// tests are the other files that are tests, with the packages x and x_test alike.
func (g *goMaker) tests() (out []*goText) {
	for _, t := range g.others {
		if t.isTest() {
			out = append(out, t)
		}
	}
	return out
}

// testFuncs are the tests of a file.
func testFuncs(t *goText) (out []*ast.FuncDecl) {
	for _, d := range t.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") && f.Name.Name != "TestMain" && f.Body != nil {
			out = append(out, f)
		}
	}
	return out
}

// place chooses the file and the package of the test.
func (g *goMaker) place() error {
	pkg := g.source.file.Name.Name
	open := pkg != "main" && g.open()
	outside, inside := 0, 0
	for _, t := range g.tests() {
		if len(testFuncs(t)) == 0 {
			continue
		}
		if strings.HasSuffix(t.file.Name.Name, "_test") {
			outside++
		} else {
			inside++
		}
	}
	g.external = open && outside > inside
	stem := strings.TrimSuffix(g.source.Name, ".go")
	stem, system := splitSystem(stem)
	var broken error
	kinds := []string{"", "_internal", "_more"}
	if g.external {
		kinds = []string{"", "_external", "_more"}
	}
	for n := 1; ; n++ {
		kind := ""
		if n <= len(kinds) {
			kind = kinds[n-1]
		} else {
			kind = "_more" + strconv.Itoa(n-len(kinds)+1)
		}
		name := stem + kind + system + "_test.go"
		i := slices.IndexFunc(g.others, func(t *goText) bool { return t.Name == name })
		if i < 0 {
			g.fileName = name
			break
		}
		t := g.others[i]
		if t.err != nil {
			broken = refuse("%s has a syntax error, so that nothing can be added to it: %v", t.Name, t.err)
			return broken
		}
		external := t.file.Name.Name == pkg+"_test"
		fits := t.file.Name.Name == pkg || external && open
		if fits && slices.Equal(t.constraints, g.source.constraints) && !t.usesC() && !ast.IsGenerated(t.file) {
			g.fileName, g.target, g.external = name, t, external
			break
		}
	}
	g.own = g.request.Path
	g.scope, g.used = map[string]bool{}, map[string]bool{}
	if g.external {
		for _, t := range g.tests() {
			if t.file.Name.Name == pkg+"_test" {
				names(t, g.scope)
			}
		}
	} else {
		for n := range g.declared {
			g.scope[n] = true
		}
		for _, t := range g.tests() {
			if t.file.Name.Name == pkg {
				names(t, g.scope)
			}
		}
	}
	if g.target != nil {
		for _, s := range g.target.file.Imports {
			p, err := strconv.Unquote(s.Path.Value)
			if err != nil || s.Name != nil && s.Name.Name == "_" {
				continue
			}
			g.imports = append(g.imports, goImport{path: p, local: g.localName(g.target, s), spelled: s.Name != nil})
		}
	}
	return nil
}

// systems are the operating systems and architectures that the end of a file's name may stand for.
var systems = regexp.MustCompile(`_(?:aix|android|darwin|dragonfly|freebsd|illumos|ios|js|linux|netbsd|openbsd|plan9|solaris|wasip1|windows|386|amd64|arm|arm64|loong64|mips|mips64|mips64le|mipsle|ppc64|ppc64le|riscv64|s390x|wasm)$`)

// splitSystem splits a file's name without its extension before what says where it is built.
func splitSystem(stem string) (name, system string) {
	name = stem
	for range 2 {
		if at := systems.FindStringIndex(name); at != nil && at[0] > 0 {
			name = name[:at[0]]
		}
	}
	return name, stem[len(name):]
}

// open reports whether somebody outside of the package can call the function, and knows how to import it.
func (g *goMaker) open() bool {
	if g.request.Path == "" || !ast.IsExported(g.name) || g.typeName != "" && !ast.IsExported(g.typeName) {
		return false
	}
	for _, f := range strings.Split(g.reach, ".") {
		if f != "" && !ast.IsExported(f) {
			return false
		}
	}
	ok := true
	for _, list := range []*ast.FieldList{g.typ.Params, g.typ.Results} {
		if list == nil {
			continue
		}
		for _, f := range list.List {
			refs(f.Type, func(id *ast.Ident, sel *ast.SelectorExpr) {
				if sel == nil && g.declared[id.Name] && g.params[id.Name] == "" && !ast.IsExported(id.Name) {
					ok = false
				}
			})
		}
	}
	return ok
}

// testName is a name for the test that no other has, in the style of the package.
func (g *goMaker) testName() string {
	taken := map[string]bool{}
	names(g.source, taken)
	lower, upper, joined, apart := 0, 0, 0, 0
	for _, t := range g.others {
		names(t, taken)
		if !t.isTest() {
			continue
		}
		for _, f := range testFuncs(t) {
			rest := strings.TrimPrefix(f.Name.Name, "Test")
			if bare, ok := strings.CutPrefix(rest, "_"); ok && g.declared[bare] {
				lower++
			} else if first, size := utf8.DecodeRuneInString(rest); g.declared[string(unicode.ToLower(first))+rest[size:]] {
				upper++
			}
			for name := range g.types {
				if method, ok := strings.CutPrefix(rest, title(name)); ok && method != "" {
					if strings.HasPrefix(method, "_") {
						apart++
					} else if unicode.IsUpper(rune(method[0])) {
						joined++
					}
				}
			}
		}
	}
	name := "Test" + title(g.name)
	switch path := strings.ReplaceAll(g.reach, ".", "_"); {
	case path != "":
		name += path
	case g.typeName != "" && joined > 2*apart:
		name = "Test" + title(g.typeName) + title(g.name)
	case g.typeName != "":
		name = "Test" + title(g.typeName) + "_" + g.name
	case lower > upper && !ast.IsExported(g.name):
		name = "Test_" + g.name
	}
	first := name
	for i := 2; taken[name]; i++ {
		name = fmt.Sprintf("%s_%d", first, i)
	}
	return name
}

// title begins a name with a capital, or with an underscore where its letter has none.
func title(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	if up := unicode.ToUpper(first); !unicode.IsLower(up) {
		return string(up) + name[size:]
	}
	return "_" + name
}

// parallel reports whether most tests of the package run beside others.
func (g *goMaker) parallel() bool {
	all, some := 0, 0
	for _, t := range g.tests() {
		for _, f := range testFuncs(t) {
			all++
			for _, s := range f.Body.List[:min(len(f.Body.List), 3)] {
				if e, ok := s.(*ast.ExprStmt); ok && strings.HasSuffix(g.text(t, e), ".Parallel()") {
					some++
					break
				}
			}
		}
	}
	return all > 0 && 2*some > all
}

const testify = "github.com/stretchr/testify/"

// testify finds which of its packages the tests use; "" for none. One that is extended decides by itself.
func (g *goMaker) testify() (require, assert bool) {
	files, some := 0, 0
	for _, t := range g.tests() {
		if len(testFuncs(t)) == 0 && t != g.target {
			continue
		}
		files++
		r, a := imports(t, testify+"require"), imports(t, testify+"assert")
		if t == g.target && (r || a) {
			return r, a
		}
		if r || a {
			some++
		}
		require, assert = require || r, assert || a
	}
	if 2*some < files {
		return false, false
	}
	return require, assert
}

// imports reports whether a file imports a package.
func imports(t *goText, path string) bool {
	return slices.ContainsFunc(t.file.Imports, func(s *ast.ImportSpec) bool { return s.Path.Value == strconv.Quote(path) })
}

// head is what a new file begins with: what says whose it is, when it is built, and its package.
func (g *goMaker) head() string {
	var b strings.Builder
	if notice := notice(g.source.Text); notice != "" && slices.ContainsFunc(g.tests(), func(t *goText) bool { return hasNotice(t.Text) }) {
		b.WriteString(notice + "\n\n")
	}
	lines := g.source.constraints
	if i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "//go:build ") }); i >= 0 {
		lines = lines[i : i+1] // which says the same as those from before it
	}
	if len(lines) > 0 {
		b.WriteString(strings.Join(lines, "\n") + "\n\n")
	}
	b.WriteString("package " + g.source.file.Name.Name)
	if g.external {
		b.WriteString("_test")
	}
	b.WriteString("\n\n")
	return b.String()
}

var noticeWords = regexp.MustCompile(`(?i)copyright|licen[sc]e|SPDX-`)

// notice is the comment with the copyright that a text begins with; "" for none.
func notice(text string) string {
	text = strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\ufeff")
	first, _, _ := strings.Cut(text, "\n\n")
	if strings.HasPrefix(first, "/*") {
		if end := strings.Index(first, "*/"); end < 0 || strings.TrimSpace(first[end+2:]) != "" {
			return ""
		}
	}
	for _, line := range strings.Split(first, "\n") {
		if !strings.HasPrefix(first, "/*") && (!strings.HasPrefix(line, "//") || strings.HasPrefix(line, "//go:") || strings.HasPrefix(line, "// +build")) {
			return ""
		}
	}
	if !noticeWords.MatchString(first) {
		return ""
	}
	return first
}

func hasNotice(text string) bool { return notice(text) != "" }

// make writes the test.
func (g *goMaker) make() (*Skeleton, error) {
	name := g.testName()
	body, err := g.write(name)
	if err != nil {
		return nil, err
	}
	clean, err := format.Source([]byte(body))
	if err != nil {
		return nil, refuse("the signature of %s can't be written down: %v", g.name, err)
	}
	body = strings.TrimSpace(string(clean)) + "\n"
	s := &Skeleton{File: g.fileName, New: g.target == nil, Test: name, Body: body}
	cursor := firstRow(body)
	if g.target == nil {
		whole := g.head() + importBlock(g.added) + "\n\n" + body
		if clean, err := format.Source([]byte(whole)); err == nil { // as gofmt has lines that say when it is built
			whole = string(clean)
		}
		s.Edits = []Edit{{Span{}, whole}}
		s.Cursor = len(whole) - len(body) + cursor
		return s, nil
	}
	s.add(g.target.Text, body, cursor, g.importEdits()...)
	if clean, err := format.Source([]byte(s.Apply(g.target.Text))); err == nil && string(clean) != s.Apply(g.target.Text) {
		if was, err := format.Source([]byte(g.target.Text)); err == nil && string(was) == g.target.Text {
			s.add(g.target.Text, body, cursor, g.importApart()...)
		}
	}
	return s, nil
}

// firstRow is where in a table test the first row ends.
func firstRow(body string) int {
	at := strings.Index(body, "\n\t\t{")
	if at < 0 {
		return 0
	}
	if end := strings.Index(body[at:], "},\n"); end >= 0 {
		return at + end
	}
	return at
}

// importBlock is the declaration of imports of a new file: those of Go's library, then the others.
func importBlock(list []goImport) string {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b goImport) int { return strings.Compare(a.path, b.path) })
	if len(list) == 1 {
		return "import " + list[0].String()
	}
	var std, rest []string
	for _, i := range list {
		if i.std() {
			std = append(std, "\t"+i.String()+"\n")
		} else {
			rest = append(rest, "\t"+i.String()+"\n")
		}
	}
	out := strings.Join(std, "")
	if len(std) > 0 && len(rest) > 0 {
		out += "\n"
	}
	return "import (\n" + out + strings.Join(rest, "") + ")"
}

func (i goImport) String() string {
	if i.spelled {
		return i.local + " " + strconv.Quote(i.path)
	}
	return strconv.Quote(i.path)
}

// std reports whether a package is one of Go's library.
func (i goImport) std() bool {
	first, _, _ := strings.Cut(i.path, "/")
	return !strings.Contains(first, ".")
}

// importEdits puts the imports that the test's file lacks beside those that it has.
func (g *goMaker) importEdits() (out []Edit) {
	if len(g.added) == 0 {
		return nil
	}
	t := g.target
	var decl *ast.GenDecl
	for _, d := range t.file.Decls {
		if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.IMPORT && len(d.Specs) > 0 && (d.Lparen.IsValid() || decl == nil) {
			if decl == nil || !decl.Lparen.IsValid() {
				decl = d
			}
		}
	}
	if decl == nil {
		return g.importApart()
	}
	if !decl.Lparen.IsValid() {
		spec := decl.Specs[0].(*ast.ImportSpec)
		if decl.Doc != nil || spec.Comment != nil || len(t.file.Imports) != 1 {
			return g.importApart()
		}
		at := Span{g.offset(t, decl.Pos()), g.offset(t, decl.End())}
		p, _ := strconv.Unquote(spec.Path.Value)
		own := goImport{path: p}
		if spec.Name != nil {
			own.local, own.spelled = spec.Name.Name, true
		}
		return []Edit{{at, g.lines(importBlock(append(slices.Clone(g.added), own)))}}
	}
	added := slices.Clone(g.added)
	slices.SortFunc(added, func(a, b goImport) int { return strings.Compare(a.path, b.path) })
	last := decl.Specs[len(decl.Specs)-1].(*ast.ImportSpec)
	apart := ""
	for _, i := range added {
		block := g.group(t, decl, i.std())
		if len(block) == 0 { // a group of its own, behind the others
			if apart == "" && !i.std() {
				apart = "\n"
			}
			apart += "\n\t" + i.String()
			continue
		}
		at := -1
		for _, s := range block {
			if p, _ := strconv.Unquote(s.Path.Value); p > i.path {
				at = g.offset(t, s.Pos())
				if s.Doc != nil {
					at = g.offset(t, s.Doc.Pos())
				}
				break
			}
		}
		if at >= 0 {
			out = append(out, Edit{Span{at, at}, g.lines(i.String() + "\n\t")})
			continue
		}
		end := g.offset(t, g.specEnd(block[len(block)-1]))
		out = append(out, Edit{Span{end, end}, g.lines("\n\t" + i.String())})
	}
	if apart != "" {
		end := g.offset(t, g.specEnd(last))
		out = append(out, Edit{Span{end, end}, g.lines(apart)})
	}
	return out
}

// specEnd is behind an import and the comment on its line.
func (g *goMaker) specEnd(s *ast.ImportSpec) token.Pos {
	if s.Comment != nil {
		return s.Comment.End()
	}
	return s.End()
}

// group are the imports, in lines behind each other, that one of Go's library, or another, goes among.
func (g *goMaker) group(t *goText, decl *ast.GenDecl, std bool) []*ast.ImportSpec {
	var groups [][]*ast.ImportSpec
	line := 0
	for _, s := range decl.Specs {
		s := s.(*ast.ImportSpec)
		begin := s.Pos()
		if s.Doc != nil {
			begin = s.Doc.Pos()
		}
		first := g.fset.PositionFor(begin, false).Line
		if len(groups) == 0 || first > line+1 {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], s)
		line = g.fset.PositionFor(g.specEnd(s), false).Line
	}
	for _, in := range groups {
		for _, s := range in {
			p, _ := strconv.Unquote(s.Path.Value)
			if (goImport{path: p}).std() == std {
				return in
			}
		}
	}
	return nil
}

// lines has the ends of lines that the test's file has.
func (g *goMaker) lines(s string) string {
	if strings.Contains(g.target.Text, "\r\n") {
		return strings.ReplaceAll(s, "\n", "\r\n")
	}
	return s
}

// importApart puts the imports that the test's file lacks into a declaration of their own.
func (g *goMaker) importApart() []Edit {
	if len(g.added) == 0 {
		return nil
	}
	t := g.target
	end := t.file.Name.End()
	for _, d := range t.file.Decls {
		if d, ok := d.(*ast.GenDecl); ok && d.Tok == token.IMPORT {
			end = d.End()
		}
	}
	at := g.offset(t, end)
	if n := strings.IndexByte(t.Text[at:], '\n'); n >= 0 { // behind a comment on the line
		at += len(strings.TrimRight(t.Text[at:at+n], "\r"))
	} else {
		at = len(t.Text)
	}
	return []Edit{{Span{at, at}, g.lines("\n\n" + importBlock(g.added))}}
}

// localName is what a file calls a package that it imports.
func (g *goMaker) localName(t *goText, s *ast.ImportSpec) string {
	if s.Name != nil {
		return s.Name.Name
	}
	p, _ := strconv.Unquote(s.Path.Value)
	// What the path says is no more than likely; what the file speaks of decides.
	guesses := packageNames(p)
	spoken := map[string]bool{}
	ast.Inspect(t.file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok {
				spoken[x.Name] = true
			}
		}
		return true
	})
	for _, name := range guesses {
		if spoken[name] {
			return name
		}
	}
	return guesses[0]
}

var (
	versionElem = regexp.MustCompile(`^v[0-9]+$`)
	versionEnd  = regexp.MustCompile(`\.v[0-9]+$`)
)

// packageNames are the names that a package of an import path may have, the likeliest first.
func packageNames(p string) []string {
	base := path.Base(p)
	if versionElem.MatchString(base) && path.Dir(p) != "." {
		base = path.Base(path.Dir(p))
	}
	base = versionEnd.ReplaceAllString(base, "")
	var out []string
	add := func(name string) {
		if token.IsIdentifier(name) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	add(base)
	for _, cut := range []string{strings.TrimPrefix(base, "go-"), strings.TrimSuffix(base, "-go"), strings.TrimPrefix(base, "go."), strings.TrimSuffix(base, ".go")} {
		add(cut)
		add(strings.ReplaceAll(cut, "-", ""))
		add(strings.ReplaceAll(cut, "-", "_"))
		add(cut[strings.LastIndexAny(cut, "-.")+1:])
		if at := strings.IndexAny(cut, "-."); at > 0 {
			add(cut[:at])
		}
	}
	add(path.Base(p))
	if len(out) == 0 {
		out = []string{"pkg"}
	}
	return out
}
