package gocover_test

import (
	"fmt"
	"maps"
	"slices"
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
		listed     string // "package: times"
	}{
		{"nothing", "", true, ""},
		{"each package by its own tests", "mode: set\n" + a + b, true, "x/a: 1, x/b: 1"},
		{"-coverpkg", "mode: set\n" + a + b + a + b, false, "x/a: 2, x/b: 2"},
		{"-coverpkg for one of two packages", "mode: set\n" + a + b + a, false, "x/a: 2, x/b: 1"},
		{"a package tested alone, joined by its tests", "mode: set\n" + a + "mode: set\n" + b, true, "x/a: 1, x/b: 1"},
		{"a run joined to itself", "mode: set\n" + a + b + "mode: set\n" + a + b, true, "x/a: 2, x/b: 2"},
		{"a run of -coverpkg joined to another", "mode: set\n" + a + b + "mode: set\n" + a + b + a + b, false, "x/a: 3, x/b: 3"},
		{"a run of -coverpkg with another behind it", "mode: set\n" + a + b + a + b + "mode: set\n" + b, false, "x/a: 2, x/b: 3"},
		{"blocks of a file between those of another", "mode: set\n" + "x/a/a.go:3.1,4.1 1 0\n" + b + "x/a/a.go:1.1,2.1 1 1\n", true, "x/a: 1, x/b: 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := gocover.Read(strings.NewReader(tt.text), limits)
			if err != nil {
				t.Fatal(err)
			}
			var listed []string
			for _, in := range slices.Sorted(maps.Keys(r.Listed)) {
				listed = append(listed, fmt.Sprintf("%s: %d", in, r.Listed[in]))
			}
			if got := strings.Join(listed, ", "); r.Once != tt.want || got != tt.listed {
				t.Errorf("Once is %v and Listed %s, want %v and %s", r.Once, got, tt.want, tt.listed)
			}
		})
	}
}
