package config

import (
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/covls/covls/glob"
)

// Places are where the settings of a folder may lead to. What the user set, in an editor or on the command
// line, may lead anywhere.
type Places struct {
	// Folders are the workspace folders, absolute.
	Folders []string
	// Temporary are where the user's programs keep what nobody else needs, absolute. Profiles may lie
	// there too. What lies in Home does not count for one of them that holds Home, nor does anything for
	// the root of a file system.
	Temporary []string
	// Home is the user's home, absolute; "" where there is none.
	Home string

	known func() *bounds // Folders, Temporary and Home without symlinks; nil where nobody has looked yet
}

// bounds are all the places.
func (p Places) bounds() *bounds {
	if p.known != nil {
		return p.known()
	}
	b := &bounds{roots: resolved(p.Folders...)}
	for _, dir := range resolved(p.Temporary...) {
		if filepath.Dir(dir) != dir {
			b.temporary = append(b.temporary, dir)
		}
	}
	if home := resolved(p.Home); len(home) > 0 {
		b.home = home[0]
	}
	return b
}

// UserPlaces are the places for workspace folders, with the user's temporary and cache folders.
func UserPlaces(folders ...string) Places {
	p := Places{Folders: folders}
	caches, _ := os.UserCacheDir() // "" where there is none
	for _, dir := range []string{os.TempDir(), os.Getenv("XDG_CACHE_HOME"), caches} {
		if filepath.IsAbs(dir) {
			p.Temporary = append(p.Temporary, dir)
		}
	}
	if home, err := os.UserHomeDir(); err == nil && filepath.IsAbs(home) {
		p.Home = home
	}
	p.known = sync.OnceValue(p.bounds) // for any number of folders
	return p
}

// bounds are directories without symlinks that something must lie in, links resolved.
type bounds struct {
	roots     []string
	temporary []string
	home      string
}

// newBounds are those of settings in a file, "" for none: they may lead below its folder, too. A file above
// the workspace is the user's own; see Find.
func newBounds(p Places, file string) *bounds {
	b := p.bounds()
	roots := b.roots
	if file != "" {
		roots = slices.Concat(roots, resolved(filepath.Dir(file)))
	}
	return &bounds{roots: roots}
}

// withTemporary are the bounds of profiles.
func (b *bounds) withTemporary(p Places) *bounds {
	all := p.bounds()
	return &bounds{roots: b.roots, temporary: all.temporary, home: all.home}
}

// hold reports whether an absolute path lies in them.
func (b *bounds) hold(path string) bool {
	real, ok := resolve(path)
	if !ok {
		return false
	}
	if slices.ContainsFunc(b.roots, func(dir string) bool { return inDir(real, dir) }) {
		return true
	}
	home := b.home != "" && inDir(real, b.home)
	return slices.ContainsFunc(b.temporary, func(dir string) bool { return inDir(real, dir) && !(home && inDir(b.home, dir)) })
}

func resolved(paths ...string) []string {
	var out []string
	for _, p := range paths {
		if real, ok := resolve(p); ok && filepath.IsAbs(p) {
			out = append(out, real)
		}
	}
	return out
}

// resolve returns an absolute path without symlinks, as far as it is there. A link that leads to nothing
// leads there all the same. ok is false for links that lead in a circle. Hard links look like any file, and
// junctions of Windows like any folder: whoever can make them in the workspace runs programs here already.
func resolve(path string) (real string, ok bool) {
	const most = 255 // links and folders
	rest := ""
	for range most {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			return filepath.Join(real, rest), true
		}
		up := filepath.Dir(path)
		to, err := os.Readlink(path)
		switch {
		case err == nil && filepath.IsAbs(to):
			path = to
		case err == nil:
			// Above it there may be a link, too, so that ".." would be another folder than it seems.
			if up, err = filepath.EvalSymlinks(up); err != nil {
				return "", false
			}
			path = filepath.Join(up, to)
		case up == path:
			return filepath.Join(path, rest), true
		default:
			path, rest = up, filepath.Join(filepath.Base(path), rest)
		}
	}
	return "", false
}

// inDir reports whether a cleaned absolute path is dir or lies below it.
func inDir(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// raise is how many times its default a limit may be that a settings file sets.
const raise = 4

// Confine returns the settings of the workspace folder dir without the profiles and mappings by which a
// settings file leads to where it may not, and with no limit of a file above raise times its default; each of
// them is a problem. From then on Reads knows where profiles may lie.
func (e Effective) Confine(dir string, p Places) (Effective, []Problem) {
	e.lines = maps.Clone(e.lines)
	var problems, more []Problem
	if file, _ := e.Place("profiles", -1); file != "" || e.Profiles == nil {
		e.reads = newBounds(p, file).withTemporary(p)
		e.Profiles, problems = sieve(&e, "profiles", e.Profiles, func(pattern string) string {
			to := e.leaves(dir, pattern)
			if to == "" {
				return ""
			}
			return fmt.Sprintf(" is %s, which leads to %s: a settings file can name profiles in the workspace and below the temporary and cache folders; name others in the editor's settings or with --profile",
				quotePath(pattern), quotePath(to))
		})
	}
	if file, _ := e.Place("path", -1); file != "" {
		in := newBounds(p, file)
		e.Paths, more = sieve(&e, "path", e.Paths, func(m PathMapping) string {
			to := filepath.FromSlash(strings.ReplaceAll(m.To, `\`, "/"))
			if !filepath.IsAbs(to) {
				to = filepath.Join(dir, to)
			}
			if in.hold(to) {
				return ""
			}
			return fmt.Sprintf(".to is %s, which leads out of the workspace: a settings file can map to folders in it; map to others in the editor's settings", quotePath(m.To))
		})
	}
	return e, slices.Concat(problems, more, e.confineBaseline(dir, p), e.lower())
}

// confineBaseline forgets a baseline of a settings file that lies elsewhere.
func (e *Effective) confineBaseline(dir string, p Places) []Problem {
	const name = "changed.baseline"
	file, _ := e.Place(name, -1)
	if file == "" {
		return nil
	}
	path, ok := e.Changed.Path(dir)
	if !ok || newBounds(p, file).hold(path) {
		return nil
	}
	at := e.lines[name]
	text := fmt.Sprintf("%s is %s, which leads out of the workspace: a settings file can name baselines in it; name others in the editor's settings", name, quotePath(e.Changed.Baseline))
	e.Changed.Baseline = ""
	return []Problem{{Key: name, Where: fmt.Sprintf("%s:%d", at.file, at.name), Line: at.name, Col: 1, Severity: SeverityWarning, Text: text}}
}

// lower takes the limits of a settings file down to what one may have.
func (e *Effective) lower() (problems []Problem) {
	ordinary := Default()
	for _, k := range keys {
		at, inFile := e.lines[k.name]
		if !inFile || at.file == "" || !strings.HasPrefix(k.name, "limits.") {
			continue
		}
		most, err := strconv.ParseInt(k.print(&ordinary), 10, 64)
		set, err2 := strconv.ParseInt(k.print(&e.Settings), 10, 64)
		if most *= raise; err != nil || err2 != nil || set <= most {
			continue
		}
		k.decode(&e.Settings, most)
		problems = append(problems, Problem{
			Key: k.name, Where: fmt.Sprintf("%s:%d", at.file, at.name), Line: at.name, Col: 1, Severity: SeverityWarning,
			Text: fmt.Sprintf("%s is %d; a settings file can set %d at most, which holds here: set more in the editor's settings", k.name, set, most),
		})
	}
	return problems
}

// Reads reports whether a profile may lie at an absolute path, with its links resolved.
func (e Effective) Reads(path string) bool { return e.reads == nil || e.reads.hold(path) }

// ReadsLike reports whether Reads is the same for both.
func (e Effective) ReadsLike(o Effective) bool { return reflect.DeepEqual(e.reads, o.reads) }

// ProfilePatterns returns Profiles as globs that are absolute or relative to the workspace folder dir.
func (e Effective) ProfilePatterns(dir string) []string {
	var out []string
	for _, p := range e.Profiles {
		out = append(out, e.pattern(dir, p))
	}
	return out
}

func (e Effective) pattern(dir, pattern string) string {
	if e.base == "" || filepath.IsAbs(pattern) {
		return pattern
	}
	// Not joined, which would take ".." in braces for what it is not, nor absolute: the folders' names may
	// have characters of globs in them.
	rel, err := filepath.Rel(dir, e.base)
	switch {
	case err != nil:
		return filepath.Join(e.base, pattern)
	case rel == ".":
		return pattern
	}
	return filepath.ToSlash(rel) + "/" + pattern
}

// leaves returns where a pattern of a settings file leads to that profiles may not lie in; "" is nowhere.
func (e Effective) leaves(dir, pattern string) string {
	const most = 1000 // more are never searched
	for _, g := range glob.Alternatives(filepath.ToSlash(e.pattern(dir, pattern)), most) {
		at, rest := glob.Split(g)
		if !glob.Wild(rest) {
			at = path.Join(at, rest)
		}
		if at = filepath.FromSlash(at); !filepath.IsAbs(at) {
			at = filepath.Join(dir, at)
		}
		if !e.Reads(at) {
			if to, ok := resolve(at); ok {
				return to
			}
			return at
		}
	}
	return ""
}

// sieve leaves out the elements of a list in a file that have a fault, which goes on after their name.
func sieve[T any](e *Effective, key string, list []T, fault func(T) string) (kept []T, problems []Problem) {
	at := e.lines[key]
	left := lines{file: at.file, name: at.name}
	kept = list[:0:0]
	for i, v := range list {
		text := fault(v)
		if text == "" {
			kept = append(kept, v)
			left.elements = append(left.elements, at.elements[i])
			continue
		}
		name := fmt.Sprintf("%s[%d]", key, i)
		problems = append(problems, Problem{
			Key: name, Where: fmt.Sprintf("%s:%d:%d", at.file, at.elements[i].line, at.elements[i].col),
			Line: at.elements[i].line, Col: at.elements[i].col, Severity: SeverityWarning, Text: name + text,
		})
	}
	if len(problems) > 0 {
		e.lines[key] = left
	}
	return kept, problems
}

// quotePath is show for paths, which are longer.
func quotePath(p string) string {
	const most = 200
	if r := []rune(p); len(r) > most {
		p = string(r[:most]) + "…"
	}
	return strconv.Quote(p)
}
