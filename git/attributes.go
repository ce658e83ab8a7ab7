package git

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/covls/covls/source"
)

// Attributes knows what the files .gitattributes of a work tree say of its files. It belongs to one goroutine, and
// reads each of them once.
type Attributes struct {
	top  string
	dirs map[string][]attributeRule // by folder: the rules of it and of those around it
	left int                        // how many rules are still read
	// macros are what [attr] lines of the file at the top make names stand for; git knows none of other files.
	macros map[string][]setting
}

// attributeRule is a line of a file .gitattributes that has to do with what is read.
type attributeRule struct {
	dir     string // of the file, slash-separated and relative to the top; "" for the top
	pattern string
	// based tells that the pattern is one of names, in any folder.
	based bool
	sets  []setting
}

// setting is what a line says of an attribute. Says is Unsaid where the line takes it back: !linguist-generated.
type setting struct {
	name string
	says source.Answer
	// bare tells that it is set without a value, as a macro has to be.
	bare bool
}

// Bounds of what is read: git itself takes no longer lines.
const (
	maxAttributes     = 256 << 10 // bytes of a file
	maxAttributeLine  = 2048
	maxAttributeRules = 10_000
	maxAttributeDepth = 64
	maxMacroDepth     = 16
)

// attributesRead are those that are read.
var attributesRead = []string{"linguist-generated", "linguist-vendored", "linguist-documentation", "filter", "working-tree-encoding"}

// attributesFile is what git calls them.
const attributesFile = ".gitattributes"

// NewAttributes knows those of the work tree around dir, an absolute path, or of dir where it is in none.
func NewAttributes(dir string) *Attributes {
	top, ok := Top(dir)
	if !ok {
		top = dir
	}
	return &Attributes{top: top, dirs: map[string][]attributeRule{}, left: maxAttributeRules}
}

// Of returns what is said of a file by its absolute path: the last line that matches it decides, for each attribute, and what lies
// deeper comes later. Nothing is said of a file outside of the work tree.
func (a *Attributes) Of(file string) source.Attributes {
	said := a.said(file)
	return source.Attributes{Generated: said["linguist-generated"], Vendored: said["linguist-vendored"], Documentation: said["linguist-documentation"]}
}

// Filtered reports whether git keeps another text of a file than a checkout has, but for line ends: a filter makes the one
// of the other, as LFS does, or it is in another encoding. The file is named as for Of.
func (a *Attributes) Filtered(file string) bool {
	said := a.said(file)
	return said["filter"] == source.Yes || said["working-tree-encoding"] == source.Yes
}

// said is what is said of a file by the names of attributes.
func (a *Attributes) said(file string) map[string]source.Answer {
	rest, ok := source.Below(file, a.top)
	if !ok || rest == "" {
		return nil
	}
	rel := filepath.ToSlash(rest)
	base := path.Base(rel)
	var said map[string]source.Answer
	for _, r := range slices.Backward(a.in(path.Dir(rel), 0)) {
		name := base
		if !r.based {
			name = strings.TrimPrefix(strings.TrimPrefix(rel, r.dir), "/")
		}
		if ok, _ := doublestar.Match(r.pattern, name); !ok {
			continue
		}
		if said == nil {
			said = map[string]source.Answer{}
		}
		a.say(said, r.sets, 0)
	}
	return said
}

// say adds what settings say, the last of them first, to what later lines have said. A macro says what it stands for where it is
// set.
func (a *Attributes) say(said map[string]source.Answer, sets []setting, depth int) {
	for _, s := range slices.Backward(sets) {
		if _, known := said[s.name]; known {
			continue
		}
		said[s.name] = s.says
		if of := a.macros[s.name]; of != nil && s.bare && depth < maxMacroDepth {
			a.say(said, of, depth+1)
		}
	}
}

// in are the rules for the files of a folder, slash-separated and relative to the top: those of the outermost file first.
func (a *Attributes) in(dir string, depth int) []attributeRule {
	if dir == "." || dir == "/" {
		dir = ""
	}
	if known, ok := a.dirs[dir]; ok {
		return known
	}
	var around []attributeRule
	if dir != "" {
		if depth > maxAttributeDepth {
			return nil
		}
		around = a.in(path.Dir(dir), depth+1)
	}
	own := a.read(dir)
	all := around[:len(around):len(around)]
	all = append(all, own...)
	a.dirs[dir] = all
	return all
}

// read reads the file of a folder. One that is no regular file says nothing: git follows no link either.
func (a *Attributes) read(dir string) []attributeRule {
	at := filepath.Join(a.top, filepath.FromSlash(dir), attributesFile)
	if info, err := os.Lstat(at); err != nil || !info.Mode().IsRegular() || a.left <= 0 {
		return nil
	}
	text, err := source.ReadFile(at, maxAttributes)
	if err != nil || len(a.macros) == 0 && !slices.ContainsFunc(attributesRead, func(name string) bool { return strings.Contains(text, name) }) {
		return nil
	}
	text = strings.TrimPrefix(text, "\ufeff")
	if dir == "" {
		a.define(text)
	}
	var out []attributeRule
	for line := range strings.Lines(text) {
		if a.left <= 0 {
			break
		}
		if r, ok := a.line(line, dir); ok {
			out = append(out, r)
			a.left--
		}
	}
	return out
}

// define notes the macros of a text.
func (a *Attributes) define(text string) {
	a.macros = map[string][]setting{}
	for line := range strings.Lines(text) {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), macroMark)
		if !ok || len(line) > maxAttributeLine || len(a.macros) >= maxAttributeRules {
			continue
		}
		if end := strings.IndexAny(rest+" ", " \t"); end > 0 {
			a.macros[rest[:end]] = settings(rest[end:])
		}
	}
}

// macroMark begins a line that makes a macro.
const macroMark = "[attr]"

// settings reads what stands behind the pattern of a line.
func settings(text string) []setting {
	var out []setting
	for attribute := range strings.FieldsSeq(text) {
		s := setting{says: source.Yes}
		name, value, has := strings.Cut(attribute, "=")
		switch {
		case strings.HasPrefix(name, "-"):
			s.says, name = source.No, name[1:]
		case strings.HasPrefix(name, "!"):
			s.says, name = source.Unsaid, name[1:]
		case has && (value == "false" || value == "0" || value == "no" || value == "off"):
			s.says = source.No
		default:
			s.bare = !has
		}
		s.name = name
		out = append(out, s)
	}
	return out
}

// line reads a line; ok is false for one that has nothing to do with what is read.
func (a *Attributes) line(line, dir string) (r attributeRule, ok bool) {
	line = strings.TrimSpace(line)
	if len(line) > maxAttributeLine || line == "" || line[0] == '#' {
		return r, false
	}
	pattern, rest := line, ""
	if line[0] == '"' {
		if pattern, rest, ok = quotedPattern(line); !ok {
			return r, false
		}
	} else if i := strings.IndexAny(line, " \t"); i >= 0 {
		pattern, rest = line[:i], line[i:]
	}
	// A pattern can't be negated, and one of folders alone matches no file.
	if pattern == "" || pattern[0] == '!' || strings.HasPrefix(pattern, macroMark) && len(pattern) > len(macroMark) || strings.HasSuffix(pattern, "/") {
		return r, false
	}
	r.sets = slices.DeleteFunc(settings(rest), func(s setting) bool {
		return !slices.Contains(attributesRead, s.name) && a.macros[s.name] == nil
	})
	r.dir = dir
	r.based = !strings.Contains(pattern, "/")
	// The braces of doublestar are none of git's.
	r.pattern = strings.NewReplacer("{", `\{`, "}", `\}`).Replace(strings.TrimPrefix(pattern, "/"))
	return r, len(r.sets) > 0 && doublestar.ValidatePattern(r.pattern)
}

// quotedPattern takes apart a line whose pattern is quoted as in C.
func quotedPattern(line string) (pattern, rest string, ok bool) {
	var b strings.Builder
	for i := 1; i < len(line); i++ {
		switch c := line[i]; c {
		case '"':
			return b.String(), line[i+1:], true
		case '\\':
			if i++; i == len(line) {
				return "", "", false
			}
			switch e := line[i]; e {
			case 'n':
				b.WriteByte('\n')
			case 't':
				b.WriteByte('\t')
			case '0', '1', '2', '3':
				if i+2 >= len(line) {
					return "", "", false
				}
				n := 0
				for _, d := range []byte(line[i : i+3]) {
					if d < '0' || d > '7' {
						return "", "", false
					}
					n = n*8 + int(d-'0')
				}
				b.WriteByte(byte(n))
				i += 2
			default:
				b.WriteByte(e)
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}
