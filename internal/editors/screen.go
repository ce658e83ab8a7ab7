package editors

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Screen is an editor in a terminal of 160 columns and 48 lines.
type Screen struct {
	desk   *Desk
	name   string
	socket string
	tmux   *control
}

// Screen starts an editor in a terminal, in the project's folder. It ends with the test, if not before. The test is skipped where
// there is no tmux.
func (d *Desk) Screen(t testing.TB, e Editor, env []string, args ...string) *Screen {
	t.Helper()
	tmux, err := exec.LookPath("tmux")
	if err != nil {
		lack(t, true, "tmux")
	}
	dir, err := os.MkdirTemp("", "covls") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	s := &Screen{desk: d, name: e.Name, socket: filepath.Join(dir, "tmux")}
	write(t, filepath.Join(dir, "conf"), "set -s escape-time 0\nset -g status off\nset -g remain-on-exit on\nset -g default-terminal screen-256color\n")
	argv := append([]string{"-S", s.socket, "-f", filepath.Join(dir, "conf"), "new-session", "-d", "-x", "160", "-y", "48", "-c", d.Project.Dir, "--"}, e.Argv(args...)...)
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), tmux, argv...)
	cmd.Env, cmd.Dir = d.Env(env...), d.Project.Dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("tmux: %v\n%s", err, out)
	}
	t.Cleanup(func() {
		_ = s.hangUp()
		if s.tmux != nil {
			s.tmux.close()
		}
		_ = os.RemoveAll(dir)
	})
	if s.tmux, err = attach(tmux, s.socket); err != nil {
		t.Fatal(err)
	}
	return s
}

// hangUp takes the terminal away.
func (s *Screen) hangUp() error {
	out, err := exec.Command("tmux", "-S", s.socket, "kill-server").CombinedOutput()
	if err != nil {
		return fmt.Errorf("tmux: %w\n%s", err, out)
	}
	return nil
}

// Keys presses keys, by tmux's names: "Escape", "C-x", "Enter", "]"; what is none of them is typed.
func (s *Screen) Keys(t testing.TB, keys ...string) {
	t.Helper()
	if out, err := s.tmux.run(append([]string{"send-keys", "--"}, keys...)...); err != nil {
		t.Fatalf("press %q: %v\n%s", keys, err, out)
	}
}

// Type types a text as it is.
func (s *Screen) Type(t testing.TB, text string) {
	t.Helper()
	if out, err := s.tmux.run("send-keys", "-l", "--", text); err != nil {
		t.Fatalf("type %q: %v\n%s", text, err, out)
	}
}

// Resize gives the terminal another size.
func (s *Screen) Resize(t testing.TB, columns, lines int) {
	t.Helper()
	if out, err := s.tmux.run("resize-window", "-x", strconv.Itoa(columns), "-y", strconv.Itoa(lines)); err != nil {
		t.Fatalf("resize the terminal: %v\n%s", err, out)
	}
}

// Text is what the screen shows, at last where the editor has ended.
func (s *Screen) Text() string {
	out, err := s.tmux.run("capture-pane", "-p")
	if err != nil {
		return ""
	}
	return out
}

// Colors is what the screen shows, with the terminal's escapes.
func (s *Screen) Colors() string {
	out, err := s.tmux.run("capture-pane", "-p", "-e")
	if err != nil {
		return ""
	}
	return out
}

// dead tells that the editor has ended.
func (s *Screen) dead() bool {
	out, err := s.tmux.run("display-message", "-p", "#{pane_dead}")
	return err != nil || strings.TrimSpace(out) == "1"
}

// sound skips the test where the editor has crashed with the words that the desk knows.
func (s *Screen) sound(t testing.TB) {
	t.Helper()
	if words := s.desk.Crash; words != "" && s.dead() {
		if text := s.Text(); strings.Contains(text, words) {
			s.desk.Crashed = true
			t.Skipf("%s crashed; the screen shows\n%s", s.name, strings.TrimSpace(text))
		}
	}
}

// Wait waits until the screen satisfies a condition, and returns it. After Patience, or when the editor has ended, the test
// ends.
func (s *Screen) Wait(t testing.TB, what string, ok func(text string) bool) string {
	t.Helper()
	text, met := "", false
	Poll(func() bool {
		dead := s.dead()
		text = s.Text()
		met = ok(text)
		return met || dead
	})
	if !met {
		s.sound(t)
		left, _ := os.ReadFile(s.desk.Project.result())
		t.Fatalf("%s: waited in vain for %s; the screen shows\n%s\nthe editor left %s\nthe last of the traffic:\n%s", s.name, what, strings.TrimSpace(text), left, s.desk.traffic())
	}
	return text
}

// Shows waits until the screen has all the texts.
func (s *Screen) Shows(t testing.TB, texts ...string) string {
	t.Helper()
	return s.Wait(t, strings.Join(texts, ", "), func(text string) bool {
		for _, want := range texts {
			if !strings.Contains(text, want) {
				return false
			}
		}
		return true
	})
}

// Lacks waits until the screen has none of the texts.
func (s *Screen) Lacks(t testing.TB, texts ...string) string {
	t.Helper()
	return s.Wait(t, "the end of "+strings.Join(texts, ", "), func(text string) bool {
		for _, not := range texts {
			if strings.Contains(text, not) {
				return false
			}
		}
		return true
	})
}

// Ended waits until the editor has ended.
func (s *Screen) Ended(t testing.TB) {
	t.Helper()
	if !Poll(s.dead) {
		t.Fatalf("%s lives on; the screen shows\n%s\nthe last of the traffic:\n%s", s.name, s.Text(), s.desk.traffic())
	}
	s.sound(t)
}

// Poll asks for a condition until it is met, or for Patience.
func Poll(ok func() bool) bool { return poll(Patience, ok) }

func poll(most time.Duration, ok func() bool) bool {
	for end := time.Now().Add(most); ; time.Sleep(20 * time.Millisecond) {
		if ok() {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}
