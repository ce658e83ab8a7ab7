package workspace_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/covls/covls/config"
	"github.com/covls/covls/place"
	"github.com/covls/covls/workspace"
)

// manyProfiles writes a folder with so many LCOV profiles of so many files each, of which nobody else has any.
func manyProfiles(t testing.TB, profiles, files int) (folder *workspace.Folder, changes []workspace.Change) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for p := range profiles {
		path := filepath.Join(dir, fmt.Sprintf("p%02d", p), "lcov.info")
		text := ""
		for i := range files {
			sub := filepath.Join(filepath.Dir(path), fmt.Sprintf("d%02d", i%20))
			if err := os.MkdirAll(sub, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(sub, fmt.Sprintf("f%d.c", i)), []byte("int x;\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			text += fmt.Sprintf("SF:p%02d/d%02d/f%d.c\nDA:1,0\nend_of_record\n", p, i%20, i)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		changes = append(changes, workspace.Change{Path: path})
	}
	return workspace.NewFolder(dir, "", config.Merge(), nil), changes
}

// TestNamesStand: a load finds anew where the names of what changed lead, and of what depends on files that came or
// went; the marks of those follow.
func TestNamesStand(t *testing.T) {
	t.Parallel()
	folder, changes := manyProfiles(t, 4, 3)
	store := workspace.NewStore()
	loader := workspace.NewLoader(store)
	loader.SetFolders(t.Context(), []*workspace.Folder{folder})
	path := func(p int, name string) string {
		return filepath.Join(filepath.Dir(changes[p].Path), filepath.FromSlash(name))
	}
	load := func(changed ...workspace.Change) (anew []bool) {
		t.Helper()
		var before []*place.Names
		for _, c := range changes {
			before = append(before, loader.NamesOf(c.Path))
		}
		for _, err := range loader.Read(t.Context(), changed) {
			t.Error(err)
		}
		for i, c := range changes {
			anew = append(anew, loader.NamesOf(c.Path) != before[i])
		}
		return anew
	}
	rewrite := func(p, hits int) workspace.Change {
		text := fmt.Sprintf("SF:p%02d/d00/f0.c\nDA:1,%d\nend_of_record\n", p, hits)
		if err := os.WriteFile(changes[p].Path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return changes[p]
	}
	check := func(what string, anew []bool, want ...bool) {
		t.Helper()
		if !slices.Equal(anew, want) {
			t.Errorf("%s: names were found anew %v, want %v", what, anew, want)
		}
	}
	check("all are new", load(changes...), true, true, true, true)
	check("one changed", load(rewrite(0, 1)), true, false, false, false)
	check("one is as it was", load(rewrite(0, 1)), false, false, false, false)
	if err := errors.Join(os.Remove(path(1, "d01/f1.c")), os.WriteFile(path(2, "d01/other.c"), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	check("a file went", load(rewrite(0, 2)), true, true, false, false)
	snap := store.Load()
	if snap.Files[path(1, "d01/f1.c")] != nil || len(snap.Lost) != 1 || snap.Files[path(1, "d02/f2.c")] == nil {
		t.Errorf("a file went: %d files, lost %d", len(snap.Files), len(snap.Lost))
	}
	if err := os.WriteFile(path(1, "d01/f1.c"), []byte("int y;\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	check("it came back", load(rewrite(0, 3)), true, true, false, false)
	snap = store.Load()
	if snap.Files[path(1, "d01/f1.c")] == nil || len(snap.Lost) != 0 {
		t.Errorf("it came back: %d files, lost %d", len(snap.Files), len(snap.Lost))
	}
	loader.SetFolders(t.Context(), []*workspace.Folder{folder})
	check("folders were set", load(), false, false, false, false)
	check("and the settings may be others", load(rewrite(0, 4)), true, false, false, false)
}

// BenchmarkLocate finds where the names of 20 profiles lead in a load: after one of them changed, and where nothing
// is known.
func BenchmarkLocate(b *testing.B) {
	folder, changes := manyProfiles(b, 20, 1000)
	then := time.Now().Add(-time.Hour)
	err := filepath.WalkDir(folder.Dir, func(path string, e fs.DirEntry, err error) error {
		return errors.Join(err, os.Chtimes(path, then, then))
	})
	if err != nil {
		b.Fatal(err)
	}
	loader := workspace.NewLoader(workspace.NewStore())
	loader.SetFolders(b.Context(), []*workspace.Folder{folder})
	loader.Read(b.Context(), changes)
	b.Run("changed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			loader.LocateAfter(b.Context(), changes[0].Path)
		}
	})
	b.Run("all", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			loader.LocateAnew(b.Context())
		}
	})
}
