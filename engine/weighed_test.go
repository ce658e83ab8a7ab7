package engine_test

import (
	"cmp"
	"context"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/project"
	sources "github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// TestVisible holds that what an editor shows of the modules that COVLS_VISIBLE lists, as COVLS_MODULES does, is the most of what no
// test reaches, and that nothing slight is in it. It prints a row for each module, and every function that is a hint alone.
func TestVisible(t *testing.T) {
	t.Parallel()
	modules := strings.Fields(os.Getenv("COVLS_VISIBLE"))
	if len(modules) == 0 {
		t.Skip("COVLS_VISIBLE lists no modules")
	}
	var all weighed
	for _, m := range modules {
		snap := loadedFrom(t, profiled(t, m))
		var own weighed
		for _, file := range gap.Files(snap) {
			text, err := os.ReadFile(file.Path)
			if err != nil {
				t.Fatal(err)
			}
			d := diag.Closed(file.Path, string(text))
			seen := map[gap.ID]bool{}
			for _, f := range diag.Diagnostics(snap, d) {
				seen[f.Gap] = seen[f.Gap] || f.Severity != config.SeverityHint && f.Code == diag.Code
			}
			for _, g := range gap.Of(file) {
				if g.Shape != gap.Function || g.OfTests() {
					continue
				}
				own.functions++
				own.statements += g.Missed
				if !seen[g.ID] {
					t.Logf("%s: a hint: %s:%d %s, %d, %s", m, g.ID.File, g.Line(), g.Func, g.Missed, g.Kind)
					continue
				}
				own.visible++
				own.of += g.Missed
				if g.Missed < 3 || g.Kind == sources.Accessor || !g.Kind.Testable() {
					own.slight++
					t.Errorf("%s: %s of %d, %s, is visible", m, g.Func, g.Missed, g.Kind)
				}
			}
		}
		own.log(t, m)
		all.functions, all.visible = all.functions+own.functions, all.visible+own.visible
		all.statements, all.of, all.slight = all.statements+own.statements, all.of+own.of, all.slight+own.slight
	}
	all.log(t, "all")
	if all.of*100 < all.statements*60 {
		t.Errorf("less than 60 %% of the statements are in functions that are visible")
	}
}

// weighed are the functions that no test reaches, with their statements, and those of them that are visible.
type weighed struct{ functions, visible, slight, statements, of int }

func (w weighed) log(t *testing.T, module string) {
	t.Helper()
	t.Logf("| %s | %d | %d | %d | %d | %.0f %% | %d |", module, w.functions, w.visible, w.statements, w.of, 100*float64(w.of)/float64(max(1, w.statements)), w.slight)
}

// TestLater holds the order of gaps against what maintainers tested later: COVLS_LATER lists an older release of a module and a newer
// one of the same, and so on, each as COVLS_MODULES does. It counts which of the ten functions that covls puts first are covered by
// the tests of the newer release, and what the ten largest would give, as ties fall on the average.
func TestLater(t *testing.T) {
	t.Parallel()
	releases := strings.Fields(os.Getenv("COVLS_LATER"))
	if len(releases) == 0 {
		t.Skip("COVLS_LATER lists no releases")
	}
	if len(releases)%2 != 0 {
		t.Fatal("COVLS_LATER lists an older release without a newer one")
	}
	const first = 10
	hits, bySize := 0, 0.0
	for pair := range slices.Chunk(releases, 2) {
		later := map[string]bool{}
		for _, file := range gap.Files(loadedFrom(t, profiled(t, pair[1]))) {
			for _, f := range gap.Funcs(file) {
				if f.Statements.Covered > 0 {
					later[path.Dir(file.Name)+" "+f.String()] = true
				}
			}
		}
		var gaps []gap.Gap
		for _, file := range gap.Files(loadedFrom(t, profiled(t, pair[0]))) {
			for _, g := range gap.Of(file) {
				if g.Shape == gap.Function && !g.OfTests() {
					gaps = append(gaps, g)
				}
			}
		}
		tested := func(g *gap.Gap) bool { return later[path.Dir(g.ID.File)+" "+g.Func] }
		slices.SortFunc(gaps, func(a, b gap.Gap) int { return gap.Compare(&a, &b) })
		own, all := 0, 0
		for i := range gaps {
			if tested(&gaps[i]) {
				all++
				if i < first {
					own++
				}
			}
			if i < 2*first {
				t.Logf("%s: %d. %s:%d %s, %d, tested later: %t", pair[0], i+1, gaps[i].ID.File, gaps[i].Line(), gaps[i].Func, gaps[i].Missed, tested(&gaps[i]))
			}
		}
		slices.SortStableFunc(gaps, func(a, b gap.Gap) int { return cmp.Compare(b.Missed, a.Missed) })
		size := 0.0
		for i := 0; i < min(first, len(gaps)); {
			end, right := i, 0
			for ; end < len(gaps) && gaps[end].Missed == gaps[i].Missed; end++ {
				if tested(&gaps[end]) {
					right++
				}
			}
			size += float64(right) * float64(min(end, first)-i) / float64(end-i)
			i = end
		}
		t.Logf("| %s | %s | %d | %d | %d | %.1f |", pair[0], path.Base(pair[1]), len(gaps), all, own, size)
		hits, bySize = hits+own, bySize+size
	}
	t.Logf("| all | | | | %d | %.1f |", hits, bySize)
	if float64(hits) < bySize {
		t.Errorf("%d of the first are tested later, of the largest %.1f are", hits, bySize)
	}
}

// profiled is a copy of a module with the profile cover.out of its tests, which are run where the module comes without.
func profiled(t *testing.T, module string) (dir string) {
	t.Helper()
	dir = copied(t, module)
	profile := filepath.Join(dir, "cover.out")
	if _, err := os.Stat(profile); err == nil {
		return dir
	}
	args := []string{"test", "-coverpkg=./...", "-coverprofile=cover.out"}
	args = append(args, strings.Fields(os.Getenv("COVLS_MODULES_TEST"))...)
	out, err := command(dir, "go", append(args, "./...")...)
	if err != nil { // as where a test needs a network
		t.Logf("the tests fail: %v\n%s", err, out[max(0, len(out)-600):])
	}
	if _, err := os.Stat(profile); err != nil {
		t.Fatalf("no profile: %v\n%s", err, out)
	}
	return dir
}

// loadedFrom is what is known of a folder.
func loadedFrom(t *testing.T, dir string) *workspace.Snapshot {
	t.Helper()
	f := workspace.NewFolder(dir, "", config.Merge(), nil)
	f.Tree = project.NewTree()
	got, err := engine.Once{}.Load(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	return got.Snapshot
}
