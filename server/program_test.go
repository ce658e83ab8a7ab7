package server_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/profiletest"
)

// TestMain checks in the end that no session has left a goroutine behind. Where it is asked to, it
// turns the test binary into a process that waits.
func TestMain(m *testing.M) {
	if os.Getenv("COVLS_TEST_WAIT") != "" {
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	if err := profiletest.WithoutCache(); err != nil {
		panic(err)
	}
	code := m.Run()
	if left := leaked(); left != "" && code == 0 {
		fmt.Fprintf(os.Stderr, "goroutines are left:\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}

// leaked returns the stacks of the goroutines that don't end.
func leaked() string {
	buf := make([]byte, 4<<20)
	deadline := time.After(5 * time.Second)
	for tick := time.Tick(10 * time.Millisecond); ; {
		var left []string
		for stack := range strings.SplitSeq(string(buf[:runtime.Stack(buf, true)]), "\n\n") {
			if (strings.Contains(stack, "covls/covls/") || strings.Contains(stack, "jsonrpc2")) && !strings.Contains(stack, "TestMain") {
				left = append(left, stack)
			}
		}
		if len(left) == 0 {
			return ""
		}
		select {
		case <-tick:
		case <-deadline:
			return strings.Join(left, "\n\n")
		}
	}
}

// TestProgram speaks to `covls serve` itself. The peer takes nothing but LSP from its output.
func TestProgram(t *testing.T) {
	t.Parallel()
	covls := filepath.Join(t.TempDir(), "covls")
	if runtime.GOOS == "windows" {
		covls += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", covls, "../cmd/covls").CombinedOutput(); err != nil {
		t.Fatalf("build covls: %v\n%s", err, out)
	}
	for _, tt := range []struct {
		name string
		run  func(t *testing.T, covls string)
	}{
		{"session", testSession},
		{"endings", testEndings},
		{"deaf client", testDeafProgram},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.run(t, covls)
		})
	}
}

// spawn starts a program and connects to it without a word. It must print nothing but LSP.
func spawn(t *testing.T, cmd *exec.Cmd) *peer {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, stdout, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = stdout, &stderr
	err = cmd.Start()
	_ = stdout.Close()
	if err != nil {
		t.Fatal(err)
	}
	p := newPeer(t, in, out)
	go func() {
		err := cmd.Wait()
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			t.Errorf("wait for covls: %v", err)
		}
		if stderr.Len() > 0 {
			t.Errorf("covls printed %q", stderr.String())
		}
		p.ended <- cmd.ProcessState.ExitCode()
	}()
	t.Cleanup(func() {
		_ = in.Close()
		if p.exit() == -1 {
			_ = cmd.Process.Kill()
		}
		_ = out.Close()
	})
	return p
}

func testSession(t *testing.T, covls string) {
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	u, text := string(uri.File(path)), read(t, path)
	p := spawn(t, exec.Command(covls, "serve", "--stdio"))
	p.listen()
	p.initialize(roots(modern(), dir))
	p.send(didOpen(u, text))
	p.published(u, func(_ int, messages []string) bool { return slices.Equal(messages, []string{shopUncovered}) })
	p.raw("wrapper: a line that is no message\r\n" + frame("{") + frame("{}"))
	p.send(call("1", "covls/none", ""), note("covls/none", ""), didChange("file:///none", 1), command("2", "covls.doctor"))
	p.response("1")
	if m := p.response("2"); !strings.Contains(string(m.Result), "cover.out") {
		t.Errorf("doctor: %s", m.Result)
	}
	profile := filepath.Join(dir, "cover.out")
	write(t, profile, strings.ReplaceAll(read(t, profile), "2 0\n", "2 1\n"))
	p.published(u, func(_ int, messages []string) bool { return len(messages) == 0 })
	p.ask("shutdown", "")
	p.send(note("exit", ""))
	if code := p.exit(); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func testEndings(t *testing.T, covls string) {
	initialize := []string{call("0", "initialize", js(roots(modern()))), note("initialized", "{}")}
	for _, tt := range []struct {
		name string
		send []string
		end  func(*peer, *exec.Cmd)
		code int
	}{
		{"exit without shutdown", append(slices.Clone(initialize), note("exit", "")), nil, 1},
		{"exit after shutdown", append(slices.Clone(initialize), call("1", "shutdown", ""), note("exit", "")), nil, 0},
		{"end of input", initialize, func(p *peer, _ *exec.Cmd) { _ = p.in.Close() }, 1},
		{"end of input at once", nil, func(p *peer, _ *exec.Cmd) { _ = p.in.Close() }, 1},
		{"end of input after shutdown", append(slices.Clone(initialize), call("1", "shutdown", "")), func(p *peer, _ *exec.Cmd) { _ = p.in.Close() }, 0},
		{"interrupt", initialize, func(p *peer, cmd *exec.Cmd) {
			p.response("0")
			if runtime.GOOS == "windows" || cmd.Process.Signal(os.Interrupt) != nil {
				_ = p.in.Close()
			}
		}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(covls, "serve")
			p := spawn(t, cmd)
			p.listen()
			p.send(tt.send...)
			if tt.end != nil {
				tt.end(p, cmd)
			}
			if code := p.exit(); code != tt.code {
				t.Errorf("exit code %d, want %d", code, tt.code)
			}
		})
	}
}

// testDeafProgram fills the pipe to a client that does not read and then hangs up: a program can't
// take back what it has begun to write.
func testDeafProgram(t *testing.T, covls string) {
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	u, text := string(uri.File(path)), read(t, path)
	p := spawn(t, exec.Command(covls, "serve"))
	p.send(call("0", "initialize", js(roots(modern(), dir))))
	if _, err := readFrame(p.out); err != nil {
		t.Fatal(err)
	}
	p.send(note("initialized", "{}"), didOpen(u, text))
	if _, err := readFrame(p.out); err != nil { // the diagnostics
		t.Fatal(err)
	}
	for i := range 2000 {
		p.send(call(strconv.Itoa(i), "textDocument/hover", place(u, text, "Uncovered(")), didChange(u, i+2, edit(0, 0, 0, 0, "\n")))
	}
	_ = p.in.Close()
	if code := p.exit(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}
