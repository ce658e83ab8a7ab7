package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// mouths are the packages whose words people read, by who says them.
var mouths = []struct {
	name string
	dirs []string
}{
	{"The command line", []string{"cmd/covls", "gate", "engine"}},
	{"The editor", []string{"server", "diag", "advice", "workspace", "watch"}},
	{"The report", []string{"report", "priority"}},
	{"Settings", []string{"config"}},
}

// TestWords holds docs/words.md against the code: it has every text of the program that people may read, so that they can be read at
// once.
func TestWords(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# What covls says\n\nEvery text of the program that people may read, by who says it and in the order of the code, to be read at once: is it plain\n" +
		"English, and is the same thing called the same everywhere? `go test ./cmd/covls -run Words -update` writes this page. The\n" +
		"texts of VS Code's extension stand in editors/vscode/package.nls.json and editors/vscode/l10n/bundle.l10n.json.\n")
	for _, m := range mouths {
		fmt.Fprintf(&b, "\n## %s\n", m.name)
		for _, dir := range m.dirs {
			files, err := fs.Glob(os.DirFS("../.."), dir+"/*.go")
			if err != nil || len(files) == 0 {
				t.Fatal(dir, err)
			}
			for _, name := range files {
				if strings.HasSuffix(name, "_test.go") {
					continue
				}
				if texts := textsOf(t, filepath.Join("../..", name)); len(texts) > 0 {
					fmt.Fprintf(&b, "\n### %s\n\n```text\n%s\n```\n", name, strings.Join(texts, "\n"))
				}
			}
		}
	}
	path := filepath.Join("../..", "docs", "words.md")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != b.String() {
		t.Error("docs/words.md is not what the code says: go test ./cmd/covls -run Words -update")
	}
}

// textsOf are the texts of a file: literals of two words or more, but for patterns, tags and what is imported.
func textsOf(t *testing.T, path string) (out []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			n.Tag = nil
		case *ast.CallExpr:
			if s, ok := n.Fun.(*ast.SelectorExpr); ok && strings.Contains(s.Sel.Name, "MustCompile") {
				return false
			}
		case *ast.BasicLit:
			if n.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(n.Value)
			if err == nil && worded(text) {
				out = append(out, strings.TrimRight(strings.ReplaceAll(text, "```", "'''"), "\n"))
			}
		}
		return true
	})
	return out
}

// worded reports whether a text has two words next to each other.
func worded(text string) bool {
	words := 0
	for _, w := range strings.Fields(text) {
		if len(w) > 1 && !strings.ContainsFunc(w[:len(w)-1], func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '-' }) {
			if words++; words == 2 {
				return true
			}
		} else {
			words = 0
		}
	}
	return false
}
