// Package text holds source texts the way editors and compilers address them: which byte a
// position means, what a text becomes under an edit, and where its lines are in a later text.
//
// Two numberings of lines meet here. LSP counts lines from 0 and ends them with \n, \r\n or a lone
// \r; the Go compiler, and so a Go profile, counts from 1 and ends them with \n only. They part at
// the first lone \r. A [Position] is always LSP's; a plain line number is always the compiler's.
package text

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Text is a source text with an index of its lines. It never changes, so goroutines may share it.
// Only [New] makes a usable one.
type Text struct {
	s     string
	lines []int32 // byte offsets where the compiler's lines start
	lsp   []int32 // likewise for LSP's lines; the same slice unless the text has a lone \r

	wide [2]func() []stop // of UTF-16 and UTF-32: made when a long line asks
}

// New returns s, which must be shorter than 2 GiB, as a text.
func New(s string) *Text {
	lines := make([]int32, 1, strings.Count(s, "\n")+1)
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '\n')
		if i < 0 {
			break
		}
		at += i + 1
		lines = append(lines, int32(at))
	}
	t := &Text{s: s, lines: lines, lsp: lspLines(s, lines)}
	for i, e := range [...]Encoding{UTF16, UTF32} {
		t.wide[i] = sync.OnceValue(func() []stop { return stops(s, e) })
	}
	return t
}

// lspLines returns lines with the starts that each lone \r adds, or lines itself if there is none.
func lspLines(s string, lines []int32) []int32 {
	var all []int32
	rest := lines
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '\r')
		if i < 0 {
			break
		}
		if at += i + 1; strings.HasPrefix(s[at:], "\n") {
			continue
		}
		n, _ := slices.BinarySearch(rest, int32(at))
		all = append(append(all, rest[:n]...), int32(at))
		rest = rest[n:]
	}
	if all == nil {
		return lines
	}
	return append(all, rest...)
}

// String returns the whole text.
func (t *Text) String() string { return t.s }

// Len returns the length of the text in bytes.
func (t *Text) Len() int { return len(t.s) }

// Lines returns the number of the compiler's lines: 1 for an empty text, 2 for "a\n".
func (t *Text) Lines() int { return len(t.lines) }

// Line returns line n (1-based) without the \n or \r\n that ends it, "" for a line outside the text.
func (t *Text) Line(n uint32) string {
	if n == 0 || uint64(n) > uint64(len(t.lines)) {
		return ""
	}
	line := t.row(t.lines, int(n-1))
	if body, ok := strings.CutSuffix(line, "\n"); ok {
		return strings.TrimSuffix(body, "\r")
	}
	return line
}

// At returns the byte offset of a compiler's line and byte column, both 1-based. Column 0 means the
// start of the line, one past the line its end before the terminator; line 0 means the start of the
// text, one past the text its end.
func (t *Text) At(line, col uint32) int {
	switch {
	case line == 0:
		return 0
	case uint64(line) > uint64(len(t.lines)):
		return len(t.s)
	}
	return int(t.lines[line-1]) + int(min(max(col, 1)-1, uint32(len(t.Line(line)))))
}

// LineCol returns the compiler's line and byte column, both 1-based, of a byte offset, which is
// clamped into the text. It undoes At, and has columns for the bytes of a terminator too.
func (t *Text) LineCol(offset int) (line, col uint32) {
	offset = min(max(offset, 0), len(t.s))
	i := rowAt(t.lines, offset)
	return uint32(i + 1), uint32(offset-int(t.lines[i])) + 1
}

// row returns the i-th (0-based) of the lines that start at starts, with its terminator.
func (t *Text) row(starts []int32, i int) string {
	if i+1 < len(starts) {
		return t.s[starts[i]:starts[i+1]]
	}
	return t.s[starts[i]:]
}

// rowAt returns the index of the last start at or before offset.
func rowAt(starts []int32, offset int) int {
	i, found := slices.BinarySearch(starts, int32(offset))
	if !found {
		i--
	}
	return i
}

// runeStart returns where in s the rune starts that byte i is part of. Every byte of invalid UTF-8
// is a rune of its own.
func runeStart(s string, i int) int {
	start := i
	for start < len(s) && start > max(0, i-utf8.UTFMax+1) && !utf8.RuneStart(s[start]) {
		start--
	}
	if _, size := utf8.DecodeRuneInString(s[start:]); start+size > i {
		return start
	}
	return i
}
