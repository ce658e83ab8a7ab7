package gcovr_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/gcovr"
)

var readers = []profiletest.Reader{
	profiletest.Whole("encoding-json", unmarshal),
	profiletest.Covls(gcovr.Read),
}

// BenchmarkRead reads 48 MB: 500,000 lines of 5,000 files, every fifth with two branches.
func BenchmarkRead(b *testing.B) {
	const files, lines = 5_000, 100
	profiletest.Bench(b, files, func(w *bufio.Writer) {
		fmt.Fprint(w, `{"files": [`)
		for n := range files {
			if n > 0 {
				fmt.Fprint(w, ", ")
			}
			fmt.Fprintf(w, `{"file": "src/component%03d/handler_%04d.cc", "functions": [{"name": "handle", "lineno": 10, "execution_count": %d}], "lines": [`, n/50, n, n%7)
			for i := range lines {
				if i > 0 {
					fmt.Fprint(w, ", ")
				}
				branches := ""
				if i%5 == 0 {
					branches = `{"count": 1, "fallthrough": true, "throw": false}, {"count": 0, "fallthrough": false, "throw": false}`
				}
				fmt.Fprintf(w, `{"branches": [%s], "count": %d, "gcovr/noncode": false, "line_number": %d}`, branches, (n+i)%1000, 10+i*2)
			}
			fmt.Fprint(w, `]}`)
		}
		fmt.Fprint(w, `], "gcovr/format_version": "0.3"}`)
	}, readers)
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}

func unmarshal(text []byte) (int, error) {
	var report struct {
		Files []struct {
			File  string
			Lines []struct {
				Number   uint32 `json:"line_number"`
				Count    uint64
				Noncode  bool `json:"gcovr/noncode"`
				Branches []struct{ Count uint64 }
			}
			Functions []struct {
				Name  string
				Line  uint32 `json:"lineno"`
				Count uint64 `json:"execution_count"`
			}
		}
	}
	err := json.Unmarshal(text, &report)
	return len(report.Files), err
}
