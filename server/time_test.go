package server_test

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.lsp.dev/uri"

	"github.com/covls/covls/server"
	"github.com/covls/covls/watch"
)

// unhurried are the options of a server in a bubble, where no time passes but in waiting.
func unhurried() server.Options {
	return server.Options{Watch: watch.Options{NoNotify: true, Poll: time.Second}}
}

// child is a process that waits to be killed.
func child(t *testing.T) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "COVLS_TEST_WAIT=1")
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { kill(cmd) })
	return cmd
}

func kill(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_, _ = cmd.Process.Wait()
}

// TestClientDies ends the session of a client that dies and leaves its pipes open.
func TestClientDies(t *testing.T) {
	t.Parallel()
	client := child(t)
	synctest.Test(t, func(t *testing.T) {
		p := start(t, unhurried())
		params := roots(modern())
		params["processId"] = client.Process.Pid
		p.initialize(params)
		<-time.After(time.Hour)
		p.alive()
		kill(client)
		died := time.Now()
		if code := p.exit(); code != 1 {
			t.Errorf("exit code %d, want 1", code)
		}
		if d := time.Since(died); d > 10*time.Second {
			t.Errorf("it took %v", d)
		}
	})
}

// TestClientNeverSeen leaves alone a client whose process can't be seen from here.
func TestClientNeverSeen(t *testing.T) {
	t.Parallel()
	dead := child(t)
	kill(dead)
	for _, pid := range []int{dead.Process.Pid, os.Getpid(), 0, -1, math.MaxInt32} {
		t.Run(strconv.Itoa(pid), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := start(t, unhurried())
				params := roots(modern())
				params["processId"] = pid
				p.initialize(params)
				<-time.After(time.Hour)
				p.alive()
			})
		})
	}
}

// TestExit ends at once, though the client holds the pipes open.
func TestExit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := start(t, unhurried())
		p.initialize(roots(modern()))
		p.ask("shutdown", "")
		begin := time.Now()
		p.send(note("exit", ""))
		if code := p.exit(); code != 0 {
			t.Errorf("exit code %d, want 0", code)
		}
		if d := time.Since(begin); d > 0 {
			t.Errorf("it took %v", d)
		}
	})
}

// TestShortLoad shows no progress.
func TestShortLoad(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	u := string(uri.File(path))
	synctest.Test(t, func(t *testing.T) {
		p := start(t, unhurried())
		caps := modern()
		caps["window"] = obj{"workDoneProgress": true}
		p.initialize(roots(caps, dir))
		p.send(didOpen(u, read(t, path)))
		<-time.After(time.Minute)
		p.published(u, func(_ int, messages []string) bool { return slices.Equal(messages, []string{shopUncovered}) })
		for range 3 {
			p.reload()
			<-time.After(time.Minute)
		}
		for _, m := range p.messages() {
			if m.Method != "" && m.Method != "textDocument/publishDiagnostics" {
				t.Errorf("the server sent %s %s", m.Method, m.Params)
			}
		}
	})
}

// TestHints has the client tell of a change that no poll has seen yet.
func TestHints(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	path, profile := filepath.Join(dir, "a.go"), filepath.Join(dir, "cover.out")
	u := string(uri.File(path))
	synctest.Test(t, func(t *testing.T) {
		o := unhurried()
		o.Watch.Poll = 24 * time.Hour
		p := start(t, o)
		p.initialize(roots(modern(), dir))
		p.send(didOpen(u, read(t, path)))
		<-time.After(time.Hour)
		write(t, profile, strings.ReplaceAll(read(t, profile), "2 0\n", "2 1\n"))
		<-time.After(time.Hour)
		if n := p.count("textDocument/publishDiagnostics"); n != 1 {
			t.Errorf("%d publishDiagnostics before the hint, want 1", n)
		}
		hinted := time.Now()
		p.send(note("workspace/didChangeWatchedFiles", js(obj{"changes": list{obj{"uri": uri.File(profile), "type": 2}}})))
		p.published(u, func(_ int, messages []string) bool { return len(messages) == 0 })
		if d := time.Since(hinted); d > time.Second {
			t.Errorf("it took %v", d)
		}
	})
}
