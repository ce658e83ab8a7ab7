package source_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// TestLocateAnonymous has what Istanbul finds in a text without knowing names, by line, and the names that
// come of it.
func TestLocateAnonymous(t *testing.T) {
	t.Parallel()
	const content = `export const vat = (net) => {
	return net * 1.2;
};
class Cart {
	@once({ a: 1 })
	total() {
		return this.items.reduce((sum, x) => sum + x, 0);
	}
	constructor() {}
}
const a = (x) => x, b = (x) => x;
type F = (x: A) => void; const c: F = (x) => {};
export function known() { return () => 1; }
`
	tests := []struct {
		name, file string
		funcs      string // "line name", as the profile has them
		want       string // "line:column-column name"
	}{
		{"Istanbul", "a.js", "1 (anonymous_0), 5 (anonymous_1), 7 (anonymous_2), 9 (anonymous_3)", "1:14-17 vat, 6:2-7 total, 7:28-36 reduce() callback, 9:2-13 constructor"},
		{"vitest knows methods", "a.ts", "1 (anonymous_0), 6 total, 7 (anonymous_2)", "1:14-17 vat, 6:2-7 total, 7:28-36 reduce() callback"},
		{"node", "a.mjs", "7 anonymous_5", "7:28-36 reduce() callback"},
		{"two on a line, in the order of their numbers", "a.js", "11 (anonymous_10), 11 (anonymous_9)", "11:21-22 b, 11:7-8 a"},
		{"another number of them than the text has", "a.js", "11 (anonymous_4)", "11:1-34 (anonymous_4)"},
		{"a type that looks like one", "a.ts", "12 (anonymous_4)", "12:1-49 (anonymous_4)"},
		{"beside one with a name", "a.ts", "13 known, 13 (anonymous_4)", "13:17-22 known, 13:1-44 (anonymous_4)"},
		{"what is no JavaScript", "a.rb", "1 (anonymous_0)", "1:1-30 (anonymous_0)"},
		{"no function is there", "a.js", "2 (anonymous_0)", "2:2-19 (anonymous_0)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var funcs []coverage.Func
			for _, f := range strings.Split(tt.funcs, ", ") {
				var line uint32
				var name string
				if _, err := fmt.Sscanf(f, "%d %s", &line, &name); err != nil {
					t.Fatal(err)
				}
				funcs = append(funcs, coverage.Func{Name: name, Span: coverage.Span{Start: coverage.Point{Line: line}}})
			}
			var got []string
			for _, f := range source.Locate(tt.file, content, funcs).Funcs {
				got = append(got, fmt.Sprintf("%d:%d-%d %s", f.NameSpan.Start.Line, f.NameSpan.Start.Col, f.NameSpan.End.Col, f.Name))
			}
			if g := strings.Join(got, ", "); g != tt.want {
				t.Errorf("got  %s\nwant %s", g, tt.want)
			}
		})
	}
}
