package diag

import (
	"slices"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/workspace"
)

// MostTop is how many functions Top has at most, and MostChanged how many gaps of what changed since the base it has beside these.
const (
	MostTop     = 20
	MostChanged = 50
)

// Top are the most urgent functions that no test reaches, by their files: of those that Diagnostics marks louder than with a
// hint, in folders of the setting `diagnostics.scope` "top"; and the gaps of what is new or changed since the base, or has lost its coverage.
func Top(s *workspace.Snapshot) map[*workspace.File][]gap.Gap {
	var all []gap.Gap
	for _, f := range s.Files {
		if f.Outside || f.Folder.Settings.Diagnostics.Scope != config.ScopeTop || !f.Folder.Settings.Diagnostics.Enable {
			continue
		}
		if severity := fileSeverity(f); severity == config.SeverityOff || severity == config.SeverityHint {
			continue
		}
		all = append(all, loud(f)...)
		// What is kept stays small, however many there are.
		if len(all) > 64*MostTop {
			all = mostUrgent(all)
		}
	}
	out := map[*workspace.File][]gap.Gap{}
	for _, g := range mostUrgent(all) {
		out[g.File] = append(out[g.File], g)
	}
	for _, g := range changedGaps(s) {
		if !slices.ContainsFunc(out[g.File], func(o gap.Gap) bool { return o.ID == g.ID }) {
			out[g.File] = append(out[g.File], g)
		}
	}
	return out
}

// changedGaps are the most urgent gaps of what changed, those that lost their coverage first.
func changedGaps(s *workspace.Snapshot) (out []gap.Gap) {
	var all []Gap
	for _, f := range s.Files {
		settings := &f.Folder.Settings.Diagnostics
		if f.Since == nil || settings.Scope != config.ScopeTop || !settings.Enable {
			continue
		}
		for _, g := range ProfileGaps(f) {
			if g.Change != "" && !g.OfTests() {
				all = append(all, g)
			}
		}
	}
	slices.SortFunc(all, func(a, b Gap) int {
		if a, b := a.Change == ChangeLost, b.Change == ChangeLost; a != b {
			if a {
				return -1
			}
			return 1
		}
		return gap.Compare(&a.Gap, &b.Gap)
	})
	for _, g := range all[:min(len(all), MostChanged)] {
		out = append(out, g.Gap)
	}
	return out
}

func mostUrgent(all []gap.Gap) []gap.Gap {
	slices.SortFunc(all, func(a, b gap.Gap) int { return gap.Compare(&a, &b) })
	return all[:min(len(all), MostTop)]
}

// loud are the functions of a file that no test reaches, but for trivial ones and those inside of another.
func loud(f *workspace.File) (out []gap.Gap) {
	if f.Total.Uncovered() == 0 {
		return nil
	}
	var reaches coverage.Span
	for _, g := range gap.Functions(f) {
		if g.Trivial() || inside(g.Span, reaches) {
			continue
		}
		reaches = g.Span
		out = append(out, g)
	}
	return out
}

// Only are the diagnostics of some functions, the gaps of a list.
func Only(all []Diagnostic, gaps []gap.Gap) (out []Diagnostic) {
	for _, d := range all {
		if d.Code != FadeCode && slices.ContainsFunc(gaps, func(g gap.Gap) bool { return g.ID == d.Gap }) {
			out = append(out, d)
		}
	}
	return out
}
