// Package gocover reads the text profiles of Go: what `go test -coverprofile` and
// `go tool covdata textfmt` write.
//
// The counters are cmd/cover's, the text is written by testing and internal/coverage/cformat and
// read by golang.org/x/tools/cover. The first line is "mode: set", "mode: count" or
// "mode: atomic"; every other line is a block:
//
//	file:line.column,line.column statements count
package gocover

import (
	"bytes"
	"cmp"
	"io"
	"math"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Sniff reports whether a text that begins with head is a Go profile, be it one that lost its
// mode line.
func Sniff(head []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimLeft(head, scan.BOM+" \t\r\n"), []byte("\n"))
	_, _, err := parseBlock(trim(line), math.MaxUint32)
	return err == nil || bytes.HasPrefix(line, []byte("mode:"))
}

// Read reads a Go profile to its end. A text without blocks is a report without files.
//
// Profiles may be joined end to end. A block that stands several times, as under -coverpkg, is
// one region: its counts are added up, or are just 0 or 1 where a part of the text is in set
// mode. Report.Once goes by each of the joined profiles by itself. Memory follows the distinct blocks, not the lines.
//
// A line that is no block is a *coverage.LineError, and there is no report: half of a profile
// would show covered code as uncovered. Errors of r come back as they are.
func Read(r io.Reader, limits scan.Limits) (*coverage.Report, error) {
	p := parser{
		maxLine:  limits.MaxLine(),
		maxFiles: cmp.Or(limits.Files, math.MaxInt),
		files:    make(map[string]*file),
	}
	for lines := scan.NewLines(r); ; {
		chunk, err := lines.Next()
		switch {
		case err == io.EOF:
			return p.report(), nil
		case err == scan.ErrTooLong:
			return nil, &coverage.LineError{Line: p.line + 1, Err: err}
		case err != nil:
			return nil, err
		}
		if err := p.parse(chunk); err != nil {
			return nil, &coverage.LineError{Line: p.line, Err: err}
		}
	}
}
