// Package glob takes apart the globs by which settings name files: into the alternatives of their
// braces, and into the directory that a search begins in and what is matched below it.
package glob

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Wild reports whether s has anything but literal characters.
func Wild(s string) bool { return strings.ContainsAny(s, `*?[{\`) }

// Split returns the directory that all matches of a valid glob are below, slash-separated, and the
// pattern below it. Where that is not Wild, the glob names the one file base/rest.
func Split(glob string) (base, rest string) { return doublestar.SplitPattern(path.Clean(glob)) }

// Alternatives writes out the braces of a valid glob: {a,b}/c becomes a/c and b/c. It stops soon after
// most of them.
func Alternatives(glob string, most int) []string {
	var cuts []int // the outermost opening brace, its commas, its closing brace
	depth := 0
	for i := 0; i < len(glob); i++ {
		switch glob[i] {
		case '\\':
			i++
		case '[':
			i += max(0, strings.IndexByte(glob[i:], ']'))
		case '{':
			if depth++; depth == 1 {
				cuts = append(cuts, i)
			}
		case ',':
			if depth == 1 {
				cuts = append(cuts, i)
			}
		case '}':
			if depth--; depth > 0 {
				continue
			}
			cuts = append(cuts, i)
			var all []string
			for k := 1; k < len(cuts) && len(all) <= most; k++ {
				all = append(all, Alternatives(glob[:cuts[0]]+glob[cuts[k-1]+1:cuts[k]]+glob[i+1:], most)...)
			}
			return all
		}
	}
	return []string{glob}
}

// Quote is the glob that matches a path alone.
func Quote(name string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `{`, `\{`).Replace(name)
}
