package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/source"
)

// TestWhen holds that whoever names a stretch says when it runs: the list of gaps in both formats, SARIF, and the items of the
// report. What stands in the source is code in Markdown, and no link in SARIF.
func TestWhen(t *testing.T) {
	t.Parallel()
	const text = `package w

func Load(links map[string]string, n int) int {
	if links["[a](command:x)"] == "b" {
		n++
	}
	switch n {
	case 1:
		return 2
	case 2:
		return 3
	default:
		n++
	}
	return n
}
`
	// The profile has what go would write of it, where nothing ran that begins on these lines.
	never := []uint32{4, 8, 10}
	profile := "mode: set\n"
	for _, b := range source.Blocks(text) {
		r, count := b.As, 1
		if slices.Contains(never, r.Start.Line) {
			count = 0
		}
		profile += fmt.Sprintf("example.com/w/a.go:%d.%d,%d.%d %d %d\n", r.Start.Line, r.Start.Col, r.End.Line, r.End.Col, r.Statements, count)
	}
	dir := folderWith(t, map[string]string{"go.mod": "module example.com/w\n", ".covls.toml": "target = 100\n", "a.go": text, "cover.out": profile})
	out, stderr, _ := covls(t, "gaps", "--all", "-C", dir)
	for _, want := range []string{
		`a.go:5:3: Load: 1 statement never ran (line 5) · runs when links["[a](command:x)"] == "b"`,
		"a.go:9:3: Load: 2 statements never ran (lines 9–11) · runs in case 1, or in case 2",
	} {
		if !strings.Contains(out, want+"\n") {
			t.Errorf("%q is not in\n%s%s", want, out, stderr)
		}
	}
	out, _, _ = covls(t, "gaps", "--all", "--format", "json", "-C", dir)
	var rows struct{ Gaps []row }
	if err := json.Unmarshal([]byte(out), &rows); err != nil || len(rows.Gaps) != 2 || rows.Gaps[0].When != "runs in case 1, or in case 2" {
		t.Errorf("got %v: %s", err, out)
	}
	out, _, _ = covls(t, "report", "--format", "sarif", "-C", dir)
	if want := `1 statement of Load never ran`; !strings.Contains(out, want) || strings.Contains(out, "[a](command:x)") || !strings.Contains(out, "runs in case 1, or in case 2") {
		t.Errorf("got %s", out)
	}
	out, _, _ = covls(t, "report", "--format", "markdown", "-C", dir)
	if want := "- **Parts that did not run**: line 9 of `Load` runs in `case 1`, or in `case 2`; line 5 of `Load` runs when `links[\"[a](command:x)\"] == \"b\"`\n"; !strings.Contains(out, want) {
		t.Errorf("%q is not in\n%s", want, out)
	}
}
