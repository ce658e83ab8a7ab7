package skeleton

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
)

// Mention is a test that speaks of a function.
type Mention struct {
	// File is the name of the test's file.
	File string
	// At is where in its text the test's name stands, or the line that speaks of the function.
	At Span
	// named tells that the test is called after the function.
	named bool
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
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || fn.Body == nil || !isTest(fn.Name.Name) {
				continue
			}
			if at := int(fn.Name.Pos() - file.FileStart); speaks(fn.Body, name, owner != "") {
				out = append(out, Mention{f.Name, Span{at, at + len(fn.Name.Name)}, calledAfter(fn.Name.Name, name, owner)})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Mention) int {
		switch {
		case a.named == b.named:
			return 0
		case a.named:
			return -1
		}
		return 1
	})
	return out
}

// isTest reports whether `go test` runs a function of that name.
func isTest(name string) bool {
	return name != "TestMain" && slices.ContainsFunc([]string{"Test", "Benchmark", "Example", "Fuzz"}, func(p string) bool { return strings.HasPrefix(name, p) })
}

// speaks reports whether a body has a name, as a method behind a dot.
func speaks(body *ast.BlockStmt, name string, method bool) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			found = found || n.Sel.Name == name
		case *ast.Ident:
			found = found || !method && n.Name == name
		}
		return !found
	})
	return found
}

// calledAfter reports whether a test is called after a function: TestParse, TestTree_Walk_empty.
func calledAfter(test, name, owner string) bool {
	fold := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }
	return strings.Contains(fold(test), fold(owner+name))
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
	var outer []Span
	if parsed, ok := source.Parse(path.Base(f.Name), f.Text); ok {
		for _, fn := range parsed.Funcs {
			outer = append(outer, Span{t.At(fn.Span.Start.Line, max(fn.Span.Start.Col, 1)), t.At(fn.Span.End.Line, max(fn.Span.End.Col, 1))})
		}
	}
	var out []Mention
	seen := map[int]bool{}
	for _, at := range word.FindAllStringSubmatchIndex(f.Text, most) {
		line, _ := t.LineCol(at[2])
		if i := slices.IndexFunc(outer, func(s Span) bool { return s.Start <= at[2] && at[2] < s.End }); i >= 0 {
			line, _ = t.LineCol(outer[i].Start)
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

var importLine = regexp.MustCompile(`^\s*(?:import|from|use|using|require|include|#include|const .*require\()\b`)

// isImport reports whether a line brings in names, as far as one line tells.
func isImport(line string) bool { return importLine.MatchString(line) }
