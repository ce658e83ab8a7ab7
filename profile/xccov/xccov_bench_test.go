package xccov_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/xccov"
)

var readers = []profiletest.Reader{
	profiletest.Whole("encoding-json", unmarshal),
	profiletest.Covls(xccov.Read),
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}

// BenchmarkRead reads 28 MB: 600,000 lines of 3,000 files.
func BenchmarkRead(b *testing.B) {
	const files, lines = 3_000, 200
	profiletest.Bench(b, files, func(w *bufio.Writer) {
		fmt.Fprint(w, "{")
		for n := range files {
			if n > 0 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprintf(w, `"\/Users\/me\/App\/Sources\/Component%03d\/Handler%04d.swift":[`, n/50, n)
			for i := range lines {
				if i > 0 {
					fmt.Fprint(w, ",")
				}
				if i%3 == 0 {
					fmt.Fprintf(w, `{"isExecutable":false,"line":%d}`, i+1)
				} else {
					fmt.Fprintf(w, `{"executionCount":%d,"isExecutable":true,"line":%d}`, (n+i)%1000, i+1)
				}
			}
			fmt.Fprint(w, "]")
		}
		fmt.Fprint(w, "}")
	}, readers)
}

func unmarshal(text []byte) (int, error) {
	var report map[string][]struct {
		Line         uint32
		IsExecutable bool
		Count        uint64 `json:"executionCount"`
	}
	err := json.Unmarshal(text, &report)
	return len(report), err
}
