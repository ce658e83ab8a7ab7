package coverage_test

import (
	"testing"

	"github.com/covls/covls/coverage"
)

func TestSumOf(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]uint32{"": 0xd41d8cd9, "one": 0xf97c5d29, "\tx := 1 ": 0xa5693918} {
		if got := coverage.SumOf(line); got != want {
			t.Errorf("%q: %08x, want %08x", line, got, want)
		}
	}
}

// Files that a profile has in parts have the checksums of all, each once, and the greatest length.
func TestMergeSums(t *testing.T) {
	t.Parallel()
	a := &coverage.File{Group: "g", Name: "g/a", Length: 3, Sums: []coverage.Sum{{Line: 1, Hash: 1}, {Line: 3, Hash: 7}}}
	b := &coverage.File{Name: "b", Length: 9, Sums: []coverage.Sum{{Line: 1, Hash: 1}, {Line: 2, Hash: 2}, {Line: 3, Hash: 5}}}
	want := &coverage.File{Group: "g", Name: "g/a", Length: 9, Sums: []coverage.Sum{{Line: 1, Hash: 1}, {Line: 2, Hash: 2}, {Line: 3, Hash: 5}, {Line: 3, Hash: 7}}}
	if got := coverage.Merge(a, b); !got.Equal(want) || got.Local() != "a" {
		t.Errorf("have %+v, %s", got, got.Local())
	}
}
