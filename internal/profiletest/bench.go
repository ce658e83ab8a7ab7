package profiletest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/covls/covls/profile/scan"
)

// Reader is one of the readers that a benchmark compares. It returns how many files the profile at
// path names.
type Reader struct {
	Name string
	Read func(path string) (files int, err error)
}

// Covls is the reader of covls.
func Covls(read Read) Reader {
	return Reader{"covls", func(path string) (int, error) {
		f, err := os.Open(path)
		if err != nil {
			return 0, err
		}
		defer f.Close()
		r, err := read(f, scan.Limits{})
		if err != nil {
			return 0, err
		}
		return len(r.Files), nil
	}}
}

// Whole is a peer that reads the profile from memory.
func Whole(name string, read func(text []byte) (files int, err error)) Reader {
	return Reader{name, func(path string) (int, error) {
		text, err := os.ReadFile(path)
		if err != nil {
			return 0, err
		}
		return read(text)
	}}
}

// Bench compares readers on the profile that write makes, which names that many files. The first
// reader is the measure: x-NAME is how many times as long as it another took. peak-MiB is the resident
// memory that a process of its own reaches; that process is the package's TestPeak, which calls Peak
// with the same readers.
func Bench(b *testing.B, files int, write func(*bufio.Writer), readers []Reader) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "profile")
	Compare(b, path, create(b, path, write), files, readers)
}

// Compare is Bench for a profile of size bytes that is there already, be it a file or a directory.
func Compare(b *testing.B, path string, size int64, files int, readers []Reader) {
	b.Helper()
	var measure float64
	for i, reader := range readers {
		b.Run(reader.Name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				n, err := reader.Read(path)
				if err != nil || n != files {
					b.Fatalf("%d files, %v, want %d", n, err, files)
				}
			}
			took := float64(b.Elapsed()) / float64(b.N)
			if i == 0 {
				measure = took
			} else if measure > 0 {
				b.ReportMetric(took/measure, "x-"+readers[0].Name)
			}
			if peak := peakMiB(b, reader.Name, path); peak > 0 {
				b.ReportMetric(peak, "peak-MiB")
			}
		})
	}
}

func create(b *testing.B, path string, write func(*bufio.Writer)) (size int64) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	write(w)
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
		b.Fatalf("%v: %s", err, out)
	}
	_, hwm, _ := strings.Cut(string(out), "VmHWM:")
	kib, err := strconv.Atoi(strings.Fields(hwm)[0])
	if err != nil {
		b.Fatal(err)
	}
	return float64(kib) / 1024
}

// Peak is the process that Bench measures the memory of.
func Peak(t *testing.T, readers []Reader) {
	t.Helper()
	want := os.Getenv(readerEnv)
	if want == "" {
		t.Skip("runs for BenchmarkRead only")
	}
	for _, reader := range readers {
		if reader.Name != want {
			continue
		}
		if _, err := reader.Read(os.Getenv(pathEnv)); err != nil {
			t.Fatal(err)
		}
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", status)
}

// Scan is what a peer written by hand for one format needs: a cursor on a text.
type Scan struct {
	Text []byte
	At   int
}

// Uint reads digits.
func (s *Scan) Uint() (n uint64) {
	for s.At < len(s.Text) && s.Text[s.At]-'0' <= 9 {
		n = n*10 + uint64(s.Text[s.At]-'0')
		s.At++
	}
	return n
}

// Skip passes the next n bytes, which are known.
func (s *Scan) Skip(n int) { s.At += n }
