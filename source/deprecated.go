package source

import (
	"regexp"
	"sort"
	"strings"

	"github.com/covls/covls/source/outline"
)

// unused is how comments say that nobody uses what they stand above any more.
var unused = regexp.MustCompile(`(?i)\b(is|are) (now |currently )?(unused|no longer used|not used any ?more)\b`)

const (
	unusedWords     = "unused, its comment says"
	deprecatedWords = "deprecated"
)

// deprecated is what a doc comment says against using a function: "deprecated: " and the sentence behind it of a paragraph that
// begins with "Deprecated:", as go doc has it, at most some 160 bytes, or that nobody uses it; "" where it says nothing.
func deprecated(comment string) string {
	const word = "Deprecated:"
	for i := 0; ; {
		at := strings.Index(comment[i:], word)
		if at < 0 {
			break
		}
		at += i
		rest := comment[at+len(word):]
		if line := comment[strings.LastIndexByte(comment[:at], '\n')+1 : at]; strings.Trim(line, "/* \t\r") == "" && (rest == "" || strings.ContainsRune(" \t\r\n", rune(rest[0]))) {
			if text, _, _ := strings.Cut(rest, "\n"); strings.Trim(text, " \t\r*/") == "" {
				rest = "" // what a later paragraph says is about something else
			}
			return instead(sentence("// " + rest))
		}
		i = at + 1
	}
	if unused.MatchString(comment) {
		return unusedWords
	}
	return ""
}

// instead is "deprecated" with what is said of it, in one sentence.
func instead(text string) string {
	text = strings.TrimRight(strings.TrimSpace(text), " .")
	if rest, ok := strings.CutPrefix(text, "Use "); ok {
		text = "use " + rest
	}
	if text == "" {
		return deprecatedWords
	}
	return deprecatedWords + ": " + text
}

// unusedAbove is deprecated for the comment that stands above one blank line, before which the text ends, and names a function.
func unusedAbove(before, name string) string {
	above := strings.TrimRight(before, " \t\r\n")
	if strings.Count(before[len(above):], "\n") != 2 {
		return ""
	}
	comment := commentAbove(before, len(above)+strings.IndexByte(before[len(above):], '\n')+1)
	if at := unused.FindStringIndex(comment); at != nil && wordAt(comment[:at[0]], name, 0) >= 0 {
		return unusedWords
	}
	return ""
}

// deprecation finds what marks a function of another language so: a tag of a comment, an annotation, an attribute.
var deprecation = regexp.MustCompile(`@[Dd]eprecated\b|#\[deprecated\b|\[\[deprecated\b|\[Obsolete\b|@available\([^)\n]*\bdeprecated\b|@warnings\.deprecated\b`)

// quoted is the first string of a text.
var quoted = regexp.MustCompile(`^[^\n]{0,80}?["']([^"'\n]{1,200})["']`)

// noted is the reason that an attribute of Rust gives.
var noted = regexp.MustCompile(`^[^\]\n]{0,200}?\bnote\s*=\s*"([^"\n]{1,200})"`)

// modifiers are what may stand between a comment and a function.
var modifiers = regexp.MustCompile(`^[\sa-z]*$`)

// aboveMost bounds how many bytes before a function are looked at for what marks it.
const aboveMost = 2000

// mayDeprecate reports whether a text has anything that marks a function as deprecated.
func mayDeprecate(src string) bool {
	return strings.Contains(src, "eprecated") || strings.Contains(src, "[Obsolete")
}

// deprecatedIn is what is said of the deprecation of a function of an outline, as deprecated has it.
func deprecatedIn(o *outline.Outline, src string, f *outline.Func) string {
	start := f.Marked
	head := src[commentsAbove(o, src, start):max(start, f.Start)]
	at := deprecation.FindStringIndex(head)
	if at == nil {
		return ""
	}
	rest := head[at[1]:]
	if m := noted.FindStringSubmatch(rest); m != nil {
		return instead(firstOf(m[1]))
	}
	if m := quoted.FindStringSubmatch(rest); m != nil {
		return instead(firstOf(m[1]))
	}
	if attribute := head[at[0]:]; strings.HasPrefix(attribute, "#[") || strings.HasPrefix(attribute, "[") || len(head)-at[0] <= max(start, f.Start)-start {
		return deprecatedWords
	}
	// The words of a tag, up to the next tag or the end of its line.
	line, _, _ := strings.Cut(rest, "\n")
	line = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "*/"))
	return instead(firstOf(strings.TrimLeft(line, ":- ")))
}

// firstOf is the first sentence of a text.
func firstOf(text string) string { return sentence("// " + text) }

// commentsAbove is where the comments begin that end directly above an offset, line by line; the offset where there are none.
func commentsAbove(o *outline.Outline, src string, start int) int {
	from := start
	for k := sort.Search(len(o.Comments), func(k int) bool { return o.Comments[k].Start >= start }) - 1; k >= 0 && start-from < aboveMost; k-- {
		c := o.Comments[k]
		if c.End > from || !modifiers.MatchString(src[c.End:from]) || strings.Count(src[c.End:from], "\n") > 1 {
			break
		}
		if begin := strings.LastIndexByte(src[:c.Start], '\n') + 1; strings.TrimSpace(src[begin:c.Start]) != "" {
			break // behind code
		}
		from = c.Start
	}
	return from
}
