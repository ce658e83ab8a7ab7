package scan

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/covls/covls/coverage"
)

// XML reads the elements of XML as coverage tools write it: one pass, no tree, attributes by name.
// Comments, processing instructions, a DOCTYPE and CDATA are passed over. Of entities only the five
// of XML and characters by number are read; no other is ever expanded or fetched.
type XML struct {
	window
	line   int // 1-based, of what was read last
	text   []byte
	latin1 bool
	open   []string // the elements that are not closed yet
	depth  int      // that open may have
	name   string
	attrs  []attr
	closed bool // the element at hand was closed in its own tag, which Next has yet to say
	began  bool
	names  map[string]string // interned
}

// attr is an attribute: where its key and its value begin and end in buf.
type attr struct{ key, keyEnd, value, valueEnd int32 }

// NewXML returns a reader of r's elements, which stand in each other as deep as limits allow.
func NewXML(r io.Reader, limits Limits) *XML {
	return &XML{window: newWindow(r), line: 1, depth: limits.depth(), names: map[string]string{}}
}

// Each calls element at the start and at the end of every element, up to the end of the text. Its
// errors, and those for what is no XML or is cut, come back as a *coverage.LineError.
func (x *XML) Each(element func(name string, start bool) error) error {
	for {
		start, err := x.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := element(x.name, start); err != nil {
			return &coverage.LineError{Line: x.line, Err: err}
		}
	}
}

// next goes to the next start (true) or end (false) of an element. At the end of the text, when every
// element is closed, the error is io.EOF.
func (x *XML) next() (start bool, err error) {
	if x.closed {
		x.closed = false
		x.open = x.open[:len(x.open)-1]
		return false, nil
	}
	for {
		text := x.find('<', 0)
		if text < 0 {
			if len(x.open) > 0 || !x.began || x.err != io.EOF {
				return false, x.cut("want </%s>", strings.Join(x.open, "></"))
			}
			return false, io.EOF
		}
		end, err := x.tag(text + 1)
		if err != nil {
			return false, err
		}
		at := x.pos
		x.pass(end + 1)
		x.text = x.buf[at : at+text]
		switch tag := x.buf[at+text+1 : at+end]; tag[0] {
		case '?':
			x.declare(tag)
		case '!':
			if err := x.passMarkup(tag); err != nil {
				return false, err
			}
		case '/':
			return false, x.end(tag)
		default:
			return true, x.start(tag)
		}
	}
}

// pass passes over the next n bytes.
func (x *XML) pass(n int) {
	x.line += bytes.Count(x.buf[x.pos:x.pos+n], newline)
	x.pos += n
}

var newline = []byte("\n")

func (x *XML) fail(format string, args ...any) error {
	return &coverage.LineError{Line: x.line, Err: fmt.Errorf(format, args...)}
}

// cut is the error for a text that has no more.
func (x *XML) cut(format string, args ...any) error {
	x.pass(len(x.buf) - x.pos)
	switch {
	case errors.Is(x.err, errToken):
		return x.fail("%w", errToken)
	case x.err != io.EOF:
		return x.err
	}
	return x.fail(format+": the file seems to be cut or still being written", args...)
}

// tag returns the offset of the > that ends the tag at the offset from, which no quotes hold, and
// finds the attributes in it. A comment or the like is taken up to its first >.
func (x *XML) tag(from int) (end int, err error) {
	for {
		if end, ok := x.scanTag(from); ok {
			if end == from {
				x.pass(end)
				return 0, x.fail("want a name between < and >")
			}
			return end, nil
		}
		if !x.more() {
			return 0, x.cut("want > behind <%s", nameOf(x.buf[min(x.pos+from, len(x.buf)):]))
		}
	}
}

func (x *XML) scanTag(from int) (end int, ok bool) {
	b := x.buf[x.pos:]
	x.attrs = x.attrs[:0]
	markup := len(b) > from && (b[from] == '!' || b[from] == '?')
	named := false  // the element's name is passed
	broken := false // there was something else than attributes
	key, equals := from, -1
	for i := from; i < len(b); i++ {
		if b[i] > '>' {
			continue // a letter, as a rule
		}
		switch b[i] {
		case '>':
			return i, true
		case '=':
			if equals < 0 {
				equals = i
			}
		case ' ', '\t', '\r', '\n':
			if !named {
				named, key = true, i+1
			}
		case '"', '\'':
			if markup {
				continue
			}
			n := bytes.IndexByte(b[i+1:], b[i])
			if n < 0 {
				return 0, false
			}
			broken = broken || equals < 0 || i > equals+1 && len(bytes.TrimSpace(b[equals+1:i])) > 0
			if !broken {
				for key < equals && b[key] <= ' ' {
					key++
				}
				for key < equals && b[equals-1] <= ' ' {
					equals--
				}
				at := int32(x.pos)
				x.attrs = append(x.attrs, attr{at + int32(key), at + int32(equals), at + int32(i+1), at + int32(i+1+n)})
			}
			i += n + 1
			key, equals = i+1, -1
		}
	}
	return 0, false
}

// declare reads the encoding of <?xml …?>. What says UTF-16 and can be read here is not.
func (x *XML) declare(tag []byte) {
	if !bytes.HasPrefix(tag, []byte("?xml")) {
		return
	}
	words := strings.FieldsFunc(strings.ToLower(string(tag)), func(c rune) bool { return strings.ContainsRune(" \t\r\n=\"'", c) })
	if i := slices.Index(words, "encoding") + 1; i > 0 && i < len(words) {
		switch words[i] {
		case "iso-8859-1", "latin1", "windows-1252", "us-ascii":
			x.latin1 = true
		}
	}
}

// passMarkup passes over a comment, CDATA or DOCTYPE that begins with tag, which was passed up to its
// first >.
func (x *XML) passMarkup(tag []byte) error {
	for _, p := range []struct{ start, end string }{{"!--", "--"}, {"![CDATA[", "]]"}} {
		if bytes.HasPrefix(tag, []byte(p.start)) {
			return x.passUntil(p.start, p.end, tag[len(p.start):])
		}
	}
	for depth := 0; ; {
		if depth += bytes.Count(tag, []byte("[")) - bytes.Count(tag, []byte("]")); depth <= 0 {
			return nil
		}
		end := x.find('>', 0)
		if end < 0 {
			return x.cut("want the end of <!DOCTYPE")
		}
		tag = x.buf[x.pos : x.pos+end]
		x.pass(end + 1)
	}
}

// passUntil passes over parts that end with > until one ends with end. The first is at hand.
func (x *XML) passUntil(start, end string, part []byte) error {
	for !bytes.HasSuffix(part, []byte(end)) {
		n := x.find('>', 0)
		if n < 0 {
			return x.cut("want the end of <%s", start)
		}
		part = x.buf[x.pos : x.pos+n]
		x.pass(n + 1)
	}
	return nil
}

func (x *XML) start(tag []byte) error {
	if tag[len(tag)-1] == '/' {
		x.closed, tag = true, tag[:len(tag)-1]
	}
	n := 0
	for n < len(tag) && tag[n] != ' ' && tag[n] != '\t' && tag[n] != '\r' && tag[n] != '\n' {
		n++
	}
	if x.began = true; string(tag[:n]) != x.name {
		x.name = x.intern(tag[:n])
	}
	if x.name == "" || len(x.open) == x.depth {
		return x.fail("want an element, at most %d deep (limits.nesting), have <%s>", x.depth, nameOf(tag))
	}
	x.open = append(x.open, x.name)
	return nil
}

func (x *XML) end(tag []byte) error {
	name := bytes.TrimSpace(tag[1:])
	if len(x.open) == 0 || x.open[len(x.open)-1] != string(name) {
		return x.fail("</%s> closes nothing", nameOf(name))
	}
	x.name = x.open[len(x.open)-1]
	x.open = x.open[:len(x.open)-1]
	return nil
}

// nameOf is the name that a tag begins with, for an error.
func nameOf(tag []byte) string {
	if i := bytes.IndexAny(tag, " \t\r\n"); i >= 0 {
		tag = tag[:i]
	}
	quoted, long := strings.CutSuffix(Quote(tag), "…")
	name := quoted[1 : len(quoted)-1]
	if long {
		name += "…"
	}
	return name
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

// Text is what stood before the tag at hand.
func (x *XML) Text() string { return x.decode(bytes.TrimSpace(x.text)) }

// Attr is an attribute of the element that has just started.
func (x *XML) Attr(name string) (value string, ok bool) {
	b, ok := x.attr(name)
	return x.decode(b), ok
}

// Is reports whether an attribute of the element that has just started is value, which needs no
// entities.
func (x *XML) Is(name, value string) bool {
	b, ok := x.attr(name)
	return ok && string(b) == value
}

func (x *XML) attr(name string) (value []byte, ok bool) {
	for _, a := range x.attrs {
		if string(x.buf[a.key:a.keyEnd]) == name {
			return x.buf[a.value:a.valueEnd], true
		}
	}
	return nil, false
}

// Number is an attribute that is a number: an integer, or a float, which is cut. ok is false where
// it is missing or none; a number below 0 is 0, one that is too large the largest.
func (x *XML) Number(name string) (n uint64, ok bool) {
	b, ok := x.attr(name)
	if !ok {
		return 0, false
	}
	if n, ok := Uint(b); ok {
		return n, true
	}
	s := x.decode(b)
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
	root, _ := Outer(head)
	return root
}

// Outer is the names of the first element of XML that begins with head, and of the first in that, of which the attributes
// may go on behind head; "" is for one that is not in head.
func Outer(head []byte) (root, child string) {
	x := NewXML(bytes.NewReader(head), Limits{})
	if start, err := x.next(); err != nil || !start {
		return "", ""
	}
	root = x.name
	behind := bytes.Clone(x.buf[x.pos:])
	switch start, err := x.next(); {
	case err == nil && start:
		child = x.name
	case err != nil:
		tag := behind[bytes.LastIndexByte(behind, '<')+1:]
		if end := bytes.IndexAny(tag, " \t\r\n"); end > 0 && len(tag) < len(behind) && !bytes.ContainsAny(tag[:end], "!?/>") {
			child = string(tag[:end])
		}
	}
	return root, child
}
