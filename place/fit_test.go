package place

import (
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
)

// TestFit has the blocks of a Go text, as go test writes them, against that text and against one that begins three lines
// later. A block ends at the brace of an `if`, behind a blank.
func TestFit(t *testing.T) {
	t.Parallel()
	const source = `package app

func Used(n int) int {
	if n > 0 {
		return 1
	}
	for i := range n {
		println(i)
	}

	return 2
}

func Unused() {
	println("never")
}
`
	at := func(line, col, endLine, endCol uint32) coverage.Region {
		return coverage.Region{Start: coverage.Point{Line: line, Col: col}, End: coverage.Point{Line: endLine, Col: endCol}, Statements: 1}
	}
	f := &coverage.File{Regions: []coverage.Region{
		at(3, 22, 4, 11), at(4, 11, 6, 3), at(7, 2, 7, 19), at(7, 19, 9, 3), at(11, 2, 11, 10), at(14, 15, 16, 2),
	}}
	if got, _ := fit(f, source); got != 1 {
		t.Errorf("the text itself fits %v", got)
	}
	if got, _ := fit(f, "// one\n// two\n\n"+source); got >= fitsAtAll {
		t.Errorf("a text of other lines fits %v", got)
	}
}

// TestFitLines has the lines of tools that count in other ways against a text: "x" is a line of code, "-" a blank one.
func TestFitLines(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rule, text string
		lines      []uint32
		want       float64
		told       bool
	}{
		{"lines of code", "xx-x-x", []uint32{1, 2, 4, 6}, 1, true},
		{"a blank line", "xx-x-x", []uint32{1, 2, 3, 6}, 0.75, true},
		{"behind the end", "xx", []uint32{1, 7}, 0.5, true},
		{"every line of the text, as V8 counts", "x-x--x", []uint32{1, 2, 3, 4, 5, 6}, 1, true},
		{"every line of a shorter text", "x-x--x-x", []uint32{1, 2, 3, 4}, 0.5, true},
		{"whole functions, as LLVM counts", "-xx-xx-xx--xxx", []uint32{2, 3, 4, 5, 6, 7, 8, 9}, 1, true},
		{"whole functions that begin on a blank line", "-xx-xx-xx--xxx", []uint32{4, 5, 6, 7, 8, 9}, 0.8, true},
		{"nothing", "xx", nil, 0, false},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			f := &coverage.File{}
			for _, n := range tt.lines {
				f.Lines = append(f.Lines, coverage.Line{Number: n})
			}
			content := strings.NewReplacer("x", "x\n", "-", "\n").Replace(tt.text)
			if got, told := fit(f, content); got != tt.want || told != tt.told {
				t.Errorf("fits %v, %v, want %v, %v", got, told, tt.want, tt.told)
			}
		})
	}
}
