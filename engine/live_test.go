package engine_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/covls/covls/change"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/watch"
	"github.com/covls/covls/workspace"
)

// deltaOf says what changed in a folder.
func deltaOf(snap *workspace.Snapshot, dir string) string {
	for _, f := range snap.Folders {
		if f.Dir != dir {
			continue
		}
		d := snap.Delta(f)
		switch {
		case d == nil:
			return "nothing is told"
		case d.Set == nil:
			return "why: " + d.Why
		}
		parts := []string{fmt.Sprintf("%s %d/%d, %d moved", d.Name, d.Set.Covered, d.Set.Total, d.Set.Moved)}
		for _, path := range slices.Sorted(maps.Keys(snap.Files)) {
			f := snap.Files[path]
			if f.Since == nil {
				continue
			}
			for _, g := range f.Uncovered(nil) {
				kind := "changed"
				if g.Kind == change.New {
					kind = "new"
				}
				parts = append(parts, fmt.Sprintf("%s %s:%s", kind, f.Name, g.Function))
			}
		}
		for _, name := range d.Set.Unmeasured {
			parts = append(parts, "not measured "+name)
		}
		for _, f := range snap.Lost {
			if f.Since != nil {
				parts = append(parts, "something of "+f.Name+", which is not there")
			}
		}
		return strings.Join(parts, "; ")
	}
	return "no folder"
}

const (
	moving   = "\nfunc Moved(n int) int {\n\tif n > 1 {\n\t\treturn n * 2\n\t}\n\tfor i := range n {\n\t\tprintln(i, n)\n\t}\n\treturn n\n}\n"
	movingIn = "e.com/m/%s.go:%d.26,%d.11 1 0\ne.com/m/%s.go:%d.11,%d.3 1 0\ne.com/m/%s.go:%d.2,%d.20 1 0\ne.com/m/%s.go:%d.20,%d.3 1 0\ne.com/m/%s.go:%d.2,%d.10 1 0\n"
)

// movedBlocks are the blocks of Moved, whose head is on a line of a file.
func movedBlocks(file string, head int) string {
	return fmt.Sprintf(movingIn, file, head, head+1, file, head+1, head+3, file, head+4, head+4, file, head+4, head+6, file, head+7, head+7)
}

// newInB puts a new function into b.go, runs the tests, and has the file go and come back, as it does when branches are checked out.
func newInB(back bool) func(t *testing.T, dir string, e *engine.Engine, _ func(...string)) {
	return func(t *testing.T, dir string, e *engine.Engine, _ func(...string)) {
		t.Helper()
		path := filepath.Join(dir, "b.go")
		write(t, path, "package m\n\nfunc N() {\n\tprintln(1)\n}\n")
		write(t, filepath.Join(dir, "cover.out"), covered+movedBlocks("a", 7)+"e.com/m/b.go:3.10,5.2 1 0\n")
		e.Touch(filepath.Join(dir, "cover.out"))
		time.Sleep(time.Minute)
		if err := os.Rename(path, filepath.Join(dir, "kept")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if back {
			if err := os.Rename(filepath.Join(dir, "kept"), path); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestLive has an engine follow what changed since the base of a folder, as files, commits, references, the settings and the user's choice change.
func TestLive(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	for _, tt := range []struct {
		name string
		// more are other files of the base, without a remote where alone.
		more  map[string]string
		alone bool
		// then is done, and what changed is want.
		then func(t *testing.T, dir string, e *engine.Engine, git func(...string))
		want string
	}{
		{name: "nothing", want: "origin/main 0/0, 0 moved"},
		{name: "a new function", then: func(t *testing.T, dir string, e *engine.Engine, _ func(...string)) {
			write(t, filepath.Join(dir, "a.go"), source+"\nfunc N() {\n\tprintln(1)\n}\n")
			write(t, filepath.Join(dir, "cover.out"), covered+"e.com/m/a.go:7.10,9.2 1 0\n")
			e.Touch(filepath.Join(dir, "cover.out"))
		}, want: "origin/main 0/1, 0 moved; new a.go:N"},
		{name: "a function that went into another file", more: map[string]string{"a.go": source + moving, "b.go": "package m\n"}, then: func(t *testing.T, dir string, e *engine.Engine, _ func(...string)) {
			write(t, filepath.Join(dir, "a.go"), source)
			write(t, filepath.Join(dir, "b.go"), "package m\n"+moving)
			write(t, filepath.Join(dir, "cover.out"), covered+movedBlocks("b", 3))
			e.Touch(filepath.Join(dir, "cover.out"))
		}, want: "origin/main 0/0, 1 moved"},
		{name: "a file that another program writes", then: func(t *testing.T, dir string, _ *engine.Engine, _ func(...string)) {
			time.Sleep(time.Minute)
			write(t, filepath.Join(dir, "c.go"), "package m\n\nfunc N() {\n\tprintln(1)\n}\n")
		}, want: "origin/main 0/0, 0 moved; not measured c.go"},
		{name: "what was fetched", then: func(t *testing.T, dir string, e *engine.Engine, git func(...string)) {
			write(t, filepath.Join(dir, "a.go"), source+"\nfunc N() {\n\tprintln(1)\n}\n")
			write(t, filepath.Join(dir, "cover.out"), covered+"e.com/m/a.go:7.10,9.2 1 0\n")
			e.Touch(filepath.Join(dir, "cover.out"))
			time.Sleep(time.Minute)
			git("commit", "-q", "-a", "-m", "N")
			git("update-ref", "refs/remotes/origin/main", "HEAD")
		}, want: "origin/main 0/0, 0 moved"},
		{name: "another base", then: func(t *testing.T, dir string, e *engine.Engine, git func(...string)) {
			write(t, filepath.Join(dir, "a.go"), source+"\nfunc N() {\n\tprintln(1)\n}\n")
			git("commit", "-q", "-a", "-m", "N")
			git("tag", "n")
			e.SetBase("n")
		}, want: "n 0/0, 0 moved"},
		{name: "a file that is gone", more: map[string]string{"a.go": source + moving, "b.go": "package m\n"}, then: newInB(false), want: "origin/main 0/0, 0 moved"},
		{name: "a file that was gone and is back", more: map[string]string{"a.go": source + moving, "b.go": "package m\n"}, then: newInB(true), want: "origin/main 0/1, 0 moved; new b.go:N"},
		{name: "a file that is opened as soon as it is back", more: map[string]string{"a.go": source + moving, "b.go": "package m\n"}, then: func(t *testing.T, dir string, e *engine.Engine, git func(...string)) {
			newInB(true)(t, dir, e, git)
			e.Opened(filepath.Join(dir, "b.go"))
		}, want: "origin/main 0/1, 0 moved; new b.go:N"},
		{name: "no remote repository", alone: true, want: "why: there is nothing to compare with"},
		{name: "a base that is not there", then: func(_ *testing.T, _ string, e *engine.Engine, _ func(...string)) { e.SetBase("none") }, want: `why: find what the change is compared with: look for the base "none"`},
		{name: "what nobody wants to know", then: func(t *testing.T, dir string, e *engine.Engine, _ func(...string)) {
			write(t, filepath.Join(dir, ".covls.toml"), "changed.enable = false\n")
			e.Touch(filepath.Join(dir, ".covls.toml"))
		}, want: "nothing is told"},
		{name: "the setting", then: func(t *testing.T, dir string, e *engine.Engine, git func(...string)) {
			git("tag", "first")
			write(t, filepath.Join(dir, ".covls.toml"), "changed.base = 'first'\n")
			e.Touch(filepath.Join(dir, ".covls.toml"))
		}, want: "first 0/0, 0 moved"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				dir := folder(t, module(tt.more))
				git := func(args ...string) { gittest.Run(t, dir, gittest.Date(0), args...) }
				git("init", "-q", "-b", "main")
				git("add", ".")
				git("commit", "-q", "-m", "One")
				if !tt.alone {
					git("update-ref", "refs/remotes/origin/main", "HEAD")
				}
				profile := covered
				if tt.more != nil {
					profile += movedBlocks("a", 7)
				}
				write(t, filepath.Join(dir, "cover.out"), profile)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				store := workspace.NewStore()
				e := engine.New(store, engine.Options{Restricted: true, Watch: watch.Options{NoNotify: true}})
				done := make(chan struct{})
				go func() {
					defer close(done)
					e.Run(ctx)
				}()
				e.SetFolders([]engine.Folder{{Dir: dir}})
				e.Start(engine.Settings{}, false)
				time.Sleep(time.Minute)
				synctest.Wait()
				if tt.then != nil {
					tt.then(t, dir, e, git)
					time.Sleep(time.Minute)
					synctest.Wait()
				}
				if got := deltaOf(store.Load(), dir); got != tt.want && !(strings.HasPrefix(tt.want, "why: ") && strings.HasPrefix(got, tt.want)) {
					t.Errorf("it is %q, want %q", got, tt.want)
				}
				cancel()
				<-done
			})
		})
	}
}
