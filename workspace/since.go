package workspace

import (
	"maps"
	"reflect"
	"slices"

	"github.com/covls/covls/change"
	"github.com/covls/covls/coverage"
)

// Delta is what changed in a workspace folder since its base, as far as it is on disk.
type Delta struct {
	// Base is the commit that is compared with, in hexadecimal digits, and Name what leads to it: "origin/main". Both are "" where Why says
	// why there is none.
	Base, Name string
	// Why says why nothing is told of the change; "" where it is.
	Why string
	// Unjudged says why nothing is told of lost coverage, though the settings name a baseline; "" where it is, or they name none.
	Unjudged string
	// Set is what was left untested and lost, by the profiles of the moment at which it was made; nil where nothing is told.
	Set *change.Set
}

// Since is what a file has that its folder's base has not.
type Since struct {
	// Folder is what changed in the folder.
	Folder *Delta
	// Older is the path that the file had at the base, relative to the root of the repository; "" where it is new. Now is the one that it has.
	Older, Now string
	// Was are the older texts that its functions may be from: its own, and what other files have no more.
	Was []*change.File
	// Tally counts the statements or lines of the text on disk that changed, and Judged are where they stand there; both by Coverage.
	coverage.Tally
	Judged []change.Judged
	// Gaps are what of the text on disk changed and is not covered, and Lost what has lost its coverage, by Coverage.
	Gaps, Lost []change.Gap
	// Coverage is that of the file by which all this was judged.
	Coverage *coverage.File
}

// Delta is what changed in a folder; nil for one in no repository, and before anybody has looked.
func (s *Snapshot) Delta(f *Folder) *Delta {
	if f == nil {
		return nil
	}
	return s.Deltas[f.Dir]
}

// SetDelta publishes what changed in a folder: nil for nothing that can be told. Files are by their paths.
func (l *Loader) SetDelta(dir string, c *Delta, files map[string]*Since) {
	if !l.hasFolder(dir) {
		return
	}
	if l.since == nil {
		l.since = map[string]map[string]*Since{}
	}
	before := l.store.Load()
	if c == nil && before.Deltas[dir] == nil && len(l.since[dir]) == 0 {
		return
	}
	if before.Deltas[dir] != nil && reflect.DeepEqual(before.Deltas[dir], c) && maps.EqualFunc(l.since[dir], files, (*Since).same) {
		return
	}
	l.since[dir] = files
	l.store.Update(func(next *Snapshot) {
		next.Deltas = maps.Clone(next.Deltas)
		if next.Deltas == nil {
			next.Deltas = map[string]*Delta{}
		}
		if c == nil {
			delete(next.Deltas, dir)
		} else {
			next.Deltas[dir] = c
		}
		next.Generation++
		files := maps.Clone(next.Files)
		for path, f := range files {
			if f.Folder.Dir != dir || f.Since == l.sinceOf(f) {
				continue
			}
			g := *f
			g.Since = l.sinceOf(f)
			files[path] = &g
		}
		next.Files = files
	})
}

// same reports whether the same is told of two.
func (s *Since) same(o *Since) bool {
	return s.Coverage == o.Coverage && s.Older == o.Older && s.Now == o.Now && len(s.Was) == len(o.Was) && s.Tally == o.Tally && slices.Equal(s.Judged, o.Judged) && reflect.DeepEqual(s.Gaps, o.Gaps) && reflect.DeepEqual(s.Lost, o.Lost)
}

// sinceOf is what is known of a file's change; nil for nothing.
func (l *Loader) sinceOf(f *File) *Since {
	if f.Outside || !f.Found {
		return nil
	}
	return l.since[f.Folder.Dir][f.Path]
}

// forgetChanges forgets those of folders that are no longer there.
func (l *Loader) forgetChanges() {
	known := len(l.since)
	maps.DeleteFunc(l.since, func(dir string, _ map[string]*Since) bool { return !l.hasFolder(dir) })
	if len(l.since) == known {
		return
	}
	l.store.Update(func(next *Snapshot) {
		next.Deltas = maps.Clone(next.Deltas)
		maps.DeleteFunc(next.Deltas, func(dir string, _ *Delta) bool { return !l.hasFolder(dir) })
	})
}

// Uncovered are what of the file changed and is not covered, in the places of the text on disk: by what was judged, or, where its coverage is
// another since, by the older texts. text is that on disk; nil where nobody has it. It is nil for nothing, or where nobody knows.
func (f *File) Uncovered(text func() string) []change.Gap {
	s := f.Since
	switch {
	case s == nil:
		return nil
	case s.Coverage == f.Coverage:
		return s.Gaps
	case text == nil:
		return nil
	}
	now := change.Of(s.Now, text(), f.Source, f.Coverage)
	now.Was = s.Older
	var out []change.Gap
	for _, item := range change.Judge(change.Compare(s.Was, []*change.File{now})) {
		if item.Uncovered == nil {
			continue
		}
		g := change.GapOf(item.Match)
		g.Lines, g.Statements, g.Of = item.Uncovered, item.Tally.Uncovered(), item.Total
		out = append(out, g)
	}
	slices.SortStableFunc(out, func(a, b change.Gap) int { return int(a.Line) - int(b.Line) })
	return out
}

// LostSince are what of the file has lost its coverage, in the places of the text on disk; nil for nothing, or where nobody knows.
func (f *File) LostSince() []change.Gap {
	if f.Since == nil || f.Since.Coverage != f.Coverage {
		return nil
	}
	return f.Since.Lost
}
