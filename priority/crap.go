package priority

import (
	"math"

	"github.com/covls/covls/coverage"
)

// CRAP is the change risk of a function by Savoia and Evans (crap4j, 2007):
//
//	complexity² × (1 − coverage)³ + complexity
//
// where coverage is the covered share, from 0 to 1. They call over 30 hard to change. What is covered
// whole has its complexity. It stands beside a file's score and is no part of it. ok is false where
// complexity is 0, which means unknown, or t has nothing to cover.
func CRAP(complexity int, t coverage.Tally) (crap float64, ok bool) {
	if complexity <= 0 || t.Total <= 0 {
		return 0, false
	}
	c := float64(complexity)
	missed := float64(t.Uncovered()) / float64(t.Total)
	return c*c*math.Pow(missed, 3) + c, true
}
