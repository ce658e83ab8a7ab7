package disk

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestAddWithoutLinks gives a file its name on a file system that has no hard links.
func TestAddWithoutLinks(t *testing.T) {
	t.Parallel()
	none := func(string, string) error { return errors.ErrUnsupported }
	for _, tt := range []struct {
		rule  string
		there func(path string) error
		err   error
		text  string // of the file in the end
	}{
		{"nothing is there", func(string) error { return nil }, nil, "new"},
		{"a file is there", func(path string) error { return os.WriteFile(path, []byte("old"), 0o600) }, errChanged, "old"},
		{"a link to nothing is there", func(path string) error { return os.Symlink("nothing", path) }, errChanged, ""},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "s")
			dir, err := os.OpenRoot(filepath.Dir(path))
			if err != nil {
				t.Fatal(err)
			}
			defer dir.Close()
			if err := errors.Join(tt.there(path), dir.WriteFile("part", []byte("new"), 0o600)); err != nil {
				t.Fatal(err)
			}
			p := place{dir: dir, name: "s"}
			if err := p.add("part", none); !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			if text, _ := os.ReadFile(path); string(text) != tt.text {
				t.Errorf("it holds %q, want %q", text, tt.text)
			}
		})
	}
}
