//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/covls/covls/config"
)

// shell runs a script in a folder, in which "$0" is covls as a process of its own.
func shell(t *testing.T, dir, script string) (out, errs string, code int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", script, self)
	cmd.Dir = dir
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// TestOutput has -o name everything that a path can.
func TestOutput(t *testing.T) {
	t.Parallel()
	report, _, _ := shell(t, folderWith(t, shop), `"$0" report`)
	if !strings.Contains(report, "1 of 5") {
		t.Fatalf("the report is %q", report)
	}
	const old = "old"
	there := func(path string) error { return os.WriteFile(path, []byte(old), 0o600) }
	for _, tt := range []struct {
		rule   string
		before func(path string) error
		script string // in which o/r is the path
		holds  string // what is there in the end
		mode   fs.FileMode
		out    string
		err    string
	}{
		{rule: "new", script: `"$0" report -o o/r`, holds: report, mode: 0o644},
		{rule: "new under the user's mask", script: `umask 077; "$0" report -o o/r`, holds: report, mode: 0o600},
		{rule: "there", before: there, script: `"$0" report -o o/r`, holds: report, mode: 0o600},
		{rule: "link", before: func(path string) error { return os.Symlink("../real", path) }, script: `"$0" report -o o/r && cat real`, holds: report, mode: fs.ModeSymlink, out: report},
		{rule: "link out", before: func(path string) error { return os.Symlink("../../r", path) }, script: `"$0" report -o o/r`, mode: fs.ModeSymlink, err: "write o/r: DIR/o/r is a link out of DIR, to UP/r: name that path itself if you mean it"},
		{rule: "link out of the folder, within the repository", before: func(path string) error { return os.Symlink("../real", path) }, script: `mkdir .git && "$0" report -C o --profile cover.out -o o/r; s=$?; rmdir .git; exit $s`, holds: "", mode: fs.ModeSymlink},
		{rule: "FIFO", before: func(path string) error { return syscall.Mkfifo(path, 0o600) }, script: `cat o/r & "$0" report -o o/r; s=$?; wait; exit $s`, mode: fs.ModeNamedPipe, out: report},
		{rule: "device", before: null, script: `"$0" report -o o/r`, mode: fs.ModeDevice | fs.ModeCharDevice},
		{rule: "stdout", script: `"$0" report -o -`, out: report},
		{rule: "stdout by its path", script: `"$0" report -o /dev/stdout`, out: report},
		{rule: "another open file", script: `"$0" report -o /dev/fd/3 3>&1 >&2`, out: report},
		{rule: "behind what a file holds", before: there, script: `exec >>o/r; "$0" report -o /dev/stdout; echo behind`, holds: old + report + "behind\n", mode: 0o600},
		{rule: "no folder", script: `"$0" report -o o/none/r`, err: "write o/none/r: there is no folder o/none: make it first"},
		{rule: "folder", before: func(path string) error { return os.Mkdir(path, 0o755) }, script: `"$0" report -o o/r`, mode: fs.ModeDir, err: "write o/r: it is a folder: name a file in it"},
		{rule: "no room", script: `ulimit -f 0; "$0" report -o o/r`, err: "write o/r: file too large"},
		{rule: "no room for what is there", before: there, script: `ulimit -f 0; "$0" report -o o/r`, holds: old, mode: 0o600, err: "write o/r: file too large"},
		{rule: "no room on stdout", script: `"$0" report -o - >/dev/full`, err: "write /dev/stdout: no space left on device"},
		{rule: "closed", script: `"$0" report -o /dev/fd/9`, err: "write /dev/fd/9: bad file descriptor"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			dir, err := filepath.EvalSymlinks(folderWith(t, shop))
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "o", "r")
			if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if tt.before != nil {
				if err := tt.before(path); err != nil {
					t.Skipf("skipped without the right to make a %s: %v", tt.rule, err)
				}
			}
			out, stderr, code := shell(t, dir, tt.script)
			if testing.CoverMode() != "" { // Go can't write what was covered either, and says so
				stderr, _, _ = strings.Cut(stderr, "error: coverage ")
			}
			if want := "covls: " + strings.NewReplacer("DIR", dir, "UP", filepath.Dir(dir)).Replace(tt.err) + "\n"; tt.err != "" && (stderr != want || code != exitWrong) || tt.err == "" && (stderr != "" || code != 0) {
				t.Errorf("exit %d, %q on stderr, want %q there", code, stderr, tt.err)
			}
			if out != tt.out {
				t.Errorf("on stdout there is %q", out)
			}
			entries, err := os.ReadDir(filepath.Dir(path))
			if err != nil || len(entries) > 1 || (len(entries) == 0) != (tt.mode == 0) {
				t.Fatalf("there are %v, error %v", entries, err)
			}
			if tt.mode == 0 {
				return
			}
			info, err := os.Lstat(path)
			if err != nil || info.Mode().Type() != tt.mode.Type() || tt.mode.IsRegular() && info.Mode() != tt.mode {
				t.Errorf("mode %v, want %v, error %v", info.Mode(), tt.mode, err)
			}
			if tt.holds == "" {
				return
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != tt.holds {
				t.Errorf("it holds %q, error %v", text, err)
			}
		})
	}
}

// null makes a device like /dev/null, which a fault must not cost.
func null(path string) error {
	if runtime.GOOS != "linux" {
		return errors.ErrUnsupported
	}
	return exec.Command("mknod", path, "c", "1", "3").Run()
}

// TestLog has the log of the server go where it can't.
func TestLog(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ rule, script, err string }{
		{"FIFO that nobody reads", `mkfifo p && "$0" serve --log p </dev/null`, "open the log: open p: "},
		{"link out", `ln -s ../r p && "$0" serve --log p </dev/null`, "open the log: write p: "},
		{"no folder", `"$0" serve --log none/p </dev/null`, "open the log: open none/p: no such file or directory"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			out, stderr, code := shell(t, t.TempDir(), tt.script)
			if !strings.HasPrefix(stderr, "covls: "+tt.err) || strings.Count(stderr, "\n") != 1 || out != "" || code != exitWrong {
				t.Errorf("exit %d, %q, %q on stderr, want %q there", code, out, stderr, tt.err)
			}
		})
	}
	t.Run("file", func(t *testing.T) {
		t.Parallel()
		const hello = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{},"clientInfo":{"name":"x"}}}`
		const hostile = `{"jsonrpc":"2.0","id":"\u202e\nlevel=INFO","method":"covls/\u001b[31m"}`
		var in string
		for _, m := range []string{hello, hostile} {
			in += fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(m), m)
		}
		dir := folderWith(t, map[string]string{"p": "old\n", "in": in})
		if _, stderr, code := shell(t, dir, `"$0" serve --log p <in`); code != 1 || stderr != "" {
			t.Errorf("exit %d, %q", code, stderr)
		}
		text, err := os.ReadFile(filepath.Join(dir, "p"))
		if err != nil || !strings.HasPrefix(string(text), "old\ntime=") {
			t.Errorf("it holds %q, error %v", text, err)
		}
		for _, want := range []string{
			`level=DEBUG msg=request method=initialize id=1 bytes=\d{3,} took=\S+`,
			`level=DEBUG msg=request method=covls/␛\[31m id="⟨U\+202E⟩ level=INFO" took=\S+ code=(-32601 error="covls does not know covls/␛\[31m"|-32800 error=".*")`, // the end of the input may come first
		} {
			if !regexp.MustCompile(`(?m)^time=\S+ ` + want + `$`).Match(text) {
				t.Errorf("it has no line %s:\n%s", want, text)
			}
		}
	})
}

// TestInitLinks has links where the settings are to be.
func TestInitLinks(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule, to, flag, err string
	}{
		{"to nothing", "../gone", "", "is there already"},
		{"to nothing, forced", "../gone", "--force", "where there is nothing: remove the link"},
		{"out", "../canary", "", "is there already"},
		{"out, forced", "../canary", "--force", "outside of"},
		{"within, forced", "real", "--force", ""},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			const secret = "target = 1\n"
			parent := folderWith(t, map[string]string{"canary": secret, "ws/real": secret})
			dir := filepath.Join(parent, "ws")
			path := filepath.Join(dir, config.FileName)
			if err := os.Symlink(tt.to, path); err != nil {
				t.Fatal(err)
			}
			_, stderr, code := covls(t, append([]string{"init", "-C", dir}, strings.Fields(tt.flag)...)...)
			if !strings.Contains(stderr, tt.err) || (code == 0) != (tt.err == "") || strings.Count(stderr, "\n") > 1 {
				t.Errorf("exit %d: %q, want %q in it", code, stderr, tt.err)
			}
			if to, err := os.Readlink(path); err != nil || to != tt.to {
				t.Errorf("the link leads to %q, error %v", to, err)
			}
			text, err := os.ReadFile(filepath.Join(parent, "canary"))
			if entries, _ := os.ReadDir(parent); err != nil || string(text) != secret || len(entries) != 2 {
				t.Errorf("outside there is %q, and %v, error %v", text, entries, err)
			}
			if text, err := os.ReadFile(filepath.Join(dir, "real")); err != nil || (string(text) == secret) != (tt.err != "") {
				t.Errorf("the file holds %q, error %v", text, err)
			}
		})
	}
}
