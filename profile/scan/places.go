package scan

import (
	"cmp"
	"fmt"
	"math"

	"github.com/covls/covls/coverage"
)

// maxLine is the highest line that a profile may name. Behind it is room for the end of a stretch of whole
// lines, which is on the next one.
const maxLine = coverage.MaxLine - 2

// MaxLine is the highest line of a source file that is believed.
func (l Limits) MaxLine() uint32 { return min(cmp.Or(l.Line, maxLine), maxLine) }

// Places makes places of source files of the numbers in a profile, the same way for every format: what is on a
// line that there can't be is passed over, and an end before its start is not known; both are told as a warning.
type Places struct {
	max  uint64
	warn func(sort, text string)
}

// NewPlaces returns the places of a profile. warn is told each oddity; it is to keep one of each sort.
func NewPlaces(limits Limits, warn func(sort, text string)) *Places {
	return &Places{max: uint64(limits.MaxLine()), warn: warn}
}

// Once returns a function that adds warnings to a report, one of each sort.
func Once(report *coverage.Report) func(sort, text string) {
	told := map[string]bool{}
	return func(sort, text string) {
		if !told[sort] {
			told[sort] = true
			report.Warnings = append(report.Warnings, coverage.Warning{Text: text})
		}
	}
}

// Line is the line n. ok is false for line 0 and one beyond the limit: what is there is to be passed over.
func (p *Places) Line(n uint64) (line uint32, ok bool) {
	switch {
	case n == 0:
		p.warn("zero", "records of line 0 were passed over")
		return 0, false
	case n > p.max:
		p.warn("line", fmt.Sprintf("line %d is beyond limits.line; such records were passed over", n))
		return 0, false
	}
	return uint32(n), true
}

// Start is where something begins. ok is that of Line.
func (p *Places) Start(line, col uint64) (at coverage.Point, ok bool) {
	n, ok := p.Line(line)
	if !ok {
		return coverage.Point{}, false
	}
	return coverage.Point{Line: n, Col: column(col)}, true
}

// End is where something ends: the zero Point, which is not known, for line 0; on the last line that there
// may be for one beyond the limit.
func (p *Places) End(line, col uint64) coverage.Point {
	if line == 0 {
		return coverage.Point{}
	}
	return coverage.Point{Line: uint32(min(line, p.max)), Col: column(col)}
}

func column(n uint64) uint32 { return uint32(min(n, math.MaxUint32)) }

// Order returns the span of a function. An end that is before the start is not known.
func (p *Places) Order(span coverage.Span) coverage.Span {
	if !span.Ordered() {
		p.warn("order", "functions that end before they begin were taken to end where the next one begins")
		span.End = coverage.Point{}
	}
	return span
}
