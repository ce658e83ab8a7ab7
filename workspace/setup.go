package workspace

import (
	"context"
	"slices"

	"github.com/covls/covls/config"
	"github.com/covls/covls/project"
)

// Setup is what was found out of a folder to write settings for it, beside what a snapshot holds.
type Setup struct {
	Survey *Survey
	// Tests are the projects whose tests may make a profile; see Folder.HowTo.
	Tests []project.Project
	// Named are the profiles that the user named, by absolute paths; nil are those that are found by
	// their usual names.
	Named []string
	// Outside are those of Named, and of the snapshot's profiles of the folder, that a settings file
	// can't name, because they lie outside of the workspace.
	Outside []string
}

// Setup looks at what the folder holds. Named are the profiles that the user named; nil means none. It
// reads the disk.
func (f *Folder) Setup(ctx context.Context, s *Snapshot, named []string) (*Setup, error) {
	survey, err := f.Survey(ctx)
	if err != nil {
		return nil, err
	}
	out := &Setup{Survey: survey, Tests: project.In(f.Dir), Named: named}
	// The settings file that is to come is confined like any other.
	confined, _ := config.Merge().Confine(f.Dir, config.UserPlaces(f.Dir))
	outside := func(path string) {
		if !confined.Reads(path) && !slices.Contains(out.Outside, path) {
			out.Outside = append(out.Outside, path)
		}
	}
	for _, path := range named {
		outside(path)
	}
	for _, p := range s.Profiles {
		if p.Folder == f {
			outside(p.Path)
		}
	}
	return out, nil
}

// Tests returns the projects of each folder, by its path, whose tests may make a profile; see
// Folder.HowTo. It reads the disk, unless a profile was read already: then it is nil.
func (s *Snapshot) Tests() map[string][]project.Project {
	if slices.ContainsFunc(s.Profiles, func(p *Profile) bool { return p.Report != nil }) {
		return nil
	}
	out := map[string][]project.Project{}
	for _, f := range s.Folders {
		out[f.Dir] = project.In(f.Dir)
	}
	return out
}
