//go:build unix

package workspace_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// TestOpened opens a file by another path than a profile names it, before the profile is read and after that.
func TestOpened(t *testing.T) {
	t.Parallel()
	const tree = `
-- real/src/a.c --
one
two
-- real/to -> src --
-- real/cafe` + "\u0301" + `.c --
one
two
-- link -> real --
`
	for _, tt := range []struct {
		rule, folder, names, opened string // names by blanks
		want                        string // the path of the file; "" where it is none
	}{
		{"the real path in a folder that is a link", "link", "src/a.c", "real/src/a.c", "link/src/a.c"},
		{"by a link to the folder", "real", "src/a.c", "link/src/a.c", "real/src/a.c"},
		{"by a link in the folder", "real", "src/a.c", "real/to/a.c", "real/src/a.c"},
		{"the real path of what a profile names by a link", "real", "to/a.c", "real/src/a.c", "real/to/a.c"},
		{"the real path of that, in a folder that is a link", "link", "to/a.c", "real/src/a.c", "link/to/a.c"},
		{"what a profile names by both", "real", "src/a.c to/a.c", "real/to/a.c", "real/src/a.c"},
		{"what two names lead to by links", "real", "$DIR/real/to/a.c to/a.c", "real/src/a.c", "real/to/a.c"},
		{"another form of its name", "real", "caf\u00e9.c", "real/cafe\u0301.c", "real/cafe\u0301.c"},
		{"another file", "real", "src/a.c", "real/cafe\u0301.c", ""},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			for _, first := range []bool{false, true} {
				dir := profiletest.Tree(t, tree)
				b := &bench{t, filepath.Join(dir, tt.folder), workspace.NewStore(), nil}
				var records strings.Builder
				for name := range strings.FieldsSeq(strings.ReplaceAll(tt.names, "$DIR", dir)) {
					records.WriteString("SF:" + name + "\nDA:1,1\nDA:2,0\nend_of_record\n")
				}
				b.write("lcov.info", records.String())
				b.loader = workspace.NewLoader(b.store)
				b.loader.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(b.dir, "", config.Merge(), nil)})
				path := filepath.Join(dir, tt.opened)
				open := func() {
					b.store.SetDocument(workspace.NewDocument("file://"+path, path, 1, text.New("one\ntwo\n")))
					b.loader.Opened(path)
				}
				if first {
					open()
				}
				b.read("lcov.info")
				if !first {
					open()
				}
				snap := b.store.Load()
				if len(snap.Files) != 1 || len(snap.Lost) != 0 {
					t.Fatalf("opened first: %v; files %s, lost %d", first, b.files(), len(snap.Lost))
				}
				got := ""
				if f := snap.FileOf(snap.Documents[path]); f != nil {
					got = strings.TrimPrefix(f.Path, dir+"/")
				}
				if got != tt.want {
					t.Errorf("opened first: %v; the file is %q, want %q", first, got, tt.want)
				}
			}
		})
	}
}

// TestRefind renames and deletes a source file under a loader that has read a profile of it.
func TestRefind(t *testing.T) {
	t.Parallel()
	const record = "SF:%s\nDA:1,1\nDA:2,0\nend_of_record\n"
	for _, name := range []string{"src/x.c", "$DIR/src/x.c"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, t.TempDir(), nil)
			profile := func(of string) string {
				return strings.ReplaceAll(record, "%s", strings.ReplaceAll(of, "$DIR", filepath.ToSlash(b.dir)))
			}
			b.write("src/x.c", "one\ntwo\n")
			b.write("lcov.info", profile(name)+profile("a.c"))
			b.read("lcov.info")
			rename := func(from, to string) {
				t.Helper()
				if err := os.Rename(b.path(from), b.path(to)); err != nil {
					t.Fatal(err)
				}
			}
			for _, step := range []struct {
				what, want string
				do         func()
			}{
				{"at first", "a.c 1 of 2, src/x.c 1 of 2", func() {}},
				{"nothing is gone", "a.c 1 of 2, src/x.c 1 of 2", func() { b.loader.Refind(t.Context()) }},
				{"renamed", "a.c 1 of 2", func() { rename("src/x.c", "src/y.c"); b.loader.Refind(t.Context()) }},
				{"the new name is opened", "a.c 1 of 2", func() { b.loader.Appeared(t.Context(), b.path("src/y.c")) }},
				{"renamed back and opened", "a.c 1 of 2, src/x.c 1 of 2", func() { rename("src/y.c", "src/x.c"); b.loader.Appeared(t.Context(), b.path("src/x.c")) }},
				{"another is closed", "a.c 1 of 2, src/x.c 1 of 2", func() { rename("src/x.c", "src/y.c"); b.loader.Closed(t.Context(), b.path("a.c")) }},
				{"closed under the old name", "a.c 1 of 2", func() { b.loader.Closed(t.Context(), b.path("src/x.c")) }},
				{"the tests ran again", "a.c 1 of 2, src/y.c 1 of 2", func() {
					b.write("lcov.info", profile(strings.Replace(name, "x.c", "y.c", 1))+profile("a.c"))
					b.read("lcov.info")
				}},
				{"another branch, without it", "a.c 1 of 2", func() { rename("src/y.c", "y.kept"); b.loader.Changed(t.Context()) }},
				{"nothing has changed since", "a.c 1 of 2", func() {
					if b.loader.Changed(t.Context()) {
						t.Error("something has")
					}
				}},
				{"the branch that has it", "a.c 1 of 2, src/y.c 1 of 2", func() {
					rename("y.kept", "src/y.c")
					if !b.loader.Changed(t.Context()) {
						t.Error("nothing has changed")
					}
				}},
				{"and nothing since", "a.c 1 of 2, src/y.c 1 of 2", func() {
					if b.loader.Changed(t.Context()) {
						t.Error("something has")
					}
				}},
				{"deleted, and another profile is read", "a.c 2 of 3", func() {
					if err := os.Remove(b.path("src/y.c")); err != nil {
						t.Fatal(err)
					}
					b.write("b.info", "SF:a.c\nDA:3,1\nend_of_record\n")
					b.read("b.info")
				}},
			} {
				if step.do(); b.files() != step.want {
					t.Fatalf("%s: %s, want %s", step.what, b.files(), step.want)
				}
			}
		})
	}
}
