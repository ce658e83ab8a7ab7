package workspace_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/workspace"
)

// TestSetup holds what is found out of a folder for settings that are to be written.
func TestSetup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/m\n", "main.go": "package main\n", "cover.out": "mode: set\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	near := filepath.Join(dir, "cover.out")
	far, err := filepath.Abs("/covls-elsewhere/far.out")
	if err != nil {
		t.Fatal(err)
	}
	store := workspace.NewStore()
	l := workspace.NewLoader(store)
	f := workspace.NewFolder(dir, "", config.Merge(), nil)
	l.SetFolders(t.Context(), []*workspace.Folder{f})
	if tests := store.Load().Tests(); len(tests[dir]) != 1 {
		t.Errorf("without a profile the projects are %v, want the Go module", tests)
	}
	l.Read(t.Context(), []workspace.Change{{Path: near}})
	snap := store.Load()
	if tests := snap.Tests(); tests != nil {
		t.Errorf("with a profile the projects are %v, want none", tests)
	}
	got, err := f.Setup(t.Context(), snap, []string{far, near})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Survey.Projects) != 1 || got.Survey.Entry != "main.go" || len(got.Tests) != 1 || !slices.Equal(got.Named, []string{far, near}) {
		t.Errorf("got %+v with %+v", got, got.Survey)
	}
	if !slices.Equal(got.Outside, []string{far}) {
		t.Errorf("outside are %v, want %s alone", got.Outside, far)
	}
}
