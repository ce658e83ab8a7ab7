package priority

import (
	"slices"

	"github.com/covls/covls/config"
)

// Steps are how the tier of a file was found, from its rank on. For a file without a rank, and for one
// whose rule says the tier, they are empty.
type Steps struct {
	// Cuts are those that the file was held against, from the top. The file lies before the last of
	// them, or behind all three. They are empty where no file of the component has a score.
	Cuts []Cut
	// Tier is what the cuts make of it.
	Tier config.Tier
	// Guards are what else had a say, in this order.
	Guards []Guard
}

// Cut is where a tier ends.
type Cut struct {
	Tier config.Tier
	// End is the share of the component's score at which the tier ends, Share the one that stands before
	// the file, both in percent. The file is of the tier where Share is less.
	End, Share float64
	// Taken is the part of Share's score that is not of files before this one, but of those that rules
	// have put into the tier or above it.
	Taken float64
	// Before tells that the file lies before the cut.
	Before bool
}

// Guard is a bound of a file's tier.
type Guard struct {
	// Cause is BySmallGap, ByComponent or ByRule.
	Cause Cause
	// Bound is the lowest tier where AtLeast, else the highest.
	Bound   config.Tier
	AtLeast bool
	// Tier is what the file's is behind the guard; Moved tells that it was another before.
	Tier  config.Tier
	Moved bool
}

// Component returns what the ranking adds up of the files that s is ranked among; nil where there is none,
// as for a file that a rule excludes.
func (r *Ranking) Component(s *Standing) *Component {
	i := slices.IndexFunc(r.Components, func(c Component) bool { return c.Name == s.Component && c.Unit == s.Unit })
	if s.Tier == "" || i < 0 {
		return nil
	}
	return &r.Components[i]
}

// Steps returns how the tier of one of the ranking's files was found.
func (r *Ranking) Steps(s *Standing) Steps {
	var out Steps
	component := r.Component(s)
	if component == nil || s.Rank == 0 || s.Rule != nil && s.Rule.Tier != "" {
		return out
	}
	now := int(s.cut)
	out.Tier = tiers[now]
	if s.Place.All > 0 {
		for t := range min(now+1, len(cuts)) {
			out.Cuts = append(out.Cuts, Cut{Tier: tiers[t], End: cuts[t], Share: s.Place.share(t), Taken: s.Place.Taken[t], Before: t == now})
		}
	}
	for _, g := range guards(nil, s, component.Gap == 0) {
		before := now
		now = g.bounded(now)
		out.Guards = append(out.Guards, Guard{Cause: g.cause, Bound: tiers[g.bound], AtLeast: g.atLeast, Tier: tiers[now], Moved: now != before})
	}
	return out
}

// guard is a bound of a level.
type guard struct {
	cause   Cause
	bound   int
	atLeast bool
}

// guards appends those of a file, in the order in which they hold. Reached tells that its component has
// reached its target.
func guards(out []guard, s *Standing, reached bool) []guard {
	if s.Gap < s.SmallGap {
		out = append(out, guard{cause: BySmallGap, bound: medium})
	}
	if reached {
		out = append(out, guard{cause: ByComponent, bound: high})
	}
	if r := s.Rule; r != nil {
		if r.AtLeast != "" {
			out = append(out, guard{ByRule, Level(r.AtLeast), true})
		}
		if r.AtMost != "" {
			out = append(out, guard{cause: ByRule, bound: Level(r.AtMost)})
		}
	}
	return out
}

// bounded puts a level inside the guard's bound; 0 is the top.
func (g guard) bounded(level int) int {
	if g.atLeast {
		return min(level, g.bound)
	}
	return max(level, g.bound)
}
