package scan

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/covls/covls/coverage"
)

// XML reads the elements of XML as coverage tools write it: one pass, no tree, attributes by name.
// Comments, processing instructions, a DOCTYPE and CDATA are passed over. Of entities only the five
// of XML and characters by number are read; no other is ever expanded or fetched.
type XML struct {
	in     *bufio.Reader
	line   int // 1-based, of what was read last
	tag    []byte
	text   []byte
	latin1 bool
	open   []string // the elements that are not closed yet
	name   string
	attrs  []byte
	closed bool // the element at hand was closed in its own tag, which End has yet to say
	began  bool
	names  map[string]string // interned
}

// NewXML returns a reader of r's elements.
func NewXML(r io.Reader) *XML {
	return &XML{in: bufio.NewReaderSize(r, 64<<10), line: 1, names: map[string]string{}}
}

// The bounds of one tag in bytes and of the depth of elements.
const (
	maxTag   = 1 << 20
	maxDepth = 256
)

// Next goes to the next start (true) or end (false) of an element. At the end of the text, when every
// element is closed, the error is io.EOF; what is no XML, or is cut, is a *coverage.LineError.
func (x *XML) Next() (start bool, err error) {
	if x.closed {
		x.closed = false
		x.open = x.open[:len(x.open)-1]
		return false, nil
	}
	for {
		x.text = x.text[:0]
		if x.text, err = x.until('<', x.text); errors.Is(err, io.EOF) {
			if len(x.open) > 0 || !x.began {
				return false, x.fail("want </%s>: the file seems to be cut or still being written", strings.Join(x.open, "></"))
			}
			return false, io.EOF
		}
		if err != nil {
			return false, err
		}
		if err := x.readTag(); err != nil {
			return false, err
		}
		switch x.tag[0] {
		case '?':
			x.declare()
		case '!':
			if err := x.pass(); err != nil {
				return false, err
			}
		case '/':
			return false, x.end()
		default:
			return true, x.start()
		}
	}
}

func (x *XML) fail(format string, args ...any) error {
	return &coverage.LineError{Line: x.line, Err: fmt.Errorf(format, args...)}
}

// until appends what comes before delim to b and passes delim.
func (x *XML) until(delim byte, b []byte) ([]byte, error) {
	for {
		part, err := x.in.ReadSlice(delim)
		x.line += bytes.Count(part, []byte("\n"))
		if err == nil {
			return append(b, part[:len(part)-1]...), nil
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return append(b, part...), err
		}
		if b = append(b, part...); len(b) > maxTag {
			return b, x.fail("a tag or text is longer than %d bytes", maxTag)
		}
	}
}

// readTag reads a tag up to the > that ends it, which no quotes hold.
func (x *XML) readTag() error {
	x.tag = x.tag[:0]
	for {
		var err error
		if x.tag, err = x.until('>', x.tag); errors.Is(err, io.EOF) {
			return x.fail("want > behind %s: the file seems to be cut or still being written", Quote(x.tag))
		} else if err != nil {
			return err
		}
		if len(x.tag) == 0 {
			return x.fail("want a name between < and >")
		}
		if x.tag[0] == '!' || x.tag[0] == '?' || balanced(x.tag) {
			return nil
		}
		if x.tag = append(x.tag, '>'); len(x.tag) > maxTag {
			return x.fail("a tag is longer than %d bytes", maxTag)
		}
	}
}

func balanced(tag []byte) bool {
	var quote byte
	for _, c := range tag {
		switch {
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		}
	}
	return quote == 0
}

// declare reads the encoding of <?xml …?>. What says UTF-16 and can be read here is not.
func (x *XML) declare() {
	if bytes.HasPrefix(x.tag, []byte("?xml")) {
		x.attrs = x.tag[len("?xml"):]
		e, _ := x.Attr("encoding")
		switch strings.ToLower(e) {
		case "iso-8859-1", "latin1", "windows-1252", "us-ascii":
			x.latin1 = true
		}
	}
}

// pass passes over a comment, CDATA or DOCTYPE whose beginning is in x.tag.
func (x *XML) pass() error {
	for _, p := range []struct{ start, end string }{{"!--", "--"}, {"![CDATA[", "]]"}} {
		if !bytes.HasPrefix(x.tag, []byte(p.start)) {
			continue
		}
		for !bytes.HasSuffix(x.tag, []byte(p.end)) || len(x.tag) < len(p.start)+len(p.end) {
			// Only the end matters: keep no more of a long comment.
			tail := x.tag[max(0, len(x.tag)-8):]
			x.tag = append(x.tag[:copy(x.tag, p.start)], tail...)
			var err error
			if x.tag, err = x.until('>', append(x.tag, '>')); err != nil {
				return x.fail("want the end of <%s: the file seems to be cut", p.start)
			}
		}
		return nil
	}
	for bytes.Count(x.tag, []byte("[")) > bytes.Count(x.tag, []byte("]")) {
		var err error
		if x.tag, err = x.until('>', append(x.tag, '>')); err != nil || len(x.tag) > maxTag {
			return x.fail("want the end of <!DOCTYPE")
		}
	}
	return nil
}

func (x *XML) start() error {
	tag := x.tag
	if tag[len(tag)-1] == '/' {
		x.closed, tag = true, tag[:len(tag)-1]
	}
	i := bytes.IndexAny(tag, " \t\r\n")
	if i < 0 {
		i = len(tag)
	}
	x.name, x.attrs, x.began = x.intern(tag[:i]), tag[i:], true
	if x.name == "" || len(x.open) == maxDepth {
		return x.fail("want an element, at most %d deep, have %s", maxDepth, Quote(x.tag))
	}
	x.open = append(x.open, x.name)
	return nil
}

func (x *XML) end() error {
	name := string(bytes.TrimSpace(x.tag[1:]))
	if len(x.open) == 0 || x.open[len(x.open)-1] != name {
		return x.fail("</%s> closes nothing", name)
	}
	x.open = x.open[:len(x.open)-1]
	x.name = x.intern([]byte(name))
	return nil
}

func (x *XML) intern(b []byte) string {
	if s, ok := x.names[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(x.names) < 1000 {
		x.names[s] = s
	}
	return s
}

// Name is the element at hand.
func (x *XML) Name() string { return x.name }

// Line is the 1-based line of the profile.
func (x *XML) Line() int { return x.line }

// Text is what stood before the tag at hand.
func (x *XML) Text() string { return x.decode(bytes.TrimSpace(x.text)) }

// Attr is an attribute of the element that has just started.
func (x *XML) Attr(name string) (value string, ok bool) {
	rest := x.attrs
	for {
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			return "", false
		}
		key := bytes.TrimSpace(rest[:eq])
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return "", false
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return "", false
		}
		if string(key) == name {
			return x.decode(rest[1 : 1+end]), true
		}
		rest = rest[end+2:]
	}
}

// Number is an attribute that is a number: an integer, or a float, which is cut. ok is false where
// it is missing or none; a number below 0 is 0, one that is too large the largest.
func (x *XML) Number(name string) (n uint64, ok bool) {
	s, ok := x.Attr(name)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return n, true
	}
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || f != f:
		return 0, false
	case f <= 0:
		return 0, true
	case f >= 1<<63:
		return 1<<64 - 1, true
	}
	return uint64(f), true
}

// decode makes UTF-8 of a value and reads its entities.
func (x *XML) decode(b []byte) string {
	s := string(b)
	if x.latin1 && !utf8.Valid(b) {
		r := make([]rune, len(b))
		for i, c := range b {
			r[i] = rune(c)
		}
		s = string(r)
	}
	if !strings.Contains(s, "&") {
		return s
	}
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "&")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		name, after, ok := strings.Cut(rest, ";")
		if r, known := entity(name); ok && known {
			out.WriteRune(r)
			s = after
		} else {
			out.WriteByte('&')
			s = rest
		}
	}
}

func entity(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := strings.CutPrefix(name, "#")
	base := 10
	if hex, isHex := strings.CutPrefix(strings.ToLower(digits), "x"); isHex {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	return rune(n), ok && err == nil && utf8.ValidRune(rune(n))
}

// Root is the name of the first element of XML that begins with head, "" where there is none in it.
func Root(head []byte) string {
	x := NewXML(bytes.NewReader(head))
	if start, err := x.Next(); err != nil || !start {
		return ""
	}
	return x.name
}
