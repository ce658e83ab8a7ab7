package priority_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/priority"
)

// planned is a plan in lines: its phases with their steps, and what closes the rest.
func planned(r *priority.Ranking, p priority.Plan) string {
	var out []string
	step := func(s priority.Step) {
		out = append(out, fmt.Sprintf("%s to %.4g %%: %d", r.Files[s.File].Path, s.Target, s.Cover))
	}
	for _, phase := range p.Phases {
		out = append(out, fmt.Sprintf("%s %d then %d/%d", phase.Tier, phase.Cover, phase.After.Covered, phase.After.Total))
		for _, s := range phase.Steps {
			step(s)
		}
	}
	out = append(out, fmt.Sprintf("missing %d", p.Missing))
	for _, s := range p.Closing {
		step(s)
	}
	return strings.Join(append(out, fmt.Sprintf("open %d", p.Open)), "\n")
}

func TestPlan(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ rule, toml, files, want string }{
		{
			"phases are the tiers, a file's step is at most 40 points, and the most urgent files close the rest",
			"target = 60", `
			a 0/100
			b 10/100
			c 30/100
			d 55/100
			e 100/100`, `
			critical 40 then 235/500
			a to 40 %: 40
			high 40 then 275/500
			b to 50 %: 40
			medium 30 then 305/500
			c to 60 %: 30
			lower 5 then 310/500
			d to 60 %: 5
			missing 0
			open 0`,
		},
		{
			"what the phases leave is closed by the most urgent files, and no more than that",
			"target = 60", `
			a 0/100
			b 10/100
			c 65/100`, `
			critical 40 then 115/300
			a to 40 %: 40
			high 40 then 155/300
			b to 50 %: 40
			medium 0 then 155/300
			lower 0 then 155/300
			missing 25
			a to 60 %: 20
			b to 60 %: 5
			open 0`,
		},
		{
			"rules that ask less leave the target open",
			"target = 60\nrule = [{ paths = ['a'], target = 20 }]", `
			a 0/100`, `
			critical 20 then 20/100
			a to 20 %: 20
			high 0 then 20/100
			medium 0 then 20/100
			lower 0 then 20/100
			missing 40
			open 40`,
		},
		{
			"code without a score is no work, but stays in the totals",
			"", `
			a.go 0/100
			gen.go 0/100 generated`, `
			critical 40 then 40/200
			a.go to 40 %: 40
			high 0 then 40/200
			medium 0 then 40/200
			lower 0 then 40/200
			missing 80
			a.go to 60 %: 20
			open 60`,
		},
		{
			"a part of a line is a line, and 4/15 and 40 points are 10, not 11",
			"target = 100", `
			a 4/15
			b 0/33`, `
			critical 14 then 18/48
			b to 40 %: 14
			high 0 then 18/48
			medium 6 then 24/48
			a to 66.67 %: 6
			lower 0 then 24/48
			missing 24
			b to 100 %: 19
			a to 100 %: 5
			open 0`,
		},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			r := rank(t, tt.toml, tt.files)
			if got, want := planned(r, r.Components[0].Plan), trim(tt.want); got != want {
				t.Errorf("have\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// checkPlans holds that every file with a score stands in one phase, and every sum is that of its rows.
func checkPlans(t *testing.T, r *priority.Ranking) {
	t.Helper()
	times := make([]int, len(r.Files))
	for _, c := range r.Components {
		after := c.Total
		for _, phase := range c.Plan.Phases {
			sum := 0
			for _, s := range phase.Steps {
				f := r.Files[s.File]
				times[s.File]++
				sum += s.Cover
				if f.Tier != phase.Tier || f.Component != c.Name || f.Unit != c.Unit || s.Cover < 1 || s.Cover > f.Gap {
					t.Errorf("%s stands in phase %s of %q with %d", f.Path, phase.Tier, c.Name, s.Cover)
				}
			}
			after = after.Plus(coverage.Tally{Covered: sum})
			if phase.Cover != sum || phase.After != after {
				t.Errorf("phase %s of %q is %d, then %v; its rows make %d, then %v", phase.Tier, c.Name, phase.Cover, phase.After, sum, after)
			}
		}
		rest := c.Plan.Missing - c.Plan.Open
		for _, s := range c.Plan.Closing {
			rest -= s.Cover
		}
		if rest != 0 || c.Plan.Missing != after.Gap(c.Target) {
			t.Errorf("%q misses %d, with %d that its rows do not close", c.Name, c.Plan.Missing, rest)
		}
	}
	for i, f := range r.Files {
		want := 0
		if f.Score > 0 {
			want = 1
		}
		if times[i] != want {
			t.Errorf("%s stands in %d phases, want %d", f.Path, times[i], want)
		}
	}
}
