package priority_test

import (
	"math"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/priority"
)

func TestCRAP(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		complexity     int
		covered, total int
		want           float64
		ok             bool
	}{
		{7, 0, 10, 56, true},
		{7, 10, 10, 7, true},
		{1, 0, 1, 2, true},
		{5, 0, 3, 30, true}, // the most that their limit allows without a test
		{10, 5, 10, 22.5, true},
		{30, 29, 29, 30, true}, // more is over the limit with any tests
		{6, 42, 100, 13.024, true},
		{4, 1, 4, 10.75, true},
		{0, 5, 10, 0, false},
		{-1, 5, 10, 0, false},
		{3, 0, 0, 0, false},
	} {
		got, ok := priority.CRAP(tt.complexity, coverage.Tally{Covered: tt.covered, Total: tt.total})
		if ok != tt.ok || math.Abs(got-tt.want) > 0.001 {
			t.Errorf("CRAP(%d, %d of %d) = %v, %v, want %v, %v", tt.complexity, tt.covered, tt.total, got, ok, tt.want, tt.ok)
		}
	}
}
