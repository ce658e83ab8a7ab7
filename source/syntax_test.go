package source_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/source"
)

// outline writes the functions and whether the text is whole.
func outline(p *source.Parsed) string {
	out := dump(p.Funcs)
	if p.Err != nil {
		out += fmt.Sprintf("error %v\n", p.Err)
	}
	return out
}

// TestParseSyntax holds the functions of testdata/syntax against the second file of each archive.
func TestParseSyntax(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/syntax/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no archives", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name, text := archive.Files[0].Name, string(archive.Files[0].Data)
			p := parseAs(t, name, text)
			got := outline(p)
			if os.Getenv("UPDATE_GOLDEN") != "" {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "functions", Data: []byte(got)})
				if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want := string(archive.Files[1].Data); got != want {
				t.Errorf("%s:\n%swant:\n%s", name, got, want)
			}
			if got := outline(parseAs(t, name, strings.ReplaceAll(text, "\n", "\r\n"))); got != string(archive.Files[1].Data) {
				t.Errorf("%s with CRLF:\n%s", name, got)
			}
			shifted := parseAs(t, name, "\ufeff"+text)
			for i := range shifted.Funcs {
				f := &shifted.Funcs[i]
				if f.Span.Start.Line == 1 {
					f.Span.Start.Col -= 3
				}
				if f.Span.End.Line == 1 {
					f.Span.End.Col -= 3
				}
			}
			if got := outline(shifted); got != string(archive.Files[1].Data) {
				t.Errorf("%s with a byte order mark:\n%s", name, got)
			}
		})
	}
}

func parseAs(t *testing.T, name, text string) *source.Parsed {
	t.Helper()
	p, ok := source.Parse(name, text)
	if !ok {
		t.Fatalf("%s is not known", name)
	}
	checkFuncs(t, text, p)
	return p
}

func TestParseExtensions(t *testing.T) {
	t.Parallel()
	texts := map[string]string{
		"def f(): pass":          "x.py x.pyi x.pyw X.PY",
		"function f() {}":        "x.js x.mjs x.cjs x.jsx x.ts x.mts x.cts x.tsx",
		"class A { void f(){} }": "A.java",
		"def f; end":             "x.rb x.rake",
		"<?php function f(){}":   "x.php",
		"fn f() {}":              "x.rs",
	}
	for text, names := range texts {
		for name := range strings.FieldsSeq(names) {
			if p := parseAs(t, name, text); len(p.Funcs) != 1 || p.Funcs[0].Name != "f" || p.Err != nil {
				t.Errorf("%s: %s", name, outline(p))
			}
		}
	}
	for name := range strings.FieldsSeq("x.d x.zig x py Makefile") {
		if p, ok := source.Parse(name, "int f() {}"); ok || p != nil {
			t.Errorf("%s is known", name)
		}
	}
}

func FuzzParseSyntax(f *testing.F) {
	paths, err := filepath.Glob("testdata/syntax/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(filepath.Ext(archive.Files[0].Name), string(archive.Files[0].Data))
	}
	f.Fuzz(func(t *testing.T, ext, text string) {
		if ext == ".go" {
			return
		}
		start := time.Now()
		if p, ok := source.Parse("x"+ext, text); ok {
			checkFuncs(t, text, p)
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%d bytes took %v", len(text), took)
		}
	})
}

// BenchmarkParseSyntax reads each text of testdata/syntax fifty times over.
func BenchmarkParseSyntax(b *testing.B) {
	paths, err := filepath.Glob("testdata/syntax/*.txtar")
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			b.Fatal(err)
		}
		name, text := archive.Files[0].Name, strings.Repeat(string(archive.Files[0].Data), 50)
		b.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				source.Parse(name, text)
			}
		})
	}
}

// TestParseBody: the head of a Python or Ruby function runs when the file is loaded, so only its body
// tells whether it was called.
func TestParseBody(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ rule, name, text, want string }{
		{"Python", "a.py", "def f(\n    a=1,\n):\n    return a\n", "4:5"},
		{"one line of Python", "a.py", "def f(): return 1\n", "1:10"},
		{"Ruby", "a.rb", "def f(a)\n  a\nend\n", "2:3"},
		{"empty Ruby", "a.rb", "def f\nend\n", "2:4"},
		{"JavaScript", "a.js", "function f() {\n  return 1\n}\n", "0:0"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			p := parseAs(t, tt.name, tt.text)
			if len(p.Funcs) != 1 {
				t.Fatal(p.Funcs)
			}
			if got := fmt.Sprintf("%d:%d", p.Funcs[0].Body.Line, p.Funcs[0].Body.Col); got != tt.want {
				t.Errorf("have %s, want %s", got, tt.want)
			}
		})
	}
}
