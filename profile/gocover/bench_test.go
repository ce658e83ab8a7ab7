package gocover_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/cover"

	"github.com/covls/covls/profile"
	"github.com/covls/covls/profile/gocover"
	"github.com/covls/covls/profile/scan"
)

// readers are what the benchmarks compare.
var readers = []struct {
	name string
	read func(path string) (files int, err error)
}{
	{"gocover.Read", func(path string) (int, error) {
		f, err := os.Open(path)
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
	{"profile.Open", func(path string) (int, error) {
		p, err := profile.Open(path, scan.Limits{})
		if err != nil {
			return 0, err
		}
		return len(p.Report.Files), nil
	}},
	{"cover.ParseProfiles", func(path string) (int, error) {
		p, err := cover.ParseProfiles(path)
		return len(p), err
	}},
}

// BenchmarkRead reads two profiles of about 90 MB: a million blocks of 10,000 files, and 100,000
// blocks of 1,000 files that ten test binaries list one after another. peak-MiB is the resident
// memory that a process of its own reaches.
func BenchmarkRead(b *testing.B) {
	for _, bb := range []struct {
		name         string
		files, times int
	}{
		{"1M-blocks", 10_000, 1},
		{"100k-blocks-ten-times", 1_000, 10},
	} {
		path := filepath.Join(b.TempDir(), bb.name+".out")
		size := generate(b, path, bb.files, 100, bb.times)
		for _, reader := range readers {
			b.Run(bb.name+"/"+reader.name, func(b *testing.B) {
				b.SetBytes(size)
				b.ReportAllocs()
				for b.Loop() {
					files, err := reader.read(path)
					if err != nil || files != bb.files {
						b.Fatalf("%d files, %v", files, err)
					}
				}
				if peak := peakMiB(b, reader.name, path); peak > 0 {
					b.ReportMetric(peak, "peak-MiB")
				}
			})
		}
	}
}

// generate writes a profile with that many files, blocks in each and repetitions of the whole.
func generate(b *testing.B, path string, files, blocks, times int) (size int64) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
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
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	return info.Size()
}

const (
	readerEnv = "COVLS_BENCH_READER"
	pathEnv   = "COVLS_BENCH_PROFILE"
)

// peakMiB runs TestPeak in another process. It is 0 where the system doesn't tell.
func peakMiB(b *testing.B, reader, path string) float64 {
	b.Helper()
	if runtime.GOOS != "linux" {
		return 0
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestPeak$", "-test.v")
	cmd.Env = append(os.Environ(), readerEnv+"="+reader, pathEnv+"="+path)
	out, err := cmd.Output()
	if err != nil {
		b.Fatal(err)
	}
	_, hwm, _ := strings.Cut(string(out), "VmHWM:")
	kib, err := strconv.Atoi(strings.Fields(hwm)[0])
	if err != nil {
		b.Fatal(err)
	}
	return float64(kib) / 1024
}

// TestPeak is the process that peakMiB measures.
func TestPeak(t *testing.T) {
	t.Parallel()
	want := os.Getenv(readerEnv)
	if want == "" {
		t.Skip("runs for BenchmarkRead only")
	}
	for _, reader := range readers {
		if reader.name != want {
			continue
		}
		if _, err := reader.read(os.Getenv(pathEnv)); err != nil {
			t.Fatal(err)
		}
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", status)
}
