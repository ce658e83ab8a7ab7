package gocoverdir

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"golang.org/x/tools/cover"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

const (
	version = 1

	metaMagic    = "\x00cvm"
	counterMagic = "\x00cwm"

	// How many bytes headers have.
	metaHeader    = 56
	packageHeader = 44
	counterHeader = 32
	segmentHeader = 16
	footer        = 16 // of a covcounters file
)

// What counters mean. Packages that have no counters can be in a mode of their own; only where all are, it
// is that of the file.
const (
	modeSet    = 1
	modeCount  = 2
	modeAtomic = 3
)

// How the numbers behind the header of a segment are written.
const (
	flavorRaw  = 1 // in 4 bytes
	flavorULEB = 2
)

// build is what the files of one build say.
type build struct {
	limits   scan.Limits
	hash     [16]byte
	mode     byte
	files    map[string]*file
	first    []int // the first function of each package, and how many there are
	funcs    []function
	packages int // how many were instrumented
	unknown  int // functions that have counters and are not here
	warnings []string

	// What is known of the package that is being read.
	offsets []uint32 // of its functions, from its start
	text    []byte   // its strings, one behind the other
	ends    []uint32 // where in text they end
}

// file is a source file.
type file struct {
	coverage.File
	crossed bool
}

// function has the blocks of one function: n regions of a file.
type function struct {
	file     *file
	first, n int
}

// errPackage is the error for a package whose parts do not fit into it.
var errPackage = broken("it ends too early")

// readMeta reads a covmeta file.
//
//	header
//	the offset of each package, then the length of each, in 8 bytes
//	strings, which are not used
//	the packages
func (b *build) readMeta(in *input) error {
	h := in.take(metaHeader)
	if err := in.check(h, metaMagic, "covmeta"); err != nil {
		return err
	}
	length, packages := binary.LittleEndian.Uint64(h[8:]), binary.LittleEndian.Uint64(h[16:])
	b.hash, b.mode, b.packages = [16]byte(h[24:]), h[48], int(min(packages, math.MaxInt32))
	switch {
	case length > uint64(in.end):
		return errCut
	case length < uint64(in.end):
		return broken("it has %d bytes and says %d", in.end, length)
	case !in.room(packages, 16):
		return broken("it says that it has %d packages", packages)
	}
	starts, lengths := make([]uint64, packages), make([]uint64, packages)
	for _, table := range [][]uint64{starts, lengths} {
		for i := range table {
			table[i] = in.uint64()
		}
	}
	for i, start := range starts {
		// Parts do not overlap, so that nothing is read twice.
		if in.err == nil && (start < uint64(in.at) || start > length || lengths[i] > length-start) {
			return broken("package %d has the %d bytes from %d on", i, lengths[i], start)
		}
		in.skip(int64(start) - in.at)
		err := in.within(in.at+int64(lengths[i]), errPackage, func() error { return b.readPackage(in) })
		if err != nil {
			return fmt.Errorf("package %d: %w", i, err)
		}
	}
	b.first = append(b.first, len(b.funcs))
	b.offsets, b.text, b.ends = nil, nil, nil
	if in.err == nil && len(b.files) > 0 && (b.mode < modeSet || b.mode > modeAtomic) {
		return newer("its counters are in the mode %d", b.mode)
	}
	return in.err
}

// check returns what is wrong with the start of a file.
func (in *input) check(header []byte, magic, kind string) error {
	switch v := binary.LittleEndian.Uint32(header[4:]); {
	case in.err != nil:
		return in.err
	case !bytes.HasPrefix(header, []byte(magic)):
		return fmt.Errorf("want a %s file, have something else", kind)
	case v > version:
		return newer("version %d", v)
	case v < version:
		return broken("it has version %d", v)
	}
	return nil
}

// newer is the error for what a later Go may have added.
func newer(format string, args ...any) error {
	return fmt.Errorf("written by a newer Go than covls knows (%s); `go tool covdata textfmt -i=DIR -o=cover.out` makes a profile of it that covls can read",
		fmt.Sprintf(format, args...))
}

// readPackage reads a package.
//
//	header
//	the offset of each function, in 4 bytes
//	the number of strings, then the length of each and its bytes
//	the functions
func (b *build) readPackage(in *input) error {
	start := in.at
	h := in.take(packageHeader)
	length, functions := binary.LittleEndian.Uint32(h), binary.LittleEndian.Uint32(h[40:])
	switch {
	case in.err != nil:
		return in.err
	case int64(length) != in.end-start:
		return broken("it has %d bytes and says %d", in.end-start, length)
	case !in.room(uint64(functions), 4):
		return broken("it says that it has %d functions", functions)
	}
	b.offsets = slices.Grow(b.offsets[:0], int(functions))
	b.funcs = slices.Grow(b.funcs, int(functions))
	for range functions {
		b.offsets = append(b.offsets, in.uint32())
	}
	if b.readStrings(in); in.err != nil {
		return in.err
	}
	b.first = append(b.first, len(b.funcs))
	for i, offset := range b.offsets {
		at := start + int64(offset)
		if in.err == nil && (at < in.at || at > in.end) {
			return broken("function %d is at %d", i, offset)
		}
		in.skip(at - in.at)
		if err := b.readFunction(in); err != nil {
			return fmt.Errorf("function %d: %w", i, err)
		}
	}
	in.skip(in.left())
	return in.err
}

func (b *build) readStrings(in *input) {
	b.text, b.ends = b.text[:0], b.ends[:0]
	for range in.uleb() {
		length := in.uleb()
		if !in.room(uint64(length), 1) {
			return
		}
		from := len(b.text)
		b.text = slices.Grow(b.text, int(length))[:from+int(length)]
		in.read(b.text[from:])
		b.ends = append(b.ends, uint32(len(b.text)))
	}
}

// string returns one of the package's strings.
func (b *build) string(i uint32) []byte {
	if i == 0 {
		return b.text[:b.ends[0]]
	}
	return b.text[b.ends[i-1]:b.ends[i]]
}

// readFunction reads a function: how many blocks it has, the strings of its name and its file, the lines,
// columns and statements of its blocks, and whether it is a literal.
func (b *build) readFunction(in *input) error {
	blocks, name, source := in.uleb(), in.uleb(), in.uleb()
	if !in.room(uint64(blocks), 5) {
		return in.err
	}
	if i := max(name, source); uint64(i) >= uint64(len(b.ends)) {
		return broken("string %d is not one of its %d", i, len(b.ends))
	}
	fn := function{n: int(blocks)}
	if blocks > 0 {
		f, err := b.file(b.string(source))
		if err != nil {
			return err
		}
		fn.file, fn.first = f, len(f.Regions)
		f.Regions = slices.Grow(f.Regions, int(blocks))
	}
	for range blocks {
		block := cover.ProfileBlock{
			StartLine: int(in.uleb()), StartCol: int(in.uleb()), EndLine: int(in.uleb()), EndCol: int(in.uleb()),
			NumStmt: int(in.uleb()),
		}
		if in.err != nil {
			return in.err
		}
		if max(uint32(block.StartLine), uint32(block.EndLine)) > b.limits.Line {
			return fmt.Errorf("want line numbers up to %d (limits.line), have %s", b.limits.Line, span(region(block)))
		}
		b.add(fn.file, block)
	}
	in.uleb()
	b.funcs = append(b.funcs, fn)
	return in.err
}

// file returns the source file of a name.
func (b *build) file(name []byte) (*file, error) {
	if f := b.files[string(name)]; f != nil {
		return f, nil
	}
	switch {
	case len(name) == 0 || bytes.ContainsAny(name, "\x00\n"):
		return nil, broken("%s is no file's name", scan.Quote(name))
	case len(b.files) == b.limits.Files:
		return nil, manyFiles(b.limits.Files, string(name))
	}
	f := &file{File: coverage.File{Name: string(name)}}
	b.files[f.Name] = f
	return f, nil
}

func manyFiles(most int, name string) error {
	return fmt.Errorf("want at most %d files (limits.files), have one more: %s", most, scan.Quote([]byte(name)))
}

// region is a block as it is kept, in two thirds of the memory.
func region(b cover.ProfileBlock) coverage.Region {
	return coverage.Region{
		Start:      coverage.Point{Line: uint32(b.StartLine), Col: uint32(b.StartCol)},
		End:        coverage.Point{Line: uint32(b.EndLine), Col: uint32(b.EndCol)},
		Statements: uint32(b.NumStmt), Count: uint64(b.Count),
	}
}

// add adds a block, which has not been counted yet, to a file.
func (b *build) add(f *file, block cover.ProfileBlock) {
	r := region(block)
	if r.End.Compare(r.Start) < 0 {
		if !f.crossed {
			f.crossed = true
			b.warn("%q has a block that ends before it starts: %s", f.Name, span(r))
		}
		r.End = r.Start
	}
	f.Regions = append(f.Regions, r)
}

func (b *build) warn(format string, args ...any) {
	b.warnings = append(b.warnings, fmt.Sprintf(format, args...))
}

func span(r coverage.Region) string {
	return fmt.Sprintf("%d.%d,%d.%d", r.Start.Line, r.Start.Col, r.End.Line, r.End.Col)
}

// readCounters reads a covcounters file.
//
//	header
//	the header of a segment, which is a process
//	strings, and pairs of them: the arguments of the process; up to a multiple of four bytes
//	the functions that were called: how many blocks they have, their package, their number in it, the counters
//	footer
//
// Go 1.20 counts the functions before it writes them, and may write more that were called meanwhile.
func (b *build) readCounters(in *input) error {
	h := in.take(counterHeader)
	if err := in.check(h, counterMagic, "covcounters"); err != nil {
		return err
	}
	if [16]byte(h[8:]) != b.hash {
		return errors.New("has counters of another build than that of its name")
	}
	number := in.uleb
	switch flavor, bigEndian := h[24], h[25] != 0; {
	case flavor == flavorULEB:
	case flavor == flavorRaw && bigEndian:
		number = func() uint32 { return binary.BigEndian.Uint32(in.take(4)) }
	case flavor == flavorRaw:
		number = in.uint32
	default:
		return newer("counters of the kind %d", flavor)
	}
	if err := in.within(in.end-footer, errCut, func() error { return b.readSegment(in, number) }); err != nil {
		return err
	}
	h = in.take(footer)
	switch segments := binary.LittleEndian.Uint32(h[8:]); {
	case in.err != nil:
		return in.err
	case !bytes.HasPrefix(h, []byte(counterMagic)):
		return errCut
	case segments > 1:
		return newer("%d segments", segments)
	}
	return nil
}

// readSegment reads what one process has counted.
func (b *build) readSegment(in *input, number func() uint32) error {
	h := in.take(segmentHeader)
	functions := binary.LittleEndian.Uint64(h)
	process := int64(binary.LittleEndian.Uint32(h[8:])) + int64(binary.LittleEndian.Uint32(h[12:]))
	in.skip(process + -process&3)
	for ; functions > 0; functions-- {
		n, pkg, fn := number(), number(), number()
		if in.err != nil {
			return in.err
		}
		regions, ok := b.blocks(pkg, fn)
		if !ok {
			b.unknown++
			for ; n > 0 && in.err == nil; n-- {
				number()
			}
			continue
		}
		if uint64(n) != uint64(len(regions)) {
			return broken("it has %d counters for function %d of package %d, which has %d blocks", n, fn, pkg, len(regions))
		}
		for i := range regions {
			regions[i].Count = coverage.AddCounts(regions[i].Count, uint64(number()))
		}
	}
	in.skip(in.left())
	return in.err
}

// blocks returns the blocks of a function, in the order of its counters.
func (b *build) blocks(pkg, fn uint32) (regions []coverage.Region, ok bool) {
	if uint64(pkg) >= uint64(len(b.first)-1) || uint64(fn) >= uint64(b.first[pkg+1]-b.first[pkg]) {
		return nil, false
	}
	f := b.funcs[b.first[pkg]+int(fn)]
	if f.n == 0 {
		return nil, true
	}
	return f.file.Regions[f.first : f.first+f.n], true
}

// done puts the blocks of each file in order and makes one of equal ones, when all counters were read.
func (b *build) done() {
	b.funcs, b.first = nil, nil
	for _, name := range slices.Sorted(maps.Keys(b.files)) {
		b.distinct(b.files[name])
	}
	if b.unknown > 0 {
		b.warn("the counters of %d functions were left out: the covmeta file of their build does not have them", b.unknown)
	}
}

func (b *build) distinct(f *file) {
	compare := func(r, s coverage.Region) int {
		return cmp.Or(r.Compare(s), cmp.Compare(r.Statements, s.Statements))
	}
	if !slices.IsSortedFunc(f.Regions, compare) {
		slices.SortFunc(f.Regions, compare)
	}
	n, mixed := 0, false
	for _, r := range f.Regions {
		if n == 0 || f.Regions[n-1].Compare(r) != 0 {
			f.Regions[n] = r
			n++
			continue
		}
		known := &f.Regions[n-1]
		if known.Statements != r.Statements && !mixed {
			mixed = true
			b.warn("the profile mixes two versions of %q: the block %s has %d and %d statements", f.Name, span(r), known.Statements, r.Statements)
		}
		known.Statements = r.Statements // the larger one
		known.Count = coverage.AddCounts(known.Count, r.Count)
	}
	if n < cap(f.Regions) {
		f.Regions = append(make([]coverage.Region, 0, n), f.Regions[:n]...)
	}
}
