package diag

import (
	"cmp"
	"slices"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

// Component is a component of a workspace folder with its files, those of one unit. One whose files
// are counted in both units stands twice.
type Component struct {
	Folder *workspace.Folder
	// Name is that of priority.Standing.
	Name string
	// Summary is of all files of the component, whether or not they are listed.
	Summary Summary
	// Unknown is how many functions of these nobody knows anything of: Summary is without them.
	Unknown int
	// Tiers are those that have files in the list, the most urgent first.
	Tiers []TierFiles
}

// TierFiles are the files of a tier, the most urgent first.
type TierFiles struct {
	Tier  config.Tier
	Files []FileGaps
}

// FileGaps is a file with the places in it where tests are missing.
type FileGaps struct {
	File *workspace.File
	// Document is the text that Gaps were looked for in; nil where the file is not open.
	Document *workspace.Document
	// Gaps are the most urgent first. Without a document they are those of the text that was read with the
	// profile, and have no At.
	Gaps []Gap
	// Unseen are the functions that are new or have changed since the tests ran.
	Unseen []Unseen
	// Stale tells that the profile may be of another text.
	Stale bool
}

// GapQuery says what of the gaps is asked for.
type GapQuery struct {
	// All has the files at their target listed too, and those of which nothing is known.
	All bool
	// Stretches has the parts that never ran of functions that did listed too.
	Stretches bool
	// Tiers and Kinds leave others out; nil leaves out none, but for the code of tests.
	Tiers []config.Tier
	Kinds []source.Kind
	// Scope leaves all out but what became of it since the base of its folder; functions that are new or have changed since the tests ran are among what changed; files and components without any are left out, too. It
	// lists the files at their target and the parts of functions, as All and Stretches do.
	Scope Scope
}

// Scope is which gaps are listed by what became of them.
type Scope string

// The values of Scope.
const (
	ScopeAll     Scope = "all"
	ScopeChanged Scope = "changed" // what is new or changed
	ScopeLost    Scope = "lost"
)

// Narrow reports whether the scope leaves something out.
func (s Scope) Narrow() bool { return s != "" && s != ScopeAll }

func (s Scope) has(c Change) bool {
	switch s {
	case ScopeChanged:
		return c == ChangeNew || c == ChangeChanged
	case ScopeLost:
		return c == ChangeLost
	}
	return true
}

// GapTree lists the gaps of the whole workspace by component and tier: the functions that no test
// reaches, and what never ran outside of functions, of files that are short of their target. Components without any are listed too. With
// GapQuery.Kinds, files without such gaps are left out.
func GapTree(s *workspace.Snapshot, q GapQuery) []Component {
	if q.Scope.Narrow() {
		q.All, q.Stretches = true, true
	}
	open := map[*workspace.File]*workspace.Document{}
	for _, d := range s.Documents {
		if f := s.FileOf(d); f != nil {
			open[f] = d
		}
	}
	files := map[group][]*workspace.File{}
	unknown := unknownIn(s)
	for f := range Named(s) {
		if (q.All || f.Standing.Tier != priority.OK && f.Standing.Tier != priority.Unknown) && (q.Tiers == nil || slices.Contains(q.Tiers, f.Standing.Tier)) {
			files[groupOf(f)] = append(files[groupOf(f)], f)
		}
	}
	var out []Component
	for _, folder := range s.Folders {
		ranking := s.Ranks[folder.Dir]
		if ranking == nil {
			continue
		}
		for i := range ranking.Components {
			c := newComponent(folder, &ranking.Components[i], unknown)
			list := files[group{folder, c.Name, c.Summary.Unit}]
			slices.SortFunc(list, gap.CompareFiles)
			for _, f := range list {
				g := FileGaps{File: f, Unseen: ClosedUnseen(f), Stale: f.Stale()}
				if q.Scope.Narrow() && f.Since == nil && (q.Scope == ScopeLost || open[f] == nil) {
					continue
				}
				if d := open[f]; d != nil {
					g = fileGaps(s, d, q)
				} else {
					g.Gaps = closedGaps(s, f, q)
				}
				if q.Scope == ScopeLost {
					g.Unseen = nil
				}
				if q.Kinds == nil && !q.Scope.Narrow() || len(g.Gaps) > 0 || q.Scope == ScopeChanged && len(g.Unseen) > 0 {
					c.add(g)
				}
			}
			if !q.Scope.Narrow() || len(c.Tiers) > 0 {
				out = append(out, c)
			}
		}
	}
	order(out)
	slices.SortFunc(out, func(a, b Component) int {
		return cmp.Or(
			cmp.Compare(a.Folder.Dir, b.Folder.Dir),
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Summary.Unit, b.Summary.Unit),
		)
	})
	return out
}

// order says of each gap which place it has among all in order of urgency.
func order(in []Component) {
	var all []*Gap
	for c := range in {
		for t := range in[c].Tiers {
			for _, f := range in[c].Tiers[t].Files {
				for g := range f.Gaps {
					all = append(all, &f.Gaps[g])
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *Gap) int { return gap.Compare(&a.Gap, &b.Gap) })
	for i, g := range all {
		g.Order = i + 1
	}
}

// DocumentGaps is GapTree for the file of one document, whatever its tier, with the stretches that were
// missed in functions that ran, and with when these run. It is nil where no profile names the file.
func DocumentGaps(s *workspace.Snapshot, d *workspace.Document, q GapQuery) []Component {
	file := s.FileOf(d)
	if file == nil {
		return nil
	}
	ranking := s.Ranks[file.Folder.Dir]
	i := slices.IndexFunc(ranking.Components, func(c priority.Component) bool {
		return c.Name == file.Standing.Component && c.Unit == file.Coverage.Unit
	})
	c := newComponent(file.Folder, &ranking.Components[i], unknownIn(s))
	q.Stretches = true
	found := fileGaps(s, d, q)
	for i, ways := range Whens(d, found.Gaps) {
		found.Gaps[i].When = ways
	}
	c.add(found)
	return []Component{c}
}

// wants reports whether a gap is asked for.
func (q *GapQuery) wants(g *Gap) bool {
	return q.Scope.has(g.Change) && (q.Stretches || g.Shape == gap.Function || g.Index < 0) && (q.Kinds == nil && !g.OfTests() || slices.Contains(q.Kinds, g.Kind))
}

// closedGaps are those of a file that is not open.
func closedGaps(s *workspace.Snapshot, f *workspace.File, q GapQuery) []Gap {
	out := []Gap{}
	for _, g := range ProfileGaps(f) {
		if q.wants(&g) {
			g.edited(s)
			out = append(out, g)
		}
	}
	byUrgency(out)
	return out
}

// fileGaps are those of a document's file, which a profile must name.
func fileGaps(s *workspace.Snapshot, d *workspace.Document, q GapQuery) FileGaps {
	f := s.FileOf(d)
	out := FileGaps{File: f, Document: d, Gaps: []Gap{}, Unseen: UnseenIn(s, d)}
	for _, g := range Gaps(s, d) {
		if q.wants(&g) {
			g.edited(s)
			out.Gaps = append(out.Gaps, g)
		}
	}
	byUrgency(out.Gaps)
	out.Stale = f.Stale() || slices.ContainsFunc(Marks(f, d), func(m Mark) bool { return m.Stale })
	return out
}

// edited takes back that nothing uses a function where an open document mentions it, which the disk does not have yet.
func (g *Gap) edited(s *workspace.Snapshot) {
	if !g.Unused || !s.Edited(g.File, g.Fn.Name) {
		return
	}
	was := g.Against()
	g.Unused = false
	if g.Against() == "" {
		g.Message = strings.TrimSuffix(g.Message, " · "+was)
	}
}

func byUrgency(gaps []Gap) {
	slices.SortStableFunc(gaps, func(a, b Gap) int { return gap.Compare(&a.Gap, &b.Gap) })
}

// group is the files that are ranked together.
type group struct {
	folder *workspace.Folder
	name   string
	unit   coverage.Unit
}

func groupOf(f *workspace.File) group {
	return group{f.Folder, f.Standing.Component, f.Coverage.Unit}
}

// unknownIn is how many functions nobody knows anything of, where there are some.
func unknownIn(s *workspace.Snapshot) map[group]int {
	out := map[group]int{}
	for f := range Named(s) {
		if n := len(f.Unknown); n > 0 {
			out[groupOf(f)] += n
		}
	}
	return out
}

func newComponent(folder *workspace.Folder, c *priority.Component, unknown map[group]int) Component {
	sum := SummaryOf(c.Unit, c.Total, coverage.Aim{Percent: c.Target, NextStep: c.NextStep})
	return Component{Folder: folder, Name: c.Name, Summary: sum, Unknown: unknown[group{folder, c.Name, c.Unit}]}
}

// add takes in the next file in order of urgency.
func (c *Component) add(g FileGaps) {
	tier := g.File.Standing.Tier
	if k := len(c.Tiers); k == 0 || c.Tiers[k-1].Tier != tier {
		c.Tiers = append(c.Tiers, TierFiles{Tier: tier})
	}
	last := &c.Tiers[len(c.Tiers)-1]
	last.Files = append(last.Files, g)
}
