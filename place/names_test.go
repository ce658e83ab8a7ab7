//go:build unix

package place_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/place"
)

// named is a workspace and what a profile in ws/out names.
const named = `
-- ws/go.mod --
module example.com/m
-- ws/a.go --
-- ws/pkg/b.go --
-- ws/src/x.ts --
-- ws/deep/er/y.ts --
-- ws/link -> real --
-- ws/real/z.ts --
-- ws/other/z.ts --
-- ws/l.ts -> src/x.ts --
-- ws/out/lcov.info --
-- elsewhere/w.ts --
-- std/fmt/print.go --
`

var names = []string{
	"example.com/m/a.go", "example.com/m/pkg/b.go", "example.com/m/new/c.go", "fmt/print.go", "src/x.ts", "x.ts", "deep/er/y.ts", "deep/none.ts",
	"link/z.ts", "l.ts", "mapped/x.ts", "one.ts", "$DIR/ws/src/x.ts", "$DIR/ws/none/x.ts", `C:\ci\src\X.ts`, "out/late.ts",
}

// TestAll changes the disk between two loads: names stand where nothing has changed that they depend on, and
// always lead where they would lead somebody who never looked before.
func TestAll(t *testing.T) {
	t.Parallel()
	const inOtherLetters = "a file comes whose name is in other letters"
	tests := []struct {
		change, do string
		stands     bool
	}{
		{"nothing", "", true},
		{"a text", "write ws/a.go", true},
		{"a file that nobody names", "write ws/cover.out", true},
		{"a directory that nobody names", "mkdir ws/tmp", true},
		{"the profile written anew", "rm ws/out/lcov.info; write ws/out/lcov.info", true},
		{"a file is gone", "rm ws/a.go", false},
		{"a file in a directory is gone", "rm ws/deep/er/y.ts", false},
		{"a file comes where one is missing", "mkdir ws/new; write ws/new/c.go", false},
		{"the directory for one that is missing", "mkdir ws/new", false},
		{"a file comes that is nearer", "mkdir ws/out/src; write ws/out/src/x.ts", false},
		{"a file comes in a directory without any", "write ws/deep/none.ts", false},
		{inOtherLetters, "write ws/deep/NONE.ts", true},
		{"a directory takes a file's place", "rm ws/src/x.ts; mkdir ws/src/x.ts", false},
		{"a directory is gone", "rm ws/deep", false},
		{"a directory is another", "mv ws/src ws/was; mv ws/other ws/src", false},
		{"a symlink leads elsewhere", "rm ws/link; ln ws/link other", false},
		{"a symlink leads to what has no such file", "rm ws/link; ln ws/link src", false},
		{"a symlink to a directory comes", "ln ws/new pkg", false},
		{"a directory comes where all is missing", "mkdir ws/none; write ws/none/x.ts", false},
		{"a symlink leads out", "rm ws/link; ln ws/link ../elsewhere", false},
		{"what a symlink leads to is gone", "rm ws/real", false},
		{"a file takes a symlink's place", "rm ws/l.ts; write ws/l.ts", false},
		{"a symlink takes a file's place", "rm ws/a.go; ln ws/a.go pkg/b.go", false},
		{"what a mapping leads to comes", "write ws/to/x.ts", false},
		{"the file that a mapping leads to is gone", "rm elsewhere/w.ts", false},
		{"what go list knew is gone", "rm std/fmt", false},
		{"the workspace is gone", "rm ws", false},
	}
	for _, age := range []time.Duration{0, time.Hour} {
		for _, fold := range []bool{false, true} {
			for _, tt := range tests {
				t.Run(fmt.Sprintf("%s, %v old, folding %v", tt.change, age, fold), func(t *testing.T) {
					t.Parallel()
					dir := profiletest.Tree(t, named)
					if err := os.Mkdir(filepath.Join(dir, "ws", "to"), 0o755); err != nil {
						t.Fatal(err)
					}
					folders := []place.Folder{folder(
						t, filepath.Join(dir, "ws"),
						place.Mapping{From: "mapped", To: "to"}, place.Mapping{From: "one.ts", To: "../elsewhere/w.ts"}, place.Mapping{From: "C:/ci", To: "."},
					)}
					folders[0].Packages = map[string]string{"fmt": filepath.Join(dir, "std", "fmt")}
					resolver := func() *place.Resolver {
						if fold {
							return place.NewFoldingResolver(folders)
						}
						return place.NewResolver(folders)
					}
					// One report has all the names, and each of them one of its own.
					reports := []*coverage.Report{{Roots: []string{"src"}}}
					for _, n := range names {
						f := &coverage.File{Name: strings.ReplaceAll(n, "$DIR", dir)}
						reports[0].Files = append(reports[0].Files, f)
						reports = append(reports, &coverage.Report{Roots: []string{"src"}, Files: []*coverage.File{f}})
					}
					all := func(resolver *place.Resolver, before []*place.Names) []*place.Names {
						var out []*place.Names
						for i, r := range reports {
							out = append(out, resolver.All(r, filepath.Join(dir, "ws", "out", "lcov.info"), before[i]))
						}
						return out
					}
					none := make([]*place.Names, len(reports))
					aged(t, dir, time.Now().Add(-age))
					kept := resolver()
					before := all(kept, none)
					kept.Renew()
					if again := all(kept, before); !slices.Equal(again, before) {
						t.Fatal("names do not stand where nothing has changed")
					}
					for step := range strings.SplitSeq(tt.do, "; ") {
						do(t, dir, step)
					}
					// Twice, as what was seen after the change must hold, too.
					for _, stands := range []bool{tt.stands && !(fold && tt.change == inOtherLetters), true} {
						kept.Renew()
						after := all(kept, before)
						if stood := after[0] == before[0]; stood != stands {
							t.Errorf("stands: %v, want %v", stood, stands)
						}
						for i, want := range all(resolver(), none) {
							for k, got := range after[i].Places {
								if got != want.Places[k] {
									t.Errorf("%s leads to %+v\nwant %+v", reports[i].Files[k].Name, got, want.Places[k])
								}
							}
						}
						before = after
					}
				})
			}
		}
	}
}

// aged gives all directories a time.
func aged(t *testing.T, dir string, then time.Time) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			err = os.Chtimes(path, then, then)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// do changes the disk.
func do(t *testing.T, dir, step string) {
	t.Helper()
	words := append(strings.Fields(step), "", "", "")
	at := filepath.Join(dir, filepath.FromSlash(words[1]))
	var err error
	switch words[0] {
	case "write":
		err = os.WriteFile(at, []byte("new"), 0o644)
	case "mkdir":
		err = os.Mkdir(at, 0o755)
	case "rm":
		_, err = os.Lstat(at)
		err = errors.Join(err, os.RemoveAll(at))
	case "mv":
		err = os.Rename(at, filepath.Join(dir, filepath.FromSlash(words[2])))
	case "ln":
		err = os.Symlink(filepath.FromSlash(words[2]), at)
	}
	if err != nil {
		t.Fatal(err)
	}
}
