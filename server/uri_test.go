package server_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.lsp.dev/uri"
)

// spellings are the ways in which a client may write the URI of one file. The path is that of a plain URI.
var spellings = map[string]func(path string) string{
	"plain":            func(path string) string { return "file://" + path },
	"escaped letter":   func(path string) string { return "file://" + strings.Replace(path, "a.go", "%61.go", 1) },
	"escaped slash":    func(path string) string { return "file://" + strings.Replace(path, "/a.go", "%2Fa.go", 1) },
	"dot":              func(path string) string { return "file://" + strings.Replace(path, "/a.go", "/./a.go", 1) },
	"dots":             func(path string) string { return "file://" + strings.Replace(path, "/a.go", "/b/../a.go", 1) },
	"escaped dots":     func(path string) string { return "file://" + strings.Replace(path, "/a.go", "/b/%2E%2E/a.go", 1) },
	"escaped climb":    func(path string) string { return "file://" + strings.Replace(path, "/a.go", "/sub/..%2fa.go", 1) },
	"slash behind":     func(path string) string { return "file://" + path + "/" },
	"two slashes":      func(path string) string { return "file://" + strings.Replace(path, "/a.go", "//a.go", 1) },
	"slashes in front": func(path string) string { return "file:///" + path },
	"more in front":    func(path string) string { return "file:////" + path },
	"no host":          func(path string) string { return "file:" + path },
	"localhost":        func(path string) string { return "file://localhost" + path },
	"LOCALHOST":        func(path string) string { return "file://LocalHost/" + path },
	"FILE":             func(path string) string { return "FILE://" + path },
	"FILE and slashes": func(path string) string { return "File:///" + path },
	"empty query":      func(path string) string { return "file://" + path + "?" },
	"empty fragment":   func(path string) string { return "file://" + path + "#" },
	"no scheme":        func(path string) string { return path },
}

func uncovered(_ int, messages []string) bool { return slices.Equal(messages, []string{shopUncovered}) }

func nothing(_ int, messages []string) bool { return len(messages) == 0 }

// TestOneDocument has a client write one URI in several ways. Answers have the way in which it was opened.
func TestOneDocument(t *testing.T) {
	t.Parallel()
	for name, spell := range spellings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := workspace(t, shop)
			path := filepath.Join(dir, "a.go")
			text := read(t, path)
			plain := string(uri.File(path))
			other := spell(strings.TrimPrefix(plain, "file://"))
			p := ready(t, roots(modern(), dir))
			p.profiles(1)
			for i, way := range []struct{ opened, used string }{{plain, other}, {other, plain}} {
				first, second := 10*i+1, 10*i+2
				p.send(note("textDocument/didOpen", js(obj{"textDocument": obj{"uri": way.opened, "languageId": "go", "version": first, "text": text}})))
				p.published(way.opened, func(version int, messages []string) bool { return version == first && uncovered(0, messages) })
				if m := p.ask("textDocument/hover", place(way.used, text, "Uncovered(")); !strings.Contains(string(m.Result), "Not tested") {
					t.Errorf("hover at %s: %s", way.used, m.Result)
				}
				jump := js(obj{"command": "covls.nextGap", "arguments": list{json.RawMessage(place(way.used, text, "package"))}})
				var l struct{ URI string }
				if m := p.ask("workspace/executeCommand", jump); json.Unmarshal(m.Result, &l) != nil || l.URI != way.opened {
					t.Errorf("next gap from %s: %s, want one in %s", way.used, m.Result, way.opened)
				}
				var c struct {
					URI     string
					Version int
				}
				if m := p.ask("covls/coverage", js(document(way.used))); json.Unmarshal(m.Result, &c) != nil || c.URI != way.opened || c.Version != first {
					t.Errorf("coverage of %s: %s, want that of %s", way.used, m.Result, way.opened)
				}
				lenses := p.ask("textDocument/codeLens", js(document(way.used)))
				var all []json.RawMessage
				if json.Unmarshal(lenses.Result, &all) != nil || len(all) != 3 {
					t.Errorf("lenses %s, want 3", lenses.Result)
				}
				for _, l := range all {
					if m := p.ask("codeLens/resolve", string(l)); !strings.Contains(string(m.Result), `"textDocument":{"uri":`+js(way.opened)) {
						t.Errorf("lens %s, want a command for %s", m.Result, way.opened)
					}
				}
				p.send(didChange(way.used, second, edit(0, 0, 0, 0, "\n")))
				p.published(way.opened, func(version int, _ []string) bool { return version == second })
				p.send(note("textDocument/didSave", js(document(way.used))), didClose(way.used))
				p.published(way.opened, nothing)
			}
			for _, m := range p.messages() {
				if m.Method == "window/showMessage" {
					t.Errorf("the user was told %s", m.Params)
				}
			}
		})
	}
}

// TestOpenedAgain opens a document under another spelling of its URI: the marks are there once.
func TestOpenedAgain(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	plain, text := string(uri.File(path)), read(t, path)
	p := ready(t, roots(modern(), dir))
	p.profiles(1)
	var last string
	for _, name := range []string{"plain", "dot", "slashes in front", "plain"} {
		u := spellings[name](strings.TrimPrefix(plain, "file://"))
		p.send(didOpen(u, text))
		p.published(u, uncovered)
		if last != "" {
			p.published(last, nothing)
		}
		last = u
	}
	p.send(didClose(last))
	p.published(last, nothing)
}

// TestOtherDocument has what looks like a file and is another document: with a query, a fragment, another
// scheme or another host. The file knows nothing of it.
func TestOtherDocument(t *testing.T) {
	t.Parallel()
	for name, spell := range map[string]func(path string) string{
		"query":          func(path string) string { return "file://" + path + "?x" },
		"fragment":       func(path string) string { return "file://" + path + "#y" },
		"both":           func(path string) string { return "file://" + path + "?x#y" },
		"escaped query":  func(path string) string { return "file://" + path + "%3Fx" },
		"zero byte":      func(path string) string { return "file://" + path + "%00" },
		"another host":   func(path string) string { return "file://host" + path },
		"host in a path": func(path string) string { return "file:/" + path },
		"untitled":       func(path string) string { return "untitled:" + path },
		"git":            func(path string) string { return "git:" + path + "?%7B%22ref%22%3A%22%22%7D" },
		"notebook cell":  func(path string) string { return "vscode-notebook-cell:" + path + "#W0" },
		"remote":         func(path string) string { return "vscode-remote://ssh-remote%2Bx" + path },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := workspace(t, shop)
			path := filepath.Join(dir, "a.go")
			plain, text := string(uri.File(path)), read(t, path)
			other := spell(strings.TrimPrefix(plain, "file://"))
			p := ready(t, roots(modern(), dir))
			p.profiles(1)
			p.send(didOpen(plain, text))
			p.published(plain, uncovered)
			p.send(didOpen(other, "package other\n"), didChange(other, 5, edit(0, 0, 0, 0, "\n\n")))
			if m := p.ask("textDocument/hover", place(other, text, "Uncovered(")); string(m.Result) != "null" {
				t.Errorf("hover at %s: %s", other, m.Result)
			}
			if m := p.ask("covls/coverage", js(document(other))); string(m.Result) != "null" {
				t.Errorf("coverage of %s: %s", other, m.Result)
			}
			p.send(didClose(other), didChange(plain, 6, edit(0, 0, 0, 0, "\n")))
			p.published(plain, func(version int, messages []string) bool { return version == 6 && uncovered(0, messages) })
			for _, m := range p.messages() {
				if m.Method == "textDocument/publishDiagnostics" && !strings.Contains(string(m.Params), js(plain)) {
					t.Errorf("published %s", m.Params)
				}
			}
		})
	}
}

// TestFolderSpelled names the workspace folder in each way.
func TestFolderSpelled(t *testing.T) {
	t.Parallel()
	for name, spell := range spellings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := workspace(t, shop)
			path := filepath.Join(dir, "a.go")
			u := string(uri.File(path))
			folder := spell(strings.TrimPrefix(string(uri.File(dir)), "file://"))
			caps := modern()
			caps["experimental"] = obj{"covls": true}
			p := ready(t, obj{"processId": nil, "rootUri": nil, "capabilities": caps, "workspaceFolders": list{obj{"uri": folder, "name": "shop"}}})
			p.profiles(1)
			if m := p.ask("covls/gaps", "{}"); !strings.Contains(string(m.Result), `"folder":"file:`) {
				t.Errorf("gaps %s, want those of a folder that is a file", m.Result)
			}
			p.send(didOpen(u, read(t, path)))
			p.published(u, uncovered)
			event := func(list string) string {
				return note("workspace/didChangeWorkspaceFolders", fmt.Sprintf(`{"event":{"added":[],"removed":[],%q:[{"uri":%s,"name":"shop"}]}}`, list, js(folder)))
			}
			p.send(event("removed"))
			p.published(u, nothing)
			p.send(event("added"))
			p.published(u, uncovered)
		})
	}
}

// TestSlashesInTexts holds that what is mended of a URI is mended nowhere else.
func TestSlashesInTexts(t *testing.T) {
	t.Parallel()
	dir := workspace(t, shop)
	u := strings.Replace(string(uri.File(filepath.Join(dir, "a.go"))), "file:///", `file:////`, 1)
	const text = "file:////x\nfile:////uri\n"
	p := ready(t, roots(modern(), dir))
	p.profiles(1)
	// With escapes, and spaces in front.
	p.send(fmt.Sprintf(`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"text":%s,"languageId":"go", "uri" :  %s,"version":1}}}`, js(text), strings.ReplaceAll(js(u), "/", `\/`)))
	m := p.ask("textDocument/hover", js(obj{"textDocument": obj{"uri": u}, "position": obj{"line": 0, "character": 0}}))
	if m.Error != nil {
		t.Error(m)
	}
	var c struct {
		URI     string
		Version *int
	}
	if m := p.ask("covls/coverage", js(document(u))); json.Unmarshal(m.Result, &c) != nil || c.URI != u || c.Version == nil {
		t.Errorf("coverage: %s, want that of the document", m.Result)
	}
	if got := p.server.Text(filepath.Join(dir, "a.go")); got != text {
		t.Errorf("the document holds %q", got)
	}
}

// TestFolderComesAndGoes has a workspace folder that is not there yet, comes, goes and comes again.
func TestFolderComesAndGoes(t *testing.T) {
	t.Parallel()
	from := workspace(t, shop)
	dir := filepath.Join(t.TempDir(), "not", "yet")
	path := filepath.Join(dir, "a.go")
	u, text := string(uri.File(path)), read(t, filepath.Join(from, "a.go"))
	p := ready(t, roots(modern(), dir))
	p.send(didOpen(u, text))
	for range 2 {
		if m := p.ask("textDocument/hover", place(u, text, "Uncovered(")); string(m.Result) != "null" {
			t.Errorf("hover %s", m.Result)
		}
		for _, c := range []string{"covls.doctor", "covls.showReport", "covls.mostUrgentGap"} {
			p.ask("workspace/executeCommand", js(obj{"command": c}))
		}
		if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
		p.profiles(1)
		p.published(u, uncovered)
		if err := os.RemoveAll(filepath.Dir(dir)); err != nil {
			t.Fatal(err)
		}
		p.ask("covls/gaps", "{}")
		p.reload()
		p.alive()
		p.published(u, nothing)
	}
}
