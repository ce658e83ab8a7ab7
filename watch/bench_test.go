package watch

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// defaultPatterns are the names people use.
func defaultPatterns() []string {
	return []string{
		"**/{coverage,cover,c}.out", "**/profile.cov", "**/coverage.txt", "**/*.coverprofile",
		"**/*.info", "**/coverage.lcov", "coverage/lcov.info",
		"**/{cobertura,coverage,cov,coverage.cobertura,cobertura-coverage}.xml",
		"**/jacoco.xml", "build/reports/jacoco/test/jacocoTestReport.xml",
		"**/clover.xml", "**/coverage-final.json", "**/coverage.json", "**/.resultset.json",
	}
}

// BenchmarkDiscover searches 6,000 directories with 60,000 files.
func BenchmarkDiscover(b *testing.B) {
	dir := b.TempDir()
	for i := range 6000 {
		sub := filepath.Join(dir, fmt.Sprintf("mod%02d/pkg%02d/internal%d", i/300, i/10%30, i%10))
		if err := os.MkdirAll(sub, 0o755); err != nil {
			b.Fatal(err)
		}
		for k := range 10 {
			if err := os.WriteFile(filepath.Join(sub, fmt.Sprintf("file%d.go", k)), nil, 0o644); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "mod07/pkg03/cover.out"), nil, 0o644); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		found, err := Discover(b.Context(), Root{Dir: dir, Patterns: defaultPatterns(), GoCoverDirs: true})
		if err != nil || len(found.Profiles) != 1 {
			b.Fatal(found, err)
		}
	}
}
