package istanbul_test

import (
	"flag"
	"reflect"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/istanbul"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

func TestSniff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		head string
		want bool
	}{
		{"{}\n", true},
		{"{} {}", false},
		{"{", false},
		{"[]", false},
		{"", false},
		{`{"a.js": {}}`, false},
		{`{"a.js": {"path": "a.js", "all": tr`, true},
		{`{"a.js": {"path": "./a.js", "statementMap": {`, true},
		{`{"a.js": {"hash": "0", "_coverageSchema": "1", "fnMap": {"0`, true},
		{`{"a.js": {"path": {"a": 1}, "x": 1}}`, false},
		{`{"path": "a", "statementMap": {}}`, false},
		{`{"unit tests": {"coverage": {"a.rb": {"lines": [1]}}}}`, false},
	} {
		if got := istanbul.Sniff([]byte(c.head)); got != c.want {
			t.Errorf("%s: got %v", c.head, got)
		}
	}
}

// at makes a location of JSON.
func at(line, col, endLine, endCol string) string {
	return `{"start":{"line":` + line + `,"column":` + col + `},"end":{"line":` + endLine + `,"column":` + endCol + `}}`
}

func point(line, col uint32) coverage.Point { return coverage.Point{Line: line, Col: col} }

func region(line, col, endLine, endCol, statements uint32, count uint64) coverage.Region {
	return coverage.Region{Start: point(line, col), End: point(endLine, endCol), Statements: statements, Count: count}
}

func line(number uint32, count uint64) coverage.Line {
	return coverage.Line{Number: number, Count: count}
}

func branch(line, block, way uint32, count uint64) coverage.Branch {
	return coverage.Branch{Line: line, Block: block, Way: way, Count: count}
}

func TestRead(t *testing.T) {
	t.Parallel()
	place := at("3", "4", "3", "9")
	for _, c := range []struct {
		name, in string
		want     coverage.File
		warnings int
	}{
		{
			name: "nothing to cover",
			in:   `{"a.js":{"path":"/w/a.js","statementMap":{},"s":{},"fnMap":{},"f":{},"branchMap":{},"b":{}}}`,
			want: coverage.File{Name: "/w/a.js", Regions: []coverage.Region{}, Funcs: []coverage.Func{}},
		},
		{
			name: "no path, no functions, no branches, unknown members",
			in:   `{"a.js":{"s":{"0":2},"inputSourceMap":{"version":3,"x":[{}]},"statementMap":{"0":` + at("1", "0", "2", "1") + `}}}`,
			want: coverage.File{
				Name:    "a.js",
				Regions: []coverage.Region{region(1, 1, 2, 2, 1, 2)},
				Lines:   []coverage.Line{line(1, 2)},
			},
		},
		{
			name: "unknown columns and ends",
			in: `{"a":{"statementMap":{"0":` + at("1", "0", "1", "null") + `,"1":{"start":{"line":2},"end":{"line":3}},"2":{"start":{"line":5,"column":2},"end":{}},"3":` +
				at("6", "9", "6", "2") + `},"s":{"0":1,"1":0,"2":1,"3":1}}}`,
			want: coverage.File{
				Name: "a",
				Regions: []coverage.Region{
					region(1, 1, 2, 0, 1, 1),
					region(2, 1, 4, 0, 1, 0),
					region(5, 3, 6, 0, 1, 1),
					region(6, 10, 6, 10, 1, 1),
				},
				Lines: []coverage.Line{line(1, 1), line(2, 0), line(5, 1), line(6, 1)},
			},
		},
		{
			name: "statements in the same place",
			in:   `{"a":{"statementMap":{"0":` + place + `,"1":` + place + `,"2":` + place + `},"s":{"2":4,"1":3,"0":5}}}`,
			want: coverage.File{
				Name:    "a",
				Regions: []coverage.Region{region(3, 5, 3, 10, 3, 5)},
				Lines:   []coverage.Line{line(3, 5)},
			},
		},
		{
			name: "some of the statements in the same place ran",
			in:   `{"a":{"statementMap":{"0":` + place + `,"1":` + place + `,"2":` + place + `},"s":{"0":0,"1":3,"2":0}}}`,
			want: coverage.File{
				Name:    "a",
				Regions: []coverage.Region{region(3, 5, 3, 5, 1, 3), region(3, 5, 3, 10, 2, 0)},
				Lines:   []coverage.Line{line(3, 3)},
			},
		},
		{
			name: "some of the empty statements in the same place ran",
			in: `{"a":{"statementMap":{"0":` + at("3", "4", "3", "4") + `,"1":` + at("3", "4", "3", "4") + `,"2":` + at("3", "4", "3", "null") + `,"3":` + at("3", "5", "3", "6") +
				`},"s":{"0":0,"1":3,"2":0,"3":1}}}`,
			want: coverage.File{
				Name: "a",
				Regions: []coverage.Region{
					region(3, 5, 3, 5, 1, 0),
					region(3, 5, 4, 0, 1, 0),
					region(3, 5, 5, 0, 1, 3),
					region(3, 6, 3, 7, 1, 1),
				},
				Lines: []coverage.Line{line(3, 3)},
			},
		},
		{
			name: "branches",
			in: `{"a":{"statementMap":{},"s":{},"branchMap":{"7":{"type":"if","loc":` + place + `,"locations":[` + place + `,{"start":{},"end":{}}]},"x":{"line":2,"locations":[null]},"8":{"locations":[` +
				at("3", "0", "4", "0") + `]}},"b":{"7":[4,0],"x":[1],"8":[0,2]}}}`,
			want: coverage.File{
				Name: "a", Regions: []coverage.Region{},
				Branches: []coverage.Branch{branch(2, 1<<31|1, 0, 1), branch(3, 7, 0, 4), branch(3, 7, 1, 0), branch(3, 8, 0, 0), branch(3, 8, 1, 2)},
			},
			warnings: 1,
		},
		{
			name: "functions",
			in: `{"a":{"statementMap":{},"s":{},"fnMap":{"0":{"name":"g","decl":` + at("5", "9", "5", "10") + `,"loc":` + at("5", "13", "7", "1") + `,"line":5},"1":{"name":"old","line":2,"loc":` +
				at("2", "0", "2", "12") + `},"2":{"name":"f","line":5}},"f":{"0":0,"1":2,"2":1.5e1}}}`,
			want: coverage.File{
				Name: "a", Regions: []coverage.Region{},
				Funcs: []coverage.Func{
					{Name: "old", Span: coverage.Span{Start: point(2, 1), End: point(2, 13)}, Counted: true, Count: 2},
					{Name: "f", Span: coverage.Span{Start: point(5, 1)}, Counted: true, Count: 15},
					{Name: "g", Span: coverage.Span{Start: point(5, 10), End: point(7, 2)}, Opens: point(5, 14), Counted: true},
				},
			},
		},
		{
			name: "odd counts",
			in: `{"a":{"statementMap":{"0":` + at("1", "0", "1", "1") + `,"1":` + at("2", "0", "2", "1") + `,"2":` + at("3", "0", "3", "1") + `,"3":` + at("4", "0", "4", "1") + `,"4":` + at("5", "0", "5", "1") +
				`},"s":{"0":99999999999999999999999,"1":-3,"2":null,"3":0.5}}}`,
			want: coverage.File{
				Name: "a",
				Regions: []coverage.Region{
					region(1, 1, 1, 2, 1, 1<<64-1),
					region(2, 1, 2, 2, 1, 0),
					region(3, 1, 3, 2, 1, 0),
					region(4, 1, 4, 2, 1, 1),
					region(5, 1, 5, 2, 1, 0),
				},
				Lines: []coverage.Line{line(1, 1<<64-1), line(2, 0), line(3, 0), line(4, 1), line(5, 0)},
			},
			warnings: 2, // negative, and no count
		},
		{
			name: "no place or beyond the limit",
			in: `{"a":{"statementMap":{"0":{"start":{},"end":{}},"1":` + at("1e9", "0", "1e9", "1") + `,"2":` + at("1000", "0", "1000", "4e9") +
				`},"s":{"0":1,"1":1,"2":1,"9":1}}}`,
			want: coverage.File{
				Name:    "a",
				Regions: []coverage.Region{region(1000, 1, 1000, 4000000001, 1, 1)},
				Lines:   []coverage.Line{line(1000, 1)},
			},
			warnings: 3,
		},
		{
			name: "a file twice",
			in:   `{"a":{"statementMap":{"0":` + place + `},"s":{"0":1}},"./a":{"path":"a","statementMap":{"0":` + place + `},"s":{"0":2}}}`,
			want: coverage.File{
				Name:    "a",
				Regions: []coverage.Region{region(3, 5, 3, 10, 1, 3)},
				Lines:   []coverage.Line{line(3, 3)},
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			report, err := istanbul.Read(strings.NewReader(c.in), scan.Limits{Line: 1000, Files: 1})
			if err != nil {
				t.Fatal(err)
			}
			if len(report.Files) != 1 || !report.Counted {
				t.Fatalf("got %+v", report)
			}
			if got := *report.Files[0]; !reflect.DeepEqual(got, c.want) {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
			if len(report.Warnings) != c.warnings {
				t.Errorf("got warnings %v, want %d", report.Warnings, c.warnings)
			}
		})
	}
}

func TestReadSorts(t *testing.T) {
	t.Parallel()
	in := `{"b":{"statementMap":{},"s":{}},"a":{"statementMap":{},"s":{}}}`
	report, err := istanbul.Read(strings.NewReader(in), scan.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Files) != 2 || report.Files[0].Name != "a" || report.Files[1].Name != "b" {
		t.Errorf("got %v", report.Files)
	}
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"nothing", ``, "cut or still being written"},
		{"an array", `[]`, "want the files of an Istanbul report as an object"},
		{"a file that is none", `{"a":[]}`, "want statementMap, s and so on"},
		{"no statements", `{"a":{"s":{}}}`, `want statementMap and s for the file "a"`},
		{"no counts", `{"a":{"statementMap":{}}}`, `want statementMap and s for the file "a"`},
		{"no name", `{"":{"statementMap":{},"s":{}}}`, "want the path of a file"},
		{"counts that are none", `{"a":{"s":{"0":"many"}}}`, "want a count at /a/s/0"},
		{"a line that is none", `{"a":{"statementMap":{"0":{"start":{"line":"1"}}}}}`, "want a line number at /a/statementMap/0/start/line"},
		{"branches that are none", `{"a":{"b":{"0":1}}}`, "want the counts of a branch as an array"},
		{"cut in an array", `{"a":{"b":{"0":[1,`, "cut"},
		{"cut behind a file", `{"a":{"statementMap":{},"s":{}}`, "cut"},
		{"cut in a string", `{"a":{"statementMap":{},"s":{},"ha`, "cut"},
		{"no JSON", `{"a":{"statementMap":{},"s":{}} "b"`, "want JSON"},
		{"two reports", `{}{}`, "want the end of the file"},
		{"many files", `{"a":{"statementMap":{},"s":{}},"b":{"statementMap":{},"s":{}}}`, "more than 1 files (limits.files)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := istanbul.Read(strings.NewReader(c.in), scan.Limits{Files: 1})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestGolden reads what the tools themselves have written.
func TestGolden(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, istanbul.Read, scan.Limits{}, *update)
}

func FuzzRead(f *testing.F) {
	loc := at("1", "0", "1", "null")
	profiletest.Fuzz(f, istanbul.Sniff, istanbul.Read, []string{
		`{}`,
		`{"a":{"path":"a","statementMap":{"0":` + loc + `,"1":` + loc + `},"s":{"0":0,"1":2},"fnMap":{"0":{"name":"f","decl":` + loc + `,"loc":` + loc + `}},"f":{"0":1},"branchMap":{"0":{"loc":` +
			loc + `,"line":1,"locations":[` + loc + `,{"start":{},"end":{}}]}},"b":{"0":[1,0]}}}`,
	})
}
