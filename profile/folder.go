package profile

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/v8"
)

// pieces are the formats of which a run writes many files into one folder, with the ends of their names.
var pieces = [...]struct{ format, ends string }{
	{"v8", ".json"},
	{"gcov", ".gcov .gcov.json .gcov.json.gz"},
}

// mostPieces is how many names a folder may hold.
const mostPieces = 1 << 18

// piece is a file of a folder.
type piece struct {
	name string
	made time.Time
	size int64
}

// openFolder reads the files of a run in a folder as one profile: what Node.js or Deno has written of V8's counts, or gcov.
// Files of other kinds are passed over, and so are links. The error is errNoPieces where no file is of those.
//
// limits.Size is for all files together. What V8 says of a text that had another length in a newer file is left out: that
// is of a run before the text was changed.
func openFolder(dir string, limits Limits) (*Profile, error) {
	for _, kind := range pieces {
		found, err := piecesIn(dir, strings.Fields(kind.ends))
		if err != nil {
			return nil, err
		}
		f := folder{dir: dir, limits: limits, format: kind.format, left: cmp.Or(limits.Size, math.MaxInt64), parts: map[string][]*coverage.File{}, report: &coverage.Report{Counted: true}}
		for _, p := range found {
			if err := f.read(p); err != nil {
				return nil, err
			}
		}
		switch {
		case f.files > 0:
			return f.profile()
		case f.untold != nil:
			return nil, f.untold
		}
	}
	return nil, errNoPieces
}

var errNoPieces = errors.New("is a directory without a covmeta file, and without files of Node.js (NODE_V8_COVERAGE) or gcov")

// piecesIn are the files of a folder whose names end so, the newest first.
func piecesIn(dir string, ends []string) (out []piece, err error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	for n := 0; ; {
		some, err := d.ReadDir(1024)
		if n += len(some); n > mostPieces {
			return nil, fmt.Errorf("has more than %d files: empty it before the tests run", mostPieces)
		}
		for _, e := range some {
			if !e.Type().IsRegular() || !slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(e.Name(), end) }) {
				continue
			}
			if info, err := e.Info(); err == nil { // else it was deleted
				out = append(out, piece{e.Name(), info.ModTime(), info.Size()})
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b piece) int { return cmp.Or(b.made.Compare(a.made), cmp.Compare(a.name, b.name)) })
	return out, nil
}

// folder is a folder while its files are read.
type folder struct {
	dir    string
	limits Limits
	format string
	left   int64 // of limits.Size
	files  int   // how many were read
	size   int64 // of those
	parts  map[string][]*coverage.File
	report *coverage.Report
	untold error // why a file could not be told; nil for none
}

func (f *folder) read(p piece) error {
	path := filepath.Join(f.dir, p.name)
	// A look before the file is opened: opening a pipe waits for its other end.
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return nil // it is gone
	}
	if p.size > f.left {
		return fmt.Errorf("%s: with the files before it, it is larger than the limit of %d bytes (limits.profile_bytes): empty the folder before the tests run", p.name, f.limits.Size)
	}
	limits := f.limits
	limits.Size = f.left
	got, err := Open(path, limits)
	at, _ := errors.AsType[*Error](err)
	switch {
	case errors.Is(err, v8.ErrTypeScript):
		f.untold = at.Err
		return nil
	case errors.Is(err, ErrFormat), err == nil && got.Format != f.format:
		return nil
	case at != nil && at.Line > 0:
		return fmt.Errorf("%s:%d: %w", p.name, at.Line, at.Err)
	case err != nil:
		return fmt.Errorf("%s: %w", p.name, cmp.Or[error](errors.Unwrap(err), err))
	}
	f.left -= got.Size
	f.size += got.Size
	f.files++
	for _, root := range got.Report.Roots {
		if !slices.Contains(f.report.Roots, root) {
			f.report.Roots = append(f.report.Roots, root)
		}
	}
	for _, w := range got.Report.Warnings {
		if !slices.ContainsFunc(f.report.Warnings, func(o coverage.Warning) bool { return o.Text == w.Text }) {
			f.report.Warnings = append(f.report.Warnings, coverage.Warning{Text: w.Text})
		}
	}
	f.report.Cut = f.report.Cut || got.Report.Cut
	for _, file := range got.Report.Files {
		before := f.parts[file.Name]
		if len(before) > 0 && !sameText(before[0], file) {
			continue
		}
		f.parts[file.Name] = append(before, file)
		if f.limits.Files > 0 && len(f.parts) > f.limits.Files {
			return fmt.Errorf("more than %d files (limits.files)", f.limits.Files)
		}
	}
	return nil
}

// sameText reports whether scripts of two files are of a text of one length.
func sameText(a, b *coverage.File) bool {
	return len(a.Scripts) == 0 || len(b.Scripts) == 0 || a.Scripts[0].Units == b.Scripts[0].Units
}

func (f *folder) profile() (*Profile, error) {
	for _, files := range f.parts {
		f.report.Files = append(f.report.Files, coverage.Merge(files...))
	}
	coverage.SortFiles(f.report.Files)
	if f.untold != nil {
		f.report.Warnings = append(f.report.Warnings, coverage.Warning{Text: v8.ErrTypeScript.Error()})
	}
	slices.SortFunc(f.report.Warnings, func(a, b coverage.Warning) int { return cmp.Compare(a.Text, b.Text) })
	if err := checked(f.report, f.format); err != nil {
		return nil, err
	}
	return &Profile{Report: f.report, Format: f.format, Size: f.size, Hash: f.report.Digest()}, nil
}
