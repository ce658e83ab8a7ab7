package editors

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestMain(m *testing.M) { Main(m) }

func TestFenced(t *testing.T) {
	t.Parallel()
	const text = "# Editors\n\n```sh\nno\n```\n\n## Vim\n\n```vim\na\nb\n```\n\n### With more\n\n```\nplain\n```\n\n```vim\n# no heading\n```\n\n## Helix\n\n```vim\nc\n```\n"
	for _, c := range []struct {
		heading, language string
		want              []string
	}{
		{"Vim", "vim", []string{"a\nb\n", "# no heading\n"}},
		{"With more", "vim", []string{"# no heading\n"}},
		{"Vim", "text", []string{"plain\n"}},
		{"Helix", "vim", []string{"c\n"}},
		{"Helix", "sh", nil},
		{"Nano", "vim", nil},
	} {
		if got := fenced(text, c.heading, c.language); !slices.Equal(got, c.want) {
			t.Errorf("%s of %s is %q, want %q", c.language, c.heading, got, c.want)
		}
	}
}

// TestTable holds the table of what editors show against the tests: whatever is in it was run by one that is there, or is
// said not to have been.
func TestTable(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{"`make test-vscode`": true, "by hand": true}
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(text), -1) {
			tests[m[1]] = true
		}
	}
	text, err := os.ReadFile(Root(t, "docs/editors.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 11 || strings.Contains(line, "| lens |") || strings.HasPrefix(line, "|--") {
			continue
		}
		rows++
		by := strings.TrimSpace(cells[10])
		for _, cell := range cells[1:10] {
			cell = strings.TrimSpace(cell)
			if by == "–" && cell != "–" && cell != "not run here" {
				t.Errorf("%s: nothing drives it, and it says %s", cells[0], cell)
			}
		}
		if by == "–" {
			continue
		}
		for name := range strings.SplitSeq(by, ", ") {
			if !tests[name] {
				t.Errorf("%s: there is no %s", cells[0], name)
			}
		}
	}
	if rows < 10 {
		t.Errorf("the table has %d rows", rows)
	}
}
