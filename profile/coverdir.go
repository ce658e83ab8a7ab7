package profile

import (
	"encoding/binary"
	"errors"
	"hash/maphash"
	"os"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/gocoverdir"
)

// CoverDir is the format of a GOCOVERDIR, the directory that programs built with `go build -cover`
// write into.
const CoverDir = "gocoverdir"

func openDir(dir string, limits Limits) (*Profile, error) {
	report, size, err := gocoverdir.Read(os.DirFS(dir), limits)
	if errors.Is(err, gocoverdir.ErrNone) {
		p, err := openFolder(dir, limits)
		if errors.Is(err, errNoPieces) {
			if f := foreignDir(dir); f != nil {
				err = f.error()
			}
		}
		if err != nil {
			return nil, locate(dir, err)
		}
		return p, nil
	}
	if err == nil {
		tell(report, "go") // it counts what go test does
		err = checkNames(report)
	}
	if err == nil {
		err = checked(report, CoverDir)
	}
	if err != nil {
		return nil, locate(dir, err)
	}
	return &Profile{Report: report, Format: CoverDir, Size: size, Hash: reportHash(report)}, nil
}

// reportHash is the hash of what a report of regions says. Each run of a program adds a file to its
// GOCOVERDIR, and most of them say nothing new.
func reportHash(r *coverage.Report) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	maphash.WriteComparable(&h, r.Counted)
	for _, w := range r.Warnings {
		maphash.WriteComparable(&h, w)
	}
	var b []byte
	for _, f := range r.Files {
		maphash.WriteComparable(&h, f.Name)
		b = binary.LittleEndian.AppendUint64(b[:0], uint64(len(f.Regions)))
		for _, r := range f.Regions {
			for _, n := range [...]uint32{r.Start.Line, r.Start.Col, r.End.Line, r.End.Col, r.Statements} {
				b = binary.LittleEndian.AppendUint32(b, n)
			}
			b = binary.LittleEndian.AppendUint64(b, r.Count)
		}
		_, _ = h.Write(b)
	}
	return h.Sum64()
}
