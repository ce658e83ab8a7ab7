package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/internal/gittest"
)

// BenchmarkChanged has a repository of 10,000 functions in 400 files, of which 200 changed. "ratio" is how much longer it takes
// than check of all the code, one beside the other.
func BenchmarkChanged(b *testing.B) {
	gittest.Need(b)
	const files, functions, changed = 400, 25, 200
	dir := b.TempDir()
	path := func(i int) string { return filepath.Join(dir, fmt.Sprintf("p%d", i/20), fmt.Sprintf("f%d.go", i)) }
	write := func(path, text string) {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			b.Fatal(err)
		}
	}
	text := func(i int, more string) string {
		var t strings.Builder
		fmt.Fprintf(&t, "package p%d\n", i/20)
		for n := range functions {
			fmt.Fprintf(&t, "\n// F%[1]d_%[2]d adds up.\nfunc F%[1]d_%[2]d(list []int, most int) (int, error) {\n\tsum := %[2]d\n\tfor _, x := range list {\n\t\tif x > most {\n\t\t\treturn 0, errors.New(\"it is %[1]d\")\n\t\t}\n\t\tsum += x * %[2]d\n\t}\n", i, n)
			if n == 7 {
				t.WriteString(more)
			}
			t.WriteString("\treturn sum, nil\n}\n")
		}
		return t.String()
	}
	write(filepath.Join(dir, "go.mod"), "module example.com/m\n\ngo 1.26\n")
	write(filepath.Join(dir, ".covls.toml"), "target = 0\n")
	cover := func() {
		(&work{TB: b, dir: dir}).cover()
	}
	for i := range files {
		write(path(i), text(i, ""))
	}
	gittest.Run(b, dir, gittest.Date(0), "init", "-q", "-b", "main")
	gittest.Run(b, dir, gittest.Date(0), "add", "-A")
	gittest.Run(b, dir, gittest.Date(0), "commit", "-q", "-m", "c")
	call := func(args ...string) time.Duration {
		from := time.Now()
		null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		if err != nil {
			b.Fatal(err)
		}
		defer null.Close()
		if code := run(context.Background(), append(args, "-C", dir), null, null, null); code > 1 {
			b.Fatalf("covls %v: exit %d", args, code)
		}
		return time.Since(from)
	}
	cover()
	base := filepath.Join(dir, "base.gz")
	b.Run("baseline", func(b *testing.B) {
		for b.Loop() {
			call("baseline", "-o", base)
		}
	})
	for i := range changed {
		write(path(i), text(i, "\tsum++\n"))
	}
	cover()
	for _, c := range []struct {
		name string
		args []string
	}{
		{"changed", []string{"check", "--changed=main"}},
		{"changed and lost", []string{"check", "--changed=main", "--baseline", base}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var all, changed time.Duration
			for b.Loop() {
				all += call("check")
				changed += call(c.args...)
			}
			b.ReportMetric(float64(changed)/float64(all), "ratio")
			b.ReportMetric(float64(changed.Milliseconds())/float64(b.N), "ms/changed")
		})
	}
}
