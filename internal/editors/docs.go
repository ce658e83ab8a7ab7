package editors

import (
	"os"
	"strings"
	"testing"
)

// Setup is the text of a fenced block of a language under a heading of docs/editors.md, the n-th counted from 0; without n
// the first. A user copies it, and so do the tests. A heading's section ends at the next heading of its level or above.
func Setup(t testing.TB, heading, language string, n ...int) string {
	t.Helper()
	data, err := os.ReadFile(Root(t, "docs/editors.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := fenced(string(data), heading, language)
	at := 0
	if len(n) > 0 {
		at = n[0]
	}
	if at >= len(blocks) {
		t.Fatalf("docs/editors.md has %d blocks of %s under %s, want number %d", len(blocks), language, heading, at)
	}
	return blocks[at]
}

func fenced(text, heading, language string) (blocks []string) {
	level, fence := 0, ""
	var block strings.Builder
	for line := range strings.Lines(text) {
		bare := strings.TrimSpace(line)
		switch {
		case fence != "" && bare == "```":
			if fence == language && level > 0 {
				blocks = append(blocks, block.String())
			}
			fence = ""
		case fence != "":
			block.WriteString(line)
		case strings.HasPrefix(bare, "```"):
			fence = strings.TrimPrefix(bare, "```") + " "
			fence, _, _ = strings.Cut(fence, " ")
			if fence == "" {
				fence = "text"
			}
			block.Reset()
		case strings.HasPrefix(bare, "#"):
			title := strings.TrimLeft(bare, "#")
			at := len(bare) - len(title)
			if title = strings.TrimSpace(title); title == heading {
				level = at
			} else if at <= level {
				level = 0
			}
		}
	}
	return blocks
}
