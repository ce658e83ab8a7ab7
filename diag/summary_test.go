package diag_test

import (
	"slices"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/diag"
	"github.com/covls/covls/priority"
	"github.com/covls/covls/workspace"
)

// TestOverviewOfTests: functions of tests that did not run are none that no test reaches.
func TestOverviewOfTests(t *testing.T) {
	t.Parallel()
	file := func(role priority.Role) *workspace.File {
		never := coverage.Func{Name: "never", Counted: true}
		return &workspace.File{
			Name: "a.js", Folder: &workspace.Folder{}, Standing: &priority.Standing{Role: role},
			Coverage: &coverage.File{Unit: coverage.Lines, Funcs: []coverage.Func{never, {Name: "ran", Counted: true, Count: 1}}},
		}
	}
	o := diag.OverviewOf(slices.Values([]*workspace.File{file(priority.Core), file(priority.Test), file(priority.TestHelper)}))
	if o.UncoveredFunctions != 1 {
		t.Errorf("%d functions are not covered, want 1", o.UncoveredFunctions)
	}
}
