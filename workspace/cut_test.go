package workspace_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/workspace"
)

// TestCut: a tracefile that ends early counts as far as it is whole, unless there was a whole one before.
func TestCut(t *testing.T) {
	t.Parallel()
	const (
		a     = "SF:a.c\nDA:1,1\nend_of_record\n"
		whole = a + "SF:b.c\nDA:1,1\nend_of_record\n"
		cut   = a + "SF:b.c\nDA:1,"
	)
	for _, tt := range []struct {
		name  string
		texts []string
		files int
		told  bool
	}{
		{"cut from the beginning", []string{cut}, 1, false},
		{"cut behind a whole one", []string{whole, cut}, 2, true},
		{"whole again", []string{whole, cut, whole}, 2, false},
		{"cut further on", []string{cut, whole + "SF:c.c\n"}, 2, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, "lcov.info")
			store := workspace.NewStore()
			loader := workspace.NewLoader(store)
			loader.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", config.Merge(), nil)})
			for _, text := range tt.texts {
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
				loader.Read(t.Context(), []workspace.Change{{Path: path}})
			}
			p := store.Load().Profiles[0]
			if p.Report == nil || len(p.Report.Files) != tt.files || (p.Trouble != nil) != tt.told || tt.told && !errors.Is(p.Trouble, workspace.ErrUnfinished) {
				t.Errorf("report %+v, trouble %v", p.Report, p.Trouble)
			}
		})
	}
}
