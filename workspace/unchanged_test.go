package workspace_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/workspace"
)

// TestUnchanged: of a profile that is read again, what says the same stays what it was, so that nobody parses or shows
// it again.
func TestUnchanged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, name := range []string{"go.mod", "a.go", "b.go", "c.go"} {
		text := "package m\n\nfunc " + name[:1] + "() {\n\tprintln()\n}\n"
		if name == "go.mod" {
			text = "module e.com/m\n"
		}
		write(name, text)
	}
	one := write("one.out", "mode: set\ne.com/m/a.go:3.10,5.2 1 0\ne.com/m/b.go:3.10,5.2 1 0\n")
	two := write("two.out", "mode: set\ne.com/m/c.go:3.10,5.2 1 1\n")
	store := workspace.NewStore()
	loader := workspace.NewLoader(store)
	loader.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", config.Merge(), nil)})
	loader.Read(t.Context(), []workspace.Change{{Path: one}, {Path: two}})
	file := func(name string) *workspace.File { return store.Load().Files[filepath.Join(dir, name)] }
	a, b := file("a.go"), file("b.go")
	generation := store.Load().Generation

	write("one.out", "mode: set\ne.com/m/a.go:3.10,5.2 1 0\ne.com/m/b.go:3.10,5.2 1 1\n")
	loader.Read(t.Context(), []workspace.Change{{Path: one}})
	if got := store.Load().Generation; got != generation+1 {
		t.Errorf("the load made %d snapshots, want 1", got-generation)
	}
	if got := file("a.go"); got.Source != a.Source || got.Coverage != a.Coverage || &got.Funcs[0] != &a.Funcs[0] || got.Parts[0].Profile == a.Parts[0].Profile {
		t.Error("what the profile says again of a.go is parsed and counted again, or is still of the profile before")
	}
	if got := file("b.go"); got.Source != b.Source || got.Coverage == b.Coverage || got.Total.Covered != 1 || got.Shows(b) {
		t.Errorf("b.go is %+v", got.Total)
	}

	// The text changes, and the profile with it.
	write("a.go", "package m\n\n// a is longer.\nfunc a() {\n\tprintln()\n}\n")
	write("one.out", "mode: set\ne.com/m/a.go:4.10,6.2 1 0\ne.com/m/b.go:3.10,5.2 1 1\n")
	b = file("b.go")
	loader.Read(t.Context(), []workspace.Change{{Path: one}})
	if got := file("a.go"); got.Source == a.Source || got.Funcs[0].Span.Start.Line != 4 {
		t.Errorf("a.go is at %v", got.Funcs[0].Span)
	}
	if got := file("b.go"); !got.Shows(b) {
		t.Error("b.go is shown again")
	}

	// Nothing at all changes but the time.
	c := file("c.go")
	write("two.out", "mode: set\ne.com/m/c.go:3.10,5.2 1 1\n")
	loader.Read(t.Context(), []workspace.Change{{Path: one}})
	if got := file("c.go"); !got.Shows(c) || got.Coverage != c.Coverage || got.Source != c.Source {
		t.Error("the file of another profile is made again")
	}
}
