package workspace

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/place"
)

// poll is what the names of a report that lead nowhere say together.
type poll struct {
	place.Poll
	report *coverage.Report
	asked  map[string][]string // the files that each name may mean, by name
}

// named is a file as a profile names it, and where that leads.
type named struct {
	profile *Profile
	file    *coverage.File
	place   place.Place
	folder  *Folder
	path    string // for people and the settings' globs

	mapping   place.Mapping // found by a poll
	near      []string
	ambiguous bool
}

// locate finds the files that profiles name. Where names of a profile lead nowhere, they are polled
// for a change of prefix that most of them agree on. What an earlier poll has found stands as long
// as it leads to files, so that marks do not come and go with every run of the tests.
func (l *Loader) locate(ctx context.Context, profiles []*Profile) []*named {
	if l.resolver == nil {
		l.resolver = place.NewResolver(l.places)
	} else {
		l.resolver.Renew()
	}
	resolver := l.resolver
	if len(l.folders) > 0 {
		resolver.SourceBytes = l.folders[0].Settings.Limits.SourceBytes
	}
	maps.DeleteFunc(l.names, func(path string, _ *place.Names) bool {
		return l.profiles[path] == nil || l.profiles[path].Report == nil
	})
	var all []*named
	lost := map[*Profile][]*named{}
	some := map[*Profile]bool{} // of whose names some were found
	led := leads{}
	for _, p := range profiles {
		if p.Report == nil {
			continue
		}
		known := l.polls[p.Path]
		used := map[place.Mapping]bool{}
		names := resolver.All(p.Report, p.Path, l.names[p.Path])
		l.names[p.Path] = names
		for i, f := range p.Report.Files {
			n := &named{profile: p, file: f, place: names.Places[i]}
			all = append(all, n)
			some[p] = some[p] || n.place.Found
			n.ambiguous = n.place.Ambiguous
			if n.place.Found || n.place.Mapped || n.place.Gone || n.ambiguous || l.pending(n.place) || p.Folder.Excludes(f.Name) {
				continue
			}
			if n.follow(resolver, known.Votes, led.of(p, names)) {
				used[n.mapping], some[p] = true, true
				continue
			}
			lost[p] = append(lost[p], n)
		}
		known.Votes = slices.DeleteFunc(slices.Clone(known.Votes), func(v place.Vote) bool { return !used[v.Mapping] })
		if known.report != p.Report {
			known.asked = nil
		}
		if len(lost[p]) == 0 {
			known.Refused = nil
		}
		known.report = p.Report
		l.polls[p.Path] = known
	}
	maps.DeleteFunc(l.polls, func(path string, _ poll) bool { return l.profiles[path] == nil })
	l.poll(ctx, resolver, all, lost, some, led)
	all = slices.DeleteFunc(all, func(n *named) bool { return l.beside(n) })
	l.unite(all)
	for _, n := range all {
		n.name(l.folders)
	}
	return all
}

// beside reports whether a name is none of the workspace's business: a profile that was found above the folders names
// what lies beside them, too.
func (l *Loader) beside(n *named) bool {
	if n.profile.Folder.Settings.Profiles != nil || folderOf(l.folders, n.profile.Path) != nil {
		return false
	}
	return !n.place.Found || folderOf(l.folders, n.place.Path) == nil
}

// pending tells that go list has still to say where a package is.
func (l *Loader) pending(p place.Place) bool {
	return p.ImportPath != "" && !l.answered[p.ImportPath] &&
		slices.ContainsFunc(l.places, func(f place.Folder) bool { return len(f.Modules.Roots()) > 0 })
}

// poll asks the names that are lost, of the profiles of which it has not asked all.
func (l *Loader) poll(ctx context.Context, resolver *place.Resolver, all []*named, lost map[*Profile][]*named, some map[*Profile]bool, led leads) {
	var names []string
	for p, list := range lost {
		asked := l.polls[p.Path].asked
		if slices.ContainsFunc(list, func(n *named) bool { _, ok := asked[n.file.Name]; return !ok }) {
			for _, n := range list {
				names = append(names, n.file.Name)
			}
			continue
		}
		for _, n := range list {
			n.near, n.ambiguous = asked[n.file.Name], l.polls[p.Path].ambiguous(n.file.Name)
		}
		delete(lost, p)
	}
	if len(names) == 0 {
		return
	}
	l.progress("looking for files that moved", 0, 0)
	index := place.NewIndex(ctx, l.places, names, l.folders[0].Settings.Limits.Entries, func(path string) bool {
		f := folderOf(l.folders, path)
		return f != nil && f.Excludes(nameIn(f, path))
	})
	const several = "several"
	relative := map[string]string{} // the profiles that lead to files by relative names, by the files' paths
	for _, n := range all {
		if !n.place.Found || !place.Relative(n.file.Name) {
			continue
		}
		if of, ok := relative[n.place.Path]; ok && of != n.profile.Path {
			relative[n.place.Path] = several
		} else {
			relative[n.place.Path] = n.profile.Path
		}
	}
	for p, list := range lost {
		known := l.polls[p.Path]
		var files []*coverage.File
		for _, n := range list {
			files = append(files, n.file)
		}
		taken := led.of(p, l.names[p.Path])
		bars := func(path string) bool { return taken[path] || resolver.Strange(path, p.Path) }
		found := index.Poll(place.Question{
			Files: files, Own: p.Folder.Dir, Strict: some[p], Bars: bars,
			Shared:      func(path string) bool { of, ok := relative[path]; return ok && of != p.Path },
			SourceBytes: p.Folder.Settings.Limits.SourceBytes,
		})
		known.Votes = append(known.Votes, found.Votes...)
		known.Refused = found.Refused
		known.asked = map[string][]string{}
		for _, n := range list {
			if n.follow(resolver, found.Votes, taken) {
				continue
			}
			n.near = index.Near(n.file.Name, bars)
			n.ambiguous = known.ambiguous(n.file.Name)
			known.asked[n.file.Name] = n.near
		}
		l.polls[p.Path] = known
	}
}

// ambiguous tells that a name begins as one of the refused changes that have rivals do.
func (p poll) ambiguous(name string) bool {
	return slices.ContainsFunc(p.Refused, func(r place.Refusal) bool { return r.Rivals != nil && r.Covers(name) })
}

// leads are the files that the names of profiles lead to, for those of which somebody has asked.
type leads map[*Profile]map[string]bool

// of are those of a profile, whose names lead to some by themselves.
func (l leads) of(p *Profile, names *place.Names) map[string]bool {
	if l[p] == nil {
		l[p] = map[string]bool{}
		for _, at := range names.Places {
			if at.Found {
				l[p][at.Path] = true
			}
		}
	}
	return l[p]
}

// follow takes the first change of prefix that leads to a file that no name of the profile leads to yet, and notes
// that.
func (n *named) follow(r *place.Resolver, votes []place.Vote, taken map[string]bool) bool {
	for _, v := range votes {
		if place, ok := r.Follow(v.Mapping, n.file.Name, n.profile.Path); ok && place.Found && !taken[place.Path] {
			n.place, n.mapping = place, v.Mapping
			taken[place.Path] = true
			return true
		}
	}
	return false
}

// name finds the folder around the file and what people call it.
func (n *named) name(folders []*Folder) {
	n.folder, n.path = n.profile.Folder, n.file.Name
	if n.place.Found || n.place.Mapped {
		if around := folderOf(folders, n.place.Path); around != nil {
			n.folder, n.path = around, nameIn(around, n.place.Path)
		}
		return
	}
	if len(n.near) > 0 {
		var names []string
		for _, p := range n.near {
			names = append(names, nameIn(folderOf(folders, p), p))
		}
		n.place.Why += "; of that name there is " + strings.Join(names, ", ")
	}
}
