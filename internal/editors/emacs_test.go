package editors

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestEmacsPackage holds covls.el to what a package of Emacs is held to, and runs its own tests.
func TestEmacsPackage(t *testing.T) {
	t.Parallel()
	const load = `(progn (require 'bytecomp) (setq vc-handled-backends nil byte-compile-error-on-warn t)` +
		` (let ((default-directory "/usr/share/emacs/site-lisp/elpa")) (normal-top-level-add-subdirs-to-load-path)))`
	Each(t, "emacs", func(t *testing.T, e Editor) {
		dir := t.TempDir()
		for _, name := range []string{"covls.el", "test/covls-test.el"} {
			text, err := os.ReadFile(Root(t, "editors/emacs/"+name))
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, filepath.Base(name)), string(text))
		}
		d := &Desk{Project: &Project{Dir: dir}, Home: dir, Tap: Listen(t)}
		run := func(args ...string) string {
			t.Helper()
			return d.Run(t, e, append(os.Environ(), "XDG_CACHE_HOME="+cacheHome), append([]string{"-Q", "--batch", "--eval", load, "-L", dir}, args...)...)
		}
		silent := func(what, said string) {
			t.Helper()
			if said != "" {
				t.Errorf("%s says\n%s", what, said)
			}
		}
		silent("checkdoc", run("--eval", `(checkdoc-file "covls.el")`))
		silent("the compiler", run("-f", "batch-byte-compile", "covls.el"))
		if e.Plugin("package-lint") != "" {
			said := run("-l", "package-lint", "--eval", `(with-current-buffer (find-file-noselect "covls.el") (emacs-lisp-mode) (dolist (found (package-lint-buffer)) (message "%S" found)))`)
			for line := range strings.Lines(said) {
				// This package-lint is older than Emacs 28.
				if !strings.Contains(line, "uninstallable in all released Emacs versions") {
					t.Errorf("package-lint says %s", line)
				}
			}
		}
		// Compiled, as users have it.
		if said := run("-l", "covls-test.el", "-f", "ert-run-tests-batch-and-exit"); !strings.Contains(said, " 0 unexpected") {
			t.Errorf("its tests say\n%s", said)
		}
	})
}

// ownSteps are what covls.el shows more than others.
func ownSteps(tour *Tour) []Step {
	at := func(line int, state string) string { return strconv.Itoa(line) + " " + state }
	bars := func(first ...string) []string {
		return append(first, "562 uncovered", "563 uncovered", "582 uncovered", "583 uncovered", "586 uncovered", "587 uncovered")
	}
	stretches := []string{"479 uncovered", "480 uncovered", "488 uncovered", "489 uncovered"}
	return []Step{
		{Name: "said", Has: []string{"No profile names this file"}},
		{Name: "bars", Is: append(
			bars(stretches...),
			"701 uncovered", "702 uncovered", "703 uncovered", "704 uncovered", "705 uncovered", "706 uncovered", "708 uncovered",
		)},
		{Name: "status", Is: []string{"86.7 %"}},
		{Name: "replaced_bars", Has: []string{at(tour.Inside, "uncovered"), at(tour.Inside+1, "uncovered")}},
		{Name: "runs", Has: []string{
			"covered bash_completions.go:701  (*Command).GenBashCompletionFile, 5 of 5, was 0",
			"lost    bash_completions.go:" + strconv.Itoa(tour.Inside) + "  writeFlag, 0 of",
		}},
		{Name: "stale_bars", Has: []string{at(tour.InsideMoved, "unknown"), at(tour.InsideMoved+1, "unknown"), "482 uncovered"}},
		{Name: "restarted_server", Has: []string{at(tour.InsideMoved, "writeFlag was not tested"), "stale"}},
		{Name: "run", Has: []string{"\nran with coverage\n", "Compilation finished"}},
	}
}

// emacsSteps are what all commands of covls.el show, whoever runs covls.
func emacsSteps(tour *Tour) []Step {
	const head = "is not tested by its own package (21 statements)"
	return []Step{
		{Name: "jumps", Is: []string{
			"bash_completions.go:479", "bash_completions.go:1", "bash_completions.go:701", "bash_completions.go:479",
			"command.go:1501", "command.go:1787", "bash_completions.go:479",
		}},
		{Name: "list", Has: []string{"    1 critical  command.go:1501                      (*Command).DebugFlags " + head, "   29 "}},
		{Name: "visits", Is: []string{"command.go:1501", "command.go:1787"}},
		{Name: "parts", Is: []string{"94"}},
		{Name: "here", Has: []string{
			"    1 ok        bash_completions.go:701              (*Command).GenBashCompletionFile is not tested by its own package (5 statements)",
			"(line 479), runs when len(value) <= 0",
		}},
		{Name: "report", Has: []string{"Coverage gaps: cobra\n", "86.72 % of statements (1,632 of 1,882)", "zsh_completions.go"}},
		{Name: "explained", Has: []string{"bash_completions.go: ok\n", "Target: 90 %"}},
		{Name: "doctor", Has: []string{"cover.out: go, written", "17 found, 0 not found"}},
		{Name: "hidden", Is: []string{"hidden"}},
		{Name: "tests", Is: []string{"bash_completions_test.go"}},
		{Name: "test", Has: []string{"bash_completions_test.go:"}},
		{Name: "rule", Has: []string{"[[rule]]\n", `paths = ["/bash_completions.go"]`, `at_least = "high"`, `why = "the till"`}},
		{Name: "init", Is: []string{".covls.toml"}},
		{Name: "said", Has: []string{"29 gaps", "6 gaps", "All marks are hidden", "Marks are shown", "Read 1 profile", "No function is new or changed since the tests ran"}},
	}
}

// TestEmacs has covls.el show the project beside Eglot and gopls.
func TestEmacs(t *testing.T) {
	t.Parallel()
	Each(t, "emacs", func(t *testing.T, e Editor) {
		d := emacsDesk(t, Setup(t, "Emacs", "elisp")+Setup(t, "Emacs", "elisp", 1))
		testEmacs(t, e, d, "own", ownSteps)
		d.Check(t)
	}, "go-mode")
}

// TestEmacsHangUp takes the terminal away from Emacs: it ends, and leaves no covls behind.
func TestEmacsHangUp(t *testing.T) {
	t.Parallel()
	Each(t, "emacs", func(t *testing.T, e Editor) {
		d := emacsDesk(t, Setup(t, "Emacs", "elisp")+`(write-region (number-to-string (emacs-pid)) nil "~/pid")`)
		s := d.Screen(t, e, nil, "-nw", filepath.Base(d.Project.File))
		s.Shows(t, "covls: 86.7 %")
		text, err := os.ReadFile(filepath.Join(d.Home, "pid"))
		if err != nil {
			t.Fatal(err)
		}
		pid, err := strconv.Atoi(string(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.hangUp(); err != nil {
			t.Fatal(err)
		}
		emacs, err := os.FindProcess(pid)
		if err == nil && !Poll(func() bool { return emacs.Signal(syscall.Signal(0)) != nil }) {
			t.Errorf("Emacs lives on without a terminal")
			_ = emacs.Kill()
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), Patience)
		defer cancel()
		if _, err := d.Tap.Wait(ctx); err != nil {
			t.Errorf("%v\n%s", err, d.traffic())
		}
	}, "go-mode")
}

// TestEmacsLspMode has lsp-mode start covls beside gopls. With lsp-mode 8 Emacs 28 itself crashes in one of some 25 runs:
// then it is tried again.
func TestEmacsLspMode(t *testing.T) {
	t.Parallel()
	Each(t, "emacs", func(t *testing.T, e Editor) {
		const most = 3
		crash := ""
		if strings.HasPrefix(e.Plugin("lsp-mode"), "8.") {
			crash = "emacs(+0x" // the backtrace of a fatal error
		}
		for n := range most {
			d := &Desk{}
			t.Run(strconv.Itoa(n+1), func(t *testing.T) {
				// Else it asks.
				d = emacsDesk(t, Setup(t, "Emacs", "elisp", 2)+"(setq lsp-auto-guess-root t lsp-enable-snippet nil lsp-response-timeout 100)\n")
				d.Crash = crash
				testEmacs(t, e, d, "lsp", func(*Tour) []Step { return nil })
				// lsp-mode ends what stands between it and covls by a signal, right behind exit: nobody sees how covls ends.
				d.Conforms(t)
			})
			if !d.Crashed {
				return
			}
		}
		t.Errorf("Emacs crashed %d times", most)
	}, "go-mode", "lsp-mode")
}

// testEmacs leads Emacs through the tour, and through more steps.
func testEmacs(t *testing.T, e Editor, d *Desk, way string, more func(*Tour) []Step) {
	t.Helper()
	tour := d.Project.Tour(t)
	tour.Steps = append(append(tour.Steps, emacsSteps(tour)...), more(tour)...)
	run := func(step string) Seen {
		s := d.Screen(t, e, append(tour.Env(), "COVLS_E2E_WAY="+way, "COVLS_E2E_STEP="+step),
			"-nw", filepath.Base(d.Project.File), "-l", Root(t, "internal/editors/testdata/emacs.el"))
		s.Shows(t, "(Go", "Flymake[0")
		s.Keys(t, "F5")
		// The tour has many steps, each of which may take its time.
		Poll(s.dead)
		s.Ended(t)
		return tour.Read(t, s.Text())
	}
	seen := run("tour")
	tour.EditOnDisk(t)
	seen["restarted"] = run("again")["restarted"]
	tour.Hold(t, seen)
}

// emacsDesk has covls.el and an init.el in the home of Emacs.
func emacsDesk(t *testing.T, init string) *Desk {
	t.Helper()
	d := NewDesk(t)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the last of the traffic:\n%s", d.traffic())
		}
	})
	// A new home has nothing that was compiled, and compiling it takes longer than the test.
	d.Write(t, ".emacs.d/early-init.el", "(setq native-comp-deferred-compilation nil native-comp-jit-compilation nil)\n")
	d.Write(t, ".emacs.d/init.el", init)
	code, err := os.ReadFile(Root(t, "editors/emacs/covls.el"))
	if err != nil {
		t.Fatal(err)
	}
	d.Write(t, ".emacs.d/covls/covls.el", string(code))
	return d
}
