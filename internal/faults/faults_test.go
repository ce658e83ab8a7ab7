// Package faults_test is the fault suite: it starts the built program as an editor would, does to it
// whatever can go wrong, and looks what comes of it. `make test-faults` runs it.
//
// A fault is one row of a table: a group, a name, the state in which it comes, what is sent or done,
// and its end in words. The words are the test. An end has clauses with "; " between them:
//
//	lives                       the process goes on, by the rule below
//	exit 1 within 3 s           it ends by itself, with this code, so long after the fault was done
//	killed by SIGKILL within …  a signal ends it
//	answers 1 -32601, null ok   the answers since the fault began, by id, with code or ok; in any order
//	answers nothing
//	what session.holds says     any other words: do must have called holds with them
//
// The rule for all is no clause, because it holds for every fault (session.survives, session.inspect):
// the server answers a hover within a second, and shows the coverage of a good profile that is written
// afterwards; it ends when it is told to, with code 0. Where the fault ended it, another server does all
// that in the same folder. Every byte of standard output belongs to a message as LSP and JSON-RPC have
// them, standard error has no trace of Go's, the process never had more than 256 MiB, and nothing is left
// in its temporary and home folders.
//
// To add a group, write a function that returns its faults and name it in groups. A fault without
// anything special is data (send, and an end with "answers"); the others get a session, whose methods
// write any bytes (raw), speak LSP (send, notify, request), wait with a deadline (wait, marks, exit), or
// meddle with the process. start says how the program is started. Nothing sleeps, and whatever is random
// takes its numbers from session.rand, which is the same in every run.
//
// docs/reliability.md holds the table. It is written by a run with -update, where faults that do not run keep
// their figures (ARGS='-update -run TestFaults/files'), and TestTable fails when it does not have the faults
// and ends of this package.
package faults_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/covls/covls/internal/profiletest"
)

var update = flag.Bool("update", false, "rewrite the table of docs/reliability.md")

// fault is one row of the table.
type fault struct {
	group, name string
	from        state
	with        start
	send        string         // raw bytes, sent first
	do          func(*session) // nil does nothing
	end         string
	alone       bool // needs much of the machine: no two of these run at the same time
}

// state is how far the session is when the fault comes.
type state int

const (
	running state = iota // initialized, with good.go open
	started              // not a word was said
	greeted              // initialize was answered
	ending               // shutdown was answered
)

// start says how the program is started.
type start struct {
	args         []string             // behind serve
	env          []string             // NAME=value; NAME alone takes it away
	shell        string               // what sh does before it becomes the program, as in "ulimit -n 16"
	files        map[string]string    // in the workspace, beside those of the good profile
	capabilities string               // of the client, as JSON; "" takes those of a modern editor
	mute         bool                 // the client answers none of the server's requests
	answer       func(message) string // what it writes instead of a good answer; nil for good answers
	trace        bool                 // a Go trace is what is asked for
	prepare      func(*session)       // called before the process is started; may change session.cmd
}

// groups are the parts of the suite, in the order of the table.
func groups() [][]fault {
	return [][]fault{protocol(), lifecycle(), profileFaults(), documentFaults(), fileFaults()}
}

// limit is what the process may have of memory, in bytes.
const limit = 256 << 20

// TestFaults runs the suite. The faults mostly wait for disks, pipes and clocks, so more of them run at
// the same time than there are processors.
func TestFaults(t *testing.T) {
	if os.Getenv("COVLS_FAULTS") == "" {
		t.Skip("the fault suite takes minutes: make test-faults runs it, or COVLS_FAULTS=1")
	}
	if _, ok := peak(os.Getpid()); !ok {
		t.Logf("%s does not tell how much memory a process has used: that is not looked at", runtime.GOOS)
	}
	covls := profiletest.Program(t)
	var (
		all   sync.WaitGroup
		slots = make(chan struct{}, 2*runtime.GOMAXPROCS(0)+2)
		alone sync.Mutex
		mu    sync.Mutex // guards rows
		rows  = map[string]measured{}
	)
	for _, group := range groups() {
		for _, f := range group {
			all.Go(func() {
				if f.alone {
					alone.Lock()
					defer alone.Unlock()
				}
				slots <- struct{}{}
				defer func() { <-slots }()
				t.Run(f.group+"/"+f.name, func(t *testing.T) {
					m := f.run(t, covls)
					mu.Lock()
					defer mu.Unlock()
					if !t.Failed() {
						rows[f.key()] = m
					}
				})
			})
		}
	}
	all.Wait()
	if *update {
		writeTable(t, rows)
	}
}

func (f *fault) key() string { return f.group + "/" + f.name }

// run does one fault to one server and returns what it cost.
func (f *fault) run(t *testing.T, covls string) measured {
	s := open(t, covls, "", f.with)
	s.spawn()
	s.reach(f.from)
	s.mu.Lock()
	s.began = len(s.replies)
	s.mu.Unlock()
	begin := time.Now()
	if f.send != "" {
		s.raw(f.send)
	}
	if f.do != nil {
		f.do(s)
	}
	s.check(f.end)
	m := measured{took: time.Since(begin)}
	if s.ended() {
		m.peak = s.inspect()
		s = s.another()
	}
	s.survives()
	m.peak = max(m.peak, s.inspect())
	t.Logf("%d MiB, %v", m.peak>>20, m.took)
	return m
}

// write puts a file on disk, in one piece, as if it had been there for an hour: a profile that is this
// old is read at once.
func write(t testing.TB, path, content string) {
	t.Helper()
	part, old := path+".new", time.Now().Add(-time.Hour)
	err := errors.Join(
		os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(part, []byte(content), 0o644), os.Chtimes(part, old, old), os.Rename(part, path),
	)
	if err != nil {
		t.Fatal(err)
	}
}

// frame puts a header before a body.
func frame(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }

// call, note and reply are the bodies of messages. The id is JSON, params "" leaves them out.
func call(id, method, params string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":%q%s}`, id, method, member(params))
}

func note(method, params string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":%q%s}`, method, member(params))
}

func reply(id, result string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, id, result)
}

func member(params string) string {
	if params == "" {
		return ""
	}
	return `,"params":` + params
}
