package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"github.com/covls/covls/config"
)

func TestAddMapping(t *testing.T) {
	t.Parallel()
	m := config.PathMapping{From: `C:\a "b"`, To: "src"}
	const block = "[[path]]\nfrom = \"C:\\\\a \\\"b\\\"\"\nto = \"src\"\n"
	const scoped = block + "profile = \"a/*.info\"\n"
	for _, tt := range []struct{ rule, text, want, err string }{
		{"for some profiles", "-", scoped, ""},
		{"there is no file yet", "-", block, ""},
		{"an empty file", "", block, ""},
		{"behind what is there", "target = 70\n", "target = 70\n\n" + block, ""},
		{"behind a line without an end", "target = 70", "target = 70\n\n" + block, ""},
		{"behind another mapping", "[[path]]\nfrom = \"x\"\nto = \"y\"\n", "[[path]]\nfrom = \"x\"\nto = \"y\"\n\n" + block, ""},
		{"behind a table", "[lens]\nenable = false\n", "[lens]\nenable = false\n\n" + block, ""},
		{"an unknown key is no hindrance", "tarjet = 70\n", "tarjet = 70\n\n" + block, ""},
		{"a broken file stays as it is", "target = \n", "target = \n", "no setting is taken from the file"},
		{"mappings in a list stay as they are", "path = [{from = \"x\", to = \"y\"}]\n", "path = [{from = \"x\", to = \"y\"}]\n", "add it by hand: [[path]] from ="},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), config.FileName)
			if tt.text != "-" {
				if err := os.WriteFile(path, []byte(tt.text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			m := m
			if tt.want == scoped {
				m.Profile = "a/*.info"
			}
			err := config.AddMapping(path, m)
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != tt.want {
				t.Errorf("have %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestQuoteTOML holds that TOML reads back what was quoted, in one line.
func TestQuoteTOML(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a b", `C:\proj\"x"`, "\x00\x07\b\t\n\f\r\x1b\x7f", "ü € 😀", "\u2028\u0085", "<&>", "'''", "#"} {
		quoted := config.QuoteTOML(text)
		var tree struct{ X string }
		if err := toml.Unmarshal([]byte("x = "+quoted), &tree); err != nil || tree.X != text || strings.ContainsAny(quoted, "\n\r\x00\x7f") {
			t.Errorf("%q is quoted as %s, which is read as %q: %v", text, quoted, tree.X, err)
		}
	}
	if err := toml.Unmarshal([]byte("x = "+config.QuoteTOML("a\xff")), &struct{ X string }{}); err != nil {
		t.Errorf("what is no UTF-8 is quoted as %s: %v", config.QuoteTOML("a\xff"), err)
	}
}
