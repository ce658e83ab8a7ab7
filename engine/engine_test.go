package engine_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/covls/covls/config"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/watch"
	"github.com/covls/covls/workspace"
)

const (
	source  = "package m\n\nfunc F() {\n\tprintln()\n}\n"
	missed  = "mode: set\ne.com/m/a.go:3.10,5.2 1 0\n"
	covered = "mode: set\ne.com/m/a.go:3.10,5.2 1 1\n"
)

// folder is a new folder with files.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		write(t, filepath.Join(dir, name), text)
	}
	return dir
}

// write puts a file on disk as if it had been there for an hour.
func write(t *testing.T, path, text string) {
	t.Helper()
	old := time.Now().Add(-time.Hour)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644), os.Chtimes(path, old, old)); err != nil {
		t.Fatal(err)
	}
}

func module(more map[string]string) map[string]string {
	files := map[string]string{"go.mod": "module e.com/m\n", "a.go": source}
	for name, text := range more {
		files[name] = text
	}
	return files
}

// TestOnce reads folders as commands do.
func TestOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		files map[string]string
		named []string
		want  string // covered of total, searches
		err   string
	}{
		{"what is found", module(map[string]string{"cover.out": missed}), nil, "0 of 1, 1 search", ""},
		{"what the settings name", module(map[string]string{"x.prof": covered, ".covls.toml": "profiles = ['x.prof']\n"}), nil, "1 of 1, 1 search", ""},
		{"what is named", module(map[string]string{"cover.out": missed, "x.prof": covered}), []string{"x.prof"}, "1 of 1, 0 search", ""},
		{"nothing", module(nil), nil, "0 of 0, 1 search", ""},
		{"what is not there", module(nil), []string{"none.out"}, "", "there is no profile"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := folder(t, tt.files)
			settings, problems := config.Load(dir)
			how := engine.Once{Commits: true, Restricted: true}
			for _, p := range tt.named {
				how.Profiles = append(how.Profiles, filepath.Join(dir, p))
			}
			got, err := how.Load(t.Context(), workspace.NewFolder(dir, "", settings, problems))
			if err != nil || tt.err != "" {
				if err == nil || tt.err == "" || !strings.Contains(err.Error(), tt.err) {
					t.Fatalf("the error is %v, want %q", err, tt.err)
				}
				return
			}
			all, total := 0, 0
			for _, f := range got.Snapshot.Files {
				all, total = all+f.Total.Covered, total+f.Total.Total
			}
			if have := strings.Join([]string{count(all), "of", count(total) + ",", count(len(got.Searches)), "search"}, " "); have != tt.want {
				t.Errorf("have %s, want %s", have, tt.want)
			}
		})
	}
}

func count(n int) string { return string(rune('0' + n)) }

// TestOnceStopped ends at once when nobody waits any more.
func TestOnceStopped(t *testing.T) {
	t.Parallel()
	dir := folder(t, module(map[string]string{"cover.out": missed}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (engine.Once{Commits: true}).Load(ctx, workspace.NewFolder(dir, "", config.Merge(), nil)); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

// heard is what an engine tells.
type heard struct {
	mu    sync.Mutex
	told  []string
	notes []string
	loads []string
	facts *engine.Facts
}

// TestEngine has an engine follow folders, settings and profiles, with nobody who speaks a protocol.
func TestEngine(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := folder(t, module(map[string]string{"cover.out": missed, ".covls.toml": "target = 'x'\n"}))
		other := folder(t, map[string]string{"Cargo.toml": "[package]\n"})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var h heard
		store := workspace.NewStore()
		hear := func(list *[]string, text string) {
			h.mu.Lock()
			defer h.mu.Unlock()
			*list = append(*list, text)
		}
		e := engine.New(store, engine.Options{
			Restricted: true, Watch: watch.Options{NoNotify: true},
			Tell:   func(_ bool, text string) { hear(&h.told, text) },
			Note:   func(text string) { hear(&h.notes, text) },
			Loaded: func(l engine.Load) { hear(&h.loads, l.Why) },
			Facts: func(f *engine.Facts) {
				h.mu.Lock()
				defer h.mu.Unlock()
				h.facts = f
			},
		})
		done := make(chan struct{})
		go func() {
			defer close(done)
			e.Run(ctx)
		}()
		e.SetFolders([]engine.Folder{{Dir: dir, Name: "m", Tag: "its tag"}})
		e.Start(engine.Settings{}, false)
		time.Sleep(time.Minute)
		synctest.Wait()

		total := func() string {
			f := store.Load().Files[filepath.Join(dir, "a.go")]
			if f == nil {
				return "none"
			}
			return count(f.Total.Covered) + count(f.Total.Total)
		}
		if h.told = slices.Compact(h.told); total() != "01" || len(h.told) != 1 || !strings.Contains(h.told[0], "target") {
			t.Errorf("at first %s, told %q", total(), h.told)
		}
		if f := h.facts; f.Loading || len(f.Folders) != 1 || !f.Folders[0].Searched || f.Folders[0].Tag != "its tag" || f.Folders[0].Run == nil || len(f.OnDisk) != 1 {
			t.Errorf("the facts are %+v", f)
		}
		if !slices.Equal(slices.Compact(h.loads), []string{"settings", "profiles"}) {
			t.Errorf("loads %q", h.loads)
		}

		write(t, filepath.Join(dir, "cover.out"), covered)
		e.Touch(filepath.Join(dir, "cover.out"))
		time.Sleep(time.Minute)
		synctest.Wait()
		if total() != "11" {
			t.Errorf("after a change %s", total())
		}

		e.ChangeFolders([]engine.Folder{{Dir: other}}, []string{dir})
		time.Sleep(time.Minute)
		synctest.Wait()
		if total() != "none" || len(h.facts.Folders) != 1 || h.facts.Folders[0].Dir != other || h.facts.Folders[0].Projects[0].Language != "rust" {
			t.Errorf("in another folder %s, %+v", total(), h.facts.Folders)
		}
		if len(h.notes) != 2 || !strings.Contains(h.notes[0], "1 function covered since ") || !strings.Contains(h.notes[1], "no coverage profile in "+other) {
			t.Errorf("notes %q", h.notes)
		}

		reloaded := make(chan struct{})
		e.Reload(func() { close(reloaded) })
		<-reloaded
		cancel()
		<-done
	})
}

// TestWriteSettings writes a settings file where there is none, and in the place of one by force.
func TestWriteSettings(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"sub/a.go": source, ".covls.toml": "target = 5\n"})
	if _, _, err := engine.WriteSettings(dir, "target = 6\n", false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the error is %v", err)
	}
	if _, above, err := engine.WriteSettings(dir, "target = 6\n", true); err != nil || above != "" {
		t.Errorf("above %q, error %v", above, err)
	}
	file, above, err := engine.WriteSettings(filepath.Join(dir, "sub"), "target = 7\n", false)
	if err != nil || above != filepath.Join(dir, ".covls.toml") || file != filepath.Join(dir, "sub", ".covls.toml") {
		t.Errorf("file %q, above %q, error %v", file, above, err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, ".covls.toml")); string(data) != "target = 6\n" {
		t.Errorf("%s, %v", data, err)
	}
}

// TestOnceAbove reads a folder of a larger project: the profile lies above it, and names what lies beside it, too.
func TestOnceAbove(t *testing.T) {
	t.Parallel()
	const profile = "mode: set\ne.com/m/a.go:3.10,5.2 1 1\ne.com/m/svc/b.go:3.10,5.2 1 0\ne.com/m/svc/gone.go:3.10,5.2 1 0\n"
	dir := folder(t, module(map[string]string{
		"cover.out": profile, "svc/b.go": source, "svc/src/x.ts": "x\n", "src/x.ts": "x\n",
		"coverage/lcov.info": "SF:src/x.ts\nDA:1,0\nend_of_record\n",
	}))
	svc := filepath.Join(dir, "svc")
	for named, want := range map[string]string{
		"":                                       "svc/b.go",
		filepath.Join(dir, "cover.out"):          "a.go svc/b.go, lost e.com/m/svc/gone.go",
		filepath.Join(dir, "coverage/lcov.info"): "src/x.ts",
	} {
		settings, how := config.Merge(), engine.Once{Restricted: true}
		if named != "" {
			how.Profiles = []string{named}
			settings = settings.WithProfiles(how.Profiles)
		}
		got, err := how.Load(t.Context(), workspace.NewFolder(svc, "", settings, nil))
		if err != nil {
			t.Fatal(err)
		}
		var have []string
		for path := range got.Snapshot.Files {
			have = append(have, filepath.ToSlash(strings.TrimPrefix(path, dir+string(filepath.Separator))))
		}
		slices.Sort(have)
		text := strings.Join(have, " ")
		for _, f := range got.Snapshot.Lost {
			text += ", lost " + f.Name
		}
		if text != want {
			t.Errorf("of %q: %s, want %s", named, text, want)
		}
	}
}
