//go:build unix

package source_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/covls/covls/source"
)

// TestReadNoFile reads what is no file and would not end.
func TestReadNoFile(t *testing.T) {
	t.Parallel()
	for name, put := range map[string]func(path string) error{
		"a FIFO":              func(path string) error { return syscall.Mkfifo(path, 0o644) },
		"a link to a device":  func(path string) error { return os.Symlink("/dev/zero", path) },
		"a link to /dev/tty":  func(path string) error { return os.Symlink("/dev/tty", path) },
		"a folder":            func(path string) error { return os.Mkdir(path, 0o755) },
		"a link to a folder":  func(path string) error { return os.Symlink(".", path) },
		"a link in a circle":  func(path string) error { return os.Symlink(path, path) },
		"a link to a pipe":    func(path string) error { return os.Symlink("/dev/stdin", path) },
		"a link into nowhere": func(path string) error { return os.Symlink("/nowhere", path) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "a.go")
			if err := put(path); err != nil {
				t.Fatal(err)
			}
			if text, err := source.ReadFile(path, 1<<20); err == nil || strings.Contains(err.Error(), "larger") {
				t.Errorf("ReadFile: %q, %v", text, err)
			}
			if text, err := source.ReadInside([]string{filepath.Dir(path)}, path, 1<<20); err == nil {
				t.Errorf("ReadInside: %q, %v", text, err)
			}
		})
	}
}
