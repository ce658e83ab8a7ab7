package server_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/server"
)

// TestConfirm runs every command that writes in editors that can ask, and that can't, with every answer.
func TestConfirm(t *testing.T) {
	t.Parallel()
	const cancelled, failed = jsonrpc2.Code(-32800), jsonrpc2.Code(-32803)
	button := func(title string) func(string) string { return func(string) string { return title } }
	answers := []struct {
		name   string
		asks   bool
		answer func(string) string
		more   obj
		code   jsonrpc2.Code // 0: it is written
		asked  int
	}{
		{name: "Write", asks: true, answer: button("Write"), asked: 1},
		{name: "Cancel", asks: true, answer: button("Cancel"), code: cancelled, asked: 1},
		{name: "no button", asks: true, answer: button(""), code: cancelled, asked: 1},
		{name: "an error", asks: true, code: failed},
		{name: "confirmed before", asks: true, answer: button("Cancel"), more: obj{"confirmed": true}},
		{name: "confirmed not", asks: true, answer: button("Cancel"), more: obj{"confirmed": false}, code: cancelled, asked: 1},
		{name: "an editor that can't ask", answer: button("Cancel")},
	}
	commands := []struct {
		name     string
		argument func(dir string) obj
		question string
	}{
		{"covls.addPathMapping", func(dir string) obj { return obj{"from": "/ci\n\u202e", "to": "web", "uri": uri.File(dir)} }, `covls: Map "/ci\n\u202e" to "web" in FILE?`},
		{"covls.addPathMapping", func(dir string) obj {
			return obj{"from": "/ci", "to": "web", "profile": "a.info", "uri": uri.File(dir)}
		}, `covls: Map "/ci" to "web" for "a.info" in FILE?`},
		{"covls.addRule", func(dir string) obj {
			return obj{"uri": uri.File(filepath.Join(dir, "a.go")), "rule": obj{"tier": "high", "why": "it \"sells\"\n"}}
		}, `covls: Add a rule for "a.go" to FILE: tier = "high", why = "it \"sells\"\n"?`},
		{"covls.createConfiguration", func(dir string) obj { return obj{"uri": uri.File(dir)} }, "covls: Write a new FILE?"},
	}
	for _, c := range commands {
		for _, a := range answers {
			t.Run(c.name+", "+a.name, func(t *testing.T) {
				t.Parallel()
				dir := workspace(t, shop)
				o := editor.Options{Capabilities: editor.Capabilities(), Folders: []string{dir}, Answer: a.answer}
				if a.asks {
					o.Capabilities.Window.ShowMessage = &protocol.ShowMessageRequestClientCapabilities{}
				}
				ed := connect(t, o)
				settled(t, ed)
				argument := c.argument(dir)
				for k, v := range a.more {
					argument[k] = v
				}
				file := filepath.Join(dir, ".covls.toml")
				_, err := ed.Run(t.Context(), c.name, protocol.LSPAny(js(argument)))
				var wire *jsonrpc2.Error
				switch _, there := os.Stat(file); {
				case a.code == 0 && (err != nil || there != nil):
					t.Errorf("%v, %v", err, there)
				case a.code == 0:
				case !errors.As(err, &wire) || wire.Code != a.code || !strings.HasPrefix(wire.Message, "nothing was written: "):
					t.Errorf("error %v, want one of code %d", err, a.code)
				case there == nil:
					t.Error("it was written")
				}
				asked := ed.Seen().Questions
				if len(asked) != a.asked {
					t.Fatalf("asked %q, want %d questions", asked, a.asked)
				}
				for _, q := range asked {
					if want := strings.ReplaceAll(c.question, "FILE", file); q != want {
						t.Errorf("asked %q, want %q", q, want)
					}
				}
			})
		}
	}
}

// TestConfirmLate has something else happen while the question is open: what is true afterwards counts.
func TestConfirmLate(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	file := filepath.Join(dir, ".covls.toml")
	asked, answer := make(chan bool), make(chan bool)
	caps := editor.Capabilities()
	caps.Window.ShowMessage = &protocol.ShowMessageRequestClientCapabilities{}
	ed := connect(t, editor.Options{Capabilities: caps, Folders: []string{dir}, Answer: func(string) string {
		asked <- true
		<-answer
		return "Write"
	}})
	settled(t, ed)
	done := make(chan error)
	go func() {
		_, err := ed.Run(t.Context(), "covls.addPathMapping", protocol.LSPAny(`{"from":"/ci","to":"."}`))
		done <- err
	}()
	<-asked
	// Other requests are answered meanwhile, and the file is opened.
	if err := ed.OpenText(t.Context(), uri.File(file), "target = 1\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := ed.Run(t.Context(), "covls.doctor"); err != nil {
		t.Fatal(err)
	}
	close(answer)
	if err := <-done; err == nil || !strings.Contains(err.Error(), "is open with changes that are not saved") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("it was written")
	}
}

// TestConfirmCancelled cancels the command while the question is open.
func TestConfirmCancelled(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	caps := modern()
	caps["window"] = obj{"showMessage": obj{}}
	p := start(t, server.Options{})
	p.answer = func(m message) string {
		if m.Method == "window/showMessageRequest" {
			return "" // never
		}
		return "null"
	}
	p.initialize(roots(caps, dir))
	p.send(command("1", "covls.createConfiguration"))
	p.wait("the question", func(m message) bool {
		var q struct{ Actions []struct{ Title string } }
		return m.Method == "window/showMessageRequest" && json.Unmarshal(m.Params, &q) == nil &&
			len(q.Actions) == 2 && q.Actions[0].Title == "Write" && q.Actions[1].Title == "Cancel"
	})
	p.alive()
	p.send(note("$/cancelRequest", `{"id":1}`))
	if m := p.response("1"); m.Error == nil || m.Error.Code != -32800 {
		t.Errorf("answer %v %s", m, m.Result)
	}
	if _, err := os.Stat(filepath.Join(dir, ".covls.toml")); err == nil {
		t.Error("it was written")
	}
}
