package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// connections are the packages in which jsonrpc2 starts goroutines: it calls a handler, and the handler catches panics.
var connections = []string{"server", "internal/editor"}

// TestGoroutines holds that no goroutine of the program is started but by internal/guard, so that none can end
// it by a panic.
func TestGoroutines(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles", "-deps", module+"cmd/covls").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	files, guarded := 0, 0
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath, Dir string
			GoFiles         []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name, own := strings.CutPrefix(p.ImportPath, module)
		if !own || name == "internal/guard" {
			continue
		}
		for _, base := range p.GoFiles {
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, base), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			files++
			for _, s := range starts(file) {
				switch {
				case s.guarded:
					guarded++
				case !(s.connection && slices.Contains(connections, name)):
					t.Errorf("%s: a goroutine is started by %s: use internal/guard, so that a panic in it does not end the program", fset.Position(s.at), s.what)
				}
			}
		}
	}
	if files < 100 || guarded < 10 {
		t.Errorf("%d files with %d guarded goroutines: was all of it looked at?", files, guarded)
	}
}

// start is where a goroutine is started.
type start struct {
	at   token.Pos
	what string
	// guarded tells that internal/guard starts it, connection that it is one of jsonrpc2.
	guarded, connection bool
}

// starts finds them by their form: the go statement, methods Go of groups and guards, which differ in their
// parameters, and what the standard library runs on goroutines of its own.
func starts(file *ast.File) []start {
	var out []start
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			out = append(out, start{at: n.Pos(), what: "the statement go"})
		case *ast.SelectorExpr:
			switch n.Sel.Name {
			case "AfterFunc", "SetFinalizer", "AddCleanup":
				out = append(out, start{at: n.Pos(), what: n.Sel.Name})
			}
		case *ast.CallExpr:
			f, ok := n.Fun.(*ast.SelectorExpr)
			if !ok {
				break
			}
			if x, ok := f.X.(*ast.Ident); ok && x.Name == "program" {
				break // program.Go is a command
			}
			if f.Sel.Name == "Go" || f.Sel.Name == "TryGo" {
				out = append(out, start{at: n.Pos(), what: "the method " + f.Sel.Name, guarded: len(n.Args) == 3, connection: len(n.Args) == 2})
			}
		}
		return true
	})
	return out
}

// TestStarts has each form of start that TestGoroutines knows.
func TestStarts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		stmt string
		want start
	}{
		{"go f()", start{what: "the statement go"}},
		{"wg.Go(f)", start{what: "the method Go"}},
		{"group.TryGo(f)", start{what: "the method TryGo"}},
		{"t := time.AfterFunc(1, f); _ = t", start{what: "AfterFunc"}},
		{"context.AfterFunc(ctx, f)", start{what: "AfterFunc"}},
		{"later := time.AfterFunc; _ = later", start{what: "AfterFunc"}},
		{"conn.Go(ctx, f)", start{what: "the method Go", connection: true}},
		{"g.Go(&wg, \"work\", f)", start{what: "the method Go", guarded: true}},
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "", "package a\nfunc a() { "+tt.stmt+" }", 0)
		if err != nil {
			t.Fatal(err)
		}
		got := starts(file)
		if len(got) != 1 {
			t.Errorf("%s: have %+v", tt.stmt, got)
			continue
		}
		if got[0].at = 0; got[0] != tt.want {
			t.Errorf("%s: have %+v, want %+v", tt.stmt, got[0], tt.want)
		}
	}
}
