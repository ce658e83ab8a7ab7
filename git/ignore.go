package git

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/covls/covls/source"
)

// Bounds of what is read of files that name what git ignores.
const (
	maxIgnore      = 1 << 20 // bytes of a file
	maxIgnoreRules = 50_000
)

// ignoreRule is a line of a .gitignore. Its format is of git's Documentation/gitignore.adoc.
type ignoreRule struct {
	dir     string // of the file, slash-separated and relative to the top; "" is the top, or no folder
	pattern string
	plain   bool // the pattern stands for itself
	based   bool // it is one of names, in any folder
	folders bool // it is of folders alone
	keeps   bool // what it matches is not ignored
}

func (r *ignoreRule) matches(rel string, folder bool) bool {
	if r.folders && !folder {
		return false
	}
	name := rel
	if r.based {
		name = path.Base(rel)
	} else if r.dir != "" {
		name = strings.TrimPrefix(rel, r.dir+"/")
	}
	if r.plain {
		return name == r.pattern
	}
	ok, _ := doublestar.Match(r.pattern, name)
	return ok
}

// ignores are the rules of a folder and of those around it: the last that matches decides.
type ignores []ignoreRule

// has reports whether a path in the folder is ignored, where what is around it is not.
func (i ignores) has(rel string, folder bool) bool {
	for at := len(i) - 1; at >= 0; at-- {
		if i[at].matches(rel, folder) {
			return !i[at].keeps
		}
	}
	return false
}

// with are the rules with those of a file for a folder.
func (i ignores) with(file, dir string, left *int) ignores {
	text, err := source.ReadFile(file, maxIgnore)
	if err != nil {
		return i
	}
	all := i[:len(i):len(i)]
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		if r, ok := ignoreLine(line, dir); ok {
			if *left--; *left < 0 {
				break
			}
			all = append(all, r)
		}
	}
	return all
}

// ignoreLine reads a line; ok is false for one without a pattern, and for one that is broken, which matches nothing.
func ignoreLine(line, dir string) (r ignoreRule, ok bool) {
	line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
	if line == "" || line[0] == '#' || len(line) > maxWanted {
		return r, false
	}
	for strings.HasSuffix(line, " ") && !strings.HasSuffix(line, `\ `) {
		line = line[:len(line)-1]
	}
	r.dir = dir
	line, r.keeps = strings.CutPrefix(line, "!")
	line, r.folders = strings.CutSuffix(line, "/")
	r.based = !strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	if line == "" {
		return r, false
	}
	// What is below a folder is not the folder.
	if strings.HasSuffix(line, "/**") {
		line += "/*"
	}
	r.plain = !strings.ContainsAny(line, `*?[\`)
	if r.pattern = line; !r.plain {
		r.pattern = classes(line)
	}
	return r, r.plain || doublestar.ValidatePattern(r.pattern)
}

// classes is a pattern of git's as one of doublestar, which has braces, and no names of classes.
func classes(pattern string) string {
	return strings.NewReplacer(
		`\{`, `\{`, `\}`, `\}`, "{", `\{`, "}", `\}`,
		"[:alpha:]", "a-zA-Z", "[:digit:]", "0-9", "[:alnum:]", "a-zA-Z0-9", "[:lower:]", "a-z", "[:upper:]", "A-Z", "[:xdigit:]", "0-9a-fA-F", "[:space:]", " \t",
	).Replace(pattern)
}

// in are the rules with those of the .gitignore in a folder of a work tree. git follows no link to one.
func (i ignores) in(root, dir string, left *int) ignores {
	file := filepath.Join(root, filepath.FromSlash(dir), ".gitignore")
	if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() {
		return i
	}
	return i.with(file, dir, left)
}

// usualIgnores are the rules of the whole work tree that stand in no folder of it: those of whoever works there, where they
// are in the usual place, and those of the repository.
func (r *repository) usualIgnores(env func(string) string, left *int) ignores {
	var out ignores
	config := env("XDG_CONFIG_HOME")
	if home := env("HOME"); config == "" && home != "" {
		config = filepath.Join(home, ".config")
	}
	if filepath.IsAbs(config) {
		out = out.with(filepath.Join(config, "git", "ignore"), "", left)
	}
	return out.with(filepath.Join(r.common, "info", "exclude"), "", left)
}
