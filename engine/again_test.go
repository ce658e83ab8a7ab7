package engine_test

import (
	"testing"

	"github.com/covls/covls/config"
	"github.com/covls/covls/engine"
	"github.com/covls/covls/internal/gittest"
	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/workspace"
)

// TestAgain loads a profile of an older commit several times: what the cache answers is told as what the repository did,
// wherever HEAD is by then.
func TestAgain(t *testing.T) {
	t.Parallel()
	gittest.Need(t)
	dir := profiletest.Tree(t, "-- cover.out --\nmode: set\nx/a.go:3.14,5.2 1 1\n")
	gittest.Run(t, dir, gittest.Date(0), "init", "-q")
	function := func(value string) map[string]string {
		return map[string]string{"go.mod": "module x\n", "a.go": "package a\n\nfunc F() int {\n\tx := " + value + "\n\treturn x\n}\n"}
	}
	names := gittest.History(t, dir, gittest.Commit{Name: "one", Set: map[string]string{"go.mod": "module x\n", "a.go": "package a\n\nfunc F() int {\n\treturn 1\n}\n"}},
		gittest.Commit{Name: "two", Set: function("2")}, gittest.Commit{Name: "three", Set: function("3")})
	cache := t.TempDir()
	for _, tt := range []struct {
		head string
		back int
	}{{"three", 2}, {"three", 2}, {"two", 1}, {"three", 2}} {
		gittest.Run(t, dir, gittest.Date(9), "checkout", "-q", "-f", names[tt.head])
		f := workspace.NewFolder(dir, "", config.Merge(), nil)
		got, err := engine.Once{Cache: cache}.Load(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		texts := got.Snapshot.TextsOf(got.Snapshot.Profiles[0])
		if texts.Commit != names["one"] || texts.Back != tt.back || texts.When.IsZero() {
			t.Errorf("at %s the profile is of %s, %d back, at %v; want %s, %d", tt.head, texts.Commit, texts.Back, texts.When, names["one"], tt.back)
		}
	}
}
