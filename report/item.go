package report

import (
	"cmp"
	"path"
	"slices"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/priority"
)

// item is a row of the gap analysis: a file, or files of the same tier that are shown as one.
type item struct {
	// title is a path; a folder's ends in a slash; a group's is what its rule calls it.
	title string
	// group tells that title is no path.
	group bool
	tier  config.Tier
	// files are the most urgent first.
	files []*File
	total coverage.Tally
	// gap and score are the sums over files.
	gap   int
	score float64
}

func (i *item) add(f *File) {
	i.files = append(i.files, f)
	i.total = i.total.Plus(f.total())
	i.gap += f.Gap
	i.score += f.Score
}

// rolledUp is the uncovered share of a folder, in percent, from which on its files are one item.
const rolledUp = 90

// spot is a folder as far as a component has it.
type spot struct{ component, dir string }

// cold are the folders whose files are one item, by the folders that lie in them, themselves included: the outermost of which, with all
// that lies in it, 90 % or more never ran, with two files or more that are short of their target and at most half of all
// such files of the component, so that an item is a part of the work and not all of it.
func (r *Report) cold(unit coverage.Unit) map[spot]string {
	type sum struct {
		total coverage.Tally
		short int
	}
	sums := map[spot]sum{}
	short := map[string]int{}
	for _, f := range r.own(unit) {
		n := 0
		if f.Gap > 0 {
			n = 1
			short[f.Component]++
		}
		for dir := path.Dir(f.Path); ; dir = path.Dir(dir) {
			at := spot{f.Component, dir}
			sums[at] = sum{sums[at].total.Plus(f.total()), sums[at].short + n}
			if dir == path.Dir(dir) {
				break
			}
		}
	}
	is := func(at spot) bool {
		s := sums[at]
		return s.short > 1 && s.total.Uncovered()*100 >= rolledUp*s.total.Total && 2*s.short <= short[at.component]
	}
	out := map[spot]string{}
	for at := range sums {
		for dir := at.dir; ; dir = path.Dir(dir) {
			if is(spot{at.component, dir}) {
				out[at] = dir // the outermost is found last
			}
			if dir == path.Dir(dir) {
				break
			}
		}
	}
	return out
}

// items are the files in a unit that are short of their target, the most urgent first. Files of a group are one item, and so
// are those of a folder that is cold as a whole. An item of several tiers is where its most urgent file is, unless a rule
// puts files of it into another tier.
func (r *Report) items(unit coverage.Unit) []item {
	cold := r.cold(unit)
	var short []*File
	for _, f := range r.own(unit) {
		if f.Gap > 0 {
			short = append(short, f)
		}
	}
	slices.SortStableFunc(short, byUrgency)
	type key struct {
		spot
		tier  string
		group string
		file  string
	}
	index := map[key]int{}
	var out []item
	for _, f := range short {
		k := key{spot: spot{component: f.Component}}
		title, group := f.Path, false
		dir, isCold := cold[spot{f.Component, path.Dir(f.Path)}]
		rule := f.standing.Rule
		if rule != nil && rule.Tier != "" {
			k.tier = f.Tier
		}
		switch {
		case rule != nil && rule.Group != "":
			k.tier, k.group, title, group = f.Tier, rule.Group, rule.Group, true
		case isCold:
			k.dir, title = dir, dir+"/"
		default:
			k.file = f.Path
		}
		n, ok := index[k]
		if !ok {
			n = len(out)
			index[k] = n
			out = append(out, item{title: title, group: group, tier: config.Tier(f.Tier)})
		}
		out[n].add(f)
	}
	for i := range out {
		if len(out[i].files) == 1 && !out[i].group {
			out[i].title = out[i].files[0].Path
		}
	}
	slices.SortStableFunc(out, func(a, b item) int {
		return cmp.Or(cmp.Compare(priority.Level(a.tier), priority.Level(b.tier)), cmp.Compare(b.score, a.score))
	})
	return out
}

// own are the rows in a unit, without those that no configured component has.
func (r *Report) own(unit coverage.Unit) []*File {
	var out []*File
	for i := range r.Files {
		if f := &r.Files[i]; f.unit == unit && f.Component != "" {
			out = append(out, f)
		}
	}
	return out
}

// besides are the rows in a unit that no configured component has.
func (r *Report) besides(unit coverage.Unit) coverage.Tally {
	var t coverage.Tally
	for i := range r.Files {
		if f := &r.Files[i]; f.unit == unit && f.Component == "" {
			t = t.Plus(f.total())
		}
	}
	return t
}

// units are those of the rows, the summary's first.
func (r *Report) units() []coverage.Unit {
	out := []coverage.Unit{r.unit}
	for i := range r.Files {
		if u := r.Files[i].unit; !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// byUrgency is the order of urgency of the rows' files.
func byUrgency(a, b *File) int {
	return cmp.Or(gap.CompareFiles(a.file, b.file), cmp.Compare(a.Path, b.Path))
}
