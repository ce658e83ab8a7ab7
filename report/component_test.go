package report_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/report"
	"github.com/covls/covls/workspace"
)

// TestFolders holds that files of the same name in several workspace folders stay apart, and that each
// folder is a component by its name.
func TestFolders(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	var folders []*workspace.Folder
	var changes []workspace.Change
	for dir, profile := range map[string]string{
		"one/app": "SF:a.js\nDA:1,0\nDA:2,0\nDA:3,0\nDA:4,1\nend_of_record\n",
		"two/app": "SF:a.js\nDA:1,0\nDA:2,1\nend_of_record\n",
		"web":     "SF:a.js\nDA:1,1\nend_of_record\n",
	} {
		in := filepath.Join(root, dir)
		for name, text := range map[string]string{"lcov.info": profile, "a.js": "a\nb\nc\nd\n", "b.js": "a\n"} {
			if err := os.MkdirAll(in, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(in, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		folders = append(folders, workspace.NewFolder(in, "", config.Merge(), nil))
		changes = append(changes, workspace.Change{Path: filepath.Join(in, "lcov.info")})
	}
	store := workspace.NewStore()
	loader := workspace.NewLoader(store)
	loader.SetFolders(t.Context(), folders)
	if errs := loader.Read(t.Context(), changes); len(errs) > 0 {
		t.Fatal(errs)
	}
	settle(t, loader)
	snap := store.Load()
	unmeasured, _, err := snap.AllUnmeasured(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r, err := report.New(snap, report.Options{Unmeasured: unmeasured})
	if err != nil {
		t.Fatal(err)
	}
	one, two := filepath.ToSlash(filepath.Join(root, "one/app")), filepath.ToSlash(filepath.Join(root, "two/app"))
	var files, components, steps []string
	for _, f := range r.Files {
		files = append(files, f.Path)
	}
	for _, c := range r.Components {
		components = append(components, c.Name)
	}
	for _, phase := range r.Plan.Phases {
		for _, s := range phase.Files {
			steps = append(steps, s.Path)
		}
	}
	for _, c := range []struct {
		what      string
		got, want []string
	}{
		{"files", files, []string{one + "/a.js", two + "/a.js", "web/a.js"}},
		{"components", components, []string{one, two, "web"}},
		{"not measured", r.NotMeasured, []string{one + "/b.js", two + "/b.js", "web/b.js"}},
		{"steps", steps, []string{one + "/a.js", two + "/a.js"}},
	} {
		if strings.Join(c.got, " ") != strings.Join(c.want, " ") {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
	sources := snap.Sources()
	for _, f := range files {
		if _, ok := sources(f); !ok {
			t.Errorf("there is no source of %s", f)
		}
	}
}
