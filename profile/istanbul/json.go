package istanbul

import (
	"errors"
	"math"
	"strconv"

	"github.com/covls/covls/coverage"
)

// place is a line and a column as Istanbul gives them. Line 0 is no place; column -1 is not known.
type place struct {
	line uint32
	col  int64
}

type location struct{ start, end place }

// written is a location as JSON.stringify writes it.
var written = [...]string{`{"start":{"line":`, `,"column":`, `},"end":{"line":`, `,"column":`, `}}`}

// location reads a location. That of an implicit else is empty, and so is null.
func (p *parser) location() (loc location, err error) {
	var n [4]uint64
	if p.Match(written[:], n[:]) {
		loc.start = place{p.within(float64(n[0])), column(float64(n[1]))}
		loc.end = place{p.within(float64(n[2])), column(float64(n[3]))}
		return loc, nil
	}
	if p.Peek() == 'n' {
		return loc, p.Skip()
	}
	err = p.Object("a location as an object", func(member []byte) (err error) {
		switch string(member) {
		case "start":
			loc.start, err = p.place()
		case "end":
			loc.end, err = p.place()
		default:
			err = p.Skip()
		}
		return err
	})
	return loc, err
}

func (p *parser) place() (place, error) {
	at := place{col: -1}
	if p.Peek() == 'n' {
		return at, p.Skip()
	}
	err := p.Object("a line and a column as an object", func(member []byte) (err error) {
		switch string(member) {
		case "line":
			at.line, err = p.line()
		case "column":
			var n float64
			n, err = p.number("a column")
			at.col = column(n)
		default:
			err = p.Skip()
		}
		return err
	})
	return at, err
}

// column is n, -1 where no column is n.
func column(n float64) int64 {
	if !(n >= 0 && n < math.MaxUint32) {
		return -1
	}
	return int64(n)
}

// line reads a line number, 0 where there is none that can be.
func (p *parser) line() (uint32, error) {
	n, err := p.number("a line number")
	if err != nil {
		return 0, err
	}
	return p.within(n), nil
}

// within is the line n, 0 where no line is n.
func (p *parser) within(n float64) uint32 {
	if !(n >= 1) {
		return 0 // a location that is not known
	}
	line, _ := p.places.Line(uint64(min(n, math.MaxUint32)))
	return line
}

// number reads a number, -1 for null.
func (p *parser) number(what string) (float64, error) {
	if n, ok := p.Uint(); ok {
		return float64(n), nil
	}
	if p.Peek() == 'n' {
		return -1, p.Skip()
	}
	digits, err := p.Digits(what)
	if err != nil {
		return 0, err
	}
	n, _ := strconv.ParseFloat(string(digits), 64) // infinite where it is out of range
	return n, nil
}

// count reads a count; null, which stands for NaN, is none.
func (p *parser) count() (uint64, error) {
	if n, ok := p.Uint(); ok {
		return n, nil
	}
	if p.Peek() == 'n' {
		return 0, p.Skip()
	}
	digits, err := p.Digits("a count")
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(string(digits), 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return n, nil // the largest, where it is out of range
	}
	switch f, _ := strconv.ParseFloat(string(digits), 64); {
	case f < 0:
		p.warn("negative", "negative counts were taken for 0")
		return 0, nil
	case f >= math.MaxUint64:
		return math.MaxUint64, nil
	case f > 0 && f < 1:
		return 1, nil
	default:
		return uint64(f), nil
	}
}

// point is where something starts: at the line's first column where the column is not known.
func (at place) point() coverage.Point {
	return coverage.Point{Line: at.line, Col: uint32(max(at.col, 0)) + 1}
}

// span is the location. Without the column of its end it goes up to the next line, as Istanbul means
// the rest of the line; without the line of its end it is the rest of the line it starts on. It is
// empty where the end is before the start.
func (loc location) span() coverage.Span {
	s := coverage.Span{Start: loc.start.point()}
	switch end := loc.end; {
	case end.line == 0:
		s.End = coverage.Point{Line: s.Start.Line + 1}
	case end.col < 0:
		s.End = coverage.Point{Line: end.line + 1}
	default:
		s.End = end.point()
	}
	if s.End.Compare(s.Start) < 0 {
		s.End = s.Start
	}
	return s
}
