package priority_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/priority"
)

// BenchmarkRank ranks ten thousand files of twenty modules: by themselves, by rules that name folders,
// and by rules with wildcards, of which the globs take nearly all.
func BenchmarkRank(b *testing.B) {
	var folders, wildcards strings.Builder
	var dirs []string
	for i := range 10 {
		fmt.Fprintf(&folders, "[[rule]]\npaths = ['m%d/**', 'pkg%d/']\nat_most = 'high'\n", 10+i, i)
		fmt.Fprintf(&wildcards, "[[rule]]\npaths = ['*_%d.go', 'm*/pkg%d/*.go']\nat_most = 'high'\n", i, i)
	}
	for i := range 20 {
		dirs = append(dirs, fmt.Sprintf("m%d", i))
	}
	var files []priority.File
	for i := range 10_000 {
		files = append(files, priority.File{
			Path:  fmt.Sprintf("m%d/pkg%d/internal/file%d.go", i%20, i%97, i),
			Total: coverage.Tally{Covered: i * 31 % 200, Total: 200 + i%300},
		})
	}
	for _, bm := range []struct{ name, toml string }{
		{"plain", ""}, {"folders", folders.String()}, {"wildcards", wildcards.String()},
	} {
		b.Run(bm.name, func(b *testing.B) {
			s := settings(b, bm.toml)
			for b.Loop() {
				priority.Rank(s, priority.NewComponents(s, dirs), files)
			}
		})
	}
}
