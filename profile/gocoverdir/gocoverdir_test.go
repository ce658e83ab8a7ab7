package gocoverdir_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/profile/gocover"
	"github.com/covls/covls/profile/gocoverdir"
	"github.com/covls/covls/profile/scan"
)

var update = flag.Bool("update", false, "rewrite testdata/*/textfmt.out")

const textfmt = "textfmt.out"

// TestRead holds the directories of testdata, which several versions of Go have written, against what
// go tool covdata says of them.
func TestRead(t *testing.T) {
	t.Parallel()
	for _, name := range recorded(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join("testdata", name)
			golden := filepath.Join(dir, textfmt)
			if *update {
				goTool(t)
				if err := os.WriteFile(golden, covdata(t, dir), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			text, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			compare(t, os.DirFS(dir), text)
		})
	}
}

func recorded(t testing.TB) (names []string) {
	t.Helper()
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	if len(names) == 0 {
		t.Fatal("there is no testdata")
	}
	return names
}

// compare holds what is read of a directory against what is read of the text that Go makes of it.
func compare(t *testing.T, dir fs.FS, text []byte) {
	t.Helper()
	want, err := gocover.Read(bytes.NewReader(text), scan.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.Warnings {
		want.Warnings[i].Line = 0
	}
	got, size, err := gocoverdir.Read(dir, scan.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want.Once, want.Listed = got.Once, nil // the text has each block once in any case
	if len(want.Files) == 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("have %s\nwant %s", details(got), details(want))
	}
	profiletest.Check(t, got, int(size), scan.Limits{})
}

// details prints all that Read returns.
func details(r *coverage.Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "counted: %t", r.Counted)
	for _, f := range r.Files {
		fmt.Fprintf(&b, "; %s", f.Name)
		for _, r := range f.Regions {
			fmt.Fprintf(&b, " %d.%d,%d.%d:%d=%d", r.Start.Line, r.Start.Col, r.End.Line, r.End.Col, r.Statements, r.Count)
		}
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&b, "; %s", w.Text)
	}
	return b.String()
}

// goTool skips the test where there is no Go that can record coverage of programs.
func goTool(t testing.TB) {
	t.Helper()
	if out, err := exec.Command("go", "tool", "covdata", "help").CombinedOutput(); !bytes.Contains(out, []byte("textfmt")) {
		t.Skipf("skipped: it takes Go 1.20 or newer on PATH to say what is right: %v", err)
	}
}

// covdata returns what Go makes of a directory.
func covdata(t testing.TB, dir string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "cover.out")
	goRun(t, ".", nil, "go", "tool", "covdata", "textfmt", "-i="+dir, "-o="+out)
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func goRun(t testing.TB, dir string, env []string, args ...string) {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "GOFLAGS=", "GOWORK=off"), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
}

// TestTextfmt builds the programs of testdata with the Go on PATH, runs them, and holds what they leave
// against what that Go says of it. So it does with the corpus.
func TestTextfmt(t *testing.T) {
	t.Parallel()
	goTool(t)
	archive, err := txtar.ParseFile("testdata/program.txtar")
	if err != nil {
		t.Fatal(err)
	}
	source := t.TempDir()
	for _, f := range archive.Files {
		path := filepath.Join(source, filepath.FromSlash(f.Name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	// A build is the arguments of go build, then those of its runs.
	type build [2][]string
	words := strings.Fields
	tests := []struct {
		name   string
		builds []build
		test   []string // the arguments of go test
	}{
		{name: "set", builds: []build{{words("."), {"sum", "stack loop x"}}}},
		{name: "count", builds: []build{{words("-covermode=count ."), {"sum", "stack loop x", ""}}}},
		{name: "atomic", builds: []build{{words("-covermode=atomic -coverpkg=./... ."), {"loop", "loop panic again", "sum"}}}},
		{name: "never run to its end", builds: []build{{words("."), nil}, {words("./tool"), {""}}}},
		{name: "two builds", builds: []build{
			{words("-coverpkg=./... ."), {"sum", "panic"}},
			{words("-coverpkg=./... ./tool"), {""}},
		}},
		{name: "two builds that count", builds: []build{
			{words("-covermode=count -coverpkg=./... ."), {"sum", "panic"}},
			{words("-covermode=count -coverpkg=./... ./tool"), {"", ""}},
		}},
		{name: "tests", test: words("./...")},
		{name: "tests that count", test: words("-covermode=atomic -coverpkg=./... ./...")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for _, b := range tt.builds {
				program := filepath.Join(t.TempDir(), "program.exe")
				goRun(t, source, nil, append([]string{"go", "build", "-cover", "-o", program}, b[0]...)...)
				for _, args := range b[1] {
					goRun(t, source, []string{"GOCOVERDIR=" + dir}, append([]string{program}, words(args)...)...)
				}
			}
			if tt.test != nil {
				goRun(t, source, nil, slices.Concat(words("go test -count=1 -cover"), tt.test, []string{"-args", "-test.gocoverdir=" + dir})...)
			}
			compare(t, os.DirFS(dir), covdata(t, dir))
		})
	}
	t.Run("random", func(t *testing.T) {
		t.Parallel()
		for seed := range uint64(10) {
			files := random(rand.New(rand.NewPCG(seed, 0)))
			dir := t.TempDir()
			for name, f := range files {
				if err := os.WriteFile(filepath.Join(dir, name), f.Data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			compare(t, files, covdata(t, dir))
		}
	})
	t.Run("corpus", func(t *testing.T) {
		t.Parallel()
		dir := filepath.Join(profiletest.Shared(t), "gocoverdir", "covdata")
		compare(t, os.DirFS(dir), covdata(t, dir))
	})
}

// random makes a build with some runs. Packages share files, and functions blocks.
func random(rnd *rand.Rand) fstest.MapFS {
	m := meta{mode: byte(1 + rnd.IntN(3)), packages: make([][]function, 1+rnd.IntN(5))}
	runs := make([]run, rnd.IntN(4))
	for i := range runs {
		runs[i].flavor = byte(rnd.IntN(2))
		runs[i].bigEndian = byte(rnd.IntN(2)) * runs[i].flavor
	}
	for pkg := range m.packages {
		for fn := range rnd.IntN(20) {
			f := function{file: fmt.Sprintf("example.com/m/%c.go", 'a'+pkg+rnd.IntN(3))}
			for range rnd.IntN(8) {
				line := 1 + rnd.Uint32N(300)
				f.blocks = append(f.blocks, block{line, line % 90, line + line%7, 100 + line%200, line % 4})
			}
			m.packages[pkg] = append(m.packages[pkg], f)
			for i := range runs {
				if len(f.blocks) == 0 || rnd.IntN(2) == 0 {
					continue
				}
				c := called{pkg: uint32(pkg), fn: uint32(fn)}
				for range f.blocks {
					c.counters = append(c.counters, rnd.Uint32N(3)<<rnd.IntN(20))
				}
				runs[i].called = append(runs[i].called, c)
			}
		}
	}
	m.packages[0] = append(m.packages[0], one)
	files := []any{m}
	for _, r := range runs {
		files = append(files, r)
	}
	return dir(files...)
}

var (
	one = function{"a.go", []block{{1, 1, 2, 2, 1}, {3, 1, 4, 2, 2}}}
	two = function{"b.go", []block{{5, 1, 6, 2, 3}}}
)

func TestBuilds(t *testing.T) {
	t.Parallel()
	counting := func(hash byte, functions ...function) meta {
		return meta{hash: hash, mode: 2, packages: [][]function{functions}}
	}
	changed := function{"a.go", []block{{1, 1, 2, 2, 1}, {4, 1, 5, 2, 2}}}
	tests := []struct {
		name   string
		dir    fstest.MapFS
		limits scan.Limits
		want   string // what is read, or the error
	}{
		{
			name: "no runs", dir: dir(meta{packages: [][]function{{one}, {two}}}),
			want: "counted: false; a.go 1.1,2.2:1=0 3.1,4.2:2=0; b.go 5.1,6.2:3=0",
		},
		{
			name: "runs add up", dir: dir(counting(1, one, two),
				run{hash: 1, called: []called{{0, 0, []uint32{1, 0}}}},
				run{hash: 1, called: []called{{0, 1, []uint32{7}}, {0, 0, []uint32{2, 3}}}}),
			want: "counted: true; a.go 1.1,2.2:1=3 3.1,4.2:2=3; b.go 5.1,6.2:3=7",
		},
		{
			name: "a sum over 32 bits", dir: dir(counting(1, two),
				run{hash: 1, called: []called{{0, 0, []uint32{math.MaxUint32}}}},
				run{hash: 1, called: []called{{0, 0, []uint32{math.MaxUint32}}}}),
			want: "counted: true; b.go 5.1,6.2:3=8589934590",
		},
		{
			name: "set", dir: dir(meta{packages: [][]function{{one}}},
				run{called: []called{{0, 0, []uint32{1, 0}}}}, run{called: []called{{0, 0, []uint32{1, 0}}}}),
			want: "counted: false; a.go 1.1,2.2:1=1 3.1,4.2:2=0",
		},
		{
			name: "numbers of four bytes", dir: dir(counting(1, one),
				run{hash: 1, flavor: 1, called: []called{{0, 0, []uint32{1, 70_000}}}},
				run{hash: 1, flavor: 1, bigEndian: 1, called: []called{{0, 0, []uint32{1, 70_000}}}}),
			want: "counted: true; a.go 1.1,2.2:1=2 3.1,4.2:2=140000",
		},
		{
			name: "packages of one file and blocks listed twice", dir: dir(
				meta{mode: 3, packages: [][]function{{two, one}, {}, {one, {"c.go", nil}, one}}},
				run{called: []called{{0, 1, []uint32{1, 0}}, {2, 0, []uint32{2, 0}}, {2, 2, []uint32{4, 1}}}}),
			want: "counted: true; a.go 1.1,2.2:1=7 3.1,4.2:2=1; b.go 5.1,6.2:3=0",
		},
		{
			name: "blocks that cross or disagree", dir: dir(counting(1,
				function{"a.go", []block{{3, 1, 2, 1, 1}, {9, 1, 8, 1, 1}}}, function{"a.go", []block{{1, 1, 1, 9, 5}}}, function{"a.go", []block{{1, 1, 1, 9, 4}}})),
			want: `counted: true; a.go 1.1,1.9:5=0 3.1,3.1:1=0 9.1,9.1:1=0; "a.go" has a block that ends before it starts: 3.1,2.1; the profile mixes two versions of "a.go": the block 1.1,1.9 has 4 and 5 statements`,
		},
		{
			name: "builds of the same sources", dir: dir(counting(1, one, two), counting(2, two),
				run{hash: 1, called: []called{{0, 0, []uint32{1, 1}}, {0, 1, []uint32{2}}}},
				run{hash: 2, called: []called{{0, 0, []uint32{4}}}}),
			want: "counted: true; a.go 1.1,2.2:1=1 3.1,4.2:2=1; b.go 5.1,6.2:3=6",
		},
		{
			name: "a source that changed", dir: dir(counting(2, one, two), counting(1, changed, two),
				run{hash: 2, called: []called{{0, 0, []uint32{1, 1}}, {0, 1, []uint32{2}}}},
				run{hash: 1, called: []called{{0, 0, []uint32{4, 0}}}}),
			want: "counted: true; a.go 1.1,2.2:1=4 4.1,5.2:2=0; b.go 5.1,6.2:3=2; it holds the data of 2 builds, between which sources changed: what older builds say of 1 of them was left out",
		},
		{
			name: "builds with other statements", dir: dir(counting(3, two), counting(1, function{"b.go", []block{{5, 1, 6, 2, 4}}}), counting(2, two)),
			want: "counted: true; b.go 5.1,6.2:4=0",
		},
		{
			name: "builds in several modes", dir: dir(counting(1, one), meta{hash: 2, packages: [][]function{{two}}}, meta{hash: 3, mode: 4, packages: [][]function{{}}},
				run{hash: 1, called: []called{{0, 0, []uint32{5, 0}}}}),
			want: "counted: false; a.go 1.1,2.2:1=1 3.1,4.2:2=0; b.go 5.1,6.2:3=0",
		},
		{
			name: "packages without counters", dir: dir(counting(1, one), meta{hash: 3, mode: 5, packages: [][]function{{}}},
				run{hash: 1, called: []called{{0, 0, []uint32{5, 0}}}}),
			want: "counted: true; a.go 1.1,2.2:1=5 3.1,4.2:2=0",
		},
		{
			name: "nothing but packages without counters", dir: dir(meta{mode: 5, packages: [][]function{{}}}),
			want: "counted: false",
		},
		{
			name: "no packages", dir: dir(meta{mode: 2}),
			want: "counted: true",
		},
		{
			name: "functions that the build does not have", dir: dir(counting(1, two),
				run{hash: 1, called: []called{{0, 1, []uint32{5, 0}}, {1, 0, nil}, {0, 0, []uint32{1}}}},
				run{hash: 1, called: []called{{math.MaxUint32, math.MaxUint32, []uint32{5}}}}),
			want: "counted: true; b.go 5.1,6.2:3=1; the counters of 3 functions were left out: the covmeta file of their build does not have them",
		},
		{
			name: "functions that were called while they were written", dir: dir(counting(1, one, two),
				run{hash: 1, called: []called{{0, 0, []uint32{1, 1}}, {0, 1, []uint32{1}}}, uncounted: 1}),
			want: "counted: true; a.go 1.1,2.2:1=1 3.1,4.2:2=1; b.go 5.1,6.2:3=0",
		},
		{
			name: "counters without a build", dir: dir(counting(1, two), run{hash: 2}, run{hash: 2}),
			want: "counted: true; b.go 5.1,6.2:3=0; 2 files of counters were left out, since the covmeta file of their build is missing: programs write it when they start",
		},
		{
			name: "room for all", dir: dir(counting(1, one), counting(2, two)), limits: scan.Limits{Size: 290, Line: 6, Files: 2},
			want: "counted: true; a.go 1.1,2.2:1=0 3.1,4.2:2=0; b.go 5.1,6.2:3=0",
		},
		{
			name: "room for the newest", dir: dir(counting(3, one), counting(1, one), counting(2, two)), limits: scan.Limits{Size: 280},
			want: "counted: true; b.go 5.1,6.2:3=0; the data of the oldest 2 of 3 builds was left out, since all together is larger than the limit of 280 bytes (limits.profile_bytes): empty the directory now and then",
		},
		{
			name: "no room", dir: dir(counting(1, two), run{hash: 1}), limits: scan.Limits{Size: 140},
			want: "RUN: with the files before it, it is larger than the limit of 140 bytes (limits.profile_bytes)",
		},
		{
			name: "too many files in a build", dir: dir(counting(1, one, two)), limits: scan.Limits{Files: 1},
			want: `META: package 0: function 1: want at most 1 files (limits.files), have one more: "b.go"`,
		},
		{
			name: "too many files in all", dir: dir(counting(1, one), counting(2, two)), limits: scan.Limits{Files: 1},
			want: `want at most 1 files (limits.files), have one more: "a.go"`,
		},
		{
			name: "too high a line", dir: dir(counting(1, one)), limits: scan.Limits{Line: 3},
			want: `META: package 0: function 0: want line numbers up to 3 (limits.line), have 3.1,4.2`,
		},
		{
			name: "nothing", dir: fstest.MapFS{}, want: "is a directory without a covmeta file",
		},
		{
			name: "counters alone", dir: dir(run{}), want: "is a directory without a covmeta file",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, size, err := gocoverdir.Read(tt.dir, tt.limits)
			if err != nil {
				if got := said(err); r != nil || got != tt.want {
					t.Errorf("have %v and the error\n%s, want\n%s", r, got, tt.want)
				}
				return
			}
			if got := details(r); got != tt.want {
				t.Errorf("have\n%s, want\n%s", got, tt.want)
			}
			profiletest.Check(t, r, int(size), tt.limits)
		})
	}
}

// said is an error with META and RUN for the names of files.
func said(err error) string {
	text := err.Error()
	if rest, ok := strings.CutPrefix(text, "covmeta."); ok {
		_, rest, _ = strings.Cut(rest, ":")
		text = "META:" + rest
	} else if rest, ok := strings.CutPrefix(text, "covcounters."); ok {
		_, rest, _ = strings.Cut(rest, ":")
		text = "RUN:" + rest
	}
	return text
}

// TestBroken changes bytes of files that Go could have written.
func TestBroken(t *testing.T) {
	t.Parallel()
	const (
		cut   = "the file seems to be cut or still being written"
		newer = "; `go tool covdata textfmt -i=DIR -o=cover.out` makes a profile of it that covls can read"
	)
	tests := []struct {
		name  string
		file  string // META or RUN
		at    int
		bytes string
		want  string // behind the file's name
	}{
		{"magic", "META", 1, "CVM", "want a covmeta file, have something else"},
		{"a later version", "META", 4, "\x02", "written by a newer Go than covls knows (version 2)" + newer},
		{"no version", "META", 4, "\x00", "it has version 0: the file is broken"},
		{"longer than it says", "META", 8, "\x01", "it has 161 bytes and says 1: the file is broken"},
		{"shorter than it says", "META", 15, "\x80", cut},
		{"packages without end", "META", 23, "\xff", "it says that it has 18374686479671623681 packages: the file is broken"},
		{"more packages", "META", 16, "\x04", "package 0 has the 0 bytes from 74 on: the file is broken"},
		{"mode", "META", 48, "\x04", "written by a newer Go than covls knows (its counters are in the mode 4)" + newer},
		{"a package in the header", "META", 56, "\x00", "package 0 has the 87 bytes from 0 on: the file is broken"},
		{"a package far away", "META", 63, "\xff", "package 0 has the 87 bytes from 18374686479671623754 on: the file is broken"},
		{"a package behind the end", "META", 56, "\xaa\x00\x00\x00\x00\x00\x00\x00\x00", "package 0 has the 0 bytes from 170 on: the file is broken"},
		{"too long a package", "META", 64, "\x60", "package 0 has the 96 bytes from 74 on: the file is broken"},
		{"too short a package", "META", 64, "\x2b", "package 0: it ends too early: the file is broken"},
		{"a package that says otherwise", "META", 74, "\x60", "package 0: it has 87 bytes and says 96: the file is broken"},
		{"functions without end", "META", 117, "\xff", "package 0: it says that it has 4278190082 functions: the file is broken"},
		{"a function in the strings", "META", 118, "\x3f", "package 0: function 0 is at 63: the file is broken"},
		{"a function behind the end", "META", 118, "\x60", "package 0: function 0 is at 96: the file is broken"},
		{"functions on each other", "META", 122, "\x40", "package 0: function 1 is at 64: the file is broken"},
		{"strings without end", "META", 126, "\x7f", "package 0: it ends too early: the file is broken"},
		{"a string without end", "META", 127, "\x7f", "package 0: it ends too early: the file is broken"},
		{"too large a number", "META", 126, "\xff\xff\xff\xff\x1f", "package 0: the number before byte 131 has more than 32 bits: the file is broken"},
		{"too long a number", "META", 126, "\x80\x80\x80\x80\x80\x00", "package 0: the number before byte 132 has more than 32 bits: the file is broken"},
		{"blocks without end", "META", 138, "\x7f", "package 0: function 0: it ends too early: the file is broken"},
		{"no such name", "META", 139, "\x03", "package 0: function 0: string 3 is not one of its 3: the file is broken"},
		{"no such file", "META", 140, "\x03", "package 0: function 0: string 3 is not one of its 3: the file is broken"},
		{"no file's name", "META", 140, "\x00", `package 0: function 0: "" is no file's name: the file is broken`},
		{"a line in a file's name", "META", 130, "\n", `package 0: function 0: "a\ngo" is no file's name: the file is broken`},
		{"NUL in a file's name", "META", 130, "\x00", `package 0: function 0: "a\x00go" is no file's name: the file is broken`},
		{"functions left", "META", 114, "\x03", "package 0: it ends too early: the file is broken"},

		{"magic", "RUN", 2, "v", "want a covcounters file, have something else"},
		{"a later version", "RUN", 4, "\x00\x00\x01", "written by a newer Go than covls knows (version 65536)" + newer},
		{"no version", "RUN", 4, "\x00", "it has version 0: the file is broken"},
		{"hash", "RUN", 23, "\x01", "has counters of another build than that of its name"},
		{"flavor", "RUN", 24, "\x03", "written by a newer Go than covls knows (counters of the kind 3)" + newer},
		{"four bytes a number", "RUN", 24, "\x01", cut},
		{"functions without end", "RUN", 39, "\xff", cut},
		{"more functions", "RUN", 32, "\x03", cut},
		{"strings without end", "RUN", 43, "\xff", cut},
		{"pairs without end", "RUN", 44, "\xff\xff\xff\xff", cut},
		{"counters without end", "RUN", 64, "\x03", "it has 3 counters for function 0 of package 0, which has 2 blocks: the file is broken"},
		{"too few counters", "RUN", 64, "\x01", "it has 1 counters for function 0 of package 0, which has 2 blocks: the file is broken"},
		{"counters of nothing", "RUN", 64, "\x7f\x7f", cut},
		{"footer", "RUN", 75, "\x01", cut},
		{"segments", "RUN", 81, "\x02", "written by a newer Go than covls knows (2 segments)" + newer},
	}
	for _, tt := range tests {
		t.Run(tt.file+" "+tt.name, func(t *testing.T) {
			t.Parallel()
			files := dir(meta{packages: [][]function{{one, two}}}, run{called: []called{{0, 0, []uint32{1, 0}}, {0, 1, []uint32{1}}}})
			for name, f := range files {
				if strings.HasPrefix(name, map[string]string{"META": "covmeta", "RUN": "covcounters"}[tt.file]) {
					copy(f.Data[tt.at:], tt.bytes)
				}
			}
			r, _, err := gocoverdir.Read(files, scan.Limits{})
			if err == nil || r != nil || said(err) != tt.file+": "+tt.want {
				t.Errorf("have %v and the error\n%v, want\n%s: %s", r, err, tt.file, tt.want)
			}
		})
	}
}

// TestBetween holds that a package which lacks its last byte does not take that of the next.
func TestBetween(t *testing.T) {
	t.Parallel()
	files := dir(meta{packages: [][]function{{one}, {two}}})
	for _, f := range files {
		start := f.Data[56]
		f.Data[72]--
		f.Data[start]--
	}
	const want = "META: package 0: function 0: it ends too early: the file is broken"
	if r, _, err := gocoverdir.Read(files, scan.Limits{}); err == nil || r != nil || said(err) != want {
		t.Errorf("have %v, %v, want %s", r, err, want)
	}
}

// TestCut cuts each file of testdata at each byte.
func TestCut(t *testing.T) {
	t.Parallel()
	for _, name := range recorded(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := load(t, filepath.Join("testdata", name))
			for name, f := range files {
				whole := f.Data
				for n := range whole {
					f.Data = whole[:n]
					r, _, err := gocoverdir.Read(files, scan.Limits{})
					if want := name + ": the file seems to be cut or still being written"; err == nil || err.Error() != want || r != nil {
						t.Fatalf("cut at %d: have %v, %v, want %s", n, r, err, want)
					}
				}
				f.Data = whole
			}
		})
	}
}

// load reads the files of a GOCOVERDIR.
func load(t testing.TB, path string) fstest.MapFS {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	out := fstest.MapFS{}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "cov") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(path, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = other(0o644, string(data))
	}
	return out
}

// guarded fails the test when something is opened that is no regular file.
type guarded struct {
	fstest.MapFS
	t *testing.T
}

func (g guarded) Open(name string) (fs.File, error) {
	if f := g.MapFS[name]; f != nil && !f.Mode.IsRegular() {
		g.t.Errorf("%s was opened", name)
	}
	return g.MapFS.Open(name)
}

// TestNames holds that files with other names, and what is no regular file, are left alone.
func TestNames(t *testing.T) {
	t.Parallel()
	files := dir(meta{packages: [][]function{{one}}}, run{called: []called{{0, 0, []uint32{1, 0}}}})
	want, size, err := gocoverdir.Read(files, scan.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	const id = "0123456789abcdef0123456789abcdef"
	zero := strings.Repeat("00", 16)
	for _, name := range []string{
		"covmeta", "covmeta.", "covmeta.x", "covmeta." + id + ".bak", "tmp.covmeta." + id + "1", "Covmeta." + id, "metafiles.txt", "textfmt.out",
		"covcounters." + zero, "covcounters." + zero + ".1", "covcounters." + zero + ".1.", "covcounters." + zero + ".1.2.3", "covcounters." + zero + ".-1.2",
		"covcounters." + zero + ".x.2", "tmp.covcounters." + zero + ".1.2", "covcounters." + zero + "\n.1.2",
	} {
		files[name] = other(0o644, "something else")
	}
	for i, mode := range []fs.FileMode{fs.ModeDir, fs.ModeSymlink, fs.ModeNamedPipe, fs.ModeDevice, fs.ModeCharDevice, fs.ModeSocket, fs.ModeIrregular} {
		files[fmt.Sprintf("covmeta.%s%d", id, i)] = other(mode|0o755, "something else")
		files[fmt.Sprintf("covcounters.%s.%d.9", zero, i)] = other(mode|0o755, "something else")
	}
	got, n, err := gocoverdir.Read(guarded{files, t}, scan.Limits{})
	if err != nil || !reflect.DeepEqual(got, want) || n != size {
		t.Errorf("have %v, %d bytes, %v, want %v, %d bytes", got, n, err, want, size)
	}
}

// changing is a directory whose files were replaced after it was listed.
type changing struct {
	fstest.MapFS
	mode fs.FileMode
	gone bool
	cut  bool
}

// shrunk is a file that was cut after it was looked at.
type shrunk struct {
	fs.File
	before fs.File
}

func (s shrunk) Stat() (fs.FileInfo, error) { return s.before.Stat() }

func (c changing) Lstat(name string) (fs.FileInfo, error) {
	if c.gone {
		return nil, &fs.PathError{Op: "lstat", Path: "/somewhere/" + name, Err: fs.ErrNotExist}
	}
	return c.MapFS.Lstat(name)
}

func (c changing) Open(name string) (fs.File, error) {
	if name == "." {
		return c.MapFS.Open(name)
	}
	if c.cut {
		data := c.MapFS[name].Data
		half, err := fstest.MapFS{name: other(0o644, string(data[:len(data)/2]))}.Open(name)
		if err != nil {
			return nil, err
		}
		whole, err := c.MapFS.Open(name)
		return shrunk{half, whole}, err
	}
	return fstest.MapFS{name: other(c.mode, "something else")}.Open(name)
}

func TestChanging(t *testing.T) {
	t.Parallel()
	files := dir(meta{packages: [][]function{slices.Repeat([]function{one}, 100)}})
	for _, tt := range []struct {
		dir  fs.FS
		want string
		is   error
	}{
		{changing{MapFS: files, gone: true}, "META: file does not exist", fs.ErrNotExist},
		{changing{MapFS: files, mode: fs.ModeNamedPipe}, "META: not a regular file", nil},
		{changing{MapFS: files, cut: true}, "META: package 0: function 31: the file seems to be cut or still being written", nil},
		{changing{MapFS: files}, "META: the file seems to be cut or still being written", nil},
	} {
		if r, _, err := gocoverdir.Read(tt.dir, scan.Limits{}); err == nil || r != nil || said(err) != tt.want || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("have %v, %v, want %s", r, err, tt.want)
		}
	}
}

// crowd is a directory of many files.
type crowd struct{ left int }

func (c *crowd) Open(string) (fs.File, error) { return c, nil }
func (c *crowd) Stat() (fs.FileInfo, error)   { return nil, fs.ErrInvalid }
func (c *crowd) Read([]byte) (int, error)     { return 0, fs.ErrInvalid }
func (c *crowd) Close() error                 { return nil }
func (c *crowd) Name() string                 { return "some.txt" }
func (c *crowd) IsDir() bool                  { return false }
func (c *crowd) Type() fs.FileMode            { return 0 }
func (c *crowd) Info() (fs.FileInfo, error)   { return nil, fs.ErrInvalid }
func (c *crowd) ReadDir(n int) (es []fs.DirEntry, err error) {
	for ; n > 0 && c.left > 0; n-- {
		c.left--
		es = append(es, c)
	}
	if c.left == 0 {
		err = io.EOF
	}
	return es, err
}

func TestManyFiles(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		entries int
		want    string
	}{
		{1 << 18, "is a directory without a covmeta file"},
		{1<<18 + 1, "has more than 262144 files: `go tool covdata merge -i=DIR -o=OTHER` makes few of many"},
	} {
		if _, _, err := gocoverdir.Read(&crowd{tt.entries}, scan.Limits{}); err == nil || err.Error() != tt.want {
			t.Errorf("%d: have %v, want %s", tt.entries, err, tt.want)
		}
	}
}

// TestMemory is not parallel, since it measures what is allocated. Nothing that a file says of itself
// makes it take much more than its bytes.
func TestMemory(t *testing.T) {
	if raceDetector {
		t.Skip("skipped with the race detector, which takes memory of its own")
	}
	const n = 200_000
	blocks := make([]block, n)
	spread := make([]function, n)
	for i := range spread {
		spread[i] = function{fmt.Sprintf("%x.go", i), blocks[:1]}
	}
	builds := dir(meta{packages: [][]function{{{"a.go", blocks[:1000]}}}})
	for i := range 200 {
		builds[fmt.Sprintf("covmeta.%x", i)] = builds[fmt.Sprintf("covmeta.%x", hash(0))]
	}
	lie := func(at int, bytes string) fstest.MapFS {
		files := dir(meta{packages: [][]function{{one, two}}})
		for _, f := range files {
			copy(f.Data[at:], bytes)
		}
		return files
	}
	for _, tt := range []struct {
		name   string
		dir    fstest.MapFS
		broken bool
	}{
		{"blocks", dir(meta{packages: [][]function{{{"a.go", blocks}}}}), false},
		{"functions", dir(meta{packages: [][]function{make([]function, n)}}), false},
		{"files", dir(meta{packages: [][]function{spread}}), false},
		{"packages", dir(meta{packages: make([][]function, n)}), false},
		{"counters", dir(meta{packages: [][]function{{two, {}}}}, run{called: slices.Repeat([]called{{0, 1, nil}}, n)}), false},
		{"builds", builds, false},
		{"false packages", lie(18, "\xff"), true},
		{"false functions", lie(116, "\xff"), true},
		{"false strings", lie(126, "\xff\xff\x7f"), true},
		{"a false string", lie(127, "\xff\xff\x7f"), true},
		{"false blocks", lie(138, "\xff\xff\x7f\x00\x01"), true},
	} {
		size := 0
		for _, f := range tt.dir {
			size += len(f.Data)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, read, err := gocoverdir.Read(tt.dir, scan.Limits{})
		runtime.ReadMemStats(&after)
		took := int(after.TotalAlloc - before.TotalAlloc)
		t.Logf("%s: %d bytes took %d, %.1f times", tt.name, size, took, float64(took)/float64(size))
		if (err != nil) != tt.broken || err == nil && int(read) != size || took > 40*size+16<<10 {
			t.Errorf("%s: read %d of %d bytes, %v, which took %d bytes", tt.name, read, size, err, took)
		}
	}
}
