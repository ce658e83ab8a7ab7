package report

import (
	"cmp"
	"slices"

	"github.com/covls/covls/source"
)

// notKnown is the kind of code that nobody has looked at: of another language than Go, or of a file that
// is not here.
const notKnown = "not known"

// known reports whether the kind is known of any code that tests can reach.
func (k *Kinds) known() bool {
	return slices.ContainsFunc(k.Uncovered, func(row KindCount) bool {
		kind, ok := source.ParseKind(row.Kind)
		return row.Kind == "" || ok && kind.Testable()
	})
}

// addKinds adds up the kinds of what never ran, for each unit of which any is known.
func (r *Report) addKinds() {
	r.Kinds = []Kinds{}
	for _, unit := range r.units() {
		k := Kinds{Unit: unit.String()}
		sums := map[string]int{}
		any := false
		for _, f := range r.own(unit) {
			total := f.total()
			k.Testable.Covered += total.Covered
			k.Testable.Total += total.Total
			if f.kinds == nil {
				sums[notKnown] += total.Uncovered()
				continue
			}
			any = true
			for kind, n := range f.kinds {
				sums[kind.String()] += n
				if !kind.Testable() {
					k.Untestable += n
				}
			}
		}
		if !any {
			continue
		}
		k.Testable.Total -= k.Untestable
		for kind, n := range sums {
			if n > 0 {
				k.Uncovered = append(k.Uncovered, KindCount{kind, n})
			}
		}
		slices.SortFunc(k.Uncovered, func(a, b KindCount) int {
			return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Kind, b.Kind))
		})
		r.Kinds = append(r.Kinds, k)
	}
}
