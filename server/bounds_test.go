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

// files is a module of n files with functions that no test reaches.
func files(n, functions int) string {
	var archive, profile, source strings.Builder
	source.WriteString("package shop\n\n")
	for fn := range functions {
		fmt.Fprintf(&source, "func Function%d(x int) {\n\tprintln(x)\n}\n\n", fn)
	}
	archive.WriteString("-- go.mod --\nmodule example.com/shop\n\ngo 1.24\n")
	for f := range n {
		fmt.Fprintf(&archive, "-- p%d/a.go --\n%s", f, source.String())
		for fn := range functions {
			fmt.Fprintf(&profile, "example.com/shop/p%d/a.go:%d.%d,%d.2 1 0\n", f, 3+4*fn, len(fmt.Sprintf("func Function%d(x int) {", fn)), 5+4*fn)
		}
	}
	return archive.String() + "-- cover.out --\nmode: set\n" + profile.String()
}

// TestAnswerBytes has answers that would have more than limits.answer_bytes end there, and say so.
func TestAnswerBytes(t *testing.T) {
	t.Parallel()
	const limit = 3000
	dir := workspace(t, files(6, 10))
	u := string(uri.File(filepath.Join(dir, "p0", "a.go")))
	for _, tt := range []struct {
		method, params string
		left           string // in the answer, or in its error
	}{
		{"covls/gaps", `{}`, `; the answer would have more than 3000 bytes (limits.answer_bytes)"`},
		{"covls/gaps", `{"tiers": ["ok"]}`, `"left":null`},
		{"covls/coverage", js(document(u)), ` functions; the answer would have more than 3000 bytes (limits.answer_bytes)"`},
		{"workspace/executeCommand", `{"command": "covls.showReport"}`, `more than 3000 bytes (limits.answer_bytes)`},
	} {
		t.Run(tt.method, func(t *testing.T) {
			t.Parallel()
			params := roots(modern(), dir)
			params["initializationOptions"] = obj{"limits": obj{"answer_bytes": limit}}
			p := ready(t, params)
			p.profiles(1)
			p.send(call(`"asked"`, tt.method, tt.params))
			m := p.response(`"asked"`)
			answer := string(m.Result)
			if m.Error != nil {
				answer = m.Error.Message
			}
			if !strings.Contains(answer, tt.left) {
				t.Errorf("the answer is %s, want %s in it", answer, tt.left)
			}
			if len(answer) > 2*limit {
				t.Errorf("the answer has %d bytes", len(answer))
			}
		})
	}
}

// TestWorkspaceBytes has the diagnostics of files that are not open end at limits.answer_bytes, whether they are pushed or
// pulled: the first file that has none says how many more have none.
func TestWorkspaceBytes(t *testing.T) {
	t.Parallel()
	const want = "the diagnostics of this file are left out, and those of 4 that are less urgent (limits.answer_bytes)"
	dir := workspace(t, files(6, 10))
	options := obj{"limits": obj{"answer_bytes": 2000}, "diagnostics": obj{"scope": "workspace"}}
	t.Run("push", func(t *testing.T) {
		t.Parallel()
		params := roots(modern(), dir)
		params["initializationOptions"] = options
		p := ready(t, params)
		p.profiles(1)
		last := string(uri.File(filepath.Join(dir, "p1", "a.go")))
		p.published(last, func(_ int, messages []string) bool { return len(messages) == 1 && messages[0] == want })
		p.alive()
		for _, m := range p.messages() {
			if m.Method == "textDocument/publishDiagnostics" && strings.Contains(string(m.Params), "p2/a.go") {
				t.Errorf("%s was published", m.Params)
			}
		}
	})
	t.Run("pull", func(t *testing.T) {
		t.Parallel()
		params := roots(pulling(), dir)
		params["initializationOptions"] = options
		p := ready(t, params)
		p.profiles(1)
		answer := string(p.ask("workspace/diagnostic", `{"previousResultIds": []}`).Result)
		if !strings.Contains(answer, want) || strings.Contains(answer, "p2/a.go") {
			t.Errorf("the answer is %s", answer)
		}
	})
}
