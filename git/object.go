package git

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"crypto/sha1" //nolint:gosec // the names of objects are made by it
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// kind is what an object is.
type kind byte

// The kinds of objects, as a pack has them.
const (
	commitKind kind = 1
	treeKind   kind = 2
	blobKind   kind = 3
	tagKind    kind = 4
	byOffset   kind = 6 // a difference to an object at a place
	byName     kind = 7 // a difference to an object of a name
)

func (k kind) String() string {
	switch k {
	case commitKind:
		return "commit"
	case treeKind:
		return "tree"
	case blobKind:
		return "blob"
	case tagKind:
		return "tag"
	}
	return fmt.Sprintf("kind %d", byte(k))
}

func parseKind(name string) kind {
	for k := commitKind; k <= tagKind; k++ {
		if k.String() == name {
			return k
		}
	}
	return 0
}

// Sizes of the largest commit and tree that are read, in bytes.
const (
	maxCommit = 4 << 20
	maxTree   = 32 << 20
)

// errMissing says that an object is not there: a partial clone leaves out what was not needed.
var errMissing = errors.New("the object is not in the repository")

// errLarge says that an object has more bytes than are asked for.
var errLarge = errors.New("too large")

func tooLarge(size, limit int64) error {
	return fmt.Errorf("it has %d bytes, of which at most %d are read: %w", size, limit, errLarge)
}

// objects are the object folders of a repository.
type objects struct {
	dirs   []string
	packs  []*pack
	opened bool // packs is filled
	zlib   io.ReadCloser
	bases  cache[place] // of packs
	whole  cache[hash]  // those that were read
	// spend is asked before so many bytes are made; it ends the work by an error. nil allows all.
	spend func(bytes int64) error
}

// perObject is what an object counts in bytes whatever it holds.
const perObject = 512

func (o *objects) cost(bytes int64) error {
	if o.spend == nil {
		return nil
	}
	return o.spend(bytes)
}

func (o *objects) close() {
	for _, p := range o.packs {
		p.close()
	}
}

// read returns the content of an object of a kind, of at most limit bytes.
func (o *objects) read(h hash, want kind, limit int64) ([]byte, error) {
	_, data, err := o.readAs(h, want, limit)
	return data, err
}

// readAs is read, with the kind; it is any where want is 0.
func (o *objects) readAs(h hash, want kind, limit int64) (kind, []byte, error) {
	if err := o.cost(perObject); err != nil {
		return 0, nil, err
	}
	if c, ok := o.whole.known[h]; ok && (c.kind == want || want == 0) {
		return c.kind, c.data, nil
	}
	called := "object"
	if want != 0 {
		called = want.String()
	}
	k, data, err := o.find(h, limit)
	if err != nil {
		return 0, nil, fmt.Errorf("read the %s %v: %w", called, h, err)
	}
	if k != want && want != 0 {
		return 0, nil, fmt.Errorf("read the %s %v: it is a %v", called, h, k)
	}
	sum := sha1.New() //nolint:gosec
	if len(h) == sha256.Size {
		sum = sha256.New()
	}
	fmt.Fprintf(sum, "%v %d\x00", k, len(data))
	sum.Write(data)
	if string(sum.Sum(nil)) != string(h) {
		return 0, nil, fmt.Errorf("read the %s %v: its content has another hash", called, h)
	}
	o.whole.put(h, k, data)
	return k, data, nil
}

func (o *objects) find(h hash, limit int64) (kind, []byte, error) {
	if err := o.openPacks(len(h)); err != nil {
		return 0, nil, err
	}
	for _, p := range o.packs {
		offset, ok, err := p.find(h)
		if err != nil {
			return 0, nil, err
		}
		if ok {
			return o.unpack(p, offset, limit)
		}
	}
	for _, dir := range o.dirs {
		name := h.String()
		k, data, err := o.loose(filepath.Join(dir, name[:2], name[2:]), limit)
		if !errors.Is(err, fs.ErrNotExist) {
			return k, data, err
		}
	}
	return 0, nil, errMissing
}

// loose reads the object in a file of its own.
func (o *objects) loose(path string, limit int64) (kind, []byte, error) {
	f, err := openRegular(path)
	if err != nil {
		return 0, nil, err
	}
	defer f.Close()
	z, err := o.inflater(bufio.NewReader(f))
	if err != nil {
		return 0, nil, err
	}
	head := make([]byte, 0, 32)
	for one := make([]byte, 1); ; head = append(head, one[0]) {
		if _, err := io.ReadFull(z, one); err != nil {
			return 0, nil, err
		}
		if one[0] == 0 {
			break
		}
		if len(head) == cap(head) {
			return 0, nil, errors.New("it does not begin as objects do")
		}
	}
	name, digits, _ := strings.Cut(string(head), " ")
	size, err := strconv.ParseInt(digits, 10, 64)
	if k := parseKind(name); k != 0 && err == nil && size >= 0 {
		if err := o.cost(min(size, limit)); err != nil {
			return 0, nil, err
		}
		data, err := readExactly(z, size, limit)
		return k, data, err
	}
	return 0, nil, errors.New("it does not begin as objects do")
}

// inflater unpacks what r holds, until it is called again.
func (o *objects) inflater(r io.Reader) (io.Reader, error) {
	if o.zlib == nil {
		z, err := zlib.NewReader(r)
		o.zlib = z
		return z, err
	}
	return o.zlib, o.zlib.(zlib.Resetter).Reset(r, nil)
}

// readExactly reads what is said to have a size, and no more than limit. The memory grows with what is
// there, not with what is said.
func readExactly(r io.Reader, size, limit int64) ([]byte, error) {
	if size > limit {
		return nil, tooLarge(size, limit)
	}
	const first = 64 << 10
	var b bytes.Buffer
	b.Grow(int(min(size, first)))
	n, err := io.Copy(&b, io.LimitReader(r, size+1))
	if err != nil {
		return nil, err
	}
	if n != size {
		return nil, errors.New("it has not the size that it says")
	}
	return b.Bytes(), nil
}

// openPacks opens the indexes of all packs for names of a length.
func (o *objects) openPacks(size int) error {
	if o.opened {
		return nil
	}
	o.opened = true
	for _, dir := range o.dirs {
		entries, err := os.ReadDir(filepath.Join(dir, "pack"))
		if err != nil {
			continue // all objects have files of their own
		}
		for _, e := range entries {
			base, ok := strings.CutSuffix(e.Name(), ".idx")
			if !ok {
				continue
			}
			if len(o.packs) == maxPacks {
				return fmt.Errorf("it has more than %d packs", maxPacks)
			}
			p, err := openPack(filepath.Join(dir, "pack", base), size)
			if errors.Is(err, fs.ErrNotExist) {
				continue // it was replaced in this moment
			}
			if err != nil {
				return fmt.Errorf("open the pack %s: %w", base, err)
			}
			o.packs = append(o.packs, p)
		}
	}
	return nil
}
