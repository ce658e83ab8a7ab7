package text_test

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/covls/covls/text"
)

// edit returns an edit of [start, end), given as line, character, line, character.
func edit(l0, c0, l1, c1 uint32, s string) text.Edit {
	return text.Edit{Range: text.Range{Start: at{l0, c0}.position(), End: at{l1, c1}.position()}, Text: s}
}

func whole(s string) text.Edit {
	e := edit(1, 2, 3, 4, s)
	e.Whole = true
	return e
}

func TestApply(t *testing.T) {
	t.Parallel()
	const most = 1<<32 - 1
	tests := []struct {
		name, text string
		enc        text.Encoding
		edits      []text.Edit
		want       string
	}{
		{"nothing", "ab", 0, nil, "ab"},
		{"insert", "ab", 0, []text.Edit{edit(0, 1, 0, 1, "x")}, "axb"},
		{"delete", "ab", 0, []text.Edit{edit(0, 0, 0, 1, "")}, "b"},
		{"replace across lines", "ab\ncd", 0, []text.Edit{edit(0, 1, 1, 1, "x")}, "axd"},
		{"ends swapped", "ab\ncd", 0, []text.Edit{edit(1, 1, 0, 1, "x")}, "axd"},
		{"append past the text", "ab", 0, []text.Edit{edit(9, 9, most, most, "c")}, "abc"},
		{"past the line is before lf", "ab\ncd", 0, []text.Edit{edit(0, 9, 0, 9, "x")}, "abx\ncd"},
		{"past the line is before crlf", "ab\r\ncd", 0, []text.Edit{edit(0, most, 0, most, "x")}, "abx\r\ncd"},
		{"lone cr ends a line", "ab\rcd", 0, []text.Edit{edit(1, 0, 1, 1, "x")}, "ab\rxd"},
		{"utf-16", "😀a", text.UTF16, []text.Edit{edit(0, 2, 0, 3, "b")}, "😀b"},
		{"utf-8", "😀a", text.UTF8, []text.Edit{edit(0, 4, 0, 5, "b")}, "😀b"},
		{"utf-32", "😀a", text.UTF32, []text.Edit{edit(0, 1, 0, 2, "b")}, "😀b"},
		{"half a pair is all of it", "😀a", text.UTF16, []text.Edit{edit(0, 1, 0, 2, "b")}, "ba"},
		{"whole", "ab", 0, []text.Edit{whole("x\ny")}, "x\ny"},
		{"whole undoes edits before it", "ab", 0, []text.Edit{edit(0, 0, 0, 0, "x"), whole("y"), edit(0, 1, 0, 1, "z")}, "yz"},
		{"last whole wins", "ab", 0, []text.Edit{whole("x"), whole("y")}, "y"},
		{"second sees the first", "ab", 0, []text.Edit{edit(0, 0, 0, 0, "x\n"), edit(1, 1, 1, 1, "y")}, "x\nayb"},
		{"last place first", "a, a, a", 0, []text.Edit{edit(0, 6, 0, 7, "bcd"), edit(0, 3, 0, 4, ""), edit(0, 0, 0, 1, "\n")}, "\n, , bcd"},
		{"touching, last place first", "ab", 0, []text.Edit{edit(0, 1, 0, 2, "y"), edit(0, 0, 0, 1, "x")}, "xy"},
		{"inside what was inserted", "ab", 0, []text.Edit{edit(0, 1, 0, 1, "xxx"), edit(0, 2, 0, 3, "y")}, "axyxb"},
		{"line grew", "ab\nc", 0, []text.Edit{edit(0, 2, 1, 0, ""), edit(0, 9, 0, 9, "!")}, "abc!"},
		{"cr and lf meet", "a\rb\nc", 0, []text.Edit{edit(1, 0, 1, 1, ""), edit(1, 0, 1, 0, "x")}, "a\r\nxc"},
		{"bytes meet in a rune", "\xe2\x82x\xac", 0, []text.Edit{edit(0, 2, 0, 3, ""), edit(0, 1, 0, 1, "y")}, "€y"},
		{"lf leaves cr", "a\r\nb", 0, []text.Edit{edit(0, 1, 0, 1, "\rx"), edit(1, 1, 1, 1, "y")}, "a\rxy\r\nb"},
		{"a line more, last place first", "a\r\nb", 0, []text.Edit{edit(1, 0, 1, 0, "\n"), edit(0, 0, 0, 0, "x"), edit(1, 0, 1, 0, "y")}, "xa\r\ny\nb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x := text.New(tt.text)
			if got := x.Apply(tt.edits, tt.enc).String(); got != tt.want {
				t.Errorf("Apply = %q, want %q", got, tt.want)
			}
			if got := naiveApply(tt.text, tt.edits, tt.enc); got != tt.want {
				t.Errorf("the reference gives %q, want %q", got, tt.want)
			}
			if x.String() != tt.text {
				t.Errorf("Apply changed its text to %q", x)
			}
		})
	}
}

func FuzzApply(f *testing.F) {
	f.Add("ab\ncd\r\nef", "x|y\n|", []byte{0, 1, 1, 1, 0, 0, 0, 0, 2, 1}, uint8(0))
	f.Add("a\rb\nc\r\n", "\r|\n|é", []byte{3, 0, 3, 0, 0, 2, 0, 2, 0, 1, 1, 0, 1, 0, 2}, uint8(0))
	f.Add("😀é\n€x\n", "😀|\n", []byte{1, 2, 1, 1, 0, 0, 1, 0, 2, 1, 0, 0, 9, 9, 0}, uint8(2))
	f.Add("a\xe2\x82\n\xac", "\xac|\xe2", []byte{0, 1, 0, 1, 1, 0, 3, 1, 0, 0, 0, 0, 0, 2, 9}, uint8(1))
	f.Add("one two one two", "1|22", []byte{0, 8, 0, 11, 0, 0, 0, 0, 3, 1, 0, 4, 0, 4, 7}, uint8(0))
	f.Fuzz(func(t *testing.T, s, inserts string, script []byte, enc uint8) {
		texts := strings.Split(inserts, "|")
		var edits []text.Edit
		for ; len(script) >= 5; script = script[5:] {
			e := edit(uint32(script[0]), uint32(script[1]), uint32(script[2]), uint32(script[3]), texts[int(script[4])%len(texts)])
			e.Whole = script[4] == 0xFF
			edits = append(edits, e)
		}
		e := encodings[int(enc)%len(encodings)]
		got, want := text.New(s).Apply(edits, e), naiveApply(s, edits, e)
		if got.String() != want {
			t.Fatalf("%q with %v in %v = %q, want %q", s, edits, e, got, want)
		}
	})
}

// naiveApply is Apply by the letter of LSP, one edit and one character at a time.
func naiveApply(s string, edits []text.Edit, enc text.Encoding) string {
	for _, e := range edits {
		start, end := naiveOffset(s, e.Range.Start, enc), naiveOffset(s, e.Range.End, enc)
		switch {
		case e.Whole:
			s = e.Text
		case start <= end:
			s = s[:start] + e.Text + s[end:]
		default:
			s = s[:end] + e.Text + s[start:]
		}
	}
	return s
}

// naiveOffset walks from the start of s to p.
func naiveOffset(s string, p text.Position, enc text.Encoding) int {
	o := 0
	for line := uint32(0); line < p.Line; line++ {
		n := strings.IndexAny(s[o:], "\r\n")
		if n < 0 {
			return len(s)
		}
		if o += n + 1; s[o-1] == '\r' && o < len(s) && s[o] == '\n' {
			o++
		}
	}
	for units := 0; o < len(s) && s[o] != '\r' && s[o] != '\n'; {
		r, size := utf8.DecodeRuneInString(s[o:])
		switch enc {
		case text.UTF8:
			units += size
		case text.UTF16:
			units += len(utf16.Encode([]rune{r}))
		case text.UTF32:
			units++
		}
		if uint64(units) > uint64(p.Character) {
			break
		}
		o += size
	}
	return o
}
