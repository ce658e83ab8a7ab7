package report

import (
	"cmp"
	"slices"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/priority"
)

// Plan is what to cover, in phases.
type Plan struct {
	// Unit is what all numbers count.
	Unit string `json:"unit"`
	// Covered of Total is where the plan begins.
	Covered int `json:"covered"`
	Total   int `json:"total"`
	// Phases are one for each tier, critical first. Each file stands in at most one.
	Phases []Phase `json:"phases"`
	// Missing is how many statements or lines the components are short of their targets when all
	// phases are done.
	Missing int `json:"missing"`
	// Closing are the steps beyond the phases that close what is missing, and Open what even they
	// leave.
	Closing []Step `json:"closing"`
	Open    int    `json:"open"`
}

// Phase is the work on the files of a tier. Its aim is the sum of its steps.
type Phase struct {
	Tier  string `json:"tier"`
	Files []Step `json:"files"`
	// ToCover is the sum over Files.
	ToCover int `json:"to_cover"`
	// CumulativePercent is the coverage when this phase and those before it are done; nil where there
	// is nothing to cover.
	CumulativePercent *Percent `json:"cumulative_percent"`
}

// Step is the work on a file.
type Step struct {
	Path string `json:"path"`
	// Target is the coverage that the step aims at, in percent.
	Target Percent `json:"target"`
	// ToCover is how many statements or lines that takes.
	ToCover int `json:"to_cover"`
}

// planIn is the plan of all components in a unit.
func (r *Report) planIn(unit coverage.Unit) Plan {
	return planOf(unit, slices.DeleteFunc(slices.Clone(r.Components), func(c Component) bool { return c.unit != unit }))
}

// planOf joins the plans of components in one unit.
func planOf(unit coverage.Unit, components []Component) Plan {
	p := Plan{Unit: unit.String(), Phases: []Phase{}, Closing: []Step{}}
	for _, t := range config.Tiers() {
		p.Phases = append(p.Phases, Phase{Tier: string(t), Files: []Step{}})
	}
	type row struct {
		step  Step
		score float64
	}
	var closing []row
	phases := make([][]row, len(p.Phases))
	for _, c := range components {
		for _, in := range c.parts {
			add := func(rows []row, steps []priority.Step) []row {
				for _, s := range steps {
					at := &in.ranking.Files[s.File]
					rows = append(rows, row{Step{in.paths[at], Percent(s.Target), s.Cover}, at.Score})
				}
				return rows
			}
			p.Covered += in.component.Total.Covered
			p.Total += in.component.Total.Total
			p.Missing += in.component.Plan.Missing
			p.Open += in.component.Plan.Open
			for i, phase := range in.component.Plan.Phases {
				phases[i] = add(phases[i], phase.Steps)
			}
			closing = add(closing, in.component.Plan.Closing)
		}
	}
	order := func(out []Step, rows []row) []Step {
		slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(b.score, a.score) })
		for _, r := range rows {
			out = append(out, r.step)
		}
		return out
	}
	after := coverage.Tally{Covered: p.Covered, Total: p.Total}
	for i := range p.Phases {
		phase := &p.Phases[i]
		phase.Files = order(phase.Files, phases[i])
		for _, s := range phase.Files {
			phase.ToCover += s.ToCover
		}
		after.Covered += phase.ToCover
		phase.CumulativePercent = percent(after)
	}
	p.Closing = order(p.Closing, closing)
	return p
}
