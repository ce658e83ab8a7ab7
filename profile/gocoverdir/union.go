package gocoverdir

import (
	"fmt"
	"maps"
	"slices"

	"github.com/covls/covls/coverage"
)

// union is what builds say together. They are added by their age, the newest first.
type union struct {
	most     int // files
	files    map[string]*coverage.File
	builds   int
	set      bool // a build only tells what ran
	counted  bool // a build counts
	several  bool // a build has several packages
	older    int  // files that a newer build has otherwise
	warnings []coverage.Warning
	warned   map[string]bool
}

func (u *union) add(b *build) error {
	u.builds++
	u.several = u.several || b.packages > 1
	u.set = u.set || b.mode == modeSet
	u.counted = u.counted || b.mode == modeCount || b.mode == modeAtomic
	for _, text := range b.warnings {
		u.warn("%s", text)
	}
	for _, name := range slices.Sorted(maps.Keys(b.files)) {
		f := &b.files[name].File
		known := u.files[name]
		switch {
		case known == nil && len(u.files) == u.most:
			return manyFiles(u.most, name)
		case known == nil:
			u.files[name] = f
		case slices.EqualFunc(known.Regions, f.Regions, func(a, b coverage.Region) bool { return a.Compare(b) == 0 }):
			for i, r := range f.Regions {
				known.Regions[i].Statements = max(known.Regions[i].Statements, r.Statements)
				known.Regions[i].Count = coverage.AddCounts(known.Regions[i].Count, r.Count)
			}
		default:
			u.older++
		}
	}
	return nil
}

// warn adds a warning, unless it is there.
func (u *union) warn(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !u.warned[text] {
		u.warned[text] = true
		u.warnings = append(u.warnings, coverage.Warning{Text: text})
	}
}

// report returns what all builds say.
func (u *union) report() *coverage.Report {
	if u.older > 0 {
		u.warn("it holds the data of %d builds, between which sources changed: what older builds say of %d of them was left out", u.builds, u.older)
	}
	files := make([]*coverage.File, 0, len(u.files))
	for _, f := range u.files {
		if u.set {
			for i := range f.Regions {
				f.Regions[i].Count = min(f.Regions[i].Count, 1)
			}
		}
		files = append(files, f)
	}
	coverage.SortFiles(files)
	return &coverage.Report{Files: files, Counted: u.counted && !u.set, Once: u.builds > 1 && !u.several, Warnings: u.warnings}
}
