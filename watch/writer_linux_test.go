package watch

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// child is a process that has a file open for writing.
type child struct {
	t      *testing.T
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
}

// open starts a process that truncates path and keeps it open.
func open(t *testing.T, path string) *child {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), "WATCH_TEST_WRITE="+path)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{t, cmd, stdin, bufio.NewReader(stdout)}
	t.Cleanup(c.close)
	c.answer()
	return c
}

func (c *child) answer() {
	c.t.Helper()
	if _, err := c.stdout.ReadString('\n'); err != nil {
		c.t.Fatal(err)
	}
}

// write appends a line.
func (c *child) write(line string) {
	c.t.Helper()
	if _, err := io.WriteString(c.stdin, line+"\n"); err != nil {
		c.t.Fatal(err)
	}
	c.answer()
}

// close makes the process end.
func (c *child) close() {
	if c.cmd.ProcessState == nil {
		c.stdin.Close()
		_ = c.cmd.Wait() // killed if the test has ended
	}
}

func TestSystemWriters(t *testing.T) {
	t.Parallel()
	dir := tree(t, `
		free.out
		sub/linked.bin
		link.out -> sub/linked.bin
		linked -> sub
		gocov/covmeta.1
		own.out
	`)
	own, err := os.OpenFile(filepath.Join(dir, "own.out"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	written := open(t, filepath.Join(dir, "written.out"))
	linked := open(t, filepath.Join(dir, "sub/linked.bin"))
	counters := open(t, filepath.Join(dir, "gocov/covcounters.1.2.3"))
	read, err := os.Open(filepath.Join(dir, "free.out"))
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	reader := exec.CommandContext(t.Context(), "cat", "-", "/dev/fd/3")
	reader.ExtraFiles = []*os.File{read}
	hold, err := reader.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := reader.Start(); err != nil {
		t.Fatal(err)
	}
	defer reader.Wait()
	defer hold.Close()

	profiles := map[string]Writer{}
	for _, name := range []string{"free.out", "own.out", "missing.out", "written.out", "link.out", "sub/linked.bin", "linked/linked.bin", "gocov"} {
		profiles[filepath.Join(dir, name)] = Writer{}
	}
	check := func(want map[string]*child) {
		t.Helper()
		busy := systemWriters(profiles)
		for name, c := range want {
			w := busy[filepath.Join(dir, name)]
			if w.PID != c.cmd.Process.Pid || w.Name == "" {
				t.Errorf("%s: got %+v, want process %d", name, w, c.cmd.Process.Pid)
			}
			profiles[filepath.Join(dir, name)] = w
		}
		if len(busy) != len(want) {
			t.Errorf("got %+v, want %d", busy, len(want))
		}
	}
	want := map[string]*child{
		"written.out": written, "link.out": linked, "sub/linked.bin": linked, "linked/linked.bin": linked, "gocov": counters,
	}
	check(want)
	check(want) // now each process is asked first
	written.close()
	delete(want, "written.out")
	check(want)
	// Another process goes on where the first one ends.
	want["written.out"] = open(t, filepath.Join(dir, "written.out"))
	check(want)
}

// What a test run does: the profile is truncated at the start and grows with pauses until the end.
// There is one event, and it has the whole.
func TestTruncatedAndGrown(t *testing.T) {
	t.Parallel()
	path := filepath.Join(tree(t, "cover.out"), "cover.out")
	h := startWatching(t, filepath.Dir(path), nil, "*.out")
	h.searched()
	c := open(t, path)
	h.until("writer", func(u Update) bool {
		for _, e := range u.Events {
			t.Errorf("got %+v", e)
		}
		return len(u.Writing) == 1 && u.Writing[0].Path == path && u.Writing[0].Writer.PID == c.cmd.Process.Pid
	})
	for _, line := range []string{"one", "two", "three"} {
		c.write(line)
		select {
		case u := <-h.w.Updates():
			t.Errorf("got %+v while the file is open", u)
		case <-time.After(5 * 20 * time.Millisecond): // long enough to settle
		}
	}
	if s := h.w.States(); len(s) != 1 || !s[0].Pending || s[0].Stamp.Size != 14 {
		t.Errorf("state %+v", s)
	}
	c.close()
	updates := h.changed("cover.out", 14)
	if len(updates) != 1 || len(updates[0].Events) != 1 || len(updates[0].Writing) != 0 {
		t.Errorf("got %+v", updates)
	}
}
