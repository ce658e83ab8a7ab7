package git

import (
	"os"
	"path"
	"path/filepath"
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
}

// attributeRule is a line of a file .gitattributes that has to do with linguist.
type attributeRule struct {
	dir     string // of the file, slash-separated and relative to the top; "" for the top
	pattern string
	// based tells that the pattern is one of names, in any folder.
	based bool
	says  source.Attributes
	// taken are the attributes that the line takes back: !linguist-generated.
	taken source.Attributes
}

// Bounds of what is read: git itself takes no longer lines.
const (
	maxAttributes     = 256 << 10 // bytes of a file
	maxAttributeLine  = 2048
	maxAttributeRules = 10_000
	maxAttributeDepth = 64
)

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
	var out source.Attributes
	rest, ok := source.Below(file, a.top)
	if !ok || rest == "" {
		return out
	}
	rel := filepath.ToSlash(rest)
	base := path.Base(rel)
	for _, r := range a.in(path.Dir(rel), 0) {
		name := base
		if !r.based {
			name = strings.TrimPrefix(strings.TrimPrefix(rel, r.dir), "/")
		}
		if ok, _ := doublestar.Match(r.pattern, name); !ok {
			continue
		}
		say(&out.Generated, r.says.Generated, r.taken.Generated)
		say(&out.Vendored, r.says.Vendored, r.taken.Vendored)
		say(&out.Documentation, r.says.Documentation, r.taken.Documentation)
	}
	return out
}

func say(of *source.Answer, says, taken source.Answer) {
	if says != source.Unsaid || taken != source.Unsaid {
		*of = says
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
	if err != nil || !strings.Contains(text, "linguist-") {
		return nil
	}
	var out []attributeRule
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		if a.left <= 0 {
			break
		}
		if r, ok := attributeLine(line, dir); ok {
			out = append(out, r)
			a.left--
		}
	}
	return out
}

// attributeLine reads a line; ok is false for one that has nothing to do with linguist.
func attributeLine(line, dir string) (r attributeRule, ok bool) {
	line = strings.TrimSpace(line)
	if len(line) > maxAttributeLine || line == "" || line[0] == '#' || !strings.Contains(line, "linguist-") {
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
	if pattern == "" || pattern[0] == '!' || strings.HasPrefix(pattern, "[attr]") || strings.HasSuffix(pattern, "/") {
		return r, false
	}
	found := false
	for attribute := range strings.FieldsSeq(rest) {
		says, taken := source.Yes, false
		name, value, has := strings.Cut(attribute, "=")
		switch {
		case strings.HasPrefix(name, "-"):
			says, name = source.No, name[1:]
		case strings.HasPrefix(name, "!"):
			taken, name = true, name[1:]
		case has && (value == "false" || value == "0" || value == "no" || value == "off"):
			says = source.No
		}
		var of, off *source.Answer
		switch name {
		case "linguist-generated":
			of, off = &r.says.Generated, &r.taken.Generated
		case "linguist-vendored":
			of, off = &r.says.Vendored, &r.taken.Vendored
		case "linguist-documentation":
			of, off = &r.says.Documentation, &r.taken.Documentation
		default:
			continue
		}
		found = true
		if *of, *off = says, source.Unsaid; taken {
			*of, *off = source.Unsaid, source.Yes
		}
	}
	r.dir = dir
	r.based = !strings.Contains(pattern, "/")
	// The braces of doublestar are none of git's.
	r.pattern = strings.NewReplacer("{", `\{`, "}", `\}`).Replace(strings.TrimPrefix(pattern, "/"))
	return r, found && doublestar.ValidatePattern(r.pattern)
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
