package priority_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/profile"
)

// analysis is the expected.json of the example.
type analysis struct {
	AllCompiled struct {
		Covered int     `json:"lines_covered"`
		Total   int     `json:"lines_total"`
		Target  float64 `json:"target_percent"`
		Gap     int     `json:"lines_to_target"`
	} `json:"all_compiled"`
	Component struct {
		Files     int
		Covered   int `json:"lines_covered"`
		Total     int `json:"lines_total"`
		Zero      int `json:"files_zero"`
		ZeroTotal int `json:"lines_in_zero_files"`
		AtTarget  int `json:"files_at_target"`
	}
	ZeroFiles []struct {
		Path  string
		Lines int
	} `json:"zero_files"`
	LowestFiles []struct {
		Path    string
		Covered int     `json:"lines_covered"`
		Total   int     `json:"lines_total"`
		Percent float64 `json:"line_percent"`
	} `json:"lowest_files"`
	Plan []struct {
		Path   string
		Target float64 `json:"target_percent"`
		Cover  int     `json:"lines_to_cover"`
	}
	Tiers map[config.Tier][]string `json:"tiers_by_judgement"`
}

// example reads the coverage analysis that a person made, and the files of its profile by the paths
// that a mapping of their prefix makes.
func example(t *testing.T) (want analysis, files []priority.File) {
	t.Helper()
	dir := filepath.Join(filepath.Dir(profiletest.Shared(t)), "examples", "tasker-worker")
	data, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	p, err := profile.Open(filepath.Join(dir, "lcov.info"), profile.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Report.Files {
		branches, _ := f.BranchTotal()
		files = append(files, priority.File{
			Path: strings.TrimPrefix(f.Name, "/home/ci/tasker-core/"), Total: f.Total(), Unit: f.Unit,
			UncoveredBranches: branches.Uncovered(),
		})
	}
	return want, files
}

const exampleComponent = `
[[component]]
name = "tasker-worker"
include = ["tasker-worker/src/**"]
target = 55
`

// byPath are the standings of the component's files.
func byPath(r *priority.Ranking) map[string]priority.Standing {
	out := map[string]priority.Standing{}
	for _, s := range r.Files {
		if s.Component == "tasker-worker" {
			out[s.Path] = s
		}
	}
	return out
}

func TestExampleFigures(t *testing.T) {
	t.Parallel()
	want, files := example(t)
	s := settings(t, exampleComponent)
	r := priority.Rank(s, priority.NewComponents(s, nil), files)
	checkPlans(t, r)
	var all coverage.Tally
	for _, c := range r.Components {
		all = all.Plus(c.Total)
	}
	if all != (coverage.Tally{Covered: want.AllCompiled.Covered, Total: want.AllCompiled.Total}) || all.Gap(want.AllCompiled.Target) != want.AllCompiled.Gap {
		t.Errorf("all that was compiled: %v, want %+v", all, want.AllCompiled)
	}
	i := slices.IndexFunc(r.Components, func(c priority.Component) bool { return c.Name == "tasker-worker" })
	if i < 0 {
		t.Fatal("there is no component tasker-worker")
	}
	c, w := r.Components[i], want.Component
	if c.Files != w.Files || c.Total != (coverage.Tally{Covered: w.Covered, Total: w.Total}) || c.Zero != w.Zero {
		t.Errorf("component = %+v, want %+v", c, w)
	}
	if c.Gap != 3142 { // 55 % of 11436 is 6289.8
		t.Errorf("gap %d", c.Gap)
	}
	var zeroTotal, atTarget int
	for _, s := range r.Files {
		switch {
		case s.Component != c.Name || s.Total.Total == 0:
		case s.Total.Covered == 0:
			zeroTotal += s.Total.Total
		case s.Gap == 0:
			atTarget++
		}
	}
	if zeroTotal != w.ZeroTotal || atTarget != w.AtTarget {
		t.Errorf("%d are in files without coverage, %d files are at their target, want %+v", zeroTotal, atTarget, w)
	}
	paths := byPath(r)
	for _, z := range want.ZeroFiles {
		if got := paths[z.Path]; got.Total != (coverage.Tally{Total: z.Lines}) {
			t.Errorf("%s: %v, want none of %d", z.Path, got.Total, z.Lines)
		}
	}
	for _, l := range want.LowestFiles {
		got := paths[l.Path]
		if p, _ := got.Total.Percent(); p != l.Percent || got.Total != (coverage.Tally{Covered: l.Covered, Total: l.Total}) || got.Gap == 0 {
			t.Errorf("%s: %+v, want %+v", l.Path, got, l)
		}
	}
	const sentence = "critical: 292 lines short of 55 % (0 of 530 covered). Core code (×1.0). Rank 1 of 63; the first 8 files hold at least 40 % of the weighted gap."
	core := paths["tasker-worker/src/worker/core.rs"]
	if got := core.Sentence(); got != sentence {
		t.Errorf("have %s\nwant %s", got, sentence)
	}
}

// TestExamplePlan holds what it takes to bring files to the targets that the document gives them.
func TestExamplePlan(t *testing.T) {
	t.Parallel()
	want, files := example(t)
	text := exampleComponent
	for _, p := range want.Plan {
		text += "[[rule]]\npaths = [" + strconv.Quote(p.Path) + "]\ntarget = " + strconv.FormatFloat(p.Target, 'f', -1, 64) + "\n"
	}
	s := settings(t, text)
	r := priority.Rank(s, priority.NewComponents(s, nil), files)
	checkPlans(t, r)
	if len(r.Unmatched) > 0 || len(want.Plan) < 17 {
		t.Errorf("rules %v of %d match nothing", r.Unmatched, len(want.Plan))
	}
	steps := map[string]int{}
	for _, c := range r.Components {
		for _, phase := range c.Plan.Phases {
			for _, step := range phase.Steps {
				steps[r.Files[step.File].Path] = step.Cover
			}
		}
	}
	for _, p := range want.Plan {
		if got := steps[p.Path]; got < p.Cover-1 || got > p.Cover+1 {
			t.Errorf("%s to %v %%: %d, want %d", p.Path, p.Target, got, p.Cover)
		}
	}
}

// TestExampleTiers holds the floors under the agreement with the tiers that a person gave.
func TestExampleTiers(t *testing.T) {
	t.Parallel()
	want, files := example(t)
	for _, tt := range []struct {
		name, rules   string
		near, exactly int // least number of the 34 files within one tier, and in the very tier
	}{
		{"no configuration", "", 24, 8},
		{"five rules", `
[[rule]]
paths = ["tasker-worker/src/web/state.rs", "tasker-worker/src/worker/services/shared.rs", "**/fallback_poller.rs", "**/event_driven_processor.rs"]
at_most = "lower"
why = "They hand on what others do."
[[rule]]
paths = ["tasker-worker/src/web"]
at_least = "high"
group = "Web API"
[[rule]]
paths = ["tasker-worker/src/grpc"]
tier = "medium"
group = "gRPC API"
[[rule]]
paths = ["**/ffi_dispatch_channel.rs", "**/step_claim.rs", "**/step_execution/**", "**/worker/core.rs"]
tier = "critical"
why = "A step that is lost or runs twice breaks the workflow."
[[rule]]
paths = ["**/worker/**", "**/bootstrap.rs"]
at_most = "high"
`, 30, 26},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := settings(t, exampleComponent+tt.rules)
			r := priority.Rank(s, priority.NewComponents(s, nil), files)
			checkPlans(t, r)
			if len(r.Unmatched) > 0 {
				t.Errorf("rules %v match nothing", r.Unmatched)
			}
			paths := byPath(r)
			judged, near, exactly := 0, 0, 0
			for tier, list := range want.Tiers {
				for _, path := range list {
					judged++
					given := slices.Index(config.Tiers(), tier)
					switch d := slices.Index(config.Tiers(), paths[path].Tier) - given; {
					case given < 0:
						t.Errorf("%s is judged %q", path, tier)
					case d == 0:
						exactly++
						near++
					case d == 1, d == -1:
						near++
					default:
						t.Logf("%s: judged %s; %s", path, tier, new(paths[path]).Sentence())
					}
				}
			}
			t.Logf("of %d files %d are in the judged tier, %d within one", judged, exactly, near)
			if judged != 34 || near < tt.near || exactly < tt.exactly {
				t.Errorf("of %d files %d are in the judged tier, %d within one; want %d and %d of 34", judged, exactly, near, tt.exactly, tt.near)
			}
		})
	}
}
