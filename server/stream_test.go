package server_test

import (
	"context"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.lsp.dev/jsonrpc2"

	"github.com/covls/covls/server"
)

// frames is how jsonrpc2 speaks to the stream.
type frames interface {
	ReadFrame(context.Context) ([]byte, int64, error)
	WriteFrame(context.Context, []byte) (int64, error)
}

// gate is a client that reads only while it is open.
type gate struct{ open chan struct{} }

func (g gate) Write(p []byte) (int, error) {
	<-g.open
	return len(p), nil
}

// TestBacklog has 80 MB of answers wait for the client: nothing more is read until they have gone. A client
// that reads none of them for long ends the session.
func TestBacklog(t *testing.T) {
	t.Parallel()
	for _, deaf := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var hungUp atomic.Bool
			g := gate{make(chan struct{})}
			s := server.NewStream(strings.NewReader(frame("{}")+frame(note("a", ""))), g, func() { hungUp.Store(true) }).(frames)
			ctx, cancel := context.WithCancel(t.Context())
			for range 5 {
				go func() { _, _ = s.WriteFrame(ctx, make([]byte, 16<<20)) }()
			}
			synctest.Wait()
			read := make(chan error, 1)
			go func() {
				_, _, err := s.ReadFrame(ctx)
				read <- err
			}()
			synctest.Wait()
			if len(read) > 0 || hungUp.Load() {
				t.Error("it does not wait for the client")
			}
			if !deaf {
				close(g.open)
				if err := <-read; err != nil || hungUp.Load() {
					t.Errorf("%v; hung up: %t", err, hungUp.Load())
				}
				cancel()
				return
			}
			begin := time.Now()
			if err := <-read; err == nil || !hungUp.Load() || time.Since(begin) != 10*time.Second {
				t.Errorf("%v after %v; hung up: %t", err, time.Since(begin), hungUp.Load())
			}
			cancel()
			close(g.open)
		})
	}
}

// FuzzStream reads any input to its end. A body that the stream lets through is one that jsonrpc2
// understands: another would end the session.
func FuzzStream(f *testing.F) {
	for _, seed := range []string{
		frame(call("1", "a", `{}`)) + frame(note("b", "")),
		frame(reply("1", "null")) + frame(`{"jsonrpc":"2.0","id":"x","error":{"code":-1,"message":"\ud800"}}`),
		frame(`[`+call("1", "a", "")+`,{},[]]`) + frame(`[]`) + frame(` [1] `),
		frame(`{"jsonrpc":"2.0","id":1,"method":"\u0000","params":5}`) + "words" + frame("{}"),
		"content-length : 2\n\n{}Content-Length: 99999999999999999999\r\n\r\n" + frame("null"),
		"Content-Length: 300000000\r\n\r\n{\r\n\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		hungUp := 0
		var out answers
		s := server.NewStream(strings.NewReader(in), &out, func() { hungUp++ })
		frames := s.(frames)
		for {
			body, n, err := frames.ReadFrame(t.Context())
			if err != nil {
				break
			}
			if int64(len(body)) != n {
				t.Errorf("%d bytes, want %d", len(body), n)
			}
			if strings.HasPrefix(strings.TrimLeft(string(body), " \t\r\n"), "[") {
				_, err = jsonrpc2.ParseRequests(body)
			} else {
				_, err = jsonrpc2.DecodeMessage(body)
			}
			if err != nil {
				t.Errorf("%q: %v", body, err)
			}
		}
		if hungUp != 1 {
			t.Errorf("it hung up %d times", hungUp)
		}
		if out.failed.Load() {
			t.Error("a panic was caught")
		}
	})
}

// answers looks for those that tell of a panic.
type answers struct{ failed atomic.Bool }

func (a *answers) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "covls failed at") {
		a.failed.Store(true)
	}
	return len(p), nil
}

// TestStreamPanics has an input that panics at each read: it is told, and given up when it does not end.
func TestStreamPanics(t *testing.T) {
	t.Parallel()
	ended := false
	s := server.NewStream(broken{}, io.Discard, func() { ended = true })
	if _, _, err := s.Read(t.Context()); err == nil || !strings.Contains(err.Error(), "covls failed at reading a message") || !ended {
		t.Errorf("have %v, ended %t", err, ended)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { panic("it was made to") }
