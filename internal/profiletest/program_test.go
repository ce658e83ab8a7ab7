package profiletest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

// TestProgram holds that the program starts, and that the go command runs a test again which has it when anything has changed that it is made of.
func TestProgram(t *testing.T) {
	t.Parallel()
	out, err := exec.Command(Program(t), "version").Output()
	if err != nil || !strings.HasPrefix(string(out), "covls ") {
		t.Errorf("covls version: %s, %v", out, err)
	}
	looked, err := sourcesOf(nil)
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"go.mod", "go.sum", "cmd/covls", "change", "source/outline", "report/html", "internal/guard"} {
		if path := filepath.Join(root, filepath.FromSlash(want)); !slices.Contains(looked, path) {
			t.Errorf("nobody looks at %s, of which the program is made:\n%s", path, strings.Join(looked, "\n"))
		}
	}
}
