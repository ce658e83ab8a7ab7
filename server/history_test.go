package server_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/internal/gittest"
)

// hoverOnUncovered is the hover on the function Uncovered of shop.
func hoverOnUncovered(t *testing.T, ed *editor.Editor, path string) string {
	t.Helper()
	hover, err := ed.Hover(t.Context(), uri.File(path), protocol.Position{Line: 16, Character: 6})
	if err != nil {
		t.Fatal(err)
	}
	return hover
}

// TestCommits has what explains a tier tell of commits once they were counted, and nothing else change.
func TestCommits(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	for _, args := range [][]string{{"init", "-q"}, {"add", "a.go"}, {"commit", "-q", "-m", "One"}} {
		gittest.Run(t, dir, time.Now(), args...)
	}
	ed := connect(t, editor.Options{Capabilities: editor.Capabilities(), Folders: []string{dir}})
	open(t, ed, path)
	until(t, ed, shows(path, shopUncovered))
	const want = "1 commit changed it in 90 days"
	at := document(string(uri.File(path)))
	for deadline := time.Now().Add(patience); ; {
		var why string
		if run(t, ed, "covls.explain", at, &why); strings.Contains(why, want) {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("the file is explained by\n%s\nwant %s in it", why, want)
		}
	}
	if seen := ed.Seen(); len(seen.Published) != 1 || len(seen.Messages) > 0 {
		t.Errorf("published %d times, want once; messages %q", len(seen.Published), seen.Messages)
	}
}
