package main

import (
	"strings"
	"testing"

	"github.com/covls/covls/internal/profiletest"
)

// TestNoArgs has commands that take no arguments say by which flag they take what was written.
func TestNoArgs(t *testing.T) {
	t.Parallel()
	dir := profiletest.Tree(t, "-- lcov.info --\n-- sub/a.go --\npackage a\n")
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"report", dir + "/lcov.info"}, "covls report --profile " + dir + "/lcov.info"},
		{[]string{"report", dir + "/sub"}, "covls report -C " + dir + "/sub"},
		{[]string{"check", dir + "/sub"}, "covls check -C " + dir + "/sub"},
		{[]string{"check", "nosuch"}, `has "nosuch"; covls check --help`},
	} {
		_, stderr, code := covls(t, tt.args...)
		if code != 2 || !strings.Contains(stderr, tt.want) {
			t.Errorf("%q ends with %d and says %q, want %q", tt.args, code, stderr, tt.want)
		}
	}
}
