package glob_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/covls/covls/glob"
)

func TestAlternatives(t *testing.T) {
	t.Parallel()
	const most = 1000
	tests := []struct {
		glob string
		want []string
	}{
		{"a.out", []string{"a.out"}},
		{"{a,b}.out", []string{"a.out", "b.out"}},
		{"{a,b}/{c,d}", []string{"a/c", "a/d", "b/c", "b/d"}},
		{"{a,b{c,d}}", []string{"a", "bc", "bd"}},
		{"{,x}cover", []string{"cover", "xcover"}},
		{"{a/b,c}/d", []string{"a/b/d", "c/d"}},
		{`\{a,b\}`, []string{`\{a,b\}`}},
		{"[{]a", []string{"[{]a"}},
		{"a,b", []string{"a,b"}},
	}
	for _, test := range tests {
		if got := glob.Alternatives(test.glob, most); !slices.Equal(got, test.want) {
			t.Errorf("%q: got %q, want %q", test.glob, got, test.want)
		}
	}
	if n := len(glob.Alternatives(strings.Repeat("{a,b}", 30), most)); n <= most || n > 2*most+2 {
		t.Errorf("2^30 alternatives: got %d", n)
	}
}

// TestQuote holds that a quoted path matches itself.
func TestQuote(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a.go", `app/[id]/*.{ts}?.x`, `a\b`} {
		quoted := glob.Quote(name)
		if ok, err := doublestar.Match(quoted, name); !ok || err != nil {
			t.Errorf("%s does not match %s: %v", quoted, name, err)
		}
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ glob, base, rest string }{
		{"a.out", ".", "a.out"},
		{"a/b.out", "a", "b.out"},
		{"/a/*.out", "/a", "*.out"},
		{"/**", "/", "**"},
		{"**/../../a/*", "../a", "*"},
		{"a/../../b/**/c", "../b", "**/c"},
	} {
		if base, rest := glob.Split(test.glob); base != test.base || rest != test.rest {
			t.Errorf("%q: got %q and %q, want %q and %q", test.glob, base, rest, test.base, test.rest)
		}
	}
}
