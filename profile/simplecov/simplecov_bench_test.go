package simplecov_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/simplecov"
)

var readers = []profiletest.Reader{
	profiletest.Whole("encoding-json", unmarshal),
	profiletest.Covls(simplecov.Read),
}

// BenchmarkRead reads 32 MB: 2,000,000 lines of 10,000 files, one on each line of the text as SimpleCov
// writes them.
func BenchmarkRead(b *testing.B) {
	const files, lines = 10_000, 200
	profiletest.Bench(b, files, func(w *bufio.Writer) {
		fmt.Fprint(w, "{\n  \"RSpec\": {\n    \"coverage\": {")
		for n := range files {
			if n > 0 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprintf(w, "\n      \"/builds/acme/project/lib/component%03d/handler_%04d.rb\": {\n        \"lines\": [", n/50, n)
			for i := range lines {
				if i > 0 {
					fmt.Fprint(w, ",")
				}
				if i%3 == 0 {
					fmt.Fprint(w, "\n          null")
				} else {
					fmt.Fprintf(w, "\n          %d", (n+i)%1000)
				}
			}
			fmt.Fprint(w, "\n        ]\n      }")
		}
		fmt.Fprint(w, "\n    },\n    \"timestamp\": 1700000000\n  }\n}\n")
	}, readers)
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}

func unmarshal(text []byte) (int, error) {
	var results map[string]struct {
		Coverage map[string]struct{ Lines []*uint64 }
	}
	err := json.Unmarshal(text, &results)
	return len(results["RSpec"].Coverage), err
}
