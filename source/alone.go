package source

import (
	"iter"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source/outline"
)

// A private function of these languages can be named in its own text alone, as far as the words before it tell and the text has
// nothing of what reaches functions otherwise: parts of a class in other files, names that are put together, code of another language.
// It is never written.
var privates = map[string]struct {
	// head is what stands before the name of a private one, never what stands there of one that something calls without its name.
	head, never *regexp.Regexp
	// otherwise is what a text has in which such a function may be reached by more than its name; nil for nothing.
	otherwise *regexp.Regexp
	// names are those that something else calls.
	names *regexp.Regexp
	// top tells that only functions of no class are told.
	top bool
}{
	"java":   {head: private, never: annotated, otherwise: regexp.MustCompile(`\bnative\b|getDeclaredMethod|MethodHandles`), names: serialized},
	"kotlin": {head: private, never: regexp.MustCompile(`@|\b(?:operator|override|external|actual|expect)\b`), otherwise: regexp.MustCompile(`declaredFunctions|declaredMember|getDeclaredMethod`), names: serialized},
	// A type that is private may have what a protocol asks for as private, too.
	"swift": {head: regexp.MustCompile(`\b(?:private|fileprivate)\b[^(]`), never: regexp.MustCompile(`@|\b(?:override|dynamic)\b`), names: regexp.MustCompile(`^\W`), top: true},
	"rust": {
		head: regexp.MustCompile(`^[\s\w]*\bfn\s*$`), never: regexp.MustCompile(`#|\b(?:pub|extern)\b`), otherwise: regexp.MustCompile(`\[<|\bmod\s+\w+\s*;|\bconcat_idents!|\binclude!`),
		names: regexp.MustCompile(`^main$`), top: true,
	},
	"php": {
		head: private, never: regexp.MustCompile(`#\[`), otherwise: regexp.MustCompile(`->\s*[{$]|::\s*[{$]|\btrait\s|call_user_func|\[\s*(?:\$this|self::class|static::class|__CLASS__)\s*,\s*[^'"]`),
		names: regexp.MustCompile(`^__`),
	},
}

var (
	private    = regexp.MustCompile(`\bprivate\b`)
	annotated  = regexp.MustCompile(`@`)
	serialized = regexp.MustCompile(`^(?:readObject|writeObject|readObjectNoData|readResolve|writeReplace)$`)
)

// In a module of JavaScript, as which module knows a text, what is not exported can be named in the text alone, but for what
// reached finds.
var (
	module  = regexp.MustCompile(`(?m)^\s*(?:import\b[^(\n]*["']|import\s*\{|export\s+(?:default|const|let|var|function|async|class|type|interface|enum|\{|\*))`)
	reached = regexp.MustCompile(`\beval\s*\(|\bwith\s*\(|new Function\b`)
)

// Alone are the functions that Facts.Alone tells of.
func (p *Parsed) Alone() (out []*coverage.Func) {
	for i := range p.Facts {
		if p.Facts[i].Alone {
			out = append(out, &p.Funcs[i])
		}
	}
	return out
}

// aloneIn are the functions of an outline, by their indexes, of which it is known which are public, that nothing mentions and that nothing outside of the text can: where that is
// certain by the text alone. What a comment or a string has counts as a mention.
func aloneIn(language, src string, o *outline.Outline, public []bool) map[int]bool {
	if o.Broken >= 0 {
		return nil
	}
	by := map[string]int{} // candidates by their names, -1 for several
	rule, private := privates[language]
	script := strings.HasPrefix(language, "javascript") || strings.HasPrefix(language, "typescript")
	switch {
	case private:
		if rule.otherwise != nil && rule.otherwise.MatchString(src) {
			return nil
		}
	case !script || reached.MatchString(src):
		return nil
	}
	isModule := script && module.MatchString(src)
	for i := range o.Funcs {
		f := &o.Funcs[i]
		if f.Name == "" || public[i] || f.Value || f.Handed || f.Called || f.NameEnd > len(src) || src[f.NameStart:f.NameEnd] != f.Name {
			continue
		}
		from := min(f.Marked, f.NameStart)
		head := src[from:f.NameStart]
		if private {
			if rule.top && f.Class != "" || !rule.head.MatchString(head) || rule.never.MatchString(head) || rule.names.MatchString(f.Name) {
				continue
			}
		} else if f.Class != "" || !strings.Contains(head, "function") || strings.Contains(head, "export") || strings.ContainsAny(head, "@=:(") || !isModule && f.Outer < 0 {
			continue
		}
		if _, twice := by[f.Name]; twice {
			by[f.Name] = -1
		} else {
			by[f.Name] = i
		}
	}
	if len(by) == 0 {
		return nil
	}
	for word, at := range wordsOf(src) {
		i, candidate := by[word]
		if !candidate || i < 0 {
			continue
		}
		if f := &o.Funcs[i]; at < commentsAbove(o, src, f.Marked) || at >= f.End {
			by[word] = -1
		}
	}
	out := map[int]bool{}
	for _, i := range by {
		if i >= 0 {
			out[i] = true
		}
	}
	return out
}

// wordsOf are the words of a text with their offsets, wherever they stand.
func wordsOf(src string) iter.Seq2[string, int] {
	letter := func(c rune) bool { return c == '_' || c == '$' || unicode.IsLetter(c) || unicode.IsDigit(c) }
	return func(yield func(string, int) bool) {
		start := -1
		for i := 0; i <= len(src); {
			c, size := rune(' '), 1
			if i < len(src) {
				if c = rune(src[i]); c >= utf8.RuneSelf {
					c, size = utf8.DecodeRuneInString(src[i:])
				}
			}
			switch {
			case letter(c):
				if start < 0 {
					start = i
				}
			case start >= 0:
				if !yield(src[start:i], start) {
					return
				}
				start = -1
			}
			i += size
		}
	}
}
