package scan

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/covls/covls/coverage"
)

// JSON reads JSON value by value, by its members and elements, and builds no tree. Names may stand
// twice and strings may be broken UTF-8, as tools write them.
type JSON struct {
	window
	line   int // 1-based
	depth  int // that levels may have
	levels []level
	names  []byte // of the members that lead to the value at hand
}

// level is an object or array around the value at hand.
type level struct {
	array bool
	item  int // of an array, the index; of an object, where in names the member's name begins
}

// ErrStop is for a member or element that needs no more of the text.
var ErrStop = errors.New("the rest is not read")

// NewJSON returns a reader of r in which values stand in each other as deep as limits allow.
func NewJSON(r io.Reader, limits Limits) *JSON {
	return &JSON{window: newWindow(r), line: 1, depth: limits.depth()}
}

// next returns what stands behind white space, and leaves it; 0 at the end.
func (d *JSON) next() byte {
	for {
		for ; d.pos < len(d.buf); d.pos++ {
			switch c := d.buf[d.pos]; c {
			case '\n':
				d.line++
			case ' ', '\t', '\r':
			default:
				return c
			}
		}
		if !d.more() {
			return 0
		}
	}
}

// Peek tells the next value by its first character, with 0 for any digit or sign. It is the number 0
// where there is no value.
func (d *JSON) Peek() byte {
	switch c := d.next(); c {
	case '{', '[', '"', 't', 'f', 'n':
		return c
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return '0'
	}
	return 0
}

// Path is where the reader is, such as /files/0/lines.
func (d *JSON) Path() string {
	var path []byte
	for i, l := range d.levels {
		path = append(path, '/')
		if l.array {
			path = strconv.AppendInt(path, int64(l.item), 10)
			continue
		}
		end := len(d.names)
		for _, inner := range d.levels[i+1:] {
			if !inner.array {
				end = inner.item
				break
			}
		}
		path = append(path, d.names[l.item:end]...)
	}
	return string(path)
}

// Where is Path for an error: in double quotes, and of a long one the end, which is about 60 bytes.
func (d *JSON) Where() string {
	cut, path := d.end()
	return cut + strconv.Quote(path)
}

// end is the end of Path, and what stands for what was cut off.
func (d *JSON) end() (cut, path string) {
	const most = 60
	path = d.Path()
	if len(path) <= most {
		return "", path
	}
	start := len(path) - most
	for start < len(path) && !utf8.RuneStart(path[start]) {
		start++
	}
	return "…", path[start:]
}

// syntax is the error for what stands next and is no JSON, or for the end.
func (d *JSON) syntax() error {
	c := d.next()
	switch {
	case d.pos < len(d.buf):
		return fmt.Errorf("want JSON: invalid character %q at %s", c, d.Where())
	case d.err == io.EOF:
		return io.ErrUnexpectedEOF
	}
	return d.err
}

// Want is the error for a value that is not what it should be.
func (d *JSON) Want(what string, have []byte) error {
	return d.want(what, Quote(have))
}

func (d *JSON) want(what, have string) error {
	cut, path := d.end()
	return fmt.Errorf("want %s at %s, have %s", what, cmp.Or(cut+path, "the top"), have)
}

// Wrong is the error for the next value where it is not what it should be.
func (d *JSON) Wrong(what string) error {
	switch kind := d.Peek(); kind {
	case 0:
		return d.syntax()
	case '{', '[':
		return d.Want(what, []byte{kind})
	case '"':
		if err := d.skipText(); err != nil {
			return err
		}
		return d.want(what, "a string")
	case '0':
		digits, err := d.Digits(what)
		if err != nil {
			return err
		}
		return d.Want(what, digits)
	}
	word, err := d.word()
	if err != nil {
		return err
	}
	return d.Want(what, []byte(word))
}

// Object reads an object; member reads or skips the value of each name. The name is valid until it
// returns.
func (d *JSON) Object(what string, member func(name []byte) error) error {
	from := len(d.names)
	if err := d.begin('{', level{item: from}, what); err != nil {
		return err
	}
	for first := true; ; first = false {
		if more, err := d.item('}', first); !more {
			return err
		}
		if d.next() != '"' {
			return d.syntax()
		}
		name, plain, err := d.quoted()
		if err != nil {
			return err
		}
		if d.names = d.names[:from]; plain {
			d.names = append(d.names, name[1:len(name)-1]...)
		} else if d.names, err = d.unquote(d.names, name); err != nil {
			return err
		}
		if d.next() != ':' {
			return d.syntax()
		}
		d.pos++
		if err := member(d.names[from:]); err != nil {
			return err
		}
		d.names = d.names[:from]
	}
}

// Array reads an array; element reads or skips each of its values.
func (d *JSON) Array(what string, element func(i int) error) error {
	if err := d.begin('[', level{array: true}, what); err != nil {
		return err
	}
	at := len(d.levels) - 1
	for i := 0; ; i++ {
		if more, err := d.item(']', i == 0); !more {
			return err
		}
		d.levels[at].item = i
		if err := element(i); err != nil {
			return err
		}
	}
}

func (d *JSON) begin(c byte, l level, what string) error {
	if d.next() != c {
		return d.Wrong(what)
	}
	if len(d.levels) == d.depth {
		return fmt.Errorf("want values at most %d deep (limits.nesting)", d.depth)
	}
	d.pos++
	d.levels = append(d.levels, l)
	return nil
}

// item goes to the next member or element, or behind the end, which is closed.
func (d *JSON) item(closed byte, first bool) (more bool, err error) {
	c := d.next()
	if c == closed {
		d.pos++
		d.levels = d.levels[:len(d.levels)-1]
		return false, nil
	}
	if first {
		return true, nil
	}
	if c != ',' {
		return false, d.syntax()
	}
	if d.pos++; d.next() == closed {
		return false, d.syntax()
	}
	return true, nil
}

// quoted reads a string as it stands, which is valid until the next read. plain tells that it is
// ASCII without escapes.
func (d *JSON) quoted() (s []byte, plain bool, err error) {
	plain = true
	for n := 1; ; {
		for b := d.buf[d.pos:]; n < len(b); n++ {
			switch c := b[n]; {
			case c == '"':
				d.pos += n + 1
				return b[:n+1], plain, nil
			case c == '\\':
				plain = false
				n++
			case c < ' ':
				d.pos += n
				return nil, false, d.invalid(c)
			case c >= 0x80:
				plain = false
			}
		}
		if !d.more() {
			d.pos = len(d.buf)
			return nil, false, d.syntax()
		}
	}
}

// invalid is the error for a character that may not be in a string.
func (d *JSON) invalid(c byte) error {
	return fmt.Errorf("want JSON: invalid character %q in a string at %s", c, d.Where())
}

// unquote appends what a string means.
func (d *JSON) unquote(to, s []byte) ([]byte, error) {
	out, err := jsontext.AppendUnquote(to, s)
	if err != nil && !jsontext.Value(s).IsValid(jsontext.AllowInvalidUTF8(true)) {
		return to, fmt.Errorf("want JSON: a wrong escape in a string at %s", d.Where())
	}
	return out, nil
}

// Text reads a string.
func (d *JSON) Text() (string, error) {
	if d.next() != '"' {
		return "", d.Wrong("a string")
	}
	s, plain, err := d.quoted()
	if err != nil {
		return "", err
	}
	if plain {
		return string(s[1 : len(s)-1]), nil
	}
	out, err := d.unquote(nil, s)
	return string(out), err
}

// Uint reads a number of digits alone. Any other value, or one of many digits, is left and ok is
// false.
func (d *JSON) Uint() (n uint64, ok bool) {
	const most = 18
	d.next()
	b := d.buf[d.pos:]
	i := 0
	for i < len(b) && b[i]-'0' <= 9 {
		n = n*10 + uint64(b[i]-'0')
		i++
	}
	if i == 0 || i > most || i == len(b) || b[0] == '0' && i > 1 || b[i] == '.' || b[i] == 'e' || b[i] == 'E' {
		return 0, false
	}
	d.pos += i
	return n, true
}

// Number reads a number that is no less than 0: a negative one is 0, and one that is too large the
// largest.
func (d *JSON) Number() (uint64, error) {
	if n, ok := d.Uint(); ok {
		return n, nil
	}
	digits, err := d.Digits("a number")
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(string(digits), 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return n, nil
	}
	switch f, _ := strconv.ParseFloat(string(digits), 64); {
	case f <= 0:
		return 0, nil
	case f >= 1<<64:
		return 1<<64 - 1, nil
	default:
		return uint64(f), nil
	}
}

// Digits reads a number as it stands. It is valid until the next read.
func (d *JSON) Digits(what string) ([]byte, error) {
	if d.Peek() != '0' {
		return nil, d.Wrong(what)
	}
	n := 0
	for {
		b := d.buf[d.pos:]
		for n < len(b) && (b[n]-'0' <= 9 || b[n] == '-' || b[n] == '+' || b[n] == '.' || b[n] == 'e' || b[n] == 'E') {
			n++
		}
		if n < len(b) || !d.more() {
			break
		}
	}
	digits := d.buf[d.pos : d.pos+n]
	if d.pos += n; d.pos == len(d.buf) && d.err != io.EOF {
		return nil, d.syntax()
	}
	if !jsontext.Value(digits).IsValid() {
		return nil, fmt.Errorf("want JSON: %s is no number, at %s", Quote(digits), d.Where())
	}
	return digits, nil
}

// Numbers reads an array of numbers, in which true is 1 and false 0, and returns how many it has.
// Those for which row has no room are passed over.
func (d *JSON) Numbers(row []uint64) (n int, err error) {
	if n, ok := d.plain(row); ok {
		return n, nil
	}
	err = d.Array("an array", func(i int) (err error) {
		n++
		if i >= len(row) {
			return d.Skip()
		}
		if kind := d.Peek(); kind == 't' || kind == 'f' {
			row[i] = 0
			if kind == 't' {
				row[i] = 1
			}
			return d.Skip()
		}
		row[i], err = d.Number()
		return err
	})
	return n, err
}

// plain does what Numbers does where the array fits into row, is at hand and has no white space; else
// it reads nothing.
func (d *JSON) plain(row []uint64) (n int, ok bool) {
	const most = 18
	if d.next() != '[' {
		return 0, false
	}
	b := d.buf[d.pos:]
	for at := 1; n < len(row); n++ {
		start := at
		var v uint64
		for at < len(b) && b[at]-'0' <= 9 {
			v = v*10 + uint64(b[at]-'0')
			at++
		}
		switch {
		case at > start:
			if at-start > most || b[start] == '0' && at-start > 1 {
				return 0, false
			}
		case len(b)-at > len("false") && string(b[at:at+len("true")]) == "true":
			v, at = 1, at+len("true")
		case len(b)-at > len("false") && string(b[at:at+len("false")]) == "false":
			at += len("false")
		default:
			return 0, false
		}
		if at >= len(b) {
			return 0, false
		}
		row[n] = v
		switch b[at] {
		case ',':
			at++
		case ']':
			d.pos += at + 1
			return n + 1, true
		default:
			return 0, false
		}
	}
	return 0, false
}

// Match reads a value that is written as parts are, to the byte, with digits between them, which go to
// row. Any other value, and one that is not wholly at hand, is left and Match is false. It is the quick
// way for what a tool writes thousands of times.
func (d *JSON) Match(parts []string, row []uint64) bool {
	const most = 18
	d.next()
	b := d.buf[d.pos:]
	at := 0
	for i, part := range parts {
		if len(b)-at <= len(part) || string(b[at:at+len(part)]) != part {
			return false
		}
		at += len(part)
		if i == len(parts)-1 {
			break
		}
		start := at
		var n uint64
		for at < len(b) && b[at]-'0' <= 9 {
			n = n*10 + uint64(b[at]-'0')
			at++
		}
		if at == start || at-start > most || b[start] == '0' && at-start > 1 {
			return false
		}
		row[i] = n
	}
	d.pos += at
	return true
}

// Boolean reads true or false.
func (d *JSON) Boolean() (bool, error) {
	if kind := d.Peek(); kind != 't' && kind != 'f' {
		return false, d.Wrong("true or false")
	}
	word, err := d.word()
	return word == "true", err
}

// word reads true, false or null.
func (d *JSON) word() (string, error) {
	for len(d.buf)-d.pos < len("false") && d.more() {
	}
	for _, word := range [...]string{"true", "false", "null"} {
		switch rest := d.buf[d.pos:]; {
		case len(rest) >= len(word) && string(rest[:len(word)]) == word:
			d.pos += len(word)
			return word, nil
		case len(rest) < len(word) && string(rest) == word[:len(rest)]:
			d.pos = len(d.buf)
			return "", d.syntax()
		}
	}
	return "", d.syntax()
}

// Skip passes over the next value.
func (d *JSON) Skip() (err error) {
	switch d.Peek() {
	case '{':
		return d.Object("", func([]byte) error { return d.Skip() })
	case '[':
		return d.Array("", func(int) error { return d.Skip() })
	case '"':
		return d.skipText()
	case '0':
		if _, ok := d.Uint(); !ok {
			_, err = d.Digits("")
		}
	case 't', 'f', 'n':
		_, err = d.word()
	default:
		err = d.syntax()
	}
	return err
}

// skipText passes over a string of any length.
func (d *JSON) skipText() error {
	d.pos++
	for escaped := false; ; {
		for ; d.pos < len(d.buf); d.pos++ {
			switch c := d.buf[d.pos]; {
			case c < ' ':
				return d.invalid(c)
			case escaped:
				escaped = false
			case c == '\\':
				escaped = true
			case c == '"':
				d.pos++
				return nil
			}
		}
		if !d.more() {
			return d.syntax()
		}
	}
}

// End makes sure that nothing follows what was read with the error err, and tells a text that was
// cut. Its errors are *coverage.LineError, but for those of the reader below.
func (d *JSON) End(err error) error {
	if err == nil {
		switch kind := d.Peek(); {
		case kind != 0:
			err = fmt.Errorf("want the end of the file behind the JSON, have %q", d.buf[d.pos])
		case d.pos < len(d.buf):
			err = d.syntax()
		case d.err == io.EOF:
			return nil
		default:
			err = d.err
		}
	}
	switch {
	case d.err == io.EOF && errors.Is(err, io.ErrUnexpectedEOF):
		err = errors.New("want more JSON: the file seems to be cut or still being written")
	case d.err != nil && d.err != io.EOF && !errors.Is(d.err, errToken) && errors.Is(err, d.err):
		return err
	}
	return &coverage.LineError{Line: d.line, Err: err}
}

// Long reads a string that may be longer than the reader's own bound, up to most bytes as it stands in the text. A longer one
// is passed over, and ok is false.
func (d *JSON) Long(most int) (s string, ok bool, err error) {
	if d.next() != '"' {
		return "", false, d.Wrong("a string")
	}
	d.pos++
	raw := []byte{'"'}
	ok = true
	keep := func(from int) {
		if ok = ok && len(raw)+d.pos-from <= most; ok {
			raw = append(raw, d.buf[from:d.pos]...)
		}
	}
	for escaped := false; ; {
		from := d.pos
		for ; d.pos < len(d.buf); d.pos++ {
			switch c := d.buf[d.pos]; {
			case c < ' ':
				return "", false, d.invalid(c)
			case escaped:
				escaped = false
			case c == '\\':
				escaped = true
			case c == '"':
				d.pos++
				if keep(from); !ok {
					return "", false, nil
				}
				out, err := d.unquote(nil, raw)
				return string(out), err == nil, err
			}
		}
		keep(from)
		if !d.more() {
			return "", false, d.syntax()
		}
	}
}
