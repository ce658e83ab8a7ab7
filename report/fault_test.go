package report_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/report"
	"github.com/covls/covls/workspace"
)

// A row that panics is an error, since the totals without it would be wrong.
func TestNewFault(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	profile := filepath.Join(dir, "cover.out")
	if err := errors.Join(
		os.WriteFile(filepath.Join(dir, "a.go"), []byte("package a\n\nfunc F() {\n\tprintln()\n}\n"), 0o644),
		os.WriteFile(profile, []byte("mode: set\na.go:3.10,5.2 1 0\n"), 0o644),
	); err != nil {
		t.Fatal(err)
	}
	store := workspace.NewStore()
	loader := workspace.NewLoader(store)
	loader.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", config.Merge(), nil)})
	loader.Read(t.Context(), []workspace.Change{{Path: profile}})
	snap := store.Load()
	for _, about := range []string{"the row of a.go", "the rows of the report"} {
		g := guard.Guard{Hook: func(at string) {
			if at == about {
				panic("it was made to")
			}
		}}
		r, err := report.New(snap, report.Options{Guard: g})
		if r != nil || err == nil || !strings.Contains(err.Error(), "covls failed at ") {
			t.Errorf("%s: have %v, %v", about, r, err)
		}
		if _, ok := errors.AsType[*guard.Fault](err); !ok && about == "the row of a.go" {
			t.Errorf("%s: %T", about, err)
		}
	}
	if _, err := report.New(snap, report.Options{}); err != nil {
		t.Error(err)
	}
}
