package lcov_test

import (
	"bufio"
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/lcov"
)

var readers = []profiletest.Reader{
	profiletest.Whole("hand", hand),
	profiletest.Covls(lcov.Read),
}

// BenchmarkRead reads 51 MB: 3,000,000 lines and 200,000 functions of 20,000 files.
func BenchmarkRead(b *testing.B) {
	const files, funcs, lines = 20_000, 10, 150
	profiletest.Bench(b, files, func(w *bufio.Writer) {
		for n := range files {
			fmt.Fprintf(w, "TN:\nSF:/builds/acme/project/monorepo/packages/component%03d/src/module/handlers/file_%05d.ts\n", n/100, n)
			for i := range funcs {
				fmt.Fprintf(w, "FN:%d,handleRequestOf%d\n", 100+i*60, n+i)
			}
			for i := range funcs {
				fmt.Fprintf(w, "FNDA:%d,handleRequestOf%d\n", (n+i)%700, n+i)
			}
			fmt.Fprintf(w, "FNF:%d\nFNH:%d\n", funcs, funcs)
			line := 100
			for i := range lines {
				line += 1 + i%7
				fmt.Fprintf(w, "DA:%d,%d\n", line, (n*7+i*i)%15000)
			}
			fmt.Fprintf(w, "LF:%d\nLH:%d\nend_of_record\n", lines, lines)
		}
	}, readers)
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}

// hand is the obvious loop: it checks nothing and knows only what the benchmark writes.
func hand(text []byte) (int, error) {
	var files []*coverage.File
	var f *coverage.File
	var lines []coverage.Line
	for len(text) > 0 {
		line := text
		if end := bytes.IndexByte(text, '\n'); end >= 0 {
			line, text = text[:end], text[end+1:]
		} else {
			text = nil
		}
		switch {
		case bytes.HasPrefix(line, []byte("DA:")):
			s := profiletest.Scan{Text: line, At: len("DA:")}
			n := s.Uint()
			s.Skip(len(","))
			lines = append(lines, coverage.Line{Number: uint32(n), Count: s.Uint()})
		case bytes.HasPrefix(line, []byte("FN:")):
			s := profiletest.Scan{Text: line, At: len("FN:")}
			fn := coverage.Func{Counted: true}
			fn.Span.Start.Line = uint32(s.Uint())
			fn.Name = string(line[s.At+1:])
			f.Funcs = append(f.Funcs, fn)
		case bytes.HasPrefix(line, []byte("FNDA:")):
			s := profiletest.Scan{Text: line, At: len("FNDA:")}
			count := s.Uint()
			for i := range f.Funcs {
				if f.Funcs[i].Name == string(line[s.At+1:]) {
					f.Funcs[i].Count = count
					break
				}
			}
		case bytes.HasPrefix(line, []byte("SF:")):
			f = &coverage.File{Name: string(line[len("SF:"):])}
			files = append(files, f)
		case string(line) == "end_of_record":
			f.Lines, lines = slices.Clone(lines), lines[:0]
		}
	}
	coverage.SortFiles(files)
	return len(files), nil
}
