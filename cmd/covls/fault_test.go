package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// A panic in a command is an error like any other: one line, and no trace.
func TestCommandFault(t *testing.T) {
	t.Parallel()
	files := map[string]*os.File{}
	for _, name := range []string{"in", "out", "err"} {
		f, err := os.Create(filepath.Join(t.TempDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files[name] = f
	}
	root := newRoot(&streams{files["in"], files["out"], files["err"]})
	root.AddCommand(&cobra.Command{Use: "fail", RunE: func(*cobra.Command, []string) error {
		var list []int
		_ = list[len(root.Commands())]
		return nil
	}})
	code := runRoot(t.Context(), root, []string{"-C", ".", "fail"}, files["in"], files["out"], files["err"])
	said := ""
	for _, name := range []string{"out", "err"} {
		_, err := files[name].Seek(0, io.SeekStart)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(files[name])
		if err != nil {
			t.Fatal(err)
		}
		said += name + ": " + string(data)
	}
	const want = "out: err: covls: covls failed at the command fail (a bug; please report it: runtime error: index out of range ["
	if code != exitWrong || !strings.HasPrefix(said, want) || strings.Count(said, "\n") != 1 || strings.Contains(said, "goroutine") {
		t.Errorf("exit code %d, %s", code, said)
	}
}
