package disk_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/covls/covls/disk"
)

func TestCache(t *testing.T) {
	t.Parallel()
	c := disk.Cache{Dir: filepath.Join(t.TempDir(), "a", "b"), Most: 100}
	if _, err := c.Get("x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before the first: %v", err)
	}
	put := func(name string, bytes int, age time.Duration) {
		t.Helper()
		if err := c.Put(name, make([]byte, bytes)); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(filepath.Join(c.Dir, name), at, at); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	has := func(name string) bool {
		_, err := os.Stat(filepath.Join(c.Dir, name))
		return err == nil
	}
	put("old", 40, 3*time.Hour)
	put("older", 40, 4*time.Hour)
	put("large", 51, 0)
	if has("large") {
		t.Error("what takes more than half of the cache was put")
	}
	if data, err := c.Get("older"); err != nil || len(data) != 40 {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	put("new", 40, 0)
	if has("old") || !has("older") || !has("new") {
		t.Errorf("old %v, older, which was used since, %v, new %v", has("old"), has("older"), has("new"))
	}
	if runtime.GOOS != "windows" {
		for name, want := range map[string]fs.FileMode{"new": 0o600, ".": 0o700} {
			info, err := os.Stat(filepath.Join(c.Dir, name))
			if err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v", name, info.Mode(), err)
			}
		}
	}
	c.Drop("new")
	if has("new") {
		t.Error("it was not dropped")
	}
	if _, err := c.Get("../b/older"); err == nil {
		t.Error("a name leads out of the cache and in again")
	}
}

// TestCacheMany has several write at once: what is read is whole.
func TestCacheMany(t *testing.T) {
	t.Parallel()
	c := disk.Cache{Dir: t.TempDir(), Most: 40_000}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for k := range 20 {
				name, fill := fmt.Sprint(k%3), byte('a'+i)
				if err := c.Put(name, bytes.Repeat([]byte{fill}, 10_000)); err != nil {
					t.Error(err)
				}
				data, err := c.Get(name)
				if err != nil && !errors.Is(err, fs.ErrNotExist) {
					t.Error(err)
				}
				if len(data) > 0 && (len(data) != 10_000 || bytes.Count(data, data[:1]) != len(data)) {
					t.Errorf("%d bytes of several", len(data))
				}
			}
		})
	}
	wg.Wait()
}
