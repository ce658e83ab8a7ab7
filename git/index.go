package git

import (
	"bufio"
	"bytes"
	"crypto/sha1" //nolint:gosec // the names of objects are made by it
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
)

// errPart says that the index is split over several files, or has folders instead of their files.
var errPart = errors.New("the index has not all files")

// indexEntry is a row of the index.
type indexEntry struct {
	mode     uint32
	hash     []byte // of its text
	stage    int    // of a file in conflict: 1 is of what was merged from, 2 ours, 3 theirs; 0 is of any other file
	intended bool   // it is to be added, and has no text yet
}

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
	f, err := openRegular(filepath.Join(r.dir, "index"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the index: %w", err)
	}
	defer f.Close()
	if err := readIndex(bufio.NewReaderSize(f, 64<<10), size, tell); err != nil {
		return fmt.Errorf("read the index: %w", err)
	}
	return nil
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
		if version > 2 && flags&0x4000 != 0 {
			more, err := in.Peek(2)
			if err != nil {
				return broken
			}
			e.intended = binary.BigEndian.Uint16(more)&0x2000 != 0
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
		if e.mode == modeModule {
			continue
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
