package scan_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		limit                      uint32
		line, col, endLine, endCol uint64
		want                       string
	}{
		{1000, 3, 1, 4, 2, "{{3 1} {4 2}}"},
		{1000, 3, 1, 0, 0, "{{3 1} {0 0}}"},
		{1000, 3, 9, 3, 0, "{{3 9} {3 0}}"},
		{1000, 3, 9, 3, 8, "{{3 9} {0 0}}: functions that end before they begin were taken to end where the next one begins"},
		{1000, 8, 1, 3, 2, "{{8 1} {0 0}}: functions that end before they begin were taken to end where the next one begins"},
		{1000, 1000, 1 << 40, 1001, 1 << 40, "{{1000 4294967295} {1000 4294967295}}"},
		{1000, 0, 1, 4, 2, "none: records of line 0 were passed over"},
		{1000, 1001, 1, 1002, 2, "none: line 1001 is beyond limits.line; such records were passed over"},
		{0, 4294967292, 1, math.MaxUint64, 2, "{{4294967292 1} {4294967292 2}}"},
		{0, math.MaxUint64, 1, 1, 1, "none: line 18446744073709551615 is beyond limits.line; such records were passed over"},
		{math.MaxUint32, math.MaxUint32, 1, 1, 1, "none: line 4294967295 is beyond limits.line; such records were passed over"},
	} {
		report := &coverage.Report{}
		p := scan.NewPlaces(scan.Limits{Line: tt.limit}, scan.Once(report))
		var got string
		for range 2 { // each sort of warning once
			got = "none"
			if start, ok := p.Start(tt.line, tt.col); ok {
				got = fmt.Sprint(p.Order(coverage.Span{Start: start, End: p.End(tt.endLine, tt.endCol)}))
			}
		}
		for _, w := range report.Warnings {
			got += ": " + w.Text
		}
		if got != tt.want {
			t.Errorf("%+v: have %s", tt, got)
		}
	}
}
