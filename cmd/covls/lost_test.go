package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/covls/covls/report"
)

// TestLost has profiles of sources that are not here: what the report calls them, and what covls gaps lists of them.
func TestLost(t *testing.T) {
	t.Parallel()
	// lcov is the record of a file, of which a function on line 3 did not run, and nothing else.
	lcov := func(name string) string {
		return fmt.Sprintf("SF:%s\nFN:3,late\nFNDA:0,late\nDA:1,1\nDA:3,0\nDA:4,0\nend_of_record\n", name)
	}
	all := func(names ...string) string {
		var b strings.Builder
		for _, n := range names {
			b.WriteString(lcov(n))
		}
		return b.String()
	}
	const row = ":3:1: late is not tested (never called)"
	for _, tt := range []struct {
		name, profile string
		here          []string // sources that are here
		args          []string
		names         string // the paths of the report, "PATH = NAME" where they differ
		want          string // what covls gaps lists
	}{
		{"folders of one project", all("/home/ci/app/core/a.rs", "/home/ci/app/web/a.rs"), nil, nil, "core/a.rs = /home/ci/app/core/a.rs, web/a.rs = /home/ci/app/web/a.rs", "core/a.rs" + row + "\nweb/a.rs" + row},
		{"one file keeps its folder", all("/home/ci/app/a.rs"), nil, nil, "app/a.rs = /home/ci/app/a.rs", "app/a.rs" + row},
		{"a file above the others", all("/home/ci/app/a.rs", "/home/ci/app/web/b.rs"), nil, nil, "app/a.rs = /home/ci/app/a.rs, app/web/b.rs = /home/ci/app/web/b.rs", "app/a.rs" + row + "\napp/web/b.rs" + row},
		{
			"two places", all("/home/ci/app/web/a.rs", "/usr/include/web/a.rs"), nil, nil,
			"app/web/a.rs = /home/ci/app/web/a.rs, include/web/a.rs = /usr/include/web/a.rs", "app/web/a.rs" + row + "\ninclude/web/a.rs" + row,
		},
		{"a drive", all(`C:\ci\app\core\a.rs`, `C:\ci\app\web\b.rs`), nil, nil, `core/a.rs = C:\ci\app\core\a.rs, web/b.rs = C:\ci\app\web\b.rs`, "core/a.rs" + row + "\nweb/b.rs" + row},
		{"a relative name stays", all("src/a.rs"), nil, nil, "src/a.rs", "src/a.rs" + row},
		{
			"of a name that is here", all("/home/ci/app/src/a.rs", "src/a.rs"),
			[]string{"src/a.rs"},
			[]string{"--profile", "DIR/lcov.info"},
			"app/src/a.rs = /home/ci/app/src/a.rs, src/a.rs", "DIR/src/a.rs:3:8: late is not tested (2 lines)\napp/src/a.rs" + row,
		},
		{"one by its end", all("/home/ci/app/core/a.rs", "/home/ci/app/web/a.rs"), nil, []string{"web/a.rs"}, "", "web/a.rs" + row},
		{"a folder", all("/home/ci/app/core/a.rs", "/home/ci/app/web/a.rs"), nil, []string{"web/"}, "", "web/a.rs" + row},
		{"a glob", all("/home/ci/app/core/a.rs", "/home/ci/app/web/a.rs"), nil, []string{"w*/**"}, "", "web/a.rs" + row},
		{"its whole name", all("/home/ci/app/core/a.rs", "/home/ci/app/web/a.rs"), nil, []string{"/home/ci/app/web/a.rs"}, "", "web/a.rs" + row},
		{"a name that a tool made up", "SF:/home/ci/app/a.rs\nFN:3,core::function_12\nFNDA:0,core::function_12\nDA:1,1\nDA:3,0\nend_of_record\n", nil, nil, "app/a.rs = /home/ci/app/a.rs", "app/a.rs:3:1: function at line 3 is not tested (never called)"},
		{"no functions in the profile", "SF:/home/ci/app/a.rs\nDA:1,1\nDA:3,0\nDA:4,0\nend_of_record\n", nil, nil, "app/a.rs = /home/ci/app/a.rs", "app/a.rs:3:1: 2 lines never ran (lines 3–4)"},
		{"parts of functions", "SF:/home/ci/app/a.rs\nFN:1,early\nFNDA:2,early\nDA:1,1\nDA:3,0\nDA:4,0\nend_of_record\n", nil, []string{"--all"}, "app/a.rs = /home/ci/app/a.rs", "app/a.rs:3:1: 2 lines never ran (lines 3–4)"},
		{"tested parts are not listed", "SF:/home/ci/app/a.rs\nFN:1,early\nFNDA:2,early\nDA:1,1\nDA:3,0\nDA:4,0\nend_of_record\n", nil, nil, "app/a.rs = /home/ci/app/a.rs", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"lcov.info": tt.profile}
			for _, name := range tt.here {
				files[name] = "pub fn early() {}\n\npub fn late() {\n}\n"
			}
			dir := folderWith(t, files)
			args := []string{"gaps", "-C", dir}
			for _, a := range tt.args {
				args = append(args, strings.ReplaceAll(a, "DIR", dir))
			}
			out, stderr, code := covls(t, args...)
			if got := strings.ReplaceAll(strings.TrimSpace(out), dir, "DIR"); got != tt.want || code != 0 {
				t.Errorf("exit code %d: %s\n%s\nwant\n%s", code, stderr, got, tt.want)
			}
			if tt.want != "" && !strings.Contains(stderr, "not on this disk") {
				t.Errorf("nothing says that the files are not here: %s", stderr)
			}
			if tt.names == "" {
				return
			}
			out, stderr, code = covls(t, "report", "--format", "json", "-C", dir)
			var r report.Report
			if err := json.Unmarshal([]byte(out), &r); err != nil || code != 0 {
				t.Fatalf("%v: %s", err, stderr)
			}
			var names []string
			for _, f := range r.Files {
				if f.Name != "" {
					names = append(names, f.Path+" = "+f.Name)
				} else {
					names = append(names, f.Path)
				}
			}
			if got := strings.Join(names, ", "); got != tt.names {
				t.Errorf("the report names\n%s\nwant\n%s", got, tt.names)
			}
			for _, format := range []string{"text", "markdown", "html"} {
				out, _, _ := covls(t, "report", "--format", format, "-C", dir)
				for _, machine := range []string{"/home/ci", `C:\`, "/usr/"} {
					if strings.Contains(out, machine) {
						t.Errorf("%s says %s, which is of another machine", format, machine)
					}
				}
			}
			if i := slices.IndexFunc(r.Warnings, func(w report.Warning) bool { return strings.Contains(w.Path, "/home/ci") }); i >= 0 {
				t.Errorf("a warning is of %s", r.Warnings[i].Path)
			}
		})
	}
}
