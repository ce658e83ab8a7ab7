package coverage_test

import (
	"fmt"
	"testing"

	"github.com/covls/covls/coverage"
)

// ladder is n regions of two lines each, from line first on.
func ladder(n, first int) []coverage.Region {
	out := make([]coverage.Region, n)
	for i := range out {
		line := uint32(first + 2*i)
		out[i] = coverage.Region{Start: coverage.Point{Line: line, Col: 2}, End: coverage.Point{Line: line + 2, Col: 1}, Statements: 2, Count: uint64(i % 3)}
	}
	return out
}

func BenchmarkMerge(b *testing.B) {
	same := &coverage.File{Regions: ladder(100_000, 1)}
	other := &coverage.File{Regions: ladder(100_000, 2)}
	for _, bb := range []struct {
		name string
		b    *coverage.File
	}{
		{"100k-regions-same", same},
		{"100k-regions-apart", other},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				coverage.Merge(same, bb.b)
			}
		})
	}
	b.Run("1M-regions-10k-files", func(b *testing.B) {
		b.ReportAllocs()
		var x, y []*coverage.File
		for i := range 10_000 {
			name := fmt.Sprintf("example.com/m/p%d/f.go", i)
			x = append(x, &coverage.File{Name: name, Regions: ladder(100, 1)})
			y = append(y, &coverage.File{Name: name, Regions: ladder(100, 1)})
		}
		for b.Loop() {
			for i := range x {
				coverage.Merge(x[i], y[i])
			}
		}
	})
}

func BenchmarkAttribute(b *testing.B) {
	regions := ladder(100_000, 1)
	funcs := make([]coverage.Func, 10_000)
	for i := range funcs {
		line := uint32(1 + 20*i)
		funcs[i].Span = coverage.Span{Start: coverage.Point{Line: line, Col: 1}, End: coverage.Point{Line: line + 19, Col: 2}}
	}
	b.ReportAllocs()
	for b.Loop() {
		coverage.Attribute(funcs, regions)
	}
}
