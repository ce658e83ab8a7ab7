package server_test

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
)

// across is a module in which tests of b run what those of a do not, and its profile.
const across = "-- go.mod --\nmodule x\n-- a/a.go --\npackage a\n\nfunc F() int {\n\treturn 1\n}\n-- a/a_test.go --\npackage a\n\nfunc TestA(t *testing.T) {}\n" +
	"-- b/b.go --\npackage b\n\nimport \"x/a\"\n\nfunc G() int {\n\treturn a.F()\n}\n-- b/b_test.go --\npackage b\n\nfunc TestB(t *testing.T) {}\n" +
	"-- c/c.go --\npackage c\n\nfunc H() {\n\t_ = 1\n}\n-- c/c_test.go --\npackage c\n\nfunc TestC(t *testing.T) {}\n" +
	"-- cover.out --\nmode: set\nx/a/a.go:3.14,5.2 1 0\nx/b/b.go:5.14,7.2 1 1\n"

// TestRunTests offers to run tests so that those of other packages count, to clients that can do so and where covls
// chooses what is run.
func TestRunTests(t *testing.T) {
	t.Parallel()
	const runs = `{"covls":{"runTests":true}}`
	for _, tt := range []struct {
		name, experimental, files string
		want                      bool
	}{
		{"a client that runs tests", runs, across, true},
		{"one that does not", `{"covls":true}`, across, false},
		{"one that says no", `{"covls":{"runTests":false}}`, across, false},
		{"the command is the user's own", runs, across + "-- .covls.toml --\nrun.command.go = 'make cover'\n", false},
		{"all tests count", runs, across + "x/a/a.go:3.14,5.2 1 0\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			caps := editor.Capabilities()
			caps.Experimental = protocol.LSPAny(tt.experimental)
			dir, ed := began(t, tt.files, caps)
			file := filepath.Join(dir, "a", "a.go")
			if err := ed.Open(t.Context(), file); err != nil {
				t.Fatal(err)
			}
			u := uri.File(file)
			is := func(c *protocol.Command) bool {
				return c.Command == "covls.runTests" && len(c.Arguments) == 1 && string(c.Arguments[0]) == js(document(string(u)))
			}
			lenses, err := ed.Lenses(t.Context(), u)
			if err != nil {
				t.Fatal(err)
			}
			if got := slices.ContainsFunc(lenses, func(l protocol.CodeLens) bool { return is(&l.Command) }); got != tt.want {
				t.Errorf("a lens that runs tests: %t; %s", got, js(lenses))
			}
			for _, l := range lenses {
				if l.Command.Title == "…" {
					t.Errorf("a lens that says nothing")
				}
			}
			actions, err := ed.Server().CodeAction(t.Context(), &protocol.CodeActionParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}})
			if err != nil {
				t.Fatal(err)
			}
			if got := slices.ContainsFunc(actions, func(a protocol.CommandOrCodeAction) bool {
				action, ok := a.(*protocol.CodeAction)
				return ok && is(&action.Command) && *action.Kind == protocol.CodeActionKindQuickFix
			}); got != tt.want {
				t.Errorf("an action that runs tests: %t; %s", got, js(actions))
			}
		})
	}
}

// TestStatusOfTests has in covls/status how many packages with tests are in no profile, and which profile credits
// packages with their own tests, or may do so.
func TestStatusOfTests(t *testing.T) {
	t.Parallel()
	type figures struct {
		Unmeasured int
		Own, Some  bool
	}
	for _, tt := range []struct {
		name, more string
		want       figures
	}{
		{"a package is missing", "", figures{1, false, true}},
		{"none is missing", "x/c/c.go:3.10,5.2 1 1\n", figures{0, true, false}},
		{"-coverpkg", "x/c/c.go:3.10,5.2 1 1\n" + strings.Repeat("x/a/a.go:3.14,5.2 1 0\nx/b/b.go:5.14,7.2 1 1\nx/c/c.go:3.10,5.2 1 1\n", 2), figures{0, false, false}},
		{"-coverpkg, and tests of one are missing", "x/c/c.go:3.10,5.2 1 1\nx/a/a.go:3.14,5.2 1 0\nx/b/b.go:5.14,7.2 1 1\nx/c/c.go:3.10,5.2 1 1\n", figures{0, false, true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, ed := began(t, across+tt.more, watcher())
			until(t, ed, func(seen *editor.Seen) bool {
				if len(seen.Status) == 0 {
					return false
				}
				var s struct {
					Unmeasured int
					Profiles   []struct {
						Own  bool   `json:"own_tests"`
						Some bool   `json:"some_tests"`
						Note string `json:"tests_note"`
					}
				}
				if err := json.Unmarshal([]byte(seen.Status[len(seen.Status)-1]), &s); err != nil {
					t.Fatal(err)
				}
				got := figures{Unmeasured: s.Unmeasured}
				for _, p := range s.Profiles {
					got.Own, got.Some = got.Own || p.Own, got.Some || p.Some
					if (p.Note != "") != (p.Own || p.Some) {
						t.Errorf("the note is %q", p.Note)
					}
				}
				return len(s.Profiles) > 0 && got == tt.want
			})
		})
	}
}
