package watch

import (
	"os"
	"path/filepath"
	"testing"
)

func BenchmarkWriters(b *testing.B) {
	path := filepath.Join(b.TempDir(), "cover.out")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(len(numbers("/proc"))), "processes")
	for b.Loop() {
		if busy := systemWriters(map[string]Writer{path: {}}); len(busy) != 0 {
			b.Fatal(busy)
		}
	}
}
