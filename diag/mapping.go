package diag

import (
	"fmt"
	"path/filepath"

	"github.com/covls/covls/config"
	paths "github.com/covls/covls/place"
	"github.com/covls/covls/workspace"
)

// PathFix is a mapping that the settings could have for a document.
type PathFix struct {
	config.PathMapping
	// Folder is whose settings should have it.
	Folder *workspace.Folder
	// Profile names the document by Name.
	Profile, Name string
	// Known tells that covls has found the document by this mapping already, by a poll; Ambiguous
	// that other files fit as well, so that only the user can say it.
	Known, Ambiguous bool
}

// PathFixes are the mappings by which a profile's name leads to the document: the one that a poll
// has found, or, where no profile is known to name the document, those of names that may mean it.
func PathFixes(s *workspace.Snapshot, d *workspace.Document) []PathFix {
	var out []PathFix
	if file := s.FileOf(d); file != nil {
		if m := file.Mapping; m != (paths.Mapping{}) {
			part := file.Parts[0]
			out = append(out, PathFix{
				PathMapping: RelativeMapping(file.Folder, m), Folder: file.Folder,
				Profile: ProfileName(part.Profile), Name: part.File.Name, Known: true,
			})
		}
		return out
	}
	seen := map[config.PathMapping]bool{}
	for _, f := range s.Lost {
		for _, near := range f.Near {
			if near != d.Path && near != d.RealPath {
				continue
			}
			if fix, ok := fixOf(s, f, near); ok && !seen[fix.PathMapping] {
				seen[fix.PathMapping] = true
				out = append(out, fix)
			}
		}
	}
	return out
}

// LostFixes are the mappings that would lead names of profiles to files that may be meant, for all
// that was not found; at most that many.
func LostFixes(s *workspace.Snapshot, most int) []PathFix {
	type key struct {
		folder *workspace.Folder
		config.PathMapping
	}
	var out []PathFix
	seen := map[key]bool{}
	for _, f := range s.Lost {
		for _, near := range f.Near {
			fix, ok := fixOf(s, f, near)
			if k := (key{fix.Folder, fix.PathMapping}); ok && !seen[k] && len(out) < most {
				seen[k] = true
				out = append(out, fix)
			}
		}
	}
	return out
}

// fixOf is the mapping by which the name of a lost file leads to a path.
func fixOf(s *workspace.Snapshot, f *workspace.File, near string) (fix PathFix, ok bool) {
	folder := s.FolderOf(near)
	if folder == nil {
		return PathFix{}, false
	}
	part := f.Parts[0]
	m, ok := paths.Suggest(part.File.Name, near, folder.Dir)
	return PathFix{
		PathMapping: RelativeMapping(folder, m), Folder: folder,
		Profile: ProfileName(part.Profile), Name: part.File.Name, Ambiguous: f.Ambiguous,
	}, ok
}

// RelativeMapping is a mapping with an absolute To as the settings of a folder would write it.
func RelativeMapping(f *workspace.Folder, m paths.Mapping) config.PathMapping {
	to := m.To
	if rel, err := filepath.Rel(f.Dir, to); err == nil && filepath.IsLocal(rel) {
		to = rel
	}
	return config.PathMapping{From: m.From, To: filepath.ToSlash(to)}
}

// PathNote is something that the user should know of where a profile's files are.
type PathNote struct {
	Text string
	// Lost tells that none of the profile's files is here.
	Lost bool
}

// PathNotes has one for each profile of which no file was found, and one for each change of prefix by
// which a poll has found files.
func PathNotes(s *workspace.Snapshot) []PathNote {
	found, lost := map[*workspace.Profile]int{}, map[*workspace.Profile]*workspace.File{}
	for _, f := range s.Files {
		for _, p := range f.Parts {
			found[p.Profile]++
		}
	}
	for _, f := range s.Lost {
		for _, p := range f.Parts {
			if lost[p.Profile] == nil {
				lost[p.Profile] = f
			}
		}
	}
	var out []PathNote
	for _, p := range s.Profiles {
		if p.Report == nil {
			continue
		}
		for _, v := range s.Polls[p.Path].Votes {
			m := RelativeMapping(p.Folder, v.Mapping)
			out = append(out, PathNote{Text: fmt.Sprintf("%s: %s is %s here, which finds %d of %s; a [[path]] mapping in %s can say so for good",
				ProfileName(p), m.From, m.To, v.Files, plural(v.Named, "file"), config.FileName)})
		}
		if f := lost[p]; f != nil && found[p] == 0 {
			out = append(out, PathNote{Lost: true, Text: fmt.Sprintf("%s names %s, of which none is here. %s: %s. The command covls.doctor says more",
				ProfileName(p), plural(len(p.Report.Files), "file"), f.Name, f.Why)})
		}
	}
	return out
}
