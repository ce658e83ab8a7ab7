package fuzz_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/covls/covls/config"
	"github.com/covls/covls/server"
	"github.com/covls/covls/watch"
)

const (
	// here stands in messages for the URI of the workspace folder.
	here = "file:///w"
	// patience is how long anybody waits for what must come.
	patience = 20 * time.Second
)

// able are the capabilities of the editor where nothing else is sent.
const able = `{"general": {"positionEncodings": [%q]}, "workspace": {"applyEdit": true, "workspaceFolders": true, "configuration": %t, "codeLens": {"refreshSupport": true}, "diagnostics": {"refreshSupport": true}},
"textDocument": {"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor"]}}}, "publishDiagnostics": {"relatedInformation": true, "versionSupport": true, "tagSupport": {"valueSet": [1]}}, "hover": {"contentFormat": ["markdown"]}},
"window": {"workDoneProgress": true, "showMessage": {}, "showDocument": {"support": true}}, "experimental": {"covls": {"documents": true}}}`

// ours is what is sent of a method by an editor that does everything right. The keys are methods of the editor
// too, whose values are then the answers.
func ours() map[string][]string {
	const doc, at = `"textDocument": {"uri": "file:///w/a.go"}`, `"position": {"line": 2, "character": 6}`
	const area = `"range": {"start": {"line": 2, "character": 5}, "end": {"line": 2, "character": 8}}`
	run := func(command, argument string) string {
		return fmt.Sprintf(`{"command": %q, "arguments": [%s]}`, command, argument)
	}
	settings := `{"covls": {"target": 80, "exclude": ["b/"], "lens": {"functions": "all"}, "rule": [{"paths": ["web"], "tier": "high"}]}}`
	commands := []string{run("covls.none", "{}"), `{"command": "covls.nextGap"}`}
	for name, arguments := range map[string][]string{
		"nextGap": {"{" + doc + "," + at + "}"}, "previousGap": {"{" + doc + "," + at + "}"}, "nextGapInWorkspace": {"{" + doc + "," + at + "}", "null"},
		"createTest": {"{" + doc + "," + at + "}"}, "goToTests": {"{" + doc + "," + at + "}"},
		"mostUrgentGap": {""}, "explain": {"{" + doc + "}"}, "showReport": {`{"format": "html"}`, `{"format": "markdown", "component": "web"}`},
		"runCommand": {"{" + doc + "}", `{"folder": "file:///w"}`}, "reload": {""}, "toggle": {""}, "doctor": {""},
		"addPathMapping":      {`{"uri": "file:///w", "from": "/elsewhere", "to": "web", "confirmed": true}`, `{"from": "/elsewhere/a", "to": "b"}`},
		"addRule":             {`{"uri": "file:///w/a.go", "rule": {"tier": "high", "why": "é"}, "confirmed": true}`, `{"uri": "file:///w/b", "rule": {"exclude": true}}`},
		"createConfiguration": {`{"folder": "file:///w", "confirmed": true}`, "{}"},
	} {
		for _, a := range arguments {
			commands = append(commands, run("covls."+name, a))
		}
	}
	return map[string][]string{
		"initialize": {
			`{"processId": 1, "rootUri": "file:///w", "capabilities": {}, "clientInfo": {"name": "Neovim", "version": "1"}, "initializationOptions": ` + settings + `}`,
			`{"rootPath": "/w", "capabilities": {"general": {"positionEncodings": ["utf-7", "utf-32"]}, "experimental": {"covls": {}}}, "trace": "verbose"}`,
			`{"workspaceFolders": [{"uri": "file:///w", "name": "é"}, {"uri": "file:///w/b", "name": "b"}], "capabilities": {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": true}, "didChangeWatchedFiles": {"dynamicRegistration": true}}}}`,
		},
		"initialized":                         {"{}", ""},
		"shutdown":                            {"", "null"},
		"exit":                                {""},
		"$/setTrace":                          {`{"value": "off"}`},
		"$/cancelRequest":                     {`{"id": "before"}`, `{"id": 1}`},
		"$/progress":                          {`{"token": 1, "value": {}}`},
		"window/workDoneProgress/cancel":      {`{"token": "a"}`},
		"textDocument/didOpen":                {`{"textDocument": {"uri": "file:///w/b/b.go", "languageId": "go", "version": 1, "text": "package b\n\nfunc three() {}\n"}}`, `{"textDocument": {"uri": "file:///w/.covls.toml", "languageId": "toml", "version": 1, "text": "target = 101\n[é"}}`},
		"textDocument/didChange":              {`{"textDocument": {"uri": "file:///w/a.go", "version": 2}, "contentChanges": [{` + area + `, "text": "öne"}, {"text": "package m\n"}, {"range": null, "rangeLength": 3, "text": "x"}]}`, `{"textDocument": {"uri": "file:///w/a.go", "version": -1}, "contentChanges": [{"range": {"start": {"line": 4294967295, "character": 0}, "end": {"line": 0, "character": 4294967295}}, "text": "\ud83d\ude00"}]}`},
		"textDocument/didSave":                {"{" + doc + `, "text": "x"}`},
		"textDocument/didClose":               {"{" + doc + "}"},
		"textDocument/hover":                  {"{" + doc + "," + at + `, "workDoneToken": 1}`, "{" + doc + `, "position": {"line": 4294967295, "character": 4294967295}}`},
		"textDocument/codeLens":               {"{" + doc + "}"},
		"codeLens/resolve":                    {`{"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}, "data": {"uri": "file:///w/a.go", "func": {"name": "one"}}}`},
		"textDocument/codeAction":             {"{" + doc + "," + area + `, "context": {"diagnostics": [], "only": ["refactor"]}}`, `{"textDocument": {"uri": "file:///w/web/c.js"}, "range": {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 9}}, "context": {"diagnostics": []}}`},
		"textDocument/inlayHint":              {"{" + doc + `, "range": {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}}`},
		"textDocument/diagnostic":             {"{" + doc + `, "previousResultId": "a"}`},
		"workspace/diagnostic":                {`{"previousResultIds": [{"uri": "file:///w/b/b.go", "value": "x"}]}`},
		"workspace/executeCommand":            commands,
		"workspace/didChangeConfiguration":    {`{"settings": ` + settings + `}`, `{"settings": null}`},
		"workspace/didChangeWatchedFiles":     {`{"changes": [{"uri": "file:///w/cover.out", "type": 2}, {"uri": "file:///w/.covls.toml", "type": 3}]}`},
		"workspace/didChangeWorkspaceFolders": {`{"event": {"added": [{"uri": "file:///w/b", "name": "b"}], "removed": [{"uri": "file:///w", "name": "w"}]}}`},
		"covls/gaps":                          {`{"all": true}`, "{" + doc + `, "tiers": ["critical", "ok"], "kinds": ["error path", ""]}`, ""},
		"covls/coverage":                      {"{" + doc + "}", `{"textDocument": {"uri": "file:///w/web/c.js"}}`},
		"textDocument/definition":             {"{" + doc + "," + at + "}"},
		"none":                                {"[]"},
		// Of the editor.
		"workspace/configuration":        {`[` + settings + `, null, {"covls": 3}]`, `{}`},
		"window/showMessageRequest":      {`{"title": "Write"}`, `3`},
		"window/showDocument":            {`{"success": "x"}`},
		"window/workDoneProgress/create": {`[]`},
		"workspace/codeLens/refresh":     {`{}`},
	}
}

// isNote reports whether a method is a notification's.
func isNote(method string) bool {
	return method == "initialized" || method == "exit" || strings.HasPrefix(method, "$/") || strings.HasPrefix(method, "textDocument/did") ||
		strings.HasPrefix(method, "workspace/did") || method == "window/workDoneProgress/cancel"
}

// asks reports whether the server asks the editor by that method.
func asks(method string) bool {
	return slices.Contains([]string{"workspace/configuration", "window/showMessageRequest", "window/showDocument", "window/workDoneProgress/create", "workspace/codeLens/refresh"}, method)
}

// FuzzMessages sends the server one message with any params, or gives it any answer. Each request has one
// answer, nothing panics, and the session goes on: what was open and is not changed has the same marks.
func FuzzMessages(f *testing.F) {
	for method, all := range ours() {
		for i, params := range all {
			f.Add(method, params, byte(i))
		}
	}
	dir := unpack(f, sample)
	f.Fuzz(func(t *testing.T, method, params string, form byte) {
		if len(params) > 16<<10 || len(method) > 100 || params != "" && !json.Valid([]byte(params)) {
			t.Skip("no JSON, which is FuzzStream's, or long")
		}
		goSay(t, dir, method, params, form)
	})
}

// goSay has a session in which that one message is sent.
func goSay(t *testing.T, dir, method, params string, form byte) {
	t.Helper()
	encoding := []string{"utf-16", "utf-8", "utf-32"}[form%3]
	configures := form&4 != 0 || method == "workspace/configuration"
	folder := "file://" + filepath.ToSlash(dir)
	params = strings.ReplaceAll(strings.ReplaceAll(params, here, folder), `"/w`, `"`+filepath.ToSlash(dir))
	if leaves(dir, params) {
		t.Skip("the whole disk is nobody's workspace")
	}
	defer os.Remove(filepath.Join(dir, config.FileName))
	p := newPeer(t)
	defer p.end()
	p.answer = func(asked string) string {
		switch {
		case asked == method && params != "":
			return params
		case asked == "window/showMessageRequest":
			return `{"title": "Write"}`
		}
		return "null"
	}
	if method == "initialize" {
		if m := p.ask(method, params); m.Error == nil {
			p.note("initialized", "{}")
			p.open(folder)
			p.look(folder)
			return
		}
	}
	good := fmt.Sprintf(`{"processId": null, "rootUri": null, "capabilities": `+able+`, "workspaceFolders": [{"uri": %q, "name": "w"}]}`, encoding, configures, folder)
	if m := p.ask("initialize", good); m.Error != nil {
		t.Fatalf("initialize: %s", m.Error)
	}
	p.note("initialized", "{}")
	p.open(folder)
	if !asks(method) {
		p.wait("marks", func(m message) bool {
			return m.Method == "textDocument/publishDiagnostics" && bytes.Contains(m.Params, []byte("a.go")) && bytes.Contains(m.Params, []byte("two is not tested"))
		})
	}
	before := p.look(folder)
	switch {
	case method == "exit" || method == "shutdown" || asks(method):
		if asks(method) {
			p.ask("workspace/executeCommand", `{"command": "covls.addRule", "arguments": [{"uri": "`+folder+`/b", "rule": {"tier": "high"}}]}`)
			p.ask("workspace/executeCommand", `{"command": "covls.mostUrgentGap"}`)
			p.look(folder)
		} else if method == "shutdown" {
			p.ask(method, params)
		}
		return
	case isNote(method):
		p.note(method, params)
		p.look(folder)
		return
	}
	p.ask(method, params)
	if after := p.look(folder); method != "workspace/executeCommand" && after != before {
		t.Errorf("the request %s changes the marks from %s to %s", method, before, after)
	}
}

// leaves reports whether params name a folder that is there and lies outside of dir, as a path, a URI or a glob.
func leaves(dir, params string) bool {
	var tree any
	_ = json.Unmarshal([]byte(params), &tree) // "" has nothing
	var walk func(v any) bool
	walk = func(v any) bool {
		switch v := v.(type) {
		case []any:
			return slices.ContainsFunc(v, walk)
		case map[string]any:
			for _, inner := range v {
				if walk(inner) {
					return true
				}
			}
		case string:
			if len(v) > len("file:") && strings.EqualFold(v[:len("file:")], "file:") {
				v, _ = url.PathUnescape(v[len("file:"):])
				v = "/" + strings.TrimLeft(v, "/")
				v = strings.Replace(v, "/localhost/", "/", 1)
			}
			if strings.Contains(v, "..") || strings.Contains(v, "~") {
				return true
			}
			rel, err := filepath.Rel(dir, filepath.Clean(v))
			return strings.ContainsAny(v, `/\`) && filepath.IsAbs(v) && (err != nil || !filepath.IsLocal(rel)) && !strings.HasPrefix(v, "/elsewhere")
		}
		return false
	}
	return walk(tree)
}

// message is what the server sent.
type message struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   json.RawMessage `json:"error"`
}

// peer is an editor that sends what it is told to, in the process of the server.
type peer struct {
	t      *testing.T
	in     *io.PipeWriter
	ended  chan int
	heard  chan struct{} // closed when the server has said its last
	answer func(method string) (result string)
	asked  int

	writing sync.Mutex // guards in

	mu      sync.Mutex // guards the fields below
	got     []message
	faults  []string
	changed chan struct{}
}

// newPeer starts a server that may start no other program.
func newPeer(t *testing.T) *peer {
	t.Helper()
	serverIn, in := io.Pipe()
	out, serverOut := io.Pipe()
	p := &peer{t: t, in: in, ended: make(chan int, 1), heard: make(chan struct{}), changed: make(chan struct{})}
	s := server.New(server.Options{
		Version: "fuzz", Restricted: true, Watch: watch.Options{NoNotify: true, Poll: 10 * time.Millisecond},
		Log: slog.New(slog.NewTextHandler(faultLog{p}, &slog.HandlerOptions{Level: slog.LevelError})),
	})
	go func() {
		p.ended <- s.Run(t.Context(), server.NewStream(serverIn, serverOut, s.Hangup))
		_ = serverIn.Close()
		_ = serverOut.Close()
	}()
	go p.hear(out)
	return p
}

// faultLog takes what the server logs as an error, which is a panic.
type faultLog struct{ p *peer }

func (l faultLog) Write(line []byte) (int, error) {
	l.p.fault("%s", line)
	return len(line), nil
}

func (p *peer) fault(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = append(p.faults, fmt.Sprintf(format, args...))
}

func (p *peer) hear(out *io.PipeReader) {
	defer close(p.heard)
	in := textproto.NewReader(bufio.NewReader(out))
	for {
		header, err := in.ReadMIMEHeader()
		if err != nil {
			if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrClosedPipe) {
				p.fault("the header of a message: %v", err)
			}
			return
		}
		n, _ := strconv.Atoi(header.Get("Content-Length"))
		body := make([]byte, n)
		_, err = io.ReadFull(in.R, body)
		var m message
		if err == nil {
			err = json.Unmarshal(body, &m)
		}
		if err != nil || !utf8.Valid(body) || m.JSONRPC != "2.0" {
			p.fault("%v: %q", err, body)
			return
		}
		if m.Method != "" && m.ID != nil {
			result := p.answer(m.Method)
			go func() { _ = p.write(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, m.ID, result)) }() // the session may be over
		}
		p.mu.Lock()
		p.got = append(p.got, m)
		close(p.changed)
		p.changed = make(chan struct{})
		p.mu.Unlock()
	}
}

func (p *peer) write(body string) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	_, err := fmt.Fprintf(p.in, "Content-Length: %d\r\n\r\n%s", len(body), body)
	return err
}

func (p *peer) send(method, id, params string) {
	p.t.Helper()
	if params != "" {
		params = `,"params":` + params
	}
	name, err := json.Marshal(method)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.write(fmt.Sprintf(`{"jsonrpc":"2.0"%s,"method":%s%s}`, id, name, params)); err != nil {
		p.t.Fatalf("%s can't be sent: %v", method, err)
	}
}

func (p *peer) note(method, params string) {
	p.t.Helper()
	p.send(method, "", params)
}

// ask waits for the answer to a request.
func (p *peer) ask(method, params string) (found message) {
	p.t.Helper()
	p.asked++
	id := strconv.Itoa(p.asked)
	p.send(method, `,"id":`+id, params)
	p.wait("the answer to "+method, func(m message) bool {
		found = m
		return m.Method == "" && string(m.ID) == id
	})
	return found
}

// wait waits for a message, also one that came before.
func (p *peer) wait(what string, ok func(message) bool) {
	p.t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for seen := 0; ; {
		p.mu.Lock()
		got, changed := p.got[seen:], p.changed
		seen = len(p.got)
		p.mu.Unlock()
		if slices.ContainsFunc(got, ok) {
			return
		}
		select {
		case <-changed:
		case <-p.heard:
			p.t.Fatalf("waiting for %s: the server has ended", what)
		case <-late.C:
			p.t.Fatalf("waiting for %s in vain", what)
		}
	}
}

// open opens a document as it is on disk.
func (p *peer) open(folder string) {
	p.t.Helper()
	_, rest, _ := strings.Cut(sample, "-- a.go --\n")
	content, _, _ := strings.Cut(rest, "-- b/b.go --\n")
	quoted, err := json.Marshal(content)
	if err != nil {
		p.t.Fatal(err)
	}
	p.note("textDocument/didOpen", fmt.Sprintf(`{"textDocument": {"uri": "%s/a.go", "languageId": "go", "version": 1, "text": %s}}`, folder, quoted))
}

// look asks what is known of a document, and returns that.
func (p *peer) look(folder string) string {
	p.t.Helper()
	doc := fmt.Sprintf(`"textDocument": {"uri": "%s/a.go"}`, folder)
	var all strings.Builder
	for method, params := range map[string]string{"textDocument/hover": "{" + doc + `, "position": {"line": 2, "character": 6}}`, "textDocument/codeLens": "{" + doc + "}", "covls/coverage": "{" + doc + "}"} {
		m := p.ask(method, params)
		if m.Error != nil {
			p.t.Errorf("%s: %s", method, m.Error)
		}
		p.ranges(method, m.Result)
		if method == "covls/coverage" {
			fmt.Fprintf(&all, "%s", m.Result)
		}
	}
	return all.String()
}

// ranges holds that no range in an answer is backwards.
func (p *peer) ranges(method string, answer []byte) {
	p.t.Helper()
	type place struct{ Line, Character uint32 }
	var walk func(v json.RawMessage)
	walk = func(v json.RawMessage) {
		var list []json.RawMessage
		var object map[string]json.RawMessage
		var r struct{ Start, End *place }
		switch {
		case json.Unmarshal(v, &list) == nil:
			for _, v := range list {
				walk(v)
			}
		case json.Unmarshal(v, &object) == nil:
			if json.Unmarshal(v, &r) == nil && r.Start != nil && r.End != nil && (r.End.Line < r.Start.Line || r.End.Line == r.Start.Line && r.End.Character < r.Start.Character) {
				p.t.Errorf("%s has the range %s", method, v)
			}
			for _, v := range object {
				walk(v)
			}
		}
	}
	walk(answer)
}

// end ends the session and tells what went wrong in it.
func (p *peer) end() {
	_ = p.write(`{"jsonrpc":"2.0","id":"end","method":"shutdown"}`) // it may have ended
	_ = p.write(`{"jsonrpc":"2.0","method":"exit"}`)
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Error("the server does not end")
		return
	}
	_ = p.in.Close()
	<-p.heard
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, fault := range p.faults {
		p.t.Error(fault)
	}
	answers := map[string]int{}
	for _, m := range p.got {
		if m.Method != "" {
			continue
		}
		if answers[string(m.ID)]++; answers[string(m.ID)] > 1 {
			p.t.Errorf("a second answer to %s", m.ID)
		}
		if bytes.Contains(m.Error, []byte("covls failed at")) {
			p.t.Errorf("an answer tells of a panic: %s", m.Error)
		}
	}
}
