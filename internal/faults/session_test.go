package faults_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"
)

// patience is how long a fault waits for what must come. Nothing waits for it to pass.
const patience = 30 * time.Second

// session is one server and its client. Its methods fail the test where the server does not do what they
// wait for. Those that write, and those that wait, belong to one goroutine.
type session struct {
	t     *testing.T
	covls string // the program
	with  start
	cmd   *exec.Cmd // not started until spawn
	rand  *rand.Rand

	// dir is the workspace folder, home and tmp what the program takes for these; all are in base.
	base, dir, home, tmp string
	client               int  // what initialize says the client's process is
	overheard            bool // standard error is read

	in        *os.File // to the server
	out       *os.File // from the server
	ears      sync.Mutex
	deafened  bool          // the client holds ears: it reads nothing
	listening chan struct{} // closed at the end of standard output
	silent    chan struct{} // closed at the end of standard error
	state     state
	asked     int // by the client itself
	began     int // answers that came before the fault
	claims    map[string]bool
	signalled bool // the test ended it with a signal

	exited chan struct{} // closed when the process has ended
	err    error         // what Wait returned; written before exited is closed

	writing sync.Mutex // guards in

	mu      sync.Mutex // guards the fields below
	got     []message
	replies []string           // the answers in got, in words, but for those to what the client asks by itself
	own     map[string]message // the latter, by id
	calls   map[string]int     // how often the server has called a method
	changed chan struct{}
	broken  []string // what was no message
	stderr  bytes.Buffer
	peak    int64 // the most memory that was seen, in bytes
}

// message is what the server sent.
type message struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  *string         `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   *struct {
		Code    *int            `json:"code"`
		Message *string         `json:"message"`
		Data    json.RawMessage `json:"data"`
	} `json:"error"`
}

// String is the id of an answer and how it went: `7 ok`, `null -32700`; of all others the method.
func (m message) String() string {
	switch {
	case m.Method != nil:
		return *m.Method
	case m.Error != nil:
		return fmt.Sprintf("%s %d", m.ID, *m.Error.Code)
	}
	return fmt.Sprintf("%s ok", m.ID)
}

// The good source and its profiles are in a folder of their own, out of the way of whatever a fault does.
// A fault that needs marks takes the first profile; the last is for when it is over.
const (
	goodModule = "module example.com/fault\n\ngo 1.24\n"
	goodSource = `package good

// Once is run by the tests of the last profile.
func Once(n int) int {
	n *= 2
	return n
}

// Later is run by those of the first.
func Later(n int) int {
	return n + 1
}
`
	firstProfile = `mode: set
example.com/fault/good/good.go:4.22,7.2 2 0
example.com/fault/good/good.go:10.23,12.2 1 1
`
	firstMark   = "Once is not tested (2 statements)"
	lastProfile = `mode: set
example.com/fault/good/good.go:4.22,7.2 2 1
example.com/fault/good/good.go:10.23,12.2 1 0
`
	lastMark = "Later is not tested (1 statement)"
)

// once and later are places of the good source, as line and column from 0.
var once, later = [2]int{3, 6}, [2]int{9, 6}

// open makes the folders of a server and the command that starts it. It works in dir, or in a new folder
// where that is "".
func open(t *testing.T, covls, dir string, with start) *session {
	t.Helper()
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if dir == "" {
		dir = filepath.Join(base, "workspace")
	}
	s := &session{
		t: t, covls: covls, with: with, rand: rand.New(rand.NewPCG(1, 2)), listening: make(chan struct{}), silent: make(chan struct{}), exited: make(chan struct{}), changed: make(chan struct{}),
		claims: map[string]bool{}, own: map[string]message{}, calls: map[string]int{}, state: started,
		base: base, client: os.Getpid(), overheard: true,
		dir: dir, home: filepath.Join(base, "home"), tmp: filepath.Join(base, "tmp"),
	}
	for _, dir := range []string{s.dir, s.home, s.tmp} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Lstat(s.good()); err != nil {
		write(t, filepath.Join(s.dir, "go.mod"), goodModule)
		write(t, s.good(), goodSource)
	}
	for _, name := range slices.Sorted(maps.Keys(with.files)) {
		write(t, filepath.Join(s.dir, filepath.FromSlash(name)), with.files[name])
	}
	args := append([]string{"serve"}, with.args...)
	s.cmd = exec.Command(covls, args...)
	if with.shell != "" {
		s.cmd = exec.Command("sh", append([]string{"-c", with.shell + `; exec "$0" "$@"`, covls}, args...)...)
	}
	s.cmd.Dir = s.dir
	s.cmd.Env = s.environ(with.env)
	return s
}

// another starts one more server in the same folder, as this one was not: with nothing special.
func (s *session) another() *session {
	s.t.Helper()
	next := open(s.t, s.covls, s.dir, start{})
	next.spawn()
	return next
}

// good is the path of the source that the good profiles are about, and profile theirs.
func (s *session) good() string    { return filepath.Join(s.dir, "good", "good.go") }
func (s *session) profile() string { return filepath.Join(s.dir, "good", "cover.out") }

// environ is the environment of the tests with folders of the session's own.
func (s *session) environ(changes []string) []string {
	env := map[string]string{}
	for _, e := range append(os.Environ(), append([]string{"HOME=" + s.home, "TMPDIR=" + s.tmp}, changes...)...) {
		name, value, is := strings.Cut(e, "=")
		if is && !strings.HasPrefix(name, "XDG_") {
			env[name] = value
		} else {
			delete(env, name)
		}
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		out = append(out, name+"="+env[name])
	}
	return out
}

// spawn starts the process and begins to listen to it.
func (s *session) spawn() {
	s.t.Helper()
	pipe := func() (r, w *os.File) {
		r, w, err := os.Pipe()
		if err != nil {
			s.t.Fatal(err)
		}
		s.t.Cleanup(func() { _, _ = r.Close(), w.Close() })
		return r, w
	}
	stdin, in := pipe()
	out, stdout := pipe()
	errs, stderr := pipe()
	s.in, s.out = in, out
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = stdin, stdout, stderr
	if s.with.prepare != nil {
		s.with.prepare(s)
	}
	err := s.cmd.Start()
	for _, theirs := range []any{stdin, stdout, stderr, s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr} {
		if f, is := theirs.(*os.File); is {
			_ = f.Close()
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
	go func() {
		s.err = s.cmd.Wait()
		close(s.exited)
	}()
	sampled := make(chan struct{})
	go func() {
		defer close(sampled)
		s.sample()
	}()
	go s.hear()
	if s.overheard {
		go s.overhear(errs)
	}
	s.t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		<-s.exited
		<-sampled
	})
}

// sample follows the memory of the process until it ends: the figure goes with the process, and that of
// getrusage may be the parent's.
func (s *session) sample() {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		if n, ok := peak(s.cmd.Process.Pid); ok {
			s.mu.Lock()
			s.peak = max(s.peak, n)
			s.mu.Unlock()
		}
		select {
		case <-s.exited:
			return
		case <-tick.C:
		}
	}
}

// Read is what the client hears: nothing while it is deaf.
func (s *session) Read(p []byte) (int, error) {
	n, err := s.out.Read(p)
	s.ears.Lock()
	defer s.ears.Unlock()
	return n, err
}

// deaf has the client read nothing more.
func (s *session) deaf() {
	s.ears.Lock()
	s.deafened = true
}

// leave closes the client's end of standard output.
func (s *session) leave() { _ = s.out.Close() }

// listen undoes deaf.
func (s *session) listen() {
	if s.deafened {
		s.deafened = false
		s.ears.Unlock()
	}
}

// hear takes in every byte of standard output.
func (s *session) hear() {
	defer close(s.listening)
	in := bufio.NewReader(s)
	for {
		body, err := readFrame(in)
		if errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed) {
			return
		}
		var all []message
		if err == nil {
			all, err = parse(body)
		}
		s.take(all, err)
		if err != nil {
			_, _ = io.Copy(io.Discard, in) // no message can be told from another any more
			return
		}
		for _, m := range all {
			if m.Method != nil && m.ID != nil && !s.with.mute {
				// Who waits here for the server to read does not read what the server says.
				go func() { _ = s.write(s.response(m)) }() // the session may be over
			}
		}
	}
}

// take keeps what was heard and wakes who waits for it.
func (s *session) take(all []message, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, all...)
	for _, m := range all {
		switch id := string(m.ID); {
		case m.Method != nil:
			s.calls[*m.Method]++
		case !strings.HasPrefix(id, `"`+ownIDs):
			s.replies = append(s.replies, m.String())
		default:
			if _, twice := s.own[id]; twice {
				s.broken = append(s.broken, id+" was answered twice")
			}
			s.own[id] = m
		}
	}
	if err != nil {
		s.broken = append(s.broken, err.Error())
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// response is what the client writes when the server asks something.
func (s *session) response(m message) string {
	if s.with.answer != nil {
		return s.with.answer(m)
	}
	return frame(reply(string(m.ID), result(m)))
}

// result is a good answer to a request of the server.
func result(m message) string {
	switch *m.Method {
	case "workspace/configuration":
		var params struct{ Items []json.RawMessage }
		_ = json.Unmarshal(m.Params, &params)
		return "[" + strings.TrimSuffix(strings.Repeat("null,", len(params.Items)), ",") + "]"
	case "window/showDocument":
		return `{"success":true}`
	}
	return "null"
}

// readFrame takes nothing but what the specification allows. The error is io.EOF where the stream ends
// between two messages.
func readFrame(in *bufio.Reader) ([]byte, error) {
	header, err := in.ReadString('\n')
	if err != nil && (header == "" || !errors.Is(err, io.EOF)) {
		return nil, err
	}
	digits, isLength := strings.CutPrefix(strings.TrimSuffix(header, "\r\n"), "Content-Length: ")
	n, err := strconv.Atoi(digits)
	if blank, _ := in.ReadString('\n'); !isLength || err != nil || n < 0 || blank != "\r\n" {
		return nil, fmt.Errorf("no header of LSP: %q, then %q", header, blank)
	}
	var body bytes.Buffer
	if _, err := io.CopyN(&body, in, int64(n)); err != nil {
		return nil, fmt.Errorf("a message of %d bytes ends after %d: %w", n, body.Len(), io.ErrUnexpectedEOF)
	}
	return body.Bytes(), nil
}

// parse takes a message or a batch apart and checks what JSON-RPC says of all.
func parse(body []byte) ([]message, error) {
	if !utf8.Valid(body) {
		return nil, fmt.Errorf("no UTF-8: %.200q", body)
	}
	raw := []json.RawMessage{body}
	if bytes.HasPrefix(body, []byte("[")) {
		if err := json.Unmarshal(body, &raw); err != nil || len(raw) == 0 {
			return nil, fmt.Errorf("no batch: %.200q: %w", body, err)
		}
	}
	var all []message
	for _, one := range raw {
		var m message
		dec := json.NewDecoder(bytes.NewReader(one))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&m); err != nil {
			return nil, fmt.Errorf("no JSON-RPC: %.200q: %w", one, err)
		}
		if problem := m.problem(); problem != "" {
			return nil, fmt.Errorf("no JSON-RPC, %s: %.200q", problem, one)
		}
		all = append(all, m)
	}
	return all, nil
}

// problem says what is wrong with a message as such.
func (m message) problem() string {
	isAnswer := m.Result != nil || m.Error != nil
	hasID := regexp.MustCompile(`^(-?\d+|".*")$`).Match(m.ID)
	switch {
	case m.JSONRPC != "2.0":
		return "no version 2.0"
	case isAnswer == (m.Method != nil):
		return "it has both a method and an outcome, or neither"
	case m.Method != nil && m.ID != nil && !hasID, isAnswer && !hasID && (string(m.ID) != "null" || m.Error == nil):
		return "a wrong id"
	case isAnswer && m.Params != nil, m.Result != nil && m.Error != nil:
		return "too much in an answer"
	case m.Error != nil && (m.Error.Code == nil || m.Error.Message == nil || *m.Error.Message == ""):
		return "an error without a code or a message"
	case m.Params != nil && m.Params[0] != '{' && m.Params[0] != '[':
		return "params of a wrong type"
	}
	return ""
}

// overhear takes in standard error.
func (s *session) overhear(r io.Reader) {
	defer close(s.silent)
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		s.mu.Lock()
		s.stderr.Write(buf[:n])
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// raw writes bytes to the server, whatever they are.
func (s *session) raw(bytes string) {
	s.t.Helper()
	if err := s.write(bytes); err != nil {
		s.t.Fatalf("write to the server: %v%s", err, s.said())
	}
}

// write is raw for a server that may have ended. It gives up when the server does not read.
func (s *session) write(bytes string) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	_ = s.in.SetWriteDeadline(time.Now().Add(patience))
	_, err := io.WriteString(s.in, bytes)
	return err
}

// pour is raw for bytes that are written one after another: nothing of the client comes in between.
func (s *session) pour(pieces iter.Seq[string]) {
	s.t.Helper()
	s.writing.Lock()
	defer s.writing.Unlock()
	for p := range pieces {
		_ = s.in.SetWriteDeadline(time.Now().Add(patience))
		if _, err := io.WriteString(s.in, p); err != nil {
			s.t.Fatalf("write to the server: %v%s", err, s.said())
		}
	}
}

// times is text again and again.
func times(n int, text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for range n {
			if !yield(text) {
				return
			}
		}
	}
}

// cut is a text in pieces of up to most bytes, as rand has them.
func cut(text string, most int, rand *rand.Rand) iter.Seq[string] {
	return func(yield func(string) bool) {
		for text != "" {
			k := min(len(text), 1+rand.IntN(most))
			if !yield(text[:k]) {
				return
			}
			text = text[k:]
		}
	}
}

// send writes messages, in one piece.
func (s *session) send(bodies ...string) {
	s.t.Helper()
	s.raw(framed(bodies...))
}

// framed are messages with their headers.
func framed(bodies ...string) string {
	var b strings.Builder
	for _, body := range bodies {
		b.WriteString(frame(body))
	}
	return b.String()
}

func (s *session) notify(method, params string) {
	s.t.Helper()
	s.send(note(method, params))
}

// request makes a request that must be answered with a result, and returns that.
func (s *session) request(method, params string) json.RawMessage {
	s.t.Helper()
	m := s.ask(method, params)
	if m.Error != nil {
		s.t.Fatalf("%s: error %d: %s", method, *m.Error.Code, *m.Error.Message)
	}
	return m.Result
}

// ask makes a request and returns the answer. The answers to it are none of those of a fault.
func (s *session) ask(method, params string) message {
	s.t.Helper()
	s.asked++
	id := strconv.Quote(ownIDs + strconv.Itoa(s.asked))
	s.send(call(id, method, params))
	return s.answer(id)
}

// ownIDs begins the ids of what the client asks by itself.
const ownIDs = "the client's "

// answer waits for the answer to an id of the client's own.
func (s *session) answer(id string) (found message) {
	s.t.Helper()
	s.wait("the answer to "+id, func() (ok bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		found, ok = s.own[id]
		return ok
	})
	return found
}

// wait waits until ok. That is asked at first, and then whenever the server has said something.
func (s *session) wait(what string, ok func() bool) {
	s.t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		s.mu.Lock()
		changed, broken := s.changed, len(s.broken) > 0
		s.mu.Unlock()
		if ok() {
			return
		}
		if broken {
			s.t.Fatalf("waiting for %s: what the server says is no LSP%s", what, s.said())
		}
		select {
		case <-changed:
		case <-s.listening:
			if !ok() {
				s.t.Fatalf("waiting for %s: the server has ended%s", what, s.said())
			}
			return
		case <-late.C:
			s.t.Fatalf("waiting for %s in vain%s", what, s.said())
		}
	}
}

// said is what the server said last, for the message of a failure.
func (s *session) said() string {
	var b strings.Builder
	all := s.messages()
	if n := len(all) - 10; n > 0 {
		fmt.Fprintf(&b, "\n… %d messages before", n)
		all = all[n:]
	}
	for _, m := range all {
		fmt.Fprintf(&b, "\n%v %.300s%.300s", m, m.Params, m.Result)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, problem := range s.broken {
		fmt.Fprintf(&b, "\nbroken: %s", problem)
	}
	fmt.Fprintf(&b, "\nstandard error: %.3000q", s.stderr.String())
	return b.String()
}

// messages returns what came so far.
func (s *session) messages() []message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got[:len(s.got):len(s.got)]
}

// count is how often the server has called a method.
func (s *session) count(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[method]
}

// answers returns the answers since the fault began, in words and in order, without those to what the
// client asked by itself.
func (s *session) answers() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.replies[s.began:])
}

// answered waits for n answers since the fault began. None may come behind them.
func (s *session) answered(n int) []string {
	s.t.Helper()
	s.wait(fmt.Sprintf("%d answers", n), func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.replies)-s.began >= n
	})
	if s.ended() {
		s.drain()
	} else if s.state != ending {
		s.hover()
	}
	return s.answers()
}

// reach brings the session into a state.
func (s *session) reach(to state) {
	s.t.Helper()
	if to == started {
		return
	}
	s.initialize()
	if to == greeted {
		return
	}
	s.initialized()
	if to == ending {
		s.request("shutdown", "")
		s.state = ending
	}
}

// modern are the capabilities of an editor that is pushed to and answers all that a server may ask.
const modern = `{
	"workspace": {"workspaceFolders": true, "configuration": true, "codeLens": {"refreshSupport": true},
		"didChangeWatchedFiles": {"dynamicRegistration": true}, "didChangeConfiguration": {"dynamicRegistration": true}},
	"textDocument": {"publishDiagnostics": {"versionSupport": true, "relatedInformation": true}, "hover": {"contentFormat": ["markdown"]}},
	"window": {"showDocument": {"support": true}, "workDoneProgress": true}
}`

// pulling are those of an editor that asks for diagnostics by itself.
const pulling = `{"workspace":{"workspaceFolders":true,"diagnostics":{"refreshSupport":true}},"textDocument":{"diagnostic":{},"publishDiagnostics":{}}}`

// hello are the params of initialize.
func (s *session) hello() string {
	capabilities := s.with.capabilities
	if capabilities == "" {
		capabilities = modern
	}
	return fmt.Sprintf(`{"processId":%d,"rootUri":null,"capabilities":%s,"workspaceFolders":[{"uri":%q,"name":"workspace"}]}`, s.client, capabilities, uriOf(s.dir))
}

func (s *session) initialize() {
	s.t.Helper()
	s.request("initialize", s.hello())
	s.state = greeted
}

// initialized ends the greeting and opens the source of the good profile.
func (s *session) initialized() {
	s.t.Helper()
	s.send(note("initialized", "{}"), didOpen(uriOf(s.good()), goodSource))
	s.state = running
}

// decode reads a result.
func decode(s *session, result json.RawMessage, into any) {
	s.t.Helper()
	if err := json.Unmarshal(result, into); err != nil {
		s.t.Fatalf("%v: %s", err, result)
	}
}

// uriOf is the URI of a path.
func uriOf(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// js is a value as JSON.
func js(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func didOpen(u, text string) string {
	return note("textDocument/didOpen", fmt.Sprintf(`{"textDocument":{"uri":%s,"languageId":"go","version":1,"text":%s}}`, js(u), js(text)))
}

// at is the TextDocumentPositionParams of a place.
func at(u string, place [2]int) string {
	return fmt.Sprintf(`{"textDocument":{"uri":%s},"position":{"line":%d,"character":%d}}`, js(u), place[0], place[1])
}

// marks waits until the diagnostics of a document satisfy ok.
func (s *session) marks(u string, ok func(messages []string) bool) {
	s.t.Helper()
	s.wait("diagnostics of "+u, func() bool {
		for _, m := range slices.Backward(s.messages()) {
			if m.Method == nil || *m.Method != "textDocument/publishDiagnostics" {
				continue
			}
			var params struct {
				URI         string
				Diagnostics []struct{ Message string }
			}
			if json.Unmarshal(m.Params, &params) != nil || params.URI != u {
				continue
			}
			var texts []string
			for _, d := range params.Diagnostics {
				texts = append(texts, d.Message)
			}
			return ok(texts)
		}
		return false
	})
}

// covered writes the first profile and waits for its marks.
func (s *session) covered() {
	s.t.Helper()
	write(s.t, s.profile(), firstProfile)
	s.marked(firstMark)
}

// marked waits for a mark in the good source.
func (s *session) marked(mark string) {
	s.t.Helper()
	if s.with.capabilities == pulling {
		for {
			told := s.count("workspace/diagnostic/refresh")
			if strings.Contains(string(s.request("textDocument/diagnostic", fmt.Sprintf(`{"textDocument":{"uri":%q}}`, uriOf(s.good())))), mark) {
				return
			}
			s.wait("the request to pull again", func() bool { return s.count("workspace/diagnostic/refresh") > told })
		}
	}
	s.marks(uriOf(s.good()), func(all []string) bool {
		return slices.ContainsFunc(all, func(m string) bool { return strings.HasPrefix(m, mark) })
	})
}

// ended reports whether the process has ended.
func (s *session) ended() bool {
	select {
	case <-s.exited:
		return true
	default:
		return false
	}
}

// hangUp closes the pipe to the server.
func (s *session) hangUp() {
	s.writing.Lock()
	defer s.writing.Unlock()
	_ = s.in.Close()
}

// holds says, in the words of the end, that something was looked at, and whether it was so. The rest is
// what was seen instead.
func (s *session) holds(words string, ok bool, format string, args ...any) {
	s.t.Helper()
	s.claims[words] = true
	if !ok {
		s.t.Errorf("%s: not so: %s", words, fmt.Sprintf(format, args...))
	}
}

var (
	exits  = regexp.MustCompile(`^exit (\d+) within (\d+) s$`)
	killed = regexp.MustCompile(`^killed by (SIG[A-Z0-9]+) within (\d+) s$`)
)

// check holds the session against the clauses of an end. It waits until what they speak of is there.
func (s *session) check(end string) {
	done := map[string]bool{}
	clauses := strings.Split(end, "; ")
	for _, clause := range clauses { // first, because what follows looks at all that the server has said
		if m := exits.FindStringSubmatch(clause); m != nil {
			s.checkExit(clause, "exit status "+m[1], m[2])
		} else if m := killed.FindStringSubmatch(clause); m != nil {
			s.checkExit(clause, signalNames[m[1]], m[2])
			s.signalled = true
		}
	}
	for _, clause := range clauses {
		if want, is := strings.CutPrefix(clause, "answers "); is {
			s.checkAnswers(want)
		} else if clause == "lives" {
			s.checkHover()
		} else if s.claims[clause] {
			done[clause] = true
		} else if !exits.MatchString(clause) && !killed.MatchString(clause) {
			s.t.Errorf("nothing has looked whether %q", clause)
		}
	}
	for claim := range s.claims {
		if !done[claim] {
			s.t.Errorf("%q was looked at and is no part of the end %q", claim, end)
		}
	}
}

// signalNames are signals as os.ProcessState calls them.
var signalNames = map[string]string{
	"SIGKILL": "signal: killed", "SIGQUIT": "signal: quit", "SIGABRT": "signal: aborted", "SIGSEGV": "signal: segmentation fault", "SIGBUS": "signal: bus error",
}

// checkExit waits for the process to end.
func (s *session) checkExit(clause, want, seconds string) {
	s.t.Helper()
	n, _ := strconv.Atoi(seconds)
	late := time.NewTimer(time.Duration(n) * time.Second)
	defer late.Stop()
	select {
	case <-s.exited:
	case <-late.C:
		s.t.Fatalf("%s: it goes on%s", clause, s.said())
	}
	if got := s.cmd.ProcessState.String(); got != want {
		s.t.Fatalf("%s: its end is %q%s", clause, got, s.said())
	}
}

// checkAnswers compares the answers with those that are wanted.
func (s *session) checkAnswers(words string) {
	s.t.Helper()
	var want []string
	if words != "nothing" {
		want = slices.Sorted(slices.Values(strings.Split(words, ", ")))
	}
	if got := slices.Sorted(slices.Values(s.answered(len(want)))); !slices.Equal(got, want) {
		s.t.Errorf("answers %q, want %q", got, want)
	}
}

// prompt is how soon a hover is answered.
const prompt = time.Second

// hover asks for a hover over Later and returns the answer. It brings the session to where hovers are
// answered.
func (s *session) hover() message {
	s.t.Helper()
	if s.state == started {
		s.initialize()
	}
	if s.state == greeted {
		s.initialized()
	}
	m := s.ask("textDocument/hover", at(uriOf(s.good()), later))
	if m.Error != nil {
		s.t.Fatalf("hover: error %d: %s", *m.Error.Code, *m.Error.Message)
	}
	return m
}

// checkHover holds that the server answers a hover within a second. The machine has others to serve, so
// the best of three counts.
func (s *session) checkHover() {
	s.t.Helper()
	var took time.Duration
	for range 3 {
		begin := time.Now()
		s.hover()
		if took = time.Since(begin); took <= prompt {
			return
		}
	}
	s.t.Errorf("a hover takes %v, want %v at most", took, prompt)
}

// survives holds that the server works: it answers, takes in a good profile, and ends when it is told to.
func (s *session) survives() {
	s.checkHover()
	write(s.t, s.profile(), lastProfile)
	s.marked(lastMark)
	if m := s.hover(); !strings.Contains(string(m.Result), "Later") {
		s.t.Errorf("the hover of an uncovered function is %.300s", m.Result)
	}
	s.request("shutdown", "")
	s.notify("exit", "")
	s.checkExit("exit 0 within 3 s", "exit status 0", "3")
}

// drain waits for the last byte of a server that has ended.
func (s *session) drain() {
	s.t.Helper()
	s.listen()
	select {
	case <-s.listening:
	case <-time.After(patience):
		s.t.Errorf("the server has ended, and somebody holds its standard output")
	}
}

var traces = []string{"goroutine ", "panic:", "fatal error:", "DATA RACE", "SIGSEGV"}

// isCache reports whether a path is of the cache of texts, which is to stay.
func isCache(path string) bool {
	path = filepath.ToSlash(path)
	return strings.HasSuffix(path, "/.cache") || strings.HasSuffix(path, "/.cache/covls") || strings.Contains(path, "/.cache/covls/texts")
}

// inspect looks at what a server that has ended left behind, and returns the most memory that it had.
func (s *session) inspect() int64 {
	deafened := s.deafened
	s.drain()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, problem := range s.broken {
		// What a client that does not read was about to be told may be cut.
		if !(deafened || s.signalled) || !strings.Contains(problem, io.ErrUnexpectedEOF.Error()) {
			s.t.Errorf("standard output: %s", problem)
		}
	}
	for _, trace := range traces {
		if strings.Contains(s.stderr.String(), trace) && !s.with.trace {
			s.t.Errorf("standard error has a trace: %.3000s", s.stderr.String())
			break
		}
	}
	if s.peak > limit {
		s.t.Errorf("it had %d MiB of memory, want %d at most", s.peak>>20, limit>>20)
	}
	if s.signalled || runtime.GOOS == "windows" {
		return s.peak
	}
	for _, dir := range []string{s.home, s.tmp} {
		err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
			if path != dir && err == nil && !isCache(path) {
				s.t.Errorf("it leaves %s", path)
			}
			return nil
		})
		if err != nil {
			s.t.Error(err)
		}
	}
	return s.peak
}
