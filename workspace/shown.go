package workspace

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/covls/covls/place"
)

// Shown is what people call a file: its Name, but for one that was not found and whose Name is an absolute path of another machine the last
// parts of that, enough to tell it from all other files.
func (s *Snapshot) Shown(f *File) string {
	if short := s.short[f]; short != "" {
		return short
	}
	return f.Name
}

// shownParts is how many parts a name has at least that others are left out of: a folder and a file.
const shownParts = 2

// shortNames are the last parts of the absolute names among lost files. Names that begin with the same folder of the root lose what all of them begin
// with, so that a folder is called the same in all of them; what is then called like another file keeps more.
func shortNames(files map[string]*File, lost []*File) map[*File]string {
	taken := map[string]int{}
	for _, f := range files {
		taken[f.Name]++
	}
	parts, groups := map[*File][]string{}, map[string][]*File{}
	for _, f := range lost {
		slashed := strings.ReplaceAll(filepath.ToSlash(f.Name), `\`, "/")
		if place.Relative(f.Name) || strings.Contains(slashed, "://") {
			taken[f.Name]++
			continue
		}
		p := strings.Split(strings.Trim(path.Clean(slashed), "/"), "/")
		parts[f] = p
		groups[p[0]] = append(groups[p[0]], f)
	}
	keep := map[*File]int{} // how many parts its name has
	for _, group := range groups {
		common := parts[group[0]]
		for _, f := range group {
			n := 0
			for n < min(len(common), len(parts[f])-shownParts) && common[n] == parts[f][n] {
				n++
			}
			common = common[:n]
		}
		for _, f := range group {
			keep[f] = len(parts[f]) - len(common)
		}
	}
	name := func(f *File) string { return strings.Join(parts[f][len(parts[f])-keep[f]:], "/") }
	for f := range parts {
		taken[name(f)]++
	}
	for again := true; again; {
		again = false
		longer := map[*File]bool{}
		for f := range parts {
			if taken[name(f)] > 1 && keep[f] < len(parts[f]) {
				longer[f] = true
			}
		}
		for f := range longer {
			taken[name(f)]--
			keep[f]++
			taken[name(f)]++
			again = true
		}
	}
	out := map[*File]string{}
	for f := range parts {
		if keep[f] < len(parts[f]) && taken[name(f)] == 1 {
			out[f] = name(f)
		}
	}
	return out
}
