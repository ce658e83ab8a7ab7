package place

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Mapping replaces the beginning From of a profile's paths by To. Both are cut at whole segments;
// slashes and backslashes are the same, and so are upper and lower case behind a drive letter. From
// "." stands for the beginning of relative paths. A relative To is relative to the folder.
type Mapping struct {
	From, To string
	// Profile is a glob of the paths of profiles that the mapping holds for, absolute or relative to the folder; ""
	// holds for all.
	Profile string
}

// Holds reports whether the mapping of the folder dir holds for a profile, by its path; "" is one whose name is not known.
func (m Mapping) Holds(dir, profile string) bool {
	if m.Profile == "" {
		return true
	}
	glob := path.Clean(filepath.ToSlash(m.Profile))
	names := []string{filepath.ToSlash(profile)}
	if rel, err := filepath.Rel(dir, profile); err == nil {
		names = append(names, filepath.ToSlash(rel))
	}
	return profile != "" && slices.ContainsFunc(names, func(name string) bool {
		ok, err := doublestar.Match(glob, name)
		return err == nil && ok || name == glob
	})
}

// cut returns what stands behind From in a slash-separated name.
func (m Mapping) cut(slash string) (rest string, ok bool) {
	from := slashed(m.From)
	slash = strings.TrimPrefix(slash, "./")
	switch {
	case from == "":
		return "", false
	case from == ".":
		return slash, !strings.HasPrefix(slash, "/") && !isWindowsAbs(slash)
	}
	from = strings.TrimSuffix(from, "/")
	if isDrive(from) && len(from) <= len(slash) && strings.EqualFold(slash[:len(from)], from) {
		from = slash[:len(from)]
	}
	return cutPrefix(slash, from)
}

// to is the directory, or the one file, that the mapping leads to.
func (m Mapping) to(f Folder) string { return join(f.Dir, slashed(m.To)) }

// Lead is the path that a name is led to by a mapping with an absolute To, whether or not a file is there; ok is false
// where the name does not begin as From does.
func (m Mapping) Lead(name string) (to string, ok bool) {
	rest, ok := m.cut(path.Clean(slashed(name)))
	if !ok || rest == "" {
		return "", false
	}
	return filepath.Join(m.To, filepath.FromSlash(rest)), true
}

// Relative reports whether a profile names a file by a path that says nothing of where it begins.
func Relative(name string) bool {
	slash := slashed(name)
	return !strings.HasPrefix(slash, "/") && !isWindowsAbs(slash)
}

// Drive reports whether a profile names a file by a path with a drive letter, in which upper and lower case are the same.
func Drive(name string) bool { return isDrive(slashed(name)) }

// mapped follows the first mapping of each folder that fits; ok is false where there is none. One that is not for the
// profile alone does not lead into another work tree than the profile's.
func (r *Resolver) mapped(slash string) (place Place, ok bool) {
	for _, in := range r.mappings {
		for _, m := range in.all {
			rest, fits := m.cut(slash)
			if !fits {
				continue
			}
			p := r.casing(slash).follow(m, m.to(in.folder), rest)
			if m.Profile == "" && r.strange(p.Path) {
				continue
			}
			if p.Found {
				return p, true
			}
			if !ok {
				place, ok = p, true
			}
			break
		}
	}
	return place, ok
}

// Follow leads a name of the profile at a path by a mapping with an absolute To that a poll has found; ok is false
// where the name does not begin so.
func (r *Resolver) Follow(m Mapping, name, profile string) (place Place, ok bool) {
	r.at(profile)
	slash := path.Clean(slashed(name))
	rest, ok := m.cut(slash)
	if !ok || rest == "" {
		return Place{}, false
	}
	place = r.place(r.casing(slash).file(filepath.Join(m.To, filepath.FromSlash(rest))))
	if r.Strange(place.Path, profile) {
		return Place{}, false
	}
	return place, true
}

// at prepares for the names of the profile at a path.
func (r *Resolver) at(profile string) {
	if dir, base := filepath.Dir(profile), filepath.Base(profile); dir != r.profileDir || r.profile == "" || filepath.Base(r.profile) != base {
		r.from(dir, base)
	}
}

func (r *Resolver) follow(m Mapping, to, rest string) Place {
	p := filepath.Join(to, filepath.FromSlash(rest))
	if p == to {
		if f := r.sights.follow(to); f.kind == regular {
			place := r.place(file{path: to, real: f.real})
			place.Mapped = true
			return place
		}
	}
	f := r.file(p)
	switch f.state {
	case found:
		place := r.place(f)
		place.Mapped = true
		return place
	case missing:
		return Place{Path: f.path, Mapped: true, Why: fmt.Sprintf("the path mapping %q → %q leads to %s, which is not there", m.From, m.To, p)}
	}
	return Place{Why: fmt.Sprintf("the path mapping %q → %q leads to %s, which lies outside the workspace", m.From, m.To, p)}
}
