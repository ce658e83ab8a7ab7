package profiletest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

const covls = "github.com/covls/covls/cmd/covls"

// built is where the program of this process lies; run tells that Main removes it.
var built struct {
	run  bool
	once sync.Once
	path string
	err  error
}

// Program is the path of covls, built once for all tests of a package, whose TestMain ends with Main: without cgo, as it is given away, and without
// the race detector. The folder that it lies in is its own.
func Program(t testing.TB) string {
	t.Helper()
	if !built.run {
		t.Fatal("TestMain does not end with profiletest.Main")
	}
	built.once.Do(func() {
		dir, err := os.MkdirTemp("", "covls-test-")
		if err != nil {
			built.err = err
			return
		}
		built.path = filepath.Join(dir, "covls")
		if runtime.GOOS == "windows" {
			built.path += ".exe"
		}
		built.err = build(built.path)
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// Main runs the tests of a package and removes the program that they had. It gives the exit code.
func Main(m *testing.M) int {
	built.run = true
	code := m.Run()
	if built.path != "" {
		if err := os.RemoveAll(filepath.Dir(built.path)); err != nil {
			fmt.Fprintln(os.Stderr, "remove the program of the tests:", err)
		}
	}
	return code
}

// Build builds covls at a path, with variables of the environment as "GOOS=windows".
func Build(t testing.TB, path string, env ...string) {
	t.Helper()
	if err := build(path, env...); err != nil {
		t.Fatal(err)
	}
}

func build(path string, env ...string) error {
	if err := touch(env); err != nil {
		return err
	}
	cmd := exec.Command("go", "build", "-o", path, covls)
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// touch looks at all that the program is made of: the go command takes the result of a test from its cache unless a file or a folder that the
// test has opened is another one since.
func touch(env []string) error {
	dirs, err := sourcesOf(env)
	for _, dir := range dirs {
		f, openErr := os.Open(dir)
		if openErr == nil {
			openErr = f.Close()
		}
		err = errors.Join(err, openErr)
	}
	return err
}

// sourcesOf are the folders of the packages of this module that the program is made of, those of what they embed, and the files that say
// which modules it has.
func sourcesOf(env []string) ([]string, error) {
	cmd := exec.Command("go", "list", "-deps", "-json=Dir,EmbedFiles,Module", covls)
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	seen := map[string]bool{}
	var all []string
	add := func(path string) {
		if !seen[path] {
			seen[path] = true
			all = append(all, path)
		}
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			Dir        string
			EmbedFiles []string
			Module     *struct {
				Main  bool
				GoMod string
			}
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		if p.Module == nil || !p.Module.Main {
			continue
		}
		add(p.Module.GoMod)
		add(filepath.Join(filepath.Dir(p.Module.GoMod), "go.sum"))
		add(p.Dir)
		for _, f := range p.EmbedFiles {
			add(filepath.Dir(filepath.Join(p.Dir, f)))
		}
	}
}

// ModuleDir is where a module lies, as "golang.org/x/text@v0.30.0", which may have to be fetched. Where that can't be done the test misses it.
func ModuleDir(t testing.TB, module string) string {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = t.TempDir()
	out, err := cmd.Output()
	var m struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &m); err != nil || jsonErr != nil || m.Dir == "" {
		Missing(t, "go mod download %s: %v %s", module, err, m.Error)
	}
	return m.Dir
}

// Missing skips a test for something that can't be had. Where COVLS_E2E is set nothing may be missing, and the test fails.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("COVLS_E2E") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf("skipped: "+format, args...)
}
