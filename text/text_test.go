package text_test

import (
	"slices"
	"testing"

	"github.com/covls/covls/text"
)

func TestLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []string
	}{
		{"empty", "", []string{""}},
		{"no terminator", "a", []string{"a"}},
		{"terminator ends with an empty line", "a\n", []string{"a", ""}},
		{"empty lines", "\n\n", []string{"", "", ""}},
		{"crlf", "a\r\nb\r\n", []string{"a", "b", ""}},
		{"mixed", "a\r\nb\nc", []string{"a", "b", "c"}},
		{"lone cr ends no line", "a\rb\nc", []string{"a\rb", "c"}},
		{"only the last cr belongs to crlf", "a\r\r\nb", []string{"a\r", "b"}},
		{"cr at the end", "a\r", []string{"a\r"}},
		{"other separators end no line", "a\u2028b\vc\fd", []string{"a\u2028b\vc\fd"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x := text.New(tt.text)
			var got []string
			for n := range x.Lines() {
				got = append(got, x.Line(uint32(n+1)))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("lines = %q, want %q", got, tt.want)
			}
			for _, n := range []uint32{0, uint32(x.Lines() + 1), 1<<31 + 1, 1<<32 - 1} {
				if got := x.Line(n); got != "" {
					t.Errorf("Line(%d) = %q, want none", n, got)
				}
			}
			if x.String() != tt.text || x.Len() != len(tt.text) {
				t.Errorf("String, Len = %q, %d", x.String(), x.Len())
			}
		})
	}
}

func TestAt(t *testing.T) {
	t.Parallel()
	const (
		lf   = "ab\ncdé\n\nx"
		crlf = "ab\r\ncd\r\n"
		cr   = "a\rb\nc\r\r\n"
		most = 1<<32 - 1
	)
	tests := []struct {
		name, text string
		line, col  uint32
		want       int
	}{
		{"start", lf, 1, 1, 0},
		{"inside", lf, 1, 2, 1},
		{"end of line", lf, 1, 3, 2},
		{"past the line", lf, 1, 4, 2},
		{"far past the line", lf, 1, most, 2},
		{"column 0", lf, 2, 0, 3},
		{"bytes, not characters", lf, 2, 5, 7},
		{"empty line", lf, 3, 1, 8},
		{"past an empty line", lf, 3, 2, 8},
		{"last line", lf, 4, 1, 9},
		{"end of text", lf, 4, 2, 10},
		{"past the last line's end", lf, 4, 9, 10},
		{"line 0", lf, 0, 7, 0},
		{"past the text", lf, 5, 1, 10},
		{"far past the text", lf, most, most, 10},
		{"before crlf", crlf, 1, 3, 2},
		{"inside crlf", crlf, 1, 4, 2},
		{"past crlf", crlf, 1, 5, 2},
		{"after crlf", crlf, 2, 1, 4},
		{"last empty line", crlf, 3, 1, 8},
		{"past a lone cr", cr, 1, 3, 2},
		{"line after a lone cr", cr, 2, 1, 4},
		{"lone cr before crlf", cr, 2, 9, 6},
		{"empty text", "", 1, 1, 0},
		{"past an empty text", "", 2, 2, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := text.New(tt.text).At(tt.line, tt.col); got != tt.want {
				t.Errorf("At(%d, %d) in %q = %d, want %d", tt.line, tt.col, tt.text, got, tt.want)
			}
		})
	}
}

func TestLineCol(t *testing.T) {
	t.Parallel()
	const s = "é\r\nb\rc\n"
	tests := []struct {
		name      string
		offset    int
		line, col uint32
	}{
		{"before the text", -5, 1, 1},
		{"start", 0, 1, 1},
		{"inside a rune", 1, 1, 2},
		{"at cr", 2, 1, 3},
		{"at lf", 3, 1, 4},
		{"next line", 4, 2, 1},
		{"after a lone cr", 6, 2, 3},
		{"end", 8, 3, 1},
		{"past the text", 99, 3, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if line, col := text.New(s).LineCol(tt.offset); line != tt.line || col != tt.col {
				t.Errorf("LineCol(%d) = %d, %d, want %d, %d", tt.offset, line, col, tt.line, tt.col)
			}
		})
	}
}
