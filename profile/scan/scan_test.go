package scan_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/covls/covls/profile/scan"
)

func TestLines(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	long := strings.Repeat("a", scan.MaxLine-1) + "\n"
	many := strings.Repeat("a line\nand another\n", 50_000)
	tests := []struct {
		name string
		text string
		last error // of the reader behind the text
		want string
		err  error
	}{
		{"empty", "", io.EOF, "", io.EOF},
		{"whole lines", "a\nb\n", io.EOF, "a\nb\n", io.EOF},
		{"no last newline", "a\nb", io.EOF, "a\nb", io.EOF},
		{"only newlines", "\n\n", io.EOF, "\n\n", io.EOF},
		{"many chunks", many, io.EOF, many, io.EOF},
		{"the longest line", "a\n" + long + long + "b", io.EOF, "a\n" + long + long + "b", io.EOF},
		{"the longest line without a newline", long[1:] + long[1:], io.EOF, long[1:] + long[1:], io.EOF},
		{"too long", "a\nb\na" + long, io.EOF, "a\nb\n", scan.ErrTooLong},
		{"too long without a newline", "a\nbb" + strings.TrimSpace(long), io.EOF, "a\n", scan.ErrTooLong},
		{"broken", "a\nb\nc", broken, "a\nb\n", broken},
	}
	for _, tt := range tests {
		for _, reader := range []struct {
			name string
			wrap func(io.Reader) io.Reader
		}{
			{"at once", func(r io.Reader) io.Reader { return r }},
			{"in halves", iotest.HalfReader},
			{"data with error", iotest.DataErrReader},
		} {
			t.Run(tt.name+"/"+reader.name, func(t *testing.T) {
				t.Parallel()
				lines := scan.NewLines(reader.wrap(io.MultiReader(strings.NewReader(tt.text), iotest.ErrReader(tt.last))))
				var got bytes.Buffer
				var chunk []byte
				var err error
				for {
					if chunk, err = lines.Next(); err != nil {
						break
					}
					if got.Len() > 0 && got.Bytes()[got.Len()-1] != '\n' || len(chunk) == 0 {
						t.Fatalf("a chunk of %d bytes after a line without end", len(chunk))
					}
					got.Write(chunk)
				}
				if got.String() != tt.want || err != tt.err {
					t.Errorf("have %d bytes and %v, want %d and %v", got.Len(), err, len(tt.want), tt.err)
				}
				if _, again := lines.Next(); again != err {
					t.Errorf("have %v, then %v", err, again)
				}
			})
		}
	}
}

// idle reads nothing and never ends.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestLinesIdle(t *testing.T) {
	t.Parallel()
	lines := scan.NewLines(io.MultiReader(strings.NewReader("a\nb"), idle{}))
	if chunk, err := lines.Next(); string(chunk) != "a\n" || err != nil {
		t.Errorf("have %q, %v", chunk, err)
	}
	if chunk, err := lines.Next(); err != io.ErrNoProgress {
		t.Errorf("have %q, %v", chunk, err)
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"", `""`},
		{"a\tb\x00\xff\u202e", `"a\tb\x00\xff\u202e"`},
		{strings.Repeat("a", 40), `"` + strings.Repeat("a", 40) + `"`},
		{strings.Repeat("a", 41), `"` + strings.Repeat("a", 40) + `"…`},
		{strings.Repeat("a", 39) + "ää", `"` + strings.Repeat("a", 39) + `"…`},
		{strings.Repeat("\x80", 70), `"` + strings.Repeat(`\x80`, 36) + `"…`},
	}
	for _, tt := range tests {
		if got := scan.Quote([]byte(tt.text)); got != tt.want {
			t.Errorf("have %s, want %s", got, tt.want)
		}
	}
}
