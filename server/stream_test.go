package server_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"go.lsp.dev/jsonrpc2"

	"github.com/covls/covls/server"
)

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
		s := server.NewStream(strings.NewReader(in), io.Discard, func() { hungUp++ })
		frames := s.(interface {
			ReadFrame(context.Context) ([]byte, int64, error)
		})
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
	})
}
