package diag

import (
	"cmp"
	"slices"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
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
	// Gaps are in the order of the text. Without a document they are functions, as they stood in the
	// text that was read with the profile, and have no Span.
	Gaps []Gap
	// Stale tells that the profile may be of another text.
	Stale bool
}

// GapQuery says what of the gaps is asked for.
type GapQuery struct {
	// All has the files at their target listed too.
	All bool
	// Tiers and Kinds leave others out; nil leaves out none.
	Tiers []config.Tier
	Kinds []source.Kind
}

// GapTree lists the gaps of the whole workspace by component and tier: the functions that no test
// reaches, of files that are short of their target. Components without any are listed too. With
// GapQuery.Kinds, files without such gaps are left out.
func GapTree(s *workspace.Snapshot, q GapQuery) []Component {
	open := map[*workspace.File]*workspace.Document{}
	for _, d := range s.Documents {
		if f := s.FileOf(d); f != nil {
			open[f] = d
		}
	}
	files := map[group][]*workspace.File{}
	for f := range Named(s) {
		if (q.All || f.Standing.Tier != priority.OK) && (q.Tiers == nil || slices.Contains(q.Tiers, f.Standing.Tier)) {
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
			c := newComponent(folder, &ranking.Components[i])
			list := files[group{folder, c.Name, c.Summary.Unit}]
			slices.SortFunc(list, byRank)
			for _, f := range list {
				g := closedGaps(f)
				if d := open[f]; d != nil {
					g = FileGapsOf(s, d)
					g.Gaps = slices.DeleteFunc(g.Gaps, func(g Gap) bool { return g.Shape != Function })
				}
				if q.keep(&g) {
					c.add(g)
				}
			}
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Component) int {
		return cmp.Or(
			cmp.Compare(a.Folder.Dir, b.Folder.Dir),
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Summary.Unit, b.Summary.Unit),
		)
	})
	return out
}

// DocumentGaps is GapTree for the file of one document, whatever its tier, with the stretches that were
// missed in functions that ran. It is nil where no profile names the file.
func DocumentGaps(s *workspace.Snapshot, d *workspace.Document, q GapQuery) []Component {
	file := s.FileOf(d)
	if file == nil {
		return nil
	}
	ranking := s.Ranks[file.Folder.Dir]
	i := slices.IndexFunc(ranking.Components, func(c priority.Component) bool {
		return c.Name == file.Standing.Component && c.Unit == file.Coverage.Unit
	})
	c := newComponent(file.Folder, &ranking.Components[i])
	g := FileGapsOf(s, d)
	q.keep(&g)
	c.add(g)
	return []Component{c}
}

// keep leaves out the gaps that are not asked for. It reports whether the file is.
func (q *GapQuery) keep(g *FileGaps) bool {
	if q.Kinds == nil {
		return true
	}
	g.Gaps = slices.DeleteFunc(g.Gaps, func(g Gap) bool { return !slices.Contains(q.Kinds, g.Kind) })
	return len(g.Gaps) > 0
}

// closedGaps are the functions of a file that no test reaches.
func closedGaps(f *workspace.File) FileGaps {
	out := FileGaps{File: f, Stale: f.Newer()}
	funcs := f.Funcs
	if f.Source == nil && f.Coverage.Funcs != nil {
		funcs = f.Coverage.Count(f.Coverage.Funcs)
	}
	n := 0
	for i := range funcs {
		if funcs[i].Uncovered() {
			n++
		}
	}
	out.Gaps = make([]Gap, 0, n)
	for i := range funcs {
		if funcs[i].Uncovered() {
			out.Gaps = append(out.Gaps, functionGap(f, &funcs[i]))
		}
	}
	return out
}

// FileGapsOf are the gaps of a document's file, stretches among them. A profile must name it.
func FileGapsOf(s *workspace.Snapshot, d *workspace.Document) FileGaps {
	f := s.FileOf(d)
	stale := f.Newer() || slices.ContainsFunc(Marks(f, d), func(m Mark) bool { return m.Stale })
	return FileGaps{File: f, Document: d, Gaps: Gaps(s, d), Stale: stale}
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

func newComponent(folder *workspace.Folder, c *priority.Component) Component {
	return Component{Folder: folder, Name: c.Name, Summary: Summary{Unit: c.Unit, Total: c.Total, Target: c.Target}}
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

// byRank is the order of the files of a component: by tier, rank, what is uncovered, and name.
func byRank(a, b *workspace.File) int {
	return cmp.Or(
		cmp.Compare(level(a), level(b)),
		cmp.Compare(a.Standing.Rank, b.Standing.Rank),
		cmp.Compare(b.Total.Uncovered(), a.Total.Uncovered()),
		cmp.Compare(a.Name, b.Name),
	)
}
