package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBadge draws the coverage of a folder, of a component and of a change, and nothing where it is not known.
func TestBadge(t *testing.T) {
	t.Parallel()
	const parts = "target = 50\n[[component]]\nname = 'b'\ninclude = ['b/**']\ntarget = 0\n"
	changed, _ := changedFolder(t)
	unknown, _ := changedFolder(t)
	if err := os.WriteFile(filepath.Join(unknown, "sub", "d.go"), []byte("package sub\n\nfunc Dee() int { return 1 }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		files map[string]string
		dir   string // in place of files
		args  []string
		code  int
		want  string // is in what is written, or where the code is 2 on standard error
	}{
		{"all", shop, "", nil, 0, "<title id=\"title\">coverage: 20.0 % (1 of 5 statements covered, target 60 %)</title>"},
		{"far below", shop, "", nil, 0, "#c0392b"},
		{"at the target", with(shop, ".covls.toml", "target = 20\n"), "", []string{"--format", "json"}, 0, `{"schemaVersion":1,"label":"coverage","message":"20.0 %","color":"brightgreen"}`},
		{"below the target", with(shop, ".covls.toml", "target = 25\n"), "", []string{"--format", "json"}, 0, `"color":"yellow"}`},
		{"a component", with(shop, ".covls.toml", parts), "", []string{"--component", "b", "--format", "json"}, 0, `"label":"b coverage","message":"0 %","color":"brightgreen"}`},
		{"a component that there is none of", with(shop, ".covls.toml", parts), "", []string{"--component", "c"}, 2, "c"},
		{"another project's profile", with(shop, "cover.out", "mode: set\nexample.com/other/o.go:1.1,2.2 1 1\n"), "", nil, 2, "the profiles name no file of this folder, and there is code that they could name"},
		{"a label", shop, "", []string{"--label", "<a> & b"}, 0, "&lt;a&gt; &amp; b</text>"},
		{"no label", shop, "", []string{"--label", " "}, 2, "--label is empty"},
		{"a label without an end", shop, "", []string{"--label", strings.Repeat("x", 81)}, 2, "--label has more than 80 characters"},
		{"two units", with(shop, "lcov.info", "SF:x.js\nDA:1,1\nend_of_record\n", "x.js", "a()\n"), "", []string{"--format", "json"}, 0, `"message":"20.0 % of statements, 100 % of lines","color":"red"}`},
		{"what changed", nil, changed, []string{"--changed=main"}, 0, "changed code: 20.0 % (1 of 5 statements covered, target 80 %)"},
		{"nothing", nil, changed, []string{"--changed=main", "--committed", "--format", "json"}, 0, `"label":"changed code","message":"nothing to test","color":"lightgrey"}`},
		{"a change that is not known", nil, unknown, []string{"--changed=main"}, 2, "the figure would not be true: no profile names sub/d.go"},
		{"a change and a component", nil, changed, []string{"--changed=main", "--component", "x"}, 2, "--component and --changed exclude each other: leave one out"},
		{"no profile", with(shop, "cover.out", ""), "", nil, 2, "no coverage profile below"},
		{"profiles of no test", with(shop, "cover.out", "mode: set\n"), "", nil, 2, "there is no figure"},
		{"a profile that can't be read beside one that can", with(shop, "c.out", "mode: set\nx.go:1.1,2.2 1\n"), "", nil, 2, "the figure would not be true"},
		{"another format", shop, "", []string{"--format", "png"}, 2, "--format is"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := c.dir
			if dir == "" {
				dir = folderWith(t, c.files)
			}
			file := filepath.Join(t.TempDir(), "cov.svg")
			_, stderr, code := covls(t, append([]string{"badge", "-C", dir, "-o", file}, c.args...)...)
			got, err := os.ReadFile(file)
			if code == 2 {
				if err == nil {
					t.Errorf("there is a file: %s", got)
				}
				got = []byte(stderr)
			}
			if code != c.code || !strings.Contains(string(got), c.want) {
				t.Errorf("exit %d, want %d; got\n%s\nwant\n%s\n%s", code, c.code, got, c.want, stderr)
			}
		})
	}
	json := filepath.Join(t.TempDir(), "cov.JSON")
	covls(t, "badge", "-C", changed, "-o", json)
	if data, err := os.ReadFile(json); err != nil || !strings.HasPrefix(string(data), "{") {
		t.Errorf("%v: %s", err, data)
	}
}
