package istanbul

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/covls/covls/coverage"
)

func newDecoder(r io.Reader) *jsontext.Decoder {
	return jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// object reads an object and calls member for each name, which reads the value. What the object is
// stands in the error where there is another value.
func (p *parser) object(what string, member func(name string) error) error {
	if p.dec.PeekKind() != '{' {
		return p.wrong(what + " as an object")
	}
	if _, err := p.token(); err != nil {
		return err
	}
	for {
		tok, err := p.token()
		if err != nil {
			return err
		}
		if tok.Kind() == '}' {
			return nil
		}
		if err := member(tok.String()); err != nil {
			return err
		}
	}
}

// array reads an array and calls item before each value, which reads it.
func (p *parser) array(what string, item func() error) error {
	if p.dec.PeekKind() != '[' {
		return p.wrong(what + " as an array")
	}
	if _, err := p.token(); err != nil {
		return err
	}
	for p.dec.PeekKind() != ']' {
		if err := item(); err != nil {
			return err
		}
	}
	_, err := p.token()
	return err
}

func (p *parser) token() (jsontext.Token, error) {
	tok, err := p.dec.ReadToken()
	return tok, explain(err)
}

func (p *parser) skip() error { return explain(p.dec.SkipValue()) }

// end makes sure that nothing follows the report.
func (p *parser) end() error {
	_, err := p.dec.ReadToken()
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	if err != nil {
		return explain(err)
	}
	return fmt.Errorf("want the end of the file behind the report, at byte %d", p.dec.InputOffset())
}

func explain(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("want the rest of the report: the file seems to be cut or still being written (%w)", io.ErrUnexpectedEOF)
	}
	if syntax := (*jsontext.SyntacticError)(nil); errors.As(err, &syntax) {
		return fmt.Errorf("want JSON: %w", err)
	}
	return err
}

// wrong is the error for a value that is not what was wanted, or for the syntax error in its place.
func (p *parser) wrong(want string) error {
	at, pointer := p.dec.InputOffset(), p.dec.StackPointer()
	if p.dec.PeekKind() == 0 {
		if err := p.skip(); err != nil {
			return err
		}
	}
	if pointer == "" {
		return fmt.Errorf("want %s at byte %d", want, at)
	}
	return fmt.Errorf("want %s at byte %d, in %.100q", want, at, string(pointer))
}

// place is a line and a column as Istanbul gives them. Line 0 is no place; column -1 is not known.
type place struct {
	line uint32
	col  int64
}

type location struct{ start, end place }

// location reads a location. That of an implicit else is empty, and so is null.
func (p *parser) location() (loc location, err error) {
	if p.dec.PeekKind() == 'n' {
		return loc, p.skip()
	}
	err = p.object("a location", func(member string) (err error) {
		switch member {
		case "start":
			loc.start, err = p.place()
		case "end":
			loc.end, err = p.place()
		default:
			err = p.skip()
		}
		return err
	})
	return loc, err
}

func (p *parser) place() (place, error) {
	at := place{col: -1}
	if p.dec.PeekKind() == 'n' {
		return at, p.skip()
	}
	err := p.object("a line and a column", func(member string) (err error) {
		switch member {
		case "line":
			at.line, err = p.line()
		case "column":
			var n float64
			n, err = p.number("a column")
			if at.col = int64(n); !(n >= 0 && n < math.MaxUint32) {
				at.col = -1
			}
		default:
			err = p.skip()
		}
		return err
	})
	return at, err
}

// line reads a line number, 0 where there is none that can be.
func (p *parser) line() (uint32, error) {
	n, err := p.number("a line number")
	switch {
	case err != nil || !(n >= 1):
		return 0, err
	case n >= math.MaxUint32-1 || p.limits.Line > 0 && n > float64(p.limits.Line):
		p.warn("line", fmt.Sprintf("line %.0f is beyond limits.line; what is there was passed over", n))
		return 0, nil
	}
	return uint32(n), nil
}

// number reads a number, -1 for null.
func (p *parser) number(what string) (float64, error) {
	switch p.dec.PeekKind() {
	case 'n':
		return -1, p.skip()
	case '0':
		tok, err := p.token()
		if err != nil {
			return 0, err
		}
		n, _ := strconv.ParseFloat(tok.String(), 64) // infinite where it is out of range
		return n, nil
	}
	return 0, p.wrong(what)
}

// count reads a count; null, which stands for NaN, is none.
func (p *parser) count() (uint64, error) {
	switch p.dec.PeekKind() {
	case 'n':
		return 0, p.skip()
	case '0':
	default:
		return 0, p.wrong("a count")
	}
	tok, err := p.token()
	if err != nil {
		return 0, err
	}
	s := tok.String()
	n, err := strconv.ParseUint(s, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return n, nil // the largest, where it is out of range
	}
	switch f, _ := strconv.ParseFloat(s, 64); {
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
