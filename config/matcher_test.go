package config

import (
	"fmt"
	pathpkg "path"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/bmatcuk/doublestar/v4"
)

func TestMatcher(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		glob string
		yes  string // paths, by spaces
		no   string
	}{
		{"*_gen.go", "x_gen.go a/b/x_gen.go x_gen.go/y", "gen.go x_gen.goo"},
		{"**/*_gen.go", "x_gen.go a/b/x_gen.go x_gen.go/y", "gen.go"},
		{"vendor", "vendor vendor/a.go x/vendor/a/b.go x/vendor", "vendors/a.go xvendor/a.go"},
		{"vendor/", "vendor/a.go x/vendor/a/b.go", "vendor x/vendor"},
		{"/vendor", "vendor vendor/a.go", "x/vendor/a.go"},
		{"./vendor", "vendor vendor/a.go", "x/vendor/a.go"},
		{"/vendor/", "vendor/a.go", "vendor x/vendor/a.go"},
		{"vendor/**", "vendor/a.go vendor/a/b.go", "x/vendor/a.go vendor"},
		{"**/vendor/**", "vendor/a.go x/vendor/a/b.go", "vendor x/vendor"},
		{"internal/gen", "internal/gen internal/gen/a.go internal/gen/b/c.go", "internal/general/a.go x/internal/gen/a.go"},
		{"internal/gen/", "internal/gen/a.go", "internal/gen"},
		{"gen*", "gen/a.go x/general/b.go gen.go", "agen/b.go"},
		{"gen*/", "gen/a.go x/general/b.go", "gen.go"},
		{"a/*.go", "a/b.go a/b.go/c", "a/b/c.go x/a/b.go"},
		{"a/b*", "a/b a/bc a/b/c/d", "a/c b a"},
		{"a/b**", "a/b a/bc a/bc/d", "a/c"},
		{"a/*/", "a/b/c a/b/c/d", "a/b"},
		{"a/**/c", "a/c a/b/c a/b/b/c/d", "a/b ac"},
		{"a/**/**", "a/b a/b/c", "b"},
		{"**/a/b", "a/b x/a/b x/y/a/b/c", "a/c"},
		{"*.{pb,gen}.go", "x.pb.go a/y.gen.go", "x.go"},
		{"{a,b/c}/x", "a/x b/c/x/y", "b/x"},
		{"*.{c,cc,cpp,h}{,.in}", "a.c x/b.h.in", "a.go"},
		{"[ab]?.go", "ax.go z/by.go", "cx.go a.go"},
		{`\[a\].go`, "[a].go b/[a].go", "a.go"},
		{"*", "a a/b", ""},
		{"**", "a a/b", ""},
		{"**/", "a/b", "a"},
		{"/**", "a a/b", ""},
		{"ä/*.go", "ä/ö.go", "a/o.go"},
	} {
		t.Run(tt.glob, func(t *testing.T) {
			t.Parallel()
			m, problems := NewMatcher([]string{tt.glob})
			if problems != nil {
				t.Fatal(problems)
			}
			for path := range strings.FieldsSeq(tt.yes) {
				if !m.Match(path) {
					t.Errorf("%q does not match", path)
				}
			}
			for path := range strings.FieldsSeq(tt.no) {
				if m.Match(path) {
					t.Errorf("%q matches", path)
				}
			}
		})
	}
}

func TestMatcherSet(t *testing.T) {
	t.Parallel()
	m, problems := NewMatcher([]string{"vendor", "vendor/", "/gen", "gen/**", "["})
	for path, want := range map[string]bool{"vendor": true, "gen": true, "gen/a": true, "a": false, "": false} {
		if got := m.Match(path); got != want {
			t.Errorf("Match(%q) = %v", path, got)
		}
	}
	if len(problems) != 1 || problems[0].String() != `warning: glob "[": want a well-formed glob: close every [ and {, or write \[ and \{` {
		t.Errorf("problems = %v", problems)
	}
	if (&Matcher{}).Match("a") {
		t.Error("the zero Matcher matches")
	}
}

func TestMatcherProblems(t *testing.T) {
	t.Parallel()
	for glob, want := range map[string]string{
		"":                                    `glob "": want a glob that is not empty`,
		"!a":                                  `glob "!a": want a glob without "!": files can't be taken back in`,
		"{a":                                  `glob "{a": want a well-formed glob: close every [ and {, or write \[ and \{`,
		"{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}": `glob "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}": want several globs with at most 100 combinations of choices each`,
		strings.Repeat("{a,a}", 20):           `glob "` + strings.Repeat("{a,a}", 8) + `…": want several globs with at most 100 combinations of choices each`,
		nested(21):                            `glob "` + strings.Repeat("{", 21) + "a" + strings.Repeat("}", 18) + `…": want several globs with at most 20 { each`,
		"*[" + strings.Repeat("a", 998) + "]": `glob "*[` + strings.Repeat("a", 38) + `…": want a glob of at most 1000 characters`,
		"/":                                   `glob "/": want a name, or "**" for everything`,
		"./":                                  `glob "./": want a name, or "**" for everything`,
		`a\/`:                                 `glob "a\\/": want a name, or "**" for everything`,
	} {
		m, problems := NewMatcher([]string{glob})
		if len(problems) != 1 || problems[0].Text != want {
			t.Errorf("NewMatcher(%q): %v", glob, problems)
		}
		if m.Match("a") {
			t.Errorf("%q matches", glob)
		}
	}
}

// nested is a, in so many braces.
func nested(depth int) string { return strings.Repeat("{", depth) + "a" + strings.Repeat("}", depth) }

// TestMatcherNested: no braces are so deep that a glob matches something else, or takes long.
func TestMatcherNested(t *testing.T) {
	t.Parallel()
	for _, depth := range []int{1, 20, 21} {
		m, problems := NewMatcher([]string{nested(depth), "b/" + nested(depth) + "/c"})
		if got, want := m.Match("a") && m.Match("b/a/c"), depth <= 20; got != want || m.Match("b") || (len(problems) == 0) != want {
			t.Errorf("%d deep: %v, %v", depth, got, problems)
		}
	}
}

// FuzzMatcher checks that what a glob alone matches, a Matcher matches too, with all below it.
func FuzzMatcher(f *testing.F) {
	f.Add("**/*_gen.go", "a/b_gen.go")
	f.Add("a/**/b", "a/x/b")
	f.Add(`x\/`, "x")
	f.Add("{a/,b}**/", "a/b")
	f.Fuzz(func(t *testing.T, glob, path string) {
		m, problems := NewMatcher([]string{glob})
		got, below := m.Match(path), m.Match(path+"/x")
		if len(problems) > 0 || path == "" || !utf8.ValidString(glob) || !utf8.ValidString(path) || pathpkg.Clean("/"+path) != "/"+path || pathpkg.Clean("/"+glob) != "/"+glob ||
			strings.HasSuffix(glob, "/**") || !doublestar.MatchUnvalidated(glob, path) {
			return
		}
		if !got || !below {
			t.Errorf("%q matches %q: %v, below it: %v", glob, path, got, below)
		}
	})
}

func BenchmarkMatcher(b *testing.B) {
	globs := []string{
		"vendor", "node_modules/", "*_gen.go", "*.pb.go", "internal/gen", "third_party/", "**/testdata/**",
		"cmd/*/main.go", "**/mocks/*.go", "zz_generated.*", "docs/", "hack/**", "test/e2e/**/*.go",
		"pkg/**/fake/*", "staging/src/**/zz_*.go", "*_string.go", "bindata.go", "examples", "api/**/v1*/*.go", "tools",
	}
	var paths []string
	for i := range 20_000 {
		paths = append(paths, fmt.Sprintf("pkg/area%d/controller/group%d/internal/file_%d.go", i%40, i%500, i))
	}
	m, _ := NewMatcher(globs)
	for b.Loop() {
		for _, p := range paths {
			m.Match(p)
		}
	}
}

// TestLiteral holds that the glob of a path matches it, what is below it, and nothing else.
func TestLiteral(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"a.go", "a/b.go", "!a", "[a]", "{a,b}", "*", "?", "a**/b", `a\b`, "a]b}", "-", "[!a]/x", " "} {
		m, problems := NewMatcher([]string{Literal(path)})
		if problems != nil {
			t.Errorf("%s: %v", path, problems)
		}
		if !m.Match(path) || !m.Match(path+"/below") {
			t.Errorf("%s does not match %s", Literal(path), path)
		}
		for _, other := range []string{"x/" + path, "x" + path, path + "x", "a", "b", "a/x/b", "ax/b"} {
			if m.Match(other) {
				t.Errorf("%s matches %s", Literal(path), other)
			}
		}
	}
}
