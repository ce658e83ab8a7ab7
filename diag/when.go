package diag

import (
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/source"
	"github.com/covls/covls/source/outline"
	"github.com/covls/covls/workspace"
)

// Whens says of each of a document's gaps when it runs; see source.Ways. Functions have none, and neither have gaps that do not stand
// where the profile has them. The gaps are those of Gaps, or of ClosedGaps with the document of Closed.
func Whens(d *workspace.Document, gaps []Gap) [][]source.When {
	places := make([][]coverage.Point, len(gaps))
	some := false
	for i := range gaps {
		if g := &gaps[i]; g.Shape == gap.Stretch {
			places[i] = begins(g.File, d, g.mark, g.Span)
			some = some || len(places[i]) > 0
		}
	}
	if !some {
		return make([][]source.When, len(gaps))
	}
	return source.Ways(d.Path, d.Text.String(), places)
}

// begins is where a stretch of the profile begins, and what it is made of, in the document. The mark is that of its
// function; nil outside of functions.
func begins(file *workspace.File, d *workspace.Document, m *Mark, s coverage.Span) []coverage.Point {
	if m == nil && d.Base != d.Text || m != nil && m.Stale {
		return nil
	}
	out := gap.Begins(file, s)
	if m == nil {
		return out
	}
	for i, p := range out {
		out[i].Line, out[i].Col = d.Text.LineCol(m.point(d.Text, p))
	}
	return out
}

// missedWhens are beside missedIn, with when each stretch runs.
func missedWhens(file *workspace.File, m *Mark, d *workspace.Document, flow *source.Flow) (out [][]source.When) {
	for s := range gap.Within(file, &m.Func) {
		out = append(out, flow.Ways(begins(file, d, m, s.Span)))
	}
	return out
}

// andWhen goes on behind what never ran: " · runs when err != nil"; "" where nothing is known.
func andWhen(ways []source.When) string {
	if when := WhenWords(ways, nil); when != "" {
		return " · " + when
	}
	return ""
}

// mostWays is how many ways into a stretch are said.
const mostWays = 3

// WhenWords says when code runs: "runs when err != nil"; "" where nothing is known. Code shows what stands in the source: as it is for
// a nil one, and as a span of code for escape.Code.
func WhenWords(ways []source.When, code func(string) string) string {
	if len(ways) == 0 {
		return ""
	}
	not := code
	if code == nil {
		code = func(s string) string { return s }
		not = func(s string) string {
			if outline.Parted(s) {
				return "(" + s + ")"
			}
			return s
		}
	}
	var words []string
	for i, w := range ways {
		if i == mostWays && len(ways) > mostWays {
			words = append(words, "in "+plural(len(ways)-i, "other way"))
			break
		}
		words = append(words, whenWords(w, code, not))
	}
	return "runs " + strings.Join(words, ", or ")
}

// whenWords are those of one way. Not shows the code of a condition that must not hold.
func whenWords(w source.When, code, not func(string) string) string {
	if w.Not {
		code = func(s string) string { return "not " + not(s) }
	}
	switch w.How {
	case outline.Holds:
		return "when " + code(w.Code)
	case outline.Otherwise:
		return "otherwise, when " + code(w.Code)
	case outline.In:
		return "in " + code(w.Code)
	case outline.Matches:
		return "when " + code(w.Code) + " matches"
	case outline.Rest:
		if w.Code == "" {
			return "in the default case"
		}
		return "in the default case of " + code(w.Code)
	case outline.Unmatched:
		return "when no case of " + code(w.Code) + " applies"
	case outline.Each:
		return "for each " + code(w.Code)
	case outline.Ended:
		return "when the loop " + code(w.Code) + " ends"
	case outline.Completed:
		return "when the loop " + code(w.Code) + " ends without a break"
	case outline.Within:
		return "in the block of " + code(w.Code)
	case outline.Called:
		return "when " + code(w.Code) + " is called"
	case outline.Passed:
		return "when the function passed to " + code(w.Code) + " is called"
	case outline.Returned:
		return "when the returned function is called"
	case outline.Raised:
		return "when nothing is raised"
	case outline.Unknown:
	}
	return ""
}
