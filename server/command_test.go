package server_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/server"
)

// watcher are the capabilities of an editor that takes covls's own messages.
func watcher() protocol.ClientCapabilities {
	caps := editor.Capabilities()
	caps.Experimental = protocol.LSPAny(`{"covls":{"documents":true}}`)
	return caps
}

// run runs a command and decodes its answer.
func run(t *testing.T, ed *editor.Editor, command string, argument, answer any) {
	t.Helper()
	raw, err := ed.Run(t.Context(), command, protocol.LSPAny(js(argument)))
	if err != nil {
		t.Fatalf("%s %s: %v", command, js(argument), err)
	}
	if len(raw) == 0 {
		raw = protocol.LSPAny("null")
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		t.Fatalf("%s answers %s: %v", command, raw, err)
	}
}

// refused runs a command that must be refused as invalid, with these words.
func refused(t *testing.T, ed *editor.Editor, command string, argument any, words string) {
	t.Helper()
	raw, err := ed.Run(t.Context(), command, protocol.LSPAny(js(argument)))
	var wire *jsonrpc2.Error
	if !errors.As(err, &wire) || wire.Code != jsonrpc2.InvalidParams || !strings.Contains(wire.Message, words) {
		t.Errorf("%s %s: %s, %v; want it refused with %q", command, js(argument), raw, err, words)
	}
}

// began starts a session in a workspace and waits for its profiles.
func began(t *testing.T, archive string, caps protocol.ClientCapabilities) (dir string, ed *editor.Editor) {
	t.Helper()
	dir = workspace(t, archive)
	ed = connect(t, editor.Options{Capabilities: caps, Folders: []string{dir}})
	settled(t, ed)
	return dir, ed
}

func TestExplain(t *testing.T) {
	t.Parallel()
	dir, ed := began(t, shop+"-- b.go --\npackage shop\n-- .covls.toml --\n[[rule]]\npaths = ['c.go']\nexclude = true\n-- c.go --\npackage shop\n\nfunc C() {}\n-- lcov.info --\nSF:c.go\nDA:3,0\nend_of_record\n", watcher())
	at := func(name string) obj { return document(string(uri.File(filepath.Join(dir, name)))) }
	for _, open := range []bool{false, true} {
		if open {
			if err := ed.Open(t.Context(), filepath.Join(dir, "a.go")); err != nil {
				t.Fatal(err)
			}
		}
		var text string
		if run(t, ed, "covls.explain", at("a.go"), &text); !strings.HasPrefix(text, "# `a.go`: medium\n") || !strings.Contains(text, "**1 statement** short") {
			t.Errorf("explained %q", text)
		}
	}
	var text *string
	if run(t, ed, "covls.explain", at("c.go"), &text); text == nil || !strings.HasPrefix(*text, "# `c.go`: left out\n") {
		t.Errorf("explained %v", text)
	}
	for _, none := range []string{"b.go", "none.go"} {
		if run(t, ed, "covls.explain", at(none), &text); text != nil {
			t.Errorf("%s: %q", none, *text)
		}
	}
	if run(t, ed, "covls.explain", document("untitled:x"), &text); text != nil {
		t.Errorf("explained %q", *text)
	}
	refused(t, ed, "covls.explain", nil, `covls.explain needs {"textDocument": {"uri": …}}`)
	refused(t, ed, "covls.explain", list{}, `covls.explain takes {"textDocument": {"uri": …}}, not []`)
}

// TestExplainCommits has git know the file. That comes when it comes.
func TestExplainCommits(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	dir := workspace(t, shop)
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"commit", "-q", "-m", "all"}} {
		gittest.Run(t, dir, time.Now(), args...)
	}
	ed := connect(t, editor.Options{Capabilities: watcher(), Folders: []string{dir}})
	settled(t, ed)
	late := time.After(patience)
	for {
		var text string
		run(t, ed, "covls.explain", document(string(uri.File(filepath.Join(dir, "a.go")))), &text)
		if strings.Contains(text, "- 1 commit changed it in 90 days\n") {
			return
		}
		select {
		case <-late:
			t.Fatalf("explained %q", text)
		default:
		}
	}
}

func TestAddRule(t *testing.T) {
	t.Parallel()
	dir, ed := began(t, shop, watcher())
	path, settings := filepath.Join(dir, "a.go"), filepath.Join(dir, ".covls.toml")
	u := string(uri.File(path))
	open(t, ed, path)
	lensBecomes(t, ed, path, shopLens)
	for _, step := range []struct {
		rule obj
		lens string
		line uint32
	}{
		{obj{"tier": "critical", "why": "it sells"}, "critical · " + shopLens, 0},
		{obj{"at_most": "lower"}, shopLens, 0}, // before the one that has the file already
	} {
		var to protocol.Location
		run(t, ed, "covls.addRule", obj{"uri": u, "rule": step.rule}, &to)
		if to.URI != uri.File(settings) || to.Range.Start.Line != step.line {
			t.Errorf("location %s", js(to))
		}
		lensBecomes(t, ed, path, step.lens)
	}
	if text := read(t, settings); strings.Count(text, "[[rule]]") != 2 || !strings.Contains(text, `why = "it sells"`) {
		t.Errorf("settings:\n%s", text)
	}
	for _, bad := range []any{nil, obj{}, obj{"uri": u}, obj{"uri": u, "rule": obj{}}, obj{"uri": u, "rule": obj{"why": "x"}}, obj{"uri": u, "rule": obj{"tiers": "high"}}, obj{"uri": u, "rule": obj{"tier": 5}}, obj{"uri": u, "rule": obj{"tier": "high", "paths": list{"x"}}}} {
		refused(t, ed, "covls.addRule", bad, "covls.addRule needs {")
	}
	refused(t, ed, "covls.addRule", obj{"uri": u, "rule": obj{"tier": "urgent"}}, `is "urgent": want one of critical, high, medium, lower`)
	refused(t, ed, "covls.addRule", obj{"uri": uri.File(dir), "rule": obj{"tier": "high"}}, "is the whole workspace folder")
	refused(t, ed, "covls.addRule", obj{"uri": "file:///elsewhere/x.go", "rule": obj{"tier": "high"}}, "lies in no workspace folder")
	if err := ed.OpenText(t.Context(), uri.File(settings), "target = 1\n"); err != nil {
		t.Fatal(err)
	}
	refused(t, ed, "covls.addRule", obj{"uri": u, "rule": obj{"tier": "high"}}, ".covls.toml is open with changes that are not saved")
	refused(t, ed, "covls.addPathMapping", obj{"uri": u, "from": "x", "to": "y"}, ".covls.toml is open with changes that are not saved")
}

// TestAddRuleOfEditor can't add to the rules that an editor's settings have.
func TestAddRuleOfEditor(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	ed := connect(t, editor.Options{
		Capabilities: editor.Capabilities(), Folders: []string{dir},
		InitializationOptions: obj{"rule": list{obj{"paths": list{"x"}, "tier": "high"}}},
	})
	settled(t, ed)
	refused(t, ed, "covls.addRule", obj{"uri": uri.File(filepath.Join(dir, "a.go")), "rule": obj{"tier": "high"}}, "the rules in force are those of the editor")
}

// TestSettingsStayInside has a repository bring links where settings are written.
func TestSettingsStayInside(t *testing.T) {
	t.Parallel()
	const secret = "target = 1\n"
	for _, tt := range []struct{ place, name, to, refused, exists string }{
		{"link out", ".covls.toml", "canary", "outside of", "is there already"},
		{"link to nothing", ".covls.toml", "gone", "where there is nothing", "is there already"},
		{"part", ".covls.toml.part", "canary", "", ""},
	} {
		t.Run(tt.place, func(t *testing.T) {
			t.Parallel()
			dir, out := workspace(t, shop), workspace(t, "-- canary --\n"+secret)
			link, to := filepath.Join(dir, tt.name), filepath.Join(out, tt.to)
			if err := os.Symlink(to, link); err != nil {
				t.Fatal(err)
			}
			ed := connect(t, editor.Options{Capabilities: watcher(), Folders: []string{dir}})
			settled(t, ed)
			u := uri.File(filepath.Join(dir, "a.go"))
			for _, c := range []struct {
				name     string
				argument obj
				words    string
			}{
				{"covls.addRule", obj{"uri": u, "rule": obj{"tier": "high"}}, tt.refused},
				{"covls.addPathMapping", obj{"uri": u, "from": "\nalias ls=x\n", "to": "y"}, tt.refused},
				{"covls.createConfiguration", obj{"uri": u}, tt.exists},
			} {
				if tt.place == "part" {
					_ = os.Remove(filepath.Join(dir, ".covls.toml"))
					var answer any
					run(t, ed, c.name, c.argument, &answer)
				} else {
					refused(t, ed, c.name, c.argument, c.words)
				}
			}
			if text := read(t, filepath.Join(out, "canary")); text != secret {
				t.Errorf("outside there is %q", text)
			}
			if entries, err := os.ReadDir(out); err != nil || len(entries) != 1 {
				t.Errorf("outside there are %v, error %v", entries, err)
			}
			if now, err := os.Readlink(link); err != nil || now != to {
				t.Errorf("the link leads to %q, error %v", now, err)
			}
		})
	}
}

// TestAddRules adds many at once: none is lost.
func TestAddRules(t *testing.T) {
	t.Parallel()
	const many = 20
	dir, ed := began(t, shop, watcher())
	var group sync.WaitGroup
	for i := range many {
		group.Go(func() {
			u := uri.File(filepath.Join(dir, fmt.Sprintf("x%02d.go", i)))
			_, err := ed.Run(t.Context(), "covls.addRule", protocol.LSPAny(js(obj{"uri": u, "rule": obj{"tier": "high"}})))
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if text := read(t, filepath.Join(dir, ".covls.toml")); strings.Count(text, "[[rule]]") != many {
		t.Errorf("settings:\n%s", text)
	}
}

func TestCreateConfiguration(t *testing.T) {
	t.Parallel()
	dir, ed := began(t, shop, watcher())
	settings := filepath.Join(dir, ".covls.toml")
	var to protocol.Location
	run(t, ed, "covls.createConfiguration", nil, &to)
	if to.URI != uri.File(settings) {
		t.Errorf("location %s", js(to))
	}
	text := read(t, settings)
	if !strings.Contains(text, "target = ") || !strings.Contains(text, "50") {
		t.Errorf("settings:\n%s", text)
	}
	refused(t, ed, "covls.createConfiguration", obj{"uri": uri.File(filepath.Join(dir, "a.go"))}, "is there already")
	refused(t, ed, "covls.createConfiguration", obj{"uri": "file:///elsewhere"}, "lies in no workspace folder")
	refused(t, ed, "covls.createConfiguration", 5, "covls.createConfiguration takes {")
	if again := read(t, settings); again != text {
		t.Errorf("settings:\n%s", again)
	}
	settled(t, ed)
	for _, m := range ed.Seen().Messages {
		t.Errorf("told %s", m)
	}
}

func TestRunCommand(t *testing.T) {
	t.Parallel()
	dir, ed := began(t, shop+"-- web/package.json --\n{\"devDependencies\":{\"vitest\":\"3\"}}\n-- web/src/a.ts --\n-- notes.txt --\n", watcher())
	type answer struct{ Language, Command, CWD string }
	for name, want := range map[string]answer{
		"":             {"go", "go test -coverprofile=cover.out ./...", string(uri.File(dir))},
		"a.go":         {"go", "go test -coverprofile=cover.out ./...", string(uri.File(dir))},
		"notes.txt":    {"go", "go test -coverprofile=cover.out ./...", string(uri.File(dir))},
		"web/src/a.ts": {"typescript", "npx --no-install vitest run --coverage.enabled --coverage.reporter=lcovonly --coverage.reportsDirectory=coverage", string(uri.File(filepath.Join(dir, "web")))},
	} {
		var got answer
		argument := document(string(uri.File(filepath.Join(dir, name))))
		if name == "" {
			argument = obj{"folder": uri.File(dir)}
		}
		if run(t, ed, "covls.runCommand", argument, &got); got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	refused(t, ed, "covls.runCommand", document("file:///elsewhere/a.go"), "lies in no workspace folder")
	refused(t, ed, "covls.runCommand", obj{"folder": 5}, "covls.runCommand takes {")
}

func TestRunCommandSet(t *testing.T) {
	t.Parallel()
	dir := workspace(t, "-- x.c --\nint main() {}\n-- cov.info --\nSF:x.c\nDA:1,1\nend_of_record\n")
	ed := connect(t, editor.Options{Capabilities: watcher(), Folders: []string{dir}})
	settled(t, ed)
	var none any
	if run(t, ed, "covls.runCommand", nil, &none); none != nil {
		t.Errorf("answer %v, want null", none)
	}
	write(t, filepath.Join(dir, ".covls.toml"), "run.command.c = 'make cover'\n")
	if _, err := ed.Run(t.Context(), "covls.reload"); err != nil {
		t.Fatal(err)
	}
	var got struct{ Command string }
	if run(t, ed, "covls.runCommand", document(string(uri.File(filepath.Join(dir, "x.c")))), &got); got.Command != "make cover" {
		t.Errorf("command %q", got.Command)
	}
}

func TestShowReport(t *testing.T) {
	t.Parallel()
	type answer struct {
		Format, Content string
		URI             *string
	}
	t.Run("to a client that shows it", func(t *testing.T) {
		t.Parallel()
		_, ed := began(t, shop, watcher())
		var got answer
		run(t, ed, "covls.showReport", obj{}, &got)
		if got.Format != "markdown" || got.URI != nil || !strings.HasPrefix(got.Content, "# Coverage gaps") || !strings.Contains(got.Content, "Uncovered") {
			t.Errorf("answer %+v", got)
		}
		if shown := ed.Seen().Shown; shown != nil {
			t.Errorf("shown %v", shown)
		}
		run(t, ed, "covls.showReport", obj{"format": "html"}, &got)
		if got.Format != "html" || got.URI != nil || !strings.HasPrefix(got.Content, "<!DOCTYPE html>") || !strings.Contains(got.Content, "Content-Security-Policy") {
			t.Errorf("answer %.300v", got)
		}
		refused(t, ed, "covls.showReport", obj{"component": "none"}, `there is no component "none"`)
		refused(t, ed, "covls.showReport", obj{"format": "pdf"}, `covls.showReport has no format "pdf"`)
		refused(t, ed, "covls.showReport", obj{"format": 1}, "covls.showReport takes {")
	})
	t.Run("to another", func(t *testing.T) {
		t.Parallel()
		var path string
		t.Run("session", func(t *testing.T) {
			_, ed := began(t, shop, editor.Capabilities())
			var got answer
			run(t, ed, "covls.showReport", nil, &got)
			if got.URI == nil {
				t.Fatalf("answer %+v", got)
			}
			path = uri.URI(*got.URI).FsPath()
			if text := read(t, path); text != got.Content || filepath.Ext(path) != ".md" {
				t.Errorf("%s holds %q, want %q", path, text, got.Content)
			}
			if shown := ed.Seen().Shown; len(shown) != 1 || string(shown[0].URI) != *got.URI {
				t.Errorf("shown %v", shown)
			}
		})
		if _, err := os.Stat(filepath.Dir(path)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is left behind: %v", path, err)
		}
	})
}

// TestPlainHover is for clients that show a hover as it is.
func TestPlainHover(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		formats []protocol.MarkupKind
		want    string
	}{
		{[]protocol.MarkupKind{protocol.MarkupKindPlainText}, "Not tested: `Uncovered`"},
		{[]protocol.MarkupKind{protocol.MarkupKindPlainText, protocol.MarkupKindMarkdown}, "**Not tested**: `Uncovered`"},
		{nil, "**Not tested**: `Uncovered`"},
	} {
		caps := editor.Capabilities()
		caps.TextDocument.Hover = &protocol.HoverClientCapabilities{ContentFormat: tt.formats}
		dir, ed := began(t, shop, caps)
		path := filepath.Join(dir, "a.go")
		open(t, ed, path)
		var p protocol.HoverParams
		p.TextDocument.URI, p.Position = uri.File(path), protocol.Position{Line: 16, Character: 7}
		h, err := ed.Server().Hover(t.Context(), &p)
		if err != nil {
			t.Fatal(err)
		}
		if got := js(h); !strings.Contains(got, tt.want) {
			t.Errorf("%v: %s lacks %s", tt.formats, got, tt.want)
		}
	}
}

// TestIgnoreAction is offered to clients that take actions with edits, when they ask for such.
func TestIgnoreAction(t *testing.T) {
	t.Parallel()
	const title = "Leave Uncovered out of coverage"
	for _, tt := range []struct {
		name   string
		change func(*protocol.ClientCapabilities)
		only   []protocol.CodeActionKind
		want   bool
	}{
		{"all kinds", func(*protocol.ClientCapabilities) {}, nil, true},
		{"refactor", func(*protocol.ClientCapabilities) {}, []protocol.CodeActionKind{"source", "refactor"}, true},
		{"every kind", func(*protocol.ClientCapabilities) {}, []protocol.CodeActionKind{""}, true},
		{"quick fixes", func(*protocol.ClientCapabilities) {}, []protocol.CodeActionKind{"quickfix"}, false},
		{"a narrower kind", func(*protocol.ClientCapabilities) {}, []protocol.CodeActionKind{"refactor.extract"}, false},
		{"a kind that begins so", func(*protocol.ClientCapabilities) {}, []protocol.CodeActionKind{"refac"}, false},
		{"commands only", func(c *protocol.ClientCapabilities) { c.TextDocument.CodeAction = nil }, nil, false},
		{"no edits but those of actions", func(c *protocol.ClientCapabilities) { c.Workspace.WorkspaceEdit = nil }, nil, true},
		{"edits from before", func(c *protocol.ClientCapabilities) {
			yes := true
			c.Workspace.WorkspaceEdit, c.Workspace.ApplyEdit = nil, &yes
		}, nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			caps := editor.Capabilities()
			tt.change(&caps)
			dir, ed := began(t, shop, caps)
			path := filepath.Join(dir, "a.go")
			open(t, ed, path)
			at := protocol.Position{Line: 16, Character: 7}
			list, err := ed.Server().CodeAction(t.Context(), &protocol.CodeActionParams{
				TextDocument: protocol.TextDocumentIdentifier{URI: uri.File(path)},
				Range:        protocol.Range{Start: at, End: at}, Context: protocol.CodeActionContext{Only: tt.only},
			})
			if err != nil {
				t.Fatal(err)
			}
			i := slices.IndexFunc(list, func(a protocol.CommandOrCodeAction) bool {
				action, ok := a.(*protocol.CodeAction)
				return ok && action.Title == title && *action.Kind == protocol.CodeActionKindRefactor && action.Edit != nil
			})
			if (i >= 0) != tt.want {
				t.Errorf("actions %s", js(list))
			}
		})
	}
}

// TestHalfALoad asks in the middle of a load for what only a whole one tells.
// What is asked right behind initialized is answered by what the first load has found, and not by nothing.
func TestBeforeTheFirstLoad(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	p := start(t, server.Options{})
	p.ask("initialize", js(roots(watching(), dir)))
	p.send(
		note("initialized", "{}"), command("1", "covls.mostUrgentGap"), command("2", "covls.runCommand"), command("3", "covls.showReport"), call("4", "covls/gaps", ""),
		command("5", "covls.explain", js(document(string(uri.File(filepath.Join(dir, "a.go")))))),
	)
	for id, want := range map[string]string{"1": `"line":10,`, "2": "go test -coverprofile", "3": "Uncovered", "4": "Uncovered", "5": "Uncovered"} {
		if m := p.response(id); m.Error != nil || !strings.Contains(string(m.Result), want) {
			t.Errorf("answer %v %s, want %s", m, m.Result, want)
		}
	}
}

func TestHalfALoad(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	p := ready(t, roots(watching(), dir))
	p.waitAll("figures", func([]message) bool {
		all := p.statuses()
		return len(all) > 0 && all[len(all)-1].State == "ready" && !all[len(all)-1].Loading
	})
	p.server.Scanned(false)
	u := document(string(uri.File(filepath.Join(dir, "a.go"))))
	p.send(call("1", "covls/gaps", ""), command("2", "covls.explain", js(u)), command("3", "covls.showReport"), call("4", "covls/gaps", ""))
	p.alive()
	p.send(note("$/cancelRequest", `{"id":4}`))
	if m := p.response("4"); m.Error == nil || m.Error.Code != -32800 {
		t.Errorf("answer %v to a request that was cancelled", m)
	}
	for _, s := range p.responses() {
		if s[0] != '"' && s[0] != '4' {
			t.Errorf("answer %q in the middle of a load", s)
		}
	}
	p.server.Scanned(true)
	for _, id := range []string{"1", "2", "3"} {
		if m := p.response(id); m.Error != nil || !strings.Contains(string(m.Result), "Uncovered") {
			t.Errorf("answer %v %s", m, m.Result)
		}
	}
}
