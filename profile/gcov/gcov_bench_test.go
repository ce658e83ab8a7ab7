package gcov_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/gcov"
)

var readers = []profiletest.Reader{
	profiletest.Whole("encoding-json", unmarshal),
	profiletest.Covls(gcov.Read),
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}

// BenchmarkRead reads 53 MB: 400,000 lines of 4,000 files, every fifth with two branches.
func BenchmarkRead(b *testing.B) {
	const files, lines = 4_000, 100
	profiletest.Bench(b, files, func(w *bufio.Writer) {
		fmt.Fprint(w, `{"format_version": "2", "gcc_version": "14.2.0", "current_working_directory": "/build", "files": [`)
		for n := range files {
			if n > 0 {
				fmt.Fprint(w, ", ")
			}
			fmt.Fprintf(w, `{"file": "src/component%03d/handler_%04d.cc", "functions": [{"name": "_Z6handlev", "demangled_name": "handle()", "start_line": 10, "start_column": 6, "end_line": 210, "end_column": 1, "blocks": 9, "blocks_executed": 4, "execution_count": %d}], "lines": [`, n/50, n, n%7)
			for i := range lines {
				if i > 0 {
					fmt.Fprint(w, ", ")
				}
				branches := ""
				if i%5 == 0 {
					branches = `{"count": 1, "fallthrough": true, "throw": false}, {"count": 0, "fallthrough": false, "throw": false}`
				}
				fmt.Fprintf(w, `{"branches": [%s], "count": %d, "function_name": "_Z6handlev", "line_number": %d, "unexecuted_block": false}`, branches, (n+i)%1000, 10+i*2)
			}
			fmt.Fprint(w, `]}`)
		}
		fmt.Fprint(w, `]}`)
	}, readers)
}

func unmarshal(text []byte) (int, error) {
	var report struct {
		Files []struct {
			File  string
			Lines []struct {
				Number   uint32 `json:"line_number"`
				Count    uint64
				Function string `json:"function_name"`
				Branches []struct{ Count uint64 }
			}
			Functions []struct {
				Name   string `json:"demangled_name"`
				Line   uint32 `json:"start_line"`
				Column uint32 `json:"start_column"`
				Count  uint64 `json:"execution_count"`
			}
		}
	}
	err := json.Unmarshal(text, &report)
	return len(report.Files), err
}
