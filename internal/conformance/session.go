package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	jsonv2 "github.com/go-json-experiment/json"
)

// Session checks one session of one client with one server. It is fed with the body of each message
// in the order in which they were sent; a request must be fed before its answer. Its methods may be
// called from any goroutine.
type Session struct {
	model *Model

	mu       sync.Mutex // guards the fields below
	problems []string
	asked    map[id]*call  // by the client, not yet answered
	answered map[id]string // methods of those that were
	pending  map[id]*call  // asked by the server, not yet answered
	tokens   map[id]*token
	caps     any  // the client's capabilities
	began    bool // initialize was asked for
	ready    bool // initialize was answered
	exited   bool // the client said exit
}

// id is the JSON of a request's id or of a progress token.
type id string

func idOf(v any) (id, bool) {
	switch v := v.(type) {
	case string:
		return id(show(v)), true
	case float64:
		return id(show(v)), within(v, -1<<31, 1<<31-1)
	}
	return "", false
}

type call struct {
	method string
	params any
	// moot tells that nobody waits for the answer: the client had asked for shutdown before, or is
	// gone.
	moot bool
}

// token is for work done progress where partial is nil, else for results of that type.
type token struct {
	partial *typ
	state   string // "", begin, end, refused
}

// Session begins a session.
func (m *Model) Session() *Session {
	return &Session{model: m, asked: map[id]*call{}, answered: map[id]string{}, pending: map[id]*call{}, tokens: map[id]*token{}}
}

// Problems are the violations so far. The requests that wait for an answer are among them: ask when
// the session is over.
func (s *Session) Problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := slices.Clone(s.problems)
	for _, key := range slices.Sorted(maps.Keys(s.asked)) {
		if c := s.asked[key]; !c.moot {
			out = append(out, fmt.Sprintf("%s (id %s) was never answered", c.method, key))
		}
	}
	return out
}

func (s *Session) problem(format string, args ...any) {
	s.problems = append(s.problems, fmt.Sprintf(format, args...))
}

func (s *Session) check(what, at string, t *typ, v any) {
	for _, p := range s.model.check(at, t, v) {
		s.problem("%s: %s", what, p)
	}
}

// Client takes a message from the client. What is wrong with it is no problem: editors are what they
// are.
func (s *Session) Client(body []byte) {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	batch, ok := v.([]any)
	if !ok {
		batch = []any{v}
	}
	for _, v := range batch {
		msg, _ := v.(map[string]any)
		method, _ := msg["method"].(string)
		key, hasID := idOf(msg["id"])
		switch {
		case method == "exit":
			s.exited = true
		case method != "" && hasID:
			s.clientCall(key, method, msg["params"])
		case method == "" && hasID:
			s.clientAnswer(key, msg)
		}
	}
}

// ClientGone says that the client hangs up. Where it did not say exit, it waits for no answer any more.
func (s *Session) ClientGone() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.asked {
		c.moot = c.moot || !s.exited
	}
}

func (s *Session) clientCall(key id, method string, params any) {
	moot := false
	for _, c := range s.asked {
		moot = moot || c.method == "shutdown"
	}
	for _, method := range s.answered {
		moot = moot || method == "shutdown"
	}
	s.asked[key] = &call{method: method, params: params, moot: moot}
	if method == "initialize" && !s.began {
		s.began = true
		s.caps = at(params, "capabilities")
	}
	if t, ok := idOf(at(params, "workDoneToken")); ok {
		s.tokens[t] = &token{}
	}
	if t, ok := idOf(at(params, "partialResultToken")); ok {
		if r := s.model.requests[method]; r != nil && r.PartialResult != nil {
			s.tokens[t] = &token{partial: r.PartialResult}
		}
	}
}

func (s *Session) clientAnswer(key id, msg map[string]any) {
	c := s.pending[key]
	if c == nil {
		return
	}
	delete(s.pending, key)
	if msg["error"] != nil && c.method == "window/workDoneProgress/create" {
		if t, ok := idOf(at(c.params, "token")); ok && s.tokens[t] != nil {
			s.tokens[t].state = "refused"
		}
	}
}

// Server takes a message from the server and checks it.
func (s *Session) Server(body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var v any
	if err := jsonv2.Unmarshal(body, &v); err != nil {
		s.problem("a message is not valid JSON: %v: %s", err, body[:min(len(body), 200)])
		return
	}
	msg, ok := v.(map[string]any)
	if !ok {
		s.problem("a message is no object: %s", show(v))
		return
	}
	if msg["jsonrpc"] != "2.0" {
		s.problem("jsonrpc is not \"2.0\" in %s", show(v))
	}
	if _, ok := msg["method"]; ok {
		s.serverAsks(msg)
	} else {
		s.serverAnswers(msg)
	}
}

func (s *Session) members(what string, msg map[string]any, known ...string) {
	for _, key := range slices.Sorted(maps.Keys(msg)) {
		if key != "jsonrpc" && !slices.Contains(known, key) {
			s.problem("%s has a member %s", what, key)
		}
	}
}

func (s *Session) serverAsks(msg map[string]any) {
	method, ok := msg["method"].(string)
	if !ok {
		s.problem("a method is no string: %s", show(msg))
		return
	}
	s.members(method, msg, "id", "method", "params")
	spec := s.model.notifications[method]
	raw, isCall := msg["id"]
	if isCall {
		spec = s.model.requests[method]
		key, ok := idOf(raw)
		switch {
		case !ok:
			s.problem("%s: id %s is neither a string nor an integer", method, show(raw))
		case s.pending[key] != nil:
			s.problem("%s: id %s is that of %s, which waits for an answer", method, key, s.pending[key].method)
		default:
			s.pending[key] = &call{method: method, params: msg["params"]}
		}
	}
	if !s.ready && !s.early(method, msg["params"]) {
		s.problem("%s before initialize was answered", method)
	}
	switch {
	case spec == nil && !isCall && strings.HasPrefix(method, "$/"):
		return // both sides may ignore what they don't know
	case spec == nil && isCall:
		s.problem("%s is no request of the specification", method)
		return
	case spec == nil:
		s.problem("%s is no notification of the specification", method)
		return
	case !spec.fromServer():
		s.problem("%s is not for a server to send", method)
		return
	}
	params, has := msg["params"]
	switch {
	case spec.Params != nil && !has:
		s.problem("%s lacks params", method)
		return
	case spec.Params != nil:
		s.check(method, "params", spec.Params, params)
	case has:
		s.problem("%s has params: %s", method, show(params))
	}
	s.announced(spec)
	switch method {
	case "window/workDoneProgress/create":
		if t, ok := idOf(at(params, "token")); ok {
			if s.tokens[t] != nil {
				s.problem("%s: token %s is used already", method, t)
			}
			s.tokens[t] = &token{}
		}
	case "$/progress":
		s.progress(params)
	case "client/registerCapability":
		s.registered(params)
	case "textDocument/publishDiagnostics":
		s.published(params)
	}
}

// early reports whether a message may go to the client before initialize was answered.
func (s *Session) early(method string, params any) bool {
	switch method {
	case "window/showMessage", "window/logMessage", "telemetry/event", "window/showMessageRequest":
		return true
	case "$/progress":
		t, ok := idOf(at(params, "token"))
		return ok && s.tokens[t] != nil
	}
	return false
}

// announced checks that the client said that it takes a message that is optional.
func (s *Session) announced(spec *message) {
	path := spec.ClientCapability
	switch {
	case path == "" || spec.Method == "window/showMessageRequest":
		return
	case path == ownCapability:
		if _, object := s.capability(path).(map[string]any); !object && s.capability(path) != true {
			s.problem("%s without the client's capability %s", spec.Method, path)
		}
		return
	case strings.HasSuffix(spec.Method, "/refresh") && !strings.HasSuffix(path, ".refreshSupport"):
		path += ".refreshSupport"
	case s.model.requests[spec.Method] == nil:
		return // diagnostics go to whoever says nothing of them
	}
	if s.capability(path) != true {
		s.problem("%s without the client's capability %s", spec.Method, path)
	}
}

func (s *Session) capability(path string) any { return at(s.caps, strings.Split(path, ".")...) }

func (s *Session) progress(params any) {
	const method = "$/progress"
	key, ok := idOf(at(params, "token"))
	if !ok {
		return // reported with the params' type
	}
	t, value := s.tokens[key], at(params, "value")
	if t == nil {
		s.problem("%s: nobody knows the token %s", method, key)
		return
	}
	if t.partial != nil {
		s.check(method, "params.value", t.partial, value)
		return
	}
	kind, _ := at(value, "kind").(string)
	switch kind {
	case "begin", "report", "end":
		s.check(method, "params.value", &typ{Kind: "reference", Name: "WorkDoneProgress" + strings.ToUpper(kind[:1]) + kind[1:]}, value)
	default:
		s.problem("%s: params.value.kind: %s is neither begin, report nor end", method, show(at(value, "kind")))
		return
	}
	if t.state == "refused" || t.state == "end" || (kind == "begin") != (t.state == "") {
		s.problem("%s: %s of token %s after %q", method, kind, key, t.state)
	}
	if kind == "begin" || kind == "end" {
		t.state = kind
	}
}

func (s *Session) registered(params any) {
	const method = "client/registerCapability"
	list, _ := at(params, "registrations").([]any)
	for i, r := range list {
		name, _ := at(r, "method").(string)
		spec := s.model.registrations[name]
		if spec == nil {
			s.problem("%s: params.registrations[%d]: %q can't be registered", method, i, name)
			continue
		}
		if options, has := r.(map[string]any)["registerOptions"]; has && spec.RegistrationOptions != nil {
			s.check(method, fmt.Sprintf("params.registrations[%d].registerOptions", i), spec.RegistrationOptions, options)
		}
		if path := spec.ClientCapability; path != "" && s.capability(path+".dynamicRegistration") != true {
			s.problem("%s: %s without the client's capability %s.dynamicRegistration", method, name, path)
		}
	}
}

// published checks that diagnostics hold nothing that the client can't show.
func (s *Session) published(params any) {
	const path = "textDocument.publishDiagnostics"
	items, _ := at(params, "diagnostics").([]any)
	for i, d := range items {
		if at(d, "relatedInformation") != nil && s.capability(path+".relatedInformation") != true {
			s.problem("%s: diagnostics[%d] has relatedInformation without the client's capability", path, i)
		}
		tags, _ := at(d, "tags").([]any)
		known, _ := s.capability(path + ".tagSupport.valueSet").([]any)
		for _, tag := range tags {
			if !slices.Contains(known, tag) {
				s.problem("%s: diagnostics[%d] has tag %s without the client's capability", path, i, show(tag))
			}
		}
	}
}

func (s *Session) serverAnswers(msg map[string]any) {
	s.members("an answer", msg, "id", "result", "error")
	result, hasResult := msg["result"]
	failure, hasError := msg["error"]
	raw, hasID := msg["id"]
	if hasResult == hasError {
		s.problem("an answer has not exactly one of result and error: %s", show(msg))
		return
	}
	if hasError {
		s.failure(failure)
	}
	if hasID && raw == nil && hasError {
		return // to something that was no request
	}
	key, ok := idOf(raw)
	if !ok {
		s.problem("an answer's id is neither a string nor an integer: %s", show(msg))
		return
	}
	c := s.asked[key]
	switch {
	case c == nil && s.answered[key] != "":
		s.problem("%s (id %s) was answered twice", s.answered[key], key)
		return
	case c == nil:
		s.problem("an answer to id %s, which nobody asked for: %s", key, show(msg))
		return
	}
	delete(s.asked, key)
	s.answered[key] = c.method
	spec := s.model.requests[c.method]
	switch {
	case hasError && spec != nil && spec.ErrorData != nil && at(failure, "data") != nil:
		s.check(c.method, "error.data", spec.ErrorData, at(failure, "data"))
	case hasResult && spec != nil:
		s.check(c.method, "result", spec.Result, result)
	}
	if !hasResult {
		return
	}
	switch c.method {
	case "initialize":
		s.ready = true
		s.encoding(at(result, "capabilities", "positionEncoding"))
	case "textDocument/hover":
		formats, ok := s.capability("textDocument.hover.contentFormat").([]any)
		if kind := at(result, "contents", "kind"); ok && kind != nil && !slices.Contains(formats, kind) {
			s.problem("%s: result.contents is %s, which the client does not take", c.method, show(kind))
		}
	}
}

// encoding checks the choice of positions. UTF-16 may always be chosen.
func (s *Session) encoding(chosen any) {
	offered, _ := s.capability("general.positionEncodings").([]any)
	if chosen != nil && chosen != "utf-16" && !slices.Contains(offered, chosen) {
		s.problem("initialize: result.capabilities.positionEncoding: %s was not offered", show(chosen))
	}
}

func (s *Session) failure(v any) {
	e, ok := v.(map[string]any)
	if !ok {
		s.problem("an error is no object: %s", show(v))
		return
	}
	s.members("an error", e, "code", "message", "data")
	if !within(e["code"], -1<<31, 1<<31-1) {
		s.problem("an error's code is no integer: %s", show(v))
	}
	if _, ok := e["message"].(string); !ok {
		s.problem("an error's message is no string: %s", show(v))
	}
}

// at is a value inside decoded JSON, nil where there is none.
func at(v any, path ...string) any {
	for _, p := range path {
		object, _ := v.(map[string]any)
		v = object[p]
	}
	return v
}
