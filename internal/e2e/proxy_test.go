package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/covls/covls/internal/conformance"
	"github.com/covls/covls/internal/profiletest"
)

// The environment of a test binary that stands between an editor and covls.
const (
	envServer = "COVLS_E2E_SERVER" // the covls to run
	envTap    = "COVLS_E2E_TAP"    // the Unix socket that takes the records
)

// cacheHome is the user's folder of caches, "" for the usual one, before the tests have covls keep nothing there.
var cacheHome = os.Getenv("XDG_CACHE_HOME")

func TestMain(m *testing.M) {
	if server := os.Getenv(envServer); server != "" {
		code, err := proxy(server, os.Getenv(envTap), os.Args[1:])
		if err != nil {
			fmt.Fprintln(os.Stderr, "proxy:", err)
		}
		os.Exit(code)
	}
	if err := profiletest.WithoutCache(); err != nil {
		panic(err)
	}
	os.Exit(profiletest.Main(m))
}

// record is something that a proxy saw. It is written before the editor or covls can see the same.
type record struct {
	At   time.Time
	What what
	// Body is a message, or says what is wrong with the framing.
	Body []byte `json:",omitempty"`
	// Number is a process or an exit code.
	Number int `json:",omitempty"`
}

type what string

const (
	started    what = "started"     // Number: the process
	fromEditor what = "from editor" // Body: a message
	fromCovls  what = "from covls"  // Body: a message
	broken     what = "broken"      // Body: what is wrong with the framing of covls
	hungUp     what = "hung up"     // the editor will send no more
	killed     what = "killed"      // a signal came
	exited     what = "exited"      // Number: the code
)

// proxy runs covls, passes on what the editor and covls say to each other, and records it. It returns
// the exit code of covls.
func proxy(program, socket string, args []string) (int, error) {
	tap, err := net.Dial("unix", socket)
	if err != nil {
		return 3, err
	}
	defer tap.Close()
	var mu sync.Mutex
	enc := json.NewEncoder(tap)
	note := func(r record) {
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
	note(record{What: started, Number: cmd.Process.Pid})

	signal.Ignore(syscall.SIGPIPE) // the end of the editor is not that of the record
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	go func() {
		for s := range signals {
			note(record{What: killed, Body: []byte(s.String())})
			_ = cmd.Process.Signal(s)
		}
	}()
	go func() {
		pass(in, os.Stdin, conformance.NewTap(func(b []byte) { note(record{What: fromEditor, Body: b}) }, func(string) {}))
		note(record{What: hungUp})
		_ = in.Close()
	}()
	pass(os.Stdout, out, conformance.NewTap(
		func(b []byte) { note(record{What: fromCovls, Body: b}) },
		func(p string) { note(record{What: broken, Body: []byte(p)}) },
	))
	err = cmd.Wait()
	code := cmd.ProcessState.ExitCode()
	note(record{What: exited, Number: code})
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
