//go:build unix

package place_test

import (
	"fmt"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/place"
)

// TestReport: where the names of a report lead together, by what it tells of itself and by where it lies. A name may
// have the lines that the report has of it behind it, and "group:" before it. $DIR/ws is the workspace.
func TestReport(t *testing.T) {
	t.Parallel()
	const linked = "gitdir: ../.git/worktrees/x\n"
	for _, tt := range []struct {
		rule, tree, profile, roots, names, want string
		mappings                                []place.Mapping
	}{
		{
			"a root that is here comes before a file beside the profile", "-- ws/main.py --\n-- ws/svc/main.py --\n", "coverage.xml", "$DIR/ws/svc",
			"main.py", "main.py ws/svc/main.py", nil,
		},
		{
			"the end of a root of elsewhere does, too", "-- ws/main.py --\n-- ws/svc/main.py --\n", "coverage.xml", "/workspace/repo/svc",
			"main.py", "main.py ws/svc/main.py", nil,
		},
		{
			"on Windows", "-- ws/main.py --\n-- ws/svc/api/main.py --\n", "coverage.xml", `D:\a\repo\svc\api`,
			`main.py`, `main.py ws/svc/api/main.py`, nil,
		},
		{
			"the longest end", "-- ws/api/main.py --\n-- ws/svc/api/main.py --\n", "out/coverage.xml", "/w/svc/api/",
			"main.py", "main.py ws/svc/api/main.py", nil,
		},
		{
			"a name that is not below the root is no file of elsewhere", "-- ws/main.py --\n-- ws/gone.py --\n-- ws/svc/main.py --\n", "coverage.xml", "/w/svc",
			"gone.py\nmain.py", "gone.py gone: there is no such file below $DIR/ws/svc\nmain.py ws/svc/main.py", nil,
		},
		{
			"a root whose end is a directory by chance", "-- ws/flask/app.py --\n-- ws/flask/cli.py --\n-- ws/flask/setup.py --\n-- ws/setup.py --\n", "coverage.xml", "/builds/flask",
			"flask/app.py\nflask/cli.py\nsetup.py", "flask/app.py ws/flask/app.py\nflask/cli.py ws/flask/cli.py\nsetup.py ws/setup.py", nil,
		},
		{
			"a root without anything here", "-- ws/src/a.py --\n", "coverage.xml", "/home/ci/build",
			"src/a.py\nsrc/b.py", "src/a.py ws/src/a.py\nsrc/b.py not: there is no such file below $DIR/ws", nil,
		},
		{
			"two roots", "-- ws/svc/api/a.py --\n-- ws/svc/worker/w.py --\n-- ws/w.py --\n", "coverage.xml", "/ci/svc/api /ci/svc/worker",
			"a.py\nw.py\nx.py", "a.py ws/svc/api/a.py\nw.py ws/svc/worker/w.py\nx.py gone: there is no such file below $DIR/ws/svc/api or $DIR/ws/svc/worker", nil,
		},
		{
			"two roots with the same name, which the text tells apart", "-- ws/svc/api/c.py --\nx\n\nx\n-- ws/svc/worker/c.py --\nx\nx\nx\n", "coverage.xml", "/ci/svc/api /ci/svc/worker",
			"c.py 2", "c.py ws/svc/worker/c.py", nil,
		},
		{
			"two roots with the same name, which nothing tells apart", "-- ws/svc/api/c.py --\nx\nx\n-- ws/svc/worker/c.py --\nx\nx\nx\n", "coverage.xml", "/ci/svc/api /ci/svc/worker",
			"c.py 2", "c.py several: it may be $DIR/ws/svc/api/c.py or $DIR/ws/svc/worker/c.py, and the lines of the profile do not tell which; a [[path]] mapping in .covls.toml can say where it lies here", nil,
		},
		{
			"two roots with the same name, neither of which fits", "-- ws/svc/api/c.py --\nx\n-- ws/svc/worker/c.py --\nx\n", "coverage.xml", "$DIR/ws/svc/api $DIR/ws/svc/worker",
			"c.py 7", "c.py several: it may be $DIR/ws/svc/api/c.py or $DIR/ws/svc/worker/c.py, and the lines of the profile do not tell which; a [[path]] mapping in .covls.toml can say where it lies here", nil,
		},
		{
			"a mapping of the root", "-- ws/main.py --\n-- ws/lib/main.py --\n", "coverage.xml", "/ci/svc",
			"main.py", "main.py ws/lib/main.py",
			[]place.Mapping{{From: "/ci/svc", To: "lib"}},
		},
		{
			"a relative root", "-- ws/A.java --\n-- ws/src/main/java/A.java --\n-- ws/B.java --\n", "target/site/jacoco/jacoco.xml", "src/main/java src/main/kotlin",
			"A.java\nB.java", "A.java ws/src/main/java/A.java\nB.java ws/B.java", nil,
		},

		{
			"a report that lies under the name of its package", "-- ws/packages/web/src/a.ts --\n-- ws/packages/api/src/a.ts --\n-- ws/src/a.ts --\n", "coverage/web/lcov.info", "",
			"src/a.ts\nsrc/b.ts", "src/a.ts ws/packages/web/src/a.ts\nsrc/b.ts gone: there is no such file below $DIR/ws/packages/web", nil,
		},
		{
			"under the path of its package", "-- ws/libs/web/a.ts --\n-- ws/web/a.ts --\n", "coverage/libs/web/lcov.info", "",
			"a.ts", "a.ts ws/libs/web/a.ts", nil,
		},
		{
			"under a name that two packages have", "-- ws/apps/web/a.ts --\n-- ws/libs/web/a.ts --\n", "reports/web/lcov.info", "",
			"a.ts 1", "a.ts several: it may be $DIR/ws/apps/web/a.ts or $DIR/ws/libs/web/a.ts, and the lines of the profile do not tell which; a [[path]] mapping in .covls.toml can say where it lies here", nil,
		},
		{
			"under a name that is no package's", "-- ws/src/a.ts --\n-- ws/packages/web/src/a.ts --\n", "coverage/unit/lcov.info", "",
			"src/a.ts", "src/a.ts ws/src/a.ts", nil,
		},
		{
			"under a package's name, with names of the workspace", "-- ws/packages/web/src/a.ts --\n-- ws/web/packages/x.ts --\n", "coverage/web/lcov.info", "",
			"packages/web/src/a.ts", "packages/web/src/a.ts ws/packages/web/src/a.ts", nil,
		},
		{
			"under a package's name, with more names of the workspace", "-- ws/src/a.ts --\n-- ws/src/b.ts --\n-- ws/web/src/a.ts --\n", "coverage/web/lcov.info", "",
			"src/a.ts\nsrc/b.ts", "src/a.ts ws/src/a.ts\nsrc/b.ts ws/src/b.ts", nil,
		},
		{
			"under the name of its package, with a root of elsewhere", "-- ws/packages/web/src/m.py --\n-- ws/src/m.py --\n-- ws/m.py --\n", "reports/web/coverage.xml", "/app/src",
			"m.py", "m.py ws/packages/web/src/m.py", nil,
		},
		{
			"under the name of its package, with a root that is the package", "-- ws/packages/web/m.py --\n-- ws/m.py --\n", "reports/web/coverage.xml", "/app",
			"m.py", "m.py ws/packages/web/m.py", nil,
		},
		{
			"in its package", "-- ws/packages/web/src/a.ts --\n-- ws/src/a.ts --\n", "packages/web/coverage/lcov.info", "",
			"src/a.ts", "src/a.ts ws/packages/web/src/a.ts", nil,
		},

		{
			"groups are modules", "-- ws/app/src/main/java/x/A.java --\n-- ws/lib/src/main/java/x/A.java --\n-- ws/src/main/java/x/A.java --\n", "jacoco.xml", "src/main/java",
			"app:x/A.java\nlib:x/A.java", "app/x/A.java ws/app/src/main/java/x/A.java\nlib/x/A.java ws/lib/src/main/java/x/A.java", nil,
		},
		{
			"groups in each other", "-- ws/app/core/src/main/java/x/A.java --\n-- ws/lib/core/src/main/java/x/A.java --\n", "jacoco.xml", "src/main/java",
			"all/app/core:x/A.java\nall/lib/core:x/A.java", "all/app/core/x/A.java ws/app/core/src/main/java/x/A.java\nall/lib/core/x/A.java ws/lib/core/src/main/java/x/A.java", nil,
		},
		{
			"Gradle's colons, and modules in a folder of their own", "-- ws/modules/app/src/x/A.java --\n-- ws/modules/lib/src/x/A.java --\n", "build/jacoco.xml", "src/main/java src",
			":app:x/A.java\n:lib:x/A.java", ":app/x/A.java ws/modules/app/src/x/A.java\n:lib/x/A.java ws/modules/lib/src/x/A.java", nil,
		},
		{
			"Maven's names", "-- ws/core/src/main/java/x/A.java --\n-- ws/web/src/main/java/x/A.java --\n", "jacoco.xml", "src/main/java",
			"shop-core:x/A.java\nshop-web:x/A.java", "shop-core/x/A.java ws/core/src/main/java/x/A.java\nshop-web/x/A.java ws/web/src/main/java/x/A.java", nil,
		},
		{
			"a folder of one group's name is no other's", "-- ws/core/src/main/java/x/A.java --\n", "jacoco.xml", "src/main/java",
			"core:x/A.java\nshop-core:x/A.java", `
core/x/A.java ws/core/src/main/java/x/A.java
shop-core/x/A.java not: no folder here is the module shop-core, and another module has a file of that name; a [[path]] mapping in .covls.toml can say where it lies here`, nil,
		},
		{
			"no folder is two groups", "-- ws/core/src/main/java/x/A.java --\n", "jacoco.xml", "src/main/java",
			"old-core:x/A.java\nshop-core:x/A.java", `
old-core/x/A.java not: no folder here is the module old-core, and another module has a file of that name; a [[path]] mapping in .covls.toml can say where it lies here
shop-core/x/A.java not: no folder here is the module shop-core, and another module has a file of that name; a [[path]] mapping in .covls.toml can say where it lies here`, nil,
		},
		{
			"a group of which nothing is here, with a name of its own", "-- ws/src/main/java/x/A.java --\n", "jacoco.xml", "src/main/java",
			"all:x/A.java", "all/x/A.java ws/src/main/java/x/A.java", nil,
		},
		{
			"a file that its module has no more is not another's", "-- ws/app/src/main/java/x/A.java --\n-- ws/app/src/main/java/x/B.java --\n-- ws/src/main/java/x/A.java --\n-- ws/lib/src/main/java/x/B.java --\n", "jacoco.xml", "src/main/java",
			"app:x/A.java\nlib:x/A.java\nlib:x/B.java", "app/x/A.java ws/app/src/main/java/x/A.java\nlib/x/A.java gone: there is no such file below $DIR/ws/lib\nlib/x/B.java ws/lib/src/main/java/x/B.java", nil,
		},
		{
			"a mapping of a group", "-- ws/core/A.java --\n-- ws/src/main/java/A.java --\n", "jacoco.xml", "src/main/java",
			"shop:A.java", "shop/A.java ws/core/A.java",
			[]place.Mapping{{From: "shop", To: "core"}},
		},

		{
			"a mapping for one profile", "-- ws/a/x.ts --\n-- ws/x.ts --\n", "out/a.info", "",
			"x.ts", "x.ts ws/a/x.ts",
			[]place.Mapping{{From: ".", To: "a", Profile: "out/a.*"}},
		},
		{
			"a mapping for another profile", "-- ws/a/x.ts --\n-- ws/x.ts --\n", "out/b.info", "",
			"x.ts", "x.ts ws/x.ts",
			[]place.Mapping{{From: ".", To: "a", Profile: "out/a.*"}},
		},
		{
			"a mapping for a profile by its path", "-- ws/a/x.ts --\n-- ws/x.ts --\n", "out/a.info", "",
			"x.ts", "x.ts ws/a/x.ts",
			[]place.Mapping{{From: ".", To: "b", Profile: "**/b.info"}, {From: ".", To: "a", Profile: "$DIR/ws/**/*.info"}},
		},
		{
			"a mapping for a profile above the workspace", "-- ws/a/x.ts --\n", "../a.info", "",
			"x.ts", "x.ts ws/a/x.ts",
			[]place.Mapping{{From: ".", To: "a", Profile: "../*.info"}},
		},

		{
			"a nested work tree", "-- ws/.git/worktrees/x/HEAD --\n-- ws/go.mod --\nmodule m.org/m\n-- ws/a.go --\n-- ws/only.go --\n-- ws/.wt/x/go.mod --\nmodule m.org/m\n-- ws/.wt/x/.git --\ngitdir: ../../.git/worktrees/x\n-- ws/.wt/x/a.go --\n",
			".wt/x/out/cover.out", "", "$DIR/ws/a.go\n./only.go\na.go\nm.org/m/a.go\nm.org/m/only.go\nonly.go", `
$DIR/ws/a.go gone: it is of another work tree of the repository than the profile; a [[path]] mapping with a ` + "`profile`" + ` in .covls.toml can say that it is meant
./only.go not: there is no such file below $DIR/ws/.wt/x/out, the folders above it
a.go ws/.wt/x/a.go
m.org/m/a.go ws/.wt/x/a.go
m.org/m/only.go gone: only.go is not in $DIR/ws/.wt/x: it was moved or deleted since the profile was written
only.go not: there is no such file below $DIR/ws/.wt/x/out, the folders above it`, nil,
		},
		{
			"a nested work tree and a mapping", "-- ws/.git/worktrees/x/HEAD --\n-- ws/a.ts --\n-- ws/wt/.git --\n" + linked + "-- ws/wt/b.ts --\n",
			"wt/lcov.info", "", "/ci/a.ts\n/me/a.ts", `
/ci/a.ts not: it lies outside the workspace; a [[path]] mapping in .covls.toml can say where it lies here
/me/a.ts ws/a.ts`,
			[]place.Mapping{{From: "/ci", To: "."}, {From: "/me", To: ".", Profile: "wt/*.info"}},
		},
		{
			"a nested repository", "-- ws/.git/HEAD --\n-- ws/go.mod --\nmodule m.org/m\n-- ws/a.go --\n-- ws/b/b.go --\n-- ws/.sub/.git/HEAD --\n-- ws/.sub/go.mod --\nmodule m.org/m\n-- ws/.sub/a.go --\n",
			".sub/cover.out", "", "$DIR/ws/a.go\nb/b.go\nm.org/m/a.go\nm.org/m/b/b.go", `
$DIR/ws/a.go ws/a.go
b/b.go not: no module here provides b (here: m.org/m)
m.org/m/a.go ws/.sub/a.go
m.org/m/b/b.go gone: b.go is not in $DIR/ws/.sub/b: it was moved or deleted since the profile was written`, nil,
		},
		{
			"a repository without a work tree of its own", "-- ws/.git --\ngitdir: ./.bare\n-- ws/.bare/HEAD --\n-- ws/.bare/worktrees/main/index --\n-- ws/main/.git --\ngitdir: ../.bare/worktrees/main\n-- ws/main/a.ts --\n",
			"main/coverage/lcov.info", "", "a.ts", "a.ts ws/main/a.ts", nil,
		},
		{
			"a module in a hidden folder", "-- ws/go.mod --\nmodule m.org/m\n-- ws/.ci/tools/go.mod --\nmodule m.org/tools\n-- ws/.ci/tools/a/a.go --\n", ".ci/tools/cover.out", "",
			"m.org/tools/a/a.go", "m.org/tools/a/a.go ws/.ci/tools/a/a.go", nil,
		},
		{
			"a copy of a module in a hidden folder", "-- ws/go.mod --\nmodule m.org/m\n-- ws/a.go --\n-- ws/b.go --\n-- ws/sub/go.mod --\nmodule m.org/m/sub\n-- ws/sub/s.go --\n-- ws/.copy/go.mod --\nmodule m.org/m\n-- ws/.copy/a.go --\n-- ws/.copy/sub/s.go --\n", ".copy/cover.out", "",
			"m.org/m/a.go\nm.org/m/b.go\nm.org/m/sub/s.go", `
m.org/m/a.go ws/.copy/a.go
m.org/m/b.go gone: b.go is not in $DIR/ws/.copy: it was moved or deleted since the profile was written
m.org/m/sub/s.go ws/.copy/sub/s.go`, nil,
		},
		{
			"a profile above the workspace, with names of elsewhere", "-- ws/src/a.ts --\n-- ws/b.ts --\n-- src/a.ts --\n", "../lcov.info", "",
			"b.ts\nsrc/a.ts\nws/src/a.ts", `
b.ts ws/b.ts
src/a.ts gone: it lies outside the workspace; a [[path]] mapping in .covls.toml can say where it lies here
ws/src/a.ts ws/src/a.ts`, nil,
		},

		{
			"a profile in the folder of coverage above the workspace", "-- ws/src/a.ts --\n-- ws/b.ts --\n-- src/a.ts --\n", "../coverage/lcov.info", "",
			"b.ts\nsrc/a.ts\nws/src/a.ts", `
b.ts ws/b.ts
src/a.ts gone: it lies outside the workspace; a [[path]] mapping in .covls.toml can say where it lies here
ws/src/a.ts ws/src/a.ts`, nil,
		},

		{"a name in composed form of a file in decomposed form", "-- ws/cafe\u0301/u\u0308.ts --\n", "lcov.info", "", "café/ü.ts", "café/ü.ts ws/cafe\u0301/u\u0308.ts", nil},
		{"a name in decomposed form of a file in composed form", "-- ws/café/ü.ts --\n", "lcov.info", "", "$DIR/ws/cafe\u0301/u\u0308.ts", "$DIR/ws/cafe\u0301/u\u0308.ts ws/café/ü.ts", nil},
		{"one form in another", "-- ws/café/u\u0308.ts --\n", "lcov.info", "", "cafe\u0301/ü.ts", "cafe\u0301/ü.ts ws/café/u\u0308.ts", nil},
		{"both forms are there", "-- ws/ü.ts --\n-- ws/u\u0308.ts --\n", "lcov.info", "", "u\u0308.ts\nü.ts", "u\u0308.ts ws/u\u0308.ts\nü.ts ws/ü.ts", nil},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			dir := profiletest.Tree(t, tt.tree)
			full := strings.NewReplacer("$DIR", dir).Replace
			report := &coverage.Report{Roots: strings.Fields(full(tt.roots))}
			for line := range strings.Lines(full(tt.names)) {
				name, lines, _ := strings.Cut(strings.TrimSpace(line), " ")
				f := &coverage.File{Name: name}
				if i := strings.LastIndex(name, ":"); i >= 0 {
					f.Group, f.Name = name[:i], path.Join(name[:i], name[i+1:])
				}
				for field := range strings.FieldsSeq(lines) {
					n, err := strconv.Atoi(field)
					if err != nil {
						t.Fatal(err)
					}
					f.Lines = append(f.Lines, coverage.Line{Number: uint32(n)})
				}
				report.Files = append(report.Files, f)
			}
			for i := range tt.mappings {
				tt.mappings[i].Profile = full(tt.mappings[i].Profile)
			}
			r := place.NewResolver([]place.Folder{folder(t, filepath.Join(dir, "ws"), tt.mappings...)})
			r.SourceBytes = 1000
			var got strings.Builder
			for i, at := range r.All(report, filepath.Join(dir, "ws", tt.profile), nil).Places {
				fmt.Fprintf(&got, "\n%s ", strings.ReplaceAll(report.Files[i].Name, dir, "$DIR"))
				switch {
				case at.Found:
					rel, err := filepath.Rel(dir, at.Path)
					if err != nil {
						t.Fatal(err)
					}
					got.WriteString(rel)
				case at.Ambiguous:
					got.WriteString("several: " + at.Why)
				case at.Gone:
					got.WriteString("gone: " + at.Why)
				default:
					got.WriteString("not: " + at.Why)
				}
			}
			if got := strings.ReplaceAll(got.String()[1:], dir, "$DIR"); got != strings.TrimSpace(tt.want) {
				t.Errorf("have %s\nwant %s", got, strings.TrimSpace(tt.want))
			}
		})
	}
}
