package editors

import (
	"os"
	"path/filepath"
	"testing"
)

// TestEmacs has Emacs show the project, with covls.el beside Eglot and gopls.
func TestEmacs(t *testing.T) {
	t.Parallel()
	Each(t, "emacs", func(t *testing.T, e Editor) {
		testEmacs(t, e, "own", Setup(t, "Emacs", "elisp")+Setup(t, "Emacs", "elisp", 1))
	}, "go-mode")
}

// TestEmacsLspMode has lsp-mode start covls beside gopls.
func TestEmacsLspMode(t *testing.T) {
	t.Parallel()
	Each(t, "emacs", func(t *testing.T, e Editor) {
		// Else it asks.
		testEmacs(t, e, "lsp", Setup(t, "Emacs", "elisp", 2)+"(setq lsp-auto-guess-root t lsp-enable-snippet nil)\n")
	}, "go-mode", "lsp-mode")
}

// testEmacs leads Emacs with an init.el through the tour.
func testEmacs(t *testing.T, e Editor, way, init string) {
	d := NewDesk(t)
	tour := d.Project.Tour(t)
	// A new home has nothing that was compiled, and compiling it takes longer than the test.
	d.Write(t, ".emacs.d/early-init.el", "(setq native-comp-deferred-compilation nil native-comp-jit-compilation nil)\n")
	d.Write(t, ".emacs.d/init.el", init)
	code, err := os.ReadFile(Root(t, "editors/emacs/covls.el"))
	if err != nil {
		t.Fatal(err)
	}
	d.Write(t, ".emacs.d/covls/covls.el", string(code))
	run := func(step string) Seen {
		s := d.Screen(t, e, append(tour.Env(), "COVLS_E2E_WAY="+way, "COVLS_E2E_STEP="+step),
			"-nw", filepath.Base(d.Project.File), "-l", Root(t, "internal/editors/testdata/emacs.el"))
		s.Shows(t, "(Go", "Flymake[0")
		s.Keys(t, "F5")
		s.Ended(t)
		return tour.Read(t, s.Text())
	}
	seen := run("tour")
	tour.EditOnDisk(t)
	seen["restarted"] = run("again")["restarted"]
	tour.Hold(t, seen)
	t.Log(seen)
	d.Check(t)
}
