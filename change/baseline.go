package change

import (
	"bufio"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// Schema is the version of the format of a baseline.
const Schema = 3

// MostBaseline bounds how many bytes a baseline has, unpacked.
const MostBaseline = 256 << 20

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
	out := jsonBaseline{Schema: Schema, Tool: tool, Commit: b.Commit, Unit: b.Unit(), Files: []jsonFile{}}
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
	in := reader{data: &bounded{r: z, left: MostBaseline}, room: mostRoom, seen: map[string]bool{}}
	in.JSON = scan.NewJSON(in.data, scan.Limits{})
	err = in.End(in.baseline())
	switch {
	case in.data.left < 0:
		return nil, fmt.Errorf("it is larger than %d MB", MostBaseline>>20)
	case in.data.err != nil:
		return nil, fmt.Errorf("unpack it: %w", in.data.err)
	case errors.Is(err, errSchema), errors.Is(err, errRoom):
		return nil, errors.Unwrap(err)
	case err != nil:
		return nil, fmt.Errorf("it is no baseline, or was changed: %w", err)
	case in.schema == 0:
		return nil, errors.New("it is JSON, and no baseline")
	}
	slices.SortFunc(in.out.Files, func(a, b *File) int { return strings.Compare(a.Path, b.Path) })
	return &in.out, nil
}

// mostRoom bounds how many bytes the memory has of a baseline, about.
const mostRoom = 1 << 30

var (
	errSchema = errors.New("it is of another version of covls")
	errRoom   = fmt.Errorf("it takes more than %d MB of memory", mostRoom>>20)
)

// bounded is a reader that ends with an error where there is more than is left.
type bounded struct {
	r    io.Reader
	left int64 // less than 0 where there was more
	err  error // what is wrong below, but for the end
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errRoom
	}
	if err != nil && err != io.EOF {
		b.err = err
	}
	return n, err
}

// reader reads a baseline piece by piece, so that it has no more in memory than is made of it.
type reader struct {
	*scan.JSON
	data   *bounded
	out    Baseline
	schema uint64
	room   int
	seen   map[string]bool // paths
}

// take takes room for something.
func (in *reader) take(bytes int) error {
	if in.room -= bytes; in.room < 0 {
		return errRoom
	}
	return nil
}

// text reads a string, for which it takes room.
func (in *reader) text(to *string) error {
	s, ok, err := in.Long(in.room)
	if err == nil && !ok {
		err = errRoom
	}
	if err == nil {
		err = in.take(len(s))
	}
	*to = s
	return err
}

func (in *reader) baseline() error {
	return in.Object("a baseline", func(name []byte) (err error) {
		switch string(name) {
		case "schema":
			if in.schema, err = in.Number(); err == nil && in.schema != Schema {
				err = fmt.Errorf("its schema is %d, and this covls reads %d: %w", in.schema, Schema, errSchema)
			}
			return err
		case "commit":
			if err = in.text(&in.out.Commit); err == nil && !isCommit(in.out.Commit) {
				err = fmt.Errorf("%s is no commit", scan.Quote([]byte(in.out.Commit)))
			}
			return err
		case "files":
			return in.Array("files", func(int) error {
				if err := in.take(300); err != nil {
					return err
				}
				f, err := in.file()
				in.out.Files = append(in.out.Files, f)
				return err
			})
		}
		return in.Skip()
	})
}

// isCommit reports whether s may be the name of a commit, or is "".
func isCommit(s string) bool {
	return len(s) <= 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// isPath reports whether p may be the path of a file in a repository.
func isPath(p string) bool {
	return path.Clean(p) == p && !path.IsAbs(p) && p != "." && p != ".." && !strings.HasPrefix(p, "../") && !strings.Contains(p, "\x00")
}

// number reads the print of something.
func number(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 16, 64)
	if err != nil {
		err = fmt.Errorf("%s is no fingerprint", scan.Quote([]byte(s)))
	}
	return n, err
}

func (in *reader) file() (*File, error) {
	f := &File{}
	var unit, print, bits string
	err := in.Object("a file", func(name []byte) error {
		switch string(name) {
		case "path":
			return in.text(&f.Path)
		case "unit":
			return in.text(&unit)
		case "print":
			return in.text(&print)
		case "bits":
			return in.text(&bits)
		case "functions":
			return in.Array("functions", func(int) error {
				if err := in.take(300); err != nil {
					return err
				}
				u, err := in.unit()
				f.Units = append(f.Units, u)
				return err
			})
		}
		return in.Skip()
	})
	if err != nil {
		return nil, err
	}
	switch {
	case !isPath(f.Path):
		return nil, fmt.Errorf("%s is no path of a file in a repository", scan.Quote([]byte(f.Path)))
	case in.seen[f.Path]:
		return nil, fmt.Errorf("the file %s stands there twice", scan.Quote([]byte(f.Path)))
	}
	in.seen[f.Path] = true
	switch unit {
	case coverage.Statements.String():
	case coverage.Lines.String():
		f.Counts = coverage.Lines
	default:
		return nil, fmt.Errorf("want what the file counts, have %s", scan.Quote([]byte(unit)))
	}
	if f.Print, err = number(print); err != nil {
		return nil, err
	}
	if err := in.take(6 * len(bits)); err != nil {
		return nil, err
	}
	f.Bits, err = unbits(bits)
	return f, err
}

func (in *reader) unit() (u Unit, err error) {
	var print, lines, parts string
	err = in.Object("a function", func(name []byte) error {
		switch string(name) {
		case "name":
			return in.text(&u.Name)
		case "print":
			return in.text(&print)
		case "lines":
			return in.text(&lines)
		case "bits":
			return in.text(&parts)
		case "tokens", "line":
			n, err := in.Number()
			if err == nil && n > 1<<31 {
				err = errors.New("want a smaller number")
			}
			if string(name) == "line" {
				u.Line = uint32(n)
			} else {
				u.Tokens = int(n)
			}
			return err
		}
		return in.Skip()
	})
	if err != nil {
		return u, err
	}
	if u.Print, err = number(print); err != nil {
		return u, err
	}
	if err := in.take(len(lines) + 8*len(parts)); err != nil {
		return u, err
	}
	if u.Lines, err = unlines(lines); err == nil {
		u.Parts, err = unparts(parts, uint64(len(u.Lines)))
	}
	return u, err
}

func unlines(s string) ([]uint32, error) {
	prints, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, err
	}
	if len(prints)%4 != 0 {
		return nil, errors.New("half a line")
	}
	out := make([]uint32, len(prints)/4)
	for i := range out {
		out[i] = binary.LittleEndian.Uint32(prints[4*i:])
	}
	return out, nil
}

// unparts are the parts of a unit that has so many lines.
func unparts(s string, lines uint64) (out []Part, err error) {
	parts, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, err
	}
	at := uint64(0)
	for len(parts) > 0 {
		from, n := binary.Uvarint(parts)
		if n <= 0 {
			return nil, errors.New("half a statement")
		}
		statements, m := binary.Uvarint(parts[n:])
		if m <= 0 {
			return nil, errors.New("half a statement")
		}
		parts = parts[n+m:]
		if at += from >> 1; from>>1 > lines || at >= lines || statements > 1<<31 {
			return nil, errors.New("a statement beyond its lines")
		}
		out = append(out, Part{From: int32(at), To: int32(at), Statements: uint32(statements), Covered: from&1 != 0})
	}
	return out, nil
}
