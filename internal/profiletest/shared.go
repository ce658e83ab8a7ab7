package profiletest

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Shared is the folder of real profiles: corpus in the folder that COVLS_SHARED names, or in shared/
// beside the module. The test is skipped where there is none.
func Shared(t testing.TB) string {
	t.Helper()
	dir, err := shared()
	if err != nil {
		t.Skipf("skipped: there is no corpus of real profiles; COVLS_SHARED names the folder that has it: %v", err)
	}
	return dir
}

func shared() (string, error) {
	dir := os.Getenv("COVLS_SHARED")
	if dir == "" {
		module, err := os.Getwd()
		if err != nil {
			return "", err
		}
		for up := filepath.Dir(module); ; module, up = up, filepath.Dir(up) {
			if _, err := os.Stat(filepath.Join(module, "go.mod")); err == nil {
				dir = filepath.Join(up, "shared")
				break
			} else if up == module {
				return "", err
			}
		}
	}
	dir = filepath.Join(dir, "corpus")
	_, err := os.Stat(dir)
	return dir, err
}

// Profiles calls yield with each file of the corpus, but not the figures, by its slashed path in it.
func Profiles(t testing.TB, dir string, yield func(name string, data []byte)) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "expected.json" {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil {
			yield(filepath.ToSlash(name), data)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
