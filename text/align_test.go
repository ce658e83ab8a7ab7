package text_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/text"
)

// lines writes each character of s on a line of its own, without a last terminator.
func lines(s string) *text.Text { return text.New(strings.Join(strings.Split(s, ""), "\n")) }

func TestAlign(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		old, new string   // a character a line
		line     []uint32 // the new line of each old one, 0 if it has none
	}{
		{"same", "abc", "abc", []uint32{1, 2, 3}},
		{"inserted first", "abc", "xyabc", []uint32{3, 4, 5}},
		{"inserted between", "abc", "abxyc", []uint32{1, 2, 5}},
		{"appended", "ab", "abxy", []uint32{1, 2}},
		{"deleted first", "abc", "c", []uint32{0, 0, 1}},
		{"deleted between", "abcd", "ad", []uint32{1, 0, 0, 2}},
		{"deleted last", "abcd", "ab", []uint32{1, 2, 0, 0}},
		{"changed", "abc", "axc", []uint32{1, 0, 3}},
		{"all changed", "abc", "xy", []uint32{0, 0, 0}},
		{"new is shorter", "abc", "a", []uint32{1, 0, 0}},
		{"doubled", "ab", "aab", []uint32{1, 3}},
		{"two edits", "abcdef", "axcdyf", []uint32{1, 0, 3, 4, 0, 6}},
		{"the shorter part moved", "abcde", "cdeab", []uint32{0, 0, 1, 2, 3}},
		{"unique lines rule", "x}}}a}}}y", "z}}}a}w", []uint32{0, 2, 3, 4, 5, 6, 0, 0, 0}},
		{"unique only between anchors", "1pqa2pqb3", "4pqa5pqb6", []uint32{0, 2, 3, 4, 0, 6, 7, 8, 0}},
		{"none unique", "1xyxy2xx3", "4xxyy5xy6", []uint32{0, 2, 0, 3, 4, 0, 0, 7, 0}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := text.Align(lines(tt.old), lines(tt.new))
			var line []uint32
			for i := range tt.old {
				n, ok := m.Line(uint32(i + 1))
				if ok != (n != 0) {
					t.Errorf("Line(%d) = %d, %t", i+1, n, ok)
				}
				line = append(line, n)
			}
			if !slices.Equal(line, tt.line) {
				t.Errorf("Line = %v, want %v", line, tt.line)
			}
			checkMap(t, m, lines(tt.old), lines(tt.new))
		})
	}
}

func TestAlignTerminators(t *testing.T) {
	t.Parallel()
	m := text.Align(text.New("a\r\nb\r\nc"), text.New("x\na\nb\nc\n"))
	for n := range uint32(3) {
		if got, ok := m.Line(n + 1); got != n+2 || !ok {
			t.Errorf("Line(%d) = %d, %t, want %d", n+1, got, ok, n+2)
		}
	}
}

func TestAlignLarge(t *testing.T) {
	t.Parallel()
	xy, yx := strings.Repeat("xy", 100), strings.Repeat("yx", 100)
	tests := []struct {
		name     string
		old, new string // a character a line
		want     int    // how many lines are matched
	}{
		{"largest table", "1" + strings.Repeat("xy", 49) + "2", "3" + strings.Repeat("yx", 49) + "4", 97},
		{"too large for a table", "1" + strings.Repeat("xy", 49) + "x2", "3" + strings.Repeat("yx", 49) + "4", 0},
		{"large between anchors, but trimmed", "1" + xy + "}}=2", "3" + yx + "}}=4", 3},
		{"unique only there, and elsewhere not", "1" + xy + "u2=5u6", "3" + yx + "u4=7v8", 2},
		{"long against short", strings.Repeat("x", 3000) + "12", "x3x", 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			old, new := lines(tt.old), lines(tt.new)
			m := text.Align(old, new)
			if got := checkMap(t, m, old, new); got != tt.want {
				t.Errorf("%d lines are matched, want %d", got, tt.want)
			}
		})
	}
}

// TestAlignEdited checks that edits of a text without repeated lines cost no line but their own.
func TestAlignEdited(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		var old, new []string
		kept := 0
		for i := range 2000 {
			line := fmt.Sprint("line ", i)
			old = append(old, line)
			switch r.IntN(20) {
			case 0:
				new = append(new, "changed "+line)
			case 1:
			case 2:
				new = append(new, line, "inserted after "+line)
				kept++
			default:
				new = append(new, line)
				kept++
			}
		}
		a, b := text.New(strings.Join(old, "\n")), text.New(strings.Join(new, "\n"))
		if got := checkMap(t, text.Align(a, b), a, b); got != kept {
			t.Errorf("seed %d: %d lines are matched, want %d", seed, got, kept)
		}
	}
}

// TestAlignRandom covers the mixture of anchors, trimming and tables that repeated lines give.
func TestAlignRandom(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 2))
		letters := 1 + r.IntN(60)
		random := func() *text.Text {
			b := make([]byte, r.IntN(200))
			for i := range b {
				b[i] = byte('A' + r.IntN(letters))
			}
			return lines(string(b))
		}
		old, new := random(), random()
		checkMap(t, text.Align(old, new), old, new)
	}
}

// TestAlignDeep aligns texts that split one line at a time.
func TestAlignDeep(t *testing.T) {
	t.Parallel()
	old, new := nested(5000)
	if got := checkMap(t, text.Align(old, new), old, new); got < 30 || got > 100 {
		t.Errorf("%d lines are matched, want as many as splits are allowed", got)
	}
}

// nested returns texts in which each anchor makes just one other line unique, so that only n splits
// would match them in full.
func nested(n int) (old, new *text.Text) {
	var a, b strings.Builder
	for i := range n {
		fmt.Fprintf(&a, "%d\n%d\n", i+1, i)
		fmt.Fprintf(&b, "%d\n", i)
	}
	return text.New(a.String() + "old"), text.New(b.String() + "new")
}

func FuzzAlign(f *testing.F) {
	f.Add("", "")
	f.Add("a\nb\nc\n", "a\nx\nc\n")
	f.Add("a\nb\na\nb\nc", "b\na\nc\nb\na")
	f.Add("1\nx\ny\nx\ny\n2", "3\nx\nx\ny\ny\n4")
	f.Add("a\r\nb\r\n", "b\ra\n\r\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		old, new := text.New(a), text.New(b)
		checkMap(t, text.Align(old, new), old, new)
		checkMap(t, text.Align(new, old), new, old)
		if got := checkMap(t, text.Align(old, old), old, old); got != old.Lines() {
			t.Fatalf("%q: %d of %d lines are matched with themselves", a, got, old.Lines())
		}
	})
}

// checkMap checks what every map must hold and returns the number of matched lines.
func checkMap(t *testing.T, m *text.Map, old, new *text.Text) int {
	t.Helper()
	last, matched := uint32(0), 0
	for n := uint32(1); n <= uint32(old.Lines()); n++ {
		line, ok := m.Line(n)
		switch {
		case !ok:
			continue
		case line <= last || line > uint32(new.Lines()):
			t.Fatalf("Line(%d) = %d after %d of %d", n, line, last, new.Lines())
		case old.Line(n) != new.Line(line):
			t.Fatalf("Line(%d) = %d, but %q is not %q", n, line, old.Line(n), new.Line(line))
		}
		last = line
		matched++
	}
	for _, n := range []uint32{0, uint32(old.Lines() + 1), 1<<32 - 1} {
		if line, ok := m.Line(n); ok {
			t.Fatalf("Line(%d) = %d for a line outside the text", n, line)
		}
	}
	return matched
}
