package text

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Encoding is the unit in which an editor counts characters in a line. A byte of invalid UTF-8 is
// one unit in each of them. A value other than the constants acts as UTF16.
type Encoding uint8

// The encodings LSP knows; UTF16 is its default.
const (
	UTF16 Encoding = iota
	UTF8
	UTF32
)

// String returns LSP's name of the encoding, such as "utf-16".
func (e Encoding) String() string {
	switch e {
	case UTF8:
		return "utf-8"
	case UTF32:
		return "utf-32"
	default:
		return "utf-16"
	}
}

// ParseEncoding returns the encoding with LSP's name s.
func ParseEncoding(s string) (Encoding, bool) {
	for e := UTF16; e <= UTF32; e++ {
		if e.String() == s {
			return e, true
		}
	}
	return UTF16, false
}

// Position is a place between two characters, as LSP counts: both fields are 0-based, and Character
// is in units of an [Encoding] that goes with it.
type Position struct{ Line, Character uint32 }

// Range is the text from Start up to End.
type Range struct{ Start, End Position }

// Position returns the position of a byte offset, which is clamped into the text. An offset inside a
// rune means the rune's start, one between \r and \n the end of that line.
func (t *Text) Position(offset int, enc Encoding) Position {
	offset = runeStart(t.s, min(max(offset, 0), len(t.s)))
	if offset > 0 && offset < len(t.s) && t.s[offset-1:offset+1] == "\r\n" {
		offset--
	}
	i := rowAt(t.lsp, offset)
	return Position{Line: uint32(i), Character: uint32(t.units(int(t.lsp[i]), offset, enc))}
}

// Offset returns the byte offset of p. A character past the line means the line's end before its
// terminator, one inside a rune the rune's start; a line past the text means the text's end.
func (t *Text) Offset(p Position, enc Encoding) int {
	if uint64(p.Line) >= uint64(len(t.lsp)) {
		return len(t.s)
	}
	line := strings.TrimRight(t.row(t.lsp, int(p.Line)), "\r\n")
	return int(t.lsp[p.Line]) + enc.prefix(line, p.Character)
}

// Range returns the range between two byte offsets.
func (t *Text) Range(start, end int, enc Encoding) Range {
	return Range{Start: t.Position(start, enc), End: t.Position(end, enc)}
}

// stop is a place in a text, and how many units the text before it takes.
type stop struct{ offset, units int }

// stride is about how many bytes lie between two stops.
const stride = 4096

// stops are the places in s, from its start on.
func stops(s string, e Encoding) []stop {
	out := []stop{{}}
	units, next := 0, stride
	for i, r := range s {
		if i >= next {
			out = append(out, stop{i, units})
			next = i + stride
		}
		units += e.width(r)
	}
	return out
}

// units returns how many units the text between two byte offsets, where runes start, takes. A line may have
// megabytes and thousands of functions.
func (t *Text) units(from, to int, e Encoding) int {
	if to-from <= 2*stride || e == UTF8 {
		return e.units(t.s[from:to])
	}
	i := 0
	if e == UTF32 {
		i = 1
	}
	all := t.wide[i]()
	before := func(offset int) int {
		k, found := slices.BinarySearchFunc(all, offset, func(s stop, offset int) int { return cmp.Compare(s.offset, offset) })
		if !found {
			k--
		}
		return all[k].units + e.units(t.s[all[k].offset:offset])
	}
	return before(to) - before(from)
}

// units returns how many units s takes.
func (e Encoding) units(s string) int {
	if e == UTF8 || isASCII(s) {
		return len(s)
	}
	n := 0
	for _, r := range s {
		n += e.width(r)
	}
	return n
}

// prefix returns the length in bytes of the longest run of whole runes at the start of s that takes
// at most n units.
func (e Encoding) prefix(s string, n uint32) int {
	if uint64(n) >= uint64(len(s)) { // no rune takes more units than bytes
		return len(s)
	}
	left := int(n)
	if e == UTF8 || isASCII(s[:left]) {
		return runeStart(s, left)
	}
	for i, r := range s {
		if left -= e.width(r); left < 0 {
			return i
		}
	}
	return len(s)
}

// width returns how many units of UTF-16 or UTF-32 r takes.
func (e Encoding) width(r rune) int {
	if r > 0xFFFF && e != UTF32 {
		return 2
	}
	return 1
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
