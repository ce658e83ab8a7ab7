package gocover_test

import (
	"strings"
	"testing"

	"github.com/covls/covls/profile/gocover"
)

// TestOnce tells profiles in which each package has the counts of one test binary from those under -coverpkg, and how many binaries
// these have at least.
func TestOnce(t *testing.T) {
	t.Parallel()
	const a, b = "x/a/a.go:1.1,2.1 1 1\nx/a/a.go:3.1,4.1 1 0\n", "x/b/b.go:1.1,2.1 1 1\n"
	tests := []struct {
		name, text string
		want       bool
		listed     int
	}{
		{"nothing", "", true, 0},
		{"each package by its own tests", "mode: set\n" + a + b, true, 1},
		{"-coverpkg", "mode: set\n" + a + b + a + b, false, 2},
		{"-coverpkg for one of two packages", "mode: set\n" + a + b + a, false, 1},
		{"a package tested alone, joined by its tests", "mode: set\n" + a + "mode: set\n" + b, true, 1},
		{"a run joined to itself", "mode: set\n" + a + b + "mode: set\n" + a + b, true, 2},
		{"a run of -coverpkg joined to another", "mode: set\n" + a + b + "mode: set\n" + a + b + a + b, false, 3},
		{"a run of -coverpkg with another behind it", "mode: set\n" + a + b + a + b + "mode: set\n" + b, false, 2},
		{"blocks of a file between those of another", "mode: set\n" + "x/a/a.go:3.1,4.1 1 0\n" + b + "x/a/a.go:1.1,2.1 1 1\n", true, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := gocover.Read(strings.NewReader(tt.text), limits)
			if err != nil {
				t.Fatal(err)
			}
			if r.Once != tt.want || r.Listed != tt.listed {
				t.Errorf("Once is %v and Listed %d, want %v and %d", r.Once, r.Listed, tt.want, tt.listed)
			}
		})
	}
}
