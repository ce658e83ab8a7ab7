package source_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/covls/covls/source"
)

// TestLongNames: what functions are said to be in is kept with each of them, so that it is short however long it is
// in the text.
func TestLongNames(t *testing.T) {
	t.Parallel()
	const longest = 250
	long := strings.Repeat("Ä", 20_000)
	for _, tt := range []struct{ name, text string }{
		{"a.go", "package a\n\nvar " + long + " = []any{func() int { return 1 }, func() int { return 2 }}\n"},
		{"keys.go", "package a\n\nvar x = " + strings.Repeat(`T{"`+strings.Repeat("k", 50)+`": `, 500) + "func() { println() }" + strings.Repeat("}", 500) + "\n"},
		{"ident.go", "package a\n\nvar x = T{" + long + ": func() { println() }}\n"},
		{"a.py", "class " + long + ":\n  def a(self):\n    pass\n  def b(self):\n    pass\n"},
		{"deep.py", strings.Repeat("class "+strings.Repeat("A", 200)+":\n ", 1) + " class " + strings.Repeat("B", 200) + ":\n   def a(self):\n    pass\n"},
		{"a.js", "class " + long + " { a() { return 1 } b() { return 2 } }\n"},
		{"a.rb", "class " + strings.Repeat("A", 40_000) + "\n  def a\n    1\n  end\nend\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, ok := source.Parse(tt.name, tt.text)
			if !ok || len(p.Funcs) == 0 {
				t.Fatal("no function was found")
			}
			for _, f := range p.Funcs {
				if len(f.Name) > longest+len(".func2") || len(f.Receiver) > longest {
					t.Errorf("name of %d bytes, receiver of %d", len(f.Name), len(f.Receiver))
				}
				if s := f.String(); strings.ToValidUTF8(s, "") != s {
					t.Errorf("%q is cut in a rune", s)
				}
			}
		})
	}
}

// TestParseDeep: brackets that are deeper in each other than anybody writes them are not parsed at all, since the parser
// of some languages would look at nothing else, not even at its limit of time.
func TestParseDeep(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a.js":   strings.Repeat("/[", 60_000),
		"b.js":   strings.Repeat("class A{m(){", 5_000),
		"a.ts":   strings.Repeat("f(", 60_000),
		"a.py":   strings.Repeat("[", 60_000),
		"a.rs":   strings.Repeat("fn f(){", 60_000),
		"A.java": strings.Repeat("class A{", 60_000),
	} {
		if p, ok := source.Parse(name, text); ok {
			t.Errorf("%s was parsed: %d functions", name, len(p.Funcs))
		}
	}
}

// TestAwait has work end in time, late, and never.
func TestAwait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const patience = time.Second
		var stuck, dropped atomic.Int32
		result := "done"
		await := func(work func()) *string {
			return source.Await(&stuck, patience, func() *string { work(); return &result }, func(*string) { dropped.Add(1) })
		}
		if await(func() { time.Sleep(patience - 1) }) != &result || stuck.Load() != 0 {
			t.Error("work that ends in time is lost")
		}
		release := make(chan struct{})
		began := time.Now()
		if await(func() { <-release }) != nil || time.Since(began) != patience || stuck.Load() != 1 {
			t.Errorf("waited %v for work that does not end, %d are stuck", time.Since(began), stuck.Load())
		}
		close(release)
		synctest.Wait()
		if stuck.Load() != 0 || dropped.Load() != 1 {
			t.Errorf("when it has ended %d are stuck, %d dropped", stuck.Load(), dropped.Load())
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("a panic is lost")
				}
			}()
			await(func() { panic("it was made to") })
		}()
		if await(func() { time.Sleep(patience + 1); panic("too late") }) != nil {
			t.Error("work that panics late has a result")
		}
		time.Sleep(patience)
		synctest.Wait()
		if stuck.Load() != 0 {
			t.Errorf("%d are stuck", stuck.Load())
		}
	})
}
