package editors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/covls/covls/internal/conformance"
	"github.com/covls/covls/internal/profiletest"
)

// The environment of a test binary that stands between an editor and covls.
const (
	EnvServer = "COVLS_E2E_SERVER" // the covls to run
	EnvTap    = "COVLS_E2E_TAP"    // the socket of a Tap
)

// cacheHome is the user's folder of caches, "" for the usual one, before the tests have covls keep nothing there.
var cacheHome = os.Getenv("XDG_CACHE_HOME")

// Script is one of the project's set-up scripts, which finds what it has installed.
func Script(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+cacheHome)
	return cmd
}

// Main is for TestMain of a package that has editors start covls through a Tap: where an editor starts the test binary
// as covls, it is that, else it runs the tests.
func Main(m *testing.M) {
	if server := os.Getenv(EnvServer); server != "" {
		if !slices.Contains(os.Args[1:], "serve") { // another command of covls, which has nothing to say to an editor
			os.Exit(plain(server, os.Args[1:]))
		}
		code, err := proxy(server, os.Getenv(EnvTap), os.Args[1:])
		if err != nil {
			fmt.Fprintln(os.Stderr, "proxy:", err)
		}
		os.Exit(code)
	}
	if err := profiletest.WithoutCache(); err != nil {
		panic(err)
	}
	code := profiletest.Main(m)
	os.Exit(code)
}

// plain runs covls with what it stands between, and returns the exit code.
func plain(program string, args []string) int {
	cmd := exec.Command(program, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		fmt.Fprintln(os.Stderr, err)
		return 3
	}
	return cmd.ProcessState.ExitCode()
}

// Record is something that stood between an editor and covls. It is written before either can see the same.
type Record struct {
	At   time.Time
	What What
	// Body is a message, or says what is wrong with the framing, or has the arguments of covls.
	Body []byte `json:",omitempty"`
	// Number is a process or an exit code.
	Number int `json:",omitempty"`
}

// What a Record is.
type What string

const (
	Started    What = "started"     // Number: the process; Body: its arguments
	FromEditor What = "from editor" // Body: a message
	FromCovls  What = "from covls"  // Body: a message
	Broken     What = "broken"      // Body: what is wrong with the framing of covls
	HungUp     What = "hung up"     // the editor will send no more
	Killed     What = "killed"      // a signal came
	Exited     What = "exited"      // Number: the code
)

// proxy runs covls, passes on what the editor and covls say to each other, and records it. It returns
// the exit code of covls.
func proxy(program, socket string, args []string) (int, error) {
	if !slices.Contains(args, "serve") { // no session, but a command of the shell
		cmd := exec.Command(program, args...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		err := cmd.Run()
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			err = nil
		}
		return cmd.ProcessState.ExitCode(), err
	}
	tap, err := net.Dial("unix", socket)
	if err != nil {
		return 3, err
	}
	defer tap.Close()
	var mu sync.Mutex
	enc := json.NewEncoder(tap)
	note := func(r Record) {
		mu.Lock()
		defer mu.Unlock()
		r.At = time.Now()
		_ = enc.Encode(r)
	}
	cmd := exec.Command(program, args...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return 3, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 3, err
	}
	if err := cmd.Start(); err != nil {
		return 3, err
	}
	note(Record{What: Started, Number: cmd.Process.Pid, Body: []byte(strings.Join(args, " "))})

	signal.Ignore(syscall.SIGPIPE) // the end of the editor is not that of the record
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	go func() {
		for s := range signals {
			note(Record{What: Killed, Body: []byte(s.String())})
			_ = cmd.Process.Signal(s)
		}
	}()
	go func() {
		pass(in, os.Stdin, conformance.NewTap(func(b []byte) { note(Record{What: FromEditor, Body: b}) }, func(string) {}))
		note(Record{What: HungUp})
		_ = in.Close()
	}()
	pass(os.Stdout, out, conformance.NewTap(
		func(b []byte) { note(Record{What: FromCovls, Body: b}) },
		func(p string) { note(Record{What: Broken, Body: []byte(p)}) },
	))
	err = cmd.Wait()
	code := cmd.ProcessState.ExitCode()
	note(Record{What: Exited, Number: code})
	if code < 0 {
		return 3, err
	}
	return code, nil
}

// pass copies a stream, but shows it to the tap first. It reads on where nobody takes the copy.
func pass(to io.Writer, from io.Reader, tap *conformance.Tap) {
	seen := io.TeeReader(from, tap)
	if _, err := io.Copy(to, seen); err != nil {
		_, _ = io.Copy(io.Discard, seen)
	}
	tap.End()
}

// Tap takes the records of every covls that is started with its socket in EnvTap.
type Tap struct {
	Socket string

	mu      sync.Mutex
	logs    []*Log        // in the order in which covls was started
	live    int           // of logs
	changed chan struct{} // closed when live becomes less
}

// Listen opens a tap for the time of a test.
func Listen(t testing.TB) *Tap {
	t.Helper()
	dir, err := os.MkdirTemp("", "covls") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	tap := &Tap{Socket: filepath.Join(dir, "tap"), changed: make(chan struct{})}
	l, err := net.Listen("unix", tap.Socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			log := &Log{}
			tap.mu.Lock()
			tap.logs = append(tap.logs, log)
			tap.live++
			tap.mu.Unlock()
			go tap.take(conn, log)
		}
	}()
	return tap
}

func (tap *Tap) take(conn net.Conn, log *Log) {
	defer conn.Close()
	for dec := json.NewDecoder(conn); ; {
		var r Record
		err := dec.Decode(&r)
		if err != nil && !errors.Is(err, io.EOF) {
			r = Record{What: Broken, Body: []byte("read the records: " + err.Error())}
		}
		tap.mu.Lock()
		if !errors.Is(err, io.EOF) {
			*log = append(*log, r)
		}
		if err != nil {
			tap.live--
			close(tap.changed)
			tap.changed = make(chan struct{})
		}
		tap.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// SoFar returns what was recorded until now, of each covls.
func (tap *Tap) SoFar() []Log {
	tap.mu.Lock()
	defer tap.mu.Unlock()
	out := make([]Log, len(tap.logs))
	for i, l := range tap.logs {
		out[i] = append(Log(nil), *l...)
	}
	return out
}

// Wait waits until each covls has ended, and one at least was there, and returns what was recorded of each.
func (tap *Tap) Wait(ctx context.Context) ([]Log, error) {
	for {
		tap.mu.Lock()
		began, live, changed := len(tap.logs), tap.live, tap.changed
		tap.mu.Unlock()
		if began > 0 && live == 0 {
			return tap.SoFar(), nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return tap.SoFar(), fmt.Errorf("%d of %d covls or their proxies live on", live, began)
		}
	}
}

// Log is what was recorded of one covls, in order.
type Log []Record

// String is the end of the log.
func (l Log) String() string {
	var b strings.Builder
	for _, r := range l[max(0, len(l)-20):] {
		fmt.Fprintf(&b, "%s %s %d %.300s\n", r.At.Format("05.000"), r.What, r.Number, r.Body)
	}
	return b.String()
}

// Message is what the tests ask of one.
type Message struct {
	Method string
	Params struct {
		URI          string
		TextDocument struct{ URI string }
		Diagnostics  []struct{ Message string }
		Command      string
	}
}

// Message takes a message apart, as far as the tests ask.
func (r Record) Message() (m Message) {
	_ = json.Unmarshal(r.Body, &m)
	return m
}

// Published are the messages of the marks that r publishes for a document; ok is false where it does
// not.
func (r Record) Published(uri string) (messages []string, ok bool) {
	m := r.Message()
	if m.Method != "textDocument/publishDiagnostics" || m.Params.URI != uri {
		return nil, false
	}
	for _, d := range m.Params.Diagnostics {
		messages = append(messages, d.Message)
	}
	return messages, true
}

// Count tells how many messages of a method went one way.
func (l Log) Count(from What, method string) (n int) {
	for _, r := range l {
		if r.What == from && r.Message().Method == method {
			n++
		}
	}
	return n
}

// AnyCode is for Log.Ended where an editor ends covls without the words of LSP, or by a signal, maybe one that ends the tap too,
// so that nobody sees the code.
const AnyCode = -1

// Ended checks that covls went by itself, with a code, and is gone.
func (l Log) Ended(t testing.TB, code int) {
	t.Helper()
	var asked time.Time
	over := false
	for _, r := range l {
		switch {
		case r.What == Started:
			p, err := os.FindProcess(r.Number)
			gone := func() bool { return err != nil || p.Signal(syscall.Signal(0)) != nil }
			if !gone() && (code != AnyCode || !Poll(gone)) {
				t.Errorf("process %d lives on", r.Number)
			}
		case r.What == HungUp && asked.IsZero(), r.Message().Method == "exit":
			asked = r.At
		case r.What == Killed && code == AnyCode:
			if asked.IsZero() {
				asked = r.At
			}
		case r.What == Killed:
			t.Errorf("the editor lost patience and sent a signal: %s", r.Body)
		case r.What == Exited:
			over = true
			took := r.At.Sub(asked)
			t.Logf("covls ended %d ms after it was told", took.Milliseconds())
			if took > 900*time.Millisecond && code != AnyCode { // Neovim waits for half a second
				t.Errorf("covls took %v to end", took)
			}
			if r.Number != code && code != AnyCode {
				t.Errorf("covls ended with %d, want %d", r.Number, code)
			}
		}
	}
	if !over && code != AnyCode {
		t.Errorf("nobody saw covls end:\n%s", l)
	}
}

// Conforms checks the traffic against the specification: covls sent nothing against it, and left nothing unanswered.
func (l Log) Conforms(t testing.TB) {
	t.Helper()
	model, err := conformance.LoadShared()
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("the traffic was not checked: %v", err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	s := model.Session()
	// Some editors say shutdown and exit, and end the tap with all below it, so that nobody sees the last answers.
	over := slices.ContainsFunc(l, func(r Record) bool { return r.What == Exited })
	n := 0
	for _, r := range l {
		switch r.What {
		case FromEditor:
			if over || r.Message().Method != "exit" {
				s.Client(r.Body)
			}
			n++
		case FromCovls:
			s.Server(r.Body)
			n++
		case Broken:
			s.Broken(string(r.Body))
		case HungUp:
			s.ClientGone()
		}
	}
	if !over {
		s.ClientGone()
	}
	for _, p := range s.Problems() {
		t.Errorf("against the specification: %s", p)
	}
	t.Logf("%d messages checked", n)
}
