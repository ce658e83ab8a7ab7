package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/covls/covls/text"
)

var encodings = []text.Encoding{text.UTF16, text.UTF8, text.UTF32}

func TestParseEncoding(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		want text.Encoding
		ok   bool
	}{
		{"utf-16", text.UTF16, true},
		{"utf-8", text.UTF8, true},
		{"utf-32", text.UTF32, true},
		{"UTF-8", text.UTF16, false},
		{"", text.UTF16, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := text.ParseEncoding(tt.name)
			if got != tt.want || ok != tt.ok {
				t.Errorf("ParseEncoding(%q) = %v, %t, want %v, %t", tt.name, got, ok, tt.want, tt.ok)
			}
			if ok && got.String() != tt.name {
				t.Errorf("String() = %q, want %q", got, tt.name)
			}
		})
	}
	if got := text.Encoding(9).String(); got != "utf-16" {
		t.Errorf("an unknown encoding is named %q", got)
	}
}

// at is a position as tests write it: line and character.
type at [2]uint32

func (a at) position() text.Position { return text.Position{Line: a[0], Character: a[1]} }

func TestPosition(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		offset     int
		want       [3]at // in UTF-16, UTF-8, UTF-32
	}{
		{"before the text", "ab", -1, [3]at{{0, 0}, {0, 0}, {0, 0}}},
		{"ascii", "ab\ncd", 4, [3]at{{1, 1}, {1, 1}, {1, 1}}},
		{"at lf", "ab\ncd", 2, [3]at{{0, 2}, {0, 2}, {0, 2}}},
		{"past the text", "ab\n", 9, [3]at{{1, 0}, {1, 0}, {1, 0}}},
		{"end without terminator", "ab", 2, [3]at{{0, 2}, {0, 2}, {0, 2}}},
		{"two bytes", "éx", 2, [3]at{{0, 1}, {0, 2}, {0, 1}}},
		{"three bytes", "€x", 3, [3]at{{0, 1}, {0, 3}, {0, 1}}},
		{"four bytes", "😀x", 4, [3]at{{0, 2}, {0, 4}, {0, 1}}},
		{"inside a rune", "x😀", 4, [3]at{{0, 1}, {0, 1}, {0, 1}}},
		{"only its own line counts", "😀\nx😀y", 10, [3]at{{1, 3}, {1, 5}, {1, 2}}},
		{"after a bad byte", "\xffx", 1, [3]at{{0, 1}, {0, 1}, {0, 1}}},
		{"in a cut rune", "\xf0\x9f\x98x", 3, [3]at{{0, 3}, {0, 3}, {0, 3}}},
		{"stray continuation", "é\xa9\xa9x", 4, [3]at{{0, 3}, {0, 4}, {0, 3}}},
		{"real replacement character", "\ufffdx", 3, [3]at{{0, 1}, {0, 3}, {0, 1}}},
		{"at crlf", "é\r\nb", 2, [3]at{{0, 1}, {0, 2}, {0, 1}}},
		{"inside crlf", "é\r\nb", 3, [3]at{{0, 1}, {0, 2}, {0, 1}}},
		{"after crlf", "é\r\nb", 4, [3]at{{1, 0}, {1, 0}, {1, 0}}},
		{"at a lone cr", "a\rb", 1, [3]at{{0, 1}, {0, 1}, {0, 1}}},
		{"after a lone cr", "a\rb", 2, [3]at{{1, 0}, {1, 0}, {1, 0}}},
		{"inside crlf after a lone cr", "\r\r\n", 2, [3]at{{1, 0}, {1, 0}, {1, 0}}},
		{"end after a last cr", "a\r", 2, [3]at{{1, 0}, {1, 0}, {1, 0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for i, enc := range encodings {
				if got := text.New(tt.text).Position(tt.offset, enc); got != tt.want[i].position() {
					t.Errorf("Position(%d, %v) in %q = %v, want %v", tt.offset, enc, tt.text, got, tt.want[i])
				}
			}
		})
	}
}

func TestOffset(t *testing.T) {
	t.Parallel()
	const most = 1<<32 - 1
	tests := []struct {
		name, text string
		at         at
		want       [3]int // in UTF-16, UTF-8, UTF-32
	}{
		{"start", "ab", at{0, 0}, [3]int{0, 0, 0}},
		{"ascii", "ab\ncd", at{1, 1}, [3]int{4, 4, 4}},
		{"end of line", "ab\ncd", at{0, 2}, [3]int{2, 2, 2}},
		{"past the line", "ab\ncd", at{0, 3}, [3]int{2, 2, 2}},
		{"far past the line", "ab\ncd", at{0, most}, [3]int{2, 2, 2}},
		{"past the text", "ab\ncd", at{2, 0}, [3]int{5, 5, 5}},
		{"far past the text", "ab\ncd", at{most, most}, [3]int{5, 5, 5}},
		{"last empty line", "ab\n", at{1, 7}, [3]int{3, 3, 3}},
		{"past crlf", "ab\r\ncd", at{0, 3}, [3]int{2, 2, 2}},
		{"after crlf", "ab\r\ncd", at{1, 0}, [3]int{4, 4, 4}},
		{"past a lone cr", "a\rb", at{0, 2}, [3]int{1, 1, 1}},
		{"after a lone cr", "a\rb", at{1, 1}, [3]int{3, 3, 3}},
		{"crlf after a lone cr", "a\r\r\nb", at{1, 5}, [3]int{2, 2, 2}},
		{"line after both", "a\r\r\nb", at{2, 0}, [3]int{4, 4, 4}},
		{"after a rune", "éx", at{0, 2}, [3]int{3, 2, 3}},
		{"inside a rune", "€xyz", at{0, 1}, [3]int{3, 0, 3}},
		{"inside a surrogate pair", "😀xyz", at{0, 1}, [3]int{0, 0, 4}},
		{"after a surrogate pair", "😀xyz", at{0, 2}, [3]int{4, 0, 5}},
		{"ascii before other", "xyé", at{0, 2}, [3]int{2, 2, 2}},
		{"fewer units than bytes, past the line", "€\nx", at{0, 2}, [3]int{3, 0, 3}},
		{"bad byte", "\xff\xfex", at{0, 1}, [3]int{1, 1, 1}},
		{"cut rune", "\xf0\x9f\x98x", at{0, 2}, [3]int{2, 2, 2}},
		{"empty text", "", at{0, 1}, [3]int{0, 0, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for i, enc := range encodings {
				if got := text.New(tt.text).Offset(tt.at.position(), enc); got != tt.want[i] {
					t.Errorf("Offset(%v, %v) in %q = %d, want %d", tt.at, enc, tt.text, got, tt.want[i])
				}
			}
		})
	}
}

func TestRange(t *testing.T) {
	t.Parallel()
	got := text.New("a😀\nb").Range(5, 7, text.UTF16)
	want := text.Range{Start: at{0, 3}.position(), End: at{1, 1}.position()}
	if got != want {
		t.Errorf("Range = %v, want %v", got, want)
	}
}

func FuzzPosition(f *testing.F) {
	for _, s := range []string{
		"", "a", "a\n", "a\r\nb", "a\rb\n\r", "\r\r\n\n", "é€😀\n😀é", "\xff\n\xe2\x82\n\xf0\x9f\x98", "\ufeffa\u2028b",
	} {
		f.Add(s, uint32(0), uint32(1))
	}
	f.Fuzz(func(t *testing.T, s string, line, char uint32) {
		x := text.New(s)
		for _, enc := range encodings {
			checkOffset(t, x, text.Position{Line: line, Character: char}, enc)
			checkOffset(t, x, text.Position{Line: line % 8, Character: char % 8}, enc)
			last := text.Position{}
			for o := range s + "." { // every rune start, and the end
				if o > 0 && o < len(s) && s[o-1:o+1] == "\r\n" {
					continue
				}
				p := x.Position(o, enc)
				if got := x.Offset(p, enc); got != o {
					t.Fatalf("%q: offset %d is %v in %v, and that offset %d", s, o, p, enc, got)
				}
				if o > 0 && !before(last, p) {
					t.Fatalf("%q: %v at offset %d in %v does not follow %v", s, p, o, enc, last)
				}
				last = p
			}
			for o := -1; o <= len(s)+1; o++ { // any offset means a rune start at or just before it
				got := x.Offset(x.Position(o, enc), enc)
				if o = min(max(o, 0), len(s)); got > o || got < o-utf8.UTFMax {
					t.Fatalf("%q: offset %d goes to %d in %v", s, o, got, enc)
				}
				if o == len(s) {
					break
				}
			}
		}
		for o := range len(s) + 1 {
			n, col := x.LineCol(o)
			if n != uint32(1+strings.Count(s[:o], "\n")) {
				t.Fatalf("%q: offset %d is in line %d", s, o, n)
			}
			crlf := o > 0 && o < len(s) && s[o-1:o+1] == "\r\n"
			if got := x.At(n, col); got != o && !crlf || crlf && got != o-1 {
				t.Fatalf("%q: offset %d is %d:%d, and that offset %d", s, o, n, col, got)
			}
		}
		if o := x.At(line, char); o < 0 || o > len(s) {
			t.Fatalf("%q: At(%d, %d) = %d", s, line, char, o)
		}
		x.Line(line)
	})
}

// checkOffset checks that p, however wild, means what the naive reference says.
func checkOffset(t *testing.T, x *text.Text, p text.Position, enc text.Encoding) {
	t.Helper()
	if got, want := x.Offset(p, enc), naiveOffset(x.String(), p, enc); got != want {
		t.Fatalf("%q: Offset(%v, %v) = %d, want %d", x, p, enc, got, want)
	}
}

func before(a, b text.Position) bool {
	return a.Line < b.Line || a.Line == b.Line && a.Character < b.Character
}

// TestPositionLongLine holds places in lines that are far longer than what is counted at a time against a count from
// the line's start.
func TestPositionLongLine(t *testing.T) {
	t.Parallel()
	s := "short\n" + strings.Repeat("aé😀\xff€", 5000) + "\r\n" + strings.Repeat("x", 30_000) + "😀" + strings.Repeat("é", 10_000)
	x := text.New(s)
	for _, enc := range encodings {
		line, units, next := uint32(0), 0, 0
		for i, r := range s {
			if i >= next {
				next = i + 97 // of all of them some
				if got, want := x.Position(i, enc), (text.Position{Line: line, Character: uint32(units)}); r != '\n' && got != want {
					t.Fatalf("%v: offset %d is at %v, want %v", enc, i, got, want)
				}
			}
			switch size := utf8.RuneLen(r); {
			case r == '\n':
				line, units = line+1, 0
			case r == utf8.RuneError && s[i] == '\xff':
				units++
			case enc == text.UTF8:
				units += size
			case enc == text.UTF16 && r > 0xFFFF:
				units += 2
			default:
				units++
			}
		}
	}
}
