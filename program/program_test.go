package program_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/program"
)

// script writes a program into a folder.
func script(t *testing.T, dir, name, text string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("skipped where a script is no program")
	}
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestFind: what lies in the workspace, or is found by where covls happens to run, is not started.
func TestFind(t *testing.T) {
	work, out := t.TempDir(), t.TempDir()
	script(t, work, "tool", "")
	script(t, filepath.Join(work, "bin"), "tool", "")
	good := script(t, filepath.Join(out, "bin"), "tool", "")
	link := filepath.Join(out, "link")
	if err := os.Symlink(filepath.Join(work, "bin"), link); err != nil {
		t.Fatal(err)
	}
	named := filepath.Join(out, "work")
	if err := os.Symlink(work, named); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(out, "not"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(out, "not", "tool"), []byte("#!/bin/sh\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(work, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(work)
	list := func(dirs ...string) string { return strings.Join(dirs, string(filepath.ListSeparator)) }
	for _, tt := range []struct {
		name, path, folder, want string
	}{
		{"the first", list(filepath.Join(out, "bin"), "/nowhere"), work, good},
		{"empty", "", work, ""},
		{"the folder at hand", list(".", "", "bin", "./bin"), work, ""},
		{"in the workspace", list(work, filepath.Join(work, "bin"), filepath.Join(out, "bin")), work, good},
		{"in the workspace alone", list(work, filepath.Join(work, "bin")), work, ""},
		{"a link into the workspace", list(link, filepath.Join(out, "bin")), work, good},
		{"the workspace is named by a link", list(filepath.Join(work, "bin"), filepath.Join(named, "bin"), filepath.Join(out, "bin")), named, good},
		{"in the repository around the workspace", list(filepath.Join(work, "bin"), filepath.Join(out, "bin")), filepath.Join(work, "deep", "er"), good},
		{"a way around", list(filepath.Join(out, "..", filepath.Base(filepath.Dir(work)), filepath.Base(work), "bin")), work, ""},
		{"no program", list(filepath.Join(out, "not")), work, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("PATH", tt.path)
			got, err := program.New(tt.folder).Find("tool")
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("%q, %v, want %q", got, err, tt.want)
			}
		})
	}
	for _, name := range []string{"../tool", "bin/tool", "", ".", "/bin/sh"} {
		if got, err := program.New(work).Find(name); err == nil {
			t.Errorf("%q is %q", name, got)
		}
	}
}

// TestRestricted: where nothing is trusted nothing is started.
func TestRestricted(t *testing.T) {
	t.Parallel()
	var s *program.Starter
	if _, err := s.Output(t.Context(), program.Go(t.TempDir(), "version")); !errors.Is(err, program.ErrRestricted) {
		t.Errorf("%v", err)
	}
}

// TestEnvironment: a program sees what is meant for it and nothing else.
func TestEnvironment(t *testing.T) {
	work, bin := t.TempDir(), t.TempDir()
	script(t, bin, "go", `for v in $(env | cut -d= -f1); do eval "printf '%s=%s\n' $v \"\$$v\""; done`)
	t.Setenv("PATH", strings.Join([]string{bin, filepath.Join(work, "bin"), ".", os.Getenv("PATH")}, string(filepath.ListSeparator)))
	for name, value := range map[string]string{
		"GOFLAGS": "-toolexec=/canary", "GOPROXY": "https://example.com", "GOTOOLCHAIN": "go1.99.9", "GONOPROXY": "*", "CGO_ENABLED": "1",
		"GIT_DIR": "/x", "GIT_EXTERNAL_DIFF": "/canary", "LD_PRELOAD_X": "/canary", "GOCACHEPROG": "/canary", "GOPACKAGESDRIVER": "/canary", "CC": "/canary", "BASH_ENV": "/canary", "GIT_SSH_COMMAND": "/canary",
		"SECRET_TOKEN": "canary", "GOPATH": filepath.Join(bin, "path"), "GOROOT": filepath.Join(work, "goroot"), "GOENV": filepath.Join(work, "env"),
	} {
		t.Setenv(name, value)
	}
	c := program.Go(work, "x")
	c.Patience, c.Output = time.Minute, 1<<20
	out, err := program.New(work).Output(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for line := range strings.SplitSeq(string(out), "\n") {
		name, value, _ := strings.Cut(line, "=")
		got[name] = value
	}
	for name, want := range map[string]string{
		"GOFLAGS": "-mod=readonly -buildvcs=false", "GOPROXY": "off", "GONOPROXY": "none", "GOTOOLCHAIN": "local", "GOVCS": "*:off", "CGO_ENABLED": "0",
		"GOPATH": filepath.Join(bin, "path"), "PWD": work, "LC_ALL": "C", "HOME": os.Getenv("HOME"),
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	for name, value := range got {
		if strings.Contains(value, "canary") || strings.HasPrefix(name, "GIT_") || name == "GOROOT" || name == "GOENV" {
			t.Errorf("%s=%s was passed on", name, value)
		}
	}
	for _, dir := range filepath.SplitList(got["PATH"]) {
		if !filepath.IsAbs(dir) || strings.HasPrefix(dir, work) {
			t.Errorf("PATH has %q", dir)
		}
	}
}

// TestEnds: a program is ended with all that it has started, whatever that holds open or ignores.
func TestEnds(t *testing.T) {
	for _, tt := range []struct {
		name, script, want string
		output             int
		patience           time.Duration
	}{
		{"hangs", `trap '' TERM INT HUP; echo $$ >"$HOME/pids"; (trap '' TERM; echo $$ >>"$HOME/pids"; exec sleep 1000) & echo $! >>"$HOME/pids"; sleep 1000`, "did not end within", 1 << 20, 300 * time.Millisecond},
		{"leaves a child behind", `sleep 1000 & echo $! >"$HOME/pids"; echo hello`, "", 1 << 20, 20 * time.Second},
		{"says too much", `echo $$ >"$HOME/pids"; while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done`, "said more than 1000 bytes", 1000, time.Minute},
		{"complains at length", `while [ $((n=n+1)) -lt 2000 ]; do echo "complaint $n of many" >&2; done; exit 3`, "tool: exit status 3: complaint 1 of many", 1000, time.Minute},
		{"fails", "exit 3", "tool: exit status 3", 1000, time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bin, home := t.TempDir(), t.TempDir()
			script(t, bin, "tool", tt.script)
			t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
			t.Setenv("HOME", home)
			c := program.Command{Name: "tool", Dir: home, Patience: tt.patience, Output: tt.output}
			out, err := program.New().Output(t.Context(), c)
			if tt.want == "" && !errors.Is(err, nil) && !strings.Contains(err.Error(), "WaitDelay") {
				t.Errorf("%q, %v", out, err)
			}
			if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%q, %v, want %s", out, err, tt.want)
			}
			pids, _ := os.ReadFile(filepath.Join(home, "pids"))
			for _, pid := range strings.Fields(string(pids)) {
				if !gone(t.Context(), pid) {
					t.Errorf("process %s lives on", pid)
				}
			}
		})
	}
}

// gone waits for a process to end.
func gone(ctx context.Context, pid string) bool {
	if runtime.GOOS != "linux" {
		return true
	}
	late := time.After(10 * time.Second)
	for tick := time.Tick(10 * time.Millisecond); ; {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil || slices.Contains(strings.Fields(string(stat)), "Z") {
			return true
		}
		select {
		case <-tick:
		case <-late:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// TestCancelled: who asked does not want to know any more.
func TestCancelled(t *testing.T) {
	bin := t.TempDir()
	script(t, bin, "tool", "sleep 1000")
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	_, err := program.New().Output(ctx, program.Command{Name: "tool", Dir: bin, Patience: time.Minute, Output: 1})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
