package change

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/covls/covls/coverage"
)

// Schema is the version of the format of a baseline.
const Schema = 1

// MostBaseline bounds how many bytes a baseline has, unpacked.
const MostBaseline = 512 << 20

// Baseline is the coverage of a commit, to which a later one is compared. There is no text in it.
type Baseline struct {
	// Commit is what was covered, in hexadecimal digits; "" where that is not known.
	Commit string
	// Files are sorted by path, and relative to the root of the repository.
	Files []*File
}

type (
	jsonBaseline struct {
		Schema int        `json:"schema"`
		Tool   string     `json:"tool"`
		Commit string     `json:"commit"`
		Unit   string     `json:"unit"`
		Files  []jsonFile `json:"files"`
	}
	jsonFile struct {
		Path      string     `json:"path"`
		Unit      string     `json:"unit"`
		Print     string     `json:"print"`
		Bits      string     `json:"bits"`
		Functions []jsonUnit `json:"functions"`
	}
	jsonUnit struct {
		Name    string `json:"name"`
		Print   string `json:"print"`
		Tokens  int    `json:"tokens"`
		Covered int    `json:"covered"`
		Total   int    `json:"total"`
		Line    uint32 `json:"line"`
		Lines   string `json:"lines"`
		Bits    string `json:"bits"`
	}
)

// Write writes the baseline as gzipped JSON: of each function its name, its fingerprint, how much of it is covered, and a bit for
// each of its statements. Tool is the program and its version. The same baseline is the same bytes.
func (b *Baseline) Write(w io.Writer, tool string) error {
	z := gzip.NewWriter(w)
	out := jsonBaseline{Schema: Schema, Tool: tool, Commit: b.Commit, Unit: b.Unit()}
	for _, f := range b.Files {
		file := jsonFile{Path: f.Path, Unit: f.Counts.String(), Print: hex(f.Print), Bits: bits(len(f.Bits), func(i int) bool { return f.Bits[i] }), Functions: []jsonUnit{}}
		for i := range f.Units {
			u := &f.Units[i]
			t := u.Total()
			unit := jsonUnit{Name: u.Name, Print: hex(u.Print), Tokens: u.Tokens, Covered: t.Covered, Total: t.Total, Line: u.Line}
			prints := make([]byte, 0, 4*len(u.Lines))
			for _, p := range u.Lines {
				prints = binary.LittleEndian.AppendUint32(prints, p)
			}
			parts := make([]byte, 0, 2*len(u.Parts))
			at := int32(0)
			for _, p := range u.Parts {
				covered := uint64(0)
				if p.Covered {
					covered = 1
				}
				parts = binary.AppendUvarint(parts, uint64(p.From-at)<<1|covered)
				parts = binary.AppendUvarint(parts, uint64(p.Statements))
				at = p.From
			}
			unit.Lines, unit.Bits = base64.StdEncoding.EncodeToString(prints), base64.StdEncoding.EncodeToString(parts)
			file.Functions = append(file.Functions, unit)
		}
		out.Files = append(out.Files, file)
	}
	e := json.NewEncoder(z)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		return err
	}
	return z.Close()
}

// Unit is what the files count: "statements", "lines", "mixed" where they differ, "" where there is none.
func (b *Baseline) Unit() (unit string) {
	for _, f := range b.Files {
		switch u := f.Counts.String(); {
		case unit == "" || unit == u:
			unit = u
		default:
			return "mixed"
		}
	}
	return unit
}

func hex(print uint64) string { return strconv.FormatUint(print, 16) }

// bits packs flags, behind how many there are.
func bits(n int, is func(i int) bool) string {
	out := binary.AppendUvarint(nil, uint64(n))
	at := len(out)
	out = append(out, make([]byte, (n+7)/8)...)
	for i := range n {
		if is(i) {
			out[at+i/8] |= 1 << (i % 8)
		}
	}
	return base64.StdEncoding.EncodeToString(out)
}

func unbits(s string) ([]bool, error) {
	data, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, err
	}
	n, size := binary.Uvarint(data)
	if size <= 0 || n > uint64(len(data)-size)*8 {
		return nil, errors.New("fewer bits than it says")
	}
	out := make([]bool, n)
	for i := range out {
		out[i] = data[size+i/8]>>(i%8)&1 != 0
	}
	return out, nil
}

// Read reads a baseline that Write has written. The error says what is wrong with it.
func Read(r io.Reader) (*Baseline, error) {
	packed := bufio.NewReader(r)
	if begin, _ := packed.Peek(1); string(begin) == "{" {
		return nil, errors.New("it is JSON, such as a report, in which nobody sees whether code was deleted or lost its coverage, and no baseline")
	}
	z, err := gzip.NewReader(packed)
	if err != nil {
		return nil, errors.New("it is no baseline, which is packed by gzip")
	}
	data, err := io.ReadAll(io.LimitReader(z, MostBaseline+1))
	if err != nil {
		return nil, fmt.Errorf("unpack it: %w", err)
	}
	if len(data) > MostBaseline {
		return nil, fmt.Errorf("it is larger than %d MB", MostBaseline>>20)
	}
	var in jsonBaseline
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&in); err != nil {
		return nil, fmt.Errorf("it is no baseline: %w", err)
	}
	switch {
	case in.Schema == 0 || in.Files == nil && in.Tool == "":
		return nil, errors.New("it is JSON, and no baseline")
	case in.Schema != Schema:
		return nil, fmt.Errorf("its schema is %d, and this covls reads %d", in.Schema, Schema)
	}
	b := &Baseline{Commit: in.Commit}
	for i := range in.Files {
		f, err := in.Files[i].file()
		if err != nil {
			return nil, fmt.Errorf("file %q: %w", in.Files[i].Path, err)
		}
		b.Files = append(b.Files, f)
	}
	slices.SortFunc(b.Files, func(a, b *File) int {
		switch {
		case a.Path < b.Path:
			return -1
		case a.Path > b.Path:
			return 1
		}
		return 0
	})
	return b, nil
}

func (j *jsonFile) file() (*File, error) {
	f := &File{Path: j.Path}
	switch j.Unit {
	case coverage.Statements.String():
	case coverage.Lines.String():
		f.Counts = coverage.Lines
	default:
		return nil, fmt.Errorf("it counts %q", j.Unit)
	}
	var err error
	if f.Print, err = strconv.ParseUint(j.Print, 16, 64); err != nil {
		return nil, err
	}
	if f.Bits, err = unbits(j.Bits); err != nil {
		return nil, err
	}
	for i := range j.Functions {
		u, err := j.Functions[i].unit()
		if err != nil {
			return nil, fmt.Errorf("function %q: %w", j.Functions[i].Name, err)
		}
		f.Units = append(f.Units, u)
	}
	return f, nil
}

func (j *jsonUnit) unit() (u Unit, err error) {
	u = Unit{Name: j.Name, Tokens: j.Tokens, Line: j.Line}
	if u.Print, err = strconv.ParseUint(j.Print, 16, 64); err != nil {
		return u, err
	}
	prints, err := base64.StdEncoding.DecodeString(j.Lines)
	if err != nil {
		return u, err
	}
	if len(prints)%4 != 0 {
		return u, errors.New("half a line")
	}
	u.Lines = make([]uint32, len(prints)/4)
	for i := range u.Lines {
		u.Lines[i] = binary.LittleEndian.Uint32(prints[4*i:])
	}
	parts, err := base64.StdEncoding.DecodeString(j.Bits)
	if err != nil {
		return u, err
	}
	at := uint64(0)
	for len(parts) > 0 {
		from, n := binary.Uvarint(parts)
		if n <= 0 {
			return u, errors.New("half a statement")
		}
		statements, m := binary.Uvarint(parts[n:])
		if m <= 0 {
			return u, errors.New("half a statement")
		}
		parts = parts[n+m:]
		if at += from >> 1; from>>1 > uint64(len(u.Lines)) || at >= uint64(len(u.Lines)) || statements > 1<<31 {
			return u, errors.New("a statement beyond its lines")
		}
		u.Parts = append(u.Parts, Part{From: int32(at), To: int32(at), Statements: uint32(statements), Covered: from&1 != 0})
	}
	return u, nil
}
