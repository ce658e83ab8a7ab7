package llvmcov_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/llvmcov"
)

var readers = []profiletest.Reader{
	profiletest.Whole("hand", hand),
	profiletest.Covls(llvmcov.Read),
	profiletest.Whole("encoding-json", unmarshal),
}

// BenchmarkRead reads 109 MB: 5,000 files, each with 150 segments and 20 branches, and 100,000
// functions, each with 26 regions and a branch.
func BenchmarkRead(b *testing.B) {
	const files, funcs, regions = 5_000, 20, 26
	profiletest.Bench(b, files, func(w *bufio.Writer) {
		list := func(n int, item func(i int)) {
			for i := range n {
				if i > 0 {
					fmt.Fprint(w, ",")
				}
				item(i)
			}
		}
		branch := func(n, i int) {
			fmt.Fprintf(w, "[%d,9,%d,38,%d,%d,0,0,4]", 103+i*15, 103+i*15, (n+i)%300, (n+i)%7)
		}
		fmt.Fprint(w, `{"data":[{"files":[`)
		list(files, func(n int) {
			fmt.Fprint(w, `{"branches":[`)
			list(funcs, func(i int) { branch(n, i) })
			fmt.Fprintf(w, `],"expansions":[],"filename":"/builds/acme/project/component%03d/src/file_%04d.cc","segments":[`, n/50, n)
			list(150, func(i int) {
				fmt.Fprintf(w, "[%d,%d,%d,%t,%t,false]", 101+i*2, 3+i%40, (n*i)%300, i%8 != 7, i%2 == 0)
			})
			fmt.Fprint(w, `],"summary":{"branches":{"count":40,"covered":21,"notcovered":19,"percent":52.5},"functions":{"count":20,"covered":13,"percent":65},"lines":{"count":700,"covered":445,"percent":63.57}}}`)
		})
		fmt.Fprint(w, `],"functions":[`)
		list(files*funcs, func(i int) {
			n, f := i/funcs, i%funcs
			fmt.Fprint(w, `{"branches":[`)
			branch(n, f)
			fmt.Fprintf(w, `],"count":%d,"filenames":["/builds/acme/project/component%03d/src/file_%04d.cc"],"name":"_ZN7project9componentC2ERKNS_6OptionE%dEv","regions":[`, (n+f)%300, n/50, n, f)
			line := 101 + f*15
			list(regions, func(i int) {
				if i == 0 {
					fmt.Fprintf(w, "[%d,1,%d,2,%d,0,0,0]", line, line+14, (n+f)%300)
				} else {
					fmt.Fprintf(w, "[%d,%d,%d,%d,%d,0,0,%d]", line+i/3, 3+i%9, line+i/2, 20+i, (n*i)%300, i%2*3)
				}
			})
			fmt.Fprint(w, `]}`)
		})
		fmt.Fprint(w, `],"totals":{"lines":{"count":1,"covered":1,"percent":100}}}],"type":"llvm.coverage.json.export","version":"2.0.1"}`)
	}, readers)
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}

// hand reads the numbers of segments, branches and regions: it checks nothing, knows only what the
// benchmark writes, and leaves segments as they are instead of making lines of them.
func hand(text []byte) (int, error) {
	files := map[string]*coverage.File{}
	var rows [][9]uint64
	readRows := func() {
		rows = rows[:0]
		s := profiletest.Scan{Text: text}
		for s.Skip(len("[")); text[s.At] != ']'; {
			if text[s.At] == ',' {
				s.Skip(len(","))
			}
			s.Skip(len("["))
			var row [9]uint64
			for i := 0; ; i++ {
				switch text[s.At] {
				case 't':
					row[i] = 1
					s.Skip(len("true"))
				case 'f':
					s.Skip(len("false"))
				default:
					row[i] = s.Uint()
				}
				s.Skip(1)
				if text[s.At-1] == ']' {
					break
				}
			}
			rows = append(rows, row)
		}
		text = text[s.At+1:]
	}
	take := func(key string) bool {
		if !bytes.HasPrefix(text, []byte(key)) {
			return false
		}
		text = text[len(key):]
		return true
	}
	word := func() string {
		word, _, _ := bytes.Cut(text, []byte(`"`))
		return string(word)
	}
	var f *coverage.File
	var branches []coverage.Branch
	var fn coverage.Func
	for {
		i := bytes.IndexByte(text, '"')
		if i < 0 {
			return len(files), nil
		}
		text = text[i+1:]
		switch {
		case take(`branches":`):
			if text[0] != '[' {
				continue
			}
			readRows()
			for _, r := range rows {
				branches = append(branches, coverage.Branch{Line: uint32(r[0]), Count: r[4]}, coverage.Branch{Line: uint32(r[0]), Way: 1, Count: r[5]})
			}
		case take(`filename":"`):
			f = &coverage.File{Name: word(), Branches: slices.Clone(branches)}
			files[f.Name], branches = f, branches[:0]
		case take(`segments":`):
			readRows()
			f.Lines = make([]coverage.Line, 0, len(rows))
			for _, r := range rows {
				f.Lines = append(f.Lines, coverage.Line{Number: uint32(r[0]), Count: r[2]})
			}
		case take(`count":`):
			s := profiletest.Scan{Text: text}
			fn.Count = s.Uint()
		case take(`filenames":["`):
			name, _, _ := bytes.Cut(text, []byte(`"`))
			f = files[string(name)]
		case take(`name":"`):
			fn.Name = word()
		case take(`regions":`):
			readRows()
			fn.Span.Start = coverage.Point{Line: uint32(rows[0][0]), Col: uint32(rows[0][1])}
			f.Funcs, branches = append(f.Funcs, fn), branches[:0]
		}
	}
}

func unmarshal(text []byte) (int, error) {
	var export struct {
		Data []struct {
			Files []struct {
				Filename           string
				Segments, Branches [][]any
			}
			Functions []struct {
				Name              string
				Count             uint64
				Filenames         []string
				Regions, Branches [][]uint64
			}
		}
	}
	if err := json.Unmarshal(text, &export); err != nil {
		return 0, err
	}
	return len(export.Data[0].Files), nil
}
