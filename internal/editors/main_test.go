package editors

import (
	"slices"
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
