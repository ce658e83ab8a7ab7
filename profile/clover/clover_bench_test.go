package clover_test

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/clover"
)

var readers = []profiletest.Reader{
	profiletest.Whole("encoding-xml", unmarshal),
	profiletest.Covls(clover.Read),
}

// BenchmarkRead reads 26 MB: 500,000 lines of 5,000 files.
func BenchmarkRead(b *testing.B) {
	const files, lines = 5_000, 100
	profiletest.Bench(b, files, func(w *bufio.Writer) {
		fmt.Fprint(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<coverage generated=\"1700000000\">\n  <project timestamp=\"1700000000\">\n")
		for n := range files {
			fmt.Fprintf(w, "    <file name=\"/builds/acme/project/src/Component/Handler%04d.php\">\n", n)
			for i := range lines {
				if i%10 == 0 {
					fmt.Fprintf(w, "      <line num=\"%d\" type=\"method\" name=\"handle%d\" visibility=\"public\" complexity=\"2\" crap=\"2\" count=\"%d\"/>\n", 10+i, i, n%7)
				} else {
					fmt.Fprintf(w, "      <line num=\"%d\" type=\"stmt\" count=\"%d\"/>\n", 10+i, n%7)
				}
			}
			fmt.Fprintf(w, "      <metrics loc=\"200\" ncloc=\"150\" methods=\"10\" statements=\"%d\"/>\n    </file>\n", lines*9/10)
		}
		fmt.Fprint(w, "  </project>\n</coverage>\n")
	}, readers)
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}

func unmarshal(text []byte) (int, error) {
	var report struct {
		Files []struct {
			Name  string `xml:"name,attr"`
			Lines []struct {
				Number uint32 `xml:"num,attr"`
				Type   string `xml:"type,attr"`
				Name   string `xml:"name,attr"`
				Count  uint64 `xml:"count,attr"`
			} `xml:"line"`
		} `xml:"project>file"`
	}
	err := xml.Unmarshal(text, &report)
	return len(report.Files), err
}
