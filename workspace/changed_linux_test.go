package workspace_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/workspace"
)

// TestReadChanging changes a profile while it is read: what was read of it counts for nothing.
func TestReadChanging(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir(), nil)
	b.write("lcov.info", half)
	b.read("lcov.info")

	// A text of which little is on disk, and that takes long to unpack.
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	lines := []byte(strings.Repeat("# nothing\n", 1<<16))
	for _, part := range append(append([][]byte{[]byte("TN:\n")}, slices.Repeat([][]byte{lines}, 100)...), []byte(whole)) {
		if _, err := w.Write(part); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b.write("lcov.info", packed.String())
	path := b.path("lcov.info")
	settled, err := workspace.LooksOf(path)
	if err != nil {
		t.Fatal(err)
	}

	ended, changed := make(chan struct{}), make(chan error, 1)
	go func() {
		for {
			select {
			case <-ended:
				changed <- os.ErrDeadlineExceeded
				return
			default:
			}
			if isOpen(path) {
				then := settled.ModTime.Add(-time.Hour)
				changed <- os.Chtimes(path, then, then)
				return
			}
		}
	}()
	told := b.loader.Read(t.Context(), []workspace.Change{{Path: path, Settled: &settled}})
	close(ended)
	if err := <-changed; err != nil {
		t.Fatalf("it was not changed while it was read: %v", err)
	}
	if p := b.store.Load().Profiles[0]; told != nil || p.Trouble != nil || b.files() != "a.c 1 of 2" {
		t.Errorf("told %v, trouble %v, files %s", told, p.Trouble, b.files())
	}
	b.read("lcov.info")
	if b.files() != "a.c 2 of 2" {
		t.Errorf("files %s when it has settled, trouble %v", b.files(), b.store.Load().Profiles[0].Trouble)
	}
}

// isOpen reports whether this process has a file open.
func isOpen(path string) bool {
	fds, _ := filepath.Glob("/proc/self/fd/*")
	for _, fd := range fds {
		if to, err := os.Readlink(fd); err == nil && to == path {
			return true
		}
	}
	return false
}
