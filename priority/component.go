package priority

import (
	"strings"

	"github.com/covls/covls/config"
	"github.com/covls/covls/coverage"
)

// Components says which component a file belongs to: the first configured one that has it, or, where
// none are configured, the innermost folder with a manifest around it.
type Components struct {
	configured []component
	dirs       map[string]bool
	settings   *config.Settings
}

type component struct {
	name             string
	include, exclude *config.Matcher
	target           *float64 // in percent; nil where it has none of its own
}

// NewComponents returns the components of a workspace folder. The dirs are the folders in it that are
// components by their manifests, with slashes and relative to it.
func NewComponents(s *config.Settings, dirs []string) *Components {
	c := &Components{settings: s, dirs: map[string]bool{}}
	for _, in := range s.Components {
		own := component{name: in.Name, target: in.Target}
		own.include, _ = config.NewMatcher(in.Include) // the settings hold globs that are well-formed
		own.exclude, _ = config.NewMatcher(in.Exclude)
		c.configured = append(c.configured, own)
	}
	for _, dir := range dirs {
		c.dirs[dir] = true
	}
	return c
}

// Of returns the component of the file at a path of the JSON report: the configured name or the folder's; "" is all that no
// other component has, with the module at the workspace folder itself.
func (c *Components) Of(path string) string {
	for _, own := range c.configured {
		if own.include.Match(path) && !own.exclude.Match(path) {
			return own.name
		}
	}
	if len(c.configured) > 0 {
		return ""
	}
	for dir := path; len(c.dirs) > 0; {
		i := strings.LastIndexByte(dir, '/')
		if i < 0 {
			break
		}
		if dir = dir[:i]; c.dirs[dir] {
			return dir
		}
	}
	return ""
}

// aim is what the component of a name, which is covered as t says, should reach.
func (c *Components) aim(name string, t coverage.Tally) coverage.Aim {
	for _, own := range c.configured {
		if own.name == name && own.target != nil {
			return coverage.Aim{Percent: *own.target}
		}
	}
	return c.settings.Aim(t)
}
