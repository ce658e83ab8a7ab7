package cobertura_test

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/cobertura"
)

var readers = []profiletest.Reader{
	profiletest.Whole("hand", hand),
	profiletest.Covls(cobertura.Read),
	profiletest.Whole("encoding-xml", unmarshal),
}

// BenchmarkRead reads 102 MB: 2,000,000 lines of 10,000 files, each once under its method and once
// under its class, as coverlet writes them.
func BenchmarkRead(b *testing.B) {
	const files, methods, lines = 10_000, 10, 10
	line := func(w *bufio.Writer, file, n int) {
		if n%10 == 3 {
			fmt.Fprintf(w, "<line number=\"%d\" hits=\"%d\" branch=\"true\" condition-coverage=\"50%% (1/2)\"/>\n", 10+n, (file+n)%10)
		} else {
			fmt.Fprintf(w, "<line number=\"%d\" hits=\"%d\" branch=\"false\"/>\n", 10+n, (file+n)%10)
		}
	}
	profiletest.Bench(b, files, func(w *bufio.Writer) {
		fmt.Fprint(w, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<coverage line-rate=\"0.7\" version=\"1.9\" timestamp=\"1700000000\">\n",
			"  <sources>\n    <source>/builds/acme/</source>\n  </sources>\n  <packages>\n    <package name=\"all\">\n      <classes>\n")
		for n := range files {
			fmt.Fprintf(w, "<class name=\"Org.Project.Component%d\" filename=\"src/module%02d/Component%05d.cs\" line-rate=\"0.7\">\n<methods>\n", n, n/200, n)
			for m := range methods {
				fmt.Fprintf(w, "<method name=\"Handle%d\" signature=\"()\">\n<lines>\n", m)
				for i := range lines {
					line(w, n, m*lines+i)
				}
				fmt.Fprint(w, "</lines>\n</method>\n")
			}
			fmt.Fprint(w, "</methods>\n<lines>\n")
			for i := range methods * lines {
				line(w, n, i)
			}
			fmt.Fprint(w, "</lines>\n</class>\n")
		}
		fmt.Fprint(w, "      </classes>\n    </package>\n  </packages>\n</coverage>\n")
	}, readers)
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}

// hand goes from tag to tag: it checks nothing and knows only what the benchmark writes.
func hand(text []byte) (int, error) {
	var files []*coverage.File
	var f *coverage.File
	var lines []coverage.Line
	method := false
	for {
		i := bytes.IndexByte(text, '<')
		if i < 0 {
			coverage.SortFiles(files)
			return len(files), nil
		}
		text = text[i+1:]
		switch {
		case bytes.HasPrefix(text, []byte("line ")):
			s := profiletest.Scan{Text: text, At: len(`line number="`)}
			n := s.Uint()
			s.Skip(len(`" hits="`))
			count := s.Uint()
			s.Skip(len(`" branch="`))
			branch := text[s.At] == 't'
			if method {
				break
			}
			lines = append(lines, coverage.Line{Number: uint32(n), Count: count})
			if branch {
				s.Skip(bytes.IndexByte(text[s.At:], '(') + 1)
				taken := s.Uint()
				s.Skip(len("/"))
				for way := range s.Uint() {
					f.Branches = append(f.Branches, coverage.Branch{Line: uint32(n), Way: uint32(way), Count: min(1, taken)})
				}
			}
		case bytes.HasPrefix(text, []byte("class ")):
			_, name, _ := bytes.Cut(text, []byte(`filename="`))
			name, _, _ = bytes.Cut(name, []byte(`"`))
			f = &coverage.File{Name: string(name)}
			files = append(files, f)
		case bytes.HasPrefix(text, []byte("method ")):
			name, _, _ := bytes.Cut(text[len(`method name="`):], []byte(`"`))
			f.Funcs = append(f.Funcs, coverage.Func{Name: string(name)})
			method = true
		case bytes.HasPrefix(text, []byte("/method>")):
			method = false
		case bytes.HasPrefix(text, []byte("/class>")):
			f.Lines, lines = slices.Clone(lines), lines[:0]
		}
	}
}

func unmarshal(text []byte) (int, error) {
	type line struct {
		Number uint32 `xml:"number,attr"`
		Hits   uint64 `xml:"hits,attr"`
		Ways   string `xml:"condition-coverage,attr"`
	}
	var report struct {
		Classes []struct {
			File    string `xml:"filename,attr"`
			Methods []struct {
				Name  string `xml:"name,attr"`
				Lines []line `xml:"lines>line"`
			} `xml:"methods>method"`
			Lines []line `xml:"lines>line"`
		} `xml:"packages>package>classes>class"`
	}
	err := xml.Unmarshal(text, &report)
	return len(report.Classes), err
}
