package config

import (
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Matcher says whether a path is among a set of globs. The zero Matcher matches nothing; a Matcher
// is safe for use by many goroutines.
//
// Globs are written with slashes; ** stands for any number of folders, * and ? stay within a name,
// {a,b} and [a-z] are choices. A glob that names a folder matches all that is below it. A glob
// without a slash, but for one at its end, matches at any depth; any other is relative to the folder
// that paths are relative to. One with a slash at its end matches folders only.
type Matcher struct {
	// Most globs are names of folders or endings of file names; these are looked up in the parts
	// of a path, and only the rest is matched as a glob. The bools say whether a file matches too,
	// and not only what is below.
	names map[string]bool // at any depth
	paths map[string]bool // from the top
	parts []part
	globs []string
}

// part is a glob for one part of a path, at any depth.
type part struct {
	glob string
	file bool
}

// Literal returns the glob of the file or folder at a relative path with slashes, and of nothing else of
// that name.
func Literal(path string) string {
	if !strings.Contains(path, "/") {
		return "/" + Escape(path) // without a slash it would match at any depth
	}
	return Escape(path)
}

// Escape returns a path with its characters that mean something in a glob escaped.
func Escape(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		if strings.IndexByte(`*?[]{}\!`, c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// NewMatcher compiles globs. Those that are wrong are left out, with a problem for each.
func NewMatcher(globs []string) (*Matcher, []Problem) {
	m := newMatcher()
	var problems []Problem
	for _, g := range globs {
		cure := checkGlob(g)
		if cure == "" {
			cure = m.add(g)
		}
		if cure != "" && len(problems) < maxProblems {
			problems = append(problems, Problem{
				Severity: SeverityWarning,
				Text:     fmt.Sprintf("glob %s: want %s", show(g), cure),
			})
		}
	}
	return m, problems
}

func newMatcher() *Matcher { return &Matcher{names: map[string]bool{}, paths: map[string]bool{}} }

// add compiles a well-formed glob. It returns what the glob should be where it names nothing.
func (m *Matcher) add(glob string) (cure string) {
	if inner, ok := strings.CutPrefix(glob, "."); ok && strings.HasPrefix(inner, "/") {
		glob = inner
	}
	g := strings.TrimRight(glob, "/")
	top, file := strings.Contains(g, "/"), g == glob
	if inner, ok := strings.CutSuffix(g, "/**"); ok && inner != "**" && inner != "" {
		g, file = inner, false
	}
	g = strings.TrimLeft(g, "/")
	if inner, ok := strings.CutPrefix(g, "**/"); ok && !strings.Contains(inner, "/") {
		g, top = inner, false
	}
	plain := !strings.ContainsAny(g, `*?[{\`)
	switch {
	case g == "" || !doublestar.ValidatePattern(g): // the cuts may have left a lone backslash
		return `a name, or "**" for everything`
	case plain && top:
		m.paths[g] = m.paths[g] || file
	case plain:
		m.names[g] = m.names[g] || file
	case !top:
		m.parts = append(m.parts, part{g, file})
	case file:
		m.globs = append(m.globs, g, g+"/**") // doublestar does not match b by b*/**
	default:
		m.globs = append(m.globs, g+"/**/*")
	}
	return ""
}

// Match reports whether a relative path with slashes is among the globs.
func (m *Matcher) Match(path string) bool {
	for start := 0; start < len(path); {
		end := len(path)
		if i := strings.IndexByte(path[start:], '/'); i >= 0 {
			end = start + i
		}
		last := end == len(path)
		name := path[start:end]
		if file, ok := m.names[name]; ok && (file || !last) {
			return true
		}
		if file, ok := m.paths[path[:end]]; ok && (file || !last) {
			return true
		}
		for _, p := range m.parts {
			if (p.file || !last) && doublestar.MatchUnvalidated(p.glob, name) {
				return true
			}
		}
		start = end + 1
	}
	for _, g := range m.globs {
		if doublestar.MatchUnvalidated(g, path) {
			return true
		}
	}
	return false
}
