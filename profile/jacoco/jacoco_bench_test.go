package jacoco_test

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/jacoco"
)

var readers = []profiletest.Reader{
	profiletest.Whole("hand", hand),
	profiletest.Covls(jacoco.Read),
	profiletest.Whole("encoding-xml", unmarshal),
}

// BenchmarkRead reads 87 MB in one line: 1,000,000 lines and 100,000 methods of 10,000 files.
func BenchmarkRead(b *testing.B) {
	const packages, perPackage, methods, lines = 100, 100, 10, 100
	counters := func(w *bufio.Writer, n int, kinds ...string) {
		for _, kind := range kinds {
			fmt.Fprintf(w, `<counter type="%s" missed="%d" covered="%d"/>`, kind, n%3, n%50)
		}
	}
	profiletest.Bench(b, packages*perPackage, func(w *bufio.Writer) {
		fmt.Fprint(w, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="all"><sessioninfo id="vm-1" start="1795385210491" dump="1795385211571"/>`)
		for p := range packages {
			fmt.Fprintf(w, `<package name="org/example/project/component%03d">`, p)
			for n := range perPackage {
				fmt.Fprintf(w, `<class name="org/example/project/component%03d/Handler%03d" sourcefilename="Handler%03d.java">`, p, n, n)
				for m := range methods {
					fmt.Fprintf(w, `<method name="handle%d" desc="(Ljava/lang/String;ILjava/util/List;Ljava/util/Map;)V" line="%d">`, m, 10+m*30)
					counters(w, n+m, "INSTRUCTION", "BRANCH", "LINE", "COMPLEXITY", "METHOD")
					fmt.Fprint(w, `</method>`)
				}
				counters(w, n, "INSTRUCTION", "BRANCH", "LINE", "COMPLEXITY", "METHOD", "CLASS")
				fmt.Fprint(w, `</class>`)
			}
			for n := range perPackage {
				fmt.Fprintf(w, `<sourcefile name="Handler%03d.java">`, n)
				for i := range lines {
					branches := 0
					if i%10 == 3 {
						branches = 1
					}
					fmt.Fprintf(w, `<line nr="%d" mi="%d" ci="%d" mb="%d" cb="%d"/>`, 10+i*3, i%2, (i+1)%2*(3+i), branches, branches)
				}
				counters(w, n, "INSTRUCTION", "BRANCH", "LINE", "COMPLEXITY", "METHOD", "CLASS")
				fmt.Fprint(w, `</sourcefile>`)
			}
			counters(w, p, "INSTRUCTION", "BRANCH", "LINE", "COMPLEXITY", "METHOD", "CLASS")
			fmt.Fprint(w, `</package>`)
		}
		fmt.Fprint(w, `</report>`)
	}, readers)
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}

// hand goes from tag to tag: it checks nothing and knows only what the benchmark writes.
func hand(text []byte) (int, error) {
	value := func(text []byte, key string) []byte {
		_, value, _ := bytes.Cut(text, []byte(key))
		value, _, _ = bytes.Cut(value, []byte(`"`))
		return value
	}
	files := map[string]*coverage.File{}
	var pkg string
	var f *coverage.File
	var lines []coverage.Line
	var branches []coverage.Branch
	open := func(name []byte) {
		path := pkg + "/" + string(name)
		if f = files[path]; f == nil {
			f = &coverage.File{Name: path}
			files[path] = f
		}
	}
	for {
		i := bytes.IndexByte(text, '<')
		if i < 0 {
			return len(files), nil
		}
		text = text[i+1:]
		switch {
		case bytes.HasPrefix(text, []byte("line ")):
			s := profiletest.Scan{Text: text, At: len(`line nr="`)}
			n := uint32(s.Uint())
			s.Skip(len(`" mi="`))
			s.Uint()
			s.Skip(len(`" ci="`))
			lines = append(lines, coverage.Line{Number: n, Count: min(1, s.Uint())})
			s.Skip(len(`" mb="`))
			missed := s.Uint()
			s.Skip(len(`" cb="`))
			for way := range missed + s.Uint() {
				branches = append(branches, coverage.Branch{Line: n, Way: uint32(way), Count: min(1, max(way, missed)-missed)})
			}
		case bytes.HasPrefix(text, []byte(`counter type="METHOD"`)):
			s := profiletest.Scan{Text: text, At: len(`counter type="METHOD" missed="`)}
			s.Uint()
			s.Skip(len(`" covered="`))
			if f != nil {
				f.Funcs[len(f.Funcs)-1].Count = s.Uint()
			}
		case bytes.HasPrefix(text, []byte("method ")):
			fn := coverage.Func{Name: string(value(text, `name="`)), Counted: true}
			_, line, _ := bytes.Cut(text, []byte(`line="`))
			s := profiletest.Scan{Text: line}
			fn.Span.Start.Line = uint32(s.Uint())
			f.Funcs = append(f.Funcs, fn)
		case bytes.HasPrefix(text, []byte("class ")):
			open(value(text, `sourcefilename="`))
		case bytes.HasPrefix(text, []byte("package ")):
			pkg = string(value(text, `name="`))
		case bytes.HasPrefix(text, []byte("sourcefile ")):
			open(value(text, `name="`))
		case bytes.HasPrefix(text, []byte("/sourcefile>")):
			f.Lines, lines = slices.Clone(lines), lines[:0]
			f.Branches, branches = slices.Clone(branches), branches[:0]
			f = nil
		}
	}
}

func unmarshal(text []byte) (int, error) {
	var report struct {
		Packages []struct {
			Name    string `xml:"name,attr"`
			Classes []struct {
				File    string `xml:"sourcefilename,attr"`
				Methods []struct {
					Name     string `xml:"name,attr"`
					Line     uint32 `xml:"line,attr"`
					Counters []struct {
						Type    string `xml:"type,attr"`
						Covered uint64 `xml:"covered,attr"`
					} `xml:"counter"`
				} `xml:"method"`
			} `xml:"class"`
			Files []struct {
				Name  string `xml:"name,attr"`
				Lines []struct {
					Number  uint32 `xml:"nr,attr"`
					Covered uint64 `xml:"ci,attr"`
					Missed  uint64 `xml:"mb,attr"`
					Taken   uint64 `xml:"cb,attr"`
				} `xml:"line"`
			} `xml:"sourcefile"`
		} `xml:"package"`
	}
	err := xml.Unmarshal(text, &report)
	files := 0
	for _, p := range report.Packages {
		files += len(p.Files)
	}
	return files, err
}
