package gocover_test

import (
	"bufio"
	"fmt"
	"testing"

	"golang.org/x/tools/cover"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile"
	"github.com/covls/covls/profile/gocover"
	"github.com/covls/covls/profile/scan"
)

// readers are what the benchmarks compare. The first is what Go's own tools read with.
var readers = []profiletest.Reader{
	{Name: "cover.ParseProfiles", Read: func(path string) (int, error) {
		p, err := cover.ParseProfiles(path)
		return len(p), err
	}},
	profiletest.Covls(gocover.Read),
	{Name: "profile.Open", Read: func(path string) (int, error) {
		p, err := profile.Open(path, scan.Limits{})
		if err != nil {
			return 0, err
		}
		return len(p.Report.Files), nil
	}},
}

// BenchmarkRead reads two profiles of about 90 MB: a million blocks of 10,000 files, and 100,000
// blocks of 1,000 files that ten test binaries list one after another.
func BenchmarkRead(b *testing.B) {
	for _, bb := range []struct {
		name         string
		files, times int
	}{
		{"1M-blocks", 10_000, 1},
		{"100k-blocks-ten-times", 1_000, 10},
	} {
		b.Run(bb.name, func(b *testing.B) {
			profiletest.Bench(b, bb.files, func(w *bufio.Writer) { write(w, bb.files, 100, bb.times) }, readers)
		})
	}
}

// write writes a profile with that many files, blocks in each and repetitions of the whole.
func write(w *bufio.Writer, files, blocks, times int) {
	fmt.Fprintln(w, "mode: atomic")
	for n := range files * times {
		file, pass := n%files, n/files
		line := 10
		for i := range blocks {
			lines := 1 + (file+i*7)%9
			fmt.Fprintf(w, "example.com/org/project/internal/services/component/pkg%04d/file_%03d.go:%d.%d,%d.%d %d %d\n",
				file/20, file%20, line, 2+(i*13)%60, line+lines, 2+(i*5)%40, 1+i%4, (file*i+pass)%1500)
			line += lines
		}
	}
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}
