package gap_test

import (
	"fmt"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
)

func TestBegins(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, covered string
		span          coverage.Span
		want          string
	}{
		{"regions", "1.1,9.1 1 0; 2.1,3.1 1 5; 4.1,5.1 2 0; 6.1,7.1 0 0; 10.1,11.1 1 0", coverage.Span{Start: coverage.Point{Line: 1, Col: 1}, End: coverage.Point{Line: 9, Col: 1}}, "[{1 1} {4 1}]"},
		{"lines", "1:0 2:5 3:0 4:0", coverage.Span{Start: coverage.Point{Line: 1, Col: 1}, End: coverage.Point{Line: 4}}, "[{1 1} {3 1}]"},
		{"none", "1:1", coverage.Span{Start: coverage.Point{Line: 1, Col: 1}, End: coverage.Point{Line: 2}}, "[]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := fmt.Sprint(gap.Begins(fileOf(t, "", tt.covered), tt.span)); got != tt.want {
				t.Errorf("have %s, want %s", got, tt.want)
			}
		})
	}
}
