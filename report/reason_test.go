package report_test

import (
	"encoding/json"
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/report"
)

// TestReason holds the data of each cause, made by the ranking itself.
func TestReason(t *testing.T) {
	t.Parallel()
	settings := config.Default()
	half := 0.5
	settings.Rules = []config.Rule{
		{Paths: []string{"raised.rs"}, AtLeast: config.TierCritical, Why: "it moves money"},
		{Paths: []string{"light.rs"}, Weight: &half},
		{Paths: []string{"out.rs"}, Exclude: true},
	}
	sixty := 60.0
	settings.Components = []config.Component{{Name: "done", Include: []string{"done/**"}, Target: &sixty}}
	file := func(path string, covered, total int) priority.File {
		return priority.File{Path: path, Total: coverage.Tally{Covered: covered, Total: total}, Unit: coverage.Lines}
	}
	files := []priority.File{
		file("top.rs", 0, 100), file("web/light.rs", 0, 100), file("raised.rs", 0, 20), file("small.rs", 0, 2), file("full.rs", 9, 10), file("none.rs", 0, 0), file("out.rs", 0, 5),
		file("done/a.rs", 0, 50), file("done/b.rs", 950, 950),
	}
	ranking := priority.Rank(&settings, priority.NewComponents(&settings, nil), files)
	for i, want := range []string{
		`{"unit":"lines","covered":0,"total":100,"target":60.00,"next_step":true,"small_gap":7,"gap":60,"role":"core code","role_weight":1,"weight":1,"score":60,"rank":1,"of":4,"first":1,"share":40,"cause":"score","rule":null}`,
		`{"unit":"lines","covered":0,"total":100,"target":60.00,"next_step":true,"small_gap":7,"gap":60,"role":"transport layer","role_weight":0.6,"weight":0.5,"score":18,"rank":2,"of":4,"first":2,"share":70,"cause":"share","rule":{"paths":["light.rs"],"weight":0.5}}`,
		`{"unit":"lines","covered":0,"total":20,"target":60.00,"next_step":true,"small_gap":7,"gap":12,"role":"core code","role_weight":1,"weight":1,"score":12,"rank":3,"of":4,"first":3,"share":92,"cause":"rule","rule":{"paths":["raised.rs"],"at_least":"critical","why":"it moves money"}}`,
		`{"unit":"lines","covered":0,"total":2,"target":60.00,"next_step":true,"small_gap":7,"gap":2,"role":"core code","role_weight":1,"weight":1,"score":2,"rank":4,"of":4,"first":3,"share":92,"cause":"score","rule":null}`,
		`{"unit":"lines","covered":9,"total":10,"target":60.00,"next_step":true,"gap":0,"role":"core code","role_weight":1,"weight":1,"score":0,"rank":0,"of":0,"first":0,"share":0,"cause":"at_target","rule":null}`,
		`{"unit":"lines","covered":0,"total":0,"target":60.00,"next_step":true,"gap":0,"role":"core code","role_weight":1,"weight":1,"score":0,"rank":0,"of":0,"first":0,"share":0,"cause":"nothing_to_cover","rule":null}`,
		`{"unit":"lines","covered":0,"total":5,"target":60.00,"gap":0,"role":"core code","role_weight":1,"weight":1,"score":0,"rank":0,"of":0,"first":0,"share":0,"cause":"excluded","rule":{"paths":["out.rs"],"exclude":true}}`,
		`{"unit":"lines","covered":0,"total":50,"target":60.00,"small_gap":3,"gap":30,"role":"core code","role_weight":1,"weight":1,"score":30,"rank":1,"of":1,"first":1,"share":40,"cause":"component","rule":null}`,
	} {
		got, err := json.Marshal(report.NewReason(&ranking.Files[i]))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s: got\n%s\nwant\n%s", files[i].Path, got, want)
		}
	}
}

// TestReasonCauses names each cause that a ranking may give a file that is short of its target.
func TestReasonCauses(t *testing.T) {
	t.Parallel()
	for cause, want := range map[priority.Cause]string{
		priority.ByScore: "score", priority.BySmallGap: "small_gap", priority.ByComponent: "component", priority.ByShare: "share", priority.ByRule: "rule",
	} {
		s := priority.Standing{Tier: config.TierHigh, Total: coverage.Tally{Total: 10}, Gap: 6, Cause: cause}
		if got := report.NewReason(&s).Cause; got != want {
			t.Errorf("cause %d is %q, want %q", cause, got, want)
		}
	}
}
