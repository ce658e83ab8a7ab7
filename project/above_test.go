//go:build unix

package project_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/project"
)

// TestAbove: the folders above one that are of the same project.
func TestAbove(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, `
-- repo/.git/HEAD --
-- repo/web/package.json --
-- repo/web/src/deep/a.ts --
-- repo/sub/.git --
gitdir: ../.git/modules/sub
-- repo/sub/lib/a.c --
-- module/go.mod --
module m.org/m
-- module/svc/api/a.go --
-- module/tool/go.mod --
module m.org/tool
-- work/go.work --
-- work/a/a.go --
-- plain/a/b.go --
-- home/me/.git/HEAD --
-- home/me/proj/a/b.go --
`)
	for _, tt := range []struct{ at, home, want string }{ // by blanks
		{"repo", "", ""},
		{"repo/web", "", "repo"},
		{"repo/web/src/deep", "", "repo/web/src repo/web repo"},
		{"repo/sub", "", ""},
		{"repo/sub/lib", "", "repo/sub"},
		{"module", "", ""},
		{"module/svc", "", "module"},
		{"module/svc/api", "", "module/svc module"},
		{"module/tool", "", ""},
		{"work/a", "", "work"},
		{"home/me/proj/a", "", "home/me/proj home/me"},
		{"home/me/proj/a", "home/me", "home/me/proj"},
		{"home/me/proj", "home/me", ""},
	} {
		home := ""
		if tt.home != "" {
			home = filepath.Join(dir, tt.home)
		}
		var got []string
		for _, at := range project.Above(filepath.Join(dir, tt.at), home) {
			got = append(got, strings.TrimPrefix(at, dir+"/"))
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("above %s: %q, want %q", tt.at, s, tt.want)
		}
	}
}

// TestProfilesAbove: which files above a folder may be read.
func TestProfilesAbove(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, `
-- app/go.mod --
module m.org/m
-- app/cover.out --
-- app/coverage/lcov.info --
-- app/coverage/deep/lcov.info --
-- app/link.out -> ../secret --
-- app/other/cover.out --
-- app/svc/a.go --
-- secret --
-- cover.out --
`)
	globs, may := project.ProfilesAbove(filepath.Join(dir, "app", "svc"), "")
	if !slices.Contains(globs, filepath.Join(dir, "app")+"/*.info") || !slices.Contains(globs, filepath.Join(dir, "app", "coverage")+"/*.info") {
		t.Errorf("the globs are %q", globs)
	}
	for name, want := range map[string]bool{
		"app": true, "app/cover.out": true, "app/coverage": true, "app/coverage/lcov.info": true,
		"app/coverage/deep/lcov.info": false, "app/link.out": false, "app/other/cover.out": false, "cover.out": false, "app/gone.out": false, "secret": false,
	} {
		if got := may(filepath.Join(dir, filepath.FromSlash(name))); got != want {
			t.Errorf("%s may be read: %v", name, got)
		}
	}
	if globs, may := project.ProfilesAbove(filepath.Join(dir, "app"), ""); globs != nil || may != nil {
		t.Errorf("above a module: %q", globs)
	}
	if os.Getuid() != 0 {
		return // only root can give files away
	}
	const somebody = 12345
	if err := os.Chown(filepath.Join(dir, "app", "cover.out"), somebody, somebody); err != nil {
		t.Skip(err)
	}
	if may(filepath.Join(dir, "app", "cover.out")) {
		t.Error("somebody else's profile may be read")
	}
	if err := os.Chown(filepath.Join(dir, "app"), somebody, somebody); err != nil {
		t.Fatal(err)
	}
	if globs, _ := project.ProfilesAbove(filepath.Join(dir, "app", "svc"), ""); globs != nil {
		t.Errorf("in somebody else's folder: %q", globs)
	}
}
