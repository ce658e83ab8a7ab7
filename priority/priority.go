// Package priority says how urgent the gap of each file is, and why, and makes a plan of the gaps. Its
// functions are pure.
//
// A file's score is gap × role × weight of its rule. Within a component, the files with the highest
// scores that hold the first 40 % of all score are critical, those up to 70 % high, those up to 92 %
// medium, and the rest lower. docs/decisions.md says where the numbers come from.
package priority

import (
	"cmp"
	"slices"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// OK is the tier of a file that is not short of its target.
const OK config.Tier = "ok"

// Unknown is the tier of a file of which nobody knows what ran.
const Unknown config.Tier = "unknown"

// cuts are the shares of the score, in percent, at which critical, high and medium end. It is never
// written.
var cuts = [3]float64{40, 70, 92}

// smallGap is the gap from which on a file can be more than medium where the files of its component are short of their
// targets by all together: a twentieth of it, but 3 to 10 statements or lines.
func smallGap(all int) int { return min(max((all+19)/20, 3), 10) }

// File is what is known of a file.
type File struct {
	// Path is that of the JSON report.
	Path string
	// Total counts what ran in the file, in Unit.
	Total coverage.Tally
	Unit  coverage.Unit
	// UncoveredBranches decide between files of the same score.
	UncoveredBranches int
	// Source is what its text holds; nil where that is not known.
	Source *source.Parsed
	// Attributes are what is said of it in .gitattributes.
	Attributes source.Attributes
	// TestBy is the build file that has a program run as a test of which the file is a part, and of nothing else; "" where there is none.
	TestBy string
	// Unknown tells that nobody knows what ran in it, rather than that there is nothing to cover. Total is 0 of 0.
	Unknown bool
	// Lineless tells that the profiles have functions of it and nothing in Unit, so that nobody knows the rest.
	Lineless bool
}

// Cause is what decided a file's tier.
type Cause uint8

const (
	// ByScore is the place of the file's score among the others.
	ByScore Cause = iota
	// BySmallGap keeps a file with a gap under Standing.SmallGap at medium or below.
	BySmallGap
	// ByComponent keeps the files of a component that has reached its target at high or below.
	ByComponent
	// ByShare is that files which rules put into a tier have used up what the file would have had
	// of it, or leave it more.
	ByShare
	// ByRule is the file's rule.
	ByRule
)

// Standing is the tier of a file and all that led to it.
type Standing struct {
	Path  string
	Total coverage.Tally
	Unit  coverage.Unit
	// Component is the name of the file's component; see Components.Of.
	Component string
	// Target is the coverage to reach, in percent: that of the file's rule, of its component, or the
	// general one. NextStep tells that nobody set it, and that it is the next step of the component.
	Target   float64
	NextStep bool
	// Gap is how many statements or lines are short of Target.
	Gap int
	// SmallGap is the gap from which on the file can be more than medium; 0 for one without a rank.
	SmallGap int
	Role     Role
	// RoleWhy says why it has the role, in words: "its path has the folder api".
	RoleWhy string
	Weight  float64
	// Score is Gap × Role.Weight() × Weight.
	Score float64
	// Rule is the first rule that matches the file; nil where none does.
	Rule *config.Rule
	// Tier is "" for a file that its rule excludes: it has no gap, and is in no component's figures. It is Unknown where
	// nobody knows what ran.
	Tier  config.Tier
	Cause Cause
	// Lineless tells that the tier is Unknown since the profiles have functions and nothing in Unit.
	Lineless bool
	// Rank is the 1-based place of Score among the Of files of the component, in the same unit, that
	// are short of their target; 0 for a file that is not.
	Rank, Of int
	// First is the least number of files from rank 1 on that hold Share percent of the component's
	// score, Share being where the tier ends that Rank alone would give; for lower it is where
	// medium ends. Share is 0 where no file has a score.
	First int
	Share float64
	Place Place

	// cut is the level that Place makes of it.
	cut uint8
}

// Place is what Rank compares to find a file's tier: the file is of the first tier for which Before and
// Taken are less than the tier's share of All.
type Place struct {
	// All is the component's score, Before that of the files which stand before this one and that no
	// rule has moved.
	All, Before float64
	// Taken is the score of files that rules have put into critical, high and medium or the tiers
	// above each.
	Taken [3]float64
}

// share is what Before and Taken are of All at a tier, in percent: 0 is critical, 2 medium.
func (p Place) share(tier int) float64 { return (p.Before + p.Taken[tier]) * 100 / p.All }

// Cuts returns the shares of a component's score, in percent, at which critical, high and medium end.
func Cuts() [3]float64 { return cuts }

// Component adds up files of one component in one unit. Files that rules exclude are not among them.
type Component struct {
	// Name is that of Standing.Component.
	Name string
	Unit coverage.Unit
	// Target is the component's own, in percent; Gap is how far its Total is from that. NextStep tells that nobody set
	// it.
	Target   float64
	NextStep bool
	Gap      int
	Files    int
	Total    coverage.Tally
	// Zero counts the files with something to cover of which nothing ran.
	Zero int
	// Score is the sum over the files.
	Score float64
	Plan  Plan
}

// Ranking is what Rank finds out.
type Ranking struct {
	// Files stand in the order of the input.
	Files []Standing
	// Order are indexes of Files, the most urgent first: by tier, score, uncovered branches, path.
	Order []int
	// Components are sorted by name, then unit.
	Components []Component
	// Unmatched are indexes of the rules in the settings whose paths match none of the files.
	Unmatched []int
}

// Rank ranks the files of a workspace folder by its settings, which the result shares.
func Rank(s *config.Settings, components *Components, files []File) *Ranking {
	r := &ranker{out: &Ranking{Files: make([]Standing, len(files))}}
	rules := compile(s.Rules)
	parts := parts(files)
	groups := map[groupKey]*group{}
	for i, f := range files {
		name := components.Of(f.Path)
		at := &r.out.Files[i]
		*at = Standing{Path: f.Path, Total: f.Total, Unit: f.Unit, Component: name, Role: parts[i].role, RoleWhy: parts[i].why, Weight: 1}
		if at.Rule = rules.of(f.Path); at.Rule != nil && at.Rule.Exclude {
			continue
		}
		key := groupKey{name, f.Unit}
		if groups[key] == nil {
			groups[key] = &group{Component: Component{Name: name, Unit: f.Unit}}
		}
		groups[key].add(f.Total)
	}
	for _, g := range groups {
		aim := components.aim(g.Name, g.Total)
		g.Target, g.NextStep = aim.Percent, aim.NextStep
	}
	for i, f := range files {
		at := &r.out.Files[i]
		if at.Rule != nil && at.Rule.Exclude {
			at.Target = components.aim(at.Component, coverage.Tally{}).Percent
			continue
		}
		g := groups[groupKey{at.Component, at.Unit}]
		at.Target, at.NextStep = g.Target, g.NextStep
		if at.Rule != nil && at.Rule.Target != nil {
			at.Target, at.NextStep = *at.Rule.Target, false
		}
		if at.Rule != nil && at.Rule.Weight != nil {
			at.Weight = *at.Rule.Weight
		}
		at.Gap = f.Total.Gap(at.Target)
		at.Score = at.tenths() / 10
		at.Tier = OK
		if f.Unknown || f.Lineless {
			at.Tier, at.Lineless = Unknown, !f.Unknown
		}
	}
	order := r.byScore(files)
	for _, i := range order {
		if at := &r.out.Files[i]; at.Gap > 0 {
			g := groups[groupKey{at.Component, at.Unit}]
			g.short = append(g.short, i)
		}
	}
	for _, g := range groups {
		r.rank(g)
		r.out.Components = append(r.out.Components, g.Component)
	}
	slices.SortFunc(r.out.Components, func(a, b Component) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Unit, b.Unit))
	})
	r.out.Order = r.byTier(order)
	r.out.Unmatched = rules.unmatched()
	return r.out
}

// tenths is ten times the score: a whole number where the weight is one, so that sums of it are exact
// and cuts fall where they should.
func (s *Standing) tenths() float64 {
	return float64(s.Gap*roles[s.Role].tenths) * s.Weight
}

type groupKey struct {
	component string
	unit      coverage.Unit
}

// group is a component in the making.
type group struct {
	Component
	short []int // indexes of the files that are short of their target, by rank
}

// add takes in a file's total.
func (g *group) add(t coverage.Tally) {
	g.Files++
	g.Total = g.Total.Plus(t)
	if t.Total > 0 && t.Covered == 0 {
		g.Zero++
	}
}

type ranker struct{ out *Ranking }

// byScore returns the files' indexes by score, uncovered branches and path.
func (r *ranker) byScore(files []File) []int {
	type row struct {
		tenths   float64
		branches int
		path     string
		file     int
	}
	rows := make([]row, len(files))
	for i, f := range files {
		rows[i] = row{r.out.Files[i].tenths(), f.UncoveredBranches, f.Path, i}
	}
	slices.SortFunc(rows, func(a, b row) int {
		if a.tenths != b.tenths {
			return cmp.Compare(b.tenths, a.tenths)
		}
		return cmp.Or(cmp.Compare(b.branches, a.branches), strings.Compare(a.path, b.path))
	})
	order := make([]int, len(rows))
	for n, row := range rows {
		order[n] = row.file
	}
	return order
}

// byTier puts files that are sorted by score into the order of their tiers.
func (r *ranker) byTier(order []int) []int {
	var byLevel [len(tiers)][]int
	for _, i := range order {
		l := Level(r.out.Files[i].Tier)
		byLevel[l] = append(byLevel[l], i)
	}
	return slices.Concat(byLevel[:]...)
}

// The levels of tiers, from the top.
const (
	critical = iota
	high
	medium
	lower
)

// tiers are the tiers by level; the last three are those of files that are not ranked. It is never
// written.
var tiers = [...]config.Tier{config.TierCritical, config.TierHigh, config.TierMedium, config.TierLower, Unknown, OK, ""}

// Level is 0 for the most urgent tier, behind all of them for a file of which nothing is known (Unknown), then for one
// at its target (OK), and last for one that a rule excludes ("").
func Level(t config.Tier) int { return slices.Index(tiers[:], t) }

// rank ranks the files of a component, gives them their tiers and makes the plan.
func (r *ranker) rank(g *group) {
	g.Gap = g.Total.Gap(g.Target)
	var all float64
	short := 0
	for _, i := range g.short {
		all += r.out.Files[i].tenths()
		short += r.out.Files[i].Gap
	}
	g.Score = all / 10

	// The tiers by score alone.
	plain := make([]int, len(g.short))
	first := [3]int{}
	var before float64
	for n, i := range g.short {
		s := &r.out.Files[i]
		s.Rank, s.Of, s.SmallGap = n+1, len(g.short), smallGap(short)
		plain[n] = place(before, all, [3]float64{})
		if plain[n] < lower {
			first[plain[n]] = n + 1
		}
		before += s.tenths()
	}
	// A tier without files ends where the one above it does.
	first[high] = max(first[high], first[critical])
	first[medium] = max(first[medium], first[high])

	// A rule that moves a file puts its score into that tier, which moves others; so the files that
	// rules move are found first, and then the others fill up what these leave.
	var room [4]guard
	moved := make([]int, len(g.short))
	tier := make([]int, len(g.short))
	for n, i := range g.short {
		moved[n] = -1
		if rule := r.out.Files[i].Rule; rule != nil && rule.Tier != "" {
			moved[n] = Level(rule.Tier)
		}
	}
	for range 2 {
		var taken [3]float64 // by moved files, in this tier and those above it
		for n, i := range g.short {
			for t := max(moved[n], 0); moved[n] >= 0 && t < len(taken); t++ {
				taken[t] += r.out.Files[i].tenths()
			}
		}
		before = 0
		for n, i := range g.short {
			s := &r.out.Files[i]
			if moved[n] >= 0 {
				tier[n], s.Cause = moved[n], ByRule
				continue
			}
			if s.tenths() == 0 {
				before = all // it stands behind all that has a score, whatever rules moved
			}
			tier[n] = place(before, all, taken)
			s.Place = Place{All: all / 10, Before: before / 10, Taken: [3]float64{taken[0] / 10, taken[1] / 10, taken[2] / 10}}
			before += s.tenths()
			s.Cause = ByScore
			if tier[n] != plain[n] {
				s.Cause = ByShare
			}
			s.cut = uint8(tier[n])
			for _, guard := range guards(room[:0], s, g.Gap == 0) {
				if t := guard.bounded(tier[n]); t != tier[n] {
					tier[n], s.Cause = t, guard.cause
				}
			}
		}
		for n, i := range g.short {
			if r.out.Files[i].Cause == ByRule {
				moved[n] = tier[n]
			}
		}
	}
	for n, i := range g.short {
		s := &r.out.Files[i]
		s.Tier = tiers[tier[n]]
		if all > 0 {
			cut := min(plain[n], medium)
			s.First, s.Share = first[cut], cuts[cut]
		}
	}
	g.Plan = r.plan(g)
}

// place returns the level of a file that has this much score before it, where some of each tier and
// those above it is taken.
func place(before, all float64, taken [3]float64) int {
	for t, cut := range cuts {
		if (before+taken[t])*100 < cut*all {
			return t
		}
	}
	return lower
}

// rules are the rules of the settings and which of them have matched.
type rules struct {
	rules    []config.Rule
	matchers []*config.Matcher
	matched  []bool
}

func compile(in []config.Rule) *rules {
	r := &rules{rules: in, matched: make([]bool, len(in))}
	for _, rule := range in {
		m, _ := config.NewMatcher(rule.Paths) // the settings hold globs that are well-formed
		r.matchers = append(r.matchers, m)
	}
	return r
}

// of returns the first rule that matches, or nil. Later ones are tried only until they have matched
// once, which is all that there is to know of them.
func (r *rules) of(path string) *config.Rule {
	var first *config.Rule
	for i, m := range r.matchers {
		if (first == nil || !r.matched[i]) && m.Match(path) {
			r.matched[i] = true
			if first == nil {
				first = &r.rules[i]
			}
		}
	}
	return first
}

func (r *rules) unmatched() []int {
	var out []int
	for i, matched := range r.matched {
		if !matched {
			out = append(out, i)
		}
	}
	return out
}

// Excludes returns what reports whether a rule leaves out the file at a path, one that no profile names included. It
// is for one goroutine.
func Excludes(s *config.Settings) func(path string) bool {
	rules := compile(s.Rules)
	return func(path string) bool {
		r := rules.of(path)
		return r != nil && r.Exclude
	}
}
