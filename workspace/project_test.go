package workspace_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/project"
	"github.com/covls/covls/workspace"
)

// opened is a folder with the files of an archive, its profile lcov.info read.
func opened(t *testing.T, archive string, tree *project.Tree) (*workspace.Folder, *workspace.Store) {
	t.Helper()
	dir := profiletest.Tree(t, archive)
	folder := workspace.NewFolder(dir, "", config.Merge(), nil)
	folder.Tree = tree
	store := workspace.NewStore()
	loader := workspace.NewLoader(store)
	loader.SetFolders(t.Context(), []*workspace.Folder{folder})
	for _, err := range loader.Read(t.Context(), []workspace.Change{{Path: filepath.Join(dir, "lcov.info")}}) {
		t.Fatal(err)
	}
	return folder, store
}

// TestComponents has a workspace of many languages: each of their projects is a component, and the survey knows
// the same ones.
func TestComponents(t *testing.T) {
	t.Parallel()
	tests := []struct{ manifests, file, want string }{
		{"maven/pom.xml maven/core/pom.xml", "maven/core/src/main/java/A.java", "maven/core"},
		{"maven/pom.xml maven/core/pom.xml", "maven/it/src/B.java", "maven"},
		{"gradle/settings.gradle.kts gradle/app/build.gradle.kts", "gradle/app/src/C.kt", "gradle/app"},
		{"ruby/a.gemspec", "ruby/lib/d.rb", "ruby"},
		{"php/composer.json", "php/src/e.php", "php"},
		{"c/CMakeLists.txt c/src/CMakeLists.txt", "c/src/f.c", "c"},
		{"net/Shop.sln net/src/Shop/Shop.csproj", "net/src/Shop/G.cs", "net/src/Shop"},
		{"py/requirements.txt", "py/h.py", ""},
		{"py/setup.cfg", "py/i.py", "py"},
	}
	for _, tt := range tests {
		t.Run(tt.manifests, func(t *testing.T) {
			t.Parallel()
			archive := "-- " + tt.file + " --\nx\n-- lcov.info --\nSF:" + tt.file + "\nDA:1,0\nend_of_record\n"
			for name := range strings.FieldsSeq(tt.manifests) {
				archive += "-- " + name + " --\n"
			}
			folder, store := opened(t, archive, nil)
			f := store.Load().Files[filepath.Join(folder.Dir, filepath.FromSlash(tt.file))]
			if f == nil || f.Standing.Component != tt.want {
				t.Fatalf("have %+v, want one of %q", f, tt.want)
			}
			found, err := folder.Survey(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if known := slices.ContainsFunc(found.Projects, func(p workspace.Project) bool { return p.Dir == tt.want }); known != (tt.want != "") {
				t.Errorf("the survey has %+v, want %q", found.Projects, tt.want)
			}
		})
	}
}

// TestTree: what goes through a folder that remembers reads the disk once.
func TestTree(t *testing.T) {
	t.Parallel()
	const archive = "-- a.py --\nx\n-- b.py --\nx\n-- lcov.info --\nSF:a.py\nDA:1,0\nend_of_record\n"
	for _, tree := range []*project.Tree{nil, project.NewTree()} {
		folder, store := opened(t, archive, tree)
		late := filepath.Join(folder.Dir, "late.py")
		if err := os.WriteFile(late, []byte("x\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		want := []string{filepath.Join(folder.Dir, "b.py")}
		if tree == nil {
			want = append(want, late)
		}
		if got, _, err := store.Load().AllUnmeasured(t.Context()); err != nil || !slices.Equal(got, want) {
			t.Errorf("remembered %v: have %q, %v, want %q", tree != nil, got, err, want)
		}
	}
}

// TestReportPages: the scripts of a report's pages are no sources that a profile lacks, but those of a page of one's own are.
func TestReportPages(t *testing.T) {
	t.Parallel()
	const archive = "-- src/a.js --\nx\n-- lcov.info --\nSF:src/a.js\nDA:1,0\nend_of_record\n" +
		"-- coverage/lcov-report/sorter.js --\nx\n-- coverage/index.html --\nx\n-- coverage/block-navigation.js --\nx\n-- coverage/prettify.js --\nx\n-- coverage/src/x.js --\nx\n" +
		"-- htmlcov/x.js --\nx\n-- py/index.html --\nx\n-- py/coverage_html_cb_1.js --\nx\n" +
		"-- kc/index.html --\nx\n-- kc/bash-helper.sh --\nx\n-- kc/index.js --\nx\n" +
		"-- rb/index.html --\nx\n-- rb/.last_run.json --\nx\n-- rb/assets/application.js --\nx\n" +
		"-- web/index.html --\nx\n-- web/prettify.js --\nx\n-- nav/block-navigation.js --\nx\n-- src/coverage/b.js --\nx\n-- zoo/c.js --\nx\n"
	folder, store := opened(t, archive, nil)
	all, _, err := store.Load().AllUnmeasured(t.Context())
	var got []string
	for _, path := range all {
		got = append(got, store.Load().Name(path))
	}
	want := []string{"nav/block-navigation.js", "src/coverage/b.js", "web/prettify.js", "zoo/c.js"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%s lacks %q, %v, want %q", folder.Dir, got, err, want)
	}
}
