package place

import (
	"path/filepath"
	"strings"

	"golang.org/x/text/unicode/norm"
)

func slashed(name string) string { return strings.ReplaceAll(name, `\`, "/") }

func isWindowsAbs(slash string) bool { return isDrive(slash) && len(slash) > 2 && slash[2] == '/' }

// isDrive reports whether a path begins with a drive letter.
func isDrive(slash string) bool { return len(slash) > 1 && slash[1] == ':' && isLetter(slash[0]) }

// isImport reports whether a name may begin with an import path, which has no empty and no dot
// segments.
func isImport(slash string) bool {
	for s := range strings.SplitSeq(slash, "/") {
		if s == "" || s == "." || s == ".." {
			return false
		}
	}
	return strings.Contains(slash, "/")
}

// cutPrefix cuts whole segments off a slash-separated path.
func cutPrefix(path, prefix string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(path, prefix)
	if !ok || rest != "" && rest[0] != '/' {
		return "", false
	}
	return strings.TrimPrefix(rest, "/"), true
}

func join(dir, path string) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// Composed is a name in one form: what macOS writes has accents as characters of their own, what others write has not.
func Composed(name string) string {
	if isASCII(name) {
		return name
	}
	return norm.NFC.String(name)
}

// lower is a name that others in other letters have, too, whatever form it is in.
func lower(name string) string { return strings.ToLower(Composed(name)) }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
