package source_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/source"
)

// TestTops holds where functions begin, and that a text which resembles another one has them where they are without that.
func TestTops(t *testing.T) {
	t.Parallel()
	texts := []string{
		"", "func", "package a\n", "package a\n\nfunc A() {}\n\nvar x = `\nfunc no() {}\n`\n\nfunc B() {\n\tgo func() {}()\n}\n",
		"package a\n\nfunc A() {}\n\nvar x = `\nfunc no() {}\n\nfunc B() {\n\tgo func() {}()\n}\n",
		"package a\n\nfunc A() {}\n\n/*\nfunc no() {}\n*/\n\nfunc B() {\n\tgo func() {}()\n}\n",
		"package a\n\nfunc A() {}\n\nfunc C(\n\tx int,\n) {\n}\n\nfunc B() {\n\tgo func() {}()\n}\n",
		"package a\n\nvar f = (\nfunc() {})\n\ntype T interface {\nfunc()\n}\n\nfunc (t T) M() {}\nfunc N() {}",
		"package a\n\nfunc A() {\n", "}\n\nfunc A() {}\n",
	}
	for _, text := range texts {
		want := source.Tops(text)
		for _, at := range want {
			if !strings.HasPrefix(text[at:], "func") {
				t.Errorf("%q has no function at %d", text, at)
			}
		}
		for _, other := range texts {
			if got := source.TopsLike(text, other, source.Tops(other)); !slices.Equal(got, want) {
				t.Errorf("%q has functions at %v, want %v, by\n%q", text, got, want, other)
			}
		}
	}
	if got := source.Tops(texts[3]); len(got) != 2 {
		t.Errorf("functions at %v", got)
	}
	if got := source.Tops(texts[7]); len(got) != 2 {
		t.Errorf("functions at %v", got)
	}
}
