package skeleton

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/source"
	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/text"
)

// Mention is a test that speaks of a function.
type Mention struct {
	// File is the name of the test's file.
	File string
	// At is where in its text the test's name stands, or the line that speaks of the function.
	At Span
	// rank is 0 where the test is called as one of the function is, 1 where its name has that in it, else 2.
	rank int
}

// Mentions finds the tests of Go, in files that end in "_test.go", that speak of a function or a method of the type
// owner, "" for none: first those that are called after it, then in the order of the files.
func Mentions(files []File, name, owner string) []Mention {
	var out []Mention
	for _, f := range files {
		if !strings.HasSuffix(f.Name, "_test.go") {
			continue
		}
		file, _ := parser.ParseFile(token.NewFileSet(), f.Name, f.Text, parser.SkipObjectResolution) // what is whole of it counts
		if file == nil {
			continue
		}
		packages := map[string]bool{}
		for _, i := range file.Imports {
			if path, err := strconv.Unquote(i.Path.Value); err != nil {
				continue
			} else if i.Name != nil {
				packages[i.Name.Name] = true
			} else {
				for _, n := range packageNames(path) {
					packages[n] = true
				}
			}
		}
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || fn.Body == nil || !isTest(fn.Name.Name) {
				continue
			}
			if at := int(fn.Name.Pos() - file.FileStart); speaks(fn.Body, name, owner != "", packages) {
				out = append(out, Mention{f.Name, Span{at, at + len(fn.Name.Name)}, calledAfter(fn.Name.Name, name, owner)})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Mention) int { return a.rank - b.rank })
	return out
}

// isTest reports whether `go test` runs a function of that name.
func isTest(name string) bool {
	return name != "TestMain" && slices.ContainsFunc([]string{"Test", "Benchmark", "Example", "Fuzz"}, func(p string) bool { return strings.HasPrefix(name, p) })
}

// speaks reports whether a body has a name: a method behind a dot, a function alone or behind one of the packages.
func speaks(body *ast.BlockStmt, name string, method bool, packages map[string]bool) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			found = found || n.Sel.Name == name && (method || ok && packages[x.Name])
			if !found {
				ast.Inspect(n.X, func(n ast.Node) bool {
					id, ok := n.(*ast.Ident)
					found = found || ok && !method && id.Name == name
					return !found
				})
			}
			return false
		case *ast.Ident:
			found = found || !method && n.Name == name
		}
		return !found
	})
	return found
}

// calledAfter says how much of a function's name a test has: see Mention.
func calledAfter(test, name, owner string) int {
	fold := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	of := fold(owner + name)
	for _, kind := range []string{"test", "benchmark", "example", "fuzz"} {
		if fold(test) == kind+of {
			return 0
		}
	}
	if strings.Contains(fold(test), of) {
		return 1
	}
	return 2
}

// WordMentions finds the tests of a file of another language that speak of a name: the functions of the text around it, or
// the lines where it has none.
func WordMentions(f File, name string) []Mention {
	if name == "" {
		return nil
	}
	word, err := regexp.Compile(`(?:^|[^\pL\pN_$])(` + regexp.QuoteMeta(name) + `)(?:$|[^\pL\pN_$])`)
	if err != nil {
		return nil
	}
	const most = 200
	t := text.New(f.Text)
	var funcs []outline.Func
	if o, ok := outline.Of(source.LanguageOf(f.Name), f.Text); ok {
		funcs = o.Funcs
	}
	var out []Mention
	seen := map[int]bool{}
	for _, at := range word.FindAllStringSubmatchIndex(f.Text, most) {
		line, _ := t.LineCol(at[2])
		around := func(f outline.Func) bool {
			return f.Start <= at[2] && at[2] < f.End && !groups.MatchString(f.Name)
		}
		if i := slices.IndexFunc(funcs, around); i >= 0 { // the outermost: those are sorted
			line, _ = t.LineCol(funcs[i].Start)
		} else if isImport(t.Line(line)) {
			continue
		}
		if !seen[int(line)] {
			seen[int(line)] = true
			start := t.At(line, 1)
			full := t.Line(line)
			indent := len(full) - len(strings.TrimLeft(full, " \t"))
			out = append(out, Mention{File: f.Name, At: Span{start + indent, start + len(full)}})
		}
	}
	return out
}

// groups are the callbacks that hold several tests.
var groups = regexp.MustCompile(`^(?:describe|context|suite)\b`)

var importLine = regexp.MustCompile(`^\s*(?:import|from|use|using|require|include|#include|const .*require\()\b`)

// isImport reports whether a line brings in names, as far as one line tells.
func isImport(line string) bool { return importLine.MatchString(line) }
