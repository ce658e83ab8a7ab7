package workspace

import (
	"slices"
	"time"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/source"
)

// Bounds of what is kept of runs of the tests: how many runs of a session, and how many functions of each in either list.
const (
	MostRuns    = 20
	MostRunFunc = 500
)

// Run is what a run of the tests made of functions, held against the one before it.
type Run struct {
	// Since is when the profile was written that was replaced, At when the new one was.
	Since, At time.Time
	// Covered are the functions that are covered now, and were not, or not all of them; Lost are those of which something ran that does not any more. Both
	// are sorted by file and place. Of more than MostRunFunc the rest is only in CoveredTotal and LostTotal, which count them all.
	Covered, Lost           []RunFunc
	CoveredTotal, LostTotal int
}

// RunFunc is a function of which a run has made something.
type RunFunc struct {
	// Path is that of its file, Name what people call it, Line where it stands in the text on disk, 1-based.
	Path, Name string
	Line       uint32
	// Was and Now are how much of it was covered, and is.
	Was, Now coverage.Tally
}

// Past is what is kept of a snapshot to hold a later one against it: files whose functions are known, and no report.
type Past struct {
	files    map[string]*File
	profiles map[string]Looks
}

// Past is what RunOf needs of the snapshot.
func (s *Snapshot) Past() *Past {
	p := &Past{files: map[string]*File{}, profiles: map[string]Looks{}}
	for path, f := range s.Files {
		if f.Source != nil {
			p.files[path] = f
		}
	}
	for _, profile := range s.Profiles {
		if profile.Report != nil {
			p.profiles[profile.Path] = Looks{profile.Size, profile.ModTime}
		}
	}
	return p
}

// RunOf holds a snapshot against the one before, of which profiles were replaced. Functions whose text is another are left out: nobody can tell. It is nil
// where none is covered or lost.
func RunOf(before *Past, after *Snapshot, replaced []string) *Run {
	out := &Run{}
	for _, path := range replaced {
		was, known := before.profiles[path]
		now := profileAt(after, path)
		if !known || now == nil || now.Report == nil || was == (Looks{now.Size, now.ModTime}) {
			continue
		}
		if out.Since.IsZero() || was.ModTime.Before(out.Since) {
			out.Since = was.ModTime
		}
		if now.ModTime.After(out.At) {
			out.At = now.ModTime
		}
	}
	if out.Since.IsZero() {
		return nil
	}
	var paths []string
	for path, f := range after.Files {
		if g := before.files[path]; g != nil && g.Coverage != f.Coverage && f.Standing.Role != priority.Test && !f.Outside {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	for _, path := range paths {
		out.compare(before.files[path], after.Files[path])
	}
	if out.CoveredTotal+out.LostTotal == 0 {
		return nil
	}
	return out
}

func profileAt(s *Snapshot, path string) *Profile {
	i, ok := slices.BinarySearchFunc(s.Profiles, path, func(p *Profile, path string) int {
		switch {
		case p.Path < path:
			return -1
		case p.Path > path:
			return 1
		}
		return 0
	})
	if !ok {
		return nil
	}
	return s.Profiles[i]
}

// compare takes in what became of the functions of a file.
func (r *Run) compare(was, now *File) {
	if was.Source == nil || now.Source == nil || was.Coverage.Unit != now.Coverage.Unit {
		return
	}
	type name struct {
		name    string
		ordinal int
	}
	known := map[name]*coverage.Func{}
	seen := map[string]int{}
	for i := range was.Funcs {
		f := &was.Funcs[i]
		known[name{f.String(), seen[f.String()]}] = f
		seen[f.String()]++
	}
	clear(seen)
	unknown := map[string]bool{}
	for _, f := range []*File{was, now} {
		for i := range f.Unknown {
			unknown[f.Unknown[i].String()] = true
		}
	}
	for i := range now.Funcs {
		f := &now.Funcs[i]
		old := known[name{f.String(), seen[f.String()]}]
		seen[f.String()]++
		if old == nil || f.Literal || f.Hash != old.Hash || unknown[f.String()] || now.Source.KindAt(i, f.Span.Start) == source.TestHelper {
			continue
		}
		a, b := old.Statements, f.Statements
		if a.Total != b.Total || a.Total == 0 && !(old.Counted && f.Counted) {
			continue
		}
		fn := RunFunc{Path: now.Path, Name: f.String(), Line: max(f.NameSpan.Start.Line, f.Span.Start.Line), Was: a, Now: b}
		switch {
		case lost(partsOf(was, old), partsOf(now, f)) || !old.Uncovered() && f.Uncovered():
			if r.LostTotal++; len(r.Lost) < MostRunFunc {
				r.Lost = append(r.Lost, fn)
			}
		case old.Uncovered() && !f.Uncovered(), a.Uncovered() > 0 && b.Uncovered() == 0:
			if r.CoveredTotal++; len(r.Covered) < MostRunFunc {
				r.Covered = append(r.Covered, fn)
			}
		}
	}
}

// partsOf tells of each region or line of a function whether it ran.
func partsOf(f *File, fn *coverage.Func) (out []bool) {
	if f.Coverage.Unit == coverage.Lines {
		for _, l := range coverage.LinesWithin(f.Coverage.Lines, fn.Span) {
			out = append(out, l.Count > 0)
		}
		return out
	}
	for _, r := range coverage.Within(f.Coverage.Regions, fn.Span) {
		if r.Statements > 0 {
			out = append(out, r.Count > 0)
		}
	}
	return out
}

// lost reports whether something ran that does not any more, of what can be compared part by part.
func lost(was, now []bool) bool {
	if len(was) != len(now) {
		return false
	}
	for i := range was {
		if was[i] && !now[i] {
			return true
		}
	}
	return false
}
