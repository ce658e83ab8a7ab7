package git_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/git"
	"github.com/covls/covls/internal/gittest"
)

// beside runs a benchmark beside git, which is asked the same in a process of its own. The metric is how many times as long
// as git it takes.
func beside(b *testing.B, dir string, run func(), args ...string) {
	b.Helper()
	var own, other time.Duration
	for b.Loop() {
		start := time.Now()
		run()
		own += time.Since(start)
		start = time.Now()
		if out, err := gittest.Command(dir, start, args...).CombinedOutput(); err != nil {
			b.Fatalf("git: %v: %s", err, out)
		}
		other += time.Since(start)
	}
	b.ReportMetric(float64(own)/float64(b.N)/1e6, "own-ms")
	b.ReportMetric(float64(other)/float64(b.N)/1e6, "git-ms")
	b.ReportMetric(float64(own)/float64(other), "x-git")
}

// empty is a repository for a benchmark.
func empty(b *testing.B) string {
	gittest.Need(b)
	dir, err := filepath.EvalSymlinks(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	gittest.Run(b, dir, time.Now(), "init", "-q")
	return dir
}

// BenchmarkFindBase finds the merge base of two branches in a history of 100,000 commits: one that began a few commits ago,
// and one that began with the first.
func BenchmarkFindBase(b *testing.B) {
	dir := empty(b)
	const n = 30_000
	var list []gittest.Commit
	start := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		c := gittest.Commit{Name: fmt.Sprint(i), When: start.Add(time.Duration(i) * time.Minute)}
		if i%10 == 0 {
			c.Set = map[string]string{fmt.Sprintf("f%d.go", i%100): fmt.Sprint(i)}
		}
		if i%7 == 6 && i > 10 {
			c.From = []string{fmt.Sprint(i - 1), fmt.Sprint(i - 3)}
		}
		list = append(list, c)
	}
	list = append(list,
		gittest.Commit{Name: "old", From: []string{"1"}, When: start.Add(n * time.Minute)},
		gittest.Commit{Name: "young", From: []string{fmt.Sprint(n - 50)}, When: start.Add((n + 1) * time.Minute)},
		gittest.Commit{Name: "head", From: []string{fmt.Sprint(n - 1)}, When: start.Add((n + 2) * time.Minute)},
	)
	names := gittest.History(b, dir, list...)
	gittest.Run(b, dir, time.Now(), "repack", "-q", "-a", "-d")
	for _, branch := range []string{"young", "old"} {
		b.Run(branch, func(b *testing.B) {
			beside(b, dir, func() {
				if _, err := git.FindBase(b.Context(), dir, names[branch], nil); err != nil {
					b.Fatal(err)
				}
			}, "merge-base", "HEAD", names[branch])
		})
	}
}

// BenchmarkCompare compares a work tree of 20,000 files, of which 200 were changed and as many renamed.
func BenchmarkCompare(b *testing.B) {
	dir := empty(b)
	text := func(i int) string { return strings.Repeat(fmt.Sprintf("line of %d\n", i), 100) }
	base, next := gittest.Commit{Name: "base", Set: map[string]string{}}, gittest.Commit{Name: "next", Set: map[string]string{}}
	name := func(i int) string { return fmt.Sprintf("p%d/q%d/f%d.go", i%40, i%1000, i) }
	for i := range 20_000 {
		base.Set[name(i)] = text(i)
		if i%200 == 0 {
			next.Set[name(i)] = text(i) + "more\n"
		}
		if i%200 == 1 {
			next.Drop = append(next.Drop, name(i))
			next.Set["moved/"+name(i)] = text(i) + "more\n"
		}
	}
	names := gittest.History(b, dir, base, next)
	gittest.Run(b, dir, time.Now(), "repack", "-q", "-a", "-d")
	for i := 2; i < 20_000; i += 200 {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name(i))), []byte(text(i)+"on disk\n"), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	for state, args := range [][]string{{"diff", "-M", "--name-status", names["base"]}, {"diff", "-M", "--name-status", "--cached", names["base"]}, {"diff", "-M", "--name-status", names["base"], "HEAD"}} {
		b.Run([]string{"disk", "index", "head"}[state], func(b *testing.B) {
			beside(b, dir, func() {
				c, err := git.Compare(b.Context(), dir, names["base"], git.Options{State: git.State(state)})
				if err != nil {
					b.Fatal(err)
				}
				c.Close()
			}, args...)
		})
	}
}
