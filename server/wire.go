package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/covls/covls/escape"
	"github.com/covls/covls/internal/guard"
)

// Codec puts payloads into JSON and back as package protocol does; the library's own is not
// exported.
type Codec struct{}

// Marshal implements jsonrpc2.Codec.
func (Codec) Marshal(v any) (data []byte, err error) {
	if raw, ok := v.(jsonrpc2.RawMessage); ok {
		if raw == nil {
			return []byte("null"), nil
		}
		return raw, nil
	}
	// The library calls this where nothing of covls could catch a panic.
	if caught := (guard.Guard{}).Do("writing JSON", func() { data, err = protocol.Marshal(v) }); caught != nil {
		return nil, caught
	}
	return data, err
}

// Unmarshal implements jsonrpc2.Codec.
func (Codec) Unmarshal(data []byte, v any) (err error) {
	if raw, ok := v.(*jsonrpc2.RawMessage); ok {
		*raw = append(jsonrpc2.RawMessage(nil), data...)
		return nil
	}
	// The library keeps strings of lists of unions in the frame, which the next message overwrites.
	if caught := (guard.Guard{}).Do("reading JSON", func() { err = protocol.Unmarshal(bytes.Clone(data), v) }); caught != nil {
		return caught
	}
	return err
}

// phase is where the session is in LSP's life cycle.
type phase int32

const (
	starting phase = iota
	greeted        // initialize was answered
	running        // the client has said initialized
	ending         // shutdown was asked for
)

// handler is what the connection calls for each message, on the reading goroutine. Notifications
// are handled there and then, so that edits keep their order. A request gets the snapshot of this
// moment, lets the next message be read, and goes on beside it. No panic gets out, and no wrong
// message ends the session.
func (s *Server) handler(ctx context.Context, req *jsonrpc2.Request) (result any, err error) {
	method := strings.Clone(req.Method())
	timed := &stopwatch{began: time.Now()}
	size := 0
	// An error that the client is not told is one all the same.
	var failed error
	defer func() {
		_ = guard.Guard{}.Do("the log of what was done", func() { s.journal.message(req, method, timed, size, failed) })
	}()
	caught := guard.Guard{Hook: s.guard.Hook}.Do(method, func() {
		if result, err = s.handle(ctx, method, req, timed); err == nil && req.IsCall() {
			result, size, err = encoded(method, result)
		}
		failed = err
		if !req.IsCall() {
			err = nil // it would end the session
		}
	})
	if f, ok := errors.AsType[*guard.Fault](caught); ok {
		s.log.Error("panic", slog.String("method", method), slog.Any("panic", f.Value), slog.String("stack", f.Stack))
		failed = jsonrpc2.Errorf(jsonrpc2.InternalError, "covls failed at %s; the log has details", method)
		if !req.IsCall() {
			return nil, nil
		}
		return nil, failed
	}
	return result, err
}

// encoded is an answer in JSON, which counts as work on the answer, and how many bytes that has.
func encoded(method string, result any) (_ any, size int, _ error) {
	if result == nil {
		return nil, len("null"), nil
	}
	data, err := Codec{}.Marshal(result)
	if err != nil {
		return nil, 0, wireError(method, fmt.Errorf("write the answer: %w", err))
	}
	return jsonrpc2.RawMessage(data), len(data), nil
}

func (s *Server) handle(ctx context.Context, method string, req *jsonrpc2.Request, timed *stopwatch) (result any, err error) {
	if err := s.admit(method, req.IsCall()); err != nil {
		if req.IsCall() {
			jsonrpc2.Async(ctx)
		}
		return nil, err
	}
	if !req.IsCall() || method == protocol.MethodExit {
		return nil, s.notification(context.WithValue(jsonrpc2.DetachContext(ctx), stopwatchKey{}, timed), method, req)
	}
	if kindOf(method) == notificationKind {
		jsonrpc2.Async(ctx)
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidRequest, "%s is a notification, which has no id", method)
	}
	if method == protocol.MethodInitialize || method == protocol.MethodShutdown {
		result, err = s.dispatch(jsonrpc2.DetachContext(ctx), req)
		if method == protocol.MethodShutdown && s.cancels.busy() {
			// What was asked before is answered before: a client may say exit as soon as it has this. Where nothing was, this
			// is answered before another message is read, as some clients say exit at once.
			jsonrpc2.Async(ctx)
			s.cancels.wait(endPatience)
		}
		return result, wireError(method, err)
	}
	done, onCancel := s.cancels.register(req.ID())
	defer done()
	snap := s.store.Load()
	jsonrpc2.Async(ctx)
	ctx, cancel := context.WithCancel(context.WithValue(context.WithValue(ctx, snapshotKey{}, snap), stopwatchKey{}, timed))
	defer cancel()
	onCancel(cancel)
	result, err = s.dispatch(ctx, req)
	if ctx.Err() != nil {
		return nil, protocol.ErrRequestCancelled
	}
	return result, wireError(method, err)
}

// admit keeps to the life cycle: nothing but initialize before initialize, nothing but exit after
// shutdown.
func (s *Server) admit(method string, call bool) error {
	switch p := phase(s.phase.Load()); {
	case method == protocol.MethodExit:
		return nil
	case p == starting && method != protocol.MethodInitialize:
		return jsonrpc2.Errorf(jsonrpc2.ServerNotInitialized, "%s before initialize", method)
	case p != starting && method == protocol.MethodInitialize:
		return jsonrpc2.Errorf(jsonrpc2.InvalidRequest, "initialize was asked for already")
	case p == ending && call:
		return jsonrpc2.Errorf(jsonrpc2.InvalidRequest, "%s after shutdown", method)
	case p == ending:
		return errors.New("after shutdown")
	}
	return nil
}

// notification handles what has no id. A request without one would do something of which nobody hears.
func (s *Server) notification(ctx context.Context, method string, req *jsonrpc2.Request) error {
	if kindOf(method) == requestKind {
		return errors.New("a request without an id")
	}
	if method == protocol.MethodCancelRequest {
		return s.cancelRequest(req)
	}
	if method == protocol.MethodInitialized {
		// Some clients leave out its empty parameters, which the library takes for broken ones.
		return s.Initialized(ctx, nil)
	}
	if (method == protocol.MethodTextDocumentDidOpen || method == protocol.MethodTextDocumentDidChange) && s.bringsTooMuch(req.Params()) {
		return nil
	}
	if method == protocol.MethodTextDocumentDidOpen {
		ctx = context.WithValue(ctx, uriKey{}, rawURI(req.Params()))
	}
	if method == protocol.MethodTextDocumentDidChange {
		ctx = context.WithValue(ctx, changesKey{}, []byte(req.Params()))
	}
	_, err := s.dispatch(ctx, req)
	return wireError(method, err)
}

func (s *Server) dispatch(ctx context.Context, req *jsonrpc2.Request) (any, error) {
	if kindOf(req.Method()) == "" { // the library would decode the parameters before it asks
		if answer := s.own(req.Method()); answer != nil && req.IsCall() {
			return answer(ctx, params{strings.Clone(req.Method()), req.Params()})
		}
		return nil, shownError(jsonrpc2.MethodNotFound, "covls does not know "+req.Method())
	}
	handle := s.handlers[req.Method()]
	if handle == nil {
		return nil, shownError(jsonrpc2.MethodNotFound, "covls does not have "+req.Method())
	}
	if ctx.Err() != nil {
		return nil, protocol.ErrRequestCancelled
	}
	result, err := handle(ctx, req.Params())
	if errors.Is(err, jsonrpc2.ErrParse) && tidyAll(req.Params()) {
		return handle(ctx, req.Params())
	}
	return result, err
}

// wireError gives an error the code that LSP asks for. Editors show its words.
func wireError(method string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return protocol.ErrRequestCancelled
	case errors.Is(err, jsonrpc2.ErrParse):
		return shownError(jsonrpc2.InvalidParams, fmt.Sprintf("the parameters of %s can't be read: %v", method, err))
	}
	var wire *jsonrpc2.Error
	if errors.As(err, &wire) {
		return shownError(wire.Code, wire.Message)
	}
	return shownError(jsonrpc2.InternalError, err.Error())
}

func shownError(code jsonrpc2.Code, text string) error {
	return jsonrpc2.NewError(code, escape.Message(text))
}

const (
	requestKind      = "request"
	notificationKind = "notification"
)

// kindOf is what LSP says that a method is; "" for one that LSP does not have.
func kindOf(method string) string {
	i := slices.IndexFunc(protocol.Methods, func(m protocol.MethodInfo) bool { return m.Method == method })
	if i < 0 {
		return ""
	}
	return protocol.Methods[i].Kind
}

// invalid is the error for parameters that covls can't use.
func invalid(format string, args ...any) error {
	return jsonrpc2.Errorf(jsonrpc2.InvalidParams, format, args...)
}

type snapshotKey struct{}

// uriKey is for the client's own spelling of a document's URI, which the library would replace by
// another.
type uriKey struct{}

// rawURI reads textDocument.uri without decoding the text beside it; "" where there is none.
func rawURI(params []byte) string {
	var uri string
	_ = eachMember(params, func(name string, value jsontext.Value) {
		if name == "textDocument" {
			_ = eachMember(value, func(name string, value jsontext.Value) {
				if name == "uri" {
					if b, err := jsontext.AppendUnquote(nil, value); err == nil {
						uri = string(b)
					}
				}
			})
		}
	})
	return uri
}

// changesKey is for the params of didChange: the library takes a change whose range it can't read for one of
// the whole text, and places that are missing for the start of the text.
type changesKey struct{}

// changeKind is what a change of a text is of, by its range.
type changeKind int

const (
	wholeText changeKind = iota // it has none, or null
	aRange
	noRange // it is wrong
)

// rangesOf tells of what each of the contentChanges is. It copies no text.
func rangesOf(params []byte) (kinds []changeKind) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(params), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	// members calls f for each member of an object, which skips or reads its value.
	members := func(f func(name string) error) error {
		if dec.PeekKind() != '{' {
			return dec.SkipValue()
		}
		_, err := dec.ReadToken()
		for err == nil && dec.PeekKind() == '"' {
			var name jsontext.Token
			if name, err = dec.ReadToken(); err == nil {
				err = f(name.String())
			}
		}
		if err == nil {
			_, err = dec.ReadToken()
		}
		return err
	}
	_ = members(func(name string) error {
		if name != "contentChanges" || dec.PeekKind() != '[' {
			return dec.SkipValue()
		}
		kinds = nil
		_, err := dec.ReadToken()
		for err == nil && dec.PeekKind() != ']' {
			kind := wholeText
			err = members(func(name string) error {
				if name != "range" {
					return dec.SkipValue()
				}
				value, err := dec.ReadValue()
				if err == nil {
					kind = rangeKind(value)
				}
				return err
			})
			kinds = append(kinds, kind)
		}
		if err == nil {
			_, err = dec.ReadToken()
		}
		return err
	})
	return kinds
}

func rangeKind(value []byte) changeKind {
	type place struct{ Line, Character *uint32 }
	var r *struct{ Start, End place }
	switch err := json.Unmarshal(value, &r); {
	case err != nil:
		return noRange
	case r == nil:
		return wholeText
	case r.Start.Line == nil || r.Start.Character == nil || r.End.Line == nil || r.End.Character == nil:
		return noRange
	}
	return aRange
}

func eachMember(object []byte, f func(name string, value jsontext.Value)) error {
	dec := rawDecoder(object)
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '{' {
		return fmt.Errorf("no object: %w", err)
	}
	for dec.PeekKind() == '"' {
		tok, err := dec.ReadToken()
		if err != nil {
			return err
		}
		name := tok.String()
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		f(name, value)
	}
	return nil
}

func eachElement(list []byte, f func(value jsontext.Value)) error {
	dec := rawDecoder(list)
	if tok, err := dec.ReadToken(); err != nil || tok.Kind() != '[' {
		return fmt.Errorf("no list: %w", err)
	}
	for dec.PeekKind() != ']' {
		value, err := dec.ReadValue()
		if err != nil {
			return err
		}
		f(value)
	}
	return nil
}

// rawDecoder takes JSON apart in place. It is as lenient as the library.
func rawDecoder(data []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// cancels are the requests under way. A cancellation counts even when it comes before the request
// has got its context.
type cancels struct {
	mu sync.Mutex // guards byID and every entry
	// byID has more than one entry where a client uses an id again too early: a cancellation means all.
	byID     map[jsonrpc2.ID][]*cancelEntry
	closed   bool
	answered chan struct{} // closed when nothing is under way any more; nil: nobody waits
}

type cancelEntry struct {
	cancelled bool
	cancel    context.CancelFunc // nil until known
}

func (c *cancels) register(id jsonrpc2.ID) (done func(), onCancel func(context.CancelFunc)) {
	e := &cancelEntry{}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil {
		c.byID = map[jsonrpc2.ID][]*cancelEntry{}
	}
	c.byID[id] = append(c.byID[id], e)
	done = func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if rest := slices.DeleteFunc(c.byID[id], func(f *cancelEntry) bool { return f == e }); len(rest) > 0 {
			c.byID[id] = rest
		} else {
			delete(c.byID, id)
		}
		c.tell()
	}
	onCancel = func(cancel context.CancelFunc) {
		c.mu.Lock()
		defer c.mu.Unlock()
		e.cancel = cancel
		if e.cancelled || c.closed {
			cancel()
		}
	}
	return done, onCancel
}

func (c *cancels) cancel(id jsonrpc2.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.byID[id] {
		e.end()
	}
}

// all cancels whatever is under way, and what comes after.
func (c *cancels) all() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, all := range c.byID {
		for _, e := range all {
			e.end()
		}
	}
	c.tell()
}

// tell closes answered once nothing is under way any more. The lock is held.
func (c *cancels) tell() {
	if c.closed && len(c.byID) == 0 && c.answered != nil {
		close(c.answered)
		c.answered = nil
	}
}

// busy reports whether anything is under way.
func (c *cancels) busy() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.byID) > 0
}

// wait waits, behind all, until nothing is under way, and no longer than patience.
func (c *cancels) wait(patience time.Duration) {
	answered := make(chan struct{})
	c.mu.Lock()
	c.answered = answered
	c.tell()
	c.mu.Unlock()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-answered:
	case <-late.C:
	}
}

func (e *cancelEntry) end() {
	e.cancelled = true
	if e.cancel != nil {
		e.cancel()
	}
}

func (s *Server) cancelRequest(req *jsonrpc2.Request) error {
	var params protocol.CancelParams
	if err := protocol.Unmarshal(req.Params(), &params); err != nil {
		return invalid("the parameters of %s can't be read: %v", protocol.MethodCancelRequest, err)
	}
	switch id := params.ID.(type) {
	case protocol.Integer:
		s.cancels.cancel(jsonrpc2.NewNumberID(int64(id)))
	case protocol.String:
		s.cancels.cancel(jsonrpc2.NewStringID(strings.Clone(string(id))))
	}
	return nil
}
