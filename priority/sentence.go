package priority

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
)

// Sentence says where the file stands and why, in numbers that can be checked: "critical: 292 lines
// short of 55 % (0 of 530 covered). Core code (×1.0). Rank 1 of 49; the first 6 files hold at least
// 40 % of the weighted gap."
func (s *Standing) Sentence() string {
	var b strings.Builder
	switch {
	case s.Tier == "":
		b.WriteString("excluded: not counted.")
	case s.Lineless:
		fmt.Fprintf(&b, "unknown: the profiles have functions and no %s of it.", s.Unit)
	case s.Tier == Unknown:
		b.WriteString("unknown: what the profiles say is of another text than that on disk.")
	case s.Total.Total == 0:
		fmt.Fprintf(&b, "%s: there are no %s to cover.", s.Tier, s.Unit)
	case s.Gap == 0:
		fmt.Fprintf(&b, "%s: not short of %s (%d of %d %s covered).", s.Tier, s.aim(), s.Total.Covered, s.Total.Total, s.Unit.Noun(s.Total.Total))
	default:
		s.ranked(&b)
	}
	if s.Rule != nil {
		b.WriteString(" " + ruled(s.Rule))
	}
	return b.String()
}

// aim is the coverage to reach, in words.
func (s *Standing) aim() string {
	return coverage.Aim{Percent: s.Target, NextStep: s.NextStep}.String()
}

// ranked is asked for every file of a workspace at once, and so does without Fprintf.
func (s *Standing) ranked(b *strings.Builder) {
	b.Grow(200)
	write := func(parts ...string) {
		for _, p := range parts {
			b.WriteString(p)
		}
	}
	role := s.Role.String()
	write(string(s.Tier), ": ", strconv.Itoa(s.Gap), " ", s.Unit.Noun(s.Gap), " short of ", s.aim(),
		" (", strconv.Itoa(s.Total.Covered), " of ", strconv.Itoa(s.Total.Total), " covered). ",
		strings.ToUpper(role[:1]), role[1:], " (×", strconv.FormatFloat(s.Role.Weight(), 'f', 1, 64), ")")
	if s.Weight != 1 {
		write(", weight ", short(s.Weight))
	}
	write(". Rank ", strconv.Itoa(s.Rank), " of ", strconv.Itoa(s.Of))
	switch {
	case s.Share == 0:
	case s.First == 1:
		write("; the first file holds at least ", coverage.FormatPercent(s.Share), " of the weighted gap")
	default:
		write("; the first ", strconv.Itoa(s.First), " files hold at least ", coverage.FormatPercent(s.Share), " of the weighted gap")
	}
	write(".")
	switch s.Cause {
	case BySmallGap:
		fmt.Fprintf(b, " At most medium: the gap is under %d.", s.SmallGap)
	case ByComponent:
		b.WriteString(" At most high: the component has reached its target.")
	case ByShare:
		b.WriteString(" Files that rules moved count in its tier's share.")
	case ByScore, ByRule:
	}
}

// ruled says what a rule asks for, and why.
func ruled(r *config.Rule) string {
	why := strings.TrimSuffix(strings.Join(strings.Fields(r.Why), " "), ".")
	switch list := Asks(r); {
	case list == "" && why == "":
		return "Rule: no change."
	case list == "":
		return "Rule: " + why + "."
	case why == "":
		return "Rule: " + list + "."
	default:
		return "Rule: " + list + " (" + why + ")."
	}
}

// Asks returns what a rule asks for: "at least high, target 80 %"; "" where it changes nothing.
func Asks(r *config.Rule) string {
	var asks []string
	if r.Exclude {
		asks = append(asks, "exclude")
	}
	for _, t := range []struct {
		what string
		tier config.Tier
	}{{"tier", r.Tier}, {"at least", r.AtLeast}, {"at most", r.AtMost}} {
		if t.tier != "" {
			asks = append(asks, t.what+" "+string(t.tier))
		}
	}
	if r.Weight != nil {
		asks = append(asks, "weight "+short(*r.Weight))
	}
	if r.Target != nil {
		asks = append(asks, "target "+coverage.FormatPercent(*r.Target))
	}
	return strings.Join(asks, ", ")
}

// short is a number without needless digits.
func short(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
