package profiletest

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// Tree writes the files of a txtar archive, and symlinks for names that say "from -> to", into a
// new directory, and returns its path without symlinks. $DIR in them stands for that.
func Tree(t testing.TB, archive string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		from, to, link := strings.Cut(f.Name, " -> ")
		path := filepath.Join(dir, filepath.FromSlash(from))
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		switch {
		case err != nil:
		case link:
			if err = os.Symlink(strings.ReplaceAll(to, "$DIR", dir), path); err == nil {
				_, err = os.Lstat(path) // Wine says that it made one, and has not
			}
		default:
			err = os.WriteFile(path, []byte(strings.ReplaceAll(string(f.Data), "$DIR", dir)), 0o644)
		}
		if err != nil && link && runtime.GOOS == "windows" {
			t.Skipf("skipped without the right to make symlinks: %v", err)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
