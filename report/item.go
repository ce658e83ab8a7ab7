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

// items are the files in a unit that are short of their target, the most urgent first. Files of a group
// are one item, and so are two or more of a tier in a folder of which 90 % or more never ran.
func (r *Report) items(unit coverage.Unit) []item {
	type place struct{ component, dir string }
	folders := map[place]coverage.Tally{}
	at := func(f *File) place { return place{f.Component, path.Dir(f.Path)} }
	var short []*File
	for _, f := range r.own(unit) {
		folders[at(f)] = folders[at(f)].Plus(f.total())
		if f.Gap > 0 {
			short = append(short, f)
		}
	}
	slices.SortStableFunc(short, byUrgency)
	type key struct {
		place
		tier  string
		group string
		file  string
	}
	index := map[key]int{}
	var out []item
	for _, f := range short {
		k := key{place: place{component: f.Component}, tier: f.Tier}
		title, group := f.Path, false
		switch t := folders[at(f)]; {
		case f.standing.Rule != nil && f.standing.Rule.Group != "":
			k.group, title, group = f.standing.Rule.Group, f.standing.Rule.Group, true
		case t.Uncovered()*100 >= rolledUp*t.Total:
			k.place, title = at(f), path.Dir(f.Path)+"/"
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
