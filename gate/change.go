package gate

import (
	"fmt"

	"github.com/covls/covls/change"
	"github.com/covls/covls/coverage"
)

// ChangeAsk is what must hold of a change.
type ChangeAsk struct {
	// Min is how much of what changed must be covered, in percent; nil asks for nothing. What has nothing to cover reaches it.
	Min *float64
	// MaxUncovered is how many statements or lines that changed may be uncovered, MaxLost how many may have lost their coverage; nil is any
	// number.
	MaxUncovered, MaxLost *int
	// NewFunctions asks that a test reaches every new function.
	NewFunctions bool
}

// JudgeChange says what of a change must not pass, each in one sentence without its full stop. How much it is stands in report.Change.Sum.
func JudgeChange(s *change.Set, ask ChangeAsk) (out []string) {
	if ask.Min != nil && s.Gap(*ask.Min) > 0 {
		out = append(out, fmt.Sprintf("less than %s of what changed is covered", coverage.FormatPercent(*ask.Min)))
	}
	if most := ask.MaxUncovered; most != nil && s.Uncovered() > *most {
		switch *most {
		case 0:
			out = append(out, "changed code is not covered")
		case 1:
			out = append(out, fmt.Sprintf("more than 1 changed %s is not covered", noun(s.Unit, 1)))
		default:
			out = append(out, fmt.Sprintf("more than %d changed %s are not covered", *most, noun(s.Unit, *most)))
		}
	}
	if most := ask.MaxLost; most != nil && s.LostStatements() > *most {
		switch *most {
		case 0:
			out = append(out, "code lost its coverage")
		default:
			out = append(out, fmt.Sprintf("more than %d %s lost coverage", *most, noun(s.Unit, *most)))
		}
	}
	if ask.NewFunctions {
		n := 0
		for _, g := range s.Gaps {
			if g.Kind == change.New && g.Function != "" && g.Statements == g.Of {
				n++
			}
		}
		switch n {
		case 0:
		case 1:
			out = append(out, "1 new function is not covered")
		default:
			out = append(out, fmt.Sprintf("%d new functions are not covered", n))
		}
	}
	return out
}

// noun is a unit for a number of it.
func noun(unit string, n int) string {
	one := coverage.Statements.Noun(n)
	if unit == coverage.Lines.String() {
		one = coverage.Lines.Noun(n)
	}
	return one
}

// Drops are the breaches of what lost its coverage.
func Drops(s *change.Set) (out []Breach) {
	for _, path := range s.Vanished {
		out = append(out, Breach{Gate: Unmeasured, Path: path, Text: "the baseline has it, and no profile does: did tests fail? --partial accepts it"})
	}
	for _, path := range s.Unread {
		out = append(out, Breach{Gate: Drop, Path: path, Text: "its text can't be read, so that it can't be compared with the baseline"})
	}
	for _, g := range s.Lost {
		name := g.Function
		if name == "" {
			name = "code outside of functions"
		}
		out = append(out, Breach{Gate: Drop, Path: g.File, Line: int(g.Line), Text: fmt.Sprintf("%s lost coverage: %d of %d %s that tests reached before", name, g.Statements, g.Of, noun(s.Unit, g.Of))})
	}
	return out
}
