package watch

import (
	"cmp"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/covls/covls/git"
	"github.com/covls/covls/glob"
	"github.com/covls/covls/project"
)

const (
	separator = string(filepath.Separator)
	// maxAlternatives bounds what the braces of one pattern may stand for.
	maxAlternatives = 1000

	// The names of the files in a GOCOVERDIR begin like this; one covMeta makes it one.
	covMeta     = "covmeta."
	covCounters = "covcounters."
)

// begins reports whether a file of that name makes its directory a profile: a GOCOVERDIR, or the one that NODE_V8_COVERAGE
// names, of coverage-PROCESS-TIME-NUMBER.json.
func begins(name string) bool {
	if strings.HasPrefix(name, covMeta) {
		return true
	}
	rest, ok := strings.CutPrefix(name, "coverage-")
	rest, ends := strings.CutSuffix(rest, ".json")
	parts := strings.Split(rest, "-")
	return ok && ends && len(parts) == 3 && !slices.ContainsFunc(parts, func(s string) bool { return s == "" || strings.Trim(s, "0123456789") != "" })
}

// piece reports whether a file of that name is of a profile that is a directory.
func piece(name string) bool { return strings.HasPrefix(name, covCounters) || begins(name) }

// matcher knows which paths are profiles of a root. It is not written after compile.
type matcher struct {
	root     Root // with its defaults
	literals []string
	globs    []search
	left     []string // patterns that can't be used, in words

	// What base names profiles have, so that most files are told apart at once.
	names    map[string]bool
	suffixes []string
	segments []segment
}

// segment is a glob of base names.
type segment struct {
	glob string
	end  string // what all its names end in; "" for anything
}

func (s segment) match(name string) bool {
	return strings.HasSuffix(name, s.end) && doublestar.MatchUnvalidated(s.glob, name)
}

// search is a pattern with at least one wildcard and no braces.
type search struct {
	base  string // the directory that all matches are below
	rest  string // the pattern below it, with slashes
	depth int    // how many directories deep a match can be, base included; 0 for any
}

func compile(root Root) *matcher {
	root.Dir = filepath.Clean(root.Dir)
	m := &matcher{root: root.withDefaults(), names: map[string]bool{}}
	for _, pattern := range root.Patterns {
		p := filepath.ToSlash(pattern)
		if p == "" || !doublestar.ValidatePattern(p) {
			m.left = append(m.left, fmt.Sprintf("pattern %q is malformed", pattern))
			continue
		}
		all := glob.Alternatives(p, maxAlternatives)
		if len(all) > maxAlternatives {
			m.left = append(m.left, fmt.Sprintf("pattern %q has more than %d alternatives", pattern, maxAlternatives))
			all = all[:maxAlternatives]
		}
		for _, p := range all {
			m.add(p)
		}
	}
	return m
}

func (m *matcher) add(pattern string) {
	base, rest := glob.Split(pattern)
	base = filepath.FromSlash(base)
	if !filepath.IsAbs(base) {
		base = filepath.Join(m.root.Dir, base)
	}
	last := path.Base(rest)
	switch {
	case !glob.Wild(rest):
		p := filepath.Join(base, rest)
		m.literals = append(m.literals, p)
		m.names[filepath.Base(p)] = true
		return
	case !glob.Wild(last):
		m.names[last] = true
	case last[0] == '*' && !glob.Wild(last[1:]):
		m.suffixes = append(m.suffixes, last[1:])
	default:
		m.segments = append(m.segments, segment{last, last[strings.LastIndexAny(last, `*?[]{}\`)+1:]})
	}
	g := search{base: base, rest: rest}
	if !strings.Contains(rest, "**") {
		g.depth = strings.Count(rest, "/") + 1
	}
	m.globs = append(m.globs, g)
}

// allows reports whether a profile may lie at a path, or below it.
func (m *matcher) allows(path string) bool { return m.root.Allows == nil || m.root.Allows(path) }

// candidate reports whether a profile may have this base name.
func (m *matcher) candidate(name string) bool {
	return m.names[name] ||
		slices.ContainsFunc(m.suffixes, func(s string) bool { return strings.HasSuffix(name, s) }) ||
		slices.ContainsFunc(m.segments, func(s segment) bool { return s.match(name) })
}

// match returns the directory below which a pattern finds the path, "" when none does.
func (m *matcher) match(path string) string {
	if !m.candidate(filepath.Base(path)) {
		return ""
	}
	if slices.Contains(m.literals, path) {
		return filepath.Dir(path)
	}
	if pseudo(path) {
		return ""
	}
	for _, g := range m.globs {
		rel, ok := below(g.base, path)
		if ok && m.walked(filepath.Dir(rel)) && doublestar.MatchUnvalidated(g.rest, filepath.ToSlash(rel)) {
			return g.base
		}
	}
	return ""
}

// nested reports whether a path lies in another work tree of the folder's repository, which no search comes by, unless
// a pattern begins there: its profiles are of other files.
func (m *matcher) nested(path string) bool {
	for dir := filepath.Dir(path); dir != m.root.Dir && within(m.root.Dir, dir); dir = filepath.Dir(dir) {
		if m.nestedAt(dir) {
			return true
		}
	}
	return false
}

// nestedAt reports whether a directory is the top of one.
func (m *matcher) nestedAt(dir string) bool {
	if dir == m.root.Dir || !within(m.root.Dir, dir) || !git.Nested(dir) {
		return false
	}
	return !slices.ContainsFunc(m.globs, func(g search) bool {
		return g.base != m.root.Dir && within(m.root.Dir, g.base) && (within(g.base, dir) || within(dir, g.base))
	})
}

// covers returns the directory from which a search comes by dir, "" when none does.
func (m *matcher) covers(dir string) string {
	if pseudo(dir) {
		return ""
	}
	if rel, ok := below(m.root.Dir, dir); ok && m.walked(rel) {
		return m.root.Dir
	}
	for _, g := range m.globs {
		if rel, ok := below(g.base, dir); ok && m.walked(rel) {
			return g.base
		}
	}
	return ""
}

// coverDir reports whether dir is a profile if a file begins it.
func (m *matcher) coverDir(dir string) bool {
	return m.root.GoCoverDirs && (m.covers(dir) != "" || slices.Contains(m.literals, dir))
}

// walked reports whether a search goes into the directory rel of the one it starts in.
func (m *matcher) walked(rel string) bool {
	if rel == "." {
		return true
	}
	return strings.Count(rel, separator) < m.root.Depth && !slices.ContainsFunc(strings.Split(rel, separator), skipped)
}

// skipped reports whether directories of that name are left out.
func skipped(name string) bool { return project.Skips(project.Profiles, name) }

// pseudo reports whether a path is in a file system in which the system tells of itself: its files are
// never at rest, may have no end, and are no profiles. What is in memory at /dev/shm are files like others.
func pseudo(path string) bool {
	return within("/proc", path) || within("/sys", path) || within("/dev", path) && path != "/dev" && !within("/dev/shm", path)
}

// below returns what path is called from dir, "." for dir itself.
func below(dir, path string) (string, bool) {
	rest, ok := strings.CutPrefix(path, dir)
	switch {
	case !ok:
		return "", false
	case rest == "":
		return ".", true
	case strings.HasSuffix(dir, separator): // a root directory
		return rest, true
	}
	return strings.CutPrefix(rest, separator)
}

// within reports whether path is dir or below it.
func within(dir, path string) bool {
	_, ok := below(dir, path)
	return ok
}

// plain reports whether no directory on the way from base to path is a symbolic link.
func plain(base, path string) bool {
	for dir := filepath.Dir(path); len(dir) > len(base); dir = filepath.Dir(dir) {
		if fi, err := os.Lstat(dir); err == nil && fi.Mode()&os.ModeSymlink != 0 {
			return false
		}
	}
	return true
}

// start is a directory to search and how deep, 0 for any depth.
type start struct {
	dir   string
	depth int
}

// starts returns the fewest directories from which the globs can be searched. A glob whose base a
// search does not come by, because it is a symbolic link or in a directory that is left out, has a
// start of its own.
func (m *matcher) starts() []start {
	var all []start
	globs := m.globs
	if m.root.GoCoverDirs {
		globs = append(slices.Clone(globs), search{base: m.root.Dir})
	}
	globs = slices.SortedFunc(slices.Values(globs), func(a, b search) int {
		return cmp.Or(cmp.Compare(min(a.depth, 1), min(b.depth, 1)), cmp.Compare(len(a.base), len(b.base)), cmp.Compare(b.depth, a.depth))
	})
	for _, g := range globs {
		reached := slices.ContainsFunc(all, func(s start) bool {
			rel, ok := below(s.dir, g.base)
			if !ok || !m.walked(rel) || !plain(s.dir, filepath.Join(g.base, "x")) {
				return false
			}
			return s.depth == 0 || rel == "." && g.depth != 0 && g.depth <= s.depth
		})
		if !reached {
			all = append(all, start{g.base, g.depth})
		}
	}
	return all
}
