package gap_test

import (
	"fmt"
	"testing"

	"github.com/covls/covls/change"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
)

// TestChanged holds which gaps a change is in: f at line 10 never ran, and has an inner one at 12; g at line 20 has two stretches.
func TestChanged(t *testing.T) {
	t.Parallel()
	at := func(shape gap.Shape, name string, fn, first, last uint32) gap.Gap {
		f := &coverage.Func{Name: name}
		f.NameSpan.Start.Line = fn
		span := coverage.Span{Start: coverage.Point{Line: first, Col: 1}, End: coverage.Point{Line: last, Col: 2}}
		return gap.Gap{ID: gap.ID{Func: name, Shape: shape}, Fn: f, Span: span}
	}
	gaps := []gap.Gap{
		at(gap.Function, "f", 10, 10, 19), at(gap.Function, "inner", 12, 12, 14),
		at(gap.Stretch, "g", 20, 22, 23), at(gap.Stretch, "g", 20, 26, 27),
	}
	for _, c := range []struct {
		rule     string
		function string
		line     uint32
		lines    []change.Stretch
		want     string
	}{
		{"a function that no test reaches, and none in it", "f", 10, []change.Stretch{{11, 11}, {15, 16}}, "[0 -1 -1 -1] []"},
		{"the inner one alone", "inner", 12, []change.Stretch{{13, 13}}, "[-1 0 -1 -1] []"},
		{"a stretch of one that ran", "g", 20, []change.Stretch{{26, 26}}, "[-1 -1 -1 0] []"},
		{"both", "g", 20, []change.Stretch{{23, 26}}, "[-1 -1 0 0] []"},
		{"at lines of another text", "g", 120, []change.Stretch{{122, 122}}, "[-1 -1 0 -1] []"},
		{"further up", "f", 3, []change.Stretch{{4, 5}}, "[0 -1 -1 -1] []"},
		{"called something else", "h", 20, []change.Stretch{{22, 22}}, "[-1 -1 0 -1] []"},
		{"called something else, in the innermost", "h", 12, []change.Stretch{{13, 13}}, "[-1 0 -1 -1] []"},
		{"outside of functions", "", 22, []change.Stretch{{22, 22}}, "[-1 -1 0 -1] []"},
		{"in no gap", "g", 20, []change.Stretch{{24, 25}}, "[-1 -1 -1 -1] [0]"},
	} {
		in, left := gap.Changed(gaps, []change.Gap{{Function: c.function, Line: c.line, Lines: c.lines}})
		if got := fmt.Sprint(in, left); got != c.want {
			t.Errorf("%s: got %s, want %s", c.rule, got, c.want)
		}
	}
}
