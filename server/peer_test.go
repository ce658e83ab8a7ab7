package server_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"go.lsp.dev/uri"
	"golang.org/x/tools/txtar"

	"github.com/covls/covls/server"
	"github.com/covls/covls/watch"
)

// patience is how long a test waits for what must come. Nothing waits for it to pass.
const patience = time.Minute

// shop is a Go module with a function of each sort, as `go test -coverprofile` saw it.
const shop = `
-- go.mod --
module example.com/shop

go 1.24
-- a.go --
package shop

// Covered is run by a test.
func Covered(n int) int {
	return n + 1
}

// Partly is run with a positive number only.
func Partly(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// Uncovered is run by none.
func Uncovered(n int) int {
	n *= 2
	return n
}
-- cover.out --
mode: set
example.com/shop/a.go:4.25,6.2 1 1
example.com/shop/a.go:9.24,10.11 1 1
example.com/shop/a.go:10.11,12.3 1 0
example.com/shop/a.go:13.2,13.10 1 1
example.com/shop/a.go:17.27,20.2 2 0
`

// The file lens of shop's a.go and the name of its uncovered function.
const (
	shopLens      = "50 % covered · 1 statement below target"
	shopUncovered = "Uncovered is not tested (2 statements)"
)

// workspace unpacks an archive into a new folder. Its files are old enough to be read at once.
func workspace(t testing.TB, archive string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		write(t, filepath.Join(dir, filepath.FromSlash(f.Name)), string(f.Data))
	}
	return dir
}

// write puts a file on disk, in one piece, as if it had been there for an hour.
func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	part, old := path+".part", time.Now().Add(-time.Hour)
	err := errors.Join(os.WriteFile(part, []byte(content), 0o644), os.Chtimes(part, old, old), os.Rename(part, path))
	if err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

type obj = map[string]any

type list = []any

func js(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

// call, note and reply are the bodies of messages. The id is JSON, params "" leaves them out.
func call(id, method, params string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":%q%s}`, id, method, member(params))
}

func note(method, params string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":%q%s}`, method, member(params))
}

func reply(id, result string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, id, result)
}

func member(params string) string {
	if params == "" {
		return ""
	}
	return `,"params":` + params
}

// frame puts a header before a body.
func frame(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }

func document(u string) obj { return obj{"textDocument": obj{"uri": u}} }

// place is the TextDocumentPositionParams of where what begins in text, on a line of ASCII.
func place(u, text, what string) string {
	before, _, _ := strings.Cut(text, what)
	line := strings.Count(before, "\n")
	p := document(u)
	p["position"] = obj{"line": line, "character": len(before) - strings.LastIndex(before, "\n") - 1}
	return js(p)
}

func didOpen(u, text string) string {
	return note("textDocument/didOpen", js(obj{"textDocument": obj{"uri": u, "languageId": "go", "version": 1, "text": text}}))
}

func didChange(u string, version int, changes ...any) string {
	return note("textDocument/didChange", js(obj{"textDocument": obj{"uri": u, "version": version}, "contentChanges": changes}))
}

func didClose(u string) string { return note("textDocument/didClose", js(document(u))) }

func command(id, name string, args ...string) string {
	raw := []json.RawMessage{}
	for _, a := range args {
		raw = append(raw, json.RawMessage(a))
	}
	return call(id, "workspace/executeCommand", js(obj{"command": name, "arguments": raw}))
}

// modern are the capabilities of an editor that is pushed to.
func modern() obj {
	return obj{
		"workspace": obj{"workspaceFolders": true},
		"textDocument": obj{
			"publishDiagnostics": obj{"versionSupport": true, "relatedInformation": true},
			"hover":              obj{"contentFormat": list{"markdown"}},
		},
		"window": obj{"showDocument": obj{"support": true}},
	}
}

// pulling are those of an editor that asks for diagnostics by itself.
func pulling() obj {
	return obj{
		"workspace":    obj{"workspaceFolders": true, "diagnostics": obj{"refreshSupport": true}},
		"textDocument": obj{"diagnostic": obj{}, "publishDiagnostics": obj{}},
	}
}

// roots are the params of initialize for folders.
func roots(capabilities obj, dirs ...string) obj {
	folders := list{}
	for _, d := range dirs {
		folders = append(folders, obj{"uri": string(uri.File(d)), "name": filepath.Base(d)})
	}
	return obj{"processId": nil, "rootUri": nil, "capabilities": capabilities, "workspaceFolders": folders}
}

// message is what the server sent.
type message struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// String is the id of an answer and how it went: `7 ok`, `null -32700`.
func (m message) String() string {
	switch {
	case m.Method != "":
		return m.Method
	case m.Error != nil:
		return fmt.Sprintf("%s %d", m.ID, m.Error.Code)
	}
	return fmt.Sprintf("%s ok", m.ID)
}

// peer is a client that speaks in raw frames, so that a test can send what no library would. It
// answers the server's requests and keeps all that the server sent.
//
// Inside of a synctest bubble it must not offer anything that has the server make requests: jsonrpc2
// keeps the channels that those wait on for later requests, in other bubbles.
type peer struct {
	t      testing.TB
	server *server.Server // nil where it is another process
	in     io.WriteCloser // to the server
	out    *bufio.Reader  // from the server; of who listens
	ended  chan int       // gets the exit code
	leave  func()         // closes out; nil where it is another process

	listening bool
	heard     chan struct{} // closed when all that the server said was taken in

	// answer gives the result for a request of the server, and "" for none at all.
	answer func(message) string

	writing sync.Mutex // guards in
	ids     int

	mu      sync.Mutex // guards the fields below
	got     []message
	changed chan struct{}
}

// dial starts a server and connects to it without a word.
func dial(t testing.TB, o server.Options) *peer {
	t.Helper()
	if o.Watch.Poll == 0 {
		o.Watch = watch.Options{NoNotify: true, Poll: 10 * time.Millisecond}
	}
	serverIn, in := io.Pipe()
	out, serverOut := io.Pipe()
	p := newPeer(t, in, out)
	s := server.New(o)
	p.server, p.leave = s, func() { _ = out.Close() }
	go func() {
		p.ended <- s.Run(t.Context(), server.NewStream(serverIn, serverOut, s.Hangup))
		_ = serverIn.Close()
	}()
	t.Cleanup(func() {
		_ = in.Close()
		p.exit()
		_ = out.Close()
	})
	return p
}

func newPeer(t testing.TB, in io.WriteCloser, out io.Reader) *peer {
	return &peer{
		t: t, in: in, out: bufio.NewReaderSize(out, 16),
		ended: make(chan int, 1), heard: make(chan struct{}), changed: make(chan struct{}),
	}
}

// start also listens.
func start(t testing.TB, o server.Options) *peer {
	t.Helper()
	p := dial(t, o)
	p.listen()
	return p
}

// ready also goes through initialize.
func ready(t testing.TB, params obj) *peer {
	t.Helper()
	p := start(t, server.Options{})
	p.initialize(params)
	return p
}

func (p *peer) initialize(params obj) message {
	p.t.Helper()
	m := p.ask("initialize", js(params))
	p.send(note("initialized", "{}"))
	return m
}

// exit waits for the server to end and, where it is listened to, for its last word. It returns the
// exit code.
func (p *peer) exit() int {
	p.t.Helper()
	select {
	case code := <-p.ended:
		p.ended <- code
		if p.listening {
			<-p.heard
		}
		return code
	case <-time.After(patience):
		p.t.Error("the server does not end")
		return -1
	}
}

// send sends messages in one write.
func (p *peer) send(bodies ...string) {
	p.t.Helper()
	var b strings.Builder
	for _, body := range bodies {
		b.WriteString(frame(body))
	}
	p.raw(b.String())
}

func (p *peer) raw(s string) {
	p.t.Helper()
	if err := p.write(s); err != nil {
		p.t.Errorf("write to the server: %v", err)
	}
}

func (p *peer) write(s string) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	_, err := io.WriteString(p.in, s)
	return err
}

// ask makes a request that must be answered with a result.
func (p *peer) ask(method, params string) message {
	p.t.Helper()
	p.ids++
	id := strconv.Quote("ask " + strconv.Itoa(p.ids))
	p.send(call(id, method, params))
	m := p.response(id)
	if m.Error != nil {
		p.t.Fatalf("%s: error %d: %s", method, m.Error.Code, m.Error.Message)
	}
	return m
}

// response waits for the answer to an id.
func (p *peer) response(id string) (found message) {
	p.t.Helper()
	p.wait("the answer to "+id, func(m message) bool {
		found = m
		return m.Method == "" && string(m.ID) == id
	})
	return found
}

// wait waits for a message, also one that came before.
func (p *peer) wait(what string, ok func(message) bool) {
	p.t.Helper()
	p.waitAll(what, func(all []message) bool { return slices.ContainsFunc(all, ok) })
}

// waitAll waits until all messages together satisfy ok.
func (p *peer) waitAll(what string, ok func([]message) bool) {
	p.t.Helper()
	late := time.After(patience)
	for {
		p.mu.Lock()
		got, changed := p.got, p.changed
		p.mu.Unlock()
		if ok(got) {
			return
		}
		select {
		case <-changed:
		case <-p.heard:
			if got := p.messages(); !ok(got) {
				p.t.Fatalf("waiting for %s: the server ended and had said %v", what, got)
			}
			return
		case <-late:
			for _, m := range got {
				p.t.Logf("%v %s %s", m, m.Params, m.Result)
			}
			p.t.Fatalf("waiting for %s in vain", what)
		}
	}
}

// messages returns what came so far.
func (p *peer) messages() []message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.got)
}

// responses returns the answers so far, in words and in order.
func (p *peer) responses() []string {
	var out []string
	for _, m := range p.messages() {
		if m.Method == "" {
			out = append(out, m.String())
		}
	}
	return out
}

// alive makes sure that the session goes on.
func (p *peer) alive() {
	p.t.Helper()
	p.ask("textDocument/codeLens", js(document("file:///none")))
}

// published waits for diagnostics of a document and returns them. ok says which; nil takes any.
func (p *peer) published(u string, ok func(version int, messages []string) bool) (last json.RawMessage) {
	p.t.Helper()
	p.waitAll("diagnostics of "+u, func(all []message) bool {
		for _, m := range slices.Backward(all) {
			var params struct {
				URI         string
				Version     int
				Diagnostics []struct{ Message string }
			}
			if m.Method != "textDocument/publishDiagnostics" || json.Unmarshal(m.Params, &params) != nil || params.URI != u {
				continue
			}
			var texts []string
			for _, d := range params.Diagnostics {
				texts = append(texts, d.Message)
			}
			last = m.Params
			return ok == nil || ok(params.Version, texts)
		}
		return false
	})
	return last
}

// listen begins to take in what the server says, until it hangs up.
func (p *peer) listen() {
	p.listening = true
	go p.hear()
}

func (p *peer) hear() {
	defer close(p.heard)
	for {
		body, err := readFrame(p.out)
		if err != nil {
			if err != io.EOF && err != io.ErrClosedPipe {
				p.t.Errorf("read from the server: %v", err)
			}
			return
		}
		all, err := parse(body)
		if err != nil {
			p.t.Errorf("%v: %s", err, body)
			continue
		}
		p.mu.Lock()
		p.got = append(p.got, all...)
		close(p.changed)
		p.changed = make(chan struct{})
		p.mu.Unlock()
		for _, m := range all {
			if m.Method == "" || m.ID == nil {
				continue
			}
			result := "null"
			if p.answer != nil {
				result = p.answer(m)
			}
			if result != "" {
				// Who waits here for the server to read does not read what the server says.
				go func() { _ = p.write(frame(reply(string(m.ID), result))) }() // the session may be over
			}
		}
	}
}

// readFrame takes nothing but what the specification allows.
func readFrame(in *bufio.Reader) ([]byte, error) {
	header, err := in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	digits, isLength := strings.CutPrefix(strings.TrimSuffix(header, "\r\n"), "Content-Length: ")
	n, err := strconv.Atoi(digits)
	if blank, _ := in.ReadString('\n'); !isLength || err != nil || blank != "\r\n" {
		return nil, fmt.Errorf("header %q, then %q", header, blank)
	}
	body := make([]byte, n)
	_, err = io.ReadFull(in, body)
	return body, err
}

// parse takes a message or a batch apart and checks what holds for all.
func parse(body []byte) ([]message, error) {
	if !utf8.Valid(body) {
		return nil, fmt.Errorf("invalid UTF-8")
	}
	var all []message
	if bytes.HasPrefix(body, []byte("[")) {
		if err := json.Unmarshal(body, &all); err != nil {
			return nil, err
		}
	} else {
		all = make([]message, 1)
		if err := json.Unmarshal(body, &all[0]); err != nil {
			return nil, err
		}
	}
	for _, m := range all {
		answer := m.Result != nil || m.Error != nil
		if m.JSONRPC != "2.0" || answer == (m.Method != "") || answer && m.ID == nil {
			return nil, fmt.Errorf("no message")
		}
	}
	return all, nil
}
