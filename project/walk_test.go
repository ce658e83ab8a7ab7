package project_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/project"
)

func TestSkips(t *testing.T) {
	t.Parallel()
	const all = "sources profiles modules projects"
	uses := map[string]project.Use{"sources": project.Sources, "profiles": project.Profiles, "modules": project.Modules, "projects": project.Projects}
	for name, want := range map[string]string{
		".git": all, ".hg": all, ".svn": all, "node_modules": all, "venv": all, ".venv": all, ".tox": all, "site-packages": all,
		"__pycache__": all, ".idea": all, ".vscode-test": all,
		"vendor": "profiles modules projects", "dist": "profiles projects", "target": "projects", "build": "projects", "third_party": "projects",
		"CMakeFiles": "sources projects", "meson-private": "sources projects", "blib": "sources projects", "lcov-report": "sources projects", "htmlcov": "sources projects", "testdata": "modules projects", ".github": "modules projects", "src": "", "coverage": "", "Vendor": "",
	} {
		for use, u := range uses {
			if got := project.Skips(u, name); got != slices.Contains(strings.Fields(want), use) {
				t.Errorf("%s for %s: %v", name, use, got)
			}
		}
	}
	if !project.Skips(project.Projects|project.Profiles, "dist") || project.Skips(project.Sources|project.Profiles, "dist") {
		t.Error("of several uses, all must skip a folder")
	}
}

const tree = `
-- a.go --
-- a/b.go --
-- a/a/c.go --
-- b/d.go --
-- link -> b --
-- l.go -> a.go --
-- vendor/v.go --
-- node_modules/n.js --
`

// walked is what a walk comes by, "directory: files; …", and where it ended.
func walked(t *testing.T, ctx context.Context, tree *project.Tree, w project.Walk) string {
	t.Helper()
	var out []string
	entries, cut, err := tree.Walk(ctx, w, func(dir string, files []project.Entry) {
		rel, err := filepath.Rel(w.Dir, dir)
		if err != nil {
			t.Fatal(err)
		}
		line := filepath.ToSlash(rel) + ":"
		for _, e := range files {
			line += " " + e.Name
			if e.Type&fs.ModeSymlink != 0 {
				line += "@"
			}
		}
		out = append(out, line)
	})
	if err != nil {
		return err.Error()
	}
	if entries > w.Entries {
		t.Errorf("%d entries, want %d at most", entries, w.Entries)
	}
	if cut != "" {
		rel, err := filepath.Rel(w.Dir, cut)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, "cut at "+filepath.ToSlash(rel))
	}
	return strings.Join(out, "; ")
}

func TestWalk(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, tree)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		rule string
		walk project.Walk
		ctx  context.Context
		want string
	}{
		{"breadth first, by name", project.Walk{Use: project.Sources, Entries: 100}, nil, ".: a.go l.go@ link@; a: b.go; b: d.go; vendor: v.go; a/a: c.go"},
		{"for another use", project.Walk{Use: project.Profiles, Entries: 100}, nil, ".: a.go l.go@ link@; a: b.go; b: d.go; a/a: c.go"},
		{"depth", project.Walk{Use: project.Profiles, Entries: 100, Depth: 1}, nil, ".: a.go l.go@ link@; a: b.go; b: d.go"},
		{"directories", project.Walk{Use: project.Profiles, Entries: 100, Dirs: 2}, nil, ".: a.go l.go@ link@; a: b.go"},
		{"the last entry", project.Walk{Use: project.Profiles, Entries: 11}, nil, ".: a.go l.go@ link@; a: b.go; b: d.go; a/a: c.go"},
		{"entries", project.Walk{Use: project.Profiles, Entries: 9}, nil, ".: a.go l.go@ link@; a: b.go; cut at b"},
		{"no entries", project.Walk{Use: project.Profiles}, nil, "cut at ."},
		{"left out", project.Walk{Use: project.Profiles, Entries: 100, Skip: func(p string) bool { return p == filepath.Join(dir, "a") }}, nil, ".: a.go l.go@ link@; b: d.go"},
		{"cancelled", project.Walk{Use: project.Profiles, Entries: 100}, cancelled, context.Canceled.Error()},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			tt.walk.Dir = dir
			if tt.ctx == nil {
				tt.ctx = t.Context()
			}
			if got := walked(t, tt.ctx, nil, tt.walk); got != tt.want {
				t.Errorf("have %s\nwant %s", got, tt.want)
			}
			if got := walked(t, tt.ctx, project.NewTree(), tt.walk); got != tt.want {
				t.Errorf("with a tree: have %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestWalkWorktree: another work tree of the repository holds nothing, whatever it is gone through for. One that is the
// beginning is gone through, and so is a submodule.
func TestWalkWorktree(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, `
-- .git/worktrees/x/HEAD --
-- .git/modules/sub/HEAD --
-- a.go --
-- wt/x/.git --
gitdir: $DIR/.git/worktrees/x
-- wt/x/b.go --
-- wt/x/deep/c.go --
-- sub/.git --
gitdir: ../.git/modules/sub
-- sub/d.go --
`)
	for at, want := range map[string]string{
		"":     ".: a.go; sub: .git d.go; wt:",
		"wt/x": ".: .git b.go; deep: c.go",
	} {
		for _, use := range []project.Use{project.Sources, project.Profiles, project.Modules, project.Projects} {
			got := walked(t, t.Context(), nil, project.Walk{Dir: filepath.Join(dir, filepath.FromSlash(at)), Use: use, Entries: 100})
			if got != want {
				t.Errorf("from %q: have %s\nwant %s", at, got, want)
			}
		}
	}
}

// TestTree: a second way through the same folders reads nothing, one through others does.
func TestTree(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, tree)
	known := project.NewTree()
	const profiles = ".: a.go l.go@ link@; a: b.go; b: d.go; a/a: c.go"
	if got := walked(t, t.Context(), known, project.Walk{Dir: dir, Use: project.Profiles, Entries: 100}); got != profiles {
		t.Fatal(got)
	}
	for _, name := range []string{"a/new.go", "vendor/new.go"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := walked(t, t.Context(), known, project.Walk{Dir: dir, Use: project.Profiles, Entries: 100}); got != profiles {
		t.Errorf("have %s\nwant %s", got, profiles)
	}
	const sources = ".: a.go l.go@ link@; a: b.go; b: d.go; vendor: new.go v.go; a/a: c.go"
	if got := walked(t, t.Context(), known, project.Walk{Dir: dir, Use: project.Sources, Entries: 100}); got != sources {
		t.Errorf("have %s\nwant %s", got, sources)
	}
}

// TestTreeCut: what was not gone through to its end is not remembered, and neither is what is not there.
func TestTreeCut(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, "-- a.go --\n-- b.go --\n")
	known := project.NewTree()
	count := func(most int) (n int) {
		if err := known.Each(dir, func(project.Entry) bool { n++; return n < most }); err != nil {
			t.Error(err)
		}
		return n
	}
	if got := []int{count(1), count(9), count(1)}; !slices.Equal(got, []int{1, 2, 1}) {
		t.Errorf("have %v entries", got)
	}
	gone := filepath.Join(dir, "sub")
	if err := known.Each(gone, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("have %v", err)
	}
	if err := os.Mkdir(gone, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := known.Each(gone, nil); err != nil {
		t.Error(err)
	}
}
