package v8_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/v8"
)

var readers = []profiletest.Reader{
	profiletest.Whole("encoding-json", unmarshal),
	profiletest.Covls(v8.Read),
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}

// BenchmarkRead reads 33 MB: 2,000 scripts of 100 functions, each with two parts.
func BenchmarkRead(b *testing.B) {
	const files, functions = 2_000, 100
	profiletest.Bench(b, files, func(w *bufio.Writer) {
		fmt.Fprint(w, `{"result":[`)
		for n := range files {
			if n > 0 {
				fmt.Fprint(w, ",")
			}
			fmt.Fprintf(w, `{"scriptId":"%d","url":"file:///builds/acme/project/src/component%03d/handler_%04d.mjs","functions":[{"functionName":"","ranges":[{"startOffset":0,"endOffset":%d,"count":1}],"isBlockCoverage":true}`, n, n/50, n, functions*200)
			for i := range functions {
				fmt.Fprintf(w, `,{"functionName":"handle%d","ranges":[{"startOffset":%d,"endOffset":%d,"count":%d},{"startOffset":%d,"endOffset":%d,"count":0}],"isBlockCoverage":true}`, i, i*200+7, i*200+190, (n+i)%1000, i*200+50, i*200+90)
			}
			fmt.Fprint(w, `]}`)
		}
		fmt.Fprint(w, `],"timestamp":1.5}`)
	}, readers)
}

func unmarshal(text []byte) (int, error) {
	var report struct {
		Result []struct {
			URL       string
			Functions []struct {
				FunctionName    string
				IsBlockCoverage bool
				Ranges          []struct {
					StartOffset, EndOffset uint32
					Count                  uint64
				}
			}
		}
	}
	err := json.Unmarshal(text, &report)
	return len(report.Result), err
}
