package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestVersion(t *testing.T) {
	t.Parallel()
	const commit = "80db0151b2c3d4e5f60718293a4b5c6d7e8f9012"
	on := " go1.26.8 " + runtime.GOOS + "/" + runtime.GOARCH
	for _, tt := range []struct {
		name          string
		module        string
		settings      map[string]string
		version, full string
	}{
		{"go install", "v0.1.0", nil, "v0.1.0", "v0.1.0" + on},
		{
			"a release", "v0.1.0",
			map[string]string{"vcs.revision": commit, "vcs.time": "2026-11-29T17:46:12Z", "vcs.modified": "false"},
			"v0.1.0", "v0.1.0 (commit 80db0151b2c3 of 2026-11-29)" + on,
		},
		{
			"a checkout with changes", "v0.1.1-0.20261129174612-80db0151b2c3+dirty",
			map[string]string{"vcs.revision": commit, "vcs.time": "2026-11-29T17:46:12Z", "vcs.modified": "true"},
			"v0.1.1-0.20261129174612-80db0151b2c3+dirty", "v0.1.1-0.20261129174612-80db0151b2c3+dirty (commit 80db0151b2c3 of 2026-11-29 with changes that are in no commit)" + on,
		},
		{"a commit and no version", "(devel)", map[string]string{"vcs.revision": commit}, "devel-80db0151b2c3", "devel-80db0151b2c3 (commit 80db0151b2c3)" + on},
		{"a short commit", "", map[string]string{"vcs.revision": "80db"}, "devel-80db", "devel-80db (commit 80db)" + on},
		{"an archive of the sources", "(devel)", nil, "devel", "devel" + on},
	} {
		info := &debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: tt.module}}
		for k, v := range tt.settings {
			info.Settings = append(info.Settings, debug.BuildSetting{Key: k, Value: v})
		}
		if got := versionOf(info); got != tt.version {
			t.Errorf("%s: version %q, want %q", tt.name, got, tt.version)
		}
		if got := describe(info); got != tt.full {
			t.Errorf("%s: described as %q, want %q", tt.name, got, tt.full)
		}
	}
	command, _, _ := covls(t, "version")
	flag, stderr, code := covls(t, "--version")
	if want := "covls " + described() + "\n"; command != want || flag != want || stderr != "" || code != 0 {
		t.Errorf("covls version: %q; covls --version: %q %q, exit %d; want %q", command, flag, stderr, code, want)
	}
}
