package disk_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

func mknod(path string, major, minor int) error {
	return syscall.Mknod(path, syscall.S_IFCHR|0o666, major<<8|minor)
}

// asNobody runs f with no rights over files but those of a user who is not root and owns the folder.
func asNobody(t *testing.T, ws string, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	const nobody = 65534
	var err error
	for _, dir := range []string{filepath.Dir(ws), filepath.Dir(filepath.Dir(ws))} {
		if info, failed := os.Stat(dir); failed != nil || info.Mode().Perm()&0o005 != 0o005 { // /tmp stays as it is
			err = errors.Join(err, failed, os.Chmod(dir, 0o755))
		}
	}
	err = errors.Join(err, filepath.WalkDir(ws, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chown(path, nobody, nobody))
	}))
	if err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := syscall.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Setfsuid(0) }()
	f()
}

// The variables by which this program is told to write to a disk that is full: the folder, and how.
const (
	fullDir  = "COVLS_TEST_FULL_DIR"
	fullKind = "COVLS_TEST_FULL_KIND"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(fullDir); dir != "" {
		if err := writeToFull(dir, os.Getenv(fullKind)); err != nil {
			fmt.Println("setup:", err)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestFullDisk writes where there is no room, as a process of its own: on a small file system, which is gone
// with the process, and under a limit on the length of files.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ kind, reason string }{
		{"tmpfs", "no space left on device"},
		{"limit", "file too large"},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			cmd := exec.Command(self)
			cmd.Env = append(os.Environ(), fullDir+"="+dir, fullKind+"="+tt.kind)
			if tt.kind == "tmpfs" {
				cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWUSER}
				cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
				cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
			}
			out, err := cmd.Output()
			if err != nil && tt.kind == "tmpfs" && len(out) == 0 {
				t.Skipf("skipped without the right to mount: %v", err)
			}
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			n := 0
			for line := range strings.Lines(string(out)) {
				switch {
				case strings.HasPrefix(line, "setup:"):
					t.Fatal(line)
				case !strings.HasSuffix(line, tt.reason+" | s: old,\n"):
					t.Errorf("%s, want the reason %q and the file as it was, alone", line, tt.reason)
				}
				n++
			}
			if n != 2*len(writes)-1 {
				t.Errorf("%d lines, want %d:\n%s", n, 2*len(writes)-1, out)
			}
		})
	}
}

// writeToFull prints a line for each way of writing: its error, and what the folder holds afterwards.
func writeToFull(dir, kind string) error {
	const room = 64 << 10
	path := filepath.Join(dir, "s")
	content := strings.Repeat("x", 2*room)
	switch kind {
	case "tmpfs":
		if err := syscall.Mount("none", dir, "tmpfs", 0, fmt.Sprint("size=", room)); err != nil {
			return err
		}
	case "limit":
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: room, Max: room}); err != nil {
			return err
		}
	}
	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		return err
	}
	w := bufio.NewWriter(os.Stdout)
	for name, write := range writes {
		for _, file := range []string{"s", "new"} {
			if name == "create" && file == "s" {
				continue
			}
			err := write(filepath.Join(dir, file), content)
			var held bytes.Buffer
			entries, _ := os.ReadDir(dir)
			for _, e := range entries {
				text, _ := os.ReadFile(filepath.Join(dir, e.Name()))
				fmt.Fprintf(&held, " %s: %s,", e.Name(), text[:min(len(text), 10)])
			}
			fmt.Fprintf(w, "%s %s: %v |%s\n", name, file, err, held.String())
		}
	}
	return w.Flush()
}
