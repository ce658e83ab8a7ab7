package gocover

import (
	"bytes"
	"fmt"
	"math"
	"strconv"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// The numbers of a block, in their order, and what stands between them.
const (
	startLine = iota
	startCol
	endLine
	endCol
	statements
	count
	numbers

	separators = ".,.  "
)

// parseBlock reads a line that is a block. The numbers stand behind the last colon, since a name
// may have spaces and colons.
func parseBlock(line []byte, maxLine uint32) (name []byte, r coverage.Region, err error) {
	if colon := bytes.LastIndexByte(line, ':'); colon > 0 && bytes.IndexByte(line[:colon], 0) < 0 {
		if r, n := scanBlock(line[colon+1:], maxLine); n > 0 && colon+1+n == len(line) {
			return line[:colon], r, nil
		}
	}
	return nil, r, explain(line, maxLine)
}

// scanBlock reads the numbers at the start of b. n is their length, 0 where they are no block or
// one out of bounds.
func scanBlock(b []byte, maxLine uint32) (r coverage.Region, n int) {
	v, n, read := scanNumbers(b)
	if read < numbers || max(v[startLine], v[endLine]) > uint64(maxLine) ||
		max(v[startCol], v[endCol], v[statements]) > math.MaxUint32 {
		return r, 0
	}
	return coverage.Region{
		Start:      coverage.Point{Line: uint32(v[startLine]), Col: uint32(v[startCol])},
		End:        coverage.Point{Line: uint32(v[endLine]), Col: uint32(v[endCol])},
		Statements: uint32(v[statements]),
		Count:      v[count],
	}, n
}

// scanNumbers reads a block's numbers at the start of b: how many it has read and their length.
// A number that is too big for its type is math.MaxUint64.
func scanNumbers(b []byte) (v [numbers]uint64, n, read int) {
	for i := range v {
		start, x := n, uint64(0)
		for ; n < len(b) && b[n]-'0' <= 9; n++ {
			x = x*10 + uint64(b[n]-'0')
		}
		switch digits := n - start; {
		case digits == 0:
			return v, n, i
		case digits > 19:
			x, _ = strconv.ParseUint(string(b[start:n]), 10, 64)
		}
		v[i] = x
		if i == count {
			break
		}
		if n == len(b) || b[n] != separators[i] {
			return v, n, i
		}
		n++
	}
	return v, n, numbers
}

// explain returns why a line is no block.
func explain(line []byte, maxLine uint32) error {
	shape := fmt.Errorf(`want "file:line.column,line.column statements count", have %s`, scan.Quote(line))
	colon := bytes.LastIndexByte(line, ':')
	if colon <= 0 {
		return shape
	}
	v, n, read := scanNumbers(line[colon+1:])
	rest := line[colon+1+n:]
	switch {
	case read == count && bytes.HasPrefix(rest, []byte("-")):
		return fmt.Errorf("want a count of 0 or more, have %s: a sum that overflowed in another tool", scan.Quote(rest))
	case read < numbers || len(rest) > 0:
		return shape
	case max(v[startLine], v[endLine]) > uint64(maxLine):
		return fmt.Errorf("want line numbers up to %d, have %s", maxLine, scan.Quote(line[colon+1:]))
	case max(v[startCol], v[endCol], v[statements]) > math.MaxUint32:
		return fmt.Errorf("want columns and statements up to %d, have %s", uint32(math.MaxUint32), scan.Quote(line[colon+1:]))
	}
	return fmt.Errorf("want a file name without NUL bytes, have %s", scan.Quote(line))
}

// span writes a region as a profile does.
func span(r coverage.Region) string {
	return fmt.Sprintf("%d.%d,%d.%d", r.Start.Line, r.Start.Col, r.End.Line, r.End.Col)
}
