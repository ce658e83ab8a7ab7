package server_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/covls/covls/internal/editor"
	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/server"
)

// traced waits for a trace that matches.
func traced(t *testing.T, ed *editor.Editor, pattern string) {
	t.Helper()
	is := regexp.MustCompile("^" + pattern + "$")
	until(t, ed, func(s *editor.Seen) bool { return slices.ContainsFunc(s.Traces, is.MatchString) })
}

// TestTrace has a client be told what was done, as much as it asks for.
func TestTrace(t *testing.T) {
	t.Parallel()
	const took = ` took=[0-9.]+(ns|µs|ms|s)`
	dir := workspace(t, shop)
	path := filepath.Join(dir, "a.go")
	ed := connect(t, editor.Options{Capabilities: editor.Capabilities(), Folders: []string{dir}, Trace: protocol.TraceValueMessages})
	traced(t, ed, `request method=initialize id=\d+ bytes=\d+`+took)
	traced(t, ed, `notification method=initialized`+took)
	traced(t, ed, `load why=settings profiles=0 sources=0 files=0 lost=0 generation=1`+took)
	traced(t, ed, `load why=profiles profiles=1 sources=1 files=1 lost=0 generation=\d+`+took)
	open(t, ed, path)
	until(t, ed, shows(path, shopUncovered))
	traced(t, ed, `notification method=textDocument/didOpen`+took)
	traced(t, ed, `publish generation=\d+ open=1 published=1`+took)
	hoverOnUncovered(t, ed, path)
	traced(t, ed, `request method=textDocument/hover id=\d+ bytes=[1-9]\d{2}`+took)
	if _, err := ed.Jump(t.Context(), "covls.nextGap", uri.File(path), protocol.Position{}); err != nil {
		t.Fatal(err)
	}
	traced(t, ed, `request method=workspace/executeCommand id=\d+ command=covls.nextGap bytes=\d+`+took+`( waited=\S+)?`)

	set := func(v protocol.TraceValue) {
		t.Helper()
		if err := ed.Server().SetTrace(t.Context(), &protocol.SetTraceParams{Value: v}); err != nil {
			t.Fatal(err)
		}
	}
	fail := func(method string) {
		t.Helper()
		if _, err := ed.Ask(t.Context(), method, ""); err == nil {
			t.Fatalf("%s has an answer", method)
		}
	}
	fail("covls/first")
	traced(t, ed, `request method=covls/first id=\d+`+took+` code=-32601`)
	set(protocol.TraceValueVerbose)
	fail("covls/second\u202e\n::error::")
	traced(t, ed, `request method=covls/second⟨U\+202E⟩ ::error:: id=\d+`+took+` code=-32601\ncovls does not know covls/second⟨U\+202E⟩ ::error::`)
	fail("covls/" + strings.Repeat("long", 1000))
	traced(t, ed, `request method=covls/(long){48}lo… id=\d+`+took+` code=-32601\n.{1,203}`)
	set("everything")
	fail("covls/third")
	set("compact")
	traced(t, ed, `notification method=\$/setTrace`+took)
	fail("covls/compact")
	traced(t, ed, `request method=covls/compact id=\d+`+took+` code=-32601`)
	set(protocol.TraceValueOff)
	fail("covls/fourth")
	fail("covls/fifth")
	for _, text := range ed.Seen().Traces {
		if strings.Contains(text, "third") || strings.Contains(text, "fourth") {
			t.Errorf("traced though nobody wants it: %s", text)
		}
	}
}

// TestTraceBegins has nothing be traced before the client says initialized, as LSP has it.
func TestTraceBegins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := start(t, unhurried())
		params := roots(modern())
		params["trace"] = "verbose"
		p.ask("initialize", js(params))
		synctest.Wait()
		if got := p.messages(); len(got) != 1 {
			t.Errorf("before initialized it said %v", got)
		}
		p.send(note("initialized", "{}"))
		p.wait("the trace of initialize", func(m message) bool {
			return m.Method == "$/logTrace" && strings.Contains(string(m.Params), "method=initialize ")
		})
	})
}

// records is a log that keeps its lines, and waits before each where it is told to.
type records struct {
	slog.Handler
	mu    sync.Mutex // guards lines
	lines strings.Builder
	gate  chan struct{} // nil waits for nothing
}

func newRecords(gate chan struct{}) *records {
	r := &records{gate: gate}
	r.Handler = slog.NewTextHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug})
	return r
}

func (r *records) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lines.Write(p)
}

func (r *records) Handle(ctx context.Context, rec slog.Record) error {
	if r.gate != nil && (rec.Message == "request" || rec.Message == "notification") {
		<-r.gate
	}
	return r.Handler.Handle(ctx, rec)
}

// of are the lines that have all the words, without their times.
func (r *records) of(words ...string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for line := range strings.Lines(r.lines.String()) {
		_, line, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
			out = append(out, line)
		}
	}
	return out
}

// timed are the options of a server in a bubble that takes its time for what is asked, and logs that.
func timed(log *records, took map[string]time.Duration) server.Options {
	o := unhurried()
	o.Log = slog.New(log)
	o.Watch.Guard = guard.Guard{Hook: func(about string) {
		if d := took[about]; d > 0 {
			<-time.After(d)
		}
	}}
	return o
}

// TestTimes has each message be logged with the time that it took, and what is slow as a warning. Time
// that was waited for news is not the server's.
func TestTimes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := newRecords(nil)
		p := start(t, timed(log, map[string]time.Duration{
			"textDocument/hover": 3 * time.Second, "textDocument/codeLens": 999 * time.Millisecond, "textDocument/didSave": 2 * time.Second,
			"publishing": time.Second,
		}))
		params := roots(pulling())
		params["initializationOptions"] = obj{"diagnostics": obj{"scope": "workspace"}}
		p.initialize(params)
		p.send(call("1", "textDocument/hover", place("file:///none", "", "")))
		p.response("1")
		p.send(call(`"\u202e"`, "textDocument/codeLens", js(document("file:///none"))))
		p.response(`"` + "\u202e" + `"`)
		p.send(note("textDocument/didSave", js(document("file:///none"))))
		p.send(call("3", "workspace/diagnostic", `{"previousResultIds":[]}`))
		p.response("3")
		p.send(call("4", "workspace/diagnostic", `{"previousResultIds":[]}`))
		<-time.After(time.Hour)
		p.send(note("$/cancelRequest", `{"id":4}`))
		p.response("4")
		p.send(call("5", "textDocument/hover", `{"position":"x"}`), note("textDocument/didClose", `[]`), note("textDocument/hover", `{}`))
		p.response("5")
		p.alive()
		_ = p.in.Close()
		p.exit()
		for _, want := range []string{
			"level=DEBUG msg=notification method=initialized took=0s",
			"level=WARN msg=request method=textDocument/hover id=1 bytes=4 took=3s",
			`level=DEBUG msg=request method=textDocument/codeLens id=⟨U+202E⟩ bytes=2 took=999ms`,
			"level=WARN msg=notification method=textDocument/didSave took=2s",
			"level=DEBUG msg=request method=workspace/diagnostic id=4 took=1h0m0s waited=1h0m0s code=-32800 error=",
			"level=WARN msg=request method=textDocument/hover id=5 took=3s code=-32602 error=",
			"level=WARN msg=notification method=textDocument/didClose took=0s code=-32602 error=",
			`level=WARN msg=notification method=textDocument/hover took=3s error="a request without an id"`,
			"level=DEBUG msg=load why=settings profiles=0 sources=0 files=0 lost=0 generation=1 took=0s",
		} {
			if !slices.ContainsFunc(log.of(), func(line string) bool { return strings.HasPrefix(line, want) }) {
				t.Errorf("the log has no line\n%s\nbut\n%s", want, strings.Join(log.of(), "\n"))
			}
		}
	})
}

// TestLogStands has a log that takes nothing for a while: the session goes on, and the log says later how
// much it lacks.
func TestLogStands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		log := newRecords(gate)
		p := start(t, timed(log, nil))
		p.initialize(roots(modern()))
		const asked = 1500
		for range asked {
			p.alive()
		}
		close(gate)
		synctest.Wait()
		if lost := log.of("lines of the log are lost"); len(lost) != 1 || !strings.Contains(lost[0], "lines=5") {
			t.Errorf("the log says %q, want that some 500 lines are lost", lost)
		}
		if n := len(log.of("method=textDocument/codeLens")); n < 990 || n >= asked {
			t.Errorf("the log has %d requests, want about 1000", n)
		}
		p.alive()
		_ = p.in.Close()
		p.exit()
	})
	synctest.Test(t, func(t *testing.T) { // and it holds up the end for a moment only
		gate := make(chan struct{})
		defer close(gate)
		p := start(t, timed(newRecords(gate), nil))
		p.initialize(roots(modern()))
		since := time.Now()
		_ = p.in.Close()
		p.exit()
		if d := time.Since(since); d > 3*time.Second {
			t.Errorf("the end took %v", d)
		}
	})
}
