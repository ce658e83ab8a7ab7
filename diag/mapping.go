package diag

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

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

// Whose says, behind what is mapped, for which profile alone that is; "" where it is for all.
func (f PathFix) Whose() string {
	if f.PathMapping.Profile == "" {
		return ""
	}
	return " for " + f.PathMapping.Profile
}

// PathFixes are the mappings by which a profile's name leads to the document: the one that a poll
// has found, or, where no profile is known to name the document, those of names that may mean it.
func PathFixes(s *workspace.Snapshot, d *workspace.Document) []PathFix {
	var out []PathFix
	if file := s.FileOf(d); file != nil {
		if file.Mapping != (paths.Mapping{}) {
			part := file.Parts[0]
			if m, ok := Advice(s, file.Folder, part.Profile, file.Mapping); ok {
				out = append(out, PathFix{
					PathMapping: m, Folder: file.Folder,
					Profile: ProfileName(part.Profile), Name: part.File.Name, Known: true,
				})
			}
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
	// Each is held against all names: what is refused is not asked for again without end.
	const mostAsked = 100
	var out []PathFix
	seen := map[key]bool{}
	asked := map[suggestion]bool{}
	for _, f := range s.Lost {
		for _, near := range f.Near {
			as, ok := suggest(s, f, near)
			if !ok || asked[as] || len(out) == most || len(asked) == mostAsked {
				continue
			}
			asked[as] = true
			fix, ok := as.fix(s, f)
			if k := (key{fix.Folder, fix.PathMapping}); ok && !seen[k] {
				seen[k] = true
				out = append(out, fix)
			}
		}
	}
	return out
}

// suggestion is a mapping that may be right for a profile.
type suggestion struct {
	folder  *workspace.Folder
	profile *workspace.Profile
	mapping paths.Mapping
}

// suggest is the mapping by which the name of a lost file leads to a path.
func suggest(s *workspace.Snapshot, f *workspace.File, near string) (as suggestion, ok bool) {
	folder := s.FolderOf(near)
	if folder == nil {
		return suggestion{}, false
	}
	part := f.Parts[0]
	m, ok := paths.Suggest(part.File.Name, near, folder.Dir)
	return suggestion{folder, part.Profile, m}, ok
}

// fix is the suggestion for a lost file as the settings could have it.
func (as suggestion) fix(s *workspace.Snapshot, f *workspace.File) (fix PathFix, ok bool) {
	m, ok := Advice(s, as.folder, as.profile, as.mapping)
	return PathFix{
		PathMapping: m, Folder: as.folder, Profile: ProfileName(as.profile), Name: f.Parts[0].File.Name, Ambiguous: f.Ambiguous,
	}, ok
}

// fixOf is the mapping by which the name of a lost file leads to a path.
func fixOf(s *workspace.Snapshot, f *workspace.File, near string) (fix PathFix, ok bool) {
	as, ok := suggest(s, f, near)
	if !ok {
		return PathFix{}, false
	}
	return as.fix(s, f)
}

// Advice is a mapping for names of a profile, with an absolute To, as the settings of a folder could have it: for that
// profile alone where it would lead names of others elsewhere than they lead now. ok is false where it would lead a name
// of the profile away from its file, or to one that another name leads to, which may be a file of another package.
func Advice(s *workspace.Snapshot, folder *workspace.Folder, p *workspace.Profile, m paths.Mapping) (advice config.PathMapping, ok bool) {
	advice = RelativeMapping(folder, m)
	led := map[string]string{} // names by what they would lead to
	for _, f := range s.Files {
		for _, part := range f.Parts {
			to, caught := m.Lead(part.File.Name)
			stays := to == f.Path || paths.Composed(to) == paths.Composed(f.Path) || paths.Drive(part.File.Name) && strings.EqualFold(to, f.Path)
			switch {
			case !caught:
			case part.Profile != p && !stays:
				advice.Profile = scope(folder, p)
			case part.Profile != p:
			case !stays:
				return config.PathMapping{}, false
			default:
				led[f.Path] = part.File.Name
			}
		}
	}
	for _, f := range s.Lost {
		for _, part := range f.Parts {
			to, caught := m.Lead(part.File.Name)
			switch {
			case !caught:
			case part.Profile != p:
				if !slices.Contains(f.Near, to) || s.Files[to] != nil {
					advice.Profile = scope(folder, p)
				}
			case led[to] != "" && led[to] != part.File.Name:
				return config.PathMapping{}, false
			default:
				led[to] = part.File.Name
			}
		}
	}
	for to, name := range led {
		f := s.Files[to]
		if f != nil && slices.ContainsFunc(f.Parts, func(part workspace.Part) bool {
			if part.Profile == p {
				return part.File.Name != name
			}
			return paths.Relative(name) && paths.Relative(part.File.Name)
		}) {
			return config.PathMapping{}, false
		}
	}
	return advice, true
}

// scope is the glob of a profile alone.
func scope(folder *workspace.Folder, p *workspace.Profile) string {
	path := p.Path
	if rel, err := filepath.Rel(folder.Dir, p.Path); err == nil {
		path = rel
	}
	return config.Escape(filepath.ToSlash(path))
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

// PathNotes has one for each profile of which no file was found, one for each change of prefix by
// which a poll has found files, and one for each mapping of the settings that is for no profile.
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
			text := fmt.Sprintf("%s: %s is %s here, which finds %d of %s", ProfileName(p), m.From, m.To, v.Files, plural(v.Named, "file"))
			if _, ok := Advice(s, p.Folder, p, v.Mapping); ok {
				text += fmt.Sprintf("; a [[path]] mapping in %s can say so for good", config.FileName)
			}
			out = append(out, PathNote{Text: text})
		}
		if f := lost[p]; f != nil && found[p] == 0 {
			out = append(out, PathNote{Lost: true, Text: fmt.Sprintf("%s names %s, of which none is here. %s: %s. The command covls.doctor says more",
				ProfileName(p), plural(len(p.Report.Files), "file"), f.Name, f.Why)})
		}
	}
	for _, f := range s.Folders {
		for _, text := range IdleNotes(s, f) {
			out = append(out, PathNote{Text: text})
		}
	}
	return out
}

// IdleMappings are indexes of the mappings in a folder's settings that are limited to profiles of which none is there, of
// those that were read. There are none where the command line names the profiles.
func IdleMappings(s *workspace.Snapshot, f *workspace.Folder) []int {
	var all []string
	for _, p := range s.Profiles {
		if p.Report != nil && p.Folder == f {
			all = append(all, p.Path)
		}
	}
	if len(all) == 0 || f.Settings.Origin("profiles") == "command line" {
		return nil
	}
	var out []int
	for i, m := range f.Settings.Paths {
		if m.Profile != "" && !slices.ContainsFunc(all, func(path string) bool { return paths.Mapping(m).Holds(f.Dir, path) }) {
			out = append(out, i)
		}
	}
	return out
}

// IdleWords says that no profile is one of those that a mapping is limited to.
func IdleWords(m config.PathMapping) string {
	return fmt.Sprintf("the mapping from %q is for no profile: none is like %q", m.From, m.Profile)
}

// IdleNotes is IdleWords for all of a folder's, with their places.
func IdleNotes(s *workspace.Snapshot, f *workspace.Folder) (out []string) {
	for _, i := range IdleMappings(s, f) {
		text := IdleWords(f.Settings.Paths[i])
		if file, line := f.Settings.Place("path", i); line > 0 {
			text = fmt.Sprintf("%s:%d: %s", s.Name(file), line, text)
		}
		out = append(out, text)
	}
	return out
}
