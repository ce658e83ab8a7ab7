package workspace_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/workspace"
)

// outsideOf makes a module beside the one that is opened, and reads a profile of both.
func outsideOf(t *testing.T) (root string, store *workspace.Store, loader *workspace.Loader) {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"ws/go.mod":    "module example.com/ws\n\nreplace example.com/lib => ../lib\n",
		"ws/a.go":      "// Package ws is here.\npackage ws\n\nfunc A() { println(1) }\n",
		"ws/cover.out": "mode: set\nexample.com/ws/a.go:4.10,4.24 1 0\nexample.com/lib/l.go:4.10,4.24 1 0\nexample.com/lib/l.go:7.10,7.24 1 0\n",
		"lib/go.mod":   "module example.com/lib\n",
		"lib/l.go":     "// Package lib is elsewhere.\npackage lib\n\nfunc L() { println(1) }\n\n//coverage:ignore for a reason\nfunc M() { println(2) }\n",
	} {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	store = workspace.NewStore()
	loader = workspace.NewLoader(store)
	loader.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(filepath.Join(root, "ws"), "", config.Merge(), nil)})
	for _, err := range loader.Read(t.Context(), []workspace.Change{{Path: filepath.Join(root, "ws", "cover.out")}}) {
		t.Fatal(err)
	}
	return root, store, loader
}

// TestOutside holds what is known of a file outside of the workspace, and that it is like any other once
// its folder is one of the workspace's.
func TestOutside(t *testing.T) {
	t.Parallel()
	root, store, loader := outsideOf(t)
	path := filepath.Join(root, "lib", "l.go")
	check := func(when string, outside bool, doc, reason string) {
		t.Helper()
		f := store.Load().Files[path]
		if f == nil || f.Outside != outside || f.Total.Total != 1 || len(f.Funcs) != 2 || f.Funcs[0].Name != "L" || f.Source.PackageDoc != doc || len(f.Excluded) != 1 || f.Excluded[0].Reason != reason {
			t.Fatalf("%s: %+v", when, f)
		}
		text, ok := store.Load().Sources()(store.Load().PathOf(f))
		if ok == outside || (text == "") != outside {
			t.Errorf("%s the source is shown: %v, %q", when, ok, text)
		}
	}
	check("alone", true, "", "")
	folder := func(name string) *workspace.Folder {
		return workspace.NewFolder(filepath.Join(root, name), "", config.Merge(), nil)
	}
	loader.SetFolders(t.Context(), []*workspace.Folder{folder("ws"), folder("lib")})
	check("in a folder of the workspace", false, "Package lib is elsewhere.", "for a reason")
	loader.SetFolders(t.Context(), []*workspace.Folder{folder("ws")})
	check("alone again", true, "", "")
}

// TestSourcesSwapped: a file that has become a link to elsewhere since it was read is not shown.
func TestSourcesSwapped(t *testing.T) {
	t.Parallel()
	root, store, _ := outsideOf(t)
	path := filepath.Join(root, "ws", "a.go")
	read := store.Load().Sources()
	if _, ok := read("a.go"); !ok {
		t.Fatal("the source can't be read")
	}
	if err := errors.Join(os.Remove(path), os.Symlink(filepath.Join(root, "lib", "l.go"), path)); err != nil {
		t.Skipf("no symlinks here: %v", err)
	}
	if text, ok := read("a.go"); ok {
		t.Errorf("what lies elsewhere is shown: %q", text)
	}
}
