package diag_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/config"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/text"
	"github.com/covls/covls/workspace"
)

// project writes a module of files with blocks blocks in all, 10 a function and 10 functions a file,
// and its profile; it returns the folder and the source of the first file.
func project(b *testing.B, blocks int) (dir, file string) {
	return projectOf(b, blocks, func(fn, k int) int { return (fn + k) % 3 })
}

// projectOf has each block run as often as count says; 0 is the first of its function.
func projectOf(b *testing.B, blocks int, count func(fn, block int) int) (dir, file string) {
	b.Helper()
	dir = b.TempDir()
	var profile strings.Builder
	profile.WriteString("mode: count\n")
	source := sourceOf()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	write("go.mod", "module example.com/project\n\ngo 1.26\n")
	for f := range blocks / 100 {
		name := fmt.Sprintf("file%05d.go", f)
		write(name, source)
		line := 3
		for fn := range 10 {
			for k := range 10 {
				fmt.Fprintf(&profile, "example.com/project/%s:%s 1 %d\n", name, blockOf(line, k), count(fn, k))
			}
			line += 18
		}
	}
	write("cover.out", profile.String())
	return dir, filepath.Join(dir, "file00000.go")
}

// sourceOf is a text of 10 functions of 10 blocks each.
func sourceOf() string {
	var b strings.Builder
	b.WriteString("package project\n\n")
	for fn := range 10 {
		fmt.Fprintf(&b, "func Function%d(x int) {\n", fn)
		for k := range 5 {
			fmt.Fprintf(&b, "\tif x > %d {\n\t\tprintln(x)\n\t}\n", k)
		}
		b.WriteString("}\n\n")
	}
	return b.String()
}

// blockOf is where block k is of the function whose head is on a line.
func blockOf(line, k int) string {
	at := line + 1 + k/2*3
	switch {
	case k == 0:
		return fmt.Sprintf("%d.23,%d.11", line, at)
	case k%2 == 0:
		return fmt.Sprintf("%d.2,%d.11", at, at)
	}
	return fmt.Sprintf("%d.11,%d.3", at, at+2)
}

func load(b testing.TB, dir string) *workspace.Snapshot {
	b.Helper()
	store := workspace.NewStore()
	l := workspace.NewLoader(store)
	l.SetFolders(context.Background(), []*workspace.Folder{workspace.NewFolder(dir, "", config.Merge(), nil)})
	if troubles := l.Read(context.Background(), []workspace.Change{{Path: filepath.Join(dir, "cover.out")}}); len(troubles) > 0 {
		b.Fatal(troubles)
	}
	return store.Load()
}

func open(b testing.TB, path string) *workspace.Document {
	b.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	return workspace.NewDocument("file://"+path, path, 1, text.New(string(data)))
}

// BenchmarkLoad is everything between a profile on disk and the functions of every file: reading,
// finding the files, parsing the sources.
func BenchmarkLoad(b *testing.B) {
	for _, blocks := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("blocks=%d", blocks), func(b *testing.B) {
			dir, _ := project(b, blocks)
			for b.Loop() {
				load(b, dir)
			}
		})
	}
}

func BenchmarkDiagnostics(b *testing.B) {
	dir, file := project(b, 100_000)
	snap := load(b, dir)
	d := open(b, file)
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			diag.Diagnostics(snap, d.WithBase(d.Text)) // the marks are made anew
		}
	})
	b.Run("keystroke", func(b *testing.B) { // the text is new, so it is parsed
		for b.Loop() {
			edit := text.Edit{Text: "x"}
			diag.Diagnostics(snap, d.WithText(2, d.Text.Apply([]text.Edit{edit}, text.UTF16)))
		}
	})
}

func BenchmarkHover(b *testing.B) {
	dir, file := project(b, 100_000)
	snap := load(b, dir)
	d := open(b, file)
	name := strings.Index(d.Text.String(), "Function5")
	for b.Loop() {
		diag.HoverAt(snap, d, name)
	}
}

func BenchmarkLenses(b *testing.B) {
	dir, file := project(b, 100_000)
	snap := load(b, dir)
	d := open(b, file)
	for b.Loop() {
		for _, l := range diag.Lenses(snap, d) {
			diag.LensLabel(snap, d, l.ID)
		}
	}
}

// BenchmarkManyLenses has files of functions that no test reaches, after a keystroke: all lenses with their words, one
// by one, as a client resolves them. lenses-to-diagnostics is how many times as long that takes as the diagnostics,
// which find the functions in the text.
func BenchmarkManyLenses(b *testing.B) {
	for _, functions := range []int{100, 1_000, 5_000} {
		b.Run(fmt.Sprintf("functions=%d", functions), func(b *testing.B) {
			snap, d := uncovered(b, functions)
			var lenses, diagnostics time.Duration
			for b.Loop() {
				edited := d.WithText(2, d.Text.Apply([]text.Edit{{Text: "\n"}}, text.UTF16))
				began := time.Now()
				n := len(diag.Diagnostics(snap, edited))
				if n < functions {
					b.Fatalf("%d diagnostics of %d functions", n, functions)
				}
				diagnostics += time.Since(began)
				began = time.Now()
				for _, l := range diag.Lenses(snap, edited) {
					if _, ok := diag.LensLabel(snap, edited, l.ID); ok {
						n--
					}
				}
				lenses += time.Since(began)
				if n != -1 { // the file has a lens too
					b.Fatal("not every diagnostic has its lens")
				}
			}
			b.ReportMetric(float64(lenses)/float64(diagnostics), "lenses-to-diagnostics")
		})
	}
}

// uncovered is an open document of n functions that no test reaches.
func uncovered(tb testing.TB, n int) (*workspace.Snapshot, *workspace.Document) {
	tb.Helper()
	dir := tb.TempDir()
	var source, profile strings.Builder
	source.WriteString("package project\n\n")
	profile.WriteString("mode: set\n")
	for i := range n {
		fmt.Fprintf(&source, "func Function%d(x int) {\n\tprintln(x)\n}\n\n", i)
		fmt.Fprintf(&profile, "example.com/project/many.go:%d.%d,%d.2 1 0\n", 3+4*i, len(fmt.Sprintf("func Function%d(x int) {", i)), 5+4*i)
	}
	file := filepath.Join(dir, "many.go")
	for path, content := range map[string]string{
		filepath.Join(dir, "go.mod"): "module example.com/project\n\ngo 1.26\n", file: source.String(), filepath.Join(dir, "cover.out"): profile.String(),
	} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	return load(tb, dir), open(tb, file)
}

// BenchmarkGapTree has 10,000 files of 10 functions, of which no test reaches 5.
func BenchmarkGapTree(b *testing.B) {
	dir, _ := projectOf(b, 1_000_000, func(fn, _ int) int { return fn % 2 })
	snap := load(b, dir)
	for b.Loop() {
		if n := len(diag.GapTree(snap, diag.GapQuery{})[0].Tiers); n == 0 {
			b.Fatal("no gaps")
		}
	}
}

// BenchmarkPicture is what an editor that draws asks for after a keystroke.
// BenchmarkTop chooses the functions that are in Problems though their files are not open, of 10,000 functions of which no test
// reaches half.
func BenchmarkTop(b *testing.B) {
	dir, _ := projectOf(b, 100_000, func(fn, _ int) int { return fn % 2 })
	s := load(b, dir)
	for b.Loop() {
		if n := len(diag.Top(s)); n == 0 {
			b.Fatal("nothing is urgent")
		}
	}
}

func BenchmarkPicture(b *testing.B) {
	dir, file := project(b, 100_000)
	snap := load(b, dir)
	d := open(b, file)
	for b.Loop() {
		diag.PictureOf(snap, d)
	}
}

// BenchmarkOverview is of 10,000 files.
func BenchmarkOverview(b *testing.B) {
	dir, _ := project(b, 1_000_000)
	snap := load(b, dir)
	for b.Loop() {
		diag.OverviewOf(diag.Named(snap))
	}
}
