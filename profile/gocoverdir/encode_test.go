package gocoverdir_test

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"testing/fstest"
	"time"
)

// meta is a covmeta file as Go writes it. The zero mode is set.
type meta struct {
	hash     byte // 16 times
	mode     byte
	packages [][]function
}

type function struct {
	file   string
	blocks []block
}

// block is the lines, columns and statements of a block: start, end, number.
type block [5]uint32

func uleb(b []byte, n int) []byte { return binary.AppendUvarint(b, uint64(n)) }

func hash(n byte) (h []byte) {
	for range 16 {
		h = append(h, n)
	}
	return h
}

func (m meta) encode() []byte {
	le := binary.LittleEndian
	if m.mode == 0 {
		m.mode = 1
	}
	var packages []byte
	var starts, lengths []uint64
	at := 56 + 16*len(m.packages) + 2
	for _, p := range m.packages {
		blob := encodePackage(p)
		starts = append(starts, uint64(at+len(packages)))
		lengths = append(lengths, uint64(len(blob)))
		packages = append(packages, blob...)
	}
	b := []byte("\x00cvm\x01\x00\x00\x00")
	b = le.AppendUint64(b, uint64(at+len(packages)))
	b = le.AppendUint64(b, uint64(len(m.packages)))
	b = append(b, hash(m.hash)...)
	b = le.AppendUint32(b, uint32(at-2))
	b = le.AppendUint32(b, 2)
	b = append(b, m.mode, 1, 0, 0, 0, 0, 0, 0)
	for _, n := range append(starts, lengths...) {
		b = le.AppendUint64(b, n)
	}
	b = append(b, 1, 0) // one string, which is empty
	return append(b, packages...)
}

func encodePackage(functions []function) []byte {
	le := binary.LittleEndian
	strings, index := []string{""}, map[string]int{"": 0}
	var code []byte
	var offsets []int
	for _, f := range functions {
		i, ok := index[f.file]
		if !ok {
			i = len(strings)
			index[f.file] = i
			strings = append(strings, f.file)
		}
		offsets = append(offsets, len(code))
		code = uleb(uleb(uleb(code, len(f.blocks)), 0), i)
		for _, u := range f.blocks {
			for _, n := range u {
				code = uleb(code, int(n))
			}
		}
		code = append(code, 0)
	}
	table := uleb(nil, len(strings))
	for _, s := range strings {
		table = append(uleb(table, len(s)), s...)
	}
	head := 44 + 4*len(functions) + len(table)
	b := le.AppendUint32(nil, uint32(head+len(code)))
	b = le.AppendUint32(b, 0)
	b = le.AppendUint32(b, uint32(min(1, len(strings)-1))) // the import path, which is not used
	b = append(b, make([]byte, 28)...)
	b = le.AppendUint32(b, uint32(len(functions)))
	for _, n := range offsets {
		b = le.AppendUint32(b, uint32(head+n))
	}
	return append(append(b, table...), code...)
}

// run is a covcounters file as Go writes it.
type run struct {
	hash byte
	// flavor is 1 for numbers of four bytes; 0 is as Go writes them.
	flavor, bigEndian byte
	called            []called
	uncounted         int // how many of them are too many
}

type called struct {
	pkg, fn  uint32
	counters []uint32
}

func (r run) encode() []byte {
	le := binary.LittleEndian
	if r.flavor == 0 {
		r.flavor = 2
	}
	number := func(b []byte, n uint32) []byte {
		switch {
		case r.flavor == 2:
			return uleb(b, int(n))
		case r.bigEndian == 1:
			return binary.BigEndian.AppendUint32(b, n)
		}
		return le.AppendUint32(b, n)
	}
	b := []byte("\x00cwm\x01\x00\x00\x00")
	b = append(b, hash(r.hash)...)
	b = append(b, r.flavor, r.bigEndian, 0, 0, 0, 0, 0, 0)
	b = le.AppendUint64(b, uint64(len(r.called)-r.uncounted))
	const strings, pairs, padding = "\x03\x00\x04argc\x0210", "\x01\x01\x02", "\x00\x00\x00"
	b = le.AppendUint32(b, uint32(len(strings)))
	inside := len(padding) // Go's own writer counts the padding as a part of the pairs
	if r.flavor == 1 {
		inside = 0
	}
	b = le.AppendUint32(b, uint32(len(pairs)+inside))
	b = append(b, strings+pairs+padding...)
	for _, c := range r.called {
		b = number(number(number(b, uint32(len(c.counters))), c.pkg), c.fn)
		for _, n := range c.counters {
			b = number(b, n)
		}
	}
	return append(b, footer...)
}

const footer = "\x00cwm\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"

// dir makes a directory of metas, each newer than the one before it, and runs.
func dir(files ...any) fstest.MapFS {
	out := fstest.MapFS{}
	for i, f := range files {
		file := &fstest.MapFile{Mode: 0o644, ModTime: time.Unix(int64(i), 0)}
		switch f := f.(type) {
		case meta:
			file.Data = f.encode()
			out[fmt.Sprintf("covmeta.%x", hash(f.hash))] = file
		case run:
			file.Data = f.encode()
			out[fmt.Sprintf("covcounters.%x.1.%d", hash(f.hash), i)] = file
		}
	}
	return out
}

// other is a file that has no place in a GOCOVERDIR.
func other(mode fs.FileMode, data string) *fstest.MapFile {
	return &fstest.MapFile{Mode: mode, Data: []byte(data)}
}

// program is a build of packages with 20 files of so many blocks, in functions of ten, and some runs that
// call half of the functions.
func program(packages, blocks, runs int) fstest.MapFS {
	m := meta{mode: 3}
	var calls []called
	for pkg := range packages {
		var functions []function
		for n := range 20 * blocks / 10 {
			file := n / (blocks / 10)
			f := function{file: fmt.Sprintf("example.com/org/project/internal/services/component/pkg%04d/file_%03d.go", pkg, file)}
			c := called{pkg: uint32(pkg), fn: uint32(n)}
			for i := range 10 {
				line := uint32(10 + n%(blocks/10)*50 + i*5)
				f.blocks = append(f.blocks, block{line, uint32(2 + i*13%60), line + 4, uint32(2 + i*5%40), uint32(1 + i%4)})
				c.counters = append(c.counters, uint32((pkg*i+n)%1500))
			}
			functions = append(functions, f)
			if n%2 == 0 {
				calls = append(calls, c)
			}
		}
		m.packages = append(m.packages, functions)
	}
	files := []any{m}
	for range runs {
		files = append(files, run{called: calls})
	}
	return dir(files...)
}
