package scoverage_test

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/scoverage"
)

var readers = []profiletest.Reader{
	profiletest.Whole("encoding-xml", unmarshal),
	profiletest.Covls(scoverage.Read),
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}

// BenchmarkRead reads 72 MB: 250,000 statements of 2,500 files.
func BenchmarkRead(b *testing.B) {
	const files, statements = 2_500, 100
	profiletest.Bench(b, files, func(w *bufio.Writer) {
		fmt.Fprint(w, `<scoverage statement-count="250000" version="1.0"><packages>`)
		for n := range files {
			fmt.Fprintf(w, `<package name="c%03d"><classes><class name="c%03d.Handler%04d" filename="c%03d/Handler%04d.scala"><methods><method name="handle"><statements>`, n/50, n/50, n, n/50, n)
			for i := range statements {
				fmt.Fprintf(w, `
                                <statement package="c%03d" class="Handler%04d" class-type="Class" full-class-name="c%03d.Handler%04d" source="/w/src/main/scala/c%03d/Handler%04d.scala" method="handle%d" start="%d" end="%d" line="%d" branch="%t" invocation-count="%d" ignored="false"/>`,
					n/50, n, n/50, n, n/50, n, i/10, i*20, i*20+9, i/2+5, i%7 == 0, (n+i)%1000)
			}
			fmt.Fprint(w, `</statements></method></methods></class></classes></package>`)
		}
		fmt.Fprint(w, `</packages></scoverage>`)
	}, readers)
}

func unmarshal(text []byte) (int, error) {
	var report struct {
		Classes []struct {
			Filename   string `xml:"filename,attr"`
			Statements []struct {
				Method string `xml:"method,attr"`
				Line   uint32 `xml:"line,attr"`
				Branch bool   `xml:"branch,attr"`
				Count  uint64 `xml:"invocation-count,attr"`
			} `xml:"methods>method>statements>statement"`
		} `xml:"packages>package>classes>class"`
	}
	err := xml.Unmarshal(text, &report)
	return len(report.Classes), err
}
