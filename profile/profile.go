// Package profile finds out what format a coverage profile has and reads it.
//
// A format is a sub-package with a function that knows the format's head and one that reads it,
// and a row in the table of formats.
package profile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"hash/crc32"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/disk"
	"github.com/covls/covls/profile/clover"
	"github.com/covls/covls/profile/cobertura"
	"github.com/covls/covls/profile/codecov"
	"github.com/covls/covls/profile/coveragepy"
	"github.com/covls/covls/profile/coveralls"
	"github.com/covls/covls/profile/coverlet"
	"github.com/covls/covls/profile/demangle"
	"github.com/covls/covls/profile/dotcover"
	"github.com/covls/covls/profile/dotnet"
	"github.com/covls/covls/profile/gcov"
	"github.com/covls/covls/profile/gcovr"
	"github.com/covls/covls/profile/gocover"
	"github.com/covls/covls/profile/istanbul"
	"github.com/covls/covls/profile/jacoco"
	"github.com/covls/covls/profile/lcov"
	"github.com/covls/covls/profile/llvmcov"
	"github.com/covls/covls/profile/opencover"
	"github.com/covls/covls/profile/scan"
	"github.com/covls/covls/profile/scoverage"
	"github.com/covls/covls/profile/simplecov"
	"github.com/covls/covls/profile/sonarqube"
	"github.com/covls/covls/profile/tarpaulin"
	"github.com/covls/covls/profile/v8"
	"github.com/covls/covls/profile/visualstudio"
	"github.com/covls/covls/profile/xccov"
)

// Limits bound what is read from one profile.
type Limits = scan.Limits

// format is a kind of profile.
type format struct {
	// name is what users and machines call it: a lower-case word.
	name string
	// sniff reports whether a text that begins with head, its first headSize bytes or all of it,
	// is one. Only the content counts, never the file's name, and at most one format may say yes.
	sniff func(head []byte) bool
	// read reads one whole, from behind the byte order mark. Where it can tell the line, its
	// error is a *coverage.LineError.
	read func(io.Reader, Limits) (*coverage.Report, error)
}

func formats() []format {
	return []format{
		{"go", gocover.Sniff, gocover.Read},
		{"lcov", lcov.Sniff, lcov.Read},
		{"cobertura", cobertura.Sniff, cobertura.Read},
		{"jacoco", jacoco.Sniff, jacoco.Read},
		{"clover", clover.Sniff, clover.Read},
		{"istanbul", istanbul.Sniff, istanbul.Read},
		{"llvm-cov", llvmcov.Sniff, llvmcov.Read},
		{"coverage.py", coveragepy.Sniff, coveragepy.Read},
		{"simplecov", simplecov.Sniff, simplecov.Read},
		{"gcovr", gcovr.Sniff, gcovr.Read},
		{"opencover", opencover.Sniff, opencover.Read},
		{"coverlet", coverlet.Sniff, coverlet.Read},
		{"visualstudio", visualstudio.Sniff, visualstudio.Read},
		{"dotcover", dotcover.Sniff, dotcover.Read},
		{"coveralls", coveralls.Sniff, coveralls.Read},
		{"codecov", codecov.Sniff, codecov.Read},
		{"sonarqube", sonarqube.Sniff, sonarqube.Read},
		{"tarpaulin", tarpaulin.Sniff, tarpaulin.Read},
		{"gcov", gcov.Sniff, gcov.Read},
		{"xccov", xccov.Sniff, xccov.Read},
		{"scoverage", scoverage.Sniff, scoverage.Read},
		{"v8", v8.Sniff, v8.Read},
	}
}

// Formats returns the names of the formats.
func Formats() []string {
	var names []string
	for _, f := range formats() {
		names = append(names, f.name)
	}
	return names
}

// Empty is the format of a profile without any text: a run of tests that has just begun.
const Empty = "empty"

// ErrFormat is the error for a file that is in none of the formats.
var ErrFormat = errors.New("not a coverage profile that covls knows")

// Profile is a profile that was read whole.
type Profile struct {
	Report *coverage.Report
	// Format is one of Formats, Empty, or CoverDir.
	Format string
	// Size is the length in bytes; of a folder, of all its files together.
	Size int64
	// Hash is of the content; of a folder, of what was read of it. It is the same for the same content as long as the process lives.
	Hash uint64
	// Sum is the CRC-32C of the content, the same in every run; 0 for a folder.
	Sum uint32
}

// Error says why a profile could not be read.
type Error struct {
	Path string
	// Line is the 1-based line of the profile that is wrong, 0 if it is not one line's fault.
	Line int
	Err  error
}

// Error returns "path:line: text" or "path: text".
func (e *Error) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d: %v", e.Path, e.Line, e.Err)
	}
	return fmt.Sprintf("%s: %v", e.Path, e.Err)
}

// Unwrap returns the reason without the place.
func (e *Error) Unwrap() error { return e.Err }

// Open reads the profile in a regular file, a GOCOVERDIR, or a folder that has the many files of a run. The error is an *Error; errors.Is finds ErrFormat
// and the reasons of package fs in it.
func Open(path string, limits Limits) (*Profile, error) {
	// A look before the file is opened: opening a pipe waits for its other end.
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, locate(path, err)
	case info.IsDir():
		return openDir(path, limits)
	case !info.Mode().IsRegular():
		return nil, locate(path, errors.New("not a regular file"))
	}
	if err := checkSize(info.Size(), limits); err != nil {
		return nil, locate(path, err)
	}
	f, err := disk.Open(path)
	if err != nil {
		return nil, locate(path, err)
	}
	defer f.Close()
	return Read(path, f, limits)
}

// headSize is how much of a profile the formats are asked about.
const headSize = 4 << 10

// Read reads the profile that r holds. Errors are as with Open; path only stands in them.
func Read(path string, r io.Reader, limits Limits) (*Profile, error) {
	in := meter{bounded: bounded{r: r, limits: limits}}
	in.hash.SetSeed(seed)
	report, name, err := read(&in, limits)
	if err != nil {
		return nil, locate(path, err)
	}
	return &Profile{Report: report, Format: name, Size: in.size, Hash: in.hash.Sum64(), Sum: in.sum}, nil
}

func read(r io.Reader, limits Limits) (report *coverage.Report, name string, err error) {
	text, err := decoded(r, limits)
	if err != nil {
		return nil, "", err
	}
	head, err := text.Peek(headSize)
	if err != nil && err != io.EOF {
		return nil, "", err
	}
	if err == io.EOF && len(bytes.TrimSpace(head)) == 0 {
		return &coverage.Report{}, Empty, nil
	}
	for _, f := range formats() {
		if !f.sniff(head) {
			continue
		}
		mixed := cobertura.Mixed(head) // before head is gone
		if report, err = f.read(text, limits); err != nil {
			if errors.Is(err, v8.ErrTypeScript) {
				err = fmt.Errorf("%w: %w", ErrFormat, v8.ErrTypeScript)
			}
			return nil, "", err
		}
		if f.name == "cobertura" {
			report.Mixed = mixed
		}
		demangle.Report(report)
		tell(report, f.name)
		if err = checkNames(report); err != nil {
			return nil, "", err
		}
		if err = checked(report, f.name); err != nil {
			return nil, "", err
		}
		// The size and the hash are of the whole file, whatever the format left unread.
		if _, err = io.Copy(io.Discard, text); err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		return report, f.name, err
	}
	return nil, "", unknown(head)
}

// tell has each file of a report say what coverage.Merge is to know of where it is from, but for what the reader
// has told.
func tell(r *coverage.Report, format string) {
	for _, f := range r.Files {
		f.Loads = loads(f.Name)
		f.Format = cmp.Or(f.Format, format)
		if dotnet.Is(f.Name) {
			f.Funcs = dotnet.Written(f.Funcs, f.Lines)
		}
		if ecma(f.Name) {
			f.Funcs = written(f.Funcs)
			if format == "lcov" {
				f.Ways = "istanbul" // which LCOV of JavaScript is made of
			}
		}
	}
}

// written are the functions of a file of JavaScript by the names that people know, without those that runners and V8 make up: an
// initializer of fields that never ran says no more than that no object was made. Nil is for a file of which vitest has
// loaded nothing: it names no function then.
func written(funcs []coverage.Func) []coverage.Func {
	if len(funcs) == 1 && funcs[0].Name == "(empty-report)" {
		return nil
	}
	if !slices.ContainsFunc(funcs, func(fn coverage.Func) bool {
		return strings.HasPrefix(fn.Name, "<") || strings.HasPrefix(fn.Name, "__vi")
	}) {
		return funcs
	}
	out := make([]coverage.Func, 0, len(funcs))
	for _, fn := range funcs {
		switch fn.Name {
		case "<instance_members_initializer>", "<static_initializer>":
			if fn.Counted && fn.Count == 0 {
				continue
			}
		case "__vite_ssr_export_default__":
			fn.Name = "default"
		}
		out = append(out, fn)
	}
	return coverage.SortFuncs(out)
}

// loads reports whether a file's name is of a language in which the head of a function runs when the text is loaded.
func loads(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".py", ".pyw", ".pyx", ".rb", ".rake", ".lua":
		return true
	}
	return ecma(name)
}

// ecma reports whether a file's name is of JavaScript, or of what becomes JavaScript.
func ecma(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".vue", ".svelte", ".astro":
		return true
	}
	return false
}

// checked returns what of a report of a format breaks the model.
func checked(r *coverage.Report, format string) error {
	if err := r.Check(); err != nil {
		return fmt.Errorf("the reader of %s profiles is wrong about this one (a bug of covls): %w", format, err)
	}
	return nil
}

// unknown returns the error for a text in no known format. It says of it what kind it is and nothing that
// stands in it: whatever has, or is given, the name of a profile is looked at.
func unknown(head []byte) error {
	if f := foreignOf(head); f != nil {
		return f.error()
	}
	return fmt.Errorf("%w (it looks like %s); it reads: %s", ErrFormat, kindOf(head), strings.Join(Formats(), ", "))
}

// kindOf is what a text that begins with head seems to be.
func kindOf(head []byte) string {
	start := bytes.ToLower(bytes.TrimSpace(head))
	has := func(prefix string) bool { return bytes.HasPrefix(start, []byte(prefix)) }
	switch {
	case len(start) == 0:
		return "blank lines"
	case bytes.ContainsFunc(head, func(c rune) bool { return c < ' ' && !strings.ContainsRune("\t\n\v\f\r\x1b", c) }):
		return "binary data"
	case has("<!doctype html"), has("<html"):
		return "HTML"
	case has("<"):
		return "XML"
	case has("{"), has("["):
		return "JSON"
	}
	return "text"
}

// locate adds where an error is from, and takes off what says so already.
func locate(path string, err error) error {
	e := &Error{Path: path, Err: err}
	if line, ok := errors.AsType[*coverage.LineError](err); ok {
		e.Line, e.Err = line.Line, line.Err
	} else if at, ok := errors.AsType[*fs.PathError](err); ok {
		e.Err = at.Err
	}
	return e
}

// seed makes the hashes of one process comparable.
var seed = maphash.MakeSeed()

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// meter measures what passes through it, up to the limit.
type meter struct {
	bounded
	hash maphash.Hash
	sum  uint32
}

func (m *meter) Read(b []byte) (int, error) {
	n, err := m.bounded.Read(b)
	m.hash.Write(b[:n])
	m.sum = crc32.Update(m.sum, castagnoli, b[:n])
	return n, err
}

func checkSize(size int64, limits Limits) error {
	if limits.Size > 0 && size > limits.Size {
		return fmt.Errorf("larger than the limit of %d bytes", limits.Size)
	}
	return nil
}
