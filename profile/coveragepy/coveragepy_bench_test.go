package coveragepy_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/coveragepy"
)

var readers = []profiletest.Reader{
	profiletest.Whole("encoding-json", unmarshal),
	profiletest.Covls(coveragepy.Read),
}

// BenchmarkRead reads 9 MB: 1,500,000 lines of 10,000 files.
func BenchmarkRead(b *testing.B) {
	const files, lines = 10_000, 150
	profiletest.Bench(b, files, func(w *bufio.Writer) {
		fmt.Fprint(w, `{"meta": {"version": "7.6.0", "branch_coverage": false, "show_contexts": false}, "files": {`)
		for n := range files {
			if n > 0 {
				fmt.Fprint(w, ", ")
			}
			fmt.Fprintf(w, `"src/project/component%03d/module_%04d.py": {"executed_lines": [`, n/50, n)
			for i := range lines {
				switch i {
				case 0:
				case lines / 2:
					fmt.Fprint(w, `], "missing_lines": [`)
				default:
					fmt.Fprint(w, ", ")
				}
				fmt.Fprint(w, 100+i*2)
			}
			fmt.Fprintf(w, `], "excluded_lines": [], "summary": {"covered_lines": %d, "num_statements": %d, "percent_covered": 50.0}}`, lines/2, lines)
		}
		fmt.Fprint(w, `}, "totals": {"covered_lines": 1}}`)
	}, readers)
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}

func unmarshal(text []byte) (int, error) {
	var report struct {
		Files map[string]struct {
			Executed []uint32 `json:"executed_lines"`
			Missing  []uint32 `json:"missing_lines"`
			Excluded []uint32 `json:"excluded_lines"`
		}
	}
	err := json.Unmarshal(text, &report)
	return len(report.Files), err
}
