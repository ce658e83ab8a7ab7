package server_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
)

// movingFunction is a function that ran in part, and movingShop has it in a.go.
const (
	movingFunction = "func Partly(n int) int {\n\tif n < 0 {\n\t\treturn 0\n\t}\n\treturn n\n}\n"
	movingShop     = `
-- go.mod --
module example.com/shop

go 1.24
-- a.go --
package shop

func Covered(n int) int {
	return n + 1
}

` + movingFunction + `
-- b.go --
package shop

func Other() int {
	return 1
}
-- c.go --
package shop

func Third() int {
	return 1
}
-- cover.out --
mode: set
example.com/shop/c.go:3.18,5.2 1 1
example.com/shop/a.go:3.25,5.2 1 1
example.com/shop/a.go:7.24,8.11 1 1
example.com/shop/a.go:8.11,10.3 1 0
example.com/shop/a.go:11.2,11.10 1 1
example.com/shop/b.go:3.18,5.2 1 0
`
)

// TestMovedUnsaved cuts a function from one document and pastes it into another, in either order. Neither is saved: it is told to have
// been moved, with what the last run made of it. A copy is new.
func TestMovedUnsaved(t *testing.T) {
	t.Parallel()
	for _, pasteFirst := range []bool{false, true} {
		dir := workspace(t, movingShop)
		a, b := filepath.Join(dir, "a.go"), filepath.Join(dir, "b.go")
		ed := connect(t, editor.Options{Capabilities: editor.Capabilities(), Folders: []string{dir}})
		open(t, ed, a)
		open(t, ed, b)
		change := func(path string, line, lines int, text string) {
			t.Helper()
			at := protocol.Range{Start: protocol.Position{Line: uint32(line)}, End: protocol.Position{Line: uint32(line + lines)}}
			if err := ed.Edit(t.Context(), uri.File(path), at, text); err != nil {
				t.Fatal(err)
			}
		}
		refreshed := func(edit func()) {
			t.Helper()
			before := ed.Seen().LensRefreshes
			edit()
			until(t, ed, func(s *editor.Seen) bool { return s.LensRefreshes > before })
		}
		// told holds the lens on the function in b, and of how many functions it is said that they are new.
		told := func(lens string, unseen int) {
			t.Helper()
			if got := lensesOf(t, ed, b); !slices.Contains(got, "7: "+lens) {
				t.Errorf("the lenses are %q, want %q", got, lens)
			}
			raw, err := ed.Ask(t.Context(), "covls/gaps", "{}")
			if n := strings.Count(string(raw), `"why":"new"`); err != nil || n != unseen {
				t.Errorf("%d functions are new, want %d; %v", n, unseen, err)
			}
			if hover, err := ed.HoverAt(t.Context(), b, 6, 6); err != nil || strings.Contains(hover, "**Moved** from `a.go`") != (unseen == 0) {
				t.Errorf("the hover is %q, %v", hover, err)
			}
		}
		const fresh = "new since the last run"
		untilMarked(t, ed, b, "3:6 hint uncovered: Other is not tested (1 statement)")
		cut, paste := func() { change(a, 6, strings.Count(movingFunction, "\n"), "") }, func() { change(b, 5, 0, "\n"+movingFunction) }
		if pasteFirst {
			paste()
			told(fresh, 1)
			refreshed(cut)
		} else {
			cut()
			paste()
		}
		told("moved from a.go since the last run · 1 of 3 statements not tested", 0)
		refreshed(func() { change(a, 6, 0, movingFunction) })
		told(fresh, 1)
	}
}

// TestMovedSaved moves a function from one file to another, of which one or both are saved: it is told to have been moved until the
// tests run again, whichever document is open. A second copy makes both of them new.
func TestMovedSaved(t *testing.T) {
	t.Parallel()
	const moved, fresh = "7: moved from a.go since the last run · 1 of 3 statements not tested", "7: new since the last run"
	for _, tt := range []struct {
		name string
		// saved are the files that are written, opened those that are opened, of which b has the function in any case.
		saved, opened string
		copied        bool
		want          string
	}{
		{name: "both saved", saved: "ab", opened: "ab", want: moved},
		{name: "both saved, the other one closed", saved: "ab", opened: "b", want: moved},
		{name: "only where it was is saved", saved: "a", opened: "b", want: moved},
		{name: "only where it is now is saved", saved: "b", opened: "b", want: fresh},
		{name: "to two files", saved: "ab", opened: "b", copied: true, want: fresh},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := workspace(t, movingShop)
			can := editor.Capabilities()
			can.Experimental = protocol.LSPAny(`{"covls":true}`)
			ed := connect(t, editor.Options{Capabilities: can, Folders: []string{dir}})
			b := filepath.Join(dir, "b.go")
			for _, name := range strings.Split(tt.opened, "") {
				open(t, ed, filepath.Join(dir, name+".go"))
			}
			// The text that was tested is known when all sources were looked at.
			until(t, ed, func(s *editor.Seen) bool {
				return len(s.Status) > 0 && strings.Contains(s.Status[len(s.Status)-1], `"loading":false`)
			})
			untilMarked(t, ed, b, "3:6 hint uncovered: Other is not tested (1 statement)")
			all := protocol.Range{End: protocol.Position{Line: 100}}
			enter := func(path, text string) {
				t.Helper()
				if err := ed.Edit(t.Context(), uri.File(path), all, text); err != nil {
					t.Fatal(err)
				}
			}
			save := func(name, text string) {
				t.Helper()
				path := filepath.Join(dir, name+".go")
				write(t, path, text)
				if strings.Contains(tt.opened, name) {
					enter(path, text)
				}
				saved := &protocol.DidSaveTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: uri.File(path)}}
				if err := ed.Server().DidSave(t.Context(), saved); err != nil {
					t.Fatal(err)
				}
			}
			now := "package shop\n\nfunc Other() int {\n\treturn 1\n}\n\n" + movingFunction
			if strings.Contains(tt.saved, "b") {
				save("b", now)
			} else {
				enter(b, now)
			}
			if tt.copied {
				save("c", strings.Replace(now, "Other", "Third", 1))
			}
			if strings.Contains(tt.saved, "a") {
				save("a", "package shop\n\nfunc Covered(n int) int {\n\treturn n + 1\n}\n")
			}
			until(t, ed, func(*editor.Seen) bool { return slices.Contains(lensesOf(t, ed, b), tt.want) })
		})
	}
}

// TestReopened closes a document and opens it again at once: a client that drops what it had of it is told anew.
func TestReopened(t *testing.T) {
	t.Parallel()
	dir := workspace(t, movingShop)
	b := filepath.Join(dir, "b.go")
	p := ready(t, roots(watching(), dir))
	u := string(uri.File(b))
	for opened := range 30 {
		p.send(didOpen(u, read(t, b)))
		p.waitAll("the marks after opening it", func(all []message) bool {
			told := 0
			for _, m := range all {
				if m.Method == "textDocument/publishDiagnostics" && strings.Contains(string(m.Params), "b.go") && strings.Contains(string(m.Params), "Other is not tested") {
					told++
				}
			}
			return told > opened
		})
		p.send(didClose(u))
	}
}
