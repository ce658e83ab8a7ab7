package git

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
)

// errPart says that the index is split over several files, or has folders instead of their files.
var errPart = errors.New("the index has not all files")

// tracked tells the paths in the index, which are slash-separated and relative to the work tree, and belong
// to tell until it returns. size is that of a name of the repository's. A repository without an index tracks
// nothing.
func (r *repository) tracked(size int, tell func(path []byte) error) error {
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
func readIndex(in *bufio.Reader, size int, tell func(path []byte) error) error {
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
		mode := binary.BigEndian.Uint32(fixed[24:])
		if flags := binary.BigEndian.Uint16(fixed[stats+size:]); version > 2 && flags&0x4000 != 0 {
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
		if mode == modeDir {
			return errPart
		}
		if mode == modeModule {
			continue
		}
		if err := tell(path); err != nil {
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
