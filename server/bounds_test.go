package server_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.lsp.dev/uri"

	"github.com/covls/covls/server"
)

// hurdle counts the times that settings are put in force, and holds the session up at the first.
type hurdle struct {
	slog.Handler
	mu    sync.Mutex
	times int
	first chan struct{} // closed at the first
	open  chan struct{}
}

func newHurdle() *hurdle {
	return &hurdle{Handler: slog.DiscardHandler, first: make(chan struct{}), open: make(chan struct{})}
}

func (g *hurdle) Enabled(context.Context, slog.Level) bool { return true }

func (g *hurdle) Handle(_ context.Context, r slog.Record) error {
	if r.Message != "settings are in force" {
		return nil
	}
	g.mu.Lock()
	g.times++
	n := g.times
	g.mu.Unlock()
	if n == 1 {
		close(g.first)
		<-g.open
	}
	return nil
}

// TestManyChanges has a client tell a thousand changes of folders and settings one by one, while the session is
// busy: they are one change. Of the folders as many are looked at as limits.folders says, the first ones.
func TestManyChanges(t *testing.T) {
	t.Parallel()
	const many = 1000
	dir, more := workspace(t, shop), t.TempDir()
	g := newHurdle()
	p := start(t, server.Options{Log: slog.New(g)})
	params := roots(modern(), dir)
	params["initializationOptions"] = obj{"limits": obj{"folders": 3}}
	p.initialize(params)
	<-g.first
	folder := func(i int) obj {
		name := fmt.Sprint("f", i)
		return obj{"uri": string(uri.File(filepath.Join(more, name))), "name": name}
	}
	for i := range many {
		p.send(note("workspace/didChangeWorkspaceFolders", js(obj{"event": obj{"added": list{folder(i)}, "removed": list{}}})))
		p.send(note("workspace/didChangeConfiguration", js(obj{"settings": obj{"covls": obj{"target": 50 + i%2}}})))
		if i%2 == 0 {
			p.send(note("workspace/didChangeWorkspaceFolders", js(obj{"event": obj{"added": list{}, "removed": list{folder(i)}}})))
		}
	}
	p.alive()
	close(g.open)
	doctor := string(p.ask("workspace/executeCommand", js(obj{"command": "covls.doctor"})).Result)
	if g.mu.Lock(); g.times != 2 {
		t.Errorf("settings were put in force %d times, want 2", g.times)
	}
	g.mu.Unlock()
	for what, want := range map[string]bool{
		dir: true, filepath.Join(more, "f1"): true, filepath.Join(more, "f3"): true,
		filepath.Join(more, "f0"): false, filepath.Join(more, "f5"): false, filepath.Join(more, "f999"): false,
		"only the first 3 are looked at": true, "limits.folders": true,
	} {
		if strings.Contains(doctor, what) != want {
			t.Errorf("the doctor speaks of %q: %v, want %v", what, !want, want)
		}
	}
	p.wait("the message of limits.folders", func(m message) bool {
		return m.Method == "window/showMessage" && strings.Contains(string(m.Params), "limits.folders")
	})
	p.profiles(1) // gets through
}

// TestManyQuestions has a client that answers no question about settings: it is asked few at a time.
func TestManyQuestions(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	capabilities := modern()
	capabilities["workspace"].(obj)["configuration"] = true
	p := start(t, server.Options{})
	asked := make(chan struct{}, 1000)
	p.answer = func(m message) string {
		if m.Method == "workspace/configuration" {
			asked <- struct{}{}
			return ""
		}
		return "null"
	}
	p.initialize(roots(capabilities, dir))
	<-asked
	for range 100 {
		p.send(note("workspace/didChangeConfiguration", js(obj{"settings": nil})))
		p.ask("workspace/executeCommand", js(obj{"command": "covls.doctor"})) // behind it in the queue
	}
	if n := len(asked); n > 4 {
		t.Errorf("%d questions at a time", n)
	}
}
