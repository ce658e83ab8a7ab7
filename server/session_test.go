package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/server"
	"github.com/covls/covls/watch"
)

// connect starts a server and an editor that speaks to it through pipes.
func connect(t *testing.T, o editor.Options) *editor.Editor {
	t.Helper()
	return connectTo(t, server.Options{Version: "test", Watch: watch.Options{NoNotify: true, Poll: 10 * time.Millisecond}}, o)
}

// connectTo is connect to a server with options of its own.
func connectTo(t *testing.T, so server.Options, o editor.Options) *editor.Editor {
	t.Helper()
	serverIn, in := io.Pipe()
	out, serverOut := io.Pipe()
	s := server.New(so)
	ended := make(chan int, 1)
	go func() {
		ended <- s.Run(context.WithoutCancel(t.Context()), server.NewStream(serverIn, serverOut, s.Hangup))
		_ = serverIn.Close()
	}()
	ed, err := editor.Start(context.WithoutCancel(t.Context()), server.NewStream(out, in, func() {}), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
		defer cancel()
		if err := ed.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
		_ = in.Close()
		if code := <-ended; code != 0 {
			t.Errorf("exit code %d, want 0", code)
		}
	})
	return ed
}

// until waits for what the editor must see.
func until(t *testing.T, ed *editor.Editor, ok func(*editor.Seen) bool) *editor.Seen {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	seen, err := ed.Wait(ctx, ok)
	if err != nil {
		t.Fatalf("%v; it saw %s", err, js(seen))
	}
	return seen
}

// shows tells that a document's diagnostics have these messages.
func shows(path string, messages ...string) func(*editor.Seen) bool {
	return func(s *editor.Seen) bool {
		items, ok := s.Of(string(uri.File(path)))
		var got []string
		for _, d := range items {
			got = append(got, fmt.Sprint(d.Message))
		}
		return ok && slices.Equal(got, messages)
	}
}

func open(t *testing.T, ed *editor.Editor, path string) {
	t.Helper()
	if err := ed.Open(t.Context(), path); err != nil {
		t.Fatal(err)
	}
}

// fileLens is what the lens on a file says; "" where there is none.
func fileLens(t *testing.T, ed *editor.Editor, path string) string {
	t.Helper()
	lenses, err := ed.Lenses(t.Context(), uri.File(path))
	if err != nil {
		t.Fatal(err)
	}
	if len(lenses) == 0 {
		return ""
	}
	return strings.TrimSuffix(lenses[0].Command.Title, " · next gap ▸")
}

// lensBecomes asks for the file lens until it says so, again after each refresh.
func lensBecomes(t *testing.T, ed *editor.Editor, path, want string) {
	t.Helper()
	until(t, ed, func(*editor.Seen) bool { return fileLens(t, ed, path) == want })
}

func configurable() protocol.ClientCapabilities {
	caps := editor.Capabilities()
	yes := true
	caps.Workspace.Configuration = &yes
	return caps
}

// The file lens of shop's a.go with other targets.
const (
	lensTo50 = "50 % covered (target 50 %)"
	lensTo70 = "50 % covered · 2 statements below target"
	lensTo95 = "critical · 50 % covered · 3 statements below target"
)

// TestSettings has the target set by each source of settings, and by two at once.
func TestSettings(t *testing.T) {
	t.Parallel()
	const to95 = lensTo95
	for _, tt := range []struct {
		name   string
		file   string // .covls.toml
		o      editor.Options
		change any // is sent by didChangeConfiguration
		want   string
	}{
		{name: "default", want: shopLens},
		{name: "file", file: "target = 95\n", want: to95},
		{name: "initializationOptions", o: editor.Options{InitializationOptions: obj{"target": 95}}, want: to95},
		{name: "initializationOptions under covls", o: editor.Options{InitializationOptions: obj{"covls": obj{"target": 95}}}, want: to95},
		{name: "initializationOptions of no use", o: editor.Options{InitializationOptions: 5}, want: shopLens},
		{name: "configuration", o: editor.Options{Capabilities: configurable(), Settings: obj{"target": 95}}, want: to95},
		{name: "no configuration", o: editor.Options{Capabilities: configurable()}, want: shopLens},
		{name: "no configuration beside initializationOptions", o: editor.Options{Capabilities: configurable(), InitializationOptions: obj{"target": 95}}, want: to95},
		{name: "configuration of no use", o: editor.Options{Capabilities: configurable(), Settings: "no"}, want: shopLens},
		{name: "didChangeConfiguration", change: obj{"covls": obj{"target": 95}}, want: to95},
		{name: "didChangeConfiguration without a section", change: obj{"target": 95}, want: to95},
		{name: "didChangeConfiguration dotted", change: obj{"covls.target": 95}, want: to95},
		{name: "editor over file", file: "target = 70\n", o: editor.Options{InitializationOptions: obj{"target": 95}}, want: to95},
		{name: "configuration over file", file: "target = 70\n", o: editor.Options{Capabilities: configurable(), Settings: obj{"target": 95}}, want: to95},
		{name: "configuration beside file", file: "target = 95\n", o: editor.Options{Capabilities: configurable(), Settings: obj{"stale": "keep"}}, want: to95},
		{name: "configuration over initializationOptions", o: editor.Options{Capabilities: configurable(), Settings: obj{"target": 95}, InitializationOptions: obj{"target": 70}}, want: to95},
		{name: "wrong value in the editor beside file", file: "target = 95\n", o: editor.Options{InitializationOptions: obj{"target": 1000}}, want: to95},
		{name: "target reached", file: "target = 50\n", want: lensTo50},
		{name: "lenses off", file: "lens.enable = false\n", want: ""},
		{name: "excluded", file: "exclude = ['a.go']\n", want: ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := workspace(t, shop)
			if tt.file != "" {
				write(t, filepath.Join(dir, ".covls.toml"), tt.file)
			}
			path := filepath.Join(dir, "a.go")
			o := tt.o
			o.Folders = []string{dir}
			if o.Capabilities.Workspace == nil {
				o.Capabilities = editor.Capabilities()
			}
			ed := connect(t, o)
			open(t, ed, path)
			if tt.change != nil {
				if err := ed.Server().DidChangeConfiguration(t.Context(), &protocol.DidChangeConfigurationParams{Settings: protocol.LSPAny(js(tt.change))}); err != nil {
					t.Fatal(err)
				}
			}
			if tt.want == "" {
				// Nothing comes: a command that is answered behind the load has to do.
				settled(t, ed)
				if got := fileLens(t, ed, path); got != "" {
					t.Errorf("lens %q, want none", got)
				}
				return
			}
			lensBecomes(t, ed, path, tt.want)
		})
	}
}

// settled waits until profiles are read and what they say can be asked for.
func settled(t *testing.T, ed *editor.Editor) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		raw, err := ed.Run(ctx, "covls.reload")
		if err != nil {
			t.Fatal(err)
		}
		if string(raw) != `{"profiles":0}` {
			return
		}
	}
}

// TestSettingsAskedFor has a client that only tells that something changed.
func TestSettingsAskedFor(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	ed := connect(t, editor.Options{Capabilities: configurable(), Folders: []string{dir}, Settings: obj{"target": 70}})
	open(t, ed, path)
	lensBecomes(t, ed, path, lensTo70)
	for _, step := range []struct {
		settings any
		want     string
	}{
		{obj{"target": 95}, lensTo95},
		{obj{"target": 70, "stale": "keep"}, lensTo70},
		{obj{}, shopLens},
	} {
		ed.SetSettings(step.settings)
		if err := ed.Server().DidChangeConfiguration(t.Context(), &protocol.DidChangeConfigurationParams{Settings: protocol.LSPAny("null")}); err != nil {
			t.Fatal(err)
		}
		lensBecomes(t, ed, path, step.want)
	}
}

// TestSettingsLate has a client that takes its time to tell its settings: profiles are shown meanwhile, what
// it tells late counts, and of two answers that to the later question, whichever comes first.
func TestSettingsLate(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	u := string(uri.File(path))
	p := start(t, server.Options{})
	const method = "workspace/configuration"
	p.answer = func(m message) string {
		if m.Method == method {
			return "" // not yet
		}
		return "null"
	}
	question := func(n int) (id string) {
		t.Helper()
		p.waitAll(method, func(all []message) bool {
			var ids []string
			for _, m := range all {
				if m.Method == method {
					ids = append(ids, string(m.ID))
				}
			}
			if len(ids) <= n {
				return false
			}
			id = ids[n]
			return true
		})
		return id
	}
	answer := func(id string, target int) {
		t.Helper()
		p.send(reply(id, js(list{obj{"target": target}, obj{"target": target}})))
	}
	becomes := func(target float64) {
		t.Helper()
		var answer struct{ Summary struct{ Target float64 } }
		for deadline := time.Now().Add(patience); answer.Summary.Target != target; {
			if time.Now().After(deadline) {
				t.Fatalf("the target is %v, want %v", answer.Summary.Target, target)
			}
			if m := p.ask("covls/coverage", js(document(u))); m.Error != nil || json.Unmarshal(m.Result, &answer) != nil {
				t.Fatalf("covls/coverage: %s", m.Result)
			}
		}
	}
	caps := modern()
	caps["workspace"] = obj{"workspaceFolders": true, "configuration": true}
	p.initialize(roots(caps, dir))
	p.send(didOpen(u, read(t, path)))
	first := question(0)
	becomes(60)
	answer(first, 70)
	becomes(70)

	p.send(note("workspace/didChangeConfiguration", `{"settings":null}`))
	second := question(1)
	p.send(note("workspace/didChangeConfiguration", `{"settings":null}`))
	third := question(2)
	answer(third, 95)
	becomes(95)
	answer(second, 80)
	p.ask("workspace/executeCommand", `{"command":"covls.reload"}`)
	becomes(95)
}

// TestSettingsFile edits .covls.toml while the server runs.
func TestSettingsFile(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	file, path := filepath.Join(dir, ".covls.toml"), filepath.Join(dir, "a.go")
	ed := connect(t, editor.Options{Capabilities: editor.Capabilities(), Folders: []string{dir}})
	open(t, ed, path)
	lensBecomes(t, ed, path, shopLens)
	for _, step := range []struct{ content, want string }{
		{"target = 60\nlens.functions = 'none'\n", shopLens},
		{"target = 95\n", lensTo95},
		{"target = \n", lensTo95}, // the last one that was whole stands
		{"target = 70\n", lensTo70},
		{"target = 'x'\n", shopLens},
		{"# nothing\n", shopLens},
		{"target = 95\n", lensTo95},
	} {
		refreshes := ed.Seen().LensRefreshes
		write(t, file, step.content)
		if fileLens(t, ed, path) != step.want {
			until(t, ed, func(s *editor.Seen) bool { return s.LensRefreshes > refreshes })
		}
		lensBecomes(t, ed, path, step.want)
	}
	refreshes := ed.Seen().LensRefreshes
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	until(t, ed, func(s *editor.Seen) bool { return s.LensRefreshes > refreshes })
	lensBecomes(t, ed, path, shopLens)
}

// TestToldOnce makes the same mistakes again and again.
func TestToldOnce(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	file, path := filepath.Join(dir, ".covls.toml"), filepath.Join(dir, "a.go")
	write(t, file, "targt = 90\nstale = 7\n")
	ed := connect(t, editor.Options{
		Capabilities: editor.Capabilities(), Folders: []string{dir},
		InitializationOptions: obj{"lens": obj{"enabled": true}, "settle": "x"},
	})
	open(t, ed, path)
	lensBecomes(t, ed, path, shopLens)
	for range 3 {
		if _, err := ed.Run(t.Context(), "covls.reload"); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		`covls: ` + file + `:1:1: warning: unknown key "targt": did you mean "target"?`,
		`covls: ` + file + `:2:1: warning: stale is 7: want one of dim, hide, keep`,
		`covls: initializationOptions covls.lens.enabled: warning: unknown key "lens.enabled": did you mean "lens.enable"?`,
		`covls: initializationOptions covls.settle: warning: settle is "x": want an integer from 0 to 60000`,
	}
	seen := until(t, ed, func(s *editor.Seen) bool { return len(s.Messages) >= len(want) })
	if got := slices.Sorted(slices.Values(seen.Messages)); !slices.Equal(got, want) {
		t.Errorf("messages\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	// A broken profile is told when it breaks; what it said before stays.
	profile := filepath.Join(dir, "cover.out")
	whole := read(t, profile)
	write(t, profile, whole+"example.com/shop/a.go:x\n")
	seen = until(t, ed, func(s *editor.Seen) bool { return len(s.Messages) > len(want) })
	if got := seen.Messages[len(want)]; !strings.Contains(got, "cover.out:7: ") {
		t.Errorf("message %q", got)
	}
	for range 3 {
		if _, err := ed.Run(t.Context(), "covls.reload"); err != nil {
			t.Fatal(err)
		}
	}
	if got := fileLens(t, ed, path); got != shopLens {
		t.Errorf("lens %q, want %q", got, shopLens)
	}
	if got := ed.Seen().Messages; len(got) != len(want)+1 {
		t.Errorf("messages %q", got)
	}
}

// TestFolders adds and removes workspace folders while documents of all are open.
func TestFolders(t *testing.T) {
	t.Parallel()
	one, two := workspace(t, shop), workspace(t, shop)
	a, b := filepath.Join(one, "a.go"), filepath.Join(two, "a.go")
	ed := connect(t, editor.Options{Capabilities: editor.Capabilities(), Folders: []string{one}})
	open(t, ed, a)
	open(t, ed, b)
	until(t, ed, shows(a, shopUncovered))
	if _, ok := ed.Seen().Of(string(uri.File(b))); ok {
		t.Error("diagnostics outside of the workspace")
	}
	change := func(added, removed []string) {
		t.Helper()
		named := func(dirs []string) []protocol.WorkspaceFolder {
			out := []protocol.WorkspaceFolder{}
			for _, d := range dirs {
				out = append(out, protocol.WorkspaceFolder{URI: uri.File(d), Name: filepath.Base(d)})
			}
			return out
		}
		err := ed.Server().DidChangeWorkspaceFolders(t.Context(), &protocol.DidChangeWorkspaceFoldersParams{
			Event: protocol.WorkspaceFoldersChangeEvent{Added: named(added), Removed: named(removed)},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	change([]string{two}, nil)
	until(t, ed, shows(b, shopUncovered))
	change(nil, []string{one})
	until(t, ed, shows(a))
	change([]string{one}, []string{two})
	until(t, ed, shows(a, shopUncovered))
	until(t, ed, shows(b))
	change([]string{one, one, two}, []string{one})
	until(t, ed, shows(b, shopUncovered))
	until(t, ed, shows(a, shopUncovered))
	change(nil, []string{one, two, t.TempDir()})
	until(t, ed, shows(a))
	until(t, ed, shows(b))
}

// TestRoots tells the workspace in each way that initialize knows.
func TestRoots(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		roots func(dir string) obj
		want  bool // the folder is known without a document
	}{
		{"workspaceFolders", func(dir string) obj { return obj{"workspaceFolders": list{obj{"uri": uri.File(dir), "name": "shop"}}} }, true},
		{"workspaceFolders with a slash", func(dir string) obj {
			return obj{"workspaceFolders": list{obj{"uri": string(uri.File(dir)) + "/", "name": ""}}}
		}, true},
		{"workspaceFolders over rootUri", func(dir string) obj {
			return obj{"workspaceFolders": list{obj{"uri": uri.File(dir), "name": "shop"}}, "rootUri": "file:///none", "rootPath": "/none"}
		}, true},
		{"rootUri", func(dir string) obj { return obj{"rootUri": uri.File(dir)} }, true},
		{"rootUri beside null", func(dir string) obj {
			return obj{"rootUri": uri.File(dir), "workspaceFolders": nil, "rootPath": nil}
		}, true},
		{"rootUri over rootPath", func(dir string) obj { return obj{"rootUri": uri.File(dir), "rootPath": "/none"} }, true},
		{"rootPath", func(dir string) obj { return obj{"rootPath": dir} }, true},
		{"rootPath beside null", func(dir string) obj {
			return obj{"rootPath": dir, "rootUri": nil, "workspaceFolders": nil}
		}, true},
		{"none", func(string) obj { return obj{} }, false},
		{"null", func(string) obj { return obj{"rootUri": nil, "rootPath": nil, "workspaceFolders": nil} }, false},
		{"no folder", func(string) obj { return obj{"rootUri": nil, "workspaceFolders": list{}} }, false},
		{"other scheme", func(string) obj { return obj{"rootUri": "vscode-vfs://github/covls/covls"} }, false},
		{"relative rootPath", func(string) obj { return obj{"rootPath": "."} }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := workspace(t, shop)
			params := tt.roots(dir)
			params["processId"], params["capabilities"] = nil, modern()
			p := ready(t, params)
			if tt.want {
				p.profiles(1)
			} else {
				// Without a folder it is the document's project that counts.
				if m := p.ask("workspace/executeCommand", `{"command":"covls.doctor"}`); strings.Contains(string(m.Result), dir) {
					t.Errorf("doctor: %s, want nothing of %s", m.Result, dir)
				}
			}
			path := filepath.Join(dir, "a.go")
			p.send(didOpen(string(uri.File(path)), read(t, path)))
			p.published(string(uri.File(path)), func(_ int, messages []string) bool {
				return slices.Equal(messages, []string{shopUncovered})
			})
		})
	}
}

// reload returns how many profiles there are after a reload.
func (p *peer) reload() int {
	p.t.Helper()
	var result struct{ Profiles int }
	if err := json.Unmarshal(p.ask("workspace/executeCommand", `{"command":"covls.reload"}`).Result, &result); err != nil {
		p.t.Fatal(err)
	}
	return result.Profiles
}

// profiles waits until the server knows so many.
func (p *peer) profiles(n int) {
	p.t.Helper()
	p.waitAll("profiles", func([]message) bool { return p.reload() == n })
}

// TestEncodings has the same place in three units.
func TestEncodings(t *testing.T) {
	t.Parallel()
	const before, after = "/* 😀é */ func ", "Wide() int {\n\treturn 1\n}\n"
	archive := `
-- go.mod --
module example.com/shop
-- a.go --
package shop

` + before + after + `
-- cover.out --
mode: set
example.com/shop/a.go:3.30,5.2 1 0
`
	for _, tt := range []struct {
		offered any
		chosen  string
		char    int
	}{
		{nil, "utf-16", 15},
		{list{}, "utf-16", 15},
		{list{"utf-8"}, "utf-8", 18},
		{list{"utf-16"}, "utf-16", 15},
		{list{"utf-32"}, "utf-32", 14},
		{list{"utf-8", "utf-16"}, "utf-8", 18},
		{list{"utf-32", "utf-8"}, "utf-32", 14},
		{list{"utf-7", "utf-32"}, "utf-32", 14},
		{list{"utf-7"}, "utf-16", 15},
	} {
		t.Run(js(tt.offered), func(t *testing.T) {
			t.Parallel()
			dir := workspace(t, archive)
			path := filepath.Join(dir, "a.go")
			u := string(uri.File(path))
			caps := modern()
			if tt.offered != nil {
				caps["general"] = obj{"positionEncodings": tt.offered}
			}
			p := start(t, server.Options{})
			m := p.initialize(roots(caps, dir))
			if want := `"positionEncoding":"` + tt.chosen + `"`; !strings.Contains(string(m.Result), want) {
				t.Errorf("initialize: %s, want %s", m.Result, want)
			}
			p.send(didOpen(u, read(t, path)))
			at := fmt.Sprintf(`"range":{"start":{"line":2,"character":%d},"end":{"line":2,"character":%d}}`, tt.char, tt.char+len("Wide"))
			if got := p.published(u, nil); !strings.Contains(string(got), at) {
				t.Errorf("diagnostics %s, want one at %s", got, at)
			}
			name := document(u)
			name["position"] = obj{"line": 2, "character": tt.char}
			if got := p.ask("textDocument/hover", js(name)); !strings.Contains(string(got.Result), at) {
				t.Errorf("hover %s, want one at %s", got.Result, at)
			}
			// An edit in the same unit moves the name by as much.
			p.send(didChange(u, 2, edit(2, 0, 2, uint32(tt.char-len("func ")), "")))
			at = `"range":{"start":{"line":2,"character":5},"end":{"line":2,"character":9}}`
			p.published(u, func(version int, _ []string) bool { return version == 2 })
			if got := p.published(u, nil); !strings.Contains(string(got), at) {
				t.Errorf("diagnostics %s, want one at %s", got, at)
			}
		})
	}
}

// TestForeignDocuments opens, edits, asks and closes what is no file of this machine.
func TestForeignDocuments(t *testing.T) {
	t.Parallel()
	for _, u := range []string{
		"untitled:Untitled-1", "untitled:/tmp/x.go", "untitled:///a.go", "vscode-notebook-cell:/tmp/n.ipynb#W0sZmlsZQ%3D%3D",
		"git:/tmp/a.go?%7B%22ref%22%3A%22~%22%7D", "file:///c%3A/x/y.go", "file:///C:/x/y.go", "file://server/share/y.go",
		"vscode-remote://ssh-remote%2Bhost/home/a.go", "jdt://contents/a.jar/A.class?=x", "zipfile:///tmp/a.zip::b.go",
		"inmemory://1", "http://localhost/a.go", "a.go", "urn:isbn:1",
	} {
		t.Run(u, func(t *testing.T) {
			t.Parallel()
			const text = "package a\n\nfunc F() {}\n"
			dir := workspace(t, shop)
			caps := modern()
			caps["experimental"] = obj{"covls": obj{"documents": true}}
			p := ready(t, roots(caps, dir))
			p.profiles(1)
			p.send(didOpen(u, text), didChange(u, 2, edit(0, 0, 0, 0, "// x\n")))
			for _, method := range []string{"textDocument/hover", "textDocument/codeLens", "textDocument/diagnostic"} {
				if m := p.ask(method, place(u, text, "F()")); strings.Contains(string(m.Result), "cover") {
					t.Errorf("%s: %s", method, m.Result)
				}
			}
			m := p.ask("workspace/executeCommand", js(obj{"command": "covls.nextGap", "arguments": list{json.RawMessage(place(u, text, "F()"))}}))
			if string(m.Result) != "null" {
				t.Errorf("next gap: %s", m.Result)
			}
			p.send(didClose(u))
			p.alive()
			for _, m := range p.messages() {
				if m.Method == "textDocument/publishDiagnostics" || m.Method == "window/showMessage" {
					t.Errorf("the server sent %s %s", m.Method, m.Params)
				}
			}
		})
	}
}

// TestLargeDocument opens a text that is larger than limits.source_bytes, or edits it until it is. Nothing is
// shown of it, which the user is told, until it is smaller and opened again. A large message need not bring a
// large text.
func TestLargeDocument(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop+"-- .covls.toml --\nlimits.source_bytes = 1_500_000\n")
	path := filepath.Join(dir, "a.go")
	u, text := string(uri.File(path)), read(t, path)
	large := strings.Repeat("// a comment\n", 1_500_000/13)
	escaped := strings.NewReplacer("a", `\u0061`, " ", `\u0020`).Replace(js(text + large[:len(large)-len(text)]))
	marked := func(_ int, messages []string) bool { return slices.Equal(messages, []string{shopUncovered}) }
	unmarked := func(_ int, messages []string) bool { return len(messages) == 0 }
	for name, do := range map[string]func(p *peer){
		"opened": func(p *peer) { p.send(didOpen(u, text+large)) },
		"inserted": func(p *peer) {
			p.send(didOpen(u, text))
			p.published(u, marked)
			p.send(didChange(u, 2, edit(0, 0, 0, 0, large)))
			p.published(u, unmarked)
		},
		"grown": func(p *peer) {
			p.send(didOpen(u, text))
			p.published(u, marked)
			for i := range 4 {
				p.send(didChange(u, i+2, edit(0, 0, 0, 0, large[:len(large)/4])))
			}
			p.published(u, unmarked)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := ready(t, roots(modern(), dir))
			p.profiles(1)
			p.send(strings.Replace(didOpen(u, "TEXT"), `"TEXT"`, escaped, 1))
			p.published(u, marked)
			p.send(didClose(u))
			do(p)
			p.wait("the message", func(m message) bool {
				return m.Method == "window/showMessage" && strings.Contains(string(m.Params), "a.go has more than 1500000 bytes (limits.source_bytes): nothing is shown in it")
			})
			p.send(didChange(u, 9, edit(0, 0, 0, 0, "x")), didClose(u), didOpen(u, text))
			p.published(u, marked)
		})
	}
}

// TestSpelling has every answer name a document as the client does.
func TestSpelling(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, base, spelled string }{
		{"plain", "a.go", "a.go"},
		{"as covls would", "dir x/a(b).go", "dir%20x/a%28b%29.go"},
		{"with less escapes", "dir x/a(b).go", "dir%20x/a(b).go"},
		{"with more escapes", "dir x/a(b).go", "%64ir%20x/%61%28b%29%2Ego"},
		{"small hex digits", "x/a+é[].go", "x/a%2b%c3%a9%5b%5d.go"},
		{"unescaped", "x/a+é[].go", "x/a+é[].go"},
		{"space", "dir x/a.go", "dir x/a.go"},
		{"detour", "x/a.go", "x/../x/./a.go"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := strings.NewReplacer("a.go", tt.base).Replace(shop)
			dir := workspace(t, files)
			path := filepath.Join(dir, filepath.FromSlash(tt.base))
			text := read(t, path)
			u := string(uri.File(dir)) + "/" + tt.spelled
			caps := modern()
			p := ready(t, roots(caps, dir))
			p.send(didOpen(u, text))
			uncovered := func(_ int, messages []string) bool { return len(messages) == 1 }
			p.published(u, uncovered)
			jump := js(obj{"command": "covls.nextGap", "arguments": list{json.RawMessage(place(u, text, "package"))}})
			var l struct{ URI string }
			if m := p.ask("workspace/executeCommand", jump); json.Unmarshal(m.Result, &l) != nil || l.URI != u {
				t.Errorf("next gap: %s, want one in %s", m.Result, u)
			}
			for _, m := range p.messages() {
				if m.Method == "window/showDocument" && !strings.Contains(string(m.Params), js(u)) {
					t.Errorf("shown: %s, want %s", m.Params, u)
				}
			}
			lenses := p.ask("textDocument/codeLens", js(document(u)))
			var all []json.RawMessage
			if json.Unmarshal(lenses.Result, &all) != nil || len(all) != 2 {
				t.Fatalf("lenses %s, want 2", lenses.Result)
			}
			for _, l := range all {
				if m := p.ask("codeLens/resolve", string(l)); !strings.Contains(string(m.Result), `"textDocument":{"uri":`+js(u)) {
					t.Errorf("lens %s, want a command for %s", m.Result, u)
				}
			}
			// Another spelling is still the same document.
			other := string(uri.File(path))
			if m := p.ask("textDocument/hover", place(other, text, "Uncovered(")); !strings.Contains(string(m.Result), "Not tested") {
				t.Errorf("hover %s", m.Result)
			}
			p.send(didChange(other, 2, edit(0, 0, 0, 0, "\n")))
			p.published(u, func(version int, _ []string) bool { return version == 2 })
			p.send(didClose(u))
			p.published(u, func(_ int, messages []string) bool { return len(messages) == 0 })
		})
	}
}

// TestPush has what a client that is pushed to gets.
func TestPush(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name         string
		capabilities obj
	}{
		{"modern", modern()},
		{"nothing announced", obj{}},
		{"null", obj{"textDocument": nil, "workspace": nil, "window": nil, "general": nil}},
		{"pulls, but can't be told to", obj{"textDocument": obj{"diagnostic": obj{}}}},
		{"takes refreshes, but does not pull", obj{"workspace": obj{"diagnostics": obj{"refreshSupport": true}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := workspace(t, shop)
			path := filepath.Join(dir, "a.go")
			u := string(uri.File(path))
			p := start(t, server.Options{})
			if m := p.initialize(roots(tt.capabilities, dir)); strings.Contains(string(m.Result), "diagnosticProvider") {
				t.Errorf("initialize: %s, want no diagnosticProvider", m.Result)
			}
			p.send(didOpen(u, read(t, path)))
			p.published(u, func(_ int, messages []string) bool { return slices.Equal(messages, []string{shopUncovered}) })
			p.send(didClose(u))
			p.published(u, func(_ int, messages []string) bool { return len(messages) == 0 })
		})
	}
}

// report is the answer to a pull.
type report struct {
	Kind     string
	ResultID string
	URI      string
	Items    []struct {
		Message string
		report
	}
}

func (p *peer) pull(u, previous string) (r report) {
	p.t.Helper()
	params := document(u)
	params["identifier"] = "covls"
	if previous != "" {
		params["previousResultId"] = previous
	}
	if m := p.ask("textDocument/diagnostic", js(params)); json.Unmarshal(m.Result, &r) != nil {
		p.t.Fatalf("diagnostic: %s", m.Result)
	}
	return r
}

// count is how many messages of a method came.
func (p *peer) count(method string) (n int) {
	for _, m := range p.messages() {
		if m.Method == method {
			n++
		}
	}
	return n
}

const refresh = "workspace/diagnostic/refresh"

func TestPull(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	u, text := string(uri.File(path)), read(t, path)
	p := start(t, server.Options{})
	params := roots(pulling(), dir)
	params["initializationOptions"] = obj{"settle": 1}
	m := p.initialize(params)
	if want := `"diagnosticProvider":{"identifier":"covls","interFileDependencies":true,"workspaceDiagnostics":true}`; !strings.Contains(string(m.Result), want) {
		t.Errorf("initialize: %s, want %s", m.Result, want)
	}
	p.send(didOpen(u, text))
	p.waitAll("the gap", func([]message) bool {
		r := p.pull(u, "")
		return r.Kind == "full" && len(r.Items) == 1 && r.Items[0].Message == shopUncovered
	})
	first := p.pull(u, "")
	if r := p.pull(u, first.ResultID); r.Kind != "unchanged" || r.ResultID != first.ResultID || r.Items != nil {
		t.Errorf("the same again: %+v", r)
	}
	if r := p.pull(u, "x"); r.Kind != "full" || len(r.Items) != 1 {
		t.Errorf("after an unknown result: %+v", r)
	}

	p.send(didChange(u, 2, edit(0, 0, 0, 0, "\n")))
	moved := p.pull(u, first.ResultID)
	if moved.Kind != "full" || len(moved.Items) != 1 || moved.ResultID == first.ResultID {
		t.Errorf("after an edit: %+v", moved)
	}

	profile := filepath.Join(dir, "cover.out")
	write(t, profile, strings.ReplaceAll(read(t, profile), " 0\n", " 1\n"))
	p.wait("a refresh", func(m message) bool { return m.Method == refresh })
	p.waitAll("no gap", func([]message) bool {
		r := p.pull(u, moved.ResultID)
		return r.Kind == "full" && len(r.Items) == 0 && r.Items != nil
	})
	p.send(didClose(u))
	p.alive()
	if n := p.count("textDocument/publishDiagnostics"); n > 0 {
		t.Errorf("%d publishDiagnostics to a client that pulls", n)
	}
}

// TestPullHidden opens a document when its profile was read already: a client that pulls is told to pull
// again when its marks are hidden, and when they are shown.
func TestPullHidden(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	u := string(uri.File(path))
	p := ready(t, roots(pulling(), dir))
	p.profiles(1)
	p.send(didOpen(u, read(t, path)))
	if r := p.pull(u, ""); len(r.Items) != 1 {
		t.Fatalf("before: %+v", r)
	}
	for _, marks := range []int{0, 1} {
		before := p.count(refresh)
		p.ask("workspace/executeCommand", js(obj{"command": "covls.toggle"}))
		p.waitAll("a refresh", func([]message) bool { return p.count(refresh) > before })
		if r := p.pull(u, ""); len(r.Items) != marks {
			t.Errorf("%d marks, want %d", len(r.Items), marks)
		}
	}
}

// TestWorkspacePull asks for the whole workspace: the first time is answered at once, the next when
// there is something new.
func TestWorkspacePull(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	u := string(uri.File(path))
	params := roots(pulling(), dir)
	params["initializationOptions"] = obj{"diagnostics": obj{"scope": "workspace"}, "settle": 1}
	p := ready(t, params)
	known := map[string]string{}
	pull := func(id string) {
		ids := list{}
		for u, v := range known {
			ids = append(ids, obj{"uri": u, "value": v})
		}
		p.send(call(id, "workspace/diagnostic", js(obj{"identifier": "covls", "previousResultIds": ids})))
	}
	answer := func(id string) (r report) {
		t.Helper()
		m := p.response(id)
		if m.Error != nil || json.Unmarshal(m.Result, &r) != nil || r.Items == nil {
			t.Fatalf("workspace/diagnostic: %v %s", m, m.Result)
		}
		for _, item := range r.Items {
			known[item.URI] = item.ResultID
		}
		return r
	}
	pull("1")
	if r := answer("1"); len(r.Items) == 0 { // it came before the profile was read
		pull("2")
		answer("2")
	}
	if known[u] == "" {
		t.Fatalf("%v, want a result for %s", known, u)
	}

	pull("3")
	p.alive()
	profile := filepath.Join(dir, "cover.out")
	write(t, profile, strings.ReplaceAll(read(t, profile), "2 0\n", "2 1\n"))
	if r := answer("3"); len(r.Items) != 1 || r.Items[0].URI != u || r.Items[0].Kind != "full" || len(r.Items[0].Items) != 0 {
		t.Errorf("after all functions are covered: %+v", r)
	}

	pull("4")
	p.alive()
	p.send(note("$/cancelRequest", `{"id":4}`))
	if m := p.response("4"); m.String() != "4 -32800" {
		t.Errorf("after cancel: %v", m)
	}
	pull("5")
	p.send(call("6", "shutdown", ""))
	if m := p.response("5"); m.String() != "5 -32800" {
		t.Errorf("after shutdown: %v", m)
	}
	if n := p.count("textDocument/publishDiagnostics"); n > 0 {
		t.Errorf("%d publishDiagnostics to a client that pulls", n)
	}
}

// TestWorkspacePullOfOpenFiles has nothing to say where only open documents get diagnostics.
func TestWorkspacePullOfOpenFiles(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	p := ready(t, roots(pulling(), dir))
	p.profiles(1)
	m := p.ask("workspace/diagnostic", `{"previousResultIds":[]}`)
	if string(m.Result) != `{"items":[]}` {
		t.Errorf("first: %s", m.Result)
	}
	p.send(call("1", "workspace/diagnostic", `{"previousResultIds":[]}`))
	for range 3 {
		p.reload()
	}
	if slices.ContainsFunc(p.messages(), func(m message) bool { return string(m.ID) == "1" && m.Method == "" }) {
		t.Error("the second pull was answered without news")
	}
	p.send(note("$/cancelRequest", `{"id":1}`))
	if m := p.response("1"); m.String() != "1 -32800" {
		t.Errorf("after cancel: %v", m)
	}
}

// TestRegister has the client watch what it can.
func TestRegister(t *testing.T) {
	t.Parallel()
	dynamic := obj{"dynamicRegistration": true}
	for _, tt := range []struct {
		name      string
		workspace obj
		want      []string // some of what is registered, as JSON
	}{
		{"nothing", obj{}, nil},
		{"files", obj{"didChangeWatchedFiles": dynamic}, []string{`"method":"workspace/didChangeWatchedFiles"`, `{"globPattern":"**/*cover*.out"}`, `{"globPattern":"**/.covls.toml"}`}},
		{"settings", obj{"didChangeConfiguration": dynamic}, []string{`"method":"workspace/didChangeConfiguration","registerOptions":{"section":"covls"}`}},
		{"both", obj{"didChangeWatchedFiles": dynamic, "didChangeConfiguration": dynamic}, []string{`"id":"covls/watch"`, `"id":"covls/configuration"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const method = "client/registerCapability"
			p := ready(t, roots(obj{"workspace": tt.workspace}, workspace(t, shop)))
			p.profiles(1)
			if tt.want == nil {
				if n := p.count(method); n > 0 {
					t.Errorf("%d registrations", n)
				}
				return
			}
			p.wait(method, func(m message) bool {
				if m.Method != method {
					return false
				}
				for _, want := range tt.want {
					if !strings.Contains(string(m.Params), want) {
						t.Errorf("registered %s, want %s", m.Params, want)
					}
				}
				return true
			})
		})
	}
}

// TestLongLoad shows that a load goes on. What needs it waits, all else is answered.
func TestLongLoad(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	u, text := string(uri.File(path)), read(t, path)
	p := start(t, server.Options{})
	caps := modern()
	caps["window"] = obj{"workDoneProgress": true}
	p.initialize(roots(caps, dir))
	p.send(didOpen(u, text))
	p.published(u, nil)

	loaded := make(chan struct{})
	p.server.Load(loaded)
	token := ""
	progress := func(kind, want string) {
		t.Helper()
		p.wait("progress: "+kind+" "+want, func(m message) bool {
			var params struct {
				Token string
				Value struct{ Kind string }
			}
			if m.Method != "$/progress" || json.Unmarshal(m.Params, &params) != nil || params.Value.Kind != kind || !strings.Contains(string(m.Params), want) {
				return false
			}
			if kind == "begin" {
				token = params.Token
			}
			return params.Token == token
		})
	}
	progress("begin", `"title":"Coverage"`)
	progress("begin", `"message":"reading cover.out (1 of 4)","percentage":25`)
	progress("report", `"message":"reading cover.out (1 of 4)","percentage":25`)
	p.wait("the token", func(m message) bool {
		return m.Method == "window/workDoneProgress/create" && strings.Contains(string(m.Params), `"token":"`+token+`"`)
	})

	p.send(command("1", "covls.reload"), command(`"two"`, "covls.reload"), command("3", "covls.reload"))
	if m := p.ask("textDocument/hover", place(u, text, "Uncovered(")); !strings.Contains(string(m.Result), "Not tested") {
		t.Errorf("hover %s", m.Result)
	}
	p.send(note("$/cancelRequest", `{"id":1}`), note("$/cancelRequest", `{"id":"two"}`))
	for _, id := range []string{"1", `"two"`} {
		if m := p.response(id); m.Error == nil || m.Error.Code != -32800 {
			t.Errorf("answer %v to a request that was cancelled", m)
		}
	}
	if slices.Contains(p.responses(), "3 ok") {
		t.Error("a reload was answered before the load had ended")
	}
	close(loaded)
	progress("end", "")
	if m := p.response("3"); string(m.Result) != `{"profiles":1}` {
		t.Errorf("reload: %v %s", m, m.Result)
	}
}
