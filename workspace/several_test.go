package workspace_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/covls/covls/workspace"
)

// TestBesideAnother edits a text of which one profile is, while another is of a text that is nowhere: what that names is
// no function of this text.
func TestBesideAnother(t *testing.T) {
	t.Parallel()
	const text = "function f(n) {\n\tn++;\n\treturn n;\n}\n\nfunction h(n) {\n\tn++;\n\tn--;\n\treturn n;\n}\n\nfunction k(n) {\n\tn++;\n\treturn n;\n}\n"
	b := newBench(t, t.TempDir(), nil)
	b.write("a.js", text)
	b.write("new.info", "SF:a.js\nFN:1,4,f\nFN:6,10,h\nFN:12,15,k\nFNDA:1,f\nFNDA:0,h\nFNDA:1,k\nDA:2,1\nDA:3,1\nDA:7,0\nDA:8,0\nDA:9,0\nDA:13,1\nDA:14,1\nend_of_record\n")
	b.write("old.info", "SF:a.js\nFN:8,13,gone\nFNDA:0,gone\nDA:9,0\nDA:12,0\nend_of_record\n")
	b.loader.Read(t.Context(), []workspace.Change{{Path: b.path("new.info")}, {Path: b.path("old.info")}})
	hold := func(want string, kept, was int) {
		t.Helper()
		f := b.store.Load().Files[b.path("a.js")]
		if got := fmt.Sprint(claims(f)); got != want || f.Bound[0].Kept != kept || f.Bound[0].Was != was {
			t.Errorf("%s, %d of %d kept; want %s, %d of %d", got, f.Bound[0].Kept, f.Bound[0].Was, want, kept, was)
		}
	}
	hold("map[f:2 of 2 h:0 of 3 k:2 of 2]", 0, 0)
	b.write("a.js", strings.Replace(text, "function k(n) {\n\tn++;", "function k(n) {\n\tn += 2;", 1))
	later := time.Now().Add(time.Second)
	if err := os.Chtimes(b.path("a.js"), later, later); err != nil {
		t.Fatal(err)
	}
	b.loader.Saved(t.Context(), b.path("a.js"))
	hold("map[f:2 of 2 h:0 of 3]", 2, 3)
}
