//go:build unix

package place_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/place"
)

// TestPoll: a tree, in which a file's text is how many lines it has, the names of a report with how
// many lines each has in it, or blocks behind a "b", or code units of so many lines behind a "v", and what is made of that.
func TestPoll(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule, tree, names, want string
		strict                  bool
	}{
		{"the folder of a CI machine", `
-- ws/src/a.ts --
9
-- ws/src/b.ts --
9
-- ws/index.ts --
9`, `
/builds/me/proj/src/a.ts 9
/builds/me/proj/src/b.ts 3
/builds/me/proj/index.ts 9`, `
/builds/me/proj → ws: 3 of 3`, false},
		{"the length of a text that V8 ran", `
-- ws/one/src/a.js --
7
-- ws/two/src/a.js --
9`, `
/ci/x/src/a.js v9`, `
/ci/x → ws/two: 1 of 1`, false},
		{"a container's root", `
-- ws/src/a.ts --
9`, `
/src/a.ts 9`, `
/ → ws: 1 of 1`, false},
		{"a drive and other letters", `
-- ws/src/App/Main.cs --
9
-- ws/src/App/Other.cs --
9`, `
D:\a\1\s\src\app\main.cs 9
D:\a\1\s\src\App\Other.cs 9`, `
D:/a/1/s → ws: 2 of 2`, false},
		{"case matters elsewhere", `
-- ws/src/Main.c --
9`, `
/ci/src/main.c 9`, ``, false},
		{"a checkout of another name", `
-- ws/app/src/a.ts --
9
-- ws/app/lib/b.ts --
9`, `
proj-1234/src/a.ts 9
proj-1234/lib/b.ts 9`, `
proj-1234 → ws/app: 2 of 2`, false},
		{"relative names begin in a folder of their own", `
-- ws/packages/foo/src/a.ts --
9
-- ws/packages/foo/src/b.ts --
9`, `
src/a.ts 9
./src/b.ts 9`, `
. → ws/packages/foo: 2 of 2`, false},
		{"a Go module of another name", `
-- ws/pkg/a.go --
9
-- ws/b.go --
9`, `
example.com/fork/pkg/a.go 9
example.com/fork/b.go 9`, `
example.com/fork → ws: 2 of 2`, false},
		{"files that are not there do not hinder", `
-- ws/src/a.ts --
9
-- ws/src/b.ts --
9
-- ws/src/c.ts --
9`, `
/ci/src/a.ts 9
/ci/src/b.ts 9
/ci/src/c.ts 9
/ci/src/generated.ts 9
/usr/include/c.h 9`, `
/ci → ws: 3 of 4`, false},
		{"two groups", `
-- ws/services/api/src/a.py --
9
-- ws/services/api/src/b.py --
9
-- ws/services/api/src/c.py --
9
-- ws/web/src/d.ts --
9
-- ws/web/src/e.ts --
9
-- ws/web/src/f.ts --
9`, `
/srv/src/a.py 9
/srv/src/b.py 9
/srv/src/c.py 9
/app/src/d.ts 9
/app/src/e.ts 9
/app/src/f.ts 9`, `
/app → ws/web: 3 of 3
/srv → ws/services/api: 3 of 3`, false},
		{"two folders that are the same: a tie", `
-- ws/one/src/a.ts --
9
-- ws/two/src/a.ts --
9`, `
/ci/src/a.ts 9`, `
not /ci → ws/one: other folders fit as well: ws/two`, false},
		{"line counts tell two folders apart", `
-- ws/one/src/a.ts --
9
-- ws/one/src/b.ts --
9
-- ws/two/src/a.ts --
90
-- ws/two/src/b.ts --
90`, `
/ci/src/a.ts 80
/ci/src/b.ts 85`, `
/ci → ws/two: 2 of 2`, false},
		{"of two folders that fit, the one that has more files", `
-- ws/one/src/a.ts --
9
-- ws/two/src/a.ts --
9
-- ws/two/src/b.ts --
9`, `
/ci/src/a.ts 9
/ci/src/b.ts 9`, `
/ci → ws/two: 2 of 2`, false},
		{"the longer agreement", `
-- ws/src/index.js --
9
-- ws/lib/index.js --
9`, `
/ci/src/index.js 9`, `
/ci → ws: 1 of 1`, false},
		{"the profile's own folder before others", `
-- ws/src/a.ts --
9
-- other/src/a.ts --
9`, `
/ci/src/a.ts 9`, `
/ci → ws: 1 of 1`, false},
		{"a package beside the one that is meant", `
-- ws/packages/web/src/a.js --
9
-- ws/packages/web/src/b.js --
9`, `
/ci/packages/api/src/a.js 9
/ci/packages/api/src/b.js 9`, `
not /ci/packages/api → ws/packages/web: the folder there stands beside one of the name that the profile has`, false},
		{"a package of the name, of another text, before one that fits", `
-- ws/packages/api/src/a.js --
8
-- ws/packages/api/src/b.js --
9
-- ws/packages/web/src/a.js --
9
-- ws/packages/web/src/b.js --
9`, `
/ci/packages/api/src/a.js 9
/ci/packages/api/src/b.js 9`, `
/ci → ws: 2 of 2`, false},
		{"two packages of which one is here", `
-- ws/src/a.js --
9
-- ws/src/b.js --
9`, `
/ci/api/src/a.js 10
/ci/api/src/b.js 10
/ci/web/src/a.js 9
/ci/web/src/b.js 9`, `
/ci/web → ws: 2 of 2`, false},
		{"two packages that both may be the one that is here", `
-- ws/src/a.js --
9
-- ws/src/b.js --
9`, `
/ci/api/src/a.js 9
/ci/api/src/b.js 9
/ci/web/src/a.js 9
/ci/web/src/b.js 9`, `
not /ci/api → ws: other names of the profile may be those of the files there`, false},
		{"all files, of other texts by now", `
-- ws/.git/HEAD --
1
-- ws/index.js --
9
-- ws/lib/a.js --
9
-- ws/lib/b.js --
9
-- ws/lib/c.js --
9
-- ws/lib/d.js --
9`, `
/ci/index.js 400
/ci/lib/a.js 400
/ci/lib/b.js 400
/ci/lib/c.js 400
/ci/lib/d.js 400`, `
/ci → ws: 5 of 5`, false},
		{"all files, and other texts, of what may be a part", `
-- ws/index.js --
9
-- ws/lib/a.js --
9
-- ws/lib/b.js --
9
-- ws/lib/c.js --
9
-- ws/lib/d.js --
9`, `
/ci/index.js 400
/ci/lib/a.js 400
/ci/lib/b.js 400
/ci/lib/c.js 400
/ci/lib/d.js 400`, `
not /ci → ws: the lines of the profile do not fit the text of the files there`, false},
		{"a folder of the profile's own name has other texts, and another folder's fit", `
-- ws/services/api/src/a.js --
9
-- ws/services/api/src/b.js --
9
-- ws/packages/web/src/a.js --
400
-- ws/packages/web/src/b.js --
400
-- ws/packages/web/src/c.js --
400`, `
/ci/services/api/src/a.js 400
/ci/services/api/src/b.js 400
/ci/services/api/src/c.js 400`, `
not /ci → ws: the lines of the profile do not fit the text of the files there
not /ci/services/api → ws/packages/web: too few files agree`, false},
		{"all files of one of two packages", `
-- ws/.git/HEAD --
1
-- ws/index.js --
9
-- ws/lib/a.js --
9
-- ws/lib/b.js --
9
-- ws/lib/c.js --
9
-- ws/lib/d.js --
9`, `
/ci/index.js 400
/ci/lib/a.js 400
/ci/lib/b.js 400
/ci/lib/c.js 400
/ci/lib/d.js 400
/other/gone.js 400`, `
not /ci → ws: the lines of the profile do not fit the text of the files there`, false},
		{"not all files, and other texts", `
-- ws/.git/HEAD --
1
-- ws/index.js --
9
-- ws/lib/a.js --
9
-- ws/lib/b.js --
9
-- ws/lib/c.js --
9
-- ws/lib/d.js --
9`, `
/ci/index.js 400
/ci/lib/a.js 400
/ci/lib/b.js 400
/ci/lib/c.js 400
/ci/lib/d.js 400
/ci/lib/e.js 400`, `
not /ci → ws: the lines of the profile do not fit the text of the files there`, false},
		{"all of few files, and other texts", `
-- ws/.git/HEAD --
1
-- ws/index.js --
9
-- ws/lib/a.js --
9
-- ws/lib/b.js --
9`, `
/ci/index.js 400
/ci/lib/a.js 400
/ci/lib/b.js 400`, `
not /ci → ws: the lines of the profile do not fit the text of the files there`, false},
		{"a file with the same name and another text", `
-- ws/util.py --
9`, `
/usr/lib/python3/util.py 400`, `
not /usr/lib/python3 → ws: the lines of the profile do not fit the text of the files there`, false},
		{"few of many", `
-- ws/util.py --
9`, `
/usr/lib/python3/util.py 9
/usr/lib/python3/a.py 9
/usr/lib/python3/b.py 9`, `
not /usr/lib/python3 → ws: only 1 of 3 files would be found`, false},
		{"names that are left over need more agreement", `
-- ws/new/a.ts --
9
-- ws/new/b.ts --
9`, `
old/a.ts 9
old/b.ts 9`, `
not old → ws/new: too few files agree`, true},
		{"no two names lead to one file", `
-- ws/src/a.ts --
9
-- ws/src/b.ts --
9`, `
/one/src/a.ts 9
/one/src/b.ts 9
/two/src/a.ts 9`, `
/one → ws: 2 of 2`, false},
		{"a file that another name of the report leads to", `
-- ws/barred/a.ts --
9`, `
/ci/a.ts 9`, ``, false},
		{"a relative name of a file that another profile has", `
-- ws/shared/a.ts --
9
-- ws/shared/b.ts --
9
-- ws/shared/c.ts --
9`, `
a.ts 9
b.ts 9
c.ts 10`, `
not . → ws/shared: another profile has files of these names already, which may be another package's`, false},
		{"one whose blocks are just that text's", `
-- ws/shared/a.ts --
9
-- ws/shared/b.ts --
9`, `
a.ts b9
b.ts b8`, `
. → ws/shared: 2 of 2`, false},
		{"one whose blocks are not", `
-- ws/shared/a.ts --
9
-- ws/shared/b.ts --
9`, `
a.ts b9
b.ts b12`, `
not . → ws/shared: another profile has files of these names already, which may be another package's`, false},
		{"an absolute name of a file that another profile has", `
-- ws/shared/a.ts --
9
-- ws/shared/b.ts --
9
-- ws/shared/c.ts --
9`, `
/ci/shared/a.ts 9
/ci/shared/b.ts 9
/ci/shared/c.ts 10`, `
/ci → ws: 3 of 3`, false},
		{"a name in another form", "\n-- ws/src/cafe\u0301.ts --\n9\n-- ws/u\u0308/b.ts --\n9", `
/ci/src/café.ts 9
/ci/ü/b.ts 9`, `
/ci → ws: 2 of 2`, false},
		{"files of which the profile says nothing tell nothing", `
-- ws/src/a.ts --
9
-- ws/src/b.ts --
9`, `
/ci/src/a.ts 9
/ci/src/b.ts 0`, `
/ci → ws: 2 of 2`, false},
		{"a profile that says nothing", `
-- ws/src/a.ts --
9`, `
/ci/src/a.ts 0`, `
not /ci → ws: nothing in the profile tells whether the files there are meant`, false},
		{"other work trees are no candidates", `
-- ws/.git/worktrees/x/n --
0
-- ws/src/a.ts --
9
-- ws/wt/x/src/a.ts --
9
-- ws/wt/x/.git --
0`, `
/ci/src/a.ts 9`, `
/ci → ws: 1 of 1`, false},
		{"other people's code is no candidate", `
-- ws/node_modules/x/src/a.ts --
9
-- ws/.git/src/a.ts --
9
-- ws/skipped/src/a.ts --
9`, `
/ci/src/a.ts 9`, ``, false},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			dir := profiletest.Tree(t, tt.tree)
			err := filepath.WalkDir(dir, func(p string, e os.DirEntry, err error) error {
				if err != nil || e.IsDir() {
					return err
				}
				data, err := os.ReadFile(p)
				if err != nil {
					return err
				}
				n, err := strconv.Atoi(strings.TrimSpace(string(data)))
				if err != nil {
					return err
				}
				return os.WriteFile(p, []byte(strings.Repeat("x\n", n)), 0o644)
			})
			if err != nil {
				t.Fatal(err)
			}
			if p := dir + "/ws/wt/x/.git"; strings.Contains(tt.tree, "/.git --") {
				if err := os.WriteFile(p, []byte("gitdir: ../../.git/worktrees/x\n"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			var names []string
			var files []*coverage.File
			for line := range strings.Lines(strings.TrimSpace(tt.names)) {
				name, count, _ := strings.Cut(strings.TrimSpace(line), " ")
				count, blocks := strings.CutPrefix(count, "b")
				count, script := strings.CutPrefix(count, "v")
				n, err := strconv.Atoi(count)
				if err != nil {
					t.Fatal(err)
				}
				f := &coverage.File{Name: name, Unit: coverage.Lines}
				if units := uint32(2 * n); script {
					f.Scripts = []coverage.Script{coverage.NewScript(units, []coverage.Stretch{{End: coverage.Point{Col: units}, Call: true, Count: 1}})}
					n = 0
				}
				for i := range n {
					if at := uint32(i + 1); blocks {
						f.Regions = append(f.Regions, coverage.Region{Start: coverage.Point{Line: at, Col: 1}, End: coverage.Point{Line: at, Col: 2}})
						continue
					}
					f.Lines = append(f.Lines, coverage.Line{Number: uint32(i + 1)})
				}
				names, files = append(names, name), append(files, f)
			}
			folders := []place.Folder{{Dir: dir + "/ws"}, {Dir: dir + "/other"}}
			index := place.NewIndex(t.Context(), folders, names, 1000, func(p string) bool { return strings.Contains(p, "skipped") })
			if index.Left != "" {
				t.Error(index.Left)
			}
			var got strings.Builder
			poll := index.Poll(place.Question{Files: files, Own: dir + "/ws", Strict: tt.strict, SourceBytes: 1 << 20, Bars: func(p string) bool { return strings.Contains(p, "barred") }, Shared: func(p string) bool { return strings.Contains(p, "shared") }})
			for _, v := range poll.Votes {
				fmt.Fprintf(&got, "\n%s → %s: %d of %d", v.From, v.To, v.Files, v.Named)
			}
			for _, r := range poll.Refused {
				fmt.Fprintf(&got, "\nnot %s → %s: %s", r.From, r.To, r.Why)
				if r.Rivals != nil {
					fmt.Fprintf(&got, ": %s", strings.Join(r.Rivals, ", "))
				}
			}
			if got := strings.ReplaceAll(got.String(), dir+"/", ""); got != tt.want {
				t.Errorf("have %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestPollBound: what lies behind the bound of entries is left out, and said.
func TestPollBound(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, "-- a/x.ts --\n-- a/y.ts --\n-- b/z.ts --\n")
	x := place.NewIndex(t.Context(), []place.Folder{{Dir: dir}}, []string{"z.ts"}, 3, func(string) bool { return false })
	if x.Near("z.ts", nil) != nil || !strings.Contains(x.Left, "limits.entries") {
		t.Errorf("near %v, left %q", x.Near("z.ts", nil), x.Left)
	}
}

// TestNear: the nearest candidates come first.
func TestNear(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, "-- a/x.ts --\n-- b/x.ts --\n-- c/b/x.ts --\n-- d/X.ts --\n")
	x := place.NewIndex(t.Context(), []place.Folder{{Dir: dir}}, []string{`C:\q\b\x.ts`}, 100, func(string) bool { return false })
	got := strings.ReplaceAll(strings.Join(x.Near(`C:\q\b\x.ts`, nil), " "), dir+"/", "")
	if want := "b/x.ts c/b/x.ts a/x.ts"; got != want {
		t.Errorf("have %s, want %s", got, want)
	}
}

// TestFoldingResolver: where the file system does not tell upper from lower case, a file has the
// spelling of the disk, whatever a profile says.
func TestFoldingResolver(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, "-- ws/Src/Main.ts --\n-- ws/go.mod --\nmodule example.com/m\n-- ws/Pkg/A.go --\n-- ws/twin/a.ts --\n-- ws/twin/A.ts --\n")
	ws := dir + "/ws"
	r := place.NewFoldingResolver([]place.Folder{folder(t, ws, place.Mapping{From: `D:\a`, To: "."})})
	for name, want := range map[string]string{
		"src/main.ts":                        "Src/Main.ts",
		strings.ToUpper(ws) + "/sRC/main.TS": "Src/Main.ts",
		"example.com/m/pkg/a.go":             "Pkg/A.go",
		`d:\A\src\MAIN.ts`:                   "Src/Main.ts",
		"twin/A.ts":                          "twin/A.ts",
		"twin/a.ts":                          "twin/a.ts",
	} {
		if got := r.Resolve(name, ws); !got.Found || got.Path != ws+"/"+want {
			t.Errorf("%s leads to %+v, want %s", name, got, want)
		}
	}
}

// TestFollow: a name with a drive letter finds files in any case, another one does not.
func TestFollow(t *testing.T) {
	t.Parallel()
	ws := profiletest.Tree(t, "-- Src/Main.ts --\n")
	r := place.NewResolver([]place.Folder{{Dir: ws}})
	for name, want := range map[string]bool{`C:\x\src\main.ts`: true, "c:/X/Src/Main.ts": true, "/x/src/main.ts": false, "/x/Src/Main.ts": true} {
		from := "/x"
		if name[1] == ':' {
			from = "C:/x"
		}
		if place, ok := r.Follow(place.Mapping{From: from, To: ws}, name, ws+"/lcov.info"); !ok || place.Found != want {
			t.Errorf("%s: %+v, %v", name, place, ok)
		}
	}
	if _, ok := r.Follow(place.Mapping{From: "/y", To: ws}, "/x/Src/Main.ts", ws+"/lcov.info"); ok {
		t.Error("a mapping of another beginning was followed")
	}
}
