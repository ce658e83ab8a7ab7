package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/covls/covls/escape"
	"github.com/covls/covls/internal/guard"
)

// journal tells what the session did and how long that took: each message that was handled, each load, each
// publish. It tells the log, and a client that traces. Who has something told waits for neither.
type journal struct {
	server *Server
	trace  atomic.Int32  // a traceLevel
	begun  chan struct{} // closed when the client may be told
	log    spool[slog.Record]
	traces spool[protocol.LogTraceParams]
	ended  chan struct{} // closed when the log has all
}

// traceLevel is how much a client wants to be traced to it.
type traceLevel int32

const (
	traceOff traceLevel = iota
	traceMessages
	traceVerbose
)

// traceOf is the level of a client's word. One that LSP does not have is off, but for that of earlier clients
// which shorten what they are told themselves.
func traceOf(v protocol.TraceValue) traceLevel {
	switch v {
	case protocol.TraceValueMessages, "compact":
		return traceMessages
	case protocol.TraceValueVerbose:
		return traceVerbose
	case protocol.TraceValueOff:
	}
	return traceOff
}

func newJournal(s *Server) *journal {
	return &journal{
		server: s, begun: make(chan struct{}), ended: make(chan struct{}),
		log: newSpool[slog.Record](), traces: newSpool[protocol.LogTraceParams](),
	}
}

// slow is how long something may take before it is logged as a warning.
const slow = time.Second

// entry is something that was done.
type entry struct {
	what string // a word: request, notification, load, publish
	took time.Duration
	// waited is the part of it that was spent waiting for the user, or for news to tell.
	waited time.Duration
	// attrs tell of what it was, in texts that are harmless, and how much.
	attrs []slog.Attr
	err   error
}

// wanted tells whether anybody wants to know.
func (j *journal) wanted() bool {
	return j.trace.Load() != int32(traceOff) || j.server.log.Enabled(context.Background(), slog.LevelWarn)
}

// add takes in what was done. It never waits.
func (j *journal) add(e entry) {
	if !j.wanted() {
		return
	}
	attrs := append(slices.Clip(e.attrs), slog.Duration("took", e.took))
	if e.waited > 0 {
		attrs = append(attrs, slog.Duration("waited", e.waited))
	}
	level, words := slog.LevelDebug, ""
	if e.err != nil {
		wire, ok := errors.AsType[*jsonrpc2.Error](e.err)
		if ok {
			attrs = append(attrs, slog.Int("code", int(wire.Code)))
			words = inShort(wire.Message)
		} else {
			words = inShort(e.err.Error())
		}
		switch {
		case ok && (wire.Code == protocol.CodeRequestCancelled || wire.Code == jsonrpc2.MethodNotFound):
		case e.what == notificationKind: // nobody else hears of it
			level = slog.LevelWarn
		default:
			level = slog.LevelInfo
		}
	}
	if e.took-e.waited >= slow {
		level = slog.LevelWarn
	}
	if j.server.log.Enabled(context.Background(), level) {
		r := slog.NewRecord(time.Now(), level, e.what, 0)
		r.AddAttrs(attrs...)
		if words != "" {
			r.AddAttrs(slog.String("error", words))
		}
		j.log.put(r)
	}
	trace := traceLevel(j.trace.Load())
	if trace == traceOff {
		return
	}
	text := e.what
	for _, a := range attrs {
		text += " " + a.Key + "=" + a.Value.String()
	}
	p := protocol.LogTraceParams{Message: escape.Record(text)}
	if trace == traceVerbose && words != "" {
		p.Verbose = new(escape.Record(words))
	}
	j.traces.put(p)
}

// inShort is a text of others, harmless and short.
func inShort(s string) string {
	const most = 201 // clip leaves less
	return escape.Words(clip([]byte(s[:min(len(s), most)])))
}

// message takes in a message that was handled.
func (j *journal) message(req *jsonrpc2.Request, method string, w *stopwatch, size int, err error) {
	if !j.wanted() {
		return
	}
	e := entry{what: notificationKind, took: time.Since(w.began), waited: w.waited, err: err}
	e.attrs = append(e.attrs, slog.String("method", inShort(method)))
	if req.IsCall() {
		e.what = requestKind
		id := req.ID()
		if n, ok := id.Number(); ok {
			e.attrs = append(e.attrs, slog.Int64("id", n))
		} else if s, ok := id.StringValue(); ok {
			e.attrs = append(e.attrs, slog.String("id", inShort(s)))
		}
	}
	if w.command != "" {
		e.attrs = append(e.attrs, slog.String("command", inShort(w.command)))
	}
	if req.IsCall() && err == nil {
		e.attrs = append(e.attrs, slog.Int("bytes", size))
	}
	j.add(e)
}

// begin lets the client be told: before it has the answer to initialize, LSP allows no trace.
func (j *journal) begin() { close(j.begun) }

// run writes the log and tells the client, until close is called or ctx is done.
func (j *journal) run(ctx context.Context) {
	g := j.server.guard
	g.Go(nil, "the log of what was done", func() {
		defer close(j.ended)
		j.log.run(nil, func(r slog.Record) {
			// What a log can't take is lost; to log that would be no help.
			_ = guard.Guard{}.Do("writing the log", func() { _ = j.server.log.Handler().Handle(context.Background(), r) })
		}, func(lost int) {
			j.server.log.Warn("lines of the log are lost", slog.Int("lines", lost))
		})
	})
	g.Go(nil, "the trace", func() {
		select {
		case <-j.begun:
		case <-ctx.Done():
			return
		}
		send := func(p protocol.LogTraceParams) {
			if ctx.Err() == nil {
				j.server.publisher.unsent(j.server.remote.LogTrace(ctx, &p))
			}
		}
		j.traces.run(ctx.Done(), send, func(lost int) {
			send(protocol.LogTraceParams{Message: fmt.Sprintf("%d lines of the trace are lost: the client reads too slowly", lost)})
		})
	})
}

// close waits until the log has all that was put in, but no longer than patience.
func (j *journal) close(patience time.Duration) {
	j.log.end()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case <-j.ended:
	case <-late.C:
	}
}

// spool holds what one goroutine puts in until another has dealt with it. Putting in never waits: where the
// other is far behind, what comes is dropped and counted.
type spool[T any] struct {
	mu     *sync.Mutex // guards items, lost and closed
	items  []T
	lost   int
	closed bool
	ready  chan struct{} // holds at most one
}

// mostSpooled bounds what waits in a spool.
const mostSpooled = 1000

func newSpool[T any]() spool[T] {
	return spool[T]{mu: &sync.Mutex{}, ready: make(chan struct{}, 1)}
}

func (s *spool[T]) put(item T) {
	s.mu.Lock()
	switch {
	case s.closed:
	case len(s.items) < mostSpooled:
		s.items = append(s.items, item)
	default:
		s.lost++
	}
	s.mu.Unlock()
	s.wake()
}

func (s *spool[T]) wake() {
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

// end has run come to its end behind what was put in.
func (s *spool[T]) end() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.wake()
}

// run deals with each item, and with how many were dropped, until end is called or done is closed.
func (s *spool[T]) run(done <-chan struct{}, each func(T), lost func(int)) {
	for {
		select {
		case <-s.ready:
		case <-done:
			return
		}
		s.mu.Lock()
		items, dropped, closed := s.items, s.lost, s.closed
		s.items, s.lost = nil, 0
		s.mu.Unlock()
		for _, item := range items {
			each(item)
		}
		if dropped > 0 {
			lost(dropped)
		}
		if closed {
			return
		}
	}
}

// stopwatch is of one message. It belongs to the goroutine that handles it.
type stopwatch struct {
	began  time.Time
	waited time.Duration
	// command is the one that a workspace/executeCommand runs.
	command string
}

type stopwatchKey struct{}

// stopwatchOf is that of the message which is handled; never nil.
func stopwatchOf(ctx context.Context) *stopwatch {
	if w, ok := ctx.Value(stopwatchKey{}).(*stopwatch); ok {
		return w
	}
	return &stopwatch{}
}

// waiting has the time until the result is called count as waited for somebody else.
func waiting(ctx context.Context) (done func()) {
	w, since := stopwatchOf(ctx), time.Now()
	return func() { w.waited += time.Since(since) }
}

// commanded notes which command is run.
func commanded(ctx context.Context, command string) {
	stopwatchOf(ctx).command = strings.Clone(command)
}

// SetTrace changes how much the client is traced to.
func (s *Server) SetTrace(_ context.Context, p *protocol.SetTraceParams) error {
	s.journal.trace.Store(int32(traceOf(p.Value)))
	return nil
}
