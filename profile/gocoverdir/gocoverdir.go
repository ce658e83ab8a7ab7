// Package gocoverdir reads a GOCOVERDIR, the directory that programs built with `go build -cover` write
// into: it says what `go tool covdata textfmt` prints of it.
//
// A build has one file covmeta.HASH, which lists the blocks of its functions, and each run of it leaves
// a file covcounters.HASH.PROCESS.TIME, which says how often they ran. Package internal/coverage in Go's
// own source defines both; Go 1.20 to 1.26 write version 1 of them.
package gocoverdir

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// ErrNone is the error for a directory that is no GOCOVERDIR.
var ErrNone = errors.New("is a directory without a covmeta file")

// Read reads a GOCOVERDIR and tells how many bytes it has read. Only regular files of the directory itself
// count, no links. An error names the file that is cut, broken or of an unknown version, and there is no
// report then: a part of the counters would show covered code as uncovered.
//
// A source that is the same in several builds counts in all of them; of one that changed in between only
// the newest counts. limits.Size is for all files together: the oldest builds that are too much are left
// out with a warning.
func Read(fsys fs.FS, limits scan.Limits) (report *coverage.Report, size int64, err error) {
	limits.Size = cmp.Or(limits.Size, math.MaxInt64)
	limits.Line = limits.MaxLine()
	limits.Files = cmp.Or(limits.Files, math.MaxInt)
	d := directory{fsys: fsys, limits: limits}
	sets, lost, err := d.list()
	if err != nil {
		return nil, 0, err
	}
	all := union{most: limits.Files, files: map[string]*coverage.File{}, warned: map[string]bool{}}
	for i, s := range sets {
		b, err := d.read(s)
		if i > 0 && errors.Is(err, errSize) {
			all.warn("the data of the oldest %d of %d builds was left out, since all together is larger than the limit of %d bytes (limits.profile_bytes): empty the directory now and then",
				len(sets)-i, len(sets), limits.Size)
			break
		}
		if err == nil {
			err = all.add(b)
		}
		if err != nil {
			return nil, 0, err
		}
	}
	if lost > 0 {
		all.warn("%d files of counters were left out, since the covmeta file of their build is missing: programs write it when they start", lost)
	}
	return all.report(), d.size, nil
}

// directory is a GOCOVERDIR while it is read.
type directory struct {
	fsys   fs.FS
	limits scan.Limits // without a zero
	size   int64       // of the files that were opened
}

// set is the files of one build.
type set struct {
	meta     string
	made     time.Time
	counters []string // sorted
}

// maxEntries is how many names a directory may hold. Each run of a program adds one.
const maxEntries = 1 << 18

// list returns the files of each build, the newest build first, and how many files of counters have no
// build.
func (d *directory) list() (sets []*set, lost int, err error) {
	f, err := d.fsys.Open(".")
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	dir, ok := f.(fs.ReadDirFile)
	if !ok {
		return nil, 0, errors.New("is no directory")
	}
	builds := map[string]*set{}
	counters := map[string][]string{}
	for entries := 0; ; {
		some, err := dir.ReadDir(1024)
		if entries += len(some); entries > maxEntries {
			return nil, 0, fmt.Errorf("has more than %d files: `go tool covdata merge -i=DIR -o=OTHER` makes few of many", maxEntries)
		}
		for _, e := range some {
			switch kind, hash := parse(e.Name()); {
			case kind == "" || !e.Type().IsRegular():
			case kind == "covcounters":
				counters[hash] = append(counters[hash], e.Name())
			default:
				if info, err := e.Info(); err == nil { // else it was deleted
					builds[hash] = &set{meta: e.Name(), made: info.ModTime()}
				}
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, 0, err
		}
	}
	if len(builds) == 0 {
		return nil, 0, ErrNone
	}
	for hash, names := range counters {
		if b := builds[hash]; b != nil {
			slices.Sort(names)
			b.counters = names
		} else {
			lost += len(names)
		}
	}
	for _, b := range builds {
		sets = append(sets, b)
	}
	slices.SortFunc(sets, func(a, b *set) int {
		return cmp.Or(b.made.Compare(a.made), cmp.Compare(a.meta, b.meta))
	})
	return sets, lost, nil
}

// parse takes a name apart: covmeta.HASH or covcounters.HASH.PROCESS.TIME. kind is "" for any other, such
// as tmp.covmeta…, which is still being written.
func parse(name string) (kind, hash string) {
	parts := strings.Split(name, ".")
	if len(parts) < 2 || parts[1] == "" || strings.Trim(parts[1], "0123456789abcdef") != "" {
		return "", ""
	}
	switch kind := parts[0]; {
	case kind == "covmeta" && len(parts) == 2:
		return kind, parts[1]
	case kind == "covcounters" && len(parts) == 4 && isNumber(parts[2]) && isNumber(parts[3]):
		return kind, parts[1]
	}
	return "", ""
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// read reads the files of one build.
func (d *directory) read(s *set) (*build, error) {
	b := &build{limits: d.limits, files: map[string]*file{}}
	if err := d.open(s.meta, b.readMeta); err != nil {
		return nil, err
	}
	for _, name := range s.counters {
		if err := d.open(name, b.readCounters); err != nil {
			return nil, err
		}
	}
	b.done()
	return b, nil
}

// errSize is the error for files that are larger than limits.Size together.
var errSize = errors.New("with the files before it, it is larger than the limit")

// open calls read with a file. The error names it.
func (d *directory) open(name string, read func(*input) error) error {
	err := func() error {
		// A look before the file is opened: opening a pipe waits for its other end.
		info, err := fs.Lstat(d.fsys, name)
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return errors.New("not a regular file")
		}
		f, err := d.fsys.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		if info, err = f.Stat(); err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return errors.New("not a regular file")
		}
		if info.Size() > d.limits.Size-d.size {
			return fmt.Errorf("%w of %d bytes (limits.profile_bytes)", errSize, d.limits.Size)
		}
		d.size += info.Size()
		return read(newInput(f, info.Size()))
	}()
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
