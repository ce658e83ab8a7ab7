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

// BenchmarkChanged has repositories of 10,000 functions in 400 files, of which 200 changed. "ratio" is how much longer it takes
// than check of all the code, one beside the other.
func BenchmarkChanged(b *testing.B) {
	gittest.Need(b)
	const files, functions, changed = 400, 25, 200
	type language struct {
		name, end string
		more      map[string]string // files beside the code
		// head begins a file of a package, function is the one of a number in a file of a number, with a line more, edit is that line.
		head     func(pkg int) string
		function func(file, n int, more string) string
		edit     string
		cover    func(b *testing.B, dir string)
	}
	for _, l := range []language{{
		name: "go", end: ".go", more: map[string]string{"go.mod": "module example.com/m\n\ngo 1.26\n"}, edit: "\tsum++\n",
		head: func(pkg int) string { return fmt.Sprintf("package p%d\n", pkg) },
		function: func(file, n int, more string) string {
			return fmt.Sprintf("\n// F%[1]d_%[2]d adds up.\nfunc F%[1]d_%[2]d(list []int, most int) (int, error) {\n\tsum := %[2]d\n\tfor _, x := range list {\n\t\tif x > most {\n\t\t\treturn 0, errors.New(\"it is %[1]d\")\n\t\t}\n\t\tsum += x * %[2]d\n\t}\n%[3]s\treturn sum, nil\n}\n", file, n, more)
		},
		cover: func(b *testing.B, dir string) { (&work{TB: b, dir: dir}).cover() },
	}, {
		name: "python", end: ".py", more: map[string]string{"pyproject.toml": "[project]\nname = \"m\"\n"}, edit: "    total += 1\n",
		head: func(pkg int) string { return fmt.Sprintf("\"\"\"Sums of p%d.\"\"\"\n\nimport math\n", pkg) },
		function: func(file, n int, more string) string {
			return fmt.Sprintf("\n\ndef f%[1]d_%[2]d(items, most):\n    \"\"\"Adds up.\"\"\"\n    total = %[2]d\n    for x in items:\n        if x > most:\n            raise ValueError(\"it is %[1]d\")\n        total += math.floor(x * %[2]d)\n%[3]s    return total\n", file, n, more)
		},
		cover: coverLines,
	}, {
		name: "javascript", end: ".js", more: map[string]string{"package.json": "{\"name\": \"m\"}\n"}, edit: "  total += 1;\n",
		head: func(int) string { return "'use strict';\n" },
		function: func(file, n int, more string) string {
			return fmt.Sprintf("\n// Adds up.\nexports.f%[1]d_%[2]d = function f%[1]d_%[2]d(items, most) {\n  let total = %[2]d;\n  for (const x of items) {\n    if (x > most) {\n      throw new Error(`it is ${most} of %[1]d`);\n    }\n    total += Math.floor(x * %[2]d);\n  }\n%[3]s  return total;\n};\n", file, n, more)
		},
		cover: coverLines,
	}} {
		b.Run(l.name, func(b *testing.B) {
			dir := b.TempDir()
			w := &work{TB: b, dir: dir}
			put := func(i int, edit string) {
				var t strings.Builder
				t.WriteString(l.head(i / 20))
				for n := range functions {
					more := ""
					if n == 7 {
						more = edit
					}
					t.WriteString(l.function(i, n, more))
				}
				w.write(fmt.Sprintf("p%d/f%d%s", i/20, i, l.end), t.String())
			}
			for name, text := range l.more {
				w.write(name, text)
			}
			w.write(".covls.toml", "target = 0\n")
			for i := range files {
				put(i, "")
			}
			gittest.Run(b, dir, gittest.Date(0), "init", "-q", "-b", "main")
			gittest.Run(b, dir, gittest.Date(0), "add", "-A")
			gittest.Run(b, dir, gittest.Date(0), "commit", "-q", "-m", "c")
			call := func(args ...string) time.Duration {
				null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
				if err != nil {
					b.Fatal(err)
				}
				defer null.Close()
				from := time.Now()
				if code := run(context.Background(), append(args, "-C", dir), null, null, null); code > 1 {
					b.Fatalf("covls %v: exit %d", args, code)
				}
				return time.Since(from)
			}
			l.cover(b, dir)
			base := filepath.Join(dir, "base.gz")
			b.Run("baseline", func(b *testing.B) {
				for b.Loop() {
					call("baseline", "-o", base)
				}
			})
			for i := range changed {
				put(i, l.edit)
			}
			l.cover(b, dir)
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
		})
	}
}

// coverLines writes the profile of all code in a folder, by lines of which each ran.
func coverLines(b *testing.B, dir string) {
	b.Helper()
	w := &work{TB: b, dir: dir}
	paths, err := filepath.Glob(filepath.Join(dir, "p*", "f*"))
	if err != nil {
		b.Fatal(err)
	}
	var profile strings.Builder
	for _, path := range paths {
		rel, _ := filepath.Rel(dir, path)
		rel = filepath.ToSlash(rel)
		fmt.Fprintf(&profile, "TN:\nSF:%s\n", rel)
		for i, line := range strings.Split(w.read(rel), "\n") {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "\"\"\"") && !strings.HasPrefix(line, "//") && !strings.HasPrefix(line, "}") {
				fmt.Fprintf(&profile, "DA:%d,1\n", i+1)
			}
		}
		profile.WriteString("end_of_record\n")
	}
	w.write("lcov.info", profile.String())
}
