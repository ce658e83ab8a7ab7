package gocover_test

import (
	"strings"
	"testing"

	"github.com/covls/covls/profile/gocover"
)

// TestOnce tells profiles in which each package has the counts of one test binary from those under -coverpkg.
func TestOnce(t *testing.T) {
	t.Parallel()
	const a, b = "x/a/a.go:1.1,2.1 1 1\nx/a/a.go:3.1,4.1 1 0\n", "x/b/b.go:1.1,2.1 1 1\n"
	tests := []struct {
		name, text string
		want       bool
	}{
		{"nothing", "", true},
		{"each package by its own tests", "mode: set\n" + a + b, true},
		{"-coverpkg", "mode: set\n" + a + b + a + b, false},
		{"-coverpkg for one of two packages", "mode: set\n" + a + b + a, false},
		{"a package tested alone, joined by its tests", "mode: set\n" + a + "mode: set\n" + b, true},
		{"a run joined to itself", "mode: set\n" + a + b + "mode: set\n" + a + b, true},
		{"a run of -coverpkg joined to another", "mode: set\n" + a + b + "mode: set\n" + a + b + a + b, false},
		{"a run of -coverpkg with another behind it", "mode: set\n" + a + b + a + b + "mode: set\n" + b, false},
		{"blocks of a file between those of another", "mode: set\n" + "x/a/a.go:3.1,4.1 1 0\n" + b + "x/a/a.go:1.1,2.1 1 1\n", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, err := gocover.Read(strings.NewReader(tt.text), limits)
			if err != nil {
				t.Fatal(err)
			}
			if r.Once != tt.want {
				t.Errorf("Once is %v, want %v", r.Once, tt.want)
			}
		})
	}
}
