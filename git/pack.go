package git

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// Bounds of what one object takes.
const (
	maxChain  = 4096    // differences on top of each other; git makes 50 and allows 4,095
	maxCached = 8 << 20 // bytes of objects that are kept because they are often needed again
)

// pack is a file with many objects and its index, of version 2.
type pack struct {
	index, data *os.File
	size        int64 // of a name
	count       int64
	fanout      [256]uint32 // how many names have a first byte up to that
}

const (
	indexHead  = 8 + 256*4
	indexMagic = "\xfftOc\x00\x00\x00\x02"
	packHead   = 12
)

func openPack(base string, size int) (*pack, error) {
	index, err := openRegular(base + ".idx")
	if err != nil {
		return nil, err
	}
	p := &pack{index: index, size: int64(size)}
	if p.data, err = openRegular(base + ".pack"); err == nil {
		err = p.readHead()
	}
	if err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (p *pack) readHead() error {
	head := make([]byte, indexHead)
	if _, err := p.index.ReadAt(head, 0); err != nil {
		return fmt.Errorf("read its index: %w", err)
	}
	if string(head[:8]) != indexMagic {
		return errors.New("its index is not of version 2")
	}
	for i := range p.fanout {
		p.fanout[i] = binary.BigEndian.Uint32(head[8+4*i:])
	}
	p.count = int64(p.fanout[255])
	info, err := p.index.Stat()
	if err != nil {
		return err
	}
	if !slices.IsSorted(p.fanout[:]) || info.Size() < indexHead+p.count*(p.size+8) {
		return errors.New("its index is broken")
	}
	return nil
}

func (p *pack) close() {
	p.index.Close()
	if p.data != nil {
		p.data.Close()
	}
}

// find is where in the pack an object begins; ok is false where the pack has it not.
func (p *pack) find(h hash) (offset int64, ok bool, err error) {
	if int64(len(h)) != p.size {
		return 0, false, nil
	}
	lo, hi := int64(0), int64(p.fanout[h[0]])
	if h[0] > 0 {
		lo = int64(p.fanout[h[0]-1])
	}
	// What is left is read at once when it is little.
	const few = 128
	name := make([]byte, p.size*few)
	for hi-lo > few {
		mid := lo + (hi-lo)/2
		if _, err := p.index.ReadAt(name[:p.size], indexHead+mid*p.size); err != nil {
			return 0, false, fmt.Errorf("read the index of a pack: %w", err)
		}
		if string(name[:p.size]) <= string(h) {
			lo = mid
		} else {
			hi = mid
		}
	}
	name = name[:(hi-lo)*p.size]
	if _, err := p.index.ReadAt(name, indexHead+lo*p.size); err != nil && len(name) > 0 {
		return 0, false, fmt.Errorf("read the index of a pack: %w", err)
	}
	for i := int64(0); i < hi-lo; i++ {
		if string(name[i*p.size:(i+1)*p.size]) == string(h) {
			offset, err := p.offset(lo + i)
			return offset, err == nil, err
		}
	}
	return 0, false, nil
}

// beginning tells the names in the index that begin with hexadecimal digits, until tell ends it by false.
func (p *pack) beginning(digits string, tell func(h hash) bool) error {
	from, err := hex.DecodeString((digits + "0")[:len(digits)+len(digits)%2])
	if err != nil {
		return err
	}
	name := make([]byte, p.size)
	read := func(i int64) error {
		if _, err := p.index.ReadAt(name, indexHead+i*p.size); err != nil {
			return fmt.Errorf("read the index of a pack: %w", err)
		}
		return nil
	}
	at := int64(0)
	for hi := p.count; at < hi; {
		mid := at + (hi-at)/2
		if err := read(mid); err != nil {
			return err
		}
		if string(name) < string(from) {
			at = mid + 1
		} else {
			hi = mid
		}
	}
	for ; at < p.count; at++ {
		if err := read(at); err != nil {
			return err
		}
		if h := hash(name); !strings.HasPrefix(h.String(), digits) || !tell(h) {
			break
		}
	}
	return nil
}

// offset is where the object at a place of the index begins.
func (p *pack) offset(i int64) (int64, error) {
	var b [8]byte
	offsets := indexHead + p.count*(p.size+4)
	if _, err := p.index.ReadAt(b[:4], offsets+4*i); err != nil {
		return 0, fmt.Errorf("read the index of a pack: %w", err)
	}
	n := int64(binary.BigEndian.Uint32(b[:4]))
	if n < 1<<31 {
		return n, nil
	}
	if _, err := p.index.ReadAt(b[:], offsets+4*p.count+8*(n-1<<31)); err != nil {
		return 0, fmt.Errorf("read the index of a pack: %w", err)
	}
	return int64(binary.BigEndian.Uint64(b[:]) & (1<<63 - 1)), nil
}

// entry is the head of an object in a pack.
type entry struct {
	kind kind
	size int64
	base int64 // where what it differs from begins; 0 where it is whole
	data int64 // where the compressed content begins
}

func (p *pack) entry(offset int64) (entry, error) {
	broken := errors.New("its head in the pack is broken")
	if offset < packHead {
		return entry{}, broken
	}
	var buf [64]byte
	n, err := p.data.ReadAt(buf[:], offset)
	if err != nil && err != io.EOF {
		return entry{}, fmt.Errorf("read the pack: %w", err)
	}
	b, i := buf[:n], 0
	if len(b) == 0 {
		return entry{}, broken
	}
	e := entry{kind: kind(b[0] >> 4 & 7), size: int64(b[0] & 15)}
	for shift := 4; b[i]&0x80 != 0; shift += 7 {
		if i++; i == len(b) || shift > 55 {
			return entry{}, broken
		}
		e.size |= int64(b[i]&0x7f) << shift
	}
	i++
	switch e.kind {
	case commitKind, treeKind, blobKind, tagKind:
	case byOffset:
		back := int64(-1)
		for {
			if i == len(b) || back >= 1<<55 {
				return entry{}, broken
			}
			c := b[i]
			i++
			back = (back+1)<<7 | int64(c&0x7f)
			if c&0x80 == 0 {
				break
			}
		}
		if e.base = offset - back; back <= 0 || e.base < packHead {
			return entry{}, broken
		}
	case byName:
		if i+int(p.size) > len(b) {
			return entry{}, broken
		}
		base, ok, err := p.find(hash(b[i : i+int(p.size)]))
		if err != nil {
			return entry{}, err
		}
		if !ok {
			return entry{}, errors.New("what it differs from is not in its pack")
		}
		e.base = base
		i += int(p.size)
	default:
		return entry{}, broken
	}
	e.data = offset + int64(i)
	return e, nil
}

// unpack reads the object that begins at an offset. Differences are followed one by one, not by calls
// that nest: a hostile pack may have them lead in a circle.
func (o *objects) unpack(p *pack, offset, limit int64) (kind, []byte, error) {
	type step struct {
		offset int64
		delta  []byte
	}
	var steps []step
	var k kind
	var data []byte
	for at, taken := offset, int64(0); ; {
		if known, ok := o.bases.known[place{p, at}]; ok {
			k, data = known.kind, known.data
			break
		}
		e, err := p.entry(at)
		if err != nil {
			return 0, nil, err
		}
		content, err := o.content(p, e, limit)
		if err != nil {
			return 0, nil, err
		}
		if e.base == 0 {
			k, data = e.kind, content
			if at != offset {
				o.bases.put(place{p, at}, k, data)
			}
			break
		}
		if taken += int64(len(content)); len(steps) == maxChain || taken > 2*limit {
			return 0, nil, errors.New("too many differences lie on top of each other")
		}
		steps = append(steps, step{at, content})
		at = e.base
	}
	for i, s := range slices.Backward(steps) {
		var err error
		if data, err = patch(data, s.delta, limit); err != nil {
			return 0, nil, err
		}
		if err := o.cost(int64(len(data))); err != nil {
			return 0, nil, err
		}
		if i > 0 {
			o.bases.put(place{p, s.offset}, k, data)
		}
	}
	return k, data, nil
}

func (o *objects) content(p *pack, e entry, limit int64) ([]byte, error) {
	const some = 4 << 10
	if err := o.cost(min(e.size, limit)); err != nil {
		return nil, err
	}
	z, err := o.inflater(bufio.NewReaderSize(io.NewSectionReader(p.data, e.data, 1<<62-e.data), some))
	if err != nil {
		return nil, fmt.Errorf("read the pack: %w", err)
	}
	data, err := readExactly(z, e.size, limit)
	if err != nil {
		return nil, fmt.Errorf("read the pack: %w", err)
	}
	return data, nil
}

// patch makes an object of another one and what they differ in: stretches to copy, and bytes.
func patch(base, delta []byte, limit int64) ([]byte, error) {
	broken := errors.New("a difference in the pack is broken")
	from, delta, ok := varint(delta)
	size, delta, ok2 := varint(delta)
	if !ok || !ok2 || from != int64(len(base)) {
		return nil, broken
	}
	if size > limit {
		return nil, tooLarge(size, limit)
	}
	const first = 64 << 10
	var out bytes.Buffer
	out.Grow(int(min(size, first)))
	for len(delta) > 0 {
		op := delta[0]
		delta = delta[1:]
		if op&0x80 == 0 {
			n := int(op)
			if n == 0 || n > len(delta) || int64(out.Len()+n) > size {
				return nil, broken
			}
			out.Write(delta[:n])
			delta = delta[n:]
			continue
		}
		var at, n int64
		for bit := range 7 {
			if op>>bit&1 == 0 {
				continue
			}
			if len(delta) == 0 {
				return nil, broken
			}
			if bit < 4 {
				at |= int64(delta[0]) << (8 * bit)
			} else {
				n |= int64(delta[0]) << (8 * (bit - 4))
			}
			delta = delta[1:]
		}
		if n == 0 {
			n = 0x10000
		}
		if at+n > int64(len(base)) || int64(out.Len())+n > size {
			return nil, broken
		}
		out.Write(base[at : at+n])
	}
	if int64(out.Len()) != size {
		return nil, broken
	}
	return out.Bytes(), nil
}

// varint reads a number of seven bits a byte, the lowest first.
func varint(b []byte) (n int64, rest []byte, ok bool) {
	for i, c := range b {
		if i == 8 {
			break
		}
		n |= int64(c&0x7f) << (7 * i)
		if c&0x80 == 0 {
			return n, b[i+1:], true
		}
	}
	return 0, nil, false
}

// cache keeps objects by K. They are forgotten all at once when they are too many.
type cache[K comparable] struct {
	known map[K]content
	size  int
}

// place is where an object begins.
type place struct {
	pack   *pack
	offset int64
}

type content struct {
	kind kind
	data []byte
}

func (c *cache[K]) put(key K, k kind, data []byte) {
	if len(data) > maxCached/4 {
		return
	}
	if c.size += len(data); c.known == nil || c.size > maxCached {
		c.known, c.size = map[K]content{}, len(data)
	}
	c.known[key] = content{k, data}
}
