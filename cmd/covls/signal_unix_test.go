//go:build unix

package main

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/covls/covls/config"
)

// TestObey has signals come one after another.
func TestObey(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule  string
		after []time.Duration // each signal, from the one before
		stops int
		exits []int
	}{
		{"none", nil, 0, nil},
		{"one", []time.Duration{time.Hour}, 1, nil},
		{"several that are one", []time.Duration{0, 0, insistence / 2}, 1, nil},
		{"a second", []time.Duration{0, insistence}, 1, []int{143}},
		{"a second behind those that are one", []time.Duration{0, 0, time.Hour}, 1, []int{143}},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				signals := make(chan os.Signal)
				stops, exits := 0, []int(nil)
				go func() {
					for _, d := range tt.after {
						time.Sleep(d)
						signals <- syscall.SIGTERM
					}
					close(signals)
				}()
				obey(signals, func() { stops++ }, func(code int) { exits = append(exits, code) })
				if stops != tt.stops || !slices.Equal(exits, tt.exits) {
					t.Errorf("%d stops and exits %v, want %d and %v", stops, exits, tt.stops, tt.exits)
				}
			})
		})
	}
}

// TestSecondSignal has a process be stuck: it writes into a pipe that is full.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	dir := folderWith(t, shop)
	if err := os.WriteFile(filepath.Join(dir, config.FileName), []byte("tarjet = 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	conn, err := w.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	for full := error(nil); full == nil; {
		err := conn.Write(func(fd uintptr) bool { // which does not wait for room
			_, full = syscall.Write(int(fd), make([]byte, 1<<10))
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, "report", "-C", dir)
	cmd.Stdout = w
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	warned := bufio.NewScanner(stderr)
	warned.Scan() // behind what is wrong in the settings comes the report
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(insistence)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			if code := cmd.ProcessState.ExitCode(); code != 128+int(syscall.SIGTERM) {
				t.Errorf("it ends with %v, want exit code 143", cmd.ProcessState)
			}
			return
		case <-tick.C:
			_ = cmd.Process.Signal(syscall.SIGTERM)
		}
	}
}
