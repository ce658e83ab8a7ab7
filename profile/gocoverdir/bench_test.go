package gocoverdir_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile"
	"github.com/covls/covls/profile/gocover"
	"github.com/covls/covls/profile/gocoverdir"
	"github.com/covls/covls/profile/scan"
)

// readers are what the benchmark compares. The memory of the second is that of the reader of its text
// alone.
var readers = []profiletest.Reader{
	{Name: "covls", Read: func(path string) (int, error) {
		r, _, err := gocoverdir.Read(os.DirFS(path), scan.Limits{})
		if err != nil {
			return 0, err
		}
		return len(r.Files), nil
	}},
	{Name: "go-tool-covdata", Read: func(path string) (int, error) {
		text := path + ".out"
		if out, err := exec.Command("go", "tool", "covdata", "textfmt", "-i="+path, "-o="+text).CombinedOutput(); err != nil {
			return 0, fmt.Errorf("%w: %s", err, out)
		}
		f, err := os.Open(text)
		if err != nil {
			return 0, err
		}
		defer f.Close()
		r, err := gocover.Read(f, scan.Limits{})
		if err != nil {
			return 0, err
		}
		return len(r.Files), nil
	}},
	{Name: "profile.Open", Read: func(path string) (int, error) {
		p, err := profile.Open(path, scan.Limits{})
		if err != nil {
			return 0, err
		}
		return len(p.Report.Files), nil
	}},
}

// BenchmarkRead reads three runs of a program of 100,000 blocks in 1,000 files, and 1,000 runs of one of
// 2,000 blocks, beside `go tool covdata textfmt` and the reading of its text.
func BenchmarkRead(b *testing.B) {
	goTool(b)
	for _, bb := range []struct {
		name         string
		packages     int // of 20 files
		runs, blocks int
	}{
		{"3-runs", 50, 3, 100},
		{"1000-runs", 1, 1000, 100},
	} {
		b.Run(bb.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "covdata")
			if err := os.Mkdir(path, 0o755); err != nil {
				b.Fatal(err)
			}
			size := 0
			for name, f := range program(bb.packages, bb.blocks, bb.runs) {
				if err := os.WriteFile(filepath.Join(path, name), f.Data, 0o644); err != nil {
					b.Fatal(err)
				}
				size += len(f.Data)
			}
			profiletest.Compare(b, path, int64(size), 20*bb.packages, readers)
		})
	}
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}
