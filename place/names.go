package place

import (
	"slices"

	"github.com/covls/covls/coverage"
)

// Names are where the names of a report lead.
type Names struct {
	// Places stand beside the report's files.
	Places []Place

	report  *coverage.Report
	profile string
	by      *sights
	load    int
	seen    []*sight // what they depend on
}

// Renew begins a load: whatever was seen on disk may have changed since.
func (r *Resolver) Renew() {
	now := newResolver(r.folders, r.fold || folds(r.folders))
	if now.fold != r.fold || !slices.Equal(now.roots, r.roots) {
		*r = *now
		return
	}
	r.sights.next()
	r.begin()
	r.folding = nil
}

// All finds the files of a report that was read from the profile at a path, also below the roots that the report
// tells. before is what it returned for the same profile last, nil where nothing: where the report is the same
// and nothing has changed on disk that its names depend on, that is returned.
func (r *Resolver) All(report *coverage.Report, profile string, before *Names) *Names {
	if before != nil && before.report == report && before.profile == profile && before.by == r.sights && r.stand(before) {
		return before
	}
	n := &Names{report: report, profile: profile, by: r.sights, load: r.sights.load}
	r.sights.noted = &n.seen
	r.sights.by++
	r.at(profile)
	n.Places = r.places(report)
	r.sights.noted = nil
	n.seen = slices.Clip(n.seen)
	return n
}

// stand reports whether all that names depend on is on disk as it was.
func (r *Resolver) stand(n *Names) bool {
	for _, seen := range n.seen {
		if r.sights.check(seen); seen.changed > n.load {
			return false
		}
	}
	return true
}
