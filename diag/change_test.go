package diag_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/covls/covls/change"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// changedFile is a file of n functions of 4 lines that no test reaches, in which every second is not at the base.
func changedFile(tb testing.TB, n int) (*workspace.Snapshot, *workspace.Document) {
	tb.Helper()
	snap, d := uncovered(tb, n)
	f := snap.FileOf(d)
	var older strings.Builder
	older.WriteString("package project\n\n")
	for i := 0; i < n; i += 2 {
		fmt.Fprintf(&older, "func Function%d(x int) {\n\tprintln(x)\n}\n\n", i)
	}
	delta := &workspace.Delta{Base: "0123456789abcdef", Name: "origin/main", Set: &change.Set{}}
	g := *f
	g.Since = &workspace.Since{Folder: delta, Older: "many.go", Now: "many.go", Was: []*change.File{change.Of("many.go", older.String(), nil, nil)}}
	next := *snap
	next.Files = map[string]*workspace.File{g.Path: &g}
	return &next, d
}

// BenchmarkChanged is a keystroke in a file of 5,000 lines with 600 functions that are new, where nothing is known of changes, where the
// profile was replaced and nobody has looked for changes since, and where somebody has.
func BenchmarkChanged(b *testing.B) {
	for _, how := range []string{"unchanged", "before", "looked"} {
		b.Run(how, func(b *testing.B) {
			snap, d := changedFile(b, 1250)
			f := snap.FileOf(d)
			code := diag.ChangedCode
			switch how {
			case "unchanged":
				f.Since, code = nil, diag.Code
			case "looked":
				f.Since.Gaps, f.Since.Coverage = f.Uncovered(d.Base.String), f.Coverage
			}
			at := len("package project\n\n// ")
			version := int32(1)
			for b.Loop() {
				version++
				now := d.Text.String()
				d = d.WithText(version, text.New(now[:at]+"x"+now[at:]))
				found := diag.Diagnostics(snap, d)
				if len(found) != 1250 || found[1].Code != code {
					b.Fatalf("%d diagnostics, the second %q", len(found), found[min(1, len(found)-1)].Code)
				}
				diag.Lenses(snap, d)
			}
		})
	}
}

// TestUncoveredBefore holds that what changed is told by the older texts as long as nobody has judged the coverage of the moment.
func TestUncoveredBefore(t *testing.T) {
	t.Parallel()
	snap, d := changedFile(t, 6)
	var got []string
	for _, g := range diag.Gaps(snap, d) {
		got = append(got, g.Func+":"+string(g.Change))
	}
	if want := "Function0: Function1:new Function2: Function3:new Function4: Function5:new"; strings.Join(got, " ") != want {
		t.Errorf("the gaps are %v, want %s", got, want)
	}
	if f := snap.FileOf(d); filepath.Base(f.Path) != "many.go" || f.LostSince() != nil {
		t.Errorf("%s lost %v", f.Path, f.LostSince())
	}
}
