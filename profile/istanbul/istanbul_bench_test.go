package istanbul_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/istanbul"
)

var readers = []profiletest.Reader{
	profiletest.Whole("hand", hand),
	profiletest.Covls(istanbul.Read),
	profiletest.Whole("encoding-json", unmarshal),
}

// BenchmarkRead reads 62 MB: 4,750 files, each with 100 statements, 15 functions and 8 branches.
func BenchmarkRead(b *testing.B) {
	const files, statements, funcs, branches = 4_750, 100, 15, 8
	profiletest.Bench(b, files, func(w *bufio.Writer) {
		loc := func(line, col, end int) string {
			return fmt.Sprintf(`{"start":{"line":%d,"column":%d},"end":{"line":%d,"column":%d}}`, line, col, end, col+20)
		}
		list := func(name string, n int, item func(i int) string) {
			fmt.Fprintf(w, `,"%s":{`, name)
			for i := range n {
				if i > 0 {
					fmt.Fprint(w, ",")
				}
				fmt.Fprintf(w, `"%d":%s`, i, item(i))
			}
			fmt.Fprint(w, "}")
		}
		fmt.Fprint(w, "{")
		for n := range files {
			path := fmt.Sprintf("/builds/acme/project/packages/component%03d/src/file_%04d.js", n/50, n)
			if n > 0 {
				fmt.Fprint(w, "\n,")
			}
			fmt.Fprintf(w, `"%s": {"path":"%s"`, path, path)
			list("statementMap", statements, func(i int) string { return loc(10+i*3, i%40, 10+i*3+i%2) })
			list("fnMap", funcs, func(i int) string {
				return fmt.Sprintf(`{"name":"handleRequest%d","decl":%s,"loc":%s,"line":%d}`, i, loc(10+i*20, 9, 10+i*20), loc(10+i*20, 30, 25+i*20), 10+i*20)
			})
			list("branchMap", branches, func(i int) string {
				at := loc(10+i*37, 8, 12+i*37)
				return fmt.Sprintf(`{"loc":%s,"type":"if","locations":[%s,%s],"line":%d}`, at, at, at, 10+i*37)
			})
			list("s", statements, func(i int) string { return fmt.Sprint(n * i % 1000) })
			list("f", funcs, func(i int) string { return fmt.Sprint(n * i % 1000) })
			list("b", branches, func(i int) string { return fmt.Sprintf("[%d,%d]", n*i%1000, n%7) })
			fmt.Fprint(w, `,"_coverageSchema":"1a1c01bbd47fc00a2c39e90264f33305004495a9","hash":"0123456789abcdef0123456789abcdef01234567"}`)
		}
		fmt.Fprint(w, "\n}\n")
	}, readers)
}

func TestPeak(t *testing.T) {
	t.Parallel()
	profiletest.Peak(t, readers)
}

// hand reads the numbers of the maps and their counts: it checks nothing and knows only what the
// benchmark writes.
func hand(text []byte) (int, error) {
	s := profiletest.Scan{Text: text}
	number := func(skip string) uint32 {
		s.Skip(len(skip))
		return uint32(s.Uint())
	}
	loc := func() (span coverage.Span) {
		span.Start.Line = number(`{"start":{"line":`)
		span.Start.Col = number(`,"column":`) + 1
		span.End.Line = number(`},"end":{"line":`)
		span.End.Col = number(`,"column":`) + 1
		s.Skip(len(`}}`))
		return span
	}
	// list goes through the members of an object with numbers for names.
	list := func(name string, item func(i int)) {
		for s.Skip(len(`,"":{`) + len(name)); text[s.At] != '}'; {
			if text[s.At] == ',' {
				s.Skip(len(`,`))
			}
			i := number(`"`)
			s.Skip(len(`":`))
			item(int(i))
		}
		s.Skip(len(`}`))
	}
	var files []*coverage.File
	var regions []coverage.Region
	var funcs []coverage.Func
	var branches []coverage.Branch
	for {
		i := bytes.Index(text[s.At:], []byte(`"path":"`))
		if i < 0 {
			coverage.SortFiles(files)
			return len(files), nil
		}
		s.Skip(i + len(`"path":"`))
		n := bytes.IndexByte(text[s.At:], '"')
		f := &coverage.File{Name: string(text[s.At : s.At+n])}
		files = append(files, f)
		s.Skip(n + 1)
		regions, funcs, branches = regions[:0], funcs[:0], branches[:0]
		list("statementMap", func(int) {
			at := loc()
			regions = append(regions, coverage.Region{Start: at.Start, End: at.End, Statements: 1})
		})
		list("fnMap", func(int) {
			s.Skip(len(`{"name":"`))
			n := bytes.IndexByte(text[s.At:], '"')
			fn := coverage.Func{Name: string(text[s.At : s.At+n]), Counted: true}
			s.Skip(n + len(`","decl":`))
			fn.Span.Start = loc().Start
			s.Skip(len(`,"loc":`))
			fn.Span.End = loc().End
			number(`,"line":`)
			s.Skip(len(`}`))
			funcs = append(funcs, fn)
		})
		list("branchMap", func(i int) {
			s.Skip(len(`{"loc":`))
			loc()
			s.Skip(len(`,"type":"if","locations":[`))
			for way := uint32(0); text[s.At-1] != ']'; way++ {
				branches = append(branches, coverage.Branch{Line: loc().Start.Line, Block: uint32(i), Way: way})
				s.Skip(len(`,`))
			}
			number(`,"line":`)
			s.Skip(len(`}`))
		})
		list("s", func(i int) { regions[i].Count = s.Uint() })
		list("f", func(i int) { funcs[i].Count = s.Uint() })
		list("b", func(i int) {
			branches[2*i].Count = uint64(number("["))
			branches[2*i+1].Count = uint64(number(","))
			s.Skip(len(`]`))
		})
		f.Regions, f.Funcs, f.Branches = slices.Clone(regions), slices.Clone(funcs), slices.Clone(branches)
	}
}

func unmarshal(text []byte) (int, error) {
	type loc struct{ Start, End struct{ Line, Column uint32 } }
	var files map[string]struct {
		Path         string
		StatementMap map[string]loc
		FnMap        map[string]struct {
			Name      string
			Decl, Loc loc
			Line      uint32
		}
		BranchMap map[string]struct {
			Loc       loc
			Locations []loc
		}
		S, F map[string]uint64
		B    map[string][]uint64
	}
	err := json.Unmarshal(text, &files)
	return len(files), err
}
