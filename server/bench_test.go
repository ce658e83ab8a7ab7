package server_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/uri"
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
			fmt.Fprintf(&profile, "example.com/shop/%s:%d.23,%d.2 1 %d\n", name, 3+4*fn, 5+4*fn, fn%2)
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

// BenchmarkKeystroke is from an edit that moves a function to its new diagnostics, with 60 documents of 100
// uncovered functions open, and with 20. 60-to-1 and 20-to-1 are how many times as long it takes as with one of them open.
func BenchmarkKeystroke(b *testing.B) {
	const documents, functions = 60, 100
	var archive, profile strings.Builder
	archive.WriteString("-- go.mod --\nmodule example.com/shop\n\ngo 1.24\n")
	profile.WriteString("mode: set\n")
	sources := make([]string, documents)
	for f := range sources {
		var source strings.Builder
		source.WriteString("package shop\n\n")
		for fn := range functions {
			fmt.Fprintf(&source, "func Function%d(x int) {\n\tprintln(x)\n}\n\n", 1000*f+fn)
			fmt.Fprintf(&profile, "example.com/shop/file%d.go:%d.%d,%d.2 1 0\n", f, 3+4*fn, len(fmt.Sprintf("func Function%d(x int) {", 1000*f+fn)), 5+4*fn)
		}
		sources[f] = source.String()
		fmt.Fprintf(&archive, "-- file%d.go --\n%s", f, sources[f])
	}
	dir := workspace(b, archive.String()+"-- cover.out --\n"+profile.String())
	name := func(f int) string { return string(uri.File(filepath.Join(dir, fmt.Sprintf("file%d.go", f)))) }
	session := func(open int) (keystroke func(version int) time.Duration) {
		p := ready(b, roots(modern(), dir))
		p.profiles(1)
		for f := range open {
			p.send(didOpen(name(f), sources[f]))
			p.published(name(f), func(_ int, messages []string) bool { return len(messages) == functions })
		}
		edit := obj{"range": obj{"start": obj{"line": 1, "character": 0}, "end": obj{"line": 1, "character": 0}}, "text": "\n"}
		return func(version int) time.Duration {
			began := time.Now()
			p.send(didChange(name(0), version, edit))
			p.published(name(0), func(v int, _ []string) bool { return v == version })
			return time.Since(began)
		}
	}
	one, twenty, sixty := session(1), session(20), session(documents)
	var alone, some, among time.Duration
	version := 1
	for b.Loop() {
		version++
		alone += one(version)
		some += twenty(version)
		among += sixty(version)
	}
	b.ReportMetric(float64(some)/float64(alone), "20-to-1")
	b.ReportMetric(float64(among)/float64(alone), "60-to-1")
}
