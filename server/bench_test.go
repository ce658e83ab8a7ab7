package server_test

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkGaps asks for the gaps of 10,000 files, over a pipe: 10 functions each, of which no test
// reaches 5.
func BenchmarkGaps(b *testing.B) {
	var archive, profile, source strings.Builder
	source.WriteString("package shop\n\n")
	for fn := range 10 {
		fmt.Fprintf(&source, "func Function%d(x int) {\n\tprintln(x)\n}\n\n", fn)
	}
	archive.WriteString("-- go.mod --\nmodule example.com/shop\n\ngo 1.24\n")
	profile.WriteString("mode: set\n")
	for f := range 10_000 {
		name := fmt.Sprintf("p%d/file%04d.go", f/100, f)
		fmt.Fprintf(&archive, "-- %s --\n%s", name, source.String())
		for fn := range 10 {
			fmt.Fprintf(&profile, "example.com/shop/%s:%d.26,%d.2 1 %d\n", name, 3+4*fn, 5+4*fn, fn%2)
		}
	}
	archive.WriteString("-- cover.out --\n" + profile.String())
	dir := workspace(b, archive.String())
	p := ready(b, roots(modern(), dir))
	p.profiles(1)
	bytes := 0
	for b.Loop() {
		bytes = len(p.ask("covls/gaps", "{}").Result)
	}
	if bytes < 1<<20 {
		b.Fatalf("an answer of %d bytes", bytes)
	}
	b.SetBytes(int64(bytes))
}
