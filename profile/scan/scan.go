// Package scan is what the readers of profile formats have in common: the bounds they keep to, a
// way to read a text of any size by whole lines, and how they quote it in errors.
package scan

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// Limits bound what is read from one profile, so that a broken or hostile one costs little. A
// zero field sets no bound.
type Limits struct {
	// Size is the length of the profile in bytes. Package profile keeps to it, the formats'
	// readers need not.
	Size int64
	// Line is the highest line number of a source file.
	Line uint32
	// Files is how many source files a profile names.
	Files int
	// Branches is how many branches a profile has by their number alone, where a few bytes can stand
	// for any number; 0 means 1<<22.
	Branches int
	// Nesting is how deep values of JSON and elements of XML stand in each other; 0 means 256.
	Nesting int
}

func (l Limits) depth() int { return cmp.Or(l.Nesting, 256) }

// CheckBranches is the error for more than n branches of a profile.
func (l Limits) CheckBranches(n int) error {
	if most := cmp.Or(l.Branches, 1<<22); n > most {
		return fmt.Errorf("more than %d branches (limits.branches)", most)
	}
	return nil
}

// CheckFiles is the error for n source files of a profile.
func (l Limits) CheckFiles(n int) error {
	if l.Files > 0 && n > l.Files {
		return fmt.Errorf("more than %d files (limits.files)", l.Files)
	}
	return nil
}

// MaxName is the length in bytes of the longest name of a file: no path is longer. What a profile names once
// stands in a report with each of its functions.
const MaxName = 4 << 10

// CheckName is the error for a file whose name has n bytes.
func CheckName(n int) error {
	if n > MaxName {
		return fmt.Errorf("the name of a file has %d bytes: covls reads at most %d", n, MaxName)
	}
	return nil
}

// BOM is the UTF-8 byte order mark that some Windows programs put before a text.
const BOM = "\ufeff"

// MaxLine is the length in bytes of the longest line, with its newline, that Lines reads.
const MaxLine = 1 << 20

// ErrTooLong is the error for a line over MaxLine.
var ErrTooLong = fmt.Errorf("the line is longer than %d bytes", MaxLine)

// chunkSize is how much Lines reads at a time, a power of two: enough to make the reads cheap, few
// enough to be in a core's cache still when they are parsed.
const chunkSize = 128 << 10

// Lines reads a text in chunks of whole lines. It holds no more of the text than one chunk.
type Lines struct {
	r    io.Reader
	buf  []byte
	next int   // buf[next:have] is the start of a line whose end has not been read
	have int   // how much of buf holds text
	err  error // from r, due when the text before it is handed out
}

// NewLines returns a reader of r's lines.
func NewLines(r io.Reader) *Lines { return &Lines{r: r, buf: make([]byte, chunkSize)} }

// Next returns the next lines, at least one, each with its newline; only the text's last line may
// lack it. They are valid until the next call. At the end of the text the error is io.EOF. At a
// line that is too long it is ErrTooLong, when all lines before that one have been returned.
func (l *Lines) Next() ([]byte, error) {
	l.have = copy(l.buf, l.buf[l.next:l.have])
	l.next = 0
	for idle := 0; l.err == nil; {
		if l.have == MaxLine {
			return nil, ErrTooLong
		}
		if l.have == len(l.buf) {
			l.buf = append(l.buf, make([]byte, len(l.buf))...)
		}
		n, err := l.r.Read(l.buf[l.have:])
		l.err = err
		if n == 0 && err == nil {
			if idle++; idle == 100 {
				l.err = io.ErrNoProgress
			}
		}
		end := bytes.LastIndexByte(l.buf[l.have:l.have+n], '\n') + 1
		l.have += n
		if end > 0 {
			l.next = l.have - n + end
			return l.buf[:l.next], nil
		}
	}
	if l.err == io.EOF && l.have > 0 {
		l.next = l.have
		return l.buf[:l.have], nil
	}
	return nil, l.err
}

// Uint reads a number of digits alone, up to 19. ok is false for anything else.
func Uint(b []byte) (n uint64, ok bool) {
	if len(b) == 0 || len(b) > 19 {
		return 0, false
	}
	for _, c := range b {
		if c -= '0'; c > 9 {
			return 0, false
		}
		n = n*10 + uint64(c)
	}
	return n, true
}

// Quote returns b for an error: in double quotes, control characters escaped and cut to about 40
// bytes. What is quoted is what is wrong in a text that began as a profile does: a number, a name, a line.
// Errors must tell little enough that a file which is none by accident gives nothing away.
func Quote(b []byte) string {
	const most = 40
	if len(b) <= most {
		return strconv.Quote(string(b))
	}
	end := most
	for end > most-utf8.UTFMax && !utf8.RuneStart(b[end]) {
		end--
	}
	return strconv.Quote(string(b[:end])) + "…"
}

// maxToken is the length in bytes of the longest tag, name or number that XML and JSON read.
const maxToken = 1 << 20

var errToken = fmt.Errorf("a tag or text is longer than %d bytes", maxToken)

// window is a text that is read in chunks. What is at hand of it is buf[pos:].
type window struct {
	r   io.Reader
	buf []byte
	pos int
	err error // why there is no more: io.EOF, errToken, or of r
}

func newWindow(r io.Reader) window {
	size := chunkSize
	if short, ok := r.(interface{ Len() int }); ok {
		size = min(size, short.Len()+1)
	}
	return window{r: r, buf: make([]byte, 0, size)}
}

// more reads on, and moves what is at hand to the start of buf. False is the end, for which err has
// the reason.
func (w *window) more() bool {
	have := len(w.buf) - w.pos
	switch {
	case w.err != nil:
		return false
	case have > maxToken:
		w.err = errToken
		return false
	case have > cap(w.buf)/2:
		w.buf = append(make([]byte, 0, 2*cap(w.buf)), w.buf[w.pos:]...)
	default:
		w.buf = w.buf[:copy(w.buf, w.buf[w.pos:])]
	}
	w.pos = 0
	for idle := 0; w.err == nil && len(w.buf) < cap(w.buf); {
		n, err := w.r.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf, w.err = w.buf[:len(w.buf)+n], err
		if n == 0 && err == nil {
			if idle++; idle == 100 {
				w.err = io.ErrNoProgress
			}
		}
	}
	return len(w.buf) > have
}

// find returns where c stands first in what is at hand, at the offset from or behind it, and reads on
// for it; -1 is for the end.
func (w *window) find(c byte, from int) int {
	for {
		if i := bytes.IndexByte(w.buf[min(w.pos+from, len(w.buf)):], c); i >= 0 {
			return from + i
		}
		if !w.more() {
			return -1
		}
	}
}
