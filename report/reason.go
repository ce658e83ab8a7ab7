package report

import (
	"github.com/covls/covls/config"
	"github.com/covls/covls/priority"
)

// Reason is why a file has its tier, as data: Score is Gap × RoleWeight × Weight.
type Reason struct {
	// Unit is what Covered, Total and Gap count: "statements" or "lines".
	Unit    string  `json:"unit"`
	Covered int     `json:"covered"`
	Total   int     `json:"total"`
	Target  Percent `json:"target"`
	// NextStep tells that nobody set Target: it is the next step above what the component has.
	NextStep bool `json:"next_step,omitempty"`
	// SmallGap is the gap from which on a file can be more than medium; 0 for a file without rank.
	SmallGap int `json:"small_gap,omitempty"`
	// Gap is how many are short of Target.
	Gap  int    `json:"gap"`
	Role string `json:"role"`
	// RoleWeight is what the role makes of a gap, Weight what the rule does; 1 changes nothing.
	RoleWeight float64 `json:"role_weight"`
	Weight     float64 `json:"weight"`
	Score      float64 `json:"score"`
	// Rank is the 1-based place of Score among the Of files of the component that are short of their
	// target, in the same unit; 0 for a file that is not.
	Rank int `json:"rank"`
	Of   int `json:"of"`
	// First is the least number of files from rank 1 on that hold Share percent of the component's
	// score, which is where the tier ends that Rank alone would give, or medium for lower. Both are 0
	// where no file has a score.
	First int     `json:"first"`
	Share float64 `json:"share"`
	// Cause is what decided the tier: "score", the place among the others; "small_gap", a gap under SmallGap,
	// which is at most medium; "component", one that has reached its target has at most high; "share",
	// files that rules moved use some of the tiers; "rule"; or, for a file without rank, "at_target",
	// "nothing_to_cover", "unknown", of which nobody knows what ran, or "excluded".
	Cause string `json:"cause"`
	// Rule is the first of the settings that matches the file, as it is written there; nil where none
	// does.
	Rule *config.Rule `json:"rule"`
}

// NewReason returns the reason behind a standing, whose rule it shares.
func NewReason(s *priority.Standing) Reason {
	return Reason{
		Unit: s.Unit.String(), Covered: s.Total.Covered, Total: s.Total.Total,
		Target: Percent(s.Target), NextStep: s.NextStep, SmallGap: s.SmallGap, Gap: s.Gap, Role: s.Role.String(), RoleWeight: s.Role.Weight(), Weight: s.Weight, Score: s.Score,
		Rank: s.Rank, Of: s.Of, First: s.First, Share: s.Share, Cause: cause(s), Rule: s.Rule,
	}
}

func cause(s *priority.Standing) string {
	switch {
	case s.Tier == "":
		return "excluded"
	case s.Tier == priority.Unknown:
		return "unknown"
	case s.Total.Total == 0:
		return "nothing_to_cover"
	case s.Gap == 0:
		return "at_target"
	}
	switch s.Cause {
	case priority.BySmallGap:
		return "small_gap"
	case priority.ByComponent:
		return "component"
	case priority.ByShare:
		return "share"
	case priority.ByRule:
		return "rule"
	case priority.ByScore:
	}
	return "score"
}
