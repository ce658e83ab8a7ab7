package escape

import (
	"strings"
	"unicode/utf8"
)

// Markdown is Line in Markdown that shows it as it is, where a line or a list's item begins as well as
// within: nothing of it is a link, an image, an element of HTML or a mark of any kind.
func Markdown(s string) string {
	s = strings.TrimSpace(Line(s))
	first, tail := first(s), len(strings.TrimRight(s, "# "))
	var b strings.Builder
	before := ' '
	for i, r := range s {
		rest := s[i+utf8.RuneLen(r):]
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '>' && i == 0:
			b.WriteString("&gt;")
		case r == '&' && (rest != "" && (rest[0] == '#' || isLetter(rest[0]))):
			b.WriteString("&amp;")
		default:
			if i == first || r == '#' && i >= tail || marks(before, r, s[:i], rest) {
				b.WriteByte('\\')
			}
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}

// Prose is Words in Markdown that shows it as it is.
func Prose(s string) string { return Markdown(Words(s)) }

// first is the index of the character that would make a list, or a line, of a text that begins so; -1
// where there is none.
func first(s string) int {
	switch {
	case strings.HasPrefix(s, "-"), strings.HasPrefix(s, "+"), strings.HasPrefix(s, "="):
		return 0
	}
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	switch rest := s[digits:]; {
	case digits == 0, rest != "." && rest != ")" && !strings.HasPrefix(rest, ". ") && !strings.HasPrefix(rest, ") "):
		return -1
	}
	return digits
}

// marks reports whether a character between others has a meaning in Markdown, or makes a link of text
// that looks like one.
func marks(before, r rune, head, rest string) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	switch r {
	case '`', '*', '~', '$', '|':
		return true
	case '[', '#': // [x]: …, [ ] …, # …
		return head == ""
	case ']': // without which there is no link; there is no target elsewhere in the text that [x] means
		return rest == "" || strings.ContainsRune("([:{", next)
	case '\\':
		return rest == "" || isPunctuation(next)
	case '_':
		return !isWord(before) || !isWord(next)
	case '/': // http://…, and //… for some
		return before == '/'
	case '@':
		return before > ' ' && isWord(next)
	case '.':
		return len(head) >= len("www") && strings.EqualFold(head[len(head)-len("www"):], "www")
	}
	return false
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// isPunctuation reports whether a backslash before r is one that escapes.
func isPunctuation(r rune) bool {
	return '!' <= r && r <= '/' || ':' <= r && r <= '@' || '[' <= r && r <= '`' || '{' <= r && r <= '~'
}

// Code is Line in a code span of Markdown, whatever is in it.
func Code(s string) string {
	s = Line(s)
	longest, run := 0, 0
	for i := range len(s) {
		if run++; s[i] != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	pad := ""
	switch {
	case s == "":
		return "` `"
	case longest > 0, s[0] == ' ' && s[len(s)-1] == ' ' && strings.TrimLeft(s, " ") != "":
		pad = " "
	}
	fence := strings.Repeat("`", longest+1)
	return fence + pad + s + pad + fence
}

// Cell is Markdown of one line as it stands in a cell of a table, which ends at every bar without a
// backslash, in code too.
func Cell(markdown string) string {
	if !strings.Contains(markdown, "|") {
		return markdown
	}
	var b strings.Builder
	slashes := 0
	for i := range len(markdown) {
		c := markdown[i]
		if c == '|' && slashes%2 == 0 {
			b.WriteByte('\\')
		}
		if slashes++; c != '\\' {
			slashes = 0
		}
		b.WriteByte(c)
	}
	return b.String()
}

// Plain shows on a terminal, or in a log, what Markdown of covls's own says, which has others' texts by Markdown, Prose and
// Code: these are as they were before that. Headings, lists and the backticks around code stay; what is set in bold is not.
// Lines that begin with four spaces are literal.
func Plain(markdown string) string {
	var b strings.Builder
	for line := range strings.Lines(markdown) {
		if strings.HasPrefix(line, "    ") {
			b.WriteString(line)
			continue
		}
		for line != "" {
			text, n := plainFirst(line)
			b.WriteString(text)
			line = line[n:]
		}
	}
	return Log(b.String())
}

// plainFirst is what the first of a line's characters and marks says, and how long that is in bytes.
func plainFirst(line string) (text string, n int) {
	if strings.HasPrefix(line, "**") {
		return "", len("**")
	}
	switch line[0] {
	case '\\':
		if len(line) > 1 && isPunctuation(rune(line[1])) {
			return line[1:2], 2
		}
	case '&':
		for _, e := range []struct{ name, text string }{{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}} {
			if strings.HasPrefix(line, e.name) {
				return e.text, len(e.name)
			}
		}
	case '`':
		return plainCode(line)
	}
	return line[:1], 1
}

// plainCode is the code span that a line begins with, between single backticks.
func plainCode(line string) (text string, n int) {
	inside := strings.TrimLeft(line, "`")
	fence := line[:len(line)-len(inside)]
	for at := 0; ; {
		i := strings.Index(inside[at:], "`")
		if i < 0 {
			return fence, len(fence) // which nothing ends
		}
		at += i
		rest := strings.TrimLeft(inside[at:], "`")
		if end := len(inside) - len(rest); end-at == len(fence) {
			code := inside[:at]
			if len(code) > 1 && code[0] == ' ' && code[len(code)-1] == ' ' && strings.Trim(code, " ") != "" {
				code = code[1 : len(code)-1]
			}
			return "`" + code + "`", len(fence) + end
		}
		at = len(inside) - len(rest)
	}
}
