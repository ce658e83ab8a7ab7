package coverage_test

import (
	"math"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	at := func(line, col uint32) coverage.Point { return coverage.Point{Line: line, Col: col} }
	fn := func(name string, start, end coverage.Point) coverage.Func {
		return coverage.Func{Name: name, Span: coverage.Span{Start: start, End: end}}
	}
	nowhere := coverage.Point{}
	for _, tt := range []struct {
		name string
		file coverage.File
		want string // a part of the error; "" is none
	}{
		{"empty", coverage.File{}, ""},
		{"regions", coverage.File{Regions: []coverage.Region{{Start: at(0, 0), End: at(1, 0)}, {Start: at(1, 3), End: at(1, 3)}, {Start: at(1, 3), End: at(9, 1)}}}, ""},
		{"a region that ends before its line", coverage.File{Regions: []coverage.Region{{Start: at(5, 1), End: at(4, 9)}}}, "the region"},
		{"a region that ends before its column", coverage.File{Regions: []coverage.Region{{Start: at(5, 3), End: at(5, 2)}}}, "the region"},
		{"a region twice", coverage.File{Regions: []coverage.Region{{Start: at(1, 1), End: at(2, 1)}, {Start: at(1, 1), End: at(2, 1)}}}, "stands behind"},
		{"a region behind the last line", coverage.File{Regions: []coverage.Region{{Start: at(5, 1), End: at(math.MaxUint32, 1)}}}, "the region"},
		{"lines", coverage.File{Lines: []coverage.Line{{Number: 1}, {Number: coverage.MaxLine}}}, ""},
		{"line 0", coverage.File{Lines: []coverage.Line{{Number: 0}}}, "no line"},
		{"a line behind the last", coverage.File{Lines: []coverage.Line{{Number: math.MaxUint32}}}, "no line"},
		{"lines out of order", coverage.File{Lines: []coverage.Line{{Number: 3}, {Number: 2}}}, "stands behind"},
		{"branches", coverage.File{Branches: []coverage.Branch{{Line: 0}, {Line: 2}, {Line: 2, Way: 1}}}, ""},
		{"a branch twice", coverage.File{Branches: []coverage.Branch{{Line: 2}, {Line: 2}}}, "stands behind"},
		{"a branch behind the last line", coverage.File{Branches: []coverage.Branch{{Line: math.MaxUint32}}}, "the branch"},
		{"checksums", coverage.File{Sums: []coverage.Sum{{Line: 1, Hash: 2}, {Line: 1, Hash: 3}, {Line: 2}}}, ""},
		{"a checksum twice", coverage.File{Sums: []coverage.Sum{{Line: 1, Hash: 2}, {Line: 1, Hash: 2}}}, "stands behind"},
		{"a checksum of line 0", coverage.File{Sums: []coverage.Sum{{Hash: 2}}}, "no line of the checksum"},
		{"a group", coverage.File{Group: "g/h", Name: "g/h/a"}, ""},
		{"a name out of the group", coverage.File{Group: "g", Name: "gh/a"}, "not one of the group"},
		{"functions", coverage.File{Funcs: []coverage.Func{fn("a", nowhere, nowhere), fn("b", at(1, 9), nowhere), fn("b", at(1, 9), at(1, 0)), fn("c", at(1, 9), at(1, 9)), fn("a", at(2, 0), at(2, 1))}}, ""},
		{"a function that ends before its line", coverage.File{Funcs: []coverage.Func{fn("a", at(8, 1), at(3, 2))}}, "before it starts"},
		{"a function that ends before its column", coverage.File{Funcs: []coverage.Func{fn("a", at(8, 5), at(8, 2))}}, "before it starts"},
		{"a function with an end alone", coverage.File{Funcs: []coverage.Func{fn("a", nowhere, at(8, 2))}}, "before it starts"},
		{"a function behind the last line", coverage.File{Funcs: []coverage.Func{fn("a", at(1, 1), at(math.MaxUint32, 1))}}, "can't be"},
		{"functions out of order", coverage.File{Funcs: []coverage.Func{fn("b", at(1, 1), nowhere), fn("a", at(1, 1), nowhere)}}, "stands behind"},
	} {
		err := (&coverage.Report{Files: []*coverage.File{&tt.file}}).Check()
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: have %v, want %q", tt.name, err, tt.want)
		}
	}
	for name, files := range map[string][]*coverage.File{
		"a file twice": {{Name: "a"}, {Name: "a"}},
		"out of order": {{Name: "b"}, {Name: "a"}},
		"nil":          {nil},
	} {
		if err := (&coverage.Report{Files: files}).Check(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A function of which one profile knows where it begins and the other where it ends lies between the two.
func TestMergeFuncs(t *testing.T) {
	t.Parallel()
	span := func(line, col, endLine, endCol uint32) coverage.Span {
		return coverage.Span{Start: coverage.Point{Line: line, Col: col}, End: coverage.Point{Line: endLine, Col: endCol}}
	}
	for _, tt := range []struct{ a, b, want coverage.Span }{
		{span(5, 1, 5, 9), span(5, 1, 7, 2), span(5, 1, 7, 2)},
		{span(5, 3, 0, 0), span(5, 1, 7, 2), span(5, 3, 7, 2)},
		{span(5, 20, 0, 0), span(5, 1, 5, 10), span(5, 1, 5, 10)}, // the end belongs to the other start
		{span(5, 20, 5, 30), span(5, 1, 5, 10), span(5, 20, 5, 30)},
	} {
		file := func(s coverage.Span) *coverage.File {
			return &coverage.File{Unit: coverage.Lines, Funcs: []coverage.Func{{Name: "f", Span: s, Counted: true}}}
		}
		got := coverage.Merge(file(tt.a), file(tt.b))
		if err := got.Check(); err != nil {
			t.Error(err)
		}
		if got.Funcs[0].Span != tt.want {
			t.Errorf("%v and %v: have %v, want %v", tt.a, tt.b, got.Funcs[0].Span, tt.want)
		}
	}
}
