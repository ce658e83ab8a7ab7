package workspace

import (
	"context"
	"maps"
	"slices"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/place"
	"github.com/covls/covls/source"
)

// joined is what all the reports say together.
type joined struct {
	profiles []*Profile
	files    map[string]*File
	lost     []*File
	excluded int
	fresh    map[string]bool // paths of which a profile in fresh says something
	imports  []string        // packages that only go list may know
	polls    map[string]place.Poll
}

func (l *Loader) join(ctx context.Context, fresh map[*Profile]bool) *joined {
	b := &joined{files: map[string]*File{}, fresh: map[string]bool{}, polls: map[string]place.Poll{}}
	left := l.left()
	for _, path := range slices.Sorted(maps.Keys(l.profiles)) {
		if p := l.profiles[path]; !left(p) {
			b.profiles = append(b.profiles, p)
		}
	}
	lost := map[string]*File{}
	excluded := map[string]bool{}
	imports := map[string]bool{}
	for _, n := range l.locate(ctx, b.profiles) {
		l.follow(n)
		place := n.place
		if place.ImportPath != "" {
			imports[place.ImportPath] = true
		}
		if n.folder.Excludes(n.path) {
			excluded[n.path] = true
			continue
		}
		into, key := lost, n.path
		if place.Found {
			into, key = b.files, place.Path
			b.fresh[key] = b.fresh[key] || fresh[n.profile] && !n.file.Silent()
		}
		f := into[key]
		if f == nil {
			f = &File{
				Path: place.Path, Name: n.path, Found: place.Found, Outside: place.Outside, Why: place.Why, Folder: n.folder,
				Near: n.near, Ambiguous: n.ambiguous, Mapping: n.mapping,
			}
			into[key] = f
		}
		f.Parts = append(f.Parts, Part{n.profile, n.file, n.mapping.To != ""})
	}
	before := l.store.Load()
	for path, f := range b.files {
		f.merge(before.Files[path])
	}
	for _, name := range slices.Sorted(maps.Keys(lost)) {
		lost[name].merge(nil)
		b.lost = append(b.lost, lost[name])
	}
	for path, p := range l.polls {
		b.polls[path] = p.Poll
	}
	b.excluded = len(excluded)
	b.imports = slices.Sorted(maps.Keys(imports))
	return b
}

// merge joins the parts, or takes over what was joined from the same parts before.
func (f *File) merge(before *File) {
	f.Speaking = slices.DeleteFunc(slices.Clone(f.Parts), func(p Part) bool { return p.File.Silent() })
	if len(f.Speaking) == 0 {
		f.Speaking = f.Parts
	}
	same := before != nil && slices.EqualFunc(f.Parts, before.Parts, func(a, b Part) bool { return a.File == b.File })
	if same {
		f.all, f.untold = before.all, before.untold
	} else {
		files := make([]*coverage.File, len(f.Speaking))
		for i, p := range f.Speaking {
			files[i] = p.File
		}
		f.all, f.untold = union(files)
	}
	f.Coverage, f.Total = f.all, f.all.Total()
}

// follow finds a file where a repository says that it was renamed to.
func (l *Loader) follow(n *named) {
	if n.place.Found || len(l.renamed) == 0 {
		return
	}
	for _, was := range lostPaths(n.profile, n.folder, n.place.Path, n.file.Name) {
		if to := l.renamed[was]; to != "" && !gone(to) {
			n.place.Path, n.place.Found, n.place.Why = to, true, ""
			n.name(l.folders)
			return
		}
	}
}

// union is what files of one text say together; untold is what only those have to cover that tell no functions, nil where
// that is nothing.
func union(files []*coverage.File) (all, untold *coverage.File) {
	return coverage.Merge(files...), coverage.Nameless(files...)
}

// withoutFuncs is a file as a profile has it that tells no functions.
func withoutFuncs(f *coverage.File) *coverage.File {
	g := *f
	g.Funcs = nil
	return &g
}

// leavesOut reports whether the functions that profiles name, as they stand in the text, are not those of
// the text: none is in it, or one that has code of which only those profiles know that name no functions is not
// among them. text is nil where its language is not known.
func leavesOut(untold *coverage.File, named []coverage.Func, text *source.Parsed) bool {
	if len(named) == 0 || text == nil {
		return len(named) == 0
	}
	var last uint32 // line of the function before
	for _, t := range untold.Count(text.Funcs) {
		// What stands above a function, such as a decorator, may be its first line in a profile.
		for len(named) > 0 && named[0].Span.Start.Line <= last && named[0].Span.Start.Line < t.Span.Start.Line {
			named = named[1:]
		}
		last = t.Span.End.Line
		if t.Statements.Total > 0 && (len(named) == 0 || named[0].Span.Start.Line > last) {
			return true
		}
	}
	return false
}
