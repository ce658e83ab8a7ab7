package escape

import (
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON is a JSON text with the same values, in which hidden characters are escaped, so that it can be
// looked at and be printed into the output of a build. It is the text itself where there is nothing to escape.
func JSON(text []byte) []byte {
	if plain(text) {
		return text
	}
	s := string(text)
	return []byte(replaced(s, "\n\r\t", func(r rune) string {
		if r > 0xffff {
			high, low := utf16.EncodeRune(r)
			return fmt.Sprintf(`\u%04x\u%04x`, high, low)
		}
		return fmt.Sprintf(`\u%04x`, r)
	}))
}

// plain reports whether a text is ASCII without anything that JSON would escape.
func plain(text []byte) bool {
	for i, c := range text {
		switch {
		case c == '\n' || c == '\r' || c == '\t':
		case c < 0x20 || c >= 0x7f, c == '#' && i > 0 && text[i-1] == '#':
			return false
		}
	}
	return true
}

// TOML is a basic string of TOML, on one line. What is no UTF-8 is U+FFFD in it.
func TOML(s string) string {
	s = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\b", `\b`, "\t", `\t`, "\n", `\n`, "\f", `\f`, "\r", `\r`).Replace(s)
	return `"` + replaced(s, "", func(r rune) string {
		if r > 0xffff {
			return fmt.Sprintf(`\U%08x`, r)
		}
		return fmt.Sprintf(`\u%04x`, r)
	}) + `"`
}

// replaced is s with something else for each hidden character but those of keep, and for the second # of
// what services would take for a command.
func replaced(s, keep string, with func(rune) string) string {
	var b strings.Builder
	kept := 0
	for i, r := range s {
		n := 1
		switch {
		case r == utf8.RuneError:
			if _, n = utf8.DecodeRuneInString(s[i:]); n > 1 {
				continue
			}
		case Hidden(r) && !strings.ContainsRune(keep, r):
			n = utf8.RuneLen(r)
		case r == '#' && i > 0 && s[i-1] == '#' && isCommand(s[i+1:]):
		default:
			continue
		}
		b.WriteString(s[kept:i] + with(r))
		kept = i + n
	}
	return b.String() + s[kept:]
}

// SARIF is Line as the text of a message in SARIF, in which nothing is a placeholder or a link.
func SARIF(s string) string {
	s = strings.NewReplacer("{", "{{", "}", "}}").Replace(Line(s))
	if strings.Contains(s, "](") { // only then a backslash is one that escapes
		s = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`).Replace(s)
	}
	return s
}

// Annotation is Words as the message of a command to GitHub's runner, behind the second "::"; see
// packages/core/src/command.ts of github.com/actions/toolkit.
func Annotation(s string) string { return strings.ReplaceAll(Words(s), "%", "%25") }

// Property is Line as the value of a property of such a command.
func Property(s string) string {
	return strings.NewReplacer("%", "%25", ":", "%3A", ",", "%2C").Replace(Line(s))
}

// Azure is Line as the value of a property of a command to Azure's agent; see
// https://github.com/microsoft/azure-pipelines-agent/blob/master/docs/design/logIssueCommand.md and AgentCommandManager.
func Azure(s string) string {
	return strings.NewReplacer("%", "%AZP25", ";", "%3B", "]", "%5D").Replace(Line(s))
}

// AzureMessage is Words as the message of such a command.
func AzureMessage(s string) string { return strings.ReplaceAll(Words(s), "%", "%AZP25") }
