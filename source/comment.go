package source

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// maxDoc bounds the length in bytes of a sentence from a comment.
const maxDoc = 160

// commentAbove is the comment that ends on the line before the one that begins, but for blanks, at
// offset at of a Go text; "" where there is none.
func commentAbove(src string, at int) string {
	end := len(strings.TrimRight(src[:at], " \t"))
	if end == 0 || src[end-1] != '\n' {
		return ""
	}
	start := end
	for start > 0 {
		from := strings.LastIndexByte(src[:start-1], '\n') + 1
		line := strings.TrimSpace(src[from:start])
		switch {
		case strings.HasPrefix(line, "//"):
			start = from
			continue
		case start == end && strings.HasSuffix(line, "*/"):
			open := strings.LastIndex(src[:start], "/*")
			if open < 0 || strings.TrimSpace(src[strings.LastIndexByte(src[:open], '\n')+1:open]) != "" {
				return ""
			}
			return src[open:end]
		}
		break
	}
	return src[start:end]
}

// commentAt is the comment of // lines that begins at the start of text.
func commentAt(text string) string {
	end := 0
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimLeft(line, " \t"), "//") {
			break
		}
		end += len(line)
	}
	return text[:end]
}

// sentence is the first sentence of a Go comment on one line; "" where it has no text, or is about
// rights. One that is too long ends in "…".
func sentence(comment string) string {
	if comment == "" {
		return ""
	}
	var b strings.Builder
	b.Grow(min(len(comment), maxDoc+len(" …")))
	block := strings.HasPrefix(comment, "/*")
	if block {
		comment = strings.TrimSuffix(strings.TrimSpace(comment[2:]), "*/")
	}
	for line := range strings.Lines(comment) {
		line = strings.TrimSpace(line)
		if block {
			line = strings.TrimSpace(strings.TrimPrefix(line, "*"))
		} else {
			line = strings.TrimPrefix(line, "//")
			if isDirective(line) {
				continue
			}
			line = strings.TrimSpace(line)
		}
		if line == "" {
			if b.Len() > 0 {
				break
			}
			continue
		}
		for word := range strings.FieldsSeq(line) {
			if b.Len()+len(word) > maxDoc {
				if b.Len() == 0 {
					return ""
				}
				return checked(b.String() + " …")
			}
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(word)
			if endsSentence(word) {
				return checked(b.String())
			}
		}
	}
	return checked(b.String())
}

// docstring begins the text of a Python module that says what it is.
var docstring = regexp.MustCompile(`^[rRuU]?("""|\'\'\')`)

// fileTag is what a comment that is about its file begins with, where it is none of what follows it.
var fileTag = regexp.MustCompile(`(?:^|\n)\s*(?:@fileoverview|@file|\\file\b)\s+(?:\S+\.\w+\s*\n)?|^\s*(This (?:file|module) )`)

// headDoc is what a text of another language than Go says of itself; see Parsed.Doc.
func headDoc(language, text string) string {
	head := strings.TrimPrefix(text[:min(len(text), headBytes)], "\ufeff")
	switch language {
	case "python":
		for head != "" {
			line, rest, _ := strings.Cut(head, "\n")
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				break
			}
			head = rest
		}
		if m := docstring.FindStringSubmatch(head); m != nil {
			text, _, _ := strings.Cut(head[len(m[0]):], m[1])
			return sentence(text)
		}
		return ""
	case "rust":
		var lines strings.Builder
		for line := range strings.Lines(head) {
			trimmed := strings.TrimSpace(line)
			switch text, own := strings.CutPrefix(trimmed, "//!"); {
			case own:
				// A heading names the file again.
				if text = strings.TrimSpace(text); !strings.HasPrefix(text, "#") {
					lines.WriteString(text + "\n")
				}
			case trimmed != "" && !strings.HasPrefix(trimmed, "//"):
				return sentence(lines.String())
			}
		}
		return sentence(lines.String())
	}
	for _, comment := range leading(language, head) {
		if m := fileTag.FindStringSubmatchIndex(comment); m != nil {
			from := m[1]
			if m[2] >= 0 {
				from = m[2]
			}
			return sentence(comment[from:])
		}
	}
	return ""
}

// isDirective reports whether what stands behind // is for a tool, as go/ast decides.
func isDirective(line string) bool {
	if strings.HasPrefix(line, "line ") || strings.HasPrefix(line, "extern ") || strings.HasPrefix(line, "export ") {
		return true
	}
	tool, rest, ok := strings.Cut(line, ":")
	lower := func(r rune) bool { return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' }
	return ok && tool != "" && rest != "" && lower(rune(rest[0])) && strings.TrimFunc(tool, lower) == ""
}

// checked drops what go/doc takes for no synopsis, and what no editor could show.
func checked(s string) string {
	lower := strings.ToLower(s)
	for _, p := range []string{"copyright", "all rights", "author", "spdx-"} {
		if strings.HasPrefix(lower, p) {
			return ""
		}
	}
	if !utf8.ValidString(s) {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	return s
}

// endsSentence reports whether a word is the last of a sentence. A dot behind a single letter in upper
// case, as in a name, ends none, as in go/doc; nor does one of a usual abbreviation.
func endsSentence(word string) bool {
	if strings.HasSuffix(word, "。") || strings.HasSuffix(word, "．") {
		return true
	}
	word = strings.TrimRight(word, `)"'`)
	rest, ok := strings.CutSuffix(word, ".")
	if !ok {
		return false
	}
	switch strings.ToLower(strings.TrimLeft(rest, "(")) {
	case "e.g", "i.e", "etc", "vs", "cf", "viz", "resp", "approx", "":
		return false
	}
	return !strings.HasSuffix(rest, ".") && (len(rest) != 1 || rest[0] < 'A' || rest[0] > 'Z')
}
