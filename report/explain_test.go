package report_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/report"
	"github.com/covls/covls/workspace"
)

// explained loads a folder with a profile of lines, each file with covered of total lines, and settings.
func explained(t *testing.T, settings string, files map[string][2]int) *workspace.Snapshot {
	t.Helper()
	dir := t.TempDir()
	var lcov strings.Builder
	for name, n := range files {
		fmt.Fprintf(&lcov, "SF:%s\n", filepath.Join(dir, name))
		for i := range n[1] {
			ran := 0
			if i < n[0] {
				ran = 1
			}
			fmt.Fprintf(&lcov, "DA:%d,%d\n", i+1, ran)
		}
		lcov.WriteString("end_of_record\n")
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.Repeat("f()\n", n[1])), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"lcov.info": lcov.String(), config.FileName: settings} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	layer, problems := config.ReadFile(filepath.Join(dir, config.FileName))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	store := workspace.NewStore()
	l := workspace.NewLoader(store)
	l.SetFolders(t.Context(), []*workspace.Folder{workspace.NewFolder(dir, "", config.Merge(layer), nil)})
	if troubles := l.Read(context.Background(), []workspace.Change{{Path: filepath.Join(dir, "lcov.info")}}); len(troubles) > 0 {
		t.Fatal(troubles)
	}
	return store.Load()
}

const explainRules = `
[[component]]
name = "app"
include = ["a/**"]
target = 70

[[component]]
name = "done"
include = ["b/**"]
target = 10

[[component]]
name = "small"
include = ["d/**"]

[[rule]]
paths = ["a/x1*"]
tier = "critical"
why = "it moves money"

[[rule]]
paths = ["a/x2*"]
at_most = "medium"

[[rule]]
paths = ["a/x3*", "b/x3*"]
at_least = "high"

[[rule]]
paths = ["a/x4*"]
weight = 2.5
target = 33.3

[[rule]]
paths = ["a/x5*"]
exclude = true
`

// TestExplainAddsUp works out each explanation again: products, shares and the tier at the end must be
// those of the ranking.
func TestExplainAddsUp(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]string{"plain": "", "rules": explainRules} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(1, 2))
			files := map[string][2]int{}
			for i := range 120 {
				dir := []string{"a", "a/web", "a/examples", "b", "c"}[i%5]
				total := 1 + rnd.IntN(60)
				covered := min(total, rnd.IntN(40))
				if dir == "b" {
					total *= 10
					covered = total * (i % 3) / 3
				}
				files[fmt.Sprintf("%s/x%d.x", dir, i)] = [2]int{covered, total}
			}
			files["d/small.x"], files["d/written_pb2.py"] = [2]int{0, 5}, [2]int{0, 400}
			snap := explained(t, settings, files)
			seen := map[priority.Cause]bool{}
			for _, f := range snap.Files {
				text := report.Explain(snap, f.Standing, f)
				if !adds(t, text, f) {
					t.Errorf("%s\n%+v", text, *f.Standing)
				}
				seen[f.Standing.Cause] = true
			}
			if name == "rules" && len(seen) != 5 {
				t.Errorf("causes %v, want all five", seen)
			}
		})
	}
}

var (
	product  = regexp.MustCompile(`\*\*Score\*\*: ([\d,]+) × ([\d.]+) × ([\d.]+) = \*\*([\d,.]+?)\*\*\.`)
	gapSum   = regexp.MustCompile(`\*\*Gap\*\*: ([\d.]+) % of ([\d,]+) are ([\d.]+), rounded up ([\d,]+)\. Of these ([\d,]+) ran, so the file is \*\*([\d,]+) `)
	tierStep = regexp.MustCompile(`^\d+\. \*\*(Tier|Small gap|Component|Rule)\*\*: `)
	percents = regexp.MustCompile(`ends at (\d+) %: (?:that|with the [\d,.]+ that rules put there or above it) is ([\d.]+) %, (not less|less)`)
)

func value(s string) float64 {
	f, err := strconv.ParseFloat(strings.ReplaceAll(s, ",", ""), 64)
	if err != nil {
		return math.NaN()
	}
	return f
}

// adds reports whether an explanation is consistent with itself and with the file's standing.
func adds(t *testing.T, text string, f *workspace.File) bool {
	t.Helper()
	st := f.Standing
	if st.Gap == 0 {
		return strings.Contains(text, "is not short of its target") || st.Total.Total == 0
	}
	g, p := gapSum.FindStringSubmatch(text), product.FindStringSubmatch(text)
	if g == nil || p == nil {
		t.Errorf("no sum")
		return false
	}
	lines := strings.Split(text, "\n")
	last := ""
	for _, l := range lines {
		if m := tierStep.FindString(l); m != "" {
			rest := l[len(m):]
			at := -1
			for _, tier := range config.Tiers() {
				if i := strings.LastIndex(strings.ToLower(rest), string(tier)); i > at {
					at, last = i, string(tier)
				}
			}
		}
	}
	ok := math.Abs(value(g[1])*value(g[2])/100-value(g[3])) < 1e-3 &&
		math.Ceil(value(g[3])-1e-9) == value(g[4]) && value(g[4])-value(g[5]) == value(g[6]) && int(value(g[6])) == st.Gap &&
		int(value(g[5])) == st.Total.Covered && value(g[1]) == st.Target &&
		math.Abs(value(p[1])*value(p[2])*value(p[3])-value(p[4])) < 0.006 && int(value(p[1])) == st.Gap
	for _, c := range percents.FindAllStringSubmatch(text, -1) {
		if (value(c[2]) < value(c[1])) != (c[3] == "less") && value(c[2]) != value(c[1]) {
			ok = false
		}
	}
	return ok && last == string(st.Tier) && slices.Contains(lines, fmt.Sprintf("# `%s`: %s", f.Name, st.Tier))
}

// TestExplainWords has what each origin of a target and each guard is called.
func TestExplainWords(t *testing.T) {
	t.Parallel()
	snap := explained(t, "target = 80\n"+explainRules, map[string][2]int{
		"a/x1.x": {0, 20}, "a/x2.x": {0, 200}, "a/x3.x": {3, 12}, "a/x4.x": {0, 100}, "a/x5.x": {0, 5}, "a/web/y.x": {0, 7},
		"b/big.x": {90, 100}, "b/z.x": {0, 40}, "c/rest.x": {1, 9},
	})
	for path, want := range map[string][]string{
		"a/x1.x": {
			"**Target**: 70 %, that of component `app` (.covls.toml:3).", "**Tier**: **critical**: the rule says so, whatever the score.",
			"The file's rule, the first that matches it (.covls.toml:17): tier critical, because “it moves money”.",
		},
		"a/x2.x":    {"**Rule**: at most medium: **medium**."},
		"a/x3.x":    {"**Small gap**: a gap under 10 (a twentieth of what the component's files are short of, within 3 and 10) is at most medium", "**Rule**: at least high: **high**."},
		"a/x4.x":    {"**Target**: 33.3 %, that of its rule (.covls.toml:30).", "**Weight**: ×2.5, that of its rule (.covls.toml:30)."},
		"a/x5.x":    {"# `a/x5.x`: left out", "Its rule (.covls.toml:35) leaves it out of every total: exclude."},
		"a/web/y.x": {"**Role**: transport layer, ×0.6: its path has the folder web."},
		"b/z.x":     {"**Component**: the component has reached its target of 10 %, so that its files are at most high"},
		"c/rest.x":  {"**Target**: 80 %, the setting `target` (.covls.toml:1).", "**Role**: core code, ×1: neither its text nor its path says that it is anything else."},
	} {
		var text string
		for _, ranking := range snap.Ranks {
			for i := range ranking.Files {
				if st := &ranking.Files[i]; st.Path == path {
					var file *workspace.File
					for _, f := range snap.Files {
						if f.Name == path {
							file = f
						}
					}
					text = report.Explain(snap, st, file)
				}
			}
		}
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: no %q in\n%s", path, w, text)
			}
		}
	}
}
