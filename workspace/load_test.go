package workspace_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/covls/covls/config"
	"github.com/covls/covls/workspace"
)

// bench is a workspace folder and its loader.
type bench struct {
	t      testing.TB
	dir    string
	store  *workspace.Store
	loader *workspace.Loader
}

// newBench makes a folder of a.c, b.c and c.c, in which settings may be changed.
func newBench(t testing.TB, dir string, change func(*config.Effective)) *bench {
	t.Helper()
	b := &bench{t, dir, workspace.NewStore(), nil}
	for _, name := range []string{"a.c", "b.c", "c.c"} {
		b.write(name, "one\ntwo\nthree\n")
	}
	settings := config.Merge()
	if change != nil {
		change(&settings)
	}
	b.loader = workspace.NewLoader(b.store)
	b.loader.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", settings, nil)})
	return b
}

func (b *bench) path(name string) string { return filepath.Join(b.dir, filepath.FromSlash(name)) }

func (b *bench) write(name, text string) {
	b.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(b.path(name)), 0o755), os.WriteFile(b.path(name), []byte(text), 0o644)); err != nil {
		b.t.Fatal(err)
	}
}

// read reads a profile and returns the troubles that are told.
func (b *bench) read(name string) []error {
	return b.loader.Read(b.t.Context(), []workspace.Change{{Path: b.path(name)}})
}

// files are the names of the files that are known, with what ran and all there is of them.
func (b *bench) files() string {
	var out []string
	for _, f := range b.store.Load().Files {
		out = append(out, fmt.Sprintf("%s %d of %d", f.Name, f.Total.Covered, f.Total.Total))
	}
	return strings.Join(slices.Sorted(slices.Values(out)), ", ")
}

const (
	half  = "SF:a.c\nDA:1,1\nDA:2,0\nend_of_record\n"
	whole = "SF:a.c\nDA:1,1\nDA:2,1\nend_of_record\n"
)

// TestReadReplaces holds that a report replaces the last one only when it was read whole, and that the trouble of one
// that was not is told once.
func TestReadReplaces(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       string // of the trouble; "" replaces the report
		unfinished bool
	}{
		{"another", whole, "", false},
		{"nothing", "", "holds nothing", true},
		{"no file", "TN:\n", "holds nothing", true},
		{"broken", "SF:a.c\nDA:x,1\nend_of_record\n", "want a line number", false},
		{"cut in the only section", "SF:a.c\nDA:1,1\n", "want end_of_record", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, t.TempDir(), nil)
			b.write("lcov.info", half)
			if told := b.read("lcov.info"); told != nil {
				t.Fatal(told)
			}
			b.write("lcov.info", tt.text)
			told, again := b.read("lcov.info"), b.read("lcov.info")
			p := b.store.Load().Profiles[0]
			if tt.want == "" {
				if told != nil || p.Trouble != nil || b.files() != "a.c 2 of 2" {
					t.Errorf("told %v, trouble %v, files %s", told, p.Trouble, b.files())
				}
				return
			}
			if len(told) != 1 || again != nil || p.Trouble == nil || !strings.Contains(p.Trouble.Error(), tt.want) || errors.Is(p.Trouble, workspace.ErrUnfinished) != tt.unfinished {
				t.Errorf("told %v, then %v; the trouble is %v, want %q", told, again, p.Trouble, tt.want)
			}
			if b.files() != "a.c 1 of 2" {
				t.Errorf("files %s", b.files())
			}
			b.write("lcov.info", whole)
			if told := b.read("lcov.info"); told != nil || b.store.Load().Profiles[0].Trouble != nil || b.files() != "a.c 2 of 2" {
				t.Errorf("told %v, trouble %v, files %s when it is whole again", told, b.store.Load().Profiles[0].Trouble, b.files())
			}
		})
	}
}

// TestReadSettled holds that a profile that does not look as it did when it settled is left for the next change.
func TestReadSettled(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir(), nil)
	b.write("lcov.info", half)
	b.read("lcov.info")
	b.write("lcov.info", whole)
	now, err := workspace.LooksOf(b.path("lcov.info"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		looks workspace.Looks
		want  string
	}{
		{workspace.Looks{Size: now.Size + 1, ModTime: now.ModTime}, "a.c 1 of 2"},
		{workspace.Looks{Size: now.Size, ModTime: now.ModTime.Add(time.Second)}, "a.c 1 of 2"},
		{now, "a.c 2 of 2"},
	} {
		told := b.loader.Read(t.Context(), []workspace.Change{{Path: b.path("lcov.info"), Settled: &tt.looks}})
		if told != nil || b.files() != tt.want {
			t.Errorf("%v: told %v, files %s, want %s", tt.looks, told, b.files(), tt.want)
		}
	}
}

// TestGone holds how long a profile that is gone keeps its marks.
func TestGone(t *testing.T) {
	t.Parallel()
	alone, wiped := t.TempDir(), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, alone, nil)
		b.write("cov/lcov.info", half)
		b.read("cov/lcov.info")
		if err := os.Remove(b.path("cov/lcov.info")); err != nil {
			t.Fatal(err)
		}
		if told := b.read("cov/lcov.info"); told != nil || b.files() != "" || len(b.store.Load().Profiles) > 0 {
			t.Errorf("alone: told %v, files %s", told, b.files())
		}

		b = newBench(t, wiped, nil)
		b.write("cov/lcov.info", half)
		b.read("cov/lcov.info")
		if err := os.RemoveAll(b.path("cov")); err != nil {
			t.Fatal(err)
		}
		b.read("cov/lcov.info")
		for _, want := range []string{"a.c 1 of 2", "a.c 1 of 2", ""} {
			b.loader.Expire(t.Context())
			if b.files() != want || b.loader.Waiting() != (want != "") {
				t.Errorf("with its folder: files %q, want %q; waiting %v", b.files(), want, b.loader.Waiting())
			}
			time.Sleep(30 * time.Second)
		}

		b.write("cov/lcov.info", whole)
		b.read("cov/lcov.info")
		if b.files() != "a.c 2 of 2" || b.loader.Waiting() {
			t.Errorf("back again: files %s, waiting %v", b.files(), b.loader.Waiting())
		}
	})
}

// TestExcluded holds what the settings leave out, and a rule.
func TestExcluded(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir(), func(s *config.Effective) {
		s.Exclude = []string{"b.c"}
		s.Rules = []config.Rule{{Paths: []string{"c.c"}, Exclude: true}}
	})
	b.write("lcov.info", half+strings.ReplaceAll(half, "a.c", "b.c")+strings.ReplaceAll(half, "a.c", "c.c"))
	b.read("lcov.info")
	snap := b.store.Load()
	if b.files() != "a.c 1 of 2" || snap.Excluded != 2 || len(snap.Lost) > 0 {
		t.Errorf("files %s, %d excluded, lost %v", b.files(), snap.Excluded, snap.Lost)
	}
	if !maps.Equal(snap.RuledOut, map[string]bool{b.path("c.c"): true}) {
		t.Errorf("ruled out: %v", snap.RuledOut)
	}
}

// TestFolders holds that the deepest folder around a file is the file's, and which folder is that of a profile
// that lies in none.
func TestFolders(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	outer, inner, beside := filepath.Join(root, "ws"), filepath.Join(root, "ws", "inner"), filepath.Join(root, "out")
	b := &bench{t, root, workspace.NewStore(), nil}
	for _, name := range []string{"ws/a.c", "ws/inner/a.c"} {
		b.write(name, "one\ntwo\n")
	}
	named := config.Merge()
	named.Profiles = []string{filepath.Join(beside, "named.info")}
	b.loader = workspace.NewLoader(b.store)
	b.loader.SetFolders(t.Context(), []*workspace.Folder{
		workspace.NewFolder(outer, "", named, nil),
		workspace.NewFolder(inner, "", config.Merge(), nil),
	})
	for name, file := range map[string]string{
		"ws/inner/lcov.info": inner, "ws/lcov.info": outer, "out/named.info": outer, "out/other.info": outer,
	} {
		b.write(name, "SF:"+filepath.Join(file, "a.c")+"\nDA:1,1\nend_of_record\n")
		b.read(name)
	}
	snap := b.store.Load()
	for name, want := range map[string]string{"ws/a.c": outer, "ws/inner/a.c": inner} {
		f := snap.Files[b.path(name)]
		if f == nil || f.Folder.Dir != want || f.Name != "a.c" || snap.FolderOf(f.Path).Dir != want {
			t.Errorf("%s is %+v, want it in %s", name, f, want)
		}
	}
	for _, p := range snap.Profiles {
		want := outer
		if strings.HasPrefix(p.Path, inner) || filepath.Base(p.Path) == "other.info" {
			want = inner // of those that lie in no folder, the first is the deepest
		}
		if p.Folder.Dir != want {
			t.Errorf("%s belongs to %s, want %s", p.Path, p.Folder.Dir, want)
		}
	}
}

// TestFuncsOfSome has a profile that tells functions and one that tells none: that one may have called what the first
// has not.
func TestFuncsOfSome(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir(), nil)
	b.write("one.info", "SF:a.c\nFN:1,f\nFN:3,g\nFNDA:0,f\nFNDA:0,g\nDA:2,0\nDA:3,0\nend_of_record\n")
	uncovered := func() string {
		var names []string
		for _, f := range b.store.Load().Files[b.path("a.c")].Funcs {
			if f.Uncovered() {
				names = append(names, f.Name)
			}
		}
		return strings.Join(names, " ")
	}
	b.read("one.info")
	if got := uncovered(); got != "f g" {
		t.Errorf("one profile: %s", got)
	}
	b.write("two.info", "SF:a.c\nDA:2,1\nDA:3,0\nend_of_record\n")
	b.read("two.info")
	if got := uncovered(); got != "g" {
		t.Errorf("two profiles: %s", got)
	}
}

// TestSnapshotNames holds how files are called.
func TestSnapshotNames(t *testing.T) {
	t.Parallel()
	one, two, three := &workspace.Folder{Dir: "/x/app", Name: "app"}, &workspace.Folder{Dir: "/y/app", Name: "app"}, &workspace.Folder{Dir: "/z", Name: "web"}
	file := func(in *workspace.Folder) *workspace.File {
		return &workspace.File{Name: "a.c", Found: true, Folder: in}
	}
	for _, tt := range []struct {
		folders []*workspace.Folder
		file    *workspace.File
		want    string
	}{
		{[]*workspace.Folder{one}, file(one), "a.c"},
		{[]*workspace.Folder{one, three}, file(one), "app/a.c"},
		{[]*workspace.Folder{one, two, three}, file(two), "/y/app/a.c"},
		{[]*workspace.Folder{one, two, three}, file(three), "web/a.c"},
		{[]*workspace.Folder{one, two}, &workspace.File{Name: "lost.c", Folder: one}, "lost.c"},
	} {
		if got := (&workspace.Snapshot{Folders: tt.folders}).PathOf(tt.file); got != tt.want {
			t.Errorf("%d folders: %s, want %s", len(tt.folders), got, tt.want)
		}
	}
}

// TestUnmeasured holds that what is asked of one file and what a search finds are the same.
func TestUnmeasured(t *testing.T) {
	t.Parallel()
	b := newBench(t, t.TempDir(), func(s *config.Effective) {
		s.Exclude = []string{"gen/**"}
		s.Rules = []config.Rule{{Paths: []string{"ruled.go"}, Exclude: true}}
	})
	profile := "mode: set\n"
	for _, name := range []string{"a.go", "ruled.go"} {
		b.write(name, "package m\n\nfunc f() {\n}\n")
		profile += "e.com/m/" + name + ":3.10,4.2 1 0\n"
	}
	b.write("go.mod", "module e.com/m\n")
	b.write("cover.out", profile)
	want := []string{"new.go", "sub/new.go"}
	for _, name := range append([]string{"a_test.go", "gen/x.go", "other.py"}, want...) {
		b.write(name, "package m\n\nfunc g() {\n}\n")
	}
	b.loader.SetFolders(t.Context(), b.store.Load().Folders)
	b.read("cover.out")
	snap := b.store.Load()
	var all []string
	found, _, err := snap.AllUnmeasured(t.Context())
	for _, path := range found {
		all = append(all, snap.Name(path))
	}
	if err != nil || !slices.Equal(all, want) {
		t.Errorf("found %v, %v, want %v", all, err, want)
	}
	for _, name := range []string{"a.go", "ruled.go", "a_test.go", "gen/x.go", "other.py", "new.go", "sub/new.go"} {
		if got := snap.Unmeasured(b.path(name)); got != slices.Contains(want, name) {
			t.Errorf("%s: %v", name, got)
		}
	}
	if snap.Unmeasured(filepath.Join(filepath.Dir(b.dir), "beyond.go")) {
		t.Error("a file outside of the workspace is not measured")
	}
}
