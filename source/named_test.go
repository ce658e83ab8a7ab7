package source_test

import (
	"testing"

	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
)

// TestNamed looks for names on the second line of a text, where those of accessors are the property's, too.
func TestNamed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		line, name string
		want       source.Naming
	}{
		{"int Total => sum;", "Total.get", source.NameHere},
		{"get { return sum; }", "Total.get", source.NameHere},
		{"add { changed += value; }", "Changed.add", source.NameHere},
		{"int Sum => total;", "Total.get", source.NameNowhere},
		{"def get(self):", "Store.get", source.NameHere},
		{"def put(self):", "Store.get", source.NameNowhere},
		{"int Total(int n) {", "Total", source.NameHere},
		{"int Half(int n) {", "elsewhere", source.NameElsewhere},
		{"x.get", ".get", source.NameHere},
		{"x", "get", source.NameNowhere},
		{"x", "(anonymous_3)", source.NameNone},
	} {
		if got := source.Named(text.New("elsewhere\n"+tt.line+"\n"), 2, 2, tt.name); got != tt.want {
			t.Errorf("%s in %s: %d, want %d", tt.name, tt.line, got, tt.want)
		}
	}
}
