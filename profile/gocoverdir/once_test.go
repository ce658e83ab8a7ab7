package gocoverdir_test

import (
	"testing"

	"github.com/covls/covls/profile/gocoverdir"
	"github.com/covls/covls/profile/scan"
)

// TestOnce tells test binaries that count a package each from programs that count several.
func TestOnce(t *testing.T) {
	t.Parallel()
	pkg := func(file string) []function { return []function{{file, []block{{1, 1, 2, 1, 1}}}} }
	a, b := pkg("x/a/a.go"), pkg("x/b/b.go")
	tests := []struct {
		name   string
		builds []any
		want   bool
	}{
		{"one build of one package may be a program", []any{meta{hash: 1, packages: [][]function{a}}}, false},
		{"a build of several", []any{meta{hash: 1, packages: [][]function{a, b}}}, false},
		{"a build for each package", []any{meta{hash: 1, packages: [][]function{a}}, meta{hash: 2, packages: [][]function{b}}}, true},
		{"one of them counts another, too", []any{meta{hash: 1, packages: [][]function{a}}, meta{hash: 2, packages: [][]function{a, b}}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r, _, err := gocoverdir.Read(dir(tt.builds...), scan.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Once != tt.want {
				t.Errorf("Once is %v, want %v", r.Once, tt.want)
			}
		})
	}
}
