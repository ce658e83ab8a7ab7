package coverage_test

import (
	"testing"

	"github.com/covls/covls/coverage"
)

func TestNextStep(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		covered, total int
		want           string
	}{
		{0, 0, "60 %, the next step"},
		{0, 10, "60 %, the next step"},
		{599, 1000, "60 %, the next step"},
		{600, 1000, "65 %, the next step"},
		{630, 1000, "65 %, the next step"},
		{631, 1000, "70 %, the next step"},
		{8672, 10000, "90 %, the next step"},
		{880, 1000, "90 %, the next step"},
		{881, 1000, "95 %, the next step"},
		{980, 1000, "100 %, the next step"},
		{999, 1000, "100 %, the next step"},
		{7, 7, "100 %"},
		{2, 3, "70 %, the next step"},
	} {
		if got := coverage.NextStep(coverage.Tally{Covered: tt.covered, Total: tt.total}, 60).String(); got != tt.want {
			t.Errorf("%d of %d: %s, want %s", tt.covered, tt.total, got, tt.want)
		}
	}
	if got := (coverage.Aim{Percent: 72.5}).String(); got != "72.5 %" {
		t.Errorf("a target that was set: %s", got)
	}
}
