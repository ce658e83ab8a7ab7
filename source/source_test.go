package source_test

import (
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"testing"

	"github.com/covls/covls/source"
)

func TestReadFile(t *testing.T) {
	t.Parallel()
	dir := tree(t, "-- a.go --\npackage a\n-- empty.go --\n-- link.go -> a.go --\n")
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
