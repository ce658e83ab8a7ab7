package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"runtime/debug"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"go.lsp.dev/jsonrpc2"

	"github.com/covls/covls/internal/guard"
)

// maxFrame bounds one message: a client that announces more has a broken length. A message is in memory
// twice while it is decoded.
const maxFrame = 64 << 20

// NewStream returns a stream of messages with LSP's Content-Length headers. What is no message is
// answered and skipped, so that one broken message does not end the session. hangup is called once, when
// nothing more can come, or nothing more can be told.
func NewStream(r io.Reader, w io.Writer, hangup func()) jsonrpc2.Stream {
	return &stream{in: bufio.NewReaderSize(r, 64<<10), out: w, turn: make(chan struct{}, 1), hangup: sync.OnceFunc(hangup)}
}

type stream struct {
	in     *bufio.Reader // of the reading goroutine
	buf    []byte        // of the reading goroutine
	faults int           // of the reading goroutine, since the last message
	hangup func()

	turn    chan struct{} // holds the one who writes to out
	out     io.Writer
	backlog backlog
}

// backlog is what waits to be written. The session reads no further while it is too much, so that a
// client that asks and does not read costs no more than that.
type backlog struct {
	mu    sync.Mutex // guards the fields below
	bytes int
	eased chan struct{} // closed when something was written; nil while nobody waits for that
}

const (
	// maxBacklog bounds the bytes of answers that wait for the client.
	maxBacklog = 64 << 20
	// frameCost is what a waiting message takes besides its own bytes, in bytes: it is mostly the stack
	// of the request that it answers.
	frameCost = 16 << 10
	// backlogPatience is how long a client that is behind so far may read nothing at all.
	backlogPatience = 10 * time.Second
)

// add puts a message of n bytes into the backlog. done takes it out again.
func (b *backlog) add(n int) (done func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bytes += n + frameCost
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.bytes -= n + frameCost
		if b.eased != nil {
			close(b.eased)
			b.eased = nil
		}
	}
}

// wait waits until the backlog is within its bound.
func (b *backlog) wait(ctx context.Context) error {
	for {
		b.mu.Lock()
		if b.bytes <= maxBacklog {
			b.mu.Unlock()
			return nil
		}
		if b.eased == nil {
			b.eased = make(chan struct{})
		}
		eased := b.eased
		b.mu.Unlock()
		late := time.NewTimer(backlogPatience)
		select {
		case <-eased:
		case <-ctx.Done():
		case <-late.C:
			return fmt.Errorf("%d MB of answers wait, and the client has read nothing for %v", maxBacklog>>20, backlogPatience)
		}
		late.Stop()
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// Read is what jsonrpc2 would call for a stream without ReadFrame.
func (s *stream) Read(ctx context.Context) (jsonrpc2.Message, int64, error) {
	frame, n, err := s.ReadFrame(ctx)
	if err != nil {
		return nil, 0, err
	}
	msg, err := jsonrpc2.DecodeMessage(frame)
	return msg, n, err
}

// ReadFrame returns the body of the next message; it is valid until the next call.
func (s *stream) ReadFrame(ctx context.Context) ([]byte, int64, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		if err := s.backlog.wait(ctx); err != nil {
			s.hangup()
			return nil, 0, err
		}
		var frame []byte
		var err error
		if caught := (guard.Guard{}).Do("reading a message", func() { frame, err = s.frame() }); caught == nil {
			s.faults = 0
		} else if err = caught; s.faults < mostFaults {
			s.faults++
			err = &badFrame{jsonrpc2.InternalError, caught.Error()}
		}
		var bad *badFrame
		switch {
		case errors.As(err, &bad):
			// Who reads must not wait for a client that reads nothing.
			guard.Guard{}.Go(nil, "answering what is no message", func() { s.answer(ctx, bad) })
		case err != nil:
			s.hangup()
			return nil, 0, err
		default:
			return frame, int64(len(frame)), nil
		}
	}
}

// mostFaults is how many panics in a row end the session: what can't be read is not read for ever.
const mostFaults = 100

// badFrame is something that is no message but does not break the framing.
type badFrame struct {
	code jsonrpc2.Code
	text string
}

func (b *badFrame) Error() string { return b.text }

func (s *stream) frame() ([]byte, error) {
	n, err := s.header()
	if err != nil {
		return nil, err
	}
	if n > maxFrame {
		// The length may be wrong. Looking for the next header does for both.
		return nil, &badFrame{jsonrpc2.InvalidRequest, fmt.Sprintf("the message is announced with more than %d bytes", maxFrame)}
	}
	body, err := s.body(int(n))
	if err != nil {
		return nil, err
	}
	if !json.Valid(body) {
		return nil, &badFrame{jsonrpc2.ParseError, "the message is not valid JSON"}
	}
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); trimmed[0] == '[' {
		return body, nil
	}
	if _, err := jsonrpc2.ScanMessageView(body); err != nil {
		return nil, &badFrame{jsonrpc2.InvalidRequest, "the message is neither a request, a notification nor a response"}
	}
	return body, nil
}

// body reads n bytes into the reused buffer. What was announced is believed when some of it has come: a
// buffer that doubles to the end would be in memory one and a half times.
func (s *stream) body(n int) ([]byte, error) {
	const step, believed = 1 << 20, 8 << 20
	s.buf = s.buf[:0]
	for len(s.buf) < n {
		k := min(n-len(s.buf), step)
		start := len(s.buf)
		if cap(s.buf) < start+k {
			size := min(2*(start+k), n)
			if start >= believed {
				size = n
			}
			s.buf = append(make([]byte, 0, size), s.buf...)
		}
		s.buf = s.buf[:start+k]
		if _, err := io.ReadFull(s.in, s.buf[start:]); err != nil {
			return nil, io.ErrUnexpectedEOF
		}
	}
	body := s.buf
	if cap(s.buf) > step {
		s.buf = nil // a large message must not stay in memory
	}
	if n > believed {
		debug.FreeOSMemory() // what it was read into before is not to stand beside what it is decoded into
	}
	return body, nil
}

// lengthHeader is a header with a length at the end of a line. What is before it in the line is the
// rest of a message whose length was too small, or the print of a wrapper script.
var lengthHeader = regexp.MustCompile(`(?i)content-length[ \t]*:[ \t]*(\d+)[ \t]*$`)

// header reads up to the blank line and returns the length. Lines that are no header are skipped,
// so that what is between two messages does not end the session.
func (s *stream) header() (int64, error) {
	length := int64(0)
	for {
		line, err := s.line()
		if err != nil {
			return 0, err
		}
		if len(line) == 0 {
			if length > 0 {
				return length, nil
			}
			continue
		}
		if m := lengthHeader.FindSubmatch(line); m != nil {
			if length, err = strconv.ParseInt(string(m[1]), 10, 64); err != nil {
				length = math.MaxInt64 // too large for a number
			}
		}
	}
}

// line returns the next line without its end; of a long one, the last part. It is valid until the
// next call.
func (s *stream) line() ([]byte, error) {
	const most = 4096
	s.buf = s.buf[:0]
	for {
		part, err := s.in.ReadSlice('\n')
		s.buf = append(s.buf, part...)
		switch {
		case err == nil:
			return bytes.TrimRight(s.buf, "\r\n"), nil
		case errors.Is(err, bufio.ErrBufferFull):
			s.buf = append(s.buf[:0], s.buf[len(s.buf)-most:]...)
		case errors.Is(err, io.EOF) && len(s.buf) > 0:
			return nil, io.ErrUnexpectedEOF
		default:
			return nil, err
		}
	}
}

func (s *stream) answer(ctx context.Context, b *badFrame) {
	msg := fmt.Sprintf(`{"jsonrpc":"2.0","id":null,"error":{"code":%d,"message":%q}}`, b.code, b.text)
	_, _ = s.WriteFrame(ctx, []byte(msg))
}

// Write sends one message.
func (s *stream) Write(ctx context.Context, msg jsonrpc2.Message) (int64, error) {
	body, err := jsonrpc2.EncodeMessage(msg)
	if err != nil {
		return 0, err
	}
	return s.WriteFrame(ctx, body)
}

// WriteFrame sends one encoded message with its header. What of it is no UTF-8 came from the client,
// or from a file, and would cost a strict client the session.
func (s *stream) WriteFrame(ctx context.Context, body []byte) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if !utf8.Valid(body) {
		body = bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	done := s.backlog.add(len(body))
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		done()
		return 0, ctx.Err()
	}
	frame := append(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n", len(body)), body...)
	// A write to a client that does not read can't be called back. It may end behind ctx, but it ends
	// whole, so that what follows is not read as a part of it.
	written := make(chan error, 1)
	guard.Guard{}.Go(nil, "writing a message", func() {
		var err error
		if caught := (guard.Guard{}).Do("writing a message", func() { _, err = s.out.Write(frame) }); caught != nil {
			err = caught
		}
		if err != nil {
			s.hangup()
		}
		<-s.turn
		done()
		written <- err
	})
	select {
	case err := <-written:
		return int64(len(frame)), err
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// closePatience is how long Close waits for a client to read what is being written.
const closePatience = 500 * time.Millisecond

// Close closes the output, if it can be closed, behind the message that is being written.
func (s *stream) Close() error {
	late := time.NewTimer(closePatience)
	defer late.Stop()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-late.C:
	}
	if c, ok := s.out.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
