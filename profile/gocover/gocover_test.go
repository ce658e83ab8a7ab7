package gocover_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/tools/cover"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/gocover"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.want")

var limits = scan.Limits{Line: 1_000_000, Files: 8}

// TestRead reads testdata/*.out, one rule a file, and compares with the .want beside it.
func TestRead(t *testing.T) {
	t.Parallel()
	profiletest.Golden(t, gocover.Read, limits, *update)
}

func TestReadErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	tests := []struct {
		name string
		r    io.Reader
		line int
		err  error
	}{
		{"reader", io.MultiReader(strings.NewReader("mode: set\n"), iotest.ErrReader(broken)), 0, broken},
		{"long line", strings.NewReader("mode: set\n" + strings.Repeat("a", scan.MaxLine)), 2, scan.ErrTooLong},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := gocover.Read(tt.r, limits)
			if r != nil || !errors.Is(err, tt.err) {
				t.Errorf("have %v, %v, want %v", r, err, tt.err)
			}
			if at, _ := errors.AsType[*coverage.LineError](err); at != nil && at.Line != tt.line || at == nil && tt.line > 0 {
				t.Errorf("have %v, want line %d", err, tt.line)
			}
		})
	}
}

func TestReadLongLine(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("a", scan.MaxLine-len(":1.1,2.2 1 1\n"))
	r, err := gocover.Read(strings.NewReader("mode: set\n"+name+":1.1,2.2 1 1\n"), scan.Limits{})
	if err != nil || len(r.Files) != 1 || r.Files[0].Name != name {
		t.Errorf("have %v, want one file", err)
	}
}

func TestSniff(t *testing.T) {
	t.Parallel()
	tests := []struct {
		head string
		want bool
	}{
		{"mode: set\n", true},
		{"mode: sometimes", true},
		{"\ufeffmode: set\r\n", true},
		{"\n\nmode: count\n", true},
		{"a.go:1.1,2.2 1 1\nb.go:", true},
		{"C:\\a b.go:1.1,2.2 1 1\r\n", true},
		{"", false},
		{"\n", false},
		{"mod", false},
		{"model: set\n", false},
		{"TN:\nSF:a.go\nDA:1,1\n", false},
		{"<?xml version=\"1.0\"?>", false},
		{"{\"mode: set\": 1}", false},
		{"time 12:30.1,2.2\n", false},
		{"\xff\xfem\x00o\x00d\x00e\x00:\x00", false},
		{"\x1f\x8b\x08\x00", false},
	}
	for _, tt := range tests {
		if got := gocover.Sniff([]byte(tt.head)); got != tt.want {
			t.Errorf("Sniff(%q) = %t", tt.head, got)
		}
	}
}

// TestReadLikeTools reads random profiles as x/tools does, in every order that blocks can come in.
func TestReadLikeTools(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		rnd := rand.New(rand.NewPCG(seed, 0))
		mode := []string{"set", "count", "atomic"}[rnd.IntN(3)]
		most := 1 + rnd.IntN(12_000/(1+int(seed%20)))
		var distinct []string
		for i := range 1 + rnd.IntN(most) {
			distinct = append(distinct, fmt.Sprintf("example.com/m/%c.go:%d.%d,%d.%d %d", 'a'+rnd.IntN(1+int(seed%7)),
				i/3+1, i%3*30+rnd.IntN(30), i/3+rnd.IntN(9)+1, 90+rnd.IntN(80), i%5))
		}
		switch rnd.IntN(3) {
		case 0:
			slices.Sort(distinct)
		case 1: // as they are: the files in turns
		case 2:
			slices.SortStableFunc(distinct, func(a, b string) int { return strings.Compare(a[:15], b[:15]) })
		}
		text := bytes.NewBufferString("mode: " + mode + "\n")
		for range 1 + rnd.IntN(5) {
			if rnd.IntN(4) == 0 {
				rnd.Shuffle(len(distinct), func(i, j int) { distinct[i], distinct[j] = distinct[j], distinct[i] })
			}
			for _, block := range distinct[rnd.IntN(len(distinct)):] {
				n := rnd.IntN(4)
				if mode == "set" {
					n = rnd.IntN(2)
				}
				fmt.Fprintln(text, block, n)
			}
		}
		r := read(t, text.Bytes())
		want, err := cover.ParseProfilesFromReader(text)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(r.Files, convert(want)) || r.Counted != (mode != "set") || len(r.Warnings) > 0 {
			t.Fatalf("seed %d differs: %v", seed, r.Warnings)
		}
		check(t, r)
	}
}

// TestReadMemory is not parallel, since it measures what is allocated.
func TestReadMemory(t *testing.T) {
	for _, files := range []int{1, 50} {
		var section strings.Builder
		for i := range 20_000 {
			fmt.Fprintf(&section, "%02d.go:%d.1,%d.2 1 1\n", i*files/20_000, i, i)
		}
		allocated := func(times int) int {
			sections := []io.Reader{strings.NewReader("mode: set\n")}
			for range times {
				sections = append(sections, strings.NewReader(section.String()))
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := gocover.Read(io.MultiReader(sections...), scan.Limits{})
			runtime.ReadMemStats(&after)
			if err != nil || blocks(r) != 20_000 {
				t.Fatalf("have %v, %v", r, err)
			}
			return int(after.TotalAlloc - before.TotalAlloc)
		}
		if once, often := allocated(1), allocated(40); often > once*5/4 {
			t.Errorf("%d files: once is %d bytes, 40 times are %d", files, once, often)
		}
	}
}

// FuzzRead holds Read to what it promises: a report in order or the line at fault; the same report
// when it is written and read again; and the report of x/tools wherever that has one.
func FuzzRead(f *testing.F) {
	var texts []string
	for _, path := range glob(f, "testdata/*.out") {
		texts = append(texts, string(readFile(f, path)))
	}
	profiletest.Seed(f, gocover.Sniff, texts)
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := gocover.Read(bytes.NewReader(text), scan.Limits{})
		if err != nil {
			at, ok := errors.AsType[*coverage.LineError](err)
			if !ok || r != nil || at.Line < 1 || at.Line > 1+bytes.Count(text, []byte("\n")) {
				t.Fatalf("have %v, %v", r, err)
			}
			return
		}
		check(t, r)
		profiletest.Check(t, r, len(text), scan.Limits{})
		again, err := gocover.Read(bytes.NewReader(format(r)), scan.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(r.Files, again.Files) || len(r.Files) > 0 && r.Counted != again.Counted || len(again.Warnings) > 0 {
			t.Fatalf("read: %s\nread again: %s", profiletest.Details(r), profiletest.Details(again))
		}
		if bytes.Contains(text, []byte(scan.BOM)) || overflows(r) {
			return
		}
		if tools, err := cover.ParseProfilesFromReader(bytes.NewReader(text)); err == nil {
			if want := convert(tools); !reflect.DeepEqual(r.Files, want) {
				t.Fatalf("have: %s\nwant: %s", profiletest.Details(r), profiletest.Details(&coverage.Report{Files: want}))
			}
		}
	})
}

// check reports what breaks the rules of coverage.Report, beside those of profiletest.Check.
func check(t *testing.T, r *coverage.Report) {
	t.Helper()
	for _, f := range r.Files {
		if len(f.Regions) == 0 || cap(f.Regions) != len(f.Regions) || f.Unit != coverage.Statements {
			t.Errorf("%q has %d regions in room for %d", f.Name, len(f.Regions), cap(f.Regions))
		}
	}
	if !slices.IsSortedFunc(r.Warnings, func(a, b coverage.Warning) int { return a.Line - b.Line }) {
		t.Errorf("warnings are not sorted: %v", r.Warnings)
	}
}

// convert makes a report's files of what x/tools read. x/tools leaves some equal blocks apart,
// where others with the same start lie between them.
func convert(profiles []*cover.Profile) []*coverage.File {
	files := []*coverage.File{}
	for _, p := range profiles {
		merged := make(map[coverage.Span]coverage.Region)
		for _, b := range p.Blocks {
			r := coverage.Region{
				Start: coverage.Point{Line: uint32(b.StartLine), Col: uint32(b.StartCol)},
				End:   coverage.Point{Line: uint32(b.EndLine), Col: uint32(b.EndCol)},
				Count: uint64(b.Count), Statements: uint32(b.NumStmt),
			}
			if r.End.Compare(r.Start) < 0 {
				r.End = r.Start
			}
			span := coverage.Span{Start: r.Start, End: r.End}
			if former, ok := merged[span]; ok {
				r.Count += former.Count
				r.Statements = max(r.Statements, former.Statements)
			}
			if p.Mode == "set" {
				r.Count = min(r.Count, 1)
			}
			merged[span] = r
		}
		f := &coverage.File{Name: p.FileName}
		for _, r := range merged {
			f.Regions = append(f.Regions, r)
		}
		slices.SortFunc(f.Regions, coverage.Region.Compare)
		files = append(files, f)
	}
	return files
}

// overflows reports whether a count is more than x/tools can add up.
func overflows(r *coverage.Report) bool {
	for _, f := range r.Files {
		for _, r := range f.Regions {
			if r.Count > math.MaxInt64 {
				return true
			}
		}
	}
	return false
}

// format writes a report as a profile.
func format(r *coverage.Report) []byte {
	b := bytes.NewBufferString("mode: set\n")
	if r.Counted {
		b = bytes.NewBufferString("mode: count\n")
	}
	for _, f := range r.Files {
		for _, r := range f.Regions {
			fmt.Fprintf(b, "%s:%d.%d,%d.%d %d %d\n", f.Name, r.Start.Line, r.Start.Col, r.End.Line, r.End.Col, r.Statements, r.Count)
		}
	}
	return b.Bytes()
}

func read(t *testing.T, text []byte) *coverage.Report {
	t.Helper()
	r, err := gocover.Read(bytes.NewReader(text), scan.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func blocks(r *coverage.Report) (n int) {
	for _, f := range r.Files {
		n += len(f.Regions)
	}
	return n
}

func glob(t testing.TB, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s matches nothing: %v", pattern, err)
	}
	return paths
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
