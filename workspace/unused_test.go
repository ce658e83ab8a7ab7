package workspace_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// unusedIn lists the functions of a folder that nothing uses, as a snapshot has them.
func unusedIn(snap *workspace.Snapshot) string {
	var out []string
	for _, f := range snap.Files {
		for i := range f.Funcs {
			if f.Unused(i) {
				out = append(out, f.Funcs[i].Name)
			}
		}
	}
	return strings.Join(out, " ")
}

// TestUnused has a package whose lost nothing uses but in what each case adds or takes away.
func TestUnused(t *testing.T) {
	t.Parallel()
	const text = "package a\n\nfunc lost() {\n\tprintln(1)\n}\n\nfunc Open() {\n\tprintln(1)\n}\n"
	for _, tt := range []struct{ name, files, want string }{
		{"nothing", "", "lost"},
		{"another package", "-- b/b.go --\npackage b\n\nvar x = lost\n", "lost"},
		{"a comment of a test", "-- a_test.go --\npackage a\n\n// lost\n", "lost"},
		{"a test", "-- a_test.go --\npackage a\n\nimport \"testing\"\n\nfunc TestLost(t *testing.T) { lost() }\n", ""},
		{"a file of another system", "-- a_plan9.go --\npackage a\n\nvar _ = lost\n", ""},
		{"an interface", "-- i.go --\npackage a\n\ntype i interface{ lost() }\n", ""},
		{"assembly", "-- a_amd64.s --\nTEXT ·x(SB),0,$0\n", ""},
		{"a broken file", "-- broken.go --\npackage a\n\nfunc {\n", ""},
		{"a linkname", "-- link.go --\npackage a\n\n//go:linkname there example.com/a.lost\n", ""},
		{"a linkname of another package", "-- b/b.go --\npackage b\n\nimport _ \"unsafe\"\n\n//go:linkname there example.com/a.lost\nfunc there()\n\nfunc B() {\n\tprintln(1)\n}\n", ""},
		{"cgo", "-- c.go --\npackage a\n\nimport \"C\"\n\n//export lost\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "go.mod"), "module example.com/a\n")
			write(t, filepath.Join(dir, "a.go"), text)
			profile := "mode: set\nexample.com/a/a.go:3.13,5.2 1 0\nexample.com/a/a.go:7.13,9.2 1 0\n"
			for _, f := range txtar.Parse([]byte(tt.files)).Files {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, f.Name)), 0o755); err != nil {
					t.Fatal(err)
				}
				write(t, filepath.Join(dir, f.Name), string(f.Data))
				if strings.Contains(string(f.Data), "func B() {\n") {
					profile += "example.com/a/b/b.go:8.10,10.2 1 0\n"
				}
			}
			write(t, filepath.Join(dir, "cover.out"), profile)
			store := workspace.NewStore()
			loader := workspace.NewLoader(store)
			read := func() string {
				loader.Read(t.Context(), []workspace.Change{{Path: filepath.Join(dir, "cover.out")}})
				return unusedIn(store.Load())
			}
			loader.SetFolders(t.Context(), []*workspace.Folder{folder(dir)})
			if got := read(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			// What is added is seen by the next load.
			write(t, filepath.Join(dir, "added_test.go"), "package a\n\nvar _ = lost\n")
			write(t, filepath.Join(dir, "cover.out"), profile+"\n")
			if got := read(); got != "" {
				t.Errorf("a use was added, and %q is said to have none", got)
			}
		})
	}
}

// TestUnusedBounds has more beside the profile's file than is read.
func TestUnusedBounds(t *testing.T) {
	t.Parallel()
	for name, n := range map[string]int{"few": 3, "too many": 500} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "go.mod"), "module example.com/a\n")
			write(t, filepath.Join(dir, "a.go"), "package a\n\nfunc lost() {\n\tprintln(1)\n}\n")
			for i := range n {
				write(t, filepath.Join(dir, fmt.Sprintf("a%d_test.go", i)), "package a\n")
			}
			write(t, filepath.Join(dir, "cover.out"), "mode: set\nexample.com/a/a.go:3.13,5.2 1 0\n")
			store := workspace.NewStore()
			loader := workspace.NewLoader(store)
			loader.SetFolders(t.Context(), []*workspace.Folder{folder(dir)})
			loader.Read(t.Context(), []workspace.Change{{Path: filepath.Join(dir, "cover.out")}})
			want := map[bool]string{true: "lost"}[n < 100]
			if got := unusedIn(store.Load()); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestUnusedEdited has a document in which somebody mentions what nothing on disk does.
func TestUnusedEdited(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ file, before, after, profile string }{
		{"a.go", "package a\n\nfunc lost() {\n\tprintln(1)\n}\n", "\nvar _ = lost\n", "mode: set\na.go:3.13,5.2 1 0\n"},
		{"a.js", "export const x = 1;\nfunction lost() {\n  print(1);\n}\n", "lost();\n", "TN:\nSF:a.js\nFN:2,lost\nFNDA:0,lost\nDA:3,0\nend_of_record\n"},
	} {
		t.Run(tt.file, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path, profile := filepath.Join(dir, tt.file), filepath.Join(dir, "profile")
			write(t, path, tt.before)
			write(t, profile, tt.profile)
			store := workspace.NewStore()
			loader := workspace.NewLoader(store)
			loader.SetFolders(t.Context(), []*workspace.Folder{folder(dir)})
			loader.Read(t.Context(), []workspace.Change{{Path: profile}})
			snap := store.Load()
			if got := unusedIn(snap); got != "lost" {
				t.Fatalf("got %q, want lost", got)
			}
			for text, want := range map[string]bool{tt.before: false, tt.before + tt.after: true} {
				store.SetDocument(document(path, text))
				if got := store.Load().Edited(snap.Files[path], "lost"); got != want {
					t.Errorf("%q: got %t, want %t", text, got, want)
				}
			}
		})
	}
}

func document(path, content string) *workspace.Document {
	return workspace.NewDocument("", path, 1, text.New(content))
}
