package report_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestDoes holds what a file is said to do by the names of its functions.
func TestDoes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ names, want string }{
		{"gen_zsh_file gen_zsh gen_bash", "generates zsh"},
		{"AddTemplateFunc AddTemplateFuncs", "adds template functions"},
		{"readLine readLines writeLine", "reads lines and writes line"},
		{"getHTTPHeader", "gets http header"},
		{"isRunning has_more", "tells whether it is running and tells whether it has more"},
		{"new new_with_x start_all", "starts all"},
		{"parseHead parseBody parseTail", "parses head and body, and 1 other function"},
		{"tryThis copyThat pushThese", "tries this, copies that and pushes these"},
		{"playIt", "plays it"},
		{"flattenAndMergeMap", "flattens and merges map"},
		{"a::b::C<T>::find_user(int)", "finds user"},
		// What names nothing says nothing.
		{"f function_1 Swap handle", ""},
		{"f function_1 sortAll", "sorts all, and 2 other functions"},
		{"checkA findB getC holdD keepE makeF", "checks a, finds b, gets c, keeps e, and 2 other functions"},
		{"mustGetEnv OnEvent", "gets env, and 1 other function"},
		// What tells of less than a quarter of the functions, or of one among many, tells too little.
		{"sortAll findAny a b c d e f", "sorts all, finds any, and 6 other functions"},
		{"sortAll findAny a b c d e f g", ""},
		{"sortAll a b", "sorts all, and 2 other functions"},
		{"sortAll a b c", ""},
		{"", ""},
	} {
		t.Run(tt.names, func(t *testing.T) {
			t.Parallel()
			var profile strings.Builder
			profile.WriteString("SF:a.zig\n")
			for i, name := range strings.Fields(tt.names) {
				fmt.Fprintf(&profile, "FN:%d,%s\nFNDA:0,%s\n", i+1, name, name)
			}
			profile.WriteString("DA:1,0\nDA:2,1\nend_of_record\n")
			r, dir := pageOf(t, "does", map[string]string{"a.zig": strings.Repeat("x\n", 20), "lcov.info": profile.String()})
			_, rest, _ := strings.Cut(page(t, r, reader(dir)).data, `"does":["`)
			if got, _, _ := strings.Cut(rest, `"]`); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// TestHas holds of which types a file is said to have methods, where the names of its functions tell too little.
func TestHas(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, funcs, want string }{
		{"of one", "func (*R) Quiz() {}; func (R) Quux() {}; func quay() {}", "methods of R (2)"},
		{"of two, the most first", "func (*A) Quiz() {}; func (B) Quux() {}; func (*B) Quay() {}", "methods of B (2) and A (1)"},
		{"of less than half of them", "func (*R) Quiz() {}; func quux() {}; func quay() {}", ""},
		{"names that tell go first", "func (*R) ReadAll() {}; func (R) WriteAll() {}", "reads all and writes all"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var text, profile strings.Builder
			text.WriteString("package a\n")
			profile.WriteString("mode: set\n")
			for i, f := range strings.Split(tt.funcs, "; ") {
				f = strings.TrimSuffix(f, "}") + " _ = 1 }"
				fmt.Fprintln(&text, f)
				fmt.Fprintf(&profile, "x/a.go:%d.%d,%d.%d 1 0\n", i+2, strings.Index(f, "{")+1, i+2, len(f)+1)
			}
			r, dir := pageOf(t, "has", map[string]string{"go.mod": "module x\n", "a.go": text.String(), "cover.out": profile.String()})
			_, rest, _ := strings.Cut(page(t, r, reader(dir)).data, `"does":["`)
			if got, _, _ := strings.Cut(rest, `"]`); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
