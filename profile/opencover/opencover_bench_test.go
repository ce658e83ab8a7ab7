package opencover_test

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/opencover"
)

var readers = []profiletest.Reader{
	profiletest.Whole("encoding-xml", unmarshal),
	profiletest.Covls(opencover.Read),
}

// BenchmarkRead reads 85 MB: 500,000 sequence points of 5,000 files.
func BenchmarkRead(b *testing.B) {
	const files, methods, points = 5_000, 10, 10
	profiletest.Bench(b, files, func(w *bufio.Writer) {
		fmt.Fprint(w, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<CoverageSession>\n  <Modules>\n    <Module>\n      <Files>\n")
		for n := range files {
			fmt.Fprintf(w, "        <File uid=\"%d\" fullPath=\"C:\\builds\\acme\\src\\Component\\Handler%04d.cs\" />\n", n+1, n)
		}
		fmt.Fprint(w, "      </Files>\n      <Classes>\n")
		for n := range files {
			fmt.Fprintf(w, "        <Class>\n          <FullName>Acme.Component.Handler%d</FullName>\n          <Methods>\n", n)
			for m := range methods {
				fmt.Fprintf(w, "            <Method cyclomaticComplexity=\"2\">\n              <Name>System.Void Acme.Component.Handler%d::Handle%d(System.Int32)</Name>\n              <FileRef uid=\"%d\" />\n              <SequencePoints>\n", n, m, n+1)
				for i := range points {
					line := 10 + m*(points+2) + i
					fmt.Fprintf(w, "                <SequencePoint vc=\"%d\" uspid=\"%d\" ordinal=\"%d\" offset=\"%d\" sl=\"%d\" sc=\"13\" el=\"%[5]d\" ec=\"40\" bec=\"0\" bev=\"0\" fileid=\"%[6]d\" />\n", n%7, line, i, i*8, line, n+1)
				}
				fmt.Fprint(w, "              </SequencePoints>\n              <BranchPoints />\n            </Method>\n")
			}
			fmt.Fprint(w, "          </Methods>\n        </Class>\n")
		}
		fmt.Fprint(w, "      </Classes>\n    </Module>\n  </Modules>\n</CoverageSession>\n")
	}, readers)
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}

func unmarshal(text []byte) (int, error) {
	var report struct {
		Files []struct {
			Path string `xml:"fullPath,attr"`
		} `xml:"Modules>Module>Files>File"`
		Methods []struct {
			Name   string
			Points []struct {
				Count uint64 `xml:"vc,attr"`
				Line  uint32 `xml:"sl,attr"`
				End   uint32 `xml:"el,attr"`
				File  int    `xml:"fileid,attr"`
			} `xml:"SequencePoints>SequencePoint"`
		} `xml:"Modules>Module>Classes>Class>Methods>Method"`
	}
	err := xml.Unmarshal(text, &report)
	return len(report.Files), err
}
