package git

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha1" //nolint:gosec // the names of objects are made by it
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"
)

// errPart says that the index is split over several files, or has folders instead of their files.
var errPart = errors.New("the index has not all files")

// indexEntry is a row of the index.
type indexEntry struct {
	mode     uint32
	hash     []byte // of its text
	stage    int    // of a file in conflict: 1 is of what was merged from, 2 ours, 3 theirs; 0 is of any other file
	intended bool   // it is to be added, and has no text yet
	skipped  bool   // a sparse checkout has it not on disk
	// What the file on disk was when it had that text, as the system told it; zero where that is not known.
	modified, changed stamp
	size              uint32 // bytes, of which those beyond 32 bits are cut off
}

// stamp is a time in seconds and nanoseconds, as the index has it.
type stamp struct{ seconds, nanoseconds uint32 }

// nameSizes are the sizes that names may have in the index of a repository with a commit at hand, "" for none yet.
func nameSizes(head hash) []int {
	if head == "" {
		return []int{sha1.Size, sha256.Size}
	}
	return []int{len(head)}
}

// tracked tells the entries of the index, by paths that are slash-separated and relative to the work tree. Both
// belong to tell until it returns. A folder that stands for its files is an entry, too. size is that of a name of the repository's. A repository without an index tracks
// nothing.
func (r *repository) tracked(size int, tell func(path []byte, e indexEntry) error) error {
	_, err := r.staged(size, func(path []byte, e indexEntry) error {
		if e.mode == modeModule {
			return nil
		}
		return tell(path, e)
	})
	return err
}

// staged is tracked, with submodules. When is when the index was written; the zero time where there is none.
func (r *repository) staged(size int, tell func(path []byte, e indexEntry) error) (when time.Time, err error) {
	f, err := openRegular(cmp.Or(r.indexFile, filepath.Join(r.dir, "index")))
	if errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read the index: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil {
		err = readIndex(bufio.NewReaderSize(f, 64<<10), size, tell)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read the index: %w", err)
	}
	return info.ModTime(), nil
}

// readIndex follows the description in git's Documentation/gitformat-index.txt, versions 2 to 4.
func readIndex(in *bufio.Reader, size int, tell func(path []byte, e indexEntry) error) error {
	broken := errors.New("it is broken")
	var head [12]byte
	if _, err := io.ReadFull(in, head[:]); err != nil || string(head[:4]) != "DIRC" {
		return broken
	}
	version, count := binary.BigEndian.Uint32(head[4:]), binary.BigEndian.Uint32(head[8:])
	if version < 2 || version > 4 {
		return fmt.Errorf("it is of version %d, which covls does not know", version)
	}
	const stats = 40
	fixed := make([]byte, stats+size+2)
	var path []byte
	for range count {
		if _, err := io.ReadFull(in, fixed); err != nil {
			return broken
		}
		length := len(fixed)
		flags := binary.BigEndian.Uint16(fixed[stats+size:])
		e := indexEntry{mode: binary.BigEndian.Uint32(fixed[24:]), hash: fixed[stats : stats+size], stage: int(flags >> 12 & 3)}
		e.changed = stamp{binary.BigEndian.Uint32(fixed), binary.BigEndian.Uint32(fixed[4:])}
		e.modified = stamp{binary.BigEndian.Uint32(fixed[8:]), binary.BigEndian.Uint32(fixed[12:])}
		e.size = binary.BigEndian.Uint32(fixed[36:])
		if version > 2 && flags&0x4000 != 0 {
			more, err := in.Peek(2)
			if err != nil {
				return broken
			}
			extended := binary.BigEndian.Uint16(more)
			e.intended, e.skipped = extended&0x2000 != 0, extended&0x4000 != 0
			if _, err := in.Discard(2); err != nil {
				return broken
			}
			length += 2
		}
		if version == 4 {
			cut, err := offsetVarint(in)
			if err != nil || cut > len(path) {
				return broken
			}
			path = path[:len(path)-cut]
		} else {
			path = path[:0]
		}
		for {
			part, err := in.ReadSlice(0)
			path = append(path, part...)
			if len(path) > maxLine || err != nil && !errors.Is(err, bufio.ErrBufferFull) {
				return broken
			}
			if err == nil {
				break
			}
		}
		path = path[:len(path)-1]
		if version < 4 {
			// One to eight NULs make the entry's length a multiple of eight; one was read.
			if _, err := in.Discard(7 - (length+len(path))%8); err != nil {
				return broken
			}
		}
		if err := tell(path, e); err != nil {
			return err
		}
	}
	// Behind the entries come extensions, and the checksum.
	ext, err := in.Peek(4)
	if err == nil && bytes.Equal(ext, []byte("link")) {
		return errPart
	}
	return nil
}

// offsetVarint reads a number as packs write distances.
func offsetVarint(in io.ByteReader) (int, error) {
	n := -1
	for {
		c, err := in.ReadByte()
		if err != nil {
			return 0, err
		}
		if n > maxLine {
			return 0, errors.New("too large")
		}
		n = (n+1)<<7 | int(c&0x7f)
		if c&0x80 == 0 {
			return n, nil
		}
	}
}
