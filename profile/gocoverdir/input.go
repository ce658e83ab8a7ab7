package gocoverdir

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// input is a file that is read from its start to its end. What is wrong first stays as err; all that is
// read from then on is zero.
type input struct {
	r   *bufio.Reader
	err error
	at  int64 // how much was read
	end int64 // of the file, or of the part of it that is being read
	// short is the error for what does not fit before end.
	short error
	word  [64]byte
}

// errCut is the error for a file that ends too early.
var errCut = errors.New("the file seems to be cut or still being written")

func newInput(r io.Reader, size int64) *input {
	return &input{r: bufio.NewReaderSize(r, int(min(max(size, 16), 64<<10))), end: size, short: errCut}
}

func (in *input) fail(err error) {
	if in.err == nil {
		in.err = err
	}
}

// broken is the error for a file that no Go writes.
func broken(format string, args ...any) error {
	return fmt.Errorf(format+": the file is broken", args...)
}

// within reads a part that ends at end. short is the error for what does not fit into it.
func (in *input) within(end int64, short error, read func() error) error {
	outer := in.end
	in.end, short, in.short = end, in.short, short
	err := read()
	in.end, in.short = outer, short
	return err
}

// left is how many bytes of the part are left.
func (in *input) left() int64 { return max(0, in.end-in.at) }

// room reports whether n more items of at least so many bytes each fit into the part.
func (in *input) room(n uint64, each int64) bool {
	if in.err == nil && n > uint64(in.left()/each) {
		in.fail(in.short)
	}
	return in.err == nil
}

func (in *input) failed(err error) {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = errCut
	}
	in.fail(err)
}

// take returns the next n bytes, at most 64, which are valid until the next call.
func (in *input) take(n int) []byte {
	b := in.word[:n]
	if in.room(uint64(n), 1) {
		if _, err := io.ReadFull(in.r, b); err != nil {
			in.failed(err)
		}
		in.at += int64(n)
	}
	if in.err != nil {
		clear(b)
	}
	return b
}

// read fills b.
func (in *input) read(b []byte) {
	if in.room(uint64(len(b)), 1) {
		if _, err := io.ReadFull(in.r, b); err != nil {
			in.failed(err)
		}
		in.at += int64(len(b))
	}
}

// skip passes n bytes.
func (in *input) skip(n int64) {
	if in.room(uint64(n), 1) {
		if _, err := io.CopyN(io.Discard, in.r, n); err != nil {
			in.failed(err)
		}
		in.at += n
	}
}

func (in *input) uint32() uint32 { return binary.LittleEndian.Uint32(in.take(4)) }
func (in *input) uint64() uint64 { return binary.LittleEndian.Uint64(in.take(8)) }

// uleb reads a number of seven bits a byte, the lowest first. The highest bit of each byte but the last
// is set.
func (in *input) uleb() uint32 {
	var n uint64
	for shift := 0; in.err == nil; shift += 7 {
		if in.left() == 0 {
			in.fail(in.short)
			break
		}
		c, err := in.r.ReadByte()
		if err != nil {
			in.failed(err)
			break
		}
		in.at++
		n |= uint64(c&0x7f) << shift
		if n > math.MaxUint32 || shift > 28 {
			in.fail(broken("the number before byte %d has more than 32 bits", in.at))
			break
		}
		if c < 0x80 {
			return uint32(n)
		}
	}
	return 0
}
