package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/escape"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/workspace"
)

// Component is a set of files with a target of its own. One with files in both units stands twice.
type Component struct {
	// Name is that of the settings, or the folder of the manifest; "." is the workspace folder.
	Name string `json:"name"`
	// Target is nil where workspace folders have different ones for it.
	Target *Percent `json:"target"`
	// Summary is of the component's own files, as far as they are counted in its unit.
	Summary Summary `json:"summary"`
	// Other is what was compiled besides, in the same unit; nil where there is nothing.
	Other *Summary `json:"other"`
	// Tiers count its files by tier, Zero those with something to cover of which nothing ran.
	Tiers map[string]int `json:"tiers"`
	Files int            `json:"files"`
	Zero  int            `json:"zero"`
	Plan  Plan           `json:"plan"`

	unit  coverage.Unit
	parts []part
	// aims are its own.
	aims aims
}

// part is what one workspace folder has of a component.
type part struct {
	ranking   *priority.Ranking
	component *priority.Component
	paths     map[*priority.Standing]string // of the report's rows
}

// componentName is what the report calls a component of a workspace folder: behind the folder's label,
// where there are several and the settings have no name for it; "" for what no configured component has.
func componentName(label string, f *workspace.Folder, name string) string {
	switch {
	case len(f.Settings.Components) > 0:
		return name
	case label != "":
		return strings.TrimSuffix(label+"/"+name, "/")
	}
	return cmp.Or(name, ".")
}

// labelOf is what tells a folder from the others; "" where there is no other.
func labelOf(s *workspace.Snapshot, f *workspace.Folder) string {
	if len(s.Folders) < 2 {
		return ""
	}
	return s.Label(f)
}

// has tells that the file is one of the component's own.
func (c *Component) has(f *File) bool { return f.Component == c.Name && f.unit == c.unit }

// addComponents makes the components of the rows. Those of several workspace folders that have the same
// name are one.
func (r *Report) addComponents(s *workspace.Snapshot) {
	type key struct {
		name string
		unit coverage.Unit
	}
	paths := make(map[*priority.Standing]string, len(r.Files))
	for i := range r.Files {
		paths[r.Files[i].standing] = r.Files[i].Path
	}
	own := map[key]*Component{}
	for _, f := range s.Folders {
		absent := map[string]bool{}
		targets := map[string]coverage.Aim{}
		for _, c := range f.Settings.Components {
			absent[c.Name], targets[c.Name] = true, f.Settings.Aim(coverage.Tally{})
			if c.Target != nil {
				targets[c.Name] = coverage.Aim{Percent: *c.Target}
			}
		}
		if ranking := s.Ranks[f.Dir]; ranking != nil {
			for i := range ranking.Components {
				c := &ranking.Components[i]
				k := key{componentName(labelOf(s, f), f, c.Name), c.Unit}
				if k.name == "" {
					continue // what no configured component has
				}
				if own[k] == nil {
					own[k] = &Component{Name: k.name, unit: k.unit, aims: aims{}}
				}
				own[k].aims[aimed{f, c.Unit}] = coverage.Aim{Percent: c.Target, NextStep: c.NextStep}
				own[k].parts = append(own[k].parts, part{ranking, c, paths})
				delete(absent, c.Name)
			}
		}
		for name := range absent {
			if k := (key{name, coverage.Statements}); own[k] == nil {
				own[k] = &Component{Name: name, aims: aims{{f, coverage.Statements}: targets[name]}}
			}
			r.warnSettings(fmt.Sprintf("component %q has no file: its globs match no path of this report%s", name, r.example()))
		}
	}
	for _, c := range own {
		c.fill(r)
		r.Components = append(r.Components, *c)
	}
	slices.SortFunc(r.Components, func(a, b Component) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.unit, b.unit))
	})
}

// fill adds up the component's rows.
func (c *Component) fill(r *Report) {
	c.Tiers = map[string]int{string(priority.OK): 0, string(priority.Unknown): 0}
	for _, t := range config.Tiers() {
		c.Tiers[string(t)] = 0
	}
	others := false
	for i := range r.Files {
		f := &r.Files[i]
		if !c.has(f) {
			others = others || f.unit == c.unit
			continue
		}
		c.Files++
		c.Tiers[f.Tier]++
		if f.zero() {
			c.Zero++
		}
	}
	c.Summary = r.sum(c.unit, c.aims, c.has)
	c.Target = c.Summary.Target
	if others {
		rest := r.sum(c.unit, r.aims, func(f *File) bool { return f.unit == c.unit && !c.has(f) })
		c.Other = &rest
	}
	c.Plan = planOf(c.unit, []Component{*c})
}

// zero tells that the file has something to cover and nothing of it ran.
func (f *File) zero() bool { return f.total().Total > 0 && f.total().Covered == 0 }

// example shows what paths look like, for somebody whose globs match none.
func (r *Report) example() string {
	if len(r.Files) == 0 {
		return ""
	}
	f := &r.Files[0]
	if f.Found {
		return fmt.Sprintf(", like %s", f.Path)
	}
	return fmt.Sprintf(", like %s, which was not found; a [[path]] mapping can say where such files would lie", cmp.Or(f.Name, f.Path))
}

// restrict leaves only the files of a component.
func (r *Report) restrict(name string) error {
	is := func(c Component) bool { return c.Name == name }
	shown := func(c Component) bool { return escape.Line(c.Name) == name }
	if i := slices.IndexFunc(r.Components, shown); i >= 0 && !slices.ContainsFunc(r.Components, is) {
		name = r.Components[i].Name
	}
	kept := slices.DeleteFunc(slices.Clone(r.Components), func(c Component) bool { return !is(c) })
	if len(kept) == 0 {
		var names []string
		for _, c := range r.Components {
			names = append(names, fmt.Sprintf("%q", c.Name))
		}
		if len(names) == 0 {
			return fmt.Errorf("there is no component %q, and no other: no profile names a file", name)
		}
		return fmt.Errorf("there is no component %q: want one of %s", name, strings.Join(slices.Compact(names), ", "))
	}
	r.Components = kept
	out := map[string]bool{}
	r.Files = slices.DeleteFunc(r.Files, func(f File) bool {
		out[f.Path] = f.Component != name
		return out[f.Path]
	})
	elsewhere := func(f Function) bool { return out[f.File] }
	r.UncoveredFunctions = slices.DeleteFunc(r.UncoveredFunctions, elsewhere)
	r.UncoveredLiterals = slices.DeleteFunc(r.UncoveredLiterals, elsewhere)
	r.UncoveredStretches = slices.DeleteFunc(r.UncoveredStretches, func(s Stretch) bool { return out[s.File] })
	r.Warnings = slices.DeleteFunc(r.Warnings, func(w Warning) bool { return out[w.Path] })
	r.summarise(kept[0].aims)
	r.Plan = r.planIn(r.unit)
	r.addKinds()
	if name != "." {
		r.title = name
	}
	return nil
}
