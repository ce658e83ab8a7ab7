package priority

import (
	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
)

// reach is how many percentage points one round of work can add to a file's coverage.
const reach = 40

// Plan is what to cover, in four phases. Numbers are statements or lines, the component's unit.
type Plan struct {
	// Phases are one for each tier, critical first. Every file with a score stands in exactly one.
	Phases []Phase
	// Missing is how far the component is short of its target when all phases are done.
	Missing int
	// Closing are the steps beyond the phases that close what is missing, the most urgent first; Open
	// is what even they leave, because rules ask less of files, or nothing.
	Closing []Step
	Open    int
}

// Phase is the files of a tier. Its aim is the sum of its steps, and nothing else.
type Phase struct {
	Tier  config.Tier
	Steps []Step
	// Cover is the sum of the steps.
	Cover int
	// After is the component's total when this phase and those before it are done.
	After coverage.Tally
}

// Step is the work on one file.
type Step struct {
	// File is the index in Ranking.Files.
	File int
	// Target is the coverage that the step aims at, in percent: the file's own target, but in a phase
	// at most 40 points more than what is covered.
	Target float64
	// Cover is how many statements or lines that takes. In Plan.Closing it is less where less closes
	// what is missing.
	Cover int
}

// plan makes the plan of a component whose files have their tiers.
func (r *ranker) plan(g *group) Plan {
	p := Plan{Phases: make([]Phase, lower+1)}
	for t := range p.Phases {
		p.Phases[t].Tier = tiers[t]
	}
	var closing []Step
	for _, i := range g.short {
		s := &r.out.Files[i]
		if s.Score == 0 {
			continue
		}
		step := s.step(i)
		phase := &p.Phases[Level(s.Tier)]
		phase.Steps = append(phase.Steps, step)
		phase.Cover += step.Cover
		if more := s.Gap - step.Cover; more > 0 {
			closing = append(closing, Step{File: i, Target: s.Target, Cover: more})
		}
	}
	after := g.Total
	for t := range p.Phases {
		phase := &p.Phases[t]
		after.Covered += phase.Cover
		phase.After = after
	}
	p.Missing = after.Gap(g.Target)
	p.Open = p.Missing
	for _, step := range closing {
		if p.Open == 0 {
			break
		}
		step.Cover = min(step.Cover, p.Open)
		p.Open -= step.Cover
		p.Closing = append(p.Closing, step)
	}
	return p
}

// step is the work on the file in its phase.
func (s *Standing) step(file int) Step {
	// ceil((covered/total + 40 %) × total) − covered is ceil(40 % × total), and exact.
	most := coverage.Tally{Total: s.Total.Total}.Gap(reach)
	now := float64(s.Total.Covered) * 100 / float64(s.Total.Total)
	return Step{File: file, Target: min(s.Target, now+reach), Cover: min(s.Gap, most)}
}
