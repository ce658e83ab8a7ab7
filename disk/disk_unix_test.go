//go:build unix

package disk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/covls/covls/disk"
)

// TestSpecial has what is no file in the place of a settings file.
func TestSpecial(t *testing.T) {
	t.Parallel()
	for _, link := range []bool{false, true} {
		t.Run(fmt.Sprint("link ", link), func(t *testing.T) {
			t.Parallel()
			ws, out := folder(t, "")
			path, list := filepath.Join(ws, "s"), "s: prw-r-----\n"
			fifo := path
			if link {
				fifo, list = filepath.Join(ws, "p"), "p: prw-r-----\ns -> p\n"
				if err := os.Symlink("p", path); err != nil {
					t.Fatal(err)
				}
			}
			if err := syscall.Mkfifo(fifo, 0o640); err != nil {
				t.Fatal(err)
			}
			change := func([]byte) ([]byte, error) { t.Error("it was asked to change a FIFO"); return nil, nil }
			refused(t, disk.Edit(path, 100, change), path, "it is a FIFO and no file")
			refused(t, disk.Replace(path, nil, 0o644), path, "it is a FIFO and no file")
			refused(t, disk.Create(path, nil, 0o644), path, "file already exists")
			want(t, ws, out, list)
		})
	}
}

func TestOutputToFIFO(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"p", "link"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ws, out := folder(t, "link -> p")
			fifo := filepath.Join(ws, "p")
			if err := syscall.Mkfifo(fifo, 0o640); err != nil {
				t.Fatal(err)
			}
			long := strings.Repeat("a long report\n", 10_000) // longer than a pipe holds
			got := make(chan string, 1)
			go func() {
				data, err := os.ReadFile(fifo)
				got <- fmt.Sprint(string(data), err)
			}()
			path := filepath.Join(ws, name)
			refused(t, disk.Output(t.Context(), path, text(long)), path, "")
			if have := <-got; have != long+"<nil>" {
				t.Errorf("the reader got %d bytes, %.20q…", len(have), have)
			}
			want(t, ws, out, "link -> p\np: prw-r-----\n")
		})
	}
}

// TestOutputToNobody has nobody read the FIFO, or not all of it.
func TestOutputToNobody(t *testing.T) {
	t.Parallel()
	ws, out := folder(t, "")
	path := filepath.Join(ws, "p")
	if err := syscall.Mkfifo(path, 0o640); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err := disk.Output(ctx, path, func(io.Writer) error { cancel(); return nil })
	refused(t, err, path, "context canceled")
	reader, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) // who waits for a reader goes on
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	err = disk.Output(ctx, path, func(w io.Writer) error {
		go func() { _, _ = io.ReadFull(reader, make([]byte, 10)); cancel() }()
		return text(strings.Repeat("x", 1<<20))(w)
	})
	refused(t, err, path, "context canceled")
	want(t, ws, out, "p: prw-r-----\n")
}

// TestOutputToOpen writes to what is open already: no path leads to a socket, and a file goes on where it is.
func TestOutputToOpen(t *testing.T) {
	t.Parallel()
	write := func(t *testing.T, f *os.File) {
		path := fmt.Sprintf("/dev/fd/%d", f.Fd())
		refused(t, disk.Output(t.Context(), path, text("new")), path, "")
		if _, err := f.WriteString(", more"); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	}
	t.Run("pipe", func(t *testing.T) {
		t.Parallel()
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		write(t, w)
		_ = w.Close()
		if data, err := io.ReadAll(r); err != nil || string(data) != "new, more" {
			t.Errorf("read %q, error %v", data, err)
		}
	})
	t.Run("socket", func(t *testing.T) {
		t.Parallel()
		fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
		if err != nil {
			t.Fatal(err)
		}
		r, w := os.NewFile(uintptr(fds[0]), "r"), os.NewFile(uintptr(fds[1]), "w")
		defer r.Close()
		write(t, w)
		_ = w.Close()
		if data, err := io.ReadAll(r); err != nil || string(data) != "new, more" {
			t.Errorf("read %q, error %v", data, err)
		}
	})
	t.Run("file", func(t *testing.T) {
		t.Parallel()
		ws, out := folder(t, "r: old")
		f, err := os.OpenFile(filepath.Join(ws, "r"), os.O_WRONLY|os.O_APPEND, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		write(t, f)
		want(t, ws, out, "r: oldnew, more\n")
	})
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		for _, path := range []string{"/dev/fd/9999", "/proc/self/fd/9999", "/dev/fd/x", "/dev/fd/-1"} {
			if err := disk.Output(t.Context(), path, text("new")); err == nil || !strings.HasPrefix(err.Error(), "write "+path+": ") {
				t.Errorf("%s: error %v", path, err)
			}
		}
	})
}

// TestAppendToFIFO has a log that nobody reads, or too slowly: nobody waits for that.
func TestAppendToFIFO(t *testing.T) {
	t.Parallel()
	ws, out := folder(t, "")
	path := filepath.Join(ws, "p")
	if err := syscall.Mkfifo(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := disk.Append(path); !errors.Is(err, syscall.ENXIO) {
		t.Errorf("error %v, want that nobody reads", err)
	}
	r, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	w, err := disk.Append(path)
	if err != nil {
		t.Fatal(err)
	}
	line, written := []byte(strings.Repeat("x", 999)+"\n"), 0
	for range 1000 { // a pipe holds 64 of these
		n, _ := w.Write(line)
		written += n
	}
	if written == 0 || written > 900_000 {
		t.Errorf("%d bytes were written to who reads none", written)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if data, err := io.ReadAll(r); err != nil || len(data) != written {
		t.Errorf("read %d bytes, %d were written, error %v", len(data), written, err)
	}
	_ = r.Close()
	want(t, ws, out, "p: prw-r-----\n")
}

// device makes a device beside those of the machine, which a fault must not cost.
func device(t *testing.T, path string, minor int) {
	t.Helper()
	if err := mknod(path, 1, minor); err != nil {
		t.Skipf("skipped without the right to make devices: %v", err)
	}
}

// TestOutputToDevice writes to devices like /dev/null and /dev/full, which stay what they are.
func TestOutputToDevice(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule, list, name string
		minor            int
		err              string
	}{
		{"null", "", "d", 3, ""},
		{"a link to null", "r -> d", "r", 3, ""},
		{"full", "", "d", 7, "no space left on device"},
		{"a link to full", "r -> d", "r", 7, "no space left on device"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			ws, out := folder(t, tt.list)
			device(t, filepath.Join(ws, "d"), tt.minor)
			before := show(t, ws)
			if !strings.HasPrefix(before, "d: Dcrw") {
				t.Fatal(before)
			}
			path := filepath.Join(ws, tt.name)
			refused(t, disk.Output(t.Context(), path, text("new")), path, tt.err)
			want(t, ws, out, before)
		})
	}
}

// TestSettingsAreNoDevice: settings are never written to a device.
func TestSettingsAreNoDevice(t *testing.T) {
	t.Parallel()
	ws, out := folder(t, "r -> d")
	device(t, filepath.Join(ws, "d"), 3)
	before := show(t, ws)
	for _, name := range []string{"d", "r"} {
		path := filepath.Join(ws, name)
		refused(t, disk.Replace(path, nil, 0o644), path, "it is a device and no file")
	}
	want(t, ws, out, before)
}

// TestOwner replaces the file of somebody else, who keeps it.
func TestOwner(t *testing.T) {
	t.Parallel()
	ws, _ := folder(t, "s: old")
	path := filepath.Join(ws, "s")
	if err := os.Chown(path, 12, 34); err != nil {
		t.Skipf("skipped without the right to give files away: %v", err)
	}
	refused(t, disk.Replace(path, []byte("new"), 0o644), path, "")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if s := info.Sys().(*syscall.Stat_t); s.Uid != 12 || s.Gid != 34 || info.Mode() != 0o640 {
		t.Errorf("owner %d, group %d, mode %v", s.Uid, s.Gid, info.Mode())
	}
}

// writes are the ways of writing, each to a file that is there and, where that is possible, to one that
// is not.
var writes = map[string]func(path, content string) error{
	"edit": func(path, content string) error {
		return disk.Edit(path, 1<<20, func([]byte) ([]byte, error) { return []byte(content), nil })
	},
	"replace": func(path, content string) error { return disk.Replace(path, []byte(content), 0o644) },
	"create":  func(path, content string) error { return disk.Create(path, []byte(content), 0o644) },
	"output":  func(path, content string) error { return disk.Output(context.Background(), path, text(content)) },
}

// failsBoth writes in each way to a file that is there and to a new one, which must fail for that reason and
// leave nothing behind.
func failsBoth(t *testing.T, ws, content, reason string) {
	t.Helper()
	before := show(t, ws)
	for name, write := range writes {
		for _, file := range []string{"s", "new"} {
			if name == "create" && file == "s" {
				continue
			}
			path := filepath.Join(ws, file)
			err := write(path, content)
			refused(t, err, path, reason)
			if after := show(t, ws); after != before {
				t.Errorf("%s of %s: have\n%swant\n%s", name, file, after, before)
			}
		}
	}
}

func TestReadOnlyFile(t *testing.T) {
	t.Parallel()
	ws, out := folder(t, "s: old")
	path := filepath.Join(ws, "s")
	if err := os.Chmod(path, 0o440); err != nil {
		t.Fatal(err)
	}
	asNobody(t, ws, func() {
		for _, name := range []string{"edit", "replace", "output"} {
			refused(t, writes[name](path, "new"), path, "permission denied")
		}
	})
	want(t, ws, out, "s: old (440)\n")
}

func TestReadOnlyFolder(t *testing.T) {
	t.Parallel()
	ws, _ := folder(t, "s: old")
	if err := os.Chmod(ws, 0o555); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(ws, 0o755) }()
	asNobody(t, ws, func() { failsBoth(t, ws, "new", "permission denied") })
}
