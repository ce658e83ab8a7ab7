package origin

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"math"
	"slices"

	"github.com/covls/covls/disk"
)

// MostCached is how many bytes the cache takes on disk.
const MostCached = 32 << 20

// Cache keeps, for each report by its digest, the texts of the files that it names. There is no text in it.
type Cache struct{ disk.Cache }

// NewCache returns the cache in a folder.
func NewCache(dir string) *Cache { return &Cache{disk.Cache{Dir: dir, Most: MostCached}} }

func cacheName(digest uint64) string { return fmt.Sprintf("%016x.texts", digest) }

// Entry is what the cache has of a report.
type Entry struct {
	// Written is when the profile was last written, in nanoseconds since 1970: who writes the same once more has run the
	// tests again. Seen is the time that its file had when it was last looked at, and Inode which file that was.
	Written, Seen int64
	Inode         uint64
	// Texts are those of the files, by their names in the report.
	Texts map[string]*Text
}

// Load returns what was kept of a report; nil where that is nothing. What is broken is dropped. A nil cache has none.
func (c *Cache) Load(digest uint64) *Entry {
	if c == nil {
		return nil
	}
	data, err := c.Get(cacheName(digest))
	if err != nil {
		return nil
	}
	e, err := decode(data)
	if err != nil {
		c.Drop(cacheName(digest))
		return nil
	}
	return e
}

// Save keeps an entry of a report, and of the one that was kept before the texts that are not in it.
func (c *Cache) Save(digest uint64, e Entry) error {
	if c == nil {
		return nil
	}
	all := Entry{e.Written, e.Seen, e.Inode, map[string]*Text{}}
	if before := c.Load(digest); before != nil {
		maps.Copy(all.Texts, before.Texts)
	}
	maps.Copy(all.Texts, e.Texts)
	if err := c.Put(cacheName(digest), encode(&all)); err != nil {
		return fmt.Errorf("keep the texts of a profile: %w", err)
	}
	return nil
}

// What a file of the cache begins with: the version is that of the format and of the prints.
const cacheHead = "covls texts 5\n"

var errBroken = errors.New("the file of the cache is broken")

// encode writes an entry: the head, when the profile was written and its file, how many texts there are, each with its name,
// its lines, its functions and the texts that may be the profile's instead, and a checksum.
func encode(e *Entry) []byte {
	texts := e.Texts
	b := []byte(cacheHead)
	b = binary.AppendVarint(b, e.Written)
	b = binary.AppendVarint(b, e.Seen)
	b = binary.AppendUvarint(b, e.Inode)
	word := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	var put func(t *Text)
	put = func(t *Text) {
		b = binary.AppendUvarint(b, uint64(len(t.Lines)))
		for _, l := range t.Lines {
			b = binary.LittleEndian.AppendUint32(b, l)
		}
		b = binary.AppendUvarint(b, uint64(len(t.Funcs)))
		for _, f := range t.Funcs {
			word(f.Name)
			b = binary.AppendUvarint(b, uint64(f.First))
			b = binary.AppendUvarint(b, uint64(f.Last))
		}
		word(t.Commit)
		b = binary.AppendUvarint(b, uint64(len(t.Or)))
		for _, o := range t.Or {
			put(o)
		}
	}
	b = binary.AppendUvarint(b, uint64(len(texts)))
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		word(name)
		put(texts[name])
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) number(most uint64) uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 || n > most {
		d.bad = true
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

// count is how many of what takes at least so many bytes follow.
func (d *decoder) count(least int) int {
	n := int(d.number(uint64(len(d.rest))))
	if n > len(d.rest)/least {
		d.bad = true
		return 0
	}
	return n
}

func (d *decoder) word() string {
	n := d.count(1)
	s := string(d.rest[:n])
	d.rest = d.rest[n:]
	return s
}

// text is a text; or tells that it may have others in its place.
func (d *decoder) text(or bool) *Text {
	t := &Text{Lines: make([]uint32, d.count(4))}
	for i := range t.Lines {
		t.Lines[i] = binary.LittleEndian.Uint32(d.rest)
		d.rest = d.rest[4:]
	}
	t.Funcs = make([]Func, d.count(3))
	for i := range t.Funcs {
		const most = 1<<32 - 1
		t.Funcs[i] = Func{d.word(), uint32(d.number(most)), uint32(d.number(most))}
	}
	t.Commit = d.word()
	n := d.count(4)
	d.bad = d.bad || n > 0 && !or
	for range n {
		if d.bad {
			break
		}
		t.Or = append(t.Or, d.text(false))
	}
	return t
}

func decode(data []byte) (*Entry, error) {
	const sum = 4
	n := len(data) - sum
	if n < len(cacheHead) || string(data[:len(cacheHead)]) != cacheHead || crc32.ChecksumIEEE(data[:n]) != binary.LittleEndian.Uint32(data[n:]) {
		return nil, errBroken
	}
	d := &decoder{rest: data[len(cacheHead):n]}
	out := &Entry{Texts: map[string]*Text{}}
	for _, to := range []*int64{&out.Written, &out.Seen} {
		n, size := binary.Varint(d.rest)
		if size <= 0 {
			return nil, errBroken
		}
		*to, d.rest = n, d.rest[size:]
	}
	out.Inode = d.number(math.MaxUint64)
	for range d.count(5) {
		name, t := d.word(), d.text(true)
		if d.bad {
			return nil, errBroken
		}
		out.Texts[name] = t
	}
	if d.bad || len(d.rest) > 0 {
		return nil, errBroken
	}
	return out, nil
}
