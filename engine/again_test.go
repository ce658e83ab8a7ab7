package engine_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/covls/covls/config"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/workspace"
)

// TestAgain loads a profile of an older commit several times: what the cache answers is told as what the repository did,
// wherever HEAD is by then.
func TestAgain(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	dir := profiletest.Tree(t, "-- cover.out --\nmode: set\nx/a.go:3.14,5.2 1 1\n")
	gittest.Run(t, dir, gittest.Date(0), "init", "-q")
	function := func(value string) map[string]string {
		return map[string]string{"go.mod": "module x\n", "a.go": "package a\n\nfunc F() int {\n\tx := " + value + "\n\treturn x\n}\n"}
	}
	names := gittest.History(t, dir, gittest.Commit{Name: "one", Set: map[string]string{"go.mod": "module x\n", "a.go": "package a\n\nfunc F() int {\n\treturn 1\n}\n"}},
		gittest.Commit{Name: "two", Set: function("2")}, gittest.Commit{Name: "three", Set: function("3")})
	cache := t.TempDir()
	for _, tt := range []struct {
		head string
		back int
	}{{"three", 2}, {"three", 2}, {"two", 1}, {"three", 2}} {
		gittest.Run(t, dir, gittest.Date(9), "checkout", "-q", "-f", names[tt.head])
		f := workspace.NewFolder(dir, "", config.Merge(), nil)
		got, err := engine.Once{Cache: cache}.Load(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		texts := got.Snapshot.TextsOf(got.Snapshot.Profiles[0])
		if texts.Commit != names["one"] || texts.Back != tt.back || texts.When.IsZero() {
			t.Errorf("at %s the profile is of %s, %d back, at %v; want %s, %d", tt.head, texts.Commit, texts.Back, texts.When, names["one"], tt.back)
		}
	}
}

// TestSavedLater has texts that a profile fits although they are not what was tested: what was is in the index or in HEAD.
func TestSavedLater(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	const (
		goText   = "package a\n\nfunc F() int {\n\treturn 1\n}\n\nfunc G() int {\n\treturn 2\n}\n"
		renamed  = "package a\n\nfunc F() int {\n\treturn 1\n}\n\nfunc H() int {\n\treturn 2\n}\n"
		pyText   = "def f():\n    return 1\n\n\ndef g():\n    return 2\n"
		reworded = "def f():\n    return 1\n\n\ndef g():\n    return f() + 20\n"
	)
	profiles := map[string]string{
		"a.go": "-- cover.out --\nmode: set\nx/a.go:3.14,5.2 1 0\nx/a.go:7.14,9.2 1 0\n",
		"a.py": "-- lcov.info --\nSF:a.py\nDA:1,1\nDA:2,0\nDA:5,1\nDA:6,0\nend_of_record\n",
	}
	tests := []struct {
		name, file, head, staged, disk string
		before                         bool // the save was before the run
		unknown                        string
		origin                         workspace.Origin
	}{
		{name: "another name", file: "a.go", head: goText, disk: renamed, unknown: "H", origin: workspace.OriginCommit},
		{name: "another statement", file: "a.py", head: pyText, disk: reworded, unknown: "g", origin: workspace.OriginCommit},
		{name: "staged", file: "a.py", head: "# Old.\n" + pyText, staged: pyText, disk: reworded, unknown: "g", origin: workspace.OriginIndex},
		{name: "tested since", file: "a.py", head: pyText, disk: reworded, before: true, origin: workspace.OriginDisk},
		{name: "checked out", file: "a.py", head: pyText, disk: pyText, origin: workspace.OriginDisk},
		{name: "nothing else fits", file: "a.py", head: "# Old.\n" + pyText, disk: reworded, origin: workspace.OriginDisk},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := profiletest.Tree(t, profiles[tt.file])
			path := filepath.Join(dir, tt.file)
			put := func(text string) {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			gittest.Run(t, dir, gittest.Date(0), "init", "-q")
			gittest.History(t, dir, gittest.Commit{Name: "one", Set: map[string]string{"go.mod": "module x\n", tt.file: tt.head}})
			if tt.staged != "" {
				put(tt.staged)
				gittest.Run(t, dir, gittest.Date(1), "add", tt.file)
			}
			put(tt.disk)
			ran := time.Now().Add(-time.Hour)
			for _, name := range []string{"cover.out", "lcov.info"} {
				_ = os.Chtimes(filepath.Join(dir, name), ran, ran)
			}
			if tt.before {
				if err := os.Chtimes(path, ran, ran.Add(-time.Minute)); err != nil {
					t.Fatal(err)
				}
			}
			cache := t.TempDir()
			for range 2 { // and as the cache has it
				got, err := engine.Once{Cache: cache}.Load(t.Context(), workspace.NewFolder(dir, "", config.Merge(), nil))
				if err != nil {
					t.Fatal(err)
				}
				f := got.Snapshot.Files[path]
				if f == nil || len(f.Bound) != 1 {
					t.Fatalf("%s is bound to %v", path, f)
				}
				var unknown string
				for _, u := range f.Unknown {
					unknown += u.Name
				}
				of := f.Bound[0].Origin
				if of != tt.origin && of != workspace.OriginCache || f.Bound[0].Same != (tt.origin == workspace.OriginDisk) || unknown != tt.unknown {
					t.Errorf("bound to %q, the same: %v, unknown %q; want %q, %q", of, f.Bound[0].Same, unknown, tt.origin, tt.unknown)
				}
			}
		})
	}
}
