// Package server speaks LSP: it turns messages into questions to a snapshot and answers back, and
// changes on disk into new snapshots. It alone knows the protocol's types.
package server

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/engine"
	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/watch"
	"github.com/covls/covls/workspace"
)

// Options are what a session needs from outside.
type Options struct {
	// Version is what the server calls itself.
	Version string
	// Log gets what a person needs to find a fault; nil drops it.
	Log *slog.Logger
	// Dir is the workspace folder where the client names none, as an absolute path; "" leaves it
	// to the documents that are opened.
	Dir string
	// Profiles replaces the names of profiles to look for, as absolute paths; nil keeps those of
	// the settings.
	Profiles []string
	// Cache is the folder of the cache of texts; "" is none.
	Cache string
	// Restricted tells that no other program may be started: the folders are not trusted.
	Restricted bool
	// Env gives the value of a variable, by which CI may name what a change is compared with; nil has none.
	Env func(name string) string
	// Watch are the options of the watcher; its callbacks are the server's.
	Watch watch.Options
}

// Server is one session with one client.
type Server struct {
	handlers map[string]Handler // what it does of LSP, by method

	opts  Options
	log   *slog.Logger
	store *workspace.Store

	phase   atomic.Int32 // a phase
	code    atomic.Int32 // the exit code
	client  atomic.Pointer[client]
	remote  protocol.Client
	conn    jsonrpc2.Conn
	cancels cancels
	// facts is what covls/status tells besides the snapshot; nil until the session begins, and for
	// a client that does not want it.
	facts atomic.Pointer[engine.Facts]
	// pulledOnce tells that the first workspace pull was answered.
	pulledOnce atomic.Bool
	temporary  temporary
	bell       bell          // rings with every new snapshot
	ended      chan struct{} // closed at exit
	end        func()        // closes ended and lets the reader read no further

	guard     guard.Guard
	journal   *journal
	publisher *publisher
	engine    *engine.Engine
	loads     atomic.Int64 // how many were shown
	topKnown  atomic.Pointer[topFunctions]
	jumped    atomic.Pointer[jumped] // nil: no jump yet
}

// New makes a server for one session.
func New(opts Options) *Server {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{opts: opts, log: opts.Log, store: workspace.NewStore(), bell: newBell(), ended: make(chan struct{})}
	s.end = sync.OnceFunc(func() { close(s.ended) })
	s.code.Store(1) // until shutdown and exit
	s.client.Store(&client{})
	s.guard = guard.Guard{Tell: s.fault, Hook: opts.Watch.Guard.Hook}
	s.opts.Watch.Guard = s.guard
	s.journal = newJournal(s)
	s.publisher = newPublisher(s)
	s.engine, s.handlers = s.newEngine(), handlersOf(s)
	s.store.OnUpdate = func() {
		s.publisher.wake()
		s.bell.ring()
	}
	return s
}

// Hangup ends the session: nothing more will come from the client.
func (s *Server) Hangup() { s.end() }

// endPatience bounds the wait for what is under way at the end of a session.
const endPatience = time.Second

// Run serves until the client says exit, hangs up or dies, or ctx is done. It returns the exit code
// that LSP asks for: 0 after shutdown, else 1.
func (s *Server) Run(ctx context.Context, stream jsonrpc2.Stream) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer s.temporary.remove()
	end := s.end
	s.end = func() { end(); cancel() }
	conn := jsonrpc2.NewConn(stream, jsonrpc2.WithCodec(Codec{}))
	s.conn, s.remote = conn, protocol.ClientDispatcher(conn)
	s.journal.run(ctx)
	defer s.journal.close(endPatience)
	var own sync.WaitGroup
	s.guard.Go(&own, "the publisher", func() { s.publisher.run(ctx) })
	s.guard.Go(&own, "the session", func() { s.engine.Run(ctx) })
	conn.Go(ctx, s.handler)
	select {
	case <-s.ended:
	case <-conn.Done():
	case <-ctx.Done():
	}
	cancel()
	s.cancels.all()
	done := make(chan struct{})
	s.guard.Go(nil, "the end of the session", func() {
		defer close(done)
		own.Wait()
		_ = stream.Close()
		<-conn.Done()
	})
	// A reader that waits for a client that neither writes nor hangs up can't be called back, and a
	// load that is being read ends when it ends.
	patience := time.NewTimer(endPatience)
	defer patience.Stop()
	select {
	case <-done:
	case <-patience.C:
		s.log.Info("the session ends with work under way")
	}
	if err := conn.Err(); err != nil {
		s.log.Info("connection ended", slog.Any("error", err))
	}
	return int(s.code.Load())
}

// temporary is a folder for documents that the client is shown, made on first use.
type temporary struct {
	mu  sync.Mutex // guards dir
	dir string
}

// scratch returns the session's temporary folder, which is gone when Run returns.
func (s *Server) scratch() (string, error) {
	t := &s.temporary
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dir == "" {
		dir, err := os.MkdirTemp("", "covls-")
		if err != nil {
			return "", err
		}
		t.dir = dir
	}
	return t.dir, nil
}

func (t *temporary) remove() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dir != "" {
		_ = os.RemoveAll(t.dir)
	}
}

// fault logs a panic that was caught. What the work was about is lost.
func (s *Server) fault(err error) {
	if f, ok := errors.AsType[*guard.Fault](err); ok {
		s.log.Error("panic", slog.String("in", f.About), slog.Any("panic", f.Value), slog.String("stack", f.Stack))
	}
}

// snapshot is the state at the moment the request came in.
func (s *Server) snapshot(ctx context.Context) *workspace.Snapshot {
	if snap, ok := ctx.Value(snapshotKey{}).(*workspace.Snapshot); ok {
		return snap
	}
	return s.store.Load()
}

// bell is a broadcast: it wakes every waiter for the next snapshot.
type bell struct {
	mu   *sync.Mutex // guards next
	next *chan struct{}
}

func newBell() bell {
	next := make(chan struct{})
	return bell{&sync.Mutex{}, &next}
}

func (b bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(*b.next)
	*b.next = make(chan struct{})
}

// rung is closed when the bell rings the next time.
func (b bell) rung() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return *b.next
}

// firstPatience bounds the wait for the first load.
const firstPatience = 5 * time.Second

// first has a request for an open document that came before the first load is over answered from the state behind it: not every client
// asks again.
func (s *Server) first(ctx context.Context, u uri.URI) context.Context {
	if s.document(s.store.Load(), u) == nil {
		return ctx
	}
	return s.begun(ctx)
}

// begun has a request that came before the first load is over answered from the state behind it, or from that at hand after
// firstPatience: before that covls knows nothing, and must not say that there is nothing.
func (s *Server) begun(ctx context.Context) context.Context {
	loaded := s.engine.FirstLoad()
	select {
	case <-loaded:
		return ctx
	default:
	}
	if s.phase.Load() != int32(running) {
		return ctx
	}
	defer waiting(ctx)()
	late := time.NewTimer(firstPatience)
	defer late.Stop()
	select {
	case <-loaded:
		return context.WithValue(ctx, snapshotKey{}, s.store.Load())
	case <-s.ended:
	case <-ctx.Done():
	case <-late.C:
	}
	return ctx
}

// wholePatience bounds the wait for a load.
const wholePatience = 10 * time.Second

// whole has a request answered from the state of the moment when it came in or, where a load was half
// way then, from that when it is whole: before that, the functions of files that are not open are not
// known.
func (s *Server) whole(ctx context.Context) context.Context {
	ctx = s.begun(ctx)
	if s.snapshot(ctx).Scanned {
		return ctx
	}
	late := time.NewTimer(wholePatience)
	defer late.Stop()
	for {
		rung := s.bell.rung()
		snap := s.store.Load()
		if snap.Scanned {
			return context.WithValue(ctx, snapshotKey{}, snap)
		}
		select {
		case <-rung:
		case <-ctx.Done():
			return ctx
		case <-late.C:
			return ctx
		}
	}
}
