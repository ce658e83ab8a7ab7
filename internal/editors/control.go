package editors

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
)

// control is a client of tmux that stays: a screen is looked at many times a second, and a process for each look would be half
// of the work of a test. It speaks tmux's control mode, of which tmux(1) has a section.
type control struct {
	mu  sync.Mutex // of a command and its answer
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// attach makes one for the server of a socket. What happens on the screen is not told to it, and its own size is none.
func attach(tmux, socket string) (*control, error) {
	c := &control{cmd: exec.Command(tmux, "-S", socket, "-C", "attach-session", "-f", "no-output,ignore-size")}
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = bufio.NewReader(out)
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	return c, nil
}

// close ends the client. What it was attached to goes on.
func (c *control) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.in.Close()
	_, _ = io.Copy(io.Discard, c.out)
	_ = c.cmd.Wait()
}

// run runs a command of tmux, and returns what it prints.
func (c *control) run(args ...string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := io.WriteString(c.in, command(args)); err != nil {
		return "", err
	}
	return answer(c.out)
}

// command is a line of tmux, in which no word means more than it says.
func command(args []string) string {
	var b strings.Builder
	for i, a := range args {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("'" + strings.ReplaceAll(a, "'", `'\''`) + "'")
	}
	b.WriteByte('\n')
	return b.String()
}

// answer reads on to the answer to a command of this client, and through it.
func answer(out *bufio.Reader) (string, error) {
	var b strings.Builder
	guard := "" // the time, the number and the flags, which the first and the last line of an answer share
	for {
		line, err := out.ReadString('\n')
		if err != nil {
			return "", fmt.Errorf("tmux has ended: %w", err)
		}
		word, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch {
		case guard == "":
			if word == "%begin" && strings.HasSuffix(rest, " 1") { // attaching itself has an answer, whose flags are 0
				guard = rest
			}
		case rest == guard && word == "%end":
			return b.String(), nil
		case rest == guard && word == "%error":
			return "", errors.New(strings.TrimSpace(b.String()))
		default:
			b.WriteString(line)
		}
	}
}
