package gap_test

import (
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/gap"
	"github.com/covls/covls/source"
	"github.com/covls/covls/workspace"
)

func TestTitle(t *testing.T) {
	t.Parallel()
	known := &source.Parsed{}
	for _, tt := range []struct {
		name   string
		source *source.Parsed
		want   string
	}{
		{"<shop::core>::function_12", nil, "function at line 7"},
		{"function_12", nil, "function at line 7"},
		{"function_12", known, "function_12"}, // as it is called in the text
		{"(anonymous_3)", known, "function at line 7"},
		{"anonymous_3", nil, "function at line 7"},
		{"my_function_1", nil, "my_function_1"},
		{"function_x", nil, "function_x"},
		{"Shop.fn_1x", nil, "Shop.fn_1x"},
		{"shop::load", nil, "shop::load"},
	} {
		f := &coverage.Func{Name: tt.name, Span: coverage.Span{Start: coverage.Point{Line: 7, Col: 1}}}
		if got := gap.Title(&workspace.File{Source: tt.source}, f); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if got := gap.Title(&workspace.File{}, &coverage.Func{Name: "function_1"}); got != "function_1" {
		t.Errorf("without a line: %s", got)
	}
}
