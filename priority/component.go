package priority

import (
	"strings"

	"github.com/covls/covls/config"
)

// Components says which component a file belongs to: the first configured one that has it, or, where
// none are configured, the innermost folder with a manifest around it.
type Components struct {
	configured []component
	dirs       map[string]bool
	target     float64
}

type component struct {
	name             string
	include, exclude *config.Matcher
	target           float64
}

// NewComponents returns the components of a workspace folder. The dirs are the folders in it that are
// components by their manifests, with slashes and relative to it.
func NewComponents(s *config.Settings, dirs []string) *Components {
	c := &Components{target: s.Target, dirs: map[string]bool{}}
	for _, in := range s.Components {
		own := component{name: in.Name, target: s.Target}
		if in.Target != nil {
			own.target = *in.Target
		}
		own.include, _ = config.NewMatcher(in.Include) // the settings hold globs that are well-formed
		own.exclude, _ = config.NewMatcher(in.Exclude)
		c.configured = append(c.configured, own)
	}
	for _, dir := range dirs {
		c.dirs[dir] = true
	}
	return c
}

// Of returns the component of the file at a path of the JSON report, and its target in percent. The
// name is the configured one or the folder's; "" is all that no other component has, with the module
// at the workspace folder itself.
func (c *Components) Of(path string) (name string, target float64) {
	for _, own := range c.configured {
		if own.include.Match(path) && !own.exclude.Match(path) {
			return own.name, own.target
		}
	}
	if len(c.configured) > 0 {
		return "", c.target
	}
	for dir := path; len(c.dirs) > 0; {
		i := strings.LastIndexByte(dir, '/')
		if i < 0 {
			break
		}
		if dir = dir[:i]; c.dirs[dir] {
			return dir, c.target
		}
	}
	return "", c.target
}
