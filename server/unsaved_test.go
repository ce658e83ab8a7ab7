package server_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
)

// TestOpenedUnsaved opens a file that is known with a text that was not saved, as an editor does after a restart, or when a buffer
// is closed and opened: what is new or edited in it is told as if it had been typed.
func TestOpenedUnsaved(t *testing.T) {
	t.Parallel()
	const code = "package a\n\nfunc F(n int) int {\n\tn++\n\tn *= 2\n\treturn n\n}\n"
	dir, ed := began(t, "-- go.mod --\nmodule x\n-- a/a.go --\n"+code+"-- cover.out --\nmode: set\nx/a/a.go:3.19,7.2 3 1\n", watcher())
	until(t, ed, func(seen *editor.Seen) bool {
		return len(seen.Status) > 0 && strings.Contains(seen.Status[len(seen.Status)-1], `"ready"`)
	})
	u := uri.File(filepath.Join(dir, "a", "a.go"))
	for _, tt := range []struct {
		name, text string
		want       []string // a part of each lens
	}{
		{"the text on disk", code, []string{"100 % covered"}},
		{"a function was typed", code + "\nfunc G() int {\n\treturn 2\n}\n", []string{"100 % covered", "new since the last run"}},
		{"a function was edited", strings.Replace(code, "n++", "n--", 1), []string{"100 % covered", "changed since the last run"}},
		{"lines on top", "// One\n// two.\n" + code, []string{"100 % covered"}},
	} {
		if err := ed.OpenText(t.Context(), u, tt.text); err != nil {
			t.Fatal(err)
		}
		var titles []string
		for deadline := time.Now().Add(patience); !slices.EqualFunc(titles, tt.want, strings.Contains); {
			if time.Now().After(deadline) {
				t.Fatalf("%s: the lenses are %q, want %q", tt.name, titles, tt.want)
			}
			lenses, err := ed.Lenses(t.Context(), u)
			if err != nil {
				t.Fatal(err)
			}
			titles = nil
			for _, l := range lenses {
				titles = append(titles, l.Command.Title)
			}
		}
		if err := ed.Server().DidClose(t.Context(), &protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}}); err != nil {
			t.Fatal(err)
		}
	}
}
