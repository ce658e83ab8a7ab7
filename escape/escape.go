// Package escape makes texts of others harmless where they go: names of functions and files, what
// settings and comments say, messages of tools. Anybody may have written them.
//
// In all that people read, a character that would command a terminal, begin a line, turn round or hide
// what stands beside it is shown instead: a newline as ␊, an override of direction as ⟨U+202E⟩. What is
// no UTF-8 is U+FFFD. Data keep such characters, in the escapes of their format.
package escape

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line shows a name, or a text of one line.
func Line(s string) string { return show(s, false) }

// Words shows a text that may be laid out in lines, such as a message or a reason, as one line: space of
// any width is one blank.
func Words(s string) string { return Line(strings.Join(strings.Fields(s), " ")) }

// Lines shows a text of several lines, whose line ends and tabs stay.
func Lines(s string) string { return show(s, true) }

// Record is Line for what is printed as a line of its own: it is no command to a service that reads the
// output of a build, like "::add-mask::" at the beginning of a line.
func Record(s string) string { return uncommanded(Line(s)) }

// Log is Lines for what is printed, with every line as by Record.
func Log(s string) string {
	s = Lines(s)
	if !strings.Contains(s, "::") {
		return s
	}
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString(uncommanded(line))
	}
	return b.String()
}

// uncommanded breaks the sign by which GitHub's runner knows a command, for which it skips leading space.
func uncommanded(line string) string {
	if rest := strings.TrimLeftFunc(line, unicode.IsSpace); strings.HasPrefix(rest, "::") {
		return line[:len(line)-len(rest)] + shown(':') + rest[1:]
	}
	return line
}

// Message is Words for a message that an editor shows: VS Code makes links, also of commands, of
// [text](target) in them, and knows no escapes.
func Message(s string) string {
	s = Words(s)
	var b strings.Builder
	for {
		at := strings.Index(s, "](")
		if at < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:at+1])
		if linked := at > 0 && s[at-1] != '[' && isScheme(s[at+2:]); linked {
			b.WriteString(shown('('))
		} else {
			b.WriteByte('(')
		}
		s = s[at+2:]
	}
}

// isScheme reports whether s begins with that of a URI.
func isScheme(s string) bool {
	const longest = 64
	s = strings.TrimLeft(s[:min(len(s), longest)], " ")
	name, _, colon := strings.Cut(s, ":")
	return colon && name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return !isWord(r) && r != '+' && r != '.' && r != '-'
	})
}

// isWord reports whether r is a letter, a digit or a mark.
func isWord(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.M) }

// show shows what is hidden in s, but for line ends and tabs where lines are kept, and breaks the signs by
// which services know commands anywhere in a line: "##[", "##vso[", "##teamcity[".
func show(s string, lines bool) string {
	var b strings.Builder
	kept := 0 // of s, what is written
	before := rune(-1)
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		var with string
		switch {
		case r == utf8.RuneError && n == 1:
			with = string(utf8.RuneError)
		case lines && (r == '\n' || r == '\t'):
		case Hidden(r):
			if !joins(before, s[i:i+n], s[i+n:]) {
				with = shown(r)
			}
		case r == '#' && before == '#' && isCommand(s[i+1:]):
			with = shown(r)
		}
		if with != "" {
			b.WriteString(s[kept:i])
			b.WriteString(with)
			kept = i + n
		}
		before = r
		i += n
	}
	if kept == 0 {
		return s
	}
	b.WriteString(s[kept:])
	return b.String()
}

// isCommand reports whether s goes on behind ## like a command to a service.
func isCommand(s string) bool {
	return strings.HasPrefix(strings.TrimLeft(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"), "[")
}

// Hidden reports whether a character is not seen as itself: one that controls a terminal, a line or the
// direction of text, and one without any width. Not among them are the selectors that choose the picture
// of the character before.
func Hidden(r rune) bool {
	switch {
	case r < 0xa0:
		return r < 0x20 || r >= 0x7f
	case r < 0x300:
		return r == 0xad
	case r >= 0xe0000:
		return r <= 0xe0fff
	}
	switch r {
	case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180c, 0x180d, 0x180f, 0x2065, 0x3164, 0xffa0:
		return true
	}
	return 0xfff0 <= r && r <= 0xfff8 || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)
}

// shown is what stands for a character that is not to be one.
func shown(r rune) string {
	switch {
	case r < 0x20:
		return string(rune(0x2400) + r)
	case r == 0x7f:
		return "␡"
	}
	return fmt.Sprintf("⟨U+%04X⟩", r)
}

// joins reports whether a character joins, or keeps apart, those beside it, as in Persian, Hindi and
// pictures of several people. No earlier script has need of that.
func joins(before rune, s, after string) bool {
	const hebrew = 0x590
	next, _ := utf8.DecodeRuneInString(after)
	wide := func(r rune) bool { return r >= hebrew && r != utf8.RuneError && !Hidden(r) }
	return (s == "\u200c" || s == "\u200d") && wide(before) && wide(next)
}
