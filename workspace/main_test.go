package workspace_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// TestMain has every test see programs on PATH that command lines begin with, whatever this machine has.
func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	bin, err := os.MkdirTemp("", "covls-bin")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(bin)
	for _, name := range []string{"go", "npm", "npx", "bundle", "python3", "python"} {
		if runtime.GOOS == "windows" {
			name += ".exe"
		}
		if err := os.WriteFile(filepath.Join(bin, name), nil, 0o755); err != nil {
			panic(err)
		}
	}
	if err := os.Setenv("PATH", os.Getenv("PATH")+string(filepath.ListSeparator)+bin); err != nil {
		panic(err)
	}
	return m.Run()
}
