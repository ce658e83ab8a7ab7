package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/internal/editors"
	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/server"
)

// windows is covls.exe on Wine.
type windows struct {
	script, exe string
	drive       string // the folder that is C:
}

// newWindows builds covls.exe. The test is skipped where there is no Wine, and fails where COVLS_WINE wants it.
func newWindows(t *testing.T) *windows {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Wine is for other systems")
	}
	w := &windows{exe: filepath.Join(t.TempDir(), "covls.exe")}
	var err error
	if w.script, err = filepath.Abs("../../scripts/setup-wine.sh"); err != nil {
		t.Fatal(err)
	}
	paths, err := editors.Script(t.Context(), w.script, "--paths").Output()
	lines := strings.Split(strings.TrimSpace(string(paths)), "\n")
	if err != nil || len(lines) != 2 {
		if os.Getenv("COVLS_WINE") != "" {
			t.Fatalf("COVLS_WINE wants Wine: %v %s", err, paths)
		}
		t.Skip("there is no Wine; `make wine` installs it")
	}
	t.Logf("on %s", lines[0])
	w.drive = lines[1]
	profiletest.Build(t, w.exe, "GOOS=windows", "GOARCH=amd64")
	// Wine starts services of its own with the first program, which keep its outputs open, and ends them with the last.
	first := w.command(context.WithoutCancel(t.Context()), w.drive, "serve")
	in, err := first.StdinPipe()
	if err == nil {
		err = first.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(in.Close(), first.Wait()) })
	return w
}

// folder makes one on drive C:, and returns its path here and there.
func (w *windows) folder(t *testing.T, name string) (here, there string) {
	t.Helper()
	top, err := os.MkdirTemp(w.drive, "covls-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(top); err != nil {
			t.Error(err)
		}
	})
	here = filepath.Join(top, name)
	if err := os.Mkdir(here, 0o755); err != nil {
		t.Fatal(err)
	}
	return here, `C:\` + filepath.Base(top) + `\` + name
}

func (w *windows) command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := editors.Script(ctx, w.script, append([]string{"--run", w.exe}, args...)...)
	cmd.Dir = dir
	cmd.WaitDelay = 5 * time.Second // programs of Wine's own may hold the pipes
	return cmd
}

// covls runs a command to its end.
func (w *windows) covls(t *testing.T, dir string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := w.command(t.Context(), dir, args...)
	var said [2]*os.File // and no pipes, which would be waited for until nobody has them open
	for i := range said {
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		said[i] = f
	}
	cmd.Stdout, cmd.Stderr = said[0], said[1]
	err := cmd.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		t.Fatalf("covls %v: %v", args, err)
	}
	var texts [2]string
	for i, f := range said {
		text, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(text)
	}
	return texts[0], texts[1], cmd.ProcessState.ExitCode()
}

// shopFiles is a module whose profile says that no test reaches C.
var shopFiles = map[string]string{
	"go.mod":        "module example.com/shop\n\ngo 1.26\n",
	"a.go":          "package shop\n\nfunc A() int {\n\treturn 1\n}\n",
	"a_test.go":     "package shop\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { A() }\n",
	"sub/b.go":      "package sub\n\nfunc B() int {\n\treturn 2\n}\n\nfunc C() int {\n\treturn 3\n}\n",
	"sub/b_test.go": "package sub\n\nimport \"testing\"\n\nfunc TestB(t *testing.T) { B() }\n",
	"cover.out":     "mode: set\nexample.com/shop/a.go:3.14,5.2 1 1\nexample.com/shop/sub/b.go:3.14,5.2 1 1\nexample.com/shop/sub/b.go:7.14,9.2 1 0\n",
}

// changed is the profile with D in sub/b.go, which no test reaches either.
var changed = shopFiles["cover.out"] + "example.com/shop/sub/b.go:11.14,13.2 1 0\n"

func writeFile(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func writeShop(t *testing.T, dir, newline string) {
	t.Helper()
	for name, text := range shopFiles {
		if name != "cover.out" {
			text = strings.ReplaceAll(text, "\n", newline)
		}
		writeFile(t, dir, name, text)
	}
}

// TestWindows runs commands of covls.exe in a repository whose files git has with LF and the disk with CRLF.
func TestWindows(t *testing.T) {
	gittest.Need(t)
	w := newWindows(t)
	here, there := w.folder(t, "My Repo ü")
	gittest.Run(t, here, gittest.Date(0), "init", "-q", "-b", "main")
	gittest.Run(t, here, gittest.Date(0), "config", "core.autocrlf", "true")
	writeShop(t, here, "\n")
	writeFile(t, here, ".gitignore", "/cover.out\n")
	gittest.Run(t, here, gittest.Date(0), "add", ".")
	gittest.Run(t, here, gittest.Date(0), "commit", "-q", "-m", "first")
	writeShop(t, here, "\r\n")

	for _, tt := range []struct {
		args []string
		code int
		want []string // parts of what it prints, or all of it where one ends the line
	}{
		{[]string{"version"}, 0, []string{"windows/amd64"}},
		{[]string{"doctor"}, 0, []string{"Workspace folder: " + there, "cover.out: go", "2 found, 0 not found"}},
		{[]string{"config"}, 0, []string{"settle"}},
		{[]string{"gaps"}, 0, []string{"sub/b.go:7:6: C is not tested (1 statement)\n"}},
		{[]string{"gaps", "-C", there + `\sub`}, 0, []string{"sub/b.go:7:6: C is not run by the tests in the profile"}},
		{[]string{"gaps", "-C", strings.ToLower(there)}, 0, []string{"sub/b.go:7:6: C is not tested (1 statement)\n"}},
		{[]string{"gaps", "-C", filepath.ToSlash(there)[2:]}, 0, nil},
		{[]string{"gaps", "--profile", there + `\cover.out`}, 0, []string{"sub/b.go:7:6: C"}},
		{[]string{"explain", `sub\b.go`}, 0, []string{"# `sub/b.go`: "}},
		{[]string{"check"}, 0, []string{"covls check: passed: 66.67 %"}},
		{[]string{"check", "--changed=main"}, 0, []string{"nothing that the profiles cover changed since main"}},
		{[]string{"baseline", "-o", "base.gz"}, 0, []string{"base.gz: 2 files, 2 covered statements"}},
		{[]string{"report", "-o", there + `\gaps.md`}, 0, nil},
		{[]string{"report", "-o", `none\gaps.md`}, 2, []string{"there is no folder none: make it first"}},
		{[]string{"report", "--format", "sarif"}, 0, []string{`"uri": "sub/b.go"`}},
		{[]string{"test", `sub\b.go:7`}, 0, []string{"func TestC(t *testing.T)", "sub/b_test.go"}},
		{[]string{"init"}, 0, []string{"wrote .covls.toml"}},
	} {
		out, errs, code := w.covls(t, here, tt.args...)
		for _, part := range tt.want {
			if !strings.Contains(out+errs, part) {
				t.Errorf("covls %v says\n%s%swant %q", tt.args, out, errs, part)
			}
		}
		if code != tt.code {
			t.Errorf("covls %v: exit code %d, want %d\n%s%s", tt.args, code, tt.code, out, errs)
		}
	}
	if text, err := os.ReadFile(filepath.Join(here, "gaps.md")); err != nil || !bytes.Contains(text, []byte("sub/b.go")) {
		t.Errorf("%s %v", text, err)
	}

	text := strings.ReplaceAll(shopFiles["sub/b.go"]+"\nfunc D() int {\n\treturn 4\n}\n", "\n", "\r\n")
	writeFile(t, here, "sub/b.go", text)
	out, errs, code := w.covls(t, here, "check", "--changed=main", "--baseline", "base.gz")
	if code != 2 || !strings.Contains(errs, "another text") {
		t.Errorf("with a profile of another text: exit code %d, want 2\n%s%s", code, out, errs)
	}
	writeFile(t, here, "cover.out", changed)
	for format, want := range map[string]string{
		"text":   "b.go:12: D is new and not ",
		"github": "::error file=sub/b.go,line=12,",
		"azure":  "sourcepath=sub/b.go;linenumber=12",
		"json":   `"function":"D","line":11,"uncovered":[[12,12]]`,
	} {
		for _, dir := range []string{here, filepath.Join(here, "sub")} {
			out, errs, code := w.covls(t, dir, "check", "--changed=main", "--baseline", there+`\base.gz`, "--format", format)
			if code != 1 || !strings.Contains(out, want) {
				t.Errorf("%s in %s: exit code %d, want 1\n%s%swant %q", format, dir, code, out, errs, want)
			}
		}
	}

	// A path that is longer than Windows takes without being asked.
	long := strings.Repeat("long folder/", 25)
	writeFile(t, here, long+"c.go", "package long\r\n\r\nfunc E() int {\r\n\treturn 4\r\n}\r\n")
	writeFile(t, here, "cover.out", changed+"example.com/shop/"+long+"c.go:3.14,5.2 1 0\n")
	if out, errs, code := w.covls(t, here, "gaps"); code != 0 || !strings.Contains(out, "c.go:3:6: E is not tested") {
		t.Errorf("a long path: exit code %d\n%s%s", code, out, errs)
	}
}

func TestWindowsDemo(t *testing.T) {
	w := newWindows(t)
	out, errs, code := w.covls(t, t.TempDir(), "demo")
	// Windows does not say who is writing a file, so that a slow machine may read it before its last byte.
	took := regexp.MustCompile(`changed (before|[3-9]\d\d ms after|\d{4,} ms after) the last byte`)
	if code != 0 || errs != "" || !strings.Contains(out, "(*Cart).Discount is not tested (6 statements)") || strings.Contains(out, "\x1b") ||
		!took.MatchString(out) {
		t.Errorf("exit code %d\n%s%s", code, out, errs)
	}
}

// TestWindowsSession has an editor on Windows, by the spellings of a drive that there are.
func TestWindowsSession(t *testing.T) {
	w := newWindows(t)
	for _, drive := range []string{"c%3A", "C:"} {
		t.Run(drive, func(t *testing.T) { testWindowsSession(t, w, drive) })
	}
}

func testWindowsSession(t *testing.T, w *windows, drive string) {
	here, there := w.folder(t, "My Repo ü")
	writeShop(t, here, "\r\n")
	folder := "file:///" + drive + (&url.URL{Path: strings.ReplaceAll(there[2:], `\`, "/")}).EscapedPath()
	// The library that tests speak by has one spelling for both.
	spelled, file := folder+"/sub/b.go", uri.URI(strings.Replace(folder, "/"+drive, "/c%3A", 1)+"/sub/b.go")

	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := w.command(ctx, here, "serve")
	var log bytes.Buffer
	cmd.Stderr = &log
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if err := errors.Join(errIn, errOut, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil && !errors.Is(err, exec.ErrWaitDelay) {
			t.Errorf("covls serve: %v\n%s", err, log.String())
		}
		if strings.Contains(log.String(), "panic") {
			t.Error("the server said\n", log.String())
		}
	}()
	ed := editor.Connect(ctx, server.NewStream(io.NopCloser(out), in, func() {}))
	params, err := json.Marshal(map[string]any{
		"processId": nil, "capabilities": map[string]any{},
		"workspaceFolders": []any{map[string]string{"uri": folder, "name": "shop"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ed.Ask(ctx, "initialize", string(params)); err != nil {
		t.Fatal(err)
	}
	if err := ed.Conn().Notify(ctx, protocol.MethodInitialized, &protocol.InitializedParams{}); err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(shopFiles["sub/b.go"], "\n", "\r\n")
	open, err := json.Marshal(map[string]any{"textDocument": map[string]any{"uri": spelled, "languageId": "go", "version": 0, "text": text}})
	if err == nil {
		err = ed.Conn().Notify(ctx, protocol.MethodTextDocumentDidOpen, jsonrpc2.RawMessage(open))
	}
	if err != nil {
		t.Fatal(err)
	}
	// marks waits for the diagnostics of the file to be on these lines.
	marks := func(lines ...uint32) {
		t.Helper()
		seen, err := ed.Wait(ctx, func(s *editor.Seen) bool {
			items, ok := s.Of(string(file))
			var have []uint32
			for _, d := range items {
				have = append(have, d.Range.Start.Line)
			}
			return ok && slices.Equal(have, lines)
		})
		if err != nil {
			t.Fatalf("marks on %v: %v, have %v\n%s", lines, err, ed.Seen().Published, log.String())
		}
		for _, p := range seen.Published {
			if p.URI != string(file) && len(p.Items) > 0 {
				t.Errorf("diagnostics for %s", p.URI)
			}
		}
	}
	marks(6)
	lenses, err := ed.Lenses(ctx, file)
	if err != nil || !slices.ContainsFunc(lenses, func(l protocol.CodeLens) bool {
		return strings.HasPrefix(l.Command.Title, "50 % covered")
	}) {
		t.Errorf("lenses %v, %v", lenses, err)
	}
	if hover, err := ed.Hover(ctx, file, protocol.Position{Line: 6, Character: 5}); err != nil || !strings.Contains(hover, "Not tested") {
		t.Errorf("hover %q, %v", hover, err)
	}
	to, err := ed.Jump(ctx, "covls.nextGap", file, protocol.Position{})
	if err != nil || to == nil || to.URI != file || to.Range.Start.Line != 6 {
		t.Errorf("the next gap is at %v, %v", to, err)
	}
	if err := ed.Edit(ctx, file, protocol.Range{}, "// More.\r\n"); err != nil {
		t.Fatal(err)
	}
	marks(7)
	// The profile is replaced while nobody knows whether covls reads it.
	next := filepath.Join(here, "next")
	for _, n := range []int{0, 1, 0, 1} {
		if n == 0 {
			writeFile(t, here, "next", shopFiles["cover.out"])
		} else {
			writeFile(t, here, "next", strings.ReplaceAll(shopFiles["cover.out"], " 1 0\n", " 1 1\n"))
		}
		if err := os.Rename(next, filepath.Join(here, "cover.out")); err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			marks(7)
		} else {
			marks()
		}
	}
	if err := ed.Close(ctx); err != nil {
		t.Error(err)
	}
}
