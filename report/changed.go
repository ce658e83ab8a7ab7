package report

import (
	"cmp"
	"slices"

	"github.com/covls/covls/change"
)

// pageChange is what changed, as the page has it.
type pageChange struct {
	// Sum is the change in a sentence, Unknown why not all of it is known.
	Sum     string   `json:"sum"`
	Unknown []string `json:"unknown"`
	// Items are what no test reaches of it, the most first, and behind that what lost its coverage.
	Items []pageChanged `json:"items"`
}

// pageChanged is a unit of a change.
type pageChanged struct {
	Kind string `json:"kind"`
	File string `json:"file"`
	Name string `json:"name"`
	// Line is where it is to be looked at, Lines are all that is not tested, in words.
	Line  uint32 `json:"line"`
	Lines string `json:"lines"`
	What  string `json:"what"`
}

// page is the change for the page; nil where nobody asked.
func (c *Change) page() *pageChange {
	if c == nil {
		return nil
	}
	out := &pageChange{Sum: sentences([]string{c.Sum()}), Unknown: append([]string{}, c.Unjudged...), Items: []pageChanged{}}
	add := func(gaps []change.Gap, lost bool) {
		gaps = slices.Clone(gaps)
		slices.SortStableFunc(gaps, func(a, b change.Gap) int { return cmp.Compare(b.Statements, a.Statements) })
		for i := range gaps {
			g := &gaps[i]
			line := g.Line
			if len(g.Lines) > 0 {
				line = g.Lines[0][0]
			}
			out.Items = append(out.Items, pageChanged{kindOf(g, lost), g.File, g.Function, line, lines(g.Lines), c.What(g, lost)})
		}
	}
	add(c.Gaps, false)
	add(c.Set.Lost, true)
	return out
}
