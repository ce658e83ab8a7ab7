package workspace_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/workspace"
)

// TestLookBeside has Go packages looked at beside the loader, as where there are too many for a load to wait for.
func TestLookBeside(t *testing.T) {
	t.Parallel()
	const sources = "-- go.mod --\nmodule x\n-- a/a.go --\npackage a\n\nfunc F() int {\n\treturn 1\n}\n" +
		"-- b/b.go --\npackage b\n\nimport \"x/a\"\n\nfunc G() int {\n\treturn a.F()\n}\n-- b/b_test.go --\npackage b\n\nfunc TestB(t *testing.T) {}\n" +
		"-- c/c.go --\npackage c\n\nfunc H() {\n\t_ = 1\n}\n-- c/c_test.go --\npackage c\n\nfunc TestC(t *testing.T) {}\n"
	const profile = "mode: set\nx/a/a.go:3.14,5.2 1 0\nx/b/b.go:5.14,7.2 1 1\n"
	dir := profiletest.Tree(t, sources+"-- cover.out --\n"+profile)
	file, out := filepath.Join(dir, "a", "a.go"), filepath.Join(dir, "cover.out")
	store := workspace.NewStore()
	l := workspace.NewLoader(store)
	l.NeverWait()
	l.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", config.Merge(), nil)})
	read := func() []workspace.TestLook {
		t.Helper()
		if errs := l.Read(t.Context(), []workspace.Change{{Path: out}}); len(errs) > 0 {
			t.Fatal(errs)
		}
		return l.Untested()
	}
	shows := func(when string, credit workspace.Credit, missing int) {
		t.Helper()
		s := store.Load()
		if s.Files[file] == nil || s.Files[file].Credit != credit || len(s.Missing) != missing {
			t.Errorf("%s: %+v, and %d packages are missing; want %d and %d", when, s.Files[file], len(s.Missing), credit, missing)
		}
	}
	look := func(k workspace.TestLook) *workspace.Tests {
		t.Helper()
		found, err := k.Look(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return found
	}

	looks := read()
	shows("before the look", workspace.CreditOne, 0)
	if len(looks) != 1 || len(l.Untested()) != 0 {
		t.Fatalf("%d looks, want one, once", len(looks))
	}
	l.Tested(t.Context(), looks[0], nil)
	shows("after a look that failed", workspace.CreditOne, 0)
	l.Tested(t.Context(), looks[0], look(looks[0]))
	shows("after the look", workspace.CreditOwn, 1)

	if err := os.WriteFile(out, []byte(profile+"x/c/c.go:3.10,5.2 1 1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	late := look(looks[0])
	looks = read()
	shows("with a new profile", workspace.CreditOwn, 0)
	if len(looks) != 1 {
		t.Fatalf("%d looks after a new profile", len(looks))
	}
	l.Tested(t.Context(), looks[0], look(looks[0]))
	generation := store.Load().Generation
	l.Tested(t.Context(), workspace.TestLook{Dir: dir}, late)
	l.Tested(t.Context(), looks[0], look(looks[0]))
	shows("after another look", workspace.CreditOwn, 0)
	if now := store.Load().Generation; now != generation {
		t.Errorf("a look that tells nothing new is published: %d after %d", now, generation)
	}
	if looks = read(); len(looks) != 0 {
		t.Errorf("%d looks for the profile that is known", len(looks))
	}
	l.SetFolders(t.Context(), nil)
	l.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", config.Merge(), nil)})
	if looks = read(); len(looks) != 1 {
		t.Errorf("%d looks for a folder that came again", len(looks))
	}
}

// TestLookAtMany has modules of so many packages that no load waits for a look at them.
func TestLookAtMany(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		packages int
		beside   bool
	}{{2, false}, {101, true}} {
		t.Run(fmt.Sprint(tt.packages), func(t *testing.T) {
			t.Parallel()
			var files, profile strings.Builder
			for i := range tt.packages {
				fmt.Fprintf(&files, "-- p%d/p.go --\npackage p%d\n\nfunc F() int {\n\treturn 1\n}\n", i, i)
				fmt.Fprintf(&profile, "x/p%d/p.go:3.14,5.2 1 0\n", i)
			}
			dir := profiletest.Tree(t, "-- go.mod --\nmodule x\n"+files.String()+"-- cover.out --\nmode: set\n"+profile.String())
			store := workspace.NewStore()
			l := workspace.NewLoader(store)
			l.WaitLong()
			l.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", config.Merge(), nil)})
			if errs := l.Read(t.Context(), []workspace.Change{{Path: filepath.Join(dir, "cover.out")}}); len(errs) > 0 {
				t.Fatal(errs)
			}
			// Nobody imports the packages: their own tests are all that there are.
			if got := store.Load().Files[filepath.Join(dir, "p0", "p.go")].Credit != workspace.CreditAll; got != tt.beside {
				t.Errorf("may tests of others run it: %t, want %t", got, tt.beside)
			}
			looks := l.Untested()
			if (len(looks) == 1) != tt.beside {
				t.Fatalf("%d looks beside the load, want one: %t", len(looks), tt.beside)
			}
			for _, look := range looks {
				found, err := look.Look(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				l.Tested(t.Context(), look, found)
			}
			if store.Load().Files[filepath.Join(dir, "p0", "p.go")].Credit != workspace.CreditAll {
				t.Error("after the look, tests of others may run it")
			}
		})
	}
}
