package gap

import (
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/workspace"
)

// Begins are the places where what never ran of a file within a stretch begins: of its regions, or column 1 of its lines, in
// their order.
func Begins(file *workspace.File, s coverage.Span) (out []coverage.Point) {
	if file.Coverage.Unit == coverage.Lines {
		for _, l := range coverage.LinesWithin(file.Coverage.Lines, s) {
			if l.Count == 0 && (s.End.Col > 0 || l.Number < s.End.Line) {
				out = append(out, coverage.Point{Line: l.Number, Col: 1})
			}
		}
		return out
	}
	for _, r := range coverage.Within(file.Coverage.Regions, s) {
		if r.Uncovered() {
			out = append(out, r.Start)
		}
	}
	return out
}
