package source_test

import (
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/source"
)

func TestReadFile(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, "-- a.go --\npackage a\n-- empty.go --\n-- link.go -> a.go --\n")
	at := func(name string) string { return filepath.Join(dir, name) }
	tests := []struct {
		name  string
		limit int64
		want  string
		err   string // after the path
		is    error
	}{
		{"a.go", 100, "package a\n", "", nil},
		{"a.go", 10, "package a\n", "", nil},
		{"a.go", 9, "", " is larger than limits.source_bytes (9)", nil},
		{"a.go", 0, "", " is larger than limits.source_bytes (0)", nil},
		{"a.go", math.MaxInt64, "package a\n", "", nil},
		{"empty.go", 0, "", "", nil},
		{"link.go", 100, "package a\n", "", nil},
		{"gone.go", 100, "", "", fs.ErrNotExist},
		{"a.go/b.go", 100, "", "", &fs.PathError{}},
		{".", 100, "", "", &fs.PathError{}},
	}
	for _, tt := range tests {
		got, err := source.ReadFile(at(tt.name), tt.limit)
		switch {
		case got != tt.want:
			t.Errorf("%s, at most %d: %q, want %q", tt.name, tt.limit, got, tt.want)
		case tt.err != "":
			if err == nil || err.Error() != at(tt.name)+tt.err {
				t.Errorf("%s, at most %d: %v, want %s", tt.name, tt.limit, err, tt.err)
			}
		case tt.is == fs.ErrNotExist:
			if !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %v, want %v", tt.name, err, tt.is)
			}
		case tt.is != nil:
			if _, ok := errors.AsType[*fs.PathError](err); !ok {
				t.Errorf("%s: %v, want a PathError", tt.name, err)
			}
		case err != nil:
			t.Errorf("%s, at most %d: %v", tt.name, tt.limit, err)
		}
	}
}

// TestReadInside: what lies elsewhere is not read, whatever leads to it.
func TestReadInside(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, `
-- ws/a.go --
package a
-- ws/sub/b.go --
package b
-- ws/link.go -> sub/b.go --
-- ws/abs.go -> $DIR/ws/a.go --
-- ws/out.go -> ../secret/s.go --
-- ws/outdir -> ../secret --
-- ws/other.go -> ../two/c.go --
-- ws2/d.go --
package d
-- two/c.go --
package c
-- linked -> ws --
-- secret/s.go --
package s
`)
	for _, tt := range []struct {
		dirs, path, want string
		is               error
	}{
		{"ws two", "ws/a.go", "package a\n", nil},
		{"ws two", "ws/link.go", "package b\n", nil},
		{"ws two", "ws/abs.go", "package a\n", nil},
		{"ws two", "ws/other.go", "package c\n", nil},
		{"linked", "ws/a.go", "package a\n", nil},
		{"ws", "linked/sub/b.go", "package b\n", nil},
		{"gone ws", "ws/a.go", "package a\n", nil},
		{"ws two", "ws/out.go", "", fs.ErrPermission},
		{"ws two", "ws/outdir/s.go", "", fs.ErrPermission},
		{"ws two", "ws/../secret/s.go", "", fs.ErrPermission},
		{"ws", "ws/other.go", "", fs.ErrPermission},
		{"ws", "ws2/d.go", "", fs.ErrPermission},
		{"", "ws/a.go", "", fs.ErrPermission},
		{"ws", "ws/none.go", "", fs.ErrNotExist},
	} {
		var dirs []string
		for _, d := range strings.Fields(tt.dirs) {
			dirs = append(dirs, filepath.Join(dir, d))
		}
		got, err := source.ReadInside(dirs, filepath.Join(dir, tt.path), 100)
		if got != tt.want || !errors.Is(err, tt.is) {
			t.Errorf("%s in %s: %q, %v, want %q, %v", tt.path, tt.dirs, got, err, tt.want, tt.is)
		}
	}
	if _, err := source.ReadInside([]string{dir}, filepath.Join(dir, "ws", "a.go"), 1); err == nil {
		t.Error("a text that is too large was read")
	}
}

func TestInside(t *testing.T) {
	t.Parallel()
	tests := []struct {
		p, dir string
		want   bool
	}{
		{"/a", "/a", true},
		{"/a/b", "/a", true},
		{"/ab", "/a", false},
		{"/", "/a", false},
		{"/a", "/", true},
		{"/", "/", true},
		{"/b/a", "/a", false},
	}
	for _, tt := range tests {
		if got := source.Inside(filepath.FromSlash(tt.p), filepath.FromSlash(tt.dir)); got != tt.want {
			t.Errorf("source.Inside(%q, %q) = %t", tt.p, tt.dir, got)
		}
	}
}
