package coverage

// Aim is the coverage to reach.
type Aim struct {
	// Percent is from 0 to 100.
	Percent float64
	// NextStep tells that nobody set it: it is the next step above what is covered. See NextStep.
	NextStep bool
}

// String is the percentage, and says where it is the next step: "60 %", "90 %, the next step".
func (a Aim) String() string {
	if a.NextStep {
		return FormatPercent(a.Percent) + ", the next step"
	}
	return FormatPercent(a.Percent)
}

// NextStep is the aim of what has none of its own: least percent for what is below that, else the next multiple
// of 5 that is at least 2 points above what is covered, and 100 at most. Of what is covered whole it is no step any more.
func NextStep(t Tally, least float64) Aim {
	switch {
	case t.Total <= 0, t.Gap(least) > 0:
		return Aim{least, true}
	case t.Uncovered() == 0:
		return Aim{Percent: 100} // there is none
	}
	// The least n with 5 n ≥ 100 × covered / total + 2.
	n := (100*t.Covered + 2*t.Total + 5*t.Total - 1) / (5 * t.Total)
	return Aim{min(float64(5*n), 100), true}
}
