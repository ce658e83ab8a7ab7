package project_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestMain has no test see which extensions this machine's PHP has, and every test see the usual programs on PATH and no others.
func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	bin, err := os.MkdirTemp("", "covls-bin")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(bin)
	for _, name := range []string{
		"go", "node", "npm", "npx", "pnpm", "yarn", "bun", "deno", "python3", "pip", "uv", "bundle", "gem", "rake", "php", "composer", "mvn", "gradle", "sbt",
		"cmake", "ctest", "make", "cargo", "dotnet", "perl", "cover", "prove", "cpanm", "mix", "dart", "flutter", "swift", "bazel",
	} {
		if runtime.GOOS == "windows" {
			name = strings.TrimSuffix(name, "3") + ".exe"
		}
		if err := os.WriteFile(filepath.Join(bin, name), nil, 0o755); err != nil {
			panic(err)
		}
	}
	for name, value := range map[string]string{"PHP_INI_SCAN_DIR": "", "PATH": bin, "HOME": bin, "USERPROFILE": bin} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	return m.Run()
}
