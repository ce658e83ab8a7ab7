package place

import (
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
	if got := fit(f, source); got != 1 {
		t.Errorf("the text itself fits %v", got)
	}
	if got := fit(f, "// one\n// two\n\n"+source); got >= fitsAtAll {
		t.Errorf("a text of other lines fits %v", got)
	}
}
