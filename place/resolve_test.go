//go:build unix

package place_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/place"
	"github.com/covls/covls/source"
)

func folder(t testing.TB, dir string, mappings ...place.Mapping) place.Folder {
	t.Helper()
	modules, problems := place.FindModules(t.Context(), nil, dir)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return place.Folder{Dir: dir, Modules: modules, Mappings: mappings}
}

// workspace is a module with a nested one, a vendor directory and TypeScript, a second folder, and
// files outside of both.
const workspace = `
-- ws/go.mod --
module example.com/m

replace example.com/lib => ../lib
-- ws/a.go --
-- ws/pkg/b.go --
-- ws/pkg/a b/c:d.go --
-- ws/pkg/é.go --
-- ws/sub/go.mod --
module example.com/m/sub
-- ws/sub/s.go --
-- ws/vendor/modules.txt --
-- ws/vendor/example.org/v/v.go --
-- ws/vendor/example.org/v/w/w.go --
-- ws/web/go.go --
-- ws/web/src/x.ts --
-- ws/web/coverage/lcov.info --
-- ws/x.ts --
-- ws/src/only.ts --
-- ws/grammar.y --
-- ws/dir.go/x --
-- ws/file.go -> pkg/b.go --
-- ws/dir -> pkg --
-- ws/loop.go -> loop.go --
-- ws/dangling.go -> nowhere.go --
-- ws/out.go -> ../outside/secret.go --
-- ws/outabs.go -> $DIR/outside/secret.go --
-- ws/outdir -> ../outside --
-- ws/outthere -> ../outside/deeper --
-- ws/outdir.go -> ../outside --
-- ws/twice.go -> out.go --
-- other/go.mod --
module example.com/other
-- other/o.go --
-- lib/go.mod --
module example.com/lib
-- lib/l.go --
-- lib/out.go -> ../outside/secret.go --
-- outside/secret.go --
-- outside/deeper/secret.go --
-- outside/.. secret.go --
-- listed/pkg/p.go --
-- listed/pkg/out.go -> $DIR/outside/secret.go --
-- listed/pkg/in.go -> p.go --
-- listed/pkg/to-ws.go -> $DIR/ws/a.go --
-- listedlink -> listed --
-- mapped/y.ts --
-- mapped/out.ts -> ../outside/secret.go --
-- mapped/one.ts --
-- single/one.ts --
-- cover.out --
`

const (
	outsideWhy = "it lies outside the workspace; a [[path]] mapping in .covls.toml can say where it lies here"
	leavesWhy  = "a symlink leads out of the workspace to it; a [[path]] mapping in .covls.toml can say where it lies here"
	systemWhy  = "it is a path of another system; a [[path]] mapping in .covls.toml can say where it lies here"
	belowWhy   = "there is no such file below $DIR/ws or $DIR/other"
	goneWhy    = ": it was moved or deleted since the profile was written"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, workspace)
	folders := []place.Folder{
		folder(
			t, filepath.Join(dir, "ws"),
			place.Mapping{From: "/build/src/", To: "web/src"},
			place.Mapping{From: "/build", To: ""},
			place.Mapping{From: `D:\a\repo`, To: "."},
			place.Mapping{From: "gen", To: dir + "/mapped"},
			place.Mapping{From: "one/file.ts", To: "../mapped/one.ts"},
			place.Mapping{From: "up", To: `..\mapped`},
			place.Mapping{From: "", To: "pkg"},
		),
		folder(t, filepath.Join(dir, "other"), place.Mapping{From: "/build", To: "."}),
	}
	folders[0].Packages = map[string]string{
		"fmt": dir + "/listed/pkg", "gone": dir + "/listed/gone", "linked": dir + "/listedlink/pkg", "inside": dir + "/ws/pkg", "led": dir + "/ws/outdir",
	}
	tests := []struct {
		rule, name string
		want       string // the path; "" where the file is not found
		why        string
	}{
		{"import path", "example.com/m/a.go", "ws/a.go", ""},
		{"import path of a package", "example.com/m/pkg/b.go", "ws/pkg/b.go", ""},
		{"nested module", "example.com/m/sub/s.go", "ws/sub/s.go", ""},
		{"replaced module", "example.com/lib/l.go", "lib/l.go", ""},
		{"module of another folder", "example.com/other/o.go", "other/o.go", ""},
		{"vendored package", "example.org/v/v.go", "ws/vendor/example.org/v/v.go", ""},
		{"package of go list", "fmt/p.go", "listed/pkg/p.go", ""},
		{"package of go list inside the folder", "inside/b.go", "ws/pkg/b.go", ""},
		{"package of go list by a symlink", "linked/p.go", "listedlink/pkg/p.go", ""},
		{"package of go list that leads out of the folder", "led/secret.go", "ws/outdir/secret.go", ""},
		{"spaces and colons", "example.com/m/pkg/a b/c:d.go", "ws/pkg/a b/c:d.go", ""},
		{"not ASCII", "example.com/m/pkg/é.go", "ws/pkg/é.go", ""},
		{"backslashes", `example.com\m\pkg\b.go`, "ws/pkg/b.go", ""},
		{"//line directive", "example.com/m/grammar.y", "ws/grammar.y", ""},

		{"file is gone", "example.com/m/pkg/gone.go", "", "gone.go is not in $DIR/ws/pkg" + goneWhy},
		{"package is gone", "example.com/m/nowhere/gone.go", "", "gone.go is not in $DIR/ws/nowhere" + goneWhy},
		{"directory, not a file", "example.com/m/dir.go", "", "dir.go is not in $DIR/ws" + goneWhy},
		{"file below a file", "example.com/m/a.go/b.go", "", "b.go is not in $DIR/ws/a.go" + goneWhy},
		{"prefix is no whole segment", "example.com/mm/a.go", "", "no module here provides example.com/mm (here: example.com/lib, example.com/m, example.com/m/sub and 1 more)"},
		{"unknown module", "example.com/unknown/u.go", "", "no module here provides example.com/unknown (here: example.com/lib, example.com/m, example.com/m/sub and 1 more)"},
		{"vendored package without the file", "example.org/v/gone.go", "", "gone.go is not in $DIR/ws/vendor/example.org/v" + goneWhy},
		{"package of go list without the file", "fmt/gone.go", "", "gone.go is not in $DIR/listed/pkg" + goneWhy},
		{"package of go list is gone", "gone/p.go", "", "p.go is not in $DIR/listed/gone" + goneWhy},
		{"//line directive to nothing", "example.com/m/gone.y", "", "gone.y is not in $DIR/ws: a //line directive may have named it"},
		{"other language", "nowhere/x.ts", "", belowWhy},

		{"absolute", "$DIR/ws/pkg/b.go", "ws/pkg/b.go", ""},
		{"absolute, not clean", "$DIR/ws//pkg/../a.go", "ws/a.go", ""},
		{"absolute in a replaced module", "$DIR/lib/l.go", "lib/l.go", ""},
		{"absolute and missing", "$DIR/ws/gone.go", "", "there is no such file"},
		{"absolute directory", "$DIR/ws/pkg", "", "there is no such file"},
		{"the folder itself", "$DIR/ws", "", outsideWhy},
		{"absolute outside", "$DIR/outside/secret.go", "", outsideWhy},
		{"absolute outside and missing", "$DIR/outside/gone.go", "", outsideWhy},
		{"absolute beside with the folder's name first", "$DIR/ws2/a.go", "", outsideWhy},
		{"absolute with dots outside", "$DIR/ws/../outside/secret.go", "", outsideWhy},
		{"package of go list is no root", "$DIR/listed/pkg/p.go", "", outsideWhy},
		{"root", "/", "", outsideWhy},
		{"NUL", "$DIR/ws/a\x00.go", "", "there is no such file"},
		{"longer than any path", "$DIR/ws/" + strings.Repeat("a/", 40_000) + "b.go", "", "there is no such file"},

		{"relative", "./pkg/b.go", "ws/pkg/b.go", ""},
		{"relative without a dot", "pkg/b.go", "ws/pkg/b.go", ""},
		{"base name", "a.go", "ws/a.go", ""},
		{"relative to another folder", "./o.go", "other/o.go", ""},
		{"relative upwards", "../ws/a.go", "ws/a.go", ""},
		{"relative upwards from one folder to another", "../other/o.go", "other/o.go", ""},
		{"relative with backslashes", `.\pkg\b.go`, "ws/pkg/b.go", ""},
		{"relative and missing", "./gone.go", "", belowWhy},
		{"base name and missing", "gone.go", "", belowWhy},
		{"relative with dots inside", "pkg/../a.go", "ws/a.go", ""},
		{"empty segment", "pkg//b.go", "ws/pkg/b.go", ""},
		{"no name", "", "", outsideWhy},
		{"a dot", ".", "", outsideWhy},
		{"two dots", "..", "", outsideWhy},

		{"relative outside", "../outside/secret.go", "", outsideWhy},
		{"relative far outside", "../../../../../../../../../../etc/hosts", "", outsideWhy},
		{"import path outside", "example.com/m/../outside/secret.go", "", belowWhy},
		{"import path far outside", "example.com/m/../../../../../../../../../etc/hosts", "", outsideWhy},
		{"backslashes outside", `..\outside\secret.go`, "", outsideWhy},
		{"vendored path outside", "example.org/v/../../../../outside/secret.go", "", outsideWhy},
		{"package of go list outside", "fmt/../../outside/secret.go", "", outsideWhy},

		{"Windows path", "C:/ci/ws/a.go", "", systemWhy},
		{"Windows path with backslashes", `C:\ci\ws\a.go`, "", systemWhy},
		{"Windows network path", `\\server\share\a.go`, "", systemWhy},
		{"Windows path without a drive", `\ci\a.go`, "", systemWhy},

		{"mapping", "/build/pkg/b.go", "ws/pkg/b.go", ""},
		{"first mapping that fits", "/build/src/x.ts", "ws/web/src/x.ts", ""},
		{"no mapping but the first that fits", "/build/src/only.ts", "", `the path mapping "/build/src/" → "web/src" leads to $DIR/ws/web/src/only.ts, which is not there`},
		{"mapping at whole segments", "/builder/pkg/b.go", "", outsideWhy},
		{"mapping to an absolute path", "gen/y.ts", "mapped/y.ts", ""},
		{"mapping of one file", "one/file.ts", "mapped/one.ts", ""},
		{"mapping upwards, with backslashes", "up/y.ts", "mapped/y.ts", ""},
		{"mapping of a Windows path", `D:\a\repo\pkg\b.go`, "ws/pkg/b.go", ""},
		{"mapping of a Windows path with slashes", "D:/a/repo/pkg/b.go", "ws/pkg/b.go", ""},
		{"mapping in another folder", "/build/o.go", "other/o.go", ""},
		{"absolute below a mapping's target", "$DIR/mapped/y.ts", "mapped/y.ts", ""},

		{"symlink to a file in the folder", "example.com/m/file.go", "ws/file.go", ""},
		{"symlink to a directory in the folder", "example.com/m/dir/b.go", "ws/dir/b.go", ""},
		{"dangling symlink", "example.com/m/dangling.go", "", "dangling.go is not in $DIR/ws" + goneWhy},
		{"symlink to itself", "$DIR/ws/loop.go", "", "there is no such file"},
		{"symlink outside", "example.com/m/out.go", "", leavesWhy},
		{"absolute symlink outside", "example.com/m/outabs.go", "", leavesWhy},
		{"symlink to a symlink outside", "example.com/m/twice.go", "", leavesWhy},
		{"symlink to a directory outside", "example.com/m/outdir/secret.go", "", leavesWhy},
		{"symlink to a directory outside, missing", "example.com/m/outdir/gone.go", "", leavesWhy},
		{"symlink to a directory outside, below", "example.com/m/outdir/deeper/secret.go", "", leavesWhy},
		{"symlink deeper outside", "example.com/m/outthere/secret.go", "", leavesWhy},
		{"by an absolute path", "$DIR/ws/out.go", "", leavesWhy},
		{"by a relative path", "./out.go", "", leavesWhy},
		{"by a base name", "out.go", "", leavesWhy},
		{"out of a replaced module", "example.com/lib/out.go", "", leavesWhy},
		{"out of a package of go list", "fmt/out.go", "", leavesWhy},
		{"out of a package of go list into the folder", "fmt/to-ws.go", "listed/pkg/to-ws.go", ""},
		{"inside a package of go list", "fmt/in.go", "listed/pkg/in.go", ""},
	}
	r := place.NewResolver(folders)
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			name := strings.ReplaceAll(tt.name, "$DIR", dir)
			got := r.Resolve(name, filepath.Join(dir, "ws"))
			if alone := place.Resolve(name, filepath.Join(dir, "ws"), folders); alone != got {
				t.Errorf("asked alone: %+v, among others: %+v", alone, got)
			}
			if tt.want != "" {
				if want := filepath.Join(dir, filepath.FromSlash(tt.want)); got.Path != want || !got.Found || got.Why != "" {
					t.Errorf("have %+v, want %s", got, want)
				}
				real, err := filepath.EvalSymlinks(got.Path)
				outside := !source.Inside(real, folders[0].Dir) && !source.Inside(real, folders[1].Dir)
				if err != nil || got.Outside != outside {
					t.Errorf("%s leads to %s, %v; have Outside %v", got.Path, real, err, got.Outside)
				}
				return
			}
			if want := strings.ReplaceAll(tt.why, "$DIR", dir); got.Found || got.Why != want {
				t.Errorf("have %+v, want: %s", got, want)
			}
		})
	}
}

// TestResolvePlace is about what else a place says.
func TestResolvePlace(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, workspace)
	folders := []place.Folder{folder(
		t, filepath.Join(dir, "ws"),
		place.Mapping{From: "/build", To: "web"}, place.Mapping{From: "/map/", To: "../mapped"}, place.Mapping{From: "none", To: "nowhere"},
		place.Mapping{From: "one.ts", To: "../single/one.ts"},
	)}
	folders[0].Packages = map[string]string{"fmt": dir + "/listed/pkg"}
	tests := []struct {
		rule, name string
		want       place.Place
	}{
		{"mapped", "/build/go.go", place.Place{Path: "ws/web/go.go", Found: true, Mapped: true}},
		{"mapped and missing", "/build/gone.ts", place.Place{Path: "ws/web/gone.ts", Mapped: true, Why: `the path mapping "/build" → "web" leads to $DIR/ws/web/gone.ts, which is not there`}},
		{"mapped", "/map/y.ts", place.Place{Path: "mapped/y.ts", Found: true, Outside: true, Mapped: true}},
		{"mapped to a directory", "/build", place.Place{Path: "ws/web", Mapped: true, Why: `the path mapping "/build" → "web" leads to $DIR/ws/web, which is not there`}},
		{"mapped to nowhere", "none/x.go", place.Place{Path: "ws/nowhere/x.go", Mapped: true, Why: `the path mapping "none" → "nowhere" leads to $DIR/ws/nowhere/x.go, which is not there`}},
		{"mapping with dots", "/build/../../outside/secret.go", place.Place{Why: `the path mapping "/build" → "web" leads to $DIR/outside/secret.go, which lies outside the workspace`}},
		{"mapping with a symlink", "/map/out.ts", place.Place{Why: `the path mapping "/map/" → "../mapped" leads to $DIR/mapped/out.ts, which lies outside the workspace`}},
		{"mapping with dots that stays inside", "/build/../a.go", place.Place{Path: "ws/a.go", Found: true, Mapped: true}},
		{"mapping of one file", "one.ts", place.Place{Path: "single/one.ts", Found: true, Outside: true, Mapped: true}},
		{"absolute", "$DIR/ws/a.go", place.Place{Path: "ws/a.go", Found: true}},
		{"absolute and missing", "$DIR/ws/no/such/gone.go", place.Place{Path: "ws/no/such/gone.go", Gone: true, Why: "there is no such file"}},
		{"absolute outside", "$DIR/outside/deeper/secret.go", place.Place{Path: "outside/deeper/secret.go", Why: outsideWhy}},
		{"by a symlink outside", "$DIR/ws/outdir/deeper/secret.go", place.Place{Path: "ws/outdir/deeper/secret.go", Why: leavesWhy}},
		{"Windows path", `C:\a.go`, place.Place{Why: systemWhy}},
		{"unknown package", "example.com/unknown/u.go", place.Place{ImportPath: "example.com/unknown", Why: "no module here provides example.com/unknown (here: example.com/lib, example.com/m, example.com/m/sub)"}},
		{"package of a module elsewhere with the prefix of one here", "example.com/m/cloud/c.go", place.Place{Path: "ws/cloud/c.go", ImportPath: "example.com/m/cloud", Gone: true, Why: "c.go is not in $DIR/ws/cloud" + goneWhy}},
		{"known package", "example.com/m/pkg/gone.go", place.Place{Path: "ws/pkg/gone.go", Gone: true, Why: "gone.go is not in $DIR/ws/pkg" + goneWhy}},
		{"package that go list told", "fmt/gone.go", place.Place{Path: "listed/pkg/gone.go", Gone: true, Why: "gone.go is not in $DIR/listed/pkg" + goneWhy}},
		{"other language", "src/gone.ts", place.Place{Why: "there is no such file below $DIR/ws"}},
		{"base name", "gone.go", place.Place{Why: "there is no such file below $DIR/ws"}},
		{"package that is a file", "example.com/m/a.go/b.go", place.Place{Path: "ws/a.go/b.go", ImportPath: "example.com/m/a.go", Gone: true, Why: "b.go is not in $DIR/ws/a.go" + goneWhy}},
		{"package of go list in another language", "fmt/x.s", place.Place{Path: "listed/pkg/x.s", Gone: true, Why: "x.s is not in $DIR/listed/pkg: a //line directive may have named it"}},
		{"empty segments are no import path", "example.com//x.go", place.Place{Why: "there is no such file below $DIR/ws"}},
		{"dots are no import path", "example.com/../x.go", place.Place{Why: "there is no such file below $DIR/ws"}},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			if tt.want.Path != "" {
				tt.want.Path = filepath.Join(dir, tt.want.Path)
			}
			tt.want.Why = strings.ReplaceAll(tt.want.Why, "$DIR", dir)
			if got := place.Resolve(strings.ReplaceAll(tt.name, "$DIR", dir), folders[0].Dir, folders); got != tt.want {
				t.Errorf("have %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// TestResolveFrom is about the profile's place: relative names and copies of a module depend on it.
func TestResolveFrom(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, `
-- ws/go.mod --
module example.com/m
-- ws/a.go --
-- ws/src/x.ts --
-- ws/web/src/x.ts --
-- ws/web/y.ts --
-- ws/web/coverage/lcov.info --
-- ws/fork/go.mod --
module example.com/m
-- ws/fork/a.go --
-- ws/fork/fork/go.mod --
module example.com/m
-- ws/fork/fork/a.go --
-- ws/fork/sub/go.mod --
module example.com/m/sub
-- ws/fork/sub/s.go --
-- ws/sub/s.go --
-- tree/go.mod --
module example.com/m
-- tree/a.go --
-- tree/src/x.ts --
-- tree/only.go --
-- out/src/x.ts --
-- out/y.ts --
`)
	folders := []place.Folder{
		folder(t, filepath.Join(dir, "ws"), place.Mapping{From: "/ci", To: "."}),
		folder(t, filepath.Join(dir, "tree"), place.Mapping{From: "/ci", To: "."}),
	}
	tests := []struct {
		rule, from, name, want string
	}{
		{"profile in the folder", "ws", "src/x.ts", "ws/src/x.ts"},
		{"profile below what it is relative to", "ws/web/coverage", "src/x.ts", "ws/web/src/x.ts"},
		{"the nearest above", "ws/web/coverage", "./src/x.ts", "ws/web/src/x.ts"},
		{"upwards from the profile alone", "ws/web/coverage", "../y.ts", "ws/web/y.ts"},
		{"upwards from the folder", "ws/web/coverage", "../tree/only.go", "tree/only.go"},
		{"upwards never from above", "ws/web/coverage/html", "../y.ts", ""},
		{"profile in the other folder", "tree", "src/x.ts", "tree/src/x.ts"},
		{"profile in another place", "out", "src/x.ts", "ws/src/x.ts"},
		{"never beside a profile that lies outside", "out", "y.ts", ""},
		{"from a profile that lies outside", "out", "../ws/a.go", "ws/a.go"},
		{"profile below another place", "out/src", "src/x.ts", "ws/src/x.ts"},

		{"module of the folder", "ws", "example.com/m/a.go", "ws/a.go"},
		{"module around the profile", "ws/fork/build", "example.com/m/a.go", "ws/fork/a.go"},
		{"innermost module around the profile", "ws/fork/fork/x/y", "example.com/m/a.go", "ws/fork/fork/a.go"},
		{"longest path before nearest", "ws", "example.com/m/sub/s.go", "ws/fork/sub/s.go"},
		{"module of the profile's folder", "tree/build", "example.com/m/a.go", "tree/a.go"},
		{"not in a copy of its module", "ws", "example.com/m/only.go", ""},
		{"module of the first folder", "out", "example.com/m/a.go", "ws/a.go"},
		{"mapping of the profile's folder", "tree", "/ci/a.go", "tree/a.go"},
		{"mapping of the first folder", "out", "/ci/a.go", "ws/a.go"},
		{"mapping of the folder that has it", "ws", "/ci/only.go", "tree/only.go"},
	}
	r := place.NewResolver(folders)
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			got := r.Resolve(tt.name, filepath.Join(dir, tt.from))
			if tt.want == "" {
				if got.Found {
					t.Errorf("have %s", got.Path)
				}
			} else if want := filepath.Join(dir, tt.want); !got.Found || got.Path != want {
				t.Errorf("have %+v, want %s", got, want)
			}
		})
	}

	why := []struct{ rule, from, want string }{
		{"in the folder", "ws", "there is no such file below $DIR/ws or $DIR/tree"},
		{"below the folder", "ws/web/coverage", "there is no such file below $DIR/ws/web/coverage, the folders above it or $DIR/tree"},
		{"outside", "out", "there is no such file below $DIR/ws or $DIR/tree"},
	}
	for _, tt := range why {
		if got := r.Resolve("gone.ts", filepath.Join(dir, tt.from)); got.Why != strings.ReplaceAll(tt.want, "$DIR", dir) {
			t.Errorf("%s: have %s, want %s", tt.rule, got.Why, tt.want)
		}
	}
	const each = "no module here provides nowhere (here: example.com/m, example.com/m/sub)"
	if got := r.Resolve("nowhere/x.go", dir); got.Why != each {
		t.Errorf("have %s, want %s", got.Why, each)
	}
}

// TestResolveLinkedFolder: the folder is a symlink, or lies below one. Its files are spelled as the
// editor spells the folder, however the profile names them.
func TestResolveLinkedFolder(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, `
-- real/repo/go.mod --
module example.com/repo
-- real/repo/top.go --
-- real/repo/sub/go.mod --
module example.com/m
-- real/repo/sub/a.go --
-- real/repo/sub/pkg/b.go --
-- real/repo/sub/up.go -> ../top.go --
-- real/repo/sub/in.go -> pkg/b.go --
-- real/repo/sub/dir -> pkg --
-- real/repo/plain/a.go --
-- outside/o.go --
-- real/repo/sub/out.go -> ../../../outside/o.go --
-- link -> real/repo/sub --
-- plain -> real/repo/plain --
-- above -> real --
-- nowhere -> gone --
`)
	at := func(elem ...string) string { return filepath.Join(dir, filepath.Join(elem...)) }
	tests := []struct {
		rule    string
		folders []string
		name    string
		want    string // "" where it is not found
	}{
		{"import path", []string{"link"}, "example.com/m/pkg/b.go", "link/pkg/b.go"},
		{"relative", []string{"link"}, "./pkg/b.go", "link/pkg/b.go"},
		{"absolute by the link", []string{"link"}, "$DIR/link/pkg/b.go", "link/pkg/b.go"},
		{"absolute by the real path", []string{"link"}, "$DIR/real/repo/sub/pkg/b.go", "link/pkg/b.go"},
		{"missing by the real path", []string{"link"}, "$DIR/real/repo/sub/pkg/gone.go", ""},
		{"link in the linked folder", []string{"link"}, "example.com/m/in.go", "link/in.go"},
		{"link to a directory in the linked folder", []string{"link"}, "example.com/m/dir/b.go", "link/dir/b.go"},
		{"package of go list", []string{"link"}, "listed/b.go", "link/pkg/b.go"},
		{"link out of the linked folder", []string{"link"}, "example.com/m/out.go", ""},
		{"link out of the linked folder to above it", []string{"link"}, "example.com/m/up.go", ""},
		{"below a link", []string{"above/repo/sub"}, "$DIR/real/repo/sub/a.go", "above/repo/sub/a.go"},
		{"below a link, real folder", []string{"real/repo/sub"}, "$DIR/above/repo/sub/a.go", ""},
		{"module above the real folder", []string{"plain"}, "example.com/repo/plain/a.go", "plain/a.go"},
		{"module above the real folder, beside the folder", []string{"plain"}, "example.com/repo/top.go", "real/repo/top.go"},
		{"both, the link first", []string{"link", "real/repo/sub"}, "example.com/m/a.go", "link/a.go"},
		{"both, the real one named", []string{"link", "real/repo/sub"}, "$DIR/real/repo/sub/a.go", "real/repo/sub/a.go"},
		{"both, the link named", []string{"real/repo/sub", "link"}, "$DIR/link/a.go", "link/a.go"},
		{"the same twice", []string{"link", "link"}, "example.com/m/a.go", "link/a.go"},
		{"folder is a dangling link", []string{"nowhere"}, "$DIR/nowhere/a.go", ""},
		{"folder is gone", []string{"never"}, "$DIR/never/a.go", ""},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			var folders []place.Folder
			for _, f := range tt.folders {
				f := folder(t, at(f))
				f.Packages = map[string]string{"listed": at("real/repo/sub/pkg")}
				folders = append(folders, f)
			}
			got := place.Resolve(strings.ReplaceAll(tt.name, "$DIR", dir), at(tt.folders[0]), folders)
			if tt.want == "" && got.Found || tt.want != "" && (!got.Found || got.Path != at(tt.want)) {
				t.Errorf("have %+v, want %q", got, tt.want)
			}
			if tt.want == "" && got.Why == "" {
				t.Error("nothing says why")
			}
		})
	}
}

// TestResolveWorkspaceLinks: what go.work or go.mod names is a root wherever its links lead.
func TestResolveWorkspaceLinks(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, `
-- ws/go.work --
use ./lib
use $DIR/ws/abs
use $DIR/ws/absout
-- ws/lib -> ../elsewhere/lib --
-- ws/abs/go.mod --
module example.com/abs
-- ws/abs/a.go --
-- ws/elsewhere -> ../elsewhere --
-- elsewhere/lib/go.mod --
module example.com/lib
-- elsewhere/lib/l.go --
-- elsewhere/e.go --
-- elsewhere/abs/go.mod --
module example.com/absout
-- elsewhere/abs/a.go --
-- ws/absout -> ../elsewhere/abs --
-- link -> ws --
`)
	tests := []struct{ rule, folder, name, want string }{
		{"used by a link", "ws", "example.com/lib/l.go", "ws/lib/l.go"},
		{"its real path", "ws", "$DIR/elsewhere/lib/l.go", "ws/lib/l.go"},
		{"what lies beside it", "ws", "$DIR/ws/elsewhere/e.go", ""},
		{"another link to it", "ws", "$DIR/ws/elsewhere/lib/l.go", ""},
		{"used by a link in the real path of a linked folder", "link", "example.com/absout/a.go", "link/absout/a.go"},
		{"its real path, from a linked folder", "link", "$DIR/elsewhere/abs/a.go", "link/absout/a.go"},
		{"used by the real path of a linked folder", "link", "example.com/abs/a.go", "link/abs/a.go"},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			f := folder(t, filepath.Join(dir, tt.folder))
			got := place.Resolve(strings.ReplaceAll(tt.name, "$DIR", dir), f.Dir, []place.Folder{f})
			if tt.want == "" && got.Found || tt.want != "" && (!got.Found || got.Path != filepath.Join(dir, tt.want)) {
				t.Errorf("have %+v, want %q", got, tt.want)
			}
		})
	}
}

func TestResolveLinkedProfile(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, "-- real/web/src/x.ts --\n-- real/web/coverage/lcov.info --\n-- link -> real --\n")
	folders := []place.Folder{{Dir: filepath.Join(dir, "link")}}
	for _, from := range []string{"link", "real"} {
		got := place.Resolve("src/x.ts", filepath.Join(dir, from, "web", "coverage"), folders)
		if want := filepath.Join(dir, "link", "web", "src", "x.ts"); got.Path != want || !got.Found {
			t.Errorf("from %s: %+v, want %s", from, got, want)
		}
	}
}

// TestResolveMapsRoot: a mapping of / takes all absolute names.
func TestResolveMapsRoot(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, "-- ws/a.go --\n")
	folders := []place.Folder{{Dir: filepath.Join(dir, "ws"), Mappings: []place.Mapping{{From: "/", To: "."}}}}
	for name, want := range map[string]bool{"/a.go": true, "/b.go": false, "a.go": true, "/../a.go": false} {
		if got := place.Resolve(name, folders[0].Dir, folders); got.Found != want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestResolveNothing(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, why string }{
		{"example.com/m/a.go", "no go.mod here provides example.com/m"},
		{"/etc/hosts", outsideWhy},
		{"./a.go", outsideWhy},
		{"", outsideWhy},
	}
	for _, tt := range tests {
		if got := place.Resolve(tt.name, "", nil); got.Found || got.Why != tt.why {
			t.Errorf("%q: %+v, want %s", tt.name, got, tt.why)
		}
	}
	bare := []place.Folder{{Dir: t.TempDir()}}
	if got := place.Resolve(tests[0].name, bare[0].Dir, bare); got.Found || got.Why != tests[0].why {
		t.Errorf("folder without modules: %+v", got)
	}
}

// TestResolveNotRegular: a named pipe would block whoever opens it.
func TestResolveNotRegular(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, "-- a.go --\n-- link.go -> pipe.go --\n")
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.go"), 0o644); err != nil {
		t.Skipf("skipped without named pipes: %v", err)
	}
	for _, name := range []string{"pipe.go", "link.go"} {
		if got := place.Resolve(name, dir, []place.Folder{{Dir: dir}}); got.Found {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// FuzzResolve checks that no name leads out of the folders.
func FuzzResolve(f *testing.F) {
	dir := profiletest.Tree(f, workspace)
	ws := filepath.Join(dir, "ws")
	folders := []place.Folder{folder(f, ws, place.Mapping{From: "/build", To: "web"})}
	for _, name := range []string{
		"example.com/m/a.go", "./pkg/b.go", "../outside/secret.go", dir + "/ws/out.go", "/build/../../outside/secret.go",
		`C:\a.go`, "example.com/m/outdir/secret.go", "example.com/m/../../outside/secret.go", "", "/", "a\x00.go", "web//src/./x.ts",
	} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := place.Resolve(name, ws, folders)
		if got.Found == (got.Why != "") {
			t.Errorf("%q: %+v", name, got)
		}
		if !got.Found {
			return
		}
		real, err := filepath.EvalSymlinks(got.Path)
		if err != nil || !source.Inside(real, ws) && !source.Inside(real, filepath.Join(dir, "lib")) || filepath.Clean(got.Path) != got.Path {
			t.Errorf("%q leads to %s: %v", name, real, err)
		}
	})
}

// BenchmarkResolve resolves the names of a Go profile in a tree of 60,000 files.
func BenchmarkResolve(b *testing.B) {
	dir := b.TempDir()
	const dirs, files = 2_000, 30
	for i := range dirs {
		d := filepath.Join(dir, fmt.Sprintf("p%d/internal/q%d", i%50, i))
		if err := os.MkdirAll(d, 0o755); err != nil {
			b.Fatal(err)
		}
		for j := range files {
			if err := os.WriteFile(filepath.Join(d, fmt.Sprintf("f%d.go", j)), []byte("x\n"), 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/m\n"), 0o644); err != nil {
		b.Fatal(err)
	}
	folders := []place.Folder{folder(b, dir)}
	for _, bb := range []struct {
		name, prefix string
		n            int
	}{
		{"10k-import-paths", "example.com/m/", 10_000},
		{"20k-import-paths", "example.com/m/", 20_000},
		{"20k-relative", "./", 20_000},
		{"20k-absolute", dir + "/", 20_000},
		{"20k-outside", "/nowhere/", 20_000},
		{"20k-unknown", "example.com/unknown/", 20_000},
	} {
		var names []string
		for i := range bb.n {
			names = append(names, fmt.Sprintf("%sp%d/internal/q%d/f%d.go", bb.prefix, i%dirs%50, i%dirs, i/dirs))
		}
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := place.NewResolver(folders)
				for _, name := range names {
					r.Resolve(name, dir)
				}
			}
		})
	}
	var lost []*coverage.File
	for i := range 20_000 {
		name := fmt.Sprintf("/ci/build/p%d/internal/q%d/f%d.go", i%dirs%50, i%dirs, i/dirs)
		lost = append(lost, &coverage.File{Name: name, Unit: coverage.Lines, Lines: []coverage.Line{{Number: 1}}})
	}
	b.Run("20k-poll", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var names []string
			for _, f := range lost {
				names = append(names, f.Name)
			}
			x := place.NewIndex(b.Context(), folders, names, 500_000, func(string) bool { return false })
			got := x.Poll(place.Question{Files: lost, Own: dir, SourceBytes: 1 << 20})
			if len(got.Votes) != 1 || got.Votes[0].Files != len(lost) {
				b.Fatal(got)
			}
		}
	})
	b.Run("FindModules", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			place.FindModules(b.Context(), nil, dir)
		}
	})
}
